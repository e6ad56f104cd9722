/* merge.sql: entities, merged contacts by survivorship, decisions of persons */

CREATE VIEW dropcontact.contact_entity WITH (security_invoker = true) AS
	SELECT m.contact_id, m.entity_id, c.source, c.external_id
	FROM dropcontact.entity_member m JOIN dropcontact.contact c USING (contact_id)
	UNION ALL
	SELECT c.contact_id, c.contact_id, c.source, c.external_id
	FROM dropcontact.contact c
	WHERE NOT EXISTS (SELECT FROM dropcontact.entity_member m WHERE m.contact_id = c.contact_id);
COMMENT ON VIEW dropcontact.contact_entity IS 'Every contact in exactly one entity. An entity_id persists: it survives new members, and after a merge the older one lives on';
GRANT SELECT ON dropcontact.contact_entity TO dropcontact_admin, dropcontact_operator, dropcontact_controller;

/* The values that may survive, in falling order: valid ones first, then by the rule of survivorship. */
CREATE VIEW dropcontact.field_candidate WITH (security_invoker = true) AS
	SELECT e.entity_id, f.field, f.value, c.contact_id, c.source, c.controller_id,
		coalesce(c.problems ? f.field, false) AS unusable, s.priority, coalesce(c.updated_at, c.received_at) AS as_of
	FROM dropcontact.contact_entity e
		JOIN dropcontact.contact c USING (contact_id)
		JOIN dropcontact.source s ON s.controller_id = c.controller_id AND s.name = c.source,
		LATERAL (VALUES ('relation', c.relation), ('full_name', c.full_name), ('civility', c.civility), ('first_name', c.first_name), ('middle_name', c.middle_name),
			('last_name', c.last_name), ('suffix', c.suffix), ('email', c.email), ('phone', c.phone), ('mobile_phone', c.mobile_phone),
			('company', c.company), ('website', c.website), ('linkedin', c.linkedin), ('company_linkedin', c.company_linkedin), ('siren', c.siren),
			('siret', c.siret), ('vat', c.vat), ('naf', c.naf), ('employees', c.employees), ('address', c.address), ('postcode', c.postcode),
			('city', c.city), ('country', c.country), ('job_title', c.job_title)) f(field, value)
	WHERE f.value IS NOT NULL;
COMMENT ON VIEW dropcontact.field_candidate IS 'Each value that a member of an entity has for a field: what survivorship chooses from';

CREATE VIEW dropcontact.merged_field WITH (security_invoker = true) AS
	SELECT DISTINCT ON (entity_id, field) entity_id, field, value, contact_id, source,
		CASE WHEN unusable THEN 'only an unusable value' ELSE 'valid first, then ' || dropcontact.setting_value('survivorship') END AS rule
	FROM dropcontact.field_candidate
	ORDER BY entity_id, field, unusable,
		CASE WHEN (SELECT dropcontact.setting_value('survivorship')) = 'source_priority' THEN priority END,
		as_of DESC, pg_catalog.length(value) DESC, contact_id;
COMMENT ON VIEW dropcontact.merged_field IS 'Where each surviving value of an entity came from: the usable before the unusable, then by setting survivorship (source_priority or most_recent), then the most recent, the longest, the oldest contact';

CREATE VIEW dropcontact.merged_contact WITH (security_invoker = true) AS
	SELECT g.entity_id,
		f.r ->> 'relation' AS relation, f.r ->> 'full_name' AS full_name, f.r ->> 'civility' AS civility, f.r ->> 'first_name' AS first_name,
		f.r ->> 'middle_name' AS middle_name, f.r ->> 'last_name' AS last_name, f.r ->> 'suffix' AS suffix, f.r ->> 'email' AS email,
		f.r ->> 'phone' AS phone, f.r ->> 'mobile_phone' AS mobile_phone, f.r ->> 'company' AS company, f.r ->> 'website' AS website,
		f.r ->> 'linkedin' AS linkedin, f.r ->> 'company_linkedin' AS company_linkedin, f.r ->> 'siren' AS siren, f.r ->> 'siret' AS siret,
		f.r ->> 'vat' AS vat, f.r ->> 'naf' AS naf, f.r ->> 'employees' AS employees, f.r ->> 'address' AS address, f.r ->> 'postcode' AS postcode,
		f.r ->> 'city' AS city, f.r ->> 'country' AS country, f.r ->> 'job_title' AS job_title,
		l.emails, l.phones, g.sources, g.contact_ids, g.members,
		CASE WHEN g.members = 1 THEN 1.0::float8 ELSE dropcontact.match_probability(g.contact_ids[1], g.contact_ids[2]) END AS confidence
	FROM (SELECT entity_id, pg_catalog.array_agg(DISTINCT source) AS sources, pg_catalog.array_agg(contact_id ORDER BY contact_id) AS contact_ids,
				pg_catalog.count(*)::integer AS members
			FROM dropcontact.contact_entity GROUP BY entity_id) g
		CROSS JOIN LATERAL (SELECT pg_catalog.jsonb_object_agg(m.field, m.value) AS r FROM dropcontact.merged_field m WHERE m.entity_id = g.entity_id) f
		CROSS JOIN LATERAL (
			SELECT pg_catalog.array_agg(v ORDER BY best) FILTER (WHERE field = 'email') AS emails,
				pg_catalog.array_agg(v ORDER BY best) FILTER (WHERE field = 'phone') AS phones
			FROM (SELECT CASE field WHEN 'mobile_phone' THEN 'phone' ELSE field END AS field, value AS v,
						min(ROW(unusable, priority, -extract(epoch FROM as_of))::text) AS best
				FROM dropcontact.field_candidate c WHERE c.entity_id = g.entity_id AND field IN ('email', 'phone', 'mobile_phone') GROUP BY 1, 2) x) l;
