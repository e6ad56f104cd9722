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
 * records, never by their order: the same data give the same model.  Several processes may take the
 * steps (train_parallel.c); what they add up is added in one order.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include <math.h>

#include "match/train.h"

#define SAMPLE_PAIRS 300000
#define RANDOM_PAIRS 200000
#define RANDOM_RECORDS 50000
#define ROUNDS 8
#define CHUNK 4096				/* pairs that a process takes at a time */
#define RANDOM_CHUNKS ((RANDOM_PAIRS + CHUNK - 1) / CHUNK)

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

/* What pairs showed at each level, and those that could have shown it. */
typedef struct LevelTotals
{
	double		seen[L_COUNT];
	double		total[L_COUNT];
} LevelTotals;

/* What all processes see. */
struct DcTraining
{
	pg_atomic_uint32 next_random;	/* chunks that are to be taken */
	pg_atomic_uint32 next_drawn;
	DcModel		model;
	LevelTotals totals[RANDOM_CHUNKS];	/* of random pairs */
	int			ndrawn;
	int			drawn[SAMPLE_PAIRS][2];
	SampledPair pair[SAMPLE_PAIRS];	/* the drawn ones scored */
	int			nrecords;		/* that random pairs are made of */
	int			record[FLEXIBLE_ARRAY_MEMBER];
};

/* The draw of candidate pairs. */
typedef struct Sample
{
	const uint64 *fingerprint;	/* of each record */
	uint64		threshold;		/* blocks, and pairs of large blocks, whose hash is below it are kept */
	uint64		hash;			/* of the block or pair at hand */
	double		share;			/* of all candidate pairs */
	int			n;
	DrawnPair  *drawn;
} Sample;

/* What the leader alone knows. */
struct DcTrainingLeader
{
	uint64	   *fingerprint;	/* of each record */
	int		   *record;			/* that random pairs are made of */
	int			nrecords;
	double		chance[L_COUNT];	/* of what levels by frequency agree on; 0 where u is not fitted */
	double		share;			/* of all candidate pairs that were drawn */
};

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

/* Draws the sample, in the order of hashes. */
static void
draw_sample(DcTrainer *trainer)
{
	DcTraining *training = trainer->training;
	Sample		sample = {.fingerprint = trainer->leader->fingerprint, .threshold = PG_UINT64_MAX, .share = 1};

	sample.drawn = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(DrawnPair) * (SAMPLE_PAIRS + 1));
	dc_scan_key_table(trainer->table, trainer->population, is_sampled, draw_pair, &sample);
	qsort(sample.drawn, sample.n, sizeof(DrawnPair), compare_drawn);
	for (int i = 0; i < sample.n; i++)
	{
		training->drawn[i][0] = sample.drawn[i].a;
		training->drawn[i][1] = sample.drawn[i].b;
	}
	training->ndrawn = sample.n;
	trainer->leader->share = sample.share;
	pfree(sample.drawn);
}

/* Asks for the records of a pair to come. */
static pg_attribute_always_inline void
ask_for_pair(const DcPopulation *p, int a, int b)
{
	DC_PREFETCH(&p->records[a]);
	DC_PREFETCH((const char *) &p->records[a] + 64);
	DC_PREFETCH(&p->records[b]);
	DC_PREFETCH((const char *) &p->records[b] + 64);
}

#define AHEAD 8					/* pairs */

static void
score_sample(DcTrainer *trainer)
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
			if (i + AHEAD < training->ndrawn)
				ask_for_pair(p, training->drawn[i + AHEAD][0], training->drawn[i + AHEAD][1]);
			dc_score_pair(p, &training->model, a, b, &score);
			keep(&training->model, &score, possible_levels(a, b), &training->pair[i]);
		}
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
static int *
draw_records(const DcPopulation *p, const uint64 *fingerprint, int *n)
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
static uint64
next_random(uint64 *state)
{
	*state = *state * UINT64CONST(6364136223846793005) + UINT64CONST(1442695040888963407);
	return *state >> 33;
}

/* Scores the pairs of one chunk. */
static void
score_random_chunk(const DcTrainer *trainer, const GroupBounds *bounds, int chunk, LevelTotals *totals)
{
	const DcTraining *training = trainer->training;
	const DcRecord *records = trainer->population->records;
	uint64		state = 1;

	/* those of the chunks before */
	for (int n = 0; n < 2 * chunk * CHUNK; n++)
		next_random(&state);
	for (int n = chunk * CHUNK; n < Min((chunk + 1) * CHUNK, RANDOM_PAIRS); n++)
	{
		const DcRecord *a = &records[training->record[next_random(&state) % training->nrecords]];
		const DcRecord *b = &records[training->record[next_random(&state) % training->nrecords]];
		DcScore		score;
		uint32		possible;
		double		different;

		if (a == b)
			continue;
		CHECK_FOR_INTERRUPTS();
		dc_score_pair(trainer->population, &training->model, a, b, &score);
		possible = possible_levels(a, b);
		different = 1 - dc_probability(score.weight);
		for (int s = 0; s < score.nsteps; s++)
		{
			totals->seen[score.steps[s].level] += different;
			add_total(totals->total, bounds, score.steps[s].level, possible, different);
		}
	}
}

static void
score_random(DcTrainer *trainer)
{
	DcTraining *training = trainer->training;
	GroupBounds bounds;

	find_bounds(trainer->population, &bounds);
	for (int chunk; (chunk = pg_atomic_fetch_add_u32(&training->next_random, 1)) < RANDOM_CHUNKS && training->nrecords >= 2;)
		score_random_chunk(trainer, &bounds, chunk, &training->totals[chunk]);
}

