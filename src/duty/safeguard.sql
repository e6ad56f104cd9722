/*
 * safeguard.sql: what keeps the duties, as it was delivered
 *
 * A control that looks for bad rows finds none when what would have refused them was taken away, and may have been put
 * back since. So triggers, policies, functions that act as others, the queries of the controls themselves and the rows
 * that they rest on are compared with what the extension's script made; each belongs to the clause whose control tells it.
 * It stands last in the script, so that everything is as it will be.
 */

CREATE TABLE dropcontact.safeguard (
	kind text NOT NULL,
	name text NOT NULL,
	clause text NOT NULL,
	state text NOT NULL,
	PRIMARY KEY (kind, name)
);
COMMENT ON TABLE dropcontact.safeguard IS 'What keeps the duties, as the extension delivered it: triggers, policies, functions that act as others, queries of controls, entries of the data map, purposes, terms, sub-processors of the agreement';
COMMENT ON COLUMN dropcontact.safeguard.kind IS 'What it is';
COMMENT ON COLUMN dropcontact.safeguard.name IS 'Its name; of a trigger or policy with its table';
COMMENT ON COLUMN dropcontact.safeguard.clause IS 'The clause of the agreement whose control finds that it is another one';
COMMENT ON COLUMN dropcontact.safeguard.state IS 'What of it must not change, or a hash of that';

CREATE FUNCTION dropcontact.safeguards(of_clause text DEFAULT NULL) RETURNS SETOF dropcontact.safeguard
	LANGUAGE plpgsql STABLE	/* a control a clause asks: it keeps its plans */
	SET search_path = pg_catalog, dropcontact, pg_temp
	SET standard_conforming_strings = on
	SET quote_all_identifiers = off
	AS $$
BEGIN
	/* ALTER TABLE contact ENABLE TRIGGER ALL, after a load without triggers, leaves those of matching to session_replication_role */
	RETURN QUERY SELECT 'trigger', x.name, x.clause, concat_ws(' ', x.proname, x.tgtype, encode(x.tgargs, 'hex'),
			CASE WHEN x.tgenabled = 'A' OR x.tgenabled = 'O' AND x.relname = 'contact' AND x.clause <> ALL ('{II.1a,III.7b,III.7e}') THEN 'on' ELSE 'off' END)
	FROM (SELECT g.tgname || ' of ' || c.relname AS name, c.relname, p.proname, g.tgtype, g.tgargs, g.tgenabled, CASE
				WHEN p.proname IN ('require_run', 'refuse_rewrite', 'refuse_truncate') THEN 'III.1'
				WHEN c.relname = 'contact' AND g.tgname IN ('clean', 'record_delete') THEN 'II.1a'
				WHEN c.relname = 'field_lock' OR g.tgname = 'apply_rectified' THEN 'III.7b'
				WHEN c.relname IN ('tombstone', 'tombstone_key') THEN 'III.7c'
				WHEN c.relname = 'processing_limit' OR g.tgname = 'limit_again' THEN 'III.7e'
				WHEN c.relname = 'request_record' THEN 'III.7h'
				WHEN c.relname IN ('contact', 'entity_member', 'match_decision') THEN 'II.1b'
				WHEN c.relname IN ('setting', 'setting_value') OR g.tgname = 'instruct' THEN 'III.2b'
				WHEN c.relname = 'source' THEN 'II.6'
				WHEN c.relname = 'agreement' THEN 'V'
				WHEN c.relname = 'breach' THEN 'III.6e'
				WHEN c.relname = 'access' THEN 'I.1'
				WHEN c.relname IN ('authorised_person', 'commitment', 'training') THEN 'III.4a'
				ELSE 'III.1' END AS clause
		FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid JOIN pg_proc p ON p.oid = g.tgfoid
		WHERE c.relnamespace = 'dropcontact'::regnamespace AND NOT g.tgisinternal) x
	WHERE coalesce(x.clause = of_clause, true);
	IF coalesce(of_clause = 'III.1', true) THEN
		RETURN QUERY SELECT 'event trigger', e.evtname::text, 'III.1', concat_ws(' ', e.evtevent, p.proname, CASE e.evtenabled WHEN 'A' THEN 'on' ELSE 'off' END)
		FROM pg_event_trigger e JOIN pg_proc p ON p.oid = e.evtfoid WHERE p.pronamespace = 'dropcontact'::regnamespace;
		RETURN QUERY SELECT 'rule', r.rulename || ' of ' || c.relname, 'III.1', r.ev_type::text FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
		WHERE c.relnamespace = 'dropcontact'::regnamespace AND r.rulename <> '_RETURN';
	END IF;
	IF coalesce(of_clause = 'I.1', true) THEN
		/* however a release of PostgreSQL writes an expression */
		RETURN QUERY SELECT 'policy', l.polname || ' of ' || c.relname, 'I.1', concat_ws(' ', l.polcmd, l.polpermissive,
				(SELECT string_agg(coalesce(r.rolname, 'public'), ',' ORDER BY r.rolname) FROM unnest(l.polroles) o LEFT JOIN pg_roles r ON r.oid = o),
				regexp_replace(concat_ws(';', pg_get_expr(l.polqual, l.polrelid), pg_get_expr(l.polwithcheck, l.polrelid)), '[\s()]|\mAS \w+', '', 'g'))
		FROM pg_policy l JOIN pg_class c ON c.oid = l.polrelid WHERE c.relnamespace = 'dropcontact'::regnamespace;
		RETURN QUERY SELECT 'function', format('%s(%s)', p.proname, oidvectortypes(p.proargtypes)), 'I.1', concat_ws(' ', p.prosecdef, (SELECT o FROM unnest(p.proconfig) o WHERE o LIKE 'search\_path=%'))
		FROM pg_proc p WHERE p.pronamespace = 'dropcontact'::regnamespace;
	END IF;
	IF coalesce(of_clause = 'I.2', true) THEN
		RETURN QUERY SELECT 'control', k.clause, 'I.2', encode(sha256(convert_to(k.check_sql, 'UTF8')), 'hex') FROM control k;
	END IF;
	IF coalesce(of_clause = 'III.5a', true) THEN
		RETURN QUERY SELECT 'entry of the data map', m.relation || '.' || m.attribute, 'III.5a', m.category || ' ' || m.erase_strategy FROM data_map m;
	END IF;
	IF coalesce(of_clause = 'II.4', true) THEN
		RETURN QUERY SELECT 'purpose', p.purpose, 'II.4', p.service FROM purpose p;
	END IF;
	IF coalesce(of_clause = '0.2', true) THEN
		RETURN QUERY SELECT 'term', g.term, '0.2', encode(sha256(convert_to(g.definition, 'UTF8')), 'hex') FROM glossary g;
	END IF;
	IF coalesce(of_clause = 'III.6a', true) THEN
		RETURN QUERY SELECT 'sub-processor', s.subprocessor_id::text, 'III.6a', concat_ws(' ', s.office_country, s.group_country, s.server_country) FROM subprocessor s WHERE s.of_agreement;
	END IF;
