/*-------------------------------------------------------------------------
 *
 * name_case.c
 *	  Capitals and small letters of names.
 *
 * Words typed in one case get their capitals by rule; mixed case is what somebody meant,
 * except where a program made it (O'neil, Mcdonald, DUPOND-martin).
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include "base/text.h"
#include "lexicon.h"
#include "normalize/name.h"

/* Elisions behind which a name has a capital: D'Amico, Dell'Acqua, O'Neil. */
static const char *const elisions[] = {"d", "l", "o", "m", "n", "dell", "dall", "sant", "nell", "all", "degl", "coll"};

static bool
is_elision(const char *lower, size_t n)
{
	for (int i = 0; i < lengthof(elisions); i++)
		if (strlen(elisions[i]) == n && strncmp(elisions[i], lower, n) == 0)
			return true;
	return false;
}

static bool
is_vowel(char c)
{
	return c != '\0' && strchr("aeiouy", c) != NULL;
}

/* "Mc" before a name, not McAs and the like. */
static bool
is_mc(const char *lower, size_t n)
{
	return n > 4 && lower[0] == 'm' && lower[1] == 'c' && lower[2] >= 'a' && lower[2] <= 'z';
}

/* The first letter as a capital: where that is several (sharp s, ligatures), only the first of them. */
static void
append_capital(StringInfo out, const char *lower, size_t n)
{
	const char *p = lower;

	if (n == 0)
		return;
	if ((unsigned char) *p < 0x80)
		appendStringInfoChar(out, pg_toupper((unsigned char) *p++));
	else
	{
		const char *upper;
		const char *rest;

		(void) dc_utf8_next(&p, lower + n);
		rest = upper = dc_upper(pnstrdup(lower, p - lower));
		if (*upper != '\0')
			(void) dc_utf8_next(&rest, upper + strlen(upper));
		if (*rest == '\0')
			appendStringInfoString(out, upper);
		else
			appendStringInfoString(out, dc_clean(psprintf("%.*s%s", (int) (rest - upper), upper, dc_lower(rest))));
	}
	appendBinaryStringInfo(out, p, n - (p - lower));
}

/* Two consonants that are no word: JB */
static bool
is_initials(const char *lower)
{
	static const DcLexicon *const words[] = {&dc_lexicon_family_names, &dc_lexicon_name_particles, &dc_lexicon_civilities};
	const char *suffix = dc_lexicon_find_n(&dc_lexicon_name_suffixes, lower, 2);

	if (lower[0] < 'a' || lower[1] < 'a' || is_vowel(lower[0]) || is_vowel(lower[1]))
		return false;
	for (int i = 0; i < lengthof(words); i++)
		if (dc_lexicon_find_n(words[i], lower, 2) != NULL)
			return false;
	return suffix == NULL || strstr(suffix, "generation") == NULL;
}

/* A stretch of letters, typed as given; lower is the same in small letters, of the same length. */
static void
append_stretch(StringInfo out, const char *lower, size_t n)
{
	const char *spelling = n >= 6 || n == 2 ? dc_lexicon_find_n(&dc_lexicon_name_spellings, lower, n) : NULL;

	if (spelling != NULL)
		appendStringInfoString(out, spelling);
	else if (is_mc(lower, n))
	{
		appendStringInfoString(out, "Mc");
		append_capital(out, lower + 2, n - 2);
	}
	else if (n == 2 && is_initials(lower))
	{
		/* initials written together: JB */
		appendStringInfoChar(out, pg_toupper((unsigned char) lower[0]));
		appendStringInfoChar(out, pg_toupper((unsigned char) lower[1]));
	}
	else
		append_capital(out, lower, n);
}

/* A French elision is small (d'Estaing), an Italian one has its capital (D'Amico): their names end otherwise. */
static bool
is_small_d(const char *lower, size_t n)
{
	char		end = lower[n - 1];

	return end != 'a' && end != 'i' && end != 'o';
}

