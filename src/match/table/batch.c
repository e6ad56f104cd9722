/*-------------------------------------------------------------------------
 *
 * batch.c
 *	  Rows written many at a time: by one statement, or very many without.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "duty/plan.h"
#include "match/table/batch.h"
#include "match/table/bulk.h"

#define FIRST_ROWS 32
#define BULK_ROWS 256			/* rows that a statement inserts; more go without */
#define MAX_ROWS 32768
#define MAX_BYTES (16 * 1024 * 1024)

typedef struct Column
{
	Oid			type;			/* of what the statement is given: text for a list */
	Oid			output;			/* the function that makes a list text; InvalidOid for others */
	int16		len;
	bool		by_value;
	char		align;
	Datum	   *values;
} Column;

struct DcBatch
{
	MemoryContext context;
	const char *query;
	Oid			types[DC_BATCH_COLUMNS + 1];
	Datum		controller;
	int			ncolumns;
	int			capacity;
	Column		column[DC_BATCH_COLUMNS];
	int			n;
	size_t		bytes;
	int64		written;
	const DcTarget *target;		/* of rows to insert, by a statement that is made when it is needed */
	const char *on_conflict;
	bool		may_be_bulk;	/* many rows may go without a statement */
	DcBulk	   *bulk;			/* once they do */
};

static void
add_column(DcBatch *batch, Oid type)
{
	Column	   *column = &batch->column[batch->ncolumns++];
	bool		varlena;

	if (OidIsValid(get_element_type(type)))
	{
		getTypeOutputInfo(type, &column->output, &varlena);
		type = TEXTOID;
	}
	column->type = type;
	batch->types[batch->ncolumns] = get_array_type(type);
	get_typlenbyvalalign(type, &column->len, &column->by_value, &column->align);
	column->values = MemoryContextAlloc(batch->context, sizeof(Datum) * FIRST_ROWS);
}

static DcBatch *
create_batch(const char *query, int controller_id)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "dropcontact batch", ALLOCSET_DEFAULT_SIZES);
	DcBatch    *batch = MemoryContextAllocZero(context, sizeof(DcBatch));

	batch->context = context;
	batch->query = query;
	batch->controller = Int32GetDatum(controller_id);
	batch->types[0] = INT4OID;
	batch->capacity = FIRST_ROWS;
	return batch;
}

DcBatch *
dc_batch_create(const char *query, int controller_id, Oid a, Oid b, Oid c, Oid d)
{
	const Oid	types[] = {a, b, c, d};
	DcBatch    *batch = create_batch(query, controller_id);

	for (int i = 0; i < lengthof(types) && OidIsValid(types[i]); i++)
		add_column(batch, types[i]);
	return batch;
}

static Oid
relation_of(const DcTarget *target)
{
	return get_relname_relid(target->table, get_namespace_oid("dropcontact", false));
}

/* Lists are taken apart in the target list, which needs no room for their rows. */
static char *
insert_statement(const DcTarget *target, const char *on_conflict)
{
	Oid			relid = relation_of(target);
	StringInfoData columns;
	StringInfoData values;
	StringInfoData lists;

	initStringInfo(&columns);
	initStringInfo(&values);
	initStringInfo(&lists);
	for (int c = 0; c < DC_BATCH_COLUMNS && target->columns[c] != NULL; c++)
	{
		Oid			type = get_atttype(relid, get_attnum(relid, target->columns[c]));

		appendStringInfo(&columns, ", %s", target->columns[c]);
		appendStringInfo(&values, ", n.%s", target->columns[c]);
		if (OidIsValid(get_element_type(type)))
			appendStringInfo(&values, "::%s", format_type_be_qualified(type));
		appendStringInfo(&lists, "%s pg_catalog.unnest($%d) AS %s", c == 0 ? "" : ",", c + 2, target->columns[c]);
	}
	return psprintf("INSERT INTO dropcontact.%s (controller_id%s) SELECT $1%s FROM (SELECT%s) n%s",
					target->table, columns.data, values.data, lists.data, on_conflict == NULL ? "" : on_conflict);
}

DcBatch *
dc_batch_insert(const DcTarget *target, int controller_id, const char *on_conflict)
{
	Oid			relid = relation_of(target);
	DcBatch    *batch = create_batch(NULL, controller_id);

	for (int c = 0; c < DC_BATCH_COLUMNS && target->columns[c] != NULL; c++)
		add_column(batch, get_atttype(relid, get_attnum(relid, target->columns[c])));
	batch->target = target;
	batch->on_conflict = on_conflict;
	batch->may_be_bulk = on_conflict == NULL;
	return batch;
}

