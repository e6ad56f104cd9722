-- Organisations without a person have a model of their own; each person's organisation is one of them.
SET client_min_messages = error;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
RESET client_min_messages;
SELECT dropcontact.create_controller('Firms', 'dpo@firms.example'), dropcontact.create_source('s', region => 'FR');
INSERT INTO dropcontact.contact (source, external_id, company, website, siren, phone, address, postcode, city) VALUES
	('s', 'o1', 'Verrerie du Golfe SARL', 'www.verrerie-golfe.example', NULL, '02 97 11 22 33', '4 quai Éric Tabarly', '56100', 'Lorient'),
	('s', 'o1 again', 'VERRERIE DU GOLFE', NULL, NULL, '+33 2 97 11 22 33', '4, quai Eric Tabarly', '56100', 'LORIENT'),
	('s', 'o2', 'Cordiers Réunis SA', NULL, '552 100 554', NULL, NULL, '44600', 'Saint-Nazaire'),
	('s', 'chain Lyon', 'Boulangerie Paul-Henri', NULL, NULL, '04 72 00 00 01', '1 rue Mercière', '69002', 'Lyon'),
	('s', 'chain Nice', 'Boulangerie Paul-Henri', NULL, NULL, '04 93 00 00 02', '9 rue de France', '06000', 'Nice'),
	('s', 'farm', 'Kerdaniel Maraîchage', 'kerdaniel.example', NULL, NULL, '7 route de Merlevenez', '56700', 'Kervignac'),
	('s', 'estate agent', 'Kerdaniel Immobilier', NULL, NULL, NULL, '7 route de Merlevenez', '56700', 'Kervignac'),
	('s', 'bar', 'Bar Hôtel Splendide', NULL, NULL, '05 59 00 00 03', '2 avenue Foch', '64200', 'Biarritz'),
	('s', 'restaurant', 'Restaurant Hôtel Splendide', NULL, NULL, '05 59 00 00 03', '2 avenue Foch', '64200', 'Biarritz'),
	('s', 'bank', 'Méridien Atlantique Banque', NULL, NULL, '02 51 00 00 04', '1 place Viarme', '44000', 'Nantes'),
	('s', 'insurance', 'Méridien Atlantique Assurances', NULL, NULL, '02 51 00 00 04', '1 place Viarme', '44000', 'Nantes'),
	('s', 'works', 'Forges Kermeur', NULL, NULL, '02 97 00 00 05', '5 quai du Port', '56100', 'Lorient'),
	('s', 'holding', 'Forges Kermeur Holding', NULL, NULL, '02 97 00 00 05', '5 quai du Port', '56100', 'Lorient'),
	('s', 'also called', 'P.V.R. Services dba Presto Vélo', NULL, NULL, NULL, '17 rue Paré', '44000', 'Nantes'),
	('s', 'as called', 'Presto Vélo', NULL, NULL, NULL, '17, r. Paré', '44000', 'Nantes'),
	('s', 'employer', 'Tonnellerie Aubance', NULL, NULL, NULL, '9 rue Haute', '49320', 'Brissac'),
	('s', 'employer again', 'Tonnellerie Aubance SAS', NULL, NULL, NULL, '9, r. Haute', NULL, NULL),
	('s', 'of many', 'Faïencerie Quistinic', 'quistinic.example', NULL, NULL, NULL, NULL, 'Quistinic'),
	('s', 'of many again', 'FAIENCERIE QUISTINIC SA', 'www.quistinic.example', NULL, NULL, NULL, NULL, 'Quistinic'),
	('s', 'site', 'Brasserie Lancelot-Roc', 'lancelot-roc.example', NULL, NULL, NULL, NULL, NULL),
	('s', 'site again', 'Brasserie Lancelot-Roc SARL', 'https://lancelot-roc.example/biere', NULL, NULL, NULL, NULL, 'Le Roc'),
	('s', 'site of two', 'Cidrerie Guernion', 'guernion.example', NULL, '04 67 00 00 09', '3 rue Foch', '34000', 'Montpellier'),
	('s', 'site of two, the other', 'Cidrerie Guernion SAS', 'guernion.example', NULL, '03 20 00 00 08', '8 rue Faidherbe', '59000', 'Lille'),
	('s', 'in short', 'St. Maclou Intl. Shipping', NULL, NULL, '02 40 00 00 12', '2 quai des Antilles', NULL, NULL),
	('s', 'in full', 'Saint Maclou International Shipping', NULL, NULL, '02 40 00 00 12', '2, quai des Antilles', '44200', 'Nantes'),
	('s', 'umlauts', 'Köhler & Söhne GmbH', NULL, NULL, '+49 221 555010', 'Hauptstr. 4', NULL, 'Köln'),
	('s', 'umlauts in two letters', 'Koehler und Soehne', NULL, NULL, '0049 221 555010', 'Hauptstraße 4', '50667', 'Köln'),
	('s', 'plumber', 'Plomberie Ostrander', NULL, NULL, '02 97 00 00 06', '22 rue Courbet', '56100', 'Lorient');
