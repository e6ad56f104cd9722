-- under an agreement a contact that it does not cover is left out, counted and noted without its values
\set SHOW_CONTEXT never
\set VERBOSITY terse
SET client_min_messages = error;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
RESET client_min_messages;
SET search_path = dropcontact;
-- what words and numbers name
SELECT t, sensitive_terms(t) FROM unnest(ARRAY[
	'religion', 'Religiöse Zugehörigkeit', 'bloodType', 'groupe_sanguin', 'ETHNICITY', 'union_member', 'tradeUnion', 'casier judiciaire', 'gewerkschaftlich', 'sexual orientation',
	'num_secu', 'passportNumber', 'codiceFiscale', 'IBAN', 'steuerId',
	'FR76 3000 6000 0112 3456 7890 189', 'pay to DE89370400440532013000 please', 'FR76 3000 6000 0112 3456 7890 188', 'DE8937040044053201300',
	'1 85 05 78 006 084 91', '185057800608491', '185057800608490', '2-69-05-49-588-157-80', '1855078006084', '1 76 11 2A 004 125 09',
	'RSSMRA85T10A562S', 'RSSMRA85T10A562T', 'MRTMTT25D09F205Z',
	'order 123456789012345', '4111 1111 1111 1111', '+33 6 12 34 56 78', 'FR40303265045', '73282932000074',
	'loyalty', 'segment', 'race', 'embrace', 'healthy', 'sector', 'notes', 'unione', 'Jean Martin', '', ' ', 'é😀', repeat('religion ', 3)]) t;
-- long texts take linear time
SELECT sensitive_terms(repeat('a1 ', 300000)), sensitive_terms(repeat('x', 1000000));

SELECT create_controller('Acme', 'dpo@acme.example') AS acme \gset
SELECT create_source('crm', region => 'FR') AS crm \gset
-- without an agreement nothing is left out
INSERT INTO contact (source, external_id, last_name, relation, attributes) VALUES ('crm', '1', 'Free', 'patient', '{"religion": "x"}');
SELECT external_id, relation FROM contact;

SELECT sign_agreement('Acme', '2022-12-21', '2023-01-02', '2023-01-02', 'the text') > 0 AS signed, declare_information('crm', repeat('a', 64)) > 0 AS informed;
SELECT state_legal_basis('crm', '6-1-f') > 0 AS stated;
-- one warning a transaction and reason
INSERT INTO contact (source, external_id, last_name, relation, attributes) VALUES
	('crm', '2', 'Kept', 'Kunde', NULL),
	('crm', '3', 'Secret', 'patient', NULL),
	('crm', '4', 'Secret', NULL, NULL),
	('crm', 'CRM-5', 'Secret', 'customer', '{"Religion": "secret"}'),
	('crm', 'secret@one.example', 'Secret', 'customer', '{"notes": "she is pregnant, call in July"}'),
	('crm', 'Secret Jean', 'Secret', 'customer', '{"account": {"bank": ["FR76 3000 6000 0112 3456 7890 189"]}}'),
	('crm', '003Ab000001XyZ9AAK', 'Secret', 'customer', '{"1850578006084 secret": {"health": {"deep": [[{"x": true}]]}}}'),
	('crm', NULL, 'Secret', 'customer', '{"no": 185057800608491}'),
	('crm', '9', 'Kept', 'supplier', '{"religion": null, "health": "", "handicap": false, "sector": "health care", "budget": 185057800608490, "tags": ["vip"]}'),
	('crm', '10', 'Kept', 'prospect', '[]');
SELECT external_id, last_name FROM contact ORDER BY contact_id;
SELECT source, external_id, code, field, expires_at - at > '29 days' AS lasts FROM quarantine ORDER BY quarantine_id;
SELECT purpose, contacts, refused FROM processing_run ORDER BY run_id;
-- the other paths
BEGIN;
COPY contact (source, external_id, last_name, relation) FROM stdin (FORMAT csv);
crm,11,Secret,employee
crm,12,Kept,lead
\.
COPY contact_intake (source, external_id, last_name, relation) FROM stdin (FORMAT csv);
crm,13,Secret,child
crm,14,Kept,client
\.
SELECT external_id, action FROM ingest('crm', '[{"external_id": "15", "last_name": "Secret"}, {"external_id": "16", "relation": "vendor"}, {"external_id": "2", "religion": "secret"},
	{"external_id": "12", "relation": "employee"}]');
