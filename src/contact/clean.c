/*-------------------------------------------------------------------------
 *
 * clean.c
 *	  The trigger that cleans every row of contact.
 *
 * A BEFORE ROW trigger, so that plain SQL and COPY are cleaned alike.  What it needs to
 * know for a statement (controller, sources, column numbers) is read once for the statement
 * and kept in fn_extra; a row takes no query.  Time is linear in the row's length.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/fmgrprotos.h"
#include "utils/inval.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/rls.h"
#include "utils/typcache.h"

#include "base/text.h"
#include "base/lexicon.h"
#include "base/version.h"
#include "contact/clean.h"
#include "contact/words.h"
#include "duty/duty.h"
#include "duty/progress.h"
#include "duty/sensitive.h"
#include "duty/written.h"
#include "normalize/normalize.h"

/* Advisory lock on the sources of a controller, shared by all who write contacts; guard_source() takes it alone. */
#define DC_SOURCE_LOCK 1685549172

#define REPORT_EVERY 1024		/* rows */

/* Whether duty/ is asked; test/bench/guard compiles a library without, to measure what it costs. */
#ifdef DC_WITHOUT_GUARD
#define GUARDED false
#else
#define GUARDED true
#endif

/* text[] columns */
enum
{
	L_OTHER_EMAILS, L_OTHER_PHONES, L_COUNT
};

static const char *const list_names[L_COUNT] = {"other_emails", "other_phones"};

typedef struct Source
{
	int			id;
	char	   *name;
	char	   *region;
	bool		noted;			/* the run knows of it */
	char	   *relation;		/* of contacts that do not tell theirs; may be NULL */
	DcSourceTerms terms;
} Source;

typedef struct Cleaner
{
	MemoryContext statement;	/* lives as long as this */
	MemoryContext row;			/* reset after each row */
	Oid			relation;
	int64		rows;			/* seen so far */
	int			controller_id;	/* 0: not asked yet */
	int			run_of;			/* the controller whose run counts the rows; 0: none yet */
	int64	   *counter;		/* its contacts */
	const char *purpose;		/* of that run */
	bool		bound;			/* the controller is under an agreement */
	int			covered_of;		/* the controller whose covered attributes are read; 0: none yet */
	int			ncovered;
	char	  **covered;
	int			sources_of;		/* the controller whose sources are read; 0: none yet */
	int			nsources;
	Source	   *sources;
	int			field[F_COUNT]; /* column numbers */
	int			list[L_COUNT];
	int			column_id;
	int			column_controller;
	int			column_source;
	int			column_external_id;
	int			column_attributes;
	int			column_received;
	int			column_problems;
	int			column_cleaned_by;
} Cleaner;

/* Rows that the last statement left out, by their place; in TopMemoryContext. */
static int64 *refused = NULL;
static int	nrefused = 0;
static int	refused_space = 0;

static void
note_refused(int64 place)
{
	if (nrefused == refused_space)
	{
		refused_space = Max(16, refused_space * 2);
		refused = refused == NULL ? MemoryContextAllocHuge(TopMemoryContext, sizeof(int64) * refused_space) :
			repalloc_huge(refused, sizeof(int64) * refused_space);
	}
	refused[nrefused++] = place;
}

