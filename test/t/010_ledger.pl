# The ledger: no fork and no gap under concurrency; what was altered is found with its number, in the database and offline.
use strict;
use warnings;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => ['-E', 'UTF8', '--locale=C.UTF-8']);
$node->start;
my $ids = $node->safe_psql('postgres', q{
	CREATE EXTENSION dropcontact;
	SET client_min_messages = warning;
	SELECT dropcontact.create_controller('Acme', 'dpo@acme.example'), dropcontact.create_controller('Other', 'dpo@other.example');
	SET dropcontact.controller = 'Acme';
	SELECT dropcontact.create_source('crm') > 0;
});
my ($acme, $other) = $ids =~ /^(\d+)\|(\d+)/;
my $before = $node->safe_psql('postgres', "SELECT count(*) FROM dropcontact.ledger WHERE controller_id = $acme");

# 8 sessions append 1,000 entries each while others load contacts and write the chain of another controller
my $append = PostgreSQL::Test::Utils::tempdir() . '/append.sql';
append_to_file($append, "SELECT dropcontact.ledger_append($acme, 'test', jsonb_build_object('n', :client_id));\n");
my $load = PostgreSQL::Test::Utils::tempdir() . '/load.sql';
append_to_file($load, "SET dropcontact.controller = 'Acme';\nINSERT INTO dropcontact.contact (source, full_name, email) SELECT 'crm', 'Jean Martin', g || '.:client_id\@one.example' FROM generate_series(1, 20) g;\n"
	  . "SELECT dropcontact.ledger_append($other, 'test', '{}');\n");
my @loading = (qw(pgbench -n -c 2 -t 200 -f), $load, '-h', $node->host, '-p', $node->port, 'postgres');
my $loader = IPC::Run::start(\@loading, '>', \my $out, '2>', \my $err);
$node->pgbench('-n -c 8 -j 2 -t 1000 -f ' . $append, 0, [qr{processed: 8000/8000}], [qr{^$}], '8 sessions append 1,000 entries each');
ok($loader->finish, 'contacts are loaded meanwhile') or diag($err);

is($node->safe_psql('postgres', "SELECT count(*) = $before + 8000, max(entry) = $before + 8000 FROM dropcontact.ledger WHERE controller_id = $acme"), 't|t', 'no entry is lost, none is doubled');
is($node->safe_psql('postgres', "SELECT count(*) FROM dropcontact.ledger WHERE controller_id = $other"), '400', 'the other chain grew on its own');
is($node->safe_psql('postgres', "SELECT body ->> 'n', count(*) FROM dropcontact.ledger WHERE controller_id = $acme AND kind = 'test' GROUP BY 1 HAVING count(*) <> 1000"), '', 'each session has its 1,000');
is($node->safe_psql('postgres', 'SELECT dropcontact.verify_ledger()'), 'ok', 'no fork, no gap');
is($node->safe_psql('postgres', 'SELECT count(*) FROM dropcontact.contact'), '8000', 'all contacts are there');

# what is undone leaves no trace and no gap
$node->safe_psql('postgres', "BEGIN; SELECT dropcontact.ledger_append($acme, 'test', '{}'); ROLLBACK; SELECT dropcontact.ledger_append($acme, 'test', '{}')");
is($node->safe_psql('postgres', 'SELECT dropcontact.verify_ledger()'), 'ok', 'a rolled back entry leaves no gap');

