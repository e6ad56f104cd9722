/*-------------------------------------------------------------------------
 *
 * ledger.c
 *	  Entries of the ledger wait until their transaction commits.
 *
 * Whoever appends to a chain locks it until the transaction ends.  So what a transaction has to say is kept
 * aside and appended when it commits, chain by chain in the order of their controllers: a long one keeps nobody
 * waiting, and two that write several chains do not wait for each other.  A subtransaction that rolls back takes
 * its entries along.  Who reads the chain in the same transaction calls flush_ledger() first.
 *
 * The head is read by a snapshot taken behind the lock, at REPEATABLE READ and SERIALIZABLE too: nothing of the
 * transaction comes after it, so nobody can tell that this one row was newer than the rest, and the transaction need
 * not be tried again because others had something to say.  flush_ledger() keeps to the transaction's snapshot, for what
 * reads the chain afterwards would take the entries of others, which it cannot see, for a gap: when there are some, the
 * entries go on waiting, and the chain is read as the snapshot has it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "duty/duty.h"
#include "duty/plan.h"

/* A transaction that has more to say appends it at once, where it can, and is waited for. */
#define MOST_WAITING 10000

typedef struct Entry
{
	struct Entry *next;
	SubTransactionId subtransaction;
	int			controller_id;
	Datum		kind;			/* text */
	Datum		body;			/* jsonb */
} Entry;

/* In TopTransactionContext, first ones first */
static Entry *waiting = NULL;
static Entry **last = &waiting;
static int	nwaiting = 0;

static void
forget_all(void)
{
	waiting = NULL;
	last = &waiting;
	nwaiting = 0;
}

/* The order of controllers, and of what was said of one; a stable merge sort, n log n. */
static Entry *
sort_entries(Entry *list, int n)
{
	Entry	   *left = list;
	Entry	   *right = list;
	Entry	   *sorted = NULL;
	Entry	  **link = &sorted;

	if (n < 2)
		return list;
	for (int i = 1; i < n / 2; i++)
		right = right->next;
	list = right->next;
	right->next = NULL;
	left = sort_entries(left, n / 2);
	right = sort_entries(list, n - n / 2);
	while (left != NULL && right != NULL)
	{
		Entry	  **from = right->controller_id < left->controller_id ? &right : &left;

		*link = *from;
		link = &(*from)->next;
		*from = (*from)->next;
	}
	*link = left != NULL ? left : right;
	return sorted;
}

/* The first statement answers no row while the chain is empty. */
#define APPEND \
	"WITH head AS (SELECT h.entry OPERATOR(pg_catalog.+) 1 AS entry, h.hash, pg_catalog.clock_timestamp() AS at" \
	" FROM dropcontact.ledger_head h WHERE h.controller_id OPERATOR(pg_catalog.=) $1 FOR UPDATE)," \
	" said AS (INSERT INTO dropcontact.ledger (controller_id, entry, at, kind, body, hash)" \
	" SELECT $1, h.entry, h.at, $2, $3, pg_catalog.sha256(h.hash OPERATOR(pg_catalog.||)" \
	" pg_catalog.convert_to(dropcontact.ledger_text($1, h.entry, h.at, $2, $3), 'UTF8')) FROM head h RETURNING entry, hash)" \
	" UPDATE dropcontact.ledger_head h SET entry = s.entry, hash = s.hash FROM said s WHERE h.controller_id OPERATOR(pg_catalog.=) $1"
#define BEGIN_CHAIN \
	"INSERT INTO dropcontact.ledger_head (controller_id, entry, hash) VALUES ($1, 0, pg_catalog.decode(pg_catalog.repeat('00', 32), 'hex'))" \
	" ON CONFLICT DO NOTHING"

static void
write_rows(const char *sql, int nargs, Datum *args, Snapshot snapshot)
{
	Oid			types[] = {INT4OID, TEXTOID, JSONBOID};
	int			result = SPI_execute_snapshot(dc_kept_plan(sql, nargs, types), args, NULL, snapshot, InvalidSnapshot, false, true, 0);

	if (result < 0)
		elog(ERROR, "could not append to the ledger: %s", SPI_result_code_string(result));
}

/* Nobody else appends to the chain until the transaction ends.  Not an advisory lock: those are anybody's. */
static void
lock_chain(int controller_id)
{
	LockDatabaseObject(get_relname_relid("ledger_head", get_namespace_oid("dropcontact", false)), controller_id, 0, ExclusiveLock);
}

/* SPI must be connected. */
static void
append_entry(const Entry *e, bool at_end)
{
	Datum		args[] = {Int32GetDatum(e->controller_id), e->kind, e->body};
	Oid			user;
	int			context;

	lock_chain(e->controller_id);
	GetUserIdAndSecContext(&user, &context);
	SetUserIdAndSecContext(dc_owner(), context | SECURITY_LOCAL_USERID_CHANGE);
	write_rows(APPEND, 3, args, at_end ? GetLatestSnapshot() : GetTransactionSnapshot());
	if (SPI_processed == 0)
	{
		write_rows(BEGIN_CHAIN, 1, args, at_end ? GetLatestSnapshot() : GetTransactionSnapshot());
		write_rows(APPEND, 3, args, at_end ? GetLatestSnapshot() : GetTransactionSnapshot());
	}
	SetUserIdAndSecContext(user, context);
}

