/*
 * ledger.sql: what happened, in a chain of hashes
 *
 * Each controller has a chain of its own, so that the evidence of one tells nothing of another. The hash is
 * computed where the entry is appended, never by a trigger: a restore fires triggers, and would write another
 * chain. One head row for each controller, locked while a transaction commits, keeps the chain from forking and
 * shows the loss of the last entry (ledger.c says how entries wait until then). An entry holds ids, counts, codes and HMACs, never a value of a person.
 */

CREATE TABLE dropcontact.ledger (
	controller_id integer NOT NULL REFERENCES dropcontact.controller,
	entry bigint NOT NULL CHECK (entry > 0),
	at timestamptz NOT NULL,
	kind text NOT NULL CHECK (kind ~ '^[a-z][a-z0-9_]*$'),
	body jsonb NOT NULL,
	hash bytea NOT NULL CHECK (pg_catalog.octet_length(hash) = 32),
	PRIMARY KEY (controller_id, entry)
);
COMMENT ON TABLE dropcontact.ledger IS 'Append-only record of what was done under duty, one chain of SHA-256 hashes for each controller; written by ledger_append(), checked by verify_ledger()';
COMMENT ON COLUMN dropcontact.ledger.controller_id IS 'The controller whose chain it is';
COMMENT ON COLUMN dropcontact.ledger.entry IS 'Number in the chain, without gap from 1';
COMMENT ON COLUMN dropcontact.ledger.at IS 'When it was appended, by the clock of the machine: as the transaction committed';
COMMENT ON COLUMN dropcontact.ledger.kind IS 'What happened: instruction, agreement, runs, erasure, breach, ...';
COMMENT ON COLUMN dropcontact.ledger.body IS 'Ids, counts, codes and HMACs of it; never a value of a person';
COMMENT ON COLUMN dropcontact.ledger.hash IS 'SHA-256 of the hash before (32 zero bytes for the first) and the text of ledger_text()';

CREATE TABLE dropcontact.ledger_head (
	controller_id integer PRIMARY KEY REFERENCES dropcontact.controller,
	entry bigint NOT NULL,
	hash bytea NOT NULL
);
COMMENT ON TABLE dropcontact.ledger_head IS 'The last entry of each chain of ledger: one at a time appends to it. Its hash is what a controller keeps outside, to be able to show that nothing was rewritten';
COMMENT ON COLUMN dropcontact.ledger_head.controller_id IS 'The controller whose chain it is';
COMMENT ON COLUMN dropcontact.ledger_head.entry IS 'Number of the last entry; 0 for an empty chain';
COMMENT ON COLUMN dropcontact.ledger_head.hash IS 'Hash of the last entry';

