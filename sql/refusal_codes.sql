-- what is refused under an agreement, each with the SQLSTATE of its clause, and nothing of it stays
\set SHOW_CONTEXT never
SET client_min_messages = error;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
SET search_path = dropcontact;
CREATE ROLE codes_operator LOGIN;
CREATE ROLE codes_agreed LOGIN;
CREATE ROLE codes_controller;
CREATE ROLE codes_auditor;
GRANT dropcontact_operator TO codes_operator, codes_agreed;
GRANT dropcontact_controller TO codes_controller;
SELECT create_controller('Acme', 'dpo@acme.example') AS acme, create_controller('Later', 'dpo@later.example') AS later \gset
SELECT count(grant_access(r, 'Acme')) FROM unnest('{codes_operator,codes_agreed,codes_controller}'::name[]) r;
SET dropcontact.controller = 'Later';
SELECT create_source('crm') > 0 AS made, sign_agreement('Later', '2022-12-21', '2023-01-02', now() + interval '1 day', 'the text') > 0 AS signed;
SET dropcontact.controller = 'Acme';
SELECT create_source('crm') > 0 AS crm, create_source('mail', 'mailbox') > 0 AS mail, create_source('dark') > 0 AS dark;
SELECT sign_agreement('Acme', '2022-12-21', '2023-01-02', '2023-01-02', 'the text') > 0 AS signed;
SELECT declare_information(s, repeat('a', 64)) > 0 AS informed, state_legal_basis(s, '6-1-f') FROM unnest('{crm,mail}'::text[]) s;
SELECT authorise_person('codes_agreed', 'x', 'service', 'contract', current_date - 1, repeat('a', 64));
SELECT propose_subprocessor('New', 'x', 'x', 'x', 'FR', 'FR', '2026-01-01') > 0 AS proposed, propose_subprocessor('Loose', 'x', 'x', 'x', 'FR', 'FR', '2026-01-01') > 0 AS loose, propose_subprocessor('Unwanted', 'x', 'x', 'x', 'FR', 'FR', '2026-01-01') > 0 AS unwanted;
SELECT count(acknowledge_subprocessor(n)) FROM unnest('{Loose,Unwanted}'::text[]) n;
SELECT object_to_subprocessor('Unwanted', 'no');
UPDATE subprocessor_notice SET noticed_at = noticed_at - interval '40 days', received_at = received_at - interval '40 days', objection_until = objection_until - interval '40 days' WHERE received_at IS NOT NULL;
SELECT announce_transfer('Authority', 'US', '49-1-d', 'a law') > 0 AS announced;
SELECT declare_breach(now(), '{availability}') IS NOT NULL AS breach;
SELECT create_mailbox('unasked', 'a@acme.example', 'x', false, now()) > 0 AS unasked;
SELECT withdraw_instruction(instruction_id, 'x') FROM instruction WHERE kind = 'purpose' AND body ->> 'purpose' IN ('enrich', 'improve') AND controller = 'Acme';

