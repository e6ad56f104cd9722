/*-------------------------------------------------------------------------
 *
 * placeholder.c
 *	  What people write where they have nothing to write: "n/a", "test", "unknown".
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include <ctype.h>

#include "base/text.h"
#include "lexicon.h"
#include "normalize/normalize.h"

/*
 * Whether a word of the list has the first letter of a text and about its length, of which folding takes some
 * signs: most names are told by that.
 */
static bool
looks_like_one(const char *clean, size_t len)
{
	static uint32 lengths[32];	/* of the words that begin with a letter, as bits */
	static bool made = false;

	if (dc_overlay != NULL || !isalpha((unsigned char) *clean) || len > 30)
		return true;
	for (uint32 i = 0; !made && i < dc_lexicon_placeholders.size; i++)
	{
		const char *word = dc_lexicon_placeholders.entries[i].word;

		if (word != NULL)
			lengths[word[0] & 0x1F] |= 1U << Min(strlen(word), 31);
	}
	made = true;
	return (lengths[*clean & 0x1F] & (15U << (Max(len, 3) - 3))) != 0;
}

bool
dc_is_placeholder(const char *clean, const char *kind)
{
	const char *fold;
	const char *value;

	/* folding may take letters away, so this is no more than a bound on the work */
	if (strlen(clean) > 2 * dc_lexicon_placeholders.longest || !looks_like_one(clean, strlen(clean)))
		return false;
	fold = dc_fold(clean);
	value = dc_lexicon_find(&dc_lexicon_placeholders, fold);
	if (value == NULL || (strcmp(value, "any") != 0 && strcmp(value, kind) != 0))
		return false;
	/* Nil and Guest are names */
	return strcmp(kind, "person") != 0 ||
		(dc_lexicon_find(&dc_lexicon_given_names, fold) == NULL && dc_lexicon_find(&dc_lexicon_family_names, fold) == NULL);
}
