/*-------------------------------------------------------------------------
 *
 * name_lookup.c
 *	  What the letters of a word of a person's name and the lists tell of it.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include <unicode/uchar.h>

#include "base/text.h"
#include "lexicon.h"
#include "normalize/name.h"

#define LONGEST_ENDING 8

/* "find" in the words of a value: "M first name" */
static bool
has_word(const char *value, const char *word)
{
	return dc_has_word(value, word, strlen(word));
}

char *
dc_without_blanks(const char *fold)
{
	char	   *key;
	char	   *o;

	if (strchr(fold, ' ') == NULL)
		return (char *) fold;
	key = o = palloc(strlen(fold) + 1);
	for (const char *p = fold; *p; p++)
		if (*p != ' ')
			*o++ = *p;
	*o = '\0';
	return key;
}

static int
title_flags(const char *value)
{
	int			flags = WORD_TITLE;

	if (value[1] == '\0')
		return flags;
	if (has_word(value, "part"))
		return WORD_TITLE_PART;
	if (has_word(value, "name"))
		flags |= WORD_TITLE_NAME;
	if (has_word(value, "first"))
		flags |= WORD_TITLE_FIRST;
	return flags;
}

static char
civility_letter(const char *value)
{
	if (*value == 'M')
		return value[1] == 'm' ? 'f' : 'm';
	return *value == 'n' ? 'n' : 0;
}

/* Do all parts of a word with hyphens or dots stand in a list? "Mag-Judge", "AIA-CSI", "Lt.Gen." */
bool
dc_all_parts_in(const DcLexicon *lexicon, const char *fold)
{
	int			parts = 0;

	for (const char *p = fold;; p++)
	{
		size_t		n = strcspn(p, " ");

		if (n < 2 || dc_lexicon_find_n(lexicon, p, n) == NULL)
			return false;
		parts++;
		p += n;
		if (*p == '\0')
			return parts > 1;
	}
}

static void
look_up_title(DcWord *word)
{
	const char *value = dc_lexicon_find(&dc_lexicon_civilities, word->key);
	size_t		first = strcspn(word->fold, " ");

	if (value != NULL)
	{
		word->flags |= title_flags(value);
		word->civility = civility_letter(value);
	}
	/* Dipl.-Betriebsw. */
	else if (strncmp(word->fold, "dipl ", 5) == 0)
		word->flags |= WORD_TITLE;
	else if (word->fold[first] == ' ' && dc_all_parts_in(&dc_lexicon_civilities, word->fold))
	{
		word->flags |= WORD_TITLE;
		word->civility = civility_letter(dc_lexicon_find_n(&dc_lexicon_civilities, word->fold, first));
	}
}

static void
look_up_suffix(DcWord *word)
{
	const char *value = dc_lexicon_find(&dc_lexicon_name_suffixes, word->key);

	if (value != NULL)
	{
		word->suffix = value;
		word->flags |= WORD_SUFFIX;
		if (has_word(value, "name"))
			word->flags |= WORD_SUFFIX_NAME;
		if (has_word(value, "generation"))
			word->flags |= WORD_GENERATION;
	}
	/* XIV */
	else if ((word->flags & WORD_UPPER) && strlen(word->key) > 2 && strspn(word->key, "ivx") == strlen(word->key))
	{
		word->suffix = "=";
		word->flags |= WORD_SUFFIX | WORD_GENERATION;
	}
	else if (strcmp(word->key, word->fold) != 0 && dc_all_parts_in(&dc_lexicon_name_suffixes, word->fold))
	{
		word->suffix = "=";
		word->flags |= WORD_SUFFIX;
	}
}

/* Languages whose given names are family names as well. */
static bool
is_unsure(const char *language)
{
	static const char *const unsure[] = {"af", "ar", "fa", "he", "hi", "ja", "ko", "tr", "vi", "zh"};

	for (int i = 0; i < lengthof(unsure); i++)
		if (strncmp(language, unsure[i], 2) == 0)
			return true;
	return false;
}

