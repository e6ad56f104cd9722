# Under an agreement the data of persons come over SSL/TLS: clear text over a network is refused on every path, TLS is
# accepted, and a Unix socket, which crosses no network, unless require_tls is always.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

plan skip_all => 'openssl is not installed' unless -x '/usr/bin/openssl';

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => ['-E', 'UTF8', '--locale=C.UTF-8']);
my $data = $node->data_dir;
system_or_bail('openssl', qw(req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout), "$data/server.key", '-out', "$data/server.crt");
chmod 0600, "$data/server.key";
$node->append_conf('postgresql.conf', "listen_addresses = '127.0.0.1'\nssl = on\nssl_min_protocol_version = 'TLSv1.2'");
$node->append_conf('pg_hba.conf', 'host all all 127.0.0.1/32 trust');
$node->start;

my %over = (
	socket => 'host=' . $node->host,
	clear => 'host=127.0.0.1 sslmode=disable',
	tls => 'host=127.0.0.1 sslmode=require');

# what a session of a login answers: its SQLSTATE, or 'done'
sub tried
{
	my ($channel, $sql, $login) = @_;
	my ($out, $err);
	$login //= 'loader';
	$node->psql('postgres', "\\set VERBOSITY verbose\nSET dropcontact.controller = 'Acme';\n$sql",
		connstr => "$over{$channel} port=" . $node->port . " dbname=postgres user=$login", on_error_stop => 1, stdout => \$out, stderr => \$err);
	return $err =~ /(?:ERROR|FATAL):\s+([0-9A-Z]{5})/ ? $1 : 'done';
}

$node->safe_psql('postgres', q{
	CREATE EXTENSION dropcontact;
	SET client_min_messages = error;
	SELECT dropcontact.create_controller('Acme', 'dpo@acme.example'), dropcontact.create_controller('Free', 'dpo@free.example');
	SET dropcontact.controller = 'Free';
	SELECT dropcontact.create_source('crm');
	SET dropcontact.controller = 'Acme';
	SELECT dropcontact.create_source('crm'), dropcontact.create_source('table', 'table');
	CREATE ROLE loader LOGIN IN ROLE dropcontact_ingest, dropcontact_operator;
	CREATE ROLE owner LOGIN;
	CREATE ROLE team IN ROLE dropcontact_ingest;
	GRANT team TO loader;
	SELECT dropcontact.grant_access('team', 'Acme');
	SELECT dropcontact.grant_access('loader', 'Acme'), dropcontact.grant_access('loader', 'Free');
	GRANT CREATE ON SCHEMA public TO owner;
	SET ROLE owner;
	CREATE TABLE crm_rows (id integer PRIMARY KEY, name text, kind text);
	RESET ROLE;
});

my @paths = (
	INSERT => q{INSERT INTO dropcontact.contact (source, external_id, last_name, relation) VALUES ('crm', :'id', 'Martin', 'customer');},
	UPDATE => q{UPDATE dropcontact.contact SET city = :'id';},
	COPY => "COPY dropcontact.contact_intake (source, last_name, relation) FROM stdin;\ncrm\tMartin\tcustomer\n\\.\n",
	ingest => q{SELECT dropcontact.ingest('crm', '{"last_name": "Petit", "relation": "customer"}');},
	dedupe => 'SELECT dropcontact.dedupe();',
	find_matches => q{SELECT dropcontact.find_matches('{"last_name": "Petit"}');},
	'SET ROLE' => q{SET ROLE team; INSERT INTO dropcontact.contact_intake (source, last_name, relation) VALUES ('crm', 'Petit', 'customer');},
	DELETE => q{DELETE FROM dropcontact.contact WHERE contact_id = (SELECT min(contact_id) FROM dropcontact.contact);});
my $n = 0;

sub try_paths
{
	my ($channel, $expected, $name) = @_;
	$n++;
	for (my $i = 0; $i < @paths; $i += 2)
	{
		is(tried($channel, "\\set id $n\n$paths[$i + 1]"), $expected, "$name: $paths[$i]");
	}
}

sub contacts { return $node->safe_psql('postgres', 'SELECT count(*), count(city) FROM dropcontact.contact'); }

# a newcomer meets no obstacle
try_paths('clear', 'done', 'no agreement, clear text');

