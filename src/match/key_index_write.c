/*-------------------------------------------------------------------------
 *
 * key_index_write.c
 *	  Writing the tables of key_index.h.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "match/batch.h"
#include "match/key_index.h"
#include "match/plan.h"

/* A row fills one page of the table: what is left of it once the headers and the other columns have their room. */
#define ENTRIES_A_PAGE ((int) ((BLCKSZ - 192) / sizeof(DcIndexEntry)))
#define AHEAD 16				/* entries: so far what they point to is asked for before its turn */

#define WORDS_A_ROW ((int) ((BLCKSZ - 192) / sizeof(uint64)))

static uint64
mix(uint64 h, uint64 value)
{
	h = (h ^ value) * UINT64CONST(0x9ddfea08eb382d69);
	return h ^ (h >> 29);
}

static Datum
to_column(uint64 value)
{
	return Int64GetDatum((int64) (value ^ (UINT64CONST(1) << 63)));
}

uint64
dc_record_fingerprint(const DcPopulation *p, const DcRecord *record)
{
	uint64		h = record->nmobiles;

	for (const DcValue *v = &record->first; v < record->field + DC_MAX_FIELDS; v++)
		h = mix(h, p->hash[*v]);
	return (h & ~(uint64) 1) | dc_is_person(record);
}

void
dc_describe_contact(const DcPopulation *p, const DcRecord *record, DcIndexedContact *contact)
{
	DcKeys		keys;

	dc_make_keys(p, record, &keys);
	contact->contact_id = record->contact_id;
	contact->fingerprint = dc_record_fingerprint(p, record);
	contact->place = dc_block_order(p, record);
	contact->nkeys = keys.n;
	memcpy(contact->key, keys.key, sizeof(uint64) * keys.n);
}

static bytea *
to_bytes(const void *data, size_t size)
{
	bytea	   *bytes = palloc(VARHDRSZ + size);

	SET_VARSIZE(bytes, VARHDRSZ + size);
	memcpy(VARDATA(bytes), data, size);
	return bytes;
}

/* ---------- pages by key ---------- */

static const DcTarget pages_of = {"match_index", {"page", "first_key", "first_place", "first_contact", "entries"}};

typedef struct PageWriter
{
	DcBatch    *pages;
	int			page;
	int			n;
	DcIndexEntry entry[ENTRIES_A_PAGE];
} PageWriter;

static void
flush_page(PageWriter *writer)
{
	const DcIndexEntry *first = &writer->entry[0];
	size_t		size = sizeof(DcIndexEntry) * writer->n;

	if (writer->n > 0)
	{
		Datum		row[] = {Int32GetDatum(writer->page++), to_column(first->key), to_column(first->place), Int64GetDatum(first->contact_id),
			PointerGetDatum(to_bytes(first, size))};

		dc_batch_add(writer->pages, row, size);
	}
	writer->n = 0;
}

/* Linear in the keys. */
static void
write_pages(const DcPopulation *p, DcKeyTable *table, int controller_id)
{
	PageWriter *writer = palloc0(sizeof(PageWriter));
	const uint64 *place = dc_key_rows(table)->place;

	writer->pages = dc_batch_insert(&pages_of, controller_id, NULL);
	for (int partition = 0; partition < dc_key_partitions(table); partition++)
	{
		size_t		n;
		uint32		base;
		const DcKeyEntry *entries = dc_key_partition(table, partition, &n, &base);

		for (size_t i = 0; i < n; i++)
		{
			uint32		record = entries[i].record;

			if (i + AHEAD < n)
			{
				DC_PREFETCH(&place[entries[i + AHEAD].record]);
				DC_PREFETCH(&p->records[entries[i + AHEAD].record].contact_id);
			}
			if (writer->n == ENTRIES_A_PAGE)
			{
				CHECK_FOR_INTERRUPTS();
				flush_page(writer);
			}
			writer->entry[writer->n++] = (DcIndexEntry) {entries[i].key, place[record], p->records[record].contact_id};
		}
	}
	flush_page(writer);
	dc_batch_finish(writer->pages);
	pfree(writer);
}

/* ---------- rows by contact ---------- */

static const DcTarget rows_of = {"match_keys_of", {"first_contact", "entries"}};

