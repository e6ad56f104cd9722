/*-------------------------------------------------------------------------
 *
 * train.c
 *	  Fits the model to a population without labels.
 *
 * u comes from pairs drawn at random, m from candidate pairs by expectation maximisation, and so does u of
 * identifiers, whose agreement no random pair shows.
 * What a group says is judged by what the other groups say of the pair and half of what it says
 * itself, so that no group confirms itself and what brought a pair together as candidates
 * does not teach that it always agrees.  Both start from the built-in model as from so many
 * pairs seen before, and stay in its neighbourhood.  Samples are drawn by the contents of
 * records, never by their order: the same data give the same model.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include <math.h>

#include "match/key_table.h"

#define SAMPLE_PAIRS 300000
#define RANDOM_PAIRS 200000
#define RANDOM_RECORDS 50000
#define ROUNDS 8

/* The built-in model counts as so many pairs. */
#define PRIOR_M 100.0
#define PRIOR_U 3000.0
#define PRIOR_AGREED 20.0		/* of pairs that agree on an identifier */

/* What a sample has not shown is at most so many times rarer than the built-in model says. */
#define RARER 16

/* How much of what a group itself says is left out when it is judged. */
#define OTHERS_ONLY 0.5

/* A candidate pair that may stay in the sample: it is scored once it is known to. */
typedef struct DrawnPair
{
	uint64		hash;			/* of the block */
	uint64		pair;			/* of the pair */
	int			a;
	int			b;
} DrawnPair;

typedef struct SampledPair
{
	uint8		n;
	uint8		level[DC_MAX_STEPS];
	uint32		possible;		/* levels of organisation and place that both have the values for */
	float		surprise[DC_MAX_STEPS];
} SampledPair;

typedef struct Sample
{
	DcPopulation *population;
	const DcModel *model;
	const uint64 *fingerprint;	/* of each record */
	uint64		threshold;		/* blocks, and pairs of large blocks, whose hash is below it are kept */
	uint64		hash;			/* of the block or pair at hand */
	double		share;			/* of all candidate pairs */
	int			n;
	DrawnPair  *drawn;
	SampledPair *pair;			/* the drawn ones scored */
} Sample;

/*
 * Levels of organisation and of place are tried one after the other, each where both have the value: a
 * level is judged by the pairs that came down to it, not by those that had nothing to compare there.
 */
#define FIRST_TRIED L_ORG_NUMBER
#define LAST_TRIED L_PLACE_CONFLICT
#define FIRST_COMPANY_TRIED L_COMPANY_PLACE_ADDRESS
#define LAST_COMPANY_TRIED L_COMPANY_PLACE_CONFLICT

static int
tried_bit(int level)
{
	return level >= FIRST_COMPANY_TRIED ? level - FIRST_COMPANY_TRIED + LAST_TRIED - FIRST_TRIED + 1 : level - FIRST_TRIED;
}

static bool
is_tried(int level)
{
	return (level >= FIRST_TRIED && level <= LAST_TRIED) || (level >= FIRST_COMPANY_TRIED && level <= LAST_COMPANY_TRIED);
}

static uint32
possible_levels(const DcRecord *a, const DcRecord *b)
{
	bool		address = a->address != 0 && b->address != 0;
	bool		postcode = a->postcode != 0 && b->postcode != 0;
	bool		city = a->city != 0 && b->city != 0;
	bool		company = a->company != 0 && b->company != 0;
	const struct
	{
		int			level;
		bool		possible;
	}			levels[] = {
		{L_ORG_NUMBER, a->registration != 0 && b->registration != 0}, {L_ORG_DOMAIN, a->domain != 0 && b->domain != 0},
		{L_ORG_COMPANY, company}, {L_ORG_FUZZY, company}, {L_ORG_PHONE, a->phone[0] != 0 && b->phone[0] != 0},
		{L_ORG_MAILBOX, a->email[0] != 0 && b->email[0] != 0}, {L_ORG_CONFLICT, true},
		{L_PLACE_ADDRESS, address}, {L_PLACE_FUZZY, address}, {L_PLACE_POSTCODE, postcode}, {L_PLACE_CITY, city}, {L_PLACE_NEAR, postcode}, {L_PLACE_CONFLICT, true},
		{L_COMPANY_PLACE_ADDRESS, address}, {L_COMPANY_PLACE_FUZZY, address}, {L_COMPANY_PLACE_POSTCODE, postcode}, {L_COMPANY_PLACE_CITY, city},
		{L_COMPANY_PLACE_NEAR, postcode}, {L_COMPANY_PLACE_CONFLICT, true},
	};
	uint32		result = 0;

	for (int i = 0; i < lengthof(levels); i++)
		if (levels[i].possible)
			result |= 1u << tried_bit(levels[i].level);
	return result;
}

