/*-------------------------------------------------------------------------
 *
 * vat.c
 *	  VAT numbers of the member states of the EU, and of Northern Ireland.
 *
 * A number has its country's format (VIES) and, where the rule is public, its check
 * digits.  Each rule stands in a function of its own; s is the number behind the
 * country's two letters, in its format already.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include "base/text.h"
#include "normalize/identifier.h"

static int
weighted(const char *digits, const int *weights, int n)
{
	int			sum = 0;

	for (int i = 0; i < n; i++)
		sum += (digits[i] - '0') * weights[i];
	return sum;
}

#define WEIGHTED(s, ...) weighted(s, (const int[]) {__VA_ARGS__}, lengthof(((const int[]) {__VA_ARGS__})))

static int
digit(const char *s, int i)
{
	return s[i] - '0';
}

static int64
number(const char *s, int len)
{
	return strtoll(pnstrdup(s, len), NULL, 10);
}

/* ISO 7064 Mod 11,10 over all but the last digit */
static bool
mod_11_10(const char *s)
{
	int			product = 10;
	int			n = strlen(s);

	for (int i = 0; i < n - 1; i++)
	{
		int			sum = (digit(s, i) + product) % 10;

		product = 2 * (sum == 0 ? 10 : sum) % 11;
	}
	return (product + digit(s, n - 1)) % 10 == 1;
}

/* Whether there is such a day; personal numbers tell a birth date. */
static bool
is_date(int year, int month, int day)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	if (month < 1 || month > 12 || day < 1)
		return false;
	return day <= days[month - 1] + (month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
}

static bool
austria(const char *s)
{
	int			sum = 4;

	for (int i = 1; i < 8; i++)
		sum += i % 2 == 0 ? digit(s, i) / 5 + digit(s, i) * 2 % 10 : digit(s, i);
	return (10 - sum % 10) % 10 == digit(s, 8);
}

static bool
belgium(const char *s)
{
	return (s[0] == '0' || s[0] == '1') && 97 - number(s, 8) % 97 == number(s + 8, 2);
}

/* Companies have nine digits; natural persons, foreigners and others ten, each by a rule of their own. */
static bool
bulgaria(const char *s)
{
	int			check;

	if (strlen(s) == 9)
	{
		check = WEIGHTED(s, 1, 2, 3, 4, 5, 6, 7, 8) % 11;
		if (check == 10)
			check = WEIGHTED(s, 3, 4, 5, 6, 7, 8, 9, 10) % 11 % 10;
		return check == digit(s, 8);
	}
	check = (int) number(s + 2, 2);
	if (check <= 52 && is_date((int) number(s, 2) + (check > 40 ? 2000 : check > 20 ? 1800 : 1900), check % 20, (int) number(s + 4, 2)) &&
		WEIGHTED(s, 2, 4, 8, 5, 10, 9, 7, 3, 6) % 11 % 10 == digit(s, 9))
		return true;
	return WEIGHTED(s, 21, 19, 17, 13, 11, 9, 7, 3, 1) % 10 == digit(s, 9) ||
		(11 - WEIGHTED(s, 4, 3, 2, 7, 6, 5, 4, 3, 2) % 11) % 11 == digit(s, 9);
}

static bool
croatia(const char *s)
{
	return mod_11_10(s);
}

static bool
cyprus(const char *s)
{
	static const int odd[] = {1, 0, 5, 7, 9, 13, 15, 17, 19, 21};
	int			sum = 0;

	for (int i = 0; i < 8; i++)
		sum += i % 2 == 0 ? odd[digit(s, i)] : digit(s, i);
	return strncmp(s, "12", 2) != 0 && sum % 26 == s[8] - 'A';
}

/* A Czech or Slovak birth number: of ten digits, the last a check digit, since 1954. */
static bool
is_birth_number(const char *s)
{
	int			year = (int) number(s, 2) + 1900;
	int			month = (int) number(s + 2, 2) % 50;

	if (strlen(s) == 9)
		year -= year >= 1980 ? 100 : 0;
	else
		year += year < 1954 ? 100 : 0;
	if (strlen(s) == 9 && year > 1953)
		return false;
	if (month > 20 && year >= 2004)
		month -= 20;
	return is_date(year, month, (int) number(s + 4, 2)) && (strlen(s) == 9 || number(s, 9) % 11 % 10 == digit(s, 9));
}

