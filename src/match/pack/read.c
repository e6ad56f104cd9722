/*-------------------------------------------------------------------------
 *
 * read.c
 *	  Contacts of a controller read into a population.
 *
 * The rows come in any order, as they stand in the table, and are brought into that of their ids.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "storage/itemptr.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "contact/words.h"
#include "duty/plan.h"
#include "duty/progress.h"
#include "match/pack/pack.h"
#include "match/pack/read.h"
#include "match/pack/read_parallel.h"
#include "match/table/rows.h"

#define REPORT_EVERY 1024		/* contacts */
#define SPARSE 4				/* ids for each contact, at most, that are placed without being sorted */

/* ---------- statements kept by the session ---------- */

typedef enum Statement
{
	READ_ALL, READ_SAMPLE, READ_SOME, READ_BLOCKS, READ_SAMPLE_OF_BLOCKS, STATEMENTS
} Statement;

#define NO_PERSON "c.first_name IS NULL AND c.last_name IS NULL"
#define ONE_IN(organisations, persons) \
	" AND pg_catalog.hashint8extended(c.contact_id, 0) % CASE WHEN " NO_PERSON " THEN " organisations " ELSE " persons " END = 0"

/* Of the controller, $1. */
static const struct
{
	const char *condition;
	int			nargs;
	Oid			types[5];
}			statements[STATEMENTS] = {
	[READ_ALL] = {"", 1, {INT4OID}},
	[READ_SAMPLE] = {ONE_IN("$2", "$3"), 3, {INT4OID, INT4OID, INT4OID}},
	[READ_SOME] = {" AND c.contact_id = ANY ($2)", 2, {INT4OID, INT8ARRAYOID}},
	[READ_BLOCKS] = {" AND c.ctid >= $2 AND c.ctid < $3", 3, {INT4OID, TIDOID, TIDOID}},
	[READ_SAMPLE_OF_BLOCKS] = {" AND c.ctid >= $2 AND c.ctid < $3" ONE_IN("$4", "$5"), 5, {INT4OID, TIDOID, TIDOID, INT4OID, INT4OID}},
};

#define COUNTS \
	"SELECT pg_catalog.count(*) FILTER (WHERE " NO_PERSON "), pg_catalog.count(*) FROM dropcontact.contact c WHERE c.controller_id = $1"
#define FIELDS "SELECT key, kind FROM dropcontact.match_field WHERE controller_id = $1 ORDER BY key"

static SPIPlanPtr
prepare(Statement statement)
{
	static SPIPlanPtr kept[STATEMENTS];
	StringInfoData query;

	if (kept[statement] != NULL)
		return kept[statement];
	initStringInfo(&query);
	for (int c = 0; c < DC_PACKED_COLUMNS; c++)
		appendStringInfo(&query, "%s c.%s", c == 0 ? "SELECT" : ",", dc_packed_columns[c]);
	appendStringInfo(&query, " FROM dropcontact.contact c WHERE c.controller_id = $1%s", statements[statement].condition);
	return kept[statement] = dc_kept_plan(query.data, statements[statement].nargs, statements[statement].types);
}

static void
read_fields(DcPopulation *p, int controller_id)
{
	static const char *const kinds[] = {"exact", "text", "name", "number", "date"};
	const Oid	types[] = {INT4OID};
	Datum		args[] = {Int32GetDatum(controller_id)};

	dc_execute(FIELDS, 1, types, args, true, SPI_OK_SELECT);
	p->nfields = Min(SPI_processed, DC_MAX_FIELDS);
	for (int i = 0; i < p->nfields; i++)
	{
		const char *kind = SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 2);

		p->field_name[i] = MemoryContextStrdup(p->context, SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1));
		for (int k = 0; k < lengthof(kinds); k++)
			if (strcmp(kind, kinds[k]) == 0)
				p->field_kind[i] = (DcFieldKind) k;
	}
}

/* ---------- the order of the ids ---------- */

typedef struct Place
{
	int64		contact_id;
	int			record;
} Place;

static int
compare_places(const void *a, const void *b)
{
	int64		x = ((const Place *) a)->contact_id;
	int64		y = ((const Place *) b)->contact_id;

	return x < y ? -1 : x > y;
}

static bool
is_in_order(const DcPopulation *p)
{
	for (int i = 1; i < p->nrecords; i++)
		if (p->records[i - 1].contact_id > p->records[i].contact_id)
			return false;
	return true;
}

