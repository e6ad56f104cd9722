/*-------------------------------------------------------------------------
 *
 * name.c
 *	  Person names in European, Latin-script use.
 *
 * Titles are taken from the beginning, suffixes from the end of each segment between
 * commas; what is left is divided by name_parts.c and written by name_case.c. See name.h
 * for the other files. Time is linear in the text, which is 1000 bytes at most.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include "base/text.h"
#include "lexicon.h"
#include "normalize/name.h"

#define MAX_NAME 1000

#define IS(w, f) (((w).flags & (f)) != 0)

/* What is known while a name is read. */
typedef struct Reading
{
	DcName	   *name;
	StringInfoData suffix;
	char		civility;		/* m, f, n or 0 */
	bool		titled;			/* by a title that a last name follows */
	bool		mixed;			/* capitals and small letters: case tells */
	int			remarks;
	bool		couple;
	bool		digits;			/* among the suffixes */
} Reading;

static DcWords
stretch(DcWords words, int from, int to)
{
	DcWords		result = {words.word + from, Max(0, to - from)};

	return result;
}

/* ---------- titles ---------- */

/* A title that may be a name stands before a given name, "of" or behind another title. */
static bool
is_title(DcWords words, int i, int end)
{
	const DcWord *word = &words.word[i];
	const DcWord *next = i + 1 < words.n ? &words.word[i + 1] : NULL;

	if (!IS(*word, WORD_TITLE) || next == NULL)
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
	/* Don Pedro, but Don Johnson */
	if (strcmp(word->key, "don") == 0)
		return IS(*next, WORD_SPANISH) && !IS(*next, WORD_FAMILY) && !IS(words.word[words.n - 1], WORD_GIVEN);
	return IS(*next, WORD_GIVEN | WORD_INITIAL) && (words.n - i > 2 || IS(*word, WORD_TITLE_FIRST));
}

/* The number of words of titles at the beginning; at least one word is left. */
static int
count_titles(DcWords words)
{
	int			end = 0;
	int			before = 0;
	int			i = 0;

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
		else if (IS(*word, WORD_TITLE_PART))
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
static bool
is_civility(const DcWord *word)
{
	return IS(*word, WORD_TITLE) && !IS(*word, WORD_TITLE_NAME | WORD_GIVEN | WORD_FAMILY | WORD_SUFFIX) && strlen(word->key) > 1 &&
		(word->civility == 'm' || word->civility == 'f');
}

static DcWords
take_titles(Reading *r, DcWords words)
{
	int			n = words.n > 0 ? count_titles(words) : 0;
	bool		first = false;

	for (int i = 0; i < n; i++)
	{
		if (r->civility == 0)
			r->civility = words.word[i].civility;
		first = first || IS(words.word[i], WORD_TITLE_FIRST);
	}
	r->titled = r->titled || (n > 0 && !first);
	words = stretch(words, n, words.n);
	/* LEWIS Paul Mr */
	while (words.n > 1 && is_civility(&words.word[words.n - 1]))
	{
		words.n--;
		if (r->civility == 0)
			r->civility = words.word[words.n].civility;
	}
	return words;
}

/* ---------- suffixes ---------- */

static void
add_suffix(Reading *r, const DcWord *word)
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

/* Is the last of some words a suffix of the name before it? */
static bool
ends_with_suffix(const Reading *r, DcWords words, bool behind_comma, bool generation_follows)
{
	const DcWord *word = &words.word[words.n - 1];
	bool		name = IS(*word, WORD_SUFFIX_NAME | WORD_GIVEN | WORD_FAMILY | WORD_PARTICLE);

	if (words.n < 2)
		return false;
	if (is_digits(word))
		return words.n > 2;
	if (!IS(*word, WORD_SUFFIX))
		return r->mixed && is_acronym(word, behind_comma) && (behind_comma || words.n > 2);
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
		if (words.n > n && whole_suffix(stretch(words, words.n - n, words.n)))
			return n;
	return 0;
}

/* Takes suffixes from the end of some words; behind_comma: of given names behind a last name. */
static DcWords
take_suffixes(Reading *r, DcWords words, bool behind_comma)
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
		add_suffix(r, &words.word[i]);
	return words;
}

/* Do the words behind a comma hold suffixes only? names: the number of words before it. */
static bool
is_suffix_segment(const Reading *r, DcWords words, int names)
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

