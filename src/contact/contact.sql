/* contact.sql: one row per record received, cleaned by a trigger; what cleaning changed and could not use */

CREATE SEQUENCE dropcontact.contact_id_seq;
COMMENT ON SEQUENCE dropcontact.contact_id_seq IS 'Ids of contacts, and of entities that no contact founded';

CREATE TABLE dropcontact.contact (
	contact_id bigint NOT NULL DEFAULT pg_catalog.nextval('dropcontact.contact_id_seq') PRIMARY KEY,
	controller_id integer NOT NULL,
	source text NOT NULL,
	external_id text,
	relation text,
	full_name text, civility text, first_name text, middle_name text, last_name text, suffix text,
	email text, other_emails text[], phone text, mobile_phone text, other_phones text[],
	company text, website text, linkedin text, company_linkedin text, siren text, siret text, vat text, naf text, employees text,
	address text, postcode text, city text, country text, job_title text,
	attributes jsonb,
	received_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	updated_at timestamptz,
	legal_form text, email_qualification text, phone_kind text, mobile_kind text, gender text, job_level text, job_function text,
	received jsonb,
	problems jsonb,
	cleaned_by integer NOT NULL,
	UNIQUE (controller_id, source, external_id)
);
ALTER SEQUENCE dropcontact.contact_id_seq OWNED BY dropcontact.contact.contact_id;
COMMENT ON TABLE dropcontact.contact IS 'One row per record received. A trigger cleans every INSERT and UPDATE; a value that cannot be used is kept as received and listed in contact_problem, and the row is never refused for it. Upserts name the key ON CONFLICT (controller_id, source, external_id)';
COMMENT ON COLUMN dropcontact.contact.contact_id IS 'Id, given by the database';
COMMENT ON COLUMN dropcontact.contact.controller_id IS 'The data controller on whose behalf it is held';
COMMENT ON COLUMN dropcontact.contact.source IS 'The system it comes from, a name of table source; may be left out where the controller has one source';
COMMENT ON COLUMN dropcontact.contact.external_id IS 'Its id in the source, unique there; NULL for a file without ids, as is one of blanks';
COMMENT ON COLUMN dropcontact.contact.full_name IS 'The name in one piece; split into its parts where they are missing, and else joined of them';
COMMENT ON COLUMN dropcontact.contact.civility IS 'M, Mme or NULL';
COMMENT ON COLUMN dropcontact.contact.first_name IS 'First name';
COMMENT ON COLUMN dropcontact.contact.middle_name IS 'Middle names';
COMMENT ON COLUMN dropcontact.contact.last_name IS 'Last name';
COMMENT ON COLUMN dropcontact.contact.suffix IS 'Suffix or degree';
COMMENT ON COLUMN dropcontact.contact.email IS 'E-mail address';
COMMENT ON COLUMN dropcontact.contact.other_emails IS 'More e-mail addresses';
COMMENT ON COLUMN dropcontact.contact.phone IS 'Phone, E.164';
COMMENT ON COLUMN dropcontact.contact.mobile_phone IS 'Mobile phone, E.164';
COMMENT ON COLUMN dropcontact.contact.other_phones IS 'More phones, E.164';
COMMENT ON COLUMN dropcontact.contact.company IS 'Company, without its legal form';
COMMENT ON COLUMN dropcontact.contact.website IS 'Host of the web site';
COMMENT ON COLUMN dropcontact.contact.linkedin IS 'LinkedIn profile';
COMMENT ON COLUMN dropcontact.contact.company_linkedin IS 'LinkedIn page of the company';
COMMENT ON COLUMN dropcontact.contact.siren IS 'SIREN of the company';
COMMENT ON COLUMN dropcontact.contact.siret IS 'SIRET of the establishment';
COMMENT ON COLUMN dropcontact.contact.vat IS 'EU VAT number of the company';
COMMENT ON COLUMN dropcontact.contact.naf IS 'NAF code of the company';
COMMENT ON COLUMN dropcontact.contact.employees IS 'Number of employees, as given';
COMMENT ON COLUMN dropcontact.contact.address IS 'Street and number';
COMMENT ON COLUMN dropcontact.contact.postcode IS 'Postcode';
COMMENT ON COLUMN dropcontact.contact.city IS 'City';
COMMENT ON COLUMN dropcontact.contact.country IS 'Country, ISO 3166-1 alpha-2';
COMMENT ON COLUMN dropcontact.contact.job_title IS 'Job title';
COMMENT ON COLUMN dropcontact.contact.received_at IS 'When it was received; a NULL that is given is now, or changes nothing';
COMMENT ON COLUMN dropcontact.contact.updated_at IS 'When the source last changed it, as far as known';
COMMENT ON COLUMN dropcontact.contact.relation IS 'customer, prospect or supplier';
COMMENT ON COLUMN dropcontact.contact.attributes IS 'Whatever else the source gave, by name';
COMMENT ON COLUMN dropcontact.contact.legal_form IS 'Derived: legal form of the company';
COMMENT ON COLUMN dropcontact.contact.email_qualification IS 'Derived: local_kind@domain_kind of the e-mail';
COMMENT ON COLUMN dropcontact.contact.phone_kind IS 'Derived: kind of the phone number';
COMMENT ON COLUMN dropcontact.contact.mobile_kind IS 'Derived: kind of the mobile phone number';
COMMENT ON COLUMN dropcontact.contact.gender IS 'Derived: male, female, unisex or NULL';
COMMENT ON COLUMN dropcontact.contact.job_level IS 'Derived: level of the job title';
COMMENT ON COLUMN dropcontact.contact.job_function IS 'Derived: function of the job title';
COMMENT ON COLUMN dropcontact.contact.received IS 'Derived: the original of each field that cleaning changed, since the field was last written; null for a field that cleaning filled from another';
COMMENT ON COLUMN dropcontact.contact.problems IS 'Derived: why a field cannot be used, by field';
COMMENT ON COLUMN dropcontact.contact.cleaned_by IS 'Derived: version of the rules that cleaned the row. A row that is inserted with it comes from a dump and is taken as it is; an UPDATE that sets it to NULL cleans the row again from what was received';