typedef struct RowWriter
{
	DcBatch    *rows;
	int			n;
	uint64		word[WORDS_A_ROW];
} RowWriter;

/* Appends a contact to words; answers their number. */
static int
put_contact(uint64 *word, const DcIndexedContact *contact)
{
	word[0] = (uint64) contact->contact_id;
	word[1] = contact->fingerprint;
	word[2] = contact->place;
	word[3] = (uint64) contact->nkeys;
	memcpy(word + 4, contact->key, sizeof(uint64) * contact->nkeys);
	return 4 + contact->nkeys;
}

static void
flush_row(RowWriter *writer)
{
	size_t		size = sizeof(uint64) * writer->n;

	if (writer->n > 0)
	{
		Datum		row[] = {Int64GetDatum((int64) writer->word[0]), PointerGetDatum(to_bytes(writer->word, size))};

		dc_batch_add(writer->rows, row, size);
	}
	writer->n = 0;
}

/* Linear in the keys. */
static void
write_contacts(const DcPopulation *p, int controller_id)
{
	RowWriter  *writer = palloc0(sizeof(RowWriter));

	writer->rows = dc_batch_insert(&rows_of, controller_id, NULL);
	for (int r = 0; r < p->nrecords; r++)
	{
		DcIndexedContact contact;

		CHECK_FOR_INTERRUPTS();
		if (r + 8 < p->nrecords)
			dc_ask_for_texts(p, &p->records[r + 8], &p->records[r + 4]);
		dc_describe_contact(p, &p->records[r], &contact);
		if (writer->n + 4 + contact.nkeys > WORDS_A_ROW)
			flush_row(writer);
		writer->n += put_contact(writer->word + writer->n, &contact);
	}
	flush_row(writer);
	dc_batch_finish(writer->rows);
	pfree(writer);
}

/* ---------- all of it ---------- */

static bool
is_written(int controller_id, uint64 sum)
{
	Oid			types[] = {INT4OID, INT8OID};
	Datum		args[] = {Int32GetDatum(controller_id), Int64GetDatum((int64) sum)};

	dc_execute("SELECT FROM dropcontact.match_index_state s WHERE s.controller_id = $1 AND s.checksum = $2 "
			"AND NOT EXISTS (SELECT FROM dropcontact.match_changed c WHERE c.controller_id = $1)", 2, types, args, true, SPI_OK_SELECT);
	return SPI_processed > 0;
}

static void
store_state(int controller_id, const DcIndexState *state)
{
	Oid			types[] = {INT4OID, INT8OID, INT8OID, INT8OID, INT8OID, INT8OID, INT8OID};
	Datum		args[] = {
		Int32GetDatum(controller_id), Int64GetDatum((int64) state->signature), Int64GetDatum((int64) state->checksum), Int64GetDatum(state->contacts),
		Int64GetDatum(state->persons), Int64GetDatum(state->indexed), Int64GetDatum(state->last_contact),
	};

	dc_execute("INSERT INTO dropcontact.match_index_state AS s (controller_id, signature, checksum, contacts, persons, indexed, last_contact) "
			   "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (controller_id) DO UPDATE "
			   "SET signature = excluded.signature, checksum = excluded.checksum, contacts = excluded.contacts, "
			   "persons = excluded.persons, indexed = excluded.indexed, last_contact = excluded.last_contact "
			   "WHERE ROW(s.*) IS DISTINCT FROM ROW(excluded.*)", 7, types, args, false, SPI_OK_INSERT);
}

static void
delete_rows(int controller_id, const char *table)
{
	Oid			types[] = {INT4OID};
	Datum		args[] = {Int32GetDatum(controller_id)};

	dc_execute(psprintf("DELETE FROM dropcontact.%s WHERE controller_id = $1", table), 1, types, args, false, SPI_OK_DELETE);
}

void
dc_index_invalidate(int controller_id)
{
	delete_rows(controller_id, "match_index_state");
}

void
dc_index_drop(int controller_id)
{
	dc_index_invalidate(controller_id);
	delete_rows(controller_id, "match_index");
	delete_rows(controller_id, "match_keys_of");
	delete_rows(controller_id, "match_changed");
	delete_rows(controller_id, "match_delta");
}

