-- parse_name: one person's name in one text
CREATE FUNCTION pg_temp.parts(VARIADIC names text[]) RETURNS TABLE (name text, civility text, first text, middle text, last text, suffix text, nickname text, problem text)
	LANGUAGE sql AS 'SELECT translate(n, U&''\200b'', ''~''), (p).civility, (p).first_name, (p).middle_name, (p).last_name, (p).suffix, (p).nickname, (p).problem
		FROM unnest(names) WITH ORDINALITY u(n, i), LATERAL dropcontact.parse_name(n) p ORDER BY i';
\pset null -

-- the order of the parts: case, comma, lists
SELECT name, first, middle, last, suffix FROM pg_temp.parts('Jean Dupont', 'DUPONT Jean', 'Jean DUPONT', 'LE GOFF Yann Marie', 'Yann LE GOFF', 'Dupont, Jean', 'Dupont Jean', 'DUPONT JEAN', 'dupont jean',
	'Kowalczyk Agnieszka', 'Moreau Sophie Anne', 'Keller Peter J.', 'MORETTI G.', 'G. Moretti', 'G.B. Moretti', 'GB Moretti', 'Duval / Jeanne', 'Duval; Jeanne', 'DE GAULLE Charles', 'Adèle', 'Lefebvre', 'Zx');
-- particles, links, double last names
SELECT name, first, middle, last, suffix FROM pg_temp.parts('Anna von der Leyen', 'VON DER LEYEN Anna', 'Pieter van den Berg', 'Berg, Pieter van den', 'van der Velde', 'DE LA FONTAINE Luc', 'de la cruz pilar', 'Luc de La Fontaine',
	'Aline Perrot de Vaux', 'Karl Freiherr von Stein', 'Omar bin Said', 'Leila Al Hariri', 'Pilar Ortega y Rubio', 'Lucía Pérez Romero', 'João da Silva e Costa', 'Rita M Sousa Pinto', 'Fiona Mac Kay', 'Sean O Brien',
	'Rebecca St. James', 'Van Morrison', 'Ben Carter', 'La Tonya B. Reed', 'Tran Van', 'Paul d''Ormesson', 'Lord of the Isles');
-- titles of several languages, and words that are names as well
SELECT name, civility, first, middle, last, suffix FROM pg_temp.parts('M. Jean DUPONT', 'M DUPONT', 'M. J. Dupont', 'Mme LEFEBVRE Marie-Claude', 'LEFEBVRE Marie-Claude Mme', 'DUPONT M. Jean', 'Dr., John Hart', 'Maître Anne Roy', 'Herr Prof. Dr. med. Hans Maier', 'Frau Dr. Anna Weiß',
	'Fr. Anna Weiß', 'Fr. Patrick Murphy', 'Sig.ra Carla Bruni', 'Dott.ssa Paola Rossi', 'Dña. Pilar Ruiz', 'Sr. Luis Gil', 'Dra. Inês Melo', 'Dhr. Jan de Vries', 'Mevr. drs. Els Smit', 'The Rt. Hon. Mary Reed',
	'Lt.Col. Tom Hart', 'Lt. Col. Tom Hart', 'Secretary of Defense Tom Hart', 'Judge Ruth Hale', 'Sir Paul', 'Sœur Agnès', 'Mrs Clara', 'Mrs Parker', 'Dean Martin', 'Don Pedro Ruiz', 'Don Johnson', 'King George', 'Michelle King', 'Dr.Smith', 'pan Jan Novák', 'Dr');
-- suffixes, degrees, professions
SELECT name, first, middle, last, suffix FROM pg_temp.parts('Tom Hart Jr.', 'Tom Hart, Jr.', 'HART JR, TOM', 'Hart, Tom, Jr.', 'Hart, Tom iii', 'Tom Hart V', 'Tom V. Hart', 'Tom Senior', 'Tom Edward Hart Senior', 'Tom Hart Senior II',
	'Ann Hart, Ph.D.', 'Ann Hart PHD, mba', 'Ann Hart Ph D', 'Hart, Ann, MD, FACS', 'Hart, Ann XQRT', 'Hart, MSc, PMP, Ann', 'Tom Hart DO', 'Jack Ma', 'Ma, Jack', 'JACK MA', 'Hart, J.R.', 'Hart, M.D.', 'Ann Hart attorney at law', 'Ann Hart, notary', 'Ann Hart, treasurer', 'Ludwig Hart 2.', 'Dupont Jean fils');
