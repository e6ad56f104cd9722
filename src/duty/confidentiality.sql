/*
 * confidentiality.sql: who may reach the data, bound by what, trained in what, and what they read
 */

CREATE TABLE dropcontact.authorised_person (
	rolname name PRIMARY KEY,
	full_name text NOT NULL CHECK (full_name ~ '\S'),
	kind text NOT NULL DEFAULT 'person' CHECK (kind IN ('person', 'service')),
	authorised_by name NOT NULL DEFAULT SESSION_USER,
	authorised_at timestamptz NOT NULL DEFAULT pg_catalog.now()
);
COMMENT ON TABLE dropcontact.authorised_person IS 'Logins that may reach contacts: the person or the service that each stands for';

CREATE TABLE dropcontact.commitment (
	rolname name NOT NULL REFERENCES dropcontact.authorised_person,
	basis text NOT NULL CHECK (basis IN ('contract', 'legal_duty')),
	signed_on date NOT NULL,
	ends_on date CHECK (ends_on >= signed_on),
	doc_sha256 text NOT NULL CHECK (doc_sha256 ~ '^[0-9a-f]{64}$'),
	PRIMARY KEY (rolname, signed_on)
);
COMMENT ON TABLE dropcontact.commitment IS 'By what an authorised person is bound to confidentiality, from when to when';

CREATE TABLE dropcontact.training (
	rolname name NOT NULL REFERENCES dropcontact.authorised_person,
	topic text NOT NULL CHECK (topic ~ '\S'),
	passed_on date NOT NULL,
	valid_until date NOT NULL CHECK (valid_until >= passed_on),
	doc_sha256 text NOT NULL CHECK (doc_sha256 ~ '^[0-9a-f]{64}$'),
	PRIMARY KEY (rolname, topic, passed_on)
);
COMMENT ON TABLE dropcontact.training IS 'Training in data protection that an authorised person has passed, and until when it counts';

CREATE FUNCTION dropcontact.roles_with_access() RETURNS TABLE (rolname name, superuser boolean)
	LANGUAGE sql STABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
	SELECT r.rolname, r.rolsuper FROM pg_roles r
	WHERE r.rolcanlogin AND (r.rolsuper OR EXISTS (
		SELECT FROM pg_roles g WHERE (g.rolsuper OR g.rolname IN ('dropcontact_admin', 'dropcontact_operator', 'dropcontact_ingest', 'dropcontact_controller'))
			AND pg_has_role(r.oid, g.oid, 'MEMBER')))
	$$;
COMMENT ON FUNCTION dropcontact.roles_with_access() IS 'Logins that can reach contacts: members of the roles of dropcontact, superusers, whom no grant can refuse, and who may become one';

CREATE FUNCTION dropcontact.login_problem(controller integer, login name, OUT code text, OUT problem text, OUT remedy text) RETURNS record
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
BEGIN
	IF (SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = login) THEN
		RETURN;
	END IF;
	IF NOT EXISTS (SELECT FROM commitment c WHERE c.rolname = login AND current_date BETWEEN c.signed_on AND coalesce(c.ends_on, 'infinity')) THEN
		code := 'RG141';
		problem := format('login "%s" is under no commitment of confidentiality', login);
		remedy := 'Record it with dropcontact.authorise_person(...).';
	ELSIF NOT EXISTS (SELECT FROM training t WHERE t.rolname = login AND current_date BETWEEN t.passed_on AND t.valid_until) THEN
		code := 'RG142';
		problem := format('login "%s" has no training in data protection in force', login);
		remedy := 'Record it with dropcontact.record_training(...).';
	END IF;
END
$$;
COMMENT ON FUNCTION dropcontact.login_problem(integer, name) IS 'Why a login may not work on contacts under an agreement: RG141 without commitment to confidentiality, RG142 without training; nothing for a superuser, whom roles_with_access() lists';

