-- the edges: nothing, one, very many alike, very long, very strange
\set SHOW_CONTEXT never
SET client_min_messages = warning;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
SET search_path = dropcontact, public;
-- an empty database
SELECT contacts, entities FROM dedupe();	-- no controller yet
SELECT create_controller('Acme', 'dpo@acme.example'), create_source('crm', region => 'FR');
SELECT contacts, candidate_pairs, matched_pairs, review_pairs, entities FROM dedupe();
SELECT match_pending();
SELECT count(*) > 0 AS levels FROM train();
SELECT count(*) FROM merged_contact;
SELECT * FROM find_matches('{"full_name": "Jean Martin", "email": "jean@martin.fr"}');
SELECT length(report_html()) > 1000 AS report;
-- one contact
INSERT INTO contact (source, full_name) VALUES ('crm', 'Jean Martin');
SELECT contacts, entities FROM dedupe();
SELECT count(*) > 0 AS levels FROM train();
SELECT contacts, entities FROM dedupe();
SELECT entity_id, full_name, members, confidence FROM merged_contact;
TRUNCATE contact CASCADE;

-- a contact with hardly anything is kept
INSERT INTO contact (source, email) VALUES ('crm', 'jean@martin.fr');
INSERT INTO contact (source, full_name) VALUES ('crm', 'Cher');
INSERT INTO contact (source) VALUES ('crm');
INSERT INTO contact DEFAULT VALUES;
INSERT INTO contact (source, full_name, email, phone) VALUES ('crm', '', ' ', E'\t\n');
INSERT INTO contact (source, full_name, email, phone, company, website, address) VALUES ('crm', '-', 'n/a', '0', 'none', '.', ',');
SELECT full_name, last_name, email, phone, company FROM contact ORDER BY contact_id;
SELECT field, value, problem FROM contact_problem ORDER BY contact_id, field;
SELECT contacts, entities FROM dedupe();
SELECT contacts, entities FROM dedupe();
TRUNCATE contact CASCADE;

-- 100,000 contacts that are all the same, without ids: one entity, in bounded time
SET statement_timeout = '60s';
INSERT INTO contact (source, full_name, email, phone, company) SELECT 'crm', 'Jean Martin', 'jean.martin@dupont.fr', '01 42 68 53 00', 'Dupont' FROM generate_series(1, 100000);
SELECT contacts, matched_pairs > 0 AS matched, entities FROM dedupe();
SELECT contacts, entities FROM dedupe();
SELECT members, cardinality(contact_ids) FROM merged_contact;
SELECT count(*) FROM (SELECT contact_id FROM find_matches('{"full_name": "Jean Martin", "email": "jean.martin@dupont.fr"}', 5)) x;
RESET statement_timeout;
TRUNCATE contact CASCADE;

-- very long: kept whole, never an error
SET statement_timeout = '60s';
INSERT INTO contact (source, external_id, full_name, company, email, phone, address, job_title, website)
SELECT 'crm', 'long', repeat('Jean ', 200000), repeat('Acme ', 200000), repeat('a', 1000000) || '@b.fr', repeat('1', 1000000), repeat('rue, ', 200000), repeat('head of ', 100000), repeat('www.', 200000) || 'fr';
SELECT length(email), length(phone), length(full_name) AS name_kept FROM contact;
SELECT field, left(problem, 60) AS problem FROM contact_problem ORDER BY field;
SELECT contacts, entities FROM dedupe();
SELECT length(full_name) > 0 AS merged FROM merged_contact;
SELECT length((parse_name(repeat('(', 1000000))).problem) > 0 AS name, (parse_company(repeat('"', 1000000))).key IS NULL AS company, normalize_email(repeat('<', 1000000)) AS email,
	normalize_phone(repeat('(', 1000000), 'FR') AS phone, (parse_address(repeat(',', 1000000), 'FR')).problem IS NOT NULL AS address, normalize_website(repeat('/', 1000000)) AS website,
	length(name_key(repeat(U&'e\0301', 300000))) AS key, jaro_winkler(repeat('a', 10000), repeat('b', 10000)) AS jaro;
