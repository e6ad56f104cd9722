/*-------------------------------------------------------------------------
 *
 * tombstone.c
 *	  Persons who were erased and must not come back, by whatever path.
 *
 * A tombstone is a set of tokens: HMAC-SHA-256, cut to 128 bits, of what identifies a person
 * alone (a nominative mailbox, a LinkedIn profile, the record in its source) and of the name with what several may share
 * (a number, a company, a mailbox of a function).  So a tombstone tells nothing of the person
 * without the key, and the erasure of one colleague does not bar the others.
 *
 * The tokens of a controller are kept by the session until table tombstone changes.  A
 * controller that has none costs one comparison a row.
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
#include "common/cryptohash.h"
#include "common/hmac.h"
#include "common/sha2.h"
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

#include "base/text.h"
#include "duty/duty.h"
#include "normalize/normalize.h"

#define TOKEN_BYTES 16
#define MAX_TOKENS 32

typedef struct Token
{
	unsigned char byte[TOKEN_BYTES];
} Token;

typedef struct Tokens
{
	pg_hmac_ctx *hmac;
	int			n;
	Token		token[MAX_TOKENS];
} Tokens;

/* What the session knows of a controller's tombstones */
typedef struct Graveyard
{
	struct Graveyard *next;
	int			controller_id;
	unsigned char key[PG_SHA256_DIGEST_LENGTH];
	bool		key_checked;
	int			n;
	Token	   *tokens;			/* ascending */
} Graveyard;

char	   *dc_tombstone_key_file = NULL;

static Graveyard *graveyards = NULL;
static MemoryContext graveyards_context = NULL;
static Oid	tombstone_relation = InvalidOid;
static bool graveyards_stale = true;

static void
forget_graveyards(Datum arg, Oid relation)
{
	if (relation == InvalidOid || relation == tombstone_relation)
		graveyards_stale = true;
}

void
dc_tombstone_init(void)
{
	CacheRegisterRelcacheCallback(forget_graveyards, (Datum) 0);
}

/* ---------- tokens ---------- */

/* hmac is used again and again: making one takes longer than what it computes. */
static void
digest_with(pg_hmac_ctx *hmac, const unsigned char *key, const char *kind, const char *a, const char *b, Token *token)
{
	unsigned char hash[PG_SHA256_DIGEST_LENGTH];

	/* each text ends with its NUL, so that no two lists of texts are one */
	if (hmac == NULL || pg_hmac_init(hmac, key, PG_SHA256_DIGEST_LENGTH) < 0 ||
		pg_hmac_update(hmac, (const uint8 *) kind, strlen(kind) + 1) < 0 ||
		pg_hmac_update(hmac, (const uint8 *) a, strlen(a) + 1) < 0 ||
		pg_hmac_update(hmac, (const uint8 *) b, strlen(b) + 1) < 0 ||
		pg_hmac_final(hmac, hash, sizeof(hash)) < 0)
		elog(ERROR, "could not compute an HMAC");
	memcpy(token->byte, hash, TOKEN_BYTES);
}

static void
digest(const unsigned char *key, const char *kind, const char *a, const char *b, Token *token)
{
	pg_hmac_ctx *hmac = pg_hmac_create(PG_SHA256);

	digest_with(hmac, key, kind, a, b, token);
	pg_hmac_free(hmac);
}

static int
compare_words(const void *a, const void *b)
{
	return strcmp(*(char *const *) a, *(char *const *) b);
}

/* The words of a name in order, so that LAST First is First Last; NULL for a name of one word. */
static char *
name_words(const char *full_name)
{
	char	   *folded = full_name == NULL ? NULL : dc_fold(full_name);
	char	   *words[8];
	int			n = 0;
	StringInfoData result;

	if (folded == NULL)
		return NULL;
	for (char *w = strtok(folded, " "); w != NULL && n < lengthof(words); w = strtok(NULL, " "))
		words[n++] = w;
	if (n < 2)
		return NULL;
	qsort(words, n, sizeof(char *), compare_words);
	initStringInfo(&result);
	for (int i = 0; i < n; i++)
		appendStringInfo(&result, "%s ", words[i]);
	return result.data;
}

