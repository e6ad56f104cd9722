/*-------------------------------------------------------------------------
 *
 * name_titles.c
 *	  Titles and civilities of a person's name.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include "base/text.h"
#include "lexicon.h"
#include "normalize/name.h"

/* A title that may be a name stands before a given name, "of" or behind another title. */
static bool
is_title(DcWords words, int i, int end)
{
	const DcWord *word = &words.word[i];
	const DcWord *next = i + 1 < words.n ? &words.word[i + 1] : NULL;

	if (!IS(*word, WORD_TITLE) || next == NULL)
		return false;
	if (strcmp(word->key, "the") == 0 && IS(*next, WORD_JOINING))
		return false;
	/* M is Monsieur, or an initial */
	if (strcmp(word->key, "m") == 0)
		return !IS(*next, WORD_INITIAL) &&
			(IS(*word, WORD_DOTTED) || words.n - i > 2 || IS(*next, WORD_FAMILY_FRENCH));
	if (!IS(*word, WORD_TITLE_NAME))
		return true;
	if (i > 0 && !IS(*word, WORD_GIVEN) && (end == i || IS(words.word[i - 1], WORD_TITLE_PART)))
		return true;
	if (IS(*next, WORD_LINK | WORD_TITLE))
		return words.n - i > 2;
	/* D. Francisco Ruiz */
	if (strcmp(word->key, "d") == 0)
		return IS(*word, WORD_DOTTED) && IS(*next, WORD_SPANISH) && IS(words.word[words.n - 1], WORD_FAMILY_IBERIAN);
	/* Don Pedro, but Don Johnson */
	if (strcmp(word->key, "don") == 0)
		return IS(*next, WORD_SPANISH) && !IS(*next, WORD_FAMILY) && !IS(words.word[words.n - 1], WORD_GIVEN);
	return IS(*next, WORD_GIVEN | WORD_INITIAL) && (words.n - i > 2 || IS(*word, WORD_TITLE_FIRST));
}

/* The number of words of titles at the beginning; at least one word is left. */
int
dc_count_titles(DcWords words)
{
	int			end = 0;
	int			before = 0;
	int			i = 0;

	/* de heer Jan Jansen */
	if (words.n > 2 && strcmp(words.word[0].key, "de") == 0 && strcmp(words.word[1].key, "heer") == 0)
		i = end = 2;
	/* Le Colonel Martin Duval, but Le Duc Tho */
	if (words.n > 3 && (strcmp(words.word[0].key, "le") == 0 || strcmp(words.word[0].key, "la") == 0) &&
		IS(words.word[1], WORD_TITLE) && !IS(words.word[1], WORD_TITLE_NAME | WORD_GIVEN | WORD_FAMILY))
		i = 1;
	while (i + 1 < words.n)
	{
		const DcWord *word = &words.word[i];

		if (is_title(words, i, end))
		{
			before = end;
			end = ++i;
		}
		/* Monsieur le Directeur */
		else if (i > 0 && end == i && (strcmp(word->key, "le") == 0 || strcmp(word->key, "la") == 0) && IS(words.word[i + 1], WORD_TITLE))
			i++;
		/* Dr. med., Dr. rer. nat. */
		else if (IS(*word, WORD_TITLE_PART) && i > 0 && end == i && IS(*word, WORD_DOTTED | WORD_LOWER))
			end = ++i;
		/* Dr. hab. n. med. */
		else if (i > 0 && end == i && IS(*word, WORD_DOTTED) && IS(*word, WORD_LOWER) && IS(*word, WORD_INITIAL) && IS(words.word[i + 1], WORD_TITLE_PART))
			end = ++i;
		else if (IS(*word, WORD_TITLE_PART) || (i > 0 && end == i && IS(*word, WORD_AND) && IS(words.word[i + 1], WORD_TITLE | WORD_TITLE_PART)))
			i++;
		else if (i > 0 && end == i && strcmp(word->key, "of") == 0)
		{
			/* Secretary of State, Dean of the Faculty */
			i++;
			while (i + 1 < words.n && IS(words.word[i], WORD_LINK | WORD_TITLE) && !IS(words.word[i], WORD_TITLE_NAME))
				i++;
			if (i + 2 < words.n || (i + 1 < words.n && IS(words.word[i], WORD_TITLE_PART)))
				end = ++i;
		}
		else
			break;
	}
	/* Lord of the Isles is one name */
	if (end < words.n && IS(words.word[end], WORD_LINK))
		end = before;
	return Min(end, words.n - 1);
}

/* Mr, Mme and the like, which are no names. */
bool
dc_is_civility(const DcWord *word)
{
	return IS(*word, WORD_TITLE) && !IS(*word, WORD_TITLE_NAME | WORD_GIVEN | WORD_FAMILY | WORD_SUFFIX) && strlen(word->key) > 1 &&
		(word->civility == 'm' || word->civility == 'f');
}

/* What may stand behind a name as well: a civility, Dr., Prof. */
bool
dc_is_title_behind(const DcWord *word)
{
	return dc_is_civility(word) || strcmp(word->key, "dr") == 0 || strcmp(word->key, "prof") == 0 || strcmp(word->key, "profdr") == 0;
}

/* Takes the titles from the beginning of some words, and a civility or Dr. from their end. */
DcWords
dc_take_titles(DcReading *r, DcWords words)
{
	int			n = words.n > 0 ? dc_count_titles(words) : 0;
	bool		first = false;

	for (int i = 0; i < n; i++)
	{
		if (r->civility == 0)
			r->civility = words.word[i].civility;
		first = first || IS(words.word[i], WORD_TITLE_FIRST);
	}
	r->titled = r->titled || (n > 0 && !first);
	words = dc_stretch(words, n, words.n);
	/* LEWIS Paul Mr */
	while (words.n > 1 && dc_is_title_behind(&words.word[words.n - 1]))
	{
		words.n--;
		if (r->civility == 0)
			r->civility = words.word[words.n].civility;
		/* LEROY Mlle, but Ahmet Bey */
		r->titled = r->titled || IS(words.word[0], WORD_FAMILY);
	}
	return words;
}

/* M or Mme, from the title or, where that leaves it open, from the first name. */
const char *
dc_civility(const DcReading *r)
{
	const char *gender;

	switch (r->civility)
	{
		case 'm':
			return "M";
		case 'f':
			return "Mme";
		case 'n':
			gender = r->name->first_name == NULL ? NULL : dc_gender(r->name->first_name, NULL);
			return gender == NULL || *gender == 'u' ? NULL : *gender == 'm' ? "M" : "Mme";
		default:
			return NULL;
	}
}

/* What a value of list civilities tells. */
static const char *
civility_of(const char *value)
{
	return value == NULL || *value != 'M' ? NULL : value[1] == 'm' ? "Mme" : "M";
}

/* The whole without its blanks (Sig.ra, Mrs.), or the first word that tells (Herr Dr.). */
const char *
dc_normalize_civility(const char *text)
{
	char	   *fold = dc_fold(text);
	StringInfoData key;
	const char *civility;

	initStringInfo(&key);
	for (const char *p = fold; *p; p++)
		if (*p != ' ')
			appendStringInfoChar(&key, *p);
	civility = civility_of(dc_lexicon_find_n(&dc_lexicon_civilities, key.data, key.len));
	for (const char *p = fold; *p != '\0' && civility == NULL; p += strspn(p, " "))
	{
		size_t		n = strcspn(p, " ");

		civility = civility_of(dc_lexicon_find_n(&dc_lexicon_civilities, p, n));
		p += n;
	}
	return civility;
}
