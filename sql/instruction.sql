-- instructions at odds with the law are recorded, suspended and told to the controller; settings are instructions
\set SHOW_CONTEXT never
SET client_min_messages = error;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
SET client_min_messages = warning;
SET search_path = dropcontact;
CREATE ROLE inst_operator;
CREATE ROLE inst_controller;
GRANT dropcontact_operator TO inst_operator;
GRANT dropcontact_controller TO inst_controller;
SELECT create_controller('Acme', 'dpo@acme.example') AS acme \gset
SELECT create_source('crm') > 0 AS made, grant_access('inst_operator', 'Acme'), grant_access('inst_controller', 'Acme');
SELECT infringed_rules('attribute', jsonb_build_object(k, 1)) AS rules, string_agg(k, ' ' ORDER BY n) AS keys
FROM unnest('{religion,unionMember,date_of_birth,NumeroSecuriteSociale,soc_sec_id,passport_no,healthStatus,job,iban,syndicat,budget,orientation_sexuelle,casier judiciaire,race,brace,party size}'::text[]) WITH ORDINALITY u(k, n) GROUP BY 1 ORDER BY 1;
SELECT infringed_rules(k, b) AS rules, k AS kind, b FROM unnest('{written,route}'::text[]) k, unnest(ARRAY['{"destination": "United States"}', '{"country": "USA", "tool": "46-2-c"}', '{"recipient_country": "fr"}', '{"destination": "hubspot"}', '{"destination_country": "Frankreich"}']::jsonb[]) b;
SELECT infringed_rules('route', b) AS rules, b FROM unnest(ARRAY['{"destination_country": "US"}', '{"destination_country": "US", "tool": "46-2-c"}', '{"destination_country": "NO"}',
	'{"legal_effect": true}', '{"text": "reject automatically by score"}', '{"text": "keep forever"}', '{"text": "send to the sales team"}']::jsonb[]) b;
-- a match field that names what an agreement does not cover is told in the same transaction, a mapping waits for the answer too
\set VERBOSITY terse
SELECT add_match_field('social_security_number', 'exact');
SELECT add_match_field('customer_no', 'exact');
SELECT key FROM match_field;
SELECT a.rule, a.legal_ref, a.answered_at IS NULL AS open, o.kind, o.created_at = a.raised_at OR o.created_at <= a.raised_at AS same_transaction FROM instruction_alert a JOIN outbox o ON o.id = a.outbox_id;
CREATE TABLE public.inst_people (id text PRIMARY KEY, mail text, faith text);
INSERT INTO public.inst_people VALUES ('1', 'a@one.example', 'x');
SELECT attach_table('public.inst_people', 'crm', 'id', '{"email": "mail", "religion": "faith"}');
SELECT count(*) FROM contact;
SELECT relation FROM attached_table;
SELECT instruction_id AS held FROM instruction WHERE status = 'suspended' AND kind = 'mapping' \gset
SELECT answer_alert(:held, 'release', NULL);
SELECT answer_alert(:held, 'release', 'an order of chaplains: art. 9(2)(d)');
SELECT attach_table('public.inst_people', 'crm', 'id', '{"email": "mail", "religion": "faith"}');
SELECT attributes FROM contact;
SELECT detach_table('public.inst_people');
SELECT attach_table('public.inst_people', 'crm', 'id', '{"email": "mail"}');
SELECT kind, status, count(*) FROM instruction GROUP BY 1, 2 ORDER BY 1, 2;
-- settings: least intrusive by default, recorded with the old value, replayed
SELECT setting, setting_rank(setting, default_value) FROM setting_default() WHERE setting_rank(setting, default_value) IS DISTINCT FROM 0;
SELECT configure('match_mode', 'immediate', 'quicker', 'check at entry');
SELECT configure('match_mode', 'sometimes');
SELECT configure('merge_threshold', '1.5');
SELECT configure('time_zone', 'Mars/Olympus');
SELECT configure('time_zone', 'Europe/Lisbon', 'we are there');
SELECT configure('time_zone', 'Europe/Madrid', 'we moved');
SELECT body FROM instruction WHERE kind = 'setting' ORDER BY instruction_id;
SELECT current_settings(:acme) = replay_settings(:acme) AS same, current_settings(:acme);
-- who speaks for the controller, once under an agreement
SELECT sign_agreement('Acme', '2022-12-21', '2023-01-02', '2023-01-02', 'the text') > 0 AS signed;
-- what the agreement does not cover waits now
SELECT key FROM match_field;
SELECT kind, body ->> 'key' AS key, status FROM instruction WHERE kind = 'match_field' ORDER BY instruction_id;
SET ROLE inst_controller;
SELECT answer_alert((SELECT instruction_id FROM instruction WHERE body ->> 'key' = 'social_security_number'), 'release', 'payroll: a law asks for it');
RESET ROLE;
SELECT add_match_field('social_security_number', 'exact');
SELECT add_match_field('passport', 'exact');
SELECT key FROM match_field ORDER BY key;
SET ROLE inst_operator;
SELECT configure('merge_threshold', '0.99', 'x', 'y');
SELECT give_instruction('do it');
UPDATE setting SET value = '0.1' WHERE setting = 'merge_threshold';
RESET ROLE;
SET ROLE inst_controller;
SELECT configure('merge_threshold', '0.90', 'x');
SELECT configure('merge_threshold', '0.90', 'x', 'more merges');
SELECT configure('merge_threshold', '0.70', 'x', 'many merges');
SELECT rule FROM instruction_alert WHERE answered_at IS NULL ORDER BY alert_id DESC LIMIT 1;
SELECT value FROM setting WHERE setting = 'merge_threshold';
SELECT attest_compliance(repeat('a', 64), NULL, 'impact_assessment') > 0 AS assessed;
SELECT configure('merge_threshold', '0.70', 'x', 'many merges');
SELECT value FROM setting WHERE setting = 'merge_threshold';
SELECT length(sha256) FROM give_instruction('merge cautiously');
SELECT give_instruction(' ');
SELECT setting, value, intended_use FROM settings_beyond_default ORDER BY 1;
RESET ROLE;
UPDATE instruction_record SET body = '{}';
DELETE FROM instruction_hold;
UPDATE setting_value SET value = '0.10';
SET session_replication_role = replica;
UPDATE setting_value SET value = '0.10';
RESET session_replication_role;
SET dropcontact.setting = 'x';
SELECT verify_ledger();
SET client_min_messages = error;
DROP TABLE public.inst_people;
SET dropcontact.allow_drop = on;
DROP EXTENSION dropcontact CASCADE;
DROP ROLE inst_operator, inst_controller;
CREATE EXTENSION dropcontact;
