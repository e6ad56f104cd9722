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

static bool
all_are(DcWords words, int flags)
{
	for (int i = 0; i < words.n; i++)
		if (!IS(words.word[i], flags))
			return false;
	return true;
}

/* ---------- remarks ---------- */

/* "Marie Dupont née Martin": what follows is another last name, or a nickname. */
static DcWords
cut_remark(DcReading *r, DcWords words)
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

			/* Mme Vve Durand */
			if (i + 1 < words.n && all_are(dc_stretch(words, 0, i), WORD_TITLE))
			{
				memmove(&words.word[i], &words.word[i + 1], sizeof(DcWord) * (words.n - i - 1));
				words.n--;
				continue;
			}

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
				dc_append_cased(&rest, words.word[j].text, j == i + 1 ? PLACE_FIRST : PLACE_INNER);
			}
			r->name->nickname = rest.data;
		}
		words.n = i;
	}
	return words;
}

/* ---------- two persons ---------- */

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
		DcWords		left = dc_stretch(words, 0, c);
		const DcWord *next = &words.word[c + 1];
		bool		given = IS(*next, WORD_GIVEN | WORD_INITIAL) || (IS(*next, WORD_TITLE) && !IS(*next, WORD_TITLE_NAME));

		/* John Y Lee */
		if (!IS(words.word[c], WORD_AND) || IS(*next, WORD_JOINING) || IS(words.word[c - 1], WORD_JOINING) || (IS(words.word[c], WORD_INITIAL) && !IS(words.word[c], WORD_LOWER)))
			continue;
		if (all_are(left, WORD_TITLE) && (IS(*next, WORD_TITLE) || is_strong_and(&words.word[c])))
			return c;
		/* MM. Dupont et Durand */
		if (c == 2 && words.n == 4 && IS(words.word[0], WORD_TITLE) && IS(*next, WORD_FAMILY) && is_strong_and(&words.word[c]))
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

/* "Mr. and Mrs. Hart": what stands behind both titles, for the first of them. */
static DcWords
skip_title_of_couple(DcReading *r, DcWords words, int c)
{
	DcReading	second = *r;

	for (int i = 0; i < c && r->civility == 0; i++)
		r->civility = words.word[i].civility;
	r->couple = true;
	r->titled = true;
	return dc_take_titles(&second, dc_stretch(words, c + 1, words.n));
}

/* The first of two persons, with the last name of the second where the first has none. */
static void
first_of_couple(DcReading *r, DcWords words, int c, DcNameParts *parts)
{
	DcWords		left = dc_stretch(words, 0, c);
	DcWords		right = dc_stretch(words, c + 1, words.n);
	DcReading	second = *r;
	const char *end;

	r->couple = true;
	left = dc_take_titles(r, left);
	initStringInfo(&second.suffix);
	right = dc_take_titles(&second, right);
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
		dc_divide_last_first(dc_stretch(words, parts->last, parts->n), left, parts);
	else
		dc_divide_last_first(dc_stretch(words, parts->middle - 1, parts->middle), left, parts);
}

/* ---------- putting it together ---------- */

static void read_last_first(DcReading *r, DcWords last, DcWords given, DcNameParts *parts);

/* Where a civility stands behind a last name, "DUPONT M. Jean": 0 nowhere. */
static int
inner_civility(DcWords words)
{
	for (int i = 1; i + 1 < words.n; i++)
	{
		const DcWord *word = &words.word[i];

		if ((dc_is_civility(word) || (strcmp(word->key, "m") == 0 && IS(*word, WORD_DOTTED))) && !IS(words.word[i + 1], WORD_UPPER) &&
			(all_are(dc_stretch(words, 0, i), WORD_UPPER) || (i == 1 && IS(words.word[0], WORD_FAMILY) && !IS(words.word[0], WORD_GIVEN | WORD_TITLE_PART))))
			return i;
	}
	return 0;
}

/* "Juan Jr. de la Cruz": the generation stands behind the given name. */
static DcWords
take_inner_generation(DcReading *r, DcWords words)
{
	for (int i = 1; i + 1 < words.n; i++)
	{
		if (!IS(words.word[i], WORD_GENERATION) || IS(words.word[i], WORD_SUFFIX_NAME | WORD_GIVEN | WORD_FAMILY | WORD_PARTICLE | WORD_INITIAL | WORD_DIGIT))
			continue;
		/* Tom Hart III PhD */
		if (all_are(dc_stretch(words, i + 1, words.n), WORD_SUFFIX))
			break;
		dc_add_suffix(r, &words.word[i]);
		memmove(&words.word[i], &words.word[i + 1], sizeof(DcWord) * (words.n - i - 1));
		words.n--;
		i--;
	}
	return words;
}

static void
read_plain(DcReading *r, DcWords words, DcNameParts *parts)
{
	int			couple;
	int			inner;

	words = cut_remark(r, words);
	while ((couple = find_couple(words)) > 0 && all_are(dc_stretch(words, 0, couple), WORD_TITLE))
		words = skip_title_of_couple(r, words, couple);
	if (couple > 0)
	{
		first_of_couple(r, dc_take_suffixes(r, words, false), couple, parts);
		return;
	}
	inner = inner_civility(words);
	if (inner > 0)
	{
		read_last_first(r, dc_stretch(words, 0, inner), dc_stretch(words, inner, words.n), parts);
		return;
	}
	words = dc_take_suffixes(r, take_inner_generation(r, dc_take_titles(r, words)), false);
	dc_divide_name(words, r->titled, parts);
}

