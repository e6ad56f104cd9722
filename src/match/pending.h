/*-------------------------------------------------------------------------
 *
 * pending.h
 *	  What the files that match changes alone have in common; nobody else includes it.
 *
 * changes.c finds the contacts that changed since the last run, touched.c what their changes touch, pending.c
 * matches that anew.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_MATCH_PENDING_H
#define DC_MATCH_PENDING_H

#include "postgres.h"

#include "match/key_index.h"

/* Ids of contacts, or pairs of them one after the other. */
typedef struct IdList
{
	int64	   *id;
	size_t		n;
	size_t		capacity;
} IdList;

extern void dc_push_id(IdList *list, int64 id);

/* Ascending, each once. */
extern void dc_sort_ids(IdList *list);
extern void dc_sort_pairs(IdList *list);
extern bool dc_has_id(const IdList *sorted, int64 id);
extern Datum dc_id_array(const IdList *list);
extern void dc_push_array(IdList *list, Datum array);

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

/* changes.c: both answer false when so much changed that everything is to be matched. */

/* Among all contacts of the controller, those that are not what the index says of them. */
extern bool dc_find_changes(int controller_id, DcKeyIndex *index, Changes *changes);

/* Among these contacts. */
extern bool dc_compare_contacts(int controller_id, DcKeyIndex *index, const IdList *contacts, Changes *changes);

/* touched.c */
typedef struct Touched
{
	IdList		pairs;			/* candidates that the last run did not have, or scored otherwise */
	IdList		apart;			/* pairs that may be candidates no longer */
	IdList		contacts;		/* whose entities are to be made anew */
} Touched;

/* index knows of the changes already.  False: so much is touched that everything is to be matched. */
extern bool dc_find_touched(int controller_id, DcKeyIndex *index, const Changes *changes, Touched *touched);

/* Candidate pairs among the records of a population, by record, each once. */
typedef struct RecordPair
{
	int			a;
	int			b;
} RecordPair;
extern RecordPair *dc_pairs_within(DcKeyIndex *index, const DcPopulation *population, size_t *npairs);

#endif							/* DC_MATCH_PENDING_H */
