/*-------------------------------------------------------------------------
 *
 * clean_place.c
 *	  Postcode and city against the reference file of postcodes, where there is one.
 *
 * Lists postcodes ("fr 75008": "PARIS 08") and cities ("fr paris": its postcodes) are empty
 * until load_reference() fills them for a controller.  A pair that they contradict is
 * kept and has a problem; what is missing is filled where only one value is possible.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"

#include "base/text.h"
#include "contact/clean.h"
#include "lexicon.h"
#include "normalize/normalize.h"

/* Saint-Étienne Cedex 2 and ST ETIENNE are one city; the number of a district goes. */
static char *
fold_city(const char *city)
{
	char	   *fold = dc_fold(city);
	char	   *key = palloc(2 * strlen(fold) + 1);
	char	   *o = key;
	char	   *rest;

	for (char *word = strtok_r(fold, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest))
	{
		if (strcmp(word, "cedex") == 0)
			break;
		if (o > key && *word >= '0' && *word <= '9')
			break;
		o = stpcpy(o, strcmp(word, "st") == 0 ? "saint" : strcmp(word, "ste") == 0 ? "sainte" : word);
	}
	*o = '\0';
	return key;
}

PG_FUNCTION_INFO_V1(city_key);
Datum
city_key(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(fold_city(text_to_cstring(PG_GETARG_TEXT_PP(0)))));
}

static const char *
look_up(const DcLexicon *lexicon, const char *country, const char *name)
{
	return dc_lexicon_find(lexicon, dc_fold(psprintf("%s %s", country, name)));
}

/* Is the city one of a list parted by semicolons? */
static bool
is_one_of(const char *city, const char *cities)
{
	const char *key = fold_city(city);
	char	   *rest;

	for (char *name = strtok_r(pstrdup(cities), ";", &rest); name != NULL; name = strtok_r(NULL, ";", &rest))
		if (strcmp(fold_city(name), key) == 0)
			return true;
	return false;
}

/* The one place that all names of a list are; NULL when they are several. */
static const char *
only_one(const char *names)
{
	char	   *first = pnstrdup(names, strcspn(names, ";"));
	char	   *rest;

	for (char *name = strtok_r(pstrdup(names), ";", &rest); name != NULL; name = strtok_r(NULL, ";", &rest))
		if (strcmp(fold_city(name), fold_city(first)) != 0)
			return NULL;
	return first;
}

static bool
is_cedex(const char *city)
{
	return city != NULL && strstr(dc_fold(city), "cedex") != NULL;
}

static void
check_city(DcContactRow *row, const char *country)
{
	const char *cities = look_up(&dc_lexicon_postcodes, country, row->value[F_POSTCODE]);
	const char *known;

	if (cities == NULL)
	{
		/* postcodes of firms stand in no file of communes: their city is known, and in the same department */
		known = row->value[F_CITY] == NULL ? NULL : look_up(&dc_lexicon_cities, country, fold_city(row->value[F_CITY]));
		if (!is_cedex(row->value[F_CITY]) && (known == NULL || strncmp(known, row->value[F_POSTCODE], 2) != 0))
			row->problem[F_POSTCODE] = "is not in the reference file of postcodes";
	}
	else if (row->value[F_CITY] == NULL)
	{
		known = only_one(cities);
		if (known == NULL)
			return;
		/* the number of a district stays in the postcode */
		row->value[F_CITY] = dc_name_case(pnstrdup(known, strcspn(known, "0123456789")));
		row->filled[F_CITY] = true;
	}
	else if (!is_one_of(row->value[F_CITY], cities))
		row->problem[F_CITY] = psprintf("postcode %s is that of %s", row->value[F_POSTCODE], cities);
}

void
dc_check_place(DcContactRow *row)
{
	const char *country = row->value[F_COUNTRY] != NULL ? row->value[F_COUNTRY] : row->region;
	const char *postcodes;

	if (dc_overlay == NULL || country == NULL || strlen(country) != 2)
		return;
	/* a country of which the file has nothing is not judged */
	if (look_up(&dc_lexicon_cities, country, "") == NULL)
		return;
	if (row->value[F_POSTCODE] != NULL)
		check_city(row, country);
	else if (row->value[F_CITY] != NULL)
	{
		postcodes = look_up(&dc_lexicon_cities, country, fold_city(row->value[F_CITY]));
		if (postcodes == NULL || strchr(postcodes, ';') != NULL)
			return;
		row->value[F_POSTCODE] = postcodes;
		row->filled[F_POSTCODE] = true;
	}
}
