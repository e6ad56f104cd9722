/*-------------------------------------------------------------------------
 *
 * memo.c
 *	  What was made of texts that have been seen before, by column.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include "match/pack/memo.h"

#define HUGE_ZERO (MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO)
#define FIRST_SLOTS 256
#define SMALLEST_CHUNK 4096
#define LARGEST_CHUNK (1024 * 1024)

typedef struct Slot
{
	uint64		hash;
	DcMemo	   *memo;			/* NULL: free */
} Slot;

struct DcMemos
{
	MemoryContext context;
	Slot	   *slots;			/* open addressing */
	uint64		nslots;
	uint64		n;
	char	   *room;			/* where the next memo goes */
	size_t		room_size;
	size_t		chunk_size;
};

DcMemos *
dc_memos_create(void)
{
	DcMemos    *memos = palloc0(sizeof(DcMemos));

	memos->context = CurrentMemoryContext;
	memos->nslots = FIRST_SLOTS;
	memos->slots = palloc0(sizeof(Slot) * FIRST_SLOTS);
	return memos;
}

static inline uint64
mix(uint64 h, uint64 word)
{
	h = (h ^ word) * UINT64CONST(0x9ddfea08eb382d69);
	return h ^ h >> 32;
}

/* Up to seven bytes as a number, another for other bytes. */
static inline uint64
last_word(const char *s, size_t len)
{
	uint32		first;
	uint32		last;

	if (len >= sizeof(first))
	{
		memcpy(&first, s, sizeof(first));
		memcpy(&last, s + len - sizeof(last), sizeof(last));
		return (uint64) first << 32 | last;
	}
	return len == 0 ? 0 : (uint64) (uint8) s[0] << 16 | (uint64) (uint8) s[len / 2] << 8 | (uint8) s[len - 1];
}

/* Only within this process: eight bytes at a time, as they lie in memory. */
uint64
dc_memo_hash(const DcMemos *memos, int column, DcText text)
{
	uint64		h = mix(column + 1, text.len);
	const char *s = text.s;
	size_t		len = text.len;
	uint64		word;

	for (; len >= sizeof(word); s += sizeof(word), len -= sizeof(word))
	{
		memcpy(&word, s, sizeof(word));
		h = mix(h, word);
	}
	h = mix(mix(h, last_word(s, len)), len);
	dc_prefetch(&memos->slots[h & (memos->nslots - 1)]);
	return h;
}

/* Asks for the memo that probably is the one. */
void
dc_memo_touch(const DcMemos *memos, uint64 hash)
{
	const Slot *slot = &memos->slots[hash & (memos->nslots - 1)];

	if (slot->hash == hash && slot->memo != NULL)
		dc_prefetch(slot->memo);
}

static void
grow(DcMemos *memos)
{
	Slot	   *old = memos->slots;
	uint64		nold = memos->nslots;

	memos->nslots = nold * 2;
	memos->slots = MemoryContextAllocExtended(memos->context, sizeof(Slot) * memos->nslots, HUGE_ZERO);
	for (uint64 i = 0; i < nold; i++)
		if (old[i].memo != NULL)
		{
			uint64		place = old[i].hash & (memos->nslots - 1);

			while (memos->slots[place].memo != NULL)
				place = (place + 1) & (memos->nslots - 1);
			memos->slots[place] = old[i];
		}
	pfree(old);
}

static DcMemo *
new_memo(DcMemos *memos, int column, DcText text)
{
	size_t		size = MAXALIGN(offsetof(DcMemo, text) + text.len);
	DcMemo	   *memo;

	if (size > memos->room_size)
	{
		memos->chunk_size = Min(LARGEST_CHUNK, Max(SMALLEST_CHUNK, memos->chunk_size * 2));
		memos->room_size = Max(memos->chunk_size, size);
		memos->room = MemoryContextAllocHuge(memos->context, memos->room_size);
	}
	memo = (DcMemo *) memos->room;
	memos->room += size;
	memos->room_size -= size;
	*memo = (DcMemo) {.column = column, .len = text.len};
	memcpy(memo->text, text.s, text.len);
	return memo;
}

/* The memo of a column's text, a new one with found false; it stays where it is. */
DcMemo *
dc_memo_find(DcMemos *memos, int column, DcText text, uint64 hash, bool *found)
{
	uint64		place;

	if (memos->n > memos->nslots / 2)
		grow(memos);
	for (place = hash & (memos->nslots - 1); memos->slots[place].memo != NULL; place = (place + 1) & (memos->nslots - 1))
	{
		DcMemo	   *memo = memos->slots[place].memo;

		if (memos->slots[place].hash == hash && memo->len == text.len && memo->column == column && memcmp(memo->text, text.s, text.len) == 0)
		{
			*found = true;
			return memo;
		}
	}
	*found = false;
	memos->n++;
	memos->slots[place] = (Slot) {.hash = hash, .memo = new_memo(memos, column, text)};
	return memos->slots[place].memo;
}