/* The first and last level of the group of each level. */
typedef struct GroupBounds
{
	uint8		first[L_COUNT];
	uint8		last[L_COUNT];
} GroupBounds;

static void
find_bounds(const DcPopulation *p, GroupBounds *bounds)
{
	int			n = dc_level_count(p);

	for (int l = 0; l < n; l++)
		bounds->first[l] = l > 0 && dc_level_group(l - 1) == dc_level_group(l) ? bounds->first[l - 1] : l;
	for (int l = n - 1; l >= 0; l--)
		bounds->last[l] = l + 1 < n && dc_level_group(l + 1) == dc_level_group(l) ? bounds->last[l + 1] : l;
}

/* Adds a pair that shows this level to the totals of those that it could have shown. */
static void
add_total(double *total, const GroupBounds *bounds, int level, uint32 possible, double amount)
{
	int			last = bounds->last[level];

	for (int l = bounds->first[level]; l <= last; l++)
		if (!is_tried(l) || l == level || l == last || (l < level && possible & (1u << tried_bit(l))))
			total[l] += amount;
}

static void
keep(const DcModel *model, const DcScore *score, uint32 possible, SampledPair *pair)
{
	pair->possible = possible;
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
		if (sample->drawn[i].hash < sample->threshold)
			sample->drawn[n++] = sample->drawn[i];
	sample->n = n;
}

static bool
is_sampled(void *state, uint64 hash)
{
	Sample	   *sample = state;

	sample->hash = hash;
	return hash < sample->threshold;
}

static void
draw_pair(void *state, int a, int b)
{
	Sample	   *sample = state;
	DrawnPair  *drawn = &sample->drawn[sample->n];

	/* the rest of a block that has just gone */
	if (sample->hash >= sample->threshold)
		return;
	*drawn = (DrawnPair) {sample->hash, dc_pair_hash(sample->fingerprint[a], sample->fingerprint[b]), a, b};
	sample->n++;
	while (sample->n == SAMPLE_PAIRS)
		thin(sample);
}

static int
compare_drawn(const void *a, const void *b)
{
	const DrawnPair *x = a;
	const DrawnPair *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return x->pair < y->pair ? -1 : x->pair > y->pair;
}

/* Draws the sample and scores it, in the order of hashes. */
static void
take_sample(Sample *sample)
{
	DcPopulation *p = sample->population;

	sample->drawn = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(DrawnPair) * (SAMPLE_PAIRS + 1));
	dc_candidate_pairs(p, is_sampled, draw_pair, sample);
	qsort(sample->drawn, sample->n, sizeof(DrawnPair), compare_drawn);
	sample->pair = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(SampledPair) * (sample->n + 1));
	for (int i = 0; i < sample->n; i++)
	{
		const DcRecord *a = &p->records[sample->drawn[i].a];
		const DcRecord *b = &p->records[sample->drawn[i].b];
		DcScore		score;

		CHECK_FOR_INTERRUPTS();
		dc_score_pair(p, sample->model, a, b, &score);
		keep(sample->model, &score, possible_levels(a, b), &sample->pair[i]);
	}
	pfree(sample->drawn);
}

/* What identifiers agree on is rarer by chance than any sample shows, and what sets namesakes apart shows among them only. */
static bool
is_identifier(int level)
{
	return level == L_EMAIL_EXACT || level == L_PHONE_EXACT || level == L_LINKEDIN_EXACT || level == L_COMPANY_NUMBER_EXACT || level == L_EMAIL_NUMBERED ||
		level == L_COMPANY_PART;
}

