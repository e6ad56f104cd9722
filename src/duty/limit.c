/*-------------------------------------------------------------------------
 *
 * limit.c
 *	  Persons whose contacts may not be processed, or whose rectified fields stand.
 *
 * Restrictions, objections and rectified fields concern few contacts, and every row that is
 * updated asks for them.  The session keeps the ids of the contacts concerned, of all controllers,
 * until one of the tables changes; only a row that is among them is looked up.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "common/hashfn.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "duty/duty.h"

/* The contacts that rows of a table concern, ascending. */
typedef struct Concerned
{
	const char *table;
	const char *sql;
	Oid			relation;
	bool		known;
	int			n;
	int64	   *contacts;
} Concerned;

static Concerned limited = {
	.table = "processing_limit",
	.sql = "SELECT pg_catalog.array_agg(DISTINCT l.contact_id) FROM dropcontact.processing_limit l WHERE l.lifted_at IS NULL AND $1 OPERATOR(pg_catalog.=) 0"
};
static Concerned rectified = {
	.table = "field_lock",
	.sql = "SELECT pg_catalog.array_agg(DISTINCT l.contact_id) FROM dropcontact.field_lock l WHERE $1 OPERATOR(pg_catalog.=) 0"
};

/* the same by the hash of the record in its source, for records that come again after their contact was deleted */
static Concerned rectified_records = {
	.table = "field_lock",
	.sql = "SELECT pg_catalog.array_agg(DISTINCT pg_catalog.hashtextextended(l.source || E'\\x01' || l.external_id, 0) ORDER BY"
	" pg_catalog.hashtextextended(l.source || E'\\x01' || l.external_id, 0)) FROM dropcontact.field_lock l WHERE l.external_id IS NOT NULL AND $1 OPERATOR(pg_catalog.=) 0"
};
static Concerned limited_records = {
	.table = "processing_limit",
	.sql = "SELECT pg_catalog.array_agg(DISTINCT pg_catalog.hashtextextended(l.source || E'\\x01' || l.external_id, 0) ORDER BY"
	" pg_catalog.hashtextextended(l.source || E'\\x01' || l.external_id, 0)) FROM dropcontact.processing_limit l"
	" WHERE l.lifted_at IS NULL AND l.external_id IS NOT NULL AND $1 OPERATOR(pg_catalog.=) 0"
};

/* Did the statement receive a record of a person who asked for a limit? */
static bool comes_again = false;

static void
forget_concerned(Datum arg, Oid relation)
{
	if (relation == InvalidOid || relation == limited.relation)
		limited.known = limited_records.known = false;
	if (relation == InvalidOid || relation == rectified.relation)
		rectified.known = rectified_records.known = false;
}

void
dc_limit_init(void)
{
	CacheRegisterRelcacheCallback(forget_concerned, (Datum) 0);
}

/* Reads the ids, as the owner; linear in them. */
static void
read_concerned(Concerned *c)
{
	Oid			types[] = {INT4OID};
	Datum		args[] = {Int32GetDatum(0)};
	bool		isnull;
	Datum		ids;

	c->relation = get_relname_relid(c->table, get_namespace_oid("dropcontact", false));
	if (c->contacts != NULL)
		pfree(c->contacts);
	c->contacts = NULL;
	c->n = 0;
	SPI_connect();
	ids = dc_read_as_owner(c->sql, 1, types, args, &isnull);
	if (!isnull)
	{
		ArrayType  *array = DatumGetArrayTypeP(ids);
		int			n = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));

		c->contacts = MemoryContextAllocHuge(TopMemoryContext, sizeof(int64) * (Size) (n + 1));
		memcpy(c->contacts, ARR_DATA_PTR(array), sizeof(int64) * (size_t) n);
		c->n = n;
	}
	SPI_finish();
	c->known = true;
}

static bool
concerns(Concerned *c, int64 contact_id)
{
	int			low = 0;
	int			high;

	if (!c->known)
		read_concerned(c);
	for (high = c->n - 1; low <= high;)
	{
		int			middle = low + (high - low) / 2;

		if (c->contacts[middle] == contact_id)
			return true;
		if (c->contacts[middle] < contact_id)
			low = middle + 1;
		else
			high = middle - 1;
	}
	return false;
}

const char *
dc_limit_code(int64 contact_id, const char *purpose)
{
	Oid			types[] = {INT8OID, TEXTOID};
	Datum		args[] = {Int64GetDatum(contact_id), CStringGetTextDatum(purpose)};
	const char *code = NULL;
	char	   *found;
	bool		isnull;
	Datum		answer;

	/* what a person asked for is carried out on its contacts too */
	if (strcmp(purpose, "rights") == 0 || !concerns(&limited, contact_id))
		return NULL;
	SPI_connect();
	answer = dc_read_as_owner("SELECT dropcontact.limit_code($1, $2)", 2, types, args, &isnull);
	if (!isnull)
	{
		found = TextDatumGetCString(answer);
		code = strcmp(found, "RG174") == 0 ? "RG174" : strcmp(found, "RG177") == 0 ? "RG177" : "RG176";
	}
	SPI_finish();
	return code;
}

/* Whether a list has the hash of a record; its controller is asked for by those who then look closer. */
static bool
concerns_record(Concerned *c, const char *source, const char *external_id)
{
	StringInfoData record;

	if (c->known && c->n == 0)
		return false;
	initStringInfo(&record);
	appendStringInfo(&record, "%s\x01%s", source, external_id);
	return concerns(c, (int64) hash_bytes_extended((unsigned char *) record.data, record.len, 0));
}

void
dc_limit_received(const char *source, const char *external_id)
{
	comes_again |= concerns_record(&limited_records, source, external_id);
}

/* ---------- for SQL ---------- */

PG_FUNCTION_INFO_V1(is_rectified);
Datum
is_rectified(PG_FUNCTION_ARGS)
{
	if (!PG_ARGISNULL(0) && concerns(&rectified, PG_GETARG_INT64(0)))
		PG_RETURN_BOOL(true);
	if (rectified.n == 0 || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_BOOL(false);
	PG_RETURN_BOOL(concerns_record(&rectified_records, text_to_cstring(PG_GETARG_TEXT_PP(1)), text_to_cstring(PG_GETARG_TEXT_PP(2))));
}

PG_FUNCTION_INFO_V1(limits_changed);
Datum
limits_changed(PG_FUNCTION_ARGS)
{
	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("limits_changed is a trigger of processing_limit and field_lock")));
	CacheInvalidateRelcacheByRelid(((TriggerData *) fcinfo->context)->tg_relation->rd_id);
	limited.known = limited_records.known = rectified.known = rectified_records.known = false;
	PG_RETURN_POINTER(NULL);
}

PG_FUNCTION_INFO_V1(renew_limits);
Datum
renew_limits(PG_FUNCTION_ARGS)
{
	bool		isnull;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_FOR_STATEMENT(((TriggerData *) fcinfo->context)->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("renew_limits is the statement trigger of dropcontact.contact")));
	if (comes_again)
	{
		comes_again = false;
		SPI_connect();
		dc_call_as_owner("SELECT dropcontact.move_limits()", 0, NULL, NULL, NULL, &isnull);
		SPI_finish();
	}
	PG_RETURN_POINTER(NULL);
}
