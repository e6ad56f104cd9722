/* lock.sql: who writes contacts and who matches them wait for each other in one order */

/*
 * A matching run refers to contacts that it has read; one that is deleted meanwhile would make it fail, and
 * a transaction that holds the lock of a contact and then waits for the run, which waits for that contact,
 * would never end.  So the lock of matching comes before those of contacts.
 */
CREATE FUNCTION dropcontact.lock_matching() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
BEGIN
	IF EXISTS (SELECT FROM dropcontact.setting_value v WHERE v.setting = 'match_mode' AND v.value = 'immediate')
		AND EXISTS (SELECT FROM dropcontact.setting_value v WHERE v.setting = 'match_mode' AND v.value = 'immediate' AND v.controller_id = dropcontact.current_controller())
		AND has_function_privilege('dropcontact.match_pending()', 'EXECUTE') THEN
		PERFORM pg_advisory_xact_lock(823752647, dropcontact.current_controller());
	END IF;
	IF TG_OP = 'DELETE' THEN
		/* which controllers the contacts belong to is not known before */
		PERFORM pg_advisory_xact_lock_shared(823752647, c) FROM unnest(dropcontact.visible_controllers()) c;
	END IF;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION dropcontact.lock_matching() IS 'Statement trigger of contact: a DELETE waits for the matching runs of its controllers to end, and new ones wait for its transaction; where setting match_mode is immediate, every statement that writes contacts does. Inserts and updates else go on beside a matching run, which does not see them';
CREATE TRIGGER lock_matching BEFORE INSERT OR UPDATE OR DELETE ON dropcontact.contact
	FOR EACH STATEMENT EXECUTE FUNCTION dropcontact.lock_matching();

REVOKE ALL ON FUNCTION dropcontact.lock_matching() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dropcontact.lock_matching() TO dropcontact_admin, dropcontact_operator, dropcontact_ingest, dropcontact_controller;
