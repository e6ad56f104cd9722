/*-------------------------------------------------------------------------
 *
 * cluster.c
 *	  Edges become clusters: union-find in falling weight, under constraints.
 *
 * What persons have confirmed is joined first; what they have rejected is never joined, through
 * chains either.  Two clusters of several members are joined by a strong edge only when their
 * members do not contradict each other on the whole: one coincidence is no bridge between
 * two persons.  And edges too weak alone join when the members of both clusters together
 * give the evidence that each pair lacks.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include <math.h>

#include "match/match.h"

/* Members of each side that are compared when two clusters meet. */
#define SAMPLE 6

typedef struct Forest
{
	DcPopulation *population;
	const DcModel *model;
	DcClusters *clusters;
	int		   *next;			/* next member of the cluster, -1 at the end */
	int		   *first;			/* of a root: its first member */
	int		   *last;			/* of a root: its last member */
	int		   *size;			/* of a root */
	const uint64 *fingerprint;	/* of each record: what it says, whatever its number */
	const bool *barred;
	const DcDecision *apart;	/* pairs set apart, each in both directions, by first record */
	int			napart;
} Forest;

int
dc_root(DcClusters *clusters, int i)
{
	int		   *parent = clusters->parent;

	while (parent[i] != i)
	{
		parent[i] = parent[parent[i]];
		i = parent[i];
	}
	return i;
}

/* The first members of a list, SAMPLE at most; rest: the one after them, or -1. */
static int
take_sample(const Forest *f, int first, int *sample, int *rest)
{
	int			n = 0;

	for (*rest = first; *rest >= 0 && n < SAMPLE; *rest = f->next[*rest])
		sample[n++] = *rest;
	return n;
}

/*
 * Joins the clusters of two roots; the smaller record is the root.  The members of each list that
 * say least by their fingerprint come first, whatever the order of joining, so that what is sampled
 * of a cluster depends on its members alone.
 */
static void
join(Forest *f, int x, int y, float weight)
{
	int			root = Min(x, y);
	int			other = Max(x, y);
	int			order[2 * SAMPLE];
	int			rest[2];
	int			tail[2] = {f->last[x], f->last[y]};
	int			n;
	int			last;

	n = take_sample(f, f->first[x], order, &rest[0]);
	n += take_sample(f, f->first[y], order + n, &rest[1]);
	for (int i = 1; i < n; i++)
	{
		int			member = order[i];
		int			j = i;

		for (; j > 0 && f->fingerprint[order[j - 1]] > f->fingerprint[member]; j--)
			order[j] = order[j - 1];
		order[j] = member;
	}
	for (int i = 1; i < n; i++)
		f->next[order[i - 1]] = order[i];
	last = order[n - 1];
	f->next[last] = -1;
	for (int i = 0; i < 2; i++)
		if (rest[i] >= 0)
		{
			f->next[last] = rest[i];
			last = tail[i];
		}
	f->first[root] = order[0];
	f->last[root] = last;
	f->clusters->parent[other] = root;
	f->clusters->link[other] = weight;
	f->size[root] += f->size[other];
}

