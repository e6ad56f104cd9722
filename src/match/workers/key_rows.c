/*-------------------------------------------------------------------------
 *
 * key_rows.c
 *	  The blocks of each record, by the table of keys.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "match/workers/key_table_state.h"

/* Room for the blocks: until they are placed, rows.start is where those of the record end. */
void
dc_number_blocks(DcKeyTable *table)
{
	TableState *state = table->state;
	uint64		nblocks = 0;
	uint64		nkeys = 0;

	if (!table->leader)
		return;
	for (int i = 0; i < dc_spool_partitions(table->spool); i++)
	{
		state->base[i] = nkeys;
		nkeys += dc_spool_count(table->spool, i);
	}
	for (int r = 0; r < table->population->nrecords; r++)
	{
		nblocks += table->rows.start[r];
		table->rows.start[r] = nblocks++;
	}
	if (Max(nkeys, nblocks) >= DC_NO_BLOCK)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("these contacts are too many to be matched at once"),
				 errdetail("They have " UINT64_FORMAT " keys; the limit is %u.", nkeys, DC_NO_BLOCK)));
	state->nkeys = nkeys;
	state->nblocks = nblocks;
	table->rows.block = dc_new_key_array(table, SHARE_BLOCKS, sizeof(uint32) * nblocks);
	if (table->share != NULL)
		state->blocks = table->share->handle[SHARE_BLOCKS];
}

const DcRows *
dc_key_rows(DcKeyTable *table)
{
	if (table->rows.block == NULL)
		table->rows.block = dc_share_attach_handle(table->state->blocks, NULL);
	return &table->rows;
}

void
dc_place_blocks(DcKeyTable *table)
{
	const DcRows *rows = dc_key_rows(table);

	for (int partition; (partition = dc_take_partition(table, STEP_PLACE)) >= 0;)
	{
		size_t		n;
		uint32		base;
		const DcKeyEntry *entries = dc_key_partition(table, partition, &n, &base);

		for (size_t from = 0, to; from < n; from = to)
		{
			to = dc_block_end(entries, n, from);
			for (size_t i = from + 2 * AHEAD; i < Min(to + 2 * AHEAD, n); i++)
				if (entries[i].key == entries[i - 1].key)
				{
					DC_PREFETCH(&rows->start[entries[i].record]);
					DC_PREFETCH(&rows->start[entries[i - 1].record]);
				}
			for (size_t i = from + AHEAD; i < Min(to + AHEAD, n); i++)
				if (entries[i].key == entries[i - 1].key)
				{
					DC_PREFETCH(&rows->block[rows->start[entries[i].record] - 1]);
					DC_PREFETCH(&rows->block[rows->start[entries[i - 1].record] - 1]);
				}
			if (dc_is_compared_whole(entries[from].key, to - from))
				for (size_t i = from; i < to; i++)
					rows->block[pg_atomic_fetch_sub_u32((pg_atomic_uint32 *) &rows->start[entries[i].record], 1) - 1] = base + from;
		}
	}
}

/* The blocks of a record in order, by insertion: they are few. */
void
dc_order_rows(DcKeyTable *table)
{
	const DcRows *rows = dc_key_rows(table);
	int			n = table->population->nrecords;

	for (int r, to; dc_take_records(table, STEP_ORDER, &r, &to);)
		for (; r < to; r++)
		{
			uint32	   *block = rows->block + rows->start[r];
			uint32	   *end = rows->block + (r + 1 < n ? rows->start[r + 1] : table->state->nblocks) - 1;

			for (uint32 *b = block + 1; b < end; b++)
			{
				uint32		number = *b;
				uint32	   *i = b;

				for (; i > block && i[-1] > number; i--)
					*i = i[-1];
				*i = number;
			}
			*end = DC_NO_BLOCK;
		}
}
