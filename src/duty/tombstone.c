/*-------------------------------------------------------------------------
 *
 * tombstone.c
 *	  Persons who were erased and must not come back, by whatever path.
 *
 * A tombstone is a set of tokens (token.c).  The key of a controller is kept by the session until it changes, the
 * tokens, read when a contact comes in, until another person is erased; with two bitmaps of their marks: a contact of
 * whom no mark is set costs a few short hashes, and an HMAC is computed for the others alone.  A controller that has
 * no tombstones costs one comparison a row.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <sys/stat.h>
#include <unistd.h>

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "common/hmac.h"
#include "executor/executor.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/fd.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "duty/duty.h"
#include "duty/token.h"

/* Bits of a bitmap for each token: one in so many of all others passes. */
#define BITS_PER_TOKEN 64
#define LEAST_BITS 4096

/* What the session knows of a controller's tombstones */
typedef struct Graveyard
{
	struct Graveyard *next;
	int			controller_id;
	bool		has_key;
	DcTokenKey	key;
	bool		key_checked;
	uint64		version;		/* that the tokens are of */
	MemoryContext context;		/* of the tokens */
	int			n;
	DcToken    *tokens;			/* ascending */
	uint32		mask;			/* of the bitmaps' places */
	uint8	   *firsts;			/* bitmap of the marks of first texts */
	uint8	   *identities;		/* bitmap of the marks of identities */
} Graveyard;

char	   *dc_tombstone_key_file = NULL;

static Graveyard *graveyards = NULL;
static MemoryContext graveyards_context = NULL;
static Oid	key_relation = InvalidOid;
static Oid	tombstone_relation = InvalidOid;
static bool keys_stale = true;
static uint64 tombstones_version = 1;

static void
forget_graveyards(Datum arg, Oid relation)
{
	if (relation == InvalidOid || relation == key_relation)
		keys_stale = true;
	if (relation == InvalidOid || relation == tombstone_relation)
		tombstones_version++;
}

void
dc_tombstone_init(void)
{
	CacheRegisterRelcacheCallback(forget_graveyards, (Datum) 0);
}

/* ---------- the key ---------- */

/*
 * The key is the salt of the controller, which a dump carries along, or, where a superuser has named
 * a key file, the HMAC of that salt under what the file holds.
 */
static void
read_key(Graveyard *g, const char *salt, size_t len)
{
	char	   *content;
	int			fd;
	struct stat st;
	int			n = 0;
	pg_hmac_ctx *hmac;
	unsigned char secret[PG_SHA256_DIGEST_LENGTH];

	if (len != sizeof(secret))
		elog(ERROR, "the key of tombstones has %zu bytes", len);
	if (dc_tombstone_key_file == NULL || dc_tombstone_key_file[0] == '\0')
	{
		dc_token_key(&g->key, (const unsigned char *) salt);
		return;
	}
	fd = OpenTransientFile(dc_tombstone_key_file, O_RDONLY | PG_BINARY);
	content = palloc(4096);
	if (fd < 0 || fstat(fd, &st) != 0 || (n = read(fd, content, 4096)) < PG_SHA256_DIGEST_LENGTH)
		ereport(ERROR,
				(errcode(ERRCODE_CONFIG_FILE_ERROR),
				 errmsg("the key file of tombstones cannot be used"),
				 errdetail("It must be readable by the server and hold 32 random bytes or more."),
				 errhint("Setting dropcontact.tombstone_key_file names it; without it persons who were erased could come back.")));
	if ((st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_CONFIG_FILE_ERROR),
				 errmsg("the key file of tombstones can be read by others"),
				 errhint("Give it mode 0600.")));
	CloseTransientFile(fd);
	hmac = pg_hmac_create(PG_SHA256);
	if (hmac == NULL || pg_hmac_init(hmac, (uint8 *) content, n) < 0 ||
		pg_hmac_update(hmac, (const uint8 *) salt, len) < 0 || pg_hmac_final(hmac, secret, sizeof(secret)) < 0)
		elog(ERROR, "could not compute an HMAC");
	pg_hmac_free(hmac);
	dc_token_key(&g->key, secret);
	explicit_bzero(secret, sizeof(secret));
	explicit_bzero(content, 4096);
	pfree(content);
}

