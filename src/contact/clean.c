/*-------------------------------------------------------------------------
 *
 * clean.c
 *	  The trigger that cleans every row of contact.
 *
 * A BEFORE ROW trigger, so that plain SQL and COPY are cleaned alike.  What it needs to
 * know for a statement (controller, sources, column numbers) is read once for the statement
 * and kept in fn_extra; a row takes no query.  Time is linear in the row's length.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "base/version.h"
#include "contact/clean.h"
#include "duty/duty.h"
#include "normalize/normalize.h"

/* Advisory lock on the sources of a controller, shared by all who write contacts; guard_source() takes it alone. */
#define DC_SOURCE_LOCK 1685549172

/* text[] columns */
enum
{
	L_OTHER_EMAILS, L_OTHER_PHONES, L_COUNT
};

static const char *const list_names[L_COUNT] = {"other_emails", "other_phones"};

typedef struct Source
{
	char	   *name;
	char	   *region;
} Source;

typedef struct Cleaner
{
	MemoryContext statement;	/* lives as long as this */
	MemoryContext row;			/* reset after each row */
	int			controller_id;	/* 0: not asked yet */
	int			sources_of;		/* the controller whose sources are read; 0: none yet */
	int			nsources;
	Source	   *sources;
	int			field[F_COUNT]; /* column numbers */
	int			list[L_COUNT];
	int			column_id;
	int			column_controller;
	int			column_source;
	int			column_received;
	int			column_problems;
	int			column_cleaned_by;
} Cleaner;

static Cleaner *
make_cleaner(FunctionCallInfo fcinfo, TupleDesc desc)
{
	MemoryContext statement = fcinfo->flinfo->fn_mcxt;
	Cleaner    *cleaner = MemoryContextAllocZero(statement, sizeof(Cleaner));

	cleaner->statement = statement;
	cleaner->row = AllocSetContextCreate(statement, "dropcontact cleaning", ALLOCSET_DEFAULT_SIZES);
	for (int f = 0; f < F_COUNT; f++)
		cleaner->field[f] = SPI_fnumber(desc, dc_field_names[f]);
	for (int l = 0; l < L_COUNT; l++)
		cleaner->list[l] = SPI_fnumber(desc, list_names[l]);
	cleaner->column_id = SPI_fnumber(desc, "contact_id");
	cleaner->column_controller = SPI_fnumber(desc, "controller_id");
	cleaner->column_source = SPI_fnumber(desc, "source");
	cleaner->column_received = SPI_fnumber(desc, "received");
	cleaner->column_problems = SPI_fnumber(desc, "problems");
	cleaner->column_cleaned_by = SPI_fnumber(desc, "cleaned_by");
	return cleaner;
}

/* The controller for which the statement writes, asked once. */
static int
statement_controller(Cleaner *cleaner)
{
	if (cleaner->controller_id == 0)
	{
		DcRun		run;

		SPI_connect();
		run = dc_run_open("clean");
		SPI_finish();
		cleaner->controller_id = run.controller_id;
	}
	return cleaner->controller_id;
}

/* Reads the sources of a controller, so that rows need no query. */
static void
read_sources(Cleaner *cleaner, int controller_id)
{
	Oid			types[] = {INT4OID};
	Datum		args[] = {Int32GetDatum(controller_id)};
	MemoryContext old;

	DirectFunctionCall2(pg_advisory_xact_lock_shared_int4, Int32GetDatum(DC_SOURCE_LOCK), Int32GetDatum(controller_id));
	SPI_connect();
	/* not read-only: the snapshot is one taken behind the lock */
	if (SPI_execute_with_args("SELECT name, region FROM dropcontact.source WHERE controller_id = $1 ORDER BY source_id",
							  1, types, args, NULL, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the sources");
	old = MemoryContextSwitchTo(cleaner->statement);
	cleaner->nsources = SPI_processed;
	cleaner->sources = palloc0(sizeof(Source) * Max(1, cleaner->nsources));
	for (int i = 0; i < cleaner->nsources; i++)
	{
		char	   *region = SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 2);

		cleaner->sources[i].name = pstrdup(SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1));
		cleaner->sources[i].region = region == NULL ? NULL : pstrdup(region);
	}
	MemoryContextSwitchTo(old);
	SPI_finish();
	cleaner->sources_of = controller_id;
}

