/*-------------------------------------------------------------------------
 *
 * phone_number.c
 *	  A text that holds one telephone number, as it stands or as it may have been meant.
 *
 * Regular numbers are answered by phone_fast.c.  The others are libphonenumber's, from a library of
 * its own that is loaded at the first of them.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include <dlfcn.h>

#include "normalize/normalize.h"
#include "normalize/phone.h"
#include "normalize/phone_plan.h"

DcLibraryParse
dc_phone_library(void)
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

/*
 * The national digits of a number written as a French one, without trunk prefix;
 * "" when it is not.
 */
static void
french_digits(const char *s, const char *region, char digits[10])
{
	static const char *const family[] = {"FR", "GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF"};
	char		all[16];
	char	   *d = all;
	int			n = 0;
	bool		french = false;

	for (const char *p = s; *p && n < lengthof(all) - 1; p++)
		if (*p >= '0' && *p <= '9')
			all[n++] = *p;
	all[n] = '\0';
	for (int i = 0; i < lengthof(family); i++)
		french = french || strcmp(region, family[i]) == 0;
	if (strncmp(d, "0033", 4) == 0)
		d += 4;
	else if (strchr(s, '+') == NULL ? !french : strncmp(d, "33", 2) != 0)
		d += n;
	else if (strchr(s, '+') != NULL)
		d += 2;
	if (*d == '0')
		d++;
	strcpy(digits, strlen(d) == 9 ? d : "");
}

/* French overseas numbers are written as if they were French; the rewriting, or NULL. */
const char *
dc_phone_overseas(const char *s, const char *region)
{
	/* the first three digits behind the trunk prefix, the calling code */
	static const char *const prefixes[][2] = {
		{"590", "590"}, {"690", "590"}, {"691", "590"}, {"594", "594"}, {"694", "594"}, {"596", "596"}, {"696", "596"}, {"697", "596"},
		{"262", "262"}, {"263", "262"}, {"692", "262"}, {"693", "262"}, {"269", "262"}, {"639", "262"}, {"508", "508"}
	};
	char		digits[10];

	french_digits(s, region, digits);
	for (int i = 0; i < lengthof(prefixes); i++)
		if (strncmp(digits, prefixes[i][0], 3) == 0)
			/* Saint-Pierre's own numbers have but the six digits behind 0508 */
			return psprintf("+%s%s", prefixes[i][1], strcmp(prefixes[i][0], "508") == 0 ? digits + 3 : digits);
	return NULL;
}

/* By the plans, or by the library; true when the number is valid. */
static bool
read_number(const char *s, const char *region, DcPhoneReading *reading)
{
	DcPlannedNumber planned;
	DcLibraryParse parse;

	memset(reading, 0, sizeof(*reading));
	if (dc_phone_planned(s, region, &planned))
	{
		reading->number.valid = planned.valid;
		reading->number.kind = planned.kind;
		strlcpy(reading->number.region, planned.region, sizeof(reading->number.region));
		strlcpy(reading->number.e164, planned.e164, sizeof(reading->number.e164));
		return planned.valid == 2;
	}
	parse = dc_phone_library();
	reading->error = parse == NULL ? DC_LIBRARY_MISSING : parse(s, region, &reading->number);
	return reading->error == 0 && reading->number.valid == 2;
}

/* A field that holds one number: as it stands, then as it may have been meant. */
bool
dc_read_one_phone(const char *s, const char *region, DcPhoneReading *reading)
{
	const char *rewritten = dc_phone_overseas(s, region);
	const char *abroad = s + strcspn(s, "+0123456789");
	char		digits[10];
	DcPhoneReading other;

	if (rewritten == NULL)
	{
		bool		valid = read_number(s, region, reading);

		/* its digits may have been letters */
		rewritten = dc_phone_overseas(reading->number.e164, "");
		if (valid && rewritten == NULL)
			return true;
	}
	/* the prefix says where it belongs, even when the plan does not know the number yet */
	if (rewritten != NULL && (read_number(rewritten, "", reading) || reading->number.valid == 1))
		return reading->number.valid == 2;
	/* "00" where it is not dialled, or in a field without a country */
	if (strncmp(abroad, "00", 2) == 0 && read_number(psprintf("+%s", abroad + 2), region, &other))
		*reading = other;
	french_digits(s, region, digits);
	/* 09 numbers are shared out between all of these countries */
	if (reading->number.valid < 2 && digits[0] != '\0' && digits[0] != '9' && read_number(psprintf("+33%s", digits), "", &other))
		*reading = other;
	return reading->error == 0 && reading->number.valid == 2;
}
