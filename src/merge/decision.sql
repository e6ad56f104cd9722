/* decision.sql: what persons decide about contacts: one, two, or out of this entity */

CREATE VIEW dropcontact.review_queue WITH (security_invoker = true) AS
	SELECT p.a_contact_id, p.b_contact_id, p.probability, p.evidence
	FROM dropcontact.match_pair p
	WHERE NOT EXISTS (SELECT FROM dropcontact.match_decision d WHERE (d.a_contact_id, d.b_contact_id) = (p.a_contact_id, p.b_contact_id))
		AND NOT EXISTS (SELECT FROM dropcontact.entity_member a JOIN dropcontact.entity_member b USING (entity_id)
			WHERE a.contact_id = p.a_contact_id AND b.contact_id = p.b_contact_id);
COMMENT ON VIEW dropcontact.review_queue IS 'Pairs of contacts that a person must decide: confirm_match(a, b) or reject_match(a, b)';
COMMENT ON COLUMN dropcontact.review_queue.a_contact_id IS 'One contact';
COMMENT ON COLUMN dropcontact.review_queue.b_contact_id IS 'The other';
COMMENT ON COLUMN dropcontact.review_queue.probability IS 'Probability that they are one';
COMMENT ON COLUMN dropcontact.review_queue.evidence IS 'Array of {field, level, a, b, weight}, the prior first; the weights, in bits, add up to the log odds of the probability';

/* Breadth first, a query a step; it runs only when a chain has to be shown. */
CREATE FUNCTION dropcontact.confirmed_chain(controller integer, start bigint, goal bigint) RETURNS bigint[]
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
DECLARE
	node bigint[] := ARRAY[start];
	parent bigint[] := ARRAY[NULL::bigint];
	frontier bigint[] := ARRAY[start];
	origin bigint[];
	chain bigint[] := ARRAY[goal];
BEGIN
	WHILE cardinality(frontier) > 0 AND NOT goal = ANY (node) LOOP
		SELECT coalesce(array_agg(s.q), '{}'), array_agg(s.p) INTO frontier, origin
		FROM (SELECT DISTINCT ON (x.q) x.p, x.q
			FROM (SELECT d.a_contact_id AS p, d.b_contact_id AS q FROM dropcontact.match_decision d
				WHERE d.controller_id = controller AND d.verdict = 'match' AND d.a_contact_id = ANY (frontier)
				UNION ALL
				SELECT d.b_contact_id, d.a_contact_id FROM dropcontact.match_decision d
				WHERE d.controller_id = controller AND d.verdict = 'match' AND d.b_contact_id = ANY (frontier)) x
			WHERE x.q <> ALL (node)
			ORDER BY x.q, x.p) s;
		node := node || frontier;
		parent := parent || origin;
	END LOOP;
	IF NOT goal = ANY (node) THEN
		RETURN NULL;
	END IF;
	WHILE chain[1] <> start LOOP
		chain := parent[array_position(node, chain[1])] || chain;
	END LOOP;
	RETURN chain;
END
$$;
COMMENT ON FUNCTION dropcontact.confirmed_chain(integer, bigint, bigint) IS 'The shortest chain of confirmed pairs that leads from one contact to another; NULL when there is none';

CREATE FUNCTION dropcontact.refuse_contradiction(controller integer, a bigint, b bigint) RETURNS void
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
DECLARE
	apart bigint[];
BEGIN
	/* no rejection may stand between two contacts that confirmed pairs join; linear in those pairs */
	WITH RECURSIVE joined(contact_id) AS (
		SELECT a
		UNION
		SELECT s.q FROM joined j CROSS JOIN LATERAL (
			SELECT d.b_contact_id AS q FROM dropcontact.match_decision d
			WHERE d.a_contact_id = j.contact_id AND d.controller_id = controller AND d.verdict = 'match'
			UNION ALL
			SELECT d.a_contact_id FROM dropcontact.match_decision d
			WHERE d.b_contact_id = j.contact_id AND d.controller_id = controller AND d.verdict = 'match') s
	)
	SELECT ARRAY[d.a_contact_id, d.b_contact_id] INTO apart
	FROM joined x
		JOIN dropcontact.match_decision d ON d.a_contact_id = x.contact_id AND d.controller_id = controller AND d.verdict = 'no_match'
		JOIN joined y ON y.contact_id = d.b_contact_id
	ORDER BY d.a_contact_id, d.b_contact_id
	LIMIT 1;
	IF apart IS NOT NULL THEN
		RAISE EXCEPTION 'the decision about contacts % and % contradicts earlier ones', a, b
			USING ERRCODE = 'integrity_constraint_violation',
				  DETAIL = format('Contacts %s and %s would be apart, and one by the chain of confirmed pairs %s.', apart[1], apart[2],
					array_to_string(dropcontact.confirmed_chain(controller, apart[1], apart[2]), ' - ')),
				  HINT = 'Decide first about a pair of this chain, or about the two that are apart.';
	END IF;
