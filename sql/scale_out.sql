-- The steps of matching one by one: contacts packed, weighed, compared by blocks, clustered, without a table.
SET client_min_messages = error;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
RESET client_min_messages;
SELECT dropcontact.create_controller('Out', 'dpo@out.example'), dropcontact.create_source('s', region => 'FR');
SELECT dropcontact.add_match_field('born', 'date');

-- a record is cleaned as the trigger does it
CREATE TABLE raw AS SELECT r FROM jsonb_populate_recordset(NULL::dropcontact.contact, '[
	{"external_id": "1", "full_name": "VAUQUELIN solange", "email": "Solange.Vauquelin@Kermeur.EXAMPLE", "phone": "02 98 44 11 22", "company": "KERMEUR S.A.S.", "other_emails": ["sv@kermeur.example", "none"], "attributes": {"born": "1970-02-03"}},
	{"external_id": "2", "first_name": "Solange", "last_name": "Vauquelin", "email": "solange.vauquelin@kermeur.example", "other_phones": ["+33298441122", " "], "attributes": {"born": "03/02/1970"}},
	{"external_id": "3", "first_name": "S.", "last_name": "Vauquelin", "company": "Kermeur", "phone": "12", "city": "Brest"},
	{"external_id": "4", "company": "Kermeur SAS", "website": "https://www.kermeur.example/contact"}]') r;
INSERT INTO dropcontact.contact (source, external_id, full_name, first_name, last_name, email, phone, company, website, city, other_emails, other_phones, attributes)
SELECT 's', (r).external_id, (r).full_name, (r).first_name, (r).last_name, (r).email, (r).phone, (r).company, (r).website, (r).city, (r).other_emails, (r).other_phones, (r).attributes FROM raw ORDER BY 2;
SELECT c.external_id, to_jsonb(c) - '{contact_id,controller_id,source,received_at,updated_at}'::text[] = to_jsonb(dropcontact.clean_record(r, 'FR')) - '{contact_id,controller_id,source,received_at,updated_at}'::text[] AS is_same
FROM raw JOIN dropcontact.contact c ON c.external_id = (r).external_id ORDER BY 1;
SELECT (dropcontact.clean_record(r)).phone AS without_region, (dropcontact.clean_record(r, 'FR')).phone, (dropcontact.clean_record(r, 'FR')).problems FROM raw WHERE (r).external_id IN ('1', '3') ORDER BY (r).external_id;
SELECT dropcontact.clean_record(NULL) IS NULL AS none;

-- packed: the id, the keys, the values
CREATE TABLE manner AS SELECT dropcontact.matching_parameters(100000) AS p;
CREATE TABLE packed AS SELECT contact_id, external_id AS x, dropcontact.pack_contact(contact_id, c, p) AS packed FROM dropcontact.contact c, manner;
SELECT x, dropcontact.packed_contact_id(packed) = contact_id AS id,
	cardinality(dropcontact.packed_values(packed, p)) AS n_values, cardinality(dropcontact.contact_points(packed, p)) AS points
FROM packed, manner ORDER BY x;
SELECT dropcontact.blocking_keys(dropcontact.pack_contact(contact_id, c, dropcontact.matching_parameters())) = dropcontact.match_keys(contact_id) AS keys FROM dropcontact.contact c;
SELECT dropcontact.packed_probability(a.packed, b.packed, p) > 0.999 AS likely, dropcontact.packed_probability(a.packed, b.packed, p) = dropcontact.packed_probability(b.packed, a.packed, p) AS either_way,
	abs((SELECT 1 / (1 + 2 ^ -sum((e ->> 'weight')::float8)) FROM jsonb_array_elements(dropcontact.packed_evidence(a.packed, b.packed, p)) e) - dropcontact.packed_probability(a.packed, b.packed, p)) < 1e-9 AS adds_up
FROM packed a, packed b, manner WHERE a.x = '1' AND b.x = '2';

-- a value that is known to be common weighs less, one that persons share is none of theirs
SELECT what, (SELECT sum((e ->> 'weight')::float8) FROM jsonb_array_elements(dropcontact.packed_evidence(dropcontact.weigh_contact(a.packed, p, h, f, s), dropcontact.weigh_contact(b.packed, p, h, f, s), p)) e) BETWEEN low AND high AS weight_falls
FROM packed a, packed b, manner, LATERAL (
	SELECT 'all rare' AS what, 60 AS low, 100 AS high, NULL::bigint[] AS h, NULL::float8[] AS f, NULL::boolean[] AS s
	UNION ALL
	SELECT 'mailbox shared', 30, 60, array_agg(v), array_agg(0.01), array_agg(true) FROM unnest(dropcontact.contact_points(b.packed, p)) v
	UNION ALL
	SELECT 'all common', -20, 10, array_agg(v), array_agg(0.1), array_agg(true) FROM (SELECT DISTINCT v FROM unnest(dropcontact.packed_values(b.packed, p)) v) x) k
