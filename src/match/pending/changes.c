/*-------------------------------------------------------------------------
 *
 * changes.c
 *	  Which contacts changed since the last run of matching.
 *
 * No trigger keeps a list of them, which would cost every load: one pass over the rows finds those
 * written by transactions that the last run did not see, and what they say is compared with the
 * fingerprint that the index has of them.  A contact that was written without changing anything
 * that is compared has not changed.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/heapam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/transam.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "executor/tuptable.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "duty/plan.h"
#include "match/pack/read.h"
#include "match/pending/pending.h"

/* From this share of the contacts on, reading the changed ones alone costs more than reading all. */
#define MANY_SHARE 5

/* So many are always matched alone. */
#define FEW 5000

/* ---------- rows that the last run did not see ---------- */

typedef struct Seen
{
	bool		nothing;
	TransactionId before;		/* transactions older than this had ended when the run began */
} Seen;

static Seen
read_last_run(int controller_id)
{
	Oid			types[] = {INT4OID};
	Datum		args[] = {Int32GetDatum(controller_id)};
	Seen		seen = {.nothing = true};
	FullTransactionId next = ReadNextFullTransactionId();
	uint64		xmin;
	bool		isnull;

	xmin = DatumGetInt64(dc_execute_value("SELECT pg_catalog.pg_snapshot_xmin(r.snapshot)::text::bigint FROM dropcontact.match_run r "
										  "WHERE r.controller_id = $1 AND r.system_identifier = (SELECT s.system_identifier FROM pg_catalog.pg_control_system() s)",
										  1, types, args, true, &isnull));
	if (isnull)
		return seen;
	/* further back, the 32 bits that a row carries could be of either epoch */
	seen.nothing = U64FromFullTransactionId(next) - xmin > UINT64CONST(1) << 30;
	seen.before = (TransactionId) xmin;
	return seen;
}

/*
 * One pass over the rows of contact; answers how many the controller has.  recent: ids of those that the run may
 * not have seen; all: all ids, or NULL.
 */
static int64
scan_rows(int controller_id, const Seen *seen, IdList *recent, IdList *all)
{
	Relation	relation = table_open(get_relname_relid("contact", get_namespace_oid("dropcontact", false)), AccessShareLock);
	AttrNumber	id = get_attnum(RelationGetRelid(relation), "contact_id");
	AttrNumber	controller = get_attnum(RelationGetRelid(relation), "controller_id");
	TupleTableSlot *slot = table_slot_create(relation, NULL);
	TableScanDesc scan = table_beginscan(relation, GetActiveSnapshot(), 0, NULL);
	int64		n = 0;

	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		bool		isnull;
		int64		contact_id;
		TransactionId xmin;

		CHECK_FOR_INTERRUPTS();
		if (DatumGetInt32(slot_getattr(slot, controller, &isnull)) != controller_id)
			continue;
		n++;
		contact_id = DatumGetInt64(slot_getattr(slot, id, &isnull));
		if (all != NULL)
			dc_push_id(all, contact_id);
		if (recent == NULL)
			continue;
		xmin = DatumGetTransactionId(slot_getsysattr(slot, MinTransactionIdAttributeNumber, &isnull));
		if (seen->nothing || !TransactionIdPrecedes(xmin, seen->before))
			dc_push_id(recent, contact_id);
	}
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	table_close(relation, AccessShareLock);
	return n;
}

/* ---------- what they say ---------- */

static void
add_change(Changes *changes, const DcIndexedContact *old, const DcIndexedContact *new)
{
	if (changes->n == changes->capacity)
	{
		changes->capacity = Max(16, changes->capacity * 2);
		changes->old = changes->n == 0 ? palloc(sizeof(DcIndexedContact) * changes->capacity) :
			repalloc_huge(changes->old, sizeof(DcIndexedContact) * changes->capacity);
		changes->new = changes->n == 0 ? palloc(sizeof(DcIndexedContact) * changes->capacity) :
			repalloc_huge(changes->new, sizeof(DcIndexedContact) * changes->capacity);
	}
	changes->old[changes->n] = *old;
	changes->new[changes->n++] = *new;
	if (old->nkeys >= 0)
	{
		changes->state.contacts--;
		changes->state.persons -= old->fingerprint & 1;
	}
	if (new->nkeys >= 0)
	{
		changes->state.contacts++;
		changes->state.persons += new->fingerprint & 1;
		changes->state.last_contact = Max(changes->state.last_contact, new->contact_id);
	}
}

static void
note_gone(Changes *changes, const DcIndexedContact *old)
{
	DcIndexedContact gone = {.contact_id = old->contact_id, .nkeys = -1};

	add_change(changes, old, &gone);
}

bool
dc_too_many(const DcKeyIndex *index, size_t n, int share)
{
	return n > FEW && n > dc_index_state(index)->contacts / share;
}

bool
dc_compare_contacts(DcGathered *g, DcKeyIndex *index, const IdList *contacts, Changes *changes)
{
	const DcPopulation *p = g->population;

	changes->state = *dc_index_state(index);
	if (dc_too_many(index, contacts->n, MANY_SHARE))
		return false;
	dc_gather(g, contacts);
	for (size_t i = 0; i < contacts->n; i++)
	{
		int			record = dc_gathered_record(g, contacts->id[i]);
		DcIndexedContact old = {.contact_id = contacts->id[i], .nkeys = -1};
		DcIndexedContact new;
		bool		known = dc_index_contact(index, contacts->id[i], &old);

		CHECK_FOR_INTERRUPTS();
		if (record < 0)
		{
			if (known)
				note_gone(changes, &old);
			continue;
		}
		dc_describe_contact(p, &p->records[record], &new);
		if (known && old.fingerprint == new.fingerprint)
			continue;
		if (!known)
			old.nkeys = -1;
		add_change(changes, &old, &new);
	}
	return true;
}

typedef struct Missing
{
	const IdList *all;			/* that there are, ascending */
	Changes    *changes;
} Missing;

static void
note_missing(void *state, const DcIndexedContact *contact)
{
	Missing    *missing = state;

	if (!dc_has_id(missing->all, contact->contact_id))
		note_gone(missing->changes, contact);
}

bool
dc_find_changes(DcGathered *g, DcKeyIndex *index, Changes *changes)
{
	int			controller_id = g->controller_id;
	Seen		seen = read_last_run(controller_id);
	IdList		recent = {0};
	IdList		all = {0};
	Missing		missing = {&all, changes};
	int64		n;

	if (seen.nothing)
		return false;
	n = scan_rows(controller_id, &seen, &recent, NULL);
	dc_sort_ids(&recent);
	if (!dc_compare_contacts(g, index, &recent, changes))
		return false;
	if (changes->state.contacts == n)
		return true;
	/* some are gone: those that the index knows and that are no more */
	scan_rows(controller_id, &seen, NULL, &all);
	dc_sort_ids(&all);
	dc_index_contacts(index, note_missing, &missing);
	return !dc_too_many(index, changes->n, MANY_SHARE);
}
