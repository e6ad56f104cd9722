/*
 * register.sql: the register of processing activities (GDPR article 30(2)), computed from what was really run
 *
 * It has one row for each controller and purpose of table run, so an operation that is not in it cannot exist.
 */

CREATE VIEW dropcontact.processing_register WITH (security_invoker = true) AS
	SELECT c.name AS controller,
		coalesce(p.legal_name, 'the controller itself') AS processor,
		pg_catalog.array_remove(ARRAY[k.representative, p.representative], NULL) AS representatives,
		pg_catalog.array_remove(ARRAY[k.dpo, p.dpo], NULL) AS dpo,
		r.purpose,
		pu.meaning || '; persons: customers, prospects, suppliers'
			|| CASE WHEN EXISTS (SELECT FROM dropcontact.mailbox m WHERE m.controller_id = c.controller_id) THEN ', employees (mailboxes)' ELSE '' END
			|| '; data: identifying, professional situation' AS categories,
		ARRAY(SELECT 'controller' UNION SELECT d.recipient FROM dropcontact.disclosure d WHERE d.controller_id = c.controller_id AND d.recipient <> c.name
			UNION SELECT s.name FROM dropcontact.active_subprocessors(c.controller_id) s ORDER BY 1) AS recipients,
		ARRAY(SELECT t.recipient || ' (' || t.country || '), GDPR art. ' || t.tool FROM dropcontact.transfer t
			WHERE t.controller_id = c.controller_id AND t.started_at IS NOT NULL ORDER BY t.transfer_id) AS transfers,
		'row-level security by controller; encrypted channels' || CASE WHEN r.clear = 0 THEN ' in all runs' ELSE ', not in ' || r.clear || ' runs' END
			|| '; roles with least privilege; commitments of confidentiality and training of who has access; append-only ledger with a chain of hashes; erasure that leaves keyed tombstones' AS security,
		r.first_run, r.last_run, r.runs, r.contacts
	FROM (SELECT x.controller_id, x.purpose, pg_catalog.min(x.started_at) AS first_run, pg_catalog.max(x.ended_at) AS last_run, pg_catalog.count(*) AS runs,
			pg_catalog.sum(x.contacts)::bigint AS contacts, pg_catalog.count(*) FILTER (WHERE x.channel = 'clear') AS clear
		FROM dropcontact.run x GROUP BY x.controller_id, x.purpose) r
		JOIN dropcontact.controller c USING (controller_id)
		JOIN dropcontact.purpose pu USING (purpose)
		LEFT JOIN dropcontact.party p ON p.controller_id = c.controller_id AND p.role = 'processor'
		LEFT JOIN dropcontact.party k ON k.controller_id = c.controller_id AND k.role = 'controller';
COMMENT ON VIEW dropcontact.processing_register IS 'The register of article 30(2) GDPR, computed from the runs: for each controller and purpose the parties, categories, recipients, transfers, security measures, first and last run, runs and contacts';
COMMENT ON COLUMN dropcontact.processing_register.contacts IS 'Contacts touched, the same one counted in each run';

CREATE FUNCTION dropcontact.csv_value(value text) RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$ SELECT CASE WHEN value ~ '[",\r\n]' THEN '"' || replace(value, '"', '""') || '"' ELSE coalesce(value, '') END $$;
COMMENT ON FUNCTION dropcontact.csv_value(text) IS 'A value as RFC 4180 writes it';

CREATE FUNCTION dropcontact.register_csv() RETURNS text
	LANGUAGE sql STABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	SET timezone = 'UTC'
	AS $$
	SELECT 'processor,dpo,controller,representatives,purpose,categories,recipients,transfers,security,first_run,last_run,runs,contacts' || E'\r\n'
		|| coalesce(string_agg(concat_ws(',', csv_value(r.processor), csv_value(array_to_string(r.dpo, '; ')), csv_value(r.controller), csv_value(array_to_string(r.representatives, '; ')),
			csv_value(r.purpose), csv_value(r.categories), csv_value(array_to_string(r.recipients, '; ')), csv_value(array_to_string(r.transfers, '; ')), csv_value(r.security),
			to_char(r.first_run, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), to_char(r.last_run, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), r.runs, r.contacts), E'\r\n' ORDER BY r.controller, r.purpose) || E'\r\n', '')
	FROM processing_register r
	$$;
