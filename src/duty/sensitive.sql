/* sensitive.sql: data that the agreement does not cover, recognised */

CREATE FUNCTION dropcontact.sensitive_terms(text) RETURNS text[]
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'sensitive_terms';
COMMENT ON FUNCTION dropcontact.sensitive_terms(text) IS 'Which kinds of data the words and numbers of a text name that an agreement on contacts does not cover: special_category (GDPR articles 9 and 10), national_id (article 87, bank accounts included); empty when none. Words of eight languages; numbers by their check digits: IBAN (ISO 13616), French NIR, Italian codice fiscale';
CREATE FUNCTION dropcontact.sensitive_attribute(attributes jsonb, covered text[] DEFAULT '{}') RETURNS text
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'sensitive_attribute';
COMMENT ON FUNCTION dropcontact.sensitive_attribute(jsonb, text[]) IS 'The attribute (attributes.KEY) by which a JSON object holds what sensitive_terms() recognises, in keys or values at any depth; NULL when none does. A key without a value, or with false, says nothing; covered keys are passed over';
REVOKE ALL ON FUNCTION dropcontact.sensitive_terms(text), dropcontact.sensitive_attribute(jsonb, text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dropcontact.sensitive_terms(text), dropcontact.sensitive_attribute(jsonb, text[]) TO dropcontact_admin, dropcontact_operator, dropcontact_controller, dropcontact_auditor;