/* ---------- remarks ---------- */

/* "Marie Dupont née Martin": what follows is another last name, or a nickname. */
static DcWords
cut_remark(Reading *r, DcWords words)
{
	for (int i = 1; i < words.n; i++)
	{
		const char *remark = dc_lexicon_find(&dc_lexicon_name_remarks, words.word[i].key);
		StringInfoData rest;

		if (remark == NULL || IS(words.word[i], WORD_GIVEN | WORD_FAMILY))
			continue;
		if (*remark == 's')
		{
			int			rest = i + 2;

			/* DUPONT née MARTIN Marie */
			while (rest < words.n && r->mixed && IS(words.word[i + 1], WORD_UPPER) && IS(words.word[rest], WORD_UPPER))
				rest++;
			if (i + 1 < words.n)
				r->remarks |= REMARK_SURNAME;
			if (rest < words.n && (i == 1 || (r->mixed && IS(words.word[i + 1], WORD_UPPER))))
			{
				memmove(&words.word[i], &words.word[rest], sizeof(DcWord) * (words.n - rest));
				words.n -= rest - i;
				continue;
			}
		}
		else if (i + 1 < words.n && r->name->nickname == NULL)
		{
			initStringInfo(&rest);
			for (int j = i + 1; j < words.n; j++)
			{
				if (j > i + 1)
					appendStringInfoChar(&rest, ' ');
				dc_append_cased(&rest, words.word[j].text, j == i + 1);
			}
			r->name->nickname = rest.data;
		}
		words.n = i;
	}
	return words;
}

/* ---------- two persons ---------- */

static bool
all_are(DcWords words, int flags)
{
	for (int i = 0; i < words.n; i++)
		if (!IS(words.word[i], flags))
			return false;
	return true;
}

/* "y", "e", "en" join the parts of one name too. */
static bool
is_strong_and(const DcWord *word)
{
	return strcmp(word->key, "and") == 0 || strcmp(word->key, "et") == 0 || strcmp(word->key, "und") == 0;
}

/* Where a word parts two persons; 0 when none does. */
static int
find_couple(DcWords words)
{
	for (int c = 1; c + 1 < words.n; c++)
	{
		DcWords		left = stretch(words, 0, c);
		const DcWord *next = &words.word[c + 1];
		bool		given = IS(*next, WORD_GIVEN | WORD_INITIAL) || (IS(*next, WORD_TITLE) && !IS(*next, WORD_TITLE_NAME));

		/* John Y Lee */
		if (!IS(words.word[c], WORD_AND) || IS(*next, WORD_JOINING) || (IS(words.word[c], WORD_INITIAL) && !IS(words.word[c], WORD_LOWER)))
			continue;
		if (all_are(left, WORD_TITLE) && (IS(*next, WORD_TITLE) || is_strong_and(&words.word[c])))
			return c;
		if (is_strong_and(&words.word[c]))
		{
			if (given || (c == 1 && words.n > 3))
				return c;
		}
		else if (given && all_are(left, WORD_GIVEN) && !IS(*next, WORD_INITIAL))
			return c;
	}
	return 0;
}

/* The first of two persons, with the last name of the second where the first has none. */
static void
first_of_couple(Reading *r, DcWords words, int c, DcNameParts *parts)
{
	DcWords		left = stretch(words, 0, c);
	DcWords		right = stretch(words, c + 1, words.n);
	Reading		second = *r;
	const char *end;

	r->couple = true;
	if (all_are(left, WORD_TITLE))
	{
		for (int i = 0; i < left.n && r->civility == 0; i++)
			r->civility = left.word[i].civility;
		second.civility = 'm';
		right = take_titles(&second, right);
		r->titled = true;
		dc_divide_name(right, true, parts);
		return;
	}
	left = take_titles(r, left);
	initStringInfo(&second.suffix);
	right = take_titles(&second, right);
	if (right.n < 2 || (left.n > 1 && !all_are(left, WORD_GIVEN | WORD_INITIAL)))
	{
		dc_divide_name(left, r->titled, parts);
		return;
	}
	end = right.word[right.n - 1].text;
	dc_divide_name(right, false, parts);
	words.word = parts->word;
	words.n = parts->n;
	/* a couple's last name stands behind */
	if (words.word[words.n - 1].text == end)
		dc_divide_last_first(stretch(words, parts->last, parts->n), left, parts);
	else
		dc_divide_last_first(stretch(words, parts->middle - 1, parts->middle), left, parts);
}

