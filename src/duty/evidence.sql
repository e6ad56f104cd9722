/*
 * evidence.sql: one document that proves compliance, without a value of a person and without business secrets
 *
 * It holds the chain of the ledger as texts and hashes, so that whoever has the document can verify it with any
 * SHA-256 and no database: each hash is that of the hash before and the text.
 */

CREATE FUNCTION dropcontact.ledger_part(controller integer, from_at timestamptz, to_at timestamptz) RETURNS jsonb
	LANGUAGE sql STABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	SET timezone = 'UTC'
	AS $$
	SELECT jsonb_build_object(
		'algorithm', 'hash = SHA-256 of the 32 bytes of the hash before, followed by the text in UTF-8; before entry 1 there are zero bytes',
		'head', (SELECT jsonb_build_object('entry', h.entry, 'hash', encode(h.hash, 'hex')) FROM ledger_head h WHERE h.controller_id = ledger_part.controller),
		'first', coalesce(min(l.entry), 1), 'last', coalesce(max(l.entry), 0),
		'before', coalesce((SELECT encode(b.hash, 'hex') FROM ledger b WHERE b.controller_id = ledger_part.controller AND b.entry = min(l.entry) - 1), repeat('0', 64)),
		'entries', coalesce(jsonb_agg(jsonb_build_object('entry', l.entry, 'text', ledger_text(l.controller_id, l.entry, l.at, l.kind, l.body), 'hash', encode(l.hash, 'hex')) ORDER BY l.entry), '[]'))
	FROM ledger l WHERE l.controller_id = ledger_part.controller AND l.at >= from_at AND l.at < to_at
	$$;
COMMENT ON FUNCTION dropcontact.ledger_part(integer, timestamptz, timestamptz) IS 'The entries of a controller''s ledger of a period, as texts and hashes, with the hash before them and the head of the chain; for the owner only';