static void
look_up_given(DcWord *word)
{
	const char *value = dc_lexicon_find(&dc_lexicon_given_names, word->fold);
	size_t		first = strcspn(word->fold, " ");
	const char *language;
	bool		iberian = true;

	/* Jean-Pierre */
	if (value == NULL && word->fold[first] == ' ' && first > 1)
		value = dc_lexicon_find_n(&dc_lexicon_given_names, word->fold, first);
	if (value == NULL)
		return;
	word->flags |= WORD_GIVEN | (*value == 'f' ? WORD_FEMALE : 0);
	language = value[1] == '\0' ? "" : value + 2;
	for (const char *p = language; *p >= 'a' && *p <= 'z'; p += p[2] == ' ' ? 3 : 2)
	{
		if (strncmp(p, "es", 2) == 0 || strncmp(p, "it", 2) == 0)
			word->flags |= WORD_SPANISH;
		if (strncmp(p, "ar", 2) == 0)
			word->flags |= WORD_ARABIC;
		iberian = iberian && (strncmp(p, "es", 2) == 0 || strncmp(p, "pt", 2) == 0);
		if (!is_unsure(p))
			word->flags |= WORD_GIVEN_SURE;
	}
	if (*language == '\0')
		word->flags |= WORD_GIVEN_SURE;
	else if (iberian)
		word->flags |= WORD_IBERIAN;
}

/* Spanish abbreviations with a raised a: María and Doña */
static void
look_up_raised(DcWord *word)
{
	if (strcmp(word->key, "ma") == 0)
	{
		word->flags &= ~(WORD_UPPER | WORD_TITLE | WORD_SUFFIX | WORD_SUFFIX_NAME | WORD_FAMILY);
		word->flags |= WORD_GIVEN | WORD_GIVEN_SURE | WORD_FEMALE | WORD_SPANISH | WORD_IBERIAN;
	}
	else if (strcmp(word->key, "da") == 0)
	{
		word->flags = (word->flags & ~WORD_PARTICLE) | WORD_TITLE;
		word->civility = 'f';
	}
}

/* Does a word end as family names do: Engelmann, Kirilenko? */
static bool
has_family_ending(const char *key)
{
	size_t		len = strlen(key);

	for (size_t n = 3; n + 3 <= len && n <= LONGEST_ENDING; n++)
		if (dc_lexicon_find(&dc_lexicon_family_endings, key + len - n) != NULL)
			return true;
	return false;
}

static void
look_up_family(DcWord *word)
{
	const char *value = dc_lexicon_find(&dc_lexicon_family_names, word->key);

	if (value == NULL && strcmp(word->key, word->fold) != 0)
		value = dc_lexicon_find_n(&dc_lexicon_family_names, word->fold, strcspn(word->fold, " "));
	if (value == NULL && !IS(*word, WORD_GIVEN) && has_family_ending(word->key))
		word->flags |= WORD_FAMILY | WORD_FAMILY_EUROPEAN;
	/* D'Aboville */
	if (value == NULL && !IS(*word, WORD_GIVEN) && (word->text[0] == 'd' || word->text[0] == 'D') && word->text[1] == '\'')
		word->flags |= WORD_FAMILY | WORD_FAMILY_EUROPEAN;
	/* Carreño: a letter of Spain alone */
	if (!IS(*word, WORD_GIVEN) && (strstr(word->text, "\xc3\xb1") != NULL || strstr(word->text, "\xc3\x91") != NULL))
		word->flags |= WORD_FAMILY | WORD_FAMILY_EUROPEAN | WORD_FAMILY_IBERIAN;
	if (value == NULL)
		return;
	word->flags |= WORD_FAMILY;
	if (IS(*word, WORD_GIVEN) && dc_lexicon_find(&dc_lexicon_mostly_family_names, word->key) != NULL)
		word->flags |= WORD_FAMILY_MOSTLY;
	for (const char *p = value; *p != '\0'; p += p[2] == ' ' ? 3 : 2)
		word->flags |= is_unsure(p) ? WORD_FAMILY_ASIAN : WORD_FAMILY_EUROPEAN;
	if (has_word(value, "es") || has_word(value, "pt"))
		word->flags |= WORD_FAMILY_IBERIAN;
	if (has_word(value, "fr"))
		word->flags |= WORD_FAMILY_FRENCH;
}

static bool
has_wide_letter(const char *text)
{
	const char *end = text + strlen(text);

	while (text < end)
		if (u_isalpha((UChar32) dc_utf8_next(&text, end)) && (text[-1] & 0x80) != 0)
			return true;
	return false;
}

