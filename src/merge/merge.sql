/* merge.sql: entities, merged contacts by survivorship, decisions of persons */

CREATE VIEW dropcontact.contact_entity WITH (security_invoker = true) AS
	SELECT m.contact_id, m.entity_id, c.source, c.external_id
	FROM dropcontact.entity_member m JOIN dropcontact.contact c USING (contact_id)
	UNION ALL
	SELECT c.contact_id, c.contact_id, c.source, c.external_id
	FROM dropcontact.contact c
	WHERE NOT EXISTS (SELECT FROM dropcontact.entity_member m WHERE m.contact_id = c.contact_id);
COMMENT ON VIEW dropcontact.contact_entity IS 'Every contact in exactly one entity. An entity_id persists: it survives new members, and after a merge the older one lives on';
GRANT SELECT ON dropcontact.contact_entity TO dropcontact_admin, dropcontact_operator, dropcontact_controller;
