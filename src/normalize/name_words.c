/*-------------------------------------------------------------------------
 *
 * name_words.c
 *	  Cuts a person's name into words.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include "base/text.h"
#include "lexicon.h"
#include "normalize/name.h"

/*
 * Where a word with a dot inside falls apart: "Dr.Smith", "J.Smith", "Lt.Gen.";
 * not J.B., Ph.D. or D.D.S. 0: nowhere.
 */
static size_t
split_at(const char *text)
{
	const char *dot = strchr(text, '.');
	const char *fold;

	if (dot == NULL || dot[1] == '\0' || !(isalpha((unsigned char) dot[1]) || (dot[1] & 0x80)))
		return 0;
	/* Eng.\xc2\xba */
	if (strcmp(dot + 1, "\xc2\xba") == 0 || strcmp(dot + 1, "\xc2\xaa") == 0)
		return 0;
	if (strlen(dot + 1) - (strchr(dot + 1, '.') != NULL) < 2 && dot - text < 2)
		return 0;
	fold = dc_fold(text);
	if (dc_lexicon_find(&dc_lexicon_name_suffixes, dc_without_blanks(fold)) != NULL ||
		dc_lexicon_find(&dc_lexicon_civilities, dc_without_blanks(fold)) != NULL || dc_all_parts_in(&dc_lexicon_name_suffixes, fold))
		return 0;
	/* letters with dots to the end: J.R.R. */
	for (const char *p = text; *p; p++)
		if (*p != '.' && p[1] != '.' && p[1] != '\0')
			return dot - text + 1;
	return 0;
}

/* "she/her", "il/lui": how somebody wants to be spoken of. */
bool
dc_is_pronouns(const char *text)
{
	static const char *const pronouns[] = {
		"she", "her", "hers", "he", "him", "his", "they", "them", "theirs", "elle", "il", "iel", "lui", "sie", "ihr", "er", "ihm", "ella", "el", "zij", "haar", "hij", "hem", "lei", "ela", "ele"
	};
	char	   *rest;

	if (strchr(text, '/') == NULL)
		return false;
	for (char *part = strtok_r(dc_lower(text), "/ ", &rest); part != NULL; part = strtok_r(NULL, "/ ", &rest))
		if (!dc_is_one_of(part, pronouns, lengthof(pronouns)))
			return false;
	return true;
}

/* A sign for "and", standing alone. */
static bool
is_and(const char *text)
{
	return (*text == '&' || *text == '+') && text[1] == '\0';
}

static void
add_word(DcWords *words, char *text, int segment)
{
	DcWord	   *word = &words->word[words->n];

	memset(word, 0, sizeof(DcWord));
	word->text = text;
	word->segment = segment;
	word->fold = is_and(text) ? "and" : dc_fold(text);
	if (*word->fold == '\0' || (words->n == 0 && is_and(text)))
		return;
	dc_look_up_word(word);
	/* in front, JR is no junior */
	if (words->n == 0 && strcmp(text, "JR") == 0)
		word->flags = (word->flags | WORD_INITIAL) & ~(WORD_UPPER | WORD_SUFFIX | WORD_GENERATION);
	if (words->n == 0 && strlen(text) == 3 && dc_is_consonants(word))
		word->flags ^= WORD_UPPER | WORD_INITIAL;
	words->n++;
}

/* Adds what stands between two blanks. */
static void
add_words(DcWords *words, char *text, int segment)
{
	size_t		n;

	while ((n = split_at(text)) > 0)
	{
		/* jean.dupont: a given name has no dot of its own */
		bool		given = n > 3 && dc_lexicon_find_n(&dc_lexicon_given_names, dc_fold_n(text, n), n - 1) != NULL;

		add_word(words, pnstrdup(text, given ? n - 1 : n), segment);
		text += n;
	}
	add_word(words, text, segment);
}

