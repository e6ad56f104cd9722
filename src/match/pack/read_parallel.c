/*-------------------------------------------------------------------------
 *
 * read_parallel.c
 *	  Contacts read by several processes.
 *
 * Each process takes ranges of blocks, or of the ids asked for, until there are none left and packs what stands there into a population of its
 * own, by a query like any other, so that privileges and row-level security hold.  After each range a worker hands over
 * the records, and the values that are new to it; the leader takes them over between its own ranges.  Which process read
 * a contact changes nothing but the numbers of values, on which nothing rests.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <unistd.h>

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
#include "match/pack/read.h"
#include "match/pack/read_parallel.h"
#include "match/workers/share.h"

#define BLOCKS_FOR_WORKERS 1024 /* fewer are read sooner than a worker starts */
#define RANGE 128				/* blocks that a process takes at a time */
#define IDS_FOR_WORKERS 16384
#define IDS_RANGE 2048
#define BYTES_A_CONTACT 512		/* what is handed over of one, at most as a rule */
#define AREA_SIZE (1024 * 1024)
#define AHEAD 16				/* values asked for before they are looked up */
#define AHEAD_TWICE (2 * AHEAD)
#define RECORDS_AHEAD 4

enum
{
	KEY_STATE = 1, KEY_AREA, KEY_IDS
};

/* What a worker read in one range; the arrays stand behind it, then the texts of the values, one after the other. */
typedef struct Chunk
{
	dsa_pointer_atomic next;	/* what the worker read after it */
	uint32		nrecords;
	uint32		first_value;	/* values from there on, numbered on by the worker */
	uint32		nvalues;
	DcRecord	records[FLEXIBLE_ARRAY_MEMBER];
} Chunk;

/* The arrays of a chunk: of each value its hash, the set of its letters, its length. */
#define CHUNK_HASHES(chunk) ((uint64 *) ((chunk)->records + (chunk)->nrecords))
#define CHUNK_LETTERS(chunk) ((uint32 *) (CHUNK_HASHES(chunk) + (chunk)->nvalues))
#define CHUNK_LENGTHS(chunk) ((uint8 *) (CHUNK_LETTERS(chunk) + (chunk)->nvalues))
#define CHUNK_TEXTS(chunk) ((char *) (CHUNK_LENGTHS(chunk) + (chunk)->nvalues))

/* What a worker has read. */
typedef struct WorkerPart
{
	dsa_pointer_atomic first;	/* its first chunk */
	dsa_pointer flags;			/* of all its values, once it is done */
} WorkerPart;

typedef struct ReadState
{
	int			controller_id;
	BlockNumber nblocks;
	DcOneIn		one_in;			/* of the contacts of blocks */
	int			nids;			/* of contacts that are wanted; 0: all are */
	pg_atomic_uint32 next;		/* the next range */
	WorkerPart	part[FLEXIBLE_ARRAY_MEMBER];
} ReadState;

/* Reads the next range that nobody has read; false when there is none.  ids: those wanted, or NULL. */
static bool
read_range(DcPacker *packer, ReadState *state, const int64 *ids)
{
	uint32		i = pg_atomic_fetch_add_u32(&state->next, 1);
	uint32		from = i * (ids == NULL ? RANGE : IDS_RANGE);

	if (from >= (ids == NULL ? state->nblocks : (uint32) state->nids))
		return false;
	if (ids == NULL)
		dc_read_blocks(packer, state->controller_id, state->one_in, from, from + RANGE);
	else
		dc_read_ids(packer, state->controller_id, ids + from, Min(IDS_RANGE, state->nids - (int) from));
	return true;
}

/* ---------- the leader's side ---------- */

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

/* How far the leader has taken over what a worker has read. */
typedef struct Source
{
	const WorkerPart *part;
	dsa_pointer taken;			/* the last chunk */
	DcValue    *map;			/* of each value of the worker */
	uint32		nvalues;
} Source;

typedef struct Gathering
{
	DcPacker   *packer;
	DcPopulation *population;
	dsa_area   *area;
	int			nsources;
	Source	   *sources;
} Gathering;

static void
take_values(DcPopulation *p, Source *source, Chunk *chunk)
{
	const uint64 *hash = CHUNK_HASHES(chunk);
	const uint32 *letters = CHUNK_LETTERS(chunk);
	const uint8 *length = CHUNK_LENGTHS(chunk);
	const char *text = CHUNK_TEXTS(chunk);
	DcValue		guess[AHEAD_TWICE] = {0};	/* what values to come probably are */

	source->nvalues = chunk->first_value + chunk->nvalues;
	source->map = source->map == NULL ? MemoryContextAllocHuge(CurrentMemoryContext, sizeof(DcValue) * source->nvalues) :
		repalloc_huge(source->map, sizeof(DcValue) * source->nvalues);
	source->map[0] = 0;
	for (uint32 v = 0; v < chunk->nvalues; v++)
	{
		size_t		len = length[v] < 255 ? length[v] : strlen(text);

		/* where the value is looked up, then where the text is of what stands there, then that */
		if (v + 3 * AHEAD < chunk->nvalues)
			dc_ask_value(p, hash[v + 3 * AHEAD]);
		dc_prefetch(p->text[guess[(v + AHEAD) % AHEAD_TWICE]]);
		if (v + AHEAD_TWICE < chunk->nvalues)
			dc_prefetch(&p->text[guess[v % AHEAD_TWICE] = dc_guess_value(p, hash[v + AHEAD_TWICE])]);
		source->map[chunk->first_value + v] = dc_intern_from(p, text, len, hash[v], letters[v], length[v]);
		text += len + 1;
	}
}