PG_FUNCTION_INFO_V1(refused_rows);
Datum
refused_rows(PG_FUNCTION_ARGS)
{
	Datum	   *places = palloc(sizeof(Datum) * Max(1, nrefused));

	for (int i = 0; i < nrefused; i++)
		places[i] = Int64GetDatum(refused[i]);
	PG_RETURN_ARRAYTYPE_P(construct_array(places, nrefused, INT8OID, 8, FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

static Cleaner *
make_cleaner(MemoryContext statement, TupleDesc desc)
{
	Cleaner    *cleaner = MemoryContextAllocZero(statement, sizeof(Cleaner));

	nrefused = 0;
	cleaner->statement = statement;
	cleaner->row = AllocSetContextCreate(statement, "dropcontact cleaning", ALLOCSET_DEFAULT_SIZES);
	for (int f = 0; f < F_COUNT; f++)
		cleaner->field[f] = SPI_fnumber(desc, dc_field_names[f]);
	for (int l = 0; l < L_COUNT; l++)
		cleaner->list[l] = SPI_fnumber(desc, list_names[l]);
	cleaner->column_id = SPI_fnumber(desc, "contact_id");
	cleaner->column_controller = SPI_fnumber(desc, "controller_id");
	cleaner->column_source = SPI_fnumber(desc, "source");
	cleaner->column_external_id = SPI_fnumber(desc, "external_id");
	cleaner->column_attributes = SPI_fnumber(desc, "attributes");
	cleaner->column_received = SPI_fnumber(desc, "received");
	cleaner->column_problems = SPI_fnumber(desc, "problems");
	cleaner->column_cleaned_by = SPI_fnumber(desc, "cleaned_by");
	return cleaner;
}

/* The controller for which the statement writes, asked once. */
static int
statement_controller(Cleaner *cleaner)
{
	if (cleaner->controller_id == 0)
	{
		SPI_connect();
		cleaner->controller_id = dc_current_controller();
		SPI_finish();
	}
	return cleaner->controller_id;
}

/* Reads the sources of a controller, so that rows need no query. */
static void
read_sources(Cleaner *cleaner, int controller_id)
{
	static SPIPlanPtr plan = NULL;
	Datum		args[] = {Int32GetDatum(controller_id)};
	MemoryContext old;
	bool		isnull;

	DirectFunctionCall2(pg_advisory_xact_lock_shared_int4, Int32GetDatum(DC_SOURCE_LOCK), Int32GetDatum(controller_id));
	/* who held it alone may have changed which persons are refused */
	AcceptInvalidationMessages();
	SPI_connect();
	if (plan == NULL)
	{
		Oid			types[] = {INT4OID};
		SPIPlanPtr	made = SPI_prepare("SELECT name, region, source_id, relation FROM dropcontact.source WHERE controller_id = $1 ORDER BY source_id", 1, types);

		if (made == NULL || SPI_keepplan(made) != 0)
			elog(ERROR, "could not prepare the sources");
		plan = made;
	}
	/* not read-only: the snapshot is one taken behind the lock */
	if (SPI_execute_plan(plan, args, NULL, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the sources");
	old = MemoryContextSwitchTo(cleaner->statement);
	cleaner->nsources = SPI_processed;
	cleaner->sources = palloc0(sizeof(Source) * Max(1, cleaner->nsources));
	for (int i = 0; i < cleaner->nsources; i++)
	{
		char	   *region = SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 2);
		char	   *relation = SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 4);

		cleaner->sources[i].name = pstrdup(SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1));
		cleaner->sources[i].id = DatumGetInt32(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 3, &isnull));
		cleaner->sources[i].region = region == NULL ? NULL : pstrdup(region);
		cleaner->sources[i].relation = relation == NULL ? NULL : pstrdup(relation);
	}
	MemoryContextSwitchTo(old);
	SPI_finish();
	cleaner->sources_of = controller_id;
}

/* The source of a row; without a name the only one that there is, but under an agreement each contact says where it comes from. */
static Source *
find_source(Cleaner *cleaner, int controller_id, const char *name)
{
	if (cleaner->sources_of != controller_id)
		read_sources(cleaner, controller_id);
	if (name == NULL)
	{
		if (cleaner->nsources == 1 && !cleaner->bound)
			return &cleaner->sources[0];
		ereport(ERROR,
				(errcode(cleaner->bound ? MAKE_SQLSTATE('R', 'G', '1', '0', '5') : ERRCODE_NOT_NULL_VIOLATION),
				 errmsg("a contact needs a source"),
				 cleaner->bound ? errdetail("The agreement demands it (II.6).") :
				 errdetail("The controller has %d sources and none is named.", cleaner->nsources),
				 errhint("Give column source, which dropcontact.create_source(name) makes.")));
	}
	for (int i = 0; i < cleaner->nsources; i++)
		if (strcmp(cleaner->sources[i].name, name) == 0)
			return &cleaner->sources[i];
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("source \"%s\" does not exist", name),
			 errhint("Create it with dropcontact.create_source(name).")));
}

