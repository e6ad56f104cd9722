-- match_pending() and immediate matching give what dedupe() gives: random inserts, updates, deletes, decisions and restrictions
SET client_min_messages = error;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
RESET client_min_messages;
SELECT dropcontact.create_controller('Increment', 'dpo@increment.example'), dropcontact.create_source('crm', 'crm', 10, 'FR');
CREATE TABLE public.increment_settings (pool integer, organisations float8);
INSERT INTO public.increment_settings VALUES (60, 0);
CREATE SEQUENCE public.increment_id;

-- few names, mailboxes, numbers and firms among many, so that blocks grow and shrink across their limits and values become shared
CREATE FUNCTION pg_temp.mistyped(t text) RETURNS text LANGUAGE sql VOLATILE AS
	$$ SELECT CASE WHEN random() < 0.8 OR length(t) < 4 THEN t ELSE overlay(t PLACING chr(97 + floor(random() * 26)::integer) FROM 2 + floor(random() * (length(t) - 2))::integer FOR 1) END $$;
CREATE FUNCTION pg_temp.person(n integer) RETURNS TABLE (first_name text, last_name text, email text, phone text, company text, city text, postcode text)
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	s public.increment_settings := (SELECT x FROM public.increment_settings x);
	p integer := floor(random() * s.pool);
BEGIN
	first_name := pg_temp.mistyped((ARRAY['Anne', 'Paul', 'Marie', 'Luc', 'Emma', 'Hugo', 'Louis', 'Bob', 'Robert', 'Jean'])[p % 10 + 1]);
	last_name := pg_temp.mistyped((ARRAY['Martin', 'Bernard', 'Dubois', 'Petit', 'Durand', 'Leroy', 'Moreau'])[p % 7 + 1] ||
		/* of many, each with a family of its own */
		CASE WHEN s.pool > 1000 THEN translate(to_char(p * 7919 % 10007, 'FM0000'), '0123456789', 'acdeginoru') ELSE '' END);
	email := CASE WHEN random() < 0.4 THEN format('p%s@maison%s.fr', p, p % 5) WHEN random() < 0.15 THEN format('shared%s@maison%s.fr', p % 4, p % 5) END;
	phone := CASE WHEN random() < 0.4 THEN '+336' || lpad((p * 7919)::text, 8, '0') WHEN random() < 0.3 THEN '+33142685' || lpad((p % 3)::text, 3, '0') END;
	company := CASE WHEN random() < 0.6 THEN 'Maison ' || (ARRAY['Alpha', 'Beta', 'Gamma'])[p % 3 + 1] END;
	city := (ARRAY['Paris', 'Lyon'])[p % 2 + 1];
	postcode := lpad((p % 4 * 1000 + 1000)::text, 5, '0');
	IF random() < s.organisations THEN
		first_name := NULL;
		last_name := NULL;
		company := coalesce(company, 'Maison Delta');
	END IF;
	RETURN NEXT;
END
$$;
CREATE FUNCTION pg_temp.any_contact() RETURNS bigint LANGUAGE sql VOLATILE AS
	$$ SELECT contact_id FROM dropcontact.contact ORDER BY random() LIMIT 1 $$;
CREATE FUNCTION pg_temp.add(n integer) RETURNS void LANGUAGE sql AS $$
	INSERT INTO dropcontact.contact (source, external_id, first_name, last_name, email, phone, company, city, postcode)
	SELECT 'crm', nextval('public.increment_id'), p.* FROM generate_series(1, n) g CROSS JOIN LATERAL pg_temp.person(g) p $$;

CREATE FUNCTION pg_temp.decide() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	pair record;
	r float8 := random();
BEGIN
	SELECT a, b INTO pair FROM (
		SELECT a_contact_id AS a, b_contact_id AS b FROM dropcontact.match_pair
		UNION ALL
		SELECT x.contact_id, y.contact_id FROM dropcontact.entity_member x JOIN dropcontact.entity_member y USING (entity_id) WHERE x.contact_id < y.contact_id) q
	ORDER BY random() LIMIT 1;
	IF NOT FOUND THEN
		RETURN;
	ELSIF r < 0.35 THEN
		PERFORM dropcontact.confirm_match(pair.a, pair.b);
	ELSIF r < 0.65 THEN
		PERFORM dropcontact.reject_match(pair.a, pair.b);
	ELSE
		PERFORM dropcontact.unmerge(pair.a);
	END IF;