COMMENT ON FUNCTION dropcontact.register_csv() IS 'processing_register as CSV (RFC 4180), in the order of the register of a processor that CNIL and ICO publish: parties, purposes, categories, recipients, transfers, security; times in UTC';

CREATE FUNCTION dropcontact.register_jsonld() RETURNS jsonb
	LANGUAGE sql STABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	SET timezone = 'UTC'
	AS $$
	SELECT jsonb_build_object(
		'@context', jsonb_build_object('dpv', 'https://w3id.org/dpv#', 'pd', 'https://w3id.org/dpv/pd#', 'dct', 'http://purl.org/dc/terms/', 'dcat', 'http://www.w3.org/ns/dcat#', 'xsd', 'http://www.w3.org/2001/XMLSchema#'),
		'@type', 'dpv:ROPA',
		'dct:conformsTo', 'Regulation (EU) 2016/679, article 30(2)',
		'dpv:hasProcess', coalesce(jsonb_agg(jsonb_build_object(
			'@type', 'dpv:PersonalDataProcess',
			'dct:title', r.purpose,
			'dpv:hasDataController', jsonb_build_object('@type', 'dpv:DataController', 'dct:title', r.controller),
			'dpv:hasDataProcessor', jsonb_build_object('@type', 'dpv:DataProcessor', 'dct:title', r.processor),
			'dpv:hasRepresentative', (SELECT coalesce(jsonb_agg(jsonb_build_object('@type', x.t, 'dct:title', x.v)), '[]')
				FROM (SELECT 'dpv:Representative' AS t, v FROM unnest(r.representatives) v UNION ALL SELECT 'dpv:DataProtectionOfficer', v FROM unnest(r.dpo) v) x),
			'dpv:hasPurpose', jsonb_build_object('@type', 'dpv:ServiceProvision', 'dct:title', r.purpose, 'dct:description', p.meaning),
			'dpv:hasProcessing', (SELECT jsonb_agg(jsonb_build_object('@id', i)) FROM (SELECT p.dpv_iri AS i UNION
				SELECT 'dpv:' || CASE n WHEN 'collect' THEN 'Collect' WHEN 'store' THEN 'Store' ELSE 'Use' END FROM unnest(p.nature) n ORDER BY 1) x),
			'dpv:hasDataSubject', '[{"@type": "dpv:Customer", "dct:title": "customer"}, {"@type": "dpv:DataSubject", "dct:title": "prospect"}, {"@type": "dpv:DataSubject", "dct:title": "supplier"}]'::jsonb,
			'dpv:hasPersonalData', '[{"@type": "pd:Identifying"}, {"@type": "pd:Professional"}]'::jsonb,
			'dpv:hasRecipient', (SELECT coalesce(jsonb_agg(jsonb_build_object('@type', CASE WHEN x = 'controller' THEN 'dpv:DataController'
				WHEN EXISTS (SELECT FROM subprocessor s WHERE s.name = x) THEN 'dpv:DataSubProcessor' ELSE 'dpv:Recipient' END, 'dct:title', x)), '[]') FROM unnest(r.recipients) x),
			'dpv:hasProcess', (SELECT coalesce(jsonb_agg(jsonb_build_object('@type', 'dpv:Process', 'dpv:hasProcessing', jsonb_build_object('@id', 'dpv:CrossBorderTransfer'), 'dct:description', x)), '[]')
				FROM unnest(r.transfers) x),
			'dpv:hasTechnicalOrganisationalMeasure', jsonb_build_object('@type', 'dpv:TechnicalOrganisationalMeasure', 'dct:description', r.security),
			'dct:temporal', jsonb_build_object('@type', 'dct:PeriodOfTime',
				'dcat:startDate', jsonb_build_object('@type', 'xsd:dateTime', '@value', to_char(r.first_run, 'YYYY-MM-DD"T"HH24:MI:SS"Z"')),
				'dcat:endDate', jsonb_build_object('@type', 'xsd:dateTime', '@value', to_char(r.last_run, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))),
			'dct:extent', format('%s runs, %s contacts', r.runs, r.contacts)) ORDER BY r.controller, r.purpose), '[]'))
	FROM processing_register r JOIN purpose p USING (purpose)
	$$;
COMMENT ON FUNCTION dropcontact.register_jsonld() IS 'processing_register as JSON-LD in the terms of the W3C Data Privacy Vocabulary (DPV 2) and its categories of personal data';

