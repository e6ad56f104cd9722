/*-------------------------------------------------------------------------
 *
 * block.c
 *	  score_block(): the aggregate that turns the contacts of one key into scored edges.
 *
 * It compares them as dedupe() compares a block, by the same code, and needs no table for it: packed
 * contacts carry what they are compared by, the parameters how.  So it runs wherever the block
 * is.  It has no combining function: a block is compared as a whole.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/datum.h"
#include "utils/memutils.h"

#include "base/version.h"
#include "match/block/packed.h"
#include "match/workers/parallel.h"

/* arguments of the transition function */
enum
{
	ARG_STATE, ARG_KEY, ARG_PACKED, ARG_PARAMETERS, ARG_LARGE_KEYS
};

/* Ends the keys of a contact; greater than all. */
#define NO_KEY PG_UINT64_MAX

/* How blocks are compared; read once for all rows that say the same. */
typedef struct Manner
{
	struct Manner *next;
	Datum		stored_parameters;
	Datum		stored_large_keys;
	bool		large_keys_known;
	DcParameters parameters;
	uint64	   *large_keys;		/* ascending; NULL: not known */
	int			nlarge_keys;
} Manner;

/* The contacts of one key. */
typedef struct Block
{
	const Manner *manner;
	uint64		key;
	int			n;
	size_t		size;
	size_t		capacity;
	char	   *data;			/* packed contacts, one after the other, aligned */
} Block;

/* ---------- gathering ---------- */

static int
compare_numbers(const void *a, const void *b)
{
	uint64		x = *(const uint64 *) a;
	uint64		y = *(const uint64 *) b;

	return x < y ? -1 : x > y;
}

/* The large keys in order; a bigint is the key with its sign. */
static uint64 *
sort_large_keys(const ArrayType *large_keys, int *n)
{
	uint64	   *sorted;

	if (array_contains_nulls(unconstify(ArrayType *, large_keys)))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("large_keys must not contain NULL")));
	*n = ArrayGetNItems(ARR_NDIM(large_keys), ARR_DIMS(large_keys));
	sorted = palloc(sizeof(uint64) * Max(*n, 1));
	memcpy(sorted, ARR_DATA_PTR(large_keys), sizeof(uint64) * *n);
	qsort(sorted, *n, sizeof(uint64), compare_numbers);
	return sorted;
}

static const Manner *
manner_of(FunctionCallInfo fcinfo)
{
	Manner	   *manner;
	MemoryContext old;
	bool		known = !PG_ARGISNULL(ARG_LARGE_KEYS);

	for (manner = fcinfo->flinfo->fn_extra; manner != NULL; manner = manner->next)
		if (dc_same_stored(PG_GETARG_DATUM(ARG_PARAMETERS), manner->stored_parameters) && known == manner->large_keys_known &&
			(!known || dc_same_stored(PG_GETARG_DATUM(ARG_LARGE_KEYS), manner->stored_large_keys)))
			return manner;
	old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	manner = palloc0(sizeof(Manner));
	manner->stored_parameters = datumCopy(PG_GETARG_DATUM(ARG_PARAMETERS), false, -1);
	dc_unpack_parameters(PG_GETARG_BYTEA_PP(ARG_PARAMETERS), &manner->parameters);
	manner->large_keys_known = known;
	if (known)
	{
		manner->stored_large_keys = datumCopy(PG_GETARG_DATUM(ARG_LARGE_KEYS), false, -1);
		manner->large_keys = sort_large_keys(PG_GETARG_ARRAYTYPE_P(ARG_LARGE_KEYS), &manner->nlarge_keys);
	}
	manner->next = fcinfo->flinfo->fn_extra;
	fcinfo->flinfo->fn_extra = manner;
	MemoryContextSwitchTo(old);
	return manner;
}

static void
add_contact(Block *block, MemoryContext context, const bytea *packed)
{
	size_t		size = INTALIGN(VARSIZE(packed));

	if (block->size + size > block->capacity)
	{
		size_t		capacity = Max(block->size + size, block->capacity * 2);

		block->data = block->data == NULL ? MemoryContextAllocHuge(context, capacity) : repalloc_huge(block->data, capacity);
		block->capacity = capacity;
	}
	memcpy(block->data + block->size, packed, VARSIZE(packed));
	block->size += size;
	block->n++;
}

