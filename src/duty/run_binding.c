/*-------------------------------------------------------------------------
 *
 * run_binding.c
 *	  Runs for SQL: open_run(), close_run(), and the triggers that need a run.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "commands/trigger.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "tcop/pquery.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/rel.h"

#include "duty/duty.h"
#include "duty/written.h"

PG_FUNCTION_INFO_V1(open_run);
Datum
open_run(PG_FUNCTION_ARGS)
{
	char	   *purpose = PG_ARGISNULL(0) ? "" : text_to_cstring(PG_GETARG_TEXT_PP(0));
	DcRun		run;

	SPI_connect();
	run = dc_run_open(purpose);
	SPI_finish();
	PG_RETURN_INT64(run.run_id);
}

PG_FUNCTION_INFO_V1(close_run);
Datum
close_run(PG_FUNCTION_ARGS)
{
	DcRun		run = {.run_id = PG_GETARG_INT64(0)};

	SPI_connect();
	dc_run_close(&run, PG_GETARG_INT64(1));
	SPI_finish();
	PG_RETURN_VOID();
}

/*
 * A COPY by a superuser that no trigger started is a restore: nothing of what it writes was processed
 * here.  A superuser could get around any trigger; others cannot get around this one.
 */
static bool
is_restore(int depth)
{
	return depth <= 1 && superuser() && ActivePortal != NULL && ActivePortal->commandTag == CMDTAG_COPY;
}

/*
 * Statement trigger of the tables that only operations write; its arguments are the purposes that may
 * write the table.  Outside such a run a statement is refused once a controller is under an agreement.
 * What another trigger writes (a foreign key that cascades) belongs to the run of that trigger's statement.
 */
PG_FUNCTION_INFO_V1(require_run);
Datum
require_run(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	int			depth = DatumGetInt32(DirectFunctionCall1(pg_trigger_depth, (Datum) 0));
	const char *table;
	DcRunState	state;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_FOR_STATEMENT(trigger->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("require_run is a statement trigger")));
	state = dc_run_state(trigger->tg_trigger->tgnargs, trigger->tg_trigger->tgargs);
	if (state == DC_IN_RUN || (depth > 1 && (state == DC_OTHER_RUN || dc_run_gathers())) ||
		is_restore(depth) || !dc_agreement_signed())
		PG_RETURN_POINTER(NULL);
	table = RelationGetRelationName(trigger->tg_relation);
	if (state == DC_OTHER_RUN)
		ereport(ERROR,
				(errcode(MAKE_SQLSTATE('R', 'G', '1', '1', '1')),
				 errmsg("the purpose of the open run does not allow to write table \"%s\"", table),
				 errhint("Close the run with dropcontact.close_run(run, contacts) and use the functions of dropcontact.")));
	ereport(ERROR,
			(errcode(MAKE_SQLSTATE('R', 'G', '1', '1', '0')),
			 errmsg("table \"%s\" is written outside a run", table),
			 errhint("Use the functions of dropcontact, or open a run with dropcontact.open_run(purpose).")));
}

/* Row trigger of contact before DELETE: counted under the run that is open, or under organise. A restricted contact stays. */
PG_FUNCTION_INFO_V1(record_delete);
Datum
record_delete(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	TupleDesc	desc;
	int			controller_id;
	int64		contact_id;
	const char *code;
	bool		isnull;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_FOR_ROW(trigger->tg_event) || !TRIGGER_FIRED_BY_DELETE(trigger->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("record_delete is the row trigger of dropcontact.contact before DELETE")));
	desc = RelationGetDescr(trigger->tg_relation);
	controller_id = DatumGetInt32(SPI_getbinval(trigger->tg_trigtuple, desc, SPI_fnumber(desc, "controller_id"), &isnull));
	contact_id = DatumGetInt64(SPI_getbinval(trigger->tg_trigtuple, desc, SPI_fnumber(desc, "contact_id"), &isnull));
	code = dc_limit_code(contact_id, dc_run_purpose(controller_id, "organise"));
	if (code != NULL)
	{
		dc_run_refuse(controller_id, "organise", code);
		return PointerGetDatum(NULL);
	}
	++*dc_run_rows(controller_id, "organise");
	dc_note_written(contact_id);
	return PointerGetDatum(trigger->tg_trigtuple);
}
