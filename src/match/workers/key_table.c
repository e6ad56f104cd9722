/*-------------------------------------------------------------------------
 *
 * key_table.c
 *	  The keys of all records, made and put in order by several processes.
 *
 * Keys are hashes, so that parts of their range hold about as many each.  All processes take ranges of records and put
 * their keys into the partitions; then they take partitions and sort them; then they note of each record the
 * blocks that it is in.  What is random in memory is at most one partition, which a cache holds, or a few bytes
 * a record.  The order of entries is total, so it does not matter who did what.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "match/workers/key_table_state.h"

#define RECORDS_AT_ONCE 2048

/* ---------- making and attaching ---------- */

/* About as many keys as the records have, from some of them. */
static size_t
estimate_keys(const DcPopulation *p)
{
	int			step = p->nrecords / 256 + 1;
	size_t		sum = 0;
	int			n = 0;

	for (int r = 0; r < p->nrecords; r += step)
	{
		DcKeys		keys;

		dc_make_keys(p, &p->records[r], &keys);
		sum += keys.n;
		n++;
	}
	return n == 0 ? 0 : (size_t) ((double) sum / n * p->nrecords);
}

void *
dc_new_key_array(DcKeyTable *table, DcShareArray which, size_t size)
{
	if (table->share != NULL)
		return dc_share_new(table->share, which, size);
	return MemoryContextAllocHuge(table->context, Max(size, 1));
}

DcKeyTable *
dc_key_table_create(const DcPopulation *p, DcShare *share, int nprocesses, bool sketches)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "dropcontact keys", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	DcKeyTable *table = palloc0(sizeof(DcKeyTable));
	size_t		n = (size_t) p->nrecords;
	dsa_area   *area = NULL;

	table->population = p;
	table->context = context;
	table->share = share;
	table->leader = true;
	table->state = dc_new_key_array(table, SHARE_STATE, offsetof(TableState, spool) + dc_spool_state_size(nprocesses));
	memset(table->state, 0, offsetof(TableState, spool));
	for (int i = 0; i < STEPS; i++)
		pg_atomic_init_u32(&table->state->next[i], 0);
	pg_atomic_init_u64(&table->state->sum, 0);
	dc_spool_shape(&table->state->spool, estimate_keys(p), nprocesses, maintenance_work_mem * (size_t) 1024);
	dc_spool_create(&table->state->spool, share == NULL ? NULL : dc_share_segment(share, SHARE_STATE));
	if (share != NULL && !table->state->spool.on_disk)
		area = dc_share_new_area(share);
	table->spool = dc_spool_open(&table->state->spool, share == NULL ? NULL : dc_share_segment(share, SHARE_STATE), area, 0);
	table->rows.place = dc_new_key_array(table, SHARE_PLACES, sizeof(uint64) * n);
	table->rows.start = dc_new_key_array(table, SHARE_STARTS, sizeof(uint32) * n);
	for (size_t r = 0; r < n; r++)
		pg_atomic_init_u32((pg_atomic_uint32 *) &table->rows.start[r], 0);
	if (sketches)
		table->rows.sketch = dc_new_key_array(table, SHARE_SKETCHES, sizeof(DcSketch) * n);
	MemoryContextSwitchTo(old);
	return table;
}

DcKeyTable *
dc_key_table_attach(const DcPopulation *p, const DcShare *share, int process)
{
	DcKeyTable *table = palloc0(sizeof(DcKeyTable));
	dsm_segment *segment;

	table->population = p;
	table->context = CurrentMemoryContext;
	table->state = dc_share_attach(share, SHARE_STATE, &segment);
	table->spool = dc_spool_open(&table->state->spool, segment, dc_share_attach_area(share), process);
	table->rows.place = dc_share_attach(share, SHARE_PLACES, NULL);
	table->rows.start = dc_share_attach(share, SHARE_STARTS, NULL);
	table->rows.sketch = dc_share_attach(share, SHARE_SKETCHES, NULL);
	return table;
}

void
dc_key_table_free(DcKeyTable *table)
{
	dc_spool_close(table->spool);
	if (table->leader)
		MemoryContextDelete(table->context);
}