CREATE TABLE dropcontact.register_snapshot (
	controller_id integer NOT NULL REFERENCES dropcontact.controller,
	month date NOT NULL,
	taken_at timestamptz NOT NULL,
	entries integer NOT NULL,
	sha256 text NOT NULL,
	PRIMARY KEY (controller_id, month)
);
COMMENT ON TABLE dropcontact.register_snapshot IS 'Append-only: SHA-256 of the register of each controller, month by month, also in the ledger; taken by snapshot_register()';
SELECT dropcontact.make_append_only('dropcontact.register_snapshot');

CREATE FUNCTION dropcontact.do_snapshot_register(controllers integer[]) RETURNS integer
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
DECLARE
	c controller;
	s register_snapshot;
	n integer := 0;
BEGIN
	FOR c IN SELECT * FROM controller x WHERE x.controller_id = ANY (controllers) ORDER BY x.controller_id LOOP
		INSERT INTO register_snapshot AS r (controller_id, month, taken_at, entries, sha256)
		SELECT c.controller_id, date_trunc('month', clock_timestamp())::date, clock_timestamp(), count(*),
			encode(sha256(convert_to(coalesce(jsonb_agg(to_jsonb(p) ORDER BY p.purpose), '[]')::text, 'UTF8')), 'hex')
		FROM processing_register p WHERE p.controller = c.name
		ON CONFLICT DO NOTHING RETURNING * INTO s;
		IF FOUND THEN
			PERFORM write_ledger(c.controller_id, 'register', jsonb_build_object('month', s.month, 'entries', s.entries, 'sha256', s.sha256));
			IF under_agreement(c.controller_id) THEN
				PERFORM do_queue_message(c.controller_id, 'ledger_head', 'Keep this: the head of your ledger',
					(SELECT jsonb_build_object('entry', h.entry, 'hash', encode(h.hash, 'hex'), 'register_sha256', s.sha256, 'month', s.month,
						'what_for', 'whoever rewrites the ledger cannot rewrite what you keep; verify_pack.pl finds this hash in an evidence pack')
					 FROM ledger_head h WHERE h.controller_id = c.controller_id));
			END IF;
			n := n + 1;
		END IF;
	END LOOP;
	RETURN n;
END
$$;
COMMENT ON FUNCTION dropcontact.do_snapshot_register(integer[]) IS 'Inner part of snapshot_register(), for the owner only';
CREATE FUNCTION dropcontact.snapshot_register() RETURNS integer
	LANGUAGE c AS 'MODULE_PATHNAME', 'as_owner';
COMMENT ON FUNCTION dropcontact.snapshot_register() IS 'Puts the hash of this month''s register of each controller into the ledger, once a month however often it is called, and sends the head of the ledger to the controller, who keeps it: to be run every day. Answers how many were taken. For dropcontact_admin and dropcontact_agent';

CREATE FUNCTION dropcontact.art35_7_keys() RETURNS text[]
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$ SELECT '{description,purposes,necessity,risks,measures}'::text[] $$;
COMMENT ON FUNCTION dropcontact.art35_7_keys() IS 'What an impact assessment contains (GDPR article 35(7)), as keys of dpia_input()';

