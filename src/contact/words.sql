/*
 * words.sql: the words that a controller adds to the built-in lists, or takes out of them
 *
 * They take part where the controller's contacts are cleaned; the functions of normalisation, being immutable, know the
 * built-in lists only. A word that a person adds wins over one that a reference file gives.
 */

CREATE TABLE dropcontact.word_entry (
	controller_id integer NOT NULL REFERENCES dropcontact.controller,
	list text NOT NULL,
	word text NOT NULL,
	origin text NOT NULL CHECK (origin IN ('own', 'first_names', 'postcodes')),
	value text,
	instruction_id bigint NOT NULL REFERENCES dropcontact.instruction_record,
	PRIMARY KEY (controller_id, list, word, origin)
);
COMMENT ON TABLE dropcontact.word_entry IS 'Words of controllers, each resting on an instruction; written by add_word(), remove_word() and load_reference(). A value that is NULL takes the word out of its list. View word shows what is in force';
ALTER TABLE dropcontact.word_entry ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON dropcontact.word_entry
	USING (controller_id = ANY ((SELECT dropcontact.visible_controllers())::integer[]));

CREATE FUNCTION dropcontact.words_changed() RETURNS trigger
	LANGUAGE c AS 'MODULE_PATHNAME', 'words_changed';
COMMENT ON FUNCTION dropcontact.words_changed() IS 'Statement trigger of the tables that words are read from: makes all sessions read them again';
DO $$
DECLARE
	t text;
