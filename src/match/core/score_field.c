/*-------------------------------------------------------------------------
 *
 * score_field.c
 *	  The evidence of declared match fields: numbers, dates, texts.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include <math.h>

#include "match/core/score_parts.h"

static bool
is_date(const char *s)
{
	return strlen(s) == 10 && s[4] == '-' && s[7] == '-';
}

/* Dates are YYYY-MM-DD.  surprise is that of the part that agrees: year, or day and month. */
static int
date_level(DcPopulation *p, DcValue a, DcValue b, float *surprise)
{
	const char *s = p->text[a];
	const char *t = p->text[b];
	int			n = dc_edits(p, a, b);
	bool		year = strncmp(s, t, 4) == 0;
	bool		day = year ? false : is_date(s) && is_date(t) && strcmp(s + 4, t + 4) == 0;

	if (!is_date(s) || !is_date(t))
		return n <= 1 || (year && Min(strlen(s), strlen(t)) == 4) ? L_FIELD_PART : L_FIELD_CONFLICT;
	if (year && (n <= 1 || (strncmp(s + 5, t + 8, 2) == 0 && strncmp(s + 8, t + 5, 2) == 0)))
	{
		*surprise = p->surprise[p->token[dc_value_tokens(p, a).start]];
		return L_FIELD_FUZZY;
	}
	if (day && (n <= 1 || abs(atoi(s) - atoi(t)) == 1))
	{
		*surprise = p->surprise[p->token[dc_value_tokens(p, a).start + 1]];
		return L_FIELD_NEAR;
	}
	return n <= 2 || (n == 3 && (year || day)) || strncmp(s, t, 7) == 0 ? L_FIELD_PART : L_FIELD_CONFLICT;
}

/* Are they the same words with the last ones first: cressida pell, pell cressida? */
static bool
is_turned_round(const char *a, const char *b)
{
	size_t		n = strlen(a);

	if (strlen(b) != n)
		return false;
	for (const char *blank = strchr(a, ' '); blank != NULL; blank = strchr(blank + 1, ' '))
	{
		size_t		rest = n - (blank + 1 - a);

		if (b[rest] == ' ' && strncmp(b, blank + 1, rest) == 0 && strncmp(b + rest + 1, a, blank - a) == 0)
			return true;
	}
	return false;
}

/* Two values that differ; surprise is of the level when it goes by frequency. */
static int
field_level(DcPopulation *p, DcFieldKind kind, DcValue a, DcValue b, float *surprise)
{
	Bag			bag;
	double		x;
	double		y;

	*surprise = 0;
	switch (kind)
	{
		case KIND_DATE:
			return date_level(p, a, b, surprise);
		case KIND_EXACT:
			return strlen(p->text[a]) > 4 && dc_edits(p, a, b) <= 1 ? L_FIELD_FUZZY : L_FIELD_CONFLICT;
		case KIND_NUMBER:
			x = strtod(p->text[a], NULL);
			y = strtod(p->text[b], NULL);
			return fabs(x - y) <= 0.01 * Max(fabs(x), fabs(y)) ? L_FIELD_FUZZY : fabs(x - y) <= 0.1 * Max(fabs(x), fabs(y)) ? L_FIELD_NEAR : L_FIELD_CONFLICT;
		case KIND_NAME:
			return dc_alike_names(p, a, b) || is_turned_round(p->text[a], p->text[b]) ? L_FIELD_FUZZY : dc_part_of(p->text[a], p->text[b]) ? L_FIELD_PART : L_FIELD_CONFLICT;
		case KIND_TEXT:
			if (dc_alike(p, a, b, 0.92))
				return L_FIELD_FUZZY;
			dc_compare_bags(p, a, b, &bag);
			/* the same words in another order */
			if (bag.overlap > 0.999)
			{
				*surprise = commoner(p, a, b);
				return L_FIELD_EXACT;
			}
			return bag.overlap >= 0.7 ? L_FIELD_FUZZY : bag.overlap >= 0.4 ? L_FIELD_NEAR : bag.contained >= 0.8 ? L_FIELD_PART : L_FIELD_CONFLICT;
	}
	return L_FIELD_CONFLICT;
}

#define GENERATION 15			/* years, at least */

/* A date, or a year alone. */
static bool
has_year(const char *s)
{
	return is_date(s) || (strlen(s) == 4 && strspn(s, "0123456789") == 4);
}

static bool
generation_apart(const char *a, const char *b)
{
	return has_year(a) && has_year(b) && abs(atoi(a) - atoi(b)) >= GENERATION;
}

/* Declared match fields.  Numbers that are exact, and dates, identify. */
void
dc_score_fields(DcScore *score, DcPopulation *p, const DcModel *model, const DcRecord *a, const DcRecord *b, Agreed *agreed)
{
	for (int i = 0; i < p->nfields; i++)
	{
		DcValue		x = a->field[i];
		DcValue		y = b->field[i];
		DcFieldKind kind = p->field_kind[i];
		int			level = L_FIELD_EXACT;
		float		surprise;

		if (x == 0 || y == 0)
			continue;
		if (x == y)
			surprise = p->surprise[x];
		else
			level = field_level(p, kind, x, y, &surprise);
		step(score, model, L_FIELD + FIELD_LEVELS * i + level, x, y, surprise);
		agreed->n += kind == KIND_EXACT && level <= L_FIELD_FUZZY;
		/* one year is that of many, of husband and wife too */
		agreed->dates += kind == KIND_DATE && level <= L_FIELD_NEAR && is_date(p->text[x]) && is_date(p->text[y]);
		agreed->generation |= kind == KIND_DATE && level == L_FIELD_CONFLICT && generation_apart(p->text[x], p->text[y]);
		agreed->born_otherwise |= kind == KIND_DATE && level != L_FIELD_EXACT;
		agreed->number |= kind == KIND_EXACT && level == L_FIELD_EXACT;
	}
}
