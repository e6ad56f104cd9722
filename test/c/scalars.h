/*-------------------------------------------------------------------------
 *
 * scalars.h
 *	  The scalar functions of base/ and normalize/, whose result is a clean form of their
 *	  argument: cleaned again, it must stay the same.
 *
 *-------------------------------------------------------------------------
 */
#ifndef TEST_SCALARS_H
#define TEST_SCALARS_H

#include "base/port.h"

#include "base/text.h"
#include "normalize/normalize.h"

static char *
phone_of_france(const char *s)
{
	return dc_normalize_phone(s, "FR");
}

static char *
phone_of_germany(const char *s)
{
	return dc_normalize_phone(s, "DE");
}

static char *
phone_of_nowhere(const char *s)
{
	return dc_normalize_phone(s, NULL);
}

static char *
country(const char *s)
{
	return unconstify(char *, dc_normalize_country(s));
}

static const struct
{
	const char *name;
	char	   *(*function) (const char *);
}			scalars[] = {
	{"clean", dc_clean},
	{"name_key", dc_fold},
	{"normalize_email", dc_normalize_email},
	{"email_key", dc_email_key},
	{"normalize_phone", phone_of_france},
	{"normalize_phone", phone_of_germany},
	{"normalize_phone", phone_of_nowhere},
	{"normalize_website", dc_normalize_website},
	{"registrable_domain", dc_registrable_domain},
	{"normalize_linkedin", dc_normalize_linkedin},
	{"normalize_country", country},
	{"normalize_siren", dc_normalize_siren},
	{"normalize_siret", dc_normalize_siret},
	{"normalize_vat", dc_normalize_vat},
};

#endif							/* TEST_SCALARS_H */
