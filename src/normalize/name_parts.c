/*-------------------------------------------------------------------------
 *
 * name_parts.c
 *	  Which words of a person's name are first, middle and last name.
 *
 * Case tells first (DUPONT Jean), then particles and links (de la Vega, Velasquez y Garcia), then
 * the lists (name_order.c). Each decision is linear in the words.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include "base/text.h"
#include "normalize/name.h"

/* "y", "und", "of" between parts; a lone capital or dotted letter is an initial. */
static bool
is_joining(DcWords words, int i)
{
	const DcWord *word = &words.word[i];

	if (!IS(*word, WORD_JOINING))
		return false;
	/* one letter joins when typed small beside capitals, "e" and "i" behind two words or more only */
	if (IS(*word, WORD_INITIAL))
		return i >= 1 && i + 1 < words.n && word->text[1] == '\0' && IS(*word, WORD_LOWER) && !IS(words.word[i + 1], WORD_LOWER) &&
			(word->text[0] == 'y' || (i >= 2 && !IS(words.word[i - 1], WORD_INITIAL)));
	return true;
}

static void
set_parts(DcNameParts *parts, DcWords words, int middle, int last)
{
	parts->word = words.word;
	parts->n = words.n;
	parts->middle = Min(middle, last);
	parts->last = last;
}

/* The first n words behind the others, in place. */
static void
rotate(DcWords words, int n)
{
	DcWord	   *moved = palloc(sizeof(DcWord) * n);

	memcpy(moved, words.word, sizeof(DcWord) * n);
	memmove(words.word, words.word + n, sizeof(DcWord) * (words.n - n));
	memcpy(words.word + words.n - n, moved, sizeof(DcWord) * n);
	pfree(moved);
}

/* How many words make the first name: more than one in "El Mehdi", "Darshan Singh", "and Jon"; least: a name must have so many. */
static int
first_name_words(DcWords words, int least)
{
	const DcWord *word = &words.word[0];
	int			joining = 0;

	if (words.n < least)
		return 1;
	/* Singh and Kaur complete the given name of a Sikh */
	if (strcmp(word[1].key, "singh") == 0 || strcmp(word[1].key, "kaur") == 0)
		return 2;
	/* Abd al-Rahman, Abdul Karim; Thi Lan, Van An */
	if (strcmp(word->key, "abd") == 0 || strcmp(word->key, "abdul") == 0 || strcmp(word->key, "abdel") == 0 || strcmp(word->key, "abu") == 0 ||
		dc_is_vietnamese_middle(words, 0))
		return 2;
	if (dc_is_particle(words, 0) && !IS(*word, WORD_GIVEN | WORD_LOWER) && strcmp(word->key, "ait") != 0)
		return IS(word[1], WORD_GIVEN) || strcmp(word->key, "la") == 0 ? 2 : 1;
	while (joining + least - 1 < words.n && IS(word[joining], WORD_JOINING) && !IS(word[joining], WORD_INITIAL | WORD_UPPER))
		joining++;
	return joining + 1;
}

/* Last name first: its n words go behind. */
static void
last_first(DcNameParts *parts, DcWords words, int n)
{
	int			given = words.n - n;

	rotate(words, n);
	set_parts(parts, words, first_name_words(words, n + 2), given - dc_trailing_particles(dc_stretch(words, 0, given)));
}

/* ---------- by case ---------- */

/* ORTEGA Y RUBIO */
static bool
is_link_of_capitals(DcWords words, int i)
{
	return i > 0 && i + 1 < words.n && IS(words.word[i], WORD_JOINING) && IS(words.word[i - 1], WORD_UPPER) && IS(words.word[i + 1], WORD_UPPER);
}

/* Before initials: HARTMANN and ORTEGA Y RUBIO, but not CLAUDE or LINK ROBERT. */
static bool
is_one_last_name(DcWords words, int n)
{
	return n == 1 ? !IS(words.word[0], WORD_GIVEN) : is_link_of_capitals(words, 1);
}

/* The number of words in capitals, particles among them, that a name begins with; 0 when all are. */
static int
leading_capitals(DcWords words)
{
	int			n = 0;
	bool		seen = false;
	int			name = 0;
	bool		others = false;

	while (n < words.n && (IS(words.word[n], WORD_UPPER) || dc_is_particle(words, n) || is_link_of_capitals(words, n)))
		seen = IS(words.word[n++], WORD_UPPER) || seen;
	for (int i = n; i < words.n; i++)
	{
		if (IS(words.word[i], WORD_UPPER))
			return 0;
		others = others || !IS(words.word[i], WORD_INITIAL);
	}
	while (name + 1 < n && dc_is_particle(words, name))
		name++;
	return seen && n < words.n && (others || name > 0 || is_one_last_name(words, n)) ? n : 0;
}

