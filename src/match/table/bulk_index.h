/*-------------------------------------------------------------------------
 *
 * bulk_index.h
 *	  Entries of a btree kept back, and put into it in its order.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_MATCH_BULK_INDEX_H
#define DC_MATCH_BULK_INDEX_H

#include "postgres.h"

#include "executor/tuptable.h"
#include "nodes/execnodes.h"
#include "utils/rel.h"

/* An entry is the columns of the index as numbers, and then one that holds the place of the row. */
typedef struct DcBulkIndex
{
	Relation	rel;
	Relation	table;
	IndexInfo  *info;
	MemoryContext context;		/* that the entries live in */
	MemoryContext scratch;		/* emptied now and then */
	int			nkeys;
	bool		by_number;		/* ordered by its columns as numbers: entries may be appended */
	int64	   *entries;		/* nkeys + 1 numbers each */
	size_t		n;
	size_t		capacity;
	bool		sorted;			/* they came in order */
} DcBulkIndex;

/* Opens an index of a table, in the current memory context; false when its entries cannot be kept back. */
extern bool dc_bulk_index_open(DcBulkIndex *index, Relation table, Oid oid);

/* Keeps the entry of a row that has its place. */
extern void dc_bulk_index_add(DcBulkIndex *index, TupleTableSlot *slot);

/* Puts all entries that were kept back into the index. */
extern void dc_bulk_index_write(DcBulkIndex *index);

/*
 * bulk_append.c: puts entries that come after all that the index has into its last page, as many as there is room for.
 * Answers how many: none when the first is not such.
 */
extern size_t dc_bulk_append(const DcBulkIndex *index, size_t from);

static inline int64 *
dc_bulk_entry(const DcBulkIndex *index, size_t i)
{
	return index->entries + (index->nkeys + 1) * i;
}

/* The place of a row as a number, and back. */
static inline int64
dc_number_of_place(const ItemPointerData *tid)
{
	return (int64) ItemPointerGetBlockNumber(tid) << 16 | ItemPointerGetOffsetNumber(tid);
}

static inline void
dc_place_of_number(int64 number, ItemPointer tid)
{
	ItemPointerSet(tid, number >> 16, number & 0xffff);
}

/* By columns, then by place. */
static inline int
dc_compare_bulk_entries(const DcBulkIndex *index, const int64 *x, const int64 *y)
{
	for (int k = 0; k <= index->nkeys; k++)
		if (x[k] != y[k])
			return x[k] < y[k] ? -1 : 1;
	return 0;
}

/* Are all columns equal? */
static inline bool
dc_equal_bulk_keys(const DcBulkIndex *index, const int64 *x, const int64 *y)
{
	return memcmp(x, y, sizeof(int64) * index->nkeys) == 0;
}

#endif							/* DC_MATCH_BULK_INDEX_H */