CREATE FUNCTION dropcontact.authorise_person(rolname name, full_name text, kind text, basis text, signed_on date, doc_sha256 text, ends_on date DEFAULT NULL) RETURNS void
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = authorise_person.rolname) THEN
		RAISE EXCEPTION 'role "%" does not exist', authorise_person.rolname USING ERRCODE = 'undefined_object';
	END IF;
	PERFORM check_document(authorise_person.doc_sha256);
	IF coalesce(authorise_person.full_name, '') !~ '\S' OR coalesce(authorise_person.kind, '') NOT IN ('person', 'service') OR coalesce(authorise_person.basis, '') NOT IN ('contract', 'legal_duty')
		OR authorise_person.signed_on IS NULL OR authorise_person.ends_on < authorise_person.signed_on THEN
		RAISE EXCEPTION 'the commitment of login "%" is incomplete', authorise_person.rolname USING ERRCODE = 'check_violation',
			HINT = 'Give a name, kind person or service, basis contract or legal_duty, and the date of signature, not after the end.';
	END IF;
	INSERT INTO authorised_person AS p (rolname, full_name, kind) VALUES (authorise_person.rolname, authorise_person.full_name, authorise_person.kind)
	ON CONFLICT ON CONSTRAINT authorised_person_pkey DO UPDATE SET full_name = excluded.full_name, kind = excluded.kind;
	INSERT INTO commitment AS c (rolname, basis, signed_on, ends_on, doc_sha256)
	VALUES (authorise_person.rolname, authorise_person.basis, authorise_person.signed_on, authorise_person.ends_on, authorise_person.doc_sha256)
	ON CONFLICT ON CONSTRAINT commitment_pkey DO UPDATE SET basis = excluded.basis, ends_on = excluded.ends_on, doc_sha256 = excluded.doc_sha256;
END
$$;
COMMENT ON FUNCTION dropcontact.authorise_person(name, text, text, text, date, text, date) IS 'Records the person or service (kind) behind a login and its commitment to confidentiality: basis contract or legal_duty, date, SHA-256 of the document, end. Errors: undefined_object, check_violation';

CREATE FUNCTION dropcontact.record_training(rolname name, topic text, passed_on date, valid_until date, doc_sha256 text) RETURNS void
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
BEGIN
	PERFORM check_document(record_training.doc_sha256);
	IF coalesce(record_training.topic, '') !~ '\S' OR NOT coalesce(record_training.valid_until >= record_training.passed_on, false) THEN
		RAISE EXCEPTION 'the training of login "%" is incomplete', record_training.rolname USING ERRCODE = 'check_violation',
			HINT = 'Give a topic, the day on which it was passed, and the last day on which it counts, not before.';
	END IF;
	IF NOT EXISTS (SELECT FROM authorised_person p WHERE p.rolname = record_training.rolname) THEN
		RAISE EXCEPTION 'login "%" is not authorised', record_training.rolname USING ERRCODE = 'foreign_key_violation', HINT = 'Record it first with dropcontact.authorise_person(...).';
	END IF;
	INSERT INTO training VALUES (record_training.rolname, record_training.topic, record_training.passed_on, record_training.valid_until, record_training.doc_sha256);
END
$$;
COMMENT ON FUNCTION dropcontact.record_training(name, text, date, date, text) IS 'Records a training in data protection of an authorised login: topic, when it was passed, until when it counts, SHA-256 of the certificate. Errors: foreign_key_violation, check_violation';

CREATE TABLE dropcontact.access_log (
	access_id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
	controller_id integer NOT NULL,
	at timestamptz NOT NULL,
	actor name NOT NULL,
	via text NOT NULL CHECK (via ~ '^[a-z][a-z0-9_]*$'),
	subject bigint,
	purpose text,
	origin text,
	human boolean NOT NULL,
	limited_use_ground text CHECK (limited_use_ground IN ('user_agreed', 'security', 'law', 'aggregated')),
	allowed boolean NOT NULL
);
COMMENT ON TABLE dropcontact.access_log IS 'Append-only: who read the data of a person or the evidence of a controller, through what; without what was read';
CREATE INDEX ON dropcontact.access_log (controller_id, at);
SELECT dropcontact.make_append_only('dropcontact.access_log');

CREATE FUNCTION dropcontact.write_access(controller integer, via text, body jsonb) RETURNS bigint
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
DECLARE
	id bigint;
