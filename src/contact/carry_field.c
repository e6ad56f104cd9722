/*-------------------------------------------------------------------------
 *
 * carry_field.c
 *	  Which columns of an attached table give which fields, and their values as JSON.
 *
 * The mapping is kept in a trigger that never fires: its column list follows columns that are renamed, and is part of
 * a dump.  Its arguments are pairs of place in that list and field.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "contact/carry.h"
#include "contact/record.h"

#define MAPPING_TRIGGER "dropcontact_columns"

static void
set_field(Field *field, const char *name, int attnum, TupleDesc desc)
{
	Oid			type = getBaseType(TupleDescAttr(desc, attnum - 1)->atttypid);
	Oid			element = get_element_type(type);
	Oid			output;
	bool		is_varlena;

	field->name = name;
	field->column = dc_record_find(name, strlen(name));
	field->attnum = attnum;
	field->is_array = OidIsValid(element);
	field->type = field->is_array ? getBaseType(element) : type;
	get_typlenbyvalalign(field->is_array ? element : type, &field->length, &field->byval, &field->align);
	getTypeOutputInfo(field->is_array ? element : type, &output, &is_varlena);
	fmgr_info(output, &field->output);
}

/* Whoever owns the table can make a trigger of that name by hand. */
static void
refuse_mapping(const Carrier *carrier)
{
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("trigger " MAPPING_TRIGGER " of table \"%s\" is not the one that dropcontact.attach_table() made", RelationGetRelationName(carrier->relation)),
			 errhint("Call dropcontact.detach_table(), and dropcontact.attach_table() again.")));
}

void
dc_read_mapping(Carrier *carrier)
{
	TriggerDesc *triggers = carrier->relation->trigdesc;
	Trigger    *mapping = NULL;

	for (int i = 0; triggers != NULL && i < triggers->numtriggers; i++)
		if (strcmp(triggers->triggers[i].tgname, MAPPING_TRIGGER) == 0)
			mapping = &triggers->triggers[i];
	if (mapping == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("table \"%s\" is attached, but a column that gives a field of contacts is gone", RelationGetRelationName(carrier->relation)),
				 errdetail("Trigger " MAPPING_TRIGGER " is missing."),
				 errhint("Call dropcontact.detach_table(), and dropcontact.attach_table() with another mapping.")));
	carrier->nfields = mapping->tgnargs / 2;
	carrier->fields = palloc0(sizeof(Field) * Max(1, carrier->nfields));
	for (int i = 0; i < carrier->nfields; i++)
	{
		int			place = atoi(mapping->tgargs[2 * i]);

		if (place < 1 || place > mapping->tgnattr)
			refuse_mapping(carrier);
		set_field(&carrier->fields[i], mapping->tgargs[2 * i + 1], mapping->tgattr[place - 1], RelationGetDescr(carrier->relation));
	}
	if (carrier->nfields == 0 || carrier->fields[0].column != R_EXTERNAL_ID)
		refuse_mapping(carrier);
}

static void
push_text(Carrier *carrier, JsonbIteratorToken token, char *s)
{
	JsonbValue	v;

	v.type = jbvString;
	v.val.string.val = s;
	v.val.string.len = strlen(s);
	carrier->bytes += v.val.string.len;
	pushJsonbValue(&carrier->records, token, &v);
}

/* A value as its type writes it; the blanks that fill up a char(n) are no part of it. */
char *
dc_field_text(Field *field, Datum value)
{
	char	   *text = OutputFunctionCall(&field->output, value);
	size_t		len = strlen(text);

	while (field->type == BPCHAROID && len > 0 && text[len - 1] == ' ')
		text[--len] = '\0';
	return text;
}

/* Numbers, booleans and JSON keep their type in an attribute; anything else is its text. */
static void
push_scalar(Carrier *carrier, JsonbIteratorToken token, Field *field, Datum value)
{
	JsonbValue	v;
	char	   *text;

	if (field->type == JSONBOID && (field->column < 0 || field->column == R_ATTRIBUTES))
	{
		Jsonb	   *json = DatumGetJsonbP(value);

		if (JB_ROOT_IS_SCALAR(json))
			(void) JsonbExtractScalar(&json->root, &v);
		else
			JsonbToJsonbValue(json, &v);
		carrier->bytes += VARSIZE(json);
		pushJsonbValue(&carrier->records, token, &v);
		return;
	}
	text = dc_field_text(field, value);
	if (field->column >= 0 && field->column != R_ATTRIBUTES)
		push_text(carrier, token, text);
	else if (field->type == BOOLOID)
	{
		v.type = jbvBool;
		v.val.boolean = DatumGetBool(value);
		pushJsonbValue(&carrier->records, token, &v);
	}
	else if (field->type == JSONOID)
	{
		field->type = JSONBOID;
		push_scalar(carrier, token, field, DirectFunctionCall1(jsonb_in, CStringGetDatum(text)));
		field->type = JSONOID;
	}
	else if ((field->type == INT2OID || field->type == INT4OID || field->type == INT8OID || field->type == NUMERICOID ||
			  field->type == FLOAT4OID || field->type == FLOAT8OID) && strpbrk(text, "nN") == NULL)
	{
		v.type = jbvNumeric;
		v.val.numeric = DatumGetNumeric(DirectFunctionCall3(numeric_in, CStringGetDatum(text), ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
		pushJsonbValue(&carrier->records, token, &v);
	}
	else
		push_text(carrier, token, text);
}

static void
push_null(Carrier *carrier, JsonbIteratorToken token)
{
	JsonbValue	v;

	v.type = jbvNull;
	pushJsonbValue(&carrier->records, token, &v);
}

void
dc_push_field(Carrier *carrier, Field *field, Datum value, bool isnull)
{
	Datum	   *members;
	bool	   *nulls;
	int			n;

	push_text(carrier, WJB_KEY, unconstify(char *, field->name));
	if (isnull)
		push_null(carrier, WJB_VALUE);
	else if (!field->is_array)
		push_scalar(carrier, WJB_VALUE, field, value);
	else
	{
		deconstruct_array(DatumGetArrayTypeP(value), ARR_ELEMTYPE(DatumGetArrayTypeP(value)), field->length, field->byval, field->align,
						  &members, &nulls, &n);
		pushJsonbValue(&carrier->records, WJB_BEGIN_ARRAY, NULL);
		for (int i = 0; i < n; i++)
		{
			if (nulls[i])
				push_null(carrier, WJB_ELEM);
			else
				push_scalar(carrier, WJB_ELEM, field, members[i]);
		}
		pushJsonbValue(&carrier->records, WJB_END_ARRAY, NULL);
	}
}
