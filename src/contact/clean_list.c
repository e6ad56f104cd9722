/*-------------------------------------------------------------------------
 *
 * clean_list.c
 *	  The columns of a row that are lists: other addresses, other numbers.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/jsonb.h"

#include "base/text.h"
#include "contact/cleaner.h"
#include "normalize/normalize.h"

const char *const dc_list_names[L_COUNT] = {"other_emails", "other_phones"};

/* Most members that a problem of a list tells about. */
#define MAX_PROBLEMS 5

/* The clean form of a member; NULL when it cannot be used, with the problem. */
static const char *
clean_member(const char *value, int which, const char *region, const char **problem)
{
	if (which == L_OTHER_EMAILS)
	{
		DcEmail		email = {0};
		bool		stray;

		dc_parse_email(dc_one_line(value, &stray), &email);
		*problem = email.address == NULL ? email.problem : NULL;
		return email.address;
	}
	else
	{
		DcPhone		phone = {0};

		dc_read_phone(value, region, &phone);
		*problem = phone.problem;
		return phone.e164;
	}
}

/*
 * The members of a list in clean form, those that cannot be used as they came, blank ones
 * left out.  Problems are told by place.
 */
static ArrayType *
clean_list(ArrayType *list, int which, const char *region, bool *changed, StringInfo problems)
{
	Datum	   *elements;
	bool	   *nulls;
	int			n;
	int			kept = 0;
	int			unusable = 0;

	deconstruct_array(list, TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, &n);
	for (int i = 0; i < n; i++)
	{
		const char *value = nulls[i] ? "" : TextDatumGetCString(elements[i]);
		const char *problem = NULL;
		const char *clean;

		CHECK_FOR_INTERRUPTS();
		if (*dc_clean(value) == '\0')
		{
			*changed |= !nulls[i];
			continue;
		}
		clean = clean_member(value, which, region, &problem);
		if (problem != NULL && unusable++ < MAX_PROBLEMS)
			appendStringInfo(problems, "%s%d: %s", problems->len > 0 ? "; " : "", kept + 1, problem);
		if (clean != NULL && strcmp(clean, value) != 0)
		{
			*changed = true;
			elements[kept++] = CStringGetTextDatum(clean);
		}
		else
			elements[kept++] = elements[i];
	}
	if (unusable > MAX_PROBLEMS)
		appendStringInfo(problems, "; and %d more", unusable - MAX_PROBLEMS);
	return construct_array(elements, kept, TEXTOID, -1, false, TYPALIGN_INT);
}

void
dc_clean_lists(Cleaner *cleaner, Row *row, bool is_update)
{
	const char *country = row->clean.value[F_COUNTRY];

	for (int l = 0; l < L_COUNT; l++)
	{
		int			i = cleaner->list[l] - 1;
		ArrayType  *came;
		bool		changed = false;
		StringInfoData problems;

		if (row->nulls[i])
			continue;
		if (is_update && !row->old_nulls[i] && datum_image_eq(row->values[i], row->old_values[i], false, -1))
		{
			dc_keep_note(&row->received, row->old_received, dc_list_names[l]);
			dc_keep_note(&row->problems, row->old_problems, dc_list_names[l]);
			continue;
		}
		initStringInfo(&problems);
		came = DatumGetArrayTypeP(row->values[i]);
		row->values[i] = PointerGetDatum(clean_list(came, l, country != NULL && strlen(country) == 2 ? country : row->clean.region,
													&changed, &problems));
		if (changed)
			dc_note_list(&row->received, dc_list_names[l], came);
		if (problems.len > 0)
			dc_note_string(&row->problems, dc_list_names[l], problems.data);
	}
}

/* A list as it was received, where cleaning changed it. */
void
dc_restore_list(Row *row, int column, JsonbValue *original)
{
	JsonbIterator *iterator;
	JsonbValue	v;
	ArrayBuildState *list = initArrayResult(TEXTOID, CurrentMemoryContext, false);

	if (original == NULL || original->type != jbvBinary)
		return;
	iterator = JsonbIteratorInit(original->val.binary.data);
	for (JsonbIteratorToken token = JsonbIteratorNext(&iterator, &v, true); token != WJB_DONE; token = JsonbIteratorNext(&iterator, &v, true))
		if (token == WJB_ELEM)
			list = accumArrayResult(list, PointerGetDatum(cstring_to_text_with_len(v.val.string.val, v.val.string.len)), false, TEXTOID, CurrentMemoryContext);
	row->values[column - 1] = makeArrayResult(list, CurrentMemoryContext);
	row->nulls[column - 1] = false;
}

/* The first members of a list, for who a person is. */
int
dc_list_members(const Row *row, int column, const char **members)
{
	Datum	   *elements;
	bool	   *nulls;
	int			n;
	int			kept = 0;

	if (row->nulls[column - 1])
		return 0;
	deconstruct_array(DatumGetArrayTypeP(row->values[column - 1]), TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, &n);
	for (int i = 0; i < n && kept < DC_PERSON_LIST; i++)
		if (!nulls[i])
			members[kept++] = TextDatumGetCString(elements[i]);
	return kept;
}
