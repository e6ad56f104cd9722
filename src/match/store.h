/*-------------------------------------------------------------------------
 *
 * store.h
 *	  What a matching run found, written where it differs from what is stored.
 *
 * partial: the run was about the contacts of the population only, and no edge led out of it; what is stored of other
 * contacts stays.  Else it was about all contacts of the controller.  All need SPI connected.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_MATCH_STORE_H
#define DC_MATCH_STORE_H

#include "postgres.h"

#include "match/parallel.h"

/* Keeps the ids of entities; answers the number of clusters. */
extern int64 dc_store_entities(const DcPopulation *population, int controller_id, DcClusters *clusters, bool partial);

/* company: of each record, one record of the organisation of the person, or -1. */
extern void dc_store_companies(const DcPopulation *population, int controller_id, const int *company, bool partial);

/* Edges between clusters are for a person to decide; answers how many. */
extern int64 dc_store_reviews(const DcEdges *edges, const DcDecision *decisions, int ndecisions, int controller_id, DcClusters *clusters,
							  bool partial);

#endif							/* DC_MATCH_STORE_H */