END
$$;
COMMENT ON FUNCTION dropcontact.refuse_contradiction(integer, bigint, bigint) IS 'Inner part of decide_match(): refuses what has just been decided about a pair when other decisions say the opposite. Errors: integrity_constraint_violation, with the chain';

CREATE FUNCTION dropcontact.join_entities(controller integer, winner bigint, loser bigint, why text) RETURNS void
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
BEGIN
	INSERT INTO dropcontact.entity_member AS m (contact_id, controller_id, entity_id, link_probability)
		SELECT e.contact_id, controller, winner, 1
		FROM dropcontact.contact_entity e
		WHERE e.entity_id IN (winner, loser)
		ON CONFLICT ON CONSTRAINT entity_member_pkey DO UPDATE SET entity_id = excluded.entity_id WHERE m.entity_id <> excluded.entity_id;
	UPDATE dropcontact.company_member o SET company_entity_id = winner WHERE o.company_entity_id = loser;
	INSERT INTO dropcontact.entity_alias AS a (old_entity_id, controller_id, entity_id) VALUES (loser, controller, winner)
		ON CONFLICT ON CONSTRAINT entity_alias_pkey DO UPDATE SET entity_id = excluded.entity_id;
	INSERT INTO dropcontact.entity_log (controller_id, kind, entity_id, contact_ids, why)
		SELECT controller, 'merged', winner, array_agg(m.contact_id ORDER BY m.contact_id), join_entities.why
		FROM dropcontact.entity_member m WHERE m.entity_id = winner;
END
$$;
COMMENT ON FUNCTION dropcontact.join_entities(integer, bigint, bigint, text) IS 'Inner part of confirm_match(): all members of an entity become members of another one, which the old id then stands for';

CREATE FUNCTION dropcontact.leave_entity(controller integer, contact bigint, kind text, why text) RETURNS bigint
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
DECLARE
	entity bigint := nextval('dropcontact.contact_id_seq');
BEGIN
	UPDATE dropcontact.entity_member m SET entity_id = entity, link_probability = 1 WHERE m.contact_id = contact;
	INSERT INTO dropcontact.entity_log (controller_id, kind, entity_id, contact_ids, why)
	VALUES (controller, leave_entity.kind, entity, ARRAY[contact], leave_entity.why);
	RETURN entity;
END
$$;
COMMENT ON FUNCTION dropcontact.leave_entity(integer, bigint, text, text) IS 'Inner part of unmerge() and reject_match(): gives a contact a new entity; the others keep theirs';

CREATE FUNCTION dropcontact.lock_decisions(contacts bigint[]) RETURNS integer
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
DECLARE
	controller integer := dropcontact.current_controller();
	missing bigint;
BEGIN
	/* the lock of dedupe(): what it found is applied before a decision, or after it */
	PERFORM dropcontact.lock_controller(controller, 'matching');
	/* a transaction whose snapshot is older than the last run or decision does not know the entities: it is refused here */
	PERFORM FROM dropcontact.match_run r WHERE r.controller_id = controller FOR UPDATE;
	/* one that was deleted since the snapshot is an error too; who is deleting one now waits for this transaction, or takes the decision away */
	PERFORM FROM dropcontact.contact c WHERE c.contact_id = ANY (contacts) FOR KEY SHARE SKIP LOCKED;
	SELECT i INTO missing FROM unnest(contacts) i
	WHERE NOT EXISTS (SELECT FROM dropcontact.contact c WHERE c.contact_id = i AND c.controller_id = controller)
	ORDER BY i LIMIT 1;
	IF FOUND THEN
		PERFORM dropcontact.refuse_missing(missing);
	END IF;
	RETURN controller;
END
$$;
COMMENT ON FUNCTION dropcontact.lock_decisions(bigint[]) IS 'Inner part of decisions: waits for a running dedupe(), sees to it that the contacts exist and answers the current controller. Errors: no_data_found, RG002; serialization_failure in a transaction whose snapshot is older than the last run or decision';

