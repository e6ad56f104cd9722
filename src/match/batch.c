/*-------------------------------------------------------------------------
 *
 * batch.c
 *	  Rows written many at a time by one statement.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "match/batch.h"
#include "match/plan.h"

#define FIRST_ROWS 32
#define MAX_ROWS 32768
#define MAX_BYTES (16 * 1024 * 1024)

typedef struct Column
{
	Oid			type;
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
};

DcBatch *
dc_batch_create(const char *query, int controller_id, Oid a, Oid b, Oid c, Oid d)
{
	const Oid	elements[DC_BATCH_COLUMNS] = {a, b, c, d};
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "dropcontact batch", ALLOCSET_DEFAULT_SIZES);
	DcBatch    *batch = MemoryContextAllocZero(context, sizeof(DcBatch));

	batch->context = context;
	batch->query = query;
	batch->controller = Int32GetDatum(controller_id);
	batch->types[0] = INT4OID;
	batch->capacity = FIRST_ROWS;
	while (batch->ncolumns < DC_BATCH_COLUMNS && OidIsValid(elements[batch->ncolumns]))
	{
		Column	   *column = &batch->column[batch->ncolumns];

		column->type = elements[batch->ncolumns++];
		batch->types[batch->ncolumns] = get_array_type(column->type);
		get_typlenbyvalalign(column->type, &column->len, &column->by_value, &column->align);
		column->values = MemoryContextAlloc(context, sizeof(Datum) * FIRST_ROWS);
	}
	return batch;
}

static void
write_rows(DcBatch *batch)
{
	MemoryContext scratch = AllocSetContextCreate(batch->context, "dropcontact batch rows", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(scratch);
	Datum		args[DC_BATCH_COLUMNS + 1] = {batch->controller};
	int			result;

	CHECK_FOR_INTERRUPTS();
	for (int c = 0; c < batch->ncolumns; c++)
	{
		const Column *column = &batch->column[c];

		args[c + 1] = PointerGetDatum(construct_array(column->values, batch->n, column->type, column->len, column->by_value, column->align));
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

/* Values by reference are the batch's from now on. */
void
dc_batch_add(DcBatch *batch, const Datum *row, size_t bytes)
{
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
	if (batch->n == MAX_ROWS || batch->bytes >= MAX_BYTES)
		write_rows(batch);
}

int64
dc_batch_finish(DcBatch *batch)
{
	int64		written;

	if (batch->n > 0)
		write_rows(batch);
	written = batch->written;
	MemoryContextDelete(batch->context);
	return written;
}
