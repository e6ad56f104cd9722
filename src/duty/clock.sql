/*
 * clock.sql: every deadline that runs
 *
 * 72 hours are hours; days and months are those of the controller's own calendar. clocks_at() takes the moment, so that
 * the view, a report for last month and a test read the same rules.
 */

CREATE FUNCTION dropcontact.clocks_at(moment timestamptz) RETURNS TABLE (controller text, subject text, reference text, started timestamptz, due timestamptz, remaining interval, state text)
	LANGUAGE sql STABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
	WITH c AS (
		SELECT x.controller_id, x.name, coalesce(v.value, d.default_value) AS zone, under_agreement(x.controller_id) AS bound
		FROM controller x JOIN setting_default() d ON d.setting = 'time_zone'
			LEFT JOIN setting_value v ON v.controller_id = x.controller_id AND v.setting = d.setting
	), running AS (
		SELECT c.name, 'breach, notice to the controller' AS subject, b.breach_id::text AS reference, b.aware_at AS started, b.deadline AS due
		FROM breach_deadline b JOIN c USING (controller_id) WHERE coalesce(b.notified_at > moment, true)
		UNION ALL
		SELECT c.name, 'request of a person: ' || r.kind, r.request_id::text, r.received_at, r.due
		FROM request_record r JOIN c USING (controller_id) WHERE coalesce(r.closed_at > moment, true)
		UNION ALL
		SELECT c.name, 'message, to be sent: ' || m.kind, m.message::text, m.created_at, m.created_at + interval '15 minutes'
		FROM outbox_message m JOIN c USING (controller_id) WHERE coalesce(m.sent_at > moment, true)
		UNION ALL
		SELECT c.name, 'sub-processor, time to object', s.name, n.received_at, n.objection_until
		FROM subprocessor_notice n JOIN c USING (controller_id) JOIN subprocessor s USING (subprocessor_id)
		WHERE n.objection_until > moment AND NOT EXISTS (SELECT FROM subprocessor_objection o WHERE o.controller_id = n.controller_id AND o.subprocessor_id = n.subprocessor_id)
		UNION ALL
		SELECT c.name, 'destruction after the end of the service', e.controller_id::text, e.service_end, e.destroy_by
		FROM service_end e JOIN c USING (controller_id) WHERE coalesce(e.destroyed_at > moment, true) AND e.service_end <= moment
		UNION ALL
		SELECT c.name, s.kind || ', answer to the controller', s.supervision_id::text, s.asked_at, s.due
		FROM supervision s JOIN c USING (controller_id) WHERE coalesce(s.answered_at > moment, true)
		UNION ALL
		SELECT c.name, 'alert on an instruction, answer of the controller', a.instruction_id::text, a.raised_at, one_month_after(a.raised_at, c.zone)
		FROM instruction_alert a JOIN c ON c.name = a.controller WHERE coalesce(a.answered_at > moment, true)
		UNION ALL
		SELECT c.name, 'attestation of compliance, renewal', d.declaration_id::text, d.at, (d.valid_until + 1)::timestamp AT TIME ZONE c.zone
		FROM controller_declaration d JOIN c USING (controller_id)
		WHERE d.kind = 'compliance_attestation' AND d.at <= moment AND NOT EXISTS (SELECT FROM controller_declaration l
			WHERE l.controller_id = d.controller_id AND l.kind = d.kind AND (l.valid_until, l.declaration_id) > (d.valid_until, d.declaration_id) AND l.at <= moment)
		UNION ALL
		SELECT c.name, 'sub-processor, guarantee of ' || g.clause, s.name, g.recorded_at, (g.valid_until + 1)::timestamp AT TIME ZONE c.zone
		FROM c JOIN LATERAL active_subprocessors(c.controller_id) s ON true JOIN guarantee g USING (subprocessor_id) WHERE g.valid_until < (moment + interval '30 days')::date
		UNION ALL
		SELECT c.name, 'audit', m.mission_id::text, m.valid_from, m.valid_to
		FROM audit_mission m JOIN c USING (controller_id) WHERE m.closed_at IS NULL AND m.valid_from <= moment AND m.valid_to > moment
		UNION ALL
		SELECT NULL, 'training in data protection', t.rolname::text, t.passed_on::timestamptz, (t.valid_until + 1)::timestamptz
		FROM training t JOIN authorised_person p USING (rolname)
		WHERE t.valid_until < (moment + interval '30 days')::date
			AND NOT EXISTS (SELECT FROM training l WHERE l.rolname = t.rolname AND l.valid_until > t.valid_until)
	)
	SELECT r.name, r.subject, r.reference, r.started, r.due, r.due - moment,
		CASE WHEN r.due < moment THEN 'late' WHEN r.due - moment < least(interval '24 hours', (r.due - r.started) / 4) THEN 'urgent' ELSE 'running' END
	FROM running r WHERE r.started <= moment
	$$;
