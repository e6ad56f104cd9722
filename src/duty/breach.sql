/*
 * breach.sql: breaches of personal data, told to each controller within 72 hours
 *
 * Hours, not days: a day of the change of clocks has 23 or 25 of them. A late notice is recorded as late and still goes.
 */

CREATE TABLE dropcontact.breach (
	breach_id uuid NOT NULL DEFAULT pg_catalog.gen_random_uuid(),
	controller_id integer NOT NULL REFERENCES dropcontact.controller,
	aware_at timestamptz NOT NULL,
	recorded_at timestamptz NOT NULL,
	nature text[] NOT NULL DEFAULT '{}' CHECK (nature <@ '{confidentiality,integrity,availability}'::text[]),
	details jsonb NOT NULL DEFAULT '{}' CHECK (pg_catalog.jsonb_typeof(details) = 'object'),
	cause_party text,
	liable_party text NOT NULL DEFAULT 'processor',
	declared_by name NOT NULL DEFAULT SESSION_USER,
	PRIMARY KEY (breach_id, controller_id),
	CHECK (aware_at <= recorded_at)
);
COMMENT ON TABLE dropcontact.breach IS 'Breaches of personal data (GDPR articles 4(12), 33), one row for each controller affected; made by declare_breach()';
COMMENT ON COLUMN dropcontact.breach.aware_at IS 'When the processor became aware of it: the 72 hours run from here, and it never moves later';
COMMENT ON COLUMN dropcontact.breach.details IS 'What article 33(3) asks for: subject_categories, n_subjects, record_categories, n_records, contact_point, consequences, measures_taken, measures_proposed; names no person';
COMMENT ON COLUMN dropcontact.breach.cause_party IS 'Who caused it: a sub-processor, or NULL';
COMMENT ON COLUMN dropcontact.breach.liable_party IS 'The processor, always: it answers for its sub-processors (agreement III.6)';

CREATE TABLE dropcontact.breach_notice (
	breach_id uuid NOT NULL,
	controller_id integer NOT NULL REFERENCES dropcontact.controller,
	phase text NOT NULL CHECK (phase IN ('initial', 'final')),
	outbox_id bigint NOT NULL REFERENCES dropcontact.outbox_message,
	queued_at timestamptz NOT NULL,
	missing text[] NOT NULL,
	late boolean NOT NULL,
	late_reason text,
	CHECK (late = (late_reason IS NOT NULL)),
	CHECK (phase = 'initial' OR missing = '{}'),
	FOREIGN KEY (breach_id, controller_id) REFERENCES dropcontact.breach
);
COMMENT ON TABLE dropcontact.breach_notice IS 'Append-only: notices of a breach to a controller, initial ones perhaps incomplete, with what is missing; late ones with the reason';
CREATE INDEX ON dropcontact.breach_notice (breach_id, controller_id);
SELECT dropcontact.make_append_only('dropcontact.breach_notice');

CREATE FUNCTION dropcontact.guard_breach() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
BEGIN
	IF TG_OP NOT IN ('INSERT', 'UPDATE') THEN
		RAISE EXCEPTION 'a breach is not removed: % is refused', TG_OP USING ERRCODE = 'RG200';
	END IF;
	IF TG_OP = 'UPDATE' AND (NEW.aware_at > OLD.aware_at OR (NEW.breach_id, NEW.controller_id, NEW.recorded_at) IS DISTINCT FROM (OLD.breach_id, OLD.controller_id, OLD.recorded_at)) THEN
		RAISE EXCEPTION 'when the processor became aware of a breach does not move later' USING ERRCODE = 'RG181';
	END IF;
	IF NEW.liable_party IS DISTINCT FROM 'processor' THEN
		RAISE EXCEPTION 'the processor is liable for a breach, whoever caused it' USING ERRCODE = 'RG165', HINT = 'Say who caused it in cause_party.';
	END IF;
	RETURN NEW;
