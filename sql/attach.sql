-- a table of the user and its contacts in step
CREATE ROLE regress_shop_owner LOGIN;
CREATE ROLE regress_shop_clerk LOGIN;
GRANT dropcontact_operator TO regress_shop_owner;
SET dropcontact.controller = 'attach test';
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT dropcontact.create_controller('attach test', 'dpo@attach.example') IS NOT NULL AS created;
SELECT dropcontact.create_controller('attach other', 'dpo@other.example') IS NOT NULL AS created;
SELECT dropcontact.grant_access('regress_shop_owner', 'attach test');
CREATE SCHEMA "Shop" AUTHORIZATION regress_shop_owner;
GRANT USAGE ON SCHEMA "Shop" TO regress_shop_clerk;
SET LOCAL SESSION AUTHORIZATION regress_shop_owner;
SET LOCAL search_path = "Shop";
SELECT dropcontact.create_source('shop', 'table', 100, 'FR') IS NOT NULL AS created;
SELECT dropcontact.create_source('second', 'table', 100, 'FR') IS NOT NULL AS created;
CREATE DOMAIN note AS numeric;
CREATE TABLE "Customer %s" (id integer PRIMARY KEY, "Né le" date, nom text, mail varchar(80), tel text, autres text[], vip boolean, note note, tags text[],
	changed timestamp, extra jsonb, raw json, unused text, code char(4) NOT NULL UNIQUE, loose integer UNIQUE, pair_a integer NOT NULL, pair_b integer, UNIQUE (pair_a, pair_b));
GRANT ALL ON "Customer %s" TO regress_shop_clerk;
INSERT INTO "Customer %s" VALUES
	(1, '1990-01-31', 'M. Jean DUPONT', 'JD@A.fr', '01 42 68 53 00', '{A@B.fr}', true, 1.50, '{a,b}', '2026-01-01 10:00', '{"k": 1}', '[1,null]', 'u', 'a', 1, 1, 1),
	(2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'b', NULL, 2, NULL);
CREATE FUNCTION pg_temp.contacts() RETURNS TABLE (external_id text, full_name text, email text, phone text, attributes jsonb)
	LANGUAGE sql AS 'SELECT external_id, full_name, email, phone, attributes FROM dropcontact.contact ORDER BY external_id COLLATE "C"';

SELECT dropcontact.attach_table('"Customer %s"', 'shop', 'id', '{"full_name": "nom", "email": "mail", "login": "mail", "phone": "tel", "other_emails": "autres", "vip": "vip",
	"note": "note", "tags": "tags", "updated_at": "changed", "attributes": "extra", "Prénom '' \" \\": "Né le", "raw": "raw"}');
SELECT external_id, full_name, email, other_emails, phone, attributes - 'raw' AS attributes, attributes -> 'raw' AS raw, updated_at AT TIME ZONE 'UTC' AS updated FROM dropcontact.contact ORDER BY external_id;
SELECT relation, controller, source, key, jsonb_pretty(mapping) AS mapping FROM dropcontact.attached_table;

-- INSERT, COPY, UPDATE, DELETE, upserts; a writer who has no right on contact
SET LOCAL SESSION AUTHORIZATION regress_shop_clerk;
SET LOCAL search_path = "Shop";
SAVEPOINT s;
SELECT count(*) FROM dropcontact.contact;
ROLLBACK TO s;
INSERT INTO "Customer %s" (id, nom, code, pair_a) VALUES (3, 'Anne MARTIN', 'c', 3), (4, 'Paul MOREAU', 'd', 4);
COPY "Customer %s" (id, nom, code, pair_a) FROM stdin;
5	Zoé X	e	5
\.
UPDATE "Customer %s" SET mail = 'A.Martin@Example.fr', unused = 'x' WHERE id = 3;
UPDATE "Customer %s" SET mail = NULL, extra = '{"k": 2}' WHERE id = 1;
DELETE FROM "Customer %s" WHERE id = 4;
INSERT INTO "Customer %s" (id, nom, code, pair_a) VALUES (5, 'Zoé Y', 'e', 5), (6, 'Léa Z', 'f', 6) ON CONFLICT (id) DO UPDATE SET nom = excluded.nom;
WITH moved AS (DELETE FROM "Customer %s" WHERE id = 6 RETURNING *) INSERT INTO "Customer %s" (id, nom, code, pair_a) SELECT 7, nom, 'g', 7 FROM moved;
RESET SESSION AUTHORIZATION;
SET LOCAL search_path = "Shop";
SELECT external_id, full_name, email, phone, attributes -> 'k' AS k, attributes -> 'login' AS login FROM pg_temp.contacts();
-- a key that changes is another contact; a key that passes on to another row; what is not carried changes nothing
UPDATE "Customer %s" SET id = 30 WHERE id = 3;
SELECT external_id, email FROM pg_temp.contacts();
UPDATE "Customer %s" SET id = CASE id WHEN 2 THEN 40 ELSE 2 END WHERE id IN (2, 30);
SELECT external_id, full_name FROM pg_temp.contacts();
SELECT array_agg(ctid ORDER BY ctid) AS places FROM dropcontact.contact \gset
UPDATE "Customer %s" SET unused = 'y', nom = nom;
SELECT array_agg(ctid ORDER BY ctid) = :'places' AS not_written FROM dropcontact.contact;

