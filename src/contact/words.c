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
#include "common/hashfn.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "nodes/params.h"
#include "tcop/dest.h"
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
	uint64		checksum;
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

/* A word as it is read, before it is known how many there are. */
typedef struct Entry
{
	const DcLexicon *lexicon;
	const char *word;
	const char *value;
	bool		own;
} Entry;

/* Takes rows as the executor makes them: no copy of the result is kept. */
typedef struct Reader
{
	DestReceiver dest;
	int64	   *standing;		/* instructions in force, sorted */
	uint64		n_standing;
	const DcLexiconList *list;	/* of the last row */
	const char *value;			/* likewise */
	Entry	   *entries;
	uint32		n;
	uint32		size;
} Reader;

static int
compare_ids(const void *a, const void *b)
{
	int64		left = *(const int64 *) a;
	int64		right = *(const int64 *) b;

	return left < right ? -1 : left > right;
}

static bool
is_text(Datum datum, const char *string)
{
	text	   *t = DatumGetTextPP(datum);

	return strlen(string) == VARSIZE_ANY_EXHDR(t) && memcmp(string, VARDATA_ANY(t), VARSIZE_ANY_EXHDR(t)) == 0;
}

/* A text as a string that lasts; NULL for NULL. Many words have the value of the one before. */
static const char *
lasting_string(Datum datum, bool isnull, const char *before)
{
	char	   *string;
	MemoryContext old;

	if (isnull)
		return NULL;
	if (before != NULL && is_text(datum, before))
		return before;
	old = MemoryContextSwitchTo(words_context);
	string = TextDatumGetCString(datum);
	MemoryContextSwitchTo(old);
	return string;
}

/* A row instruction_id, list, word, value, origin; lists of another version of the library are passed over. */
static bool
receive_word(TupleTableSlot *slot, DestReceiver *dest)
{
	Reader	   *reader = (Reader *) dest;
	int64		instruction;
	Entry	   *entry;

	slot_getallattrs(slot);
	instruction = DatumGetInt64(slot->tts_values[0]);
	if (bsearch(&instruction, reader->standing, reader->n_standing, sizeof(int64), compare_ids) == NULL)
		return true;
	if (reader->list == NULL || !is_text(slot->tts_values[1], reader->list->name))
		reader->list = dc_lexicon_list(TextDatumGetCString(slot->tts_values[1]));
	if (reader->list == NULL)
		return true;
	if (reader->n == reader->size)
	{
		reader->size *= 2;
		reader->entries = repalloc_huge(reader->entries, sizeof(Entry) * reader->size);
	}
	entry = &reader->entries[reader->n++];
	entry->lexicon = reader->list->lexicon;
	entry->word = lasting_string(slot->tts_values[2], false, NULL);
	entry->value = reader->value = lasting_string(slot->tts_values[3], slot->tts_isnull[3], reader->value);
	entry->own = is_text(slot->tts_values[4], "own");
	return true;
}

static void
reader_startup(DestReceiver *dest, int operation, TupleDesc desc)
{
}

static void
reader_end(DestReceiver *dest)
{
}

static void
read_standing(Reader *reader, ParamListInfo params)
{
	SPIExecuteOptions options = {.params = params,.read_only = false};

	if (SPI_execute_extended("SELECT i FROM dropcontact.words_standing($1) i", &options) != SPI_OK_SELECT)
		elog(ERROR, "could not read the instructions of words");
	reader->n_standing = SPI_processed;
	reader->standing = palloc(sizeof(int64) * Max(SPI_processed, 1));
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		bool		isnull;

		reader->standing[i] = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &isnull));
	}
	qsort(reader->standing, reader->n_standing, sizeof(int64), compare_ids);
}

/* As words_in_force() says: a controller's own words before those of files. */
static DcOverlay *
make_overlay(const Reader *reader)
{
	DcOverlay  *overlay;
	MemoryContext old;

	if (reader->n == 0)
		return NULL;
	old = MemoryContextSwitchTo(words_context);
	overlay = dc_overlay_create(reader->n);
	for (int own = 0; own <= 1; own++)
		for (uint32 i = 0; i < reader->n; i++)
			if (reader->entries[i].own == own)
				dc_overlay_put(overlay, reader->entries[i].lexicon, reader->entries[i].word, reader->entries[i].value);
	MemoryContextSwitchTo(old);
	return overlay;
}

/* Reads the words as the owner: who may write contacts need not read instructions. Time is linear in the words. */
static Words *
read_words(int controller_id)
{
	Reader		reader = {.dest = {receive_word, reader_startup, reader_end, reader_end, DestTuplestore},.size = 256};
	ParamListInfo params = makeParamList(1);
	SPIExecuteOptions options = {.params = params,.dest = &reader.dest};
	Words	   *words;
	Oid			user;
	int			context;

	params->params[0] = (ParamExternData) {Int32GetDatum(controller_id), false, PARAM_FLAG_CONST, INT4OID};
	SPI_connect();
	GetUserIdAndSecContext(&user, &context);
	SetUserIdAndSecContext(dc_owner(), context | SECURITY_LOCAL_USERID_CHANGE);
	read_standing(&reader, params);
	if (reader.n_standing > 0)
	{
		reader.entries = palloc(sizeof(Entry) * reader.size);
		if (SPI_execute_extended("SELECT instruction_id, list, word, value, origin FROM dropcontact.word_entry"
								 " WHERE controller_id OPERATOR(pg_catalog.=) $1", &options) != SPI_OK_SELECT)
			elog(ERROR, "could not read the words");
	}
	SetUserIdAndSecContext(user, context);
	words = MemoryContextAllocZero(words_context, sizeof(Words));
	words->controller_id = controller_id;
	words->overlay = make_overlay(&reader);
	/* words come and go by instructions, which are never written anew */
	for (uint64 i = 0; i < reader.n_standing; i++)
		words->checksum += hash_bytes_extended((const unsigned char *) &reader.standing[i], sizeof(int64), 0);
	SPI_finish();
	words->next = known;
	known = words;
	return words;
}

static const Words *
find_words(int controller_id)
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
			return words;
	return read_words(controller_id);
}

const DcOverlay *
dc_words_of(int controller_id)
{
	return find_words(controller_id)->overlay;
}

uint64
dc_words_checksum(int controller_id)
{
	return find_words(controller_id)->checksum;
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