PG_FUNCTION_INFO_V1(score_block_add);
Datum
score_block_add(PG_FUNCTION_ARGS)
{
	Block	   *block = PG_ARGISNULL(ARG_STATE) ? NULL : (Block *) PG_GETARG_POINTER(ARG_STATE);
	MemoryContext context;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "score_block_add is called by the aggregate score_block only");
	if (PG_ARGISNULL(ARG_KEY) || PG_ARGISNULL(ARG_PACKED) || PG_ARGISNULL(ARG_PARAMETERS))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("key, packed contact and parameters must not be NULL")));
	if (block == NULL)
	{
		block = MemoryContextAllocZero(context, sizeof(Block));
		block->key = PG_GETARG_INT64(ARG_KEY);
		block->manner = manner_of(fcinfo);
	}
	else if (block->key != (uint64) PG_GETARG_INT64(ARG_KEY) || block->manner != manner_of(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("score_block takes the contacts of one key, under one manner of comparing them"),
				 errhint("Write GROUP BY key; parameters and large_keys are the same for all rows.")));
	add_contact(block, context, PG_GETARG_BYTEA_P(ARG_PACKED));
	PG_RETURN_POINTER(block);
}

/* ---------- comparing ---------- */

typedef struct Member
{
	int64		contact_id;
	const bytea *packed;
} Member;

static int
compare_members(const void *a, const void *b)
{
	int64		x = ((const Member *) a)->contact_id;
	int64		y = ((const Member *) b)->contact_id;

	return x < y ? -1 : x > y;
}

/* The contacts of the block in the order of their ids, each once. */
static Member *
sort_members(const Block *block, int *n)
{
	Member	   *members = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Member) * block->n);
	size_t		offset = 0;

	for (int i = 0; i < block->n; i++)
	{
		members[i].packed = (const bytea *) (block->data + offset);
		members[i].contact_id = dc_packed_contact_id(members[i].packed);
		offset += INTALIGN(VARSIZE(members[i].packed));
	}
	qsort(members, block->n, sizeof(Member), compare_members);
	*n = 0;
	for (int i = 0; i < block->n; i++)
		if (*n == 0 || members[*n - 1].contact_id != members[i].contact_id)
			members[(*n)++] = members[i];
	return members;
}

/* The keys of a member that say who owns its pairs: all but the large ones where those are known, else that of the block. */
static int
owning_keys(const Block *block, DcKeys *keys, bool is_large)
{
	const Manner *manner = block->manner;
	bool		found = false;
	int			n = 0;

	for (int k = 0; k < keys->n; k++)
	{
		uint64		key = keys->key[k];
		bool		own = key == block->key;

		found |= own;
		if (own ? is_large : manner->large_keys == NULL || bsearch(&key, manner->large_keys, manner->nlarge_keys, sizeof(uint64), compare_numbers) != NULL)
			continue;
		keys->key[n++] = key;
	}
	if (!found)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a contact in the block does not have the block's key"),
				 errhint("The keys of a packed contact are those of dropcontact.blocking_keys().")));
	return n;
}

/* Numbers for the keys of all members, that ascend with them; answers that of the block's key. */
static uint32
number_keys(const Block *block, const uint64 *keys, size_t nkeys, uint32 *number)
{
	uint64	   *sorted = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(uint64) * (nkeys + 1));
	uint32		own = 0;
	size_t		n = 0;

	memcpy(sorted, keys, sizeof(uint64) * nkeys);
	qsort(sorted, nkeys, sizeof(uint64), compare_numbers);
	for (size_t i = 0; i < nkeys; i++)
	{
		if (sorted[i] == NO_KEY || (n > 0 && sorted[n - 1] == sorted[i]))
			continue;
		if (sorted[i] == block->key)
			own = n;
		sorted[n++] = sorted[i];
	}
	for (size_t i = 0; i < nkeys; i++)
		number[i] = keys[i] == NO_KEY ? DC_NO_BLOCK : (uint64 *) bsearch(&keys[i], sorted, n, sizeof(uint64), compare_numbers) - sorted;
	pfree(sorted);
	return own;
}

