-- parse_address(): edge cases of the field
SET search_path = dropcontact;
\pset null -
SELECT v.n, v.country AS given, a.house_number AS number, a.street, a.unit, a.postcode, a.city, a.region, a.country, a.problem
FROM (VALUES
	(1, '12 bis rue de la Paix, 75002 Paris', 'FR'),
	(2, '12bis, rue de la Paix 75002 PARIS CEDEX 02 FRANCE', NULL),
	(3, E'Bât. C\n3 allée des Lilas\n13001 Marseille', 'FR'),
	(4, 'BP 123, 69001 Lyon', 'FR'),
	(5, '8 cours Mirabeau 13100 Aix-en-Provence', 'FR'),
	(6, 'Le Bourg 24200 Vitrac', 'FR'),
	(7, 'Zone industrielle Nord, 12 rue Ampère, F-67120 Molsheim', 'FR'),
	(8, 'Rue Sadi-Carnot, 97110 Pointe-à-Pitre, Guadeloupe, France', NULL),
	(9, 'rue de Rivoli', 'FR'),
	(10, 'Paris', NULL),
	(11, 'Hauptstraße 5a, 10115 Berlin', 'DE'),
	(12, 'Marktplatz 1, D-70173 Stuttgart, Deutschland', NULL),
	(13, 'Triftstrasse 67 13353 Berlin Deutschland', 'DE'),
	(14, 'Stephansplatz 3/4, A-1010 Wien', 'AT'),
	(15, 'Bahnhofstrasse 10, CH-8001 Zürich', 'CH'),
	(16, '10 Downing Street, London SW1A 2AA, UK', NULL),
	(17, '221B Baker St London NW1 6XE', 'GB'),
	(18, 'Flat 14, Ziggurat Building, 60-66 Saffron Hill, London, EC1N 8QX, United Kingdom', NULL),
	(19, '29 Lottbridge Drove, Eastbourne, East Sussex BN23 6QD', 'GB'),
	(20, 'Castle Court Shopping Centre Castle Street Caerphilly CF83 1NY', 'GB'),
	(21, '123 Main St Apt 4B, Springfield, IL 62704', 'US'),
	(22, '1600 Pennsylvania Avenue NW, Washington, DC 20500', 'US'),
	(23, '350 Fifth Ave, Suite 300, New York, NY 10118-0110, USA', NULL),
	(24, '123 Main St Apt 456 Oakland CA 94789', 'US'),
	(25, '30 West 26th Street', 'US'),
	(26, 'Via Roma 12, 00184 Roma RM, Italia', NULL),
	(27, 'Piazza del Duomo, 1, 20121 Milano (MI)', 'IT'),
	(28, 'Calle Mayor, 5, 3º B, 28013 Madrid', 'ES'),
	(29, 'Rua da Graça 2, 1170-169 Lisboa', 'PT'),
	(30, 'Herengracht 573, 1017 CD Amsterdam', 'NL'),
	(31, 'Wetstraat 16, B-1000 Brussel', 'BE'),
	(32, 'Kungsgatan 12, 111 43 Stockholm', 'SE'),
	(33, 'ul. Teofila Firlika 19, 71-637 Szczecin', 'PL'),
	(34, '123 Main St SE, Montréal QC H3Z 2Y7', 'CA'),
	(35, '223 William Street, Melbourne VIC 3000', 'AU'),
	(36, E'Ballygoran Road\nMaynooth\nCounty Kildare\nW23 P466', 'IE'),
	(37, 'Av. Paulista, 1578, São Paulo, SP, 01310-200', 'BR'),
	(38, '  ', 'FR'),
	(39, ', ,;', NULL),
	(40, repeat('x', 1001), 'FR'),
	(41, '5 rue Foch, Metz, France, 57000', NULL),
	(42, '10 Nevsky prospekt, Saint Petersburg, Russia, 191186', 'RU'),
	(43, '20 Taft Avenue, Pasay, 1300 Metro Manila, Philippines', 'PH'),
	(44, '8 Leonard St, London, Greater London, England, EC2A 4RH', 'GB'),
	(45, 'Law Court, Bay Lane, Nassau', 'BS'),
	(46, 'Bellevue, allée des Pins, Quartier du Port, 13002 Marseille', 'FR'),
	(47, 'Hôtel Azur, RN2, Nouakchott', 'MR'),
	(48, 'PO Box 12 Belfast BT1 1AA', 'GB'),
	(49, 'Carrer de Balmes, 20, 08007 Barcelona', 'ES'),
	(50, 'PO Box 12, Belfast BT1 1AA', 'GB'),
	(51, 'Pº de la Castellana, 95, 28046 Madrid', 'ES'),
	(52, '8 rue Royale, F-75008 Paris', NULL),
	(53, 'Mannerheimintie 1, FIN-00100 Helsinki', NULL),
	(54, '5 avenue des Fleurs, MC 98000 Monaco', NULL),
	(55, '5 avenue des Fleurs, 98000 Monaco', 'MC'),
	(56, '2, rue du Fossé, L-1536 Luxembourg', 'LU'),
	(57, 'Unit 5, Queen''s Road Central, Hong Kong, China', 'HK'),
	(58, 'PO Box 1234, Dubai, UAE', NULL),
	(59, 'ul. Długa 5 m. 3, 31-147 Kraków, Polska', NULL),
	(60, 'C/ Gran Vía 12 3ºB, 28013 Madrid', 'ES'),
	(61, '1061 Budapest, Andrássy út 12.', 'HU'),
	(62, 'İstiklal Cad. No: 12, 34430 İstanbul', 'TR'),
	(63, 'Av. Paulista, 1578 - Bela Vista, São Paulo - SP, 01310-200', 'BR'),
	(64, '12 MG Road, Bengaluru, Karnataka 560001', 'IN'),
	(65, '2-3-4 Marunouchi, Chiyoda-ku, Tokyo, 〒100-0005', 'JP'),
	(66, 'Via Roma 12, 20121 Milano (MI)', 'IT'),
	(67, 'Dlouhá 12, 110 00 Praha, Česká republika', NULL),
	(68, '5 Main St, Wilmington 19801, DE', NULL)
) AS v(n, address, country), LATERAL parse_address(v.address, v.country) a
ORDER BY n;
-- the one line tells its country again
SELECT a.full_address, (SELECT (p.postcode, p.city, p.country) = (a.postcode, a.city, a.country) FROM parse_address(a.full_address) p) AS same
FROM unnest(ARRAY['Hauptstraße 5, 10115 Berlin, Deutschland', '8 rue Royale, 75008 Paris, France', '123 Main St W, Toronto, ON M5V 2T6, Canada', '1 Fullerton Road, Singapore 049213, Singapore', '10 Downing Street, London SW1A 2AA, UK']) v(address), LATERAL parse_address(v.address) a;
-- the one line, and that it reads as the address it was made from
SELECT a.full_address, (parse_address(a.full_address, v.country)).full_address = a.full_address AS same
FROM (VALUES ('12 bis rue de la Paix, 75002 Paris', 'FR'), ('Hauptstraße 5a, 10115 Berlin', 'DE'), ('10 Downing Street, London SW1A 2AA', 'GB'),
	('123 Main St Apt 4B, Springfield, IL 62704', 'US'), ('Via Roma 12, 00184 Roma RM', 'IT'), ('Herengracht 573, 1017 CD Amsterdam', 'NL')) AS v(address, country),
	LATERAL parse_address(v.address, v.country) a;
