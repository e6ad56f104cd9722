/*
 * setting.sql: parameters of a controller; configure() is the one way to set them
 *
 * A setting is an instruction: its row must agree with the instruction that it names, which a trigger checks on every
 * path, so that replaying the instructions gives the settings in force.
 */

CREATE TABLE dropcontact.setting_value (
	controller_id integer NOT NULL REFERENCES dropcontact.controller,
	setting text NOT NULL,
	value text NOT NULL,
	reason text,
	intended_use text,
	instruction_id bigint NOT NULL REFERENCES dropcontact.instruction_record,
	set_by name NOT NULL DEFAULT SESSION_USER,
	set_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	PRIMARY KEY (controller_id, setting)
);
COMMENT ON TABLE dropcontact.setting_value IS 'Settings that were given, for each controller; written by configure(), each resting on its instruction';
ALTER TABLE dropcontact.setting_value ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON dropcontact.setting_value
	USING (controller_id = ANY ((SELECT dropcontact.visible_controllers())::integer[]));

CREATE FUNCTION dropcontact.setting_default(OUT setting text, OUT default_value text, OUT pattern text, OUT meaning text) RETURNS SETOF record
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE	/* keeps its plan, which SQL does not */
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
BEGIN
	RETURN QUERY VALUES
		('merge_threshold', '0.95', '^(0?\.\d+|1(\.0+)?)$', 'probability from which two contacts merge without a person'),
		('review_threshold', '0.60', '^(0?\.\d+|1(\.0+)?)$', 'probability from which a pair goes to the review queue'),
		('require_tls', 'network', '^(network|always)$', 'network: under an agreement, connections over a network must be encrypted; always: every connection must'),
		('time_zone', 'Europe/Paris', '^[A-Za-z_]+(/[A-Za-z0-9_+-]+)*$', 'in which days and months of deadlines are counted; a name of the IANA time zone database'),
		('undeclared_source', 'refuse', '^(refuse|quarantine)$', 'under an agreement, contacts of a source whose persons the controller has not declared to be informed: refuse the statement (RG401), or leave them out, counted and listed in quarantine'),
		('backup_days', '30', '^\d{1,4}$', 'days after which backups that hold destroyed data have expired'),
		('match_mode', 'manual', '^(manual|immediate)$', 'when matching runs: manual, by dedupe() or match_pending(); immediate, inside each transaction that writes contacts'),
		('survivorship', 'source_priority', '^(most_recent|source_priority|most_frequent|longest|valid_first)$', 'which value of a field survives a merge: of the usable ones the most recent, that of the source with the lowest priority number, the most frequent, the longest, or a checked one first')
	UNION ALL
	SELECT 'survivorship.' || f, 'default', '^(default|most_recent|source_priority|most_frequent|longest|valid_first)$', format('which value of %s survives a merge; default: by setting survivorship', f)
	FROM unnest('{relation,full_name,civility,first_name,middle_name,last_name,suffix,email,phone,mobile_phone,company,website,linkedin,company_linkedin,siren,siret,vat,naf,employees,address,postcode,city,country,job_title,attributes}'::text[]) f;
END
$$;
COMMENT ON FUNCTION dropcontact.setting_default() IS 'The settings that exist, with default, pattern of allowed values (regular expression) and meaning';

CREATE FUNCTION dropcontact.setting_rank(setting text, value text) RETURNS integer
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
	SELECT CASE
		WHEN setting = 'merge_threshold' THEN CASE WHEN value::numeric >= 0.95 THEN 0 WHEN value::numeric >= 0.80 THEN 1 ELSE 2 END
		WHEN setting = 'review_threshold' THEN CASE WHEN value::numeric >= 0.60 THEN 0 ELSE 1 END
		WHEN setting = 'match_mode' THEN CASE value WHEN 'manual' THEN 0 ELSE 1 END
		WHEN setting = 'backup_days' THEN CASE WHEN value::integer <= 30 THEN 0 ELSE 1 END
		WHEN setting IN ('require_tls', 'time_zone', 'survivorship', 'undeclared_source') OR setting LIKE 'survivorship.%' THEN 0 END
	$$;
COMMENT ON FUNCTION dropcontact.setting_rank(text, text) IS 'How intrusive a value of a setting is: 0 the least, to which the default belongs (GDPR article 25(2)); NULL for a setting without rank, which control III.5b reports';

CREATE VIEW dropcontact.setting WITH (security_invoker = true) AS
	SELECT c.name AS controller, d.setting, coalesce(v.value, d.default_value) AS value, d.default_value, v.set_by, v.set_at, v.reason, d.meaning, v.intended_use, v.instruction_id
	FROM dropcontact.controller c CROSS JOIN dropcontact.setting_default() d
		LEFT JOIN dropcontact.setting_value v USING (controller_id, setting);
