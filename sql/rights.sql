-- the rights of persons, carried out everywhere
\set SHOW_CONTEXT never
\set VERBOSITY default
SET client_min_messages = warning;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
SET search_path = dropcontact;
CREATE ROLE rights_operator;
CREATE ROLE rights_ingest;
GRANT dropcontact_operator TO rights_operator;
GRANT dropcontact_ingest TO rights_ingest;
SELECT create_controller('Acme', 'dpo@acme.example'), create_controller('Other', 'dpo@other.example');
SELECT grant_access('rights_operator', 'Acme'), grant_access('rights_ingest', 'Acme');
SET dropcontact.controller = 'Acme';
SELECT create_source('crm', region => 'FR'), create_source('erp', region => 'FR');
INSERT INTO contact (source, external_id, full_name, email, phone, company, job_title, linkedin) VALUES
	('crm', '1', 'MARTIN Jean', 'jean.martin@dupont.fr', '01 42 68 53 00', 'DUPONT SAS', 'DSI', 'https://fr.linkedin.com/in/jean-martin'),
	('erp', '1', 'Jean Martin', 'Jean.Martin@dupont.fr', '01 42 68 53 00', 'Dupont', NULL, NULL),
	('crm', '2', 'Anne Petit', 'contact@dupont.fr', '01 42 68 53 00', 'Dupont', 'DRH', NULL),
	('crm', '3', 'Jean Martin', 'jean.martin@other.example', NULL, 'Radium', NULL, NULL),
	('crm', '4', 'Zoé Laurent', 'zoe@radium.fr', NULL, 'Radium', NULL, NULL),
	('erp', '4', 'Zoe Laurent', 'zoe@radium.fr', NULL, 'Radium', NULL, NULL);
SELECT entities FROM dedupe();
SET ROLE rights_operator;

-- bad use
SELECT submit_request('deletion', '{"email": "a@b.fr"}', 'processor');
SELECT submit_request('access', '{}', 'processor');
SELECT submit_request('access', '{"phone_number": "1"}', 'processor');
SELECT submit_request('access', '{"contact_id": "jean.martin@dupont.fr"}', 'processor');
SELECT submit_request('access', '{"email": {"work": "jean.martin@dupont.fr"}}', 'processor');
SELECT submit_request('access', '{"email": null}', 'processor');
SELECT submit_request('access', '{"email": "a@b.fr"}', 'nobody');
SELECT erase_subject('00000000-0000-0000-0000-000000000000');

-- forwarded in the same transaction
SELECT submit_request('access', '{"email": "jean.martin@dupont.fr"}', 'processor') AS access \gset
SELECT r.kind, r.state, r.due > now() + interval '27 days' AS due, o.recipient, o.kind, o.body ->> 'kind' AS asks, o.created_at = r.received_at AS at_once
FROM request r JOIN outbox o ON o.body ->> 'request' = r.request_id::text;
SELECT subject, state FROM clocks WHERE reference = :'access';

-- access: everything in every table, of pairs only the side of the person
SELECT subject_access(:'access') AS answer \gset
SELECT f ->> 'contact_id' AS contact, f ->> 'found_by' AS found_by FROM jsonb_array_elements(:'answer'::jsonb -> 'found') f;
SELECT k, jsonb_array_length(v) FROM jsonb_each(:'answer'::jsonb -> 'data') x(k, v) WHERE jsonb_array_length(v) > 0 ORDER BY 1;
SELECT access_covers_map(:'access'), :'answer' ~ 'Anne|contact@' AS tells_of_others, :'answer'::jsonb -> 'information' ? 'purposes' AS informs;
SELECT state, subject, contacts FROM request WHERE request_id = :'access';
\set VERBOSITY sqlstate
SELECT subject_access(:'access');	-- closed
\set VERBOSITY default
-- somebody unknown, a name alone, another controller
SELECT submit_request('access', '{"email": "nobody@nowhere.example"}', 'controller') AS unknown \gset
SELECT subject_access(:'unknown') -> 'found' AS found;
SELECT state FROM request WHERE request_id = :'unknown';
-- what cannot be read finds nobody, and is no answer to who asks
SELECT submit_request('access', '{"email": "jean.martin@dupont"}', 'controller') AS address, submit_request('access', '{"linkedin": "Jean Martin"}', 'controller') AS profile \gset
SELECT state FROM request WHERE request_id IN (:'address', :'profile');
SELECT submit_request('access', '{"full_name": "Jean Martin"}', 'controller') AS vague \gset
\set VERBOSITY sqlstate
SELECT subject_access(:'vague');
\set VERBOSITY default
SELECT confirm_identity(:'vague', '{"email": "jean.martin@dupont"}');
SELECT confirm_identity(:'vague', '{"email": "jean.martin@dupont.fr", "born": "1970-01-01"}');
SELECT confirm_identity(:'vague', '{"full_name": "Martin Jean", "company": "DUPONT"}');
SELECT f ->> 'contact_id' AS contact, f ->> 'found_by' AS found_by FROM jsonb_array_elements(subject_access(:'vague') -> 'found') f;

