/*-------------------------------------------------------------------------
 *
 * bulk.c
 *	  Rows put into a table without a statement for them.
 *
 * Rows go into pages many at a time, which writes one record to the log for all of them.  The entries of each btree
 * are kept back and go into it in its order: then most are put where the last one was, nothing is searched, and pages are
 * filled as by sorted input.  Nobody sees a row before the transaction has ended, and so none that lacks its entries.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/heapam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/index.h"
#include "catalog/namespace.h"
#include "catalog/pg_am.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "optimizer/optimizer.h"
#include "rewrite/rewriteHandler.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "match/bulk.h"

#define ROWS 256				/* put into pages at a time */
#define ENTRIES 1000000			/* of an index, kept back at most */
#define MAX_KEYS 5

/* An entry is the columns of the index as numbers, and then one that holds the place of the row. */
typedef struct BulkIndex
{
	Relation	rel;
	IndexInfo  *info;
	int			nkeys;
	int64	   *entries;		/* nkeys + 1 numbers each */
	size_t		n;
	size_t		capacity;
	bool		sorted;			/* they came in order */
} BulkIndex;

struct DcBulk
{
	MemoryContext context;
	Relation	rel;
	EState	   *estate;
	ResultRelInfo result;
	BulkInsertState state;		/* NULL for a logged table: a ring of buffers would wait for its log */
	int			ncolumns;
	AttrNumber *column;			/* of each value of a row */
	ExprState **defaults;		/* of the columns that have none */
	TupleTableSlot *slot[ROWS];
	int			nslots;			/* of them filled */
	int			nindexes;
	BulkIndex  *index;
};

/* ---------- what can be written so ---------- */

/* Rows are seen by no trigger; those of statements were asked by the statement before. */
static bool
has_row_triggers(const TriggerDesc *triggers)
{
	return triggers != NULL && (triggers->trig_insert_before_row || triggers->trig_insert_after_row || triggers->trig_insert_instead_row ||
								triggers->trig_insert_after_statement || triggers->trig_insert_new_table);
}

/* A btree over a few numbers that are always there. */
static bool
is_simple_index(Relation index, const IndexInfo *info, TupleDesc desc)
{
	if (index->rd_rel->relam != BTREE_AM_OID || !index->rd_index->indimmediate || info->ii_Predicate != NIL || info->ii_Expressions != NIL ||
		info->ii_ExclusionOps != NULL || info->ii_NumIndexAttrs > MAX_KEYS || !info->ii_ReadyForInserts)
		return false;
	for (int i = 0; i < info->ii_NumIndexAttrs; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, info->ii_IndexAttrNumbers[i] - 1);

		if (!att->attbyval || !att->attnotnull)
			return false;
	}
	return true;
}

static bool
open_indexes(DcBulk *bulk)
{
	List	   *oids = RelationGetIndexList(bulk->rel);
	ListCell   *cell;
	bool		simple = true;

	bulk->index = palloc0(sizeof(BulkIndex) * (list_length(oids) + 1));
	foreach(cell, oids)
	{
		BulkIndex  *index = &bulk->index[bulk->nindexes++];

		index->rel = index_open(lfirst_oid(cell), RowExclusiveLock);
		index->info = BuildIndexInfo(index->rel);
		index->nkeys = index->info->ii_NumIndexAttrs;
		index->sorted = true;
		simple &= is_simple_index(index->rel, index->info, RelationGetDescr(bulk->rel));
	}
	return simple;
}

static void
close_relations(DcBulk *bulk)
{
	for (int i = 0; i < bulk->nindexes; i++)
		index_close(bulk->index[i].rel, NoLock);
	table_close(bulk->rel, NoLock);
}

/* ---------- opening ---------- */

/* The defaults of the columns that the rows do not have. */
static void
make_defaults(DcBulk *bulk)
{
	TupleDesc	desc = RelationGetDescr(bulk->rel);

	bulk->defaults = palloc0(sizeof(ExprState *) * desc->natts);
	for (int a = 0; a < desc->natts; a++)
	{
		bool		given = TupleDescAttr(desc, a)->attisdropped;
		Node	   *expression;

		for (int c = 0; c < bulk->ncolumns; c++)
			given |= bulk->column[c] == a + 1;
		expression = given ? NULL : build_column_default(bulk->rel, a + 1);
		if (expression != NULL)
			bulk->defaults[a] = ExecInitExpr(expression_planner((Expr *) expression), NULL);
	}
}

