/*-------------------------------------------------------------------------
 *
 * drop_members.c
 *	  Contacts that are deleted leave their entities, pairs and decisions.
 *
 * There is no foreign key: a run of matching would wait for a contact that a transaction has deleted, while that
 * transaction may wait for the run.  Instead who has deleted waits here until no run is under way, and
 * none begins before it has ended; what runs wrote meanwhile goes too.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "utils/snapmgr.h"

#include "duty/duty.h"
#include "duty/plan.h"
#include "match/entity/run.h"

/* What refers to contacts. */
static const struct
{
	const char *table;
	bool		pairs;			/* rows of two contacts? */
}			references[] = {
	{"entity_member", false}, {"company_member", false}, {"match_pair", true}, {"match_decision", true},
};

/*
 * Like a foreign key that cascades: by what is committed now, and an error when the transaction cannot see a row
 * that is to go.  The triggers of what goes run at once, with the rights of the owner too.
 */
static void
drop_from(const char *query)
{
	bool		fixed = IsolationUsesXactSnapshot();
	Snapshot	snapshot = fixed ? RegisterSnapshot(GetLatestSnapshot()) : InvalidSnapshot;
	int			result = SPI_execute_snapshot(dc_kept_plan(query, 0, NULL), NULL, NULL, snapshot, fixed ? GetTransactionSnapshot() : InvalidSnapshot, false, true, 0);

	if (result < 0)
		elog(ERROR, "could not drop members: %s", SPI_result_code_string(result));
	if (fixed)
		UnregisterSnapshot(snapshot);
}

/*
 * A pair goes with either of its contacts, so two transactions that delete may want the same pairs: each locks them
 * in one order before it deletes any, or both might wait for each other.
 */
static const char *
drop_query(int r)
{
	if (!references[r].pairs)
		return psprintf("DELETE FROM dropcontact.%s m USING removed r WHERE m.contact_id = r.contact_id", references[r].table);
	return psprintf("DELETE FROM dropcontact.%1$s WHERE ctid = ANY (ARRAY("
					"SELECT p.ctid FROM dropcontact.%1$s p WHERE (p.a_contact_id, p.b_contact_id) IN ("
					"SELECT m.a_contact_id, m.b_contact_id FROM dropcontact.%1$s m JOIN removed r ON r.contact_id = m.a_contact_id UNION "
					"SELECT m.a_contact_id, m.b_contact_id FROM dropcontact.%1$s m JOIN removed r ON r.contact_id = m.b_contact_id) "
					"ORDER BY p.a_contact_id, p.b_contact_id FOR UPDATE))", references[r].table);
}

/* Waits for the runs of the controllers whose contacts were deleted, in their order. */
static void
wait_for_runs(void)
{
	uint64		n;

	dc_execute("SELECT DISTINCT controller_id FROM removed ORDER BY 1", 0, NULL, NULL, true, SPI_OK_SELECT);
	n = SPI_processed;
	for (uint64 i = 0; i < n; i++)
	{
		bool		isnull;
		Datum		controller = SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &isnull);

		dc_await_matching(DatumGetInt32(controller));
	}
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
	if (trigger->tg_oldtable != NULL)
		wait_for_runs();
	for (int r = 0; r < lengthof(references); r++)
		/* looking for them would take longer than seeing that there is nothing */
		if (dc_has_pages(references[r].table))
			drop_from(trigger->tg_oldtable == NULL ? psprintf("TRUNCATE dropcontact.%s", references[r].table) : drop_query(r));
	SPI_finish();
	PG_RETURN_POINTER(NULL);
}
