/*-------------------------------------------------------------------------
 *
 * key_index_change.c
 *	  What contacts that changed are known by from now on, in the tables of key_index.h.
 *
 * A few changes are a few rows.  Many are sorted into pages of their own, a run, together with the rows before them and with
 * earlier runs that are not much larger: so a key is written again a few times only, and few runs have to be looked into.
 * Pages of runs hold nothing that is not true.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "duty/plan.h"
#include "match/index/key_index.h"
#include "match/table/batch.h"
#include "match/table/ids.h"
#include "match/table/rows.h"

/* So many contacts make a run. */
#define MANY_CONTACTS 500

/* A run that would grow beyond this takes in no other. */
#define MOST_CONTACTS 250000

static Datum
make_array(Datum *values, int n, Oid type)
{
	return PointerGetDatum(construct_array(values, n, type, type == BYTEAOID ? -1 : 8, type != BYTEAOID && FLOAT8PASSBYVAL,
										   type == BYTEAOID ? TYPALIGN_INT : TYPALIGN_DOUBLE));
}

/* What is kept of a contact; nothing when it is gone. */
static Datum
entry_of(const DcIndexedContact *contact)
{
	uint64		word[4 + DC_MAX_KEYS];

	return PointerGetDatum(dc_to_bytes(word, contact->nkeys < 0 ? 0 : sizeof(uint64) * dc_put_contact(word, contact)));
}

/* ---------- few changes: rows ---------- */

/* The entries of contacts as three arrays. */
static int
list_entries(const DcIndexedContact *contacts, int n, Datum *args)
{
	size_t		total = 0;
	Datum	   *key;
	Datum	   *place;
	Datum	   *contact;
	int			m = 0;

	for (int i = 0; i < n; i++)
		total += Max(contacts[i].nkeys, 0);
	key = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Datum) * (total + 1));
	place = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Datum) * (total + 1));
	contact = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Datum) * (total + 1));
	for (int i = 0; i < n; i++)
		for (int k = 0; k < contacts[i].nkeys; k++)
		{
			key[m] = Int64GetDatum(dc_to_column(contacts[i].key[k]));
			place[m] = Int64GetDatum(dc_to_column(contacts[i].place));
			contact[m++] = Int64GetDatum(contacts[i].contact_id);
		}
	args[0] = make_array(key, m, INT8OID);
	args[1] = make_array(place, m, INT8OID);
	args[2] = make_array(contact, m, INT8OID);
	return m;
}

static void
write_delta(int controller_id, const DcIndexedContact *old, const DcIndexedContact *new, int n)
{
	Oid			types[] = {INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, INT4OID};
	Datum		args[4] = {0, 0, 0, Int32GetDatum(controller_id)};

	/* entries of the pages are not found here, and stay where they are */
	if (list_entries(old, n, args) > 0)
		dc_execute("DELETE FROM dropcontact.match_delta d USING ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2), pg_catalog.unnest($3)) AS o(key, place, contact_id) "
			   "WHERE d.controller_id = $4 AND d.key = o.key AND d.place = o.place AND d.contact_id = o.contact_id", 4, types, args, false, SPI_OK_DELETE);
	if (list_entries(new, n, args) > 0)
		dc_execute("INSERT INTO dropcontact.match_delta (controller_id, key, place, contact_id) "
			   "SELECT $4, n.key, n.place, n.contact_id FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2), pg_catalog.unnest($3)) AS n(key, place, contact_id)", 4, types, args, false, SPI_OK_INSERT);
}

static void
write_changed(int controller_id, const DcIndexedContact *new, int n)
{
	Oid			types[] = {INT4OID, INT8ARRAYOID, BYTEAARRAYOID};
	Datum		args[3] = {Int32GetDatum(controller_id)};
	Datum	   *contact = palloc(sizeof(Datum) * (n + 1));
	Datum	   *entry = palloc(sizeof(Datum) * (n + 1));

	for (int i = 0; i < n; i++)
	{
		contact[i] = Int64GetDatum(new[i].contact_id);
		entry[i] = entry_of(&new[i]);
	}
	args[1] = make_array(contact, n, INT8OID);
	args[2] = make_array(entry, n, BYTEAOID);
	dc_execute("INSERT INTO dropcontact.match_changed (controller_id, contact_id, run, entry) "
			   "SELECT $1, n.contact_id, 0, n.entry FROM ROWS FROM (pg_catalog.unnest($2), pg_catalog.unnest($3)) AS n(contact_id, entry) "
			   "ON CONFLICT ON CONSTRAINT match_changed_contact DO UPDATE SET run = 0, entry = excluded.entry", 3, types, args, false, SPI_OK_INSERT);
}

