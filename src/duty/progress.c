/*-------------------------------------------------------------------------
 *
 * progress.c
 *	  How far a long operation has come, for other sessions to watch.
 *
 * PostgreSQL keeps progress counters in the shared status of each backend; a command number of
 * our own marks them as ours.  Its SQL function knows PostgreSQL's commands only, so
 * operations_in_progress() reads the status of the backends itself.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_authid.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "utils/acl.h"
#include "utils/backend_progress.h"
#include "utils/backend_status.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "base/version.h"
#include "duty/progress.h"

#define COMMAND ((ProgressCommandType) 0x6463)

enum
{
	PARAM_OPERATION, PARAM_PHASE, PARAM_DONE, PARAM_TOTAL
};

static const char *const operation_names[OPERATION_COUNT] = {"dedupe", "train", "enrich", "load"};
static const char *const phase_names[PHASE_COUNT] = {"reading", "counting", "making keys", "scoring pairs", "fitting the model", "clustering", "writing"};

/* What runs in this session, for the times of its phases in the log. */
static DcOperation current_operation;
static int	current_phase = -1;
static TimestampTz phase_started;

/* With log_min_messages or client_min_messages at debug1, how long each phase took. */
static void
end_phase(int next)
{
	TimestampTz now = GetCurrentTimestamp();

	if (current_phase >= 0)
		elog(DEBUG1, "dropcontact %s: %s took %ld ms", operation_names[current_operation], phase_names[current_phase],
			 TimestampDifferenceMilliseconds(phase_started, now));
	current_phase = next;
	phase_started = now;
}

void
dc_progress_start(DcOperation operation)
{
	current_operation = operation;
	current_phase = -1;
	pgstat_progress_start_command(COMMAND, InvalidOid);
	pgstat_progress_update_param(PARAM_OPERATION, operation);
}

void
dc_progress_end(void)
{
	end_phase(-1);
	pgstat_progress_end_command();
}

void
dc_progress_phase(DcPhase phase, int64 total)
{
	const int	params[] = {PARAM_PHASE, PARAM_DONE, PARAM_TOTAL};
	int64		values[3];

	end_phase(phase);
	values[0] = phase;
	values[1] = 0;
	values[2] = total;
	pgstat_progress_update_multi_param(3, params, values);
}

void
dc_progress_done(int64 done)
{
	pgstat_progress_update_param(PARAM_DONE, done);
}

static void
put_operation(ReturnSetInfo *rsinfo, const PgBackendStatus *status)
{
	int64		operation = status->st_progress_param[PARAM_OPERATION];
	int64		phase = status->st_progress_param[PARAM_PHASE];
	Datum		values[5];
	bool		nulls[5] = {false};

	if (operation < 0 || operation >= OPERATION_COUNT || phase < 0 || phase >= PHASE_COUNT)
		return;
	values[0] = Int32GetDatum(status->st_procpid);
	values[1] = CStringGetTextDatum(operation_names[operation]);
	values[2] = CStringGetTextDatum(phase_names[phase]);
	values[3] = Int64GetDatum(status->st_progress_param[PARAM_DONE]);
	values[4] = Int64GetDatum(status->st_progress_param[PARAM_TOTAL]);
	nulls[4] = status->st_progress_param[PARAM_TOTAL] == 0;
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

PG_FUNCTION_INFO_V1(operations_in_progress);
Datum
operations_in_progress(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	int			n = pgstat_fetch_stat_numbackends();

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 1; i <= n; i++)
	{
		LocalPgBackendStatus *local = dc_backend_status(i);
		PgBackendStatus *status = local == NULL ? NULL : &local->backendStatus;

		if (status == NULL || status->st_progress_command != COMMAND || status->st_databaseid != MyDatabaseId)
			continue;
		if (has_privs_of_role(GetUserId(), ROLE_PG_READ_ALL_STATS) || has_privs_of_role(GetUserId(), status->st_userid))
			put_operation(rsinfo, status);
	}
	return (Datum) 0;
}
