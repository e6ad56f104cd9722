/*-------------------------------------------------------------------------
 *
 * name_order.c
 *	  Whether the last name stands first in a person's name, by the lists of names.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include "base/text.h"
#include "normalize/name.h"

/* Is all behind the first word initials? */
bool
dc_all_initials(DcWords words)
{
	for (int i = 1; i < words.n; i++)
		if (!IS(words.word[i], WORD_INITIAL))
			return false;
	return true;
}

/* A given name whose second half is small: Park Geun-hye, Wong Kar-wai. */
static bool
is_asian_given(const DcWord *word)
{
	const char *hyphen = strchr(word->text, '-');

	return hyphen != NULL && islower((unsigned char) hyphen[1]) && isupper((unsigned char) word->text[0]) &&
		(!IS(*word, WORD_FAMILY) || (hyphen - word->text <= 4 && strlen(hyphen) <= 5));
}

/* The length of a syllable of Mandarin at the beginning of a word, the longest that leaves a syllable or nothing; 0 for none. */
static size_t
pinyin_syllable(const char *s, bool last)
{
	static const char *const finals[] = {
		"iang", "iong", "uang", "ang", "eng", "ian", "iao", "ing", "ong", "uai", "uan", "ai", "an", "ao", "ei", "en", "er", "ia", "ie", "in", "iu", "ou", "ua", "ue", "ui",
		"un", "uo", "a", "e", "i", "o", "u"
	};
	size_t		initial = strchr("zcs", *s) != NULL && *s != '\0' && s[1] == 'h' ? 2 : *s != '\0' && strchr("bpmfdtnlgkhjqxrzcsyw", *s) != NULL ? 1 : 0;

	for (int i = 0; i < lengthof(finals); i++)
	{
		size_t		n = initial + strlen(finals[i]);

		if (strncmp(s + initial, finals[i], n - initial) == 0 && (last ? s[n] == '\0' : pinyin_syllable(s + n, true) > 0))
			return n;
	}
	return 0;
}

/* A Chinese given name of two syllables in one word: Jinping */
static bool
is_pinyin_given(const DcWord *word)
{
	return !IS(*word, WORD_GIVEN_SURE | WORD_FAMILY) && pinyin_syllable(word->key, false) > 0;
}

/* A syllable as those of Chinese, Korean and Vietnamese names are written: Kuan, Yew, Hsien, Loong, Vinh. */
static bool
is_syllable(const DcWord *word)
{
	static const char *const clusters[] = {"ng", "nh", "ch", "ck"};
	size_t		initial = strcspn(word->key, "aeiouy");
	size_t		vowels = strspn(word->key + initial, "aeiouy");
	const char *final = word->key + initial + vowels;

	return initial <= 3 && vowels >= 1 && vowels <= 3 &&
		(*final == '\0' || (final[1] == '\0' && strchr("nmptkwhc", *final) != NULL) || dc_is_one_of(final, clusters, lengthof(clusters)));
}

/* Lee Kuan Yew, Tan Wei Ling: a family name before two syllables that are no names of Europe. */
static bool
is_three_syllables(DcWords words)
{
	for (int i = 1; i < words.n; i++)
		if (!is_syllable(&words.word[i]) || IS(words.word[i], WORD_GIVEN_SURE | WORD_FAMILY_EUROPEAN | WORD_INITIAL | WORD_JOINING | WORD_PARTICLE))
			return false;
	return words.n == 3 && is_syllable(&words.word[0]) &&
		(!IS(words.word[2], WORD_FAMILY) || (IS(words.word[2], WORD_GIVEN) && !IS(words.word[0], WORD_GIVEN)));
}

