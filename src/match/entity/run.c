/*-------------------------------------------------------------------------
 *
 * run.c
 *	  What a run of matching over all contacts and one over what changed have in common.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "executor/spi.h"
#include "utils/snapmgr.h"

#include "contact/words.h"
#include "duty/duty.h"
#include "duty/plan.h"
#include "duty/progress.h"
#include "match/entity/run.h"
#include "match/entity/store.h"
#include "match/index/key_index.h"
#include "match/index/updated.h"
#include "match/pack/read.h"

static void
take_lock(int controller_id)
{
	dc_lock_controller(controller_id, DC_LOCK_MATCHING, ExclusiveLock);
	dc_index_heal();
}

void
dc_lock_matching(int controller_id)
{
	take_lock(controller_id);
	PushActiveSnapshot(GetTransactionSnapshot());
}

/* What is forgotten here, the snapshot taken after it sees. */
void
dc_begin_matching(int controller_id)
{
	take_lock(controller_id);
	dc_forget_updated(controller_id);
	PushActiveSnapshot(GetTransactionSnapshot());
}

void
dc_await_matching(int controller_id)
{
	dc_lock_controller(controller_id, DC_LOCK_MATCHING, ShareLock);
}

void
dc_see_own_changes(void)
{
	CommandCounterIncrement();
	UpdateActiveSnapshotCommandId();
}

/*
 * In a transaction whose snapshot stays, a contact that it sees may have been deleted since: an error, serialization_failure.
 * One that is being deleted is passed over: who deletes it waits for this run, and then takes away what refers to it.
 */
static void
check_contacts(const DcPopulation *p, int controller_id, bool partial)
{
	const char *query = "SELECT count(*) FROM (SELECT FROM dropcontact.contact c WHERE c.controller_id = $1%s FOR KEY SHARE SKIP LOCKED) x";
	Oid			types[] = {INT4OID, INT8ARRAYOID};
	Datum		args[] = {Int32GetDatum(controller_id), 0};

	if (!IsolationUsesXactSnapshot())
		return;
	if (partial)
		args[1] = dc_contact_ids(p);
	if (SPI_execute_with_args(psprintf(query, partial ? " AND c.contact_id = ANY ($2)" : ""), partial ? 2 : 1, types, args, NULL, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not check the contacts");
}

/* Two probabilities as weights, by one query. */
DcThresholds
dc_read_thresholds(int controller_id)
{
	Oid			types[] = {INT4OID};
	Datum		args[] = {Int32GetDatum(controller_id)};
	double		weight[2];
	bool		isnull;

	dc_execute("SELECT pg_catalog.max(coalesce(v.value, d.default_value)) FILTER (WHERE d.setting = 'merge_threshold')::float8, "
			   "pg_catalog.max(coalesce(v.value, d.default_value)) FILTER (WHERE d.setting = 'review_threshold')::float8 "
			   "FROM dropcontact.setting_default() d LEFT JOIN dropcontact.setting_value v ON v.controller_id = $1 AND v.setting = d.setting",
			   1, types, args, true, SPI_OK_SELECT);
	for (int i = 0; i < 2; i++)
	{
		double		probability = DatumGetFloat8(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, i + 1, &isnull));

		weight[i] = log2(probability / Max(1e-15, 1 - probability));
	}
	return (DcThresholds) {.merge = weight[0], .review = Min(weight[1], weight[0])};
}

static uint64
add_to_hash(uint64 hash, const void *data, size_t size)
{
	return hash_combine64(hash, hash_bytes_extended(data, size, 0));
}

uint64
dc_match_signature(const DcPopulation *p, const DcModel *model, const DcThresholds *thresholds, int controller_id)
{
	uint64		hash = DC_INDEX_FORMAT;
	uint64		words = dc_words_checksum(controller_id);
	int			levels = dc_level_count(p);

	hash = add_to_hash(hash, &words, sizeof(words));
	hash = add_to_hash(hash, &thresholds->merge, sizeof(double));
	hash = add_to_hash(hash, &thresholds->review, sizeof(double));
	hash = add_to_hash(hash, &p->size, sizeof(double));
	hash = add_to_hash(hash, &model->prior, sizeof(double));
	hash = add_to_hash(hash, model->m, sizeof(double) * levels);
	hash = add_to_hash(hash, model->u, sizeof(double) * levels);
	for (int i = 0; i < p->nfields; i++)
	{
		hash = add_to_hash(hash, &p->field_kind[i], sizeof(DcFieldKind));
		hash = add_to_hash(hash, p->field_name[i], strlen(p->field_name[i]));
	}
	return hash;
}

void
dc_settle_edges(DcEdges *edges, int controller_id, const DcThresholds *thresholds, bool partial, DcMatchCounts *counts)
{
	DcPopulation *p = edges->population;
	int			ndecisions;
	bool	   *barred = dc_read_barred(p);
	DcDecision *decisions = dc_read_decisions(p, controller_id, barred, &ndecisions);
	uint64	   *fingerprint;
	DcClusters *clusters;

	dc_progress_phase(PHASE_CLUSTERING, dc_count_edges(&edges->found));
	fingerprint = dc_fingerprints(p);
	clusters = dc_cluster(p, edges->model, dc_sort_edge_list(&edges->found, fingerprint), fingerprint, decisions, ndecisions, barred, thresholds->merge);
	pfree(fingerprint);
	dc_progress_phase(PHASE_WRITING, p->nrecords);
	check_contacts(p, controller_id, partial);
	counts->matched = clusters->matched;
	counts->entities = dc_store_entities(p, controller_id, clusters, partial);
	if (!partial)
		dc_store_companies(p, controller_id, dc_resolve_companies(p, clusters), clusters->entity, false);
	counts->review = dc_store_reviews(edges, decisions, ndecisions, controller_id, clusters, partial);
}

void
dc_note_match_run(int controller_id, int64 contacts, bool wrote)
{
	Oid			types[] = {INT4OID, INT8OID, BOOLOID};
	Datum		args[] = {Int32GetDatum(controller_id), Int64GetDatum(contacts), BoolGetDatum(wrote)};

	dc_execute("SELECT dropcontact.note_match_run($1, $2, $3)", 3, types, args, false, SPI_OK_SELECT);
}
