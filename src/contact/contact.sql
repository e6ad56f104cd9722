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
COMMENT ON TABLE dropcontact.contact IS 'One row per record received. A trigger cleans every INSERT and UPDATE; a value that cannot be used is kept as received and listed in contact_problem, and the row is never refused for it';
COMMENT ON COLUMN dropcontact.contact.relation IS 'customer, prospect or supplier';
COMMENT ON COLUMN dropcontact.contact.attributes IS 'Whatever else the source gave, by name';
COMMENT ON COLUMN dropcontact.contact.legal_form IS 'Derived: legal form of the company';
COMMENT ON COLUMN dropcontact.contact.email_qualification IS 'Derived: local_kind@domain_kind of the e-mail';
COMMENT ON COLUMN dropcontact.contact.phone_kind IS 'Derived: kind of the phone number';
COMMENT ON COLUMN dropcontact.contact.mobile_kind IS 'Derived: kind of the mobile phone number';
COMMENT ON COLUMN dropcontact.contact.gender IS 'Derived: male, female, unisex or NULL';
COMMENT ON COLUMN dropcontact.contact.job_level IS 'Derived: level of the job title';
COMMENT ON COLUMN dropcontact.contact.job_function IS 'Derived: function of the job title';
COMMENT ON COLUMN dropcontact.contact.received IS 'Derived: the original of each field that cleaning changed';
COMMENT ON COLUMN dropcontact.contact.problems IS 'Derived: why a field cannot be used, by field';
COMMENT ON COLUMN dropcontact.contact.cleaned_by IS 'Derived: version of the rules that cleaned the row. A row that is inserted with it comes from a dump and is taken as it is';

CREATE FUNCTION dropcontact.clean_contact() RETURNS trigger
	LANGUAGE c AS 'MODULE_PATHNAME', 'clean_contact';
COMMENT ON FUNCTION dropcontact.clean_contact() IS 'Row trigger of contact: gives each field its clean form, keeps the original of what it changed, lists what it could not use. Errors: undefined_object for an unknown source';
CREATE TRIGGER clean BEFORE INSERT OR UPDATE ON dropcontact.contact
	FOR EACH ROW EXECUTE FUNCTION dropcontact.clean_contact();

-- A foreign key would cost as much as all cleaning: the trigger above looks each source up, under a lock
-- that this function takes for itself (DC_SOURCE_LOCK of clean.c).
CREATE FUNCTION dropcontact.guard_source() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
BEGIN
	PERFORM pg_advisory_xact_lock(1685549172, OLD.controller_id);
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

CREATE VIEW dropcontact.correction WITH (security_invoker = true) AS
	SELECT c.contact_id, c.source, c.external_id, r.key AS field, r.value AS received,
		pg_catalog.to_jsonb(c.*) ->> r.key AS corrected,
		CASE WHEN pg_catalog.to_jsonb(c.*) ->> r.key IS NULL THEN 'moved' ELSE 'normalised' END AS rule
	FROM dropcontact.contact c, LATERAL pg_catalog.jsonb_each_text(c.received) r
	WHERE c.received IS NOT NULL;
COMMENT ON VIEW dropcontact.correction IS 'What cleaning changed: the value received and the value that stands now, field by field';

CREATE VIEW dropcontact.contact_problem WITH (security_invoker = true) AS
	SELECT c.contact_id, c.source, c.external_id, p.key AS field,
		pg_catalog.to_jsonb(c.*) ->> p.key AS value, p.value AS problem
	FROM dropcontact.contact c, LATERAL pg_catalog.jsonb_each_text(c.problems) p
	WHERE c.problems IS NOT NULL;
COMMENT ON VIEW dropcontact.contact_problem IS 'Values that cannot be used as they are, and why; they are kept as received';

REVOKE ALL ON FUNCTION dropcontact.clean_contact() FROM PUBLIC;
GRANT SELECT ON dropcontact.contact, dropcontact.correction, dropcontact.contact_problem
	TO dropcontact_admin, dropcontact_operator, dropcontact_ingest, dropcontact_controller;
GRANT UPDATE, DELETE ON dropcontact.contact TO dropcontact_admin, dropcontact_operator, dropcontact_ingest;
GRANT INSERT (source, external_id, relation, full_name, civility, first_name, middle_name, last_name, suffix, email, other_emails,
		phone, mobile_phone, other_phones, company, website, linkedin, company_linkedin, siren, siret, vat, naf, employees,
		address, postcode, city, country, job_title, attributes, received_at, updated_at)
	ON dropcontact.contact TO dropcontact_admin, dropcontact_operator, dropcontact_ingest;
GRANT USAGE ON SEQUENCE dropcontact.contact_id_seq TO dropcontact_admin, dropcontact_operator, dropcontact_ingest;
SELECT pg_catalog.pg_extension_config_dump('dropcontact.contact', '');
SELECT pg_catalog.pg_extension_config_dump('dropcontact.contact_id_seq', '');
