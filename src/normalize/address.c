/*-------------------------------------------------------------------------
 *
 * address.c
 *	  Postal addresses: number, street, unit, postcode, city, region, country.
 *
 * An address is cut into segments at newlines, commas and semicolons.  What is surest is taken
 * first: the country at the end, then the last text that is a postcode of that country, then the
 * city beside it, on the side that the country writes it; then the street, by a word for street,
 * a compound that ends in one, or a number beside a name.  What is left (a building, a
 * floor, a box) is the unit, so that nothing is lost.  See address.h for the other files.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include <ctype.h>

#include "lib/stringinfo.h"

#include "base/text.h"
#include "lexicon.h"
#include "normalize/address.h"

#define MAX_LENGTH 1000

/* Is what begins here a word for postcode before one: "CEP 01310-200", "PLZ: 10115"? Its length, 0 when it is none. */
static size_t
postcode_label(const char *text)
{
	static const char *const labels[] = {"CEP", "C.E.P.", "PLZ", "ZIP code", "ZIP", "C.P.", "CP", "postal code", "code postal", "postcode", "postleitzahl", "CAP"};

	for (int i = 0; i < lengthof(labels); i++)
	{
		size_t		n = strlen(labels[i]);
		size_t		blank = pg_strncasecmp(text, labels[i], n) == 0 ? strspn(text + n, ": ") : 0;

		/* a box of a few digits may be "CP" too */
		if (blank > 0 && strspn(text + n + blank, "0123456789") >= (strchr("Cc", *text) != NULL ? 5 : 4))
			return n + blank;
	}
	return 0;
}

static char *
without_postcode_label(char *text)
{
	size_t		len;

	for (char *p = text; *p != '\0'; p++)
		if ((p == text || p[-1] == ' ') && (len = postcode_label(p)) > 0)
			memmove(p, p + len, strlen(p + len) + 1);
	return text;
}

static void
split(const char *input, DcSegments *s)
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
		text = without_postcode_label(dc_trim_address(text, strlen(text)));
		if (s->n < DC_MAX_SEGMENTS)
			dc_insert_segment(s, s->n, text);
		else if (*text != '\0')
			s->text[s->n - 1] = psprintf("%s, %s", s->text[s->n - 1], text);
		p += len + (p[len] != '\0');
	}
}

/* ---------- street ---------- */

/* A zone or hamlet has streets: one is the street only where there is no other. */
static bool
is_area(const char *text)
{
	static const char *const areas[] = {"zone", "za", "zi", "zac", "zae", "hameau", "lotissement", "domaine"};

	return dc_is_one_of(dc_fold_n(text, strcspn(text, " ")), areas, lengthof(areas));
}

/* How sure a segment is the street: 0 not at all. */
static int
street_likeness(const char *text)
{
	size_t		len = 0;
	bool		street = dc_street_end(text) > 0;
	size_t		number = dc_house_number_length(text);
	const char *p = strrchr(text, ' ');
	bool		numbered = (number > 0 && text[number] == ' ' && !dc_is_ordinal(pnstrdup(text, number))) || (p != NULL && dc_house_number_length(p + 1) == strlen(p + 1));

	if (dc_find_words(&dc_lexicon_address_units, text, 3, &len) != NULL && !street)
		return 0;
	return (street ? 2 - is_area(text) : 0) + (numbered ? 1 : 0);
}

/* Behind a number: the Spanish floor 3ºB, the Polish flat m. 3, the Turkish flat D:5, the Finnish stairs and flat B 14 */
static bool
is_floor(const char *blank, const char *country)
{
	const char *p = blank + 1;
	size_t		digits = strspn(p, "0123456789");

	if (!isdigit((unsigned char) blank[-1]) && !isalpha((unsigned char) blank[-1]))
		return false;
	if (digits > 0)
		return isdigit((unsigned char) blank[-1]) && (strncmp(p + digits, "º", strlen("º")) == 0 || strncmp(p + digits, "ª", strlen("ª")) == 0);
	if (country != NULL && strcmp(country, "TR") == 0)
		return ((*p == 'D' || *p == 'K') && p[1] == ':') || strncmp(p, "Kat", 3) == 0 || strncmp(p, "Daire", 5) == 0;
	if (country != NULL && strcmp(country, "FI") == 0)
		return isdigit((unsigned char) blank[-1]) && isupper((unsigned char) *p) && p[1] == ' ' && isdigit((unsigned char) p[2]);
	if (country == NULL || strcmp(country, "PL") != 0 || *p != 'm')
		return false;
	p += 1 + strspn(p + 1, ". ");
	return isdigit((unsigned char) *p);
}

/* A part of a building after the street: "12 rue X Bât B", "30 West 26th Street Sixth Floor". */
static void
take_unit_at_end(char *street, DcAddress *a)
{
	size_t		end = dc_street_end(street);

	/* no word for street: behind the first number, "Meir 50 bus 3" */
	if (end == 0)
	{
		end = strcspn(street, "0123456789");
		end += strspn(street + end, "0123456789");
	}
	for (char *p = street + end; end > 0 && *p != '\0'; p++)
	{
		size_t		len;

		if (*p != ' ')
			continue;
		if (p[1] != '#' && dc_find_words(&dc_lexicon_address_units, p + 1, 2, &len) == NULL && dc_counted_unit(p + 1) == 0 && !is_floor(p, a->country))
			continue;
		a->unit = a->unit == NULL ? dc_trim_address(p + 1, strlen(p + 1)) : psprintf("%s, %s", a->unit, p + 1);
		*p = '\0';
		return;
	}
}

