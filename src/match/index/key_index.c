/*-------------------------------------------------------------------------
 *
 * key_index.c
 *	  Looking up keys and contacts in the tables of key_index.h.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "access/xlog.h"
#include "catalog/namespace.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "match/index/key_index_pages.h"
#include "match/table/ids.h"

typedef struct Changed
{
	int64		contact_id;
	char		status;
} Changed;

#define SH_PREFIX changed
#define SH_ELEMENT_TYPE Changed
#define SH_KEY_TYPE int64
#define SH_KEY contact_id
#define SH_HASH_KEY(tb, key) dc_hash_id(key)
#define SH_EQUAL(tb, a, b) ((a) == (b))
#define SH_SCOPE static inline
#define SH_DEFINE
#define SH_DECLARE
#include "lib/simplehash.h"

static Relation
open_relation(const char *name, bool is_index)
{
	Oid			oid = get_relname_relid(name, get_namespace_oid("dropcontact", false));

	if (!OidIsValid(oid))
		elog(ERROR, "relation dropcontact.%s does not exist", name);
	return is_index ? index_open(oid, AccessShareLock) : table_open(oid, AccessShareLock);
}

static Table
open_table(const char *heap, const char *index)
{
	return (Table) {open_relation(heap, false), open_relation(index, true)};
}

static void
close_table(Table *table)
{
	index_close(table->index, AccessShareLock);
	table_close(table->heap, AccessShareLock);
}

/* ---------- what it stands for ---------- */

static bool
read_state(DcKeyIndex *index)
{
	Table		table = open_table("match_index_state", "match_index_state_pkey");
	ScanKeyData keys[1];
	SysScanDesc desc = dc_scan(index, &table, dc_start_conditions(index, keys), keys);
	HeapTuple	tuple = systable_getnext_ordered(desc, ForwardScanDirection);
	bool		found = HeapTupleIsValid(tuple);

	if (found)
		index->state = (DcIndexState) {
			.signature = DatumGetInt64(dc_column(tuple, &table, STATE_SIGNATURE)),
			.checksum = DatumGetInt64(dc_column(tuple, &table, STATE_CHECKSUM)),
			.contacts = DatumGetInt64(dc_column(tuple, &table, STATE_CONTACTS)),
			.persons = DatumGetInt64(dc_column(tuple, &table, STATE_PERSONS)),
			.indexed = DatumGetInt64(dc_column(tuple, &table, STATE_INDEXED)),
			.last_contact = DatumGetInt64(dc_column(tuple, &table, STATE_LAST)),
			.runs = DatumGetInt32(dc_column(tuple, &table, STATE_RUNS)),
		};
	systable_endscan_ordered(desc);
	close_table(&table);
	return found;
}

/* Which contacts have changed since the pages were written: all of them, or only whether there are any. */
static void
read_changed(DcKeyIndex *index, bool all)
{
	ScanKeyData keys[1];
	SysScanDesc desc = dc_scan(index, &index->changed, dc_start_conditions(index, keys), keys);
	HeapTuple	tuple;
	bool		found;

	index->none_changed = true;
	if (all)
		index->set = changed_create(CurrentMemoryContext, 1024, NULL);
	while (HeapTupleIsValid(tuple = systable_getnext_ordered(desc, ForwardScanDirection)))
	{
		CHECK_FOR_INTERRUPTS();
		index->none_changed = false;
		if (!all)
			break;
		changed_insert(index->set, DatumGetInt64(dc_column(tuple, &index->changed, CHANGED_CONTACT)), &found);
	}
	systable_endscan_ordered(desc);
}

/* ---------- changed since ---------- */

/* What is kept of a contact that changed; nothing when it is gone. */
static bool
find_changed(DcKeyIndex *index, int64 contact_id, CachedRow *entry)
{
	ScanKeyData keys[2];
	int			n = dc_start_conditions(index, keys);
	SysScanDesc desc;
	HeapTuple	tuple;

	dc_add_condition(keys, &n, CHANGED_CONTACT, BTEqualStrategyNumber, contact_id);
	desc = dc_scan(index, &index->changed, n, keys);
	tuple = systable_getnext_ordered(desc, ForwardScanDirection);
	if (HeapTupleIsValid(tuple) && entry != NULL)
		dc_copy_row(entry, dc_column(tuple, &index->changed, CHANGED_ENTRY));
	systable_endscan_ordered(desc);
	return HeapTupleIsValid(tuple);
}

