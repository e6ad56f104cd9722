/*-------------------------------------------------------------------------
 *
 * survive.c
 *	  Which of several values of a field survives a merge.
 *
 * A value that can be used always comes before one that cannot, and the field itself
 * before the lists of further values.  Then the rule decides.  What the rule leaves
 * open is decided by the priority of the source, the age, the frequency, the length and
 * at last the bytes of the value, so that the outcome depends on the contacts alone and
 * not on the order in which they were loaded.  Of several contacts that have the
 * surviving value, the same order and then source, external id and contact id tell which
 * is named as its origin.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "merge/survive.h"

const char *const dc_rule_names[RULE_COUNT] = {
	"source_priority", "most_recent", "most_frequent", "longest", "valid_first"
};

#define ORDER(x, y)	((x) < (y) ? -1 : (x) > (y))

static int
compare_values(const DcCandidate *a, const DcCandidate *b)
{
	int			order = memcmp(a->data, b->data, Min(a->length, b->length));

	return order != 0 ? order : ORDER(a->length, b->length);
}

static int
compare_lengths(const DcCandidate *a, const DcCandidate *b)
{
	return ORDER(pg_mbstrlen_with_len(b->data, b->length), pg_mbstrlen_with_len(a->data, a->length));
}

/* Negative: a comes first.  Zero only for one value of one contact. */
static int
compare_candidates(const DcCandidate *a, const DcCandidate *b, DcRule rule)
{
	const DcOrigin *p = a->origin;
	const DcOrigin *q = b->origin;
	int			order = ORDER(b->standing, a->standing);

	if (order == 0)
		order = ORDER(a->place, b->place);
	if (order == 0 && rule == RULE_MOST_RECENT)
		order = ORDER(q->as_of, p->as_of);
	if (order == 0 && rule == RULE_MOST_FREQUENT)
		order = ORDER(b->count, a->count);
	if (order == 0 && rule == RULE_LONGEST)
		order = compare_lengths(a, b);
	if (order == 0)
		order = ORDER(p->priority, q->priority);
	if (order == 0)
		order = ORDER(q->as_of, p->as_of);
	if (order == 0)
		order = ORDER(a->column, b->column);
	if (order == 0)
		order = ORDER(b->count, a->count);
	if (order == 0)
		order = compare_lengths(a, b);
	if (order == 0)
		order = compare_values(a, b);
	if (order == 0)
		order = strcmp(p->source, q->source);
	if (order == 0)
		order = strcmp(p->external_id ? p->external_id : "", q->external_id ? q->external_id : "");
	return order != 0 ? order : ORDER(p->contact_id, q->contact_id);
}

static int
by_rule(const void *a, const void *b, void *rule)
{
	return compare_candidates(a, b, *(const DcRule *) rule);
}

static int
by_value(const void *a, const void *b)
{
	return compare_values(a, b);
}

/*
 * Leaves of each run of equal values the best candidate, which takes its count (a contact
 * that has a value twice counts once more: it says so twice) and the worst standing.
 */
static int
fold_equal_values(DcCandidate *candidates, int n, DcRule rule)
{
	int			distinct = 0;

	qsort(candidates, n, sizeof(DcCandidate), by_value);
	for (int i = 0; i < n;)
	{
		DcCandidate best = candidates[i];
		DcStanding	standing = best.standing;
		bool		checked = standing == STANDING_CHECKED;
		int			j = i + 1;

		for (; j < n && compare_values(&candidates[i], &candidates[j]) == 0; j++)
		{
			standing = Min(standing, candidates[j].standing);
			checked |= candidates[j].standing == STANDING_CHECKED;
			if (compare_candidates(&candidates[j], &best, rule) < 0)
				best = candidates[j];
		}
		best.count = j - i;
		best.standing = standing != STANDING_UNUSABLE && checked ? STANDING_CHECKED : standing;
		candidates[distinct++] = best;
		i = j;
	}
	return distinct;
}

int
dc_rank_values(DcCandidate *candidates, int n, DcRule rule)
{
	if (n > 1)
	{
		n = fold_equal_values(candidates, n, rule);
		qsort_arg(candidates, n, sizeof(DcCandidate), by_rule, &rule);
	}
	return n;
}

DcCandidate *
dc_survivor(DcCandidate *candidates, int n, DcRule rule)
{
	DcCandidate *best = candidates;

	if (n == 0)
		return NULL;
	if (n > 1)
		n = fold_equal_values(candidates, n, rule);
	for (int i = 1; i < n; i++)
		if (compare_candidates(&candidates[i], best, rule) < 0)
			best = &candidates[i];
	return best;
}
