# Files of contacts in any usual encoding and shape; what cannot be read is named with its line.
use strict;
use warnings;
use utf8;
use Encode qw(encode);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => ['-E', 'UTF8', '--locale=C.UTF-8']);
$node->start;
$ENV{PGHOST} = $node->host;
$ENV{PGPORT} = $node->port;
my $load = "$ENV{TOP}/test/load_csv";
my $n = 0;

# Loads bytes as a file into a database of its own; answers its name, what was printed and what was warned of.
sub load
{
	my ($bytes, $name, @region) = (shift, shift // 'list', @_);
	my $db = 'csv' . ++$n;
	my $file = "$PostgreSQL::Test::Utils::tmp_check/$name.csv";
	$node->safe_psql('postgres', "CREATE DATABASE $db");
	$node->safe_psql($db, 'CREATE EXTENSION dropcontact');
	open my $out, '>:raw', $file or die $!;
	print $out $bytes;
	close $out;
	local $ENV{PGDATABASE} = $db;
	my ($stdout, $stderr);
	IPC::Run::run([ $load, $file, @region ], '>', \$stdout, '2>', \$stderr);
	return ($db, $stdout, $stderr);
}

sub contacts
{
	my ($db, $columns) = @_;
	return $node->safe_psql($db, "SELECT $columns FROM dropcontact.contact ORDER BY contact_id");
}

my $french = qq{Prénom;Nom;E-mail 1;Téléphone;Société;Code postal;Ville\r\nRené;Lefèvre;Rene\@Exemple.FR;01 42 68 53 00;"Au ""Bon"" Marché; Paris";75007;Paris\r\n};
my $seen = 'René|Lefèvre|rene@exemple.fr|+33142685300|Paris';
for (['UTF-8', encode('UTF-8', $french)], ['UTF-8 with BOM', "\xEF\xBB\xBF" . encode('UTF-8', $french)],
	['UTF-16 little', "\xFF\xFE" . encode('UTF-16LE', $french)], ['UTF-16 big', "\xFE\xFF" . encode('UTF-16BE', $french)],
	['UTF-16 without BOM', encode('UTF-16LE', $french)], ['Windows-1252', encode('cp1252', $french)])
{
	my ($name, $bytes) = @$_;
	my ($db, $out, $err) = load($bytes);
	is(contacts($db, 'first_name, last_name, email, phone, city'), encode('UTF-8', $seen), $name);
	is($err, '', "$name: nothing to warn of");
}
like((load(encode('UTF-8', $french)))[1], qr/Soci.+ -> company/, 'the mapping is printed');

for ([',', 'comma'], ["\t", 'tab'])
{
	my ($d, $name) = @$_;
	my ($db) = load(join("\n", join($d, 'First Name', 'Last Name', 'Email', 'Mobile'), join($d, 'Ann', 'Smith', 'ann@smith.example', '+44 7911 123456'), ''));
	is(contacts($db, 'first_name, last_name, email, mobile_phone'), 'Ann|Smith|ann@smith.example|+447911123456', $name);
}

my ($db, $out, $err) = load(qq{Name,Note\n"Ann Smith","two\nlines, and a comma"\n\n"Bob Jones",\n});
is(contacts($db, "full_name, attributes ->> 'Note'"), "Ann Smith|two\nlines, and a comma\nBob Jones|", 'a quoted newline; an empty line is no contact');

($db, $out, $err) = load(qq{Name;E-mail 1 - Value;E-mail 2 - Value;Phone 1 - Value;Phone 2 - Value;Date de naissance\nAnn Smith;a\@b.fr;a\@c.fr;0142685300;0142685301;1970-05-04\n});
is(contacts($db, 'email, other_emails, phone, other_phones'), 'a@b.fr|{a@c.fr}|+33142685300|{+33142685301}', 'further addresses and numbers');
is($node->safe_psql($db, 'SELECT key, kind FROM dropcontact.match_field'), 'Date de naissance|date', 'a date of birth identifies');

($db, $out, $err) = load(qq{ID,Name\n1,Ann\n2,Bob\n1,Cid\n3,Dan,too,many\n4,} . "Ren\xE9 and caf\xC3\xA9\n");
is(contacts($db, 'external_id, full_name'), "1|Ann\n2|Bob\n|Cid", 'what can be read is loaded');
like($err, qr/line 4: ID of an earlier line; loaded without it/, 'an id that comes twice is named');
like($err, qr/line 5: 4 fields where the header has 2; skipped/, 'too many fields are named');
like($err, qr/line 6: bytes that are no UTF-8 text; skipped/, 'broken bytes are named');
is($node->safe_psql($db, q{SELECT attributes ->> 'ID' FROM dropcontact.contact WHERE external_id IS NULL}), '1', 'the id that came twice is not lost');

# headers of other languages and systems
my @persons = (
	['German', 'Anrede;Vorname;Name;Firma;Straße;PLZ;Ort;Land;Telefonnummer;Handy;E-Mail-Adresse', 'Frau;Änne;Groß;Groß GmbH;Hauptstraße 5;80331;München;Deutschland;089 123456;0171 1234567;a@g.example',
		'Änne|Groß|a@g.example|+4989123456|+491711234567|Groß|Hauptstraße 5|München|DE'],
	['Spanish', 'Nombre;Apellidos;Empresa;Dirección;Código postal;Ciudad;País;Teléfono;Móvil;Correo electrónico', 'José;García;García S.L.;Calle Mayor 5;28013;Madrid;España;91 123 45 67;612 345 678;a@g.example',
		'José|García|a@g.example|+34911234567|+34612345678|García|Calle Mayor 5|Madrid|ES'],
	['Italian', 'Nome;Cognome;Azienda;Indirizzo;CAP;Città;Paese;Telefono;Cellulare;Indirizzo e-mail', 'Mario;Rossi;Rossi S.p.A.;Via Roma 1;20121;Milano;Italia;02 1234567;347 1234567;a@g.example',
		'Mario|Rossi|a@g.example|+39021234567|+393471234567|Rossi|Via Roma 1|Milano|IT'],
	['Dutch', 'Voornaam;Achternaam;Bedrijf;Adres;Postcode;Plaats;Land;Telefoonnummer;Mobiel;E-mailadres', 'Jan;de Vries;De Vries B.V.;Damrak 1;1012 LG;Amsterdam;Nederland;020 1234567;06 12345678;a@g.example',
		'Jan|de Vries|a@g.example|+31201234567|+31612345678|De Vries|Damrak 1|Amsterdam|NL'],
	['one word each', 'firstName,lastName,emailAddress,mobilePhone,companyName,workPhone', 'Ann,Lee,a@g.example,+447911123456,Lee Ltd,+442079460958', 'Ann|Lee|a@g.example|+442079460958|+447911123456|Lee|||']);
for (@persons)
{
	my ($name, $header, $record, $want) = @$_;
	my ($db) = load(encode('UTF-8', "$header\n$record\n"));
	is(contacts($db, 'first_name, last_name, email, phone, mobile_phone, company, address, city, country'), encode('UTF-8', $want), $name);
}
($db, $out, $err) = load(encode('UTF-8', "Tél. domicile;Tél. bureau;Tél. mobile;Email perso;Email\n01 99 88 77 66;01 23 45 67 89;06 12 34 56 78;b\@c.example;a\@b.example\n"));
is(contacts($db, 'phone, mobile_phone, other_phones, email, other_emails'), '+33123456789|+33612345678|{+33199887766}|a@b.example|{b@c.example}', 'at work before at home');
($db) = load("Salutation,Title,Last Name\nMs.,VP Sales,Lee\n");
is(contacts($db, 'civility, job_title'), 'Mme|VP Sales', 'a title that is a job');
($db) = load("Title,Last Name\nMs.,Lee\nDr. Prof.,Roy\n");
is(contacts($db, 'job_title IS NULL'), "t\nt", 'a title that is none');
($db) = load("Nom;Email\nJean Dupont;a\@b.example\nAnne Roy;b\@b.example\n");
is(contacts($db, 'first_name, last_name'), "Jean|Dupont\nAnne|Roy", 'a full name that is called Nom');
($db) = load("Nom;Email\nDupont;a\@b.example\n");
is(contacts($db, 'first_name, last_name'), '|Dupont', 'a last name');

# nothing is lost: columns of one name, without a name, fields beyond the header that are empty
($db, $out, $err) = load("Nom,Notes,Notes,,Nom\nDupont,one,two,three,Durand,,\n");
is(contacts($db, q{attributes - 'x', last_name}), '{"Notes": "one", "Nom (2)": "Durand", "column 4": "three", "Notes (2)": "two"}|Dupont', 'each column has its attribute');
is($err, '', 'and no line is left out');
like($out, qr/column 4 +-> attributes/, 'columns without a name are printed');

for ([ 'blank lines', "\n\r\nName;Email\nAnn;a\@b.example\n" ], [ 'sep=', "sep=;\nName;Email\nAnn;a\@b.example\n" ], [ 'bars', "Name|Email\nAnn|a\@b.example\n" ])
{
	my ($name, $bytes) = @$_;
	($db) = load($bytes);
	is(contacts($db, 'full_name, email'), 'Ann|a@b.example', "$name before or in the header");
}
($db, $out, $err) = load("\n\nName;Email\nAnn;a\@b.example\nBob;b;c\n");
like($err, qr/line 5: 3 fields/, 'lines are counted from the first of the file');

($db, $out, $err) = load("Name,Updated at\nAnn,2024-02-29\nBob,2023-02-29\nCid,2024-03-01T10:00:00Z\nDan,\n");
is(contacts($db, "updated_at AT TIME ZONE 'UTC' > '2024-02-28', attributes ->> 'Updated at'"), "t|\n|2023-02-29\nt|\n|", 'times that are in the calendar');
like($err, qr/line 3: Updated at is no time; kept as an attribute/, 'another is named');
($db) = load("Name,Updated at\nAnn,01/02/2024\n");
is(contacts($db, "attributes ->> 'Updated at', updated_at"), '01/02/2024|', 'a date that may mean two days is none');

($db, $out) = load("Name,Phone\nAnn,089 123456\n", 'list', 'de');
is(contacts($db, 'phone'), '+4989123456', 'the region of numbers');
like($out, qr/region DE/, 'which is printed');
($db) = load("Email\na\@b.example\n", encode('UTF-8', 'clients été'));
is($node->safe_psql($db, 'SELECT name FROM dropcontact.source'), encode('UTF-8', 'clients été'), 'a source bears the name of its file');
is(scalar((load("Name,Phone\n"))[2]), '', 'a file without contacts is no error');

for (['', qr/is empty/], ["\n", qr/has no header/], ["a,b\n1,2\n", qr/no column of its header is known: a, b/],
	[qq{Name\n"Ann\n}, qr/line 2: a quoted field is not closed/], ["Name\nA\0nn\n", qr/holds NUL bytes/])
{
	my ($bytes, $message) = @$_;
	($db, $out, $err) = load($bytes);
	like($err, $message, "refused: $message");
	is($node->safe_psql($db, 'SELECT count(*) FROM dropcontact.contact'), '0', 'nothing is loaded');
}
done_testing();
