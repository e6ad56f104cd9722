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
