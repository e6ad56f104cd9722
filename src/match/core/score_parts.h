/*-------------------------------------------------------------------------
 *
 * score_parts.h
 *	  What the files that score a pair have in common; nobody else includes it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_MATCH_SCORE_PARTS_H
#define DC_MATCH_SCORE_PARTS_H

#include "match/core/compare.h"

/* From what speaks most against one person on. */
typedef enum NameVerdict
{
	NAME_CONFLICT,
	NAME_OTHER_FIRST,			/* last names agree, first names do not */
	NAME_OTHER_LAST,			/* first names agree, last names do not */
	NAME_OTHER_GENDER,			/* first names that are alike, of a man and a woman: Simon, Simone */
	NAME_ALIKE_FIRST,			/* first names that are alike, but two names: Martin, Marvin */
	NAME_UNLIKE_FIRST,			/* first names of one initial, one of which no list knows: perhaps a nickname */
	NAME_PARTIAL,
	NAME_INITIAL,				/* of the first name there is an initial only */
	NAME_COMPATIBLE
} NameVerdict;

/* The personal identifiers that agree, and what sets relatives of one name apart. */
typedef struct Agreed
{
	int			n;				/* mailbox, mobile, profile, declared number */
	int			dates;
	int			household;		/* a number that is not known to be a mobile one */
	DcValue		email;			/* one of n is this mailbox */
	bool		number;			/* one of n is a number or profile that one person alone has */
	bool		organisation;
	bool		generation;		/* born so far apart as parent and child */
	bool		born_otherwise; /* on days that are not the same, by what both say */
	bool		middle_differs;
	bool		elsewhere;		/* at other streets */
} Agreed;

/* The weight that a person's decision is asked for, whatever the evidence. */
#define REVIEW_LIMIT 3.0

/* Even odds, no question to anybody. */
#define CONFLICT_LIMIT 0.0

/* surprise: bits that the frequency of the value adds, for a level by frequency */
static inline void
step(DcScore *score, const DcModel *model, int level, DcValue a, DcValue b, float surprise)
{
	DcStep	   *s = &score->steps[score->nsteps++];

	s->level = level;
	s->a = a;
	s->b = b;
	s->weight = model->weight[level] + surprise;
	score->weight += s->weight;
}

#define STEP(level, x, y) step(score, model, level, x, y, 0)
#define STEP_BY_FREQUENCY(level, x, y) step(score, model, level, x, y, commoner(p, x, y))

/* score_name.c */
extern NameVerdict dc_score_name(DcScore *score, DcPopulation *p, const DcModel *model, const DcRecord *a, const DcRecord *b);

/* score_mailbox.c */
extern int	dc_mailbox_level(const DcPopulation *p, DcValue a, DcValue b);
extern bool dc_mailbox_of_first_name(const DcPopulation *p, DcValue email, const DcRecord *r);
extern bool dc_mailbox_names_both(const DcPopulation *p, DcValue email, const DcRecord *a, const DcRecord *b);
extern bool dc_mailbox_names_one(const DcPopulation *p, DcValue email, const DcRecord *a, const DcRecord *b);

/* score_field.c */
extern void dc_score_fields(DcScore *score, DcPopulation *p, const DcModel *model, const DcRecord *a, const DcRecord *b, Agreed *agreed);

/* score.c */
extern bool dc_has_step(const DcScore *score, int level);

/* score_place.c */
extern bool dc_score_place(DcScore *score, DcPopulation *p, const DcModel *model, const DcRecord *a, const DcRecord *b, int offset, float least);

/* score_company.c */
extern void dc_score_companies(DcScore *score, DcPopulation *p, const DcModel *model, const DcRecord *a, const DcRecord *b);

#endif							/* DC_MATCH_SCORE_PARTS_H */
