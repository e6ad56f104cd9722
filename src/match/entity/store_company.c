/*-------------------------------------------------------------------------
 *
 * store_company.c
 *	  The organisations of persons, stored.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "utils/memutils.h"

#include "match/entity/store.h"
#include "match/pack/read.h"
#include "match/table/batch.h"

#define COMPANIES "SELECT o.contact_id, o.company_entity_id FROM dropcontact.company_member o WHERE o.controller_id = $1"

static const DcTarget companies = {"company_member", {"contact_id", "company_entity_id"}};

#define COMPANY_ROWS "(SELECT pg_catalog.unnest($2) AS contact_id, pg_catalog.unnest($3) AS entity_id) n"
#define UPDATE_COMPANIES \
	"UPDATE dropcontact.company_member o SET company_entity_id = n.entity_id " \
	"FROM " COMPANY_ROWS " WHERE o.contact_id = n.contact_id AND o.controller_id = $1"
#define DELETE_COMPANIES \
	"DELETE FROM dropcontact.company_member o USING (SELECT pg_catalog.unnest($2) AS contact_id) n WHERE o.contact_id = n.contact_id AND o.controller_id = $1"

typedef struct Companies
{
	const DcPopulation *population;
	int64	   *stored;			/* entity of the organisation of each record; 0 for none */
} Companies;

static void
keep_company(void *state, const Datum *values, const bool *nulls)
{
	Companies  *c = state;
	int			record = dc_find_record(c->population, DatumGetInt64(values[0]));

	if (record >= 0)
		c->stored[record] = DatumGetInt64(values[1]);
}

void
dc_store_companies(const DcPopulation *p, int controller_id, const int *company, const int64 *entity, bool partial)
{
	Companies	c = {.population = p, .stored = MemoryContextAllocExtended(CurrentMemoryContext, sizeof(int64) * ((size_t) p->nrecords + 1), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO)};
	DcBatch    *inserts = dc_batch_insert(&companies, controller_id, IsolationUsesXactSnapshot() ? DC_OR_FAIL : NULL);
	DcBatch    *updates = dc_batch_create(UPDATE_COMPANIES, controller_id, INT8OID, INT8OID, InvalidOid, InvalidOid);
	DcBatch    *deletes = dc_batch_create(DELETE_COMPANIES, controller_id, INT8OID, InvalidOid, InvalidOid, InvalidOid);

	dc_read_stored(p, controller_id, COMPANIES, "o.contact_id", partial, keep_company, &c);
	for (int i = 0; i < p->nrecords; i++)
	{
		int64		found = company[i] < 0 ? 0 : entity[company[i]];
		Datum		row[] = {Int64GetDatum(p->records[i].contact_id), Int64GetDatum(found)};

		if (found != c.stored[i])
			dc_batch_add(c.stored[i] == 0 ? inserts : found == 0 ? deletes : updates, row, 0);
	}
	dc_batch_finish(inserts);
	dc_batch_finish(updates);
	dc_batch_finish(deletes);
	pfree(c.stored);
}
