/*-------------------------------------------------------------------------
 *
 * clean_row.c
 *	  Which clean form each field of a contact gets.
 *
 * Fields that depend on each other are a group, cleaned together when one of them
 * changed.  A value that no rule can use stays as it came, with a problem.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/text.h"
#include "contact/clean.h"
#include "normalize/normalize.h"

const char *const dc_field_names[F_COUNT] = {
	"relation", "full_name", "civility", "first_name", "middle_name", "last_name", "suffix",
	"email", "phone", "mobile_phone", "company", "website", "linkedin", "company_linkedin",
	"siren", "siret", "vat", "naf", "employees", "address", "postcode", "city", "country", "job_title",
	"legal_form", "email_qualification", "phone_kind", "mobile_kind", "gender", "job_level", "job_function"
};

static bool
any_changed(const DcContactRow *row, DcField first, DcField last)
{
	for (int f = first; f <= last; f++)
		if (row->changed[f])
			return true;
	return false;
}

/* A text without content is no value. */
static const char *
cleaned(const char *value)
{
	char	   *s = value == NULL ? NULL : dc_clean(value);

	return s == NULL || *s == '\0' ? NULL : s;
}

/* The clean form where there is one; else the value stays and has a problem. */
static void
use(DcContactRow *row, DcField f, const char *clean, const char *problem)
{
	if (clean != NULL)
		row->value[f] = clean;
	else if (cleaned(row->value[f]) == NULL)
		row->value[f] = NULL;
	else
		row->problem[f] = problem;
}

static void
clean_relation(DcContactRow *row)
{
	static const char *const known[][2] = {
		{"customer", "customer"}, {"client", "customer"}, {"kunde", "customer"}, {"cliente", "customer"},
		{"prospect", "prospect"}, {"lead", "prospect"}, {"interessent", "prospect"},
		{"supplier", "supplier"}, {"fournisseur", "supplier"}, {"vendor", "supplier"}, {"lieferant", "supplier"}, {"proveedor", "supplier"}
	};
	const char *clean = NULL;
	char	   *folded;

	if (row->value[F_RELATION] == NULL)
		return;
	folded = dc_fold(row->value[F_RELATION]);
	for (int i = 0; i < lengthof(known); i++)
		if (strcmp(folded, known[i][0]) == 0)
			clean = known[i][1];
	use(row, F_RELATION, clean, "is not customer, prospect or supplier");
}

const char *
dc_join_name(const DcContactRow *row)
{
	static const DcField parts[] = {F_FIRST_NAME, F_MIDDLE_NAME, F_LAST_NAME, F_SUFFIX};
	StringInfoData full;

	initStringInfo(&full);
	for (int i = 0; i < lengthof(parts); i++)
		if (row->value[parts[i]] != NULL)
			appendStringInfo(&full, "%s%s", full.len > 0 ? " " : "", row->value[parts[i]]);
	return full.len > 0 ? full.data : NULL;
}

/* A part of the name that a name in one piece gives, unless it was given itself. */
static void
fill_part(DcContactRow *row, DcField f, const char *part)
{
	if (row->changed[f] && cleaned(row->value[f]) != NULL)
	{
		row->value[f] = f == F_CIVILITY || f == F_SUFFIX ? cleaned(row->value[f]) : dc_name_case(row->value[f]);
		return;
	}
	row->value[f] = part;
	row->filled[f] = true;
}

static void
split_name(DcContactRow *row)
{
	DcName		name = {0};

	dc_parse_name(row->value[F_FULL_NAME], &name);
	use(row, F_FULL_NAME, name.full_name, name.problem);
	row->problem[F_FULL_NAME] = name.problem;
	if (row->value[F_CIVILITY] == NULL || (row->filled[F_CIVILITY] && !row->changed[F_CIVILITY]))
		fill_part(row, F_CIVILITY, name.civility);
	fill_part(row, F_FIRST_NAME, name.first_name);
	fill_part(row, F_MIDDLE_NAME, name.middle_name);
	fill_part(row, F_LAST_NAME, name.last_name);
	fill_part(row, F_SUFFIX, name.suffix);
}

/*
 * The name in one piece is split when first and last name are missing, or when it changes
 * without them; else it follows from the parts.
 */
