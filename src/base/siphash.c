/*-------------------------------------------------------------------------
 *
 * siphash.c
 *	  SipHash-2-4; see siphash.h.
 *
 *-------------------------------------------------------------------------
 */
#include "base/siphash.h"

typedef struct State
{
	uint64		v0;
	uint64		v1;
	uint64		v2;
	uint64		v3;
} State;

static uint64
rotate(uint64 x, int bits)
{
	return (x << bits) | (x >> (64 - bits));
}

/* n bytes, 8 at most, the first one lowest */
static uint64
little_endian(const unsigned char *bytes, size_t n)
{
	uint64		x = 0;

	for (size_t i = 0; i < n; i++)
		x |= (uint64) bytes[i] << (8 * i);
	return x;
}

static void
mix(State *s, int rounds)
{
	while (rounds-- > 0)
	{
		s->v0 += s->v1;
		s->v1 = rotate(s->v1, 13) ^ s->v0;
		s->v0 = rotate(s->v0, 32);
		s->v2 += s->v3;
		s->v3 = rotate(s->v3, 16) ^ s->v2;
		s->v0 += s->v3;
		s->v3 = rotate(s->v3, 21) ^ s->v0;
		s->v2 += s->v1;
		s->v1 = rotate(s->v1, 17) ^ s->v2;
		s->v2 = rotate(s->v2, 32);
	}
}

static void
absorb(State *s, uint64 word)
{
	s->v3 ^= word;
	mix(s, 2);
	s->v0 ^= word;
}

uint64
dc_siphash(const unsigned char key[DC_SIPHASH_KEY], const void *data, size_t len)
{
	const unsigned char *in = data;
	uint64		k0 = little_endian(key, 8);
	uint64		k1 = little_endian(key + 8, 8);
	size_t		left = len;
	State		s = {
		k0 ^ UINT64CONST(0x736f6d6570736575),
		k1 ^ UINT64CONST(0x646f72616e646f6d),
		k0 ^ UINT64CONST(0x6c7967656e657261),
		k1 ^ UINT64CONST(0x7465646279746573)
	};

	for (; left >= 8; in += 8, left -= 8)
		absorb(&s, little_endian(in, 8));
	absorb(&s, little_endian(in, left) | (uint64) len << 56);
	s.v2 ^= 0xff;
	mix(&s, 4);
	return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}
