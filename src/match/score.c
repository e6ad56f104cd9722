/*-------------------------------------------------------------------------
 *
 * score.c
 *	  How much two contacts speak for being one: a Fellegi-Sunter sum over groups of evidence.
 *
 * Each group (first name, last name, e-mail, organisation, place, each declared field...) gives
 * one weight log2(m / u), never several of one fact.  u of an agreement by frequency is that of
 * the commoner value, so a rare name weighs more than a common one.  Pure: no state, no settings.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include <math.h>

#include "port/pg_bitutils.h"

#include "match/match.h"
#include "normalize/normalize.h"

/* ---------- similarity of values ---------- */

/* Letters of one value that the other has not: so many of its characters find no partner. */
static int
letters_missing(const DcPopulation *p, DcValue a, DcValue b)
{
	return pg_popcount32(p->letters[a] & ~p->letters[b]);
}

/* Is the Jaro-Winkler similarity at least this?  The letters rule most pairs out without a look at the texts. */
static bool
alike(const DcPopulation *p, DcValue a, DcValue b, double similarity)
{
	double		n = p->length[a];
	double		m = p->length[b];
	double		matches;

	if (a == b)
		return true;
	matches = Min(n - letters_missing(p, a, b), m - letters_missing(p, b, a));
	/* the bound: all these match in order, after four equal letters */
	if (n < 255 && m < 255 && 0.4 + 0.6 * (matches / n + matches / m + 1.0) / 3.0 < similarity)
		return false;
	return dc_jaro_winkler(p->text[a], p->text[b]) >= similarity;
}

/* Is one the other with one letter added, dropped, replaced, or two neighbours exchanged? */
static bool
one_edit_apart(const char *s, const char *t)
{
	size_t		n = strlen(s);
	size_t		m = strlen(t);
	size_t		start = 0;
	size_t		end = 0;

	while (s[start] != '\0' && s[start] == t[start])
		start++;
	while (end < Min(n, m) - start && s[n - 1 - end] == t[m - 1 - end])
		end++;
	n -= start + end;
	m -= start + end;
	return Max(n, m) <= 1 || (n == 2 && m == 2 && s[start] == t[start + 1] && s[start + 1] == t[start]);
}

/* Names that a typing error may have made of each other. */
static bool
alike_names(const DcPopulation *p, DcValue a, DcValue b)
{
	int			n = p->length[a];
	int			m = p->length[b];

	if (alike(p, a, b, 0.88))
		return true;
	/* of three letters another one makes another name; one more or less may be a slip */
	if (abs(n - m) > 1 || Min(n, m) < (n == m ? 4 : 2) || letters_missing(p, a, b) > 1 || letters_missing(p, b, a) > 1)
		return false;
	return one_edit_apart(p->text[a], p->text[b]);
}

static float
commoner(const DcPopulation *p, DcValue a, DcValue b)
{
	return Min(p->surprise[a], p->surprise[b]);
}

static bool
is_number(const char *s)
{
	return *s >= '0' && *s <= '9';
}

typedef struct Bag
{
	double		matched;		/* surprise of the words that agree, in bits */
	double		contained;		/* share of the smaller side that they are */
	double		overlap;		/* share of both sides together */
	bool		numbers_differ; /* both have numbers, none in common */
	bool		both_more;		/* both have words that the other has not */
} Bag;

/* How much of one word agrees with another: the whole, most for a typing error or an abbreviation. */
static double
word_agreement(DcPopulation *p, DcValue a, DcValue b)
{
	const char *s = p->text[a];
	const char *t = p->text[b];
	size_t		n;
	size_t		m;

	if (a == b)
		return 1.0;
	if (*s != *t || is_number(s))
		return 0.0;
	n = strlen(s);
	m = strlen(t);
	if (Min(n, m) >= 3 && strncmp(s, t, Min(n, m)) == 0)
		return 0.8;
	return Min(n, m) >= 4 && alike(p, a, b, 0.92) ? 0.8 : 0.0;
}

