/*-------------------------------------------------------------------------
 *
 * country.c
 *	  Countries: codes of ISO 3166-1 and names.
 *
 * The names come from ICU (CLDR), in the languages below, folded, in a sorted table made at the
 * first name that is no alpha-2 code.  A name of two countries is ambiguous and answers NULL.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include <unicode/uloc.h>
#include <unicode/uregion.h>
#include <unicode/ustring.h>

#ifndef FRONTEND
#include "utils/memutils.h"
#endif

#include "base/text.h"
#include "lexicon.h"
#include "normalize/normalize.h"

typedef struct CountryName
{
	char	   *fold;
	char		code[3];
} CountryName;

static CountryName *names = NULL;
static int	nnames = 0;

static const char *const locales[] = {
	"en", "fr", "de", "es", "it", "nl", "pt", "pl", "sv", "da", "nb", "fi", "cs", "sk", "hu", "ro", "bg", "el", "hr", "sl",
	"et", "lv", "lt", "ca", "tr", "ru", "uk", "ga", "mt", "is"
};

static int
compare_names(const void *a, const void *b)
{
	return strcmp(((const CountryName *) a)->fold, ((const CountryName *) b)->fold);
}

static void
make_names(void)
{
	const char *const *codes = uloc_getISOCountries();
	int			capacity = 0;
	int			n = 0;
	int			kept = 0;
	CountryName	   *table;

	for (const char *const *code = codes; *code != NULL; code++)
		capacity += lengthof(locales) + 1;
	table = palloc(sizeof(CountryName) * capacity);
	for (const char *const *code = codes; *code != NULL; code++)
		for (int i = 0; i < lengthof(locales); i++)
		{
			char		locale[8];
			UChar		display[200];
			char		utf8[600];
			UErrorCode	status = U_ZERO_ERROR;
			char	   *fold;

			snprintf(locale, sizeof(locale), "und_%s", *code);
			uloc_getDisplayCountry(locale, locales[i], display, lengthof(display), &status);
			if (U_FAILURE(status) || status == U_USING_DEFAULT_WARNING)
				continue;
			u_strToUTF8(utf8, sizeof(utf8), NULL, display, -1, &status);
			if (U_FAILURE(status))
				continue;
			fold = dc_fold(utf8);
			if (strlen(fold) < 3)
				continue;
			table[n].fold = fold;
			strlcpy(table[n].code, *code, 3);
			n++;
		}
	qsort(table, n, sizeof(CountryName), compare_names);
	for (int i = 0; i < n; i++)
	{
		if (kept > 0 && strcmp(table[kept - 1].fold, table[i].fold) == 0)
		{
			if (strcmp(table[kept - 1].code, table[i].code) != 0)
				table[kept - 1].code[0] = '\0';
			continue;
		}
		table[kept++] = table[i];
	}
	nnames = kept;
	names = table;
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
	CountryName		wanted;
	CountryName	   *found;

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
	if (names == NULL)
	{
#ifndef FRONTEND
		MemoryContext old = MemoryContextSwitchTo(TopMemoryContext);

		make_names();
		MemoryContextSwitchTo(old);
#else
		make_names();
#endif
	}
	wanted.fold = fold;
	found = bsearch(&wanted, names, nnames, sizeof(CountryName), compare_names);
	return found == NULL || found->code[0] == '\0' ? NULL : pstrdup(found->code);
}
