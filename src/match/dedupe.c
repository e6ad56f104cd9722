/*-------------------------------------------------------------------------
 *
 * dedupe.c
 *	  dedupe(), match_probability(), explain_match(): the engine on the contacts of a controller.
 *
 * The contacts are read once, in the order of their ids, and packed; pairs of the engine above the
 * thresholds are edges; union-find joins them in falling weight, refusing what a person has
 * rejected.  Only memberships that change are written, so a second run changes nothing.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "base/text.h"
#include "base/version.h"
#include "duty/duty.h"
#include "lexicon.h"
#include "match/match.h"
#include "normalize/normalize.h"

typedef struct Edge
{
	int			a;
	int			b;
	double		weight;
	double		probability;
} Edge;

typedef struct Edges
{
	const DcPopulation *population;
	double		review;
	int64		candidates;
	size_t		n;
	size_t		capacity;
	Edge	   *edge;
} Edges;

/* ---------- reading ---------- */

#define CONTACT_QUERY \
	"SELECT c.contact_id, c.first_name, c.last_name, c.suffix, c.email, c.phone, c.mobile_phone, c.linkedin, " \
	"c.siren, c.website, c.company, c.postcode, c.city, c.address, c.job_title, c.email_qualification, " \
	"(SELECT pg_catalog.array_agg(c.attributes ->> f.key ORDER BY f.key) FROM dropcontact.match_field f WHERE f.controller_id = $1) " \
	"FROM dropcontact.contact c WHERE c.controller_id = $1 ORDER BY c.contact_id"

static void
read_fields(DcPopulation *p, MemoryContext context)
{
	static const char *const kinds[] = {"exact", "text", "name", "number", "date"};
	MemoryContext old;

	old = MemoryContextSwitchTo(context);
	p->nfields = Min(SPI_processed, DC_MAX_FIELDS);
	for (int i = 0; i < p->nfields; i++)
	{
		const char *kind = SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 2);

		p->field_name[i] = pstrdup(SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1));
		for (int k = 0; k < lengthof(kinds); k++)
			if (strcmp(kind, kinds[k]) == 0)
				p->field_kind[i] = (DcFieldKind) k;
	}
	MemoryContextSwitchTo(old);
}

static DcValue
intern_in(DcPopulation *p, MemoryContext context, const char *text)
{
	MemoryContext old = MemoryContextSwitchTo(context);
	DcValue		value = dc_intern(p, text);

	MemoryContextSwitchTo(old);
	return value;
}

static char *
fold_column(HeapTuple tuple, TupleDesc desc, int column)
{
	char	   *value = SPI_getvalue(tuple, desc, column);

	return value == NULL ? NULL : dc_fold(value);
}

/* A domain that tells the organisation: of the web site, else of a professional address. */
static char *
organisation_domain(HeapTuple tuple, TupleDesc desc)
{
	char	   *website = SPI_getvalue(tuple, desc, 10);
	char	   *email = SPI_getvalue(tuple, desc, 5);
	char	   *qualification = SPI_getvalue(tuple, desc, 16);

	if (website != NULL)
		return dc_registrable_domain(website);
	if (email != NULL && qualification != NULL && strstr(qualification, "@pro") != NULL)
		return dc_registrable_domain(email);
	return NULL;
}

/* A number that could not be normalised compares by its digits, when there are enough of them. */
static char *
phone_value(char *phone)
{
	char	   *o = phone;

	if (phone == NULL || *phone == '+')
		return phone;
	for (const char *p = phone; *p; p++)
		if (*p >= '0' && *p <= '9')
			*o++ = *p;
	*o = '\0';
	return o - phone >= 7 ? phone : NULL;
}

