-- who sees whose contacts: given, taken away, and not inherited by a role that is given an old name
\set VERBOSITY terse
SET client_min_messages = error;
SELECT dropcontact.create_controller('Acme', 'dpo@acme.example') > 0 AS acme, dropcontact.create_controller('Other', 'dpo@other.example') > 0 AS other;
CREATE ROLE access_one;
CREATE ROLE access_two;
GRANT dropcontact_operator TO access_one, access_two;
CREATE FUNCTION seen(role name) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	n bigint;
BEGIN
	EXECUTE format('SET LOCAL ROLE %I', role);
	SELECT count(*) INTO n FROM dropcontact.controller;
	RESET ROLE;
	RETURN n;
END
$$;
SELECT dropcontact.grant_access('access_one', 'Acme'), dropcontact.grant_access('access_one', 'Acme'), dropcontact.grant_access('access_two', 'Acme'), dropcontact.grant_access('access_two', 'Other');
SELECT seen('access_one') AS one, seen('access_two') AS two;
SELECT dropcontact.revoke_access('access_two', 'Acme');
SELECT seen('access_one') AS one, seen('access_two') AS two;
SELECT dropcontact.revoke_access('access_two', 'Acme');
SELECT dropcontact.revoke_access('access_two', 'Nobody');
SELECT dropcontact.revoke_access(NULL, NULL);
-- membership gives what the other role has
GRANT access_two TO access_one;
SELECT seen('access_one') AS one;
REVOKE access_two FROM access_one;
-- another role of the name
DROP OWNED BY access_one;
DROP ROLE access_one;
CREATE ROLE access_one;
GRANT dropcontact_operator TO access_one;
SELECT seen('access_one') AS one;
SELECT dropcontact.grant_access('access_one', 'Acme');
SELECT seen('access_one') AS one;
ALTER ROLE access_one RENAME TO access_three;
SELECT seen('access_three') AS three;
ALTER ROLE access_three RENAME TO access_one;
-- an operator gives and takes nothing
SET ROLE access_one;
SELECT dropcontact.revoke_access('access_two', 'Other');
SELECT role FROM dropcontact.access ORDER BY 1;
INSERT INTO dropcontact.access (role, controller_id) SELECT 'access_one', 2;
RESET ROLE;
-- of an admin that is no superuser
CREATE ROLE access_admin;
GRANT dropcontact_admin TO access_admin;
SET ROLE access_admin;
SELECT dropcontact.revoke_access('access_one', 'Acme'), dropcontact.grant_access('access_one', 'Other');
RESET ROLE;
SELECT seen('access_one') AS one, (SELECT array_agg(c.name) FROM dropcontact.access a JOIN dropcontact.controller c USING (controller_id) WHERE a.role = 'access_one') AS of;
DROP FUNCTION seen(name);
DROP EXTENSION dropcontact CASCADE;
DROP ROLE access_one, access_two, access_admin;
CREATE EXTENSION dropcontact;