INSERT INTO dropcontact.contact (source, external_id, full_name, email, company, siren, postcode, city) VALUES
	('s', 'by domain', 'Maïwenn Le Corre', 'maiwenn@verrerie-golfe.example', NULL, NULL, NULL, NULL),
	('s', 'by name', 'Erwan Guillou', 'erwan.guillou@gmail.com', 'Verrerie du Golfe', NULL, NULL, NULL),
	('s', 'by number', 'Fanch Riou', NULL, 'C. R. Atlantique', '552100554', NULL, NULL),
	('s', 'by name and town', 'Zélie Chabert', NULL, 'Boulangerie Paul-Henri', NULL, NULL, 'Nice'),
	('s', 'one of a chain', 'Ulysse Vidal', NULL, 'Boulangerie Paul-Henri', NULL, NULL, 'Paris'),
	('s', 'another of that name', 'Ysé Lambert', 'yse@verrerie.example', 'Verrerie du Golfe', NULL, NULL, NULL),
	('s', 'plumber at home', 'Walter Ostrander', NULL, NULL, NULL, '56100', 'Lorient'),
	('s', 'no organisation', 'Ondine Faure', 'ondine.faure@gmail.com', NULL, NULL, NULL, NULL),
	('s', 'not a contact', 'Léandre Picot', NULL, 'Scierie Picot', NULL, NULL, NULL);
-- that many persons work for a company does not make its name common among organisations
INSERT INTO dropcontact.contact (source, external_id, full_name, company) SELECT 's', 'cooper ' || n, 'Brice Cooper' || chr(96 + n), 'Tonnellerie Aubance' FROM generate_series(1, 9) n;
INSERT INTO dropcontact.contact (source, external_id, full_name, company) SELECT 's', 'potter ' || n, 'Brice Potter' || chr(97 + n % 26) || chr(97 + n / 26), 'Faïencerie Quistinic' FROM generate_series(1, 60) n;
UPDATE dropcontact.contact SET phone = '02 97 00 00 06', address = '22 rue Courbet' WHERE external_id = 'plumber at home';
SELECT contacts, entities FROM dropcontact.dedupe();
SELECT array_agg(external_id ORDER BY external_id) FROM dropcontact.contact_entity GROUP BY entity_id HAVING count(*) > 1 ORDER BY 1;
-- bar and restaurant of one hotel are not one, nor are two trades at one address, nor companies of one group
SELECT a.external_id, level, (SELECT count(DISTINCT entity_id) FROM dropcontact.contact_entity e WHERE e.contact_id IN (a.contact_id, b.contact_id)) AS entities FROM dropcontact.contact a, dropcontact.contact b, dropcontact.explain_match(a.contact_id, b.contact_id)
WHERE (a.external_id, b.external_id) IN (('bar', 'restaurant'), ('farm', 'estate agent'), ('bank', 'insurance'), ('works', 'holding')) AND field = 'guard' ORDER BY 1;
CREATE VIEW works_for AS
	SELECT p.external_id AS person, string_agg(o.external_id, ', ' ORDER BY o.external_id) AS organisation
	FROM dropcontact.contact_entity p JOIN dropcontact.merged_contact m USING (entity_id) LEFT JOIN dropcontact.contact_entity o ON o.entity_id = m.company_entity_id
	WHERE m.last_name IS NOT NULL GROUP BY 1;
SELECT * FROM works_for WHERE person !~ '^potter (1.|[2-9])' ORDER BY 1;
SELECT external_id, company_entity_id FROM dropcontact.merged_contact JOIN dropcontact.contact_entity USING (entity_id) WHERE external_id = 'o1';
-- a second run changes no row
SELECT sum(xmin::text::bigint) AS before FROM dropcontact.company_member \gset
SELECT contacts, entities FROM dropcontact.dedupe();
SELECT sum(xmin::text::bigint) = :before AS unchanged FROM dropcontact.company_member;
-- the organisation comes later
INSERT INTO dropcontact.contact (source, external_id, company, city) VALUES ('s', 'o3', 'Scierie Picot SAS', 'Épinal');
SELECT dropcontact.match_pending();
SELECT * FROM works_for WHERE person = 'not a contact';
-- two organisations become one, persons with them; and one that goes is nobody's any more
SELECT dropcontact.confirm_match(a.contact_id, b.contact_id) FROM dropcontact.contact a, dropcontact.contact b WHERE a.external_id = 'o1' AND b.external_id = 'o3';
SELECT * FROM works_for WHERE person IN ('not a contact', 'by domain');
DELETE FROM dropcontact.contact WHERE external_id IN ('o2', 'chain Lyon');
SELECT dropcontact.match_pending();
SELECT * FROM works_for WHERE person IN ('by number', 'one of a chain');
-- companies that persons name and that are no contacts become contacts (doc/match.md)
SELECT person FROM works_for WHERE organisation IS NULL ORDER BY 1;
SELECT dropcontact.create_source('companies', kind => 'other', priority => 1000) > 0 AS created;
INSERT INTO dropcontact.contact (source, external_id, company, website)
SELECT 'companies', concat_ws(' ', k.key, d.domain), min(m.company), d.domain
FROM dropcontact.merged_contact m, LATERAL dropcontact.parse_company(m.company) k,
	LATERAL (SELECT coalesce(m.website, CASE WHEN m.email_qualification LIKE '%@pro' THEN dropcontact.registrable_domain(m.email) END) AS domain) d
WHERE m.company_entity_id IS NULL AND m.last_name IS NOT NULL AND k.key IS NOT NULL
	AND NOT EXISTS (SELECT FROM dropcontact.contact c WHERE c.source = 'companies' AND c.external_id = concat_ws(' ', k.key, d.domain))
GROUP BY k.key, d.domain;
SELECT dropcontact.match_pending() > 0 AS matched;
SELECT * FROM works_for WHERE person IN ('another of that name', 'by number', 'no organisation', 'one of a chain') ORDER BY 1;
SET client_min_messages = error;
DROP VIEW works_for;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
