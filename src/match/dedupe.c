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
#include "utils/array.h"
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

static void
show_progress(int64 done, int64 total)
{
	if (done == 0)
		dc_progress_phase(PHASE_SCORING, total);
	dc_progress_done(done);
}

/* ---------- decisions ---------- */

static bool
is_rejected(const DcDecision *decisions, int n, int a, int b)
{
	for (int low = 0, high = n - 1; low <= high;)
	{
		int			middle = low + (high - low) / 2;
		const DcDecision *d = &decisions[middle];

		if (d->a == a && d->b == b)
			return !d->match;
		if (d->a < a || (d->a == a && d->b < b))
			low = middle + 1;
		else
			high = middle - 1;
	}
	return false;
}

/* ---------- writing ---------- */

static Datum
array_of(Datum *datums, int n, Oid type)
{
	bool		by_value = type != TEXTOID && type != JSONBOID;

	return PointerGetDatum(construct_array(datums, n, type, by_value ? sizeof(int64) : -1, by_value ? FLOAT8PASSBYVAL : false,
										   by_value ? TYPALIGN_DOUBLE : TYPALIGN_INT));
}

static Datum *
new_datums(size_t n)
{
	return MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Datum) * (n + 1));
}

static void
run(const char *query, int nargs, Oid *types, Datum *args)
{
	int			result = SPI_execute_with_args(query, nargs, types, args, NULL, false, 0);

	if (result < 0)
		elog(ERROR, "could not write entities: %s", SPI_result_code_string(result));
}

