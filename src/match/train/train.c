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
 * steps (train_sample.c, train_random.c, train_fit.c; train_parallel.c); what they add up is added in one order.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include "match/train/train_parts.h"

#define ROUNDS 8

/* What needs counts of values, or all records in one order. */
static void
prepare(DcTrainer *trainer)
{
	DcPopulation *p = trainer->population;
	DcTrainingLeader *leader = trainer->leader;
	DcAgreement agreement = {0};

	leader->fingerprint = dc_fingerprints(p);
	leader->record = dc_draw_records(p, leader->fingerprint, &leader->nrecords);
	for (int l = 0; l < dc_level_count(p); l++)
		if (dc_level_spec(p, l)->by_frequency && !dc_is_identifier(l))
			leader->chance[l] = dc_level_chance(p, l, &agreement);
}

static int
count_draws(const DcTrainer *trainer)
{
	return Min(trainer->nprocesses, MAX_DRAWERS);
}

size_t
dc_training_size(const DcTrainer *trainer)
{
	return TRAINING_SIZE(trainer->leader->nrecords) + sizeof(Draw) * count_draws(trainer);
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
	training->ndraws = count_draws(trainer);
	for (int i = 0; i < training->ndraws; i++)
		dc_start_draw(draw_of(training, i));
}

/* After the keys each draws; the leader puts that together, and what comes last needs it. */
void
dc_training_step(DcTrainer *trainer, int step)
{
	if (step == 0)
		dc_score_random(trainer);
	else if (step <= DC_KEY_STEPS)
		dc_key_table_step(trainer->table, step - 1);
	else if (step == DC_KEY_STEPS + 1)
		dc_draw_pairs(trainer);
	else if (step == DC_TRAINING_STEPS - 1)
		dc_score_sample(trainer);
	else if (trainer->leader != NULL)
	{
		dc_fit_u(trainer);
		dc_fit_related(trainer->population, trainer->training->record, trainer->training->nrecords, &trainer->training->model);
		dc_join_draws(trainer);
	}
}

static void
train_alone(DcTrainer *trainer)
{
	trainer->nprocesses = 1;
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
		dc_maximise(&trainer);
	}
	*model = trainer.training->model;
	dc_unshare_table(&share);
	pfree(leader.record);
	pfree(leader.fingerprint);
}
