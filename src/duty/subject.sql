/*
 * subject.sql: who asks, and all that is known of the person (GDPR articles 15 and 20)
 */

/* Without statistics the planner does not know how few they are. */
CREATE FUNCTION dropcontact.contacts_of_mailbox(controller integer, mailbox text) RETURNS TABLE (contact_id bigint, full_name text)
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	SET jit = off	/* compiling would take longer than looking */
	SET enable_seqscan = off
	SET enable_indexscan = off
	SET max_parallel_workers_per_gather = 0
	AS $$
BEGIN
	RETURN QUERY SELECT c.contact_id, c.full_name FROM contact c
	WHERE c.controller_id = controller AND (c.email OPERATOR(dropcontact.=@) mailbox OR c.other_emails OPERATOR(dropcontact.=@) mailbox);
END
$$;
COMMENT ON FUNCTION dropcontact.contacts_of_mailbox(integer, text) IS 'The contacts of a controller that an address reaches, by whichever of its forms, and their names; for the owner only. By index contact_reach: some milliseconds among a million of contacts';

CREATE FUNCTION dropcontact.contacts_of_profile(controller integer, profile text) RETURNS SETOF bigint
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	SET jit = off
	SET enable_seqscan = off
	SET enable_indexscan = off
	SET max_parallel_workers_per_gather = 0
	AS $$
