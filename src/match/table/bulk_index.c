/*-------------------------------------------------------------------------
 *
 * bulk_index.c
 *	  Entries of a btree kept back, and put into it in its order.
 *
 * In order most entries go where the last one went, and pages are filled as by sorted input.  Those that come after all that
 * the index has, as in a table that was empty, go into its last page together (bulk_append.c).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "catalog/index.h"
#include "catalog/pg_am.h"
#include "catalog/pg_opfamily.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "match/table/bulk_index.h"

#define ENTRIES 1000000			/* kept back at most */
#define FIRST_ENTRIES 256
#define MAX_KEYS 5

/* After an entry that could not be appended so many are inserted before that is tried again. */
#define INSERTED_AT_ONCE 256

/* ---------- what can be kept back ---------- */

/* A btree over a few numbers that are always there. */
static bool
is_simple(const DcBulkIndex *index)
{
	const IndexInfo *info = index->info;
	TupleDesc	desc = RelationGetDescr(index->table);

	if (index->rel->rd_rel->relam != BTREE_AM_OID || !index->rel->rd_index->indimmediate || info->ii_Predicate != NIL || info->ii_Expressions != NIL ||
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

/* Is the order of the index that of its columns as numbers, all of them ascending? */
static bool
is_by_number(const DcBulkIndex *index)
{
	if (index->info->ii_NumIndexKeyAttrs != index->nkeys)
		return false;
	for (int k = 0; k < index->nkeys; k++)
		if (index->rel->rd_opfamily[k] != INTEGER_BTREE_FAM_OID || index->rel->rd_indoption[k] != 0)
			return false;
	return true;
}

bool
dc_bulk_index_open(DcBulkIndex *index, Relation table, Oid oid)
{
	*index = (DcBulkIndex) {.table = table, .context = CurrentMemoryContext, .sorted = true};
	index->rel = index_open(oid, RowExclusiveLock);
	index->info = BuildIndexInfo(index->rel);
	index->nkeys = index->info->ii_NumIndexAttrs;
	index->scratch = AllocSetContextCreate(CurrentMemoryContext, "dropcontact bulk entries", ALLOCSET_DEFAULT_SIZES);
	if (!is_simple(index))
		return false;
	index->by_number = is_by_number(index);
	return true;
}

/* ---------- order ---------- */

static int
compare_entries(const void *a, const void *b, void *index)
{
	return dc_compare_bulk_entries(index, a, b);
}

static size_t
entry_size(const DcBulkIndex *index)
{
	return sizeof(int64) * (index->nkeys + 1);
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
sort_entries(DcBulkIndex *index)
{
	if (index->sorted)
		return;
	if (index->nkeys == 1)
		sort_singles((SingleEntry *) index->entries, index->n);
	else
		qsort_arg(index->entries, index->n, entry_size(index), compare_entries, index);
}

/* ---------- entries ---------- */

static void
insert_entry(DcBulkIndex *index, const int64 *entry)
{
	IndexUniqueCheck check = index->rel->rd_index->indisunique ? UNIQUE_CHECK_YES : UNIQUE_CHECK_NO;
	Datum		values[MAX_KEYS];
	bool		nulls[MAX_KEYS] = {false};
	ItemPointerData tid;

	CHECK_FOR_INTERRUPTS();
	for (int k = 0; k < index->nkeys; k++)
		values[k] = (Datum) entry[k];
	dc_place_of_number(entry[index->nkeys], &tid);
	index_insert(index->rel, values, nulls, &tid, index->table, check, false, index->info);
}

void
dc_bulk_index_write(DcBulkIndex *index)
{
	MemoryContext old = MemoryContextSwitchTo(index->scratch);

	sort_entries(index);
	for (size_t i = 0; i < index->n;)
	{
		size_t		appended = index->by_number ? dc_bulk_append(index, i) : 0;
		size_t		to = Min(index->n, i + appended + (appended > 0 ? 1 : INSERTED_AT_ONCE));

		/* one for which the page had no room makes a new last page */
		for (i += appended; i < to; i++)
			insert_entry(index, dc_bulk_entry(index, i));
		MemoryContextReset(index->scratch);
	}
	MemoryContextSwitchTo(old);
	index->n = 0;
	index->sorted = true;
}

void
dc_bulk_index_add(DcBulkIndex *index, TupleTableSlot *slot)
{
	int64	   *entry;

	if (index->n == ENTRIES)
		dc_bulk_index_write(index);
	if (index->n == index->capacity)
	{
		index->capacity = Max(FIRST_ENTRIES, index->capacity * 2);
		index->entries = index->entries == NULL ? MemoryContextAlloc(index->context, entry_size(index) * index->capacity) :
			repalloc_huge(index->entries, entry_size(index) * index->capacity);
	}
	entry = dc_bulk_entry(index, index->n);
	for (int k = 0; k < index->nkeys; k++)
	{
		bool		isnull;

		entry[k] = (int64) slot_getattr(slot, index->info->ii_IndexAttrNumbers[k], &isnull);
	}
	entry[index->nkeys] = dc_number_of_place(&slot->tts_tid);
	if (index->n > 0 && dc_compare_bulk_entries(index, dc_bulk_entry(index, index->n - 1), entry) > 0)
		index->sorted = false;
	index->n++;
}