CREATE FUNCTION dropcontact.ledger_text(controller integer, entry bigint, at timestamptz, kind text, body jsonb) RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
BEGIN
	RETURN jsonb_build_object('controller', controller, 'entry', entry, 'kind', kind, 'body', body,
		'at', to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'));
END
$$;
COMMENT ON FUNCTION dropcontact.ledger_text(integer, bigint, timestamptz, text, jsonb) IS 'The text of a ledger entry that its hash is computed from, a JSON object; evidence_pack() holds it, so that the chain can be verified without a database';

CREATE FUNCTION dropcontact.refuse_rewrite() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
BEGIN
	RAISE EXCEPTION 'table "%" is append-only: % is refused', TG_TABLE_NAME, TG_OP
		USING ERRCODE = 'RG200', HINT = 'What was recorded stays; record what corrects it.';
END
$$;
COMMENT ON FUNCTION dropcontact.refuse_rewrite() IS 'Trigger of append-only tables: refuses UPDATE, DELETE and TRUNCATE, for every role and replication role. Errors: RG200';

CREATE FUNCTION dropcontact.make_append_only(relation regclass) RETURNS void
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
BEGIN
	EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION dropcontact.refuse_rewrite()', relation);
	EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER append_only', relation);
END
$$;
COMMENT ON FUNCTION dropcontact.make_append_only(regclass) IS 'Makes a table refuse UPDATE, DELETE and TRUNCATE; used by the extension''s script';
SELECT dropcontact.make_append_only('dropcontact.ledger');
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON dropcontact.ledger_head
	FOR EACH STATEMENT EXECUTE FUNCTION dropcontact.refuse_rewrite();
ALTER TABLE dropcontact.ledger_head ENABLE ALWAYS TRIGGER append_only;

CREATE FUNCTION dropcontact.queue_entry(controller integer, kind text, body jsonb) RETURNS void
	LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'queue_entry';
COMMENT ON FUNCTION dropcontact.queue_entry(integer, text, jsonb) IS 'Inner part of write_ledger(), for the owner only: keeps an entry until the transaction commits';
CREATE FUNCTION dropcontact.flush_ledger() RETURNS void
	LANGUAGE c AS 'MODULE_PATHNAME', 'flush_ledger';
COMMENT ON FUNCTION dropcontact.flush_ledger() IS 'Appends what waits for the end of this transaction at once, for those who read the chain in it, unless others have appended what its snapshot does not see; for the owner only';

CREATE FUNCTION dropcontact.write_ledger(controller integer, kind text, body jsonb) RETURNS void
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
BEGIN
	IF jsonb_typeof(body) <> 'object' OR jsonb_path_exists(body, '$.** ? (@.type() == "string" && !(@ like_regex "^[A-Za-z0-9_.:+/=-]*$"))') THEN
		RAISE EXCEPTION 'an entry of the ledger holds ids, counts, codes and HMACs only'
			USING ERRCODE = 'invalid_parameter_value',
				  DETAIL = 'A body is a JSON object; its texts have letters, digits and _ . : + / = - only.';
	END IF;
	IF kind !~ '^[a-z][a-z0-9_]*$' THEN
		RAISE EXCEPTION 'invalid kind of an entry of the ledger' USING ERRCODE = 'invalid_parameter_value', DETAIL = 'It has small letters, digits and _ only.';
	END IF;
	PERFORM queue_entry(controller, kind, body);
END
$$;
COMMENT ON FUNCTION dropcontact.write_ledger(integer, text, jsonb) IS 'Appends an entry of the extension''s own, for the owner only';

CREATE FUNCTION dropcontact.own_entry_kinds() RETURNS text[]
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$ SELECT '{agreement,audit_closed,audit_objection,audit_opened,breach,breach_amended,breach_notice,compliance_attestation,consent,consent_withdrawn,controls,
		destruction,erasure,evidence,human_review,impact_assessment,information_notice,instruction,instruction_released,instruction_suspended,
		instruction_withdrawn,legal_basis,limit_lifted,mailbox_answer,mailbox_stopped,mentions_struck_out,message_sent,objection,portability,rectification,
		register,request,request_closed,restriction,service_choice,service_end,service_return,subprocessor_notice,subprocessor_objection,subprocessor_receipt,
		subprocessor_use,supervision,supervision_answered,transfer_announced,transfer_started}'::text[] $$;
COMMENT ON FUNCTION dropcontact.own_entry_kinds() IS 'Kinds of entries of the ledger that prove what functions of the extension did: nobody else appends them';

CREATE FUNCTION dropcontact.append_entry(controller integer, kind text, body jsonb) RETURNS void
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
BEGIN
	IF kind = ANY (own_entry_kinds()) THEN
		RAISE EXCEPTION 'an entry "%" of the ledger is made by what it tells of', kind
			USING ERRCODE = 'insufficient_privilege', HINT = 'Give an entry of your own another kind.';
	END IF;
	PERFORM write_ledger(controller, kind, body);
END
$$;
COMMENT ON FUNCTION dropcontact.append_entry(integer, text, jsonb) IS 'Inner part of ledger_append(), for the owner only. Errors: insufficient_privilege for a kind that proves what the extension did';

CREATE FUNCTION dropcontact.ledger_append(controller integer, kind text, body jsonb) RETURNS void
	LANGUAGE c AS 'MODULE_PATHNAME', 'ledger_append';
COMMENT ON FUNCTION dropcontact.ledger_append(integer, text, jsonb) IS 'Appends an entry to the chain of a controller that the role may see, when the transaction commits: nobody waits for a long one. The body is a JSON object of ids, counts, codes and HMACs; its kind is none of those by which the extension proves what it did. Errors: insufficient_privilege, invalid_parameter_value, null_value_not_allowed';

