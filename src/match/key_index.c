/*-------------------------------------------------------------------------
 *
 * key_index.c
 *	  Looking up keys and contacts in the tables of key_index.h.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xlog.h"
#include "catalog/namespace.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "match/key_index.h"

typedef struct Changed
{
	int64		contact_id;
	char		status;
} Changed;

#define SH_PREFIX changed
#define SH_ELEMENT_TYPE Changed
#define SH_KEY_TYPE int64
#define SH_KEY contact_id
#define SH_HASH_KEY(tb, key) ((uint32) murmurhash32((uint32) (key) ^ (uint32) ((key) >> 32)))
#define SH_EQUAL(tb, a, b) ((a) == (b))
#define SH_SCOPE static inline
#define SH_DEFINE
#define SH_DECLARE
#include "lib/simplehash.h"

/* Columns */
enum
{
	PAGE_CONTROLLER = 1, PAGE_PAGE, PAGE_KEY, PAGE_PLACE, PAGE_CONTACT, PAGE_ENTRIES
};
enum
{
	KEYS_CONTROLLER = 1, KEYS_CONTACT, KEYS_ENTRIES
};
enum
{
	DELTA_CONTROLLER = 1, DELTA_KEY, DELTA_PLACE, DELTA_CONTACT
};
enum
{
	STATE_CONTROLLER = 1, STATE_SIGNATURE, STATE_CHECKSUM, STATE_CONTACTS, STATE_PERSONS, STATE_INDEXED, STATE_LAST
};

typedef struct Table
{
	Relation	heap;
	Relation	index;
} Table;

/* What column entries of a row holds, copied out. */
typedef struct CachedRow
{
	int			number;			/* of a page of match_index; -1 for none */
	int			n;				/* entries, or words of 8 bytes */
	union
	{
		DcIndexEntry entry[BLCKSZ / sizeof(DcIndexEntry)];
		uint64		word[BLCKSZ / sizeof(uint64)];
	}			data;
} CachedRow;

struct DcKeyIndex
{
	int			controller_id;
	Snapshot	snapshot;
	DcIndexState state;
	Table		by_key;
	Relation	by_page;		/* the other index of match_index */
	Table		by_contact;
	Table		changed;
	Table		delta;
	bool		none_changed;
	changed_hash *set;			/* contacts changed; NULL: each is looked up */
	DcIndexEntry *late;			/* with them their entries, in order */
	size_t		nlate;
	CachedRow		page;
	int			position;		/* in the page */
	CachedRow		contacts;
};

/* The order of uint64 kept by bigint. */
static inline int64
to_column(uint64 value)
{
	return (int64) (value ^ (UINT64CONST(1) << 63));
}

static inline uint64
from_column(Datum value)
{
	return (uint64) DatumGetInt64(value) ^ (UINT64CONST(1) << 63);
}

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

static Datum
column(HeapTuple tuple, const Table *table, int number)
{
	bool		isnull;

	return heap_getattr(tuple, number, RelationGetDescr(table->heap), &isnull);
}

static void
add_condition(ScanKey keys, int *n, int number, StrategyNumber strategy, int64 value)
{
	static const RegProcedure procedures[] = {0, F_INT8LT, F_INT8LE, F_INT8EQ, F_INT8GE, F_INT8GT};

	ScanKeyInit(&keys[(*n)++], number, strategy, procedures[strategy], Int64GetDatum(value));
}

static int
start_conditions(const DcKeyIndex *index, ScanKey keys)
{
	ScanKeyInit(&keys[0], 1, BTEqualStrategyNumber, F_INT4EQ, Int32GetDatum(index->controller_id));
	return 1;
}

static SysScanDesc
scan(const DcKeyIndex *index, const Table *table, int n, ScanKey keys)
{
	return systable_beginscan_ordered(table->heap, table->index, index->snapshot, n, keys);
}

/* ---------- what it stands for ---------- */

