/*-------------------------------------------------------------------------
 *
 * packed.c
 *	  A contact packed to one value, and the parameters that contacts are compared under.
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
#include "match/packed.h"

/* The first byte says what it is and by which version. */
#define PACKED_CONTACT 0xC1
#define PACKED_PARAMETERS 0xB1

/* More than columns and words can have. */
#define MAX_VALUES 1024

/* ---------- reading ---------- */

typedef struct Cursor
{
	const char *at;
	const char *end;
} Cursor;

static void
refuse(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
			 errmsg("this is no packed contact, or no parameters of matching, of this version of dropcontact"),
			 errhint("Packed contacts are made by dropcontact.pack_contact(), parameters by dropcontact.matching_parameters(), in the same version on all servers.")));
}

static Cursor
start_reading(const bytea *packed, uint8 kind)
{
	Cursor		c = {.at = VARDATA_ANY(packed), .end = VARDATA_ANY(packed) + VARSIZE_ANY_EXHDR(packed)};

	if (c.at == c.end || (uint8) *c.at++ != kind)
		refuse();
	return c;
}

static const char *
take(Cursor *c, size_t n)
{
	const char *taken = c->at;

	if ((size_t) (c->end - c->at) < n)
		refuse();
	c->at += n;
	return taken;
}

static uint64
take_number(Cursor *c, int bytes)
{
	const unsigned char *s = (const unsigned char *) take(c, bytes);
	uint64		number = 0;

	for (int i = 0; i < bytes; i++)
		number = number << 8 | s[i];
	return number;
}

static double
take_double(Cursor *c)
{
	union
	{
		uint64		number;
		double		value;
	}			u = {.number = take_number(c, 8)};

	if (isnan(u.value))
		refuse();
	return u.value;
}

static const char *
take_text(Cursor *c, size_t *len)
{
	const char *text;

	*len = take_number(c, 4);
	text = take(c, *len);
	if (!pg_verifymbstr(text, *len, true))
		refuse();
	return text;
}

/* ---------- words of the controller ---------- */

static void
send_text(StringInfo out, const char *text)
{
	size_t		len = strlen(text);

	pq_sendint32(out, len);
	pq_sendbytes(out, text, len);
}

static const char *
list_name(const DcLexicon *lexicon)
{
	const DcLexiconList *list = dc_lexicon_lists;

	while (list->lexicon != lexicon)
		list++;
	return list->name;
}

static void
send_words(StringInfo out, const DcOverlay *words)
{
	uint32		n = 0;

	for (uint32 i = 0; words != NULL && i < words->size; i++)
		n += words->entries[i].word != NULL;
	pq_sendint32(out, n);
	for (uint32 i = 0; n > 0 && i < words->size; i++)
	{
		const DcOverlayEntry *entry = &words->entries[i];

		if (entry->word == NULL)
			continue;
		send_text(out, list_name(entry->lexicon));
		send_text(out, entry->word);
		pq_sendint8(out, entry->value != NULL);
		if (entry->value != NULL)
			send_text(out, entry->value);
	}
}

static const char *
take_string(Cursor *c)
{
	size_t		len;
	const char *text = take_text(c, &len);

	return pnstrdup(text, len);
}

static const DcOverlay *
take_words(Cursor *c)
{
	uint32		n = take_number(c, 4);
	DcOverlay  *words;

	if (n == 0)
		return NULL;
	/* of each word three numbers at least */
	if (n > (c->end - c->at) / 9)
		refuse();
	words = dc_overlay_create(n);
	for (uint32 i = 0; i < n; i++)
	{
		const DcLexiconList *list = dc_lexicon_list(take_string(c));
		const char *word = take_string(c);
		const char *value = take_number(c, 1) != 0 ? take_string(c) : NULL;

		if (list == NULL || *word == '\0')
			refuse();
		dc_overlay_put(words, list->lexicon, word, value);
	}
	return words;
}

/* ---------- parameters ---------- */

static uint32
fields_signature(const DcParameters *parameters)
{
	uint32		signature = 0;

	for (int f = 0; f < parameters->nfields; f++)
		signature = hash_combine(hash_combine(signature, parameters->field_kind[f] + 1),
								 hash_bytes((const unsigned char *) parameters->field_name[f], strlen(parameters->field_name[f])));
	return signature;
}

bytea *
dc_pack_parameters(const DcParameters *parameters)
{
	StringInfoData out;

	pq_begintypsend(&out);
	pq_sendint8(&out, PACKED_PARAMETERS);
	pq_sendfloat8(&out, parameters->size);
	pq_sendfloat8(&out, parameters->merge_weight);
	pq_sendfloat8(&out, parameters->review_weight);
	pq_sendint8(&out, parameters->nfields);
	for (int f = 0; f < parameters->nfields; f++)
	{
		pq_sendint8(&out, parameters->field_kind[f]);
		send_text(&out, parameters->field_name[f]);
	}
	pq_sendfloat8(&out, parameters->model.prior);
	pq_sendint16(&out, L_COUNT);
	for (int l = 0; l < L_COUNT; l++)
	{
		pq_sendfloat8(&out, parameters->model.m[l]);
		pq_sendfloat8(&out, parameters->model.u[l]);
	}
	send_words(&out, parameters->words);
	return pq_endtypsend(&out);
}