END
$$;
COMMENT ON FUNCTION dropcontact.safeguards(text) IS 'What keeps the duties as it is now, of one clause or of all; compared with table safeguard';

/* What others add is theirs, unless it opens what the extension keeps shut, or writes where it writes. */
CREATE FUNCTION dropcontact.tampered(of_clause text) RETURNS SETOF text
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
BEGIN
	RETURN QUERY SELECT concat_ws(' ', kind, name, CASE WHEN n.name IS NULL THEN 'is gone' WHEN s.name IS NULL THEN 'was added' WHEN n.state LIKE '% off' THEN 'is off' ELSE 'is not as it was delivered' END)
	FROM (SELECT * FROM safeguard x WHERE x.clause = of_clause) s FULL JOIN safeguards(of_clause) n USING (kind, name)
	WHERE n.state IS DISTINCT FROM s.state AND (s.name IS NOT NULL OR kind IN ('trigger', 'rule', 'policy', 'purpose', 'sub-processor') OR kind = 'function' AND n.state LIKE 't%')
	ORDER BY 1;
END
$$;
COMMENT ON FUNCTION dropcontact.tampered(text) IS 'What of the safeguards of a clause is gone, off or another than was delivered, and what was added that opens what they keep shut; inner part of controls';

CREATE FUNCTION dropcontact.added_privileges(OUT object text, OUT grantee name, OUT privilege text) RETURNS SETOF record
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
BEGIN
	RETURN QUERY WITH held AS (
		SELECT 'pg_class'::regclass AS classid, c.oid AS objid, 0 AS part, c.relname::text AS object, c.relowner AS owner, c.relacl AS acl, acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner) AS base
		FROM pg_class c WHERE c.relnamespace = 'dropcontact'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
		UNION ALL
		SELECT 'pg_class'::regclass, a.attrelid, a.attnum, c.relname || '.' || a.attname, c.relowner, a.attacl, NULL
		FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE c.relnamespace = 'dropcontact'::regnamespace AND a.attacl IS NOT NULL AND NOT a.attisdropped
		UNION ALL
		SELECT 'pg_proc'::regclass, p.oid, 0, p.oid::regprocedure::text, p.proowner, p.proacl, acldefault('f', p.proowner) FROM pg_proc p WHERE p.pronamespace = 'dropcontact'::regnamespace
		UNION ALL
		SELECT 'pg_namespace'::regclass, n.oid, 0, 'schema ' || n.nspname, n.nspowner, n.nspacl, acldefault('n', n.nspowner) FROM pg_namespace n WHERE n.nspname = 'dropcontact'
	), member AS (
		SELECT d.classid, d.objid FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'dropcontact'
		WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
	)
	SELECT h.object, coalesce(r.rolname, 'public')::name, a.privilege_type
	FROM held h CROSS JOIN LATERAL aclexplode(coalesce(h.acl, h.base)) a
		LEFT JOIN pg_init_privs i ON (i.classoid, i.objoid, i.objsubid) = (h.classid, h.objid, h.part)
		LEFT JOIN pg_roles r ON r.oid = a.grantee
	WHERE coalesce(h.acl, h.base) IS DISTINCT FROM coalesce(i.initprivs, h.base) AND a.grantee <> h.owner AND (h.classid = 'pg_namespace'::regclass OR (h.classid, h.objid) IN (SELECT m.classid, m.objid FROM member m))
		AND NOT EXISTS (SELECT FROM aclexplode(coalesce(i.initprivs, h.base)) b WHERE (b.grantee, b.privilege_type) = (a.grantee, a.privilege_type));
END
$$;
COMMENT ON FUNCTION dropcontact.added_privileges() IS 'Privileges on objects of the extension, columns included, that it did not grant itself: to whom and what';

GRANT SELECT ON dropcontact.safeguard TO dropcontact_admin, dropcontact_operator, dropcontact_controller;
SELECT pg_catalog.pg_extension_config_dump('dropcontact.safeguard', 'WHERE false');
REVOKE ALL ON FUNCTION dropcontact.safeguards(text), dropcontact.tampered(text), dropcontact.added_privileges() FROM PUBLIC;
INSERT INTO dropcontact.safeguard SELECT * FROM dropcontact.safeguards();
