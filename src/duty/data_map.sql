/*
 * data_map.sql: where personal data stand, what they are, and what erasure does with them
 *
 * Every column that can hold a text has an entry; what the tables of a new room hold must be entered there too, or
 * sql/data_map.sql fails and so does control III.5a. Ids, counts and times alone say nothing of a person.
 */

CREATE TABLE dropcontact.data_map (
	relation name NOT NULL,
	attribute name NOT NULL,
	category text NOT NULL CHECK (category IN ('identifying', 'professional', 'staff', 'technical')),
	dpv_iri text CHECK (dpv_iri ~ '^https://w3id\.org/dpv'),
	erase_strategy text NOT NULL CHECK (erase_strategy IN ('row', 'value', 'words', 'kept')),
	reason text,
	PRIMARY KEY (relation, attribute),
	CHECK ((category = 'technical') = (dpv_iri IS NULL)),
	CHECK (category = 'technical' OR erase_strategy <> 'kept' OR reason IS NOT NULL)
);
COMMENT ON TABLE dropcontact.data_map IS 'Each column that can hold a text: what personal data it holds and what becomes of them when a person is erased';
COMMENT ON COLUMN dropcontact.data_map.relation IS 'Table of schema dropcontact';
COMMENT ON COLUMN dropcontact.data_map.attribute IS 'Its column';
COMMENT ON COLUMN dropcontact.data_map.category IS 'identifying or professional data of the persons whose contacts these are; staff: of those who work with them; technical: none';
COMMENT ON COLUMN dropcontact.data_map.dpv_iri IS 'Term of the Data Privacy Vocabulary';
COMMENT ON COLUMN dropcontact.data_map.erase_strategy IS 'row: the row goes with the contact; value: the value is emptied; words: occurrences of the person''s values are struck out; kept: it stays, for the reason given';
COMMENT ON COLUMN dropcontact.data_map.reason IS 'Why it stays';

INSERT INTO dropcontact.data_map
SELECT 'contact', a, CASE WHEN a IN ('relation', 'company', 'website', 'company_linkedin', 'siren', 'siret', 'vat', 'naf', 'employees', 'job_title', 'legal_form', 'job_level', 'job_function') THEN 'professional' ELSE 'identifying' END,
	'https://w3id.org/dpv/pd#' || CASE WHEN a ~ 'email' THEN 'EmailAddress' WHEN a ~ 'phone|mobile' THEN 'TelephoneNumber' WHEN a IN ('address', 'postcode', 'city', 'country') THEN 'PhysicalAddress'
		WHEN a ~ 'name|suffix|civility' THEN 'Name' WHEN a = 'gender' THEN 'Gender' WHEN a IN ('job_title', 'job_level', 'job_function') THEN 'CurrentEmployment' ELSE 'Professional' END, 'row', NULL
FROM pg_catalog.unnest('{source,external_id,relation,full_name,civility,first_name,middle_name,last_name,suffix,email,other_emails,phone,mobile_phone,other_phones,company,website,linkedin,
	company_linkedin,siren,siret,vat,naf,employees,address,postcode,city,country,job_title,attributes,legal_form,email_qualification,phone_kind,mobile_kind,gender,job_level,job_function,
	received,problems}'::text[]) a;
