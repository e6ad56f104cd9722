/*-------------------------------------------------------------------------
 *
 * key_page.c
 *	  Pages of the index of keys: entries packed into the bytes of one row of match_index.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "port/pg_bitutils.h"
#include "port/pg_bswap.h"

#include "match/index/key_index.h"
#include "match/index/key_page.h"
#include "match/table/batch.h"

#define HEADER_SIZE (sizeof(uint64) + 1)	/* base, width */

/* The first byte of a block. */
#define KEY_BYTES 15
#define PLACED 16
#define COUNT_SHIFT 5			/* from there on how many entries there are; 0: two bytes that follow tell it */
#define MOST_IN_BYTE 7

/* What is read or written at once may reach so far beyond the end. */
#define SLACK sizeof(uint64)

/* ---------- numbers ---------- */

static inline int
bytes_of(uint64 value)
{
	return value == 0 ? 0 : pg_leftmost_one_pos64(value) / 8 + 1;
}

static inline uint8 *
put_number(uint8 *to, uint64 value, int bytes)
{
#ifdef WORDS_BIGENDIAN
	value = pg_bswap64(value);
#endif
	memcpy(to, &value, sizeof(value));
	return to + bytes;
}

static inline uint64
get_number(const uint8 **from, int bytes)
{
	uint64		value;

	memcpy(&value, *from, sizeof(value));
#ifdef WORDS_BIGENDIAN
	value = pg_bswap64(value);
#endif
	*from += bytes;
	return bytes == 8 ? value : value & ((UINT64CONST(1) << 8 * bytes) - 1);
}

/* ---------- a page ---------- */

void
dc_page_start(DcKeyPage *page, int64 first, int64 last)
{
	page->base = first;
	page->width = Max(1, bytes_of((uint64) last - (uint64) first));
	page->size = HEADER_SIZE;
	page->n = 0;
}

static size_t
entry_size(const DcKeyPage *page, bool placed)
{
	return page->width + (placed ? sizeof(uint64) : 0);
}

static uint64
last_key(const DcKeyPage *page)
{
	return page->n == 0 ? 0 : page->entry[page->n - 1].key;
}

int
dc_page_add(DcKeyPage *page, const DcIndexEntry *entry, int n, bool placed)
{
	bool		goes_on = page->n > 0 && placed && last_key(page) == entry->key;
	size_t		head = goes_on ? sizeof(uint16) : 1 + bytes_of(entry->key - last_key(page)) + (n > MOST_IN_BYTE ? sizeof(uint16) : 0);
	size_t		room = DC_PAGE_BYTES - page->size;
	int			fit = room <= head ? 0 : Min((room - head) / entry_size(page, placed), DC_PAGE_ENTRIES - page->n);

	fit = Min(fit, n);
	if (fit == 0 || (!placed && fit < n))
		return 0;
	for (int i = 0; i < fit; i++)
	{
		page->placed[page->n] = placed;
		page->entry[page->n++] = (DcIndexEntry) {entry[i].key, placed ? entry[i].place : 0, entry[i].contact_id};
	}
	page->size += head + entry_size(page, placed) * fit;
	return fit;
}

DcIndexEntry
dc_page_first(const DcKeyPage *page)
{
	return page->placed[0] ? page->entry[0] : (DcIndexEntry) {page->entry[0].key, 0, PG_INT64_MIN};
}

/* Where the entries end that stand together with this one in one block of the page. */
static int
end_of_block(const DcKeyPage *page, int from)
{
	int			to = from + 1;

	while (to < page->n && page->entry[to].key == page->entry[from].key && page->placed[to] == page->placed[from])
		to++;
	return to;
}

static uint8 *
pack_block(const DcKeyPage *page, int from, int to, uint64 before, uint8 *at)
{
	uint64		distance = page->entry[from].key - before;
	int			n = to - from;
	int			bytes = bytes_of(distance);
	bool		placed = page->placed[from];

	*at++ = bytes | (placed ? PLACED : 0) | (n <= MOST_IN_BYTE ? n << COUNT_SHIFT : 0);
	if (n > MOST_IN_BYTE)
		at = put_number(at, n, sizeof(uint16));
	at = put_number(at, distance, bytes);
	for (int i = from; i < to; i++)
	{
		at = put_number(at, (uint64) page->entry[i].contact_id - (uint64) page->base, page->width);
		if (placed)
			at = put_number(at, page->entry[i].place, sizeof(uint64));
	}
	return at;
}

