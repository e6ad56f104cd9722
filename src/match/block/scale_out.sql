/*
 * scale_out.sql: the steps of matching as functions and aggregates, for contacts that are spread over several machines
 *
 * All but matching_parameters() and the work tables are pure: they read no table and no setting, so that they run
 * wherever their arguments are.  doc/scale_out.md puts them together.
 */

CREATE FUNCTION dropcontact.matching_parameters(contacts bigint DEFAULT NULL) RETURNS bytea
	LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'matching_parameters';
COMMENT ON FUNCTION dropcontact.matching_parameters(bigint) IS 'What the current controller compares contacts under, as one value: the model in force, merge_threshold and review_threshold, the match fields, its words (add_word, load_reference), and over how many contacts frequencies are counted: contacts, or, when it is NULL, those of the last train() or dedupe(). Errors: invalid_parameter_value';

CREATE FUNCTION dropcontact.clean_record(record dropcontact.contact, region text, parameters bytea) RETURNS dropcontact.contact
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'clean_record_under';
COMMENT ON FUNCTION dropcontact.clean_record(dropcontact.contact, text, bytea) IS 'The same with the words of the controller whose parameters they are: as the trigger of contact cleans. Errors: invalid_binary_representation';

CREATE FUNCTION dropcontact.pack_contact(contact_id bigint, contact dropcontact.contact, parameters bytea) RETURNS bytea
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 500 AS 'MODULE_PATHNAME', 'pack_contact';
COMMENT ON FUNCTION dropcontact.pack_contact(bigint, dropcontact.contact, bytea) IS 'A clean contact packed to one value: its id, the values that it is compared by, how rare each is, its keys. Until weigh_contact() says how rare they are, all values count as rare. Errors: invalid_binary_representation for parameters that are none';

CREATE FUNCTION dropcontact.packed_contact_id(packed bytea) RETURNS bigint
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'packed_contact_id';
COMMENT ON FUNCTION dropcontact.packed_contact_id(bytea) IS 'The id of a packed contact. Errors: invalid_binary_representation';

CREATE FUNCTION dropcontact.packed_values(packed bytea, parameters bytea) RETURNS bigint[]
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 50 AS 'MODULE_PATHNAME', 'packed_values';
COMMENT ON FUNCTION dropcontact.packed_values(bytea, bytea) IS 'Hashes of the values and words of a packed contact, one as often as it occurs: what frequencies are counted by. The frequency of a value that n contacts have, of all of them, is (n - 1) / all. Errors: invalid_binary_representation, invalid_parameter_value for a contact that was packed under other match fields';

CREATE FUNCTION dropcontact.contact_points(packed bytea, parameters bytea) RETURNS bigint[]
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 50 AS 'MODULE_PATHNAME', 'contact_points';
COMMENT ON FUNCTION dropcontact.contact_points(bytea, bytea) IS 'Hashes of the mailboxes and numbers of a packed contact that has a last name: what shared_by_persons() is grouped by. Errors: as packed_values()';

CREATE FUNCTION dropcontact.shared_by_persons_add(internal, packed bytea, parameters bytea) RETURNS internal
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 50 AS 'MODULE_PATHNAME', 'shared_by_persons_add';
COMMENT ON FUNCTION dropcontact.shared_by_persons_add(internal, bytea, bytea) IS 'Inner part of shared_by_persons(): adds a contact';
CREATE FUNCTION dropcontact.shared_by_persons_end(internal) RETURNS boolean
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 50 AS 'MODULE_PATHNAME', 'shared_by_persons_end';
COMMENT ON FUNCTION dropcontact.shared_by_persons_end(internal) IS 'Inner part of shared_by_persons(): the answer';
CREATE AGGREGATE dropcontact.shared_by_persons(packed bytea, parameters bytea) (
	SFUNC = dropcontact.shared_by_persons_add, STYPE = internal, SSPACE = 512, FINALFUNC = dropcontact.shared_by_persons_end, PARALLEL = SAFE
);
COMMENT ON AGGREGATE dropcontact.shared_by_persons(bytea, bytea) IS 'Whether persons of three unlike names have the same mailbox or number, so that it is an organisation''s: of the packed contacts that have it (GROUP BY contact point). Errors: as packed_values(); null_value_not_allowed';

CREATE FUNCTION dropcontact.weigh_contact(packed bytea, parameters bytea, value_hashes bigint[], frequencies float8[], shared boolean[]) RETURNS bytea
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 200 AS 'MODULE_PATHNAME', 'weigh_contact';
COMMENT ON FUNCTION dropcontact.weigh_contact(bytea, bytea, bigint[], float8[], boolean[]) IS 'A packed contact that knows how rare its values are, and which of them persons share: hashes with their frequency, 0 to 1, and whether they are shared; values that are not named are rare. NULL or empty arrays for none. Its keys may change. Errors: as packed_values(); null_value_not_allowed';

