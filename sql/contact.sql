-- the cleaning of a row, what it keeps of the original, what an UPDATE does
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT dropcontact.create_controller('contact test', 'dpo@contact.example') IS NOT NULL AS created;
SELECT dropcontact.create_source('crm', 'crm', 100, 'FR') IS NOT NULL AS created;

-- one field a row: what stands, what is noted
CREATE TEMP TABLE given (n serial, field text, value text);
INSERT INTO given (field, value) VALUES
	('relation', 'client'), ('relation', 'customer'), ('relation', 'alien'), ('relation', ''), ('relation', '  '),
	('full_name', 'M. Jean DUPONT'), ('full_name', 'Jean Dupont'), ('full_name', '12345'), ('full_name', E'\u202Eevil\u202C Anna'),
	('civility', 'Monsieur'), ('civility', 'Mme'), ('civility', 'xyz'),
	('first_name', 'MARIE'), ('first_name', 'Marie'), ('middle_name', 'anne'), ('last_name', 'DUPONT'), ('last_name', E'Mar\u200Btin'), ('suffix', ' Jr '),
	('email', 'mailto:JEAN@Example.FR'), ('email', 'jean@example.fr'), ('email', 'jean@'), ('email', 'jean@gmial.com'), ('email', ''),
	('phone', '01 42 68 53 00'), ('phone', '+33142685300'), ('phone', '12'), ('mobile_phone', '06 12 34 56 78'),
	('company', 'ACME FRANCE S.A.S.U.'), ('company', 'Acme France'), ('website', 'https://www.Acme.fr/contact'), ('website', 'acme.fr'), ('website', '???'),
	('linkedin', 'https://fr.linkedin.com/in/Jean-Dupont/?x=1'), ('linkedin', 'nobody'), ('company_linkedin', 'linkedin.com/company/acme'),
	('siren', '732 829 320'), ('siren', '732829321'), ('siret', '732 829 320 00074'), ('siret', '1'), ('vat', 'FR 44 732829320'), ('vat', 'FR00'),
	('naf', ' 62.01Z '), ('employees', '50-100'), ('postcode', ' 75002'), ('city', 'PARIS'), ('city', 'Lyon'), ('country', 'France'), ('country', 'FR'), ('country', 'Nowhere'),
	('job_title', E' CEO\u200B'), ('job_title', 'CEO');
DO $$
DECLARE
	g record;
BEGIN
	FOR g IN SELECT * FROM given ORDER BY n LOOP
		EXECUTE format('INSERT INTO dropcontact.contact (external_id, %I) VALUES (%L, %L)', g.field, g.n, g.value);
	END LOOP;
END
$$;
-- characters without width are shown as ~: clients differ in the room that they give them
SELECT g.field, translate(g.value, E'\u200b\u202e\u202c', '~~~') AS given, dropcontact.field_value(c, g.field) AS stands,
	translate(r.received, E'\u200b\u202e\u202c', '~~~') AS received, r.corrected, r.rule, p.problem IS NOT NULL AS problem
FROM given g JOIN dropcontact.contact c ON c.external_id = g.n::text
	LEFT JOIN dropcontact.correction r ON r.contact_id = c.contact_id AND r.field = g.field
	LEFT JOIN dropcontact.contact_problem p ON p.contact_id = c.contact_id AND p.field = g.field
ORDER BY g.n;
-- nothing is noted of other fields
SELECT count(*) FROM given g JOIN dropcontact.contact c ON c.external_id = g.n::text JOIN dropcontact.correction r USING (contact_id) WHERE r.field <> g.field;
SELECT count(*) FROM given g JOIN dropcontact.contact c ON c.external_id = g.n::text JOIN dropcontact.contact_problem p USING (contact_id) WHERE p.field <> g.field;
-- derived columns
SELECT DISTINCT ON (k.column, k.value) k.column, k.value, c.external_id::integer AS n
FROM dropcontact.contact c, LATERAL (VALUES ('legal_form', legal_form), ('email_qualification', email_qualification), ('phone_kind', phone_kind),
	('mobile_kind', mobile_kind), ('gender', gender), ('job_level', job_level), ('job_function', job_function)) k("column", value)
WHERE k.value IS NOT NULL ORDER BY 1, 2, 3;
DELETE FROM dropcontact.contact;

-- lists
INSERT INTO dropcontact.contact (external_id, other_emails, other_phones, country) VALUES
	('1', '{A@B.fr,b@b.fr}', '{"01 42 68 53 00",+33612345678}', NULL),
	('2', '{no,also no,a@b.fr}', '{12}', NULL),
	('3', '{NULL,"", a@b.fr}', '{}', NULL),
	('3b', '{NULL,"",a@b.fr,no}', NULL, NULL),
	('4', '{{a@b.fr},{c@d.fr}}', NULL, NULL),
	('5', (SELECT array_agg('no' || i) FROM generate_series(1, 9) i), '{030 901820}', 'DE');
