-- what the controller owes: information, legal basis, consent; blocks under an agreement only
\set SHOW_CONTEXT never
SET client_min_messages = error;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
SET client_min_messages = warning;
SET search_path = dropcontact;
CREATE ROLE decl_operator LOGIN;
GRANT dropcontact_operator TO decl_operator;
CREATE ROLE decl_controller LOGIN;
GRANT dropcontact_controller TO decl_controller;
SELECT create_controller('Acme', 'dpo@acme.example') AS acme \gset
SELECT create_source('crm') AS crm, create_source('form', 'form') AS form \gset
SELECT grant_access('decl_operator', 'Acme'), grant_access('decl_controller', 'Acme');
-- a newcomer meets no obstacle
INSERT INTO contact (source, external_id, email) VALUES ('crm', '1', 'a@one.example');
SELECT contacts FROM dedupe();
SELECT purpose, contacts, source_ids = ARRAY[:crm] AS of_crm FROM processing_run WHERE purpose = 'clean';
SELECT sign_agreement('Acme', '2022-12-21', '2023-01-02', '2023-01-02', 'the text') > 0 AS signed;
-- from now on: information, then legal basis
INSERT INTO contact (source, external_id, email, relation) VALUES ('crm', '2', 'b@one.example', 'prospect');
SELECT dedupe();
SET ROLE decl_operator;
SELECT declare_information('crm', repeat('a', 64));
SELECT state_legal_basis('crm', '6-1-f');
INSERT INTO legal_basis (controller_id, source_id, purpose, basis, at) VALUES (:acme, :crm, 'clean', '6-1-f', now());
SET ROLE decl_controller;
SELECT declare_information('nowhere', repeat('a', 64));
SELECT declare_information('crm', repeat('a', 64)) > 0 AS declared;
RESET ROLE;
INSERT INTO contact (source, external_id, email, relation) VALUES ('crm', '2', 'b@one.example', 'prospect');
SET ROLE decl_controller;
SELECT state_legal_basis('crm', '6-1-z');
SELECT state_legal_basis('crm', '6-1-f', 'marketing');
SELECT state_legal_basis('crm', '6-1-f', 'clean', 'LIA 2026/1');
RESET ROLE;
INSERT INTO contact (source, external_id, email, relation) VALUES ('crm', '2', 'b@one.example', 'prospect');
INSERT INTO contact (source, external_id, email) VALUES ('form', '1', 'c@one.example');
SELECT dedupe();
SET ROLE decl_controller;
SELECT state_legal_basis('crm', '6-1-f');
RESET ROLE;
SELECT contacts FROM dedupe();
-- contacts can always be removed
DELETE FROM contact WHERE external_id = '2';
-- consent: each person, at once; others are left out and counted
SET ROLE decl_controller;
SELECT declare_information('form', repeat('a', 64)) > 0 AS declared, state_legal_basis('form', '6-1-a');
SELECT record_consent('form', 'clean', 'C+news@gmail.com', now() + interval '1 day', 'box ticked');
SELECT record_consent('form', 'clean', 'C+news@gmail.com', now(), '');
SELECT record_consent('form', NULL, 'C+news@gmail.com', now(), 'form 17') AS recorded, record_consent('form', 'clean', '77', now(), 'form 18') AS by_id;
RESET ROLE;
INSERT INTO contact (source, external_id, email, relation) VALUES ('form', '1', 'c@gmail.com', 'prospect'), ('form', '2', 'd@gmail.com', 'prospect'), ('form', '77', NULL, 'prospect');
SELECT external_id FROM contact WHERE source = 'form' ORDER BY 1;
SELECT * FROM ingest('form', '[{"external_id": "3", "email": "e@gmail.com"}, {"external_id": "1", "email": "c@googlemail.com"}]');
SET ROLE decl_operator;
SELECT withdraw_consent('form', 'correct', 'c@gmail.com');
RESET ROLE;
SELECT * FROM ingest('form', '[{"external_id": "1", "email": "c@gmail.com", "city": "Lyon"}]');
SELECT external_id, city FROM contact WHERE source = 'form' ORDER BY 1;
SELECT purpose, contacts, refused FROM processing_run WHERE refused <> '{}' ORDER BY run_id;
-- without a source
INSERT INTO contact (external_id, email, relation) VALUES ('9', 'z@one.example', 'customer');
\echo :LAST_ERROR_SQLSTATE
-- supervision and attestation
SET ROLE decl_operator;
SELECT supervise('how many?');
SET ROLE decl_controller;
SELECT attest_compliance(repeat('c', 64), current_date + 365) > 0 AS attested;
-- one that ends before does not shorten it
SELECT attest_compliance(repeat('c', 64), current_date - 1) > 0 AS shorter;
SELECT state, due::date - current_date AS days FROM clocks WHERE subject LIKE 'attestation%';
SELECT supervise(' ');
SELECT supervise('how many contacts do you hold?', due => now() + interval '10 days') AS question \gset
RESET ROLE;
SELECT answer_supervision(:question, 'three', repeat('d', 64));
SELECT answer_supervision(:question, 'four');
SELECT kind, answer, due - asked_at > interval '9 days' AS due FROM supervision;
UPDATE controller_declaration SET at = now();
DELETE FROM legal_basis;
SELECT verify_ledger();
SET client_min_messages = error;
SET dropcontact.allow_drop = on;
DROP EXTENSION dropcontact CASCADE;
DROP ROLE decl_controller, decl_operator;
CREATE EXTENSION dropcontact;