CREATE FUNCTION dropcontact.blocking_keys(packed bytea) RETURNS bigint[]
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'blocking_keys';
COMMENT ON FUNCTION dropcontact.blocking_keys(bytea) IS 'The keys of a packed contact: contacts that share one are compared. Errors: invalid_binary_representation';

CREATE FUNCTION dropcontact.largest_block(key bigint) RETURNS integer
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'largest_block';
COMMENT ON FUNCTION dropcontact.largest_block(bigint) IS 'How many contacts the block of a key may have to be compared as a whole; in a larger one contacts are compared with their neighbours in the order of names';

-- The cost of comparing stands with the contacts that are added: how many blocks there are the planner cannot tell.
CREATE FUNCTION dropcontact.score_block_add(internal, key bigint, packed bytea, parameters bytea, large_keys bigint[]) RETURNS internal
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'score_block_add';
COMMENT ON FUNCTION dropcontact.score_block_add(internal, bigint, bytea, bytea, bigint[]) IS 'Inner part of score_block(): adds a contact';
CREATE FUNCTION dropcontact.score_block_end(internal) RETURNS bytea
	LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'score_block_end';
COMMENT ON FUNCTION dropcontact.score_block_end(internal) IS 'Inner part of score_block(): compares the contacts';
CREATE AGGREGATE dropcontact.score_block(key bigint, packed bytea, parameters bytea, large_keys bigint[]) (
	SFUNC = dropcontact.score_block_add, STYPE = internal, SSPACE = 1024, FINALFUNC = dropcontact.score_block_end, PARALLEL = SAFE
);
COMMENT ON AGGREGATE dropcontact.score_block(bigint, bytea, bytea, bigint[]) IS 'Compares the contacts of one key (GROUP BY key) and answers the pairs that reach review_threshold, for block_edges(); NULL for none. large_keys are the keys of more contacts than largest_block(key): with them each pair is scored in one of the blocks that it is in; with NULL in each of them, with the same result. Errors: invalid_binary_representation; invalid_parameter_value for contacts of another key or packed under other match fields; null_value_not_allowed. Source: Fellegi and Sunter 1969';

CREATE FUNCTION dropcontact.block_edges(edges bytea, OUT a_contact_id bigint, OUT b_contact_id bigint, OUT weight real) RETURNS SETOF record
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE ROWS 10 AS 'MODULE_PATHNAME', 'block_edges';
COMMENT ON FUNCTION dropcontact.block_edges(bytea) IS 'The edges that score_block() has found: two contacts, the smaller id first, and the weight of the evidence in bits; the probability is 1 / (1 + 2 ^ -weight). Errors: invalid_binary_representation';

CREATE FUNCTION dropcontact.cluster_edges_add(internal, a bytea, b bytea, weight real, parameters bytea) RETURNS internal
	LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'cluster_edges_add';
COMMENT ON FUNCTION dropcontact.cluster_edges_add(internal, bytea, bytea, real, bytea) IS 'Inner part of cluster_edges(): adds an edge';
CREATE FUNCTION dropcontact.cluster_edges_end(internal) RETURNS bytea
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME', 'cluster_edges_end';
COMMENT ON FUNCTION dropcontact.cluster_edges_end(internal) IS 'Inner part of cluster_edges(): joins the contacts';
CREATE AGGREGATE dropcontact.cluster_edges(a bytea, b bytea, weight real, parameters bytea) (
	SFUNC = dropcontact.cluster_edges_add, STYPE = internal, SSPACE = 65536, FINALFUNC = dropcontact.cluster_edges_end, PARALLEL = SAFE
);
COMMENT ON AGGREGATE dropcontact.cluster_edges(bytea, bytea, real, bytea) IS 'Turns edges between packed contacts into clusters, for cluster_members(), as dedupe() does. A pair that a person confirmed is an edge of weight Infinity, a rejected one of -Infinity. Edges of contacts that no rule may join are left out by the caller. All edges at once, or those of each connected component by itself. Errors: invalid_binary_representation, invalid_parameter_value, null_value_not_allowed';

CREATE FUNCTION dropcontact.cluster_members(clusters bytea, OUT contact_id bigint, OUT cluster_id bigint, OUT link_probability float8) RETURNS SETOF record
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE ROWS 10000 AS 'MODULE_PATHNAME', 'cluster_members';
COMMENT ON FUNCTION dropcontact.cluster_members(bytea) IS 'The contacts of the clusters that cluster_edges() has made, each with its cluster, named by its smallest contact, and the probability of the pair by which it joined; a contact that is in none is alone. Errors: invalid_binary_representation';