/* A JSON object under construction; NULL: no key yet. */
typedef JsonbParseState *Object;

static void
push_key(Object *object, const char *key)
{
	JsonbValue	v;

	if (*object == NULL)
		pushJsonbValue(object, WJB_BEGIN_OBJECT, NULL);
	v.type = jbvString;
	v.val.string.val = unconstify(char *, key);
	v.val.string.len = strlen(key);
	pushJsonbValue(object, WJB_KEY, &v);
}

static void
push_string(Object *object, JsonbIteratorToken token, const char *s)
{
	JsonbValue	v;

	v.type = jbvString;
	v.val.string.val = unconstify(char *, s);
	v.val.string.len = strlen(s);
	pushJsonbValue(object, token, &v);
}

static void
add_string(Object *object, const char *key, const char *s)
{
	push_key(object, key);
	push_string(object, WJB_VALUE, s);
}

/* An entry of the row before, be it a text, null or a list. */
static void
add_entry(Object *object, const char *key, JsonbValue *entry)
{
	push_key(object, key);
	pushJsonbValue(object, WJB_VALUE, entry);
}

/* Puts the object, or NULL when it has no key, into a column. */
static void
finish_object(Object object, Datum *value, bool *isnull)
{
	*isnull = object == NULL;
	if (object != NULL)
		*value = JsonbPGetDatum(JsonbValueToJsonb(pushJsonbValue(&object, WJB_END_OBJECT, NULL)));
}

/* A row on its way through the trigger. */
typedef struct Row
{
	Datum	   *values;			/* of all columns */
	bool	   *nulls;
	Datum	   *old_values;		/* of the row before; for an INSERT all are null */
	bool	   *old_nulls;
	Jsonb	   *old_received;	/* NULL: none */
	Jsonb	   *old_problems;
	const char *came[F_COUNT];	/* what the statement gives */
	DcContactRow clean;
	Object		received;
	Object		problems;
} Row;

/* The entry of a key in an object of the row before; NULL when there is none. */
static JsonbValue *
old_entry(Jsonb *object, const char *key)
{
	return object == NULL ? NULL : getKeyJsonValueFromContainer(&object->root, key, strlen(key), NULL);
}

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

/* Columns that only the trigger writes: what a statement gives must be what was there. */
static void
refuse_derived(Cleaner *cleaner, TupleDesc desc, const Row *row, bool is_update)
{
	/* the first two identify the contact */
	int			columns[F_COUNT - F_FIRST_DERIVED + 5] = {cleaner->column_id, cleaner->column_controller};
	int			n = 2;

	for (int f = F_FIRST_DERIVED; f < F_COUNT; f++)
		columns[n++] = cleaner->field[f];
	columns[n++] = cleaner->column_received;
	columns[n++] = cleaner->column_problems;
	columns[n++] = cleaner->column_cleaned_by;
	for (int c = is_update ? 0 : 2; c < n; c++)
	{
		int			i = columns[c] - 1;
		Form_pg_attribute attribute = TupleDescAttr(desc, i);

		if (row->nulls[i] == row->old_nulls[i] &&
			(row->nulls[i] || datum_image_eq(row->values[i], row->old_values[i], attribute->attbyval, attribute->attlen)))
			continue;
		ereport(ERROR,
				(errcode(ERRCODE_GENERATED_ALWAYS),
				 errmsg("column \"%s\" of a contact cannot be written", NameStr(attribute->attname)),
				 c < 2 ? errdetail("It identifies the contact and never changes.") :
				 errdetail("It is derived from the other columns."),
				 errhint("Leave it out of the statement.")));
	}
}

