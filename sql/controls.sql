-- every control passes on a controller set up as doc/privacy.md says, and turns red, it and no other, when its duty is violated
\set SHOW_CONTEXT never
SET client_min_messages = error;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
SET client_min_messages = warning;
SET search_path = dropcontact;
CREATE ROLE controls_controller;
CREATE ROLE controls_auditor;
CREATE ROLE controls_login LOGIN;
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
SELECT configure('backup_days', '14', 'before there is an agreement');
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
-- what is allowed is no finding: requests that are open in time, or were closed late; merges before a limit, after it, and of another kind than it forbids
INSERT INTO request_record (request_id, controller_id, kind, received_by, received_at, due, state, closed_at)
SELECT gen_random_uuid(), :acme, k, 'controller', r, r + interval '1 month', s, c FROM unnest('{access,rectification,erasure,objection,restriction,portability,human_review}'::text[]) k,
	(VALUES (now() - interval '1 day', 'open', NULL), ('2020-01-01', 'refused', timestamptz '2020-03-01')) v(r, s, c);
SELECT gen_random_uuid() AS asked \gset
SELECT do_queue_message(:acme, 'restriction_lifted', 'told', jsonb_build_object('request', :'asked'::uuid)) AS told \gset
SELECT outbox_sent(:told, '<2@acme.example>');
UPDATE outbox_message SET created_at = now() - interval '40 days' WHERE message = :told;
INSERT INTO processing_limit (controller_id, contact_id, kind, purpose, request_id, from_at, lifted_at, lift_notice_id)
SELECT :acme, c.contact_id, l.kind, l.purpose, :'asked'::uuid, now() - interval '10 days', now() - interval '5 days', :told
FROM contact c, (VALUES ('restriction', NULL), ('objection', NULL), ('human_review', NULL), ('objection', 'direct')) l(kind, purpose) WHERE c.external_id = '3';
INSERT INTO processing_limit (controller_id, contact_id, kind, purpose, request_id, from_at)
SELECT :acme, contact_id, 'objection', 'direct', gen_random_uuid(), now() - interval '10 days' FROM contact WHERE external_id = '3';
INSERT INTO processing_limit (controller_id, contact_id, kind, request_id, from_at, lifted_at, lift_notice_id)
SELECT :acme, contact_id, 'human_review', :'asked'::uuid, now() - interval '30 days', now() - interval '20 days', :told FROM contact WHERE external_id = '3';
BEGIN;
SELECT open_run('merge') AS run \gset
INSERT INTO entity_log (controller_id, kind, contact_ids, why, at)
SELECT :acme, e.kind, ARRAY[c.contact_id], e.why, now() - e.ago FROM contact c,
	(VALUES ('merged', 'dedupe()', interval '35 days'), ('merged', 'confirm_match()', '25 days'), ('split', 'dedupe()', '7 days'), ('merged', 'dedupe()', '2 days')) e(kind, why, ago) WHERE c.external_id = '3';
SELECT close_run(:run, 1);
COMMIT;
-- recipients, sub-processors, transfers
INSERT INTO disclosure (controller_id, recipient, what, rows, at) VALUES (:acme, 'a data broker', 'before the agreement', 1, '2020-01-01');
SELECT disclose('controller', 'x', 1) > 0 AS disclosed, disclose('Acme', 'x', 1) > 0 AS by_name, disclose('OVH', 'x', 1) > 0 AS to_ovh;
SELECT count(propose_subprocessor(n, 'x', 'x', 'x', 'FR', 'FR', '2026-01-01')) AS proposed, count(record_guarantee(n, repeat('c', 64), current_date + 300)) AS bound FROM unnest('{Good,Gone}'::text[]) n;
SELECT acknowledge_subprocessor('Good') IS NOT NULL AS received, retire_subprocessor('Gone');
DELETE FROM subprocessor_notice WHERE received_at IS NULL;
UPDATE subprocessor_notice SET noticed_at = noticed_at - interval '40 days', received_at = received_at - interval '40 days', objection_until = objection_until - interval '40 days';
SELECT object_to_subprocessor('Good', 'too late'), activate_subprocessor('Good'), activate_subprocessor('OVH');
SELECT announce_transfer('Ministry', 'US', '49-1-d', 'a law') > 0 AS not_started, announce_transfer('Secret service', 'US', '49-1-d', 'a law', 'a law that forbids to tell') AS barred, announce_transfer('Court', 'US', '49-1-d', 'a law') AS court \gset
SELECT outbox_sent(t.notice_id, '<3@acme.example>') FROM transfer t WHERE t.transfer_id = :court;
SELECT start_transfer(:barred), start_transfer(:court), disclose('Court', 'file', 1) > 0 AS disclosed;
-- what is complete, answered, given a ground, purged
SELECT declare_breach(now(), '{integrity}', '{"subject_categories": ["customer"], "n_subjects": 1, "record_categories": ["identifying"], "n_records": 1, "contact_point": "x", "consequences": "none", "measures_taken": "x", "measures_proposed": "x"}') AS complete \gset
SELECT outbox_sent(notify_breach(:'complete', 'final'), '<4@acme.example>');
SELECT object_to_audit(:mission, 'ledger', 'a secret of trade');
SELECT count(answer_supervision(supervise('how?', k), 'so')) AS answered FROM unnest('{supervision,assistance}'::text[]) k;
INSERT INTO access_log (controller_id, at, actor, via, origin, human, allowed, limited_use_ground)
SELECT :acme, now(), 'x', 'mailbox', 'google', h, a, g FROM (VALUES (false, true, NULL), (true, false, NULL), (true, true, 'law')) v(h, a, g);
SELECT create_mailbox('old', 'old@acme.example', 'P. Roy', false, now()) > 0 AS mailbox, stop_mailbox('old');
-- runs that bring contacts of mailboxes up to date, and those before the agreement
INSERT INTO run SELECT (jsonb_populate_record(r, jsonb_build_object('run_id', 20000, 'purpose', 'synchronise', 'source_ids', ARRAY[:mail],
	'instruction_ids', ARRAY(SELECT instruction_id FROM instruction WHERE kind = 'purpose' AND controller = 'Acme')))).* FROM run r WHERE r.purpose = 'clean' LIMIT 1;
