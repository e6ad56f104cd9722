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

-- names: whole, in any case and order, where nobody else bears them; what may mean somebody else is left to a person
INSERT INTO contact (source, external_id, full_name, email, job_title, address, attributes) VALUES
	('crm', '14', 'Zoé Laurent', 'zoe.laurent@three.example', NULL, NULL, NULL),
	('crm', '15', 'Paul Durand', 'paul.durand@three.example', NULL, NULL, NULL),
	('crm', '16', 'Paul Durand', 'p.durand@four.example', NULL, NULL, NULL),
	('crm', '17', 'Eva Blanc', 'eva.blanc@three.example', 'Assistant of Zoe Laurent', 'c/o Zoé Laurent, 3 rue Noire',
		'{"note": "Met LAURENT, Zoé and Paul Durand.", "count": 14000, "Zoe Laurent": [true, null], "others": "Zoe Laurentin, Zoe, Laurent; zoe. Laurent"}');
SELECT submit_request('erasure', '{"source": "crm", "external_id": "14"}', 'controller') AS zoe \gset
SELECT submit_request('erasure', '{"source": "crm", "external_id": "15"}', 'controller') AS paul \gset
SELECT erase_subject(:'zoe') -> 'removed' -> 'contact' AS zoe, erase_subject(:'paul') -> 'removed' -> 'contact' AS paul;
SELECT field, namesake FROM erasure_mentions(:'zoe');
SELECT field, namesake FROM erasure_mentions(:'paul');
SELECT * FROM erasure_gaps(:'zoe');
SELECT * FROM erasure_gaps(:'paul');
SELECT * FROM erasure_jobs() LIMIT 1 \gexec
SELECT attributes FROM contact WHERE external_id = '17';
SELECT field, namesake FROM erasure_mentions(:'zoe');
SELECT * FROM erasure_gaps(:'zoe');
SELECT erasure_mentions('00000000-0000-0000-0000-000000000000');

-- a number is not struck out of a longer one, and JSON stays JSON
INSERT INTO contact (source, external_id, full_name, email) SELECT 'crm', 100000 + n, 'Ida Vert', 'ida.vert' || n || '@five.example' FROM generate_series(1, 3) n;
SELECT do_queue_message(current_controller(), 'test', 'test', '{"contacts": [1000021, 100002], "text": "ida.vert2@five.example, not 3ida.vert2@five.example2"}') > 0 AS queued;
SELECT submit_request('erasure', '{"source": "crm", "external_id": "100002"}', 'controller') AS ida \gset
SELECT erase_subject(:'ida') -> 'removed' -> 'outbox_message.body' AS bodies;
SELECT body FROM outbox WHERE kind = 'test';
SET dropcontact.allow_drop = on;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