/* By ascending id: each record is put at the place that its id has between the first and the last; false when that is no order. */
static bool
place_by_id(const DcPopulation *p, int *order)
{
	int64		least = p->records[0].contact_id;
	int64		greatest = least;
	uint64		span;
	int		   *at;
	int			n = 0;

	for (int i = 1; i < p->nrecords; i++)
	{
		least = Min(least, p->records[i].contact_id);
		greatest = Max(greatest, p->records[i].contact_id);
	}
	span = (uint64) greatest - (uint64) least;
	if (span / SPARSE >= (uint64) p->nrecords)
		return false;
	at = MemoryContextAllocExtended(p->context, sizeof(int) * (span + 1), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	for (int i = 0; i < p->nrecords; i++)
		at[p->records[i].contact_id - least] = i + 1;
	for (uint64 id = 0; id <= span; id++)
		if (at[id] != 0)
			order[n++] = at[id] - 1;
	pfree(at);
	return n == p->nrecords;
}

static void
sort_by_id(const DcPopulation *p, int *order)
{
	Place	   *places = MemoryContextAllocHuge(p->context, sizeof(Place) * p->nrecords);

	for (int i = 0; i < p->nrecords; i++)
		places[i] = (Place) {.contact_id = p->records[i].contact_id, .record = i};
	qsort(places, p->nrecords, sizeof(Place), compare_places);
	for (int i = 0; i < p->nrecords; i++)
		order[i] = places[i].record;
	pfree(places);
}

/* Brings the records into the order of their ids; linear when few ids between them are free, else O(n log n). */
static void
sort_records(DcPopulation *p)
{
	int		   *order;
	DcRecord   *sorted;

	if (is_in_order(p))
		return;
	order = MemoryContextAllocHuge(p->context, sizeof(int) * p->nrecords);
	if (!place_by_id(p, order))
		sort_by_id(p, order);
	sorted = MemoryContextAllocHuge(p->context, sizeof(DcRecord) * p->nrecords);
	for (int i = 0; i < p->nrecords; i++)
		sorted[i] = p->records[order[i]];
	pfree(p->records);
	pfree(order);
	p->records = sorted;
	p->capacity = p->nrecords;
}

/* ---------- populations ---------- */

static void
pack_row(void *state, const Datum *values, const bool *nulls)
{
	DcPopulation *p = dc_packer_population(state);
	int			before = p->nrecords;

	dc_pack_soon(state, values, nulls);
	if (p->nrecords / REPORT_EVERY != before / REPORT_EVERY)
		dc_progress_done(p->nrecords);
}

/* Words that the controller added are those of its lists. */
static void
read_rows(DcPacker *packer, int controller_id, Statement statement, const Datum *args)
{
	SPIPlanPtr	plan = prepare(statement);

	dc_overlay = dc_words_of(controller_id);
	PG_TRY();
	{
		dc_each_row(plan, statements[statement].nargs, statements[statement].types, args, pack_row, packer);
		dc_pack_waiting(packer);
	}
	PG_FINALLY();
	{
		dc_overlay = NULL;
	}
	PG_END_TRY();
}

DcPopulation *
dc_open_population(int controller_id)
{
	DcPopulation *p = dc_population_create();

	read_fields(p, controller_id);
	return p;
}

void
dc_read_blocks(DcPacker *packer, int controller_id, DcOneIn one_in, BlockNumber from, BlockNumber to)
{
	ItemPointerData first;
	ItemPointerData last;
	Datum		args[] = {Int32GetDatum(controller_id), PointerGetDatum(&first), PointerGetDatum(&last),
		Int32GetDatum(one_in.organisations), Int32GetDatum(one_in.persons)};

	ItemPointerSet(&first, from, 0);
	ItemPointerSet(&last, to, 0);
	read_rows(packer, controller_id, dc_is_sample(one_in) ? READ_SAMPLE_OF_BLOCKS : READ_BLOCKS, args);
}

/* One pass over the contacts of the controller. */
static DcPopulation *
read_population(int controller_id, DcOneIn one_in)
{
	DcPopulation *p = dc_open_population(controller_id);
	DcPacker   *packer = dc_packer_create(p);
	Datum		args[] = {Int32GetDatum(controller_id), Int32GetDatum(one_in.organisations), Int32GetDatum(one_in.persons)};

	p->one_in = one_in;
	if (!dc_read_in_parallel(packer, controller_id))
		read_rows(packer, controller_id, dc_is_sample(one_in) ? READ_SAMPLE : READ_ALL, args);
	dc_packer_free(packer);
	sort_records(p);
	return p;
}

DcPopulation *
dc_read_population(int controller_id)
{
	return read_population(controller_id, DC_ALL);
}

DcPopulation *
dc_read_sample(int controller_id)
{
	Oid			types[] = {INT4OID};
	Datum		args[] = {Int32GetDatum(controller_id)};
	int64		organisations;
	int64		all;
	bool		isnull;

	dc_execute(COUNTS, 1, types, args, true, SPI_OK_SELECT);
	organisations = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	all = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2, &isnull));
	return read_population(controller_id, dc_sample_of(organisations, all - organisations));
}

