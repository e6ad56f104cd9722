-- audits: dates, scope, confidentiality, objections; each read logged; no table read directly
\set SHOW_CONTEXT never
SET client_min_messages = error;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
SET client_min_messages = warning;
SET search_path = dropcontact;
CREATE ROLE audit_auditor;
CREATE ROLE audit_controller;
GRANT dropcontact_auditor TO audit_auditor;
GRANT dropcontact_controller TO audit_controller;
SELECT create_controller('Acme', 'dpo@acme.example') AS acme, create_controller('Other', 'dpo@other.example') AS other \gset
SELECT grant_access('audit_auditor', 'Acme'), grant_access('audit_controller', 'Acme');
SET dropcontact.controller = 'Acme';
SELECT create_source('crm') > 0 AS made;
INSERT INTO contact (source, full_name, email, relation) VALUES ('crm', 'Jean Secretname', 'jean@secret.example', 'customer');
SELECT count(*) AS controls FROM run_controls() WHERE clause = 'V';
-- nobody begins without an undertaking of confidentiality
SELECT open_audit('audit_auditor', repeat('a', 64), now() - interval '1 hour', now() + interval '1 day', '[]');
SELECT open_audit('audit_auditor', repeat('a', 64), now() - interval '1 hour', now() + interval '1 day', '[{"name": "C. Audit"}]');
SELECT open_audit('audit_auditor', repeat('a', 64), now() - interval '1 hour', now() + interval '1 day',
	jsonb_build_array(jsonb_build_object('name', 'C. Audit', 'nda_signed_on', current_date + 2, 'nda_sha256', repeat('b', 64))));
SELECT open_audit('audit_auditor', repeat('a', 64), now(), now() - interval '1 day', '[]');
SELECT open_audit('nobody', repeat('a', 64), now(), now() + interval '1 day', '[]');
SET ROLE audit_auditor;
SELECT audit_evidence('runs');
RESET ROLE;
SET ROLE audit_controller;
SELECT open_audit('audit_auditor', repeat('a', 64), now() - interval '1 hour', now() + interval '1 day',
	jsonb_build_array(jsonb_build_object('name', 'C. Audit', 'nda_signed_on', current_date - 2, 'nda_sha256', repeat('b', 64))), '{runs,register,ledger,security}') AS mission \gset
SELECT object_to_audit(:mission, 'security', 'ours');
RESET ROLE;
SET ROLE audit_auditor;
SELECT r ->> 'purpose' AS purpose, r ->> 'contacts' AS contacts FROM jsonb_array_elements(audit_evidence('runs')) r;
SELECT audit_evidence('ledger')::text ~ 'Secret' AS names_persons, audit_evidence('ledger') -> 'head' IS NOT NULL AS head;
SELECT audit_evidence('breaches');
SELECT audit_evidence('everything');
SELECT count(*) FROM contact;
SELECT count(*) FROM ledger;
SELECT count(*) FROM match_model;
SELECT evidence_item(:acme, 'ledger');
SELECT evidence_pack('Acme');
SELECT evidence_pack('Other');
INSERT INTO access_log (controller_id, at, actor, via, human, allowed) VALUES (:acme, now(), 'x', 'audit', true, true);
SET dropcontact.controller = 'Other';
SELECT audit_evidence('runs');
SET dropcontact.controller = 'Acme';
RESET ROLE;
-- objections: with a ground, the rest goes on, all of it is a warning
SELECT object_to_audit(:mission, 'security', ' ');
SELECT object_to_audit(:mission, 'clocks', 'not in the scope');
SELECT object_to_audit(:mission, 'security', 'shows our rules');
SET ROLE audit_auditor;
SELECT audit_evidence('security');
SELECT jsonb_typeof(audit_evidence('register')) AS register;
RESET ROLE;
SELECT object_to_audit(:mission, i, 'all of it') FROM unnest('{runs,register}'::text[]) i;
\set VERBOSITY terse
SELECT object_to_audit(:mission, 'ledger', 'all of it');
\set VERBOSITY default
SELECT count(*) AS told FROM outbox WHERE kind = 'audit_objection';
SELECT close_audit(:mission);
SET ROLE audit_auditor;
SELECT audit_evidence('ledger');
RESET ROLE;
SELECT via, purpose, allowed, count(*) FROM access_log GROUP BY 1, 2, 3 ORDER BY 2, 3;
-- time-boxed: it ends by itself, for a session that is connected and in a transaction too
SELECT open_audit('audit_auditor', repeat('a', 64), now() - interval '1 hour', clock_timestamp() + interval '3 seconds',
	jsonb_build_array(jsonb_build_object('name', 'C. Audit', 'nda_signed_on', current_date - 2, 'nda_sha256', repeat('b', 64)))) > :mission AS opened;
