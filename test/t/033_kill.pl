# kill -9 of the backend or of a worker in any phase of dedupe() or train(): after recovery everything is as it was before, and
# the next run gives what a run that nobody disturbed gives.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('node');
$node->init(extra => ['-E', 'UTF8', '--locale=C.UTF-8']);
$node->append_conf('postgresql.conf', "restart_after_crash = on\nmax_parallel_maintenance_workers = 2\n");
$node->start;
$node->safe_psql('postgres', q{
	CREATE DATABASE killed;
	\c killed
	SET client_min_messages = warning;
	CREATE EXTENSION dropcontact;
	SELECT dropcontact.create_controller('Acme', 'dpo@acme.example'), dropcontact.create_source('crm', region => 'FR');
	CREATE FUNCTION load(first integer, last integer) RETURNS void LANGUAGE sql AS $$
		INSERT INTO dropcontact.contact (source, external_id, first_name, last_name, email, company, city)
		SELECT 'crm', n, (ARRAY['Anne', 'Paul', 'Marie', 'Luc', 'Emma', 'Hugo', 'Louis'])[person % 7 + 1],
			initcap(translate(substr(md5('last ' || person % 4000), 1, 7), '0123456789', 'aeioulnrst')),
			CASE WHEN n % 3 > 0 THEN 'p' || person || '@maison' || person % 3000 || '.fr' END, 'Maison ' || person % 3000, (ARRAY['Paris', 'Lyon', 'Nantes'])[person % 3 + 1]
		FROM (SELECT n, n * 5 / 8 AS person FROM generate_series(first, last) n) x
	$$;
	SELECT load(1, 1000);
	SELECT dropcontact.dedupe();
	SELECT dropcontact.confirm_match(1, 2), dropcontact.reject_match(3, 500);
	SELECT load(1001, 60000);
	\c postgres
	CREATE DATABASE undisturbed TEMPLATE killed;
});

# all that a run may write
my $state = q{
	SELECT string_agg(what || ' ' || n || ' ' || hash, E'\n' ORDER BY what) FROM (
		SELECT 'member' AS what, count(*) AS n, md5(string_agg(m::text, ',' ORDER BY contact_id)) AS hash FROM dropcontact.entity_member m UNION ALL
		SELECT 'pair', count(*), md5(string_agg(p::text, ',' ORDER BY a_contact_id, b_contact_id)) FROM dropcontact.match_pair p UNION ALL
		SELECT 'alias', count(*), md5(string_agg(a::text, ',' ORDER BY old_entity_id)) FROM dropcontact.entity_alias a UNION ALL
		SELECT 'log', count(*), '' FROM dropcontact.entity_log UNION ALL
		SELECT 'value', count(*), md5(string_agg(v::text, ',' ORDER BY value_hash)) FROM dropcontact.match_value v UNION ALL
		SELECT 'model', count(*), md5(string_agg(l::text, ',' ORDER BY field, level)) FROM dropcontact.match_level l UNION ALL
		SELECT 'runs', count(*), '' FROM dropcontact.processing_run) x};
# and what two runs have in common: of contacts and entities not the ids, which skip some after a crash
my $result = q{
	SELECT md5(string_agg(format('%s %s %s', x, one, link), ',' ORDER BY x))
		FROM (SELECT external_id::integer AS x, min(external_id::integer) OVER (PARTITION BY entity_id) AS one, link_probability AS link FROM dropcontact.entity_member JOIN dropcontact.contact USING (contact_id)) m UNION ALL
	SELECT md5(string_agg(format('%s %s %s %s', a.external_id, b.external_id, probability, evidence), ',' ORDER BY a.external_id, b.external_id))
		FROM dropcontact.match_pair JOIN dropcontact.contact a ON a.contact_id = a_contact_id JOIN dropcontact.contact b ON b.contact_id = b_contact_id UNION ALL
	SELECT md5(string_agg(l::text, ',' ORDER BY field, level)) FROM dropcontact.match_level l UNION ALL
	SELECT md5(string_agg(v::text, ',' ORDER BY value_hash)) FROM dropcontact.match_value v};

