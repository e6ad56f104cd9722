/* progress.sql: long operations, for other sessions to watch */

CREATE FUNCTION dropcontact.operations_in_progress(OUT pid integer, OUT operation text, OUT phase text, OUT done bigint, OUT total bigint)
	RETURNS SETOF record
	LANGUAGE c VOLATILE PARALLEL RESTRICTED ROWS 5 AS 'MODULE_PATHNAME', 'operations_in_progress';
COMMENT ON FUNCTION dropcontact.operations_in_progress() IS 'The long operations of dropcontact that run in this database, of the roles whose statistics the caller may read; view progress shows it';
REVOKE ALL ON FUNCTION dropcontact.operations_in_progress() FROM PUBLIC;

CREATE VIEW dropcontact.progress WITH (security_invoker = true) AS
	SELECT p.pid, p.operation, p.phase, p.done, p.total FROM dropcontact.operations_in_progress() p
	UNION ALL
	/* what COPY tells itself; the relation is hidden from who may not see it */
	SELECT c.pid, 'load', 'writing', c.tuples_processed, NULL FROM pg_catalog.pg_stat_progress_copy c
	WHERE c.command = 'COPY FROM' AND c.datname = pg_catalog.current_database()
		AND c.relid IN (SELECT r.oid FROM pg_catalog.pg_class r WHERE r.relnamespace = 'dropcontact'::regnamespace AND r.relname IN ('contact', 'contact_intake'));
COMMENT ON VIEW dropcontact.progress IS 'Running dedupe, train, enrich and load of this database: what phase they are in, and how much of it is done. Each sees what pg_stat_activity would show it';
COMMENT ON COLUMN dropcontact.progress.pid IS 'Process of the session';
COMMENT ON COLUMN dropcontact.progress.operation IS 'dedupe, train, enrich or load';
COMMENT ON COLUMN dropcontact.progress.phase IS 'reading, counting, making keys, scoring pairs, fitting the model, clustering or writing';
COMMENT ON COLUMN dropcontact.progress.done IS 'How much of the phase is done: contacts, keys while pairs are scored, rounds while the model is fitted';
COMMENT ON COLUMN dropcontact.progress.total IS 'How much there is to do; NULL when that is not known';
GRANT EXECUTE ON FUNCTION dropcontact.operations_in_progress() TO dropcontact_admin, dropcontact_operator, dropcontact_controller;
GRANT SELECT ON dropcontact.progress TO dropcontact_admin, dropcontact_operator, dropcontact_controller;

CREATE FUNCTION dropcontact.phase_times(OUT operation text, OUT step integer, OUT phase text, OUT elapsed interval, OUT processor interval, OUT done bigint)
	RETURNS SETOF record
	LANGUAGE c VOLATILE PARALLEL RESTRICTED ROWS 12 AS 'MODULE_PATHNAME', 'phase_times';
COMMENT ON FUNCTION dropcontact.phase_times() IS 'How long each phase of the last train() and dedupe() of this session took, in their order: elapsed, the processor time of the session alone (workers are not in it), and how much was done, as in view progress';
REVOKE ALL ON FUNCTION dropcontact.phase_times() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dropcontact.phase_times() TO dropcontact_admin, dropcontact_operator, dropcontact_controller;
