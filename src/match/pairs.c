/*-------------------------------------------------------------------------
 *
 * pairs.c
 *	  Candidate pairs: contacts that share a key.
 *
 * Sorting by key brings together the records of one.  A block of up to dc_block_limit() records is
 * compared as a whole; in a larger one each record meets its neighbours in the order of names,
 * so that nothing is dropped and 100,000 equal contacts cost 100,000 times DC_WINDOW.  A
 * pair belongs to the smallest key that its records share in a block compared as a whole.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include "match/bound.h"

#define REPORT_EVERY 65536		/* keys */
#define AHEAD 32				/* entries: so far what they point to is asked for before its turn */

/* Asks for what the keys of two records ahead need: where the texts are, then the texts. */
static pg_attribute_always_inline void
ask_for_texts(const DcPopulation *p, const DcRecord *far, const DcRecord *near)
{
	const DcValue values[] = {far->first, far->last, far->email[0], far->company, far->domain, far->phone[0]};

	for (int v = 0; v < lengthof(values); v++)
		DC_PREFETCH(&p->hash[values[v]]);
	for (int v = 0; v < 3; v++)
		DC_PREFETCH(&p->text[values[v]]);
	DC_PREFETCH(p->text[near->first]);
	DC_PREFETCH(p->text[near->last]);
	DC_PREFETCH(p->text[near->email[0]]);
}

static void
make_entries(const DcPopulation *p, DcKeyTable *table)
{
	size_t		capacity = (size_t) p->nrecords * 12 + DC_MAX_KEYS;
	size_t		n = 0;

	table->row = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(DcKeyRow) * ((size_t) p->nrecords + 1));
	table->entries = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(DcKeyEntry) * capacity);
	for (int r = 0; r < p->nrecords; r++)
	{
		DcKeys		keys;

		CHECK_FOR_INTERRUPTS();
		if (r + 8 < p->nrecords)
			ask_for_texts(p, &p->records[r + 8], &p->records[r + 4]);
		dc_make_keys(p, &p->records[r], &keys);
		table->row[r] = (DcKeyRow) {.order = dc_block_order(p, &p->records[r]), .start = n + r};
		if (n + keys.n > capacity)
			table->entries = repalloc_huge(table->entries, sizeof(DcKeyEntry) * (capacity = capacity * 2));
		for (int k = 0; k < keys.n; k++)
			table->entries[n++] = (DcKeyEntry) {keys.key[k], r};
	}
	table->nkeys = n;
	table->shared = false;
	table->sketch = NULL;
	table->key = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(uint64) * (n + p->nrecords + 1));
}

#define DIGITS 11
#define BUCKETS (1 << DIGITS)

/* Sorts by the upper 33 bits of the key in three stable passes, then puts right what they leave equal. */
static DcKeyEntry *
sort_entries(DcKeyEntry *entries, size_t n)
{
	DcKeyEntry	   *from = entries;
	DcKeyEntry	   *to = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(DcKeyEntry) * (n + 1));

	for (int pass = 0; pass < 3; pass++)
	{
		size_t		count[BUCKETS] = {0};
		int			shift = 64 - DIGITS * (3 - pass);
		size_t		sum = 0;
		DcKeyEntry	   *swap;

		for (size_t i = 0; i < n; i++)
			count[(from[i].key >> shift) & (BUCKETS - 1)]++;
		for (int b = 0; b < BUCKETS; b++)
		{
			size_t		c = count[b];

			count[b] = sum;
			sum += c;
		}
		for (size_t i = 0; i < n; i++)
			to[count[(from[i].key >> shift) & (BUCKETS - 1)]++] = from[i];
		swap = from;
		from = to;
		to = swap;
		CHECK_FOR_INTERRUPTS();
	}
	/* insertion: keys that share 33 bits without being equal are few */
	for (size_t i = 1; i < n; i++)
	{
		DcKeyEntry		entry = from[i];
		size_t		j = i;

		for (; j > 0 && from[j - 1].key > entry.key; j--)
			from[j] = from[j - 1];
		from[j] = entry;
	}
	pfree(to);
	return from;
}

/* Where the block of this entry ends. */
static size_t
block_end(const DcKeyTable *table, size_t from)
{
	size_t		to = from + 1;

	while (to < table->nkeys && table->entries[to].key == table->entries[from].key)
		to++;
	return to;
}

