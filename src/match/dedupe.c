/*-------------------------------------------------------------------------
 *
 * dedupe.c
 *	  dedupe() and train(): the engine on all contacts of a controller.
 *
 * The contacts are read once and packed; candidate pairs above the review threshold are
 * edges; clusters of edges become entities.  Only memberships and reviews that change are
 * written, so a second run changes nothing.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "base/version.h"
#include "duty/duty.h"
#include "duty/progress.h"
#include "match/entity/run.h"
#include "match/index/key_index.h"
#include "match/pack/read.h"
#include "match/pending/pending.h"
#include "match/train/train.h"
#include "match/workers/parallel.h"

static void
show_progress(int64 done, int64 total)
{
	if (done == 0)
		dc_progress_phase(PHASE_SCORING, total);
	dc_progress_done(done);
}

/* ---------- dedupe() ---------- */

typedef struct DedupeRun
{
	int			controller_id;
	uint64		signature;
	bool		no_index;		/* there is no index of keys */
	DcIndexWriter *writer;		/* of the one that there is going to be */
} DedupeRun;

/* The keys of this run are those that the next compares with.  Where there are no others they are written while workers score. */
static void
write_keys(DcEdges *edges, DcKeyTable *table, void *state)
{
	DedupeRun  *run = state;

	if (!run->no_index)
		return;
	dc_progress_phase(PHASE_WRITING, edges->population->nrecords);
	run->writer = dc_index_begin(edges->population, table, run->controller_id);
}

static void
keep_keys(DcEdges *edges, DcKeyTable *table, void *state)
{
	DedupeRun  *run = state;

	if (run->writer == NULL)
		dc_progress_phase(PHASE_WRITING, edges->population->nrecords);
	dc_index_end(run->writer, edges->population, table, run->controller_id, run->signature);
}

static void
show_fitting(int64 done, int64 total)
{
	if (done == 0)
		dc_progress_phase(PHASE_FITTING, total);
	dc_progress_done(done);
}

PG_FUNCTION_INFO_V1(dedupe);
Datum
dedupe(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "dropcontact dedupe", ALLOCSET_DEFAULT_SIZES);
	TimestampTz started = GetCurrentTimestamp();
	MemoryContext old;
	DcRun		duty;
	DcModel		model;
	DedupeRun	run;
	DcEdges		edges = {.model = &model, .keys_made = write_keys, .keys_left = keep_keys, .keys_state = &run};
	DcThresholds thresholds;
	DcMatchCounts counts;
	IdList		touched = {0};
	bool		wrote = TransactionIdIsValid(GetTopTransactionIdIfAny());
	Datum		values[6];
	bool		nulls[6] = {false};

	InitMaterializedSRF(fcinfo, 0);
	SPI_connect();
	duty = dc_run_open("detect_duplicates");
	dc_begin_matching(duty.controller_id);
	thresholds = dc_read_thresholds(duty.controller_id);
	edges.review_weight = thresholds.review;
	old = MemoryContextSwitchTo(context);
	dc_progress_start(OPERATION_DEDUPE);
	dc_progress_phase(PHASE_READING, 0);
	dc_take_touched(duty.controller_id, &touched);
	edges.population = dc_read_population(duty.controller_id);
	edges.population->progress = show_progress;
	dc_progress_phase(PHASE_COUNTING, 0);
	dc_load_statistics(edges.population, duty.controller_id, &model);
	dc_progress_phase(PHASE_KEYS, edges.population->nrecords);
	run = (DedupeRun) {
		.controller_id = duty.controller_id,
		.signature = dc_match_signature(edges.population, &model, &thresholds, duty.controller_id),
		.no_index = dc_index_make_room(duty.controller_id),
	};
	values[1] = Int64GetDatum(dc_score_candidates(&edges));
	dc_settle_edges(&edges, duty.controller_id, &thresholds, false, &counts);
	values[0] = Int64GetDatum(edges.population->nrecords);
	values[2] = Int64GetDatum(counts.matched);
	values[3] = Int64GetDatum(counts.review);
	values[4] = Int64GetDatum(counts.entities);
	dc_note_match_run(duty.controller_id, edges.population->nrecords, wrote);
	dc_progress_end();
	MemoryContextSwitchTo(old);
	dc_run_close(&duty, edges.population->nrecords);
	PopActiveSnapshot();
	SPI_finish();
	MemoryContextDelete(context);
	values[5] = DirectFunctionCall2(timestamp_mi, TimestampTzGetDatum(GetCurrentTimestamp()), TimestampTzGetDatum(started));
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	return (Datum) 0;
}

/* ---------- train() ---------- */

/* One row a level; the last column is not among those of train(). */
static void
put_levels(ReturnSetInfo *rsinfo, const DcPopulation *p, const DcModel *model)
{
	for (int l = 0; l < dc_level_count(p); l++)
	{
		const DcLevelSpec *spec = dc_level_spec(p, l);
		double		u = dc_shown_u(spec, model->u[l]);
		Datum		values[6] = {CStringGetTextDatum(dc_level_field(p, l)), CStringGetTextDatum(spec->name),
			Float8GetDatum(model->m[l]), Float8GetDatum(u), Float8GetDatum(log2(model->m[l] / u)), BoolGetDatum(spec->by_frequency)};
		bool		nulls[6] = {false};

		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
}

PG_FUNCTION_INFO_V1(train);
Datum
train(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "dropcontact train", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old;
	DcRun		duty;
	DcModel		model;
	DcPopulation *p;

	InitMaterializedSRF(fcinfo, 0);
	SPI_connect();
	duty = dc_run_open("detect_duplicates");
	dc_lock_matching(duty.controller_id);
	old = MemoryContextSwitchTo(context);
	dc_progress_start(OPERATION_TRAIN);
	dc_progress_phase(PHASE_READING, 0);
	p = dc_read_sample(duty.controller_id);
	p->progress = show_progress;
	p->fitting = show_fitting;
	dc_progress_phase(PHASE_COUNTING, 0);
	dc_count_values(p);
	dc_find_shared(p);
	dc_progress_phase(PHASE_WRITING, 0);
	dc_store_frequencies(p, duty.controller_id);
	dc_progress_phase(PHASE_FITTING, 0);
	dc_train_model(p, &model);
	dc_progress_phase(PHASE_WRITING, 0);
	dc_store_model(p, duty.controller_id, &model);
	dc_index_invalidate(duty.controller_id);
	put_levels(rsinfo, p, &model);
	dc_progress_end();
	MemoryContextSwitchTo(old);
	dc_run_close(&duty, p->nrecords);
	PopActiveSnapshot();
	SPI_finish();
	MemoryContextDelete(context);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(built_in_model);
Datum
built_in_model(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	DcPopulation declared = {.nfields = 2, .field_kind = {KIND_EXACT, KIND_DATE}, .field_name = {"field", "date field"}};
	DcModel		model;

	InitMaterializedSRF(fcinfo, 0);
	dc_model_default(&declared, &model);
	put_levels(rsinfo, &declared, &model);
	return (Datum) 0;
}
