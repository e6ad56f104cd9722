/*-------------------------------------------------------------------------
 *
 * read_parallel.c
 *	  Contacts read by several processes.
 *
 * Each process takes ranges of blocks until there are none left and packs what stands there into a population of its
 * own, by a query like any other, so that privileges and row-level security hold.  The leader then takes over the
 * values and records of the workers.  Which process read a contact changes nothing but the numbers of values, on which
 * nothing rests.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/parallel.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "optimizer/cost.h"
#include "port/atomics.h"
#include "storage/bufmgr.h"
#include "utils/dsa.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "duty/progress.h"
#include "match/read_parallel.h"
#include "match/share.h"

#define BLOCKS_FOR_WORKERS 1024 /* fewer are read sooner than a worker starts */
#define RANGE 128				/* blocks that a process takes at a time */
#define AREA_SIZE (1024 * 1024)
#define AHEAD 16				/* values asked for before they are looked up */

enum
{
	KEY_STATE = 1, KEY_AREA, KEY_RANGES
};

/* Who read a range, and which of its records came from there. */
typedef struct Range
{
	int			reader;			/* of a worker its number, of the leader -1 */
	int			first;
	int			n;
} Range;

/* What a worker has read: each pointer is an array in the area. */
typedef struct WorkerPart
{
	uint32		nvalues;
	dsa_pointer hash;
	dsa_pointer flags;
	dsa_pointer texts;			/* one after the other */
	dsa_pointer records;
} WorkerPart;

typedef struct ReadState
{
	int			controller_id;
	BlockNumber nblocks;
	pg_atomic_uint32 next;		/* the next range */
	pg_atomic_uint64 rows;		/* read so far */
	WorkerPart	part[FLEXIBLE_ARRAY_MEMBER];
} ReadState;

/* Takes ranges until there are none left. */
static void
read_ranges(DcPacker *packer, ReadState *state, Range *ranges, int reader)
{
	const DcPopulation *p = dc_packer_population(packer);

	for (;;)
	{
		uint32		i = pg_atomic_fetch_add_u32(&state->next, 1);
		BlockNumber from = i * RANGE;
		int			first = p->nrecords;

		if (from >= state->nblocks)
			return;
		dc_read_blocks(packer, state->controller_id, from, from + RANGE);
		ranges[i] = (Range) {.reader = reader, .first = first, .n = p->nrecords - first};
		pg_atomic_fetch_add_u64(&state->rows, p->nrecords - first);
		if (reader < 0)
			dc_progress_done(pg_atomic_read_u64(&state->rows));
	}
}

/* ---------- the leader's side ---------- */

static int
count_ranges(BlockNumber nblocks)
{
	return nblocks / RANGE + 1;
}

/* The blocks of the table when it is one that can be divided, else 0. */
static BlockNumber
blocks_of_contacts(void)
{
	Oid			oid = get_relname_relid("contact", get_namespace_oid("dropcontact", false));
	Relation	rel = table_open(oid, AccessShareLock);
	BlockNumber nblocks = rel->rd_rel->relkind == RELKIND_RELATION ? RelationGetNumberOfBlocks(rel) : 0;

	table_close(rel, NoLock);
	return nblocks;
}

/* Takes over the values of a worker; answers for each the one of the leader. */
static DcValue *
take_values(DcPopulation *p, dsa_area *area, const WorkerPart *part)
{
	const uint64 *hash = dsa_get_address(area, part->hash);
	const uint8 *flags = dsa_get_address(area, part->flags);
	const char *text = dsa_get_address(area, part->texts);
	DcValue    *map = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(DcValue) * part->nvalues);

	map[0] = 0;
	for (uint32 v = 1; v < part->nvalues; v++)
	{
		size_t		len = strlen(text);

		if (v + AHEAD < part->nvalues)
			dc_ask_value(p, hash[v + AHEAD]);
		map[v] = dc_intern_hashed(p, text, len, hash[v]);
		p->flags[map[v]] |= flags[v];
		text += len + 1;
	}
	return map;
}

static void
take_records(DcRecord *to, const DcRecord *from, int n, const DcValue *map)
{
	for (int i = 0; i < n; i++)
	{
		to[i] = from[i];
		if (map == NULL)
			continue;
		for (DcValue *v = &to[i].first; v < to[i].field + DC_MAX_FIELDS; v++)
			*v = map[*v];
	}
}

/* Brings what all have read into the order in which it stands in the table; linear. */
static void
gather(DcPopulation *p, dsa_area *area, const ReadState *state, const Range *ranges, int nworkers)
{
	int			nranges = count_ranges(state->nblocks);
	DcValue   **map = palloc0(sizeof(DcValue *) * nworkers);
	DcRecord   *own = p->records;
	DcRecord   *all;
	int			nrecords = 0;

	for (int i = 0; i < nranges; i++)
		nrecords += ranges[i].n;
	if (nrecords == p->nrecords)
		return;
	for (int w = 0; w < nworkers; w++)
		if (DsaPointerIsValid(state->part[w].records))
			map[w] = take_values(p, area, &state->part[w]);
	all = MemoryContextAllocHuge(p->context, sizeof(DcRecord) * ((size_t) nrecords + 1));
	p->nrecords = 0;
	for (int i = 0; i < nranges; i++)
	{
		const Range *range = &ranges[i];
		const DcRecord *from = range->n == 0 ? NULL : range->reader < 0 ? own : dsa_get_address(area, state->part[range->reader].records);

		if (range->n > 0)
			take_records(all + p->nrecords, from + range->first, range->n, range->reader < 0 ? NULL : map[range->reader]);
		p->nrecords += range->n;
	}
	if (own != NULL)
		pfree(own);
	p->records = all;
	p->capacity = nrecords + 1;
	for (int w = 0; w < nworkers; w++)
		if (map[w] != NULL)
			pfree(map[w]);
	pfree(map);
}