/* Where the words in capitals begin that a name ends with; n when there are none. */
static int
trailing_capitals(DcWords words)
{
	int			from = words.n;
	bool		others = false;

	while (from > 1 && (IS(words.word[from - 1], WORD_UPPER) || (from < words.n && dc_is_particle(words, from - 1))))
		from--;
	for (int i = 0; i < from; i++)
	{
		if (IS(words.word[i], WORD_UPPER))
			return words.n;
		others = others || !IS(words.word[i], WORD_INITIAL);
	}
	return others ? from : words.n;
}

/* AJ Brown, JA van der Berg: two letters that no list knows before a family name are initials; UY Kevin is no such name. */
static bool
is_pair_of_initials(DcWords words)
{
	const DcWord *word = words.word;

	if (strlen(word->text) != 2 || !IS(*word, WORD_UPPER) || IS(*word, WORD_GIVEN | WORD_FAMILY | WORD_PARTICLE))
		return false;
	return (IS(word[1], WORD_FAMILY) && !IS(word[1], WORD_GIVEN)) || (dc_is_particle(words, 1) && IS(word[1], WORD_LOWER));
}

/* Doe JA, van der Berg JA: two letters that no list knows behind a last name alone are initials. */
static bool
ends_with_initials(DcWords words)
{
	const DcWord *end = &words.word[words.n - 1];

	if (words.n < 2 || strlen(end->text) != 2 || !IS(*end, WORD_UPPER) || IS(*end, WORD_GIVEN | WORD_FAMILY | WORD_PARTICLE | WORD_SUFFIX | WORD_TITLE) ||
		!IS(end[-1], WORD_FAMILY) || IS(end[-1], WORD_GIVEN | WORD_UPPER))
		return false;
	for (int i = 0; i < words.n - 2; i++)
		if (!IS(words.word[i], WORD_PARTICLE))
			return false;
	return true;
}

static bool
divide_by_case(DcWords words, DcNameParts *parts)
{
	int			n = leading_capitals(words);

	if (ends_with_initials(words))
	{
		words.word[words.n - 1].flags = (words.word[words.n - 1].flags | WORD_INITIAL) & ~(WORD_UPPER | WORD_JOINING);
		return false;
	}

	if (n > 0 && (n == 1 || dc_is_particle(words, 1)) && is_pair_of_initials(words))
	{
		words.word[0].flags ^= WORD_UPPER | WORD_INITIAL;
		n = 0;
	}
	if (n > 0)
	{
		last_first(parts, words, n);
		return true;
	}
	n = trailing_capitals(words);
	if (n < words.n)
		set_parts(parts, words, 1, n);
	return n < words.n;
}

/* ---------- by particles and lists ---------- */

/* Maria del Carmen Lopez: a given name of several words, behind which a last name stands. */
static bool
is_devotion(DcWords words, int i)
{
	while (dc_is_particle(words, i))
		i++;
	return i + 1 < words.n && IS(words.word[0], WORD_SPANISH | WORD_IBERIAN) && IS(words.word[i], WORD_SPANISH | WORD_IBERIAN) && !IS(words.word[i], WORD_FAMILY);
}

/* Mohammed bin Rashid Al Maktoum: all from the father's name on is the last name. */
static bool
is_son_of(DcWords words, int i)
{
	return IS(words.word[0], WORD_ARABIC) && (strcmp(words.word[i].key, "bin") == 0 || strcmp(words.word[i].key, "ibn") == 0);
}

/* The German particles behind which a house has its seat */
static bool
is_seat(DcWords words, int i)
{
	static const char *const seats[] = {"auf", "zu", "zum", "zur"};

	return dc_is_particle(words, i) && dc_is_one_of(words.word[i].key, seats, lengthof(seats));
}

/* Anna von Stein zu Altenberg: the house before the seat. */
static bool
is_of_house(DcWords words, int i, int start)
{
	return strcmp(words.word[i].key, "von") == 0 && is_seat(words, start);
}

/* Where the last name begins by particles and links. */
static int
last_name_start(DcWords words)
{
	int			start = words.n - 1;

	for (int i = words.n - 2; i >= 1; i--)
		if (dc_is_particle(words, i) && !is_devotion(words, i))
		{
			start = i;
			break;
		}
	for (int i = 1; i < start; i++)
		if (is_son_of(words, i) || is_of_house(words, i, start))
			start = i;
	/* Ulrike Meyer zu Schwabedissen: the farm behind the family */
	if (start > 1 && is_seat(words, start) && IS(words.word[start - 1], WORD_FAMILY) &&
		(!IS(words.word[start - 1], WORD_GIVEN) || IS(words.word[start - 1], WORD_FAMILY_MOSTLY)))
		start--;
	while (start > 1 && (dc_is_particle(words, start - 1) || is_joining(words, start - 1) || is_joining(words, start) ||
						 IS(words.word[start - 1], WORD_OPEN)))
		start--;
	return start;
}

