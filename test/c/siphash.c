/*-------------------------------------------------------------------------
 *
 * siphash.c
 *	  dc_siphash against the vectors that its authors published: key 00 01 ... 0f, input 00 01 02 ...
 *
 *-------------------------------------------------------------------------
 */
#include "base/siphash.h"

static const struct
{
	size_t		len;
	uint64		hash;
}			vectors[] = {
	{0, UINT64CONST(0x726fdb47dd0e0e31)},
	{1, UINT64CONST(0x74f839c593dc67fd)},
	{7, UINT64CONST(0xab0200f58b01d137)},
	{8, UINT64CONST(0x93f5f5799a932462)},
	{15, UINT64CONST(0xa129ca6149be45e5)},
	{16, UINT64CONST(0x3f2acc7f57c29bdb)},
	{63, UINT64CONST(0x958a324ceb064572)}
};

int
main(void)
{
	unsigned char bytes[64];
	int			wrong = 0;

	for (int i = 0; i < lengthof(bytes); i++)
		bytes[i] = (unsigned char) i;
	for (int i = 0; i < lengthof(vectors); i++)
		if (dc_siphash(bytes, bytes, vectors[i].len) != vectors[i].hash)
		{
			fprintf(stderr, "%zu bytes: wrong\n", vectors[i].len);
			wrong++;
		}
	printf("%d of %d vectors are wrong\n", wrong, (int) lengthof(vectors));
	return wrong > 0;
}
