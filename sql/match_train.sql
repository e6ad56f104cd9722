-- train(): deterministic, bounded, and sane on few contacts, on equal ones, and on one column
SET client_min_messages = error;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
RESET client_min_messages;
SELECT dropcontact.create_controller('Train', 'dpo@train.example'), dropcontact.create_source('s');
CREATE FUNCTION sane() RETURNS TABLE (levels bigint, m_in_bounds boolean, u_in_bounds boolean, finite boolean, same_again boolean) LANGUAGE plpgsql AS $$
BEGIN
	CREATE TEMP TABLE first_model AS SELECT * FROM dropcontact.train();
	RETURN QUERY SELECT count(*), bool_and(f.m BETWEEN 0.001 AND 0.999), bool_and(f.u > 0 AND f.u < 1), bool_and(abs(f.weight) < 30), NOT EXISTS (TABLE first_model EXCEPT SELECT * FROM dropcontact.train())
	FROM first_model f;
	DROP TABLE first_model;
END
$$;
-- what is shown of a level is a probability; explain_match() shows u of the values
SELECT count(*) > 50 AS many, bool_and(m > 0 AND m < 1 AND u > 0 AND u < 1 AND abs(weight - log(2.0, (m / u)::numeric)) < 1e-9) AS probabilities, bool_or(by_frequency) AS some_by_frequency, bool_or(trained) AS trained FROM dropcontact.match_model;
-- none, one, two
SELECT * FROM sane();
SELECT contacts, entities FROM dropcontact.dedupe();
INSERT INTO dropcontact.contact (source, full_name, email) VALUES ('s', 'Ada Lovelace', 'ada@analytical.example');
SELECT * FROM sane();
SELECT contacts, entities FROM dropcontact.dedupe();
INSERT INTO dropcontact.contact (source, full_name, email) VALUES ('s', 'Lovelace, Ada', 'ADA@analytical.example');
SELECT * FROM sane();
SELECT contacts, entities FROM dropcontact.dedupe();
-- ten
INSERT INTO dropcontact.contact (source, full_name, email) SELECT 's', n || ' Person' || n, 'p' || n || '@x' || n || '.example' FROM generate_series(1, 8) n;
SELECT * FROM sane();
SELECT contacts, entities FROM dropcontact.dedupe();
-- all the same
DELETE FROM dropcontact.contact;
INSERT INTO dropcontact.contact (source, full_name, email, phone, company, city) SELECT 's', 'Ada Lovelace', 'ada@analytical.example', '+44 20 7946 0018', 'Analytical Engines', 'London' FROM generate_series(1, 300);
SELECT * FROM sane();
SELECT contacts, entities FROM dropcontact.dedupe();
-- nothing at all in them
DELETE FROM dropcontact.contact;
INSERT INTO dropcontact.contact (source) SELECT 's' FROM generate_series(1, 100);
SELECT * FROM sane();
SELECT contacts, entities FROM dropcontact.dedupe();
-- one column
DELETE FROM dropcontact.contact;
INSERT INTO dropcontact.contact (source, email) SELECT 's', 'u' || n % 150 || '@mail' || n % 150 || '.example' FROM generate_series(1, 300) n;
SELECT * FROM sane();
SELECT contacts, entities FROM dropcontact.dedupe();
DELETE FROM dropcontact.contact;
INSERT INTO dropcontact.contact (source, last_name) SELECT 's', 'Name' || chr(97 + n % 20) || chr(97 + n / 20) FROM generate_series(1, 300) n;
SELECT * FROM sane();
SELECT contacts, entities FROM dropcontact.dedupe();
DELETE FROM dropcontact.contact;
INSERT INTO dropcontact.contact (source, company) SELECT 's', 'Firm ' || chr(97 + n % 20) || chr(97 + n / 20) FROM generate_series(1, 300) n;
SELECT * FROM sane();

