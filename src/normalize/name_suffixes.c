/*-------------------------------------------------------------------------
 *
 * name_suffixes.c
 *	  Generations, degrees and professions behind a person's name.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include "base/text.h"
#include "lexicon.h"
#include "normalize/name.h"

void
dc_add_suffix(DcReading *r, const DcWord *word)
{
	r->digits = r->digits || (IS(*word, WORD_DIGIT) && !IS(*word, WORD_GENERATION));
	if (r->suffix.len > 0)
		appendStringInfoChar(&r->suffix, ' ');
	dc_append_suffix(&r->suffix, word);
}

/* Capitals that are no name: letters of a degree that no list knows. */
static bool
is_acronym(const DcWord *word, bool vowels)
{
	if (!IS(*word, WORD_UPPER) || IS(*word, WORD_GIVEN | WORD_FAMILY | WORD_PARTICLE) || strlen(word->key) > 7 || strlen(word->key) < 3)
		return false;
	return (vowels && strlen(word->key) < 6) || strpbrk(word->key, "aeiouy") == NULL;
}

static bool
is_digits(const DcWord *word)
{
	return IS(*word, WORD_DIGIT) && strspn(word->key, "0123456789") == strlen(word->key);
}

/* MArch: written with the capitals inside that the list has */
static bool
has_usual_capitals(const DcWord *word)
{
	return word->suffix != NULL && strlen(word->text) == strcspn(word->suffix, " ") && strncmp(word->text, word->suffix, strlen(word->text)) == 0 &&
		!IS(*word, WORD_UPPER) && strpbrk(word->text + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != NULL;
}

/* Is the last of some words a suffix of the name before it? */
static bool
ends_with_suffix(const DcReading *r, DcWords words, bool behind_comma, bool generation_follows)
{
	const DcWord *word = &words.word[words.n - 1];
	bool		name = IS(*word, WORD_SUFFIX_NAME | WORD_GIVEN | WORD_FAMILY | WORD_PARTICLE) && !has_usual_capitals(word);

	if (words.n < 2)
		return false;
	if (is_digits(word))
		return words.n > 2;
	if (!IS(*word, WORD_SUFFIX))
	{
		/* "RN CNE": behind a degree that the list knows, letters are another one */
		bool		among = behind_comma || (words.n > 3 && IS(words.word[words.n - 2], WORD_SUFFIX) && !IS(words.word[words.n - 2], WORD_SUFFIX_NAME));

		return r->mixed && is_acronym(word, among) && (behind_comma || words.n > 2);
	}
	if (!name)
		return !IS(*word, WORD_INITIAL) || !IS(*word, WORD_GENERATION) || words.n > 2;
	if (IS(*word, WORD_GENERATION))
	{
		if (strcmp(word->key, "v") == 0)
			return words.n > 2 && !IS(words.word[words.n - 2], WORD_INITIAL);
		/* Xi and Vi are names, XI and VI are numbers */
		if (strlen(word->key) == 2 && !IS(*word, WORD_UPPER | WORD_LOWER))
			return false;
		return words.n > 2 && !generation_follows;
	}
	if (IS(*word, WORD_DOTTED) && IS(*word, WORD_INITIAL) && word->text[1] != '\0' && strlen(word->key) > 1)
		return words.n > 2 || behind_comma;
	return IS(*word, WORD_UPPER) && r->mixed && (words.n > 2 || behind_comma);
}

/* Do some words make one suffix together? "attorney at law" */
static bool
whole_suffix(DcWords words)
{
	char		key[64] = "";
	const char *value;

	if (words.n < 2 || words.n > 3 || strlen(words.word[0].key) < 2 || IS(words.word[0], WORD_GIVEN | WORD_FAMILY))
		return false;
	for (int i = 0; i < words.n; i++)
		strlcat(key, words.word[i].key, sizeof(key));
	value = dc_lexicon_find(&dc_lexicon_name_suffixes, key);
	return value != NULL && strstr(value, "name") == NULL;
}

/* How many words at the end make one suffix; 0 when none do. */
static int
long_suffix(DcWords words)
{
	for (int n = 3; n > 1; n--)
		if (words.n > n && whole_suffix(dc_stretch(words, words.n - n, words.n)))
			return n;
	return 0;
}

/* Takes suffixes from the end of some words; behind_comma: of given names behind a last name. */
DcWords
dc_take_suffixes(DcReading *r, DcWords words, bool behind_comma)
{
	int			end = words.n;
	bool		generation = false;

	while (words.n > 1)
	{
		int			n = long_suffix(words);

		if (n == 0 && !ends_with_suffix(r, words, behind_comma, generation))
			break;
		words.n -= Max(n, 1);
		generation = generation || IS(words.word[words.n], WORD_GENERATION);
	}
	for (int i = words.n; i < end; i++)
		dc_add_suffix(r, &words.word[i]);
	return words;
}

/* Do the words behind a comma hold suffixes only? names: the number of words before it. */
bool
dc_is_suffix_segment(const DcReading *r, DcWords words, int names)
{
	for (int i = 0; i < words.n; i++)
	{
		const DcWord *word = &words.word[i];

		if (i == 0 && words.n > 1 && IS(*word, WORD_TITLE))
			return false;
		if (IS(*word, WORD_SUFFIX))
		{
			bool		name = IS(*word, WORD_SUFFIX_NAME | WORD_GIVEN | WORD_FAMILY | WORD_PARTICLE);

			/* Smith, J.R. */
			if (names < 2 && IS(*word, WORD_INITIAL) && (name || IS(*word, WORD_GENERATION)))
				return false;
			if (name && names < 2 && !IS(*word, WORD_DOTTED) && words.n == 1)
				return false;
			if (name && !IS(*word, WORD_UPPER | WORD_DOTTED | WORD_GENERATION) && names < 2)
				return false;
			continue;
		}
		if (!is_acronym(word, true) || !r->mixed)
			return i == 0 && strlen(word->key) > 1 && whole_suffix(words);
	}
	return true;
}

