/* normalize.sql: the pure functions that give each field its one clean form */

CREATE TYPE dropcontact.email_address AS (
	address text,
	local_part text,
	domain text,
	registrable_domain text,
	tag text,
	local_kind text,
	domain_kind text,
	qualification text,
	suggestion text,
	problem text
);
COMMENT ON TYPE dropcontact.email_address IS 'One e-mail address, parsed: local_kind in nominative, generic, random, catch_all, invalid; domain_kind in pro, perso, disposable, invalid; problem NULL when it can be used';

CREATE TYPE dropcontact.phone_number AS (
	e164 text,
	region text,
	kind text,
	extension text,
	national text,
	international text,
	problem text
);
COMMENT ON TYPE dropcontact.phone_number IS 'One telephone number, parsed: e164 by ITU-T E.164, region ISO 3166-1 alpha-2, kind in mobile, fixed_line, fixed_line_or_mobile, toll_free, premium_rate, shared_cost, voip, personal, pager, uan, unknown; problem NULL when it can be used';

CREATE TYPE dropcontact.person_name AS (
	civility text,
	first_name text,
	middle_name text,
	last_name text,
	suffix text,
	nickname text,
	full_name text,
	problem text
);
COMMENT ON TYPE dropcontact.person_name IS 'One persons name, parsed: civility M, Mme or NULL; full_name is the parts joined in order; problem NULL when it can be used';

CREATE TYPE dropcontact.company_name AS (
	name text,
	legal_form text,
	country text,
	key text,
	problem text
);
COMMENT ON TYPE dropcontact.company_name IS 'One company name, parsed: legal_form as the usual abbreviation, country ISO 3166-1 alpha-2 where the legal form tells it, key for comparison; problem NULL when it can be used';

CREATE TYPE dropcontact.postal_address AS (
	house_number text,
	street text,
	unit text,
	postcode text,
	city text,
	region text,
	country text,
	full_address text,
	problem text
);
COMMENT ON TYPE dropcontact.postal_address IS 'One postal address, parsed: country ISO 3166-1 alpha-2; full_address is one line; problem NULL when it can be used';

CREATE TYPE dropcontact.job_title AS (
	title text,
	level text,
	"function" text,
	problem text
);
COMMENT ON TYPE dropcontact.job_title IS 'One job title, parsed: level in c_level, vp, director, head, manager, senior, staff, junior, intern, owner; problem NULL when it can be used';

CREATE FUNCTION dropcontact.normalize_email(text) RETURNS text
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'normalize_email';
COMMENT ON FUNCTION dropcontact.normalize_email(text) IS 'The deliverable form of an e-mail address: mailto:, display name, surrounding punctuation, zero-width and full-width characters gone, lower case, domain in Unicode NFC by UTS #46. NULL when it cannot be an address under RFC 5321, 5322 and 6531 (dot-atom or quoted local part, lengths 64 and 254, no single-label or bare-IP domain, no end of line but one that folds a header). Never an error';

CREATE FUNCTION dropcontact.email_key(text) RETURNS text
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'email_key';
COMMENT ON FUNCTION dropcontact.email_key(text) IS 'The mailbox that an address reaches: sub-address removed, provider rules applied (Gmail dots and googlemail.com, Yahoo hyphen, Outlook, iCloud, Proton, Fastmail), domain as A-label, ends of line read as blanks. Two addresses of one mailbox have one key. NULL when it is no address. Source: RFC 5233 and the providers documentation';

CREATE FUNCTION dropcontact.parse_email(text) RETURNS dropcontact.email_address
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'parse_email';
COMMENT ON FUNCTION dropcontact.parse_email(text) IS 'One e-mail address with its parts, its qualification (local_kind@domain_kind) and, for a mistyped domain, a suggestion. problem says why it cannot be used, or that a second address follows; suggestion is also the address of a text with a stray end of line. Source: RFC 5321, 5322, 6531, UTS #46, the public suffix list';

CREATE FUNCTION dropcontact.normalize_phone(text, region text DEFAULT NULL) RETURNS text
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 200
	AS 'MODULE_PATHNAME', 'normalize_phone';