/* Galouzeau de Villepin, Giscard d'Estaing */
static bool
begins_with_small_de(DcWords words, int i)
{
	const char *text = words.word[i].text;

	return text[0] == 'd' && (text[1] == '\'' || (dc_is_particle(words, i) && IS(words.word[i], WORD_LOWER)));
}

/* Is a word that may be a man's name the family name of a woman? */
static bool
is_womans_family_name(const DcWord *first, const DcWord *word)
{
	return IS(*first, WORD_FEMALE) && IS(*word, WORD_FAMILY) && !IS(*word, WORD_FEMALE);
}

/*
 * Spanish and Portuguese last names come in two; so do words behind a middle initial that are no
 * given names, and those of a woman with a title, in whose address no middle name is written out.
 */
static int
double_last_name(DcWords words, int start, bool titled)
{
	const DcWord *first = &words.word[0];
	const DcWord *before = &words.word[start - 1];
	const DcWord *next = &words.word[start];
	int			initial = start - 1;

	if (start < 2 || IS(*before, WORD_INITIAL))
		return start;
	if (IS(*before, WORD_GIVEN))
		return is_womans_family_name(first, before) && (titled || IS(words.word[start - 2], WORD_INITIAL) || (before->flags & next->flags & WORD_FAMILY_IBERIAN)) ? start - 1 : start;
	/* two are there already */
	if (start == words.n - 1 && strchr(next->text, '-') != NULL && !IS(*next, WORD_FAMILY_IBERIAN))
		return start;
	/* Juan Antonio, of two given names that Spain shares with Italy */
	if (start == words.n - 1 && start > 2 && (first->flags & words.word[1].flags & WORD_SPANISH) && !IS(*next, WORD_GIVEN) && !IS(*before, WORD_PARTICLE | WORD_JOINING))
		return start - 1;
	if (start == words.n - 1 && (IS(*first, WORD_IBERIAN) || (start > 2 && IS(words.word[1], WORD_IBERIAN))) && !IS(*next, WORD_GIVEN) && !IS(*before, WORD_PARTICLE | WORD_JOINING))
		return start - 1;
	if (start == 2 && titled && IS(*first, WORD_FEMALE) && !IS(*before, WORD_PARTICLE | WORD_JOINING))
		return start - 1;
	if (IS(*first, WORD_SPANISH) && IS(*next, WORD_FAMILY_IBERIAN) && !IS(*before, WORD_FAMILY | WORD_PARTICLE | WORD_JOINING))
		return start - 1;
	if (IS(*before, WORD_FAMILY_IBERIAN) &&
		(IS(words.word[start], WORD_FAMILY_IBERIAN | WORD_PARTICLE) || (IS(words.word[0], WORD_SPANISH) && !IS(words.word[start], WORD_FAMILY | WORD_GIVEN))))
		return start - 1;
	if (begins_with_small_de(words, start) && !dc_is_particle(words, start - 2) && !IS(*before, WORD_LOWER | WORD_PARTICLE | WORD_JOINING))
		return start - 1;
	/* Nguyen Tran behind a European given name */
	if (IS(words.word[0], WORD_GIVEN_SURE) && IS(*before, WORD_FAMILY) && !IS(*before, WORD_FAMILY_EUROPEAN) &&
		IS(words.word[start], WORD_FAMILY) && !IS(words.word[start], WORD_FAMILY_EUROPEAN | WORD_GIVEN_SURE))
		return start - 1;
	/* A. B. Maksudul Khan has no first name but the one behind the initials */
	while (initial > 0 && !IS(words.word[initial], WORD_GIVEN | WORD_INITIAL | WORD_PARTICLE | WORD_JOINING))
		initial--;
	return initial > 0 && IS(words.word[initial], WORD_INITIAL) && !IS(*first, WORD_INITIAL) ? initial + 1 : start;
}

/* Van Damme Jean-Claude: a given name, and nothing else, behind a particle and a name that is none */
static bool
is_name_behind(DcWords words)
{
	return words.n == 3 && (!IS(words.word[1], WORD_GIVEN) || IS(words.word[1], WORD_FAMILY)) && IS(words.word[2], WORD_GIVEN_SURE) &&
		(!IS(words.word[2], WORD_FAMILY) || strchr(words.word[2].text, '-') != NULL);
}

