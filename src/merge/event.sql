/* event.sql: what happened to entities */

CREATE FUNCTION dropcontact.note_removal() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM dropcontact.contact c WHERE c.contact_id = OLD.contact_id) THEN
		INSERT INTO dropcontact.entity_log (controller_id, kind, entity_id, contact_ids, why)
		VALUES (OLD.controller_id, 'removed', OLD.entity_id, ARRAY[OLD.contact_id], 'contact deleted');
		INSERT INTO dropcontact.match_touched (controller_id, entity_id) VALUES (OLD.controller_id, OLD.entity_id);
	END IF;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION dropcontact.note_removal() IS 'Row trigger of entity_member: notes that a member of an entity was deleted, for persons and for match_pending(). The entity keeps its id as long as it has members';
CREATE TRIGGER note_removal AFTER DELETE ON dropcontact.entity_member
	FOR EACH ROW EXECUTE FUNCTION dropcontact.note_removal();
REVOKE ALL ON FUNCTION dropcontact.note_removal() FROM PUBLIC;

CREATE VIEW dropcontact.entity_event WITH (security_invoker = true) AS
	SELECT event_id, at, kind, entity_id, contact_ids, done_by, why FROM dropcontact.entity_log;
COMMENT ON VIEW dropcontact.entity_event IS 'What was merged, split, confirmed, rejected, unmerged or removed, when, by whom and why';
COMMENT ON COLUMN dropcontact.entity_event.event_id IS 'In order of time';
COMMENT ON COLUMN dropcontact.entity_event.at IS 'When';
COMMENT ON COLUMN dropcontact.entity_event.kind IS 'merged, split, confirmed, rejected, unmerged, removed (a member was deleted)';
COMMENT ON COLUMN dropcontact.entity_event.entity_id IS 'The entity that came of it; NULL for the rejection of two contacts that were not in one';
COMMENT ON COLUMN dropcontact.entity_event.contact_ids IS 'The contacts concerned';
COMMENT ON COLUMN dropcontact.entity_event.done_by IS 'The role that did it';
COMMENT ON COLUMN dropcontact.entity_event.why IS 'By which operation';
GRANT SELECT ON dropcontact.entity_event TO dropcontact_admin, dropcontact_operator, dropcontact_controller;
