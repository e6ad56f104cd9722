/*-------------------------------------------------------------------------
 *
 * score.c
 *	  How much two contacts speak for being one: a Fellegi-Sunter sum over groups of evidence.
 *
 * Each group (person name, personal identifiers, organisation, place, each declared
 * field) gives one weight log2(m / u), never several of one fact.  u of an agreement is the
 * value's own frequency, so a rare name weighs more than a common one.  Pure: no state, no settings.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include <math.h>

#include "match/match.h"
#include "normalize/normalize.h"

#define MAX_U 0.2

static void
step(DcScore *score, const DcPopulation *p, const char *field, DcValue a, DcValue b, const char *level, double m, double u)
{
	DcStep	   *s;

	if (score->nsteps == DC_MAX_STEPS)
		return;
	s = &score->steps[score->nsteps++];
	s->field = field;
	s->value_a = a != 0 ? p->text[a] : NULL;
	s->value_b = b != 0 ? p->text[b] : NULL;
	s->level = level;
	s->m = m;
	s->u = u;
	s->weight = log2(m / u);
	score->weight += s->weight;
}

/* How often chance makes two records agree on this value. */
static double
frequency(const DcPopulation *p, DcValue value)
{
	return Max(1.0 / 100000, Min(MAX_U, (double) p->count[value] / Max(p->nrecords, 50)));
}

static double
commoner(const DcPopulation *p, DcValue a, DcValue b)
{
	return Max(frequency(p, a), frequency(p, b));
}

static double
alike(const DcPopulation *p, DcValue a, DcValue b)
{
	return a == b ? 1.0 : dc_jaro_winkler(p->text[a], p->text[b]);
}

static bool
initial_of(const char *a, const char *b)
{
	return a[0] == b[0] && (a[1] == '\0' || b[1] == '\0');
}

/* The agreement of one part of the name: 3 exact, 2 nickname or initial, 1 fuzzy, 0 none, -1 conflict */
static int
name_level(const DcPopulation *p, DcValue a, DcValue b, DcValue given_a, DcValue given_b)
{
	if (a == 0 || b == 0)
		return 0;
	if (a == b)
		return 3;
	if (given_a != 0 && (given_a == given_b || initial_of(p->text[a], p->text[b])))
		return 2;
	return alike(p, a, b) >= 0.88 ? 1 : -1;
}

static void
part_step(DcScore *score, const DcPopulation *p, const char *field, DcValue a, DcValue b, int level)
{
	static const char *const names[] = {"conflict", "missing", "fuzzy", "nickname or initial", "exact"};

	switch (level)
	{
		case 3:
			step(score, p, field, a, b, names[4], 0.75, 0.75 * frequency(p, a));
			break;
		case 2:
			step(score, p, field, a, b, names[3], 0.10, 0.10 * Min(1.0, 4 * commoner(p, a, b)));
			break;
		case 1:
			step(score, p, field, a, b, names[2], 0.12, 0.12 * Min(1.0, 6 * commoner(p, a, b)));
			break;
		case -1:
			step(score, p, field, a, b, names[0], 0.03, 0.95);
			break;
		default:
			break;
	}
}

/* Person name, joint over first and last; answers whether the names are compatible. */
static bool
score_name(DcScore *score, const DcPopulation *p, const DcRecord *a, const DcRecord *b)
{
	int			first = name_level(p, a->first, b->first, a->given, b->given);
	int			last = name_level(p, a->last, b->last, 0, 0);

	if (first <= 0 && last <= 0 && a->first != 0 && b->first != 0 && a->last != 0 && b->last != 0)
	{
		int			swapped_first = name_level(p, a->first, b->last, 0, 0);
		int			swapped_last = name_level(p, a->last, b->first, 0, 0);

		if (swapped_first > 0 && swapped_last > 0)
		{
			step(score, p, "name", a->first, b->first, "swapped", 0.02, 0.02 * Min(1.0, 3 * commoner(p, a->first, b->last)));
			part_step(score, p, "last_name", a->last, b->first, swapped_last);
			return true;
		}
	}
	part_step(score, p, "first_name", a->first, b->first, first);
	part_step(score, p, "last_name", a->last, b->last, last);
	if (a->suffix != 0 && b->suffix != 0 && a->suffix != b->suffix)
	{
		step(score, p, "suffix", a->suffix, b->suffix, "conflict", 0.02, 0.5);
		return false;
	}
	return first >= 0 && last >= 0 && (first > 0 || last > 0);
}

