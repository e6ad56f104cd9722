/*-------------------------------------------------------------------------
 *
 * lexicon.h
 *	  Look-up in the word lists of src/lexicon.
 *
 * Each list NAME.txt is compiled by src/lexicon/generate into a constant table
 * dc_lexicon_NAME (declared in the generated lexicon.h).  Words are in the form
 * that dc_fold() gives, unless the list says otherwise.
 *
 * Over the lists lies, while a contact of a controller is cleaned, the overlay of the
 * controller's own words.  The rest of the time there is none, so that functions called
 * from SQL know the lists only.
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

/* What a list says of itself in its line "#!", for who adds words to it. */
typedef struct DcLexiconList
{
	const char *name;			/* NULL ends the array */
	const DcLexicon *lexicon;
	const char *form;			/* fold or domain: what words are brought to */
	const char *pattern;		/* regular expression that a value matches */
	const char *meaning;		/* what it holds */
} DcLexiconList;

/* The lists that can be added to (generated). */
extern const DcLexiconList dc_lexicon_lists[];
extern const DcLexiconList *dc_lexicon_list(const char *name);

/* The words of a controller: added, with another value, or (value NULL) taken out. */
typedef struct DcOverlayEntry
{
	const DcLexicon *lexicon;
	const char *word;			/* NULL: empty slot */
	const char *value;
} DcOverlayEntry;

typedef struct DcOverlay
{
	DcOverlayEntry *entries;
	uint32		size;			/* slots, a power of two */
	uint32		longest;
	uint32		serial;			/* from 1; tells overlays apart that follow each other in one place */
} DcOverlay;

/* The overlay that look-ups consult first; NULL: none. */
extern const DcOverlay *dc_overlay;

/* For who keeps what look-ups gave: it holds as long as this number is the same. */
#define dc_overlay_serial() (dc_overlay == NULL ? 0 : dc_overlay->serial)

/* An overlay for at most this many words; a word that is put again gets the new value. */
extern DcOverlay *dc_overlay_create(uint32 words);
extern void dc_overlay_put(DcOverlay *overlay, const DcLexicon *lexicon, const char *word, const char *value);

#endif							/* DC_BASE_LEXICON_H */
