/*
 * request.sql: what persons ask for, forwarded to the controller in the transaction that records it
 *
 * The processor answers no person: a request that reached it goes to the controller, and is carried out when a role
 * that speaks for the controller does it, or instructed it. Who asked stands in the request only until it is closed.
 */

CREATE TABLE dropcontact.request_record (
	request_id uuid PRIMARY KEY,
	controller_id integer NOT NULL REFERENCES dropcontact.controller,
	kind text NOT NULL CHECK (kind IN ('access', 'rectification', 'erasure', 'objection', 'restriction', 'portability', 'human_review')),
	subject jsonb,
	received_by text NOT NULL CHECK (received_by IN ('processor', 'controller')),
	received_at timestamptz NOT NULL,
	due timestamptz NOT NULL,
	outbox_id bigint REFERENCES dropcontact.outbox_message,
	state text NOT NULL CHECK (state IN ('open', 'identity_required', 'done', 'refused', 'not_applicable', 'no_data')),
	instruction_id bigint REFERENCES dropcontact.instruction_record,
	contacts bigint,
	steps jsonb NOT NULL DEFAULT '{}',
	ground text,
	closed_at timestamptz,
	CHECK ((closed_at IS NULL) = (state IN ('open', 'identity_required')))
);
COMMENT ON TABLE dropcontact.request_record IS 'Requests of persons (GDPR articles 15 to 22); made by submit_request(), read through view request';
COMMENT ON COLUMN dropcontact.request_record.subject IS 'Who asks, by what identifies the person; emptied when the request is closed';
COMMENT ON COLUMN dropcontact.request_record.received_at IS 'When it was recorded: start of the transaction, the same as that of its message to the controller';
COMMENT ON COLUMN dropcontact.request_record.due IS 'One month after receipt (GDPR article 12(3)), in the calendar of the controller';
COMMENT ON COLUMN dropcontact.request_record.steps IS 'Rows that were found, by table';
COMMENT ON COLUMN dropcontact.request_record.ground IS 'Why it was refused, or is not applicable';
CREATE INDEX ON dropcontact.request_record (controller_id, received_at);
CREATE INDEX ON dropcontact.request_record (controller_id) WHERE subject IS NOT NULL;

CREATE FUNCTION dropcontact.subject_keys() RETURNS text[]
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$ SELECT '{contact_id,entity_id,source,external_id,email,phone,linkedin,full_name,company}'::text[] $$;
COMMENT ON FUNCTION dropcontact.subject_keys() IS 'The keys by which a request says who asks';

/* Alone, a name or a company is no identity. */
CREATE FUNCTION dropcontact.identifies(subject jsonb) RETURNS boolean
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
BEGIN
	RETURN subject ?| '{contact_id,entity_id}' OR coalesce(normalize_linkedin(subject ->> 'linkedin') LIKE 'linkedin.com/in/%', false)
		OR coalesce((parse_email(subject ->> 'email')).local_kind NOT IN ('generic', 'invalid'), false)
		OR subject ?& '{source,external_id}' OR coalesce(subject ->> 'full_name' ~ '\S', false) AND concat(subject ->> 'company', subject ->> 'phone', subject ->> 'email') ~ '\S';
END
$$;
COMMENT ON FUNCTION dropcontact.identifies(jsonb) IS 'Whether what a request says of a person identifies one: an id, a mailbox or profile of its own, or the name with company, phone or a shared mailbox (GDPR article 12(6))';

CREATE FUNCTION dropcontact.check_subject(subject jsonb) RETURNS void
	LANGUAGE plpgsql IMMUTABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
DECLARE
	wrong text;
