# Eight sessions write, match and decide at random for some seconds, in manual and in immediate mode: nobody
# is told of a deadlock, and afterwards each contact is in one entity, nothing is left of what was
# deleted, and one more run changes nothing.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $SECONDS = 8;    # for each mode
my $SESSIONS = 8;

my $node = PostgreSQL::Test::Cluster->new('node');
$node->init(extra => ['-E', 'UTF8', '--locale=C.UTF-8']);
$node->append_conf('postgresql.conf', "deadlock_timeout = 100ms\nfsync = off\n");
$node->start;

# What a session does: the weight, and the statement; :n is a random number.  Decisions that contradict each
# other, and contacts that went meanwhile, are refused as they should be.  Who deletes several contacts locks them
# in one order, as with any table.
my %operation = (
	insert => [8, 'INSERT INTO dropcontact.contact (source, first_name, last_name, email, company, city) SELECT * FROM person(:n)'],
	insert_many => [3, 'INSERT INTO dropcontact.contact (source, first_name, last_name, email, company, city) SELECT p.* FROM generate_series(:n, :n + 5) i, person(i) p'],
	update => [5, 'UPDATE dropcontact.contact SET (first_name, last_name, email, company, city) = (SELECT first_name, last_name, email, company, city FROM person(:n + 7)) WHERE contact_id = a_contact(:n)'],
	delete => [5, 'DELETE FROM dropcontact.contact WHERE contact_id = a_contact(:n)'],
	delete_many => [3, q{DELETE FROM dropcontact.contact WHERE contact_id IN (SELECT c.contact_id FROM dropcontact.contact c
		WHERE c.contact_id IN (a_contact(:n), a_contact(:n + 1), a_contact(:n + 2), a_contact(:n * 3)) ORDER BY c.contact_id FOR UPDATE)}],
	write_twice => [3, 'WITH gone AS (DELETE FROM dropcontact.contact WHERE contact_id = a_contact(:n)) INSERT INTO dropcontact.contact (source, first_name, last_name, email, company, city) SELECT * FROM person(:n + 1)'],
	match_pending => [4, 'SELECT dropcontact.match_pending()'],
	dedupe => [2, 'SELECT dropcontact.dedupe()'],
	unmerge => [3, 'SELECT attempt(format($q$SELECT dropcontact.unmerge(%L)$q$, a_contact(:n)))'],
	confirm => [3, 'SELECT attempt(format($q$SELECT dropcontact.confirm_match(%L, %L)$q$, a_contact(:n), a_contact(:n + 1)))'],
	reject => [3, 'SELECT attempt(format($q$SELECT dropcontact.reject_match(%L, %L)$q$, a_contact(:n), a_contact(:n * 5)))'],
	write_and_match => [2, q{BEGIN; UPDATE dropcontact.contact SET city = 'Vannes' WHERE contact_id = a_contact(:n); INSERT INTO dropcontact.contact (source, first_name, last_name, email, company, city) SELECT * FROM person(:n);
		SELECT dropcontact.match_pending(); COMMIT}],
	long => [2, q{BEGIN; DELETE FROM dropcontact.contact WHERE contact_id = a_contact(:n); SELECT pg_sleep(0.02);
		INSERT INTO dropcontact.contact (source, first_name, last_name, email, company, city) SELECT * FROM person(:n); COMMIT}],
);