static void
take_records(DcPopulation *p, const Source *source, const Chunk *chunk)
{
	for (uint32 i = 0; i < chunk->nrecords; i++)
	{
		DcRecord   *r = dc_add_record(p);

		if (i + RECORDS_AHEAD < chunk->nrecords)
			for (const DcValue *v = &chunk->records[i + RECORDS_AHEAD].first; v < DC_END_OF_VALUES(&chunk->records[i + RECORDS_AHEAD]); v++)
				dc_prefetch(&source->map[*v]);
		*r = chunk->records[i];
		for (DcValue *v = &r->first; v < DC_END_OF_VALUES(r); v++)
			*v = source->map[*v];
	}
}

/* Takes over what workers have handed over by now. */
static void
take_chunks(Gathering *g)
{
	for (int i = 0; i < g->nsources; i++)
	{
		Source	   *source = &g->sources[i];

		for (;;)
		{
			Chunk	   *last = DsaPointerIsValid(source->taken) ? dsa_get_address(g->area, source->taken) : NULL;
			dsa_pointer place = dsa_pointer_atomic_read(last == NULL ? unconstify(dsa_pointer_atomic *, &source->part->first) : &last->next);
			Chunk	   *chunk;

			if (!DsaPointerIsValid(place))
				break;
			pg_read_barrier();
			CHECK_FOR_INTERRUPTS();
			if (last != NULL)
				dsa_free(g->area, source->taken);
			source->taken = place;
			chunk = dsa_get_address(g->area, place);
			take_values(g->population, source, chunk);
			take_records(g->population, source, chunk);
		}
	}
	dc_progress_done(g->population->nrecords);
}

/* What a worker learnt of its values after it had handed them over. */
static void
take_flags(const Gathering *g)
{
	for (int i = 0; i < g->nsources; i++)
	{
		const Source *source = &g->sources[i];
		const uint8 *flags = DsaPointerIsValid(source->part->flags) ? dsa_get_address(g->area, source->part->flags) : NULL;

		for (uint32 v = 1; flags != NULL && v < source->nvalues; v++)
			if (flags[v] != 0)
				g->population->flags[source->map[v]] |= flags[v];
	}
}

static void
gather(Gathering *g, ReadState *state, const int64 *ids, ParallelContext *context)
{
	g->nsources = context->nworkers_launched;
	g->sources = palloc0(sizeof(Source) * (g->nsources + 1));
	for (int w = 0; w < g->nsources; w++)
		g->sources[w].part = &state->part[w];
	while (read_range(g->packer, state, ids))
		take_chunks(g);
	WaitForParallelWorkersToFinish(context);
	take_chunks(g);
	take_flags(g);
	for (int w = 0; w < g->nsources; w++)
		if (g->sources[w].map != NULL)
			pfree(g->sources[w].map);
	pfree(g->sources);
}

static ReadState *
make_state(ParallelContext *context, const ReadState *wanted, const int64 *ids, dsa_area **area)
{
	size_t		size = offsetof(ReadState, part) + sizeof(WorkerPart) * context->nworkers;
	ReadState  *state;
	void	   *place;

	shm_toc_estimate_chunk(&context->estimator, size);
	shm_toc_estimate_chunk(&context->estimator, AREA_SIZE);
	shm_toc_estimate_chunk(&context->estimator, sizeof(int64) * wanted->nids);
	shm_toc_estimate_keys(&context->estimator, 3);
	InitializeParallelDSM(context);
	if (context->nworkers == 0)
		return NULL;
	state = shm_toc_allocate(context->toc, size);
	memset(state, 0, size);
	*state = *wanted;
	pg_atomic_init_u32(&state->next, 0);
	for (int w = 0; w < context->nworkers; w++)
		dsa_pointer_atomic_init(&state->part[w].first, InvalidDsaPointer);
	shm_toc_insert(context->toc, KEY_STATE, state);
	place = shm_toc_allocate(context->toc, AREA_SIZE);
	*area = dsa_create_in_place(place, AREA_SIZE, LWTRANCHE_PARALLEL_QUERY_DSA, context->seg);
	shm_toc_insert(context->toc, KEY_AREA, place);
	if (ids != NULL)
	{
		place = shm_toc_allocate(context->toc, sizeof(int64) * wanted->nids);
		memcpy(place, ids, sizeof(int64) * wanted->nids);
		shm_toc_insert(context->toc, KEY_IDS, place);
	}
	return state;
}

