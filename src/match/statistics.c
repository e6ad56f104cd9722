/*-------------------------------------------------------------------------
 *
 * statistics.c
 *	  What pairs are scored under: frequencies of values, shared values, the model.
 *
 * Only values that are common enough to differ from the floor are stored, by the hash of their
 * text, so that a pair can be scored, and a new contact judged, without reading the others.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "match/read.h"

static void
execute(const char *query, int nargs, Oid *types, Datum *args, bool read_only)
{
	int			result = SPI_execute_with_args(query, nargs, types, args, NULL, read_only, 0);

	if (result < 0)
		elog(ERROR, "could not read or write the statistics of matching: %s", SPI_result_code_string(result));
}

/* Levels are named field and level, as in table match_level. */
static void
read_model(const DcPopulation *p, int controller_id, DcModel *model)
{
	Oid			types[] = {INT4OID};
	Datum		args[] = {Int32GetDatum(controller_id)};

	dc_model_default(p, model);
	execute("SELECT field, level, m, u FROM dropcontact.match_level WHERE controller_id = $1", 1, types, args, true);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple	tuple = SPI_tuptable->vals[i];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		const char *field = SPI_getvalue(tuple, desc, 1);
		const char *level = SPI_getvalue(tuple, desc, 2);
		bool		isnull;
		double		m = DatumGetFloat8(SPI_getbinval(tuple, desc, 3, &isnull));
		double		u = DatumGetFloat8(SPI_getbinval(tuple, desc, 4, &isnull));

		if (strcmp(field, "prior") == 0)
			model->prior = m;
		for (int l = 0; l < dc_level_count(p); l++)
			if (strcmp(dc_level_field(p, l), field) == 0 && strcmp(dc_level_spec(p, l)->name, level) == 0)
			{
				model->m[l] = m;
				model->u[l] = dc_u_of_shown(dc_level_spec(p, l), u);
			}
	}
	dc_model_finish(model);
}

/* The number of contacts that frequencies were counted over; 0 when they never were. */
static double
counted_size(int controller_id)
{
	Oid			types[] = {INT4OID};
	Datum		args[] = {Int32GetDatum(controller_id)};
	bool		isnull;

	execute("SELECT contacts FROM dropcontact.match_training WHERE controller_id = $1", 1, types, args, true);
	return SPI_processed == 0 ? 0 : DatumGetFloat8(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
}

static void
read_frequencies(DcPopulation *p, int controller_id, Datum hashes)
{
	Oid			types[] = {INT4OID, INT8ARRAYOID};
	Datum		args[] = {Int32GetDatum(controller_id), hashes};

	if (hashes == (Datum) 0)
		execute("SELECT value_hash, frequency, shared FROM dropcontact.match_value WHERE controller_id = $1", 1, types, args, true);
	else
		execute("SELECT value_hash, frequency, shared FROM dropcontact.match_value WHERE controller_id = $1 AND value_hash = ANY ($2)", 2, types, args, true);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple	tuple = SPI_tuptable->vals[i];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		bool		isnull;

		dc_set_frequency(p, (uint64) DatumGetInt64(SPI_getbinval(tuple, desc, 1, &isnull)), DatumGetFloat8(SPI_getbinval(tuple, desc, 2, &isnull)),
						 hashes != (Datum) 0 && DatumGetBool(SPI_getbinval(tuple, desc, 3, &isnull)));
	}
}

/*
 * Writes what differs: common values with their frequencies when counted anew, and the shared ones.  A value that
 * is shared since has the frequency of one that was not common when they were counted over so many contacts, so
 * that it weighs the same whenever a run first met it.
 */
