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
#include "match/explain.h"
#include "match/parallel.h"
#include "match/read.h"
#include "match/store.h"

static void
show_progress(int64 done, int64 total)
{
	if (done == 0)
		dc_progress_phase(PHASE_SCORING, total);
	dc_progress_done(done);
}

/* ---------- dedupe() ---------- */

/*
 * One matching run at a time for a controller; the second waits, and then sees what the first and all that
 * committed meanwhile have written: reading goes by the snapshot taken here, which the caller pops.
 */
static void
lock_matching(int controller_id)
{
	SPI_execute(psprintf("SELECT pg_catalog.pg_advisory_xact_lock(823752647, %d)", controller_id), false, 0);
	PushActiveSnapshot(GetTransactionSnapshot());
}

static void
note_run(int controller_id, int64 contacts)
{
	Oid			types[] = {INT4OID, INT8OID};
	Datum		args[] = {Int32GetDatum(controller_id), Int64GetDatum(contacts)};

	if (SPI_execute_with_args("SELECT dropcontact.note_match_run($1, $2)", 2, types, args, NULL, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not note the run of matching");
}

double
dc_threshold_weight(const char *setting)
{
	double		probability;

	SPI_execute(psprintf("SELECT dropcontact.setting_value('%s')", setting), true, 1);
	probability = atof(SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1));
	return log2(probability / Max(1e-15, 1 - probability));
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
	DcEdges		edges = {.model = &model};
	DcDecision *decisions;
	int			ndecisions;
	DcClusters *clusters;
	double		merge_weight;
	Datum		values[6];
	bool		nulls[6] = {false};

	InitMaterializedSRF(fcinfo, 0);
	SPI_connect();
	duty = dc_run_open("detect_duplicates");
	lock_matching(duty.controller_id);
	merge_weight = dc_threshold_weight("merge_threshold");
	edges.review_weight = Min(dc_threshold_weight("review_threshold"), merge_weight);
	old = MemoryContextSwitchTo(context);
	dc_progress_start(OPERATION_DEDUPE);
	dc_progress_phase(PHASE_READING, 0);
	edges.population = dc_read_population(duty.controller_id);
	edges.population->progress = show_progress;
	dc_progress_phase(PHASE_COUNTING, 0);
	dc_load_statistics(edges.population, duty.controller_id, &model);
	dc_progress_phase(PHASE_KEYS, edges.population->nrecords);
	values[1] = Int64GetDatum(dc_score_candidates(&edges));
	decisions = dc_read_decisions(edges.population, duty.controller_id, &ndecisions);
	dc_progress_phase(PHASE_CLUSTERING, edges.n);
	clusters = dc_cluster(edges.population, &model, edges.edge, edges.n, decisions, ndecisions, dc_read_barred(edges.population, duty.controller_id), merge_weight);
	dc_progress_phase(PHASE_WRITING, edges.population->nrecords);
	values[0] = Int64GetDatum(edges.population->nrecords);
	values[2] = Int64GetDatum(clusters->matched);
	values[4] = Int64GetDatum(dc_store_entities(edges.population, duty.controller_id, clusters, false));
	dc_store_companies(edges.population, duty.controller_id, dc_resolve_companies(edges.population, clusters), clusters->entity, false);
	values[3] = Int64GetDatum(dc_store_reviews(&edges, decisions, ndecisions, duty.controller_id, clusters, false));
	note_run(duty.controller_id, edges.population->nrecords);
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
	lock_matching(duty.controller_id);
	old = MemoryContextSwitchTo(context);
	dc_progress_start(OPERATION_TRAIN);
	dc_progress_phase(PHASE_READING, 0);
	p = dc_read_population(duty.controller_id);
	p->progress = show_progress;
	p->fitting = show_fitting;
	dc_progress_phase(PHASE_COUNTING, 0);
	dc_count_values(p);
	dc_find_shared(p);
	dc_progress_phase(PHASE_FITTING, 0);
	dc_train_model(p, &model);
	dc_progress_phase(PHASE_WRITING, 0);
	dc_store_statistics(p, duty.controller_id, &model);
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
