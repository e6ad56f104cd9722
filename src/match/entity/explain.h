/*-------------------------------------------------------------------------
 *
 * explain.h
 *	  A score as evidence that a person can read.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_MATCH_EXPLAIN_H
#define DC_MATCH_EXPLAIN_H

#include "postgres.h"

#include "match/match.h"

/*
 * The evidence as jsonb: an array of {field, level, a, b, weight}, the prior first, a guard last;
 * the weights add up to the weight of the score.
 */
extern Datum dc_evidence(const DcPopulation *population, const DcModel *model, const DcScore *score);

#endif							/* DC_MATCH_EXPLAIN_H */