BEGIN
	FOREACH t IN ARRAY ARRAY['word_entry', 'instruction_hold'] LOOP
		EXECUTE pg_catalog.format('CREATE TRIGGER words_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON dropcontact.%I
			FOR EACH STATEMENT EXECUTE FUNCTION dropcontact.words_changed()', t);
		EXECUTE pg_catalog.format('ALTER TABLE dropcontact.%I ENABLE ALWAYS TRIGGER words_changed', t);
	END LOOP;
END
$$;

CREATE FUNCTION dropcontact.word_list(OUT list text, OUT form text, OUT pattern text, OUT words integer, OUT meaning text) RETURNS SETOF record
	LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'word_list';
COMMENT ON FUNCTION dropcontact.word_list() IS 'The word lists that a controller can add to: what its words are brought to (fold: name_key(); domain: a domain in lower case), the regular expression of its values, how many words are built in, what it holds';

CREATE FUNCTION dropcontact.built_in_word(list text, word text) RETURNS text
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'built_in_word';
COMMENT ON FUNCTION dropcontact.built_in_word(text, text) IS 'The value of a word, in the form of its list, as it is built in; empty where it has none, NULL where it is not in the list';

CREATE FUNCTION dropcontact.words_standing(controller integer) RETURNS SETOF bigint
	LANGUAGE sql STABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
	SELECT i.instruction_id FROM instruction_record i
	WHERE i.controller_id = controller AND i.kind IN ('word', 'reference') AND instruction_state(i.instruction_id) = 'in force'
	$$;
COMMENT ON FUNCTION dropcontact.words_standing(integer) IS 'Inner part of words_in_force() and of cleaning: the instructions in force on which words of a controller rest';

CREATE FUNCTION dropcontact.words_in_force(controller integer, OUT list text, OUT word text, OUT value text, OUT origin text, OUT instruction_id bigint) RETURNS SETOF record
	LANGUAGE sql STABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
	/* no sort: files of two kinds share no list, so that a word is in one of them at most */
	WITH standing AS MATERIALIZED (
		SELECT s AS instruction_id FROM words_standing(controller) s
	), own AS MATERIALIZED (
		SELECT w.list, w.word, w.value, w.origin, w.instruction_id FROM word_entry w JOIN standing USING (instruction_id)
		WHERE w.controller_id = controller AND w.origin = 'own'
	)
	SELECT * FROM own
	UNION ALL
	SELECT w.list, w.word, w.value, w.origin, w.instruction_id FROM word_entry w JOIN standing USING (instruction_id)
	WHERE w.controller_id = controller AND w.origin <> 'own' AND NOT EXISTS (SELECT FROM own o WHERE o.list = w.list AND o.word = w.word)
	$$;
COMMENT ON FUNCTION dropcontact.words_in_force(integer) IS 'The words of a controller that count where its contacts are cleaned: each once, its own before those of files, none whose instruction is suspended or withdrawn';

CREATE VIEW dropcontact.word WITH (security_invoker = true) AS
	SELECT c.name AS controller, w.list, w.word, w.value, dropcontact.built_in_word(w.list, w.word) AS built_in, w.origin, w.instruction_id
	FROM dropcontact.controller c, LATERAL dropcontact.words_in_force(c.controller_id) w;
COMMENT ON VIEW dropcontact.word IS 'The words of each controller in force: value (NULL: taken out of the list), the built-in value that it stands over, origin (own, or the kind of file)';

/* A word in the form of its list, with its value; the errors of add_word() and load_reference(). */
CREATE FUNCTION dropcontact.check_word(list text, word text, value text, OUT clean_word text, OUT clean_value text) RETURNS record
	LANGUAGE plpgsql IMMUTABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
DECLARE
	l record;
BEGIN
	SELECT * INTO l FROM word_list() x WHERE x.list = check_word.list;
	IF NOT FOUND THEN
		RAISE undefined_object USING
			MESSAGE = format('there is no word list "%s"', check_word.list),
			HINT = 'dropcontact.word_list() shows them.';
	END IF;
	clean_word := CASE l.form WHEN 'domain' THEN (parse_email('x@' || word)).domain ELSE name_key(word) END;
	IF coalesce(clean_word, '') = '' THEN
		RAISE invalid_parameter_value USING
			MESSAGE = format('"%s" is no word of list "%s"', check_word.word, check_word.list),
			HINT = CASE l.form WHEN 'domain' THEN 'It holds domains.' ELSE 'A word has letters or digits.' END;
	END IF;
	clean_value := coalesce(check_word.value, '');
	IF check_word.list = 'nicknames' THEN
		clean_value := name_key(clean_value);
	END IF;
	IF clean_value !~ l.pattern THEN
		RAISE invalid_parameter_value USING
			MESSAGE = format('invalid value of a word of list "%s": "%s"', check_word.list, clean_value),
			DETAIL = format('It must match %s.', l.pattern),
			HINT = format('The list: %s.', l.meaning);
	END IF;
	IF check_word.list = 'legal_forms' AND strpos(clean_value, E'\t') = 0 THEN
		clean_value := clean_value || E'\t-\tf';
	END IF;
END
$$;
COMMENT ON FUNCTION dropcontact.check_word(text, text, text) IS 'Inner part of add_word() and load_reference(): a word and value in the form of their list. Errors: undefined_object, invalid_parameter_value';

CREATE FUNCTION dropcontact.add_word(list text, word text, value text DEFAULT NULL) RETURNS bigint
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
DECLARE
	controller integer := current_controller();
	w record;
	instruction bigint;
BEGIN
	w := check_word(add_word.list, add_word.word, add_word.value);
	instruction := record_instruction(controller, 'word', jsonb_build_object('list', add_word.list, 'word', w.clean_word, 'value', w.clean_value), NULL);
	INSERT INTO word_entry AS e (controller_id, list, word, origin, value, instruction_id)
	VALUES (controller, add_word.list, w.clean_word, 'own', w.clean_value, instruction)
	ON CONFLICT ON CONSTRAINT word_entry_pkey DO UPDATE SET value = excluded.value, instruction_id = excluded.instruction_id;
	RETURN instruction;
END
$$;
COMMENT ON FUNCTION dropcontact.add_word(text, text, text) IS 'Adds a word to a list (word_list() shows them) for the current controller, or gives one another value; it takes part where contacts are cleaned from then on, and clean_again() brings earlier ones in line. Answers the instruction that records it; after withdraw_instruction() the word is again what a file or the built-in list says. Errors: undefined_object for an unknown list, invalid_parameter_value';

CREATE FUNCTION dropcontact.remove_word(list text, word text) RETURNS bigint
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
DECLARE
	controller integer := current_controller();
	l record;
	clean_word text;
	instruction bigint;
BEGIN
	SELECT * INTO l FROM word_list() x WHERE x.list = remove_word.list;
	IF NOT FOUND THEN
		RAISE undefined_object USING
			MESSAGE = format('there is no word list "%s"', remove_word.list),
			HINT = 'dropcontact.word_list() shows them.';
	END IF;
	clean_word := CASE l.form WHEN 'domain' THEN (parse_email('x@' || remove_word.word)).domain ELSE name_key(remove_word.word) END;
	IF coalesce((SELECT f.value IS NULL FROM words_in_force(controller) f WHERE f.list = remove_word.list AND f.word = clean_word),
			built_in_word(remove_word.list, clean_word) IS NULL) THEN
		RAISE undefined_object USING
			MESSAGE = format('"%s" is not in list "%s"', remove_word.word, remove_word.list);
	END IF;
	instruction := record_instruction(controller, 'word', jsonb_build_object('list', remove_word.list, 'word', clean_word, 'value', NULL), NULL);
	INSERT INTO word_entry AS e (controller_id, list, word, origin, value, instruction_id)
	VALUES (controller, remove_word.list, clean_word, 'own', NULL, instruction)
	ON CONFLICT ON CONSTRAINT word_entry_pkey DO UPDATE SET value = NULL, instruction_id = excluded.instruction_id;
	RETURN instruction;
END
$$;
COMMENT ON FUNCTION dropcontact.remove_word(text, text) IS 'Takes a word, built in or added, out of a list for the current controller. Answers the instruction that records it; after withdraw_instruction() the word is again what a file or the built-in list says. Errors: undefined_object';

CREATE FUNCTION dropcontact.read_csv(file text, OUT line bigint, OUT fields text[]) RETURNS SETOF record
	LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'read_csv';
COMMENT ON FUNCTION dropcontact.read_csv(text) IS 'Inner part of load_reference(): the records of a CSV file on the server (UTF-8; comma, semicolon or tab), the header first. For who may read files of the server (pg_read_server_files). Errors, naming file and line: insufficient_privilege, bad_copy_file_format, character_not_in_repertoire';

/* Where the columns of a file stand, by their names in its header; an error names the one that is missing. */
CREATE FUNCTION dropcontact.find_columns(file text, header text[], wanted text[]) RETURNS integer[]
	LANGUAGE plpgsql IMMUTABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
DECLARE
	folded text[] := (SELECT array_agg(replace(name_key(replace(h, '#', '')), ' ', '_') ORDER BY n) FROM unnest(header) WITH ORDINALITY u(h, n));
	places integer[] := '{}';
	place integer;
	names text;
BEGIN
	FOREACH names IN ARRAY wanted LOOP
		place := (SELECT min(array_position(folded, w)) FROM unnest(string_to_array(rtrim(names, '?'), '|')) w);
		IF place IS NULL AND names NOT LIKE '%?' THEN
			RAISE undefined_column USING
				MESSAGE = format('file "%s", line 1: there is no column %s', file, replace(names, '|', ' or ')),
				DETAIL = format('Its columns: %s.', coalesce(array_to_string(header, ', '), 'none'));
		END IF;
		places := places || place;
	END LOOP;
	RETURN places;
END
$$;
COMMENT ON FUNCTION dropcontact.find_columns(text, text[], text[]) IS 'Inner part of load_reference(): the places of columns in the header of a file, each wanted by alternative names (a|b), optional with ? at the end. Errors: undefined_column';

CREATE FUNCTION dropcontact.open_file(file text, wanted text[]) RETURNS integer[]
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
BEGIN
	CREATE TEMPORARY TABLE dropcontact_file ON COMMIT DROP AS SELECT r.line, r.fields FROM read_csv(file) r;
	RETURN find_columns(file, (SELECT f.fields FROM pg_temp.dropcontact_file f WHERE f.line = 1), wanted);
END
$$;
COMMENT ON FUNCTION dropcontact.open_file(text, text[]) IS 'Inner part of load_reference(): the records of a CSV file as temporary table dropcontact_file, which load_reference() drops, and the places of its columns. Errors: those of read_csv() and find_columns()';

CREATE FUNCTION dropcontact.refuse_line(file text, wrong text, line bigint) RETURNS void
	LANGUAGE plpgsql IMMUTABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
BEGIN
	IF line IS NOT NULL THEN
		RAISE bad_copy_file_format USING MESSAGE = format('file "%s", line %s: %s', file, line, wrong);
	END IF;
END
$$;
COMMENT ON FUNCTION dropcontact.refuse_line(text, text, bigint) IS 'Inner part of load_reference(): tells what is wrong in a line of a file; nothing where line is NULL. Errors: bad_copy_file_format';

CREATE FUNCTION dropcontact.read_first_names(file text, OUT list text, OUT word text, OUT value text) RETURNS SETOF record
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
DECLARE
	at integer[] := open_file(file, '{sexe,preusuel|prenom,nombre|valeur}');
BEGIN
	PERFORM refuse_line(file, 'no sexe (1 or 2), first name and number', (SELECT min(f.line) FROM pg_temp.dropcontact_file f
		WHERE f.line > 1 AND (coalesce(f.fields[at[1]], '') !~ '^[12]$' OR coalesce(f.fields[at[3]], '') !~ '^\d{1,9}(\.0+)?$' OR f.fields[at[2]] IS NULL)));
	/* names of fewer than 30 births are mostly misspelt; one name in twenty of the other sex is a clerk's slip */
	RETURN QUERY
		WITH births AS (
			SELECT name_key(f.fields[at[2]]) AS name, sum(f.fields[at[3]]::numeric) AS total,
				sum(f.fields[at[3]]::numeric) FILTER (WHERE f.fields[at[1]] = '1') AS male
			FROM pg_temp.dropcontact_file f
			WHERE f.line > 1 AND f.fields[at[2]] !~ '^_'
			GROUP BY 1
		), told AS (
			SELECT b.name, CASE WHEN coalesce(b.male, 0) >= 0.95 * b.total THEN 'm' WHEN coalesce(b.male, 0) <= 0.05 * b.total THEN 'f' ELSE 'u' END AS gender,
				built_in_word('given_names', b.name) AS built_in
			FROM births b WHERE b.total >= 30 AND length(b.name) > 1
		)
		/* what a file of France tells of a name that is known already holds for France */
		SELECT 'given_names', t.name, CASE WHEN t.built_in IS NULL THEN t.gender || ' fr'
			ELSE regexp_replace(t.built_in, ' FR=[mfu]', '') || ' FR=' || t.gender END
		FROM told t;
END
$$;
COMMENT ON FUNCTION dropcontact.read_first_names(text) IS 'Inner part of load_reference(): given names with their gender from the first-name file of INSEE. Errors naming file and line: bad_copy_file_format, undefined_column';

CREATE FUNCTION dropcontact.city_key(city text) RETURNS text
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'city_key';
COMMENT ON FUNCTION dropcontact.city_key(text) IS 'A city in the form that comparison uses: folded, without blanks, CEDEX and the number of a district, St and Ste as Saint and Sainte';

CREATE FUNCTION dropcontact.read_postcodes(file text, OUT list text, OUT word text, OUT value text) RETURNS SETOF record
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
DECLARE
	at integer[] := open_file(file, '{code_postal|postcode,nom_de_la_commune|nom_commune|city,libelle_d_acheminement|libelle_dacheminement|libelle_acheminement?,ligne_5?,country?}');
BEGIN
	PERFORM refuse_line(file, 'no postcode, city or country', (SELECT min(f.line) FROM pg_temp.dropcontact_file f
		WHERE f.line > 1 AND (coalesce(f.fields[at[1]], '') !~ '\S' OR f.fields[at[1]] ~ ';' OR coalesce(city_key(f.fields[at[2]]), '') = ''
			OR (at[5] IS NOT NULL AND normalize_country(f.fields[at[5]]) IS NULL))));
	RETURN QUERY
		WITH place AS (
			SELECT DISTINCT CASE WHEN at[5] IS NULL THEN 'FR' ELSE normalize_country(f.fields[at[5]]) END AS country,
				upper(btrim(f.fields[at[1]])) AS postcode, replace(btrim(n.name), ';', ',') AS name, city_key(n.name) AS key
			FROM pg_temp.dropcontact_file f, unnest(ARRAY[f.fields[at[2]], f.fields[at[3]], f.fields[at[4]]]) n(name)
			WHERE f.line > 1 AND city_key(n.name) <> ''
		)
		SELECT 'postcodes', name_key(p.country || ' ' || p.postcode), string_agg(DISTINCT p.name, '; ' ORDER BY p.name)
		FROM place p GROUP BY p.country, p.postcode
		UNION ALL
		SELECT 'cities', name_key(p.country || ' ' || p.key), string_agg(DISTINCT p.postcode, '; ' ORDER BY p.postcode)
		FROM place p GROUP BY p.country, p.key
		UNION ALL
		/* the country alone: the file tells of it */
		SELECT 'cities', name_key(p.country), 'all' FROM place p GROUP BY p.country;
END
$$;
COMMENT ON FUNCTION dropcontact.read_postcodes(text) IS 'Inner part of load_reference(): postcodes with their cities from the file of La Poste or another of that kind. Errors naming file and line: bad_copy_file_format, undefined_column';

CREATE FUNCTION dropcontact.read_words(file text, OUT list text, OUT word text, OUT value text) RETURNS SETOF record
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
DECLARE
	r record;
	at integer[];
	w record;
	message text;
BEGIN
	FOR r IN SELECT c.line, c.fields FROM read_csv(file) c LOOP
		IF at IS NULL THEN
			at := find_columns(file, r.fields, '{list,word,value?}');
			CONTINUE;
		END IF;
		BEGIN
			w := check_word(r.fields[at[1]], r.fields[at[2]], r.fields[at[3]]);
		EXCEPTION WHEN undefined_object OR invalid_parameter_value THEN
			GET STACKED DIAGNOSTICS message = MESSAGE_TEXT;
			RAISE bad_copy_file_format USING MESSAGE = format('file "%s", line %s: %s', file, r.line, message), HINT = 'dropcontact.word_list() shows the lists.';
		END;
		list := r.fields[at[1]];
		word := w.clean_word;
		value := w.clean_value;
		RETURN NEXT;
	END LOOP;
END
$$;
COMMENT ON FUNCTION dropcontact.read_words(text) IS 'Inner part of load_reference(): words of lists from a CSV file with columns list, word, value. Errors naming file and line: bad_copy_file_format, undefined_column';

CREATE FUNCTION dropcontact.load_reference(kind text, file text) RETURNS bigint
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
DECLARE
	controller integer := current_controller();
	instruction bigint;
	from_kind text := CASE kind WHEN 'csv' THEN 'own' ELSE kind END;
	loaded bigint;
BEGIN
	IF kind IS NULL OR kind NOT IN ('first_names', 'postcodes', 'csv') OR file IS NULL THEN
		RAISE invalid_parameter_value USING
			MESSAGE = format('invalid kind of reference file: %s', coalesce('"' || kind || '"', 'NULL')),
			HINT = 'It is one of first_names (INSEE: sexe;preusuel;annais;nombre), postcodes (La Poste: Code_postal, Nom_de_la_commune; or postcode, city, country), csv (list, word, value).';
	END IF;
	PERFORM lock_controller(controller, 'reference');
	instruction := record_instruction(controller, 'reference', jsonb_build_object('kind', kind, 'file', file), NULL);
	/* a new edition of a file takes the place of the one before */
	DELETE FROM word_entry e WHERE e.controller_id = controller AND e.origin = load_reference.kind;
	INSERT INTO word_entry AS e (controller_id, list, word, origin, value, instruction_id)
	SELECT DISTINCT ON (r.list, r.word) controller, r.list, r.word, from_kind, r.value, instruction
	FROM (SELECT * FROM read_first_names(file) WHERE kind = 'first_names'
		UNION ALL SELECT * FROM read_postcodes(file) WHERE kind = 'postcodes'
		UNION ALL SELECT * FROM read_words(file) WHERE kind = 'csv') r
	ON CONFLICT ON CONSTRAINT word_entry_pkey DO UPDATE SET value = excluded.value, instruction_id = excluded.instruction_id;
	GET DIAGNOSTICS loaded = ROW_COUNT;
	IF kind <> 'csv' THEN
		DROP TABLE pg_temp.dropcontact_file;
	END IF;
	RETURN loaded;
END
$$;
COMMENT ON FUNCTION dropcontact.load_reference(text, text) IS 'Loads a file of the server (UTF-8, absolute path) for the current controller; its words take part where contacts are cleaned. Kinds: first_names, the first-name file of INSEE (sexe, preusuel, annais, nombre): gender of given names; postcodes, the commune file of La Poste (laposte_hexasmal) or postcode, city, country: cities are checked and completed; csv (list, word, value): words as by add_word(). A file of the first two kinds replaces the one before. Answers the words loaded; of a file with an error none. Needs pg_read_server_files. Errors: invalid_parameter_value, insufficient_privilege, undefined_file; naming file and line bad_copy_file_format, undefined_column, character_not_in_repertoire';

CREATE FUNCTION dropcontact.clean_again() RETURNS bigint
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
DECLARE
	controller integer := current_controller();
	changed bigint;
BEGIN
	UPDATE contact c SET cleaned_by = NULL WHERE c.controller_id = controller;
	GET DIAGNOSTICS changed = ROW_COUNT;
	RETURN changed;
END
$$;
COMMENT ON FUNCTION dropcontact.clean_again() IS 'Cleans every contact of the current controller again from what was received, with the words and rules in force now, and answers how many changed; time is linear in the contacts. UPDATE contact SET cleaned_by = NULL WHERE ... does it for some';

REVOKE ALL ON FUNCTION dropcontact.words_changed(), dropcontact.word_list(), dropcontact.built_in_word(text, text), dropcontact.words_standing(integer), dropcontact.words_in_force(integer),
	dropcontact.check_word(text, text, text), dropcontact.add_word(text, text, text), dropcontact.remove_word(text, text), dropcontact.read_csv(text),
	dropcontact.find_columns(text, text[], text[]), dropcontact.open_file(text, text[]), dropcontact.refuse_line(text, text, bigint), dropcontact.read_first_names(text), dropcontact.city_key(text), dropcontact.read_postcodes(text),
	dropcontact.read_words(text), dropcontact.load_reference(text, text), dropcontact.clean_again() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dropcontact.word_list(), dropcontact.built_in_word(text, text), dropcontact.words_standing(integer), dropcontact.words_in_force(integer), dropcontact.check_word(text, text, text),
	dropcontact.add_word(text, text, text), dropcontact.remove_word(text, text), dropcontact.read_csv(text), dropcontact.find_columns(text, text[], text[]),
	dropcontact.open_file(text, text[]), dropcontact.refuse_line(text, text, bigint), dropcontact.read_first_names(text), dropcontact.city_key(text), dropcontact.read_postcodes(text), dropcontact.read_words(text),
	dropcontact.load_reference(text, text) TO dropcontact_admin, dropcontact_operator, dropcontact_controller;
GRANT EXECUTE ON FUNCTION dropcontact.clean_again() TO dropcontact_admin, dropcontact_operator;
GRANT SELECT ON dropcontact.word_entry, dropcontact.word TO dropcontact_admin, dropcontact_operator, dropcontact_controller, dropcontact_auditor;
GRANT INSERT, UPDATE, DELETE ON dropcontact.word_entry TO dropcontact_admin, dropcontact_operator, dropcontact_controller;
SELECT pg_catalog.pg_extension_config_dump('dropcontact.word_entry', '');
