-- nothing goes around the ground: not DROP, TRUNCATE, a replication role, a search path, a temporary table, nor a statement outside a run
\set SHOW_CONTEXT never
\set VERBOSITY terse
SET client_min_messages = error;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
SET client_min_messages = warning;
SELECT dropcontact.create_controller('Acme', 'dpo@acme.example') AS acme, dropcontact.create_controller('Other', 'dpo@other.example') AS other \gset
SET dropcontact.controller = 'Acme';
SELECT dropcontact.create_source('crm', region => 'FR') > 0 AS made, dropcontact.add_word('mailbox_roles', 'Zwickmaster') > 0 AS word;
-- what a statement raises, with its SQLSTATE, and whatever it did undone
CREATE FUNCTION pg_temp.tried(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE statement;
	RAISE EXCEPTION USING ERRCODE = 'ZZ000';
EXCEPTION
	WHEN SQLSTATE 'ZZ000' THEN RETURN 'done';
	WHEN OTHERS THEN RETURN SQLSTATE || ' ' || SQLERRM;
END
$$;

-- a newcomer meets no obstacle
INSERT INTO dropcontact.contact (source, external_id, full_name, email) VALUES
	('crm', '1', 'Jean Martin', 'jean.martin@one.example'), ('crm', '2', 'Jean Martin', 'jean.martin@one.example'), ('crm', '3', 'Anne Petit', 'anne@two.example');
SELECT contacts, entities FROM dropcontact.dedupe();
SELECT s, pg_temp.tried(s) FROM unnest(ARRAY[
	'DELETE FROM dropcontact.match_pair',
	'TRUNCATE dropcontact.contact CASCADE',
	'DROP SCHEMA dropcontact CASCADE',
	'DROP EXTENSION dropcontact']) s;

-- a column that could hold personal data needs its entry in the data map
CREATE TABLE public.guard_table (id integer);
SELECT s, pg_temp.tried(s) FROM unnest(ARRAY[
	'ALTER TABLE dropcontact.contact ADD COLUMN hobby text',
	'ALTER TABLE dropcontact.contact ADD COLUMN hobbies jsonb, ADD COLUMN score integer',
	'ALTER TABLE dropcontact.contact RENAME COLUMN city TO town',
	'ALTER TABLE dropcontact.contact ADD COLUMN score integer',
	'INSERT INTO dropcontact.data_map VALUES (''contact'', ''hobby'', ''identifying'', ''https://w3id.org/dpv/pd#Interest'', ''row''); ALTER TABLE dropcontact.contact ADD COLUMN hobby text',
	'ALTER TABLE public.guard_table ADD COLUMN hobby text']) s;
DROP TABLE public.guard_table;
-- under an agreement
SELECT dropcontact.sign_agreement('Acme', '2022-12-21', '2023-01-02', '2023-01-02', 'the text') > 0 AS signed;
SELECT dropcontact.declare_information('crm', repeat('a', 64)) > 0 AS informed, dropcontact.state_legal_basis('crm', '6-1-f');
SELECT s, pg_temp.tried(s) FROM unnest(ARRAY[
	'DROP EXTENSION dropcontact',
	'DROP EXTENSION dropcontact CASCADE',
	'DROP SCHEMA dropcontact CASCADE',
	'DROP OWNED BY CURRENT_USER CASCADE',
	'DROP TABLE dropcontact.ledger',
	'ALTER EXTENSION dropcontact DROP TABLE dropcontact.ledger',
	'SET dropcontact.allow_drop = on; DROP EXTENSION dropcontact CASCADE']) s;
-- who is no superuser cannot allow it
CREATE ROLE guard_operator;
GRANT dropcontact_operator TO guard_operator;
SELECT dropcontact.grant_access('guard_operator', 'Acme');
SET ROLE guard_operator;
SELECT pg_temp.tried('SET dropcontact.allow_drop = on'), pg_temp.tried('DROP EXTENSION dropcontact');
RESET ROLE;
-- a new session, which has not loaded the library, is guarded too
\c -
\set SHOW_CONTEXT never
DROP EXTENSION dropcontact CASCADE;
\c -
\set SHOW_CONTEXT never
DROP SCHEMA dropcontact CASCADE;
SET session_replication_role = replica;
DROP EXTENSION dropcontact;
RESET session_replication_role;
\set VERBOSITY terse
SET client_min_messages = warning;
SET dropcontact.controller = 'Acme';
CREATE FUNCTION pg_temp.tried(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE statement;
	RAISE EXCEPTION USING ERRCODE = 'ZZ000';
EXCEPTION
	WHEN SQLSTATE 'ZZ000' THEN RETURN 'done';
	WHEN OTHERS THEN RETURN SQLSTATE || ' ' || SQLERRM;
END
$$;

-- TRUNCATE: every table of a controller refuses it, in a replication role too
SELECT pg_temp.tried('TRUNCATE dropcontact.contact CASCADE');
SET session_replication_role = replica;
SELECT c.relname, pg_temp.tried(format('TRUNCATE dropcontact.%I CASCADE', c.relname)) AS truncated
FROM pg_class c
WHERE c.relnamespace = 'dropcontact'::regnamespace AND c.relkind = 'r'
	AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'controller_id')
	AND pg_temp.tried(format('TRUNCATE dropcontact.%I CASCADE', c.relname)) !~ '^RG';
-- what operations write is written by them, for their purpose
SELECT s, pg_temp.tried(s) FROM unnest(ARRAY[
	'UPDATE dropcontact.entity_member SET entity_id = 7',
	'INSERT INTO dropcontact.entity_log (controller_id, kind, contact_ids, why) VALUES (1, ''merged'', ''{1,2}'', ''by hand'')',
	'SELECT dropcontact.open_run(''clean''); UPDATE dropcontact.entity_member SET entity_id = 7',
	'SELECT dropcontact.open_run(''merge''); UPDATE dropcontact.entity_member SET entity_id = 7']) s;
RESET session_replication_role;
SET ROLE guard_operator;
SELECT s, pg_temp.tried(s) FROM unnest(ARRAY[
	'UPDATE dropcontact.entity_member SET entity_id = 7',
	'DELETE FROM dropcontact.match_decision',
	'SELECT dropcontact.open_run(''shopping'')',
	'SELECT dropcontact.open_run(NULL)',
	'INSERT INTO dropcontact.contact (full_name, relation) VALUES (''Luc Roy'', ''customer'')']) s;
RESET ROLE;
-- no trigger of the extension is one that a replication role skips
SELECT g.tgrelid::regclass, g.tgname FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid
WHERE c.relnamespace = 'dropcontact'::regnamespace AND c.relkind = 'r' AND NOT g.tgisinternal AND g.tgenabled <> 'A' ORDER BY 1, 2;
SELECT evtname, evtenabled FROM pg_event_trigger WHERE evtname ~ 'dropcontact' ORDER BY 1;
-- the functions do all that
SELECT dropcontact.confirm_match(a.contact_id, b.contact_id) FROM dropcontact.contact a, dropcontact.contact b WHERE a.external_id = '1' AND b.external_id = '3';
SELECT dropcontact.unmerge(contact_id) > 0 AS apart FROM dropcontact.contact WHERE external_id = '3';
DELETE FROM dropcontact.contact WHERE external_id = '3';
SELECT purpose, contacts FROM dropcontact.processing_run ORDER BY run_id;

-- a controller that the role may not see cannot be chosen, whatever the session sets
SET ROLE guard_operator;
SELECT pg_temp.tried('SET dropcontact.controller = ''Other''; SELECT dropcontact.current_controller()');
SELECT pg_temp.tried(format('INSERT INTO dropcontact.contact (controller_id, source, external_id) VALUES (%s, ''crm'', ''9'')', :other));
SELECT count(*) FROM dropcontact.contact WHERE controller_id = :other;
RESET ROLE;

-- traps: functions, operators and tables of the same names before ours
GRANT CREATE, TEMPORARY ON DATABASE :DBNAME TO guard_operator;
SET ROLE guard_operator;
CREATE SCHEMA guard_trap;
CREATE FUNCTION guard_trap.current_controller() RETURNS integer LANGUAGE sql AS 'SELECT 999';
CREATE FUNCTION guard_trap.visible_controllers() RETURNS integer[] LANGUAGE sql AS 'SELECT ARRAY(SELECT generate_series(1, 999))';
CREATE FUNCTION guard_trap.now() RETURNS timestamptz LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''in the trap''; END';
-- operators of its own hurt nobody but who looks for them: nothing that runs as the owner does
DO $trap$
DECLARE
	t regtype;
BEGIN
	FOREACH t IN ARRAY '{integer,bigint,text,name,uuid,boolean}'::regtype[] LOOP
		EXECUTE format($$CREATE FUNCTION guard_trap.equal(a %1$s, b %1$s) RETURNS boolean LANGUAGE plpgsql AS
			'BEGIN IF current_user OPERATOR(pg_catalog.<>) ''guard_operator'' THEN RAISE EXCEPTION ''in the trap as another''; END IF; RETURN a OPERATOR(pg_catalog.=) b; END'$$, t);
		EXECUTE format('CREATE OPERATOR guard_trap.= (LEFTARG = %1$s, RIGHTARG = %1$s, FUNCTION = guard_trap.equal)', t);
	END LOOP;
END
$trap$;
CREATE TEMP TABLE contact (LIKE dropcontact.contact);
CREATE TEMP TABLE agreement (controller_id integer);
CREATE TEMP TABLE run (LIKE dropcontact.run);
CREATE TEMP TABLE entity_member (LIKE dropcontact.entity_member);
CREATE TEMP TABLE setting_value (setting text, value text, controller_id integer);
INSERT INTO setting_value VALUES ('merge_threshold', '0.0001', :acme);
CREATE TEMP TABLE dropcontact_new (contact_id bigint);
SET search_path = pg_temp, guard_trap, dropcontact, pg_catalog;
INSERT INTO dropcontact.contact (source, external_id, full_name, email, relation) VALUES ('crm', '4', 'Luc Roy', 'luc@two.example', 'customer');
SELECT action FROM dropcontact.ingest('crm', '[{"external_id": "5", "full_name": "Luc Roy", "email": "luc@two.example", "relation": "customer"}]');
DROP TABLE pg_temp.dropcontact_new;
SELECT contacts, entities FROM dropcontact.dedupe();
SELECT pg_catalog.count(*) FROM dropcontact.contact;
SELECT pg_temp.tried('UPDATE dropcontact.entity_member SET entity_id = 7');
SELECT s, pg_temp.tried(s) FROM unnest(ARRAY[
	'INSERT INTO dropcontact.contact_intake (source, external_id, full_name, email, relation) VALUES (''crm'', ''6'', ''Luc Roy'', ''luc@two.example'', ''customer'')',
	'INSERT INTO dropcontact.contact (source, external_id, full_name, relation) VALUES (''crm'', ''7'', ''Luc Roy'', ''patient'')',
	'UPDATE dropcontact.contact SET full_name = ''Luc Le Roy'' WHERE external_id OPERATOR(pg_catalog.=) ''4''',
	'DELETE FROM dropcontact.contact WHERE external_id OPERATOR(pg_catalog.=) ''4''',
	'SELECT dropcontact.match_pending()',
	'SELECT dropcontact.find_matches(''{"email": "luc@two.example"}'')',
	'SELECT dropcontact.submit_request(''access'', ''{"email": "luc@two.example"}'', ''processor'')',
	'SELECT dropcontact.queue_message(1, ''test'', ''test'', ''{}'')',
	'SELECT dropcontact.ledger_append(1, ''test'', ''{}''), dropcontact.verify_ledger()',
	'SELECT dropcontact.run_controls()',
	'SELECT dropcontact.clean_again()']) s;
SELECT dropcontact.submit_request('access', '{"email": "luc@two.example"}', 'processor') IS NOT NULL AS submitted;
SELECT pg_catalog.count(*) AS in_temporary_tables FROM (SELECT FROM pg_temp.contact UNION ALL SELECT FROM pg_temp.run UNION ALL SELECT FROM pg_temp.entity_member) t;
RESET search_path;
RESET ROLE;
SELECT purpose, contacts, done_by = session_user AS by_login, acting_as FROM dropcontact.processing_run ORDER BY run_id DESC LIMIT 3;
DROP SCHEMA guard_trap CASCADE;
DROP OWNED BY guard_operator;

SET client_min_messages = error;
SET dropcontact.allow_drop = on;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
DROP ROLE guard_operator;
