/*-------------------------------------------------------------------------
 *
 * merge_fields.c
 *	  The aggregates merge_fields and merge_origins: one entity's members in, what
 *	  survives of them out, as one row or with the origin of each value.
 *
 * The state holds copies of the contacts; everything is decided by the final functions.
 * So a view over all entities is one GROUP BY, in the order of an index, by hash or by
 * sort as the planner likes, and costs O(n log n) in the members of an entity.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "merge/merge.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

/* ---------- gathering ---------- */

static int
rule_named(const char *name, int length)
{
	for (int r = 0; r < RULE_COUNT; r++)
		if (strlen(dc_rule_names[r]) == length && strncmp(dc_rule_names[r], name, length) == 0)
			return r;
	elog(ERROR, "unknown rule of survivorship");
}

/* Reads "rule,field=rule,field=rule": the general rule, then those of single fields. */
static void
read_rules(const char *text, DcRules *rules)
{
	int			length = strcspn(text, ",");

	memset(rules, 0, sizeof(DcRules));
	for (int f = 0; f <= M_COUNT; f++)
		rules->rule[f] = rule_named(text, length);
	for (text += length; *text == ','; text += length)
	{
		int			name = strcspn(++text, "=");

		length = strcspn(text, ",");
		for (int f = 0; f <= M_COUNT; f++)
			if (strlen(dc_merge_field_names[f]) == name && strncmp(dc_merge_field_names[f], text, name) == 0)
			{
				rules->rule[f] = rule_named(text + name + 1, length - name - 1);
				rules->own[f] = true;
			}
	}
}

static DcMergeColumns *
find_columns(FunctionCallInfo fcinfo, HeapTupleHeader contact)
{
	DcMergeColumns *columns = fcinfo->flinfo->fn_extra;
	MemoryContext old;

	if (columns != NULL && columns->desc->tdtypeid == HeapTupleHeaderGetTypeId(contact) &&
		columns->desc->tdtypmod == HeapTupleHeaderGetTypMod(contact))
		return columns;
	old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	columns = palloc0(sizeof(DcMergeColumns));
	columns->desc = lookup_rowtype_tupdesc_copy(HeapTupleHeaderGetTypeId(contact), HeapTupleHeaderGetTypMod(contact));
	for (int f = 0; f < M_COUNT; f++)
		columns->field[f] = SPI_fnumber(columns->desc, dc_merge_field_names[f]);
	columns->attributes = SPI_fnumber(columns->desc, "attributes");
	columns->other_emails = SPI_fnumber(columns->desc, "other_emails");
	columns->other_phones = SPI_fnumber(columns->desc, "other_phones");
	columns->problems = SPI_fnumber(columns->desc, "problems");
	columns->contact_id = SPI_fnumber(columns->desc, "contact_id");
	columns->controller_id = SPI_fnumber(columns->desc, "controller_id");
	columns->source = SPI_fnumber(columns->desc, "source");
	columns->external_id = SPI_fnumber(columns->desc, "external_id");
	columns->received_at = SPI_fnumber(columns->desc, "received_at");
	columns->updated_at = SPI_fnumber(columns->desc, "updated_at");
	columns->context = fcinfo->flinfo->fn_mcxt;
	MemoryContextSwitchTo(old);
	fcinfo->flinfo->fn_extra = columns;
	return columns;
}

