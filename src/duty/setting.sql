/* setting.sql: parameters of a controller; configure() is the one way to set them */

CREATE TABLE dropcontact.setting_value (
	controller_id integer NOT NULL REFERENCES dropcontact.controller,
	setting text NOT NULL,
	value text NOT NULL,
	reason text,
	set_by name NOT NULL DEFAULT SESSION_USER,
	set_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	PRIMARY KEY (controller_id, setting)
);
COMMENT ON TABLE dropcontact.setting_value IS 'Settings that differ from their default, for each controller; written by configure()';
ALTER TABLE dropcontact.setting_value ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON dropcontact.setting_value
	USING (controller_id = ANY ((SELECT dropcontact.visible_controllers())::integer[]));

CREATE FUNCTION dropcontact.setting_default(OUT setting text, OUT default_value text, OUT pattern text, OUT meaning text) RETURNS SETOF record
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
	VALUES
		('merge_threshold', '0.95', '^(0?\.\d+|1(\.0+)?)$', 'probability from which two contacts merge without a person'),
		('review_threshold', '0.60', '^(0?\.\d+|1(\.0+)?)$', 'probability from which a pair goes to the review queue'),
		('match_mode', 'manual', '^manual$', 'when matching runs: manual, by dedupe()'),
		('survivorship', 'source_priority', '^(most_recent|source_priority)$', 'which value of a field survives a merge: that of the source with the lowest priority number, then the most recent; or the most recent')
	$$;
COMMENT ON FUNCTION dropcontact.setting_default() IS 'The settings that exist, with default, pattern of allowed values (regular expression) and meaning';

CREATE VIEW dropcontact.setting WITH (security_invoker = true) AS
	SELECT c.name AS controller, d.setting, coalesce(v.value, d.default_value) AS value, d.default_value, v.set_by, v.set_at, v.reason, d.meaning
	FROM dropcontact.controller c CROSS JOIN dropcontact.setting_default() d
		LEFT JOIN dropcontact.setting_value v USING (controller_id, setting);
COMMENT ON VIEW dropcontact.setting IS 'Each setting of each controller: value in force, default, who set it, when and why';

CREATE FUNCTION dropcontact.setting_value(setting text) RETURNS text
	LANGUAGE sql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
	SELECT coalesce((SELECT v.value FROM dropcontact.setting_value v
					 WHERE v.controller_id = dropcontact.current_controller() AND v.setting = d.setting), d.default_value)
	FROM dropcontact.setting_default() d
	WHERE d.setting = setting_value.setting
	$$;
COMMENT ON FUNCTION dropcontact.setting_value(text) IS 'The value of a setting in force for the current controller; NULL when there is no such setting';

CREATE FUNCTION dropcontact.configure(setting text, value text, reason text DEFAULT NULL) RETURNS void
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
DECLARE
	d record;
BEGIN
	SELECT * INTO d FROM dropcontact.setting_default() x WHERE x.setting = configure.setting;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'there is no setting "%"', configure.setting
			USING ERRCODE = 'undefined_object', HINT = 'View dropcontact.setting lists them.';
	END IF;
	IF configure.value IS NULL OR configure.value !~ d.pattern THEN
		RAISE EXCEPTION 'invalid value for setting "%": %', configure.setting, coalesce(configure.value, 'NULL')
			USING ERRCODE = 'invalid_parameter_value', DETAIL = format('It means: %s.', d.meaning);
	END IF;
	INSERT INTO dropcontact.setting_value AS v (controller_id, setting, value, reason)
	VALUES (dropcontact.current_controller(), configure.setting, configure.value, configure.reason)
	ON CONFLICT ON CONSTRAINT setting_value_pkey DO UPDATE
		SET value = excluded.value, reason = excluded.reason, set_by = excluded.set_by, set_at = excluded.set_at;
END
$$;
COMMENT ON FUNCTION dropcontact.configure(text, text, text) IS 'Sets a parameter of the current controller, with the reason why. Errors: undefined_object, invalid_parameter_value';

REVOKE ALL ON FUNCTION dropcontact.setting_default(), dropcontact.setting_value(text), dropcontact.configure(text, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dropcontact.setting_default(), dropcontact.setting_value(text)
	TO dropcontact_admin, dropcontact_operator, dropcontact_ingest, dropcontact_controller, dropcontact_auditor, dropcontact_agent;
GRANT EXECUTE ON FUNCTION dropcontact.configure(text, text, text) TO dropcontact_admin, dropcontact_operator, dropcontact_controller;
GRANT SELECT ON dropcontact.setting_value, dropcontact.setting
	TO dropcontact_admin, dropcontact_operator, dropcontact_ingest, dropcontact_controller, dropcontact_auditor, dropcontact_agent;
GRANT INSERT, UPDATE ON dropcontact.setting_value TO dropcontact_admin, dropcontact_operator, dropcontact_controller;
SELECT pg_catalog.pg_extension_config_dump('dropcontact.setting_value', '');
