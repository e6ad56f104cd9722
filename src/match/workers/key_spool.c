/*-------------------------------------------------------------------------
 *
 * key_spool.c
 *	  Keys by partitions of their range, in memory or in temporary files.
 *
 * A process fills one chunk for each partition.  What fits in memory stays in chunks; ordered entries are
 * put back into the chunks that they came from.  Otherwise each process has a file for the chunks that it
 * has filled and one for the partitions that it has ordered; they are temporary files as any sort
 * of PostgreSQL has, under temp_tablespaces and temp_file_limit, and go when the spool does, however it ends.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <fcntl.h>

#include "miscadmin.h"
#include "storage/buffile.h"
#include "storage/lwlock.h"
#include "utils/memutils.h"

#include "match/workers/key_spool.h"

/* Entries that are sorted at once in the cache of a processor. */
#define ENTRIES_IN_CACHE 32768

#define LARGEST_CHUNK BLCKSZ
#define SMALLEST_CHUNK 1024

/* What an entry takes while it is sorted: twice, and once packed. */
#define SORTING_SIZE (2 * sizeof(DcKeyEntry) + sizeof(PackedEntry))

typedef struct PackedEntry
{
	uint32		high;
	uint32		low;
	uint32		record;
} PackedEntry;

typedef struct ChunkData
{
	DcChunk		previous;		/* of the same process and partition */
	uint32		n;
	PackedEntry entry[FLEXIBLE_ARRAY_MEMBER];
} ChunkData;

typedef enum FileKind
{
	FILE_ADDED, FILE_SORTED, FILE_KINDS
} FileKind;

struct DcSpool
{
	DcSpoolState *state;
	MemoryContext context;
	int			process;
	bool		alone;
	dsa_area   *area;			/* NULL for one process alone */
	uint32		room;			/* entries of a chunk */
	ChunkData  *filling[1 << DC_MAX_PARTITION_BITS];
	ChunkData  *buffer;			/* on disk: a chunk that is read or written */
	uint64		written[FILE_KINDS];	/* bytes of the own files */
	BufFile    *file[FLEXIBLE_ARRAY_MEMBER];	/* of each kind and process, once opened */
};

/* ---------- shape ---------- */

static size_t
chunk_size_for(size_t room)
{
	return Max(SMALLEST_CHUNK, Min(LARGEST_CHUNK, room - room % 8));
}

void
dc_spool_shape(DcSpoolState *state, size_t entries, int nprocesses, size_t memory)
{
	size_t		sorting;

	state->nprocesses = nprocesses;
	state->bits = 1;
	while (state->bits < DC_MAX_PARTITION_BITS && entries >> state->bits > ENTRIES_IN_CACHE)
		state->bits++;
	sorting = (entries >> state->bits) * SORTING_SIZE * nprocesses;
	state->on_disk = entries * sizeof(PackedEntry) + sorting > memory;
	state->chunk_size = LARGEST_CHUNK;
	if (!state->on_disk)
		return;
	/* half for what is sorted, half for what is filled */
	while (state->bits < DC_MAX_PARTITION_BITS && (entries >> state->bits) * SORTING_SIZE * nprocesses > memory / 2)
		state->bits++;
	state->chunk_size = chunk_size_for(memory / 2 / nprocesses >> state->bits);
}

size_t
dc_spool_state_size(int nprocesses)
{
	return offsetof(DcSpoolState, last) + sizeof(DcChunk) * nprocesses * (1 << DC_MAX_PARTITION_BITS);
}

void
dc_spool_create(DcSpoolState *state, dsm_segment *segment)
{
	for (int i = 0; i < 1 << DC_MAX_PARTITION_BITS; i++)
		pg_atomic_init_u32(&state->count[i], 0);
	memset(state->last, 0, sizeof(DcChunk) * state->nprocesses * (1 << DC_MAX_PARTITION_BITS));
	if (segment != NULL && state->on_disk)
		SharedFileSetInit(&state->files, segment);
}

DcSpool *
dc_spool_open(DcSpoolState *state, dsm_segment *segment, dsa_area *area, int process)
{
	DcSpool    *spool = palloc0(offsetof(DcSpool, file) + sizeof(BufFile *) * FILE_KINDS * state->nprocesses);

	spool->state = state;
	spool->context = CurrentMemoryContext;
	spool->process = process;
	spool->alone = segment == NULL;
	spool->area = area;
	spool->room = (state->chunk_size - offsetof(ChunkData, entry)) / sizeof(PackedEntry);
	if (state->on_disk)
		spool->buffer = palloc(state->chunk_size);
	if (process > 0 && state->on_disk)
		SharedFileSetAttach(&state->files, segment);
	return spool;
}

/* ---------- files ---------- */

