/*-------------------------------------------------------------------------
 *
 * clean.h
 *	  The vocabulary of cleaning one contact: fields, and what becomes of each.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_CLEAN_H
#define DC_CLEAN_H

#include "postgres.h"

#include "access/htup.h"

/* Writable text fields, then the derived ones; field_names[] in clean_row.c names them. */
typedef enum DcField
{
	F_RELATION, F_FULL_NAME, F_CIVILITY, F_FIRST_NAME, F_MIDDLE_NAME, F_LAST_NAME, F_SUFFIX,
	F_EMAIL, F_PHONE, F_MOBILE_PHONE, F_COMPANY, F_WEBSITE, F_LINKEDIN, F_COMPANY_LINKEDIN,
	F_SIREN, F_SIRET, F_VAT, F_NAF, F_EMPLOYEES, F_ADDRESS, F_POSTCODE, F_CITY, F_COUNTRY, F_JOB_TITLE,
	F_LEGAL_FORM, F_EMAIL_QUALIFICATION, F_PHONE_KIND, F_MOBILE_KIND, F_GENDER, F_JOB_LEVEL, F_JOB_FUNCTION,
	F_COUNT
} DcField;

#define F_FIRST_DERIVED F_LEGAL_FORM

extern const char *const dc_field_names[F_COUNT];

/* The version of the rules, in contact.cleaned_by. */
#define DC_RULES 1

typedef struct DcContactRow
{
	const char *value[F_COUNT]; /* as it came in, then as it is left; NULL: none */
	const char *problem[F_COUNT];
	bool		changed[F_COUNT];	/* differs from the row before (INSERT: all) */
	bool		filled[F_COUNT];	/* in: the value before came from another field; out: this one does */
	const char *region;			/* of the source; may be NULL */
} DcContactRow;

/*
 * Gives each field of the row its clean form in value[], and in problem[] why it cannot
 * be used.  Fields whose group did not change are left alone, so cleaning twice
 * changes nothing.
 */
extern void dc_clean_row(DcContactRow *row);

/*
 * A row of contact that is not stored, cleaned as the trigger would, by the lists and dc_overlay.  region may be NULL;
 * kept is for the caller to keep, from call to call, in the memory context.
 */
extern HeapTuple dc_clean_record(HeapTupleHeader given, const char *region, void **kept, MemoryContext context);

/* Checks and completes postcode and city by the reference file of the controller; see clean_place.c. */
extern void dc_check_place(DcContactRow *row);

/* Is a text no external_id, having blanks only?  It would be that of one contact. */
extern bool dc_is_no_id(const char *s, size_t len);

/* First name, middle name, last name and suffix in one piece; NULL when there is none. */
extern const char *dc_join_name(const DcContactRow *row);

#endif							/* DC_CLEAN_H */