static void
make_room(DcKeyTable *table, size_t n)
{
	if (n <= table->capacity)
		return;
	if (table->entries != NULL)
	{
		pfree(table->entries);
		pfree(table->spare);
	}
	table->capacity = n + n / 8;
	table->entries = MemoryContextAllocHuge(table->context, sizeof(DcKeyEntry) * table->capacity);
	table->spare = MemoryContextAllocHuge(table->context, sizeof(DcKeyEntry) * table->capacity);
}

static uint32
take_next(DcKeyTable *table, Step step)
{
	return pg_atomic_fetch_add_u32(&table->state->next[step], 1);
}

bool
dc_take_records(DcKeyTable *table, Step step, int *from, int *to)
{
	int64		start = (int64) take_next(table, step) * RECORDS_AT_ONCE;
	int			n = table->population->nrecords;

	CHECK_FOR_INTERRUPTS();
	if (start >= n)
		return false;
	*from = start;
	*to = Min(start + RECORDS_AT_ONCE, n);
	return true;
}

int
dc_take_partition(DcKeyTable *table, Step step)
{
	uint32		partition = take_next(table, step);

	CHECK_FOR_INTERRUPTS();
	return partition < dc_spool_partitions(table->spool) ? (int) partition : -1;
}

/* ---------- the keys of each record ---------- */

static uint64
mix(uint64 h, uint64 value)
{
	h = (h ^ value) * UINT64CONST(0x9ddfea08eb382d69);
	return h ^ (h >> 29);
}

/* Of a contact, what it says, and its keys. */
static uint64
sum_of(const DcRecord *r, uint64 hash, uint64 place, const DcKeys *keys)
{
	uint64		sum = mix(mix(mix(mix((uint64) r->contact_id, 1), hash), r->nmobiles), place);

	for (int k = 0; k < keys->n; k++)
		sum += mix(mix((uint64) r->contact_id, 2), keys->key[k]);
	return sum;
}

static void
make_keys(DcKeyTable *table)
{
	const DcPopulation *p = table->population;
	uint64		sum = 0;

	for (int r, to; dc_take_records(table, STEP_MAKE, &r, &to);)
		for (; r < to; r++)
		{
			const DcRecord *record = &p->records[r];
			uint64		hash;
			DcKeys		keys;

			if (r + 8 < p->nrecords)
			{
				dc_ask_for_texts(p, record + 8, record + 4);
				if (table->rows.sketch != NULL)
					dc_ask_for_outlines(p, record + 8);
			}
			dc_make_keys(p, record, &keys);
			hash = dc_record_hash(p, record);
			table->rows.place[r] = dc_block_order_of(p, record, hash);
			for (int k = 0; k < keys.n; k++)
				dc_spool_add(table->spool, keys.key[k], r);
			sum += sum_of(record, hash, table->rows.place[r], &keys);
			if (table->rows.sketch != NULL)
				dc_make_sketch(p, record, &table->rows.sketch[r]);
		}
	dc_spool_added(table->spool);
	pg_atomic_fetch_add_u64(&table->state->sum, sum);
}

/* ---------- order ---------- */

#define DIGITS 11
#define BUCKETS (1 << DIGITS)
#define PASSES 3

/* Sorts by 33 bits of the key in stable passes, the partition's bits being equal, then puts right what they leave equal. */
static void
sort_entries(DcKeyTable *table, size_t n)
{
	int			top = 64 - table->state->spool.bits;

	for (int pass = 0; pass < PASSES; pass++)
	{
		uint32		count[BUCKETS] = {0};
		int			shift = top - DIGITS * (PASSES - pass);
		uint32		sum = 0;
		DcKeyEntry *from = table->entries;
		DcKeyEntry *to = table->spare;

		for (size_t i = 0; i < n; i++)
			count[(from[i].key >> shift) & (BUCKETS - 1)]++;
		for (int b = 0; b < BUCKETS; b++)
		{
			uint32		c = count[b];

			count[b] = sum;
			sum += c;
		}
		for (size_t i = 0; i < n; i++)
			to[count[(from[i].key >> shift) & (BUCKETS - 1)]++] = from[i];
		table->entries = to;
		table->spare = from;
	}
	/* insertion: keys that share these bits without being equal are few */
	for (size_t i = 1; i < n; i++)
	{
		DcKeyEntry	entry = table->entries[i];
		size_t		j = i;

		for (; j > 0 && table->entries[j - 1].key > entry.key; j--)
			table->entries[j] = table->entries[j - 1];
		table->entries[j] = entry;
	}
}

