/*-------------------------------------------------------------------------
 *
 * record.h
 *	  A contact as a source gives it: dropcontact.contact_record.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_RECORD_H
#define DC_RECORD_H

#include "postgres.h"

#include "contact/clean.h"

/* What a record may give; the columns of contact_record behind the R_FIRST control columns have this order. */
enum
{
	R_EXTERNAL_ID,
	R_TEXT,						/* the writable text fields of clean.h, from here */
	R_OTHER_EMAILS = R_TEXT + F_FIRST_DERIVED, R_OTHER_PHONES,
	R_ATTRIBUTES, R_RECEIVED_AT, R_UPDATED_AT,
	R_COUNT
};

/* Control columns of contact_record: n, first_n, is_first, later, given. */
#define R_GIVEN 4
#define R_FIRST 5

/* Name of a column that a record may give. */
extern const char *dc_record_column(int column);

/* The column of a name; -1: none, so that it is an attribute. */
extern int	dc_record_find(const char *name, int length);

#endif							/* DC_RECORD_H */
