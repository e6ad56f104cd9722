/*-------------------------------------------------------------------------
 *
 * name_particles.c
 *	  Which words of a person's name are particles, by what stands beside them.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include "lexicon.h"
#include "normalize/name.h"

/* The O of O Neill: the list has the name behind it written together. Ó is nothing else. */
static bool
is_irish(const DcWord *word)
{
	char		name[32];

	if (strcmp(word->text, "\303\223") == 0)
		return true;
	if (strcmp(word->text, "O") != 0 || strlen(word[1].key) > sizeof(name) - 2)
		return false;
	snprintf(name, sizeof(name), "o%s", word[1].key);
	return dc_lexicon_find(&dc_lexicon_family_names, name) != NULL;
}

/* The Van of Nguyen Van An and Van An Nguyen, and Thi, belong to the given name. */
bool
dc_is_vietnamese_middle(DcWords words, int i)
{
	const DcWord *end = &words.word[words.n - 1];

	if (strcmp(words.word[i].key, "thi") == 0)
		return true;
	return strcmp(words.word[i].key, "van") == 0 && !IS(words.word[i], WORD_LOWER) &&
		((i == 1 && IS(words.word[0], WORD_FAMILY_ASIAN)) ||
		 (i + 1 < words.n && IS(*end, WORD_FAMILY_ASIAN) && !IS(*end, WORD_FAMILY_EUROPEAN | WORD_PARTICLE)));
}

/* Mc and Mac, apart: behind a given name, or in front of all. */
static bool
is_gaelic_particle(DcWords words, int i)
{
	if (i == 0)
		return words.n > 2 && !IS(words.word[0], WORD_GIVEN);
	return IS(words.word[i - 1], WORD_GIVEN | WORD_INITIAL);
}

/* "Vincent van", "Antoine de": the small particles of a last name that stand behind the given names; one word at least is left. */
int
dc_trailing_particles(DcWords given)
{
	int			n = 0;

	while (n + 1 < given.n && IS(given.word[given.n - n - 1], WORD_PARTICLE) && IS(given.word[given.n - n - 1], WORD_LOWER) && !IS(given.word[0], WORD_LOWER))
		n++;
	return n;
}

/* Noble titles belong to the particle behind them: Freiherr von. */
bool
dc_is_particle(DcWords words, int i)
{
	const DcWord *word = &words.word[i];

	if (i + 1 >= words.n || dc_is_vietnamese_middle(words, i))
		return false;
	/* Le Thi Hoa */
	if (i == 0 && words.n > 2 && IS(*word, WORD_FAMILY_ASIAN) && dc_is_vietnamese_middle(words, 1))
		return false;
	if (IS(*word, WORD_NOBLE))
		return IS(words.word[i + 1], WORD_PARTICLE);
	/* an initial, but 't Hooft and O Neill */
	if (IS(*word, WORD_INITIAL) && word->text[0] != '\'')
		return i > 0 && is_irish(word);
	if (IS(*word, WORD_GAELIC))
		return is_gaelic_particle(words, i);
	/* Mohamed Ben Salah, but Alex Ben Johnson */
	if (strcmp(word->key, "ben") == 0 && !IS(*word, WORD_LOWER) && i > 0 && IS(words.word[i - 1], WORD_GIVEN | WORD_INITIAL))
		return IS(words.word[i - 1], WORD_ARABIC) || IS(words.word[i + 1], WORD_ARABIC);
	return IS(*word, WORD_PARTICLE);
}
