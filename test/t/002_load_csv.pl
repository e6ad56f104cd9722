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
	my ($bytes, $name) = (shift, shift // 'list');
	my $db = 'csv' . ++$n;
	my $file = "$PostgreSQL::Test::Utils::tmp_check/$name.csv";
	$node->safe_psql('postgres', "CREATE DATABASE $db");
	$node->safe_psql($db, 'CREATE EXTENSION dropcontact');
	open my $out, '>:raw', $file or die $!;
	print $out $bytes;
	close $out;
	local $ENV{PGDATABASE} = $db;
	my ($stdout, $stderr);
	IPC::Run::run([$load, $file], '>', \$stdout, '2>', \$stderr);
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

for (['', qr/is empty/], ["\n", qr/no column of its header is known/], ["a,b\n1,2\n", qr/no column of its header is known: a, b/],
	[qq{Name\n"Ann\n}, qr/line 2: a quoted field is not closed/], ["Name\nA\0nn\n", qr/holds NUL bytes/])
{
	my ($bytes, $message) = @$_;
	($db, $out, $err) = load($bytes);
	like($err, $message, "refused: $message");
	is($node->safe_psql($db, 'SELECT count(*) FROM dropcontact.contact'), '0', 'nothing is loaded');
}
done_testing();
