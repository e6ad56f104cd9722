/*-------------------------------------------------------------------------
 *
 * store_review.c
 *	  Pairs that a person must decide, stored with their evidence.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/datum.h"
#include "utils/memutils.h"

#include "match/entity/explain.h"
#include "match/entity/store.h"
#include "match/pack/read.h"
#include "match/table/batch.h"

#define STORED "SELECT p.a_contact_id, p.b_contact_id FROM dropcontact.match_pair p WHERE p.controller_id = $1"

#define WRITE_REVIEWS \
	"INSERT INTO dropcontact.match_pair AS p (a_contact_id, b_contact_id, controller_id, probability, evidence) " \
	"SELECT n.a, n.b, $1, n.probability, n.evidence FROM (SELECT pg_catalog.unnest($2) AS a, pg_catalog.unnest($3) AS b, " \
	"pg_catalog.unnest($4) AS probability, pg_catalog.unnest($5) AS evidence) n " \
	"ON CONFLICT ON CONSTRAINT match_pair_pkey DO UPDATE SET probability = excluded.probability, evidence = excluded.evidence " \
	"WHERE (p.probability, p.evidence) IS DISTINCT FROM (excluded.probability, excluded.evidence)"
#define DELETE_REVIEWS \
	"DELETE FROM dropcontact.match_pair p USING unnest($2, $3) AS n(a, b) " \
	"WHERE (p.a_contact_id, p.b_contact_id) = (n.a, n.b) AND p.controller_id = $1"

/* A pair of records. */
typedef struct Pair
{
	int			a;
	int			b;
} Pair;

typedef struct Reviews
{
	const DcPopulation *population;
	bool		partial;
	Pair	   *found;			/* ascending */
	size_t		nfound;
	Datum	   *gone;			/* ids of stored pairs that are none any more, two by two */
	size_t		ngone;
	size_t		capacity;
} Reviews;

static int
compare_pairs(const void *a, const void *b)
{
	const Pair *x = a;
	const Pair *y = b;

	if (x->a != y->a)
		return x->a < y->a ? -1 : 1;
	return x->b < y->b ? -1 : x->b > y->b;
}

/* Did a person say that the pair is two? */
static bool
is_rejected(const DcDecision *decisions, int n, const DcEdge *edge)
{
	for (int low = 0, high = n - 1; low <= high;)
	{
		int			middle = low + (high - low) / 2;
		const DcDecision *d = &decisions[middle];
		int			order = compare_pairs(&(Pair) {d->a, d->b}, &(Pair) {edge->a, edge->b});

		if (order == 0)
			return !d->match;
		if (order < 0)
			low = middle + 1;
		else
			high = middle - 1;
	}
	return false;
}

/* What it takes to find the evidence is freed with scratch. */
static void
add_review(const DcEdges *edges, const DcEdge *edge, DcBatch *writes, MemoryContext scratch)
{
	DcPopulation *p = edges->population;
	const DcRecord *a = &p->records[edge->a];
	const DcRecord *b = &p->records[edge->b];
	DcScore		score;
	Datum		row[4];
	MemoryContext old = MemoryContextSwitchTo(scratch);

	dc_score_pair(p, edges->model, a, b, &score);
	row[0] = Int64GetDatum(a->contact_id);
	row[1] = Int64GetDatum(b->contact_id);
	row[2] = Float8GetDatum(dc_probability(score.weight));
	row[3] = dc_evidence(p, edges->model, &score);
	MemoryContextSwitchTo(old);
	row[3] = datumCopy(row[3], false, -1);
	MemoryContextReset(scratch);
	dc_batch_add(writes, row, VARSIZE_ANY(DatumGetPointer(row[3])));
}

/* A stored pair that was not found again goes. */
static void
check_stored(void *state, const Datum *values, const bool *nulls)
{
	Reviews    *r = state;
	const DcPopulation *p = r->population;
	Pair		pair = {.a = dc_find_record(p, DatumGetInt64(values[0])), .b = dc_find_record(p, DatumGetInt64(values[1]))};

	if (pair.a >= 0 && pair.b >= 0 && bsearch(&pair, r->found, r->nfound, sizeof(Pair), compare_pairs) != NULL)
		return;
	if (r->partial && pair.b < 0)
		return;
	if (r->ngone == r->capacity)
		r->gone = repalloc_huge(r->gone, sizeof(Datum) * (r->capacity *= 2));
	r->gone[r->ngone++] = values[0];
	r->gone[r->ngone++] = values[1];
}

static void
delete_others(Reviews *r, int controller_id)
{
	DcBatch    *deletes;

	qsort(r->found, r->nfound, sizeof(Pair), compare_pairs);
	dc_read_stored(r->population, controller_id, STORED, "p.a_contact_id", r->partial, check_stored, r);
	deletes = dc_batch_create(DELETE_REVIEWS, controller_id, INT8OID, INT8OID, InvalidOid, InvalidOid);
	for (size_t i = 0; i < r->ngone; i += 2)
		dc_batch_add(deletes, r->gone + i, 0);
	dc_batch_finish(deletes);
}

int64
dc_store_reviews(const DcEdges *edges, const DcDecision *decisions, int ndecisions, int controller_id, DcClusters *clusters, bool partial)
{
	DcBatch    *writes = dc_batch_create(WRITE_REVIEWS, controller_id, INT8OID, INT8OID, FLOAT8OID, JSONBOID);
	Reviews		r = {
		.population = edges->population,
		.partial = partial,
		.found = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Pair) * (clusters->nleft + 1)),
		.gone = palloc(sizeof(Datum) * 64),
		.capacity = 64,
	};
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "dropcontact evidence", ALLOCSET_DEFAULT_SIZES);

	for (size_t i = 0; i < clusters->nleft; i++)
	{
		const DcEdge *edge = &clusters->left[i];

		CHECK_FOR_INTERRUPTS();
		if (dc_root(clusters, edge->a) == dc_root(clusters, edge->b) || is_rejected(decisions, ndecisions, edge))
			continue;
		r.found[r.nfound++] = (Pair) {.a = edge->a, .b = edge->b};
		add_review(edges, edge, writes, scratch);
	}
	dc_batch_finish(writes);
	delete_others(&r, controller_id);
	MemoryContextDelete(scratch);
	pfree(r.gone);
	pfree(r.found);
	return r.nfound;
}