CREATE FUNCTION dropcontact.clean_contact() RETURNS trigger
	LANGUAGE c AS 'MODULE_PATHNAME', 'clean_contact';
COMMENT ON FUNCTION dropcontact.clean_contact() IS 'Row trigger of contact: gives each field its clean form, keeps the original of what it changed, lists what it could not use. Errors: undefined_object for an unknown source';
CREATE TRIGGER clean BEFORE INSERT OR UPDATE ON dropcontact.contact
	FOR EACH ROW EXECUTE FUNCTION dropcontact.clean_contact();
CREATE TRIGGER record_delete BEFORE DELETE ON dropcontact.contact
	FOR EACH ROW EXECUTE FUNCTION dropcontact.record_delete();
ALTER TABLE dropcontact.contact ENABLE ALWAYS TRIGGER clean;
ALTER TABLE dropcontact.contact ENABLE ALWAYS TRIGGER record_delete;

CREATE FUNCTION dropcontact.clean_record(record dropcontact.contact, region text DEFAULT NULL) RETURNS dropcontact.contact
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'clean_record';
COMMENT ON FUNCTION dropcontact.clean_record(dropcontact.contact, text) IS 'A record in the clean form that the trigger of contact would give it, with received, problems and the derived columns, for contacts that are kept elsewhere; region is the ISO 3166-1 code of numbers without a country. By the built-in lists alone; clean_record(record, region, parameters) knows the words of a controller. From JSON: clean_record(jsonb_populate_record(NULL::dropcontact.contact, record))';

-- A foreign key would cost as much as all cleaning: the trigger above looks each source up, under a lock
-- that this function takes for itself.
CREATE FUNCTION dropcontact.guard_source() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
BEGIN
	PERFORM lock_controller(OLD.controller_id, 'writing');
	IF EXISTS (SELECT FROM contact c WHERE c.controller_id = OLD.controller_id AND c.source = OLD.name) THEN
		RAISE foreign_key_violation USING
			MESSAGE = format('source "%s" has contacts', OLD.name),
			DETAIL = 'A source that contacts come from can be neither renamed nor removed.';
	END IF;
	IF TG_OP = 'DELETE' THEN
		RETURN OLD;
	END IF;
	RETURN NEW;
