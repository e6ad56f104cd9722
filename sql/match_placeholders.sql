-- What says nothing is no evidence: contacts that consist of nothing else are never merged, others are as without it.
SET client_min_messages = error;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
RESET client_min_messages;
SELECT dropcontact.create_controller('Nobody', 'dpo@nobody.example'), dropcontact.create_source('s', region => 'FR');
SELECT dropcontact.add_match_field('born', 'date'), dropcontact.add_match_field('member', 'exact');
INSERT INTO dropcontact.contact (source, first_name, last_name, email, phone, mobile_phone, company, siren, city, postcode, address, job_title, linkedin, website, attributes)
SELECT 's', w, w, CASE WHEN n < 3 THEN w END, w, w, w, w, w, w, w, w, w, w, jsonb_build_object('born', w, 'member', w)
FROM unnest(ARRAY['N/A', 'unknown', 'test', '-', '...', '?', 'xxx', 'inconnu', 'n.c.', 'none', 'null', 'TBD', 'azerty', '0000']) w, generate_series(1, 3) n;
INSERT INTO dropcontact.contact (source, email, phone) VALUES
	('s', 'test@test.com', NULL), ('s', 'test@test.com', NULL), ('s', 'n/a@n/a.com', '0000000000'), ('s', 'n/a@n/a.com', '0000000000'), ('s', 'unknown@unknown.com', '0123456789'),
	('s', 'unknown@unknown.com', '0123456789'), ('s', 'nc@nc.com', '11111111'), ('s', 'nc@nc.com', '11111111');
-- two persons with one placeholder each; one person, one mailbox of initials that look like one
INSERT INTO dropcontact.contact (source, external_id, first_name, last_name, email, phone, company, linkedin) VALUES
	('s', 'a', 'Ludivine', 'Pastourel', 'test@test.com', '0000000000', 'N/A', 'non renseigné'), ('s', 'b', 'Fulbert', 'Jourdanne', 'test@test.com', '0000000000', 'N/A', 'non renseigné'),
	('s', 'c', 'Nadège', 'Desprez', 'nd@rosiers.example', NULL, 'Rosiers', NULL), ('s', 'd', 'Nadège', 'Desprez', 'nd@rosiers.example', NULL, 'Inconnu', NULL);
SELECT contacts, matched_pairs, review_pairs, contacts - entities AS merged FROM dropcontact.dedupe();
SELECT array_agg(external_id ORDER BY external_id) FROM dropcontact.contact_entity GROUP BY entity_id HAVING count(*) > 1;
SELECT x.field, x.level FROM dropcontact.contact a, dropcontact.contact b, dropcontact.explain_match(a.contact_id, b.contact_id) x WHERE a.external_id = 'a' AND b.external_id = 'b' ORDER BY step;
SELECT count(*) FROM dropcontact.train();
SELECT contacts - entities AS merged FROM dropcontact.dedupe();
-- nor is it looked up
SELECT count(*) FROM dropcontact.find_matches('{"email": "test@test.com", "phone": "0000000000", "company": "N/A", "last_name": "unknown"}');
-- one name alone speaks for the column that it stands in, or against it, and is compared with the name that there is
INSERT INTO dropcontact.contact (source, external_id, first_name, last_name) VALUES
	('s', 'zélie', 'Zélie', NULL), ('s', 'anne petit', 'Anne', 'Petit'), ('s', 'kermadec', NULL, 'Kermadec'), ('s', 'odon', 'Odon', NULL),
	('s', 'zélie petit', 'Zélie', 'Petit'), ('s', 'last zélie', NULL, 'Zélie');
SELECT a.external_id AS a, b.external_id AS b, x.field, x.level, x.value_a, x.value_b FROM dropcontact.contact a, dropcontact.contact b, dropcontact.explain_match(a.contact_id, b.contact_id) x
WHERE a.external_id IN ('zélie', 'kermadec') AND b.contact_id > a.contact_id AND x.field ~ 'name' ORDER BY a.contact_id, b.contact_id, x.step;
SET client_min_messages = error;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
