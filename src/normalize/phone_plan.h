/*-------------------------------------------------------------------------
 *
 * phone_plan.h
 *	  Numbering plans, as automata over digits.
 *
 * build/phone_plan.c holds them, made by generate/phone_plan.cc from the metadata of
 * the libphonenumber that the extension is built with.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_PHONE_PLAN_H
#define DC_PHONE_PLAN_H

#include "base/port.h"

typedef struct DcPhonePlan
{
	char		region[3];		/* "" ends the list; the main region of a calling code stands first */
	char		calling_code[4];
	char		trunk[2];		/* written before a national number, or "" */
	char		abroad[4];		/* begins an international number: "00" or "011"; "" where it is another */
	bool		national;		/* numbers without calling code are read by the plan; then abroad is not "" */
	uint32		lengths;		/* bit n: numbers of n digits are possible */
	uint32		some_lengths;	/* likewise, inside one place too */
	uint16		start;			/* node before the first digit */
} DcPhonePlan;

#define DC_PHONE_KIND 10

extern const DcPhonePlan dc_phone_plans[];

/* The node that each digit leads to, 0 for none; at DC_PHONE_KIND the kind of a number that ends here, plus 1, or 0. */
extern const uint16 dc_phone_nodes[][11];

typedef struct DcPlannedNumber
{
	int			valid;			/* 2: valid by its country's plan; 1: only of a possible length; 0: neither */
	char		e164[24];
	const char *region;			/* "" unless valid */
	int			kind;			/* PhoneNumberUtil::PhoneNumberType, or -1 */
} DcPlannedNumber;

/*
 * Reads a number written regularly: digits, blanks and the usual signs between
 * them, national or international.  False says only that the library must decide;
 * true gives what the library would.  region is "" or ISO 3166-1 in capitals.
 */
extern bool dc_phone_planned(const char *input, const char *region, DcPlannedNumber *number);

#endif							/* DC_PHONE_PLAN_H */