BEGIN
	RETURN QUERY SELECT c.contact_id FROM contact c WHERE c.controller_id = controller AND c.linkedin OPERATOR(dropcontact.=#) profile;
END
$$;
COMMENT ON FUNCTION dropcontact.contacts_of_profile(integer, text) IS 'The contacts of a controller with a LinkedIn profile; for the owner only. By index contact_known: some milliseconds among a million of contacts';

CREATE FUNCTION dropcontact.contacts_of_name(controller integer, name text, phones text[], company text) RETURNS SETOF bigint
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	SET jit = off
	SET enable_seqscan = off
	SET enable_indexscan = off
	SET max_parallel_workers_per_gather = 0
	AS $$
BEGIN
	RETURN QUERY SELECT c.contact_id FROM contact c
	WHERE c.controller_id = controller AND c.full_name OPERATOR(dropcontact.=%) contacts_of_name.name
		AND (c.phone = ANY (phones) OR c.mobile_phone = ANY (phones) OR c.other_phones && phones
			OR (contacts_of_name.company IS NOT NULL AND c.company IS NOT NULL AND (parse_company(c.company)).key = contacts_of_name.company));
END
$$;
COMMENT ON FUNCTION dropcontact.contacts_of_name(integer, text, text[], text) IS 'The contacts of a controller with a name, in whichever order of its words, and the phone number or the company (its key) besides; for the owner only. By index contact_known: some milliseconds among a million of contacts';

/* Contacts named by the request, then all that are one with them. */
CREATE FUNCTION dropcontact.find_subject(controller integer, subject jsonb) RETURNS TABLE (contact_id bigint, found_by text)
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	SET enable_seqscan = off	/* before the first ANALYZE entities would be taken for large */
	AS $$
DECLARE
	email text := normalize_email(subject ->> 'email');
	profile text := normalize_linkedin(subject ->> 'linkedin');
	/* as it is said, and as contacts have it: without a title */
	names text[] := ARRAY(SELECT DISTINCT k FROM (VALUES (name_key(subject ->> 'full_name')), (name_key((parse_name(subject ->> 'full_name')).full_name))) v(k) WHERE k IS NOT NULL);
	/* a number without its country is one of the controller's, or of a source's */
	phones text[] := ARRAY(SELECT DISTINCT coalesce(normalize_phone(subject ->> 'phone', r.region), subject ->> 'phone') FROM (SELECT c.country FROM controller c WHERE c.controller_id = controller
		UNION SELECT s.region FROM source s WHERE s.controller_id = controller) r(region) WHERE subject ? 'phone');
	company text := (parse_company(subject ->> 'company')).key;
	ids bigint[];
	fellows bigint[];	/* their entities, then the other members of these */
	direct jsonb := '{}';	/* how each was found, the first of the alphabet */
BEGIN
	IF NOT subject ?| '{contact_id,entity_id,external_id}' THEN
		IF names <> '{}' AND (phones <> '{}' OR company IS NOT NULL) THEN
			ids := ARRAY(SELECT DISTINCT i FROM unnest(names) n, contacts_of_name(controller, n, phones, company) i);
			direct := direct || jsonb_object(ids::text[], array_fill('name'::text, ARRAY[cardinality(ids)]));
		END IF;
		IF profile IS NOT NULL THEN
			ids := ARRAY(SELECT contacts_of_profile(controller, profile));
			direct := direct || jsonb_object(ids::text[], array_fill('linkedin'::text, ARRAY[cardinality(ids)]));
		END IF;
	END IF;
	IF subject ?& '{source,external_id}' THEN
		direct := direct || (SELECT coalesce(jsonb_object_agg(c.contact_id, 'external_id'), '{}') FROM contact c
			WHERE c.controller_id = controller AND c.source = subject ->> 'source' AND c.external_id = subject ->> 'external_id');
	END IF;
	IF subject ? 'entity_id' THEN
		direct := direct || (SELECT coalesce(jsonb_object_agg(c.contact_id, 'entity_id'), '{}') FROM contact_entity e JOIN contact c ON c.contact_id = e.contact_id
			WHERE e.entity_id = (subject ->> 'entity_id')::bigint AND c.controller_id = controller);
	END IF;
	IF email IS NOT NULL AND NOT subject ?| '{contact_id,entity_id,external_id}' THEN
		/* a mailbox of a function is that of the person together with the name */
		direct := direct || (SELECT coalesce(jsonb_object_agg(m.contact_id, 'email'), '{}') FROM contacts_of_mailbox(controller, email) m
			WHERE names = '{}' OR (parse_email(email)).local_kind <> 'generic' OR m.full_name OPERATOR(dropcontact.=%) ANY (names));
	END IF;
	IF subject ? 'contact_id' THEN
		direct := direct || (SELECT coalesce(jsonb_object_agg(c.contact_id, 'contact_id'), '{}') FROM contact c
			WHERE c.contact_id = (subject ->> 'contact_id')::bigint AND c.controller_id = controller);
	END IF;
	ids := ARRAY(SELECT k::bigint FROM jsonb_object_keys(direct) k);
	fellows := ARRAY(SELECT m.entity_id FROM entity_member m WHERE m.contact_id = ANY (ids) AND m.controller_id = controller);
	fellows := ARRAY(SELECT m.contact_id FROM entity_member m WHERE m.entity_id = ANY (fellows) AND m.controller_id = controller AND m.contact_id <> ALL (ids));
	RETURN QUERY SELECT i, direct ->> i::text FROM unnest(ids) i
		UNION ALL
		SELECT c.contact_id, 'merged with what was found' FROM contact c WHERE c.contact_id = ANY (fellows) AND c.controller_id = controller;
END
$$;
COMMENT ON FUNCTION dropcontact.find_subject(integer, jsonb) IS 'The contacts of a person, and by what each was found: what the request says, or because it is merged with such a contact; for the owner only';

CREATE FUNCTION dropcontact.subject_steps(ids bigint[], controller integer, emails text[], records text[]) RETURNS jsonb
	LANGUAGE sql STABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
	SELECT jsonb_build_object(
		'contact', (SELECT coalesce(jsonb_agg(jsonb_strip_nulls(to_jsonb(c) - '{controller_id,cleaned_by}'::text[]) ORDER BY c.contact_id), '[]') FROM contact c WHERE c.contact_id = ANY (ids)),
		'match_pair', (SELECT coalesce(jsonb_agg(jsonb_build_object('a_contact_id', p.a_contact_id, 'b_contact_id', p.b_contact_id, 'probability', p.probability,
				'evidence', (SELECT jsonb_agg(jsonb_strip_nulls(e - CASE WHEN p.a_contact_id = ANY (ids) THEN 'b' ELSE 'a' END)) FROM jsonb_array_elements(p.evidence) e))), '[]')
			FROM match_pair p WHERE p.a_contact_id = ANY (ids) OR p.b_contact_id = ANY (ids)),
		'email_standing', (SELECT coalesce(jsonb_agg(jsonb_build_object('email', s.email, 'state', s.state)), '[]') FROM email_standing s WHERE s.controller_id = controller AND s.email = ANY (emails)),
		'consent', (SELECT coalesce(jsonb_agg(to_jsonb(s) - 'controller_id'), '[]') FROM consent s WHERE s.controller_id = controller AND s.person = ANY (SELECT email_key(e) FROM unnest(emails) e UNION SELECT 'id:' || r FROM unnest(records) r)),
		'quarantine', (SELECT coalesce(jsonb_agg(jsonb_build_object('at', q.at, 'source', q.source, 'code', q.code, 'field', q.field)), '[]') FROM quarantine q
			WHERE q.controller_id = controller AND (q.source, q.external_id) IN (SELECT c.source, c.external_id FROM contact c WHERE c.contact_id = ANY (ids))),
		'field_lock', (SELECT coalesce(jsonb_agg(to_jsonb(l) - 'controller_id'), '[]') FROM field_lock l WHERE l.contact_id = ANY (ids)),
		'request_record', (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', r.kind, 'received_at', r.received_at, 'state', r.state)), '[]') FROM request_record r
			WHERE r.controller_id = controller AND EXISTS (SELECT FROM unnest(emails) e WHERE email_key(r.subject ->> 'email') = email_key(e))),
		'outbox_message', (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', m.kind, 'created_at', m.created_at)), '[]') FROM outbox_message m
			WHERE m.controller_id = controller AND EXISTS (SELECT FROM unnest(emails) e WHERE strpos(m.body::text, e) > 0)),
		'supervision', (SELECT coalesce(jsonb_agg(jsonb_build_object('asked_at', s.asked_at, 'question', s.question)), '[]') FROM supervision s
			WHERE s.controller_id = controller AND EXISTS (SELECT FROM unnest(emails) e WHERE strpos(concat(s.question, s.answer), e) > 0)),
		'breach', (SELECT coalesce(jsonb_agg(jsonb_build_object('breach', b.breach_id)), '[]') FROM breach b
			WHERE b.controller_id = controller AND EXISTS (SELECT FROM unnest(emails) e WHERE strpos(b.details::text, e) > 0)),
		'entity_log', (SELECT coalesce(jsonb_agg(jsonb_build_object('at', l.at, 'kind', l.kind, 'entity_id', l.entity_id, 'why', l.why) ORDER BY l.event_id), '[]') FROM entity_log l
			WHERE l.controller_id = controller AND l.contact_ids && ids),
		'match_decision', (SELECT coalesce(jsonb_agg(jsonb_build_object('a_contact_id', d.a_contact_id, 'b_contact_id', d.b_contact_id, 'verdict', d.verdict, 'decided_at', d.decided_at)), '[]')
			FROM match_decision d WHERE d.a_contact_id = ANY (ids) OR d.b_contact_id = ANY (ids)),
		'processing_limit', (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', l.kind, 'purpose', l.purpose, 'from_at', l.from_at, 'lifted_at', l.lifted_at)), '[]') FROM processing_limit l WHERE l.contact_id = ANY (ids)),
		'access_log', (SELECT coalesce(jsonb_agg(jsonb_build_object('at', a.at, 'via', a.via, 'purpose', a.purpose) ORDER BY a.access_id), '[]') FROM access_log a WHERE a.controller_id = controller AND a.subject = ANY (ids)))
	$$;
COMMENT ON FUNCTION dropcontact.subject_steps(bigint[], integer, text[], text[]) IS 'Inner part of subject_access(): what each table of the data map holds of a person; of a pair only the side of the person is told';

CREATE FUNCTION dropcontact.do_subject_access(controller integer, request uuid) RETURNS jsonb
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
DECLARE
	r request_record := take_request(controller, request, '{access}');
	run bigint := open_run_for(controller, 'rights');
	found jsonb := (SELECT coalesce(jsonb_agg(to_jsonb(f) ORDER BY f.contact_id), '[]') FROM find_subject(controller, r.subject) f);
	ids bigint[] := ARRAY(SELECT (f ->> 'contact_id')::bigint FROM jsonb_array_elements(found) f);
	emails text[] := ARRAY(SELECT DISTINCT e FROM contact c, unnest(c.email || c.other_emails) e WHERE c.contact_id = ANY (ids) AND e IS NOT NULL);
	steps jsonb := subject_steps(ids, controller, emails, ARRAY(SELECT c.external_id FROM contact c WHERE c.contact_id = ANY (ids) AND c.external_id IS NOT NULL));
	answer jsonb;
BEGIN
	answer := jsonb_build_object('request', request, 'controller', (SELECT c.name FROM controller c WHERE c.controller_id = controller),
		'found', found, 'data', steps,
		'entities', (SELECT coalesce(jsonb_agg(jsonb_strip_nulls(to_jsonb(m))), '[]') FROM (SELECT DISTINCT e.entity_id FROM contact_entity e WHERE e.contact_id = ANY (ids)) x JOIN merged_contact m USING (entity_id)
			WHERE NOT EXISTS (SELECT FROM contact c WHERE c.contact_id = ANY (m.contact_ids) AND c.controller_id <> controller)),
		/* GDPR article 15(1) */
		'information', jsonb_build_object(
			'purposes', (SELECT coalesce(jsonb_agg(jsonb_build_object('purpose', p.purpose, 'categories', p.categories, 'recipients', p.recipients, 'transfers', p.transfers)), '[]')
				FROM processing_register p WHERE p.controller = (SELECT c.name FROM controller c WHERE c.controller_id = do_subject_access.controller)),
			'sources', (SELECT coalesce(jsonb_agg(DISTINCT c.source), '[]') FROM contact c WHERE c.contact_id = ANY (ids)),
			'retention', 'until the controller removes the contact, or one month after the end of the service',
			'rights', jsonb_build_array('rectification', 'erasure', 'restriction', 'objection', 'portability', 'human review', 'complaint to a supervisory authority'),
			'automated_decisions', 'contacts are merged automatically above a probability that the controller sets; no decision with legal effect follows from it, and a person decides on request (articles 15(1)(h), 22)'));
	PERFORM write_access(controller, 'subject_access', jsonb_build_object('subject', i, 'purpose', 'rights')) FROM unnest(ids) i;
	PERFORM close_request(request, CASE WHEN cardinality(ids) = 0 THEN 'no_data' ELSE 'done' END, cardinality(ids), (SELECT jsonb_object_agg(s.key, jsonb_array_length(s.value)) FROM jsonb_each(steps) s));
	PERFORM close_run(run, cardinality(ids));
	RETURN answer;
END
$$;
COMMENT ON FUNCTION dropcontact.do_subject_access(integer, uuid) IS 'Inner part of subject_access(), for the owner only';
CREATE FUNCTION dropcontact.subject_access(request uuid) RETURNS jsonb
	LANGUAGE c AS 'MODULE_PATHNAME', 'as_owner';
COMMENT ON FUNCTION dropcontact.subject_access(uuid) IS 'Carries out a request for access (GDPR article 15): by what the person was found, all data in every table of data_map, merged contacts, and the information of paragraph 1; of a pair only the side of the person. Reading is logged, the request closed; nobody found: state no_data. Errors: no_data_found, object_not_in_prerequisite_state, RG178';

CREATE FUNCTION dropcontact.access_covers_map(request uuid) RETURNS boolean
	LANGUAGE sql STABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
	SELECT NOT EXISTS (SELECT FROM data_map m WHERE m.category IN ('identifying', 'professional') AND m.erase_strategy <> 'kept'
			AND NOT r.steps ? m.relation) FROM request_record r WHERE r.request_id = request AND r.kind = 'access' AND r.closed_at IS NOT NULL
	$$;
COMMENT ON FUNCTION dropcontact.access_covers_map(uuid) IS 'Whether the answer to a request for access looked into every table of the data map';

CREATE FUNCTION dropcontact.received_value(c dropcontact.contact, field text) RETURNS text
	LANGUAGE sql STABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$ SELECT CASE WHEN c.received ? field THEN c.received ->> field ELSE field_value(c, field) END $$;
COMMENT ON FUNCTION dropcontact.received_value(dropcontact.contact, text) IS 'A field as it was provided: NULL where cleaning filled it from another';

CREATE FUNCTION dropcontact.do_portability(controller integer, request uuid) RETURNS jsonb
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
DECLARE
	r request_record := take_request(controller, request, '{portability}');
	run bigint := open_run_for(controller, 'rights');
	ids bigint[] := ARRAY(SELECT f.contact_id FROM find_subject(controller, r.subject) f ORDER BY 1);
	file jsonb;
BEGIN
	IF under_agreement(controller) AND cardinality(ids) > 0 AND NOT EXISTS (SELECT FROM contact c JOIN source s ON s.controller_id = controller AND s.name = c.source
			WHERE c.contact_id = ANY (ids) AND basis_of(controller, s.source_id, 'clean') IN ('6-1-a', '6-1-b')) THEN
		PERFORM close_request(request, 'not_applicable', cardinality(ids), '{}', '20-1');
		PERFORM close_run(run, 0);
		RETURN jsonb_build_object('request', request, 'state', 'not_applicable', 'ground', 'GDPR article 20(1): the legal basis is neither consent nor a contract');
	END IF;
	file := jsonb_build_object('@context', 'https://schema.org', '@type', 'DataFeed', 'dateCreated', to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
		'dataFeedElement', (SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('@type', 'Person', 'identifier', c.external_id,
			'name', received_value(c, 'full_name'), 'honorificPrefix', received_value(c, 'civility'), 'givenName', received_value(c, 'first_name'), 'additionalName', received_value(c, 'middle_name'),
			'familyName', received_value(c, 'last_name'), 'honorificSuffix', received_value(c, 'suffix'), 'email', received_value(c, 'email'), 'telephone', received_value(c, 'phone'),
			'mobile', received_value(c, 'mobile_phone'), 'jobTitle', received_value(c, 'job_title'), 'sameAs', received_value(c, 'linkedin'), 'worksFor', received_value(c, 'company'), 'url', received_value(c, 'website'),
			'streetAddress', received_value(c, 'address'), 'postalCode', received_value(c, 'postcode'), 'addressLocality', received_value(c, 'city'), 'addressCountry', received_value(c, 'country'),
			'otherEmails', to_jsonb(c.other_emails), 'otherTelephones', to_jsonb(c.other_phones))) ORDER BY c.contact_id), '[]') FROM contact c WHERE c.contact_id = ANY (ids)));
	PERFORM write_access(controller, 'portability', jsonb_build_object('subject', i, 'purpose', 'rights')) FROM unnest(ids) i;
	PERFORM close_request(request, CASE WHEN cardinality(ids) = 0 THEN 'no_data' ELSE 'done' END, cardinality(ids), jsonb_build_object('contact', cardinality(ids)));
	PERFORM write_ledger(controller, 'portability', jsonb_build_object('request', request, 'sha256', encode(sha256(convert_to(file::text, 'UTF8')), 'hex')));
	PERFORM close_run(run, cardinality(ids));
	RETURN file;