CREATE FUNCTION dropcontact.note_decision(controller integer) RETURNS void
	LANGUAGE sql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
	UPDATE dropcontact.match_run r SET finished_at = r.finished_at WHERE r.controller_id = controller
	$$;
COMMENT ON FUNCTION dropcontact.note_decision(integer) IS 'Inner part of decisions: a matching run that does not see them, for its snapshot is older, cannot end';

CREATE FUNCTION dropcontact.decide_match(a bigint, b bigint, verdict text) RETURNS void
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
DECLARE
	x bigint := least(a, b);
	y bigint := greatest(a, b);
	controller integer;
	x_entity bigint;
	y_entity bigint;
	at_once boolean;
BEGIN
	IF a IS NULL OR b IS NULL OR x = y THEN
		RAISE EXCEPTION 'two different contacts are needed' USING ERRCODE = 'invalid_parameter_value', HINT = 'Name them by their contact_id, as review_queue does.';
	END IF;
	controller := dropcontact.lock_decisions(ARRAY[x, y]);
	PERFORM dropcontact.refuse_limited(ARRAY[x, y], 'merge');
	INSERT INTO dropcontact.match_decision AS d (a_contact_id, b_contact_id, controller_id, verdict)
	VALUES (x, y, controller, decide_match.verdict)
	ON CONFLICT ON CONSTRAINT match_decision_pkey DO UPDATE SET verdict = excluded.verdict, decided_by = excluded.decided_by, decided_at = excluded.decided_at;
	PERFORM dropcontact.refuse_contradiction(controller, x, y);
	PERFORM dropcontact.note_decision(controller);
	SELECT e.entity_id INTO x_entity FROM dropcontact.contact_entity e WHERE e.contact_id = x;
	SELECT e.entity_id INTO y_entity FROM dropcontact.contact_entity e WHERE e.contact_id = y;
	INSERT INTO dropcontact.entity_log (controller_id, kind, entity_id, contact_ids, why)
	VALUES (controller, CASE decide_match.verdict WHEN 'match' THEN 'confirmed' ELSE 'rejected' END,
		CASE WHEN decide_match.verdict = 'match' OR x_entity = y_entity THEN least(x_entity, y_entity) END, ARRAY[x, y], 'decided by a person');
	IF (x_entity = y_entity) = (decide_match.verdict = 'match') THEN
		RETURN;
	END IF;
	IF decide_match.verdict = 'match' THEN
		/* what is known to be apart must not become one by the way */
		at_once := NOT EXISTS (SELECT FROM dropcontact.contact_entity i
				JOIN dropcontact.match_decision d ON d.a_contact_id = i.contact_id AND d.verdict = 'no_match'
				JOIN dropcontact.contact_entity j ON j.contact_id = d.b_contact_id
			WHERE i.entity_id IN (x_entity, y_entity) AND j.entity_id = x_entity + y_entity - i.entity_id);
		IF at_once THEN
			PERFORM dropcontact.join_entities(controller, least(x_entity, y_entity), greatest(x_entity, y_entity), 'confirm_match()');
		END IF;
	ELSE
		/* with other members, each of which may belong to either, the evidence is weighed again */
		at_once := (SELECT count(*) = 2 FROM (SELECT FROM dropcontact.entity_member m WHERE m.entity_id = x_entity LIMIT 3) m);
		IF at_once THEN
			PERFORM dropcontact.leave_entity(controller, y, 'split', 'reject_match()');
		END IF;
	END IF;
	IF NOT at_once THEN
		PERFORM dropcontact.dedupe();
	END IF;
END
$$;
COMMENT ON FUNCTION dropcontact.decide_match(bigint, bigint, text) IS 'Inner part of confirm_match() and reject_match(): stores the verdict match or no_match and applies it at once';

CREATE FUNCTION dropcontact.confirm_match(a bigint, b bigint) RETURNS void
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
DECLARE
	run bigint := dropcontact.open_run('merge');
BEGIN
	PERFORM dropcontact.decide_match(a, b, 'match');
	PERFORM dropcontact.close_run(run, 2);
END
$$;
COMMENT ON FUNCTION dropcontact.confirm_match(bigint, bigint) IS 'Decides that two contacts are one: their entities become one at once, by dedupe() where other decisions keep members of them apart; binds every later run. A later decision about the same pair replaces it. Errors: invalid_parameter_value, no_data_found, RG174, RG176; integrity_constraint_violation when it contradicts other decisions, with the chain';

CREATE FUNCTION dropcontact.reject_match(a bigint, b bigint) RETURNS void
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
DECLARE
	run bigint := dropcontact.open_run('merge');
