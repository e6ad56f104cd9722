/*-------------------------------------------------------------------------
 *
 * carry.c
 *	  Rows of attached tables are carried into contact.
 *
 * An attached table has one trigger a kind of statement, with transition tables, so that
 * a statement of many rows is one set for store_records().  The writer of the table needs no
 * right on contact: the trigger function runs as the extension's owner.  It trusts nothing
 * but the table attachment for the controller and the source, and calls output functions
 * of types only, never casts, which users can define.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "base/version.h"
#include "contact/carry.h"
#include "contact/record.h"
#include "duty/duty.h"

/* Rows are stored by this many, or when their texts are this long. */
#define CHUNK_ROWS 5000
#define CHUNK_BYTES (16 * 1024 * 1024)

/* Rows that a load reads at once. */
#define FETCH_ROWS 500

/* What is known of an attached table.  Needs SPI connected. */
static Carrier *
make_carrier(Relation relation)
{
	Oid			types[] = {OIDOID};
	Datum		args[] = {ObjectIdGetDatum(RelationGetRelid(relation))};
	Carrier    *carrier = palloc0(sizeof(Carrier));
	bool		isnull;

	carrier->relation = relation;
	if (SPI_execute_with_args("SELECT a.controller_id, a.source FROM dropcontact.attachment a WHERE a.relation = $1",
							  1, types, args, NULL, true, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not read the attachment");
	if (SPI_processed == 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("table \"%s\" is not attached", RelationGetRelationName(relation)),
				 errhint("Call dropcontact.attach_table() instead of creating its triggers.")));
	carrier->controller_id = DatumGetInt32(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	carrier->source = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2);
	dc_read_mapping(carrier);
	carrier->chunk = AllocSetContextCreate(CurrentMemoryContext, "dropcontact attached rows", ALLOCSET_DEFAULT_SIZES);
	return carrier;
}

/* Stores the rows that are gathered. */
static void
store_chunk(Carrier *carrier)
{
	Oid			types[] = {INT4OID, TEXTOID, JSONBOID};
	Datum		args[3];
	MemoryContext old;
	Jsonb	   *records;

	if (carrier->nrecords == 0)
		return;
	old = MemoryContextSwitchTo(carrier->chunk);
	records = JsonbValueToJsonb(pushJsonbValue(&carrier->records, WJB_END_ARRAY, NULL));
	args[0] = Int32GetDatum(carrier->controller_id);
	args[1] = CStringGetTextDatum(carrier->source);
	args[2] = JsonbPGetDatum(records);
	MemoryContextSwitchTo(old);
	if (SPI_execute_with_args("SELECT pg_catalog.count(*) FROM dropcontact.store_records($1, $2, $3)", 3, types, args, NULL, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not store the rows of an attached table");
	SPI_freetuptable(SPI_tuptable);
	carrier->carried += carrier->nrecords;
	carrier->nrecords = 0;
	carrier->bytes = 0;
	carrier->records = NULL;
	MemoryContextReset(carrier->chunk);
}

/* The key of a row as the external_id of its contact. */
static Datum
key_of(Carrier *carrier, const Datum *values, const bool *nulls)
{
	Field	   *key = &carrier->fields[0];
	char	   *text = nulls[key->attnum - 1] ? NULL : dc_field_text(key, values[key->attnum - 1]);

	if (text == NULL || dc_is_no_id(text, strlen(text)))
		ereport(ERROR,
				(errcode(ERRCODE_NOT_NULL_VIOLATION),
				 errmsg("the key of a row of attached table \"%s\" is %s", RelationGetRelationName(carrier->relation), text == NULL ? "NULL" : "empty"),
				 errdetail("The key is the external_id of the contact.")));
	return CStringGetTextDatum(text);
}

/* Adds a row of the table, and stores the chunk when it is full. */
static void
carry_row(Carrier *carrier, Datum *values, bool *nulls)
{
	MemoryContext old = MemoryContextSwitchTo(carrier->chunk);

	(void) key_of(carrier, values, nulls);
	if (carrier->nrecords == 0)
		pushJsonbValue(&carrier->records, WJB_BEGIN_ARRAY, NULL);
	pushJsonbValue(&carrier->records, WJB_BEGIN_OBJECT, NULL);
	for (int i = 0; i < carrier->nfields; i++)
	{
		Field	   *field = &carrier->fields[i];

		dc_push_field(carrier, field, values[field->attnum - 1], nulls[field->attnum - 1]);
	}
	pushJsonbValue(&carrier->records, WJB_END_OBJECT, NULL);
	carrier->nrecords++;
	MemoryContextSwitchTo(old);
	CHECK_FOR_INTERRUPTS();
	if (carrier->nrecords == CHUNK_ROWS || carrier->bytes >= CHUNK_BYTES)
		store_chunk(carrier);
}

/* Do two rows agree in every column that is carried? */
static bool
same_row(Carrier *carrier, TupleTableSlot *a, TupleTableSlot *b)
{
	TupleDesc	desc = RelationGetDescr(carrier->relation);

	slot_getallattrs(a);
	slot_getallattrs(b);
	for (int i = 0; i < carrier->nfields; i++)
	{
		int			c = carrier->fields[i].attnum - 1;
		Form_pg_attribute attribute = TupleDescAttr(desc, c);

		if (a->tts_isnull[c] != b->tts_isnull[c])
			return false;
		if (!a->tts_isnull[c] && !datum_image_eq(a->tts_values[c], b->tts_values[c], attribute->attbyval, attribute->attlen))
			return false;
	}
	return true;
}

/* Keys that are gone and not kept. */
static Datum
difference(Datum gone, Datum kept)
{
	Oid			types[] = {TEXTARRAYOID, TEXTARRAYOID};
	Datum		args[] = {gone, kept};
	bool		isnull;

	if (SPI_execute_with_args("SELECT ARRAY(SELECT g FROM pg_catalog.unnest($1) g EXCEPT SELECT k FROM pg_catalog.unnest($2) k)",
							  2, types, args, NULL, true, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not compare the keys of an attached table");
	return SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
}

/*
 * Removes contacts by external_id, unless it is among the kept ones; all of the source when
 * gone is NULL.  The array is a constant of the statement, so it is hashed or looked up.
 */
static void
remove_contacts(Carrier *carrier, ArrayBuildState *gone, ArrayBuildState *kept)
{
	Oid			types[] = {INT4OID, TEXTOID, TEXTARRAYOID};
	Datum		args[] = {Int32GetDatum(carrier->controller_id), CStringGetTextDatum(carrier->source), (Datum) 0};

	if (gone != NULL)
		args[2] = makeArrayResult(gone, CurrentMemoryContext);
	if (kept != NULL)
		args[2] = difference(args[2], makeArrayResult(kept, CurrentMemoryContext));
	if (SPI_execute_with_args(gone == NULL ?
							  "DELETE FROM dropcontact.contact WHERE controller_id = $1 AND source = $2" :
							  "DELETE FROM dropcontact.contact WHERE controller_id = $1 AND source = $2 AND external_id = ANY ($3)",
							  gone == NULL ? 2 : 3, types, args, NULL, false, 0) != SPI_OK_DELETE)
		elog(ERROR, "could not remove the contacts of an attached table");
}

static void
carry_new(Carrier *carrier, Tuplestorestate *rows)
{
	TupleTableSlot *slot = MakeSingleTupleTableSlot(RelationGetDescr(carrier->relation), &TTSOpsMinimalTuple);

	tuplestore_rescan(rows);
	while (tuplestore_gettupleslot(rows, true, false, slot))
	{
		slot_getallattrs(slot);
		carry_row(carrier, slot->tts_values, slot->tts_isnull);
	}
	ExecDropSingleTupleTableSlot(slot);
}

/* Rows before and after an UPDATE; the two come in one order. */
static void
carry_changes(Carrier *carrier, Tuplestorestate *before, Tuplestorestate *after)
{
	TupleTableSlot *was = MakeSingleTupleTableSlot(RelationGetDescr(carrier->relation), &TTSOpsMinimalTuple);
	TupleTableSlot *is = MakeSingleTupleTableSlot(RelationGetDescr(carrier->relation), &TTSOpsMinimalTuple);
	ArrayBuildState *gone = NULL;
	ArrayBuildState *kept = NULL;

	tuplestore_rescan(before);
	tuplestore_rescan(after);
	while (tuplestore_gettupleslot(before, true, false, was) && tuplestore_gettupleslot(after, true, false, is))
	{
		Datum		old_key;
		Datum		new_key;

		slot_getallattrs(was);
		slot_getallattrs(is);
		old_key = key_of(carrier, was->tts_values, was->tts_isnull);
		new_key = key_of(carrier, is->tts_values, is->tts_isnull);
		if (datum_image_eq(old_key, new_key, false, -1))
			continue;
		gone = accumArrayResult(gone, old_key, false, TEXTOID, CurrentMemoryContext);
		kept = accumArrayResult(kept, new_key, false, TEXTOID, CurrentMemoryContext);
	}
	if (gone != NULL)
		remove_contacts(carrier, gone, kept);

	tuplestore_rescan(before);
	tuplestore_rescan(after);
	while (tuplestore_gettupleslot(before, true, false, was) && tuplestore_gettupleslot(after, true, false, is))
		if (!same_row(carrier, was, is))
			carry_row(carrier, is->tts_values, is->tts_isnull);
	ExecDropSingleTupleTableSlot(was);
	ExecDropSingleTupleTableSlot(is);
}

static void
carry_removed(Carrier *carrier, Tuplestorestate *rows)
{
	TupleTableSlot *slot = MakeSingleTupleTableSlot(RelationGetDescr(carrier->relation), &TTSOpsMinimalTuple);
	ArrayBuildState *gone = NULL;

	tuplestore_rescan(rows);
	while (tuplestore_gettupleslot(rows, true, false, slot))
	{
		slot_getallattrs(slot);
		gone = accumArrayResult(gone, key_of(carrier, slot->tts_values, slot->tts_isnull), false, TEXTOID, CurrentMemoryContext);
	}
	if (gone != NULL)
		remove_contacts(carrier, gone, NULL);
	ExecDropSingleTupleTableSlot(slot);
}

static void
carry_event(Carrier *carrier, const TriggerData *trigger)
{
	if (TRIGGER_FIRED_BY_TRUNCATE(trigger->tg_event))
		remove_contacts(carrier, NULL, NULL);
	else if (TRIGGER_FIRED_BY_INSERT(trigger->tg_event) && trigger->tg_newtable != NULL)
		carry_new(carrier, trigger->tg_newtable);
	else if (TRIGGER_FIRED_BY_DELETE(trigger->tg_event) && trigger->tg_oldtable != NULL)
		carry_removed(carrier, trigger->tg_oldtable);
	else if (TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) && trigger->tg_oldtable != NULL && trigger->tg_newtable != NULL)
		carry_changes(carrier, trigger->tg_oldtable, trigger->tg_newtable);
	store_chunk(carrier);
}

/* Whatever a statement does to the table, the contacts are synchronised: that is the purpose of what it writes. */
PG_FUNCTION_INFO_V1(carry_rows);
Datum
carry_rows(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	const char *purpose;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_AFTER(trigger->tg_event) || !TRIGGER_FIRED_FOR_STATEMENT(trigger->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("carry_rows is the trigger of tables that dropcontact.attach_table() attaches")));
	SPI_connect();
	purpose = dc_run_gather_as("synchronise");
	PG_TRY();
	{
		carry_event(make_carrier(trigger->tg_relation), trigger);
	}
	PG_FINALLY();
	{
		dc_run_gather_as(purpose);
	}
	PG_END_TRY();
	SPI_finish();
	return PointerGetDatum(NULL);
}

/* Stores the rows that an attached table has, with the rights of the caller. */
PG_FUNCTION_INFO_V1(load_table);
Datum
load_table(PG_FUNCTION_ARGS)
{
	Relation	relation = try_table_open(PG_GETARG_OID(0), AccessShareLock);
	TupleDesc	desc;
	Datum	   *values;
	bool	   *nulls;
	Carrier    *carrier;
	Portal		rows;
	int64		carried;

	if (relation == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("relation %u does not exist", PG_GETARG_OID(0))));
	desc = RelationGetDescr(relation);
	values = palloc(sizeof(Datum) * desc->natts);
	nulls = palloc(sizeof(bool) * desc->natts);
	SPI_connect();
	carrier = make_carrier(relation);
	rows = SPI_cursor_open_with_args(NULL,
									 psprintf("SELECT t FROM ONLY %s t", quote_qualified_identifier(get_namespace_name(RelationGetNamespace(relation)),
																									RelationGetRelationName(relation))),
									 0, NULL, NULL, NULL, false, 0);
	for (;;)
	{
		SPITupleTable *fetched;
		uint64		n;

		SPI_cursor_fetch(rows, true, FETCH_ROWS);
		fetched = SPI_tuptable;
		n = SPI_processed;
		for (uint64 i = 0; i < n; i++)
		{
			bool		isnull;
			HeapTupleHeader row = DatumGetHeapTupleHeader(SPI_getbinval(fetched->vals[i], fetched->tupdesc, 1, &isnull));
			HeapTupleData tuple = {.t_len = HeapTupleHeaderGetDatumLength(row), .t_data = row};

			heap_deform_tuple(&tuple, desc, values, nulls);
			carry_row(carrier, values, nulls);
		}
		SPI_freetuptable(fetched);
		if (n == 0)
			break;
	}
	store_chunk(carrier);
	SPI_cursor_close(rows);
	carried = carrier->carried;
	SPI_finish();
	table_close(relation, NoLock);
	PG_RETURN_INT64(carried);
}
