/*-------------------------------------------------------------------------
 *
 * train.c
 *	  Fits the model to a population without labels.
 *
 * u comes from pairs drawn at random, m from candidate pairs by expectation maximisation.
 * What a group says is judged by what all other groups say of the pair (its weight without the
 * group), so that no group confirms itself and what brought a pair together as candidates
 * does not teach that it always agrees.  Both start from the built-in model as from so many
 * pairs seen before, and stay in its neighbourhood.  Samples are drawn by the contents of
 * records, never by their order: the same data give the same model.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include <math.h>

#include "match/match.h"

#define SAMPLE_PAIRS 300000
#define RANDOM_PAIRS 300000
#define ROUNDS 8

/* The built-in model counts as so many pairs. */
#define PRIOR_M 50.0
#define PRIOR_U 3000.0

typedef struct SampledPair
{
	uint64		hash;
	uint8		n;
	uint8		level[DC_MAX_STEPS];
	float		surprise[DC_MAX_STEPS];
} SampledPair;

typedef struct Sample
{
	DcPopulation *population;
	const DcModel *model;
	uint64		threshold;		/* pairs whose hash is below it are kept */
	double		share;			/* of all candidate pairs */
	int			n;
	SampledPair *pair;
} Sample;

static uint64
fingerprint(const DcPopulation *p, const DcRecord *r)
{
	uint64		h = 0;

	for (const DcValue *v = &r->first; v < r->field + DC_MAX_FIELDS; v++)
		h = (h ^ p->hash[*v]) * UINT64CONST(0x9ddfea08eb382d69) + (h >> 29);
	return h;
}

static void
keep(const DcModel *model, const DcScore *score, uint64 hash, SampledPair *pair)
{
	pair->hash = hash;
	pair->n = score->nsteps;
	for (int s = 0; s < score->nsteps; s++)
	{
		pair->level[s] = score->steps[s].level;
		pair->surprise[s] = score->steps[s].weight - model->weight[score->steps[s].level];
	}
}

/* Half of the sample goes when it is full: what stays depends on hashes alone. */
static void
thin(Sample *sample)
{
	int			n = 0;

	sample->threshold /= 2;
	sample->share /= 2;
	for (int i = 0; i < sample->n; i++)
		if (sample->pair[i].hash < sample->threshold)
			sample->pair[n++] = sample->pair[i];
	sample->n = n;
}

static void
sample_pair(void *state, int a, int b)
{
	Sample	   *sample = state;
	DcPopulation *p = sample->population;
	uint64		x = fingerprint(p, &p->records[a]);
	uint64		y = fingerprint(p, &p->records[b]);
	uint64		hash = (Min(x, y) ^ (Max(x, y) >> 7)) * UINT64CONST(0xc4ceb9fe1a85ec53);
	DcScore		score;

	hash ^= hash >> 32;
	if (hash >= sample->threshold)
		return;
	dc_score_pair(p, sample->model, &p->records[a], &p->records[b], &score);
	keep(sample->model, &score, hash, &sample->pair[sample->n++]);
	if (sample->n == SAMPLE_PAIRS)
		thin(sample);
}

static int
compare_sampled(const void *a, const void *b)
{
	uint64		x = ((const SampledPair *) a)->hash;
	uint64		y = ((const SampledPair *) b)->hash;

	return x < y ? -1 : x > y;
}

/* What identifiers agree on is rarer by chance than any sample shows, and what sets namesakes apart shows among them only. */
static bool
is_identifier(int level)
{
	return level == L_EMAIL_EXACT || level == L_PHONE_EXACT || level == L_LINKEDIN_EXACT || level == L_COMPANY_NUMBER_EXACT || level == L_EMAIL_NUMBERED;
}

static double
weight_of(const DcModel *model, const SampledPair *pair)
{
	double		weight = log2(model->prior);

	for (int s = 0; s < pair->n; s++)
		weight += model->weight[pair->level[s]] + pair->surprise[s];
	return weight;
}

/* ---------- u ---------- */

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

/* How often two records drawn at random agree on this column, exactly. */
static double
chance_of_agreement(const DcPopulation *p, size_t column)
{
	double		sum = 0;
	double		n = 0;

	for (int i = 0; i < p->nrecords; i++)
	{
		DcValue		v = *(const DcValue *) ((const char *) &p->records[i] + column);

		if (v == 0)
			continue;
		sum += p->count[v] - 1;
		n++;
	}
	return n < 2 ? 0 : Max(1e-6, sum / (n * (n - 1)));
}