/* What dc_clean_row() is to work on. */
static void
read_fields(Cleaner *cleaner, Row *row, bool is_update)
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
			JsonbValue *original = old_entry(row->old_received, dc_field_names[f]);

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
	JsonbValue *original = clean->changed[f] ? NULL : old_entry(row->old_received, name);

	if (clean->filled[f])
	{
		/* a full name that is its parts needs no note */
		if (f != F_FULL_NAME && clean->value[f] != NULL)
		{
			push_key(&row->received, name);
			pushJsonbValue(&row->received, WJB_VALUE, &(JsonbValue) {.type = jbvNull});
		}
	}
	else if (original != NULL)
	{
		if (original->type != jbvNull)
			add_entry(&row->received, name, original);
	}
	else if (!same && row->came[f] != NULL && row->came[f][0] != '\0')
		add_string(&row->received, name, row->came[f]);

	if (clean->problem[f] != NULL)
		add_string(&row->problems, name, clean->problem[f]);
	else if (same && !clean->changed[f] && !clean->filled[f])
	{
		JsonbValue *problem = old_entry(row->old_problems, name);

		if (problem != NULL)
			add_entry(&row->problems, name, problem);
	}
}

static void
clean_fields(Cleaner *cleaner, Row *row)
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

static void
add_list(Object *object, const char *key, ArrayType *list)
{
	Datum	   *elements;
	bool	   *nulls;
	int			n;

	push_key(object, key);
	pushJsonbValue(object, WJB_BEGIN_ARRAY, NULL);
	deconstruct_array(list, TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, &n);
	for (int i = 0; i < n; i++)
		if (!nulls[i])
			push_string(object, WJB_ELEM, TextDatumGetCString(elements[i]));
	pushJsonbValue(object, WJB_END_ARRAY, NULL);
}

/* An entry of a list of the row before. */
static void
keep_entry(Object *object, Jsonb *old, const char *key)
{
	JsonbValue *entry = old_entry(old, key);

	if (entry != NULL)
		add_entry(object, key, entry);
}

static void
clean_lists(Cleaner *cleaner, Row *row, bool is_update)
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
			keep_entry(&row->received, row->old_received, list_names[l]);
			keep_entry(&row->problems, row->old_problems, list_names[l]);
			continue;
		}
		initStringInfo(&problems);
		came = DatumGetArrayTypeP(row->values[i]);
		row->values[i] = PointerGetDatum(clean_list(came, l, country != NULL && strlen(country) == 2 ? country : row->clean.region,
													&changed, &problems));
		if (changed)
			add_list(&row->received, list_names[l], came);
		if (problems.len > 0)
			add_string(&row->problems, list_names[l], problems.data);
	}
}

/* The ground under the statement (duty/): its run, whether it is permitted, whether an agreement binds. */
static void
open_ground(Cleaner *cleaner, int controller_id)
{
	static int64 uncounted;

	cleaner->run_of = controller_id;
	cleaner->counter = &uncounted;
	if (!GUARDED)
		return;
	cleaner->counter = dc_run_rows(controller_id, cleaner->purpose);
	cleaner->bound = dc_permit(controller_id, cleaner->purpose)->agreement_id != 0;
}

/* Row-level security would refuse the row in the end; before, one would hear of sources and agreements. */
static void
check_named_controller(const Cleaner *cleaner, int controller_id)
{
	if (check_enable_rls(cleaner->relation, InvalidOid, true) != RLS_ENABLED)
		return;
	SPI_connect();
	dc_check_visible(controller_id);
	SPI_finish();
}

