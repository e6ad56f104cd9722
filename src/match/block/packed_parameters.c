/*-------------------------------------------------------------------------
 *
 * packed_parameters.c
 *	  The parameters that contacts are compared under, packed to one value.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "utils/datum.h"

#include "match/block/packed.h"
#include "match/block/packed_read.h"

#define PACKED_PARAMETERS 0xB1

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
take_string(DcCursor *c)
{
	size_t		len;
	const char *text = dc_take_text(c, &len);

	return pnstrdup(text, len);
}

static const DcOverlay *
take_words(DcCursor *c)
{
	uint32		n = dc_take_number(c, 4);
	DcOverlay  *words;

	if (n == 0)
		return NULL;
	/* of each word three numbers at least */
	if (n > (c->end - c->at) / 9)
		dc_refuse_packed();
	words = dc_overlay_create(n);
	for (uint32 i = 0; i < n; i++)
	{
		const DcLexiconList *list = dc_lexicon_list(take_string(c));
		const char *word = take_string(c);
		const char *value = dc_take_number(c, 1) != 0 ? take_string(c) : NULL;

		if (list == NULL || *word == '\0')
			dc_refuse_packed();
		dc_overlay_put(words, list->lexicon, word, value);
	}
	return words;
}

/* ---------- parameters ---------- */

uint32
dc_fields_signature(const DcParameters *parameters)
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
	DcCursor	c = dc_start_reading(packed, PACKED_PARAMETERS);

	memset(parameters, 0, sizeof(DcParameters));
	parameters->size = dc_take_double(&c);
	parameters->merge_weight = dc_take_double(&c);
	parameters->review_weight = dc_take_double(&c);
	parameters->nfields = dc_take_number(&c, 1);
	if (!(parameters->size >= 1) || parameters->nfields > DC_MAX_FIELDS)
		dc_refuse_packed();
	for (int f = 0; f < parameters->nfields; f++)
	{
		parameters->field_kind[f] = dc_take_number(&c, 1);
		parameters->field_name[f] = take_string(&c);
		if (parameters->field_kind[f] > KIND_DATE)
			dc_refuse_packed();
	}
	parameters->signature = dc_fields_signature(parameters);
	parameters->model.prior = dc_take_double(&c);
	if (dc_take_number(&c, 2) != L_COUNT)
		dc_refuse_packed();
	for (int l = 0; l < L_COUNT; l++)
	{
		parameters->model.m[l] = dc_take_double(&c);
		parameters->model.u[l] = dc_take_double(&c);
		if (!(parameters->model.m[l] > 0 && parameters->model.u[l] > 0))
			dc_refuse_packed();
	}
	parameters->words = take_words(&c);
	if (!(parameters->model.prior > 0) || c.at != c.end)
		dc_refuse_packed();
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