static void
look_up_particle(DcWord *word)
{
	const char *value = dc_lexicon_find(&dc_lexicon_name_particles, word->key);
	const char *conjunction = dc_lexicon_find(&dc_lexicon_name_conjunctions, word->key);

	/* Og and Ou are names too */
	if (conjunction != NULL && strlen(word->key) == 2 && *word->key == 'o' && IS(*word, WORD_UPPER | WORD_LOWER) == 0)
		conjunction = NULL;
	if (conjunction != NULL && (word->text[1] != '.' || word->text[0] == '&'))
		word->flags |= *conjunction == 'b' ? WORD_AND : WORD_LINK;
	if (value == NULL)
	{
		const char *hyphen = strrchr(word->text, '-');

		/* Smit-de Boer */
		if (hyphen != NULL && strrchr(word->fold, ' ') != NULL &&
			dc_lexicon_find(&dc_lexicon_name_particles, strrchr(word->fold, ' ') + 1) != NULL)
			word->flags |= WORD_OPEN;
		return;
	}
	/* Im is a Korean name, "im Hof" a Swiss one */
	if (*value == 's' && !IS(*word, WORD_LOWER))
		return;
	/* Lê and Đỗ are names, Ní and Uí none */
	if ((*value == 'l' || *value == 'm' || *value == 'a') && has_wide_letter(word->text) != (*value == 'a'))
		return;
	word->flags |= *value == 'n' ? WORD_NOBLE : *value == 'c' ? WORD_PARTICLE | WORD_CAPITAL : WORD_PARTICLE;
	if (strcmp(word->key, "mac") == 0 || strcmp(word->key, "mc") == 0)
		word->flags |= WORD_GAELIC;
}

/* Single letters with dots or hyphens between them: J., J.B., J.-P. */
static bool
is_initials(const char *text)
{
	const char *end = text + strlen(text);
	int			letters = 0;
	bool		apart = true;

	while (text < end)
	{
		uint32		c = dc_utf8_next(&text, end);

		if (c == '.' || c == '-')
			apart = true;
		else if (!apart || c == '\'' || (c < 0x80 && !isalpha((int) c)))
			return false;
		else
		{
			letters++;
			apart = false;
		}
	}
	return letters >= 1 && letters <= 4;
}

/* All letters of a word in one case, beyond ASCII: by mapping it. */
static int
wide_case(const char *text)
{
	char	   *lower = dc_lower(text);
	char	   *upper = dc_upper(text);
	bool		small = strcmp(lower, text) == 0;
	bool		large = strcmp(upper, text) == 0;

	pfree(lower);
	pfree(upper);
	return small == large ? 0 : small ? WORD_LOWER : WORD_UPPER;
}

static void
look_at_letters(DcWord *word)
{
	int			letters = 0;
	int			upper = 0;
	int			lower = 0;
	int			wide = 0;

	for (const char *p = word->text; *p; p++)
	{
		unsigned char c = *p;

		upper += c >= 'A' && c <= 'Z';
		lower += c >= 'a' && c <= 'z';
		letters += c >= 0xC0 || isalpha(c) != 0;
		wide += c >= 0xC0;
		if (c == '.')
			word->flags |= WORD_DOTTED;
		if (c >= '0' && c <= '9')
			word->flags |= WORD_DIGIT;
	}
	if (wide > 0)
		word->flags |= wide_case(word->text);
	else if (upper == letters && letters > 0)
		word->flags |= WORD_UPPER;
	else if (lower == letters && letters > 0)
		word->flags |= WORD_LOWER;
	if (letters <= 4 && is_initials(word->text))
		word->flags |= WORD_INITIAL;
	/* one letter, or several with dots, tells nothing of case */
	if (word->flags & WORD_INITIAL)
		word->flags &= ~WORD_UPPER;
}

/* Capitals without a vowel that no list knows: initials written together */
bool
dc_is_consonants(const DcWord *word)
{
	return IS(*word, WORD_UPPER) && strpbrk(word->key, "aeiouy") == NULL &&
		!IS(*word, WORD_GIVEN | WORD_FAMILY | WORD_PARTICLE | WORD_TITLE | WORD_TITLE_PART | WORD_SUFFIX);
}

void
dc_look_up_word(DcWord *word)
{
	word->key = dc_without_blanks(word->fold);
	look_at_letters(word);
	look_up_particle(word);
	look_up_title(word);
	look_up_suffix(word);
	look_up_given(word);
	look_up_family(word);
	if (strstr(word->text, "\xc2\xaa") != NULL)
		look_up_raised(word);
	/* JB Hunt */
	if (strlen(word->text) == 2 && dc_is_consonants(word))
		word->flags ^= WORD_UPPER | WORD_INITIAL;
}
