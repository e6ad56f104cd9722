-- words of controllers: lists, files of reference, cleaning again
\set SHOW_CONTEXT never
SET client_min_messages = warning;
DROP EXTENSION IF EXISTS dropcontact CASCADE;
CREATE EXTENSION dropcontact;
RESET client_min_messages;
SELECT dropcontact.create_controller('Acme', 'dpo@acme.example');
SELECT dropcontact.create_source('crm', region => 'FR');
INSERT INTO dropcontact.contact (external_id, full_name, email, company, job_title) VALUES
	('1', 'ZORGLUB Tryphonette', 'zwickmaster@exemple.fr', 'Delta Zorgform', 'Grand Manitou'),
	('2', 'Anne Martin', 'anne@mondomaine.fr', 'Acme SAS', 'Comptable');

-- a word takes part where contacts are cleaned, not in the immutable functions
SELECT dropcontact.add_word('given_names', 'Tryphonette', 'f') > 0 AS given,
	dropcontact.add_word('mailbox_roles', 'Zwickmaster') > 0 AS role,
	dropcontact.add_word('legal_forms', 'Zorgform', 'ZF') > 0 AS form,
	dropcontact.add_word('job_levels', 'grand manitou', 'c_level') > 0 AS level,
	dropcontact.add_word('job_functions', 'grand manitou', 'health') > 0 AS function,
	dropcontact.add_word('consumer_mail_domains', 'MonDomaine.fr') > 0 AS domain;
SELECT dropcontact.gender('Tryphonette');
INSERT INTO dropcontact.contact (external_id, full_name, email, company, job_title) VALUES
	('3', 'ZORGLUB Tryphonette', 'zwickmaster@exemple.fr', 'Delta Zorgform', 'Grand Manitou'),
	('4', 'Anne Martin', 'anne@mondomaine.fr', 'Acme SAS', 'Comptable');
SELECT external_id, first_name, gender, email_qualification, company, legal_form, job_level, job_function FROM dropcontact.contact ORDER BY external_id;

-- earlier contacts are cleaned again from what was received
SELECT dropcontact.clean_again();
SELECT dropcontact.clean_again();
SELECT external_id, full_name, first_name, last_name, gender, email_qualification, company, legal_form, job_level, job_function, received FROM dropcontact.contact ORDER BY external_id;

-- in force, built in, recorded
SELECT list, word, value, built_in, origin FROM dropcontact.word ORDER BY list, word;
SELECT kind, body, status FROM dropcontact.instruction WHERE kind = 'word' ORDER BY instruction_id;

-- a built-in word taken out, and back
SELECT dropcontact.remove_word('legal_forms', 'SAS') AS removed \gset
INSERT INTO dropcontact.contact (external_id, company) VALUES ('5', 'Acme SAS') RETURNING company, legal_form;
SELECT dropcontact.withdraw_instruction(:removed, 'it was a slip');
INSERT INTO dropcontact.contact (external_id, company) VALUES ('6', 'Acme SAS') RETURNING company, legal_form;
SELECT dropcontact.remove_word('mailbox_roles', 'zwickmaster') > 0 AS removed;
INSERT INTO dropcontact.contact (external_id, email) VALUES ('7', 'zwickmaster@exemple.fr') RETURNING email_qualification;
SELECT dropcontact.remove_word('mailbox_roles', 'zwickmaster');

-- what is wrong is an error and changes nothing
SELECT dropcontact.add_word('no_list', 'x');
SELECT dropcontact.add_word('given_names', 'Zaza', 'female');
SELECT dropcontact.add_word('given_names', '...', 'f');
SELECT dropcontact.add_word('consumer_mail_domains', 'no domain');
SELECT dropcontact.remove_word('no_list', 'x');
SELECT dropcontact.load_reference('no kind', '/tmp/x');
SELECT dropcontact.load_reference('csv', 'relative.csv');
SELECT dropcontact.load_reference('csv', '/nonexistent.csv');
SELECT count(*) FROM dropcontact.word;

