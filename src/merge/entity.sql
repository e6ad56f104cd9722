/* entity.sql: which contacts make up an entity, and what other rooms know of its members */

CREATE VIEW dropcontact.contact_entity WITH (security_invoker = true) AS
	SELECT m.contact_id, m.entity_id, c.source, c.external_id
	FROM dropcontact.entity_member m JOIN dropcontact.contact c USING (contact_id)
	UNION ALL
	SELECT c.contact_id, c.contact_id, c.source, c.external_id
	FROM dropcontact.contact c
	WHERE NOT EXISTS (SELECT FROM dropcontact.entity_member m WHERE m.contact_id = c.contact_id);
COMMENT ON VIEW dropcontact.contact_entity IS 'Every contact in exactly one entity. An entity_id persists: it survives new members, and after a merge the older one lives on';
COMMENT ON COLUMN dropcontact.contact_entity.contact_id IS 'The contact';
COMMENT ON COLUMN dropcontact.contact_entity.entity_id IS 'Its entity: the person or organisation that it describes';
COMMENT ON COLUMN dropcontact.contact_entity.source IS 'The system that the contact comes from';
COMMENT ON COLUMN dropcontact.contact_entity.external_id IS 'The id of the contact in that system';

CREATE TABLE dropcontact.email_standing (
	controller_id integer NOT NULL REFERENCES dropcontact.controller,
	email text NOT NULL,
	state text NOT NULL CHECK (state IN ('valid', 'soft_bounce', 'hard_bounce', 'departed', 'disposable', 'unknown')),
	PRIMARY KEY (controller_id, email)
);
COMMENT ON TABLE dropcontact.email_standing IS 'What delivery has shown about an e-mail address of contacts, in its clean form; survivorship reads it';
COMMENT ON COLUMN dropcontact.email_standing.controller_id IS 'The controller whose mail it was';
COMMENT ON COLUMN dropcontact.email_standing.email IS 'The address in its clean form';
COMMENT ON COLUMN dropcontact.email_standing.state IS 'valid comes before the others; hard_bounce and departed come last and survive only when there is nothing else';

DO $$
DECLARE
	t text;
BEGIN
	FOREACH t IN ARRAY ARRAY['email_standing'] LOOP
		EXECUTE pg_catalog.format('ALTER TABLE dropcontact.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', t);
		EXECUTE pg_catalog.format('CREATE POLICY own ON dropcontact.%I USING (controller_id = ANY ((SELECT dropcontact.visible_controllers())::integer[]))', t);
		EXECUTE pg_catalog.format('GRANT SELECT ON dropcontact.%I TO dropcontact_admin, dropcontact_operator, dropcontact_controller', t);
		EXECUTE pg_catalog.format('GRANT INSERT, UPDATE, DELETE ON dropcontact.%I TO dropcontact_admin, dropcontact_operator', t);
		PERFORM pg_catalog.pg_extension_config_dump(pg_catalog.format('dropcontact.%I', t)::regclass, '');
	END LOOP;
END
$$;
GRANT SELECT ON dropcontact.contact_entity TO dropcontact_admin, dropcontact_operator, dropcontact_controller;
