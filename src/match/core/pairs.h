/*-------------------------------------------------------------------------
 *
 * pairs.h
 *	  Candidate pairs: contacts that share a key.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_MATCH_PAIRS_H
#define DC_MATCH_PAIRS_H

#include "match/match.h"

/* A key of a record. */
typedef struct DcKeyEntry
{
	uint64		key;
	uint32		record;
} DcKeyEntry;

/* Ends the blocks of a record; greater than all. */
#define DC_NO_BLOCK PG_UINT32_MAX

/* What tells of each record which of its blocks a pair belongs to. */
typedef struct DcRows
{
	uint64	   *place;			/* dc_block_order */
	uint32	   *start;			/* in block: its first one */
	uint32	   *block;			/* the numbers of the blocks of a record that are compared as a whole, ascending, then DC_NO_BLOCK */
	struct DcSketch *sketch;	/* or NULL; bound.h */
} DcRows;

typedef void (*DcPairCallback) (void *state, int a, int b);

/* A number that depends on what two records say (their orders, their fingerprints), not on which is first. */
static inline uint64
dc_pair_hash(uint64 x, uint64 y)
{
	uint64		hash = (Min(x, y) ^ (Max(x, y) >> 7)) * UINT64CONST(0xc4ceb9fe1a85ec53);

	return hash ^ hash >> 32;
}

/*
 * Is the block wanted whose key has this hash, or, in a large one, the pair that has it?  Asked before the pairs are
 * looked at.
 */
typedef bool (*DcPairFilter) (void *state, uint64 hash);

/* Do all members of a block of so many meet? */
static inline bool
dc_is_compared_whole(uint64 key, size_t n)
{
	return n > 1 && n <= dc_block_limit(key);
}

/* Where the block of this entry ends. */
static inline size_t
dc_block_end(const DcKeyEntry *entries, size_t n, size_t from)
{
	size_t		to = from + 1;

	while (to < n && entries[to].key == entries[from].key)
		to++;
	return to;
}

/* Brings the records of a block into the order in which neighbours are compared. */
extern void dc_order_block(const DcRows *rows, DcKeyEntry *entries, size_t n);

/*
 * Calls back for the pairs of these blocks, whose keys ascend and whose records are in order, a pair of two large blocks
 * perhaps more than once, and answers their number.  base: the number of the first block; that of another is
 * as much greater as its first entry is behind.
 */
extern int64 dc_scan_pairs(const DcRows *rows, const DcKeyEntry *entries, size_t n, uint32 base,
						   DcPairFilter filter, DcPairCallback callback, void *state);

#endif							/* DC_MATCH_PAIRS_H */
