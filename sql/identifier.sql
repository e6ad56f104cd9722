-- French company numbers and EU VAT numbers
\pset null '-'
SELECT x, dropcontact.normalize_siren(x) FROM (VALUES ('552 008 443'), ('552.008.443'), ('RCS Paris B 552 008 443'), ('SIREN : 732829320'), ('732829321'), ('000000000'), ('55200844'), ('５５２００８４４３'), ('552 008 443 00013'), ('')) v(x);
-- La Poste's establishments have a rule of their own
SELECT x, dropcontact.normalize_siret(x) FROM (VALUES ('732 829 320 00074'), ('SIRET n° 73282932000074'), ('73282932000075'), ('35600000000048'), ('35600000009075'), ('35600000009076'), ('732829320')) v(x);
SELECT x, dropcontact.vat_from_siren(x) FROM (VALUES ('732829320'), ('552 008 443'), ('732829321')) v(x);
-- one good number of each state, and the same with another last digit; formats alone do not do
SELECT x, dropcontact.normalize_vat(x) AS good, dropcontact.normalize_vat(left(x, -1) || translate(right(x, 1), '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ', '1234567890BCDEFGHIJKLMNOPQRSTUVWXYZA')) AS bad FROM (VALUES
	('ATU13585627'), ('BE0403170701'), ('BG175074752'), ('CY10259033P'), ('CZ25123891'), ('DE136695976'), ('DK13585628'), ('EE100931558'), ('EL094259216'), ('ESB58378431'), ('ESX2482300W'), ('ES54362315K'), ('FI20774740'),
	('FR44732829320'), ('FRK2732829320'), ('FR4F732829320'), ('HR33392005961'), ('HU12892312'), ('IE6433435F'), ('IE6433435OA'), ('IE8D79739I'), ('IT00743110157'), ('LT119511515'), ('LT100001919017'), ('LU15027442'),
	('LV40003521600'), ('MT11679112'), ('NL004495445B01'), ('PL8567346215'), ('PT501964843'), ('RO18547290'), ('SE556188840401'), ('SI50223054'), ('SK2022749619'), ('XI110305878')) v(x);
SELECT x, dropcontact.normalize_vat(x) FROM (VALUES ('fr 44 732 829 320'), ('FR-44.732.829.320'), ('TVA : FR44732829320'), ('44 732 829 320'), ('GR094259216'), ('EL94259216'), ('BE403170701'), ('USt-IdNr. DE136695976'), ('US123456789'), ('FR'), ('DE12345678901234567'), ('')) v(x);
-- words around numbers
SELECT x, dropcontact.normalize_siren(x) AS siren, dropcontact.normalize_siret(x) AS siret, dropcontact.normalize_vat(x) AS vat FROM (VALUES ('732 829 320 RCS Paris'), ('RCS Paris 732 829 320'), ('73282932000074 APE 6201Z'), ('732829320 Paris'),
	('N° TVA intracommunautaire : FR 44 732 829 320'), ('Numéro de TVA FR44732829320'), ('VAT reg. no. DE 136695976'), ('DE 136695976'), ('NO 136695976')) v(x);
