/*-------------------------------------------------------------------------
 *
 * intake.c
 *	  The triggers of contact_intake: rows are gathered and handed on to contact.
 *
 * PostgreSQL refuses COPY FROM into a table with row-level security, so roles under it
 * write to a view.  One INSERT for each row would evaluate the policies each time, which
 * costs more than cleaning.  So the row trigger gathers rows in memory, and a full batch,
 * or the end of the statement, hands them on by one INSERT ... SELECT: privileges, policies
 * and triggers of contact hold as for any other INSERT.
 *
 * A batch belongs to a role, a subtransaction and a chosen controller, so that statements
 * nested in each other (a function called in a SELECT list) never mix their rows.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/queryenvironment.h"
#include "utils/rel.h"
#include "utils/tuplestore.h"

/* A batch is handed on at this many rows or bytes, whichever comes first. */
#define BATCH_ROWS 10000
#define BATCH_BYTES (8 * 1024 * 1024)

typedef struct Batch
{
	struct Batch *next;
	MemoryContext context;		/* holds the batch and its rows */
	Oid			role;
	SubTransactionId subtransaction;
	char	   *controller;		/* setting dropcontact.controller */
	Tuplestorestate *rows;
	int64		nrows;
	int64		bytes;
} Batch;

/* batches not handed on yet; usually none or one */
static Batch *batches = NULL;

/* Names of the view's columns, as text of SQL. */
#define COLUMNS \
	"source, external_id, relation, full_name, civility, first_name, middle_name, last_name, suffix, email, other_emails, " \
	"phone, mobile_phone, other_phones, company, website, linkedin, company_linkedin, siren, siret, vat, naf, employees, " \
	"address, postcode, city, country, job_title, attributes, "
#define HAND_ON \
	"INSERT INTO dropcontact.contact (" COLUMNS "received_at, updated_at) " \
	"SELECT " COLUMNS "coalesce(received_at, pg_catalog.now()), updated_at FROM received_rows"

static SPIPlanPtr hand_on_plan = NULL;

/*
 * The memory of a batch goes with its transaction; so must the reference to it.  Rows that no
 * statement handed on came under a role or controller that changed before its end: they must
 * not be lost in silence.
 */
static void
forget_batches(XactEvent event, void *arg)
{
	if ((event == XACT_EVENT_PRE_COMMIT || event == XACT_EVENT_PRE_PREPARE) && batches != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the role or setting dropcontact.controller changed inside a statement that writes contact_intake"),
				 errhint("Change them before the statement.")));
	if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE)
		batches = NULL;
}

static void
forget_aborted(SubXactEvent event, SubTransactionId mine, SubTransactionId parent, void *arg)
{
	if (event != SUBXACT_EVENT_ABORT_SUB)
		return;
	for (Batch **link = &batches; *link != NULL;)
	{
		Batch	   *batch = *link;

		if (batch->subtransaction == mine)
		{
			*link = batch->next;
			MemoryContextDelete(batch->context);
		}
		else
			link = &batch->next;
	}
}

static const char *
chosen_controller(void)
{
	const char *name = GetConfigOption("dropcontact.controller", true, false);

	return name == NULL ? "" : name;
}

/* The place in the list of the batch to which a row of this moment belongs. */
static Batch **
current_batch(void)
{
	Batch	  **link = &batches;

	while (*link != NULL &&
		   !((*link)->role == GetUserId() &&
			 (*link)->subtransaction == GetCurrentSubTransactionId() &&
			 strcmp((*link)->controller, chosen_controller()) == 0))
		link = &(*link)->next;
	return link;
}

static Batch *
make_batch(void)
{
	static bool watching = false;
	MemoryContext context = AllocSetContextCreate(TopTransactionContext, "dropcontact intake", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	Batch	   *batch = palloc0(sizeof(Batch));

	if (!watching)
	{
		RegisterXactCallback(forget_batches, NULL);
		RegisterSubXactCallback(forget_aborted, NULL);
		watching = true;
	}
	batch->context = context;
	batch->role = GetUserId();
	batch->subtransaction = GetCurrentSubTransactionId();
	batch->controller = pstrdup(chosen_controller());
	/* never spills: a batch is handed on long before */
	batch->rows = tuplestore_begin_heap(false, false, MaxAllocSize / 1024);
	MemoryContextSwitchTo(old);
	return batch;
}

/* Takes a batch out of the list, then writes its rows to contact. */
static void
hand_on(Batch **link, Oid view)
{
	Batch	   *batch = *link;
	EphemeralNamedRelationData rows = {0};

	*link = batch->next;
	rows.md.name = "received_rows";
	rows.md.reliddesc = view;
	rows.md.enrtype = ENR_NAMED_TUPLESTORE;
	rows.md.enrtuples = batch->nrows;
	rows.reldata = batch->rows;

	SPI_connect();
	if (SPI_register_relation(&rows) != SPI_OK_REL_REGISTER)
		elog(ERROR, "could not register the received rows");
	if (hand_on_plan == NULL)
	{
		SPIPlanPtr	plan = SPI_prepare(HAND_ON, 0, NULL);

		if (plan == NULL || SPI_keepplan(plan) != 0)
			elog(ERROR, "could not prepare the intake of contacts");
		hand_on_plan = plan;
	}
	if (SPI_execute_plan(hand_on_plan, NULL, NULL, false, 0) != SPI_OK_INSERT)
		elog(ERROR, "could not take in contacts");
	SPI_finish();
	tuplestore_end(batch->rows);
	MemoryContextDelete(batch->context);
}

PG_FUNCTION_INFO_V1(receive_contact);
Datum
receive_contact(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	Batch	  **link;
	MemoryContext old;
	Oid			view;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_BY_INSERT(trigger->tg_event) || TRIGGER_FIRED_BEFORE(trigger->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("receive_contact is the trigger of dropcontact.contact_intake")));
	view = RelationGetRelid(trigger->tg_relation);
	link = current_batch();
	if (TRIGGER_FIRED_FOR_STATEMENT(trigger->tg_event))
	{
		if (*link != NULL)
			hand_on(link, view);
		return PointerGetDatum(NULL);
	}

	if (*link == NULL)
		*link = make_batch();
	old = MemoryContextSwitchTo((*link)->context);
	tuplestore_puttuple((*link)->rows, trigger->tg_trigtuple);
	MemoryContextSwitchTo(old);
	(*link)->nrows++;
	(*link)->bytes += trigger->tg_trigtuple->t_len;
	if ((*link)->nrows >= BATCH_ROWS || (*link)->bytes >= BATCH_BYTES)
		hand_on(link, view);
	return PointerGetDatum(trigger->tg_trigtuple);
}
