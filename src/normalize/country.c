/*-------------------------------------------------------------------------
 *
 * country.c
 *	  Countries: codes of ISO 3166-1 and names.
 *
 * The names come from ICU (CLDR), folded, in a sorted table made at build time
 * (country_table.h).  A name of two countries is ambiguous and answers NULL.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include <unicode/uloc.h>
#include <unicode/uregion.h>

#include "base/text.h"
#include "lexicon.h"
#include "normalize/country_table.h"
#include "normalize/normalize.h"

static int
compare_name(const void *folded, const void *name)
{
	return strcmp(folded, dc_country_text + ((const DcCountryName *) name)->name);
}

/* The code that two letters are, in whatever case, or NULL. */
static const char *
alpha2(const char *s)
{
	static const char *codes[26][26];
	static bool made = false;
	uint8		first = (uint8) (pg_toupper((unsigned char) s[0]) - 'A');
	uint8		second = (uint8) (pg_toupper((unsigned char) s[1]) - 'A');

	if (!made)
		for (const char *const *code = uloc_getISOCountries(); *code != NULL; code++)
			codes[(*code)[0] - 'A'][(*code)[1] - 'A'] = *code;
	made = true;
	return first < 26 && second < 26 ? codes[first][second] : NULL;
}

const char *
dc_normalize_country(const char *input)
{
	char	   *s = dc_clean(input);
	char	   *fold;
	const char *alias;
	const DcCountryName *found;

	if (*s == '\0' || strlen(s) > 200)
		return NULL;
	fold = dc_fold(s);
	alias = dc_lexicon_find(&dc_lexicon_country_names, fold);
	if (alias != NULL)
		return *alias != '\0' ? alias : NULL;
	if (strlen(s) == 2)
		return alpha2(s);
	if (strlen(s) == 3)
	{
		char		upper[4];

		for (int i = 0; i <= strlen(s); i++)
			upper[i] = pg_toupper((unsigned char) s[i]);
		for (const char *const *code = uloc_getISOCountries(); *code != NULL; code++)
		{
			char		locale[8];
			UErrorCode	status = U_ZERO_ERROR;

			snprintf(locale, sizeof(locale), "und_%s", *code);
			if (strcmp(uloc_getISO3Country(locale), upper) == 0)
				return *code;
			if (strspn(upper, "0123456789") == 3)
			{
				const URegion *region = uregion_getRegionFromCode(*code, &status);

				if (U_SUCCESS(status) && uregion_getNumericCode(region) == atoi(upper))
					return *code;
			}
		}
	}
	found = bsearch(fold, dc_country_names, dc_country_count, sizeof(DcCountryName), compare_name);
	return found == NULL || found->code[0] == '\0' ? NULL : found->code;
}
