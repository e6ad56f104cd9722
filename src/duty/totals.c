/*-------------------------------------------------------------------------
 *
 * totals.c
 *	  What the planner knows of all controllers together stays with the owner.
 *
 * Statistics, sizes of tables and indexes are those of all controllers, and PostgreSQL lets every role see what it
 * estimates from them: EXPLAIN SELECT ... WHERE controller_id = 2 would tell how many contacts controller 2 has, and
 * EXPLAIN ANALYZE, by the rows that a policy has removed, whether it knows a person.  So for a role from which row-level
 * security hides a controller, the planner is told of the tables what they would be without the others: as many rows as
 * the role sees, by the last ANALYZE, in pages of a fixed number of rows; ids and nothing else are distinct.  EXPLAIN
 * ANALYZE of such tables is refused.  A role that sees all controllers is told everything, and so plans as ever.
 *
 * The hooks exist in sessions that have loaded the library: with session_preload_libraries (totals.sql) in all.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/parallel.h"
#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "commands/extension.h"
#include "executor/executor.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "optimizer/pathnode.h"
#include "optimizer/plancat.h"
#include "parser/parse_relation.h"
#include "parser/parsetree.h"
#include "tcop/utility.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rls.h"
#include "utils/selfuncs.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

#include "base/version.h"
#include "duty/duty.h"

/* A table that was never analysed, or of which the role's part is not known, is taken to have so many rows. */
#define UNKNOWN_ROWS 1000
#define ROWS_PER_PAGE 20
#define ENTRIES_PER_PAGE 100
/* Of ids: two rows to each. */
#define ID_DISTINCT -0.5

/* The controllers that the current user sees, remembered for so long: asking takes longer than to insert a row. */
#define REMEMBERED_MS 1000
static struct
{
	Oid			user;
	TimestampTz asked_at;
	bool		others;			/* are there any that it does not see? */
	int			n;
	int		   *ids;			/* in TopMemoryContext */
}			seen;

static bool asking = false;
static bool explaining = false;

static get_relation_info_hook_type next_relation_info = NULL;
static get_relation_stats_hook_type next_relation_stats = NULL;
static ExecutorStart_hook_type next_executor_start = NULL;
static ProcessUtility_hook_type next_process_utility = NULL;

/* ---------- from whom is something hidden ---------- */

static bool
may_ask(void)
{
	oidvector  *none = buildoidvector(NULL, 0);
	Oid			function = GetSysCacheOid3(PROCNAMEARGSNSP, Anum_pg_proc_oid, CStringGetDatum("visible_controllers"),
										   PointerGetDatum(none), ObjectIdGetDatum(get_namespace_oid("dropcontact", true)));

	return OidIsValid(function) && dc_function_aclcheck(function, GetUserId()) == ACLCHECK_OK;
}