bool
dc_index_is_changed(DcKeyIndex *index, int64 contact_id)
{
	if (index->none_changed)
		return false;
	if (index->set != NULL)
		return changed_lookup(index->set, contact_id) != NULL;
	return find_changed(index, contact_id, NULL);
}

/* Reads all of match_delta, in order. */
static void
read_delta(DcKeyIndex *index)
{
	ScanKeyData keys[1];
	SysScanDesc desc = dc_scan(index, &index->delta, dc_start_conditions(index, keys), keys);
	size_t		capacity = 1024;
	HeapTuple	tuple;

	index->late = palloc(sizeof(DcIndexEntry) * capacity);
	while (HeapTupleIsValid(tuple = systable_getnext_ordered(desc, ForwardScanDirection)))
	{
		CHECK_FOR_INTERRUPTS();
		if (index->nlate == capacity)
			index->late = repalloc_huge(index->late, sizeof(DcIndexEntry) * (capacity *= 2));
		index->late[index->nlate++] = (DcIndexEntry) {
			dc_from_column(DatumGetInt64(dc_column(tuple, &index->delta, DELTA_KEY))),
			dc_from_column(DatumGetInt64(dc_column(tuple, &index->delta, DELTA_PLACE))),
			DatumGetInt64(dc_column(tuple, &index->delta, DELTA_CONTACT)),
		};
	}
	systable_endscan_ordered(desc);
}

