/*-------------------------------------------------------------------------
 *
 * identifier.c
 *	  French company numbers.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include "base/text.h"
#include "normalize/identifier.h"

/* The input behind a label such as "SIRET n°" or "RCS Paris B", which ends where the digits begin. */
static const char *
behind_label(const char *input)
{
	const char *p = input;

	while (*p != '\0' && !(*p >= '0' && *p <= '9'))
		p++;
	return p;
}

char *
dc_compact_number(const char *input)
{
	char	   *s = dc_clean(input);
	char	   *o = s;

	for (const char *p = s; *p; p++)
	{
		if (*p >= 'a' && *p <= 'z')
			*o++ = *p - ('a' - 'A');
		else if ((*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') || *p == '+' || *p == '*')
			*o++ = *p;
		else if (strchr(" .-/", *p) == NULL)
			return NULL;
	}
	*o = '\0';
	return s;
}

/* "732 829 320 RCS Paris", "732 829 320 00074 APE 6201Z": the number without what is written behind it. */
static char *
without_remark(char *s)
{
	static const char *const remarks[] = {" rcs ", " r.c.s. ", " ape ", " naf "};

	for (int i = 0; i < lengthof(remarks); i++)
	{
		char	   *digit = s + strcspn(s, "0123456789");

		for (char *p = digit; *p; p++)
			if (pg_strncasecmp(p, remarks[i], strlen(remarks[i])) == 0)
				*p = '\0';
	}
	return s;
}

static bool
all_digits(const char *s, size_t len)
{
	return strlen(s) == len && strspn(s, "0123456789") == len;
}

bool
dc_luhn(const char *digits)
{
	int			sum = 0;
	size_t		len = strlen(digits);

	for (size_t i = 0; i < len; i++)
	{
		int			d = digits[len - 1 - i] - '0';

		if (i % 2 == 1)
			d = d > 4 ? 2 * d - 9 : 2 * d;
		sum += d;
	}
	return sum % 10 == 0;
}

/* The letters and digits of a French company number without what is written before and behind it; NULL when other signs are in it. */
static char *
french_number(const char *input)
{
	return dc_compact_number(behind_label(without_remark(dc_clean(input))));
}

char *
dc_normalize_siren(const char *input)
{
	char	   *s = french_number(input);

	return s != NULL && all_digits(s, 9) && strspn(s, "0") < 9 && dc_luhn(s) ? s : NULL;
}

char *
dc_normalize_siret(const char *input)
{
	char	   *s = french_number(input);
	int			sum = 0;

	if (s == NULL || !all_digits(s, 14) || strspn(s, "0") >= 9 || !dc_luhn(pnstrdup(s, 9)))
		return NULL;
	if (dc_luhn(s))
		return s;
	/* La Poste has more establishments than Luhn leaves numbers for */
	for (int i = 0; i < 14; i++)
		sum += s[i] - '0';
	return strncmp(s, "356000000", 9) == 0 && sum % 5 == 0 ? s : NULL;
}

char *
dc_vat_from_siren(const char *input)
{
	char	   *siren = dc_normalize_siren(input);

	if (siren == NULL)
		return NULL;
	return psprintf("FR%02ld%s", (12 + 3 * (atol(siren) % 97)) % 97, siren);
}