/* SPI must be connected. */
static void
ask_controllers(void)
{
	Oid			types[] = {INT4ARRAYOID};
	Datum		ids;
	Datum	   *elements;
	bool		isnull;

	if (SPI_execute("SELECT dropcontact.visible_controllers()", true, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not read the visible controllers");
	ids = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	deconstruct_array(DatumGetArrayTypeP(ids), INT4OID, sizeof(int32), true, TYPALIGN_INT, &elements, NULL, &seen.n);
	if (seen.ids != NULL)
		pfree(seen.ids);
	seen.ids = MemoryContextAlloc(TopMemoryContext, sizeof(int) * Max(seen.n, 1));
	for (int i = 0; i < seen.n; i++)
		seen.ids[i] = DatumGetInt32(elements[i]);
	seen.others = DatumGetBool(dc_read_as_owner("SELECT EXISTS (SELECT FROM dropcontact.controller c WHERE c.controller_id OPERATOR(pg_catalog.<>) ALL ($1))",
												1, types, &ids, &isnull));
}

/* Does row-level security hide a controller from the current user? */
static bool
hides_controllers(void)
{
	TimestampTz now = GetCurrentTimestamp();
	bool		snapshot = !ActiveSnapshotSet();

	if (seen.user == GetUserId() && !TimestampDifferenceExceeds(seen.asked_at, now, REMEMBERED_MS))
		return seen.others;
	/* taken for one that sees none, where it cannot be asked; not remembered */
	seen.user = InvalidOid;
	seen.n = 0;
	if (IsInParallelMode() || !may_ask())
		return true;
	asking = true;
	if (snapshot)
		PushActiveSnapshot(GetTransactionSnapshot());
	PG_TRY();
	{
		SPI_connect();
		ask_controllers();
		SPI_finish();
	}
	PG_FINALLY();
	{
		asking = false;
	}
	PG_END_TRY();
	if (snapshot)
		PopActiveSnapshot();
	seen.user = GetUserId();
	seen.asked_at = now;
	return seen.others;
}

bool
dc_hides_controllers(void)
{
	return OidIsValid(get_namespace_oid("dropcontact", true)) && !superuser() && may_ask() && hides_controllers();
}

bool
dc_hides_rows(Oid relation, Oid user)
{
	return !asking && !creating_extension && get_rel_relkind(relation) == RELKIND_RELATION &&
		get_rel_namespace(relation) == get_namespace_oid("dropcontact", true) &&
		check_enable_rls(relation, user, true) == RLS_ENABLED && hides_controllers();
}

/* ---------- what the planner is told ---------- */

/* The rows of the controllers that are seen, by the last ANALYZE. */
static double
seen_rows(Oid relation)
{
	AttrNumber	column = get_attnum(relation, "controller_id");
	HeapTuple	class = SearchSysCache1(RELOID, ObjectIdGetDatum(relation));
	double		total = HeapTupleIsValid(class) ? ((Form_pg_class) GETSTRUCT(class))->reltuples : -1;
	HeapTuple	statistic = SearchSysCache3(STATRELATTINH, ObjectIdGetDatum(relation), Int16GetDatum(column), BoolGetDatum(false));
	AttStatsSlot slot;
	double		share = 0;

	if (HeapTupleIsValid(class))
		ReleaseSysCache(class);
	if (!HeapTupleIsValid(statistic))
		return UNKNOWN_ROWS;
	if (get_attstatsslot(&slot, statistic, STATISTIC_KIND_MCV, InvalidOid, ATTSTATSSLOT_VALUES | ATTSTATSSLOT_NUMBERS))
	{
		for (int i = 0; i < slot.nvalues; i++)
			for (int j = 0; j < seen.n; j++)
				if (DatumGetInt32(slot.values[i]) == seen.ids[j])
					share += slot.numbers[i];
		free_attstatsslot(&slot);
	}
	ReleaseSysCache(statistic);
	/* a controller that is not among the most common ones has few rows, or one */
	return Max(share * total, Max(seen.n, 1));
}

static void
tell_rows(PlannerInfo *root, Oid relation, bool inherits, RelOptInfo *rel)
{
	ListCell   *l;

	if (next_relation_info != NULL)
		next_relation_info(root, relation, inherits, rel);
	if (!dc_hides_rows(relation, rel->userid))
		return;
	rel->tuples = seen_rows(relation);
	rel->pages = 1 + rel->tuples / ROWS_PER_PAGE;
	rel->allvisfrac = 1;
	foreach(l, rel->indexlist)
	{
		IndexOptInfo *index = lfirst(l);

		/* what scanning it would cost is read from the index itself */
		if (index->relam == BRIN_AM_OID)
		{
			rel->indexlist = foreach_delete_current(rel->indexlist, l);
			continue;
		}
		index->tuples = rel->tuples;
		index->pages = 1 + rel->tuples / ENTRIES_PER_PAGE;
		index->tree_height = 1;
	}
}

static HeapTuple
distinct_statistic(Oid relation, AttrNumber column, float4 distinct)
{
	Relation	statistics = table_open(StatisticRelationId, AccessShareLock);
	Datum		values[Natts_pg_statistic] = {0};
	bool		nulls[Natts_pg_statistic] = {false};
	HeapTuple	result;

	values[Anum_pg_statistic_starelid - 1] = ObjectIdGetDatum(relation);
	values[Anum_pg_statistic_staattnum - 1] = Int16GetDatum(column);
	values[Anum_pg_statistic_stadistinct - 1] = Float4GetDatum(distinct);
	for (int i = 0; i < STATISTIC_NUM_SLOTS; i++)
		nulls[Anum_pg_statistic_stanumbers1 - 1 + i] = nulls[Anum_pg_statistic_stavalues1 - 1 + i] = true;
	result = heap_form_tuple(RelationGetDescr(statistics), values, nulls);
	table_close(statistics, AccessShareLock);
	return result;
}

/* With whose rights the query reads a table, Invalid: the current user's.  Of vardata no more than the tuple is set. */
static Oid
reads_as(const PlannerInfo *root, const RangeTblEntry *rte)
{
	for (int i = 1; i < root->simple_rel_array_size; i++)
		if (root->simple_rte_array[i] == rte && root->simple_rel_array[i] != NULL)
			return root->simple_rel_array[i]->userid;
	return InvalidOid;
}

static bool
tell_values(PlannerInfo *root, RangeTblEntry *rte, AttrNumber column, VariableStatData *vardata)
{
	if (rte->rtekind == RTE_RELATION && dc_hides_rows(rte->relid, reads_as(root, rte)))
	{
		bool		controller = column == get_attnum(rte->relid, "controller_id");

		vardata->statsTuple = NULL;
		if (controller || get_atttype(rte->relid, column) == INT8OID)
		{
			vardata->statsTuple = distinct_statistic(rte->relid, column, controller ? 1 : ID_DISTINCT);
			vardata->freefunc = heap_freetuple;
		}
		return true;
	}
	return next_relation_stats != NULL && next_relation_stats(root, rte, column, vardata);
}

/* ---------- EXPLAIN ANALYZE ---------- */

static bool
is_explain_analyze(Node *statement)
{
	ListCell   *l;
	bool		analyze = false;

	if (!IsA(statement, ExplainStmt))
		return false;
	foreach(l, ((ExplainStmt *) statement)->options)
		if (strcmp(lfirst_node(DefElem, l)->defname, "analyze") == 0)
			analyze = defGetBoolean(lfirst_node(DefElem, l));
	return analyze;
}

static void
note_explain(PlannedStmt *statement, const char *query, bool read_only, ProcessUtilityContext context, ParamListInfo params,
			 QueryEnvironment *environment, DestReceiver *receiver, QueryCompletion *completion)
{
	ProcessUtility_hook_type next = next_process_utility != NULL ? next_process_utility : standard_ProcessUtility;
	bool		before = explaining;

	explaining = before || is_explain_analyze(statement->utilityStmt);
	PG_TRY();
	{
		next(statement, query, read_only, context, params, environment, receiver, completion);
	}
	PG_FINALLY();
	{
		explaining = before;
	}
	PG_END_TRY();
}

static void
refuse_counts(QueryDesc *query, int flags)
{
	ListCell   *l;

	if (explaining && query->instrument_options != 0 && (flags & EXEC_FLAG_EXPLAIN_ONLY) == 0)
		foreach(l, query->plannedstmt->rtable)
		{
			RangeTblEntry *rte = lfirst_node(RangeTblEntry, l);

			if (rte->rtekind == RTE_RELATION && dc_hides_rows(rte->relid, dc_check_as_user(query->plannedstmt, rte)))
				ereport(ERROR,
						(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
						 errmsg("EXPLAIN ANALYZE of table \"%s\" is refused", get_rel_name(rte->relid)),
						 errdetail("It would count rows of controllers that role \"%s\" does not see.", GetUserNameFromId(GetUserId(), false)),
						 errhint("EXPLAIN without ANALYZE estimates; a superuser may do both.")));
		}
	if (next_executor_start != NULL)
		next_executor_start(query, flags);
	else
		standard_ExecutorStart(query, flags);
}

void
dc_totals_init(void)
{
	next_relation_info = get_relation_info_hook;
	get_relation_info_hook = tell_rows;
	next_relation_stats = get_relation_stats_hook;
	get_relation_stats_hook = tell_values;
	next_process_utility = ProcessUtility_hook;
	ProcessUtility_hook = note_explain;
	next_executor_start = ExecutorStart_hook;
	ExecutorStart_hook = refuse_counts;
}
