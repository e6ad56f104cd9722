# doc/reference.md is what doc/make_reference makes of the COMMENTs.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => ['-E', 'UTF8', '--locale=C.UTF-8']);
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE reference');
$node->safe_psql('reference', 'CREATE EXTENSION dropcontact');
local $ENV{PGHOST} = $node->host;
local $ENV{PGPORT} = $node->port;
local $ENV{PGDATABASE} = 'reference';
my ($made, $errors);
ok(IPC::Run::run(["$ENV{TOP}/doc/make_reference"], '>', \$made, '2>', \$errors), "made: $errors");
ok($made eq slurp_file("$ENV{TOP}/doc/reference.md"), 'doc/reference.md is what doc/make_reference makes; make it anew');
done_testing();