BEGIN
	IF body ->> 'origin' = 'google' AND coalesce((body ->> 'human')::boolean, true) AND body ->> 'limited_use_ground' IS NULL THEN
		RAISE EXCEPTION 'a person may read data of Google only on a ground of Limited Use'
			USING ERRCODE = 'RG425', HINT = 'Grounds are user_agreed, security, law and aggregated.';
	END IF;
	INSERT INTO access_log (controller_id, at, actor, via, subject, purpose, origin, human, limited_use_ground, allowed)
	VALUES (controller, clock_timestamp(), session_user, write_access.via, (body ->> 'subject')::bigint, body ->> 'purpose', body ->> 'origin',
		coalesce((body ->> 'human')::boolean, true), body ->> 'limited_use_ground', coalesce((body ->> 'allowed')::boolean, true))
	RETURNING access_id INTO id;
	RETURN id;
END
$$;
COMMENT ON FUNCTION dropcontact.write_access(integer, text, jsonb) IS 'Inner part of log_access(), for the owner only';
CREATE FUNCTION dropcontact.log_access(controller integer, via text, body jsonb) RETURNS bigint
	LANGUAGE c AS 'MODULE_PATHNAME', 'log_access';
COMMENT ON FUNCTION dropcontact.log_access(integer, text, jsonb) IS 'Records that the login read data through something (via: subject_access, audit, ...); body has subject (a contact''s id), purpose, origin, human, limited_use_ground, allowed. Errors: insufficient_privilege, RG425 for data of Google read by a person without ground';

DO $$
DECLARE
	t text;
BEGIN
	FOREACH t IN ARRAY ARRAY['authorised_person', 'commitment', 'training'] LOOP
		EXECUTE pg_catalog.format('ALTER TABLE dropcontact.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', t);
		EXECUTE pg_catalog.format('CREATE POLICY administer ON dropcontact.%I TO dropcontact_admin USING (true) WITH CHECK (true)', t);
		EXECUTE pg_catalog.format('CREATE POLICY own ON dropcontact.%I FOR SELECT USING (rolname = SESSION_USER)', t);
		EXECUTE pg_catalog.format('GRANT SELECT ON dropcontact.%I TO dropcontact_admin, dropcontact_operator', t);
		EXECUTE pg_catalog.format('GRANT INSERT, UPDATE ON dropcontact.%I TO dropcontact_admin', t);
		EXECUTE pg_catalog.format('CREATE TRIGGER permits_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON dropcontact.%I
			FOR EACH STATEMENT EXECUTE FUNCTION dropcontact.permits_changed()', t);
		EXECUTE pg_catalog.format('ALTER TABLE dropcontact.%I ENABLE ALWAYS TRIGGER permits_changed', t);
		PERFORM pg_catalog.pg_extension_config_dump(pg_catalog.format('dropcontact.%I', t), '');
	END LOOP;
END
$$;
ALTER TABLE dropcontact.access_log ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON dropcontact.access_log USING (controller_id = ANY ((SELECT dropcontact.visible_controllers())::integer[]));
GRANT SELECT ON dropcontact.access_log TO dropcontact_admin, dropcontact_controller;
SELECT pg_catalog.pg_extension_config_dump('dropcontact.access_log', '');
SELECT pg_catalog.pg_extension_config_dump('dropcontact.access_log_access_id_seq', '');
COMMENT ON SEQUENCE dropcontact.access_log_access_id_seq IS 'Ids of the table of its name';
REVOKE ALL ON FUNCTION dropcontact.roles_with_access(), dropcontact.login_problem(integer, name),
	dropcontact.authorise_person(name, text, text, text, date, text, date), dropcontact.record_training(name, text, date, date, text),
	dropcontact.write_access(integer, text, jsonb), dropcontact.log_access(integer, text, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dropcontact.roles_with_access(), dropcontact.login_problem(integer, name),
	dropcontact.authorise_person(name, text, text, text, date, text, date), dropcontact.record_training(name, text, date, date, text) TO dropcontact_admin;
GRANT EXECUTE ON FUNCTION dropcontact.log_access(integer, text, jsonb) TO dropcontact_admin, dropcontact_operator, dropcontact_controller, dropcontact_auditor, dropcontact_agent;