static Datum
id_array(Datum *ids, int n)
{
	return PointerGetDatum(construct_array(ids, n, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

void
dc_read_ids(DcPacker *packer, int controller_id, const int64 *contact_ids, int n)
{
	Datum	   *ids = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Datum) * (n + (Size) 1));
	Datum		args[] = {Int32GetDatum(controller_id), 0};

	for (int i = 0; i < n; i++)
		ids[i] = Int64GetDatum(contact_ids[i]);
	args[1] = id_array(ids, n);
	read_rows(packer, controller_id, READ_SOME, args);
}

void
dc_read_into(DcPacker *packer, int controller_id, const int64 *contact_ids, int n)
{
	if (!dc_read_ids_in_parallel(packer, controller_id, contact_ids, n))
		dc_read_ids(packer, controller_id, contact_ids, n);
}

DcPopulation *
dc_read_contacts(int controller_id, const int64 *contact_ids, int n)
{
	DcPopulation *p = dc_open_population(controller_id);
	DcPacker   *packer = dc_packer_create(p);

	dc_read_into(packer, controller_id, contact_ids, n);
	dc_packer_free(packer);
	sort_records(p);
	return p;
}

Datum
dc_contact_ids(const DcPopulation *p)
{
	Datum	   *ids = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Datum) * (p->nrecords + (Size) 1));

	for (int i = 0; i < p->nrecords; i++)
		ids[i] = Int64GetDatum(p->records[i].contact_id);
	return id_array(ids, p->nrecords);
}

int
dc_find_record(const DcPopulation *p, int64 contact_id)
{
	int			low = 0;
	int			high = p->nrecords - 1;
	int64		guess = high < 0 ? -1 : contact_id - p->records[0].contact_id;

	/* ids without gaps are the rule */
	if (guess >= 0 && guess <= high && p->records[guess].contact_id == contact_id)
		return guess;
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

/* ---------- contacts that are not stored ---------- */

static Datum
text_list(const char *const *texts, int n, bool *isnull)
{
	Datum		values[Max(DC_MAX_EMAILS, DC_MAX_PHONES)];
	int			kept = 0;

	for (int i = 0; i < n; i++)
		if (texts[i] != NULL)
			values[kept++] = CStringGetTextDatum(texts[i]);
	*isnull = kept == 0;
	return PointerGetDatum(construct_array(values, kept, TEXTOID, -1, false, TYPALIGN_INT));
}

void
dc_add_given(DcPopulation *p, int64 contact_id, const DcGiven *given)
{
	const char *const texts[DC_PACKED_COLUMNS] = {
		[C_FIRST] = given->first_name, [C_MIDDLE] = given->middle_name, [C_LAST] = given->last_name, [C_SUFFIX] = given->suffix,
		[C_EMAIL] = given->email, [C_QUALIFICATION] = given->email_qualification, [C_PHONE] = given->phone, [C_PHONE_KIND] = given->phone_kind,
		[C_MOBILE] = given->mobile_phone, [C_LINKEDIN] = given->linkedin, [C_SIREN] = given->siren, [C_VAT] = given->vat,
		[C_WEBSITE] = given->website, [C_COMPANY] = given->company, [C_POSTCODE] = given->postcode, [C_CITY] = given->city,
		[C_ADDRESS] = given->address, [C_JOB] = given->job_title,
	};
	Datum		values[DC_PACKED_COLUMNS];
	bool		nulls[DC_PACKED_COLUMNS];
	DcPacker   *packer = dc_packer_create(p);
	DcRecord   *r;

	for (int c = 0; c < DC_PACKED_COLUMNS; c++)
	{
		nulls[c] = texts[c] == NULL;
		values[c] = nulls[c] ? (Datum) 0 : CStringGetTextDatum(texts[c]);
	}
	values[C_ID] = Int64GetDatum(contact_id);
	values[C_OTHER_EMAILS] = text_list(given->other_email, DC_MAX_EMAILS, &nulls[C_OTHER_EMAILS]);
	values[C_OTHER_PHONES] = text_list(given->other_phone, DC_MAX_PHONES, &nulls[C_OTHER_PHONES]);
	dc_pack(packer, values, nulls);
	dc_packer_free(packer);
	r = &p->records[p->nrecords - 1];
	for (int i = 0; i < p->nfields; i++)
		if (given->field[i] != NULL)
			r->field[i] = dc_intern(p, dc_field_value(p->field_kind[i], given->field[i]));
}