static bool
read_state(DcKeyIndex *index)
{
	Table		table = open_table("match_index_state", "match_index_state_pkey");
	ScanKeyData keys[1];
	SysScanDesc desc = scan(index, &table, start_conditions(index, keys), keys);
	HeapTuple	tuple = systable_getnext_ordered(desc, ForwardScanDirection);
	bool		found = HeapTupleIsValid(tuple);

	if (found)
		index->state = (DcIndexState) {
			.signature = DatumGetInt64(column(tuple, &table, STATE_SIGNATURE)),
			.checksum = DatumGetInt64(column(tuple, &table, STATE_CHECKSUM)),
			.contacts = DatumGetInt64(column(tuple, &table, STATE_CONTACTS)),
			.persons = DatumGetInt64(column(tuple, &table, STATE_PERSONS)),
			.indexed = DatumGetInt64(column(tuple, &table, STATE_INDEXED)),
			.last_contact = DatumGetInt64(column(tuple, &table, STATE_LAST)),
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
	SysScanDesc desc = scan(index, &index->changed, start_conditions(index, keys), keys);
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
		changed_insert(index->set, DatumGetInt64(column(tuple, &index->changed, KEYS_CONTACT)), &found);
	}
	systable_endscan_ordered(desc);
}

/* ---------- pages ---------- */

static void
copy_bytes(CachedRow *page, Datum entries, size_t size)
{
	bytea	   *bytes = DatumGetByteaPP(entries);
	size_t		length = VARSIZE_ANY_EXHDR(bytes);

	if (length > sizeof(page->data))
		elog(ERROR, "a row of the index of keys is too long");
	memcpy(&page->data, VARDATA_ANY(bytes), length);
	page->n = length / size;
}

static void
keep_page(DcKeyIndex *index, HeapTuple tuple)
{
	index->page.number = DatumGetInt32(column(tuple, &index->by_key, PAGE_PAGE));
	copy_bytes(&index->page, column(tuple, &index->by_key, PAGE_ENTRIES), sizeof(DcIndexEntry));
}

/* The next page in this direction from a number; false, and the page stays, when there is none. */
static bool
next_page(DcKeyIndex *index, ScanDirection direction)
{
	Table		table = {index->by_key.heap, index->by_page};
	ScanKeyData keys[2];
	int			n = start_conditions(index, keys);
	SysScanDesc desc;
	HeapTuple	tuple;

	ScanKeyInit(&keys[n++], PAGE_PAGE, direction == ForwardScanDirection ? BTGreaterStrategyNumber : BTLessStrategyNumber,
				direction == ForwardScanDirection ? F_INT4GT : F_INT4LT, Int32GetDatum(index->page.number));
	desc = scan(index, &table, n, keys);
	tuple = systable_getnext_ordered(desc, direction);
	if (HeapTupleIsValid(tuple))
		keep_page(index, tuple);
	systable_endscan_ordered(desc);
	return HeapTupleIsValid(tuple);
}

static int
compare_first(const DcKeyIndex *index, HeapTuple tuple, const DcIndexEntry *wanted)
{
	DcIndexEntry first = {
		from_column(column(tuple, &index->by_key, PAGE_KEY)),
		from_column(column(tuple, &index->by_key, PAGE_PLACE)),
		DatumGetInt64(column(tuple, &index->by_key, PAGE_CONTACT)),
	};

	return dc_compare_entries(&first, wanted);
}

/* Keeps the last page under these conditions that does not begin after what is wanted; false: there is none. */
static bool
last_page(DcKeyIndex *index, int n, ScanKey keys, const DcIndexEntry *wanted, bool *began_after)
{
	SysScanDesc desc = scan(index, &index->by_key, n, keys);
	HeapTuple	tuple = systable_getnext_ordered(desc, BackwardScanDirection);
	bool		found = HeapTupleIsValid(tuple) && compare_first(index, tuple, wanted) <= 0;

	*began_after = HeapTupleIsValid(tuple) && !found;
	if (found)
		keep_page(index, tuple);
	systable_endscan_ordered(desc);
	return found;
}

/*
 * Keeps the page in which an entry is or would be.  One descent of the btree, three for the keys of blocks that
 * fill pages.
 */
