/*-------------------------------------------------------------------------
 *
 * field.c
 *	  The form in which values of declared match fields are compared.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include <math.h>

#include "base/text.h"
#include "lexicon.h"
#include "match/match.h"

static char *
iso_date(int year, int month, int day)
{
	/* of the two centuries that a short year may mean, the one that is not long to come */
	if (year < 100)
		year += year < 30 ? 2000 : 1900;
	return psprintf("%04d-%02d-%02d", year, month, day);
}

/* A date with the name of its month: 4 march 1950, march 4th 1950, 04 mar 50, 4 de marzo de 1950.  NULL for any other. */
static char *
date_of_words(char *folded)
{
	int			number[2];
	int			n = 0;
	int			month = 0;
	char	   *rest = folded;

	for (char *word = strsep(&rest, " "); word != NULL && (n < 2 || month == 0); word = strsep(&rest, " "))
	{
		const char *of_month = dc_lexicon_find(&dc_lexicon_months, word);

		if (of_month != NULL && month == 0)
			month = atoi(of_month);
		else if (*word >= '0' && *word <= '9' && n < 2)
			number[n++] = atoi(word);
	}
	if (n < 2 || month == 0 || number[0] > 9999 || number[1] > 9999)
		return NULL;
	return number[0] > 31 ? iso_date(number[0], month, number[1] % 100) : iso_date(number[1], month, number[0]);
}

/*
 * A date as YYYY-MM-DD, from the year first or last, or eight digits, or with the name of its month; day before month unless only
 * the other order is a date.  What is no date stays as it is, folded; NULL for what has no digit.
 */
static char *
date_value(const char *text)
{
	char	   *folded = dc_fold(text);
	int			part[3];
	int			digits = strspn(folded, "0123456789");
	char	   *named = date_of_words(pstrdup(folded));

	if (named != NULL)
		return named;
	if (strpbrk(folded, "0123456789") == NULL)
		return NULL;
	if (digits >= 8)
	{
		/* 20031987 has its year last */
		if (digits > 8 || sscanf(folded, "%4d%2d%2d", &part[0], &part[1], &part[2]) < 3)
			return folded;
		if (part[1] > 12 && atoi(folded + 4) >= 1000 && atoi(folded + 4) < 2100)
			return iso_date(atoi(folded + 4), part[0] % 100, part[0] / 100);
		return iso_date(part[0], part[1], part[2]);
	}
	if (sscanf(folded, "%4d %4d %4d", &part[0], &part[1], &part[2]) < 3)
		return folded;
	if (digits == 4)
		return iso_date(part[0], part[1] % 100, part[2] % 100);
	if (part[1] > 12)
		return iso_date(part[2], part[0], part[1] % 100);
	return iso_date(part[2], part[1], part[0] % 100);
}

/* An identifier without blanks and punctuation. */
static char *
exact_value(const char *text)
{
	char	   *folded = dc_fold(text);
	char	   *o = folded;

	for (const char *p = folded; *p; p++)
		if (*p != ' ')
			*o++ = *p;
	*o = '\0';
	return folded;
}

/*
 * A number in one form, so that 1200.5, "1 200,50" and "1,200.50 EUR" are equal; NULL for a text that is none.  Of commas and points the
 * last is the decimal one, unless it stands there twice.
 */
static char *
number_value(const char *text)
{
	char	   *clean = dc_clean(text);
	char	   *o = clean;
	char	   *end = clean + strlen(clean);
	char		point;
	double		number;

	while (end > clean && end[-1] != ',' && end[-1] != '.')
		end--;
	point = end > clean && memchr(clean, end[-1], end - 1 - clean) == NULL ? end[-1] : '\0';
	for (const char *p = clean; *p != '\0'; p++)
	{
		if (*p == point)
			*o++ = '.';
		else if (*p != ',' && *p != '.' && *p != ' ')
			*o++ = *p;
	}
	*o = '\0';
	number = strtod(clean, &end);
	return end == clean || strpbrk(end, "0123456789") != NULL || !isfinite(number) ? NULL : psprintf("%.15g", number);
}

char *
dc_field_value(DcFieldKind kind, const char *text)
{
	switch (kind)
	{
		case KIND_DATE:
			return date_value(text);
		case KIND_EXACT:
			return exact_value(text);
		case KIND_NUMBER:
			return number_value(text);
		default:
			return dc_fold(text);
	}
}
