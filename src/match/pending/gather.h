/*-------------------------------------------------------------------------
 *
 * gather.h
 *	  Contacts that one run has read so far, each of them once.
 *
 * What a run over changes looks at is found step by step: who changed, who shares a key with them, who is in their
 * entities.  All of them are records of one population, in the order in which they were asked for, with the
 * statistics of the last run.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_MATCH_GATHER_H
#define DC_MATCH_GATHER_H

#include "postgres.h"

#include "match/pack/read.h"
#include "match/table/ids.h"

typedef struct DcGathered
{
	int			controller_id;
	DcPopulation *population;
	DcModel		model;
	DcPacker   *packer;
	struct gathered_hash *records;	/* by contact */
} DcGathered;

/* Nobody yet; needs SPI connected, as dc_gather() does. */
extern DcGathered *dc_gather_open(int controller_id);

/* Reads those of the contacts that were not read yet.  Records move: keep their numbers, not their addresses. */
extern void dc_gather(DcGathered *gathered, const IdList *contacts);

/* The record of a contact; -1 when it was not asked for, or does not exist. */
extern int	dc_gathered_record(const DcGathered *gathered, int64 contact_id);

/*
 * A population of some of the contacts, ascending, that shares all values with the one gathered, of which nothing is
 * to be read any more.
 */
extern DcPopulation *dc_gathered_part(const DcGathered *gathered, const IdList *contacts);

#endif							/* DC_MATCH_GATHER_H */
