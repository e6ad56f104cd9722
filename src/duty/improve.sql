/*
 * improve.sql: what the processor may learn from the data: counts of groups, never a value
 *
 * The agreement (III.2) lets the processor improve its services; purpose improve can be withdrawn like any other. It
 * sees how often rules applied, in groups of k_min() contacts and more, without mailboxes.
 */

DO $$
BEGIN
	IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'dropcontact_improver') THEN
		CREATE ROLE dropcontact_improver NOLOGIN;
	END IF;
END
$$;

CREATE FUNCTION dropcontact.k_min() RETURNS integer
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$ SELECT 10 $$;
COMMENT ON FUNCTION dropcontact.k_min() IS 'The fewest contacts of a group that improve_features shows';

CREATE FUNCTION dropcontact.open_run_for(controller integer, purpose text) RETURNS bigint
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
DECLARE
	old_controller text := coalesce(current_setting('dropcontact.controller', true), '');
	run bigint;
BEGIN
	PERFORM set_config('dropcontact.controller', (SELECT c.name FROM controller c WHERE c.controller_id = controller), true);
	run := open_run(purpose);
	PERFORM set_config('dropcontact.controller', old_controller, true);
	RETURN run;
END
$$;
COMMENT ON FUNCTION dropcontact.open_run_for(integer, text) IS 'Opens a run for a controller by id; for the owner only';

CREATE FUNCTION dropcontact.is_improvable(c dropcontact.contact) RETURNS boolean
	LANGUAGE sql STABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
	SELECT EXISTS (SELECT FROM source s WHERE s.controller_id = c.controller_id AND s.name = c.source AND s.kind <> 'mailbox')
		AND limit_code(c.contact_id, 'improve') IS NULL
	$$;
COMMENT ON FUNCTION dropcontact.is_improvable(dropcontact.contact) IS 'Whether a contact may be counted for purpose improve: not one of a mailbox, nor of a person who objected or is restricted';

CREATE FUNCTION dropcontact.do_improve_counts(controller integer) RETURNS jsonb
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
DECLARE
	run bigint := open_run_for(controller, 'improve');
	counts jsonb;
	seen bigint;
BEGIN
	WITH usable AS MATERIALIZED (
		SELECT c.contact_id, c.received, c.problems, c.email_qualification, c.job_level FROM contact c WHERE c.controller_id = controller AND is_improvable(c)
	), feature AS (
		SELECT 'corrected' AS feature, k AS value, count(*) AS n FROM usable u, jsonb_object_keys(u.received) k GROUP BY k
		UNION ALL
		SELECT 'unusable', k, count(*) FROM usable u, jsonb_object_keys(u.problems) k GROUP BY k
		UNION ALL
		SELECT 'email_qualification', u.email_qualification, count(*) FROM usable u WHERE u.email_qualification IS NOT NULL GROUP BY u.email_qualification
		UNION ALL
		SELECT 'job_level', u.job_level, count(*) FROM usable u WHERE u.job_level IS NOT NULL GROUP BY u.job_level
		UNION ALL
		SELECT 'link_probability', to_char(floor(m.link_probability * 20) / 20, 'FM0.00'), count(*)
		FROM entity_member m JOIN usable u USING (contact_id) WHERE m.link_probability IS NOT NULL GROUP BY 2
	)
	SELECT coalesce(jsonb_agg(to_jsonb(f)) FILTER (WHERE f.n >= k_min()), '[]'), (SELECT count(*) FROM usable) INTO counts, seen FROM feature f;
	PERFORM close_run(run, seen);
	RETURN counts;
END
$$;
COMMENT ON FUNCTION dropcontact.do_improve_counts(integer) IS 'Inner part of improve_features, for the owner only';
CREATE FUNCTION dropcontact.improve_counts() RETURNS jsonb
	LANGUAGE c AS 'MODULE_PATHNAME', 'as_owner';
COMMENT ON FUNCTION dropcontact.improve_counts() IS 'improve_features as one JSON array; a run for purpose improve. Errors: RG120 when the controller withdrew the purpose';

CREATE VIEW dropcontact.improve_features WITH (security_invoker = true, security_barrier = true) AS
	SELECT f.feature, f.value, f.n
	FROM pg_catalog.jsonb_to_recordset(dropcontact.improve_counts()) AS f(feature text, value text, n bigint);
COMMENT ON VIEW dropcontact.improve_features IS 'How often rules applied to the contacts of the current controller: fields corrected and unusable, kinds of addresses, levels of jobs, bands of match probability; groups of k_min() contacts and more, no values, no mailboxes. For dropcontact_improver, who sees nothing else';

GRANT SELECT ON dropcontact.improve_features TO dropcontact_improver, dropcontact_admin;
GRANT SELECT ON dropcontact.controller, dropcontact.access TO dropcontact_improver;
REVOKE ALL ON FUNCTION dropcontact.k_min(), dropcontact.open_run_for(integer, text), dropcontact.is_improvable(dropcontact.contact),
	dropcontact.do_improve_counts(integer), dropcontact.improve_counts() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dropcontact.k_min(), dropcontact.improve_counts(), dropcontact.visible_controllers(), dropcontact.current_controller() TO dropcontact_improver;
GRANT EXECUTE ON FUNCTION dropcontact.k_min(), dropcontact.improve_counts() TO dropcontact_admin;
