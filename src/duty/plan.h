/*-------------------------------------------------------------------------
 *
 * plan.h
 *	  Statements of C functions, planned once a session.
 *
 * Inside a writing transaction a contact is matched in a millisecond or two: parsing and planning would take longer
 * than all the rest.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_DUTY_PLAN_H
#define DC_DUTY_PLAN_H

#include "postgres.h"

#include "executor/spi.h"

/* The plan of a query, made when it is first asked for and kept; needs SPI connected. */
extern SPIPlanPtr dc_kept_plan(const char *query, int nargs, const Oid *types);

/* Executes a query by it; an error unless it ends as expected (SPI_OK_...). */
extern void dc_execute(const char *query, int nargs, const Oid *types, const Datum *args, bool read_only, int expected);

/* The first value of the first row; NULL when there is no row. */
extern Datum dc_execute_value(const char *query, int nargs, const Oid *types, const Datum *args, bool read_only, bool *isnull);

#endif							/* DC_DUTY_PLAN_H */
