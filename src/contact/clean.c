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
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/typcache.h"

#include "base/lexicon.h"
#include "contact/cleaner.h"
#include "contact/words.h"
#include "duty/progress.h"
#include "duty/written.h"

#define REPORT_EVERY 1024		/* rows */

/* Rows that the last statement left out, by their place; in TopMemoryContext. */
static int64 *refused = NULL;
static int	nrefused = 0;
static int	refused_space = 0;

static void
note_refused(int64 place)
{
	if (nrefused == refused_space)
	{
		refused_space = Max(16, refused_space * 2);
		refused = refused == NULL ? MemoryContextAllocHuge(TopMemoryContext, sizeof(int64) * refused_space) :
			repalloc_huge(refused, sizeof(int64) * refused_space);
	}
	refused[nrefused++] = place;
}

PG_FUNCTION_INFO_V1(refused_rows);
Datum
refused_rows(PG_FUNCTION_ARGS)
{
	Datum	   *places = palloc(sizeof(Datum) * Max(1, nrefused));

	for (int i = 0; i < nrefused; i++)
		places[i] = Int64GetDatum(refused[i]);
	PG_RETURN_ARRAYTYPE_P(construct_array(places, nrefused, INT8OID, 8, FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

static Cleaner *
make_cleaner(MemoryContext statement, TupleDesc desc)
{
	Cleaner    *cleaner = MemoryContextAllocZero(statement, sizeof(Cleaner));

	nrefused = 0;
	cleaner->statement = statement;
	cleaner->row = AllocSetContextCreate(statement, "dropcontact cleaning", ALLOCSET_DEFAULT_SIZES);
	for (int f = 0; f < F_COUNT; f++)
		cleaner->field[f] = SPI_fnumber(desc, dc_field_names[f]);
	for (int l = 0; l < L_COUNT; l++)
		cleaner->list[l] = SPI_fnumber(desc, dc_list_names[l]);
	cleaner->column_id = SPI_fnumber(desc, "contact_id");
	cleaner->column_controller = SPI_fnumber(desc, "controller_id");
	cleaner->column_source = SPI_fnumber(desc, "source");
	cleaner->column_external_id = SPI_fnumber(desc, "external_id");
	cleaner->column_attributes = SPI_fnumber(desc, "attributes");
	cleaner->column_received_at = SPI_fnumber(desc, "received_at");
	cleaner->column_received = SPI_fnumber(desc, "received");
	cleaner->column_problems = SPI_fnumber(desc, "problems");
	cleaner->column_cleaned_by = SPI_fnumber(desc, "cleaned_by");
	return cleaner;
}

/*
 * The first column, of those that only the trigger writes, whose value is not what was there; 0 when there is
 * none.  The first two identify the contact.
 */
#define IDENTIFYING 2

static int
changed_column(Cleaner *cleaner, TupleDesc desc, const Row *row, int from)
{
	int			columns[F_COUNT - F_FIRST_DERIVED + IDENTIFYING + 3] = {cleaner->column_id, cleaner->column_controller};
	int			n = IDENTIFYING;

	for (int f = F_FIRST_DERIVED; f < F_COUNT; f++)
		columns[n++] = cleaner->field[f];
	columns[n++] = cleaner->column_received;
	columns[n++] = cleaner->column_problems;
	columns[n++] = cleaner->column_cleaned_by;
	for (int c = from; c < n; c++)
	{
		int			i = columns[c] - 1;
		Form_pg_attribute attribute = TupleDescAttr(desc, i);

		if (row->nulls[i] != row->old_nulls[i] ||
			(!row->nulls[i] && !datum_image_eq(row->values[i], row->old_values[i], attribute->attbyval, attribute->attlen)))
			return columns[c];
	}
	return 0;
}

static void
refuse_derived(Cleaner *cleaner, TupleDesc desc, const Row *row, bool is_update)
{
	int			column = changed_column(cleaner, desc, row, is_update ? 0 : IDENTIFYING);

	if (column != 0)
		ereport(ERROR,
				(errcode(ERRCODE_GENERATED_ALWAYS),
				 errmsg("column \"%s\" of a contact cannot be written", NameStr(TupleDescAttr(desc, column - 1)->attname)),
				 column == cleaner->column_id || column == cleaner->column_controller ?
				 errdetail("It identifies the contact and never changes.") :
				 errdetail("It is derived from the other columns."),
				 errhint("Leave it out of the statement.")));
}

static Row
deform_row(HeapTuple tuple, HeapTuple before, TupleDesc desc)
{
	Row			row = {0};

	row.values = palloc(sizeof(Datum) * desc->natts);
	row.nulls = palloc(sizeof(bool) * desc->natts);
	row.old_values = palloc(sizeof(Datum) * desc->natts);
	row.old_nulls = palloc(sizeof(bool) * desc->natts);
	heap_deform_tuple(tuple, desc, row.values, row.nulls);
	memset(row.old_nulls, true, sizeof(bool) * desc->natts);
	if (before != NULL)
		heap_deform_tuple(before, desc, row.old_values, row.old_nulls);
	return row;
}

/*
 * Whether another server, of which this one is a replica, has cleaned the update: it brings the derived columns along.
 * An update of a server that does not clean leaves them alone, and is cleaned here.
 */
static bool
is_replicated(Cleaner *cleaner, HeapTuple tuple, HeapTuple before, TupleDesc desc)
{
	MemoryContext old;
	Row			row;
	int			changed;

	if (SessionReplicationRole != SESSION_REPLICATION_ROLE_REPLICA)
		return false;
	old = MemoryContextSwitchTo(cleaner->row);
	row = deform_row(tuple, before, desc);
	changed = row.nulls[cleaner->column_cleaned_by - 1] ? 0 : changed_column(cleaner, desc, &row, 0);
	MemoryContextSwitchTo(old);
	MemoryContextReset(cleaner->row);
	return changed != 0 && changed != cleaner->column_id && changed != cleaner->column_controller;
}

/* Cleans the fields by the lists and the words of the controller over them. */
static void
clean_with_words(Cleaner *cleaner, Row *row, bool is_update)
{
	const DcOverlay *words = dc_words_of(DatumGetInt32(row->values[cleaner->column_controller - 1]));

	if (words == NULL)
	{
		dc_clean_fields(cleaner, row);
		dc_clean_lists(cleaner, row, is_update);
		return;
	}
	PG_TRY();
	{
		dc_overlay = words;
		dc_clean_fields(cleaner, row);
		dc_clean_lists(cleaner, row, is_update);
	}
	PG_FINALLY();
	{
		/* for the rest of the session the lists are as they are built in */
		dc_overlay = NULL;
	}
	PG_END_TRY();
}

static bool
same_row(TupleDesc desc, const Row *row)
{
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(desc, i);

		if (row->nulls[i] != row->old_nulls[i] ||
			(!row->nulls[i] && !datum_image_eq(row->values[i], row->old_values[i], attribute->attbyval, attribute->attlen)))
			return false;
	}
	return true;
}

/*
 * The row as it is stored; NULL when the person must not be, or when it was cleaned again and is
 * what it was.
 */
static HeapTuple
clean_tuple(Cleaner *cleaner, HeapTuple tuple, HeapTuple before, TupleDesc desc, bool *unchanged)
{
	const Source *source;
	bool		again;			/* from what was received */
	Row			row = deform_row(tuple, before, desc);

	if (before != NULL)
	{
		if (!row.old_nulls[cleaner->column_received - 1])
			row.old_received = DatumGetJsonbP(row.old_values[cleaner->column_received - 1]);
		if (!row.old_nulls[cleaner->column_problems - 1])
			row.old_problems = DatumGetJsonbP(row.old_values[cleaner->column_problems - 1]);
	}

	again = before != NULL && row.nulls[cleaner->column_cleaned_by - 1];
	if (again)
	{
		row.values[cleaner->column_cleaned_by - 1] = row.old_values[cleaner->column_cleaned_by - 1];
		row.nulls[cleaner->column_cleaned_by - 1] = false;
	}
	refuse_derived(cleaner, desc, &row, before != NULL);
	source = dc_set_origin(cleaner, &row);
	row.clean.region = source->region;
	dc_take_relation(cleaner, source, &row);
	if (again)
		dc_restore_received(cleaner, &row);
	dc_read_fields(cleaner, &row, before != NULL && !again);
	clean_with_words(cleaner, &row, before != NULL && !again);
	if (dc_is_kept_out(cleaner, source, &row, before != NULL))
		return NULL;

	dc_finish_notes(row.received, &row.values[cleaner->column_received - 1], &row.nulls[cleaner->column_received - 1]);
	dc_finish_notes(row.problems, &row.values[cleaner->column_problems - 1], &row.nulls[cleaner->column_problems - 1]);
	row.values[cleaner->column_cleaned_by - 1] = Int32GetDatum(DC_RULES);
	row.nulls[cleaner->column_cleaned_by - 1] = false;
	if (again && same_row(desc, &row))
	{
		*unchanged = true;
		return NULL;
	}
	return heap_form_tuple(desc, row.values, row.nulls);
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
	bool		unchanged = false;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_BEFORE(trigger->tg_event) || !TRIGGER_FIRED_FOR_ROW(trigger->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("clean_contact is the row trigger of dropcontact.contact")));
	desc = RelationGetDescr(trigger->tg_relation);
	if (cleaner == NULL)
	{
		cleaner = fcinfo->flinfo->fn_extra = make_cleaner(fcinfo->flinfo->fn_mcxt, desc);
		cleaner->relation = RelationGetRelid(trigger->tg_relation);
	}

	tuple = trigger->tg_trigtuple;
	if (TRIGGER_FIRED_BY_UPDATE(trigger->tg_event))
	{
		before = trigger->tg_trigtuple;
		tuple = trigger->tg_newtuple;
		if (is_replicated(cleaner, tuple, before, desc))
			return PointerGetDatum(dc_comes_back(cleaner, tuple, desc) ? NULL : tuple);
	}
	else
	{
		/* a row of a dump: it has been cleaned, and goes back as it was */
		(void) heap_getattr(tuple, cleaner->column_cleaned_by, desc, &isnull);
		if (!isnull)
			return PointerGetDatum(dc_comes_back(cleaner, tuple, desc) ? NULL : tuple);
	}

	cleaner->purpose = before == NULL ? "clean" : "correct";
	old = MemoryContextSwitchTo(cleaner->row);
	if (++cleaner->rows % REPORT_EVERY == 0)
		dc_progress_load(cleaner->rows, cleaner->statement);
	result = clean_tuple(cleaner, tuple, before, desc, &unchanged);
	MemoryContextSwitchTo(old);
	if (result == NULL && !unchanged)
		note_refused(cleaner->rows);
	else if (result != NULL)
	{
		result = heap_copytuple(result);
		++*cleaner->counter;
		dc_note_written(DatumGetInt64(heap_getattr(result, cleaner->column_id, desc, &isnull)));
	}
	MemoryContextReset(cleaner->row);
	return PointerGetDatum(result);
}

/* ---------- records that are not stored ---------- */

/* No controller, no source: nothing is asked or recorded. */
HeapTuple
dc_clean_record(HeapTupleHeader given, const char *region, void **kept, MemoryContext context)
{
	TupleDesc	desc = lookup_rowtype_tupdesc_copy(HeapTupleHeaderGetTypeId(given), HeapTupleHeaderGetTypMod(given));
	HeapTupleData tuple = {.t_len = HeapTupleHeaderGetDatumLength(given), .t_data = given};
	Cleaner    *cleaner = *kept;
	Row			row = {0};

	if (cleaner == NULL)
		*kept = cleaner = make_cleaner(context, desc);
	row.values = palloc(sizeof(Datum) * desc->natts);
	row.nulls = palloc(sizeof(bool) * desc->natts);
	heap_deform_tuple(&tuple, desc, row.values, row.nulls);
	row.clean.region = region;
	dc_read_fields(cleaner, &row, false);
	dc_clean_fields(cleaner, &row);
	dc_clean_lists(cleaner, &row, false);
	dc_finish_notes(row.received, &row.values[cleaner->column_received - 1], &row.nulls[cleaner->column_received - 1]);
	dc_finish_notes(row.problems, &row.values[cleaner->column_problems - 1], &row.nulls[cleaner->column_problems - 1]);
	row.values[cleaner->column_cleaned_by - 1] = Int32GetDatum(DC_RULES);
	row.nulls[cleaner->column_cleaned_by - 1] = false;
	return heap_form_tuple(desc, row.values, row.nulls);
}

PG_FUNCTION_INFO_V1(clean_record);
Datum
clean_record(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(HeapTupleGetDatum(dc_clean_record(PG_GETARG_HEAPTUPLEHEADER(0), PG_ARGISNULL(1) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(1)),
													  &fcinfo->flinfo->fn_extra, fcinfo->flinfo->fn_mcxt)));
}
