/*-------------------------------------------------------------------------
 *
 * address_format.h
 *	  How the countries write postcodes, and on which side of the city.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_ADDRESS_FORMAT_H
#define DC_ADDRESS_FORMAT_H

#include "base/port.h"

typedef enum DcPostcodeSide
{
	POSTCODE_BEFORE_CITY, POSTCODE_AFTER_CITY
} DcPostcodeSide;

/*
 * The bytes at the start of the text that are a postcode of the country (ISO 3166-1 alpha-2, NULL for
 * any), 0 for none.  The postcode ends at a word's end.  postcode takes its usual form, at
 * most 16 bytes; side where it stands.  A country's letter before it (F-75001) belongs to the bytes, not to the form.
 */
extern int	dc_match_postcode(const char *text, const char *country, char *postcode, DcPostcodeSide *side);

/* The same for a number, or letters and a number where the country has them, that may be a part of a postcode; country is not NULL. */
extern int	dc_match_partial_postcode(const char *text, const char *country, char *postcode, DcPostcodeSide *side);

/* The country whose letters and hyphen the text begins with, before a postcode of its form; NULL for none. */
extern const char *dc_postcode_country(const char *text);

#endif							/* DC_ADDRESS_FORMAT_H */