UPDATE contact SET relation = NULL WHERE external_id = '2';
UPDATE contact SET attributes = '{"passport": "secret"}' WHERE external_id = '2';
UPDATE contact SET city = 'Lyon' WHERE external_id IN ('1', '2');
COMMIT;
CREATE TABLE public.quarantine_crm (id integer PRIMARY KEY, name text, kind text, faith text);
INSERT INTO public.quarantine_crm VALUES (1, 'Secret', 'customer', 'secret'), (2, 'Kept', 'customer', NULL);
SELECT create_source('table', 'table') > 0 AS made, declare_information('table', repeat('a', 64)) > 0 AS informed, state_legal_basis('table', '6-1-f') > 0 AS stated;
SELECT attach_table('public.quarantine_crm', 'table', 'id', '{"last_name": "name", "relation": "kind", "faith": "faith"}');
SELECT source, external_id, relation, city, attributes FROM contact ORDER BY contact_id;
SELECT source, external_id, code, field FROM quarantine ORDER BY quarantine_id OFFSET 7;
SELECT purpose, refused FROM processing_run ORDER BY run_id OFFSET 2;
-- an attribute that the controller has released is taken in
SELECT allow_attribute('race', 'regattas that the customer sails') AS race \gset
INSERT INTO contact (source, external_id, last_name, relation, attributes) VALUES ('crm', '20', 'Secret', 'customer', '{"race": "Vendee Globe"}');
SELECT answer_alert(:race, 'release', 'a regatta');
INSERT INTO contact (source, external_id, last_name, relation, attributes) VALUES ('crm', '20', 'Kept', 'customer', '{"race": "Vendee Globe"}'),
	('crm', '21', 'Secret', 'customer', '{"race": "Vendee Globe", "religion": "secret"}');
-- in one statement for several controllers, by each of whom it asks what it released
SELECT create_controller('Beta', 'dpo@beta.example') > 0 AS beta;
SET dropcontact.controller = 'Beta';
SELECT create_source('crm') > 0 AS made, sign_agreement('Beta', '2022-12-21', '2023-01-02', '2023-01-02', 'the text') > 0 AS signed, declare_information('crm', repeat('a', 64)) > 0 AS informed, state_legal_basis('crm', '6-1-f') > 0 AS stated;
INSERT INTO contact (source, external_id, last_name, relation) VALUES ('crm', '20', 'Secret', 'customer');
UPDATE contact SET attributes = '{"race": "Route du Rhum"}' WHERE external_id = '20';
SELECT c.name, k.attributes FROM contact k JOIN controller c USING (controller_id) WHERE k.external_id = '20' ORDER BY 1;
DELETE FROM contact WHERE controller_id = current_controller();
SET dropcontact.controller = 'Acme';
SELECT withdraw_instruction(:race, 'no more');
INSERT INTO contact (source, external_id, last_name, relation, attributes) VALUES ('crm', '22', 'Secret', 'customer', '{"race": "Vendee Globe"}');
SELECT external_id, last_name FROM contact WHERE external_id >= '20' ORDER BY 1;
SELECT allow_attribute('race', ' ');
DELETE FROM contact WHERE external_id = '20';
-- no value of a person in what was noted; rows go when they have expired
SELECT count(*) FROM quarantine q WHERE concat_ws(' ', q.source, q.external_id, q.code, q.field) ~* 'secret|@|185|vendee';
UPDATE quarantine SET expires_at = now() - interval '1 second';
INSERT INTO contact (source, external_id, last_name) VALUES ('crm', '17', 'Secret');
SELECT external_id FROM quarantine;
-- what came before the agreement shows in the controls until it is gone
SELECT clause, passed FROM run_controls() WHERE clause IN ('II.2', 'II.5');
DELETE FROM contact WHERE external_id = '1';
SELECT clause, passed FROM run_controls() WHERE clause IN ('II.2', 'II.5');

-- who may see it
CREATE ROLE quarantine_ingest;
CREATE ROLE quarantine_controller;
GRANT dropcontact_ingest TO quarantine_ingest;
GRANT dropcontact_controller TO quarantine_controller;
SELECT create_controller('Other', 'dpo@other.example') AS other \gset
SELECT grant_access('quarantine_ingest', 'Acme'), grant_access('quarantine_controller', 'Other');
SET dropcontact.controller = 'Acme';
SET ROLE quarantine_ingest;
INSERT INTO contact_intake (source, external_id, last_name) VALUES ('crm', '18', 'Secret');
SELECT * FROM quarantine;
SELECT write_quarantine(1, 'crm', NULL, 'RG102', 'relation');
RESET ROLE;
SET ROLE quarantine_controller;
SELECT count(*) FROM quarantine;
RESET ROLE;
SELECT count(*) FROM quarantine;

DROP TABLE public.quarantine_crm;
SET client_min_messages = error;
SET dropcontact.allow_drop = on;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
DROP ROLE quarantine_ingest, quarantine_controller;
