# The recipe of doc/scale_out.md, as it is written, gives the entities of dedupe(): on plain tables, and on a table
# that is partitioned over two other clusters, which compare the blocks that they hold.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my %node;
for my $name ('planner', 'node1', 'node2')
{
	$node{$name} = PostgreSQL::Test::Cluster->new($name);
	$node{$name}->init(extra => ['-E', 'UTF8', '--locale=C.UTF-8']);
	$node{$name}->start;
	$node{$name}->safe_psql('postgres', 'CREATE DATABASE contacts');
}
my $planner = $node{planner};
$planner->safe_psql('postgres', 'CREATE DATABASE plain');

# The blocks of SQL of the document, by the word behind "sql".
my %block;
my $doc = slurp_file("$ENV{TOP}/doc/scale_out.md");
while ($doc =~ /^```sql ?(\w*)\n(.*?)^```/msg)
{
	push @{ $block{ $1 || 'step' } }, $2;
}
my ($create, $parameters, $pack, @steps) = @{ $block{step} };
is(scalar(@steps), 6, 'the document has the steps that follow packing, and the query of reviews');

# Persons and organisations with duplicates: the same persons, mistyped, with and without their numbers, some of them
# sharing a mailbox or a switchboard, and one company of many
my $persons = q{
	SELECT n AS id,
		CASE WHEN n % 17 = 0 AND first = 'Solange' THEN 'Zolly' WHEN n % 9 > 0 THEN substr(first, 1, CASE WHEN n % 7 = 0 THEN 1 ELSE 20 END) END AS first_name,
		CASE WHEN n % 9 > 0 THEN CASE WHEN n % 5 = 0 THEN upper(last) WHEN n % 11 = 0 THEN overlay(last PLACING 'xy' FROM 3) ELSE last END END AS last_name,
		CASE WHEN n % 13 = 0 THEN 'contact@' || company || '.example' WHEN n % 3 > 0 THEN lower(first) || '.' || last || '@' || company || '.example' END AS email,
		CASE WHEN n % 4 = 0 THEN '+33 1 42 68 ' || lpad((hashtext(company) & 4095)::text, 4, '0') WHEN n % 3 = 1 THEN '06 12 ' || lpad(person::text, 6, '0') END AS phone,
		company || CASE WHEN n % 2 = 0 THEN ' SARL' WHEN n % 5 = 0 THEN ' Zarl' ELSE '' END AS company,
		(ARRAY['Quimper', 'Brest', 'Vannes'])[1 + person % 3] AS city
	FROM (SELECT n, person, (ARRAY['Solange', 'Gwenola', 'Tristan', 'Marc', 'Anne', 'Paul'])[1 + person % 6] AS first,
			initcap(translate(substr(md5('last ' || person % 700), 1, 7), '0123456789', 'aeioulnrst')) AS last,
			CASE WHEN person % 6 = 0 THEN 'Grandemaison' ELSE initcap(translate(substr(md5('company ' || person % 150), 1, 8), '0123456789', 'aeioulnrst')) END AS company
		FROM (SELECT n, n * 5 / 8 % 1500 AS person FROM generate_series(1, 4000) n) x) y};
my $load = qq{
	SET client_min_messages = warning;
	CREATE EXTENSION dropcontact;
	SELECT dropcontact.create_controller('Acme', 'dpo\@acme.example'), dropcontact.create_source('crm', region => 'FR');
	-- words of its own, by which contacts are cleaned and compared
	SELECT dropcontact.add_word('nicknames', 'zolly', 'solange'), dropcontact.add_word('legal_forms', 'zarl', 'ZARL');};
my $store = qq{
	INSERT INTO dropcontact.contact (source, external_id, first_name, last_name, email, phone, company, city)
	SELECT 'crm', id, first_name, last_name, email, phone, company, city FROM ($persons) p ORDER BY id};
# contacts that are one with others, by the ids of the file
my $by_dedupe = q{SELECT c.external_id::bigint AS id, min(c.external_id::bigint) OVER (PARTITION BY m.entity_id) AS cluster_id, m.link_probability
	FROM dropcontact.entity_member m JOIN dropcontact.contact c USING (contact_id)
	WHERE EXISTS (SELECT FROM dropcontact.entity_member o WHERE o.entity_id = m.entity_id AND o.contact_id <> m.contact_id)};