-- nicknames and remarks
SELECT name, first, middle, last, suffix, nickname, problem FROM pg_temp.parts('William "Bill" Hart', 'William (Bill) Hart', 'William ''Bill'' Hart', 'William « Bill » Hart', 'William “Bill” Hart', 'Hart, William (Bill), Jr.', '"Bill" Hart', 'William Hart (MD)', 'William Hart [Paris]',
	'Jan ''t Hooft', 'Marie Petit (née Roy)', 'Marie Petit née Roy', 'Marie Petit épouse Roy', 'Anna Weiß geb. Kurz', 'Jean Petit dit Jeannot', '(Bill Hart', 'William () Hart', 'William {H}art', E'Mr.\\nPaul\\tHart');
SELECT name, civility, first, middle, last, suffix, nickname, problem FROM pg_temp.parts('Mme PETIT née ROY Marie', 'Petit ép. Roy Marie', 'Jean Petit (ACME)', 'Jean Petit - ACME', 'Jean Petit | Acme', 'Jean Petit, Directeur commercial', 'PETIT, Jean, Directeur', 'M. le Directeur Jean Petit',
	'Jean Petit <jean>', 'Jean Petit 75002', 'jean.petit', 'El Mehdi Haddad', 'Mohamed ben Salah', 'MOHAMED BEN SALAH', 'Valéry Giscard d''Estaing', 'Jan-Willem Smit-de Boer', 'Jan Smit-de Boer', 'Park Jong-un', 'Jean-pierre Roy', 'Louis XIV', 'Pope Francis', 'Lord Byron', 'Dr & Dr Roy', 'JD', 'Alex Ben Carter', 'Abu Bakr al-Hariri', 'Pilar del Carmen Ruiz', 'Ruiz, Pilar del Carmen', 'Hart (Mr) Tom', 'Darshan Singh Gill', 'Gill, Darshan Singh', 'Mr. and Mrs. Tom and Ann Hart', 'Senior Judge Ann R. Hart');
-- two persons: the first
SELECT name, civility, first, middle, last, suffix, problem FROM pg_temp.parts('Tom and Ann Hart', 'Tom & Ann Hart', 'Mr. & Mrs. Tom Hart', 'M. et Mme Jean Dupont', 'Jean et Marie Dupont', 'Hans und Anna Weiß', 'Juan y Pilar Ruiz', 'Tom Hart and Ann Reed', 'Hart, Tom and Ann', 'Dr. Hart & Dr. Reed', 'Tom Y Hart', 'Tom e Hart');
-- no person
SELECT (dropcontact.parse_name(repeat('Jean ', 300))).*;
SELECT name, first, last, problem FROM pg_temp.parts('N/A', 'Test', 'inconnu', 'Nom Prénom', 'Nil', '', '  ', E'\u200b', '...', '😊', 'jean@exemple.fr', 'Agent 007', 'Дмитрий Иванов', '李小龙', ',', '/', '&', '"', '''''', '()', ', Jr.');

-- capitals and small letters
SELECT n, (dropcontact.parse_name(n)).full_name FROM unnest(ARRAY['jean-PIERRE LE GOFF', 'MARY MCDONALD', 'mary mcdonald', 'Mary Mcdonald', 'MARY MACDONALD', 'MARIE MACHARD', 'PATRICK O''NEIL', 'patrick o’neil', 'Patrick O''neil', 'ANNA D''AMICO', 'LUC D''ORMESSON',
	'MARIA DELL''ACQUA', 'ANNA-LENA MÜLLER-ŁUKASZEWICZ', 'ŞEBNEM ÖZGÜR', 'élodie ÉVRARD', 'philip DeHart', 'jEAN dUPONT', 'NG''ANG''A WAMBUI', 'TJ HART', 'PIETER VAN DER BERG', 'Pieter Van der Berg', 'JUAN DE LA CRUZ', 'ALAIN DE LA TOUR', 'Yann Le Goff', 'ANN HART PHD', 'Ann Hart ph.d.', 'GROSS STRAẞE', 'groß straße']) WITH ORDINALITY u(n, i) ORDER BY i;