/* Hands the clusters to SQL, which keeps the ids and writes the difference; answers the number of clusters. */
static int64
write_entities(const DcPopulation *p, int controller_id, DcClusters *clusters)
{
	Oid			types[] = {INT4OID, INT8ARRAYOID, INT8ARRAYOID, FLOAT8ARRAYOID};
	Datum		args[4] = {Int32GetDatum(controller_id)};
	Datum	   *contact = new_datums(p->nrecords);
	Datum	   *cluster = new_datums(p->nrecords);
	Datum	   *link = new_datums(p->nrecords);
	bool	   *joined = MemoryContextAllocExtended(CurrentMemoryContext, (Size) p->nrecords + 1, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	int64		entities = 0;
	int			n = 0;

	for (int i = 0; i < p->nrecords; i++)
	{
		int			root = dc_root(clusters, i);

		entities += root == i;
		if (root != i)
			joined[i] = joined[root] = true;
	}
	for (int i = 0; i < p->nrecords; i++)
		if (joined[i])
		{
			int			root = dc_root(clusters, i);

			contact[n] = Int64GetDatum(p->records[i].contact_id);
			cluster[n] = Int64GetDatum(p->records[root].contact_id);
			link[n++] = Float8GetDatum(root == i ? 1.0 : dc_probability(clusters->link[i]));
		}
	args[1] = array_of(contact, n, INT8OID);
	args[2] = array_of(cluster, n, INT8OID);
	args[3] = array_of(link, n, FLOAT8OID);
	run("SELECT dropcontact.store_entities($1, $2, $3, $4)", 4, types, args);
	return entities;
}

/* The organisation of each person, where it is known, by one of its contacts. */
static void
write_companies(const DcPopulation *p, int controller_id, DcClusters *clusters)
{
	Oid			types[] = {INT4OID, INT8ARRAYOID, INT8ARRAYOID};
	Datum		args[3] = {Int32GetDatum(controller_id)};
	int		   *company = dc_resolve_companies(p, clusters);
	Datum	   *contact;
	Datum	   *organisation;
	int			n = 0;

	for (int i = 0; i < p->nrecords; i++)
		n += company[i] >= 0;
	contact = new_datums(n);
	organisation = new_datums(n);
	n = 0;
	for (int i = 0; i < p->nrecords; i++)
		if (company[i] >= 0)
		{
			contact[n] = Int64GetDatum(p->records[i].contact_id);
			organisation[n++] = Int64GetDatum(p->records[company[i]].contact_id);
		}
	args[1] = array_of(contact, n, INT8OID);
	args[2] = array_of(organisation, n, INT8OID);
	run("SELECT dropcontact.store_companies($1, $2, $3)", 3, types, args);
}

/* Edges between clusters are for a person to decide; a pair is an edge once or, after others, again. */
static int64
write_reviews(const DcEdges *edges, const DcDecision *decisions, int ndecisions, int controller_id, DcClusters *clusters)
{
	Oid			types[] = {INT4OID, INT8ARRAYOID, INT8ARRAYOID, FLOAT8ARRAYOID, JSONBARRAYOID};
	Datum		args[5] = {Int32GetDatum(controller_id)};
	DcPopulation *p = edges->population;
	Datum	   *a = new_datums(edges->n);
	Datum	   *b = new_datums(edges->n);
	Datum	   *probability = new_datums(edges->n);
	Datum	   *evidence = new_datums(edges->n);
	int			n = 0;

	for (size_t i = 0; i < edges->n; i++)
	{
		const DcEdge *edge = &edges->edge[i];
		DcScore		score;

		CHECK_FOR_INTERRUPTS();
		if (i > 0 && edge[-1].a == edge->a && edge[-1].b == edge->b)
			continue;
		if (dc_root(clusters, edge->a) == dc_root(clusters, edge->b) || is_rejected(decisions, ndecisions, edge->a, edge->b))
			continue;
		dc_score_pair(p, edges->model, &p->records[edge->a], &p->records[edge->b], &score);
		a[n] = Int64GetDatum(p->records[edge->a].contact_id);
		b[n] = Int64GetDatum(p->records[edge->b].contact_id);
		probability[n] = Float8GetDatum(dc_probability(score.weight));
		evidence[n++] = dc_evidence(p, edges->model, &score);
	}
	args[1] = array_of(a, n, INT8OID);
	args[2] = array_of(b, n, INT8OID);
	args[3] = array_of(probability, n, FLOAT8OID);
	args[4] = array_of(evidence, n, JSONBOID);
	run("SELECT dropcontact.store_reviews($1, $2, $3, $4, $5)", 5, types, args);
	return n;
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

	run("SELECT dropcontact.note_match_run($1, $2)", 2, types, args);
}

/* A threshold of probability as a weight. */
static double
threshold_weight(const char *setting)
{
	double		probability;

	SPI_execute(psprintf("SELECT dropcontact.setting_value('%s')", setting), true, 1);
	probability = atof(SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1));
	return log2(probability / Max(1e-15, 1 - probability));
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
	merge_weight = threshold_weight("merge_threshold");
	edges.review_weight = Min(threshold_weight("review_threshold"), merge_weight);
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
	dc_progress_phase(PHASE_WRITING, 0);
	values[0] = Int64GetDatum(edges.population->nrecords);
	values[2] = Int64GetDatum(clusters->matched);
	values[4] = Int64GetDatum(write_entities(edges.population, duty.controller_id, clusters));
	write_companies(edges.population, duty.controller_id, clusters);
	values[3] = Int64GetDatum(write_reviews(&edges, decisions, ndecisions, duty.controller_id, clusters));
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

static void
put_level(ReturnSetInfo *rsinfo, const char *field, const char *level, double m, double u)
{
	Datum		values[5] = {CStringGetTextDatum(field), CStringGetTextDatum(level), Float8GetDatum(m), Float8GetDatum(u), Float8GetDatum(log2(m / u))};
	bool		nulls[5] = {false};

	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
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
	dc_progress_phase(PHASE_COUNTING, 0);
	dc_count_values(p);
	dc_find_shared(p);
	dc_progress_phase(PHASE_FITTING, 0);
	dc_train_model(p, &model);
	dc_progress_phase(PHASE_WRITING, 0);
	dc_store_statistics(p, duty.controller_id, &model);
	for (int l = 0; l < dc_level_count(p); l++)
		put_level(rsinfo, dc_level_field(p, l), dc_level_spec(p, l)->name, model.m[l], model.u[l]);
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
	for (int l = 0; l < dc_level_count(&declared); l++)
		put_level(rsinfo, dc_level_field(&declared, l), dc_level_spec(&declared, l)->name, model.m[l], model.u[l]);
	return (Datum) 0;
}