-- renamed: the table, its columns, the schema
ALTER TABLE "Customer %s" RENAME mail TO courriel;
ALTER TABLE "Customer %s" RENAME id TO "Numéro";
ALTER TABLE "Customer %s" ADD mail text;
ALTER TABLE "Customer %s" DROP unused;
ALTER TABLE "Customer %s" RENAME TO client;
ALTER SCHEMA "Shop" RENAME TO boutique;
SET LOCAL search_path = boutique;
INSERT INTO client ("Numéro", courriel, mail, code, pair_a) VALUES (8, 'right@example.fr', 'wrong@example.fr', 'h', 8);
SELECT external_id, email FROM pg_temp.contacts() WHERE external_id = '8';
SELECT relation, key, mapping ->> 'email' AS email FROM dropcontact.attached_table;
-- TRUNCATE
SAVEPOINT s;
TRUNCATE client;
SELECT count(*) FROM dropcontact.contact;
ROLLBACK TO s;
-- a column that is carried
\set VERBOSITY terse
ALTER TABLE client DROP courriel;
ROLLBACK TO s;
ALTER TABLE client ALTER courriel TYPE text;
ROLLBACK TO s;
ALTER TABLE client DROP courriel CASCADE;
UPDATE client SET nom = 'x';
ROLLBACK TO s;
ALTER TABLE client ALTER code DROP NOT NULL;
SELECT dropcontact.attach_table('client', 'second', 'Numéro', '{"full_name": "nom"}');
ROLLBACK TO s;
DELETE FROM dropcontact.source WHERE name = 'shop';
ROLLBACK TO s;
\set VERBOSITY default

-- detached: the contacts stay, nothing is carried, and it can be attached again
SET LOCAL SESSION AUTHORIZATION regress_shop_owner;
SET LOCAL search_path = boutique;
SELECT dropcontact.detach_table('client');
SELECT count(*) FROM pg_trigger WHERE tgrelid = 'client'::regclass AND NOT tgisinternal;
INSERT INTO client ("Numéro", code, pair_a) VALUES (9, 'i', 9);
SELECT count(*) FROM dropcontact.contact WHERE external_id = '9';
SELECT dropcontact.attach_table('client', 'shop', 'Numéro', '{"full_name": "nom"}');
SELECT external_id, full_name, email FROM pg_temp.contacts() WHERE external_id IN ('2', '9');
SELECT dropcontact.detach_table('client');