COMMENT ON VIEW dropcontact.merged_contact IS 'One row an entity: each field by survivorship, all its e-mail addresses and phones best first, its sources and contacts, and how probable it is that they are one';

CREATE VIEW dropcontact.review_queue WITH (security_invoker = true) AS
	SELECT a_contact_id, b_contact_id, probability,
		(SELECT pg_catalog.jsonb_object_agg(x.key, pg_catalog.jsonb_build_array(x.value, pg_catalog.to_jsonb(b.*) -> x.key))
		 FROM pg_catalog.jsonb_each(pg_catalog.jsonb_strip_nulls(pg_catalog.to_jsonb(a.*))) x
		 WHERE x.key IN ('full_name', 'email', 'phone', 'mobile_phone', 'company', 'city', 'linkedin')) AS evidence
	FROM dropcontact.match_pair p
		JOIN dropcontact.contact a ON a.contact_id = p.a_contact_id
		JOIN dropcontact.contact b ON b.contact_id = p.b_contact_id
	WHERE NOT EXISTS (SELECT FROM dropcontact.match_decision d WHERE (d.a_contact_id, d.b_contact_id) = (p.a_contact_id, p.b_contact_id));
COMMENT ON VIEW dropcontact.review_queue IS 'Pairs of contacts that a person must decide: confirm_match(a, b) or reject_match(a, b). evidence gives the values of both, field by field';

CREATE VIEW dropcontact.entity_event WITH (security_invoker = true) AS
	SELECT event_id, at, kind, entity_id, contact_ids, done_by, why FROM dropcontact.entity_log;
COMMENT ON VIEW dropcontact.entity_event IS 'What was merged, split, confirmed, rejected or unmerged, when, by whom and why';

CREATE FUNCTION dropcontact.decide_match(a bigint, b bigint, verdict text) RETURNS void
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
DECLARE
	controller integer := dropcontact.current_controller();
	x bigint := least(a, b);
	y bigint := greatest(a, b);
	missing bigint := (SELECT min(i) FROM unnest(ARRAY[x, y]) i WHERE NOT EXISTS (SELECT FROM dropcontact.contact c WHERE c.contact_id = i AND c.controller_id = controller));
	chain bigint[];
BEGIN
	IF x IS NULL OR y IS NULL OR x = y THEN
		RAISE EXCEPTION 'two different contacts are needed' USING ERRCODE = 'invalid_parameter_value';
	END IF;
	IF missing IS NOT NULL THEN
		RAISE EXCEPTION 'contact % does not exist', missing USING ERRCODE = 'no_data_found';
	END IF;
	/* confirmed pairs are chains; a rejection may not stand between two contacts of one chain */
	WITH RECURSIVE confirmed AS (
		SELECT d.a_contact_id AS p, d.b_contact_id AS q FROM dropcontact.match_decision d
		WHERE d.controller_id = controller AND d.verdict = 'match' AND (d.a_contact_id, d.b_contact_id) <> (x, y)
	), step AS (
		SELECT p, q FROM confirmed UNION ALL SELECT q, p FROM confirmed
	), linked(origin, contact_id) AS (
		SELECT x, x
		UNION SELECT y, y
		UNION SELECT l.origin, s.q FROM linked l JOIN step s ON s.p = l.contact_id
	)
	SELECT CASE decide_match.verdict
		WHEN 'no_match' THEN (SELECT ARRAY[x, y] FROM linked l WHERE (l.origin, l.contact_id) = (x, y))
		ELSE (SELECT ARRAY[i.contact_id, j.contact_id] FROM linked i, linked j, dropcontact.match_decision d
			WHERE i.origin = x AND j.origin = y AND d.verdict = 'no_match' AND (d.a_contact_id, d.b_contact_id) <> (x, y)
				AND (d.a_contact_id, d.b_contact_id) = (least(i.contact_id, j.contact_id), greatest(i.contact_id, j.contact_id))
			ORDER BY 1 LIMIT 1)
		END INTO chain;
	IF chain IS NOT NULL THEN
		RAISE EXCEPTION 'the decision about contacts % and % contradicts earlier ones', x, y
			USING ERRCODE = 'integrity_constraint_violation',
				  DETAIL = CASE decide_match.verdict
					WHEN 'match' THEN format('Contacts %s and %s were set apart, and what is confirmed would join them.', chain[1], chain[2])
					ELSE format('Contacts %s and %s are joined by a chain of confirmed pairs.', x, y) END,
				  HINT = 'Decide about a pair of this chain first.';
	END IF;
	INSERT INTO dropcontact.match_decision AS d (a_contact_id, b_contact_id, controller_id, verdict)
	VALUES (x, y, controller, decide_match.verdict)
	ON CONFLICT ON CONSTRAINT match_decision_pkey DO UPDATE SET verdict = excluded.verdict, decided_by = excluded.decided_by, decided_at = excluded.decided_at;
	INSERT INTO dropcontact.entity_log (controller_id, kind, contact_ids, why)
	VALUES (controller, CASE decide_match.verdict WHEN 'match' THEN 'confirmed' ELSE 'rejected' END, ARRAY[x, y], 'decided by a person');
	PERFORM dropcontact.dedupe();
