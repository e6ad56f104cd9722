-- what a session remembers of what an agreement permits, and for how long
\set SHOW_CONTEXT never
\set VERBOSITY terse
SET client_min_messages = error;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
SET search_path = dropcontact;
SELECT create_controller('Acme', 'dpo@acme.example') > 0 AS acme;
SELECT create_source('crm', region => 'FR') > 0 AS crm, create_source('erp', region => 'FR') > 0 AS erp;
SELECT sign_agreement('Acme', '2022-12-21', '2023-01-02', '2023-01-02', 'the text') > 0 AS signed;
SELECT count(authorise_person(rolname, rolname::text, 'service', 'contract', current_date - 1, repeat('a', 64))) > 0 AS ok FROM roles_with_access();
SELECT count(*) > 0 AS trained FROM (SELECT record_training(rolname, 'data protection', current_date - 1, current_date + 300, repeat('b', 64)) FROM roles_with_access() OFFSET 0) t;
SELECT declare_information('crm', repeat('a', 64)) > 0 AS informed, state_legal_basis('crm', '6-1-f') > 0 AS stated;
SELECT declare_information('erp', repeat('a', 64)) > 0 AS informed, state_legal_basis('erp', '6-1-f', 'clean') > 0 AS stated;
INSERT INTO contact (source, external_id, full_name, relation) VALUES ('crm', '1', 'Jean Martin', 'customer');
SELECT entities FROM dedupe();
-- matching works on the contacts of all sources: once one without legal basis for it has some, it is refused, a second later at most
INSERT INTO contact (source, external_id, full_name, relation) VALUES ('erp', '1', 'Anne Petit', 'customer');
SELECT pg_sleep(1.1);
SELECT entities FROM dedupe();
DELETE FROM contact WHERE source = 'erp';
SELECT entities FROM dedupe();
-- the service ends at its moment, whatever was permitted before
SELECT end_service('Acme', clock_timestamp() + interval '3 seconds') IS NOT NULL AS ends;
INSERT INTO contact (source, external_id, full_name, relation) VALUES ('crm', '2', 'Luc Roy', 'customer');
SELECT pg_sleep(3.1);
INSERT INTO contact (source, external_id, full_name, relation) VALUES ('crm', '3', 'Lea Roy', 'customer');
SELECT external_id FROM contact ORDER BY 1;
SET dropcontact.allow_drop = on;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