/* Orders the records of each block, and counts of each record the blocks that are compared as a whole. */
static void
order_blocks(const DcRows *rows, DcKeyEntry *entries, size_t n)
{
	for (size_t from = 0, to; from < n; from = to)
	{
		to = dc_block_end(entries, n, from);
		for (size_t i = from + AHEAD; i < Min(to + AHEAD, n); i++)
			if (entries[i].key == entries[i - 1].key)
			{
				DC_PREFETCH(&rows->place[entries[i].record]);
				DC_PREFETCH(&rows->place[entries[i - 1].record]);
				DC_PREFETCH(&rows->start[entries[i].record]);
				DC_PREFETCH(&rows->start[entries[i - 1].record]);
			}
		if (to - from == 1)
			continue;
		dc_order_block(rows, entries + from, to - from);
		if (dc_is_compared_whole(entries[from].key, to - from))
			for (size_t i = from; i < to; i++)
				pg_atomic_fetch_add_u32((pg_atomic_uint32 *) &rows->start[entries[i].record], 1);
	}
}

/* O(k) for k keys, and O(n log n) for a block of n. */
static void
sort_partitions(DcKeyTable *table)
{
	for (int partition; (partition = dc_take_partition(table, STEP_SORT)) >= 0;)
	{
		size_t		n = dc_spool_count(table->spool, partition);

		make_room(table, n);
		dc_spool_take(table->spool, partition, table->entries);
		sort_entries(table, n);
		order_blocks(&table->rows, table->entries, n);
		dc_spool_put_back(table->spool, partition, table->entries);
	}
	dc_spool_sorted(table->spool);
}

void
dc_key_table_step(DcKeyTable *table, int step)
{
	static void (*const steps[DC_KEY_STEPS]) (DcKeyTable *) = {make_keys, sort_partitions, dc_number_blocks, dc_place_blocks, dc_order_rows};

	steps[step] (table);
}

DcKeyTable *
dc_make_key_table(const DcPopulation *p, bool sketches)
{
	DcKeyTable *table = dc_key_table_create(p, NULL, 1, sketches);

	for (int step = 0; step < DC_KEY_STEPS; step++)
		dc_key_table_step(table, step);
	return table;
}

/* ---------- what is in it ---------- */

size_t
dc_key_count(const DcKeyTable *table)
{
	return table->state->nkeys;
}

uint64
dc_key_sum(const DcKeyTable *table)
{
	return pg_atomic_read_u64(&table->state->sum);
}

int
dc_key_partitions(const DcKeyTable *table)
{
	return dc_spool_partitions(table->spool);
}

const DcKeyEntry *
dc_key_partition(DcKeyTable *table, int partition, size_t *n, uint32 *base)
{
	*n = dc_spool_count(table->spool, partition);
	*base = table->state->base[partition];
	make_room(table, *n);
	dc_spool_read(table->spool, partition, table->entries);
	return table->entries;
}

int
dc_next_partition(DcKeyTable *table)
{
	return dc_take_partition(table, STEP_SCAN);
}

int64
dc_scan_key_table(DcKeyTable *table, DcPopulation *p, DcPairFilter filter, DcPairCallback callback, void *state)
{
	int64		pairs = 0;

	if (p->progress != NULL)
		p->progress(0, dc_key_count(table));
	for (int partition; (partition = dc_next_partition(table)) >= 0;)
	{
		size_t		n;
		uint32		base;
		const DcKeyEntry *entries = dc_key_partition(table, partition, &n, &base);

		if (p->progress != NULL && base > 0)
			p->progress(base, dc_key_count(table));
		pairs += dc_scan_pairs(dc_key_rows(table), entries, n, base, filter, callback, state);
	}
	return pairs;
}
