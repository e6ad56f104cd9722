/*-------------------------------------------------------------------------
 *
 * pack_address.c
 *	  Addresses as they are compared: one form for street and st., Hauptstraße and Hauptstr.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include "lexicon.h"
#include "match/pack.h"

/* German streets written as one word: hauptstr is hauptstrasse. */
static size_t
length_of_compound(const char *word, size_t len)
{
	if (len > 7 && strncmp(word + len - 7, "strasse", 7) == 0)
		return len - 4;
	return len;
}

/* A folded address whose words have one spelling, the shortest; an abbreviation and all that it may stand for are one.  Linear. */
char *
dc_address_key(const char *folded)
{
	char	   *key = palloc(strlen(folded) + 2);
	char	   *out = key;

	for (const char *word = folded; *word != '\0'; word += strspn(word, " "))
	{
		size_t		len = strcspn(word, " ");
		const char *spelling = dc_lexicon_find_n(&dc_lexicon_street_spellings, word, len);
		size_t		kept = spelling != NULL ? strlen(spelling) : length_of_compound(word, len);

		memcpy(out, spelling != NULL ? spelling : word, kept);
		out += kept;
		*out++ = ' ';
		word += len;
	}
	if (out > key)
		out--;
	*out = '\0';
	return key;
}
