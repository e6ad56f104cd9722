/* attach.sql: keeps contacts in step with a table of the user */

CREATE TABLE dropcontact.attachment (
	relation regclass PRIMARY KEY,
	controller_id integer NOT NULL,
	source text NOT NULL,
	attached_by name NOT NULL DEFAULT SESSION_USER,
	attached_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	UNIQUE (controller_id, source),
	FOREIGN KEY (controller_id, source) REFERENCES dropcontact.source (controller_id, name)
);
COMMENT ON TABLE dropcontact.attachment IS 'Tables of users whose rows are carried into contact; made by attach_table(). View attached_table shows the columns too';
COMMENT ON COLUMN dropcontact.attachment.relation IS 'The table';
COMMENT ON COLUMN dropcontact.attachment.controller_id IS 'The controller of its contacts';
COMMENT ON COLUMN dropcontact.attachment.source IS 'Their source, which no other table and nobody else should write';
COMMENT ON COLUMN dropcontact.attachment.attached_by IS 'Who attached it';
COMMENT ON COLUMN dropcontact.attachment.attached_at IS 'When';
ALTER TABLE dropcontact.attachment ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON dropcontact.attachment
	USING (controller_id = ANY ((SELECT dropcontact.visible_controllers())::integer[]))
	WITH CHECK (controller_id = ANY ((SELECT dropcontact.visible_controllers())::integer[])
		AND EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = relation AND pg_catalog.pg_has_role(c.relowner, 'USAGE')));

CREATE VIEW dropcontact.attached_table WITH (security_invoker = true) AS
	SELECT a.relation, c.name AS controller, a.source, m.key, m.mapping
	FROM dropcontact.attachment a JOIN dropcontact.controller c USING (controller_id)
		LEFT JOIN LATERAL (
			SELECT pg_catalog.max(k.attname::text) FILTER (WHERE f.field = 'external_id') AS key,
				pg_catalog.jsonb_object_agg(f.field, k.attname) FILTER (WHERE f.field <> 'external_id') AS mapping
			FROM pg_catalog.pg_trigger g,
				-- arguments of a trigger are texts that end with a zero byte
				LATERAL pg_catalog.string_to_array(pg_catalog.regexp_replace(pg_catalog.encode(g.tgargs, 'hex'), '(..)', '\1 ', 'g'), '00 ') h(args),
				LATERAL pg_catalog.generate_series(1, g.tgnargs, 2) i,
				LATERAL (SELECT pg_catalog.convert_from(pg_catalog.decode(h.args[i + 1], 'hex'), 'UTF8') AS field,
					pg_catalog.convert_from(pg_catalog.decode(h.args[i], 'hex'), 'UTF8')::integer AS place) f
				JOIN pg_catalog.pg_attribute k ON true
			WHERE g.tgrelid = a.relation AND g.tgname = 'dropcontact_columns' AND k.attrelid = a.relation AND k.attnum = g.tgattr[f.place - 1]
		) m ON true;
COMMENT ON VIEW dropcontact.attached_table IS 'Attached tables, and which of their columns give which fields now, after columns were renamed too';
COMMENT ON COLUMN dropcontact.attached_table.relation IS 'The table';
COMMENT ON COLUMN dropcontact.attached_table.controller IS 'The controller of its contacts';
COMMENT ON COLUMN dropcontact.attached_table.source IS 'Their source';
COMMENT ON COLUMN dropcontact.attached_table.key IS 'The column that is their external_id';
COMMENT ON COLUMN dropcontact.attached_table.mapping IS 'Column by field of contact, or by attribute; NULL when a mapped column was dropped';

CREATE FUNCTION dropcontact.carry_rows() RETURNS trigger
	LANGUAGE c SECURITY DEFINER
	SET search_path = pg_catalog, dropcontact, pg_temp
	SET datestyle = 'ISO, YMD' SET timezone = 'UTC' SET intervalstyle = 'postgres' SET extra_float_digits = 1 SET bytea_output = 'hex'
	AS 'MODULE_PATHNAME', 'carry_rows';