EXCEPTION WHEN integrity_constraint_violation OR SQLSTATE 'RG176' THEN
	/* against an earlier decision, or about a contact that is only stored */
	NULL;
END
$$;
-- a person asks for a restriction, or for a decision by persons; all of its contacts are limited at once
CREATE FUNCTION pg_temp.limit() RETURNS void LANGUAGE sql AS $$
	INSERT INTO dropcontact.processing_limit (controller_id, contact_id, kind, request_id, from_at)
	SELECT c.controller_id, c.contact_id, CASE WHEN random() < 0.7 THEN 'restriction' ELSE 'human_review' END, '00000000-0000-0000-0000-000000000000', now()
	FROM dropcontact.contact c WHERE c.contact_id = (SELECT pg_temp.any_contact()) OR (c.contact_id % 10 < 2 AND c.contact_id IN (
		SELECT m.contact_id FROM dropcontact.entity_member m WHERE m.entity_id = (SELECT o.entity_id FROM dropcontact.entity_member o ORDER BY random() LIMIT 1))) $$;
CREATE FUNCTION pg_temp.lift() RETURNS void LANGUAGE sql AS $$
	DELETE FROM dropcontact.processing_limit WHERE limit_id IN (SELECT limit_id FROM dropcontact.processing_limit ORDER BY random() LIMIT 2) $$;
