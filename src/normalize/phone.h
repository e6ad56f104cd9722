/*-------------------------------------------------------------------------
 *
 * phone.h
 *	  What the files of the subject telephone share: phone.c reads a field, phone_number.c one
 *	  number, phone_fast.c regular ones.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_NORMALIZE_PHONE_H
#define DC_NORMALIZE_PHONE_H

#include "normalize/phone_library.h"

/* How a field was read; valid as in DcLibraryNumber. */
typedef struct DcPhoneReading
{
	int			error;			/* libphonenumber's ErrorType, or -1 */
	DcLibraryNumber number;
} DcPhoneReading;

/* libphonenumber's parser; NULL where it cannot be loaded */
extern DcLibraryParse dc_phone_library(void);

/* French overseas numbers are written as if they were French; the rewriting, or NULL. */
extern const char *dc_phone_overseas(const char *s, const char *region);

/* A text with one number, as it stands, then as it may have been meant; true when it is valid. */
extern bool dc_read_one_phone(const char *s, const char *region, DcPhoneReading *reading);

#endif							/* DC_NORMALIZE_PHONE_H */
