-- contact_intake: what is written here goes to contact, as the role that writes
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT dropcontact.create_controller('intake one', 'dpo@one.example') IS NOT NULL AS created;
SELECT dropcontact.create_controller('intake two', 'dpo@two.example') IS NOT NULL AS created;
SET LOCAL dropcontact.controller = 'intake two';
SELECT dropcontact.create_source('crm', 'crm', 100, 'DE') IS NOT NULL AS created;
SET LOCAL dropcontact.controller = 'intake one';
SELECT dropcontact.create_source('crm', 'crm', 100, 'FR') IS NOT NULL AS created;
CREATE ROLE regress_intake LOGIN;
GRANT dropcontact_ingest TO regress_intake;
SELECT dropcontact.grant_access('regress_intake', 'intake one');
SET LOCAL SESSION AUTHORIZATION regress_intake;
RESET dropcontact.controller;

COPY dropcontact.contact_intake (source, external_id, full_name, email, phone, attributes) FROM stdin WITH (FORMAT csv);
crm,1,"DUPONT, jean",JEAN@Example.FR,01 42 68 53 00,"{""tier"": 1}"
crm,2,,not an address,,
,3,,,,
\.
SELECT external_id, source, first_name, last_name, email, phone, attributes, received_at = now() AS now
FROM dropcontact.contact ORDER BY external_id;
SELECT external_id, field, received, corrected FROM dropcontact.correction ORDER BY external_id, field;
SELECT external_id, field, value, problem FROM dropcontact.contact_problem ORDER BY external_id, field;

-- INSERT, its RETURNING, a given received_at; nothing stays
INSERT INTO dropcontact.contact_intake (external_id, email, received_at) VALUES ('4', 'A@B.FR', '2020-01-01') RETURNING external_id, email;
SELECT email, received_at = '2020-01-01' AS kept FROM dropcontact.contact WHERE external_id = '4';
SELECT count(*) FROM dropcontact.contact_intake;
INSERT INTO dropcontact.contact_intake (external_id) SELECT 'none' WHERE false;

-- more rows than a batch
INSERT INTO dropcontact.contact_intake (external_id, email) SELECT 'g' || i, 'user' || i || '@EXAMPLE.fr' FROM generate_series(1, 25000) i;
SELECT count(*), count(DISTINCT contact_id) AS ids, count(*) FILTER (WHERE email LIKE '%@example.fr') AS cleaned FROM dropcontact.contact WHERE external_id LIKE 'g%';

-- a statement inside a statement, also one that fails, keeps its own rows
CREATE FUNCTION pg_temp.nested(id text, fails boolean) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO dropcontact.contact_intake (external_id) VALUES (id || 'a'), (id || 'b');
	IF fails THEN
		RAISE division_by_zero;
	END IF;
	RETURN id;
EXCEPTION WHEN division_by_zero THEN
	RETURN id;
END
$$;
INSERT INTO dropcontact.contact_intake (external_id) SELECT pg_temp.nested('n' || i, i % 2 = 0) FROM generate_series(1, 4) i;
SELECT array_agg(external_id ORDER BY external_id COLLATE "C") FROM dropcontact.contact WHERE external_id LIKE 'n%';

-- a row that cannot be stored fails the statement, and nothing of it stays
\set VERBOSITY terse
SAVEPOINT s;
INSERT INTO dropcontact.contact_intake (external_id) VALUES ('u1'), ('1');
ROLLBACK TO s;
INSERT INTO dropcontact.contact_intake (source, external_id) VALUES ('crm', 'u1'), ('none', 'u2');
ROLLBACK TO s;
SELECT count(*) FROM dropcontact.contact WHERE external_id LIKE 'u%';
RESET SESSION AUTHORIZATION;
GRANT pg_read_server_files TO regress_intake;
SET SESSION AUTHORIZATION regress_intake;
COPY dropcontact.contact (external_id) FROM '/dev/null';
ROLLBACK TO s;
UPDATE dropcontact.contact_intake SET email = 'x';
ROLLBACK TO s;
SET LOCAL dropcontact.controller = 'intake two';
INSERT INTO dropcontact.contact_intake (external_id) VALUES ('other');
ROLLBACK TO s;
RESET SESSION AUTHORIZATION;
SELECT c.name, count(*) FROM dropcontact.contact JOIN dropcontact.controller c USING (controller_id) GROUP BY 1;
ROLLBACK;

-- rows under a controller that is another at the end of the statement are not lost in silence
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT dropcontact.create_controller(n, 'dpo@one.example') IS NOT NULL AS created FROM unnest(ARRAY['c1', 'c2']) n;
SET LOCAL dropcontact.controller = 'c2';
SELECT dropcontact.create_source('crm') IS NOT NULL AS created;
SET LOCAL dropcontact.controller = 'c1';
SELECT dropcontact.create_source('crm') IS NOT NULL AS created;
INSERT INTO dropcontact.contact_intake (external_id, source)
SELECT i::text, left('crm' || set_config('dropcontact.controller', 'c' || i, true), 3) FROM generate_series(1, 2) i;
COMMIT;
SELECT count(*) FROM dropcontact.controller;
