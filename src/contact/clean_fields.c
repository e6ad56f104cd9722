/*-------------------------------------------------------------------------
 *
 * clean_fields.c
 *	  The text fields of a row: read, cleaned, noted, put back as they were received.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/jsonb.h"

#include "contact/cleaner.h"

static bool
same_text(Datum a, bool anull, Datum b, bool bnull)
{
	if (anull || bnull)
		return anull && bnull;
	return datum_image_eq(a, b, false, -1);
}

static bool
same_string(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* What dc_clean_row() is to work on. */
void
dc_read_fields(Cleaner *cleaner, Row *row, bool is_update)
{
	DcContactRow *clean = &row->clean;

	for (int f = 0; f < F_COUNT; f++)
	{
		int			i = cleaner->field[f] - 1;

		row->came[f] = clean->value[f] = row->nulls[i] ? NULL : TextDatumGetCString(row->values[i]);
		if (f >= F_FIRST_DERIVED)
			continue;
		clean->changed[f] = !is_update || !same_text(row->values[i], row->nulls[i], row->old_values[i], row->old_nulls[i]);
		if (!clean->changed[f] && row->old_received != NULL)
		{
			JsonbValue *original = dc_old_note(row->old_received, dc_field_names[f]);

			clean->filled[f] = original != NULL && original->type == jbvNull;
		}
	}
}

/* The original of a field and why it cannot be used, where there is something to say. */
static void
note_field(Row *row, int f)
{
	const char *name = dc_field_names[f];
	const DcContactRow *clean = &row->clean;
	bool		same = same_string(row->came[f], clean->value[f]);
	JsonbValue *original = clean->changed[f] ? NULL : dc_old_note(row->old_received, name);

	if (clean->filled[f])
	{
		/* a full name that is its parts needs no note */
		if (f != F_FULL_NAME && clean->value[f] != NULL)
		{
			dc_note_entry(&row->received, name, &(JsonbValue) {.type = jbvNull});
		}
	}
	else if (original != NULL)
	{
		if (original->type != jbvNull)
			dc_note_entry(&row->received, name, original);
	}
	else if (!same && row->came[f] != NULL && row->came[f][0] != '\0')
		dc_note_string(&row->received, name, row->came[f]);

	if (clean->problem[f] != NULL)
		dc_note_string(&row->problems, name, clean->problem[f]);
	else if (same && !clean->changed[f] && !clean->filled[f])
	{
		JsonbValue *problem = dc_old_note(row->old_problems, name);

		if (problem != NULL)
			dc_note_entry(&row->problems, name, problem);
	}
}

void
dc_clean_fields(Cleaner *cleaner, Row *row)
{
	dc_clean_row(&row->clean);
	for (int f = 0; f < F_COUNT; f++)
	{
		int			i = cleaner->field[f] - 1;

		if (f < F_FIRST_DERIVED)
			note_field(row, f);
		if (same_string(row->came[f], row->clean.value[f]))
			continue;
		row->nulls[i] = row->clean.value[f] == NULL;
		row->values[i] = row->nulls[i] ? (Datum) 0 : CStringGetTextDatum(row->clean.value[f]);
	}
}

/*
 * To clean a contact again: each field as it was received, none that cleaning filled.  What the
 * statement writes besides stays.
 */
void
dc_restore_received(Cleaner *cleaner, Row *row)
{
	const char *joined;
	DcContactRow now = {0};

	for (int f = 0; f < F_FIRST_DERIVED; f++)
	{
		int			i = cleaner->field[f] - 1;
		JsonbValue *original = dc_old_note(row->old_received, dc_field_names[f]);

		now.value[f] = row->old_nulls[i] ? NULL : TextDatumGetCString(row->old_values[i]);
		if (original == NULL || !same_text(row->values[i], row->nulls[i], row->old_values[i], row->old_nulls[i]))
			continue;
		row->nulls[i] = original->type != jbvString;
		if (!row->nulls[i])
			row->values[i] = PointerGetDatum(cstring_to_text_with_len(original->val.string.val, original->val.string.len));
	}
	/* a full name that is its parts was joined of them */
	joined = dc_join_name(&now);
	if (joined != NULL && dc_old_note(row->old_received, "full_name") == NULL && same_string(now.value[F_FULL_NAME], joined) &&
		(!row->nulls[cleaner->field[F_FIRST_NAME] - 1] || !row->nulls[cleaner->field[F_LAST_NAME] - 1]))
		row->nulls[cleaner->field[F_FULL_NAME] - 1] = true;
	for (int l = 0; l < L_COUNT; l++)
		dc_restore_list(row, cleaner->list[l], dc_old_note(row->old_received, dc_list_names[l]));
}
