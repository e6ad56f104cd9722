/*-------------------------------------------------------------------------
 *
 * binding.c
 *	  SQL entry points of the room normalize; normalize.sql declares them.
 *
 * Each is a thin wrapper around the function of the same subject's file.  A text
 * longer than DC_MAX_INPUT is no contact detail: it answers NULL, or the
 * problem "too long".
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/detoast.h"
#include "access/htup_details.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"

#include "base/text.h"
#include "base/version.h"
#include "normalize/normalize.h"

#define DC_MAX_INPUT (4 * 1024 * 1024)
#define DC_MAX_COLUMNS 16

/* The argument as a C string; NULL when it is NULL or too long to be one. */
static char *
argument(FunctionCallInfo fcinfo, int n)
{
	text	   *t;

	if (PG_NARGS() <= n || PG_ARGISNULL(n))
		return NULL;
	if (toast_raw_datum_size(PG_GETARG_DATUM(n)) > DC_MAX_INPUT)
		return NULL;
	t = PG_GETARG_TEXT_PP(n);
	return text_to_cstring(t);
}

static Datum
scalar(FunctionCallInfo fcinfo, const char *result)
{
	if (result == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(result));
}

/* The row of a structure whose members are all strings, in the type's order. */
static Datum
row(FunctionCallInfo fcinfo, const void *members, Size size)
{
	const char *const *strings = members;
	int			n = size / sizeof(char *);
	TupleDesc	desc = fcinfo->flinfo->fn_extra;
	Datum		values[DC_MAX_COLUMNS];
	bool		nulls[DC_MAX_COLUMNS];

	if (desc == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);

		if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
			elog(ERROR, "return type must be a row type");
		desc = BlessTupleDesc(CreateTupleDescCopy(desc));
		fcinfo->flinfo->fn_extra = desc;
		MemoryContextSwitchTo(old);
	}
	if (desc->natts != n)
		elog(ERROR, "row type has %d columns, expected %d", desc->natts, n);
	for (int i = 0; i < n; i++)
	{
		nulls[i] = strings[i] == NULL;
		values[i] = nulls[i] ? (Datum) 0 : CStringGetTextDatum(strings[i]);
	}
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(desc, values, nulls)));
}

/* text → text */
#define DC_SCALAR(sql_name, call) \
PG_FUNCTION_INFO_V1(sql_name); \
Datum \
sql_name(PG_FUNCTION_ARGS) \
{ \
	char	   *input = argument(fcinfo, 0); \
\
	if (input == NULL) \
		PG_RETURN_NULL(); \
	return scalar(fcinfo, call); \
}

DC_SCALAR(normalize_email, dc_normalize_email(input))
DC_SCALAR(email_key, dc_email_key(input))
DC_SCALAR(normalize_phone, dc_normalize_phone(input, argument(fcinfo, 1)))
DC_SCALAR(name_key, dc_fold(input))
DC_SCALAR(gender, dc_gender(input, argument(fcinfo, 1)))
DC_SCALAR(normalize_website, dc_normalize_website(input))
DC_SCALAR(registrable_domain, dc_registrable_domain(input))
DC_SCALAR(normalize_linkedin, dc_normalize_linkedin(input))
DC_SCALAR(normalize_country, dc_normalize_country(input))
DC_SCALAR(normalize_siren, dc_normalize_siren(input))
DC_SCALAR(normalize_siret, dc_normalize_siret(input))
DC_SCALAR(normalize_vat, dc_normalize_vat(input))
DC_SCALAR(vat_from_siren, dc_vat_from_siren(input))

/* text [, text] → row; a NULL first argument is a NULL row */
#define DC_ROW(sql_name, type, call) \
PG_FUNCTION_INFO_V1(sql_name); \
Datum \
sql_name(PG_FUNCTION_ARGS) \
{ \
	type		parsed = {0}; \
	char	   *input; \
\
	if (PG_ARGISNULL(0)) \
		PG_RETURN_NULL(); \
	input = argument(fcinfo, 0); \
	if (input == NULL) \
		parsed.problem = "too long"; \
	else \
		call; \
	return row(fcinfo, &parsed, sizeof(parsed)); \
}

DC_ROW(parse_email, DcEmail, dc_parse_email(input, &parsed))
DC_ROW(parse_phone, DcPhone, dc_parse_phone(input, argument(fcinfo, 1), &parsed))
DC_ROW(parse_name, DcName, dc_parse_name(input, &parsed))
DC_ROW(parse_company, DcCompany, dc_parse_company(input, &parsed))
DC_ROW(parse_address, DcAddress, dc_parse_address(input, argument(fcinfo, 1), &parsed))
DC_ROW(parse_job, DcJob, dc_parse_job(input, &parsed))

/* text, text → float8; too long texts have nothing in common */
#define DC_SIMILARITY(sql_name, function) \
PG_FUNCTION_INFO_V1(sql_name); \
Datum \
sql_name(PG_FUNCTION_ARGS) \
{ \
	char	   *a = argument(fcinfo, 0); \
	char	   *b = argument(fcinfo, 1); \
\
	PG_RETURN_FLOAT8(a != NULL && b != NULL ? function(a, b) : 0.0); \
}

DC_SIMILARITY(jaro_winkler, dc_jaro_winkler)
DC_SIMILARITY(name_similarity, dc_name_similarity)
DC_SIMILARITY(company_similarity, dc_company_similarity)

PG_FUNCTION_INFO_V1(damerau_levenshtein);
Datum
damerau_levenshtein(PG_FUNCTION_ARGS)
{
	char	   *a = argument(fcinfo, 0);
	char	   *b = argument(fcinfo, 1);

	if (a == NULL || b == NULL)
		PG_RETURN_NULL();
	PG_RETURN_INT32(dc_damerau_levenshtein(a, b));
}