-- match fields of every kind take part in keys, model and explanation
DELETE FROM dropcontact.contact;
SELECT dropcontact.add_match_field(k, kind) FROM (VALUES ('badge', 'exact'), ('notes', 'text'), ('mother', 'name'), ('height', 'number'), ('born', 'date')) f(k, kind);
SELECT dropcontact.add_match_field('born', 'moment');
INSERT INTO dropcontact.contact (source, external_id, full_name, attributes)
SELECT 's', n::text, CASE WHEN n % 2 = 0 THEN 'Vera' ELSE 'Boris' END || ' Clan' || chr(97 + n % 26) || chr(97 + n % 7),
	jsonb_build_object('badge', 'P' || n * 7919, 'notes', 'keeps ' || chr(97 + n % 19) || 'ees and ' || chr(97 + n % 17) || 'ows', 'mother', 'Olga ' || chr(97 + n % 23) || 'ova', 'height', 150 + n % 50, 'born', date '1940-01-01' + n * 101)
FROM generate_series(1, 200) n;
-- each of these is like number 1 in one field alone, exactly or nearly
INSERT INTO dropcontact.contact (source, external_id, full_name, attributes) VALUES
	('s', 'exact', 'Boris Clanbb', '{"badge": "p 7919"}'),
	('s', 'exact, a digit off', 'Boris Clanbb', '{"badge": "P7913"}'),
	('s', 'text', 'Boris Clanbb', '{"notes": "bows and keeps bees"}'),
	('s', 'name', 'Boris Clanbb', '{"mother": "Olga Bova"}'),
	('s', 'name, last name first', 'Boris Clanbb', '{"mother": "Bova, Olga"}'),
	('s', 'number', 'Boris Clanbb', '{"height": "151.0"}'),
	('s', 'date', 'Boris Clanbb', '{"born": "11.04.1940"}'),
	('s', 'date, day and month swapped', 'Boris Clanbb', '{"born": "1940-11-04"}'),
	('s', 'date, eight digits', 'Boris Clanbb', '{"born": "19400411"}'),
	('s', 'date, year mistyped', 'Boris Clanbb', '{"born": "1941-04-11"}'),
	('s', 'date, month by name', 'Boris Clanbb', '{"born": "11-APR-1940"}'),
	('s', 'date, month before day', 'Boris Clanbb', '{"born": "April 11th, 1940"}'),
	('s', 'date, in Spanish', 'Boris Clanbb', '{"born": "11 de abril de 1940"}'),
	('s', 'date, another', 'Boris Clanbb', '{"born": "1972-12-25"}'),
	('s', 'no date', 'Boris Clanbb', '{"born": "in spring"}'),
	('s', 'number, with a unit', 'Boris Clanbb', '{"height": "151,00 cm"}'),
	('s', 'number, with thousands', 'Boris Clanbb', '{"height": "1.151,0"}'),
	('s', 'no number', 'Boris Clanbb', '{"height": "tall"}');
SELECT count(*) FILTER (WHERE field IN ('badge', 'notes', 'mother', 'height', 'born')) AS levels_of_fields FROM dropcontact.train();
SELECT contacts FROM dropcontact.dedupe();
SELECT count(*) > 50 AS many, bool_and(m > 0 AND m < 1 AND u > 0 AND u < 1 AND abs(weight - log(2.0, (m / u)::numeric)) < 1e-9) AS probabilities, bool_and(trained) AS trained FROM dropcontact.match_model;
SELECT field, level FROM dropcontact.match_model WHERE field IN ('badge', 'born') AND by_frequency ORDER BY 1, 2;
SELECT bool_and(x.u > 0 AND x.u < 1 AND abs(x.weight - log(2.0, (x.m / x.u)::numeric)) < 1e-9) AS adds_up FROM dropcontact.contact c JOIN dropcontact.contact one ON one.external_id = '1' AND c.external_id <> '1',
	dropcontact.explain_match(one.contact_id, c.contact_id) x WHERE x.m IS NOT NULL;
SELECT c.external_id, x.field, x.level, x.value_a, x.value_b, x.weight > 0 AS speaks_for FROM dropcontact.contact c JOIN dropcontact.contact one ON one.external_id = '1',
	dropcontact.explain_match(one.contact_id, c.contact_id) x
