/*-------------------------------------------------------------------------
 *
 * parallel.c
 *	  Candidate pairs scored by several processes.
 *
 * The leader moves the packed contacts into dynamic shared memory, so that workers see what its transaction
 * sees, uncommitted rows included, without reading a table.  All, the leader too, make the table of keys and then
 * take partitions of it until there are none left; workers hand their edges over at the end.  Which edges there are
 * does not depend on who found them, and clustering brings them in one order: any number of workers gives the same
 * result.
 *
 * PostgreSQL's infrastructure for parallel commands starts and ends the workers, hands on their
 * errors, and cancels them with the leader.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/parallel.h"
#include "access/xact.h"
#include "miscadmin.h"
#include "optimizer/cost.h"
#include "storage/barrier.h"
#include "storage/shm_toc.h"
#include "utils/dsa.h"
#include "utils/wait_event.h"

#include "match/workers/parallel.h"

#define EDGE_AREA (1024 * 1024)

/* Edges that memory may hold once all keys are gone. */
#define EDGE_LIMIT ((size_t) maintenance_work_mem * 1024 / sizeof(DcEdge))

enum
{
	KEY_STATE = 1, KEY_AREA
};

typedef struct WorkerEdges
{
	dsa_pointer edge;			/* those in memory */
	size_t		n;
	size_t		in_file;
	int64		pairs;
} WorkerEdges;

typedef struct SharedState
{
	Barrier		steps;			/* of the table of keys; at the end scoring, after which nobody waits */
	SharedFileSet files;		/* of edges */
	size_t		limit;			/* edges that a process may hold in memory */
	double		review_weight;
	DcModel		model;
	DcBounds	bounds;
	DcShare		share;
	WorkerEdges worker[FLEXIBLE_ARRAY_MEMBER];
} SharedState;

void
dc_keep_edge(void *state, int a, int b)
{
	DcEdges    *edges = state;
	DcPopulation *p = edges->population;
	DcScore		score;

	dc_score_pair(p, edges->model, &p->records[a], &p->records[b], &score);
	if (score.weight >= edges->review_weight)
		dc_add_edge(&edges->found, a, b, score.weight);
}

/*
 * Pairs wait here until there are so many; then what they need is asked for some pairs ahead, first what rules them out,
 * then, of those that are left, the records, then the texts of their names.
 */
#define BATCH 512
#define NEAR 4
#define FAR 8

typedef struct Pair
{
	int			a;
	int			b;
} Pair;

typedef struct Batch
{
	DcEdges    *edges;
	int			n;
	Pair		pair[BATCH];
} Batch;

static pg_attribute_always_inline void
ask_for_sketch(const DcEdges *edges, int r)
{
	DC_PREFETCH(&edges->sketches[r]);
	DC_PREFETCH((const char *) &edges->sketches[r] + 64);
}

static pg_attribute_always_inline void
ask_for_record(const DcEdges *edges, int r)
{
	const DcPopulation *p = edges->population;
	const DcSketch *sketch = &edges->sketches[r];

	DC_PREFETCH(&p->records[r]);
	DC_PREFETCH((const char *) &p->records[r] + 64);
	DC_PREFETCH(&p->text[sketch->first]);
	DC_PREFETCH(&p->text[sketch->last]);
	DC_PREFETCH(&p->text[sketch->company]);
	DC_PREFETCH(&p->surprise[sketch->last]);
	DC_PREFETCH(&p->surprise[sketch->company]);
}

static pg_attribute_always_inline void
ask_for_texts(const DcEdges *edges, int r)
{
	const DcPopulation *p = edges->population;
	const DcSketch *sketch = &edges->sketches[r];
	const DcRecord *record = &p->records[r];

	DC_PREFETCH(p->text[sketch->first]);
	DC_PREFETCH(p->text[sketch->last]);
	DC_PREFETCH(p->text[sketch->company]);
	DC_PREFETCH(&p->text[record->email[0]]);
	DC_PREFETCH(&p->flags[record->email[0]]);
	DC_PREFETCH(&p->letters[record->email[0]]);
}

