/*-------------------------------------------------------------------------
 *
 * store.h
 *	  What a matching run found, stored: entities, organisations of persons, pairs to review.
 *
 * Only differences are written, so that a second run changes nothing.  partial: the run was about the contacts of the
 * population only, and neither an edge nor an entity led out of it; what is stored of other contacts stays.  Else it
 * was about all contacts of the controller.  Needs SPI connected, and the lock of matching, which keeps the
 * contacts from being deleted meanwhile.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_MATCH_STORE_H
#define DC_MATCH_STORE_H

#include "postgres.h"

#include "match/table/rows.h"
#include "match/workers/parallel.h"

/* Rows that are there already are those of a transaction that the snapshot does not see. */
#define DC_OR_FAIL " ON CONFLICT DO NOTHING"

/* Entities keep their ids; answers how many clusters there are, those of one record included, and fills clusters->entity. */
extern int64 dc_store_entities(const DcPopulation *population, int controller_id, DcClusters *clusters, bool partial);

/* store_company.c */

/* company: of each record, one of the records of its organisation, -1 for none; entity: of each record. */
extern void dc_store_companies(const DcPopulation *population, int controller_id, const int *company, const int64 *entity, bool partial);

/* store_review.c */

/* Edges between clusters that nobody rejected, for a person to decide; answers how many. */
extern int64 dc_store_reviews(const DcEdges *edges, const DcDecision *decisions, int ndecisions, int controller_id, DcClusters *clusters,
							  bool partial);

/* What is stored by contact, read for the contacts of the population; select ends with the condition on $1, the controller. */
extern void dc_read_stored(const DcPopulation *population, int controller_id, const char *select, const char *contact_id, bool partial,
						   DcRowCallback callback, void *state);

#endif							/* DC_MATCH_STORE_H */
