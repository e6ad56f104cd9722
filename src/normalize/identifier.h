/*-------------------------------------------------------------------------
 *
 * identifier.h
 *	  What the files of the subject identifiers share: identifier.c knows French
 *	  company numbers, vat.c the VAT numbers of the EU.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_NORMALIZE_IDENTIFIER_H
#define DC_NORMALIZE_IDENTIFIER_H

#include "normalize/normalize.h"

/* Upper-case letters and digits of the input, without blanks and separators; NULL when anything else is in it. */
extern char *dc_compact_number(const char *input);

/* The check digit of ISO/IEC 7812-1 annex B, over a text of digits */
extern bool dc_luhn(const char *digits);

#endif							/* DC_NORMALIZE_IDENTIFIER_H */