static void
pack_record(DcPopulation *p, MemoryContext context, DcRecord *r, HeapTuple tuple, TupleDesc desc)
{
	char	   *first = fold_column(tuple, desc, 2);
	char	   *email = SPI_getvalue(tuple, desc, 5);
	char	   *company = SPI_getvalue(tuple, desc, 11);
	bool		isnull;
	Datum		fields;

#define INTERN(text) intern_in(p, context, text)
	r->contact_id = DatumGetInt64(SPI_getbinval(tuple, desc, 1, &isnull));
	r->first = INTERN(first);
	if (first != NULL)
	{
		char	   *given = pnstrdup(first, strcspn(first, " "));
		const char *full = dc_lexicon_find(&dc_lexicon_nicknames, given);

		r->given = INTERN(full != NULL ? full : given);
	}
	r->last = INTERN(fold_column(tuple, desc, 3));
	r->suffix = INTERN(fold_column(tuple, desc, 4));
	r->email = INTERN(email == NULL ? NULL : dc_email_key(email));
	r->phone = INTERN(phone_value(SPI_getvalue(tuple, desc, 6)));
	r->mobile = INTERN(phone_value(SPI_getvalue(tuple, desc, 7)));
	r->linkedin = INTERN(SPI_getvalue(tuple, desc, 8));
	r->siren = INTERN(SPI_getvalue(tuple, desc, 9));
	r->domain = INTERN(organisation_domain(tuple, desc));
	if (company != NULL)
	{
		DcCompany	parsed = {0};

		dc_parse_company(company, &parsed);
		r->company = INTERN(parsed.key);
	}
	r->postcode = INTERN(fold_column(tuple, desc, 12));
	r->city = INTERN(fold_column(tuple, desc, 13));
	r->address = INTERN(fold_column(tuple, desc, 14));
	r->job = INTERN(fold_column(tuple, desc, 15));
	fields = SPI_getbinval(tuple, desc, 17, &isnull);
	if (!isnull)
	{
		Datum	   *values;
		bool	   *nulls;
		int			n;

		deconstruct_array(DatumGetArrayTypeP(fields), TEXTOID, -1, false, TYPALIGN_INT, &values, &nulls, &n);
		for (int i = 0; i < Min(n, DC_MAX_FIELDS); i++)
			if (!nulls[i])
				r->field[i] = INTERN(dc_fold(TextDatumGetCString(values[i])));
	}
}

/* All contacts of a controller, packed; lives in the current memory context.  SPI must be connected. */
static DcPopulation *
read_population(int controller_id)
{
	MemoryContext context = CurrentMemoryContext;
	MemoryContext scratch = AllocSetContextCreate(context, "dropcontact packing", ALLOCSET_DEFAULT_SIZES);
	Oid			types[] = {INT4OID};
	Datum		args[] = {Int32GetDatum(controller_id)};
	DcPopulation *p = dc_population_create();
	int			capacity = 1024;
	Portal		portal;
	SPIPlanPtr	plan;

	SPI_execute_with_args("SELECT key, kind FROM dropcontact.match_field WHERE controller_id = $1 ORDER BY key",
						  1, types, args, NULL, true, 0);
	read_fields(p, context);
	p->records = MemoryContextAlloc(context, sizeof(DcRecord) * capacity);
	plan = SPI_prepare(CONTACT_QUERY, 1, types);
	portal = SPI_cursor_open(NULL, plan, args, NULL, true);
	for (;;)
	{
		SPI_cursor_fetch(portal, true, 1000);
		if (SPI_processed == 0)
			break;
		for (uint64 i = 0; i < SPI_processed; i++)
		{
			MemoryContext old;

			CHECK_FOR_INTERRUPTS();
			if (p->nrecords == capacity)
			{
				capacity *= 2;
				p->records = repalloc_huge(p->records, sizeof(DcRecord) * (Size) capacity);
			}
			memset(&p->records[p->nrecords], 0, sizeof(DcRecord));
			old = MemoryContextSwitchTo(scratch);
			pack_record(p, context, &p->records[p->nrecords++], SPI_tuptable->vals[i], SPI_tuptable->tupdesc);
			MemoryContextSwitchTo(old);
			MemoryContextReset(scratch);
		}
		SPI_freetuptable(SPI_tuptable);
	}
	SPI_cursor_close(portal);
	MemoryContextSwitchTo(context);
	MemoryContextDelete(scratch);
	dc_population_finish(p);
	return p;
}

static int
find_record(const DcPopulation *p, int64 contact_id)
{
	int			low = 0;
	int			high = p->nrecords - 1;

	while (low <= high)
	{
		int			middle = low + (high - low) / 2;

		if (p->records[middle].contact_id == contact_id)
			return middle;
		if (p->records[middle].contact_id < contact_id)
			low = middle + 1;
		else
			high = middle - 1;
	}
	return -1;
}

/* ---------- clusters ---------- */

