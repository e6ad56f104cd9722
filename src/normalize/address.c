/*-------------------------------------------------------------------------
 *
 * address.c
 *	  Postal addresses: number, street, unit, postcode, city, region, country.
 *
 * An address is cut into segments at newlines, commas and semicolons.  What is surest is taken
 * first: the country at the end, then the last text that is a postcode of that country, then the
 * city beside it, on the side that the country writes it; then the street, by a word for street,
 * a compound that ends in one, or a number beside a name.  What is left (a building, a
 * floor, a box) is the unit, so that nothing is lost.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include <ctype.h>

#include "lib/stringinfo.h"

#include "base/text.h"
#include "lexicon.h"
#include "normalize/address_format.h"
#include "normalize/normalize.h"

#define MAX_SEGMENTS 24
#define MAX_LENGTH 1000

typedef struct Segments
{
	int			n;
	char	   *text[MAX_SEGMENTS];
} Segments;

static void
insert_segment(Segments *s, int at, char *text)
{
	if (s->n == MAX_SEGMENTS || *text == '\0')
		return;
	memmove(&s->text[at + 1], &s->text[at], sizeof(char *) * (s->n - at));
	s->text[at] = text;
	s->n++;
}

static void
remove_segment(Segments *s, int at)
{
	s->n--;
	memmove(&s->text[at], &s->text[at + 1], sizeof(char *) * (s->n - at));
}

/* Blanks, hyphens and full stops at the ends go, but for the full stop of an abbreviation. */
static char *
trimmed(const char *text, size_t len)
{
	while (len > 0 && strchr(" -.,", text[0]) != NULL)
		text++, len--;
	while (len > 0 && strchr(" -,", text[len - 1]) != NULL)
		len--;
	return pnstrdup(text, len);
}

static void
split(const char *input, Segments *s)
{
	const char *p = input;

	s->n = 0;
	while (*p != '\0')
	{
		size_t		len = strcspn(p, "\r\n\t,;|");
		char	   *text = dc_clean(pnstrdup(p, len));
		char	   *mark;

		/* the mark before Japanese postcodes */
		while ((mark = strstr(text, "\343\200\222")) != NULL)
			memcpy(mark, "   ", 3);
		text = trimmed(text, strlen(text));
		if (s->n < MAX_SEGMENTS)
			insert_segment(s, s->n, text);
		else if (*text != '\0')
			s->text[s->n - 1] = psprintf("%s, %s", s->text[s->n - 1], text);
		p += len + (p[len] != '\0');
	}
}

/* ---------- words ---------- */

/* The value of the longest entry of a list that the text begins with, in whole words; *len takes its bytes. */
static const char *
find_at(const DcLexicon *lexicon, const char *text, int max_words, size_t *len)
{
	const char *found = NULL;
	const char *end = text;

	for (int words = 0; words < max_words && *end != '\0'; words++)
	{
		const char *value;

		end += strspn(end, " ");
		end += strcspn(end, " ");
		value = dc_lexicon_find(lexicon, dc_fold(pnstrdup(text, end - text)));
		if (value != NULL)
		{
			found = value;
			*len = end - text;
		}
	}
	return found;
}

static bool
starts_with_digit(const char *s)
{
	return isdigit((unsigned char) *s);
}

static bool
ends_with(const char *word, const char *ending)
{
	size_t		n = strlen(word);
	size_t		m = strlen(ending);

	return n > m + 2 && strcmp(word + n - m, ending) == 0;
}

/* German, Dutch and Scandinavian streets are one word: Hauptstraße, Kerkstraat, Storgatan. */
static bool
is_compound_street(const char *folded)
{
	static const char *const endings[] = {
		"strasse", "str", "gasse", "weg", "platz", "allee", "ring", "damm", "ufer", "straat", "laan", "plein", "gracht", "kade", "dreef", "steenweg",
		"vagen", "gatan", "gata", "gade", "vej", "veien", "gaten", "katu", "stien", "utca", "markt", "wall", "stieg", "pfad", "berg", "graben",
	};

	for (int i = 0; i < lengthof(endings); i++)
		if (ends_with(folded, endings[i]))
			return true;
	return false;
}