WHERE a.x = '1' AND b.x = '2';

-- shared by persons of three names
SELECT n, dropcontact.shared_by_persons(dropcontact.pack_contact(i, jsonb_populate_record(NULL::dropcontact.contact, jsonb_build_object('last_name', (ARRAY['Vauquelin', 'Vauqelin', 'Kerbrat', 'Dujardin'])[i], 'email', 'a@b.example')), p), p)
FROM generate_series(1, 4) n, generate_series(1, n) i, manner GROUP BY n ORDER BY n;

-- blocks, edges, clusters; a large block compares neighbours
SELECT key & 3 AS class, dropcontact.largest_block(key) FROM generate_series(0, 3) key;
CREATE TABLE edges AS SELECT e.* FROM (SELECT dropcontact.score_block(key, packed, p, NULL) AS edges FROM packed, manner, unnest(dropcontact.blocking_keys(packed)) key GROUP BY key) b, dropcontact.block_edges(edges) e;
SELECT a.x AS a, b.x AS b, count(*) > 1 AS in_several_blocks, count(DISTINCT weight), max(weight) > 0 AS likely
FROM edges e JOIN packed a ON a.contact_id = a_contact_id JOIN packed b ON b.contact_id = b_contact_id GROUP BY 1, 2 ORDER BY 1, 2;
SELECT count(*) = (SELECT count(DISTINCT e) FROM edges e) AS each_once
FROM (SELECT dropcontact.score_block(key, packed, p, '{}') AS edges FROM packed, manner, unnest(dropcontact.blocking_keys(packed)) key GROUP BY key) b, dropcontact.block_edges(edges) e;
SELECT array_agg(x.x ORDER BY x.x) AS contacts, bool_and(m.link_probability BETWEEN 0.9 AND 1) AS probable
FROM (SELECT dropcontact.cluster_edges(a.packed, b.packed, e.weight, p) AS c FROM edges e, packed a, packed b, manner WHERE a.contact_id = a_contact_id AND b.contact_id = b_contact_id) c,
	dropcontact.cluster_members(c) m JOIN packed x USING (contact_id) GROUP BY m.cluster_id ORDER BY 1;
-- what a person has decided
SELECT array_agg(x.x ORDER BY x.x) AS contacts, min(m.link_probability)
FROM (SELECT dropcontact.cluster_edges(a.packed, b.packed, w, p) AS c FROM (VALUES ('1', '2', '-Infinity'::real), ('2', '1', 30), ('3', '4', 'Infinity')) e(a, b, w), packed a, packed b, manner WHERE a.x = e.a AND b.x = e.b) c,
	dropcontact.cluster_members(c) m JOIN packed x USING (contact_id) GROUP BY m.cluster_id ORDER BY 1;
SELECT dropcontact.score_block(1, packed, p, NULL) IS NULL AS nothing, dropcontact.cluster_edges(packed, packed, 1, p) IS NULL AS nothing_either FROM packed, manner WHERE false;
SELECT n, count(e) = (n - 1) * 12 - 66 AS neighbours_only
FROM (SELECT n, dropcontact.score_block((dropcontact.blocking_keys(packed))[1], packed, p, NULL) AS edges
	FROM generate_series(65, 100, 35) n, manner, LATERAL (SELECT dropcontact.pack_contact(i, jsonb_populate_record(NULL::dropcontact.contact, '{"linkedin": "linkedin.com/in/sv", "first_name": "Solange", "last_name": "Vauquelin"}'), p) AS packed FROM generate_series(1, n) i) c
	GROUP BY n) b, dropcontact.block_edges(edges) e GROUP BY n;

