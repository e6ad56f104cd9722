/*-------------------------------------------------------------------------
 *
 * bulk.c
 *	  Rows put into a table without a statement for them.
 *
 * Rows go into pages many at a time, which writes one record to the log for all of them.  The entries of each btree
 * are kept back (bulk_index.c).  Nobody sees a row before the transaction has ended, and so none that lacks its entries.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/heapam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "optimizer/optimizer.h"
#include "rewrite/rewriteHandler.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "match/table/bulk.h"
#include "match/table/bulk_index.h"

#define ROWS 256				/* put into pages at a time */

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
	DcBulkIndex *index;
};

/* ---------- what can be written so ---------- */

/* Rows are seen by no trigger; those of statements were asked by the statement before. */
static bool
has_row_triggers(const TriggerDesc *triggers)
{
	return triggers != NULL && (triggers->trig_insert_before_row || triggers->trig_insert_after_row || triggers->trig_insert_instead_row ||
								triggers->trig_insert_after_statement || triggers->trig_insert_new_table);
}

static bool
open_indexes(DcBulk *bulk)
{
	List	   *oids = RelationGetIndexList(bulk->rel);
	ListCell   *cell;
	bool		simple = true;

	bulk->index = palloc0(sizeof(DcBulkIndex) * (list_length(oids) + 1));
	foreach(cell, oids)
		simple &= dc_bulk_index_open(&bulk->index[bulk->nindexes++], bulk->rel, lfirst_oid(cell));
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
			dc_bulk_index_add(&bulk->index[x], bulk->slot[i]);
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
		dc_bulk_index_write(&bulk->index[x]);
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
