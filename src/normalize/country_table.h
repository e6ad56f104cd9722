/*-------------------------------------------------------------------------
 *
 * country_table.h
 *	  The names of countries in many languages, folded and sorted.
 *
 * build/country_table.c holds them, made by generate/country_table.c from the ICU that
 * the extension is built with: reading them at run time would take 20 ms and 2 MB
 * of every connection.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_COUNTRY_TABLE_H
#define DC_COUNTRY_TABLE_H

#include "base/port.h"

/* stands before the names of the table that are written in other scripts than Latin */
#define DC_OTHER_SCRIPT "~"

/* Does a name begin with a letter of another script than Latin? */
static inline bool
dc_is_other_script(const char *name)
{
	return (unsigned char) *name >= 0xCD;
}

typedef struct DcCountryName
{
	uint32		name;			/* where it stands in dc_country_text */
	char		code[3];		/* "" for the name of several countries */
} DcCountryName;

extern const DcCountryName dc_country_names[];
extern const int dc_country_count;
extern const char dc_country_text[];

#endif							/* DC_COUNTRY_TABLE_H */
