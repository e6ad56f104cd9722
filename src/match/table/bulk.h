/*-------------------------------------------------------------------------
 *
 * bulk.h
 *	  Rows put into a table without a statement for them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_MATCH_BULK_H
#define DC_MATCH_BULK_H

#include "postgres.h"

typedef struct DcBulk DcBulk;

/*
 * Opens a table of the extension for rows whose columns these are; the others have their defaults.  NULL when the table is
 * such that its rows must go by statements: then nothing has happened.
 *
 * Nothing is checked here but constraints.  So who opens it puts a row into the table by a statement, in the same transaction
 * and for the same controller, before, or, when there can be no statement in parallel mode, as soon as that has ended: the
 * statement checks privileges, the policies, which ask for the controller alone, and the triggers of statements.
 */
extern DcBulk *dc_bulk_open(const char *table, const char *const *columns, int ncolumns);

/* Adds a row; values by reference are copied. */
extern void dc_bulk_add(DcBulk *bulk, const Datum *row);

/* Writes what is left and frees it; what was written is then visible to the next command. */
extern void dc_bulk_close(DcBulk *bulk);

#endif							/* DC_MATCH_BULK_H */
