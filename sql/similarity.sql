-- name_similarity: 0.8 and more is one person, by name alone
CREATE FUNCTION pg_temp.alike(a text, b text) RETURNS numeric LANGUAGE sql AS 'SELECT round(dropcontact.name_similarity(a, b)::numeric, 2)';
SELECT pg_temp.alike(a, b) AS alike, a, b FROM (VALUES
	-- order, particles, hyphens, apostrophes, titles, degrees
	('Jean Dupont', 'DUPONT Jean'), ('Jean Dupont', 'Dupont, Jean'), ('Anna van der Berg', 'Anna Vanderberg'), ('Anna von Berg', 'Anna van Berg'), ('Jean-Pierre Roy', 'Jean Pierre Roy'), ('Jeanpierre Roy', 'Jean-Pierre Roy'), ('Sean O''Hara', 'Sean O Hara'), ('Dr. Tom Hart, PhD', 'Tom Hart'),
	-- initials, nicknames, both names in short
	('T. Hart', 'Tom Hart'), ('Bob Reed', 'Robert Reed'), ('Kathryn Reed', 'Catherine Reed'), ('Shaun Hart', 'Shawn Hart'), ('Rachael Hart', 'Rachel Hart'), ('Mª José Ruiz', 'María José Ruiz'), ('Bob Reed', 'Rob Reed'), ('Pepe Ruiz', 'José Ruiz'), ('Kees Bakker', 'Cornelis Bakker'), ('Sasha Popov', 'Alexander Popov'), ('JP Roy', 'Jean-Pierre Roy'), ('Juanma Ruiz', 'Juan Manuel Ruiz'),
	-- middle names and patronymics
	('Tom Hart', 'Tom Edward Hart'), ('Ivan Petrov', 'Petrov, Ivan Sergeyevich'), ('Pilar Ruiz', 'Pilar Ruiz Ortega'),
	-- other spellings and scripts, slips
	('Hans Müller', 'Hans Mueller'), ('Hans Mueller', 'Hans Muller'), ('Hans Meyer', 'Hans Maier'), ('Dmitri Medvedev', 'Dmitrij Medwedew'), ('Anton Chekhov', 'Anton Tschechow'), ('Дмитрий Медведев', 'Dmitry Medvedev'), ('Mohammed Yusuf', 'Muhamad Youssouf'), ('Stephen Clark', 'Steven Clarke'), ('Ahmed Haddad', 'Ahmad Haddad'), ('Isa Haddad', 'Issa Haddad'), ('Volodymyr Bondar', 'Vladimir Bondar'), ('Юрий Соколов', 'Yuri Sokolov'), ('بشار الأسد', 'Bashar al-Asad'), ('معمر القذافي', 'Muammar al-Qadhafi'), ('Omar Albaghdadi', 'Omar Baghdadi'), ('Giorgos Pappas', 'George Pappas'), ('Robert Stansfield', 'Roberto Stansfield'), ('Frank Allan', 'Frank Allen'), ('Katarina Berg', 'Katerina Berg'), ('Kev Hart', 'Kevin Hart'), ('Maddi Hart', 'Madeleine Hart'), ('Agnieszka Kowalczyk', 'Agnieszka Kowalzcyk')) v(a, b);