/* The bytes up to the end of the last word for street in the text, 0 when there is none. */
static size_t
street_end(const char *text)
{
	size_t		end = 0;
	const char *p = text;
	bool		first = true;

	while (*p != '\0')
	{
		size_t		len = strcspn(p, " ");
		char	   *folded = dc_fold(pnstrdup(p, len));
		const char *type = dc_lexicon_find(&dc_lexicon_street_types, folded);
		size_t		unit = 0;

		/* "PO Box", not the Spanish "Pº" */
		if (type != NULL && find_at(&dc_lexicon_address_units, p, 2, &unit) != NULL && unit > len)
		{
			type = NULL;
			len = unit;
		}
		/* "St" before a name is a saint; "de" languages put theirs first */
		if ((type != NULL && (*type == 'b' ? (first || end == 0) : !first)) || is_compound_street(folded))
			end = p + len - text;
		if (len > 0 && !isdigit((unsigned char) *p))
			first = false;
		p += len;
		p += strspn(p, " ");
	}
	return end;
}

static bool
is_repetition(const char *folded)
{
	return strcmp(folded, "bis") == 0 || strcmp(folded, "ter") == 0 || strcmp(folded, "quater") == 0 || strcmp(folded, "quinquies") == 0 ||
		strcmp(folded, "sexies") == 0;
}

/* The bytes of a word for number: "n° 4", "No: 12", "č. 3"; 0 when there is none. */
static size_t
number_word(const char *text)
{
	static const char *const words[] = {"n°", "nº", "№", "č.p.", "čp.", "č.", "д.", "num", "núm", "nr", "no"};

	for (int i = 0; i < lengthof(words); i++)
		if (pg_strncasecmp(text, words[i], strlen(words[i])) == 0)
			return strlen(words[i]);
	return 0;
}

/* 12, 12b, 12-14, 4/3, 12.3, N° 4, #7: the bytes of a house number at the start, with bis or a letter after it. */
static size_t
number_length(const char *text)
{
	const char *p = text;
	size_t		len;
	size_t		word;
	char	   *folded;

	p += number_word(p);
	p += strspn(p, p == text ? "#" : "#.: ");
	if (!isdigit((unsigned char) *p))
		return 0;
	len = strcspn(p, " ");
	/* digits, at most six, then at most two letters, then perhaps another number after - or / */
	for (size_t i = 0, letters = 0; i < len; i++)
	{
		unsigned char c = p[i];

		letters = isalpha(c) ? letters + 1 : 0;
		if (letters == 1 && is_repetition(dc_fold(pnstrdup(p + i, len - i))))
			break;
		if (letters > 2 || !(isalnum(c) || strchr("-/.", c) != NULL))
			return 0;
	}
	if (strspn(p, "0123456789") > 6)
		return 0;
	p += len;
	/* 12 bis, 12 ter, 12 B */
	word = strcspn(p + (*p == ' '), " ");
	folded = *p == ' ' ? dc_fold(pnstrdup(p + 1, word)) : "";
	if (is_repetition(folded) ||
		(strlen(folded) == 1 && isupper((unsigned char) p[1]) && word == 1 && p[1 + word] != '\0'))
		p += 1 + word;
	return p - text;
}

/* The number without the word for it. */
static char *
bare_number(const char *text, size_t len)
{
	size_t		word = number_word(text);

	word += word > 0 ? strspn(text + word, "#.: ") : 0;
	return trimmed(text + word, len - word);
}

/* 1st, 2nd, 42nd, 1er: a number that is a name. */
static bool
is_ordinal(const char *word)
{
	size_t		digits = strspn(word, "0123456789");
	char	   *rest = dc_fold(word + digits);

	return digits > 0 && (strcmp(rest, "st") == 0 || strcmp(rest, "nd") == 0 || strcmp(rest, "rd") == 0 || strcmp(rest, "th") == 0 || strcmp(rest, "er") == 0);
}

/* ---------- country ---------- */

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
code_at_end(const Segments *s)
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
static bool
is_city_state(const char *country)
{
	return country != NULL && strstr("DJ GI GT HK KW LU MC MO PA SG SM VA", country) != NULL;
}

