/*-------------------------------------------------------------------------
 *
 * lexicon.h
 *	  Look-up in the word lists of src/lexicon.
 *
 * Each list NAME.txt is compiled by src/lexicon/generate into a constant table
 * dc_lexicon_NAME (declared in the generated lexicon.h).  Words are in the form
 * that dc_fold() gives, unless the list says otherwise.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_BASE_LEXICON_H
#define DC_BASE_LEXICON_H

#include "base/port.h"

typedef struct DcLexiconEntry
{
	const char *word;			/* NULL: empty slot */
	const char *value;			/* "" where the list gives none */
} DcLexiconEntry;

typedef struct DcLexicon
{
	const DcLexiconEntry *entries;
	uint32		size;			/* slots, a power of two */
	uint32		words;
	uint32		longest;		/* bytes of the longest word */
} DcLexicon;

/* The value of a word, "" when it has none, NULL when it is not in the list. */
extern const char *dc_lexicon_find(const DcLexicon *lexicon, const char *word);
extern const char *dc_lexicon_find_n(const DcLexicon *lexicon, const char *word, size_t len);

#endif							/* DC_BASE_LEXICON_H */
