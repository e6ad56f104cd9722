# Persons who were erased are in no file any more, come back by no path, and stay out after a restore.
# ERASURE_CONTACTS and ERASURE_PERSONS set the size (5,000 and 50; 100,000 and 1,000 is the full test).
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $contacts = $ENV{ERASURE_CONTACTS} // 5000;
my $persons = $ENV{ERASURE_PERSONS} // 50;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => ['-E', 'UTF8', '--locale=C.UTF-8']);
$node->append_conf('postgresql.conf', "dropcontact.controller = 'Acme'");
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE contacts');
# two sources, the second with half of the persons again; names and addresses that are nobody else's
my $word = q{translate(substr(md5(%s || n::text), 1, 8), '0123456789abcdef', 'bcdfghjklmnprstv')};
my ($first, $last) = map { sprintf $word, $_ } "'a'", "'b'";
$node->safe_psql('contacts', qq{
	CREATE EXTENSION dropcontact;
	SELECT dropcontact.create_controller('Acme', 'dpo\@acme.example'), dropcontact.create_controller('Other', 'dpo\@other.example');
	SELECT dropcontact.create_source('crm', region => 'FR'), dropcontact.create_source('erp', region => 'FR');
	CREATE TABLE given AS SELECT n, initcap($first) || ' ' || initcap($last) AS full_name, $first || '.' || $last || '\@' || substr(md5('c' || (n / 20)::text), 1, 6) || '.example' AS email,
		'+336' || (12000000 + n) AS mobile, 'Company ' || (n / 20) AS company FROM generate_series(1, $contacts * 2 / 3) n;
	INSERT INTO dropcontact.contact (source, external_id, full_name, email, mobile_phone, company) SELECT 'crm', n, full_name, email, mobile, company FROM given;
	INSERT INTO dropcontact.contact (source, external_id, full_name, email, mobile_phone, company) SELECT 'erp', n, upper(full_name), upper(email), replace(mobile, '+33', '0'), company FROM given WHERE n % 2 = 0;
	CREATE TABLE erased AS SELECT *, NULL::uuid AS request FROM given ORDER BY md5('d' || n) LIMIT $persons;
	SELECT * FROM dropcontact.train();
	SELECT * FROM dropcontact.dedupe();
	ANALYZE;
});
is($node->safe_psql('contacts', 'SELECT count(*) FROM dropcontact.contact'), int($contacts * 2 / 3) + int($contacts / 3), 'contacts are loaded');
cmp_ok($node->safe_psql('contacts', 'SELECT count(*) FROM dropcontact.merged_contact WHERE members = 2'), '>', $contacts * 0.3, 'and merged');

# the values of each: as they stand, as they were received, and the number without its prefix
my @values = map { lc } split /\n/, $node->safe_psql('contacts', q{SELECT DISTINCT unnest(ARRAY[full_name, email, mobile, split_part(full_name, ' ', 2), replace(mobile, '+33', '0')]) FROM erased});
$node->safe_psql('contacts', q{
	UPDATE erased SET request = dropcontact.submit_request('erasure', jsonb_build_object('email', email), CASE WHEN n % 3 = 0 THEN 'controller' ELSE 'processor' END);
	SELECT count(dropcontact.erase_subject(request)) FROM erased;
});
is($node->safe_psql('contacts', 'SELECT count(*) FROM dropcontact.certificate_of_erasure WHERE recognisable'), $persons, 'each has a certificate');
is($node->safe_psql('contacts', q{SELECT count(*) FROM dropcontact.contact c JOIN erased e USING (email)}), 0, 'no contact is left');
is($node->safe_psql('contacts', 'SELECT count(*) FROM (SELECT request FROM erased LIMIT 3) e, dropcontact.erasure_gaps(e.request)'), 0, 'erasure_gaps() finds nothing');
$node->safe_psql('contacts', 'CREATE TABLE kept_elsewhere AS SELECT email, mobile, full_name, company, n FROM erased');
my @again = map { [split /\|/] } split /\n/, $node->safe_psql('contacts', 'SELECT email, mobile, full_name, company, n FROM erased');

# no file of the database holds any of them, once the jobs were run
$node->safe_psql('contacts', 'DROP TABLE given, erased, kept_elsewhere');
$node->safe_psql('contacts', $_) foreach split /\n/, $node->safe_psql('contacts', 'SELECT * FROM dropcontact.erasure_jobs()');
$node->safe_psql('contacts', 'VACUUM (FULL, ANALYZE) pg_statistic; CHECKPOINT');
is($node->safe_psql('contacts', 'SELECT DISTINCT stage FROM dropcontact.certificate_of_erasure'), 'physical', 'the files were rewritten');
my $oid = $node->safe_psql('contacts', q{SELECT oid FROM pg_database WHERE datname = 'contacts'});
$node->stop;
my %found;
my $any = join '|', map { quotemeta } @values;
my $pattern = qr/($any)/;
for my $file (glob($node->data_dir . "/base/$oid/*"), $node->logfile)
{
	next unless -f $file;
	my $content = lc slurp_file($file);
	$found{$1} = $file while $content =~ /$pattern/g;
}
# the statement log of this test's own INSERTs and queries holds none: log_statement is off
is(join(', ', map { "$_ in $found{$_}" } sort keys %found), '', 'no value in any table, index, statistic or log');
$node->start;

