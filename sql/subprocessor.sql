-- sub-processors: announced, received, 30 local days, objection, guarantees; recipients and transfers
\set SHOW_CONTEXT never
SET client_min_messages = error;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
SET client_min_messages = warning;
SET search_path = dropcontact;
SET timezone = 'Europe/Paris';
SELECT name, office_country, group_country, server_country FROM subprocessor ORDER BY 1;
CREATE ROLE sub_controller;
CREATE ROLE sub_operator;
GRANT dropcontact_controller TO sub_controller;
GRANT dropcontact_operator TO sub_operator;
SELECT create_controller('Acme', 'dpo@acme.example') AS acme, create_controller('Other', 'dpo@other.example') AS other \gset
SELECT grant_access('sub_controller', 'Acme'), grant_access('sub_operator', 'Acme');
SET dropcontact.controller = 'Acme';
SELECT sign_agreement('Acme', '2022-12-21', '2023-01-02', '2023-01-02', 'the text') > 0 AS signed;

-- the notice is complete, the servers in the EU
SELECT propose_subprocessor('Hetzner', 'hosting', '', 'Gunzenhausen', 'DE', 'DE', '2026-01-01');
SELECT propose_subprocessor('Hetzner', NULL, 'x', 'Gunzenhausen', 'DE', 'DE', '2026-01-01');
SELECT propose_subprocessor('Hetzner', 'hosting', 'legal@hetzner.example', 'Gunzenhausen', 'DE', 'DE', NULL);
SELECT propose_subprocessor('Green', 'hosting', 'legal@green.example', 'Zürich', 'CH', 'NO', '2026-01-01');
SELECT propose_subprocessor('Hetzner', 'hosting', 'legal@hetzner.example', 'Gunzenhausen, Germany', 'Allemagne', 'DE', '2026-01-01', replaces => 'OVH') > 0 AS proposed;
SELECT c.name AS controller, n.change, n.received_at, o.kind, o.body -> 'replaces' AS replaces FROM subprocessor_notice n JOIN controller c USING (controller_id) JOIN outbox o ON o.id = n.outbox_id;
SELECT propose_subprocessor('Hetzner', 'hosting', 'legal@hetzner.example', 'Gunzenhausen', 'DE', 'DE', '2026-01-01');
SELECT propose_subprocessor('Scaleway 2', 'hosting', 'legal@scaleway.example', 'Paris', 'FR', 'FR', '2026-01-02', '2026-01-01');

-- 30 days of the controller's own calendar from receipt, across both changes of clocks
SELECT r AS received, objection_until(r, 'Europe/Paris') AS until FROM unnest('{2026-03-10 15:00+01,2026-10-10 23:59:59+02,2026-01-31 00:00+01}'::timestamptz[]) r;
SET timezone = 'America/New_York';
SELECT one_month_after('2026-03-08 12:00+01', 'Europe/Paris') AT TIME ZONE 'Europe/Paris' AS due, objection_until('2026-03-08 23:30+01', 'Europe/Paris') AT TIME ZONE 'Europe/Paris' AS until;
SET timezone = 'Europe/Paris';
SELECT r AS started, one_month_after(r, 'Europe/Paris') AS due FROM unnest('{2026-01-31 10:00+01,2028-01-31 10:00+01,2026-03-28 02:30+01,2026-02-28 02:30+01,2026-09-25 12:00+02}'::timestamptz[]) r;

