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

#include "match/key_index.h"
#include "match/plan.h"

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

void
dc_index_remove(int controller_id, int run, const DcIndexEntry *wanted)
{
	Oid			types[] = {INT4OID, INT8OID, INT8OID, INT8OID, INT4OID};
	Datum		args[] = {Int32GetDatum(controller_id), Int64GetDatum(dc_to_column(wanted->key)), Int64GetDatum(dc_to_column(wanted->place)),
		Int64GetDatum(wanted->contact_id), Int32GetDatum(run)};
	Oid			row_types[] = {INT4OID, INT4OID, INT8OID, INT8OID, INT8OID, BYTEAOID, INT4OID};
	Datum		row[7] = {Int32GetDatum(controller_id), 0, 0, 0, 0, 0, Int32GetDatum(run)};
	int			nwords;
	DcIndexEntry *entry = (DcIndexEntry *) read_entries("SELECT page, entries FROM dropcontact.match_index "
														"WHERE controller_id = $1 AND run = $5 AND (first_key, first_place, first_contact) <= ($2, $3, $4) "
														"ORDER BY first_key DESC, first_place DESC, first_contact DESC LIMIT 1", 5, types, args, &nwords, &row[1]);
	int			n = entry == NULL ? 0 : nwords * sizeof(uint64) / sizeof(DcIndexEntry);
	int			kept = 0;

	for (int i = 0; i < n; i++)
		if (dc_compare_entries(&entry[i], wanted) != 0)
			entry[kept++] = entry[i];
	if (kept == n)
		return;
	if (kept == 0)
	{
		row[2] = row[6];
		row_types[2] = INT4OID;
		dc_execute("DELETE FROM dropcontact.match_index WHERE controller_id = $1 AND page = $2 AND run = $3", 3, row_types, row, false, SPI_OK_DELETE);
		return;
	}
	row[2] = Int64GetDatum(dc_to_column(entry[0].key));
	row[3] = Int64GetDatum(dc_to_column(entry[0].place));
	row[4] = Int64GetDatum(entry[0].contact_id);
	row[5] = PointerGetDatum(dc_to_bytes(entry, sizeof(DcIndexEntry) * kept));
	dc_execute("UPDATE dropcontact.match_index SET first_key = $3, first_place = $4, first_contact = $5, entries = $6 WHERE controller_id = $1 AND page = $2 AND run = $7",
			   7, row_types, row, false, SPI_OK_UPDATE);
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
		length = dc_get_contact(word + at, nwords - at, contact);
		if (contact->contact_id != contact_id)
			continue;
		memmove(word + at, word + at + length, sizeof(uint64) * (nwords - at - length));
		nwords -= length;
		row[2] = Int64GetDatum((int64) word[0]);
		row[3] = PointerGetDatum(dc_to_bytes(word, sizeof(uint64) * nwords));
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

		dc_index_remove(controller_id, 0, &entry);
	}
}
