/*-------------------------------------------------------------------------
 *
 * key_index_heal.c
 *	  Indexes of the tables of key_index.h that did not outlive a crash.
 *
 * The tables are not logged.  PostgreSQL makes them anew, empty, after a crash, but the indexes of a database that was copied
 * page by page (CREATE DATABASE with strategy wal_log) not long before may come back as pages of zeros, and whoever
 * plans a query of their tables fails.  The tables hold nothing then that is not found out again, so that a run rebuilds the indexes;
 * who only reads does without.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "catalog/namespace.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "duty/duty.h"
#include "match/index/key_index.h"

static const char *const tables[] = {"match_index_state", "match_index", "match_keys_of", "match_changed", "match_delta", "match_updated"};

/* A crash ends all sessions: what was found sound by this one stays it. */
static bool sound = false;

/* Has the index no first page, or one of zeros? */
static bool
is_broken(Oid oid)
{
	Relation	index = index_open(oid, AccessShareLock);
	bool		broken = RelationGetNumberOfBlocks(index) == 0;

	if (!broken)
	{
		Buffer		buffer = ReadBuffer(index, 0);

		LockBuffer(buffer, BUFFER_LOCK_SHARE);
		broken = PageIsNew(BufferGetPage(buffer));
		UnlockReleaseBuffer(buffer);
	}
	index_close(index, AccessShareLock);
	return broken;
}

static bool
has_broken_index(const char *name)
{
	Relation	table = table_open(get_relname_relid(name, get_namespace_oid("dropcontact", false)), AccessShareLock);
	List	   *indexes = RelationGetIndexList(table);
	ListCell   *cell;
	bool		broken = false;

	foreach(cell, indexes)
		broken |= is_broken(lfirst_oid(cell));
	list_free(indexes);
	table_close(table, AccessShareLock);
	return broken;
}

bool
dc_index_is_sound(void)
{
	if (sound)
		return true;
	for (int i = 0; i < lengthof(tables); i++)
		if (has_broken_index(tables[i]))
			return false;
	sound = true;
	return true;
}

void
dc_index_heal(void)
{
	Oid			user;
	int			context;

	if (dc_index_is_sound())
		return;
	GetUserIdAndSecContext(&user, &context);
	SetUserIdAndSecContext(dc_owner(), context | SECURITY_LOCAL_USERID_CHANGE);
	for (int i = 0; i < lengthof(tables); i++)
		if (has_broken_index(tables[i]))
		{
			ereport(LOG,
					(errmsg("indexes of table dropcontact.%s are rebuilt", tables[i]),
					 errdetail("They did not outlive a crash. The table is not logged, and holds nothing that is not found out again.")));
			if (SPI_execute(psprintf("REINDEX TABLE dropcontact.%s", tables[i]), false, 0) != SPI_OK_UTILITY)
				elog(ERROR, "could not rebuild the indexes of table \"%s\"", tables[i]);
		}
	SetUserIdAndSecContext(user, context);
}