/* The keys of all records, sorted.  O(k) for k keys: a radix sort. */
void
dc_make_key_table(DcPopulation *p, DcKeyTable *table)
{
	make_entries(p, table);
	table->entries = sort_entries(table->entries, table->nkeys);
	for (size_t from = 0, to; from < table->nkeys; from = to)
	{
		uint64		key = table->entries[from].key;

		to = block_end(table, from);
		if (from + AHEAD < table->nkeys)
			DC_PREFETCH(&table->row[table->entries[from + AHEAD].record]);
		if (to - from == 1 || to - from > dc_block_limit(key))
			continue;
		for (size_t i = from; i < to; i++)
		{
			DcKeyRow   *row = &table->row[table->entries[i].record];

			table->key[row->start + row->n++] = key;
		}
	}
	for (int r = 0; r < p->nrecords; r++)
		table->key[table->row[r].start + table->row[r].n] = DC_NO_KEY;
}

void
dc_free_key_table(DcKeyTable *table)
{
	if (table->shared)
		return;
	pfree(table->entries);
	pfree(table->key);
	pfree(table->row);
	if (table->sketch != NULL)
		pfree(table->sketch);
}

typedef struct Scan
{
	const DcPopulation *population;
	const DcKeyTable *table;
	DcPairFilter filter;
	DcPairCallback callback;
	void	   *state;
	int64		pairs;
} Scan;

/*
 * Does the block own the pair?  A small block does when its key is the smallest that the records share in small
 * blocks, a large one (key DC_NO_KEY) when they share none there.
 */
static inline bool
owns(const DcKeyTable *table, uint64 key, uint32 a, uint32 b)
{
	const uint64 *x = table->key + table->row[a].start;
	const uint64 *y = table->key + table->row[b].start;

	/* both end with DC_NO_KEY; nothing to foretell, so no branch but the last */
	while (*x != *y)
	{
		bool		less = *x < *y;

		x += less;
		y += !less;
	}
	return *x == key;
}

/*
 * Records of a block lie anywhere: what a pair needs of one is asked for before its turn, the row first, then what
 * that points to.
 */
/* always inline: a function that only prefetches has no effect that a compiler would keep a call for */
static pg_attribute_always_inline void
ask_for_row(const Scan *scan, uint32 record)
{
	DC_PREFETCH(&scan->table->row[record]);
}

static pg_attribute_always_inline void
ask_for_record(const Scan *scan, uint32 record)
{
	const DcKeyTable *table = scan->table;

	DC_PREFETCH(table->key + table->row[record].start);
	if (table->sketch == NULL)
		return;
	DC_PREFETCH(&table->sketch[record]);
	DC_PREFETCH((const char *) &table->sketch[record] + 64);
}

static inline void
offer_pair(Scan *scan, uint64 key, uint32 a, uint32 b)
{
	if (!owns(scan->table, key, a, b))
		return;
	scan->callback(scan->state, Min(a, b), Max(a, b));
	scan->pairs++;
}

/* Hashes that have nothing to do with the order of keys. */
static inline uint64
key_hash(uint64 key)
{
	key *= UINT64CONST(0x9ddfea08eb382d69);
	return (key ^ key >> 32) * UINT64CONST(0xc4ceb9fe1a85ec53);
}

/* Of a block of more records the pairs are asked for one by one. */
#define WANTED_WHOLE 1024

static inline bool
is_wanted(const Scan *scan, uint64 hash)
{
	return scan->filter == NULL || scan->filter(scan->state, hash);
}

static void
scan_block(Scan *scan, const DcKeyEntry *entries, size_t n)
{
	if (n > 1 && !is_wanted(scan, key_hash(entries->key)))
		return;
	for (size_t i = 0; i + 1 < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		for (size_t j = i + 1; j < n; j++)
			offer_pair(scan, entries->key, entries[i].record, entries[j].record);
	}
}

typedef struct Placed
{
	uint64		order;
	int64		contact_id;
	uint32		record;
} Placed;

#define ST_SORT sort_placed
#define ST_ELEMENT_TYPE Placed
#define ST_COMPARE(a, b) (a->order != b->order ? (a->order < b->order ? -1 : 1) : a->contact_id < b->contact_id ? -1 : a->contact_id > b->contact_id)
#define ST_SCOPE static
#define ST_DEFINE
#include "lib/sort_template.h"

