# What doc/operations.md promises: restore by several jobs, replicas of both kinds, maintenance of tables, poolers.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my @init = (extra => ['-E', 'UTF8', '--locale=C.UTF-8']);
my $primary = PostgreSQL::Test::Cluster->new('primary');
$primary->init(@init, allows_streaming => 'logical');
$primary->append_conf('postgresql.conf', 'autovacuum = off');
$primary->start;
$primary->safe_psql('postgres', 'CREATE EXTENSION dropcontact');
{
	local ($ENV{PGHOST}, $ENV{PGPORT}, $ENV{PGDATABASE}) = ($primary->host, $primary->port, 'postgres');
	$primary->command_ok([ "$ENV{TOP}/test/load_csv", "$ENV{TOP}/test/data/contacts.csv" ], 'contacts are loaded');
}
$primary->safe_psql('postgres', 'SELECT * FROM dropcontact.dedupe(); ' . q{SELECT dropcontact.configure('survivorship', 'most_recent', 'x')});

my $contacts = 'SELECT count(*), md5(string_agg(c::text, chr(10) ORDER BY contact_id)) FROM dropcontact.contact c';
my $merged = 'SELECT count(*), md5(string_agg(m::text, chr(10) ORDER BY entity_id)) FROM dropcontact.merged_contact m';
my $before = $primary->safe_psql('postgres', "$contacts; $merged");

# a hot standby reads
$primary->backup('copy');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'copy', has_streaming => 1);
$standby->start;
$primary->wait_for_catchup($standby);
is($standby->safe_psql('postgres', "$contacts; $merged"), $before, 'a standby shows the contacts');
for my $read ('count(*) FROM dropcontact.merged_field', 'count(*) FROM dropcontact.correction', 'count(*) FROM dropcontact.contact_problem', 'count(*) FROM dropcontact.review_queue',
	'count(*) FROM dropcontact.clocks', 'count(*) FROM dropcontact.processing_register', 'count(*) FROM dropcontact.match_model', 'dropcontact.match_probability(1, 2)',
	'count(*) FROM dropcontact.explain_match(1, 2)', 'length(dropcontact.report_html())', 'dropcontact.verify_ledger()', q{dropcontact.normalize_phone('0612345678', 'FR')})
{
	my ($code, $out, $err) = $standby->psql('postgres', "SELECT $read");
	ok($code == 0 && $out ne '', "on a standby: $read");
}
isnt(($standby->psql('postgres', 'SELECT dropcontact.dedupe()'))[0], 0, 'but it does not match');
$standby->stop;

# several jobs restore a dump as a replica
my $dump = PostgreSQL::Test::Utils::tempdir() . '/dump';
$primary->command_ok([ 'pg_dump', '-Fd', '-j', '2', '-f', $dump, 'postgres' ], 'a dump by two jobs');
$primary->safe_psql('postgres', 'CREATE DATABASE again');
{
	local $ENV{PGOPTIONS} = '-c session_replication_role=replica';
	$primary->command_ok([ 'pg_restore', '-j', '4', '-d', 'again', $dump ], 'restored by four');
}
is($primary->safe_psql('again', "$contacts; $merged"), $before, 'is the same');
is($primary->safe_psql('again', q{SELECT dropcontact.verify_ledger(), count(*) FROM dropcontact.run_controls() WHERE clause IN ('II.1a', 'III.1', 'III.2b') AND passed}), 'ok|3', 'with its ledger, triggers and settings');
$primary->safe_psql('again', 'SELECT dropcontact.match_pending()');
is($primary->safe_psql('again', $merged), (split /\n/, $before)[1], 'matching finds nothing else');