/* Takes the entries of contacts out of the pages of runs. */
static void
leave_runs(int controller_id, const DcIndexedContact *old, int n)
{
	Oid			types[] = {INT4OID, INT8OID};
	Datum		args[] = {Int32GetDatum(controller_id), 0};

	for (int i = 0; i < n; i++)
	{
		bool		isnull;
		int			run;

		if (old[i].nkeys < 0)
			continue;
		args[1] = Int64GetDatum(old[i].contact_id);
		run = DatumGetInt32(dc_execute_value("SELECT c.run FROM dropcontact.match_changed c WHERE c.controller_id = $1 AND c.contact_id = $2",
											 2, types, args, true, &isnull));
		for (int k = 0; !isnull && run > 0 && k < old[i].nkeys; k++)
		{
			DcIndexEntry entry = {old[i].key[k], old[i].place, old[i].contact_id};

			dc_index_remove(controller_id, run, &entry);
		}
	}
}

/* ---------- many changes: a run ---------- */

/* A run that is being made. */
typedef struct Run
{
	int			controller_id;
	int			first;			/* it takes in this run and all that came after it, and rows */
	IdList		changed;		/* contacts that change now, ascending */
	int64	   *contacts;		/* of each run that there is; 0: of rows */
	size_t		n;
	size_t		capacity;
	DcIndexEntry *entry;
	DcBatch    *kept;
} Run;

static void
count_contact(void *state, const Datum *values, const bool *nulls)
{
	Run		   *run = state;
	int			number = DatumGetInt32(values[1]);

	run->contacts[number]++;
	if (number > 0 && dc_has_id(&run->changed, DatumGetInt64(values[0])))
		run->first = Min(run->first, number);
}

/* Which runs are taken in: those that have contacts which change, those that are not much larger, and all after them. */
static void
choose_runs(Run *run, int nruns)
{
	Oid			types[] = {INT4OID};
	Datum		args[] = {Int32GetDatum(run->controller_id)};
	int64		total = run->changed.n;

	run->first = nruns + 1;
	run->contacts = palloc0(sizeof(int64) * (nruns + 1));
	dc_each_row(dc_kept_plan("SELECT c.contact_id, c.run FROM dropcontact.match_changed c WHERE c.controller_id = $1", 1, types),
				1, types, args, count_contact, run);
	total += run->contacts[0];
	for (int r = nruns; r > 0; r--)
	{
		if (r < run->first && (run->contacts[r] > 2 * total || run->contacts[r] + total > MOST_CONTACTS))
			break;
		run->first = Min(run->first, r);
		total += run->contacts[r];
	}
}

static void
add_entries(Run *run, const DcIndexedContact *contact)
{
	if (run->n + DC_MAX_KEYS > run->capacity)
	{
		run->capacity = Max(1024, run->capacity * 2);
		run->entry = run->entry == NULL ? palloc(sizeof(DcIndexEntry) * run->capacity) :
			repalloc_huge(run->entry, sizeof(DcIndexEntry) * run->capacity);
	}
	for (int k = 0; k < contact->nkeys; k++)
		run->entry[run->n++] = (DcIndexEntry) {contact->key[k], contact->place, contact->contact_id};
}

static void
keep_contact(Run *run, int64 contact_id, Datum entry)
{
	Datum		row[] = {Int64GetDatum(contact_id), Int32GetDatum(run->first), entry};

	dc_batch_add(run->kept, row, VARSIZE_ANY(DatumGetPointer(entry)));
}

/* A contact that was in rows or in a run taken in; collected first, for what was written of it goes. */
typedef struct Taken
{
	Run		   *run;
	MemoryContext context;		/* that the copies live in */
	IdList		ids;
	Datum	   *entry;
	size_t		capacity;
} Taken;

static void
take_contact(void *state, const Datum *values, const bool *nulls)
{
	Taken	   *taken = state;
	MemoryContext old;

	if (dc_has_id(&taken->run->changed, DatumGetInt64(values[0])))
		return;
	old = MemoryContextSwitchTo(taken->context);
	dc_push_id(&taken->ids, DatumGetInt64(values[0]));
	if (taken->ids.n > taken->capacity)
	{
		taken->capacity = Max(1024, taken->capacity * 2);
		taken->entry = taken->entry == NULL ? palloc(sizeof(Datum) * taken->capacity) : repalloc_huge(taken->entry, sizeof(Datum) * taken->capacity);
	}
	taken->entry[taken->ids.n - 1] = PointerGetDatum(DatumGetByteaPCopy(values[1]));
	MemoryContextSwitchTo(old);
}

