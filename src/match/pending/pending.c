/*-------------------------------------------------------------------------
 *
 * pending.c
 *	  match_pending(): matching of what changed since the last run, by hand or inside the writing transaction.
 *
 * The entities are afterwards those that dedupe() would give.  A contact is compared with those that share a key
 * with it; the entities, pairs to be reviewed and decisions that it and its new edges lead to are made anew from all
 * edges among them, and nothing else is touched.  That is enough, because each edge of the last
 * run is inside an entity, in the review queue or decided about, and clusters depend on edges among their
 * members only.  When there is no index, or so much changed that it would be slower, dedupe() runs.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "access/table.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "duty/duty.h"
#include "duty/plan.h"
#include "duty/written.h"
#include "match/entity/run.h"
#include "match/entity/store.h"
#include "match/index/updated.h"
#include "match/pack/read.h"
#include "match/pending/pending.h"

/* From this share of the contacts on, matching all of them is cheaper. */
#define MANY_SHARE 4

/*
 * Empties match_touched for a controller, and answers the contacts that it meant.  Members are looked up entity by entity: what
 * the planner thinks of a list that has just been taken would have it read all members for two contacts.
 */
#define TAKE_TOUCHED \
	"WITH taken AS (DELETE FROM dropcontact.match_touched t WHERE t.controller_id = $1 RETURNING t.contact_id, t.entity_id) " \
	"SELECT pg_catalog.array_agg(x.c) FROM (SELECT t.contact_id FROM taken t WHERE t.contact_id IS NOT NULL UNION " \
	"SELECT m.contact_id FROM (SELECT DISTINCT t.entity_id FROM taken t WHERE t.entity_id IS NOT NULL) t " \
	"CROSS JOIN LATERAL (SELECT e.contact_id FROM dropcontact.entity_member e WHERE e.entity_id = t.entity_id OFFSET 0) m) x(c)"

/* Of pairs that no longer meet, one of those that the last run had in one entity or in the review queue. */
#define STILL_TOGETHER \
	"SELECT pg_catalog.array_agg(p.a) FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2)) AS p(a, b) " \
	"WHERE EXISTS (SELECT FROM dropcontact.entity_member x JOIN dropcontact.entity_member y USING (entity_id) WHERE x.contact_id = p.a AND y.contact_id = p.b) " \
	"OR EXISTS (SELECT FROM dropcontact.match_pair m WHERE m.a_contact_id = p.a AND m.b_contact_id = p.b)"

/*
 * Those that entities, the review queue and decisions lead to from contacts, one step.  Entity by entity: before the first
 * ANALYZE the planner takes entities for so large that it would read all members for two contacts.  The other conditions are
 * those of among(): the review queue and the rest mostly have fewer rows than there are contacts.
 */
#define LED_TO \
	"SELECT pg_catalog.array_agg(n.contact_id) FROM (" \
	"SELECT y.contact_id FROM dropcontact.entity_member x " \
	"CROSS JOIN LATERAL (SELECT m.contact_id FROM dropcontact.entity_member m WHERE m.entity_id = x.entity_id OFFSET 0) y WHERE x.contact_id = ANY ($1) " \
	"UNION ALL SELECT p.b_contact_id FROM dropcontact.match_pair p WHERE p.a_contact_id%1$s " \
	"UNION ALL SELECT p.a_contact_id FROM dropcontact.match_pair p WHERE p.b_contact_id%1$s " \
	"UNION ALL SELECT d.b_contact_id FROM dropcontact.match_decision d WHERE d.a_contact_id%2$s " \
	"UNION ALL SELECT d.a_contact_id FROM dropcontact.match_decision d WHERE d.b_contact_id%2$s " \
	"UNION ALL SELECT pg_catalog.unnest(l.beside) FROM dropcontact.processing_limit l WHERE l.contact_id%3$s AND l.lifted_at IS NULL) n"

/* So many look-ups in an index take as long as reading a block. */
#define LOOKUPS_A_BLOCK 8
#define FEW_LOOKUPS 1000

/* What is asked of a column that is to be among so many ids: by the index, or, when the table is smaller, by reading it. */
static const char *
among(const char *table, size_t n)
{
	Relation	rel = table_open(get_relname_relid(table, get_namespace_oid("dropcontact", false)), AccessShareLock);
	bool		is_small = rel->rd_rel->relkind == RELKIND_RELATION && n > FEW_LOOKUPS && (size_t) RelationGetNumberOfBlocks(rel) * LOOKUPS_A_BLOCK < n;

	table_close(rel, NoLock);
	/* the sum is in no index */
	return is_small ? " + 0 IN (SELECT pg_catalog.unnest($1))" : " = ANY ($1)";
}

/* Adds the ids of the array that a query answers. */
static void
add_ids(IdList *list, const char *query, int nargs, const Oid *types, const Datum *args)
{
	bool		isnull;
	Datum		ids = dc_execute_value(query, nargs, types, args, false, &isnull);

	if (!isnull)
		dc_push_array(list, ids);
}

/* ---------- the edges that are new ---------- */

