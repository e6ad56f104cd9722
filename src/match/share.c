/*-------------------------------------------------------------------------
 *
 * share.c
 *	  A population and its keys in dynamic shared memory.
 *
 * Each array has a segment of its own, so that it can be freed where it was as soon as it is copied.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <sys/statvfs.h>

#include "storage/dsm_impl.h"
#include "utils/memutils.h"

#include "match/bound.h"
#include "match/share.h"

/* Where POSIX shared memory lies on Linux; containers often have little of it. */
#define SHM_DIRECTORY "/dev/shm"

/* A segment that goes with a memory context. */
struct DcHeldSegment
{
	MemoryContextCallback callback;
	dsm_segment *segment;		/* NULL once it is let go */
};

static void
let_go(void *arg)
{
	DcHeldSegment *held = arg;

	if (held->segment != NULL)
		dsm_detach(held->segment);
	held->segment = NULL;
}

/* Pointers to the arrays that move, and their sizes; texts are none of them. */
static void
list_arrays(DcPopulation *p, DcKeyTable *table, void **array[SHARE_ARRAYS], size_t size[SHARE_ARRAYS])
{
	const struct
	{
		DcShareArray which;
		void	  **array;
		size_t		size;
	}			all[] = {
		{SHARE_RECORDS, (void **) &p->records, sizeof(DcRecord) * p->nrecords},
		{SHARE_HASH, (void **) &p->hash, sizeof(uint64) * p->nvalues},
		{SHARE_SURPRISE, (void **) &p->surprise, sizeof(float) * p->nvalues},
		{SHARE_FLAGS, (void **) &p->flags, sizeof(uint8) * p->nvalues},
		{SHARE_LETTERS, (void **) &p->letters, sizeof(uint32) * p->nvalues},
		{SHARE_LENGTH, (void **) &p->length, sizeof(uint8) * p->nvalues},
		{SHARE_TOKENS, (void **) &p->tokens, sizeof(DcTokens) * p->nvalues},
		{SHARE_TOKEN, (void **) &p->token, sizeof(DcValue) * p->ntokens},
		{SHARE_ENTRIES, (void **) &table->entries, sizeof(DcKeyEntry) * table->nkeys},
		{SHARE_KEYS, (void **) &table->key, sizeof(uint64) * (table->nkeys + p->nrecords)},
		{SHARE_ROWS, (void **) &table->row, sizeof(DcKeyRow) * p->nrecords},
		{SHARE_SKETCHES, (void **) &table->sketch, sizeof(DcSketch) * p->nrecords},
	};

	for (int i = 0; i < lengthof(all); i++)
	{
		array[all[i].which] = all[i].array;
		size[all[i].which] = all[i].size;
	}
}

size_t
dc_size_of_texts(const DcPopulation *p)
{
	size_t		size = 0;

	for (DcValue v = 0; v < p->nvalues; v++)
		size += strlen(p->text[v]) + 1;
	return size;
}

/* POSIX shared memory that is not there is an error, so it is asked for before. */
bool
dc_has_shared_memory(double size)
{
	struct statvfs room;

	if (dynamic_shared_memory_type != DSM_IMPL_POSIX || statvfs(SHM_DIRECTORY, &room) != 0)
		return true;
	return (double) room.f_bavail * room.f_frsize > size * 1.02;
}

/* Shared memory that goes with a context; NULL when there are no more segments. */
static void *
new_segment(DcShare *share, DcShareArray which, size_t size)
{
	MemoryContext context = share->population.context;
	DcHeldSegment *held = MemoryContextAllocZero(context, sizeof(DcHeldSegment));

	held->segment = dsm_create(Max(size, 1), DSM_CREATE_NULL_IF_MAXSEGMENTS);
	if (held->segment == NULL)
		return NULL;
	dsm_pin_mapping(held->segment);
	held->callback = (MemoryContextCallback) {.func = let_go, .arg = held};
	MemoryContextRegisterResetCallback(context, &held->callback);
	share->held[which] = held;
	share->handle[which] = dsm_segment_handle(held->segment);
	return dsm_segment_address(held->segment);
}

/* One text after the other, in the order of the values. */
static bool
move_texts(DcShare *share, DcPopulation *p, size_t size)
{
	char	   *place = new_segment(share, SHARE_TEXTS, size);

	if (place == NULL)
		return false;
	for (DcValue v = 0; v < p->nvalues; v++)
	{
		size_t		len = strlen(p->text[v]) + 1;

		p->text[v] = memcpy(place, p->text[v], len);
		place += len;
	}
	MemoryContextDelete(p->texts);
	p->texts = NULL;
	return true;
}

static bool
move_array(DcShare *share, DcShareArray which, void **array, size_t size)
{
	void	   *place = new_segment(share, which, size);

	if (place == NULL)
		return false;
	if (size > 0)
		memcpy(place, *array, size);
	if (*array != NULL)
		pfree(*array);
	*array = place;
	return true;
}

bool
dc_share(DcPopulation *p, DcKeyTable *table, DcShare *share)
{
	void	  **array[SHARE_ARRAYS];
	size_t		size[SHARE_ARRAYS];
	double		sum = 0;

	list_arrays(p, table, array, size);
	size[SHARE_TEXTS] = dc_size_of_texts(p);
	for (int i = 0; i < SHARE_ARRAYS; i++)
		sum += size[i];
	if (!dc_has_shared_memory(sum))
		return false;
	/* scoring needs neither counts nor look-up by text */
	if (p->count != NULL)
		pfree(p->count);
	pfree(p->slots);
	p->count = NULL;
	p->slots = NULL;
	p->capacity = p->nrecords;
	p->value_capacity = p->count_capacity = p->nvalues;
	table->shared = true;
	*share = (DcShare) {.population = *p};
	for (DcShareArray i = 0; i < SHARE_ARRAYS; i++)
		if (!(i == SHARE_TEXTS ? move_texts(share, p, size[i]) : move_array(share, i, array[i], size[i])))
			return false;
	share->population = *p;
	share->table = *table;
	return true;
}

void
dc_unshare_table(DcShare *share)
{
	for (DcShareArray i = SHARE_ENTRIES; i < SHARE_ARRAYS; i++)
		let_go(share->held[i]);
}

static void *
attach(dsm_handle handle)
{
	dsm_segment *segment = dsm_attach(handle);

	if (segment == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("could not map dynamic shared memory segment")));
	dsm_pin_mapping(segment);
	return dsm_segment_address(segment);
}

void
dc_attach_share(const DcShare *share, DcPopulation *p, DcKeyTable *table)
{
	void	  **array[SHARE_ARRAYS];
	size_t		size[SHARE_ARRAYS];
	const char *text = attach(share->handle[SHARE_TEXTS]);

	*p = share->population;
	*table = share->table;
	p->context = CurrentMemoryContext;
	p->progress = NULL;
	p->text = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(char *) * p->nvalues);
	for (DcValue v = 0; v < p->nvalues; v++)
	{
		p->text[v] = text;
		text += strlen(text) + 1;
	}
	list_arrays(p, table, array, size);
	for (DcShareArray i = 0; i < SHARE_ARRAYS; i++)
		if (i != SHARE_TEXTS)
			*array[i] = attach(share->handle[i]);
}
