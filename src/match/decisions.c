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
#include "match/ids.h"
#include "match/plan.h"
#include "match/read.h"

#define DECIDED \
	"SELECT d.a_contact_id, d.b_contact_id, d.verdict OPERATOR(pg_catalog.=) 'match' FROM dropcontact.match_decision d WHERE d.controller_id OPERATOR(pg_catalog.=) $1"

/*
 * A contact that may not be processed stays in the entity that it is in: as if a person had confirmed it with
 * one of the other members.
 */
#define STAYING \
	"SELECT least(m.contact_id, f.contact_id), greatest(m.contact_id, f.contact_id), true FROM dropcontact.entity_member m " \
	"JOIN LATERAL (SELECT pg_catalog.min(x.contact_id) AS contact_id FROM dropcontact.entity_member x " \
	"WHERE x.entity_id = m.entity_id AND x.contact_id <> m.contact_id) f ON f.contact_id IS NOT NULL " \
	"WHERE m.controller_id = $1 AND m.contact_id = ANY ($2)"

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

/* Adds what a query of two contacts and a verdict answered, as far as both are records. */
static void
add_decisions(const DcPopulation *p, Decisions *decisions)
{
	size_t		wanted = sizeof(DcDecision) * (decisions->n + SPI_processed + 1);

	decisions->decision = decisions->decision == NULL ? MemoryContextAllocHuge(p->context, wanted) : repalloc_huge(decisions->decision, wanted);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple	tuple = SPI_tuptable->vals[i];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		DcDecision *d = &decisions->decision[decisions->n];
		bool		isnull;

		d->a = dc_find_record(p, DatumGetInt64(SPI_getbinval(tuple, desc, 1, &isnull)));
		d->b = dc_find_record(p, DatumGetInt64(SPI_getbinval(tuple, desc, 2, &isnull)));
		d->match = DatumGetBool(SPI_getbinval(tuple, desc, 3, &isnull));
		if (d->a >= 0 && d->b >= 0)
			decisions->n++;
	}
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
		dc_execute(STAYING, 2, types, args, true, SPI_OK_SELECT);
		add_decisions(p, &decisions);
	}
	qsort(decisions.decision, decisions.n, sizeof(DcDecision), compare_decisions);
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