SET ROLE sub_operator;
SELECT object_to_subprocessor('Hetzner', 'no');
SELECT activate_subprocessor('Hetzner');
SET ROLE sub_controller;
SELECT propose_subprocessor('Mine', 'x', 'x', 'x', 'FR', 'FR', '2026-01-01');
SELECT acknowledge_subprocessor('Hetzner', '2020-01-01');
SELECT acknowledge_subprocessor('Hetzner', clock_timestamp() + interval '1 hour');
SELECT acknowledge_subprocessor('Nobody');
RESET ROLE;
SELECT activate_subprocessor('Hetzner');
SET ROLE sub_controller;
SELECT acknowledge_subprocessor('Hetzner')::date - current_date AS days;
SELECT acknowledge_subprocessor('Hetzner') AS until, received_at AS received FROM subprocessor_notice \gset
SELECT acknowledge_subprocessor('Hetzner', clock_timestamp()) = :'until' AS same, received_at = :'received' AS first_counts FROM subprocessor_notice;
RESET ROLE;
\set VERBOSITY terse
SELECT activate_subprocessor('Hetzner');
\set VERBOSITY default
-- the days pass
UPDATE subprocessor_notice SET noticed_at = noticed_at - interval '40 days', received_at = received_at - interval '40 days', objection_until = objection_until - interval '40 days';
SELECT activate_subprocessor('Hetzner');
SELECT record_guarantee('Hetzner', repeat('a', 64), current_date + 365, '{III.1,III.2,III.13}');
SELECT record_guarantee('Hetzner', repeat('a', 64), current_date + 365);
UPDATE guarantee SET valid_until = current_date - 1 WHERE clause = 'III.8';
SELECT activate_subprocessor('Hetzner');
SELECT record_guarantee('Hetzner', repeat('a', 64), current_date + 365, '{III.8}');
SELECT disclose('Hetzner', 'backup', 12);
SELECT activate_subprocessor('Hetzner');
SELECT disclose('Hetzner', 'backup', 12) > 0 AS disclosed;
-- too late to object; in time for another
SET ROLE sub_controller;
\set VERBOSITY terse
SELECT object_to_subprocessor('Hetzner', 'we know them');
SELECT object_to_subprocessor('Hetzner', ' ');
RESET ROLE;
SELECT propose_subprocessor('Leaseweb', 'hosting', 'legal@leaseweb.example', 'Amsterdam', 'NL', 'NL', '2026-01-01') > 0 AS proposed;
SELECT record_guarantee('Leaseweb', repeat('b', 64), current_date + 365);
SET ROLE sub_controller;
SELECT object_to_subprocessor('Leaseweb', 'we do not agree');
RESET ROLE;
SELECT activate_subprocessor('Leaseweb');	-- whether its time is over or not
SELECT acknowledge_subprocessor('Leaseweb') IS NOT NULL AS received;
UPDATE subprocessor_notice SET noticed_at = noticed_at - interval '40 days', received_at = received_at - interval '40 days', objection_until = objection_until - interval '40 days' WHERE change = 'add';
SELECT activate_subprocessor('Leaseweb');
-- a late objection binds nobody, a contract that has ended gives no work
SELECT propose_subprocessor('Ikoula', 'hosting', 'x@ikoula.example', 'Reims', 'FR', 'FR', '2026-01-01', contract_to => '2026-01-02') > 0 AS proposed, record_guarantee('Ikoula', repeat('b', 64), current_date + 365);
SELECT acknowledge_subprocessor('Ikoula') IS NOT NULL AS received;
UPDATE subprocessor_notice SET noticed_at = noticed_at - interval '40 days', received_at = received_at - interval '40 days', objection_until = objection_until - interval '40 days'
WHERE subprocessor_id = (SELECT subprocessor_id FROM subprocessor WHERE name = 'Ikoula');
SELECT object_to_subprocessor('Ikoula', 'too late'), activate_subprocessor('Ikoula');
SELECT name FROM active_subprocessors(:acme) ORDER BY 1;
SELECT retire_subprocessor('OVH');
SELECT name FROM active_subprocessors(:acme) ORDER BY 1;
SELECT name FROM active_subprocessors(:other);
SELECT s.name, o.late, o.reason FROM subprocessor_objection o JOIN subprocessor s USING (subprocessor_id) ORDER BY 1;
UPDATE subprocessor_objection SET late = false;

-- recipients: the controller, its sub-processors, who the law compels, after notice
SELECT disclose('controller', 'export', 3) > 0 AS disclosed, disclose('Acme', 'export', 3) > 0 AS by_name;
SELECT disclose('A data broker', 'export', 3);
SELECT disclose('Other', 'export', 3);
SELECT announce_transfer('Authority', 'US', NULL, 'art. 1 of a law');
SELECT announce_transfer('Authority', 'US', '12', 'art. 1 of a law');
SELECT announce_transfer('Authority', 'Atlantis', '49-1-d', 'art. 1 of a law');
SELECT announce_transfer('Authority', 'US', '49-1-d', 'art. 1 of a law') AS transfer \gset
SELECT start_transfer(:transfer);
SELECT disclose('Authority', 'file', 1);
SELECT outbox_sent(id, '<1@x>') FROM outbox WHERE kind = 'transfer_notice';
SELECT start_transfer(:transfer);
SELECT disclose('Authority', 'file', 1) > 0 AS disclosed;
SELECT announce_transfer('Secret service', 'US', '49-1-d', 'art. 2 of a law', 'art. 3 of that law') AS secret \gset
SELECT start_transfer(:secret);
SELECT count(*) AS notices FROM outbox WHERE kind = 'transfer_notice';
SET dropcontact.controller = 'Other';
SELECT disclose('anybody', 'nothing blocks without an agreement', 1) > 0 AS disclosed;

-- who signs later is told of what the text does not name
SELECT sign_agreement('Other', '2022-12-21', '2023-01-02', '2023-01-02', 'the text') > 0 AS signed;
SELECT s.name, n.received_at FROM subprocessor_notice n JOIN subprocessor s USING (subprocessor_id) WHERE n.controller_id = :other ORDER BY 1;

-- ways out of the database
SELECT kind, name, declared FROM egress WHERE kind IN ('publication', 'foreign server', 'user mapping') ORDER BY 1, 2;
SET client_min_messages = error;
CREATE PUBLICATION sub_all FOR TABLE contact;
CREATE FOREIGN DATA WRAPPER sub_wrapper;
CREATE SERVER sub_server FOREIGN DATA WRAPPER sub_wrapper;
CREATE USER MAPPING FOR sub_operator SERVER sub_server;
GRANT pg_write_server_files TO sub_operator;
SELECT kind, name, declared FROM egress WHERE kind IN ('publication', 'foreign server', 'user mapping', 'grant') ORDER BY 1, 2;
SELECT declare_egress('publication', 'sub_all', 'replica in Paris');
SELECT kind, name, declared FROM egress WHERE kind = 'publication';
DROP PUBLICATION sub_all;
DROP FOREIGN DATA WRAPPER sub_wrapper CASCADE;
SELECT verify_ledger();
SET client_min_messages = error;
SET dropcontact.allow_drop = on;
DROP EXTENSION dropcontact CASCADE;
DROP ROLE sub_controller, sub_operator;
CREATE EXTENSION dropcontact;
