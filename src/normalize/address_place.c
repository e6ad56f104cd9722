/*-------------------------------------------------------------------------
 *
 * address_place.c
 *	  Postcode and city of a postal address.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include <ctype.h>

#include "base/text.h"
#include "lexicon.h"
#include "normalize/address.h"

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
find_partial_postcode(const DcSegments *s, const char *country, Place *place)
{
	for (int i = s->n - 1; i > 0; i--)
	{
		const char *text = s->text[i];
		const char *p = strrchr(text, ' ');
		size_t		unit;

		/* PO Box 1234 */
		if (dc_find_words(&dc_lexicon_address_units, text, 3, &unit) != NULL)
			continue;
		/* before its city */
		if (strspn(text, "0123456789") >= 4 && text[strspn(text, "0123456789")] == ' ' && dc_street_end(text) == 0)
			p = text;
		else
			p = p == NULL ? text : p + 1;
		if (dc_street_end(text) > 0 || (place->length = dc_match_partial_postcode(p, country, place->postcode, &place->side)) == 0 || (p != text && p[place->length] != '\0'))
			continue;
		/* a number alone after the street is that of the house */
		if (p == text && strlen(p) < 3 && dc_starts_with_digit(p))
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

	return dc_find_words(&dc_lexicon_address_units, text, 3, &len) != NULL && text + len + strspn(text + len, " ") == number;
}

/* The last text that is a postcode; the first word of an address is one only where nothing else is. */
static bool
find_postcode(const DcSegments *s, const char *country, Place *place)
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
			if (p == text && i == 0 && p[n] != '\0' && (dc_street_end(text) > 0 || (country == NULL && n < 5 && dc_starts_with_digit(p))))
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

/* "г. Москва", "м. Київ": behind the word for town */
static const char *
behind_town(const char *text)
{
	static const char *const towns[] = {"г.", "гор.", "город ", "м.", "місто ", "пос.", "пгт ", "смт "};

	for (int i = 0; i < lengthof(towns); i++)
		if (strncmp(text, towns[i], strlen(towns[i])) == 0)
			return text + strlen(towns[i]) + strspn(text + strlen(towns[i]), " ");
	return text;
}

/* A city without CEDEX, a word for town, a province in brackets or in two capitals, or a number of a district. */
static const char *
clean_city(const char *text, const char *country, DcAddress *a)
{
	char	   *city = pstrdup(behind_town(dc_trim_address(text, strlen(text))));
	char	   *p;

	for (p = city; *p != '\0'; p++)
		if (pg_strncasecmp(p, "cedex", 5) == 0 && (p == city || p[-1] == ' '))
			*p-- = '\0';
	p = strchr(city, '(');
	if (p != NULL && p > city)
	{
		char	   *inside = pnstrdup(p + 1, strcspn(p + 1, ")"));
		const char *region = dc_region_of(inside, country);

		if (region == NULL && country != NULL && strcmp(country, "IT") == 0 && strlen(inside) == 2)
			region = dc_upper(inside);
		if (region != NULL && a->region == NULL)
			a->region = region;
		*p = '\0';
	}
	city = dc_trim_address(city, strlen(city));
	/* Curitiba/PR */
	p = strrchr(city, '/');
	if (p != NULL && p > city && country != NULL && strcmp(country, "BR") == 0 && dc_region_of(p + 1, country) != NULL)
	{
		a->region = dc_region_of(p + 1, country);
		*p = '\0';
	}
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

		if (dc_find_words(&dc_lexicon_address_units, p, 3, &len) != NULL)
		{
			number = p + len + strspn(p + len, " ");
			word = strcspn(number, " ");
			if (dc_starts_with_digit(number) && number[word] == ' ')
				return number + word - text;
		}
		p += strcspn(p, " ");
	}
	return 0;
}