static void
add_token(Tokens *tokens, const unsigned char *key, const char *kind, const char *a, const char *b)
{
	if (a == NULL || b == NULL || tokens->n == MAX_TOKENS)
		return;
	digest_with(tokens->hmac, key, kind, a, b, &tokens->token[tokens->n++]);
}

static void
add_mail(Tokens *tokens, const unsigned char *key, const char *email, const char *name)
{
	DcEmail		parsed;
	const char *mailbox = email == NULL ? NULL : dc_email_key(email);

	if (mailbox == NULL)
		return;
	dc_parse_email(email, &parsed);
	if (parsed.qualification != NULL && strncmp(parsed.qualification, "generic", 7) == 0)
		add_token(tokens, key, "name and mailbox", name, mailbox);
	else
		add_token(tokens, key, "mailbox", mailbox, "");
}

/* What identifies a person, by clean values */
static void
make_tokens(const unsigned char *key, const DcPerson *person, Tokens *tokens)
{
	char	   *joined = person->full_name == NULL && person->last_name != NULL ?
		psprintf("%s %s", person->first_name ? person->first_name : "", person->last_name) : NULL;
	char	   *name = name_words(joined ? joined : person->full_name);

	tokens->n = 0;
	tokens->hmac = pg_hmac_create(PG_SHA256);
	add_mail(tokens, key, person->email, name);
	for (int i = 0; i < person->nother_emails; i++)
		add_mail(tokens, key, person->other_emails[i], name);
	add_token(tokens, key, "linkedin", person->linkedin, "");
	add_token(tokens, key, "record", person->source, person->external_id);
	add_token(tokens, key, "name and phone", name, person->phone);
	add_token(tokens, key, "name and phone", name, person->mobile_phone);
	for (int i = 0; i < person->nother_phones; i++)
		add_token(tokens, key, "name and phone", name, person->other_phones[i]);
	if (person->company != NULL)
	{
		DcCompany	company;

		dc_parse_company(person->company, &company);
		add_token(tokens, key, "name and company", name, company.key);
	}
	pg_hmac_free(tokens->hmac);
}

static int
compare_tokens(const void *a, const void *b)
{
	return memcmp(a, b, TOKEN_BYTES);
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

	if (len != PG_SHA256_DIGEST_LENGTH)
		elog(ERROR, "the key of tombstones has %zu bytes", len);
	memcpy(g->key, salt, len);
	if (dc_tombstone_key_file == NULL || dc_tombstone_key_file[0] == '\0')
		return;
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
		pg_hmac_update(hmac, (const uint8 *) salt, len) < 0 || pg_hmac_final(hmac, g->key, sizeof(g->key)) < 0)
		elog(ERROR, "could not compute an HMAC");
	pg_hmac_free(hmac);
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

/* Reads the tokens and the key of a controller, as the owner; n log n in the tokens. */
static Graveyard *
read_graveyard(int controller_id)
{
	Graveyard  *g = MemoryContextAllocZero(graveyards_context, sizeof(Graveyard));
	Datum		salt;
	Datum		all;
	bool		isnull;

	SPI_connect();
	salt = ask_owner("SELECT (SELECT k.salt FROM dropcontact.tombstone_key k WHERE k.controller_id OPERATOR(pg_catalog.=) $1)", controller_id, &isnull);
	g->controller_id = controller_id;
	if (!isnull)
	{
		bytea	   *bytes = DatumGetByteaPP(salt);

		/* a key that is not the one of the tombstones would let everybody in */
		read_key(g, VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
		all = ask_owner("SELECT (SELECT pg_catalog.string_agg(t.token, '' ORDER BY t.token) FROM dropcontact.tombstone t WHERE t.controller_id OPERATOR(pg_catalog.=) $1)", controller_id, &isnull);
		if (!isnull)
		{
			bytes = DatumGetByteaPP(all);
			g->n = VARSIZE_ANY_EXHDR(bytes) / TOKEN_BYTES;
			g->tokens = MemoryContextAllocHuge(graveyards_context, (Size) g->n * TOKEN_BYTES + 1);
			memcpy(g->tokens, VARDATA_ANY(bytes), (size_t) g->n * TOKEN_BYTES);
		}
	}
	SPI_finish();
	g->next = graveyards;
	graveyards = g;
	return g;
}

static Graveyard *
graveyard_of(int controller_id)
{
	if (graveyards_stale)
	{
		if (graveyards_context == NULL)
			graveyards_context = AllocSetContextCreate(TopMemoryContext, "dropcontact tombstones", ALLOCSET_SMALL_SIZES);
		MemoryContextReset(graveyards_context);
		graveyards = NULL;
		tombstone_relation = get_relname_relid("tombstone", get_namespace_oid("dropcontact", false));
		graveyards_stale = false;
	}
	for (Graveyard *g = graveyards; g != NULL; g = g->next)
		if (g->controller_id == controller_id)
			return g;
	return read_graveyard(controller_id);
}

/* The token of the empty value stands among the tombstones: it says whether the key is the one that they were made with. */
static void
check_key(Graveyard *g)
{
	Token		check;

	if (g->key_checked)
		return;
	digest(g->key, "value", "", "", &check);
	if (bsearch(&check, g->tokens, g->n, TOKEN_BYTES, compare_tokens) == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_CONFIG_FILE_ERROR),
				 errmsg("the tombstones of controller %d were made with another key", g->controller_id),
				 errdetail("Persons who were erased could come back."),
				 errhint("Let dropcontact.tombstone_key_file name the key file that was in use, or copy it from the server that the data come from.")));
	g->key_checked = true;
}

