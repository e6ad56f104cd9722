/*-------------------------------------------------------------------------
 *
 * touched.h
 *	  What the files that find out what changes touch have in common: touched.c and touched_shared.c.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_MATCH_TOUCHED_H
#define DC_MATCH_TOUCHED_H

#include "postgres.h"

#include "match/pending/pending.h"

typedef enum ChangeKind
{
	CHANGE_LOST, CHANGE_GAINED, CHANGE_KEPT	/* a key; kept: but what is compared is another */
} ChangeKind;

typedef struct KeyChange
{
	DcIndexEntry entry;
	ChangeKind	kind;
} KeyChange;

/* The changes of one key, ascending. */
typedef struct KeyGroup
{
	uint64		key;
	const KeyChange *change;
	int			n;
	int			ngained;
	int			nlost;
} KeyGroup;

/* A mailbox or number whose bearers are to be judged. */
typedef struct Identifier
{
	uint64		key;
	int			n;
	bool		all;			/* nobody else carries it, and the bearers are in no order */
	DcIndexEntry *bearer;
	bool		decided;
} Identifier;

typedef struct Identifiers
{
	int			n;
	int			capacity;
	Identifier *identifier;
} Identifiers;

/* Bearers that are read of one, at most. */
#define DC_MOST_BEARERS 10000

/* Mailboxes and numbers that are judged otherwise than before. */
typedef struct Flips
{
	IdList		on;				/* hashes of values */
	IdList		off;
	IdList		bearers;		/* keys */
} Flips;

/* touched_shared.c */

/* Notes a key of contacts that changed if it is of a mailbox or number that may be judged otherwise; its block has these members. */
extern void dc_note_identifier(Identifiers *identifiers, const KeyGroup *group, const DcIndexEntry *member, int n);

/* Adds the bearers that are to be read first of those that are not decided. */
extern void dc_add_bearers(const Identifiers *identifiers, IdList *contacts);

/* Judges all of them, by bearers that have been gathered and more that are; false: there are too many to judge. */
extern bool dc_judge_identifiers(DcGathered *gathered, DcKeyIndex *index, Identifiers *identifiers, Flips *flips);

/* Stores what is shared now and what no longer is; pairs are scored by it from here on. */
extern void dc_store_flips(DcGathered *gathered, const Flips *flips);

#endif							/* DC_MATCH_TOUCHED_H */
