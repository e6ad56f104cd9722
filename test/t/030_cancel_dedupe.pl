# dedupe() cancelled, terminated or killed in any phase leaves the entities that were there before.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('node');
$node->init(extra => ['-E', 'UTF8', '--locale=C.UTF-8']);
$node->append_conf('postgresql.conf', "restart_after_crash = on\nmax_parallel_maintenance_workers = 2\nmaintenance_work_mem = 1MB\n");
$node->start;
$node->safe_psql('postgres', q{
	CREATE EXTENSION dropcontact;
	SELECT dropcontact.create_controller('Acme', 'dpo@acme.example'), dropcontact.create_source('crm', priority => 10, region => 'FR');
	CREATE FUNCTION load(first integer, last integer) RETURNS void LANGUAGE sql AS $$
		INSERT INTO dropcontact.contact (source, external_id, first_name, last_name, email, company, city)
		SELECT 'crm', n, (ARRAY['Anne', 'Paul', 'Marie', 'Luc', 'Emma', 'Hugo', 'Louis'])[person % 7 + 1],
			(ARRAY['Martin', 'Bernard', 'Dubois', 'Petit', 'Durand', 'Leroy', 'Moreau', 'Simon', 'Laurent', 'Garnier', 'Faure'])[person % 11 + 1],
			'p' || person || '@maison' || person % 3000 || '.fr', 'Maison ' || person % 3000, (ARRAY['Paris', 'Lyon', 'Nantes'])[person % 3 + 1]
		FROM (SELECT n, n * 5 / 8 AS person FROM generate_series(first, last) n) x
	$$;
	SELECT load(1, 1000);
	SELECT dropcontact.dedupe();
	SELECT load(1001, 80000);
});

my $entities = q{SELECT count(*), md5(string_agg(format('%s %s %s', contact_id, entity_id, link_probability), ',' ORDER BY contact_id)) FROM dropcontact.entity_member};
my $before = $node->safe_psql('postgres', $entities);
isnt($before, '0|', 'there are entities to keep');

# Keys that do not fit in memory lie in temporary files; none may stay.
sub temporary_files
{
	return join(' ', glob($node->data_dir . '/base/pgsql_tmp/*'));
}

# Starts dedupe(), waits until it has come to the phase and stops it there by an SQL expression over its pid.
sub stop_dedupe
{
	my ($phase, $how) = @_;
	my $err = '';
	my $session = IPC::Run::start(['psql', '-XAtq', '-d', $node->connstr('postgres'), '-c', 'SELECT dropcontact.dedupe()'],
		'<', \undef, '>', '/dev/null', '2>', \$err);
	my $reached = $node->safe_psql('postgres', qq{
		CREATE TEMPORARY TABLE seen (phase text);
		DO \$\$
		DECLARE
			phases text[] := ARRAY['reading', 'counting', 'making keys', 'scoring pairs', 'clustering', 'writing'];
			running record;
		BEGIN
			FOR i IN 1..20000 LOOP
				SELECT p.* INTO running FROM dropcontact.progress p WHERE array_position(phases, p.phase) >= array_position(phases, '$phase');
				IF FOUND THEN
					INSERT INTO seen VALUES (running.phase);
					PERFORM $how;
					EXIT;
				END IF;
				PERFORM pg_sleep(0.002), pg_stat_clear_snapshot();
			END LOOP;
		END
		\$\$;
		SELECT phase FROM seen});
	IPC::Run::finish($session);
	return ($reached, $err);
}

for my $phase ('reading', 'making keys', 'scoring pairs', 'writing')
{
	for my $how (['pg_cancel_backend(running.pid)', qr/canceling statement due to user request/],
		['pg_terminate_backend(running.pid)', qr/terminating connection/])
	{
		my ($reached, $err) = stop_dedupe($phase, $how->[0]);
		isnt($reached, '', "$how->[0] while $phase, or the next phase on a slow machine");
		like($err, $how->[1], 'dedupe() has ended');
		$node->poll_query_until('postgres', q{SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'parallel worker')})
			or die 'workers stay';
		is(temporary_files(), '', 'no temporary file stays');
		is($node->safe_psql('postgres', $entities), $before, 'the entities are those of before');
		is($node->safe_psql('postgres', 'SELECT count(*) FROM dropcontact.progress'), '0', 'nothing is in progress');
	}
}

# kill -9
for my $victim ('worker', 'backend')
{
	my $err = '';
	my $session = IPC::Run::start(['psql', '-XAtq', '-d', $node->connstr('postgres'), '-c', 'SELECT dropcontact.dedupe()'],
		'<', \undef, '>', '/dev/null', '2>', \$err);
	my $pid = '';
	my $log = -s $node->logfile;
	my $where = $victim eq 'worker' ? q{backend_type = 'parallel worker'}
		: q{pid IN (SELECT p.pid FROM dropcontact.progress p WHERE p.phase = 'scoring pairs')};
	for (1 .. 2000)
	{
		$pid = $node->safe_psql('postgres', "SELECT pid FROM pg_stat_activity WHERE $where LIMIT 1");
		last if $pid ne '';
	}
	ok($pid ne '' && kill('KILL', $pid), "$victim killed");
	IPC::Run::finish($session);
	like($err, qr/server closed the connection|terminating connection|lost connection to parallel worker/, 'the session ends');
	# the session may end before the server has noticed: a query would succeed, and the next be cut off
	$node->wait_for_log(qr/database system is ready to accept connections/, $log);
	$node->poll_query_until('postgres', 'SELECT true') or die 'no recovery';
	is($node->safe_psql('postgres', $entities), $before, 'after recovery the entities are those of before');
	is(temporary_files(), '', 'no temporary file stays after recovery');
}

is($node->safe_psql('postgres', 'SELECT contacts, entities < contacts FROM dropcontact.dedupe()'), '80000|t', 'a run to the end still works');
$node->stop;
done_testing();