# back by no path
sub try_again
{
	my ($db, $cluster) = @_;
	my $rows = join ",\n", map { sprintf "('crm', 'again %s', '%s', '%s', '%s', '%s')", $_->[4], @$_[2, 0, 1, 3] } @again;
	my $json = '[' . join(', ', map { sprintf '{"external_id": "json %s", "email": "%s"}', @$_[4, 0] } @again) . ']';
	$cluster->safe_psql($db, "INSERT INTO dropcontact.contact (source, external_id, full_name, email, mobile_phone, company) VALUES $rows");
	$cluster->safe_psql($db, "INSERT INTO dropcontact.contact_intake (source, external_id, full_name, email, mobile_phone, company) VALUES $rows");
	$cluster->safe_psql($db, "COPY dropcontact.contact (source, external_id, full_name, email, mobile_phone, company) FROM STDIN;\n"
		. join('', map { join("\t", 'crm', "copy $_->[4]", @$_[2, 0, 1, 3]) . "\n" } @again) . "\\.\n");
	$cluster->safe_psql($db, "SELECT * FROM dropcontact.ingest('crm', '$json')");
	$cluster->safe_psql($db, "CREATE TABLE crm AS SELECT * FROM (VALUES " . join(', ', map { "($_->[4], '$_->[0]')" } @again) . ") v(id, mail); ALTER TABLE crm ADD PRIMARY KEY (id);
		SELECT dropcontact.create_source('attached'); SELECT dropcontact.attach_table('crm', 'attached', 'id', '{\"email\": \"mail\"}')");
	my $list = join ', ', map { "'$_->[0]'" } @again;
	is($cluster->safe_psql($db, "SELECT count(*) FROM dropcontact.contact WHERE email IN ($list)"), 0, 'none is stored');
	is($cluster->safe_psql($db, "SELECT sum((refused ->> 'RG173')::int) FROM dropcontact.run"), 5 * $persons, 'and the refusals are counted');
	$cluster->safe_psql($db, "SELECT dropcontact.detach_table('crm'); DROP TABLE crm");
}
try_again('contacts', $node);
$node->safe_psql('contacts', q{INSERT INTO dropcontact.contact (source, full_name, company) VALUES ('crm', 'Anne Colleague', 'Company 3')});
is($node->safe_psql('contacts', q{SELECT count(*) FROM dropcontact.contact WHERE full_name = 'Anne Colleague'}), 1, 'a colleague comes in');

# nor after a restore from a dump
my $restored = PostgreSQL::Test::Cluster->new('restored');
$restored->init(extra => ['-E', 'UTF8', '--locale=C.UTF-8']);
$restored->append_conf('postgresql.conf', "dropcontact.controller = 'Acme'");
$restored->start;
my $dump = "$PostgreSQL::Test::Utils::tmp_check/erasure.dump";
$node->command_ok(['pg_dump', '-Fc', '-f', $dump, 'contacts'], 'dumped');
$restored->safe_psql('postgres', 'CREATE DATABASE contacts');
$restored->command_ok(['pg_restore', '--exit-on-error', '-d', 'contacts', $dump], 'restored');
$restored->safe_psql('contacts', q{DELETE FROM dropcontact.source WHERE name = 'attached'; ALTER TABLE dropcontact.run DISABLE TRIGGER append_only; DELETE FROM dropcontact.run});
try_again('contacts', $restored);

# with a key file the dump alone tells nothing, and without it nobody comes in unnoticed
my $key = $node->data_dir . '/tombstone.key';
open my $out, '>:raw', $key or die $!;
print $out join '', map { chr(($_ * 7) % 256) } 1 .. 64;
close $out;
chmod 0600, $key;
$node->append_conf('postgresql.conf', "dropcontact.tombstone_key_file = '$key'");
$node->reload;
$node->safe_psql('contacts', q{
	SET dropcontact.controller = 'Other';
	SELECT dropcontact.create_source('crm');
	INSERT INTO dropcontact.contact (source, external_id, email) VALUES ('crm', '1', 'jean.martin@dupont.fr');
	SELECT dropcontact.erase_subject(dropcontact.submit_request('erasure', '{"email": "jean.martin@dupont.fr"}', 'controller'));
});
my $insert = q{SET dropcontact.controller = 'Other'; INSERT INTO dropcontact.contact (source, external_id, email) VALUES ('crm', '2', 'jean.martin@dupont.fr'); SELECT count(*) FROM dropcontact.contact WHERE email = 'jean.martin@dupont.fr'};
is($node->safe_psql('contacts', $insert), '0', 'refused under the key file');
$node->append_conf('postgresql.conf', "dropcontact.tombstone_key_file = ''");
$node->reload;
my ($ret, $stdout, $stderr) = $node->psql('contacts', $insert);
like($stderr, qr/tombstones of controller \d+ were made with another key/, 'without it nothing is written');
unlike($stderr, qr/jean|dupont/, 'and the message names nobody');
chmod 0644, $key;
$node->append_conf('postgresql.conf', "dropcontact.tombstone_key_file = '$key'");
$node->reload;
($ret, $stdout, $stderr) = $node->psql('contacts', $insert);
like($stderr, qr/can be read by others/, 'a key that others can read is refused');

done_testing();