static BufFile **
file_of(DcSpool *spool, FileKind kind, int process)
{
	return &spool->file[kind * spool->state->nprocesses + process];
}

static void
name_file(char *name, FileKind kind, int process)
{
	snprintf(name, MAXPGPATH, "%s%d", kind == FILE_ADDED ? "keys" : "ordered", process);
}

/* Appends to a file of this process; answers where. */
static uint64
append(DcSpool *spool, FileKind kind, void *data, size_t size)
{
	BufFile   **file = file_of(spool, kind, spool->process);
	uint64		offset = spool->written[kind];

	if (*file == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(spool->context);
		char		name[MAXPGPATH];

		name_file(name, kind, spool->process);
		*file = spool->alone ? BufFileCreateTemp(false) : BufFileCreateFileSet(&spool->state->files.fs, name);
		MemoryContextSwitchTo(old);
	}
	BufFileWrite(*file, data, size);
	spool->written[kind] += size;
	return offset;
}

/* Others may read what this process has written. */
static void
publish(DcSpool *spool, FileKind kind)
{
	BufFile   **file = file_of(spool, kind, spool->process);

	if (*file == NULL || spool->alone)
		return;
	BufFileExportFileSet(*file);
	BufFileClose(*file);
	*file = NULL;
}

static void
read_from(DcSpool *spool, FileKind kind, int process, uint64 offset, void *to, size_t size)
{
	BufFile   **file = file_of(spool, kind, process);

	if (*file == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(spool->context);
		char		name[MAXPGPATH];

		name_file(name, kind, process);
		*file = BufFileOpenFileSet(&spool->state->files.fs, name, O_RDONLY, false);
		MemoryContextSwitchTo(old);
	}
	if (BufFileSeek(*file, 0, offset, SEEK_SET) != 0 || BufFileRead(*file, to, size) != size)
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not read the temporary file of matching keys")));
}

/* ---------- chunks ---------- */

static DcChunk *
last_chunk(DcSpool *spool, int process, int partition)
{
	return &spool->state->last[process * (1 << DC_MAX_PARTITION_BITS) + partition];
}

static ChunkData *
chunk_in_memory(const DcSpool *spool, DcChunk chunk)
{
	return spool->area != NULL ? dsa_get_address(spool->area, chunk) : (ChunkData *) (uintptr_t) chunk;
}

/* A number of the file's that is no address. */
#define CHUNK_AT(offset) ((offset) | 1)
#define CHUNK_OFFSET(chunk) ((chunk) & ~UINT64CONST(1))

/* What an own chunk that is full, or the last, holds goes to the file. */
static void
write_chunk(DcSpool *spool, int partition)
{
	ChunkData  *data = spool->filling[partition];
	DcChunk    *last = last_chunk(spool, spool->process, partition);

	data->previous = *last;
	*last = CHUNK_AT(append(spool, FILE_ADDED, data, MAXALIGN(offsetof(ChunkData, entry) + sizeof(PackedEntry) * data->n)));
	pg_atomic_fetch_add_u32(&spool->state->count[partition], data->n);
	data->n = 0;
}

/* A chunk to be filled. */
static void
begin_chunk(DcSpool *spool, int partition)
{
	ChunkData  *data = spool->filling[partition];
	DcChunk		chunk;

	if (spool->state->on_disk)
	{
		if (data != NULL)
			write_chunk(spool, partition);
		else
			spool->filling[partition] = MemoryContextAllocZero(spool->context, spool->state->chunk_size);
		return;
	}
	if (data != NULL)
		pg_atomic_fetch_add_u32(&spool->state->count[partition], data->n);
	if (spool->area != NULL)
		chunk = dsa_allocate(spool->area, spool->state->chunk_size);
	else
		chunk = (DcChunk) (uintptr_t) MemoryContextAlloc(spool->context, spool->state->chunk_size);
	data = chunk_in_memory(spool, chunk);
	data->previous = *last_chunk(spool, spool->process, partition);
	data->n = 0;
	*last_chunk(spool, spool->process, partition) = chunk;
	spool->filling[partition] = data;
}

void
dc_spool_add(DcSpool *spool, uint64 key, uint32 record)
{
	int			partition = key >> (64 - spool->state->bits);
	ChunkData  *data = spool->filling[partition];

	if (data == NULL || data->n == spool->room)
	{
		begin_chunk(spool, partition);
		data = spool->filling[partition];
	}
	data->entry[data->n++] = (PackedEntry) {key >> 32, (uint32) key, record};
}