static void
free_values(const DcBatch *batch, const Datum *row)
{
	for (int c = 0; c < batch->ncolumns; c++)
		if (!batch->column[c].by_value)
			pfree(DatumGetPointer(row[c]));
}

static Datum
make_list(const DcBatch *batch, const Column *column)
{
	if (OidIsValid(column->output))
		for (int i = 0; i < batch->n; i++)
		{
			Datum		text = CStringGetTextDatum(OidOutputFunctionCall(column->output, column->values[i]));

			pfree(DatumGetPointer(column->values[i]));
			column->values[i] = text;
		}
	return PointerGetDatum(construct_array(column->values, batch->n, column->type, column->len, column->by_value, column->align));
}

static void
write_rows(DcBatch *batch)
{
	MemoryContext scratch = AllocSetContextCreate(batch->context, "dropcontact batch rows", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(scratch);
	Datum		args[DC_BATCH_COLUMNS + 1] = {batch->controller};
	int			result;

	CHECK_FOR_INTERRUPTS();
	if (batch->query == NULL)
		batch->query = MemoryContextStrdup(batch->context, insert_statement(batch->target, batch->on_conflict));
	for (int c = 0; c < batch->ncolumns; c++)
	{
		const Column *column = &batch->column[c];

		args[c + 1] = make_list(batch, column);
		for (int i = 0; i < batch->n && !column->by_value; i++)
			pfree(DatumGetPointer(column->values[i]));
	}
	result = SPI_execute_plan(dc_kept_plan(batch->query, batch->ncolumns + 1, batch->types), args, NULL, false, 0);
	if (result < 0)
		elog(ERROR, "could not write: %s", SPI_result_code_string(result));
	SPI_freetuptable(SPI_tuptable);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(scratch);
	batch->written += batch->n;
	batch->n = 0;
	batch->bytes = 0;
}

bool
dc_batch_may_be_bulk(const char *table)
{
	DcBulk	   *bulk = dc_bulk_open(table, NULL, 0);

	if (bulk != NULL)
		dc_bulk_close(bulk);
	return bulk != NULL;
}

/* Rows come in numbers: those so far go by the statement, in parallel mode at the end, those to come, if they may, without. */
static void
open_bulk(DcBatch *batch)
{
	const char *columns[DC_BATCH_COLUMNS + 1] = {"controller_id"};
	MemoryContext old = MemoryContextSwitchTo(batch->context);

	if (!IsInParallelMode())
		write_rows(batch);
	for (int c = 0; c < batch->ncolumns; c++)
		columns[c + 1] = batch->target->columns[c];
	batch->bulk = dc_bulk_open(batch->target->table, columns, batch->ncolumns + 1);
	batch->may_be_bulk = false;
	MemoryContextSwitchTo(old);
}

static void
add_to_bulk(DcBatch *batch, const Datum *row)
{
	Datum		values[DC_BATCH_COLUMNS + 1] = {batch->controller};

	memcpy(values + 1, row, sizeof(Datum) * batch->ncolumns);
	dc_bulk_add(batch->bulk, values);
	free_values(batch, row);
	batch->written++;
}

/* Values by reference are the batch's from now on. */
void
dc_batch_add(DcBatch *batch, const Datum *row, size_t bytes)
{
	if (batch->bulk != NULL)
	{
		add_to_bulk(batch, row);
		return;
	}
	if (batch->n == batch->capacity)
	{
		batch->capacity *= 4;
		for (int c = 0; c < batch->ncolumns; c++)
			batch->column[c].values = repalloc(batch->column[c].values, sizeof(Datum) * batch->capacity);
	}
	for (int c = 0; c < batch->ncolumns; c++)
		batch->column[c].values[batch->n] = row[c];
	batch->n++;
	batch->bytes += bytes;
	if (batch->may_be_bulk && batch->n == BULK_ROWS)
		open_bulk(batch);
	else if (batch->n == MAX_ROWS || batch->bytes >= MAX_BYTES)
		write_rows(batch);
}

int64
dc_batch_finish(DcBatch *batch)
{
	int64		written;

	if (batch->n > 0)
		write_rows(batch);
	if (batch->bulk != NULL)
		dc_bulk_close(batch->bulk);
	written = batch->written;
	MemoryContextDelete(batch->context);
	return written;
}
