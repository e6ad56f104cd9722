/*-------------------------------------------------------------------------
 *
 * edges.h
 *	  The pairs that weigh enough: kept by the processes that find them, then in falling weight.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_MATCH_EDGES_H
#define DC_MATCH_EDGES_H

#include "postgres.h"

#include "storage/sharedfileset.h"

#include "match/match.h"

typedef struct DcEdgeFile DcEdgeFile;

/* Edges in any order, some of them in memory, the others in temporary files. */
typedef struct DcEdgeList
{
	size_t		n;
	size_t		capacity;
	DcEdge	   *edge;
	size_t		limit;			/* so many in memory at most; 0: all of them */
	DcEdgeFile *file;			/* those for which there was no room */
	FileSet    *shared;			/* where a worker's file is; NULL: a file of this process */
	int			worker;
} DcEdgeList;

extern void dc_add_edge(DcEdgeList *list, int a, int b, float weight);
extern size_t dc_count_edges(const DcEdgeList *list);

/* Others may read the file of this worker; answers how many edges are in it. */
extern size_t dc_publish_edges(DcEdgeList *list);

/* Adds what a worker has published, and what it has had in memory. */
extern void dc_take_edges(DcEdgeList *list, FileSet *shared, int worker, size_t in_file, const DcEdge *edge, size_t n);

/*
 * The edges in falling weight, each pair once.  Those in memory are sorted there; otherwise all go through a sort of
 * PostgreSQL's, within maintenance_work_mem.  The list is empty afterwards.
 */
extern DcEdgeSource *dc_sort_edge_list(DcEdgeList *list, const uint64 *fingerprint);

#endif							/* DC_MATCH_EDGES_H */