$node->safe_psql('postgres', q{
	CREATE EXTENSION dropcontact;
	SELECT dropcontact.create_controller('Acme', 'dpo@acme.example'), dropcontact.create_source('crm', region => 'FR');
	-- one of forty persons, in one of some spellings
	CREATE FUNCTION person(n bigint, OUT source text, OUT first_name text, OUT last_name text, OUT email text, OUT company text, OUT city text) LANGUAGE sql AS $$
		SELECT 'crm', (ARRAY['Solange', 'Anne-Laure', 'Marc', 'Gwenola', 'Tristan'])[p % 5 + 1], (ARRAY['Vauquelin', 'Kermeur', 'Berthelot', 'Dujardin'])[p / 5 % 4 + 1] || repeat('e', (n % 3 = 0)::integer),
			CASE WHEN n % 4 > 0 THEN 'p' || p || '@maison.example' END, 'Maison ' || p % 3, CASE WHEN n % 5 > 0 THEN 'Quimper' END
		FROM (SELECT n % 40 AS p) x $$;
	CREATE FUNCTION a_contact(n bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
		SELECT c.contact_id FROM dropcontact.contact c ORDER BY hashint8(c.contact_id # n) LIMIT 1 $$;
	CREATE FUNCTION attempt(statement text) RETURNS void LANGUAGE plpgsql AS $$
	BEGIN
		EXECUTE statement;
	EXCEPTION WHEN no_data_found OR integrity_constraint_violation OR invalid_parameter_value THEN
		NULL;
	END $$;
	INSERT INTO dropcontact.contact (source, first_name, last_name, email, company, city) SELECT p.* FROM generate_series(1, 120) i, person(i) p;
	SELECT dropcontact.dedupe();
});

my @scripts;
for my $name (sort keys %operation)
{
	my ($weight, $sql) = @{ $operation{$name} };
	my $file = $node->basedir . "/$name.sql";
	append_to_file($file, "\\set n random(1, 1000000)\n$sql;\n");
	push @scripts, '-f', "$file\@$weight";
}

# Those that must answer no row.
my %invariant = (
	'each contact is in exactly one entity' => q{SELECT contact_id FROM dropcontact.contact FULL JOIN dropcontact.contact_entity e USING (contact_id)
		GROUP BY contact_id HAVING count(e.entity_id) <> 1},
	'no member without its contact' => q{SELECT contact_id FROM dropcontact.entity_member WHERE contact_id NOT IN (SELECT contact_id FROM dropcontact.contact)},
	'no pair or decision without its contacts' => q{
		SELECT a_contact_id, b_contact_id FROM dropcontact.match_pair WHERE NOT ARRAY[a_contact_id, b_contact_id] <@ (SELECT array_agg(contact_id) FROM dropcontact.contact)
		UNION ALL
		SELECT a_contact_id, b_contact_id FROM dropcontact.match_decision WHERE NOT ARRAY[a_contact_id, b_contact_id] <@ (SELECT array_agg(contact_id) FROM dropcontact.contact)},
	'decisions hold' => q{SELECT d.a_contact_id, d.b_contact_id FROM dropcontact.match_decision d
		JOIN dropcontact.contact_entity a ON a.contact_id = d.a_contact_id JOIN dropcontact.contact_entity b ON b.contact_id = d.b_contact_id
		WHERE (a.entity_id = b.entity_id) <> (d.verdict = 'match')},
	'no entity has two names' => q{SELECT m.contact_id FROM dropcontact.entity_member m WHERE m.entity_id IN (SELECT old_entity_id FROM dropcontact.entity_alias)},
	'merged_contact has each contact once' => q{SELECT contact_id FROM dropcontact.contact FULL JOIN (SELECT unnest(contact_ids) AS contact_id, entity_id FROM dropcontact.merged_contact) m USING (contact_id)
		GROUP BY contact_id HAVING count(m.entity_id) <> 1},
);
my $entities = q{SELECT md5(string_agg(format('%s %s', contact_id, entity_id), ',' ORDER BY contact_id)) FROM dropcontact.contact_entity};

for my $mode ('manual', 'immediate')
{
	$node->safe_psql('postgres', "SELECT dropcontact.configure('match_mode', '$mode')");
	my $log = -s $node->logfile;
	my ($out, $err) = run_command(['pgbench', '-n', '-c', $SESSIONS, '-j', 2, '-T', $SECONDS, '--random-seed=1', '--failures-detailed',
		@scripts, '-d', $node->connstr('postgres')]);
	like($out, qr/number of transactions actually processed: [1-9]/, "$mode: sessions did something");
	note($1) if $out =~ /(number of transactions actually processed: \d+)/;
	is(join("\n", grep { /ERROR|aborted/ } split(/\n/, $err)), '', "$mode: no session met an error");
	my ($deadlocks) = $out =~ /number of deadlock failures: (\d+)/;
	is($deadlocks, '0', "$mode: no deadlock among the sessions");
	my $reported = () = slurp_file($node->logfile, $log) =~ /deadlock detected/g;
	is($reported, 0, "$mode: no deadlock in the server's log");
	$node->safe_psql('postgres', 'SELECT dropcontact.dedupe()');
	is($node->safe_psql('postgres', $invariant{$_}), '', "$mode: $_") for sort keys %invariant;
	my $before = $node->safe_psql('postgres', $entities);
	$node->safe_psql('postgres', 'SELECT dropcontact.dedupe()');
	is($node->safe_psql('postgres', $entities), $before, "$mode: one more run changes nothing");
}
$node->stop;
done_testing();
