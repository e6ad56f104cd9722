/*-------------------------------------------------------------------------
 *
 * word_similarity.c
 *	  Words of a person's name, and how likely two of them are one: the same word, a nickname, an
 *	  initial, another transliteration, a slip of the pen.
 *
 *-------------------------------------------------------------------------
 */
#include "normalize/word_similarity.h"

#include "base/text.h"
#include "lexicon.h"
#include "normalize/normalize.h"

/* ---------- words ---------- */

static bool
is_name_too(const char *value)
{
	return strstr(value, "name") != NULL || strstr(value, "part") != NULL;
}

/* Le Maitre: does a word that is a title make a last name with the particle before it? */
static bool
completes_last_name(const SpelledName *name, const char *text, size_t len)
{
	const NameWord *before = name->n > 0 ? &name->word[name->n - 1] : NULL;

	return before != NULL && before->particle && dc_lexicon_find(&dc_lexicon_family_names, psprintf("%s%.*s", before->text, (int) len, text)) != NULL;
}

/* Titles and degrees say nothing of who it is; a generation does. */
static bool
is_no_name(SpelledName *name, const char *text, size_t len)
{
	const char *title = dc_lexicon_find_n(&dc_lexicon_civilities, text, len);
	const char *suffix = dc_lexicon_find_n(&dc_lexicon_name_suffixes, text, len);

	if (len < 2 || dc_lexicon_find_n(&dc_lexicon_given_names, text, len) != NULL || dc_lexicon_find_n(&dc_lexicon_family_names, text, len) != NULL)
		return false;
	if (suffix != NULL && strstr(suffix, "generation") != NULL && (name->n > 1 || strstr(suffix, "name") == NULL))
	{
		name->generation = suffix;
		return true;
	}
	return ((title != NULL && !is_name_too(title)) || (suffix != NULL && !is_name_too(suffix))) && !completes_last_name(name, text, len);
}

static void
add_word(SpelledName *name, const char *text, size_t len)
{
	NameWord   *word = &name->word[name->n++];

	memset(word, 0, offsetof(NameWord, nickname));
	word->len = Min(len, MAX_WORD - 1);
	memcpy(word->text, text, word->len);
	dc_set_sounds(word);
	word->nickname = dc_lexicon_find(&dc_lexicon_nicknames, word->text);
	word->given = dc_lexicon_find(&dc_lexicon_given_names, word->text);
	word->family = dc_lexicon_find(&dc_lexicon_family_names, word->text);
	word->particle = word->len > 1 && dc_lexicon_find(&dc_lexicon_name_particles, word->text) != NULL;
	word->weight = word->len == 1 ? 0.4 : word->particle ? 0.25 : 1;
	word->partner = -1;
}

/* The words of a folded text, without titles and degrees unless there is nothing else. */
void
dc_read_words(const char *text, SpelledName *name)
{
	const char *fold = dc_fold(text);

	name->n = 0;
	name->generation = NULL;
	for (int round = 0; round < 2 && name->n == 0; round++)
		for (const char *p = fold; *p != '\0' && name->n < MAX_WORDS;)
		{
			size_t		len = strcspn(p, " ");

			if (round > 0 || !is_no_name(name, p, len))
				add_word(name, p, len);
			p += len + (p[len] == ' ');
		}
}

/* ---------- pairs of words ---------- */

static bool
is_of_language(const char *value, const char *language)
{
	const char *found = strstr(value, language);

	return found != NULL && (found == value || found[-1] == ' ') && strchr(" ", found[2]) != NULL;
}

/* Both given names or both last names that are known: their values in the list; false for others. */
static bool
both_known(const NameWord *a, const NameWord *b, const char **x, const char **y)
{
	bool		given = a->given != NULL && b->given != NULL;

	*x = given ? a->given + strcspn(a->given, " ") : a->family;
	*y = given ? b->given : b->family;
	return *x != NULL && *y != NULL;
}

