/*-------------------------------------------------------------------------
 *
 * field.c
 *	  The form in which values of declared match fields are compared.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include "base/text.h"
#include "match/match.h"

static char *
iso_date(int year, int month, int day)
{
	/* of the two centuries that a short year may mean, the one that is not long to come */
	if (year < 100)
		year += year < 30 ? 2000 : 1900;
	return psprintf("%04d-%02d-%02d", year, month, day);
}

/*
 * A date as YYYY-MM-DD, from the year first or last, or eight digits; day before month unless only
 * the other order is a date.  What is no date stays as it is.
 */
static char *
date_value(const char *text)
{
	char	   *folded = dc_fold(text);
	int			part[3];
	int			digits = strspn(folded, "0123456789");

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

/* A number in one form, so that 151, 151.0 and 151,0 are equal; a text that is none stays as it is. */
static char *
number_value(const char *text)
{
	char	   *clean = dc_clean(text);
	char	   *comma = strchr(clean, ',');
	char	   *end;
	double		number;

	if (comma != NULL && strchr(comma + 1, ',') == NULL && strchr(clean, '.') == NULL)
		*comma = '.';
	number = strtod(clean, &end);
	return end == clean || *end != '\0' ? clean : psprintf("%.15g", number);
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
