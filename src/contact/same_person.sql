/*
 * same_person.sql: contacts by mailbox, profile and name, for requests of persons among a million of contacts
 *
 * A B-tree would cost every load; a BRIN index of Bloom filters costs when VACUUM, or a request, summarises new pages.
 * The operators are not leakproof, so that row-level security lets the owner alone search by them: what an index finds
 * among the contacts of all controllers, before a policy hides it, would show in the time of a statement.
 */

CREATE FUNCTION dropcontact.same_mailbox(a text, b text) RETURNS boolean
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20 AS 'MODULE_PATHNAME', 'same_mailbox';
COMMENT ON FUNCTION dropcontact.same_mailbox(text, text) IS 'Whether two addresses reach one mailbox: their email_key() is the same. Operator =@';
CREATE FUNCTION dropcontact.any_same_mailbox(list text[], address text) RETURNS boolean
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20 AS 'MODULE_PATHNAME', 'any_same_mailbox';
COMMENT ON FUNCTION dropcontact.any_same_mailbox(text[], text) IS 'Whether an address of a list reaches the same mailbox as another address. Operator =@';
CREATE OPERATOR dropcontact.=@ (FUNCTION = dropcontact.same_mailbox, LEFTARG = text, RIGHTARG = text, COMMUTATOR = OPERATOR(dropcontact.=@), RESTRICT = eqsel);
COMMENT ON OPERATOR dropcontact.=@ (text, text) IS 'The addresses reach one mailbox';
CREATE OPERATOR dropcontact.=@ (FUNCTION = dropcontact.any_same_mailbox, LEFTARG = text[], RIGHTARG = text);
COMMENT ON OPERATOR dropcontact.=@ (text[], text) IS 'An address of the list reaches the same mailbox as the address';

CREATE FUNCTION dropcontact.same_name(a text, b text) RETURNS boolean
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'same_name';
COMMENT ON FUNCTION dropcontact.same_name(text, text) IS 'Whether two names have the same words, folded as by name_key(), in whichever order: LAST First is First Last. Müller is Mueller and Muller. Operator =%';
CREATE OPERATOR dropcontact.=% (FUNCTION = dropcontact.same_name, LEFTARG = text, RIGHTARG = text, COMMUTATOR = OPERATOR(dropcontact.=%), RESTRICT = eqsel);
COMMENT ON OPERATOR dropcontact.=% (text, text) IS 'The names have the same words, in whichever order';

CREATE FUNCTION dropcontact.same_profile(a text, b text) RETURNS boolean
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'texteq';
COMMENT ON FUNCTION dropcontact.same_profile(text, text) IS 'Whether two profiles, as normalize_linkedin() writes them, are the same. Operator =#';
CREATE OPERATOR dropcontact.=# (FUNCTION = dropcontact.same_profile, LEFTARG = text, RIGHTARG = text, COMMUTATOR = OPERATOR(dropcontact.=#), RESTRICT = eqsel);
COMMENT ON OPERATOR dropcontact.=# (text, text) IS 'The profiles are the same';

CREATE FUNCTION dropcontact.mailbox_hash(address text) RETURNS integer
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF COST 10 AS 'MODULE_PATHNAME', 'mailbox_hash';
COMMENT ON FUNCTION dropcontact.mailbox_hash(text) IS 'A hash of email_key(), for the operator classes of =@';
CREATE FUNCTION dropcontact.name_hash(name text) RETURNS integer
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF COST 10 AS 'MODULE_PATHNAME', 'name_hash';
COMMENT ON FUNCTION dropcontact.name_hash(text) IS 'A hash of the words of a name, for the operator class of =%';
CREATE FUNCTION dropcontact.profile_hash(profile text) RETURNS integer
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF COST 10 AS 'MODULE_PATHNAME', 'profile_hash';
COMMENT ON FUNCTION dropcontact.profile_hash(text) IS 'A hash of a profile, for the operator class of =#';
CREATE FUNCTION dropcontact.mailboxes_bloom_add(internal, internal, internal, internal) RETURNS boolean
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'mailboxes_bloom_add';
COMMENT ON FUNCTION dropcontact.mailboxes_bloom_add(internal, internal, internal, internal) IS 'Support function of mailboxes_bloom_ops: adds each address of a list to a Bloom filter';

CREATE OPERATOR CLASS dropcontact.mailbox_bloom_ops FOR TYPE text USING brin AS
	OPERATOR 1 dropcontact.=@ (text, text),
	FUNCTION 1 pg_catalog.brin_bloom_opcinfo(internal),
	FUNCTION 2 pg_catalog.brin_bloom_add_value(internal, internal, internal, internal),
	FUNCTION 3 pg_catalog.brin_bloom_consistent(internal, internal, internal, integer),
	FUNCTION 4 pg_catalog.brin_bloom_union(internal, internal, internal),
	FUNCTION 5 pg_catalog.brin_bloom_options(internal),
	FUNCTION 11 dropcontact.mailbox_hash(text);