/* Compares two texts word by word, each word weighed by its surprise; bounded by the words kept. */
static void
compare_bags(DcPopulation *p, DcValue a, DcValue b, Bag *bag)
{
	DcTokens	x = dc_value_tokens(p, a);
	DcTokens	y = dc_value_tokens(p, b);
	double		total_x = 0;
	double		total_y = 0;
	uint32		used = 0;
	int			numbers = 0;
	int			numbers_y = 0;
	bool		number_agrees = false;
	int			matched_x = 0;

	bag->matched = 0;
	for (int j = 0; j < y.n; j++)
	{
		total_y += p->surprise[p->token[y.start + j]];
		numbers_y += is_number(p->text[p->token[y.start + j]]);
	}
	for (int i = 0; i < x.n; i++)
	{
		DcValue		word = p->token[x.start + i];
		double		best = 0;
		int			partner = 0;

		total_x += p->surprise[word];
		numbers += is_number(p->text[word]);
		for (int j = 0; j < y.n && best < 1; j++)
		{
			double		agreement = used & (1u << j) ? 0 : word_agreement(p, word, p->token[y.start + j]);

			if (agreement > best)
				best = agreement, partner = j;
		}
		if (best == 0)
			continue;
		used |= 1u << partner;
		matched_x++;
		number_agrees |= is_number(p->text[word]);
		bag->matched += best * commoner(p, word, p->token[y.start + partner]);
	}
	bag->contained = Min(1.0, bag->matched / Max(1e-6, Min(total_x, total_y)));
	bag->overlap = Min(1.0, bag->matched / Max(1e-6, total_x + total_y - bag->matched));
	bag->both_more = matched_x < x.n && matched_x < y.n;
	bag->numbers_differ = numbers > 0 && numbers_y > 0 && !number_agrees;
}

/* ---------- steps ---------- */

/* surprise: bits that the frequency of the value adds, for a level by frequency */
static void
step(DcScore *score, const DcModel *model, int level, DcValue a, DcValue b, float surprise)
{
	DcStep	   *s = &score->steps[score->nsteps++];

	s->level = level;
	s->a = a;
	s->b = b;
	s->weight = model->weight[level] + surprise;
	score->weight += s->weight;
}

#define STEP(level, x, y) step(score, model, level, x, y, 0)
#define STEP_BY_FREQUENCY(level, x, y) step(score, model, level, x, y, commoner(p, x, y))

static bool
initial_of(const char *a, const char *b)
{
	return a[0] == b[0] && (a[1] == '\0' || b[1] == '\0');
}

/* Is one the beginning of the other, in whole words: "garcia" of "garcia lopez"? Or its end? */
static bool
part_of(const char *a, const char *b)
{
	size_t		n = strlen(a);
	size_t		m = strlen(b);

	if (n > m)
		return part_of(b, a);
	return n >= 3 && n < m && ((strncmp(a, b, n) == 0 && b[n] == ' ') || (strcmp(b + m - n, a) == 0 && b[m - n - 1] == ' '));
}

/* Is one the beginning of the other, as "alex" of "alexander"? */
static bool
begins(const char *a, const char *b)
{
	size_t		n = Min(strlen(a), strlen(b));

	return n >= 3 && strncmp(a, b, n) == 0;
}

static int
first_level(DcPopulation *p, DcValue a, DcValue b, DcValue given_a, DcValue given_b)
{
	if (a == b)
		return L_FIRST_EXACT;
	if (initial_of(p->text[a], p->text[b]))
		return L_FIRST_INITIAL;
	if (given_a != 0 && given_a == given_b)
		return L_FIRST_NICKNAME;
	if (alike_names(p, a, b))
		return L_FIRST_FUZZY;
	if (begins(p->text[a], p->text[b]) || (given_a != a || given_b != b ? alike_names(p, given_a, given_b) : false))
		return L_FIRST_NICKNAME;
	return L_FIRST_CONFLICT;
}

static int
last_level(DcPopulation *p, DcValue a, DcValue b)
{
	if (a == b)
		return L_LAST_EXACT;
	if (alike_names(p, a, b))
		return L_LAST_FUZZY;
	return part_of(p->text[a], p->text[b]) ? L_LAST_PART : L_LAST_CONFLICT;
}

static void
name_step(DcScore *score, const DcPopulation *p, const DcModel *model, int level, DcValue a, DcValue b)
{
	if (dc_level_spec(p, level)->by_frequency)
		STEP_BY_FREQUENCY(level, a, b);
	else
		STEP(level, a, b);
}