DcBulk *
dc_bulk_open(const char *table, const char *const *columns, int ncolumns)
{
	Oid			oid = get_relname_relid(table, get_namespace_oid("dropcontact", false));
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "dropcontact bulk", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	DcBulk	   *bulk = palloc0(sizeof(DcBulk));

	bulk->context = context;
	bulk->rel = table_open(oid, RowExclusiveLock);
	if (bulk->rel->rd_rel->relkind != RELKIND_RELATION || has_row_triggers(bulk->rel->trigdesc) ||
		(RelationGetDescr(bulk->rel)->constr != NULL && RelationGetDescr(bulk->rel)->constr->has_generated_stored) || !open_indexes(bulk))
	{
		close_relations(bulk);
		MemoryContextSwitchTo(old);
		MemoryContextDelete(context);
		return NULL;
	}
	bulk->estate = CreateExecutorState();
	InitResultRelInfo(&bulk->result, bulk->rel, 0, NULL, 0);
	bulk->ncolumns = ncolumns;
	bulk->column = palloc(sizeof(AttrNumber) * ncolumns);
	for (int c = 0; c < ncolumns; c++)
		bulk->column[c] = get_attnum(oid, columns[c]);
	make_defaults(bulk);
	for (int i = 0; i < ROWS; i++)
		bulk->slot[i] = table_slot_create(bulk->rel, NULL);
	if (!RelationNeedsWAL(bulk->rel))
		bulk->state = GetBulkInsertState();
	MemoryContextSwitchTo(old);
	return bulk;
}

/* ---------- entries ---------- */

static int
compare_entries(const void *a, const void *b, void *index)
{
	const int64 *x = a;
	const int64 *y = b;
	int			nkeys = ((const BulkIndex *) index)->nkeys;

	for (int k = 0; k <= nkeys; k++)
		if (x[k] != y[k])
			return x[k] < y[k] ? -1 : 1;
	return 0;
}

static size_t
entry_size(const BulkIndex *index)
{
	return sizeof(int64) * (index->nkeys + 1);
}

static int64 *
entry_at(const BulkIndex *index, size_t i)
{
	return index->entries + (index->nkeys + 1) * i;
}

static int64
number_of_place(const ItemPointerData *tid)
{
	return (int64) ItemPointerGetBlockNumber(tid) << 16 | ItemPointerGetOffsetNumber(tid);
}

/* Entries of one column, as most are, sort faster as what they are. */
typedef struct SingleEntry
{
	int64		key;
	int64		place;
} SingleEntry;

static inline int
compare_singles(const SingleEntry *x, const SingleEntry *y)
{
	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->place < y->place ? -1 : x->place > y->place;
}

#define ST_SORT sort_singles
#define ST_ELEMENT_TYPE SingleEntry
#define ST_COMPARE(a, b) compare_singles(a, b)
#define ST_SCOPE static
#define ST_CHECK_FOR_INTERRUPTS
#define ST_DEFINE
#include "lib/sort_template.h"

static void
sort_entries(BulkIndex *index)
{
	if (index->sorted)
		return;
	if (index->nkeys == 1)
		sort_singles((SingleEntry *) index->entries, index->n);
	else
		qsort_arg(index->entries, index->n, entry_size(index), compare_entries, index);
}

/* Puts the entries that were kept back into the index. */
static void
write_entries(DcBulk *bulk, BulkIndex *index)
{
	IndexUniqueCheck check = index->rel->rd_index->indisunique ? UNIQUE_CHECK_YES : UNIQUE_CHECK_NO;
	MemoryContext old = MemoryContextSwitchTo(GetPerTupleMemoryContext(bulk->estate));

	sort_entries(index);
	for (size_t i = 0; i < index->n; i++)
	{
		const int64 *entry = entry_at(index, i);
		Datum		values[MAX_KEYS];
		bool		nulls[MAX_KEYS] = {false};
		ItemPointerData tid;

		CHECK_FOR_INTERRUPTS();
		for (int k = 0; k < index->nkeys; k++)
			values[k] = (Datum) entry[k];
		ItemPointerSet(&tid, entry[index->nkeys] >> 16, entry[index->nkeys] & 0xffff);
		index_insert(index->rel, values, nulls, &tid, bulk->rel, check, false, index->info);
		if (i % ROWS == 0)
			ResetPerTupleExprContext(bulk->estate);
	}
	MemoryContextSwitchTo(old);
	index->n = 0;
	index->sorted = true;
}

