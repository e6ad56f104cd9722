/*-------------------------------------------------------------------------
 *
 * tombstone.c
 *	  Persons who were erased and must not come back, by whatever path.
 *
 * A tombstone is a set of tokens (token.c), of which the session remembers those of its controllers (graveyard.c): a
 * contact of whom no mark is set costs a few short hashes, and an HMAC is computed for the others alone.  A controller
 * that has no tombstones costs one comparison a row.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/rel.h"

#include "duty/duty.h"
#include "duty/graveyard.h"

static DcIdentity
value_identity(const char *value)
{
	return (DcIdentity) {.kind = "value", .first = value, .second = ""};
}

static Datum
token_datum(const Graveyard *g, const DcIdentity *identity)
{
	bytea	   *result = palloc(VARHDRSZ + DC_TOKEN_BYTES);
	DcToken		token;

	dc_token(&g->key, identity, &token);
	SET_VARSIZE(result, VARHDRSZ + DC_TOKEN_BYTES);
	memcpy(VARDATA(result), token.byte, DC_TOKEN_BYTES);
	return PointerGetDatum(result);
}

/*
 * The token of the empty value stands among the tombstones: it says whether the key is the one that they were made
 * with.  A key that is not would let everybody in.
 */
static void
check_key(Graveyard *g)
{
	DcIdentity	empty = value_identity("");
	Oid			types[] = {INT4OID, BYTEAOID};
	Datum		args[] = {Int32GetDatum(g->controller_id), (Datum) 0};
	bool		isnull;
	bool		known;

	if (g->key_checked || !g->has_key)
		return;
	args[1] = token_datum(g, &empty);
	SPI_connect();
	/* NULL while there are none */
	known = DatumGetBool(dc_read_as_owner("SELECT CASE WHEN EXISTS (SELECT FROM dropcontact.tombstone t WHERE t.controller_id OPERATOR(pg_catalog.=) $1)"
										  " THEN EXISTS (SELECT FROM dropcontact.tombstone t WHERE t.controller_id OPERATOR(pg_catalog.=) $1 AND t.token OPERATOR(pg_catalog.=) $2) END",
										  2, types, args, &isnull));
	SPI_finish();
	if (!isnull && !known)
		ereport(ERROR,
				(errcode(ERRCODE_CONFIG_FILE_ERROR),
				 errmsg("the tombstones of controller %d were made with another key", g->controller_id),
				 errdetail("Persons who were erased could come back."),
				 errhint("Let dropcontact.tombstone_key_file name the key file that was in use, or copy it from the server that the data come from.")));
	g->key_checked = !isnull;
}

bool
dc_has_tombstones(int controller_id)
{
	return dc_open_graveyard(controller_id)->n > 0;
}

static bool
may_lie_here(const void *of, const char *first)
{
	const Graveyard *g = of;

	return dc_has_bit(g, g->firsts, dc_first_mark(&g->key, first));
}

bool
dc_refuses(int controller_id, const DcPerson *person)
{
	Graveyard  *g = dc_open_graveyard(controller_id);
	DcIdentity	identities[DC_MAX_IDENTITIES];
	int			n;

	if (g->n == 0)
		return false;
	check_key(g);
	n = dc_identities(person, may_lie_here, g, identities);
	for (int i = 0; i < n; i++)
		if (dc_has_bit(g, g->identities, dc_identity_mark(&g->key, &identities[i])) && dc_lies_here(g, &identities[i]))
			return true;
	return false;
}

/* ---------- for SQL ---------- */

static const char *
text_attribute(HeapTupleHeader contact, const char *name)
{
	bool		isnull;
	Datum		value = GetAttributeByName(contact, name, &isnull);

	return isnull ? NULL : TextDatumGetCString(value);
}