/* A name that begins with particles: de la Cruz Juan, La Shawn K. Ford, van der Velde. */
static bool
divide_by_leading_particle(DcWords words, DcNameParts *parts)
{
	const DcWord *word = words.word;
	int			n = 0;

	while (dc_is_particle(words, n))
		n++;
	if (n == 0 || (n == 1 && IS(word[0], WORD_GIVEN) && !(IS(word[0], WORD_LOWER) && !IS(word[1], WORD_LOWER)) && !is_name_behind(words)))
		return false;
	if (n + 1 == words.n)
	{
		set_parts(parts, words, 0, 0);
		return true;
	}
	/* van den Berg J., van 't Hek Youp */
	if (((n > 1 || IS(word[0], WORD_LOWER)) && dc_all_initials(dc_stretch(words, n, words.n))) ||
		(n > 1 && n + 2 == words.n && IS(word[0], WORD_LOWER) && !IS(word[n], WORD_LOWER)))
	{
		last_first(parts, words, n + 1);
		return true;
	}
	if (n == 1 && words.n >= 4 && IS(word[2], WORD_INITIAL))
	{
		set_parts(parts, words, 2, words.n - 1);
		return true;
	}
	/* La Toya Jackson, but La Rosa Mario */
	if (n == 1 && strcmp(word[0].key, "la") == 0 && words.n == 3 && !IS(word[1], WORD_FAMILY) && IS(word[2], WORD_FAMILY_EUROPEAN))
		return false;
	if ((n > 1 || IS(word[0], WORD_LOWER) || words.n == 3) && (IS(word[n + 1], WORD_GIVEN_SURE) || (strcmp(word->key, "ait") == 0 && IS(word[n + 1], WORD_GIVEN))) &&
		(n > 1 || !IS(word[n], WORD_GIVEN) || !IS(word[n + 1], WORD_FAMILY)))
	{
		last_first(parts, words, n + 1);
		return true;
	}
	return false;
}

/* D'ARTAGNAN, O'Shea */
static bool
begins_with_elision(const char *text)
{
	return text[0] != '\0' && strchr("dDoOlL", text[0]) != NULL && text[1] == '\'' && text[2] != '\0';
}

static void
divide_one(DcWords words, bool titled, DcNameParts *parts)
{
	const DcWord *word = &words.word[0];
	bool		last = titled ? !(IS(*word, WORD_FEMALE) && !IS(*word, WORD_FAMILY)) :
		(IS(*word, WORD_FAMILY) && (!IS(*word, WORD_GIVEN) || IS(*word, WORD_FAMILY_MOSTLY))) || begins_with_elision(word->text);

	set_parts(parts, words, 1, last ? 0 : 1);
}

/* Words in one piece; titled: a civility stood before them. */
void
dc_divide_name(DcWords words, bool titled, DcNameParts *parts)
{
	int			first;
	int			last;

	if (words.n == 0)
		set_parts(parts, words, 0, 0);
	else if (words.n == 1)
		divide_one(words, titled, parts);
	/* Mevr. Hoekstra-van Dam */
	else if (titled && IS(words.word[0], WORD_OPEN))
		set_parts(parts, words, 0, 0);
	else if (divide_by_case(words, parts) || divide_by_leading_particle(words, parts))
		;
	else
	{
		first = first_name_words(words, 3);
		last = double_last_name(words, Max(first, last_name_start(words)), titled);
		/* all one piece: Lord of the Universe */
		if (is_joining(words, first) && last == first)
			last = first = words.n;
		set_parts(parts, words, first, last);
	}
	if (words.n > 1 && dc_is_reversed(words))
		last_first(parts, words, dc_is_iberian_pair(words) ? 2 : 1);
}

/* Last name and given names, told apart by a comma. */
void
dc_divide_last_first(DcWords last, DcWords given, DcNameParts *parts)
{
	DcWords		words;
	int			first;

	words.n = last.n + given.n;
	words.word = palloc(sizeof(DcWord) * words.n);
	memcpy(words.word, given.word, sizeof(DcWord) * given.n);
	memcpy(words.word + given.n, last.word, sizeof(DcWord) * last.n);
	first = given.n > 1 && dc_is_particle(given, 0) && !IS(given.word[0], WORD_GIVEN) ? 2 : first_name_words(words, last.n + 2);
	set_parts(parts, words, Min(first, given.n), given.n - dc_trailing_particles(given));
	if (last.n > 0 && given.n > 0 && dc_is_reversed(words))
		last_first(parts, words, 1);
}
