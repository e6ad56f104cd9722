/*-------------------------------------------------------------------------
 *
 * quarantine.c
 *	  Contacts that an agreement does not cover: noted without their values, and left out.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "storage/proc.h"
#include "utils/builtins.h"

#include "base/version.h"
#include "duty/duty.h"

/* One warning a transaction for each reason; codes are constants. */
static void
warn_once(const char *code, const char *field)
{
	static LocalTransactionId warned_in = InvalidLocalTransactionId;
	static const char *warned_of[4];
	static int	n = 0;

	if (warned_in != dc_local_transaction())
	{
		warned_in = dc_local_transaction();
		n = 0;
	}
	for (int i = 0; i < n; i++)
		if (warned_of[i] == code)
			return;
	if (n < lengthof(warned_of))
		warned_of[n++] = code;
	ereport(WARNING,
			(errcode(MAKE_SQLSTATE(code[0], code[1], code[2], code[3], code[4])),
			 errmsg("contacts are left out: the agreement does not cover them"),
			 errdetail("Field %s says so, of the first one.", field),
			 errhint("Table dropcontact.quarantine lists them, without their values.")));
}

void
dc_quarantine(int controller_id, const char *purpose, const char *code, const char *source, const char *external_id, const char *field)
{
	static SPIPlanPtr plan = NULL;
	Datum		args[] = {Int32GetDatum(controller_id), CStringGetTextDatum(source),
		external_id ? CStringGetTextDatum(external_id) : (Datum) 0, CStringGetTextDatum(code), CStringGetTextDatum(field)};
	char		nulls[] = {' ', ' ', external_id ? ' ' : 'n', ' ', ' '};
	Oid			user;
	int			context;
	int			result;

	dc_run_refuse(controller_id, purpose, code);
	SPI_connect();
	GetUserIdAndSecContext(&user, &context);
	SetUserIdAndSecContext(dc_owner(), context | SECURITY_LOCAL_USERID_CHANGE);
	if (plan == NULL)
	{
		Oid			types[] = {INT4OID, TEXTOID, TEXTOID, TEXTOID, TEXTOID};
		SPIPlanPtr	made = SPI_prepare("SELECT dropcontact.write_quarantine($1, $2, $3, $4, $5)", 5, types);

		if (made == NULL || SPI_keepplan(made) != 0)
			elog(ERROR, "could not prepare the quarantine");
		plan = made;
	}
	result = SPI_execute_plan(plan, args, nulls, false, 0);
	SetUserIdAndSecContext(user, context);
	if (result != SPI_OK_SELECT)
		elog(ERROR, "could not note a contact that is left out: %s", SPI_result_code_string(result));
	SPI_finish();
	warn_once(code, field);
}
