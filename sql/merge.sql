-- the ids below are those of a fresh extension
SET client_min_messages = error;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
RESET client_min_messages;
SELECT dropcontact.create_controller('Acme', 'dpo@acme.example'), dropcontact.create_source('crm', priority => 10, region => 'FR'), dropcontact.create_source('erp', 'erp', 20, 'FR');
INSERT INTO dropcontact.contact (source, external_id, full_name, email, phone, company, relation) VALUES
	('crm', '1', 'Mme LEFEBVRE Marie-Claude', ' Marie.Lefebvre@ACME.fr', '01 42 68 53 00', 'ACME FRANCE S.A.S.U.', 'client'),
	('erp', 'a', 'Marie-Claude Lefebvre', 'marie.lefebvre@acme.fr', '06 12 34 56 78', 'Acme France', 'customer'),
	('erp', 'b', 'Jean Durand', 'jean.durand@acme.fr', NULL, 'Acme France', NULL),
	('erp', 'c', NULL, 'not an address', NULL, NULL, 'alien');
SELECT contact_id, field, received, corrected FROM dropcontact.correction ORDER BY 1, 2;
SELECT contact_id, field, value, problem FROM dropcontact.contact_problem ORDER BY 1, 2;
SELECT contacts, matched_pairs, entities FROM dropcontact.dedupe();
SELECT * FROM dropcontact.contact_entity ORDER BY contact_id;
SELECT entity_id, full_name, email, phone, company, emails, phones, sources, contact_ids, members FROM dropcontact.merged_contact ORDER BY 1;
SELECT field, value, contact_id, source FROM dropcontact.merged_field WHERE entity_id = 1 ORDER BY 1;
-- a second run writes nothing
SELECT sum(xmin::text::bigint) AS before FROM dropcontact.entity_member \gset
SELECT contacts, entities FROM dropcontact.dedupe();
SELECT sum(xmin::text::bigint) = :before AS unchanged FROM dropcontact.entity_member;
-- the waterfall adds up
SELECT abs((SELECT sum(weight) FROM dropcontact.explain_match(1, 2) WHERE field <> 'result') - (SELECT weight FROM dropcontact.explain_match(1, 2) WHERE field = 'result')) < 1e-9 AS adds_up;
-- decisions bind
SELECT dropcontact.unmerge(2) > 4 AS new_entity;
SELECT contacts, entities FROM dropcontact.dedupe();
SELECT count(DISTINCT entity_id) FROM dropcontact.contact_entity;
SELECT dropcontact.confirm_match(1, 3);
SELECT count(DISTINCT entity_id) FROM dropcontact.contact_entity;
-- 2 was set apart from 1, and 1 is one with 3
SELECT dropcontact.confirm_match(2, 3);
SELECT kind, contact_ids, why FROM dropcontact.entity_event WHERE kind <> 'unmerged' ORDER BY event_id;
DROP EXTENSION dropcontact CASCADE;
SELECT count(*) FROM pg_namespace WHERE nspname = 'dropcontact';
CREATE EXTENSION dropcontact;
