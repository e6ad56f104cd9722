/*-------------------------------------------------------------------------
 *
 * identifier.c
 *	  French company numbers and EU VAT numbers.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include "base/text.h"
#include "normalize/normalize.h"

/* Upper-case letters and digits of the input, without blanks and separators; NULL when anything else is in it. */
static char *
compact(const char *input)
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

static bool
all_digits(const char *s, size_t len)
{
	return strlen(s) == len && strspn(s, "0123456789") == len;
}

/* ISO/IEC 7812-1 annex B */
static bool
luhn(const char *digits)
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

char *
dc_normalize_siren(const char *input)
{
	char	   *s = compact(input);

	return s != NULL && all_digits(s, 9) && strspn(s, "0") < 9 && luhn(s) ? s : NULL;
}

char *
dc_normalize_siret(const char *input)
{
	char	   *s = compact(input);
	int			sum = 0;

	if (s == NULL || !all_digits(s, 14) || strspn(s, "0") >= 9 || !luhn(pnstrdup(s, 9)))
		return NULL;
	if (luhn(s))
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

/* 9: digit, A: letter, X: either, anything else: itself */
static const struct
{
	char		country[3];
	const char *format;
}			vat_formats[] = {
	{"AT", "U99999999"}, {"BE", "9999999999"}, {"BG", "999999999"}, {"BG", "9999999999"}, {"CY", "99999999A"},
	{"CZ", "99999999"}, {"CZ", "999999999"}, {"CZ", "9999999999"}, {"DE", "999999999"}, {"DK", "99999999"},
	{"EE", "999999999"}, {"EL", "999999999"}, {"ES", "X9999999X"}, {"FI", "99999999"}, {"FR", "XX999999999"},
	{"HR", "99999999999"}, {"HU", "99999999"}, {"IE", "9X99999A"}, {"IE", "9999999AA"}, {"IT", "99999999999"},
	{"LT", "999999999"}, {"LT", "999999999999"}, {"LU", "99999999"}, {"LV", "99999999999"}, {"MT", "99999999"},
	{"NL", "999999999B99"}, {"PL", "9999999999"}, {"PT", "999999999"}, {"RO", "9999999999"}, {"RO", "999999999"}, {"RO", "99999999"},
	{"RO", "9999999"}, {"RO", "999999"}, {"RO", "99999"}, {"RO", "9999"}, {"RO", "999"}, {"RO", "99"},
	{"SE", "999999999999"}, {"SI", "99999999"}, {"SK", "9999999999"}, {"XI", "999999999"}, {"XI", "999999999999"}
};

static bool
fits(const char *s, const char *format)
{
	for (; *s && *format; s++, format++)
	{
		bool		digit = *s >= '0' && *s <= '9';
		bool		letter = *s >= 'A' && *s <= 'Z';

		if (!((*format == '9' && digit) || (*format == 'A' && letter) ||
			  (*format == 'X' && (digit || letter)) || *format == *s))
			return false;
	}
	return *s == '\0' && *format == '\0';
}

static int
weighted(const char *digits, const int *weights, int n)
{
	int			sum = 0;

	for (int i = 0; i < n; i++)
		sum += (digits[i] - '0') * weights[i];
	return sum;
}

/* ISO 7064 Mod 11,10 over all but the last digit */
static bool
mod_11_10(const char *digits, int n)
{
	int			product = 10;

	for (int i = 0; i < n - 1; i++)
	{
		int			sum = (digits[i] - '0' + product) % 10;

		product = 2 * (sum == 0 ? 10 : sum) % 11;
	}
	return (product + digits[n - 1] - '0') % 10 == 1;
}

/* The public check digits of the countries that have simple ones; others by format alone. */
static bool
vat_checks(const char *country, const char *s)
{
	int			last = s[strlen(s) - 1] - '0';

#define IS(c) (strcmp(country, c) == 0)
	if (IS("BE"))
		return (s[0] == '0' || s[0] == '1') && 97 - atol(pnstrdup(s, 8)) % 97 == atol(s + 8);
	if (IS("DE"))
		return s[0] != '0' && mod_11_10(s, 9);
	if (IS("HR"))
		return mod_11_10(s, 11);
	if (IS("DK"))
		return s[0] != '0' && weighted(s, (const int[]) {2, 7, 6, 5, 4, 3, 2, 1}, 8) % 11 == 0;
	if (IS("FI"))
		return weighted(s, (const int[]) {7, 9, 10, 5, 8, 4, 2, 1}, 8) % 11 == 0;
	if (IS("EL"))
		return weighted(s, (const int[]) {256, 128, 64, 32, 16, 8, 4, 2}, 8) % 11 % 10 == last;
	if (IS("EE"))
		return weighted(s, (const int[]) {3, 7, 1, 3, 7, 1, 3, 7, 1}, 9) % 10 == 0;
	if (IS("HU"))
		return weighted(s, (const int[]) {9, 7, 3, 1, 9, 7, 3, 1}, 8) % 10 == 0;
	if (IS("IT"))
		return strncmp(s, "0000000", 7) != 0 && luhn(s);
	if (IS("LU"))
		return atol(pnstrdup(s, 6)) % 89 == atol(s + 6);
	if (IS("MT"))
		return s[0] != '0' && weighted(s, (const int[]) {3, 4, 6, 7, 8, 9, 10, 1}, 8) % 37 == 0;
	if (IS("PL"))
		return weighted(s, (const int[]) {6, 5, 7, 2, 3, 4, 5, 6, 7}, 9) % 11 == last;
	if (IS("PT"))
		return s[0] != '0' && (11 - weighted(s, (const int[]) {9, 8, 7, 6, 5, 4, 3, 2}, 8) % 11) % 11 % 10 == last;
	if (IS("SE"))
		return luhn(pnstrdup(s, 10)) && atoi(s + 10) > 0;
	if (IS("SI"))
		return s[0] != '0' && (11 - weighted(s, (const int[]) {8, 7, 6, 5, 4, 3, 2}, 7) % 11) % 10 == last;
	if (IS("SK"))
		return s[0] != '0' && strchr("234789", s[2]) != NULL && atol(s) % 11 == 0;
	if (IS("FR") && s[0] >= '0' && s[0] <= '9' && s[1] >= '0' && s[1] <= '9')
	{
		const char *vat = dc_vat_from_siren(s + 2);

		/* Monaco's numbers stand under FR without a SIREN */
		if (strncmp(s + 2, "000", 3) == 0)
			return atoll(psprintf("%s12", s + 2)) % 97 == atoi(pnstrdup(s, 2));
		return vat != NULL && strcmp(vat + 2, s) == 0;
	}
	if (IS("FR"))
		return strpbrk(pnstrdup(s, 2), "IO") == NULL && dc_normalize_siren(s + 2) != NULL;
	if (IS("AT"))
	{
		int			sum = 4;

		for (int i = 1; i < 8; i++)
		{
			int			d = s[i] - '0';

			sum += i % 2 == 0 ? d / 5 + d * 2 % 10 : d;
		}
		return (10 - sum % 10) % 10 == last;
	}
	return true;
}

char *
dc_normalize_vat(const char *input)
{
	char	   *s = compact(input);
	char	   *country;

	if (s == NULL || strlen(s) < 4 || strlen(s) > 16)
		return NULL;
	if (strncmp(s, "GR", 2) == 0)
		memcpy(s, "EL", 2);
	country = pnstrdup(s, 2);
	if (strcmp(country, "BE") == 0 && strlen(s) == 11)
		s = psprintf("BE0%s", s + 2);
	for (int i = 0; i < lengthof(vat_formats); i++)
		if (strcmp(vat_formats[i].country, country) == 0 && fits(s + 2, vat_formats[i].format))
			return vat_checks(country, s + 2) ? s : NULL;
	return NULL;
}
