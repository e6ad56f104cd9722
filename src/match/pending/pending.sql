/* pending.sql: matching of what changed since the last run, by hand or inside the writing transaction */

CREATE TABLE dropcontact.match_run (
	controller_id integer PRIMARY KEY REFERENCES dropcontact.controller,
	finished_at timestamptz NOT NULL,
	contacts bigint NOT NULL,
	system_identifier bigint NOT NULL,
	snapshot pg_snapshot NOT NULL,
	xid xid8 NOT NULL,
	own numeric NOT NULL
);
COMMENT ON TABLE dropcontact.match_run IS 'The last run of matching for each controller: what it saw, so that match_pending() knows what changed since';
COMMENT ON COLUMN dropcontact.match_run.contacts IS 'How many contacts there were';
COMMENT ON COLUMN dropcontact.match_run.system_identifier IS 'Of the database cluster: in another one, after a restore, everything counts as changed';
COMMENT ON COLUMN dropcontact.match_run.snapshot IS 'Transactions that the run saw as finished';
COMMENT ON COLUMN dropcontact.match_run.xid IS 'The transaction that it ran in';
COMMENT ON COLUMN dropcontact.match_run.own IS 'Sum of hashes of the places of the contacts that this transaction had written before the run: those it writes later change it';
ALTER TABLE dropcontact.match_run ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON dropcontact.match_run USING (controller_id = ANY ((SELECT dropcontact.visible_controllers())::integer[]));
GRANT SELECT ON dropcontact.match_run TO dropcontact_admin, dropcontact_operator, dropcontact_controller;
GRANT INSERT, UPDATE, DELETE ON dropcontact.match_run TO dropcontact_admin, dropcontact_operator;
SELECT pg_catalog.pg_extension_config_dump('dropcontact.match_run', '');

CREATE FUNCTION dropcontact.rows_of_transaction(controller integer, transaction xid) RETURNS numeric
	LANGUAGE sql STABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
	SELECT coalesce(sum(hashtextextended(c.ctid::text, 0)), 0) FROM dropcontact.contact c WHERE c.controller_id = controller AND c.xmin = transaction
	$$;
COMMENT ON FUNCTION dropcontact.rows_of_transaction(integer, xid) IS 'A sum that tells whether the contacts that a transaction wrote are still the same';

CREATE FUNCTION dropcontact.note_match_run(controller integer, contacts bigint, wrote boolean) RETURNS void
	LANGUAGE sql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
	INSERT INTO dropcontact.match_run AS r (controller_id, finished_at, contacts, system_identifier, snapshot, xid, own)
	VALUES (controller, clock_timestamp(), note_match_run.contacts, (SELECT s.system_identifier FROM pg_control_system() s), pg_current_snapshot(), pg_current_xact_id(),
		CASE WHEN wrote THEN dropcontact.rows_of_transaction(controller, pg_current_xact_id()::xid) ELSE 0 END)
	ON CONFLICT ON CONSTRAINT match_run_pkey DO UPDATE
		SET finished_at = excluded.finished_at, contacts = excluded.contacts, system_identifier = excluded.system_identifier,
			snapshot = excluded.snapshot, xid = excluded.xid, own = excluded.own;
	$$;
COMMENT ON FUNCTION dropcontact.note_match_run(integer, bigint, boolean) IS 'Inner part of dedupe(): notes what the run saw; wrote: the transaction may have written contacts before';

CREATE FUNCTION dropcontact.count_pending() RETURNS bigint
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
DECLARE
	controller integer := dropcontact.current_controller();
	last_run dropcontact.match_run;
	/* the next transaction id, whose upper half completes the 32 bits that a row carries */
	next_xid bigint := pg_snapshot_xmax(pg_current_snapshot())::text::bigint;
	changed bigint;
	remaining bigint;
	own_changed boolean;
