/*-------------------------------------------------------------------------
 *
 * phone.c
 *	  Telephone numbers.
 *
 * libphonenumber does the work, from a library of its own that is loaded at the first
 * number.  What it gets wrong is set right before and after it: French extensions,
 * French overseas numbers, two numbers in one field, short codes.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include <dlfcn.h>

#include "base/text.h"
#include "normalize/normalize.h"
#include "normalize/phone_library.h"

static DcLibraryParse
library(void)
{
	static DcLibraryParse parse = NULL;

	if (parse == NULL)
	{
#ifndef FRONTEND
		const char *file = psprintf("%s/dropcontact_phone%s", pkglib_path, DLSUFFIX);
#else
		const char *file = "dropcontact_phone.so";
#endif
		void	   *handle = dlopen(file, RTLD_NOW | RTLD_LOCAL);

		if (handle != NULL)
			parse = (DcLibraryParse) dlsym(handle, "dc_library_parse");
	}
	return parse;
}

static int
count_digits(const char *s, size_t len)
{
	int			n = 0;

	for (size_t i = 0; i < len; i++)
		n += s[i] >= '0' && s[i] <= '9';
	return n;
}

/*
 * Cuts the field at its extension ("poste 12") and at a second number
 * ("01 42 68 53 00 / 06 12 34 56 78"); the text is changed in place.
 */
static void
split_field(char *s, char **extension, bool *second)
{
	static const char *const words[] = {"poste", "postes", "int.", "interne", "durchwahl", "dw", "interno", "anexo"};
	char	   *lower = dc_lower(s);

	*extension = NULL;
	*second = false;
	if (strlen(lower) == strlen(s))
		for (int i = 0; i < lengthof(words); i++)
		{
			char	   *p = strstr(lower, words[i]);

			if (p != NULL && count_digits(lower, p - lower) >= 6)
			{
				char	   *digits = p + strcspn(p, "0123456789");
				size_t		n = strspn(digits, "0123456789");

				if (n > 0 && n <= 7)
					*extension = pnstrdup(digits, n);
				s[p - lower] = '\0';
				break;
			}
		}
	for (char *p = s; (p = strpbrk(p, "/;|,")) != NULL; p++)
		if (count_digits(s, p - s) >= 7 && count_digits(p, strlen(p)) >= 7)
		{
			*p = '\0';
			*second = true;
			return;
		}
	for (char *p = s; (p = strstr(p, " ou ")) != NULL; p++)
		if (count_digits(s, p - s) >= 7)
		{
			*p = '\0';
			*second = true;
			return;
		}
}

/* French overseas numbers are written as if they were French. */
static const char *
overseas_region(const char *digits)
{
	static const char *const prefixes[][2] = {
		{"0590", "GP"}, {"0690", "GP"}, {"0691", "GP"}, {"0594", "GF"}, {"0694", "GF"}, {"0596", "MQ"}, {"0696", "MQ"}, {"0697", "MQ"},
		{"0262", "RE"}, {"0263", "RE"}, {"0692", "RE"}, {"0693", "RE"}, {"0269", "YT"}, {"0639", "YT"}
	};

	for (int i = 0; i < lengthof(prefixes); i++)
		if (strncmp(digits, prefixes[i][0], 4) == 0)
			return prefixes[i][1];
	return NULL;
}

static const char *
kind_name(int kind)
{
	static const char *const names[] = {
		"fixed_line", "mobile", "fixed_line_or_mobile", "toll_free", "premium_rate", "shared_cost", "voip", "personal", "pager", "uan"
	};

	return kind >= 0 && kind < lengthof(names) ? names[kind] : "unknown";
}

void
dc_parse_phone(const char *input, const char *region, DcPhone *phone)
{
	char	   *s = dc_clean(input);
	char	   *extension;
	bool		second;
	char		code[3] = "";
	char		digits[32];
	int			n = 0;
	DcLibraryNumber *number = palloc0(sizeof(DcLibraryNumber));
	DcLibraryParse parse;

	if (*s == '\0')
	{
		phone->problem = "empty";
		return;
	}
	if (strlen(s) > 250)
	{
		phone->problem = "too long";
		return;
	}
	if (region != NULL && strlen(region) == 2)
		for (int i = 0; i < 2; i++)
			code[i] = pg_toupper((unsigned char) region[i]);
	split_field(s, &extension, &second);
	for (const char *p = s; *p && n < 31; p++)
		if (*p >= '0' && *p <= '9')
			digits[n++] = *p;
	digits[n] = '\0';
	if (n == 0 && strpbrk(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == NULL)
	{
		phone->problem = "no digits";
		return;
	}
	if (strcmp(code, "FR") == 0 && n == 10 && overseas_region(digits) != NULL && strchr(s, '+') == NULL)
		strcpy(code, overseas_region(digits));
	parse = library();
	if (parse == NULL)
	{
		phone->problem = "cannot be checked: libphonenumber is missing";
		return;
	}
	switch (parse(s, code, number))
	{
		case 0:
			break;
		case 1:
			phone->problem = code[0] == '\0' ? "no country" : "invalid country calling code";
			return;
		case 2:
			phone->problem = "not a number";
			return;
		case 3:
		case 4:
			phone->problem = "too short";
			return;
		case 5:
			phone->problem = "too long";
			return;
		default:
			phone->problem = "not a number";
			return;
	}
	if (number->valid == 0 || (number->valid == 1 && n < 7))
	{
		phone->problem = n < 7 ? "too short" : "not a valid number";
		return;
	}
	phone->e164 = number->e164;
	phone->region = number->region[0] != '\0' ? number->region : code[0] != '\0' ? pstrdup(code) : NULL;
	phone->kind = kind_name(number->kind);
	phone->extension = extension != NULL ? extension : number->extension[0] != '\0' ? number->extension : NULL;
	phone->national = number->national;
	phone->international = number->international;
	if (second)
		phone->problem = "a second number follows";
	else if (number->valid == 1)
		phone->problem = "possible, but not a number in use";
}

char *
dc_normalize_phone(const char *input, const char *region)
{
	DcPhone		phone = {0};

	dc_parse_phone(input, region, &phone);
	return unconstify(char *, phone.e164);
}
