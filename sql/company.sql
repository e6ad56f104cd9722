-- Company names: legal forms at the end, in front, inside; case; keys; countries
\pset null '-'
CREATE FUNCTION pg_temp.companies(VARIADIC names text[]) RETURNS TABLE (x text, name text, legal_form text, country text, key text, problem text)
	LANGUAGE sql AS 'SELECT left(n, 50), c.* FROM unnest(names) n, dropcontact.parse_company(n) c';
SELECT * FROM pg_temp.companies('ACME FRANCE S.A.S.U.', 'Acme, Inc.', 'Dupont Père et Fils SARL', 'MÜLLER GMBH & CO. KG', 'Müller GmbH und Co KG', 'Müller & Co. KG', 'Rossi S.p.A.', 'Kowalski Sp. z o.o. sp.k.', 'Novák s.r.o.', 'Horvat d.o.o.',
	'Yılmaz Ltd. Şti.', 'Smith Pty Ltd', 'Tanaka K.K.', 'Smith Holdings PLC', 'Garcia, S.L.U.', 'Hansen A/S', 'Hansen ApS', 'Tamm OÜ', 'Kiss Kft.', 'Acme (SAS)', 'Smith L.L. C.', 'Acme S. A. S.', 'Société Dupont société à responsabilité limitée', 'Acme Aktiengesellschaft');
-- in front, as in the east and in France; inside; before a bracket
SELECT * FROM pg_temp.companies('ООО «Рога и копыта»', 'SCI Les Lilas', 'AB Volvo', 'PT Bank Mandiri Tbk', 'A.O. Tatneft', 'Hello Oy World', 'Endesa S.A. - Generación', 'Acme LLC (on behalf of Beta, Inc.)', 'Hansen & Søn (Danmark) ApS');
-- words that are forms elsewhere stay; so does the form that is the name's kind
SELECT * FROM pg_temp.companies('Day Spa', 'Fiat SpA', 'AS Roma', 'Company of Heroes', 'Banque SA Paribas', 'SAS', 'SAS AB', 'Smith & Co', 'Smith Co', 'Bill & Melinda Gates Foundation', 'Standard Chartered PLC', 'Pat O''Brien');
-- case: initials stay, small words are small
SELECT * FROM pg_temp.companies('BNP PARIBAS', 'SOCIETE GENERALE DE BANQUE', 'LES ATELIERS DU NORD SARL', 'acme industries', 'IBM', 'I.B.M. Corp.', 'L''OREAL', 'eBay Inc.', '3M COMPANY', 'AT&T', 'McDONALD''S CORP.');
-- scripts that do not part words keep the form in the name
SELECT * FROM pg_temp.companies('株式会社サンプル', '삼성전자 주식회사', '北京公司 Ltd', 'Επιχείρηση Α.Ε.');
-- what is no company name
SELECT * FROM pg_temp.companies('', '  ', 'n/a', 'Particulier', 'SARL', 'L.L.C.', '&', '...', repeat('x', 2001));
-- a clean name is its own clean name
SELECT x, c.name FROM pg_temp.companies('ACME FRANCE S.A.S.U.', 'Ford Motor Company Ltd', 'Lazard & Cie SCA', 'Foo (Bar SAS)', '"Acme" SAS') x, dropcontact.parse_company(x.name) c WHERE c.name IS DISTINCT FROM x.name;
-- how alike: forms, order, slips, acronyms, scripts, joined words; what tells apart: words of their own, numbers
SELECT a, b, round(dropcontact.company_similarity(a, b)::numeric, 2) AS alike, dropcontact.company_similarity(a, b) = dropcontact.company_similarity(b, a) AS symmetric FROM (VALUES
	('Acme SAS', 'ACME'), ('Jones & Smith', 'Smith, Jones LLP'), ('Goldman Sachs', 'Goldmann Sachs Inc'), ('IBM', 'International Business Machines Corp'), ('HSBC', 'Hongkong and Shanghai Banking Corporation'),
	('ОАО Лукойл', 'Lukoil PJSC'), ('Müller GmbH', 'Mueller'), ('Data Tec', 'Datatec'), ('Acme International', 'Acme Intl'), ('Banque Dupont', 'Bank Dupont'),
	('Electricité de France SA', 'EDF'), ('Royal Bank of Scotland Group plc', 'RBS Group'), ('Fonds 2', 'Fonds II'), ('Al Rajhi Bank', 'Alrajhi Bank'), ('AlphaTech', 'Alpha Tech GmbH'), ('Gebrüder Weiss', 'Gebr. Weiss'),
	('National Iranian Gas Company', 'National Iranian Oil Company'), ('Fonds 2', 'Fonds III'), ('Gazprom', 'Gazprombank'), ('Siemens France SAS', 'Siemens Deutschland GmbH'), ('AXA France Vie', 'AXA France IARD'), ('Electricité de France', 'EFD'),
	('Bank of China', 'Bank of America'), ('School No 1', 'School No 2'), ('Crédit Agricole', 'Crédit Mutuel'), ('Global Services Group', 'Global Trading Group'), ('Garage Dupont', 'Garage Durand'), ('Renault', 'Peugeot'), ('', 'Acme')) v(a, b);