-- with a title, in capitals; what is left blank says nothing
SELECT submit_request('access', '{"full_name": "Mme Zoé LAURENT", "company": "RADIUM SA"}', 'controller') AS polite, submit_request('access', '{"full_name": "Zoé Laurent", "company": " "}', 'controller') AS blank \gset
SELECT f ->> 'contact_id' AS contact, f ->> 'found_by' AS found_by FROM jsonb_array_elements(subject_access(:'polite') -> 'found') f;
SELECT state FROM request WHERE request_id = :'blank';
-- a number as it is written in the country of its source
RESET ROLE;
SELECT create_source('werk', region => 'DE') > 0 AS made;
INSERT INTO contact (source, external_id, full_name, mobile_phone) VALUES ('werk', '50', 'Jörg Klein', '0151 23456789');
SET ROLE rights_operator;
SELECT submit_request('access', '{"full_name": "Joerg KLEIN", "phone": "0151 23456789"}', 'controller') AS spelt, submit_request('access', '{"full_name": "Herr Jörg Klein", "phone": "0151 23 45 67 89"}', 'controller') AS national \gset
SELECT subject_access(:'spelt') #>> '{found,0,found_by}' AS spelt, subject_access(:'national') #>> '{found,0,found_by}' AS national;

-- portability: as it was provided, and it can be loaded again
SELECT submit_request('portability', '{"email": "zoe@radium.fr"}', 'controller') AS port \gset
SELECT portability(:'port') AS file \gset
SELECT import_check(:'file'), :'file'::jsonb -> '@context' AS context, e ->> 'name' AS name, e ->> 'worksFor' AS company FROM jsonb_array_elements(:'file'::jsonb -> 'dataFeedElement') e;

-- rectification stands against every later synchronisation
SELECT submit_request('rectification', '{"email": "zoe@radium.fr"}', 'controller') AS rect \gset
SELECT rectify(:'rect', 'last_name', 'LAURENS');
SELECT rectify(:'rect', 'received', 'x');
SELECT finish_request(:'rect');
SELECT contact_id, first_name, last_name FROM contact WHERE email = 'zoe@radium.fr' ORDER BY 1;
SELECT action FROM ingest('crm', '{"external_id": "4", "last_name": "Laurent", "city": "Lyon"}');
UPDATE contact SET last_name = 'Laurent', city = 'Paris' WHERE external_id = '4' AND source = 'erp';
DELETE FROM contact WHERE external_id = '4' AND source = 'crm';
INSERT INTO contact (source, external_id, first_name, last_name, email) VALUES ('crm', '4', 'Zoe', 'Laurent', 'zoe@radium.fr');
SELECT first_name, last_name, city FROM contact WHERE email = 'zoe@radium.fr' ORDER BY contact_id;
SELECT field, count(*) FROM rectification_conflict GROUP BY 1;
-- the address by which the person was found too, and then the rest
INSERT INTO contact (source, external_id, full_name, email) VALUES ('crm', '40', 'Rose Rectifiée', 'rose@old.example');
SELECT submit_request('rectification', '{"email": "rose@old.example"}', 'controller') AS moved \gset
SELECT rectify(:'moved', 'email', 'rose@new.example'), rectify(:'moved', 'job_title', 'Chimiste'), finish_request(:'moved');
SELECT email, job_title FROM contact WHERE external_id = '40';
SELECT state, contacts FROM request WHERE request_id = :'moved';
-- who asks stays unknown: the request is refused, not left open for ever
SELECT submit_request('access', '{"full_name": "Rose"}', 'controller') AS somebody \gset
SELECT refuse_request(:'somebody', '11-2');
SELECT state, ground, subject FROM request WHERE request_id = :'somebody';
SELECT import_check('{}') AS empty, import_check('{"@context": "https://schema.org"}') AS nobody, import_check(NULL) AS none;

