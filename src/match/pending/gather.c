/*-------------------------------------------------------------------------
 *
 * gather.c
 *	  Contacts that one run has read so far, each of them once.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "match/pending/gather.h"

typedef struct Entry
{
	int64		contact_id;
	int			record;			/* -1: there is no such contact */
	char		status;
} Entry;

#define SH_PREFIX gathered
#define SH_ELEMENT_TYPE Entry
#define SH_KEY_TYPE int64
#define SH_KEY contact_id
#define SH_HASH_KEY(tb, key) dc_hash_id(key)
#define SH_EQUAL(tb, a, b) ((a) == (b))
#define SH_SCOPE static inline
#define SH_DEFINE
#define SH_DECLARE
#include "lib/simplehash.h"

DcGathered *
dc_gather_open(int controller_id)
{
	DcGathered *g = palloc0(sizeof(DcGathered));

	g->controller_id = controller_id;
	g->population = dc_open_population(controller_id);
	g->packer = dc_packer_create(g->population);
	g->records = gathered_create(CurrentMemoryContext, 64, NULL);
	dc_load_statistics_of(g->population, controller_id, &g->model);
	return g;
}

void
dc_gather(DcGathered *g, const IdList *contacts)
{
	DcPopulation *p = g->population;
	IdList		missing = {0};
	DcValue		known = p->nvalues;
	int			first = p->nrecords;
	bool		found;

	for (size_t i = 0; i < contacts->n; i++)
	{
		Entry	   *entry = gathered_insert(g->records, contacts->id[i], &found);

		if (found)
			continue;
		entry->record = -1;
		dc_push_id(&missing, contacts->id[i]);
	}
	if (missing.n == 0)
		return;
	dc_read_into(g->packer, g->controller_id, missing.id, missing.n);
	for (int r = first; r < p->nrecords; r++)
		gathered_lookup(g->records, p->records[r].contact_id)->record = r;
	dc_load_frequencies(p, g->controller_id, known);
}

int
dc_gathered_record(const DcGathered *g, int64 contact_id)
{
	const Entry *entry = gathered_lookup(g->records, contact_id);

	return entry == NULL ? -1 : entry->record;
}

DcPopulation *
dc_gathered_part(const DcGathered *g, const IdList *contacts)
{
	DcPopulation *part = palloc(sizeof(DcPopulation));

	*part = *g->population;
	part->context = CurrentMemoryContext;
	part->nrecords = 0;
	part->capacity = contacts->n + 1;
	part->records = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(DcRecord) * part->capacity);
	for (size_t i = 0; i < contacts->n; i++)
	{
		int			record = dc_gathered_record(g, contacts->id[i]);

		if (record >= 0)
			part->records[part->nrecords++] = g->population->records[record];
	}
	return part;
}
