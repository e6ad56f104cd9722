/*-------------------------------------------------------------------------
 *
 * score_name.c
 *	  The evidence of two person names, joint over first and last name.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include "lexicon.h"
#include "match/core/score_parts.h"
#include "normalize/normalize.h"

static bool
initial_of(const char *a, const char *b)
{
	return a[0] == b[0] && (a[1] == '\0' || b[1] == '\0');
}

/* Is one the beginning of the other, as "alex" of "alexander"? */
static bool
begins(const char *a, const char *b)
{
	size_t		n = Min(strlen(a), strlen(b));

	return n >= 3 && strncmp(a, b, n) == 0;
}

/*
 * The surprise of a nickname or part of a name: of what is written for the name, jack for john.  A word of several
 * names, marie of marie claire, is what is written for all of them.
 */
static float
nickname_surprise(const DcPopulation *p, DcValue a, DcValue b, DcValue given_a, DcValue given_b)
{
	DcValue		other = given_a == b ? a : given_b == a ? b : 0;

	if (other != 0)
		return p->surprise[strchr(p->text[other], ' ') == NULL ? other : other == a ? b : a];
	if (begins(p->text[a], p->text[b]))
		return p->surprise[strlen(p->text[a]) < strlen(p->text[b]) ? a : b];
	return commoner(p, a, b);
}

/* Is the name one of those that the nickname may stand for? */
static bool
is_nickname_of(const DcPopulation *p, DcValue nickname, DcValue name)
{
	const char *entry = dc_lexicon_find(&dc_lexicon_nicknames, p->text[nickname]);

	return entry != NULL && dc_has_word(entry, p->text[name], strlen(p->text[name]));
}

/* May two given names stand for one: jorge for george, mohamed and muhammad for mohammed? */
static bool
stand_for_one(const DcPopulation *p, DcValue a, DcValue b)
{
	return dc_stand_for_one(p->text[a], strlen(p->text[a]), dc_lexicon_find(&dc_lexicon_nicknames, p->text[a]),
							p->text[b], strlen(p->text[b]), dc_lexicon_find(&dc_lexicon_nicknames, p->text[b]));
}

static int
first_level(DcPopulation *p, DcValue a, DcValue b, DcValue given_a, DcValue given_b)
{
	if (a == b)
		return L_FIRST_EXACT;
	if (initial_of(p->text[a], p->text[b]))
		return L_FIRST_INITIAL;
	if (dc_differ_in_word(p->text[a], p->text[b]))
		return L_FIRST_CONFLICT;
	if (given_a != 0 && given_a == given_b)
		return L_FIRST_NICKNAME;
	if (dc_alike_names(p, a, b))
		return L_FIRST_FUZZY;
	if (begins(p->text[a], p->text[b]) || (given_a != a || given_b != b ? dc_alike_names(p, given_a, given_b) : false) || stand_for_one(p, a, b))
		return L_FIRST_NICKNAME;
	return L_FIRST_CONFLICT;
}

static int
last_level(DcPopulation *p, DcValue a, DcValue b)
{
	if (a == b)
		return L_LAST_EXACT;
	if (dc_differ_in_word(p->text[a], p->text[b]))
		return L_LAST_CONFLICT;
	if (dc_alike_names(p, a, b))
		return L_LAST_FUZZY;
	return dc_part_of(p->text[a], p->text[b]) ? L_LAST_PART : L_LAST_CONFLICT;
}

static void
name_step(DcScore *score, const DcPopulation *p, const DcModel *model, int level, DcValue a, DcValue b)
{
	if (dc_level_spec(p, level)->by_frequency)
		STEP_BY_FREQUENCY(level, a, b);
	else
		STEP(level, a, b);
}

static float
name_weight(const DcPopulation *p, const DcModel *model, int level, DcValue a, DcValue b)
{
	return model->weight[level] + (dc_level_spec(p, level)->by_frequency ? commoner(p, a, b) : 0);
}