CREATE FUNCTION pg_temp.change(n integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	r float8;
BEGIN
	FOR i IN 1 .. n LOOP
		r := random();
		IF r < 0.4 THEN
			PERFORM pg_temp.add(1);
		ELSIF r < 0.65 THEN
			UPDATE dropcontact.contact c SET (first_name, last_name, email, phone, company, city, postcode) = (SELECT p.* FROM pg_temp.person(i) p)
			WHERE contact_id = (SELECT pg_temp.any_contact());
		ELSIF r < 0.75 THEN
			UPDATE dropcontact.contact SET city = 'Nantes', attributes = '{"seen": true}' WHERE contact_id = (SELECT pg_temp.any_contact());
		ELSIF r < 0.92 THEN
			DELETE FROM dropcontact.contact WHERE contact_id = (SELECT pg_temp.any_contact());
		ELSIF r < 0.97 THEN
			PERFORM pg_temp.decide();
		ELSIF r < 0.99 THEN
			PERFORM pg_temp.limit();
		ELSE
			PERFORM pg_temp.lift();
		END IF;
	END LOOP;
END
$$;

-- what matching stores, whatever the ids of entities
CREATE FUNCTION pg_temp.result() RETURNS text[] LANGUAGE sql AS $$
	SELECT ARRAY[
		(SELECT string_agg(m, ';' ORDER BY m) FROM (SELECT string_agg(contact_id::text, ',' ORDER BY contact_id) AS m FROM dropcontact.contact_entity GROUP BY entity_id HAVING count(*) > 1) x),
		(SELECT string_agg(format('%s-%s:%s', a_contact_id, b_contact_id, round(probability::numeric, 6)), ';' ORDER BY a_contact_id, b_contact_id) FROM dropcontact.match_pair),
		(SELECT string_agg(value_hash::text, ';' ORDER BY value_hash) FROM dropcontact.match_value WHERE shared),
		(SELECT string_agg(format('%s>%s', contact_id, company_entity_id), ';' ORDER BY contact_id) FROM dropcontact.company_member)] $$;
-- in most rounds what dedupe() did is undone, so that runs over changes follow each other
CREATE FUNCTION pg_temp.play(rounds integer, most integer, OUT rounds_played integer, OUT rounds_that_differ integer) LANGUAGE plpgsql AS $$
DECLARE
	alone text[];
	all_anew text[];
BEGIN
	rounds_that_differ := 0;
	FOR i IN 1 .. rounds LOOP
		PERFORM pg_temp.change(1 + floor(random() * most)::integer);
		PERFORM dropcontact.match_pending();
		alone := pg_temp.result();
		BEGIN
			PERFORM dropcontact.dedupe();
			all_anew := pg_temp.result();
			IF i % 10 <> 0 THEN
				RAISE EXCEPTION 'undo' USING ERRCODE = 'UNDO1';
			END IF;
		EXCEPTION WHEN SQLSTATE 'UNDO1' THEN
			NULL;
		END;
		rounds_that_differ := rounds_that_differ + (alone IS DISTINCT FROM all_anew)::integer;
	END LOOP;
	rounds_played := rounds;
END
$$;
SELECT setseed(0.5);
SELECT pg_temp.add(200);
SELECT contacts FROM dropcontact.dedupe();
-- most of it is done without reading all contacts: the pages of keys are those of the last dedupe()
SELECT checksum AS before FROM dropcontact.match_index_state \gset
SELECT pg_temp.add(3);
SELECT dropcontact.match_pending();
SELECT checksum = :before AS pages_stand, contacts FROM dropcontact.match_index_state;
-- a change of nothing that is compared is none
UPDATE dropcontact.contact SET attributes = '{"colour": "blue"}' WHERE contact_id = 1;
SELECT dropcontact.match_pending();
SELECT * FROM pg_temp.play(300, 5);
-- blocks that are large, values that everybody shares
UPDATE public.increment_settings SET pool = 12;
SELECT pg_temp.add(150);
SELECT * FROM pg_temp.play(200, 8);
-- organisations among persons, then almost alone
UPDATE public.increment_settings SET pool = 60, organisations = 0.2;
SELECT * FROM pg_temp.play(100, 4);
UPDATE public.increment_settings SET organisations = 0.95;
DELETE FROM dropcontact.contact WHERE last_name IS NOT NULL;
SELECT * FROM pg_temp.play(100, 4);
-- a match field takes part
UPDATE public.increment_settings SET organisations = 0;
DELETE FROM dropcontact.processing_limit;
DELETE FROM dropcontact.contact WHERE last_name IS NULL;
SELECT pg_temp.add(100);
SELECT dropcontact.add_match_field('birth', 'date');
UPDATE dropcontact.contact SET attributes = jsonb_build_object('birth', date '1970-01-01' + (contact_id % 40)::integer);
SELECT * FROM pg_temp.play(100, 5);
-- inside each writing statement
SELECT dropcontact.configure('match_mode', 'immediate', 'test', 'test');
SELECT * FROM pg_temp.play(200, 4);
SELECT dropcontact.match_pending();

-- many at once: their keys get pages of their own, which few changes go out of and later many take in
SELECT dropcontact.configure('match_mode', 'manual', 'test', 'test');
UPDATE public.increment_settings SET pool = 3000;
SELECT pg_temp.add(2300);
SELECT dropcontact.match_pending() > 0 AS matched;
SELECT pg_temp.add(1100);
SELECT dropcontact.match_pending();
SELECT runs FROM dropcontact.match_index_state;
SELECT * FROM pg_temp.play(5, 4);
SELECT pg_temp.add(520);
SELECT dropcontact.match_pending();
SELECT * FROM pg_temp.play(9, 20);
SELECT (SELECT count(DISTINCT run) FROM dropcontact.match_index) - 1 = runs AS pages_of_each FROM dropcontact.match_index_state;
UPDATE dropcontact.contact c SET (first_name, last_name, email, phone, company, city, postcode) = (SELECT p.* FROM pg_temp.person(c.contact_id::integer) p)
WHERE contact_id IN (SELECT contact_id FROM dropcontact.contact ORDER BY random() LIMIT 600);
SELECT * FROM pg_temp.play(9, 20);
DELETE FROM dropcontact.contact WHERE contact_id IN (SELECT contact_id FROM dropcontact.contact ORDER BY random() LIMIT 700);
SELECT * FROM pg_temp.play(9, 20);
-- no page tells of a contact that is no more, or was changed; each has all keys of it
CREATE FUNCTION pg_temp.number_at(page bytea, place integer, bytes integer) RETURNS bigint LANGUAGE sql AS $$
	SELECT coalesce(sum(get_byte(page, place + i)::bigint << 8 * i), 0)::bigint FROM generate_series(0, bytes - 1) i $$;
CREATE FUNCTION pg_temp.contacts_of(page bytea) RETURNS SETOF bigint LANGUAGE plpgsql AS $$
DECLARE
	width integer := get_byte(page, 8);
	place integer := 9;
	head integer;
	n integer;
	size integer;
BEGIN
	WHILE place < length(page) LOOP
		head := get_byte(page, place);
		n := CASE head >> 5 WHEN 0 THEN pg_temp.number_at(page, place + 1, 2) ELSE head >> 5 END;
		size := width + CASE head & 16 WHEN 0 THEN 0 ELSE 8 END;
		place := place + CASE head >> 5 WHEN 0 THEN 3 ELSE 1 END + (head & 15);
		RETURN QUERY SELECT pg_temp.number_at(page, 0, 8) + pg_temp.number_at(page, place + size * i, width) FROM generate_series(0, n - 1) i;
		place := place + size * n;
	END LOOP;
END
$$;
SELECT count(*) FROM (SELECT i.controller_id, i.run, e AS contact_id, count(*) AS keys FROM dropcontact.match_index i CROSS JOIN pg_temp.contacts_of(i.entries) e GROUP BY 1, 2, 3) x
	WHERE run > 0 AND NOT EXISTS (SELECT FROM dropcontact.match_changed c WHERE (c.controller_id, c.run, c.contact_id) = (x.controller_id, x.run, x.contact_id)
		AND pg_temp.number_at(c.entry, 24, 8) = x.keys);

-- a word of the controller, a threshold, a model: all is matched anew
SELECT signature AS before FROM dropcontact.match_index_state \gset
SELECT dropcontact.add_word('nicknames', 'toto', 'hugo');
SELECT pg_temp.add(1);
SELECT dropcontact.match_pending();
SELECT signature <> :before AS anew FROM dropcontact.match_index_state;
SELECT count(*) > 0 AS trained FROM dropcontact.train();
SELECT count(*) FROM dropcontact.match_index_state;
SELECT dropcontact.match_pending();
SELECT count(*) FROM dropcontact.match_index_state;

-- who was updated since is found by what it is now, no longer by what it was
INSERT INTO dropcontact.contact (source, external_id, full_name, email) VALUES ('crm', 'u', 'Ursula Uhlig', 'ursula@uhlig.example'), ('crm', 'v', 'Viktor Vogt', 'viktor@vogt.example');
SELECT dropcontact.match_pending() > 0 AS matched;
CREATE FUNCTION pg_temp.found(name text, email text) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(c.external_id, ',') FROM dropcontact.find_matches(jsonb_build_object('full_name', found.name, 'email', found.email)) m JOIN dropcontact.contact c USING (contact_id) $$;
SELECT pg_temp.found('Ursula Uhlig', 'ursula@uhlig.example'), pg_temp.found('Ulla Zimmer', 'ulla@zimmer.example');
UPDATE dropcontact.contact SET (first_name, last_name, email) = ('Ulla', 'Zimmer', 'ulla@zimmer.example') WHERE external_id = 'u';
SELECT pg_temp.found('Ursula Uhlig', 'ursula@uhlig.example'), pg_temp.found('Ulla Zimmer', 'ulla@zimmer.example');
SELECT count(*), bool_and(u.first_contact = c.contact_id AND u.last_contact = c.contact_id) FROM dropcontact.match_updated u, dropcontact.contact c WHERE c.external_id = 'u';
SELECT dropcontact.match_pending();
SELECT pg_temp.found('Ursula Uhlig', 'ursula@uhlig.example'), pg_temp.found('Ulla Zimmer', 'ulla@zimmer.example');
SELECT count(*) FROM dropcontact.match_updated;
-- likewise when ingest() updates, and where it is rolled back nothing is left
SELECT action FROM dropcontact.ingest('crm', '[{"external_id": "v", "email": "viktor@new.example", "last_name": "Neu"}]');
SELECT pg_temp.found('Viktor Neu', 'viktor@new.example');
BEGIN;
UPDATE dropcontact.contact SET email = 'viktor@never.example' WHERE external_id = 'v';
ROLLBACK;
SELECT count(*) FROM dropcontact.match_updated;

-- another controller's contacts are nobody's
SELECT dropcontact.create_controller('Elsewhere', 'dpo@elsewhere.example');
SET dropcontact.controller = 'Elsewhere';
SELECT dropcontact.create_source('crm', 'crm', 10, 'FR');
SELECT dropcontact.match_pending();
SELECT pg_temp.add(5);
SELECT dropcontact.match_pending();
SELECT dropcontact.match_pending();
-- who sees several controllers need not choose one to delete
RESET dropcontact.controller;
DELETE FROM dropcontact.contact WHERE controller_id = 2;
DROP TABLE public.increment_settings;
DROP SEQUENCE public.increment_id;
SET client_min_messages = error;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
