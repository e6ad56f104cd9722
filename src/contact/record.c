/*-------------------------------------------------------------------------
 *
 * record.c
 *	  Records of JSON become rows, and are compared with the contact they update.
 *
 * ingest() and attached tables store sets of records by two statements of SQL
 * (store_records in ingest.sql).  What SQL would do slowly, key by key, is done here: a
 * record is read and checked in one walk, records of one external_id are folded into the
 * first of them, and the fields that a record really changes are found by comparing
 * it with what was received before.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "nodes/supportnodes.h"
#include "optimizer/optimizer.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"
#include "utils/rel.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"
#include "utils/typcache.h"

#include "base/version.h"
#include "contact/clean.h"
#include "contact/record.h"

typedef struct Record
{
	Datum		value[R_COUNT];
	bool		isnull[R_COUNT];
	uint64		given;			/* bit per column */
	int64		n;				/* place in the input, from 1 */
	int64		first_n;		/* of the first record with this external_id */
	const char *later;			/* for one that is not the first: what it did to those before it */
} Record;

static const char *const other_columns[] = {
	[R_OTHER_EMAILS - R_OTHER_EMAILS] = "other_emails",
	[R_OTHER_PHONES - R_OTHER_EMAILS] = "other_phones",
	[R_ATTRIBUTES - R_OTHER_EMAILS] = "attributes",
	[R_RECEIVED_AT - R_OTHER_EMAILS] = "received_at",
	[R_UPDATED_AT - R_OTHER_EMAILS] = "updated_at"
};

const char *
dc_record_column(int column)
{
	if (column == R_EXTERNAL_ID)
		return "external_id";
	return column < R_OTHER_EMAILS ? dc_field_names[column - R_TEXT] : other_columns[column - R_OTHER_EMAILS];
}

int
dc_record_find(const char *name, int length)
{
	static int	lengths[R_COUNT];

	if (lengths[0] == 0)
		for (int c = R_COUNT - 1; c >= 0; c--)
			lengths[c] = strlen(dc_record_column(c));
	for (int c = 0; c < R_COUNT; c++)
		if (lengths[c] == length && memcmp(dc_record_column(c), name, length) == 0)
			return c;
	return -1;
}

static const char *
json_kind(const JsonbValue *v)
{
	switch (v->type)
	{
		case jbvNull:
			return "null";
		case jbvString:
			return "a text";
		case jbvNumeric:
			return "a number";
		case jbvBool:
			return "a boolean";
		default:
			return v->type == jbvBinary && JsonContainerIsArray(v->val.binary.data) ? "an array" : "an object";
	}
}

static void
refuse_value(int64 n, const char *key, const char *expected, const JsonbValue *v)
{
	const char *kind = json_kind(v);
	bool		inside = strncmp(expected, kind, strlen(kind)) == 0;	/* a wrong member of an array */

	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("record " INT64_FORMAT ", key \"%s\": %s is expected%s%s", n, key, expected,
					inside ? "" : ", not ", inside ? "" : kind),
			 errhint("Nothing of these records is stored.")));
}

/* A scalar as text; a text without characters is none.  False when v is no scalar. */
static bool
scalar_text(const JsonbValue *v, Datum *value, bool *isnull)
{
	*isnull = false;
	switch (v->type)
	{
		case jbvNull:
			*isnull = true;
			return true;
		case jbvString:
			*isnull = v->val.string.len == 0;
			*value = PointerGetDatum(cstring_to_text_with_len(v->val.string.val, v->val.string.len));
			return true;
		case jbvNumeric:
			*value = CStringGetTextDatum(DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(v->val.numeric))));
			return true;
		case jbvBool:
			*value = CStringGetTextDatum(v->val.boolean ? "true" : "false");
			return true;
		default:
			return false;
	}
}

/* Members of a list, without nulls.  False when v is no array of scalars. */
static bool
list_members(const JsonbValue *v, Datum *value, bool *isnull)
{
	JsonbIterator *it;
	JsonbIteratorToken token;
	JsonbValue	member;
	Datum	   *members;
	int			n = 0;

	*isnull = v->type == jbvNull;
	if (*isnull)
		return true;
	if (v->type != jbvBinary || !JsonContainerIsArray(v->val.binary.data))
		return false;
	members = palloc(sizeof(Datum) * Max(1, JsonContainerSize(v->val.binary.data)));
	it = JsonbIteratorInit(v->val.binary.data);
	while ((token = JsonbIteratorNext(&it, &member, true)) != WJB_DONE)
	{
		bool		none;

		if (token != WJB_ELEM)
			continue;
		if (!scalar_text(&member, &members[n], &none))
			return false;
		if (!none)
			n++;
	}
	*isnull = n == 0;
	*value = PointerGetDatum(construct_array(members, n, TEXTOID, -1, false, TYPALIGN_INT));
	return true;
}

