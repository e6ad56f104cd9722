-- what was decided about is looked at again at the cost of what it leads to: by index, however much other controllers have touched,
-- before the first ANALYZE too
SET client_min_messages = error;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
RESET client_min_messages;
SET search_path = dropcontact;
SELECT create_controller('Acme', 'dpo@acme.example') AS acme, create_controller('Other', 'dpo@other.example') AS other \gset
SET dropcontact.controller = 'Acme';
SELECT create_source('crm') > 0 AS made;
INSERT INTO contact (source, external_id, full_name, email) SELECT 'crm', g, initcap(translate(md5((g / 2)::text), '0123456789', 'ghijklmnop')) || ' Martin', 'p' || g / 2 || '@one.example' FROM generate_series(2, 4001) g;
SELECT entities FROM dedupe();
CREATE FUNCTION pg_temp.read_of(relation regclass, OUT rows_scanned bigint, OUT entries_read bigint) LANGUAGE sql AS $$
	SELECT pg_stat_get_xact_tuples_returned(relation), sum(pg_stat_get_xact_tuples_returned(indexrelid)) FROM pg_index WHERE indrelid = relation $$;

-- the session's plan is made while the table is empty
SELECT match_pending();
INSERT INTO match_touched (controller_id, contact_id) SELECT :other, g FROM generate_series(1, 20000) g;
SELECT reject_match(c.contact_id, d.contact_id) IS NOT NULL AS rejected FROM contact c, contact d WHERE c.external_id = '2000' AND d.external_id = '2001';
SELECT pg_stat_force_next_flush();
BEGIN;
SELECT match_pending();
SELECT r, rows_scanned, entries_read < 100 AS few FROM unnest('{entity_member,match_touched}'::regclass[]) r, pg_temp.read_of(r);
COMMIT;
SELECT count(*) FROM match_touched WHERE controller_id = :acme;
ANALYZE match_touched;
SELECT confirm_match(c.contact_id, d.contact_id) IS NOT NULL AS confirmed FROM contact c, contact d WHERE c.external_id = '2000' AND d.external_id = '2003';
SELECT pg_stat_force_next_flush();
BEGIN;
SELECT match_pending();
SELECT r, rows_scanned, entries_read < 100 AS few FROM unnest('{entity_member,match_touched}'::regclass[]) r, pg_temp.read_of(r);
COMMIT;
-- and the setting of the session is what it was
SHOW enable_seqscan;
SELECT count(*) FROM match_touched WHERE controller_id = :other;
SET client_min_messages = error;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
