-- ingest: JSON records become contacts, once
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT dropcontact.create_controller('ingest test', 'dpo@ingest.example') IS NOT NULL AS created;
SELECT dropcontact.create_source('crm', 'crm', 100, 'FR') IS NOT NULL AS created;
-- ids relative to the first
SELECT nextval('dropcontact.contact_id_seq') AS base \gset
CREATE FUNCTION pg_temp.ingest(records jsonb) RETURNS TABLE (external_id text, action text)
	LANGUAGE sql AS 'SELECT external_id, action FROM dropcontact.ingest(''crm'', records)';
CREATE FUNCTION pg_temp.stored(id text) RETURNS TABLE (full_name text, first_name text, email text, phone text, attributes jsonb, received jsonb)
	LANGUAGE sql AS 'SELECT full_name, first_name, email, phone, attributes, received FROM dropcontact.contact WHERE external_id = id ORDER BY contact_id';

-- one object, an array, nothing
SELECT contact_id - :base AS contact, external_id, action FROM dropcontact.ingest('crm', '{"external_id": "a", "full_name": "Mme MARTIN Anne", "email": "ANNE@Example.fr", "phone": "01 42 68 53 00"}');
SELECT * FROM pg_temp.stored('a');
SELECT contact_id - :base AS contact, external_id, action FROM dropcontact.ingest('crm', '[{"external_id": "c"}, {"email": "x@y.fr"}, {"external_id": 7}, {"external_id": ""}, {"external_id": "b"}, {"external_id": "  "}, {}]');
SELECT * FROM pg_temp.ingest('[]');

-- again: unchanged; what is given changes, the rest stays; null clears
SELECT * FROM pg_temp.ingest('{"external_id": "a", "full_name": "Mme MARTIN Anne", "email": "ANNE@Example.fr", "phone": "01 42 68 53 00"}');
SELECT * FROM pg_temp.ingest('{"external_id": "a", "full_name": "Mme MARTIN Anne", "first_name": null, "civility": "", "city": null, "other_emails": null}');
SELECT * FROM pg_temp.ingest('{"external_id": "a"}');
SELECT * FROM pg_temp.ingest('{"external_id": "a", "phone": "+33142685300"}');
SELECT * FROM pg_temp.ingest('{"external_id": "a", "email": "b@example.fr"}');
SELECT * FROM pg_temp.stored('a');
SELECT * FROM pg_temp.ingest('{"external_id": "a", "email": null, "phone": ""}');
SELECT * FROM pg_temp.ingest('{"external_id": "a", "email": "", "phone": null}');
SELECT * FROM pg_temp.stored('a');
SELECT * FROM pg_temp.ingest('{"external_id": "a", "full_name": "Mme MARTIN Julie"}');
SELECT * FROM pg_temp.stored('a');

-- what is no column is an attribute; attributes are merged
SELECT * FROM pg_temp.ingest('{"external_id": "t", "tier": 1, "tags": ["x", {"y": null}], "attributes": {"z": 2, "tier": 0}, "gender": "f", "source": "other", "contact_id": 5}');
SELECT attributes FROM pg_temp.stored('t');
SELECT * FROM pg_temp.ingest('{"external_id": "t", "tier": 1, "attributes": {"z": 2}}');
SELECT * FROM pg_temp.ingest('{"external_id": "t", "tier": 2, "attributes": null}');
SELECT * FROM pg_temp.ingest('{"external_id": "t", "attributes": {"new": true, "z": null}}');
SELECT attributes FROM pg_temp.stored('t');

-- scalars of every kind become texts; lists; timestamps
SELECT * FROM pg_temp.ingest('{"external_id": "s", "employees": 50, "naf": true, "siren": 732829320, "other_emails": ["A@b.fr", null, ""], "other_phones": ["01 42 68 53 00", 33142685301],
	"updated_at": "2026-01-02T03:04:05Z", "received_at": "2025-01-01 00:00:00+00"}');
SELECT employees, naf, siren, other_emails, other_phones, updated_at AT TIME ZONE 'UTC' AS updated, received_at AT TIME ZONE 'UTC' AS received FROM dropcontact.contact WHERE external_id = 's';
SELECT * FROM pg_temp.ingest('{"external_id": "s", "employees": 50, "naf": true, "siren": 732829320, "other_emails": ["A@b.fr"], "other_phones": ["01 42 68 53 00", "33142685301"],
	"updated_at": "2026-01-02T03:04:05Z"}');
SELECT * FROM pg_temp.ingest('{"external_id": "s", "other_emails": ["A@b.fr", "c@b.fr"]}');
SELECT * FROM pg_temp.ingest('{"external_id": "s", "other_emails": []}');
SELECT other_emails, other_phones, updated_at = now() AS updated_now, received_at AT TIME ZONE 'UTC' AS received FROM dropcontact.contact WHERE external_id = 's';

