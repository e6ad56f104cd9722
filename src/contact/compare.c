/*-------------------------------------------------------------------------
 *
 * compare.c
 *	  What a record changes of the contact that it updates.
 *
 * A record is compared with what was received before, not with what cleaning made of it,
 * so that the same record given twice changes nothing.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"
#include "utils/typcache.h"

#include "base/version.h"
#include "contact/clean.h"
#include "contact/record.h"

/* Row types and where the columns of a record are in contact; kept for the query. */
typedef struct Layout
{
	TupleDesc	contact;
	TupleDesc	record;
	int			column[R_COUNT];	/* of contact, from 0 */
	int			received;
} Layout;

static TupleDesc
row_type(HeapTupleHeader row, MemoryContext context)
{
	TupleDesc	desc = lookup_rowtype_tupdesc(HeapTupleHeaderGetTypeId(row), HeapTupleHeaderGetTypMod(row));
	MemoryContext old = MemoryContextSwitchTo(context);
	TupleDesc	copy = BlessTupleDesc(CreateTupleDescCopy(desc));

	MemoryContextSwitchTo(old);
	ReleaseTupleDesc(desc);
	return copy;
}

static Layout *
get_layout(FmgrInfo *function, HeapTupleHeader contact, HeapTupleHeader record)
{
	Layout	   *layout = function->fn_extra;

	if (layout != NULL)
		return layout;
	layout = MemoryContextAllocZero(function->fn_mcxt, sizeof(Layout));
	layout->contact = row_type(contact, function->fn_mcxt);
	layout->record = row_type(record, function->fn_mcxt);
	if (layout->record->natts != R_FIRST + R_COUNT)
		elog(ERROR, "contact_record has %d columns", layout->record->natts);
	for (int c = 0; c < R_COUNT; c++)
	{
		layout->column[c] = SPI_fnumber(layout->contact, dc_record_column(c)) - 1;
		if (layout->column[c] < 0)
			elog(ERROR, "contact has no column %s", dc_record_column(c));
	}
	layout->received = SPI_fnumber(layout->contact, "received") - 1;
	return function->fn_extra = layout;
}

static void
deform(HeapTupleHeader row, TupleDesc desc, Datum *values, bool *nulls)
{
	HeapTupleData tuple;

	tuple.t_len = HeapTupleHeaderGetDatumLength(row);
	ItemPointerSetInvalid(&tuple.t_self);
	tuple.t_tableOid = InvalidOid;
	tuple.t_data = row;
	heap_deform_tuple(&tuple, desc, values, nulls);
}

static bool
same_bytes(const char *a, int alen, const char *b, int blen)
{
	return alen == blen && memcmp(a, b, alen) == 0;
}

/* Does a list of texts equal one of JSON? */
static bool
same_list(Datum list, const JsonbValue *json)
{
	Datum	   *members;
	bool	   *nulls;
	int			n;
	int			seen = 0;
	JsonbIterator *it;
	JsonbIteratorToken token;
	JsonbValue	v;

	if (json->type != jbvBinary)
		return false;
	deconstruct_array(DatumGetArrayTypeP(list), TEXTOID, -1, false, TYPALIGN_INT, &members, &nulls, &n);
	it = JsonbIteratorInit(json->val.binary.data);
	while ((token = JsonbIteratorNext(&it, &v, true)) != WJB_DONE)
	{
		text	   *member;

		if (token != WJB_ELEM)
			continue;
		if (seen >= n || nulls[seen] || v.type != jbvString)
			return false;
		member = DatumGetTextPP(members[seen++]);
		if (!same_bytes(VARDATA_ANY(member), VARSIZE_ANY_EXHDR(member), v.val.string.val, v.val.string.len))
			return false;
	}
	return seen == n;
}

/* Is a value the one of the contact now? */
static bool
as_now(int column, Datum value, bool isnull, Datum now, bool now_null)
{
	if (isnull || now_null)
		return isnull && now_null;
	return column >= R_RECEIVED_AT ? value == now : datum_image_eq(value, now, false, -1);
}

/* Is a value the original that cleaning changed? */
static bool
as_received(int column, Datum value, bool isnull, const JsonbValue *original)
{
	if (isnull || original->type == jbvNull)
		return isnull && original->type == jbvNull;
	if (column == R_OTHER_EMAILS || column == R_OTHER_PHONES)
		return same_list(value, original);
	return original->type == jbvString &&
		same_bytes(VARDATA_ANY(DatumGetPointer(value)), VARSIZE_ANY_EXHDR(DatumGetPointer(value)),
				   original->val.string.val, original->val.string.len);
}

/*
 * The columns of the contact as the record leaves them, or NULL when it changes none.
 * What the record does not give, or gives as before, stays as it is: cleaned.
 */
PG_FUNCTION_INFO_V1(changed_record);
Datum
changed_record(PG_FUNCTION_ARGS)
{
	HeapTupleHeader contact = PG_GETARG_HEAPTUPLEHEADER(0);
	HeapTupleHeader record = PG_GETARG_HEAPTUPLEHEADER(1);
	Layout	   *layout = get_layout(fcinfo->flinfo, contact, record);
	Datum	   *now = palloc(sizeof(Datum) * layout->contact->natts);
	bool	   *now_nulls = palloc(sizeof(bool) * layout->contact->natts);
	Datum		values[R_FIRST + R_COUNT];
	bool		nulls[R_FIRST + R_COUNT];
	Jsonb	   *received;
	uint64		given;
	bool		changed = false;

	deform(contact, layout->contact, now, now_nulls);
	deform(record, layout->record, values, nulls);
	received = now_nulls[layout->received] ? NULL : DatumGetJsonbP(now[layout->received]);
	given = DatumGetInt64(values[R_GIVEN]);

	for (int c = R_TEXT; c < R_COUNT; c++)
	{
		const char *name = dc_record_column(c);
		Datum	   *value = &values[R_FIRST + c];
		bool	   *isnull = &nulls[R_FIRST + c];
		Datum		was = now[layout->column[c]];
		bool		was_null = now_nulls[layout->column[c]];

		if (given & (UINT64CONST(1) << c))
		{
			JsonbValue	buffer;
			JsonbValue *original = received == NULL || c >= R_ATTRIBUTES ? NULL :
				getKeyJsonValueFromContainer(&received->root, name, strlen(name), &buffer);

			if (c < R_ATTRIBUTES && !*isnull)
				*value = PointerGetDatum(PG_DETOAST_DATUM_PACKED(*value));
			if (c == R_ATTRIBUTES && !was_null)
				*value = DirectFunctionCall2(jsonb_concat, was, *value);
			if (!as_now(c, *value, *isnull, was, was_null) && (original == NULL || !as_received(c, *value, *isnull, original)))
			{
				changed = true;
				continue;
			}
		}
		*value = was;
		*isnull = was_null;
	}
	if (!changed)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(layout->record, values, nulls)));
}