/* The country at the end, a segment of its own or the last words of one, and how it is written. */
static const char *
take_country(Segments *s, const char *given, const char **name)
{
	const char *country = NULL;
	const char *found;
	char	   *last;

	/* "Paris, France, 75001": the country before the postcode */
	if (s->n > 2 && is_postcode(s->text[s->n - 1], given) && (found = country_of(s->text[s->n - 2], given)) != NULL &&
		(given == NULL || strcmp(given, found) == 0))
	{
		*name = s->text[s->n - 2];
		remove_segment(s, s->n - 2);
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
		remove_segment(s, s->n - 1);
	}
	if (country == NULL && given == NULL && (country = code_at_end(s)) != NULL)
		remove_segment(s, s->n - 1);
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
			if (is_city_state(found) && is_postcode(trimmed(last, p - last), found))
				return found;
			*name = pstrdup(p + 1);
			*p = '\0';
			s->text[s->n - 1] = trimmed(last, strlen(last));
			return found;
		}
	}
	return NULL;
}

/* F-75001, CH-8001: the country whose letters stand before a postcode of its form. */
static const char *
country_by_prefix(const Segments *s)
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

/* ---------- region ---------- */

/* "Departamento de San Salvador", "Samarkand Province", "County Kildare" */
static bool
calls_itself_region(const char *folded)
{
	static const char *const words[] = {
		"province", "provincia", "departamento", "departement", "department", "region", "county", "governorate", "district", "prefecture", "oblast",
		"estado", "state", "metro", "comunidad", "canton", "kanton",
	};
	const char *last = strrchr(folded, ' ');

	if (last == NULL)
		return false;
	for (int i = 0; i < lengthof(words); i++)
	{
		size_t		n = strlen(words[i]);

		if ((strncmp(folded, words[i], n) == 0 && folded[n] == ' ') || strcmp(last + 1, words[i]) == 0)
			return true;
	}
	return false;
}

/* A text that is no city: "King County", "Greater Manchester" */
static bool
is_county(const char *text)
{
	const char *folded = dc_fold(text);

	return strncmp(folded, "greater ", strlen("greater ")) == 0 || calls_itself_region(folded);
}

/* The region that the whole text names, in this country or in any; its code where it has one. */
static const char *
region_of(const char *text, const char *country)
{
	const char *folded = dc_fold(text);
	const char *value = dc_lexicon_find(&dc_lexicon_address_regions, folded);

	if (value == NULL && calls_itself_region(folded))
		return text;
	/* the states of Brazil are known by two capitals */
	if (country != NULL && strcmp(country, "BR") == 0 && strlen(text) == 2 && isupper((unsigned char) text[0]) && isupper((unsigned char) text[1]))
		return text;
	if (value == NULL || (country != NULL && strncmp(value, country, 2) != 0))
		return NULL;
	/* two letters are a code only in capitals */
	if (strlen(text) == 2 && !isupper((unsigned char) text[1]))
		return NULL;
	return value[2] == ' ' ? value + 3 : text;
}

/* Cuts a region, the longest, off the end of the text. */
static const char *
take_region_at_end(char *text, const char *country)
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
		here = region_of(p, country);
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

/* ---------- postcode and city ---------- */

typedef struct Place
{
	int			segment;
	size_t		start;
	size_t		length;
	char		postcode[24];
	DcPostcodeSide side;
} Place;

/* Where no postcode of the country is found: a number that ends a segment without a street, or is one after the first. */
static bool
find_partial_postcode(const Segments *s, const char *country, Place *place)
{
	for (int i = s->n - 1; i > 0; i--)
	{
		const char *text = s->text[i];
		const char *p = strrchr(text, ' ');
		size_t		unit;

		/* PO Box 1234 */
		if (find_at(&dc_lexicon_address_units, text, 3, &unit) != NULL)
			continue;
		/* before its city */
		if (strspn(text, "0123456789") >= 4 && text[strspn(text, "0123456789")] == ' ' && street_end(text) == 0)
			p = text;
		else
			p = p == NULL ? text : p + 1;
		if (street_end(text) > 0 || (place->length = dc_match_partial_postcode(p, country, place->postcode, &place->side)) == 0 || (p != text && p[place->length] != '\0'))
			continue;
		/* a number alone after the street is that of the house */
		if (p == text && strlen(p) < 3 && starts_with_digit(p))
			continue;
		place->segment = i;
		place->start = p - text;
		if (p[place->length] != '\0')
			place->side = POSTCODE_BEFORE_CITY;
		return true;
	}
	return false;
}