/* The records of a large block in the order in which neighbours are compared; O(n log n). */
static Placed *
order_block(const Scan *scan, const DcKeyEntry *entries, size_t n)
{
	Placed	   *placed = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Placed) * n);

	for (size_t i = 0; i < n; i++)
	{
		uint32		r = entries[i].record;

		placed[i] = (Placed) {scan->table->row[r].order, scan->population->records[r].contact_id, r};
	}
	sort_placed(placed, n);
	return placed;
}

static void
scan_large_block(Scan *scan, const DcKeyEntry *entries, size_t n)
{
	uint64		key = entries->key;
	size_t		window = dc_block_window(key);
	bool		pairwise = n > WANTED_WHOLE;
	Placed	   *placed;

	if (!pairwise && !is_wanted(scan, key_hash(key)))
		return;
	placed = order_block(scan, entries, n);

	for (size_t i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (i + window + AHEAD / 2 < n)
			ask_for_row(scan, placed[i + window + AHEAD / 2].record);
		if (i + window + AHEAD / 4 < n)
			ask_for_record(scan, placed[i + window + AHEAD / 4].record);
		for (size_t j = i + 1; j < n && j - i <= window; j++)
			if (dc_neighbours_meet(key, placed[i].order, placed[j].order) &&
				(!pairwise || is_wanted(scan, key_hash(key ^ dc_pair_hash(placed[i].order, placed[j].order)))))
				offer_pair(scan, DC_NO_KEY, placed[i].record, placed[j].record);
	}
	pfree(placed);
}

/* The same for the entries after these; most stand alone and need nothing. */
static pg_attribute_always_inline void
look_ahead(const Scan *scan, size_t from, size_t to)
{
	const DcKeyEntry *entries = scan->table->entries;

	/* of a large block only the end */
	if (to - from > DC_BLOCK)
		from = to - DC_BLOCK;
	for (size_t i = from + 2 * AHEAD; i < to + 2 * AHEAD && i < scan->table->nkeys; i++)
	{
		const DcKeyEntry *near = &entries[i - AHEAD];

		if (entries[i].key == entries[i - 1].key || entries[i - 1].key == entries[i - 2].key)
			ask_for_row(scan, entries[i - 1].record);
		if (near->key == near[-1].key || near[-1].key == near[-2].key)
			ask_for_record(scan, near[-1].record);
	}
}

/*
 * Calls back for the pairs of the blocks that begin in this range of entries, a pair of two large
 * blocks perhaps more than once, and answers their number.  At most DC_BLOCK / 2 pairs a key.  Ranges
 * may be scanned by several processes at once: a block belongs to the range that it begins in.
 */
int64
dc_scan_pairs(const DcPopulation *p, const DcKeyTable *table, size_t from, size_t to,
			  DcPairFilter filter, DcPairCallback callback, void *state)
{
	const DcKeyEntry *entries = table->entries;
	Scan		scan = {p, table, filter, callback, state, 0};

	while (from > 0 && from < to && entries[from].key == entries[from - 1].key)
		from++;
	for (size_t end; from < to; from = end)
	{
		end = block_end(table, from);
		if (filter == NULL)
			look_ahead(&scan, from, end);
		if (end - from <= dc_block_limit(entries[from].key))
			scan_block(&scan, entries + from, end - from);
		else
			scan_large_block(&scan, entries + from, end - from);
	}
	return scan.pairs;
}

/* Calls back for all pairs of records that share a key, or those that the filter lets through (NULL: all). */
int64
dc_candidate_pairs(DcPopulation *p, DcPairFilter filter, DcPairCallback callback, void *state)
{
	DcKeyTable	table;
	int64		pairs = 0;

	dc_make_key_table(p, &table);
	for (size_t from = 0; from < table.nkeys; from += REPORT_EVERY)
	{
		if (p->progress != NULL)
			p->progress(from, table.nkeys);
		pairs += dc_scan_pairs(p, &table, from, Min(from + REPORT_EVERY, table.nkeys), filter, callback, state);
	}
	dc_free_key_table(&table);
	return pairs;
}