void
dc_index_write(DcPopulation *p, DcKeyTable *table, int controller_id, uint64 signature)
{
	DcIndexState state = {.signature = signature, .checksum = dc_key_sum(table), .contacts = p->nrecords, .indexed = p->nrecords};

	for (int r = 0; r < p->nrecords; r++)
		state.persons += dc_is_person(&p->records[r]);
	if (p->nrecords > 0)
		state.last_contact = p->records[p->nrecords - 1].contact_id;
	if (!is_written(controller_id, state.checksum))
	{
		dc_index_drop(controller_id);
		write_pages(p, table, controller_id);
		write_contacts(p, controller_id);
	}
	store_state(controller_id, &state);
}

/* ---------- changes ---------- */

static Datum
make_array(Datum *values, bool *nulls, int n, Oid type)
{
	int			lower = 1;

	return PointerGetDatum(construct_md_array(values, nulls, 1, &n, &lower, type, type == BYTEAOID ? -1 : 8, type != BYTEAOID && FLOAT8PASSBYVAL,
											  type == BYTEAOID ? TYPALIGN_INT : TYPALIGN_DOUBLE));
}

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
			key[m] = to_column(contacts[i].key[k]);
			place[m] = to_column(contacts[i].place);
			contact[m++] = Int64GetDatum(contacts[i].contact_id);
		}
	args[0] = make_array(key, NULL, m, INT8OID);
	args[1] = make_array(place, NULL, m, INT8OID);
	args[2] = make_array(contact, NULL, m, INT8OID);
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
	Datum	   *contact = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Datum) * (n + 1));
	Datum	   *entry = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Datum) * (n + 1));
	bool	   *nulls = MemoryContextAllocHuge(CurrentMemoryContext, n + 1);
	uint64		word[4 + DC_MAX_KEYS];

	for (int i = 0; i < n; i++)
	{
		contact[i] = Int64GetDatum(new[i].contact_id);
		nulls[i] = new[i].nkeys < 0;
		entry[i] = nulls[i] ? (Datum) 0 : PointerGetDatum(to_bytes(word, sizeof(uint64) * put_contact(word, &new[i])));
	}
	args[1] = make_array(contact, NULL, n, INT8OID);
	args[2] = make_array(entry, nulls, n, BYTEAOID);
	dc_execute("INSERT INTO dropcontact.match_changed (controller_id, contact_id, entry) "
			   "SELECT $1, n.contact_id, n.entry FROM ROWS FROM (pg_catalog.unnest($2), pg_catalog.unnest($3)) AS n(contact_id, entry) "
			   "ON CONFLICT ON CONSTRAINT match_changed_contact DO UPDATE SET entry = excluded.entry", 3, types, args, false, SPI_OK_INSERT);
}

void
dc_index_change(int controller_id, const DcIndexedContact *old, const DcIndexedContact *new, int n, const DcIndexState *state)
{
	if (n > 0)
	{
		write_delta(controller_id, old, new, n);
		write_changed(controller_id, new, n);
	}
	store_state(controller_id, state);
}

/* ---------- contacts that must leave no trace ---------- */

/* The entries of the one row that a query answers, as a copy that may be changed; NULL when there is none. */
static uint64 *
read_entries(const char *query, int nargs, Oid *types, Datum *args, int *nwords, Datum *id)
{
	bool		isnull;
	bytea	   *bytes;

	*id = dc_execute_value(query, nargs, types, args, false, &isnull);
	if (isnull)
		return NULL;
	bytes = DatumGetByteaPCopy(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2, &isnull));
	*nwords = (VARSIZE(bytes) - VARHDRSZ) / sizeof(uint64);
	return memcpy(palloc(VARSIZE(bytes)), VARDATA(bytes), VARSIZE(bytes) - VARHDRSZ);
}

