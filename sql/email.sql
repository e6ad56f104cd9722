-- E-mail addresses: what stands around one, its syntax, its mailbox, its kind, what was meant
\pset null '-'
SELECT translate(x, E'\u200b', '~') AS x, dropcontact.normalize_email(x) FROM (VALUES
	('Jean.Dupont@Exemple.FR'), ('mailto:j@x.fr?subject=Bonjour'), ('"Dupont, Jean" <j@x.fr>'), ('Jean <j@x.fr>,'), ('<j@x.fr>'), ('(j@x.fr)'), ('«j@x.fr»'),
	('E-mail : j@x.fr;'), ('j@x.fr.'), ('j@x.nosuchtop.'), (E' j@x.fr\t'), (E'\u200bj@x.fr'), ('ｊ＠ｘ．ｆｒ'), ('j @ x.fr'), ('j@x.fr (pro)'), ('(travail) j@x.fr'),
	('j@x.fr <Jean Dupont>'), ('"j@x.fr"'), ('''j@x.fr'''), ('j@x.fr; p@y.fr'), ('j@x.fr Tel. 01 42 68 53 00'), ('j@x .fr'), ('Jean <j@x.fr>, Paul <p@y.fr>')) v(x);
-- dot-atoms, quoted strings, lengths, domains
SELECT x, dropcontact.normalize_email(x) FROM (VALUES
	('!#$%&''*+-/=?^_`{|}~@x.fr'), ('"a b"@x.fr'), ('"needless.quotes"@x.fr'), ('"a\.b"@x.fr'), ('"a\"b"@x.fr'), ('"a@b"@x.fr'), ('"a@x.fr'), ('a"b"@x.fr'),
	('.a@x.fr'), ('a.@x.fr'), ('a..b@x.fr'), ('a b@x.fr'), ('a@b@x.fr'), (E'"a\nb"@x.fr'), (E'"\\\x7f"@x.fr'), (E'"a\tb" <j@x.fr>'), ('a@x'), ('a@127.0.0.1'), ('a@[127.0.0.1]'), ('a@x.123'), ('a@-x.fr'), ('a@x..fr'), ('a@x_y.fr'),
	(repeat('a', 64) || '@x.fr'), (repeat('a', 65) || '@x.fr'), ('jürgen@müller.de'), ('a@XN--MLLER-KVA.de'), ('a@faß.de'), ('a@yy--0.fr'), (E'a\u226e@x.fr'), ('@'), ('')) v(x);
SELECT length(dropcontact.normalize_email('a@' || repeat(repeat('b', 59) || '.', 4) || repeat('c', 12))) AS longest, dropcontact.normalize_email('a@' || repeat(repeat('b', 59) || '.', 4) || repeat('c', 13)) AS longer;
-- an end of line is no part of an address but where it folds a header; contacts and keys are read without it
SELECT to_json(x) AS x, (p).address, (p).problem, (p).suggestion, dropcontact.normalize_email(x), dropcontact.email_key(x) AS key
FROM (VALUES (E'j@x.fr\n'), (E'\r\nj@x.fr'), (E'j@x\n.fr'), (E'j@x.fr\np@y.fr'), (E'j@gmial.com\n'), (E'Jean\r\n <j@x.fr>'), (E'j@x.fr\r\n '), (E'"a\r\n b"@x.fr'), (E'a..b@x.fr\n')) v(x), dropcontact.parse_email(x) p;
-- the length counts as the address came, too
SELECT octet_length(x), octet_length(normalize(x)) AS nfc, dropcontact.normalize_email(x) IS NULL AS refused FROM (VALUES
	(E's\u0323\u0307@' || repeat(repeat('b', 59) || '.', 4) || 'abcdefg.fr'), (E'Je\u0301ro\u0302me <j@' || repeat(repeat('b', 59) || '.', 4) || 'abc.fr>')) v(x);
-- one key for the addresses of one mailbox
SELECT x, dropcontact.email_key(x) FROM (VALUES
	('j.dupont+news@gmail.com'), ('JDupont@googlemail.com'), ('jean-news@yahoo.fr'), ('jean-marc@x.fr'), ('jean+a@outlook.com'), ('jean@me.com'), ('jean.du-pont@pm.me'), ('jean@paul.fastmail.com'),
	('j.d@ya.ru'), ('"a+b c"@x.fr'), ('+a@x.fr'), ('a@müller.de'), ('no')) v(x);