COMMENT ON FUNCTION dropcontact.clocks_at(timestamptz) IS 'The deadlines that ran at a moment, of the controllers that the role sees; see view clocks';

CREATE VIEW dropcontact.clocks WITH (security_invoker = true) AS
	SELECT * FROM dropcontact.clocks_at(pg_catalog.clock_timestamp()) ORDER BY due;
COMMENT ON VIEW dropcontact.clocks IS 'Every running deadline: breaches (72 hours), requests of persons (one month), messages to be sent (15 minutes), time to object to a sub-processor (30 days), destruction after the service (one month), questions and alerts to answer, what is to be renewed; state is running, urgent (less than a quarter, and than 24 hours, is left) or late';
COMMENT ON COLUMN dropcontact.clocks.controller IS 'The controller; NULL for what concerns all';
COMMENT ON COLUMN dropcontact.clocks.reference IS 'Id or name of what it is about';
COMMENT ON COLUMN dropcontact.clocks.remaining IS 'Time left; negative when late';

CREATE FUNCTION dropcontact.do_remind_deadlines(controllers integer[]) RETURNS integer
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
DECLARE
	c controller;
	pressing jsonb;
	n integer := 0;
BEGIN
	FOR c IN SELECT * FROM controller x WHERE x.controller_id = ANY (controllers) AND under_agreement(x.controller_id) ORDER BY x.controller_id LOOP
		pressing := (SELECT jsonb_agg(jsonb_build_object('subject', k.subject, 'reference', k.reference, 'due', k.due, 'state', k.state) ORDER BY k.due)
			FROM clocks k WHERE k.controller = c.name AND k.state <> 'running' AND k.subject !~ '^message, ');
		IF pressing IS NOT NULL AND NOT EXISTS (SELECT FROM outbox_message m WHERE m.controller_id = c.controller_id AND m.kind = 'deadlines' AND m.created_at > clock_timestamp() - interval '20 hours') THEN
			PERFORM do_queue_message(c.controller_id, 'deadlines', format('%s deadlines are late or urgent', jsonb_array_length(pressing)), jsonb_build_object('deadlines', pressing));
			n := n + 1;
		END IF;
	END LOOP;
	RETURN n;
END
$$;
COMMENT ON FUNCTION dropcontact.do_remind_deadlines(integer[]) IS 'Inner part of remind_deadlines(), for the owner only';
CREATE FUNCTION dropcontact.remind_deadlines() RETURNS integer
	LANGUAGE c AS 'MODULE_PATHNAME', 'as_owner';
COMMENT ON FUNCTION dropcontact.remind_deadlines() IS 'Tells each controller under an agreement, once a day however often it is called, which of its deadlines are late or urgent, a lapsed attestation of compliance included. Answers the number of messages. For dropcontact_admin and dropcontact_agent';
REVOKE ALL ON FUNCTION dropcontact.do_remind_deadlines(integer[]), dropcontact.remind_deadlines() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dropcontact.remind_deadlines() TO dropcontact_admin, dropcontact_agent;
GRANT SELECT ON dropcontact.clocks TO dropcontact_admin, dropcontact_operator, dropcontact_controller;
REVOKE ALL ON FUNCTION dropcontact.clocks_at(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dropcontact.clocks_at(timestamptz) TO dropcontact_admin, dropcontact_operator, dropcontact_controller;
GRANT SELECT ON dropcontact.authorised_person, dropcontact.training TO dropcontact_controller;
GRANT SELECT ON dropcontact.audit_mission TO dropcontact_operator;