END
$$;
COMMENT ON FUNCTION dropcontact.guard_source() IS 'Row trigger of source: keeps a source that contacts come from. Errors: foreign_key_violation';
CREATE TRIGGER guard BEFORE DELETE OR UPDATE OF controller_id, name ON dropcontact.source
	FOR EACH ROW EXECUTE FUNCTION dropcontact.guard_source();
REVOKE ALL ON FUNCTION dropcontact.guard_source() FROM PUBLIC;

ALTER TABLE dropcontact.contact ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON dropcontact.contact
	USING (controller_id = ANY ((SELECT dropcontact.visible_controllers())::integer[]));

CREATE FUNCTION dropcontact.field_value(c dropcontact.contact, field text) RETURNS text
	LANGUAGE sql STABLE PARALLEL SAFE
	RETURN CASE field
		WHEN 'relation' THEN c.relation WHEN 'full_name' THEN c.full_name WHEN 'civility' THEN c.civility WHEN 'first_name' THEN c.first_name WHEN 'middle_name' THEN c.middle_name WHEN 'last_name' THEN c.last_name
		WHEN 'suffix' THEN c.suffix WHEN 'email' THEN c.email WHEN 'phone' THEN c.phone WHEN 'mobile_phone' THEN c.mobile_phone WHEN 'company' THEN c.company WHEN 'website' THEN c.website
		WHEN 'linkedin' THEN c.linkedin WHEN 'company_linkedin' THEN c.company_linkedin WHEN 'siren' THEN c.siren WHEN 'siret' THEN c.siret WHEN 'vat' THEN c.vat WHEN 'naf' THEN c.naf
		WHEN 'employees' THEN c.employees WHEN 'address' THEN c.address WHEN 'postcode' THEN c.postcode WHEN 'city' THEN c.city WHEN 'country' THEN c.country WHEN 'job_title' THEN c.job_title
		WHEN 'other_emails' THEN pg_catalog.to_jsonb(c.other_emails)::text WHEN 'other_phones' THEN pg_catalog.to_jsonb(c.other_phones)::text END;
COMMENT ON FUNCTION dropcontact.field_value(dropcontact.contact, text) IS 'The value of a field of a contact, by name; a list as JSON';

CREATE VIEW dropcontact.correction WITH (security_invoker = true) AS
	SELECT c.contact_id, c.source, c.external_id, r.key AS field, r.value AS received,
		dropcontact.field_value(c, r.key) AS corrected,
		CASE
			WHEN dropcontact.field_value(c, r.key) IS NULL THEN 'blank removed'
			WHEN r.key = 'relation' THEN 'relation words'
			WHEN r.key IN ('full_name', 'civility', 'first_name', 'middle_name', 'last_name') THEN 'parse_name'
			WHEN r.key IN ('email', 'other_emails') THEN 'normalize_email'
			WHEN r.key IN ('phone', 'mobile_phone', 'other_phones') THEN 'normalize_phone'
			WHEN r.key = 'company' THEN 'parse_company'
			WHEN r.key = 'website' THEN 'normalize_website'
			WHEN r.key IN ('linkedin', 'company_linkedin') THEN 'normalize_linkedin'
			WHEN r.key = 'siren' THEN 'normalize_siren'
			WHEN r.key = 'siret' THEN 'normalize_siret'
			WHEN r.key = 'vat' THEN 'normalize_vat'
			WHEN r.key = 'address' THEN 'parse_address'
			WHEN r.key = 'country' THEN 'normalize_country'
			WHEN r.key = 'job_title' THEN 'parse_job'
			ELSE 'text cleaned' END AS rule
	FROM dropcontact.contact c, LATERAL pg_catalog.jsonb_each_text(c.received) r
	WHERE c.received IS NOT NULL AND r.value IS NOT NULL;
COMMENT ON VIEW dropcontact.correction IS 'What cleaning changed: the value received and the value that stands now, field by field';
COMMENT ON COLUMN dropcontact.correction.contact_id IS 'The contact';
COMMENT ON COLUMN dropcontact.correction.source IS 'Its source';
COMMENT ON COLUMN dropcontact.correction.external_id IS 'Its id in the source';
COMMENT ON COLUMN dropcontact.correction.field IS 'Name of the column of contact';
COMMENT ON COLUMN dropcontact.correction.received IS 'The value as it was received; a list as JSON';
COMMENT ON COLUMN dropcontact.correction.corrected IS 'The value that stands now; a list as JSON';
COMMENT ON COLUMN dropcontact.correction.rule IS 'What changed it: the function of normalisation, relation words, text cleaned (blanks, case, invisible characters), or blank removed';

