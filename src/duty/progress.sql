/* progress.sql: long operations, for other sessions to watch */

CREATE FUNCTION dropcontact.operations_in_progress(OUT pid integer, OUT operation text, OUT phase text, OUT done bigint, OUT total bigint)
	RETURNS SETOF record
	LANGUAGE c VOLATILE PARALLEL RESTRICTED ROWS 5 AS 'MODULE_PATHNAME', 'operations_in_progress';
COMMENT ON FUNCTION dropcontact.operations_in_progress() IS 'The long operations of dropcontact that run in this database, of the roles whose statistics the caller may read; view progress shows it';
REVOKE ALL ON FUNCTION dropcontact.operations_in_progress() FROM PUBLIC;

CREATE VIEW dropcontact.progress WITH (security_invoker = true) AS
	SELECT p.pid, p.operation, p.phase, p.done, p.total FROM dropcontact.operations_in_progress() p;
COMMENT ON VIEW dropcontact.progress IS 'Running dedupe, train, enrich and load of this database: what phase they are in, and how much of it is done. Each sees what pg_stat_activity would show it';
COMMENT ON COLUMN dropcontact.progress.pid IS 'Process of the session';
COMMENT ON COLUMN dropcontact.progress.operation IS 'dedupe, train, enrich or load';
COMMENT ON COLUMN dropcontact.progress.phase IS 'reading, counting, making keys, scoring pairs, fitting the model, clustering or writing';
COMMENT ON COLUMN dropcontact.progress.done IS 'How much of the phase is done: contacts, or keys while pairs are scored';
COMMENT ON COLUMN dropcontact.progress.total IS 'How much there is to do; NULL when that is not known';
GRANT EXECUTE ON FUNCTION dropcontact.operations_in_progress() TO dropcontact_admin, dropcontact_operator, dropcontact_controller;
GRANT SELECT ON dropcontact.progress TO dropcontact_admin, dropcontact_operator, dropcontact_controller;
