-- members of entities and of organisations go with their contacts, whoever deletes those
SET client_min_messages = error;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
RESET client_min_messages;
SELECT dropcontact.create_controller('Acme', 'dpo@acme.example'), dropcontact.create_source('crm', region => 'FR'), dropcontact.create_source('erp', region => 'FR');
INSERT INTO dropcontact.contact (source, external_id, first_name, last_name, email, company) VALUES
	('crm', '1', 'Solange', 'Vauquelin', 'solange.vauquelin@kermeur.example', 'Kermeur'),
	('erp', '1', 'Solange', 'Vauquelin', 'solange.vauquelin@kermeur.example', 'Kermeur'),
	('crm', '2', 'Anselme', 'Kergoat', 'anselme.kergoat@kermeur.example', 'Kermeur'),
	('erp', '2', 'Anselme', 'Kergoat', 'anselme.kergoat@kermeur.example', 'Kermeur'),
	('erp', '3', 'Anselme', 'Kergoat', 'anselme.kergoat@kermeur.example', 'Kermeur'),
	('erp', '4', NULL, NULL, 'contact@kermeur.example', 'Kermeur');
SELECT contacts, entities FROM dropcontact.dedupe();
SELECT contact_id, entity_id FROM dropcontact.entity_member ORDER BY 1;
SELECT * FROM dropcontact.company_member ORDER BY 1;
SELECT kind, entity_id, contact_ids, why FROM dropcontact.entity_event ORDER BY event_id;
SELECT old_entity_id, entity_id FROM dropcontact.entity_alias ORDER BY 1;

-- a role that may not write entities deletes contacts; its search path is nobody's business
CREATE ROLE regress_members_feed;
GRANT dropcontact_ingest TO regress_members_feed;
SELECT dropcontact.grant_access('regress_members_feed', 'Acme');
SET ROLE regress_members_feed;
CREATE TEMPORARY TABLE removed (contact_id bigint);
SET search_path = pg_temp, public;
DELETE FROM dropcontact.contact WHERE source = 'crm';
RESET search_path;
RESET ROLE;
SELECT contact_id, entity_id FROM dropcontact.entity_member ORDER BY 1;
SELECT * FROM dropcontact.company_member ORDER BY 1;
SELECT kind, entity_id, contact_ids FROM dropcontact.entity_event WHERE kind = 'removed' ORDER BY event_id;
-- what was founded by a contact that is gone stays the entity of the others
SELECT contacts, entities FROM dropcontact.dedupe();
SELECT contact_id, entity_id FROM dropcontact.entity_member ORDER BY 1;

-- also where triggers of the user are off
SET session_replication_role = replica;
DELETE FROM dropcontact.contact WHERE (source, external_id) = ('erp', '2');
RESET session_replication_role;
SELECT contact_id, entity_id FROM dropcontact.entity_member ORDER BY 1;
TRUNCATE dropcontact.contact CASCADE;
SELECT (SELECT count(*) FROM dropcontact.entity_member) AS members, (SELECT count(*) FROM dropcontact.company_member) AS companies;
-- the trigger is no function to call
SELECT dropcontact.drop_members();
CREATE TRIGGER wrong BEFORE DELETE ON dropcontact.contact FOR EACH ROW EXECUTE FUNCTION dropcontact.drop_members();
INSERT INTO dropcontact.contact (source, last_name) VALUES ('crm', 'Kergoat');
DELETE FROM dropcontact.contact;
DROP TRIGGER wrong ON dropcontact.contact;

SET client_min_messages = error;
DROP OWNED BY regress_members_feed;
DROP ROLE regress_members_feed;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
