/*-------------------------------------------------------------------------
 *
 * train_related.c
 *	  What persons of one language have in common who are not one.
 *
 * The model takes names and places for independent of each other.  In a file of several countries they are not: who
 * is called Kowalski is called Jan and lives in Gdańsk far more often than others are and do.  How much more often is
 * counted among random pairs with last names of one language, of which no two are one person, and u raised by it, so
 * that the same country does not count three times.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include <math.h>

#include "lexicon.h"
#include "match/train/train_parts.h"

/* Each record is compared with so many others. */
#define COMPARED 40

/* Before anything is counted, as many pairs agree as would by chance. */
#define PRIOR_RELATED 20.0

#define MAX_RELATED_PLACE 8.0
#define MAX_RELATED_FIRST 4.0

typedef struct Bearer
{
	int			language;		/* of the last name */
	int			place;			/* in the sample */
	const DcRecord *record;
} Bearer;

/* Pairs that agree on a value, and that would by chance. */
typedef struct Tally
{
	double		agreed;
	double		expected;
} Tally;

static int
compare_bearers(const void *a, const void *b)
{
	const Bearer *x = a;
	const Bearer *y = b;

	if (x->language != y->language)
		return x->language - y->language;
	return x->place - y->place;
}

static void
add_pair(const DcPopulation *p, Tally *tally, DcValue a, DcValue b)
{
	tally->agreed += a == b;
	tally->expected += (exp2(-p->surprise[a]) + exp2(-p->surprise[b])) / 2;
}

/* How many times as often as among all pairs, in bits. */
static double
more_often(const Tally *tally, const Tally *all, double most)
{
	double		expected = tally->expected * (all->agreed + PRIOR_RELATED) / (all->expected + PRIOR_RELATED);

	return log2(Max(1.0, Min(most, (tally->agreed + PRIOR_RELATED) / (expected + PRIOR_RELATED))));
}

/* The only language that a last name is known of, as a number; 0 for none. */
static int
language_of(const DcPopulation *p, DcValue last)
{
	const char *languages = dc_lexicon_find(&dc_lexicon_family_names, p->text[last]);

	return languages != NULL && strlen(languages) == 2 ? languages[0] << 8 | languages[1] : 0;
}

/* six decimals: sums in another order give the same */
static void
raise_u(DcModel *model, int from, int to, double bits)
{
	double		times = rint(exp2(bits) * 1e6) / 1e6;

	for (int l = from; l <= to; l++)
		model->u[l] *= times;
}

/* What so many bearers have in common, each with those that come next. */
static void
compare(const DcPopulation *p, const Bearer *bearer, int n, Tally *town, Tally *first)
{
	for (int i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		for (int j = i + 1; j < Min(n, i + 1 + COMPARED); j++)
		{
			const DcRecord *a = bearer[i].record;
			const DcRecord *b = bearer[j].record;

			if (*p->text[a->last] == *p->text[b->last])
				continue;
			add_pair(p, town, a->city, b->city);
			add_pair(p, first, a->given, b->given);
		}
	}
}

/* Raises u of what agrees by more than chance in a language; records: a sample in an order of their contents.  O(n log n). */
void
dc_fit_related(const DcPopulation *p, const int *record, int n, DcModel *model)
{
	Bearer	   *bearer = palloc(sizeof(Bearer) * Max(n, 1));
	Tally		all_towns = {0};
	Tally		all_firsts = {0};
	double		towns = 0;
	double		firsts = 0;
	int			m = 0;

	for (int i = 0; i < n; i++)
	{
		const DcRecord *r = &p->records[record[i]];
		int			language = r->first != 0 && r->last != 0 && r->given != 0 && r->city != 0 ? language_of(p, r->last) : 0;

		if (language != 0)
			bearer[m++] = (Bearer) {language, i, r};
	}
	compare(p, bearer, m, &all_towns, &all_firsts);
	qsort(bearer, m, sizeof(Bearer), compare_bearers);
	for (int from = 0, to; from < m; from = to)
	{
		Tally		town = {0};
		Tally		first = {0};

		for (to = from + 1; to < m && bearer[to].language == bearer[from].language; to++)
			;
		compare(p, bearer + from, to - from, &town, &first);
		towns += (to - from) * more_often(&town, &all_towns, MAX_RELATED_PLACE);
		firsts += (to - from) * more_often(&first, &all_firsts, MAX_RELATED_FIRST);
	}
	if (m > 0)
	{
		raise_u(model, L_PLACE_ADDRESS, L_PLACE_NEAR, towns / m);
		raise_u(model, L_FIRST_EXACT, L_FIRST_NICKNAME, firsts / m);
		raise_u(model, L_FIRST_FUZZY, L_FIRST_SWAPPED, firsts / m);
		dc_model_finish(model);
	}
	pfree(bearer);
}
