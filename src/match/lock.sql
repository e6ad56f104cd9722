/* lock.sql: who writes contacts and who matches them wait for each other in one order */

/* Planned, and so perhaps evaluated, step by step: a role that sees several controllers need not choose one where nobody matches at once. */
CREATE FUNCTION dropcontact.matches_at_once() RETURNS boolean
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
BEGIN
	IF EXISTS (SELECT FROM dropcontact.setting_value v WHERE v.setting = 'match_mode' AND v.value = 'immediate') THEN
		RETURN EXISTS (SELECT FROM dropcontact.setting_value v WHERE v.setting = 'match_mode' AND v.value = 'immediate' AND v.controller_id = dropcontact.current_controller())
			AND has_function_privilege('dropcontact.match_pending()', 'EXECUTE');
	END IF;
	RETURN false;
END
$$;
COMMENT ON FUNCTION dropcontact.matches_at_once() IS 'Whether contacts that are written are matched inside the same transaction: setting match_mode of the current controller is immediate, and the role may match. One that may only hand in contacts leaves them to the next run';

/*
 * Where matching runs inside the transaction that writes, two such transactions would each hold contacts that they
 * wrote and wait for the other's run: they come one after the other from the start.
 */
CREATE FUNCTION dropcontact.lock_matching() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
BEGIN
	IF dropcontact.matches_at_once() THEN
		PERFORM dropcontact.lock_controller(dropcontact.current_controller(), 'matching');
	END IF;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION dropcontact.lock_matching() IS 'Statement trigger of contact: where setting match_mode is immediate, who writes contacts waits for matching runs of the controller, and new ones wait for its transaction. Else inserts and updates go on beside a run, which does not see them, and a DELETE waits when its rows are deleted, see drop_members()';
CREATE TRIGGER lock_matching BEFORE INSERT OR UPDATE OR DELETE ON dropcontact.contact
	FOR EACH STATEMENT EXECUTE FUNCTION dropcontact.lock_matching();

REVOKE ALL ON FUNCTION dropcontact.matches_at_once(), dropcontact.lock_matching() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dropcontact.matches_at_once(), dropcontact.lock_matching() TO dropcontact_admin, dropcontact_operator, dropcontact_ingest, dropcontact_controller;