SELECT external_id, other_emails, other_phones, received, problems FROM dropcontact.contact ORDER BY external_id;
SELECT external_id, field, received, corrected, rule FROM dropcontact.correction ORDER BY 1, 2;
SELECT external_id, field, value, problem FROM dropcontact.contact_problem ORDER BY 1, 2;
-- an UPDATE of another column leaves them and what is noted
UPDATE dropcontact.contact SET job_title = 'CEO';
SELECT external_id, other_emails, other_phones, received, problems FROM dropcontact.contact ORDER BY external_id;
UPDATE dropcontact.contact SET other_emails = '{b@b.fr}', other_phones = '{+33142685300}';
SELECT DISTINCT received, problems FROM dropcontact.contact;
DELETE FROM dropcontact.contact;

-- what UPDATE does to the fields that depend on each other
CREATE FUNCTION pg_temp.now_is() RETURNS TABLE (full_name text, civility text, first_name text, middle_name text, last_name text, gender text, phone text, received jsonb, problems jsonb)
	LANGUAGE sql AS 'SELECT full_name, civility, first_name, middle_name, last_name, gender, phone, received, problems FROM dropcontact.contact';
INSERT INTO dropcontact.contact (full_name, phone) VALUES ('Mme LEFEBVRE Marie', '030 901820');
SELECT * FROM pg_temp.now_is();
UPDATE dropcontact.contact SET country = 'Germany';
SELECT * FROM pg_temp.now_is();
UPDATE dropcontact.contact SET full_name = 'M. Paul MARTIN';
SELECT * FROM pg_temp.now_is();
UPDATE dropcontact.contact SET last_name = 'DURAND';
SELECT * FROM pg_temp.now_is();
UPDATE dropcontact.contact SET last_name = 'Durand', phone = NULL;
SELECT * FROM pg_temp.now_is();
UPDATE dropcontact.contact SET last_name = 'DURAND';
UPDATE dropcontact.contact SET last_name = 'Moreau', civility = 'Frau';
SELECT * FROM pg_temp.now_is();
UPDATE dropcontact.contact SET first_name = NULL, last_name = NULL, full_name = NULL;
SELECT * FROM pg_temp.now_is();
-- a middle name that was given is kept when the name in one piece is split
UPDATE dropcontact.contact SET full_name = 'Paul Martin', middle_name = 'JEAN';
SELECT * FROM pg_temp.now_is();
-- writing what is there changes nothing
UPDATE dropcontact.contact SET full_name = full_name, phone = phone, received = received, gender = gender, contact_id = contact_id;
SELECT * FROM pg_temp.now_is();
DELETE FROM dropcontact.contact;

-- an original stays until its field is written
INSERT INTO dropcontact.contact (email, company, phone) VALUES ('A@B.FR', 'ACME SAS', 'none');
UPDATE dropcontact.contact SET company = 'Beta SARL';
SELECT email, company, legal_form, received, problems FROM dropcontact.contact;
UPDATE dropcontact.contact SET email = 'c@d.fr', phone = '0142685300';
SELECT email, email_qualification, company, legal_form, received, problems FROM dropcontact.contact;
UPDATE dropcontact.contact SET company = NULL, phone = '+33142685300', email = NULL;
SELECT email, email_qualification, company, legal_form, phone_kind, received, problems FROM dropcontact.contact;

-- derived columns cannot be written
\set VERBOSITY terse
SAVEPOINT s;
UPDATE dropcontact.contact SET gender = 'male';
ROLLBACK TO s;
UPDATE dropcontact.contact SET received = '{}';
ROLLBACK TO s;
UPDATE dropcontact.contact SET problems = '{"email": "x"}';
ROLLBACK TO s;
UPDATE dropcontact.contact SET cleaned_by = 7;
ROLLBACK TO s;
\set VERBOSITY default
UPDATE dropcontact.contact SET contact_id = contact_id + 1;
ROLLBACK TO s;
UPDATE dropcontact.contact SET controller_id = controller_id + 1;
ROLLBACK TO s;
INSERT INTO dropcontact.contact (legal_form) VALUES ('SAS');
ROLLBACK TO s;
\set VERBOSITY terse
INSERT INTO dropcontact.contact (job_level) VALUES ('c_level');
ROLLBACK TO s;
-- a row of a dump goes back as it was
INSERT INTO dropcontact.contact (external_id, email, gender, received, cleaned_by) SELECT 'dump', 'NOT clean', 'female', '{"email": "x"}', 1;
ROLLBACK TO s;
INSERT INTO dropcontact.contact (controller_id, source, external_id, email, gender, received, cleaned_by)
SELECT controller_id, source, 'dump', 'NOT clean', 'female', '{"email": "x"}', 1 FROM dropcontact.contact RETURNING email, gender, received;