static const Source *
set_origin(Cleaner *cleaner, Row *row)
{
	int			controller = cleaner->column_controller - 1;
	int			source = cleaner->column_source - 1;
	Source	   *found;

	if (row->nulls[controller])
		row->values[controller] = Int32GetDatum(statement_controller(cleaner));
	else if (cleaner->run_of != DatumGetInt32(row->values[controller]))
		check_named_controller(cleaner, DatumGetInt32(row->values[controller]));
	row->nulls[controller] = false;
	if (cleaner->run_of != DatumGetInt32(row->values[controller]))
		open_ground(cleaner, DatumGetInt32(row->values[controller]));
	found = find_source(cleaner, DatumGetInt32(row->values[controller]),
						row->nulls[source] ? NULL : TextDatumGetCString(row->values[source]));
	if (GUARDED && !found->noted)
	{
		found->terms = dc_run_source(cleaner->run_of, cleaner->purpose, found->id);
		found->noted = true;
	}
	if (row->nulls[source])
		row->values[source] = CStringGetTextDatum(found->name);
	row->nulls[source] = false;
	return found;
}

/* A source may say what all those are whose contacts do not. */
static void
take_relation(const Cleaner *cleaner, const Source *source, Row *row)
{
	int			relation = cleaner->field[F_RELATION] - 1;

	if (source->relation == NULL || !row->nulls[relation])
		return;
	row->values[relation] = CStringGetTextDatum(source->relation);
	row->nulls[relation] = false;
}

/* The first members of a list, for who a person is. */
static int
list_members(const Row *row, int column, const char **members)
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
	person.nother_emails = list_members(row, cleaner->list[L_OTHER_EMAILS], person.other_emails);
	person.nother_phones = list_members(row, cleaner->list[L_OTHER_PHONES], person.other_phones);
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
static bool
is_kept_out(Cleaner *cleaner, const Source *source, const Row *row, bool is_update)
{
	return GUARDED && (is_refused(cleaner, row) || (is_update && is_limited(cleaner, row)) ||
					   (source->terms.needs_consent && !has_consent(cleaner, source, row)) || !is_covered(cleaner, source, row));
}

/* Cleans the fields by the lists and the words of the controller over them. */
static void
clean_with_words(Cleaner *cleaner, Row *row, bool is_update)
{
	const DcOverlay *words = dc_words_of(DatumGetInt32(row->values[cleaner->column_controller - 1]));

	if (words == NULL)
	{
		clean_fields(cleaner, row);
		clean_lists(cleaner, row, is_update);
		return;
	}
	PG_TRY();
	{
		dc_overlay = words;
		clean_fields(cleaner, row);
		clean_lists(cleaner, row, is_update);
	}
	PG_FINALLY();
	{
		/* for the rest of the session the lists are as they are built in */
		dc_overlay = NULL;
	}
	PG_END_TRY();
}

/* A list as it was received, where cleaning changed it. */
static void
restore_list(Row *row, int column, JsonbValue *original)
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

/*
 * To clean a contact again: each field as it was received, none that cleaning filled.  What the
 * statement writes besides stays.
 */
static void
restore_received(Cleaner *cleaner, Row *row)
{
	const char *joined;
	DcContactRow now = {0};

	for (int f = 0; f < F_FIRST_DERIVED; f++)
	{
		int			i = cleaner->field[f] - 1;
		JsonbValue *original = old_entry(row->old_received, dc_field_names[f]);

		now.value[f] = row->old_nulls[i] ? NULL : TextDatumGetCString(row->old_values[i]);
		if (original == NULL || !same_text(row->values[i], row->nulls[i], row->old_values[i], row->old_nulls[i]))
			continue;
		row->nulls[i] = original->type != jbvString;
		if (!row->nulls[i])
			row->values[i] = PointerGetDatum(cstring_to_text_with_len(original->val.string.val, original->val.string.len));
	}
	/* a full name that is its parts was joined of them */
	joined = dc_join_name(&now);
	if (joined != NULL && old_entry(row->old_received, "full_name") == NULL && same_string(now.value[F_FULL_NAME], joined) &&
		(!row->nulls[cleaner->field[F_FIRST_NAME] - 1] || !row->nulls[cleaner->field[F_LAST_NAME] - 1]))
		row->nulls[cleaner->field[F_FULL_NAME] - 1] = true;
	for (int l = 0; l < L_COUNT; l++)
		restore_list(row, cleaner->list[l], old_entry(row->old_received, list_names[l]));
}