static void
write_values(DcPopulation *p, int controller_id, bool counted, double size)
{
	Oid			types[] = {INT4OID, INT8ARRAYOID, FLOAT8ARRAYOID, BOOLARRAYOID, BOOLOID};
	Datum	   *hash = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Datum) * p->nvalues);
	Datum	   *frequency = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Datum) * p->nvalues);
	Datum	   *shared = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Datum) * p->nvalues);
	Datum		args[5];
	int			n = 0;

	for (DcValue v = 1; v < p->nvalues; v++)
	{
		if (!(p->flags[v] & VALUE_SHARED) && !(counted && dc_is_common(p, v)))
			continue;
		hash[n] = Int64GetDatum((int64) p->hash[v]);
		frequency[n] = Float8GetDatum(counted ? dc_frequency(p, v) : 1 / size);
		shared[n++] = BoolGetDatum((p->flags[v] & VALUE_SHARED) != 0);
	}
	args[0] = Int32GetDatum(controller_id);
	args[1] = PointerGetDatum(construct_array(hash, n, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
	args[2] = PointerGetDatum(construct_array(frequency, n, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
	args[3] = PointerGetDatum(construct_array(shared, n, BOOLOID, sizeof(bool), true, TYPALIGN_CHAR));
	args[4] = BoolGetDatum(counted);
	execute("SELECT dropcontact.store_values($1, $2, $3, $4, $5)", 5, types, args, false);
}

static void
count_anew(DcPopulation *p, int controller_id)
{
	Oid			types[] = {INT4OID, FLOAT8OID};
	Datum		args[] = {Int32GetDatum(controller_id), 0};

	args[1] = Float8GetDatum(p->size);
	write_values(p, controller_id, true, p->size);
	execute("INSERT INTO dropcontact.match_training AS t (controller_id, contacts) VALUES ($1, $2) "
			"ON CONFLICT (controller_id) DO UPDATE SET contacts = excluded.contacts, counted_at = excluded.counted_at",
			2, types, args, false);
}

void
dc_load_statistics(DcPopulation *p, int controller_id, DcModel *model)
{
	double		size = counted_size(controller_id);
	double		live;

	dc_count_values(p);
	dc_find_shared(p);
	live = p->size;
	if (size == 0 || live > 2 * size || live < size / 2)
		count_anew(p, controller_id);
	else
	{
		write_values(p, controller_id, false, size);
		dc_set_size(p, size);
		read_frequencies(p, controller_id, (Datum) 0);
	}
	read_model(p, controller_id, model);
}

void
dc_store_statistics(DcPopulation *p, int controller_id, const DcModel *model)
{
	Oid			types[] = {INT4OID, TEXTOID, TEXTOID, FLOAT8OID, FLOAT8OID, BOOLOID};
	Datum		args[6] = {Int32GetDatum(controller_id), CStringGetTextDatum("prior"), CStringGetTextDatum("pairs of one for each contact"),
		Float8GetDatum(model->prior), Float8GetDatum(1), BoolGetDatum(false)};

	count_anew(p, controller_id);
	execute("DELETE FROM dropcontact.match_level WHERE controller_id = $1", 1, types, args, false);
	for (int l = -1; l < dc_level_count(p); l++)
	{
		if (l >= 0)
		{
			const DcLevelSpec *spec = dc_level_spec(p, l);

			args[1] = CStringGetTextDatum(dc_level_field(p, l));
			args[2] = CStringGetTextDatum(spec->name);
			args[3] = Float8GetDatum(model->m[l]);
			args[4] = Float8GetDatum(dc_shown_u(spec, model->u[l]));
			args[5] = BoolGetDatum(spec->by_frequency);
		}
		execute("INSERT INTO dropcontact.match_level (controller_id, field, level, m, u, by_frequency) VALUES ($1, $2, $3, $4, $5, $6)", 6, types, args, false);
	}
}

/* The statistics of a few contacts' values; those of all when none were ever stored. */
void
dc_load_statistics_of(DcPopulation *p, int controller_id, DcModel *model)
{
	double		size = counted_size(controller_id);
	Datum	   *hash;
	int			n = 0;

	dc_make_tokens(p);
	hash = palloc(sizeof(Datum) * p->nvalues);
	dc_set_size(p, Max(size, DC_LEAST_SIZE));
	for (DcValue v = 1; v < p->nvalues; v++)
		hash[n++] = Int64GetDatum((int64) p->hash[v]);
	read_frequencies(p, controller_id, PointerGetDatum(construct_array(hash, n, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE)));
	read_model(p, controller_id, model);
}
