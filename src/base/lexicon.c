/*-------------------------------------------------------------------------
 *
 * lexicon.c
 *	  Look-up in the word lists of src/lexicon.
 *
 * Open addressing with linear probing over FNV-1a, as src/lexicon/generate
 * lays the tables out.  A table of the words of a controller is laid out likewise
 * and asked first; one hash serves both.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include "base/lexicon.h"

const DcOverlay *dc_overlay = NULL;

static uint32
hash_word(const char *word, size_t len)
{
	uint32		hash = 2166136261U;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char) word[i]) * 16777619U;
	return hash;
}

static bool
same_word(const char *found, const char *word, size_t len)
{
	return strncmp(found, word, len) == 0 && found[len] == '\0';
}

/* The slot of a word in the overlay, empty when it is not there. */
static DcOverlayEntry *
overlay_slot(const DcOverlay *overlay, const DcLexicon *lexicon, const char *word, size_t len, uint32 hash)
{
	uint32		slot = hash & (overlay->size - 1);

	while (overlay->entries[slot].word != NULL &&
		   !(overlay->entries[slot].lexicon == lexicon && same_word(overlay->entries[slot].word, word, len)))
		slot = (slot + 1) & (overlay->size - 1);
	return &overlay->entries[slot];
}

const char *
dc_lexicon_find_n(const DcLexicon *lexicon, const char *word, size_t len)
{
	uint32		hash;
	uint32		slot;

	if (len > lexicon->longest && (dc_overlay == NULL || len > dc_overlay->longest))
		return NULL;
	hash = hash_word(word, len);
	if (dc_overlay != NULL)
	{
		const DcOverlayEntry *own = overlay_slot(dc_overlay, lexicon, word, len, hash);

		if (own->word != NULL)
			return own->value;
	}
	for (slot = hash & (lexicon->size - 1);
		 lexicon->entries[slot].word != NULL;
		 slot = (slot + 1) & (lexicon->size - 1))
		if (same_word(lexicon->entries[slot].word, word, len))
			return lexicon->entries[slot].value;
	return NULL;
}

const char *
dc_lexicon_find(const DcLexicon *lexicon, const char *word)
{
	return dc_lexicon_find_n(lexicon, word, strlen(word));
}

const DcLexiconList *
dc_lexicon_list(const char *name)
{
	for (const DcLexiconList *list = dc_lexicon_lists; list->name != NULL; list++)
		if (strcmp(list->name, name) == 0)
			return list;
	return NULL;
}

DcOverlay *
dc_overlay_create(uint32 words)
{
	static uint32 serial = 0;
	DcOverlay  *overlay = palloc0(sizeof(DcOverlay));

	overlay->serial = ++serial;
	overlay->size = 8;
	while (overlay->size < 2 * words)
		overlay->size *= 2;
	overlay->entries = palloc0(sizeof(DcOverlayEntry) * overlay->size);
	return overlay;
}

void
dc_overlay_put(DcOverlay *overlay, const DcLexicon *lexicon, const char *word, const char *value)
{
	size_t		len = strlen(word);
	DcOverlayEntry *entry = overlay_slot(overlay, lexicon, word, len, hash_word(word, len));

	entry->lexicon = lexicon;
	entry->word = word;
	entry->value = value;
	overlay->longest = Max(overlay->longest, (uint32) len);
}
