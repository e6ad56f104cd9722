/*-------------------------------------------------------------------------
 *
 * key_table.h
 *	  The keys of all records, made and put in order by several processes.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_MATCH_KEY_TABLE_H
#define DC_MATCH_KEY_TABLE_H

#include "match/core/bound.h"
#include "match/core/pairs.h"
#include "match/workers/share.h"

typedef struct DcKeyTable DcKeyTable;

/* What a table may take of shared memory: a part goes with the records, the rest is bounded. */
#define DC_KEY_TABLE_SIZE(p) ((size_t) (p)->nrecords * (sizeof(DcSketch) + 48) + maintenance_work_mem * (size_t) 1024)

/*
 * A table of the keys of a population for several processes, which is shared, or for one alone (share: NULL).  Keys take
 * maintenance_work_mem at most and otherwise lie in temporary files.  The table is filled once the steps have been taken.
 */
extern DcKeyTable *dc_key_table_create(const DcPopulation *population, DcShare *share, int nprocesses, bool sketches);

/* The same table in a worker; process is one of 1 .. nprocesses - 1. */
extern DcKeyTable *dc_key_table_attach(const DcPopulation *population, const DcShare *share, int process);
extern void dc_key_table_free(DcKeyTable *table);

/*
 * All processes take the steps, 0 to DC_KEY_STEPS - 1, and wait for each other after each of them.  Who comes late may
 * begin with a later one.
 */
#define DC_KEY_STEPS 5
extern void dc_key_table_step(DcKeyTable *table, int step);

/* Makes the table by this process alone. */
extern DcKeyTable *dc_make_key_table(const DcPopulation *population, bool sketches);

extern size_t dc_key_count(const DcKeyTable *table);
extern const DcRows *dc_key_rows(DcKeyTable *table);

/* A sum over what all records say and their keys. */
extern uint64 dc_key_sum(const DcKeyTable *table);

/*
 * The keys lie in partitions of their range.  The entries of one, by key, then dc_block_order, then record; valid until the
 * next are asked for.  base is the number of the first block, for dc_scan_pairs().
 */
extern int	dc_key_partitions(const DcKeyTable *table);
extern const DcKeyEntry *dc_key_partition(DcKeyTable *table, int partition, size_t *n, uint32 *base);

/* The next partition that no process has taken, -1 when there is none left. */
extern int	dc_next_partition(DcKeyTable *table);

/* Calls back for the pairs of the partitions that no other process takes, or those that the filter lets through (NULL: all). */
extern int64 dc_scan_key_table(DcKeyTable *table, DcPopulation *population, DcPairFilter filter, DcPairCallback callback, void *state);

#endif							/* DC_MATCH_KEY_TABLE_H */
