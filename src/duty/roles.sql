/* roles.sql: who may do what; the extension creates the roles and grants them to nobody */

DO $$
DECLARE
	r text;
BEGIN
	FOREACH r IN ARRAY ARRAY['admin', 'operator', 'ingest', 'controller', 'auditor', 'agent'] LOOP
		IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'dropcontact_' || r) THEN
			EXECUTE pg_catalog.format('CREATE ROLE %I NOLOGIN', 'dropcontact_' || r);
		END IF;
	END LOOP;
END
$$;

GRANT USAGE ON SCHEMA dropcontact TO PUBLIC;