END
$$;
COMMENT ON FUNCTION dropcontact.guard_breach() IS 'Trigger of breach. Errors: RG181 when aware_at would move later, RG165 for a liable party that is not the processor, RG200 for DELETE and TRUNCATE';
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON dropcontact.breach FOR EACH ROW EXECUTE FUNCTION dropcontact.guard_breach();
CREATE TRIGGER guard_all BEFORE TRUNCATE ON dropcontact.breach FOR EACH STATEMENT EXECUTE FUNCTION dropcontact.guard_breach();
ALTER TABLE dropcontact.breach ENABLE ALWAYS TRIGGER guard;
ALTER TABLE dropcontact.breach ENABLE ALWAYS TRIGGER guard_all;

CREATE FUNCTION dropcontact.breach_missing(b dropcontact.breach) RETURNS text[]
	LANGUAGE sql STABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
	SELECT coalesce(array_agg(k ORDER BY n), '{}') FROM (
		SELECT k, n FROM unnest('{subject_categories,n_subjects,record_categories,n_records,contact_point,consequences,measures_taken,measures_proposed}'::text[]) WITH ORDINALITY w(k, n)
		WHERE coalesce(b.details ->> k, '') !~ '\S'
		UNION ALL SELECT 'nature', 0 WHERE b.nature = '{}') m
	$$;
COMMENT ON FUNCTION dropcontact.breach_missing(dropcontact.breach) IS 'What a breach still lacks of GDPR article 33(3)';

CREATE FUNCTION dropcontact.art33_complete(breach uuid) RETURNS boolean
	LANGUAGE sql STABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$ SELECT coalesce(bool_and(breach_missing(b) = '{}'), false) FROM breach b WHERE b.breach_id = breach $$;
COMMENT ON FUNCTION dropcontact.art33_complete(uuid) IS 'Whether a breach has all that GDPR article 33(3) asks for';

CREATE FUNCTION dropcontact.check_breach(nature text[], details jsonb) RETURNS void
	LANGUAGE plpgsql IMMUTABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
BEGIN
	IF NOT coalesce(nature, '{}') <@ '{confidentiality,integrity,availability}' OR jsonb_typeof(coalesce(details, '{}')) <> 'object' THEN
		RAISE EXCEPTION 'the nature of a breach is confidentiality, integrity or availability, and its details are a JSON object' USING ERRCODE = 'invalid_parameter_value';
	END IF;
END
$$;
COMMENT ON FUNCTION dropcontact.check_breach(text[], jsonb) IS 'Inner part of declare_breach() and amend_breach(). Errors: invalid_parameter_value';

CREATE FUNCTION dropcontact.do_declare_breach(controller integer, aware_at timestamptz, nature text[], details jsonb, cause_party text, same_as uuid) RETURNS uuid
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
DECLARE
	recorded timestamptz := clock_timestamp();
	id uuid := coalesce(same_as, gen_random_uuid());