static void
keep_edge(void *state, int a, int b)
{
	Edges	   *edges = state;
	DcScore		score;
	Edge	   *edge;

	edges->candidates++;
	dc_score_pair(edges->population, &edges->population->records[a], &edges->population->records[b], &score);
	if (score.probability < edges->review)
		return;
	if (edges->n == edges->capacity)
	{
		edges->capacity *= 2;
		edges->edge = repalloc_huge(edges->edge, sizeof(Edge) * edges->capacity);
	}
	edge = &edges->edge[edges->n++];
	edge->a = Min(a, b);
	edge->b = Max(a, b);
	edge->weight = score.weight;
	edge->probability = score.probability;
}

static int
compare_edges(const void *a, const void *b)
{
	const Edge *x = a;
	const Edge *y = b;

	if (x->weight != y->weight)
		return x->weight > y->weight ? -1 : 1;
	if (x->a != y->a)
		return x->a < y->a ? -1 : 1;
	return x->b < y->b ? -1 : x->b > y->b;
}

/* A pair that two large blocks brought is kept once; its copies are neighbours after sorting. */
static void
drop_repeated(Edges *edges)
{
	size_t		kept = 0;

	for (size_t i = 0; i < edges->n; i++)
		if (kept == 0 || edges->edge[i].a != edges->edge[kept - 1].a || edges->edge[i].b != edges->edge[kept - 1].b)
			edges->edge[kept++] = edges->edge[i];
	edges->n = kept;
}

static int
root_of(int *parent, int i)
{
	while (parent[i] != i)
	{
		parent[i] = parent[parent[i]];
		i = parent[i];
	}
	return i;
}

typedef struct Decisions
{
	int			nmatch;
	int			nreject;
	int			(*match)[2];
	int			(*reject)[2];
} Decisions;

static void
read_decisions(const DcPopulation *p, int controller_id, Decisions *d, MemoryContext context)
{
	Oid			types[] = {INT4OID};
	Datum		args[] = {Int32GetDatum(controller_id)};

	SPI_execute_with_args("SELECT a_contact_id, b_contact_id, verdict = 'match' FROM dropcontact.match_decision WHERE controller_id = $1 ORDER BY 1, 2",
						  1, types, args, NULL, true, 0);
	d->match = MemoryContextAlloc(context, sizeof(int[2]) * (SPI_processed + 1));
	d->reject = MemoryContextAlloc(context, sizeof(int[2]) * (SPI_processed + 1));
	d->nmatch = d->nreject = 0;
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		bool		isnull;
		int			a = find_record(p, DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &isnull)));
		int			b = find_record(p, DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 2, &isnull)));
		bool		is_match = DatumGetBool(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 3, &isnull));

		if (a < 0 || b < 0)
			continue;
		if (is_match)
		{
			d->match[d->nmatch][0] = a;
			d->match[d->nmatch++][1] = b;
		}
		else
		{
			d->reject[d->nreject][0] = a;
			d->reject[d->nreject++][1] = b;
		}
	}
}

/* Would joining these two clusters bring together what a person set apart? Linear in the rejections. */
static bool
is_rejected(const Decisions *d, int *parent, int x, int y)
{
	for (int i = 0; i < d->nreject; i++)
	{
		int			a = root_of(parent, d->reject[i][0]);
		int			b = root_of(parent, d->reject[i][1]);

		if ((a == x && b == y) || (a == y && b == x))
			return true;
	}
	return false;
}

/* Joins edges in falling weight; the root of a cluster is its smallest record. */
static int64
join_edges(Edges *edges, const Decisions *d, int *parent, double merge)
{
	int64		matched = 0;

	for (int i = 0; i < d->nmatch; i++)
	{
		int			x = root_of(parent, d->match[i][0]);
		int			y = root_of(parent, d->match[i][1]);

		parent[Max(x, y)] = Min(x, y);
	}
	for (size_t i = 0; i < edges->n; i++)
	{
		Edge	   *edge = &edges->edge[i];
		int			x = root_of(parent, edge->a);
		int			y = root_of(parent, edge->b);

		CHECK_FOR_INTERRUPTS();
		if (edge->probability < merge)
			continue;
		if (x != y && is_rejected(d, parent, x, y))
			continue;
		matched++;
		parent[Max(x, y)] = Min(x, y);
	}
	return matched;
}

