/*
 * run_controls.sql: the controls of all clauses are run, and what duty does every day
 *
 * A control is a query of table control; what it finds is kept in control_result, and a change of it in the ledger.
 */

CREATE FUNCTION dropcontact.check_control(k dropcontact.control, controller integer, OUT passed boolean, OUT finding text) RETURNS record
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
DECLARE
	found text[];
BEGIN
	IF k.needs_agreement AND NOT under_agreement(controller) THEN
		passed := true;
		finding := 'does not apply: no agreement was signed';
		RETURN;
	END IF;
	EXECUTE format('SELECT array_agg(f) FROM (%s) AS q(f)', k.check_sql) INTO found USING controller;
	passed := found IS NULL;
	finding := coalesce(array_to_string(found[1:3], '; ') || CASE WHEN cardinality(found) > 3 THEN format('; and %s more', cardinality(found) - 3) ELSE '' END, 'ok');
EXCEPTION WHEN OTHERS THEN
	/* a control that cannot be run proves nothing */
	passed := false;
	finding := 'the control cannot be run: ' || SQLSTATE;
END
$$;
COMMENT ON FUNCTION dropcontact.check_control(dropcontact.control, integer) IS 'Inner part of run_controls(): runs one control for a controller';

CREATE FUNCTION dropcontact.suspect_breach(controller integer) RETURNS void
	LANGUAGE sql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$ SELECT do_declare_breach(controller, clock_timestamp(), '{confidentiality}', '{"consequences": "suspected: a way out of the database that nobody declared, see view egress"}', NULL, NULL) $$;
COMMENT ON FUNCTION dropcontact.suspect_breach(integer) IS 'Inner part of run_controls(): records that an undeclared way out was found, as a suspected breach';

CREATE FUNCTION dropcontact.do_run_controls(controller integer) RETURNS SETOF dropcontact.control_result
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	SET timezone = 'UTC'
	SET jit = off
	AS $$
DECLARE
	k control;
	r record;
	old control_result;
	result control_result;
	overdue boolean := EXISTS (SELECT FROM service_end s WHERE s.controller_id = controller AND s.destroyed_at IS NULL AND s.destroy_by < clock_timestamp());
	failing text[] := '{}';
	changed boolean := false;
BEGIN
	PERFORM flush_ledger();
	FOR k IN SELECT * FROM control ORDER BY n LOOP
		SELECT * INTO r FROM check_control(k, controller);
		IF overdue AND r.passed THEN
			r.passed := false;
			r.finding := 'the data should have been destroyed (III.10b)';
		END IF;
		SELECT * INTO old FROM control_result c WHERE c.controller_id = controller AND c.clause = k.clause;
		INSERT INTO control_result AS c (controller_id, clause, passed, finding, checked_at, failing_since)
		VALUES (controller, k.clause, r.passed, r.finding, clock_timestamp(), CASE WHEN NOT r.passed THEN clock_timestamp() END)
		ON CONFLICT ON CONSTRAINT control_result_pkey DO UPDATE SET passed = excluded.passed, finding = excluded.finding, checked_at = excluded.checked_at,
			failing_since = CASE WHEN NOT excluded.passed THEN coalesce(c.failing_since, excluded.failing_since) END
		RETURNING * INTO result;
		changed := changed OR old.passed IS DISTINCT FROM result.passed;
		IF NOT result.passed THEN
			failing := failing || k.clause;
			IF k.clause = 'II.7' AND old.passed IS NOT false AND EXISTS (SELECT FROM egress e WHERE NOT e.declared) THEN
				PERFORM suspect_breach(controller);
			END IF;
		END IF;
		RETURN NEXT result;
	END LOOP;
	IF changed THEN
		PERFORM write_ledger(controller, 'controls', jsonb_build_object('failing', to_jsonb(failing)));
	END IF;
