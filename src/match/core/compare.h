/*-------------------------------------------------------------------------
 *
 * compare.h
 *	  How alike two values are.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_MATCH_COMPARE_H
#define DC_MATCH_COMPARE_H

#include "match/match.h"

/* What two texts have in common, each word weighed by its surprise. */
typedef struct Bag
{
	double		matched;		/* surprise of the words that agree, in bits */
	double		contained;		/* share of the smaller side that they are */
	double		overlap;		/* share of both sides together */
	bool		numbers_differ; /* both have numbers, none in common */
	bool		both_more;		/* both have words that the other has not */
} Bag;

static inline float
commoner(const DcPopulation *p, DcValue a, DcValue b)
{
	return Min(p->surprise[a], p->surprise[b]);
}

static inline bool
is_number(const char *s)
{
	return *s >= '0' && *s <= '9';
}

extern bool dc_alike(const DcPopulation *p, DcValue a, DcValue b, double similarity);
extern bool dc_alike_companies(DcPopulation *p, DcValue a, DcValue b, double similarity, Bag *bag);
extern bool dc_alike_names(const DcPopulation *p, DcValue a, DcValue b);
extern bool dc_one_edit_apart(const char *s, const char *t);
extern int	dc_edits(const DcPopulation *p, DcValue a, DcValue b);
extern bool dc_differ_in_word(const char *a, const char *b);
extern bool dc_part_of(const char *a, const char *b);
extern void dc_compare_bags(DcPopulation *p, DcValue a, DcValue b, Bag *bag);
extern DcValue dc_common_value(const DcPopulation *p, const DcValue *a, const DcValue *b, int n, bool shared);

#endif							/* DC_MATCH_COMPARE_H */
