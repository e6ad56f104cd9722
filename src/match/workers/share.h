/*-------------------------------------------------------------------------
 *
 * share.h
 *	  A population and the table of its keys in dynamic shared memory.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_MATCH_SHARE_H
#define DC_MATCH_SHARE_H

#include "postgres.h"

#include "storage/dsm.h"
#include "utils/dsa.h"

#include "match/match.h"

typedef enum DcShareArray
{
	SHARE_RECORDS, SHARE_HASH, SHARE_SURPRISE, SHARE_FLAGS, SHARE_LETTERS, SHARE_LENGTH, SHARE_TOKENS, SHARE_TOKEN, SHARE_TEXTS,
	/* of the key table */
	SHARE_STATE, SHARE_PLACES, SHARE_STARTS, SHARE_BLOCKS, SHARE_SKETCHES,
	/* of train() */
	SHARE_TRAINING, SHARE_ARRAYS
} DcShareArray;

typedef struct DcHeldSegment DcHeldSegment;

/* What another process needs to attach: it may lie in shared memory itself. */
typedef struct DcShare
{
	dsm_handle	handle[SHARE_ARRAYS];
	dsa_handle	area;
	DcPopulation population;	/* its pointers mean nothing elsewhere */
	/* for the process that shares */
	DcHeldSegment *held[SHARE_ARRAYS];
	DcHeldSegment *held_area;
} DcShare;

/*
 * Moves a population into shared memory, array by array, so that there is never more than one array twice; false when there is
 * too little of it, also for so much beside: then some may have moved, which makes no difference to who uses them.
 * Nothing can be interned any more.  The memory is given back when the context of the population is deleted.
 */
extern bool dc_share_population(DcPopulation *population, size_t beside, DcShare *share);

/* Shared memory beside it, an array and an area; an error when there is none. */
extern void *dc_share_new(DcShare *share, DcShareArray which, size_t size);
extern dsm_segment *dc_share_segment(const DcShare *share, DcShareArray which);
extern dsa_area *dc_share_new_area(DcShare *share);

/* Gives the memory of all but the population back before. */
extern void dc_unshare_table(DcShare *share);

/* Whether there is so much dynamic shared memory. */
extern bool dc_has_shared_memory(double size);

/* Of all texts of a population, each with a zero byte. */
extern size_t dc_size_of_texts(const DcPopulation *population);

/* Another process attaches, until it ends.  segment: may be NULL; what has not been shared is NULL. */
extern void dc_attach_population(const DcShare *share, DcPopulation *population);
extern void *dc_share_attach(const DcShare *share, DcShareArray which, dsm_segment **segment);
extern void *dc_share_attach_handle(dsm_handle handle, dsm_segment **segment);
extern dsa_area *dc_share_attach_area(const DcShare *share);

#endif							/* DC_MATCH_SHARE_H */