WHERE c.external_id !~ '^\d' AND x.field IN ('badge', 'notes', 'mother', 'height', 'born') ORDER BY c.contact_id;
-- a badge brings together who has no name in common
INSERT INTO dropcontact.contact (source, external_id, full_name, attributes) VALUES ('s', 'k', 'Zoe Zander', '{"badge": "P7919"}');
SELECT field, level FROM dropcontact.find_matches('{"full_name": "Xena Xylo", "badge": "P 7919"}', min_probability => 0), jsonb_to_recordset(evidence) AS e(field text, level text) WHERE field = 'badge';
-- fields that bear a name of the model
SELECT dropcontact.add_match_field(k, 'exact') FROM unnest('{email,prior,attributes.email}'::text[]) k;
SELECT dropcontact.add_match_field(k, 'exact') FROM unnest('{NULL}'::text[]) k;
SELECT dropcontact.add_match_field('', 'exact');
INSERT INTO dropcontact.contact (source, external_id, full_name, attributes)
SELECT 's', 'taken ' || n, 'Ada Abel', '{"email": "X1", "prior": "Y2", "attributes.email": "Z3"}' FROM generate_series(1, 2) n;
SELECT count(*) > 50 AS trained FROM dropcontact.train();
SELECT count(*) > 50 AS trained_again FROM dropcontact.train();
SELECT DISTINCT field FROM dropcontact.match_model WHERE field ~ 'email|prior' ORDER BY 1;
SELECT field, value_a, level, weight > 0 AS speaks_for FROM (SELECT array_agg(contact_id ORDER BY contact_id) AS c FROM dropcontact.contact WHERE external_id LIKE 'taken%') t,
	dropcontact.explain_match(c[1], c[2]) WHERE field ~ '^attributes';
-- names and towns that go with a language count once: Germans in Hamburg, French in Lyon; not where names and towns are mixed
CREATE FUNCTION countries(mixed boolean) RETURNS TABLE (first_name_u numeric, town_u numeric) LANGUAGE plpgsql AS $$
BEGIN
	DELETE FROM dropcontact.contact;
	INSERT INTO dropcontact.contact (source, external_id, first_name, last_name, city, email)
	SELECT 's', n, CASE WHEN german THEN (ARRAY['Jürgen', 'Uwe', 'Heike', 'Detlef', 'Jens', 'Silke', 'Anke'])[1 + h % 7] ELSE (ARRAY['Thierry', 'Sylvie', 'Alain', 'Gilles', 'Odile', 'Benoît', 'Josiane'])[1 + h % 7] END,
		CASE WHEN german THEN (ARRAY['Bauer', 'Fuchs', 'Kaiser', 'Vogt', 'Engel'])[1 + h / 7 % 5] ELSE (ARRAY['Lefebvre', 'Mercier', 'Rousseau', 'Dubois', 'Fournier'])[1 + h / 7 % 5] END,
		CASE WHEN CASE WHEN mixed THEN h / 35 % 2 = 0 ELSE german END THEN (ARRAY['Hamburg', 'Bremen', 'Kiel'])[1 + h / 70 % 3] ELSE (ARRAY['Lyon', 'Nantes', 'Lille'])[1 + h / 70 % 3] END, 'x' || n || '@' || n || '.example'
	FROM (SELECT n, abs(hashint4(n)) AS h, n % 10 = 0 AS german FROM generate_series(1, 3000) n) x;
	PERFORM dropcontact.train();
	RETURN QUERY SELECT round(max(u * 1024) FILTER (WHERE field = 'first_name' AND level = 'exact')::numeric, 1), round(max(u * 1024) FILTER (WHERE field = 'place' AND level = 'city')::numeric, 1) FROM dropcontact.match_model;
END
$$;
SELECT mixed, c.first_name_u > 1.1 AS first_names_go_with_language, c.town_u > 1.1 AS towns_do FROM unnest('{f,t}'::boolean[]) mixed, countries(mixed) c;
DROP FUNCTION countries;
DROP FUNCTION sane;
SET client_min_messages = error;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