BEGIN
	IF jsonb_typeof(subject) IS DISTINCT FROM 'object' OR subject = '{}' THEN
		RAISE EXCEPTION 'a request says who asks' USING ERRCODE = 'invalid_parameter_value',
			HINT = format('The subject is a JSON object with keys of %s.', array_to_string(subject_keys(), ', '));
	END IF;
	SELECT k INTO wrong FROM jsonb_object_keys(subject) k WHERE k <> ALL (subject_keys()) LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION 'nobody is found by key "%"', wrong USING ERRCODE = 'invalid_parameter_value',
			HINT = format('The subject is a JSON object with keys of %s.', array_to_string(subject_keys(), ', '));
	END IF;
	/* the value itself, which may be one of a person, is not told */
	SELECT e.key INTO wrong FROM jsonb_each(subject) e
	WHERE jsonb_typeof(e.value) NOT IN ('string', 'number') OR e.key IN ('contact_id', 'entity_id') AND e.value #>> '{}' !~ '^[0-9]{1,18}$' LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION 'nobody is found by what key "%" says', wrong USING ERRCODE = 'invalid_parameter_value',
			HINT = 'contact_id and entity_id are whole numbers, the other keys texts.';
	END IF;
END
$$;
COMMENT ON FUNCTION dropcontact.check_subject(jsonb) IS 'Inner part of submit_request() and confirm_identity(): whether what is said of a person has the keys and values of a subject. Errors: invalid_parameter_value';

CREATE FUNCTION dropcontact.do_submit_request(controller integer, kind text, subject jsonb, received_by text) RETURNS uuid
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
DECLARE
	id uuid := gen_random_uuid();
BEGIN
	IF kind IS NULL OR kind NOT IN ('access', 'rectification', 'erasure', 'objection', 'restriction', 'portability', 'human_review') THEN
		RAISE EXCEPTION 'there is no kind of request "%"', kind
			USING ERRCODE = 'invalid_parameter_value', HINT = 'It is one of access, rectification, erasure, objection, restriction, portability, human_review.';
	END IF;
	IF received_by IS NULL OR received_by NOT IN ('processor', 'controller') THEN
		RAISE EXCEPTION 'a request is received by processor or controller' USING ERRCODE = 'invalid_parameter_value',
			HINT = 'Say received_by ''processor'' or ''controller'': what reached the processor is forwarded.';
	END IF;
	PERFORM check_subject(subject);
	INSERT INTO request_record (request_id, controller_id, kind, subject, received_by, received_at, due, state)
	VALUES (id, controller, do_submit_request.kind, do_submit_request.subject, do_submit_request.received_by, now(),
		one_month_after(now(), time_zone_of(controller)), CASE WHEN identifies(do_submit_request.subject) THEN 'open' ELSE 'identity_required' END);
	RETURN id;
END
$$;
COMMENT ON FUNCTION dropcontact.do_submit_request(integer, text, jsonb, text) IS 'Inner part of submit_request(), for the owner only';
CREATE FUNCTION dropcontact.submit_request(kind text, subject jsonb, received_by text) RETURNS uuid
	LANGUAGE c AS 'MODULE_PATHNAME', 'as_owner';
COMMENT ON FUNCTION dropcontact.submit_request(text, jsonb, text) IS 'Records what a person asks of the current controller: kind access, rectification, erasure, objection, restriction, portability, human_review (GDPR articles 15 to 22); subject, a JSON object, says who asks by contact_id, entity_id, source and external_id, email, phone, linkedin, full_name, company; received_by processor or controller. One that reached the processor is forwarded in the same transaction. Where the subject does not identify a person its state is identity_required. Answers the id. Errors: invalid_parameter_value';

/* On the table, so that no path records a request without forwarding it. */
CREATE FUNCTION dropcontact.forward_request() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
BEGIN
	/* a restored row was forwarded where it was recorded */
	IF NEW.received_by = 'processor' AND NEW.outbox_id IS NULL THEN
		NEW.outbox_id := do_queue_message(NEW.controller_id, 'request', format('A person asks for %s', replace(NEW.kind, '_', ' ')),
			jsonb_build_object('request', NEW.request_id, 'kind', NEW.kind, 'subject', NEW.subject, 'received_at', NEW.received_at, 'due', NEW.due));
	END IF;
	IF NEW.state IN ('open', 'identity_required') AND NEW.received_at = now() THEN
		PERFORM write_ledger(NEW.controller_id, 'request', jsonb_build_object('request', NEW.request_id, 'kind', NEW.kind, 'received_by', NEW.received_by));
	END IF;
	RETURN NEW;
