-- a source that contacts come from stays; other changes of sources are free
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT dropcontact.create_controller('guarded', 'dpo@guarded.example') IS NOT NULL AS created;
SELECT dropcontact.create_source(s) IS NOT NULL AS created FROM unnest(ARRAY['used', 'unused']) s;
INSERT INTO dropcontact.contact (source, external_id, last_name) VALUES ('used', '1', 'Martin');
\set VERBOSITY terse
SAVEPOINT s;
DELETE FROM dropcontact.source WHERE name = 'used';
ROLLBACK TO s;
UPDATE dropcontact.source SET name = 'renamed' WHERE name = 'used';
ROLLBACK TO s;
INSERT INTO dropcontact.contact (source, external_id) VALUES ('missing', '2');
ROLLBACK TO s;
UPDATE dropcontact.source SET priority = 7, region = 'DE' WHERE name = 'used';
UPDATE dropcontact.source SET name = 'renamed' WHERE name = 'unused';
DELETE FROM dropcontact.source WHERE name = 'renamed';
DELETE FROM dropcontact.contact;
DELETE FROM dropcontact.source WHERE name = 'used';
SELECT count(*) FROM dropcontact.source;
ROLLBACK;
