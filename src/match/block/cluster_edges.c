/*-------------------------------------------------------------------------
 *
 * cluster_edges.c
 *	  cluster_edges(): the aggregate that turns edges into clusters.
 *
 * It joins by the code of dedupe().  Each contact that an edge names is kept once, packed, for clusters of
 * several members are compared with each other before they are joined.  Edges of different connected
 * components do not bear on each other: all of them may be given at once, or those of each component apart.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "base/version.h"
#include "match/block/packed.h"
#include "match/table/ids.h"

typedef struct Contact
{
	int64		contact_id;
	bytea	   *packed;
	int			record;			/* its place in the order of ids */
	char		status;
} Contact;

#define SH_PREFIX contacts
#define SH_ELEMENT_TYPE Contact
#define SH_KEY_TYPE int64
#define SH_KEY contact_id
#define SH_HASH_KEY(tb, key) dc_hash_id(key)
#define SH_EQUAL(tb, a, b) ((a) == (b))
#define SH_SCOPE static inline
#define SH_DEFINE
#define SH_DECLARE
#include "lib/simplehash.h"

typedef struct IdEdge
{
	int64		a;
	int64		b;
	float		weight;			/* infinite for what a person decided */
} IdEdge;

typedef struct Edges
{
	DcParameters parameters;
	contacts_hash *contacts;
	size_t		n;
	size_t		capacity;
	IdEdge	   *edge;
} Edges;

static int64
add_contact(Edges *edges, const bytea *packed)
{
	int64		contact_id = dc_packed_contact_id(packed);
	bool		found;
	Contact    *contact = contacts_insert(edges->contacts, contact_id, &found);

	if (!found)
	{
		contact->packed = palloc(VARSIZE(packed));
		memcpy(contact->packed, packed, VARSIZE(packed));
	}
	return contact_id;
}

PG_FUNCTION_INFO_V1(cluster_edges_add);
Datum
cluster_edges_add(PG_FUNCTION_ARGS)
{
	Edges	   *edges = PG_ARGISNULL(0) ? NULL : (Edges *) PG_GETARG_POINTER(0);
	MemoryContext context;
	MemoryContext old;
	IdEdge	   *edge;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "cluster_edges_add is called by the aggregate cluster_edges only");
	for (int i = 1; i <= 4; i++)
		if (PG_ARGISNULL(i))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("packed contacts, weight and parameters must not be NULL")));
	if (isnan(PG_GETARG_FLOAT4(3)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the weight of an edge must be a number, Infinity for a confirmed pair or -Infinity for a rejected one")));
	old = MemoryContextSwitchTo(context);
	if (edges == NULL)
	{
		edges = palloc0(sizeof(Edges));
		dc_unpack_parameters(PG_GETARG_BYTEA_PP(4), &edges->parameters);
		edges->contacts = contacts_create(context, 64, NULL);
		edges->capacity = 64;
		edges->edge = palloc(sizeof(IdEdge) * edges->capacity);
	}
	if (edges->n == edges->capacity)
		edges->edge = repalloc_huge(edges->edge, sizeof(IdEdge) * (edges->capacity *= 2));
	edge = &edges->edge[edges->n];
	edge->a = add_contact(edges, PG_GETARG_BYTEA_P(1));
	edge->b = add_contact(edges, PG_GETARG_BYTEA_P(2));
	edge->weight = PG_GETARG_FLOAT4(3);
	if (edge->a == edge->b)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("an edge needs two different contacts")));
	edges->n++;
	MemoryContextSwitchTo(old);
	PG_RETURN_POINTER(edges);
}

static int
compare_contacts(const void *a, const void *b)
{
	int64		x = (*(Contact *const *) a)->contact_id;
	int64		y = (*(Contact *const *) b)->contact_id;

	return x < y ? -1 : x > y;
}

