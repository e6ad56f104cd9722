# Every object of the schema is tried as every role, with two controllers: what doc/permissions.md says is allowed, the
# rest is refused, and nothing of one controller reaches a role of the other, not by a result, a message or an estimate.
use strict;
use warnings;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => ['-E', 'UTF8', '--locale=C.UTF-8']);
$node->start;
$node->safe_psql('postgres', q{
	CREATE EXTENSION dropcontact;
	SET client_min_messages = error;
	SELECT dropcontact.create_controller('Acme', 'dpo@acme.example'), dropcontact.create_controller('Other', 'zyxsecret@other.example');
});
# what Other holds has a word that nobody of Acme may meet
my %word = (Acme => 'Plain', Other => 'Zyxsecret');
for my $c (sort keys %word)
{
	my $w = $word{$c};
	my $host = lc $w . '.example';
	$node->safe_psql('postgres', qq{
		SET client_min_messages = error;
		SET dropcontact.controller = '$c';
		SELECT dropcontact.create_source('crm', region => 'FR'), dropcontact.create_source('file$w', 'file'), dropcontact.add_match_field('born$w', 'date');
		INSERT INTO dropcontact.contact (source, external_id, full_name, email, company, relation)
			SELECT 'crm', g::text, 'Jean $w', 'jean' || (g % 20) || '\@$host', '$w', 'customer' FROM generate_series(1, 60) g;
		SELECT * FROM dropcontact.dedupe();
		SELECT dropcontact.describe_party('$c', r, '$w', '1', '$w', 'FR', 'dpo\@$host', dpo => '$w') FROM unnest('{controller,processor}'::text[]) r;
		SELECT dropcontact.configure('merge_threshold', '0.97', '$w');
		SELECT dropcontact.give_instruction('keep $w');
		SELECT dropcontact.create_mailbox('box$w', 'box\@$host', '$w', true, now());
		SELECT dropcontact.declare_breach(now(), '{availability}', '{"consequences": "$w"}');
		SELECT dropcontact.supervise('$w?'), dropcontact.record_consent('crm', NULL, '$w', now(), '$w');
		SELECT dropcontact.queue_message((SELECT controller_id FROM dropcontact.controller WHERE name = '$c'), 'test', '$w', '{"a": "$w"}');
		SELECT dropcontact.disclose('$w', '$w', 1), (SELECT count(*) FROM dropcontact.run_controls());
	});
}
my @kinds = qw(admin operator ingest controller auditor agent improver none);
for my $kind (@kinds)
{
	$node->safe_psql('postgres', "CREATE ROLE t_$kind LOGIN; SELECT dropcontact.grant_access('t_$kind', 'Acme')" . ($kind eq 'none' ? '' : "; GRANT dropcontact_$kind TO t_$kind"));
}

