/*-------------------------------------------------------------------------
 *
 * share.c
 *	  A population and the table of its keys in dynamic shared memory.
 *
 * Each array has a segment of its own, so that it can be freed where it was as soon as it is copied.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <sys/statvfs.h>

#include "storage/dsm_impl.h"
#include "storage/lwlock.h"
#include "utils/memutils.h"

#include "match/workers/share.h"

/* Where POSIX shared memory lies on Linux; containers often have little of it. */
#define SHM_DIRECTORY "/dev/shm"

/* A segment, or an area, that goes with a memory context. */
struct DcHeldSegment
{
	MemoryContextCallback callback;
	dsm_segment *segment;		/* NULL once it is let go */
	dsa_area   *area;			/* likewise */
};

static void
let_go(void *arg)
{
	DcHeldSegment *held = arg;

	if (held->segment != NULL)
		dsm_detach(held->segment);
	if (held->area != NULL)
		dsa_detach(held->area);
	held->segment = NULL;
	held->area = NULL;
}

/* Pointers to the arrays that move, and their sizes; texts are none of them. */
static void
list_arrays(DcPopulation *p, void **array[SHARE_STATE], size_t size[SHARE_STATE])
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
		size += dc_text_length(p, v) + 1;
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

/* Goes with the population. */
static DcHeldSegment *
hold(DcShare *share)
{
	MemoryContext context = share->population.context;
	DcHeldSegment *held = MemoryContextAllocZero(context, sizeof(DcHeldSegment));

	held->callback = (MemoryContextCallback) {.func = let_go, .arg = held};
	MemoryContextRegisterResetCallback(context, &held->callback);
	return held;
}

/* NULL when there are no more segments. */
static void *
new_segment(DcShare *share, DcShareArray which, size_t size)
{
	dsm_segment *segment = dsm_create(Max(size, 1), DSM_CREATE_NULL_IF_MAXSEGMENTS);

	if (segment == NULL)
		return NULL;
	dsm_pin_mapping(segment);
	share->held[which] = hold(share);
	share->held[which]->segment = segment;
	share->handle[which] = dsm_segment_handle(segment);
	return dsm_segment_address(segment);
}

void *
dc_share_new(DcShare *share, DcShareArray which, size_t size)
{
	void	   *place = new_segment(share, which, size);

	if (place == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_RESOURCES),
				 errmsg("too many dynamic shared memory segments"),
				 errhint("With max_parallel_maintenance_workers = 0 matching needs none.")));
	return place;
}

dsm_segment *
dc_share_segment(const DcShare *share, DcShareArray which)
{
	return share->held[which]->segment;
}

dsa_area *
dc_share_new_area(DcShare *share)
{
	/* it is to live until it is let go */
	MemoryContext old = MemoryContextSwitchTo(share->population.context);
	dsa_area   *area = dsa_create(LWTRANCHE_PARALLEL_QUERY_DSA);

	MemoryContextSwitchTo(old);
	dsa_pin_mapping(area);
	share->held_area = hold(share);
	share->held_area->area = area;
	share->area = dsa_get_handle(area);
	return area;
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
		size_t		len = dc_text_length(p, v) + 1;

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
dc_share_population(DcPopulation *p, size_t beside, DcShare *share)
{
	void	  **array[SHARE_STATE];
	size_t		size[SHARE_STATE];
	double		sum = beside;

	list_arrays(p, array, size);
	size[SHARE_TEXTS] = dc_size_of_texts(p);
	for (int i = 0; i < SHARE_STATE; i++)
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
	*share = (DcShare) {.population = *p};
	for (int i = 0; i < SHARE_ARRAYS; i++)
		share->handle[i] = DSM_HANDLE_INVALID;
	for (DcShareArray i = 0; i < SHARE_STATE; i++)
		if (!(i == SHARE_TEXTS ? move_texts(share, p, size[i]) : move_array(share, i, array[i], size[i])))
			return false;
	share->population = *p;
	return true;
}

void
dc_unshare_table(DcShare *share)
{
	for (DcShareArray i = SHARE_STATE; i < SHARE_ARRAYS; i++)
		if (share->held[i] != NULL)
			let_go(share->held[i]);
	if (share->held_area != NULL)
		let_go(share->held_area);
}

/* ---------- another process ---------- */

void *
dc_share_attach_handle(dsm_handle handle, dsm_segment **attached)
{
	dsm_segment *segment = dsm_attach(handle);

	if (segment == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("could not map dynamic shared memory segment")));
	dsm_pin_mapping(segment);
	if (attached != NULL)
		*attached = segment;
	return dsm_segment_address(segment);
}

void *
dc_share_attach(const DcShare *share, DcShareArray which, dsm_segment **segment)
{
	return share->handle[which] == DSM_HANDLE_INVALID ? NULL : dc_share_attach_handle(share->handle[which], segment);
}

dsa_area *
dc_share_attach_area(const DcShare *share)
{
	dsa_area   *area;

	if (share->held_area == NULL)
		return NULL;
	area = dsa_attach(share->area);
	dsa_pin_mapping(area);
	return area;
}

void
dc_attach_population(const DcShare *share, DcPopulation *p)
{
	void	  **array[SHARE_STATE];
	size_t		size[SHARE_STATE];
	const char *text = dc_share_attach(share, SHARE_TEXTS, NULL);

	*p = share->population;
	p->context = CurrentMemoryContext;
	p->progress = NULL;
	list_arrays(p, array, size);
	for (DcShareArray i = 0; i < SHARE_STATE; i++)
		if (i != SHARE_TEXTS)
			*array[i] = dc_share_attach(share, i, NULL);
	p->text = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(char *) * p->nvalues);
	for (DcValue v = 0; v < p->nvalues; v++)
	{
		p->text[v] = text;
		text += dc_text_length(p, v) + 1;
	}
}
