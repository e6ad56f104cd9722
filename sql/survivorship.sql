-- Which value of a field survives a merge, and where it came from
SET client_min_messages = error;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
RESET client_min_messages;
SELECT dropcontact.create_controller('Merge', 'dpo@merge.example'), dropcontact.create_source('crm', priority => 10, region => 'FR'),
	dropcontact.create_source('erp', 'erp', 20, 'FR'), dropcontact.create_source('fair', 'file', 30, 'FR');
INSERT INTO dropcontact.contact (source, external_id, full_name, email, mobile_phone, company, siren, city, job_title, updated_at, attributes) VALUES
	('crm', '1', 'Nolwenn Tregastel', 'n.tregastel@granit.example', '06 12 34 56 01', 'Granit rose', NULL, 'Lannion', 'CEO', '2020-01-01', '{"note": "early", "colour": "red"}'),
	('erp', '2', 'Nolwenn Tregastel', 'nolwenn@granit.example', '06 12 34 56 01', 'Granit Rose de Ploumanac''h SAS', '552100554', 'Perros-Guirec', 'Managing Director', '2023-01-01', '{"note": "later and longer"}'),
	('fair', '3', 'Nolwenn Tregastel', 'nolwenn@granit.example', '06 12 34 56 01', 'Granit rose', NULL, 'Perros-Guirec', 'Owner', '2022-01-01', NULL),
	('fair', '4', 'Nolwenn Tregastel', 'not an address', '06 12 34 56 01', 'Granit', NULL, 'Trégastel', 'Boss', '2024-01-01', '{"size": 12}');
SELECT contacts, entities FROM dropcontact.dedupe();
CREATE VIEW survives AS SELECT email, company, city, job_title, attributes ->> 'note' AS note, emails FROM dropcontact.merged_contact;
-- by priority of the source, an unusable value last, a company with a checked number first
SELECT * FROM survives;
SELECT field, value, source, contact_id - min(contact_id) OVER () + 1 AS contact, rule FROM dropcontact.merged_field WHERE field IN ('email', 'company', 'city', 'job_title', 'attributes.note', 'attributes.size', 'emails[2]', 'emails[3]') ORDER BY field;
-- each rule
CREATE FUNCTION survives_by(rule text) RETURNS SETOF survives LANGUAGE plpgsql AS $$
BEGIN
	PERFORM dropcontact.configure('survivorship', rule);
	RETURN QUERY TABLE survives;
END
$$;
SELECT rule, s.* FROM unnest(ARRAY['source_priority', 'most_recent', 'most_frequent', 'longest', 'valid_first']) rule, survives_by(rule) s;
-- a rule of one field, which a checked number does not overrule unless it is valid_first
SELECT dropcontact.configure('survivorship', 'source_priority'), dropcontact.configure('survivorship.company', 'most_frequent'), dropcontact.configure('survivorship.city', 'most_recent');
SELECT * FROM survives;
SELECT dropcontact.configure('survivorship.company', 'valid_first'), dropcontact.configure('survivorship.city', 'default');
SELECT * FROM survives;
SELECT dropcontact.configure('survivorship.company', 'cheapest');
-- what delivery has shown: the address that bounced comes after the other, the one that was delivered before
INSERT INTO dropcontact.email_standing (controller_id, email, state) VALUES (1, 'n.tregastel@granit.example', 'hard_bounce');
SELECT email, emails FROM survives;
UPDATE dropcontact.email_standing SET state = 'unknown';
SELECT email, emails FROM survives;
INSERT INTO dropcontact.email_standing (controller_id, email, state) VALUES (1, 'nolwenn@granit.example', 'valid');
SELECT email, emails FROM survives;
UPDATE dropcontact.email_standing SET state = 'departed';
SELECT email, emails FROM survives;
-- every value has an origin, and it is there
SELECT count(*) > 15 AS many, count(*) FILTER (WHERE o.field IN ('email', 'company', 'city', 'job_title', 'mobile_phone', 'siren') AND to_jsonb(c) ->> o.field IS DISTINCT FROM o.value) AS wrong
FROM dropcontact.merged_field o JOIN dropcontact.contact c USING (contact_id);
SELECT m.field FROM (SELECT key AS field, value FROM dropcontact.merged_contact x, jsonb_each_text(to_jsonb(x))) m LEFT JOIN dropcontact.merged_field o ON o.field = m.field AND o.value = m.value
WHERE m.value IS NOT NULL AND o.field IS NULL ORDER BY 1;
SET client_min_messages = error;
DROP VIEW survives CASCADE;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