/* Eight digits for companies; nine from 6 on for others; else birth numbers. */
static bool
czechia(const char *s)
{
	int			check;

	if (strlen(s) == 8)
	{
		check = (11 - WEIGHTED(s, 8, 7, 6, 5, 4, 3, 2) % 11) % 11;
		return s[0] != '9' && (check == 0 ? 1 : check) % 10 == digit(s, 7);
	}
	if (strlen(s) == 9 && s[0] == '6')
		return (WEIGHTED(s + 1, 8, 7, 6, 5, 4, 3, 2) % 11 + 8) % 10 == digit(s, 8);
	return is_birth_number(s);
}

static bool
denmark(const char *s)
{
	return s[0] != '0' && WEIGHTED(s, 2, 7, 6, 5, 4, 3, 2, 1) % 11 == 0;
}

static bool
estonia(const char *s)
{
	return WEIGHTED(s, 3, 7, 1, 3, 7, 1, 3, 7, 1) % 10 == 0;
}

static bool
finland(const char *s)
{
	return WEIGHTED(s, 7, 9, 10, 5, 8, 4, 2, 1) % 11 == 0;
}

/* A key of digits or, in newer numbers, of letters and digits, before the SIREN. */
static bool
france(const char *s)
{
	static const char letters[] = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ";
	const char *first = strchr(letters, s[0]);
	const char *second = strchr(letters, s[1]);
	int			check;

	if (first == NULL || second == NULL)
		return false;
	/* Monaco's numbers stand under FR without a SIREN */
	if (strncmp(s + 2, "000", 3) != 0 && dc_normalize_siren(s + 2) == NULL)
		return false;
	if (first - letters < 10 && second - letters < 10)
		return (number(s + 2, 9) * 100 + 12) % 97 == number(s, 2);
	if (first - letters < 10)
		check = (int) ((first - letters) * 24 + (second - letters) - 10);
	else
		check = (int) ((first - letters) * 34 + (second - letters) - 100);
	return (number(s + 2, 9) + 1 + check / 11) % 11 == check % 11;
}

static bool
germany(const char *s)
{
	return s[0] != '0' && mod_11_10(s);
}

static bool
greece(const char *s)
{
	return WEIGHTED(s, 256, 128, 64, 32, 16, 8, 4, 2) % 11 % 10 == digit(s, 8);
}

static bool
hungary(const char *s)
{
	return WEIGHTED(s, 9, 7, 3, 1, 9, 7, 3, 1) % 10 == 0;
}

/* Seven digits and a letter, since 2013 with a second one; before, a letter or sign stood in the second place. */
static bool
ireland(const char *s)
{
	static const char letters[] = "WABCDEFGHIJKLMNOPQRSTUV";
	char	   *digits = pnstrdup(s, 7);
	int			extra = s[8] == '\0' || s[8] == 'W' ? 0 : 9 * (s[8] - 'A' + 1);

	if (!(s[1] >= '0' && s[1] <= '9'))
		digits = psprintf("0%.5s%c", s + 2, s[0]);
	return letters[(WEIGHTED(digits, 8, 7, 6, 5, 4, 3, 2) + extra) % 23] == s[7];
}

static bool
italy(const char *s)
{
	int64		office = number(s + 7, 3);

	return strncmp(s, "0000000", 7) != 0 && ((office >= 1 && office <= 100) || office == 120 || office == 121 || office == 888 || office == 999) && dc_luhn(s);
}

static bool
latvia(const char *s)
{
	if (s[0] > '3')
		return (WEIGHTED(s, 9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1)) % 11 == 3;
	/* personal codes since 2017 tell no date */
	if (strncmp(s, "32", 2) != 0 && !is_date((int) number(s + 4, 2) + 1800 + 100 * digit(s, 6), (int) number(s + 2, 2), (int) number(s, 2)))
		return false;
	return (1 + WEIGHTED(s, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9)) % 11 % 10 == digit(s, 10);
}

static bool
lithuania(const char *s)
{
	int			n = strlen(s);
	int			sum = 0;
	int			again = 0;

	for (int i = 0; i < n - 1; i++)
	{
		sum += (1 + i % 9) * digit(s, i);
		again += (1 + (i + 2) % 9) * digit(s, i);
	}
	if (sum % 11 == 10)
		sum = again;
	return s[n - 2] == '1' && sum % 11 % 10 == digit(s, n - 1);
}

