/* lookup.sql: duplicates of a record that is not stored yet */

CREATE FUNCTION dropcontact.find_matches(candidate jsonb, max_results integer DEFAULT 10, min_probability float8 DEFAULT 0.5,
		OUT contact_id bigint, OUT entity_id bigint, OUT probability float8, OUT evidence jsonb)
	RETURNS SETOF record
	LANGUAGE c STABLE STRICT ROWS 10 AS 'MODULE_PATHNAME', 'find_matches';
COMMENT ON FUNCTION dropcontact.find_matches(jsonb, integer, float8) IS 'Contacts of the current controller that a record, not stored yet, may be: the check at entry. Contacts that are restricted, or whose persons objected, are left out (RG176, RG174) and counted. Keys of the candidate are columns of contact, others its attributes; key source names the source whose region its phones take. probability is from 0 to 1, best first. It finds contacts by the keys that the last matching run left, and contacts that came or were updated since; where more than 200 were updated, these are found by what they were; without such a run, all contacts are read. evidence is an array of {field, level, a, b, weight}, a of the contact and b of the candidate. Errors: invalid_parameter_value';
REVOKE ALL ON FUNCTION dropcontact.find_matches(jsonb, integer, float8) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dropcontact.find_matches(jsonb, integer, float8) TO dropcontact_admin, dropcontact_operator, dropcontact_controller;
