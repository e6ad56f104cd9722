-- Countries: codes, names in several languages, official ones, what is ambiguous
\pset null '-'
SELECT x, dropcontact.normalize_country(x) FROM (VALUES ('FR'), ('fr'), ('FRA'), ('250'), ('France'), ('Frankreich'), ('FRANCIA'), ('la France'), ('République française'), ('Deutschland'), ('Allemagne'), ('Duitsland'), ('Bundesrepublik Deutschland'),
	('UK'), ('GB'), ('England'), ('Royaume-Uni'), ('USA'), ('U.S.A.'), ('États-Unis'), ('the United States of America'), ('Holland'), ('Pays-Bas (les)'), ('Schweiz'), ('Suisse'), ('Česko'), ('Ελλάδα'), ('EL'), ('Россия'),
	('Côte d’Ivoire'), ('Corée du Sud'), ('Korea (Republic of)'), ('République démocratique du Congo'), ('Hong Kong SAR China'), ('La Réunion')) v(x);
-- ISO's codes come before those of sports; names and codes of several are none's
SELECT x, dropcontact.normalize_country(x) FROM (VALUES ('GER'), ('SUI'), ('BRN'), ('MON'), ('Congo'), ('Korea'), ('Georgia'), ('Guinea'), ('Niger'), ('Nigeria'), ('Dominica'), ('Dominican Republic'), ('ANT'), ('XX'), ('ZZZ'), ('999'), ('Atlantis'), ('man'), ('')) v(x);
-- a name and its code in one field; two countries are none
SELECT x, dropcontact.normalize_country(x) FROM (VALUES ('France (FR)'), ('FR - France'), ('(FR)'), ('DE, Deutschland'), ('France, Germany'), ('Ireland, Northern'), ('Stati Uniti d''America'), ('Royaume d''Espagne'), ('Engeland'), ('( - )'), ('Weißrussland')) v(x);
-- official names in other languages
SELECT x, dropcontact.normalize_country(x) FROM (VALUES ('Französische Republik'), ('Repubblica Francese'), ('Principauté d''Andorre'), ('République de Chine')) v(x);
-- what countries call themselves in other scripts, which no Latin word is; letters apart
SELECT x, dropcontact.normalize_country(x) FROM (VALUES ('日本'), ('中国'), ('대한민국'), ('भारत'), ('مصر'), ('ไทย'), ('Rossi'), ('U.A.E.'), ('F.R.G.'), ('N.A.'), ('Britain'), ('Aotearoa'), ('Olanda')) v(x);
SELECT x, dropcontact.normalize_country(x) FROM (VALUES ('Oesterreich'), ('Emirats')) v(x);
