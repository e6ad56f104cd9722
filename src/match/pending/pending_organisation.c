/*-------------------------------------------------------------------------
 *
 * pending_organisation.c
 *	  The organisations of persons, where contacts changed.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/memutils.h"

#include "duty/plan.h"
#include "match/entity/store.h"
#include "match/pack/read.h"
#include "match/pending/pending.h"

typedef struct Organisations
{
	IdList		contacts;
} Organisations;

static void
note_organisation(void *state, const DcIndexedContact *contact)
{
	if (!(contact->fingerprint & 1))
		dc_push_id(&((Organisations *) state)->contacts, contact->contact_id);
}

/* Entities of organisations as clusters of records. */
static DcClusters *
read_clusters(const DcPopulation *p)
{
	DcClusters *clusters = palloc0(sizeof(DcClusters));
	Oid			types[] = {INT8ARRAYOID};
	IdList		contacts = {0};
	Datum		args[1];
	bool		isnull;

	clusters->parent = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(int) * ((Size) p->nrecords + 1));
	clusters->entity = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(int64) * ((Size) p->nrecords + 1));
	for (int i = 0; i < p->nrecords; i++)
	{
		clusters->parent[i] = i;
		clusters->entity[i] = p->records[i].contact_id;
		dc_push_id(&contacts, p->records[i].contact_id);
	}
	args[0] = dc_id_array(&contacts);
	dc_execute("SELECT m.contact_id, pg_catalog.min(m.contact_id) OVER (PARTITION BY m.entity_id), m.entity_id FROM dropcontact.entity_member m WHERE m.contact_id = ANY ($1)",
			   1, types, args, true, SPI_OK_SELECT);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple	tuple = SPI_tuptable->vals[i];
		int			member = dc_find_record(p, DatumGetInt64(SPI_getbinval(tuple, SPI_tuptable->tupdesc, 1, &isnull)));

		clusters->parent[member] = dc_find_record(p, DatumGetInt64(SPI_getbinval(tuple, SPI_tuptable->tupdesc, 2, &isnull)));
		clusters->entity[member] = DatumGetInt64(SPI_getbinval(tuple, SPI_tuptable->tupdesc, 3, &isnull));
	}
	return clusters;
}

/* Linear in all organisations. */
void
dc_settle_companies(int controller_id, DcKeyIndex *index, const Changes *changes)
{
	Organisations organisations = {0};
	IdList		persons = {0};
	DcPopulation *p;
	DcClusters *clusters;

	dc_index_contacts(index, note_organisation, &organisations);
	for (int i = 0; i < changes->n; i++)
		if (changes->new[i].nkeys >= 0)
			dc_push_id(&persons, changes->new[i].contact_id);
	dc_sort_ids(&persons);
	for (size_t i = 0; i < persons.n; i++)
		dc_push_id(&organisations.contacts, persons.id[i]);
	dc_sort_ids(&organisations.contacts);
	p = dc_read_contacts(controller_id, organisations.contacts.id, organisations.contacts.n);
	clusters = read_clusters(p);
	dc_store_companies(p, controller_id, dc_resolve_companies(p, clusters), clusters->entity, true);
}

static bool
is_organisation(const DcIndexedContact *contact)
{
	return contact->nkeys >= 0 && !(contact->fingerprint & 1);
}

bool
dc_organisation_changed(DcKeyIndex *index, const Changes *changes, const IdList *scope)
{
	DcIndexedContact contact;

	if (changes->state.persons == 0)
		return false;
	for (int i = 0; i < changes->n; i++)
		if (is_organisation(&changes->old[i]) || is_organisation(&changes->new[i]))
			return true;
	if (changes->state.persons == changes->state.contacts)
		return false;
	for (size_t i = 0; i < scope->n; i++)
		if (dc_index_contact(index, scope->id[i], &contact) && is_organisation(&contact))
			return true;
	return false;
}