/* Agreement on what one person alone has: all who agree are candidates, so that u follows from those of them that are not one. */
static bool
is_agreed_identifier(int level)
{
	return level == L_EMAIL_EXACT || level == L_PHONE_EXACT || level == L_LINKEDIN_EXACT || level == L_COMPANY_NUMBER_EXACT;
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

/* How often two records drawn at random agree on this column, exactly; or on a word of it, unless word is -1. */
static double
chance_of_agreement(const DcPopulation *p, size_t column, int word)
{
	double		sum = 0;
	double		n = 0;

	for (int i = 0; i < p->nrecords; i++)
	{
		DcValue		v = *(const DcValue *) ((const char *) &p->records[i] + column);

		if (v == 0 || word >= p->tokens[v].n)
			continue;
		sum += p->count[word < 0 ? v : p->token[p->tokens[v].start + word]] - 1;
		n++;
	}
	return n < 2 ? 0 : Max(1e-6, sum / (n * (n - 1)));
}

/* What a level by frequency agrees on. */
typedef struct Agreement
{
	size_t		column;			/* 0: its u is not fitted */
	int			word;
	double		chance;
} Agreement;

static Agreement
level_agreement(const DcPopulation *p, int level)
{
	int			field = (level - L_FIELD) / FIELD_LEVELS;
	int			of_field = (level - L_FIELD) % FIELD_LEVELS;

	if (level == L_FIRST_EXACT || level == L_LAST_EXACT)
		return (Agreement) {0};
	if (level < L_LAST_EXACT)
		return (Agreement) {offsetof(DcRecord, first), -1};
	if (level < L_MIDDLE_EXACT)
		return (Agreement) {offsetof(DcRecord, last), -1};
	if (level < L_FIELD || field >= p->nfields || p->field_kind[field] != KIND_DATE || of_field == L_FIELD_EXACT)
		return (Agreement) {0};
	return (Agreement) {offsetof(DcRecord, field) + sizeof(DcValue) * field, of_field == L_FIELD_FUZZY ? 0 : 1};
}

/* The chance of what a level by frequency agrees on; 0 where its u is not fitted.  Levels of one column follow each other. */
static double
level_chance(const DcPopulation *p, int level, Agreement *previous)
{
	Agreement	agreement = level_agreement(p, level);

	if (agreement.column == 0)
		return 0;
	if (agreement.column != previous->column || agreement.word != previous->word)
	{
		*previous = agreement;
		previous->chance = chance_of_agreement(p, agreement.column, agreement.word);
	}
	return previous->chance;
}

/* Some of the records, RANDOM_RECORDS or a few more, in an order that has nothing to do with that of loading. */
static FingerprintedRecord *
draw_records(const DcPopulation *p, const uint64 *fingerprint, int *n)
{
	FingerprintedRecord *drawn = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(FingerprintedRecord) * ((size_t) p->nrecords + 1));
	double		share = Min(1.0, 1.1 * RANDOM_RECORDS / Max(1, p->nrecords));

	*n = 0;
	for (int i = 0; i < p->nrecords; i++)
		if (fingerprint[i] <= share * PG_UINT64_MAX)
			drawn[(*n)++] = (FingerprintedRecord) {fingerprint[i], i};
	qsort(drawn, *n, sizeof(FingerprintedRecord), compare_fingerprints);
	return drawn;
}

