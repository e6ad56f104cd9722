/*-------------------------------------------------------------------------
 *
 * batch.h
 *	  Rows written many at a time: by one statement, or very many without.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_MATCH_BATCH_H
#define DC_MATCH_BATCH_H

#include "postgres.h"

#include "executor/spi.h"

#define DC_BATCH_COLUMNS 8

/* A statement, and the rows that it has still to write. */
typedef struct DcBatch DcBatch;

/* Columns of a table, beside controller_id, that are to be filled. */
typedef struct DcTarget
{
	const char *table;
	const char *columns[DC_BATCH_COLUMNS];	/* NULL ends them */
} DcTarget;

/*
 * A batch in the current memory context.  $1 of the statement is the controller; then an array for each column, of these
 * types (InvalidOid ends them), which unnest() makes rows of.  Needs SPI connected.
 */
extern DcBatch *dc_batch_create(const char *query, int controller_id, Oid a, Oid b, Oid c, Oid d);

/*
 * A batch of rows to insert.  Those of a list are arrays.  on_conflict: what the statement ends with; or NULL: then many rows go
 * into the table without a statement for each, see bulk.h, and one that is there already is an error.
 */
extern DcBatch *dc_batch_insert(const DcTarget *target, int controller_id, const char *on_conflict);

/* May rows of the table go without a statement?  Then they may be added in parallel mode, but not finished. */
extern bool dc_batch_may_be_bulk(const char *table);

/* Adds a row; bytes: what its values by reference take, so that memory stays bounded. */
extern void dc_batch_add(DcBatch *batch, const Datum *row, size_t bytes);

/* Writes what is left and frees the batch; answers the number of rows added. */
extern int64 dc_batch_finish(DcBatch *batch);

#endif							/* DC_MATCH_BATCH_H */
