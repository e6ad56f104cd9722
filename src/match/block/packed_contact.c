/*-------------------------------------------------------------------------
 *
 * packed_contact.c
 *	  SQL functions on one packed contact: the steps of matching before and beside the comparison of blocks.
 *
 * Pure but for matching_parameters(), which reads what all the others are told by its result.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
#include "utils/typcache.h"

#include "base/version.h"
#include "contact/clean.h"
#include "contact/words.h"
#include "duty/duty.h"
#include "match/block/packed.h"
#include "match/entity/explain.h"
#include "match/entity/run.h"
#include "match/pack/pack.h"
#include "match/pack/read.h"

/* ---------- parameters ---------- */

PG_FUNCTION_INFO_V1(matching_parameters);
Datum
matching_parameters(PG_FUNCTION_ARGS)
{
	MemoryContext caller = CurrentMemoryContext;
	DcParameters parameters = {0};
	DcThresholds thresholds;
	DcPopulation *p;
	bytea	   *result;
	int			controller_id;

	if (!PG_ARGISNULL(0) && PG_GETARG_INT64(0) < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the number of contacts must not be negative")));
	SPI_connect();
	controller_id = dc_current_controller();
	p = dc_read_contacts(controller_id, NULL, 0);
	dc_load_statistics_of(p, controller_id, &parameters.model);
	parameters.size = PG_ARGISNULL(0) ? p->size : Max(PG_GETARG_INT64(0), DC_LEAST_SIZE);
	thresholds = dc_read_thresholds(controller_id);
	parameters.merge_weight = thresholds.merge;
	parameters.review_weight = thresholds.review;
	parameters.words = dc_words_of(controller_id);
	parameters.nfields = p->nfields;
	memcpy(parameters.field_kind, p->field_kind, sizeof(p->field_kind));
	memcpy(parameters.field_name, p->field_name, sizeof(p->field_name));
	MemoryContextSwitchTo(caller);
	result = dc_pack_parameters(&parameters);
	SPI_finish();
	PG_RETURN_BYTEA_P(result);
}

/* ---------- a contact ---------- */

/* The words are cut, so that they are packed too. */
static Datum
packed_datum(DcPopulation *p)
{
	dc_make_tokens(p);
	return PointerGetDatum(dc_pack_record(p, &p->records[0]));
}

/* clean_record() with the words of the controller, which the parameters tell. */
PG_FUNCTION_INFO_V1(clean_record_under);
Datum
clean_record_under(PG_FUNCTION_ARGS)
{
	HeapTuple	result = NULL;
	DcParameters *parameters;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	parameters = dc_get_parameters(fcinfo, 2);
	dc_overlay = parameters->words;
	PG_TRY();
	{
		result = dc_clean_record(PG_GETARG_HEAPTUPLEHEADER(0), PG_ARGISNULL(1) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(1)),
								 &parameters->kept, fcinfo->flinfo->fn_mcxt);
	}
	PG_FINALLY();
	{
		dc_overlay = NULL;
	}
	PG_END_TRY();
	PG_RETURN_DATUM(HeapTupleGetDatum(result));
}

PG_FUNCTION_INFO_V1(pack_contact);
Datum
pack_contact(PG_FUNCTION_ARGS)
{
	int64		contact_id = PG_GETARG_INT64(0);
	HeapTupleHeader row = PG_GETARG_HEAPTUPLEHEADER(1);
	const DcParameters *parameters = dc_get_parameters(fcinfo, 2);
	DcPopulation *p = dc_population_under(parameters);
	DcPacker   *packer = dc_packer_create(p);
	TupleDesc	desc = lookup_rowtype_tupdesc(HeapTupleHeaderGetTypeId(row), HeapTupleHeaderGetTypMod(row));
	HeapTupleData tuple = {.t_len = HeapTupleHeaderGetDatumLength(row), .t_data = row};

	dc_overlay = parameters->words;
	PG_TRY();
	{
		dc_pack_row(packer, &tuple, desc);
	}
	PG_FINALLY();
	{
		dc_overlay = NULL;
	}
	PG_END_TRY();
	dc_packer_free(packer);
	ReleaseTupleDesc(desc);
	p->records[0].contact_id = contact_id;
	/* nothing is known of the others yet: all values are rare */
	dc_set_size(p, parameters->size);
	PG_RETURN_DATUM(packed_datum(p));
}

/* A population of the one contact. */
static DcPopulation *
unpack(FunctionCallInfo fcinfo, int packed, int parameters)
{
	const DcParameters *under = dc_get_parameters(fcinfo, parameters);
	DcPopulation *p = dc_population_under(under);

	dc_unpack_record(p, under, PG_GETARG_BYTEA_PP(packed), NULL);
	return p;
}