COMMENT ON FUNCTION dropcontact.normalize_phone(text, text) IS 'A telephone number as E.164. region (ISO 3166-1 alpha-2, may be NULL) is the country of numbers written nationally. NULL when it is no valid number. Source: ITU-T E.164, libphonenumber';

CREATE FUNCTION dropcontact.parse_phone(text, region text DEFAULT NULL) RETURNS dropcontact.phone_number
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 250
	AS 'MODULE_PATHNAME', 'parse_phone';
COMMENT ON FUNCTION dropcontact.parse_phone(text, text) IS 'One telephone number with its region, kind, extension and written forms. problem says why it cannot be used. Source: ITU-T E.164, libphonenumber';

CREATE FUNCTION dropcontact.parse_name(text) RETURNS dropcontact.person_name
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 150
	AS 'MODULE_PATHNAME', 'parse_name';
COMMENT ON FUNCTION dropcontact.parse_name(text) IS 'One persons name in European, Latin-script use, in its parts and correct casing: civilities and titles, LAST First, First LAST, Last, First, and Last First where the word lists tell; particles, compound names, suffixes and degrees, nicknames in quotes or parentheses. A name of two persons gives the first of them. problem is NULL, or: empty, no letters, too long (1000 bytes), an e-mail address, digits in a name, two persons, another last name was left out (née). parse_name of a full_name gives the same full_name. Never an error';

CREATE FUNCTION dropcontact.name_key(text) RETURNS text
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'name_key';
COMMENT ON FUNCTION dropcontact.name_key(text) IS 'The folded form that comparison uses: NFKC, case-folded, transliterated to ASCII, apostrophes dropped, other punctuation and multiple blanks one blank. Source: Unicode UAX #15, CLDR transliteration';

CREATE FUNCTION dropcontact.gender(first_name text, country text DEFAULT NULL) RETURNS text
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'gender';
COMMENT ON FUNCTION dropcontact.gender(text, text) IS 'male, female or unisex for a first name as used in a country (ISO 3166-1 alpha-2, may be NULL: the most frequent use); of several names the first tells, a nickname as the name it stands for. NULL when the built-in list of given names does not know it: nothing is guessed from endings';

CREATE FUNCTION dropcontact.parse_company(text) RETURNS dropcontact.company_name
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'parse_company';
COMMENT ON FUNCTION dropcontact.parse_company(text) IS 'One company name without its legal form, the legal form (ISO 20275), its country where it tells, and the key that comparison uses';

CREATE FUNCTION dropcontact.normalize_website(text) RETURNS text
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'normalize_website';
COMMENT ON FUNCTION dropcontact.normalize_website(text) IS 'The host of a web site in lower case without www., scheme, path or port. NULL when it is none. Source: RFC 3986, UTS #46';

CREATE FUNCTION dropcontact.registrable_domain(text) RETURNS text
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'registrable_domain';
COMMENT ON FUNCTION dropcontact.registrable_domain(text) IS 'The domain under a public suffix of a host, URL or e-mail address, by the public suffix list. NULL for a suffix itself, an IP address or no domain';

CREATE FUNCTION dropcontact.normalize_linkedin(text) RETURNS text
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'normalize_linkedin';
COMMENT ON FUNCTION dropcontact.normalize_linkedin(text) IS 'linkedin.com/in/slug or linkedin.com/company/slug from any LinkedIn profile or company address; NULL for anything else';

CREATE FUNCTION dropcontact.normalize_country(text) RETURNS text
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'normalize_country';
COMMENT ON FUNCTION dropcontact.normalize_country(text) IS 'ISO 3166-1 alpha-2 from a code (alpha-2, alpha-3, numeric), a name in a European language (CLDR through ICU), a common abbreviation or, behind those, a code of sports; NULL when unknown or ambiguous';

CREATE FUNCTION dropcontact.parse_address(text, country text DEFAULT NULL) RETURNS dropcontact.postal_address
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 300
	AS 'MODULE_PATHNAME', 'parse_address';