/* Reads the rules and the priorities of a controller; SPI is connected. */
static void
read_controller(DcRules *rules, int controller_id, MemoryContext context)
{
	Oid			type = INT4OID;
	Datum		arg = Int32GetDatum(controller_id);

	if (SPI_execute_with_args("SELECT dropcontact.survivorship_rules($1)", 1, &type, &arg, NULL, true, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not read the rules of survivorship");
	read_rules(SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1), rules);
	rules->controller_id = controller_id;
	if (SPI_execute_with_args("SELECT name, priority FROM dropcontact.source WHERE controller_id = $1 ORDER BY name COLLATE \"C\"",
							  1, &type, &arg, NULL, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the sources");
	rules->nsources = SPI_processed;
	rules->source = MemoryContextAlloc(context, sizeof(DcSourcePriority) * (SPI_processed + 1));
	for (int i = 0; i < rules->nsources; i++)
	{
		bool		isnull;

		rules->source[i].name = MemoryContextStrdup(context, SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1));
		rules->source[i].priority = DatumGetInt32(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 2, &isnull));
	}
}

/* The rules of the contact's controller, read once in a query for each. */
static DcRules *
find_rules(DcMergeColumns *columns, HeapTupleHeader contact)
{
	bool		isnull;
	int			controller_id = DatumGetInt32(GetAttributeByNum(contact, columns->controller_id, &isnull));
	DcRules    *rules;

	for (rules = columns->rules; rules != NULL; rules = rules->next)
		if (rules->controller_id == controller_id)
			return rules;
	rules = MemoryContextAlloc(columns->context, sizeof(DcRules));
	SPI_connect();
	read_controller(rules, controller_id, columns->context);
	SPI_finish();
	rules->next = columns->rules;
	columns->rules = rules;
	return rules;
}

static DcStanding
standing_of(text *state)
{
	char	   *s = text_to_cstring(state);

	if (strcmp(s, "hard_bounce") == 0 || strcmp(s, "departed") == 0)
		return STANDING_UNUSABLE;
	return strcmp(s, "valid") == 0 ? STANDING_CHECKED : STANDING_USABLE;
}

static DcMember *
new_member(DcMembers *members)
{
	if (members->n == members->capacity)
	{
		members->capacity = Max(2, members->capacity * 2);
		members->member = members->member == NULL
			? palloc(sizeof(DcMember) * members->capacity)
			: repalloc_huge(members->member, sizeof(DcMember) * members->capacity);
	}
	return &members->member[members->n++];
}

/* gather_member(internal, contact, link_probability, email_state, company_entity_id) */
PG_FUNCTION_INFO_V1(gather_member);
Datum
gather_member(PG_FUNCTION_ARGS)
{
	DcMembers  *members = PG_ARGISNULL(0) ? NULL : (DcMembers *) PG_GETARG_POINTER(0);
	MemoryContext context;
	MemoryContext old;
	HeapTupleHeader contact;
	DcMember   *member;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "gather_member called outside of an aggregate");
	if (PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("a member of an entity has no contact")));
	contact = PG_GETARG_HEAPTUPLEHEADER(1);
	old = MemoryContextSwitchTo(context);
	if (members == NULL)
	{
		members = palloc0(sizeof(DcMembers));
		members->columns = find_columns(fcinfo, contact);
		members->rules = find_rules(members->columns, contact);
	}
	member = new_member(members);
	memset(member, 0, sizeof(DcMember));
	member->contact = palloc(HeapTupleHeaderGetDatumLength(contact));
	memcpy(member->contact, contact, HeapTupleHeaderGetDatumLength(contact));
	member->has_link = !PG_ARGISNULL(2);
	member->link_probability = member->has_link ? PG_GETARG_FLOAT8(2) : 0;
	member->email_standing = PG_ARGISNULL(3) ? STANDING_USABLE : standing_of(PG_GETARG_TEXT_PP(3));
	member->has_company = !PG_ARGISNULL(4);
	member->company_entity_id = member->has_company ? PG_GETARG_INT64(4) : 0;
	MemoryContextSwitchTo(old);
	PG_RETURN_POINTER(members);
}

/* ---------- showing ---------- */

static Datum
text_datum(const DcCandidate *candidate)
{
	return PointerGetDatum(cstring_to_text_with_len(candidate->data, candidate->length));
}