bool
dc_has_tombstones(int controller_id)
{
	return graveyard_of(controller_id)->n > 0;
}

bool
dc_refuses(int controller_id, const DcPerson *person)
{
	Graveyard  *g = graveyard_of(controller_id);
	Tokens		tokens;

	check_key(g);
	make_tokens(g->key, person, &tokens);
	for (int i = 0; i < tokens.n; i++)
		if (bsearch(&tokens.token[i], g->tokens, g->n, TOKEN_BYTES, compare_tokens) != NULL)
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

PG_FUNCTION_INFO_V1(tombstone_tokens);
Datum
tombstone_tokens(PG_FUNCTION_ARGS)
{
	int			controller_id = PG_GETARG_INT32(0);
	HeapTupleHeader contact = PG_GETARG_HEAPTUPLEHEADER(1);
	Graveyard  *g = graveyard_of(controller_id);
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
	Tokens		tokens;
	Datum		result[MAX_TOKENS];

	person.nother_emails = list_attribute(contact, "other_emails", person.other_emails);
	person.nother_phones = list_attribute(contact, "other_phones", person.other_phones);
	if (g->n > 0)
		check_key(g);
	make_tokens(g->key, &person, &tokens);
	for (int i = 0; i < tokens.n; i++)
	{
		bytea	   *token = palloc(VARHDRSZ + TOKEN_BYTES);

		SET_VARSIZE(token, VARHDRSZ + TOKEN_BYTES);
		memcpy(VARDATA(token), tokens.token[i].byte, TOKEN_BYTES);
		result[i] = PointerGetDatum(token);
	}
	PG_RETURN_ARRAYTYPE_P(construct_array(result, tokens.n, BYTEAOID, -1, false, TYPALIGN_INT));
}

PG_FUNCTION_INFO_V1(tombstones_changed);
Datum
tombstones_changed(PG_FUNCTION_ARGS)
{
	Oid			relation = get_relname_relid("tombstone", get_namespace_oid("dropcontact", false));

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("tombstones_changed is a trigger of tombstone and tombstone_key")));
	if (OidIsValid(relation))
		CacheInvalidateRelcacheByRelid(relation);
	graveyards_stale = true;
	PG_RETURN_POINTER(NULL);
}

PG_FUNCTION_INFO_V1(value_token);
Datum
value_token(PG_FUNCTION_ARGS)
{
	Graveyard  *g = graveyard_of(PG_GETARG_INT32(0));
	bytea	   *result = palloc(VARHDRSZ + TOKEN_BYTES);
	Token		token;

	digest(g->key, "value", text_to_cstring(PG_GETARG_TEXT_PP(1)), "", &token);
	SET_VARSIZE(result, VARHDRSZ + TOKEN_BYTES);
	memcpy(VARDATA(result), token.byte, TOKEN_BYTES);
	PG_RETURN_BYTEA_P(result);
}
