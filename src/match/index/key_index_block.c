/*-------------------------------------------------------------------------
 *
 * key_index_block.c
 *	  The contacts of a key, and the neighbours in it, by the tables of key_index.h.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "match/index/key_index_pages.h"

/* One list of entries in which a key is looked up: pages, or what is left of an array. */
typedef struct Stream
{
	Pages	   *pages;			/* NULL for an array */
	const DcIndexEntry *next;	/* NULL at the end */
	int			nleft;
	DcIndexEntry *entries;		/* to be freed, or NULL */
} Stream;

static void
start_array(Stream *stream, DcIndexEntry *entries, int n)
{
	*stream = (Stream) {.next = n > 0 ? entries : NULL, .nleft = n, .entries = entries};
}

static void
advance(DcKeyIndex *index, Stream *stream, uint64 key, ScanDirection direction)
{
	if (stream->pages == NULL)
		stream->next = --stream->nleft > 0 ? stream->next + 1 : NULL;
	else
		do
		{
			CHECK_FOR_INTERRUPTS();
			stream->next = dc_take(index, stream->pages, key, direction);
		} while (stream->next != NULL && stream->pages->run == 0 && dc_index_is_changed(index, stream->next->contact_id));
}

/* The stream whose entry comes first in this direction; NULL: all are at their end. */
static Stream *
first_of(Stream *streams, int n, ScanDirection direction)
{
	Stream	   *first = NULL;

	for (int i = 0; i < n; i++)
		if (streams[i].next != NULL &&
			(first == NULL || dc_compare_entries(streams[i].next, first->next) * (direction == ForwardScanDirection ? 1 : -1) < 0))
			first = &streams[i];
	return first;
}

static int
compare_for_qsort(const void *a, const void *b)
{
	return dc_compare_entries(a, b);
}

/* Gives the entries of a block their places, and leaves those from a place on in this direction, in order; answers how many. */
static int
place_entries(DcKeyIndex *index, DcIndexEntry *entries, int n, const DcIndexEntry *from, ScanDirection direction)
{
	int			kept = 0;

	for (int i = 0; i < n; i++)
	{
		DcIndexedContact contact;

		if (!dc_index_contact(index, entries[i].contact_id, &contact))
			elog(ERROR, "the index of keys lacks a contact");
		entries[i].place = contact.place;
		if ((dc_compare_entries(&entries[i], from) >= 0) == (direction == ForwardScanDirection))
			entries[kept++] = entries[i];
	}
	qsort(entries, kept, sizeof(DcIndexEntry), compare_for_qsort);
	for (int i = 0, j = kept - 1; direction == BackwardScanDirection && i < j; i++, j--)
	{
		DcIndexEntry swapped = entries[i];

		entries[i] = entries[j];
		entries[j] = swapped;
	}
	return kept;
}

/* What the pages have of a key; unplaced: as below. */
static void
start_pages(DcKeyIndex *index, Pages *pages, const DcIndexEntry *from, ScanDirection direction, Stream *stream, bool *unplaced)
{
	const DcIndexEntry *entries;
	DcIndexEntry *valid;
	int			n;
	int			nvalid = 0;

	*stream = (Stream) {.pages = pages};
	if (!dc_seek(index, pages, from))
		return;
	n = dc_take_unplaced(pages, from->key, &entries);
	if (n == 0)
	{
		advance(index, stream, from->key, direction);
		return;
	}
	valid = palloc(sizeof(DcIndexEntry) * n);
	for (int i = 0; i < n; i++)
		if (!dc_index_is_changed(index, entries[i].contact_id))
			valid[nvalid++] = entries[i];
	if (unplaced != NULL)
		*unplaced = true;
	else
		nvalid = place_entries(index, valid, nvalid, from, direction);
	start_array(stream, valid, nvalid);
}

/*
 * Valid entries of a key from a place on, of all pages and changes together, in order, n at most.  unplaced: set when some
 * have no place, and then they are in no order; NULL: they are to be given one.
 */
static int
collect(DcKeyIndex *index, const DcIndexEntry *from, ScanDirection direction, int n, DcIndexEntry *entries, bool *unplaced)
{
	int			nstreams = index->npages + 1;
	Stream	   *streams = palloc(sizeof(Stream) * nstreams);
	DcIndexEntry *late = palloc(sizeof(DcIndexEntry) * (n + 1));
	int			nlate = dc_delta_entries(index, from, direction, n, late);
	Stream	   *first;
	int			found = 0;

	for (int i = 0; i < index->npages; i++)
		start_pages(index, &index->pages[i], from, direction, &streams[i], unplaced);
	start_array(&streams[index->npages], late, nlate);
	while (found < n && (first = first_of(streams, nstreams, direction)) != NULL)
	{
		entries[found++] = *first->next;
		if (found < n)
			advance(index, first, from->key, direction);
	}
	for (int i = 0; i < nstreams; i++)
		if (streams[i].entries != NULL)
			pfree(streams[i].entries);
	pfree(streams);
	return found;
}

int
dc_index_block(DcKeyIndex *index, uint64 key, int max, DcIndexEntry *entries)
{
	DcIndexEntry from = {key, 0, PG_INT64_MIN};
	bool		unplaced = false;
	int			n = collect(index, &from, ForwardScanDirection, max + 1, entries, &unplaced);

	if (unplaced && n > dc_block_limit(key))
		n = collect(index, &from, ForwardScanDirection, max + 1, entries, NULL);
	return n;
}

int
dc_index_before(DcKeyIndex *index, const DcIndexEntry *place, int n, DcIndexEntry *entries)
{
	return collect(index, place, BackwardScanDirection, n, entries, NULL);
}

int
dc_index_after(DcKeyIndex *index, const DcIndexEntry *place, int n, DcIndexEntry *entries)
{
	DcIndexEntry from = {place->key, place->place, place->contact_id + 1};

	return collect(index, &from, ForwardScanDirection, n, entries, NULL);
}