static bool
luxembourg(const char *s)
{
	return number(s, 6) % 89 == number(s + 6, 2);
}

static bool
malta(const char *s)
{
	return s[0] != '0' && WEIGHTED(s, 3, 4, 6, 7, 8, 9, 10, 1) % 37 == 0;
}

/* Companies by weights, sole traders since 2020 by ISO 7064 Mod 97 over the whole number. */
static bool
netherlands(const char *s)
{
	int64		rest = 2321;	/* "NL" */

	if (number(s, 9) == 0 || number(s + 10, 2) == 0)
		return false;
	if (WEIGHTED(s, 9, 8, 7, 6, 5, 4, 3, 2) % 11 == digit(s, 8))
		return true;
	for (int i = 0; i < 12; i++)
		rest = s[i] == 'B' ? (rest * 100 + 11) % 97 : (rest * 10 + digit(s, i)) % 97;
	return rest == 1;
}

static bool
poland(const char *s)
{
	return WEIGHTED(s, 6, 5, 7, 2, 3, 4, 5, 6, 7) % 11 == digit(s, 9);
}

static bool
portugal(const char *s)
{
	return s[0] != '0' && (11 - WEIGHTED(s, 9, 8, 7, 6, 5, 4, 3, 2) % 11) % 11 % 10 == digit(s, 8);
}

static bool
romania(const char *s)
{
	char	   *padded = psprintf("%09lld", (long long) number(s, strlen(s) - 1));

	return s[0] != '0' && WEIGHTED(padded, 7, 5, 3, 2, 1, 7, 5, 3, 2) * 10 % 11 % 10 == digit(s, strlen(s) - 1);
}

static bool
slovakia(const char *s)
{
	return (s[0] != '0' && strchr("234789", s[2]) != NULL && number(s, 10) % 11 == 0) || is_birth_number(s);
}

static bool
slovenia(const char *s)
{
	int			check = 11 - WEIGHTED(s, 8, 7, 6, 5, 4, 3, 2) % 11;

	return s[0] != '0' && (check == 10 ? 0 : check) == digit(s, 7);
}

/* Persons (DNI, NIE, and the letters K, L, M) end with a letter; the numbers of companies with one or a digit. */
static bool
spain(const char *s)
{
	static const char person[] = "TRWAGMYFPDXBNJZSQVHLCKE";
	static const char company[] = "JABCDEFGHI";
	char	   *digits = pnstrdup(s, 8);
	int			sum = 0;
	int			check;

	if (strchr("XYZKLM", s[0]) != NULL)
		digits[0] = strchr("XYZ", s[0]) != NULL ? '0' + (s[0] - 'X') : '0';
	if (digits[0] >= '0' && digits[0] <= '9')
		return strspn(digits, "0123456789") == 8 && person[number(digits, 8) % 23] == s[8];
	if (strchr("ABCDEFGHJNPQRSUVW", s[0]) == NULL)
		return false;
	for (int i = 1; i < 8; i++)
		sum += i % 2 == 0 ? digit(s, i) : digit(s, i) * 2 / 10 + digit(s, i) * 2 % 10;
	check = (10 - sum % 10) % 10;
	return s[8] == company[check] || s[8] == '0' + check;
}

static bool
sweden(const char *s)
{
	return dc_luhn(pnstrdup(s, 10)) && number(s + 10, 2) > 0;
}

/* The numbers of the United Kingdom, in use for goods in Northern Ireland. */
static bool
northern_ireland(const char *s)
{
	int64		sum = WEIGHTED(s, 8, 7, 6, 5, 4, 3, 2) + number(s + 7, 2);

	return number(s, 9) > 0 && (sum % 97 == 0 || (sum + 55) % 97 == 0);
}

