-- every object of the extension carries a COMMENT
SELECT pg_describe_object(classid, objid, 0) AS object
FROM pg_depend d
WHERE refclassid = 'pg_extension'::regclass
  AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'dropcontact')
  AND deptype = 'e'
  AND classid IN ('pg_proc'::regclass, 'pg_class'::regclass, 'pg_type'::regclass)
  AND obj_description(objid, classid::regclass::name) IS NULL
  AND NOT (classid = 'pg_type'::regclass AND EXISTS (
        SELECT FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
        WHERE t.oid = d.objid AND (t.typelem <> 0 OR c.relkind IN ('r', 'v', 'p'))))
ORDER BY 1;
-- every function pins its search_path, unless it is in C
SELECT p.oid::regprocedure AS function
FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
WHERE pronamespace = 'dropcontact'::regnamespace
  AND l.lanname NOT IN ('c', 'internal')
  AND p.prosqlbody IS NULL
  AND NOT coalesce(array_to_string(proconfig, ',') LIKE '%search_path=pg_catalog, %', false)
ORDER BY 1;
-- functions whose patterns hold backslashes are read as they are written
SELECT p.oid::regprocedure AS function
FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
WHERE pronamespace = 'dropcontact'::regnamespace AND lanname IN ('sql', 'plpgsql') AND (strpos(prosrc, E'\\') > 0 OR proname = 'check_control')
  AND NOT coalesce('standard_conforming_strings=on' = ANY (proconfig), false)
ORDER BY 1;
-- nothing is granted to everybody but the pure functions of normalisation
SELECT p.oid::regprocedure AS function
FROM pg_proc p
WHERE pronamespace = 'dropcontact'::regnamespace
  AND provolatile <> 'i'
  AND (proacl IS NULL OR EXISTS (SELECT FROM aclexplode(proacl) WHERE grantee = 0))
ORDER BY 1;
-- every table with a controller has row-level security, forced on its owner too
SELECT c.oid::regclass AS relation
FROM pg_class c
WHERE relnamespace = 'dropcontact'::regnamespace AND relkind = 'r'
  AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname = 'controller_id')
  AND NOT (relrowsecurity AND relforcerowsecurity)
ORDER BY 1;
-- and a policy that shows a role the rows of the controllers that it sees
SELECT c.oid::regclass AS relation
FROM pg_class c
WHERE relnamespace = 'dropcontact'::regnamespace AND relkind = 'r'
  AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname = 'controller_id')
  AND NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = c.oid AND polname = 'own')
ORDER BY 1;
-- those that show others are few and meant
SELECT c.oid::regclass AS relation, polname AS policy, polcmd AS command, (SELECT array_agg(coalesce(r.rolname, 'public')) FROM unnest(polroles) o LEFT JOIN pg_roles r ON r.oid = o) AS roles, pg_get_expr(polqual, polrelid) AS shows
FROM pg_policy JOIN pg_class c ON c.oid = polrelid
WHERE relnamespace = 'dropcontact'::regnamespace AND polpermissive AND coalesce(pg_get_expr(polqual, polrelid), '') !~ '^\(controller_id = ANY \(\(? ?\(?SELECT dropcontact.visible_controllers\(\)'
ORDER BY 1, 2;
-- every view runs with the rights of its reader
SELECT c.oid::regclass AS view
FROM pg_class c
WHERE relnamespace = 'dropcontact'::regnamespace AND relkind = 'v'
  AND NOT coalesce('security_invoker=true' = ANY (reloptions) OR 'security_invoker=on' = ANY (reloptions), false)
ORDER BY 1;
-- every table and sequence is part of a dump
SELECT c.oid::regclass AS relation
FROM pg_class c, pg_extension e
WHERE relnamespace = 'dropcontact'::regnamespace AND relkind IN ('r', 'S')
  AND extname = 'dropcontact' AND NOT c.oid = ANY (coalesce(extconfig, '{}'))