CREATE FUNCTION dropcontact.do_dpia_input(controller integer) RETURNS jsonb
	LANGUAGE sql STABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
	SELECT jsonb_build_object(
		'description', jsonb_build_object(
			'categories_of_persons', (SELECT coalesce(jsonb_object_agg(g.relation, g.n), '{}') FROM (SELECT coalesce(c.relation, 'unknown') AS relation, count(*) AS n FROM contact c WHERE c.controller_id = controller GROUP BY 1) g),
			'sources', (SELECT coalesce(jsonb_agg(jsonb_build_object('name', s.name, 'kind', s.kind, 'region', s.region) ORDER BY s.source_id), '[]') FROM source s WHERE s.controller_id = controller),
			'register', (SELECT coalesce(jsonb_agg(to_jsonb(r) ORDER BY r.purpose), '[]') FROM processing_register r JOIN controller c ON c.name = r.controller WHERE c.controller_id = do_dpia_input.controller)),
		'purposes', (SELECT jsonb_agg(jsonb_build_object('purpose', p.purpose, 'meaning', p.meaning, 'instructed', EXISTS (SELECT FROM instruction_record i
			WHERE i.controller_id = controller AND i.kind = 'purpose' AND i.body ->> 'purpose' = p.purpose AND instruction_state(i.instruction_id) = 'in force')) ORDER BY p.purpose) FROM purpose p),
		'necessity', jsonb_build_object(
			'legal_bases', (SELECT coalesce(jsonb_agg(DISTINCT jsonb_build_object('source', s.name, 'purpose', b.purpose, 'basis', basis_of(controller, s.source_id, b.purpose))), '[]')
				FROM legal_basis b JOIN source s USING (source_id) WHERE b.controller_id = controller),
			'settings', (SELECT jsonb_agg(jsonb_build_object('setting', d.setting, 'value', coalesce(v.value, d.default_value), 'default', d.default_value, 'intended_use', v.intended_use) ORDER BY d.setting)
				FROM setting_default() d LEFT JOIN setting_value v ON v.setting = d.setting AND v.controller_id = do_dpia_input.controller),
			'retention', (SELECT jsonb_build_object('service_end', a.service_end, 'destroyed_within', 'one month after it') FROM agreement_of(controller) a)),
		'risks', jsonb_build_object(
			'automatic_merges_undone_or_rejected', (SELECT count(*) FROM match_decision d WHERE d.controller_id = do_dpia_input.controller AND d.verdict = 'no_match'),
			'confirmed_by_persons', (SELECT count(*) FROM match_decision d WHERE d.controller_id = do_dpia_input.controller AND d.verdict = 'match'),
			'persons_left_out', (SELECT coalesce(jsonb_object_agg(k.code, k.n), '{}') FROM (SELECT e.key AS code, sum(e.value::bigint) AS n FROM run r, jsonb_each_text(r.refused) e WHERE r.controller_id = controller GROUP BY 1) k),
			'breaches', (SELECT count(*) FROM breach b WHERE b.controller_id = controller),
			'alerts_on_instructions', (SELECT count(*) FROM instruction_warning w WHERE w.controller_id = controller),
			'residual', 'an administrator of the server can bypass every control; it would show in the chain of the ledger, of which the controller keeps the head'),
		'measures', jsonb_build_object(
			'security', 'row-level security, roles with least privilege, TLS, append-only ledger, erasure with tombstones, deadlines in view clocks',
			'recipients', (SELECT coalesce(jsonb_agg(s.name ORDER BY s.name), '[]') FROM active_subprocessors(controller) s),
			'controls', (SELECT coalesce(jsonb_object_agg(r.clause, r.passed), '{}') FROM control_result r WHERE r.controller_id = controller)))
	$$;
COMMENT ON FUNCTION dropcontact.do_dpia_input(integer) IS 'Inner part of dpia_input(), for the owner only';
CREATE FUNCTION dropcontact.dpia_input(controller text) RETURNS jsonb
	LANGUAGE c AS 'MODULE_PATHNAME', 'as_owner';
COMMENT ON FUNCTION dropcontact.dpia_input(text) IS 'The facts that an impact assessment (GDPR article 35(7)) or a prior consultation (article 36(3)) needs, from what was really done: description, purposes, necessity, risks, measures. Counts only. Errors: insufficient_privilege';

ALTER TABLE dropcontact.register_snapshot ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON dropcontact.register_snapshot USING (controller_id = ANY ((SELECT dropcontact.visible_controllers())::integer[]));
GRANT SELECT ON dropcontact.register_snapshot, dropcontact.processing_register TO dropcontact_admin, dropcontact_operator, dropcontact_controller;
SELECT pg_catalog.pg_extension_config_dump('dropcontact.register_snapshot', '');
REVOKE ALL ON FUNCTION dropcontact.csv_value(text), dropcontact.register_csv(), dropcontact.register_jsonld(), dropcontact.do_snapshot_register(integer[]),
	dropcontact.snapshot_register(), dropcontact.art35_7_keys(), dropcontact.do_dpia_input(integer), dropcontact.dpia_input(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dropcontact.csv_value(text), dropcontact.register_csv(), dropcontact.register_jsonld(), dropcontact.art35_7_keys(), dropcontact.dpia_input(text)
	TO dropcontact_admin, dropcontact_operator, dropcontact_controller;
GRANT EXECUTE ON FUNCTION dropcontact.snapshot_register() TO dropcontact_admin, dropcontact_agent;