CREATE FUNCTION dropcontact.packed_probability(a bytea, b bytea, parameters bytea) RETURNS float8
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'packed_probability';
COMMENT ON FUNCTION dropcontact.packed_probability(bytea, bytea, bytea) IS 'Probability, 0 to 1, that two packed contacts are one. Errors: as packed_values()';

CREATE FUNCTION dropcontact.packed_evidence(a bytea, b bytea, parameters bytea) RETURNS jsonb
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 200 AS 'MODULE_PATHNAME', 'packed_evidence';
COMMENT ON FUNCTION dropcontact.packed_evidence(bytea, bytea, bytea) IS 'The evidence for two packed contacts being one, as in review_queue: array of {field, level, a, b, weight}, the prior first; the weights, in bits, add up to the log odds of the probability. Errors: as packed_values()';

CREATE FUNCTION dropcontact.create_work_tables(schema name, partitioned boolean DEFAULT false) RETURNS void
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	by_contact text := CASE WHEN partitioned THEN 'PARTITION BY HASH (contact_id)' ELSE '' END;
	by_key text := CASE WHEN partitioned THEN 'PARTITION BY HASH (key)' ELSE '' END;
	relation text;
BEGIN
	IF schema IS NULL OR partitioned IS NULL OR schema = 'dropcontact' THEN
		RAISE EXCEPTION 'work tables need a schema of their own' USING ERRCODE = 'invalid_parameter_value';
	END IF;
	IF NOT EXISTS (SELECT FROM pg_namespace n WHERE n.nspname = schema) THEN
		EXECUTE format('CREATE SCHEMA %I', schema);
	END IF;
	EXECUTE format('CREATE TABLE %I.parameter (parameters bytea NOT NULL, large_keys bigint[])', schema);
	EXECUTE format('CREATE TABLE %I.contact (contact_id bigint NOT NULL, packed bytea NOT NULL) %s', schema, by_contact);
	EXECUTE format('CREATE TABLE %I.weighed (contact_id bigint NOT NULL, packed bytea NOT NULL) %s', schema, by_contact);
	EXECUTE format('CREATE TABLE %I.value (value_hash bigint NOT NULL, frequency float8 NOT NULL, shared boolean NOT NULL)', schema);
	EXECUTE format('CREATE TABLE %I.block (key bigint NOT NULL, packed bytea NOT NULL) %s', schema, by_key);
	EXECUTE format('CREATE TABLE %I.edge (a_contact_id bigint NOT NULL, b_contact_id bigint NOT NULL, weight real NOT NULL)', schema);
	EXECUTE format('CREATE TABLE %I.cluster (contact_id bigint PRIMARY KEY, cluster_id bigint NOT NULL, link_probability float8 NOT NULL)', schema);
	FOREACH relation IN ARRAY ARRAY['contact', 'weighed', 'block'] LOOP
		/* the planner needs no samples of values of persons */
		EXECUTE format('ALTER TABLE %I.%I ALTER packed SET STATISTICS 0', schema, relation);
		EXECUTE format($c$COMMENT ON TABLE %I.%I IS 'Packed contacts: personal data, to be dropped after the run by dropcontact.drop_work_tables()'$c$, schema, relation);
	END LOOP;
END
$$;
COMMENT ON FUNCTION dropcontact.create_work_tables(name, boolean) IS 'Creates, in a schema that is made if absent, the tables that the steps of doc/scale_out.md fill: parameter, contact, weighed, value, block, edge, cluster. They belong to the caller and not to the extension, so that they can be distributed. partitioned: contact and weighed (by contact_id) and block (by key) are partitioned by hash and wait for their partitions. Errors: invalid_parameter_value, duplicate_table';

CREATE FUNCTION dropcontact.drop_work_tables(schema name) RETURNS void
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	relation text;
BEGIN
	IF schema IS NULL OR schema = 'dropcontact' THEN
		RAISE EXCEPTION 'work tables need a schema of their own' USING ERRCODE = 'invalid_parameter_value';
	END IF;
	FOREACH relation IN ARRAY ARRAY['parameter', 'contact', 'weighed', 'value', 'block', 'edge', 'cluster'] LOOP
		IF to_regclass(format('%I.%I', schema, relation)) IS NOT NULL THEN
			EXECUTE format('DROP TABLE %I.%I', schema, relation);
		END IF;
	END LOOP;
END
$$;
COMMENT ON FUNCTION dropcontact.drop_work_tables(name) IS 'Drops the tables that create_work_tables() made, partitions included; the schema stays. Errors: invalid_parameter_value';

REVOKE ALL ON FUNCTION dropcontact.matching_parameters(bigint), dropcontact.create_work_tables(name, boolean), dropcontact.drop_work_tables(name) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dropcontact.matching_parameters(bigint), dropcontact.create_work_tables(name, boolean), dropcontact.drop_work_tables(name)
	TO dropcontact_admin, dropcontact_operator;