-- one result however a name is written
CREATE TEMP TABLE written AS
SELECT concat_ws(' ', nullif(title, ''), first, nullif(middle, ''), last, nullif(suffix, '')) AS plain,
	last || ', ' || concat_ws(' ', nullif(title, ''), first, nullif(middle, '')) || coalesce(', ' || nullif(suffix, ''), '') AS comma,
	concat_ws(' ', nullif(title, ''), upper(last), first, nullif(middle, '')) AS capitals, suffix
FROM (VALUES ('Dr.'), (''), ('Mrs.'), ('Prof. Dr.')) a (title), (VALUES ('Julia'), ('Jean-Marc'), ('T.J.'), ('Kwabena')) b (first), (VALUES (''), ('K.'), ('Ann'), ('R. Ann')) c (middle),
	(VALUES ('Hartmann'), ('van der Berg'), ('de la Vega'), ('Ortega y Rubio'), ('O''Hara'), ('Smith-Jones'), ('Le Goff'), ('McKay')) d (last), (VALUES (''), ('Jr.'), ('III'), ('PhD'), ('MD, MBA')) e (suffix);
SELECT count(*) AS names, count(*) FILTER (WHERE dropcontact.parse_name(plain) IS DISTINCT FROM dropcontact.parse_name(comma)) AS comma_differs FROM written;
SELECT count(*) AS names, count(*) FILTER (WHERE dropcontact.parse_name(plain) IS DISTINCT FROM dropcontact.parse_name(capitals)) AS capitals_differ FROM written WHERE suffix = '';
-- a full name read again is itself
SELECT count(*) AS names, count(*) FILTER (WHERE (dropcontact.parse_name((p).full_name)).full_name IS DISTINCT FROM (p).full_name) AS differ
FROM (SELECT dropcontact.parse_name(n) AS p FROM (SELECT plain FROM written UNION SELECT upper(plain) FROM written UNION SELECT lower(plain) FROM written UNION SELECT upper(comma) FROM written UNION SELECT capitals FROM written) w(n)) q;
-- no text is refused
SELECT count(*) AS texts, count((dropcontact.parse_name(a || b || c)).problem) > 0 AS problems
FROM unnest('{Jean," ",",",(,),"\"","''",.,-,&,/,1,é,´,M.,and,van,Jr,"\\n"}'::text[]) a, unnest('{Jean," ",",",(,),"\"","''",.,-,&,/,1,é,´,M.,and,van,Jr,"\\n"}'::text[]) b, unnest('{Jean," ",",",(,),"\"","''",.,-,&,/,1,é,´,M.,and,van,Jr,"\\n"}'::text[]) c;

-- names of many cultures
SELECT name, civility, first, middle, last, suffix FROM pg_temp.parts('Lucía Cruz Sánchez', 'Pilar Martín López', 'Pilar Ruiz Pérez-Castro', 'Mª del Carmen Ruiz', 'Mª Pilar Ruiz Gil', 'Dª Pilar Ruiz', 'D. Francisco Ruiz', 'D. Francis Hart', 'Eng.º Carlos Silva', 'Juan Jr. dela Cruz', 'Dela Cruz, Juan III',
	'Mrs. Ann Reed Hart', 'Mrs. Ann Jackson Hart', 'Ann Reed Hart', 'Mr. Tom Reed Hart', 'Ann M Jackson Hart', 'A. B. Rahmandul Khan', 'Abdul Karim Haddad', 'Haddad, Abd al-Rahman', 'Ivanova Anna Sergeevna', 'Anna Sergeevna Ivanova', 'Graf Georg von Eltz', 'Prinz Ernst von Hannover', 'Herr Rechtsanwalt Karl Huber', 'Av. Mehmet Kaya', 'Doc. MUDr. Jan Novák, CSc.',
	'Mc Kay Fiona', 'Mac Kay Fiona', 'JRR Hart', 'Mme Vve Roy', 'Mme Vve Roy Marie');
SELECT name, first, middle, last FROM pg_temp.parts('Nguyễn Văn An', 'Nguyen Van An', 'An Van Nguyen', 'Nguyen, Van An', 'NGUYEN Thi Lan', 'Thi Lan Nguyen', 'Le Thi Hoa', 'TRAN VAN', 'Peter van Le', 'Zhang Wei', 'Wei Zhang', 'Chen Guangbiao', 'Chen, Guangbiao', 'Chen Mei Ling', 'Mei Ling Chen', 'Emily Chen', 'Chen Emily', 'Chen Robinson',
	'Park Jong-un', 'Kim Jong-un', 'Jong-un Kim', 'Kim Carter', 'Moon Jae-in', 'LAURA KOWALSKA LE');
