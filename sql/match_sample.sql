-- train() on a sample: of 200,000 persons one in two, of few organisations all
SET client_min_messages = error;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
RESET client_min_messages;
SELECT dropcontact.create_controller('Sample', 'dpo@sample.example'), dropcontact.create_source('s');
CREATE FUNCTION word(n integer) RETURNS text LANGUAGE sql AS $$SELECT initcap(translate(substr(md5(n::text), 1, 9), '0123456789', 'ghijklmnop'))$$;
-- four contacts of each person, so that three others are like each; a first name in five (counted twice, as name and as its first word), a town in a hundred
INSERT INTO dropcontact.contact (source, first_name, last_name, email, city)
SELECT 's', (ARRAY['Ada', 'Boris', 'Cleo', 'Dimitri', 'Elsa'])[1 + p % 5], word(p), word(p) || '@' || word(p + 50000) || '.example', word(p % 100)
FROM (SELECT n / 4 AS p FROM generate_series(0, 199999) n) x;
INSERT INTO dropcontact.contact (source, company, city) SELECT 's', word(n / 2) || ' ' || word(n / 2 + 1000), 'Lyon' FROM generate_series(0, 399) n;
VACUUM dropcontact.contact;
SET max_parallel_maintenance_workers = 0;
CREATE TABLE model AS SELECT * FROM dropcontact.train();
CREATE TABLE value AS SELECT value_hash, frequency, shared FROM dropcontact.match_value;
-- frequencies, and how often there are two of one, are those of all
SELECT abs(contacts - 100400) < 1000 AS half_are_read FROM dropcontact.processing_run ORDER BY run_id DESC LIMIT 1;
SELECT abs(contacts - 200400) < 1000 AS counted_as_all FROM dropcontact.match_training;
SELECT count(*) FILTER (WHERE abs(frequency - 0.4) < 0.02) AS first_names, count(*) FILTER (WHERE abs(frequency - 0.01) < 0.002) AS towns,
	count(*) FILTER (WHERE abs(frequency - 399 / 200400.0) < 0.00001) AS towns_of_organisations FROM value;
SELECT round(m::numeric, 1) AS others_like_each FROM dropcontact.match_level WHERE field = 'prior';
-- workers read the same sample
SET max_parallel_maintenance_workers = 2;
SELECT count(*) AS differs FROM (SELECT * FROM dropcontact.train() EXCEPT TABLE model) x;
SELECT count(*) AS differs FROM (SELECT value_hash, frequency, shared FROM dropcontact.match_value EXCEPT TABLE value) x;
-- what the last run over all contacts found to be shared stays so, though the sample does not show it
INSERT INTO dropcontact.match_value (controller_id, value_hash, frequency, shared) VALUES (dropcontact.current_controller(), 1, 0.5, true), (dropcontact.current_controller(), 2, 0.5, false);
UPDATE dropcontact.match_value v SET shared = true WHERE v.frequency = (SELECT max(w.frequency) FROM dropcontact.match_value w WHERE w.value_hash NOT IN (1, 2));
SELECT count(*) AS differs FROM (SELECT * FROM dropcontact.train() EXCEPT TABLE model) x;
SELECT count(*) AS shared, count(*) FILTER (WHERE v.value_hash = 1 AND v.frequency = 1 / t.contacts) AS of_nobody_in_it FROM dropcontact.match_value v CROSS JOIN dropcontact.match_training t WHERE v.shared;
SELECT count(*) AS differs FROM (SELECT value_hash, frequency FROM dropcontact.match_value WHERE value_hash <> 1 EXCEPT SELECT value_hash, frequency FROM value) x;
DROP TABLE model, value;
DROP FUNCTION word;
SET client_min_messages = error;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