static void
keep_entry(DcBulk *bulk, BulkIndex *index, TupleTableSlot *slot)
{
	int64	   *entry;

	if (index->n == ENTRIES)
		write_entries(bulk, index);
	if (index->n == index->capacity)
	{
		index->capacity = Max(ROWS, index->capacity * 2);
		index->entries = index->entries == NULL ? MemoryContextAlloc(bulk->context, entry_size(index) * index->capacity) :
			repalloc_huge(index->entries, entry_size(index) * index->capacity);
	}
	entry = entry_at(index, index->n);
	for (int k = 0; k < index->nkeys; k++)
	{
		bool		isnull;

		entry[k] = (int64) slot_getattr(slot, index->info->ii_IndexAttrNumbers[k], &isnull);
	}
	entry[index->nkeys] = number_of_place(&slot->tts_tid);
	if (index->n > 0 && compare_entries(entry_at(index, index->n - 1), entry, index) > 0)
		index->sorted = false;
	index->n++;
}

/* ---------- rows ---------- */

static void
write_slots(DcBulk *bulk)
{
	MemoryContext old = MemoryContextSwitchTo(GetPerTupleMemoryContext(bulk->estate));

	CHECK_FOR_INTERRUPTS();
	table_multi_insert(bulk->rel, bulk->slot, bulk->nslots, GetCurrentCommandId(true), 0, bulk->state);
	MemoryContextSwitchTo(old);
	for (int i = 0; i < bulk->nslots; i++)
		for (int x = 0; x < bulk->nindexes; x++)
			keep_entry(bulk, &bulk->index[x], bulk->slot[i]);
	for (int i = 0; i < bulk->nslots; i++)
		ExecClearTuple(bulk->slot[i]);
	ResetPerTupleExprContext(bulk->estate);
	bulk->nslots = 0;
}

void
dc_bulk_add(DcBulk *bulk, const Datum *row)
{
	TupleTableSlot *slot = bulk->slot[bulk->nslots++];
	int			natts = slot->tts_tupleDescriptor->natts;

	memset(slot->tts_isnull, true, sizeof(bool) * natts);
	for (int c = 0; c < bulk->ncolumns; c++)
	{
		slot->tts_values[bulk->column[c] - 1] = row[c];
		slot->tts_isnull[bulk->column[c] - 1] = false;
	}
	for (int a = 0; a < natts; a++)
		if (bulk->defaults[a] != NULL)
			slot->tts_values[a] = ExecEvalExprSwitchContext(bulk->defaults[a], GetPerTupleExprContext(bulk->estate), &slot->tts_isnull[a]);
	ExecStoreVirtualTuple(slot);
	if (RelationGetDescr(bulk->rel)->constr != NULL)
		ExecConstraints(&bulk->result, slot, bulk->estate);
	/* what its values point to is the caller's */
	ExecMaterializeSlot(slot);
	if (bulk->nslots == ROWS)
		write_slots(bulk);
}

void
dc_bulk_close(DcBulk *bulk)
{
	if (bulk->nslots > 0)
		write_slots(bulk);
	for (int x = 0; x < bulk->nindexes; x++)
		write_entries(bulk, &bulk->index[x]);
	if (bulk->state != NULL)
		FreeBulkInsertState(bulk->state);
	table_finish_bulk_insert(bulk->rel, 0);
	for (int i = 0; i < ROWS; i++)
		ExecDropSingleTupleTableSlot(bulk->slot[i]);
	FreeExecutorState(bulk->estate);
	close_relations(bulk);
	MemoryContextDelete(bulk->context);
	CommandCounterIncrement();
}
