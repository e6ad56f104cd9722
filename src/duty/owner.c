/*-------------------------------------------------------------------------
 *
 * owner.c
 *	  Statements that run with the rights of the extension's owner.
 *
 * The ledger, the instructions and the runs are written by nobody: no role is
 * granted INSERT on them.  The functions here ask, as the caller, whether the caller
 * may see the controller, and only then write as the owner.  A SECURITY DEFINER
 * function could not ask: it no longer knows who called it.  An error resets the
 * user with its (sub)transaction.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "duty/duty.h"
#include "duty/plan.h"

/* The owner of the extension's tables. */
Oid
dc_owner(void)
{
	Oid			ledger = get_relname_relid("ledger", get_namespace_oid("dropcontact", false));
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(ledger));
	Oid			owner;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "table dropcontact.ledger does not exist");
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	return owner;
}

/* Refuses a controller that the current user may not see; SPI must be connected. */
void
dc_check_visible(int controller_id)
{
	Oid			types[] = {INT4OID};
	Datum		args[] = {Int32GetDatum(controller_id)};
	bool		isnull;

	if (SPI_execute_with_args("SELECT $1 OPERATOR(pg_catalog.=) ANY (dropcontact.visible_controllers())",
							  1, types, args, NULL, true, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not read the visible controllers");
	if (!DatumGetBool(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull)))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("controller %d does not exist or is not visible to role \"%s\"",
						controller_id, GetUserNameFromId(GetUserId(), false)),
				 errhint("Have access granted by dropcontact.grant_access(role, controller).")));
}

/*
 * Runs a statement that answers one value, as the owner; SPI must be connected.
 * The statement must name everything with its schema; its plan is kept, for planning would take longer than most.
 */
Datum
dc_call_as_owner(const char *sql, int nargs, Oid *types, Datum *args, const char *nulls, bool *isnull)
{
	Oid			user;
	int			context;
	int			result;

	GetUserIdAndSecContext(&user, &context);
	SetUserIdAndSecContext(dc_owner(), context | SECURITY_LOCAL_USERID_CHANGE);
	result = SPI_execute_plan(dc_kept_plan(sql, nargs, types), args, nulls, false, 1);
	SetUserIdAndSecContext(user, context);
	if (result < 0 || SPI_processed != 1)
		elog(ERROR, "could not execute as the owner: %s", SPI_result_code_string(result));
	return SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, isnull);
}

/*
 * The same for a query, by the latest snapshot: what a session remembers of the answer must not be older than
 * the invalidation that made it ask, in a transaction of REPEATABLE READ either.
 */
Datum
dc_read_as_owner(const char *sql, int nargs, Oid *types, Datum *args, bool *isnull)
{
	Oid			user;
	int			context;
	int			result;

	GetUserIdAndSecContext(&user, &context);
	SetUserIdAndSecContext(dc_owner(), context | SECURITY_LOCAL_USERID_CHANGE);
	PushActiveSnapshot(GetLatestSnapshot());
	result = SPI_execute_plan(dc_kept_plan(sql, nargs, types), args, NULL, true, 1);
	PopActiveSnapshot();
	SetUserIdAndSecContext(user, context);
	if (result != SPI_OK_SELECT || SPI_processed != 1)
		elog(ERROR, "could not read as the owner: %s", SPI_result_code_string(result));
	return SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, isnull);
}

/* Under an agreement only members of dropcontact_controller speak for the controller; SPI must be connected. */
static void
check_speaks(int controller_id, const char *sqlstate)
{
	Oid			types[] = {INT4OID};
	Datum		args[] = {Int32GetDatum(controller_id)};
	bool		isnull;

	if (SPI_execute_with_args("SELECT dropcontact.under_agreement($1) AND NOT pg_catalog.pg_has_role('dropcontact_controller', 'MEMBER')",
							  1, types, args, NULL, true, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not read the agreement");
	if (DatumGetBool(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull)))
		ereport(ERROR,
				(errcode(MAKE_SQLSTATE(sqlstate[0], sqlstate[1], sqlstate[2], sqlstate[3], sqlstate[4])),
				 errmsg("role \"%s\" does not speak for the controller", GetUserNameFromId(GetUserId(), false)),
				 errhint("Under an agreement, instructions and settings are given by members of dropcontact_controller.")));
}

/* A function (controller, kind, body[, reason]) → bigint or void: checked as the caller, run as the owner. */
static Datum
append_checked(FunctionCallInfo fcinfo, const char *sql, int nargs)
{
	Oid			types[] = {INT4OID, TEXTOID, JSONBOID, TEXTOID};
	Datum		args[4];
	char		nulls[4];
	Datum		answer;
	int64		result;
	bool		isnull;

	for (int i = 0; i < 3; i++)
		if (PG_ARGISNULL(i))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("controller, kind and body cannot be NULL")));
	for (int i = 0; i < nargs; i++)
	{
		args[i] = PG_GETARG_DATUM(i);
		nulls[i] = PG_ARGISNULL(i) ? 'n' : ' ';
	}
	SPI_connect();
	dc_check_visible(PG_GETARG_INT32(0));
	answer = dc_call_as_owner(sql, nargs, types, args, nulls, &isnull);
	result = isnull ? 0 : DatumGetInt64(answer);
	SPI_finish();
	PG_RETURN_INT64(result);
}

PG_FUNCTION_INFO_V1(ledger_append);
Datum
ledger_append(PG_FUNCTION_ARGS)
{
	append_checked(fcinfo, "SELECT dropcontact.append_entry($1, $2, $3)", 3);
	PG_RETURN_VOID();
}

PG_FUNCTION_INFO_V1(log_access);
Datum
log_access(PG_FUNCTION_ARGS)
{
	return append_checked(fcinfo, "SELECT dropcontact.write_access($1, $2, $3)", 3);
}

PG_FUNCTION_INFO_V1(record_instruction);
Datum
record_instruction(PG_FUNCTION_ARGS)
{
	if (!PG_ARGISNULL(0) && !PG_ARGISNULL(1))
	{
		char	   *kind = text_to_cstring(PG_GETARG_TEXT_PP(1));
		bool		setting = strcmp(kind, "setting") == 0;

		SPI_connect();
		if (setting || strcmp(kind, "written") == 0 || strcmp(kind, "purpose") == 0)
			check_speaks(PG_GETARG_INT32(0), setting ? "RG121" : "RG432");
		SPI_finish();
	}
	return append_checked(fcinfo, "SELECT dropcontact.write_instruction($1, $2, $3, $4)", 4);
}

PG_FUNCTION_INFO_V1(set_instruction_state);
Datum
set_instruction_state(PG_FUNCTION_ARGS)
{
	Oid			types[] = {INT4OID, INT8OID, TEXTOID, TEXTOID};
	Datum		args[] = {PG_GETARG_DATUM(0), PG_GETARG_DATUM(1), PG_GETARG_DATUM(2), PG_GETARG_DATUM(3)};
	char		nulls[4];
	bool		isnull;
	Datum		result;

	for (int i = 0; i < 4; i++)
		nulls[i] = PG_ARGISNULL(i) ? 'n' : ' ';
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	SPI_connect();
	dc_check_visible(PG_GETARG_INT32(0));
	check_speaks(PG_GETARG_INT32(0), "RG432");
	result = Int64GetDatum(DatumGetInt64(dc_call_as_owner("SELECT dropcontact.change_instruction($1, $2, $3, $4)", 4, types, args, nulls, &isnull)));
	SPI_finish();
	return result;
}
