/*-------------------------------------------------------------------------
 *
 * ids.h
 *	  Lists of ids of contacts, and of pairs of them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_MATCH_IDS_H
#define DC_MATCH_IDS_H

#include "postgres.h"

#include "common/hashfn.h"

/* Ids of contacts, or pairs of them one after the other. */
typedef struct IdList
{
	int64	   *id;
	size_t		n;
	size_t		capacity;
} IdList;

/* For tables by contact. */
static inline uint32
dc_hash_id(int64 id)
{
	return murmurhash32((uint32) id ^ (uint32) ((uint64) id >> 32));
}

extern void dc_push_id(IdList *list, int64 id);

/* Ascending, each once. */
extern void dc_sort_ids(IdList *list);
extern void dc_sort_pairs(IdList *list);
extern bool dc_has_id(const IdList *sorted, int64 id);
extern Datum dc_id_array(const IdList *list);
extern void dc_push_array(IdList *list, Datum array);

#endif							/* DC_MATCH_IDS_H */
