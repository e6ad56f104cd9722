/*-------------------------------------------------------------------------
 *
 * bulk_append.c
 *	  Entries appended to a btree, a page at a time.
 *
 * What an insertion of one entry costs is mostly the way to its page and the record in the log.  Entries that come after all that the index has
 * belong into its last leaf: so they go there together, under one lock and with one (generic) record of the log.  The last leaf has
 * no upper bound and is never deleted, so nothing else of the index changes; a page that is full is split by
 * the btree itself, which inserts the next entry.  Greater than all, an entry violates no unique index.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/generic_xlog.h"
#include "access/itup.h"
#include "access/nbtree.h"
#include "storage/bufmgr.h"
#include "storage/predicate.h"

#include "match/table/bulk_index.h"

/* The page to begin with on the way to the last leaf; P_NONE when the index is empty. */
static BlockNumber
root_block(Relation rel)
{
	Buffer		buffer = ReadBuffer(rel, BTREE_METAPAGE);
	BlockNumber root;

	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	root = BTPageGetMeta(BufferGetPage(buffer))->btm_fastroot;
	UnlockReleaseBuffer(buffer);
	return root;
}

/* The last leaf, locked exclusively; InvalidBuffer when the index is empty. */
static Buffer
lock_last_leaf(Relation rel)
{
	BlockNumber block = root_block(rel);

	while (block != P_NONE)
	{
		Buffer		buffer = ReadBuffer(rel, block);
		Page		page = BufferGetPage(buffer);
		BTPageOpaque opaque = BTPageGetOpaque(page);

		LockBuffer(buffer, BUFFER_LOCK_SHARE);
		if (P_RIGHTMOST(opaque) && P_ISLEAF(opaque))
		{
			/* another process may split it meanwhile: then the way goes on to the right */
			LockBuffer(buffer, BUFFER_LOCK_UNLOCK);
			LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
			if (P_RIGHTMOST(opaque))
				return buffer;
		}
		if (!P_RIGHTMOST(opaque))
			block = opaque->btpo_next;
		else
			block = BTreeTupleGetDownLink((IndexTuple) PageGetItem(page, PageGetItemId(page, PageGetMaxOffsetNumber(page))));
		UnlockReleaseBuffer(buffer);
	}
	return InvalidBuffer;
}

/* Does an entry come after all of the last leaf, and in a unique index with other columns? */
static bool
comes_last(const DcBulkIndex *index, Page page, const int64 *entry)
{
	OffsetNumber last = PageGetMaxOffsetNumber(page);
	int64		greatest[INDEX_MAX_KEYS + 1];
	IndexTuple	tuple;

	/* what was there may have been removed; where it was is not known here */
	if (last < P_FIRSTDATAKEY(BTPageGetOpaque(page)))
		return false;
	tuple = (IndexTuple) PageGetItem(page, PageGetItemId(page, last));
	for (int k = 0; k < index->nkeys; k++)
	{
		bool		isnull;

		greatest[k] = (int64) index_getattr(tuple, k + 1, RelationGetDescr(index->rel), &isnull);
	}
	if (dc_equal_bulk_keys(index, greatest, entry) && index->rel->rd_index->indisunique)
		return false;
	greatest[index->nkeys] = dc_number_of_place(BTreeTupleGetMaxHeapTID(tuple));
	return dc_compare_bulk_entries(index, greatest, entry) < 0;
}

static IndexTuple
make_tuple(const DcBulkIndex *index, const int64 *entry)
{
	Datum		values[INDEX_MAX_KEYS];
	bool		nulls[INDEX_MAX_KEYS] = {false};
	IndexTuple	tuple;

	for (int k = 0; k < index->nkeys; k++)
		values[k] = (Datum) entry[k];
	tuple = index_form_tuple(RelationGetDescr(index->rel), values, nulls);
	dc_place_of_number(entry[index->nkeys], &tuple->t_tid);
	return tuple;
}

/* Fills the page with entries; answers how many. */
static size_t
fill_page(const DcBulkIndex *index, Page page, size_t from)
{
	size_t		n = 0;

	while (from + n < index->n)
	{
		const int64 *entry = dc_bulk_entry(index, from + n);
		IndexTuple	tuple;

		/* one that is there twice the btree is to refuse */
		if (n > 0 && index->rel->rd_index->indisunique && dc_equal_bulk_keys(index, entry, dc_bulk_entry(index, from + n - 1)))
			break;
		tuple = make_tuple(index, entry);
		if (PageGetFreeSpace(page) < MAXALIGN(IndexTupleSize(tuple)))
			break;
		if (PageAddItem(page, (Item) tuple, IndexTupleSize(tuple), OffsetNumberNext(PageGetMaxOffsetNumber(page)), false, false) == InvalidOffsetNumber)
			elog(ERROR, "failed to add an entry to index \"%s\"", RelationGetRelationName(index->rel));
		pfree(tuple);
		n++;
	}
	return n;
}

size_t
dc_bulk_append(const DcBulkIndex *index, size_t from)
{
	Buffer		buffer = lock_last_leaf(index->rel);
	GenericXLogState *change;
	size_t		n = 0;

	if (!BufferIsValid(buffer))
		return 0;
	if (comes_last(index, BufferGetPage(buffer), dc_bulk_entry(index, from)))
	{
		CheckForSerializableConflictIn(index->rel, NULL, BufferGetBlockNumber(buffer));
		change = GenericXLogStart(index->rel);
		n = fill_page(index, GenericXLogRegisterBuffer(change, buffer, 0), from);
		if (n > 0)
			GenericXLogFinish(change);
		else
			GenericXLogAbort(change);
	}
	UnlockReleaseBuffer(buffer);
	return n;
}
