/*-------------------------------------------------------------------------
 *
 * written.c
 *	  Which contacts the session has written, for what follows a statement.
 *
 * Ids come from a sequence, so that a statement that inserts many is mostly one range.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "duty/written.h"

static DcWritten *written = NULL;	/* in TopMemoryContext */
static int	nwritten = 0;
static int	capacity = 0;

void
dc_note_written(int64 contact_id)
{
	DcWritten  *last = nwritten == 0 ? NULL : &written[nwritten - 1];

	if (last != NULL && contact_id >= last->first && contact_id <= last->last + 1)
	{
		last->last = Max(last->last, contact_id);
		return;
	}
	if (nwritten == capacity)
	{
		int			wanted = Max(64, capacity * 2);

		written = written == NULL ? MemoryContextAlloc(TopMemoryContext, sizeof(DcWritten) * wanted) :
			repalloc_huge(written, sizeof(DcWritten) * wanted);
		capacity = wanted;
	}
	written[nwritten++] = (DcWritten) {contact_id, contact_id};
}

int
dc_take_written(DcWritten **ranges)
{
	int			n = nwritten;

	*ranges = palloc(sizeof(DcWritten) * Max(n, 1));
	memcpy(*ranges, written, sizeof(DcWritten) * n);
	nwritten = 0;
	return n;
}
