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

#include "match/match.h"

#define REPORT_EVERY 65536		/* keys */

static void
make_entries(const DcPopulation *p, DcKeyTable *table)
{
	size_t		capacity = (size_t) p->nrecords * 10 + DC_MAX_KEYS;
	size_t		n = 0;

	table->key = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(uint64) * capacity);
	table->start = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(uint64) * ((size_t) p->nrecords + 1));
	for (int r = 0; r < p->nrecords; r++)
	{
		DcKeys		keys;

		CHECK_FOR_INTERRUPTS();
		dc_make_keys(p, &p->records[r], &keys);
		table->start[r] = n;
		if (n + keys.n > capacity)
			table->key = repalloc_huge(table->key, sizeof(uint64) * (capacity = capacity * 2));
		memcpy(table->key + n, keys.key, sizeof(uint64) * keys.n);
		n += keys.n;
	}
	table->start[p->nrecords] = n;
	table->nkeys = n;
	table->large = MemoryContextAllocExtended(CurrentMemoryContext, n + 1, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	table->entries = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(DcKeyEntry) * (n + 1));
	for (int r = 0; r < p->nrecords; r++)
		for (uint64 k = table->start[r]; k < table->start[r + 1]; k++)
		{
			table->entries[k].key = table->key[k];
			table->entries[k].record = r;
			table->entries[k].rank = k - table->start[r];
		}
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

typedef struct Placed
{
	uint64		order;
	int64		contact_id;
	DcKeyEntry		entry;
} Placed;

static int
compare_placed(const void *a, const void *b)
{
	const Placed *x = a;
	const Placed *y = b;

	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	return x->contact_id < y->contact_id ? -1 : x->contact_id > y->contact_id;
}

/* The entries of a large block in the order in which neighbours are compared; O(n log n). */
static Placed *
order_block(const DcPopulation *p, const DcKeyEntry *entries, size_t n)
{
	Placed	   *placed = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Placed) * n);

	for (size_t i = 0; i < n; i++)
	{
		const DcRecord *r = &p->records[entries[i].record];

		placed[i].order = dc_block_order(p, r);
		placed[i].contact_id = r->contact_id;
		placed[i].entry = entries[i];
	}
	qsort(placed, n, sizeof(Placed), compare_placed);
	return placed;
}

/*
 * Does the block of this key own the pair?  A block compared as a whole does when the key is the
 * smallest that the records share in such a block, a large one when they share none there.
 */
static bool
owns(const DcKeyTable *table, const DcKeyEntry *a, const DcKeyEntry *b, bool large)
{
	uint64		i = table->start[a->record];
	uint64		j = table->start[b->record];
	uint64		end_i = large ? table->start[a->record + 1] : i + a->rank;
	uint64		end_j = large ? table->start[b->record + 1] : j + b->rank;

	while (i < end_i && j < end_j)
	{
		if (table->key[i] < table->key[j])
			i++;
		else if (table->key[i] > table->key[j])
			j++;
		else if (!table->large[i])
			return false;
		else
			i++, j++;
	}
	return true;
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
		to = block_end(table, from);
		if (to - from <= dc_block_limit(table->entries[from].key))
			continue;
		for (size_t i = from; i < to; i++)
			table->large[table->start[table->entries[i].record] + table->entries[i].rank] = 1;
	}
}

void
dc_free_key_table(DcKeyTable *table)
{
	pfree(table->entries);
	pfree(table->key);
	pfree(table->start);
	pfree(table->large);
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

static inline void
offer_pair(Scan *scan, const DcKeyEntry *a, const DcKeyEntry *b, bool large)
{
	if (scan->filter != NULL && !scan->filter(scan->state, a->record, b->record))
		return;
	if (!owns(scan->table, a, b, large))
		return;
	scan->callback(scan->state, Min(a->record, b->record), Max(a->record, b->record));
	scan->pairs++;
}

static void
scan_block(Scan *scan, const DcKeyEntry *entries, size_t n)
{
	for (size_t i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		for (size_t j = i + 1; j < n; j++)
			offer_pair(scan, &entries[i], &entries[j], false);
	}
}

static void
scan_large_block(Scan *scan, const DcKeyEntry *entries, size_t n)
{
	size_t		window = dc_block_window(entries->key);
	Placed	   *placed = order_block(scan->population, entries, n);

	for (size_t i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		for (size_t j = i + 1; j < n && j - i <= window; j++)
			if (dc_neighbours_meet(entries->key, placed[i].order, placed[j].order))
				offer_pair(scan, &placed[i].entry, &placed[j].entry, true);
	}
	pfree(placed);
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
