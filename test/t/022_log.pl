# Statements about contacts that fail leave no value of a person in the server's log; the client is told all.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => ['-E', 'UTF8', '--locale=C.UTF-8']);
$node->append_conf('postgresql.conf', "dropcontact.controller = 'Acme'\nlog_statement = none\nlog_min_messages = warning\nlog_min_error_statement = error\nlog_error_verbosity = verbose");
$node->start;
$node->safe_psql('postgres', q{
	CREATE EXTENSION dropcontact;
	SELECT dropcontact.create_controller('Acme', 'dpo@acme.example');
	SELECT dropcontact.create_source('crm'), dropcontact.create_source('shop');
	INSERT INTO dropcontact.contact (source, external_id, full_name) VALUES ('crm', 'zoe.petit@radium.fr', 'Zoé Petit');
	CREATE TABLE crm (id text PRIMARY KEY, name text, at timestamptz);
	SELECT dropcontact.attach_table('crm', 'shop', 'id', '{"full_name": "name"}');
});

my $offset = -s $node->logfile;
my $told = '';
sub fails
{
	my ($what, $sql) = @_;
	my ($ret, $out, $err) = $node->psql('postgres', "SELECT dropcontact.normalize_phone('1');\n$sql");
	like($err, qr/ERROR/, $what);
	$told .= $err;
}
fails('a key that is there already, by INSERT', q{INSERT INTO dropcontact.contact (source, external_id, full_name) VALUES ('crm', 'zoe.petit@radium.fr', 'Zoé Petit')});
fails('by COPY', "COPY dropcontact.contact (source, external_id, full_name) FROM STDIN;\ncrm\tzoe.petit\@radium.fr\tZoé Petit\n\\.\n");
fails('by contact_intake', q{INSERT INTO dropcontact.contact_intake (source, external_id, full_name) VALUES ('crm', 'zoe.petit@radium.fr', 'Zoé Petit')});
fails('a source that does not exist, by COPY', "COPY dropcontact.contact (source, external_id, full_name) FROM STDIN;\nnone\t1\tZoé Petit\n\\.\n");
fails('bad JSON', q{INSERT INTO dropcontact.contact (source, attributes) VALUES ('crm', '{"name": Petit}')});
fails('ingest', q{SELECT dropcontact.ingest('crm', '[{"full_name": "Zoé Petit", "email": ["zoe.petit@radium.fr", {}]}]')});
fails('a request', q{SET search_path = dropcontact; SELECT submit_request('forget', '{"email": "zoe.petit@radium.fr"}', 'controller')});
fails('a request by a key that is none', q{SELECT dropcontact.submit_request('erasure', '{"mail": "zoe.petit@radium.fr"}', 'controller')});
$node->safe_psql('postgres', q{SELECT dropcontact.sign_agreement('Acme', '2022-12-21', '2023-01-02', '2023-01-02', 'text')});
fails('what an agreement refuses', q{INSERT INTO dropcontact.contact (source, full_name) VALUES ('crm', 'Zoé Petit')});
fails('through an attached table', q{INSERT INTO crm VALUES ('1', 'Zoé Petit')});

my $log = slurp_file($node->logfile, $offset);
like($log, qr/duplicate key value violates unique constraint/, 'failures are logged');
like($log, qr/RG401/, 'and refusals');
unlike($log, qr/zoe|petit|radium/i, 'without the values of the person');
like($told, qr/zoe\.petit\@radium\.fr/, 'which the client is told');

# other statements of the session are logged as ever, and a superuser can have all of it
$offset = -s $node->logfile;
$node->psql('postgres', "SELECT dropcontact.normalize_phone('1');\nSELECT 'Petit'::integer");
$node->psql('postgres', q{SET dropcontact.log_values = on; INSERT INTO dropcontact.contact (source, full_name) VALUES ('crm', 'Luc Blanc')});
$log = slurp_file($node->logfile, $offset);
like($log, qr/STATEMENT:  SELECT 'Petit'::integer/, 'other statements are logged');
like($log, qr/STATEMENT:  .*Luc Blanc/, 'and all with dropcontact.log_values');
like($node->safe_psql('postgres', q{SET dropcontact.log_values = on; SELECT finding FROM dropcontact.run_controls() WHERE clause = 'III.3'}), qr/log_values/, 'which a control reports');

done_testing();
