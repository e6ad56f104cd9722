-- many rows are written without a statement for each: indexes, defaults, constraints and triggers hold as for any row
SET client_min_messages = error;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
CREATE EXTENSION amcheck;
RESET client_min_messages;
SELECT dropcontact.create_controller('Bulk', 'dpo@bulk.example'), dropcontact.create_source('crm', 'crm', 10, 'FR');
-- each person twice, and the second ones in another order than the first
CREATE TABLE public.bulk_person AS
SELECT n, left(w, 7) AS first_name, substr(w, 8, 9) AS last_name, substr(w, 17, 12) || '@maison.fr' AS email, left(translate(md5('firm' || n % 300), '0123456789', 'ghijklmnop'), 10) AS company
FROM (SELECT n, translate(md5(n::text), '0123456789', 'ghijklmnop') AS w FROM generate_series(1, 900) n) x;
INSERT INTO dropcontact.contact (source, external_id, first_name, last_name, email, company)
SELECT 'crm', n::text, first_name, last_name, email, company FROM public.bulk_person ORDER BY n;
INSERT INTO dropcontact.contact (source, external_id, first_name, last_name, email, company)
SELECT 'crm', (1000 + n)::text, first_name, last_name, email, company FROM public.bulk_person ORDER BY email;

-- a constraint holds for the last row as for the first, and what a refused run wrote is gone
ALTER TABLE dropcontact.entity_member ADD CONSTRAINT refused CHECK (entity_id < (900 - 1)) NOT VALID;
SELECT contacts FROM dropcontact.dedupe();
SELECT count(*) FROM dropcontact.entity_member;
SELECT count(*) FROM dropcontact.match_index_state;
ALTER TABLE dropcontact.entity_member DROP CONSTRAINT refused;

-- a trigger that somebody added for rows sees each of them
CREATE TABLE public.bulk_seen (contact_id bigint);
CREATE FUNCTION public.bulk_see() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO public.bulk_seen VALUES (NEW.contact_id); RETURN NEW; END';
CREATE TRIGGER bulk_see AFTER INSERT ON dropcontact.entity_member FOR EACH ROW EXECUTE FUNCTION public.bulk_see();
BEGIN;
SELECT contacts, entities FROM dropcontact.dedupe();
SELECT count(*), count(DISTINCT contact_id) FROM public.bulk_seen;
ROLLBACK;
DROP TRIGGER bulk_see ON dropcontact.entity_member;

SELECT contacts, entities FROM dropcontact.dedupe();
SELECT count(*), count(DISTINCT entity_id) FROM dropcontact.entity_member;
SELECT count(*), count(DISTINCT event_id), min(cardinality(contact_ids)), max(cardinality(contact_ids)), bool_and(at <= clock_timestamp()), min(done_by) = SESSION_USER AS by_me, min(why) FROM dropcontact.entity_log;
SELECT count(*) FROM dropcontact.entity_alias;

SELECT count(*) > 300 AS many FROM dropcontact.match_value;

-- each row has its entries
SELECT c.relname FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid
WHERE i.indrelid = ANY (ARRAY['dropcontact.entity_member', 'dropcontact.entity_alias', 'dropcontact.entity_log', 'dropcontact.match_value',
	'dropcontact.match_index', 'dropcontact.match_keys_of']::regclass[]) AND bt_index_check(c.oid, true) IS NOT NULL
ORDER BY c.relname COLLATE "C";
SELECT count(*) FROM dropcontact.contact a JOIN dropcontact.contact b ON b.external_id = (1000 + a.external_id::integer)::text
JOIN dropcontact.contact_entity x ON x.contact_id = a.contact_id JOIN dropcontact.contact_entity y ON y.contact_id = b.contact_id
WHERE x.entity_id = y.entity_id AND dropcontact.resolve_entity(b.contact_id) = x.entity_id;

-- a second run writes nothing
CREATE TEMP TABLE bulk_before AS SELECT ctid AS place, xmin::text AS written, contact_id FROM dropcontact.entity_member;
SELECT contacts, entities FROM dropcontact.dedupe();
SELECT count(*) FROM bulk_before b JOIN dropcontact.entity_member m ON m.contact_id = b.contact_id AND m.ctid = b.place AND m.xmin::text = b.written;

DROP TABLE public.bulk_seen, public.bulk_person;
DROP FUNCTION public.bulk_see();
DROP EXTENSION amcheck;
SET client_min_messages = error;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
