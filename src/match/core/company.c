/*-------------------------------------------------------------------------
 *
 * company.c
 *	  Which organisation a person works for.
 *
 * Organisations are the records without a person.  Each is known by what it carries: registration number,
 * domain, name at a postcode or in a town, name.  A person's organisation is the one cluster that the
 * strongest of these leads to; what leads to several, as the name of a chain does, leads to none.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include "match/match.h"

/* From the strongest on */
typedef enum NodeKind
{
	NODE_NUMBER, NODE_DOMAIN, NODE_NAME_POSTCODE, NODE_NAME_CITY, NODE_NAME,
	NODE_KINDS
} NodeKind;

typedef struct Node
{
	uint64		hash;
	int			root;			/* of the cluster of an organisation; -1 for several */
	int			record;			/* the first organisation that carries it */
} Node;

static uint64
node_hash(NodeKind kind, uint64 a, uint64 b)
{
	uint64		h = (a ^ (b >> 31) ^ (b << 33)) + (uint64) (kind + 1) * UINT64CONST(0x9e3779b97f4a7c15);

	return (h ^ (h >> 29)) * UINT64CONST(0xbf58476d1ce4e5b9);
}

/* What the record's organisation is known by; 0 for what is missing. */
static void
make_nodes(const DcPopulation *p, const DcRecord *r, uint64 hash[NODE_KINDS])
{
	uint64		name = r->company == 0 ? 0 : p->hash[r->company];

	hash[NODE_NUMBER] = r->registration == 0 ? 0 : node_hash(NODE_NUMBER, p->hash[r->registration], 0);
	hash[NODE_DOMAIN] = r->domain == 0 ? 0 : node_hash(NODE_DOMAIN, p->hash[r->domain], 0);
	hash[NODE_NAME_POSTCODE] = name == 0 || r->postcode == 0 ? 0 : node_hash(NODE_NAME_POSTCODE, name, p->hash[r->postcode]);
	hash[NODE_NAME_CITY] = name == 0 || r->city == 0 ? 0 : node_hash(NODE_NAME_CITY, name, p->hash[r->city]);
	hash[NODE_NAME] = name == 0 ? 0 : node_hash(NODE_NAME, name, 0);
}

static int
compare_nodes(const void *a, const void *b)
{
	uint64		x = ((const Node *) a)->hash;
	uint64		y = ((const Node *) b)->hash;

	return x < y ? -1 : x > y;
}

/* Of one hash by record. */
static int
compare_carriers(const void *a, const void *b)
{
	int			order = compare_nodes(a, b);

	return order != 0 ? order : ((const Node *) a)->record - ((const Node *) b)->record;
}

/* The nodes of all organisations, each once, in order of hash. */
static Node *
organisation_nodes(const DcPopulation *p, DcClusters *clusters, size_t *n)
{
	size_t		capacity = 1024;
	Node	   *nodes = palloc(sizeof(Node) * capacity);
	size_t		kept = 0;

	*n = 0;
	for (int i = 0; i < p->nrecords; i++)
	{
		uint64		hash[NODE_KINDS];

		if (dc_is_person(&p->records[i]))
			continue;
		make_nodes(p, &p->records[i], hash);
		for (int k = 0; k < NODE_KINDS; k++)
		{
			if (hash[k] == 0)
				continue;
			if (*n == capacity)
				nodes = repalloc_huge(nodes, sizeof(Node) * (capacity *= 2));
			nodes[(*n)++] = (Node) {hash[k], dc_root(clusters, i), i};
		}
	}
	qsort(nodes, *n, sizeof(Node), compare_carriers);
	for (size_t i = 0; i < *n; i++)
		if (kept == 0 || nodes[kept - 1].hash != nodes[i].hash)
			nodes[kept++] = nodes[i];
		else if (nodes[kept - 1].root != nodes[i].root)
			nodes[kept - 1].root = -1;
	*n = kept;
	return nodes;
}

/* Numbers or domains that both have and that differ: not that organisation, whatever its name. */
static bool
contradicts(const DcRecord *person, const DcRecord *organisation, NodeKind by)
{
	if (by > NODE_NUMBER && person->registration != 0 && organisation->registration != 0 && person->registration != organisation->registration)
		return true;
	return by > NODE_DOMAIN && person->domain != 0 && organisation->domain != 0 && person->domain != organisation->domain;
}

/*
 * For each record the root of its organisation's cluster, or -1: for organisations, and where none or
 * several fit.  O(n log n).
 */
int *
dc_resolve_companies(const DcPopulation *p, DcClusters *clusters)
{
	int		   *result = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(int) * ((size_t) p->nrecords + 1));
	size_t		n;
	Node	   *nodes = organisation_nodes(p, clusters, &n);

	for (int i = 0; i < p->nrecords; i++)
	{
		uint64		hash[NODE_KINDS];

		result[i] = -1;
		if (n == 0 || !dc_is_person(&p->records[i]))
			continue;
		make_nodes(p, &p->records[i], hash);
		for (int k = 0; k < NODE_KINDS && result[i] < 0; k++)
		{
			Node		wanted = {.hash = hash[k]};
			const Node *found = hash[k] == 0 ? NULL : bsearch(&wanted, nodes, n, sizeof(Node), compare_nodes);

			if (found != NULL && found->root >= 0 && !contradicts(&p->records[i], &p->records[found->record], k))
				result[i] = found->root;
		}
	}
	pfree(nodes);
	return result;
}
