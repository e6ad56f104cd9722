/*-------------------------------------------------------------------------
 *
 * shared_points.c
 *	  Mailboxes and numbers that several persons use.
 *
 * Found by the names of all who carry them, in an order that rests on what they say.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include "match/match.h"
#include "normalize/normalize.h"

#define AHEAD 8					/* records: so far what they point to is asked for before their turn */

typedef struct Bearer
{
	DcValue		value;
	int			record;
	uint64		order;
} Bearer;

static bool
alike_names(const DcPopulation *p, const DcRecord *a, const DcRecord *b)
{
	if (a->last == b->last || a->first == b->last || a->last == b->first)
		return true;
	return dc_jaro_winkler(p->text[a->last], p->text[b->last]) >= 0.8;
}

static inline int
compare_bearers(const DcPopulation *p, const Bearer *x, const Bearer *y)
{
	int64		i;
	int64		j;

	if (x->value != y->value)
		return x->value < y->value ? -1 : 1;
	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	i = p->records[x->record].contact_id;
	j = p->records[y->record].contact_id;
	return i < j ? -1 : i > j;
}

#define ST_SORT sort_bearers
#define ST_ELEMENT_TYPE Bearer
#define ST_COMPARE(a, b, p) compare_bearers(p, a, b)
#define ST_COMPARE_ARG_TYPE const DcPopulation
#define ST_SCOPE static
#define ST_DEFINE
#include "lib/sort_template.h"

/*
 * Takes one more bearer of a value into account, in the order of dc_block_order; true as soon as names unlike
 * each other carry it.
 */
bool
dc_judge_bearer(const DcPopulation *p, DcJudgement *judgement, const DcRecord *bearer)
{
	if (judgement->n == DC_SHARED_BY)
		return true;
	if (bearer->last == 0)
		return false;
	for (int l = 0; l < judgement->n; l++)
		if (alike_names(p, &p->records[judgement->leader[l]], bearer))
			return false;
	judgement->leader[judgement->n++] = bearer - p->records;
	return judgement->n == DC_SHARED_BY;
}

/* Asks for the names of bearers to come: of one its record, of another where its last name is, of a third that. */
static pg_attribute_always_inline void
ask_for_bearers(const DcPopulation *p, const Bearer *bearers, size_t i, size_t n)
{
	if (i + 3 * AHEAD < n)
		DC_PREFETCH(&p->records[bearers[i + 3 * AHEAD].record].last);
	if (i + 2 * AHEAD < n)
		DC_PREFETCH(&p->text[p->records[bearers[i + 2 * AHEAD].record].last]);
	if (i + AHEAD < n)
		DC_PREFETCH(p->text[p->records[bearers[i + AHEAD].record].last]);
}

/* Marks the value of bearers[from..to) of n when names unlike each other carry it; linear. */
static void
judge_bearers(DcPopulation *p, const Bearer *bearers, size_t from, size_t to, size_t n)
{
	DcJudgement judgement = {0};

	for (size_t i = from; i < to; i++)
	{
		ask_for_bearers(p, bearers, i, n);
		if (dc_judge_bearer(p, &judgement, &p->records[bearers[i].record]))
		{
			p->flags[bearers[from].value] |= VALUE_SHARED;
			return;
		}
	}
}

/* The last names of contacts that carry a mailbox or number, up to two. */
typedef struct Names
{
	DcValue		one;			/* 0: none yet */
	DcValue		other;			/* MIXED_NAMES: there are more */
} Names;

#define MIXED_NAMES PG_UINT32_MAX

/* Asks for what is kept of the mailboxes and numbers of a record to come. */
static pg_attribute_always_inline void
ask_for_points(const DcPopulation *p, int r, const Names *last)
{
	if (r < p->nrecords)
		for (int v = 0; v < DC_CONTACT_POINTS; v++)
			DC_PREFETCH(&last[dc_contact_point(&p->records[r], v)]);
}

/* Of each mailbox and number the last names of those who carry it: only those of DC_SHARED_BY can be shared. */
static Names *
find_mixed(const DcPopulation *p)
{
	Names	   *last = MemoryContextAllocExtended(CurrentMemoryContext, sizeof(Names) * (size_t) p->nvalues, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);

	for (int i = 0; i < p->nrecords; i++)
	{
		const DcRecord *r = &p->records[i];

		ask_for_points(p, i + AHEAD, last);
		for (int v = 0; v < DC_CONTACT_POINTS; v++)
		{
			DcValue		value = dc_contact_point(r, v);

			if (value == 0 || last[value].one == r->last || last[value].other == r->last)
				continue;
			if (last[value].one == 0)
				last[value].one = r->last;
			else
				last[value].other = last[value].other == 0 ? r->last : MIXED_NAMES;
		}
	}
	return last;
}

/* Who carries mailboxes and numbers of three last names or more; linear. */
static Bearer *
list_bearers(const DcPopulation *p, size_t *n)
{
	Names	   *last = find_mixed(p);
	size_t		capacity = 1024;
	Bearer	   *bearers = palloc(sizeof(Bearer) * capacity);

	*n = 0;
	for (int i = 0; i < p->nrecords; i++)
	{
		ask_for_points(p, i + AHEAD, last);
		for (int v = 0; v < DC_CONTACT_POINTS; v++)
		{
			DcValue		value = dc_contact_point(&p->records[i], v);

			if (last[value].other != MIXED_NAMES)
				continue;
			if (*n == capacity)
				bearers = repalloc_huge(bearers, sizeof(Bearer) * (capacity *= 2));
			bearers[(*n)++] = (Bearer) {.value = value, .record = i};
		}
	}
	pfree(last);
	for (size_t i = 0; i < *n; i++)
	{
		ask_for_bearers(p, bearers, i, *n);
		if (i + AHEAD < *n)
			dc_ask_for_hashes(p, bearers[i + AHEAD].record);
		bearers[i].order = dc_block_order(p, &p->records[bearers[i].record]);
	}
	return bearers;
}

/* Finds the mailboxes and numbers that persons of several names use; O(n log n) in those that persons of three last names carry. */
void
dc_find_shared(DcPopulation *p)
{
	size_t		n;
	Bearer	   *bearers = list_bearers(p, &n);

	sort_bearers(bearers, n, p);
	for (size_t from = 0, to; from < n; from = to)
	{
		for (to = from + 1; to < n && bearers[to].value == bearers[from].value; to++)
			;
		judge_bearers(p, bearers, from, to, n);
	}
	pfree(bearers);
}
