/*-------------------------------------------------------------------------
 *
 * same_mailbox.c
 *	  Contacts by the mailbox that they are reached by, without an index that each row pays for.
 *
 * The operators =@ compare by email_key().  Their operator classes let a BRIN index keep a Bloom filter of
 * the mailboxes of each range of pages, by PostgreSQL's own functions; what is new here is the hash, and
 * that a list adds each of its members.  A range that is not summarised yet costs an INSERT next to nothing.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "fmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "normalize/normalize.h"

PG_FUNCTION_INFO_V1(same_mailbox);
Datum
same_mailbox(PG_FUNCTION_ARGS)
{
	char	   *a = dc_email_key(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	char	   *b = dc_email_key(text_to_cstring(PG_GETARG_TEXT_PP(1)));

	PG_RETURN_BOOL(a != NULL && b != NULL && strcmp(a, b) == 0);
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
		if (!nulls[i] && DatumGetBool(DirectFunctionCall2(same_mailbox, elements[i], PG_GETARG_DATUM(1))))
			PG_RETURN_BOOL(true);
	PG_RETURN_BOOL(false);
}

/* A scan asks for the hash of what it looks for at every range. */
#define LAST_BYTES 256

typedef struct LastHash
{
	int			len;
	char		address[LAST_BYTES];
	int32		hash;
} LastHash;

PG_FUNCTION_INFO_V1(mailbox_hash);
Datum
mailbox_hash(PG_FUNCTION_ARGS)
{
	text	   *address = PG_GETARG_TEXT_PP(0);
	int			len = VARSIZE_ANY_EXHDR(address);
	LastHash   *last = fcinfo->flinfo->fn_extra;
	char	   *key;

	if (last == NULL)
		fcinfo->flinfo->fn_extra = last = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(LastHash));
	if (last->len == len && memcmp(last->address, VARDATA_ANY(address), len) == 0)
		PG_RETURN_INT32(last->hash);
	key = dc_email_key(text_to_cstring(address));
	/* what is no address equals nothing, so any hash will do */
	last->hash = key == NULL ? 0 : (int32) hash_bytes((const unsigned char *) key, strlen(key));
	last->len = len <= LAST_BYTES ? len : -1;
	memcpy(last->address, VARDATA_ANY(address), Min(len, LAST_BYTES));
	PG_RETURN_INT32(last->hash);
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