/* The source of a row; without a name, the only one that there is. */
static const Source *
find_source(Cleaner *cleaner, int controller_id, const char *name)
{
	if (cleaner->sources_of != controller_id)
		read_sources(cleaner, controller_id);
	if (name == NULL)
	{
		if (cleaner->nsources == 1)
			return &cleaner->sources[0];
		ereport(ERROR,
				(errcode(ERRCODE_NOT_NULL_VIOLATION),
				 errmsg("a contact needs a source"),
				 errdetail("The controller has %d sources and none is named.", cleaner->nsources),
				 errhint("Give column source, or create the one source with dropcontact.create_source(name).")));
	}
	for (int i = 0; i < cleaner->nsources; i++)
		if (strcmp(cleaner->sources[i].name, name) == 0)
			return &cleaner->sources[i];
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("source \"%s\" does not exist", name),
			 errhint("Create it with dropcontact.create_source(name).")));
}

static void
push_string(JsonbParseState **state, JsonbIteratorToken token, const char *s)
{
	JsonbValue	v;

	v.type = jbvString;
	v.val.string.val = unconstify(char *, s);
	v.val.string.len = strlen(s);
	pushJsonbValue(state, token, &v);
}

/* The entry of a key in an object of a row before; NULL when there is none. */
static JsonbValue *
old_entry(Datum object, bool isnull, const char *key)
{
	if (isnull)
		return NULL;
	return getKeyJsonValueFromContainer(&DatumGetJsonbP(object)->root, key, strlen(key), NULL);
}

/* The clean members of a list, the others as they are; NULL when nothing changed. */
static ArrayType *
clean_list(ArrayType *list, int which, const char *region)
{
	Datum	   *elements;
	bool	   *nulls;
	int			n;
	bool		changed = false;

	deconstruct_array(list, TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, &n);
	for (int i = 0; i < n; i++)
	{
		char	   *value;
		char	   *clean;

		if (nulls[i])
			continue;
		value = TextDatumGetCString(elements[i]);
		clean = which == L_OTHER_EMAILS ? dc_normalize_email(value) : dc_normalize_phone(value, region);
		if (clean != NULL && strcmp(clean, value) != 0)
		{
			elements[i] = CStringGetTextDatum(clean);
			changed = true;
		}
	}
	if (!changed)
		return NULL;
	return construct_md_array(elements, nulls, ARR_NDIM(list), ARR_DIMS(list), ARR_LBOUND(list),
							  TEXTOID, -1, false, TYPALIGN_INT);
}

static void
push_list(JsonbParseState **state, ArrayType *list)
{
	Datum	   *elements;
	bool	   *nulls;
	int			n;

	pushJsonbValue(state, WJB_BEGIN_ARRAY, NULL);
	deconstruct_array(list, TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, &n);
	for (int i = 0; i < n; i++)
		if (!nulls[i])
			push_string(state, WJB_ELEM, TextDatumGetCString(elements[i]));
	pushJsonbValue(state, WJB_END_ARRAY, NULL);
}

/* An entry of the row before, be it a text or a list. */
static void
push_kept(JsonbParseState **state, JsonbValue *kept)
{
	JsonbIterator *it;
	JsonbValue	v;
	JsonbIteratorToken token;

	if (kept->type != jbvBinary)
	{
		pushJsonbValue(state, WJB_VALUE, kept);
		return;
	}
	it = JsonbIteratorInit(kept->val.binary.data);
	while ((token = JsonbIteratorNext(&it, &v, false)) != WJB_DONE)
		pushJsonbValue(state, token, token < WJB_BEGIN_ARRAY ? &v : NULL);
}

static bool
same_text(Datum a, bool anull, Datum b, bool bnull)
{
	text	   *ta;
	text	   *tb;

	if (anull || bnull)
		return anull && bnull;
	ta = DatumGetTextPP(a);
	tb = DatumGetTextPP(b);
	return VARSIZE_ANY_EXHDR(ta) == VARSIZE_ANY_EXHDR(tb) &&
		memcmp(VARDATA_ANY(ta), VARDATA_ANY(tb), VARSIZE_ANY_EXHDR(ta)) == 0;
}

/*
 * Columns that only the trigger writes: what a statement gives must be what was there.
 * The first two identify the contact.
 */
