-- Web sites, registrable domains, LinkedIn addresses
\pset null '-'
SELECT x, dropcontact.normalize_website(x) FROM (VALUES
	('https://www.Exemple.fr/contact?x=1#y'), ('exemple.fr'), ('//exemple.fr'), ('http://exemple.fr:8080/'), ('WWW.EXEMPLE.FR.'), ('www.com'), ('http://user:secret@exemple.fr/'), ('ftp://exemple.fr'),
	('http://müller.de'), ('http://xn--mller-kva.de'), ('http://127.0.0.1/'), ('http://[::1]/'), ('localhost'), ('exemple'), ('n/a'), ('http//exemple.fr'), ('https:exemple.fr'), ('www.a.fr / www.b.fr'), ('a.fr, b.fr'), ('pas de site'), ('tel:0142685300'), ('')) v(x);
SELECT x, dropcontact.registrable_domain(x) FROM (VALUES
	('a.b.exemple.co.uk'), ('https://www.exemple.fr/x'), ('jean@mail.exemple.fr'), ('co.uk'), ('fr'), ('食狮.公司.cn'), ('www.xn--85x722f.xn--55qx5d.cn'), ('b.city.kobe.jp'), ('_dmarc.exemple.fr'),
	('a.b.example'), ('host.nosuchtop'), ('www.example.co.za'), ('192.168.1.1'), ('.fr'), ('a..fr'), ('')) v(x);
SELECT x, dropcontact.normalize_linkedin(x) FROM (VALUES
	('https://www.linkedin.com/in/Jean-Dupont-12a/?trk=x'), ('fr.linkedin.com/in/jean-dupont/en'), ('HTTPS://DE.LINKEDIN.COM/COMPANY/ACME'), ('linkedin.com/pub/jean-dupont/1/2/3'), ('https://linkedin.com/in/jos%C3%A9'), ('https://m.linkedin.com/in/jean'),
	('https://www.linkedin.com/school/insa'), ('https://www.linkedin.com/showcase/acme-labs/'), ('https://www.linkedin.com:443/mwlite/in/jean'), ('https://www.linkedin.com/comm/in/jean?trk=eml'), ('https://fr.linkedin.com/pub/dir/Jean/Dupont'), ('https://linkedin.com/in/'), ('https://www.linkedin.com/feed/'), ('https://notlinkedin.com/in/jean'), ('https://linkedin.com.x.fr/in/jean'),
	('https://x.fr/?u=linkedin.com/in/jean'), ('jean'), ('htts://linkedin.com/in/jean'), ('ftp://linkedin.com/in/jean')) v(x);
-- other shapes: Sales Navigator (ids are base64: capitals count), telephones, pages of former years with the number that tells namesakes apart, texts around it
SELECT x, dropcontact.normalize_linkedin(x) FROM (VALUES
	('https://www.linkedin.com/in/ACoAABx3kQgBvT9pLm2ZrYwE8aHs5NcUd1fGj0o/'), ('https://www.linkedin.com/sales/lead/ACwAABx3kQgBvT9pLm2ZrYwE8aHs5NcUd1fGj0o,NAME_SEARCH,x1y2'), ('https://www.linkedin.com/sales/people/ACwAABx3kQgBvT9pLm2ZrYwE8aHs5NcUd1fGj0o,name'),
	('https://www.linkedin.com/sales/company/1234?_ntb=x'), ('https://www.linkedin.com/company/1234/admin/'), ('https://linkedin.com/m/in/jean'), ('https://touch.www.linkedin.com/in/jean#x'), ('linkedin.com//in//jean'),
	('http://fr.linkedin.com/pub/jean-dupont/1/2b/3c4/en'), ('http://fr.linkedin.com/pub/jean-dupont/0/123/456?trk=x'), ('https://linkedin.com/pub/jean-dupont'), ('https://linkedin.com/pub/jean-dupont/1/2'),
	('https://www.linkedin.com/in/jean-dupont&trk=x'), ('https://www.linkedin.com/company/at%26t'), ('https://www.linkedin.com/company/%C3%A0-nous-la-lune-'), ('https://www.linkedin.com/in/%25C3%25A9lise'), ('https://www.linkedin.com/in/%E5%BC%A0%E4%BC%9F'), ('https://www.linkedin.com/in/%ff'), ('https://www.linkedin.com/in/a%2Fb'), ('https://www.linkedin.com/company/bnp-(suisse)'),
	('LinkedIn : https://www.linkedin.com/in/jean.'), ('<https://www.linkedin.com/in/jean>'), ('(linkedin.com/in/jean)'), ('linkedin.com/in/jean (perso)'), ('linkedin.com/in/jean https://linkedin.com/in/jeanne'), ('linkedin.com/in/jean dupont'), ('https:/linkedin.com/in/jean'), ('www.linkedin.com\in\jean'), ('https://linkedin.com?x=/in/jean'), ('https://jean@linkedin.com/in/x'), ('https://www.linkedin.com/posts/jean-dupont_a-b'), ('https://lnkd.in/abc')) v(x);