/* ---------- what the session remembers ---------- */

static Datum
ask_owner(const char *sql, int controller_id, bool *isnull)
{
	Oid			types[] = {INT4OID};
	Datum		args[] = {Int32GetDatum(controller_id)};

	return dc_read_as_owner(sql, 1, types, args, isnull);
}

static void
set_bit(const Graveyard *g, uint8 *bitmap, uint32 mark)
{
	mark &= g->mask;
	bitmap[mark >> 3] |= 1 << (mark & 7);
}

static bool
has_bit(const Graveyard *g, const uint8 *bitmap, uint32 mark)
{
	mark &= g->mask;
	return (bitmap[mark >> 3] & 1 << (mark & 7)) != 0;
}

static void
make_bitmaps(Graveyard *g)
{
	uint64		bits = LEAST_BITS;

	while (bits < (uint64) g->n * BITS_PER_TOKEN && bits < UINT64CONST(1) << 32)
		bits *= 2;
	g->mask = (uint32) (bits - 1);
	g->firsts = MemoryContextAllocExtended(g->context, bits / 8, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	g->identities = MemoryContextAllocExtended(g->context, bits / 8, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	for (int i = 0; i < g->n; i++)
	{
		set_bit(g, g->firsts, dc_token_mark(g->tokens[i].byte, 0));
		set_bit(g, g->identities, dc_token_mark(g->tokens[i].byte, 1));
	}
}

/* Reads the key of a controller, as the owner. */
static Graveyard *
read_graveyard(int controller_id)
{
	Graveyard  *g = MemoryContextAllocZero(graveyards_context, sizeof(Graveyard));
	Datum		salt;
	bool		isnull;

	SPI_connect();
	salt = ask_owner("SELECT (SELECT k.salt FROM dropcontact.tombstone_key k WHERE k.controller_id OPERATOR(pg_catalog.=) $1)", controller_id, &isnull);
	g->controller_id = controller_id;
	g->has_key = !isnull;
	g->context = AllocSetContextCreate(graveyards_context, "dropcontact tokens", ALLOCSET_SMALL_SIZES);
	if (g->has_key)
	{
		bytea	   *bytes = DatumGetByteaPP(salt);

		read_key(g, VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
	}
	SPI_finish();
	g->next = graveyards;
	graveyards = g;
	return g;
}

/* The key of a controller's tombstones; its tokens may be old. */
static Graveyard *
graveyard_of(int controller_id)
{
	if (keys_stale)
	{
		if (graveyards_context == NULL)
			graveyards_context = AllocSetContextCreate(TopMemoryContext, "dropcontact tombstones", ALLOCSET_SMALL_SIZES);
		MemoryContextReset(graveyards_context);
		graveyards = NULL;
		key_relation = get_relname_relid("tombstone_key", get_namespace_oid("dropcontact", false));
		tombstone_relation = get_relname_relid("tombstone", get_namespace_oid("dropcontact", false));
		keys_stale = false;
	}
	for (Graveyard *g = graveyards; g != NULL; g = g->next)
		if (g->controller_id == controller_id)
			return g;
	return read_graveyard(controller_id);
}

/* The same with the tokens as they are now; reading them takes n log n, after another person was erased. */
static Graveyard *
open_graveyard(int controller_id)
{
	Graveyard  *g = graveyard_of(controller_id);
	uint64		version = tombstones_version;
	Datum		all;
	bool		isnull;

	if (g->version == version)
		return g;
	MemoryContextReset(g->context);
	g->n = 0;
	if (g->has_key)
	{
		SPI_connect();
		all = ask_owner("SELECT (SELECT pg_catalog.string_agg(t.token, '' ORDER BY t.token) FROM dropcontact.tombstone t WHERE t.controller_id OPERATOR(pg_catalog.=) $1)", controller_id, &isnull);
		if (!isnull)
		{
			bytea	   *bytes = DatumGetByteaPP(all);

			g->tokens = MemoryContextAllocHuge(g->context, VARSIZE_ANY_EXHDR(bytes) + 1);
			memcpy(g->tokens, VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
			g->n = VARSIZE_ANY_EXHDR(bytes) / DC_TOKEN_BYTES;
			make_bitmaps(g);
		}
		SPI_finish();
	}
	g->version = version;
	return g;
}

static int
compare_tokens(const void *a, const void *b)
{
	return memcmp(a, b, DC_TOKEN_BYTES);
}

static bool
lies_here(const Graveyard *g, const DcIdentity *identity)
{
	DcToken		token;

	dc_token(&g->key, identity, &token);
	return bsearch(&token, g->tokens, g->n, DC_TOKEN_BYTES, compare_tokens) != NULL;
}

static DcIdentity
value_identity(const char *value)
{
	return (DcIdentity) {.kind = "value", .first = value, .second = ""};
}

static Datum
token_datum(const Graveyard *g, const DcIdentity *identity)
{
	bytea	   *result = palloc(VARHDRSZ + DC_TOKEN_BYTES);
	DcToken		token;

	dc_token(&g->key, identity, &token);
	SET_VARSIZE(result, VARHDRSZ + DC_TOKEN_BYTES);
	memcpy(VARDATA(result), token.byte, DC_TOKEN_BYTES);
	return PointerGetDatum(result);
}

/*
 * The token of the empty value stands among the tombstones: it says whether the key is the one that they were made
 * with.  A key that is not would let everybody in.
 */
static void
check_key(Graveyard *g)
{
	DcIdentity	empty = value_identity("");
	Oid			types[] = {INT4OID, BYTEAOID};
	Datum		args[] = {Int32GetDatum(g->controller_id), (Datum) 0};
	bool		isnull;
	bool		known;

	if (g->key_checked || !g->has_key)
		return;
	args[1] = token_datum(g, &empty);
	SPI_connect();
	/* NULL while there are none */
	known = DatumGetBool(dc_read_as_owner("SELECT CASE WHEN EXISTS (SELECT FROM dropcontact.tombstone t WHERE t.controller_id OPERATOR(pg_catalog.=) $1)"
										  " THEN EXISTS (SELECT FROM dropcontact.tombstone t WHERE t.controller_id OPERATOR(pg_catalog.=) $1 AND t.token OPERATOR(pg_catalog.=) $2) END",
										  2, types, args, &isnull));
	SPI_finish();
	if (!isnull && !known)
		ereport(ERROR,
				(errcode(ERRCODE_CONFIG_FILE_ERROR),
				 errmsg("the tombstones of controller %d were made with another key", g->controller_id),
				 errdetail("Persons who were erased could come back."),
				 errhint("Let dropcontact.tombstone_key_file name the key file that was in use, or copy it from the server that the data come from.")));
	g->key_checked = !isnull;
}

bool
dc_has_tombstones(int controller_id)
{
	return open_graveyard(controller_id)->n > 0;
}

static bool
may_lie_here(const void *of, const char *first)
{
	const Graveyard *g = of;

	return has_bit(g, g->firsts, dc_first_mark(&g->key, first));
}

bool
dc_refuses(int controller_id, const DcPerson *person)
{
	Graveyard  *g = open_graveyard(controller_id);
	DcIdentity	identities[DC_MAX_IDENTITIES];
	int			n;

	if (g->n == 0)
		return false;
	check_key(g);
	n = dc_identities(person, may_lie_here, g, identities);
	for (int i = 0; i < n; i++)
		if (has_bit(g, g->identities, dc_identity_mark(&g->key, &identities[i])) && lies_here(g, &identities[i]))
			return true;
	return false;
}

/* ---------- for SQL ---------- */

static const char *
text_attribute(HeapTupleHeader contact, const char *name)
{
	bool		isnull;
	Datum		value = GetAttributeByName(contact, name, &isnull);

	return isnull ? NULL : TextDatumGetCString(value);
}

static int
list_attribute(HeapTupleHeader contact, const char *name, const char **list)
{
	bool		isnull;
	Datum		value = GetAttributeByName(contact, name, &isnull);
	Datum	   *elements;
	bool	   *nulls;
	int			n;
	int			kept = 0;

	if (isnull)
		return 0;
	deconstruct_array(DatumGetArrayTypeP(value), TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, &n);
	for (int i = 0; i < n && kept < DC_PERSON_LIST; i++)
		if (!nulls[i])
			list[kept++] = TextDatumGetCString(elements[i]);
	return kept;
}

static DcPerson
person_of(HeapTupleHeader contact)
{
	DcPerson	person = {
		.full_name = text_attribute(contact, "full_name"),
		.first_name = text_attribute(contact, "first_name"),
		.last_name = text_attribute(contact, "last_name"),
		.email = text_attribute(contact, "email"),
		.phone = text_attribute(contact, "phone"),
		.mobile_phone = text_attribute(contact, "mobile_phone"),
		.linkedin = text_attribute(contact, "linkedin"),
		.company = text_attribute(contact, "company"),
		.source = text_attribute(contact, "source"),
		.external_id = text_attribute(contact, "external_id")
	};

	person.nother_emails = list_attribute(contact, "other_emails", person.other_emails);
	person.nother_phones = list_attribute(contact, "other_phones", person.other_phones);
	return person;
}

PG_FUNCTION_INFO_V1(tombstone_tokens);
Datum
tombstone_tokens(PG_FUNCTION_ARGS)
{
	Graveyard  *g = graveyard_of(PG_GETARG_INT32(0));
	DcPerson	person = person_of(PG_GETARG_HEAPTUPLEHEADER(1));
	DcIdentity	identities[DC_MAX_IDENTITIES];
	Datum		result[DC_MAX_IDENTITIES];
	int			n;

	check_key(g);
	n = dc_identities(&person, NULL, NULL, identities);
	for (int i = 0; i < n; i++)
		result[i] = token_datum(g, &identities[i]);
	PG_RETURN_ARRAYTYPE_P(construct_array(result, n, BYTEAOID, -1, false, TYPALIGN_INT));
}

bool
dc_refuses_row(int controller_id, HeapTupleHeader contact)
{
	DcPerson	person = person_of(contact);

	return dc_refuses(controller_id, &person);
}

PG_FUNCTION_INFO_V1(is_erased);
Datum
is_erased(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(dc_refuses_row(PG_GETARG_INT32(0), PG_GETARG_HEAPTUPLEHEADER(1)));
}

PG_FUNCTION_INFO_V1(tombstones_changed);
Datum
tombstones_changed(PG_FUNCTION_ARGS)
{
	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("tombstones_changed is a trigger of tombstone and tombstone_key")));
	CacheInvalidateRelcacheByRelid(((TriggerData *) fcinfo->context)->tg_relation->rd_id);
	keys_stale |= ((TriggerData *) fcinfo->context)->tg_relation->rd_id == key_relation;
	tombstones_version++;
	PG_RETURN_POINTER(NULL);
}

PG_FUNCTION_INFO_V1(value_token);
Datum
value_token(PG_FUNCTION_ARGS)
{
	DcIdentity	identity = value_identity(text_to_cstring(PG_GETARG_TEXT_PP(1)));

	PG_RETURN_DATUM(token_datum(graveyard_of(PG_GETARG_INT32(0)), &identity));
}

PG_FUNCTION_INFO_V1(value_mark);
Datum
value_mark(PG_FUNCTION_ARGS)
{
	text	   *value = PG_GETARG_TEXT_PP(1);

	PG_RETURN_INT32((int32) dc_first_mark(&graveyard_of(PG_GETARG_INT32(0))->key, text_to_cstring(value)));
}

PG_FUNCTION_INFO_V1(token_mark);
Datum
token_mark(PG_FUNCTION_ARGS)
{
	bytea	   *token = PG_GETARG_BYTEA_PP(0);

	if (VARSIZE_ANY_EXHDR(token) != DC_TOKEN_BYTES)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a token has %d bytes", DC_TOKEN_BYTES)));
	PG_RETURN_INT32((int32) dc_token_mark((const unsigned char *) VARDATA_ANY(token), 0));
}