# logical replication: contacts as they were cleaned, with their entities
my $replica = PostgreSQL::Test::Cluster->new('replica');
$replica->init(@init, allows_streaming => 'logical');
$replica->start;
$replica->safe_psql('postgres', 'CREATE EXTENSION dropcontact');
$primary->safe_psql('postgres', 'CREATE PUBLICATION contacts FOR TABLE ' . join ', ', map { "dropcontact.$_" } qw(controller access source contact entity_member company_member match_pair match_decision entity_alias));
$replica->safe_psql('postgres', q{CREATE SUBSCRIPTION contacts CONNECTION '} . $primary->connstr . q{ dbname=postgres' PUBLICATION contacts});
$replica->wait_for_subscription_sync($primary, 'contacts');
# the rules of survivorship are a setting, and do not come along
my $entities = 'SELECT count(*), md5(string_agg(e::text, chr(10) ORDER BY contact_id)) FROM dropcontact.contact_entity e';
sub same
{
	my $name = shift;
	$primary->wait_for_catchup('contacts');
	is($replica->safe_psql('postgres', "$contacts; $entities"), $primary->safe_psql('postgres', "$contacts; $entities"), $name);
}
same('a replica has the contacts');
$primary->safe_psql('postgres', q{
	INSERT INTO dropcontact.contact (source, external_id, full_name, email, phone, country) SELECT name, 'new', 'DUPONT Zoe', 'ZOE@Example.FR', '0612345678', 'France' FROM dropcontact.source;
	SELECT dropcontact.match_pending()});
same('new ones');
$primary->safe_psql('postgres', q{
	UPDATE dropcontact.contact SET email = 'Z.DUPONT@Example.FR', job_title = 'CEO' WHERE external_id = 'new';
	UPDATE dropcontact.contact SET phone = 'none' WHERE contact_id BETWEEN 1 AND 100;
	UPDATE dropcontact.contact SET attributes = '{"a": 1}' WHERE contact_id BETWEEN 50 AND 150;
	SELECT dropcontact.match_pending()});
same('updates');
$primary->safe_psql('postgres', 'DELETE FROM dropcontact.contact WHERE contact_id BETWEEN 200 AND 500; SELECT dropcontact.match_pending()');
same('deletions');
is($replica->safe_psql('postgres', q{SELECT count(*) FROM dropcontact.entity_member m WHERE NOT EXISTS (SELECT FROM dropcontact.contact c WHERE c.contact_id = m.contact_id)}), '0', 'of their memberships too');
is($replica->safe_psql('postgres', q{SELECT phone_kind, problems ? 'phone' FROM dropcontact.contact WHERE contact_id = 1}), $primary->safe_psql('postgres', q{SELECT phone_kind, problems ? 'phone' FROM dropcontact.contact WHERE contact_id = 1}), 'with what cleaning noted');
$replica->safe_psql('postgres', 'DROP SUBSCRIPTION contacts');
$replica->stop;

# maintenance moves rows, and changes nothing
$before = $primary->safe_psql('postgres', "$contacts; $merged");
for my $table (split /\n/, $primary->safe_psql('postgres', q{SELECT oid::regclass FROM pg_class WHERE relnamespace = 'dropcontact'::regnamespace AND relkind = 'r' ORDER BY 1}))
{
	my ($code, undef, $err) = $primary->psql('postgres', "VACUUM FULL $table");
	$code == 0 or fail("VACUUM FULL $table: $err");
}
$primary->safe_psql('postgres', 'CLUSTER dropcontact.contact USING contact_pkey');
$primary->safe_psql('postgres', 'REINDEX SCHEMA CONCURRENTLY dropcontact');
is($primary->safe_psql('postgres', "SELECT dropcontact.match_pending() \\g /dev/null\n$contacts; $merged"), $before, 'VACUUM FULL, CLUSTER, REINDEX');
is($primary->safe_psql('postgres', "SELECT * FROM dropcontact.dedupe() \\g /dev/null\n$contacts; $merged"), $before, 'dedupe() after them');

# a pooler that gives each transaction another session
$primary->safe_psql('postgres', q{SELECT dropcontact.create_controller('Other', 'dpo@other.example')});
is($primary->safe_psql('postgres', q{
	BEGIN;
	SET LOCAL dropcontact.controller = 'Other';
	SELECT dropcontact.current_controller() = (SELECT controller_id FROM dropcontact.controller WHERE name = 'Other');
	COMMIT;
	DISCARD ALL;
	SELECT current_setting('dropcontact.controller', true) = ''}), "t\nt", 'the controller of a transaction ends with it');
done_testing();