static void
clean_name(DcContactRow *row)
{
	static const DcField parts[] = {F_FIRST_NAME, F_MIDDLE_NAME, F_LAST_NAME, F_SUFFIX};

	if (row->value[F_CIVILITY] != NULL && row->changed[F_CIVILITY])
		use(row, F_CIVILITY, dc_normalize_civility(row->value[F_CIVILITY]), "is no civility");
	if (cleaned(row->value[F_FULL_NAME]) != NULL &&
		((cleaned(row->value[F_FIRST_NAME]) == NULL && cleaned(row->value[F_LAST_NAME]) == NULL) ||
		 (row->changed[F_FULL_NAME] && !row->changed[F_FIRST_NAME] && !row->changed[F_LAST_NAME])))
	{
		split_name(row);
		return;
	}
	for (int i = 0; i < lengthof(parts); i++)
	{
		DcField		f = parts[i];

		if (row->value[f] == NULL)
			continue;
		if (f != F_SUFFIX && dc_is_placeholder(row->value[f], "person"))
			use(row, f, NULL, "a placeholder");
		else
			use(row, f, f == F_SUFFIX ? cleaned(row->value[f]) : dc_name_case(row->value[f]), "is no name");
	}
	if (cleaned(row->value[F_FULL_NAME]) == NULL || (any_changed(row, F_FIRST_NAME, F_SUFFIX) && !row->changed[F_FULL_NAME]))
	{
		row->value[F_FULL_NAME] = dc_join_name(row);
		row->filled[F_FULL_NAME] = true;
	}
	else
		row->value[F_FULL_NAME] = dc_name_case(row->value[F_FULL_NAME]);
}

static void
derive_gender(DcContactRow *row)
{
	const char *gender = NULL;

	if (row->value[F_FIRST_NAME] != NULL)
		gender = dc_gender(row->value[F_FIRST_NAME], row->value[F_COUNTRY]);
	if ((gender == NULL || strcmp(gender, "unisex") == 0) && row->value[F_CIVILITY] != NULL)
	{
		if (strcmp(row->value[F_CIVILITY], "M") == 0)
			gender = "male";
		else if (strcmp(row->value[F_CIVILITY], "Mme") == 0)
			gender = "female";
	}
	row->value[F_GENDER] = gender;
}

static void
clean_email(DcContactRow *row)
{
	DcEmail		email = {0};
	bool		stray;

	row->value[F_EMAIL_QUALIFICATION] = NULL;
	if (row->value[F_EMAIL] == NULL)
		return;
	/* an end of line around a field is its file's */
	dc_parse_email(dc_one_line(row->value[F_EMAIL], &stray), &email);
	use(row, F_EMAIL, email.address, email.problem);
	row->value[F_EMAIL_QUALIFICATION] = email.qualification;
	if (email.address != NULL)
		row->problem[F_EMAIL] = email.problem;
	if (email.suggestion != NULL)
		row->problem[F_EMAIL] = psprintf("mistyped domain, perhaps %s", email.suggestion);
}

static void
clean_phone(DcContactRow *row, DcField f, DcField kind)
{
	DcPhone		phone = {0};

	row->value[kind] = NULL;
	if (row->value[f] == NULL)
		return;
	dc_read_phone(row->value[f], row->value[F_COUNTRY] != NULL && strlen(row->value[F_COUNTRY]) == 2 ?
				  row->value[F_COUNTRY] : row->region, &phone);
	use(row, f, phone.e164, phone.problem);
	/* a number that can be used may have one too, such as a second number behind it */
	if (row->value[f] != NULL)
		row->problem[f] = phone.problem;
	row->value[kind] = phone.kind;
}

/* A number that was not understood may be so in another country. */
static bool
phone_changed(const DcContactRow *row, DcField f)
{
	return row->changed[f] || (row->changed[F_COUNTRY] && row->value[f] != NULL && row->value[f][0] != '+');
}

static void
clean_company(DcContactRow *row)
{
	DcCompany	company = {0};

	row->value[F_LEGAL_FORM] = NULL;
	if (row->value[F_COMPANY] == NULL)
		return;
	dc_parse_company(row->value[F_COMPANY], &company);
	use(row, F_COMPANY, company.name, company.problem);
	row->value[F_LEGAL_FORM] = company.legal_form;
}

