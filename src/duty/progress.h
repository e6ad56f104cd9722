/*-------------------------------------------------------------------------
 *
 * progress.h
 *	  How far a long operation has come, for other sessions to watch (view progress).
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_PROGRESS_H
#define DC_PROGRESS_H

#include "postgres.h"

typedef enum DcOperation
{
	OPERATION_DEDUPE, OPERATION_TRAIN, OPERATION_ENRICH, OPERATION_LOAD, OPERATION_COUNT
} DcOperation;

typedef enum DcPhase
{
	PHASE_READING, PHASE_COUNTING, PHASE_KEYS, PHASE_SCORING, PHASE_FITTING, PHASE_CLUSTERING, PHASE_WRITING, PHASE_COUNT
} DcPhase;

/* Ends on its own when the transaction fails. */
extern void dc_progress_start(DcOperation operation);
extern void dc_progress_end(void);

/* Enters a phase; total is 0 when it is not known. */
extern void dc_progress_phase(DcPhase phase, int64 total);

/*
 * A statement that loads contacts, whose memory context goes with it, has come to so many rows.  COPY itself tells
 * more (pg_stat_progress_copy), so that nothing is told beside it.
 */
extern void dc_progress_load(int64 rows, MemoryContext statement);

/* So much of the phase is done.  Cheap, but not for every row: every thousand or so. */
extern void dc_progress_done(int64 done);

#endif							/* DC_PROGRESS_H */