/* Leaves those that may weigh enough. */
static void
rule_out(Batch *batch)
{
	const DcEdges *edges = batch->edges;
	int			n = 0;

	for (int i = 0; i < batch->n; i++)
	{
		Pair		pair = batch->pair[i];

		if (i + FAR < batch->n)
		{
			ask_for_sketch(edges, batch->pair[i + FAR].a);
			ask_for_sketch(edges, batch->pair[i + FAR].b);
		}
		if (!dc_rules_out(edges->population, edges->bounds, edges->sketches, pair.a, pair.b))
			batch->pair[n++] = pair;
	}
	batch->n = n;
}

static void
score_batch(Batch *batch)
{
	DcEdges    *edges = batch->edges;

	rule_out(batch);
	for (int i = 0; i < batch->n; i++)
	{
		if (i + FAR < batch->n)
		{
			ask_for_record(edges, batch->pair[i + FAR].a);
			ask_for_record(edges, batch->pair[i + FAR].b);
		}
		if (i + NEAR < batch->n)
		{
			ask_for_texts(edges, batch->pair[i + NEAR].a);
			ask_for_texts(edges, batch->pair[i + NEAR].b);
		}
		dc_keep_edge(edges, batch->pair[i].a, batch->pair[i].b);
	}
	batch->n = 0;
}

static void
add_pair(void *state, int a, int b)
{
	Batch	   *batch = state;

	batch->pair[batch->n++] = (Pair) {a, b};
	if (batch->n == BATCH)
		score_batch(batch);
}

/* Takes partitions until there are none left; answers the number of pairs. */
static int64
scan_partitions(DcKeyTable *table, DcEdges *edges)
{
	Batch		batch = {.edges = edges};
	int64		pairs;

	edges->sketches = dc_key_rows(table)->sketch;
	pairs = dc_scan_key_table(table, edges->population, NULL, add_pair, &batch);
	score_batch(&batch);
	edges->sketches = NULL;
	return pairs;
}

/* All steps from the one on that the others have come to, scoring at the end, which the leader begins when it has done with the keys. */
static int64
work(DcKeyTable *table, DcEdges *edges, Barrier *barrier)
{
	int64		pairs = 0;
	int			step = BarrierAttach(barrier);

	for (; step < DC_KEY_STEPS; step++)
	{
		dc_key_table_step(table, step);
		BarrierArriveAndWait(barrier, PG_WAIT_EXTENSION);
	}
	if (edges->keys_made != NULL)
		edges->keys_made(edges, table, edges->keys_state);
	pairs = scan_partitions(table, edges);
	BarrierDetach(barrier);
	return pairs;
}

/* ---------- the leader's side ---------- */

/* What the workers need to know. */
static SharedState *
make_state(ParallelContext *context, DcEdges *edges, const DcShare *share, dsa_area **area)
{
	size_t		size = offsetof(SharedState, worker) + sizeof(WorkerEdges) * context->nworkers;
	SharedState *state;
	void	   *place;

	shm_toc_estimate_chunk(&context->estimator, size);
	shm_toc_estimate_chunk(&context->estimator, EDGE_AREA);
	shm_toc_estimate_keys(&context->estimator, 2);
	InitializeParallelDSM(context);
	if (context->nworkers == 0)
		return NULL;
	state = shm_toc_allocate(context->toc, size);
	memset(state, 0, size);
	BarrierInit(&state->steps, 0);
	state->review_weight = edges->review_weight;
	state->model = *edges->model;
	state->bounds = *edges->bounds;
	state->share = *share;
	state->limit = edges->found.limit = edges->found.limit / (context->nworkers + 1);
	SharedFileSetInit(&state->files, context->seg);
	shm_toc_insert(context->toc, KEY_STATE, state);
	place = shm_toc_allocate(context->toc, EDGE_AREA);
	*area = dsa_create_in_place(place, EDGE_AREA, LWTRANCHE_PARALLEL_QUERY_DSA, context->seg);
	shm_toc_insert(context->toc, KEY_AREA, place);
	return state;
}

