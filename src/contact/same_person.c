/*-------------------------------------------------------------------------
 *
 * same_person.c
 *	  Contacts by what a person says of itself, without an index that each row pays for.
 *
 * The operators =@ compare mailboxes, by email_key(), and =% names, by their words in whichever order.  Their operator
 * classes let a BRIN index keep a Bloom filter of the mailboxes or names of each range of pages, by PostgreSQL's own
 * functions; what is new here are the hashes, and that a list adds each of its members.  A range that is not
 * summarised yet costs an INSERT next to nothing.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/brin.h"
#include "access/genam.h"
#include "access/table.h"
#include "catalog/index.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "fmgr.h"
#include "storage/bufmgr.h"
#include "storage/lmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/rel.h"

#include "base/text.h"
#include "normalize/normalize.h"

/* What texts are compared by; NULL: equal to nothing. */
typedef char *(*KeyOf) (const char *text);

static char *
key_of_mailbox(const char *address)
{
	return dc_email_key(address);
}

static int
compare_words(const void *a, const void *b)
{
	return strcmp(*(char *const *) a, *(char *const *) b);
}

/* The words of a name, folded, in order; Müller is Mueller and Muller */
static char *
key_of_name(const char *name)
{
	char	   *folded = dc_fold(name);
	int			len = folded == NULL ? 0 : strlen(folded);
	char	  **words;
	int			n = 0;
	char	   *key;
	char	   *end;

	if (len == 0)
		return NULL;
	dc_join_umlauts(folded);
	words = palloc(sizeof(char *) * (len / 2 + 1));
	end = key = palloc(len + 2);
	for (char *w = strtok(folded, " "); w != NULL; w = strtok(NULL, " "))
		words[n++] = w;
	qsort(words, n, sizeof(char *), compare_words);
	for (int i = 0; i < n; i++)
		end += sprintf(end, "%s ", words[i]);
	return key;
}

/* As normalize_linkedin() wrote it */
static char *
key_of_profile(const char *profile)
{
	return pstrdup(profile);
}

/*
 * A scan asks for the key of what it looks for at every row, and for its hash at every range: the last one is
 * remembered for the call site.
 */
#define LAST_BYTES 256

typedef struct LastKey
{
	int			len;			/* of the text; -1: none */
	char		text[LAST_BYTES];
	bool		has_key;
	char		key[LAST_BYTES];
} LastKey;

static const char *
remembered_key(FunctionCallInfo fcinfo, text *value, KeyOf key_of)
{
	int			len = VARSIZE_ANY_EXHDR(value);
	LastKey    *last = fcinfo->flinfo->fn_extra;
	char	   *key;

	if (last == NULL)
	{
		fcinfo->flinfo->fn_extra = last = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(LastKey));
		last->len = -1;
	}
	if (last->len == len && memcmp(last->text, VARDATA_ANY(value), len) == 0)
		return last->has_key ? last->key : NULL;
	key = key_of(text_to_cstring(value));
	last->len = -1;
	if (len > LAST_BYTES || (key != NULL && strlen(key) >= LAST_BYTES))
		return key;
	last->len = len;
	memcpy(last->text, VARDATA_ANY(value), len);
	last->has_key = key != NULL;
	strlcpy(last->key, key == NULL ? "" : key, LAST_BYTES);
	return key;
}

/* Whether a text has the key that the second argument has */
static bool
same_key(FunctionCallInfo fcinfo, Datum value, KeyOf key_of)
{
	const char *sought = remembered_key(fcinfo, PG_GETARG_TEXT_PP(1), key_of);
	char	   *key = sought == NULL ? NULL : key_of(TextDatumGetCString(value));

	return key != NULL && strcmp(key, sought) == 0;
}

/*
 * The bits of a value in PostgreSQL's Bloom filters (brin_bloom.c) are a start and steps of a second hash, modulo the number of
 * bits.  Where that number and the step have a large divisor in common the steps come back to the start: one to eight bits
 * instead of ten, which up to half of all ranges have.  Of 1,000 persons it would be four, whose contacts took a second to find.
 */
#define BLOOM_STEP_SEED 0xba48b314
#define BLOOM_BITS 3336			/* of a range of 8 pages of 8 kB, at the rate of false positives that contact_reach and contact_known ask for */
#define BLOOM_HASHES 10

static bool
has_all_bits(uint32 hash)
{
	uint32		step = hash_bytes_uint32_extended(hash, BLOOM_STEP_SEED) % BLOOM_BITS;

	for (uint32 bits = 1; bits < BLOOM_HASHES; bits++)
		if (step * bits % BLOOM_BITS == 0)
			return false;
	return true;
}