ORDER BY 1;
-- what a room owes to duty (ARCHITECTURE.md, "What a new room owes"): a message for each debt that is not paid
-- its tables that hold rows of contacts or entities are emptied with them: by their controller_id, or by a cascade
SELECT c.oid::regclass AS relation, 'has contacts, but no controller_id' AS debt
FROM pg_class c
WHERE relnamespace = 'dropcontact'::regnamespace AND relkind IN ('r', 'p')
  AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname IN ('contact_id', 'entity_id', 'mailbox_id') AND NOT attisdropped)
  AND NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname = 'controller_id' AND NOT attisdropped)
ORDER BY 1;
-- what stays after the end of the service is named, and is there
SELECT k AS table_that_is_kept, 'does not exist' AS debt
FROM unnest(dropcontact.kept_after_service()) k
WHERE to_regclass('dropcontact.' || quote_ident(k)) IS NULL
ORDER BY 1;
-- append-only tables are proofs: they stay, or could not be emptied
SELECT g.tgrelid::regclass AS relation, 'is append-only, but destroyed at the end of the service' AS debt
FROM pg_trigger g
WHERE g.tgfoid = 'dropcontact.refuse_rewrite()'::regprocedure
  AND g.tgrelid IN (SELECT dropcontact.destroyed_relations())
ORDER BY 1;
-- what proves a deed is appended by that deed only
SELECT DISTINCT p.oid::regprocedure AS function, k[1] AS kind, 'is a kind that roles may append' AS debt
FROM pg_proc p, regexp_matches(p.prosrc, $$write_ledger\([\w.]+, '([a-z_]+)'$$, 'g') k
WHERE p.pronamespace = 'dropcontact'::regnamespace AND k[1] <> ALL (dropcontact.own_entry_kinds() || 'instruction_'::text)
ORDER BY 1, 2;
-- guards bind every replication role
SELECT g.tgrelid::regclass AS relation, g.tgname AS trigger, 'is not ENABLE ALWAYS' AS debt
FROM pg_trigger g JOIN pg_proc p ON p.oid = g.tgfoid
WHERE NOT g.tgisinternal AND g.tgenabled <> 'A' AND g.tgtype & 64 = 0 AND p.pronamespace = 'dropcontact'::regnamespace
  AND p.proname IN ('refuse_rewrite', 'require_run', 'permits_changed', 'guard_setting', 'guard_agreement', 'guard_breach', 'clean_contact', 'record_delete')
ORDER BY 1, 2;
-- a setting says how intrusive each of its values is, and its default is the least
SELECT d.setting, 'has no rank, or an intrusive default' AS debt
FROM dropcontact.setting_default() d
WHERE dropcontact.setting_rank(d.setting, d.default_value) IS DISTINCT FROM 0
ORDER BY 1;
-- inner functions are called by their outer part only
SELECT p.oid::regprocedure AS function, CASE WHEN EXISTS (SELECT FROM aclexplode(p.proacl) a WHERE a.grantee <> p.proowner) THEN 'is granted' ELSE 'has no outer part' END AS debt
FROM pg_proc p
WHERE p.pronamespace = 'dropcontact'::regnamespace AND p.proname LIKE 'do\_%'
  AND (EXISTS (SELECT FROM aclexplode(p.proacl) a WHERE a.grantee <> p.proowner)
    OR NOT EXISTS (SELECT FROM pg_proc o WHERE o.pronamespace = p.pronamespace AND o.proname = substr(p.proname, 4) AND o.prosrc = 'as_owner')
      AND p.proname <> 'do_run_controls')
ORDER BY 1;
-- SECURITY DEFINER is for the few that are meant
SELECT p.oid::regprocedure AS security_definer
FROM pg_proc p
WHERE p.pronamespace = 'dropcontact'::regnamespace AND p.prosecdef
ORDER BY 1;
-- no auditor reads a table, no planner keeps values of persons, nothing is left unclassified by the controls
SELECT o.object, 'is readable by dropcontact_auditor' AS debt FROM dropcontact.confidential_object() o WHERE has_table_privilege('dropcontact_auditor', o.object, 'SELECT') ORDER BY 1;
SELECT relation, attribute, finding FROM dropcontact.stats_leaks WHERE finding <> 'values are in pg_statistic' ORDER BY 1, 2;