static void
fit_u(DcPopulation *p, const uint64 *fingerprint, DcModel *model)
{
	int			nrecords;
	FingerprintedRecord *order = draw_records(p, fingerprint, &nrecords);
	double		seen[L_COUNT] = {0};
	double		total[L_COUNT] = {0};
	uint64		state = 1;
	GroupBounds bounds;
	Agreement	agreement = {0};

	find_bounds(p, &bounds);
	for (int n = 0; n < RANDOM_PAIRS; n++)
	{
		DcScore		score;
		int			a;
		int			b;
		uint32		possible;
		double		different;

		if (nrecords < 2)
			break;
		CHECK_FOR_INTERRUPTS();
		state = state * UINT64CONST(6364136223846793005) + UINT64CONST(1442695040888963407);
		a = (state >> 33) % nrecords;
		state = state * UINT64CONST(6364136223846793005) + UINT64CONST(1442695040888963407);
		b = (state >> 33) % nrecords;
		if (a == b)
			continue;
		dc_score_pair(p, model, &p->records[order[a].record], &p->records[order[b].record], &score);
		possible = possible_levels(&p->records[order[a].record], &p->records[order[b].record]);
		different = 1 - dc_probability(score.weight);
		for (int s = 0; s < score.nsteps; s++)
		{
			seen[score.steps[s].level] += different;
			add_total(total, &bounds, score.steps[s].level, possible, different);
		}
	}
	pfree(order);
	for (int l = 0; l < dc_level_count(p); l++)
	{
		const DcLevelSpec *spec = dc_level_spec(p, l);
		double		n = total[l];
		double		chance;

		if (n == 0 || is_identifier(l))
			continue;
		if (!spec->by_frequency)
			model->u[l] = Max(spec->u / RARER, (seen[l] + PRIOR_U * spec->u) / (n + PRIOR_U));
		else if ((chance = level_chance(p, l, &agreement)) > 0)
			model->u[l] = Max(spec->u / 4, Min(spec->u * 4, (seen[l] + PRIOR_U * spec->u * chance) / (n + PRIOR_U) / chance));
	}
	dc_model_finish(model);
}

/* ---------- m ---------- */

/* u of an identifier that so many pairs agree on which are not one; to seven decimals, as m to six. */
static double
identifier_u(double built_in, double different, double size)
{
	double		u = (different + PRIOR_AGREED) / (size * size / 2 + PRIOR_AGREED / built_in);

	return Max(built_in / RARER, rint(u * 1e7) / 1e7);
}

static void
maximise(const Sample *sample, double size, DcModel *model)
{
	double		seen[L_COUNT] = {0};
	double		total[L_COUNT] = {0};
	double		different[L_COUNT] = {0};
	double		matches = 0;
	GroupBounds bounds;

	find_bounds(sample->population, &bounds);
	for (int i = 0; i < sample->n; i++)
	{
		const SampledPair *pair = &sample->pair[i];
		double		weight = weight_of(model, pair) - log2(size);

		CHECK_FOR_INTERRUPTS();
		matches += dc_probability(weight);
		for (int s = 0; s < pair->n; s++)
		{
			int			level = pair->level[s];
			double		others = dc_probability(weight - OTHERS_ONLY * (model->weight[level] + pair->surprise[s]));

			seen[level] += others;
			add_total(total, &bounds, level, pair->possible, others);
			if (is_agreed_identifier(level))
				different[level] += 1 - dc_probability(weight - model->weight[level]);
		}
	}
	for (int l = 0; l < dc_level_count(sample->population); l++)
	{
		double		m = (seen[l] + PRIOR_M * dc_level_spec(sample->population, l)->m) / (total[l] + PRIOR_M);

		/* six decimals: sums in another order give the same */
		model->m[l] = rint(Max(0.001, Min(0.999, m)) * 1e6) / 1e6;
		if (is_agreed_identifier(l))
			model->u[l] = identifier_u(dc_level_spec(sample->population, l)->u, different[l] / sample->share, size);
	}
	model->prior = rint(Max(1.0, Min(20.0, 2 * matches / sample->share / size)) * 1e6) / 1e6;
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
	uint64	   *fingerprint;

	dc_model_default(population, model);
	if (population->nrecords < 2)
		return;
	fingerprint = dc_fingerprints(population);
	sample.fingerprint = fingerprint;
	fit_u(population, fingerprint, model);
	take_sample(&sample);
	for (int round = 0; round < ROUNDS; round++)
	{
		if (population->fitting != NULL)
			population->fitting(round, ROUNDS);
		maximise(&sample, population->size, model);
	}
	pfree(sample.pair);
	pfree(fingerprint);
}