COMMENT ON OPERATOR CLASS dropcontact.mailbox_bloom_ops USING brin IS 'Bloom filters of the mailboxes of a column, for =@';
CREATE OPERATOR CLASS dropcontact.profile_bloom_ops FOR TYPE text USING brin AS
	OPERATOR 1 dropcontact.=# (text, text),
	FUNCTION 1 pg_catalog.brin_bloom_opcinfo(internal),
	FUNCTION 2 pg_catalog.brin_bloom_add_value(internal, internal, internal, internal),
	FUNCTION 3 pg_catalog.brin_bloom_consistent(internal, internal, internal, integer),
	FUNCTION 4 pg_catalog.brin_bloom_union(internal, internal, internal),
	FUNCTION 5 pg_catalog.brin_bloom_options(internal),
	FUNCTION 11 dropcontact.profile_hash(text);
COMMENT ON OPERATOR CLASS dropcontact.profile_bloom_ops USING brin IS 'Bloom filters of the profiles of a column, for =#';
CREATE OPERATOR CLASS dropcontact.mailboxes_bloom_ops FOR TYPE text[] USING brin AS
	OPERATOR 1 dropcontact.=@ (text[], text),
	FUNCTION 1 pg_catalog.brin_bloom_opcinfo(internal),
	FUNCTION 2 dropcontact.mailboxes_bloom_add(internal, internal, internal, internal),
	FUNCTION 3 pg_catalog.brin_bloom_consistent(internal, internal, internal, integer),
	FUNCTION 4 pg_catalog.brin_bloom_union(internal, internal, internal),
	FUNCTION 5 pg_catalog.brin_bloom_options(internal),
	FUNCTION 11 dropcontact.mailbox_hash(text);
COMMENT ON OPERATOR CLASS dropcontact.mailboxes_bloom_ops USING brin IS 'Bloom filters of the mailboxes of a column of lists, for =@';
CREATE OPERATOR CLASS dropcontact.name_bloom_ops FOR TYPE text USING brin AS
	OPERATOR 1 dropcontact.=% (text, text),
	FUNCTION 1 pg_catalog.brin_bloom_opcinfo(internal),
	FUNCTION 2 pg_catalog.brin_bloom_add_value(internal, internal, internal, internal),
	FUNCTION 3 pg_catalog.brin_bloom_consistent(internal, internal, internal, integer),
	FUNCTION 4 pg_catalog.brin_bloom_union(internal, internal, internal),
	FUNCTION 5 pg_catalog.brin_bloom_options(internal),
	FUNCTION 11 dropcontact.name_hash(text);
COMMENT ON OPERATOR CLASS dropcontact.name_bloom_ops USING brin IS 'Bloom filters of the names of a column, for =%';
COMMENT ON OPERATOR FAMILY dropcontact.name_bloom_ops USING brin IS 'Bloom filters of the names of a column, for =%';
COMMENT ON OPERATOR FAMILY dropcontact.profile_bloom_ops USING brin IS 'Bloom filters of the profiles of a column, for =#';
COMMENT ON OPERATOR FAMILY dropcontact.mailbox_bloom_ops USING brin IS 'Bloom filters of the mailboxes of a column, for =@';
COMMENT ON OPERATOR FAMILY dropcontact.mailboxes_bloom_ops USING brin IS 'Bloom filters of the mailboxes of a column of lists, for =@';

/* 8 pages hold some 150 contacts; filters above 500 bytes would be compressed, again with every row that comes into a range */
CREATE INDEX contact_reach ON dropcontact.contact USING brin (
	email dropcontact.mailbox_bloom_ops (false_positive_rate = 0.001),
	other_emails dropcontact.mailboxes_bloom_ops (false_positive_rate = 0.001)) WITH (pages_per_range = 8);
COMMENT ON INDEX dropcontact.contact_reach IS 'Finds contacts by mailbox for the requests of persons; VACUUM and requests summarise new pages, a load does not';

/* one of its own: the filters of a range would be read for nothing when somebody gives a mailbox */
CREATE INDEX contact_known ON dropcontact.contact USING brin (
	linkedin dropcontact.profile_bloom_ops (false_positive_rate = 0.001),
	full_name dropcontact.name_bloom_ops (false_positive_rate = 0.001)) WITH (pages_per_range = 8);
COMMENT ON INDEX dropcontact.contact_known IS 'Finds contacts by profile and name for the requests of persons; VACUUM and requests summarise new pages, a load does not';

CREATE FUNCTION dropcontact.summarise_contacts(index regclass) RETURNS void
	LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'summarise_contacts';
COMMENT ON FUNCTION dropcontact.summarise_contacts(regclass) IS 'Brings index contact_reach or contact_known up to date with what was loaded since VACUUM did: a second or two for a million new contacts, nothing when there are none; for the owner only';

REVOKE ALL ON FUNCTION dropcontact.mailbox_hash(text), dropcontact.name_hash(text), dropcontact.profile_hash(text), dropcontact.mailboxes_bloom_add(internal, internal, internal, internal), dropcontact.summarise_contacts(regclass) FROM PUBLIC;