SELECT parse_address(NULL, 'FR') IS NULL AS null_in, (parse_address('12 rue X, 75001 Paris', NULL)).postcode;
-- boxes behind a number without a word for street, directions, a city-state before its postcode
SELECT v.address, a.house_number, a.street, a.unit, a.postcode, a.city, a.country
FROM (VALUES ('Meir 50 bus 3, 2000 Antwerpen', 'BE'), ('233 S Wacker Dr, Chicago, IL 60606', 'US'), ('6 S avenue Foch, 75016 Paris', 'FR'), ('12 B rue X, 75001 Paris', 'FR'), ('8 Marina Boulevard, #05-02, Singapore 018981', NULL), ('Singapore', NULL)) AS v(address, country),
	LATERAL parse_address(v.address, v.country) a;
-- labels of postcodes, words for town, houses without number, flats before the number
SELECT v.address, a.house_number, a.street, a.unit, a.postcode, a.city, a.region, a.country
FROM (VALUES ('Rua das Flores, 55, Curitiba/PR, CEP 80020-190', 'BR'), ('CP 123, 1000 Lausanne', 'CH'), ('Calle Real s/n, 41001 Sevilla', 'ES'), ('Praça da Sé, s/n, 20040-020 Rio de Janeiro', 'BR'), ('125009, г. Москва, ул. Тверская, д. 7', 'RU'),
	('вул. Хрещатик, 22, м. Київ, 01001, Україна', NULL), ('#405 - 1288 West Georgia Street, Vancouver, BC V6E 2Y3', 'CA'), ('405 - 1288 West Georgia Street, Vancouver, BC V6E 2Y3', 'CA'), ('Suite 5 - 120 Main Street, Toronto, ON M5V 2T6', 'CA'), ('PO Box 55, Alice Springs, NT, 0870', 'AU'), ('Prinsengracht 33 hs, 1015 DV Amsterdam', 'NL'),
	('Unit 12/88 Queen St, Brisbane QLD 4000', 'AU'), ('Via Garibaldi n. 8, 16124 Genova', 'IT'), ('233 N. 5th St, Springfield, IL 62701', 'US'), ('Sveavägen 12 lgh 1101, 111 57 Stockholm', 'SE')) AS v(address, country),
	LATERAL parse_address(v.address, v.country) a;
-- a zone beside a street, a district of one letter, counties, flats of Finland and Turkey, words for nothing
SELECT x, (dropcontact.parse_address(x, c)).* FROM (VALUES ('ZI Nord, rue des Forges, 67200 Strasbourg', 'FR'), ('ZI Nord, 67200 Strasbourg', 'FR'), ('DK-8000 Aarhus C, Havnegade 4', NULL), ('45 Mill Street, Cork, Co. Cork, Ireland', NULL),
	('Rantatie 12 B 14, 00100 Helsinki', 'FI'), ('Deniz Cad. No:12 D:5, 34387 Şişli/İstanbul', 'TR'), ('n/a', 'FR')) v(x, c);
-- floors that are counted, roads with a number, streets with a letter
SELECT x, (dropcontact.parse_address(x, c)).* FROM (VALUES ('8 rue des Lilas 3ème étage 92100 Sèvres', 'FR'), ('8 rue des Lilas, 3e étage, 92100 Sèvres', 'FR'), ('RN 7, 26200 Montélimar', 'FR'), ('2201 C Street NW, Washington, DC 20520', 'US'),
	('12 B rue des Lilas, 92100 Sèvres', 'FR'), ('Deniz Caddesi No: 45 Kat: 3, 34430 Beyoğlu', 'TR')) v(x, c);