/* Compares the members and fills the edges; at most DC_BLOCK / 2 pairs a member. */
static void
compare_block(const Block *block, const Member *members, int n, DcEdges *edges)
{
	DcKeyEntry *entries = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(DcKeyEntry) * n);
	uint64	   *key = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(uint64) * (size_t) n * (DC_MAX_KEYS + 1));
	size_t		nkeys = 0;
	DcRows		rows = {0};

	rows.place = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(uint64) * n);
	rows.start = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(uint32) * n);
	for (int i = 0; i < n; i++)
	{
		DcKeys		keys;

		CHECK_FOR_INTERRUPTS();
		dc_unpack_record(edges->population, &block->manner->parameters, members[i].packed, &keys);
		entries[i] = (DcKeyEntry) {block->key, i};
		rows.start[i] = nkeys;
		rows.place[i] = dc_block_order(edges->population, &edges->population->records[i]);
		keys.n = owning_keys(block, &keys, n > dc_block_limit(block->key));
		memcpy(key + nkeys, keys.key, sizeof(uint64) * keys.n);
		nkeys += keys.n;
		key[nkeys++] = NO_KEY;
	}
	rows.block = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(uint32) * nkeys);
	dc_make_tokens(edges->population);
	dc_order_block(&rows, entries, n);
	dc_scan_pairs(&rows, entries, n, number_keys(block, key, nkeys, rows.block), NULL, dc_keep_edge, edges);
}

/* The edges as one value: pairs of contacts, the smaller first, with their weight. */
static bytea *
pack_edges(const DcEdges *edges)
{
	StringInfoData out;

	pq_begintypsend(&out);
	enlargeStringInfo(&out, Min(edges->found.n * 20, MaxAllocSize / 2));
	for (size_t i = 0; i < edges->found.n; i++)
	{
		pq_sendint64(&out, edges->population->records[edges->found.edge[i].a].contact_id);
		pq_sendint64(&out, edges->population->records[edges->found.edge[i].b].contact_id);
		pq_sendfloat4(&out, edges->found.edge[i].weight);
	}
	return pq_endtypsend(&out);
}

PG_FUNCTION_INFO_V1(score_block_end);
Datum
score_block_end(PG_FUNCTION_ARGS)
{
	const Block *block = PG_ARGISNULL(0) ? NULL : (const Block *) PG_GETARG_POINTER(0);
	MemoryContext context = fcinfo->flinfo->fn_extra;
	MemoryContext old = CurrentMemoryContext;
	DcEdges		edges = {0};
	Member	   *members;
	int			n;
	bytea	   *result = NULL;

	if (block == NULL || block->n < 2)
		PG_RETURN_NULL();
	/* one context for all blocks of the query */
	if (context == NULL)
		fcinfo->flinfo->fn_extra = context = AllocSetContextCreate(fcinfo->flinfo->fn_mcxt, "dropcontact block", ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(context);
	edges.population = dc_population_under(&block->manner->parameters);
	edges.model = &block->manner->parameters.model;
	edges.review_weight = block->manner->parameters.review_weight;
	members = sort_members(block, &n);
	compare_block(block, members, n, &edges);
	MemoryContextSwitchTo(old);
	if (edges.found.n > 0)
		result = pack_edges(&edges);
	MemoryContextReset(context);
	if (result == NULL)
		PG_RETURN_NULL();
	PG_RETURN_BYTEA_P(result);
}

PG_FUNCTION_INFO_V1(largest_block);
Datum
largest_block(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(dc_block_limit(PG_GETARG_INT64(0)));
}

/* ---------- edges as rows ---------- */

PG_FUNCTION_INFO_V1(block_edges);
Datum
block_edges(PG_FUNCTION_ARGS)
{
	return dc_unpack_pairs(fcinfo, FLOAT4OID, "these are no edges of a block", "They are made by the aggregate dropcontact.score_block().");
}