-- marks around all of it, blanks of user names
SELECT name, first, last, nickname FROM pg_temp.parts('"Hart, Tom"', '(Tom Hart)', '''Tom Hart''', '"Tom" (Hart)', 'tom_hart');
SELECT name, civility, first, middle, last, suffix, problem FROM pg_temp.parts('Pedro Álvares Cabral', 'PÉREZ GARCÍA JUAN', 'Perez Garcia Juan Carlos', 'José Mª Aznar López', 'LEROY Mlle', 'Ahmet Bey', 'MM. Dupont et Durand', 'Famille Dupont', 'Spett.le Mario Rossi', 'Egr. Sig. Mario Rossi', 'de heer J. de Vries',
	'van den Berg J.', 'Van Damme Jean-Claude', 'Vanden Borre Koen', 'Dr. Öğr. Üyesi Ali Kaya', 'lek. med. Anna Nowak', 'Иванов Иван Иванович', 'Lee Min-ho', 'Lê Văn An', 'Cuong Đỗ');
SELECT name, first, middle, last, suffix, nickname, problem FROM pg_temp.parts('Tom ("Tommy") Hart', 'Contact: Tom Hart', 'Tom Hart <tom@hart.example>', 'tom@hart.example', 'JR Hart', 'Hart JR', 'La Toya Reed', 'La Rosa Mario', 'Tom Hart (deceased)', 'Hart, Ann, RN, MSN, CNX', 'Ann Hart RN MSN CNX');
-- a last name alone
SELECT name, first, last FROM pg_temp.parts('D''ARTAGNAN', 'O''Shea', 'd''angelo', 'N''Golo');
-- words that hand over, elisions apart, initials before a family name, titles of several words
SELECT name, civility, first, middle, last FROM pg_temp.parts('à l''attention de M. Jean Petit', 'c/o Jane Reed', 'Co Westerik', 'Attn Jane Reed', 't.a.v. Jan Peters', 'T.A.V. Peters', 'z.Hd. Frau Erika Weiß', 'all''attenzione di Mario Rossi', 'A.C. Hart', 'c/o',
	'Jean d'' Ormesson', 'Anna Dell’ Acqua', 'James O'' Neil', 'LE BORGN'' Pierre', 'AC Smith', 'AJ Brown', 'UY Kevin', 'RA Dr. Peter Huber', 'Prof. em. Dr. Klaus Weber', 'dr hab. n. med. Piotr Nowak', 'Dr.in Eva Huber', '1st Lt. Mary Hart', 'On. Giorgia Conti',
	'Micheál Ó Néill', 'Síle Ní Bhriain', 'Wei Ni Zhang', 'Mohammed bin Rashid Al Amin', 'Jan van der Berg de Vries');
-- as letters begin
SELECT name, civility, first, middle, last FROM pg_temp.parts('Sehr geehrter Herr Max Huber', 'Sehr geehrte Frau Dr. Weiß', 'Dear Mr. John Hart', 'Dear John Hart', 'Cher Monsieur Petit', 'Cher Lloyd', 'Geachte heer Jansen', 'Gentile Dott.ssa Rossi', 'Cara Reed');
-- endings of family names
SELECT name, first, last FROM pg_temp.parts('Engelmann Ashley', 'Ashley Engelmann', 'Engelmann', 'Kirilenkova Olga', 'Tarasenko Olga', 'Zabrovski Adam', 'Hakkarainen Matti', 'Ludovic', 'Alisson Petit');
-- Japanese names in both orders
SELECT name, first, last FROM pg_temp.parts('Tanaka Hiroshi', 'Hiroshi Tanaka', 'TANAKA Hiroshi', 'Iwasaki Kenji', 'Emma Watanabe', 'Watanabe');
-- titles in brackets and pronouns are no nicknames, a family name there is another one; a dash between two last names is their hyphen
SELECT name, civility, first, last, suffix, nickname, problem FROM pg_temp.parts('Peter Hart (Sales Manager)', 'Peter Hart (CTO)', 'Emma Hart (HR)', 'Emma Hart (Hr)', 'Robert (Chief) Hart', 'Julie Moreau (Dupuis)', 'Ann Hart (she/her)', 'Ann Hart, they/them',
	'LE ROUX - BERNARD Anne', 'Anne LE ROUX - BERNARD', 'MARTIN - DURAND Paul', 'Jean Martin - Durand', 'Smith - John', 'Jean Petit - ACME', 'Jo March', 'Ann Hart MArch', 'Ann Hart BA (Hons)', 'Jonkheer Willem de Graeff');
