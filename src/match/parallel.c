/*-------------------------------------------------------------------------
 *
 * parallel.c
 *	  Candidate pairs scored by several processes.
 *
 * The leader packs the contacts and sorts their keys, then lays both into dynamic shared memory, so
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
#include "utils/memutils.h"

#include "match/parallel.h"

#define RANGE 16384				/* keys that a process takes at a time */
#define KEYS_FOR_WORKERS 200000	/* fewer are scored sooner than a worker starts */
#define EDGE_AREA (1024 * 1024)

enum
{
	KEY_STATE = 1, KEY_MODEL, KEY_AREA, KEY_RECORDS, KEY_TEXTS, KEY_OFFSETS, KEY_HASH, KEY_SURPRISE, KEY_FLAGS, KEY_LETTERS, KEY_LENGTH,
	KEY_TOKENS, KEY_TOKEN, KEY_ENTRIES, KEY_KEYS, KEY_ROW
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
	DcPopulation population;	/* its pointers mean nothing in a worker */
	size_t		nkeys;
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
		edges->edge = repalloc_huge(edges->edge, sizeof(DcEdge) * (edges->capacity *= 2));
	edge = &edges->edge[edges->n++];
	edge->a = a;
	edge->b = b;
	edge->weight = score.weight;
}

/* Takes ranges until there are none left; answers the number of pairs. */
static int64
scan_ranges(pg_atomic_uint64 *next, const DcKeyTable *table, DcEdges *edges)
{
	DcPopulation *p = edges->population;
	int64		pairs = 0;

	for (;;)
	{
		size_t		from = pg_atomic_fetch_add_u64(next, RANGE);

		if (from >= table->nkeys)
			return pairs;
		if (p->progress != NULL && from > 0)
			p->progress(from, table->nkeys);
		pairs += dc_scan_pairs(p, table, from, Min(from + RANGE, table->nkeys), NULL, dc_keep_edge, edges);
	}
}

/* ---------- the leader's side ---------- */

typedef struct Piece
{
	int			key;
	const void *data;
	size_t		size;
} Piece;

#define MAX_PIECES 14

static int
list_pieces(const DcPopulation *p, const DcKeyTable *table, const DcModel *model, Piece *pieces)
{
	Piece		all[] = {
		{KEY_MODEL, model, sizeof(DcModel)},
		{KEY_RECORDS, p->records, sizeof(DcRecord) * p->nrecords},
		{KEY_HASH, p->hash, sizeof(uint64) * p->nvalues},
		{KEY_SURPRISE, p->surprise, sizeof(float) * p->nvalues},
		{KEY_FLAGS, p->flags, sizeof(uint8) * p->nvalues},
		{KEY_LETTERS, p->letters, sizeof(uint32) * p->nvalues},
		{KEY_LENGTH, p->length, sizeof(uint8) * p->nvalues},
		{KEY_TOKENS, p->tokens, sizeof(DcTokens) * p->nvalues},
		{KEY_TOKEN, p->token, sizeof(DcValue) * p->ntokens},
		{KEY_ENTRIES, table->entries, sizeof(DcKeyEntry) * table->nkeys},
		{KEY_KEYS, table->key, sizeof(uint64) * (table->nkeys + p->nrecords)},
		{KEY_ROW, table->row, sizeof(DcKeyRow) * p->nrecords},
	};

	StaticAssertStmt(lengthof(all) <= MAX_PIECES, "MAX_PIECES is too small");
	memcpy(pieces, all, sizeof(all));
	return lengthof(all);
}

static size_t
texts_size(const DcPopulation *p)
{
	size_t		size = 0;

	for (DcValue v = 0; v < p->nvalues; v++)
		size += strlen(p->text[v]) + 1;
	return size;
}

static void
share_texts(ParallelContext *context, const DcPopulation *p, size_t size)
{
	char	   *texts = shm_toc_allocate(context->toc, size);
	uint64	   *offsets = shm_toc_allocate(context->toc, sizeof(uint64) * p->nvalues);
	size_t		offset = 0;

	for (DcValue v = 0; v < p->nvalues; v++)
	{
		size_t		len = strlen(p->text[v]) + 1;

		memcpy(texts + offset, p->text[v], len);
		offsets[v] = offset;
		offset += len;
	}
	shm_toc_insert(context->toc, KEY_TEXTS, texts);
	shm_toc_insert(context->toc, KEY_OFFSETS, offsets);
}

/* Lays everything into shared memory; the leader scans the shared key table from then on. */
static SharedState *
share(ParallelContext *context, const DcEdges *edges, DcKeyTable *table, dsa_area **area)
{
	const DcPopulation *p = edges->population;
	Piece		pieces[MAX_PIECES];
	int			npieces = list_pieces(p, table, edges->model, pieces);
	size_t		texts = texts_size(p);
	size_t		state_size = offsetof(SharedState, worker) + sizeof(WorkerEdges) * context->nworkers;
	SharedState *state;
	void	   *place;

	for (int i = 0; i < npieces; i++)
		shm_toc_estimate_chunk(&context->estimator, pieces[i].size);
	shm_toc_estimate_chunk(&context->estimator, texts);
	shm_toc_estimate_chunk(&context->estimator, sizeof(uint64) * p->nvalues);
	shm_toc_estimate_chunk(&context->estimator, state_size);
	shm_toc_estimate_chunk(&context->estimator, EDGE_AREA);
	shm_toc_estimate_keys(&context->estimator, npieces + 4);
	InitializeParallelDSM(context);
	if (context->nworkers == 0)
		return NULL;

	state = shm_toc_allocate(context->toc, state_size);
	memset(state, 0, state_size);
	pg_atomic_init_u64(&state->next, 0);
	state->review_weight = edges->review_weight;
	state->population = *p;
	state->nkeys = table->nkeys;
	shm_toc_insert(context->toc, KEY_STATE, state);
	for (int i = 0; i < npieces; i++)
	{
		place = shm_toc_allocate(context->toc, pieces[i].size);
		if (pieces[i].size > 0)
			memcpy(place, pieces[i].data, pieces[i].size);
		shm_toc_insert(context->toc, pieces[i].key, place);
	}
	share_texts(context, p, texts);
	place = shm_toc_allocate(context->toc, EDGE_AREA);
	*area = dsa_create_in_place(place, EDGE_AREA, LWTRANCHE_PARALLEL_QUERY_DSA, context->seg);
	shm_toc_insert(context->toc, KEY_AREA, place);
	dc_free_key_table(table);
	table->entries = shm_toc_lookup(context->toc, KEY_ENTRIES, false);
	table->key = shm_toc_lookup(context->toc, KEY_KEYS, false);
	table->row = shm_toc_lookup(context->toc, KEY_ROW, false);
	return state;
}

