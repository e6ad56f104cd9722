/*-------------------------------------------------------------------------
 *
 * address.h
 *	  What the files of postal addresses share: address.c cuts an address into segments
 *	  and puts it together, address_words.c knows the words of streets and numbers,
 *	  address_country.c takes country and region, address_place.c postcode and city.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_ADDRESS_H
#define DC_ADDRESS_H

#include "base/lexicon.h"
#include "normalize/address_format.h"
#include "normalize/normalize.h"

#define DC_MAX_SEGMENTS 24

typedef struct DcSegments
{
	int			n;
	char	   *text[DC_MAX_SEGMENTS];
} DcSegments;

/* address_words.c */
extern void dc_insert_segment(DcSegments *s, int at, char *text);
extern void dc_remove_segment(DcSegments *s, int at);
extern char *dc_trim_address(const char *text, size_t len);
extern const char *dc_find_words(const DcLexicon *lexicon, const char *text, int max_words, size_t *len);
extern bool dc_starts_with_digit(const char *s);
extern size_t dc_street_end(const char *text);
extern size_t dc_house_number_length(const char *text);
extern char *dc_bare_house_number(const char *text, size_t len);
extern size_t dc_counted_unit(const char *text);
extern bool dc_is_ordinal(const char *word);

/* address_country.c */
extern bool dc_is_city_state(const char *country);
extern const char *dc_take_country(DcSegments *s, const char *given, const char **name);
extern const char *dc_country_by_prefix(const DcSegments *s);
extern bool dc_calls_itself_region(const char *folded);
extern bool dc_is_county(const char *text);
extern const char *dc_region_of(const char *text, const char *country);
extern const char *dc_take_region_at_end(char *text, const char *country);

/* address_place.c */
extern void dc_take_place(DcSegments *s, const char *country, DcAddress *a);
extern void dc_take_last_city(DcSegments *s, const char *country, DcAddress *a);

#endif							/* DC_ADDRESS_H */
