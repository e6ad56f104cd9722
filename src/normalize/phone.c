/*-------------------------------------------------------------------------
 *
 * phone.c
 *	  Fields with telephone numbers.
 *
 * What libphonenumber gets wrong is set right here: extensions of other languages, two numbers in
 * one field, remarks, short codes; in phone_number.c French overseas numbers and "00" without a
 * country.  Each is a rewriting that counts only when it makes the number valid.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include <unicode/uchar.h>

#include "base/text.h"
#include "normalize/normalize.h"
#include "normalize/phone.h"
#include "normalize/phone_plan.h"

static const char *
kind_name(int kind)
{
	static const char *const names[] = {
		"fixed_line", "mobile", "fixed_line_or_mobile", "toll_free", "premium_rate", "shared_cost", "voip", "personal", "pager", "uan"
	};

	return kind >= 0 && kind < lengthof(names) ? names[kind] : "unknown";
}

/* The longest field that is read, and the digits that a whole number has at least. */
#define LONGEST_FIELD 250
#define WHOLE_NUMBER 7

static int
count_digits(const char *s, size_t len)
{
	int			n = 0;

	for (size_t i = 0; i < len; i++)
		n += s[i] >= '0' && s[i] <= '9';
	return n;
}

static bool
is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c & 0x80);
}

/*
 * Cuts the field at an extension that libphonenumber does not know ("poste 12") and
 * answers its digits; NULL when there is none.
 */
static char *
cut_extension(char *s)
{
	static const char *const words[] = {
		"poste", "post", "postes", "p", "int", "interne", "durchwahl", "dw", "apparat", "app", "klappe", "kl", "nebenstelle", "nst",
		"interno", "interna", "anexo", "ramal", "extensao", "toestel", "tst", "anknytning", "ankn", "lokal", "wewn", "wew", "linka"
	};
	int			n = 0;

	for (char *p = s; *p; p++)
	{
		size_t		len = 0;
		char	   *digits;

		n += *p >= '0' && *p <= '9';
		if (n < WHOLE_NUMBER - 1 || !is_letter(*p) || (p > s && is_letter(p[-1])))
			continue;
		while (is_letter(p[len]))
			len++;
		digits = p + len + strcspn(p + len, "0123456789");
		if (digits > p + len + 8 || strspn(digits, "0123456789") > 7 || *digits == '\0')
			continue;
		for (int i = 0; i < lengthof(words); i++)
			if (strlen(words[i]) == len && pg_strncasecmp(p, words[i], len) == 0)
			{
				*p = '\0';
				return pnstrdup(digits, strspn(digits, "0123456789"));
			}
	}
	return NULL;
}

/*
 * A field of several numbers, or of a number and a remark: the first part that is a
 * valid number.  Tries each place where a number may end, so at most
 * LONGEST_FIELD readings.
 */
static bool
read_first(const char *s, const char *region, DcPhoneReading *reading, bool *second)
{
	int			before = 0;
	int			all = count_digits(s, strlen(s));

	for (const char *p = s; *p; p++)
	{
		DcPhoneReading part;

		before += *p >= '0' && *p <= '9';
		if (before < WHOLE_NUMBER || (!is_letter(*p) && strchr(" /;|,&+-(", *p) == NULL))
			continue;
		if (p > s && (is_letter(p[-1]) || p[-1] == ' '))
			continue;
		/* a few digits behind a blank belong to the number */
		if (strchr(" -(", *p) != NULL && strncmp(p, " - ", 3) != 0 && all > before && all - before < WHOLE_NUMBER)
			continue;
		if (dc_read_one_phone(pnstrdup(s, p - s), region, &part))
		{
			*reading = part;
			*second = all - before >= WHOLE_NUMBER;
			return true;
		}
	}
	return false;
}

/*
 * Whether a sign that parts numbers has a whole number on either side.  Words behind
 * one (";ext=", ", ext") and two commas, a pause in dialling, begin an extension.
 */
static bool
has_two(const char *s)
{
	for (const char *p = s; (p = strpbrk(p, "/;|,&+")) != NULL; p++)
	{
		if (p[0] == ',' && p[1] == ',')
			return false;
		if (count_digits(s, p - s) >= WHOLE_NUMBER && count_digits(p, strlen(p)) >= WHOLE_NUMBER &&
			!is_letter(p[1 + strspn(p + 1, " ")]))
			return true;
	}
	return false;
}

/* Numbers of services, dialled inside one country only: 15, 112, 118 218, 3615 (with the name of a service). */
static bool
is_short_code(const char *s)
{
	char		digits[8];
	int			n = 0;

	for (; *s; s++)
		if (*s >= '0' && *s <= '9' && n < 7)
			digits[n++] = *s;
		else if (n >= 3 && is_letter(*s))
			break;
		else if (*s != ' ')
			return false;
	return (n >= 2 && n <= 4) || (n == 6 && (strncmp(digits, "116", 3) == 0 || strncmp(digits, "118", 3) == 0));
}

static const char *
problem_of(const DcPhoneReading *reading, const char *s, const char *region)
{
	int			digits = count_digits(s, strlen(s));

	if (is_short_code(s))
		return "a short code, not a number";
	switch (reading->error)
	{
		case 0:
			return digits < WHOLE_NUMBER ? "too short" : "not a valid number";
		case 1:
			return digits < WHOLE_NUMBER ? "too short" : region[0] == '\0' && strchr(s, '+') == NULL ? "no country" : "invalid country calling code";
		case 3:
		case 4:
			return "too short";
		case 5:
			return "too long";
		case DC_LIBRARY_MISSING:
			return "cannot be checked: libphonenumber is missing";
		default:
			return "not a number";
	}
}

