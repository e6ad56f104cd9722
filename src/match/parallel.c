/*-------------------------------------------------------------------------
 *
 * parallel.c
 *	  Candidate pairs scored by several processes.
 *
 * The leader packs the contacts and sorts their keys, then moves both into dynamic shared memory, so
 * that workers see what its transaction sees, uncommitted rows included, without reading a table.
 * All, the leader too, take ranges of keys until there are none left; workers hand their edges
 * over at the end.  Which edges there are does not depend on who found them, and clustering
 * brings them in one order: any number of workers gives the same result.
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
#include "port/atomics.h"
#include "storage/shm_toc.h"
#include "utils/dsa.h"

#include "match/parallel.h"
#include "match/share.h"

#define RANGE 16384				/* keys that a process takes at a time */
#define KEYS_FOR_WORKERS 200000	/* fewer are scored sooner than a worker starts */
#define EDGE_AREA (1024 * 1024)

enum
{
	KEY_STATE = 1, KEY_AREA
};

typedef struct WorkerEdges
{
	dsa_pointer edge;
	size_t		n;
	int64		pairs;
} WorkerEdges;

typedef struct SharedState
{
	pg_atomic_uint64 next;		/* first entry of the next range */
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
	DcEdge	   *edge;

	dc_score_pair(p, edges->model, &p->records[a], &p->records[b], &score);
	if (score.weight < edges->review_weight)
		return;
	if (edges->n == edges->capacity)
	{
		edges->capacity = Max(1024, edges->capacity * 2);
		edges->edge = edges->edge == NULL ? palloc(sizeof(DcEdge) * edges->capacity) : repalloc_huge(edges->edge, sizeof(DcEdge) * edges->capacity);
	}
	edge = &edges->edge[edges->n++];
	edge->a = a;
	edge->b = b;
	edge->weight = score.weight;
}

/*
 * Pairs that are not ruled out wait here until what they are scored by has come from memory: first the records,
 * then the texts of their names.
 */
#define QUEUE 16

typedef struct Queue
{
	DcEdges    *edges;
	uint64		n;				/* pairs so far; the last QUEUE of them wait */
	int			a[QUEUE];
	int			b[QUEUE];
} Queue;

static pg_attribute_always_inline void
ask_for_record(const Queue *queue, int r)
{
	const DcPopulation *p = queue->edges->population;
	const DcSketch *sketch = &queue->edges->sketches[r];

	DC_PREFETCH(&p->records[r]);
	DC_PREFETCH((const char *) &p->records[r] + 64);
	DC_PREFETCH(&p->text[sketch->first]);
	DC_PREFETCH(&p->text[sketch->last]);
	DC_PREFETCH(&p->text[sketch->company]);
	DC_PREFETCH(&p->surprise[sketch->last]);
	DC_PREFETCH(&p->surprise[sketch->company]);
}

static pg_attribute_always_inline void
ask_for_texts(const Queue *queue, int r)
{
	const DcPopulation *p = queue->edges->population;
	const DcSketch *sketch = &queue->edges->sketches[r];
	const DcRecord *record = &p->records[r];

	DC_PREFETCH(p->text[sketch->first]);
	DC_PREFETCH(p->text[sketch->last]);
	DC_PREFETCH(p->text[sketch->company]);
	DC_PREFETCH(&p->text[record->email[0]]);
	DC_PREFETCH(&p->flags[record->email[0]]);
	DC_PREFETCH(&p->letters[record->email[0]]);
}

static void
queue_pair(void *state, int a, int b)
{
	Queue	   *queue = state;
	DcEdges    *edges = queue->edges;
	int			place = queue->n % QUEUE;

	if (dc_rules_out(edges->population, edges->bounds, edges->sketches, a, b))
		return;
	if (queue->n >= QUEUE)
		dc_keep_edge(edges, queue->a[place], queue->b[place]);
	queue->a[place] = a;
	queue->b[place] = b;
	queue->n++;
	ask_for_record(queue, a);
	ask_for_record(queue, b);
	place = (place + QUEUE / 2) % QUEUE;
	if (queue->n > QUEUE / 2)
	{
		ask_for_texts(queue, queue->a[place]);
		ask_for_texts(queue, queue->b[place]);
	}
}

static void
empty_queue(Queue *queue)
{
	for (uint64 i = queue->n < QUEUE ? 0 : queue->n - QUEUE; i < queue->n; i++)
		dc_keep_edge(queue->edges, queue->a[i % QUEUE], queue->b[i % QUEUE]);
}

/* Takes ranges until there are none left; answers the number of pairs. */
static int64
scan_ranges(pg_atomic_uint64 *next, const DcKeyTable *table, DcEdges *edges)
{
	DcPopulation *p = edges->population;
	Queue		queue = {.edges = edges};
	int64		pairs = 0;

	for (;;)
	{
		size_t		from = pg_atomic_fetch_add_u64(next, RANGE);

		if (from >= table->nkeys)
			break;
		if (p->progress != NULL && from > 0)
			p->progress(from, table->nkeys);
		pairs += dc_scan_pairs(p, table, from, Min(from + RANGE, table->nkeys), NULL, queue_pair, &queue);
	}
	empty_queue(&queue);
	return pairs;
}