/* A first name that stands for the last and the other way round. */
static bool
score_swapped(DcScore *score, DcPopulation *p, const DcModel *model, const DcRecord *a, const DcRecord *b)
{
	int			level;

	bool		first = alike_names(p, a->first, b->last);
	bool		last = alike_names(p, a->last, b->first);

	/* one of them may be an initial */
	if (!(first && (last || initial_of(p->text[a->last], p->text[b->first]))) && !(last && initial_of(p->text[a->first], p->text[b->last])))
		return false;
	level = last_level(p, a->last, b->first);
	STEP_BY_FREQUENCY(L_FIRST_SWAPPED, a->first, b->last);
	name_step(score, p, model, level, a->last, b->first);
	return true;
}

typedef enum NameVerdict
{
	NAME_CONFLICT,
	NAME_OTHER_FIRST,			/* last names agree, first names do not */
	NAME_OTHER_LAST,			/* first names agree, last names do not */
	NAME_PARTIAL,
	NAME_COMPATIBLE
} NameVerdict;

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
	int			l = other->last != 0 ? last_level(p, name, other->last) : L_LAST_CONFLICT;
	int			f = L_FIRST_CONFLICT;

	if (l == L_LAST_CONFLICT && other->first != 0)
		f = first_level(p, name, other->first, lone->last != 0 ? name : lone->given, other->given);
	if (f != L_FIRST_CONFLICT)
	{
		name_step(score, p, model, f, lone == a ? name : other->first, lone == a ? other->first : name);
		return NAME_PARTIAL;
	}
	/* as a conflict it speaks for the column that it stands in */
	if (l == L_LAST_CONFLICT && (lone->last == 0 || other->last == 0))
		STEP(L_FIRST_CONFLICT, lone == a ? name : other->first, lone == a ? other->first : name);
	else
		name_step(score, p, model, l, lone == a ? name : other->last, lone == a ? other->last : name);
	return l == L_LAST_CONFLICT ? NAME_CONFLICT : NAME_COMPATIBLE;
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
	name_step(score, p, model, f, a->first, b->first);
	name_step(score, p, model, l, a->last, b->last);
	if (l == L_LAST_CONFLICT)
		return f == L_FIRST_CONFLICT || f == L_FIRST_INITIAL ? NAME_CONFLICT : NAME_OTHER_LAST;
	if (f != L_FIRST_CONFLICT)
		return NAME_COMPATIBLE;
	/* first names of one initial may be a nickname that no list knows, unless the list has both as names */
	return p->text[a->first][0] == p->text[b->first][0] && (p->flags[a->given] & p->flags[b->given] & VALUE_GIVEN) == 0 ? NAME_PARTIAL : NAME_OTHER_FIRST;
}

/* Person name, joint over its parts; partial: only a first name, an initial, or nothing to compare. */
static NameVerdict
score_name(DcScore *score, DcPopulation *p, const DcModel *model, const DcRecord *a, const DcRecord *b)
{
	NameVerdict verdict = NAME_PARTIAL;

	if (a->first != 0 && a->last != 0 && b->first != 0 && b->last != 0)
		verdict = score_full_names(score, p, model, a, b);
	else if (dc_is_person(a) && dc_is_person(b))
		verdict = score_lone_name(score, p, model, a, b);
	if (a->middle != 0 && b->middle != 0)
	{
		bool		same = a->middle == b->middle || initial_of(p->text[a->middle], p->text[b->middle]) || alike(p, a->middle, b->middle, 0.88);

		STEP(same ? L_MIDDLE_EXACT : L_MIDDLE_CONFLICT, a->middle, b->middle);
	}
	if (a->suffix != 0 && b->suffix != 0)
		STEP(a->suffix == b->suffix ? L_SUFFIX_EXACT : L_SUFFIX_CONFLICT, a->suffix, b->suffix);
	/* father and son: one says that he is the son */
	score->apart |= a->suffix != 0 && b->suffix != 0 && a->suffix != b->suffix;
	return verdict;
}

/* The value that two sets have in common, shared ones or personal ones; 0 for none. */
static DcValue
common_value(const DcPopulation *p, const DcValue *a, const DcValue *b, int n, bool shared)
{
	for (int i = 0; i < n && a[i] != 0; i++)
		for (int j = 0; j < n && b[j] != 0; j++)
			if (a[i] == b[j] && ((p->flags[a[i]] & VALUE_GENERIC) != 0) == shared)
				return a[i];
	return 0;
}

