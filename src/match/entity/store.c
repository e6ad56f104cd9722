/*-------------------------------------------------------------------------
 *
 * store.c
 *	  Clusters become entities that keep their ids.
 *
 * What is stored is read first and compared here, so that only differences are written.  Statements write
 * them, so that privileges, row-level security and triggers hold as for anybody.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "commands/sequence.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "duty/plan.h"
#include "duty/progress.h"
#include "match/entity/store.h"
#include "match/pack/read.h"
#include "match/table/batch.h"
#include "match/table/rows.h"

#define MEMBERS "SELECT m.contact_id, m.entity_id, m.link_probability FROM dropcontact.entity_member m WHERE m.controller_id = $1"


/*
 * $1 is the controller.  Lists are taken apart in the target list, which needs no room for their rows.  Nobody but who
 * has the lock writes members, so that a conflict is one with a transaction that the snapshot does not see.
 */
static const DcTarget members = {"entity_member", {"contact_id", "entity_id", "link_probability"}};
static const DcTarget aliases_of = {"entity_alias", {"old_entity_id", "entity_id"}};
static const DcTarget log_of = {"entity_log", {"kind", "entity_id", "contact_ids", "why"}};

#define MEMBER_ROWS "(SELECT pg_catalog.unnest($2) AS contact_id, pg_catalog.unnest($3) AS entity_id, pg_catalog.unnest($4) AS link) n"
#define UPDATE_MEMBERS \
	"UPDATE dropcontact.entity_member m SET entity_id = n.entity_id, link_probability = nullif(n.link, 'NaN') " \
	"FROM " MEMBER_ROWS " WHERE m.contact_id = n.contact_id AND m.controller_id = $1"
#define ANY_ALIAS "SELECT FROM dropcontact.entity_alias a WHERE a.controller_id = $1 LIMIT 1"
#define OR_MOVE " ON CONFLICT (old_entity_id, controller_id) DO UPDATE SET entity_id = excluded.entity_id WHERE entity_alias.entity_id <> excluded.entity_id"

/* A record with the entity that it had: the one stored, or the one that it founded. */
typedef struct Holding
{
	int64		entity;
	int			record;
} Holding;

typedef struct Entities
{
	const DcPopulation *population;
	DcClusters *clusters;
	const char *why;			/* the operation, for the events */
	bool	   *joined;			/* the cluster of the record has others */
	int64	   *stored;			/* the entity stored for it; 0 for none */
	double	   *link;			/* with this probability; NaN for NULL */
	int64	   *claim;			/* of each root: the entity that its cluster is */
	Holding    *holdings;		/* by entity and record */
	int			nholdings;
	Oid			ids;			/* the sequence that new entities take their ids from */
} Entities;

