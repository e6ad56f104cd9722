/*-------------------------------------------------------------------------
 *
 * lexicon.c
 *	  Look-up in the word lists of src/lexicon.
 *
 * Open addressing with linear probing over FNV-1a, as src/lexicon/generate
 * lays the tables out.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include "base/lexicon.h"

const char *
dc_lexicon_find_n(const DcLexicon *lexicon, const char *word, size_t len)
{
	uint32		hash = 2166136261U;
	uint32		slot;

	if (len > lexicon->longest)
		return NULL;
	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char) word[i]) * 16777619U;
	for (slot = hash & (lexicon->size - 1);
		 lexicon->entries[slot].word != NULL;
		 slot = (slot + 1) & (lexicon->size - 1))
	{
		const char *found = lexicon->entries[slot].word;

		if (strncmp(found, word, len) == 0 && found[len] == '\0')
			return lexicon->entries[slot].value;
	}
	return NULL;
}

const char *
dc_lexicon_find(const DcLexicon *lexicon, const char *word)
{
	return dc_lexicon_find_n(lexicon, word, strlen(word));
}
