/*-------------------------------------------------------------------------
 *
 * train_parts.h
 *	  What the parts of train.c share.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_MATCH_TRAIN_PARTS_H
#define DC_MATCH_TRAIN_PARTS_H

#include "base/port.h"

#include "match/train/train.h"

#define SAMPLE_PAIRS 300000
#define RANDOM_PAIRS 200000
#define CHUNK 4096				/* pairs that a process takes at a time */
#define RANDOM_CHUNKS ((RANDOM_PAIRS + CHUNK - 1) / CHUNK)
#define MAX_DRAWERS 4			/* processes that draw candidate pairs: each needs room for a whole sample */

/* How far ahead of its turn what a pair needs is asked for: its records, then where their texts are, then these. */
#define FAR 12
#define NEAR 8
#define NEXT 4

/* A candidate pair that may stay in the sample: it is scored once it is known to. */
typedef struct DrawnPair
{
	uint64		hash;			/* of the block, or in a large one of the pair */
	int			a;
	int			b;
} DrawnPair;

/* All pairs that a process has met whose hash is below the threshold. */
typedef struct Draw
{
	uint64		threshold;
	int			halvings;		/* of the threshold */
	int			n;
	DrawnPair	drawn[SAMPLE_PAIRS];
} Draw;

typedef struct SampledPair
{
	uint8		n;
	uint8		level[DC_MAX_STEPS];
	float		stands_for;		/* pairs of contacts */
	uint32		possible;		/* levels of organisation and place that both have the values for */
	float		surprise[DC_MAX_STEPS];
} SampledPair;

/* What pairs showed at each level, and those that could have shown it. */
typedef struct LevelTotals
{
	double		seen[L_COUNT];
	double		total[L_COUNT];
} LevelTotals;

/* What all processes see; behind it the draws of each. */
struct DcTraining
{
	pg_atomic_uint32 next_random;	/* chunks that are to be taken */
	pg_atomic_uint32 next_drawn;
	DcModel		model;
	LevelTotals totals[RANDOM_CHUNKS];	/* of random pairs */
	int			ndraws;
	int			ndrawn;
	int			drawn[SAMPLE_PAIRS][2];
	SampledPair pair[SAMPLE_PAIRS];	/* the drawn ones scored */
	int			nrecords;		/* that random pairs are made of */
	int			record[FLEXIBLE_ARRAY_MEMBER];
};

#define TRAINING_SIZE(nrecords) MAXALIGN(offsetof(DcTraining, record) + sizeof(int) * ((size_t) (nrecords) + 1))

/* What a process has drawn. */
static inline Draw *
draw_of(DcTraining *training, int process)
{
	return (Draw *) ((char *) training + TRAINING_SIZE(training->nrecords)) + process;
}

/* What the leader alone knows. */
struct DcTrainingLeader
{
	uint64	   *fingerprint;	/* of each record */
	int		   *record;			/* that random pairs are made of */
	int			nrecords;
	double		chance[L_COUNT];	/* of what levels by frequency agree on; 0 where u is not fitted */
	double		share;			/* of all candidate pairs that were drawn */
};

/* The first and last level of the group of each level. */
typedef struct GroupBounds
{
	uint8		first[L_COUNT];
	uint8		last[L_COUNT];
} GroupBounds;

/* What a level by frequency agrees on. */
typedef struct DcAgreement
{
	size_t		column;			/* 0: its u is not fitted */
	int			word;
	double		chance;
} DcAgreement;

/* Asks for the records of a pair to come; for where the texts are that are compared in most pairs; for these. */
static pg_attribute_always_inline void
ask_for_pair(const DcPopulation *p, int a, int b)
{
	DC_PREFETCH(&p->records[a]);
	DC_PREFETCH((const char *) &p->records[a] + 64);
	DC_PREFETCH(&p->records[b]);
	DC_PREFETCH((const char *) &p->records[b] + 64);
}

static pg_attribute_always_inline void
ask_for_values(const DcPopulation *p, int r)
{
	const DcValue values[] = {p->records[r].first, p->records[r].last, p->records[r].company, p->records[r].email[0]};

	for (int v = 0; v < lengthof(values); v++)
	{
		DC_PREFETCH(&p->text[values[v]]);
		DC_PREFETCH(&p->letters[values[v]]);
		DC_PREFETCH(&p->surprise[values[v]]);
	}
}

static pg_attribute_always_inline void
ask_for_names(const DcPopulation *p, int r)
{
	DC_PREFETCH(p->text[p->records[r].first]);
	DC_PREFETCH(p->text[p->records[r].last]);
	DC_PREFETCH(p->text[p->records[r].company]);
	DC_PREFETCH(p->text[p->records[r].email[0]]);
}

/* Asks for what the pairs after this one need. */
static pg_attribute_always_inline void
look_ahead(const DcPopulation *p, const int (*pair)[2], int i, int n)
{
	if (i + FAR < n)
		ask_for_pair(p, pair[i + FAR][0], pair[i + FAR][1]);
	if (i + NEAR < n)
	{
		ask_for_values(p, pair[i + NEAR][0]);
		ask_for_values(p, pair[i + NEAR][1]);
	}
	if (i + NEXT < n)
	{
		ask_for_names(p, pair[i + NEXT][0]);
		ask_for_names(p, pair[i + NEXT][1]);
	}
}

/* train_level.c */
extern uint32 dc_possible_levels(const DcRecord *a, const DcRecord *b);
extern void dc_find_bounds(const DcPopulation *population, GroupBounds *bounds);
extern void dc_add_total(double *total, const GroupBounds *bounds, int level, uint32 possible, double amount);
extern bool dc_is_identifier(int level);
extern bool dc_is_agreed_identifier(int level);

/* train_random.c */
extern int *dc_draw_records(const DcPopulation *population, const uint64 *fingerprint, int *n);
extern void dc_score_random(DcTrainer *trainer);

/* train_sample.c */
extern void dc_start_draw(Draw *draw);
extern void dc_draw_pairs(DcTrainer *trainer);
extern void dc_join_draws(DcTrainer *trainer);
extern void dc_score_sample(DcTrainer *trainer);

/* train_related.c */
extern void dc_fit_related(const DcPopulation *population, const int *record, int n, DcModel *model);

/* train_fit.c */
extern double dc_level_chance(const DcPopulation *population, int level, DcAgreement *previous);
extern void dc_fit_u(DcTrainer *trainer);
extern void dc_maximise(const DcTrainer *trainer);

#endif							/* DC_MATCH_TRAIN_PARTS_H */
