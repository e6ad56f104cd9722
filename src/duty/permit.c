/*-------------------------------------------------------------------------
 *
 * permit.c
 *	  What the agreement of a controller permits, remembered by the session.
 *
 * The answer of run_permit() is kept for each controller, purpose and login until one of
 * the tables it was read from changes (permits_changed(), their trigger, sends an
 * invalidation of table run to all sessions) or its time is over.  So an INSERT of one row
 * asks nothing.  A controller that has signed no agreement is permitted everything.  What
 * the controller declared of a source (source_permit()) is remembered in the same way.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

/* GSSAPI headers are not needed; the fields of Port keep their places without them */
#undef ENABLE_GSS

#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "common/ip.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "libpq/libpq.h"
#include "libpq/libpq-be.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "access/parallel.h"
#include "duty/duty.h"

typedef struct Permit
{
	struct Permit *next;
	int			controller_id;
	char	   *purpose;
	Oid			login;
	TimestampTz valid_until;
	bool		require_tls;	/* over a network */
	bool		always_tls;		/* over a socket too */
	DcPermit	permit;
} Permit;

typedef struct SourcePermit
{
	struct SourcePermit *next;
	int			controller_id;
	int			source_id;
	char	   *purpose;
	DcSourceTerms terms;
} SourcePermit;

static Permit *permits = NULL;
static SourcePermit *source_permits = NULL;
static MemoryContext permits_context = NULL;
static Oid	permits_relation = InvalidOid;
static bool permits_stale = true;

static void
forget_permits(Datum arg, Oid relation)
{
	if (relation == InvalidOid || relation == permits_relation)
		permits_stale = true;
}

void
dc_permit_init(void)
{
	CacheRegisterRelcacheCallback(forget_permits, (Datum) 0);
}

static Oid
run_relation(void)
{
	return get_relname_relid("run", get_namespace_oid("dropcontact", false));
}

const char *
dc_channel(const char **version)
{
	*version = NULL;
	if (MyProcPort == NULL)
		return "local";
#ifdef USE_SSL
	if (MyProcPort->ssl_in_use)
	{
		*version = be_tls_get_version(MyProcPort);
		return "tls";
	}
#endif
	return MyProcPort->laddr.addr.ss_family == AF_UNIX ? "local" : "clear";
}

static void
check_channel(const Permit *permit)
{
	const char *version;
	const char *channel = dc_channel(&version);

	if (IsParallelWorker() || (permit->always_tls && strcmp(channel, "tls") != 0) ||
		(permit->require_tls && strcmp(channel, "clear") == 0))
		ereport(ERROR,
				(errcode(MAKE_SQLSTATE('R', 'G', '1', '9', '0')),
				 errmsg("the connection is not encrypted"),
				 errdetail("The data of persons comes over SSL/TLS only."),
				 errhint("Connect with sslmode=require, or through a Unix socket when require_tls is network.")));
}

static char *
column(int n)
{
	return SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, n);
}

/* Raises what a function refuses: a SQLSTATE, a message and a hint, from that column on. */
static void
refuse(int first)
{
	char	   *code = column(first);
	char	   *hint = column(first + 2);

	if (code == NULL)
		return;
	ereport(ERROR,
			(errcode(MAKE_SQLSTATE(code[0], code[1], code[2], code[3], code[4])),
			 errmsg("%s", column(first + 1)), hint ? errhint("%s", hint) : 0));
}

/* Asks run_permit() as the owner; refuses, or remembers. */
static Permit *
read_permit(int controller_id, const char *purpose)
{
	Oid			types[] = {INT4OID, TEXTOID, NAMEOID};
	NameData	login;
	Datum		args[3];
	Oid			user;
	int			context;
	int			result;
	bool		isnull;
	Datum		ids;
	Permit	   *p;
	MemoryContext old;

	SPI_connect();
	namestrcpy(&login, GetUserNameFromId(GetSessionUserId(), false));
	args[0] = Int32GetDatum(controller_id);
	args[1] = CStringGetTextDatum(purpose);
	args[2] = NameGetDatum(&login);
	GetUserIdAndSecContext(&user, &context);
	SetUserIdAndSecContext(dc_owner(), context | SECURITY_LOCAL_USERID_CHANGE);
	/* by the latest snapshot, as dc_read_as_owner() */
	PushActiveSnapshot(GetLatestSnapshot());
	result = SPI_execute_with_args("SELECT agreement_id, instruction_ids, code, problem, remedy, valid_until, require_tls"
								   " FROM dropcontact.run_permit($1, $2, $3)", 3, types, args, NULL, true, 1);
	PopActiveSnapshot();
	SetUserIdAndSecContext(user, context);
	if (result != SPI_OK_SELECT || SPI_processed != 1)
		elog(ERROR, "could not read what is permitted");
	refuse(3);

	old = MemoryContextSwitchTo(permits_context);
	p = palloc0(sizeof(Permit));
	p->controller_id = controller_id;
	p->purpose = pstrdup(purpose);
	p->login = GetSessionUserId();
	p->permit.agreement_id = DatumGetInt32(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	if (isnull)
		p->permit.agreement_id = 0;
	ids = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2, &isnull);
	p->permit.instruction_ids = datumCopy(ids, false, -1);
	p->valid_until = DatumGetTimestampTz(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 6, &isnull));
	p->always_tls = strcmp(column(7), "always") == 0;
	p->require_tls = p->permit.agreement_id != 0;
	MemoryContextSwitchTo(old);
	SPI_finish();
	p->next = permits;
	permits = p;
	return p;
}

