/*-------------------------------------------------------------------------
 *
 * strike.c
 *	  Words of a person are struck out of a column, by a statement that is planned once a session.
 *
 * An erasure goes through every table that the data map names, and most of them are empty: planning a statement for
 * such a table takes much longer than seeing that its file has no page.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "storage/bufmgr.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "duty/duty.h"
#include "duty/plan.h"

static bool
has_pages(Oid relation)
{
	Relation	table = table_open(relation, AccessShareLock);
	bool		result = RelationGetNumberOfBlocks(table) > 0;

	table_close(table, NoLock);
	return result;
}

bool
dc_has_pages(const char *table)
{
	return has_pages(get_relname_relid(table, get_namespace_oid("dropcontact", false)));
}

PG_FUNCTION_INFO_V1(may_have_rows);
Datum
may_have_rows(PG_FUNCTION_ARGS)
{
	Oid			relation = PG_GETARG_OID(0);

	if (get_rel_relkind(relation) != RELKIND_RELATION)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("relation %u is not a table", relation)));
	PG_RETURN_BOOL(has_pages(relation));
}

/* Few rows have any of the words: the rest is told by a quicker test, the patterns.  Linear in the table. */
PG_FUNCTION_INFO_V1(strike_out_column);
Datum
strike_out_column(PG_FUNCTION_ARGS)
{
	const char *table = NameStr(*PG_GETARG_NAME(0));
	const char *column = quote_identifier(NameStr(*PG_GETARG_NAME(1)));
	Oid			types[] = {INT4OID, TEXTARRAYOID, TEXTARRAYOID};
	Datum		args[] = {PG_GETARG_DATUM(2), PG_GETARG_DATUM(3), PG_GETARG_DATUM(4)};
	uint64		struck;

	if (!dc_has_pages(table))
		PG_RETURN_INT64(0);
	SPI_connect();
	/* of the outbox what its index has: notices of erasures hold ids only */
	dc_execute(psprintf("UPDATE dropcontact.%1$s t SET %2$s = dropcontact.strike_out(t.%2$s, $2)"
						" WHERE t.controller_id OPERATOR(pg_catalog.=) $1%3$s"
						" AND pg_catalog.lower(t.%2$s::pg_catalog.text) OPERATOR(pg_catalog.~~) ANY ($3)"
						" AND dropcontact.strike_out(t.%2$s, $2) OPERATOR(pg_catalog.<>) t.%2$s",
						quote_identifier(table), column,
						strcmp(table, "outbox_message") == 0 ? " AND t.kind OPERATOR(pg_catalog.<>) 'erasure_notice'" : ""),
			   lengthof(args), types, args, false, SPI_OK_UPDATE);
	struck = SPI_processed;
	SPI_finish();
	PG_RETURN_INT64(struck);
}