/* The first pair set apart whose first record is r or later. */
static int
first_apart(const Forest *f, int r)
{
	int			low = 0;
	int			high = f->napart;

	while (low < high)
	{
		int			middle = low + (high - low) / 2;

		if (f->apart[middle].a < r)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Would joining these clusters bring together what a person set apart?  O(members of the smaller). */
static bool
set_apart(const Forest *f, int x, int y)
{
	if (f->napart == 0)
		return false;
	if (f->size[x] > f->size[y])
		return set_apart(f, y, x);
	for (int i = f->first[x]; i >= 0; i = f->next[i])
		for (int d = first_apart(f, i); d < f->napart && f->apart[d].a == i; d++)
			if (dc_root(f->clusters, f->apart[d].b) == y)
				return true;
	return false;
}

typedef struct Meeting
{
	double		mean;			/* weight of the pairs across */
	double		joint;			/* weight of the best pair and of what other pairs add to it */
	bool		guarded;		/* a guard held each pair */
	bool		apart;			/* some pair says that it is two */
	bool		namesakes;		/* some pair says that it is two of one name */
	bool		number;			/* some pair has a number in common that one person alone has */
} Meeting;

static double
unlimited(const DcScore *score)
{
	double		weight = score->prior;

	for (int s = 0; s < score->nsteps; s++)
		weight += score->steps[s].weight;
	return weight;
}

/* The weight of the best pair, with the best evidence of other pairs where this one had nothing to compare. */
static double
joint_weight(const DcScore *best_pair, const double *best)
{
	double		weight = unlimited(best_pair);
	bool		compared[GROUP_COUNT] = {false};

	for (int s = 0; s < best_pair->nsteps; s++)
		compared[dc_level_group(best_pair->steps[s].level)] = true;
	/* an organisation says where its people are */
	compared[GROUP_PLACE] |= compared[GROUP_ORGANISATION];
	compared[GROUP_ORGANISATION] |= compared[GROUP_PLACE];
	for (int g = 0; g < GROUP_COUNT; g++)
		if (!compared[g] && !isinf(best[g]))
			weight += best[g];
	return weight;
}

/* Compares members of two clusters, SAMPLE of each at most. */
static void
meet(const Forest *f, int x, int y, Meeting *meeting)
{
	const DcRecord *records = f->population->records;
	double		best[GROUP_COUNT];
	DcScore		best_pair = {.weight = -INFINITY};
	double		sum = 0;
	int			n = 0;

	for (int g = 0; g < GROUP_COUNT; g++)
		best[g] = -INFINITY;
	meeting->guarded = true;
	meeting->apart = meeting->namesakes = meeting->number = false;
	for (int i = f->first[x], ni = 0; i >= 0 && ni < SAMPLE; i = f->next[i], ni++)
		for (int j = f->first[y], nj = 0; j >= 0 && nj < SAMPLE; j = f->next[j], nj++)
		{
			DcScore		score;

			dc_score_pair(f->population, f->model, &records[i], &records[j], &score);
			sum += score.weight;
			meeting->guarded &= !isinf(score.limit);
			meeting->apart |= score.apart;
			meeting->namesakes |= score.namesakes;
			meeting->number |= score.number;
			n++;
			for (int s = 0; s < score.nsteps; s++)
			{
				DcGroup		group = dc_level_group(score.steps[s].level);

				best[group] = Max(best[group], score.steps[s].weight);
			}
			if (n == 1 || unlimited(&score) > unlimited(&best_pair))
				best_pair = score;
		}
	meeting->mean = sum / n;
	meeting->joint = joint_weight(&best_pair, best);
}

/* Members that contradict each other more than this, on average, are not one. */
#define BRIDGE_WEIGHT -12.0

/* Weak evidence that several members give together must exceed the merge weight by this. */
#define JOINT_MARGIN 2.0
#define JOINT_MEAN -4.0

static bool
may_join(const Forest *f, int x, int y, double weight, double merge_weight)
{
	Meeting		meeting;

	if (set_apart(f, x, y))
		return false;
	if (f->size[x] == 1 && f->size[y] == 1)
		return weight >= merge_weight;
	meet(f, x, y, &meeting);
	if (meeting.apart || (meeting.namesakes && !meeting.number))
		return false;
	if (weight >= merge_weight)
		return meeting.mean >= BRIDGE_WEIGHT;
	return !meeting.guarded && meeting.mean >= JOINT_MEAN && meeting.joint >= merge_weight + JOINT_MARGIN;
}

/* ---------- order ---------- */

typedef struct SortedEdge
{
	DcEdge	   *edge;
	const uint64 *fingerprint;
} SortedEdge;

static inline int
compare_edges(const uint64 *fingerprint, const DcEdge *x, const DcEdge *y)
{
	uint64		h[4];

	if (x->weight != y->weight)
		return x->weight > y->weight ? -1 : 1;
	h[0] = fingerprint[x->a];
	h[1] = fingerprint[x->b];
	h[2] = fingerprint[y->a];
	h[3] = fingerprint[y->b];
	if (Min(h[0], h[1]) != Min(h[2], h[3]))
		return Min(h[0], h[1]) < Min(h[2], h[3]) ? -1 : 1;
	if (Max(h[0], h[1]) != Max(h[2], h[3]))
		return Max(h[0], h[1]) < Max(h[2], h[3]) ? -1 : 1;
	if (x->a != y->a)
		return x->a < y->a ? -1 : 1;
	return x->b < y->b ? -1 : x->b > y->b;
}

#define ST_SORT sort_edges
#define ST_ELEMENT_TYPE DcEdge
#define ST_COMPARE(a, b, fingerprint) compare_edges(fingerprint, a, b)
#define ST_COMPARE_ARG_TYPE const uint64
#define ST_SCOPE static
#define ST_CHECK_FOR_INTERRUPTS
#define ST_DEFINE
#include "lib/sort_template.h"

typedef struct ArraySource
{
	DcEdgeSource source;
	const DcEdge *edge;
	size_t		n;
	size_t		next;
} ArraySource;

static bool
next_of_array(DcEdgeSource *source, DcEdge *edge)
{
	ArraySource *array = (ArraySource *) source;

	/* a pair that shares several large blocks may have come several times */
	while (array->next > 0 && array->next < array->n && array->edge[array->next].a == array->edge[array->next - 1].a &&
		   array->edge[array->next].b == array->edge[array->next - 1].b)
		array->next++;
	if (array->next == array->n)
		return false;
	*edge = array->edge[array->next++];
	return true;
}

DcEdgeSource *
dc_sort_edges(DcEdge *edges, size_t n, const uint64 *fingerprint)
{
	ArraySource *array = palloc0(sizeof(ArraySource));

	sort_edges(edges, n, fingerprint);
	array->source.next = next_of_array;
	array->edge = edges;
	array->n = n;
	return &array->source;
}

/* ---------- clusters ---------- */

static int
compare_apart(const void *a, const void *b)
{
	const DcDecision *x = a;
	const DcDecision *y = b;

	if (x->a != y->a)
		return x->a < y->a ? -1 : 1;
	return x->b < y->b ? -1 : x->b > y->b;
}

static void
start_forest(Forest *f, const DcDecision *decisions, int ndecisions)
{
	int			n = f->population->nrecords;
	DcDecision *apart = palloc(sizeof(DcDecision) * (2 * ndecisions + 1));

	f->clusters = palloc0(sizeof(DcClusters));
	f->clusters->parent = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(int) * (n + 1));
	f->clusters->link = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(float) * (n + 1));
	f->next = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(int) * (n + 1));
	f->first = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(int) * (n + 1));
	f->last = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(int) * (n + 1));
	f->size = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(int) * (n + 1));
	for (int i = 0; i < n; i++)
	{
		f->clusters->parent[i] = f->first[i] = f->last[i] = i;
		f->clusters->link[i] = 0;
		f->next[i] = -1;
		f->size[i] = 1;
	}
	for (int d = 0; d < ndecisions; d++)
		if (!decisions[d].match)
		{
			apart[f->napart++] = decisions[d];
			apart[f->napart].a = decisions[d].b;
			apart[f->napart++].b = decisions[d].a;
		}
	qsort(apart, f->napart, sizeof(DcDecision), compare_apart);
	f->apart = apart;
}

