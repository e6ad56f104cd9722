/*-------------------------------------------------------------------------
 *
 * siphash.h
 *	  SipHash-2-4 (Aumasson and Bernstein, 2012): a short keyed hash that tells nothing of
 *	  its input to whoever lacks the key, thirty times quicker than an HMAC.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_BASE_SIPHASH_H
#define DC_BASE_SIPHASH_H

#include "base/port.h"

#define DC_SIPHASH_KEY 16

extern uint64 dc_siphash(const unsigned char key[DC_SIPHASH_KEY], const void *data, size_t len);

#endif							/* DC_BASE_SIPHASH_H */
