/*-------------------------------------------------------------------------
 *
 * model.c
 *	  The levels of agreement and the built-in model: m and u of each.
 *
 * m is the probability of a level among pairs that are one person (or one organisation), u among
 * pairs that are not (Fellegi and Sunter 1969).  Where a level goes by frequency, u is a
 * factor of the frequency of the commoner value: to agree on a rare name by chance is rarer.
 * The built-in figures come from none of the data that the engine is measured on.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include <math.h>

#include "match/match.h"

/* Levels of dates follow those of the other kinds of declared fields. */
#define DATE_LEVEL (L_FIELD + FIELD_LEVELS)

static const DcLevelSpec level_spec[L_FIELD + 2 * FIELD_LEVELS] = {
	[L_FIRST_EXACT] = {GROUP_FIRST, "exact", true, 0.78, 1},
	[L_FIRST_NICKNAME] = {GROUP_FIRST, "nickname or part", true, 0.07, 3},
	[L_FIRST_INITIAL] = {GROUP_FIRST, "initial", false, 0.04, 0.05},
	[L_FIRST_FUZZY] = {GROUP_FIRST, "fuzzy", true, 0.08, 2},
	[L_FIRST_SWAPPED] = {GROUP_FIRST, "swapped with last name", true, 0.02, 0.05},
	[L_FIRST_CONFLICT] = {GROUP_FIRST, "conflict", false, 0.03, 0.93},
	[L_LAST_EXACT] = {GROUP_LAST, "exact", true, 0.82, 1},
	[L_LAST_PART] = {GROUP_LAST, "part", true, 0.03, 1.5},
	[L_LAST_FUZZY] = {GROUP_LAST, "fuzzy", true, 0.10, 2},
	[L_LAST_CONFLICT] = {GROUP_LAST, "conflict", false, 0.03, 0.98},
	[L_MIDDLE_EXACT] = {GROUP_MIDDLE, "agreement", false, 0.9, 0.1},
	[L_MIDDLE_CONFLICT] = {GROUP_MIDDLE, "conflict", false, 0.1, 0.9},
	[L_SUFFIX_EXACT] = {GROUP_SUFFIX, "exact", false, 0.97, 0.5},
	[L_SUFFIX_CONFLICT] = {GROUP_SUFFIX, "conflict", false, 0.03, 0.5},
	[L_EMAIL_EXACT] = {GROUP_EMAIL, "exact", false, 0.6, 0.00005},
	[L_EMAIL_FUZZY] = {GROUP_EMAIL, "fuzzy", false, 0.2, 0.002},
	[L_EMAIL_CONFLICT] = {GROUP_EMAIL, "conflict", false, 0.19, 0.99},
	[L_EMAIL_NUMBERED] = {GROUP_EMAIL, "another number", false, 0.01, 0.2},
	[L_PHONE_EXACT] = {GROUP_PHONE, "exact", false, 0.6, 0.0004},
	[L_PHONE_CONFLICT] = {GROUP_PHONE, "conflict", false, 0.4, 0.99},
	[L_LINKEDIN_EXACT] = {GROUP_LINKEDIN, "exact", false, 0.95, 0.00005},
	[L_LINKEDIN_CONFLICT] = {GROUP_LINKEDIN, "conflict", false, 0.05, 0.99},
	[L_ORG_NUMBER] = {GROUP_ORGANISATION, "registration number", true, 0.6, 1},
	[L_ORG_DOMAIN] = {GROUP_ORGANISATION, "domain", true, 0.6, 1},
	[L_ORG_COMPANY] = {GROUP_ORGANISATION, "company", true, 0.6, 1},
	[L_ORG_FUZZY] = {GROUP_ORGANISATION, "company, fuzzy", true, 0.1, 2},
	[L_ORG_PHONE] = {GROUP_ORGANISATION, "shared phone", true, 0.3, 1},
	[L_ORG_MAILBOX] = {GROUP_ORGANISATION, "shared mailbox", true, 0.3, 1},
	[L_ORG_CONFLICT] = {GROUP_ORGANISATION, "conflict", false, 0.15, 0.97},
	[L_PLACE_ADDRESS] = {GROUP_PLACE, "address", true, 0.5, 1},
	[L_PLACE_FUZZY] = {GROUP_PLACE, "address, fuzzy", true, 0.25, 4},
	[L_PLACE_POSTCODE] = {GROUP_PLACE, "postcode", true, 0.4, 1},
	[L_PLACE_CITY] = {GROUP_PLACE, "city", true, 0.4, 1},
	[L_PLACE_NEAR] = {GROUP_PLACE, "postcode, near", false, 0.1, 0.02},
	[L_PLACE_CONFLICT] = {GROUP_PLACE, "conflict", false, 0.35, 0.9},
	[L_JOB_EXACT] = {GROUP_JOB, "exact", true, 0.5, 1},
	[L_JOB_CONFLICT] = {GROUP_JOB, "conflict", false, 0.5, 0.9},
	[L_COMPANY_EXACT] = {GROUP_COMPANY, "exact", true, 0.5, 1},
	[L_COMPANY_CONTAINED] = {GROUP_COMPANY, "contained", true, 0.15, 3},
	[L_COMPANY_SIMILAR] = {GROUP_COMPANY, "similar", true, 0.2, 2},
	[L_COMPANY_ACRONYM] = {GROUP_COMPANY, "acronym", false, 0.05, 0.002},
	[L_COMPANY_PART] = {GROUP_COMPANY, "part", false, 0.08, 0.04},
	[L_COMPANY_CONFLICT] = {GROUP_COMPANY, "conflict", false, 0.05, 0.95},
	[L_COMPANY_PHONE_EXACT] = {GROUP_COMPANY_PHONE, "exact", true, 0.7, 1},
	[L_COMPANY_PHONE_CONFLICT] = {GROUP_COMPANY_PHONE, "conflict", false, 0.3, 0.99},
	[L_COMPANY_NUMBER_EXACT] = {GROUP_COMPANY_NUMBER, "exact", false, 0.95, 0.00005},
	[L_COMPANY_NUMBER_CONFLICT] = {GROUP_COMPANY_NUMBER, "conflict", false, 0.05, 0.99},
	[L_COMPANY_DOMAIN_EXACT] = {GROUP_COMPANY_DOMAIN, "exact", true, 0.75, 1},
	[L_COMPANY_DOMAIN_SIMILAR] = {GROUP_COMPANY_DOMAIN, "similar", true, 0.05, 3},
	[L_COMPANY_DOMAIN_CONFLICT] = {GROUP_COMPANY_DOMAIN, "conflict", false, 0.2, 0.98},
	[L_COMPANY_PLACE_ADDRESS] = {GROUP_COMPANY_PLACE, "address", true, 0.45, 1},
	[L_COMPANY_PLACE_FUZZY] = {GROUP_COMPANY_PLACE, "address, fuzzy", true, 0.3, 4},
	[L_COMPANY_PLACE_POSTCODE] = {GROUP_COMPANY_PLACE, "postcode", true, 0.3, 1},
	[L_COMPANY_PLACE_CITY] = {GROUP_COMPANY_PLACE, "city", true, 0.3, 1},
	[L_COMPANY_PLACE_NEAR] = {GROUP_COMPANY_PLACE, "postcode, near", false, 0.1, 0.02},
	[L_COMPANY_PLACE_CONFLICT] = {GROUP_COMPANY_PLACE, "conflict", false, 0.2, 0.9},
	[L_FIELD + L_FIELD_EXACT] = {GROUP_FIELD, "exact", true, 0.75, 1},
	[L_FIELD + L_FIELD_FUZZY] = {GROUP_FIELD, "fuzzy", false, 0.12, 0.002},
	[L_FIELD + L_FIELD_NEAR] = {GROUP_FIELD, "near", false, 0.07, 0.03},
	[L_FIELD + L_FIELD_PART] = {GROUP_FIELD, "part", false, 0.01, 0.05},
	[L_FIELD + L_FIELD_CONFLICT] = {GROUP_FIELD, "conflict", false, 0.05, 0.97},
	/* dates */
	[DATE_LEVEL + L_FIELD_EXACT] = {GROUP_FIELD, "exact", true, 0.75, 1},
	[DATE_LEVEL + L_FIELD_FUZZY] = {GROUP_FIELD, "day or month", true, 0.09, 0.08},
	[DATE_LEVEL + L_FIELD_NEAR] = {GROUP_FIELD, "year", true, 0.06, 0.2},
	[DATE_LEVEL + L_FIELD_PART] = {GROUP_FIELD, "near", false, 0.05, 0.03},
	[DATE_LEVEL + L_FIELD_CONFLICT] = {GROUP_FIELD, "conflict", false, 0.05, 0.97},
};

