/* merged.sql: entities as one contact each, and where each of their values came from */

CREATE TYPE dropcontact.merged_fields AS (
	relation text, full_name text, civility text, first_name text, middle_name text, last_name text,
	suffix text, email text, phone text, mobile_phone text, company text, website text,
	linkedin text, company_linkedin text, siren text, siret text, vat text, naf text,
	employees text, address text, postcode text, city text, country text, job_title text,
	legal_form text, email_qualification text, phone_kind text, mobile_kind text, gender text, job_level text,
	job_function text, other_emails text[], other_phones text[], attributes jsonb, emails text[], phones text[],
	company_entity_id bigint, sources text[], contact_ids bigint[], members integer, confidence float8
);
COMMENT ON TYPE dropcontact.merged_fields IS 'What survives of the members of one entity; the columns of merged_contact';

CREATE TYPE dropcontact.merged_origin AS (
	field text, value text, contact_id bigint, source text, rule text
);
COMMENT ON TYPE dropcontact.merged_origin IS 'A value that survives, the contact that it comes from and the rule that chose it';

CREATE FUNCTION dropcontact.gather_member(internal, contact dropcontact.contact, link_probability float8, email_state text, company_entity_id bigint)
	RETURNS internal
	LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'gather_member';
COMMENT ON FUNCTION dropcontact.gather_member(internal, dropcontact.contact, float8, text, bigint) IS 'Inner part of merge_fields() and merge_origins(): adds a member';

CREATE FUNCTION dropcontact.merged_row(internal) RETURNS dropcontact.merged_fields
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'merged_row';
COMMENT ON FUNCTION dropcontact.merged_row(internal) IS 'Inner part of merge_fields(): what survives';

CREATE FUNCTION dropcontact.merged_origins(internal) RETURNS dropcontact.merged_origin[]
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'merged_origins';
COMMENT ON FUNCTION dropcontact.merged_origins(internal) IS 'Inner part of merge_origins(): what survives, with its origin';

CREATE AGGREGATE dropcontact.merge_fields(contact dropcontact.contact, link_probability float8, email_state text, company_entity_id bigint) (
	SFUNC = dropcontact.gather_member, STYPE = internal, SSPACE = 2048, FINALFUNC = dropcontact.merged_row, PARALLEL = SAFE
);
COMMENT ON AGGREGATE dropcontact.merge_fields(dropcontact.contact, float8, text, bigint) IS 'Merges the contacts of one entity, by the rules of survivorship of their controller: link_probability is that by which each joined, email_state what email_standing says about its e-mail';

CREATE AGGREGATE dropcontact.merge_origins(contact dropcontact.contact, link_probability float8, email_state text, company_entity_id bigint) (
	SFUNC = dropcontact.gather_member, STYPE = internal, SSPACE = 2048, FINALFUNC = dropcontact.merged_origins, PARALLEL = SAFE
);
COMMENT ON AGGREGATE dropcontact.merge_origins(dropcontact.contact, float8, text, bigint) IS 'The same choice as merge_fields(), as an array of the surviving values with the contact that each comes from';

/*
 * Contacts that are alone in the entity that they founded have no row in entity_member.
 * Both kinds are grouped by a column that has an index, so that a look-up of one entity
 * goes down to it, and the members of many can be read in the order of the index.
 */
CREATE VIEW dropcontact.merged_contact WITH (security_invoker = true) AS
	SELECT e.entity_id,
		(e.m).relation, (e.m).full_name, (e.m).civility, (e.m).first_name, (e.m).middle_name, (e.m).last_name,
		(e.m).suffix, (e.m).email, (e.m).other_emails, (e.m).phone, (e.m).mobile_phone, (e.m).other_phones,
		(e.m).company, (e.m).website, (e.m).linkedin, (e.m).company_linkedin, (e.m).siren, (e.m).siret,
		(e.m).vat, (e.m).naf, (e.m).employees, (e.m).address, (e.m).postcode, (e.m).city,
		(e.m).country, (e.m).job_title, (e.m).legal_form, (e.m).email_qualification, (e.m).phone_kind, (e.m).mobile_kind,
		(e.m).gender, (e.m).job_level, (e.m).job_function, (e.m).attributes, (e.m).emails, (e.m).phones,
		(e.m).company_entity_id, (e.m).sources, (e.m).contact_ids, (e.m).members, (e.m).confidence
	FROM (
		SELECT k.entity_id, dropcontact.merge_fields(c, k.link_probability, d.state, o.company_entity_id) AS m
		FROM dropcontact.entity_member k
			JOIN dropcontact.contact c USING (contact_id)
			LEFT JOIN dropcontact.email_standing d ON d.controller_id = c.controller_id AND d.email = c.email
			LEFT JOIN dropcontact.company_member o ON o.contact_id = c.contact_id
		GROUP BY k.entity_id
		UNION ALL
		SELECT c.contact_id, dropcontact.merge_fields(c, NULL, d.state, o.company_entity_id)
		FROM dropcontact.contact c
			LEFT JOIN dropcontact.email_standing d ON d.controller_id = c.controller_id AND d.email = c.email
			LEFT JOIN dropcontact.company_member o ON o.contact_id = c.contact_id
		WHERE NOT EXISTS (SELECT FROM dropcontact.entity_member k WHERE k.contact_id = c.contact_id)
		GROUP BY c.contact_id
	) e;
