/*
 * erasure.sql: a person is removed from every table, and stays out (GDPR articles 17 and 19)
 *
 * The contacts go, and with them by foreign keys their memberships, pairs, decisions and companies; what stands
 * elsewhere is removed or struck out as the data map says. The certificate has three stages: the rows are gone
 * (logical), the files are rewritten (physical), and no backup holds them (complete).
 */

CREATE TABLE dropcontact.erasure_certificate (
	request_id uuid PRIMARY KEY,
	controller_id integer NOT NULL REFERENCES dropcontact.controller,
	erased_at timestamptz NOT NULL,
	removed jsonb NOT NULL,
	recognisable boolean NOT NULL,
	relfilenode oid NOT NULL,
	wal_lsn pg_lsn NOT NULL,
	backups_expire_on date NOT NULL,
	sha256 text NOT NULL
);
COMMENT ON TABLE dropcontact.erasure_certificate IS 'Append-only: proof of each erasure, by counts: rows removed or struck out by table, position of the write-ahead log, when the last backup expires';
COMMENT ON COLUMN dropcontact.erasure_certificate.recognisable IS 'Whether a tombstone keeps the person out; false for one of whom there was only a name';
COMMENT ON COLUMN dropcontact.erasure_certificate.relfilenode IS 'File of table contact at the erasure: once it is another one, the old one is gone';
SELECT dropcontact.make_append_only('dropcontact.erasure_certificate');

CREATE FUNCTION dropcontact.values_of(ids bigint[]) RETURNS SETOF text
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
BEGIN
	RETURN QUERY SELECT DISTINCT v FROM contact c
		CROSS JOIN LATERAL (SELECT x.value #>> '{}' FROM jsonb_each(to_jsonb(c) - '{contact_id,controller_id,source,relation,civility,company,website,company_linkedin,siren,siret,vat,naf,employees,
				postcode,city,country,job_title,attributes,received,problems,received_at,updated_at,cleaned_by,legal_form,email_qualification,phone_kind,mobile_kind,gender,job_level,job_function,
				other_emails,other_phones,first_name,last_name,middle_name,suffix}'::text[]) x
			UNION ALL SELECT unnest(c.other_emails || c.other_phones)
			UNION ALL SELECT unnest(ARRAY[c.first_name || ' ' || c.last_name, c.last_name || ' ' || c.first_name])
			UNION ALL SELECT r.value #>> '{}' FROM jsonb_each(CASE WHEN jsonb_typeof(c.received) = 'object' THEN c.received ELSE '{}' END) r
				WHERE r.key IN ('full_name', 'email', 'phone', 'mobile_phone', 'linkedin', 'address') AND jsonb_typeof(r.value) = 'string') y(v)
	WHERE c.contact_id = ANY (ids) AND length(v) >= 5 AND v !~ '^[0-9]{1,8}$';
END
$$;
COMMENT ON FUNCTION dropcontact.values_of(bigint[]) IS 'What identifies the persons of contacts, as it stands and as it was received: full name, in either order, addresses, numbers, profile; not a short number, which may stand for anything; for the owner only';

CREATE FUNCTION dropcontact.own_values_of(ids bigint[]) RETURNS SETOF text
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
BEGIN
	RETURN QUERY SELECT DISTINCT lower(v) FROM contact c
		CROSS JOIN LATERAL (SELECT unnest(c.email || c.other_emails) UNION ALL SELECT c.received ->> 'email' UNION ALL SELECT c.linkedin UNION ALL SELECT c.received ->> 'linkedin'
			UNION ALL SELECT c.mobile_phone WHERE c.mobile_kind = 'mobile') y(v)
	WHERE c.contact_id = ANY (ids) AND v IS NOT NULL AND (parse_email(v)).local_kind IS DISTINCT FROM 'generic';
END
$$;
COMMENT ON FUNCTION dropcontact.own_values_of(bigint[]) IS 'What nobody else has: nominative addresses, mobile numbers, profiles, in lower case, as they stand and as they were received; for the owner only';

CREATE FUNCTION dropcontact.names_of(ids bigint[]) RETURNS SETOF text
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
BEGIN
	RETURN QUERY SELECT DISTINCT name_key(n) FROM contact c
		CROSS JOIN LATERAL (VALUES (c.full_name), (c.first_name || ' ' || c.last_name), (c.last_name || ' ' || c.first_name)) y(n)
	WHERE c.contact_id = ANY (ids) AND name_key(n) LIKE '% %';