/* PO Box 1234 */
static bool
is_box_number(const char *text, const char *number)
{
	size_t		len = 0;

	return find_at(&dc_lexicon_address_units, text, 3, &len) != NULL && text + len + strspn(text + len, " ") == number;
}

/* The last text that is a postcode; the first word of an address is one only where nothing else is. */
static bool
find_postcode(const Segments *s, const char *country, Place *place)
{
	for (int i = s->n - 1; i >= 0; i--)
	{
		const char *text = s->text[i];

		for (const char *p = text + strlen(text); p >= text; p--)
		{
			DcPostcodeSide side;
			char		postcode[24];
			int			n;

			if ((p > text && p[-1] != ' ') || *p == '\0' || *p == ' ')
				continue;
			n = dc_match_postcode(p, country, postcode, &side);
			if (n == 0 || is_box_number(text, p))
				continue;
			/* a house number before its street */
			if (p == text && i == 0 && p[n] != '\0' && (street_end(text) > 0 || (country == NULL && n < 5 && starts_with_digit(p))))
				continue;
			place->segment = i;
			place->start = p - text;
			/* MC 98000 */
			if (country != NULL && place->start >= 3 && p[-1] == ' ' && pg_strncasecmp(p - 3, country, 2) == 0 && (place->start == 3 || p[-4] == ' '))
				place->start -= 3;
			place->length = p + n - text - place->start;
			place->side = side;
			strlcpy(place->postcode, postcode, sizeof(place->postcode));
			return true;
		}
	}
	return country != NULL && find_partial_postcode(s, country, place);
}

/* A city without CEDEX, a province in brackets or in two capitals, or a number of a district. */
static const char *
clean_city(const char *text, const char *country, DcAddress *a)
{
	char	   *city = trimmed(text, strlen(text));
	char	   *p;

	for (p = city; *p != '\0'; p++)
		if (pg_strncasecmp(p, "cedex", 5) == 0 && (p == city || p[-1] == ' '))
			*p-- = '\0';
	p = strchr(city, '(');
	if (p != NULL && p > city)
	{
		char	   *inside = pnstrdup(p + 1, strcspn(p + 1, ")"));
		const char *region = region_of(inside, country);

		if (region == NULL && country != NULL && strcmp(country, "IT") == 0 && strlen(inside) == 2)
			region = dc_upper(inside);
		if (region != NULL && a->region == NULL)
			a->region = region;
		*p = '\0';
	}
	city = trimmed(city, strlen(city));
	p = strrchr(city, ' ');
	if (country != NULL && strcmp(country, "IT") == 0 && p != NULL && strlen(p) == 3 && isupper((unsigned char) p[1]) && isupper((unsigned char) p[2]))
	{
		a->region = pstrdup(p + 1);
		*p = '\0';
	}
	return *city == '\0' ? NULL : city;
}

/* The bytes up to the end of a numbered part of a building or a box that others follow: "PO Box 12 Belfast"; 0 when there is none. */
static size_t
numbered_unit_end(const char *text)
{
	size_t		len = 0;

	for (const char *p = text; *p != '\0'; p += strspn(p, " "))
	{
		const char *number;
		size_t		word;

		if (find_at(&dc_lexicon_address_units, p, 3, &len) != NULL)
		{
			number = p + len + strspn(p + len, " ");
			word = strcspn(number, " ");
			if (starts_with_digit(number) && number[word] == ' ')
				return number + word - text;
		}
		p += strcspn(p, " ");
	}
	return 0;
}