/* Forgets what is no longer sure. */
static void
refresh(void)
{
	if (!permits_stale)
		return;
	if (permits_context == NULL)
		permits_context = AllocSetContextCreate(TopMemoryContext, "dropcontact permits", ALLOCSET_SMALL_SIZES);
	MemoryContextReset(permits_context);
	permits = NULL;
	source_permits = NULL;
	permits_relation = run_relation();
	permits_stale = false;
}

/* Asks source_permit() as the owner; refuses, or remembers. */
static SourcePermit *
read_source_permit(int controller_id, const char *purpose, int source_id)
{
	Oid			types[] = {INT4OID, TEXTOID, INT4OID};
	Datum		args[] = {Int32GetDatum(controller_id), CStringGetTextDatum(purpose), Int32GetDatum(source_id)};
	Oid			user;
	int			context;
	int			result;
	bool		isnull;
	SourcePermit *p;

	SPI_connect();
	GetUserIdAndSecContext(&user, &context);
	SetUserIdAndSecContext(dc_owner(), context | SECURITY_LOCAL_USERID_CHANGE);
	result = SPI_execute_with_args("SELECT needs_consent, left_out, code, problem, remedy FROM dropcontact.source_permit($1, $2, $3)",
								   3, types, args, NULL, false, 1);
	SetUserIdAndSecContext(user, context);
	if (result != SPI_OK_SELECT || SPI_processed != 1)
		elog(ERROR, "could not read what is declared of a source");
	p = MemoryContextAllocZero(permits_context, sizeof(SourcePermit));
	p->terms.needs_consent = DatumGetBool(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	p->terms.left_out = DatumGetBool(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2, &isnull));
	if (!p->terms.left_out)
		refuse(3);
	p->controller_id = controller_id;
	p->source_id = source_id;
	p->purpose = MemoryContextStrdup(permits_context, purpose);
	SPI_finish();
	p->next = source_permits;
	source_permits = p;
	return p;
}

DcSourceTerms
dc_permit_source(int controller_id, const char *purpose, int source_id)
{
	refresh();
	for (SourcePermit *p = source_permits; p != NULL; p = p->next)
		if (p->controller_id == controller_id && p->source_id == source_id && strcmp(p->purpose, purpose) == 0)
			return p->terms;
	return read_source_permit(controller_id, purpose, source_id)->terms;
}

bool
dc_has_consent(int controller_id, const char *purpose, int source_id, const char *email, const char *external_id)
{
	Oid			types[] = {INT4OID, TEXTOID, INT4OID, TEXTOID, TEXTOID};
	Datum		args[] = {Int32GetDatum(controller_id), CStringGetTextDatum(purpose), Int32GetDatum(source_id),
		email ? CStringGetTextDatum(email) : (Datum) 0, external_id ? CStringGetTextDatum(external_id) : (Datum) 0};
	char		nulls[] = {' ', ' ', ' ', email ? ' ' : 'n', external_id ? ' ' : 'n'};
	bool		isnull;
	bool		result;

	SPI_connect();
	result = DatumGetBool(dc_call_as_owner("SELECT dropcontact.consent_live($1, $2, $3, $4, $5)", 5, types, args, nulls, &isnull));
	SPI_finish();
	return result;
}

const DcPermit *
dc_permit(int controller_id, const char *purpose)
{
	Permit	   *p;

	refresh();
	for (p = permits; p != NULL; p = p->next)
		if (p->controller_id == controller_id && p->login == GetSessionUserId() && strcmp(p->purpose, purpose) == 0)
			break;
	if (p != NULL && p->valid_until <= GetCurrentStatementStartTimestamp())
		p = NULL;
	if (p == NULL)
		p = read_permit(controller_id, purpose);
	check_channel(p);
	return &p->permit;
}

PG_FUNCTION_INFO_V1(permits_changed);
Datum
permits_changed(PG_FUNCTION_ARGS)
{
	Oid			relation = run_relation();

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("permits_changed is a trigger of the tables that run_permit() reads")));
	if (OidIsValid(relation))
		CacheInvalidateRelcacheByRelid(relation);
	permits_stale = true;
	PG_RETURN_POINTER(NULL);
}