CREATE FUNCTION dropcontact.broken_entry(controller integer) RETURNS bigint
	LANGUAGE sql STABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
	WITH chain AS (
		SELECT l.entry, l.hash, row_number() OVER w AS expected,
			sha256(coalesce(lag(l.hash) OVER w, decode(repeat('00', 32), 'hex'))
				|| convert_to(ledger_text(l.controller_id, l.entry, l.at, l.kind, l.body), 'UTF8')) AS computed
		FROM ledger l WHERE l.controller_id = controller
		WINDOW w AS (ORDER BY l.entry)
	), head AS (
		SELECT coalesce((SELECT h.entry FROM ledger_head h WHERE h.controller_id = controller), 0) AS entry,
			(SELECT h.hash FROM ledger_head h WHERE h.controller_id = controller) AS hash
	), last AS (
		SELECT coalesce(max(c.entry), 0) AS entry FROM chain c
	)
	SELECT coalesce(
		(SELECT min(least(c.entry, c.expected)) FROM chain c WHERE c.entry <> c.expected OR c.hash <> c.computed),
		(SELECT CASE WHEN l.entry < h.entry THEN l.entry + 1 WHEN l.entry > h.entry THEN h.entry + 1
					WHEN l.entry > 0 AND h.hash IS DISTINCT FROM (SELECT c.hash FROM chain c WHERE c.entry = l.entry) THEN l.entry END
		 FROM head h, last l))
	$$;
COMMENT ON FUNCTION dropcontact.broken_entry(integer) IS 'The number of the first entry of a controller''s chain that was altered, removed, re-ordered or added by other means; NULL when there is none. Time is linear in the chain';

CREATE FUNCTION dropcontact.verify_ledger() RETURNS text
	LANGUAGE sql STABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
	WITH broken AS (
		SELECT c.controller_id, broken_entry(c.controller_id) AS entry, count(*) OVER () AS chains
		FROM controller c
		WHERE coalesce(nullif(current_setting('dropcontact.controller', true), ''), c.name) = c.name
	)
	SELECT coalesce((SELECT CASE WHEN b.chains = 1 THEN b.entry::text ELSE format('%s of controller %s', b.entry, b.controller_id) END
		FROM broken b WHERE b.entry IS NOT NULL ORDER BY b.controller_id LIMIT 1), 'ok')
	$$;
COMMENT ON FUNCTION dropcontact.verify_ledger() IS 'Computes the chains of all controllers that the role sees, or that of the one chosen by dropcontact.controller, and answers ok or the number of the first broken entry (with its controller when there are several)';

DO $$
DECLARE
	t text;
BEGIN
	FOREACH t IN ARRAY ARRAY['ledger', 'ledger_head'] LOOP
		EXECUTE pg_catalog.format('ALTER TABLE dropcontact.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', t);
		EXECUTE pg_catalog.format('CREATE POLICY own ON dropcontact.%I USING (controller_id = ANY ((SELECT dropcontact.visible_controllers())::integer[]))', t);
		EXECUTE pg_catalog.format('GRANT SELECT ON dropcontact.%I TO dropcontact_admin, dropcontact_operator, dropcontact_controller, dropcontact_auditor', t);
		PERFORM pg_catalog.pg_extension_config_dump(pg_catalog.format('dropcontact.%I', t), '');
	END LOOP;
END
$$;
REVOKE ALL ON FUNCTION dropcontact.ledger_text(integer, bigint, timestamptz, text, jsonb), dropcontact.refuse_rewrite(), dropcontact.make_append_only(regclass),
	dropcontact.queue_entry(integer, text, jsonb), dropcontact.flush_ledger(), dropcontact.write_ledger(integer, text, jsonb), dropcontact.own_entry_kinds(), dropcontact.append_entry(integer, text, jsonb), dropcontact.ledger_append(integer, text, jsonb), dropcontact.broken_entry(integer),
	dropcontact.verify_ledger() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dropcontact.ledger_text(integer, bigint, timestamptz, text, jsonb), dropcontact.broken_entry(integer), dropcontact.verify_ledger()
	TO dropcontact_admin, dropcontact_operator, dropcontact_controller, dropcontact_auditor;
GRANT EXECUTE ON FUNCTION dropcontact.ledger_append(integer, text, jsonb) TO dropcontact_admin, dropcontact_operator, dropcontact_ingest, dropcontact_controller, dropcontact_agent;
