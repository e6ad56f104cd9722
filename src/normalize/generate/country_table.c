/*-------------------------------------------------------------------------
 *
 * country_table.c
 *	  Writes the names of countries (normalize/country_table.h) as C to standard output.
 *
 *-------------------------------------------------------------------------
 */
#include "normalize/country_table.h"

#include <unicode/uloc.h>
#include <unicode/ustring.h>

#include "base/text.h"

typedef struct CountryName
{
	char	   *fold;
	const char *code;
} CountryName;

static const char *const locales[] = {
	"en", "fr", "de", "es", "it", "nl", "pt", "pl", "sv", "da", "nb", "fi", "cs", "sk", "hu", "ro", "bg", "el", "hr", "sl",
	"et", "lv", "lt", "ca", "tr", "ru", "uk", "ga", "mt", "is"
};

/* names in those languages, and 1,000 in the countries' own */
static CountryName names[300 * lengthof(locales) + 1000];

static int
compare_names(const void *a, const void *b)
{
	const CountryName *x = a;
	const CountryName *y = b;
	int			order = strcmp(x->fold, y->fold);

	return order != 0 ? order : strcmp(x->code, y->code);
}

/* The name of a country in a language, NULL when ICU has none. */
static char *
display_name(const char *code, const char *language)
{
	char		locale[8];
	UChar		display[200];
	char		utf8[600];
	UErrorCode	status = U_ZERO_ERROR;

	snprintf(locale, sizeof(locale), "und_%s", code);
	uloc_getDisplayCountry(locale, language, display, lengthof(display), &status);
	if (U_FAILURE(status) || status == U_USING_DEFAULT_WARNING)
		return NULL;
	u_strToUTF8(utf8, sizeof(utf8), NULL, display, -1, &status);
	return U_FAILURE(status) ? NULL : pstrdup(utf8);
}

/* Folded, NULL for a mere code. */
static char *
folded_name(const char *code, const char *language)
{
	char	   *name = display_name(code, language);
	char	   *fold = name == NULL ? "" : dc_fold(name);

	return strlen(fold) < 3 ? NULL : fold;
}

/* As a C string; octal escapes of three digits end by themselves. */
static void
print_text(const char *s)
{
	printf("\t\"");
	for (; *s; s++)
		printf((uint8) *s < 0x80 ? "%c" : "\\%03o", (uint8) *s);
	printf("\\0\"\n");
}

/* Sorts the first n names, each once, without a code where several countries bear it; answers how many are left. */
static int
sort_names(int n)
{
	int			kept = 0;

	qsort(names, n, sizeof(CountryName), compare_names);
	for (int i = 0; i < n; i++)
	{
		if (kept == 0 || strcmp(names[kept - 1].fold, names[i].fold) != 0)
			names[kept++] = names[i];
		else if (strcmp(names[kept - 1].code, names[i].code) != 0)
			names[kept - 1].code = "";
	}
	return kept;
}

/*
 * What each country calls itself in the languages that are spoken there, in other scripts than Latin: marked, as words
 * of Latin letters may look the same.
 */
static int
add_own_names(int n)
{
	for (int32_t i = 0; i < uloc_countAvailable() && n < lengthof(names); i++)
	{
		const char *locale = uloc_getAvailable(i);
		char		code[8] = "";
		UErrorCode	status = U_ZERO_ERROR;
		char	   *name;

		uloc_getCountry(locale, code, sizeof(code), &status);
		if (U_FAILURE(status) || strlen(code) != 2 || (name = display_name(code, locale)) == NULL || !dc_is_other_script(name))
			continue;
		names[n].fold = psprintf(DC_OTHER_SCRIPT "%s", dc_fold(name));
		names[n++].code = pstrdup(code);
	}
	return n;
}

int
main(void)
{
	int			n = 0;
	int			kept;
	size_t		at = 0;

	for (const char *const *code = uloc_getISOCountries(); *code != NULL; code++)
		for (int i = 0; i < lengthof(locales) && n < lengthof(names); i++)
		{
			names[n].fold = folded_name(*code, locales[i]);
			names[n].code = *code;
			n += names[n].fold != NULL;
		}
	kept = sort_names(add_own_names(n));
	printf("/* Made by src/normalize/generate/country_table.c. */\n#include \"normalize/country_table.h\"\n\n");
	printf("const int dc_country_count = %d;\n\nconst DcCountryName dc_country_names[] = {\n", kept);
	for (int i = 0; i < kept; at += strlen(names[i++].fold) + 1)
		printf("\t{%zu, \"%s\"},\n", at, names[i].code);
	printf("};\n\nconst char dc_country_text[] =\n");
	for (int i = 0; i < kept; i++)
		print_text(names[i].fold);
	printf(";\n");
	return 0;
}
