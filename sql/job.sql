-- Job titles: levels and functions in seven languages, and which of several words counts
CREATE FUNCTION pg_temp.jobs(VARIADIC titles text[]) RETURNS TABLE (x text, title text, level text, function text, problem text)
	LANGUAGE sql AS 'SELECT left(t, 50), j.* FROM unnest(titles) t, dropcontact.parse_job(t) j';
SELECT x, level, function FROM pg_temp.jobs('CEO', 'Chief Financial Officer', 'SVP', 'VP Eng', 'Vice-President, Sales', 'V.P. of Operations', 'Head of Marketing', 'Director of Product', 'Sales Manager', 'Team Lead', 'Senior Data Scientist',
	'Software Engineer', 'Junior Buyer', 'Marketing Intern', 'Founder & CEO', 'Business Owner', 'Board Member', 'R&D Manager', 'HR Business Partner', 'Key Account Manager', 'Office Manager', 'Executive Director');
SELECT x, level, function FROM pg_temp.jobs('PDG', 'Directeur général', 'DSI', 'DRH', 'DAF', 'RRH', 'Gérant', 'Directeur adjoint', 'Responsable de production', 'Chef de projet', 'Chef d’équipe logistique', 'Chargée d''affaires', 'Ingénieur qualité',
	'Comptable', 'Contrôleur de gestion', 'Apprenti menuisier', 'Alternante RH', 'Avocate associée', 'Secrétaire générale', 'Directeur·rice des ventes', 'Médecin', 'Professeur des écoles');
SELECT x, level, function FROM pg_temp.jobs('Geschäftsführer', 'Vertriebsleiterin', 'Leiter/in Controlling (m/w/d)', 'Produktmanager', 'Einkaufsassistent', 'Werkstudentin Marketing', 'Inhaberin', 'Prokurist', 'Sachbearbeiterin',
	'Director General', 'Jefe de Ventas', 'Gerente de Compras', 'Becario de informática', 'Amministratore Delegato', 'Responsabile Acquisti', 'Impiegata amministrativa', 'Direttrice Marketing', 'Titolare',
	'Algemeen directeur', 'Teamleider Logistiek', 'Inkoper', 'Medewerker klantenservice', 'Directeur-eigenaar', 'Diretor Financeiro', 'Sócio-gerente', 'Coordenadora de Recursos Humanos', 'Estagiário');
-- another's title; the title of a unit; of two the first, of several the highest
SELECT x, level, function FROM pg_temp.jobs('Assistant to the CEO and CFO', 'Executive Assistant', 'Assistante de direction', 'Assistante du directeur commercial', 'Director''s Assistant', 'Assistant Director', 'Marketing Assistant', 'Assistant Vice President',
	'Managing Director', 'Managing Director, Austria', 'President', 'President - Commercial Banking', 'Chief Technology Officer & EVP', 'Senior Vice President and CFO', 'Director & CTO', 'VP of Sales & Co-Founder', 'Chief Engineer', 'Chief of Staff', 'Account Executive', 'Headhunter',
	'Head Chef', 'Lead Generation Specialist', 'Diretcor of Sales', 'Office Director');
-- the title in its case
SELECT x, title FROM pg_temp.jobs('DIRECTEUR DES VENTES', 'responsable rh france', 'Responsable RH', 'VP OF R&D', 'ÉLÈVE INGÉNIEUR', 'CEO', E'  Sales \t Manager ');
SELECT * FROM pg_temp.jobs('', '...', 'x', repeat('Director ', 200));
-- abbreviations and phrases that stand for a title; the field before the way of working
SELECT x, level, function FROM pg_temp.jobs('Ltr. Einkauf', 'EA to CEO', 'Exec. Assistant', 'RSSI', 'RRH', 'Resp. QHSE', 'VRP', 'Supv. Production', 'Acct Mgr', 'Mgr Ops', 'Mitglied des Vorstands', 'Chefarzt', 'Azubi', 'Apprentie vendeuse', 'Responsable administratif et financier',
	'Chef de projet informatique', 'Jefe de proyecto', 'Gerente de TI', 'Encargado de tienda', 'Capo officina', 'Ragioniere', 'Softwareontwikkelaar', 'Systeembeheerder', 'Personeelsfunctionaris', 'Sachbearbeiter Buchhaltung', 'Head of Data Center', 'FPGA designer');
-- trades, offices and professions, ad interim
SELECT x, (dropcontact.parse_job(x)).level, (dropcontact.parse_job(x)).function FROM (VALUES
	('Regional Director a.i.'), ('A.I. Director'), ('Bürgermeister'), ('Maire'), ('Schulleiterin'), ('Chefarzt'), ('Électricien'), ('Elektriker'), ('Falegname'), ('Gebietsverkaufsleiter'), ('Zahnärztin'), ('Tandarts'), ('Assessora de imprensa'), ('Consulente del lavoro'), ('Fiscalist'), ('Commissaire aux comptes'), ('Freiberufler'), ('Wethouder'), ('Branch Chief'), ('Technical Support Engineer'), ('Alliance Manager'), ('Real Estate Agent')) v(x);
-- financial directors are chiefs in every language, teachers are staff, the head of undergraduates is none
SELECT x, level, function FROM pg_temp.jobs('Direttore Finanziario', 'Financieel directeur', 'Directora Financiera', 'Directeur financier', 'General Counsel', 'SVP - General Counsel', 'Associate General Counsel', 'Professeur d''anglais', 'Professeur', 'Aide-soignante', 'Aide-comptable', 'Apprentice', 'Dean of Undergraduate Research', 'Undergraduate Student', 'Vice Chancellor', 'ZZP''er', 'Forklift Operator');
-- of two functions side by side the second counts, in English and German; the first behind "responsable", or where it says what somebody is
SELECT x, level, function FROM pg_temp.jobs('HR Data Analyst', 'Data Product Manager', 'Product Designer', 'IT Procurement Manager', 'Medical Sales Representative', 'Head of Product Design', 'IT-Einkäufer', 'Supply Chain Finance Manager',
	'Sales Operations Manager', 'Marketing Communications Manager', 'IT Support Engineer', 'Sales & Marketing Director', 'Director, Product & Creative', 'R & D Manager', 'Data analyst marketing', 'Secrétaire médicale', 'Responsable marketing communication',
	'Responsable qualité production', 'Impiegato contabile', 'Working Student Marketing', 'Finanzvorstand', 'Customs Broker', 'Enterprise Architect');
-- German trades at the end of a word tell what it is, whatever stands before; boards of seven languages
SELECT x, level, function FROM pg_temp.jobs('Finanzbuchhalterin', 'Betriebsarzt', 'Elektroingenieur', 'Fachinformatiker', 'Sportlehrerin', 'Vertriebsingenieur', 'Presidente do Conselho de Administração', 'Presidente del Consejo de Administración', 'Mitglied des Aufsichtsrats',
	'Chefärztin', 'Agent de quai', 'Responsable d''exploitation transport', 'Avvocata', 'Mktg Manager', 'Dessinateur industriel', 'Assistente sociale');
SELECT x, level, function FROM pg_temp.jobs('Leiterin Rechnungswesen', 'Webentwicklerin', 'Chef de rayon fruits', 'Ingénieure systèmes', 'Ejecutiva de cuentas', 'Teamassistenz', 'Caissière', 'Lagerarbeiter');
