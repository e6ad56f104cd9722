-- what a person asked for holds on a record that comes again, when its source is loaded anew
\set SHOW_CONTEXT never
SET client_min_messages = error;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
SET client_min_messages = warning;
SET search_path = dropcontact;
CREATE ROLE reload_ingest;
GRANT dropcontact_ingest TO reload_ingest;
SELECT create_controller('Acme', 'dpo@acme.example') > 0 AS acme, create_controller('Other', 'dpo@other.example') > 0 AS other, grant_access('reload_ingest', 'Acme');
SET dropcontact.controller = 'Other';
SELECT create_source('table') > 0 AS made;
SET dropcontact.controller = 'Acme';
SELECT create_source('crm') > 0 AS crm, create_source('table') > 0 AS made;
CREATE TABLE public.reload_crm (id integer PRIMARY KEY, name text, mail text);
INSERT INTO public.reload_crm VALUES (1, 'Ana Roux', 'ana@roux.example'), (2, 'Bea Blanc', 'bea@blanc.example'), (3, 'Cleo Noir', 'cleo@noir.example'), (4, 'Dora Brun', 'dora@brun.example'), (5, 'Eva Vert', 'eva@vert.example');
SELECT attach_table('public.reload_crm', 'table', 'id', '{"full_name": "name", "email": "mail"}');
SELECT restrict_processing(submit_request('restriction', '{"email": "ana@roux.example"}', 'controller'));
SELECT request_human_review(submit_request('human_review', '{"email": "bea@blanc.example"}', 'controller'));
SELECT object_processing(submit_request('objection', '{"email": "cleo@noir.example"}', 'controller'), 'synchronise');
SELECT submit_request('objection', '{"email": "dora@brun.example"}', 'controller') AS lifted \gset
SELECT object_processing(:'lifted', 'detect_duplicates'), lift_restriction(:'lifted', announce_lift(:'lifted'));
SELECT contact_id AS old FROM contact WHERE external_id = '2' \gset

CREATE VIEW public.reload_limits AS SELECT l.kind, l.purpose, c.external_id, c.full_name, l.lifted_at IS NOT NULL AS lifted FROM processing_limit l LEFT JOIN contact c USING (contact_id) ORDER BY l.limit_id;
BEGIN;
TRUNCATE public.reload_crm;
INSERT INTO public.reload_crm VALUES (1, 'Ana Rouge', 'ana@roux.example'), (2, 'Bea Bleu', 'bea@blanc.example'), (3, 'Cleo Gris', 'cleo@noir.example'), (4, 'Dora Rose', 'dora@brun.example'), (5, 'Eva Jaune', 'eva@vert.example');
COMMIT;
-- restricted: it stayed as it was; of the others those whose limit is in force have it again
SELECT * FROM public.reload_limits;
SELECT contact_id <> :old AS another_contact FROM contact WHERE external_id = '2';
-- by every path, and for nobody else: another source, another controller, a record without id
DELETE FROM contact WHERE external_id = '2';
SET dropcontact.controller = 'Other';
INSERT INTO contact (source, external_id, full_name) VALUES ('table', '2', 'Bea Autre');
SET dropcontact.controller = 'Acme';
INSERT INTO contact (source, external_id, full_name) VALUES ('crm', '2', 'Bea Autre'), ('table', NULL, 'Bea Autre');
SELECT * FROM public.reload_limits WHERE kind = 'human_review';
SET ROLE reload_ingest;
INSERT INTO contact_intake (source, external_id, full_name) VALUES ('table', '2', 'Bea Violet');
RESET ROLE;
SELECT * FROM public.reload_limits WHERE kind = 'human_review';
DELETE FROM contact WHERE external_id = '2' AND source = 'table';
SELECT external_id, action FROM ingest('table', '{"external_id": "2", "full_name": "Bea Orange"}');
SELECT * FROM public.reload_limits WHERE kind = 'human_review';
SELECT external_id, action FROM ingest('table', '{"external_id": "2", "full_name": "Bea Or"}');
-- a record that got another id keeps its limit; who has its id now is somebody else
UPDATE contact SET external_id = '22' WHERE external_id = '2' AND source = 'table';
INSERT INTO contact (source, external_id, full_name) VALUES ('table', '2', 'Bea Autre');
SELECT * FROM public.reload_limits WHERE kind = 'human_review';
-- an objection binds the next synchronisation, and whoever is erased leaves nothing
INSERT INTO public.reload_crm VALUES (6, 'Flo Gris', 'flo@gris.example');
UPDATE public.reload_crm SET name = name || ' bis';
SELECT external_id, full_name FROM contact WHERE source = 'table' AND external_id IN ('1', '3', '5', '6') ORDER BY 1;
SELECT erase_subject(submit_request('erasure', '{"email": "cleo@noir.example"}', 'controller')) ->> 'state' AS state;
SELECT kind, source, external_id FROM processing_limit WHERE lifted_at IS NULL ORDER BY limit_id;
-- under an agreement too
SET client_min_messages = error;
SELECT sign_agreement('Acme', '2022-12-21', '2023-01-02', '2023-01-02', 'the text') > 0 AS signed, sum(declare_information(s, repeat('a', 64)) + state_legal_basis(s, '6-1-f')) > 0 AS declared FROM unnest('{crm,table}'::text[]) s;
SELECT count(authorise_person(rolname, rolname::text, 'service', 'contract', current_date - 1, repeat('a', 64))) > 0 AS ok FROM roles_with_access();
SELECT count(*) > 0 AS trained FROM (SELECT record_training(rolname, 'data protection', current_date - 1, current_date + 300, repeat('b', 64)) FROM roles_with_access() OFFSET 0) t;
DELETE FROM contact WHERE external_id = '22';
UPDATE processing_limit SET external_id = '2222' WHERE external_id = '2' AND source = 'table';
INSERT INTO contact (source, external_id, full_name, relation) VALUES ('table', '2222', 'Bea Azur', 'customer');
SELECT * FROM public.reload_limits WHERE kind = 'human_review';
SELECT detach_table('public.reload_crm');
DROP VIEW public.reload_limits;
DROP TABLE public.reload_crm;
SET dropcontact.allow_drop = on;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
DROP ROLE reload_ingest;
