/*-------------------------------------------------------------------------
 *
 * decisions.c
 *	  What persons decided about contacts: pairs that are one or two, and contacts that no rule joins.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/memutils.h"

#include "duty/duty.h"
#include "duty/plan.h"
#include "match/pack/read.h"
#include "match/table/ids.h"

#define DECIDED \
	"SELECT d.a_contact_id, d.b_contact_id, d.verdict OPERATOR(pg_catalog.=) 'match' FROM dropcontact.match_decision d WHERE d.controller_id OPERATOR(pg_catalog.=) $1"

/*
 * A contact that may not be processed stays with one of those that it was with when that began, the first that is left.
 * Which one that is follows from what was noted then and from who exists, so that no run changes it.
 */
#define BESIDE \
	"SELECT l.contact_id, o.contact_id FROM dropcontact.processing_limit l CROSS JOIN LATERAL pg_catalog.unnest(l.beside) WITH ORDINALITY o(contact_id, n) " \
	"WHERE l.controller_id = $1 AND l.contact_id = ANY ($2) AND l.lifted_at IS NULL " \
	"AND (l.kind <> 'objection' OR coalesce(l.purpose = 'detect_duplicates', true)) ORDER BY l.contact_id, l.limit_id, o.n"

/* So many contacts are asked for by their ids; with more, all decisions of the controller are read. */
#define FEW_RECORDS 1000

typedef struct Decisions
{
	DcDecision *decision;
	int			n;
} Decisions;

static int
compare_decisions(const void *a, const void *b)
{
	const DcDecision *x = a;
	const DcDecision *y = b;

	if (x->a != y->a)
		return x->a < y->a ? -1 : 1;
	if (x->b != y->b)
		return x->b < y->b ? -1 : 1;
	return (int) x->match - (int) y->match;
}

/* The records of the two contacts in a row of the last query; false when one of them is none. */
static bool
read_pair(const DcPopulation *p, uint64 row, int *first, int *second)
{
	HeapTuple	tuple = SPI_tuptable->vals[row];
	bool		isnull;

	*first = dc_find_record(p, DatumGetInt64(SPI_getbinval(tuple, SPI_tuptable->tupdesc, 1, &isnull)));
	*second = dc_find_record(p, DatumGetInt64(SPI_getbinval(tuple, SPI_tuptable->tupdesc, 2, &isnull)));
	return *first >= 0 && *second >= 0;
}

static void
make_room(const DcPopulation *p, Decisions *decisions, uint64 more)
{
	size_t		wanted = sizeof(DcDecision) * (decisions->n + more + 1);

	decisions->decision = decisions->decision == NULL ? MemoryContextAllocHuge(p->context, wanted) : repalloc_huge(decisions->decision, wanted);
}

/* Adds what the last query answered, as far as both contacts are records, and sorts it. */
static void
add_decisions(const DcPopulation *p, Decisions *decisions)
{
	make_room(p, decisions, SPI_processed);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		DcDecision	d = {0};
		bool		isnull;

		if (!read_pair(p, i, &d.a, &d.b))
			continue;
		d.match = DatumGetBool(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 3, &isnull));
		decisions->decision[decisions->n++] = d;
	}
	qsort(decisions->decision, decisions->n, sizeof(DcDecision), compare_decisions);
}

/* Records that stay: each with the first of its row of contacts from which no person set it apart. */
static void
add_staying(const DcPopulation *p, Decisions *decisions)
{
	int			ndecided = decisions->n;
	int			settled = -1;

	make_room(p, decisions, SPI_processed);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		DcDecision	d = {.stays = true};
		int			record;
		int			other;

		if (!read_pair(p, i, &record, &other) || record == settled)
			continue;
		d.a = Min(record, other);
		d.b = Max(record, other);
		if (bsearch(&d, decisions->decision, ndecided, sizeof(DcDecision), compare_decisions) != NULL)
			continue;
		d.match = true;
		decisions->decision[decisions->n++] = d;
		settled = record;
	}
	qsort(decisions->decision, decisions->n, sizeof(DcDecision), compare_decisions);
}

DcDecision *
dc_read_decisions(const DcPopulation *p, int controller_id, const bool *barred, int *n)
{
	Oid			types[] = {INT4OID, INT8ARRAYOID};
	Datum		args[] = {Int32GetDatum(controller_id), 0};
	Decisions	decisions = {0};

	if (p->nrecords <= FEW_RECORDS)
	{
		args[1] = dc_contact_ids(p);
		dc_execute(DECIDED " AND d.a_contact_id OPERATOR(pg_catalog.=) ANY ($2)", 2, types, args, true, SPI_OK_SELECT);
	}
	else
		dc_execute(DECIDED, 1, types, args, true, SPI_OK_SELECT);
	add_decisions(p, &decisions);
	if (barred != NULL)
	{
		IdList		staying = {0};

		for (int r = 0; r < p->nrecords; r++)
			if (barred[r])
				dc_push_id(&staying, p->records[r].contact_id);
		args[1] = dc_id_array(&staying);
		dc_execute(BESIDE, 2, types, args, true, SPI_OK_SELECT);
		add_staying(p, &decisions);
	}
	*n = decisions.n;
	return decisions.decision;
}

bool *
dc_read_barred(const DcPopulation *p)
{
	bool	   *barred = NULL;

	for (int r = 0; r < p->nrecords; r++)
	{
		if (dc_limit_code(p->records[r].contact_id, "detect_duplicates") == NULL)
			continue;
		if (barred == NULL)
			barred = MemoryContextAllocExtended(p->context, (Size) p->nrecords + 1, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
		barred[r] = true;
	}
	return barred;
}
