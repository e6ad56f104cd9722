/*-------------------------------------------------------------------------
 *
 * key_index_write.c
 *	  Writing the tables of key_index.h.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "duty/plan.h"
#include "match/index/key_index.h"
#include "match/table/batch.h"

#define AHEAD 16				/* entries: so far what they point to is asked for before its turn */

#define WORDS_A_ROW ((int) (DC_PAGE_BYTES / sizeof(uint64)))

static uint64
mix(uint64 h, uint64 value)
{
	h = (h ^ value) * UINT64CONST(0x9ddfea08eb382d69);
	return h ^ (h >> 29);
}

uint64
dc_record_fingerprint(const DcPopulation *p, const DcRecord *record)
{
	uint64		h = record->nmobiles;

	for (const DcValue *v = &record->first; v < DC_END_OF_VALUES(record); v++)
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

bytea *
dc_to_bytes(const void *data, size_t size)
{
	bytea	   *bytes = palloc(VARHDRSZ + size);

	SET_VARSIZE(bytes, VARHDRSZ + size);
	memcpy(VARDATA(bytes), data, size);
	return bytes;
}

/* ---------- pages by key ---------- */

/* What an entry says of its record: of all records together, so that an entry needs one place in memory. */
typedef struct Bearer
{
	uint64		place;
	int64		contact_id;
} Bearer;

static Bearer *
list_bearers(const DcPopulation *p, const uint64 *place)
{
	Bearer	   *bearers = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Bearer) * ((Size) p->nrecords + 1));

	for (int r = 0; r < p->nrecords; r++)
		bearers[r] = (Bearer) {place[r], p->records[r].contact_id};
	return bearers;
}

/* The places of a block are needed once it is large; so much does one grow so rarely that they are looked up then. */
#define MOST_UNPLACED(key) (dc_block_limit(key) / 2)

/* Linear in the keys; the last page waits in the writer. */
static DcPageWriter *
write_pages(const DcPopulation *p, DcKeyTable *table, int controller_id)
{
	Bearer	   *bearers = list_bearers(p, dc_key_rows(table)->place);
	DcIndexEntry *block = palloc(sizeof(DcIndexEntry) * DC_PAGE_ENTRIES);
	DcPageWriter *writer = dc_open_pages(controller_id, 0, p->nrecords == 0 ? 0 : p->records[0].contact_id,
										 p->nrecords == 0 ? 0 : p->records[p->nrecords - 1].contact_id);

	for (int partition = 0; partition < dc_key_partitions(table); partition++)
	{
		size_t		n;
		uint32		base;
		const DcKeyEntry *entries = dc_key_partition(table, partition, &n, &base);

		for (size_t from = 0, to; from < n; from = to)
		{
			bool		placed;
			int			m = 0;

			to = dc_block_end(entries, n, from);
			placed = to - from > MOST_UNPLACED(entries[from].key);
			CHECK_FOR_INTERRUPTS();
			for (size_t i = from; i < to; i++)
			{
				const Bearer *bearer = &bearers[entries[i].record];

				if (i + AHEAD < n)
					DC_PREFETCH(&bearers[entries[i + AHEAD].record]);
				block[m++] = (DcIndexEntry) {entries[i].key, bearer->place, bearer->contact_id};
				if (m < DC_PAGE_ENTRIES && i + 1 < to)
					continue;
				dc_write_block(writer, block, m, placed);
				m = 0;
			}
		}
	}
	pfree(block);
	pfree(bearers);
	return writer;
}

/* ---------- rows by contact ---------- */

static const DcTarget rows_of = {"match_keys_of", {"first_contact", "entries"}};

typedef struct RowWriter
{
	DcBatch    *rows;
	int			n;
	uint64		word[WORDS_A_ROW];
} RowWriter;

int
dc_put_contact(uint64 *word, const DcIndexedContact *contact)
{
	word[0] = (uint64) contact->contact_id;
	word[1] = contact->fingerprint;
	word[2] = contact->place;
	word[3] = (uint64) contact->nkeys;
	memcpy(word + 4, contact->key, sizeof(uint64) * contact->nkeys);
	return 4 + contact->nkeys;
}

int
dc_get_contact(const uint64 *word, int nwords, DcIndexedContact *contact)
{
	contact->contact_id = (int64) word[0];
	contact->fingerprint = word[1];
	contact->place = word[2];
	contact->nkeys = (int) word[3];
	if (contact->nkeys < 0 || contact->nkeys > DC_MAX_KEYS || 4 + contact->nkeys > nwords)
		elog(ERROR, "a row of the index of keys is damaged");
	memcpy(contact->key, word + 4, sizeof(uint64) * contact->nkeys);
	return 4 + contact->nkeys;
}