/* ---------- writing ---------- */

static Datum
int8_array(int64 *values, int n)
{
	Datum	   *datums = palloc(sizeof(Datum) * Max(n, 1));

	for (int i = 0; i < n; i++)
		datums[i] = Int64GetDatum(values[i]);
	return PointerGetDatum(construct_array(datums, n, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

static void
run(const char *query, int nargs, Oid *types, Datum *args)
{
	int			result = SPI_execute_with_args(query, nargs, types, args, NULL, false, 0);

	if (result < 0)
		elog(ERROR, "could not write entities: %s", SPI_result_code_string(result));
}

/* Hands the clusters to SQL, which keeps the ids and writes the difference. */
static void
write_entities(const DcPopulation *p, int controller_id, int *parent)
{
	Oid			types[] = {INT4OID, INT8ARRAYOID, INT8ARRAYOID};
	Datum		args[3];
	int64	   *contact = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(int64) * (p->nrecords + 1));
	int64	   *cluster = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(int64) * (p->nrecords + 1));
	bool	   *joined = palloc0(p->nrecords + 1);
	int			n = 0;

	for (int i = 0; i < p->nrecords; i++)
	{
		int			root = root_of(parent, i);

		if (root != i)
			joined[i] = joined[root] = true;
	}
	for (int i = 0; i < p->nrecords; i++)
		if (joined[i])
		{
			contact[n] = p->records[i].contact_id;
			cluster[n++] = p->records[root_of(parent, i)].contact_id;
		}
	args[0] = Int32GetDatum(controller_id);
	args[1] = int8_array(contact, n);
	args[2] = int8_array(cluster, n);
	run("SELECT dropcontact.store_entities($1, $2, $3)", 3, types, args);
}

static int64
write_reviews(const Edges *edges, const Decisions *d, int controller_id, int *parent)
{
	Oid			types[] = {INT4OID, INT8ARRAYOID, INT8ARRAYOID, FLOAT8ARRAYOID};
	Datum		args[4];
	int64	   *a = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(int64) * (edges->n + 1));
	int64	   *b = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(int64) * (edges->n + 1));
	Datum	   *probability = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Datum) * (edges->n + 1));
	int			n = 0;

	for (size_t i = 0; i < edges->n; i++)
	{
		const Edge *edge = &edges->edge[i];
		int			x = root_of(parent, edge->a);
		int			y = root_of(parent, edge->b);

		if (x == y || is_rejected(d, parent, x, y))
			continue;
		a[n] = edges->population->records[edge->a].contact_id;
		b[n] = edges->population->records[edge->b].contact_id;
		probability[n++] = Float8GetDatum(edge->probability);
	}
	args[0] = Int32GetDatum(controller_id);
	args[1] = int8_array(a, n);
	args[2] = int8_array(b, n);
	args[3] = PointerGetDatum(construct_array(probability, n, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
	run("SELECT dropcontact.store_reviews($1, $2, $3, $4)", 4, types, args);
	return n;
}

static double
threshold(const char *setting)
{
	char	   *value;

	SPI_execute(psprintf("SELECT dropcontact.setting_value('%s')", setting), true, 1);
	value = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	return atof(value);
}

PG_FUNCTION_INFO_V1(dedupe);
Datum
dedupe(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "dropcontact dedupe", ALLOCSET_DEFAULT_SIZES);
	TimestampTz started = GetCurrentTimestamp();
	MemoryContext old;
	DcRun		duty;
	DcPopulation *p;
	Edges		edges = {0};
	Decisions	decisions;
	int		   *parent;
	double		merge;
	int64		matched;
	int64		reviews;
	int64		entities = 0;
	Datum		values[6];
	bool		nulls[6] = {false};

	InitMaterializedSRF(fcinfo, 0);
	SPI_connect();
	duty = dc_run_open("detect_duplicates");
	/* one at a time for a controller; the second waits */
	SPI_execute(psprintf("SELECT pg_catalog.pg_advisory_xact_lock(823752647, %d)", duty.controller_id), false, 0);
	merge = threshold("merge_threshold");
	edges.review = Min(threshold("review_threshold"), merge);
	old = MemoryContextSwitchTo(context);
	p = read_population(duty.controller_id);
	edges.population = p;
	edges.capacity = 1024;
	edges.edge = palloc(sizeof(Edge) * edges.capacity);
	dc_candidate_pairs(p, keep_edge, &edges);
	qsort(edges.edge, edges.n, sizeof(Edge), compare_edges);
	drop_repeated(&edges);
	read_decisions(p, duty.controller_id, &decisions, context);
	parent = MemoryContextAllocHuge(context, sizeof(int) * (p->nrecords + 1));
	for (int i = 0; i < p->nrecords; i++)
		parent[i] = i;
	matched = join_edges(&edges, &decisions, parent, merge);
	write_entities(p, duty.controller_id, parent);
	reviews = write_reviews(&edges, &decisions, duty.controller_id, parent);
	for (int i = 0; i < p->nrecords; i++)
		entities += root_of(parent, i) == i;
	values[0] = Int64GetDatum(p->nrecords);
	values[1] = Int64GetDatum(edges.candidates);
	values[2] = Int64GetDatum(matched);
	values[3] = Int64GetDatum(reviews);
	values[4] = Int64GetDatum(entities);
	MemoryContextSwitchTo(old);
	dc_run_close(&duty, p->nrecords);
	SPI_finish();
	MemoryContextDelete(context);
	values[5] = DirectFunctionCall2(timestamp_mi, TimestampTzGetDatum(GetCurrentTimestamp()), TimestampTzGetDatum(started));
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	return (Datum) 0;
}