static void
forget_entry(int controller_id, const DcIndexEntry *wanted)
{
	Oid			types[] = {INT4OID, INT8OID, INT8OID, INT8OID};
	Datum		args[] = {Int32GetDatum(controller_id), to_column(wanted->key), to_column(wanted->place), Int64GetDatum(wanted->contact_id)};
	Oid			row_types[] = {INT4OID, INT4OID, INT8OID, INT8OID, INT8OID, BYTEAOID};
	Datum		row[6] = {Int32GetDatum(controller_id)};
	int			nwords;
	DcIndexEntry *entry = (DcIndexEntry *) read_entries("SELECT page, entries FROM dropcontact.match_index "
														"WHERE controller_id = $1 AND (first_key, first_place, first_contact) <= ($2, $3, $4) "
														"ORDER BY first_key DESC, first_place DESC, first_contact DESC LIMIT 1", 4, types, args, &nwords, &row[1]);
	int			n = entry == NULL ? 0 : nwords * sizeof(uint64) / sizeof(DcIndexEntry);
	int			kept = 0;

	for (int i = 0; i < n; i++)
		if (dc_compare_entries(&entry[i], wanted) != 0)
			entry[kept++] = entry[i];
	if (kept == n)
		return;
	if (kept == 0)
	{
		dc_execute("DELETE FROM dropcontact.match_index WHERE controller_id = $1 AND page = $2", 2, row_types, row, false, SPI_OK_DELETE);
		return;
	}
	row[2] = to_column(entry[0].key);
	row[3] = to_column(entry[0].place);
	row[4] = Int64GetDatum(entry[0].contact_id);
	row[5] = PointerGetDatum(to_bytes(entry, sizeof(DcIndexEntry) * kept));
	dc_execute("UPDATE dropcontact.match_index SET first_key = $3, first_place = $4, first_contact = $5, entries = $6 WHERE controller_id = $1 AND page = $2",
			   6, row_types, row, false, SPI_OK_UPDATE);
}

/* Takes a contact out of its row of match_keys_of; false when it is not there. */
static bool
forget_contact(int controller_id, int64 contact_id, DcIndexedContact *contact)
{
	Oid			types[] = {INT4OID, INT8OID};
	Datum		args[] = {Int32GetDatum(controller_id), Int64GetDatum(contact_id)};
	Oid			row_types[] = {INT4OID, INT8OID, INT8OID, BYTEAOID};
	Datum		row[4] = {Int32GetDatum(controller_id)};
	int			nwords;
	uint64	   *word = read_entries("SELECT first_contact, entries FROM dropcontact.match_keys_of WHERE controller_id = $1 AND first_contact <= $2 "
									"ORDER BY first_contact DESC LIMIT 1", 2, types, args, &nwords, &row[1]);
	int			length;

	for (int at = 0; word != NULL && at < nwords; at += length)
	{
		length = 4 + (int) word[at + 3];
		if ((int64) word[at] != contact_id)
			continue;
		contact->contact_id = contact_id;
		contact->place = word[at + 2];
		contact->nkeys = (int) word[at + 3];
		memcpy(contact->key, word + at + 4, sizeof(uint64) * contact->nkeys);
		memmove(word + at, word + at + length, sizeof(uint64) * (nwords - at - length));
		nwords -= length;
		row[2] = Int64GetDatum((int64) word[0]);
		row[3] = PointerGetDatum(to_bytes(word, sizeof(uint64) * nwords));
		if (nwords == 0)
			dc_execute("DELETE FROM dropcontact.match_keys_of WHERE controller_id = $1 AND first_contact = $2", 2, row_types, row, false, SPI_OK_DELETE);
		else
			dc_execute("UPDATE dropcontact.match_keys_of SET first_contact = $3, entries = $4 WHERE controller_id = $1 AND first_contact = $2",
					   4, row_types, row, false, SPI_OK_UPDATE);
		return true;
	}
	return false;
}

void
dc_index_forget(int controller_id, int64 contact_id)
{
	Oid			types[] = {INT4OID, INT8OID};
	Datum		args[] = {Int32GetDatum(controller_id), Int64GetDatum(contact_id)};
	DcIndexedContact contact;

	dc_execute("DELETE FROM dropcontact.match_changed WHERE controller_id = $1 AND contact_id = $2", 2, types, args, false, SPI_OK_DELETE);
	if (!forget_contact(controller_id, contact_id, &contact))
		return;
	for (int k = 0; k < contact.nkeys; k++)
	{
		DcIndexEntry entry = {contact.key[k], contact.place, contact_id};

		forget_entry(controller_id, &entry);
	}
}