INSERT INTO run SELECT (jsonb_populate_record(r, jsonb_build_object('run_id', 20001, 'source_ids', ARRAY[:mail], 'channel', 'clear', 'agreement_id', NULL, 'instruction_ids', '{}'::text[], 'started_at', '2020-01-01', 'ended_at', '2020-01-01'))).* FROM run r WHERE r.purpose = 'clean' LIMIT 1;
INSERT INTO run SELECT (jsonb_populate_record(r, jsonb_build_object('run_id', 20002, 'source_ids', ARRAY[:crm], 'purpose', 'improve', 'agreement_id', NULL, 'started_at', '2020-01-01', 'ended_at', '2020-01-01'))).* FROM run r WHERE r.purpose = 'clean' LIMIT 1;
-- nor is what another controller does one of this: here one that is set up in the same way, and has nothing yet
SET dropcontact.controller = 'Other';
SELECT describe_party('Other', r, 'X', '333', 'Paris', 'FR', 'dpo@other.example') FROM unnest('{controller,processor}'::text[]) r;
SELECT sign_agreement('Other', '2022-12-21', '2023-01-02', '2023-01-02', 'the text') > 0 AS signed, snapshot_register() >= 0 AS snapshot;
SELECT attest_compliance(repeat('e', 64), current_date + 300) > 0 AS attested, count(acknowledge_subprocessor(s.name)) FROM subprocessor_notice n JOIN subprocessor s USING (subprocessor_id) WHERE n.controller_id = :other GROUP BY 1;
SELECT clause, finding FROM run_controls() WHERE NOT passed;
SET dropcontact.controller = 'Acme';
SELECT clause, finding FROM run_controls() WHERE NOT passed;
SELECT count(*) AS controls, bool_and(article <> '') AS articles FROM run_controls();
SELECT DISTINCT controller, status FROM controller_duties WHERE controller = 'Acme';

