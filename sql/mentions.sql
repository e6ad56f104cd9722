-- what other contacts say of a person who was erased is struck out by the first of erasure_jobs()
SET client_min_messages = error;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
SET search_path = dropcontact;
SELECT create_controller('Acme', 'dpo@acme.example') > 0 AS acme, create_controller('Other', 'dpo@other.example') > 0 AS other;
SET dropcontact.controller = 'Other';
SELECT create_source('crm', region => 'FR') > 0 AS made;
INSERT INTO contact (source, external_id, full_name, attributes) VALUES ('crm', '9', 'Zoe Roy', '{"assistant of": "jean.martin@one.example"}');
SET dropcontact.controller = 'Acme';
SELECT create_source('crm', region => 'FR') > 0 AS made;
INSERT INTO contact (source, external_id, full_name, email, other_emails, mobile_phone, company, attributes) VALUES
	('crm', '1', 'Jean Martin', 'jean.martin@one.example', NULL, '06 12 34 56 78', 'One SAS', NULL),
	('crm', '2', 'Anne Petit', 'anne.petit@one.example', NULL, NULL, 'One', '{"assistant of": "Jean.Martin@one.example", "call": "his +33612345678, not mine +33698765432"}'),
	('crm', '3', 'Luc Roy', 'luc.roy@two.example', NULL, NULL, 'Two', '{"backup": [{"to": "jean.martin@one.example"}, "x@y.example"], "score": 3}'),
	('crm', '4', 'Eva Roy', 'eva.roy@two.example', NULL, NULL, 'Two', '{"tel": "+33698765432"}');
SELECT submit_request('erasure', '{"source": "crm", "external_id": "1"}', 'controller') AS request \gset
SELECT erase_subject(:'request') -> 'removed' -> 'contact' AS removed;
SELECT * FROM erasure_gaps(:'request');
-- whoever learns of it later does not bring it back for good
INSERT INTO contact (source, external_id, full_name, attributes) VALUES ('crm', '5', 'Max Roy', '{"mail": "jean.martin@one.example"}');
SELECT regexp_replace(j, '[0-9]+', 'N') AS job FROM erasure_jobs() j LIMIT 1;
SELECT * FROM erasure_jobs() LIMIT 1 \gexec
SELECT external_id, email, attributes FROM contact ORDER BY contact_id;
SELECT * FROM erasure_gaps(:'request');
SELECT purpose, contacts FROM processing_run WHERE controller = 'Acme' ORDER BY run_id;
SELECT * FROM erasure_jobs() LIMIT 1 \gexec
SET dropcontact.allow_drop = on;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
