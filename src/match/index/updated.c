/*-------------------------------------------------------------------------
 *
 * updated.c
 *	  Contacts that were updated since the last run of matching, for who looks for them before the next.
 *
 * The index of keys knows them by what they were.  What is kept is a row or a few for each statement, of the first
 * and the last contact of what it updated; it is not needed to find what changed, and lost in a crash with the index.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"

#include "duty/duty.h"
#include "duty/plan.h"
#include "match/index/key_index.h"
#include "match/index/updated.h"

/* A statement that updated more ranges leaves one around them all. */
#define MOST_RANGES 1000

/* So many contacts are looked at beside those that keys lead to: a millisecond or two. */
#define MOST_UPDATED 200

#define NOTE_UPDATED \
	"INSERT INTO dropcontact.match_updated (controller_id, first_contact, last_contact) " \
	"SELECT DISTINCT c.controller_id, r.first, r.last FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2)) AS r(first, last) " \
	"JOIN dropcontact.contact c ON c.contact_id BETWEEN r.first AND r.last " \
	"JOIN dropcontact.match_index_state s ON s.controller_id = c.controller_id AND s.last_contact >= r.first"

#define UPDATED \
	"SELECT c.contact_id FROM dropcontact.match_updated u JOIN dropcontact.contact c ON c.contact_id BETWEEN u.first_contact AND u.last_contact " \
	"WHERE u.controller_id = $1 AND c.controller_id = $1"

void
dc_note_updated(const DcWritten *ranges, int n)
{
	Oid			types[] = {INT8ARRAYOID, INT8ARRAYOID};
	IdList		first = {0};
	IdList		last = {0};
	Datum		args[2];
	Oid			user;
	int			context;

	if (!dc_index_is_sound())
		return;
	for (int i = 0; i < n; i++)
		if (n <= MOST_RANGES || i == 0)
		{
			dc_push_id(&first, ranges[i].first);
			dc_push_id(&last, ranges[i].last);
		}
		else
		{
			first.id[0] = Min(first.id[0], ranges[i].first);
			last.id[0] = Max(last.id[0], ranges[i].last);
		}
	args[0] = dc_id_array(&first);
	args[1] = dc_id_array(&last);
	GetUserIdAndSecContext(&user, &context);
	SetUserIdAndSecContext(dc_owner(), context | SECURITY_LOCAL_USERID_CHANGE);
	dc_execute(NOTE_UPDATED, 2, types, args, false, SPI_OK_INSERT);
	SetUserIdAndSecContext(user, context);
}

void
dc_add_updated(int controller_id, IdList *contacts)
{
	Oid			types[] = {INT4OID};
	Datum		args[] = {Int32GetDatum(controller_id)};
	bool		isnull;

	if (SPI_execute_plan(dc_kept_plan(UPDATED, 1, types), args, NULL, true, MOST_UPDATED + 1) != SPI_OK_SELECT)
		elog(ERROR, "could not search for updated contacts");
	for (uint64 i = 0; i < SPI_processed && SPI_processed <= MOST_UPDATED; i++)
		dc_push_id(contacts, DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &isnull)));
}

void
dc_forget_updated(int controller_id)
{
	Oid			types[] = {INT4OID};
	Datum		args[] = {Int32GetDatum(controller_id)};

	dc_execute("DELETE FROM dropcontact.match_updated u WHERE u.controller_id = $1", 1, types, args, false, SPI_OK_DELETE);
}