static ReadState *
make_state(ParallelContext *context, int controller_id, BlockNumber nblocks, dsa_area **area, Range **ranges)
{
	size_t		size = offsetof(ReadState, part) + sizeof(WorkerPart) * context->nworkers;
	size_t		ranges_size = sizeof(Range) * count_ranges(nblocks);
	ReadState  *state;
	void	   *place;

	shm_toc_estimate_chunk(&context->estimator, size);
	shm_toc_estimate_chunk(&context->estimator, ranges_size);
	shm_toc_estimate_chunk(&context->estimator, AREA_SIZE);
	shm_toc_estimate_keys(&context->estimator, 3);
	InitializeParallelDSM(context);
	if (context->nworkers == 0)
		return NULL;
	state = shm_toc_allocate(context->toc, size);
	memset(state, 0, size);
	state->controller_id = controller_id;
	state->nblocks = nblocks;
	pg_atomic_init_u32(&state->next, 0);
	pg_atomic_init_u64(&state->rows, 0);
	shm_toc_insert(context->toc, KEY_STATE, state);
	*ranges = shm_toc_allocate(context->toc, ranges_size);
	memset(*ranges, 0, ranges_size);
	shm_toc_insert(context->toc, KEY_RANGES, *ranges);
	place = shm_toc_allocate(context->toc, AREA_SIZE);
	*area = dsa_create_in_place(place, AREA_SIZE, LWTRANCHE_PARALLEL_QUERY_DSA, context->seg);
	shm_toc_insert(context->toc, KEY_AREA, place);
	return state;
}

bool
dc_read_in_parallel(DcPacker *packer, int controller_id)
{
	BlockNumber nblocks = max_parallel_maintenance_workers == 0 || !enable_tidscan || IsInParallelMode() ? 0 : blocks_of_contacts();
	ParallelContext *context;
	ReadState  *state;
	Range	   *ranges;
	dsa_area   *area;

	/* what the workers hand over takes less room than the table */
	if (nblocks < BLOCKS_FOR_WORKERS || !dc_has_shared_memory((double) nblocks * BLCKSZ))
		return false;
	EnterParallelMode();
	context = CreateParallelContext("dropcontact", "dc_read_worker", max_parallel_maintenance_workers);
	state = make_state(context, controller_id, nblocks, &area, &ranges);
	if (state != NULL)
	{
		LaunchParallelWorkers(context);
		read_ranges(packer, state, ranges, -1);
		WaitForParallelWorkersToFinish(context);
		gather(dc_packer_population(packer), area, state, ranges, context->nworkers_launched);
		dsa_detach(area);
	}
	DestroyParallelContext(context);
	ExitParallelMode();
	return state != NULL;
}

/* ---------- a worker's side ---------- */

static dsa_pointer
hand_over(dsa_area *area, const void *data, size_t size)
{
	dsa_pointer place = dsa_allocate_extended(area, Max(size, 1), DSA_ALLOC_HUGE);

	if (data != NULL)
		memcpy(dsa_get_address(area, place), data, size);
	return place;
}

static dsa_pointer
hand_over_texts(dsa_area *area, const DcPopulation *p)
{
	dsa_pointer place = hand_over(area, NULL, dc_size_of_texts(p) + 1);
	char	   *to = dsa_get_address(area, place);

	for (DcValue v = 1; v < p->nvalues; v++)
		to = stpcpy(to, p->text[v]) + 1;
	return place;
}

void
dc_read_worker(dsm_segment *segment, shm_toc *toc)
{
	ReadState  *state = shm_toc_lookup(toc, KEY_STATE, false);
	dsa_area   *area = dsa_attach_in_place(shm_toc_lookup(toc, KEY_AREA, false), segment);
	WorkerPart *part = &state->part[ParallelWorkerNumber];
	DcPopulation *p;

	SPI_connect();
	p = dc_open_population(state->controller_id);
	read_ranges(dc_packer_create(p), state, shm_toc_lookup(toc, KEY_RANGES, false), ParallelWorkerNumber);
	if (p->nrecords > 0)
	{
		part->nvalues = p->nvalues;
		part->hash = hand_over(area, p->hash, sizeof(uint64) * p->nvalues);
		part->flags = hand_over(area, p->flags, sizeof(uint8) * p->nvalues);
		part->texts = hand_over_texts(area, p);
		part->records = hand_over(area, p->records, sizeof(DcRecord) * p->nrecords);
	}
	SPI_finish();
	dsa_detach(area);
}