static void
fit_u(DcTrainer *trainer)
{
	const DcPopulation *p = trainer->population;
	DcTraining *training = trainer->training;
	DcModel    *model = &training->model;
	LevelTotals sum = {{0}};

	for (int chunk = 0; chunk < RANDOM_CHUNKS; chunk++)
		for (int l = 0; l < L_COUNT; l++)
		{
			sum.seen[l] += training->totals[chunk].seen[l];
			sum.total[l] += training->totals[chunk].total[l];
		}
	for (int l = 0; l < dc_level_count(p); l++)
	{
		const DcLevelSpec *spec = dc_level_spec(p, l);
		double		chance = trainer->leader->chance[l];
		double		n = sum.total[l];

		if (n == 0 || is_identifier(l))
			continue;
		if (!spec->by_frequency)
			model->u[l] = Max(spec->u / RARER, (sum.seen[l] + PRIOR_U * spec->u) / (n + PRIOR_U));
		else if (chance > 0)
			model->u[l] = Max(spec->u / 4, Min(spec->u * 4, (sum.seen[l] + PRIOR_U * spec->u * chance) / (n + PRIOR_U) / chance));
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
maximise(const DcTrainer *trainer)
{
	const DcPopulation *p = trainer->population;
	const DcTraining *training = trainer->training;
	DcModel    *model = &trainer->training->model;
	double		size = p->size;
	double		share = trainer->leader->share;
	double		seen[L_COUNT] = {0};
	double		total[L_COUNT] = {0};
	double		different[L_COUNT] = {0};
	double		matches = 0;
	GroupBounds bounds;

	find_bounds(p, &bounds);
	for (int i = 0; i < training->ndrawn; i++)
	{
		const SampledPair *pair = &training->pair[i];
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
	for (int l = 0; l < dc_level_count(p); l++)
	{
		double		m = (seen[l] + PRIOR_M * dc_level_spec(p, l)->m) / (total[l] + PRIOR_M);

		/* six decimals: sums in another order give the same */
		model->m[l] = rint(Max(0.001, Min(0.999, m)) * 1e6) / 1e6;
		if (is_agreed_identifier(l))
			model->u[l] = identifier_u(dc_level_spec(p, l)->u, different[l] / share, size);
	}
	model->prior = rint(Max(1.0, Min(20.0, 2 * matches / share / size)) * 1e6) / 1e6;
	dc_model_finish(model);
}

/* ---------- the steps ---------- */

/* What needs counts of values, or all records in one order. */
static void
prepare(DcTrainer *trainer)
{
	DcPopulation *p = trainer->population;
	DcTrainingLeader *leader = trainer->leader;
	Agreement	agreement = {0};

	leader->fingerprint = dc_fingerprints(p);
	leader->record = draw_records(p, leader->fingerprint, &leader->nrecords);
	for (int l = 0; l < dc_level_count(p); l++)
		if (dc_level_spec(p, l)->by_frequency && !is_identifier(l))
			leader->chance[l] = level_chance(p, l, &agreement);
}

size_t
dc_training_size(const DcTrainer *trainer)
{
	return offsetof(DcTraining, record) + sizeof(int) * ((size_t) trainer->leader->nrecords + 1);
}

void
dc_training_start(DcTrainer *trainer, void *place)
{
	DcTraining *training = trainer->training = place;

	memset(training, 0, offsetof(DcTraining, drawn));
	pg_atomic_init_u32(&training->next_random, 0);
	pg_atomic_init_u32(&training->next_drawn, 0);
	dc_model_default(trainer->population, &training->model);
	training->nrecords = trainer->leader->nrecords;
	memcpy(training->record, trainer->leader->record, sizeof(int) * training->nrecords);
}

/* The last but one is the leader's: it needs what all have found, and what comes after needs it. */
void
dc_training_step(DcTrainer *trainer, int step)
{
	if (step == 0)
		score_random(trainer);
	else if (step <= DC_KEY_STEPS)
		dc_key_table_step(trainer->table, step - 1);
	else if (step == DC_TRAINING_STEPS - 1)
		score_sample(trainer);
	else if (trainer->leader != NULL)
	{
		fit_u(trainer);
		draw_sample(trainer);
	}
}

static void
train_alone(DcTrainer *trainer)
{
	dc_training_start(trainer, MemoryContextAllocHuge(CurrentMemoryContext, dc_training_size(trainer)));
	trainer->table = dc_key_table_create(trainer->population, NULL, 1, false);
	for (int step = 0; step < DC_TRAINING_STEPS; step++)
		dc_training_step(trainer, step);
}

/*
 * Fits m, u and the prior of the model to the population, whose values are counted; afterwards nothing can be interned or counted.
 * O(candidate pairs), of which SAMPLE_PAIRS at most are kept.
 */
void
dc_train_model(DcPopulation *p, DcModel *model)
{
	DcTrainingLeader leader = {0};
	DcTrainer	trainer = {.population = p, .leader = &leader};
	DcShare		share = {0};

	dc_model_default(p, model);
	if (p->nrecords < 2)
		return;
	prepare(&trainer);
	if (!dc_train_with_workers(&trainer, &share))
		train_alone(&trainer);
	dc_key_table_free(trainer.table);
	for (int round = 0; round < ROUNDS; round++)
	{
		if (p->fitting != NULL)
			p->fitting(round, ROUNDS);
		maximise(&trainer);
	}
	*model = trainer.training->model;
	dc_unshare_table(&share);
	pfree(leader.record);
	pfree(leader.fingerprint);
}