/* Reads what is taken in, and removes it. */
static void
take_in(Run *run, Taken *taken)
{
	Oid			types[] = {INT4OID, INT4OID};
	Datum		args[] = {Int32GetDatum(run->controller_id), Int32GetDatum(run->first)};

	dc_each_row(dc_kept_plan("SELECT c.contact_id, c.entry FROM dropcontact.match_changed c WHERE c.controller_id = $1 AND (c.run = 0 OR c.run >= $2)", 2, types),
				2, types, args, take_contact, taken);
	dc_execute("DELETE FROM dropcontact.match_changed c WHERE c.controller_id = $1 AND (c.run = 0 OR c.run >= $2)", 2, types, args, false, SPI_OK_DELETE);
	dc_execute("DELETE FROM dropcontact.match_index i WHERE i.controller_id = $1 AND i.run >= $2", 2, types, args, false, SPI_OK_DELETE);
	dc_execute("DELETE FROM dropcontact.match_delta d WHERE d.controller_id = $1", 1, types, args, false, SPI_OK_DELETE);
}

static void
add_taken(Run *run, const Taken *taken)
{
	for (size_t i = 0; i < taken->ids.n; i++)
	{
		const bytea *entry = (const bytea *) DatumGetPointer(taken->entry[i]);
		uint64		word[4 + DC_MAX_KEYS];
		size_t		size = Min(sizeof(word), VARSIZE(entry) - VARHDRSZ);
		DcIndexedContact contact = {.nkeys = 0};

		/* a copy, for it is not aligned; nothing when the contact is gone */
		memcpy(word, VARDATA(entry), size);
		if (size > 0)
			dc_get_contact(word, size / sizeof(uint64), &contact);
		add_entries(run, &contact);
		keep_contact(run, taken->ids.id[i], taken->entry[i]);
	}
}

#define ST_SORT sort_entries
#define ST_ELEMENT_TYPE DcIndexEntry
#define ST_COMPARE(a, b) dc_compare_entries(a, b)
#define ST_SCOPE static
#define ST_CHECK_FOR_INTERRUPTS
#define ST_DEFINE
#include "lib/sort_template.h"

static void
write_pages(Run *run)
{
	DcPageWriter *writer;
	int64		first = run->entry[0].contact_id;
	int64		last = first;

	for (size_t i = 1; i < run->n; i++)
	{
		first = Min(first, run->entry[i].contact_id);
		last = Max(last, run->entry[i].contact_id);
	}
	sort_entries(run->entry, run->n);
	writer = dc_open_pages(run->controller_id, run->first, first, last);
	for (size_t from = 0, to; from < run->n; from = to)
	{
		for (to = from + 1; to < run->n && to - from < DC_PAGE_ENTRIES && run->entry[to].key == run->entry[from].key; to++)
			;
		dc_write_block(writer, &run->entry[from], to - from, true);
	}
	dc_close_pages(writer);
}

/* Answers the number of the run.  O(k log k) for the keys of what changes and of what is taken in. */
static int
write_run(int controller_id, const DcIndexedContact *new, int n, int nruns)
{
	static const DcTarget target = {"match_changed", {"contact_id", "run", "entry"}};
	Run			run = {.controller_id = controller_id};
	Taken		taken = {.run = &run, .context = CurrentMemoryContext};

	for (int i = 0; i < n; i++)
		dc_push_id(&run.changed, new[i].contact_id);
	dc_sort_ids(&run.changed);
	choose_runs(&run, nruns);
	take_in(&run, &taken);
	run.kept = dc_batch_insert(&target, controller_id, NULL);
	add_taken(&run, &taken);
	for (int i = 0; i < n; i++)
	{
		add_entries(&run, &new[i]);
		keep_contact(&run, new[i].contact_id, entry_of(&new[i]));
	}
	dc_batch_finish(run.kept);
	if (run.n > 0)
		write_pages(&run);
	return run.first;
}

/* ---------- all of it ---------- */

void
dc_index_change(int controller_id, const DcIndexedContact *old, const DcIndexedContact *new, int n, DcIndexState *state)
{
	if (n >= MANY_CONTACTS)
		state->runs = write_run(controller_id, new, n, state->runs);
	else if (n > 0)
	{
		if (state->runs > 0)
			leave_runs(controller_id, old, n);
		write_delta(controller_id, old, new, n);
		write_changed(controller_id, new, n);
	}
	dc_store_index_state(controller_id, state);
}