-- an update that another server has cleaned is applied as it is by its replica; one of a server that does not clean is cleaned
SET LOCAL session_replication_role = replica;
UPDATE dropcontact.contact SET email = 'still NOT clean', gender = 'male', received = '{"email": "y"}' WHERE external_id = 'dump' RETURNING email, gender, received;
UPDATE dropcontact.contact SET email = 'J@X.fr' WHERE external_id = 'dump' RETURNING email, received;
SAVEPOINT r;
UPDATE dropcontact.contact SET contact_id = contact_id + 1000, gender = 'female' WHERE external_id = 'dump';
ROLLBACK TO r;
UPDATE dropcontact.contact SET controller_id = controller_id + 1000, gender = 'female' WHERE external_id = 'dump';
ROLLBACK TO r;
SET LOCAL session_replication_role = origin;

-- the source: named, the only one, missing
INSERT INTO dropcontact.contact (source, email) VALUES ('none', 'a@b.fr');
ROLLBACK TO s;
INSERT INTO dropcontact.contact (external_id) VALUES ('x'), ('x');
ROLLBACK TO s;
SELECT dropcontact.create_source('erp', 'erp') IS NOT NULL AS created;
INSERT INTO dropcontact.contact (email) VALUES ('a@b.fr');
ROLLBACK TO s;
SELECT dropcontact.create_source('CRM', 'nothing');
ROLLBACK TO s;
SELECT dropcontact.create_source('x', region => 'nowhere');
ROLLBACK TO s;
SELECT dropcontact.create_source(NULL);
ROLLBACK TO s;
SELECT dropcontact.create_source(' ');
ROLLBACK TO s;
SELECT dropcontact.create_source('x', NULL);
ROLLBACK TO s;
SELECT dropcontact.create_source('x', priority => NULL);
ROLLBACK TO s;
SELECT dropcontact.create_source('crm');
ROLLBACK TO s;
SELECT dropcontact.create_controller(NULL, 'dpo@x.example');
ROLLBACK TO s;
SELECT dropcontact.create_controller('contact test', 'dpo@x.example');
ROLLBACK TO s;

-- extremes
INSERT INTO dropcontact.contact (external_id) VALUES ('empty');
INSERT INTO dropcontact.contact (external_id, full_name, email, phone, company, address, job_title, linkedin)
SELECT 'long', s, s, s, s, s, s, s FROM repeat('Jean Dupont ', 90000) s;
SELECT external_id, length(full_name) > 1000000 AS kept, (SELECT count(*) FROM jsonb_object_keys(problems)) > 0 AS told FROM dropcontact.contact WHERE external_id IN ('empty', 'long') ORDER BY 1;
INSERT INTO dropcontact.contact (external_id, other_emails, other_phones)
SELECT 'many', array_agg('USER' || i || '@example.fr'), array_agg('06 12 34 56 ' || 10 + i % 90) FROM generate_series(1, 20000) i;
SELECT cardinality(other_emails) AS emails, other_emails[20000], cardinality(other_phones) AS phones, other_phones[1] FROM dropcontact.contact WHERE external_id = 'many';
INSERT INTO dropcontact.contact (external_id, naf, company, city) VALUES ('odd', E'%s \\ '' " <b>', E'\u2067Acme\u2069 \u200B', E'Aa\tBb\nCc');
SELECT naf, company, city FROM dropcontact.contact WHERE external_id = 'odd';
-- an end of line around an address is its file's
INSERT INTO dropcontact.contact (external_id, email, other_emails) VALUES ('lines', E'j@x.fr\r\n', ARRAY[E'p@y.fr\n', E'\nq@z.fr']);
SELECT email, other_emails, problems FROM dropcontact.contact WHERE external_id = 'lines';
-- an external_id of blanks is none, and so not that of one contact only
INSERT INTO dropcontact.contact (external_id, email) VALUES ('', 'a@noid.fr'), ('', 'b@noid.fr'), (' ', 'c@noid.fr'), (E' \t', 'd@noid.fr'), (' 7 ', 'e@noid.fr');
SELECT external_id, email FROM dropcontact.contact WHERE email LIKE '%@noid.fr' ORDER BY 2;
-- a time that is null is that of the statement, or stays
INSERT INTO dropcontact.contact (external_id, received_at) VALUES ('no time', NULL) RETURNING received_at = now() AS now;
UPDATE dropcontact.contact SET received_at = '2024-02-29' WHERE external_id = 'no time';
UPDATE dropcontact.contact SET received_at = NULL WHERE external_id = 'no time' RETURNING received_at = '2024-02-29' AS stays;
-- words for nothing stay as received, with a problem
INSERT INTO dropcontact.contact (external_id, full_name) VALUES ('nobody 1', 'N/A');
INSERT INTO dropcontact.contact (external_id, first_name, last_name, company) VALUES ('nobody 2', 'Inconnu', 'Dupont', 'n.c.');
SELECT external_id, full_name, first_name, last_name, company, problems FROM dropcontact.contact WHERE external_id LIKE 'nobody%' ORDER BY 1;
ROLLBACK;