/* The leader reads too: more processes than processors would only have it take over more. */
static int
count_workers(void)
{
	long		processors = sysconf(_SC_NPROCESSORS_ONLN);

	return processors < 1 ? max_parallel_maintenance_workers : Min(max_parallel_maintenance_workers, Max(1, processors - 1));
}

/* Reads ranges of blocks, or of ids; false when there can be no workers, and nothing was read. */
static bool
read_ranges(DcPacker *packer, const ReadState *wanted, const int64 *ids)
{
	Gathering	gathering = {.packer = packer, .population = dc_packer_population(packer)};
	ParallelContext *context;
	ReadState  *state;

	EnterParallelMode();
	context = CreateParallelContext("dropcontact", "dc_read_worker", count_workers());
	state = make_state(context, wanted, ids, &gathering.area);
	if (state != NULL)
	{
		LaunchParallelWorkers(context);
		gather(&gathering, state, ids, context);
		dsa_detach(gathering.area);
	}
	DestroyParallelContext(context);
	ExitParallelMode();
	return state != NULL;
}

bool
dc_read_in_parallel(DcPacker *packer, int controller_id)
{
	ReadState	wanted = {.controller_id = controller_id, .one_in = dc_packer_population(packer)->one_in};

	if (max_parallel_maintenance_workers > 0 && enable_tidscan && !IsInParallelMode())
		wanted.nblocks = blocks_of_contacts();
	/* what the workers hand over takes less room than the table */
	return wanted.nblocks >= BLOCKS_FOR_WORKERS && dc_has_shared_memory((double) wanted.nblocks * BLCKSZ) && read_ranges(packer, &wanted, NULL);
}

bool
dc_read_ids_in_parallel(DcPacker *packer, int controller_id, const int64 *contact_ids, int n)
{
	const ReadState wanted = {.controller_id = controller_id, .nids = n};

	return n >= IDS_FOR_WORKERS && max_parallel_maintenance_workers > 0 && !IsInParallelMode() &&
		dc_has_shared_memory((double) n * BYTES_A_CONTACT) && read_ranges(packer, &wanted, contact_ids);
}

/* ---------- a worker's side ---------- */

/* Hands over the records, which are the worker's no more, and the values from first_value on, as the chunk after last. */
static dsa_pointer
hand_over(dsa_area *area, DcPopulation *p, dsa_pointer_atomic *last, DcValue first_value)
{
	uint32		nvalues = p->nvalues - first_value;
	size_t		texts = 0;
	dsa_pointer place;
	Chunk	   *chunk;
	char	   *to;

	for (DcValue v = first_value; v < p->nvalues; v++)
		texts += dc_text_length(p, v) + 1;
	place = dsa_allocate_extended(area, offsetof(Chunk, records) + sizeof(DcRecord) * p->nrecords +
								  (sizeof(uint64) + sizeof(uint32) + sizeof(uint8)) * nvalues + texts, DSA_ALLOC_HUGE);
	chunk = dsa_get_address(area, place);
	dsa_pointer_atomic_init(&chunk->next, InvalidDsaPointer);
	chunk->nrecords = p->nrecords;
	chunk->first_value = first_value;
	chunk->nvalues = nvalues;
	memcpy(chunk->records, p->records, sizeof(DcRecord) * p->nrecords);
	memcpy(CHUNK_HASHES(chunk), p->hash + first_value, sizeof(uint64) * nvalues);
	memcpy(CHUNK_LETTERS(chunk), p->letters + first_value, sizeof(uint32) * nvalues);
	memcpy(CHUNK_LENGTHS(chunk), p->length + first_value, sizeof(uint8) * nvalues);
	to = CHUNK_TEXTS(chunk);
	for (DcValue v = first_value; v < p->nvalues; v++)
		to = stpcpy(to, p->text[v]) + 1;
	p->nrecords = 0;
	pg_write_barrier();
	dsa_pointer_atomic_write(last, place);
	return place;
}

void
dc_read_worker(dsm_segment *segment, shm_toc *toc)
{
	ReadState  *state = shm_toc_lookup(toc, KEY_STATE, false);
	const int64 *ids = shm_toc_lookup(toc, KEY_IDS, true);
	dsa_area   *area = dsa_attach_in_place(shm_toc_lookup(toc, KEY_AREA, false), segment);
	WorkerPart *part = &state->part[ParallelWorkerNumber];
	dsa_pointer_atomic *last = &part->first;
	DcValue		first_value = 1;
	DcPopulation *p;
	DcPacker   *packer;

	SPI_connect();
	p = dc_open_population(state->controller_id);
	packer = dc_packer_create(p);
	while (read_range(packer, state, ids))
	{
		last = &((Chunk *) dsa_get_address(area, hand_over(area, p, last, first_value)))->next;
		first_value = p->nvalues;
	}
	part->flags = dsa_allocate_extended(area, p->nvalues, DSA_ALLOC_HUGE);
	memcpy(dsa_get_address(area, part->flags), p->flags, p->nvalues);
	SPI_finish();
	dsa_detach(area);
}