/* The values of a list but those that stand in the fields already; NULL when none is left. */
static Datum
text_array(const DcCandidate *values, int n, const DcCandidate *skip_a, const DcCandidate *skip_b, bool *isnull)
{
	const DcCandidate *skip[] = {skip_a, skip_b};
	Datum	   *datums = palloc(sizeof(Datum) * (n + 1));
	int			count = 0;

	for (int i = 0; i < n; i++)
	{
		bool		keep = true;

		for (int s = 0; s < lengthof(skip); s++)
			if (skip[s] != NULL && skip[s]->data != NULL && skip[s]->length == values[i].length &&
				memcmp(skip[s]->data, values[i].data, values[i].length) == 0)
				keep = false;
		if (keep)
			datums[count++] = text_datum(&values[i]);
	}
	*isnull = count == 0;
	return count == 0 ? (Datum) 0 : PointerGetDatum(construct_array(datums, count, TEXTOID, -1, false, TYPALIGN_INT));
}

static Datum
merged_attributes(const DcMerged *merged, bool *isnull)
{
	JsonbParseState *state = NULL;
	JsonbValue *object;

	*isnull = merged->nattributes == 0;
	if (*isnull)
		return (Datum) 0;
	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	for (int i = 0; i < merged->nattributes; i++)
	{
		const DcCandidate *attribute = &merged->attributes[i];
		JsonbValue	key;
		JsonbValue	value;

		key.type = jbvString;
		key.val.string.val = unconstify(char *, attribute->key);
		key.val.string.len = strlen(attribute->key);
		pushJsonbValue(&state, WJB_KEY, &key);
		value.type = jbvBinary;
		value.val.binary.data = &attribute->json->root;
		value.val.binary.len = VARSIZE(attribute->json) - VARHDRSZ;
		pushJsonbValue(&state, WJB_VALUE, JB_ROOT_IS_SCALAR(attribute->json)
					   ? getIthJsonbValueFromContainer(&attribute->json->root, 0) : &value);
	}
	object = pushJsonbValue(&state, WJB_END_OBJECT, NULL);
	return JsonbPGetDatum(JsonbValueToJsonb(object));
}

static int
by_int64(const void *a, const void *b)
{
	int64		x = *(const int64 *) a;
	int64		y = *(const int64 *) b;

	return x < y ? -1 : x > y;
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *) a, *(char *const *) b);
}

static Datum
contact_ids(const DcMerged *merged, int n)
{
	int64	   *ids = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(int64) * n);
	Datum	   *datums = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Datum) * n);

	for (int i = 0; i < n; i++)
		ids[i] = merged->origin[i].contact_id;
	qsort(ids, n, sizeof(int64), by_int64);
	for (int i = 0; i < n; i++)
		datums[i] = Int64GetDatum(ids[i]);
	return PointerGetDatum(construct_array(datums, n, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

static Datum
sources(const DcMerged *merged, int n)
{
	const char **names = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(char *) * n);
	Datum	   *datums = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Datum) * n);
	int			distinct = 0;

	for (int i = 0; i < n; i++)
		names[i] = merged->origin[i].source;
	qsort(names, n, sizeof(char *), by_text);
	for (int i = 0; i < n; i++)
		if (i == 0 || strcmp(names[i - 1], names[i]) != 0)
			datums[distinct++] = CStringGetTextDatum(names[i]);
	return PointerGetDatum(construct_array(datums, distinct, TEXTOID, -1, false, TYPALIGN_INT));
}

/* What a final function of this file answers: a row type that the catalog knows. */
static TupleDesc
result_row(FunctionCallInfo fcinfo, Oid type)
{
	if (fcinfo->flinfo->fn_extra == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);

		fcinfo->flinfo->fn_extra = BlessTupleDesc(lookup_rowtype_tupdesc_copy(type, -1));
		MemoryContextSwitchTo(old);
	}
	return fcinfo->flinfo->fn_extra;
}