/* The contacts as a population in the order of their ids. */
static DcPopulation *
make_population(Edges *edges)
{
	DcPopulation *p = dc_population_under(&edges->parameters);
	Contact   **sorted = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Contact *) * edges->contacts->members);
	contacts_iterator iterator;
	int			n = 0;

	contacts_start_iterate(edges->contacts, &iterator);
	for (Contact *contact; (contact = contacts_iterate(edges->contacts, &iterator)) != NULL;)
		sorted[n++] = contact;
	qsort(sorted, n, sizeof(Contact *), compare_contacts);
	for (int i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		sorted[i]->record = i;
		dc_unpack_record(p, &edges->parameters, sorted[i]->packed, NULL);
	}
	dc_make_tokens(p);
	pfree(sorted);
	return p;
}

static int
compare_decisions(const void *a, const void *b)
{
	const DcDecision *x = a;
	const DcDecision *y = b;

	if (x->a != y->a)
		return x->a < y->a ? -1 : 1;
	return x->b < y->b ? -1 : x->b > y->b;
}

/* Clusters of the population; edges of infinite weight are decisions. */
static DcClusters *
make_clusters(Edges *edges, DcPopulation *p)
{
	DcEdge	   *scored = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(DcEdge) * edges->n);
	DcDecision *decisions = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(DcDecision) * edges->n);
	uint64	   *fingerprint;
	size_t		nscored = 0;
	int			ndecisions = 0;

	for (size_t i = 0; i < edges->n; i++)
	{
		const IdEdge *edge = &edges->edge[i];
		int			a = contacts_lookup(edges->contacts, Min(edge->a, edge->b))->record;
		int			b = contacts_lookup(edges->contacts, Max(edge->a, edge->b))->record;

		if (isinf(edge->weight))
			decisions[ndecisions++] = (DcDecision) {.a = a, .b = b, .match = edge->weight > 0};
		else
			scored[nscored++] = (DcEdge) {.a = a, .b = b, .weight = edge->weight};
	}
	qsort(decisions, ndecisions, sizeof(DcDecision), compare_decisions);
	fingerprint = dc_fingerprints(p);
	return dc_cluster(p, &edges->parameters.model, dc_sort_edges(scored, nscored, fingerprint), fingerprint, decisions, ndecisions, NULL, edges->parameters.merge_weight);
}

/* The members of clusters of several: contact, cluster, and by how probable a pair it joined. */
static bytea *
pack_clusters(const DcPopulation *p, DcClusters *clusters)
{
	bool	   *joined = MemoryContextAllocExtended(CurrentMemoryContext, (Size) p->nrecords + 1, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	StringInfoData out;

	for (int i = 0; i < p->nrecords; i++)
		if (dc_root(clusters, i) != i)
			joined[i] = joined[dc_root(clusters, i)] = true;
	pq_begintypsend(&out);
	for (int i = 0; i < p->nrecords; i++)
		if (joined[i])
		{
			int			root = dc_root(clusters, i);

			pq_sendint64(&out, p->records[i].contact_id);
			pq_sendint64(&out, p->records[root].contact_id);
			pq_sendfloat8(&out, root == i ? 1.0 : dc_probability(clusters->link[i]));
		}
	return pq_endtypsend(&out);
}

PG_FUNCTION_INFO_V1(cluster_edges_end);
Datum
cluster_edges_end(PG_FUNCTION_ARGS)
{
	Edges	   *edges = PG_ARGISNULL(0) ? NULL : (Edges *) PG_GETARG_POINTER(0);
	MemoryContext context;
	MemoryContext old;
	DcPopulation *p;
	DcClusters *clusters;
	bytea	   *result;

	if (edges == NULL)
		PG_RETURN_NULL();
	context = AllocSetContextCreate(CurrentMemoryContext, "dropcontact clusters", ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(context);
	p = make_population(edges);
	clusters = make_clusters(edges, p);
	MemoryContextSwitchTo(old);
	result = pack_clusters(p, clusters);
	MemoryContextDelete(context);
	PG_RETURN_BYTEA_P(result);
}

/* ---------- clusters as rows ---------- */

PG_FUNCTION_INFO_V1(cluster_members);
Datum
cluster_members(PG_FUNCTION_ARGS)
{
	return dc_unpack_pairs(fcinfo, FLOAT8OID, "these are no clusters", "They are made by the aggregate dropcontact.cluster_edges().");
}