COMMENT ON FUNCTION dropcontact.carry_rows() IS 'Triggers of attached tables: carry what a statement wrote into contact, with the rights of the extension''s owner, so that who writes the table needs none. Errors: object_not_in_prerequisite_state, not_null_violation';

CREATE FUNCTION dropcontact.load_table(relation regclass) RETURNS bigint
	LANGUAGE c STRICT
	SET search_path = pg_catalog, dropcontact, pg_temp
	SET datestyle = 'ISO, YMD' SET timezone = 'UTC' SET intervalstyle = 'postgres' SET extra_float_digits = 1 SET bytea_output = 'hex'
	AS 'MODULE_PATHNAME', 'load_table';
COMMENT ON FUNCTION dropcontact.load_table(regclass) IS 'Inner part of attach_table(): stores the rows that an attached table has, with the rights of the caller, and answers their number';

/* The checks of attach_table(), apart from those of the mapping. */
CREATE FUNCTION dropcontact.check_attachable(relation regclass, source text, key name, controller integer) RETURNS void
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
DECLARE
	r record;	/* of pg_class what everybody may read, also after totals_jobs() */
	key_column pg_attribute := (SELECT a FROM pg_attribute a WHERE a.attrelid = check_attachable.relation AND a.attname = check_attachable.key AND a.attnum > 0 AND NOT a.attisdropped);
	other regclass;
BEGIN
	SELECT c.relkind, c.relispartition, c.relpersistence, c.relnamespace, c.relowner INTO r FROM pg_class c WHERE c.oid = check_attachable.relation;
	IF r.relkind IS DISTINCT FROM 'r' OR r.relispartition OR r.relpersistence = 't' OR r.relnamespace IN ('pg_catalog'::regnamespace, 'dropcontact'::regnamespace)
		OR EXISTS (SELECT FROM pg_inherits i WHERE check_attachable.relation IN (i.inhparent, i.inhrelid)) THEN
		RAISE wrong_object_type USING
			MESSAGE = format('%s cannot be attached', check_attachable.relation),
			DETAIL = 'Only an ordinary table can be: no view, no foreign, temporary, partitioned or inherited table, no partition, no table of the system or of dropcontact.',
			HINT = 'Carry its rows with dropcontact.ingest().';
	END IF;
	IF NOT pg_has_role(r.relowner, 'USAGE') THEN
		RAISE insufficient_privilege USING
			MESSAGE = format('must be owner of table %s', check_attachable.relation),
			HINT = 'Attaching creates triggers on it.';
	END IF;
	IF row_security_active(check_attachable.relation) THEN
		RAISE object_not_in_prerequisite_state USING
			MESSAGE = format('row-level security would hide rows of table %s', check_attachable.relation),
			HINT = 'Attach it as a role that it does not apply to.';
	END IF;
	IF current_setting('transaction_isolation') <> 'read committed' THEN
		RAISE object_not_in_prerequisite_state USING
			MESSAGE = 'a table is attached at isolation level READ COMMITTED only',
			DETAIL = 'An older snapshot would miss rows.',
			HINT = 'BEGIN ISOLATION LEVEL READ COMMITTED, and attach it there.';
	END IF;
	IF NOT EXISTS (SELECT FROM dropcontact.source s WHERE s.controller_id = controller AND s.name = check_attachable.source) THEN
		RAISE undefined_object USING
			MESSAGE = format('source "%s" does not exist', check_attachable.source),
			HINT = 'Create it with dropcontact.create_source(name, ''table'').';
	END IF;
	other := (SELECT a.relation FROM dropcontact.attachment a JOIN pg_class c ON c.oid = a.relation	-- what was dropped counts no more
		WHERE a.controller_id = controller AND a.source = check_attachable.source AND a.relation <> check_attachable.relation);
	IF other IS NOT NULL THEN
		RAISE object_in_use USING
			MESSAGE = format('source "%s" belongs to attached table %s', check_attachable.source, other),
			HINT = 'Give each table a source of its own.';
	END IF;
	IF EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = check_attachable.relation AND t.tgfoid = 'dropcontact.carry_rows()'::regprocedure) THEN
		RAISE object_in_use USING
			MESSAGE = format('table %s is attached already', check_attachable.relation),
			HINT = 'Call dropcontact.detach_table() first.';
	END IF;
	IF key_column IS NULL THEN
		RAISE undefined_column USING
			MESSAGE = format('key column "%s" of table %s does not exist', check_attachable.key, check_attachable.relation),
			HINT = 'Name its primary key, or a column that is NOT NULL and has a unique index of its own.';
	END IF;
	IF NOT key_column.attnotnull OR NOT EXISTS (
		SELECT FROM pg_index i
		WHERE i.indrelid = check_attachable.relation AND i.indisunique AND i.indimmediate AND i.indisvalid AND i.indpred IS NULL
			AND i.indnkeyatts = 1 AND i.indkey[0] = key_column.attnum) THEN
		RAISE invalid_column_reference USING
			MESSAGE = format('key column "%s" of table %s is not unique and not null', check_attachable.key, check_attachable.relation),
			DETAIL = 'It becomes the external_id of contacts.',
			HINT = 'Name its primary key, or a column that is NOT NULL and has a unique index of its own.';
	END IF;