/* 9: digit, A: letter, X: either, anything else: itself */
static const struct
{
	char		country[3];
	const char *format;
	bool		(*check) (const char *s);
}			states[] = {
	{"AT", "U99999999", austria}, {"BE", "9999999999", belgium}, {"BG", "999999999", bulgaria}, {"BG", "9999999999", bulgaria}, {"CY", "99999999A", cyprus},
	{"CZ", "99999999", czechia}, {"CZ", "999999999", czechia}, {"CZ", "9999999999", czechia}, {"DE", "999999999", germany}, {"DK", "99999999", denmark},
	{"EE", "999999999", estonia}, {"EL", "999999999", greece}, {"ES", "X9999999X", spain}, {"FI", "99999999", finland}, {"FR", "XX999999999", france},
	{"HR", "99999999999", croatia}, {"HU", "99999999", hungary}, {"IE", "9X99999A", ireland}, {"IE", "9+99999A", ireland}, {"IE", "9*99999A", ireland}, {"IE", "9999999AA", ireland},
	{"IT", "99999999999", italy}, {"LT", "999999999", lithuania}, {"LT", "999999999999", lithuania}, {"LU", "99999999", luxembourg}, {"LV", "99999999999", latvia}, {"MT", "99999999", malta},
	{"NL", "999999999B99", netherlands}, {"PL", "9999999999", poland}, {"PT", "999999999", portugal}, {"RO", "9999999999", romania}, {"RO", "999999999", romania}, {"RO", "99999999", romania},
	{"RO", "9999999", romania}, {"RO", "999999", romania}, {"RO", "99999", romania}, {"RO", "9999", romania}, {"RO", "999", romania}, {"RO", "99", romania},
	{"SE", "999999999999", sweden}, {"SI", "99999999", slovenia}, {"SK", "9999999999", slovakia}, {"XI", "999999999", northern_ireland}, {"XI", "999999999999", northern_ireland}
};

static bool
fits(const char *s, const char *format)
{
	for (; *s && *format; s++, format++)
	{
		bool		is_digit = *s >= '0' && *s <= '9';
		bool		is_letter = *s >= 'A' && *s <= 'Z';

		if (!((*format == '9' && is_digit) || (*format == 'A' && is_letter) ||
			  (*format == 'X' && (is_digit || is_letter)) || (*format == *s && *s != 'A' && *s != 'X')))
			return false;
	}
	return *s == '\0' && *format == '\0';
}

static bool
is_valid(const char *s)
{
	for (int i = 0; i < lengthof(states); i++)
		if (strncmp(states[i].country, s, 2) == 0 && fits(s + 2, states[i].format))
			return states[i].check(s + 2);
	return false;
}

/* Behind the words that stand before a VAT number: "N° TVA intracommunautaire : ", "VAT reg. no." */
static const char *
behind_label(const char *s)
{
	static const char *const labels[] = {
		"n\302\260", "num\303\251ro de", "numero de", "numero di", "num\303\251ro", "numero", "nr", "no", "number", "reg", "id", "tva", "intracommunautaire", "intracom", "intra", "vat", "ust-idnr", "ust-id-nr", "ust-id", "ustid", "uid", "mwst", "btw",
		"btw-nummer", "iva", "p.iva", "p. iva", "partita", "piva", "nif", "cif", "moms", "dph", "nip"
	};
	int			found;

	do
	{
		found = -1;
		for (int i = 0; i < lengthof(labels) && found < 0; i++)
			if (pg_strncasecmp(s, labels[i], strlen(labels[i])) == 0 && strchr(" :.", s[strlen(labels[i])]) != NULL && s[strlen(labels[i])] != '\0')
				found = i;
		if (found >= 0)
			s += strlen(labels[found]) + strspn(s + strlen(labels[found]), " :.");
	} while (found >= 0);
	return s;
}

char *
dc_normalize_vat(const char *input)
{
	char	   *s = dc_compact_number(behind_label(dc_clean(input)));
	char	   *french;

	if (s == NULL || strlen(s) < 4 || strlen(s) > 16)
		return NULL;
	if (strncmp(s, "GR", 2) == 0)
		memcpy(s, "EL", 2);
	/* numbers from before the lengths of today */
	if (strncmp(s, "BE", 2) == 0 && strlen(s) == 11)
		s = psprintf("BE0%s", s + 2);
	if (strncmp(s, "EL", 2) == 0 && strlen(s) == 10)
		s = psprintf("EL0%s", s + 2);
	if (is_valid(s))
		return s;
	/* a French number without its country is told by its key and its SIREN */
	if (strlen(s) != 11 || (s[0] >= 'A' && s[1] >= 'A'))
		return NULL;
	french = psprintf("FR%s", s);
	return is_valid(french) ? french : NULL;
}