/* What stands before the postcode in its segment: the city after the street, if a street is there. */
static char *
city_on_the_left(Segments *s, int segment, char *left, const char *country, DcAddress *a)
{
	const char *region = region_of(left, country);
	size_t		end;

	if (region != NULL)
	{
		a->region = region;
		return "";
	}
	region = take_region_at_end(left, country);
	if (region != NULL)
		a->region = region;
	end = street_end(left);
	if (end == 0 && (end = numbered_unit_end(left)) == 0)
		return left;
	/* directions and units after the word for street belong to the street */
	for (;;)
	{
		size_t		len = 0;
		const char *p = left + end + strspn(left + end, " ");
		size_t		word = strcspn(p, " ");
		const char *unit = find_at(&dc_lexicon_address_units, p, 2, &len);

		if (word <= 2 && word > 0 && strspn(p, "NSEWnsew.") == word)
			end = p + word - left;
		else if (unit != NULL)
		{
			p += len + strspn(p + len, " .");
			if (pg_strncasecmp(p, "no", 2) == 0)
				p += 2 + strspn(p + 2, ". ");
			end = p + strcspn(p, " ") - left;
		}
		else if (*p == '#')
			end = p + word - left;
		else
			break;
	}
	insert_segment(s, segment, trimmed(left, end));
	return trimmed(left + end, strlen(left + end));
}

/* A segment beside the postcode that may be the city: no region, no number. */
static const char *
take_city_segment(Segments *s, int at, const char *country, DcAddress *a)
{
	const char *region;
	const char *city;

	while (a->region == NULL && at > 0 && at < s->n && (region = region_of(s->text[at], country)) != NULL)
	{
		a->region = region;
		remove_segment(s, at--);
	}
	/* a county inside the region: "London, Greater London, England" */
	while (at > 1 && at < s->n && is_county(s->text[at]) && !starts_with_digit(s->text[at - 1]) &&
		   street_end(s->text[at - 1]) == 0)
		at--;
	if (at < 0 || at >= s->n || starts_with_digit(s->text[at]))
		return NULL;
	if (s->n > 1 && at == 0 && street_end(s->text[at]) > 0)
		return NULL;
	region = take_region_at_end(s->text[at], country);
	if (region != NULL && a->region == NULL)
		a->region = region;
	city = clean_city(s->text[at], country, a);
	remove_segment(s, at);
	return city;
}

/* Takes postcode and city out of the segments. */
static void
take_place(Segments *s, const char *country, DcAddress *a)
{
	Place		place;
	char	   *text;
	char	   *left;
	char	   *right;

	if (!find_postcode(s, country, &place))
		return;
	a->postcode = pstrdup(place.postcode);
	text = s->text[place.segment];
	left = trimmed(text, place.start);
	right = trimmed(text + place.start + place.length, strlen(text + place.start + place.length));
	remove_segment(s, place.segment);
	if (*right != '\0' && (place.side == POSTCODE_BEFORE_CITY || *left == '\0'))
	{
		const char *region;

		/* "Mandaluyong, 1550 Metro Manila": the postcode stands before the region */
		if (*left == '\0' && calls_itself_region(dc_fold(right)) && place.segment > 0 && street_end(s->text[place.segment - 1]) == 0 &&
			(a->city = take_city_segment(s, place.segment - 1, country, a)) != NULL)
		{
			a->region = right;
			return;
		}
		region = take_region_at_end(right, country);
		if (region != NULL)
			a->region = region;
		a->city = clean_city(right, country, a);
		insert_segment(s, place.segment, left);
		return;
	}
	if (*left != '\0')
	{
		int			before = s->n;

		left = city_on_the_left(s, place.segment, left, country, a);
		place.segment += s->n - before;
		if (*left != '\0')
			a->city = clean_city(left, country, a);
	}
	/* in a segment of its own: the city stands before it, or after it where a street stands before */
	if (a->city == NULL && !(place.segment > 0 && place.segment < s->n && street_end(s->text[place.segment - 1]) > 0))
		a->city = take_city_segment(s, place.segment - 1, country, a);
	if (a->city == NULL)
		a->city = take_city_segment(s, place.segment, country, a);
	insert_segment(s, s->n, right);
}