/*
 * Are both known names of one language that is written in Latin letters?  Then a vowel makes another name: Lena, Lina.
 * Of two languages, or of one with another script, they may be one name in two forms.
 */
static bool
are_known_apart(const NameWord *a, const NameWord *b)
{
	static const char *const scripts[] = {"ar", "fa", "he", "hi", "ru", "el", "zh", "ja", "ko"};
	bool		common = false;
	const char *x;
	const char *y;

	if (!both_known(a, b, &x, &y))
		return false;
	for (x += strspn(x, " "); *x >= 'a' && *x <= 'z'; x += strspn(x, " "))
	{
		char		language[] = {x[0], x[1], '\0'};

		if (is_of_language(y, language))
			common = true;
		for (int i = 0; i < lengthof(scripts) && is_of_language(y, language); i++)
			if (strcmp(language, scripts[i]) == 0)
				return false;
		x += 2;
	}
	return common;
}

/* Known names that differ in one vowel as they are heard: Ahmed and Ahmad; where they are two names, only in the midst of a long one. */
static bool
is_variant(const NameWord *a, const NameWord *b)
{
	bool		given = a->given != NULL && b->given != NULL;
	/* Allan and Allen may be last names, which are spelled as one likes */
	bool		family = a->family != NULL || b->family != NULL;
	bool		apart = given && !family && are_known_apart(a, b);

	if (!dc_same_consonants(a, b, given ? 2 : 3) || (apart && a->text[a->len - 1] != b->text[b->len - 1]))
		return false;
	for (int i = 0; i < a->sounds; i++)
		for (int j = 0; j < b->sounds; j++)
		{
			const char *x = a->sound[i];
			const char *y = b->sound[j];

			if (Min(strlen(x), strlen(y)) < (apart ? 6 : 4))
				continue;
			if (given && !family && !apart ? x[0] == y[0] && dc_damerau_levenshtein(x, y) == 1 : dc_one_sound_apart(x, y))
				return true;
		}
	return false;
}

/* One name in two languages: Robert and Roberto, Paul and Paulo. */
static bool
has_ending(const NameWord *a, const NameWord *b)
{
	int			n = Min(a->len, b->len);

	return a->given != NULL && b->given != NULL && n >= 4 && Max(a->len, b->len) == n + 1 && strncmp(a->text, b->text, n) == 0 &&
		strchr("oaeu", (a->len > n ? a : b)->text[n]) != NULL;
}

/* The letters of one word in another order, but for the first: Nomran. */
static bool
same_letters(const NameWord *a, const NameWord *b)
{
	int			count[256] = {0};

	if (a->len != b->len || a->text[0] != b->text[0])
		return false;
	for (int i = 0; i < a->len; i++)
	{
		count[(unsigned char) a->text[i]]++;
		count[(unsigned char) b->text[i]]--;
	}
	for (int i = 0; i < a->len; i++)
		if (count[(unsigned char) a->text[i]] != 0)
			return false;
	return true;
}

/* Slips that a word of this length may have and still be the same. */
static double
slip_similarity(const NameWord *a, const NameWord *b)
{
	static const double one[] = {0, 0, 0, 0, 0.72, 0.85, 0.87, 0.88};
	int			length = Max(a->len, b->len);
	int			slips;

	if (abs(a->len - b->len) > 3 || length < 4)
		return 0;
	if (same_letters(a, b))
		return 0.8;
	slips = dc_damerau_levenshtein(a->text, b->text);
	if (slips == 1)
		return length < lengthof(one) ? one[length] : 0.9;
	if (slips == 2 && length >= 7)
		return length >= 9 ? 0.85 : 0.76;
	return slips == 3 && length >= 11 ? 0.78 : 0;
}

