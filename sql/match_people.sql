-- Persons that are easily confused: merged, for a person to decide (review), or apart.
SET client_min_messages = error;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
RESET client_min_messages;
SELECT dropcontact.create_controller('People', 'dpo@people.example'), dropcontact.create_source('s', region => 'FR');
SELECT dropcontact.add_match_field('born', 'date');

-- four hundred others, so that names, towns and companies are as rare as they are in a usual file
CREATE FUNCTION word(n bigint) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(substr('bdfglmnprstvz', 1 + get_byte(h, i) % 13, 1) || substr('aeiou', 1 + get_byte(h, i + 4) % 5, 1), '')
	FROM (SELECT decode(md5('word ' || n), 'hex') AS h) x, generate_series(0, 3) i $$;
INSERT INTO dropcontact.contact (source, external_id, first_name, last_name, email, phone, company, postcode, city, attributes)
SELECT 's', 'other' || n, f, l, lower(f) || '.' || l || '@' || c || '.example', '+3314268' || lpad((n * 7)::text, 4, '0'),
	c, (10000 + n * 37)::text, (ARRAY['Lyon', 'Lille', 'Nantes', 'Nice', 'Metz', 'Brest', 'Tours'])[1 + n % 7], jsonb_build_object('born', date '1950-01-01' + n * 53)
FROM generate_series(1, 400) n,
	LATERAL (SELECT (ARRAY['Jean', 'Marie', 'Pierre', 'Paul', 'Anne', 'Luc', 'Julie', 'Marc', 'Claire', 'Hugo', 'Emma', 'John', 'Jane'])[1 + n * 5 % 13] AS f,
		CASE WHEN n % 8 = 0 THEN (ARRAY['Martin', 'Bernard', 'Dubois', 'Durand', 'Smith'])[1 + n / 8 % 5] ELSE word(n) END AS l, word(1000 + n % 90) AS c) x;

