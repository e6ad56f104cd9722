/*-------------------------------------------------------------------------
 *
 * phone_library.h
 *	  libphonenumber as a C function, in a library of its own.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_PHONE_LIBRARY_H
#define DC_PHONE_LIBRARY_H

#ifdef __cplusplus
extern "C"
{
#endif

/* In place of an error of the library: it is not there. */
#define DC_LIBRARY_MISSING 100

typedef struct DcLibraryNumber
{
	int			valid;			/* 2: valid, 1: possible only, 0: neither */
	int			kind;			/* PhoneNumberUtil::PhoneNumberType */
	char		e164[32];
	char		region[4];
	char		extension[24];
	char		national[64];
	char		international[64];
} DcLibraryNumber;

/* Parses a number; region is "" or ISO 3166-1. Answers 0 when it is a number, else libphonenumber's ErrorType, or -1. */
int			dc_library_parse(const char *input, const char *region, DcLibraryNumber *number);

typedef int (*DcLibraryParse) (const char *input, const char *region, DcLibraryNumber *number);

#ifdef __cplusplus
}
#endif

#endif							/* DC_PHONE_LIBRARY_H */
