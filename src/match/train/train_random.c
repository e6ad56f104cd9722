/*-------------------------------------------------------------------------
 *
 * train_random.c
 *	  Pairs of records drawn at random: they tell what agrees by chance.
 *
 *-------------------------------------------------------------------------
 */
#include "match/train/train_parts.h"

#define RANDOM_RECORDS 50000

typedef struct FingerprintedRecord
{
	uint64		hash;
	int			record;
} FingerprintedRecord;

static int
compare_fingerprints(const void *a, const void *b)
{
	uint64		x = ((const FingerprintedRecord *) a)->hash;
	uint64		y = ((const FingerprintedRecord *) b)->hash;

	return x < y ? -1 : x > y;
}

/* Some of the records, RANDOM_RECORDS or a few more, in an order that has nothing to do with that of loading. */
int *
dc_draw_records(const DcPopulation *p, const uint64 *fingerprint, int *n)
{
	FingerprintedRecord *drawn = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(FingerprintedRecord) * ((size_t) p->nrecords + 1));
	double		share = Min(1.0, 1.1 * RANDOM_RECORDS / Max(1, p->nrecords));
	int		   *records;

	*n = 0;
	for (int i = 0; i < p->nrecords; i++)
		if (fingerprint[i] <= share * PG_UINT64_MAX)
			drawn[(*n)++] = (FingerprintedRecord) {fingerprint[i], i};
	qsort(drawn, *n, sizeof(FingerprintedRecord), compare_fingerprints);
	records = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(int) * ((size_t) *n + 1));
	for (int i = 0; i < *n; i++)
		records[i] = drawn[i].record;
	pfree(drawn);
	return records;
}

/* Random numbers, one after the other. */
#define FACTOR UINT64CONST(6364136223846793005)
#define ADDEND UINT64CONST(1442695040888963407)

static uint64
next_random(uint64 *state)
{
	*state = *state * FACTOR + ADDEND;
	return *state >> 33;
}

/* What next_random() leaves after n numbers; O(log n). */
static uint64
skip_random(uint64 state, uint64 n)
{
	uint64		factor = FACTOR;
	uint64		addend = ADDEND;

	for (; n > 0; n >>= 1)
	{
		if (n & 1)
			state = state * factor + addend;
		addend *= factor + 1;
		factor *= factor;
	}
	return state;
}

/* Draws the pairs of one chunk; answers how many. */
static int
draw_chunk(const DcTraining *training, int chunk, int (*pair)[2])
{
	uint64		state = skip_random(1, 2 * (uint64) chunk * CHUNK);
	int			n = Min(CHUNK, RANDOM_PAIRS - chunk * CHUNK);

	for (int i = 0; i < n; i++)
		for (int side = 0; side < 2; side++)
			pair[i][side] = training->record[next_random(&state) % training->nrecords];
	return n;
}

/* Scores them. */
static void
score_chunk(const DcTrainer *trainer, const GroupBounds *bounds, int chunk, LevelTotals *totals)
{
	DcPopulation *p = trainer->population;
	int			pair[CHUNK][2];
	int			n = draw_chunk(trainer->training, chunk, pair);

	for (int i = 0; i < n; i++)
	{
		const DcRecord *a = &p->records[pair[i][0]];
		const DcRecord *b = &p->records[pair[i][1]];
		DcScore		score;
		uint32		possible;
		double		different;

		look_ahead(p, pair, i, n);
		if (a == b)
			continue;
		CHECK_FOR_INTERRUPTS();
		dc_score_pair(p, &trainer->training->model, a, b, &score);
		possible = dc_possible_levels(a, b);
		different = 1 - dc_probability(score.weight);
		for (int s = 0; s < score.nsteps; s++)
		{
			totals->seen[score.steps[s].level] += different;
			dc_add_total(totals->total, bounds, score.steps[s].level, possible, different);
		}
	}
}

void
dc_score_random(DcTrainer *trainer)
{
	DcTraining *training = trainer->training;
	GroupBounds bounds;

	dc_find_bounds(trainer->population, &bounds);
	for (int chunk; (chunk = pg_atomic_fetch_add_u32(&training->next_random, 1)) < RANDOM_CHUNKS && training->nrecords >= 2;)
		score_chunk(trainer, &bounds, chunk, &training->totals[chunk]);
}