/* One part of a word, without hyphens and blanks, all typed in one case. */
static void
append_part(StringInfo out, const char *lower, size_t n)
{
	const char *apostrophe = memchr(lower, '\'', n);
	size_t		before = apostrophe == NULL ? n : apostrophe - lower;
	size_t		behind = apostrophe == NULL ? 0 : n - before - 1;

	if (apostrophe == NULL)
		append_stretch(out, lower, n);
	else if (behind >= 3 && is_elision(lower, before))
	{
		if (before == 1 && lower[0] == 'd' && is_small_d(lower, n))
			appendStringInfoChar(out, 'd');
		else
			append_capital(out, lower, before);
		appendStringInfoChar(out, '\'');
		append_stretch(out, apostrophe + 1, behind);
	}
	else
	{
		/* McDonald's */
		append_stretch(out, lower, before);
		appendBinaryStringInfo(out, lower + before, n - before);
	}
}

/* O'neil and Mcdonald come from programs that know first letters only. */
static bool
is_half_cased(const char *typed, const char *lower, size_t n)
{
	const char *apostrophe = memchr(lower, '\'', n);
	size_t		from = apostrophe == NULL ? 0 : apostrophe - lower + 1;

	if (apostrophe != NULL && (from > 6 || !is_elision(lower, from - 1)))
		return false;
	if (apostrophe == NULL && !is_mc(lower, n))
		return false;
	return memcmp(typed + Max(from, 1), lower + Max(from, 1), n - Max(from, 1)) == 0;
}

/* Caps lock the wrong way round: jEAN. */
static bool
is_inverted(const char *typed, const char *lower, const char *upper, size_t n)
{
	return n > 2 && typed[0] == lower[0] && typed[0] != upper[0] && memcmp(typed + 1, upper + 1, n - 1) == 0;
}

/* Words that stay small between hyphens: Aix-en-Provence, Stratford-upon-Avon. */
static bool
is_small_between(const char *lower, size_t n)
{
	static const char *const words[] = {"en", "sur", "sous", "aux", "lez", "les", "et", "am", "an", "bei", "im", "upon", "on", "in", "by", "the", "of", "le", "la"};
	const char *particle = dc_lexicon_find_n(&dc_lexicon_name_particles, lower, n);

	for (int i = 0; i < lengthof(words); i++)
		if (strlen(words[i]) == n && strncmp(words[i], lower, n) == 0)
			return true;
	return particle != NULL && *particle == 'l';
}

/* Jean-pierre, but not the Korean and Chinese Jae-in. */
static bool
begins_with_given_name(const char *lower)
{
	const char *value = dc_lexicon_find_n(&dc_lexicon_given_names, lower, strcspn(lower, "-"));

	for (const char *p = value; p != NULL && (p = strchr(p, ' ')) != NULL; p++)
		if (strncmp(p, " ko", 3) != 0 && strncmp(p, " zh", 3) != 0 && strncmp(p, " vi", 3) != 0)
			return true;
	return value != NULL && value[1] == '\0';
}

/* Between hyphens and dots each part stands for itself. */
static void
append_parts(StringInfo out, const char *typed, const char *lower, const char *upper)
{
	bool		one_case = strcmp(typed, lower) == 0 || strcmp(typed, upper) == 0;
	size_t		n;

	for (size_t i = 0; lower[i] != '\0'; i += n)
	{
		bool		between;
		bool		small;

		n = strcspn(lower + i, "-.");
		between = i > 0 && lower[i - 1] == '-' && lower[i + n] == '-';
		small = memcmp(typed + i, lower + i, n) == 0;
		if (n == 0)
		{
			appendStringInfoChar(out, lower[i]);
			n = 1;
		}
		/* Jong-un stays, Jean-pierre does not */
		else if (small && i > 0 && lower[i - 1] == '-' && !one_case && !begins_with_given_name(lower))
			appendBinaryStringInfo(out, lower + i, n);
		/* al-Hassan */
		else if (small && i == 0 && lower[n] == '-' && !one_case && dc_lexicon_find_n(&dc_lexicon_name_particles, lower, n) != NULL)
			appendBinaryStringInfo(out, lower, n);
		else if (between && (one_case ? is_small_between(lower + i, n) : small))
			appendBinaryStringInfo(out, lower + i, n);
		else if (small || memcmp(typed + i, upper + i, n) == 0 || is_half_cased(typed + i, lower + i, n) ||
				 is_inverted(typed + i, lower + i, upper + i, n))
			append_part(out, lower + i, n);
		else
			appendBinaryStringInfo(out, typed + i, n);
	}
}