-- Chinese given names of two syllables behind a family name, two Spanish last names that no list knows
SELECT name, first, middle, last FROM pg_temp.parts('Xi Jinping', 'Jinping Xi', 'Li Keqiang', 'Wen Jiabao', 'Li Lina', 'Li Anderson', 'Roh Moo-hyun', 'María José Carreño Quiñones', 'Ana Peñarroya Ibarrola');
-- titles behind a name and in brackets, before a civility, of two persons; two full names; initials behind a last name
SELECT name, civility, first, middle, last, suffix, problem FROM pg_temp.parts('Müller, Karl-Heinz, Dr.', 'ROE JANE (DR.)', 'Hart Tom Dr.', 'An Herrn Stefan Krüger', 'An Na Li', 'Al Sig. Mario Rossi', 'Le Colonel Martin DUVAL', 'Le Duc Tho', 'Dipl.-Betriebsw. Karin Vogel', 'Dr. iur. utr. Peter Lang',
	'Eheleute Hans und Maria Becker', 'M. ou Mme LAMBERT Paul', 'Emma Petit, HR Director', 'Anna Petit / Eva Weber', 'Petit / Anna', 'Keller JA', 'van der Berg JA', 'JA van der Berg', 'UY van der Berg', 'Minh LY', 'Angus Og MacDonald', 'Joke in ''t Veld', 'Juan Antonio Samarreta Torellet');
-- family names that are given names now and then, syllables of Chinese names, houses with seats, particles behind the given name, an initial that looks like one
SELECT name, first, middle, last, suffix FROM pg_temp.parts('Davis Sally', 'Davis Love', 'Yılmaz Hakan', 'FITZGERALD SALLY JR', 'Fitzgerald Brown', 'Lee Siew Hoon', 'Tan Mei Lin', 'Lee Mary Lou', 'Anna von Arnim zu Altenberg', 'Petra von Stein auf Burgau',
	'BERG Jan van den', 'DE WITT Anne', 'van ''t Zand Sjaak', 'Della Torre Diego', 'Della Reed', 'Laura T Kirkwood', 'JAN T HOOF', 'Pablo Nadal Ferrer', 'D''ESTREES JEAN-LOUIS');
-- airlines write a slash; what is in brackets or behind a dash is no nickname, when it is an address, a number or a company
SELECT name, civility, first, last, suffix, nickname, problem FROM pg_temp.parts('PETIT/JEANNE', 'Mr/Mrs Petit', 'she/her', 'Jeanne Petit (jeanne@petit.example)', 'Jeanne Petit (06 12)', 'Petit Jeanne - Mairie de Lens', 'M. le Maire Paul Petit', 'Anna Maire', 'à l''att. de Mme Petit', 'DDr. Karl Hofer', 'StB Michael Hofer');
-- particles that are written small, farms behind a family, a hyphen before a particle, generations in German, patronymics of Ukraine, syllables of Viet Nam
SELECT name, civility, first, middle, last, suffix FROM pg_temp.parts('Anna im Hof', 'Im Yoon-ah', 'Karl am Ende', 'Petra Meyer zu Hoberge', 'Mevr. Smit-van Dam', 'Karl Huber jun.', 'Huber Karl sen.', 'Amit Sen', 'Shevchenko Ivan Petrovych', 'Le Quang Vinh', 'LEROY', 'Leroy Brown', 'N''DIAYE Awa',
	'z.Hd. Herrn Huber', 'Sig.na Carla Rossi', 'Dir. Prof. Karl Huber');
-- an address behind a name, marks of lists and notes
SELECT name, first, last, problem FROM pg_temp.parts('Anna Huber anna@huber.example', 'anna@huber.example', '1. Anna Huber', '2) Anna Huber', 'Anna Huber*', '* Anna Huber', '1.');
-- departments are no persons, names that look like them are
SELECT name, first, last, problem FROM pg_temp.parts('Service Comptabilité', 'Sekretariat', 'Sales Team', 'Direction Générale', 'Jean Service', 'Anna Sekretariat', 'Standard');