END
$$;
COMMENT ON FUNCTION dropcontact.do_portability(integer, uuid) IS 'Inner part of portability(), for the owner only';
CREATE FUNCTION dropcontact.portability(request uuid) RETURNS jsonb
	LANGUAGE c AS 'MODULE_PATHNAME', 'as_owner';
COMMENT ON FUNCTION dropcontact.portability(uuid) IS 'Carries out a request for portability (GDPR article 20): what the person provided, as it was provided, as JSON-LD with the terms of schema.org; its SHA-256 goes to the ledger. Under an agreement whose legal basis is neither consent nor contract the request is not_applicable. import_check() loads it back. Errors: no_data_found, object_not_in_prerequisite_state, RG178';

CREATE FUNCTION dropcontact.imported_records(file jsonb) RETURNS jsonb
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
	SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('external_id', e -> 'identifier', 'full_name', e -> 'name', 'civility', e -> 'honorificPrefix', 'first_name', e -> 'givenName',
		'middle_name', e -> 'additionalName', 'last_name', e -> 'familyName', 'suffix', e -> 'honorificSuffix', 'email', e -> 'email', 'phone', e -> 'telephone', 'mobile_phone', e -> 'mobile',
		'job_title', e -> 'jobTitle', 'linkedin', e -> 'sameAs', 'company', e -> 'worksFor', 'website', e -> 'url', 'address', e -> 'streetAddress', 'postcode', e -> 'postalCode',
		'city', e -> 'addressLocality', 'country', e -> 'addressCountry', 'other_emails', e -> 'otherEmails', 'other_phones', e -> 'otherTelephones')) ORDER BY n), '[]')
	FROM jsonb_array_elements(file -> 'dataFeedElement') WITH ORDINALITY x(e, n)
	$$;
