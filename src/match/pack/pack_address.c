/*-------------------------------------------------------------------------
 *
 * pack_address.c
 *	  Addresses as they are compared: one form for street and st., Hauptstraße and Hauptstr.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include "lexicon.h"
#include "match/pack/pack.h"

/* German streets written as one word: hauptstr is hauptstrasse. */
static size_t
length_of_compound(const char *word, size_t len)
{
	if (len > 7 && strncmp(word + len - 7, "strasse", 7) == 0)
		return len - 4;
	return len;
}

/* A folded address whose words have one spelling; an abbreviation and all that it may stand for are one.  Linear. */
char *
dc_address_key(const char *folded)
{
	StringInfoData key;

	initStringInfo(&key);
	for (const char *word = folded; *word != '\0'; word += strspn(word, " "))
	{
		size_t		len = strcspn(word, " ");
		const char *spelling = dc_lexicon_find_n(&dc_lexicon_street_spellings, word, len);

		if (key.len > 0)
			appendStringInfoChar(&key, ' ');
		if (spelling != NULL)
			appendStringInfoString(&key, spelling);
		else
			appendBinaryStringInfo(&key, word, length_of_compound(word, len));
		word += len;
	}
	return key.data;
}