END
$$;
COMMENT ON FUNCTION dropcontact.forward_request() IS 'Row trigger of request_record: a request that reached the processor goes to the controller in the same transaction';
CREATE TRIGGER forward BEFORE INSERT ON dropcontact.request_record FOR EACH ROW EXECUTE FUNCTION dropcontact.forward_request();
ALTER TABLE dropcontact.request_record ENABLE ALWAYS TRIGGER forward;

CREATE VIEW dropcontact.request WITH (security_invoker = true) AS
	SELECT r.request_id, c.name AS controller, r.kind, r.subject, r.received_by, r.received_at, r.due, r.state, o.sent_at AS forwarded_at, r.contacts, r.ground, r.closed_at
	FROM dropcontact.request_record r JOIN dropcontact.controller c USING (controller_id) LEFT JOIN dropcontact.outbox_message o ON o.message = r.outbox_id;
COMMENT ON VIEW dropcontact.request IS 'Requests of persons: what, when, until when, when it was forwarded to the controller, what became of it. The subject is emptied when it is closed, or its person erased';

CREATE FUNCTION dropcontact.do_confirm_identity(controller integer, request uuid, subject jsonb) RETURNS void
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
BEGIN
	PERFORM check_subject(subject);
	IF NOT identifies(subject) THEN
		RAISE EXCEPTION 'this does not identify a person' USING ERRCODE = 'invalid_parameter_value',
			HINT = 'Give an id, source and external_id, an e-mail address or a profile of its own, or the name with company or phone.';
	END IF;
	UPDATE request_record r SET subject = do_confirm_identity.subject, state = 'open'
	WHERE r.request_id = request AND r.controller_id = controller AND r.state = 'identity_required';
	IF NOT FOUND THEN
		RAISE EXCEPTION 'request % does not wait for an identity', request USING ERRCODE = 'no_data_found';
	END IF;
END
$$;
COMMENT ON FUNCTION dropcontact.do_confirm_identity(integer, uuid, jsonb) IS 'Inner part of confirm_identity(), for the owner only';
CREATE FUNCTION dropcontact.confirm_identity(request uuid, subject jsonb) RETURNS void
	LANGUAGE c AS 'MODULE_PATHNAME', 'as_owner';
COMMENT ON FUNCTION dropcontact.confirm_identity(uuid, jsonb) IS 'Says who asks, for a request whose state is identity_required. Errors: invalid_parameter_value, no_data_found';

CREATE FUNCTION dropcontact.instruct_request(request uuid, reason text DEFAULT NULL) RETURNS bigint
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
DECLARE
	id bigint;
BEGIN
	IF NOT EXISTS (SELECT FROM request_record r WHERE r.request_id = request) THEN
		RAISE EXCEPTION 'request % does not exist', request USING ERRCODE = 'no_data_found';
	END IF;
	id := record_instruction(current_controller(), 'written', jsonb_build_object('text', format('carry out request %s', request), 'request', request), reason);
	PERFORM note_instruction(request, id);
	RETURN id;
END
$$;
COMMENT ON FUNCTION dropcontact.instruct_request(uuid, text) IS 'The controller instructs the processor to carry out a request that it forwarded. Answers the instruction. Errors: no_data_found, RG432';
CREATE FUNCTION dropcontact.do_note_instruction(controller integer, request uuid, instruction bigint) RETURNS void
	LANGUAGE sql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
	UPDATE request_record r SET instruction_id = i.instruction_id FROM instruction_record i
	WHERE r.request_id = request AND r.controller_id = controller AND i.instruction_id = instruction AND i.controller_id = controller AND i.body ->> 'request' = request::text
	$$;