static bool
find_page(DcKeyIndex *index, const DcIndexEntry *wanted)
{
	ScanKeyData keys[4];
	int			n = start_conditions(index, keys);
	bool		began_after;

	add_condition(keys, &n, PAGE_KEY, BTLessEqualStrategyNumber, to_column(wanted->key));
	if (last_page(index, n, keys, wanted, &began_after))
		return true;
	if (!began_after)
		return false;
	/* several pages begin with the key; of entries of one place, those of lower contacts come first */
	n = start_conditions(index, keys);
	add_condition(keys, &n, PAGE_KEY, BTEqualStrategyNumber, to_column(wanted->key));
	add_condition(keys, &n, PAGE_PLACE, BTEqualStrategyNumber, to_column(wanted->place));
	add_condition(keys, &n, PAGE_CONTACT, BTLessEqualStrategyNumber, wanted->contact_id);
	if (last_page(index, n, keys, wanted, &began_after))
		return true;
	n = start_conditions(index, keys);
	add_condition(keys, &n, PAGE_KEY, BTEqualStrategyNumber, to_column(wanted->key));
	add_condition(keys, &n, PAGE_PLACE, BTLessStrategyNumber, to_column(wanted->place));
	if (last_page(index, n, keys, wanted, &began_after))
		return true;
	n = start_conditions(index, keys);
	add_condition(keys, &n, PAGE_KEY, BTLessStrategyNumber, to_column(wanted->key));
	return last_page(index, n, keys, wanted, &began_after);
}