COMMENT ON VIEW dropcontact.merged_contact IS 'One row an entity: each field by survivorship (see survivorship_rules), all its e-mail addresses and phones best first, its sources and contacts, and how probable it is that they are one';
COMMENT ON COLUMN dropcontact.merged_contact.entity_id IS 'The person or organisation; persistent';
COMMENT ON COLUMN dropcontact.merged_contact.relation IS 'customer, prospect or supplier';
COMMENT ON COLUMN dropcontact.merged_contact.full_name IS 'Full name';
COMMENT ON COLUMN dropcontact.merged_contact.civility IS 'Civility, such as Mme';
COMMENT ON COLUMN dropcontact.merged_contact.first_name IS 'First name';
COMMENT ON COLUMN dropcontact.merged_contact.middle_name IS 'Middle name';
COMMENT ON COLUMN dropcontact.merged_contact.last_name IS 'Last name';
COMMENT ON COLUMN dropcontact.merged_contact.suffix IS 'Suffix of the name, such as Jr';
COMMENT ON COLUMN dropcontact.merged_contact.email IS 'The best e-mail address: the first of emails';
COMMENT ON COLUMN dropcontact.merged_contact.other_emails IS 'emails without email';
COMMENT ON COLUMN dropcontact.merged_contact.phone IS 'The best phone number that is not declared a mobile one';
COMMENT ON COLUMN dropcontact.merged_contact.mobile_phone IS 'The best mobile phone number';
COMMENT ON COLUMN dropcontact.merged_contact.other_phones IS 'phones without phone and mobile_phone';
COMMENT ON COLUMN dropcontact.merged_contact.company IS 'Name of the company';
COMMENT ON COLUMN dropcontact.merged_contact.website IS 'Web site of the company';
COMMENT ON COLUMN dropcontact.merged_contact.linkedin IS 'LinkedIn profile of the person';
COMMENT ON COLUMN dropcontact.merged_contact.company_linkedin IS 'LinkedIn page of the company';
COMMENT ON COLUMN dropcontact.merged_contact.siren IS 'French register number of the company';
COMMENT ON COLUMN dropcontact.merged_contact.siret IS 'French register number of the establishment';
COMMENT ON COLUMN dropcontact.merged_contact.vat IS 'VAT identification number';
COMMENT ON COLUMN dropcontact.merged_contact.naf IS 'French activity code';
COMMENT ON COLUMN dropcontact.merged_contact.employees IS 'Number or range of employees';
COMMENT ON COLUMN dropcontact.merged_contact.address IS 'Street and number';
COMMENT ON COLUMN dropcontact.merged_contact.postcode IS 'Postcode';
COMMENT ON COLUMN dropcontact.merged_contact.city IS 'City';
COMMENT ON COLUMN dropcontact.merged_contact.country IS 'Country (ISO 3166-1)';
COMMENT ON COLUMN dropcontact.merged_contact.job_title IS 'Job title';
COMMENT ON COLUMN dropcontact.merged_contact.legal_form IS 'Legal form, of the contact that company comes from';
COMMENT ON COLUMN dropcontact.merged_contact.email_qualification IS 'local_kind@domain_kind, of the contact that email comes from';
COMMENT ON COLUMN dropcontact.merged_contact.phone_kind IS 'Kind of number, of the contact that phone comes from';
COMMENT ON COLUMN dropcontact.merged_contact.mobile_kind IS 'Kind of number, of the contact that mobile_phone comes from';
COMMENT ON COLUMN dropcontact.merged_contact.gender IS 'Gender, of the contact that first_name comes from';
COMMENT ON COLUMN dropcontact.merged_contact.job_level IS 'Level, of the contact that job_title comes from';
COMMENT ON COLUMN dropcontact.merged_contact.job_function IS 'Function, of the contact that job_title comes from';
COMMENT ON COLUMN dropcontact.merged_contact.attributes IS 'What else the sources gave, merged key by key';
COMMENT ON COLUMN dropcontact.merged_contact.emails IS 'All e-mail addresses of the members, each once, best first, those that cannot be used last';
COMMENT ON COLUMN dropcontact.merged_contact.phones IS 'All phone numbers of the members, mobile ones included, each once, best first, those that cannot be used last';
COMMENT ON COLUMN dropcontact.merged_contact.company_entity_id IS 'The entity of the organisation that the person works for, known by registration number, domain, or name (and place where several organisations have it); NULL where no contact without a person is that organisation';
COMMENT ON COLUMN dropcontact.merged_contact.sources IS 'The systems that the members come from, in order of name';
COMMENT ON COLUMN dropcontact.merged_contact.contact_ids IS 'The members, in order';
COMMENT ON COLUMN dropcontact.merged_contact.members IS 'How many contacts were merged';
COMMENT ON COLUMN dropcontact.merged_contact.confidence IS 'How probable it is that the members are one: the probability of the weakest link among them; 1 for a single contact';