# the pack, verified by a program that knows nothing of the project
my $file = PostgreSQL::Test::Utils::tempdir() . '/pack.json';
my $text = $node->safe_psql('postgres', "SELECT dropcontact.evidence_pack('Acme')");
append_to_file($file, $text);
my $verifier = "$ENV{TOP}/test/verify_pack.pl";
my $pack = JSON::PP->new->decode($text);
my $entries = scalar @{ $pack->{ledger}{entries} };
is(verify($file), "ok: entries 1 to $entries\n", 'the chain of a pack is verified offline');
is($pack->{integrity}, 'ok', 'the pack says so');
is(verify($file, $pack->{ledger}{entries}[41]{hash}), "ok: entries 1 to $entries\n", 'a hash that was kept is found in it');
like(verify($file, '0' x 64), qr/kept is not in the chain/, 'one that is not, is not');
cmp_ok(slurp_file($verifier) =~ tr/\n//, '<=', 40, 'the verifier is a script of 40 lines at most');

# a period of it
my $from = $node->safe_psql('postgres', "SELECT at FROM dropcontact.ledger WHERE controller_id = $acme AND entry = 101");
my $to = $node->safe_psql('postgres', "SELECT at FROM dropcontact.ledger WHERE controller_id = $acme AND entry = 201");
my $part = PostgreSQL::Test::Utils::tempdir() . '/part.json';
append_to_file($part, $node->safe_psql('postgres', "SELECT dropcontact.evidence_pack('Acme', '$from', '$to')"));
is(verify($part), "ok: entries 101 to 200\n", 'a pack of a period');

# tampering, offline
like(tampered(sub { $_[0][99]{text} =~ s/"n": (\d)/'"n": ' . (($1 + 1) % 8)/e }), qr/FAILED at entry 100$/, 'one altered byte');
like(tampered(sub { splice(@{ $_[0] }, 99, 1) }), qr/FAILED at entry 100$/, 'one removed entry');
like(tampered(sub { @{ $_[0] }[99, 100] = @{ $_[0] }[100, 99] }), qr/FAILED at entry 100$/, 'a pair in another order');
like(tampered(sub { ($_[0][99]{text}, $_[0][100]{text}) = ($_[0][100]{text}, $_[0][99]{text}) }), qr/FAILED at entry 100$/, 'the texts of a pair exchanged');
like(tampered(sub { shift @{ $_[0] } }), qr/FAILED at entry 1$/, 'the first entry removed');
like(tampered(sub { pop @{ $_[0] } }), qr/FAILED at entry $entries$/, 'the last entry removed');

# tampering in the database, by a superuser
my $open = 'ALTER TABLE dropcontact.ledger DISABLE TRIGGER append_only; ';
my $close = '; SELECT dropcontact.verify_ledger(); ROLLBACK';
my %done = (
	'one altered byte' => ["UPDATE dropcontact.ledger SET body = '{\"n\": 99}' WHERE controller_id = $acme AND entry = 500", 500],
	'an altered time' => ["UPDATE dropcontact.ledger SET at = at + interval '1 microsecond' WHERE controller_id = $acme AND entry = 501", 501],
	'an altered hash' => ["UPDATE dropcontact.ledger SET hash = set_byte(hash, 0, get_byte(hash, 0) \# 1) WHERE controller_id = $acme AND entry = 502", 502],
	'one removed entry' => ["DELETE FROM dropcontact.ledger WHERE controller_id = $acme AND entry = 503", 503],
	'a pair in another order' => ["UPDATE dropcontact.ledger l SET body = o.body, kind = o.kind, at = o.at, hash = o.hash FROM dropcontact.ledger o WHERE l.controller_id = $acme AND o.controller_id = $acme AND l.entry IN (504, 505) AND o.entry = 1009 - l.entry", 504],
	'the last entry removed' => ["DELETE FROM dropcontact.ledger l WHERE controller_id = $acme AND entry = (SELECT max(entry) FROM dropcontact.ledger WHERE controller_id = $acme)", $entries + 2],
);
for my $what (sort keys %done)
{
	my $said = $node->safe_psql('postgres', 'BEGIN; ' . $open . $done{$what}[0] . $close);
	like($said, qr/\b$done{$what}[1] of controller $acme$/m, "$what is found in the database");
}
$node->safe_psql('postgres', $open . "UPDATE dropcontact.ledger SET body = '{}' WHERE controller_id = $acme AND entry = 700");
like($node->safe_psql('postgres', "SET client_min_messages = error; SELECT dropcontact.evidence_pack('Acme') ->> 'integrity'"), qr/^INTEGRITY FAILED at entry 700$/, 'the pack is made all the same, and says so');
done_testing();

sub verify
{
	my @args = @_;
	my ($stdout, $stderr) = ('', '');
	IPC::Run::run([$^X, $verifier, @args], '>', \$stdout, '2>', \$stderr);
	return $stdout . $stderr;
}

sub tampered
{
	my $do = shift;
	my $copy = JSON::PP->new->decode($text);
	my $path = PostgreSQL::Test::Utils::tempdir() . '/tampered.json';

	$do->($copy->{ledger}{entries});
	append_to_file($path, JSON::PP->new->canonical->encode($copy));
	my $said = verify($path);
	chomp $said;
	return $said;
}
