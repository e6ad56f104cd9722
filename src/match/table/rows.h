/*-------------------------------------------------------------------------
 *
 * rows.h
 *	  Rows of a query handed over one by one where the executor finds them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_MATCH_ROWS_H
#define DC_MATCH_ROWS_H

#include "postgres.h"

#include "executor/spi.h"

/* The columns of a row; they stand until the next one. */
typedef void (*DcRowCallback) (void *state, const Datum *values, const bool *nulls);

/* Runs a prepared query, which only reads, with arguments that are not NULL.  Needs SPI connected. */
extern void dc_each_row(SPIPlanPtr plan, int nargs, const Oid *types, const Datum *args, DcRowCallback callback, void *state);

#endif							/* DC_MATCH_ROWS_H */
