/*-------------------------------------------------------------------------
 *
 * pairs_within.c
 *	  Candidate pairs among a few contacts, as they are among all.
 *
 * Whether two contacts of a block meet depends on its size, and in a large one on their places in the whole of it:
 * what the index of keys tells.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "match/pending/pending.h"

typedef struct Held
{
	DcIndexEntry entry;
	int			record;
} Held;

#define ST_SORT sort_held
#define ST_ELEMENT_TYPE Held
#define ST_COMPARE(a, b) dc_compare_entries(&(a)->entry, &(b)->entry)
#define ST_SCOPE static
#define ST_DEFINE
#include "lib/sort_template.h"

static inline int
compare_record_pairs(const RecordPair *x, const RecordPair *y)
{
	if (x->a != y->a)
		return x->a < y->a ? -1 : 1;
	return x->b < y->b ? -1 : x->b > y->b;
}

#define ST_SORT sort_record_pairs
#define ST_ELEMENT_TYPE RecordPair
#define ST_COMPARE(a, b) compare_record_pairs(a, b)
#define ST_SCOPE static
#define ST_DEFINE
#include "lib/sort_template.h"

typedef struct RecordPairs
{
	size_t		n;
	size_t		capacity;
	RecordPair *pair;
} RecordPairs;

static void
push_records(RecordPairs *pairs, int a, int b)
{
	if (pairs->n == pairs->capacity)
		pairs->pair = repalloc_huge(pairs->pair, sizeof(RecordPair) * (pairs->capacity *= 2));
	pairs->pair[pairs->n++] = (RecordPair) {Min(a, b), Max(a, b)};
}

/* The pairs of the members held of one block; of a large one, those that are neighbours in the whole of it. */
static void
pair_block(DcKeyIndex *index, const Held *held, int n, RecordPairs *pairs)
{
	uint64		key = held[0].entry.key;
	int			limit = dc_block_limit(key);
	int			window = dc_block_window(key);
	DcIndexEntry *member = palloc(sizeof(DcIndexEntry) * (Max(limit, window) + 1));
	bool		is_large = n > limit || dc_index_block(index, key, limit, member) > limit;

	for (int i = 0; i < n; i++)
	{
		int			nafter = is_large ? dc_index_after(index, &held[i].entry, window, member) : 0;

		CHECK_FOR_INTERRUPTS();
		for (int j = i + 1; j < n && j - i <= (is_large ? window : n); j++)
		{
			bool		meet = !is_large;

			for (int m = 0; m < nafter && !meet; m++)
				meet = member[m].contact_id == held[j].entry.contact_id && dc_neighbours_meet(key, held[i].entry.place, held[j].entry.place);
			if (meet)
				push_records(pairs, held[i].record, held[j].record);
		}
	}
	pfree(member);
}

/* O(k log k) for the k keys of the records, and a look-up in the index for each that two of them share. */
RecordPair *
dc_pairs_within(DcKeyIndex *index, const DcPopulation *p, size_t *npairs)
{
	RecordPairs pairs = {.capacity = 1024, .pair = palloc(sizeof(RecordPair) * 1024)};
	size_t		capacity = (size_t) p->nrecords * 16 + DC_MAX_KEYS;
	Held	   *held = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Held) * capacity);
	size_t		n = 0;
	size_t		kept = 0;

	for (int r = 0; r < p->nrecords; r++)
	{
		DcKeys		keys;
		uint64		place = dc_block_order(p, &p->records[r]);

		dc_make_keys(p, &p->records[r], &keys);
		if (n + keys.n > capacity)
			held = repalloc_huge(held, sizeof(Held) * (capacity *= 2));
		for (int k = 0; k < keys.n; k++)
			held[n++] = (Held) {{keys.key[k], place, p->records[r].contact_id}, r};
	}
	if (n > 0)
		sort_held(held, n);
	for (size_t from = 0, to; from < n; from = to)
	{
		for (to = from + 1; to < n && held[to].entry.key == held[from].entry.key; to++)
			;
		if (to - from > 1)
			pair_block(index, held + from, to - from, &pairs);
	}
	pfree(held);
	if (pairs.n > 0)
		sort_record_pairs(pairs.pair, pairs.n);
	for (size_t i = 0; i < pairs.n; i++)
		if (kept == 0 || compare_record_pairs(&pairs.pair[kept - 1], &pairs.pair[i]) != 0)
			pairs.pair[kept++] = pairs.pair[i];
	*npairs = kept;
	return pairs.pair;
}
