/*-------------------------------------------------------------------------
 *
 * phone_fast.c
 *	  Regular telephone numbers of the main countries, without libphonenumber.
 *
 * libphonenumber takes 30 microseconds a number.  Nine numbers in ten are valid, of a
 * known country and written with nothing but digits and the usual signs: for
 * these the plans (phone_plan.h) answer the same in a fraction of one.  Whatever is
 * irregular or not valid is left to the library.  test/t/phone compares the two.
 *
 *-------------------------------------------------------------------------
 */
#include "normalize/phone_plan.h"

/* No valid number has more, with calling code, trunk prefix and "00". */
#define MOST_DIGITS 20

/* Digits of a number in North America behind its calling code. */
#define NANP_DIGITS 10

/* A "/" parts two numbers when that many digits stand before it. */
#define DIGITS_BEFORE_SLASH 6

/*
 * Copies the digits.  Answers their number, or 0 when anything stands there that a
 * regular number has not.
 */
static int
read_digits(const char *s, char *digits, bool *plus)
{
	int			n = 0;

	*plus = false;
	for (; *s; s++)
	{
		if (*s >= '0' && *s <= '9')
		{
			if (n == MOST_DIGITS)
				return 0;
			digits[n++] = *s;
		}
		else if (*s == '+' && n == 0 && !*plus)
			*plus = true;
		else if (*s == '/' ? n > DIGITS_BEFORE_SLASH || n == 0 : *s != ' ' && *s != '.' && *s != '-' && *s != '(' && *s != ')')
			return 0;
	}
	digits[n] = '\0';
	return n;
}

/* The kind of a national number by a plan, or -1. */
static int
kind_of(const DcPhonePlan *plan, const char *digits)
{
	int			node = plan->start;

	for (; *digits; digits++)
		node = dc_phone_nodes[node][*digits - '0'];
	return dc_phone_nodes[node][DC_PHONE_KIND] - 1;
}

/* A national number of the plan's country, with its trunk prefix or without. */
static bool
national(const DcPhonePlan *plan, const char *digits, DcPlannedNumber *number)
{
	if (plan->trunk[0] != '\0' && digits[0] == plan->trunk[0])
	{
		digits++;
		/* 310 1234, a whole number in Canada, is none behind a trunk prefix */
		if (plan->calling_code[0] == '1' && strlen(digits) != NANP_DIGITS)
			return false;
	}
	number->kind = kind_of(plan, digits);
	if (number->kind < 0)
		return false;
	number->region = plan->region;
	strcpy(number->e164, "+");
	strcat(number->e164, plan->calling_code);
	strcat(number->e164, digits);
	return true;
}

/* A number that begins with its calling code. */
static bool
international(const char *digits, DcPlannedNumber *number)
{
	for (const DcPhonePlan *plan = dc_phone_plans; plan->region[0] != '\0'; plan++)
	{
		size_t		len;

		if (plan->calling_code[0] != digits[0])
			continue;
		len = strlen(plan->calling_code);
		if (strncmp(digits, plan->calling_code, len) == 0 && national(plan, digits + len, number))
			return true;
	}
	return false;
}

static const DcPhonePlan *
plan_of(const char *region)
{
	for (const DcPhonePlan *plan = dc_phone_plans; plan->region[0] != '\0'; plan++)
		if (plan->region[0] == region[0] && plan->region[1] == region[1])
			return plan;
	return NULL;
}

bool
dc_phone_planned(const char *input, const char *region, DcPlannedNumber *number)
{
	char		digits[MOST_DIGITS + 1];
	char		whole[MOST_DIGITS + 4];
	bool		plus;
	const DcPhonePlan *plan = plan_of(region);

	if (read_digits(input, digits, &plus) == 0)
		return false;
	if (plus)
		return international(digits, number);
	if (plan == NULL)
		return false;
	if (plan->abroad[0] != '\0' && strncmp(digits, plan->abroad, 2) == 0)
		return international(digits + 2, number);
	/* the main region of the calling code is asked first, as for an international number */
	strcpy(whole, plan->calling_code);
	strcat(whole, digits);
	return international(whole, number);
}
