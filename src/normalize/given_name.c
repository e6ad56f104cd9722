/*-------------------------------------------------------------------------
 *
 * given_name.c
 *	  The gender that a first name tells.
 *
 * A value of list given_names is m, f or u, then its languages, then exceptions by
 * country: "f de fr IT=m".
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include "base/text.h"
#include "lexicon.h"
#include "normalize/normalize.h"

/* The name that a nickname stands for: Kev. */
static const char *
look_up_nickname(const char *nickname, size_t len)
{
	const char *name = dc_lexicon_find_n(&dc_lexicon_nicknames, nickname, len);

	return name == NULL ? NULL : dc_lexicon_find_n(&dc_lexicon_given_names, name, strcspn(name, " "));
}

/* The whole name, or the first word of it that is more than an initial: Jean-Pierre, J. Edgar. */
static const char *
look_up(const char *fold)
{
	const char *value = dc_lexicon_find(&dc_lexicon_given_names, fold);
	size_t		n;

	if (value != NULL)
		return value;
	while ((n = strcspn(fold, " ")) == 1 && fold[1] == ' ')
		fold += 2;
	value = dc_lexicon_find_n(&dc_lexicon_given_names, fold, n);
	return value != NULL ? value : look_up_nickname(fold, n);
}

/* The letter that an exception gives for a country, 0 for none. */
static char
exception(const char *value, const char *country)
{
	char		code[] = {' ', 0, 0, '=', '\0'};
	const char *found;

	if (country == NULL || strlen(country) != 2)
		return 0;
	code[1] = (char) pg_toupper((unsigned char) country[0]);
	code[2] = (char) pg_toupper((unsigned char) country[1]);
	found = strstr(value, code);
	return found == NULL ? 0 : found[4];
}

const char *
dc_gender(const char *first_name, const char *country)
{
	/* Mª Carmen: the Spanish abbreviation of María */
	const char *value = look_up(strncmp(first_name, "M\302\252", 3) == 0 ? "maria" : dc_fold(first_name));
	char		gender;

	if (value == NULL)
		return NULL;
	gender = exception(value, country);
	if (gender == 0)
		gender = *value;
	return gender == 'm' ? "male" : gender == 'f' ? "female" : "unisex";
}

/*
 * Are two given names, folded, those of a man and a woman?  A name that is of either gender, by country, differs
 * from a name of the other gender by its ending: Jean and Jeanne, Simon and Simone, but not Issa and Isa.
 */
bool
dc_other_gender(const char *a, const char *b)
{
	const char *value_a = dc_lexicon_find(&dc_lexicon_given_names, a);
	const char *value_b = dc_lexicon_find(&dc_lexicon_given_names, b);

	if (value_a == NULL || value_b == NULL || *value_a == *value_b || *value_a == 'u' || *value_b == 'u')
		return false;
	return (strchr(value_a, '=') == NULL && strchr(value_b, '=') == NULL) || a[strlen(a) - 1] != b[strlen(b) - 1];
}