-- restriction: stored, nothing else
SELECT submit_request('restriction', '{"source": "crm", "external_id": "3"}', 'controller') AS restr \gset
SELECT restrict_processing(:'restr');
UPDATE contact SET city = 'Nice' WHERE external_id = '3';
DELETE FROM contact WHERE external_id = '3';
SELECT action FROM ingest('crm', '{"external_id": "3", "city": "Nice"}');
SELECT city FROM contact WHERE external_id = '3';
INSERT INTO contact (source, external_id, full_name, email, company) VALUES ('erp', '3', 'Jean Martin', 'jean.martin@other.example', 'Radium');
SELECT entities FROM dedupe();
SELECT confirm_match(a.contact_id, b.contact_id) FROM contact a, contact b WHERE a.external_id = '3' AND a.source = 'crm' AND b.external_id = '3' AND b.source = 'erp';
SELECT refused FROM run WHERE refused <> '{}' ORDER BY run_id;
-- lifted only after the person was told
SELECT lift_restriction(:'restr', 1);
SELECT submit_request('restriction', '{"source": "crm", "external_id": "40"}', 'controller') AS other \gset
SELECT restrict_processing(:'other'), announce_lift(:'other') AS of_another \gset
SELECT lift_restriction(:'restr', :of_another);
\set VERBOSITY sqlstate
SELECT announce_lift('00000000-0000-0000-0000-000000000000');
\set VERBOSITY default
SELECT announce_lift(:'restr') AS told \gset
RESET ROLE;
SELECT outbox_sent(:told, '<told@acme.example>');	-- its text is purged
SET ROLE rights_operator;
SELECT lift_restriction(:'restr', :told);
SELECT entities FROM dedupe();

-- objection and human review
SELECT submit_request('objection', '{"email": "jean.martin@other.example"}', 'controller') AS obj \gset
SELECT object_processing(:'obj', 'nothing');
SELECT object_processing(:'obj', 'correct');
UPDATE contact SET city = 'Nice' WHERE email = 'jean.martin@other.example';
SELECT count(*) FROM contact WHERE city = 'Nice';
SELECT lift_restriction(:'obj', announce_lift(:'obj'));
SELECT submit_request('human_review', '{"email": "jean.martin@other.example"}', 'controller') AS review \gset
SELECT request_human_review(:'review');
INSERT INTO contact (source, external_id, full_name, email, company) VALUES ('erp', '33', 'Jean Martin', 'jean.martin@other.example', 'Radium');
SELECT entities FROM dedupe();
SELECT count(*) > 0 AS for_a_person FROM review_queue q JOIN contact c ON c.contact_id = q.b_contact_id WHERE c.external_id = '33';