/* ---------- putting it together ---------- */

static void read_last_first(Reading *r, DcWords last, DcWords given, DcNameParts *parts);

/* Where a civility stands behind a last name, "DUPONT M. Jean": 0 nowhere. */
static int
inner_civility(DcWords words)
{
	for (int i = 1; i + 1 < words.n; i++)
	{
		const DcWord *word = &words.word[i];

		if ((is_civility(word) || (strcmp(word->key, "m") == 0 && IS(*word, WORD_DOTTED))) && !IS(words.word[i + 1], WORD_UPPER) &&
			(all_are(stretch(words, 0, i), WORD_UPPER) || (i == 1 && IS(words.word[0], WORD_FAMILY) && !IS(words.word[0], WORD_GIVEN))))
			return i;
	}
	return 0;
}

static void
read_plain(Reading *r, DcWords words, DcNameParts *parts)
{
	int			couple;
	int			inner;

	words = cut_remark(r, words);
	couple = find_couple(words);
	if (couple > 0)
	{
		first_of_couple(r, take_suffixes(r, words, false), couple, parts);
		return;
	}
	inner = inner_civility(words);
	if (inner > 0)
	{
		read_last_first(r, stretch(words, 0, inner), stretch(words, inner, words.n), parts);
		return;
	}
	words = take_suffixes(r, take_titles(r, words), false);
	dc_divide_name(words, r->titled, parts);
}

static void
read_last_first(Reading *r, DcWords last, DcWords given, DcNameParts *parts)
{
	int			couple;

	last = take_titles(r, take_suffixes(r, cut_remark(r, last), false));
	given = cut_remark(r, given);
	couple = find_couple(given);
	if (couple > 0)
	{
		given.n = couple;
		r->couple = true;
	}
	given = take_titles(r, given);
	given = take_suffixes(r, given, true);
	dc_divide_last_first(last, given, parts);
}

/* "Anna Petit, trésorière": a full name stands before the comma, and no given name behind it. */
static bool
is_remark(DcWords before, int names, DcWords behind)
{
	const DcWord *first = &before.word[before.n - names];
	const DcWord *end = &before.word[before.n - 1];
	int			i = 0;

	while (i + 1 < behind.n && IS(behind.word[i], WORD_TITLE))
		i++;
	return names >= 2 && !IS(*first, WORD_PARTICLE) && IS(*first, WORD_GIVEN_SURE) &&
		(!IS(*first, WORD_FAMILY) || (IS(*end, WORD_FAMILY) && !IS(*end, WORD_GIVEN))) &&
		!IS(behind.word[i], WORD_GIVEN | WORD_INITIAL);
}

static void
read_segments(Reading *r, DcWords words, int nsegments, DcNameParts *parts)
{
	DcWords    *segment = palloc0(sizeof(DcWords) * nsegments);
	int			given = 0;
	int			names;
	Reading		trial;

	for (int i = words.n - 1; i >= 0; i--)
	{
		segment[words.word[i].segment].word = &words.word[i];
		segment[words.word[i].segment].n++;
	}
	/* Dr., John Hart */
	while (nsegments > 1 && all_are(segment[0], WORD_TITLE) && !IS(segment[0].word[0], WORD_TITLE_NAME | WORD_GIVEN | WORD_FAMILY))
	{
		if (r->civility == 0)
			r->civility = segment[0].word[0].civility;
		segment++;
		nsegments--;
	}
	trial = *r;
	names = take_titles(&trial, segment[0]).n;
	for (int s = 1; s < nsegments && given == 0; s++)
		if (!is_suffix_segment(r, segment[s], names))
			given = s;
	if (given > 0 && !is_remark(segment[0], names, segment[given]))
		read_last_first(r, segment[0], segment[given], parts);
	else
	{
		if (names < 2 && nsegments > 1)
			r->titled = true;
		read_plain(r, segment[0], parts);
		given = 0;
	}
	for (int s = 1; s < nsegments; s++)
		for (int i = 0; s != given && i < segment[s].n; i++)
			add_suffix(r, &segment[s].word[i]);
}

