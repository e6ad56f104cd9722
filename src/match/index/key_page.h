/*-------------------------------------------------------------------------
 *
 * key_page.h
 *	  Pages of the index of keys: entries packed into the bytes of one row of match_index.
 *
 * A page holds blocks, of a key each, ascending.  What a block takes: a byte that tells how many bytes the key's distance
 * from the key before takes, whether its entries have places, and how many they are; that distance; and of
 * each entry its contact_id, less the page's least one, and the place if there is one.  Numbers begin with their lowest
 * byte.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_MATCH_KEY_PAGE_H
#define DC_MATCH_KEY_PAGE_H

#include "postgres.h"

typedef struct DcIndexEntry
{
	uint64		key;
	uint64		place;
	int64		contact_id;
} DcIndexEntry;

/* The order of entries. */
static inline int
dc_compare_entries(const DcIndexEntry *a, const DcIndexEntry *b)
{
	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	if (a->place != b->place)
		return a->place < b->place ? -1 : 1;
	return a->contact_id < b->contact_id ? -1 : a->contact_id > b->contact_id;
}

#define DC_PAGE_ENTRIES 1024

/* A row fills one page of the table: what is left of it once the headers and the other columns have their room. */
#define DC_PAGE_BYTES (BLCKSZ - 192)

/* Unpacked. */
typedef struct DcKeyPage
{
	int64		base;			/* no contact_id is less */
	int			width;			/* bytes that the rest of one takes */
	size_t		size;			/* packed */
	int			n;
	bool		placed[DC_PAGE_ENTRIES];	/* false, and the place is 0: of a block that stands in one page as a whole */
	DcIndexEntry entry[DC_PAGE_ENTRIES];
} DcKeyPage;

/* An empty page for contacts from the first to the last. */
extern void dc_page_start(DcKeyPage *page, int64 first, int64 last);

/*
 * Adds entries of one key, as many as there is room for, and answers how many; without places all or none.  Keys must not
 * descend.
 */
extern int	dc_page_add(DcKeyPage *page, const DcIndexEntry *entry, int n, bool placed);

extern struct varlena *dc_page_pack(const DcKeyPage *page);
/* Unpacked up to the first entry of a greater key than this. */
extern void dc_page_unpack(DcKeyPage *page, const struct varlena *bytes, uint64 through);

/* Where the page begins: no entry that it could hold is before. */
extern DcIndexEntry dc_page_first(const DcKeyPage *page);

/* ---------- pages written one after the other ---------- */

typedef struct DcPageWriter DcPageWriter;

/* Pages of a run, for contacts from the first to the last. */
extern DcPageWriter *dc_open_pages(int controller_id, int run, int64 first, int64 last);

/* Entries of one key, DC_PAGE_ENTRIES at most; without places they must be all of the key. */
extern void dc_write_block(DcPageWriter *writer, const DcIndexEntry *entry, int n, bool placed);
extern void dc_close_pages(DcPageWriter *writer);

#endif							/* DC_MATCH_KEY_PAGE_H */
