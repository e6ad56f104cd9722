/*-------------------------------------------------------------------------
 *
 * survive.h
 *	  Which of several values of a field survives a merge.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_SURVIVE_H
#define DC_SURVIVE_H

#include "postgres.h"

#include "datatype/timestamp.h"
#include "utils/jsonb.h"

typedef enum DcRule
{
	RULE_SOURCE_PRIORITY,
	RULE_MOST_RECENT,
	RULE_MOST_FREQUENT,
	RULE_LONGEST,
	RULE_VALID_FIRST,
	RULE_COUNT
} DcRule;

extern const char *const dc_rule_names[RULE_COUNT];

/* How good a value is by itself, whatever the rule. */
typedef enum DcStanding
{
	STANDING_UNUSABLE,			/* cleaning or delivery says that it cannot be used */
	STANDING_USABLE,
	STANDING_CHECKED			/* known to be delivered; a company with a register number */
} DcStanding;

/* The contact that a value comes from. */
typedef struct DcOrigin
{
	int64		contact_id;
	const char *source;
	const char *external_id;	/* may be NULL */
	int			priority;		/* of the source; the lowest wins */
	TimestampTz as_of;
} DcOrigin;

typedef struct DcCandidate
{
	const char *data;			/* not terminated */
	int			length;
	const char *key;			/* of an attribute, with its value; NULL for fields */
	Jsonb	   *json;
	int			row;			/* index of the contact among the members */
	const DcOrigin *origin;
	DcStanding	standing;
	int			place;			/* 0: the field itself, 1: a list of further values */
	int			column;			/* which column of the same place; decides ties only */
	int			count;			/* contacts with this value; set here */
} DcCandidate;

/*
 * Sorts the candidates of one key best first, each value once, represented by its best
 * contact, and answers how many values there are.  O(n log n).
 */
extern int	dc_rank_values(DcCandidate *candidates, int n, DcRule rule);

/* The same, but only the best value comes first; the order of the others is undefined. */
extern DcCandidate *dc_survivor(DcCandidate *candidates, int n, DcRule rule);

#endif							/* DC_SURVIVE_H */
