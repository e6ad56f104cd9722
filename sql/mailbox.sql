-- mailboxes: information before, decision, refusal honoured, least scopes, purged when stopped
\set SHOW_CONTEXT never
SET client_min_messages = error;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
SET client_min_messages = warning;
SET search_path = dropcontact;
SELECT create_controller('Acme', 'dpo@acme.example') AS acme \gset
SELECT create_mailbox('sales', 'not an address', 'Paul', true, now());
SELECT create_mailbox('sales', 'sales@acme.example', 'Paul', true, NULL);
SELECT create_mailbox('sales', 'sales@acme.example', 'Paul', true, now() + interval '1 day');
SELECT create_mailbox('sales', 'sales@acme.example', 'Paul', NULL, now());
SELECT create_mailbox('sales', 'sales@acme.example', 'Paul', false, now(), 'google', '{https://mail.google.com/}');
SELECT create_mailbox('sales', 'sales@acme.example', 'Paul', false, now(), 'pigeon');
SELECT count(*) FROM mailbox;
SELECT create_mailbox('sales', ' Sales@ACME.example', 'Paul', false, now() - interval '1 day', 'google', '{https://www.googleapis.com/auth/gmail.readonly}') > 0 AS made;
SELECT create_mailbox('sales', 'sales@acme.example', 'Paul', true, now());
SELECT create_mailbox('info', 'info@acme.example', 'Anne', true, now() - interval '1 day') > 0 AS made;
SELECT kind, body ->> 'mandatory' AS mandatory, body ->> 'provider' AS provider, body::text ~ 'acme|Paul' AS names_the_person FROM instruction WHERE kind = 'mailbox' ORDER BY 2;
-- what reads it asks first
SELECT open_mailbox('sales');
SELECT answer_mailbox('sales', true), open_mailbox('sales') > 0 AS opened;
SELECT answer_mailbox('sales', false);
SELECT open_mailbox('sales');
SELECT open_mailbox('info') > 0 AS opened;
SELECT open_mailbox('info', 'improve');
SELECT open_mailbox('nobody');
SELECT withdraw_instruction(instruction_id, $$the owner left$$) FROM mailbox WHERE name = 'info';
SELECT open_mailbox('info');
SELECT stop_mailbox('sales');
SELECT open_mailbox('sales');
SELECT name, address, owner, stopped_at IS NOT NULL AS stopped FROM mailbox ORDER BY 1;
-- contacts of a mailbox, under an agreement, serve no other purpose
SELECT create_source('mail', 'mailbox') > 0 AS made, sign_agreement('Acme', '2022-12-21', '2023-01-02', '2023-01-02', 'the text') > 0 AS signed;
SELECT declare_information('mail', repeat('a', 64)) > 0 AS declared, state_legal_basis('mail', '6-1-f');
INSERT INTO contact (source, external_id, email, relation) VALUES ('mail', '1', 'a@one.example', 'customer');
BEGIN;
SELECT open_run('bounce_update') AS run \gset
INSERT INTO contact (source, external_id, email, relation) VALUES ('mail', '1', 'a@one.example', 'customer');
SELECT close_run(:run, 1);
COMMIT;
SELECT purpose, contacts FROM processing_run ORDER BY run_id;
-- data of Google are read by a person on a ground only
SELECT log_access(:acme, 'mailbox', '{"origin": "google", "human": true}');
SELECT log_access(:acme, 'mailbox', '{"origin": "google", "human": true, "limited_use_ground": "user_agreed"}') > 0 AS logged;
SELECT verify_ledger();
SET client_min_messages = error;
SET dropcontact.allow_drop = on;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