/* The number at the end of a local part, from 2 to 9, as in john.smith2; 0 for none, -1 for any other digits. */
static int
mailbox_number(const char *address, size_t len)
{
	size_t		digits = 0;

	while (digits < len && is_number(address + len - 1 - digits))
		digits++;
	if (digits == 0)
		return 0;
	return digits == 1 && len > 1 && address[len - 1] >= '2' ? address[len - 1] - '0' : -1;
}

/* Two different mailboxes. */
static int
mailbox_level(DcPopulation *p, DcValue a, DcValue b)
{
	const char *s = p->text[a];
	const char *t = p->text[b];
	size_t		n = strcspn(s, "@");
	size_t		m = strcspn(t, "@");

	if (strcmp(s + n, t + m) == 0)
	{
		int			x = mailbox_number(s, n);
		int			y = mailbox_number(t, m);

		/* john.smith2@ is numbered because john.smith@ is somebody else */
		if (x != y && x >= 0 && y >= 0)
			return L_EMAIL_NUMBERED;
		return one_edit_apart(s, t) && Min(n, m) >= 4 ? L_EMAIL_FUZZY : L_EMAIL_CONFLICT;
	}
	return alike(p, a, b, 0.93) ? L_EMAIL_FUZZY : L_EMAIL_CONFLICT;
}

/* The personal identifiers that agree, and what sets relatives of one name apart. */
typedef struct Agreed
{
	int			n;				/* mailbox, mobile, profile, declared number */
	int			dates;
	int			household;		/* a number that is not known to be a mobile one */
	bool		number;			/* one of n is a number or profile that one person alone has */
	bool		generation;		/* born so far apart as parent and child */
} Agreed;

static bool
is_mobile(const DcRecord *r, DcValue phone)
{
	for (uint32 i = 0; i < r->nmobiles; i++)
		if (r->phone[i] == phone)
			return true;
	return false;
}

/* Personal identifiers.  Of unlike names at one organisation, colleagues, its number tells nothing more. */
static void
score_identifiers(DcScore *score, DcPopulation *p, const DcModel *model, const DcRecord *a, const DcRecord *b, NameVerdict name, bool organisation, Agreed *agreed)
{
	bool		colleagues = organisation && name < NAME_PARTIAL;
	bool		mobile;
	DcValue		email = common_value(p, a->email, b->email, DC_MAX_EMAILS, false);
	DcValue		phone = common_value(p, a->phone, b->phone, DC_MAX_PHONES, false);

	if (email != 0)
	{
		STEP(L_EMAIL_EXACT, email, email);
		agreed->n++;
	}
	else if (a->email[0] != 0 && b->email[0] != 0 && a->email[0] != b->email[0] && ((p->flags[a->email[0]] | p->flags[b->email[0]]) & VALUE_GENERIC) == 0)
	{
		int			level = mailbox_level(p, a->email[0], b->email[0]);

		/* tlee@ and alee@ of one organisation are as unlike as the names */
		if (colleagues && level == L_EMAIL_FUZZY)
			level = L_EMAIL_CONFLICT;
		STEP(level, a->email[0], b->email[0]);
		agreed->n += level == L_EMAIL_FUZZY;
		score->apart |= level == L_EMAIL_NUMBERED;
	}
	mobile = is_mobile(a, phone) || is_mobile(b, phone);
	if (phone != 0 && (!colleagues || mobile))
	{
		STEP(L_PHONE_EXACT, phone, phone);
		agreed->n += mobile;
		agreed->household += !mobile;
	}
	if (a->linkedin != 0 && b->linkedin != 0)
	{
		bool		same = a->linkedin == b->linkedin;

		STEP(same ? L_LINKEDIN_EXACT : L_LINKEDIN_CONFLICT, a->linkedin, b->linkedin);
		agreed->n += same;
		agreed->number |= same;
	}
}

