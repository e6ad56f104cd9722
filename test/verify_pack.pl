#!/usr/bin/perl
# Verifies the ledger of an evidence pack offline: verify_pack.pl PACK.json [HASH-OF-HEAD]
# It uses nothing of the project: each hash is SHA-256(hash before, 32 bytes || text in UTF-8), that of
# entry 1 after 32 zero bytes. HASH-OF-HEAD is one that the controller kept outside.
use strict;
use warnings;
use Digest::SHA qw(sha256);
use Encode qw(encode_utf8);
use JSON::PP;

my ($file, $kept) = @ARGV;
die "usage: $0 PACK.json [HASH-OF-HEAD]\n" unless defined $file;
open(my $in, '<:raw', $file) or die "$file: $!\n";
my $pack = JSON::PP->new->utf8->decode(do { local $/; <$in> });
my $ledger = $pack->{ledger};
my $before = pack('H*', $ledger->{before});
my $expected = $ledger->{first};
my $bad = $expected == 1 && $before ne "\0" x 32 ? 1 : undef;
my %seen;

for my $row (@{ $ledger->{entries} })
{
	my $computed = sha256($before . encode_utf8($row->{text}));
	my $said = JSON::PP->new->decode($row->{text})->{entry};

	$bad //= $expected if $row->{entry} != $expected || $said != $expected || lc $row->{hash} ne unpack('H*', $computed);
	last if defined $bad;
	$seen{ lc $row->{hash} } = 1;
	$before = $computed;
	$expected++;
}
my $last = $expected - 1;
$bad //= $expected if $ledger->{last} != $last;
$bad //= $last if $last > 0 && $ledger->{head}{entry} == $last && lc $ledger->{head}{hash} ne unpack('H*', $before);
die "INTEGRITY FAILED at entry $bad\n" if defined $bad;
die "INTEGRITY FAILED: the hash that was kept is not in the chain\n" if defined $kept && !$seen{ lc $kept };
print "ok: entries $ledger->{first} to $last\n";
