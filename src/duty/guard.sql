/*
 * guard.sql: nothing goes around the ground
 *
 * What an operation writes is guarded by the triggers of each table. This file guards the tables themselves: against
 * TRUNCATE, which fires no row trigger, and against DROP, which would take the evidence away. It stands last, so that
 * the tables of every room are under it.
 */

CREATE FUNCTION dropcontact.refuse_truncate() RETURNS trigger
	LANGUAGE c AS 'MODULE_PATHNAME', 'refuse_truncate';
COMMENT ON FUNCTION dropcontact.refuse_truncate() IS 'Statement trigger of every table that has a controller_id and no stricter trigger: refuses TRUNCATE once a controller is under an agreement, for every role and replication role. Errors: RG110';
DO $$
DECLARE
	t regclass;
BEGIN
	FOR t IN SELECT c.oid FROM pg_catalog.pg_class c
		WHERE c.relnamespace = 'dropcontact'::regnamespace AND c.relkind = 'r'
			AND EXISTS (SELECT FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'controller_id')
			/* tgtype: before (2), truncate (32) */
			AND NOT EXISTS (SELECT FROM pg_catalog.pg_trigger g WHERE g.tgrelid = c.oid AND g.tgtype & 34 = 34)
		ORDER BY c.relname LOOP
		EXECUTE pg_catalog.format('CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION dropcontact.refuse_truncate()', t);
		EXECUTE pg_catalog.format('ALTER TABLE %s ENABLE ALWAYS TRIGGER refuse_truncate', t);
	END LOOP;
END
$$;

-- what matching found and persons decided is written by those operations, by the rights of persons, and by nothing else; match_touched follows from both, match_updated from updates of contacts
DO $$
DECLARE
	t regclass;
BEGIN
	FOR t IN SELECT c.oid FROM pg_catalog.pg_class c
		WHERE c.relnamespace = 'dropcontact'::regnamespace AND c.relkind = 'r' AND c.relname ~ '^(entity|match|company)_' AND c.relname NOT IN ('match_field', 'match_touched', 'match_updated')
		ORDER BY c.relname LOOP
		EXECUTE pg_catalog.format('CREATE TRIGGER require_run BEFORE INSERT OR UPDATE OR DELETE ON %s FOR EACH STATEMENT
			EXECUTE FUNCTION dropcontact.require_run(''detect_duplicates'', ''merge'', ''rights'')', t);
		EXECUTE pg_catalog.format('ALTER TABLE %s ENABLE ALWAYS TRIGGER require_run', t);
	END LOOP;
END
$$;

-- no trigger is one that session_replication_role = replica skips
DO $$
DECLARE
	t record;
BEGIN
	FOR t IN SELECT c.oid::regclass AS relation, g.tgname FROM pg_catalog.pg_trigger g JOIN pg_catalog.pg_class c ON c.oid = g.tgrelid
		WHERE c.relnamespace = 'dropcontact'::regnamespace AND c.relkind = 'r' AND NOT g.tgisinternal AND g.tgenabled = 'O' LOOP
		EXECUTE pg_catalog.format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', t.relation, t.tgname);
	END LOOP;
END
$$;

CREATE FUNCTION dropcontact.guard_ddl() RETURNS event_trigger
	LANGUAGE c AS 'MODULE_PATHNAME', 'guard_ddl';
COMMENT ON FUNCTION dropcontact.guard_ddl() IS 'Event trigger before commands that drop: makes the session load the guard of the tables of dropcontact, which refuses to drop them once a controller is under an agreement, unless a superuser sets dropcontact.allow_drop. Errors: RG200';
CREATE EVENT TRIGGER dropcontact_guard ON ddl_command_start
	WHEN TAG IN ('DROP EXTENSION', 'ALTER EXTENSION', 'DROP SCHEMA', 'DROP OWNED', 'DROP TABLE')
	EXECUTE FUNCTION dropcontact.guard_ddl();
ALTER EVENT TRIGGER dropcontact_guard ENABLE ALWAYS;
COMMENT ON EVENT TRIGGER dropcontact_guard IS 'Keeps the evidence of an agreement from being dropped; see guard_ddl()';

CREATE FUNCTION dropcontact.require_mapping() RETURNS event_trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
DECLARE
	missing text;
BEGIN
	/* who alters other tables pays for this line only */
	IF NOT EXISTS (SELECT FROM pg_event_trigger_ddl_commands() d WHERE d.schema_name = 'dropcontact' AND NOT d.in_extension) THEN
		RETURN;
	END IF;
	SELECT format('%s.%s', u.relation, u.attribute) INTO missing
	FROM pg_event_trigger_ddl_commands() d JOIN pg_class c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid
		JOIN unmapped_columns() u ON u.relation = c.relname
	WHERE d.schema_name = 'dropcontact' AND NOT d.in_extension AND EXISTS (SELECT FROM data_map m WHERE m.relation = u.relation)
	LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION 'column % has no entry in the data map', missing
			USING ERRCODE = 'RG151', DETAIL = 'Erasure and access would not find what it holds (GDPR article 25(1)).',
				  HINT = 'INSERT its entry INTO dropcontact.data_map first.';
	END IF;
END
$$;
COMMENT ON FUNCTION dropcontact.require_mapping() IS 'Event trigger after ALTER TABLE: a column that can hold a text is added to a table on the data map only when it has an entry there. Errors: RG151';
CREATE EVENT TRIGGER dropcontact_mapping ON ddl_command_end WHEN TAG IN ('ALTER TABLE') EXECUTE FUNCTION dropcontact.require_mapping();
ALTER EVENT TRIGGER dropcontact_mapping ENABLE ALWAYS;
COMMENT ON EVENT TRIGGER dropcontact_mapping IS 'Keeps the data map complete; see require_mapping()';
REVOKE ALL ON FUNCTION dropcontact.refuse_truncate(), dropcontact.guard_ddl(), dropcontact.require_mapping() FROM PUBLIC;
