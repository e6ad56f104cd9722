/*-------------------------------------------------------------------------
 *
 * drop_members.c
 *	  Contacts that are deleted leave their entities.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "utils/snapmgr.h"

/* The tables of members, by contact_id. */
static const char *const tables[] = {"entity_member", "company_member"};

static SPIPlanPtr
prepare(const char *query)
{
	SPIPlanPtr	plan = SPI_prepare(query, 0, NULL);

	if (plan == NULL)
		elog(ERROR, "could not prepare to drop members: %s", SPI_result_code_string(SPI_result));
	return plan;
}

/*
 * Like a foreign key that cascades: by what is committed now, and an error when the transaction cannot see a row
 * that is to go.  The triggers of what goes run at once, with the rights of the owner too.
 */
static void
drop_from(const char *query)
{
	bool		fixed = IsolationUsesXactSnapshot();
	Snapshot	snapshot = fixed ? RegisterSnapshot(GetLatestSnapshot()) : InvalidSnapshot;
	int			result = SPI_execute_snapshot(prepare(query), NULL, NULL, snapshot, fixed ? GetTransactionSnapshot() : InvalidSnapshot, false, true, 0);

	if (result < 0)
		elog(ERROR, "could not drop members: %s", SPI_result_code_string(result));
	if (fixed)
		UnregisterSnapshot(snapshot);
}

PG_FUNCTION_INFO_V1(drop_members);
Datum
drop_members(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_AFTER(trigger->tg_event) || !TRIGGER_FIRED_FOR_STATEMENT(trigger->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("drop_members is a statement trigger after DELETE or TRUNCATE")));
	SPI_connect();
	if (SPI_register_trigger_data(trigger) < 0)
		elog(ERROR, "could not read the contacts that were deleted");
	for (int t = 0; t < lengthof(tables); t++)
		drop_from(trigger->tg_oldtable == NULL ? psprintf("TRUNCATE dropcontact.%s", tables[t]) :
				  psprintf("DELETE FROM dropcontact.%s m USING removed r WHERE m.contact_id = r.contact_id", tables[t]));
	SPI_finish();
	PG_RETURN_POINTER(NULL);
}