static bool
common_phone(const DcPopulation *p, const DcRecord *a, const DcRecord *b, bool shared, DcValue *value)
{
	DcValue		mine[] = {a->phone, a->mobile};

	for (int i = 0; i < 2; i++)
		if (mine[i] != 0 && (mine[i] == b->phone || mine[i] == b->mobile) && dc_is_shared(p, mine[i]) == shared)
		{
			*value = mine[i];
			return true;
		}
	return false;
}

/* Personal identifiers: the best pair, and a second independent one; answers how many agree. */
static int
score_identifiers(DcScore *score, const DcPopulation *p, const DcRecord *a, const DcRecord *b)
{
	int			agreed = 0;
	DcValue		phone;

	if (a->email != 0 && a->email == b->email && !dc_is_shared(p, a->email))
	{
		step(score, p, "email", a->email, b->email, "exact", 0.6, 0.00005);
		agreed++;
	}
	if (a->linkedin != 0 && b->linkedin != 0)
	{
		if (a->linkedin == b->linkedin)
		{
			step(score, p, "linkedin", a->linkedin, b->linkedin, "exact", 0.9, 0.00005);
			agreed++;
		}
		else
			step(score, p, "linkedin", a->linkedin, b->linkedin, "conflict", 0.05, 0.99);
	}
	if (common_phone(p, a, b, false, &phone))
	{
		step(score, p, "phone", phone, phone, "exact", 0.6, 0.0004);
		agreed++;
	}
	if (agreed == 0 && a->email != 0 && b->email != 0 && a->email != b->email)
	{
		double		similarity = alike(p, a->email, b->email);

		if (similarity >= 0.93)
		{
			step(score, p, "email", a->email, b->email, "fuzzy", 0.25, 0.003);
			agreed++;
		}
		else
			step(score, p, "email", a->email, b->email, "conflict", 0.25, 0.9);
	}
	return agreed;
}

/* Organisation: the best of registration number, domain, company, shared phone; answers whether it agrees. */
static bool
score_organisation(DcScore *score, const DcPopulation *p, const DcRecord *a, const DcRecord *b)
{
	DcValue		phone;

	if (a->siren != 0 && a->siren == b->siren)
		step(score, p, "organisation", a->siren, b->siren, "registration number", 0.6, 0.6 * frequency(p, a->siren));
	else if (a->domain != 0 && a->domain == b->domain)
		step(score, p, "organisation", a->domain, b->domain, "domain", 0.6, 0.6 * frequency(p, a->domain));
	else if (a->company != 0 && a->company == b->company)
		step(score, p, "organisation", a->company, b->company, "company", 0.6, 0.6 * frequency(p, a->company));
	else if (a->company != 0 && b->company != 0 && alike(p, a->company, b->company) >= 0.9)
		step(score, p, "organisation", a->company, b->company, "company, fuzzy", 0.15, 0.004);
	else if (common_phone(p, a, b, true, &phone))
		step(score, p, "organisation", phone, phone, "shared phone", 0.3, 0.3 * frequency(p, phone));
	else if (a->email != 0 && a->email == b->email)
		step(score, p, "organisation", a->email, b->email, "shared mailbox", 0.3, 0.3 * frequency(p, a->email));
	else if (a->company != 0 && b->company != 0)
	{
		step(score, p, "organisation", a->company, b->company, "conflict", 0.15, 0.97);
		return false;
	}
	else
		return false;
	return true;
}

static void
score_place(DcScore *score, const DcPopulation *p, const DcRecord *a, const DcRecord *b)
{
	if (a->address != 0 && b->address != 0)
	{
		double		similarity = alike(p, a->address, b->address);

		if (similarity >= 0.9)
		{
			step(score, p, "place", a->address, b->address, similarity == 1.0 ? "address" : "address, fuzzy", 0.5,
				 0.5 * Min(1.0, 8 * commoner(p, a->address, b->address)));
			return;
		}
	}
	if (a->postcode != 0 && a->postcode == b->postcode)
		step(score, p, "place", a->postcode, b->postcode, "postcode", 0.6, Max(0.02, 0.6 * frequency(p, a->postcode)));
	else if (a->city != 0 && a->city == b->city)
		step(score, p, "place", a->city, b->city, "city", 0.6, Max(0.04, 0.6 * frequency(p, a->city)));
	else if (a->city != 0 && b->city != 0 && alike(p, a->city, b->city) < 0.9)
		step(score, p, "place", a->city, b->city, "conflict", 0.4, 0.9);
}

/* Edits between two dates written alike; many when they are not. */
static int
date_edits(const char *a, const char *b)
{
	return strlen(a) == strlen(b) ? dc_damerau_levenshtein(a, b) : 100;
}