CREATE FUNCTION pg_temp.code(does text, login name, role name, controller text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('dropcontact.controller', controller, true);
	EXECUTE format('SET LOCAL SESSION AUTHORIZATION %I', login);
	IF role IS NOT NULL THEN
		EXECUTE format('SET LOCAL ROLE %I', role);
	END IF;
	EXECUTE does;
	RAISE EXCEPTION 'not refused';
EXCEPTION WHEN OTHERS THEN
	RETURN CASE WHEN SQLERRM = 'not refused' THEN SQLERRM ELSE SQLSTATE END;
END $$;
CREATE TEMP TABLE refusal (code text, does text, login name, role name, controller text DEFAULT 'Acme');
INSERT INTO refusal (code, does) VALUES
	('RG101', 'SELECT open_run(''marketing'')'),
	('RG101', 'SELECT state_legal_basis(''crm'', ''6-1-f'', ''marketing'')'),
	('RG105', 'INSERT INTO contact (email, relation) VALUES (''a@one.example'', ''customer'')'),
	('RG106', 'SELECT disclose(''a data broker'', ''x'', 1)'),
	('RG120', 'SELECT open_run(''enrich'')'),
	('RG120', 'SELECT count(*) FROM improve_features'),
	('RG123', 'SELECT start_transfer(1)'),
	('RG124', 'SELECT announce_transfer(''Authority'', ''US'', NULL, ''a law'')'),
	('RG160', 'SELECT propose_subprocessor(''Far'', ''x'', ''x'', ''x'', ''US'', ''US'', ''2026-01-01'')'),
	('RG161', 'SELECT propose_subprocessor(''Far'', ''x'', NULL, ''x'', ''FR'', ''FR'', ''2026-01-01'')'),
	('RG162', 'SELECT activate_subprocessor(''New'')'),
	('RG163', 'SELECT activate_subprocessor(''Unwanted'')'),
	('RG164', 'SELECT activate_subprocessor(''Loose'')'),
	('RG165', 'UPDATE breach SET liable_party = ''OVH'''),
	('RG181', 'UPDATE breach SET aware_at = aware_at + interval ''1 hour'''),
	('RG182', 'SELECT notify_breach(breach_id, ''final'') FROM breach'),
	('RG191', 'SELECT create_source(''clear'', url => ''http://crm.example/export'')'),
	('RG200', 'UPDATE ledger SET kind = ''x'''),
	('RG200', 'DELETE FROM run'),
	('RG200', 'DELETE FROM register_snapshot'),
	('RG200', 'UPDATE agreement SET signed_on = ''2020-01-01'''),
	('RG200', 'DELETE FROM breach'),
	('RG121', 'INSERT INTO setting_value (controller_id, setting, value, instruction_id) SELECT controller_id, ''match_mode'', ''immediate'', 1 FROM controller WHERE name = ''Acme'''),
	('RG213', 'SELECT open_audit(''codes_auditor'', repeat(''a'', 64), now(), now() + interval ''1 day'', ''[]'')'),
	('23514', 'SELECT object_to_audit(1, ''runs'', '''') FROM (SELECT open_audit(''codes_auditor'', repeat(''a'', 64), now(), now() + interval ''1 day'', jsonb_build_array(jsonb_build_object(''name'', ''A'', ''nda_signed_on'', current_date, ''nda_sha256'', repeat(''a'', 64))))) o'),
	('23514', 'SELECT give_instruction('' '')'),
	('23514', 'SELECT declare_breach(now() + interval ''1 hour'')'),
	('RG401', 'INSERT INTO contact (source, email, relation) VALUES (''dark'', ''a@one.example'', ''customer'')'),
	('RG402', 'SELECT declare_information(''dark'', repeat(''a'', 64)); INSERT INTO contact (source, email, relation) VALUES (''dark'', ''a@one.example'', ''customer'')'),
	('RG421', 'SELECT create_mailbox(''m'', ''a@acme.example'', ''x'', true, NULL)'),
	('RG422', 'SELECT create_mailbox(''m'', ''a@acme.example'', ''x'', NULL, now())'),
	('RG423', 'INSERT INTO contact (source, email, relation) VALUES (''mail'', ''a@one.example'', ''customer'')'),
	('RG423', 'SELECT open_mailbox(''unasked'', ''improve'')'),
	('RG424', 'SELECT open_mailbox(''unasked'')'),
	('RG425', 'SELECT log_access(current_controller(), ''mailbox'', ''{"origin": "google"}'')'),
	('RG426', 'SELECT create_mailbox(''m'', ''a@acme.example'', ''x'', true, now(), ''google'', ''{https://mail.google.com/}'')'),
	('RG433', 'SELECT configure(''match_mode'', ''immediate'')'),
	('RG195', 'SELECT end_service(''Acme'', now()); SELECT open_run(''clean'')');
INSERT INTO refusal (code, does, login, role, controller) VALUES
	('RG001', 'SELECT open_run(''clean'')', NULL, NULL, 'Later'),
	('RG001', 'SELECT create_controller(''Soon'', ''dpo@soon.example''), sign_agreement(''Soon'', ''2022-12-21'', current_date + 1, ''2023-01-02'', ''the text''); SET LOCAL dropcontact.controller = ''Soon''; SELECT open_run(''clean'')', NULL, NULL, 'Acme'),
	('RG121', 'SELECT configure(''backup_days'', ''14'', ''x'', ''y''); ALTER TABLE setting_value DISABLE TRIGGER guard; UPDATE setting_value SET value = ''13''; SELECT open_run(''clean'')', NULL, NULL, 'Acme'),
	('RG121', 'SELECT configure(''match_mode'', ''immediate'', ''x'', ''y'')', NULL, 'codes_operator', 'Acme'),
	('RG432', 'SELECT give_instruction(''do it'')', NULL, 'codes_operator', 'Acme'),
	('RG141', 'SELECT open_run(''clean'')', 'codes_operator', NULL, 'Acme'),
	('RG142', 'SELECT open_run(''clean'')', 'codes_agreed', NULL, 'Acme'),
	('42501', 'SELECT evidence_pack(''Later'')', NULL, 'codes_controller', 'Acme'),
	('42501', 'SELECT state_legal_basis(''crm'', ''6-1-f'')', NULL, 'codes_operator', 'Acme'),
	('42501', 'SELECT queue_message(2, ''x'', ''x'', ''{}'')', NULL, 'codes_operator', 'Acme'),
	('42501', 'SELECT audit_evidence(''runs'')', NULL, 'codes_controller', 'Acme');
SELECT r.code, pg_temp.code(r.does, coalesce(r.login, session_user), r.role, r.controller) AS instead, r.does FROM refusal r
WHERE pg_temp.code(r.does, coalesce(r.login, session_user), r.role, r.controller) IS DISTINCT FROM r.code;
SELECT count(*) AS tried, string_agg(DISTINCT code, ' ' ORDER BY code) AS codes FROM refusal;
-- what records proofs says itself what is missing: a constraint would show the row, with names in it
CREATE FUNCTION pg_temp.says(does text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE does;
	RETURN 'done';
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
SELECT replace(does, 'SELECT ', '') AS call, pg_temp.says(does) FROM unnest(ARRAY[
	$$SELECT describe_party('Acme', 'owner', 'X', '1', 'Paris', 'FR', 'dpo@x.example')$$,
	$$SELECT describe_party('Acme', 'controller', 'X', '1', 'Paris', 'Atlantis', 'dpo@x.example')$$,
	$$SELECT describe_party('Acme', 'controller', 'X', NULL, 'Paris', 'FR', 'dpo@x.example')$$,
	$$SELECT authorise_person('codes_agreed', ' ', 'service', 'contract', current_date, repeat('a', 64))$$,
	$$SELECT authorise_person('codes_agreed', 'P. Roy', 'service', 'contract', current_date, repeat('a', 64), current_date - 1)$$,
	$$SELECT authorise_person('codes_agreed', 'P. Roy', 'service', 'contract', current_date, 'the contract')$$,
	$$SELECT record_training('codes_agreed', 'data protection', current_date, NULL, repeat('a', 64))$$,
	$$SELECT record_training('codes_auditor', 'data protection', current_date, current_date, repeat('a', 64))$$,
	$$SELECT declare_information('crm', 'the notice')$$,
	$$SELECT attest_compliance(repeat('a', 64), NULL)$$,
	$$SELECT attest_compliance(repeat('a', 64), current_date, 'information_notice')$$,
	$$SELECT disclose('controller', 'x', -1)$$,
	$$SELECT disclose('controller', 'x', 1, -1)$$,
	$$SELECT amend_breach(breach_id, '[]') FROM breach$$,
	$$SELECT amend_breach(breach_id, '{}', '{rumour}') FROM breach$$,
	$$SELECT give_instruction('do it', '[]')$$,
	$$SELECT end_service('Acme', 'infinity')$$]) does;
-- nothing of it stays
SELECT (SELECT count(*) FROM contact) AS contacts, (SELECT count(*) FROM disclosure) AS disclosures, (SELECT count(*) FROM subprocessor_use) AS uses, (SELECT count(*) FROM mailbox) AS mailboxes,
	(SELECT count(*) FROM service_end) AS ends, verify_ledger();
SET dropcontact.allow_drop = on;
DROP EXTENSION dropcontact CASCADE;
DROP ROLE codes_operator, codes_agreed, codes_controller, codes_auditor;
CREATE EXTENSION dropcontact;