# the harness: does something as the caller, undoes it, and tells allowed or refused, and whether the word came out
$node->safe_psql('postgres', q{
	CREATE SCHEMA harness;
	GRANT USAGE ON SCHEMA harness TO PUBLIC;
	CREATE FUNCTION harness.try(statement text, object text) RETURNS text LANGUAGE plpgsql AS $$
	DECLARE
		said text;
	BEGIN
		BEGIN
			EXECUTE statement INTO said;
			RAISE EXCEPTION 'undo' USING ERRCODE = 'ZZ999';
		EXCEPTION WHEN SQLSTATE 'ZZ999' THEN
			NULL;
		WHEN insufficient_privilege THEN
			IF SQLERRM ~ ('^permission denied for (table|view|function|aggregate|schema|sequence) ' || object || '$') THEN
				RETURN 'refused';
			END IF;
			said := SQLERRM;
		WHEN undefined_function OR ambiguous_function THEN
			IF SQLERRM ~ ('^function dropcontact\.' || object || '\(') THEN
				RETURN 'cannot be tried';
			END IF;
			said := SQLERRM;
		WHEN OTHERS THEN
			IF SQLERRM ~ '^cannot (insert into|update|delete from) (view|column .* of view)' THEN
				RETURN 'refused';
			END IF;
			said := SQLERRM;
		END;
		RETURN CASE WHEN said ~* 'zyxsecret' THEN 'leaks: ' || left(regexp_replace(said, '\s+', ' ', 'g'), 200) ELSE 'allowed' END;
	END $$;
	CREATE TABLE harness.statement AS
		SELECT c.relname::text AS object, v.verb, CASE v.verb
			WHEN 'S' THEN format('SELECT string_agg(x::text, %L) FROM dropcontact.%I x', ' ', c.relname)
			WHEN 'I' THEN format('INSERT INTO dropcontact.%I DEFAULT VALUES', c.relname)
			WHEN 'D' THEN format('DELETE FROM dropcontact.%I WHERE false', c.relname)
			ELSE format('UPDATE dropcontact.%I SET %I = DEFAULT WHERE false', c.relname, a.attname) END AS statement
		FROM pg_class c CROSS JOIN unnest('{S,I,U,D}'::text[]) v(verb)
			LEFT JOIN pg_attribute a ON v.verb = 'U' AND a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
		WHERE c.relnamespace = 'dropcontact'::regnamespace AND c.relkind IN ('r', 'v', 'p');
	CREATE TABLE harness.call AS
		SELECT p.oid::regprocedure::text AS object, p.proname::text AS name, EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) e WHERE e.grantee = 0) AS everybody,
			format('SELECT string_agg(x::text, %L) FROM (SELECT dropcontact.%I(%s)) x', ' ', p.proname, (SELECT string_agg(CASE WHEN p.provariadic <> 0 AND n = p.pronargs THEN 'VARIADIC ' ELSE '' END || CASE t
				WHEN 'integer'::regtype THEN '2' WHEN 'bigint'::regtype THEN '61' WHEN 'text'::regtype THEN '''Other''' WHEN 'name'::regtype THEN '''t_none''' WHEN 'boolean'::regtype THEN 'true'
				WHEN 'jsonb'::regtype THEN '''{"full_name": "Jean"}''' WHEN 'double precision'::regtype THEN '0.5' WHEN 'timestamp with time zone'::regtype THEN 'now()'
				WHEN 'date'::regtype THEN 'current_date' WHEN 'regclass'::regtype THEN '''dropcontact.contact''' WHEN 'text[]'::regtype THEN '''{}''' WHEN 'bytea'::regtype THEN '''\x00'''
				WHEN 'integer[]'::regtype THEN '''{2}''' WHEN 'bigint[]'::regtype THEN '''{61}''' WHEN 'uuid'::regtype THEN (SELECT quote_literal(breach_id) FROM dropcontact.breach WHERE controller_id = 2) ELSE CASE WHEN y.typtype = 'c' THEN format('jsonb_populate_record(NULL::%s, ''{}'')', t::regtype) ELSE 'NULL' END END
				|| '::' || format_type(t, NULL), ', ' ORDER BY n) FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY a(t, n) JOIN pg_type y ON y.oid = t)) AS statement
		FROM pg_proc p WHERE 'internal'::regtype <> ALL (p.proargtypes::oid[] || p.prorettype) AND p.pronamespace = 'dropcontact'::regnamespace AND p.prorettype <> 'trigger'::regtype AND p.prokind IN ('f', 'a');
	GRANT SELECT ON ALL TABLES IN SCHEMA harness TO PUBLIC;
});

# 1. the documented matrix is the one that is granted
my $made = PostgreSQL::Test::Utils::tempdir() . '/permissions.md';
$node->command_ok(['sh', '-c', "PGDATABASE=postgres '$ENV{TOP}/doc/make_permissions' > '$made'"], 'the matrix is made');
my $doc = slurp_file("$ENV{TOP}/doc/permissions.md");
ok($doc eq slurp_file($made), 'doc/permissions.md is what doc/make_permissions makes')
  or system_log('diff', '-u', "$ENV{TOP}/doc/permissions.md", $made);