RESET statement_timeout;
TRUNCATE contact CASCADE;

-- strange characters
INSERT INTO contact (source, external_id, full_name, email, company) VALUES
	('crm', 'percent', '%s%n%d Martin', '%@b.fr', '100 % Pur'),
	('crm', 'quote', 'O''Brien', 'o''brien@b.fr', 'L''Oréal'),
	('crm', 'backslash', 'Jean\nMartin', 'a\b@b.fr', 'A\B'),
	('crm', 'bidi', U&'Jean \202EnitraM\202C', U&'jean\200F@b.fr', U&'\2066Acme\2069'),
	('crm', 'zero width', U&'Je\200Ban\200D Mar\FEFFtin', U&'je\200Ban@b.fr', U&'Ac\00ADme'),
	('crm', 'control', E'Jean\x01\x1b[31m Martin', E'jean\x07@b.fr', E'Acme\r\nFrance'),
	('crm', 'unassigned', U&'Jean \0378\FFFE Martin', U&'\+0E0001@b.fr', U&'\+10FFFF'),
	('crm', 'full width', U&'\FF2A\FF45\FF41\FF4E Martin', U&'\FF4A\FF45\FF41\FF4E\FF20b\FF0Efr', U&'\FF21cme'),
	('crm', 'emoji', U&'Jean \+01F600 Martin', 'jean@b.fr', U&'Acme \+01F680');
SELECT external_id, full_name, translate(email, U&'\+0E0001', '~') AS email, company FROM contact ORDER BY contact_id;
SELECT external_id, field, problem FROM contact_problem ORDER BY contact_id, field;
SELECT count(*) AS merged FROM merged_contact;
SELECT contacts FROM dedupe();
-- what JSON cannot bring in
SELECT ingest('crm', '{"external_id": "nul", "full_name": "Je\u0000an"}');
SELECT ingest('crm', '{"external_id": "half", "full_name": "\ud800"}');
SELECT ingest('crm', 'null');
SELECT ingest('crm', '[]');
SELECT ingest('crm', '[[]]');
SELECT ingest('crm', '{"external_id": {"a": 1}}');
SELECT count(*) FROM contact WHERE external_id IN ('nul', 'half');
SELECT action FROM ingest('crm', '{"external_id": "json", "full_name": "O\u2019Brien \\ % ''", "note": {"deep": [1, null, {"x": "\n"}]}}');
SELECT full_name, attributes FROM contact WHERE external_id = 'json';
-- a name that looks like SQL does nothing
INSERT INTO contact (source, external_id, full_name) VALUES ('crm', 'sql', '''); DROP TABLE contact; --');
SELECT count(*) FROM find_matches('{"full_name": "''); DROP TABLE contact; --", "email": "a@b.fr'' OR 1=1"}');
SELECT count(*) > 5 AS still_there FROM contact;

-- DROP EXTENSION leaves nothing behind, triggers on attached tables included
CREATE TABLE public.edges_crm (id int PRIMARY KEY, mail text);
SELECT create_source('attached') > 0 AS made;
SELECT attach_table('public.edges_crm', 'attached', 'id', '{"email": "mail"}');
RESET search_path;
DROP EXTENSION dropcontact CASCADE;
SELECT (SELECT count(*) FROM pg_trigger WHERE tgrelid = 'public.edges_crm'::regclass) AS triggers, (SELECT count(*) FROM pg_namespace WHERE nspname = 'dropcontact') AS schemas,
	(SELECT count(*) FROM pg_proc WHERE prosrc ~ 'dropcontact' OR probin ~ 'dropcontact') AS functions, (SELECT count(*) FROM pg_event_trigger) AS event_triggers;
INSERT INTO public.edges_crm VALUES (1, 'a@b.fr');
DROP TABLE public.edges_crm;
CREATE EXTENSION dropcontact;