/* Organisation: the best of registration number, domain, company, shared phone or mailbox; answers whether it agrees. */
static bool
score_organisation(DcScore *score, DcPopulation *p, const DcModel *model, const DcRecord *a, const DcRecord *b)
{
	DcValue		value;
	Bag			bag;

	if (a->registration != 0 && a->registration == b->registration)
		STEP_BY_FREQUENCY(L_ORG_NUMBER, a->registration, b->registration);
	else if (a->domain != 0 && a->domain == b->domain)
		STEP_BY_FREQUENCY(L_ORG_DOMAIN, a->domain, b->domain);
	else if (a->company != 0 && a->company == b->company)
		STEP_BY_FREQUENCY(L_ORG_COMPANY, a->company, b->company);
	else if ((value = common_value(p, a->phone, b->phone, DC_MAX_PHONES, true)) != 0)
		STEP_BY_FREQUENCY(L_ORG_PHONE, value, value);
	else if ((value = common_value(p, a->email, b->email, DC_MAX_EMAILS, true)) != 0)
		STEP_BY_FREQUENCY(L_ORG_MAILBOX, value, value);
	else if (a->company == 0 || b->company == 0)
		return false;
	else if (alike(p, a->company, b->company, 0.9))
		STEP_BY_FREQUENCY(L_ORG_FUZZY, a->company, b->company);
	else
	{
		compare_bags(p, a->company, b->company, &bag);
		if (bag.overlap < 0.6)
		{
			STEP(L_ORG_CONFLICT, a->company, b->company);
			return false;
		}
		STEP_BY_FREQUENCY(L_ORG_FUZZY, a->company, b->company);
	}
	return true;
}

/* One letter or digit off, or the same but for its last letters, as two postcodes of one town are. */
static bool
near_postcodes(const char *a, const char *b)
{
	size_t		n = strlen(a);
	size_t		m = strlen(b);
	size_t		equal = 0;

	while (a[equal] != '\0' && a[equal] == b[equal])
		equal++;
	if (n != m || n < 4)
		return false;
	return equal >= 3 && (a[equal] == ' ' || equal + 2 >= n || memchr(a, ' ', equal) != NULL) ? true : one_edit_apart(a, b);
}

/* Bits that a postcode or a town may add: less for organisations, many of which share one. */
#define MAX_PERSON_PLACE 10
#define MAX_COMPANY_PLACE 6

/* Place: levels are those of a person's place, or, offset, of an organisation's; answers whether the street agrees. */
static bool
score_place(DcScore *score, DcPopulation *p, const DcModel *model, const DcRecord *a, const DcRecord *b, int offset)
{
	Bag			bag;
	bool		street_differs = false;
	float		limit = offset == 0 ? MAX_PERSON_PLACE : MAX_COMPANY_PLACE;
	float		town = (a->postcode != 0 && a->postcode == b->postcode) || (a->city != 0 && a->city == b->city) ? 2 : 0;

	/* the same street and number, and more so in the same town */
	if (a->address != 0 && a->address == b->address)
	{
		step(score, model, L_PLACE_ADDRESS + offset, a->address, b->address, Min(p->surprise[a->address] + town, 16));
		return true;
	}
	if (a->address != 0 && b->address != 0)
	{
		compare_bags(p, a->address, b->address, &bag);
		if (!bag.numbers_differ && (bag.overlap >= 0.6 || bag.contained >= 0.8))
		{
			step(score, model, L_PLACE_FUZZY + offset, a->address, b->address, Min(bag.matched * 0.8 + town, 14));
			return true;
		}
		street_differs = bag.overlap < 0.3;
	}
	if (a->postcode != 0 && a->postcode == b->postcode)
		step(score, model, L_PLACE_POSTCODE + offset, a->postcode, b->postcode, Min(p->surprise[a->postcode], street_differs ? 2 : limit));
	else if (a->city != 0 && b->city != 0 && (a->city == b->city || alike(p, a->city, b->city, 0.9)))
		step(score, model, L_PLACE_CITY + offset, a->city, b->city, Min(commoner(p, a->city, b->city), street_differs ? 2 : limit - 1));
	else if (a->postcode != 0 && b->postcode != 0 && near_postcodes(p->text[a->postcode], p->text[b->postcode]))
		STEP(L_PLACE_NEAR + offset, a->postcode, b->postcode);
	else if (a->city != 0 && b->city != 0)
		STEP(L_PLACE_CONFLICT + offset, a->city, b->city);
	else if (street_differs)
		STEP(L_PLACE_CONFLICT + offset, a->address, b->address);
	return false;
}

static int
edits(const DcPopulation *p, DcValue a, DcValue b)
{
	const char *s = p->text[a];
	const char *t = p->text[b];
	int			n = strlen(s);
	int			m = strlen(t);

	return abs(n - m) > 3 ? 100 : dc_damerau_levenshtein(s, t);
}

static bool
is_date(const char *s)
{
	return strlen(s) == 10 && s[4] == '-' && s[7] == '-';
}