CREATE VIEW dropcontact.contact_problem WITH (security_invoker = true) AS
	SELECT c.contact_id, c.source, c.external_id, p.key AS field,
		dropcontact.field_value(c, p.key) AS value, p.value AS problem
	FROM dropcontact.contact c, LATERAL pg_catalog.jsonb_each_text(c.problems) p
	WHERE c.problems IS NOT NULL;
COMMENT ON VIEW dropcontact.contact_problem IS 'Values that cannot be used as they are, and why; they are kept as received';
COMMENT ON COLUMN dropcontact.contact_problem.contact_id IS 'The contact';
COMMENT ON COLUMN dropcontact.contact_problem.source IS 'Its source';
COMMENT ON COLUMN dropcontact.contact_problem.external_id IS 'Its id in the source';
COMMENT ON COLUMN dropcontact.contact_problem.field IS 'Name of the column of contact';
COMMENT ON COLUMN dropcontact.contact_problem.value IS 'The value, as it was received; a list as JSON';
COMMENT ON COLUMN dropcontact.contact_problem.problem IS 'Why it cannot be used; of a list, each member by its place';

/* One of another controller is told to those who see it; to others it does not exist. */
CREATE FUNCTION dropcontact.refuse_missing(contact bigint) RETURNS void
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
BEGIN
	IF EXISTS (SELECT FROM contact c WHERE c.contact_id = refuse_missing.contact AND c.controller_id <> current_controller()) THEN
		RAISE EXCEPTION 'contact % is one of another controller', contact
			USING ERRCODE = 'RG002', HINT = 'Contacts of two controllers are neither compared nor merged. SET dropcontact.controller says which one you work for.';
	END IF;
	RAISE EXCEPTION 'contact % does not exist', coalesce(contact::text, 'NULL')
		USING ERRCODE = 'no_data_found', HINT = 'Name it by its contact_id; view dropcontact.contact_entity lists them.';
END
$$;
COMMENT ON FUNCTION dropcontact.refuse_missing(bigint) IS 'Says why a contact is not among those of the current controller. Errors: no_data_found; RG002 for one of another controller that the role may see';

REVOKE ALL ON FUNCTION dropcontact.clean_contact(), dropcontact.refuse_missing(bigint), dropcontact.field_value(dropcontact.contact, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dropcontact.refuse_missing(bigint) TO dropcontact_admin, dropcontact_operator, dropcontact_ingest, dropcontact_controller;
GRANT EXECUTE ON FUNCTION dropcontact.field_value(dropcontact.contact, text)
	TO dropcontact_admin, dropcontact_operator, dropcontact_ingest, dropcontact_controller, dropcontact_auditor, dropcontact_agent;
GRANT SELECT ON dropcontact.contact, dropcontact.correction, dropcontact.contact_problem
	TO dropcontact_admin, dropcontact_operator, dropcontact_ingest, dropcontact_controller;
GRANT UPDATE, DELETE ON dropcontact.contact TO dropcontact_admin, dropcontact_operator, dropcontact_ingest;
GRANT INSERT (controller_id, source, external_id, relation, full_name, civility, first_name, middle_name, last_name, suffix, email, other_emails,
		phone, mobile_phone, other_phones, company, website, linkedin, company_linkedin, siren, siret, vat, naf, employees,
		address, postcode, city, country, job_title, attributes, received_at, updated_at)
	ON dropcontact.contact TO dropcontact_admin, dropcontact_operator, dropcontact_ingest;
GRANT USAGE ON SEQUENCE dropcontact.contact_id_seq TO dropcontact_admin, dropcontact_operator, dropcontact_ingest;
SELECT pg_catalog.pg_extension_config_dump('dropcontact.contact', '');
SELECT pg_catalog.pg_extension_config_dump('dropcontact.contact_id_seq', '');
