# A dump restored into a new cluster gives the same contacts, entities, decisions and settings.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $from = PostgreSQL::Test::Cluster->new('from');
$from->init(extra => ['-E', 'UTF8', '--locale=C.UTF-8']);
$from->start;
my $to = PostgreSQL::Test::Cluster->new('to');
$to->init(extra => ['-E', 'UTF8', '--locale=C.UTF-8']);
$to->start;

$from->safe_psql('postgres', q{
	CREATE DATABASE contacts;
	CREATE DATABASE other;
});
$from->safe_psql('contacts', q{
	CREATE EXTENSION dropcontact;
	SET client_min_messages = warning;
	SELECT dropcontact.create_controller('Acme', 'dpo@acme.example');
	SELECT dropcontact.create_source('crm', priority => 10, region => 'FR'), dropcontact.create_source('erp', kind => 'erp', region => 'FR');
	SELECT dropcontact.add_match_field('born', 'date');
	SELECT dropcontact.configure('merge_threshold', '0.97', 'we are careful');
	SELECT dropcontact.add_word('mailbox_roles', 'zwickmaster'), dropcontact.remove_word('legal_forms', 'GmbH');
	INSERT INTO dropcontact.contact (source, external_id, full_name, email, phone, company, attributes) VALUES
		('crm', '1', 'MARTIN Jean-Pierre', 'JP.Martin@Dupont.FR', '06 12 34 56 78', 'DUPONT S.A.S.', '{"born": "1970-02-01"}'),
		('erp', '1', 'Jean-Pierre Martin', 'jp.martin@dupont.fr', '+33612345678', 'Dupont', NULL),
		('erp', '2', 'Marie Curie', 'not an address', '3615', 'Radium', NULL),
		('erp', '3', 'Pierre Curie', 'pierre@radium.fr', NULL, 'Radium', NULL),
		('crm', '4', 'P. Curie', 'pierre.curie@radium.fr', NULL, 'Radium', NULL),
		('crm', NULL, 'Nobody', NULL, NULL, NULL, NULL);
});
$from->safe_psql('contacts', q{
	SELECT * FROM dropcontact.train();
	SELECT * FROM dropcontact.dedupe();
	SELECT dropcontact.confirm_match(4, 5);
	SELECT dropcontact.reject_match(3, 4);
});

my %same = (
	contacts => 'SELECT * FROM dropcontact.contact ORDER BY contact_id',
	entities => 'SELECT * FROM dropcontact.contact_entity ORDER BY contact_id',
	merged => 'SELECT * FROM dropcontact.merged_contact ORDER BY entity_id',
	origins => 'SELECT * FROM dropcontact.merged_field ORDER BY entity_id, field',
	corrections => 'SELECT * FROM dropcontact.correction ORDER BY contact_id, field',
	problems => 'SELECT * FROM dropcontact.contact_problem ORDER BY contact_id, field',
	decisions => 'SELECT * FROM dropcontact.match_decision ORDER BY 1, 2',
	reviews => 'SELECT * FROM dropcontact.review_queue ORDER BY 1, 2',
	events => 'SELECT * FROM dropcontact.entity_event ORDER BY event_id',
	settings => 'SELECT * FROM dropcontact.setting ORDER BY controller, setting',
	instructions => 'SELECT * FROM dropcontact.instruction ORDER BY instruction_id',
	runs => 'SELECT * FROM dropcontact.processing_run ORDER BY run_id',
	model => 'SELECT * FROM dropcontact.match_model ORDER BY field, level',
	sources => 'SELECT * FROM dropcontact.source ORDER BY source_id',
	ledger => 'SELECT * FROM dropcontact.ledger ORDER BY controller_id, entry',
	words => 'SELECT * FROM dropcontact.word ORDER BY list, word',
	chain => 'SELECT dropcontact.verify_ledger()',
);

my %before = map { $_ => $from->safe_psql('contacts', $same{$_}) } keys %same;
isnt($before{$_}, '', "there are $_") foreach qw(contacts entities merged corrections problems decisions settings runs words);

my $dump = $PostgreSQL::Test::Utils::tmp_check . '/contacts.dump';
$from->command_ok(['pg_dump', '-Fc', '-f', $dump, 'contacts'], 'dumped');
$to->safe_psql('postgres', 'CREATE DATABASE contacts');
$to->command_ok(['pg_restore', '--exit-on-error', '-d', 'contacts', $dump], 'restored into a new cluster');
is($to->safe_psql('contacts', $same{$_}), $before{$_}, "the same $_") foreach sort keys %same;

# and life goes on there
$to->safe_psql('contacts', q{
	INSERT INTO dropcontact.contact (source, external_id, full_name, email) VALUES ('crm', '9', 'Jean-Pierre MARTIN', 'jp.martin@dupont.fr');
	SELECT dropcontact.match_pending();
});
is($to->safe_psql('contacts', q{SELECT members FROM dropcontact.merged_contact WHERE email = 'jp.martin@dupont.fr'}), '3', 'a new contact joins the restored entity');
is($to->safe_psql('contacts', q{SELECT dropcontact.verify_ledger()}), $before{chain}, 'the chain goes on');

# nothing changes by itself
$from->safe_psql('contacts', 'SELECT * FROM dropcontact.dedupe()');
is($from->safe_psql('contacts', $same{entities}), $before{entities}, 'dedupe() again changes no entity');

done_testing();