static void
first_name_step(DcScore *score, const DcPopulation *p, const DcModel *model, int level, DcValue a, DcValue b, DcValue given_a, DcValue given_b)
{
	if (level == L_FIRST_NICKNAME)
		step(score, model, level, a, b, nickname_surprise(p, a, b, given_a, given_b));
	else
		name_step(score, p, model, level, a, b);
}

/* Is it the given name, or a nickname of it? */
static bool
stands_for(const DcPopulation *p, DcValue given, DcValue name)
{
	const char *full = dc_lexicon_find(&dc_lexicon_nicknames, p->text[name]);

	if (full == NULL)
		return given == name;
	return strncmp(full, p->text[given], strlen(p->text[given])) == 0 && strchr(" ", full[strlen(p->text[given])]) != NULL;
}

/*
 * A first name that stands for the last and the other way round.  Which of the two names is the last one nobody
 * knows: the better reading counts, whichever contact comes first.
 */
static bool
score_swapped(DcScore *score, DcPopulation *p, const DcModel *model, const DcRecord *a, const DcRecord *b)
{
	bool		first = dc_alike_names(p, a->first, b->last);
	bool		last = dc_alike_names(p, a->last, b->first);
	int			level;
	int			other;
	float		weight;
	float		other_weight;

	/* one of them may be a nickname, or an initial */
	if (first && !last)
		last = stands_for(p, b->given, a->last);
	else if (last && !first)
		first = stands_for(p, a->given, b->last);
	if (!(first && (last || initial_of(p->text[a->last], p->text[b->first]))) && !(last && initial_of(p->text[a->first], p->text[b->last])))
		return false;
	level = last_level(p, a->last, b->first);
	other = last_level(p, a->first, b->last);
	weight = name_weight(p, model, L_FIRST_SWAPPED, a->first, b->last) + name_weight(p, model, level, a->last, b->first);
	other_weight = name_weight(p, model, L_FIRST_SWAPPED, a->last, b->first) + name_weight(p, model, other, a->first, b->last);
	if (weight > other_weight || (weight == other_weight && p->hash[a->last] + p->hash[b->first] >= p->hash[a->first] + p->hash[b->last]))
	{
		STEP_BY_FREQUENCY(L_FIRST_SWAPPED, a->first, b->last);
		name_step(score, p, model, level, a->last, b->first);
	}
	else
	{
		STEP_BY_FREQUENCY(L_FIRST_SWAPPED, a->last, b->first);
		name_step(score, p, model, other, a->first, b->last);
	}
	return true;
}

/*
 * One name only on a side, in whichever column: it may be the first or the last name of the other.
 * It says most as a last name.
 */
static NameVerdict
score_lone_name(DcScore *score, DcPopulation *p, const DcModel *model, const DcRecord *a, const DcRecord *b)
{
	const DcRecord *lone = a->first == 0 || a->last == 0 ? a : b;
	const DcRecord *other = lone == a ? b : a;
	DcValue		name = lone->last != 0 ? lone->last : lone->first;
	DcValue		given = lone->last != 0 ? lone->last : lone->given;
	int			l = other->last != 0 ? last_level(p, name, other->last) : L_LAST_CONFLICT;
	int			f = L_FIRST_CONFLICT;
	DcValue		instead = other->first != 0 ? other->first : other->last;

	if (l == L_LAST_CONFLICT && other->first != 0)
		f = first_level(p, name, other->first, given, other->given);
	if (f != L_FIRST_CONFLICT)
	{
		if (lone == a)
			first_name_step(score, p, model, f, name, other->first, given, other->given);
		else
			first_name_step(score, p, model, f, other->first, name, other->given, given);
		return NAME_PARTIAL;
	}
	/* as a conflict it speaks for the column that it stands in */
	if (l == L_LAST_CONFLICT && (lone->last == 0 || other->last == 0))
		STEP(L_FIRST_CONFLICT, lone == a ? name : instead, lone == a ? instead : name);
	else
		name_step(score, p, model, l, lone == a ? name : other->last, lone == a ? other->last : name);
	return l == L_LAST_CONFLICT ? NAME_CONFLICT : NAME_COMPATIBLE;
}

