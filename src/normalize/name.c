/*-------------------------------------------------------------------------
 *
 * name.c
 *	  Person names in European, Latin-script use.
 *
 * The words are tagged by the lists (civility, suffix, particle, given name) and by
 * their case and place; commas and case then tell which comes first.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include "base/text.h"
#include "lexicon.h"
#include "normalize/normalize.h"

#define MAX_WORDS 40

typedef struct Word
{
	char	   *text;
	char	   *fold;
} Word;

static bool
is_upper_word(const char *s)
{
	return strlen(s) > 1 && strcmp(s, dc_upper(s)) == 0 && strcmp(s, dc_lower(s)) != 0;
}

/* One word, or a part of one between hyphens, with a capital at its beginning. */
static void
append_capitalised(StringInfo out, const char *lower)
{
	const char *p = lower;
	const char *end = lower + strlen(lower);
	size_t		n;

	if (p == end)
		return;
	(void) dc_utf8_next(&p, end);
	n = p - lower;
	appendStringInfoString(out, dc_upper(pnstrdup(lower, n)));
	if (strncmp(lower, "mc", 2) == 0 && end - lower > 4)
	{
		appendStringInfoChar(out, lower[1]);
		appendStringInfoChar(out, pg_toupper((unsigned char) lower[2]));
		p = lower + 3;
	}
	appendStringInfoString(out, p);
}

/* Words typed in one case only get a capital each; mixed case is what somebody meant. */
static void
append_word(StringInfo out, const char *word, bool first)
{
	char	   *lower = dc_lower(word);
	bool		one_case = strcmp(word, lower) == 0 || strcmp(word, dc_upper(word)) == 0;
	const char *particle = dc_lexicon_find(&dc_lexicon_name_particles, lower);

	if (particle != NULL && (one_case ? !first || *particle == 'a' : strcmp(word, lower) == 0))
	{
		appendStringInfoString(out, lower);
		return;
	}
	if (!one_case)
	{
		appendStringInfoString(out, word);
		return;
	}
	while (*lower != '\0')
	{
		size_t		n = strcspn(lower, "-'.");
		bool		elision = lower[n] == '\'' && n == 1 && (lower[0] == 'd' || lower[0] == 'l');

		if (elision && lower[0] == 'd')
			appendStringInfoChar(out, 'd');
		else
			append_capitalised(out, pnstrdup(lower, n));
		if (lower[n] != '\0')
			appendStringInfoChar(out, lower[n++]);
		lower += n;
	}
}

char *
dc_name_case(const char *part)
{
	char	   *s = dc_clean(part);
	StringInfoData out;
	char	   *rest;
	bool		first = true;

	for (char *p = s; (p = strstr(p, "’")) != NULL;)
	{
		*p = '\'';
		memmove(p + 1, p + 3, strlen(p + 3) + 1);
	}
	initStringInfo(&out);
	for (char *word = strtok_r(s, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest))
	{
		if (!first)
			appendStringInfoChar(&out, ' ');
		append_word(&out, word, first);
		first = false;
	}
	return out.len > 0 ? out.data : NULL;
}

const char *
dc_normalize_civility(const char *civility)
{
	const char *value = dc_lexicon_find(&dc_lexicon_civilities, dc_fold(civility));

	return value == NULL || *value == '\0' || *value == '-' ? NULL : value;
}

static const char *
join(const Word *words, int from, int to)
{
	StringInfoData out;

	if (from >= to)
		return NULL;
	initStringInfo(&out);
	for (int i = from; i < to; i++)
		appendStringInfo(&out, "%s%s", i > from ? " " : "", words[i].text);
	return dc_name_case(out.data);
}

/* Takes out the first part between a pair of marks: a nickname. */
static char *
take_nickname(char *s)
{
	static const char pairs[][2] = {"()", "\"\"", "[]"};

	for (int i = 0; i < lengthof(pairs); i++)
	{
		char	   *open = strchr(s, pairs[i][0]);
		char	   *close = open == NULL ? NULL : strchr(open + 1, pairs[i][1]);
		char	   *nickname;

		if (close == NULL)
			continue;
		nickname = pnstrdup(open + 1, close - open - 1);
		*open = ' ';
		memmove(open + 1, close + 1, strlen(close + 1) + 1);
		return pairs[i][0] == '[' || *nickname == '\0' ? NULL : nickname;
	}
	return NULL;
}

static int
split(char *s, Word *words)
{
	int			n = 0;
	char	   *rest;

	for (char *text = strtok_r(s, " ", &rest); text != NULL && n < MAX_WORDS; text = strtok_r(NULL, " ", &rest))
	{
		words[n].text = text;
		words[n].fold = dc_fold(text);
		if (words[n].fold[0] != '\0')
			n++;
	}
	return n;
}

static bool
is_suffix(const Word *word)
{
	return dc_lexicon_find(&dc_lexicon_name_suffixes, word->fold) != NULL;
}

static bool
is_particle(const Word *word)
{
	return dc_lexicon_find(&dc_lexicon_name_particles, word->fold) != NULL;
}

static bool
is_given(const Word *word)
{
	size_t		n = strcspn(word->fold, " ");

	return dc_lexicon_find_n(&dc_lexicon_given_names, word->fold, n) != NULL;
}

