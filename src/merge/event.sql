/* event.sql: what happened to entities */

CREATE VIEW dropcontact.entity_event WITH (security_invoker = true) AS
	SELECT event_id, at, kind, entity_id, contact_ids, done_by, why FROM dropcontact.entity_log;
COMMENT ON VIEW dropcontact.entity_event IS 'What was merged, split, confirmed, rejected or unmerged, when, by whom and why';
COMMENT ON COLUMN dropcontact.entity_event.event_id IS 'In order of time';
COMMENT ON COLUMN dropcontact.entity_event.at IS 'When';
COMMENT ON COLUMN dropcontact.entity_event.kind IS 'merged, split, confirmed, rejected, unmerged';
COMMENT ON COLUMN dropcontact.entity_event.entity_id IS 'The entity that came of it; NULL for the rejection of two contacts that were not in one';
COMMENT ON COLUMN dropcontact.entity_event.contact_ids IS 'The contacts concerned';
COMMENT ON COLUMN dropcontact.entity_event.done_by IS 'The role that did it';
COMMENT ON COLUMN dropcontact.entity_event.why IS 'By which operation';
GRANT SELECT ON dropcontact.entity_event TO dropcontact_admin, dropcontact_operator, dropcontact_controller;
