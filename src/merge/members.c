/*-------------------------------------------------------------------------
 *
 * members.c
 *	  From the members of one entity to the values that survive.
 *
 * Everything that is shown of a merged contact, values and origins alike, is decided
 * here once, so that merged_contact and merged_field cannot disagree.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "merge/merge.h"
#include "normalize/normalize.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

const char *const dc_merge_field_names[M_COUNT + 1] = {
	"relation", "full_name", "civility", "first_name", "middle_name", "last_name", "suffix",
	"email", "phone", "mobile_phone", "company", "website", "linkedin", "company_linkedin",
	"siren", "siret", "vat", "naf", "employees", "address", "postcode", "city", "country", "job_title",
	"legal_form", "email_qualification", "phone_kind", "mobile_kind", "gender", "job_level", "job_function",
	"attributes"
};

const DcMergeField dc_merge_base[M_COUNT] = {
	[M_LEGAL_FORM] = M_COMPANY, [M_EMAIL_QUALIFICATION] = M_EMAIL, [M_PHONE_KIND] = M_PHONE,
	[M_MOBILE_KIND] = M_MOBILE_PHONE, [M_GENDER] = M_FIRST_NAME, [M_JOB_LEVEL] = M_JOB_TITLE,
	[M_JOB_FUNCTION] = M_JOB_TITLE
};

/* One member, its columns apart. */
typedef struct Row
{
	const DcMember *member;
	const DcMergeColumns *columns;
	Datum	   *values;
	bool	   *nulls;
	Jsonb	   *problems;
	DcOrigin   *origin;
} Row;

static char *
text_column(const Row *row, int column)
{
	return row->nulls[column - 1] ? NULL : TextDatumGetCString(row->values[column - 1]);
}

static int
compare_source(const void *name, const void *source)
{
	return strcmp(name, ((const DcSourcePriority *) source)->name);
}

/* A source that the reader may not see comes last. */
static int
source_priority(const DcRules *rules, const char *name)
{
	const DcSourcePriority *found = bsearch(name, rules->source, rules->nsources, sizeof(DcSourcePriority), compare_source);

	return found == NULL ? PG_INT32_MAX : found->priority;
}

static void
open_row(Row *row, const DcMembers *members, int i, DcOrigin *origin)
{
	const DcMergeColumns *columns = members->columns;
	HeapTupleData tuple;
	int			natts = columns->desc->natts;
	int			as_of = columns->updated_at;

	row->member = &members->member[i];
	row->columns = columns;
	row->values = palloc(sizeof(Datum) * natts);
	row->nulls = palloc(sizeof(bool) * natts);
	tuple.t_len = HeapTupleHeaderGetDatumLength(row->member->contact);
	tuple.t_data = row->member->contact;
	heap_deform_tuple(&tuple, columns->desc, row->values, row->nulls);
	/* never so in the table, but a caller can put a row together */
	if (row->nulls[columns->contact_id - 1] || row->nulls[columns->source - 1] || row->nulls[columns->received_at - 1])
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("a contact that is merged has contact_id, source and received_at")));
	row->problems = row->nulls[columns->problems - 1] ? NULL : DatumGetJsonbP(row->values[columns->problems - 1]);
	if (row->nulls[as_of - 1])
		as_of = columns->received_at;
	origin->contact_id = DatumGetInt64(row->values[columns->contact_id - 1]);
	origin->source = text_column(row, columns->source);
	origin->external_id = text_column(row, columns->external_id);
	origin->priority = source_priority(members->rules, origin->source);
	origin->as_of = DatumGetTimestampTz(row->values[as_of - 1]);
	row->origin = origin;
}

static bool
is_problem(const Row *row, const char *field)
{
	JsonbValue	value;

	return row->problems != NULL &&
		getKeyJsonValueFromContainer(&row->problems->root, field, strlen(field), &value) != NULL;
}

static bool
has_register_number(const Row *row)
{
	static const DcMergeField numbers[] = {M_SIREN, M_SIRET, M_VAT};

	for (int i = 0; i < lengthof(numbers); i++)
		if (!row->nulls[row->columns->field[numbers[i]] - 1] && !is_problem(row, dc_merge_field_names[numbers[i]]))
			return true;
	return false;
}

/*
 * A checked value comes before an unchecked one by the rule valid_first, and where the
 * user has not chosen a rule for this field.
 */
static DcStanding
field_standing(const Row *row, DcMergeField field, const DcRules *rules)
{
	DcStanding	standing = STANDING_USABLE;

	if (is_problem(row, dc_merge_field_names[field]))
		return STANDING_UNUSABLE;
	if (field == M_EMAIL)
		standing = row->member->email_standing;
	else if (field == M_COMPANY && has_register_number(row))
		standing = STANDING_CHECKED;
	if (standing == STANDING_CHECKED && rules->own[field] && rules->rule[field] != RULE_VALID_FIRST)
		standing = STANDING_USABLE;
	return standing;
}