COMMENT ON FUNCTION dropcontact.do_note_instruction(integer, uuid, bigint) IS 'Inner part of instruct_request(), for the owner only';
CREATE FUNCTION dropcontact.note_instruction(request uuid, instruction bigint) RETURNS void
	LANGUAGE c AS 'MODULE_PATHNAME', 'as_owner';
COMMENT ON FUNCTION dropcontact.note_instruction(uuid, bigint) IS 'Inner part of instruct_request()';

/* What each function that carries out a request begins with. */
CREATE FUNCTION dropcontact.take_request(controller integer, request uuid, kinds text[], identified boolean DEFAULT true) RETURNS dropcontact.request_record
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
DECLARE
	r request_record := (SELECT x FROM request_record x WHERE x.request_id = request AND x.controller_id = controller FOR UPDATE);
BEGIN
	IF r.request_id IS NULL THEN
		RAISE EXCEPTION 'request % does not exist or is not visible', request USING ERRCODE = 'no_data_found';
	END IF;
	IF r.kind <> ALL (kinds) THEN
		RAISE EXCEPTION 'request % is one for %', request, r.kind USING ERRCODE = 'object_not_in_prerequisite_state',
			HINT = format('This carries out requests for %s.', array_to_string(kinds, ', '));
	END IF;
	IF identified AND r.state = 'identity_required' THEN
		RAISE EXCEPTION 'request % does not tell who asks', request USING ERRCODE = 'object_not_in_prerequisite_state',
			DETAIL = 'What it says may fit several persons, or nobody.', HINT = 'dropcontact.confirm_identity(request, subject), or dropcontact.refuse_request(request, ''11-2'') (GDPR articles 11(2), 12(6)).';
	END IF;
	IF r.subject IS NULL THEN
		RAISE EXCEPTION 'request % is closed', request USING ERRCODE = 'object_not_in_prerequisite_state',
			HINT = 'What the person asks next is a request of its own: dropcontact.submit_request(kind, subject, received_by).';
	END IF;
	IF r.received_by = 'processor' AND r.instruction_id IS NULL AND under_agreement(controller) AND NOT pg_has_role(session_user, 'dropcontact_controller', 'MEMBER') THEN
		RAISE EXCEPTION 'request % is not instructed', request USING ERRCODE = 'RG178',
			DETAIL = 'The processor forwards what persons ask and does not answer them itself.',
			HINT = 'dropcontact.instruct_request(request), by a member of dropcontact_controller.';
	END IF;
	IF r.kind IN ('erasure', 'rectification', 'restriction', 'objection', 'human_review') THEN
		IF current_setting('transaction_isolation') <> 'read committed' THEN
			RAISE EXCEPTION 'a request for % is carried out at isolation level READ COMMITTED only', r.kind
				USING ERRCODE = 'object_not_in_prerequisite_state', DETAIL = 'An older snapshot would miss contacts of the person.',
					HINT = 'BEGIN ISOLATION LEVEL READ COMMITTED, and carry it out there.';
		END IF;
		/* the lock of those who write contacts: what they began is found, what they begin hears of it */
		PERFORM lock_controller(controller, 'writing');
	END IF;
	IF r.subject ? 'email' THEN
		PERFORM summarise_contacts('dropcontact.contact_reach');
	END IF;
	IF r.subject ?| '{linkedin,full_name}' THEN
		PERFORM summarise_contacts('dropcontact.contact_known');
	END IF;
	RETURN r;
END
$$;
COMMENT ON FUNCTION dropcontact.take_request(integer, uuid, text[], boolean) IS 'Inner part of what carries out a request: the request, locked, when it may be carried out; waits for those who are writing contacts of the controller, where the request changes what they may. Errors: no_data_found, object_not_in_prerequisite_state, RG178';

CREATE FUNCTION dropcontact.close_request(request uuid, state text, contacts bigint, steps jsonb, ground text DEFAULT NULL) RETURNS void
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
DECLARE
	r request_record;
