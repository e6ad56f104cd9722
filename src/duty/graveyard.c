/*-------------------------------------------------------------------------
 *
 * graveyard.c
 *	  What a session remembers of the tombstones of a controller.
 *
 * The key is kept until it changes, the tokens, read when a contact comes in, until another person is erased; with two
 * bitmaps of their marks, so that an HMAC is computed of those alone whose mark is set.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <sys/stat.h>
#include <unistd.h>

#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "common/hmac.h"
#include "executor/spi.h"
#include "storage/fd.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "duty/duty.h"
#include "duty/graveyard.h"

/* Bits of a bitmap for each token: one in so many of all others passes. */
#define BITS_PER_TOKEN 64
#define LEAST_BITS 4096

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

bool
dc_has_bit(const Graveyard *g, const uint8 *bitmap, uint32 mark)
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

Graveyard *
dc_graveyard_of(int controller_id)
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

Graveyard *
dc_open_graveyard(int controller_id)
{
	Graveyard  *g = dc_graveyard_of(controller_id);
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

bool
dc_lies_here(const Graveyard *g, const DcIdentity *identity)
{
	DcToken		token;

	dc_token(&g->key, identity, &token);
	return bsearch(&token, g->tokens, g->n, DC_TOKEN_BYTES, compare_tokens) != NULL;
}

void
dc_tombstones_changed(Oid relation)
{
	CacheInvalidateRelcacheByRelid(relation);
	keys_stale |= relation == key_relation;
	tombstones_version++;
}
