-- a person who restricted its contacts: they are stored, and nothing else happens to them
\set SHOW_CONTEXT never
\set VERBOSITY terse
SET client_min_messages = error;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
SET search_path = dropcontact;
SELECT create_controller('Acme', 'dpo@acme.example') > 0 AS acme;
SELECT create_source('crm', region => 'FR') > 0 AS made;
INSERT INTO contact (source, external_id, full_name, email, phone, company) VALUES
	('crm', '1', 'Jean Martin', 'jean.martin@one.example', '01 23 45 67 89', 'One SAS'),
	('crm', '2', 'MARTIN Jean', 'jean.martin@one.example', '01 23 45 67 89', 'One'),
	('crm', '3', 'Anne Petit', 'anne.petit@one.example', NULL, 'One');
SELECT entities FROM dedupe();
SELECT submit_request('restriction', '{"email": "jean.martin@one.example"}', 'controller') AS request \gset
SELECT restrict_processing(:'request');
-- what was merged stays merged; what comes later is not merged with it by a rule
SELECT entities FROM dedupe();
INSERT INTO contact (source, external_id, full_name, email, phone, company) VALUES ('crm', '4', 'Jean Martin', 'jean.martin@one.example', '01 23 45 67 89', 'One SAS');
SELECT entities FROM dedupe();
SELECT external_id, entity_id FROM contact_entity ORDER BY contact_id;
-- neither changed, by any path, nor removed, which could be against the person's interest (GDPR article 18(1)(b), (c))
UPDATE contact SET city = 'Lyon' WHERE external_id = '1';
SELECT external_id, action FROM ingest('crm', '[{"external_id": "1", "city": "Paris"}, {"external_id": "3", "city": "Paris"}]');
DELETE FROM contact WHERE external_id = '1';
SELECT external_id, city FROM contact ORDER BY contact_id;
-- nor shown to who asks for duplicates of a new record
SELECT c.external_id FROM find_matches('{"full_name": "Jean Martin", "email": "jean.martin@one.example"}') m JOIN contact c USING (contact_id) ORDER BY 1;
-- nor decided about
SELECT confirm_match(1, 4);
SELECT reject_match(1, 2);
SELECT unmerge(1);
SELECT purpose, refused FROM processing_run WHERE refused <> '{}' ORDER BY run_id;
-- what the person asks for is done all the same
SELECT submit_request('rectification', '{"source": "crm", "external_id": "2"}', 'controller') AS rectification \gset
SELECT rectify(:'rectification', 'job_title', 'Buyer');
SELECT external_id, job_title FROM contact WHERE job_title IS NOT NULL ORDER BY contact_id;
-- until it is lifted, of which the person is told before
SELECT lift_restriction(:'request', 1);
SELECT announce_lift(:'request') AS notice \gset
SELECT lift_restriction(:'request', :notice);
UPDATE contact SET city = 'Lyon' WHERE external_id = '1';
SELECT city FROM contact WHERE external_id = '1';
SELECT entities FROM dedupe();
SELECT unmerge(1) > 0 AS apart;
-- who wants a person to decide about duplicates is shown to persons, who objects to matching is not
SELECT submit_request('human_review', '{"source": "crm", "external_id": "3"}', 'controller') AS review, submit_request('objection', '{"source": "crm", "external_id": "4"}', 'controller') AS objection \gset
SELECT request_human_review(:'review'), object_processing(:'objection', 'detect_duplicates');
SELECT c.external_id FROM find_matches('{"full_name": "Anne Petit", "email": "anne.petit@one.example"}') m JOIN contact c USING (contact_id);
SELECT c.external_id FROM find_matches('{"full_name": "Jean Martin", "email": "jean.martin@one.example"}') m JOIN contact c USING (contact_id) WHERE c.external_id = '4';
SELECT lift_restriction(r, announce_lift(r)) FROM unnest(ARRAY[:'review', :'objection']::uuid[]) r;
-- with whom a contact was when the restriction began it stays, whoever else joins and leaves
INSERT INTO contact (source, external_id, full_name, email, phone) VALUES
	('crm', '10', 'Alice Moreau', 'alice.moreau@three.example', NULL),
	('crm', '11', 'Marc Dupuis', 'marc.dupuis@two.example', '06 11 22 33 44'),
	('crm', '12', 'Marc Dupuis', 'marc.dupuis@two.example', '06 11 22 33 44');
SELECT match_pending();
INSERT INTO processing_limit (controller_id, contact_id, kind, request_id, from_at) SELECT controller_id, contact_id, 'restriction', :'request', now() FROM contact WHERE external_id = '12';
SELECT c.external_id AS beside FROM processing_limit l JOIN contact c ON c.contact_id = ANY (l.beside) WHERE l.lifted_at IS NULL;
UPDATE contact SET (full_name, email, phone) = ('Marc Dupuis', 'marc.dupuis@two.example', '06 11 22 33 44') WHERE external_id = '10';
SELECT match_pending();
CREATE VIEW pg_temp.together AS SELECT string_agg(external_id, ',' ORDER BY contact_id) AS together FROM contact_entity WHERE external_id IN ('10', '11', '12') GROUP BY entity_id;
SELECT * FROM pg_temp.together ORDER BY 1;
UPDATE contact SET (full_name, email, phone) = ('Alice Moreau', 'alice.moreau@three.example', NULL) WHERE external_id = '10';
SELECT match_pending();
SELECT * FROM pg_temp.together ORDER BY 1;
SELECT entities FROM dedupe();
SELECT * FROM pg_temp.together ORDER BY 1;
-- alone when nobody is left
DELETE FROM contact WHERE external_id = '11';
SELECT match_pending();
SELECT * FROM pg_temp.together ORDER BY 1;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