/* Dates are YYYY-MM-DD.  surprise is that of the part that agrees: year, or day and month. */
static int
date_level(DcPopulation *p, DcValue a, DcValue b, float *surprise)
{
	const char *s = p->text[a];
	const char *t = p->text[b];
	int			n = edits(p, a, b);
	bool		year = strncmp(s, t, 4) == 0;
	bool		day = year ? false : is_date(s) && is_date(t) && strcmp(s + 4, t + 4) == 0;

	if (!is_date(s) || !is_date(t))
		return n <= 1 || (year && Min(strlen(s), strlen(t)) == 4) ? L_FIELD_PART : L_FIELD_CONFLICT;
	if (year && (n <= 1 || (strncmp(s + 5, t + 8, 2) == 0 && strncmp(s + 8, t + 5, 2) == 0)))
	{
		*surprise = p->surprise[p->token[dc_value_tokens(p, a).start]];
		return L_FIELD_FUZZY;
	}
	if (day && (n <= 1 || abs(atoi(s) - atoi(t)) == 1))
	{
		*surprise = p->surprise[p->token[dc_value_tokens(p, a).start + 1]];
		return L_FIELD_NEAR;
	}
	return n <= 2 || (n == 3 && (year || day)) || strncmp(s, t, 7) == 0 ? L_FIELD_PART : L_FIELD_CONFLICT;
}

/* Two values that differ; surprise is of the level when it goes by frequency. */
static int
field_level(DcPopulation *p, DcFieldKind kind, DcValue a, DcValue b, float *surprise)
{
	Bag			bag;
	double		x;
	double		y;

	*surprise = 0;
	switch (kind)
	{
		case KIND_DATE:
			return date_level(p, a, b, surprise);
		case KIND_EXACT:
			return strlen(p->text[a]) > 4 && edits(p, a, b) <= 1 ? L_FIELD_FUZZY : L_FIELD_CONFLICT;
		case KIND_NUMBER:
			x = strtod(p->text[a], NULL);
			y = strtod(p->text[b], NULL);
			return fabs(x - y) <= 0.01 * Max(fabs(x), fabs(y)) ? L_FIELD_FUZZY : fabs(x - y) <= 0.1 * Max(fabs(x), fabs(y)) ? L_FIELD_NEAR : L_FIELD_CONFLICT;
		case KIND_NAME:
			return alike_names(p, a, b) ? L_FIELD_FUZZY : part_of(p->text[a], p->text[b]) ? L_FIELD_PART : L_FIELD_CONFLICT;
		case KIND_TEXT:
			if (alike(p, a, b, 0.92))
				return L_FIELD_FUZZY;
			compare_bags(p, a, b, &bag);
			/* the same words in another order */
			if (bag.overlap > 0.999)
			{
				*surprise = commoner(p, a, b);
				return L_FIELD_EXACT;
			}
			return bag.overlap >= 0.7 ? L_FIELD_FUZZY : bag.overlap >= 0.4 ? L_FIELD_NEAR : bag.contained >= 0.8 ? L_FIELD_PART : L_FIELD_CONFLICT;
	}
	return L_FIELD_CONFLICT;
}

#define GENERATION 15			/* years, at least */

static bool
generation_apart(const char *a, const char *b)
{
	return is_date(a) && is_date(b) && abs(atoi(a) - atoi(b)) >= GENERATION;
}

/* Declared match fields.  Numbers that are exact, and dates, identify. */
static void
score_fields(DcScore *score, DcPopulation *p, const DcModel *model, const DcRecord *a, const DcRecord *b, Agreed *agreed)
{
	for (int i = 0; i < p->nfields; i++)
	{
		DcValue		x = a->field[i];
		DcValue		y = b->field[i];
		DcFieldKind kind = p->field_kind[i];
		int			level = L_FIELD_EXACT;
		float		surprise;

		if (x == 0 || y == 0)
			continue;
		if (x == y)
			surprise = p->surprise[x];
		else
			level = field_level(p, kind, x, y, &surprise);
		step(score, model, L_FIELD + FIELD_LEVELS * i + level, x, y, surprise);
		agreed->n += kind == KIND_EXACT && level <= L_FIELD_FUZZY;
		agreed->dates += kind == KIND_DATE && level <= L_FIELD_NEAR;
		agreed->generation |= kind == KIND_DATE && level == L_FIELD_CONFLICT && generation_apart(p->text[x], p->text[y]);
		agreed->number |= kind == KIND_EXACT && level == L_FIELD_EXACT;
	}
}