COMMENT ON VIEW dropcontact.setting IS 'Each setting of each controller: value in force, default, who set it, when and why';

CREATE FUNCTION dropcontact.setting_of(controller integer, setting text) RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
BEGIN
	RETURN (SELECT coalesce((SELECT v.value FROM dropcontact.setting_value v
				WHERE v.controller_id = controller AND v.setting = d.setting), d.default_value)
		FROM dropcontact.setting_default() d
		WHERE d.setting = setting_of.setting);
END
$$;
COMMENT ON FUNCTION dropcontact.setting_of(integer, text) IS 'The value of a setting in force for a controller; NULL when there is no such setting';

CREATE FUNCTION dropcontact.setting_value(setting text) RETURNS text
	LANGUAGE sql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
	SELECT dropcontact.setting_of(dropcontact.current_controller(), setting_value.setting)
	$$;
COMMENT ON FUNCTION dropcontact.setting_value(text) IS 'The value of a setting in force for the current controller; NULL when there is no such setting';

CREATE FUNCTION dropcontact.guard_setting() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
BEGIN
	IF TG_OP IN ('INSERT', 'UPDATE') AND TG_LEVEL = 'ROW' AND TG_TABLE_NAME = 'setting_value' THEN
		/* the newest instruction of this setting that was not withdrawn says this value */
		IF EXISTS (SELECT FROM instruction_record i
				WHERE i.instruction_id = NEW.instruction_id AND i.controller_id = NEW.controller_id AND i.kind = 'setting'
					AND i.body ->> 'setting' = NEW.setting AND i.body ->> 'value' = NEW.value)
			AND (TG_OP = 'INSERT' OR (NEW.controller_id, NEW.setting) = (OLD.controller_id, OLD.setting) AND NEW.instruction_id > OLD.instruction_id) THEN
			RETURN NEW;
		END IF;
		/* several jobs restore a dump in any order (doc/operations.md): the instruction may still be to come; control III.2b looks whether it came */
		IF TG_OP = 'INSERT' AND current_setting('session_replication_role') = 'replica'
			AND NOT EXISTS (SELECT FROM instruction_record i WHERE i.instruction_id = NEW.instruction_id) THEN
			RETURN NEW;
		END IF;
	END IF;
	RAISE EXCEPTION 'settings are not written directly'
		USING ERRCODE = 'RG121', HINT = 'Use dropcontact.configure(setting, value, reason): each setting is a documented instruction.';
END
$$;
COMMENT ON FUNCTION dropcontact.guard_setting() IS 'Trigger of setting and setting_value: refuses what does not rest on an instruction. Errors: RG121';
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON dropcontact.setting_value FOR EACH ROW EXECUTE FUNCTION dropcontact.guard_setting();
CREATE TRIGGER guard_all BEFORE TRUNCATE ON dropcontact.setting_value FOR EACH STATEMENT EXECUTE FUNCTION dropcontact.guard_setting();
ALTER TABLE dropcontact.setting_value ENABLE ALWAYS TRIGGER guard;
ALTER TABLE dropcontact.setting_value ENABLE ALWAYS TRIGGER guard_all;
CREATE TRIGGER guard INSTEAD OF INSERT OR UPDATE OR DELETE ON dropcontact.setting FOR EACH ROW EXECUTE FUNCTION dropcontact.guard_setting();

CREATE FUNCTION dropcontact.apply_setting(i dropcontact.instruction_record) RETURNS void
	LANGUAGE sql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
	INSERT INTO setting_value AS v (controller_id, setting, value, reason, intended_use, instruction_id, set_by)
	SELECT i.controller_id, i.body ->> 'setting', i.body ->> 'value', i.reason, i.body ->> 'intended_use', i.instruction_id, i.given_by
	ON CONFLICT ON CONSTRAINT setting_value_pkey DO UPDATE
		SET value = excluded.value, reason = excluded.reason, intended_use = excluded.intended_use,
			instruction_id = excluded.instruction_id, set_by = excluded.set_by, set_at = excluded.set_at
		WHERE v.instruction_id < excluded.instruction_id
	$$;
COMMENT ON FUNCTION dropcontact.apply_setting(dropcontact.instruction_record) IS 'Inner part of configure(): puts the setting of an instruction in force unless a later one stands; for the owner only';

CREATE FUNCTION dropcontact.configure(setting text, value text, reason text DEFAULT NULL, intended_use text DEFAULT NULL) RETURNS void
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
DECLARE
	controller integer := current_controller();
	d record;
