/*-------------------------------------------------------------------------
 *
 * run.h
 *	  What a run of matching over all contacts and one over what changed have in common.
 *
 * All need SPI connected.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_MATCH_RUN_H
#define DC_MATCH_RUN_H

#include "postgres.h"

#include "match/workers/parallel.h"

/* Settings of the controller, as weights. */
typedef struct DcThresholds
{
	double		merge;
	double		review;			/* not above merge */
} DcThresholds;

typedef struct DcMatchCounts
{
	int64		matched;
	int64		review;
	int64		entities;
} DcMatchCounts;

/*
 * One matching run at a time for a controller; the second waits, and then sees what the first and all that
 * committed meanwhile have written: reading goes by the snapshot taken here, which the caller pops.
 */
extern void dc_lock_matching(int controller_id);
/* The same for a run over all that changed: what was noted as updated since the last one is no longer. */
extern void dc_begin_matching(int controller_id);

/* Waits until no matching run is under way; none begins before the transaction has ended. */
extern void dc_await_matching(int controller_id);

extern DcThresholds dc_read_thresholds(int controller_id);

/* Hash of everything beside the contacts that edges and clusters follow from. */
extern uint64 dc_match_signature(const DcPopulation *population, const DcModel *model, const DcThresholds *thresholds, int controller_id);

/* Clusters of the edges, stored as entities, organisations of persons and reviews; partial as in store.h. */
extern void dc_settle_edges(DcEdges *edges, int controller_id, const DcThresholds *thresholds, bool partial, DcMatchCounts *counts);

/* What the commands of this run wrote is seen by those that follow. */
extern void dc_see_own_changes(void);

/* Notes what the run saw, so that the next knows what changed since; wrote: its transaction had written before. */
extern void dc_note_match_run(int controller_id, int64 contacts, bool wrote);

#endif							/* DC_MATCH_RUN_H */
