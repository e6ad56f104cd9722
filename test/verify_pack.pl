#!/usr/bin/perl
# Verifies the ledger of an evidence pack offline: verify_pack.pl PACK.json [HASH-OF-HEAD]
# It uses nothing of the project: each hash is SHA-256(hash before, 32 bytes || text in UTF-8),
# the first one after 32 zero bytes. HASH-OF-HEAD is the one that the controller kept outside.
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
my $before = "\0" x 32;
my $expected = 1;
my $bad;
my %seen;

for my $row (@{ $ledger->{entries} })
{
	my $computed = sha256($before . encode_utf8($row->{text}));
	my $said = JSON::PP->new->decode($row->{text})->{entry};

	if ($row->{entry} != $expected || $said != $expected || lc $row->{hash} ne unpack('H*', $computed))
	{
		$bad = $expected;
		last;
	}
	$seen{ lc $row->{hash} } = 1;
	$before = $computed;
	$expected++;
}
my $last = $expected - 1;
$bad = $expected
	if !defined $bad && ($ledger->{head}{entry} // 0) != $last;
$bad = $last
	if !defined $bad && $last > 0 && lc $ledger->{head}{hash} ne unpack('H*', $before);
die "INTEGRITY FAILED at entry $bad\n" if defined $bad;
die "INTEGRITY FAILED: the hash that was kept is not in the chain\n" if defined $kept && !$seen{ lc $kept };
print "ok: $last entries\n";