/*
 * Given names that are alike may be one in two spellings or lengths, Catherine and Katherine, or two: of a man and a
 * woman, or with another sound.
 */
static NameVerdict
judge_alike(const DcPopulation *p, DcValue first_a, DcValue first_b, DcValue a, DcValue b)
{
	if (a == b || (p->flags[a] & p->flags[b] & VALUE_GIVEN) == 0 || is_nickname_of(p, first_a, b) || is_nickname_of(p, first_b, a))
		return NAME_COMPATIBLE;
	if (dc_other_gender(p->text[a], p->text[b]))
		return NAME_OTHER_GENDER;
	return !begins(p->text[a], p->text[b]) && dc_sound(p, a, 8) != dc_sound(p, b, 8) ? NAME_ALIKE_FIRST : NAME_COMPATIBLE;
}

/* First and last names of both. */
static NameVerdict
score_full_names(DcScore *score, DcPopulation *p, const DcModel *model, const DcRecord *a, const DcRecord *b)
{
	int			f = first_level(p, a->first, b->first, a->given, b->given);
	int			l = last_level(p, a->last, b->last);

	if (f == L_FIRST_CONFLICT && l == L_LAST_CONFLICT && score_swapped(score, p, model, a, b))
		return NAME_COMPATIBLE;
	/* a title beside a name leaves the first name open */
	if (f == L_FIRST_CONFLICT && (p->flags[a->first] | p->flags[b->first]) & VALUE_TITLE)
	{
		name_step(score, p, model, l, a->last, b->last);
		return l == L_LAST_CONFLICT ? NAME_CONFLICT : NAME_COMPATIBLE;
	}
	first_name_step(score, p, model, f, a->first, b->first, a->given, b->given);
	name_step(score, p, model, l, a->last, b->last);
	if (l == L_LAST_CONFLICT)
		return f == L_FIRST_CONFLICT || f == L_FIRST_INITIAL ? NAME_CONFLICT : NAME_OTHER_LAST;
	if (f == L_FIRST_FUZZY || f == L_FIRST_NICKNAME)
		return judge_alike(p, a->first, b->first, a->given, b->given);
	if (f != L_FIRST_CONFLICT)
		return f == L_FIRST_INITIAL ? NAME_INITIAL : NAME_COMPATIBLE;
	/* first names of one initial may be a nickname that no list knows, unless the list has both as names */
	return p->text[a->first][0] == p->text[b->first][0] && (p->flags[a->given] & p->flags[b->given] & VALUE_GIVEN) == 0 ? NAME_UNLIKE_FIRST : NAME_OTHER_FIRST;
}

/* Person name, joint over its parts; partial: only a first name, an initial, or nothing to compare. */
NameVerdict
dc_score_name(DcScore *score, DcPopulation *p, const DcModel *model, const DcRecord *a, const DcRecord *b)
{
	NameVerdict verdict = NAME_PARTIAL;

	if (a->first != 0 && a->last != 0 && b->first != 0 && b->last != 0)
		verdict = score_full_names(score, p, model, a, b);
	else if (dc_is_person(a) && dc_is_person(b))
		verdict = score_lone_name(score, p, model, a, b);
	if (a->middle != 0 && b->middle != 0)
	{
		bool		same = a->middle == b->middle || initial_of(p->text[a->middle], p->text[b->middle]) || dc_alike(p, a->middle, b->middle, 0.88);

		STEP(same ? L_MIDDLE_EXACT : L_MIDDLE_CONFLICT, a->middle, b->middle);
	}
	if (a->suffix != 0 && b->suffix != 0)
		STEP(a->suffix == b->suffix ? L_SUFFIX_EXACT : L_SUFFIX_CONFLICT, a->suffix, b->suffix);
	/* father and son: one says that he is the son */
	score->apart |= a->suffix != 0 && b->suffix != 0 && a->suffix != b->suffix;
	return verdict;
}
