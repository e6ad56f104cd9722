/*-------------------------------------------------------------------------
 *
 * bound.h
 *	  What a pair weighs at most, from integers alone.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_MATCH_BOUND_H
#define DC_MATCH_BOUND_H

#include "match/match.h"

/* What the bound asks of a value: its letters, its first four characters, its length, and its surprise, rounded up. */
typedef struct DcOutline
{
	uint32		letters;
	uint32		start;
	uint8		length;			/* 255: nothing is known of the text */
	uint8		surprise;		/* in eighths of a bit */
} DcOutline;

/* A record in little, in two cache lines. */
typedef struct DcSketch
{
	DcValue		first;
	DcValue		given;
	DcValue		last;
	DcValue		registration;
	DcValue		domain;
	DcValue		company;
	DcValue		linkedin;
	DcValue		postcode;
	DcValue		city;
	DcValue		job;
	/* sets, as bits of a hash: what they do not share the records do not */
	uint32		emails;			/* personal ones */
	uint32		phones;			/* personal ones */
	uint32		shared;			/* mailboxes and numbers of organisations */
	uint32		company_words;	/* first letters */
	DcOutline	first_name;
	DcOutline	last_name;
	DcOutline	organisation;
	DcOutline	town;
	DcOutline	mailbox;		/* of the first e-mail */
	DcValue		email;			/* the personal one, when there is just one */
	uint16		phones_again;	/* by another hash */
	uint8		domain_surprise;
	uint8		postcode_surprise;
	uint8		flags;
	uint8		company_word[2];	/* first letters, as in the set, of words without which the company is another; 255 for none */
	bool		nickname;		/* the first name may stand for others; a multiple of a cache line */
} DcSketch;

/* The model as the bound needs it. */
typedef struct DcBounds
{
	float		base;			/* prior, in bits */
	float		least;			/* what a pair must weigh */
	float		inverse[256];	/* 1 / n */
	float		weight[L_COUNT];
	float		by_frequency[L_COUNT];	/* 1 or 0 */
	float		middle;			/* most that a group adds when it speaks */
	float		suffix;
	float		address;
	float		email;
	float		phone;
	float		shared;
	float		field_other[DC_MAX_FIELDS]; /* of values that differ */
} DcBounds;

extern void dc_make_bounds(const DcPopulation *population, const DcModel *model, double least, DcBounds *bounds);
/* Asks for what the sketch of a record to come is made of. */
static pg_attribute_always_inline void
dc_ask_for_outlines(const DcPopulation *p, const DcRecord *record)
{
	const DcValue values[] = {record->first, record->last, record->company, record->city, record->email[0]};

	for (int v = 0; v < lengthof(values); v++)
	{
		DC_PREFETCH(&p->text[values[v]]);
		DC_PREFETCH(&p->letters[values[v]]);
		DC_PREFETCH(&p->length[values[v]]);
		DC_PREFETCH(&p->surprise[values[v]]);
	}
	DC_PREFETCH(&p->tokens[record->company]);
	DC_PREFETCH(&p->surprise[record->domain]);
	DC_PREFETCH(&p->surprise[record->postcode]);
}

extern void dc_make_sketch(const DcPopulation *population, const DcRecord *record, DcSketch *sketch);
extern bool dc_rules_out(const DcPopulation *population, const DcBounds *bounds, const DcSketch *sketches, int a, int b);

#endif							/* DC_MATCH_BOUND_H */
