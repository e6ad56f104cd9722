/*-------------------------------------------------------------------------
 *
 * address_words.c
 *	  Words of a postal address: streets, house numbers, parts of buildings.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include <ctype.h>

#include "base/text.h"
#include "lexicon.h"
#include "normalize/address.h"

void
dc_insert_segment(DcSegments *s, int at, char *text)
{
	if (s->n == DC_MAX_SEGMENTS || *text == '\0')
		return;
	memmove(&s->text[at + 1], &s->text[at], sizeof(char *) * (s->n - at));
	s->text[at] = text;
	s->n++;
}

void
dc_remove_segment(DcSegments *s, int at)
{
	s->n--;
	memmove(&s->text[at], &s->text[at + 1], sizeof(char *) * (s->n - at));
}

/* Blanks, hyphens and full stops at the ends go, but for the full stop of an abbreviation. */
char *
dc_trim_address(const char *text, size_t len)
{
	while (len > 0 && strchr(" -.,", text[0]) != NULL)
		text++, len--;
	while (len > 0 && strchr(" -,", text[len - 1]) != NULL)
		len--;
	return pnstrdup(text, len);
}

/* The value of the longest entry of a list that the text begins with, in whole words; *len takes its bytes. */
const char *
dc_find_words(const DcLexicon *lexicon, const char *text, int max_words, size_t *len)
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

bool
dc_starts_with_digit(const char *s)
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
size_t
dc_street_end(const char *text)
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
		if (type != NULL && dc_find_words(&dc_lexicon_address_units, p, 2, &unit) != NULL && unit > len)
		{
			type = NULL;
			len = unit;
		}
		/* the district of Aarhus C is no calle */
		if (len == 1 && !first && p[1] == '\0')
			type = NULL;
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
	static const char *const words[] = {"n°", "nº", "n.º", "n.°", "№", "č.p.", "čp.", "č.", "д.", "num", "núm", "nr", "no"};

	for (int i = 0; i < lengthof(words); i++)
		if (pg_strncasecmp(text, words[i], strlen(words[i])) == 0)
			return strlen(words[i]);
	/* "n. 8", but "N. 8th Street" */
	return strncmp(text, "n. ", 3) == 0 ? 2 : 0;
}

/* The letter of 12 B, but not the direction of 233 S Wacker Dr, nor the name of 2201 C Street. */
static bool
is_number_letter(const char *text)
{
	size_t		len;
	const char *type;

	if (!isupper((unsigned char) text[0]) || text[1] != ' ')
		return false;
	type = dc_find_words(&dc_lexicon_street_types, text + 2, 3, &len);
	return type == NULL ? strchr("NSEW", text[0]) == NULL : *type != 'a';
}

/* 12, 12b, 12-14, 4/3, 12.3, N° 4, #7: the bytes of a house number at the start, with bis or a letter after it. */
size_t
dc_house_number_length(const char *text)
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
	if (is_repetition(folded) || (*p == ' ' && is_number_letter(p + 1)))
		p += 1 + word;
	return p - text;
}

/* The number without the word for it. */
char *
dc_bare_house_number(const char *text, size_t len)
{
	size_t		word = number_word(text);

	word += word > 0 ? strspn(text + word, "#.: ") : 0;
	return dc_trim_address(text + word, len - word);
}

/* "3e étage", "3ème étage": the bytes of an ordinal and the part of a building that it counts; 0 when there is none. */
size_t
dc_counted_unit(const char *text)
{
	static const char *const ends[] = {"e", "er", "re", "eme", "nd", "nde", "th", "rd", "st"};
	size_t		digits = strspn(text, "0123456789");
	size_t		word = strcspn(text, " ");
	size_t		len = 0;

	if (digits == 0 || text[word] == '\0' || !dc_is_one_of(dc_fold_n(text + digits, word - digits), ends, lengthof(ends)) ||
		dc_find_words(&dc_lexicon_address_units, text + word + 1, 1, &len) == NULL)
		return 0;
	return word + 1 + len;
}

/* 1st, 2nd, 42nd, 1er: a number that is a name. */
bool
dc_is_ordinal(const char *word)
{
	size_t		digits = strspn(word, "0123456789");
	char	   *rest = dc_fold(word + digits);

	return digits > 0 && (strcmp(rest, "st") == 0 || strcmp(rest, "nd") == 0 || strcmp(rest, "rd") == 0 || strcmp(rest, "th") == 0 || strcmp(rest, "er") == 0);
}
