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

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "duty/plan.h"
#include "match/pack/read.h"
#include "match/table/batch.h"
#include "match/table/rows.h"

#define STORED "SELECT value_hash, frequency, shared FROM dropcontact.match_value WHERE controller_id = $1"

static const DcTarget values_of = {"match_value", {"value_hash", "frequency", "shared"}};

/* as in the batches: the controller is $1 */
#define UPDATE_VALUES \
	"UPDATE dropcontact.match_value v SET frequency = n.frequency, shared = n.shared " \
	"FROM ROWS FROM (pg_catalog.unnest($2), pg_catalog.unnest($3), pg_catalog.unnest($4)) AS n(hash, frequency, shared) WHERE v.controller_id = $1 AND v.value_hash = n.hash"
#define DELETE_VALUES \
	"DELETE FROM dropcontact.match_value v USING pg_catalog.unnest($2) AS n(hash) WHERE v.controller_id = $1 AND v.value_hash = n.hash"

/* Levels are named field and level, as in table match_level. */
static void
read_model(const DcPopulation *p, int controller_id, DcModel *model)
{
	Oid			types[] = {INT4OID};
	Datum		args[] = {Int32GetDatum(controller_id)};

	dc_model_default(p, model);
	dc_execute("SELECT field, level, m, u FROM dropcontact.match_level WHERE controller_id = $1", 1, types, args, true, SPI_OK_SELECT);
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
				break;
			}
	}
	dc_model_finish(model);
}

/* What frequencies were counted over, and which they are: others have another revision. */
typedef struct Counted
{
	double		size;			/* contacts; 0 when they never were */
	int64		revision;
} Counted;

static Counted
read_counted(int controller_id)
{
	Oid			types[] = {INT4OID};
	Datum		args[] = {Int32GetDatum(controller_id)};
	bool		isnull;

	dc_execute("SELECT contacts, revision FROM dropcontact.match_training WHERE controller_id = $1", 1, types, args, true, SPI_OK_SELECT);
	if (SPI_processed == 0)
		return (Counted) {0};
	return (Counted) {
		DatumGetFloat8(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull)),
		DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2, &isnull)),
	};
}

/* What sessions remember of the values is no longer true. */
static void
revise(int controller_id)
{
	Oid			types[] = {INT4OID};
	Datum		args[] = {Int32GetDatum(controller_id)};

	dc_execute("UPDATE dropcontact.match_training SET revision = DEFAULT WHERE controller_id = $1", 1, types, args, false, SPI_OK_UPDATE);
}

/* ---------- frequencies of a few values ---------- */

/* More values than this are found sooner by reading all that are stored. */
#define MANY_VALUES 20000

typedef struct Remembered
{
	int64		hash;
	double		frequency;
	bool		shared;
	char		status;
} Remembered;

#define SH_PREFIX remembered
#define SH_ELEMENT_TYPE Remembered
#define SH_KEY_TYPE int64
#define SH_KEY hash
#define SH_HASH_KEY(tb, key) ((uint32) (key))
#define SH_EQUAL(tb, a, b) ((a) == (b))
#define SH_SCOPE static inline
#define SH_DEFINE
#define SH_DECLARE
#include "lib/simplehash.h"

/*
 * A session that looks values up again and again remembers all that are stored of one controller: after so many
 * times, for reading them takes as long as some twenty look-ups, or at once when it asks for many.
 */
#define TIMES_BEFORE 20

static struct
{
	int			controller_id;
	int64		revision;
	int			times;
	remembered_hash *values;	/* NULL until they are worth it */
}			memory;

static void
remember(void *state, const Datum *values, const bool *nulls)
{
	bool		found;
	Remembered *entry = remembered_insert(memory.values, DatumGetInt64(values[0]), &found);

	entry->frequency = DatumGetFloat8(values[1]);
	entry->shared = DatumGetBool(values[2]);
}

/* Are the values remembered, now perhaps for the first time?  n are to be looked up. */
static bool
is_remembered(int controller_id, int64 revision, int n)
{
	const Oid	types[] = {INT4OID};
	const Datum args[] = {Int32GetDatum(controller_id)};

	if (memory.controller_id != controller_id || memory.revision != revision)
	{
		if (memory.values != NULL)
			remembered_destroy(memory.values);
		memory.values = NULL;
		memory.controller_id = controller_id;
		memory.revision = revision;
		memory.times = 0;
	}
	if (memory.values == NULL && (++memory.times > TIMES_BEFORE || n > MANY_VALUES))
	{
		memory.revision = 0;
		memory.values = remembered_create(TopMemoryContext, 1024, NULL);
		dc_each_row(dc_kept_plan(STORED, 1, types), 1, types, args, remember, NULL);
		memory.revision = revision;
	}
	return memory.values != NULL;
}

