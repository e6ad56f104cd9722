/*-------------------------------------------------------------------------
 *
 * updated.h
 *	  Contacts that were updated since the last run of matching, for who looks for them before the next.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_MATCH_UPDATED_H
#define DC_MATCH_UPDATED_H

#include "postgres.h"

#include "duty/written.h"
#include "match/table/ids.h"

/* Notes contacts that a statement updated, with the rights of the owner; those that the index of keys does not know are left out. */
extern void dc_note_updated(const DcWritten *ranges, int n);

/* Adds them; none when they are too many to be read beside others. */
extern void dc_add_updated(int controller_id, IdList *contacts);

/* A run takes care of them that sees all that the transaction saw when this was called. */
extern void dc_forget_updated(int controller_id);

#endif							/* DC_MATCH_UPDATED_H */