CREATE TABLE person (external_id text, first_name text, last_name text, suffix text, email text, phone text, mobile_phone text, company text, website text, address text, postcode text, city text, job_title text, born text);
INSERT INTO person (external_id, first_name, last_name, suffix, email, phone, mobile_phone, company, website, address, postcode, city, job_title, born) VALUES
	('the same', 'Bérénice', 'Lemaître', NULL, 'b.lemaitre@corsaire.example', NULL, NULL, 'Corsaire SA', NULL, NULL, '35400', 'Saint-Malo', NULL, NULL),
	('the same 2', 'Berenice', 'LEMAITRE', NULL, 'B.Lemaitre+news@corsaire.example', '02 99 40 11 22', NULL, 'CORSAIRE', NULL, NULL, NULL, NULL, NULL, NULL),
	('nickname', 'Robert', 'Underhill', NULL, 'robert.underhill@tallow.example', NULL, NULL, 'Tallow Ltd', NULL, NULL, NULL, NULL, NULL, NULL),
	('nickname 2', 'Bob', 'Underhill', NULL, NULL, '+44 20 7946 0123', NULL, 'Tallow', 'tallow.example', NULL, NULL, NULL, NULL, NULL),
	('swapped', 'Yannick', 'Kerbrat', NULL, 'yk@armor.example', NULL, NULL, 'Armor', NULL, NULL, NULL, 'Brest', NULL, NULL),
	('swapped 2', 'Kerbrat', 'Yannick', NULL, NULL, NULL, NULL, 'Armor SAS', NULL, NULL, '29200', 'Brest', NULL, NULL),
	('transliterated', 'Jürgen', 'Müllensiefen', NULL, NULL, '+49 30 901820', NULL, 'Spreewerk GmbH', NULL, NULL, NULL, 'Berlin', NULL, NULL),
	('transliterated 2', 'Juergen', 'Muellensiefen', NULL, 'jm@spreewerk.example', '+49 30 901820', NULL, 'Spreewerk', NULL, NULL, NULL, 'Berlin', NULL, NULL),
	('last name alone', NULL, 'Quénéhervé', NULL, NULL, NULL, '06 12 00 00 77', NULL, NULL, NULL, NULL, NULL, NULL, NULL),
	('last name alone 2', 'Gaël', 'Quénéhervé', NULL, NULL, NULL, '+33612000077', NULL, NULL, NULL, NULL, NULL, NULL, NULL),
	('year mistyped', 'Odilon', 'Vasseur', NULL, NULL, NULL, NULL, NULL, NULL, '4 rue du Port', '50100', 'Cherbourg', NULL, '1961-03-17'),
	('year mistyped 2', 'Odilon', 'Vaseur', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '50100', 'Cherbourg', NULL, '17/03/1967'),
	('day and month swapped', 'Maëlys', 'Tanguy', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '56000', 'Vannes', NULL, '1988-04-07'),
	('day and month swapped 2', 'Maelys', 'Tanguy', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '04/07/1988'),
	-- relatives
	('father and son, junior', 'John', 'Wetherby', NULL, NULL, '+44 113 496 0101', NULL, NULL, NULL, '12 Mill Lane', 'LS1 4AP', 'Leeds', NULL, NULL),
	('father and son, junior 2', 'John', 'Wetherby', 'Jr', NULL, '+44 113 496 0101', NULL, NULL, NULL, '12 Mill Lane', 'LS1 4AP', 'Leeds', NULL, NULL),
	('father and son, born apart', 'Henri', 'Castelnau', NULL, NULL, '05 61 11 22 33', NULL, NULL, NULL, '8 allée des Ormes', '31000', 'Toulouse', NULL, '1948-02-11'),
	('father and son, born apart 2', 'Henri', 'Castelnau', NULL, NULL, '05 61 11 22 33', NULL, NULL, NULL, '8 allée des Ormes', '31000', 'Toulouse', NULL, '1979-09-30'),
	('senior and junior', 'George', 'Applegarth', 'Sr', NULL, NULL, NULL, 'Applegarth Ltd', NULL, '1 Quay Street', 'BS1 1AA', 'Bristol', NULL, NULL),
	('senior and junior 2', 'George', 'Applegarth', 'Jr', NULL, NULL, NULL, 'Applegarth Ltd', NULL, '1 Quay Street', 'BS1 1AA', 'Bristol', NULL, NULL),
	('husband and wife of one year', 'Ghislaine', 'Perrichon', NULL, NULL, NULL, NULL, NULL, NULL, '9 rue des Carmes', '54000', 'Nancy', NULL, '1951'),
	('husband and wife of one year 2', 'Théodore', 'Perrichon', NULL, NULL, NULL, NULL, NULL, NULL, '9, rue des Carmes', '54000', 'Nancy', NULL, '1951'),
	('father and son by their years', 'Anatole', 'Frémont', NULL, NULL, '03 83 11 22 34', NULL, NULL, NULL, '5 rue Stanislas', '54000', 'Nancy', NULL, '1950'),
	('father and son by their years 2', 'Anatole', 'Frémont', NULL, NULL, '03 83 11 22 34', NULL, NULL, NULL, '5 rue Stanislas', '54000', 'Nancy', NULL, '1981'),
	('numbered mailbox, by way of another', 'Marie', 'Delannoy', NULL, 'marie.delannoy@corsen.example', NULL, '06 33 00 00 01', 'Corsen', 'corsen.example', NULL, NULL, NULL, NULL, NULL),
	('numbered mailbox, by way of another 2', 'Marie', 'Delannoy', NULL, 'marie.delannoy2@corsen.example', NULL, '06 33 00 00 02', 'Corsen', 'corsen.example', NULL, NULL, NULL, NULL, NULL),
	('the way', 'Marie', 'Delannoy', NULL, NULL, '06 33 00 00 02', '06 33 00 00 01', NULL, NULL, NULL, NULL, NULL, NULL, NULL),
	('a twin once more', 'Lucie', 'Montferrand', NULL, NULL, '04 78 11 22 33', NULL, NULL, NULL, '3 place des Terreaux', '69001', 'Lyon', NULL, '1990-06-15'),
	('twins with one address', 'Lucie', 'Montferrand', NULL, NULL, '04 78 11 22 33', NULL, NULL, NULL, '3 place des Terreaux', '69001', 'Lyon', NULL, '1990-06-15'),
	('twins with one address 2', 'Camille', 'Montferrand', NULL, NULL, '04 78 11 22 33', NULL, NULL, NULL, '3 place des Terreaux', '69001', 'Lyon', NULL, '1990-06-15'),
	('brother and sister of like names', 'Daniel', 'Vercambre', NULL, NULL, '03 20 11 22 33', NULL, NULL, NULL, '6 rue de Béthune', '59000', 'Lille', NULL, '1991-02-03'),
	('brother and sister of like names 2', 'Danielle', 'Vercambre', NULL, NULL, '03 20 11 22 33', NULL, NULL, NULL, '6 rue de Béthune', '59000', 'Lille', NULL, '1994-10-27'),
	('one name in two spellings', 'Catherine', 'Esquirol', NULL, NULL, '05 34 11 22 33', NULL, NULL, NULL, '2 rue Ozenne', '31000', 'Toulouse', NULL, NULL),
	('one name in two spellings 2', 'Katherine', 'Esquirol', NULL, NULL, '05 34 11 22 33', NULL, NULL, NULL, '2 rue Ozenne', '31000', 'Toulouse', NULL, NULL),
	('father and son, one mailbox', 'Rupert', 'Ollerenshaw', NULL, 'ollerenshaws@btinternet.com', '+44 113 496 0177', NULL, NULL, NULL, '3 Mill Lane', 'LS1 4AP', 'Leeds', NULL, '1944-05-02'),
	('father and son, one mailbox 2', 'Rupert', 'Ollerenshaw', NULL, 'ollerenshaws@btinternet.com', '+44 113 496 0177', NULL, NULL, NULL, '3 Mill Lane', 'LS1 4AP', 'Leeds', NULL, '1972-11-19'),
	('twins of names that begin alike', 'Marie-Anne', 'Kerbiriou', NULL, NULL, '02 98 11 22 33', NULL, NULL, NULL, '8 rue de Siam', '29200', 'Brest', NULL, '1994-04-04'),
	('twins of names that begin alike 2', 'Marie-Laure', 'Kerbiriou', NULL, NULL, '02 98 11 22 33', NULL, NULL, NULL, '8 rue de Siam', '29200', 'Brest', NULL, '1994-04-04'),
	('nicknames of one name', 'Mohamed', 'Ouazzani', NULL, NULL, '04 91 11 22 33', NULL, NULL, NULL, NULL, NULL, 'Marseille', NULL, '1975-01-15'),
	('nicknames of one name 2', 'Muhammad', 'Ouazzani', NULL, NULL, '04 91 11 22 33', NULL, NULL, NULL, NULL, NULL, 'Marseille', NULL, '1975-01-15'),
	('one name in two languages', 'Jorge', 'Villalonga', NULL, NULL, '05 34 44 22 33', NULL, NULL, NULL, NULL, NULL, 'Toulouse', NULL, '1984-02-02'),
	('one name in two languages 2', 'George', 'Villalonga', NULL, NULL, '05 34 44 22 33', NULL, NULL, NULL, NULL, NULL, 'Toulouse', NULL, '1984-02-02'),
	('one street in two spellings', 'Ignatius', 'Pellow', NULL, NULL, NULL, NULL, NULL, NULL, '21 Lemon Street', 'TR1 2LS', 'Truro', NULL, NULL),
	('one street in two spellings 2', 'Ignatius', 'Pellow', NULL, NULL, NULL, NULL, NULL, NULL, '21, Lemon St.', 'TR1 2LS', 'Truro', NULL, NULL),
	('a second last name', 'Lucía', 'Zabaleta Lorenzo', NULL, NULL, NULL, NULL, NULL, NULL, 'Calle Mayor 10', '28013', 'Madrid', NULL, '1985-05-05'),
	('a second last name 2', 'Lucía', 'Zabaleta Romero', NULL, NULL, NULL, NULL, NULL, NULL, 'Calle Mayor 44', '28013', 'Madrid', NULL, '1985-10-25'),
	('of one name in one town, born on like days', 'Marie', 'Gwenaelle', NULL, NULL, NULL, NULL, NULL, NULL, '2 rue Ney', '57000', 'Metz', NULL, '1992-04-04'),
	('of one name in one town, born on like days 2', 'Marie', 'Gwenaelle', NULL, NULL, NULL, NULL, NULL, NULL, '31 avenue Foch', '57000', 'Metz', NULL, '1992-04-14'),
	('generation behind the last name', 'Leopold', 'Trescothick', NULL, NULL, NULL, NULL, NULL, NULL, '11 Fore Street', 'TR1 2AA', 'Truro', NULL, NULL),
	('generation behind the last name 2', 'Leopold', 'Trescothick III', NULL, NULL, NULL, NULL, NULL, NULL, '11 Fore Street', 'TR1 2AA', 'Truro', NULL, NULL),
	('husband and wife', 'Gérard', 'Pommeraye', NULL, 'pommeraye@orange.fr', '02 40 11 22 33', NULL, NULL, NULL, '5 passage Pommeraye', '44000', 'Nantes', NULL, NULL),
	('husband and wife 2', 'Odette', 'Pommeraye', NULL, 'pommeraye@orange.fr', '02 40 11 22 33', NULL, NULL, NULL, '5 passage Pommeraye', '44000', 'Nantes', NULL, NULL),
	('brothers at one address', 'Fabien', 'Grandclément', NULL, NULL, '03 84 11 22 33', NULL, NULL, NULL, '1 rue Pasteur', '39000', 'Lons-le-Saunier', NULL, NULL),
	('brothers at one address 2', 'Mathieu', 'Grandclément', NULL, NULL, '03 84 11 22 33', NULL, NULL, NULL, '1 rue Pasteur', '39000', 'Lons-le-Saunier', NULL, NULL),
	('couple of like names, one mailbox', 'Simon', 'Desrosiers', NULL, 'desrosiers@orange.fr', '02 97 11 22 33', NULL, NULL, NULL, '7 rue Thiers', '56000', 'Vannes', NULL, NULL),
	('couple of like names, one mailbox 2', 'Simone', 'Desrosiers', NULL, 'desrosiers@orange.fr', '02 97 11 22 33', NULL, NULL, NULL, '7 rue Thiers', '56000', 'Vannes', NULL, NULL),
	('couple of like names, one mobile', 'Jean', 'Kerdoncuff', NULL, NULL, NULL, '06 98 11 22 33', NULL, NULL, '3 venelle du Four', '29000', 'Quimper', NULL, NULL),
	('couple of like names, one mobile 2', 'Jeanne', 'Kerdoncuff', NULL, NULL, NULL, '06 98 11 22 33', NULL, NULL, '3 venelle du Four', '29000', 'Quimper', NULL, NULL),
	('brother and sister at one company', 'Louis', 'Boissonnade', NULL, NULL, '04 66 11 22 33', NULL, 'Boissonnade et fils', 'boissonnade.example', NULL, '30000', 'Nîmes', NULL, NULL),
	('brother and sister at one company 2', 'Louise', 'Boissonnade', NULL, NULL, '04 66 11 22 33', NULL, 'Boissonnade et fils', 'boissonnade.example', NULL, '30000', 'Nîmes', NULL, NULL),
	('one letter too many, the mailbox says it', 'Michel', 'Trévisan', NULL, 'michele.trevisan@mistral.example', NULL, NULL, 'Mistral', NULL, NULL, NULL, NULL, NULL, NULL),
	('one letter too many, the mailbox says it 2', 'Michèle', 'Trévisan', NULL, 'michele.trevisan@mistral.example', NULL, NULL, 'Mistral', NULL, NULL, NULL, NULL, NULL, NULL),
	('an initial at one address', 'P.', 'Salinvier', NULL, NULL, NULL, NULL, NULL, NULL, '14 rue Chaudrier', '17000', 'La Rochelle', NULL, NULL),
	('an initial at one address 2', 'Philippe', 'Salinvier', NULL, NULL, NULL, NULL, NULL, NULL, '14 rue Chaudrier', '17000', 'La Rochelle', NULL, NULL),
	-- colleagues
	('namesakes at one company', 'Marie', 'Martin', NULL, 'marie.martin@vauban.example', NULL, '06 11 11 11 11', 'Vauban SAS', 'vauban.example', NULL, NULL, 'Lille', NULL, NULL),
	('namesakes at one company 2', 'Marie', 'Martin', NULL, 'marie.martin2@vauban.example', NULL, '06 22 22 22 22', 'Vauban SAS', 'vauban.example', NULL, NULL, 'Lille', NULL, NULL),
	('namesakes whom one firm numbers', 'Marie', 'Martin', NULL, 'mmartin1@tourville.example', NULL, NULL, 'Tourville SAS', NULL, NULL, NULL, NULL, NULL, NULL),
	('namesakes whom one firm numbers 2', 'Marie', 'Martin', NULL, 'mmartin4@tourville.example', NULL, NULL, 'Tourville', NULL, NULL, NULL, NULL, NULL, NULL),
	('j.smith@ of two Smiths', 'John', 'Smith', NULL, 'j.smith@ferrous.example', NULL, NULL, 'Ferrous Ltd', NULL, NULL, NULL, 'Leeds', NULL, NULL),
	('j.smith@ of two Smiths 2', 'Jane', 'Smith', NULL, 'j.smith@ferrous.example', NULL, NULL, 'Ferrous Ltd', NULL, NULL, NULL, 'Leeds', NULL, NULL),
	('shared contact@', 'Aurélie', 'Delattre', NULL, 'contact@brunoy.example', '01 60 11 22 33', NULL, 'Brunoy', NULL, NULL, NULL, NULL, NULL, NULL),
	('shared contact@ 2', 'Fabrice', 'Nguyen', NULL, 'contact@brunoy.example', '01 60 11 22 33', NULL, 'Brunoy', NULL, NULL, NULL, NULL, NULL, NULL),
	('one letter apart', 'Thibault', 'Lee', NULL, 'tlee@quartz.example', NULL, NULL, 'Quartz', NULL, NULL, NULL, NULL, NULL, NULL),
	('one letter apart 2', 'Armelle', 'Lee', NULL, 'alee@quartz.example', NULL, NULL, 'Quartz', NULL, NULL, NULL, NULL, NULL, NULL),
	('two firms of one trade', 'Claire', 'Dubois', NULL, NULL, NULL, NULL, 'Distribution Casingal', NULL, NULL, NULL, NULL, NULL, NULL),
	('two firms of one trade 2', 'Claire', 'Dubois', NULL, NULL, NULL, NULL, 'Distribution Carvalin', NULL, NULL, NULL, NULL, NULL, NULL),
	('one firm in two spellings', 'Hugo', 'Tréhin', NULL, NULL, NULL, NULL, 'Distribution Casingal', NULL, NULL, NULL, NULL, NULL, NULL),
	('one firm in two spellings 2', 'Hugo', 'Tréhin', NULL, NULL, NULL, NULL, 'Ditribution Casingale', NULL, NULL, NULL, NULL, NULL, NULL),
	-- what the address spells
	('mistyped first name, spelled by the mailbox', 'tSeven', 'Quillot', NULL, 'steven.quillot@mistral.example', NULL, NULL, 'Mistral', NULL, NULL, NULL, NULL, NULL, NULL),
	('mistyped first name, spelled by the mailbox 2', 'S.', 'Quillot', NULL, 'steven.quillot@mistral.example', NULL, NULL, 'Mistral', NULL, NULL, NULL, NULL, NULL, NULL),
	('initial of a nickname, spelled by the mailbox', 'B.', 'Lannister', NULL, 'robertl@sirocco.example', NULL, NULL, 'Sirocco', NULL, NULL, NULL, NULL, NULL, NULL),
	('initial of a nickname, spelled by the mailbox 2', 'Robert', 'Lannister', NULL, 'robertl@sirocco.example', NULL, NULL, 'Sirocco', NULL, NULL, NULL, NULL, NULL, NULL),
	('mailbox of another of the name', 'Yvette', 'Bellerose', NULL, 'marcel.bellerose@tramontane.example', NULL, NULL, 'Tramontane', NULL, NULL, NULL, NULL, NULL, NULL),
	('mailbox of another of the name 2', 'Marcel', 'Bellerose', NULL, 'marcel.bellerose@tramontane.example', NULL, NULL, 'Tramontane', NULL, NULL, NULL, NULL, NULL, NULL),
	('first names at one company, one mailbox', 'Edith', 'Larminat', NULL, 'edith@harmattan.example', NULL, NULL, 'Harmattan', NULL, NULL, NULL, NULL, NULL, NULL),
	('first names at one company, one mailbox 2', 'Edith', 'Vauzelle', NULL, 'edith@harmattan.example', NULL, NULL, 'Harmattan', NULL, NULL, NULL, NULL, NULL, NULL),
	('a title and another initial', 'Sir', 'Ashcombe', NULL, 'sashcombe@levant.example', NULL, NULL, 'Levant Ltd', NULL, NULL, NULL, NULL, NULL, NULL),
	('a title and another initial 2', 'Humphrey', 'Ashcombe', NULL, 'hashcombe@levant.example', NULL, NULL, 'Levant Ltd', NULL, NULL, NULL, NULL, NULL, NULL),
	('swapped, with a nickname', 'William', 'Thistlewood', NULL, 'w.thistlewood@chinook.example', NULL, NULL, 'Chinook Ltd', NULL, NULL, NULL, NULL, NULL, NULL),
	('swapped, with a nickname 2', 'Thistlewood', 'Bill', NULL, 'w.thistlewood@chinook.example', NULL, NULL, 'Chinook Ltd', NULL, NULL, NULL, NULL, NULL, NULL),
	-- changes of life
	('two employers, one mobile', 'Ophélie', 'Sarrazin', NULL, 'ophelie.sarrazin@alcyon.example', NULL, '06 33 44 55 66', 'Alcyon', NULL, NULL, NULL, 'Paris', 'CEO', NULL),
	('two employers, one mobile 2', 'Ophélie', 'Sarrazin', NULL, 'o.sarrazin@zephyr.example', NULL, '06 33 44 55 66', 'Zéphyr Conseil', NULL, NULL, NULL, 'Lyon', 'Consultant', NULL),
	('two employers, nothing else', 'Marc', 'Durand', NULL, 'marc.durand@boreas.example', NULL, NULL, 'Boréas', NULL, NULL, NULL, 'Paris', 'CEO', NULL),
	('two employers, nothing else 2', 'Marc', 'Durand', NULL, 'mdurand@notus.example', NULL, NULL, 'Notus', NULL, NULL, NULL, 'Lyon', 'Consultant', NULL),
	('changed name, one mailbox and mobile', 'Clémence', 'Aubrac', NULL, 'clemence.aubrac@gmail.com', NULL, '06 44 55 66 77', NULL, NULL, NULL, NULL, NULL, NULL, NULL),
	('changed name, one mailbox and mobile 2', 'Clémence', 'Villeneuve', NULL, 'clemence.aubrac@gmail.com', NULL, '06 44 55 66 77', NULL, NULL, NULL, NULL, NULL, NULL, NULL),
	('changed name, one birth date and address', 'Apolline', 'Guéméné', NULL, NULL, NULL, NULL, NULL, NULL, '9 quai de la Fosse', '44000', 'Nantes', NULL, '1985-12-24'),
	('changed name, one birth date and address 2', 'Apolline', 'Rochebrune', NULL, NULL, NULL, NULL, NULL, NULL, '9 quai de la Fosse', '44000', 'Nantes', NULL, '1985-12-24'),
	('changed name, one mobile', 'Solène', 'Hervieu', NULL, NULL, NULL, '06 55 66 77 88', NULL, NULL, NULL, NULL, NULL, NULL, NULL),
	('changed name, one mobile 2', 'Solène', 'Chastagnol', NULL, NULL, NULL, '06 55 66 77 88', NULL, NULL, NULL, NULL, NULL, NULL, NULL),
	-- namesakes
	('namesakes', 'Anne', 'Bernard', NULL, 'anne.bernard77@gmail.com', NULL, NULL, NULL, NULL, NULL, '59000', 'Lille', NULL, '1971-01-05'),
	('namesakes 2', 'Anne', 'Bernard', NULL, 'a.bernard@free.fr', NULL, NULL, NULL, NULL, NULL, '13001', 'Marseille', NULL, '1984-08-19'),
	('a name alone', 'Sidonie', 'Kervella', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
	('a name alone 2', 'Sidonie', 'Kervella', NULL, 'sidonie@kervella.example', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
	('person and company', 'Edgar', 'Fontenoy', NULL, 'edgar@fontenoy.example', '03 29 11 22 33', NULL, 'Fontenoy', NULL, NULL, NULL, 'Nancy', NULL, NULL),
	('person and company 2', NULL, NULL, NULL, NULL, '03 29 11 22 33', NULL, 'Fontenoy SARL', 'fontenoy.example', NULL, NULL, 'Nancy', NULL, NULL);
INSERT INTO dropcontact.contact (source, external_id, first_name, last_name, suffix, email, phone, mobile_phone, company, website, address, postcode, city, job_title, attributes)
SELECT 's', external_id, first_name, last_name, suffix, email, phone, mobile_phone, company, website, address, postcode, city, job_title, jsonb_strip_nulls(jsonb_build_object('born', born)) FROM person;

-- a company of five hundred, its switchboard on each, one of them twice
INSERT INTO dropcontact.contact (source, external_id, first_name, last_name, phone, company, website, city)
SELECT 's', 'employee' || n, word(2000 + n % 61), word(5000 + n), '+33 1 70 00 00 00', 'Titan SA', 'titan.example', 'Paris'
FROM generate_series(1, 500) n;
INSERT INTO dropcontact.contact (source, external_id, first_name, last_name, phone, company, city)
SELECT 's', 'employee17 again', first_name, last_name, phone, company, city FROM dropcontact.contact WHERE external_id = 'employee17';

CREATE FUNCTION verdict(a bigint, b bigint) RETURNS text LANGUAGE sql AS $$
	SELECT CASE
		WHEN (SELECT count(DISTINCT entity_id) FROM dropcontact.contact_entity WHERE contact_id IN (a, b)) = 1 THEN 'merged'
		WHEN EXISTS (SELECT FROM dropcontact.review_queue WHERE (a_contact_id, b_contact_id) = (least(a, b), greatest(a, b))) THEN 'review'
		ELSE 'apart' END $$;
CREATE VIEW answer AS
	SELECT a.external_id AS "case", verdict(a.contact_id, b.contact_id) FROM person p
		JOIN dropcontact.contact a USING (external_id) JOIN dropcontact.contact b ON b.external_id = a.external_id || ' 2';

SELECT count(*) FROM dropcontact.dedupe();
SELECT * FROM answer ORDER BY 2, 1;
-- nobody else is merged, of five hundred colleagues only who is there twice
SELECT entity_id, array_agg(external_id ORDER BY external_id) FROM dropcontact.contact_entity WHERE external_id ~ '^(other|employee)' GROUP BY 1 HAVING count(*) > 1;

-- the same after train()
CREATE TABLE before AS SELECT * FROM answer;
SELECT count(*) > 40 FROM dropcontact.train();
SELECT count(*) FROM dropcontact.dedupe();
SELECT a.*, b.verdict AS before FROM answer a JOIN before b USING ("case") WHERE a.verdict <> b.verdict;
SELECT array_agg(external_id ORDER BY external_id) FROM dropcontact.contact_entity WHERE external_id ~ '^(other|employee)' GROUP BY entity_id HAVING count(*) > 1;

-- the weights add up to the probability, of guarded pairs too
CREATE TABLE pair AS
	SELECT least(a.contact_id, b.contact_id) AS a, greatest(a.contact_id, b.contact_id) AS b FROM dropcontact.contact a JOIN dropcontact.contact b ON b.external_id = a.external_id || ' 2'
	UNION
	SELECT a_contact_id, b_contact_id FROM dropcontact.review_queue
	UNION
	SELECT a.contact_id, b.contact_id FROM dropcontact.contact a JOIN dropcontact.contact b ON a.contact_id < b.contact_id AND hashint8(a.contact_id * 1000 + b.contact_id) % 700 = 0;
SELECT count(*) > 500 AS many, count(*) FILTER (WHERE guarded) > 5 AS guarded,
	count(*) FILTER (WHERE fields[1] = 'prior' AND fields[array_upper(fields, 1)] = 'result' AND abs(total - result) < 1e-9
		AND abs(1 / (1 + 2 ^ -total) - probability) < 1e-9 AND last_probability = probability AND of_levels) = count(*) AS add_up
FROM pair, LATERAL (
	SELECT array_agg(x.field ORDER BY x.step) AS fields, bool_or(x.field = 'guard') AS guarded, sum(x.weight) FILTER (WHERE x.field <> 'result') AS total,
		sum(x.weight) FILTER (WHERE x.field = 'result') AS result, (array_agg(x.probability ORDER BY x.step DESC))[1] AS last_probability,
		coalesce(bool_and(abs(log(x.m::numeric / x.u::numeric) / log(2.0) - x.weight) < 1e-9), true) AS of_levels
	FROM dropcontact.explain_match(pair.a, pair.b) x) e,
	LATERAL (SELECT dropcontact.match_probability(pair.a, pair.b) AS probability) p;
SELECT count(*) > 5 AS many, bool_and(abs(1 / (1 + 2 ^ -(SELECT sum((e ->> 'weight')::float8) FROM jsonb_array_elements(evidence) e)) - probability) < 1e-9) AS add_up FROM dropcontact.review_queue;
SELECT count(*) AS unlike FROM pair, dropcontact.explain_match(a, b) x, dropcontact.explain_match(b, a) y
WHERE x.step = y.step AND (x.weight, x.value_a, x.value_b, x.level) IS DISTINCT FROM (y.weight, y.value_b, y.value_a, y.level);

-- the same model, entities and reviews by any order of loading
CREATE TABLE loaded AS SELECT source, external_id, full_name, first_name, last_name, suffix, email, phone, mobile_phone, company, website, address, postcode, city, job_title, attributes FROM dropcontact.contact;
CREATE VIEW found AS
	SELECT min(external_id) OVER (PARTITION BY entity_id) AS one, external_id AS other FROM dropcontact.contact_entity
	UNION ALL
	SELECT least(a.external_id, b.external_id), 'review ' || greatest(a.external_id, b.external_id) || round(probability::numeric, 9) FROM dropcontact.review_queue
		JOIN dropcontact.contact a ON a.contact_id = a_contact_id JOIN dropcontact.contact b ON b.contact_id = b_contact_id;
CREATE TABLE found_first AS SELECT * FROM found;
CREATE TABLE model_first AS SELECT * FROM dropcontact.match_model;
DO $$
BEGIN
	FOR round IN 1..5 LOOP
		DELETE FROM dropcontact.contact;
		INSERT INTO dropcontact.contact (source, external_id, full_name, first_name, last_name, suffix, email, phone, mobile_phone, company, website, address, postcode, city, job_title, attributes)
		SELECT l.* FROM loaded l ORDER BY md5(l.external_id || round);
		PERFORM dropcontact.train();
		IF EXISTS (TABLE dropcontact.match_model EXCEPT TABLE model_first) THEN
			RAISE 'round %: another model', round;
		END IF;
		PERFORM dropcontact.dedupe();
		IF EXISTS ((TABLE found EXCEPT TABLE found_first) UNION ALL (TABLE found_first EXCEPT TABLE found)) THEN
			RAISE 'round %: other entities', round;
		END IF;
	END LOOP;
END
$$;
SET client_min_messages = error;
DROP TABLE person, before, pair, loaded, found_first, model_first CASCADE;
DROP FUNCTION verdict, word CASCADE;
DROP EXTENSION dropcontact CASCADE;
CREATE EXTENSION dropcontact;
