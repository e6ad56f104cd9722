/*-------------------------------------------------------------------------
 *
 * packed_read.c
 *	  Reading packed values, none of which is trusted.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "mb/pg_wchar.h"

#include "match/block/packed_read.h"

void
dc_refuse_packed(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
			 errmsg("this is no packed contact, or no parameters of matching, of this version of dropcontact"),
			 errhint("Packed contacts are made by dropcontact.pack_contact(), parameters by dropcontact.matching_parameters(), in the same version on all servers.")));
}

DcCursor
dc_start_reading(const bytea *packed, uint8 kind)
{
	DcCursor	c = {.at = VARDATA_ANY(packed), .end = VARDATA_ANY(packed) + VARSIZE_ANY_EXHDR(packed)};

	if (c.at == c.end || (uint8) *c.at++ != kind)
		dc_refuse_packed();
	return c;
}

const char *
dc_take_bytes(DcCursor *c, size_t n)
{
	const char *taken = c->at;

	if ((size_t) (c->end - c->at) < n)
		dc_refuse_packed();
	c->at += n;
	return taken;
}

uint64
dc_take_number(DcCursor *c, int bytes)
{
	const unsigned char *s = (const unsigned char *) dc_take_bytes(c, bytes);
	uint64		number = 0;

	for (int i = 0; i < bytes; i++)
		number = number << 8 | s[i];
	return number;
}

double
dc_take_double(DcCursor *c)
{
	union
	{
		uint64		number;
		double		value;
	}			u = {.number = dc_take_number(c, 8)};

	if (isnan(u.value))
		dc_refuse_packed();
	return u.value;
}

const char *
dc_take_text(DcCursor *c, size_t *len)
{
	const char *text;

	*len = dc_take_number(c, 4);
	text = dc_take_bytes(c, *len);
	if (!pg_verifymbstr(text, *len, true))
		dc_refuse_packed();
	return text;
}
