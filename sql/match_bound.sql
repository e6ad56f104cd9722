-- Pairs that are ruled out before they are scored are none that would have counted: what shares a key and
-- reaches the review threshold is in one entity or in the review queue.
SET client_min_messages = warning;
BEGIN;
SELECT dropcontact.create_controller('bound', 'dpo@bound.example') AS id \gset
SELECT set_config('dropcontact.controller', 'bound', true) \g /dev/null
SELECT dropcontact.create_source('list', 'crm', 100, 'FR') \g /dev/null
SELECT dropcontact.add_match_field('born', 'date'), dropcontact.add_match_field('member', 'exact'), dropcontact.add_match_field('note', 'text') \g /dev/null
CREATE TEMP TABLE pick AS
SELECT n, (n * 7919 + n * n * 31) % 1000 AS r, (n * 104729 + n * n * 17) % 1000 AS s, (n * 1299709 + n * n * 13) % 1000 AS t FROM generate_series(1, 500) n;
INSERT INTO dropcontact.contact (source, external_id, first_name, middle_name, last_name, suffix, email, phone, mobile_phone, company, website, linkedin, postcode, city, address, job_title, attributes)
SELECT 'list', n::text,
	(ARRAY['Robert', 'Bob', 'R', 'Roberto', 'Jean-Pierre', 'Jean', 'JP', 'Alexander', 'Alex', 'Aleksander', 'Marie', 'Maria', 'Anne', 'Ana', 'Garcia'])[1 + r % 15],
	CASE WHEN s % 9 = 0 THEN (ARRAY['Paul', 'P', 'Louis'])[1 + r % 3] END,
	(ARRAY['Garcia', 'Garcia Lopez', 'Garzia', 'Martin', 'Martins', 'Marten', 'Lefebvre', 'Lefevre', 'Lefebure', 'Smith', 'Smyth', 'Schmidt', 'Robert', 'Bernard', 'Benard', 'Dupont', 'Dupond'])[1 + s % 17],
	CASE WHEN t % 11 = 0 THEN (ARRAY['Jr', 'Sr'])[1 + r % 2] END,
	CASE WHEN t % 3 > 0 THEN (ARRAY['r.garcia', 'rgarcia', 'j.smith', 'j.smith2', 'martin', 'contact', 'bob'])[1 + (r + s) % 7] || '@' || (ARRAY['acme.fr', 'acme.com', 'borel.fr', 'gmail.com'])[1 + t % 4] END,
	CASE WHEN r % 3 = 0 THEN '01400000' || 10 + t % 13 END, CASE WHEN s % 3 = 0 THEN '06120000' || 10 + r % 29 END,
	CASE WHEN t % 4 > 0 THEN (ARRAY['Acme Logistics', 'ACME Logistic SAS', 'Acme', 'Borel & Fils', 'Borel et fils', 'Transports Borel', 'Cie des Eaux'])[1 + (s + t) % 7] END,
	CASE WHEN t % 5 = 0 THEN (ARRAY['acme.fr', 'borel.fr'])[1 + s % 2] END, CASE WHEN r % 13 = 0 THEN 'linkedin.com/in/p' || s % 19 END,
	CASE WHEN s % 2 = 0 THEN (ARRAY['75001', '75002', '69003', '13008'])[1 + t % 4] END,
	CASE WHEN r % 4 > 0 THEN (ARRAY['Paris', 'Lyon', 'Lyons', 'Marseille'])[1 + t % 4] END, CASE WHEN r % 6 = 0 THEN 1 + s % 5 || ' rue de la Paix' END,
	CASE WHEN s % 5 = 0 THEN (ARRAY['Buyer', 'CEO'])[1 + t % 2] END,
	jsonb_strip_nulls(jsonb_build_object('born', CASE WHEN r % 7 = 0 THEN (date '1970-01-01' + s % 40)::text END, 'member', CASE WHEN s % 7 = 0 THEN 'M' || 10000 + t % 60 END,
		'note', CASE WHEN t % 7 = 0 THEN (ARRAY['red bicycle club', 'bicycle club red', 'blue boat'])[1 + r % 3] END))
FROM pick;
SELECT review_pairs > 20 AND matched_pairs > 20 AS found FROM dropcontact.dedupe();
CREATE TEMP TABLE keyed AS SELECT contact_id, unnest(dropcontact.match_keys(contact_id)) AS key FROM dropcontact.contact;
CREATE TEMP TABLE shared AS
SELECT DISTINCT a.contact_id AS a, b.contact_id AS b FROM keyed a JOIN keyed b USING (key)
WHERE a.contact_id < b.contact_id AND key IN (SELECT key FROM keyed GROUP BY key HAVING count(*) <= 10);
SELECT count(*) > 2000 AS many FROM shared;
SELECT count(*) FILTER (WHERE s.probability >= 0.6) > 100 AS some, count(*) FILTER (WHERE s.probability >= 0.6 AND x.entity_id <> y.entity_id AND q.a_contact_id IS NULL) AS lost
FROM (SELECT a, b, dropcontact.match_probability(a, b) AS probability FROM shared) s
	JOIN dropcontact.contact_entity x ON x.contact_id = a JOIN dropcontact.contact_entity y ON y.contact_id = b
	LEFT JOIN dropcontact.review_queue q ON q.a_contact_id = a AND q.b_contact_id = b;
-- Swapped names weigh the same whichever contact comes first.
INSERT INTO dropcontact.contact (source, external_id, first_name, last_name, city)
VALUES ('list', 'a', 'Evan', 'Petion', 'Lille'), ('list', 'b', 'Petison', 'Evan', 'Lille'), ('list', 'c', 'Petison', 'Evan', 'Lille'), ('list', 'd', 'Evan', 'Petion', 'Lille');
SELECT dropcontact.match_probability(a.contact_id, b.contact_id) = dropcontact.match_probability(c.contact_id, d.contact_id) AS same
FROM dropcontact.contact a, dropcontact.contact b, dropcontact.contact c, dropcontact.contact d
WHERE a.external_id = 'a' AND b.external_id = 'b' AND c.external_id = 'c' AND d.external_id = 'd';
ROLLBACK;
