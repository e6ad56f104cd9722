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
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/rel.h"

#include "duty/duty.h"

PG_FUNCTION_INFO_V1(open_run);
Datum
open_run(PG_FUNCTION_ARGS)
{
	char	   *purpose = text_to_cstring(PG_GETARG_TEXT_PP(0));
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
 * Statement trigger of the tables that only operations write: without an open run a
 * controller that is under an agreement is refused.  What another trigger writes
 * (a foreign key that cascades) belongs to the run of that trigger's statement.
 */
PG_FUNCTION_INFO_V1(require_run);
Datum
require_run(PG_FUNCTION_ARGS)
{
	bool		isnull;
	bool		refused;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_FOR_STATEMENT(((TriggerData *) fcinfo->context)->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("require_run is a statement trigger")));
	if (dc_run_is_open(DatumGetInt32(DirectFunctionCall1(pg_trigger_depth, (Datum) 0)) > 1))
		PG_RETURN_POINTER(NULL);
	SPI_connect();
	if (SPI_execute("SELECT EXISTS (SELECT FROM dropcontact.agreement)", true, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not read the agreements");
	refused = DatumGetBool(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	SPI_finish();
	if (refused)
		ereport(ERROR,
				(errcode(MAKE_SQLSTATE('R', 'G', '1', '1', '0')),
				 errmsg("table \"%s\" is written outside a run", RelationGetRelationName(((TriggerData *) fcinfo->context)->tg_relation)),
				 errhint("Use the functions of dropcontact, or open a run with dropcontact.open_run(purpose).")));
	PG_RETURN_POINTER(NULL);
}

/* Row trigger of contact before DELETE: counted under the run that is open, or under organise. */
PG_FUNCTION_INFO_V1(record_delete);
Datum
record_delete(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	TupleDesc	desc;
	int			controller_id;
	bool		isnull;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_FOR_ROW(trigger->tg_event) || !TRIGGER_FIRED_BY_DELETE(trigger->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("record_delete is the row trigger of dropcontact.contact before DELETE")));
	desc = RelationGetDescr(trigger->tg_relation);
	controller_id = DatumGetInt32(SPI_getbinval(trigger->tg_trigtuple, desc, SPI_fnumber(desc, "controller_id"), &isnull));
	++*dc_run_rows(controller_id, "organise");
	return PointerGetDatum(trigger->tg_trigtuple);
}