struct varlena *
dc_page_pack(const DcKeyPage *page)
{
	bytea	   *bytes = palloc(VARHDRSZ + DC_PAGE_BYTES + SLACK);
	uint8	   *at = (uint8 *) VARDATA(bytes);
	uint64		before = 0;

	at = put_number(at, (uint64) page->base, sizeof(uint64));
	*at++ = page->width;
	for (int from = 0, to; from < page->n; from = to)
	{
		to = end_of_block(page, from);
		at = pack_block(page, from, to, before, at);
		before = page->entry[from].key;
	}
	SET_VARSIZE(bytes, (char *) at - (char *) bytes);
	return bytes;
}

/* False: this is no block. */
static bool
unpack_block(DcKeyPage *page, const uint8 **from, const uint8 *end)
{
	const uint8 *at = *from;
	uint8		head = *at++;
	bool		placed = (head & PLACED) != 0;
	int			bytes = head & KEY_BYTES;
	uint64		key = last_key(page);
	int			n = head >> COUNT_SHIFT;
	DcIndexEntry *entry = &page->entry[page->n];
	const uint64 base = (uint64) page->base;
	const int	width = page->width;

	if (n == 0)
		n = get_number(&at, sizeof(uint16));
	if (bytes > 8 || n == 0 || n > DC_PAGE_ENTRIES - page->n || end - at < bytes + (ssize_t) entry_size(page, placed) * n)
		return false;
	key += get_number(&at, bytes);
	for (int i = 0; i < n; i++)
	{
		uint64		contact_id = get_number(&at, width) + base;
		uint64		place = placed ? get_number(&at, sizeof(uint64)) : 0;

		entry[i] = (DcIndexEntry) {key, place, (int64) contact_id};
	}
	memset(page->placed + page->n, placed, n);
	page->n += n;
	*from = at;
	return true;
}

void
dc_page_unpack(DcKeyPage *page, const struct varlena *bytes, uint64 through)
{
	uint8		copy[DC_PAGE_BYTES + 2 * SLACK];
	size_t		size = VARSIZE_ANY_EXHDR(bytes);
	const uint8 *at = copy;
	bool		sound = size > HEADER_SIZE && size <= DC_PAGE_BYTES;

	page->n = 0;
	page->size = size;
	if (sound)
	{
		memcpy(copy, VARDATA_ANY(bytes), size);
		memset(copy + size, 0, 2 * SLACK);
		page->base = (int64) get_number(&at, sizeof(uint64));
		page->width = *at++;
		sound = page->width >= 1 && page->width <= 8;
	}
	while (sound && at < copy + size && last_key(page) <= through)
		sound = unpack_block(page, &at, copy + size);
	if (!sound)
		elog(ERROR, "a row of the index of keys is damaged");
}

/* ---------- pages written one after the other ---------- */

struct DcPageWriter
{
	DcBatch    *rows;
	int			run;
	int			number;
	int64		first;
	int64		last;
	DcKeyPage	page;
};

DcPageWriter *
dc_open_pages(int controller_id, int run, int64 first, int64 last)
{
	static const DcTarget target = {"match_index", {"run", "page", "first_key", "first_place", "first_contact", "entries"}};
	DcPageWriter *writer = palloc(sizeof(DcPageWriter));

	writer->rows = dc_batch_insert(&target, controller_id, NULL);
	writer->run = run;
	writer->number = 0;
	writer->first = first;
	writer->last = last;
	dc_page_start(&writer->page, first, last);
	return writer;
}

static void
write_page(DcPageWriter *writer)
{
	DcIndexEntry first = dc_page_first(&writer->page);
	struct varlena *bytes = dc_page_pack(&writer->page);
	Datum		row[] = {Int32GetDatum(writer->run), Int32GetDatum(writer->number++), Int64GetDatum(dc_to_column(first.key)),
		Int64GetDatum(dc_to_column(first.place)), Int64GetDatum(first.contact_id), PointerGetDatum(bytes)};

	dc_batch_add(writer->rows, row, VARSIZE(bytes));
	dc_page_start(&writer->page, writer->first, writer->last);
}

void
dc_write_block(DcPageWriter *writer, const DcIndexEntry *entry, int n, bool placed)
{
	for (int m; n > 0; entry += m, n -= m)
	{
		m = dc_page_add(&writer->page, entry, n, placed);
		if (m < n)
			write_page(writer);
	}
}

void
dc_close_pages(DcPageWriter *writer)
{
	if (writer->page.n > 0)
		write_page(writer);
	dc_batch_finish(writer->rows);
	pfree(writer);
}
