/*-------------------------------------------------------------------------
 *
 * phone_fast.c
 *	  Regular telephone numbers, without libphonenumber.
 *
 * libphonenumber takes 30 microseconds a number.  Nine numbers in ten are valid, of a
 * known country and written with nothing but digits and the usual signs: for
 * these the plans (phone_plan.h) answer the same in a fraction of one.  Whatever is
 * irregular, or much too short or long, is left to the library.  test/t/phone compares the two.
 *
 *-------------------------------------------------------------------------
 */
#include "normalize/phone_plan.h"

/* No valid number has more, with calling code, trunk prefix and "00". */
#define MOST_DIGITS 20

/* Fewer or more behind a calling code are the library's to refuse. */
#define LEAST_NATIONAL_DIGITS 4
#define MOST_NATIONAL_DIGITS 15

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

/* By the first plan of a calling code and those that share it. */
static bool
find_kind(const DcPhonePlan *first, const char *digits, DcPlannedNumber *number)
{
	for (const DcPhonePlan *plan = first; strcmp(plan->calling_code, first->calling_code) == 0; plan++)
	{
		number->kind = kind_of(plan, digits);
		number->region = plan->region;
		if (number->kind >= 0)
			return true;
	}
	number->region = "";
	return false;
}

/*
 * A number of a calling code, whose first plan is given, by the national digits. A
 * trunk prefix goes unless too few digits are left: "stripped" tells which.
 */
static bool
judge(const DcPhonePlan *first, const char *digits, bool *stripped, DcPlannedNumber *number)
{
	size_t		len = strlen(digits);

	if (len > MOST_NATIONAL_DIGITS || len < LEAST_NATIONAL_DIGITS)
		return false;
	*stripped = first->trunk[0] != '\0' && digits[0] == first->trunk[0] &&
		((first->lengths & (1U << (len - 1))) != 0 || first->lengths >> (len - 1) == 0);
	/* 000 800, in India, and 00 77, in Japan, begin numbers: these zeros are no trunk prefix */
	if (*stripped && (digits[1] == digits[0] || find_kind(first, digits, number)))
		return false;
	digits += *stripped;
	len -= *stripped;
	number->valid = find_kind(first, digits, number) ? 2 : (first->some_lengths & (1U << len)) != 0 ? 1 : 0;
	strcpy(number->e164, "+");
	strcat(number->e164, first->calling_code);
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
		bool		stripped;

		if (plan->calling_code[0] != digits[0])
			continue;
		len = strlen(plan->calling_code);
		if (strncmp(digits, plan->calling_code, len) != 0)
			continue;
		return judge(plan, digits + len, &stripped, number);
	}
	return false;
}

/*
 * A number without calling code: valid as it stands, or only possible and nothing that
 * could be read in another way.
 */
static bool
national(const DcPhonePlan *plan, const char *digits, DcPlannedNumber *number)
{
	const DcPhonePlan *first = dc_phone_plans;
	bool		coded = strncmp(digits, plan->calling_code, strlen(plan->calling_code)) == 0;
	bool		stripped;

	while (strcmp(first->calling_code, plan->calling_code) != 0)
		first++;
	if (!judge(first, digits, &stripped, number))
		return false;
	if (number->valid == 2)
		/* 358 205 354 is a Finnish number, but in Åland begins with the calling code */
		return plan == first || !coded || stripped || kind_of(plan, digits) >= 0;
	return !coded;
}

static const DcPhonePlan *
plan_of(const char *region)
{
	for (const DcPhonePlan *plan = dc_phone_plans; plan->region[0] != '\0'; plan++)
		if (plan->region[0] == region[0] && plan->region[1] == region[1])
			return plan->national ? plan : NULL;
	return NULL;
}

bool
dc_phone_planned(const char *input, const char *region, DcPlannedNumber *number)
{
	char		digits[MOST_DIGITS + 1];
	bool		plus;
	const DcPhonePlan *plan;

	if (read_digits(input, digits, &plus) == 0)
		return false;
	if (plus)
		return international(digits, number);
	plan = region[0] == '\0' ? NULL : plan_of(region);
	if (plan == NULL)
		return false;
	if (strncmp(digits, plan->abroad, strlen(plan->abroad)) == 0)
		return international(digits + strlen(plan->abroad), number);
	return national(plan, digits, number);
}