static void
read_last_first(DcReading *r, DcWords last, DcWords given, DcNameParts *parts)
{
	int			couple;

	last = dc_take_titles(r, dc_take_suffixes(r, cut_remark(r, last), false));
	given = cut_remark(r, given);
	couple = find_couple(given);
	if (couple > 0)
	{
		given.n = couple;
		r->couple = true;
	}
	given = dc_take_titles(r, given);
	given = dc_take_suffixes(r, given, true);
	dc_divide_last_first(last, given, parts);
}

/* "Anna Petit, trésorière", "Petit Anna - Mairie": a full name stands before the mark, and no given name behind it. */
static bool
is_remark(DcWords before, int names, DcWords behind)
{
	const DcWord *first = &before.word[before.n - names];
	const DcWord *end = &before.word[before.n - 1];
	int			i = 0;

	while (i + 1 < behind.n && IS(behind.word[i], WORD_TITLE))
		i++;
	if (names < 2 || IS(*first, WORD_PARTICLE) || IS(behind.word[i], WORD_GIVEN | WORD_INITIAL))
		return false;
	return (IS(*first, WORD_GIVEN_SURE) && (!IS(*first, WORD_FAMILY) || (IS(*end, WORD_FAMILY) && !IS(*end, WORD_GIVEN)))) ||
		(IS(*end, WORD_GIVEN_SURE) && dc_is_reversed(dc_stretch(before, before.n - names, before.n)));
}

/* Given names and a last name in their order, by the lists */
static bool
is_full_name(DcWords words)
{
	return words.n >= 2 && IS(words.word[0], WORD_GIVEN_SURE) && !IS(words.word[0], WORD_FAMILY) &&
		IS(words.word[words.n - 1], WORD_FAMILY) && !IS(words.word[words.n - 1], WORD_GIVEN);
}

static void
read_segments(DcReading *r, DcWords words, int nsegments, DcNameParts *parts)
{
	DcWords    *segment = palloc0(sizeof(DcWords) * nsegments);
	int			given = 0;
	int			names;
	DcReading	trial;

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
	names = dc_take_titles(&trial, segment[0]).n;
	for (int s = 1; s < nsegments && given == 0; s++)
		if (!dc_is_suffix_segment(r, segment[s], names))
			given = s;
	/* Jane Roe / John Doe */
	if (given > 0 && is_full_name(segment[0]) && is_full_name(segment[given]))
	{
		r->couple = true;
		read_plain(r, segment[0], parts);
	}
	else if (given > 0 && !is_remark(segment[0], names, segment[given]))
		read_last_first(r, segment[0], segment[given], parts);
	else
	{
		if (names < 2 && nsegments > 1)
			r->titled = true;
		read_plain(r, segment[0], parts);
		given = 0;
	}
	for (int s = 1; s < nsegments; s++)
	{
		/* Hart, Ann, Dr. */
		if (segment[s].n == 1 && dc_is_title_behind(segment[s].word))
			r->civility = r->civility == 0 ? segment[s].word->civility : r->civility;
		else
			for (int i = 0; s != given && i < segment[s].n; i++)
				dc_add_suffix(r, &segment[s].word[i]);
	}
}

/* No particle stands last in a last name, or alone in a first one: Kim Le, Tran Van. */
static DcPlace
place_of(const DcNameParts *parts, int i, int from, int to)
{
	if (from == parts->last ? i + 1 == to : from == 0 && to == 1)
		return PLACE_NAME;
	return i == from ? PLACE_FIRST : PLACE_INNER;
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
		/* ben Salah, in 't Veld, where capitals stand beside it */
		if (IS(parts->word[i], WORD_CAPITAL | WORD_NOBLE) && IS(parts->word[i], WORD_LOWER) && mixed && i + 1 < to)
			appendStringInfoString(&out, parts->word[i].text);
		/* ORTEGA Y RUBIO */
		else if (from == parts->last && i > from && i + 1 < to && IS(parts->word[i], WORD_JOINING) && !IS(parts->word[i], WORD_DOTTED))
			appendStringInfoString(&out, dc_lower(parts->word[i].text));
		/* JRR Tolkien */
		else if (i == 0 && IS(parts->word[i], WORD_INITIAL) && !IS(parts->word[i], WORD_DOTTED | WORD_LOWER))
			appendStringInfoString(&out, parts->word[i].text);
		else
			dc_append_cased(&out, parts->word[i].text, place_of(parts, i, from, to));
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

static bool
has_case(DcWords words)
{
	for (int i = 0; i < words.n; i++)
		if (!IS(words.word[i], WORD_UPPER | WORD_INITIAL | WORD_LOWER | WORD_TITLE | WORD_SUFFIX))
			return true;
	return false;
}

static const char *
problem(const DcReading *r, const DcNameParts *parts)
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
	DcReading	r = {.name = name};
	DcNameParts parts = {0};
	DcWords		words;
	int			nsegments;
	char	   *s = dc_clean(input);

	if (*s == '\0')
		name->problem = "empty";
	else if (strlen(s) > MAX_NAME)
		name->problem = "too long";
	else if (dc_is_placeholder(s, "person"))
		name->problem = "a placeholder";
	if (name->problem != NULL)
		return;
	initStringInfo(&r.suffix);
	name->nickname = dc_take_marked(s, &r.suffix, &r.remarks);
	s = dc_without_label(dc_without_addresses(s));
	if (strchr(s, '@') != NULL)
	{
		memset(name, 0, sizeof(DcName));
		name->problem = "an e-mail address";
		return;
	}
	words = dc_without_foreword(dc_name_words(s, &nsegments));
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
	name->civility = dc_civility(&r);
	name->problem = problem(&r, &parts);
	join_full_name(name);
}