/* ---------- the leader's side ---------- */

/* What the workers need to know, beside the population and its keys. */
static SharedState *
make_state(ParallelContext *context, const DcEdges *edges, const DcShare *share, dsa_area **area)
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
	pg_atomic_init_u64(&state->next, 0);
	state->review_weight = edges->review_weight;
	state->model = *edges->model;
	state->bounds = *edges->bounds;
	state->share = *share;
	shm_toc_insert(context->toc, KEY_STATE, state);
	place = shm_toc_allocate(context->toc, EDGE_AREA);
	*area = dsa_create_in_place(place, EDGE_AREA, LWTRANCHE_PARALLEL_QUERY_DSA, context->seg);
	shm_toc_insert(context->toc, KEY_AREA, place);
	return state;
}

static void
append_edges(DcEdges *edges, const DcEdge *edge, size_t n)
{
	if (edges->n + n > edges->capacity)
	{
		edges->capacity = edges->n + n;
		edges->edge = edges->edge == NULL ? MemoryContextAllocHuge(CurrentMemoryContext, sizeof(DcEdge) * edges->capacity) :
			repalloc_huge(edges->edge, sizeof(DcEdge) * edges->capacity);
	}
	memcpy(edges->edge + edges->n, edge, sizeof(DcEdge) * n);
	edges->n += n;
}

static int64
score_alone(DcEdges *edges, const DcKeyTable *table)
{
	pg_atomic_uint64 next;

	edges->sketches = table->sketch;
	pg_atomic_init_u64(&next, 0);
	return scan_ranges(&next, table, edges);
}

static int64
score_with_workers(DcEdges *edges, const DcKeyTable *table, const DcShare *share, int nworkers)
{
	ParallelContext *context;
	SharedState *state;
	dsa_area   *area = NULL;
	int64		pairs;

	EnterParallelMode();
	context = CreateParallelContext("dropcontact", "dc_score_worker", nworkers);
	state = make_state(context, edges, share, &area);
	if (state == NULL)
		pairs = score_alone(edges, table);
	else
	{
		LaunchParallelWorkers(context);
		edges->sketches = table->sketch;
		pairs = scan_ranges(&state->next, table, edges);
		WaitForParallelWorkersToFinish(context);
		elog(DEBUG1, "dropcontact dedupe: %d of %d workers took part", context->nworkers_launched, nworkers);
		for (int w = 0; w < context->nworkers_launched; w++)
		{
			pairs += state->worker[w].pairs;
			if (state->worker[w].n > 0)
				append_edges(edges, dsa_get_address(area, state->worker[w].edge), state->worker[w].n);
		}
		dsa_detach(area);
	}
	DestroyParallelContext(context);
	ExitParallelMode();
	return pairs;
}

/*
 * Scores all candidate pairs, keeps those above the review weight as edges, in any order, and answers how
 * many pairs there were.  Workers: max_parallel_maintenance_workers at most; without any the leader
 * does the same alone.
 */
int64
dc_score_candidates(DcEdges *edges)
{
	DcKeyTable	table = {0};
	DcBounds	bounds;
	DcShare		share;
	int64		pairs;

	dc_make_bounds(edges->population, edges->model, edges->review_weight, &bounds);
	edges->bounds = &bounds;
	edges->n = 0;
	edges->capacity = 0;
	edges->edge = NULL;
	dc_make_key_table(edges->population, &table);
	table.sketch = dc_make_sketches(edges->population);
	if (edges->keys_made != NULL)
		edges->keys_made(edges, &table, edges->keys_state);
	if (edges->population->progress != NULL)
		edges->population->progress(0, table.nkeys);
	if (table.nkeys >= KEYS_FOR_WORKERS && max_parallel_maintenance_workers > 0 && dc_share(edges->population, &table, &share))
	{
		pairs = score_with_workers(edges, &table, &share, max_parallel_maintenance_workers);
		dc_unshare_table(&share);
	}
	else
		pairs = score_alone(edges, &table);
	dc_free_key_table(&table);
	edges->sketches = NULL;
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
	DcKeyTable	table;
	DcEdges		edges = {.population = &population, .model = &state->model, .bounds = &state->bounds, .review_weight = state->review_weight};

	dc_attach_share(&state->share, &population, &table);
	edges.sketches = table.sketch;
	mine->pairs = scan_ranges(&state->next, &table, &edges);
	if (edges.n > 0)
	{
		mine->edge = dsa_allocate_extended(area, sizeof(DcEdge) * edges.n, DSA_ALLOC_HUGE);
		memcpy(dsa_get_address(area, mine->edge), edges.edge, sizeof(DcEdge) * edges.n);
		mine->n = edges.n;
	}
	dsa_detach(area);
}
