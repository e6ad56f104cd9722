-- every control passes on a controller set up as doc/privacy.md says, and turns red, it and no other, when its duty is violated
\set SHOW_CONTEXT never
SET client_min_messages = error;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
SET client_min_messages = warning;
SET search_path = dropcontact;
CREATE ROLE controls_controller;
CREATE ROLE controls_auditor;
GRANT dropcontact_controller TO controls_controller;
GRANT dropcontact_auditor TO controls_auditor;
SELECT create_controller('Acme', 'dpo@acme.example') AS acme, create_controller('Other', 'dpo@other.example') AS other \gset
SELECT grant_access('controls_controller', 'Acme'), grant_access('controls_auditor', 'Acme');
-- without an agreement those that need one say that they do not apply
SET dropcontact.controller = 'Other';
SELECT count(*) FILTER (WHERE NOT passed) AS failing, count(*) FILTER (WHERE finding ~ 'does not apply') > 30 AS others FROM run_controls();

-- the set-up of doc/privacy.md
SET dropcontact.controller = 'Acme';
SELECT create_source('crm', region => 'FR') AS crm, create_source('mail', 'mailbox') AS mail \gset
SELECT describe_party('Acme', 'controller', 'Acme SAS', '111 111 111', '1 rue de Paris, Paris', 'FR', 'dpo@acme.example', dpo => 'A. Martin'),
	describe_party('Acme', 'processor', 'Processor SAS', '222 222 222', '2 rue de Paris, Paris', 'FR', 'dpo@processor.example', dpo => 'B. Durand');
SELECT sign_agreement('Acme', '2022-12-21', '2023-01-02', '2023-01-02', 'the text') > 0 AS signed;
SELECT count(authorise_person(rolname, 'login ' || rolname, 'service', 'contract', current_date - 1, repeat('a', 64))) > 0 AS authorised FROM roles_with_access();
SELECT count(*) > 0 AS trained FROM (SELECT record_training(rolname, 'data protection', current_date - 1, current_date + 300, repeat('b', 64)) FROM roles_with_access() OFFSET 0) t;
SELECT sum(record_guarantee(name, repeat('c', 64), current_date + 300)) AS guarantees FROM subprocessor;
SELECT count(declare_egress(kind, name, 'of the test server')) >= 0 AS declared FROM egress WHERE NOT declared;
SELECT snapshot_register() >= 1 AS snapshot;
DO $$ DECLARE job text; BEGIN FOR job IN SELECT totals_jobs() LOOP EXECUTE job; END LOOP; END $$;
SET ROLE controls_controller;
SELECT declare_information(s, repeat('d', 64)) > 0 AS informed, state_legal_basis(s, '6-1-f') FROM unnest('{crm,mail}'::text[]) s;
SELECT attest_compliance(repeat('e', 64), current_date + 300) > 0 AS attested;
RESET ROLE;
INSERT INTO contact (source, external_id, full_name, email, relation) VALUES
	('crm', '1', 'Jean Martin', 'jean.martin@one.example', 'customer'), ('crm', '2', 'Jean Martin', 'jean.martin@one.example', 'prospect'), ('crm', '3', 'Anne Petit', 'anne@two.example', 'supplier');
SELECT entities FROM dedupe();
SELECT create_mailbox('sales', 'sales@acme.example', 'P. Roy', false, now(), 'google', '{https://www.googleapis.com/auth/gmail.readonly}') > 0 AS mailbox, answer_mailbox('sales', true), open_mailbox('sales') > 0 AS opened;
SELECT configure('merge_threshold', '0.97', 'careful', 'fewer merges');
SELECT declare_breach(now(), '{availability}') AS breach \gset
SELECT notify_breach(:'breach') AS notice \gset
SELECT outbox_sent(:notice, '<1@acme.example>');
SELECT open_audit('controls_auditor', repeat('f', 64), now() - interval '1 day', now() + interval '9 days', jsonb_build_array(jsonb_build_object('name', 'C. Audit', 'nda_signed_on', current_date - 9, 'nda_sha256', repeat('0', 64)))) AS mission \gset
-- rights of persons, carried out
INSERT INTO contact (source, external_id, full_name, email, relation) VALUES ('crm', '9', 'To Be Erased', 'erased@one.example', 'customer');
SELECT submit_request('access', '{"email": "anne@two.example"}', 'processor') AS access, submit_request('rectification', '{"email": "anne@two.example"}', 'controller') AS rectification,
	submit_request('erasure', '{"email": "erased@one.example"}', 'controller') AS erasure, submit_request('portability', '{"email": "nobody@one.example"}', 'controller') AS portability \gset