/* "d' Ormesson", "Dell' Acqua": what is elided stands apart from its name; the blank goes, in place. */
static void
join_elisions(char *text)
{
	static const char *const elided[] = {"d", "l", "o", "dell", "dall", "all", "sant"};
	char	   *o = text;
	char	   *word = text;

	for (char *p = text; *p; p++)
	{
		bool		joined = false;

		if (*p == ' ' && o > word && o[-1] == '\'' && isalpha((unsigned char) p[1]))
			for (int i = 0; i < lengthof(elided); i++)
				joined = joined || (o - word - 1 == strlen(elided[i]) && pg_strncasecmp(word, elided[i], o - word - 1) == 0);
		if (joined)
			continue;
		*o++ = *p;
		if (strchr(" _,;|", *p) != NULL)
			word = o;
	}
	*o = '\0';
}

/*
 * "LE ROUX - BERNARD Anne", "Jean Martin - Durand": does a dash behind the last of some words join it to the word that
 * begins what follows?
 */
static bool
joins_last_names(DcWords words, const char *behind)
{
	size_t		n = strcspn(behind, " _,;|");
	const DcWord *last = &words.word[words.n - 1];
	DcWord		next = {0};
	const char *rest = behind + n;

	next.text = pnstrdup(behind, n);
	next.fold = dc_fold(next.text);
	dc_look_up_word(&next);
	if (!IS(*last, WORD_FAMILY) || !IS(next, WORD_FAMILY) || (words.n == 1 && IS(next, WORD_GIVEN)) || ((last->flags ^ next.flags) & WORD_UPPER))
		return false;
	/* no other name of the kind follows */
	return *rest != ' ' || rest[1] == '\0' || (IS(next, WORD_UPPER) && !isupper((unsigned char) rest[2]));
}

/* The last of some words with the one behind a dash; answers where the text goes on. */
static char *
join_last_names(DcWords *words, char *behind, int segment)
{
	size_t		n = strcspn(behind, " _,;|");
	char	   *text = psprintf("%s-%.*s", words->word[words->n - 1].text, (int) n, behind);

	words->n--;
	add_word(words, text, segment);
	return behind + n;
}

/* "DUPONT/JEAN", as airlines write a name: where a slash parts the n bytes that begin a text; n when none does. */
static size_t
slash_inside(const char *text, size_t n)
{
	const char *slash = memchr(text, '/', n);
	size_t		before = slash == NULL ? 0 : slash - text;

	if (before < 2 || n - before < 3 || memchr(slash + 1, '/', n - before - 1) != NULL || dc_is_pronouns(pnstrdup(text, n)) ||
		dc_lexicon_find(&dc_lexicon_civilities, dc_without_blanks(dc_fold_n(text, before))) != NULL)
		return n;
	return before;
}

/*
 * The words of a clean text, which is written into. Commas, semicolons, bars and a slash between
 * blanks part segments.
 */
DcWords
dc_name_words(char *text, int *nsegments)
{
	DcWords		words;
	int			segment = 0;
	char	   *p = text;

	/* a word takes two bytes at least, with its blank or dot */
	words.word = palloc(sizeof(DcWord) * (strlen(text) / 2 + 2));
	words.n = 0;
	join_elisions(text);
	while (*p)
	{
		size_t		n = strcspn(p, " _,;|");
		char		mark;
		/* a dash parts a remark from a name, but not the halves of a name */
		bool		slash = n == 1 && (*p == '/' || (*p == '-' && words.n > 1 && words.word[words.n - 2].segment == segment));

		if (n == 1 && *p == '-' && p[1] == ' ' && words.n > 0 && words.word[words.n - 1].segment == segment && joins_last_names(words, p + 2))
		{
			p = join_last_names(&words, p + 2, segment);
			n = 0;
			slash = false;
		}
		else if (words.n == 0)
			n = slash_inside(p, n);
		mark = p[n];
		p[n] = '\0';
		if (n > 0 && !slash && !dc_is_pronouns(p))
			add_words(&words, p, segment);
		/* an empty segment is none */
		if ((slash || (mark != ' ' && mark != '_')) && words.n > 0 && words.word[words.n - 1].segment == segment)
			segment++;
		if (mark == '\0')
			break;
		p += n + 1;
	}
	*nsegments = words.n == 0 ? 0 : words.word[words.n - 1].segment + 1;
	return words;
}

/* The words from one to before another. */
DcWords
dc_stretch(DcWords words, int from, int to)
{
	DcWords		result = {words.word + from, Max(0, to - from)};

	return result;
}
