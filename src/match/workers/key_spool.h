/*-------------------------------------------------------------------------
 *
 * key_spool.h
 *	  Keys by partitions of their range, in memory or in temporary files.
 *
 * Several processes put entries in, each into chunks of its own; then any of them may take the entries of
 * a partition, put them back in order, and read them again.  Between these three steps all wait for each other.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_MATCH_KEY_SPOOL_H
#define DC_MATCH_KEY_SPOOL_H

#include "postgres.h"

#include "port/atomics.h"
#include "storage/dsm.h"
#include "storage/sharedfileset.h"
#include "utils/dsa.h"

#include "match/core/pairs.h"

#define DC_MAX_PARTITION_BITS 10

/* Where the chunks of a partition are: those that one process has put in, the last first.  0: none. */
typedef uint64 DcChunk;

/* The part that all processes see; it lies in a segment of its own when there are several. */
typedef struct DcSpoolState
{
	SharedFileSet files;
	int			nprocesses;
	int			bits;			/* partitions are told by so many upper bits of the key */
	bool		on_disk;
	uint32		chunk_size;
	pg_atomic_uint32 count[1 << DC_MAX_PARTITION_BITS];	/* entries of each partition */
	struct
	{
		int			process;
		uint64		offset;
	}			sorted[1 << DC_MAX_PARTITION_BITS];	/* on disk: where the ordered entries are */
	DcChunk		last[FLEXIBLE_ARRAY_MEMBER];	/* of each process and partition */
} DcSpoolState;

typedef struct DcSpool DcSpool;

/*
 * How so many entries are best laid out for so many processes in so much memory.  Never more than
 * 2 to the power of DC_MAX_PARTITION_BITS partitions: one is sorted as a whole.
 */
extern void dc_spool_shape(DcSpoolState *state, size_t entries, int nprocesses, size_t memory);
extern size_t dc_spool_state_size(int nprocesses);

/* segment: where the state lies, NULL for one process alone */
extern void dc_spool_create(DcSpoolState *state, dsm_segment *segment);

/*
 * The spool as one of the processes sees it, in the current memory context, and there the chunks of one process alone;
 * those of several are in the area.  Process 0 is the one that has created it.
 */
extern DcSpool *dc_spool_open(DcSpoolState *state, dsm_segment *segment, dsa_area *area, int process);

extern void dc_spool_add(DcSpool *spool, uint64 key, uint32 record);
/* This process has put in all its entries. */
extern void dc_spool_added(DcSpool *spool);

extern int	dc_spool_partitions(const DcSpool *spool);
extern uint32 dc_spool_count(const DcSpool *spool, int partition);

/* The entries of a partition as they were put in; to has room for them. */
extern void dc_spool_take(DcSpool *spool, int partition, DcKeyEntry *to);
extern void dc_spool_put_back(DcSpool *spool, int partition, const DcKeyEntry *entries);
/* This process has put back all its partitions. */
extern void dc_spool_sorted(DcSpool *spool);
/* The entries as they were put back. */
extern void dc_spool_read(DcSpool *spool, int partition, DcKeyEntry *to);

extern void dc_spool_close(DcSpool *spool);

#endif							/* DC_MATCH_KEY_SPOOL_H */