SELECT subject_access(:'access') IS NOT NULL AS access, rectify(:'rectification', 'last_name', 'PETIT-JEAN') AS rectified, erase_subject(:'erasure') ->> 'state' AS erased, portability(:'portability') IS NOT NULL AS file;
SELECT finish_request(:'rectification');
SELECT clause, finding FROM run_controls() WHERE NOT passed;
SELECT count(*) AS controls, bool_and(article <> '') AS articles FROM run_controls();
SELECT DISTINCT controller, status FROM controller_duties WHERE controller = 'Acme';

CREATE TEMP TABLE before AS SELECT clause FROM run_controls() WHERE NOT passed;
CREATE TEMP TABLE violation (clause text, does text, also text[] NOT NULL DEFAULT '{}');
INSERT INTO violation VALUES
	('0.1', 'DELETE FROM party WHERE role = ''processor''', '{}'),
	('0.1', 'INSERT INTO run (controller_id, purpose, started_at, ended_at, contacts, instruction_ids, done_by, acting_as, channel) VALUES (%1$s, ''rights'', clock_timestamp(), clock_timestamp(), 0, ''{}'', ''x'', ''x'', ''local'')', '{}'),
	('0.2', 'ALTER TABLE glossary DROP CONSTRAINT glossary_dpv_iri_check; UPDATE glossary SET dpv_iri = '''' WHERE term = ''person''', '{}'),
	('I.1', 'ALTER TABLE contact NO FORCE ROW LEVEL SECURITY', '{}'),
	('I.1', 'SELECT open_run(''rights''); UPDATE entity_member SET controller_id = %2$s WHERE contact_id = (SELECT min(contact_id) FROM entity_member)', '{}'),
	('I.1', 'SELECT open_run(''rights''); UPDATE entity_member SET controller_id = %2$s, contact_id = -1 WHERE contact_id = (SELECT min(contact_id) FROM entity_member)', '{}'),
	('I.1', 'GRANT SELECT ON pg_class TO PUBLIC', '{}'),
	('I.1', 'GRANT EXECUTE ON FUNCTION pg_relation_size(regclass, text) TO PUBLIC', '{}'),
	('I.1', 'ALTER VIEW merged_contact RESET (security_invoker)', '{}'),
	('I.2', 'DELETE FROM control WHERE clause = ''V''', '{}'),
	('II.1a', 'ALTER TABLE contact DISABLE TRIGGER clean', '{}'),
	('II.1a', 'ALTER TABLE contact DISABLE TRIGGER ALL; INSERT INTO contact (controller_id, source, relation, cleaned_by) SELECT %1$s, ''crm'', ''customer'', 1 FROM generate_series(1, 99); ALTER TABLE contact ENABLE TRIGGER ALL; ALTER TABLE contact ENABLE ALWAYS TRIGGER clean; ALTER TABLE contact ENABLE ALWAYS TRIGGER record_delete; ALTER TABLE contact ENABLE ALWAYS TRIGGER apply_rectified', '{}'),
	('II.1b', 'SELECT open_run(''rights''); INSERT INTO entity_log (controller_id, kind, contact_ids, why, at) VALUES (%1$s, ''merged'', ''{1,2}'', ''by hand'', clock_timestamp() + interval ''1 hour'')', '{}'),
	('II.1c', 'INSERT INTO run SELECT (jsonb_populate_record(r, jsonb_build_object(''run_id'', 10000, ''purpose'', ''clean'', ''source_ids'', ARRAY[%4$s]))).* FROM run r WHERE r.purpose = ''clean'' LIMIT 1', '{}'),
	('II.2', 'ALTER TABLE contact DISABLE TRIGGER clean; UPDATE contact SET relation = ''patient'' WHERE external_id = ''1''; ALTER TABLE contact ENABLE ALWAYS TRIGGER clean', '{}'),
	('II.3', 'ALTER TABLE purpose DROP CONSTRAINT purpose_nature_check; UPDATE purpose SET nature = ''{publish}'' WHERE purpose = ''direct''', '{}'),
	('II.4', 'ALTER TABLE run DROP CONSTRAINT run_purpose_check; INSERT INTO run SELECT (jsonb_populate_record(r, ''{"run_id": 10000, "purpose": "marketing", "agreement_id": null}'')).* FROM run r LIMIT 1', '{III.11,0.1}'),
	('II.5', 'ALTER TABLE contact DISABLE TRIGGER clean; UPDATE contact SET attributes = ''{"religion": "x"}'' WHERE external_id = ''1''; ALTER TABLE contact ENABLE ALWAYS TRIGGER clean', '{}'),
	('II.5', 'ALTER TABLE contact DISABLE TRIGGER clean; UPDATE contact SET attributes = ''{"social_security_number": "x"}'' WHERE external_id = ''1''; ALTER TABLE contact ENABLE ALWAYS TRIGGER clean', '{}'),
	('II.6', 'ALTER TABLE source DISABLE TRIGGER guard; DELETE FROM source WHERE name = ''crm''', '{}'),
	('II.7', 'CREATE FOREIGN DATA WRAPPER controls_wrapper; CREATE SERVER controls_server FOREIGN DATA WRAPPER controls_wrapper', '{}'),
	('II.7', 'INSERT INTO disclosure (controller_id, recipient, what, rows, at) VALUES (%1$s, ''a data broker'', ''x'', 1, clock_timestamp())', '{}'),
	('III.0', 'DELETE FROM control WHERE clause = ''III.9''', '{I.2}'),
	('III.1', 'ALTER TABLE run DISABLE TRIGGER append_only', '{}'),
	('III.1', 'INSERT INTO run SELECT (jsonb_populate_record(r, ''{"run_id": 10000, "instruction_ids": []}'')).* FROM run r WHERE r.agreement_id IS NOT NULL LIMIT 1', '{}'),
	('III.2a', 'INSERT INTO run SELECT (jsonb_populate_record(r, jsonb_build_object(''run_id'', 10000, ''instruction_ids'', ARRAY[1]))).* FROM run r WHERE r.agreement_id IS NOT NULL LIMIT 1', '{}'),
	('III.2b', 'ALTER TABLE setting_value DISABLE TRIGGER guard; UPDATE setting_value SET value = ''0.99''; ALTER TABLE setting_value ENABLE ALWAYS TRIGGER guard', '{IV.3.2c}'),
	('III.2b', 'ALTER TABLE setting_value DISABLE TRIGGER guard_all', '{}'),
	('III.2b', 'INSERT INTO source (controller_id, name, kind, priority) VALUES (%1$s, ''quiet'', ''crm'', 1)', '{}'),
	('III.2b', 'INSERT INTO match_field VALUES (%1$s, ''quiet'', ''exact'')', '{}'),
	('III.2c', 'SELECT give_instruction(''tell the sales team the religion of each contact''); ALTER TABLE instruction_warning DISABLE TRIGGER append_only; DELETE FROM instruction_warning; ALTER TABLE instruction_warning ENABLE ALWAYS TRIGGER append_only', '{}'),
	('III.2d', 'INSERT INTO transfer (controller_id, recipient, country, tool, legal_obligation, notice_id, announced_at, started_at) SELECT %1$s, ''x'', ''US'', ''49-1-d'', ''x'', do_queue_message(%1$s, ''transfer_notice'', ''x'', ''{}''), now(), now()', '{}'),
	('III.2e', 'GRANT SELECT ON contact TO dropcontact_improver', '{}'),
	('III.3', 'GRANT SELECT ON contact TO PUBLIC', '{III.2e,III.12c}'),
	('III.3', 'GRANT EXECUTE ON FUNCTION declare_breach(timestamptz, text[], jsonb, text, uuid) TO PUBLIC', '{}'),
	('III.3', 'ALTER TABLE contact ALTER COLUMN email SET STATISTICS 100', '{}'),
	('III.4a', 'UPDATE commitment SET ends_on = signed_on', '{}'),
	('III.4b', 'UPDATE training SET valid_until = passed_on', '{}'),
	('III.5a', 'CREATE TABLE dropcontact.notes (contact_id bigint, note text)', '{}'),
	('III.5a', 'ALTER TABLE rectification_conflict DROP COLUMN field', '{}'),
	('III.5b', 'CREATE OR REPLACE FUNCTION setting_rank(setting text, value text) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, dropcontact, pg_temp AS ''SELECT CASE setting WHEN ''''match_mode'''' THEN 1 ELSE 0 END''', '{}'),
	('III.6a', 'ALTER TABLE subprocessor DROP CONSTRAINT subprocessor_server_country_check; UPDATE subprocessor SET server_country = ''US'' WHERE name = ''OVH''', '{}'),
	('III.6b', 'SELECT propose_subprocessor(''New'', ''x'', ''x'', ''x'', ''FR'', ''FR'', ''2026-01-01''); DELETE FROM subprocessor_notice', '{}'),
	('III.6c', 'SELECT propose_subprocessor(''New'', ''x'', ''x'', ''x'', ''FR'', ''FR'', ''2026-01-01''); SELECT record_guarantee(''New'', repeat(''a'', 64), current_date + 9); INSERT INTO subprocessor_use SELECT %1$s, subprocessor_id, clock_timestamp() FROM subprocessor WHERE name = ''New''', '{}'),
	('III.6d', 'UPDATE guarantee SET valid_until = current_date - 1 WHERE clause = ''III.8'' AND subprocessor_id = 3', '{}'),
	('III.6e', 'ALTER TABLE breach DISABLE TRIGGER guard; UPDATE breach SET liable_party = ''OVH''', '{}'),
	('III.7a', 'UPDATE request_record SET steps = steps - ''match_pair'' WHERE kind = ''access''', '{}'),
	('III.7a', 'SELECT submit_request(''access'', ''{"email": "x@one.example"}'', ''controller''); UPDATE request_record SET due = now() - interval ''1 day'' WHERE closed_at IS NULL', '{}'),
	('III.7b', 'ALTER TABLE contact DISABLE TRIGGER apply_rectified', '{}'),
	('III.7b', 'ALTER TABLE contact DISABLE TRIGGER apply_rectified; UPDATE contact SET last_name = ''Grand'' WHERE external_id = ''3''; ALTER TABLE contact ENABLE ALWAYS TRIGGER apply_rectified', '{}'),
	('III.7c', 'ALTER TABLE contact DISABLE TRIGGER clean; INSERT INTO contact (controller_id, source, relation, email, cleaned_by) VALUES (%1$s, ''crm'', ''customer'', ''erased@one.example'', 1); ALTER TABLE contact ENABLE ALWAYS TRIGGER clean', '{}'),
	('III.7d', 'SELECT open_run(''merge''); INSERT INTO entity_log (controller_id, kind, contact_ids, why, at) SELECT %1$s, ''merged'', ARRAY[contact_id], ''dedupe()'', (SELECT max(ended_at) FROM run WHERE purpose = ''detect_duplicates'') FROM contact WHERE external_id = ''3''; INSERT INTO processing_limit (controller_id, contact_id, kind, request_id, from_at) SELECT %1$s, contact_id, ''objection'', gen_random_uuid(), ''2020-01-01'' FROM contact WHERE external_id = ''3''', '{}'),
	('III.7e', 'SELECT open_run(''merge''); INSERT INTO entity_log (controller_id, kind, contact_ids, why, at) SELECT %1$s, ''merged'', ARRAY[contact_id], ''dedupe()'', (SELECT max(ended_at) FROM run WHERE purpose = ''detect_duplicates'') FROM contact WHERE external_id = ''3''; INSERT INTO processing_limit (controller_id, contact_id, kind, request_id, from_at) SELECT %1$s, contact_id, ''restriction'', gen_random_uuid(), ''2020-01-01'' FROM contact WHERE external_id = ''3''', '{}'),
	('III.7e', 'INSERT INTO processing_limit (controller_id, contact_id, kind, request_id, from_at, lifted_at, lift_notice_id) SELECT %1$s, 1, ''restriction'', gen_random_uuid(), now(), now() - interval ''1 day'', do_queue_message(%1$s, ''restriction_lifted'', ''x'', ''{}'')', '{}'),
	('III.7f', 'INSERT INTO request_record (request_id, controller_id, kind, received_by, received_at, due, state, closed_at) VALUES (gen_random_uuid(), %1$s, ''portability'', ''controller'', ''2020-01-01'', ''2020-02-01'', ''done'', ''2020-01-02'')', '{}'),
	('III.7g', 'SELECT open_run(''merge''); INSERT INTO entity_log (controller_id, kind, contact_ids, why, at) SELECT %1$s, ''merged'', ARRAY[contact_id], ''dedupe()'', (SELECT max(ended_at) FROM run WHERE purpose = ''detect_duplicates'') FROM contact WHERE external_id = ''3''; INSERT INTO processing_limit (controller_id, contact_id, kind, request_id, from_at) SELECT %1$s, contact_id, ''human_review'', gen_random_uuid(), ''2020-01-01'' FROM contact WHERE external_id = ''3''', '{}'),
	('III.7h', 'ALTER TABLE request_record DISABLE TRIGGER forward; INSERT INTO request_record (request_id, controller_id, kind, subject, received_by, received_at, due, state) VALUES (gen_random_uuid(), %1$s, ''access'', ''{}'', ''processor'', now(), now() + interval ''1 month'', ''open''); ALTER TABLE request_record ENABLE ALWAYS TRIGGER forward', '{}'),
	('III.7h', 'SELECT submit_request(''access'', ''{"email": "x@one.example"}'', ''processor''); UPDATE outbox_message SET created_at = created_at - interval ''16 minutes'' WHERE kind = ''request''; UPDATE request_record SET received_at = received_at - interval ''16 minutes''', '{}'),
	('III.8a', 'UPDATE breach SET aware_at = aware_at - interval ''73 hours''', '{}'),
	('III.8b', 'INSERT INTO breach_notice SELECT breach_id, controller_id, ''final'', outbox_id, now(), ''{}'', false, NULL FROM breach_notice', '{}'),
	('III.9', 'SELECT supervise(''a risk analysis, please'', ''assistance'', now() - interval ''1 day'')', '{}'),
	('III.10a', 'INSERT INTO run SELECT (jsonb_populate_record(r, ''{"run_id": 10000, "channel": "clear"}'')).* FROM run r WHERE r.agreement_id IS NOT NULL LIMIT 1', '{}'),
	('III.10a', 'UPDATE source SET url = ''http://crm.example/export'' WHERE name = ''crm''', '{}'),
	('III.11', 'SET LOCAL session_replication_role = replica; ALTER TABLE register_snapshot DISABLE TRIGGER append_only; UPDATE register_snapshot SET sha256 = repeat(''0'', 64); ALTER TABLE register_snapshot ENABLE ALWAYS TRIGGER append_only; SET LOCAL session_replication_role = origin', '{}'),
	('III.12a', 'ALTER TABLE ledger DISABLE TRIGGER append_only; UPDATE ledger SET body = body || ''{"x": 1}'' WHERE entry = 2 AND controller_id = %1$s; ALTER TABLE ledger ENABLE ALWAYS TRIGGER append_only', '{}'),
	('III.12b', 'INSERT INTO access_log (controller_id, at, actor, via, purpose, human, allowed) VALUES (%1$s, ''2020-01-01'', ''controls_auditor'', ''audit'', ''runs'', true, true)', '{}'),
	('III.12c', 'GRANT SELECT ON match_model TO dropcontact_auditor', '{}'),
	('III.12d', 'ALTER TABLE audit_objection DROP CONSTRAINT audit_objection_ground_check; INSERT INTO audit_objection VALUES (%3$s, %1$s, ''runs'', '''', now())', '{}'),
	('III.12e', 'UPDATE audit_staff SET nda_signed_on = current_date + 1', '{}'),
	('IV.1a', 'ALTER TABLE controller_declaration DISABLE TRIGGER append_only; DELETE FROM controller_declaration WHERE kind = ''information_notice''; ALTER TABLE controller_declaration ENABLE ALWAYS TRIGGER append_only', '{}'),
	('IV.1b', 'ALTER TABLE legal_basis DISABLE TRIGGER append_only; DELETE FROM legal_basis; ALTER TABLE legal_basis ENABLE ALWAYS TRIGGER append_only', '{}'),
	('IV.1c', 'SELECT state_legal_basis(''crm'', ''6-1-a'')', '{}'),
	('IV.2a', 'ALTER TABLE mailbox DROP CONSTRAINT mailbox_check; UPDATE mailbox SET informed_on = connected_at + interval ''1 day''', '{}'),
	('IV.2b', 'UPDATE mailbox SET accepted = false, refused_at = last_sync - interval ''1 minute''', '{}'),
	('IV.2c', 'INSERT INTO access_log (controller_id, at, actor, via, origin, human, allowed) VALUES (%1$s, now(), ''x'', ''mailbox'', ''google'', true, true)', '{}'),
	('IV.2c', 'UPDATE mailbox SET scopes = ''{https://mail.google.com/}''', '{}'),
	('IV.3.0', 'UPDATE control SET owner = ''controller'' WHERE clause = ''V''', '{}'),
	('IV.3.1', 'INSERT INTO run SELECT (jsonb_populate_record(r, ''{"run_id": 10000, "refused": {"?": -1}}'')).* FROM run r WHERE r.agreement_id IS NOT NULL LIMIT 1', '{}'),
	('IV.3.2a', 'ALTER TABLE instruction_record DISABLE TRIGGER append_only; UPDATE instruction_record SET reason = ''another'' WHERE kind = ''setting''; ALTER TABLE instruction_record ENABLE ALWAYS TRIGGER append_only', '{}'),
	('IV.3.2b', 'ALTER TABLE setting_value DISABLE TRIGGER guard; UPDATE setting_value SET intended_use = NULL; ALTER TABLE setting_value ENABLE ALWAYS TRIGGER guard', '{}'),
	('IV.3.2c', 'ALTER TABLE setting_value DISABLE TRIGGER guard; DELETE FROM setting_value; ALTER TABLE setting_value ENABLE ALWAYS TRIGGER guard', '{}'),
	('IV.3.3', 'ALTER TABLE controller_declaration DISABLE TRIGGER append_only; UPDATE controller_declaration SET valid_until = current_date - 1 WHERE kind = ''compliance_attestation''; ALTER TABLE controller_declaration ENABLE ALWAYS TRIGGER append_only', '{}'),
	('IV.3.4', 'SELECT supervise(''how many?'', ''supervision'', now() - interval ''1 day'')', '{}'),
	('IV.3.4', 'REVOKE SELECT ON processing_register FROM dropcontact_controller', '{}'),
	('V', 'INSERT INTO run SELECT (jsonb_populate_record(r, ''{"run_id": 10000, "started_at": "2020-01-01", "agreement_id": 999, "source_ids": []}'')).* FROM run r WHERE r.agreement_id IS NOT NULL LIMIT 1', '{III.2a}');

