/*-------------------------------------------------------------------------
 *
 * key_index_pages.h
 *	  An open index of keys, for the files that read it: key_index.c, key_index_block.c and key_index_pages.c.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_MATCH_KEY_INDEX_PAGES_H
#define DC_MATCH_KEY_INDEX_PAGES_H

#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"
#include "utils/snapshot.h"

#include "match/index/key_index.h"

/* Columns */
enum
{
	PAGE_CONTROLLER = 1, PAGE_RUN, PAGE_PAGE, PAGE_KEY, PAGE_PLACE, PAGE_CONTACT, PAGE_ENTRIES
};
enum
{
	KEYS_CONTROLLER = 1, KEYS_CONTACT, KEYS_ENTRIES
};
enum
{
	CHANGED_CONTROLLER = 1, CHANGED_CONTACT, CHANGED_RUN, CHANGED_ENTRY
};
enum
{
	DELTA_CONTROLLER = 1, DELTA_KEY, DELTA_PLACE, DELTA_CONTACT
};
enum
{
	STATE_CONTROLLER = 1, STATE_SIGNATURE, STATE_CHECKSUM, STATE_CONTACTS, STATE_PERSONS, STATE_INDEXED, STATE_LAST, STATE_RUNS
};

typedef struct Table
{
	Relation	heap;
	Relation	index;
} Table;

/* What column entries of a row of match_keys_of holds, or column entry of one of match_changed, copied out. */
typedef struct CachedRow
{
	int			n;
	uint64		word[BLCKSZ / sizeof(uint64)];
} CachedRow;

/* The pages of one run: a sorted list of entries. */
typedef struct Pages
{
	int			run;			/* 0: those of dedupe(), in which contacts that changed count for nothing */
	bool		none;			/* there are none: those that the run had are gone */
	SysScanDesc ahead;			/* goes on behind the page, or NULL */
	int			number;			/* of the page kept; -1 for none */
	DcKeyPage	page;
	int			position;		/* in the page */
} Pages;

struct DcKeyIndex
{
	int			controller_id;
	Snapshot	snapshot;
	DcIndexState state;
	bool		many;			/* look-ups are to come, mostly in the order of keys */
	Table		by_key;
	Relation	by_page;		/* the other index of match_index */
	Table		by_contact;
	Table		changed;
	Table		delta;
	bool		none_changed;
	struct changed_hash *set;	/* contacts changed; NULL: each is looked up */
	DcIndexEntry *late;			/* with them the entries of match_delta, in order */
	size_t		nlate;
	int			npages;
	Pages	   *pages;
	CachedRow	contacts;
};

static inline Datum
dc_column(HeapTuple tuple, const Table *table, int number)
{
	bool		isnull;

	return heap_getattr(tuple, number, RelationGetDescr(table->heap), &isnull);
}

static inline void
dc_add_condition(ScanKey keys, int *n, int number, StrategyNumber strategy, int64 value)
{
	static const RegProcedure procedures[] = {0, F_INT8LT, F_INT8LE, F_INT8EQ, F_INT8GE, F_INT8GT};

	ScanKeyInit(&keys[(*n)++], number, strategy, procedures[strategy], Int64GetDatum(value));
}

static inline int
dc_start_conditions(const DcKeyIndex *index, ScanKey keys)
{
	ScanKeyInit(&keys[0], 1, BTEqualStrategyNumber, F_INT4EQ, Int32GetDatum(index->controller_id));
	return 1;
}

static inline SysScanDesc
dc_scan(const DcKeyIndex *index, const Table *table, int n, ScanKey keys)
{
	return systable_beginscan_ordered(table->heap, table->index, index->snapshot, n, keys);
}

/* key_index.c */

/* Do the pages of dedupe() no longer speak for this contact? */
extern bool dc_index_is_changed(DcKeyIndex *index, int64 contact_id);

/* Entries of match_delta from a place on, in this direction, n at most. */
extern int	dc_delta_entries(DcKeyIndex *index, const DcIndexEntry *from, ScanDirection direction, int n, DcIndexEntry *entries);

/* key_index_pages.c */

extern void dc_copy_row(CachedRow *row, Datum entries);

/* Puts the position on the first entry that is not before what is wanted; false: there is none.  Entries without place never are. */
extern bool dc_seek(const DcKeyIndex *index, Pages *pages, const DcIndexEntry *wanted);

/* The entry at the position, which goes on in this direction; NULL at the end of the key. */
extern const DcIndexEntry *dc_take(const DcKeyIndex *index, Pages *pages, uint64 key, ScanDirection direction);

/* The entries without place at the position, if this is their key; answers how many. */
extern int	dc_take_unplaced(Pages *pages, uint64 key, const DcIndexEntry **entries);
extern void dc_stop_ahead(Pages *pages);

#endif							/* DC_MATCH_KEY_INDEX_PAGES_H */
