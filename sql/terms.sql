-- what a source says of its contacts, what becomes of contacts without information of the persons, uses as instructions
\set SHOW_CONTEXT never
SET client_min_messages = error;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
SET search_path = dropcontact;
SELECT create_controller('Acme', 'dpo@acme.example') AS acme, create_controller('Other', 'dpo@other.example') AS other \gset
SET dropcontact.controller = 'Other';
SELECT create_source('crm') AS other_crm \gset
INSERT INTO contact (source, external_id, full_name) VALUES ('crm', '1', 'Jean Martin') RETURNING contact_id AS of_other \gset
SET dropcontact.controller = 'Acme';

-- the relation of contacts that do not tell theirs
SELECT create_source('shop', relation => 'patient');
SELECT create_source('shop', relation => 'customer') > 0 AS shop, create_source('crm') > 0 AS crm, create_source('bought', 'file', relation => 'prospect') > 0 AS bought;
INSERT INTO contact (source, external_id, full_name) VALUES ('shop', '1', 'Jean Martin') RETURNING contact_id AS mine \gset
INSERT INTO contact (source, external_id, full_name, relation) VALUES ('shop', '2', 'Anne Petit', 'fournisseur'), ('crm', '3', 'Luc Roy', NULL);
SELECT external_id, action FROM ingest('shop', '[{"external_id": "4", "full_name": "Eva Roy"}, {"external_id": "1", "full_name": "Jean Martin"}]');
UPDATE contact SET relation = NULL, city = 'Lyon' WHERE external_id = '2';
SELECT external_id, relation, received FROM contact WHERE controller_id = :acme ORDER BY external_id;
SELECT body ->> 'relation' AS relation FROM instruction WHERE kind = 'source' AND controller = 'Acme' ORDER BY instruction_id;

-- what is changed of a source is an instruction too
UPDATE source SET priority = 5, region = 'BE' WHERE name = 'shop';
UPDATE source SET priority = 5 WHERE name = 'shop';
SELECT body - 'source' AS body, given_by = session_user AS by_me FROM instruction WHERE kind = 'source' AND controller = 'Acme' AND body ->> 'name' = 'shop' ORDER BY instruction_id;

-- contacts of two controllers are never compared or merged
SELECT confirm_match(:mine, :of_other);
SELECT reject_match(:of_other, :mine);
SELECT match_probability(:mine, :of_other);
SELECT unmerge(:of_other);
CREATE ROLE terms_operator;
GRANT dropcontact_operator TO terms_operator;
SELECT grant_access('terms_operator', 'Acme');
SET ROLE terms_operator;
-- whoever does not see the other one hears nothing of it
SELECT confirm_match(1000000, :mine);
\set VERBOSITY sqlstate
SELECT confirm_match(:mine, :of_other);
SELECT match_probability(:mine, :of_other);
\set VERBOSITY default
RESET ROLE;

-- contacts whose persons were not informed: refused, or left out one by one when the controller instructs so
SELECT sign_agreement('Acme', '2022-12-21', '2023-01-02', '2023-01-02', 'the text') > 0 AS signed;
SELECT declare_information('shop', repeat('a', 64)) > 0 AS declared, state_legal_basis('shop', '6-1-f') > 0 AS stated;
INSERT INTO contact (source, external_id, full_name) VALUES ('bought', '5', 'Max Roy');
SELECT configure('undeclared_source', 'ignore');
SELECT configure('undeclared_source', 'quarantine', 'nightly files of several sources', 'loading what may be loaded');
SET client_min_messages = warning;
INSERT INTO contact (source, external_id, full_name) VALUES ('bought', '5', 'Max Roy'), ('bought', 'max@roy.example', 'Max Roy'), ('shop', '6', 'Ida Roy');
SELECT external_id, action FROM ingest('bought', '[{"external_id": "7", "full_name": "Pia Roy"}]');
SELECT source, external_id, code, field FROM quarantine ORDER BY quarantine_id;
SELECT refused FROM processing_run WHERE controller = 'Acme' AND refused <> '{}' ORDER BY run_id;
SELECT external_id FROM contact WHERE source = 'bought';
-- a basis is still needed
SELECT declare_information('bought', repeat('b', 64)) > 0 AS declared;
INSERT INTO contact (source, external_id, full_name) VALUES ('bought', '5', 'Max Roy');
SELECT state_legal_basis('bought', '6-1-f') > 0 AS stated;
INSERT INTO contact (source, external_id, full_name) VALUES ('bought', '5', 'Max Roy');
SELECT external_id, relation FROM contact WHERE source = 'bought';

-- who was left out before came in before nothing
SELECT clause, finding FROM run_controls() WHERE clause IN ('IV.1a', 'IV.1b', 'IV.3.1');

-- each use is an instruction too
SELECT kind, body - 'sources' AS body, status, run_id IS NOT NULL AS of_a_run, given_by = session_user AS by_me FROM instruction WHERE controller = 'Acme' AND kind = 'use' ORDER BY run_id;

-- rows of an older dump do not bring back who was erased since
SELECT erase_subject(submit_request('erasure', '{"source": "shop", "external_id": "1"}', 'controller')) ->> 'state' AS state;
INSERT INTO contact (controller_id, source, external_id, full_name, relation, cleaned_by) VALUES (:acme, 'shop', '1', 'Jean Martin', 'customer', 1), (:acme, 'shop', '8', 'Tom Roy', 'customer', 1);
SELECT external_id FROM contact WHERE external_id IN ('1', '8') AND controller_id = :acme;
SET dropcontact.allow_drop = on;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
DROP ROLE terms_operator;