/* Scores the pairs touched; both contacts of those that weigh enough are touched too. */
static void
add_new_edges(const DcGathered *g, const DcThresholds *thresholds, Touched *touched)
{
	DcPopulation *p = g->population;

	dc_sort_pairs(&touched->pairs);
	for (size_t i = 0; i < touched->pairs.n; i += 2)
	{
		int			a = dc_gathered_record(g, touched->pairs.id[i]);
		int			b = dc_gathered_record(g, touched->pairs.id[i + 1]);
		DcScore		score;

		CHECK_FOR_INTERRUPTS();
		if (a < 0 || b < 0)
			continue;
		dc_score_pair(p, &g->model, &p->records[a], &p->records[b], &score);
		if (score.weight < thresholds->review)
			continue;
		dc_push_id(&touched->contacts, touched->pairs.id[i]);
		dc_push_id(&touched->contacts, touched->pairs.id[i + 1]);
	}
}

static void
add_lost_edges(Touched *touched)
{
	Oid			types[] = {INT8ARRAYOID, INT8ARRAYOID};
	IdList		a = {0};
	IdList		b = {0};
	Datum		args[2];

	dc_sort_pairs(&touched->apart);
	for (size_t i = 0; i < touched->apart.n; i += 2)
	{
		dc_push_id(&a, touched->apart.id[i]);
		dc_push_id(&b, touched->apart.id[i + 1]);
	}
	if (a.n == 0)
		return;
	args[0] = dc_id_array(&a);
	args[1] = dc_id_array(&b);
	add_ids(&touched->contacts, STILL_TOGETHER, 2, types, args);
}

/* ---------- entities made anew ---------- */

/* The contacts, ascending, and all that they lead to, breadth first; a query a step. */
static void
add_closure(IdList *scope, const IdList *contacts)
{
	const Oid	types[] = {INT8ARRAYOID};
	IdList		frontier = *contacts;

	while (frontier.n > 0)
	{
		Datum		args[] = {dc_id_array(&frontier)};
		IdList		led_to = {0};
		IdList		new = {0};

		CHECK_FOR_INTERRUPTS();
		for (size_t i = 0; i < frontier.n; i++)
			dc_push_id(scope, frontier.id[i]);
		dc_sort_ids(scope);
		add_ids(&led_to, psprintf(LED_TO, among("match_pair", frontier.n), among("match_decision", frontier.n), among("processing_limit", frontier.n)),
				1, types, args);
		dc_sort_ids(&led_to);
		for (size_t i = 0; i < led_to.n; i++)
			if (!dc_has_id(scope, led_to.id[i]))
				dc_push_id(&new, led_to.id[i]);
		frontier = new;
	}
}

/* The entities of these contacts, which no edge leaves, from all edges among them. */
static void
match_scope(DcGathered *g, DcKeyIndex *index, const DcThresholds *thresholds, const IdList *scope)
{
	DcEdges		edges = {.model = &g->model, .review_weight = thresholds->review};
	DcMatchCounts counts;
	RecordPair *pairs;
	size_t		npairs;

	dc_gather(g, scope);
	edges.population = dc_gathered_part(g, scope);
	pairs = dc_pairs_within(index, edges.population, &npairs);
	for (size_t i = 0; i < npairs; i++)
	{
		CHECK_FOR_INTERRUPTS();
		dc_keep_edge(&edges, pairs[i].a, pairs[i].b);
	}
	dc_settle_edges(&edges, g->controller_id, thresholds, true, &counts);
}

/* ---------- a run ---------- */