static void
set_frequency(void *state, const Datum *values, const bool *nulls)
{
	dc_set_frequency(state, (uint64) DatumGetInt64(values[0]), DatumGetFloat8(values[1]), DatumGetBool(values[2]));
}

/* Of the values of a population from one on. */
static void
read_frequencies(DcPopulation *p, int controller_id, int64 revision, DcValue from)
{
	const Oid	types[] = {INT4OID, INT8ARRAYOID};
	Datum		args[] = {Int32GetDatum(controller_id), 0};
	Datum	   *hash;
	int			n = 0;

	if (is_remembered(controller_id, revision, p->nvalues - from))
	{
		for (DcValue v = from; v < p->nvalues; v++)
		{
			const Remembered *entry = remembered_lookup(memory.values, (int64) p->hash[v]);

			if (entry != NULL)
				dc_set_frequency(p, p->hash[v], entry->frequency, entry->shared);
		}
		return;
	}
	hash = palloc(sizeof(Datum) * p->nvalues);
	for (DcValue v = from; v < p->nvalues; v++)
		hash[n++] = Int64GetDatum((int64) p->hash[v]);
	args[1] = PointerGetDatum(construct_array(hash, n, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
	dc_each_row(dc_kept_plan(STORED " AND value_hash = ANY ($2)", 2, types), 2, types, args, set_frequency, p);
}

/* ---------- frequencies of the whole population ---------- */

/* What a sample does not show may be shared all the same, as the last run over all contacts found. */
static bool
stays_shared(const DcPopulation *p, bool shared)
{
	return shared && dc_is_sample(p->one_in);
}

#define ROW_IS_STORED 1
#define ROW_IS_SHARED 2

typedef struct Gone
{
	Datum		hash;
	double		frequency;
	bool		shared;
} Gone;

/* What is stored of the values of a population. */
typedef struct StoredValues
{
	DcPopulation *population;
	uint8	   *row;			/* of each value */
	double	   *frequency;
	Gone	   *gone;			/* rows of values that no contact carries any more */
	size_t		ngone;
	size_t		capacity;
} StoredValues;

static void
keep_row(void *state, const Datum *values, const bool *nulls)
{
	StoredValues *s = state;
	DcValue		v = dc_find_hash(s->population, (uint64) DatumGetInt64(values[0]));
	bool		shared = DatumGetBool(values[2]);

	if (v != 0)
	{
		s->row[v] = ROW_IS_STORED | (shared ? ROW_IS_SHARED : 0);
		s->frequency[v] = DatumGetFloat8(values[1]);
		return;
	}
	if (s->ngone == s->capacity)
		s->gone = repalloc_huge(s->gone, sizeof(Gone) * (s->capacity *= 2));
	s->gone[s->ngone++] = (Gone) {.hash = values[0], .frequency = DatumGetFloat8(values[1]), .shared = shared};
}

static void
read_stored(StoredValues *s, DcPopulation *p, int controller_id)
{
	const Oid	types[] = {INT4OID};
	const Datum args[] = {Int32GetDatum(controller_id)};

	*s = (StoredValues) {.population = p, .capacity = 64, .gone = palloc(sizeof(Gone) * 64)};
	s->row = MemoryContextAllocExtended(CurrentMemoryContext, p->nvalues, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	s->frequency = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(double) * p->nvalues);
	dc_each_row(dc_kept_plan(STORED, 1, types), 1, types, args, keep_row, s);
}

static void
free_stored(StoredValues *s)
{
	pfree(s->row);
	pfree(s->frequency);
	pfree(s->gone);
}

/*
 * Writes what differs: common values with their frequencies when counted anew, and the shared ones.  A value that
 * is shared since has the frequency of one that was not common when they were counted over so many contacts, so
 * that it weighs the same whenever a run first met it.
 */
static void
write_values(const StoredValues *s, int controller_id, bool counted, double size)
{
	const DcPopulation *p = s->population;
	DcBatch    *inserts = dc_batch_insert(&values_of, controller_id, IsolationUsesXactSnapshot() ? " ON CONFLICT DO NOTHING" : NULL);
	DcBatch    *updates = dc_batch_create(UPDATE_VALUES, controller_id, INT8OID, FLOAT8OID, BOOLOID, InvalidOid);
	DcBatch    *deletes = dc_batch_create(DELETE_VALUES, controller_id, INT8OID, InvalidOid, InvalidOid, InvalidOid);
	int64		written;

	for (DcValue v = 1; v < p->nvalues; v++)
	{
		bool		shared = (p->flags[v] & VALUE_SHARED) != 0 || stays_shared(p, s->row[v] & ROW_IS_SHARED);
		bool		wanted = shared || (counted && dc_is_common(p, v));
		bool		stored = (s->row[v] & ROW_IS_STORED) != 0;
		double		frequency = counted ? dc_frequency(p, v) : stored ? s->frequency[v] : 1 / size;
		Datum		row[] = {Int64GetDatum((int64) p->hash[v]), Float8GetDatum(frequency), BoolGetDatum(shared)};

		if (!stored && wanted)
			dc_batch_add(inserts, row, 0);
		else if (stored && counted && !wanted)
			dc_batch_add(deletes, row, 0);
		else if (stored && (frequency != s->frequency[v] || shared != ((s->row[v] & ROW_IS_SHARED) != 0)))
			dc_batch_add(updates, row, 0);
	}
	for (size_t i = 0; i < s->ngone; i++)
	{
		bool		shared = stays_shared(p, s->gone[i].shared);
		double		frequency = counted ? 1 / size : s->gone[i].frequency;
		Datum		row[] = {s->gone[i].hash, Float8GetDatum(frequency), BoolGetDatum(shared)};

		if (counted && !shared)
			dc_batch_add(deletes, row, 0);
		else if (s->gone[i].shared)
			dc_batch_add(updates, row, 0);
	}
	written = dc_batch_finish(deletes);
	written += dc_batch_finish(inserts);
	written += dc_batch_finish(updates);
	if (written > 0)
		revise(controller_id);
}

static void
count_anew(DcPopulation *p, int controller_id)
{
	Oid			types[] = {INT4OID, FLOAT8OID};
	Datum		args[] = {Int32GetDatum(controller_id), Float8GetDatum(p->size)};
	StoredValues stored;

	read_stored(&stored, p, controller_id);
	write_values(&stored, controller_id, true, p->size);
	free_stored(&stored);
	dc_execute("INSERT INTO dropcontact.match_training AS t (controller_id, contacts) VALUES ($1, $2) "
			"ON CONFLICT (controller_id) DO UPDATE SET contacts = excluded.contacts, counted_at = excluded.counted_at",
			2, types, args, false, SPI_OK_INSERT);
}

/* Frequencies that were counted before, over so many contacts, are in force; what is shared is written and read. */
static void
use_counted(DcPopulation *p, int controller_id, double size)
{
	StoredValues stored;

	read_stored(&stored, p, controller_id);
	write_values(&stored, controller_id, false, size);
	dc_set_size(p, size);
	for (DcValue v = 1; v < p->nvalues; v++)
		if (stored.row[v] & ROW_IS_STORED)
			dc_set_value_frequency(p, v, stored.frequency[v]);
	free_stored(&stored);
}

void
dc_load_statistics(DcPopulation *p, int controller_id, DcModel *model)
{
	double		size = read_counted(controller_id).size;
	double		live = dc_live_size(p);

	dc_find_shared(p);
	if (size == 0 || live > 2 * size || live < size / 2)
	{
		dc_count_values(p);
		count_anew(p, controller_id);
	}
	else
	{
		dc_make_tokens(p);
		use_counted(p, controller_id, size);
	}
	read_model(p, controller_id, model);
}

void
dc_store_frequencies(DcPopulation *p, int controller_id)
{
	count_anew(p, controller_id);
}

void
dc_store_model(const DcPopulation *p, int controller_id, const DcModel *model)
{
	Oid			types[] = {INT4OID, TEXTOID, TEXTOID, FLOAT8OID, FLOAT8OID, BOOLOID};
	Datum		args[6] = {Int32GetDatum(controller_id), CStringGetTextDatum("prior"), CStringGetTextDatum("pairs of one for each contact"),
		Float8GetDatum(model->prior), Float8GetDatum(1), BoolGetDatum(false)};

	dc_execute("DELETE FROM dropcontact.match_level WHERE controller_id = $1", 1, types, args, false, SPI_OK_DELETE);
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
		dc_execute("INSERT INTO dropcontact.match_level (controller_id, field, level, m, u, by_frequency) VALUES ($1, $2, $3, $4, $5, $6)", 6, types, args, false, SPI_OK_INSERT);
	}
}

void
dc_load_frequencies(DcPopulation *p, int controller_id, DcValue from)
{
	Counted		counted = read_counted(controller_id);

	dc_make_tokens(p);
	if (from >= p->nvalues)
		return;
	dc_set_rare(p, from);
	read_frequencies(p, controller_id, counted.revision, from);
}

/* The statistics of a few contacts' values; those of all when none were ever stored. */
void
dc_load_statistics_of(DcPopulation *p, int controller_id, DcModel *model)
{
	p->size = Max(read_counted(controller_id).size, DC_LEAST_SIZE);
	dc_load_frequencies(p, controller_id, 1);
	read_model(p, controller_id, model);
}