BEGIN
	IF aware_at IS NULL OR aware_at > recorded THEN
		RAISE EXCEPTION 'when the processor became aware is needed, and is not in the future' USING ERRCODE = 'check_violation';
	END IF;
	PERFORM check_breach(nature, details);
	IF cause_party IS NOT NULL THEN
		PERFORM find_subprocessor(cause_party);
	END IF;
	INSERT INTO breach (breach_id, controller_id, aware_at, recorded_at, nature, details, cause_party)
	VALUES (id, controller, do_declare_breach.aware_at, recorded, coalesce(do_declare_breach.nature, '{}'), coalesce(do_declare_breach.details, '{}'), do_declare_breach.cause_party);
	PERFORM write_ledger(controller, 'breach', jsonb_build_object('breach', id, 'aware_at', to_char(aware_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')));
	RETURN id;
END
$$;
COMMENT ON FUNCTION dropcontact.do_declare_breach(integer, timestamptz, text[], jsonb, text, uuid) IS 'Inner part of declare_breach(), for the owner only';
CREATE FUNCTION dropcontact.declare_breach(aware_at timestamptz, nature text[] DEFAULT '{}', details jsonb DEFAULT '{}', cause_party text DEFAULT NULL, same_as uuid DEFAULT NULL) RETURNS uuid
	LANGUAGE c AS 'MODULE_PATHNAME', 'as_owner';
COMMENT ON FUNCTION dropcontact.declare_breach(timestamptz, text[], jsonb, text, uuid) IS 'Records a breach that affects the current controller: when the processor became aware of it, nature (confidentiality, integrity, availability), details (see breach.details), the sub-processor that caused it; same_as is the id of the breach when it affects another controller too. Answers the id; the 72 hours run in view clocks. Errors: check_violation, invalid_parameter_value, undefined_object';

CREATE FUNCTION dropcontact.do_amend_breach(controller integer, breach uuid, details jsonb, nature text[], aware_at timestamptz) RETURNS text[]
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
DECLARE
	b breach;
BEGIN
	PERFORM check_breach(nature, details);
	UPDATE breach x SET details = x.details || coalesce(do_amend_breach.details, '{}'), nature = coalesce(do_amend_breach.nature, x.nature),
		aware_at = coalesce(do_amend_breach.aware_at, x.aware_at)
	WHERE x.breach_id = do_amend_breach.breach AND x.controller_id = controller
	RETURNING * INTO b;
	IF b.breach_id IS NULL THEN
		RAISE EXCEPTION 'there is no such breach of this controller' USING ERRCODE = 'undefined_object';
	END IF;
	PERFORM write_ledger(controller, 'breach_amended', jsonb_build_object('breach', b.breach_id, 'sha256', encode(sha256(convert_to(b.details::text, 'UTF8')), 'hex')));
	RETURN breach_missing(b);
END
$$;
COMMENT ON FUNCTION dropcontact.do_amend_breach(integer, uuid, jsonb, text[], timestamptz) IS 'Inner part of amend_breach(), for the owner only';
CREATE FUNCTION dropcontact.amend_breach(breach uuid, details jsonb, nature text[] DEFAULT NULL, aware_at timestamptz DEFAULT NULL) RETURNS text[]
	LANGUAGE c AS 'MODULE_PATHNAME', 'as_owner';
COMMENT ON FUNCTION dropcontact.amend_breach(uuid, jsonb, text[], timestamptz) IS 'Adds to what is known of a breach of the current controller; aware_at may move earlier only. Answers what GDPR article 33(3) still lacks. Errors: undefined_object, invalid_parameter_value, RG181';

CREATE FUNCTION dropcontact.do_breach_pack(controller integer, breach uuid) RETURNS jsonb
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
DECLARE
	b breach := (SELECT x FROM breach x WHERE x.breach_id = breach AND x.controller_id = controller);
BEGIN
	IF b.breach_id IS NULL THEN
		RAISE EXCEPTION 'there is no such breach of this controller' USING ERRCODE = 'undefined_object';
	END IF;
	RETURN jsonb_build_object(
		'@context', 'https://w3id.org/dpv/legal/eu/gdpr', '@type', 'eu-gdpr:ControllerBreachNotice',
		'breach', b.breach_id, 'nature', b.nature, 'aware_at', b.aware_at, 'recorded_at', b.recorded_at, 'deadline', b.aware_at + interval '72 hours',
		'minutes_since_aware', floor(extract(epoch FROM clock_timestamp() - b.aware_at) / 60),
		'details', b.details, 'missing', breach_missing(b),
		'cause_party', b.cause_party, 'liable_party', b.liable_party,
		'processor', (SELECT to_jsonb(p) - '{controller_id,described_by,described_at,role}'::text[] FROM party p WHERE p.controller_id = controller AND p.role = 'processor'),
		'counts', jsonb_build_object(
			'contacts_held', (SELECT count(*) FROM contact c WHERE c.controller_id = controller),
			'by_relation', (SELECT coalesce(jsonb_object_agg(r, n), '{}') FROM (SELECT coalesce(c.relation, 'unknown') AS r, count(*) AS n FROM contact c WHERE c.controller_id = controller GROUP BY 1) g),
			'runs_since_24_hours_before', (SELECT count(*) FROM run r WHERE r.controller_id = controller AND r.ended_at >= b.aware_at - interval '24 hours'),
			'reads_since_24_hours_before', (SELECT count(*) FROM access_log a WHERE a.controller_id = controller AND a.at >= b.aware_at - interval '24 hours'),
			'disclosures_since_24_hours_before', (SELECT count(*) FROM disclosure d WHERE d.controller_id = controller AND d.at >= b.aware_at - interval '24 hours')),
		'notices', (SELECT coalesce(jsonb_agg(jsonb_build_object('phase', n.phase, 'queued_at', n.queued_at, 'sent_at', m.sent_at, 'late', n.late, 'late_reason', n.late_reason, 'missing', n.missing) ORDER BY n.queued_at), '[]')
			FROM breach_notice n JOIN outbox_message m ON m.message = n.outbox_id WHERE n.breach_id = b.breach_id AND n.controller_id = controller),
		'ledger_head', (SELECT jsonb_build_object('entry', h.entry, 'hash', encode(h.hash, 'hex')) FROM ledger_head h WHERE h.controller_id = controller));
END
$$;
COMMENT ON FUNCTION dropcontact.do_breach_pack(integer, uuid) IS 'Inner part of breach_pack(), for the owner only';
CREATE FUNCTION dropcontact.breach_pack(breach uuid) RETURNS jsonb
	LANGUAGE c AS 'MODULE_PATHNAME', 'as_owner';
COMMENT ON FUNCTION dropcontact.breach_pack(uuid) IS 'All documentation of a breach that the current controller needs to notify its authority (GDPR article 33(3)): nature, categories and numbers, contact point, consequences, measures, with what is missing, counts taken from the records, notices sent. Errors: undefined_object';

CREATE FUNCTION dropcontact.do_notify_breach(controller integer, breach uuid, phase text, late_reason text) RETURNS bigint
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
DECLARE
	b breach := (SELECT x FROM breach x WHERE x.breach_id = breach AND x.controller_id = controller);
	moment timestamptz := clock_timestamp();
	is_late boolean := moment > b.aware_at + interval '72 hours';
	missing text[];
	id bigint;
BEGIN
	IF phase IS NULL OR phase NOT IN ('initial', 'final') THEN
		RAISE EXCEPTION 'the phase of a notice is initial or final' USING ERRCODE = 'invalid_parameter_value';
	END IF;
	IF b.breach_id IS NULL THEN
		RAISE EXCEPTION 'there is no such breach of this controller' USING ERRCODE = 'undefined_object';
	END IF;
	missing := breach_missing(b);
	IF phase = 'final' AND missing <> '{}' THEN
		RAISE EXCEPTION 'the final notice of a breach is complete' USING ERRCODE = 'RG182', DETAIL = format('Missing: %s.', array_to_string(missing, ', ')),
			HINT = 'Add it with dropcontact.amend_breach(breach, details), or send an initial notice.';
	END IF;
	IF is_late AND coalesce(late_reason, '') !~ '\S' THEN
		late_reason := 'no reason was given';
	END IF;
	id := do_queue_message(controller, 'breach_notice', format('Breach of personal data: %s notice', phase), do_breach_pack(controller, breach) || jsonb_build_object('phase', phase));
	INSERT INTO breach_notice VALUES (b.breach_id, controller, phase, id, moment, missing, is_late, CASE WHEN is_late THEN late_reason END);
	PERFORM write_ledger(controller, 'breach_notice', jsonb_build_object('breach', b.breach_id, 'phase', phase, 'message', id, 'late', is_late, 'missing', cardinality(missing)));
	IF is_late THEN
		RAISE WARNING 'the notice of this breach is late' USING DETAIL = format('72 hours were over at %s.', b.aware_at + interval '72 hours'),
			HINT = 'It is recorded as late, and goes.';
	END IF;
	RETURN id;
END
$$;
COMMENT ON FUNCTION dropcontact.do_notify_breach(integer, uuid, text, text) IS 'Inner part of notify_breach(), for the owner only';
CREATE FUNCTION dropcontact.notify_breach(breach uuid, phase text DEFAULT 'initial', late_reason text DEFAULT NULL) RETURNS bigint
	LANGUAGE c AS 'MODULE_PATHNAME', 'as_owner';
COMMENT ON FUNCTION dropcontact.notify_breach(uuid, text, text) IS 'Writes the notice of a breach to the current controller into the outbox and answers its id: initial ones may be incomplete, and say what is missing; late ones are recorded as late, with the reason and a warning, and never refused. Errors: undefined_object, invalid_parameter_value, RG182 for a final notice with a hole';

CREATE VIEW dropcontact.breach_deadline WITH (security_invoker = true) AS
	SELECT b.breach_id, b.controller_id, b.aware_at, b.aware_at + interval '72 hours' AS deadline,
		(SELECT pg_catalog.min(m.sent_at) FROM dropcontact.breach_notice n JOIN dropcontact.outbox_message m ON m.message = n.outbox_id
			WHERE n.breach_id = b.breach_id AND n.controller_id = b.controller_id) AS notified_at,
		(SELECT pg_catalog.min(n.queued_at) FROM dropcontact.breach_notice n WHERE n.breach_id = b.breach_id AND n.controller_id = b.controller_id AND n.phase = 'final') AS final_at
	FROM dropcontact.breach b;
COMMENT ON VIEW dropcontact.breach_deadline IS 'Each breach with the end of its 72 hours, when its first notice was sent, and when its final one was written';

DO $$
DECLARE
	t text;
BEGIN
	FOREACH t IN ARRAY ARRAY['breach', 'breach_notice'] LOOP
		EXECUTE pg_catalog.format('ALTER TABLE dropcontact.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', t);
		EXECUTE pg_catalog.format('CREATE POLICY own ON dropcontact.%I USING (controller_id = ANY ((SELECT dropcontact.visible_controllers())::integer[]))', t);
		EXECUTE pg_catalog.format('GRANT SELECT ON dropcontact.%I TO dropcontact_admin, dropcontact_operator, dropcontact_controller', t);
		PERFORM pg_catalog.pg_extension_config_dump(pg_catalog.format('dropcontact.%I', t), '');
	END LOOP;
END
$$;
GRANT SELECT ON dropcontact.breach_deadline TO dropcontact_admin, dropcontact_operator, dropcontact_controller;
REVOKE ALL ON FUNCTION dropcontact.guard_breach(), dropcontact.check_breach(text[], jsonb), dropcontact.breach_missing(dropcontact.breach), dropcontact.art33_complete(uuid),
	dropcontact.do_declare_breach(integer, timestamptz, text[], jsonb, text, uuid), dropcontact.declare_breach(timestamptz, text[], jsonb, text, uuid),
	dropcontact.do_amend_breach(integer, uuid, jsonb, text[], timestamptz), dropcontact.amend_breach(uuid, jsonb, text[], timestamptz),
	dropcontact.do_breach_pack(integer, uuid), dropcontact.breach_pack(uuid),
	dropcontact.do_notify_breach(integer, uuid, text, text), dropcontact.notify_breach(uuid, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dropcontact.breach_missing(dropcontact.breach), dropcontact.art33_complete(uuid), dropcontact.breach_pack(uuid)
	TO dropcontact_admin, dropcontact_operator, dropcontact_controller;
GRANT EXECUTE ON FUNCTION dropcontact.declare_breach(timestamptz, text[], jsonb, text, uuid), dropcontact.amend_breach(uuid, jsonb, text[], timestamptz),
	dropcontact.notify_breach(uuid, text, text) TO dropcontact_admin, dropcontact_operator;
