/*-------------------------------------------------------------------------
 *
 * bearers.c
 *	  shared_by_persons(): the aggregate that tells whether persons share a mailbox or number.
 *
 * Of each contact that has it, only the place among the others and the names are kept: one address on
 * 200,000 contacts takes some megabytes.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "base/version.h"
#include "match/block/packed.h"

typedef struct Bearer
{
	uint64		order;
	int64		contact_id;
	size_t		names;			/* where first and last name stand, each with its zero byte */
} Bearer;

typedef struct Bearers
{
	int			n;
	int			capacity;
	Bearer	   *bearer;
	StringInfoData names;
} Bearers;

static void
add_name(StringInfo names, const char *name)
{
	appendBinaryStringInfo(names, name, strlen(name) + 1);
}

static void
add_bearer(Bearers *bearers, const DcPopulation *p, const DcRecord *r)
{
	Bearer	   *bearer;

	if (bearers->n == bearers->capacity)
		bearers->bearer = repalloc_huge(bearers->bearer, sizeof(Bearer) * (bearers->capacity *= 2));
	bearer = &bearers->bearer[bearers->n++];
	bearer->order = dc_block_order(p, r);
	bearer->contact_id = r->contact_id;
	bearer->names = bearers->names.len;
	add_name(&bearers->names, p->text[r->first]);
	add_name(&bearers->names, p->text[r->last]);
}

PG_FUNCTION_INFO_V1(shared_by_persons_add);
Datum
shared_by_persons_add(PG_FUNCTION_ARGS)
{
	Bearers    *bearers = PG_ARGISNULL(0) ? NULL : (Bearers *) PG_GETARG_POINTER(0);
	MemoryContext context;
	MemoryContext old;
	const DcParameters *parameters;
	DcPopulation *p;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "shared_by_persons_add is called by the aggregate shared_by_persons only");
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("packed contact and parameters must not be NULL")));
	parameters = dc_get_parameters(fcinfo, 2);
	p = dc_population_under(parameters);
	dc_unpack_record(p, parameters, PG_GETARG_BYTEA_PP(1), NULL);
	old = MemoryContextSwitchTo(context);
	if (bearers == NULL)
	{
		bearers = palloc0(sizeof(Bearers));
		bearers->capacity = 4;
		bearers->bearer = palloc(sizeof(Bearer) * bearers->capacity);
		initStringInfo(&bearers->names);
	}
	add_bearer(bearers, p, &p->records[0]);
	MemoryContextSwitchTo(old);
	PG_RETURN_POINTER(bearers);
}

static int
compare_bearers(const void *a, const void *b)
{
	const Bearer *x = a;
	const Bearer *y = b;

	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	return x->contact_id < y->contact_id ? -1 : x->contact_id > y->contact_id;
}

/* O(n log n) */
PG_FUNCTION_INFO_V1(shared_by_persons_end);
Datum
shared_by_persons_end(PG_FUNCTION_ARGS)
{
	const Bearers *bearers = PG_ARGISNULL(0) ? NULL : (const Bearers *) PG_GETARG_POINTER(0);
	DcJudgement judgement = {0};
	Bearer	   *sorted;
	DcPopulation *p;

	if (bearers == NULL || bearers->n < DC_SHARED_BY)
		PG_RETURN_BOOL(false);
	sorted = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Bearer) * bearers->n);
	memcpy(sorted, bearers->bearer, sizeof(Bearer) * bearers->n);
	qsort(sorted, bearers->n, sizeof(Bearer), compare_bearers);
	p = dc_population_create();
	for (int i = 0; i < bearers->n; i++)
	{
		const char *first = bearers->names.data + sorted[i].names;
		DcValue		names[] = {dc_intern(p, first), dc_intern(p, first + strlen(first) + 1)};
		DcRecord   *r = dc_add_record(p);

		CHECK_FOR_INTERRUPTS();
		r->first = names[0];
		r->last = names[1];
		if (dc_judge_bearer(p, &judgement, r))
			PG_RETURN_BOOL(true);
	}
	PG_RETURN_BOOL(false);
}