-- errors
\set VERBOSITY terse
SELECT dropcontact.matching_parameters(-1);
SELECT dropcontact.pack_contact(1, c, '\x00') FROM dropcontact.contact c LIMIT 1;
SELECT dropcontact.blocking_keys('');
SELECT dropcontact.packed_contact_id('\xc100');
SELECT dropcontact.packed_values(substr(packed, 1, length(packed) - 1), p) FROM packed, manner WHERE x = '1';
SELECT dropcontact.packed_values(packed || '\x00', p) FROM packed, manner WHERE x = '1';
SELECT dropcontact.weigh_contact(packed, p, '{1}', '{2}', '{f}') FROM packed, manner WHERE x = '1';
SELECT dropcontact.weigh_contact(packed, p, '{1}', '{0.1,0.2}', '{f}') FROM packed, manner WHERE x = '1';
SELECT dropcontact.weigh_contact(packed, p, '{NULL}', '{0.1}', '{f}') FROM packed, manner WHERE x = '1';
SELECT dropcontact.score_block(contact_id, packed, p, NULL) FROM packed, manner;
SELECT dropcontact.score_block(7, packed, p, NULL) FROM packed, manner;
SELECT dropcontact.score_block(7, packed, p, '{NULL}') FROM packed, manner;
SELECT dropcontact.score_block(7, NULL, p, NULL) FROM manner;
SELECT dropcontact.cluster_edges(packed, packed, 1, p) FROM packed, manner WHERE x = '1';
SELECT dropcontact.cluster_edges(a.packed, b.packed, 'NaN', p) FROM packed a, packed b, manner WHERE a.x = '1' AND b.x = '2';
SELECT dropcontact.block_edges('\x01');
SELECT dropcontact.cluster_members('\x01');
-- contacts packed under other match fields
SELECT dropcontact.add_match_field('born', 'exact');
SELECT dropcontact.packed_values(packed, dropcontact.matching_parameters(1000)) FROM packed WHERE x = '1';
-- no bytes that are changed bring it down: each is refused or read
DO $$
DECLARE
	k record;
	n integer := 0;
BEGIN
	FOR k IN SELECT set_byte(packed, i, (get_byte(packed, i) + 1 + i % 200) % 256) AS damaged, p FROM packed, manner, generate_series(0, length(packed) - 1) i LOOP
		BEGIN
			PERFORM dropcontact.packed_values(k.damaged, k.p), dropcontact.packed_evidence(k.damaged, (SELECT packed FROM packed WHERE x = '2'), k.p);
		EXCEPTION WHEN invalid_binary_representation OR invalid_parameter_value OR character_not_in_repertoire THEN
			n := n + 1;
		END;
	END LOOP;
	ASSERT n > 10;
END
$$;

-- nor do those of parameters, words included
SELECT dropcontact.add_word('nicknames', 'zolly', 'solange') > 0 AS added, dropcontact.remove_word('nicknames', 'bob') > 0 AS removed;
SELECT dropcontact.packed_probability(dropcontact.pack_contact(1, a, m), dropcontact.pack_contact(2, b, m), m) > dropcontact.packed_probability(dropcontact.pack_contact(1, a, p), dropcontact.pack_contact(2, b, p), p) AS nickname_counts
FROM manner, dropcontact.matching_parameters(100000) m, jsonb_populate_record(NULL::dropcontact.contact, '{"first_name": "Zolly", "last_name": "Vauquelin"}') a, jsonb_populate_record(NULL::dropcontact.contact, '{"first_name": "Solange", "last_name": "Vauquelin"}') b;
SELECT dropcontact.add_word('legal_forms', 'zarl', 'ZARL') > 0 AS added;
SELECT (dropcontact.clean_record(r, 'FR')).legal_form AS by_lists, (dropcontact.clean_record(r, 'FR', dropcontact.matching_parameters(1000))).legal_form AS by_own_words
FROM jsonb_populate_record(NULL::dropcontact.contact, '{"company": "Kermeur Zarl"}') r;
DO $$
DECLARE
	k record;
	n integer := 0;
BEGIN
	FOR k IN SELECT set_byte(m, i, (get_byte(m, i) + 1 + i % 200) % 256) AS damaged FROM dropcontact.matching_parameters(1000) m, generate_series(0, length(m) - 1) i LOOP
		BEGIN
			PERFORM dropcontact.packed_probability(dropcontact.pack_contact(1, c, k.damaged), dropcontact.pack_contact(2, c, k.damaged), k.damaged) FROM dropcontact.contact c LIMIT 1;
		EXCEPTION WHEN invalid_binary_representation THEN
			n := n + 1;
		END;
	END LOOP;
	ASSERT n > 10;
END
$$;

-- work tables belong to who makes them
SELECT dropcontact.create_work_tables('scale_work', true);
SELECT relname, relkind, attstattarget FROM pg_class c LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'packed' WHERE relnamespace = 'scale_work'::regnamespace AND relkind IN ('r', 'p') ORDER BY relname COLLATE "C";
SELECT count(*) AS members FROM pg_depend d JOIN pg_class c ON c.oid = d.objid AND d.classid = 'pg_class'::regclass WHERE relnamespace = 'scale_work'::regnamespace AND deptype = 'e';
SELECT dropcontact.create_work_tables('scale_work');
SELECT dropcontact.drop_work_tables('scale_work'), dropcontact.drop_work_tables('scale_work');
SELECT dropcontact.create_work_tables('dropcontact');
SELECT dropcontact.drop_work_tables('dropcontact');
DROP SCHEMA scale_work;