COMMENT ON FUNCTION dropcontact.imported_records(jsonb) IS 'A file of portability() as records that ingest() takes';
CREATE FUNCTION dropcontact.import_check(file jsonb) RETURNS boolean
	LANGUAGE sql IMMUTABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
	SELECT CASE WHEN file IS NOT NULL THEN coalesce(file ->> '@context' = 'https://schema.org'
		AND (SELECT count(*) FROM read_records(imported_records(file))) = jsonb_array_length(file -> 'dataFeedElement'), false) END
	$$;
COMMENT ON FUNCTION dropcontact.import_check(jsonb) IS 'Whether a file of portability() can be loaded by ingest(source, imported_records(file)), every person of it';

REVOKE ALL ON FUNCTION dropcontact.contacts_of_mailbox(integer, text), dropcontact.contacts_of_profile(integer, text), dropcontact.contacts_of_name(integer, text, text[], text),
	dropcontact.find_subject(integer, jsonb), dropcontact.subject_steps(bigint[], integer, text[], text[]), dropcontact.do_subject_access(integer, uuid), dropcontact.subject_access(uuid),
	dropcontact.access_covers_map(uuid), dropcontact.do_portability(integer, uuid), dropcontact.received_value(dropcontact.contact, text), dropcontact.portability(uuid),
	dropcontact.import_check(jsonb), dropcontact.imported_records(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dropcontact.subject_access(uuid), dropcontact.access_covers_map(uuid), dropcontact.portability(uuid), dropcontact.import_check(jsonb), dropcontact.imported_records(jsonb)
	TO dropcontact_admin, dropcontact_operator, dropcontact_controller;
