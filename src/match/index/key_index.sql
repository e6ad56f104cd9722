/* key_index.sql: the keys of all contacts as the last runs left them, so that what changed is matched without reading the rest */

/*
 * All of it is derived, and therefore not logged: after a crash, on a standby and in a restored database it is
 * empty, and the next run matches everything and makes it anew.
 */
CREATE UNLOGGED TABLE dropcontact.match_index_state (
	controller_id integer PRIMARY KEY REFERENCES dropcontact.controller,
	signature bigint NOT NULL,
	checksum bigint NOT NULL,
	contacts bigint NOT NULL,
	persons bigint NOT NULL,
	indexed bigint NOT NULL,
	last_contact bigint NOT NULL,
	runs integer NOT NULL
);
COMMENT ON TABLE dropcontact.match_index_state IS 'What the index of keys stands for; without a row, matching works on all contacts';
COMMENT ON COLUMN dropcontact.match_index_state.controller_id IS 'Whose contacts';
COMMENT ON COLUMN dropcontact.match_index_state.signature IS 'Hash of model, thresholds, match fields, own words and version: another one needs a run over everything';
COMMENT ON COLUMN dropcontact.match_index_state.checksum IS 'Of the pages, so that a run that would write the same writes nothing';
COMMENT ON COLUMN dropcontact.match_index_state.contacts IS 'How many contacts are known to it now';
COMMENT ON COLUMN dropcontact.match_index_state.persons IS 'How many of them are persons';
COMMENT ON COLUMN dropcontact.match_index_state.indexed IS 'How many contacts its pages were written for';
COMMENT ON COLUMN dropcontact.match_index_state.last_contact IS 'The greatest contact_id known to it';
COMMENT ON COLUMN dropcontact.match_index_state.runs IS 'So many runs over changes have pages of their own';

CREATE UNLOGGED TABLE dropcontact.match_index (
	controller_id integer NOT NULL,
	run integer NOT NULL,
	page integer NOT NULL,
	first_key bigint NOT NULL,
	first_place bigint NOT NULL,
	first_contact bigint NOT NULL,
	entries bytea NOT NULL,
	CONSTRAINT match_index_page PRIMARY KEY (controller_id, run, page)
);
ALTER TABLE dropcontact.match_index ALTER COLUMN entries SET STORAGE PLAIN;
CREATE INDEX match_index_first ON dropcontact.match_index (controller_id, run, first_key, first_place, first_contact);
COMMENT ON TABLE dropcontact.match_index IS 'The keys of contacts, sorted, a page a row; see key_index.h';
COMMENT ON COLUMN dropcontact.match_index.controller_id IS 'Whose contacts';
COMMENT ON COLUMN dropcontact.match_index.run IS '0: of all contacts, by dedupe(); from 1 on: of those that a later run found changed';
COMMENT ON COLUMN dropcontact.match_index.page IS 'Ascending with the keys';
COMMENT ON COLUMN dropcontact.match_index.first_key IS 'Key of the first entry, its highest bit flipped for the order of bigint';
COMMENT ON COLUMN dropcontact.match_index.first_place IS 'Its place within the block of its key, likewise; the least where the page has no places of the block';
COMMENT ON COLUMN dropcontact.match_index.first_contact IS 'Its contact, likewise';
COMMENT ON COLUMN dropcontact.match_index.entries IS 'Blocks of a key each, packed: distance from the key before, contacts, and of larger blocks the place of each; see key_page.h';

CREATE UNLOGGED TABLE dropcontact.match_keys_of (
	controller_id integer NOT NULL,
	first_contact bigint NOT NULL,
	entries bytea NOT NULL,
	CONSTRAINT match_keys_of_first PRIMARY KEY (controller_id, first_contact)
);
ALTER TABLE dropcontact.match_keys_of ALTER COLUMN entries SET STORAGE PLAIN;
COMMENT ON TABLE dropcontact.match_keys_of IS 'The keys of each contact as the pages of match_index have them, many contacts a row; see key_index.h';
COMMENT ON COLUMN dropcontact.match_keys_of.controller_id IS 'Whose contacts';
COMMENT ON COLUMN dropcontact.match_keys_of.first_contact IS 'The first contact of the row';
COMMENT ON COLUMN dropcontact.match_keys_of.entries IS 'For each contact: contact_id, fingerprint, place, number of keys, keys; 8 bytes each';

CREATE UNLOGGED TABLE dropcontact.match_changed (
	controller_id integer NOT NULL,
	contact_id bigint NOT NULL,
	run integer NOT NULL,
	entry bytea NOT NULL,
	CONSTRAINT match_changed_contact PRIMARY KEY (controller_id, contact_id)
);
ALTER TABLE dropcontact.match_changed ALTER COLUMN entry SET STORAGE PLAIN;
COMMENT ON TABLE dropcontact.match_changed IS 'Contacts matched since dedupe() wrote the pages of match_index: these say nothing true of them any more';
COMMENT ON COLUMN dropcontact.match_changed.controller_id IS 'Whose contacts';
COMMENT ON COLUMN dropcontact.match_changed.contact_id IS 'The contact';
COMMENT ON COLUMN dropcontact.match_changed.run IS 'Whose pages of match_index have its keys; 0: they are in match_delta';
COMMENT ON COLUMN dropcontact.match_changed.entry IS 'As in match_keys_of; empty when the contact is gone';

