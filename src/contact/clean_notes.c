/*-------------------------------------------------------------------------
 *
 * clean_notes.c
 *	  What cleaning notes of a row: JSON objects of what was received and of problems.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "contact/cleaner.h"

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

void
dc_note_string(Object *object, const char *key, const char *s)
{
	push_key(object, key);
	push_string(object, WJB_VALUE, s);
}

/* An entry of the row before, be it a text, null or a list. */
void
dc_note_entry(Object *object, const char *key, JsonbValue *entry)
{
	push_key(object, key);
	pushJsonbValue(object, WJB_VALUE, entry);
}

/* Puts the object, or NULL when it has no key, into a column. */
void
dc_finish_notes(Object object, Datum *value, bool *isnull)
{
	*isnull = object == NULL;
	if (object != NULL)
		*value = JsonbPGetDatum(JsonbValueToJsonb(pushJsonbValue(&object, WJB_END_OBJECT, NULL)));
}

/* The entry of a key in an object of the row before; NULL when there is none. */
JsonbValue *
dc_old_note(Jsonb *object, const char *key)
{
	return object == NULL ? NULL : getKeyJsonValueFromContainer(&object->root, key, strlen(key), NULL);
}

void
dc_note_list(Object *object, const char *key, ArrayType *list)
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
void
dc_keep_note(Object *object, Jsonb *old, const char *key)
{
	JsonbValue *entry = dc_old_note(old, key);

	if (entry != NULL)
		dc_note_entry(object, key, entry);
}
