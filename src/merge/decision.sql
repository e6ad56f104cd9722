/* decision.sql: what persons decide about contacts: one, two, or out of this entity */

CREATE VIEW dropcontact.review_queue WITH (security_invoker = true) AS
	SELECT p.a_contact_id, p.b_contact_id, p.probability, p.evidence
	FROM dropcontact.match_pair p
	WHERE NOT EXISTS (SELECT FROM dropcontact.match_decision d WHERE (d.a_contact_id, d.b_contact_id) = (p.a_contact_id, p.b_contact_id));
COMMENT ON VIEW dropcontact.review_queue IS 'Pairs of contacts that a person must decide: confirm_match(a, b) or reject_match(a, b)';
COMMENT ON COLUMN dropcontact.review_queue.a_contact_id IS 'One contact';
COMMENT ON COLUMN dropcontact.review_queue.b_contact_id IS 'The other';
COMMENT ON COLUMN dropcontact.review_queue.probability IS 'Probability that they are one';
COMMENT ON COLUMN dropcontact.review_queue.evidence IS 'Array of {field, level, a, b, weight}, the prior first; the weights, in bits, add up to the log odds of the probability';

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
	run bigint := dropcontact.open_run('merge');
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
	PERFORM dropcontact.close_run(run, 2);
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
	run bigint := dropcontact.open_run('merge');
BEGIN
	IF entity IS NULL THEN
		RAISE EXCEPTION 'contact % does not exist', unmerge.contact_id USING ERRCODE = 'no_data_found';
	END IF;
	others := (SELECT array_agg(e.contact_id) FROM dropcontact.contact_entity e WHERE e.entity_id = entity AND e.contact_id <> unmerge.contact_id);
	IF others IS NULL THEN
		PERFORM dropcontact.close_run(run, 0);
		RETURN entity;
	END IF;
	INSERT INTO dropcontact.match_decision AS d (a_contact_id, b_contact_id, controller_id, verdict)
	SELECT least(o, unmerge.contact_id), greatest(o, unmerge.contact_id), controller, 'no_match' FROM unnest(others) o
	ON CONFLICT ON CONSTRAINT match_decision_pkey DO UPDATE SET verdict = excluded.verdict, decided_by = excluded.decided_by, decided_at = excluded.decided_at;
	result := nextval('dropcontact.contact_id_seq');
	UPDATE dropcontact.entity_member m SET entity_id = result WHERE m.contact_id = unmerge.contact_id;
	INSERT INTO dropcontact.entity_log (controller_id, kind, entity_id, contact_ids, why)
	VALUES (controller, 'unmerged', result, ARRAY[unmerge.contact_id], format('taken out of entity %s by a person', entity));
	PERFORM dropcontact.close_run(run, 1);
	RETURN result;
END
$$;
COMMENT ON FUNCTION dropcontact.unmerge(bigint) IS 'Takes a contact out of its entity for good, by setting it apart from each other member, and answers its new entity. Errors: no_data_found';

REVOKE ALL ON FUNCTION dropcontact.decide_match(bigint, bigint, text), dropcontact.confirm_match(bigint, bigint),
	dropcontact.reject_match(bigint, bigint), dropcontact.unmerge(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dropcontact.decide_match(bigint, bigint, text), dropcontact.confirm_match(bigint, bigint),
	dropcontact.reject_match(bigint, bigint), dropcontact.unmerge(bigint) TO dropcontact_admin, dropcontact_operator;
GRANT SELECT ON dropcontact.review_queue TO dropcontact_admin, dropcontact_operator, dropcontact_controller;