-- forms that French companies write in front; the kind of an organisation alone is no name
SELECT c, (dropcontact.parse_company(c)).name, (dropcontact.parse_company(c)).legal_form, (dropcontact.parse_company(c)).key
FROM unnest('{SAS Delta Pharma,SAS Dupont & Fils,SASU MARTIN,SNC Les Halles,SAS Institute,SAS}'::text[]) c;
-- two languages, states of a company, abbreviations that no word looks like, bracketed forms of the east
SELECT * FROM pg_temp.companies('Acme SA/NV', 'Acme S.A./N.V.', 'Acme BV/SRL', 'Acme Inc./Ltée', 'SPRL Acme', 'SC ACME SRL', 'Acme S.p.A. in liquidazione', 'Acme SA (en liquidation)', 'Acme GmbH i.L.', 'Il Giardino', 'Acme eK', 'acme gGmbH', 'Acme hf.', 'Acme GmbH u. Co. KG', 'Acme SARL AU', 'Acme Cía. Ltda.',
	'Acme Pvt. Ltd.', 'Acme (P) Ltd', 'Acme Sdn. Bhd.', 'Acme (S) Pte Ltd', 'Acme S. de R.L. de C.V.', 'Acme spol. s r. o.', 'Acme Sp. z o. o. sp. k.', 'Acme Zrt.', 'Acme A.Ş.', 'Acme Unipessoal, Lda.', 'Acme EIRELI', '(株)Acme', 'Acme(주)', 'Ets Acme', 'SCEA Acme', 'VZW Acme', 'Acme SARL RCS Paris B 123 456 789', 'Acme Ltd (ACN 000 014 675)', 'RCS Sound Software');
-- hosts keep their case
SELECT x, (dropcontact.parse_company(x)).name FROM (VALUES ('acme.fr'), ('www.acme.com'), ('ACME.COM'), ('acme'), ('st. martin')) v(x);
-- foundations and clubs in front, an article alone is no name
SELECT * FROM pg_temp.companies('Stichting Voorbeeld', 'Fondazione Esempio', 'Fundación Ejemplo', 'Verein Beispiel', 'Stichting', 'The Limited', 'SAS Institute');
-- an ampersand between letters makes no form of them; a host keeps its case
SELECT * FROM pg_temp.companies('S&P Global Inc.', 'C&A', 'A & B', 'D&D SARL', 'S&L Transporte', 'Bianchi & C. S.n.c.', 'Hansen A/S', 'acme.com, Inc.', 'acme, Inc.');
-- short words are words in names in capitals, initials behind a hyphen stay; forms in front; states
SELECT * FROM pg_temp.companies('AIR FRANCE', 'AIR FRANCE-KLM SA', 'IBM FRANCE', 'BIG SKY LTD', 'SAINT-LÔ SARL', 'OJSC Bluebird', 'Bluebird JSC', 'Bluebird Ltd - In Administration');
SELECT * FROM pg_temp.companies('S.p.A.', 'Spa', 'S.A.R.L.');
SELECT * FROM pg_temp.companies('7-ELEVEN INC', 'MCDONALD''S FRANCE SAS', 'F-16 PARTS LLC', 'A2Z CONSULTING', 'Jansen Bouw B.V. i.o.', 'L''OR SARL', 'Io Sas');
-- a form of several short words, a word written twice, the preposition behind an Italian form
SELECT x, (dropcontact.parse_company(x)).* FROM (VALUES ('Keller AG & Co. KG'), ('Keller AG & Co. KGaA'), ('S & P Keller'), ('Sa Sa Holidays'), ('Sa Sa Holidays Ltd'), ('Keller S.n.c. di Rossi Carla & C.'), ('Rossi S.a.s. di Rossi Luca')) v(x);
-- a hyphen before the form, forms in front, what the law says of a form
SELECT x, (dropcontact.parse_company(x)).* FROM (VALUES ('Keller Verwaltungs-GmbH'), ('KELLER BETEILIGUNGS-GMBH & CO. KG'), ('Keller-Kg Bau GmbH'), ('X-AG'), ('-GmbH'), ('EIRL Keller Bois'), ('Fondation Keller'), ('Keller SAS à associé unique'), ('Keller SA à directoire')) v(x);