/* Street, postcode and city of an address in one piece. */
static void
split_address(DcContactRow *row)
{
	DcAddress	address = {0};
	StringInfoData line;

	dc_parse_address(row->value[F_ADDRESS], row->value[F_COUNTRY] != NULL ? row->value[F_COUNTRY] : row->region, &address);
	if (address.postcode == NULL || address.street == NULL)
		return;
	initStringInfo(&line);
	appendStringInfo(&line, "%s%s%s", address.house_number ? address.house_number : "",
					 address.house_number ? " " : "", address.street);
	if (address.unit != NULL)
		appendStringInfo(&line, ", %s", address.unit);
	row->value[F_ADDRESS] = line.data;
	row->value[F_POSTCODE] = address.postcode;
	row->value[F_CITY] = address.city;
	row->filled[F_POSTCODE] = true;
	row->filled[F_CITY] = true;
	if (row->value[F_COUNTRY] == NULL && address.country != NULL)
	{
		row->value[F_COUNTRY] = address.country;
		row->filled[F_COUNTRY] = true;
	}
}

/* An address in one piece is taken apart where postcode and city are missing. */
static void
clean_address(DcContactRow *row)
{
	/* what an address gave before goes with it */
	if (row->changed[F_ADDRESS])
		for (DcField f = F_POSTCODE; f <= F_COUNTRY; f++)
			if (row->filled[f] && !row->changed[f])
				row->value[f] = NULL;
	if (row->value[F_COUNTRY] != NULL && row->changed[F_COUNTRY])
		use(row, F_COUNTRY, dc_normalize_country(row->value[F_COUNTRY]), "is no country");
	for (DcField f = F_ADDRESS; f <= F_CITY; f++)
		row->value[f] = cleaned(row->value[f]);
	if (row->value[F_ADDRESS] != NULL && row->value[F_POSTCODE] == NULL && row->value[F_CITY] == NULL)
		split_address(row);
	if (row->value[F_POSTCODE] != NULL)
		row->value[F_POSTCODE] = dc_upper(row->value[F_POSTCODE]);
	if (row->value[F_CITY] != NULL)
	{
		const char *city = row->value[F_CITY];

		if (strcmp(city, dc_upper(city)) == 0 || strcmp(city, dc_lower(city)) == 0)
			row->value[F_CITY] = dc_name_case(city);
	}
	dc_check_place(row);
}

static void
clean_job(DcContactRow *row)
{
	DcJob		job = {0};

	if (row->value[F_JOB_TITLE] != NULL)
	{
		dc_parse_job(row->value[F_JOB_TITLE], &job);
		use(row, F_JOB_TITLE, job.title, job.problem);
	}
	row->value[F_JOB_LEVEL] = job.level;
	row->value[F_JOB_FUNCTION] = job.function;
}

static void
clean_scalar(DcContactRow *row, DcField f, char *(*normalize) (const char *), const char *problem)
{
	if (row->value[f] != NULL && row->changed[f])
		use(row, f, normalize(row->value[f]), problem);
}

void
dc_clean_row(DcContactRow *row)
{
	if (row->changed[F_RELATION])
		clean_relation(row);
	if (any_changed(row, F_ADDRESS, F_COUNTRY))
		clean_address(row);
	if (any_changed(row, F_FULL_NAME, F_SUFFIX))
		clean_name(row);
	if (any_changed(row, F_FULL_NAME, F_SUFFIX) || any_changed(row, F_ADDRESS, F_COUNTRY))
		derive_gender(row);
	if (row->changed[F_EMAIL])
		clean_email(row);
	if (phone_changed(row, F_PHONE))
		clean_phone(row, F_PHONE, F_PHONE_KIND);
	if (phone_changed(row, F_MOBILE_PHONE))
		clean_phone(row, F_MOBILE_PHONE, F_MOBILE_KIND);
	if (row->changed[F_COMPANY])
		clean_company(row);
	clean_scalar(row, F_WEBSITE, dc_normalize_website, "is no web site");
	clean_scalar(row, F_LINKEDIN, dc_normalize_linkedin, "is no LinkedIn address");
	clean_scalar(row, F_COMPANY_LINKEDIN, dc_normalize_linkedin, "is no LinkedIn address");
	clean_scalar(row, F_SIREN, dc_normalize_siren, "is no SIREN: nine digits with a valid checksum");
	clean_scalar(row, F_SIRET, dc_normalize_siret, "is no SIRET: fourteen digits with a valid checksum");
	clean_scalar(row, F_VAT, dc_normalize_vat, "is no EU VAT number");
	if (row->changed[F_NAF])
		row->value[F_NAF] = cleaned(row->value[F_NAF]);
	if (row->changed[F_EMPLOYEES])
		row->value[F_EMPLOYEES] = cleaned(row->value[F_EMPLOYEES]);
	if (row->changed[F_JOB_TITLE])
		clean_job(row);
}