static void
fit_u(DcPopulation *p, DcModel *model)
{
	FingerprintedRecord *order = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(FingerprintedRecord) * ((size_t) p->nrecords + 1));
	double		seen[L_COUNT] = {0};
	double		total[GROUP_COUNT] = {0};
	double		first = chance_of_agreement(p, offsetof(DcRecord, first));
	double		last = chance_of_agreement(p, offsetof(DcRecord, last));
	uint64		state = 1;

	for (int i = 0; i < p->nrecords; i++)
	{
		order[i].hash = fingerprint(p, &p->records[i]);
		order[i].record = i;
	}
	qsort(order, p->nrecords, sizeof(FingerprintedRecord), compare_fingerprints);
	for (int n = 0; n < RANDOM_PAIRS; n++)
	{
		DcScore		score;
		int			a;
		int			b;
		double		different;

		CHECK_FOR_INTERRUPTS();
		state = state * UINT64CONST(6364136223846793005) + UINT64CONST(1442695040888963407);
		a = (state >> 33) % p->nrecords;
		state = state * UINT64CONST(6364136223846793005) + UINT64CONST(1442695040888963407);
		b = (state >> 33) % p->nrecords;
		if (a == b)
			continue;
		dc_score_pair(p, model, &p->records[order[a].record], &p->records[order[b].record], &score);
		different = 1 - dc_probability(score.weight);
		for (int s = 0; s < score.nsteps; s++)
		{
			seen[score.steps[s].level] += different;
			total[dc_level_group(score.steps[s].level)] += different;
		}
	}
	pfree(order);
	for (int l = 0; l < L_COUNT; l++)
	{
		const DcLevelSpec *spec = dc_level_spec(l);
		double		n = total[dc_level_group(l)];
		double		chance = spec->group == GROUP_FIRST ? first : spec->group == GROUP_LAST ? last : 0;

		if (n == 0 || is_identifier(l))
			continue;
		if (!spec->by_frequency)
			model->u[l] = (seen[l] + PRIOR_U * spec->u) / (n + PRIOR_U);
		else if (chance > 0 && l != L_FIRST_EXACT && l != L_LAST_EXACT)
			model->u[l] = Max(spec->u / 4, Min(spec->u * 4, (seen[l] + PRIOR_U * spec->u * chance) / (n + PRIOR_U) / chance));
	}
	dc_model_finish(model);
}

/* ---------- m ---------- */

static void
maximise(const Sample *sample, double size, DcModel *model)
{
	double		seen[L_COUNT] = {0};
	double		total[GROUP_COUNT] = {0};
	double		matches = 0;

	for (int i = 0; i < sample->n; i++)
	{
		const SampledPair *pair = &sample->pair[i];
		double		weight = weight_of(model, pair) - log2(size);

		CHECK_FOR_INTERRUPTS();
		matches += dc_probability(weight);
		for (int s = 0; s < pair->n; s++)
		{
			int			level = pair->level[s];
			double		others = dc_probability(weight - model->weight[level] - pair->surprise[s]);

			seen[level] += others;
			total[dc_level_group(level)] += others;
		}
	}
	for (int l = 0; l < L_COUNT; l++)
	{
		double		m = (seen[l] + PRIOR_M * dc_level_spec(l)->m) / (total[dc_level_group(l)] + PRIOR_M);

		/* six decimals: sums in another order give the same */
		model->m[l] = rint(Max(0.001, Min(0.999, m)) * 1e6) / 1e6;
	}
	model->prior = Max(1.0, Min(20.0, 2 * matches / sample->share / size));
	dc_model_finish(model);
}

/*
 * Fits m, u and the prior of the model to the population.  O(candidate pairs), of which
 * SAMPLE_PAIRS at most are kept.
 */
void
dc_train_model(DcPopulation *population, DcModel *model)
{
	Sample		sample = {.population = population, .model = model, .threshold = PG_UINT64_MAX, .share = 1};

	dc_model_default(model);
	if (population->nrecords < 2)
		return;
	fit_u(population, model);
	sample.pair = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(SampledPair) * (SAMPLE_PAIRS + 1));
	dc_candidate_pairs(population, sample_pair, &sample);
	qsort(sample.pair, sample.n, sizeof(SampledPair), compare_sampled);
	for (int round = 0; round < ROUNDS; round++)
		maximise(&sample, population->size, model);
	pfree(sample.pair);
}