SELECT x, (dropcontact.parse_email(x)).* FROM (VALUES ('Jean.Dupont+CRM@mail.exemple.co.uk'), ('j@x.fr, p@y.fr'), ('a..b@x.fr'), ('nobody')) v(x);
SELECT x, (dropcontact.parse_email(x)).qualification FROM (VALUES
	('jean.dupont@acme.fr'), ('j.dupont@gmail.com'), ('contact@acme.fr'), ('contact.paris@acme.fr'), ('lyon-contact@acme.fr'), ('info2@acme.fr'), ('servicepaie@acme.fr'), ('no-reply@acme.fr'), ('vertrieb@acme.de'),
	('x7k9q2m4@acme.fr'), ('123456@qq.com'), ('jdupont75@orange.fr'), ('*@acme.fr'), ('catchall@acme.fr'), ('jean@yopmail.com'), ('jean@sub.mailinator.com'), ('jean@my-tempmail.example'),
	('jean@yahoo.co.id'), ('w.it@acme.de'), ('szczepan.brzęczyszczykiewicz@acme.pl')) v(x);
-- mistyped domains; a domain that exists is not corrected
SELECT x, (dropcontact.parse_email(x)).suggestion FROM (VALUES
	('j@gmial.com'), ('j@gmail.con'), ('j@gmail.co'), ('j@gmail.fr'), ('j@gmailc.om'), ('j@gnail.con'), ('j@gmail,com'), ('j@#gmail.com'), ('j@orange.fe'), ('j@hotmailcom'), ('j@hotmial.ft'), ('j@wanado.fr'), ('j@yahooo.cmo'),
	('j@comcast.nry'), ('j@acme.cmo'), ('j@acme.co.ku'), ('j@acme.rf'), ('j@mail.acme.cmo'), ('j@acme,fr'), ('j@acme..fr'), ('j@acme. fr'), ('j@acme_x.fr')) v(x);
SELECT x, (dropcontact.parse_email(x)).suggestion FROM (VALUES
	('j@gmail.com'), ('j@ymail.com'), ('j@email.com'), ('j@mail.com'), ('j@yahoo.co.uk'), ('j@outlook.com.ar'), ('j@gmx.fr'), ('j@acme.fr'), ('j@acme.company'), ('j@grange.fr'), ('j@fret.fr'), ('j@gm'), ('j@gmai'), ('j@acme.example'), ('gmial.com'), ('a b@gmial.com')) v(x);
-- a provider without its suffix
SELECT x, (dropcontact.parse_email(x)).suggestion, (dropcontact.parse_email(x)).problem FROM (VALUES ('jean@gmail'), ('jean@orange'), ('jean@gm'), ('jean@acme')) v(x);
-- roles in seven languages, and names that begin like them
SELECT x, (dropcontact.parse_email(x || '@acme.fr')).local_kind FROM unnest('{ceo,gerance,geschaeftsfuehrung,atencionalcliente,ufficioacquisti,financeiro,offertes,coombs,ceolin,importante,collegeman}'::text[]) x;
-- blanks at the ends of a quoted local part are another mailbox
SELECT x, dropcontact.normalize_email(x) FROM (VALUES ('" "@exemple.fr'), ('" jean"@exemple.fr'), ('"jean "@exemple.fr'), ('"jean"@exemple.fr')) v(x);
-- a slip on the first letter is one where the keys stand side by side; names with few vowels are names
SELECT x, (dropcontact.parse_email(x)).suggestion FROM (VALUES ('j@fmail.com'), ('j@vmail.com'), ('j@putlook.com'), ('j@kmail.com'), ('j@gxm.de'), ('j@aliceadls.fr'), ('j@bigpond.net.ua')) v(x);
SELECT x, (dropcontact.parse_email(x || '@acme.de')).local_kind FROM unnest('{schmidt,pschmidt,k.schwarz,schmdtkz,xkschrtz}'::text[]) x;