my (%table, %function);
for (split /\n/, $doc)
{
	$table{$1} = [ split / ?\| ?/, $2, -1 ] if /^\| (\w+) \| ?((?:[SIUDsiud]*\s*\|\s?){7})$/;
	if (/^\| (\w+\(.*\)) \| ([a-z, ]+) \|$/)
	{
		my ($names, $roles) = ($1, $2);
		$function{$_}{$roles} = 1 for map { /^(\w+)\(/ } split /<br>/, $names;
	}
}
cmp_ok(scalar keys %table, '>', 60, 'the tables are read from it');
cmp_ok(scalar keys %function, '>', 80, 'the functions too');

# 2. each role does what it may, and no more
for my $n (0 .. $#kinds)
{
	my $kind = $kinds[$n];
	my @as = (extra_params => [ '-U', "t_$kind", '-F', "\t" ]);
	my $set = "SET client_min_messages = error; SET statement_timeout = '60s'; SET dropcontact.controller = 'Acme';";
	my %may;
	my @wrong;
	my @leaks;

	for (split /\n/, $node->safe_psql('postgres', "$set SELECT object, verb, harness.try(statement, object) FROM harness.statement", @as))
	{
		my ($object, $verb, $said) = split /\t/;
		$may{$object}{$verb} = 1 if $said ne 'refused';
		push @leaks, "$verb $object $said" if $said =~ /^leaks/;
	}
	for my $object (sort keys %table)
	{
		my $documented = $kind eq 'none' ? '' : uc $table{$object}[$n];
		my $done = join '', grep { $may{$object}{$_} } qw(S I U D);
		push @wrong, "$object: documented '$documented', done '$done'" if $documented ne $done;
	}
	is(join("\n", @wrong), '', "$kind: tables and views");
	@wrong = ();
	for (split /\n/, $node->safe_psql('postgres', "$set SELECT name, everybody, harness.try(statement, name) FROM harness.call", @as))
	{
		my ($name, $everybody, $said) = split /\t/;
		my $documented = $everybody eq 't' || grep { my %r = map { $_ => 1 } split /, /; $r{$kind} } keys %{ $function{$name} // {} };

		push @wrong, "$name: " . ($documented ? 'documented, but refused' : 'not documented, but allowed') if ($said ne 'refused') != !!$documented;
		push @wrong, "$name $said" if $said =~ /^cannot/;
		push @leaks, "$name $said" if $said =~ /^leaks/;
	}
	is(join("\n", @wrong), '', "$kind: functions");
	# an admin registers the controllers, and sees them all
	is(join("\n", @leaks), '', "$kind: nothing of the other controller comes out") unless $kind eq 'admin';
}

# sequences: the number of the last row is read by nobody, and set by nobody
is($node->safe_psql('postgres', q{SELECT c.relname, r FROM pg_class c, unnest('{admin,operator,ingest,controller,auditor,agent,improver,none}'::text[]) r
	WHERE c.relnamespace = 'dropcontact'::regnamespace AND c.relkind = 'S' AND has_sequence_privilege('t_' || r, c.oid, 'SELECT, UPDATE')}), '', 'no sequence can be read or set');

# 3. neither estimates nor statistics tell what the other has
$node->safe_psql('postgres', 'ANALYZE');
my %estimate = map { $_ => $node->safe_psql('postgres', "EXPLAIN SELECT FROM dropcontact.contact WHERE company = '$_' AND email = 'jean1\@" . lc($_) . ".example'", extra_params => [ '-U', 't_operator' ]) =~ /rows=(\d+)/ ? $1 : '?' } qw(Zyxsecret Nobody);
is($estimate{Zyxsecret}, $estimate{Nobody}, 'an estimate does not tell a value of the other');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_stats s JOIN pg_class c ON c.oid = format('%I.%I', s.schemaname, s.tablename)::regclass WHERE s.schemaname = 'dropcontact' AND c.relrowsecurity", extra_params => [ '-U', 't_operator' ]), '0', 'pg_stats is empty under row-level security');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_stats s WHERE s.schemaname = 'dropcontact' AND s::text ~* 'zyxsecret'"), '0', 'the values are in no statistics');
is($node->safe_psql('postgres', 'SELECT * FROM dropcontact.stats_leaks'), '', 'nor would they be');

# 4. totals: after the statements of totals_jobs() no role reads any, by the catalogue, by functions, or by what the planner
# estimates and EXPLAIN ANALYZE counts
sub as_role
{
	my ($kind, $sql) = @_;
	my ($out, $err);
	$node->psql('postgres', "SET client_min_messages = error; SET dropcontact.controller = 'Acme'; $sql", stdout => \$out, stderr => \$err, extra_params => [ '-U', "t_$kind" ]);
	return $err =~ /ERROR:  (.*)/ ? $1 : $out;
}
$node->safe_psql('postgres', q{SET client_min_messages = error; SET dropcontact.controller = 'Other';
	INSERT INTO dropcontact.contact (source, external_id, full_name, linkedin) SELECT 'fileZyxsecret', g::text, 'Zoé Zyxsecret' || g, 'linkedin.com/in/zyxsecret' || g FROM generate_series(1, 5000) g;});
$node->safe_psql('postgres', 'VACUUM ANALYZE');
is(as_role('operator', "EXPLAIN SELECT FROM dropcontact.contact WHERE controller_id = 2") =~ /rows=5\d\d\d/, 1, 'before, an estimate tells how many contacts the other has');
is($node->safe_psql('postgres', 'SELECT count(*) > 10 FROM dropcontact.totals_told()'), 't', 'and totals_told() lists what tells');
$node->safe_psql('postgres', "SELECT dropcontact.totals_jobs() \\gexec");
is($node->safe_psql('postgres', 'SELECT count(*) FROM dropcontact.totals_told()'), '0', 'after totals_jobs() nothing is left of it');
my @totals = (
	q{SELECT reltuples FROM pg_class WHERE relname = 'contact'}, q{SELECT relpages FROM pg_class WHERE relname = 'contact'}, q{SELECT * FROM pg_class WHERE relname = 'contact'},
	q{SELECT relallvisible FROM pg_class WHERE relname = 'contact'},
	map({ "SELECT $_('dropcontact.contact')" } qw(pg_relation_size pg_table_size pg_indexes_size pg_total_relation_size)), 'SELECT pg_database_size(current_database())',
	map({ "SELECT * FROM $_" } qw(pg_stat_user_tables pg_stat_all_tables pg_stat_xact_all_tables pg_stat_user_indexes pg_statio_user_tables pg_statio_user_indexes pg_statio_all_sequences
		pg_stat_database pg_stat_user_functions pg_stat_bgwriter pg_stat_wal pg_stat_archiver pg_locks)),
	map({ "SELECT $_('dropcontact.contact'::regclass)" } qw(pg_stat_get_live_tuples pg_stat_get_tuples_inserted pg_stat_get_xact_tuples_fetched pg_stat_get_blocks_fetched)));
for my $kind (@kinds)
{
	is(join("\n", map { my $said = as_role($kind, $_); $said =~ /^permission denied/ ? () : "$_: $said" } @totals), '', "$kind: reads no total");
	next if $kind eq 'admin';
	my %said = map { my $c = $_; $c => join "\n", map { as_role($kind, "EXPLAIN SELECT FROM dropcontact.$_") } (
			"contact WHERE controller_id = $c", "contact WHERE source = 'fileZyxsecret' AND controller_id = $c", "run WHERE controller_id = $c", "contact WHERE contact_id > 100 * $c") } (2, 3);
	my $two = $said{2} =~ s/= 2\b/= 3/gr =~ s/> '?200'?/> 300/r;
	is($two, $said{3} =~ s/> '?300'?/> 300/r, "$kind: the planner estimates the same of a controller that is there as of one that is not");
	unlike(as_role($kind, 'EXPLAIN SELECT FROM dropcontact.contact'), qr/rows=\d{4}/, "$kind: nor how many contacts there are");
	for my $ask ("contact_id = 100", "linkedin = 'linkedin.com/in/zyxsecret7'", "full_name OPERATOR(dropcontact.=%) 'zyxsecret7 zoe'")
	{
		for my $start ('EXPLAIN (ANALYZE)', 'PREPARE q AS SELECT FROM dropcontact.contact WHERE ' . $ask . '; EXPLAIN ANALYZE EXECUTE q; --', 'CREATE TEMP VIEW v WITH (security_invoker) AS SELECT * FROM dropcontact.contact; EXPLAIN ANALYZE SELECT FROM v WHERE '. $ask . '; --')
		{
			like(as_role($kind, "$start SELECT FROM dropcontact.contact WHERE $ask"), qr/refused|permission denied/, "$kind: EXPLAIN ANALYZE counts no rows of the other: $ask");
		}
	}
}
like(as_role('operator', 'EXPLAIN SELECT FROM dropcontact.contact'), qr/rows=\d/, 'EXPLAIN works');
like(as_role('operator', 'CREATE TEMP TABLE mine AS SELECT 1 AS a; EXPLAIN ANALYZE SELECT FROM mine'), qr/actual/, 'EXPLAIN ANALYZE of tables of one\'s own too');
like($node->safe_psql('postgres', 'EXPLAIN ANALYZE SELECT FROM dropcontact.contact WHERE contact_id = 100'), qr/actual/, 'and a superuser\'s');
like(as_role('admin', 'EXPLAIN ANALYZE SELECT FROM dropcontact.contact WHERE contact_id = 100'), qr/actual/, 'and that of who sees all controllers');
unlike(as_role('operator', "SET enable_seqscan = off; EXPLAIN SELECT FROM dropcontact.contact WHERE full_name OPERATOR(dropcontact.=%) 'a b' AND email OPERATOR(dropcontact.=@) 'a\@b.fr' AND linkedin = 'x'"),
	qr/contact_known|contact_reach/, 'an index of all persons is not searched before the policy');
$node->command_ok([ 'psql', '-XAt', '-U', 't_operator', '-d', $node->connstr('postgres'), '-v', 'ON_ERROR_STOP=1', '-c', '\d dropcontact.contact', '-c', '\dt dropcontact.*', '-c', '\df dropcontact.erase_subject', '-c', '\dv dropcontact.*', '-c', '\dn', '-c', '\di dropcontact.*' ], 'psql describes tables, functions, views and indexes');
is(as_role('operator', q{SET search_path = public; SET ROLE NONE; SELECT dropcontact.create_source('mine', 'table') > 0; CREATE TEMP TABLE people (id int PRIMARY KEY, n text);
	SELECT dropcontact.attach_table('people', 'mine', 'id', '{"full_name": "n"}')}) =~ /cannot be attached/, 1, 'attach_table() reads the catalogue');
like(as_role('operator', 'SELECT count(*) FROM dropcontact.dedupe(); SELECT count(*) FROM dropcontact.progress; SELECT count(*) FROM dropcontact.report_html()'), qr/^1\n\d+\n1$/, 'and the work goes on');
like(as_role('admin', 'SELECT count(*) FROM dropcontact.egress'), qr/^\d+$/, 'ways out of the database are listed');

# 5. locks: nobody stops who serves the other controller, neither by LOCK nor by an advisory lock, which is anybody's
for my $kind (grep { $_ ne 'admin' } @kinds)
{
	for my $what ('LOCK dropcontact.contact', 'LOCK dropcontact.contact IN SHARE MODE', 'LOCK dropcontact.source', 'LOCK dropcontact.merged_contact', 'CREATE TEMP VIEW v AS SELECT * FROM dropcontact.contact; LOCK v',
		'DO $$ BEGIN LOCK dropcontact.contact_intake; END $$', "SELECT dropcontact.lock_controller(2, 'matching')", "SELECT dropcontact.lock_controller(2, 'writing')")
	{
		like(as_role($kind, "BEGIN; $what; ROLLBACK"), qr/is refused|permission denied|not visible/, "$kind: $what");
	}
}
is(as_role('operator', "BEGIN; LOCK dropcontact.contact IN ROW EXCLUSIVE MODE; SELECT dropcontact.lock_controller(1, 'matching'); ROLLBACK"), '', 'its own controller and what writing takes may be locked');
my $locks = IPC::Run::start([ 'psql', '-XAtq', '-U', 't_operator', '-d', $node->connstr('postgres'), '-c', "SELECT pg_advisory_lock(k, 2) FROM unnest('{1685549172, 823752647}'::int[]) k", '-c', 'SELECT pg_sleep(600)' ], '>', '/dev/null');
$node->poll_query_until('postgres', "SELECT count(*) = 2 FROM pg_locks WHERE locktype = 'advisory' AND granted AND objid = 2") or die 'no lock';
is($node->safe_psql('postgres', "SET client_min_messages = error; SET statement_timeout = '60s'; SET dropcontact.controller = 'Other';
	INSERT INTO dropcontact.contact (source, external_id, full_name) VALUES ('crm', 'unlocked', 'Luc Zyxsecret'); SELECT count(*) FROM dropcontact.dedupe();"), '1', 'advisory locks keep nobody from writing and matching');
$locks->kill_kill;

# 6. forged rows: who may write what matching found writes it of contacts that it sees, and what acts for a controller as
# the owner takes none of another's, whatever stands in the tables
my ($mine, $mine2, $theirs, $theirs2) = split /\|/, $node->safe_psql('postgres', q{SELECT min(contact_id) FILTER (WHERE controller_id = 1), max(contact_id) FILTER (WHERE controller_id = 1),
	min(contact_id) FILTER (WHERE controller_id = 2), max(contact_id) FILTER (WHERE controller_id = 2) FROM dropcontact.contact});
for my $forged ("entity_member (controller_id, contact_id, entity_id) VALUES (1, $theirs2, $mine)", "company_member VALUES ($theirs2, 1, $mine)", "match_pair VALUES ($mine, $theirs2, 1, 0.7, '[]')",
	"match_pair VALUES ($theirs, $theirs2, 1, 0.7, '[]')", "match_decision VALUES ($mine, $theirs2, 1, 'match')", "entity_log (event_id, controller_id, kind, contact_ids, why) VALUES (1000000, 1, 'merged', '{}', '')",
	"source (source_id, controller_id, name, kind, priority) VALUES (1000000, 1, 'x', 'crm', 1)", "entity_member (controller_id, contact_id, entity_id) VALUES (2, $theirs2, $theirs2)")
{
	like(as_role('operator', "INSERT INTO dropcontact.$forged"), qr/row-level security|permission denied/, "refused: $forged");
}
like(as_role('operator', "UPDATE dropcontact.entity_member SET contact_id = $theirs2 WHERE contact_id = (SELECT min(contact_id) FROM dropcontact.entity_member)"), qr/row-level security/, 'nor is a row made one of it');
is(as_role('operator', "INSERT INTO dropcontact.entity_alias VALUES ($theirs2, 1, $mine); DELETE FROM dropcontact.entity_alias WHERE old_entity_id = $theirs2"), '', 'an alias of the same number is in nobody\'s way');
# as if they had been written all the same
$node->safe_psql('postgres', "DELETE FROM dropcontact.entity_member WHERE contact_id IN ($mine, $theirs2); INSERT INTO dropcontact.entity_member (controller_id, contact_id, entity_id) VALUES (1, $mine, $theirs), (1, $theirs2, $theirs)");
unlike(as_role('operator', "SELECT dropcontact.subject_access(dropcontact.submit_request('access', '{\"contact_id\": $mine}', 'controller'))"), qr/zyxsecret/i, 'access tells nothing of the other');
unlike(as_role('operator', "SELECT dropcontact.subject_access(dropcontact.submit_request('access', '{\"entity_id\": $theirs}', 'controller'))"), qr/zyxsecret/i, 'by entity neither');
like(as_role('operator', "SELECT dropcontact.restrict_processing(dropcontact.submit_request('restriction', '{\"contact_id\": $mine}', 'controller'))"), qr/./, 'restricted');
is($node->safe_psql('postgres', "SELECT count(*) FROM dropcontact.processing_limit l JOIN dropcontact.contact c USING (contact_id) WHERE c.controller_id <> l.controller_id OR l.beside && ARRAY[$theirs, $theirs2]::bigint[]"), '0', 'nothing of the other');
like(as_role('operator', "SELECT dropcontact.erase_subject(dropcontact.submit_request('erasure', '{\"contact_id\": $mine}', 'controller'))"), qr/"contact": 1/, 'one contact is erased');
is($node->safe_psql('postgres', "SELECT count(*) FROM dropcontact.contact WHERE contact_id IN ($theirs, $theirs2)"), '2', 'those of the other are there');
$node->safe_psql('postgres', "DELETE FROM dropcontact.entity_member WHERE contact_id = $theirs2");

# 7. unique keys: what the other has is free to take
my $same = q{SET client_min_messages = error; SET dropcontact.controller = 'Acme';
	SELECT dropcontact.create_source('fileZyxsecret') > 0, dropcontact.create_mailbox('boxZyxsecret', 'a@acme.example', 'x', true, now()) > 0;
	INSERT INTO dropcontact.contact (source, external_id) VALUES ('fileZyxsecret', '1') RETURNING true;};
is($node->safe_psql('postgres', $same, extra_params => [ '-U', 't_operator' ]), "t|t\nt", 'no unique key tells of the other');
done_testing();
