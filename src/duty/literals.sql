/*
 * literals.sql: functions are read as they are written
 *
 * With standard_conforming_strings off a session would read the backslashes of their patterns as escapes: settings would
 * be refused, instructions that infringe the law and mentions of a person not found. It stands after all
 * that defines functions of rooms, so that they are under it.
 */

DO $$
DECLARE
	f regprocedure;
BEGIN
	FOR f IN SELECT p.oid FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_language l ON l.oid = p.prolang
		WHERE p.pronamespace = 'dropcontact'::regnamespace AND l.lanname IN ('sql', 'plpgsql')
			/* the queries of controls, which check_control() runs, have patterns too */
			AND (pg_catalog.strpos(p.prosrc, E'\\') > 0 OR p.proname = 'check_control')
		ORDER BY p.oid::regprocedure::text LOOP
		EXECUTE pg_catalog.format('ALTER FUNCTION %s SET standard_conforming_strings = on', f);
	END LOOP;
END
$$;