END
$$;
COMMENT ON FUNCTION dropcontact.do_run_controls(integer) IS 'Inner part of run_controls(), for the owner only';
CREATE FUNCTION dropcontact.do_check_controls(controller integer) RETURNS jsonb
	LANGUAGE sql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$ SELECT coalesce(jsonb_agg(to_jsonb(r) || jsonb_build_object('n', k.n, 'article', k.article) ORDER BY k.n), '[]') FROM do_run_controls(controller) r JOIN control k USING (clause) $$;
COMMENT ON FUNCTION dropcontact.do_check_controls(integer) IS 'Inner part of run_controls(), for the owner only';
CREATE FUNCTION dropcontact.check_controls() RETURNS jsonb
	LANGUAGE c AS 'MODULE_PATHNAME', 'as_owner';
COMMENT ON FUNCTION dropcontact.check_controls() IS 'run_controls() as one JSON array';
CREATE FUNCTION dropcontact.run_controls() RETURNS TABLE (clause text, article text, passed boolean, finding text, checked_at timestamptz)
	LANGUAGE sql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
	SELECT r.clause, r.article, r.passed, r.finding, r.checked_at
	FROM jsonb_to_recordset(check_controls()) AS r(n numeric, clause text, article text, passed boolean, finding text, checked_at timestamptz) ORDER BY r.n
	$$;
COMMENT ON FUNCTION dropcontact.run_controls() IS 'Runs the control of each clause of the agreement for the current controller: whether the duty is fulfilled, and else what was found (ids, codes, counts; three of them and how many more). Those that apply under an agreement only say so without one. The results are kept in control_result, and a change of them in the ledger; an undeclared way out of the database is recorded as a suspected breach. Errors: undefined_object';

CREATE FUNCTION dropcontact.do_daily_duties(controllers integer[]) RETURNS jsonb
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
DECLARE
	destroyed integer := 0;
	snapshots integer := 0;
	reminders integer := 0;
	failing jsonb := '{}';
	c controller;
	red text[];
BEGIN
	/* controller by controller, by id: whoever writes several ledgers locks them in this order */
	FOR c IN SELECT * FROM controller x WHERE x.controller_id = ANY (controllers) ORDER BY x.controller_id LOOP
		destroyed := destroyed + jsonb_array_length(do_destroy_expired(ARRAY[c.controller_id]));
		snapshots := snapshots + do_snapshot_register(ARRAY[c.controller_id]);
		reminders := reminders + do_remind_deadlines(ARRAY[c.controller_id]);
		red := ARRAY(SELECT r.clause FROM do_run_controls(c.controller_id) r WHERE NOT r.passed);
		IF red <> '{}' THEN
			failing := failing || jsonb_build_object(c.name, red);
		END IF;
	END LOOP;
	RETURN jsonb_build_object('destroyed', destroyed, 'snapshots', snapshots, 'reminders', reminders, 'failing', failing);
END
$$;
COMMENT ON FUNCTION dropcontact.do_daily_duties(integer[]) IS 'Inner part of daily_duties(), for the owner only';
CREATE FUNCTION dropcontact.daily_duties() RETURNS jsonb
	LANGUAGE c AS 'MODULE_PATHNAME', 'as_owner';
COMMENT ON FUNCTION dropcontact.daily_duties() IS 'What duty does every day for all controllers that the role sees: destroys what is due (destroy_expired), takes the snapshot of the month (snapshot_register), reminds of deadlines (remind_deadlines), runs the controls. Answers their counts, and the clauses that fail, by controller. Calling it more often changes nothing. For dropcontact_admin and dropcontact_agent';

REVOKE ALL ON FUNCTION dropcontact.check_control(dropcontact.control, integer), dropcontact.suspect_breach(integer),
	dropcontact.do_run_controls(integer), dropcontact.do_check_controls(integer), dropcontact.check_controls(), dropcontact.run_controls(),
	dropcontact.do_daily_duties(integer[]), dropcontact.daily_duties() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dropcontact.daily_duties() TO dropcontact_admin, dropcontact_agent;
GRANT EXECUTE ON FUNCTION dropcontact.check_controls(), dropcontact.run_controls() TO dropcontact_admin, dropcontact_operator, dropcontact_controller;