$node->safe_psql('postgres', q{
	SET client_min_messages = error;
	SET dropcontact.controller = 'Acme';
	SELECT dropcontact.sign_agreement('Acme', '2022-12-21', '2023-01-02', '2023-01-02', 'the text');
	SELECT dropcontact.declare_information(s, repeat('a', 64)), dropcontact.state_legal_basis(s, '6-1-f') FROM unnest('{crm,table}'::text[]) s;
	SELECT dropcontact.authorise_person(r, 'Login', 'service', 'contract', current_date - 1, repeat('a', 64)),
		dropcontact.record_training(r, 'data protection', current_date - 1, current_date + 300, repeat('b', 64)) FROM unnest('{loader,owner}'::name[]) r;
	SELECT dropcontact.attach_table('crm_rows', 'table', 'id', '{"last_name": "name", "relation": "kind"}');
});
my $before = contacts();
my $runs = $node->safe_psql('postgres', 'SELECT count(*) FROM dropcontact.run');
try_paths('clear', 'RG190', 'agreement, clear text');
is(tried('clear', q{INSERT INTO crm_rows VALUES (1, 'Martin', 'customer');}, 'owner'), 'RG190', 'agreement, clear text: attached table');
is(tried('clear', q{SET dropcontact.controller = 'Free'; INSERT INTO dropcontact.contact (source, last_name) VALUES ('crm', 'Martin');}), 'done', 'a controller without agreement is not bound by that of another');
is($node->safe_psql('postgres', q{SELECT count(*) FROM dropcontact.contact WHERE last_name = 'Martin' AND controller_id = (SELECT controller_id FROM dropcontact.controller WHERE name = 'Free')}), '1', 'and its contact is stored');
$node->safe_psql('postgres', q{DELETE FROM dropcontact.contact WHERE controller_id = (SELECT controller_id FROM dropcontact.controller WHERE name = 'Free')});
is(contacts(), $before, 'nothing was written in clear text');
is($node->safe_psql('postgres', q{SELECT count(*) FROM dropcontact.run WHERE agreement_id IS NOT NULL AND channel = 'clear'}), '0', 'and no run rests on it');

try_paths('tls', 'done', 'agreement, TLS');
is(tried('tls', q{INSERT INTO crm_rows VALUES (1, 'Martin', 'customer');}, 'owner'), 'done', 'agreement, TLS: attached table');
is($node->safe_psql('postgres', q{SELECT DISTINCT channel, tls_version ~ '^TLSv1\.[23]$' FROM dropcontact.run WHERE agreement_id IS NOT NULL AND done_by IN ('loader', 'owner')}), 'tls|t', 'runs tell channel and version');
try_paths('socket', 'done', 'agreement, socket');
is($node->safe_psql('postgres', q{SELECT DISTINCT channel FROM dropcontact.run WHERE agreement_id IS NOT NULL AND done_by = 'loader' ORDER BY 1}), "local\ntls", 'a socket is local');

# the controller may ask for TLS everywhere
$node->safe_psql('postgres', q{SET client_min_messages = error; SET dropcontact.controller = 'Acme'; SELECT dropcontact.configure('require_tls', 'always', 'policy', 'no socket of this machine either');});
try_paths('socket', 'RG190', 'always, socket');
try_paths('clear', 'RG190', 'always, clear text');
try_paths('tls', 'done', 'always, TLS');

# the control tells of doors for clear text
$node->safe_psql('postgres', q{SET dropcontact.controller = 'Acme'; SELECT count(*) FROM dropcontact.run_controls()});
my $control = q{SET dropcontact.controller = 'Acme'; SELECT passed FROM dropcontact.run_controls() WHERE clause = 'III.10a'};
is($node->safe_psql('postgres', $control), 't', 'control III.10a passes');
$node->append_conf('pg_hba.conf', 'host all all 192.0.2.0/24 scram-sha-256');
$node->reload;
is($node->safe_psql('postgres', $control), 'f', 'and fails once pg_hba.conf admits clear text over a network');
my $log = slurp_file($node->logfile);
unlike($log, qr/ERROR.*(Martin|Petit)/, 'no error of the log tells a value');
$node->stop;
done_testing();
