/*
 * tombstone.sql: the keyed marks by which a person who was erased is recognised and kept out
 *
 * A tombstone is pseudonymous, not anonymous: it exists so that the erasure lasts (GDPR articles 17 and 24), under a key
 * of its own, and goes with the controller's data at the end of the service.
 */

CREATE TABLE dropcontact.tombstone_key (
	controller_id integer PRIMARY KEY REFERENCES dropcontact.controller,
	salt bytea NOT NULL CHECK (pg_catalog.octet_length(salt) = 32),
	made_at timestamptz NOT NULL DEFAULT pg_catalog.now()
);
COMMENT ON TABLE dropcontact.tombstone_key IS 'Key of the tombstones of each controller. With setting dropcontact.tombstone_key_file it is only one half: the other lies in that file, outside the database and its dumps';

CREATE TABLE dropcontact.tombstone (
	controller_id integer NOT NULL REFERENCES dropcontact.controller,
	token bytea NOT NULL CHECK (pg_catalog.octet_length(token) = 24),
	request_id uuid,
	made_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	PRIMARY KEY (controller_id, token)
);
COMMENT ON TABLE dropcontact.tombstone IS 'What identifies persons who were erased, unreadable without the key: a mailbox, a profile, the record in its source, the name with number, company or shared mailbox. Whoever writes contacts is checked against it, on every path';
COMMENT ON COLUMN dropcontact.tombstone.token IS 'Two marks of 32 bits by SipHash-2-4, of the first text and of the whole, which spare computing the rest for most contacts; then HMAC-SHA-256, cut to 128 bits. Both keys come from tombstone_key';
COMMENT ON COLUMN dropcontact.tombstone.request_id IS 'The request that erased the person; NULL for the token of the empty value, which proves the key';

CREATE TABLE dropcontact.erased_value (
	controller_id integer NOT NULL REFERENCES dropcontact.controller,
	request_id uuid NOT NULL,
	token bytea NOT NULL CHECK (pg_catalog.octet_length(token) = 24),
	PRIMARY KEY (controller_id, request_id, token)
);
COMMENT ON TABLE dropcontact.erased_value IS 'HMAC of each value that was erased, by which erasure_gaps() looks for it';

CREATE FUNCTION dropcontact.tombstone_tokens(controller integer, contact dropcontact.contact) RETURNS bytea[]
	LANGUAGE c STABLE STRICT AS 'MODULE_PATHNAME', 'tombstone_tokens';
COMMENT ON FUNCTION dropcontact.tombstone_tokens(integer, dropcontact.contact) IS 'The tokens by which the person of a contact would be recognised; for the owner only. Errors: config_file_error when the key cannot be read';
CREATE FUNCTION dropcontact.value_token(controller integer, value text) RETURNS bytea
	LANGUAGE c STABLE STRICT AS 'MODULE_PATHNAME', 'value_token';
COMMENT ON FUNCTION dropcontact.value_token(integer, text) IS 'Token of a value in lower case, as erased_value has it; for the owner only';
CREATE FUNCTION dropcontact.value_mark(controller integer, value text) RETURNS integer
	LANGUAGE c STABLE STRICT AS 'MODULE_PATHNAME', 'value_mark';
COMMENT ON FUNCTION dropcontact.value_mark(integer, text) IS 'The mark that the token of a value begins with, thirty times quicker to compute: another mark, another value; for the owner only';
CREATE FUNCTION dropcontact.token_mark(token bytea) RETURNS integer
	LANGUAGE c IMMUTABLE STRICT AS 'MODULE_PATHNAME', 'token_mark';
COMMENT ON FUNCTION dropcontact.token_mark(bytea) IS 'The mark that a token begins with; for the owner only. Errors: invalid_parameter_value';
CREATE FUNCTION dropcontact.is_erased(controller integer, contact dropcontact.contact) RETURNS boolean
	LANGUAGE c STABLE STRICT COST 1000 AS 'MODULE_PATHNAME', 'is_erased';
COMMENT ON FUNCTION dropcontact.is_erased(integer, dropcontact.contact) IS 'Whether a contact is one of a person who was erased, as it would be asked if it came in now; for the owner only. Errors: config_file_error when the key cannot be read';
CREATE FUNCTION dropcontact.tombstones_changed() RETURNS trigger
	LANGUAGE c AS 'MODULE_PATHNAME', 'tombstones_changed';
COMMENT ON FUNCTION dropcontact.tombstones_changed() IS 'Statement trigger of tombstone and tombstone_key: makes all sessions read them again';

CREATE FUNCTION dropcontact.make_tombstone_key(controller integer) RETURNS void
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
BEGIN
	INSERT INTO tombstone_key (controller_id, salt) VALUES (controller, sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())))
	ON CONFLICT DO NOTHING;
	IF FOUND THEN
		INSERT INTO tombstone (controller_id, token) VALUES (controller, value_token(controller, ''));
	END IF;
END
$$;
COMMENT ON FUNCTION dropcontact.make_tombstone_key(integer) IS 'Makes the key of a controller''s tombstones unless it is there; for the owner only';

DO $$
DECLARE
	t text;
BEGIN
	FOREACH t IN ARRAY ARRAY['tombstone_key', 'tombstone', 'erased_value'] LOOP
		EXECUTE pg_catalog.format('ALTER TABLE dropcontact.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', t);
		EXECUTE pg_catalog.format('CREATE POLICY own ON dropcontact.%I USING (controller_id = ANY ((SELECT dropcontact.visible_controllers())::integer[]))', t);
		PERFORM pg_catalog.pg_extension_config_dump(pg_catalog.format('dropcontact.%I', t), '');
	END LOOP;
	FOREACH t IN ARRAY ARRAY['tombstone_key', 'tombstone'] LOOP
		EXECUTE pg_catalog.format('CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON dropcontact.%I FOR EACH STATEMENT EXECUTE FUNCTION dropcontact.tombstones_changed()', t);
		EXECUTE pg_catalog.format('ALTER TABLE dropcontact.%I ENABLE ALWAYS TRIGGER changed', t);
	END LOOP;
END
$$;
REVOKE ALL ON FUNCTION dropcontact.tombstone_tokens(integer, dropcontact.contact), dropcontact.value_token(integer, text), dropcontact.value_mark(integer, text), dropcontact.token_mark(bytea),
	dropcontact.is_erased(integer, dropcontact.contact), dropcontact.tombstones_changed(), dropcontact.make_tombstone_key(integer) FROM PUBLIC;
