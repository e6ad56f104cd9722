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

#include "match/ids.h"

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

static int
compare_ids(const void *a, const void *b)
{
	int64		x = *(const int64 *) a;
	int64		y = *(const int64 *) b;

	return x < y ? -1 : x > y;
}

static int
compare_pairs(const void *a, const void *b)
{
	int			order = compare_ids(a, b);

	return order != 0 ? order : compare_ids((const int64 *) a + 1, (const int64 *) b + 1);
}

void
dc_sort_ids(IdList *list)
{
	size_t		kept = 0;

	if (list->n > 0)
		qsort(list->id, list->n, sizeof(int64), compare_ids);
	for (size_t i = 0; i < list->n; i++)
		if (kept == 0 || list->id[kept - 1] != list->id[i])
			list->id[kept++] = list->id[i];
	list->n = kept;
}

void
dc_sort_pairs(IdList *list)
{
	size_t		kept = 0;

	if (list->n > 0)
		qsort(list->id, list->n / 2, 2 * sizeof(int64), compare_pairs);
	for (size_t i = 0; i < list->n; i += 2)
		if (kept == 0 || compare_pairs(&list->id[kept - 2], &list->id[i]) != 0)
		{
			list->id[kept++] = list->id[i];
			list->id[kept++] = list->id[i + 1];
		}
	list->n = kept;
}

bool
dc_has_id(const IdList *sorted, int64 id)
{
	return sorted->n > 0 && bsearch(&id, sorted->id, sorted->n, sizeof(int64), compare_ids) != NULL;
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