BEGIN
	SELECT * INTO d FROM setting_default() x WHERE x.setting = configure.setting;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'there is no setting "%"', configure.setting
			USING ERRCODE = 'undefined_object', HINT = 'View dropcontact.setting lists them.';
	END IF;
	IF configure.value IS NULL OR configure.value !~ d.pattern THEN
		RAISE EXCEPTION 'invalid value for setting "%": %', configure.setting, coalesce(configure.value, 'NULL')
			USING ERRCODE = 'invalid_parameter_value', DETAIL = format('It means: %s.', d.meaning),
				HINT = CASE WHEN d.pattern ~ '^\^\([a-z_|]+\)[$]' THEN format('It is one of %s.', replace(btrim(d.pattern, '^()$'), '|', ', ')) ELSE format('Such as %s.', d.default_value) END;
	END IF;
	IF configure.setting = 'time_zone' THEN
		PERFORM clock_timestamp() AT TIME ZONE configure.value;
	END IF;
	IF configure.value <> d.default_value AND coalesce(configure.intended_use, '') !~ '\S' AND under_agreement(controller) THEN
		RAISE EXCEPTION 'setting "%" differs from its default and no intended use is stated', configure.setting
			USING ERRCODE = 'RG433', HINT = 'Give intended_use, the fourth argument: what the controller wants it for.';
	END IF;
	IF setting_rank(configure.setting, configure.value) > setting_rank(configure.setting, d.default_value) THEN
		RAISE WARNING 'setting "%" = "%" is more intrusive than its default', configure.setting, configure.value
			USING ERRCODE = 'RG152', DETAIL = format('The default is "%s".', d.default_value);
	END IF;
	PERFORM record_instruction(controller, 'setting', jsonb_strip_nulls(jsonb_build_object('setting', configure.setting,
		'old', setting_value(configure.setting), 'value', configure.value, 'intended_use', configure.intended_use)), configure.reason);
END
$$;
COMMENT ON FUNCTION dropcontact.configure(text, text, text, text) IS 'Sets a parameter of the current controller, with the reason why and the intended use; recorded as an instruction with its old value; one that is more intrusive than the default raises WARNING RG152. Errors: undefined_object, invalid_parameter_value; under an agreement RG433 without an intended use of a value that is not the default, RG121 for a role that does not speak for the controller';

CREATE FUNCTION dropcontact.current_settings(controller integer) RETURNS jsonb
	LANGUAGE sql STABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$ SELECT coalesce(jsonb_object_agg(v.setting, v.value), '{}') FROM setting_value v WHERE v.controller_id = controller $$;
COMMENT ON FUNCTION dropcontact.current_settings(integer) IS 'The settings of a controller in force, those that were given';

CREATE FUNCTION dropcontact.replay_settings(controller integer) RETURNS jsonb
	LANGUAGE sql STABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
	SELECT coalesce(jsonb_object_agg(s.setting, s.value), '{}')
	FROM (SELECT DISTINCT ON (i.body ->> 'setting') i.body ->> 'setting' AS setting, i.body ->> 'value' AS value
		FROM instruction_record i
		WHERE i.controller_id = controller AND i.kind = 'setting' AND instruction_state(i.instruction_id) = 'in force'
		ORDER BY i.body ->> 'setting', i.instruction_id DESC) s
	$$;
COMMENT ON FUNCTION dropcontact.replay_settings(integer) IS 'The settings of a controller as its instructions, replayed, give them: the same as current_settings()';

CREATE VIEW dropcontact.settings_beyond_default WITH (security_invoker = true) AS
	SELECT s.controller, s.setting, s.value, s.default_value, s.intended_use, s.set_by, s.set_at
	FROM dropcontact.setting s WHERE s.value <> s.default_value;
COMMENT ON VIEW dropcontact.settings_beyond_default IS 'Settings that differ from their default, with what the controller intends by them';

REVOKE ALL ON FUNCTION dropcontact.setting_default(), dropcontact.setting_rank(text, text), dropcontact.setting_of(integer, text), dropcontact.setting_value(text), dropcontact.configure(text, text, text, text),
	dropcontact.guard_setting(), dropcontact.apply_setting(dropcontact.instruction_record), dropcontact.current_settings(integer), dropcontact.replay_settings(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dropcontact.setting_default(), dropcontact.setting_rank(text, text), dropcontact.setting_of(integer, text), dropcontact.setting_value(text), dropcontact.current_settings(integer), dropcontact.replay_settings(integer)
	TO dropcontact_admin, dropcontact_operator, dropcontact_ingest, dropcontact_controller, dropcontact_auditor, dropcontact_agent;
GRANT EXECUTE ON FUNCTION dropcontact.configure(text, text, text, text) TO dropcontact_admin, dropcontact_operator, dropcontact_controller;
GRANT SELECT ON dropcontact.setting_value, dropcontact.setting, dropcontact.settings_beyond_default
	TO dropcontact_admin, dropcontact_operator, dropcontact_ingest, dropcontact_controller, dropcontact_auditor, dropcontact_agent;
SELECT pg_catalog.pg_extension_config_dump('dropcontact.setting_value', '');
