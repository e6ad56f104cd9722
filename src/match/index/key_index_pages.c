/*-------------------------------------------------------------------------
 *
 * key_index_pages.c
 *	  Finding entries in the pages of key_index.h.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "match/index/key_index_pages.h"

static int
start_pages(const DcKeyIndex *index, const Pages *pages, ScanKey keys)
{
	int			n = dc_start_conditions(index, keys);

	ScanKeyInit(&keys[n], PAGE_RUN, BTEqualStrategyNumber, F_INT4EQ, Int32GetDatum(pages->run));
	return n + 1;
}

void
dc_copy_row(CachedRow *row, Datum entries)
{
	bytea	   *bytes = DatumGetByteaPP(entries);
	size_t		length = VARSIZE_ANY_EXHDR(bytes);

	if (length > sizeof(row->word))
		elog(ERROR, "a row of the index of keys is too long");
	memcpy(row->word, VARDATA_ANY(bytes), length);
	row->n = length / sizeof(uint64);
}

/* One of many look-ups finds the next key in the same page, one of few has no use for what comes after its key. */
static void
keep_page(const DcKeyIndex *index, Pages *pages, HeapTuple tuple, uint64 wanted)
{
	pages->number = DatumGetInt32(dc_column(tuple, &index->by_key, PAGE_PAGE));
	dc_page_unpack(&pages->page, DatumGetByteaPP(dc_column(tuple, &index->by_key, PAGE_ENTRIES)), index->many ? PG_UINT64_MAX : wanted);
}

void
dc_stop_ahead(Pages *pages)
{
	if (pages->ahead != NULL)
		systable_endscan_ordered(pages->ahead);
	pages->ahead = NULL;
}

/* Pages in this direction from the one kept. */
static SysScanDesc
scan_pages(const DcKeyIndex *index, const Pages *pages, ScanDirection direction)
{
	Table		table = {index->by_key.heap, index->by_page};
	ScanKeyData keys[3];
	int			n = start_pages(index, pages, keys);

	ScanKeyInit(&keys[n++], PAGE_PAGE, direction == ForwardScanDirection ? BTGreaterStrategyNumber : BTLessStrategyNumber,
				direction == ForwardScanDirection ? F_INT4GT : F_INT4LT, Int32GetDatum(pages->number));
	return dc_scan(index, &table, n, keys);
}

/* The next page in this direction; false, and the page stays, when there is none. */
static bool
next_page(const DcKeyIndex *index, Pages *pages, ScanDirection direction)
{
	SysScanDesc desc = direction == ForwardScanDirection && pages->ahead != NULL ? pages->ahead : scan_pages(index, pages, direction);
	HeapTuple	tuple = systable_getnext_ordered(desc, direction);
	bool		found = HeapTupleIsValid(tuple);

	if (found)
		keep_page(index, pages, tuple, PG_UINT64_MAX);
	if (direction == ForwardScanDirection && index->many && found)
		pages->ahead = desc;
	else
	{
		if (pages->ahead != desc)
			dc_stop_ahead(pages);
		systable_endscan_ordered(desc);
		pages->ahead = NULL;
	}
	return found;
}

static int
compare_first(const DcKeyIndex *index, HeapTuple tuple, const DcIndexEntry *wanted)
{
	DcIndexEntry first = {
		dc_from_column(DatumGetInt64(dc_column(tuple, &index->by_key, PAGE_KEY))),
		dc_from_column(DatumGetInt64(dc_column(tuple, &index->by_key, PAGE_PLACE))),
		DatumGetInt64(dc_column(tuple, &index->by_key, PAGE_CONTACT)),
	};

	return dc_compare_entries(&first, wanted);
}

/* Keeps the last page under these conditions that does not begin after what is wanted; false: there is none. */
static bool
last_page(const DcKeyIndex *index, Pages *pages, int n, ScanKey keys, const DcIndexEntry *wanted, bool *began_after)
{
	SysScanDesc desc = dc_scan(index, &index->by_key, n, keys);
	HeapTuple	tuple = systable_getnext_ordered(desc, BackwardScanDirection);
	bool		found = HeapTupleIsValid(tuple) && compare_first(index, tuple, wanted) <= 0;

	*began_after = HeapTupleIsValid(tuple) && !found;
	if (found)
		keep_page(index, pages, tuple, wanted->key);
	systable_endscan_ordered(desc);
	return found;
}

/*
 * Keeps the page in which an entry is or would be.  One descent of the btree, three for the keys of blocks that
 * fill pages.
 */