/* The level, those of all declared fields of a kind alike but for their group. */
const DcLevelSpec *
dc_level_spec(const DcPopulation *population, int level)
{
	int			field = (level - L_FIELD) / FIELD_LEVELS;

	if (level < L_FIELD)
		return &level_spec[level];
	return &level_spec[(population->field_kind[field] == KIND_DATE ? DATE_LEVEL : L_FIELD) + (level - L_FIELD) % FIELD_LEVELS];
}

/* The levels in use: those of declared fields come last. */
int
dc_level_count(const DcPopulation *population)
{
	return L_FIELD + FIELD_LEVELS * population->nfields;
}

static const char *const group_names[GROUP_FIELD] = {
	"first_name", "last_name", "middle_name", "suffix", "email", "phone", "linkedin", "organisation", "place", "job_title",
	"company", "company_phone", "company_number", "company_domain", "company_place",
};

/* A declared field bears the name of its attribute, told apart where the model has that name for something else. */
static const char *
declared_name(const char *attribute)
{
	bool		taken = strcmp(attribute, "prior") == 0 || strcmp(attribute, "result") == 0 || strncmp(attribute, "attributes.", 11) == 0;

	for (int g = 0; g < GROUP_FIELD && !taken; g++)
		taken = strcmp(attribute, group_names[g]) == 0;
	return taken ? psprintf("attributes.%s", attribute) : attribute;
}

