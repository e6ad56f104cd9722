/*-------------------------------------------------------------------------
 *
 * ids.c
 *	  Lists of ids of contacts, and of pairs of them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/memutils.h"

#include "match/table/ids.h"

void
dc_push_id(IdList *list, int64 id)
{
	if (list->n == list->capacity)
	{
		list->capacity = Max(64, list->capacity * 2);
		list->id = list->id == NULL ? palloc(sizeof(int64) * list->capacity) : repalloc_huge(list->id, sizeof(int64) * list->capacity);
	}
	list->id[list->n++] = id;
}

typedef struct IdPair
{
	int64		a;
	int64		b;
} IdPair;

static inline int
compare_ids(const int64 *a, const int64 *b)
{
	return *a < *b ? -1 : *a > *b;
}

static inline int
compare_pairs(const IdPair *x, const IdPair *y)
{
	int			order = compare_ids(&x->a, &y->a);

	return order != 0 ? order : compare_ids(&x->b, &y->b);
}

#define ST_SORT sort_ids
#define ST_ELEMENT_TYPE int64
#define ST_COMPARE(a, b) compare_ids(a, b)
#define ST_SCOPE static
#define ST_DEFINE
#include "lib/sort_template.h"

#define ST_SORT sort_pairs
#define ST_ELEMENT_TYPE IdPair
#define ST_COMPARE(a, b) compare_pairs(a, b)
#define ST_SCOPE static
#define ST_DEFINE
#include "lib/sort_template.h"

void
dc_sort_ids(IdList *list)
{
	size_t		kept = 0;

	if (list->n > 0)
		sort_ids(list->id, list->n);
	for (size_t i = 0; i < list->n; i++)
		if (kept == 0 || list->id[kept - 1] != list->id[i])
			list->id[kept++] = list->id[i];
	list->n = kept;
}

void
dc_sort_pairs(IdList *list)
{
	IdPair	   *pair = (IdPair *) list->id;
	size_t		n = list->n / 2;
	size_t		kept = 0;

	if (n > 0)
		sort_pairs(pair, n);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || compare_pairs(&pair[kept - 1], &pair[i]) != 0)
			pair[kept++] = pair[i];
	list->n = kept * 2;
}

bool
dc_has_id(const IdList *sorted, int64 id)
{
	size_t		low = 0;
	size_t		high = sorted->n;

	while (low < high)
	{
		size_t		middle = low + (high - low) / 2;

		if (sorted->id[middle] == id)
			return true;
		if (sorted->id[middle] < id)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

Datum
dc_id_array(const IdList *list)
{
	Datum	   *ids = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Datum) * (list->n + 1));

	for (size_t i = 0; i < list->n; i++)
		ids[i] = Int64GetDatum(list->id[i]);
	return PointerGetDatum(construct_array(ids, list->n, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

void
dc_push_array(IdList *list, Datum array)
{
	Datum	   *ids;
	int			n;

	deconstruct_array(DatumGetArrayTypeP(array), INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &ids, NULL, &n);
	for (int i = 0; i < n; i++)
		dc_push_id(list, DatumGetInt64(ids[i]));
}