CREATE TEMP TABLE before AS SELECT clause FROM run_controls() WHERE NOT passed;
CREATE TEMP TABLE violation (clause text, does text, also text[] NOT NULL DEFAULT '{}', again boolean NOT NULL DEFAULT false);
INSERT INTO violation VALUES
	('0.1', 'DELETE FROM party WHERE role = ''processor''', '{}'),
	('0.1', 'INSERT INTO run (controller_id, purpose, started_at, ended_at, contacts, instruction_ids, done_by, acting_as, channel) VALUES (%1$s, ''rights'', clock_timestamp(), clock_timestamp(), 0, ''{}'', ''x'', ''x'', ''local'')', '{}'),
	('0.2', 'ALTER TABLE glossary DROP CONSTRAINT glossary_dpv_iri_check; UPDATE glossary SET dpv_iri = '''' WHERE term = ''person''', '{}'),
	('0.2', 'UPDATE glossary SET source_clause = '''' WHERE term = ''person''', '{}'),
	('I.1', 'ALTER TABLE contact NO FORCE ROW LEVEL SECURITY', '{}'),
	('I.1', 'SELECT open_run(''rights''); UPDATE entity_member SET controller_id = %2$s WHERE contact_id = (SELECT min(contact_id) FROM entity_member)', '{}'),
	('I.1', 'SELECT open_run(''rights''); UPDATE entity_member SET controller_id = %2$s, entity_id = -1 WHERE contact_id = (SELECT min(contact_id) FROM entity_member)', '{}'),
	('I.1', 'SELECT open_run(''rights''); UPDATE entity_member SET controller_id = %2$s, contact_id = -1 WHERE contact_id = (SELECT min(contact_id) FROM entity_member)', '{}'),
	('I.1', 'GRANT SELECT ON pg_class TO PUBLIC', '{}'),
	('I.1', 'GRANT EXECUTE ON FUNCTION pg_relation_size(regclass, text) TO PUBLIC', '{}'),
	('I.1', 'ALTER VIEW merged_contact RESET (security_invoker)', '{}'),
	('I.2', 'DELETE FROM control WHERE clause = ''V''', '{}'),
	('I.2', 'ALTER TABLE control DROP CONSTRAINT control_article_check; UPDATE control SET article = '''' WHERE clause = ''V''', '{}'),
	('I.2', 'ALTER TABLE control DROP CONSTRAINT control_check_sql_check; UPDATE control SET check_sql = '''' WHERE clause = ''V''', '{V}'),
	('II.1a', 'ALTER TABLE contact DISABLE TRIGGER clean', '{}'),
	('II.1a', 'ALTER TABLE contact DISABLE TRIGGER ALL; INSERT INTO contact (controller_id, source, relation, cleaned_by) SELECT %1$s, ''crm'', ''customer'', 1 FROM generate_series(1, 99); ALTER TABLE contact ENABLE TRIGGER ALL; ALTER TABLE contact ENABLE ALWAYS TRIGGER clean; ALTER TABLE contact ENABLE ALWAYS TRIGGER record_delete; ALTER TABLE contact ENABLE ALWAYS TRIGGER apply_rectified; ALTER TABLE contact ENABLE ALWAYS TRIGGER limit_again', '{}'),
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
	('III.2e', 'INSERT INTO run SELECT (jsonb_populate_record(r, jsonb_build_object(''run_id'', 10000, ''purpose'', ''improve'', ''source_ids'', ARRAY[%4$s], ''agreement_id'', NULL, ''started_at'', ''2020-01-01''))).* FROM run r LIMIT 1', '{}'),
	('III.3', 'GRANT SELECT ON contact TO PUBLIC', '{III.2e,III.12c}'),
	('III.3', 'GRANT EXECUTE ON FUNCTION declare_breach(timestamptz, text[], jsonb, text, uuid) TO PUBLIC', '{}'),
	('III.3', 'ALTER TABLE contact ALTER COLUMN email SET STATISTICS 100', '{}'),
	('III.3', 'SET LOCAL log_statement = ''all''', '{}'),
	('III.3', 'SET LOCAL dropcontact.log_values = on', '{}'),
	('III.3', 'SET LOCAL log_min_duration_statement = ''1h''', '{}'),
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
	('III.7a', 'SELECT submit_request(''access'', ''{"email": "x@one.example"}'', ''controller''); UPDATE request_record SET due = now() - interval ''1 day'' WHERE closed_at IS NULL AND kind = ''access''', '{}'),
	('III.7b', 'ALTER TABLE contact DISABLE TRIGGER apply_rectified', '{}'),
	('III.7b', 'INSERT INTO request_record (request_id, controller_id, kind, received_by, received_at, due, state) VALUES (gen_random_uuid(), %1$s, ''rectification'', ''controller'', ''2020-01-01'', ''2020-02-01'', ''open'')', '{}'),
	('III.7b', 'ALTER TABLE contact DISABLE TRIGGER apply_rectified; UPDATE contact SET last_name = ''Grand'' WHERE external_id = ''3''; ALTER TABLE contact ENABLE ALWAYS TRIGGER apply_rectified', '{}'),
	('III.7c', 'ALTER TABLE contact DISABLE TRIGGER clean; INSERT INTO contact (controller_id, source, relation, email, cleaned_by) VALUES (%1$s, ''crm'', ''customer'', ''erased@one.example'', 1); ALTER TABLE contact ENABLE ALWAYS TRIGGER clean', '{}'),
	('III.7c', 'INSERT INTO request_record (request_id, controller_id, kind, received_by, received_at, due, state) VALUES (gen_random_uuid(), %1$s, ''erasure'', ''controller'', ''2020-01-01'', ''2020-02-01'', ''open'')', '{}'),
	('III.7d', 'SELECT open_run(''merge''); INSERT INTO entity_log (controller_id, kind, contact_ids, why, at) SELECT %1$s, ''merged'', ARRAY[contact_id], ''dedupe()'', (SELECT max(ended_at) FROM run WHERE purpose = ''detect_duplicates'') FROM contact WHERE external_id = ''3''; INSERT INTO processing_limit (controller_id, contact_id, kind, request_id, from_at) SELECT %1$s, contact_id, ''objection'', gen_random_uuid(), ''2020-01-01'' FROM contact WHERE external_id = ''3''', '{}'),
	('III.7e', 'SELECT open_run(''merge''); INSERT INTO entity_log (controller_id, kind, contact_ids, why, at) SELECT %1$s, ''merged'', ARRAY[contact_id], ''dedupe()'', (SELECT max(ended_at) FROM run WHERE purpose = ''detect_duplicates'') FROM contact WHERE external_id = ''3''; INSERT INTO processing_limit (controller_id, contact_id, kind, request_id, from_at) SELECT %1$s, contact_id, ''restriction'', gen_random_uuid(), ''2020-01-01'' FROM contact WHERE external_id = ''3''', '{}'),
	('III.7e', 'INSERT INTO processing_limit (controller_id, contact_id, kind, request_id, from_at, lifted_at, lift_notice_id) SELECT %1$s, 1, ''restriction'', gen_random_uuid(), now(), now() - interval ''1 day'', do_queue_message(%1$s, ''restriction_lifted'', ''x'', ''{}'')', '{}'),
	('III.7e', 'INSERT INTO processing_limit (controller_id, contact_id, kind, request_id, from_at, lifted_at, lift_notice_id) SELECT controller_id, contact_id, kind, gen_random_uuid(), from_at, lifted_at, lift_notice_id FROM processing_limit WHERE kind = ''restriction'' LIMIT 1', '{}'),
	('III.7e', 'DROP TRIGGER limit_again ON contact', '{}'),
	('III.7e', 'INSERT INTO request_record (request_id, controller_id, kind, received_by, received_at, due, state) VALUES (gen_random_uuid(), %1$s, ''restriction'', ''controller'', ''2020-01-01'', ''2020-02-01'', ''open'')', '{}'),
	('III.7f', 'INSERT INTO request_record (request_id, controller_id, kind, received_by, received_at, due, state, closed_at) VALUES (gen_random_uuid(), %1$s, ''portability'', ''controller'', ''2020-01-01'', ''2020-02-01'', ''done'', ''2020-01-02'')', '{}'),
	('III.7g', 'SELECT open_run(''merge''); INSERT INTO entity_log (controller_id, kind, contact_ids, why, at) SELECT %1$s, ''merged'', ARRAY[contact_id], ''dedupe()'', (SELECT max(ended_at) FROM run WHERE purpose = ''detect_duplicates'') FROM contact WHERE external_id = ''3''; INSERT INTO processing_limit (controller_id, contact_id, kind, request_id, from_at) SELECT %1$s, contact_id, ''human_review'', gen_random_uuid(), ''2020-01-01'' FROM contact WHERE external_id = ''3''', '{}'),
	('III.7h', 'ALTER TABLE request_record DISABLE TRIGGER forward; INSERT INTO request_record (request_id, controller_id, kind, subject, received_by, received_at, due, state) VALUES (gen_random_uuid(), %1$s, ''access'', ''{}'', ''processor'', now(), now() + interval ''1 month'', ''open''); ALTER TABLE request_record ENABLE ALWAYS TRIGGER forward', '{}'),
	('III.7h', 'ALTER TABLE request_record DISABLE TRIGGER forward', '{}'),
	('III.7h', 'SELECT submit_request(''access'', ''{"email": "x@one.example"}'', ''processor''); UPDATE outbox_message SET created_at = created_at - interval ''16 minutes'' WHERE kind = ''request''; UPDATE request_record SET received_at = received_at - interval ''16 minutes''', '{}'),
	('III.8a', 'UPDATE breach SET aware_at = aware_at - interval ''73 hours''', '{}'),
	('III.8b', 'INSERT INTO breach_notice SELECT breach_id, controller_id, ''final'', outbox_id, now(), ''{}'', false, NULL FROM breach_notice', '{}'),
	('III.9', 'SELECT supervise(''a risk analysis, please'', ''assistance'', now() - interval ''1 day'')', '{}'),
	('III.10a', 'INSERT INTO run SELECT (jsonb_populate_record(r, ''{"run_id": 10000, "channel": "clear"}'')).* FROM run r WHERE r.agreement_id IS NOT NULL LIMIT 1', '{}'),
	('III.10a', 'UPDATE source SET url = ''http://crm.example/export'' WHERE name = ''crm''', '{}'),
	('III.11', 'SET LOCAL session_replication_role = replica; ALTER TABLE register_snapshot DISABLE TRIGGER append_only; UPDATE register_snapshot SET sha256 = repeat(''0'', 64); ALTER TABLE register_snapshot ENABLE ALWAYS TRIGGER append_only; SET LOCAL session_replication_role = origin', '{}'),
	('III.11', 'ALTER TABLE run DROP CONSTRAINT run_purpose_check; INSERT INTO run SELECT (jsonb_populate_record(r, ''{"run_id": 10000, "purpose": "marketing", "agreement_id": null, "started_at": "2020-01-01"}'')).* FROM run r LIMIT 1', '{II.4}'),
	('III.11', 'ALTER TABLE register_snapshot DISABLE TRIGGER append_only; DELETE FROM register_snapshot; ALTER TABLE register_snapshot ENABLE ALWAYS TRIGGER append_only', '{}'),
	('III.12a', 'ALTER TABLE ledger DISABLE TRIGGER append_only; UPDATE ledger SET body = body || ''{"x": 1}'' WHERE entry = 2 AND controller_id = %1$s; ALTER TABLE ledger ENABLE ALWAYS TRIGGER append_only', '{}'),
	('III.12b', 'INSERT INTO access_log (controller_id, at, actor, via, purpose, human, allowed) VALUES (%1$s, ''2020-01-01'', ''controls_auditor'', ''audit'', ''runs'', true, true)', '{}'),
	('III.12c', 'GRANT SELECT ON match_model TO dropcontact_auditor', '{}'),
	('III.12d', 'ALTER TABLE audit_objection DROP CONSTRAINT audit_objection_ground_check; INSERT INTO audit_objection VALUES (%3$s, %1$s, ''runs'', '''', now())', '{}'),
	('III.12e', 'UPDATE audit_staff SET nda_signed_on = current_date + 2', '{}'),
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
	('IV.3.2a', 'ALTER TABLE instruction_record DROP CONSTRAINT instruction_record_check; SELECT write_instruction(%1$s, ''written'', ''{"text": " "}'', NULL)', '{}'),
	('IV.3.2b', 'ALTER TABLE setting_value DISABLE TRIGGER guard; UPDATE setting_value SET intended_use = NULL; ALTER TABLE setting_value ENABLE ALWAYS TRIGGER guard', '{}'),
	('IV.3.2c', 'ALTER TABLE setting_value DISABLE TRIGGER guard; DELETE FROM setting_value; ALTER TABLE setting_value ENABLE ALWAYS TRIGGER guard', '{}'),
	('IV.3.3', 'ALTER TABLE controller_declaration DISABLE TRIGGER append_only; UPDATE controller_declaration SET valid_until = current_date - 1 WHERE kind = ''compliance_attestation''; ALTER TABLE controller_declaration ENABLE ALWAYS TRIGGER append_only', '{}'),
	('IV.3.4', 'SELECT supervise(''how many?'', ''supervision'', now() - interval ''1 day'')', '{}'),
	('IV.3.4', 'REVOKE SELECT ON processing_register FROM dropcontact_controller', '{}'),
	('V', 'INSERT INTO run SELECT (jsonb_populate_record(r, ''{"run_id": 10000, "started_at": "2020-01-01", "agreement_id": 999, "source_ids": []}'')).* FROM run r WHERE r.agreement_id IS NOT NULL LIMIT 1', '{III.2a}');
-- each once more, in another way: what would have refused it is taken away, put back, or passed by
ALTER TABLE violation ALTER again SET DEFAULT true;
INSERT INTO violation (clause, does, also) VALUES
	('0.1', 'DELETE FROM party WHERE role = ''controller''', '{}'),
	('0.2', 'DELETE FROM glossary WHERE term = ''processor''', '{}'),
	('0.2', 'UPDATE glossary SET definition = ''something else'' WHERE term = ''consent''', '{}'),
	('I.1', 'CREATE POLICY everybody ON contact USING (true)', '{}'),
	('I.1', 'ALTER POLICY own ON request_record USING (true)', '{}'),
	('I.1', 'DROP POLICY own ON breach', '{}'),
	('I.1', 'ALTER FUNCTION find_matches(jsonb, integer, double precision) SECURITY DEFINER', '{}'),
	('I.1', 'ALTER FUNCTION visible_controllers() RESET search_path', '{}'),
	('I.1', 'CREATE FUNCTION peep() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS ''SELECT count(*) FROM dropcontact.contact''; REVOKE ALL ON FUNCTION peep() FROM PUBLIC', '{}'),
	('I.1', 'CREATE ROLE controls_bypass BYPASSRLS; GRANT controls_bypass, dropcontact_operator TO controls_login', '{III.4a,III.4b}'),
	('I.1', 'SELECT open_run(''rights''); ALTER TABLE match_pair DISABLE TRIGGER USER; INSERT INTO match_pair SELECT min(contact_id), max(contact_id), %2$s, 0.7, ''[]'' FROM contact; ALTER TABLE match_pair ENABLE ALWAYS TRIGGER require_run; ALTER TABLE match_pair ENABLE ALWAYS TRIGGER refuse_truncate', '{}'),
	('I.1', 'ALTER TABLE access DISABLE TRIGGER note_role', '{}'),
	('I.2', 'UPDATE control SET check_sql = ''SELECT NULL::text WHERE false'' WHERE clause = ''III.8a''', '{}'),
	('I.2', 'UPDATE control SET check_sql = replace(check_sql, ''k.n > r.n'', ''false'') WHERE clause = ''II.1a''', '{}'),
	('II.1a', 'DROP TRIGGER clean ON contact', '{}'),
	('II.1a', 'ALTER TABLE contact ENABLE REPLICA TRIGGER clean', '{}'),
	('II.1a', 'ALTER TABLE contact ENABLE TRIGGER record_delete', '{}'),
	('II.1b', 'ALTER TABLE entity_member DISABLE TRIGGER note_removal', '{}'),
	('II.1b', 'DROP TRIGGER lock_matching ON contact', '{}'),
	('II.1b', 'SELECT open_run(''rights''); INSERT INTO entity_log (controller_id, kind, contact_ids, why, at) VALUES (%1$s, ''merged'', ''{1,2}'', ''by hand'', (SELECT min(started_at) - interval ''1 second'' FROM run WHERE agreement_id IS NOT NULL)); ALTER TABLE agreement DISABLE TRIGGER guard; UPDATE agreement SET recorded_at = recorded_at - interval ''1 hour''; ALTER TABLE agreement ENABLE ALWAYS TRIGGER guard', '{IV.3.2b}'),
	('II.1c', 'INSERT INTO run SELECT (jsonb_populate_record(r, jsonb_build_object(''run_id'', 10000, ''purpose'', ''merge'', ''source_ids'', ARRAY[%4$s], ''started_at'', now(), ''instruction_ids'', (SELECT array_agg(instruction_id) FROM instruction_record WHERE body ->> ''purpose'' = ''merge'')))).* FROM run r WHERE r.agreement_id IS NOT NULL LIMIT 1', '{}'),
	('II.2', 'ALTER TABLE contact DISABLE TRIGGER clean; UPDATE contact SET relation = NULL WHERE external_id = ''2''; ALTER TABLE contact ENABLE ALWAYS TRIGGER clean', '{}'),
	('II.3', 'ALTER TABLE purpose ALTER COLUMN nature DROP NOT NULL; UPDATE purpose SET nature = NULL WHERE purpose = ''direct''', '{}'),
	('II.3', 'ALTER TABLE purpose DROP CONSTRAINT purpose_nature_check; UPDATE purpose SET nature = ''{}'' WHERE purpose = ''direct''', '{}'),
	('II.4', 'INSERT INTO purpose SELECT ''marketing'', service, nature, dpv_iri, meaning FROM purpose WHERE purpose = ''direct''', '{}'),
	('II.5', 'ALTER TABLE contact DISABLE TRIGGER clean; UPDATE contact SET attributes = ''{"note": "FR7630006000011234567890189"}'' WHERE external_id = ''1''; ALTER TABLE contact ENABLE ALWAYS TRIGGER clean', '{}'),
	('II.5', 'ALTER TABLE contact DISABLE TRIGGER clean; UPDATE contact SET attributes = ''{"crm": {"health status": "x"}}'' WHERE external_id = ''1''; ALTER TABLE contact ENABLE ALWAYS TRIGGER clean', '{}'),
	('II.6', 'ALTER TABLE contact DISABLE TRIGGER clean; UPDATE contact SET source = ''elsewhere'' WHERE external_id = ''1''; ALTER TABLE contact ENABLE ALWAYS TRIGGER clean', '{}'),
	('II.6', 'ALTER TABLE contact DISABLE TRIGGER clean; ALTER TABLE contact ALTER COLUMN source DROP NOT NULL; UPDATE contact SET source = NULL WHERE external_id = ''1''; ALTER TABLE contact ENABLE ALWAYS TRIGGER clean', '{}'),
	('II.7', 'GRANT pg_write_server_files TO controls_login', '{}'),
	('II.7', 'CREATE PUBLICATION controls_publication FOR TABLE contact', '{}'),
	('II.7', 'SELECT retire_subprocessor(''OVH''); INSERT INTO disclosure (controller_id, recipient, what, rows, at) VALUES (%1$s, ''OVH'', ''x'', 1, clock_timestamp())', '{}'),
	('III.0', 'UPDATE control SET clause = ''IV.9'' WHERE clause = ''III.11''', '{I.2}'),
	('III.1', 'DROP TRIGGER require_run ON entity_member', '{}'),
	('III.1', 'CREATE RULE copy AS ON INSERT TO outbox_message DO ALSO NOTHING', '{}'),
	('II.1b', 'CREATE FUNCTION pg_temp.late() RETURNS trigger LANGUAGE plpgsql AS ''BEGIN RETURN NEW; END''; CREATE TRIGGER zz BEFORE INSERT ON contact FOR EACH ROW EXECUTE FUNCTION pg_temp.late()', '{}'),
	('III.1', 'DROP TRIGGER append_only ON ledger', '{}'),
	('III.1', 'ALTER TABLE outbox_message DISABLE TRIGGER refuse_truncate', '{}'),
	('III.1', 'ALTER EVENT TRIGGER dropcontact_guard DISABLE', '{}'),
	('III.2a', 'INSERT INTO run SELECT (jsonb_populate_record(r, jsonb_build_object(''run_id'', 10000, ''started_at'', now(), ''instruction_ids'', ARRAY[(SELECT instruction_id FROM instruction_record WHERE controller_id = %2$s AND body ->> ''purpose'' = ''clean'')]))).* FROM run r WHERE r.agreement_id IS NOT NULL AND purpose = ''clean'' LIMIT 1', '{}'),
	('III.2a', 'INSERT INTO instruction_hold (controller_id, instruction_id, state, at) SELECT %1$s, instruction_id, ''withdrawn'', recorded_at FROM instruction_record WHERE controller_id = %1$s AND body ->> ''purpose'' = ''clean''', '{}'),
	('III.2b', 'ALTER TABLE source DISABLE TRIGGER instruct; UPDATE source SET priority = 1 WHERE name = ''crm''; ALTER TABLE source ENABLE ALWAYS TRIGGER instruct', '{}'),
	('III.2b', 'ALTER TABLE source DISABLE TRIGGER instruct; UPDATE source SET kind = ''crm'' WHERE name = ''mail''; ALTER TABLE source ENABLE ALWAYS TRIGGER instruct', '{}'),
	('III.2b', 'CREATE TABLE pg_temp.people (); INSERT INTO attachment (relation, controller_id, source) VALUES (''pg_temp.people''::regclass, %1$s, ''crm'')', '{}'),
	('III.2b', 'UPDATE mailbox SET instruction_id = 1', '{}'),
	('III.2c', 'SELECT give_instruction(''tell the sales team the religion of each contact''); ALTER TABLE instruction_hold DISABLE TRIGGER append_only; DELETE FROM instruction_hold; ALTER TABLE instruction_hold ENABLE ALWAYS TRIGGER append_only', '{}'),
	('III.2c', 'SELECT give_instruction(''tell the sales team the religion of each contact''); ALTER TABLE instruction_warning DISABLE TRIGGER append_only; UPDATE instruction_warning SET raised_at = raised_at + interval ''2 days''; ALTER TABLE instruction_warning ENABLE ALWAYS TRIGGER append_only', '{}'),
	('III.2d', 'ALTER TABLE transfer DROP CONSTRAINT transfer_check; ALTER TABLE transfer DROP CONSTRAINT transfer_barred_ground_check; INSERT INTO transfer (controller_id, recipient, country, tool, legal_obligation, notice_barred_by, barred_ground, announced_at, started_at) VALUES (%1$s, ''x'', ''US'', ''49-1-d'', ''x'', ''a law'', ''convenience'', now(), now())', '{}'),
	('III.2e', 'GRANT SELECT (email) ON contact TO dropcontact_improver', '{}'),
	('III.2e', 'GRANT EXECUTE ON FUNCTION find_matches(jsonb, integer, double precision) TO dropcontact_improver', '{}'),
	('III.3', 'GRANT SELECT (email) ON contact TO PUBLIC', '{III.2e,III.12c}'),
	('III.3', 'GRANT SELECT ON contact TO controls_login', '{}'),
	('III.3', 'GRANT INSERT ON ledger TO dropcontact_operator', '{}'),
	('III.3', 'GRANT CREATE ON SCHEMA dropcontact TO PUBLIC', '{}'),
	('III.3', 'GRANT EXECUTE ON FUNCTION do_erase_subject(integer, uuid) TO dropcontact_operator', '{}'),
	('III.3', 'GRANT USAGE ON SEQUENCE contact_id_seq TO controls_login', '{}'),
	('III.3', 'ALTER TABLE contact OWNER TO dropcontact_admin', '{}'),
	('III.3', 'ALTER ROLE controls_login SET log_statement = ''all''', '{}'),
	('III.3', 'CREATE STATISTICS controls_statistics ON email, phone FROM contact', '{}'),
	('III.4a', 'GRANT dropcontact_ingest TO controls_login', '{III.4b}'),
	('III.4a', 'UPDATE commitment SET signed_on = current_date + 2', '{}'),
	('III.4b', 'DELETE FROM training WHERE rolname = session_user', '{}'),
	('III.4b', 'UPDATE training SET passed_on = current_date + 2', '{}'),
	('III.5a', 'UPDATE data_map SET category = ''technical'', dpv_iri = NULL, erase_strategy = ''kept'' WHERE relation = ''request_record'' AND attribute = ''subject''', '{}'),
	('III.5a', 'CREATE MATERIALIZED VIEW dropcontact.copies AS SELECT email FROM contact', '{}'),
	('III.5a', 'DELETE FROM data_map WHERE relation = ''outbox_message'' AND attribute = ''body''', '{}'),
	('III.5b', 'CREATE OR REPLACE FUNCTION setting_rank(setting text, value text) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, dropcontact, pg_temp AS ''SELECT NULL::integer''', '{}'),
	('III.6a', 'INSERT INTO subprocessor (name, activities, contact, registered_office, office_country, group_country, server_country, contract_from, of_agreement) VALUES (''New'', ''x'', ''x'', ''x'', ''FR'', ''FR'', ''FR'', ''2022-12-21'', true)', '{III.6d}'),
	('III.6a', 'UPDATE subprocessor SET server_country = ''PL'' WHERE name = ''OVH''', '{}'),
	('III.6b', 'SELECT propose_subprocessor(''New'', ''x'', ''x'', ''x'', ''FR'', ''FR'', ''2026-01-01''); UPDATE subprocessor SET server_country = ''RO'' WHERE name = ''New''', '{}'),
	('III.6c', 'SELECT propose_subprocessor(''New'', ''x'', ''x'', ''x'', ''FR'', ''FR'', ''2026-01-01''); SELECT record_guarantee(''New'', repeat(''a'', 64), current_date + 9); ALTER TABLE subprocessor_notice DROP CONSTRAINT subprocessor_notice_check1; UPDATE subprocessor_notice SET received_at = noticed_at, objection_until = noticed_at; INSERT INTO subprocessor_use SELECT %1$s, subprocessor_id, clock_timestamp() FROM subprocessor WHERE name = ''New''', '{}'),
	('III.6d', 'DELETE FROM guarantee WHERE clause = ''III.11''', '{}'),
	('III.6e', 'DROP TRIGGER guard ON breach', '{}'),
	('III.7a', 'UPDATE request_record SET steps = ''{}'' WHERE kind = ''access''', '{}'),
	('III.7b', 'DROP TRIGGER apply_rectified ON contact', '{}'),
	('III.7b', 'UPDATE field_lock SET value = ''Another''', '{}'),
	('III.7c', 'ALTER TABLE contact DISABLE TRIGGER clean; INSERT INTO contact (controller_id, source, relation, email, cleaned_by, received_at) VALUES (%1$s, ''crm'', ''customer'', ''erased@one.example'', 1, ''2020-01-01''); ALTER TABLE contact ENABLE ALWAYS TRIGGER clean', '{}'),
	('III.7c', 'DELETE FROM tombstone', '{}'),
	('III.7c', 'ALTER TABLE erasure_certificate DISABLE TRIGGER append_only; DELETE FROM erasure_certificate; ALTER TABLE erasure_certificate ENABLE ALWAYS TRIGGER append_only', '{}'),
	('III.7c', 'ALTER TABLE tombstone DISABLE TRIGGER changed', '{}'),
	('III.7d', 'SELECT submit_request(''objection'', ''{"email": "x@one.example"}'', ''controller''); UPDATE request_record SET due = now() - interval ''1 day'' WHERE closed_at IS NULL AND kind = ''objection''', '{}'),
	('III.7e', 'ALTER TABLE processing_limit DISABLE TRIGGER changed', '{}'),
	('III.7e', 'ALTER TABLE processing_limit DROP CONSTRAINT processing_limit_check1; INSERT INTO processing_limit (controller_id, contact_id, kind, request_id, from_at, lifted_at) VALUES (%1$s, -1, ''objection'', gen_random_uuid(), now() - interval ''1 day'', now())', '{}'),
	('III.7f', 'SELECT submit_request(''portability'', ''{"email": "x@one.example"}'', ''controller''); UPDATE request_record SET due = now() - interval ''1 day'' WHERE closed_at IS NULL AND kind = ''portability''', '{}'),
	('III.7g', 'SELECT submit_request(''human_review'', ''{"email": "x@one.example"}'', ''controller''); UPDATE request_record SET due = now() - interval ''1 day'' WHERE closed_at IS NULL AND kind = ''human_review''', '{}'),
	('III.7h', 'SELECT submit_request(''access'', ''{"email": "x@one.example"}'', ''processor''); UPDATE outbox_message SET recipient = ''else@acme.example'' WHERE kind = ''request''', '{}'),
	('III.7h', 'DELETE FROM request_record WHERE kind = ''access'' AND received_by = ''processor''', '{}'),
	('III.8a', 'ALTER TABLE breach DISABLE TRIGGER guard; ALTER TABLE breach_notice DISABLE TRIGGER append_only; DELETE FROM breach_notice; DELETE FROM breach; ALTER TABLE breach_notice ENABLE ALWAYS TRIGGER append_only; ALTER TABLE breach ENABLE ALWAYS TRIGGER guard', '{}'),
	('II.6', 'ALTER TABLE source DISABLE TRIGGER guard', '{}'),
	('III.4a', 'ALTER TABLE training DISABLE TRIGGER permits_changed', '{}'),
	('III.6a', 'ALTER TABLE subprocessor DROP CONSTRAINT subprocessor_server_country_check; UPDATE subprocessor SET server_country = ''US'' WHERE name = ''Good''', '{III.6b}'),
	('III.6e', 'ALTER TABLE breach DISABLE TRIGGER guard; UPDATE breach SET liable_party = ''OVH''; ALTER TABLE breach ENABLE ALWAYS TRIGGER guard', '{}'),
	('III.10b', 'SELECT end_service(''Acme'', now() + interval ''1 day''); UPDATE service_end SET destroyed_at = now() WHERE controller_id = %1$s', '{}'),
	('III.10b', 'SELECT end_service(''Acme'', now() + interval ''1 day''); UPDATE service_end SET destroy_by = now() - interval ''1 day'' WHERE controller_id = %1$s', '{}'),
	('III.11', 'SELECT write_ledger(%1$s, ''register'', ''{"month": "2020-01-01", "sha256": "0"}''), flush_ledger()', '{}'),
	('III.7h', 'DROP TRIGGER forward ON request_record', '{}'),
	('III.7h', 'UPDATE request_record SET outbox_id = NULL WHERE received_by = ''processor''', '{}'),
	('III.8a', 'SELECT declare_breach(now() - interval ''80 hours'', ''{availability}'')', '{}'),
	('III.8b', 'ALTER TABLE breach_notice DROP CONSTRAINT breach_notice_check1; ALTER TABLE breach_notice DISABLE TRIGGER append_only; UPDATE breach_notice SET phase = ''final''; ALTER TABLE breach_notice ENABLE ALWAYS TRIGGER append_only', '{}'),
	('III.9', 'CREATE OR REPLACE FUNCTION art35_7_keys() RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, dropcontact, pg_temp AS ''SELECT ARRAY[''''description'''', ''''consultation'''']''', '{}'),
	('III.10a', 'INSERT INTO run SELECT (jsonb_populate_record(r, ''{"run_id": 10000, "channel": "tls", "tls_version": "TLSv1"}'')).* FROM run r WHERE r.agreement_id IS NOT NULL LIMIT 1', '{}'),
	('III.10a', 'UPDATE source SET url = ''imap://mail.example'' WHERE name = ''mail''', '{}'),
	('III.10b', 'UPDATE agreement SET service_end = now() - interval ''2 months''', '{}'),
	('III.11', 'ALTER TABLE register_snapshot DISABLE TRIGGER append_only; DELETE FROM register_snapshot; INSERT INTO register_snapshot SELECT l.controller_id, date_trunc(''month'', now()) - interval ''1 month'', now(), 1, l.body ->> ''sha256'' FROM ledger l WHERE l.kind = ''register''; ALTER TABLE register_snapshot ENABLE ALWAYS TRIGGER append_only', '{}'),
	('III.12a', 'ALTER TABLE ledger DISABLE TRIGGER append_only; DELETE FROM ledger WHERE controller_id = %1$s AND entry = (SELECT max(entry) FROM ledger WHERE controller_id = %1$s); ALTER TABLE ledger ENABLE ALWAYS TRIGGER append_only', '{}'),
	('III.12b', 'INSERT INTO access_log (controller_id, at, actor, via, purpose, human, allowed) VALUES (%1$s, now(), ''controls_auditor'', ''audit'', ''prices'', true, true)', '{}'),
	('III.12b', 'SELECT close_audit(%3$s); INSERT INTO access_log (controller_id, at, actor, via, purpose, human, allowed) VALUES (%1$s, clock_timestamp(), ''controls_auditor'', ''audit'', ''runs'', true, true)', '{}'),
	('III.12b', 'SELECT object_to_audit(%3$s, ''runs'', ''ours''); INSERT INTO access_log (controller_id, at, actor, via, purpose, human, allowed) VALUES (%1$s, clock_timestamp(), ''controls_auditor'', ''audit'', ''runs'', true, true)', '{}'),
	('III.12c', 'GRANT SELECT (m, u) ON match_model TO dropcontact_auditor', '{}'),
	('III.12c', 'GRANT dropcontact_operator TO dropcontact_auditor', '{III.4a,III.4b}'),
	('III.12c', 'GRANT EXECUTE ON FUNCTION explain_match(bigint, bigint) TO dropcontact_auditor', '{}'),
	('III.12d', 'ALTER TABLE audit_objection DROP CONSTRAINT audit_objection_ground_check; INSERT INTO audit_objection VALUES (%3$s, %1$s, ''runs'', '' '', now())', '{}'),
	('III.12e', 'DELETE FROM audit_staff', '{}'),
	('IV.1a', 'ALTER TABLE controller_declaration DISABLE TRIGGER append_only; UPDATE controller_declaration SET at = clock_timestamp(); ALTER TABLE controller_declaration ENABLE ALWAYS TRIGGER append_only', '{}'),
	('IV.1b', 'ALTER TABLE legal_basis DISABLE TRIGGER append_only; UPDATE legal_basis SET at = clock_timestamp(); ALTER TABLE legal_basis ENABLE ALWAYS TRIGGER append_only', '{}'),
	('IV.1c', 'SELECT state_legal_basis(''crm'', ''6-1-a'', ''clean''), record_consent(''crm'', ''clean'', c.email, now(), ''x''), withdraw_consent(''crm'', ''clean'', c.email) FROM contact c', '{}'),
	('IV.2a', 'ALTER TABLE mailbox DROP CONSTRAINT mailbox_check; ALTER TABLE mailbox ALTER COLUMN informed_on DROP NOT NULL; UPDATE mailbox SET informed_on = NULL', '{}'),
	('IV.2b', 'UPDATE mailbox SET accepted = false, refused_at = NULL', '{}'),
	('IV.2b', 'UPDATE mailbox SET accepted = NULL', '{}'),
	('IV.2c', 'ALTER TABLE access_log DROP CONSTRAINT access_log_limited_use_ground_check; INSERT INTO access_log (controller_id, at, actor, via, origin, human, allowed, limited_use_ground) VALUES (%1$s, now(), ''x'', ''mailbox'', ''google'', true, true, ''curiosity'')', '{}'),
	('IV.2c', 'ALTER TABLE mailbox DROP CONSTRAINT mailbox_check1; UPDATE mailbox SET stopped_at = now()', '{}'),
	('IV.3.0', 'CREATE OR REPLACE FUNCTION duty_of_controller(OUT clause text, OUT duty text, OUT blocks text) RETURNS SETOF record LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, dropcontact, pg_temp AS ''VALUES (''''IV.1a'''', ''''x'''', ''''x'''')''', '{}'),
	('IV.3.1', 'ALTER TABLE run DROP CONSTRAINT run_contacts_check; INSERT INTO run SELECT (jsonb_populate_record(r, ''{"run_id": 10000, "contacts": -9}'')).* FROM run r WHERE r.agreement_id IS NOT NULL LIMIT 1', '{II.1a}'),
	('IV.3.1', 'INSERT INTO quarantine (controller_id, at, source, external_id, code, field, expires_at) VALUES (%1$s, now(), ''crm'', ''77'', ''RG102'', ''relation'', now() + interval ''1 day'')', '{}'),
	('IV.3.2a', 'ALTER TABLE instruction_record DISABLE TRIGGER ALL; DELETE FROM instruction_record WHERE kind = ''agreement''; ALTER TABLE instruction_record ENABLE TRIGGER ALL; ALTER TABLE instruction_record ENABLE ALWAYS TRIGGER append_only; ALTER TABLE instruction_record ENABLE ALWAYS TRIGGER permits_changed', '{}'),
	('IV.3.2b', 'ALTER TABLE setting_value DISABLE TRIGGER guard; UPDATE setting_value SET intended_use = '' ''; ALTER TABLE setting_value ENABLE ALWAYS TRIGGER guard', '{}'),
	('IV.3.2c', 'ALTER TABLE setting_value DISABLE TRIGGER guard; INSERT INTO setting_value (controller_id, setting, value, instruction_id, set_at) SELECT %1$s, ''review_threshold'', ''0.5'', max(instruction_id), now() FROM instruction_record; ALTER TABLE setting_value ENABLE ALWAYS TRIGGER guard', '{III.2b,IV.3.2b}'),
	('IV.3.3', 'ALTER TABLE controller_declaration DISABLE TRIGGER append_only; DELETE FROM controller_declaration WHERE kind = ''compliance_attestation''; ALTER TABLE controller_declaration ENABLE ALWAYS TRIGGER append_only', '{}'),
	('IV.3.4', 'REVOKE USAGE ON SCHEMA dropcontact FROM PUBLIC', '{}'),
	('V', 'ALTER TABLE agreement DISABLE TRIGGER guard; UPDATE agreement SET text_sha256 = repeat(''0'', 64); ALTER TABLE agreement ENABLE ALWAYS TRIGGER guard', '{}'),
	('V', 'DROP TRIGGER guard ON agreement', '{}');

