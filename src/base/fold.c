/*-------------------------------------------------------------------------
 *
 * fold.c
 *	  The form that comparison uses, by table where the letters allow it.
 *
 * Most names are written in letters that fold one by one: the table knows those
 * of the Latin and Cyrillic scripts and the common signs.  A text with any other
 * character is folded by ICU as a whole, so the result is always that of
 * dc_fold_icu; test/t/fold proves it for every code point and for random texts.
 *
 *-------------------------------------------------------------------------
 */
#include "base/fold.h"
#include "base/text.h"

/*
 * Writes what an entry stands for, one blank at most between words and none at
 * the start.
 */
static inline char *
put_entry(char *out, char *o, uint32 entry)
{
	entry &= ~DC_FOLD_BASE;
	if (entry < 0x80 && entry != ' ')
	{
		*o++ = (char) entry;
		return o;
	}
	do
	{
		char		c = (char) (entry & 0xFF);

		if (c != ' ')
			*o++ = c;
		else if (o > out && o[-1] != ' ')
			*o++ = ' ';
		entry >>= 8;
	} while (entry != 0);
	return o;
}

/* NULL when a character of the text needs ICU. */
static char *
fold_by_table(const char *s, size_t len)
{
	const char *p = s;
	const char *end = s + len;
	char	   *out = palloc(2 * len + 1);
	char	   *o = out;
	bool		after_base = false;

	while (p < end)
	{
		uint32		c = (uint8) *p;
		uint32		entry;

		if (c < 0x80)
			p++;
		else
			c = dc_utf8_next(&p, end);
		entry = DC_FOLD_ICU;
		if (c < DC_FOLD_LIMIT)
			entry = dc_fold_entry[dc_fold_page[c >> DC_FOLD_PAGE_BITS]][c & (DC_FOLD_PAGE - 1)];
		if (entry == DC_FOLD_MARK && after_base)
			continue;
		if (entry >= DC_FOLD_MARK)
		{
			pfree(out);
			return NULL;
		}
		after_base = (entry & DC_FOLD_BASE) != 0;
		if (entry != 0)
			o = put_entry(out, o, entry);
	}
	if (o > out && o[-1] == ' ')
		o--;
	*o = '\0';
	return out;
}

char *
dc_fold_n(const char *s, size_t len)
{
	char	   *folded = fold_by_table(s, len);

	return folded != NULL ? folded : dc_fold_icu(s, len);
}

char *
dc_fold(const char *s)
{
	return dc_fold_n(s, strlen(s));
}