COMMENT ON FUNCTION dropcontact.parse_address(text, text) IS 'One postal address in its parts. country (ISO 3166-1 alpha-2, may be NULL) is where it is when the text does not say. problem says why it cannot be used';

CREATE FUNCTION dropcontact.normalize_siren(text) RETURNS text
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'normalize_siren';
COMMENT ON FUNCTION dropcontact.normalize_siren(text) IS 'The nine digits of a French company number (SIREN) with a valid Luhn checksum, else NULL. Source: ISO/IEC 7812-1 annex B, INSEE';

CREATE FUNCTION dropcontact.normalize_siret(text) RETURNS text
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'normalize_siret';
COMMENT ON FUNCTION dropcontact.normalize_siret(text) IS 'The fourteen digits of a French establishment number (SIRET) with a valid Luhn checksum, La Poste by its own rule (digit sum divisible by 5), else NULL. Source: INSEE';

CREATE FUNCTION dropcontact.normalize_vat(text) RETURNS text
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'normalize_vat';
COMMENT ON FUNCTION dropcontact.normalize_vat(text) IS 'An EU VAT number with its country prefix, its format and, where public, its check digits verified, else NULL. Source: Council Directive 2006/112/EC article 215, VIES';

CREATE FUNCTION dropcontact.vat_from_siren(text) RETURNS text
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'vat_from_siren';
COMMENT ON FUNCTION dropcontact.vat_from_siren(text) IS 'The VAT number of a French company: FR, the key (12 + 3 * (SIREN mod 97)) mod 97, the SIREN. NULL when the SIREN is not valid. Source: CGI article 286 ter';

CREATE FUNCTION dropcontact.parse_job(text) RETURNS dropcontact.job_title
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'parse_job';
COMMENT ON FUNCTION dropcontact.parse_job(text) IS 'One job title cleaned, with its level and function (general_management, sales, marketing, finance, it, engineering, product, data, design, operations, purchasing, logistics, production, quality, hr, legal, customer_service, communication, research, health, education, administration, other); French, English, German, Spanish, Italian, Dutch and Portuguese';

CREATE FUNCTION dropcontact.jaro_winkler(text, text) RETURNS float8
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'jaro_winkler';
COMMENT ON FUNCTION dropcontact.jaro_winkler(text, text) IS 'Jaro-Winkler similarity of two texts by Unicode code point, 0 (nothing in common) to 1 (equal); of texts beyond 16384 code points the rest is not looked at. Source: Winkler 1990';

CREATE FUNCTION dropcontact.damerau_levenshtein(text, text) RETURNS integer
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'damerau_levenshtein';
COMMENT ON FUNCTION dropcontact.damerau_levenshtein(text, text) IS 'Number of insertions, deletions, substitutions and transpositions of neighbours that turn one text into the other (unrestricted), by Unicode code point; of texts beyond 16384 code points the rest is not looked at. Time is the product of the lengths. Source: Damerau 1964, Zhao and Sahni 2019';

CREATE FUNCTION dropcontact.name_similarity(text, text) RETURNS float8
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'name_similarity';
COMMENT ON FUNCTION dropcontact.name_similarity(text, text) IS 'How likely two texts name one person, 0 to 1: each word finds its partner (the same, a nickname, an initial, another transliteration, a slip) in any order; words that one name alone has cost little, words that stand against each other much. 0.8 and more: one person, as far as a name tells; an initial gives 0.9 at most. Titles and degrees do not count, generations (Jr, Sr, III) do. Symmetric; 1 for a name and itself, 0 for a text without letters. The first 16 words are compared';

CREATE FUNCTION dropcontact.company_similarity(text, text) RETURNS float8
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'company_similarity';
COMMENT ON FUNCTION dropcontact.company_similarity(text, text) IS 'How far two company names can be one companys, 0 to 1: knows legal forms, acronyms, word order, slips of the keyboard, transliteration; words that many companies bear weigh little. From 0.75 on read it as one company. The first 24 words are compared';