static void
refuse_derived(Cleaner *cleaner, TupleDesc desc, const Datum *values, const bool *nulls,
			   const Datum *old_values, const bool *old_nulls, bool is_update)
{
	int			columns[F_COUNT - F_FIRST_DERIVED + 5] = {cleaner->column_id, cleaner->column_controller};
	int			n = 2;

	for (int f = F_FIRST_DERIVED; f < F_COUNT; f++)
		columns[n++] = cleaner->field[f];
	columns[n++] = cleaner->column_received;
	columns[n++] = cleaner->column_problems;
	columns[n++] = cleaner->column_cleaned_by;
	for (int c = is_update ? 0 : 2; c < n; c++)
	{
		int			i = columns[c] - 1;
		Form_pg_attribute attribute = TupleDescAttr(desc, i);

		if (nulls[i] == old_nulls[i] &&
			(nulls[i] || datum_image_eq(values[i], old_values[i], attribute->attbyval, attribute->attlen)))
			continue;
		ereport(ERROR,
				(errcode(ERRCODE_GENERATED_ALWAYS),
				 errmsg("column \"%s\" of a contact cannot be written", NameStr(attribute->attname)),
				 c < 2 ? errdetail("It identifies the contact and never changes.") :
				 errdetail("It is derived from the other columns."),
				 errhint("Leave it out of the statement.")));
	}
}

static HeapTuple
clean_tuple(Cleaner *cleaner, HeapTuple tuple, HeapTuple before, TupleDesc desc)
{
	int			natts = desc->natts;
	Datum	   *values = palloc(sizeof(Datum) * natts);
	bool	   *nulls = palloc(sizeof(bool) * natts);
	Datum	   *old_values = palloc(sizeof(Datum) * natts);
	bool	   *old_nulls = palloc(sizeof(bool) * natts);
	const char *came[F_COUNT];
	ArrayType  *list_came[L_COUNT] = {NULL};
	DcContactRow row = {0};
	const Source *source;
	int			controller_id;
	JsonbParseState *received = NULL;
	JsonbParseState *problems = NULL;
	bool		any_received = false;
	bool		any_problem = false;
	JsonbValue *object;

	heap_deform_tuple(tuple, desc, values, nulls);
	if (before != NULL)
		heap_deform_tuple(before, desc, old_values, old_nulls);
	else
		memset(old_nulls, true, sizeof(bool) * natts);

	refuse_derived(cleaner, desc, values, nulls, old_values, old_nulls, before != NULL);

#define SET(column, datum) (values[(column) - 1] = (datum), nulls[(column) - 1] = false)

	controller_id = nulls[cleaner->column_controller - 1] ?
		statement_controller(cleaner) : DatumGetInt32(values[cleaner->column_controller - 1]);
	SET(cleaner->column_controller, Int32GetDatum(controller_id));
	source = find_source(cleaner, controller_id, nulls[cleaner->column_source - 1] ? NULL :
						 TextDatumGetCString(values[cleaner->column_source - 1]));
	SET(cleaner->column_source, CStringGetTextDatum(source->name));
	SET(cleaner->column_cleaned_by, Int32GetDatum(DC_RULES));
	row.region = source->region;

	for (int f = 0; f < F_COUNT; f++)
	{
		int			i = cleaner->field[f] - 1;

		/* what a user writes into a derived column does not count */
		if (f >= F_FIRST_DERIVED)
		{
			row.value[f] = old_nulls[i] ? NULL : TextDatumGetCString(old_values[i]);
			continue;
		}
		row.changed[f] = before == NULL || !same_text(values[i], nulls[i], old_values[i], old_nulls[i]);
		row.value[f] = came[f] = nulls[i] ? NULL : TextDatumGetCString(values[i]);
	}

	dc_clean_row(&row);

	pushJsonbValue(&received, WJB_BEGIN_OBJECT, NULL);
	pushJsonbValue(&problems, WJB_BEGIN_OBJECT, NULL);
	for (int f = 0; f < F_COUNT; f++)
	{
		int			i = cleaner->field[f] - 1;
		bool		same;

		if (f < F_FIRST_DERIVED)
		{
			JsonbValue *old_received = old_entry(old_values[cleaner->column_received - 1], old_nulls[cleaner->column_received - 1], dc_field_names[f]);
			JsonbValue *old_problem = row.changed[f] ? NULL :
				old_entry(old_values[cleaner->column_problems - 1], old_nulls[cleaner->column_problems - 1], dc_field_names[f]);

			same = came[f] == row.value[f] || (came[f] && row.value[f] && strcmp(came[f], row.value[f]) == 0);
			if (!same && came[f] != NULL && row.changed[f])
			{
				push_string(&received, WJB_KEY, dc_field_names[f]);
				push_string(&received, WJB_VALUE, came[f]);
				any_received = true;
			}
			else if (old_received != NULL && same && !row.changed[f])
			{
				push_string(&received, WJB_KEY, dc_field_names[f]);
				pushJsonbValue(&received, WJB_VALUE, old_received);
				any_received = true;
			}
			if (row.problem[f] != NULL)
			{
				push_string(&problems, WJB_KEY, dc_field_names[f]);
				push_string(&problems, WJB_VALUE, row.problem[f]);
				any_problem = true;
			}
			else if (old_problem != NULL && same)
			{
				push_string(&problems, WJB_KEY, dc_field_names[f]);
				pushJsonbValue(&problems, WJB_VALUE, old_problem);
				any_problem = true;
			}
			if (same)
				continue;
		}
		nulls[i] = row.value[f] == NULL;
		values[i] = nulls[i] ? (Datum) 0 : CStringGetTextDatum(row.value[f]);
	}

	for (int l = 0; l < L_COUNT; l++)
	{
		int			i = cleaner->list[l] - 1;
		ArrayType  *clean;

		if (nulls[i])
			continue;
		list_came[l] = DatumGetArrayTypeP(values[i]);
		clean = clean_list(list_came[l], l, row.value[F_COUNTRY] != NULL ? row.value[F_COUNTRY] : row.region);
		if (clean != NULL)
		{
			push_string(&received, WJB_KEY, list_names[l]);
			push_list(&received, list_came[l]);
			any_received = true;
			values[i] = PointerGetDatum(clean);
		}
		else
		{
			JsonbValue *kept = old_entry(old_values[cleaner->column_received - 1], old_nulls[cleaner->column_received - 1], list_names[l]);

			if (kept != NULL && !old_nulls[i] && datumIsEqual(old_values[i], values[i], false, -1))
			{
				push_string(&received, WJB_KEY, list_names[l]);
				push_kept(&received, kept);
				any_received = true;
			}
		}
	}

	object = pushJsonbValue(&received, WJB_END_OBJECT, NULL);
	nulls[cleaner->column_received - 1] = !any_received;
	if (any_received)
		values[cleaner->column_received - 1] = JsonbPGetDatum(JsonbValueToJsonb(object));
	object = pushJsonbValue(&problems, WJB_END_OBJECT, NULL);
	nulls[cleaner->column_problems - 1] = !any_problem;
	if (any_problem)
		values[cleaner->column_problems - 1] = JsonbPGetDatum(JsonbValueToJsonb(object));
	return heap_form_tuple(desc, values, nulls);
}

