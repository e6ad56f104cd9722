-- any number of workers and any memory gives the same entities and reviews, and the same index of keys
SET client_min_messages = error;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
RESET client_min_messages;
SELECT dropcontact.create_controller('Parallel', 'dpo@parallel.example');
SELECT dropcontact.create_source('crm', 'crm', 10, 'FR');
INSERT INTO dropcontact.contact (source, external_id, first_name, last_name, email, mobile_phone, company, city, postcode)
SELECT 'crm', n, first_name, CASE WHEN n % 7 = 0 THEN last_name || 'e' ELSE last_name END,
	CASE WHEN n % 3 <> 0 THEN pg_catalog.lower(first_name || '.' || last_name || person || '@maison' || person % 2000 || '.fr') END,
	CASE WHEN n % 2 = 0 THEN '+336' || pg_catalog.lpad((person * 7919 % 100000000)::text, 8, '0') END,
	'Maison ' || person % 1408, (ARRAY['Paris', 'Lyon', 'Nantes'])[person % 3 + 1], pg_catalog.lpad((person % 90 * 1000 + 1000)::text, 5, '0')
FROM (SELECT n, person, (ARRAY['Anne', 'Paul', 'Marie', 'Luc', 'Emma', 'Hugo', 'Chloé', 'Louis'])[person % 8 + 1] AS first_name,
		(ARRAY['Martin', 'Bernard', 'Dubois', 'Petit', 'Durand', 'Leroy', 'Moreau', 'Simon', 'Laurent', 'Garnier', 'Faure'])[person % 11 + 1] AS last_name
	FROM (SELECT n, n % 25000 AS person FROM pg_catalog.generate_series(1, 40000) n) x) y;
CREATE TEMPORARY TABLE result (workers integer, memory text, contacts bigint, candidate_pairs bigint, matched_pairs bigint, review_pairs bigint, entities bigint, members text, reviews text, keys text);
CREATE FUNCTION pg_temp.run(workers integer, memory text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	DELETE FROM dropcontact.entity_member;
	DELETE FROM dropcontact.match_pair;
	DELETE FROM dropcontact.match_index_state;
	PERFORM pg_catalog.set_config('max_parallel_maintenance_workers', workers::text, true), pg_catalog.set_config('maintenance_work_mem', memory, true);
	INSERT INTO result
	SELECT workers, memory, d.contacts, d.candidate_pairs, d.matched_pairs, d.review_pairs, d.entities, NULL, NULL, NULL FROM dropcontact.dedupe() d;
	UPDATE result r SET
		members = (SELECT pg_catalog.md5(pg_catalog.string_agg(pg_catalog.format('%s %s %s', contact_id, entity_id, link_probability), ',' ORDER BY contact_id)) FROM dropcontact.entity_member),
		reviews = (SELECT pg_catalog.md5(pg_catalog.string_agg(p::text, ',' ORDER BY a_contact_id, b_contact_id)) FROM dropcontact.match_pair p),
		keys = (SELECT pg_catalog.md5(pg_catalog.string_agg(i::text, ',' ORDER BY i)) FROM
			(SELECT m::text AS i FROM dropcontact.match_index m UNION ALL SELECT k::text FROM dropcontact.match_keys_of k) x)
	WHERE r.workers = run.workers AND r.memory = run.memory;
END
$$;
SELECT pg_temp.run(0, '1GB') \g /dev/null
SELECT pg_temp.run(2, '1GB') \g /dev/null
-- keys that do not fit lie in temporary files
SELECT pg_temp.run(1, '1MB') \g /dev/null
SELECT pg_temp.run(2, '1MB') \g /dev/null
SELECT contacts, candidate_pairs > 100000 AS many_pairs, matched_pairs + review_pairs > 87382 AS many_edges, entities < contacts AS merged, count(*) AS runs FROM result
GROUP BY contacts, candidate_pairs, matched_pairs, review_pairs, entities, members, reviews, keys;
SET max_parallel_maintenance_workers = 0;
SET work_mem = '64MB';
SET temp_file_limit = '1MB';
SET maintenance_work_mem = '1MB';
\set VERBOSITY sqlstate
SELECT contacts FROM dropcontact.dedupe();
\set VERBOSITY default
SET maintenance_work_mem = '64MB';
SELECT contacts FROM dropcontact.dedupe();
RESET max_parallel_maintenance_workers;
RESET work_mem;
RESET maintenance_work_mem;
RESET temp_file_limit;

-- inside a transaction the workers know what it has written, and nothing else
BEGIN;
SELECT entities AS before FROM dropcontact.dedupe() \gset
INSERT INTO dropcontact.contact (source, external_id, first_name, last_name, email, mobile_phone)
SELECT 'crm', 'x' || n, 'Zoltan', 'Kovacs', 'zoltan.kovacs@unique.example', '+33611223344' FROM pg_catalog.generate_series(1, 5) n;
SELECT entities - :before AS one_more FROM dropcontact.dedupe();
ROLLBACK;

-- workers read by the privileges and policies of the role
SELECT dropcontact.create_controller('Other', 'dpo@other.example');
SET dropcontact.controller = 'Other';
SELECT dropcontact.create_source('crm', 'crm', 10, 'FR');
INSERT INTO dropcontact.contact (source, external_id, last_name) SELECT 'crm', n, 'Kovacs' FROM pg_catalog.generate_series(1, 500) n;
RESET dropcontact.controller;
CREATE ROLE regress_parallel;
GRANT dropcontact_operator TO regress_parallel;
SELECT dropcontact.grant_access('regress_parallel', 'Parallel');
SET ROLE regress_parallel;
SELECT contacts FROM dropcontact.dedupe();
RESET ROLE;
CREATE POLICY no_paul ON dropcontact.contact AS RESTRICTIVE TO regress_parallel USING (first_name <> 'Paul');
SET ROLE regress_parallel;
SELECT contacts FROM dropcontact.dedupe();
SET enable_tidscan = off;
SELECT contacts FROM dropcontact.dedupe();
RESET enable_tidscan;
RESET ROLE;
DROP POLICY no_paul ON dropcontact.contact;
DROP OWNED BY regress_parallel;
DROP ROLE regress_parallel;
