# A dump of a controller under an agreement, restored: its chain is whole, its proofs are the same, every control answers as before.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($from, $to) = map { PostgreSQL::Test::Cluster->new($_) } qw(from to);
for my $node ($from, $to)
{
	$node->init(extra => ['-E', 'UTF8', '--locale=C.UTF-8']);
	$node->start;
}
$from->safe_psql('postgres', q{
	CREATE EXTENSION dropcontact;
	SET client_min_messages = error;
	SET search_path = dropcontact;
	SELECT create_controller('Acme', 'dpo@acme.example');
	SELECT create_source('crm', region => 'FR');
	SELECT describe_party('Acme', r, r, '1', 'Paris', 'FR', 'dpo@acme.example') FROM unnest('{controller,processor}'::text[]) r;
	SELECT propose_subprocessor('Before', 'hosting', 'x@before.example', 'Paris', 'FR', 'FR', '2026-01-01');
	SELECT sign_agreement('Acme', '2022-12-21', '2023-01-02', '2023-01-02', 'the text', 'the general conditions');
	SELECT propose_subprocessor('After', 'hosting', 'x@after.example', 'Paris', 'FR', 'FR', '2026-01-01', replaces => 'OVH');
	SELECT acknowledge_subprocessor('After'), object_to_subprocessor('After', 'no'), retire_subprocessor('OVH');
	SELECT record_guarantee(name, repeat('c', 64), current_date + 300) FROM subprocessor;
	SELECT authorise_person(rolname, 'x', 'service', 'contract', current_date - 1, repeat('a', 64)), record_training(rolname, 'x', current_date - 1, current_date + 300, repeat('b', 64)) FROM roles_with_access();
	SELECT declare_information('crm', repeat('d', 64)), state_legal_basis('crm', '6-1-f'), attest_compliance(repeat('e', 64), current_date + 300);
	INSERT INTO contact (source, external_id, full_name, email, relation) VALUES ('crm', '1', 'Jean Martin', 'jm@one.example', 'customer'), ('crm', '2', 'Jean Martin', 'jm@one.example', 'customer');
	SELECT dedupe();
	SELECT create_mailbox('sales', 'sales@acme.example', 'P. Roy', true, now()), configure('merge_threshold', '0.97', 'x', 'y');
	SELECT give_instruction('send the religion of each contact');
	SELECT notify_breach(declare_breach(now(), '{availability}'));
	SELECT outbox_sent(id, '<1@x>') FROM outbox WHERE kind = 'breach_notice';
	SELECT supervise('how many?'), record_consent('crm', NULL, 'jm@one.example', now(), 'x');
	SELECT open_audit(session_user, repeat('f', 64), now() - interval '1 day', now() + interval '9 days', jsonb_build_array(jsonb_build_object('name', 'A', 'nda_signed_on', current_date - 9, 'nda_sha256', repeat('0', 64))));
	SELECT object_to_audit(1, 'runs', 'ours'), disclose('controller', 'x', 2), announce_transfer('Authority', 'US', '49-1-d', 'a law'), declare_egress('extension', 'none', 'x');
	SELECT snapshot_register();
	SELECT end_service('Acme', '2090-01-31');
	SELECT count(*) FROM run_controls();
});
my %same = (
	'the controls' => q{SELECT clause, passed, finding FROM dropcontact.control_result ORDER BY 1},
	'deadlines' => q{SELECT controller, subject, reference, started, due FROM dropcontact.clocks_at('2040-01-01') ORDER BY 2, 3, 4},
	map { ($_ => "SELECT * FROM dropcontact.$_ x ORDER BY x::text") } qw(ledger ledger_head instruction instruction_alert setting outbox subprocessor subprocessor_notice subprocessor_objection
	  subprocessor_retired guarantee breach breach_notice controller_declaration legal_basis consent supervision mailbox audit_mission audit_staff audit_objection disclosure transfer
	  egress_declaration service_end register_snapshot access_log authorised_person commitment training agreement party processing_register),
);
my %before = map { $_ => $from->safe_psql('postgres', $same{$_}) } keys %same;
my $dump = PostgreSQL::Test::Utils::tempdir() . '/dump.sql';
$from->command_ok([ 'pg_dump', '-f', $dump, 'postgres' ], 'the dump is made');
$to->command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-f', $dump, 'postgres' ], 'and restored without an error');
is($to->safe_psql('postgres', $same{$_}), $before{$_}, $_) for sort keys %same;
is($to->safe_psql('postgres', 'SELECT dropcontact.verify_ledger()'), 'ok', 'the chain is whole');
is($to->safe_psql('postgres', 'SELECT clause, passed, finding FROM dropcontact.run_controls() ORDER BY 1'), $before{'the controls'}, 'every control answers as before');
is($to->safe_psql('postgres', "SELECT dropcontact.verify_ledger(), dropcontact.evidence_pack('Acme') ->> 'integrity'"), 'ok|ok', 'and the chain goes on');

# several jobs bring the tables back in any order: in the worst, each comes before those that it refers to
my $again = PostgreSQL::Test::Cluster->new('again');
$again->init(extra => ['-E', 'UTF8', '--locale=C.UTF-8']);
$again->start;
my $archive = PostgreSQL::Test::Utils::tempdir() . '/archive';
$from->command_ok([ 'pg_dump', '-Fc', '-f', $archive, 'postgres' ], 'an archive is made');
my @entries = split /\n/, (run_command([ 'pg_restore', '-l', $archive ]))[0];
my @data = grep { / TABLE DATA / } @entries;
my $list = "$archive.list";
open my $out, '>', $list or die $!;
print $out map { "$_\n" } (grep { !/ TABLE DATA / } @entries), reverse @data;
close $out;
{
	local $ENV{PGOPTIONS} = '-c session_replication_role=replica';
	$again->command_ok([ 'pg_restore', '-d', 'postgres', '-L', $list, $archive ], 'and restored in the reverse order as a replica');
}
is($again->safe_psql('postgres', $same{$_}), $before{$_}, "$_, in the reverse order") for sort keys %same;
is($again->safe_psql('postgres', 'SELECT dropcontact.verify_ledger()'), 'ok', 'the chain is whole');
is($again->safe_psql('postgres', 'SELECT clause, passed, finding FROM dropcontact.run_controls() ORDER BY 1'), $before{'the controls'}, 'every control answers as before');
done_testing();
