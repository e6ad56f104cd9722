/*-------------------------------------------------------------------------
 *
 * plan.c
 *	  Statements of C functions, planned once a session.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "nodes/parsenodes.h"
#include "utils/memutils.h"

#include "duty/plan.h"

typedef struct Kept
{
	struct Kept *next;
	char	   *query;
	SPIPlanPtr	plan;
} Kept;

static Kept *kept = NULL;

/* They are few: as many as there are queries in the C sources. */
SPIPlanPtr
dc_kept_plan(const char *query, int nargs, const Oid *types)
{
	SPIPlanPtr	plan;
	Kept	   *new;

	for (Kept *k = kept; k != NULL; k = k->next)
		if (strcmp(k->query, query) == 0)
			return k->plan;
	new = MemoryContextAlloc(TopMemoryContext, sizeof(Kept));
	new->query = MemoryContextStrdup(TopMemoryContext, query);
	/* made without the values of parameters: those are arrays mostly, and planning for each would cost more than it saves */
	plan = SPI_prepare_cursor(query, nargs, unconstify(Oid *, types), CURSOR_OPT_GENERIC_PLAN);
	if (plan == NULL || SPI_keepplan(plan) != 0)
		elog(ERROR, "could not prepare \"%s\"", query);
	new->plan = plan;
	new->next = kept;
	kept = new;
	return plan;
}

void
dc_execute(const char *query, int nargs, const Oid *types, const Datum *args, bool read_only, int expected)
{
	int			result = SPI_execute_plan(dc_kept_plan(query, nargs, types), unconstify(Datum *, args), NULL, read_only, 0);

	if (result != expected)
		elog(ERROR, "could not execute \"%s\": %s", query, SPI_result_code_string(result));
}

Datum
dc_execute_value(const char *query, int nargs, const Oid *types, const Datum *args, bool read_only, bool *isnull)
{
	dc_execute(query, nargs, types, args, read_only, SPI_OK_SELECT);
	*isnull = SPI_processed == 0;
	return *isnull ? (Datum) 0 : SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, isnull);
}
