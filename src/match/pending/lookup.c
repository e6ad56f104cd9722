/*-------------------------------------------------------------------------
 *
 * lookup.c
 *	  find_matches(): duplicates of a record that is not stored.
 *
 * The record is cleaned as a stored one would be, and compared with the contacts that share
 * a key with it, under the statistics of the last run.  The index of keys tells who these are, of
 * those that were there at the last run; younger ones, and those updated since, are read all.
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

#include "base/version.h"
#include "contact/clean.h"
#include "duty/duty.h"
#include "duty/plan.h"
#include "match/entity/explain.h"
#include "match/index/key_index.h"
#include "match/index/updated.h"
#include "match/pending/gather.h"
#include "normalize/normalize.h"

/* Above every id that a sequence gives. */
#define CANDIDATE_ID PG_INT64_MAX

typedef struct Found
{
	int			record;
	double		weight;
	int64		contact_id;
} Found;

/* ---------- the candidate ---------- */

static const char *
text_of(const char *column)
{
	return SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, SPI_fnumber(SPI_tuptable->tupdesc, column));
}

static int
texts_of(const char *column, const char **texts, int max)
{
	bool		isnull;
	Datum		list = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, SPI_fnumber(SPI_tuptable->tupdesc, column), &isnull);
	Datum	   *values;
	bool	   *nulls;
	int			n;

	if (isnull)
		return 0;
	deconstruct_array(DatumGetArrayTypeP(list), TEXTOID, -1, false, TYPALIGN_INT, &values, &nulls, &n);
	n = Min(n, max);
	for (int i = 0; i < n; i++)
		texts[i] = nulls[i] ? NULL : TextDatumGetCString(values[i]);
	return n;
}

/* Reads the JSON object and cleans it; SPI must be connected. */
static void
read_candidate(int controller_id, Datum candidate, DcGiven *given)
{
	Oid			types[] = {JSONBOID, INT4OID};
	Datum		args[] = {candidate, Int32GetDatum(controller_id)};
	DcContactRow row = {0};

	dc_execute("SELECT r.*, (SELECT s.region FROM dropcontact.source s WHERE s.controller_id = $2 AND s.name = r.attributes ->> 'source') AS region, "
						  "(SELECT pg_catalog.array_agg(r.attributes ->> f.key ORDER BY f.key) FROM dropcontact.match_field f WHERE f.controller_id = $2) AS fields "
			   "FROM dropcontact.read_records($1) r", 2, types, args, true, SPI_OK_SELECT);
	if (SPI_processed != 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("find_matches takes one candidate"),
				 errdetail("There are " UINT64_FORMAT " records.", SPI_processed),
				 errhint("Give one JSON object with the columns of contact as keys.")));
	for (int f = 0; f < F_FIRST_DERIVED; f++)
	{
		row.value[f] = text_of(dc_field_names[f]);
		row.changed[f] = true;
	}
	row.region = text_of("region");
	dc_clean_row(&row);
	*given = (DcGiven) {
		.first_name = row.value[F_FIRST_NAME], .middle_name = row.value[F_MIDDLE_NAME], .last_name = row.value[F_LAST_NAME],
		.suffix = row.value[F_SUFFIX], .email = row.value[F_EMAIL], .email_qualification = row.value[F_EMAIL_QUALIFICATION],
		.phone = row.value[F_PHONE], .phone_kind = row.value[F_PHONE_KIND], .mobile_phone = row.value[F_MOBILE_PHONE], .linkedin = row.value[F_LINKEDIN],
		.siren = row.value[F_SIREN], .vat = row.value[F_VAT], .website = row.value[F_WEBSITE], .company = row.value[F_COMPANY],
		.postcode = row.value[F_POSTCODE], .city = row.value[F_CITY], .address = row.value[F_ADDRESS], .job_title = row.value[F_JOB_TITLE],
	};
	texts_of("fields", given->field, DC_MAX_FIELDS);
	texts_of("other_emails", given->other_email, DC_MAX_EMAILS);
	for (int i = texts_of("other_phones", given->other_phone, DC_MAX_PHONES) - 1; i >= 0; i--)
	{
		const char *e164 = given->other_phone[i] == NULL ? NULL : dc_normalize_phone(given->other_phone[i], row.region);

		if (e164 != NULL)
			given->other_phone[i] = e164;
	}
}