/* A timestamp; false when v is none. */
static bool
read_timestamp(const JsonbValue *v, Datum *value, bool *isnull)
{
	MemoryContext context = CurrentMemoryContext;
	volatile bool fine = true;

	*isnull = v->type == jbvNull || (v->type == jbvString && v->val.string.len == 0);
	if (*isnull)
		return true;
	if (v->type != jbvString)
		return false;
	PG_TRY();
	{
		*value = DirectFunctionCall3(timestamptz_in, CStringGetDatum(pnstrdup(v->val.string.val, v->val.string.len)),
									 ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
	}
	PG_CATCH();
	{
		/* no state is left behind by a refused timestamp; the caller raises an error that names it */
		MemoryContextSwitchTo(context);
		if (ERRCODE_TO_CATEGORY(geterrcode()) != ERRCODE_DATA_EXCEPTION)
			PG_RE_THROW();
		FlushErrorState();
		fine = false;
	}
	PG_END_TRY();
	return fine;
}

/* Reads the value of a key that is a column. */
static void
read_column(Record *record, int column, const char *key, const JsonbValue *v)
{
	Datum	   *value = &record->value[column];
	bool	   *isnull = &record->isnull[column];

	if (column < R_OTHER_EMAILS)
	{
		if (!scalar_text(v, value, isnull))
			refuse_value(record->n, key, "a text", v);
		if (column == R_EXTERNAL_ID && v->type == jbvString)
			*isnull = dc_is_no_id(v->val.string.val, v->val.string.len);
	}
	else if (column < R_ATTRIBUTES)
	{
		if (!list_members(v, value, isnull))
			refuse_value(record->n, key, "an array of texts", v);
	}
	else if (!read_timestamp(v, value, isnull))
	{
		if (v->type != jbvString)
			refuse_value(record->n, key, "a timestamp", v);
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_DATETIME_FORMAT),
				 errmsg("record " INT64_FORMAT ", key \"%s\": a timestamp is expected", record->n, key),
				 errhint("Write it as 2026-01-31T12:00:00Z.")));
	}
	/* no time says nothing, so that a record that comes again without one is unchanged */
	if (column < R_RECEIVED_AT || !*isnull)
		record->given |= UINT64CONST(1) << column;
}

/* Adds what a record gives beside columns to its attributes. */
static void
add_attributes(Record *record, Jsonb *attributes)
{
	Datum	   *value = &record->value[R_ATTRIBUTES];

	if (record->isnull[R_ATTRIBUTES])
		*value = JsonbPGetDatum(attributes);
	else
		*value = DirectFunctionCall2(jsonb_concat, *value, JsonbPGetDatum(attributes));
	record->isnull[R_ATTRIBUTES] = false;
	record->given |= UINT64CONST(1) << R_ATTRIBUTES;
}

/* Reads one record in one walk over its keys. */
static void
read_record(Record *record, JsonbContainer *object)
{
	JsonbIterator *it = JsonbIteratorInit(object);
	JsonbIteratorToken token;
	JsonbValue	key;
	JsonbValue	v;
	JsonbParseState *state = NULL;
	bool		any_attribute = false;

	memset(record->isnull, true, sizeof(record->isnull));
	while ((token = JsonbIteratorNext(&it, &key, true)) != WJB_DONE)
	{
		int			column;

		if (token != WJB_KEY)
			continue;
		(void) JsonbIteratorNext(&it, &v, true);
		column = dc_record_find(key.val.string.val, key.val.string.len);
		if (column == R_ATTRIBUTES)
		{
			if (v.type == jbvNull)
				continue;
			if (v.type != jbvBinary || !JsonContainerIsObject(v.val.binary.data))
				refuse_value(record->n, "attributes", "an object", &v);
			add_attributes(record, JsonbValueToJsonb(&v));
		}
		else if (column >= 0)
			read_column(record, column, dc_record_column(column), &v);
		else
		{
			if (!any_attribute)
				pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
			any_attribute = true;
			pushJsonbValue(&state, WJB_KEY, &key);
			pushJsonbValue(&state, WJB_VALUE, &v);
		}
	}
	if (any_attribute)
		add_attributes(record, JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL)));
}

static bool
same_value(int column, Datum a, bool anull, Datum b, bool bnull)
{
	if (anull || bnull)
		return anull && bnull;
	if (column >= R_RECEIVED_AT)
		return a == b;
	return datum_image_eq(a, b, false, -1);
}

/* By external_id, those without last; then by place. */
static int
compare_records(const void *a, const void *b)
{
	const Record *x = *(Record *const *) a;
	const Record *y = *(Record *const *) b;

	if (x->isnull[R_EXTERNAL_ID] != y->isnull[R_EXTERNAL_ID])
		return x->isnull[R_EXTERNAL_ID] ? 1 : -1;
	if (!x->isnull[R_EXTERNAL_ID])
	{
		text	   *s = DatumGetTextPP(x->value[R_EXTERNAL_ID]);
		text	   *t = DatumGetTextPP(y->value[R_EXTERNAL_ID]);
		int			order = memcmp(VARDATA_ANY(s), VARDATA_ANY(t), Min(VARSIZE_ANY_EXHDR(s), VARSIZE_ANY_EXHDR(t)));

		if (order == 0)
			order = (int) VARSIZE_ANY_EXHDR(s) - (int) VARSIZE_ANY_EXHDR(t);
		if (order != 0)
			return order;
	}
	return x->n < y->n ? -1 : 1;
}