/* Likewise, from what was read. */
static int
late_entries(const DcKeyIndex *index, const DcIndexEntry *from, ScanDirection direction, int n, DcIndexEntry *entries)
{
	size_t		low = 0;
	size_t		high = index->nlate;
	int			found = 0;

	while (low < high)
	{
		size_t		middle = low + (high - low) / 2;

		if (dc_compare_entries(&index->late[middle], from) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (direction == ForwardScanDirection)
		for (; found < n && low < index->nlate && index->late[low].key == from->key; low++)
			entries[found++] = index->late[low];
	else
		for (; found < n && low > 0 && index->late[low - 1].key == from->key; low--)
			entries[found++] = index->late[low - 1];
	return found;
}

int
dc_delta_entries(DcKeyIndex *index, const DcIndexEntry *from, ScanDirection direction, int n, DcIndexEntry *entries)
{
	ScanKeyData keys[3];
	int			nkeys = dc_start_conditions(index, keys);
	int			found = 0;
	SysScanDesc desc;
	HeapTuple	tuple;

	if (index->none_changed)
		return 0;
	if (index->set != NULL)
		return late_entries(index, from, direction, n, entries);
	dc_add_condition(keys, &nkeys, DELTA_KEY, BTEqualStrategyNumber, dc_to_column(from->key));
	dc_add_condition(keys, &nkeys, DELTA_PLACE, direction == ForwardScanDirection ? BTGreaterEqualStrategyNumber : BTLessEqualStrategyNumber,
				  dc_to_column(from->place));
	desc = dc_scan(index, &index->delta, nkeys, keys);
	while (found < n && HeapTupleIsValid(tuple = systable_getnext_ordered(desc, direction)))
	{
		DcIndexEntry entry = {from->key, dc_from_column(DatumGetInt64(dc_column(tuple, &index->delta, DELTA_PLACE))), DatumGetInt64(dc_column(tuple, &index->delta, DELTA_CONTACT))};
		int			order = dc_compare_entries(&entry, from);

		CHECK_FOR_INTERRUPTS();
		if (direction == ForwardScanDirection ? order >= 0 : order < 0)
			entries[found++] = entry;
	}
	systable_endscan_ordered(desc);
	return found;
}

/* ---------- opening ---------- */

DcKeyIndex *
dc_index_open(int controller_id, bool many)
{
	DcKeyIndex *index;

	/* tables that are not logged have no rows on a standby, and may not even be read */
	if (RecoveryInProgress() || !dc_index_is_sound())
		return NULL;
	index = palloc0(sizeof(DcKeyIndex));
	index->controller_id = controller_id;
	index->snapshot = GetActiveSnapshot();
	index->many = many;
	if (!read_state(index))
	{
		pfree(index);
		return NULL;
	}
	index->npages = index->state.runs + 1;
	index->pages = palloc0(sizeof(Pages) * index->npages);
	for (int r = 0; r < index->npages; r++)
	{
		index->pages[r].run = r;
		index->pages[r].number = -1;
	}
	index->by_key = open_table("match_index", "match_index_first");
	index->by_page = open_relation("match_index_page", true);
	index->by_contact = open_table("match_keys_of", "match_keys_of_first");
	index->changed = open_table("match_changed", "match_changed_contact");
	index->delta = open_table("match_delta", "match_delta_key");
	read_changed(index, many);
	if (many && !index->none_changed)
		read_delta(index);
	return index;
}

void
dc_index_close(DcKeyIndex *index)
{
	if (index == NULL)
		return;
	for (int r = 0; r < index->npages; r++)
		dc_stop_ahead(&index->pages[r]);
	pfree(index->pages);
	close_table(&index->by_key);
	index_close(index->by_page, AccessShareLock);
	close_table(&index->by_contact);
	close_table(&index->changed);
	close_table(&index->delta);
	if (index->set != NULL)
		changed_destroy(index->set);
	if (index->late != NULL)
		pfree(index->late);
	pfree(index);
}

const DcIndexState *
dc_index_state(const DcKeyIndex *index)
{
	return &index->state;
}

/* ---------- contacts ---------- */

static bool
contact_on_page(const CachedRow *page, int64 contact_id, DcIndexedContact *contact)
{
	for (int at = 0; at < page->n && (int64) page->word[at] <= contact_id;)
	{
		at += dc_get_contact(page->word + at, page->n - at, contact);
		if (contact->contact_id == contact_id)
			return true;
	}
	return false;
}

/* Keeps the row of match_keys_of in which a contact would be. */
static bool
find_contacts(DcKeyIndex *index, int64 contact_id)
{
	ScanKeyData keys[2];
	int			n = dc_start_conditions(index, keys);
	SysScanDesc desc;
	HeapTuple	tuple;

	dc_add_condition(keys, &n, KEYS_CONTACT, BTLessEqualStrategyNumber, contact_id);
	desc = dc_scan(index, &index->by_contact, n, keys);
	tuple = systable_getnext_ordered(desc, BackwardScanDirection);
	if (HeapTupleIsValid(tuple))
		dc_copy_row(&index->contacts, dc_column(tuple, &index->by_contact, KEYS_ENTRIES));
	systable_endscan_ordered(desc);
	return HeapTupleIsValid(tuple);
}

bool
dc_index_contact(DcKeyIndex *index, int64 contact_id, DcIndexedContact *contact)
{
	CachedRow	late;

	if (dc_index_is_changed(index, contact_id) && find_changed(index, contact_id, &late))
	{
		if (late.n == 0)
			return false;
		dc_get_contact(late.word, late.n, contact);
		return true;
	}
	if (index->contacts.n > 0 && contact_on_page(&index->contacts, contact_id, contact))
		return true;
	return find_contacts(index, contact_id) && contact_on_page(&index->contacts, contact_id, contact);
}

/* number: of the column of the entries. */
static void
scan_contacts(DcKeyIndex *index, const Table *table, int number, DcContactCallback callback, void *state)
{
	ScanKeyData keys[1];
	SysScanDesc desc = dc_scan(index, table, dc_start_conditions(index, keys), keys);
	DcIndexedContact contact;
	HeapTuple	tuple;
	CachedRow	page;

	while (HeapTupleIsValid(tuple = systable_getnext_ordered(desc, ForwardScanDirection)))
	{
		CHECK_FOR_INTERRUPTS();
		dc_copy_row(&page, dc_column(tuple, table, number));
		for (int at = 0; at < page.n;)
		{
			at += dc_get_contact(page.word + at, page.n - at, &contact);
			if (table == &index->changed || !dc_index_is_changed(index, contact.contact_id))
				callback(state, &contact);
		}
	}
	systable_endscan_ordered(desc);
}

void
dc_index_contacts(DcKeyIndex *index, DcContactCallback callback, void *state)
{
	scan_contacts(index, &index->by_contact, KEYS_ENTRIES, callback, state);
	scan_contacts(index, &index->changed, CHANGED_ENTRY, callback, state);
}
