/*-------------------------------------------------------------------------
 *
 * sample.h
 *	  A population that is a sample of the contacts.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_MATCH_SAMPLE_H
#define DC_MATCH_SAMPLE_H

#include "base/port.h"

struct DcPopulation;
struct DcRecord;

/* Of so many contacts one is drawn. */
typedef struct DcOneIn
{
	int			organisations;
	int			persons;
} DcOneIn;

#define DC_ALL ((DcOneIn) {1, 1})

/* The sample that a model is fitted to. */
extern DcOneIn dc_sample_of(double organisations, double persons);

extern bool dc_is_sample(DcOneIn one_in);

/* Contacts that a record stands for, and that all of them do: frequencies are counted over these. */
extern uint32 dc_stands_for(const struct DcPopulation *population, const struct DcRecord *record);
extern double dc_live_size(const struct DcPopulation *population);

#endif							/* DC_MATCH_SAMPLE_H */
