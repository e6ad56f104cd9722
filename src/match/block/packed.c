/*-------------------------------------------------------------------------
 *
 * packed.c
 *	  A contact packed to one value.
 *
 * A packed contact holds its texts with the flags and the surprise of each, words included, and which
 * of them stands in which column; its keys come first, so that they can be read without the rest.
 * What is read is checked: a bytea may come from anywhere.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "fmgr.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "utils/datum.h"

#include "base/version.h"
#include "match/block/packed.h"
#include "match/block/packed_read.h"

/* The first byte says what it is and by which version. */
#define PACKED_CONTACT 0xC1

/* More than columns and words can have. */
#define MAX_VALUES 1024

/* ---------- a contact ---------- */

/* Values in the order in which they are packed; local numbers start at 1. */
typedef struct Values
{
	int			n;
	DcValue		value[MAX_VALUES];
} Values;

/* The local number of a value; a contact has few, so a search through them will do. */
static int
local_number(Values *values, DcValue value)
{
	if (value == 0)
		return 0;
	for (int i = 0; i < values->n; i++)
		if (values->value[i] == value)
			return i + 1;
	if (values->n == MAX_VALUES)
		elog(ERROR, "a contact has too many values");
	values->value[values->n++] = value;
	return values->n;
}

bytea *
dc_pack_record(const DcPopulation *p, const DcRecord *r)
{
	DcParameters fields = {.nfields = p->nfields};
	const DcValue *column = &r->first;
	int			number[DC_RECORD_VALUES];
	Values		values = {0};
	DcKeys		keys;
	StringInfoData out;

	for (int f = 0; f < p->nfields; f++)
	{
		fields.field_kind[f] = p->field_kind[f];
		fields.field_name[f] = p->field_name[f];
	}
	for (int i = 0; i < DC_RECORD_VALUES; i++)
		number[i] = local_number(&values, column[i]);
	for (int i = 0; i < DC_RECORD_VALUES; i++)
		for (int t = 0; t < p->tokens[column[i]].n; t++)
			local_number(&values, p->token[p->tokens[column[i]].start + t]);
	dc_make_keys(p, r, &keys);

	pq_begintypsend(&out);
	pq_sendint8(&out, PACKED_CONTACT);
	pq_sendint64(&out, r->contact_id);
	pq_sendint8(&out, keys.n);
	for (int k = 0; k < keys.n; k++)
		pq_sendint64(&out, keys.key[k]);
	pq_sendint32(&out, dc_fields_signature(&fields));
	pq_sendint8(&out, r->nmobiles);
	pq_sendint16(&out, values.n);
	for (int i = 0; i < values.n; i++)
	{
		DcValue		v = values.value[i];
		size_t		len = strlen(p->text[v]);

		pq_sendint8(&out, p->flags[v]);
		pq_sendfloat4(&out, p->surprise[v]);
		pq_sendint32(&out, len);
		pq_sendbytes(&out, p->text[v], len);
	}
	for (int i = 0; i < DC_RECORD_VALUES; i++)
		pq_sendint16(&out, number[i]);
	return pq_endtypsend(&out);
}

static void
take_keys(DcCursor *c, DcKeys *keys)
{
	keys->n = dc_take_number(c, 1);
	if (keys->n > DC_MAX_KEYS)
		dc_refuse_packed();
	for (int k = 0; k < keys->n; k++)
	{
		keys->key[k] = dc_take_number(c, 8);
		if (k > 0 && keys->key[k - 1] >= keys->key[k])
			dc_refuse_packed();
	}
}

static DcValue
take_value(DcCursor *c, DcPopulation *p)
{
	uint8		flags = dc_take_number(c, 1);
	union
	{
		uint32		number;
		float		value;
	}			surprise = {.number = dc_take_number(c, 4)};
	size_t		len;
	const char *text = dc_take_text(c, &len);
	DcValue		v = dc_intern_n(p, text, len);

	if (!(surprise.value >= 0 && surprise.value <= 64))
		dc_refuse_packed();
	if (v != 0)
	{
		p->flags[v] |= flags;
		p->surprise[v] = surprise.value;
	}
	return v;
}

DcRecord *
dc_unpack_record(DcPopulation *p, const DcParameters *parameters, const bytea *packed, DcKeys *keys)
{
	DcCursor	c = dc_start_reading(packed, PACKED_CONTACT);
	int64		contact_id = dc_take_number(&c, 8);
	DcKeys		unwanted;
	uint32		nmobiles;
	int			n;
	DcValue		value[MAX_VALUES + 1] = {0};
	DcRecord   *r;

	take_keys(&c, keys != NULL ? keys : &unwanted);
	if (dc_take_number(&c, 4) != parameters->signature)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("contact " INT64_FORMAT " was packed under other match fields", contact_id),
				 errhint("Pack all contacts under the parameters that they are compared under.")));
	nmobiles = dc_take_number(&c, 1);
	n = dc_take_number(&c, 2);
	if (n > MAX_VALUES || nmobiles > DC_MAX_PHONES)
		dc_refuse_packed();
	for (int i = 1; i <= n; i++)
		value[i] = take_value(&c, p);
	r = dc_add_record(p);
	r->contact_id = contact_id;
	r->nmobiles = nmobiles;
	for (int i = 0; i < DC_RECORD_VALUES; i++)
	{
		int			number = dc_take_number(&c, 2);

		if (number > n)
			dc_refuse_packed();
		(&r->first)[i] = value[number];
	}
	if (c.at != c.end)
		dc_refuse_packed();
	return r;
}

int64
dc_packed_contact_id(const bytea *packed)
{
	DcCursor	c = dc_start_reading(packed, PACKED_CONTACT);

	return (int64) dc_take_number(&c, 8);
}

void
dc_packed_keys(const bytea *packed, DcKeys *keys)
{
	DcCursor	c = dc_start_reading(packed, PACKED_CONTACT);

	dc_take_bytes(&c, 8);
	take_keys(&c, keys);
}

/* ---------- pairs as rows ---------- */

Datum
dc_unpack_pairs(FunctionCallInfo fcinfo, Oid number, const char *message, const char *hint)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	bytea	   *packed = PG_GETARG_BYTEA_PP(0);
	StringInfoData in = {.data = VARDATA_ANY(packed), .len = VARSIZE_ANY_EXHDR(packed)};

	if (in.len % (2 * sizeof(int64) + (number == FLOAT4OID ? sizeof(float4) : sizeof(float8))) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("%s", message),
				 errhint("%s", hint)));
	InitMaterializedSRF(fcinfo, 0);
	while (in.cursor < in.len)
	{
		Datum		values[3];
		bool		nulls[3] = {false};

		values[0] = Int64GetDatum(pq_getmsgint64(&in));
		values[1] = Int64GetDatum(pq_getmsgint64(&in));
		values[2] = number == FLOAT4OID ? Float4GetDatum(pq_getmsgfloat4(&in)) : Float8GetDatum(pq_getmsgfloat8(&in));
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
