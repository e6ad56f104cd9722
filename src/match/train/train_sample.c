/*-------------------------------------------------------------------------
 *
 * train_sample.c
 *	  Candidate pairs drawn by what they say, and scored.
 *
 * Each process draws from the partitions of the table of keys that it takes; what they drew is joined, and what is too
 * much goes, by hashes alone.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include <math.h>

#include "match/train/train_parts.h"

/* ---------- the draw ---------- */

void
dc_start_draw(Draw *draw)
{
	draw->threshold = PG_UINT64_MAX;
	draw->halvings = 0;
	draw->n = 0;
}

/* Drops the drawn pairs that are not below a threshold; answers how many stay. */
static int
drop_pairs(DrawnPair *drawn, int n, uint64 threshold)
{
	int			left = 0;

	for (int i = 0; i < n; i++)
		if (drawn[i].hash < threshold)
			drawn[left++] = drawn[i];
	return left;
}

/* What a process is drawing. */
typedef struct Drawing
{
	Draw	   *draw;
	uint64		hash;			/* of the block or pair at hand */
} Drawing;

static bool
is_sampled(void *state, uint64 hash)
{
	Drawing    *drawing = state;

	drawing->hash = hash;
	return hash < drawing->draw->threshold;
}

/* Half of the sample goes when it is full. */
static void
draw_pair(void *state, int a, int b)
{
	Drawing    *drawing = state;
	Draw	   *draw = drawing->draw;

	/* the rest of a block that has just gone */
	if (drawing->hash >= draw->threshold)
		return;
	draw->drawn[draw->n++] = (DrawnPair) {drawing->hash, a, b};
	while (draw->n == SAMPLE_PAIRS)
	{
		draw->threshold /= 2;
		draw->halvings++;
		draw->n = drop_pairs(draw->drawn, draw->n, draw->threshold);
	}
}

/* Draws from the partitions that no other process takes. */
void
dc_draw_pairs(DcTrainer *trainer)
{
	Drawing		drawing = {0};

	if (trainer->process >= trainer->training->ndraws)
		return;
	drawing.draw = draw_of(trainer->training, trainer->process);
	dc_scan_key_table(trainer->table, trainer->population, is_sampled, draw_pair, &drawing);
}

/* ---------- the sample ---------- */

typedef struct OrderedPair
{
	uint64		hash;			/* of the block */
	uint64		pair;			/* of the pair */
	int			a;
	int			b;
} OrderedPair;

static int
compare_pairs(const void *a, const void *b)
{
	const OrderedPair *x = a;
	const OrderedPair *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return x->pair < y->pair ? -1 : x->pair > y->pair;
}

/* All draws together, with the least threshold of them: what one process alone would have drawn. */
static DrawnPair *
join(DcTraining *training, uint64 *threshold, int *halvings, int *n)
{
	DrawnPair  *all;
	size_t		sum = 0;

	*threshold = PG_UINT64_MAX;
	*halvings = 0;
	for (int i = 0; i < training->ndraws; i++)
	{
		sum += draw_of(training, i)->n;
		*threshold = Min(*threshold, draw_of(training, i)->threshold);
		*halvings = Max(*halvings, draw_of(training, i)->halvings);
	}
	all = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(DrawnPair) * (sum + 1));
	*n = 0;
	for (int i = 0; i < training->ndraws; i++)
	{
		const Draw *draw = draw_of(training, i);

		memcpy(all + *n, draw->drawn, sizeof(DrawnPair) * draw->n);
		*n = drop_pairs(all, *n + draw->n, *threshold);
	}
	while (*n >= SAMPLE_PAIRS)
	{
		*threshold /= 2;
		(*halvings)++;
		*n = drop_pairs(all, *n, *threshold);
	}
	return all;
}

/* Of the leader: makes one sample of all draws, in the order of hashes. */
void
dc_join_draws(DcTrainer *trainer)
{
	DcTraining *training = trainer->training;
	const uint64 *fingerprint = trainer->leader->fingerprint;
	OrderedPair *ordered;
	uint64		threshold;
	int			halvings;
	int			n;
	DrawnPair  *all = join(training, &threshold, &halvings, &n);

	ordered = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(OrderedPair) * ((size_t) n + 1));
	for (int i = 0; i < n; i++)
		ordered[i] = (OrderedPair) {all[i].hash, dc_pair_hash(fingerprint[all[i].a], fingerprint[all[i].b]), all[i].a, all[i].b};
	qsort(ordered, n, sizeof(OrderedPair), compare_pairs);
	for (int i = 0; i < n; i++)
	{
		training->drawn[i][0] = ordered[i].a;
		training->drawn[i][1] = ordered[i].b;
	}
	training->ndrawn = n;
	trainer->leader->share = ldexp(1, -halvings);
	pfree(all);
	pfree(ordered);
}

static void
keep(const DcModel *model, const DcScore *score, SampledPair *pair)
{
	pair->n = score->nsteps;
	for (int s = 0; s < score->nsteps; s++)
	{
		pair->level[s] = score->steps[s].level;
		pair->surprise[s] = score->steps[s].weight - model->weight[score->steps[s].level];
	}
}

/* Scores the drawn pairs. */
void
dc_score_sample(DcTrainer *trainer)
{
	DcTraining *training = trainer->training;
	DcPopulation *p = trainer->population;

	for (int from; (from = pg_atomic_fetch_add_u32(&training->next_drawn, 1) * CHUNK) < training->ndrawn;)
		for (int i = from; i < Min(from + CHUNK, training->ndrawn); i++)
		{
			const DcRecord *a = &p->records[training->drawn[i][0]];
			const DcRecord *b = &p->records[training->drawn[i][1]];
			DcScore		score;

			CHECK_FOR_INTERRUPTS();
			look_ahead(p, training->drawn, i, training->ndrawn);
			dc_score_pair(p, &training->model, a, b, &score);
			training->pair[i].stands_for = (float) dc_stands_for(p, a) * dc_stands_for(p, b);
			training->pair[i].possible = dc_possible_levels(a, b);
			keep(&training->model, &score, &training->pair[i]);
		}
}
