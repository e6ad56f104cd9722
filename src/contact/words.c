/*-------------------------------------------------------------------------
 *
 * words.c
 *	  The words of controllers, remembered by the session.
 *
 * The words of a controller are read when its first contact is cleaned and kept until
 * one of them changes: words_changed(), the trigger of the tables that they are read from,
 * sends an invalidation of table word_entry to all sessions.  A controller without words
 * costs one comparison a row.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"

#include "contact/words.h"
#include "duty/duty.h"

typedef struct Words
{
	struct Words *next;
	int			controller_id;
	const DcOverlay *overlay;	/* NULL: none */
} Words;

static Words *known = NULL;
static MemoryContext words_context = NULL;
static Oid	words_relation = InvalidOid;
static bool words_stale = true;

static void
forget_words(Datum arg, Oid relation)
{
	if (relation == InvalidOid || relation == words_relation)
		words_stale = true;
}

void
dc_words_init(void)
{
	CacheRegisterRelcacheCallback(forget_words, (Datum) 0);
}

static Oid
word_relation(void)
{
	return get_relname_relid("word_entry", get_namespace_oid("dropcontact", false));
}

/* A row list, word, value into the overlay; lists of another version of the library are passed over. */
static void
put_word(DcOverlay *overlay, HeapTuple tuple, TupleDesc desc)
{
	const DcLexiconList *list = dc_lexicon_list(SPI_getvalue(tuple, desc, 1));
	char	   *value = SPI_getvalue(tuple, desc, 3);

	if (list != NULL)
		dc_overlay_put(overlay, list->lexicon, MemoryContextStrdup(words_context, SPI_getvalue(tuple, desc, 2)),
					   value == NULL ? NULL : MemoryContextStrdup(words_context, value));
}

/* Reads the words as the owner: who may write contacts need not read instructions. */
static Words *
read_words(int controller_id)
{
	Oid			types[] = {INT4OID};
	Datum		args[] = {Int32GetDatum(controller_id)};
	Words	   *words;
	DcOverlay  *overlay = NULL;
	Oid			user;
	int			context;
	int			result;
	MemoryContext old;

	SPI_connect();
	GetUserIdAndSecContext(&user, &context);
	SetUserIdAndSecContext(dc_owner(), context | SECURITY_LOCAL_USERID_CHANGE);
	result = SPI_execute_with_args("SELECT list, word, value FROM dropcontact.words_in_force($1)", 1, types, args, NULL, false, 0);
	SetUserIdAndSecContext(user, context);
	if (result != SPI_OK_SELECT)
		elog(ERROR, "could not read the words");
	old = MemoryContextSwitchTo(words_context);
	words = palloc0(sizeof(Words));
	words->controller_id = controller_id;
	if (SPI_processed > 0)
		overlay = dc_overlay_create(SPI_processed);
	MemoryContextSwitchTo(old);
	for (uint64 i = 0; i < SPI_processed; i++)
		put_word(overlay, SPI_tuptable->vals[i], SPI_tuptable->tupdesc);
	SPI_finish();
	words->overlay = overlay;
	words->next = known;
	known = words;
	return words;
}

const DcOverlay *
dc_words_of(int controller_id)
{
	if (words_stale)
	{
		if (words_context == NULL)
			words_context = AllocSetContextCreate(TopMemoryContext, "dropcontact words", ALLOCSET_DEFAULT_SIZES);
		MemoryContextReset(words_context);
		known = NULL;
		words_relation = word_relation();
		words_stale = false;
	}
	for (Words *words = known; words != NULL; words = words->next)
		if (words->controller_id == controller_id)
			return words->overlay;
	return read_words(controller_id)->overlay;
}

PG_FUNCTION_INFO_V1(words_changed);
Datum
words_changed(PG_FUNCTION_ARGS)
{
	Oid			relation = word_relation();

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("words_changed is a trigger of the tables that words are read from")));
	if (OidIsValid(relation))
		CacheInvalidateRelcacheByRelid(relation);
	words_stale = true;
	PG_RETURN_POINTER(NULL);
}

/* The lists that can be added to. */
PG_FUNCTION_INFO_V1(word_list);
Datum
word_list(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	for (const DcLexiconList *list = dc_lexicon_lists; list->name != NULL; list++)
	{
		Datum		values[] = {CStringGetTextDatum(list->name), CStringGetTextDatum(list->form), CStringGetTextDatum(list->pattern),
			Int32GetDatum(list->lexicon->words), CStringGetTextDatum(list->meaning)};
		bool		nulls[lengthof(values)] = {0};

		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* The value of a word in a list as the library has it. */
PG_FUNCTION_INFO_V1(built_in_word);
Datum
built_in_word(PG_FUNCTION_ARGS)
{
	const DcLexiconList *list = dc_lexicon_list(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	const char *value = list == NULL ? NULL : dc_lexicon_find(list->lexicon, text_to_cstring(PG_GETARG_TEXT_PP(1)));

	if (value == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(value));
}
