/*-------------------------------------------------------------------------
 *
 * pairs.c
 *	  Candidate pairs: contacts that share a key.
 *
 * Sorting by key (key_table.c) brings together the records of one.  A block of up to dc_block_limit() records is
 * compared as a whole; in a larger one each record meets its neighbours in the order of names,
 * so that nothing is dropped and 100,000 equal contacts cost 100,000 times DC_WINDOW.  A
 * pair belongs to the smallest key that its records share in a block compared as a whole.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include "match/core/bound.h"
#include "match/core/pairs.h"

#define AHEAD 32				/* entries: so far what they point to is asked for before its turn */

typedef struct Scan
{
	const DcRows *rows;
	DcPairFilter filter;
	DcPairCallback callback;
	void	   *state;
	int64		pairs;
} Scan;

/* ---------- order in a block ---------- */

typedef struct PlacedEntry
{
	uint64		place;
	uint32		record;
} PlacedEntry;

/* Records are numbered in the order of contact_id. */
static inline int
compare_placed(const PlacedEntry *a, const PlacedEntry *b)
{
	if (a->place != b->place)
		return a->place < b->place ? -1 : 1;
	return a->record < b->record ? -1 : a->record > b->record;
}

#define ST_SORT sort_placed
#define ST_ELEMENT_TYPE PlacedEntry
#define ST_COMPARE(a, b) compare_placed(a, b)
#define ST_SCOPE static
#define ST_CHECK_FOR_INTERRUPTS
#define ST_DEFINE
#include "lib/sort_template.h"

/* Blocks of so many are sorted by insertion. */
#define FEW 12

/* O(n log n). */
void
dc_order_block(const DcRows *rows, DcKeyEntry *entries, size_t n)
{
	PlacedEntry few[FEW];
	PlacedEntry *placed = n <= FEW ? few : MemoryContextAllocHuge(CurrentMemoryContext, sizeof(PlacedEntry) * n);

	for (size_t i = 0; i < n; i++)
	{
		PlacedEntry entry = {rows->place[entries[i].record], entries[i].record};
		size_t		j = i;

		for (; n <= FEW && j > 0 && compare_placed(&placed[j - 1], &entry) > 0; j--)
			placed[j] = placed[j - 1];
		placed[j] = entry;
	}
	if (n > FEW)
		sort_placed(placed, n);
	for (size_t i = 0; i < n; i++)
		entries[i].record = placed[i].record;
	if (n > FEW)
		pfree(placed);
}

/* ---------- pairs ---------- */

/*
 * Does the block own the pair?  A small block does when it is the first that the records share of those compared as a
 * whole, a large one (DC_NO_BLOCK) when they share none of these.
 */
static inline bool
owns(const DcRows *rows, uint32 block, uint32 a, uint32 b)
{
	const uint32 *x = rows->block + rows->start[a];
	const uint32 *y = rows->block + rows->start[b];

	/* both end with DC_NO_BLOCK; nothing to foretell, so no branch but the last */
	while (*x != *y)
	{
		bool		less = *x < *y;

		x += less;
		y += !less;
	}
	return *x == block;
}

/*
 * Records of a block lie anywhere: what a pair needs of one is asked for before its turn, the row first, then what
 * that points to.
 */
/* always inline: a function that only prefetches has no effect that a compiler would keep a call for */
static pg_attribute_always_inline void
ask_for_row(const Scan *scan, uint32 record)
{
	DC_PREFETCH(&scan->rows->start[record]);
	DC_PREFETCH(&scan->rows->place[record]);
}

static pg_attribute_always_inline void
ask_for_blocks(const Scan *scan, uint32 record)
{
	const DcRows *rows = scan->rows;

	DC_PREFETCH(rows->block + rows->start[record]);
}

static inline void
offer_pair(Scan *scan, uint32 block, uint32 a, uint32 b)
{
	if (!owns(scan->rows, block, a, b))
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
scan_block(Scan *scan, const DcKeyEntry *entries, size_t n, uint32 block)
{
	if (n > 1 && !is_wanted(scan, key_hash(entries->key)))
		return;
	for (size_t i = 0; i + 1 < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		for (size_t j = i + 1; j < n; j++)
			offer_pair(scan, block, entries[i].record, entries[j].record);
	}
}

static void
scan_large_block(Scan *scan, const DcKeyEntry *entries, size_t n)
{
	const uint64 *place = scan->rows->place;
	uint64		key = entries->key;
	size_t		window = dc_block_window(key);
	bool		pairwise = n > WANTED_WHOLE;

	if (!pairwise && !is_wanted(scan, key_hash(key)))
		return;
	for (size_t i = 0; i < n; i++)
	{
		uint32		a = entries[i].record;

		CHECK_FOR_INTERRUPTS();
		if (i + window + AHEAD / 2 < n)
			ask_for_row(scan, entries[i + window + AHEAD / 2].record);
		if (i + window + AHEAD / 4 < n)
			ask_for_blocks(scan, entries[i + window + AHEAD / 4].record);
		for (size_t j = i + 1; j < n && j - i <= window; j++)
		{
			uint32		b = entries[j].record;

			if (dc_neighbours_meet(key, place[a], place[b]) &&
				(!pairwise || is_wanted(scan, key_hash(key ^ dc_pair_hash(place[a], place[b])))))
				offer_pair(scan, DC_NO_BLOCK, a, b);
		}
	}
}

/* The same for the entries after these; most stand alone and need nothing. */
static pg_attribute_always_inline void
look_ahead(const Scan *scan, const DcKeyEntry *entries, size_t n, size_t from, size_t to)
{
	/* of a large block only the end */
	if (to - from > DC_BLOCK)
		from = to - DC_BLOCK;
	for (size_t i = from + 2 * AHEAD; i < to + 2 * AHEAD && i < n; i++)
	{
		const DcKeyEntry *near = &entries[i - AHEAD];

		if (entries[i].key == entries[i - 1].key || entries[i - 1].key == entries[i - 2].key)
			ask_for_row(scan, entries[i - 1].record);
		if (near->key == near[-1].key || near[-1].key == near[-2].key)
			ask_for_blocks(scan, near[-1].record);
	}
}

/* At most DC_BLOCK / 2 pairs a key. */
int64
dc_scan_pairs(const DcRows *rows, const DcKeyEntry *entries, size_t n, uint32 base,
			  DcPairFilter filter, DcPairCallback callback, void *state)
{
	Scan		scan = {rows, filter, callback, state, 0};

	for (size_t from = 0, end; from < n; from = end)
	{
		end = dc_block_end(entries, n, from);
		if (filter == NULL)
			look_ahead(&scan, entries, n, from, end);
		if (end - from <= dc_block_limit(entries[from].key))
			scan_block(&scan, entries + from, end - from, base + from);
		else
			scan_large_block(&scan, entries + from, end - from);
	}
	return scan.pairs;
}
