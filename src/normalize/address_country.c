/*-------------------------------------------------------------------------
 *
 * address_country.c
 *	  The country and the region of a postal address.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include <ctype.h>

#include "base/text.h"
#include "lexicon.h"
#include "normalize/address.h"

/* Codes of two letters are states, provinces and words too: but for those of everyday use, only the country that is expected. */
static const char *
country_of(const char *text, const char *given)
{
	if (given != NULL && strcmp(text, given) == 0)
		return given;
	if (strlen(text) <= 3 && strcmp(text, "USA") != 0 && strcmp(text, "UK") != 0 && strcmp(text, "UAE") != 0)
		return NULL;
	return dc_normalize_country(text);
}

/* The whole text is a postcode of the country, or of any. */
static bool
is_postcode(const char *text, const char *country)
{
	DcPostcodeSide side;
	char		postcode[24];
	int			n = dc_match_postcode(text, country, postcode, &side);

	return n > 0 && text[n] == '\0';
}

/* Does one country code (ISO 3166-1) stand for a part of the other? */
static bool
is_territory(const char *part, const char *country)
{
	static const char *const territories[][2] = {
		{"FR", "GP MQ GF RE YT PM BL MF NC PF WF TF MC"}, {"CN", "HK MO"}, {"US", "PR GU VI MP AS UM"}, {"GB", "GG JE IM GI FK BM KY VG AI MS TC SH GS IO PN"},
		{"AU", "NF CX CC HM"}, {"NO", "SJ BV"}, {"NL", "AW CW SX BQ"}, {"DK", "FO GL"}, {"NZ", "TK NU CK"}, {"FI", "AX"},
	};

	for (int i = 0; i < lengthof(territories); i++)
		if (strcmp(territories[i][0], country) == 0)
			return strstr(territories[i][1], part) != NULL;
	return false;
}

/* "10115 Berlin, DE", but not "Wilmington 19801, DE": a code at the end, behind a postcode of its country. */
static const char *
code_at_end(const DcSegments *s)
{
	const char *code = s->n > 1 ? s->text[s->n - 1] : "";
	const char *before = s->n > 1 ? s->text[s->n - 2] : "";
	const char *country = strlen(code) == 2 && isupper((unsigned char) code[0]) && isupper((unsigned char) code[1]) ? dc_normalize_country(code) : NULL;
	DcPostcodeSide side;
	char		postcode[24];

	if (country == NULL || strcmp(country, code) != 0)
		return NULL;
	if (dc_match_postcode(before, country, postcode, &side) > 0)
		return country;
	for (const char *p = strchr(before, ' '); p != NULL; p = strchr(p + 1, ' '))
		if (dc_match_postcode(p + 1, country, postcode, &side) > 0)
			return strspn(postcode, "0123456789- ") < strlen(postcode) || dc_lexicon_find(&dc_lexicon_address_regions, dc_fold(code)) == NULL ? country : NULL;
	return NULL;
}

/* Countries that are named as their city: the name of the one is that of the other. */
bool
dc_is_city_state(const char *country)
{
	return country != NULL && strstr("DJ GI GT HK KW LU MC MO PA SG SM VA", country) != NULL;
}

/* "Singapore 018981": the country whose name, before a postcode of its own, is its city too; NULL when there is none. */
static const char *
city_state_before_postcode(const char *text)
{
	const char *blank = strrchr(text, ' ');
	const char *country = blank == NULL ? NULL : dc_normalize_country(pnstrdup(text, blank - text));

	return dc_is_city_state(country) && is_postcode(blank + 1, country) ? country : NULL;
}

