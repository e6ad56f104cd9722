/*-------------------------------------------------------------------------
 *
 * store.c
 *	  Clusters, organisations of persons and pairs to be reviewed handed to SQL, which writes what differs.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/array.h"
#include "utils/memutils.h"

#include "match/explain.h"
#include "match/store.h"

/* ---------- decisions ---------- */

static bool
is_rejected(const DcDecision *decisions, int n, int a, int b)
{
	for (int low = 0, high = n - 1; low <= high;)
	{
		int			middle = low + (high - low) / 2;
		const DcDecision *d = &decisions[middle];

		if (d->a == a && d->b == b)
			return !d->match;
		if (d->a < a || (d->a == a && d->b < b))
			low = middle + 1;
		else
			high = middle - 1;
	}
	return false;
}

/* ---------- writing ---------- */

static Datum
array_of(Datum *datums, int n, Oid type)
{
	bool		by_value = type != TEXTOID && type != JSONBOID;

	return PointerGetDatum(construct_array(datums, n, type, by_value ? sizeof(int64) : -1, by_value ? FLOAT8PASSBYVAL : false,
										   by_value ? TYPALIGN_DOUBLE : TYPALIGN_INT));
}

static Datum *
new_datums(size_t n)
{
	return MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Datum) * (n + 1));
}

static void
run(const char *query, int nargs, Oid *types, Datum *args, const char *nulls)
{
	int			result = SPI_execute_with_args(query, nargs, types, args, nulls, false, 0);

	if (result < 0)
		elog(ERROR, "could not write entities: %s", SPI_result_code_string(result));
}

/* The contacts that a store is about, for its last argument: those of the population, or NULL for all of the controller. */
static Datum
scope_of(const DcPopulation *p, bool partial, const char **nulls, const char *without)
{
	Datum	   *contact;

	*nulls = partial ? NULL : without;
	if (!partial)
		return (Datum) 0;
	contact = new_datums(p->nrecords);
	for (int i = 0; i < p->nrecords; i++)
		contact[i] = Int64GetDatum(p->records[i].contact_id);
	return array_of(contact, p->nrecords, INT8OID);
}

int64
dc_store_entities(const DcPopulation *p, int controller_id, DcClusters *clusters, bool partial)
{
	Oid			types[] = {INT4OID, INT8ARRAYOID, INT8ARRAYOID, FLOAT8ARRAYOID, INT8ARRAYOID};
	Datum		args[5] = {Int32GetDatum(controller_id)};
	Datum	   *contact = new_datums(p->nrecords);
	Datum	   *cluster = new_datums(p->nrecords);
	Datum	   *link = new_datums(p->nrecords);
	bool	   *joined = MemoryContextAllocExtended(CurrentMemoryContext, (Size) p->nrecords + 1, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	int64		entities = 0;
	const char *nulls;
	int			n = 0;

	for (int i = 0; i < p->nrecords; i++)
	{
		int			root = dc_root(clusters, i);

		entities += root == i;
		if (root != i)
			joined[i] = joined[root] = true;
	}
	for (int i = 0; i < p->nrecords; i++)
		if (joined[i])
		{
			int			root = dc_root(clusters, i);

			contact[n] = Int64GetDatum(p->records[i].contact_id);
			cluster[n] = Int64GetDatum(p->records[root].contact_id);
			link[n++] = Float8GetDatum(root == i ? 1.0 : dc_probability(clusters->link[i]));
		}
	args[1] = array_of(contact, n, INT8OID);
	args[2] = array_of(cluster, n, INT8OID);
	args[3] = array_of(link, n, FLOAT8OID);
	args[4] = scope_of(p, partial, &nulls, "    n");
	run("SELECT dropcontact.store_entities($1, $2, $3, $4, $5)", 5, types, args, nulls);
	return entities;
}

void
dc_store_companies(const DcPopulation *p, int controller_id, const int *company, bool partial)
{
	Oid			types[] = {INT4OID, INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID};
	Datum		args[4] = {Int32GetDatum(controller_id)};
	const char *nulls;
	Datum	   *contact;
	Datum	   *organisation;
	int			n = 0;

	for (int i = 0; i < p->nrecords; i++)
		n += company[i] >= 0;
	contact = new_datums(n);
	organisation = new_datums(n);
	n = 0;
	for (int i = 0; i < p->nrecords; i++)
		if (company[i] >= 0)
		{
			contact[n] = Int64GetDatum(p->records[i].contact_id);
			organisation[n++] = Int64GetDatum(p->records[company[i]].contact_id);
		}
	args[1] = array_of(contact, n, INT8OID);
	args[2] = array_of(organisation, n, INT8OID);
	args[3] = scope_of(p, partial, &nulls, "   n");
	run("SELECT dropcontact.store_companies($1, $2, $3, $4)", 4, types, args, nulls);
}

/* A pair is an edge once or, after others, again. */
int64
dc_store_reviews(const DcEdges *edges, const DcDecision *decisions, int ndecisions, int controller_id, DcClusters *clusters, bool partial)
{
	Oid			types[] = {INT4OID, INT8ARRAYOID, INT8ARRAYOID, FLOAT8ARRAYOID, JSONBARRAYOID, INT8ARRAYOID};
	Datum		args[6] = {Int32GetDatum(controller_id)};
	const char *nulls;
	DcPopulation *p = edges->population;
	Datum	   *a = new_datums(edges->n);
	Datum	   *b = new_datums(edges->n);
	Datum	   *probability = new_datums(edges->n);
	Datum	   *evidence = new_datums(edges->n);
	int			n = 0;

	for (size_t i = 0; i < edges->n; i++)
	{
		const DcEdge *edge = &edges->edge[i];
		DcScore		score;

		CHECK_FOR_INTERRUPTS();
		if (i > 0 && edge[-1].a == edge->a && edge[-1].b == edge->b)
			continue;
		if (dc_root(clusters, edge->a) == dc_root(clusters, edge->b) || is_rejected(decisions, ndecisions, edge->a, edge->b))
			continue;
		dc_score_pair(p, edges->model, &p->records[edge->a], &p->records[edge->b], &score);
		a[n] = Int64GetDatum(p->records[edge->a].contact_id);
		b[n] = Int64GetDatum(p->records[edge->b].contact_id);
		probability[n] = Float8GetDatum(dc_probability(score.weight));
		evidence[n++] = dc_evidence(p, edges->model, &score);
	}
	args[1] = array_of(a, n, INT8OID);
	args[2] = array_of(b, n, INT8OID);
	args[3] = array_of(probability, n, FLOAT8OID);
	args[4] = array_of(evidence, n, JSONBOID);
	args[5] = scope_of(p, partial, &nulls, "     n");
	run("SELECT dropcontact.store_reviews($1, $2, $3, $4, $5, $6)", 6, types, args, nulls);
	return n;
}