/* A hash that sets as many bits as there are to set. */
static uint32
bloom_hash(const char *key)
{
	uint32		hash = hash_bytes((const unsigned char *) key, strlen(key));

	while (!has_all_bits(hash))
		hash = hash_bytes_uint32(hash);
	return hash;
}

/* What has no key equals nothing, so any hash will do. */
static Datum
hash_of_key(FunctionCallInfo fcinfo, KeyOf key_of)
{
	const char *key = remembered_key(fcinfo, PG_GETARG_TEXT_PP(0), key_of);

	PG_RETURN_INT32(key == NULL ? 0 : (int32) bloom_hash(key));
}

PG_FUNCTION_INFO_V1(same_mailbox);
Datum
same_mailbox(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(same_key(fcinfo, PG_GETARG_DATUM(0), key_of_mailbox));
}

static int
members(ArrayType *list, Datum **elements, bool **nulls)
{
	int			n;

	deconstruct_array(list, TEXTOID, -1, false, TYPALIGN_INT, elements, nulls, &n);
	return n;
}

PG_FUNCTION_INFO_V1(any_same_mailbox);
Datum
any_same_mailbox(PG_FUNCTION_ARGS)
{
	Datum	   *elements;
	bool	   *nulls;
	int			n = members(PG_GETARG_ARRAYTYPE_P(0), &elements, &nulls);

	for (int i = 0; i < n; i++)
		if (!nulls[i] && same_key(fcinfo, elements[i], key_of_mailbox))
			PG_RETURN_BOOL(true);
	PG_RETURN_BOOL(false);
}

PG_FUNCTION_INFO_V1(mailbox_hash);
Datum
mailbox_hash(PG_FUNCTION_ARGS)
{
	return hash_of_key(fcinfo, key_of_mailbox);
}

PG_FUNCTION_INFO_V1(same_name);
Datum
same_name(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(same_key(fcinfo, PG_GETARG_DATUM(0), key_of_name));
}

PG_FUNCTION_INFO_V1(name_hash);
Datum
name_hash(PG_FUNCTION_ARGS)
{
	return hash_of_key(fcinfo, key_of_name);
}

PG_FUNCTION_INFO_V1(profile_hash);
Datum
profile_hash(PG_FUNCTION_ARGS)
{
	return hash_of_key(fcinfo, key_of_profile);
}

/* As brin_bloom_add_value, for each member of a list */
PG_FUNCTION_INFO_V1(mailboxes_bloom_add);
Datum
mailboxes_bloom_add(PG_FUNCTION_ARGS)
{
	Datum	   *elements;
	bool	   *nulls;
	int			n = members(PG_GETARG_ARRAYTYPE_P(2), &elements, &nulls);
	bool		updated = false;

	for (int i = 0; i < n; i++)
	{
		if (nulls[i])
			continue;
		fcinfo->args[2].value = elements[i];
		updated |= DatumGetBool(brin_bloom_add_value(fcinfo));
	}
	PG_RETURN_BOOL(updated);
}

/* ---------- summaries ---------- */

/* How far an index was when this session last brought it up to date: a guess that saves looking at each range. */
typedef struct Summarised
{
	Oid			index;
	Oid			file;
	BlockNumber ranges;
} Summarised;

static Summarised summarised[2];

/*
 * A range that is not summarised is read by whoever looks for somebody, so nobody is missed, whatever is left undone
 * here. A range that was is kept up to date by those who write into it.
 */
PG_FUNCTION_INFO_V1(summarise_contacts);
Datum
summarise_contacts(PG_FUNCTION_ARGS)
{
	Oid			oid = PG_GETARG_OID(0);
	Oid			heap = IndexGetRelation(oid, false);
	Relation	contacts = table_open(heap, AccessShareLock);
	Relation	index = index_open(oid, AccessShareLock);
	BlockNumber pages = BrinGetPagesPerRange(index);
	Summarised	now = {.index = oid, .file = index->rd_rel->relfilenode, .ranges = (RelationGetNumberOfBlocks(contacts) + pages - 1) / pages};
	Summarised *last = summarised[0].index == oid || summarised[0].index == InvalidOid ? &summarised[0] : &summarised[1];

	index_close(index, AccessShareLock);
	table_close(contacts, AccessShareLock);
	/* whoever vacuums does the same, and need not be waited for */
	if (memcmp(last, &now, sizeof(now)) == 0 || !ConditionalLockRelationOid(heap, ShareUpdateExclusiveLock))
		PG_RETURN_VOID();
	DirectFunctionCall1(brin_summarize_new_values, PG_GETARG_DATUM(0));
	UnlockRelationOid(heap, ShareUpdateExclusiveLock);
	*last = now;
	PG_RETURN_VOID();
}