static void
set_candidate(DcCandidate *candidate, const Row *row, int index, Datum text_datum)
{
	text	   *value = DatumGetTextPP(text_datum);

	memset(candidate, 0, sizeof(DcCandidate));
	candidate->data = VARDATA_ANY(value);
	candidate->length = VARSIZE_ANY_EXHDR(value);
	candidate->row = index;
	candidate->origin = row->origin;
	candidate->standing = STANDING_USABLE;
}

/* The candidates of one text field; out has room for one a member. */
static int
field_candidates(const Row *rows, int n, DcMergeField field, const DcRules *rules, DcCandidate *out)
{
	int			count = 0;

	for (int i = 0; i < n; i++)
	{
		int			column = rows[i].columns->field[field] - 1;

		if (rows[i].nulls[column])
			continue;
		set_candidate(&out[count], &rows[i], i, rows[i].values[column]);
		out[count++].standing = field_standing(&rows[i], field, rules);
	}
	return count;
}

/* Values of the lists are not named in problems: whether one is usable shows in itself. */
static DcStanding
listed_standing(const DcCandidate *candidate, bool is_email)
{
	char	   *value = pnstrdup(candidate->data, candidate->length);
	bool		usable = is_email ? dc_normalize_email(value) != NULL
		: value[0] == '+' || strspn(value, "0123456789") == candidate->length;

	return usable ? STANDING_USABLE : STANDING_UNUSABLE;
}

typedef struct ValueList
{
	DcCandidate *candidate;
	int			n;
	int			capacity;
} ValueList;

static DcCandidate *
append(ValueList *list)
{
	if (list->n >= list->capacity)
	{
		list->capacity = Max(8, list->capacity * 2);
		list->candidate = list->candidate == NULL
			? palloc(sizeof(DcCandidate) * list->capacity)
			: repalloc_huge(list->candidate, sizeof(DcCandidate) * list->capacity);
	}
	return &list->candidate[list->n++];
}

static void
append_list(ValueList *list, const Row *row, int index, int column, bool is_email)
{
	Datum	   *elements;
	bool	   *nulls;
	int			n;

	if (row->nulls[column - 1])
		return;
	deconstruct_array(DatumGetArrayTypeP(row->values[column - 1]), TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, &n);
	for (int i = 0; i < n; i++)
	{
		DcCandidate *candidate;

		if (nulls[i])
			continue;
		candidate = append(list);
		set_candidate(candidate, row, index, elements[i]);
		candidate->standing = listed_standing(candidate, is_email);
		candidate->place = 1;
	}
}

static void
append_fields(ValueList *list, const Row *rows, int n, DcMergeField field, const DcRules *rules, int tie)
{
	DcCandidate *candidates = palloc(sizeof(DcCandidate) * n);
	int			count = field_candidates(rows, n, field, rules, candidates);

	for (int i = 0; i < count; i++)
	{
		DcCandidate *candidate = append(list);

		*candidate = candidates[i];
		candidate->column = tie;
	}
	pfree(candidates);
}

static void
merge_emails(const Row *rows, int n, const DcRules *rules, DcMerged *merged)
{
	ValueList		list = {0};

	append_fields(&list, rows, n, M_EMAIL, rules, 0);
	for (int i = 0; i < n; i++)
		append_list(&list, &rows[i], i, rows[i].columns->other_emails, true);
	merged->emails = list.candidate;
	merged->nemails = dc_rank_values(list.candidate, list.n, rules->rule[M_EMAIL]);
	if (merged->nemails > 0)
		merged->field[M_EMAIL] = merged->emails[0];
}

static void
merge_phones(const Row *rows, int n, const DcRules *rules, DcMerged *merged)
{
	ValueList		list = {0};

	append_fields(&list, rows, n, M_PHONE, rules, 0);
	append_fields(&list, rows, n, M_MOBILE_PHONE, rules, 1);
	for (int i = 0; i < n; i++)
		append_list(&list, &rows[i], i, rows[i].columns->other_phones, false);
	merged->phones = list.candidate;
	merged->nphones = dc_rank_values(list.candidate, list.n, rules->rule[M_PHONE]);
}

static void
merge_fields_by_rule(const Row *rows, int n, const DcRules *rules, DcMerged *merged)
{
	DcCandidate *candidates = palloc(sizeof(DcCandidate) * n);

	for (int f = 0; f < M_FIRST_DERIVED; f++)
	{
		DcCandidate *best;

		if (f == M_EMAIL)
			continue;
		best = dc_survivor(candidates, field_candidates(rows, n, f, rules, candidates), rules->rule[f]);
		if (best != NULL)
			merged->field[f] = *best;
	}
	pfree(candidates);
}