SET ROLE audit_auditor;
BEGIN;
SELECT audit_evidence('runs') IS NOT NULL AS reads;
SELECT pg_sleep(3.1);
SELECT audit_evidence(i) FROM unnest(audit_items()) i;
COMMIT;
RESET ROLE;
-- the pack
SET ROLE audit_controller;
SELECT k FROM jsonb_object_keys(evidence_pack('Acme')) k ORDER BY 1;
SELECT evidence_pack('Acme', '2026-02-01', '2026-01-01');
SELECT evidence_pack('Other');
SELECT pack_covers_all_clauses(p) AS covers, p::text ~ 'Secret|secret.example' AS names_persons, p::text ~ '"m":|weight' AS shows_rules, p ->> 'integrity' AS integrity
FROM evidence_pack('Acme') p;
RESET ROLE;
-- register: from the runs, as CSV and JSON-LD
SELECT controller, processor, purpose, recipients, runs, contacts FROM processing_register;
SELECT describe_party('Acme', 'processor', 'Processor "X", SAS', '222', '2 rue de Paris, Paris', 'FR', 'dpo@processor.example', dpo => 'B. Durand');
SELECT split_part(register_csv(), E'\r\n', 1) AS header, left(split_part(register_csv(), E'\r\n', 2), 60) AS line;
SELECT j -> '@type' AS type, j #>> '{dpv:hasProcess,0,dpv:hasDataProcessor,dct:title}' AS processor, j #>> '{dpv:hasProcess,0,dpv:hasPurpose,dct:title}' AS purpose, j #> '{dpv:hasProcess,0,dpv:hasProcessing}' AS processing, j #> '{dpv:hasProcess,0,dpv:hasRecipient}' AS recipients FROM register_jsonld() j;
SELECT snapshot_register() AS taken;
SELECT snapshot_register() AS taken;
UPDATE register_snapshot SET sha256 = '';
TRUNCATE register_snapshot;
SELECT k FROM jsonb_object_keys(dpia_input('Acme')) k ORDER BY 1;
SET ROLE audit_controller;
SELECT controller FROM processing_register;
SELECT dpia_input('Other');
RESET ROLE;
-- improvement: counts of groups, nothing else, until withdrawn
CREATE ROLE audit_improver;
GRANT dropcontact_improver TO audit_improver;
SELECT grant_access('audit_improver', 'Acme');
INSERT INTO contact (source, full_name, email, relation) SELECT 'crm', 'DUPONT Jean', 'jean' || g || '@gmail.com', 'customer' FROM generate_series(1, 12) g;
SET ROLE audit_improver;
SELECT * FROM improve_features ORDER BY 1, 2;
SELECT count(*) FROM contact;
RESET ROLE;
SELECT purpose, contacts FROM processing_run WHERE purpose = 'improve';
SELECT sign_agreement('Acme', '2022-12-21', '2023-01-02', '2023-01-02', 'the text') > 0 AS signed;
SELECT withdraw_instruction(instruction_id, 'not from us') FROM instruction WHERE kind = 'purpose' AND body ->> 'purpose' = 'improve';
SELECT count(*) FROM improve_features;
-- an appendix to General Conditions, whose definitions it uses: which text they had is known everywhere
SELECT sign_agreement('Acme', '2024-01-01', '2024-01-02', '2024-01-02', 'another text', ' ');
SELECT sign_agreement('Acme', '2022-12-21', '2024-01-02', '2024-01-02', 'another text');
SELECT sign_agreement('Acme', '2024-01-03', '2024-01-02', '2024-01-02', 'signed before it was written');
SELECT sign_agreement('Acme', '2024-01-01', '2024-01-02', 'infinity', 'never');
SELECT sign_agreement('Acme', '2024-01-01', '2024-01-02', '2024-01-02', 'another text', general_conditions => 'the conditions') > 0 AS signed;
SELECT version_date, text_sha256 = encode(sha256('another text'), 'hex') AS text, general_conditions_sha256 = encode(sha256('the conditions'), 'hex') AS conditions FROM agreement ORDER BY 1;
SELECT body - '{agreement,text_sha256}'::text[] AS instruction FROM instruction WHERE kind = 'agreement' ORDER BY instruction_id;
SELECT body - '{agreement,sha256}'::text[] AS entry FROM ledger WHERE kind = 'agreement' ORDER BY entry;
SELECT evidence_pack('Acme') -> 'agreement' ->> 'general_conditions_sha256' = encode(sha256('the conditions'), 'hex') AS in_the_pack;
UPDATE agreement SET general_conditions_sha256 = NULL;
-- what proves a deed is appended by that deed only
SELECT ledger_append(controller_id, 'portability', '{}') FROM controller WHERE name = 'Acme';
SELECT ledger_append(controller_id, 'a_note', '{}') FROM controller WHERE name = 'Acme';
SELECT verify_ledger();
SET client_min_messages = error;
SET dropcontact.allow_drop = on;
DROP EXTENSION dropcontact CASCADE;
DROP ROLE audit_auditor, audit_controller, audit_improver;
CREATE EXTENSION dropcontact;