/* The weight that a person's decision is asked for, whatever the evidence. */
#define REVIEW_LIMIT 3.0

/* ---------- organisations without a person ---------- */

/* "International Business Machines" and "ibm", with or without what follows the acronym */
static bool
is_acronym(const char *acronym, const char *name)
{
	int			words = 0;
	const char *a = acronym;

	for (const char *s = name; *s != '\0'; words++)
	{
		if (*a != *s)
			return false;
		a++;
		s += strcspn(s, " ");
		s += strspn(s, " ");
		if (*a == '\0' || *a == ' ')
			return words >= 1 && (*s == '\0' || *a == ' ');
	}
	return false;
}

/* siblings: each has a word of its own beside what they share. */
static int
company_level(DcPopulation *p, DcValue a, DcValue b, float *surprise, bool *siblings)
{
	Bag			bag;

	*surprise = commoner(p, a, b);
	if (a == b)
		return L_COMPANY_EXACT;
	if (alike(p, a, b, 0.94))
		return L_COMPANY_SIMILAR;
	compare_bags(p, a, b, &bag);
	*surprise = Min(bag.matched * 0.7, *surprise);
	*siblings = bag.contained >= 0.65 && bag.both_more;
	/* the same words in another order */
	if (bag.overlap > 0.999)
		return L_COMPANY_EXACT;
	if (bag.overlap >= 0.65)
		return L_COMPANY_SIMILAR;
	if (bag.contained >= 0.8 && !*siblings)
		return L_COMPANY_CONTAINED;
	*surprise = 0;
	if (is_acronym(p->text[a], p->text[b]) || is_acronym(p->text[b], p->text[a]))
		return L_COMPANY_ACRONYM;
	return bag.contained >= 0.4 ? L_COMPANY_PART : L_COMPANY_CONFLICT;
}

/* The name of a domain before its public suffix begins alike. */
static bool
similar_domains(const char *a, const char *b)
{
	size_t		n = strcspn(a, ".");
	size_t		m = strcspn(b, ".");

	return n == m ? strncmp(a, b, n) == 0 : Min(n, m) >= 6 && strncmp(a, b, Min(n, m)) == 0;
}

static void
score_companies(DcScore *score, DcPopulation *p, const DcModel *model, const DcRecord *a, const DcRecord *b)
{
	DcValue		phone = common_value(p, a->phone, b->phone, DC_MAX_PHONES, false);
	bool		same_name = false;
	Agreed		agreed = {0};

	if (phone == 0)
		phone = common_value(p, a->phone, b->phone, DC_MAX_PHONES, true);
	if (a->company != 0 && b->company != 0)
	{
		float		surprise;
		bool		siblings = false;
		int			level = company_level(p, a->company, b->company, &surprise, &siblings);

		step(score, model, level, a->company, b->company, surprise);
		same_name = level <= L_COMPANY_ACRONYM;
		/* two organisations may share a building and its switchboard, and most of a name: bar and restaurant of one hotel */
		if ((siblings || level == L_COMPANY_CONFLICT) && (a->registration == 0 || a->registration != b->registration))
			score->limit = REVIEW_LIMIT;
	}
	if (phone != 0)
		step(score, model, L_COMPANY_PHONE_EXACT, phone, phone, Min(p->surprise[phone], 12));
	else if (a->phone[0] != 0 && b->phone[0] != 0)
		STEP(L_COMPANY_PHONE_CONFLICT, a->phone[0], b->phone[0]);
	if (a->registration != 0 && b->registration != 0)
		STEP(a->registration == b->registration ? L_COMPANY_NUMBER_EXACT : L_COMPANY_NUMBER_CONFLICT, a->registration, b->registration);
	if (a->domain != 0 && a->domain == b->domain)
		step(score, model, L_COMPANY_DOMAIN_EXACT, a->domain, b->domain, Min(p->surprise[a->domain], same_name ? 3 : 10));
	else if (a->domain != 0 && b->domain != 0)
	{
		if (similar_domains(p->text[a->domain], p->text[b->domain]))
			step(score, model, L_COMPANY_DOMAIN_SIMILAR, a->domain, b->domain, Min(commoner(p, a->domain, b->domain), same_name ? 2 : 8));
		else
			STEP(L_COMPANY_DOMAIN_CONFLICT, a->domain, b->domain);
	}
	score_place(score, p, model, a, b, L_COMPANY_PLACE_ADDRESS - L_PLACE_ADDRESS);
	score_fields(score, p, model, a, b, &agreed);
}

