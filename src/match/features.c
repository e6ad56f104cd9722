/*-------------------------------------------------------------------------
 *
 * features.c
 *	  Values interned, counted, and known for shared ones.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include "common/hashfn.h"

#include "match/match.h"

typedef struct InternEntry
{
	const char *text;
	DcValue		value;
	uint32		hash;
	char		status;
} InternEntry;

#define SH_PREFIX dc_intern
#define SH_ELEMENT_TYPE InternEntry
#define SH_KEY_TYPE const char *
#define SH_KEY text
#define SH_HASH_KEY(tb, key) hash_bytes((const unsigned char *) (key), strlen(key))
#define SH_EQUAL(tb, a, b) (strcmp(a, b) == 0)
#define SH_STORE_HASH
#define SH_GET_HASH(tb, a) (a)->hash
#define SH_SCOPE static inline
#define SH_DEFINE
#define SH_DECLARE
#include "lib/simplehash.h"

DcPopulation *
dc_population_create(void)
{
	DcPopulation *population = palloc0(sizeof(DcPopulation));

	population->intern = dc_intern_create(CurrentMemoryContext, 1024, NULL);
	population->capacity = 1024;
	population->text = palloc0(sizeof(char *) * population->capacity);
	population->nvalues = 1;
	population->text[0] = "";
	return population;
}

DcValue
dc_intern(DcPopulation *population, const char *text)
{
	InternEntry *entry;
	bool		found;

	if (text == NULL || *text == '\0')
		return 0;
	entry = dc_intern_insert(population->intern, text, &found);
	if (!found)
	{
		if (population->nvalues == population->capacity)
		{
			population->capacity *= 2;
			population->text = repalloc_huge(population->text, sizeof(char *) * population->capacity);
		}
		entry->text = pstrdup(text);
		entry->value = population->nvalues;
		population->text[population->nvalues++] = entry->text;
	}
	return entry->value;
}

static void
note_name(DcPopulation *population, DcValue value, DcValue last)
{
	DcValue    *kept = population->names + (size_t) value * DC_NAMES_KEPT;

	if (value == 0 || last == 0)
		return;
	for (int i = 0; i < DC_NAMES_KEPT; i++)
	{
		if (kept[i] == last)
			return;
		if (kept[i] == 0)
		{
			kept[i] = last;
			return;
		}
	}
}

/* the values of a record stand together, from first to the last match field */
#define DC_RECORD_VALUES ((int) ((offsetof(DcRecord, field) - offsetof(DcRecord, first)) / sizeof(DcValue)) + DC_MAX_FIELDS)

/* Counts what the records carry; linear in the records. */
void
dc_population_finish(DcPopulation *population)
{
	population->count = MemoryContextAllocExtended(CurrentMemoryContext, sizeof(uint32) * population->nvalues, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	population->names = MemoryContextAllocExtended(CurrentMemoryContext, sizeof(DcValue) * population->nvalues * DC_NAMES_KEPT, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	for (int i = 0; i < population->nrecords; i++)
	{
		DcRecord   *r = &population->records[i];
		const DcValue *values = &r->first;

		for (int v = 0; v < DC_RECORD_VALUES; v++)
			population->count[values[v]]++;
		note_name(population, r->email, r->last);
		note_name(population, r->phone, r->last);
		if (r->mobile != r->phone)
			note_name(population, r->mobile, r->last);
	}
}

bool
dc_is_shared(const DcPopulation *population, DcValue value)
{
	return population->names[(size_t) value * DC_NAMES_KEPT + DC_NAMES_KEPT - 1] != 0;
}