static bool
same_row(TupleDesc desc, const Row *row)
{
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(desc, i);

		if (row->nulls[i] != row->old_nulls[i] ||
			(!row->nulls[i] && !datum_image_eq(row->values[i], row->old_values[i], attribute->attbyval, attribute->attlen)))
			return false;
	}
	return true;
}

/*
 * The row as it is stored; NULL when the person must not be, or when it was cleaned again and is
 * what it was.
 */
static HeapTuple
clean_tuple(Cleaner *cleaner, HeapTuple tuple, HeapTuple before, TupleDesc desc, bool *unchanged)
{
	int			natts = desc->natts;
	const Source *source;
	bool		again;			/* from what was received */
	Row			row = {0};

	row.values = palloc(sizeof(Datum) * natts);
	row.nulls = palloc(sizeof(bool) * natts);
	row.old_values = palloc(sizeof(Datum) * natts);
	row.old_nulls = palloc(sizeof(bool) * natts);
	heap_deform_tuple(tuple, desc, row.values, row.nulls);
	memset(row.old_nulls, true, sizeof(bool) * natts);
	if (before != NULL)
	{
		heap_deform_tuple(before, desc, row.old_values, row.old_nulls);
		if (!row.old_nulls[cleaner->column_received - 1])
			row.old_received = DatumGetJsonbP(row.old_values[cleaner->column_received - 1]);
		if (!row.old_nulls[cleaner->column_problems - 1])
			row.old_problems = DatumGetJsonbP(row.old_values[cleaner->column_problems - 1]);
	}

	again = before != NULL && row.nulls[cleaner->column_cleaned_by - 1];
	if (again)
	{
		row.values[cleaner->column_cleaned_by - 1] = row.old_values[cleaner->column_cleaned_by - 1];
		row.nulls[cleaner->column_cleaned_by - 1] = false;
	}
	refuse_derived(cleaner, desc, &row, before != NULL);
	source = set_origin(cleaner, &row);
	row.clean.region = source->region;
	take_relation(cleaner, source, &row);
	if (again)
		restore_received(cleaner, &row);
	read_fields(cleaner, &row, before != NULL && !again);
	clean_with_words(cleaner, &row, before != NULL && !again);
	if (is_kept_out(cleaner, source, &row, before != NULL))
		return NULL;

	finish_object(row.received, &row.values[cleaner->column_received - 1], &row.nulls[cleaner->column_received - 1]);
	finish_object(row.problems, &row.values[cleaner->column_problems - 1], &row.nulls[cleaner->column_problems - 1]);
	row.values[cleaner->column_cleaned_by - 1] = Int32GetDatum(DC_RULES);
	row.nulls[cleaner->column_cleaned_by - 1] = false;
	if (again && same_row(desc, &row))
	{
		*unchanged = true;
		return NULL;
	}
	return heap_form_tuple(desc, row.values, row.nulls);
}

/* Is a row of a dump one of a person who was erased since? */
static bool
comes_back(Cleaner *cleaner, HeapTuple tuple, TupleDesc desc)
{
	bool		isnull;
	int			controller_id = DatumGetInt32(heap_getattr(tuple, cleaner->column_controller, desc, &isnull));

	if (!GUARDED || !dc_has_tombstones(controller_id) ||
		!dc_refuses_row(controller_id, DatumGetHeapTupleHeader(heap_copy_tuple_as_datum(tuple, desc))))
		return false;
	dc_run_refuse(controller_id, "clean", "RG173");
	return true;
}