-- every open list: each built-in value is one that its pattern allows
SELECT count(*) > 15 AS lists, count(*) FILTER (WHERE meaning = '' OR pattern = '') AS bare FROM dropcontact.word_list();

-- files; they are written by the server where it can read them
CREATE FUNCTION pg_temp.write(name text, content text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('COPY (SELECT unnest(string_to_array(%L, chr(10)))) TO %L', content, current_setting('data_directory') || '/dropcontact_words_' || name);
END $$;
CREATE FUNCTION pg_temp.load(kind text, name text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	RETURN dropcontact.load_reference(kind, current_setting('data_directory') || '/dropcontact_words_' || name);
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ': ' || replace(SQLERRM, current_setting('data_directory'), 'DATA');
END $$;
SELECT pg_temp.write('nat.csv', E'sexe;preusuel;annais;nombre\n1;XANDROU;1990;200\n1;XANDROU;1991;100\n2;XANDROU;1991;3\n2;ZWENDOLA;XXXX;31\n1;ANDREA;2000;900\n2;ANDREA;2000;100\n2;_PRENOMS_RARES;1900;9999\n1;RAREX;1950;3');
SELECT pg_temp.load('first_names', 'nat.csv');
SELECT list, word, value, origin FROM dropcontact.word WHERE origin = 'first_names' AND word <> 'andrea' ORDER BY word;
INSERT INTO dropcontact.contact (external_id, full_name) VALUES ('10', 'DUPONT Zwendola'), ('11', 'Xandrou Dupont') RETURNING first_name, last_name, gender;
SELECT pg_temp.load('first_names', 'nat.csv'), count(*) FROM dropcontact.word WHERE origin = 'first_names';
SELECT pg_temp.write('bad.csv', E'sexe;preusuel;annais;nombre\n1;JEAN;1990;200\n3;JEAN;1991;100');
SELECT pg_temp.load('first_names', 'bad.csv');
SELECT pg_temp.write('bad.csv', E'a;b\n1;JEAN');
SELECT pg_temp.load('first_names', 'bad.csv');
SELECT pg_temp.write('bad.csv', E'list,word,value\ngiven_names,Zaza,f\ngiven_names,"Za\nza,f');
SELECT pg_temp.load('csv', 'bad.csv');
SELECT pg_temp.write('bad.csv', E'list,word,value\ngiven_names,Zaza,f\ngiven_names,Zozo,x');
SELECT pg_temp.load('csv', 'bad.csv');
SELECT count(*) FROM dropcontact.word WHERE word = 'zaza';
COPY (SELECT 1) TO PROGRAM 'cat >/dev/null; cd "$PGDATA" && printf "list,word\nmailbox_roles,caf\351\n" > dropcontact_words_bad.csv';
SELECT pg_temp.load('csv', 'bad.csv');
COPY (SELECT 1) TO PROGRAM 'cat >/dev/null; cd "$PGDATA" && printf "\357\273\277list\tword\tvalue\r\ngiven_names\tZaza\tf\r\n\r\nmailbox_roles\t\042zw\042\042oo\042\t\n" > dropcontact_words_good.csv';
SELECT pg_temp.load('csv', 'good.csv');
SELECT list, word, value FROM dropcontact.word WHERE word IN ('zaza', 'zw oo') ORDER BY word;

-- postcodes: what contradicts is kept and has a problem, what is missing is filled where it is sure
SELECT pg_temp.write('communes.csv', E'Code_commune_INSEE;Nom_de_la_commune;Code_postal;Libellé_d_acheminement;Ligne_5\n75108;PARIS 08;75008;PARIS;\n42218;ST ETIENNE;42000;ST ETIENNE;\n42218;ST ETIENNE;42100;ST ETIENNE;\n94038;L HAY LES ROSES;94240;L HAY LES ROSES;\n38001;LES ABRETS EN DAUPHINE;38490;LES ABRETS EN DAUPHINE;LA BATIE DIVISIN\n38002;FITILIEU;38490;FITILIEU;');
SELECT pg_temp.load('postcodes', 'communes.csv');
INSERT INTO dropcontact.contact (external_id, postcode, city, country) VALUES
	('20', '75008', 'Paris', 'FR'), ('21', '75008', 'PARIS 8e', NULL), ('22', '75008', 'Lyon', 'FR'), ('23', '42000', 'Saint-Étienne', 'FR'), ('24', '94240', 'L''Haÿ-les-Roses', 'FR'),
	('25', '94240', NULL, 'FR'), ('26', '38490', NULL, 'FR'), ('27', NULL, 'L''Haÿ-les-Roses', 'FR'), ('28', NULL, 'St Etienne', 'FR'), ('29', '99999', 'Paris', 'FR'),
	('30', '75380', 'Paris Cedex 08', 'FR'), ('31', '75380', 'Paris', 'FR'), ('32', '10115', 'Berlin', 'DE'), ('33', '75008', NULL, 'FR'), ('34', '38490', 'La Bâtie Divisin', 'FR');
SELECT external_id, postcode, city, received, problems FROM dropcontact.contact WHERE external_id::integer BETWEEN 20 AND 34 ORDER BY external_id;
INSERT INTO dropcontact.contact (external_id, address) VALUES ('35', '12 rue de la Paix, 75008 Lyon') RETURNING address, postcode, city, problems;

-- a nickname of the controller's own is one where contacts are matched
DELETE FROM dropcontact.contact;
INSERT INTO dropcontact.contact (external_id, full_name, email, company) VALUES ('40', 'Zibou Lefranc', 'zibou@lefranc.fr', 'Lefranc'), ('41', 'Maximilienne Lefranc', 'm.lefranc@lefranc.fr', 'Lefranc');
SELECT dropcontact.match_probability(a.contact_id, b.contact_id) AS before FROM dropcontact.contact a, dropcontact.contact b WHERE a.external_id = '40' AND b.external_id = '41' \gset
SELECT dropcontact.add_word('nicknames', 'Zibou', 'Maximilienne') > 0 AS added;
SELECT dropcontact.match_probability(a.contact_id, b.contact_id) > :before AS more FROM dropcontact.contact a, dropcontact.contact b WHERE a.external_id = '40' AND b.external_id = '41';

-- roles: words are apart by controller, files need pg_read_server_files
SELECT dropcontact.create_controller('Other', 'dpo@other.example') > 0 AS created;
CREATE ROLE regress_words LOGIN;
GRANT dropcontact_operator TO regress_words;
SELECT dropcontact.grant_access('regress_words', 'Other');
SET SESSION AUTHORIZATION regress_words;
SELECT count(*) FROM dropcontact.word;
SELECT dropcontact.create_source('crm', region => 'FR') > 0 AS created;
SELECT dropcontact.add_word('mailbox_roles', 'zwoups') > 0 AS added;
SELECT dropcontact.load_reference('csv', '/nonexistent.csv');
INSERT INTO dropcontact.contact_intake (external_id, email, company) VALUES ('1', 'zwoups@exemple.fr', 'Delta Zorgform');
SELECT external_id, action FROM dropcontact.ingest('crm', '{"external_id": "2", "email": "zwoups@exemple.fr"}');
SELECT external_id, email_qualification, company, legal_form FROM dropcontact.contact ORDER BY 1;
UPDATE dropcontact.contact SET cleaned_by = NULL WHERE external_id = '1';
RESET SESSION AUTHORIZATION;
COPY (SELECT 1) TO PROGRAM 'cat >/dev/null; rm -f "$PGDATA"/dropcontact_words_*.csv';
SET client_min_messages = warning;
DROP OWNED BY regress_words;
DROP ROLE regress_words;
