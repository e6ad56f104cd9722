/*-------------------------------------------------------------------------
 *
 * clean_admit.c
 *	  Whether a row may come in: erased, limited, without consent, not covered by the agreement.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"

#include "contact/cleaner.h"
#include "duty/sensitive.h"

/* Was this person erased?  Then the row is left out, and counted. */
static bool
is_refused(const Cleaner *cleaner, const Row *row)
{
	int			controller_id = DatumGetInt32(row->values[cleaner->column_controller - 1]);
	int			id = cleaner->column_external_id - 1;
	const char *const *value = row->clean.value;
	DcPerson	person;

	if (!dc_has_tombstones(controller_id))
		return false;
	person = (DcPerson)
	{
		.full_name = value[F_FULL_NAME],
		.first_name = value[F_FIRST_NAME],
		.last_name = value[F_LAST_NAME],
		.email = value[F_EMAIL],
		.phone = value[F_PHONE],
		.mobile_phone = value[F_MOBILE_PHONE],
		.linkedin = value[F_LINKEDIN],
		.company = value[F_COMPANY],
		.source = TextDatumGetCString(row->values[cleaner->column_source - 1]),
		.external_id = row->nulls[id] ? NULL : TextDatumGetCString(row->values[id])
	};
	person.nother_emails = dc_list_members(row, cleaner->list[L_OTHER_EMAILS], person.other_emails);
	person.nother_phones = dc_list_members(row, cleaner->list[L_OTHER_PHONES], person.other_phones);
	if (!dc_refuses(controller_id, &person))
		return false;
	dc_run_refuse(controller_id, cleaner->purpose, "RG173");
	return true;
}

/* May this contact not be changed, because the person restricted it, or objected?  Then it stays as it is. */
static bool
is_limited(const Cleaner *cleaner, const Row *row)
{
	const char *code = dc_limit_code(DatumGetInt64(row->old_values[cleaner->column_id - 1]), dc_run_purpose(cleaner->run_of, cleaner->purpose));

	if (code == NULL)
		return false;
	dc_run_refuse(cleaner->run_of, cleaner->purpose, code);
	return true;
}

/* Asked of rows whose legal basis is consent. */
static bool
has_consent(const Cleaner *cleaner, const Source *source, const Row *row)
{
	int			id = cleaner->column_external_id - 1;
	int			controller_id = DatumGetInt32(row->values[cleaner->column_controller - 1]);

	if (dc_has_consent(controller_id, cleaner->purpose, source->id,
					   row->clean.value[F_EMAIL], row->nulls[id] ? NULL : TextDatumGetCString(row->values[id])))
		return true;
	dc_run_refuse(controller_id, cleaner->purpose, "RG403");
	return false;
}

/* Reads, when it is first needed, which attributes the controller has released. */
static void
read_covered(Cleaner *cleaner)
{
	Oid			types[] = {INT4OID};
	Datum		args[] = {Int32GetDatum(cleaner->run_of)};
	Datum	   *keys;
	bool	   *nulls;
	bool		isnull;

	if (cleaner->covered_of == cleaner->run_of)
		return;
	SPI_connect();
	deconstruct_array(DatumGetArrayTypeP(dc_read_as_owner("SELECT dropcontact.covered_attributes($1)", 1, types, args, &isnull)),
					  TEXTOID, -1, false, TYPALIGN_INT, &keys, &nulls, &cleaner->ncovered);
	cleaner->covered = MemoryContextAlloc(cleaner->statement, sizeof(char *) * Max(1, cleaner->ncovered));
	for (int k = 0; k < cleaner->ncovered; k++)
		cleaner->covered[k] = MemoryContextStrdup(cleaner->statement, TextDatumGetCString(keys[k]));
	SPI_finish();
	cleaner->covered_of = cleaner->run_of;
}

/*
 * Under an agreement: the field by which what the statement gives is not covered, with the SQLSTATE; NULL when all of
 * it is.
 */
static const char *
uncovered_field(Cleaner *cleaner, const Row *row, const char **code)
{
	static const char *const relations[] = {"customer", "prospect", "supplier"};
	const char *relation = row->clean.value[F_RELATION];
	int			a = cleaner->column_attributes - 1;
	bool		known = !row->clean.changed[F_RELATION];

	for (int i = 0; i < lengthof(relations); i++)
		known |= relation != NULL && strcmp(relation, relations[i]) == 0;
	*code = "RG102";
	if (!known)
		return dc_field_names[F_RELATION];
	*code = "RG104";
	if (row->nulls[a] || (!row->old_nulls[a] && datum_image_eq(row->values[a], row->old_values[a], false, -1)))
		return NULL;
	if (dc_sensitive_attribute(DatumGetJsonbP(row->values[a]), 0, NULL) == NULL)
		return NULL;
	read_covered(cleaner);
	return dc_sensitive_attribute(DatumGetJsonbP(row->values[a]), cleaner->ncovered, cleaner->covered);
}

static bool
is_covered(Cleaner *cleaner, const Source *source, const Row *row)
{
	int			id = cleaner->column_external_id - 1;
	const char *code;
	const char *field = cleaner->bound ? uncovered_field(cleaner, row, &code) : NULL;

	if (source->terms.left_out)
	{
		code = "RG401";
		field = "source";
	}
	if (field != NULL)
		dc_quarantine(cleaner->run_of, cleaner->purpose, code, source->name,
					  row->nulls[id] ? NULL : TextDatumGetCString(row->values[id]), field);
	return field == NULL;
}

/* Whether the person must not be stored, or not be changed. */
bool
dc_is_kept_out(Cleaner *cleaner, const Source *source, const Row *row, bool is_update)
{
	int			id = cleaner->column_external_id - 1;

	if (!GUARDED)
		return false;
	if (is_refused(cleaner, row) || (is_update && is_limited(cleaner, row)) ||
		(source->terms.needs_consent && !has_consent(cleaner, source, row)) || !is_covered(cleaner, source, row))
		return true;
	if (!is_update && !row->nulls[id])
		dc_limit_received(source->name, TextDatumGetCString(row->values[id]));
	return false;
}

/* Is a row of a dump one of a person who was erased since? */
bool
dc_comes_back(Cleaner *cleaner, HeapTuple tuple, TupleDesc desc)
{
	bool		isnull;
	int			controller_id = DatumGetInt32(heap_getattr(tuple, cleaner->column_controller, desc, &isnull));

	if (!GUARDED || !dc_has_tombstones(controller_id) ||
		!dc_refuses_row(controller_id, DatumGetHeapTupleHeader(heap_copy_tuple_as_datum(tuple, desc))))
		return false;
	dc_run_refuse(controller_id, "clean", "RG173");
	return true;
}
