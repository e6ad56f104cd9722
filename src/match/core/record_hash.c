/*-------------------------------------------------------------------------
 *
 * record_hash.c
 *	  What a record says, in one number.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include "match/match.h"

#define AHEAD 8					/* records: so far what they point to is asked for before their turn */

/* All values of a record in one number; each place has a factor of its own. */
uint64
dc_record_hash(const DcPopulation *p, const DcRecord *record)
{
	const DcValue *values = &record->first;
	uint64		sum = 0;

	for (int v = 0; v < DC_RECORD_VALUES; v++)
		sum += p->hash[values[v]] * (UINT64CONST(0x9ddfea08eb382d69) + 2 * UINT64CONST(0xc4ceb9fe1a85ec53) * v);
	sum = (sum ^ sum >> 32) * UINT64CONST(0xff51afd7ed558ccd);
	return sum ^ sum >> 32;
}

/* What each record says, whatever its number. */
uint64 *
dc_fingerprints(const DcPopulation *p)
{
	uint64	   *result = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(uint64) * ((size_t) p->nrecords + 1));

	for (int r = 0; r < p->nrecords; r++)
	{
		dc_ask_for_hashes(p, r + AHEAD);
		result[r] = dc_record_hash(p, &p->records[r]);
	}
	return result;
}