/* SPI must be connected. */
static void
append_all(bool at_end)
{
	Entry	   *list = sort_entries(waiting, nwaiting);

	forget_all();
	for (; list != NULL; list = list->next)
	{
		CHECK_FOR_INTERRUPTS();
		append_entry(list, at_end);
	}
}

/* The number of the last entry, as a snapshot has it; 0: there is no chain. */
static int64
head_entry(int controller_id, Snapshot snapshot)
{
	Oid			types[] = {INT4OID};
	Datum		args[] = {Int32GetDatum(controller_id)};
	bool		isnull;
	int			result = SPI_execute_snapshot(dc_kept_plan("SELECT h.entry FROM dropcontact.ledger_head h WHERE h.controller_id OPERATOR(pg_catalog.=) $1", 1, types),
											  args, NULL, snapshot, InvalidSnapshot, true, false, 1);

	if (result != SPI_OK_SELECT)
		elog(ERROR, "could not read the ledger: %s", SPI_result_code_string(result));
	return SPI_processed == 0 ? 0 : DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
}

/* Does the transaction see all of the chains that it has to append to?  Locks them if so.  SPI must be connected. */
static bool
sees_chains(void)
{
	Oid			user;
	int			context;
	bool		result = true;

	if (!IsolationUsesXactSnapshot())
		return true;
	GetUserIdAndSecContext(&user, &context);
	SetUserIdAndSecContext(dc_owner(), context | SECURITY_LOCAL_USERID_CHANGE);
	waiting = sort_entries(waiting, nwaiting);
	for (last = &waiting; *last != NULL; last = &(*last)->next)
		;
	/* once without the locks, so that nobody waits where they would serve nothing */
	for (int pass = 0; pass < 2 && result; pass++)
	{
		int			before = 0;

		for (Entry *e = waiting; e != NULL && result; before = e->controller_id, e = e->next)
		{
			if (e->controller_id == before)
				continue;
			if (pass == 1)
				lock_chain(e->controller_id);
			result = head_entry(e->controller_id, GetTransactionSnapshot()) == head_entry(e->controller_id, GetLatestSnapshot());
		}
	}
	SetUserIdAndSecContext(user, context);
	return result;
}

/* Before the transaction ends. */
static void
append_early(void)
{
	SPI_connect();
	if (sees_chains())
		append_all(false);
	SPI_finish();
}

static void
at_transaction_end(XactEvent event, void *arg)
{
	if ((event == XACT_EVENT_PRE_COMMIT || event == XACT_EVENT_PRE_PREPARE) && waiting != NULL)
	{
		/* the transaction that drops the extension drops what it had to say */
		if (!OidIsValid(get_namespace_oid("dropcontact", true)))
			return;
		PushActiveSnapshot(GetTransactionSnapshot());
		SPI_connect();
		append_all(true);
		SPI_finish();
		PopActiveSnapshot();
	}
	else if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE)
		forget_all();
}

static void
at_subtransaction_end(SubXactEvent event, SubTransactionId mine, SubTransactionId parent, void *arg)
{
	Entry	  **link = &waiting;

	if (event != SUBXACT_EVENT_ABORT_SUB && event != SUBXACT_EVENT_COMMIT_SUB)
		return;
	while (*link != NULL)
	{
		Entry	   *e = *link;

		if (e->subtransaction == mine && event == SUBXACT_EVENT_ABORT_SUB)
		{
			*link = e->next;
			nwaiting--;
			continue;
		}
		if (e->subtransaction == mine)
			e->subtransaction = parent;
		link = &e->next;
	}
	last = link;
}

void
dc_ledger_init(void)
{
	RegisterXactCallback(at_transaction_end, NULL);
	RegisterSubXactCallback(at_subtransaction_end, NULL);
}

PG_FUNCTION_INFO_V1(queue_entry);
Datum
queue_entry(PG_FUNCTION_ARGS)
{
	MemoryContext old = MemoryContextSwitchTo(TopTransactionContext);
	Entry	   *e = palloc0(sizeof(Entry));

	e->subtransaction = GetCurrentSubTransactionId();
	e->controller_id = PG_GETARG_INT32(0);
	e->kind = PointerGetDatum(PG_GETARG_TEXT_P_COPY(1));
	e->body = JsonbPGetDatum(PG_GETARG_JSONB_P_COPY(2));
	MemoryContextSwitchTo(old);
	*last = e;
	last = &e->next;
	if (++nwaiting % MOST_WAITING == 0)
		append_early();
	PG_RETURN_VOID();
}

PG_FUNCTION_INFO_V1(flush_ledger);
Datum
flush_ledger(PG_FUNCTION_ARGS)
{
	append_early();
	PG_RETURN_VOID();
}