BEGIN
	SELECT * INTO last_run FROM dropcontact.match_run r
	WHERE r.controller_id = controller AND r.system_identifier = (SELECT s.system_identifier FROM pg_control_system() s);
	IF NOT FOUND THEN
		RETURN (SELECT count(*) FROM dropcontact.contact c WHERE c.controller_id = controller);
	END IF;
	own_changed := dropcontact.rows_of_transaction(controller, last_run.xid::xid) <> last_run.own;
	WITH seen AS (
		SELECT CASE WHEN x.xid > next_xid THEN x.xid - (1::bigint << 32) ELSE x.xid END AS xid
		FROM dropcontact.contact c CROSS JOIN LATERAL (SELECT (next_xid >> 32 << 32) | c.xmin::text::bigint) x(xid)
		WHERE c.controller_id = controller
	)
	SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) INTO changed, remaining
	FROM (SELECT CASE
			WHEN s.xid < pg_snapshot_xmin(last_run.snapshot)::text::bigint THEN false
			WHEN s.xid = last_run.xid::text::bigint THEN own_changed
			ELSE NOT pg_visible_in_snapshot(greatest(s.xid, 3)::text::xid8, last_run.snapshot) END AS is_new
		FROM seen s) n;
	/* what is gone, or was replaced by a changed row, is missing among those that the run saw */
	RETURN greatest(changed, last_run.contacts - remaining);
END
$$;
COMMENT ON FUNCTION dropcontact.count_pending() IS 'How many contacts of the current controller were inserted, updated or deleted since the last dedupe() or match_pending(). One pass over the contacts';

CREATE FUNCTION dropcontact.match_pending() RETURNS bigint
	LANGUAGE c SET jit = off AS 'MODULE_PATHNAME', 'match_pending';
COMMENT ON FUNCTION dropcontact.match_pending() IS 'Finds the duplicates of what changed since the last run and updates the entities: they are then those that dedupe() gives. Answers the number of contacts inserted, changed in what is compared, or deleted since. Works on these and on what they lead to, with the keys that the last runs left; on all contacts when there are none (after a crash, a restore or train()), when settings of matching changed, when the number of contacts has doubled or halved since frequencies were counted, or when so much changed that it is faster. Also runs at once inside the writing transaction where setting match_mode is immediate';

CREATE FUNCTION dropcontact.match_written(matching boolean, updated boolean) RETURNS void
	LANGUAGE c STRICT SET jit = off AS 'MODULE_PATHNAME', 'match_written';
COMMENT ON FUNCTION dropcontact.match_written(boolean, boolean) IS 'Inner part of match_at_once(): matches the contacts that the session wrote since it was last called, or, when they were updated, notes which';

CREATE FUNCTION dropcontact.match_erased(controller integer, contacts bigint[]) RETURNS void
	LANGUAGE c STRICT SET jit = off AS 'MODULE_PATHNAME', 'match_erased';
COMMENT ON FUNCTION dropcontact.match_erased(integer, bigint[]) IS 'Inner part of erase_subject(): matches what contacts that were deleted leave behind, and takes them out of the index of keys, whose hashes would still tell of them';

CREATE FUNCTION dropcontact.match_at_once() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
BEGIN
	PERFORM dropcontact.match_written(dropcontact.matches_at_once(), TG_OP = 'UPDATE');
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION dropcontact.match_at_once() IS 'Statement trigger of contact: matches inside the writing transaction where matches_at_once() says so; else notes what was updated, for find_matches()';
CREATE TRIGGER match_at_once AFTER INSERT OR UPDATE OR DELETE ON dropcontact.contact
	FOR EACH STATEMENT EXECUTE FUNCTION dropcontact.match_at_once();

REVOKE ALL ON FUNCTION dropcontact.rows_of_transaction(integer, xid), dropcontact.note_match_run(integer, bigint, boolean), dropcontact.count_pending(), dropcontact.match_pending(), dropcontact.match_written(boolean, boolean), dropcontact.match_erased(integer, bigint[]), dropcontact.match_at_once() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dropcontact.note_match_run(integer, bigint, boolean), dropcontact.match_pending() TO dropcontact_admin, dropcontact_operator;
GRANT EXECUTE ON FUNCTION dropcontact.rows_of_transaction(integer, xid), dropcontact.count_pending() TO dropcontact_admin, dropcontact_operator, dropcontact_controller;
GRANT EXECUTE ON FUNCTION dropcontact.match_written(boolean, boolean), dropcontact.match_at_once() TO dropcontact_admin, dropcontact_operator, dropcontact_ingest, dropcontact_controller;