/* ---------- the search ---------- */

/* Do two ascending lists of keys have one in common? */
static bool
share_key(const DcKeys *a, const DcKeys *b)
{
	for (int i = 0, j = 0; i < a->n && j < b->n;)
	{
		if (a->key[i] == b->key[j])
			return true;
		if (a->key[i] < b->key[j])
			i++;
		else
			j++;
	}
	return false;
}

static int
compare_found(const void *a, const void *b)
{
	const Found *x = a;
	const Found *y = b;

	if (x->weight != y->weight)
		return x->weight > y->weight ? -1 : 1;
	return x->contact_id < y->contact_id ? -1 : 1;
}

/* Contacts with greater ids than the last run knew are read, so many at most. */
#define MOST_UNKNOWN 20000

/* In a block that is large, those whose places are nearest. */
#define NEAREST 24

/* Adds the contacts of the index that a key of the candidate leads to. */
static void
add_known(DcKeyIndex *index, const DcIndexedContact *candidate, IdList *contacts)
{
	DcIndexEntry entry[Max(DC_BLOCK, 2 * NEAREST) + 1];

	for (int k = 0; k < candidate->nkeys; k++)
	{
		DcIndexEntry place = {candidate->key[k], candidate->place, candidate->contact_id};
		int			limit = dc_block_limit(place.key);
		int			n = dc_index_block(index, place.key, limit, entry);

		CHECK_FOR_INTERRUPTS();
		if (n > limit)
		{
			n = dc_index_before(index, &place, NEAREST, entry);
			n += dc_index_after(index, &place, NEAREST, entry + n);
		}
		for (int i = 0; i < n; i++)
			dc_push_id(contacts, entry[i].contact_id);
	}
}

/* Adds the contacts that the last run did not know; false when they are too many. */
static bool
add_unknown(int controller_id, const DcKeyIndex *index, IdList *contacts)
{
	Oid			types[] = {INT4OID, INT8OID};
	Datum		args[] = {Int32GetDatum(controller_id), Int64GetDatum(dc_index_state(index)->last_contact)};
	bool		isnull;

	if (SPI_execute_plan(dc_kept_plan("SELECT contact_id FROM dropcontact.contact WHERE controller_id = $1 AND contact_id > $2 ORDER BY contact_id", 2, types),
						 args, NULL, true, MOST_UNKNOWN + 1) != SPI_OK_SELECT)
		elog(ERROR, "could not search for contacts");
	for (uint64 i = 0; i < SPI_processed; i++)
		dc_push_id(contacts, DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &isnull)));
	return SPI_processed <= MOST_UNKNOWN;
}

/* The candidate among the contacts that are compared with it. */
typedef struct Search
{
	DcPopulation *population;
	const DcModel *model;
	int			candidate;		/* its record */
} Search;

/* With the contacts that the candidate may share a key with; false when they can only be found among all. */
static bool
search_index(int controller_id, const DcGiven *given, Search *search)
{
	DcKeyIndex *index = dc_index_open(controller_id, false);
	DcGathered *g;
	DcIndexedContact candidate;
	IdList		contacts = {0};
	bool		found;

	if (index == NULL)
		return false;
	g = dc_gather_open(controller_id);
	dc_add_given(g->population, CANDIDATE_ID, given);
	dc_load_frequencies(g->population, controller_id, 1);
	dc_describe_contact(g->population, &g->population->records[0], &candidate);
	add_known(index, &candidate, &contacts);
	found = add_unknown(controller_id, index, &contacts);
	dc_index_close(index);
	if (!found)
		return false;
	dc_add_updated(controller_id, &contacts);
	dc_sort_ids(&contacts);
	dc_gather(g, &contacts);
	*search = (Search) {.population = g->population, .model = &g->model, .candidate = 0};
	return true;
}