-- what is refused
SAVEPOINT s;
SELECT dropcontact.detach_table('client');
ROLLBACK TO s;
DELETE FROM client WHERE "Numéro" = 1;
SELECT dropcontact.attach_table('client', 'shop', 'Numéro', '{"full_name": "nom"}');
ROLLBACK TO s;
DELETE FROM dropcontact.contact;
CREATE VIEW a_view AS SELECT 1 AS id;
CREATE TABLE parted (id integer PRIMARY KEY) PARTITION BY RANGE (id);
CREATE TABLE part PARTITION OF parted DEFAULT;
CREATE TABLE parent (id integer PRIMARY KEY);
CREATE TABLE child () INHERITS (parent);
CREATE TEMP TABLE temporary (id integer PRIMARY KEY);
CREATE FUNCTION pg_temp.attach(relation text, source text, key text, mapping jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	m text;
	d text;
BEGIN
	RETURN dropcontact.attach_table(relation::regclass, source, key, mapping);
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS m = MESSAGE_TEXT, d = PG_EXCEPTION_DETAIL;
	RETURN SQLSTATE || ' ' || m || coalesce(' | ' || nullif(d, ''), '');
END
$$;
SELECT t.*, r.attach AS result FROM (VALUES
	('a_view', 'shop', 'id', '{"full_name": "id"}'::jsonb), ('parted', 'shop', 'id', '{"full_name": "id"}'), ('part', 'shop', 'id', '{"full_name": "id"}'),
	('parent', 'shop', 'id', '{"full_name": "id"}'), ('child', 'shop', 'id', '{"full_name": "id"}'), ('temporary', 'shop', 'id', '{"full_name": "id"}'),
	('pg_catalog.pg_class', 'shop', 'oid', '{"full_name": "relname"}'), ('dropcontact.contact', 'shop', 'contact_id', '{"full_name": "full_name"}'),
	('missing', 'shop', 'id', '{"full_name": "nom"}'),
	('client', 'none', 'Numéro', '{"full_name": "nom"}'), ('client', NULL, 'Numéro', '{"full_name": "nom"}'), ('client', 'shop', NULL, '{"full_name": "nom"}'), ('client', 'shop', 'Numéro', NULL),
	('client', 'shop', 'id', '{"full_name": "nom"}'), ('client', 'shop', 'ctid', '{"full_name": "nom"}'), ('client', 'shop', 'loose', '{"full_name": "nom"}'), ('client', 'shop', 'pair_a', '{"full_name": "nom"}'), ('client', 'shop', 'nom', '{"full_name": "nom"}'),
	('client', 'shop', 'Numéro', '{}'), ('client', 'shop', 'Numéro', '[]'), ('client', 'shop', 'Numéro', '"nom"'), ('client', 'shop', 'Numéro', '{"full_name": 1}'),
	('client', 'shop', 'Numéro', '{"full_name": "unused"}'), ('client', 'shop', 'Numéro', '{"full_name": "full_name"}'), ('client', 'shop', 'Numéro', '{"full_name": "........pg.dropped.13........"}'),
	('client', 'shop', 'Numéro', '{"external_id": "nom"}'), ('client', 'shop', 'Numéro', '{"gender": "nom"}'), ('client', 'shop', 'Numéro', '{"source": "nom"}'), ('client', 'shop', 'Numéro', '{"": "nom"}'),
	('client', 'shop', 'Numéro', '{"other_emails": "courriel"}'), ('client', 'shop', 'Numéro', '{"email": "autres"}'), ('client', 'shop', 'Numéro', '{"updated_at": "nom"}'), ('client', 'shop', 'Numéro', '{"attributes": "nom"}')
) t(relation, source, key, mapping), LATERAL pg_temp.attach(t.relation, t.source, t.key, t.mapping) r(attach);
\set VERBOSITY terse
SELECT dropcontact.attach_table('client', 'shop', 'Numéro', '{"full_name": "nom"}') > 0 AS loaded;
CREATE TABLE another (id integer PRIMARY KEY, nom text);
SAVEPOINT s;
SELECT dropcontact.attach_table('client', 'second', 'Numéro', '{"full_name": "nom"}');
ROLLBACK TO s;
SELECT dropcontact.attach_table('another', 'shop', 'id', '{"full_name": "nom"}');
ROLLBACK TO s;
-- triggers of one's own carry nothing
CREATE TRIGGER own AFTER INSERT ON another REFERENCING NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION dropcontact.carry_rows();
INSERT INTO another VALUES (1);
ROLLBACK TO s;
-- who does not own the table, sees no controller, or has no role
SET LOCAL SESSION AUTHORIZATION regress_shop_clerk;
SELECT dropcontact.attach_table('boutique.another', 'second', 'id', '{"full_name": "nom"}');
ROLLBACK TO s;
RESET SESSION AUTHORIZATION;
SET LOCAL search_path = boutique;
GRANT dropcontact_operator TO regress_shop_clerk;
SET LOCAL SESSION AUTHORIZATION regress_shop_clerk;
SELECT dropcontact.attach_table('boutique.another', 'second', 'id', '{"full_name": "nom"}');
ROLLBACK TO s;
RESET SESSION AUTHORIZATION;
SET LOCAL search_path = boutique;
GRANT dropcontact_operator TO regress_shop_clerk;
SELECT dropcontact.grant_access('regress_shop_clerk', 'attach test');
SET LOCAL SESSION AUTHORIZATION regress_shop_clerk;
SELECT dropcontact.attach_table('boutique.another', 'second', 'id', '{"full_name": "nom"}');
ROLLBACK TO s;

-- a type of the user cannot run code as the owner of the extension
SET LOCAL SESSION AUTHORIZATION regress_shop_owner;
SET LOCAL search_path = boutique;
SELECT dropcontact.create_source('third', 'table') IS NOT NULL AS created;
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE FUNCTION spy(mood) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'cast run by %', current_user; END $$;
CREATE CAST (mood AS text) WITH FUNCTION spy(mood) AS ASSIGNMENT;
CREATE TABLE moody (id integer PRIMARY KEY, m mood, many mood[]);
SELECT dropcontact.attach_table('moody', 'third', 'id', '{"job_title": "m", "moods": "many"}');
INSERT INTO moody VALUES (1, 'good', '{bad,good}');
SELECT job_title, attributes FROM dropcontact.contact WHERE source = 'third';

-- DROP TABLE leaves the contacts; DROP EXTENSION takes the triggers with it
DROP TABLE moody;
SELECT count(*) FROM dropcontact.contact WHERE source = 'third';
RESET SESSION AUTHORIZATION;
SET LOCAL search_path = boutique;
DROP EXTENSION dropcontact;
ROLLBACK TO s;
RESET SESSION AUTHORIZATION;
SET LOCAL search_path = boutique;
DROP EXTENSION dropcontact CASCADE;
SELECT tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1;
UPDATE client SET nom = 'free';
ROLLBACK;
-- keys that move up, as a renumbering does: the contact of a key that another row takes over is updated, not made anew; a key without characters is none
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT dropcontact.create_controller('attach test', 'dpo@attach.example') IS NOT NULL AS created;
SELECT dropcontact.create_source('shop', 'table') IS NOT NULL AS created;
CREATE TABLE numbered (id text PRIMARY KEY, name text);
INSERT INTO numbered VALUES ('3', 'Cid Roy'), ('2', 'Bob Roy'), ('1', 'Ann Roy');
SELECT dropcontact.attach_table('numbered', 'shop', 'id', '{"full_name": "name"}');
CREATE TEMP TABLE before AS SELECT contact_id, external_id FROM dropcontact.contact;
UPDATE numbered SET id = id::integer + 1;
SELECT c.external_id, c.full_name, c.contact_id = b.contact_id AS same FROM dropcontact.contact c LEFT JOIN before b USING (external_id) ORDER BY 1;
INSERT INTO numbered VALUES ('', 'Nobody');
ROLLBACK;
-- keys are written in one way whatever the session's settings; the blanks that fill up a char(n) are no part of one
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT dropcontact.create_controller('attach test', 'dpo@attach.example') IS NOT NULL AS created;
SELECT bool_and(dropcontact.create_source(s, 'table') IS NOT NULL) AS created FROM unnest('{day,code,ratio}'::text[]) s;
SET LOCAL datestyle = 'German';
SET LOCAL timezone = 'Asia/Tokyo';
SET LOCAL extra_float_digits = 0;
CREATE TABLE by_day (id timestamptz PRIMARY KEY, name text);
INSERT INTO by_day VALUES ('2020-02-01 10:00+00', 'Ann Roy');
CREATE TABLE by_code (id char(8) PRIMARY KEY, name text);
INSERT INTO by_code VALUES ('AB', 'Bob Roy');
CREATE TABLE by_ratio (id float8 PRIMARY KEY, name text);
INSERT INTO by_ratio VALUES (0.1::float8 + 0.2::float8, 'Cid Roy');
SELECT dropcontact.attach_table('by_' || s, s, 'id', '{"full_name": "name"}') FROM unnest('{day,code,ratio}'::text[]) s;
RESET extra_float_digits;
RESET timezone;
UPDATE by_day SET name = 'Ann Day';
UPDATE by_code SET name = 'Bob Code';
UPDATE by_ratio SET name = 'Cid Ratio';
SELECT source, external_id, full_name FROM dropcontact.contact ORDER BY 1;
-- a table that was dropped leaves its source to the next
DROP TABLE by_code;
CREATE TABLE by_code_again (id text PRIMARY KEY, name text);
INSERT INTO by_code_again VALUES ('AB', 'Bob Again'), ('CD', 'Dan Roy');
SELECT dropcontact.attach_table('by_code_again', 'code', 'id', '{"full_name": "name"}');
SELECT external_id, full_name FROM dropcontact.contact WHERE source = 'code' ORDER BY 1;
SAVEPOINT s;
INSERT INTO by_code_again VALUES (' ', 'Nobody');
ROLLBACK TO s;
SELECT dropcontact.attach_table(NULL, 'code', 'id', '{"full_name": "name"}');
ROLLBACK;
-- at an isolation level that could miss rows
BEGIN ISOLATION LEVEL REPEATABLE READ;
SET LOCAL client_min_messages = warning;
SELECT dropcontact.create_controller('attach test', 'dpo@attach.example') IS NOT NULL AS created;
SELECT dropcontact.create_source('shop', 'table') IS NOT NULL AS created;
CREATE TABLE late (id integer PRIMARY KEY);
SELECT dropcontact.attach_table('late', 'shop', 'id', '{"full_name": "id"}');
ROLLBACK;
DROP ROLE regress_shop_owner, regress_shop_clerk;
