/*-------------------------------------------------------------------------
 *
 * word_sound.c
 *	  How a word of a person's name sounds, whatever the language that it was written down in.
 *
 *-------------------------------------------------------------------------
 */
#include "normalize/word_similarity.h"

/* The class of a letter of a word; hard: ch as in Christ and j as in Jean, not as in Chechnya and Jan. */
static char
sound_class(const char *word, const char *p, bool hard)
{
	switch (*p)
	{
		case 'a':
			/* ai, ay as ei, ey */
			return p[1] == 'i' || p[1] == 'y' ? 'i' : 'a';
		case 'e':
		case 'i':
		case 'y':
			return 'i';
		case 'j':
			return hard ? 's' : 'i';
		case 'o':
		case 'u':
			return 'o';
		case 'f':
		case 'v':
		case 'w':
			return 'f';
		case 'k':
		case 'q':
			return 'k';
		case 'c':
			if (p[1] == 'h')
				return p[2] == 'r' || (hard && (p == word || (p[-1] != 's' && p[-1] != 't'))) ? 'k' : 's';
			return p[1] == 'e' || p[1] == 'i' || p[1] == 'y' || p[1] == 'z' ? 's' : 'k';
		case 's':
		case 'z':
			return 's';
		case 'p':
			return p[1] == 'h' ? 'f' : 'p';
		default:
			return *p;
	}
}

static bool
is_vowel_class(char c)
{
	return c == 'a' || c == 'i' || c == 'o';
}

/* Letters that are not heard: h inside, the e of an umlaut written out, the t of tsch, tz, dt, the y of Yuri, j of Julia. */
static bool
is_silent(const char *text, const char *p, bool hard)
{
	if (*p == 't')
		return p[1] == 's' || p[1] == 'z' || (p[1] == 'c' && p[2] == 'h');
	if (p == text)
		return !hard && (*p == 'y' || *p == 'j') && (p[1] == 'u' || (p[1] == 'o' && p[2] == 'u'));
	if (*p == 'e')
		return p[-1] == 'a' || p[-1] == 'o' || p[-1] == 'u' || p[1] == 'u';
	return *p == 'h' || (*p == 'd' && p[1] == 't');
}

/*
 * The sound of a word across spellings and transliterations: hissing sounds are one, so are f, v and
 * w, and e, i and y; doubled letters are single.
 */
static void
set_sound(NameWord *word, int which)
{
	char	   *sound = word->sound[which];
	char	   *consonants = word->consonants[which];
	int			n = 0;
	int			k = 0;
	bool		apart = false;	/* by a silent h */
	bool		vowels = strpbrk(word->text, "aeiouy") != NULL;	/* or of a script that writes none: what is twice is heard twice */

	for (const char *p = word->text; *p && n < MAX_WORD - 2; p++)
	{
		char		c = sound_class(word->text, p, which > 0);

		if (is_silent(word->text, p, which > 0))
		{
			apart = *p == 'h';
			continue;
		}
		if (n == 0 || c != sound[n - 1] || (apart && c != 's') || !vowels)
			sound[n++] = c;
		apart = false;
		if (*p == 'x')
		{
			sound[n - 1] = 'k';
			sound[n++] = 's';
		}
	}
	/* the last e is silent */
	if (n > 2 && word->text[word->len - 1] == 'e' && sound[n - 1] == 'i')
		n--;
	sound[n] = '\0';
	for (int i = 0; i < n; i++)
		if (!is_vowel_class(sound[i]))
			consonants[k++] = sound[i];
	consonants[k] = '\0';
}

void
dc_set_sounds(NameWord *word)
{
	word->sounds = strstr(word->text, "ch") != NULL || strchr(word->text, 'j') != NULL ? 2 : 1;
	for (int i = 0; i < word->sounds; i++)
		set_sound(word, i);
}

/* The sounds of a word that count beside another: short words have many neighbours, jong is not sung. */
static int
sounds_beside(const NameWord *a, const NameWord *b)
{
	return Max(a->len, b->len) <= 4 ? 1 : a->sounds;
}

/* Does a sound of one word equal one of the other? */
bool
dc_sounds_same(const NameWord *a, const NameWord *b)
{
	for (int i = 0; i < sounds_beside(a, b); i++)
		for (int j = 0; j < sounds_beside(b, a); j++)
			if (strcmp(a->sound[i], b->sound[j]) == 0)
				return true;
	return false;
}

/* Likewise without vowels, as some scripts write; both or neither begin with one. */
bool
dc_same_consonants(const NameWord *a, const NameWord *b, int least)
{
	for (int i = 0; i < sounds_beside(a, b); i++)
		for (int j = 0; j < sounds_beside(b, a); j++)
			if (strcmp(a->consonants[i], b->consonants[j]) == 0 && (int) strlen(a->consonants[i]) >= least &&
				is_vowel_class(a->sound[i][0]) == is_vowel_class(b->sound[j][0]))
				return true;
	return false;
}

/*
 * The vowels that spellings of one language keep apart: e and i between consonants, o and u, in which an umlaut
 * written out and "ou" are one.
 */
static void
plain_vowels(const NameWord *word, char *vowels)
{
	for (const char *p = word->text; *p != '\0'; p++)
	{
		bool		inside = p > word->text && strchr("aeiouy", p[-1]) == NULL && strchr("aeiouy", p[1]) == NULL && p[1] != '\0';

		if ((*p == 'e' || *p == 'i' || *p == 'y') && inside)
			*vowels++ = *p == 'e' ? 'e' : 'i';
		else if ((*p == 'o' || *p == 'u') && (p == word->text || strchr("aeo", p[-1]) == NULL))
			*vowels++ = p[0] == 'u' || p[1] == 'u' || p[1] == 'o' ? 'u' : 'o';
	}
	*vowels = '\0';
}

/* Names of one sound that a vowel makes two: Lena and Lina, Müller and Möller. */
bool
dc_differ_in_vowel(const NameWord *a, const NameWord *b)
{
	char		x[MAX_WORD];
	char		y[MAX_WORD];

	plain_vowels(a, x);
	plain_vowels(b, y);
	return Max(strlen(a->sound[0]), strlen(b->sound[0])) <= 5 && strlen(x) == strlen(y) && strcmp(x, y) != 0;
}

/* Two sounds of one length that differ in one place. */
bool
dc_one_sound_apart(const char *x, const char *y)
{
	int			apart = 0;

	for (; *x != '\0' && *y != '\0'; x++, y++)
		apart += *x != *y;
	return apart == 1 && *x == *y;
}