END
$$;
COMMENT ON FUNCTION dropcontact.decide_match(bigint, bigint, text) IS 'Inner part of confirm_match() and reject_match(): stores the verdict match or no_match and applies it';

CREATE FUNCTION dropcontact.confirm_match(a bigint, b bigint) RETURNS void
	LANGUAGE sql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$ SELECT dropcontact.decide_match(a, b, 'match') $$;
COMMENT ON FUNCTION dropcontact.confirm_match(bigint, bigint) IS 'Decides that two contacts are one; binds every later run. Errors: no_data_found; integrity_constraint_violation when it contradicts earlier decisions, with the chain';

CREATE FUNCTION dropcontact.reject_match(a bigint, b bigint) RETURNS void
	LANGUAGE sql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$ SELECT dropcontact.decide_match(a, b, 'no_match') $$;
COMMENT ON FUNCTION dropcontact.reject_match(bigint, bigint) IS 'Decides that two contacts are not one; binds every later run. Errors: no_data_found; integrity_constraint_violation when it contradicts earlier decisions, with the chain';

CREATE FUNCTION dropcontact.unmerge(contact_id bigint) RETURNS bigint
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
DECLARE
	controller integer := dropcontact.current_controller();
	entity bigint := (SELECT e.entity_id FROM dropcontact.contact_entity e WHERE e.contact_id = unmerge.contact_id);
	others bigint[];
	result bigint;
BEGIN
	IF entity IS NULL THEN
		RAISE EXCEPTION 'contact % does not exist', unmerge.contact_id USING ERRCODE = 'no_data_found';
	END IF;
	others := (SELECT array_agg(e.contact_id) FROM dropcontact.contact_entity e WHERE e.entity_id = entity AND e.contact_id <> unmerge.contact_id);
	IF others IS NULL THEN
		RETURN entity;
	END IF;
	INSERT INTO dropcontact.match_decision AS d (a_contact_id, b_contact_id, controller_id, verdict)
	SELECT least(o, unmerge.contact_id), greatest(o, unmerge.contact_id), controller, 'no_match' FROM unnest(others) o
	ON CONFLICT ON CONSTRAINT match_decision_pkey DO UPDATE SET verdict = excluded.verdict, decided_by = excluded.decided_by, decided_at = excluded.decided_at;
	result := nextval('dropcontact.contact_id_seq');
	UPDATE dropcontact.entity_member m SET entity_id = result WHERE m.contact_id = unmerge.contact_id;
	INSERT INTO dropcontact.entity_log (controller_id, kind, entity_id, contact_ids, why)
	VALUES (controller, 'unmerged', result, ARRAY[unmerge.contact_id], format('taken out of entity %s by a person', entity));
	RETURN result;
END
$$;
COMMENT ON FUNCTION dropcontact.unmerge(bigint) IS 'Takes a contact out of its entity for good, by setting it apart from each other member, and answers its new entity. Errors: no_data_found';

REVOKE ALL ON FUNCTION dropcontact.decide_match(bigint, bigint, text), dropcontact.confirm_match(bigint, bigint),
	dropcontact.reject_match(bigint, bigint), dropcontact.unmerge(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dropcontact.decide_match(bigint, bigint, text), dropcontact.confirm_match(bigint, bigint),
	dropcontact.reject_match(bigint, bigint), dropcontact.unmerge(bigint) TO dropcontact_admin, dropcontact_operator;
GRANT SELECT ON dropcontact.field_candidate, dropcontact.merged_field, dropcontact.merged_contact, dropcontact.review_queue, dropcontact.entity_event
	TO dropcontact_admin, dropcontact_operator, dropcontact_controller;
