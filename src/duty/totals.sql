/*
 * totals.sql: what PostgreSQL counts of all controllers together, and how it is kept from ordinary roles
 *
 * Sizes of tables, numbers of rows and what was read and written stand in the catalogue and in functions that everybody
 * may call. An extension should not take them away on its own, for tools read them; but where a database serves several
 * controllers, its administrator does, by the statements that totals_jobs() answers. totals.c sees to estimates.
 */

CREATE FUNCTION dropcontact.totals_told() RETURNS TABLE (object text, remedy text)
	LANGUAGE sql STABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
	SELECT x.object, x.remedy FROM (
	SELECT 0, 'estimates and EXPLAIN ANALYZE before the library is loaded', format('ALTER DATABASE %I SET session_preload_libraries = %s', current_database(),
		(SELECT string_agg(quote_literal(btrim(l, ' "')), ', ') FROM regexp_split_to_table(concat_ws(',', nullif(s.libraries, ''), 'dropcontact'), ',') l))
	FROM (SELECT coalesce((SELECT substr(c, length('session_preload_libraries=') + 1) FROM pg_db_role_setting r JOIN pg_database d ON d.oid = r.setdatabase, unnest(r.setconfig) c
		WHERE d.datname = current_database() AND r.setrole = 0 AND c LIKE 'session_preload_libraries=%'), (SELECT g.reset_val FROM pg_settings g WHERE g.name = 'session_preload_libraries'), '') AS libraries) s
	WHERE concat_ws(',', s.libraries, current_setting('shared_preload_libraries')) !~ '(^|[,/" ])dropcontact($|[," ])'
	UNION ALL
	/* who keeps the right to all columns keeps it by pg_monitor, granted before */
	SELECT n, 'columns of pg_class', r FROM (VALUES (1, 'GRANT SELECT ON pg_catalog.pg_class TO pg_monitor'), (2, 'REVOKE SELECT ON pg_catalog.pg_class FROM PUBLIC'),
		(3, (SELECT format('GRANT SELECT (tableoid, %s) ON pg_catalog.pg_class TO PUBLIC', string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum)) FROM pg_attribute a
			WHERE a.attrelid = 'pg_class'::regclass AND a.attnum > 0 AND a.attname NOT IN ('relpages', 'reltuples', 'relallvisible', 'relallfrozen')))) x(n, r)
	WHERE has_column_privilege('public', 'pg_class', 'reltuples', 'SELECT')
	UNION ALL
	SELECT 4, 'function ' || p.proname, r FROM pg_proc p, unnest(ARRAY[format('GRANT EXECUTE ON FUNCTION %s TO pg_monitor', p.oid::regprocedure), format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', p.oid::regprocedure)]) r
	WHERE p.pronamespace = 'pg_catalog'::regnamespace AND has_function_privilege('public', p.oid, 'EXECUTE')
		AND (p.proname ~ '^pg_stat_get_' AND p.proname !~ '^pg_stat_get_(activity|backend_|progress_info|wal_senders)'
			OR p.proname IN ('pg_relation_size', 'pg_table_size', 'pg_indexes_size', 'pg_total_relation_size', 'pg_database_size', 'pg_tablespace_size', 'pg_lock_status'))
	) x(n, object, remedy) ORDER BY x.n, x.object, x.remedy
	$$;
COMMENT ON FUNCTION dropcontact.totals_told() IS 'What every role can read in PostgreSQL about all controllers together (sizes and rows of tables, rows read and written, locks, and, as long as sessions do not load the library first, estimates), and the statements that take it away; no row once they were executed';

CREATE FUNCTION dropcontact.totals_jobs() RETURNS SETOF text
	LANGUAGE sql STABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$ SELECT t.remedy FROM totals_told() t $$;
COMMENT ON FUNCTION dropcontact.totals_jobs() IS 'For a database that serves several controllers: the statements, for a superuser to run by \gexec, by which PostgreSQL tells ordinary roles no total of all controllers. They hold for this database, new sessions, and are dumped with it; members of pg_monitor still read totals. What ordinary roles lose: sizes (\dt+, pg_relation_size), views pg_stat_* and pg_locks, SELECT * FROM pg_class, pg_dump. doc/privacy.md says what remains';

REVOKE ALL ON FUNCTION dropcontact.totals_told(), dropcontact.totals_jobs() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dropcontact.totals_told(), dropcontact.totals_jobs() TO dropcontact_admin;