/* The country at the end, a segment of its own or the last words of one, and how it is written. */
const char *
dc_take_country(DcSegments *s, const char *given, const char **name)
{
	const char *country = NULL;
	const char *found;
	char	   *last;

	/* "Paris, France, 75001": the country before the postcode */
	if (s->n > 2 && is_postcode(s->text[s->n - 1], given) && (found = country_of(s->text[s->n - 2], given)) != NULL &&
		(given == NULL || strcmp(given, found) == 0))
	{
		*name = s->text[s->n - 2];
		dc_remove_segment(s, s->n - 2);
		return found;
	}
	while (s->n > 1 && (found = country_of(s->text[s->n - 1], given)) != NULL)
	{
		/* "Guadeloupe, France": the inner one tells the postcodes; "Georgia" after a city of the US is a state */
		if (given != NULL && strcmp(given, found) != 0 && strcmp(given, "US") == 0 && country == NULL)
			break;
		*name = s->text[s->n - 1];
		if (country == NULL || is_territory(found, country))
			country = found;
		dc_remove_segment(s, s->n - 1);
	}
	if (country == NULL && given == NULL && (country = code_at_end(s)) != NULL)
		dc_remove_segment(s, s->n - 1);
	if (country != NULL || s->n == 0)
		return country;
	/* the last words of a segment, at most three */
	last = s->text[s->n - 1];
	for (char *p = last + strlen(last); p > last; p--)
	{
		int			words = 0;

		if (*p != ' ')
			continue;
		for (char *q = p; *q != '\0'; q++)
			words += *q == ' ';
		if (words > 3)
			break;
		found = country_of(p + 1, given);
		if (found != NULL && (given == NULL || strcmp(given, found) == 0))
		{
			/* L-1536 Luxembourg, 98000 Monaco: the city, which tells the country */
			if (dc_is_city_state(found) && is_postcode(dc_trim_address(last, p - last), found))
				return found;
			*name = pstrdup(p + 1);
			*p = '\0';
			s->text[s->n - 1] = dc_trim_address(last, strlen(last));
			return found;
		}
	}
	return city_state_before_postcode(last);
}

/* F-75001, CH-8001: the country whose letters stand before a postcode of its form. */
const char *
dc_country_by_prefix(const DcSegments *s)
{
	for (int i = s->n - 1; i >= 0; i--)
		for (const char *p = s->text[i]; *p != '\0'; p += strcspn(p, " "), p += strspn(p, " "))
		{
			const char *country = dc_postcode_country(p);

			if (country != NULL)
				return country;
		}
	return NULL;
}

/* ---------- regions ---------- */

/* "Departamento de San Salvador", "Samarkand Province", "County Kildare" */
bool
dc_calls_itself_region(const char *folded)
{
	static const char *const words[] = {
		"province", "provincia", "departamento", "departement", "department", "region", "county", "governorate", "district", "prefecture", "oblast",
		"estado", "state", "metro", "comunidad", "canton", "kanton",
	};
	const char *last = strrchr(folded, ' ');

	if (last == NULL)
		return false;
	/* Co. Cork */
	if (strncmp(folded, "co ", 3) == 0)
		return true;
	for (int i = 0; i < lengthof(words); i++)
	{
		size_t		n = strlen(words[i]);

		if ((strncmp(folded, words[i], n) == 0 && folded[n] == ' ') || strcmp(last + 1, words[i]) == 0)
			return true;
	}
	return false;
}

/* A text that is no city: "King County", "Greater Manchester" */
bool
dc_is_county(const char *text)
{
	const char *folded = dc_fold(text);

	return strncmp(folded, "greater ", strlen("greater ")) == 0 || dc_calls_itself_region(folded);
}

/* The region that the whole text names, in this country or in any; its code where it has one. */
const char *
dc_region_of(const char *text, const char *country)
{
	const char *folded = dc_fold(text);
	const char *value = dc_lexicon_find(&dc_lexicon_address_regions, folded);

	if (value == NULL && dc_calls_itself_region(folded))
		return text;
	/* the states of Brazil are known by two capitals, some of Australia by those of America */
	if (country != NULL && strlen(text) == 2 && isupper((unsigned char) text[0]) && isupper((unsigned char) text[1]) &&
		(strcmp(country, "BR") == 0 || (strcmp(country, "AU") == 0 && strstr("NT SA WA", text) != NULL)))
		return text;
	if (value == NULL || (country != NULL && strncmp(value, country, 2) != 0))
		return NULL;
	/* two letters are a code only in capitals */
	if (strlen(text) == 2 && !isupper((unsigned char) text[1]))
		return NULL;
	return value[2] == ' ' ? value + 3 : text;
}

/* Cuts a region, the longest, off the end of the text. */
const char *
dc_take_region_at_end(char *text, const char *country)
{
	const char *region = NULL;
	char	   *start = NULL;
	char	   *p = text + strlen(text);

	for (int words = 0; words < 4; words++)
	{
		const char *here;

		while (p > text && p[-1] != ' ')
			p--;
		if (p == text)
			break;
		here = dc_region_of(p, country);
		if (here != NULL)
		{
			region = here;
			start = p;
		}
		p--;
	}
	if (region == NULL)
		return NULL;
	region = pstrdup(region);
	start[-1] = '\0';
	return region;
}
