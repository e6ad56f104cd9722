/*-------------------------------------------------------------------------
 *
 * lock.c
 *	  The locks of a controller.
 *
 * Not advisory locks: those are anybody's, and a role that sees one controller could keep another from loading and
 * matching by taking its lock.  These are locks of an object whose class is table controller, which no command takes;
 * from SQL a role takes those of the controllers that it sees.
 *
 * LOCK TABLE is refused to those from whom row-level security hides a controller, beyond the modes that writing takes:
 * it would stop the others too.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "storage/lmgr.h"
#include "tcop/utility.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "duty/duty.h"

static ProcessUtility_hook_type next_process_utility = NULL;

void
dc_lock_controller(int controller_id, DcLock what, LOCKMODE mode)
{
	LockDatabaseObject(get_relname_relid("controller", get_namespace_oid("dropcontact", false)), controller_id, what, mode);
}

PG_FUNCTION_INFO_V1(lock_controller);
Datum
lock_controller(PG_FUNCTION_ARGS)
{
	static const struct
	{
		const char *name;
		DcLock		what;
	}			locks[] = {{"writing", DC_LOCK_WRITING}, {"matching", DC_LOCK_MATCHING}, {"reference", DC_LOCK_REFERENCE}};
	const char *name = text_to_cstring(PG_GETARG_TEXT_PP(1));

	if (!superuser())
	{
		SPI_connect();
		dc_check_visible(PG_GETARG_INT32(0));
		SPI_finish();
	}
	for (int i = 0; i < lengthof(locks); i++)
		if (strcmp(locks[i].name, name) == 0)
		{
			dc_lock_controller(PG_GETARG_INT32(0), locks[i].what, ExclusiveLock);
			PG_RETURN_VOID();
		}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("a controller has no lock \"%s\"", name),
			 errhint("It is writing, matching or reference.")));
}

/* ---------- LOCK TABLE ---------- */

/* A view locks the tables it reads, whosever it is. */
static void
refuse_lock(const LockStmt *statement)
{
	ListCell   *l;

	foreach(l, statement->relations)
	{
		Oid			relation = RangeVarGetRelid(lfirst_node(RangeVar, l), NoLock, true);

		if (OidIsValid(relation) && (get_rel_relkind(relation) == RELKIND_VIEW ? dc_hides_controllers() : dc_hides_rows(relation, InvalidOid)))
			ereport(ERROR,
					(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
					 errmsg("LOCK of \"%s\" is refused", get_rel_name(relation)),
					 errdetail("It would stop controllers that role \"%s\" does not see.", GetUserNameFromId(GetUserId(), false)),
					 errhint("Lock rows by SELECT ... FOR UPDATE, or a table in a mode up to ROW EXCLUSIVE.")));
	}
}

static void
see_lock(PlannedStmt *statement, const char *query, bool read_only, ProcessUtilityContext context, ParamListInfo params,
		 QueryEnvironment *environment, DestReceiver *receiver, QueryCompletion *completion)
{
	if (IsA(statement->utilityStmt, LockStmt) && ((LockStmt *) statement->utilityStmt)->mode > RowExclusiveLock)
		refuse_lock((LockStmt *) statement->utilityStmt);
	if (next_process_utility != NULL)
		next_process_utility(statement, query, read_only, context, params, environment, receiver, completion);
	else
		standard_ProcessUtility(statement, query, read_only, context, params, environment, receiver, completion);
}

void
dc_lock_init(void)
{
	next_process_utility = ProcessUtility_hook;
	ProcessUtility_hook = see_lock;
}
