-- messages to the controller: part of the transaction that they tell of, given out to the agent, purged when sent
\set SHOW_CONTEXT never
SET client_min_messages = error;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
SET search_path = dropcontact;
SET client_min_messages = warning;
CREATE ROLE outbox_agent;
GRANT dropcontact_agent TO outbox_agent;
CREATE ROLE outbox_operator;
GRANT dropcontact_operator TO outbox_operator;
SELECT create_controller('Acme', 'dpo@acme.example') AS acme \gset
SELECT create_controller('Other', 'dpo@other.example') AS other \gset
SELECT grant_access('outbox_agent', 'Acme'), grant_access('outbox_operator', 'Acme');

-- an alert is in the outbox in the transaction that records the instruction
SET dropcontact.controller = 'Acme';
SELECT instruction_id FROM give_instruction('send the religion of each contact to the sales team');
SELECT a.rule, o.kind, o.recipient, o.body ->> 'legal_ref' AS legal_ref, o.sent_at FROM instruction_alert a JOIN outbox o ON o.id = a.outbox_id;
BEGIN;
SELECT queue_message(:acme, 'test', 'Rolled back', '{}') > 0 AS queued;
ROLLBACK;
SELECT queue_message(:other, 'test', 'Of the other', '{"n": 2}') > 0 AS queued;
SELECT count(*) FROM outbox;

-- it goes to the controller only, and a role writes to no controller that it does not see
SET ROLE outbox_operator;
SELECT queue_message(:acme, 'test', 'Second', '{"n": 1}') > 0 AS queued;
SELECT queue_message(:other, 'test', 'Foreign', '{}');
SELECT queue_message(NULL, 'test', 'None', '{}');
SELECT queue_message(:acme, 'test', ' ', '{}');
SELECT queue_message(:acme, 'test', 'Not an object', '[]');
SELECT do_queue_message(:acme, 'test', 'Inner', '{}');
INSERT INTO outbox_message (controller_id, kind, recipient, subject, body, body_sha256, created_at) VALUES (:acme, 'x', 'a@b.example', 'x', '{}', '', now());
SELECT * FROM outbox_take(1);
SELECT subject FROM outbox ORDER BY id;

-- the agent takes what it sees, oldest first, and not again what was just taken
SET ROLE outbox_agent;
SELECT outbox_take(0);
SELECT subject, recipient, body FROM outbox_take(1);
SELECT subject, recipient, body FROM outbox_take(10);
SELECT subject FROM outbox_take(10);
SELECT id AS sent FROM outbox WHERE subject = 'Second' \gset
SELECT outbox_sent(:sent, '');
SELECT outbox_failed(:sent, '451 try again later');
SELECT outbox_sent(:sent, '<1@acme.example>', '250 OK');
SELECT outbox_sent(:sent, '<2@acme.example>');
SELECT outbox_failed(:sent, 'too late');
SELECT outbox_sent(-1, '<3@acme.example>');
SELECT subject, body, body_sha256 = encode(pg_catalog.sha256('{"n": 1}'), 'hex') AS hash_kept, message_id, reply, attempts FROM outbox WHERE id = :sent;
RESET ROLE;
SELECT outbox_sent(:sent, '<2@acme.example>');
SELECT kind, body - 'message' AS body FROM ledger WHERE kind = 'message_sent';
SELECT verify_ledger();

-- one that the server refused is due again after a while, longer after each attempt
UPDATE outbox_message SET taken_at = clock_timestamp() - interval '61 seconds' WHERE body IS NOT NULL;
SET ROLE outbox_agent;
SELECT subject FROM outbox_take(10);
RESET ROLE;
UPDATE outbox_message SET taken_at = clock_timestamp() - interval '61 seconds' WHERE body IS NOT NULL;
SET ROLE outbox_agent;
SELECT subject FROM outbox_take(10);
RESET ROLE;
SET dropcontact.allow_drop = on;
DROP EXTENSION dropcontact CASCADE;
DROP ROLE outbox_agent, outbox_operator;
CREATE EXTENSION dropcontact;
