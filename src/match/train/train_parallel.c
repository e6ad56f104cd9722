/*-------------------------------------------------------------------------
 *
 * train_parallel.c
 *	  The model fitted by several processes.
 *
 * As for scoring (parallel.c), the leader moves the packed contacts into dynamic shared memory; then all take the
 * steps of train.c together.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/parallel.h"
#include "access/xact.h"
#include "miscadmin.h"
#include "optimizer/cost.h"
#include "storage/barrier.h"
#include "storage/shm_toc.h"
#include "utils/wait_event.h"

#include "match/train/train.h"
#include "match/workers/parallel.h"

#define KEY_STATE 1

typedef struct SharedState
{
	Barrier		steps;			/* where the last has begun nobody waits any more */
	DcShare		share;
} SharedState;

/* All steps from the one on that the others have come to. */
static void
work(DcTrainer *trainer, Barrier *barrier)
{
	for (int step = BarrierAttach(barrier); step < DC_TRAINING_STEPS; step++)
	{
		dc_training_step(trainer, step);
		if (step < DC_TRAINING_STEPS - 1)
			BarrierArriveAndWait(barrier, PG_WAIT_EXTENSION);
	}
	BarrierDetach(barrier);
}

static SharedState *
make_state(ParallelContext *context)
{
	SharedState *state;

	shm_toc_estimate_chunk(&context->estimator, sizeof(SharedState));
	shm_toc_estimate_keys(&context->estimator, 1);
	InitializeParallelDSM(context);
	if (context->nworkers == 0)
		return NULL;
	state = shm_toc_allocate(context->toc, sizeof(SharedState));
	BarrierInit(&state->steps, 0);
	shm_toc_insert(context->toc, KEY_STATE, state);
	return state;
}

bool
dc_train_with_workers(DcTrainer *trainer, DcShare *share)
{
	DcPopulation *p = trainer->population;
	size_t		beside;
	ParallelContext *context;
	SharedState *state;

	trainer->nprocesses = max_parallel_maintenance_workers + 1;
	beside = dc_training_size(trainer) + DC_KEY_TABLE_SIZE(p);
	if (p->nrecords < DC_RECORDS_FOR_WORKERS || max_parallel_maintenance_workers == 0 || !dc_share_population(p, beside, share))
		return false;
	EnterParallelMode();
	context = CreateParallelContext("dropcontact", "dc_train_worker", max_parallel_maintenance_workers);
	state = make_state(context);
	if (state != NULL)
	{
		dc_training_start(trainer, dc_share_new(share, SHARE_TRAINING, dc_training_size(trainer)));
		trainer->table = dc_key_table_create(p, share, context->nworkers + 1, false);
		state->share = *share;
		LaunchParallelWorkers(context);
		work(trainer, &state->steps);
		WaitForParallelWorkersToFinish(context);
	}
	DestroyParallelContext(context);
	ExitParallelMode();
	return state != NULL;
}

void
dc_train_worker(dsm_segment *segment, shm_toc *toc)
{
	SharedState *state = shm_toc_lookup(toc, KEY_STATE, false);
	DcPopulation population;
	DcTrainer	trainer = {.population = &population, .process = ParallelWorkerNumber + 1};

	dc_attach_population(&state->share, &population);
	trainer.training = dc_share_attach(&state->share, SHARE_TRAINING, NULL);
	trainer.table = dc_key_table_attach(&population, &state->share, ParallelWorkerNumber + 1);
	work(&trainer, &state->steps);
	dc_key_table_free(trainer.table);
}