/* NULL when no worker can be had. */
static DcKeyTable *
score_with_workers(DcEdges *edges, DcShare *share, int nworkers, int64 *pairs)
{
	DcKeyTable *table = NULL;
	ParallelContext *context;
	SharedState *state;
	dsa_area   *area = NULL;

	EnterParallelMode();
	context = CreateParallelContext("dropcontact", "dc_score_worker", nworkers);
	table = dc_key_table_create(edges->population, share, nworkers + 1, true);
	state = make_state(context, edges, share, &area);
	if (state == NULL)
	{
		dc_key_table_free(table);
		table = NULL;
	}
	else
	{
		LaunchParallelWorkers(context);
		*pairs = work(table, edges, &state->steps);
		WaitForParallelWorkersToFinish(context);
		elog(DEBUG1, "dropcontact dedupe: %d of %d workers took part", context->nworkers_launched, nworkers);
		edges->found.limit = EDGE_LIMIT;
		for (int w = 0; w < context->nworkers_launched; w++)
		{
			const WorkerEdges *found = &state->worker[w];

			*pairs += found->pairs;
			dc_take_edges(&edges->found, &state->files.fs, w, found->in_file, found->n == 0 ? NULL : dsa_get_address(area, found->edge), found->n);
		}
		dsa_detach(area);
	}
	DestroyParallelContext(context);
	ExitParallelMode();
	return table;
}

/*
 * Scores all candidate pairs, keeps those above the review weight as edges, in any order, and answers how
 * many pairs there were.  Workers: max_parallel_maintenance_workers at most; without any the leader
 * does the same alone.
 */
int64
dc_score_candidates(DcEdges *edges)
{
	DcPopulation *p = edges->population;
	DcKeyTable *table = NULL;
	DcBounds	bounds;
	DcShare		share = {0};
	int64		pairs;

	dc_make_bounds(p, edges->model, edges->review_weight, &bounds);
	edges->bounds = &bounds;
	edges->found = (DcEdgeList) {.limit = EDGE_LIMIT};
	if (p->nrecords >= DC_RECORDS_FOR_WORKERS && max_parallel_maintenance_workers > 0 && dc_share_population(p, DC_KEY_TABLE_SIZE(p), &share))
		table = score_with_workers(edges, &share, max_parallel_maintenance_workers, &pairs);
	if (table == NULL)
	{
		table = dc_make_key_table(p, true);
		if (edges->keys_made != NULL)
			edges->keys_made(edges, table, edges->keys_state);
		pairs = scan_partitions(table, edges);
	}
	if (edges->keys_left != NULL)
		edges->keys_left(edges, table, edges->keys_state);
	dc_key_table_free(table);
	dc_unshare_table(&share);
	edges->bounds = NULL;
	return pairs;
}

/* ---------- a worker's side ---------- */

void
dc_score_worker(dsm_segment *segment, shm_toc *toc)
{
	SharedState *state = shm_toc_lookup(toc, KEY_STATE, false);
	WorkerEdges *mine = &state->worker[ParallelWorkerNumber];
	dsa_area   *area = dsa_attach_in_place(shm_toc_lookup(toc, KEY_AREA, false), segment);
	DcPopulation population;
	DcEdges		edges = {.population = &population, .model = &state->model, .bounds = &state->bounds, .review_weight = state->review_weight,
		.found = {.limit = state->limit, .shared = &state->files.fs, .worker = ParallelWorkerNumber}};
	DcKeyTable *table;

	SharedFileSetAttach(&state->files, segment);
	dc_attach_population(&state->share, &population);
	table = dc_key_table_attach(&population, &state->share, ParallelWorkerNumber + 1);
	mine->pairs = work(table, &edges, &state->steps);
	dc_key_table_free(table);
	mine->in_file = dc_publish_edges(&edges.found);
	if (edges.found.n > 0)
	{
		mine->edge = dsa_allocate_extended(area, sizeof(DcEdge) * edges.found.n, DSA_ALLOC_HUGE);
		memcpy(dsa_get_address(area, mine->edge), edges.found.edge, sizeof(DcEdge) * edges.found.n);
		mine->n = edges.found.n;
	}
	dsa_detach(area);
}
