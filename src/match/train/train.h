/*-------------------------------------------------------------------------
 *
 * train.h
 *	  The steps of fitting a model, which several processes may take.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_MATCH_TRAIN_H
#define DC_MATCH_TRAIN_H

#include "match/workers/key_table.h"

typedef struct DcTraining DcTraining;
typedef struct DcTrainingLeader DcTrainingLeader;

/* What a process works with. */
typedef struct DcTrainer
{
	DcPopulation *population;
	DcKeyTable *table;			/* of its keys */
	DcTraining *training;		/* what all processes see */
	DcTrainingLeader *leader;	/* what the leader alone knows; NULL in another process */
	int			process;		/* 0 is the leader */
	int			nprocesses;		/* at most; of the leader */
} DcTrainer;

/* Fits the model to the population. */
extern void dc_train_model(DcPopulation *population, DcModel *model);

/* Of the leader: the room that the training takes, and its beginning there. */
extern size_t dc_training_size(const DcTrainer *trainer);
extern void dc_training_start(DcTrainer *trainer, void *place);

/* All processes take the steps, and wait for each other after each of them but the last. */
#define DC_TRAINING_STEPS (DC_KEY_STEPS + 4)
extern void dc_training_step(DcTrainer *trainer, int step);

/* train_parallel.c: takes all steps with workers; false, and nothing is done, when there can be none. */
extern bool dc_train_with_workers(DcTrainer *trainer, DcShare *share);

#endif							/* DC_MATCH_TRAIN_H */
