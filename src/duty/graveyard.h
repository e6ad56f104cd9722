/*-------------------------------------------------------------------------
 *
 * graveyard.h
 *	  What a session remembers of the tombstones of a controller.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_DUTY_GRAVEYARD_H
#define DC_DUTY_GRAVEYARD_H

#include "postgres.h"

#include "duty/token.h"

/* What the session knows of a controller's tombstones */
typedef struct Graveyard
{
	struct Graveyard *next;
	int			controller_id;
	bool		has_key;
	DcTokenKey	key;
	bool		key_checked;
	uint64		version;		/* that the tokens are of */
	MemoryContext context;		/* of the tokens */
	int			n;
	DcToken    *tokens;			/* ascending */
	uint32		mask;			/* of the bitmaps' places */
	uint8	   *firsts;			/* bitmap of the marks of first texts */
	uint8	   *identities;		/* bitmap of the marks of identities */
} Graveyard;

/* The key of a controller's tombstones; its tokens may be old. */
extern Graveyard *dc_graveyard_of(int controller_id);

/* The same with the tokens as they are now; reading them takes n log n, after another person was erased. */
extern Graveyard *dc_open_graveyard(int controller_id);

/* Is a mark set in one of its bitmaps?  One in 64 of those that no token has is, too. */
extern bool dc_has_bit(const Graveyard *g, const uint8 *bitmap, uint32 mark);

/* Is the token of an identity among them? */
extern bool dc_lies_here(const Graveyard *g, const DcIdentity *identity);

/* A row of the relation, tombstone or tombstone_key, was written. */
extern void dc_tombstones_changed(Oid relation);

#endif							/* DC_DUTY_GRAVEYARD_H */