CREATE VIEW dropcontact.merged_field WITH (security_invoker = true) AS
	SELECT e.entity_id, o.field, o.value, o.contact_id, o.source, o.rule
	FROM (
		SELECT k.entity_id, dropcontact.merge_origins(c, k.link_probability, d.state, NULL) AS origins
		FROM dropcontact.entity_member k
			JOIN dropcontact.contact c USING (contact_id)
			LEFT JOIN dropcontact.email_standing d ON d.controller_id = c.controller_id AND d.email = c.email
		GROUP BY k.entity_id
		UNION ALL
		SELECT c.contact_id, dropcontact.merge_origins(c, NULL, d.state, NULL)
		FROM dropcontact.contact c
			LEFT JOIN dropcontact.email_standing d ON d.controller_id = c.controller_id AND d.email = c.email
		WHERE NOT EXISTS (SELECT FROM dropcontact.entity_member k WHERE k.contact_id = c.contact_id)
		GROUP BY c.contact_id
	) e, LATERAL pg_catalog.unnest(e.origins) o;
COMMENT ON VIEW dropcontact.merged_field IS 'Where each surviving value of an entity came from: the same choice as in merged_contact';
COMMENT ON COLUMN dropcontact.merged_field.entity_id IS 'The entity';
COMMENT ON COLUMN dropcontact.merged_field.field IS 'Field of merged_contact; emails[1], phones[1] and so on for the lists; attributes.key for attributes';
COMMENT ON COLUMN dropcontact.merged_field.value IS 'The value that survived';
COMMENT ON COLUMN dropcontact.merged_field.contact_id IS 'The contact that it came from; of several that have it, the best by the same rule';
COMMENT ON COLUMN dropcontact.merged_field.source IS 'The source of that contact';
COMMENT ON COLUMN dropcontact.merged_field.rule IS 'The rule of survivorship that chose it; "only unusable values" when no member has a usable one; "with company" and so on when it comes with another field';

REVOKE ALL ON FUNCTION dropcontact.gather_member(internal, dropcontact.contact, float8, text, bigint), dropcontact.merged_row(internal), dropcontact.merged_origins(internal),
	dropcontact.merge_fields(dropcontact.contact, float8, text, bigint), dropcontact.merge_origins(dropcontact.contact, float8, text, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dropcontact.gather_member(internal, dropcontact.contact, float8, text, bigint), dropcontact.merged_row(internal), dropcontact.merged_origins(internal),
	dropcontact.merge_fields(dropcontact.contact, float8, text, bigint), dropcontact.merge_origins(dropcontact.contact, float8, text, bigint)
	TO dropcontact_admin, dropcontact_operator, dropcontact_controller;
GRANT SELECT ON dropcontact.merged_contact, dropcontact.merged_field TO dropcontact_admin, dropcontact_operator, dropcontact_controller;