/* By index, however few rows match_touched had when the session's plan was made, and however many other controllers have in it. */
void
dc_take_touched(int controller_id, IdList *contacts)
{
	Oid			types[] = {INT4OID};
	Datum		args[] = {Int32GetDatum(controller_id)};
	int			level = NewGUCNestLevel();

	(void) set_config_option("enable_seqscan", "off", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	add_ids(contacts, TAKE_TOUCHED, 1, types, args);
	AtEOXact_GUC(true, level);
}

/* Matches what changed; the index knows of it already.  False when everything is to be matched. */
static bool
match_touched(DcGathered *g, DcKeyIndex *index, const DcThresholds *thresholds, const Changes *changes, Touched *touched)
{
	IdList		scope = {0};

	if (!dc_find_touched(g, index, changes, touched))
		return false;
	add_new_edges(g, thresholds, touched);
	add_lost_edges(touched);
	dc_sort_ids(&touched->contacts);
	add_closure(&scope, &touched->contacts);
	if (dc_too_many(index, scope.n, MANY_SHARE) || dc_organisation_changed(index, changes, &scope))
		return false;
	match_scope(g, index, thresholds, &scope);
	if (changes->state.persons > 0 && changes->state.persons < changes->state.contacts)
		dc_settle_companies(g->controller_id, index, changes);
	return true;
}

typedef enum Outcome
{
	OUTCOME_NOTHING, OUTCOME_MATCHED, OUTCOME_ALL_NEEDED
} Outcome;

/* Have frequencies to be counted anew for so many contacts?  As dc_load_statistics() decides. */
static bool
size_differs(double counted, int64 contacts)
{
	double		live = Max(contacts, 50);

	return counted == 0 || live > 2 * counted || live < counted / 2;
}

/* What changed (contacts: among these only; NULL: among all).  False when everything is to be matched. */
static bool
find_changes(DcGathered *g, const DcThresholds *thresholds, const IdList *contacts, Changes *changes)
{
	const DcPopulation *p = g->population;
	DcKeyIndex *index = dc_index_open(g->controller_id, contacts == NULL);
	bool		usable;

	if (index == NULL)
		return false;
	usable = dc_index_state(index)->signature == dc_match_signature(p, &g->model, thresholds, g->controller_id) &&
		(contacts == NULL ? dc_find_changes(g, index, changes) : dc_compare_contacts(g, index, contacts, changes)) &&
		!size_differs(p->size, changes->state.contacts);
	dc_index_close(index);
	return usable;
}

static Outcome
match_changes(int controller_id, const IdList *contacts, Changes *changes)
{
	DcThresholds thresholds = dc_read_thresholds(controller_id);
	DcGathered *g = dc_gather_open(controller_id);
	Touched		touched = {0};
	DcKeyIndex *index;
	bool		done;

	if (!find_changes(g, &thresholds, contacts, changes))
		return OUTCOME_ALL_NEEDED;
	dc_take_touched(controller_id, &touched.contacts);
	if (changes->n == 0 && touched.contacts.n == 0)
		return OUTCOME_NOTHING;
	dc_index_change(controller_id, changes->old, changes->new, changes->n, &changes->state);
	dc_see_own_changes();
	index = dc_index_open(controller_id, changes->n > 100);
	done = match_touched(g, index, &thresholds, changes, &touched);
	dc_index_close(index);
	return done ? OUTCOME_MATCHED : OUTCOME_ALL_NEEDED;
}

static void
match_all(void)
{
	if (SPI_execute("SELECT FROM dropcontact.dedupe()", false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not match all contacts");
}

PG_FUNCTION_INFO_V1(match_pending);
Datum
match_pending(PG_FUNCTION_ARGS)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "dropcontact match_pending", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	Changes		changes = {0};
	bool		wrote = TransactionIdIsValid(GetTopTransactionIdIfAny());
	DcRun		run;
	int64		pending;
	bool		isnull;

	SPI_connect();
	run = dc_run_open("detect_duplicates");
	dc_begin_matching(run.controller_id);
	switch (match_changes(run.controller_id, NULL, &changes))
	{
		case OUTCOME_ALL_NEEDED:
			pending = DatumGetInt64(dc_execute_value("SELECT dropcontact.count_pending()", 0, NULL, NULL, false, &isnull));
			match_all();
			break;
		default:
			pending = changes.n;
			dc_note_match_run(run.controller_id, changes.state.contacts, wrote);
			break;
	}
	dc_run_close(&run, pending);
	PopActiveSnapshot();
	SPI_finish();
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
	PG_RETURN_INT64(pending);
}

/* ---------- inside the writing transaction ---------- */

static void
match_at_once(const DcWritten *ranges, int n)
{
	IdList		contacts = {0};
	Changes		changes = {0};
	DcRun		run = dc_run_open("detect_duplicates");

	for (int i = 0; i < n; i++)
		for (int64 id = ranges[i].first; id <= ranges[i].last; id++)
			dc_push_id(&contacts, id);
	dc_sort_ids(&contacts);
	dc_lock_matching(run.controller_id);
	if (match_changes(run.controller_id, &contacts, &changes) == OUTCOME_ALL_NEEDED)
		match_all();
	dc_run_close(&run, changes.n);
	PopActiveSnapshot();
}

PG_FUNCTION_INFO_V1(match_written);
Datum
match_written(PG_FUNCTION_ARGS)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "dropcontact matching", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	DcWritten  *ranges;
	int			n = dc_take_written(&ranges);

	if (PG_GETARG_BOOL(0) && n > 0)
	{
		SPI_connect();
		match_at_once(ranges, n);
		SPI_finish();
	}
	else if (PG_GETARG_BOOL(1) && n > 0)
	{
		SPI_connect();
		dc_note_updated(ranges, n);
		SPI_finish();
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
	PG_RETURN_VOID();
}

/* ---------- persons erased ---------- */

/*
 * Contacts of erased persons, deleted already: their neighbours are matched without them, and nothing in the index
 * tells of them any more.
 */
PG_FUNCTION_INFO_V1(match_erased);
Datum
match_erased(PG_FUNCTION_ARGS)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "dropcontact matching", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	int			controller_id = PG_GETARG_INT32(0);
	IdList		contacts = {0};
	Changes		changes = {0};

	SPI_connect();
	dc_lock_matching(controller_id);
	dc_push_array(&contacts, PG_GETARG_DATUM(1));
	dc_sort_ids(&contacts);
	if (match_changes(controller_id, &contacts, &changes) == OUTCOME_ALL_NEEDED)
		dc_index_drop(controller_id);
	else
		for (size_t i = 0; i < contacts.n; i++)
			dc_index_forget(controller_id, contacts.id[i]);
	PopActiveSnapshot();
	SPI_finish();
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
	PG_RETURN_VOID();
}
