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

#include <sys/resource.h>

#include "catalog/pg_authid.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "utils/acl.h"
#include "utils/backend_progress.h"
#include "utils/backend_status.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
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

/* ---------- times ---------- */

#define MAX_PHASES 16			/* of one operation; a phase may come more than once */

typedef struct PhaseTime
{
	DcPhase		phase;
	int64		microseconds;
	int64		processor;		/* of this process alone */
	int64		done;
} PhaseTime;

/* Of the last run of each operation in this session; reading the result of one must not need a log. */
static PhaseTime times[OPERATION_COUNT][MAX_PHASES];
static int	ntimes[OPERATION_COUNT];

/* What runs now. */
static DcOperation current_operation;
static int	current_phase = -1;
static int64 current_done;
static TimestampTz phase_started;
static int64 processor_started;

static int64
processor_time(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * INT64CONST(1000000) + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

/* Keeps how long the phase took; with log_min_messages or client_min_messages at debug1 it is also said at once. */
static void
end_phase(int next)
{
	TimestampTz now = GetCurrentTimestamp();
	int64		processor = processor_time();
	int		   *n = &ntimes[current_operation];

	if (current_phase >= 0)
	{
		if (*n < MAX_PHASES)
			times[current_operation][(*n)++] = (PhaseTime) {
				.phase = current_phase, .microseconds = now - phase_started, .processor = processor - processor_started, .done = current_done
			};
		elog(DEBUG1, "dropcontact %s: %s took %ld ms", operation_names[current_operation], phase_names[current_phase],
			 TimestampDifferenceMilliseconds(phase_started, now));
	}
	current_phase = next;
	current_done = 0;
	phase_started = now;
	processor_started = processor;
}

static Datum
interval_of(int64 microseconds)
{
	Interval   *result = palloc0(sizeof(Interval));

	result->time = microseconds;
	return IntervalPGetDatum(result);
}

PG_FUNCTION_INFO_V1(phase_times);
Datum
phase_times(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	for (DcOperation o = 0; o < OPERATION_COUNT; o++)
		for (int i = 0; i < ntimes[o]; i++)
		{
			const PhaseTime *t = &times[o][i];
			Datum		values[6];
			bool		nulls[6] = {false};

			values[0] = CStringGetTextDatum(operation_names[o]);
			values[1] = Int32GetDatum(i + 1);
			values[2] = CStringGetTextDatum(phase_names[t->phase]);
			values[3] = interval_of(t->microseconds);
			values[4] = interval_of(t->processor);
			values[5] = Int64GetDatum(t->done);
			nulls[5] = t->done == 0;
			tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
		}
	return (Datum) 0;
}

/* ---------- counters ---------- */

void
dc_progress_start(DcOperation operation)
{
	current_operation = operation;
	current_phase = -1;
	ntimes[operation] = 0;
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
	current_done = done;
	pgstat_progress_update_param(PARAM_DONE, done);
}

/* ---------- statements that load contacts ---------- */

static bool
is_load(void)
{
	return MyBEEntry->st_progress_command == COMMAND && MyBEEntry->st_progress_param[PARAM_OPERATION] == OPERATION_LOAD;
}

static void
end_load(void *arg)
{
	if (MyBEEntry != NULL && is_load())
		pgstat_progress_end_command();
}

void
dc_progress_load(int64 rows, MemoryContext statement)
{
	if (MyBEEntry == NULL || !pgstat_track_activities)
		return;
	if (MyBEEntry->st_progress_command == PROGRESS_COMMAND_INVALID)
	{
		MemoryContextCallback *callback = MemoryContextAllocZero(statement, sizeof(MemoryContextCallback));
		const int	params[] = {PARAM_OPERATION, PARAM_PHASE};
		const int64 values[] = {OPERATION_LOAD, PHASE_WRITING};

		pgstat_progress_start_command(COMMAND, InvalidOid);
		pgstat_progress_update_multi_param(2, params, values);
		callback->func = end_load;
		MemoryContextRegisterResetCallback(statement, callback);
	}
	if (is_load())
		pgstat_progress_update_param(PARAM_DONE, rows);
}

/* ---------- what runs in all sessions ---------- */

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