SELECT pg_temp.alike(a, b) AS alike, a, b FROM (VALUES
	('Tom Hart', 'Tom Reed'), ('Tom Hart', 'Ann Hart'), ('Paul Martin', 'Paula Martin'), ('Jean Dupont', 'Jeanne Dupont'), ('Simon Roux', 'Simone Roux'), ('Michel Roux', 'Michèle Roux'), ('Daniel Roux', 'Danielle Roux'), ('Louis Roux', 'Louise Roux'), ('Andrea Rossi', 'Andreas Rossi'), ('Gabriel Roux', 'Gabriele Roux'), ('René Roux', 'Irène Roux'), ('Ivan Petrov', 'Ivanka Petrova'), ('Tom A. Hart', 'Tom B. Hart'), ('Tom Hart Jr.', 'Tom Hart Sr.'), ('Tom Hart II', 'Tom Hart III'), ('Juan Carlos Ruiz', 'Juan Manuel Ruiz'), ('Peter Hansen', 'Peter Jansen'), ('Hans Müller', 'Hans Möller'), ('Lena Berg', 'Lina Berg'), ('Jana Schmidt', 'Sina Schmidt'), ('Elena Popescu', 'Alina Popescu'), ('William Harris', 'William Harrison'), ('Luis Martinez', 'Luis Martins'), ('Piotr Kowalski', 'Piotr Kowalczyk'), ('Kim Jong-un', 'Kim Sung-un'), ('Mahmoud Haddad', 'Mohammed Haddad'), ('Joan Hart', 'John Hart'),
	('Hart', 'Tom Hart'), ('J. Hart', 'K. Hart'), ('Anna de la Cruz', 'Elena de la Cruz'), ('Zoe', 'Zeno'), ('', ''), ('', 'Tom'), ('...', '...'), ('1', '2')) v(a, b);
-- symmetric, 1 for a name and itself, between 0 and 1, whatever the texts
CREATE TEMP TABLE n (x text);
INSERT INTO n VALUES ('Jean Dupont'), ('J. Dupont'), ('Dr. Jean-Pierre Dupont-Roy Jr.'), ('JP Roy'), ('Mme'), ('Müller'), ('van der Berg Anna'), ('Иван Петров'), ('李小龙'), ('x'), ('a b c d e f g h i j k l m n o p q r s t u v w x y z'), (repeat('Jean ', 500)), (repeat('x', 5000)), ('😊'), ('O''Hara, Tom');
SELECT count(*) AS pairs, count(*) FILTER (WHERE abs(s - t) > 1e-9) AS lopsided, count(*) FILTER (WHERE s NOT BETWEEN 0 AND 1) AS outside, count(*) FILTER (WHERE a.x = b.x AND a.x <> '😊' AND s < 1) AS unlike_itself
FROM n a, n b, LATERAL dropcontact.name_similarity(a.x, b.x) s, LATERAL dropcontact.name_similarity(b.x, a.x) t;
-- jaro_winkler and damerau_levenshtein count code points
SELECT a, b, round(dropcontact.jaro_winkler(a, b)::numeric, 4) AS jaro_winkler, dropcontact.damerau_levenshtein(a, b) AS edits
FROM (VALUES ('MARTHA', 'MARHTA'), ('DWAYNE', 'DUANE'), ('DIXON', 'DICKSONX'), ('', ''), ('', 'abc'), ('é', 'e'), ('ca', 'abc'), ('née', 'nèe')) v(a, b);
-- long texts
SELECT dropcontact.damerau_levenshtein(repeat('ab', 500), repeat('cd', 500)) AS all_other, dropcontact.damerau_levenshtein(repeat('ab', 1000), repeat('ba', 1000)) AS shifted,
	round(dropcontact.jaro_winkler(repeat('é', 300) || 'x', repeat('é', 300))::numeric, 4) AS alike, dropcontact.damerau_levenshtein('', repeat('é', 300)) AS inserted;
-- a title that is half of a last name; three words written together
SELECT round(dropcontact.name_similarity('Anne Lemaitre', 'Anne Le Maître')::numeric, 2) AS half, round(dropcontact.name_similarity('Maître Anne Roy', 'Anne Roy')::numeric, 2) AS title,
	round(dropcontact.company_similarity('North West Tubes', 'Northwesttubes')::numeric, 2) AS together, round(dropcontact.company_similarity('North West Tubes', 'Northwest Pipes')::numeric, 2) AS two;
SELECT round(dropcontact.name_similarity('Antoine Roy', 'Antoine Leroy')::numeric, 2) AS two_families, round(dropcontact.name_similarity('Roy Hart', 'Leroy Hart')::numeric, 2) AS nickname, round(dropcontact.name_similarity('Hart Roy', 'Leroy Hart')::numeric, 2) AS swapped;
