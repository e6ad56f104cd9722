/*-------------------------------------------------------------------------
 *
 * edges.c
 *	  The pairs that weigh enough: kept by the processes that find them, then in falling weight.
 *
 * Contacts that are alike in masses have more edges than memory holds.  What a process has no room for
 * goes to a temporary file of its own.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <fcntl.h>

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "port/pg_bswap.h"
#include "storage/buffile.h"
#include "utils/memutils.h"
#include "utils/tuplesort.h"
#include "utils/typcache.h"

#include "base/version.h"
#include "match/workers/edges.h"

struct DcEdgeFile
{
	BufFile    *file;
	size_t		n;
};

/* Edges that are read from a file at once. */
#define EDGES_AT_ONCE 1024

/* ---------- found ---------- */

static void
name_file(char *name, int worker)
{
	snprintf(name, MAXPGPATH, "edges%d", worker);
}

/* What is in memory goes to the file. */
static void
write_edges(DcEdgeList *list)
{
	if (list->file == NULL)
	{
		char		name[MAXPGPATH];

		name_file(name, list->worker);
		list->file = palloc0(sizeof(DcEdgeFile));
		list->file->file = list->shared == NULL ? BufFileCreateTemp(false) : BufFileCreateFileSet(list->shared, name);
	}
	BufFileWrite(list->file->file, list->edge, sizeof(DcEdge) * list->n);
	list->file->n += list->n;
	list->n = 0;
}

static void
make_room(DcEdgeList *list)
{
	if (list->limit > 0 && list->n >= list->limit)
	{
		write_edges(list);
		return;
	}
	list->capacity = Max(1024, list->capacity * 2);
	if (list->limit > 0)
		list->capacity = Min(list->capacity, list->limit);
	list->edge = list->edge == NULL ? MemoryContextAllocHuge(CurrentMemoryContext, sizeof(DcEdge) * list->capacity) :
		repalloc_huge(list->edge, sizeof(DcEdge) * list->capacity);
}

void
dc_add_edge(DcEdgeList *list, int a, int b, float weight)
{
	if (list->n == list->capacity)
		make_room(list);
	list->edge[list->n++] = (DcEdge) {.a = a, .b = b, .weight = weight};
}

size_t
dc_count_edges(const DcEdgeList *list)
{
	return list->n + (list->file == NULL ? 0 : list->file->n);
}

size_t
dc_publish_edges(DcEdgeList *list)
{
	if (list->file == NULL)
		return 0;
	BufFileExportFileSet(list->file->file);
	BufFileClose(list->file->file);
	list->file->file = NULL;
	return list->file->n;
}

/* Calls back for the edges of a file that has been written to the end. */
static void
read_edges(BufFile *file, size_t n, void (*callback) (void *state, const DcEdge *edge), void *state)
{
	DcEdge	   *edge = palloc(sizeof(DcEdge) * EDGES_AT_ONCE);
	size_t		m;

	if (BufFileSeek(file, 0, 0, SEEK_SET) != 0)
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not read the temporary file of pairs")));
	for (; n > 0; n -= m)
	{
		CHECK_FOR_INTERRUPTS();
		m = Min(n, EDGES_AT_ONCE);
		if (BufFileRead(file, edge, sizeof(DcEdge) * m) != sizeof(DcEdge) * m)
			ereport(ERROR,
					(errcode_for_file_access(),
					 errmsg("could not read the temporary file of pairs")));
		for (size_t i = 0; i < m; i++)
			callback(state, &edge[i]);
	}
	pfree(edge);
}

static void
add_again(void *list, const DcEdge *edge)
{
	dc_add_edge(list, edge->a, edge->b, edge->weight);
}

void
dc_take_edges(DcEdgeList *list, FileSet *shared, int worker, size_t in_file, const DcEdge *edge, size_t n)
{
	if (in_file > 0)
	{
		char		name[MAXPGPATH];
		BufFile    *file;

		name_file(name, worker);
		file = BufFileOpenFileSet(shared, name, O_RDONLY, false);
		read_edges(file, in_file, add_again, list);
		BufFileClose(file);
	}
	for (size_t i = 0; i < n; i++)
		dc_add_edge(list, edge[i].a, edge[i].b, edge[i].weight);
}

