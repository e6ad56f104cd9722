/*-------------------------------------------------------------------------
 *
 * as_owner.c
 *	  Functions that ask as their caller and write as the extension's owner.
 *
 * The tables of duty are written by nobody: no role is granted INSERT on them.  A function
 * NAME that is declared with as_owner() finds out, as its caller, for which controller it
 * works, and then calls do_NAME as the owner, with the id of that controller before the
 * other arguments:
 *
 *	 NAME(controller text, ...)		the controller named, if the caller may see it
 *	 NAME(controller integer, ...)	the same by id
 *	 NAME(...)						the current controller; all that the caller sees where
 *									do_NAME begins with an array of ids
 *
 * Who may call NAME follows from the grants on it; do_NAME is granted to nobody, checks what
 * it is given, and sees the login as session_user.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "duty/duty.h"

/* What the look-up of a pair of functions finds; remembered for the call site. */
typedef struct Pair
{
	char	   *call;			/* SELECT dropcontact.do_NAME($1, ...) */
	int			nargs;			/* of do_NAME */
	Oid			types[FUNC_MAX_ARGS];
	bool		names_controller;	/* NAME begins with argument controller, */
	bool		by_id;			/* an integer */
	Oid			result;
	bool		by_value;
	int16		length;
} Pair;

/* Fills in what is asked of NAME: its name, its type of result, and whether it names a controller. */
static char *
read_outer(Oid function, Pair *pair, int *nargs)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	Form_pg_proc form;
	char	   *name;
	bool		isnull;
	Datum		names;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "function %u does not exist", function);
	form = (Form_pg_proc) GETSTRUCT(tuple);
	name = pstrdup(NameStr(form->proname));
	*nargs = form->pronargs;
	pair->result = form->prorettype;
	names = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_proargnames, &isnull);
	if (!isnull && form->pronargs > 0)
	{
		Datum	   *elements;
		int			n;

		deconstruct_array(DatumGetArrayTypeP(names), TEXTOID, -1, false, TYPALIGN_INT, &elements, NULL, &n);
		pair->names_controller = strcmp(TextDatumGetCString(elements[0]), "controller") == 0;
		pair->by_id = form->proargtypes.values[0] == INT4OID;
	}
	ReleaseSysCache(tuple);
	get_typlenbyval(pair->result, &pair->length, &pair->by_value);
	return name;
}

/* Fills in do_NAME. */
static void
read_inner(const char *name, Pair *pair)
{
	char	   *inner = psprintf("do_%s", name);
	Oid			schema = get_namespace_oid("dropcontact", false);
	CatCList   *found = SearchSysCacheList1(PROCNAMEARGSNSP, CStringGetDatum(inner));
	StringInfoData call;

	for (int i = 0; i < found->n_members; i++)
	{
		Form_pg_proc form = (Form_pg_proc) GETSTRUCT(&found->members[i]->tuple);

		if (form->pronamespace != schema)
			continue;
		pair->nargs = form->pronargs;
		memcpy(pair->types, form->proargtypes.values, sizeof(Oid) * form->pronargs);
	}
	ReleaseSysCacheList(found);
	if (pair->nargs == 0)
		elog(ERROR, "function dropcontact.%s does not exist", inner);
	initStringInfo(&call);
	appendStringInfo(&call, "SELECT dropcontact.%s(", quote_identifier(inner));
	for (int i = 0; i < pair->nargs; i++)
		appendStringInfo(&call, "%s$%d", i > 0 ? ", " : "", i + 1);
	appendStringInfoChar(&call, ')');
	pair->call = call.data;
}

static Pair *
find_pair(FunctionCallInfo fcinfo)
{
	Pair	   *pair = fcinfo->flinfo->fn_extra;
	MemoryContext old;
	char	   *name;
	int			nargs;

	if (pair != NULL)
		return pair;
	old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	pair = palloc0(sizeof(Pair));
	name = read_outer(fcinfo->flinfo->fn_oid, pair, &nargs);
	read_inner(name, pair);
	MemoryContextSwitchTo(old);
	if (pair->nargs != nargs + (pair->names_controller ? 0 : 1))
		elog(ERROR, "function do_%s does not fit %s", name, name);
	fcinfo->flinfo->fn_extra = pair;
	return pair;
}

/* The id of the controller of that name; an error when the caller may not see it. */
static int
controller_by_name(const char *name)
{
	Oid			types[] = {TEXTOID};
	Datum		args[] = {CStringGetTextDatum(name)};
	bool		isnull;

	if (SPI_execute_with_args("SELECT c.controller_id FROM dropcontact.controller c WHERE c.name OPERATOR(pg_catalog.=) $1"
							  " AND c.controller_id OPERATOR(pg_catalog.=) ANY (dropcontact.visible_controllers())",
							  1, types, args, NULL, true, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not read the controllers");
	if (SPI_processed == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("controller \"%s\" does not exist or is not visible to role \"%s\"", name, GetUserNameFromId(GetUserId(), false)),
				 errhint("Have access granted by dropcontact.grant_access(role, controller).")));
	return DatumGetInt32(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
}

/* What stands before the other arguments of do_NAME, found as the caller. */
static Datum
controller_argument(FunctionCallInfo fcinfo, const Pair *pair)
{
	bool		isnull;

	if (!pair->names_controller && pair->types[0] == INT4ARRAYOID)
	{
		if (SPI_execute("SELECT dropcontact.visible_controllers()", true, 1) != SPI_OK_SELECT)
			elog(ERROR, "could not read the visible controllers");
		return SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	}
	if (!pair->names_controller)
		return Int32GetDatum(dc_current_controller());
	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("controller cannot be NULL")));
	if (pair->by_id)
	{
		dc_check_visible(PG_GETARG_INT32(0));
		return PG_GETARG_DATUM(0);
	}
	return Int32GetDatum(controller_by_name(TextDatumGetCString(PG_GETARG_DATUM(0))));
}

PG_FUNCTION_INFO_V1(as_owner);
Datum
as_owner(PG_FUNCTION_ARGS)
{
	Pair	   *pair = find_pair(fcinfo);
	int			shift = pair->names_controller ? 0 : 1;
	Datum		args[FUNC_MAX_ARGS];
	char		nulls[FUNC_MAX_ARGS];
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext old;
	Datum		result;
	bool		isnull;

	SPI_connect();
	args[0] = controller_argument(fcinfo, pair);
	nulls[0] = ' ';
	for (int i = 1; i < pair->nargs; i++)
	{
		args[i] = PG_GETARG_DATUM(i - shift);
		nulls[i] = PG_ARGISNULL(i - shift) ? 'n' : ' ';
	}
	result = dc_call_as_owner(pair->call, pair->nargs, pair->types, args, nulls, &isnull);
	old = MemoryContextSwitchTo(caller);
	if (!isnull && pair->result != VOIDOID)
		result = datumCopy(result, pair->by_value, pair->length);
	MemoryContextSwitchTo(old);
	SPI_finish();
	if (isnull || pair->result == VOIDOID)
		PG_RETURN_NULL();
	return result;
}
