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

/*
 * A folded name without the words of state forms and articles, in whose presence and
 * order official names differ: "korea republic of" is "korea".
 */
static char *
core_of(const char *fold)
{
	static const char *const dropped[] = {
		"republic", "kingdom", "state", "states", "federation", "federated", "federal", "federative", "confederation", "democratic", "peoples",
		"socialist", "islamic", "bolivarian", "plurinational", "united", "commonwealth", "principality", "grand", "duchy", "sultanate",
		"hashemite", "arab", "cooperative", "co", "operative", "oriental", "eastern", "independent", "union", "nation",
		"special", "administrative", "region", "province", "sar", "the", "of", "and",
		"republique", "royaume", "etat", "federale", "democratique", "populaire", "islamique", "principaute", "de", "du", "des", "d", "la", "le", "l", "et",
		"republik", "bundesrepublik", "konigreich", "furstentum", "und", "der", "republica", "reino", "estado", "estados", "repubblica", "regno", "di", "del", "della", "y", "e",
		"les", "las", "los", "el", "islamica", "popular", "democratica", "federativa", "principado", "sultanato", "plurinacional", "bolivariana", "bolivarienne", "unida", "arabe",
		"federes", "federados", "plurinational", "etats", "unie", "ducado", "gran", "vereinigte", "demokratische", "islamische", "volksrepublik", "foderierte"
	};
	StringInfoData core;
	char	   *rest;

	initStringInfo(&core);
	for (char *word = strtok_r(pstrdup(fold), " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest))
	{
		bool		kept = true;

		for (int i = 0; i < lengthof(dropped); i++)
			kept = kept && strcmp(word, dropped[i]) != 0;
		if (kept)
			appendStringInfo(&core, "%s%s", core.len > 0 ? " " : "", strcmp(word, "saint") == 0 ? "st" : word);
	}
	return core.data;
}

/* The country of a folded name; "" for that of several, NULL when it is none's. */
static const char *
find_name(const char *fold)
{
	const char *alias = dc_lexicon_find(&dc_lexicon_country_names, fold);
	const DcCountryName *found;

	if (alias != NULL)
		return alias;
	found = bsearch(fold, dc_country_names, dc_country_count, sizeof(DcCountryName), compare_name);
	return found == NULL ? NULL : found->code;
}

/* A folded name without an article in front, or behind it as in lists ("Comores (les)"). */
static char *
without_article(const char *fold)
{
	static const char *const articles[] = {
		"the", "la", "le", "les", "l", "el", "los", "las", "die", "der", "das", "il", "lo", "gli", "i", "o", "a", "os", "as", "de", "het"
	};
	size_t		len = strlen(fold);

	for (int i = 0; i < lengthof(articles); i++)
	{
		size_t		n = strlen(articles[i]);

		if (len > n + 3 && strncmp(fold, articles[i], n) == 0 && fold[n] == ' ')
			return pstrdup(fold + n + 1);
		if (len > n + 3 && strcmp(fold + len - n, articles[i]) == 0 && fold[len - n - 1] == ' ')
			return pnstrdup(fold, len - n - 1);
	}
	return NULL;
}

/* The code of three letters or digits of ISO 3166-1, or NULL. */
static const char *
alpha3_or_number(const char *s)
{
	char		upper[4];
	bool		number = strspn(s, "0123456789") == 3;

	for (int i = 0; i <= 3; i++)
		upper[i] = (char) pg_toupper((unsigned char) s[i]);
	for (const char *const *code = uloc_getISOCountries(); *code != NULL; code++)
	{
		char		locale[8];
		UErrorCode	status = U_ZERO_ERROR;
		const URegion *region;

		snprintf(locale, sizeof(locale), "und_%s", *code);
		if (!number && strcmp(uloc_getISO3Country(locale), upper) == 0)
			return *code;
		if (!number)
			continue;
		region = uregion_getRegionFromCode(*code, &status);
		if (U_SUCCESS(status) && uregion_getNumericCode(region) == atoi(upper))
			return *code;
	}
	return NULL;
}

/* "U.A.E.", "u s a": letters apart are an abbreviation; NULL when a text is none of three letters and more. */
static char *
joined_letters(const char *fold)
{
	size_t		len = strlen(fold);
	char	   *letters;

	if (len < 5 || len > 7 || len % 2 == 0)
		return NULL;
	letters = palloc0(len / 2 + 2);
	for (size_t i = 0; i < len; i++)
	{
		if ((fold[i] == ' ') != (i % 2 == 1))
			return NULL;
		if (i % 2 == 0)
			letters[i / 2] = fold[i];
	}
	return letters;
}

/* The country that a whole text is; "" for that of several, NULL for none. */
static const char *
whole_country(const char *s)
{
	char	   *fold;
	char	   *bare;
	char	   *letters;
	const char *code = NULL;

	/* codes of ISO come before abbreviations in other use, but for "UK" */
	if (strlen(s) == 2 && (code = alpha2(s)) != NULL)
		return code;
	if (strlen(s) == 3 && (code = alpha3_or_number(s)) != NULL)
		return code;
	fold = dc_fold(s);
	/* three letters that are no code are no name either, but for those listed */
	if (strlen(s) <= 3)
		code = dc_lexicon_find(&dc_lexicon_country_names, fold);
	else
	{
		code = find_name(fold);
		if (code == NULL && dc_is_other_script(s))
			code = find_name(psprintf(DC_OTHER_SCRIPT "%s", fold));
		/* what is transliterated from other scripts has no articles of ours */
		bare = (unsigned char) s[0] < 0xC9 ? without_article(fold) : NULL;
		if (code == NULL && bare != NULL)
			code = find_name(bare);
		if (code == NULL)
			code = find_name(core_of(fold));
		if (code == NULL && (letters = joined_letters(fold)) != NULL)
			code = strlen(letters) == 3 && (code = alpha3_or_number(letters)) != NULL ? code : dc_lexicon_find(&dc_lexicon_country_names, letters);
	}
	return code;
}

/* The length of what parts a name and a code: a bracket, comma, slash, bar or colon, or a hyphen between blanks. */
static size_t
parting(const char *s)
{
	if (strchr("()[],;/|:=", *s) != NULL)
		return 1;
	return strncmp(s, " - ", 3) == 0 ? 3 : 0;
}

/* "France (FR)", "FR - France", "(FR)": every part is the same country. */
static const char *
country_of_parts(char *s)
{
	const char *code = NULL;
	char	   *part = s;

	for (char *p = s;; p++)
	{
		bool		end = *p == '\0';
		size_t		len = end ? 0 : parting(p);
		const char *found;

		if (!end && len == 0)
			continue;
		*p = '\0';
		part = dc_clean(part);
		found = *part == '\0' ? code : whole_country(part);
		if (*part != '\0' && (found == NULL || *found == '\0' || (code != NULL && strcmp(found, code) != 0)))
			return NULL;
		code = found;
		if (end)
			return code;
		p += len - 1;
		part = p + 1;
	}
}

const char *
dc_normalize_country(const char *input)
{
	char	   *s = dc_clean(input);
	const char *code;

	if (*s == '\0' || strlen(s) > 200)
		return NULL;
	code = whole_country(s);
	if (code == NULL)
		code = country_of_parts(s);
	return code == NULL || *code == '\0' ? NULL : code;
}
