/*-------------------------------------------------------------------------
 *
 * run.c
 *	  The ground under every operation that writes contacts or entities.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "executor/spi.h"

#include "duty/duty.h"

int
dc_current_controller(void)
{
	bool		isnull;

	if (SPI_execute("SELECT dropcontact.current_controller()", true, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not read the current controller");
	return DatumGetInt32(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
}

DcRun
dc_run_open(const char *purpose)
{
	DcRun		run;

	run.purpose = purpose;
	run.controller_id = dc_current_controller();
	return run;
}

void
dc_run_close(DcRun *run, int64 contacts)
{
	elog(DEBUG1, "dropcontact: %s for controller %d: " INT64_FORMAT " contacts",
		 run->purpose, run->controller_id, contacts);
}