END
$$;
COMMENT ON FUNCTION dropcontact.check_attachable(regclass, text, name, integer) IS 'Inner part of attach_table(): its errors about table, source and key';

/* One pair of a mapping; answers the number of the column. */
CREATE FUNCTION dropcontact.check_mapped(relation regclass, field text, col text) RETURNS smallint
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
DECLARE
	a pg_attribute := (SELECT x FROM pg_attribute x WHERE x.attrelid = check_mapped.relation AND x.attname = check_mapped.col AND x.attnum > 0 AND NOT x.attisdropped);
	t pg_type;
	wanted text;
BEGIN
	IF check_mapped.field IN ('external_id', 'contact_id', 'controller_id', 'source', 'received', 'problems', 'cleaned_by', 'legal_form', 'email_qualification',
		'phone_kind', 'mobile_kind', 'gender', 'job_level', 'job_function', '') THEN
		RAISE invalid_parameter_value USING
			MESSAGE = format('mapping: field "%s" cannot be given', check_mapped.field),
			DETAIL = CASE check_mapped.field WHEN 'external_id' THEN 'The key column gives it.' ELSE 'It is no writable column of contact.' END;
	END IF;
	IF a IS NULL THEN
		RAISE undefined_column USING
			MESSAGE = format('mapping: column "%s" for field "%s" does not exist in table %s', check_mapped.col, check_mapped.field, check_mapped.relation),
			HINT = 'A mapping is {"field of contact, or name of an attribute": "column of the table"}.';
	END IF;
	t := (SELECT y FROM pg_type y WHERE y.oid = a.atttypid);
	WHILE t.typtype = 'd' LOOP
		t := (SELECT y FROM pg_type y WHERE y.oid = t.typbasetype);
	END LOOP;
	wanted := CASE
		WHEN check_mapped.field IN ('other_emails', 'other_phones') THEN CASE WHEN t.typcategory <> 'A' THEN 'must be an array' END
		WHEN check_mapped.field = 'attributes' THEN CASE WHEN t.oid NOT IN ('json'::regtype, 'jsonb'::regtype) THEN 'must be json or jsonb' END
		WHEN check_mapped.field IN ('received_at', 'updated_at') THEN CASE WHEN t.oid NOT IN ('timestamptz'::regtype, 'timestamp'::regtype, 'date'::regtype) THEN 'must be a timestamp or date' END
		WHEN EXISTS (SELECT FROM pg_attribute c WHERE c.attrelid = 'dropcontact.contact'::regclass AND c.attname = check_mapped.field) THEN CASE WHEN t.typcategory = 'A' THEN 'must not be an array' END
	END;
	IF wanted IS NOT NULL THEN
		RAISE datatype_mismatch USING
			MESSAGE = format('mapping: column "%s" for field "%s" is of type %s', check_mapped.col, check_mapped.field, format_type(a.atttypid, a.atttypmod)),
			DETAIL = format('It %s.', wanted);
	END IF;
	RETURN a.attnum;