/* Is a word a given name cut short, with or without a diminutive ending: Kev, Maddi? */
static bool
is_short_form(const NameWord *word, const NameWord *name)
{
	int			len = word->len;
	int			stem;

	if (name->given == NULL || len < 3 || len >= name->len || (word->given != NULL && word->nickname == NULL))
		return false;
	if (word->given != NULL && *word->given != *name->given && *word->given != 'u' && *name->given != 'u')
		return false;
	if (strncmp(word->text, name->text, len) == 0)
		return true;
	stem = strlen(word->sound[0]) - 1;
	return strchr("yie", word->text[len - 1]) != NULL && stem >= 3 && word->sound[0][stem] == 'i' &&
		strncmp(word->sound[0], name->sound[0], stem) == 0;
}

/* Is one word the other with the Arabic article in front: Alqadhafi, Kadhafi? */
static bool
has_article(const NameWord *a, const NameWord *b)
{
	NameWord	rest;

	if (a->len < 5 || a->given != NULL || (strncmp(a->text, "al", 2) != 0 && strncmp(a->text, "el", 2) != 0))
		return false;
	rest.len = a->len - 2;
	memcpy(rest.text, a->text + 2, rest.len + 1);
	dc_set_sounds(&rest);
	return dc_sounds_same(&rest, b) || dc_same_consonants(&rest, b, 2);
}

/* What a known name and another known one, a slip apart, are */
#define TWO_NAMES 0.6

double
dc_word_similarity(const NameWord *a, const NameWord *b)
{
	const char *x;
	const char *y;
	double		slip;
	bool		known;

	if (a->len == b->len && memcmp(a->text, b->text, a->len) == 0)
		return 1;
	if (a->len == 1 || b->len == 1)
		return a->text[0] == b->text[0] ? INITIAL : 0;
	if (a->particle && b->particle)
		return 0.9;
	if (dc_stand_for_one(a->text, a->len, a->nickname, b->text, b->len, b->nickname))
		return 0.95;
	if (a->given != NULL && b->given != NULL && dc_other_gender(a->text, b->text))
		return 0;
	if (dc_sounds_same(a, b))
		return are_known_apart(a, b) && dc_differ_in_vowel(a, b) ? TWO_NAMES : 0.95;
	if (has_article(a, b) || has_article(b, a))
		return 0.9;
	if (a->text[0] != b->text[0] && a->sound[0][0] != b->sound[0][0] && a->text[a->len - 1] != b->text[b->len - 1])
		return 0;
	known = both_known(a, b, &x, &y);
	if (known ? is_variant(a, b) || has_ending(a, b) : dc_same_consonants(a, b, 3))
		return known && a->given != NULL && b->given != NULL ? 0.92 : 0.88;
	if (is_short_form(a, b) || is_short_form(b, a))
		return 0.82;
	slip = slip_similarity(a, b);
	/* two names that are both known are hardly one with a slip, or cut off */
	if (known)
		return slip > 0 ? TWO_NAMES : 0;
	if (slip > 0)
		return slip;
	/* cut off in a file: Alexand */
	if (Min(a->len, b->len) >= 4 && strncmp(a->text, b->text, Min(a->len, b->len)) == 0 && (a->given != NULL || b->given != NULL))
		return 0.82;
	return 0;
}

/* Is a word the initials or the beginnings of two others: JP, Juanma? */
bool
dc_is_short_for(const NameWord *word, const NameWord *one, const NameWord *two)
{
	int			common = 0;

	while (common < word->len && common < one->len && word->text[common] == one->text[common])
		common++;
	if (word->len == 2)
		return word->text[0] == one->text[0] && word->text[1] == two->text[0];
	for (int first = Min(common, word->len - 2); first >= 2; first--)
		if (strncmp(word->text + first, two->text, word->len - first) == 0 && word->len - first <= two->len)
			return true;
	return false;
}

/* How many words from one on give another, written together; 0 when none do. */
int
dc_written_together(const NameWord *word, const SpelledName *name, int from)
{
	int			len = 0;

	for (int i = from; i < name->n && name->word[i].partner < 0; i++)
	{
		const NameWord *part = &name->word[i];

		if (strncmp(word->text + len, part->text, part->len) != 0)
			return 0;
		len += part->len;
		if (len == word->len)
			return i + 1 - from;
	}
	return 0;
}
