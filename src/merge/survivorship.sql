/* survivorship.sql: the rules by which one value of a field survives a merge */

CREATE FUNCTION dropcontact.survivorship_rules(controller integer) RETURNS text
	LANGUAGE sql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
	SELECT string_agg(coalesce(substring(d.setting FROM '^survivorship\.(.*)') || '=', '') || coalesce(v.value, d.default_value), ',' ORDER BY d.setting COLLATE "C")
	FROM dropcontact.setting_default() d
		LEFT JOIN dropcontact.setting_value v ON v.controller_id = controller AND v.setting = d.setting
	WHERE d.setting = 'survivorship' OR d.setting LIKE 'survivorship.%' AND v.value <> 'default'
	$$;
COMMENT ON FUNCTION dropcontact.survivorship_rules(integer) IS 'The rules of a controller as merge_fields() reads them: the general one, then field=rule for each field that has its own, parted by commas';

REVOKE ALL ON FUNCTION dropcontact.survivorship_rules(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dropcontact.survivorship_rules(integer) TO dropcontact_admin, dropcontact_operator, dropcontact_controller;
