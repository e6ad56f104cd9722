/*-------------------------------------------------------------------------
 *
 * guard.c
 *	  The evidence of an agreement is not dropped.
 *
 * While an agreement is in force, or the ledger of one that has ended is still to be kept,
 * the tables of dropcontact go by no path: DROP EXTENSION, DROP SCHEMA ... CASCADE, DROP
 * OWNED, DROP TABLE after ALTER EXTENSION ... DROP.  An object access hook sees every one
 * of them; but it exists only in sessions that have loaded the library, so event trigger
 * guard_ddl, which fires before such a command starts, loads it.  A superuser may set
 * dropcontact.allow_drop for the session.  DROP DATABASE is issued in another database
 * and is out of reach.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "access/tableam.h"
#include "catalog/dependency.h"
#include "catalog/namespace.h"
#include "catalog/objectaccess.h"
#include "catalog/pg_class.h"
#include "commands/event_trigger.h"
#include "commands/extension.h"
#include "commands/trigger.h"
#include "fmgr.h"
#include "nodes/parsenodes.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "duty/duty.h"

static bool allow_drop = false;
static object_access_hook_type next_hook = NULL;

/* Reads the heap itself: in the middle of a DROP, policies and indexes may be gone. */
bool
dc_agreement_signed(void)
{
	Oid			namespace = get_namespace_oid("dropcontact", true);
	Oid			agreement = OidIsValid(namespace) ? get_relname_relid("agreement", namespace) : InvalidOid;
	Relation	relation;
	TableScanDesc scan;
	TupleTableSlot *slot;
	Snapshot	snapshot;
	bool		found;

	if (!OidIsValid(agreement))
		return false;
	relation = table_open(agreement, AccessShareLock);
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	scan = table_beginscan(relation, snapshot, 0, NULL);
	slot = table_slot_create(relation, NULL);
	found = table_scan_getnextslot(scan, ForwardScanDirection, slot);
	ExecDropSingleTupleTableSlot(slot);
	table_endscan(scan);
	UnregisterSnapshot(snapshot);
	table_close(relation, NoLock);
	return found;
}

static void
refuse_drop(const char *what)
{
	ereport(ERROR,
			(errcode(MAKE_SQLSTATE('R', 'G', '2', '0', '0')),
			 errmsg("%s is refused: a controller is under an agreement", what),
			 errdetail("It would destroy the evidence of what was processed."),
			 errhint("End the service and give the evidence to the controller; then a superuser may SET dropcontact.allow_drop = on.")));
}

static void
guard_drop(ObjectAccessType access, Oid class_id, Oid object_id, int sub_id, void *arg)
{
	if (next_hook != NULL)
		next_hook(access, class_id, object_id, sub_id, arg);
	if (access != OAT_DROP || class_id != RelationRelationId || sub_id != 0 || allow_drop || creating_extension)
		return;
	if (get_rel_relkind(object_id) != RELKIND_RELATION || get_rel_namespace(object_id) != get_namespace_oid("dropcontact", true) ||
		!OidIsValid(getExtensionOfObject(RelationRelationId, object_id)))
		return;
	if (dc_agreement_signed())
		refuse_drop("dropping tables of dropcontact");
}

void
dc_guard_init(void)
{
	DefineCustomBoolVariable("dropcontact.allow_drop",
							 "Lets this session drop the extension while a controller is under an agreement.",
							 "The evidence of what was processed goes with it.",
							 &allow_drop, false, PGC_SUSET, 0,
							 NULL, NULL, NULL);
	next_hook = object_access_hook;
	object_access_hook = guard_drop;
}

/* Event trigger before DROP EXTENSION and the like; that it is called has loaded the hook. */
PG_FUNCTION_INFO_V1(guard_ddl);
Datum
guard_ddl(PG_FUNCTION_ARGS)
{
	EventTriggerData *event = (EventTriggerData *) fcinfo->context;

	if (!CALLED_AS_EVENT_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_EVENT_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("guard_ddl is an event trigger")));
	if (IsA(event->parsetree, AlterExtensionContentsStmt) && !allow_drop && !creating_extension)
	{
		AlterExtensionContentsStmt *alter = (AlterExtensionContentsStmt *) event->parsetree;

		if (alter->action < 0 && strcmp(alter->extname, "dropcontact") == 0 && dc_agreement_signed())
			refuse_drop("ALTER EXTENSION dropcontact DROP");
	}
	PG_RETURN_NULL();
}

/* Statement trigger before TRUNCATE, which would empty a table for all controllers, outside any run. */
PG_FUNCTION_INFO_V1(refuse_truncate);
Datum
refuse_truncate(PG_FUNCTION_ARGS)
{
	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("refuse_truncate is a trigger of the tables of dropcontact")));
	if (dc_agreement_signed())
		ereport(ERROR,
				(errcode(MAKE_SQLSTATE('R', 'G', '1', '1', '0')),
				 errmsg("TRUNCATE of table \"%s\" is refused: a controller is under an agreement",
						RelationGetRelationName(((TriggerData *) fcinfo->context)->tg_relation)),
				 errhint("DELETE the rows of your controller; after the end of the service, dropcontact.destroy_expired().")));
	PG_RETURN_POINTER(NULL);
}