BEGIN
	PERFORM dropcontact.decide_match(a, b, 'no_match');
	PERFORM dropcontact.close_run(run, 2);
END
$$;
COMMENT ON FUNCTION dropcontact.reject_match(bigint, bigint) IS 'Decides that two contacts are not one: an entity of these two is split at once, a larger one by dedupe(), which is run; binds every later run. A later decision about the same pair replaces it. Errors: invalid_parameter_value, no_data_found, RG174, RG176; integrity_constraint_violation when it contradicts other decisions, with the chain';

CREATE FUNCTION dropcontact.unmerge(contact_id bigint) RETURNS bigint
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
DECLARE
	controller integer := dropcontact.lock_decisions(ARRAY[unmerge.contact_id]);
	entity bigint := (SELECT e.entity_id FROM dropcontact.contact_entity e WHERE e.contact_id = unmerge.contact_id);
	fellows bigint[] := (SELECT array_agg(e.contact_id ORDER BY e.contact_id) FROM dropcontact.contact_entity e WHERE e.entity_id = entity AND e.contact_id <> unmerge.contact_id);
	neighbours bigint[] := (SELECT array_agg(n.contact_id ORDER BY n.contact_id)
		FROM (SELECT d.b_contact_id AS contact_id FROM dropcontact.match_decision d WHERE d.a_contact_id = unmerge.contact_id AND d.verdict = 'match'
			UNION ALL
			SELECT d.a_contact_id FROM dropcontact.match_decision d WHERE d.b_contact_id = unmerge.contact_id AND d.verdict = 'match') n);
	run bigint;
BEGIN
	IF fellows IS NULL THEN
		RETURN entity;
	END IF;
	PERFORM dropcontact.refuse_limited(ARRAY[unmerge.contact_id], 'merge');
	run := dropcontact.open_run('merge');
	PERFORM dropcontact.note_decision(controller);
	/* what a person confirmed through this contact stays one without it */
	INSERT INTO dropcontact.match_decision (a_contact_id, b_contact_id, controller_id, verdict)
	SELECT least(neighbours[1], n), greatest(neighbours[1], n), controller, 'match' FROM unnest(neighbours[2:]) n
	ON CONFLICT ON CONSTRAINT match_decision_pkey DO NOTHING;
	INSERT INTO dropcontact.match_decision AS d (a_contact_id, b_contact_id, controller_id, verdict)
	SELECT least(f, unmerge.contact_id), greatest(f, unmerge.contact_id), controller, 'no_match' FROM unnest(fellows) f
	ON CONFLICT ON CONSTRAINT match_decision_pkey DO UPDATE SET verdict = excluded.verdict, decided_by = excluded.decided_by, decided_at = excluded.decided_at;
	entity := dropcontact.leave_entity(controller, unmerge.contact_id, 'unmerged', format('unmerge() from entity %s', entity));
	PERFORM dropcontact.close_run(run, 1);
	RETURN entity;
END
$$;
COMMENT ON FUNCTION dropcontact.unmerge(bigint) IS 'Takes a contact out of its entity for good, by setting it apart from each other member, and answers its new entity; the others keep theirs. A contact that is alone stays where it is. Errors: no_data_found; RG174, RG176 for a person who objected or restricted it';

REVOKE ALL ON FUNCTION dropcontact.confirmed_chain(integer, bigint, bigint), dropcontact.refuse_contradiction(integer, bigint, bigint),
	dropcontact.join_entities(integer, bigint, bigint, text), dropcontact.leave_entity(integer, bigint, text, text), dropcontact.lock_decisions(bigint[]), dropcontact.note_decision(integer),
	dropcontact.decide_match(bigint, bigint, text), dropcontact.confirm_match(bigint, bigint), dropcontact.reject_match(bigint, bigint), dropcontact.unmerge(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dropcontact.confirmed_chain(integer, bigint, bigint), dropcontact.refuse_contradiction(integer, bigint, bigint),
	dropcontact.join_entities(integer, bigint, bigint, text), dropcontact.leave_entity(integer, bigint, text, text), dropcontact.lock_decisions(bigint[]), dropcontact.note_decision(integer),
	dropcontact.decide_match(bigint, bigint, text), dropcontact.confirm_match(bigint, bigint), dropcontact.reject_match(bigint, bigint), dropcontact.unmerge(bigint)
	TO dropcontact_admin, dropcontact_operator;
GRANT SELECT ON dropcontact.review_queue TO dropcontact_admin, dropcontact_operator, dropcontact_controller;