/* Without a postcode the last segment is the city, unless it is the only one or a street. */
static void
take_last_city(Segments *s, const char *country, DcAddress *a)
{
	if (s->n == 0)
		return;
	if (s->n == 1 && (street_end(s->text[0]) > 0 || strpbrk(s->text[0], "0123456789") != NULL))
		return;
	if (s->n > 1 && street_end(s->text[s->n - 1]) > 0 && strpbrk(s->text[s->n - 1], "0123456789") != NULL)
		return;
	a->city = take_city_segment(s, s->n - 1, country, a);
}

/* ---------- street ---------- */

/* How sure a segment is the street: 0 not at all. */
static int
street_likeness(const char *text)
{
	size_t		len = 0;
	bool		street = street_end(text) > 0;
	size_t		number = number_length(text);
	const char *p = strrchr(text, ' ');
	bool		numbered = (number > 0 && text[number] == ' ' && !is_ordinal(pnstrdup(text, number))) || (p != NULL && number_length(p + 1) == strlen(p + 1));

	if (find_at(&dc_lexicon_address_units, text, 3, &len) != NULL && !street)
		return 0;
	return (street ? 2 : 0) + (numbered ? 1 : 0);
}

/* Behind a number: the Spanish floor 3ºB, the Polish flat m. 3 */
static bool
is_floor(const char *blank, const char *country)
{
	const char *p = blank + 1;
	size_t		digits = strspn(p, "0123456789");

	if (!isdigit((unsigned char) blank[-1]) && !isalpha((unsigned char) blank[-1]))
		return false;
	if (digits > 0)
		return isdigit((unsigned char) blank[-1]) && (strncmp(p + digits, "º", strlen("º")) == 0 || strncmp(p + digits, "ª", strlen("ª")) == 0);
	if (country == NULL || strcmp(country, "PL") != 0 || *p != 'm')
		return false;
	p += 1 + strspn(p + 1, ". ");
	return isdigit((unsigned char) *p);
}

/* A part of a building after the street: "12 rue X Bât B", "30 West 26th Street Sixth Floor". */
static void
take_unit_at_end(char *street, DcAddress *a)
{
	size_t		end = street_end(street);

	for (char *p = street + end; end > 0 && *p != '\0'; p++)
	{
		size_t		len;

		if (*p != ' ')
			continue;
		if (p[1] != '#' && find_at(&dc_lexicon_address_units, p + 1, 2, &len) == NULL && !is_floor(p, a->country))
			continue;
		a->unit = trimmed(p + 1, strlen(p + 1));
		*p = '\0';
		return;
	}
}

static void
take_number(char *street, DcAddress *a)
{
	size_t		number = number_length(street);
	char	   *p;

	if (number > 0 && street[number] == ' ' && !is_ordinal(pnstrdup(street, number)))
	{
		a->house_number = bare_number(street, number);
		a->street = trimmed(street + number, strlen(street + number));
		return;
	}
	/* at the end: Hauptstraße 5 a, Via Roma 12/B, Calle Mayor nº 3 */
	for (p = street; (p = strchr(p, ' ')) != NULL; p++)
	{
		size_t		rest = number_length(p + 1);

		if (rest > 0 && (p[1 + rest] == '\0' || (p[1 + rest] == ' ' && strlen(p + 2 + rest) == 1)) && !is_ordinal(p + 1))
		{
			a->house_number = bare_number(p + 1, strlen(p + 1) - (street[strlen(street) - 1] == '.'));
			a->street = trimmed(street, p - street);
			return;
		}
	}
	a->street = trimmed(street, strlen(street));
}

