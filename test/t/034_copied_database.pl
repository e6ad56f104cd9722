# A database that was copied page by page and whose server crashed: PostgreSQL may find the indexes of tables that are not logged
# broken there. Contacts are written and found as ever, and the first run of matching rebuilds the indexes.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('node');
$node->init(extra => ['-E', 'UTF8', '--locale=C.UTF-8']);
$node->start;
$node->safe_psql('postgres', q{
	CREATE DATABASE original;
	\c original
	SET client_min_messages = warning;
	CREATE EXTENSION dropcontact;
	SELECT dropcontact.create_controller('Acme', 'dpo@acme.example'), dropcontact.create_source('crm', region => 'FR');
	CREATE FUNCTION name(n integer) RETURNS text LANGUAGE sql AS $$ SELECT initcap(translate(substr(md5('last ' || n), 1, 7), '0123456789', 'aeioulnrst')) $$;
	CREATE FUNCTION load(first integer, last integer) RETURNS void LANGUAGE sql AS $$
		INSERT INTO dropcontact.contact (source, external_id, first_name, last_name, email)
		SELECT 'crm', n, 'Anne', name(n / 2), 'anne' || n / 2 || '@martin.example' FROM generate_series(first, last) n $$;
	SELECT load(1, 100);
	SELECT dropcontact.dedupe();
	\c postgres
	CREATE DATABASE copy TEMPLATE original;
});
$node->stop('immediate');
$node->start;

my $broken = q{SELECT count(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
	WHERE c.relnamespace = 'dropcontact'::regnamespace AND c.relpersistence = 'u' AND pg_relation_size(i.indexrelid) > 0
		AND get_byte(pg_read_binary_file(pg_relation_filepath(i.indexrelid), 0, 8192), 15) = 0};
note 'broken indexes: ' . $node->safe_psql('copy', $broken);
my $found = q{SELECT string_agg(c.external_id, ',' ORDER BY c.contact_id) FROM dropcontact.find_matches(jsonb_build_object('first_name', 'Anne', 'last_name', name(9), 'email', 'anne9@martin.example')) JOIN dropcontact.contact c USING (contact_id)};
is($node->safe_psql('copy', $found), '18,19', 'a record is looked for');
is($node->safe_psql('copy', q{UPDATE dropcontact.contact SET (last_name, email) = (name(9), 'anne9@martin.example') WHERE external_id = '50' RETURNING external_id}), '50', 'a contact is updated');
is($node->safe_psql('copy', $found), '18,19,50', 'and found');
is($node->safe_psql('copy', q{SELECT count(DISTINCT entity_id) FROM dropcontact.contact_entity WHERE external_id IN ('18', '19', '50')}), '2', 'before matching they are two');
is($node->safe_psql('copy', q{SELECT dropcontact.match_pending() > 0}), 't', 'changes are matched');
is($node->safe_psql('copy', q{SELECT count(DISTINCT entity_id) FROM dropcontact.contact_entity WHERE external_id IN ('18', '19', '50')}), '1', 'and then one');
is($node->safe_psql('copy', $broken), '0', 'the indexes are sound again');
is($node->safe_psql('copy', q{SELECT load(101, 110); SELECT dropcontact.match_pending(); SELECT count(*) FROM dropcontact.match_index_state}), "\n10\n1", 'and used');
is($node->safe_psql('copy', q{SELECT count(*) FROM dropcontact.train()}) > 0, 1, 'train() runs');
$node->stop('immediate');
$node->start;
is($node->safe_psql('copy', $found), '18,19,50', 'after another crash too');
is($node->safe_psql('copy', q{SELECT contacts FROM dropcontact.dedupe()}), '110', 'and all contacts are matched');
$node->stop;
done_testing();
