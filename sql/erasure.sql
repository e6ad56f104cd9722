-- what goes with a person who is erased, table by table, and what stays because it is somebody else's
\set SHOW_CONTEXT never
SET client_min_messages = error;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
SET search_path = dropcontact;
SELECT create_controller('Acme', 'dpo@acme.example') AS acme, create_controller('Other', 'dpo@other.example') AS other \gset
SET dropcontact.controller = 'Other';
SELECT create_source('crm', region => 'FR') > 0 AS made;
SET dropcontact.controller = 'Acme';
SELECT create_source('crm', region => 'FR') AS crm, create_source('erp', region => 'FR') AS erp \gset
INSERT INTO contact (source, external_id, full_name, email, other_emails, phone, mobile_phone, company, address) VALUES
	('crm', '100001', 'Ondine Valcourt', 'ondine.valcourt@zephyr.example', '{contact@zephyr.example}', '01 42 68 53 00', '01 42 68 53 01', 'Zephyr', '3 rue Noire'),
	('crm', '100002', 'Anselme Roc', 'anselme.roc@zephyr.example', '{contact@zephyr.example}', '01 42 68 53 00', NULL, 'Zephyr', NULL),
	('erp', '100001', 'Luce Blanc', 'luce.blanc@boreal.example', NULL, NULL, NULL, 'Boreal', NULL),
	('erp', '7', 'Zelie Sans-Rien', NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO contact (source, full_name) VALUES ('erp', 'Nul Homme');
INSERT INTO contact (source, external_id, full_name, attributes) VALUES ('crm', '100003', 'Max Noir',
	'{"mail": "ondine.valcourt@zephyr.example", "team": "contact@zephyr.example", "desk": "+33142685301", "order": "100001"}');
-- what each table holds of the person, and of another
INSERT INTO email_standing VALUES (:acme, 'ondine.valcourt@zephyr.example', 'hard_bounce'), (:acme, 'contact@zephyr.example', 'valid'), (:acme, 'anselme.roc@zephyr.example', 'valid'), (:other, 'ondine.valcourt@zephyr.example', 'valid');
INSERT INTO consent (controller_id, source_id, purpose, person, given_at, evidence_ref) SELECT :acme, :crm, 'clean', p, now(), 'x'
FROM unnest('{ondine.valcourt@zephyr.example,id:100001,id:100002,anselme.roc@zephyr.example}'::text[]) p;
INSERT INTO quarantine (controller_id, source, external_id, code, field, expires_at) VALUES (:acme, 'crm', '100001', 'RG102', 'relation', now() + interval '1 day'),
	(:acme, 'crm', '100002', 'RG102', 'relation', now() + interval '1 day'), (:acme, 'erp', '100001', 'RG102', 'relation', now() + interval '1 day'), (:other, 'crm', '100001', 'RG102', 'relation', now() + interval '1 day');
INSERT INTO field_lock SELECT c.controller_id, c.contact_id, 'city', 'Lyon', c.source, c.external_id, gen_random_uuid(), now() FROM contact c WHERE c.source = 'crm' AND c.external_id IN ('100001', '100002');
INSERT INTO processing_limit (controller_id, contact_id, kind, purpose, request_id, from_at) SELECT c.controller_id, c.contact_id, 'objection', 'direct', gen_random_uuid(), now() FROM contact c WHERE c.source = 'crm' AND c.external_id IN ('100001', '100002');
SELECT do_queue_message(:acme, 'test', 'test', '{"text": "ondine.valcourt@zephyr.example, xondine.valcourt@zephyr.example, ondine.valcourt@zephyr.examples, order 100001, VALCOURT  Ondine, ondine, valcourt"}') > 0 AS queued;
SELECT supervise('Who is Ondine Valcourt?') > 0 AS asked;

-- a mailbox of all at a company is the person's together with the name
SELECT submit_request('access', '{"email": "contact@zephyr.example"}', 'controller') AS nobody, submit_request('access', '{"email": "contact@zephyr.example", "full_name": "VALCOURT Ondine"}', 'controller') AS ondine \gset
SELECT state FROM request WHERE request_id = :'nobody';
INSERT INTO match_pair (a_contact_id, b_contact_id, controller_id, probability, evidence)
SELECT a.contact_id, b.contact_id, :acme, 0.7, '[{"field": "first_name", "a": "ondine", "b": "anselme", "weight": -3}]' FROM contact a, contact b WHERE a.external_id = '100001' AND a.source = 'crm' AND b.external_id = '100002';
SELECT subject_access(:'ondine') AS answer \gset
SELECT f ->> 'found_by' AS found_by, c.external_id FROM jsonb_array_elements(:'answer'::jsonb -> 'found') f JOIN contact c ON c.contact_id = (f ->> 'contact_id')::bigint;
-- of a pair, what it says of the person
SELECT p -> 'evidence' AS evidence FROM jsonb_array_elements(:'answer'::jsonb #> '{data,match_pair}') p;
-- a file of portability has what was provided, not what cleaning made of it
SELECT submit_request('portability', '{"source": "crm", "external_id": "100001"}', 'controller') AS file \gset
SELECT e ->> 'telephone' AS telephone, e ->> 'familyName' AS last_name_was_none FROM jsonb_array_elements(portability(:'file') -> 'dataFeedElement') e;

-- what else the person asked for and waits, and what others did
SELECT submit_request('access', s, 'controller') IS NOT NULL AS waits FROM (VALUES ('{"email": "Ondine.Valcourt+x@zephyr.example", "full_name": "O. Valcourt"}'::jsonb), ('{"phone": "01 42 68 53 01"}'), ('{"phone": "01 42 68 53 00"}'),
	('{"email": "contact@zephyr.example"}'), ('{"email": "anselme.roc@zephyr.example"}'), ('{"full_name": "Ondine Valcourt", "company": "Boreal"}')) v(s);
SELECT submit_request('access', jsonb_build_object('contact_id', contact_id::text), 'controller') AS by_id FROM contact WHERE external_id = '100001' AND source = 'crm' \gset
SELECT submit_request('erasure', '{"source": "crm", "external_id": "100001"}', 'controller') AS request \gset
-- not from a snapshot that would miss what others have just stored
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT erase_subject(:'request');
ROLLBACK;
SELECT erase_subject(:'request') -> 'recognisable' AS recognisable;
SELECT * FROM erasure_gaps(:'request');
SELECT subject, state FROM request WHERE closed_at IS NULL ORDER BY subject::text;
SELECT subject_access(:'by_id') -> 'found' AS found;
SELECT state FROM request WHERE request_id = :'by_id';
SELECT source, external_id FROM contact ORDER BY contact_id;
SELECT controller_id = :acme AS acme, email FROM email_standing ORDER BY 1, 2;
SELECT person FROM consent ORDER BY 1;
SELECT controller_id = :acme AS acme, source, external_id FROM quarantine ORDER BY quarantine_id;
SELECT external_id FROM field_lock;
SELECT c.external_id FROM processing_limit l JOIN contact c USING (contact_id);
SELECT body ->> 'text' AS text FROM outbox_message WHERE kind = 'test';
SELECT question FROM supervision;
SELECT * FROM erasure_jobs() LIMIT 1 \gexec
SELECT attributes FROM contact WHERE external_id = '100003';
-- nor does another way of writing the same letters bring somebody back
INSERT INTO contact (source, external_id, full_name, company) VALUES ('crm', '80', 'Jörg Vandermühl', 'Orion'), ('crm', '90', 'Soeren Krøll', 'Orion');
SELECT erase_subject(submit_request('erasure', jsonb_build_object('source', 'crm', 'external_id', e), 'controller')) -> 'recognisable' AS recognisable FROM unnest('{80,90}'::text[]) e;
INSERT INTO contact (source, external_id, full_name, company) VALUES ('erp', '81', 'VANDERMUEHL Joerg', 'Orion'), ('erp', '82', 'Jorg Vandermuhl', 'ORION'), ('erp', '83', 'Georg Vandermühl', 'Orion'), ('erp', '91', 'Sören Kroell', 'Orion'), ('erp', '92', 'Jörg Vandermühl', 'Sirius');
SELECT external_id FROM contact WHERE company IN ('Orion', 'Sirius') ORDER BY 1;
-- a record is known when it comes again; of whom there was only a name nobody can tell
SELECT submit_request('erasure', '{"source": "erp", "external_id": "7"}', 'controller') AS record, (SELECT submit_request('erasure', jsonb_build_object('contact_id', contact_id), 'controller') FROM contact WHERE full_name = 'Nul Homme') AS name \gset
SELECT erase_subject(:'record') -> 'recognisable' AS record, erase_subject(:'name') -> 'recognisable' AS name;
SET dropcontact.allow_drop = on;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
