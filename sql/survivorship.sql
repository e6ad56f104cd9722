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
-- what the rule leaves open, by contacts put together here: first as they are named, then the other way round
SELECT dropcontact.configure('survivorship', 'source_priority'), dropcontact.configure('survivorship.company', 'default');
CREATE FUNCTION pg_temp.merged(contacts jsonb, first_last boolean DEFAULT false) RETURNS dropcontact.merged_fields LANGUAGE sql AS $$
	SELECT dropcontact.merge_fields(jsonb_populate_record(NULL::dropcontact.contact, '{"controller_id": 1, "source": "crm", "received_at": "2024-01-01"}'::jsonb || jsonb_build_object('contact_id', n) || c),
		(c ->> 'link')::float8, c ->> 'state', (c ->> 'organisation')::bigint ORDER BY CASE WHEN first_last THEN -n ELSE n END)
	FROM jsonb_array_elements(contacts) WITH ORDINALITY x(c, n)
$$;
CREATE FUNCTION pg_temp.survives(shown text, contacts jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	there text;
	back text;
BEGIN
	EXECUTE format('SELECT (m).%1$s::text, (b).%1$s::text FROM (SELECT pg_temp.merged($1) AS m, pg_temp.merged($1, true) AS b) x', shown) INTO there, back USING contacts;
	RETURN CASE WHEN there IS DISTINCT FROM back THEN format('%s or %s, by their order', there, back) ELSE there END;
END
$$;
SELECT why, shown, pg_temp.survives(shown, contacts) FROM (VALUES
	('a field before a list, whatever the priority', 'email', '[{"source": "fair", "email": "field@x.example"}, {"source": "crm", "other_emails": ["list@x.example"]}]'::jsonb),
	('which has no qualification of its own', 'email_qualification', '[{"email": "unusable", "problems": {"email": "x"}, "email_qualification": "invalid@pro", "other_emails": ["list@x.example"]}]'),
	('the newer of one priority', 'city', '[{"city": "Aurillac", "updated_at": "2023-01-01"}, {"city": "Zonza", "updated_at": "2024-01-01"}]'),
	('received counts where nothing says when it was updated', 'city', '[{"city": "Aurillac", "updated_at": "2023-12-31"}, {"city": "Zonza"}]'),
	('phone before mobile', 'phones', '[{"mobile_phone": "+33600000000"}, {"phone": "+33700000000"}]'),
	('the more frequent of one age', 'city', '[{"city": "Aurillac"}, {"city": "Zonza"}, {"city": "Zonza"}]'),
	('the longer of one frequency', 'city', '[{"city": "Aix"}, {"city": "Zonza"}]'),
	('the first by its bytes', 'city', '[{"city": "Zonza"}, {"city": "Arles"}]'),
	('a value that is unusable in one contact is so in all', 'postcode', '[{"source": "crm", "postcode": "1000", "problems": {"postcode": "x"}}, {"source": "erp", "postcode": "1000"}, {"source": "fair", "postcode": "69001"}]'),
	('a company checked in one contact is so in all', 'company', '[{"source": "crm", "company": "Granit"}, {"source": "erp", "company": "Granit rose"}, {"source": "fair", "company": "Granit rose", "siren": "552100554"}]'),
	('by a number that can be used', 'company', '[{"source": "crm", "company": "Granit"}, {"source": "fair", "company": "Granit rose", "siren": "1", "problems": {"siren": "x"}}]'),
	('what cannot be used comes last in a list', 'emails', '[{"source": "crm", "other_emails": ["unusable"]}, {"source": "fair", "other_emails": ["list@x.example"]}]'),
	('numbers of a list too', 'phones', '[{"source": "crm", "other_phones": ["ask her"]}, {"source": "fair", "other_phones": ["+33700000000"]}]'),
	('a null attribute gives way', 'attributes', '[{"source": "crm", "attributes": {"size": null}}, {"source": "fair", "attributes": {"size": 3}}]'),
	('as sure as the weakest link', 'confidence', '[{"link": 0.97}, {"link": 0.9}, {"link": 0.99}, {}]'),
	('who is left alone needs no link', 'confidence', '[{"link": 0.9}]'),
	('each source once', 'sources', '[{"source": "fair"}, {"source": "crm"}, {"source": "fair"}]'),
	('the organisation of the company that survives', 'company_entity_id', '[{"company": "Granit", "organisation": 7, "updated_at": "2024-02-01"}, {"company": "Granit rose", "organisation": 5, "updated_at": "2023-01-01"}]'),
	('or else the oldest', 'company_entity_id', '[{"organisation": 7}, {"organisation": 5}, {"organisation": 6}]'),
	('a source that is not there comes last', 'city', '[{"source": "gone", "city": "Aurillac"}, {"source": "fair", "city": "Zonza"}]')) v(why, shown, contacts);
-- letters count, not bytes
SELECT dropcontact.configure('survivorship', 'longest');
SELECT pg_temp.survives('city', '[{"city": "Éôûéèà"}, {"city": "Villejuif"}]') AS longest;
SELECT dropcontact.configure('survivorship', 'source_priority');
-- where only unusable values are, the rule says so, of what is derived too
SELECT o.field, o.value, o.rule FROM unnest((SELECT dropcontact.merge_origins(jsonb_populate_record(NULL::dropcontact.contact,
	'{"controller_id": 1, "source": "crm", "received_at": "2024-01-01", "contact_id": 1, "email": "x", "problems": {"email": "x"}, "email_qualification": "invalid@pro"}'), NULL, NULL, NULL))) o ORDER BY 1;
-- a contact that is none
SELECT dropcontact.merge_fields(NULL::dropcontact.contact, 1, NULL, NULL);
SELECT dropcontact.merge_fields(jsonb_populate_record(NULL::dropcontact.contact, '{"controller_id": 1}'), 1, NULL, NULL);
SET client_min_messages = error;
DROP VIEW survives CASCADE;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
