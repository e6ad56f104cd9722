-- hashes by which Bloom filters know mailboxes, names and profiles: the same for those that are one, and each sets all of its bits
SET search_path = dropcontact;
SELECT mailbox_hash('Jean.Martin+news@gmail.com') = mailbox_hash('jeanmartin@googlemail.com') AS mailbox, name_hash('MARTIN Zoé') = name_hash('Zoe Martin') AS name,
	profile_hash('linkedin.com/in/zoe') = profile_hash('linkedin.com/in/zoe') AS profile, profile_hash('linkedin.com/in/zoe') = profile_hash('linkedin.com/in/zoé') AS another;
-- contact_reach and contact_known: filters of 3,336 bits, of which brin_bloom.c takes ten, the step between them by its second hash
CREATE FUNCTION pg_temp.bits(hash integer) RETURNS integer LANGUAGE sql AS
	$$ SELECT 3336 / gcd(mod(mod(hashint4extended(hash, 3125326612)::numeric + 18446744073709551616, 18446744073709551616), 3336)::integer, 3336) $$;
SELECT kind, count(*), count(*) FILTER (WHERE pg_temp.bits(hash) < 10) AS with_few_bits
FROM (SELECT 'mailbox' AS kind, mailbox_hash('p' || g || '@one.example') AS hash FROM generate_series(1, 20000) g
	UNION ALL SELECT 'name', name_hash('Zoe Martin' || g) FROM generate_series(1, 20000) g
	UNION ALL SELECT 'profile', profile_hash('linkedin.com/in/p' || g) FROM generate_series(1, 20000) g) h
GROUP BY kind ORDER BY kind;
-- and so few blocks are read for one that is not there, of rows as wide as those of contact
CREATE TEMP TABLE many (email text, others text);
CREATE INDEX ON many USING brin (email mailbox_bloom_ops (false_positive_rate = 0.001)) WITH (pages_per_range = 8);
INSERT INTO many SELECT md5('a' || g) || '@' || md5('b' || g) || '.example', repeat('x', 150) FROM generate_series(1, 30000) g;
SELECT brin_summarize_new_values('many_email_idx') > 100 AS ranges;
CREATE FUNCTION pg_temp.blocks(address text) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
	plan json;
BEGIN
	EXECUTE format('EXPLAIN (ANALYZE, TIMING OFF, FORMAT json) SELECT FROM many WHERE email OPERATOR(dropcontact.=@) %L', address) INTO plan;
	RETURN plan -> 0 -> 'Plan' ->> 'Lossy Heap Blocks';
END
$$;
SET enable_seqscan = off;
SELECT max(pg_temp.blocks('q' || g || '@two.example')) < 50 AS few FROM generate_series(1, 1000) g;
RESET enable_seqscan;
