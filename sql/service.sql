-- the end of the service: nothing is processed, the data go back and are destroyed within one month; deadlines
\set SHOW_CONTEXT never
SET client_min_messages = error;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
SET client_min_messages = warning;
SET search_path = dropcontact;
SET timezone = 'Europe/Paris';
CREATE ROLE service_controller LOGIN;
GRANT dropcontact_controller TO service_controller;
SELECT create_controller('Acme', 'dpo@acme.example') AS acme, create_controller('Other', 'dpo@other.example') AS other \gset
SELECT grant_access('service_controller', 'Acme');
SET dropcontact.controller = 'Other';
SELECT create_source('crm') > 0 AS made;
INSERT INTO contact (source, external_id, full_name, email) VALUES ('crm', '1', 'Jean Martin', 'jm@one.example'), ('crm', '2', 'Jean Martin', 'jm@one.example');
SELECT entities FROM dedupe();
SELECT end_service('Other', now());
SET dropcontact.controller = 'Acme';
SELECT create_source('crm') > 0 AS made;
SELECT sign_agreement('Acme', '2022-12-21', '2023-01-02', '2023-01-02', 'the text') > 0 AS signed;
SELECT declare_information('crm', repeat('a', 64)) > 0 AS declared, state_legal_basis('crm', '6-1-f');
INSERT INTO contact (source, external_id, full_name, email, relation) VALUES ('crm', '1', 'Jean Martin', 'jm@one.example', 'customer'), ('crm', '2', 'Jean Martin', 'jm@one.example', 'customer'), ('crm', '3', 'Jean Marin', 'jm@two.example', 'customer');
SELECT entities FROM dedupe();
SELECT submit_request('restriction', '{"source": "crm", "external_id": "3"}', 'controller') AS restriction \gset
SELECT restrict_processing(:'restriction');
SELECT create_mailbox('sales', 'sales@acme.example', 'Paul', true, now()) > 0 AS made;
SELECT supervise('What do you hold of Jean Martin?') AS question \gset
SELECT answer_supervision(:question, 'jm@one.example'), declare_breach(now(), '{integrity}', '{"n_subjects": 1, "subject_categories": ["customer"], "consequences": "jm@one.example was lost"}') IS NOT NULL AS declared,
	declare_breach(now()) IS NOT NULL AS suspected;
-- one month, at the end of January and across the changes of clocks
SELECT end_service('Acme', '2020-01-01');
SELECT end_service('Acme', '2030-01-31 18:00');
SELECT end_service('Acme', '2030-03-10 02:30'), end_service('Acme', '2030-10-10 12:00');
SET ROLE service_controller;
SELECT choose_end('keep');
SELECT end_service('Other', now());
RESET ROLE;
SELECT destroy_expired();
SELECT end_service('Acme', clock_timestamp()) > now() + interval '27 days' AS due;
SELECT kind, body ->> 'choose' AS choose FROM outbox WHERE kind = 'end_of_service' ORDER BY id DESC LIMIT 1;
INSERT INTO contact (source, external_id, email) VALUES ('crm', '4', 'x@one.example');
SELECT dedupe();
SELECT destroy_expired();
SELECT subject, state FROM clocks WHERE subject ~ 'destruction';
-- return first
SET ROLE service_controller;
SELECT choose_end('return');
RESET ROLE;
SELECT destroy_expired();
SET ROLE service_controller;
SELECT r ->> 'full_name' AS full_name FROM return_data() r;
RESET ROLE;
SELECT recipient, what, rows FROM disclosure;
SELECT jsonb_array_length(destroy_expired()) AS destroyed;
SELECT personal_rows(:acme);
SELECT count(*) FROM contact;
SELECT question, answer FROM supervision ORDER BY supervision_id;
SELECT details FROM breach ORDER BY details::text;
SET dropcontact.controller = 'Other';
SELECT count(*) FROM contact;
SET dropcontact.controller = 'Acme';
SELECT rows_before -> 'contact' AS contacts, rows_before -> 'mailbox' AS mailboxes, rows_after, overdue, status FROM certificate_of_destruction;
SELECT destroy_expired();
SELECT subject FROM clocks WHERE subject ~ 'destruction';
INSERT INTO contact (source, external_id, email) VALUES ('crm', '4', 'x@one.example');
SELECT end_service('Acme', now());
SELECT sign_agreement('Acme', '2024-01-01', '2024-01-02', '2024-01-02', 'once more');
SELECT verify_ledger();
-- silence is destruction, late is recorded
SET dropcontact.controller = 'Other';
SELECT sign_agreement('Other', '2022-12-21', '2023-01-02', '2023-01-02', 'the text') > 0 AS signed;
SELECT end_service('Other', '2024-01-31 10:00');
SELECT subject, due, state FROM clocks WHERE subject ~ '^destruction';
SELECT c -> 'overdue' AS overdue, c -> 'rows_after' AS rows_after FROM jsonb_array_elements(destroy_expired()) c;
SELECT count(*) FROM contact;

-- deadlines: a breach over the night when clocks change
INSERT INTO breach (breach_id, controller_id, aware_at, recorded_at) VALUES
	('00000000-0000-0000-0000-000000000001', :acme, '2026-03-28 12:00+01', '2026-03-28 12:00+01'),
	('00000000-0000-0000-0000-000000000002', :acme, '2025-10-25 12:00+02', '2025-10-25 12:00+02');
SET dropcontact.controller = 'Acme';
SELECT m AS moment, right(c.reference, 1) AS breach, c.due, c.remaining, c.state
FROM unnest('{2025-10-24 12:00+02,2025-10-28 10:59:59+01,2025-10-28 11:00:01+01,2026-03-28 12:00+01,2026-03-31 12:59:59+02,2026-03-31 13:00:01+02}'::timestamptz[]) m
	LEFT JOIN LATERAL (SELECT * FROM clocks_at(m) c WHERE c.subject ~ 'breach') c ON true ORDER BY 1, 2;
SELECT supervise('where are the backups?') AS question \gset
UPDATE supervision SET asked_at = '2026-01-31 10:00+01', due = one_month_after('2026-01-31 10:00+01', 'Europe/Paris') WHERE supervision_id = :question;
SELECT c.subject, c.due, c.remaining, c.state FROM clocks_at('2026-02-28 09:00+01') c WHERE c.subject ~ 'supervision';
SELECT c.state FROM clocks_at('2026-02-28 10:00:01+01') c WHERE c.subject ~ 'supervision';
SELECT remind_deadlines() AS told, remind_deadlines() AS again;
SELECT body #>> '{deadlines,0,subject}' AS subject, body #>> '{deadlines,0,state}' AS state FROM outbox WHERE kind = 'deadlines';
SELECT answer_supervision(:question, 'in Paris');
SELECT count(*) FROM clocks WHERE subject ~ 'supervision';
-- the other controller's are not seen
SET ROLE service_controller;
SELECT DISTINCT controller FROM clocks;
RESET ROLE;
SET client_min_messages = error;
SET dropcontact.allow_drop = on;
DROP EXTENSION dropcontact CASCADE;
DROP ROLE service_controller;
CREATE EXTENSION dropcontact;