/* Roman numbers that are no names: III, IV */
static bool
is_number(const char *lower)
{
	const char *suffix;

	if (strspn(lower, "ivx") != strlen(lower))
		return false;
	if (strlen(lower) > 2)
		return true;
	suffix = dc_lexicon_find(&dc_lexicon_name_suffixes, lower);
	return suffix != NULL && strstr(suffix, "name") == NULL;
}

/* A word in its correct casing. */
void
dc_append_cased(StringInfo out, const char *word, DcPlace place)
{
	char	   *lower = dc_lower(word);
	char	   *upper = dc_upper(word);
	bool		small = strcmp(word, lower) == 0;
	bool		one_case = small || strcmp(word, upper) == 0;
	/* James T Kirk has an initial, 't Hooft a particle */
	const char *particle = lower[1] == '\0' && !small ? NULL : dc_lexicon_find(&dc_lexicon_name_particles, lower);

	if (particle != NULL && one_case && place != PLACE_NAME && (*particle == 'l' || (*particle == 's' && small) || (*particle == 'm' && place == PLACE_INNER)))
		appendStringInfoString(out, lower);
	else if (one_case && is_number(lower))
		appendStringInfoString(out, upper);
	else if (small && place == PLACE_INNER && dc_lexicon_find(&dc_lexicon_name_conjunctions, lower) != NULL)
		appendStringInfoString(out, lower);
	else if (strlen(lower) != strlen(word) || strlen(upper) != strlen(word))
	{
		/* letters that change their length, such as sharp s: by the whole word */
		if (one_case)
			append_capital(out, lower, strlen(lower));
		else
			appendStringInfoString(out, word);
	}
	else
		append_parts(out, word, lower, upper);
	pfree(lower);
	pfree(upper);
}

/* Typographic apostrophes as the plain one. */
void
dc_straighten_apostrophes(char *s)
{
	char	   *o = s;

	if (strchr(s, '\xe2') == NULL)
		return;
	for (const char *p = s; *p; p++)
		if (strncmp(p, "\xe2\x80\x99", 3) == 0 || strncmp(p, "\xe2\x80\x98", 3) == 0)
		{
			*o++ = '\'';
			p += 2;
		}
		else
			*o++ = *p;
	*o = '\0';
}

char *
dc_name_case(const char *part)
{
	char	   *s = dc_clean(part);
	StringInfoData out;
	char	   *rest;

	dc_straighten_apostrophes(s);
	initStringInfo(&out);
	for (char *word = strtok_r(s, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest))
	{
		DcPlace		place = *rest == '\0' ? PLACE_NAME : out.len == 0 ? PLACE_FIRST : PLACE_INNER;

		if (out.len > 0)
			appendStringInfoChar(&out, ' ');
		dc_append_cased(&out, word, place);
	}
	return out.len > 0 ? out.data : NULL;
}

/* A suffix keeps its dots and gets its usual letters: phd is PhD, P.H.D. is P.H.D. */
void
dc_append_suffix(StringInfo out, const DcWord *word)
{
	const char *usual = word->suffix;
	size_t		letters = 0;

	if (usual == NULL || *usual == '=')
	{
		if (word->flags & (WORD_UPPER | WORD_DOTTED))
			appendStringInfoString(out, word->text);
		else
			dc_append_cased(out, word->text, PLACE_FIRST);
		return;
	}
	for (const char *p = word->text; *p; p++)
		letters += isalnum((unsigned char) *p) || (*p & 0x80) != 0;
	if (letters != strcspn(usual, " "))
	{
		appendStringInfoString(out, word->text);
		return;
	}
	for (const char *p = word->text; *p; p++)
		appendStringInfoChar(out, isalnum((unsigned char) *p) || (*p & 0x80) != 0 ? *usual++ : *p);
}
