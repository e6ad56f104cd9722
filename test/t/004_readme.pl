# The tour of the README works as it is written, on the contacts of somebody else.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => ['-E', 'UTF8', '--locale=C.UTF-8']);
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE tour');
$node->safe_psql('tour', 'CREATE EXTENSION dropcontact; CREATE ROLE alice LOGIN');

# what the tour needs: contacts 17, 4711 and 4712, of whom the first two are one; and the official files
my $dir = $PostgreSQL::Test::Utils::tmp_check;
sub put
{
	my ($name, $text) = @_;
	open my $out, '>', "$dir/$name" or die $!;
	print $out $text;
	close $out;
}
my %special = (
	17 => 'crm,17,MARTIN Jean,jean.martin@dupont.fr,01 42 68 53 00,DUPONT SAS',
	4711 => 'crm,4711,Jean Martin,Jean.Martin@dupont.fr,,Dupont',
	4712 => 'crm,4712,Zoé Petit,zoe.petit@radium.fr,,Radium');
put('crm.csv', "source,id,name,mail,phone,company\n" . join('', map { ($special{$_} // "crm,$_,," . 'p' . $_ . '@company' . $_ % 400 . '.example,,') . "\n" } 1 .. 4800));
put('nat2022.csv', "sexe;preusuel;annais;nombre\n1;ZEPHYRIN;1980;120\n2;_PRENOMS_RARES;1980;120\n");
put('laposte_hexasmal.csv', "#Code_commune_INSEE;Nom_de_la_commune;Code_postal;Libellé_d_acheminement;Ligne_5\n75056;PARIS;75001;PARIS;\n");

# every indented line of these sections, but for what installs
my ($tour) = slurp_file("$ENV{TOP}/README.md") =~ /^## Five minutes(.*?)^## Reference/ms;
my $sql = join '', map { s/^    //r } grep { /^    / } map { "$_\n" } split /\n/, $tour;
$sql =~ s{/srv/}{$dir/}g;
put('tour.sql', $sql);
cmp_ok(scalar(() = $sql =~ /dropcontact\./g), '>', 25, 'the tour has something to show');
my ($out, $errors);
my $ok = IPC::Run::run(['psql', '-X', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('tour'), '-f', "$dir/tour.sql"],
	'>', \$out, '2>', \$errors, init => sub { chdir $dir });
ok($ok, 'every line of it works') or diag($errors);
is($errors, '', 'without a warning');
like($out, qr/\+33612345678/, 'the number is cleaned as it says');
like($out, qr/Acme France\s*\|\s*SASU/, 'and so is the company');
like(slurp_file("$dir/report.html"), qr/<h1>Contacts of Acme/, 'the report is written');
is($node->safe_psql('tour', q{SELECT count(*) FROM dropcontact.contact WHERE email = 'zoe.petit@radium.fr'}), '0', 'the person who asked was erased');
is($node->safe_psql('tour', q{SET ROLE alice; SELECT count(*) FROM dropcontact.contact}), '4799', 'the role sees the contacts that it was given');
done_testing();
