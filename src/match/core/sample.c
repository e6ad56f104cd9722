/*-------------------------------------------------------------------------
 *
 * sample.c
 *	  A population that is a sample of the contacts.
 *
 * Persons and organisations are drawn apart, for a model that few of them teach needs them all.  Each record stands for so
 * many contacts as one was drawn of, in frequencies and among pairs that are counted.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include <math.h>

#include "match/match.h"

/*
 * Of one in k contacts are one in k * k pairs.  So k grows with the root of their number: the sample has about as many pairs
 * of one person as so many contacts have.
 */
#define SAMPLED_AS 50000

static int
one_in(double contacts)
{
	return Max(1, floor(sqrt(contacts / SAMPLED_AS)));
}

DcOneIn
dc_sample_of(double organisations, double persons)
{
	return (DcOneIn) {.organisations = one_in(organisations), .persons = one_in(persons)};
}

bool
dc_is_sample(DcOneIn one_in)
{
	return one_in.organisations > 1 || one_in.persons > 1;
}

uint32
dc_stands_for(const DcPopulation *p, const DcRecord *record)
{
	return dc_is_person(record) ? p->one_in.persons : p->one_in.organisations;
}

double
dc_live_size(const DcPopulation *p)
{
	double		contacts = p->nrecords;

	if (dc_is_sample(p->one_in))
	{
		contacts = 0;
		for (int r = 0; r < p->nrecords; r++)
			contacts += dc_stands_for(p, &p->records[r]);
	}
	return Max(contacts, DC_LEAST_SIZE);
}