PG_FUNCTION_INFO_V1(clean_contact);
Datum
clean_contact(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	Cleaner    *cleaner = fcinfo->flinfo->fn_extra;
	TupleDesc	desc;
	HeapTuple	tuple;
	HeapTuple	before = NULL;
	HeapTuple	result;
	MemoryContext old;
	bool		isnull;
	bool		unchanged = false;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_BEFORE(trigger->tg_event) || !TRIGGER_FIRED_FOR_ROW(trigger->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("clean_contact is the row trigger of dropcontact.contact")));
	desc = RelationGetDescr(trigger->tg_relation);
	if (cleaner == NULL)
	{
		cleaner = fcinfo->flinfo->fn_extra = make_cleaner(fcinfo->flinfo->fn_mcxt, desc);
		cleaner->relation = RelationGetRelid(trigger->tg_relation);
	}

	tuple = trigger->tg_trigtuple;
	if (TRIGGER_FIRED_BY_UPDATE(trigger->tg_event))
	{
		before = trigger->tg_trigtuple;
		tuple = trigger->tg_newtuple;
	}
	else
	{
		/* a row of a dump: it has been cleaned, and goes back as it was */
		(void) heap_getattr(tuple, cleaner->column_cleaned_by, desc, &isnull);
		if (!isnull)
			return PointerGetDatum(comes_back(cleaner, tuple, desc) ? NULL : tuple);
	}

	cleaner->purpose = before == NULL ? "clean" : "correct";
	old = MemoryContextSwitchTo(cleaner->row);
	if (++cleaner->rows % REPORT_EVERY == 0)
		dc_progress_load(cleaner->rows, cleaner->statement);
	result = clean_tuple(cleaner, tuple, before, desc, &unchanged);
	MemoryContextSwitchTo(old);
	if (result == NULL && !unchanged)
		note_refused(cleaner->rows);
	else if (result != NULL)
	{
		result = heap_copytuple(result);
		++*cleaner->counter;
		dc_note_written(DatumGetInt64(heap_getattr(result, cleaner->column_id, desc, &isnull)));
	}
	MemoryContextReset(cleaner->row);
	return PointerGetDatum(result);
}

/* ---------- records that are not stored ---------- */

/* No controller, no source: nothing is asked or recorded. */
HeapTuple
dc_clean_record(HeapTupleHeader given, const char *region, void **kept, MemoryContext context)
{
	TupleDesc	desc = lookup_rowtype_tupdesc_copy(HeapTupleHeaderGetTypeId(given), HeapTupleHeaderGetTypMod(given));
	HeapTupleData tuple = {.t_len = HeapTupleHeaderGetDatumLength(given), .t_data = given};
	Cleaner    *cleaner = *kept;
	Row			row = {0};

	if (cleaner == NULL)
		*kept = cleaner = make_cleaner(context, desc);
	row.values = palloc(sizeof(Datum) * desc->natts);
	row.nulls = palloc(sizeof(bool) * desc->natts);
	heap_deform_tuple(&tuple, desc, row.values, row.nulls);
	row.clean.region = region;
	read_fields(cleaner, &row, false);
	clean_fields(cleaner, &row);
	clean_lists(cleaner, &row, false);
	finish_object(row.received, &row.values[cleaner->column_received - 1], &row.nulls[cleaner->column_received - 1]);
	finish_object(row.problems, &row.values[cleaner->column_problems - 1], &row.nulls[cleaner->column_problems - 1]);
	row.values[cleaner->column_cleaned_by - 1] = Int32GetDatum(DC_RULES);
	row.nulls[cleaner->column_cleaned_by - 1] = false;
	return heap_form_tuple(desc, row.values, row.nulls);
}

PG_FUNCTION_INFO_V1(clean_record);
Datum
clean_record(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(HeapTupleGetDatum(dc_clean_record(PG_GETARG_HEAPTUPLEHEADER(0), PG_ARGISNULL(1) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(1)),
													  &fcinfo->flinfo->fn_extra, fcinfo->flinfo->fn_mcxt)));
}
