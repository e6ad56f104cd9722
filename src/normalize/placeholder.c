/*-------------------------------------------------------------------------
 *
 * placeholder.c
 *	  What people write where they have nothing to write: "n/a", "test", "unknown".
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include "base/text.h"
#include "lexicon.h"
#include "normalize/normalize.h"

bool
dc_is_placeholder(const char *clean, const char *kind)
{
	const char *fold;
	const char *value;

	/* folding may take letters away, so this is no more than a bound on the work */
	if (strlen(clean) > 2 * dc_lexicon_placeholders.longest)
		return false;
	fold = dc_fold(clean);
	value = dc_lexicon_find(&dc_lexicon_placeholders, fold);
	if (value == NULL || (strcmp(value, "any") != 0 && strcmp(value, kind) != 0))
		return false;
	/* Nil and Guest are names */
	return strcmp(kind, "person") != 0 ||
		(dc_lexicon_find(&dc_lexicon_given_names, fold) == NULL && dc_lexicon_find(&dc_lexicon_family_names, fold) == NULL);
}