CREATE FUNCTION pg_temp.violate(v violation, acme integer, other integer, mission integer, mail integer) RETURNS text
	LANGUAGE plpgsql
	AS $$
DECLARE
	red text[];
BEGIN
	BEGIN
		EXECUTE format(v.does, acme, other, mission, mail);
		red := ARRAY(SELECT r.clause FROM run_controls() r WHERE NOT r.passed);
		RAISE EXCEPTION USING ERRCODE = 'ZZ999';
	EXCEPTION WHEN SQLSTATE 'ZZ999' THEN
		NULL;
	END;
	RETURN CASE WHEN NOT v.clause = ANY (red) THEN 'stays green'
		WHEN NOT red <@ (v.clause || v.also || ARRAY(SELECT b.clause FROM before b)) THEN 'turns others red: ' || array_to_string(red, ', ')
		ELSE 'seen' END;
EXCEPTION WHEN OTHERS THEN
	RETURN SQLERRM;
END
$$;
SET client_min_messages = error;
SELECT v.clause, v.does, r AS what_happened FROM violation v, LATERAL pg_temp.violate(v, :acme, :other, :mission, :mail) r WHERE r <> 'seen';
RESET client_min_messages;
-- every control but those above all was violated
SELECT clause FROM control WHERE clause NOT IN (SELECT clause FROM violation) ORDER BY n;
SELECT clause, finding FROM run_controls() WHERE NOT passed;
SELECT verify_ledger();
-- every day
SELECT daily_duties() - 'reminders' AS duties;
-- an undeclared way out is a suspected breach; overdue destruction turns all red
SET client_min_messages = error;
CREATE FOREIGN DATA WRAPPER controls_wrapper;
CREATE SERVER controls_server FOREIGN DATA WRAPPER controls_wrapper;
SELECT finding FROM run_controls() WHERE clause = 'II.7';
SELECT finding FROM run_controls() WHERE clause = 'II.7';
SELECT nature, details ->> 'consequences' AS consequences FROM breach WHERE details <> '{}';
DROP FOREIGN DATA WRAPPER controls_wrapper CASCADE;
SELECT end_service('Acme', now() - interval '2 months') < now() AS overdue;
SELECT passed, finding ~ '^overdue' AS of_clause, count(*) > 1 AS many FROM run_controls() WHERE finding ~ '^overdue|should have been' GROUP BY 1, 2 ORDER BY 2;
SELECT jsonb_array_length(destroy_expired()) AS destroyed;
SELECT clause, finding FROM run_controls() WHERE NOT passed;
-- of the other controller nobody sees a result
SET ROLE controls_controller;
SELECT DISTINCT controller_id = :acme AS own FROM control_result;
SET dropcontact.controller = 'Other';
SELECT count(*) FROM run_controls();
RESET ROLE;
SET dropcontact.allow_drop = on;
DROP EXTENSION dropcontact CASCADE;
DROP ROLE controls_controller, controls_auditor;
CREATE EXTENSION dropcontact;