static int
score_fields(DcScore *score, const DcPopulation *p, const DcRecord *a, const DcRecord *b)
{
	int			agreed = 0;

	for (int i = 0; i < p->nfields; i++)
	{
		DcValue		x = a->field[i];
		DcValue		y = b->field[i];
		DcFieldKind kind = p->field_kind[i];
		const char *name = p->field_name[i];

		if (x == 0 || y == 0)
			continue;
		if (x == y)
		{
			step(score, p, name, x, y, "exact", 0.85, 0.85 * Max(frequency(p, x), kind == KIND_EXACT ? 0.00005 : 0.0001));
			agreed += kind == KIND_EXACT || kind == KIND_DATE;
		}
		else if (kind == KIND_DATE ? date_edits(p->text[x], p->text[y]) <= 1 :
				 kind == KIND_EXACT ? dc_damerau_levenshtein(p->text[x], p->text[y]) <= 1 && strlen(p->text[x]) > 4 :
				 alike(p, x, y) >= 0.9)
		{
			step(score, p, name, x, y, "fuzzy", 0.12, 0.002);
			agreed += kind == KIND_DATE;
		}
		else if (kind == KIND_DATE && date_edits(p->text[x], p->text[y]) <= 3)
			step(score, p, name, x, y, "near", 0.25, 0.08);
		else
			step(score, p, name, x, y, "conflict", kind == KIND_DATE ? 0.10 : 0.06, 0.95);
	}
	return agreed;
}

/* Organisations without a person: name, phone, domain and address each tell on their own. */
static void
score_companies(DcScore *score, const DcPopulation *p, const DcRecord *a, const DcRecord *b)
{
	DcValue		phone;

	if (a->company != 0 && b->company != 0)
	{
		double		similarity = a->company == b->company ? 1.0 : dc_company_similarity(p->text[a->company], p->text[b->company]);

		if (similarity == 1.0)
			step(score, p, "company", a->company, b->company, "exact", 0.6, 0.6 * frequency(p, a->company));
		else if (similarity >= 0.85)
			step(score, p, "company", a->company, b->company, "fuzzy", 0.25, 0.002);
		else if (similarity < 0.6)
			step(score, p, "company", a->company, b->company, "conflict", 0.05, 0.95);
	}
	if (common_phone(p, a, b, true, &phone) || common_phone(p, a, b, false, &phone))
		step(score, p, "phone", phone, phone, "exact", 0.7, 0.7 * Max(0.0002, frequency(p, phone)));
	else if (a->phone != 0 && b->phone != 0)
		step(score, p, "phone", a->phone, b->phone, "conflict", 0.25, 0.99);
	if (a->siren != 0 && b->siren != 0)
		step(score, p, "siren", a->siren, b->siren, a->siren == b->siren ? "exact" : "conflict", a->siren == b->siren ? 0.95 : 0.02, a->siren == b->siren ? 0.00005 : 0.99);
	if (a->domain != 0 && b->domain != 0)
		step(score, p, "domain", a->domain, b->domain, a->domain == b->domain ? "exact" : "conflict",
			 a->domain == b->domain ? 0.8 : 0.2, a->domain == b->domain ? 0.8 * Max(0.0002, frequency(p, a->domain)) : 0.99);
	score_place(score, p, a, b);
}

void
dc_score_pair(const DcPopulation *p, const DcRecord *a, const DcRecord *b, DcScore *score)
{
	bool		person_a = a->first != 0 || a->last != 0;
	bool		person_b = b->first != 0 || b->last != 0;
	double		prior = 3.0 / Max(p->nrecords, 300);
	double		limit = INFINITY;

	score->nsteps = 0;
	score->weight = log2(prior / (1 - prior));
	if (!person_a && !person_b && (a->company != 0 || b->company != 0))
		score_companies(score, p, a, b);
	else if (person_a != person_b && (a->company != 0 && b->company != 0) && (a->email == 0 || a->email != b->email))
		step(score, p, "kind", 0, 0, "person and organisation", 0.0001, 0.5);
	else
	{
		bool		compatible = score_name(score, p, a, b);
		int			agreed = score_identifiers(score, p, a, b) + score_fields(score, p, a, b);

		if (!score_organisation(score, p, a, b))
			score_place(score, p, a, b);
		/* no automatic merge without compatible names, or two independent identifiers */
		if (!compatible && agreed < 2 && person_a && person_b)
			limit = 3.0;
		/* a name on one side only, a first name alone, or an initial, is a person's to decide */
		if (agreed == 0 && (a->last == 0 || b->last == 0))
			limit = Min(limit, 3.0);
	}
	if (score->weight > limit)
		step(score, p, "guard", 0, 0, "a person must decide", 1.0, exp2(score->weight - limit));
	score->probability = 1.0 / (1.0 + exp2(-score->weight));
}
