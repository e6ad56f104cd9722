/*-------------------------------------------------------------------------
 *
 * ledger.c
 *	  Entries of the ledger wait until their transaction commits.
 *
 * Whoever appends to a chain locks its head until the transaction ends.  So what a transaction has to say is kept
 * aside and appended when it commits, chain by chain in the order of their controllers: a long one keeps nobody
 * waiting, and two that write several chains do not wait for each other.  A subtransaction that rolls back takes
 * its entries along.  Who reads the chain in the same transaction calls flush_ledger() first.
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
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "duty/duty.h"

/* A transaction that has more to say appends it at once, and is waited for. */
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

/* SPI must be connected. */
static void
append_all(void)
{
	Entry	   *list = sort_entries(waiting, nwaiting);

	forget_all();
	for (; list != NULL; list = list->next)
	{
		Oid			types[] = {INT4OID, TEXTOID, JSONBOID};
		Datum		args[] = {Int32GetDatum(list->controller_id), list->kind, list->body};
		bool		isnull;

		CHECK_FOR_INTERRUPTS();
		dc_call_as_owner("SELECT dropcontact.append_entry($1, $2, $3)", 3, types, args, NULL, &isnull);
	}
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
		append_all();
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
	if (++nwaiting >= MOST_WAITING)
	{
		SPI_connect();
		append_all();
		SPI_finish();
	}
	PG_RETURN_VOID();
}

PG_FUNCTION_INFO_V1(flush_ledger);
Datum
flush_ledger(PG_FUNCTION_ARGS)
{
	SPI_connect();
	append_all();
	SPI_finish();
	PG_RETURN_VOID();
}