static int
list_attribute(HeapTupleHeader contact, const char *name, const char **list)
{
	bool		isnull;
	Datum		value = GetAttributeByName(contact, name, &isnull);
	Datum	   *elements;
	bool	   *nulls;
	int			n;
	int			kept = 0;

	if (isnull)
		return 0;
	deconstruct_array(DatumGetArrayTypeP(value), TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, &n);
	for (int i = 0; i < n && kept < DC_PERSON_LIST; i++)
		if (!nulls[i])
			list[kept++] = TextDatumGetCString(elements[i]);
	return kept;
}

static DcPerson
person_of(HeapTupleHeader contact)
{
	DcPerson	person = {
		.full_name = text_attribute(contact, "full_name"),
		.first_name = text_attribute(contact, "first_name"),
		.last_name = text_attribute(contact, "last_name"),
		.email = text_attribute(contact, "email"),
		.phone = text_attribute(contact, "phone"),
		.mobile_phone = text_attribute(contact, "mobile_phone"),
		.linkedin = text_attribute(contact, "linkedin"),
		.company = text_attribute(contact, "company"),
		.source = text_attribute(contact, "source"),
		.external_id = text_attribute(contact, "external_id")
	};

	person.nother_emails = list_attribute(contact, "other_emails", person.other_emails);
	person.nother_phones = list_attribute(contact, "other_phones", person.other_phones);
	return person;
}

PG_FUNCTION_INFO_V1(tombstone_tokens);
Datum
tombstone_tokens(PG_FUNCTION_ARGS)
{
	Graveyard  *g = dc_graveyard_of(PG_GETARG_INT32(0));
	DcPerson	person = person_of(PG_GETARG_HEAPTUPLEHEADER(1));
	DcIdentity	identities[DC_MAX_IDENTITIES];
	Datum		result[DC_MAX_IDENTITIES];
	int			n;

	check_key(g);
	n = dc_identities(&person, NULL, NULL, identities);
	for (int i = 0; i < n; i++)
		result[i] = token_datum(g, &identities[i]);
	PG_RETURN_ARRAYTYPE_P(construct_array(result, n, BYTEAOID, -1, false, TYPALIGN_INT));
}

bool
dc_refuses_row(int controller_id, HeapTupleHeader contact)
{
	DcPerson	person = person_of(contact);

	return dc_refuses(controller_id, &person);
}

PG_FUNCTION_INFO_V1(is_erased);
Datum
is_erased(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(dc_refuses_row(PG_GETARG_INT32(0), PG_GETARG_HEAPTUPLEHEADER(1)));
}

PG_FUNCTION_INFO_V1(tombstones_changed);
Datum
tombstones_changed(PG_FUNCTION_ARGS)
{
	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("tombstones_changed is a trigger of tombstone and tombstone_key")));
	dc_tombstones_changed(((TriggerData *) fcinfo->context)->tg_relation->rd_id);
	PG_RETURN_POINTER(NULL);
}

PG_FUNCTION_INFO_V1(value_token);
Datum
value_token(PG_FUNCTION_ARGS)
{
	DcIdentity	identity = value_identity(text_to_cstring(PG_GETARG_TEXT_PP(1)));

	PG_RETURN_DATUM(token_datum(dc_graveyard_of(PG_GETARG_INT32(0)), &identity));
}

PG_FUNCTION_INFO_V1(value_mark);
Datum
value_mark(PG_FUNCTION_ARGS)
{
	text	   *value = PG_GETARG_TEXT_PP(1);

	PG_RETURN_INT32((int32) dc_first_mark(&dc_graveyard_of(PG_GETARG_INT32(0))->key, text_to_cstring(value)));
}

PG_FUNCTION_INFO_V1(token_mark);
Datum
token_mark(PG_FUNCTION_ARGS)
{
	bytea	   *token = PG_GETARG_BYTEA_PP(0);

	if (VARSIZE_ANY_EXHDR(token) != DC_TOKEN_BYTES)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a token has %d bytes", DC_TOKEN_BYTES)));
	PG_RETURN_INT32((int32) dc_token_mark((const unsigned char *) VARDATA_ANY(token), 0));
}
