/*-------------------------------------------------------------------------
 *
 * clean_origin.c
 *	  Where a row comes from: its controller, the run that counts it, its source.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <ctype.h>

#include "access/xact.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/rls.h"
#include "utils/timestamp.h"

#include "contact/cleaner.h"


/* The controller for which the statement writes, asked once. */
static int
statement_controller(Cleaner *cleaner)
{
	if (cleaner->controller_id == 0)
	{
		SPI_connect();
		cleaner->controller_id = dc_current_controller();
		SPI_finish();
	}
	return cleaner->controller_id;
}

/* Reads the sources of a controller, so that rows need no query. */
static void
read_sources(Cleaner *cleaner, int controller_id)
{
	static SPIPlanPtr plan = NULL;
	Datum		args[] = {Int32GetDatum(controller_id)};
	MemoryContext old;
	bool		isnull;

	/* who held it alone may have changed which persons are refused: taking it hears of that */
	dc_lock_controller(controller_id, DC_LOCK_WRITING, ShareLock);
	SPI_connect();
	if (plan == NULL)
	{
		Oid			types[] = {INT4OID};
		SPIPlanPtr	made = SPI_prepare("SELECT name, region, source_id, relation FROM dropcontact.source WHERE controller_id = $1 ORDER BY source_id", 1, types);

		if (made == NULL || SPI_keepplan(made) != 0)
			elog(ERROR, "could not prepare the sources");
		plan = made;
	}
	/* not read-only: the snapshot is one taken behind the lock */
	if (SPI_execute_plan(plan, args, NULL, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the sources");
	old = MemoryContextSwitchTo(cleaner->statement);
	cleaner->nsources = SPI_processed;
	cleaner->sources = palloc0(sizeof(Source) * Max(1, cleaner->nsources));
	for (int i = 0; i < cleaner->nsources; i++)
	{
		char	   *region = SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 2);
		char	   *relation = SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 4);

		cleaner->sources[i].name = pstrdup(SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1));
		cleaner->sources[i].id = DatumGetInt32(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 3, &isnull));
		cleaner->sources[i].region = region == NULL ? NULL : pstrdup(region);
		cleaner->sources[i].relation = relation == NULL ? NULL : pstrdup(relation);
	}
	MemoryContextSwitchTo(old);
	SPI_finish();
	cleaner->sources_of = controller_id;
}

/* The source of a row; without a name the only one that there is, but under an agreement each contact says where it comes from. */
static Source *
find_source(Cleaner *cleaner, int controller_id, const char *name)
{
	if (cleaner->sources_of != controller_id)
		read_sources(cleaner, controller_id);
	if (name == NULL)
	{
		if (cleaner->nsources == 1 && !cleaner->bound)
			return &cleaner->sources[0];
		ereport(ERROR,
				(errcode(cleaner->bound ? MAKE_SQLSTATE('R', 'G', '1', '0', '5') : ERRCODE_NOT_NULL_VIOLATION),
				 errmsg("a contact needs a source"),
				 cleaner->bound ? errdetail("The agreement demands it (II.6).") :
				 errdetail("The controller has %d sources and none is named.", cleaner->nsources),
				 errhint("Give column source, which dropcontact.create_source(name) makes.")));
	}
	for (int i = 0; i < cleaner->nsources; i++)
		if (strcmp(cleaner->sources[i].name, name) == 0)
			return &cleaner->sources[i];
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("source \"%s\" does not exist", name),
			 errhint("Create it with dropcontact.create_source(name).")));
}

/* The ground under the statement (duty/): its run, whether it is permitted, whether an agreement binds. */
static void
open_ground(Cleaner *cleaner, int controller_id)
{
	static int64 uncounted;

	cleaner->run_of = controller_id;
	cleaner->counter = &uncounted;
	if (!GUARDED)
		return;
	cleaner->counter = dc_run_rows(controller_id, cleaner->purpose);
	cleaner->bound = dc_permit(controller_id, cleaner->purpose)->agreement_id != 0;
}

/* Row-level security would refuse the row in the end; before, one would hear of sources and agreements. */
static void
check_named_controller(const Cleaner *cleaner, int controller_id)
{
	if (check_enable_rls(cleaner->relation, InvalidOid, true) != RLS_ENABLED)
		return;
	SPI_connect();
	dc_check_visible(controller_id);
	SPI_finish();
}

bool
dc_is_no_id(const char *s, size_t len)
{
	while (len > 0 && isspace((unsigned char) s[len - 1]))
		len--;
	return len == 0;
}

static void
drop_blank_id(const Cleaner *cleaner, Row *row)
{
	int			id = cleaner->column_external_id - 1;
	text	   *given = row->nulls[id] ? NULL : DatumGetTextPP(row->values[id]);

	row->nulls[id] = given == NULL || dc_is_no_id(VARDATA_ANY(given), VARSIZE_ANY_EXHDR(given));
}

/* A time that is null gives nothing: an empty field of a file is none. */
static void
fill_received_at(const Cleaner *cleaner, Row *row)
{
	int			at = cleaner->column_received_at - 1;

	if (row->nulls[at])
		row->values[at] = !row->old_nulls[at] ? row->old_values[at] : TimestampTzGetDatum(GetCurrentTransactionStartTimestamp());
	row->nulls[at] = false;
}

const Source *
dc_set_origin(Cleaner *cleaner, Row *row)
{
	int			controller = cleaner->column_controller - 1;
	int			source = cleaner->column_source - 1;
	Source	   *found;

	if (row->nulls[controller])
		row->values[controller] = Int32GetDatum(statement_controller(cleaner));
	else if (cleaner->run_of != DatumGetInt32(row->values[controller]))
		check_named_controller(cleaner, DatumGetInt32(row->values[controller]));
	row->nulls[controller] = false;
	if (cleaner->run_of != DatumGetInt32(row->values[controller]))
		open_ground(cleaner, DatumGetInt32(row->values[controller]));
	found = find_source(cleaner, DatumGetInt32(row->values[controller]),
						row->nulls[source] ? NULL : TextDatumGetCString(row->values[source]));
	if (GUARDED && !found->noted)
	{
		found->terms = dc_run_source(cleaner->run_of, cleaner->purpose, found->id);
		found->noted = true;
	}
	if (row->nulls[source])
		row->values[source] = CStringGetTextDatum(found->name);
	row->nulls[source] = false;
	drop_blank_id(cleaner, row);
	fill_received_at(cleaner, row);
	return found;
}

/* A source may say what all those are whose contacts do not. */
void
dc_take_relation(const Cleaner *cleaner, const Source *source, Row *row)
{
	int			relation = cleaner->field[F_RELATION] - 1;

	if (source->relation == NULL || !row->nulls[relation])
		return;
	row->values[relation] = CStringGetTextDatum(source->relation);
	row->nulls[relation] = false;
}