/*
 * A derived field comes from the contact of its base.  Where the surviving e-mail was one
 * of other_emails, that contact's qualification is of another address: none.
 */
static void
merge_derived(const Row *rows, DcMerged *merged)
{
	for (int f = M_FIRST_DERIVED; f < M_COUNT; f++)
	{
		const DcCandidate *base = &merged->field[dc_merge_base[f]];
		int			column;

		if (base->data == NULL || base->place != 0)
			continue;
		column = rows[base->row].columns->field[f] - 1;
		if (!rows[base->row].nulls[column])
		{
			set_candidate(&merged->field[f], &rows[base->row], base->row, rows[base->row].values[column]);
			merged->field[f].standing = base->standing;
		}
	}
}

/* ---------- attributes, key by key ---------- */

/* Values are compared and shown as ->> shows them. */
static void
set_json_text(DcCandidate *candidate, const JsonbValue *value)
{
	if (value->type == jbvString)
	{
		candidate->data = value->val.string.val;
		candidate->length = value->val.string.len;
	}
	else
	{
		candidate->data = JsonbToCString(NULL, &candidate->json->root, VARSIZE(candidate->json));
		candidate->length = strlen(candidate->data);
	}
}

static void
append_attributes(ValueList *list, const Row *row, int index)
{
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue	value;
	Jsonb	   *attributes;
	char	   *key = NULL;

	if (row->nulls[row->columns->attributes - 1])
		return;
	attributes = DatumGetJsonbP(row->values[row->columns->attributes - 1]);
	if (!JB_ROOT_IS_OBJECT(attributes))
		return;
	iterator = JsonbIteratorInit(&attributes->root);
	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
			key = pnstrdup(value.val.string.val, value.val.string.len);
		else if (token == WJB_VALUE)
		{
			DcCandidate *candidate = append(list);

			memset(candidate, 0, sizeof(DcCandidate));
			candidate->json = JsonbValueToJsonb(&value);
			set_json_text(candidate, &value);
			candidate->key = key;
			candidate->row = index;
			candidate->origin = row->origin;
			candidate->standing = value.type == jbvNull ? STANDING_UNUSABLE : STANDING_USABLE;
		}
	}
}

static int
by_key(const void *a, const void *b)
{
	return strcmp(((const DcCandidate *) a)->key, ((const DcCandidate *) b)->key);
}

static void
merge_attributes(const Row *rows, int n, const DcRules *rules, DcMerged *merged)
{
	ValueList		list = {0};
	int			keys = 0;

	for (int i = 0; i < n; i++)
		append_attributes(&list, &rows[i], i);
	if (list.n > 1)
		qsort(list.candidate, list.n, sizeof(DcCandidate), by_key);
	for (int i = 0; i < list.n;)
	{
		int			j = i + 1;

		while (j < list.n && by_key(&list.candidate[i], &list.candidate[j]) == 0)
			j++;
		list.candidate[keys++] = *dc_survivor(&list.candidate[i], j - i, rules->rule[M_ATTRIBUTES]);
		i = j;
	}
	merged->attributes = list.candidate;
	merged->nattributes = keys;
}

/* ---------- all of it ---------- */

/* The company of the contact whose company survived; where it has none, the oldest of all. */
static void
merge_company(const DcMembers *members, DcMerged *merged)
{
	const DcCandidate *company = &merged->field[M_COMPANY];
	const DcMember *from = company->data == NULL ? NULL : &members->member[company->row];

	if (from == NULL || !from->has_company)
	{
		from = NULL;
		for (int i = 0; i < members->n; i++)
			if (members->member[i].has_company &&
				(from == NULL || members->member[i].company_entity_id < from->company_entity_id))
				from = &members->member[i];
	}
	merged->has_company = from != NULL;
	merged->company_entity_id = from != NULL ? from->company_entity_id : 0;
}

/* An entity is as sure as its weakest link; who is left alone by others has none. */
static void
merge_confidence(const DcMembers *members, DcMerged *merged)
{
	merged->confidence = 1.0;
	for (int i = 0; i < members->n && members->n > 1; i++)
		if (members->member[i].has_link)
			merged->confidence = Min(merged->confidence, members->member[i].link_probability);
}

void
dc_merge_members(const DcMembers *members, DcMerged *merged)
{
	Row		   *rows = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Row) * members->n);

	memset(merged, 0, sizeof(DcMerged));
	merged->origin = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(DcOrigin) * members->n);
	for (int i = 0; i < members->n; i++)
		open_row(&rows[i], members, i, &merged->origin[i]);
	merge_fields_by_rule(rows, members->n, members->rules, merged);
	merge_emails(rows, members->n, members->rules, merged);
	merge_phones(rows, members->n, members->rules, merged);
	merge_derived(rows, merged);
	merge_attributes(rows, members->n, members->rules, merged);
	merge_company(members, merged);
	merge_confidence(members, merged);
}