PG_FUNCTION_INFO_V1(clean_contact);
Datum
clean_contact(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	Cleaner    *cleaner = fcinfo->flinfo->fn_extra;
	TupleDesc	desc;
	HeapTuple	tuple;
	HeapTuple	before = NULL;
	HeapTuple	result;
	MemoryContext old;
	bool		isnull;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_BEFORE(trigger->tg_event) || !TRIGGER_FIRED_FOR_ROW(trigger->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("clean_contact is the row trigger of dropcontact.contact")));
	desc = RelationGetDescr(trigger->tg_relation);
	if (cleaner == NULL)
		cleaner = fcinfo->flinfo->fn_extra = make_cleaner(fcinfo, desc);

	tuple = trigger->tg_trigtuple;
	if (TRIGGER_FIRED_BY_UPDATE(trigger->tg_event))
	{
		before = trigger->tg_trigtuple;
		tuple = trigger->tg_newtuple;
	}
	else
	{
		/* a row of a dump: it has been cleaned, and goes back as it was */
		(void) heap_getattr(tuple, cleaner->column_cleaned_by, desc, &isnull);
		if (!isnull)
			return PointerGetDatum(tuple);
	}

	old = MemoryContextSwitchTo(cleaner->row);
	result = clean_tuple(cleaner, tuple, before, desc);
	MemoryContextSwitchTo(old);
	result = heap_copytuple(result);
	MemoryContextReset(cleaner->row);
	return PointerGetDatum(result);
}
