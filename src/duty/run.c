/*-------------------------------------------------------------------------
 *
 * run.c
 *	  The ground under every operation that writes contacts or entities.
 *
 * An operation is a run: opened with its purpose, checked (permit.c), and closed with the
 * number of contacts, which writes one row of table run.  Statements that write contacts
 * row by row open none of their own: their rows are counted under the run that is open, or
 * gathered for each controller, purpose and subtransaction and written when the transaction
 * commits, so that the cost is one row a transaction and not one a statement or contact.
 * A subtransaction that rolls back takes its counts with it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "commands/sequence.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "duty/duty.h"

/* Reasons why a run leaves persons out. */
#define MAX_REFUSALS 8

typedef struct OpenRun
{
	struct OpenRun *next;
	DcRun		run;
	bool		gathered;		/* by dc_run_rows; written at commit */
	SubTransactionId subtransaction;
	TimestampTz started_at;
	int64		contacts;
	DcPermit	permit;
	struct
	{
		const char *code;
		int64		persons;
	}			refused[MAX_REFUSALS];
	int			nsources;		/* that contacts came from */
	int		   *sources;
} OpenRun;

/* The runs of this transaction that are not written yet, newest first; in TopTransactionContext. */
static OpenRun *open_runs = NULL;
static SPIPlanPtr write_plan = NULL;

/* What rows are gathered under instead of the purpose of the statement that writes them; NULL: under that. */
static const char *gathered_as = NULL;

static const char *const purposes[] = {
	"clean", "correct", "synchronise", "enrich", "organise", "direct",
	"detect_duplicates", "merge", "bounce_update", "improve", "rights"
};

/* The constant of a purpose; an error when the agreement knows no such purpose. */
static const char *
find_purpose(const char *name)
{
	for (int i = 0; i < lengthof(purposes); i++)
		if (strcmp(purposes[i], name) == 0)
			return purposes[i];
	ereport(ERROR,
			(errcode(MAKE_SQLSTATE('R', 'G', '1', '0', '1')),
			 errmsg("there is no purpose \"%s\"", name),
			 errhint("Table dropcontact.purpose lists them.")));
}