static bool
find_page(const DcKeyIndex *index, Pages *pages, const DcIndexEntry *wanted)
{
	ScanKeyData keys[5];
	int			n = start_pages(index, pages, keys);
	bool		began_after;

	dc_stop_ahead(pages);
	dc_add_condition(keys, &n, PAGE_KEY, BTLessEqualStrategyNumber, dc_to_column(wanted->key));
	if (last_page(index, pages, n, keys, wanted, &began_after))
		return true;
	if (!began_after)
		return false;
	/* several pages begin with the key; of entries of one place, those of lower contacts come first */
	n = start_pages(index, pages, keys);
	dc_add_condition(keys, &n, PAGE_KEY, BTEqualStrategyNumber, dc_to_column(wanted->key));
	dc_add_condition(keys, &n, PAGE_PLACE, BTEqualStrategyNumber, dc_to_column(wanted->place));
	dc_add_condition(keys, &n, PAGE_CONTACT, BTLessEqualStrategyNumber, wanted->contact_id);
	if (last_page(index, pages, n, keys, wanted, &began_after))
		return true;
	n = start_pages(index, pages, keys);
	dc_add_condition(keys, &n, PAGE_KEY, BTEqualStrategyNumber, dc_to_column(wanted->key));
	dc_add_condition(keys, &n, PAGE_PLACE, BTLessStrategyNumber, dc_to_column(wanted->place));
	if (last_page(index, pages, n, keys, wanted, &began_after))
		return true;
	n = start_pages(index, pages, keys);
	dc_add_condition(keys, &n, PAGE_KEY, BTLessStrategyNumber, dc_to_column(wanted->key));
	return last_page(index, pages, n, keys, wanted, &began_after);
}

/* Entries without place are all where a place of their key is. */
static int
compare_at(const DcKeyPage *page, int i, const DcIndexEntry *wanted)
{
	const DcIndexEntry *entry = &page->entry[i];

	return entry->key == wanted->key && !page->placed[i] ? 0 : dc_compare_entries(entry, wanted);
}

/* The first entry of the page that is not before what is wanted. */
static int
lower_bound(const DcKeyPage *page, const DcIndexEntry *wanted)
{
	int			low = 0;
	int			high = page->n;

	while (low < high)
	{
		int			middle = low + (high - low) / 2;

		if (compare_at(page, middle, wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
ends_before(const DcKeyPage *page, const DcIndexEntry *wanted)
{
	return compare_at(page, page->n - 1, wanted) < 0;
}

/* So many pages are gone through before one is looked up. */
#define PAGES_AHEAD 4

/* Keys that are asked for in their order are in the page, or a few pages on. */
static bool
is_near(const DcKeyIndex *index, Pages *pages, const DcIndexEntry *wanted)
{
	const DcKeyPage *page = &pages->page;

	if (pages->number < 0 || compare_at(page, 0, wanted) > 0)
		return false;
	for (int i = 0; index->many && i < PAGES_AHEAD && ends_before(page, wanted); i++)
		if (!next_page(index, pages, ForwardScanDirection))
			return true;
	return !ends_before(page, wanted);
}

/* Puts the position on the first entry that is not before what is wanted, perhaps after the last of the page. */
bool
dc_seek(const DcKeyIndex *index, Pages *pages, const DcIndexEntry *wanted)
{
	if (pages->none)
		return false;
	if (!is_near(index, pages, wanted) && !find_page(index, pages, wanted))
	{
		pages->number = -1;
		pages->none = !next_page(index, pages, ForwardScanDirection);
		if (pages->none)
			return false;
	}
	pages->position = lower_bound(&pages->page, wanted);
	return true;
}

/* The entry at the position, which goes on in this direction; NULL at the end of the key. */
const DcIndexEntry *
dc_take(const DcKeyIndex *index, Pages *pages, uint64 key, ScanDirection direction)
{
	const DcKeyPage *page = &pages->page;
	const DcIndexEntry *entry;

	if (direction == ForwardScanDirection)
	{
		if (pages->position >= page->n)
		{
			if (!next_page(index, pages, direction))
				return NULL;
			pages->position = 0;
		}
		entry = &page->entry[pages->position++];
	}
	else
	{
		if (pages->position == 0)
		{
			if (!next_page(index, pages, direction))
				return NULL;
			pages->position = page->n;
		}
		entry = &page->entry[--pages->position];
	}
	return entry->key == key ? entry : NULL;
}

int
dc_take_unplaced(Pages *pages, uint64 key, const DcIndexEntry **entries)
{
	const DcKeyPage *page = &pages->page;
	int			n = 0;

	*entries = &page->entry[pages->position];
	while (pages->position + n < page->n && (*entries)[n].key == key && !page->placed[pages->position + n])
		n++;
	return n;
}