/* The first entry of the page that is not before what is wanted. */
static int
lower_bound(const CachedRow *page, const DcIndexEntry *wanted)
{
	int			low = 0;
	int			high = page->n;

	while (low < high)
	{
		int			middle = low + (high - low) / 2;

		if (dc_compare_entries(&page->data.entry[middle], wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Puts the position on the first entry that is not before what is wanted, perhaps after the last of the page. */
static bool
seek(DcKeyIndex *index, const DcIndexEntry *wanted)
{
	CachedRow	   *page = &index->page;

	if (page->number < 0 || page->n == 0 || dc_compare_entries(&page->data.entry[0], wanted) > 0 ||
		dc_compare_entries(&page->data.entry[page->n - 1], wanted) < 0)
		if (!find_page(index, wanted))
		{
			page->number = -1;
			if (!next_page(index, ForwardScanDirection))
				return false;
		}
	index->position = lower_bound(page, wanted);
	return true;
}

/* The entry at the position, which goes on in this direction; NULL at the end of the key. */
static const DcIndexEntry *
take(DcKeyIndex *index, uint64 key, ScanDirection direction)
{
	CachedRow	   *page = &index->page;
	const DcIndexEntry *entry;

	if (direction == ForwardScanDirection)
	{
		if (index->position >= page->n)
		{
			if (!next_page(index, direction))
				return NULL;
			index->position = 0;
		}
		entry = &page->data.entry[index->position++];
	}
	else
	{
		if (index->position == 0)
		{
			if (!next_page(index, direction))
				return NULL;
			index->position = page->n;
		}
		entry = &page->data.entry[--index->position];
	}
	return entry->key == key ? entry : NULL;
}

/* ---------- changed since ---------- */

static bool
find_changed(DcKeyIndex *index, int64 contact_id, CachedRow *entry, bool *gone)
{
	ScanKeyData keys[2];
	int			n = start_conditions(index, keys);
	SysScanDesc desc;
	HeapTuple	tuple;

	add_condition(keys, &n, KEYS_CONTACT, BTEqualStrategyNumber, contact_id);
	desc = scan(index, &index->changed, n, keys);
	tuple = systable_getnext_ordered(desc, ForwardScanDirection);
	if (HeapTupleIsValid(tuple) && entry != NULL)
	{
		*gone = heap_attisnull(tuple, KEYS_ENTRIES, RelationGetDescr(index->changed.heap));
		if (!*gone)
			copy_bytes(entry, column(tuple, &index->changed, KEYS_ENTRIES), sizeof(uint64));
	}
	systable_endscan_ordered(desc);
	return HeapTupleIsValid(tuple);
}

/* Do the pages no longer speak for this contact? */
static bool
is_changed(DcKeyIndex *index, int64 contact_id)
{
	if (index->none_changed)
		return false;
	if (index->set != NULL)
		return changed_lookup(index->set, contact_id) != NULL;
	return find_changed(index, contact_id, NULL, NULL);
}

/* Reads all of match_delta, in order. */
static void
read_delta(DcKeyIndex *index)
{
	ScanKeyData keys[1];
	SysScanDesc desc = scan(index, &index->delta, start_conditions(index, keys), keys);
	size_t		capacity = 1024;
	HeapTuple	tuple;

	index->late = palloc(sizeof(DcIndexEntry) * capacity);
	while (HeapTupleIsValid(tuple = systable_getnext_ordered(desc, ForwardScanDirection)))
	{
		CHECK_FOR_INTERRUPTS();
		if (index->nlate == capacity)
			index->late = repalloc_huge(index->late, sizeof(DcIndexEntry) * (capacity *= 2));
		index->late[index->nlate++] = (DcIndexEntry) {
			from_column(column(tuple, &index->delta, DELTA_KEY)),
			from_column(column(tuple, &index->delta, DELTA_PLACE)),
			DatumGetInt64(column(tuple, &index->delta, DELTA_CONTACT)),
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

/* Entries of match_delta from a place on, in this direction, n at most. */
static int
delta_entries(DcKeyIndex *index, const DcIndexEntry *from, ScanDirection direction, int n, DcIndexEntry *entries)
{
	ScanKeyData keys[3];
	int			nkeys = start_conditions(index, keys);
	int			found = 0;
	SysScanDesc desc;
	HeapTuple	tuple;

	if (index->none_changed)
		return 0;
	if (index->set != NULL)
		return late_entries(index, from, direction, n, entries);
	add_condition(keys, &nkeys, DELTA_KEY, BTEqualStrategyNumber, to_column(from->key));
	add_condition(keys, &nkeys, DELTA_PLACE, direction == ForwardScanDirection ? BTGreaterEqualStrategyNumber : BTLessEqualStrategyNumber,
				  to_column(from->place));
	desc = scan(index, &index->delta, nkeys, keys);
	while (found < n && HeapTupleIsValid(tuple = systable_getnext_ordered(desc, direction)))
	{
		DcIndexEntry entry = {from->key, from_column(column(tuple, &index->delta, DELTA_PLACE)), DatumGetInt64(column(tuple, &index->delta, DELTA_CONTACT))};
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
	if (RecoveryInProgress())
		return NULL;
	index = palloc0(sizeof(DcKeyIndex));
	index->controller_id = controller_id;
	index->snapshot = GetActiveSnapshot();
	index->page.number = -1;
	if (!read_state(index))
	{
		pfree(index);
		return NULL;
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

/* ---------- blocks and neighbours ---------- */

/* Valid entries of a key from a place on, pages and changes together, in order, n at most. */
static int
collect(DcKeyIndex *index, const DcIndexEntry *from, ScanDirection direction, int n, DcIndexEntry *entries)
{
	DcIndexEntry *late = palloc(sizeof(DcIndexEntry) * (n + 1));
	int			nlate = delta_entries(index, from, direction, n, late);
	int			used = 0;
	int			found = 0;
	const DcIndexEntry *entry = seek(index, from) ? take(index, from->key, direction) : NULL;

	while (found < n)
	{
		CHECK_FOR_INTERRUPTS();
		if (entry != NULL && is_changed(index, entry->contact_id))
			entry = take(index, from->key, direction);
		else if (entry == NULL && used == nlate)
			break;
		else if (entry == NULL ||
				 (used < nlate && dc_compare_entries(&late[used], entry) * (direction == ForwardScanDirection ? 1 : -1) < 0))
			entries[found++] = late[used++];
		else
		{
			entries[found++] = *entry;
			if (found < n)
				entry = take(index, from->key, direction);
		}
	}
	pfree(late);
	return found;
}

int
dc_index_block(DcKeyIndex *index, uint64 key, int max, DcIndexEntry *entries)
{
	DcIndexEntry from = {key, 0, PG_INT64_MIN};

	return collect(index, &from, ForwardScanDirection, max + 1, entries);
}

int
dc_index_before(DcKeyIndex *index, const DcIndexEntry *place, int n, DcIndexEntry *entries)
{
	return collect(index, place, BackwardScanDirection, n, entries);
}

int
dc_index_after(DcKeyIndex *index, const DcIndexEntry *place, int n, DcIndexEntry *entries)
{
	DcIndexEntry from = {place->key, place->place, place->contact_id + 1};

	return collect(index, &from, ForwardScanDirection, n, entries);
}

/* ---------- contacts ---------- */

/* Reads the contact that begins at a word; answers where the next begins. */
static int
read_contact(const CachedRow *page, int at, DcIndexedContact *contact)
{
	const uint64 *word = page->data.word + at;

	contact->contact_id = (int64) word[0];
	contact->fingerprint = word[1];
	contact->place = word[2];
	contact->nkeys = (int) word[3];
	if (contact->nkeys < 0 || contact->nkeys > DC_MAX_KEYS || at + 4 + contact->nkeys > page->n)
		elog(ERROR, "a row of the index of keys is damaged");
	memcpy(contact->key, word + 4, sizeof(uint64) * contact->nkeys);
	return at + 4 + contact->nkeys;
}

static bool
contact_on_page(const CachedRow *page, int64 contact_id, DcIndexedContact *contact)
{
	for (int at = 0; at < page->n && (int64) page->data.word[at] <= contact_id;)
	{
		at = read_contact(page, at, contact);
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
	int			n = start_conditions(index, keys);
	SysScanDesc desc;
	HeapTuple	tuple;

	add_condition(keys, &n, KEYS_CONTACT, BTLessEqualStrategyNumber, contact_id);
	desc = scan(index, &index->by_contact, n, keys);
	tuple = systable_getnext_ordered(desc, BackwardScanDirection);
	if (HeapTupleIsValid(tuple))
		copy_bytes(&index->contacts, column(tuple, &index->by_contact, KEYS_ENTRIES), sizeof(uint64));
	systable_endscan_ordered(desc);
	return HeapTupleIsValid(tuple);
}

bool
dc_index_contact(DcKeyIndex *index, int64 contact_id, DcIndexedContact *contact)
{
	CachedRow		late;
	bool		gone;

	if (is_changed(index, contact_id) && find_changed(index, contact_id, &late, &gone))
	{
		if (gone)
			return false;
		read_contact(&late, 0, contact);
		return true;
	}
	if (index->contacts.n > 0 && contact_on_page(&index->contacts, contact_id, contact))
		return true;
	return find_contacts(index, contact_id) && contact_on_page(&index->contacts, contact_id, contact);
}

static void
scan_contacts(DcKeyIndex *index, const Table *table, bool pages, DcContactCallback callback, void *state)
{
	ScanKeyData keys[1];
	SysScanDesc desc = scan(index, table, start_conditions(index, keys), keys);
	DcIndexedContact contact;
	HeapTuple	tuple;
	CachedRow		page;

	while (HeapTupleIsValid(tuple = systable_getnext_ordered(desc, ForwardScanDirection)))
	{
		CHECK_FOR_INTERRUPTS();
		if (heap_attisnull(tuple, KEYS_ENTRIES, RelationGetDescr(table->heap)))
			continue;
		copy_bytes(&page, column(tuple, table, KEYS_ENTRIES), sizeof(uint64));
		for (int at = 0; at < page.n;)
		{
			at = read_contact(&page, at, &contact);
			if (!pages || !is_changed(index, contact.contact_id))
				callback(state, &contact);
		}
	}
	systable_endscan_ordered(desc);
}

void
dc_index_contacts(DcKeyIndex *index, DcContactCallback callback, void *state)
{
	scan_contacts(index, &index->by_contact, true, callback, state);
	scan_contacts(index, &index->changed, false, callback, state);
}
