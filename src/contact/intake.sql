/* intake.sql: the COPY target of roles under row-level security */

CREATE VIEW dropcontact.contact_intake WITH (security_invoker = true) AS
	SELECT source, external_id, relation, full_name, civility, first_name, middle_name, last_name, suffix, email, other_emails,
		phone, mobile_phone, other_phones, company, website, linkedin, company_linkedin, siren, siret, vat, naf, employees,
		address, postcode, city, country, job_title, attributes, received_at, updated_at
	FROM dropcontact.contact
	WHERE false;
COMMENT ON VIEW dropcontact.contact_intake IS 'Insert-only: rows written here go to contact and are cleaned in the same way; nothing stays in it. The COPY target of roles under row-level security, for whom PostgreSQL refuses COPY FROM into contact';

CREATE FUNCTION dropcontact.receive_contact() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
BEGIN
	INSERT INTO dropcontact.contact (source, external_id, relation, full_name, civility, first_name, middle_name, last_name, suffix, email, other_emails,
		phone, mobile_phone, other_phones, company, website, linkedin, company_linkedin, siren, siret, vat, naf, employees,
		address, postcode, city, country, job_title, attributes, received_at, updated_at)
	VALUES (NEW.source, NEW.external_id, NEW.relation, NEW.full_name, NEW.civility, NEW.first_name, NEW.middle_name, NEW.last_name, NEW.suffix, NEW.email, NEW.other_emails,
		NEW.phone, NEW.mobile_phone, NEW.other_phones, NEW.company, NEW.website, NEW.linkedin, NEW.company_linkedin, NEW.siren, NEW.siret, NEW.vat, NEW.naf, NEW.employees,
		NEW.address, NEW.postcode, NEW.city, NEW.country, NEW.job_title, NEW.attributes, coalesce(NEW.received_at, now()), NEW.updated_at);
	RETURN NEW;
END
$$;
COMMENT ON FUNCTION dropcontact.receive_contact() IS 'Row trigger of contact_intake: hands the row on to contact';
CREATE TRIGGER receive INSTEAD OF INSERT ON dropcontact.contact_intake
	FOR EACH ROW EXECUTE FUNCTION dropcontact.receive_contact();
REVOKE ALL ON FUNCTION dropcontact.receive_contact() FROM PUBLIC;
GRANT INSERT ON dropcontact.contact_intake TO dropcontact_admin, dropcontact_operator, dropcontact_ingest;