/* ---------- a pair ---------- */

bool
dc_is_person(const DcRecord *r)
{
	return r->first != 0 || r->last != 0;
}

double
dc_probability(double weight)
{
	return 1.0 / (1.0 + exp2(-weight));
}

/* The street and number, or the postcode, are the same. */
static bool
same_place(const DcRecord *a, const DcRecord *b)
{
	return (a->address != 0 && a->address == b->address) || (a->postcode != 0 && a->postcode == b->postcode);
}

/*
 * Another first name with one birth date, last name and place may be a twin.  Of two hundred such pairs that
 * are one person, it is assumed, there is one pair of twins: so it depends on how often first names are wrong.
 */
#define TWINS 200

/*
 * Guards: unlike names need two independent identifiers, partial ones need one.  What a household shares, its
 * number, its place, identifies nobody of it: neither the son who has his father's name nor the twin.
 */
static bool
is_identified(const DcRecord *a, const DcRecord *b, NameVerdict name, const Agreed *agreed, bool apart, bool place)
{
	int			all = agreed->n + agreed->dates + agreed->household;

	switch (name)
	{
		case NAME_CONFLICT:
			return agreed->n + agreed->dates >= 2 || (agreed->number && place);
		case NAME_OTHER_FIRST:
			return agreed->n >= 2 || (agreed->number && place);
		case NAME_OTHER_LAST:
			return all >= 2 || (all == 1 && place);
		default:
			break;
	}
	/* namesakes, and generations */
	if (a->suffix != 0 && b->suffix != 0 && a->suffix != b->suffix)
		return agreed->n >= 2;
	if (agreed->generation || (a->suffix != b->suffix && agreed->dates == 0))
		return agreed->n >= 1;
	return all >= (name == NAME_PARTIAL || apart ? 1 : 0);
}

static double
weight_limit(const DcModel *model, const DcScore *score, const DcRecord *a, const DcRecord *b, NameVerdict name, const Agreed *agreed, bool place)
{
	if (is_identified(a, b, name, agreed, score->apart, place))
		return INFINITY;
	if (name == NAME_OTHER_FIRST && agreed->dates > 0 && (place || agreed->n + agreed->household > 0))
		return Max(REVIEW_LIMIT, log2(model->m[L_FIRST_CONFLICT] * TWINS));
	return REVIEW_LIMIT;
}

static void
score_persons(DcScore *score, DcPopulation *p, const DcModel *model, const DcRecord *a, const DcRecord *b)
{
	NameVerdict name = score_name(score, p, model, a, b);
	Agreed		agreed = {0};
	bool		place;
	bool		organisation = score_organisation(score, p, model, a, b);

	score_identifiers(score, p, model, a, b, name, organisation, &agreed);
	score_fields(score, p, model, a, b, &agreed);
	place = same_place(a, b);
	if (!organisation)
		place |= score_place(score, p, model, a, b, 0);
	if (a->job != 0 && b->job != 0)
	{
		if (a->job == b->job)
			step(score, model, L_JOB_EXACT, a->job, b->job, Min(p->surprise[a->job], 5));
		else
			STEP(L_JOB_CONFLICT, a->job, b->job);
	}
	score->limit = weight_limit(model, score, a, b, name, &agreed, place);
}

/*
 * Scores a pair.  A weight above the limit of a guard is cut to it: steps and prior then add up
 * to more than the weight, and the explanation shows the difference.
 */
void
dc_score_pair(DcPopulation *p, const DcModel *model, const DcRecord *a, const DcRecord *b, DcScore *score)
{
	bool		person_a = dc_is_person(a);
	bool		person_b = dc_is_person(b);

	score->nsteps = 0;
	score->apart = false;
	score->limit = INFINITY;
	score->prior = score->weight = log2(model->prior / p->size);
	if (!person_a && !person_b && (a->company != 0 || b->company != 0))
		score_companies(score, p, model, a, b);
	else
	{
		score_persons(score, p, model, a, b);
		/* an organisation is not its employee */
		if (person_a != person_b && a->company != 0 && b->company != 0)
			score->limit = common_value(p, a->email, b->email, DC_MAX_EMAILS, false) != 0 ? REVIEW_LIMIT : -10.0;
	}
	score->weight = Min(score->weight, score->limit);
}
