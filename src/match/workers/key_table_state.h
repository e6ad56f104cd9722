/*-------------------------------------------------------------------------
 *
 * key_table_state.h
 *	  A table of keys in the making, for the files that make it: key_table.c and key_rows.c.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_MATCH_KEY_TABLE_STATE_H
#define DC_MATCH_KEY_TABLE_STATE_H

#include "match/workers/key_spool.h"
#include "match/workers/key_table.h"

#define AHEAD 16				/* entries: so far what they point to is asked for before its turn */

typedef enum Step
{
	STEP_MAKE, STEP_SORT, STEP_NUMBER, STEP_PLACE, STEP_ORDER,
	STEP_SCAN,					/* what comes after */
	STEPS
} Step;

StaticAssertDecl(STEP_SCAN == DC_KEY_STEPS, "steps of the key table");

/* What all processes see. */
typedef struct TableState
{
	pg_atomic_uint32 next[STEPS];	/* range of records or partition that is to be taken */
	pg_atomic_uint64 sum;
	size_t		nkeys;
	uint32		nblocks;		/* size of rows.block */
	dsm_handle	blocks;
	uint32		base[1 << DC_MAX_PARTITION_BITS];	/* keys in the partitions before */
	DcSpoolState spool;			/* the last: of variable size */
} TableState;

struct DcKeyTable
{
	const DcPopulation *population;
	MemoryContext context;
	DcShare    *share;			/* of the process that shares, NULL for workers and one alone */
	bool		leader;
	TableState *state;
	DcSpool    *spool;
	DcRows		rows;
	/* room for a partition, twice */
	size_t		capacity;
	DcKeyEntry *entries;
	DcKeyEntry *spare;
};

/* In shared memory when the table is shared. */
extern void *dc_new_key_array(DcKeyTable *table, DcShareArray which, size_t size);

/* The next range of records, or partition, that no process has taken; false, or -1, when there is none. */
extern bool dc_take_records(DcKeyTable *table, Step step, int *from, int *to);
extern int	dc_take_partition(DcKeyTable *table, Step step);

/* key_rows.c: the last steps */
extern void dc_number_blocks(DcKeyTable *table);
extern void dc_place_blocks(DcKeyTable *table);
extern void dc_order_rows(DcKeyTable *table);

#endif							/* DC_MATCH_KEY_TABLE_STATE_H */