/* What a later record gives goes over what the first of its external_id gave. */
static void
fold_record(Record *first, Record *later)
{
	later->first_n = first->n;
	later->later = "unchanged";
	for (int c = 0; c < R_COUNT; c++)
	{
		uint64		bit = UINT64CONST(1) << c;
		Datum		value = later->value[c];
		bool		isnull = later->isnull[c];

		if (!(later->given & bit))
			continue;
		if (c == R_ATTRIBUTES && !isnull && !first->isnull[c])
			value = DirectFunctionCall2(jsonb_concat, first->value[c], value);
		if (!(first->given & bit) || !same_value(c, first->value[c], first->isnull[c], value, isnull))
			later->later = "updated";
		first->value[c] = value;
		first->isnull[c] = isnull;
		first->given |= bit;
	}
}

/* Folds the records of one external_id; n log n in their number. */
static void
fold_records(Record *records, int64 n)
{
	Record	  **sorted = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Record *) * Max(1, n));
	Record	   *first = NULL;

	for (int64 i = 0; i < n; i++)
		sorted[i] = &records[i];
	qsort(sorted, n, sizeof(Record *), compare_records);
	for (int64 i = 0; i < n && !sorted[i]->isnull[R_EXTERNAL_ID]; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (first != NULL && same_value(R_EXTERNAL_ID, first->value[R_EXTERNAL_ID], false, sorted[i]->value[R_EXTERNAL_ID], false))
			fold_record(first, sorted[i]);
		else
			first = sorted[i];
	}
}

/* The records of an object, or of an array of objects. */
static Record *
read_all(Jsonb *json, int64 *count)
{
	bool		is_list = JB_ROOT_IS_ARRAY(json) && !JB_ROOT_IS_SCALAR(json);
	int64		n = is_list ? JB_ROOT_COUNT(json) : 1;
	Record	   *records = MemoryContextAllocExtended(CurrentMemoryContext, sizeof(Record) * Max(1, n), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	JsonbIterator *it;
	JsonbValue	v;
	JsonbIteratorToken token;

	*count = n;
	n = 0;
	if (JB_ROOT_IS_OBJECT(json))
	{
		records[0].n = records[0].first_n = 1;
		read_record(&records[0], &json->root);
		return records;
	}
	it = JsonbIteratorInit(&json->root);
	while ((token = JsonbIteratorNext(&it, &v, true)) != WJB_DONE)
	{
		if (token != WJB_ELEM)
			continue;
		CHECK_FOR_INTERRUPTS();
		records[n].n = records[n].first_n = n + 1;
		if (v.type != jbvBinary || !JsonContainerIsObject(v.val.binary.data))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("record " INT64_FORMAT " is no JSON object but %s", n + 1, json_kind(&v)),
					 errhint("Give a JSON object, or an array of objects; nothing of these records is stored.")));
		read_record(&records[n++], v.val.binary.data);
	}
	return records;
}

PG_FUNCTION_INFO_V1(read_records);
Datum
read_records(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	int64		n;
	Record	   *records = read_all(PG_GETARG_JSONB_P(0), &n);

	InitMaterializedSRF(fcinfo, 0);
	if (rsinfo->setDesc->natts != R_FIRST + R_COUNT)
		elog(ERROR, "contact_record has %d columns", rsinfo->setDesc->natts);
	fold_records(records, n);
	for (int64 i = 0; i < n; i++)
	{
		Record	   *record = &records[i];
		Datum		values[R_FIRST + R_COUNT];
		bool		nulls[R_FIRST + R_COUNT] = {false};

		values[0] = Int64GetDatum(record->n);
		values[1] = Int64GetDatum(record->first_n);
		values[2] = BoolGetDatum(record->later == NULL);
		nulls[3] = record->later == NULL;
		values[3] = nulls[3] ? (Datum) 0 : CStringGetTextDatum(record->later);
		values[R_GIVEN] = Int64GetDatum((int64) record->given);
		memcpy(values + R_FIRST, record->value, sizeof(record->value));
		memcpy(nulls + R_FIRST, record->isnull, sizeof(record->isnull));
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(read_records_support);
Datum
read_records_support(PG_FUNCTION_ARGS)
{
	Node	   *request = (Node *) PG_GETARG_POINTER(0);

	if (IsA(request, SupportRequestRows))
	{
		SupportRequestRows *rows = (SupportRequestRows *) request;
		Node	   *records = is_funcclause(rows->node) ?
			estimate_expression_value(rows->root, linitial(((FuncExpr *) rows->node)->args)) : NULL;

		if (records != NULL && IsA(records, Const) && !((Const *) records)->constisnull)
		{
			Jsonb	   *json = DatumGetJsonbP(((Const *) records)->constvalue);

			rows->rows = JB_ROOT_IS_ARRAY(json) ? Max(1, JB_ROOT_COUNT(json)) : 1;
			PG_RETURN_POINTER(request);
		}
	}
	PG_RETURN_POINTER(NULL);
}
