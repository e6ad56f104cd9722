/*-------------------------------------------------------------------------
 *
 * share.h
 *	  A population and its keys in dynamic shared memory.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_MATCH_SHARE_H
#define DC_MATCH_SHARE_H

#include "postgres.h"

#include "storage/dsm.h"

#include "match/match.h"

typedef enum DcShareArray
{
	SHARE_RECORDS, SHARE_HASH, SHARE_SURPRISE, SHARE_FLAGS, SHARE_LETTERS, SHARE_LENGTH, SHARE_TOKENS, SHARE_TOKEN, SHARE_TEXTS,
	SHARE_ENTRIES, SHARE_KEYS, SHARE_ROWS, SHARE_SKETCHES, SHARE_ARRAYS
} DcShareArray;

typedef struct DcHeldSegment DcHeldSegment;

/* What another process needs to attach: it may lie in shared memory itself. */
typedef struct DcShare
{
	dsm_handle	handle[SHARE_ARRAYS];
	DcPopulation population;	/* its pointers mean nothing elsewhere, as those of table */
	DcKeyTable	table;
	DcHeldSegment *held[SHARE_ARRAYS];	/* for the process that shares */
} DcShare;

/*
 * Moves both into shared memory, array by array, so that there is never more than one array twice; false when there is
 * too little of it: then some may have moved, which makes no difference to who uses them.  Nothing can be interned any
 * more.  The memory is given back when the context of the population is deleted.
 */
extern bool dc_share(DcPopulation *population, DcKeyTable *table, DcShare *share);

/* Whether there is so much dynamic shared memory. */
extern bool dc_has_shared_memory(double size);

/* Of all texts of a population, each with a zero byte. */
extern size_t dc_size_of_texts(const DcPopulation *population);

/* Gives the memory of the keys back before. */
extern void dc_unshare_table(DcShare *share);

/* Attaches to both; until the process ends. */
extern void dc_attach_share(const DcShare *share, DcPopulation *population, DcKeyTable *table);

#endif							/* DC_MATCH_SHARE_H */