INSERT INTO dropcontact.data_map VALUES
	('match_index', 'entries', 'technical', NULL, 'row', 'hashes by which contacts are compared'),
	('match_keys_of', 'entries', 'technical', NULL, 'row', 'hashes by which contacts are compared'),
	('match_changed', 'entry', 'technical', NULL, 'row', 'hashes by which contacts are compared'),
	('match_pair', 'evidence', 'identifying', 'https://w3id.org/dpv/pd#Identifying', 'row', NULL),
	('email_standing', 'email', 'identifying', 'https://w3id.org/dpv/pd#EmailAddress', 'row', NULL),
	('consent', 'person', 'identifying', 'https://w3id.org/dpv/pd#Identifying', 'row', NULL),
	('quarantine', 'external_id', 'identifying', 'https://w3id.org/dpv/pd#Identifying', 'row', NULL),
	('processing_limit', 'source', 'technical', NULL, 'row', NULL),
	('processing_limit', 'external_id', 'identifying', 'https://w3id.org/dpv/pd#Identifying', 'row', NULL),
	('field_lock', 'value', 'identifying', 'https://w3id.org/dpv/pd#Identifying', 'row', NULL),
	('field_lock', 'source', 'technical', NULL, 'row', NULL),
	('field_lock', 'external_id', 'identifying', 'https://w3id.org/dpv/pd#Identifying', 'row', NULL),
	('request_record', 'subject', 'identifying', 'https://w3id.org/dpv/pd#Identifying', 'value', NULL),
	('outbox_message', 'body', 'identifying', 'https://w3id.org/dpv/pd#Identifying', 'words', NULL),
	('outbox_message', 'recipient', 'staff', 'https://w3id.org/dpv/pd#EmailAddress', 'kept', 'the address of the controller'),
	('instruction_record', 'body', 'identifying', 'https://w3id.org/dpv/pd#Identifying', 'kept', 'an instruction is recorded as it was given; whoever gives one is told to name no person'),
	('instruction_record', 'reason', 'identifying', 'https://w3id.org/dpv/pd#Identifying', 'kept', 'an instruction is recorded as it was given; whoever gives one is told to name no person'),
	('supervision', 'question', 'identifying', 'https://w3id.org/dpv/pd#Identifying', 'words', NULL),
	('supervision', 'answer', 'identifying', 'https://w3id.org/dpv/pd#Identifying', 'words', NULL),
	('breach', 'details', 'identifying', 'https://w3id.org/dpv/pd#Identifying', 'words', NULL),
	('mailbox', 'address', 'staff', 'https://w3id.org/dpv/pd#EmailAddress', 'kept', 'the mailbox of an employee; emptied when it is stopped'),
	('mailbox', 'owner', 'staff', 'https://w3id.org/dpv/pd#Name', 'kept', 'the employee; emptied when the mailbox is stopped'),
	('authorised_person', 'full_name', 'staff', 'https://w3id.org/dpv/pd#Name', 'kept', 'GDPR article 28(3)(b): who was committed to confidentiality'),
	('party', 'representative', 'staff', 'https://w3id.org/dpv/pd#Name', 'kept', 'GDPR article 30(2)(a)'),
	('party', 'dpo', 'staff', 'https://w3id.org/dpv/pd#Name', 'kept', 'GDPR article 30(2)(a)'),
	('party', 'contact_email', 'staff', 'https://w3id.org/dpv/pd#EmailAddress', 'kept', 'GDPR article 30(2)(a)'),
	('controller', 'contact_email', 'staff', 'https://w3id.org/dpv/pd#EmailAddress', 'kept', 'requests are forwarded to it');

/* logins and names of those who work with the data: what they did is kept as long as what they did it to */
INSERT INTO dropcontact.data_map
SELECT t.relation, a, 'staff', 'https://w3id.org/dpv/pd#Identifying', 'kept', 'who did it, GDPR articles 5(2) and 28(3)(b)'
FROM (VALUES
	('access', '{role,granted_by}'::text[]),
	('access_log', '{actor}'::text[]),
	('agreement', '{signed_by}'::text[]),
	('attachment', '{attached_by}'::text[]),
	('audit_mission', '{auditor_role,opened_by}'::text[]),
	('audit_objection', '{made_by}'::text[]),
	('audit_staff', '{full_name}'::text[]),
	('authorised_person', '{rolname,authorised_by}'::text[]),
	('breach', '{declared_by}'::text[]),
	('commitment', '{rolname}'::text[]),
	('controller_declaration', '{declared_by}'::text[]),
	('disclosure', '{done_by}'::text[]),
	('egress_declaration', '{declared_by}'::text[]),
	('entity_log', '{done_by}'::text[]),
	('instruction_hold', '{done_by}'::text[]),
	('instruction_record', '{given_by}'::text[]),
	('legal_basis', '{stated_by}'::text[]),
	('mailbox', '{decided_by}'::text[]),
	('match_decision', '{decided_by}'::text[]),
	('party', '{described_by}'::text[]),
	('run', '{done_by,acting_as}'::text[]),
	('setting_value', '{set_by}'::text[]),
	('subprocessor', '{proposed_by}'::text[]),
	('subprocessor_objection', '{made_by}'::text[]),
	('supervision', '{asked_by}'::text[]),
	('training', '{rolname}'::text[])
) t(relation, attributes), pg_catalog.unnest(t.attributes) a;