/* What stands before the postcode in its segment: the city after the street, if a street is there. */
static char *
city_on_the_left(DcSegments *s, int segment, char *left, const char *country, DcAddress *a)
{
	const char *region = dc_region_of(left, country);
	size_t		end;

	if (region != NULL)
	{
		a->region = region;
		return "";
	}
	region = dc_take_region_at_end(left, country);
	if (region != NULL)
		a->region = region;
	end = dc_street_end(left);
	if (end == 0 && (end = numbered_unit_end(left)) == 0)
		return left;
	/* directions and units after the word for street belong to the street */
	for (;;)
	{
		size_t		len = 0;
		const char *p = left + end + strspn(left + end, " ");
		size_t		word = strcspn(p, " ");
		const char *unit = dc_find_words(&dc_lexicon_address_units, p, 2, &len);

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
		else if (dc_counted_unit(p) > 0)
			end = p + dc_counted_unit(p) - left;
		else
			break;
	}
	dc_insert_segment(s, segment, dc_trim_address(left, end));
	return dc_trim_address(left + end, strlen(left + end));
}

/* A segment beside the postcode that may be the city: no region, no number. */
static const char *
take_city_segment(DcSegments *s, int at, const char *country, DcAddress *a)
{
	const char *region;
	const char *city;

	while (a->region == NULL && at > 0 && at < s->n && (region = dc_region_of(s->text[at], country)) != NULL)
	{
		a->region = region;
		dc_remove_segment(s, at--);
	}
	/* a county inside the region: "London, Greater London, England" */
	while (at > 1 && at < s->n && dc_is_county(s->text[at]) && !dc_starts_with_digit(s->text[at - 1]) &&
		   dc_street_end(s->text[at - 1]) == 0)
		at--;
	if (at < 0 || at >= s->n || dc_starts_with_digit(s->text[at]))
		return NULL;
	if (s->n > 1 && at == 0 && dc_street_end(s->text[at]) > 0)
		return NULL;
	region = dc_take_region_at_end(s->text[at], country);
	if (region != NULL && a->region == NULL)
		a->region = region;
	city = clean_city(s->text[at], country, a);
	dc_remove_segment(s, at);
	return city;
}

/* Takes postcode and city out of the segments. */
void
dc_take_place(DcSegments *s, const char *country, DcAddress *a)
{
	Place		place;
	char	   *text;
	char	   *left;
	char	   *right;

	if (!find_postcode(s, country, &place))
		return;
	a->postcode = pstrdup(place.postcode);
	text = s->text[place.segment];
	left = dc_trim_address(text, place.start);
	right = dc_trim_address(text + place.start + place.length, strlen(text + place.start + place.length));
	dc_remove_segment(s, place.segment);
	if (*right != '\0' && (place.side == POSTCODE_BEFORE_CITY || *left == '\0'))
	{
		const char *region;

		/* "Mandaluyong, 1550 Metro Manila": the postcode stands before the region */
		if (*left == '\0' && dc_calls_itself_region(dc_fold(right)) && place.segment > 0 && dc_street_end(s->text[place.segment - 1]) == 0 &&
			(a->city = take_city_segment(s, place.segment - 1, country, a)) != NULL)
		{
			a->region = right;
			return;
		}
		region = dc_take_region_at_end(right, country);
		if (region != NULL)
			a->region = region;
		a->city = clean_city(right, country, a);
		dc_insert_segment(s, place.segment, left);
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
	if (a->city == NULL && !(place.segment > 0 && place.segment < s->n && dc_street_end(s->text[place.segment - 1]) > 0))
		a->city = take_city_segment(s, place.segment - 1, country, a);
	if (a->city == NULL)
		a->city = take_city_segment(s, place.segment, country, a);
	dc_insert_segment(s, s->n, right);
}

/* Without a postcode the last segment is the city, unless it is the only one or a street. */
void
dc_take_last_city(DcSegments *s, const char *country, DcAddress *a)
{
	if (s->n == 0)
		return;
	if (s->n == 1 && (dc_street_end(s->text[0]) > 0 || strpbrk(s->text[0], "0123456789") != NULL))
		return;
	if (s->n > 1 && dc_street_end(s->text[s->n - 1]) > 0 && strpbrk(s->text[s->n - 1], "0123456789") != NULL)
		return;
	a->city = take_city_segment(s, s->n - 1, country, a);
}