-- erasure
SELECT submit_request('erasure', '{"email": "jean.martin@dupont.fr"}', 'processor') AS erase \gset
SELECT erase_subject(:'erase') AS certificate \gset
SELECT :'certificate'::jsonb -> 'removed' AS removed, :'certificate'::jsonb -> 'recognisable' AS recognisable, :'certificate'::jsonb -> 'state' AS state;
SELECT * FROM erasure_gaps(:'erase');
SELECT contact_id, full_name, email FROM contact WHERE company = 'Dupont';
SELECT state, subject FROM request WHERE request_id = :'erase';
SELECT stage FROM certificate_of_erasure;
\set VERBOSITY sqlstate
SELECT erase_subject(:'erase');
\set VERBOSITY default
-- the person does not come back by any path, the colleagues do
RESET ROLE;
INSERT INTO contact (source, external_id, full_name, email) VALUES ('crm', '10', 'J. Martin', 'JEAN.MARTIN+news@dupont.fr');
INSERT INTO contact (source, external_id, full_name, other_emails) VALUES ('crm', '11', 'J. Martin', '{x@y.example,jean.martin@dupont.fr}');
INSERT INTO contact (source, external_id, full_name, phone) VALUES ('crm', '12', 'Martin, Jean', '+33 1 42 68 53 00');
INSERT INTO contact (source, external_id, full_name, other_phones) VALUES ('crm', '23', 'Jean Martin', '{04 42 68 53 99,01 42 68 53 00}');
INSERT INTO contact (controller_id, source, external_id, email, cleaned_by) VALUES (1, 'crm', '24', 'jean.martin@dupont.fr', 1);	-- as a dump has it
INSERT INTO contact (source, external_id, full_name, company) VALUES ('crm', '13', 'Jean MARTIN', 'Dupont SARL');
INSERT INTO contact (source, external_id, linkedin) VALUES ('crm', '14', 'linkedin.com/in/jean-martin');
INSERT INTO contact (source, external_id, full_name) VALUES ('crm', '1', 'Somebody Else');
COPY contact (source, external_id, email) FROM stdin;
crm	15	jean.martin@dupont.fr
\.
SELECT external_id, action FROM ingest('crm', '[{"external_id": "16", "email": "jean.martin@dupont.fr"}, {"external_id": "17", "full_name": "Paul Durand", "phone": "01 42 68 53 00", "company": "Dupont"}]');
CREATE TABLE public.rights_crm (id int PRIMARY KEY, mail text);
INSERT INTO public.rights_crm VALUES (18, 'jean.martin@dupont.fr'), (19, 'marie@dupont.fr');
SELECT create_source('table', 'table') > 0 AS made;
SELECT attach_table('public.rights_crm', 'table', 'id', '{"email": "mail"}');
UPDATE public.rights_crm SET mail = 'jean.martin@dupont.fr' WHERE id = 19;
UPDATE contact SET email = 'jean.martin@dupont.fr' WHERE external_id = '17';
SET ROLE rights_ingest;
INSERT INTO contact_intake (source, external_id, email) VALUES ('crm', '20', 'jean.martin@dupont.fr'), ('crm', '21', 'luc@dupont.fr');
COPY contact_intake (source, external_id, email) FROM stdin;
crm	22	jean.martin@dupont.fr
\.
SELECT * FROM tombstone;
RESET ROLE;
SELECT source, external_id, full_name, email FROM contact WHERE company = 'Dupont' OR email LIKE '%dupont.fr' ORDER BY contact_id;
SELECT sum((refused ->> 'RG173')::int) AS refused FROM run;
-- another controller knows nothing of it
SET dropcontact.controller = 'Other';
SELECT create_source('crm') > 0 AS made;
INSERT INTO contact (source, external_id, email) VALUES ('crm', '1', 'jean.martin@dupont.fr');
SELECT count(*) FROM contact c JOIN controller USING (controller_id) WHERE name = 'Other';
SET dropcontact.controller = 'Acme';
-- a legal hold is recorded
SELECT submit_request('erasure', '{"email": "marie@dupont.fr"}', 'controller') AS hold \gset
SELECT refuse_request(:'hold', 'we would rather not');
SELECT refuse_request(:'hold', '17-3-e');
SELECT state, ground FROM request WHERE request_id = :'hold';

-- under an agreement: what reached the processor is carried out on instruction
SELECT sign_agreement('Acme', '2022-12-21', '2023-01-02', '2023-01-02', 'the text') > 0 AS signed;
SELECT count(authorise_person(rolname, rolname::text, 'service', 'contract', current_date - 1, repeat('a', 64))) > 0 AS ok FROM roles_with_access();
SELECT submit_request('access', '{"email": "zoe@radium.fr"}', 'processor') AS instructed \gset
SELECT pg_catalog.count(*) FROM request WHERE request_id = :'instructed';
SET SESSION AUTHORIZATION rights_operator;
\set VERBOSITY sqlstate
SELECT subject_access(:'instructed');
\set VERBOSITY default
RESET SESSION AUTHORIZATION;
SELECT instruct_request(:'instructed', 'identity checked') > 0 AS instructed;
-- a file to take along is owed where the basis is consent or a contract
SELECT submit_request('portability', '{"email": "zoe@radium.fr"}', 'controller') AS stays, submit_request('portability', '{"email": "zoe@radium.fr"}', 'controller') AS moves \gset
SELECT portability(:'stays') - 'request' AS answer;
SELECT state_legal_basis(s, '6-1-b') > 0 AS stated FROM unnest('{crm,erp}'::text[]) s;
SELECT jsonb_array_length(portability(:'moves') -> 'dataFeedElement') > 0 AS file;
SELECT state, ground FROM request WHERE request_id IN (:'stays', :'moves') ORDER BY 1;
-- a value with which the contact would be left out is no rectification
SELECT submit_request('rectification', '{"source": "crm", "external_id": "40"}', 'controller') AS no_friend \gset
SET client_min_messages = error;
SELECT rectify(:'no_friend', 'relation', 'friend');
SELECT rectify(:'no_friend', 'relation', 'supplier');
RESET client_min_messages;
SELECT relation, (SELECT count(*) FROM field_lock l WHERE l.contact_id = c.contact_id AND l.field = 'relation') AS locks FROM contact c WHERE external_id = '40';
-- every column that can hold a text is on the map
SELECT * FROM unmapped_columns();
DROP TABLE public.rights_crm;
SET dropcontact.allow_drop = on;
RESET search_path;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
DROP ROLE rights_operator, rights_ingest;
