/*-------------------------------------------------------------------------
 *
 * decisions.c
 *	  What persons decided about contacts: pairs that are one or two, and contacts that no rule joins.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/array.h"
#include "utils/memutils.h"

#include "match/read.h"

/*
 * A contact that may not be processed stays in the entity that it is in: as if a person had confirmed it with
 * one of the other members.
 */
#define DECISIONS \
	"WITH limited AS (SELECT pg_catalog.unnest(dropcontact.limited_contacts($1, 'detect_duplicates')) AS contact_id) " \
	"SELECT d.a_contact_id, d.b_contact_id, d.verdict = 'match' FROM dropcontact.match_decision d WHERE d.controller_id = $1 " \
	"UNION SELECT least(m.contact_id, f.contact_id), greatest(m.contact_id, f.contact_id), true " \
	"FROM limited l JOIN dropcontact.entity_member m ON m.contact_id = l.contact_id " \
	"JOIN LATERAL (SELECT min(x.contact_id) AS contact_id FROM dropcontact.entity_member x WHERE x.entity_id = m.entity_id AND x.contact_id <> m.contact_id) f ON f.contact_id IS NOT NULL " \
	"ORDER BY 1, 2"

DcDecision *
dc_read_decisions(const DcPopulation *p, int controller_id, int *n)
{
	Oid			types[] = {INT4OID};
	Datum		args[] = {Int32GetDatum(controller_id)};
	DcDecision *decisions;

	if (SPI_execute_with_args(DECISIONS, 1, types, args, NULL, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the decisions");
	decisions = MemoryContextAllocHuge(p->context, sizeof(DcDecision) * (SPI_processed + 1));
	*n = 0;
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple	tuple = SPI_tuptable->vals[i];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		DcDecision *d = &decisions[*n];
		bool		isnull;

		d->a = dc_find_record(p, DatumGetInt64(SPI_getbinval(tuple, desc, 1, &isnull)));
		d->b = dc_find_record(p, DatumGetInt64(SPI_getbinval(tuple, desc, 2, &isnull)));
		d->match = DatumGetBool(SPI_getbinval(tuple, desc, 3, &isnull));
		if (d->a >= 0 && d->b >= 0)
			(*n)++;
	}
	return decisions;
}

bool *
dc_read_barred(const DcPopulation *p, int controller_id)
{
	Oid			types[] = {INT4OID};
	Datum		args[] = {Int32GetDatum(controller_id)};
	bool	   *barred = NULL;
	bool		isnull;

	if (SPI_execute_with_args("SELECT i FROM pg_catalog.unnest(dropcontact.limited_contacts($1, 'detect_duplicates')) i", 1, types, args, NULL, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the contacts that may not be matched");
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		int			record = dc_find_record(p, DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &isnull)));

		if (barred == NULL)
			barred = MemoryContextAllocExtended(p->context, (Size) p->nrecords + 1, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
		if (record >= 0)
			barred[record] = true;
	}
	return barred;
}