void
dc_unpack_parameters(const bytea *packed, DcParameters *parameters)
{
	Cursor		c = start_reading(packed, PACKED_PARAMETERS);

	memset(parameters, 0, sizeof(DcParameters));
	parameters->size = take_double(&c);
	parameters->merge_weight = take_double(&c);
	parameters->review_weight = take_double(&c);
	parameters->nfields = take_number(&c, 1);
	if (!(parameters->size >= 1) || parameters->nfields > DC_MAX_FIELDS)
		refuse();
	for (int f = 0; f < parameters->nfields; f++)
	{
		parameters->field_kind[f] = take_number(&c, 1);
		parameters->field_name[f] = take_string(&c);
		if (parameters->field_kind[f] > KIND_DATE)
			refuse();
	}
	parameters->signature = fields_signature(parameters);
	parameters->model.prior = take_double(&c);
	if (take_number(&c, 2) != L_COUNT)
		refuse();
	for (int l = 0; l < L_COUNT; l++)
	{
		parameters->model.m[l] = take_double(&c);
		parameters->model.u[l] = take_double(&c);
		if (!(parameters->model.m[l] > 0 && parameters->model.u[l] > 0))
			refuse();
	}
	parameters->words = take_words(&c);
	if (!(parameters->model.prior > 0) || c.at != c.end)
		refuse();
	dc_model_finish(&parameters->model);
}

DcPopulation *
dc_population_under(const DcParameters *parameters)
{
	DcPopulation *p = dc_population_create();

	p->nfields = parameters->nfields;
	for (int f = 0; f < p->nfields; f++)
	{
		p->field_kind[f] = parameters->field_kind[f];
		p->field_name[f] = parameters->field_name[f];
	}
	dc_set_size(p, parameters->size);
	return p;
}

bool
dc_same_stored(Datum a, Datum b)
{
	const struct varlena *x = (const struct varlena *) DatumGetPointer(a);
	const struct varlena *y = (const struct varlena *) DatumGetPointer(b);

	/* what stands in memory elsewhere may have changed there */
	if (VARATT_IS_EXTERNAL(x) && !VARATT_IS_EXTERNAL_ONDISK(x))
		return false;
	return VARSIZE_ANY(x) == VARSIZE_ANY(y) && memcmp(x, y, VARSIZE_ANY(x)) == 0;
}

typedef struct KnownParameters
{
	Datum		stored;
	DcParameters parameters;
} KnownParameters;

DcParameters *
dc_get_parameters(FunctionCallInfo fcinfo, int argument)
{
	Datum		stored = PG_GETARG_DATUM(argument);
	KnownParameters *known = fcinfo->flinfo->fn_extra;
	MemoryContext old;

	if (known != NULL && dc_same_stored(stored, known->stored))
		return &known->parameters;
	old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	known = palloc(sizeof(KnownParameters));
	known->stored = datumCopy(stored, false, -1);
	dc_unpack_parameters(PG_GETARG_BYTEA_PP(argument), &known->parameters);
	fcinfo->flinfo->fn_extra = known;
	MemoryContextSwitchTo(old);
	return &known->parameters;
}

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
	pq_sendint32(&out, fields_signature(&fields));
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
take_keys(Cursor *c, DcKeys *keys)
{
	keys->n = take_number(c, 1);
	if (keys->n > DC_MAX_KEYS)
		refuse();
	for (int k = 0; k < keys->n; k++)
	{
		keys->key[k] = take_number(c, 8);
		if (k > 0 && keys->key[k - 1] >= keys->key[k])
			refuse();
	}
}

static DcValue
take_value(Cursor *c, DcPopulation *p)
{
	uint8		flags = take_number(c, 1);
	union
	{
		uint32		number;
		float		value;
	}			surprise = {.number = take_number(c, 4)};
	size_t		len;
	const char *text = take_text(c, &len);
	DcValue		v = dc_intern_n(p, text, len);

	if (!(surprise.value >= 0 && surprise.value <= 64))
		refuse();
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
	Cursor		c = start_reading(packed, PACKED_CONTACT);
	int64		contact_id = take_number(&c, 8);
	DcKeys		unwanted;
	uint32		nmobiles;
	int			n;
	DcValue		value[MAX_VALUES + 1] = {0};
	DcRecord   *r;

	take_keys(&c, keys != NULL ? keys : &unwanted);
	if (take_number(&c, 4) != parameters->signature)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("contact " INT64_FORMAT " was packed under other match fields", contact_id),
				 errhint("Pack all contacts under the parameters that they are compared under.")));
	nmobiles = take_number(&c, 1);
	n = take_number(&c, 2);
	if (n > MAX_VALUES || nmobiles > DC_MAX_PHONES)
		refuse();
	for (int i = 1; i <= n; i++)
		value[i] = take_value(&c, p);
	r = dc_add_record(p);
	r->contact_id = contact_id;
	r->nmobiles = nmobiles;
	for (int i = 0; i < DC_RECORD_VALUES; i++)
	{
		int			number = take_number(&c, 2);

		if (number > n)
			refuse();
		(&r->first)[i] = value[number];
	}
	if (c.at != c.end)
		refuse();
	return r;
}

int64
dc_packed_contact_id(const bytea *packed)
{
	Cursor		c = start_reading(packed, PACKED_CONTACT);

	return (int64) take_number(&c, 8);
}

void
dc_packed_keys(const bytea *packed, DcKeys *keys)
{
	Cursor		c = start_reading(packed, PACKED_CONTACT);

	take(&c, 8);
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