static void
take_street(Segments *s, DcAddress *a)
{
	/* before a street without a number stands the name of a building, but France writes the hamlet behind it */
	bool		last = a->country != NULL && strcmp(a->country, "FR") != 0;
	int			best = -1;
	int			likeness = 0;
	size_t		len;
	char	   *street;

	for (int i = 0; i < s->n; i++)
	{
		int			here = street_likeness(s->text[i]);

		if (here > likeness || (last && here == 2 && likeness == 2))
		{
			best = i;
			likeness = here;
		}
	}
	if (best < 0 && s->n == 1 && (a->postcode != NULL || a->city != NULL) && find_at(&dc_lexicon_address_units, s->text[0], 3, &len) == NULL)
		best = 0;
	if (best < 0)
		return;
	street = s->text[best];
	remove_segment(s, best);
	take_unit_at_end(street, a);
	take_number(street, a);
	/* the number in a segment of its own: Via Roma, 12; Av. Paulista, 1578 - Bela Vista */
	for (int i = Max(best - 1, 0); a->house_number == NULL && i <= best && i < s->n; i++)
	{
		char	   *text = s->text[i];
		size_t		number = number_length(text);

		if (number == 0 || (text[number] != '\0' && strncmp(text + number, " - ", 3) != 0))
			continue;
		a->house_number = bare_number(text, number);
		remove_segment(s, i);
		insert_segment(s, i, trimmed(text + number, strlen(text + number)));
	}
}

/* ---------- the whole ---------- */

static void
add_part(StringInfo line, const char *separator, const char *part)
{
	if (part == NULL || *part == '\0')
		return;
	if (line->len > 0)
		appendStringInfoString(line, separator);
	appendStringInfoString(line, part);
}

/* The address in one line, as its country orders number and street, postcode and city. */
static char *
one_line(const DcAddress *a, bool number_first, DcPostcodeSide side)
{
	StringInfoData line;

	initStringInfo(&line);
	add_part(&line, ", ", a->unit);
	add_part(&line, ", ", number_first && a->house_number != NULL ? a->house_number : a->street);
	if (a->house_number != NULL && a->street != NULL)
		add_part(&line, " ", number_first ? a->street : a->house_number);
	if (side == POSTCODE_BEFORE_CITY)
	{
		add_part(&line, ", ", a->postcode);
		add_part(&line, a->postcode != NULL ? " " : ", ", a->city);
		add_part(&line, a->country != NULL && strcmp(a->country, "IT") == 0 ? " " : ", ", a->region);
	}
	else
	{
		add_part(&line, ", ", a->city);
		add_part(&line, ", ", a->region);
		add_part(&line, a->region != NULL ? " " : ", ", a->postcode);
	}
	add_part(&line, ", ", a->country);
	return line.data;
}

static bool
is_number_last(const char *country)
{
	static const char countries[] = "AT BE BG BR CH CZ DE DK EE ES FI GR HR HU IS IT LI LT LV MX NL NO PL PT RO RS RU SE SI SK TR UA";

	return country != NULL && strstr(countries, country) != NULL;
}

void
dc_parse_address(const char *input, const char *country, DcAddress *a)
{
	Segments	s;
	const char *given = country == NULL ? NULL : dc_normalize_country(country);
	const char *found;
	const char *place_name = NULL;
	StringInfoData rest;
	char		ignored[24];
	DcPostcodeSide side = POSTCODE_BEFORE_CITY;

	if (strlen(input) > MAX_LENGTH)
	{
		a->problem = "is too long for an address";
		return;
	}
	split(input, &s);
	if (s.n == 0)
	{
		a->problem = "is empty";
		return;
	}
	found = take_country(&s, given, &place_name);
	a->country = found != NULL ? found : given != NULL ? given : country_by_prefix(&s);
	take_place(&s, a->country, a);
	if (a->city == NULL && is_city_state(found) && (s.n == 0 || a->postcode != NULL || street_end(s.text[s.n - 1]) > 0))
		a->city = place_name;
	else if (a->postcode == NULL)
		take_last_city(&s, a->country, a);
	else
		(void) dc_match_postcode(a->postcode, a->country, ignored, &side);
	take_street(&s, a);
	initStringInfo(&rest);
	add_part(&rest, ", ", a->unit);
	for (int i = 0; i < s.n; i++)
	{
		const char *region = a->region == NULL ? region_of(s.text[i], a->country) : NULL;

		if (region != NULL)
			a->region = region;
		else
			add_part(&rest, ", ", s.text[i]);
	}
	a->unit = rest.len > 0 ? rest.data : NULL;
	a->full_address = one_line(a, !is_number_last(a->country), side);
	if (a->street == NULL && a->city == NULL && a->postcode == NULL)
		a->problem = "has neither street nor city";
}
