/* intake.sql: the COPY target of roles under row-level security */

CREATE VIEW dropcontact.contact_intake WITH (security_invoker = true) AS
	SELECT source, external_id, relation, full_name, civility, first_name, middle_name, last_name, suffix, email, other_emails,
		phone, mobile_phone, other_phones, company, website, linkedin, company_linkedin, siren, siret, vat, naf, employees,
		address, postcode, city, country, job_title, attributes, received_at, updated_at
	FROM dropcontact.contact
	WHERE false;
COMMENT ON VIEW dropcontact.contact_intake IS 'Insert-only: rows written here go to contact and are cleaned in the same way; nothing stays in it. The COPY target of roles under row-level security, for whom PostgreSQL refuses COPY FROM into contact';

DO $$
DECLARE
	c record;
BEGIN
	FOR c IN SELECT a.attname, pg_catalog.col_description('dropcontact.contact'::pg_catalog.regclass, k.attnum) AS text
		FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_attribute k ON k.attname = a.attname AND k.attrelid = 'dropcontact.contact'::pg_catalog.regclass
		WHERE a.attrelid = 'dropcontact.contact_intake'::pg_catalog.regclass AND a.attnum > 0
	LOOP
		EXECUTE pg_catalog.format('COMMENT ON COLUMN dropcontact.contact_intake.%I IS %L', c.attname, c.text);
	END LOOP;
END
$$;

CREATE FUNCTION dropcontact.receive_contact() RETURNS trigger
	LANGUAGE c AS 'MODULE_PATHNAME', 'receive_contact';
COMMENT ON FUNCTION dropcontact.receive_contact() IS 'Triggers of contact_intake: gather its rows and hand them on to contact, up to ten thousand at once';
CREATE TRIGGER receive INSTEAD OF INSERT ON dropcontact.contact_intake
	FOR EACH ROW EXECUTE FUNCTION dropcontact.receive_contact();
CREATE TRIGGER hand_on AFTER INSERT ON dropcontact.contact_intake
	FOR EACH STATEMENT EXECUTE FUNCTION dropcontact.receive_contact();
REVOKE ALL ON FUNCTION dropcontact.receive_contact() FROM PUBLIC;
GRANT SELECT, INSERT ON dropcontact.contact_intake TO dropcontact_admin, dropcontact_operator, dropcontact_ingest;
