/*-------------------------------------------------------------------------
 *
 * train_fit.c
 *	  u fitted to random pairs, m and u of identifiers to candidate pairs.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include <math.h>

#include "match/train/train_parts.h"

/* The built-in model counts as so many pairs. */
#define PRIOR_M 100.0
#define PRIOR_U 3000.0
#define PRIOR_AGREED 20.0		/* of pairs that agree on an identifier */

/* What a sample has not shown is at most so many times rarer than the built-in model says. */
#define RARER 16

/* How much of what a group itself says is left out when it is judged. */
#define OTHERS_ONLY 0.5

#define AHEAD 16				/* records: so far what they point to is asked for before their turn */

static inline DcValue
value_at(const DcPopulation *p, int record, size_t column)
{
	return *(const DcValue *) ((const char *) &p->records[record] + column);
}

/* How often two contacts drawn at random agree on this column, exactly; or on a word of it, unless word is -1. */
static double
chance_of_agreement(const DcPopulation *p, size_t column, int word)
{
	double		sum = 0;
	double		n = 0;

	for (int i = 0; i < p->nrecords; i++)
	{
		DcValue		v = value_at(p, i, column);
		double		times;

		if (i + AHEAD < p->nrecords)
			DC_PREFETCH(&p->count[value_at(p, i + AHEAD, column)]);
		if (v == 0 || word >= p->tokens[v].n)
			continue;
		times = dc_stands_for(p, &p->records[i]);
		sum += times * (p->count[word < 0 ? v : p->token[p->tokens[v].start + word]] - times);
		n += times;
	}
	return n < 2 ? 0 : Max(1e-6, sum / (n * (n - 1)));
}

static DcAgreement
level_agreement(const DcPopulation *p, int level)
{
	int			field = (level - L_FIELD) / FIELD_LEVELS;
	int			of_field = (level - L_FIELD) % FIELD_LEVELS;

	if (level == L_FIRST_EXACT || level == L_LAST_EXACT)
		return (DcAgreement) {0};
	if (level < L_LAST_EXACT)
		return (DcAgreement) {offsetof(DcRecord, first), -1};
	if (level < L_MIDDLE_EXACT)
		return (DcAgreement) {offsetof(DcRecord, last), -1};
	if (level < L_FIELD || field >= p->nfields || p->field_kind[field] != KIND_DATE || of_field == L_FIELD_EXACT)
		return (DcAgreement) {0};
	return (DcAgreement) {offsetof(DcRecord, field) + sizeof(DcValue) * field, of_field == L_FIELD_FUZZY ? 0 : 1};
}

/* The chance of what a level by frequency agrees on; 0 where its u is not fitted.  Levels of one column follow each other. */
double
dc_level_chance(const DcPopulation *p, int level, DcAgreement *previous)
{
	DcAgreement	agreement = level_agreement(p, level);

	if (agreement.column == 0)
		return 0;
	if (agreement.column != previous->column || agreement.word != previous->word)
	{
		*previous = agreement;
		previous->chance = chance_of_agreement(p, agreement.column, agreement.word);
	}
	return previous->chance;
}

void
dc_fit_u(DcTrainer *trainer)
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

		if (n == 0 || dc_is_identifier(l))
			continue;
		if (!spec->by_frequency)
			model->u[l] = Max(spec->u / RARER, (sum.seen[l] + PRIOR_U * spec->u) / (n + PRIOR_U));
		else if (chance > 0)
			model->u[l] = Max(spec->u / 4, Min(spec->u * 4, (sum.seen[l] + PRIOR_U * spec->u * chance) / (n + PRIOR_U) / chance));
	}
	dc_model_finish(model);
}

/* ---------- m ---------- */

static double
weight_of(const DcModel *model, const SampledPair *pair)
{
	double		weight = log2(model->prior);

	for (int s = 0; s < pair->n; s++)
		weight += model->weight[pair->level[s]] + pair->surprise[s];
	return weight;
}

/* u of an identifier that so many pairs agree on which are not one; to seven decimals, as m to six. */
static double
identifier_u(double built_in, double different, double size)
{
	double		u = (different + PRIOR_AGREED) / (size * size / 2 + PRIOR_AGREED / built_in);

	return Max(built_in / RARER, rint(u * 1e7) / 1e7);
}

void
dc_maximise(const DcTrainer *trainer)
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

	dc_find_bounds(p, &bounds);
	for (int i = 0; i < training->ndrawn; i++)
	{
		const SampledPair *pair = &training->pair[i];
		double		weight = weight_of(model, pair) - log2(size);

		CHECK_FOR_INTERRUPTS();
		matches += pair->stands_for * dc_probability(weight);
		for (int s = 0; s < pair->n; s++)
		{
			int			level = pair->level[s];
			double		others = dc_probability(weight - OTHERS_ONLY * (model->weight[level] + pair->surprise[s]));

			seen[level] += others;
			dc_add_total(total, &bounds, level, pair->possible, others);
			if (dc_is_agreed_identifier(level))
				different[level] += pair->stands_for * (1 - dc_probability(weight - model->weight[level]));
		}
	}
	for (int l = 0; l < dc_level_count(p); l++)
	{
		double		m = (seen[l] + PRIOR_M * dc_level_spec(p, l)->m) / (total[l] + PRIOR_M);

		/* six decimals: sums in another order give the same */
		model->m[l] = rint(Max(0.001, Min(0.999, m)) * 1e6) / 1e6;
		if (dc_is_agreed_identifier(l))
			model->u[l] = identifier_u(dc_level_spec(p, l)->u, different[l] / share, size);
	}
	model->prior = rint(Max(1.0, Min(20.0, 2 * matches / share / size)) * 1e6) / 1e6;
	dc_model_finish(model);
}