-- marks and labels around an address
SELECT x, dropcontact.normalize_website(x), dropcontact.registrable_domain(x) FROM (VALUES ('<http://exemple.fr>'), ('(exemple.fr)'), ('"exemple.fr"'), ('Site web : www.exemple.fr'), ('Jean <jean@mail.exemple.fr>'), ('http://exemple.fr)')) v(x);
-- schemes twice, signs of other systems, no site at all
SELECT x, dropcontact.normalize_website(x), dropcontact.normalize_linkedin(x) FROM (VALUES ('http://https://www.exemple.fr/a'), ('https:\\www.exemple.fr\a'), ('www.exemple,fr'), ('www.fr'), ('jean@exemple.fr'), ('https://jean@exemple.fr/a'), ('http://https://www.linkedin.com/in/jean'), ('linkedin.com/in/jean, exemple.fr'), ('http'), ('https://'), ('http://exemple.fr/?a=b|<>:"'), ('Site <http://exemple.fr/a>')) v(x);
-- pages of LinkedIn for guests and telephones, and behind its form to sign in
SELECT x, dropcontact.normalize_linkedin(x) FROM (VALUES ('https://www.linkedin.com/mwlite/profile/in/jean'), ('https://www.linkedin.com/profile/view?id=1'), ('https://www.linkedin.com/organization-guest/company/acme'),
	('https://www.linkedin.com/authwall?trk=x&sessionRedirect=https%3A%2F%2Fwww.linkedin.com%2Fin%2Fjean-dupont&y'), ('https://www.linkedin.com/uas/login?session_redirect=%2Fcompany%2Facme'), ('https://www.linkedin.com/login?session_redirect=https%3A%2F%2Fx.fr%2Fin%2Fjean'), ('https://www.linkedin.com/in/jean?redirect=/in/x'), ('https://www.linkedin.com/login')) v(x);
-- sites behind words, with blanks and signs of a typist, encoded
SELECT x, dropcontact.normalize_website(x) FROM (VALUES ('Voir www.exemple.fr'), ('site web www.exemple.fr'), ('www exemple.fr'), ('www. exemple.fr'), ('www..exemple.fr'), ('wwww.exemple.fr'), ('www.exemple .fr'), ('[www.exemple.fr]'), ('https;//www.exemple.fr'),
	('http://www.http://exemple.fr'), ('https%3A%2F%2Fwww.exemple.fr%2Fa'), ('www.exemple.fr%20'), ('http://exemple.fr http://autre.fr'), ('http://exemple.fr/?u=http://autre.fr'), ('www.exemple.fr. Tel. 01'), ('[fe80::1]'), ('wwf.fr'), ('www'), ('pas de www')) v(x);
SELECT x, dropcontact.normalize_linkedin(x) FROM (VALUES ('https://www.linkedin.com/in/jean-dupont;trk=x')) v(x);
