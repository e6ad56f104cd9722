/*-------------------------------------------------------------------------
 *
 * read_parallel.h
 *	  Contacts read by several processes.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_MATCH_READ_PARALLEL_H
#define DC_MATCH_READ_PARALLEL_H

#include "postgres.h"

#include "storage/block.h"
#include "storage/dsm.h"
#include "storage/shm_toc.h"

#include "match/pack/pack.h"

/*
 * Reads all contacts of a controller, or a sample as the population says, into an empty population, in any order; false
 * when they are too few for that, or it cannot be done, and nothing was read.  Needs SPI connected.
 */
extern bool dc_read_in_parallel(DcPacker *packer, int controller_id);

/* The same for some contacts, by ascending ids, into a population that may have others. */
extern bool dc_read_ids_in_parallel(DcPacker *packer, int controller_id, const int64 *contact_ids, int n);

/* What a worker runs. */
extern PGDLLEXPORT void dc_read_worker(dsm_segment *segment, shm_toc *toc);

/* read.c: the contacts that stand in some blocks of the table, and some contacts. */
extern void dc_read_ids(DcPacker *packer, int controller_id, const int64 *contact_ids, int n);
extern void dc_read_blocks(DcPacker *packer, int controller_id, DcOneIn one_in, BlockNumber from, BlockNumber to);

#endif							/* DC_MATCH_READ_PARALLEL_H */