/* ---------- sorted on disk ---------- */

/* As bytes in the order in which edges are wanted. */
typedef struct SortKey
{
	uint32		weight;			/* the greater the smaller */
	uint32		fingerprint[4];	/* the smaller one, then the greater one, each in two parts */
	uint32		a;
	uint32		b;
} SortKey;

typedef struct SortedEdges
{
	DcEdgeSource source;
	const uint64 *fingerprint;
	Tuplesortstate *sort;
	DcEdge		last;
} SortedEdges;

/* Bits that ascend when the weight falls, and the way back. */
static uint32
falling_bits(float weight)
{
	uint32		bits;

	weight += 0.0f;				/* no negative zero */
	memcpy(&bits, &weight, sizeof(bits));
	return bits & 0x80000000 ? bits : ~bits & 0x7fffffff;
}

static float
weight_of_bits(uint32 bits)
{
	float		weight;

	bits = bits & 0x80000000 ? bits : ~bits & 0x7fffffff;
	memcpy(&weight, &bits, sizeof(weight));
	return weight;
}

static void
put_edge(void *state, const DcEdge *edge)
{
	SortedEdges *sorted = state;
	uint64		x = sorted->fingerprint[edge->a];
	uint64		y = sorted->fingerprint[edge->b];
	union
	{
		char		data[VARHDRSZ + sizeof(SortKey)];
		int32		aligned;
	}			value;
	SortKey		key = {
		.weight = pg_hton32(falling_bits(edge->weight)),
		.fingerprint = {
			pg_hton32((uint32) (Min(x, y) >> 32)), pg_hton32((uint32) Min(x, y)), pg_hton32((uint32) (Max(x, y) >> 32)), pg_hton32((uint32) Max(x, y)),
		},
		.a = pg_hton32(edge->a),
		.b = pg_hton32(edge->b),
	};

	SET_VARSIZE(value.data, sizeof(value.data));
	memcpy(VARDATA(value.data), &key, sizeof(key));
	tuplesort_putdatum(sorted->sort, PointerGetDatum(value.data), false);
}

static bool
next_sorted(DcEdgeSource *source, DcEdge *edge)
{
	SortedEdges *sorted = (SortedEdges *) source;
	Datum		value;
	bool		isnull;

	while (dc_tuplesort_getdatum(sorted->sort, &value, &isnull))
	{
		SortKey		key;

		memcpy(&key, VARDATA_ANY(DatumGetPointer(value)), sizeof(key));
		pfree(DatumGetPointer(value));
		*edge = (DcEdge) {.a = pg_ntoh32(key.a), .b = pg_ntoh32(key.b), .weight = weight_of_bits(pg_ntoh32(key.weight))};
		if (edge->a == sorted->last.a && edge->b == sorted->last.b)
			continue;
		sorted->last = *edge;
		return true;
	}
	tuplesort_end(sorted->sort);
	return false;
}

DcEdgeSource *
dc_sort_edge_list(DcEdgeList *list, const uint64 *fingerprint)
{
	SortedEdges *sorted;

	if (list->file == NULL)
		return dc_sort_edges(list->edge, list->n, fingerprint);
	sorted = palloc0(sizeof(SortedEdges));
	sorted->source.next = next_sorted;
	sorted->fingerprint = fingerprint;
	sorted->last = (DcEdge) {.a = -1};
	write_edges(list);
	pfree(list->edge);
	sorted->sort = tuplesort_begin_datum(BYTEAOID, lookup_type_cache(BYTEAOID, TYPECACHE_LT_OPR)->lt_opr, InvalidOid, false,
										 maintenance_work_mem, NULL, TUPLESORT_NONE);
	read_edges(list->file->file, list->file->n, put_edge, sorted);
	BufFileClose(list->file->file);
	tuplesort_performsort(sorted->sort);
	*list = (DcEdgeList) {0};
	return &sorted->source;
}