CREATE UNLOGGED TABLE dropcontact.match_delta (
	controller_id integer NOT NULL,
	key bigint NOT NULL,
	place bigint NOT NULL,
	contact_id bigint NOT NULL,
	CONSTRAINT match_delta_key PRIMARY KEY (controller_id, key, place, contact_id)
);
COMMENT ON TABLE dropcontact.match_delta IS 'The keys of contacts of match_changed, where few changed at once: an entry a row';
COMMENT ON COLUMN dropcontact.match_delta.controller_id IS 'Whose contacts';
COMMENT ON COLUMN dropcontact.match_delta.key IS 'The key, its highest bit flipped';
COMMENT ON COLUMN dropcontact.match_delta.place IS 'The place of the contact in the block of the key, likewise';
COMMENT ON COLUMN dropcontact.match_delta.contact_id IS 'The contact';

CREATE UNLOGGED TABLE dropcontact.match_updated (
	controller_id integer NOT NULL,
	first_contact bigint NOT NULL,
	last_contact bigint NOT NULL
);
CREATE INDEX ON dropcontact.match_updated (controller_id);
COMMENT ON TABLE dropcontact.match_updated IS 'Contacts updated since the last run, from the first to the last: the index of keys does not know yet what they are now; for find_matches()';
COMMENT ON COLUMN dropcontact.match_updated.controller_id IS 'Whose contacts';
COMMENT ON COLUMN dropcontact.match_updated.first_contact IS 'The first contact; others in between may not have been updated';
COMMENT ON COLUMN dropcontact.match_updated.last_contact IS 'The last contact';

CREATE TABLE dropcontact.match_touched (
	controller_id integer NOT NULL REFERENCES dropcontact.controller,
	contact_id bigint,
	entity_id bigint
);
CREATE INDEX ON dropcontact.match_touched (controller_id);
COMMENT ON TABLE dropcontact.match_touched IS 'What the next match_pending() looks at again though no contact changed: contacts that were decided about or restricted, entities that lost a member';
COMMENT ON COLUMN dropcontact.match_touched.controller_id IS 'Whose contacts';
COMMENT ON COLUMN dropcontact.match_touched.contact_id IS 'A contact, or';
COMMENT ON COLUMN dropcontact.match_touched.entity_id IS 'all members of an entity';

DO $$
DECLARE
	t text;
BEGIN
	FOREACH t IN ARRAY ARRAY['match_index_state', 'match_index', 'match_keys_of', 'match_changed', 'match_delta', 'match_updated', 'match_touched'] LOOP
		EXECUTE pg_catalog.format('ALTER TABLE dropcontact.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', t);
		EXECUTE pg_catalog.format('CREATE POLICY own ON dropcontact.%I USING (controller_id = ANY ((SELECT dropcontact.visible_controllers())::integer[]))', t);
		EXECUTE pg_catalog.format('GRANT SELECT, INSERT, UPDATE, DELETE ON dropcontact.%I TO dropcontact_admin, dropcontact_operator', t);
		/* what is derived is not dumped */
		PERFORM pg_catalog.pg_extension_config_dump(pg_catalog.format('dropcontact.%I', t)::regclass, CASE t WHEN 'match_touched' THEN '' ELSE 'WHERE false' END);
	END LOOP;
END
$$;
GRANT SELECT ON dropcontact.match_updated TO dropcontact_controller;

CREATE FUNCTION dropcontact.touch_decided() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
BEGIN
	IF TG_OP <> 'DELETE' THEN
		INSERT INTO dropcontact.match_touched (controller_id, contact_id) VALUES (NEW.controller_id, NEW.a_contact_id), (NEW.controller_id, NEW.b_contact_id);
	ELSE
		INSERT INTO dropcontact.match_touched (controller_id, contact_id) VALUES (OLD.controller_id, OLD.a_contact_id), (OLD.controller_id, OLD.b_contact_id);
	END IF;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION dropcontact.touch_decided() IS 'Row trigger of match_decision: match_pending() looks at the two contacts again';
CREATE TRIGGER touch AFTER INSERT OR UPDATE OR DELETE ON dropcontact.match_decision
	FOR EACH ROW EXECUTE FUNCTION dropcontact.touch_decided();
REVOKE ALL ON FUNCTION dropcontact.touch_decided() FROM PUBLIC;

CREATE FUNCTION dropcontact.store_shared(controller integer, shared bigint[], not_shared bigint[]) RETURNS void
	LANGUAGE sql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
	UPDATE dropcontact.match_value v SET shared = false WHERE v.controller_id = controller AND v.value_hash = ANY (not_shared);
	/* one that was not common when frequencies were counted has the frequency of those that were not */
	INSERT INTO dropcontact.match_value (controller_id, value_hash, frequency, shared)
	SELECT controller, h, 1 / t.contacts, true FROM unnest(store_shared.shared) h, dropcontact.match_training t WHERE t.controller_id = controller
	ON CONFLICT ON CONSTRAINT match_value_pkey DO UPDATE SET shared = true;
	UPDATE dropcontact.match_training t SET revision = DEFAULT WHERE t.controller_id = controller;
	$$;
COMMENT ON FUNCTION dropcontact.store_shared(integer, bigint[], bigint[]) IS 'Inner part of match_pending(): values, by hash, that several persons use since the last run, and those that they no longer do';

REVOKE ALL ON FUNCTION dropcontact.store_shared(integer, bigint[], bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dropcontact.store_shared(integer, bigint[], bigint[]) TO dropcontact_admin, dropcontact_operator;
