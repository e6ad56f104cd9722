-- how far a load has come, and how long the phases of a matching run took
SET client_min_messages = error;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
RESET client_min_messages;
SELECT dropcontact.create_controller('Acme', 'dpo@acme.example'), dropcontact.create_source('crm', region => 'FR');

-- seen while the statement runs, by what runs beside it: here a trigger
CREATE TABLE seen (operation text, phase text, done bigint, total bigint);
CREATE FUNCTION pg_temp.look() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.external_id = '2500' THEN
		INSERT INTO seen SELECT p.operation, p.phase, p.done, p.total FROM dropcontact.progress p WHERE p.pid = pg_backend_pid();
	END IF;
	RETURN NULL;
END
$$;
CREATE TRIGGER look AFTER INSERT OR UPDATE ON dropcontact.contact FOR EACH ROW EXECUTE FUNCTION pg_temp.look();
INSERT INTO dropcontact.contact (source, external_id, last_name, first_name)
SELECT 'crm', n, 'Kergoat', 'Anselme' FROM generate_series(1, 3000) n;
SELECT * FROM seen;
SELECT count(*) AS running FROM dropcontact.progress WHERE pid = pg_backend_pid();
UPDATE dropcontact.contact SET first_name = 'Solange';
SELECT * FROM seen;
-- COPY tells it itself
TRUNCATE seen;
TRUNCATE dropcontact.contact CASCADE;
\copy dropcontact.contact (source, external_id, last_name) FROM PROGRAM 'seq 2500 2510 | sed "s/.*/crm,&,Kergoat/"' CSV
SELECT * FROM seen;
-- a statement that fails leaves nothing behind
INSERT INTO dropcontact.contact (source, external_id, last_name)
SELECT 'crm', n, CASE WHEN n < 5000 THEN 'Kergoat' ELSE (1 / (5000 - n))::text END FROM generate_series(3001, 5001) n;
SELECT count(*) AS running FROM dropcontact.progress WHERE pid = pg_backend_pid();

SELECT operation, step, phase FROM dropcontact.phase_times() ORDER BY 1, 2;
SELECT count(*) > 0 AS trained FROM dropcontact.train();
SELECT contacts FROM dropcontact.dedupe();
SELECT operation, step, phase, elapsed >= '0' AND processor >= '0' AS timed FROM dropcontact.phase_times() ORDER BY 1, 2;
-- of the last run alone
SELECT contacts FROM dropcontact.dedupe();
SELECT count(*) AS steps, count(DISTINCT step) AS numbers FROM dropcontact.phase_times() WHERE operation = 'dedupe';
DROP TABLE seen;
SET client_min_messages = error;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