int
dc_current_controller(void)
{
	static SPIPlanPtr plan = NULL;
	bool		isnull;

	if (plan == NULL)
	{
		SPIPlanPtr	made = SPI_prepare("SELECT dropcontact.current_controller()", 0, NULL);

		if (made == NULL || SPI_keepplan(made) != 0)
			elog(ERROR, "could not prepare the current controller");
		plan = made;
	}
	if (SPI_execute_plan(plan, NULL, NULL, true, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not read the current controller");
	return DatumGetInt32(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
}

/* ---------- writing ---------- */

#define WRITE_RUN "INSERT INTO dropcontact.run (run_id, controller_id, purpose, started_at, ended_at, contacts, agreement_id," \
	" instruction_ids, done_by, acting_as, channel, tls_version, source_ids, refused)" \
	" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"

static void
prepare_write(void)
{
	Oid			types[] = {INT8OID, INT4OID, TEXTOID, TIMESTAMPTZOID, TIMESTAMPTZOID, INT8OID, INT4OID,
		INT8ARRAYOID, NAMEOID, NAMEOID, TEXTOID, TEXTOID, INT4ARRAYOID, JSONBOID};
	SPIPlanPtr	plan = SPI_prepare(WRITE_RUN, lengthof(types), types);

	if (plan == NULL || SPI_keepplan(plan) != 0)
		elog(ERROR, "could not prepare the record of a run");
	write_plan = plan;
}

static Datum
source_array(const OpenRun *r)
{
	Datum	   *ids = palloc(sizeof(Datum) * Max(1, r->nsources));

	for (int i = 0; i < r->nsources; i++)
		ids[i] = Int32GetDatum(r->sources[i]);
	return PointerGetDatum(construct_array(ids, r->nsources, INT4OID, sizeof(int32), true, TYPALIGN_INT));
}

static Datum
refused_object(const OpenRun *r)
{
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < MAX_REFUSALS && r->refused[i].code != NULL; i++)
		appendStringInfo(&text, "%c\"%s\": " INT64_FORMAT, i == 0 ? '{' : ',', r->refused[i].code, r->refused[i].persons);
	appendStringInfoString(&text, text.len > 0 ? "}" : "{}");
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(text.data));
}

/* Writes the row of a run, as the owner; SPI must be connected. */
static void
write_run(const OpenRun *r)
{
	char		nulls[14] = "              ";
	Datum		args[14];
	NameData	login;
	NameData	role;
	const char *version;
	const char *channel = dc_channel(&version);
	Oid			user;
	int			context;
	int			result;

	GetUserIdAndSecContext(&user, &context);
	namestrcpy(&login, GetUserNameFromId(GetSessionUserId(), false));
	namestrcpy(&role, GetUserNameFromId(user, false));
	args[0] = Int64GetDatum(r->run.run_id);
	args[1] = Int32GetDatum(r->run.controller_id);
	args[2] = CStringGetTextDatum(r->run.purpose);
	args[3] = TimestampTzGetDatum(r->started_at);
	args[4] = TimestampTzGetDatum(GetCurrentTimestamp());
	args[5] = Int64GetDatum(r->contacts);
	args[6] = Int32GetDatum(r->permit.agreement_id);
	nulls[6] = r->permit.agreement_id == 0 ? 'n' : ' ';
	args[7] = r->permit.instruction_ids;
	args[8] = NameGetDatum(&login);
	args[9] = NameGetDatum(&role);
	args[10] = CStringGetTextDatum(channel);
	args[11] = version ? CStringGetTextDatum(version) : (Datum) 0;
	nulls[11] = version ? ' ' : 'n';
	args[12] = source_array(r);
	args[13] = refused_object(r);
	SetUserIdAndSecContext(dc_owner(), context | SECURITY_LOCAL_USERID_CHANGE);
	if (write_plan == NULL)
		prepare_write();
	result = SPI_execute_plan(write_plan, args, nulls, false, 0);
	SetUserIdAndSecContext(user, context);
	if (result != SPI_OK_INSERT)
		elog(ERROR, "could not record a run: %s", SPI_result_code_string(result));
}

/* Before the transaction commits: what was gathered, and what nobody closed. */
static void
write_open_runs(void)
{
	OpenRun    *r;

	PushActiveSnapshot(GetTransactionSnapshot());
	SPI_connect();
	while ((r = open_runs) != NULL)
	{
		open_runs = r->next;
		write_run(r);
	}
	SPI_finish();
	PopActiveSnapshot();
}

static void
at_transaction_end(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_PRE_COMMIT || event == XACT_EVENT_PRE_PREPARE)
	{
		if (open_runs != NULL)
			write_open_runs();
	}
	else
		open_runs = NULL;
}

/* Counts go with their subtransaction: up to its parent, or away. */
static void
at_subtransaction_end(SubXactEvent event, SubTransactionId mine, SubTransactionId parent, void *arg)
{
	OpenRun   **link = &open_runs;

	if (event != SUBXACT_EVENT_ABORT_SUB && event != SUBXACT_EVENT_COMMIT_SUB)
		return;
	while (*link != NULL)
	{
		OpenRun    *r = *link;

		if (r->subtransaction == mine && event == SUBXACT_EVENT_ABORT_SUB)
			*link = r->next;
		else
		{
			if (r->subtransaction == mine)
				r->subtransaction = parent;
			link = &r->next;
		}
	}
}

void
dc_run_init(void)
{
	RegisterXactCallback(at_transaction_end, NULL);
	RegisterSubXactCallback(at_subtransaction_end, NULL);
	dc_permit_init();
}

/* ---------- opening and closing ---------- */

static OpenRun *
open_run_for(int controller_id, const char *purpose, bool gathered)
{
	const DcPermit *permit = dc_permit(controller_id, purpose);
	Oid			sequence = get_relname_relid("run_run_id_seq", get_namespace_oid("dropcontact", false));
	MemoryContext old = MemoryContextSwitchTo(TopTransactionContext);
	OpenRun    *r = palloc0(sizeof(OpenRun));

	r->run.purpose = purpose;
	r->run.controller_id = controller_id;
	r->run.run_id = nextval_internal(sequence, false);
	r->gathered = gathered;
	r->subtransaction = GetCurrentSubTransactionId();
	r->started_at = GetCurrentStatementStartTimestamp();
	r->permit.agreement_id = permit->agreement_id;
	r->permit.instruction_ids = datumCopy(permit->instruction_ids, false, -1);
	r->next = open_runs;
	open_runs = r;
	MemoryContextSwitchTo(old);
	return r;
}