# Starts an operation and kills a process of it as soon as it has come to the phase; the server's log tells which it was.
sub kill_in
{
	my ($operation, $phase, $victim) = @_;
	my $log = -s $node->logfile;
	my ($err, $ignored) = ('', '');
	# it waits before it commits, so that who watches on a slow machine comes in time
	my $session = IPC::Run::start(['psql', '-XAtq', '-d', $node->connstr('killed'), '-c', "BEGIN; SELECT count(*) FROM dropcontact.$operation; SELECT pg_sleep(60); COMMIT"],
		'<', \undef, '>', '/dev/null', '2>', \$err);
	my $pid = $victim eq 'backend' ? 'running.pid'
		: "CASE running.phase WHEN 'committing' THEN running.pid ELSE (SELECT a.pid FROM pg_stat_activity a WHERE a.backend_type = 'parallel worker' AND a.leader_pid = running.pid LIMIT 1) END";
	my $watch = qq{
		DO \$\$
		DECLARE
			phases text[] := ARRAY['reading', 'counting', 'making keys', 'fitting', 'scoring pairs', 'clustering', 'writing'];
			running record;
			pid integer;
		BEGIN
			FOR i IN 1..20000 LOOP
				SELECT p.pid, p.phase INTO running FROM dropcontact.progress p WHERE array_position(phases, p.phase) >= array_position(phases, '$phase')
				UNION ALL SELECT a.pid, 'committing' FROM pg_stat_activity a WHERE a.wait_event = 'PgSleep' AND a.pid <> pg_backend_pid();
				IF FOUND THEN
					pid := $pid;
					IF pid IS NOT NULL THEN
						RAISE LOG 'killed in phase "%"', running.phase;
						EXECUTE format('COPY (SELECT 1) TO PROGRAM ''kill -9 %s''', pid);
						EXIT;
					END IF;
				END IF;
				PERFORM pg_sleep(0.001), pg_stat_clear_snapshot();
			END LOOP;
		END
		\$\$};
	IPC::Run::run(['psql', '-XAtq', '-d', $node->connstr('killed'), '-c', $watch], '<', \undef, '>', '/dev/null', '2>', \$ignored);
	IPC::Run::finish($session);
	# not before the postmaster has seen it
	$node->wait_for_log(qr/all server processes terminated; reinitializing.*database system is ready to accept connections/s, $log);
	$node->poll_query_until('killed', 'SELECT true') or die 'no recovery';
	my ($reached) = slurp_file($node->logfile, $log) =~ /killed in phase "([a-z ]+)"/;
	return ($reached // '', $err);
}

my $before = $node->safe_psql('killed', $state);
like($before, qr/member [1-9]/, 'there is something to keep');
for my $case (['dedupe()', 'reading', 'backend'], ['dedupe()', 'counting', 'backend'], ['dedupe()', 'scoring pairs', 'backend'], ['dedupe()', 'scoring pairs', 'worker'],
	['dedupe()', 'clustering', 'backend'], ['dedupe()', 'writing', 'backend'],
	['train()', 'reading', 'backend'], ['train()', 'fitting', 'backend'], ['train()', 'writing', 'backend'])
{
	my ($operation, $phase, $victim) = @$case;
	my ($reached, $err) = kill_in(@$case);
	isnt($reached, '', "$victim of $operation killed while $phase, or in a later phase on a slow machine");
	note("in phase $reached") if $reached ne $phase;
	like($err, qr/server closed the connection|terminating connection|lost connection/, 'the session ends');
	is($node->safe_psql('killed', $state), $before, 'after recovery all is as before');
}

for my $operation ('train()', 'dedupe()')
{
	$node->safe_psql($_, "SELECT count(*) FROM dropcontact.$operation") for 'killed', 'undisturbed';
	is($node->safe_psql('killed', $result), $node->safe_psql('undisturbed', $result), "$operation gives what it gives where nobody disturbed it");
}
isnt($node->safe_psql('killed', $state), $before, 'which is something else than before');

# what a crash empties, or leaves as it was at some time before, misleads no later run
$node->safe_psql('killed', 'CREATE EXTENSION amcheck');
kill_in('train()', 'reading', 'backend');
is($node->safe_psql('killed', q{SELECT string_agg(c.relname, ' ' ORDER BY c.relname) FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid
	WHERE i.indrelid = ANY (ARRAY['dropcontact.entity_member', 'dropcontact.entity_alias', 'dropcontact.entity_log', 'dropcontact.match_value']::regclass[])
	AND bt_index_check(c.oid, true) IS NOT NULL}), 'entity_alias_pkey entity_log_pkey entity_member_entity_id_idx entity_member_pkey match_value_pkey',
	'rows written in numbers have their entries after a crash');
$node->safe_psql($_, 'SELECT load(60001, 60200)') for 'killed', 'undisturbed';
$node->safe_psql('killed', 'SELECT dropcontact.match_pending()');
$node->safe_psql('undisturbed', 'SELECT dropcontact.dedupe()');
is($node->safe_psql('killed', $result), $node->safe_psql('undisturbed', $result), 'match_pending() after a crash gives what dedupe() gives');
$node->stop;
done_testing();
