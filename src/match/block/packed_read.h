/*-------------------------------------------------------------------------
 *
 * packed_read.h
 *	  Reading packed values, none of which is trusted.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_MATCH_PACKED_READ_H
#define DC_MATCH_PACKED_READ_H

#include "base/version.h"

typedef struct DcCursor
{
	const char *at;
	const char *end;
} DcCursor;

/* What is read is no packed value: an error, invalid_binary_representation, as those of all below. */
extern pg_noreturn void dc_refuse_packed(void);

/* The first byte must be this. */
extern DcCursor dc_start_reading(const bytea *packed, uint8 kind);
extern const char *dc_take_bytes(DcCursor *c, size_t n);
extern uint64 dc_take_number(DcCursor *c, int bytes);
extern double dc_take_double(DcCursor *c);
extern const char *dc_take_text(DcCursor *c, size_t *len);

#endif							/* DC_MATCH_PACKED_READ_H */