DcGroup
dc_level_group(int level)
{
	return level < L_FIELD ? level_spec[level].group : GROUP_FIELD + (level - L_FIELD) / FIELD_LEVELS;
}

/* What the level compares: a field of the contact, a kind of evidence, or a declared match field. */
const char *
dc_level_field(const DcPopulation *population, int level)
{
	DcGroup		group = dc_level_group(level);

	return group < GROUP_FIELD ? group_names[group] : declared_name(population->field_name[group - GROUP_FIELD]);
}

/*
 * What is shown and stored of a level by frequency is u for a value that one contact in 1,024 has, which is a
 * probability: ten bits, so that the factor is exact.
 */
#define SHOWN_BITS 10

double
dc_shown_u(const DcLevelSpec *spec, double u)
{
	return spec->by_frequency ? ldexp(u, -SHOWN_BITS) : u;
}

double
dc_u_of_shown(const DcLevelSpec *spec, double shown)
{
	return spec->by_frequency ? ldexp(shown, SHOWN_BITS) : shown;
}

/* More than this share of the records of one person never have another first name: it is relatives who have. */
#define MAX_OTHER_FIRST 0.15

/*
 * Sets the weights from m and u, after what no sample teaches: two persons of one name are written with first and last
 * name swapped as often as one person is.
 */
void
dc_model_finish(DcModel *model)
{
	model->m[L_FIRST_CONFLICT] = Min(model->m[L_FIRST_CONFLICT], MAX_OTHER_FIRST);
	model->u[L_FIRST_SWAPPED] = Max(model->u[L_FIRST_SWAPPED], model->m[L_FIRST_SWAPPED]);
	for (int l = 0; l < L_COUNT; l++)
		model->weight[l] = log2(model->m[l] / model->u[l]);
}

void
dc_model_default(const DcPopulation *population, DcModel *model)
{
	model->prior = 3;
	for (int l = 0; l < L_COUNT; l++)
	{
		model->m[l] = dc_level_spec(population, l)->m;
		model->u[l] = dc_level_spec(population, l)->u;
	}
	dc_model_finish(model);
}
