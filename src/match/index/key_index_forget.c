/*-------------------------------------------------------------------------
 *
 * key_index_forget.c
 *	  Contacts that must leave no trace in the tables of key_index.h.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "duty/plan.h"
#include "match/index/key_index.h"

/*
 * The bytes of the one row that a query answers, and its place; NULL when there is none. Under the lock of matching
 * nobody else writes the row, so that its place stands for it, which spares looking it up again.
 */
static bytea *
read_bytes(const char *query, int nargs, Oid *types, Datum *args, ItemPointer row)
{
	bool		isnull;
	Datum		place = dc_execute_value(query, nargs, types, args, false, &isnull);

	if (isnull)
		return NULL;
	*row = *(ItemPointer) DatumGetPointer(place);
	return DatumGetByteaPCopy(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2, &isnull));
}

/* Takes an entry out of a page; false when it is not there. */
static bool
leave_page(DcKeyPage *page, const DcIndexEntry *wanted)
{
	int			kept = 0;

	for (int i = 0; i < page->n; i++)
	{
		const DcIndexEntry *entry = &page->entry[i];

		if (entry->key == wanted->key && entry->contact_id == wanted->contact_id && (!page->placed[i] || entry->place == wanted->place))
			continue;
		page->placed[kept] = page->placed[i];
		page->entry[kept++] = *entry;
	}
	if (kept == page->n)
		return false;
	page->n = kept;
	return true;
}

void
dc_index_remove(int controller_id, int run, const DcIndexEntry *wanted)
{
	Oid			types[] = {INT4OID, INT8OID, INT8OID, INT8OID, INT4OID};
	Datum		args[] = {Int32GetDatum(controller_id), Int64GetDatum(dc_to_column(wanted->key)), Int64GetDatum(dc_to_column(wanted->place)),
		Int64GetDatum(wanted->contact_id), Int32GetDatum(run)};
	ItemPointerData place;
	Oid			row_types[] = {TIDOID, INT8OID, INT8OID, INT8OID, BYTEAOID};
	Datum		row[] = {PointerGetDatum(&place), 0, 0, 0, 0};
	DcKeyPage	page;
	bytea	   *bytes = read_bytes("SELECT ctid, entries FROM dropcontact.match_index "
								   "WHERE controller_id = $1 AND run = $5 AND (first_key, first_place, first_contact) <= ($2, $3, $4) "
								   "ORDER BY first_key DESC, first_place DESC, first_contact DESC LIMIT 1", 5, types, args, &place);
	DcIndexEntry first;

	if (bytes == NULL)
		return;
	dc_page_unpack(&page, bytes, PG_UINT64_MAX);
	pfree(bytes);
	if (!leave_page(&page, wanted))
		return;
	if (page.n == 0)
	{
		dc_execute("DELETE FROM dropcontact.match_index WHERE ctid = $1", 1, row_types, row, false, SPI_OK_DELETE);
		return;
	}
	first = dc_page_first(&page);
	row[1] = Int64GetDatum(dc_to_column(first.key));
	row[2] = Int64GetDatum(dc_to_column(first.place));
	row[3] = Int64GetDatum(first.contact_id);
	row[4] = PointerGetDatum(dc_page_pack(&page));
	dc_execute("UPDATE dropcontact.match_index SET first_key = $2, first_place = $3, first_contact = $4, entries = $5 WHERE ctid = $1",
			   lengthof(row), row_types, row, false, SPI_OK_UPDATE);
	pfree(DatumGetPointer(row[4]));
}

/* Takes a contact out of its row of match_keys_of; false when it is not there. */
static bool
forget_contact(int controller_id, int64 contact_id, DcIndexedContact *contact)
{
	Oid			types[] = {INT4OID, INT8OID};
	Datum		args[] = {Int32GetDatum(controller_id), Int64GetDatum(contact_id)};
	ItemPointerData place;
	Oid			row_types[] = {TIDOID, INT8OID, BYTEAOID};
	Datum		row[] = {PointerGetDatum(&place), 0, 0};
	bytea	   *bytes = read_bytes("SELECT ctid, entries FROM dropcontact.match_keys_of WHERE controller_id = $1 AND first_contact <= $2 "
									"ORDER BY first_contact DESC LIMIT 1", 2, types, args, &place);
	int			nwords = bytes == NULL ? 0 : (VARSIZE(bytes) - VARHDRSZ) / sizeof(uint64);
	uint64	   *word = palloc(sizeof(uint64) * (nwords + 1));
	int			length;

	/* aligned */
	if (bytes != NULL)
		memcpy(word, VARDATA(bytes), sizeof(uint64) * nwords);
	for (int at = 0; at < nwords; at += length)
	{
		length = dc_get_contact(word + at, nwords - at, contact);
		if (contact->contact_id != contact_id)
			continue;
		memmove(word + at, word + at + length, sizeof(uint64) * (nwords - at - length));
		nwords -= length;
		row[1] = Int64GetDatum((int64) word[0]);
		row[2] = PointerGetDatum(dc_to_bytes(word, sizeof(uint64) * nwords));
		if (nwords == 0)
			dc_execute("DELETE FROM dropcontact.match_keys_of WHERE ctid = $1", 1, row_types, row, false, SPI_OK_DELETE);
		else
			dc_execute("UPDATE dropcontact.match_keys_of SET first_contact = $2, entries = $3 WHERE ctid = $1", lengthof(row), row_types, row, false, SPI_OK_UPDATE);
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

		dc_index_remove(controller_id, 0, &entry);
	}
}