/* s/n: the house has no number, in Spain, Portugal and America */
static bool
is_no_number(const char *text)
{
	return pg_strcasecmp(text, "s/n") == 0 || pg_strcasecmp(text, "s/nº") == 0 || pg_strcasecmp(text, "s/no") == 0;
}

/* "RN 7", "D 910": the number is the name of a road, where nothing else is in it */
static bool
is_numbered_road(const char *street)
{
	static const char *const roads[] = {"rn", "rd", "n", "d"};
	const char *blank = strchr(street, ' ');

	return blank != NULL && isdigit((unsigned char) blank[1]) && strchr(blank + 1, ' ') == NULL && dc_is_one_of(dc_fold_n(street, blank - street), roads, lengthof(roads));
}

static void
take_number(char *street, DcAddress *a)
{
	size_t		number = dc_house_number_length(street);
	char	   *p = strrchr(street, ' ');

	if (is_numbered_road(street))
	{
		a->street = dc_trim_address(street, strlen(street));
		return;
	}
	if (p != NULL && is_no_number(p + 1))
	{
		a->house_number = p + 1;
		a->street = dc_trim_address(street, p - street);
		return;
	}

	if (number > 0 && street[number] == ' ' && !dc_is_ordinal(pnstrdup(street, number)))
	{
		a->house_number = dc_bare_house_number(street, number);
		a->street = dc_trim_address(street + number, strlen(street + number));
		return;
	}
	/* at the end: Hauptstraße 5 a, Via Roma 12/B, Calle Mayor nº 3 */
	for (p = street; (p = strchr(p, ' ')) != NULL; p++)
	{
		size_t		rest = dc_house_number_length(p + 1);

		if (rest > 0 && (p[1 + rest] == '\0' || (p[1 + rest] == ' ' && (strlen(p + 2 + rest) == 1 || strcmp(p + 2 + rest, "hs") == 0))) && !dc_is_ordinal(p + 1))
		{
			a->house_number = dc_bare_house_number(p + 1, strlen(p + 1) - (street[strlen(street) - 1] == '.'));
			a->street = dc_trim_address(street, p - street);
			return;
		}
	}
	a->street = dc_trim_address(street, strlen(street));
}

/*
 * "#405 - 1288 West Georgia Street", in Canada also without a sign, "Unit 12/88 Queen Street": the flat stands before the
 * number. Answers the rest.
 */
static char *
behind_flat(char *street, DcAddress *a)
{
	char	   *dash = strstr(street, " - ");
	size_t		digits = strspn(street, "#0123456789");
	size_t		len;
	bool		unit = dc_find_words(&dc_lexicon_address_units, street, 2, &len) != NULL;
	char	   *slash = unit ? strchr(street + len, '/') : NULL;

	if (slash != NULL && isdigit((unsigned char) slash[1]) && strspn(street + len, " 0123456789") == slash - street - len)
	{
		a->unit = dc_trim_address(street, slash - street);
		return slash + 1;
	}
	if (dash == NULL || !isdigit((unsigned char) dash[3]) || (street + digits == dash ? *street != '#' && (a->country == NULL || strcmp(a->country, "CA") != 0) : !unit))
		return street;
	a->unit = dc_trim_address(street, dash - street);
	return dash + 3;
}

static void
take_street(DcSegments *s, DcAddress *a)
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
	if (best < 0 && s->n == 1 && (a->postcode != NULL || a->city != NULL) && dc_find_words(&dc_lexicon_address_units, s->text[0], 3, &len) == NULL)
		best = 0;
	if (best < 0)
		return;
	street = s->text[best];
	dc_remove_segment(s, best);
	street = behind_flat(street, a);
	take_unit_at_end(street, a);
	take_number(street, a);
	/* the number in a segment of its own: Via Roma, 12; Av. Paulista, 1578 - Bela Vista */
	for (int i = Max(best - 1, 0); a->house_number == NULL && i <= best && i < s->n; i++)
	{
		char	   *text = s->text[i];
		size_t		number = is_no_number(text) ? strlen(text) : dc_house_number_length(text);

		if (number == 0 || (text[number] != '\0' && strncmp(text + number, " - ", 3) != 0))
			continue;
		a->house_number = dc_bare_house_number(text, number);
		dc_remove_segment(s, i);
		dc_insert_segment(s, i, dc_trim_address(text + number, strlen(text + number)));
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
	DcSegments	s;
	const char *given = country == NULL ? NULL : dc_normalize_country(country);
	const char *found;
	const char *place_name = NULL;
	StringInfoData rest;
	char		ignored[24];
	DcPostcodeSide side = POSTCODE_BEFORE_CITY;

	if (strlen(input) > MAX_LENGTH)
	{
		a->problem = "too long";
		return;
	}
	split(input, &s);
	if (s.n == 0)
		a->problem = "empty";
	else if (s.n == 1 && dc_is_placeholder(s.text[0], "any"))
		a->problem = "a placeholder";
	if (a->problem != NULL)
		return;
	found = dc_take_country(&s, given, &place_name);
	a->country = found != NULL ? found : given != NULL ? given : dc_country_by_prefix(&s);
	dc_take_place(&s, a->country, a);
	if (a->city == NULL && dc_is_city_state(found) && (s.n == 0 || a->postcode != NULL || dc_street_end(s.text[s.n - 1]) > 0))
		a->city = place_name;
	else if (a->postcode == NULL)
		dc_take_last_city(&s, a->country, a);
	else
		(void) dc_match_postcode(a->postcode, a->country, ignored, &side);
	take_street(&s, a);
	initStringInfo(&rest);
	add_part(&rest, ", ", a->unit);
	for (int i = 0; i < s.n; i++)
	{
		const char *region = a->region == NULL ? dc_region_of(s.text[i], a->country) : NULL;

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
