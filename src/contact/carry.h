/*-------------------------------------------------------------------------
 *
 * carry.h
 *	  An attached table while its rows are carried into contact.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_CARRY_H
#define DC_CARRY_H

#include "postgres.h"

#include "fmgr.h"
#include "utils/jsonb.h"
#include "utils/rel.h"

typedef struct Field
{
	const char *name;
	int			column;			/* of a record; -1: an attribute */
	int			attnum;			/* of the table, from 1 */
	Oid			type;			/* without domains; of the members of an array */
	bool		is_array;
	FmgrInfo	output;			/* of the type */
	int16		length;
	bool		byval;
	char		align;
} Field;

typedef struct Carrier
{
	Relation	relation;
	int32		controller_id;
	char	   *source;
	int			nfields;
	Field	   *fields;			/* the first is the key */
	MemoryContext chunk;		/* of the rows that are gathered */
	JsonbParseState *records;
	int			nrecords;
	int64		bytes;
	int64		carried;
} Carrier;

/* Finds the fields; an error, with a hint, when a column is gone. */
extern void dc_read_mapping(Carrier *carrier);

extern char *dc_field_text(Field *field, Datum value);

/* Adds a value to the record under construction. */
extern void dc_push_field(Carrier *carrier, Field *field, Datum value, bool isnull);

#endif							/* DC_CARRY_H */
