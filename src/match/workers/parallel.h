/*-------------------------------------------------------------------------
 *
 * parallel.h
 *	  Candidate pairs scored by several processes.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_MATCH_PARALLEL_H
#define DC_MATCH_PARALLEL_H

#include "postgres.h"

#include "storage/dsm.h"
#include "storage/shm_toc.h"

#include "match/core/bound.h"
#include "match/workers/edges.h"
#include "match/workers/key_table.h"

/* The pairs that weigh enough to be looked at. */
typedef struct DcEdges DcEdges;

struct DcEdges
{
	DcPopulation *population;
	const DcModel *model;
	double		review_weight;
	const DcBounds *bounds;		/* with the sketches what rules pairs out before they are scored; may be NULL */
	const DcSketch *sketches;
	DcEdgeList	found;
	/* told of the keys: by the leader once they are in order, perhaps in parallel mode while others score; and at the end; or NULL */
	void		(*keys_made) (DcEdges *edges, DcKeyTable *table, void *state);
	void		(*keys_left) (DcEdges *edges, DcKeyTable *table, void *state);
	void	   *keys_state;
};


/* Scores a pair, and keeps it when it weighs enough; a DcPairCallback whose state are the edges. */
extern void dc_keep_edge(void *edges, int a, int b);

/* Fills the edges of all candidate pairs of the population; answers the number of pairs. */
extern int64 dc_score_candidates(DcEdges *edges);

/* Fewer are worked on sooner than a worker starts. */
#define DC_RECORDS_FOR_WORKERS 20000

/* What a worker runs; dc_train_worker is in train_parallel.c. */
extern PGDLLEXPORT void dc_score_worker(dsm_segment *segment, shm_toc *toc);
extern PGDLLEXPORT void dc_train_worker(dsm_segment *segment, shm_toc *toc);

#endif							/* DC_MATCH_PARALLEL_H */