static void
append_edges(DcEdges *edges, const DcEdge *edge, size_t n)
{
	if (edges->n + n > edges->capacity)
		edges->edge = repalloc_huge(edges->edge, sizeof(DcEdge) * (edges->capacity = edges->n + n));
	memcpy(edges->edge + edges->n, edge, sizeof(DcEdge) * n);
	edges->n += n;
}

static int64
score_with_workers(DcEdges *edges, DcKeyTable *table, int nworkers)
{
	ParallelContext *context;
	SharedState *state;
	dsa_area   *area = NULL;
	int64		pairs;

	EnterParallelMode();
	context = CreateParallelContext("dropcontact", "dc_score_worker", nworkers);
	state = share(context, edges, table, &area);
	if (state == NULL)
	{
		pg_atomic_uint64 next;

		/* no shared memory segment was to be had: the leader does it alone */
		pg_atomic_init_u64(&next, 0);
		pairs = scan_ranges(&next, table, edges);
		dc_free_key_table(table);
	}
	else
	{
		LaunchParallelWorkers(context);
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
	DcKeyTable	table;
	pg_atomic_uint64 next;
	int64		pairs;

	edges->n = 0;
	edges->capacity = 1024;
	edges->edge = palloc(sizeof(DcEdge) * edges->capacity);
	dc_make_key_table(edges->population, &table);
	if (edges->population->progress != NULL)
		edges->population->progress(0, table.nkeys);
	if (table.nkeys >= KEYS_FOR_WORKERS && max_parallel_maintenance_workers > 0)
		return score_with_workers(edges, &table, max_parallel_maintenance_workers);
	pg_atomic_init_u64(&next, 0);
	pairs = scan_ranges(&next, &table, edges);
	dc_free_key_table(&table);
	return pairs;
}

/* ---------- a worker's side ---------- */

static DcPopulation *
attach_population(shm_toc *toc, const SharedState *state)
{
	DcPopulation *p = palloc(sizeof(DcPopulation));
	const char *texts = shm_toc_lookup(toc, KEY_TEXTS, false);
	const uint64 *offsets = shm_toc_lookup(toc, KEY_OFFSETS, false);

	*p = state->population;
	p->context = CurrentMemoryContext;
	p->progress = NULL;
	p->records = shm_toc_lookup(toc, KEY_RECORDS, false);
	p->hash = shm_toc_lookup(toc, KEY_HASH, false);
	p->surprise = shm_toc_lookup(toc, KEY_SURPRISE, false);
	p->flags = shm_toc_lookup(toc, KEY_FLAGS, false);
	p->letters = shm_toc_lookup(toc, KEY_LETTERS, false);
	p->length = shm_toc_lookup(toc, KEY_LENGTH, false);
	p->tokens = shm_toc_lookup(toc, KEY_TOKENS, false);
	p->token = shm_toc_lookup(toc, KEY_TOKEN, false);
	/* scoring needs neither counts nor look-up by text */
	p->count = NULL;
	p->slots = NULL;
	p->text = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(char *) * p->nvalues);
	for (DcValue v = 0; v < p->nvalues; v++)
		p->text[v] = texts + offsets[v];
	return p;
}

void
dc_score_worker(dsm_segment *segment, shm_toc *toc)
{
	SharedState *state = shm_toc_lookup(toc, KEY_STATE, false);
	WorkerEdges *mine = &state->worker[ParallelWorkerNumber];
	dsa_area   *area = dsa_attach_in_place(shm_toc_lookup(toc, KEY_AREA, false), segment);
	DcKeyTable	table = {
		.nkeys = state->nkeys,
		.entries = shm_toc_lookup(toc, KEY_ENTRIES, false),
		.key = shm_toc_lookup(toc, KEY_KEYS, false),
		.row = shm_toc_lookup(toc, KEY_ROW, false),
	};
	DcEdges		edges = {
		.population = attach_population(toc, state),
		.model = shm_toc_lookup(toc, KEY_MODEL, false),
		.review_weight = state->review_weight,
		.capacity = 1024,
	};

	edges.edge = palloc(sizeof(DcEdge) * edges.capacity);
	mine->pairs = scan_ranges(&state->next, &table, &edges);
	if (edges.n > 0)
	{
		mine->edge = dsa_allocate_extended(area, sizeof(DcEdge) * edges.n, DSA_ALLOC_HUGE);
		memcpy(dsa_get_address(area, mine->edge), edges.edge, sizeof(DcEdge) * edges.n);
		mine->n = edges.n;
	}
	dsa_detach(area);
}
