# doc/privacy.md means what it says: its commands set a controller up so that every control passes, and each clause is on it.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => ['-E', 'UTF8', '--locale=C.UTF-8']);
# the server of a test logs its statements, which control III.3 rightly refuses
$node->append_conf('postgresql.conf', "log_statement = none\n");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION dropcontact; CREATE ROLE alice LOGIN; GRANT dropcontact_operator TO alice; CREATE ROLE acme; GRANT dropcontact_controller TO acme');

my $guide = slurp_file("$ENV{TOP}/doc/privacy.md");
my ($setup) = $guide =~ /\n## Setting up a controller\n(.*?)\n<a name="every-day">/s;
my $later = $node->safe_psql('postgres', 'SELECT current_date + 300');
my $sha = 'a' x 64;
my %done;

while ($setup =~ /^(\d+)\. (.*?)(?=^\d+\. |^Contacts are then)/gms)
{
	my ($step, $text) = ($1, $2);

	while ($text =~ /`(SELECT [^`]*;)`/g)
	{
		my $command = $1;
		my @each = ($command);

		$command =~ s/'SHA-256[^']*'/'$sha'/g;
		$command =~ s/'2027-\d\d-\d\d'/'$later'/g;
		# one of two ways out of a duty; "for each", "and the same with": as a reader would
		next if $command =~ /retire_subprocessor/;
		@each = ($command);
		@each = map { my $c = $command; $c =~ s/'OVH'/'$_'/; $c } ('OVH', 'Amazon Web Services', 'ONLINE (Scaleway)') if $command =~ /record_guarantee/;
		@each = map { my $c = $command; $c =~ s/'controller'/'$_'/; $c } qw(controller processor) if $command =~ /describe_party/;
		@each = map { my $c = $command; $c =~ s/'alice'/'$_'/; $c } ('alice', $node->safe_psql('postgres', 'SELECT session_user')) if $command =~ /'alice'/;
		for my $c (@each)
		{
			my $as = $step >= 7 ? "SELECT dropcontact.grant_access('acme', 'Acme'); SET ROLE acme; " : '';
			my ($rc, $out, $err) = $node->psql('postgres', $as . $c);
			is($rc, 0, "step $step: $c") or diag($err);
		}
		$done{$step} = 1;
	}
}
is(join(' ', sort keys %done), '1 2 3 4 5 6 7 8 9', 'every step has a command');
$node->safe_psql('postgres', q{
	INSERT INTO dropcontact.contact (source, external_id, full_name, email, relation) VALUES
		('crm', '1', 'Jean Martin', 'jean@one.example', 'customer'), ('crm', '2', 'Jean Martin', 'jean@one.example', 'supplier');
	SELECT dropcontact.dedupe();
});
is($node->safe_psql('postgres', 'SELECT clause, finding FROM dropcontact.run_controls() WHERE NOT passed'), '', 'every control passes');
is($node->safe_psql('postgres', "SELECT clause, reference FROM dropcontact.controller_duties WHERE status <> 'done'"), '', 'the controller owes nothing');

# every clause of the table of controls is on the page, by its number or its section
my $table = join "\n", grep { /^\|/ } split /\n/, $guide;
my @absent = grep {
	my $clause = $_;
	(my $section = $clause) =~ s/[a-z]$//;
	(my $above = $section) =~ s/^(IV\.3)\..*/$1/;
	$table !~ /^\| (?:[^|]*, )?\Q$section\E(?:, [^|]*)? \|/m && $table !~ /^\| \Q$above\E \|/m
} grep { $_ ne 'III.0' } split /\n/, $node->safe_psql('postgres', 'SELECT clause FROM dropcontact.control ORDER BY n');
is("@absent", '', 'each clause is on the page');

# every code of refusal is in its table, alone or in a range, and no other
my ($codes) = $guide =~ /\n## Codes of refusal\n(.*?)\n<a name/s;
$codes =~ s/RG(\d{3}) to RG(\d{3})/join ', ', map { "RG$_" } $1 .. $2/ge;
my %told = map { $_ => 1 } $codes =~ /RG\d{3}/g;
my %raised;
for my $file (glob("$ENV{TOP}/src/*/*.sql $ENV{TOP}/src/*/*.c $ENV{TOP}/src/*/*/*.sql $ENV{TOP}/src/*/*/*.c"))
{
	my $text = slurp_file($file);
	$text =~ s/MAKE_SQLSTATE\('R', 'G', '(\d)', '(\d)', '(\d)'\)/RG$1$2$3/g;
	$raised{$_} = 1 for $text =~ /RG\d{3}/g;
}
cmp_ok(scalar(keys %raised), '>', 40, 'there are codes');
is(join(' ', sort keys %told), join(' ', sort keys %raised), 'each code is explained');
done_testing();
