/*-------------------------------------------------------------------------
 *
 * written.h
 *	  Which contacts the session has written, for what follows a statement.
 *
 * The row triggers of contact note them.  Whoever takes the list empties it: it may name contacts whose writing
 * was undone, or that no statement after all wrote.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_WRITTEN_H
#define DC_WRITTEN_H

#include "postgres.h"

/* Contacts with ids from first to last. */
typedef struct DcWritten
{
	int64		first;
	int64		last;
} DcWritten;

extern void dc_note_written(int64 contact_id);

/* The ranges, in the current memory context; answers how many. */
extern int	dc_take_written(DcWritten **ranges);

#endif							/* DC_WRITTEN_H */