static void
search_all(int controller_id, const DcGiven *given, Search *search)
{
	DcPopulation *p = dc_read_population(controller_id);
	DcModel    *model = palloc(sizeof(DcModel));

	dc_add_given(p, CANDIDATE_ID, given);
	dc_load_statistics_of(p, controller_id, model);
	*search = (Search) {.population = p, .model = model, .candidate = p->nrecords - 1};
}

/* All contacts that share a key with the candidate and reach the weight; linear in the contacts. */
static Found *
find(const Search *search, double min_weight, int *nfound)
{
	DcPopulation *p = search->population;
	const DcRecord *candidate = &p->records[search->candidate];
	DcKeys		wanted;
	int			capacity = 64;
	Found	   *found = palloc(sizeof(Found) * capacity);

	*nfound = 0;
	dc_make_keys(p, candidate, &wanted);
	for (int i = 0; i < p->nrecords; i++)
	{
		DcKeys		keys;
		DcScore		score;

		CHECK_FOR_INTERRUPTS();
		if (i == search->candidate)
			continue;
		dc_make_keys(p, &p->records[i], &keys);
		if (!share_key(&keys, &wanted))
			continue;
		dc_score_pair(p, search->model, &p->records[i], candidate, &score);
		if (score.weight < min_weight)
			continue;
		if (*nfound == capacity)
			found = repalloc_huge(found, sizeof(Found) * (capacity *= 2));
		found[*nfound].record = i;
		found[*nfound].weight = score.weight;
		found[(*nfound)++].contact_id = p->records[i].contact_id;
	}
	qsort(found, *nfound, sizeof(Found), compare_found);
	return found;
}

static int64
entity_of(int64 contact_id)
{
	Oid			types[] = {INT8OID};
	Datum		args[] = {Int64GetDatum(contact_id)};
	bool		isnull;
	Datum		entity = dc_execute_value("SELECT entity_id FROM dropcontact.entity_member WHERE contact_id = $1", 1, types, args, true, &isnull);

	return isnull ? contact_id : DatumGetInt64(entity);
}

/* Contacts of persons who restricted them, or objected, are only stored; who asked that a person decides is shown to one. */
static bool
may_be_shown(int controller_id, int64 contact_id)
{
	const char *code = dc_limit_code(contact_id, "detect_duplicates");

	if (code == NULL || strcmp(code, "RG177") == 0)
		return true;
	dc_run_refuse(controller_id, "detect_duplicates", code);
	return false;
}

PG_FUNCTION_INFO_V1(find_matches);
Datum
find_matches(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	int			max_results = PG_GETARG_INT32(1);
	double		min_probability = PG_GETARG_FLOAT8(2);
	DcRun		duty;
	DcGiven		given = {0};
	Search		search;
	Found	   *found;
	int			nfound;

	if (max_results < 0 || isnan(min_probability) || min_probability < 0 || min_probability > 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("max_results or min_probability is out of range"),
				 errhint("max_results is 0 or more, min_probability from 0 to 1.")));
	InitMaterializedSRF(fcinfo, 0);
	SPI_connect();
	duty = dc_run_open("detect_duplicates");
	read_candidate(duty.controller_id, PG_GETARG_DATUM(0), &given);
	if (!search_index(duty.controller_id, &given, &search))
		search_all(duty.controller_id, &given, &search);
	found = find(&search, min_probability <= 0 ? -INFINITY : log2(min_probability / Max(1e-15, 1 - min_probability)), &nfound);
	for (int i = 0, shown = 0; i < nfound && shown < max_results; i++)
	{
		DcScore		score;
		Datum		values[4];
		bool		nulls[4] = {false};

		if (!may_be_shown(duty.controller_id, found[i].contact_id))
			continue;
		shown++;
		dc_score_pair(search.population, search.model, &search.population->records[found[i].record], &search.population->records[search.candidate], &score);
		values[0] = Int64GetDatum(found[i].contact_id);
		values[1] = Int64GetDatum(entity_of(found[i].contact_id));
		values[2] = Float8GetDatum(dc_probability(score.weight));
		values[3] = dc_evidence(search.population, search.model, &score);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	SPI_finish();
	return (Datum) 0;
}
