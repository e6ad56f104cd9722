/*-------------------------------------------------------------------------
 *
 * pending.h
 *	  What the files that match changes alone have in common.
 *
 * changes.c finds the contacts that changed since the last run, touched.c what their changes touch, pending.c
 * matches that anew.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_MATCH_PENDING_H
#define DC_MATCH_PENDING_H

#include "postgres.h"

#include "match/index/key_index.h"
#include "match/pending/gather.h"
#include "match/table/ids.h"

/* Contacts that changed: what they were known by and what they are known by, nkeys -1 for not at all. */
typedef struct Changes
{
	int			n;
	int			capacity;
	DcIndexedContact *old;
	DcIndexedContact *new;
	DcIndexState state;			/* of the index once it knows of them */
} Changes;

/* Adds the contacts that were touched without changing since the last run, which this one takes care of. */
extern void dc_take_touched(int controller_id, IdList *contacts);

/* changes.c */

/* Are so many contacts, more than this share of all, to be matched that all are matched sooner?  A few never are. */
extern bool dc_too_many(const DcKeyIndex *index, size_t n, int share);

/* Both answer false when so much changed that everything is to be matched. */

/* Among all contacts of the controller, those that are not what the index says of them. */
extern bool dc_find_changes(DcGathered *gathered, DcKeyIndex *index, Changes *changes);

/* Among these contacts. */
extern bool dc_compare_contacts(DcGathered *gathered, DcKeyIndex *index, const IdList *contacts, Changes *changes);

/* touched.c */
typedef struct Touched
{
	IdList		pairs;			/* candidates that the last run did not have, or scored otherwise */
	IdList		apart;			/* pairs that may be candidates no longer */
	IdList		contacts;		/* whose entities are to be made anew */
} Touched;

/*
 * index knows of the changes already.  The contacts of the pairs are gathered.  False: so much is touched that everything
 * is to be matched.
 */
extern bool dc_find_touched(DcGathered *gathered, DcKeyIndex *index, const Changes *changes, Touched *touched);

/* pairs_within.c */

/* Candidate pairs among the records of a population, by record, each once. */
typedef struct RecordPair
{
	int			a;
	int			b;
} RecordPair;
extern RecordPair *dc_pairs_within(DcKeyIndex *index, const DcPopulation *population, size_t *npairs);

/* pending_organisation.c */

/*
 * Whether a contact without a person changed, or is in an entity made anew, while there are persons: any of them may
 * have another organisation then, or none.
 */
extern bool dc_organisation_changed(DcKeyIndex *index, const Changes *changes, const IdList *scope);

/* Stores the organisations of persons that changed. */
extern void dc_settle_companies(int controller_id, DcKeyIndex *index, const Changes *changes);

#endif							/* DC_MATCH_PENDING_H */
