-- breaches: 72 hours across the change of clocks, phases, lateness recorded and never refused
\set SHOW_CONTEXT never
SET client_min_messages = error;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
SET client_min_messages = warning;
SET search_path = dropcontact;
SET timezone = 'Europe/Paris';
CREATE ROLE breach_operator;
GRANT dropcontact_operator TO breach_operator;
CREATE ROLE breach_controller;
GRANT dropcontact_controller TO breach_controller;
SELECT create_controller('Acme', 'dpo@acme.example') AS acme, create_controller('Other', 'dpo@other.example') AS other \gset
SELECT grant_access('breach_operator', 'Acme'), grant_access('breach_operator', 'Other'), grant_access('breach_controller', 'Other');
SET ROLE breach_operator;
SET dropcontact.controller = 'Acme';
SELECT declare_breach(clock_timestamp() + interval '1 hour');
SELECT declare_breach(NULL);
SELECT declare_breach(now(), '{rumour}');
SELECT declare_breach(now(), cause_party => 'Nobody');
SELECT declare_breach(now() - interval '1 hour', '{confidentiality}', '{"consequences": "addresses were read"}', 'OVH') AS breach \gset
SET dropcontact.controller = 'Other';
SELECT declare_breach(now() - interval '1 hour', same_as => :'breach') = :'breach' AS same;
-- 72 hours are hours: one local hour more in March, one less in October
RESET ROLE;
INSERT INTO breach (controller_id, aware_at, recorded_at) VALUES (:acme, '2026-03-28 12:00+01', '2026-03-28 12:00+01'), (:acme, '2025-10-25 12:00+02', '2025-10-25 12:00+02');
SELECT aware_at, deadline, deadline - aware_at = interval '72 hours' AS exact FROM breach_deadline WHERE aware_at < '2026-04-01' ORDER BY 1;
SET ROLE breach_operator;
SET dropcontact.controller = 'Acme';
-- an initial notice says what is missing, a final one is complete
SELECT notify_breach(:'breach') > 0 AS queued;
SELECT notify_breach(:'breach', 'final');
SELECT notify_breach(:'breach', 'hurried');
SELECT notify_breach(gen_random_uuid());
SELECT amend_breach(:'breach', '{"subject_categories": ["customer"], "n_subjects": 120, "record_categories": ["identifying"], "n_records": 140, "contact_point": "dpo of the processor"}');
SELECT art33_complete(:'breach');
SELECT amend_breach(:'breach', '{"measures_taken": "keys changed", "measures_proposed": "tell the persons"}');
SELECT amend_breach(:'breach', '{}', aware_at => now());
SELECT notify_breach(:'breach', 'final') > 0 AS queued;
SELECT phase, late, missing FROM breach_notice ORDER BY queued_at;
SELECT k FROM jsonb_object_keys(breach_pack(:'breach')) k ORDER BY 1;
SELECT jsonb_pretty(breach_pack(:'breach') -> 'details'), breach_pack(:'breach') ->> 'cause_party' AS cause, breach_pack(:'breach') ->> 'liable_party' AS liable;
-- the other controller has its own
SET ROLE breach_controller;
SELECT count(*) AS breaches, (SELECT count(*) FROM breach_notice) AS notices FROM breach;
SELECT breach_pack(:'breach') ->> 'missing' AS missing;
SELECT notify_breach(:'breach');
SELECT declare_breach(now());
-- late: recorded, with a warning, and it goes
RESET ROLE;
UPDATE breach SET aware_at = aware_at - interval '80 hours' WHERE controller_id = :other;
SET ROLE breach_operator;
SET dropcontact.controller = 'Other';
\set VERBOSITY terse
SELECT notify_breach(:'breach', late_reason => 'the on-call phone was off') > 0 AS queued;
SELECT notify_breach(:'breach') > 0 AS queued;
SELECT late, late_reason FROM breach_notice WHERE late ORDER BY queued_at;
-- 72 hours to the minute
SELECT declare_breach(clock_timestamp() - interval '71 hours 59 minutes') AS in_time, declare_breach(clock_timestamp() - interval '72 hours 1 minute') AS too_late \gset
SELECT notify_breach(:'in_time') > 0 AS queued;
SELECT notify_breach(:'too_late') > 0 AS queued;
SELECT breach_id = :'too_late' AS too_late, late FROM breach_notice WHERE breach_id IN (:'in_time', :'too_late') ORDER BY 1;
-- what was told to one controller was not told to the other; what happened in the day before is counted
RESET ROLE;
SELECT outbox_sent(n.outbox_id, '<1@x.example>') FROM breach_notice n WHERE n.breach_id = :'in_time';
INSERT INTO access_log (controller_id, at, actor, via, human, allowed) VALUES (:acme, now() - interval '1 hour', 'x', 'audit', true, true), (:acme, now() - interval '25 hours', 'x', 'audit', true, true);
SET dropcontact.controller = 'Acme';
SET ROLE breach_operator;
SELECT declare_breach(clock_timestamp(), same_as => :'in_time') = :'in_time' AS same;
SELECT c.name, d.notified_at IS NOT NULL AS told FROM breach_deadline d JOIN controller c USING (controller_id) WHERE d.breach_id = :'in_time' ORDER BY 1;
SELECT disclose('controller', 'before', 1) > 0 AS disclosed, declare_breach(clock_timestamp()) AS after \gset
SELECT breach_pack(:'after') #> '{counts,disclosures_since_24_hours_before}' AS disclosures, breach_pack(:'after') #> '{counts,reads_since_24_hours_before}' AS reads;
RESET ROLE;
UPDATE breach SET aware_at = now();
UPDATE breach SET liable_party = 'OVH';
DELETE FROM breach;
TRUNCATE breach CASCADE;
SET session_replication_role = replica;
UPDATE breach_notice SET late = false, late_reason = NULL;
DELETE FROM breach;
RESET session_replication_role;
SELECT verify_ledger();
SET client_min_messages = error;
SET dropcontact.allow_drop = on;
DROP EXTENSION dropcontact CASCADE;
DROP ROLE breach_operator, breach_controller;
CREATE EXTENSION dropcontact;