END
$$;
COMMENT ON FUNCTION dropcontact.names_of(bigint[]) IS 'The full names of the persons of contacts, folded, first or last name first; for the owner only';

CREATE FUNCTION dropcontact.strike_out(body text, words text[]) RETURNS text
	LANGUAGE plpgsql IMMUTABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
DECLARE
	w text;
BEGIN
	FOREACH w IN ARRAY words LOOP
		/* whole words only: a number is not looked for inside a longer one */
		body := regexp_replace(body, '(?i)(?<![[:alnum:]])' || replace(regexp_replace(w, '([^[:alnum:]])', '\\\1', 'g'), '\ ', '[\s,]+') || '(?![[:alnum:]])', '[erased]', 'g');
	END LOOP;
	RETURN body;
END
$$;
COMMENT ON FUNCTION dropcontact.strike_out(text, text[]) IS 'A text with every occurrence of some words, in any case, struck out; a blank stands for blanks and commas';

CREATE FUNCTION dropcontact.strike_out(body jsonb, words text[]) RETURNS jsonb
	LANGUAGE plpgsql IMMUTABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
BEGIN
	RETURN CASE jsonb_typeof(body)
		WHEN 'string' THEN to_jsonb(strike_out(body #>> '{}', words))
		WHEN 'array' THEN (SELECT coalesce(jsonb_agg(strike_out(e, words) ORDER BY n), '[]') FROM jsonb_array_elements(body) WITH ORDINALITY x(e, n))
		WHEN 'object' THEN (SELECT coalesce(jsonb_object_agg(strike_out(x.key, words), strike_out(x.value, words)), '{}') FROM jsonb_each(body) x)
		ELSE body END;
END
$$;
COMMENT ON FUNCTION dropcontact.strike_out(jsonb, text[]) IS 'A JSON value with every occurrence of some words struck out of its texts and keys';

CREATE FUNCTION dropcontact.may_have_rows(relation regclass) RETURNS boolean
	LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'may_have_rows';
COMMENT ON FUNCTION dropcontact.may_have_rows(regclass) IS 'Whether the file of a table has a page: without one there is no row, whatever one would look for; for the owner only. Errors: wrong_object_type';
CREATE FUNCTION dropcontact.strike_out_column(relation name, attribute name, controller integer, words text[], patterns text[]) RETURNS bigint
	LANGUAGE c STRICT
	SET search_path = pg_catalog, dropcontact, pg_temp
	SET enable_seqscan = off	/* messages that were sent say nothing any more, and are many */
	AS 'MODULE_PATHNAME', 'strike_out_column';
COMMENT ON FUNCTION dropcontact.strike_out_column(name, name, integer, text[], text[]) IS 'Inner part of strike_out_everywhere(): strikes words out of one column, where it is like one of the patterns, and answers how many rows; for the owner only';

CREATE FUNCTION dropcontact.strike_out_everywhere(controller integer, words text[]) RETURNS jsonb
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
DECLARE
	/* inside JSON, quotes are escaped */
	patterns text[] := ARRAY(SELECT DISTINCT '%' || replace(replace(replace(replace(v, '\', '\\'), '%', '\%'), '_', '\_'), ' ', '%') || '%'
		FROM unnest(words) w, LATERAL (VALUES (lower(w)), (trim('"' FROM to_jsonb(lower(w))::text))) x(v));
BEGIN
	RETURN (SELECT coalesce(jsonb_object_agg(x.place, x.n) FILTER (WHERE x.n > 0), '{}')
		FROM (SELECT d.relation || '.' || d.attribute AS place, strike_out_column(d.relation, d.attribute, controller, words, patterns) AS n
			FROM data_map d WHERE d.erase_strategy = 'words' OFFSET 0) x);
END
$$;
COMMENT ON FUNCTION dropcontact.strike_out_everywhere(integer, text[]) IS 'Inner part of erase_subject(): strikes words out of the columns that data_map says, and counts the rows';

/* They find nobody any more, and end as no_data when they are carried out. */
CREATE FUNCTION dropcontact.forget_requests(controller integer, request uuid, ids bigint[], own text[]) RETURNS void
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	SET enable_seqscan = off	/* those that are open are few, of all that ever were */
	AS $$
BEGIN
	UPDATE request_record x SET subject = '{}'
	WHERE x.controller_id = controller AND x.subject <> '{}' AND x.request_id <> request
		AND (x.subject ->> 'contact_id' = ANY (ids::text[]) OR email_key(x.subject ->> 'email') = ANY (SELECT email_key(o) FROM unnest(own) o)
			OR normalize_phone(x.subject ->> 'phone', (SELECT c.country FROM controller c WHERE c.controller_id = controller)) = ANY (own)
			OR lower(normalize_linkedin(x.subject ->> 'linkedin')) = ANY (own));
END
$$;
COMMENT ON FUNCTION dropcontact.forget_requests(integer, uuid, bigint[], text[]) IS 'Inner part of erase_subject(): other requests of the person that are open say no more who asks; for the owner only';

CREATE FUNCTION dropcontact.do_erase_subject(controller integer, request uuid) RETURNS jsonb
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	SET jit = off
	SET plan_cache_mode = force_generic_plan	/* its lists of ids are short: planning for each would take longer than it saves */
	AS $$
DECLARE
	r request_record := take_request(controller, request, '{erasure}');
	run bigint;
	ids bigint[] := ARRAY(SELECT f.contact_id FROM find_subject(controller, r.subject) f ORDER BY 1);
	words text[];
	own text[];
	mailboxes text[];
	records text[];
	removed jsonb;
	n bigint;
	tokens bytea[];
	certificate erasure_certificate;
BEGIN
	IF cardinality(ids) = 0 THEN
		PERFORM close_request(request, 'no_data', 0, '{}');
		RETURN jsonb_build_object('request', request, 'state', 'no_data');
	END IF;
	run := open_run_for(controller, 'rights');
	/* the same lock as a matching run: what it found is written before, or finds the person gone */
	PERFORM lock_controller(controller, 'matching');
	PERFORM make_tombstone_key(controller);
	words := ARRAY(SELECT values_of(ids));
	own := ARRAY(SELECT own_values_of(ids));
	/* planning a statement for a table that is empty, or asking what it would need, takes longer than seeing that it is */
	IF may_have_rows('dropcontact.email_standing') OR may_have_rows('dropcontact.consent') THEN
		mailboxes := ARRAY(SELECT DISTINCT e FROM contact c, unnest(c.email || c.other_emails) e WHERE c.contact_id = ANY (ids) AND e IS NOT NULL);
		records := ARRAY(SELECT DISTINCT c.external_id FROM contact c WHERE c.contact_id = ANY (ids) AND c.external_id IS NOT NULL);
	END IF;
	tokens := ARRAY(SELECT DISTINCT t FROM contact c, unnest(tombstone_tokens(controller, c)) t WHERE c.contact_id = ANY (ids));
	INSERT INTO tombstone (controller_id, token, request_id) SELECT controller, t, request FROM unnest(tokens) t ON CONFLICT DO NOTHING;
	INSERT INTO erased_value (controller_id, request_id, token) SELECT DISTINCT controller, request, value_token(controller, v) FROM (SELECT unnest(own) UNION SELECT names_of(ids)) x(v);
	removed := jsonb_build_object('entity_member', (SELECT count(*) FROM entity_member m WHERE m.contact_id = ANY (ids)),
		'match_pair', (SELECT count(*) FROM match_pair p WHERE p.a_contact_id = ANY (ids) OR p.b_contact_id = ANY (ids)), 'match_decision', 0);
	IF may_have_rows('dropcontact.match_decision') THEN
		removed := removed || jsonb_build_object('match_decision', (SELECT count(*) FROM match_decision d WHERE d.a_contact_id = ANY (ids) OR d.b_contact_id = ANY (ids)));
	END IF;
	IF may_have_rows('dropcontact.quarantine') THEN
		DELETE FROM quarantine q WHERE q.controller_id = controller AND (q.source, q.external_id) IN (SELECT c.source, c.external_id FROM contact c WHERE c.contact_id = ANY (ids));
	END IF;
	IF may_have_rows('dropcontact.field_lock') THEN
		DELETE FROM field_lock l WHERE l.contact_id = ANY (ids);
	END IF;
	IF may_have_rows('dropcontact.processing_limit') THEN
		DELETE FROM processing_limit l WHERE l.contact_id = ANY (ids);
	END IF;
	DELETE FROM contact c WHERE c.contact_id = ANY (ids) AND c.controller_id = controller;
	GET DIAGNOSTICS n = ROW_COUNT;
	removed := removed || jsonb_build_object('contact', n);
	PERFORM match_erased(controller, ids);
	n := 0;
	IF may_have_rows('dropcontact.email_standing') THEN
		DELETE FROM email_standing s WHERE s.controller_id = controller AND s.email = ANY (mailboxes)
			AND (parse_email(s.email)).local_kind <> 'generic';
		GET DIAGNOSTICS n = ROW_COUNT;
	END IF;
	removed := removed || jsonb_build_object('email_standing', n);
	n := 0;
	IF may_have_rows('dropcontact.consent') THEN
		DELETE FROM consent s WHERE s.controller_id = controller AND s.person = ANY (SELECT email_key(e) FROM unnest(mailboxes) e UNION SELECT 'id:' || x FROM unnest(records) x);
		GET DIAGNOSTICS n = ROW_COUNT;
	END IF;
	removed := removed || jsonb_build_object('consent', n);
	PERFORM close_request(request, 'done', cardinality(ids), removed);
	PERFORM forget_requests(controller, request, ids, own);
	removed := jsonb_strip_nulls(removed || strike_out_everywhere(controller, words));
	/* GDPR article 19: those to whom data were disclosed are told */
	PERFORM do_queue_message(controller, 'erasure_notice', 'A person was erased: tell those who have the data',
		jsonb_build_object('request', request, 'contacts', to_jsonb(ids), 'recipients', (SELECT coalesce(jsonb_agg(DISTINCT d.recipient), '[]') FROM disclosure d WHERE d.controller_id = controller)));
	INSERT INTO erasure_certificate (request_id, controller_id, erased_at, removed, recognisable, relfilenode, wal_lsn, backups_expire_on, sha256)
	SELECT request, controller, t, removed, cardinality(tokens) > 0, pg_relation_filenode('dropcontact.contact'), pg_current_wal_lsn(),
		backups_expire_on(controller, t),
		encode(sha256(convert_to(jsonb_build_object('request', request, 'at', t, 'removed', removed)::text, 'UTF8')), 'hex')
	FROM clock_timestamp() t RETURNING * INTO certificate;
	PERFORM write_ledger(controller, 'erasure', jsonb_build_object('request', request, 'contacts', cardinality(ids), 'sha256', certificate.sha256));
	PERFORM close_run(run, cardinality(ids));
	RETURN to_jsonb(certificate) - '{relfilenode,controller_id}'::text[] || jsonb_build_object('state', 'done', 'stage', 'logical',
		'next', 'the rows'' files: \gexec of SELECT * FROM dropcontact.erasure_jobs()',
		'not_covered', 'tables of the controller''s own, attached ones included, and systems that data were given to');
END
$$;
COMMENT ON FUNCTION dropcontact.do_erase_subject(integer, uuid) IS 'Inner part of erase_subject(), for the owner only';
CREATE FUNCTION dropcontact.erase_subject(request uuid) RETURNS jsonb
	LANGUAGE c AS 'MODULE_PATHNAME', 'as_owner';
COMMENT ON FUNCTION dropcontact.erase_subject(uuid) IS 'Carries out a request for erasure (GDPR article 17): the contacts of the person, those merged with them, and all that comes of them, in every table of data_map; a tombstone keeps the person out on every path (RG173, counted, never logged); the controller is told whom to tell (article 19). Answers the certificate. A legal hold is recorded by refuse_request(request, ''17-3-e''). Errors: no_data_found, object_not_in_prerequisite_state, RG178, config_file_error';

CREATE FUNCTION dropcontact.erasure_jobs() RETURNS SETOF text
	LANGUAGE sql STABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
	SELECT format('SELECT dropcontact.strike_out_mentions(%s)', v.controller_id) FROM (SELECT DISTINCT e.controller_id FROM erasure_certificate e ORDER BY 1) v
	UNION ALL
	SELECT format('VACUUM (FULL, ANALYZE) dropcontact.%I', x.relation)
	FROM (SELECT DISTINCT m.relation FROM data_map m WHERE m.category IN ('identifying', 'professional') AND m.erase_strategy <> 'kept'
		AND to_regclass(format('dropcontact.%I', m.relation)) IS NOT NULL ORDER BY 1) x
	$$;
COMMENT ON FUNCTION dropcontact.erasure_jobs() IS 'The statements that strike mentions of erased persons out of other contacts and take erased rows out of files, indexes and planner statistics: run them by \gexec outside a transaction (VACUUM FULL locks each table while it copies it)';

CREATE VIEW dropcontact.certificate_of_erasure WITH (security_invoker = true) AS
	SELECT e.request_id, c.name AS controller, e.erased_at, e.removed, e.recognisable, e.wal_lsn, e.backups_expire_on, e.sha256,
		CASE WHEN e.relfilenode = pg_catalog.pg_relation_filenode('dropcontact.contact') THEN 'logical'
			WHEN e.backups_expire_on > CURRENT_DATE THEN 'physical' ELSE 'complete' END AS stage
	FROM dropcontact.erasure_certificate e JOIN dropcontact.controller c USING (controller_id);
COMMENT ON VIEW dropcontact.certificate_of_erasure IS 'Certificates of erasure by stage: logical (the rows are gone), physical (their files were rewritten, see erasure_jobs()), complete (the last backup that holds them has expired, setting backup_days)';

CREATE FUNCTION dropcontact.own_words(value text) RETURNS SETOF text
	LANGUAGE sql IMMUTABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
	SELECT DISTINCT v FROM (SELECT value UNION ALL SELECT (regexp_matches(value, '[^\s"<>,;{}\[\]()]+@[^\s"<>,;{}\[\]()]+|\+[0-9]{6,15}', 'g'))[1]
		UNION ALL SELECT (regexp_matches(value, '"((?:[^"\\]|\\.)*)"', 'g'))[1]) w(v)
	WHERE v <> ''
	$$;
COMMENT ON FUNCTION dropcontact.own_words(text) IS 'A value, and what looks like an address, a number or a text of JSON in it: what value_token() is asked of';

/* Linear in the text: each word begins three windows. */
CREATE FUNCTION dropcontact.name_windows(value text) RETURNS TABLE (written text, folded text)
	LANGUAGE sql IMMUTABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
	SELECT DISTINCT array_to_string(r.words[i:i + k], ' '), name_key(array_to_string(r.words[i:i + k], ' '))
	FROM (SELECT string_to_array(regexp_replace(btrim(x, E' ,\t\r\n'), '[\s,]+', ' ', 'g'), ' ') AS words FROM regexp_split_to_table(value, '[^[:alnum:]''’., \t\r\n-]+|\\[nrt]|\.\s') x) r
		CROSS JOIN LATERAL generate_subscripts(r.words, 1) i CROSS JOIN generate_series(1, 3) k
	WHERE i + k <= cardinality(r.words)
	$$;
COMMENT ON FUNCTION dropcontact.name_windows(text) IS 'Two to four words that follow each other in a text or JSON, parted by blanks or commas alone, as they are written and folded: what could be a full name';

/* One pass over the contacts; of texts, only those in which a word follows another. */
CREATE FUNCTION dropcontact.find_mentions(controller integer, tokens bytea[]) RETURNS TABLE (contact_id bigint, field text, written text, token bytea)
	LANGUAGE sql STABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	SET jit = off
	AS $$
	WITH marks AS MATERIALIZED (SELECT array_agg(DISTINCT token_mark(t)) AS list FROM unnest(tokens) t)
	SELECT c.contact_id, f.field, w.written, value_token(controller, w.folded)
	FROM marks m, contact c CROSS JOIN LATERAL (VALUES ('attributes', c.attributes::text), ('job_title', c.job_title), ('address', c.address)) f(field, value) CROSS JOIN LATERAL name_windows(f.value) w
	WHERE c.controller_id = controller AND f.value ~ '[[:alpha:].,][\s,]+[[:alpha:]]' AND value_mark(controller, w.folded) = ANY (m.list) AND value_token(controller, w.folded) = ANY (tokens)
	$$;
COMMENT ON FUNCTION dropcontact.find_mentions(integer, bytea[]) IS 'Where texts of contacts (attributes, job title, address) have the full name of a person who was erased, as it is written there; for the owner only';

CREATE FUNCTION dropcontact.borne_names(controller integer, tokens bytea[]) RETURNS bytea[]
	LANGUAGE sql STABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	SET jit = off
	AS $$
	WITH marks AS MATERIALIZED (SELECT array_agg(DISTINCT token_mark(t)) AS list FROM unnest(tokens) t)
	SELECT coalesce(array_agg(DISTINCT value_token(controller, name_key(c.full_name))), '{}') FROM marks m, contact c
	WHERE c.controller_id = controller AND c.full_name IS NOT NULL AND value_mark(controller, name_key(c.full_name)) = ANY (m.list) AND value_token(controller, name_key(c.full_name)) = ANY (tokens)
	$$;
COMMENT ON FUNCTION dropcontact.borne_names(integer, bytea[]) IS 'Of tokens of names those that a contact bears, a namesake of a person who was erased; for the owner only';

CREATE FUNCTION dropcontact.strike_out_mentions(controller integer) RETURNS bigint
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	SET jit = off
	AS $$
DECLARE
	tokens bytea[] := ARRAY(SELECT DISTINCT v.token FROM erased_value v WHERE v.controller_id = controller);
	marks integer[] := ARRAY(SELECT DISTINCT token_mark(t) FROM unnest(tokens) t);
	run bigint := open_run_for(controller, 'rights');
	c record;
	struck bigint := 0;
BEGIN
	FOR c IN WITH found AS MATERIALIZED (
			SELECT k.contact_id, w.w FROM contact k CROSS JOIN LATERAL (SELECT own_words(k.attributes::text) UNION SELECT unnest(k.other_emails || k.other_phones)) w(w)
			WHERE k.controller_id = controller AND (k.other_emails IS NOT NULL OR k.other_phones IS NOT NULL
					OR strpos(k.attributes::text, '@') > 0 OR strpos(k.attributes::text, '+') > 0 OR strpos(k.attributes::text, 'linkedin') > 0)
				AND w.w IS NOT NULL AND value_mark(controller, lower(w.w)) = ANY (marks) AND value_token(controller, lower(w.w)) = ANY (tokens)
		), mentioned AS MATERIALIZED (
			SELECT m.contact_id, m.written, m.token FROM find_mentions(controller, tokens) m WHERE m.field = 'attributes'
		), borne AS MATERIALIZED (
			SELECT borne_names(controller, ARRAY(SELECT DISTINCT y.token FROM mentioned y)) AS tokens
		)
		SELECT x.contact_id, array_agg(x.w) AS words FROM (SELECT * FROM found UNION ALL
			SELECT m.contact_id, m.written FROM mentioned m, borne b WHERE m.token <> ALL (b.tokens)) x(contact_id, w)
		GROUP BY 1 ORDER BY 1 LOOP
		UPDATE contact k SET attributes = strike_out(k.attributes, c.words),
			other_emails = nullif(ARRAY(SELECT e FROM unnest(k.other_emails) e WHERE e <> ALL (c.words)), '{}'),
			other_phones = nullif(ARRAY(SELECT p FROM unnest(k.other_phones) p WHERE p <> ALL (c.words)), '{}')
		WHERE k.contact_id = c.contact_id;
		struck := struck + 1;
	END LOOP;
	PERFORM close_run(run, struck);
	IF struck > 0 THEN
		PERFORM write_ledger(controller, 'mentions_struck_out', jsonb_build_object('contacts', struck));
	END IF;
	RETURN struck;
END
$$;
COMMENT ON FUNCTION dropcontact.strike_out_mentions(integer) IS 'Strikes persons who were erased out of the attributes and lists of other contacts of a controller, in two passes over them: addresses, numbers and profiles, and the full name where its words follow each other and no contact bears it any more (else erasure_mentions() leaves it to a person). Answers how many contacts it changed; one of erasure_jobs(), for the owner only';

CREATE FUNCTION dropcontact.do_find_erasure_mentions(controller integer, request uuid) RETURNS jsonb
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
DECLARE
	tokens bytea[] := ARRAY(SELECT v.token FROM erased_value v WHERE v.controller_id = controller AND v.request_id = request);
BEGIN
	IF NOT EXISTS (SELECT FROM erasure_certificate e WHERE e.request_id = request AND e.controller_id = controller) THEN
		RAISE EXCEPTION 'request % has erased nobody', request USING ERRCODE = 'no_data_found';
	END IF;
	RETURN (WITH mentioned AS MATERIALIZED (SELECT DISTINCT m.contact_id, m.field, m.token FROM find_mentions(controller, tokens) m),
		borne AS MATERIALIZED (SELECT borne_names(controller, ARRAY(SELECT DISTINCT y.token FROM mentioned y)) AS tokens),
		one AS (SELECT m.contact_id, m.field, bool_or(m.token = ANY (b.tokens)) AS namesake FROM mentioned m, borne b GROUP BY 1, 2)
		SELECT coalesce(jsonb_agg(to_jsonb(o) ORDER BY o.contact_id, o.field), '[]') FROM one o);
END
$$;
COMMENT ON FUNCTION dropcontact.do_find_erasure_mentions(integer, uuid) IS 'Inner part of find_erasure_mentions(), for the owner only';
CREATE FUNCTION dropcontact.find_erasure_mentions(request uuid) RETURNS jsonb
	LANGUAGE c AS 'MODULE_PATHNAME', 'as_owner';
COMMENT ON FUNCTION dropcontact.find_erasure_mentions(uuid) IS 'erasure_mentions() as one JSON array';
CREATE FUNCTION dropcontact.erasure_mentions(request uuid) RETURNS TABLE (contact_id bigint, field text, namesake boolean)
	LANGUAGE sql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$ SELECT g.* FROM jsonb_to_recordset(find_erasure_mentions(request)) AS g(contact_id bigint, field text, namesake boolean) $$;
COMMENT ON FUNCTION dropcontact.erasure_mentions(uuid) IS 'For a person to decide: contacts whose attributes, job title or address have the full name of a person who was erased, its words following each other, first or last name first; namesake: another contact bears the name, so that it may be meant. A name in other spelling, a first or last name alone or a pronoun is not recognised. One pass over the contacts. Errors: no_data_found';

/* Whole values, and what looks like an address or a number inside longer texts. One pass over every mapped column. */
CREATE FUNCTION dropcontact.do_find_erasure_gaps(controller integer, request uuid) RETURNS jsonb
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	SET jit = off
	AS $$
DECLARE
	m data_map;
	n bigint;
	tokens bytea[] := ARRAY(SELECT v.token FROM erased_value v WHERE v.controller_id = controller AND v.request_id = request);
	marks integer[] := ARRAY(SELECT DISTINCT token_mark(t) FROM unnest(tokens) t);
	gaps jsonb := '[]';
BEGIN
	IF NOT EXISTS (SELECT FROM erasure_certificate e WHERE e.request_id = request AND e.controller_id = controller) THEN
		RAISE EXCEPTION 'request % has erased nobody', request USING ERRCODE = 'no_data_found';
	END IF;
	FOR m IN SELECT * FROM data_map d WHERE d.category <> 'technical' AND EXISTS (SELECT FROM pg_attribute a
			WHERE a.attrelid = to_regclass(format('dropcontact.%I', d.relation)) AND a.attname = 'controller_id') LOOP
		EXECUTE format($q$SELECT count(*) FROM dropcontact.%1$I t WHERE t.controller_id = $1
			AND CASE WHEN %3$L THEN value_mark($1, lower(t.%2$I::text)) = ANY ($3) AND value_token($1, lower(t.%2$I::text)) = ANY ($2)
				ELSE (strpos(t.%2$I::text, '@') > 0 OR strpos(t.%2$I::text, '+') > 0 OR strpos(t.%2$I::text, 'linkedin') > 0)
					AND EXISTS (SELECT FROM own_words(t.%2$I::text) w WHERE value_mark($1, lower(w)) = ANY ($3) AND value_token($1, lower(w)) = ANY ($2)) END$q$,
			m.relation, m.attribute, m.relation = 'contact' AND m.attribute IN ('email', 'linkedin', 'phone', 'mobile_phone')) INTO n USING controller, tokens, marks;
		IF n > 0 THEN
			gaps := gaps || jsonb_build_object('relation', m.relation, 'attribute', m.attribute, 'rows', n);
		END IF;
	END LOOP;
	/* names in free texts, but those that somebody else bears: erasure_mentions() */
	SELECT count(DISTINCT x ->> 'contact_id') INTO n FROM jsonb_array_elements(do_find_erasure_mentions(controller, request)) x WHERE x ->> 'field' = 'attributes' AND NOT (x ->> 'namesake')::boolean;
	IF n > 0 THEN
		gaps := gaps || jsonb_build_object('relation', 'contact', 'attribute', 'attributes: a name in a text', 'rows', n);
	END IF;
	/* the person itself, by whatever recognises it */
	SELECT count(*) INTO n FROM contact c WHERE c.controller_id = controller AND is_erased(controller, c) AND tombstone_tokens(controller, c) && ARRAY(SELECT t.token FROM tombstone t
		WHERE t.controller_id = controller AND t.request_id = request);
	IF n > 0 THEN
		gaps := gaps || jsonb_build_object('relation', 'contact', 'attribute', NULL, 'rows', n);
	END IF;
	SELECT count(*) INTO n FROM pg_stats s CROSS JOIN LATERAL (SELECT unnest(s.most_common_vals::text::text[]) UNION ALL SELECT unnest(s.histogram_bounds::text::text[])) v(v)
	WHERE s.schemaname = 'dropcontact' AND value_mark(controller, lower(v.v)) = ANY (marks) AND value_token(controller, lower(v.v)) = ANY (tokens);
	IF n > 0 THEN
		gaps := gaps || jsonb_build_object('relation', 'pg_statistic', 'attribute', NULL, 'rows', n);
	END IF;
	RETURN gaps;
END
$$;
COMMENT ON FUNCTION dropcontact.do_find_erasure_gaps(integer, uuid) IS 'Inner part of find_erasure_gaps(), for the owner only';
CREATE FUNCTION dropcontact.find_erasure_gaps(request uuid) RETURNS jsonb
	LANGUAGE c AS 'MODULE_PATHNAME', 'as_owner';
COMMENT ON FUNCTION dropcontact.find_erasure_gaps(uuid) IS 'erasure_gaps() as one JSON array';
CREATE FUNCTION dropcontact.erasure_gaps(request uuid) RETURNS TABLE (relation text, attribute text, "rows" bigint)
	LANGUAGE sql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$ SELECT g.* FROM jsonb_to_recordset(find_erasure_gaps(request)) AS g(relation text, attribute text, "rows" bigint) $$;
COMMENT ON FUNCTION dropcontact.erasure_gaps(uuid) IS 'Where values of a person who was erased are left: addresses, mobile numbers and profiles in every mapped column of the controller and in planner statistics, the full name in attributes of others unless somebody else bears it (see erasure_mentions()), and contacts by which the person would be recognised; nothing when the erasure is whole. Reads all of them: minutes for a million contacts. Errors: no_data_found';

ALTER TABLE dropcontact.erasure_certificate ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON dropcontact.erasure_certificate USING (controller_id = ANY ((SELECT dropcontact.visible_controllers())::integer[]));
GRANT SELECT ON dropcontact.erasure_certificate, dropcontact.certificate_of_erasure TO dropcontact_admin, dropcontact_operator, dropcontact_controller;
SELECT pg_catalog.pg_extension_config_dump('dropcontact.erasure_certificate', '');
REVOKE ALL ON FUNCTION dropcontact.values_of(bigint[]), dropcontact.own_values_of(bigint[]), dropcontact.names_of(bigint[]), dropcontact.strike_out(text, text[]), dropcontact.strike_out(jsonb, text[]), dropcontact.name_windows(text),
	dropcontact.find_mentions(integer, bytea[]), dropcontact.borne_names(integer, bytea[]), dropcontact.do_find_erasure_mentions(integer, uuid), dropcontact.find_erasure_mentions(uuid), dropcontact.erasure_mentions(uuid),
	 dropcontact.own_words(text), dropcontact.strike_out_mentions(integer), dropcontact.strike_out_everywhere(integer, text[]), dropcontact.may_have_rows(regclass), dropcontact.strike_out_column(name, name, integer, text[], text[]), dropcontact.forget_requests(integer, uuid, bigint[], text[]), dropcontact.do_erase_subject(integer, uuid),
	dropcontact.erase_subject(uuid), dropcontact.erasure_jobs(), dropcontact.do_find_erasure_gaps(integer, uuid), dropcontact.find_erasure_gaps(uuid), dropcontact.erasure_gaps(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dropcontact.erase_subject(uuid), dropcontact.erasure_jobs(), dropcontact.find_erasure_gaps(uuid), dropcontact.erasure_gaps(uuid),
	dropcontact.find_erasure_mentions(uuid), dropcontact.erasure_mentions(uuid) TO dropcontact_admin, dropcontact_operator, dropcontact_controller;