/* A trunk prefix that stayed before a number is left over from one that lacks digits. */
static bool
is_torso(const DcLibraryNumber *number)
{
	for (const DcPhonePlan *plan = dc_phone_plans; plan->region[0] != '\0'; plan++)
	{
		size_t		len = strlen(plan->calling_code);

		if (strncmp(number->e164 + 1, plan->calling_code, len) == 0)
			return plan->trunk[0] == '0' && number->e164[1 + len] == '0';
	}
	return false;
}

/* One digit repeated fills a field that must not be empty. */
static bool
is_filler(const char *s)
{
	const char *first = s + strcspn(s, "0123456789");

	for (const char *p = first; *p; p++)
		if (*p >= '0' && *p <= '9' && *p != *first)
			return false;
	return true;
}

/* "+81 *2345", or that as it is given back: +812345. */
static bool
is_service_number(const char *s, const char *e164)
{
	size_t		code = *s == '+' ? strspn(s + 1, "0123456789") : 0;
	size_t		len = strlen(e164);

	if (len < 6 || len > 8 || code == 0)
		return false;
	s += 1 + code;
	return *s == '\0' ? code + 1 == len : code <= 3 && s[strspn(s, " ")] == '*';
}

/*
 * Whether a number that no plan knows is still one to keep: its length may be right
 * and the plan too old; North American networks ignore surplus digits (1-800 with a
 * long word); a star begins a service number of its country.
 */
static bool
is_kept(const char *s, const DcLibraryNumber *number)
{
	size_t		len = strlen(number->e164);

	if (number->valid == 1 && len > WHOLE_NUMBER)
		return !is_filler(s) && !is_torso(number);
	if (strncmp(number->e164, "+1", 2) == 0 && number->valid == 0)
		return len > 12 && len <= 14;
	return is_service_number(s, number->e164);
}

/* region as libphonenumber wants it: capitals, "" for none. */
static void
region_code(const char *region, char code[3])
{
	code[0] = '\0';
	if (region == NULL || strlen(region) != 2)
		return;
	code[0] = pg_toupper((unsigned char) region[0]);
	code[1] = pg_toupper((unsigned char) region[1]);
	code[2] = '\0';
	if (strcmp(code, "UK") == 0)
		strcpy(code, "GB");
}

/* Reads a cleaned field and fills all that is known of its number. */
static void
read_field(char *s, const char *region, DcPhone *phone)
{
	char	   *extension = cut_extension(s);
	bool		two = has_two(s);
	bool		second = false;
	DcPhoneReading *reading = palloc(sizeof(DcPhoneReading));
	DcLibraryNumber *number = &reading->number;
	bool		valid;

	valid = two ? read_first(s, region, reading, &second) : false;
	valid = valid || dc_read_one_phone(s, region, reading);
	valid = valid || read_first(s, region, reading, &second);
	if (reading->error != 0 || (!valid && ((number->valid == 1 && is_short_code(s)) || !is_kept(s, number))))
	{
		phone->problem = problem_of(reading, s, region);
		return;
	}
	phone->e164 = number->e164;
	phone->region = number->region[0] != '\0' && strcmp(number->region, "ZZ") != 0 ? number->region : NULL;
	phone->kind = kind_name(number->kind);
	phone->extension = extension != NULL ? extension : number->extension[0] != '\0' ? number->extension : NULL;
	if (second)
		phone->problem = "a second number follows";
	else if (!valid)
		phone->problem = number->valid == 1 ? "possible, but not a number in use" : "not a valid number";
	if (number->national[0] != '\0')
	{
		phone->national = number->national;
		phone->international = number->international;
	}
}

/* A text with the digits of other scripts as ours. */
static char *
western_digits(char *s)
{
	char	   *o = s;

	for (const char *p = s, *end = s + strlen(s); p < end;)
	{
		const char *at = p;
		uint32		c = (uint8) *p;
		int32_t		digit;

		if (c < 0x80)
		{
			*o++ = *p++;
			continue;
		}
		c = dc_utf8_next(&p, end);
		digit = u_charDigitValue((UChar32) c);
		if (digit >= 0)
			*o++ = (char) ('0' + digit);
		else
		{
			memmove(o, at, p - at);
			o += p - at;
		}
	}
	*o = '\0';
	return s;
}

void
dc_read_phone(const char *input, const char *region, DcPhone *phone)
{
	char		code[3];
	DcPlannedNumber *planned = palloc(sizeof(DcPlannedNumber));
	char	   *s;

	region_code(region, code);
	if (dc_phone_overseas(input, code) == NULL && dc_phone_planned(input, code, planned) && planned->valid == 2)
	{
		phone->e164 = planned->e164;
		phone->region = planned->region;
		phone->kind = kind_name(planned->kind);
		return;
	}
	s = western_digits(dc_clean(input));
	if (*s == '\0')
		phone->problem = "empty";
	else if (strlen(s) > LONGEST_FIELD)
		phone->problem = "too long";
	else if (strpbrk(s, "0123456789") == NULL)
		phone->problem = "no digits";
	else
		read_field(s, code, phone);
}

void
dc_parse_phone(const char *input, const char *region, DcPhone *phone)
{
	DcLibraryNumber *written = palloc(sizeof(DcLibraryNumber));
	DcLibraryParse parse;

	dc_read_phone(input, region, phone);
	if (phone->e164 == NULL || phone->national != NULL)
		return;
	parse = dc_phone_library();
	if (parse != NULL && parse(phone->e164, "", written) == 0)
	{
		phone->national = written->national;
		phone->international = written->international;
	}
}

char *
dc_normalize_phone(const char *input, const char *region)
{
	DcPhone		phone = {0};

	dc_read_phone(input, region, &phone);
	return unconstify(char *, phone.e164);
}