my $differences = sub {
	my $by_recipe = shift;
	return "SELECT count(*) FROM ((($by_dedupe) EXCEPT ($by_recipe)) UNION ALL (($by_recipe) EXCEPT ($by_dedupe))) x";
};

# ---------- plain tables ----------

$planner->safe_psql('plain', "$load $store");
$planner->safe_psql('plain', 'SELECT * FROM dropcontact.dedupe()');
# decisions take part
$planner->safe_psql('plain', q{
	SELECT dropcontact.unmerge((SELECT max(contact_id) FROM dropcontact.entity_member GROUP BY entity_id HAVING count(*) > 2 LIMIT 1));
	SELECT dropcontact.confirm_match(min(contact_id), max(contact_id)) FROM dropcontact.contact;
	SELECT dropcontact.dedupe()});
$planner->safe_psql('plain', join '', $create, $parameters, $pack, @steps);
cmp_ok($planner->safe_psql('plain', 'SELECT count(*) FROM work.cluster'), '>', 1000, 'the recipe joins contacts of plain tables');
is($planner->safe_psql('plain', $differences->(q{SELECT c.external_id::bigint, min(c.external_id::bigint) OVER (PARTITION BY w.cluster_id), w.link_probability
		FROM work.cluster w JOIN dropcontact.contact c USING (contact_id)})), '0', 'as dedupe() does, decisions included');
is($planner->safe_psql('plain', q{
	SELECT count(*) FROM ((SELECT a_contact_id, b_contact_id, probability::numeric(12, 6) FROM dropcontact.review_queue
		EXCEPT SELECT a_contact_id, b_contact_id, (1 / (1 + 2 ^ -weight))::numeric(12, 6) FROM work.edge)) x}), '0', 'what is left for review is among its edges');
cmp_ok($planner->safe_psql('plain', 'SELECT cardinality(large_keys) FROM work.parameter'), '>', 3, 'some blocks are large');

# ---------- three clusters ----------

$node{$_}->safe_psql('contacts', $block{node}[0]) for 'node1', 'node2';
my $plan = $block{planner}[0];
$plan =~ s/host '(node\d)\.example'/"host '" . $node{$1}->host . "', port '" . $node{$1}->port . "'"/ge;
my $session = "SET enable_partitionwise_aggregate = on;\n";
$planner->safe_psql('contacts', "$load $store");
$planner->safe_psql('contacts', $plan);
$planner->safe_psql('contacts', "INSERT INTO person $persons");
$planner->safe_psql('contacts', join '', $session, $block{planner_pack}[0], @steps);
for my $name ('node1', 'node2')
{
	cmp_ok($node{$name}->safe_psql('contacts', 'SELECT count(*) FROM person'), '>', 1000, "$name holds persons");
	cmp_ok($node{$name}->safe_psql('contacts', 'SELECT count(*) FROM work.block'), '>', 1000, "and blocks");
}
$planner->safe_psql('contacts', 'SELECT * FROM dropcontact.dedupe()');
is($planner->safe_psql('contacts', $differences->('SELECT contact_id, cluster_id, link_probability FROM work.cluster')), '0', 'the entities are those of dedupe()');
my ($score) = grep { /score_block/ } @steps;
my $explained = $planner->safe_psql('contacts', "$session EXPLAIN (VERBOSE, COSTS OFF) $score");
is(scalar(() = $explained =~ /Async Foreign Scan/g), 2, 'both servers are asked at the same time');
is(scalar(() = $explained =~ /Remote SQL: SELECT dropcontact\.score_block\(/g), 2, 'and compare their blocks themselves');
like($explained, qr/Relations: Aggregate on \(work\.block_0 block\)/, 'by an aggregate over a partition');

$planner->safe_psql('contacts', $block{last}[0]);
is($planner->safe_psql('contacts', q{SELECT count(*) FROM pg_class WHERE relnamespace = 'work'::regnamespace}), '0', 'the work tables are gone');
$planner->safe_psql('contacts', 'DROP EXTENSION dropcontact CASCADE');
is($node{node1}->safe_psql('contacts', q{SELECT count(*) FROM pg_depend WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e' AND classid = 'pg_class'::regclass
	AND objid IN (SELECT oid FROM pg_class WHERE relnamespace = 'work'::regnamespace)}), '0', 'work tables are no members of the extension');
done_testing();