void
dc_spool_added(DcSpool *spool)
{
	for (int i = 0; i < dc_spool_partitions(spool); i++)
	{
		ChunkData  *data = spool->filling[i];

		if (data == NULL)
			continue;
		if (spool->state->on_disk)
		{
			write_chunk(spool, i);
			pfree(data);
		}
		else
			pg_atomic_fetch_add_u32(&spool->state->count[i], data->n);
		spool->filling[i] = NULL;
	}
	publish(spool, FILE_ADDED);
}

int
dc_spool_partitions(const DcSpool *spool)
{
	return 1 << spool->state->bits;
}

uint32
dc_spool_count(const DcSpool *spool, int partition)
{
	return pg_atomic_read_u32(&spool->state->count[partition]);
}

/* ---------- partitions ---------- */

static void
unpack(DcKeyEntry *to, const PackedEntry *from, uint32 n)
{
	for (uint32 i = 0; i < n; i++)
		to[i] = (DcKeyEntry) {(uint64) from[i].high << 32 | from[i].low, from[i].record};
}

static void
pack(PackedEntry *to, const DcKeyEntry *from, uint32 n)
{
	for (uint32 i = 0; i < n; i++)
		to[i] = (PackedEntry) {from[i].key >> 32, (uint32) from[i].key, from[i].record};
}

/* A chunk, which on disk is read into the buffer. */
static ChunkData *
get_chunk(DcSpool *spool, int process, DcChunk chunk)
{
	ChunkData  *data = spool->buffer;

	if (!spool->state->on_disk)
		return chunk_in_memory(spool, chunk);
	read_from(spool, FILE_ADDED, process, CHUNK_OFFSET(chunk), data, offsetof(ChunkData, entry));
	if (data->n > spool->room)
		elog(ERROR, "a chunk of matching keys is broken");
	read_from(spool, FILE_ADDED, process, CHUNK_OFFSET(chunk) + offsetof(ChunkData, entry), data->entry, sizeof(PackedEntry) * data->n);
	return data;
}

void
dc_spool_take(DcSpool *spool, int partition, DcKeyEntry *to)
{
	for (int process = 0; process < spool->state->nprocesses; process++)
	{
		DcChunk		chunk = *last_chunk(spool, process, partition);

		while (chunk != 0)
		{
			ChunkData  *data = get_chunk(spool, process, chunk);

			CHECK_FOR_INTERRUPTS();
			unpack(to, data->entry, data->n);
			to += data->n;
			chunk = data->previous;
		}
	}
}

/* Into the chunks that they came from, in the order in which they are taken. */
static void
put_into_chunks(DcSpool *spool, int partition, const DcKeyEntry *entries)
{
	for (int process = 0; process < spool->state->nprocesses; process++)
	{
		DcChunk		chunk = *last_chunk(spool, process, partition);

		while (chunk != 0)
		{
			ChunkData  *data = chunk_in_memory(spool, chunk);

			pack(data->entry, entries, data->n);
			entries += data->n;
			chunk = data->previous;
		}
	}
}

void
dc_spool_put_back(DcSpool *spool, int partition, const DcKeyEntry *entries)
{
	uint32		n = dc_spool_count(spool, partition);
	uint32		m;

	if (!spool->state->on_disk)
	{
		put_into_chunks(spool, partition, entries);
		return;
	}
	spool->state->sorted[partition].process = spool->process;
	spool->state->sorted[partition].offset = spool->written[FILE_SORTED];
	for (uint32 i = 0; i < n; i += m)
	{
		CHECK_FOR_INTERRUPTS();
		m = Min(n - i, spool->room);
		pack(spool->buffer->entry, entries + i, m);
		append(spool, FILE_SORTED, spool->buffer->entry, sizeof(PackedEntry) * m);
	}
}

void
dc_spool_sorted(DcSpool *spool)
{
	publish(spool, FILE_SORTED);
}

void
dc_spool_read(DcSpool *spool, int partition, DcKeyEntry *to)
{
	uint32		n = dc_spool_count(spool, partition);
	uint64		offset = spool->state->sorted[partition].offset;
	uint32		m;

	if (!spool->state->on_disk)
	{
		dc_spool_take(spool, partition, to);
		return;
	}
	for (uint32 i = 0; i < n; i += m)
	{
		CHECK_FOR_INTERRUPTS();
		m = Min(n - i, spool->room);
		read_from(spool, FILE_SORTED, spool->state->sorted[partition].process, offset + sizeof(PackedEntry) * i, spool->buffer->entry, sizeof(PackedEntry) * m);
		unpack(to + i, spool->buffer->entry, m);
	}
}

/* ---------- the end ---------- */

void
dc_spool_close(DcSpool *spool)
{
	for (int i = 0; i < FILE_KINDS * spool->state->nprocesses; i++)
		if (spool->file[i] != NULL)
			BufFileClose(spool->file[i]);
	if (spool->buffer != NULL)
		pfree(spool->buffer);
	pfree(spool);
}