END
$$;
COMMENT ON FUNCTION dropcontact.check_mapped(regclass, text, text) IS 'Inner part of attach_table(): checks that a column can give a field, and answers its number';

CREATE FUNCTION dropcontact.attach_table(relation regclass, source text, key name, mapping jsonb) RETURNS bigint
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	-- keys as carry_rows() writes them
	SET datestyle = 'ISO, YMD' SET timezone = 'UTC' SET intervalstyle = 'postgres' SET extra_float_digits = 1 SET bytea_output = 'hex'
	AS $$
DECLARE
	controller integer := dropcontact.current_controller();
	columns text[];
	arguments text;
	instruction bigint;
	loaded bigint;
	others bigint;
BEGIN
	IF relation IS NULL OR attach_table.source IS NULL OR key IS NULL OR mapping IS NULL THEN
		RAISE null_value_not_allowed USING
			MESSAGE = 'relation, source, key and mapping are needed',
			HINT = 'For example attach_table(''crm.person'', ''crm'', ''id'', ''{"email": "mail"}'').';
	END IF;
	PERFORM dropcontact.check_attachable(relation, attach_table.source, key, controller);
	EXECUTE format('LOCK TABLE ONLY %s IN SHARE ROW EXCLUSIVE MODE', relation);
	PERFORM dropcontact.check_attachable(relation, attach_table.source, key, controller);
	IF jsonb_typeof(mapping) <> 'object' OR mapping = '{}' OR EXISTS (SELECT FROM jsonb_each(mapping) m WHERE jsonb_typeof(m.value) <> 'string') THEN
		RAISE invalid_parameter_value USING
			MESSAGE = 'mapping is no JSON object of texts',
			HINT = 'Write {"email": "column with the e-mail", "full_name": "column with the name"}.';
	END IF;

	WITH field AS (
		SELECT 'external_id' AS name, key::text AS col, 0::bigint AS n
		UNION ALL
		SELECT m.name, m.col, m.n FROM jsonb_each_text(mapping) WITH ORDINALITY m(name, col, n)
		WHERE dropcontact.check_mapped(relation, m.name, m.col) > 0
	), used AS (
		SELECT f.col, row_number() OVER (ORDER BY min(f.n)) AS place FROM field f GROUP BY f.col
	)
	SELECT (SELECT array_agg(quote_ident(u.col) ORDER BY u.place) FROM used u),
		(SELECT string_agg(format('%L, %L', u.place, f.name), ', ' ORDER BY f.n) FROM field f JOIN used u USING (col))
	INTO columns, arguments;

	/* one that seems to infringe the law waits for the controller's answer */
	instruction := dropcontact.record_instruction(controller, 'mapping',
		jsonb_build_object('relation', relation::text, 'source', attach_table.source, 'key', key, 'mapping', mapping), NULL);
	IF dropcontact.instruction_state(instruction) <> 'in force' THEN
		RETURN 0;
	END IF;
	DELETE FROM dropcontact.attachment a
	WHERE a.relation = attach_table.relation OR NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = a.relation);
	INSERT INTO dropcontact.attachment (relation, controller_id, source) VALUES (relation, controller, attach_table.source);
	EXECUTE format('CREATE TRIGGER dropcontact_columns AFTER UPDATE OF %s ON %s FOR EACH STATEMENT WHEN (false) EXECUTE FUNCTION dropcontact.carry_rows(%s)',
		array_to_string(columns, ', '), relation, arguments);
	EXECUTE format('CREATE TRIGGER dropcontact_insert AFTER INSERT ON %s REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION dropcontact.carry_rows()', relation);
	EXECUTE format('CREATE TRIGGER dropcontact_update AFTER UPDATE ON %s REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION dropcontact.carry_rows()', relation);
	EXECUTE format('CREATE TRIGGER dropcontact_delete AFTER DELETE ON %s REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION dropcontact.carry_rows()', relation);
	EXECUTE format('CREATE TRIGGER dropcontact_truncate AFTER TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION dropcontact.carry_rows()', relation);

	PERFORM dropcontact.load_table(relation);
	EXECUTE format('SELECT count(*) FILTER (WHERE r.k IS NOT NULL), count(*) FILTER (WHERE r.k IS NULL) FROM dropcontact.contact c LEFT JOIN (SELECT t.%I::text AS k FROM %s t) r ON r.k = c.external_id
		WHERE c.controller_id = $1 AND c.source = $2', key, relation) INTO loaded, others USING controller, attach_table.source;
	IF others > 0 THEN
		RAISE object_not_in_prerequisite_state USING
			MESSAGE = format('source "%s" has %s contacts that are not rows of table %s', attach_table.source, others, relation),
			HINT = 'Choose another source, or delete those contacts.';
	END IF;
	RETURN loaded;
END
$$;
COMMENT ON FUNCTION dropcontact.attach_table(regclass, text, name, jsonb) IS 'Keeps the contacts of a source in step with a table: loads its rows, then triggers carry every INSERT, UPDATE, DELETE and TRUNCATE. key is a column that is unique and not null: the external_id of the contacts. mapping is {field: column}; a field that is no column of contact is an attribute. Timestamps without time zone are taken as UTC; keys are written in one way, whatever the session''s settings. A table that was dropped leaves its source, with the contacts, to the next one attached. Answers the contacts that it gave; rows that had to be left out (RG102, RG173, ...) are not among them. For the owner of the table, with a role that may write contacts; who writes the table then needs no such role. Not carried: rows that logical replication applies. The mapping is recorded as an instruction; one of special categories or national identification is suspended with WARNING RG122: nothing is attached, and 0 answered, until the controller has released it and the table is attached again. Errors: wrong_object_type, insufficient_privilege, undefined_object, undefined_column, datatype_mismatch, invalid_column_reference, invalid_parameter_value, object_in_use, object_not_in_prerequisite_state';

CREATE FUNCTION dropcontact.detach_table(relation regclass) RETURNS void
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
DECLARE
	t name;
BEGIN
	IF NOT EXISTS (SELECT FROM dropcontact.attachment a WHERE a.relation = detach_table.relation) THEN
		RAISE undefined_object USING
			MESSAGE = format('table %s is not attached', coalesce(detach_table.relation::text, 'NULL')),
			HINT = 'View dropcontact.attached_table lists those that are.';
	END IF;
	FOR t IN SELECT g.tgname FROM pg_trigger g WHERE g.tgrelid = detach_table.relation AND g.tgfoid = 'dropcontact.carry_rows()'::regprocedure LOOP
		EXECUTE format('DROP TRIGGER %I ON %s', t, relation);
	END LOOP;
	DELETE FROM dropcontact.attachment a WHERE a.relation = detach_table.relation;
END
$$;
COMMENT ON FUNCTION dropcontact.detach_table(regclass) IS 'Ends what attach_table() began; the contacts stay. For the owner of the table. Errors: undefined_object; insufficient_privilege';

REVOKE ALL ON FUNCTION dropcontact.carry_rows(), dropcontact.load_table(regclass), dropcontact.check_attachable(regclass, text, name, integer),
	dropcontact.check_mapped(regclass, text, text), dropcontact.attach_table(regclass, text, name, jsonb), dropcontact.detach_table(regclass) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dropcontact.carry_rows(), dropcontact.load_table(regclass), dropcontact.check_attachable(regclass, text, name, integer),
	dropcontact.check_mapped(regclass, text, text), dropcontact.attach_table(regclass, text, name, jsonb), dropcontact.detach_table(regclass)
	TO dropcontact_admin, dropcontact_operator;
GRANT SELECT ON dropcontact.attachment, dropcontact.attached_table TO dropcontact_admin, dropcontact_operator, dropcontact_ingest, dropcontact_controller, dropcontact_auditor;
GRANT INSERT, DELETE ON dropcontact.attachment TO dropcontact_admin, dropcontact_operator;
/* a table that was dropped leaves its row behind until the next attach_table() */
SELECT pg_catalog.pg_extension_config_dump('dropcontact.attachment', 'WHERE EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = relation)');