static Datum
bigint_array(Datum *numbers, int n)
{
	return PointerGetDatum(construct_array(numbers, n, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

PG_FUNCTION_INFO_V1(packed_contact_id);
Datum
packed_contact_id(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(dc_packed_contact_id(PG_GETARG_BYTEA_PP(0)));
}

PG_FUNCTION_INFO_V1(blocking_keys);
Datum
blocking_keys(PG_FUNCTION_ARGS)
{
	DcKeys		keys;
	Datum		key[DC_MAX_KEYS];

	dc_packed_keys(PG_GETARG_BYTEA_PP(0), &keys);
	for (int k = 0; k < keys.n; k++)
		key[k] = Int64GetDatum((int64) keys.key[k]);
	PG_RETURN_DATUM(bigint_array(key, keys.n));
}

/* ---------- statistics ---------- */

/* The hash of each value, as often as dedupe() counts it. */
PG_FUNCTION_INFO_V1(packed_values);
Datum
packed_values(PG_FUNCTION_ARGS)
{
	DcPopulation *p = unpack(fcinfo, 0, 1);
	Datum	   *hash;
	int			n = 0;

	dc_count_values(p);
	for (DcValue v = 1; v < p->nvalues; v++)
		n += p->count[v];
	hash = palloc(sizeof(Datum) * Max(n, 1));
	n = 0;
	for (DcValue v = 1; v < p->nvalues; v++)
		for (uint32 i = 0; i < p->count[v]; i++)
			hash[n++] = Int64GetDatum((int64) p->hash[v]);
	PG_RETURN_DATUM(bigint_array(hash, n));
}

/* Mailboxes and numbers, of contacts that can tell whether persons share them. */
PG_FUNCTION_INFO_V1(contact_points);
Datum
contact_points(PG_FUNCTION_ARGS)
{
	DcPopulation *p = unpack(fcinfo, 0, 1);
	const DcRecord *r = &p->records[0];
	Datum		hash[DC_CONTACT_POINTS];
	int			n = 0;

	for (int i = 0; i < DC_CONTACT_POINTS; i++)
	{
		DcValue		value = dc_contact_point(r, i);

		if (value != 0)
			hash[n++] = Int64GetDatum((int64) p->hash[value]);
	}
	PG_RETURN_DATUM(bigint_array(hash, n));
}

static Datum *
elements(FunctionCallInfo fcinfo, int argument, Oid type, int expected)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(argument);
	int16		length = type == BOOLOID ? 1 : 8;
	Datum	   *values;
	int			n;

	if (array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("values, frequencies and shared must not contain NULL")));
	deconstruct_array(array, type, length, true, type == BOOLOID ? TYPALIGN_CHAR : TYPALIGN_DOUBLE, &values, NULL, &n);
	if (n != expected)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("values, frequencies and shared are of different length")));
	return values;
}

/* What is known of the values that are common or shared; all others are rare. */
PG_FUNCTION_INFO_V1(weigh_contact);
Datum
weigh_contact(PG_FUNCTION_ARGS)
{
	DcPopulation *p = unpack(fcinfo, 0, 1);
	int			n = PG_ARGISNULL(2) ? 0 : ArrayGetNItems(ARR_NDIM(PG_GETARG_ARRAYTYPE_P(2)), ARR_DIMS(PG_GETARG_ARRAYTYPE_P(2)));

	dc_make_tokens(p);
	dc_set_size(p, p->size);
	for (DcValue v = 1; v < p->nvalues; v++)
		p->flags[v] &= ~VALUE_SHARED;
	if (n > 0)
	{
		Datum	   *hash = elements(fcinfo, 2, INT8OID, n);
		Datum	   *frequency = elements(fcinfo, 3, FLOAT8OID, n);
		Datum	   *shared = elements(fcinfo, 4, BOOLOID, n);

		for (int i = 0; i < n; i++)
		{
			double		f = DatumGetFloat8(frequency[i]);

			if (!(f >= 0 && f <= 1))
				ereport(ERROR,
						(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						 errmsg("a frequency must be from 0 to 1")));
			dc_set_frequency(p, (uint64) DatumGetInt64(hash[i]), f, DatumGetBool(shared[i]));
		}
	}
	PG_RETURN_DATUM(packed_datum(p));
}

/* ---------- a pair ---------- */

/* Scores the pair as dedupe() does, the smaller contact first. */
static DcPopulation *
score_packed(FunctionCallInfo fcinfo, DcScore *score)
{
	const DcParameters *under = dc_get_parameters(fcinfo, 2);
	DcPopulation *p = dc_population_under(under);
	int			first;

	dc_unpack_record(p, under, PG_GETARG_BYTEA_PP(0), NULL);
	dc_unpack_record(p, under, PG_GETARG_BYTEA_PP(1), NULL);
	dc_make_tokens(p);
	first = p->records[0].contact_id > p->records[1].contact_id;
	dc_score_pair(p, &under->model, &p->records[first], &p->records[!first], score);
	return p;
}

PG_FUNCTION_INFO_V1(packed_probability);
Datum
packed_probability(PG_FUNCTION_ARGS)
{
	DcScore		score;

	score_packed(fcinfo, &score);
	PG_RETURN_FLOAT8(dc_probability(score.weight));
}

PG_FUNCTION_INFO_V1(packed_evidence);
Datum
packed_evidence(PG_FUNCTION_ARGS)
{
	DcScore		score;
	DcPopulation *p = score_packed(fcinfo, &score);

	PG_RETURN_DATUM(dc_evidence(p, &dc_get_parameters(fcinfo, 2)->model, &score));
}
