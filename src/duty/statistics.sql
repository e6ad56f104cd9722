/*
 * statistics.sql: the planner keeps no values of persons
 *
 * ANALYZE stores the most common values of a column, which outlive the rows, and whose frequency an estimate tells to
 * every role, whatever row-level security hides. So no text of a table with controller_id is sampled, except source and
 * external_id, which ingest and attached tables join on.
 */

CREATE FUNCTION dropcontact.unsampled_columns() RETURNS TABLE (relation regclass, attribute name)
	LANGUAGE sql STABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
	SELECT c.oid::regclass, a.attname
	FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
	WHERE c.relnamespace = 'dropcontact'::regnamespace AND c.relkind IN ('r', 'p')
		AND EXISTS (SELECT FROM pg_attribute k WHERE k.attrelid = c.oid AND k.attname = 'controller_id' AND NOT k.attisdropped)
		AND a.atttypid IN ('text'::regtype, 'text[]'::regtype, 'jsonb'::regtype, 'bytea'::regtype)
		AND a.attname NOT IN ('source', 'external_id')
	$$;
COMMENT ON FUNCTION dropcontact.unsampled_columns() IS 'Columns of which the planner keeps no statistics: texts of tables with a controller_id, but source and external_id';
DO $$
DECLARE
	c record;
BEGIN
	FOR c IN SELECT * FROM dropcontact.unsampled_columns() LOOP
		EXECUTE pg_catalog.format('ALTER TABLE %s ALTER COLUMN %I SET STATISTICS 0', c.relation, c.attribute);
	END LOOP;
END
$$;

CREATE VIEW dropcontact.stats_leaks WITH (security_invoker = true) AS
	SELECT u.relation, u.attribute, CASE WHEN s.starelid IS NOT NULL THEN 'values are in pg_statistic' ELSE 'would be sampled' END AS finding
	FROM dropcontact.unsampled_columns() u JOIN pg_catalog.pg_attribute a ON a.attrelid = u.relation AND a.attname = u.attribute
		LEFT JOIN pg_catalog.pg_statistic s ON s.starelid = a.attrelid AND s.staattnum = a.attnum
	WHERE s.starelid IS NOT NULL OR a.attstattarget <> 0
	UNION ALL
	SELECT e.stxrelid, e.stxname, 'extended statistics' FROM pg_catalog.pg_statistic_ext e
	WHERE e.stxrelid IN (SELECT u.relation FROM dropcontact.unsampled_columns() u)
	UNION ALL
	SELECT i.indrelid, x.relname, 'statistics of an expression' FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
	WHERE i.indexprs IS NOT NULL AND i.indrelid IN (SELECT u.relation FROM dropcontact.unsampled_columns() u)
		AND EXISTS (SELECT FROM pg_catalog.pg_statistic s WHERE s.starelid = i.indexrelid);
COMMENT ON VIEW dropcontact.stats_leaks IS 'Statistics of the planner that hold, or would hold, values of persons: none is expected. For superusers';
/* Constants of statements that it knows it replaces by $1; others it keeps as they are. */
CREATE FUNCTION dropcontact.statement_leak() RETURNS text
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
DECLARE
	view text := (SELECT format('%I.pg_stat_statements', n.nspname) FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_stat_statements');
	n bigint;
BEGIN
	IF view IS NULL OR strpos(current_setting('shared_preload_libraries'), 'pg_stat_statements') = 0 THEN
		RETURN NULL;
	END IF;
	EXECUTE format('SELECT count(*) FROM %s s JOIN pg_database d ON d.oid = s.dbid WHERE d.datname = current_database() AND s.query ~* %L AND s.query ~ %L',
		view, 'contact', '[[:alnum:]]@[[:alnum:]-]+\.[[:alpha:]]|\+[0-9]{8,}') INTO n;
	RETURN CASE WHEN n > 0 THEN format('RG130: %s statements with addresses or numbers are in pg_stat_statements', n) END;
END
$$;
COMMENT ON FUNCTION dropcontact.statement_leak() IS 'Whether pg_stat_statements holds statements about contacts with addresses or numbers in them, as a finding; NULL when it holds none or is not there; for the owner only';
REVOKE ALL ON FUNCTION dropcontact.unsampled_columns(), dropcontact.statement_leak() FROM PUBLIC;