static void *
new_array(size_t size, size_t n)
{
	return MemoryContextAllocExtended(CurrentMemoryContext, size * (n + 1), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
}

/* ---------- what is stored ---------- */

void
dc_read_stored(const DcPopulation *p, int controller_id, const char *select, const char *contact_id, bool partial,
			   DcRowCallback callback, void *state)
{
	const Oid	types[] = {INT4OID, INT8ARRAYOID};
	Datum		args[] = {Int32GetDatum(controller_id), 0};
	int			nargs = partial ? 2 : 1;
	SPIPlanPtr	plan = dc_kept_plan(partial ? psprintf("%s AND %s = ANY ($2)", select, contact_id) : select, nargs, types);

	if (partial)
		args[1] = dc_contact_ids(p);
	dc_each_row(plan, nargs, types, args, callback, state);
}

static void
keep_member(void *state, const Datum *values, const bool *nulls)
{
	Entities   *e = state;
	int			record = dc_find_record(e->population, DatumGetInt64(values[0]));

	if (record < 0)
		return;
	e->stored[record] = DatumGetInt64(values[1]);
	e->link[record] = nulls[2] ? NAN : DatumGetFloat8(values[2]);
}

static int64
contact_of(const Entities *e, int record)
{
	return e->population->records[record].contact_id;
}

static int
compare_holdings(const void *a, const void *b)
{
	const Holding *x = a;
	const Holding *y = b;

	if (x->entity != y->entity)
		return x->entity < y->entity ? -1 : 1;
	return x->record < y->record ? -1 : x->record > y->record;
}

/* Who is in a cluster, or was in an entity; O(n log n), linear when ids were never moved. */
static void
list_holdings(Entities *e)
{
	int			nrecords = e->population->nrecords;

	for (int i = 0; i < nrecords; i++)
	{
		int			root = dc_root(e->clusters, i);

		if (root != i)
			e->joined[i] = e->joined[root] = true;
	}
	e->holdings = new_array(sizeof(Holding), nrecords);
	for (int i = 0; i < nrecords; i++)
		if (e->joined[i] || e->stored[i] != 0)
			e->holdings[e->nholdings++] = (Holding) {.entity = e->stored[i] != 0 ? e->stored[i] : contact_of(e, i), .record = i};
	qsort(e->holdings, e->nholdings, sizeof(Holding), compare_holdings);
}

/* Where the records of the entity that stands at a place end. */
static int
end_of_entity(const Entities *e, int from)
{
	int			to = from + 1;

	while (to < e->nholdings && e->holdings[to].entity == e->holdings[from].entity)
		to++;
	return to;
}

/* ---------- which cluster is which entity ---------- */

/* The first cluster among the members of an entity, -1 for none: it alone may be that entity. */
static int
first_cluster(const Entities *e, int from, int to)
{
	int			first = -1;

	for (int i = from; i < to; i++)
		if (e->joined[e->holdings[i].record])
		{
			int			root = dc_root(e->clusters, e->holdings[i].record);

			if (first < 0 || root < first)
				first = root;
		}
	return first;
}

/* Each cluster is the oldest entity that it may be, or a new one. */
static void
claim_entities(Entities *e)
{
	int			nrecords = e->population->nrecords;

	for (int from = 0, to; from < e->nholdings; from = to)
	{
		int			root;

		to = end_of_entity(e, from);
		root = first_cluster(e, from, to);
		/* ascending: the first is the oldest */
		if (root >= 0 && e->claim[root] == 0)
			e->claim[root] = e->holdings[from].entity;
	}
	for (int i = 0; i < nrecords; i++)
		if (e->joined[i] && dc_root(e->clusters, i) == i && e->claim[i] == 0)
			e->claim[i] = nextval_internal(e->ids, true);
}

/*
 * Who left its cluster and is alone: the oldest member of an entity keeps it unless a cluster is that entity,
 * others get a new one.
 */
static int64
entity_of_lone(Entities *e, int record, int oldest, bool claimed)
{
	return record == oldest && !claimed ? e->stored[record] : nextval_internal(e->ids, true);
}

/* ---------- events ---------- */

static Datum
id_list(const Entities *e, const int *records, int n)
{
	size_t		size = ARR_OVERHEAD_NONULLS(1) + sizeof(int64) * n;
	ArrayType  *list = palloc0(size);
	int64	   *id;

	SET_VARSIZE(list, size);
	list->ndim = 1;
	list->elemtype = INT8OID;
	ARR_DIMS(list)[0] = n;
	ARR_LBOUND(list)[0] = 1;
	id = (int64 *) ARR_DATA_PTR(list);
	for (int i = 0; i < n; i++)
		id[i] = contact_of(e, records[i]);
	return PointerGetDatum(list);
}

static void
add_event(const Entities *e, DcBatch *events, const char *kind, int64 entity, const int *records, int n)
{
	Datum		row[] = {CStringGetTextDatum(kind), Int64GetDatum(entity), id_list(e, records, n), CStringGetTextDatum(e->why)};

	dc_batch_add(events, row, 100 + VARSIZE_ANY(DatumGetPointer(row[2])));
}

/* ---------- the walk over the entities that were ---------- */

/*
 * For the members of one old entity: whose id stands for another now, and who was split off.
 */
static void
leave_entity(Entities *e, int from, int to, DcBatch *aliases, DcBatch *events)
{
	int64		entity = e->holdings[from].entity;
	int			root = first_cluster(e, from, to);
	bool		claimed = root >= 0 && e->claim[root] == entity;
	int64		heir = 0;
	int			oldest = -1;
	int			members = 0;
	int			nlone = 0;
	int		   *lone = palloc(sizeof(int) * (to - from));

	for (int i = from; i < to; i++)
	{
		int			record = e->holdings[i].record;
		int64		claim = e->joined[record] ? e->claim[dc_root(e->clusters, record)] : 0;

		if (e->stored[record] != 0)
		{
			members++;
			if (oldest < 0)
				oldest = record;
		}
		if (!e->joined[record])
			lone[nlone++] = record;
		else if (heir == 0 || claim < heir)
			heir = claim;
	}
	/* one who is left alone with the id keeps it; else it stands for where the others went */
	if (heir != 0 && !claimed && (oldest < 0 || e->joined[oldest]))
	{
		Datum		row[] = {Int64GetDatum(entity), Int64GetDatum(heir)};

		dc_batch_add(aliases, row, 0);
	}
	if (nlone > 0 && members > 1)
		add_event(e, events, "split", entity, lone, nlone);
	for (int i = 0; i < nlone; i++)
		e->clusters->entity[lone[i]] = entity_of_lone(e, lone[i], oldest, claimed);
	pfree(lone);
}

/* ---------- the walk over the clusters ---------- */

/* The records of all clusters of several, those of a cluster together and both ascending; start: where those of a root begin. */
static int *
list_members(const Entities *e, int *start)
{
	int			nrecords = e->population->nrecords;
	int		   *records = new_array(sizeof(int), e->nholdings);
	int			n = 0;

	for (int i = 0; i < nrecords; i++)
		if (e->joined[i])
			start[dc_root(e->clusters, i)]++;
	for (int i = 0; i < nrecords; i++)
	{
		int			size = start[i];

		start[i] = n;
		n += size;
	}
	start[nrecords] = n;
	for (int i = 0; i < nrecords; i++)
		if (e->joined[i])
			records[start[dc_root(e->clusters, i)]++] = i;
	/* each is now where the next one begins */
	for (int i = nrecords; i > 0; i--)
		start[i] = start[i - 1];
	start[0] = 0;
	return records;
}

/* One event for each cluster that took members from elsewhere, in the order of the clusters; linear. */
static void
note_mergers(Entities *e, DcBatch *events)
{
	int			nrecords = e->population->nrecords;
	int		   *start = new_array(sizeof(int), (size_t) nrecords + 1);
	int		   *records = list_members(e, start);

	for (int root = 0; root < nrecords; root++)
	{
		int64		entity = e->claim[root];
		bool		moved = false;

		for (int i = start[root]; i < start[root + 1]; i++)
		{
			int			record = records[i];

			e->clusters->entity[record] = entity;
			moved |= (e->stored[record] != 0 ? e->stored[record] : contact_of(e, record)) != entity;
		}
		if (moved)
			add_event(e, events, "merged", entity, records + start[root], start[root + 1] - start[root]);
	}
	pfree(start);
	pfree(records);
}

/* ---------- members ---------- */

/* Writes the members that differ from what is stored; linear. */
static void
write_members(Entities *e, int controller_id)
{
	DcBatch    *inserts = dc_batch_insert(&members, controller_id, IsolationUsesXactSnapshot() ? DC_OR_FAIL : NULL);
	DcBatch    *updates = dc_batch_create(UPDATE_MEMBERS, controller_id, INT8OID, INT8OID, FLOAT8OID, InvalidOid);

	for (int i = 0; i < e->population->nrecords; i++)
	{
		int64		entity = e->clusters->entity[i];
		double		link = e->link[i];
		Datum		row[3];

		if (e->joined[i])
			link = dc_root(e->clusters, i) == i ? 1.0 : dc_probability(e->clusters->link[i]);
		row[0] = Int64GetDatum(contact_of(e, i));
		row[1] = Int64GetDatum(entity);
		row[2] = Float8GetDatum(link);
		if (e->stored[i] == 0 && e->joined[i])
			dc_batch_add(inserts, row, 0);
		else if (e->stored[i] != 0 && (e->stored[i] != entity || (e->joined[i] && e->link[i] != link)))
			dc_batch_add(updates, row, 0);
		if (i % 65536 == 0)
			dc_progress_done(i);
	}
	dc_batch_finish(inserts);
	dc_batch_finish(updates);
}

/* Without any before, or those of a transaction that the snapshot does not see, there is nothing to meet. */
static bool
has_aliases(int controller_id)
{
	Oid			types[] = {INT4OID};
	Datum		args[] = {Int32GetDatum(controller_id)};

	dc_execute(ANY_ALIAS, 1, types, args, true, SPI_OK_SELECT);
	return SPI_processed > 0 || IsolationUsesXactSnapshot();
}

int64
dc_store_entities(const DcPopulation *p, int controller_id, DcClusters *clusters, bool partial)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "dropcontact entities", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old;
	Entities	e = {
		.population = p,
		.clusters = clusters,
		.why = partial ? "match_pending()" : "dedupe()",
		.ids = get_relname_relid("contact_id_seq", get_namespace_oid("dropcontact", false)),
	};
	DcBatch    *aliases;
	DcBatch    *events;
	int64		roots = 0;

	clusters->entity = new_array(sizeof(int64), p->nrecords);
	old = MemoryContextSwitchTo(context);
	e.joined = new_array(sizeof(bool), p->nrecords);
	e.stored = new_array(sizeof(int64), p->nrecords);
	e.link = new_array(sizeof(double), p->nrecords);
	e.claim = new_array(sizeof(int64), p->nrecords);
	dc_read_stored(p, controller_id, MEMBERS, "m.contact_id", partial, keep_member, &e);
	list_holdings(&e);
	claim_entities(&e);
	aliases = dc_batch_insert(&aliases_of, controller_id, has_aliases(controller_id) ? OR_MOVE : NULL);
	events = dc_batch_insert(&log_of, controller_id, NULL);
	for (int i = 0; i < p->nrecords; i++)
	{
		clusters->entity[i] = contact_of(&e, i);
		roots += dc_root(clusters, i) == i;
	}
	note_mergers(&e, events);
	for (int from = 0, to; from < e.nholdings; from = to)
	{
		to = end_of_entity(&e, from);
		leave_entity(&e, from, to, aliases, events);
	}
	dc_batch_finish(events);
	dc_batch_finish(aliases);
	write_members(&e, controller_id);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
	return roots;
}