CREATE FUNCTION pg_temp.violate(v violation, acme integer, other integer, mission integer, mail integer, OUT what text, OUT also_other boolean) RETURNS record
	LANGUAGE plpgsql
	AS $$
DECLARE
	red text[];
BEGIN
	BEGIN
		EXECUTE format(v.does, acme, other, mission, mail);
		IF v.again THEN
			/* what run_controls() runs, without writing the results */
			PERFORM flush_ledger();
			red := ARRAY(SELECT k.clause FROM control k CROSS JOIN LATERAL check_control(k, acme) r WHERE NOT r.passed);
		ELSE
			red := ARRAY(SELECT r.clause FROM run_controls() r WHERE NOT r.passed);
		END IF;
		also_other := (SELECT NOT (check_control(k, other)).passed FROM control k WHERE k.clause = v.clause);
		RAISE EXCEPTION USING ERRCODE = 'ZZ999';
	EXCEPTION WHEN SQLSTATE 'ZZ999' THEN
		NULL;
	END;
	what := CASE WHEN NOT v.clause = ANY (red) THEN 'stays green'
		WHEN NOT red <@ (v.clause || v.also || ARRAY(SELECT b.clause FROM before b)) THEN 'turns others red: ' || array_to_string(red, ', ')
		ELSE 'seen' END;
EXCEPTION WHEN OTHERS THEN
	what := SQLERRM;
END
$$;
SET client_min_messages = error;
CREATE TEMP TABLE seen AS SELECT v.clause, v.does, r.* FROM violation v, LATERAL pg_temp.violate(v, :acme, :other, :mission, :mail) r;
SELECT clause, does, what FROM seen WHERE what <> 'seen';
-- what is nobody's alone, such as a trigger, turns the control of the other red too; the rest does not
SELECT clause, count(*) FROM seen WHERE also_other GROUP BY 1 ORDER BY 1;
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
DROP ROLE controls_controller, controls_auditor, controls_login;
CREATE EXTENSION dropcontact;