-- one external_id several times: the later goes over the earlier
SELECT contact_id = first_value(contact_id) OVER () AS same, external_id, action FROM dropcontact.ingest('crm', '[{"external_id": "d", "email": "1@b.fr", "k": 1}, {"external_id": "d", "phone": "0142685300"},
	{"external_id": "d", "email": "1@b.fr"}, {"external_id": "e"}, {"external_id": "d", "email": "2@b.fr", "l": 1}, {"external_id": "d", "l": 1}]');
SELECT email, phone, attributes FROM pg_temp.stored('d');
SELECT * FROM pg_temp.ingest('[{"external_id": "d", "email": "2@b.fr"}, {"external_id": "d", "email": "2@b.fr"}]');
-- also where it takes away what the earlier does not name; a time without characters is none
SELECT * FROM pg_temp.ingest('[{"external_id": "d", "email": "2@b.fr"}, {"external_id": "d", "phone": null}]');
SELECT email, phone FROM pg_temp.stored('d');
SELECT * FROM pg_temp.ingest('{"external_id": "e", "received_at": "", "updated_at": ""}');

-- malformed: the record and the key are named, nothing is stored
SELECT count(*) AS before FROM dropcontact.contact \gset
\set VERBOSITY terse
SAVEPOINT s;
SELECT * FROM pg_temp.ingest(NULL);
ROLLBACK TO s;
SELECT * FROM pg_temp.ingest('5');
ROLLBACK TO s;
SELECT * FROM pg_temp.ingest('null');
ROLLBACK TO s;
SELECT * FROM pg_temp.ingest('[{"external_id": "m1"}, [1]]');
ROLLBACK TO s;
SELECT * FROM pg_temp.ingest('[{"external_id": "m1"}, "x"]');
ROLLBACK TO s;
SELECT * FROM pg_temp.ingest('[{"external_id": "m1"}, {"external_id": {"a": 1}}]');
ROLLBACK TO s;
SELECT * FROM pg_temp.ingest('[{}, {}, {"email": ["a@b.fr"]}]');
ROLLBACK TO s;
SELECT * FROM pg_temp.ingest('{"other_emails": "a@b.fr"}');
ROLLBACK TO s;
SELECT * FROM pg_temp.ingest('{"other_phones": [{"a": 1}]}');
ROLLBACK TO s;
SELECT * FROM pg_temp.ingest('{"attributes": [1]}');
ROLLBACK TO s;
SELECT * FROM pg_temp.ingest('{"updated_at": "yesterday-ish"}');
ROLLBACK TO s;
SELECT * FROM pg_temp.ingest('{"received_at": 5}');
ROLLBACK TO s;
SELECT * FROM pg_temp.ingest('{"full_name": "a\u0000b"}');
ROLLBACK TO s;
SELECT * FROM dropcontact.ingest('none', '{"email": "a@b.fr"}');
ROLLBACK TO s;
SELECT * FROM dropcontact.ingest(NULL, '{"external_id": "only source"}');
ROLLBACK TO s;
SELECT count(*) = :before AS nothing_stored FROM dropcontact.contact;
\set VERBOSITY default

-- many at once
CREATE TEMP TABLE many AS SELECT jsonb_agg(jsonb_build_object('external_id', 'm' || i, 'email', 'USER' || i || '@example.fr')) AS records FROM generate_series(1, 5000) i;
SELECT action, count(*), count(DISTINCT contact_id) AS ids FROM many, dropcontact.ingest('crm', records) GROUP BY 1;
SELECT action, count(*), count(DISTINCT contact_id) AS ids FROM many, dropcontact.ingest('crm', records) GROUP BY 1;
SELECT bool_and(i.external_id = r.value ->> 'external_id') AS in_order
FROM many, jsonb_array_elements(records) WITH ORDINALITY r(value, n) JOIN ROWS FROM (dropcontact.ingest('crm', (SELECT records FROM many))) WITH ORDINALITY i(contact_id, external_id, action, n) USING (n);
-- the same person 5000 times, with one id and without
SELECT action, count(*), count(DISTINCT contact_id) AS ids
FROM dropcontact.ingest('crm', (SELECT jsonb_agg('{"external_id": "one", "email": "one@example.fr"}'::jsonb) FROM generate_series(1, 5000))) GROUP BY 1 ORDER BY 1;
SELECT action, count(*), count(DISTINCT contact_id) AS ids
FROM dropcontact.ingest('crm', (SELECT jsonb_agg('{"email": "none@example.fr"}'::jsonb) FROM generate_series(1, 5000))) GROUP BY 1 ORDER BY 1;
ROLLBACK;
