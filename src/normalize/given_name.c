/*-------------------------------------------------------------------------
 *
 * given_name.c
 *	  The gender that a first name tells.
 *
 * A value of list given_names is m, f or u, then exceptions by country: "m DE=f".
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include "base/text.h"
#include "lexicon.h"
#include "normalize/normalize.h"

const char *
dc_gender(const char *first_name, const char *country)
{
	char	   *fold = dc_fold(first_name);
	const char *value = dc_lexicon_find(&dc_lexicon_given_names, fold);
	char		gender;

	/* Jean-Pierre: the first of several names tells, once the whole is unknown */
	if (value == NULL)
		value = dc_lexicon_find_n(&dc_lexicon_given_names, fold, strcspn(fold, " "));
	if (value == NULL || *value == '\0')
		return NULL;
	gender = *value;
	if (country != NULL && strlen(country) == 2)
	{
		const char *exception = strstr(value, psprintf(" %s=", country));

		if (exception != NULL)
			gender = exception[4];
	}
	return gender == 'm' ? "male" : gender == 'f' ? "female" : "unisex";
}