BEGIN
	UPDATE request_record x SET state = close_request.state, contacts = close_request.contacts, steps = close_request.steps, ground = close_request.ground,
		subject = NULL, closed_at = clock_timestamp()
	WHERE x.request_id = request RETURNING * INTO r;
	/* the message to the controller need no longer say who it was, once the request is done */
	UPDATE outbox_message m SET body = m.body - 'subject' WHERE m.message = r.outbox_id AND m.body IS NOT NULL AND close_request.state = 'done' AND r.kind = 'erasure';
	PERFORM write_ledger(r.controller_id, 'request_closed', jsonb_build_object('request', request, 'kind', r.kind, 'state', close_request.state, 'contacts', coalesce(close_request.contacts, 0)));
END
$$;
COMMENT ON FUNCTION dropcontact.close_request(uuid, text, bigint, jsonb, text) IS 'Inner part of what carries out a request: notes what became of it, and forgets who asked; for the owner only';

CREATE FUNCTION dropcontact.do_refuse_request(controller integer, request uuid, ground text) RETURNS void
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
DECLARE
	r request_record := take_request(controller, request, '{access,rectification,erasure,objection,restriction,portability,human_review}', false);
BEGIN
	IF coalesce(ground, '') !~ '^(12-5|11-2|17-3-[a-e]|18-2|20-1|20-3|21-1|22-2|23)$' THEN
		RAISE EXCEPTION 'a request is refused on a ground of the GDPR' USING ERRCODE = 'invalid_parameter_value',
			HINT = 'Such as 17-3-b (legal obligation), 17-3-e (legal claims), 12-5 (manifestly unfounded), 11-2 (not identifiable), 20-1 (other legal basis), 21-1 (compelling grounds).';
	END IF;
	PERFORM close_request(request, 'refused', NULL, '{}', do_refuse_request.ground);
END
$$;
COMMENT ON FUNCTION dropcontact.do_refuse_request(integer, uuid, text) IS 'Inner part of refuse_request(), for the owner only';
CREATE FUNCTION dropcontact.refuse_request(request uuid, ground text) RETURNS void
	LANGUAGE c AS 'MODULE_PATHNAME', 'as_owner';
COMMENT ON FUNCTION dropcontact.refuse_request(uuid, text) IS 'Records that the controller refuses a request, on a ground of the GDPR written as article-paragraph-letter, such as 17-3-e (legal claims: a legal hold). Errors: invalid_parameter_value, no_data_found, RG178';

ALTER TABLE dropcontact.request_record ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON dropcontact.request_record USING (controller_id = ANY ((SELECT dropcontact.visible_controllers())::integer[]));
GRANT SELECT ON dropcontact.request_record, dropcontact.request TO dropcontact_admin, dropcontact_operator, dropcontact_controller;
SELECT pg_catalog.pg_extension_config_dump('dropcontact.request_record', '');
REVOKE ALL ON FUNCTION dropcontact.subject_keys(), dropcontact.identifies(jsonb), dropcontact.check_subject(jsonb), dropcontact.do_submit_request(integer, text, jsonb, text), dropcontact.submit_request(text, jsonb, text),
	dropcontact.forward_request(), dropcontact.do_confirm_identity(integer, uuid, jsonb), dropcontact.confirm_identity(uuid, jsonb), dropcontact.instruct_request(uuid, text),
	dropcontact.do_note_instruction(integer, uuid, bigint), dropcontact.note_instruction(uuid, bigint), dropcontact.take_request(integer, uuid, text[], boolean),
	dropcontact.close_request(uuid, text, bigint, jsonb, text), dropcontact.do_refuse_request(integer, uuid, text), dropcontact.refuse_request(uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dropcontact.submit_request(text, jsonb, text), dropcontact.confirm_identity(uuid, jsonb), dropcontact.refuse_request(uuid, text)
	TO dropcontact_admin, dropcontact_operator, dropcontact_controller, dropcontact_agent;
GRANT EXECUTE ON FUNCTION dropcontact.instruct_request(uuid, text), dropcontact.note_instruction(uuid, bigint) TO dropcontact_controller;