/* ---------- one pair ---------- */

/* Scores two contacts of the current controller as dedupe() would; SPI must be connected. */
static DcPopulation *
score_contacts(int64 a, int64 b, DcScore *score)
{
	DcRun		duty = dc_run_open("detect_duplicates");
	DcPopulation *p = read_population(duty.controller_id);
	int			i = find_record(p, a);
	int			j = find_record(p, b);

	if (i < 0 || j < 0)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND),
				 errmsg("contact " INT64_FORMAT " does not exist", i < 0 ? a : b)));
	dc_score_pair(p, &p->records[i], &p->records[j], score);
	return p;
}

PG_FUNCTION_INFO_V1(match_probability);
Datum
match_probability(PG_FUNCTION_ARGS)
{
	DcScore		score;

	SPI_connect();
	score_contacts(PG_GETARG_INT64(0), PG_GETARG_INT64(1), &score);
	SPI_finish();
	PG_RETURN_FLOAT8(score.probability);
}

/* One line of the waterfall; a prior and a result have no level. */
static void
put_step(ReturnSetInfo *rsinfo, int n, const DcStep *step, double weight)
{
	Datum		values[9];
	bool		nulls[9] = {false};

	values[0] = Int32GetDatum(n);
	values[1] = CStringGetTextDatum(step->field);
	nulls[2] = step->value_a == NULL;
	values[2] = nulls[2] ? (Datum) 0 : CStringGetTextDatum(step->value_a);
	nulls[3] = step->value_b == NULL;
	values[3] = nulls[3] ? (Datum) 0 : CStringGetTextDatum(step->value_b);
	nulls[4] = nulls[5] = nulls[6] = step->level == NULL;
	values[4] = nulls[4] ? (Datum) 0 : CStringGetTextDatum(step->level);
	values[5] = Float8GetDatum(step->m);
	values[6] = Float8GetDatum(step->u);
	values[7] = Float8GetDatum(step->weight);
	values[8] = Float8GetDatum(1.0 / (1.0 + exp2(-weight)));
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

PG_FUNCTION_INFO_V1(explain_match);
Datum
explain_match(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	DcScore		score;
	DcStep		line = {0};
	double		weight;

	InitMaterializedSRF(fcinfo, 0);
	SPI_connect();
	score_contacts(PG_GETARG_INT64(0), PG_GETARG_INT64(1), &score);
	weight = score.weight;
	for (int i = 0; i < score.nsteps; i++)
		weight -= score.steps[i].weight;
	line.field = "prior";
	line.weight = weight;
	put_step(rsinfo, 0, &line, weight);
	for (int i = 0; i < score.nsteps; i++)
	{
		weight += score.steps[i].weight;
		put_step(rsinfo, i + 1, &score.steps[i], weight);
	}
	line.field = "result";
	line.weight = score.weight;
	put_step(rsinfo, score.nsteps + 1, &line, score.weight);
	SPI_finish();
	return (Datum) 0;
}
