/*-------------------------------------------------------------------------
 *
 * pairs.c
 *	  Candidate pairs: contacts that share a key.
 *
 * Each record gives several 64-bit keys; sorting brings those of one key together.  A block of
 * up to BLOCK records is compared as a whole; in a larger one each record meets its
 * neighbours in the order of names, so that nothing is dropped and 100,000 equal contacts cost
 * 100,000 times WINDOW.  A pair belongs to the smallest key that its records share.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include "common/hashfn.h"

#include "match/match.h"

#define MAX_KEYS 24
#define BLOCK 64
#define WINDOW 12

typedef struct Key
{
	uint64		hash;
	int			record;
} Key;

typedef struct KeyList
{
	int			n;
	uint64		hash[MAX_KEYS];
} KeyList;

/* the finaliser of MurmurHash3, 64 bits */
static uint64
mix(uint64 h)
{
	h = (h ^ (h >> 33)) * UINT64CONST(0xff51afd7ed558ccd);
	h = (h ^ (h >> 33)) * UINT64CONST(0xc4ceb9fe1a85ec53);
	return h ^ (h >> 33);
}

static void
add_key(KeyList *keys, int rule, uint64 a, uint64 b)
{
	if (a == 0 || b == 0 || keys->n == MAX_KEYS)
		return;
	keys->hash[keys->n++] = hash_combine64(mix(a + ((uint64) rule << 40)), mix(b));
}

/* The first letters of a text, as a number. */
static uint64
prefix(const DcPopulation *p, DcValue value, int n)
{
	uint64		result = 0;
	const char *s = p->text[value];

	if (value == 0)
		return 0;
	for (int i = 0; i < n && s[i] != '\0'; i++)
		result = result << 8 | (unsigned char) s[i];
	return result;
}

static void
make_keys(const DcPopulation *p, const DcRecord *r, KeyList *keys)
{
	bool		person = r->first != 0 || r->last != 0;

	keys->n = 0;
	add_key(keys, 1, r->email, 1);
	add_key(keys, 2, r->phone, 1);
	if (r->mobile != r->phone)
		add_key(keys, 2, r->mobile, 1);
	add_key(keys, 3, r->linkedin, 1);
	for (int i = 0; i < p->nfields; i++)
	{
		add_key(keys, 20 + i, r->field[i], p->field_kind[i] == KIND_EXACT ? 1 : prefix(p, r->first, 1));
		if (p->field_kind[i] != KIND_EXACT)
			add_key(keys, 30 + i, r->field[i], prefix(p, r->last, 1));
	}
	if (person)
	{
		add_key(keys, 4, Min(r->first, r->last), Max(r->first, r->last));
		add_key(keys, 5, r->given, r->last);
		add_key(keys, 6, r->last, r->domain);
		add_key(keys, 7, r->last, r->company);
		add_key(keys, 8, r->given, r->domain);
		add_key(keys, 9, r->given, r->company);
		add_key(keys, 10, prefix(p, r->last, 3), prefix(p, r->given, 2) * 31 + r->postcode);
		add_key(keys, 11, prefix(p, r->last, 4), prefix(p, r->given, 1) * 31 + r->city);
		add_key(keys, 12, r->first, r->postcode);
		add_key(keys, 13, r->last, r->address);
		add_key(keys, 14, r->first, r->address);
	}
	else
	{
		add_key(keys, 40, r->company, 1);
		add_key(keys, 41, r->domain, 1);
		add_key(keys, 42, r->address, 1);
		add_key(keys, 43, prefix(p, r->company, 4), r->postcode != 0 ? r->postcode : r->city);
		add_key(keys, 44, r->siren, 1);
		add_key(keys, 45, prefix(p, r->address, 8), prefix(p, r->company, 2));
		add_key(keys, 46, prefix(p, r->company, 7), 1);
	}
}

static int
compare_keys(const void *a, const void *b)
{
	const Key  *x = a;
	const Key  *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return x->record < y->record ? -1 : x->record > y->record;
}

/* by the names of the records, then by contact_id, for large blocks */
static int
compare_names(const void *a, const void *b, void *arg)
{
	const DcPopulation *p = arg;
	const DcRecord *x = &p->records[((const Key *) a)->record];
	const DcRecord *y = &p->records[((const Key *) b)->record];
	int			c = strcmp(p->text[x->last], p->text[y->last]);

	if (c == 0)
		c = strcmp(p->text[x->first], p->text[y->first]);
	if (c == 0)
		c = strcmp(p->text[x->company], p->text[y->company]);
	if (c == 0)
		c = x->contact_id < y->contact_id ? -1 : 1;
	return c;
}

/* Keys whose blocks were too large to compare every pair, in ascending order */
typedef struct LargeKeys
{
	size_t		n;
	uint64	   *hash;
} LargeKeys;

static int
compare_hashes(const void *a, const void *b)
{
	uint64		x = *(const uint64 *) a;
	uint64		y = *(const uint64 *) b;

	return x < y ? -1 : x > y;
}

static bool
is_large(const LargeKeys *large, uint64 hash)
{
	return large->n > 0 && bsearch(&hash, large->hash, large->n, sizeof(uint64), compare_hashes) != NULL;
}

/* Does this key own the pair? It does when no smaller one compared it. */
static bool
owns(const DcPopulation *p, const LargeKeys *large, uint64 hash, int a, int b)
{
	KeyList		x;
	KeyList		y;

	make_keys(p, &p->records[a], &x);
	make_keys(p, &p->records[b], &y);
	for (int i = 0; i < x.n; i++)
		if (x.hash[i] < hash)
			for (int j = 0; j < y.n; j++)
				if (x.hash[i] == y.hash[j] && !is_large(large, x.hash[i]))
					return false;
	return true;
}

int64
dc_candidate_pairs(const DcPopulation *p, DcPairCallback callback, void *state)
{
	size_t		capacity = (size_t) p->nrecords * 8 + 16;
	Key		   *keys = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Key) * capacity);
	size_t		n = 0;
	int64		pairs = 0;
	LargeKeys	large = {0};

	for (int r = 0; r < p->nrecords; r++)
	{
		KeyList		list;

		make_keys(p, &p->records[r], &list);
		if (n + list.n > capacity)
		{
			capacity *= 2;
			keys = repalloc_huge(keys, sizeof(Key) * capacity);
		}
		for (int i = 0; i < list.n; i++)
		{
			keys[n].hash = list.hash[i];
			keys[n++].record = r;
		}
	}
	qsort(keys, n, sizeof(Key), compare_keys);
	for (size_t from = 0, to; from < n; from = to)
	{
		size_t		reach;

		for (to = from + 1; to < n && keys[to].hash == keys[from].hash; to++)
			;
		reach = to - from;
		if (reach > BLOCK)
		{
			/* there are fewer large keys than records in them */
			if (large.hash == NULL)
				large.hash = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(uint64) * (n / BLOCK + 1));
			large.hash[large.n++] = keys[from].hash;
			qsort_arg(keys + from, reach, sizeof(Key), compare_names, unconstify(DcPopulation *, p));
			reach = WINDOW;
		}
		for (size_t i = from; i < to; i++)
		{
			CHECK_FOR_INTERRUPTS();
			for (size_t j = i + 1; j < to && j - i <= reach; j++)
			{
				if (keys[i].record == keys[j].record)
					continue;
				if (!owns(p, &large, keys[i].hash, keys[i].record, keys[j].record))
					continue;
				callback(state, keys[i].record, keys[j].record);
				pairs++;
			}
		}
	}
	pfree(keys);
	return pairs;
}
