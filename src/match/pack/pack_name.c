/*-------------------------------------------------------------------------
 *
 * pack_name.c
 *	  Names as they are compared: without titles, and a lone one where it belongs.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include "lexicon.h"
#include "match/pack/pack.h"

/* A title or an ordinal is no name: "dr", "mrs", "3rd".  "don" is a first name too. */
static bool
is_title(const char *word, size_t len)
{
	size_t		digits = strspn(word, "0123456789");

	if (digits > 0 && digits < len)
		return len - digits == 2 && strspn(word + digits, "stndrh") >= 2;
	return dc_lexicon_find_n(&dc_lexicon_civilities, word, len) != NULL && dc_lexicon_find_n(&dc_lexicon_given_names, word, len) == NULL;
}

/* A folded first name from its first word that is no title; the whole when there is none. */
char *
dc_without_titles(char *name, bool *only_titles)
{
	char	   *word = name;

	while (*word != '\0')
	{
		size_t		len = strcspn(word, " ");

		/* one letter may be an initial */
		if (len == 1 || !is_title(word, len))
			break;
		word += len + strspn(word + len, " ");
	}
	*only_titles = *name != '\0' && *word == '\0';
	return *only_titles ? name : word;
}

/* The first names alone, with a last word that is no first name: it is the last name, as in "j smith" or "heawood". */
void
dc_split_lone_name(DcPopulation *p, DcRecord *r)
{
	const char *text;
	const char *last;
	const char *word;

	if (r->first == 0 || r->last != 0)
		return;
	text = p->text[r->first];
	last = strrchr(text, ' ');
	word = last == NULL ? text : last + 1;
	if (strlen(word) < 3 ||
		dc_lexicon_find(&dc_lexicon_given_names, word) != NULL || dc_lexicon_find(&dc_lexicon_nicknames, word) != NULL)
		return;
	r->last = dc_intern(p, word);
	r->first = last == NULL ? 0 : dc_intern_n(p, text, last - text);
	if (last == NULL)
		r->given = 0;
}

static const char *const generations[][2] = {
	{"jr", "jr"}, {"junior", "jr"}, {"sr", "sr"}, {"senior", "sr"}, {"ii", "ii"}, {"iii", "iii"}, {"iv", "iv"},
};

/* A folded name without the generation behind it, which is told apart: "hensley sr". */
DcValue
dc_split_generation(DcPopulation *p, DcValue name, DcValue *generation)
{
	const char *text = p->text[name];
	const char *last = strrchr(text, ' ');

	for (int g = 0; last != NULL && g < lengthof(generations); g++)
		if (strcmp(last + 1, generations[g][0]) == 0)
		{
			*generation = dc_intern(p, generations[g][1]);
			return dc_intern_n(p, text, last - text);
		}
	return name;
}