CREATE FUNCTION dropcontact.evidence_item(controller integer, item text) RETURNS jsonb
	LANGUAGE sql STABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	SET timezone = 'UTC'
	AS $$
	SELECT CASE item
		WHEN 'controls' THEN (SELECT coalesce(jsonb_agg(jsonb_build_object('clause', k.clause, 'article', k.article, 'owner', k.owner, 'proves', k.proves,
				'passed', r.passed, 'finding', r.finding, 'checked_at', r.checked_at) ORDER BY k.n), '[]')
			FROM control k LEFT JOIN control_result r ON r.clause = k.clause AND r.controller_id = controller)
		WHEN 'register' THEN (SELECT coalesce(jsonb_agg(to_jsonb(p) ORDER BY p.purpose), '[]') FROM processing_register p JOIN controller c ON c.name = p.controller
			WHERE c.controller_id = evidence_item.controller)
		WHEN 'instructions' THEN (SELECT coalesce(jsonb_agg(jsonb_build_object('instruction', i.instruction_id, 'kind', i.kind, 'recorded_at', i.recorded_at, 'sha256', i.sha256,
				'status', instruction_state(i.instruction_id), 'rules', (SELECT coalesce(jsonb_agg(w.rule), '[]') FROM instruction_warning w WHERE w.instruction_id = i.instruction_id)) ORDER BY i.instruction_id), '[]')
			FROM instruction_record i WHERE i.controller_id = evidence_item.controller)
		WHEN 'clocks' THEN (SELECT coalesce(jsonb_agg(to_jsonb(k) - 'controller' ORDER BY k.due), '[]') FROM clocks k JOIN controller c ON c.name = k.controller
			WHERE c.controller_id = evidence_item.controller)
		WHEN 'subprocessors' THEN (SELECT coalesce(jsonb_agg(jsonb_build_object('name', s.name, 'office_country', s.office_country, 'group_country', s.group_country, 'server_country', s.server_country,
				'of_agreement', s.of_agreement, 'noticed_at', n.noticed_at, 'received_at', n.received_at, 'objection_until', n.objection_until,
				'guarantees', (SELECT count(*) FROM guarantee g WHERE g.subprocessor_id = s.subprocessor_id AND g.valid_until >= current_date)) ORDER BY s.subprocessor_id), '[]')
			FROM active_subprocessors(controller) s LEFT JOIN subprocessor_notice n ON n.subprocessor_id = s.subprocessor_id AND n.controller_id = evidence_item.controller)
		WHEN 'breaches' THEN (SELECT coalesce(jsonb_agg(jsonb_build_object('breach', b.breach_id, 'aware_at', b.aware_at, 'deadline', d.deadline, 'notified_at', d.notified_at, 'missing', breach_missing(b)) ORDER BY b.aware_at), '[]')
			FROM breach b JOIN breach_deadline d USING (breach_id, controller_id) WHERE b.controller_id = evidence_item.controller)
		WHEN 'certificates' THEN (SELECT coalesce(jsonb_agg(to_jsonb(d) - 'controller' ORDER BY d.certificate_id), '[]') FROM certificate_of_destruction d JOIN controller c ON c.name = d.controller
			WHERE c.controller_id = evidence_item.controller)
		WHEN 'runs' THEN (SELECT coalesce(jsonb_agg(to_jsonb(g)), '[]') FROM (SELECT r.purpose, r.channel, r.agreement_id, count(*) AS runs, sum(r.contacts) AS contacts, min(r.started_at) AS first, max(r.ended_at) AS last
				FROM run r WHERE r.controller_id = evidence_item.controller GROUP BY 1, 2, 3 ORDER BY 1, 2, 3) g)
		WHEN 'security' THEN jsonb_build_object(
			'server_version', current_setting('server_version'), 'ssl', current_setting('ssl'), 'ssl_min_protocol_version', current_setting('ssl_min_protocol_version'),
			'logins_with_access', (SELECT count(*) FROM roles_with_access()), 'superusers', (SELECT count(*) FROM roles_with_access() a WHERE a.superuser),
			'egress', (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', e.kind, 'declared', e.declared)), '[]') FROM egress e),
			'extension', (SELECT e.extversion FROM pg_extension e WHERE e.extname = 'dropcontact'),
			'rules_sha256', (SELECT encode(sha256(convert_to(string_agg(m::text, E'\n' ORDER BY m::text), 'UTF8')), 'hex') FROM match_model m JOIN controller c ON c.name = m.controller
				WHERE c.controller_id = evidence_item.controller))
		WHEN 'ledger' THEN ledger_part(controller, '-infinity', 'infinity') END
	$$;
COMMENT ON FUNCTION dropcontact.evidence_item(integer, text) IS 'One part of the evidence on a controller, of audit_items(); for the owner only';

CREATE FUNCTION dropcontact.do_evidence_pack(controller integer, from_at timestamptz, to_at timestamptz) RETURNS jsonb
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	SET timezone = 'UTC'
	AS $$
DECLARE
	broken bigint := broken_entry(controller);
	checked bigint := (SELECT count(*) FROM do_run_controls(controller));
	pack jsonb;
BEGIN
	IF to_at < from_at THEN
		RAISE EXCEPTION 'the period of the evidence ends before it begins' USING ERRCODE = 'invalid_parameter_value', HINT = 'from_at comes before to_at; either may be left out.';
	END IF;
	PERFORM flush_ledger();
	pack := (SELECT jsonb_object_agg(i, coalesce(evidence_item(controller, i), 'null')) FROM unnest(audit_items()) i WHERE i <> 'ledger')
		|| jsonb_build_object(
			'ledger', ledger_part(controller, coalesce(from_at, '-infinity'), coalesce(to_at, 'infinity')),
			'period', jsonb_build_object('from', from_at, 'to', to_at),
			'made_at', clock_timestamp(),
			'controller', (SELECT c.name FROM controller c WHERE c.controller_id = controller),
			'parties', (SELECT coalesce(jsonb_object_agg(p.role, to_jsonb(p) - '{controller_id,described_by,described_at,role}'::text[]), '{}') FROM party p WHERE p.controller_id = controller),
			'agreement', (SELECT to_jsonb(a) - '{controller_id,signed_by}'::text[] FROM agreement_of(controller) a),
			'clauses', (SELECT jsonb_agg(k.clause ORDER BY k.n) FROM control k),
			'integrity', CASE WHEN broken IS NULL THEN 'ok' ELSE format('INTEGRITY FAILED at entry %s', broken) END);
	pack := pack || jsonb_build_object('manifest', (SELECT jsonb_object_agg(e.key, encode(sha256(convert_to(e.value::text, 'UTF8')), 'hex')) FROM jsonb_each(pack) e));
	PERFORM write_ledger(controller, 'evidence', jsonb_build_object('controls', checked, 'sha256', encode(sha256(convert_to(pack::text, 'UTF8')), 'hex')));
	IF broken IS NOT NULL THEN
		RAISE WARNING 'the ledger of controller % is broken at entry %', controller, broken USING DETAIL = 'The pack says so.';
	END IF;
	RETURN pack;
END
$$;
COMMENT ON FUNCTION dropcontact.do_evidence_pack(integer, timestamptz, timestamptz) IS 'Inner part of evidence_pack(), for the owner only';
CREATE FUNCTION dropcontact.evidence_pack(controller text, from_at timestamptz DEFAULT NULL, to_at timestamptz DEFAULT NULL) RETURNS jsonb
	LANGUAGE c AS 'MODULE_PATHNAME', 'as_owner';
COMMENT ON FUNCTION dropcontact.evidence_pack(text, timestamptz, timestamptz) IS 'The documentation of article 28(3)(h) GDPR on a controller, as one JSON document: every clause with its control, run now, register, instructions, deadlines, sub-processors, breaches, certificates, runs, security, and the chain of the ledger, which test/verify_pack.pl verifies without a database; with the SHA-256 of each part. from_at and to_at narrow the ledger to a period. It holds no value of a person and no rule of matching; a broken chain is said, not hidden. For dropcontact_admin and dropcontact_controller. Errors: insufficient_privilege';

CREATE FUNCTION dropcontact.pack_covers_all_clauses(pack jsonb) RETURNS boolean
	LANGUAGE sql STABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$ SELECT NOT EXISTS (SELECT k.clause FROM control k EXCEPT SELECT e ->> 'clause' FROM jsonb_array_elements(pack -> 'controls') e WHERE e ->> 'passed' IS NOT NULL) $$;
COMMENT ON FUNCTION dropcontact.pack_covers_all_clauses(jsonb) IS 'Whether an evidence pack has a result for the control of every clause of the agreement';

REVOKE ALL ON FUNCTION dropcontact.ledger_part(integer, timestamptz, timestamptz), dropcontact.evidence_item(integer, text), dropcontact.do_evidence_pack(integer, timestamptz, timestamptz),
	dropcontact.evidence_pack(text, timestamptz, timestamptz), dropcontact.pack_covers_all_clauses(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dropcontact.evidence_pack(text, timestamptz, timestamptz), dropcontact.pack_covers_all_clauses(jsonb) TO dropcontact_admin, dropcontact_controller;