static const char *
join(const DcNameParts *parts, int from, int to, bool mixed)
{
	StringInfoData out;

	if (from >= to)
		return NULL;
	initStringInfo(&out);
	for (int i = from; i < to; i++)
	{
		if (i > from)
			appendStringInfoChar(&out, ' ');
		/* ben Salah, where capitals stand beside it */
		if (IS(parts->word[i], WORD_CAPITAL) && IS(parts->word[i], WORD_LOWER) && mixed && i + 1 < to)
			appendStringInfoString(&out, parts->word[i].text);
		/* ORTEGA Y RUBIO */
		else if (from == parts->last && i > from && i + 1 < to && IS(parts->word[i], WORD_JOINING) && !IS(parts->word[i], WORD_DOTTED))
			appendStringInfoString(&out, dc_lower(parts->word[i].text));
		else
			dc_append_cased(&out, parts->word[i].text, i == from);
	}
	return out.data;
}

static void
join_full_name(DcName *name)
{
	StringInfoData full;
	const char *const parts[] = {name->first_name, name->middle_name, name->last_name, name->suffix};

	initStringInfo(&full);
	for (int i = 0; i < lengthof(parts); i++)
	{
		if (parts[i] == NULL)
			continue;
		if (full.len > 0)
			appendStringInfoChar(&full, ' ');
		appendStringInfoString(&full, parts[i]);
	}
	name->full_name = full.len > 0 ? full.data : NULL;
}

static const char *
civility(const Reading *r)
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

static bool
has_case(DcWords words)
{
	for (int i = 0; i < words.n; i++)
		if (!IS(words.word[i], WORD_UPPER | WORD_INITIAL | WORD_LOWER | WORD_TITLE | WORD_SUFFIX))
			return true;
	return false;
}

static const char *
problem(const Reading *r, const DcNameParts *parts)
{
	if (r->couple)
		return "two persons";
	if (r->remarks & REMARK_SURNAME)
		return "another last name was left out";
	for (int i = 0; i < parts->n && !r->digits; i++)
		if (IS(parts->word[i], WORD_DIGIT))
			return "digits in a name";
	return r->digits ? "digits in a name" : NULL;
}

void
dc_parse_name(const char *input, DcName *name)
{
	Reading		r = {.name = name};
	DcNameParts parts = {0};
	DcWords		words;
	int			nsegments;
	char	   *s = dc_clean(input);

	if (*s == '\0')
		name->problem = "empty";
	else if (strlen(s) > MAX_NAME)
		name->problem = "too long";
	else if (strchr(s, '@') != NULL)
		name->problem = "an e-mail address";
	if (name->problem != NULL)
		return;
	initStringInfo(&r.suffix);
	name->nickname = dc_take_marked(s, &r.suffix, &r.remarks);
	words = dc_name_words(s, &nsegments);
	if (words.n == 0)
	{
		name->problem = "no letters";
		return;
	}
	r.mixed = has_case(words);
	if (name->nickname != NULL && words.n == 1)
		r.titled = true;
	if (nsegments == 1)
		read_plain(&r, words, &parts);
	else
		read_segments(&r, words, nsegments, &parts);
	name->first_name = join(&parts, 0, parts.middle, r.mixed);
	name->middle_name = join(&parts, parts.middle, parts.last, r.mixed);
	name->last_name = join(&parts, parts.last, parts.n, r.mixed);
	name->suffix = r.suffix.len > 0 ? r.suffix.data : NULL;
	name->civility = civility(&r);
	name->problem = problem(&r, &parts);
	join_full_name(name);
}

const char *
dc_normalize_civility(const char *text)
{
	char	   *fold = dc_fold(text);

	for (char *p = fold; *p;)
	{
		size_t		n = strcspn(p, " ");
		const char *value = dc_lexicon_find_n(&dc_lexicon_civilities, p, n);

		if (value != NULL && *value == 'M')
			return value[1] == 'm' ? "Mme" : "M";
		p += n + (p[n] == ' ');
	}
	/* Sig.ra, Sr.ª */
	for (char *p = fold, *o = fold;; p++)
		if (*p != ' ' && (*o++ = *p) == '\0')
			break;
	{
		const char *value = dc_lexicon_find(&dc_lexicon_civilities, fold);

		return value == NULL || *value != 'M' ? NULL : value[1] == 'm' ? "Mme" : "M";
	}
}