/* Joins what persons confirmed, or records that stay together. */
static void
join_decided(Forest *f, const DcDecision *decisions, int ndecisions, bool stays)
{
	for (int d = 0; d < ndecisions; d++)
	{
		int			x = dc_root(f->clusters, decisions[d].a);
		int			y = dc_root(f->clusters, decisions[d].b);

		if (decisions[d].match && decisions[d].stays == stays && x != y && !(stays && set_apart(f, x, y)))
			join(f, x, y, INFINITY);
	}
}

static void
leave(DcClusters *clusters, size_t *capacity, const DcEdge *edge)
{
	if (clusters->nleft == *capacity)
	{
		*capacity = Max(1024, *capacity * 2);
		clusters->left = clusters->left == NULL ? palloc(sizeof(DcEdge) * *capacity) : repalloc_huge(clusters->left, sizeof(DcEdge) * *capacity);
	}
	clusters->left[clusters->nleft++] = *edge;
}

/*
 * Clusters of the edges, in falling weight.  fingerprint: of each record, as dc_fingerprints() has them.  barred: records that
 * are never joined automatically, or NULL.  Linear in the edges, and SAMPLE squared comparisons an edge.
 */
DcClusters *
dc_cluster(DcPopulation *population, const DcModel *model, DcEdgeSource *edges, const uint64 *fingerprint,
		   const DcDecision *decisions, int ndecisions, const bool *barred, double merge_weight)
{
	Forest		f = {.population = population, .model = model, .fingerprint = fingerprint, .barred = barred};
	size_t		capacity = 0;
	DcEdge		edge;

	start_forest(&f, decisions, ndecisions);
	join_decided(&f, decisions, ndecisions, false);
	join_decided(&f, decisions, ndecisions, true);
	while (edges->next(edges, &edge))
	{
		int			x = dc_root(f.clusters, edge.a);
		int			y = dc_root(f.clusters, edge.b);
		bool		is_barred = barred != NULL && (barred[edge.a] || barred[edge.b]);

		CHECK_FOR_INTERRUPTS();
		f.clusters->matched += !is_barred && edge.weight >= merge_weight;
		if (x == y)
			continue;
		if (!is_barred && may_join(&f, x, y, edge.weight, merge_weight))
			join(&f, x, y, edge.weight);
		else
			leave(f.clusters, &capacity, &edge);
	}
	pfree(f.next);
	pfree(f.first);
	pfree(f.last);
	pfree(f.size);
	return f.clusters;
}