/* Chinese, Korean and Vietnamese names, written in their own order: Chen Guangbiao, Nguyen Van An. */
static bool
is_asian_order(DcWords words)
{
	const DcWord *first = &words.word[0];

	if (!IS(*first, WORD_FAMILY_ASIAN))
		return false;
	if (words.n == 2 && is_asian_given(&words.word[1]))
		return true;
	/* Li and Wen are given names too */
	if (words.n == 2 && !IS(*first, WORD_GIVEN_SURE | WORD_FAMILY_EUROPEAN) && is_pinyin_given(&words.word[1]))
		return true;
	if (is_three_syllables(words))
		return true;
	if (IS(*first, WORD_GIVEN | WORD_FAMILY_EUROPEAN) || dc_is_particle(words, 0))
		return false;
	for (int i = 1; i < words.n; i++)
		if (IS(words.word[i], WORD_FAMILY_EUROPEAN | WORD_INITIAL | WORD_JOINING | WORD_DIGIT))
			return false;
	return !IS(words.word[words.n - 1], WORD_FAMILY) || IS(words.word[words.n - 1], WORD_GIVEN);
}

/* Ivanov Ivan Ivanovich: a patronymic stands behind the given name. */
static bool
is_patronymic(const DcWord *word)
{
	/* the last ones as Cyrillic letters fold; in Latin ones they are family names of the Balkans */
	static const char *const ends[] = {"ovich", "evich", "ovna", "evna", "ichna", "ovych", "evych", "ivna", "ovic", "evic"};
	size_t		n = strlen(word->key);
	bool		cyrillic = (uint8) word->text[0] == 0xD0 || (uint8) word->text[0] == 0xD1;

	for (int i = 0; i < lengthof(ends) - (cyrillic ? 0 : 2); i++)
		if (n > strlen(ends[i]) + 1 && strcmp(word->key + n - strlen(ends[i]), ends[i]) == 0)
			return true;
	return false;
}

/* Perez Garcia Juan: two last names before given names */
bool
dc_is_iberian_pair(DcWords words)
{
	for (int i = 2; i < words.n; i++)
		if (!IS(words.word[i], WORD_GIVEN | WORD_INITIAL))
			return false;
	return words.n > 2 && !IS(words.word[0], WORD_GIVEN) && !IS(words.word[1], WORD_GIVEN) && IS(words.word[2], WORD_SPANISH) &&
		(words.word[0].flags & words.word[1].flags & WORD_FAMILY_IBERIAN) != 0;
}

/*
 * Do the lists say that a family name stands before given names? Asked of the words in the order
 * in which they would be written, so that a name written out is read again the same way.
 */
bool
dc_is_reversed(DcWords words)
{
	const DcWord *first = &words.word[0];
	const DcWord *end = &words.word[words.n - 1];

	if (words.n >= 2 && (is_asian_order(words) || dc_is_iberian_pair(words)))
		return true;
	if (words.n < 2 || is_asian_given(first) || IS(*first, WORD_INITIAL | WORD_PARTICLE | WORD_JOINING | WORD_DIGIT | WORD_TITLE_PART) ||
		(IS(*first, WORD_GIVEN) && !IS(*first, WORD_FAMILY_MOSTLY)))
		return false;
	/* Davis Sammy, but Davis Love */
	if (IS(*first, WORD_GIVEN))
		return words.n == 2 && IS(*end, WORD_GIVEN) && !IS(*end, WORD_FAMILY);
	if (dc_all_initials(words))
		return IS(*first, WORD_FAMILY);
	if (words.n == 2)
	{
		const DcWord *second = &words.word[1];

		if (IS(*second, WORD_GIVEN))
			return IS(*first, WORD_FAMILY) ? IS(*first, WORD_FAMILY_EUROPEAN) || !IS(*second, WORD_FAMILY) :
				IS(*second, WORD_GIVEN_SURE) && !IS(*second, WORD_FAMILY);
		return IS(*first, WORD_FAMILY_IBERIAN) && !IS(*second, WORD_FAMILY | WORD_PARTICLE | WORD_JOINING | WORD_DIGIT);
	}
	if (!IS(words.word[1], WORD_GIVEN_SURE) || IS(words.word[1], WORD_PARTICLE))
		return false;
	for (int i = 2; i < words.n; i++)
		if (!IS(words.word[i], WORD_GIVEN | WORD_INITIAL) && !is_patronymic(&words.word[i]))
			return false;
	if (words.n == 3 && is_patronymic(end))
		return true;
	return IS(*first, WORD_FAMILY) || IS(*end, WORD_INITIAL) || (IS(*end, WORD_GIVEN_SURE) && !IS(*end, WORD_FAMILY));
}