DcRun
dc_run_open(const char *purpose)
{
	return open_run_for(dc_current_controller(), find_purpose(purpose), false)->run;
}

static void
close_run(int64 run_id, int64 contacts)
{
	for (OpenRun **link = &open_runs; *link != NULL; link = &(*link)->next)
	{
		OpenRun    *r = *link;

		if (r->gathered || r->run.run_id != run_id)
			continue;
		*link = r->next;
		r->contacts = Max(contacts, r->contacts);
		write_run(r);
		return;
	}
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("run " INT64_FORMAT " is not open in this transaction", run_id),
			 errhint("Open it with dropcontact.open_run(purpose).")));
}

void
dc_run_close(DcRun *run, int64 contacts)
{
	close_run(run->run_id, contacts);
}

DcRunState
dc_run_state(int npurposes, char **purposes)
{
	DcRunState	state = DC_NO_RUN;

	for (OpenRun *r = open_runs; r != NULL; r = r->next)
	{
		if (r->gathered)
			continue;
		state = DC_OTHER_RUN;
		for (int i = 0; i < npurposes; i++)
			if (strcmp(purposes[i], r->run.purpose) == 0)
				return DC_IN_RUN;
	}
	return state;
}

bool
dc_run_gathers(void)
{
	for (OpenRun *r = open_runs; r != NULL; r = r->next)
		if (r->gathered)
			return true;
	return false;
}

/* The run that counts the rows of a statement: the one that is open for the controller, or one gathered. */
static OpenRun *
counting_run(int controller_id, const char *purpose)
{
	SubTransactionId mine = GetCurrentSubTransactionId();

	for (OpenRun *r = open_runs; r != NULL; r = r->next)
		if (!r->gathered && r->run.controller_id == controller_id)
			return r;
	if (gathered_as != NULL)
		purpose = gathered_as;
	for (OpenRun *r = open_runs; r != NULL; r = r->next)
		if (r->gathered && r->run.controller_id == controller_id && strcmp(r->run.purpose, purpose) == 0 && r->subtransaction == mine)
		{
			(void) dc_permit(controller_id, purpose);
			return r;
		}
	return open_run_for(controller_id, purpose, true);
}

const char *
dc_run_gather_as(const char *purpose)
{
	const char *before = gathered_as;

	gathered_as = purpose == NULL ? NULL : find_purpose(purpose);
	return before;
}

int64 *
dc_run_rows(int controller_id, const char *purpose)
{
	return &counting_run(controller_id, purpose)->contacts;
}

const char *
dc_run_purpose(int controller_id, const char *purpose)
{
	return counting_run(controller_id, purpose)->run.purpose;
}

DcSourceTerms
dc_run_source(int controller_id, const char *purpose, int source_id)
{
	OpenRun    *r = counting_run(controller_id, purpose);
	DcSourceTerms terms = dc_permit_source(controller_id, r->run.purpose, source_id);

	for (int i = 0; i < r->nsources; i++)
		if (r->sources[i] == source_id)
			return terms;
	r->sources = r->sources == NULL ? MemoryContextAlloc(TopTransactionContext, sizeof(int)) :
		repalloc(r->sources, sizeof(int) * (r->nsources + 1));
	r->sources[r->nsources++] = source_id;
	return terms;
}

void
dc_run_refuse(int controller_id, const char *purpose, const char *code)
{
	OpenRun    *r = counting_run(controller_id, purpose);

	for (int i = 0; i < MAX_REFUSALS; i++)
	{
		if (r->refused[i].code != NULL && strcmp(r->refused[i].code, code) != 0)
			continue;
		r->refused[i].code = code;
		r->refused[i].persons++;
		return;
	}
	elog(ERROR, "too many reasons to refuse a person");
}