/* codes, hashes and words of the extension itself */
INSERT INTO dropcontact.data_map
SELECT t.relation, a, 'technical', NULL, 'kept', NULL
FROM (VALUES
	('access_log', '{via,purpose,origin,limited_use_ground}'::text[]),
	('agreement', '{text_sha256,general_conditions_sha256}'::text[]),
	('attachment', '{source}'::text[]),
	('audit_mission', '{mandate_sha256,scope}'::text[]),
	('audit_objection', '{item,ground}'::text[]),
	('audit_staff', '{nda_sha256}'::text[]),
	('authorised_person', '{kind}'::text[]),
	('breach', '{nature,cause_party,liable_party}'::text[]),
	('breach_notice', '{phase,missing,late_reason}'::text[]),
	('commitment', '{basis,doc_sha256}'::text[]),
	('consent', '{purpose,evidence_ref}'::text[]),
	('control', '{clause,article,owner,proves,check_sql}'::text[]),
	('control_result', '{clause,finding}'::text[]),
	('controller', '{name,country}'::text[]),
	('controller_declaration', '{kind,doc_sha256}'::text[]),
	('data_map', '{relation,attribute,category,dpv_iri,erase_strategy,reason}'::text[]),
	('destruction_certificate', '{rows_before,rows_after,method,sha256}'::text[]),
	('disclosure', '{recipient,what}'::text[]),
	('egress_declaration', '{kind,name,reason}'::text[]),
	('email_standing', '{state}'::text[]),
	('entity_log', '{kind,why}'::text[]),
	('erased_value', '{token}'::text[]),
	('erasure_certificate', '{removed,sha256}'::text[]),
	('field_lock', '{field}'::text[]),
	('glossary', '{term,definition,source_clause,dpv_iri}'::text[]),
	('guarantee', '{clause,evidence_sha256}'::text[]),
	('instruction_hold', '{state,reason}'::text[]),
	('instruction_record', '{kind,sha256}'::text[]),
	('instruction_warning', '{rule}'::text[]),
	('ledger', '{kind,body,hash}'::text[]),
	('quarantine', '{source,code,field}'::text[]),
	('word_entry', '{list,word,origin,value}'::text[]),
	('ledger_head', '{hash}'::text[]),
	('legal_basis', '{purpose,basis,lia_ref}'::text[]),
	('mailbox', '{name,provider,scopes}'::text[]),
	('match_decision', '{verdict}'::text[]),
	('match_field', '{key,kind}'::text[]),
	('match_level', '{field,level}'::text[]),
	('outbox_message', '{kind,subject,body_sha256,message_id,reply}'::text[]),
	('party', '{role,legal_name,registration_no,address,country}'::text[]),
	('processing_limit', '{kind,purpose}'::text[]),
	('purpose', '{purpose,service,nature,dpv_iri,meaning}'::text[]),
	('rectification_conflict', '{field}'::text[]),
	('register_snapshot', '{sha256}'::text[]),
	('request_record', '{kind,received_by,state,steps,ground}'::text[]),
	('run', '{purpose,channel,tls_version,refused}'::text[]),
	('safeguard', '{kind,name,clause,state}'::text[]),
	('service_end', '{choice}'::text[]),
	('setting_value', '{setting,value,reason,intended_use}'::text[]),
	('source', '{name,kind,region,url,relation}'::text[]),
	('subprocessor', '{name,activities,contact,registered_office,office_country,group_country,server_country}'::text[]),
	('subprocessor_notice', '{change}'::text[]),
	('subprocessor_objection', '{reason}'::text[]),
	('supervision', '{kind,doc_sha256}'::text[]),
	('tombstone', '{token}'::text[]),
	('tombstone_key', '{salt}'::text[]),
	('training', '{topic,doc_sha256}'::text[]),
	('transfer', '{recipient,country,tool,legal_obligation,notice_barred_by,barred_ground}'::text[])
) t(relation, attributes), pg_catalog.unnest(t.attributes) a;

CREATE FUNCTION dropcontact.unmapped_columns(OUT relation name, OUT attribute name) RETURNS SETOF record
	LANGUAGE sql STABLE
	SET search_path = pg_catalog, dropcontact, pg_temp
	AS $$
	SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
		LEFT JOIN pg_type e ON e.oid = (SELECT t.typelem FROM pg_type t WHERE t.oid = a.atttypid AND t.typcategory = 'A')
	WHERE c.relnamespace = 'dropcontact'::regnamespace AND c.relkind IN ('r', 'p', 'm', 'f') AND c.relpersistence <> 't'
		AND coalesce(e.oid, a.atttypid) IN ('text'::regtype, 'varchar'::regtype, 'bpchar'::regtype, 'json'::regtype, 'jsonb'::regtype, 'xml'::regtype, 'bytea'::regtype, 'name'::regtype, 'inet'::regtype)
		AND NOT EXISTS (SELECT FROM data_map m WHERE m.relation = c.relname AND m.attribute = a.attname)
	ORDER BY 1, a.attnum
	$$;
COMMENT ON FUNCTION dropcontact.unmapped_columns() IS 'Columns that can hold a text and have no entry in data_map: there must be none';

GRANT SELECT ON dropcontact.data_map TO dropcontact_admin, dropcontact_operator, dropcontact_controller, dropcontact_auditor;
SELECT pg_catalog.pg_extension_config_dump('dropcontact.data_map', 'WHERE false');
REVOKE ALL ON FUNCTION dropcontact.unmapped_columns() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dropcontact.unmapped_columns() TO dropcontact_admin, dropcontact_operator, dropcontact_controller;