static void
flush_row(RowWriter *writer)
{
	size_t		size = sizeof(uint64) * writer->n;

	if (writer->n > 0)
	{
		Datum		row[] = {Int64GetDatum((int64) writer->word[0]), PointerGetDatum(dc_to_bytes(writer->word, size))};

		dc_batch_add(writer->rows, row, size);
	}
	writer->n = 0;
}

/* Linear in the keys; the last row waits in the writer. */
static RowWriter *
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
		writer->n += dc_put_contact(writer->word + writer->n, &contact);
	}
	return writer;
}

static void
close_rows(RowWriter *writer)
{
	flush_row(writer);
	dc_batch_finish(writer->rows);
	pfree(writer);
}

/* ---------- all of it ---------- */

struct DcIndexWriter
{
	DcPageWriter *pages;
	RowWriter  *rows;
};

static bool
is_written(int controller_id, uint64 sum)
{
	Oid			types[] = {INT4OID, INT8OID};
	Datum		args[] = {Int32GetDatum(controller_id), Int64GetDatum((int64) sum)};

	dc_execute("SELECT FROM dropcontact.match_index_state s WHERE s.controller_id = $1 AND s.checksum = $2 "
			"AND NOT EXISTS (SELECT FROM dropcontact.match_changed c WHERE c.controller_id = $1)", 2, types, args, true, SPI_OK_SELECT);
	return SPI_processed > 0;
}

void
dc_store_index_state(int controller_id, const DcIndexState *state)
{
	Oid			types[] = {INT4OID, INT8OID, INT8OID, INT8OID, INT8OID, INT8OID, INT8OID, INT4OID};
	Datum		args[] = {
		Int32GetDatum(controller_id), Int64GetDatum((int64) state->signature), Int64GetDatum((int64) state->checksum), Int64GetDatum(state->contacts),
		Int64GetDatum(state->persons), Int64GetDatum(state->indexed), Int64GetDatum(state->last_contact), Int32GetDatum(state->runs),
	};

	dc_execute("INSERT INTO dropcontact.match_index_state AS s (controller_id, signature, checksum, contacts, persons, indexed, last_contact, runs) "
			   "VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (controller_id) DO UPDATE "
			   "SET signature = excluded.signature, checksum = excluded.checksum, contacts = excluded.contacts, "
			   "persons = excluded.persons, indexed = excluded.indexed, last_contact = excluded.last_contact, runs = excluded.runs "
			   "WHERE ROW(s.*) IS DISTINCT FROM ROW(excluded.*)", 8, types, args, false, SPI_OK_INSERT);
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

bool
dc_index_make_room(int controller_id)
{
	Oid			types[] = {INT4OID};
	Datum		args[] = {Int32GetDatum(controller_id)};

	dc_execute("SELECT FROM dropcontact.match_index_state s WHERE s.controller_id = $1", 1, types, args, true, SPI_OK_SELECT);
	if (SPI_processed > 0 || !dc_batch_may_be_bulk("match_index") || !dc_batch_may_be_bulk("match_keys_of"))
		return false;
	dc_index_drop(controller_id);
	/* parallel mode gives none */
	GetCurrentTransactionId();
	return true;
}

DcIndexWriter *
dc_index_begin(const DcPopulation *p, DcKeyTable *table, int controller_id)
{
	DcIndexWriter *writer = palloc(sizeof(DcIndexWriter));

	writer->pages = write_pages(p, table, controller_id);
	writer->rows = write_contacts(p, controller_id);
	return writer;
}

void
dc_index_end(DcIndexWriter *writer, const DcPopulation *p, DcKeyTable *table, int controller_id, uint64 signature)
{
	DcIndexState state = {.signature = signature, .checksum = dc_key_sum(table), .contacts = p->nrecords, .indexed = p->nrecords};

	for (int r = 0; r < p->nrecords; r++)
		state.persons += dc_is_person(&p->records[r]);
	if (p->nrecords > 0)
		state.last_contact = p->records[p->nrecords - 1].contact_id;
	if (writer == NULL && !is_written(controller_id, state.checksum))
	{
		dc_index_drop(controller_id);
		writer = dc_index_begin(p, table, controller_id);
	}
	if (writer != NULL)
	{
		dc_close_pages(writer->pages);
		close_rows(writer->rows);
		pfree(writer);
	}
	dc_store_index_state(controller_id, &state);
}