/* merged_row(internal) → merged_fields, whose columns are filled in their order */
PG_FUNCTION_INFO_V1(merged_row);
Datum
merged_row(PG_FUNCTION_ARGS)
{
	TupleDesc	desc = result_row(fcinfo, get_func_rettype(fcinfo->flinfo->fn_oid));
	Datum	   *values = palloc0(sizeof(Datum) * desc->natts);
	bool	   *nulls = palloc0(sizeof(bool) * desc->natts);
	const DcMembers *members = (const DcMembers *) PG_GETARG_POINTER(0);
	DcMerged	m;
	int			i = 0;

	dc_merge_members(members, &m);
	for (; i < M_COUNT; i++)
	{
		nulls[i] = m.field[i].data == NULL;
		if (!nulls[i])
			values[i] = text_datum(&m.field[i]);
	}
	values[i] = text_array(m.emails, m.nemails, &m.field[M_EMAIL], NULL, &nulls[i]);
	i++;
	values[i] = text_array(m.phones, m.nphones, &m.field[M_PHONE], &m.field[M_MOBILE_PHONE], &nulls[i]);
	i++;
	values[i] = merged_attributes(&m, &nulls[i]);
	i++;
	values[i] = text_array(m.emails, m.nemails, NULL, NULL, &nulls[i]);
	i++;
	values[i] = text_array(m.phones, m.nphones, NULL, NULL, &nulls[i]);
	i++;
	values[i] = Int64GetDatum(m.company_entity_id);
	nulls[i++] = !m.has_company;
	values[i++] = sources(&m, members->n);
	values[i++] = contact_ids(&m, members->n);
	values[i++] = Int32GetDatum(members->n);
	values[i++] = Float8GetDatum(m.confidence);
	Assert(i == desc->natts);
	PG_RETURN_HEAPTUPLEHEADER(heap_form_tuple(desc, values, nulls)->t_data);
}

typedef struct Origins
{
	TupleDesc	desc;
	Datum	   *datums;
	int			n;
} Origins;

static void
add_origin(Origins *origins, const char *field, const DcCandidate *value, const char *rule)
{
	Datum		values[5];
	bool		nulls[5] = {false};

	values[0] = CStringGetTextDatum(field);
	values[1] = text_datum(value);
	values[2] = Int64GetDatum(value->origin->contact_id);
	values[3] = CStringGetTextDatum(value->origin->source);
	values[4] = CStringGetTextDatum(value->standing == STANDING_UNUSABLE ? psprintf("%s, only unusable values", rule) : rule);
	origins->datums[origins->n++] = HeapTupleGetDatum(heap_form_tuple(origins->desc, values, nulls));
}

static void
add_list_origins(Origins *origins, const char *list, const DcCandidate *values, int n, const char *rule)
{
	for (int i = 0; i < n; i++)
		add_origin(origins, psprintf("%s[%d]", list, i + 1), &values[i], rule);
}

/* merged_origins(internal) → merged_origin[] */
PG_FUNCTION_INFO_V1(merged_origins);
Datum
merged_origins(PG_FUNCTION_ARGS)
{
	Oid			type = get_element_type(get_func_rettype(fcinfo->flinfo->fn_oid));
	const DcMembers *members = (const DcMembers *) PG_GETARG_POINTER(0);
	const DcRules *rules = members->rules;
	Origins		origins = {result_row(fcinfo, type)};
	DcMerged	m;

	dc_merge_members(members, &m);
	origins.datums = palloc(sizeof(Datum) * (M_COUNT + m.nemails + m.nphones + m.nattributes));
	for (int f = 0; f < M_COUNT; f++)
		if (m.field[f].data != NULL)
			add_origin(&origins, dc_merge_field_names[f], &m.field[f],
					   f < M_FIRST_DERIVED ? dc_rule_names[rules->rule[f]]
					   : psprintf("with %s", dc_merge_field_names[dc_merge_base[f]]));
	add_list_origins(&origins, "emails", m.emails, m.nemails, dc_rule_names[rules->rule[M_EMAIL]]);
	add_list_origins(&origins, "phones", m.phones, m.nphones, dc_rule_names[rules->rule[M_PHONE]]);
	for (int i = 0; i < m.nattributes; i++)
		add_origin(&origins, psprintf("attributes.%s", m.attributes[i].key), &m.attributes[i], dc_rule_names[rules->rule[M_ATTRIBUTES]]);
	PG_RETURN_ARRAYTYPE_P(construct_array(origins.datums, origins.n, type, -1, false, TYPALIGN_DOUBLE));
}