/* Civilities at the beginning; answers how many words they take. */
static int
take_civilities(const Word *words, int n, DcName *name)
{
	int			i = 0;

	while (i < n - 1)
	{
		const char *value = dc_lexicon_find(&dc_lexicon_civilities, words[i].fold);

		/* "M" without its dot can be an initial */
		if (value == NULL || (strlen(words[i].fold) == 1 && words[i].text[1] != '.' && i + 2 == n))
			break;
		if (name->civility == NULL && *value != '\0' && *value != '-')
			name->civility = value;
		i++;
	}
	return i;
}

/* Suffixes at the end; answers the number of words before them. */
static int
take_suffixes(const Word *words, int from, int n, StringInfo suffix)
{
	int			end = n;

	while (end - from > 2 && is_suffix(&words[end - 1]))
		end--;
	for (int i = end; i < n; i++)
		appendStringInfo(suffix, "%s%s", suffix->len > 0 ? " " : "", words[i].text);
	return end;
}

/* First, middle and last name of words in one piece. */
static void
divide(const Word *words, int from, int to, DcName *name)
{
	int			last = to - 1;
	int			upper = from;

	if (to - from == 1)
	{
		if (name->civility == NULL)
			name->first_name = join(words, from, to);
		else
			name->last_name = join(words, from, to);
		return;
	}
	/* LAST First: leading words in capitals before words that are not */
	while (upper < to && (is_upper_word(words[upper].text) || (upper > from && is_particle(&words[upper]))))
		upper++;
	if (upper > from && upper < to && !is_upper_word(words[to - 1].text))
	{
		name->last_name = join(words, from, upper);
		name->first_name = join(words, upper, upper + 1);
		name->middle_name = join(words, upper + 1, to);
		return;
	}
	/* First LAST LAST: trailing words in capitals after words that are not */
	upper = to;
	while (upper > from + 1 && (is_upper_word(words[upper - 1].text) || is_particle(&words[upper - 1])))
		upper--;
	if (upper < to && upper > from && !is_upper_word(words[from].text))
		last = upper;
	else if (to - from == 2 && !is_given(&words[from]) && is_given(&words[to - 1]) &&
			 is_upper_word(words[from].text) == is_upper_word(words[to - 1].text) && is_upper_word(words[from].text))
	{
		name->last_name = join(words, from, from + 1);
		name->first_name = join(words, from + 1, to);
		return;
	}
	else
		for (int i = from + 1; i < to - 1; i++)
			if (is_particle(&words[i]))
			{
				last = i;
				break;
			}
	name->first_name = join(words, from, from + 1);
	name->middle_name = join(words, from + 1, last);
	name->last_name = join(words, last, to);
}

static void
join_full_name(DcName *name)
{
	StringInfoData full;
	const char *const parts[] = {name->first_name, name->middle_name, name->last_name, name->suffix};

	initStringInfo(&full);
	for (int i = 0; i < lengthof(parts); i++)
		if (parts[i] != NULL)
			appendStringInfo(&full, "%s%s", full.len > 0 ? " " : "", parts[i]);
	name->full_name = full.len > 0 ? full.data : NULL;
}

void
dc_parse_name(const char *input, DcName *name)
{
	char	   *s = dc_clean(input);
	Word		words[MAX_WORDS];
	StringInfoData suffix;
	char	   *comma;
	int			n;
	int			from;
	int			to;

	if (*s == '\0')
	{
		name->problem = "empty";
		return;
	}
	if (strlen(s) > 1000)
	{
		name->problem = "too long";
		return;
	}
	if (strchr(s, '@') != NULL)
	{
		name->problem = "an e-mail address";
		return;
	}
	name->nickname = take_nickname(s);
	s = dc_clean(s);
	initStringInfo(&suffix);
	comma = strchr(s, ',');
	if (comma != NULL)
	{
		Word		after[MAX_WORDS];
		char	   *second;
		int			m;
		bool		all_suffixes = true;

		*comma = '\0';
		second = strchr(comma + 1, ',');
		if (second != NULL)
		{
			*second = '\0';
			for (char *p = ++second; (p = strchr(p, ',')) != NULL;)
				*p = ' ';
			appendStringInfoString(&suffix, dc_clean(second));
		}
		n = split(s, words);
		m = split(comma + 1, after);
		for (int i = 0; i < m; i++)
			all_suffixes = all_suffixes && is_suffix(&after[i]);
		if (m > 0 && n > 0 && !(all_suffixes && n > 1))
		{
			/* Last, Title First Middle Suffix */
			from = take_civilities(words, n, name);
			to = take_suffixes(words, from, n, &suffix);
			name->last_name = join(words, from, to);
			from = take_civilities(after, m, name);
			to = m;
			while (to - from > 1 && is_suffix(&after[to - 1]) && strlen(after[to - 1].fold) > 1)
				to--;
			for (int i = to; i < m; i++)
				appendStringInfo(&suffix, "%s%s", suffix.len > 0 ? " " : "", after[i].text);
			name->first_name = join(after, from, Min(from + 1, to));
			name->middle_name = join(after, from + 1, to);
			name->suffix = suffix.len > 0 ? suffix.data : NULL;
			join_full_name(name);
			return;
		}
		for (int i = 0; i < m; i++)
			appendStringInfo(&suffix, "%s%s", suffix.len > 0 ? " " : "", after[i].text);
	}
	else
		n = split(s, words);
	if (n == 0)
	{
		name->problem = "no letters";
		return;
	}
	from = take_civilities(words, n, name);
	to = take_suffixes(words, from, n, &suffix);
	divide(words, from, to, name);
	name->suffix = suffix.len > 0 ? suffix.data : NULL;
	join_full_name(name);
	if (strpbrk(s, "0123456789") != NULL)
		name->problem = "digits in a name";
}
