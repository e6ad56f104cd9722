/*-------------------------------------------------------------------------
 *
 * fold.c
 *	  The form that comparison uses, by table where the letters allow it.
 *
 * Most names are written in letters that fold one by one: the table knows those
 * of the Latin, Cyrillic, Georgian, Armenian, Hebrew and Arabic scripts and the common signs, Han,
 * Hangul and Greek.  A text with any other character is folded by ICU as a whole, so the result is always that of
 * dc_fold_icu; test/t/fold proves it for every code point and for random texts.
 *
 *-------------------------------------------------------------------------
 */
#include "base/fold.h"

#include <ctype.h>
#include <unicode/uchar.h>

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

static uint32
entry_of(uint32 c)
{
	return c < DC_FOLD_LIMIT ? dc_fold_entry[dc_fold_page[c >> DC_FOLD_PAGE_BITS]][c & (DC_FOLD_PAGE - 1)] : DC_FOLD_ICU;
}

static bool
is_han(uint32 c)
{
	return c >= DC_FOLD_HAN_FIRST && c <= DC_FOLD_HAN_LAST;
}

static bool
is_hangul(uint32 c)
{
	return c >= DC_FOLD_HANGUL_FIRST && c <= DC_FOLD_HANGUL_LAST;
}

/* The character that ends before a place in a text, 0 at its beginning. */
static uint32
character_before(const char *s, const char *at)
{
	const char *p = at;

	if (p == s)
		return 0;
	do
		p--;
	while (p > s && ((uint8) *p & 0xC0) == 0x80);
	return dc_utf8_next(&p, at);
}

static char *
put_blank(char *out, char *o)
{
	if (o > out && o[-1] != ' ')
		*o++ = ' ';
	return o;
}

static char *
put_string(char *o, const char *string)
{
	while (*string != '\0')
		*o++ = *string++;
	return o;
}

/* Writes a Han character behind "before"; NULL when that takes ICU. */
static char *
put_han(char *out, char *o, uint32 c, uint32 before)
{
	uint16		syllable = dc_fold_han[c - DC_FOLD_HAN_FIRST];

	if (syllable == 0)
		return NULL;
	if (is_han(before) || is_hangul(before))
		o = put_blank(out, o);
	else if (before != 0)
	{
		uint32		entry = entry_of(before);

		/* a sign that becomes letters, or an invisible one */
		if (entry >= DC_FOLD_MARK || (before >= 0x80 && !u_isalpha((UChar32) before) && (entry & ~DC_FOLD_BASE) != ' '))
			return NULL;
		if (u_isalpha((UChar32) before))
			o = put_blank(out, o);
	}
	return put_string(o, dc_fold_syllable[syllable]);
}

/* The same for a Hangul character; behind other letters their own decide whether it is parted from them. */
static char *
put_hangul(char *out, char *o, uint32 c, uint32 before)
{
	uint32		n = c - DC_FOLD_HANGUL_FIRST;
	uint32		initial = n / (DC_FOLD_VOWELS * DC_FOLD_FINALS);
	uint32		vowel = n / DC_FOLD_FINALS % DC_FOLD_VOWELS;

	if (is_hangul(before))
	{
		uint32		m = before - DC_FOLD_HANGUL_FIRST;
		uint32		final = m % DC_FOLD_FINALS;

		if (dc_fold_parted[final][initial] ||
			(final == 0 && initial == DC_FOLD_NO_INITIAL && dc_fold_vowels_parted[m / DC_FOLD_FINALS % DC_FOLD_VOWELS][vowel]))
			o = put_blank(out, o);
	}
	else if (before >= 0x80 || isalpha((int) before))
		return NULL;
	o = put_string(o, dc_fold_initial[initial]);
	o = put_string(o, dc_fold_vowel[vowel]);
	return put_string(o, dc_fold_final[n % DC_FOLD_FINALS]);
}

static bool
is_greek(uint32 c)
{
	return c >= DC_FOLD_GREEK_FIRST && c <= DC_FOLD_GREEK_LAST && dc_fold_greek[c - DC_FOLD_GREEK_FIRST][0] != '\0';
}

/* Writes a Greek letter; NULL when what stands beside it is a letter of another script, or may be one. */
static char *
put_greek(char *o, uint32 c, uint32 before, uint32 behind)
{
	uint32		i = c - DC_FOLD_GREEK_FIRST;
	bool		other = false;

	if (is_greek(before))
		other = dc_fold_greek_behind[before - DC_FOLD_GREEK_FIRST][i];
	else if (before >= 0x80 || isalpha((int) before))
		return NULL;
	if (is_greek(behind))
		other = other || dc_fold_greek_before[i][behind - DC_FOLD_GREEK_FIRST];
	else if (behind >= 0x80 || isalpha((int) behind))
		return NULL;
	if (!other)
		return put_string(o, dc_fold_greek[i]);
	*o++ = dc_fold_greek_other[i];
	return o;
}

/* The character that begins at a place in a text, 0 at its end. */
static uint32
character_at(const char *at, const char *end)
{
	return at < end ? dc_utf8_next(&at, end) : 0;
}

/* NULL when a character of the text needs ICU. */
static char *
fold_by_table(const char *s, size_t len)
{
	const char *p = s;
	const char *end = s + len;
	char	   *out = palloc(3 * len + 1);
	char	   *o = out;
	bool		after_base = false;
	bool		after_han = false;

	while (p < end)
	{
		const char *at = p;
		uint32		c = (uint8) *p;
		uint32		entry;

		if (c < 0x80)
			p++;
		else
			c = dc_utf8_next(&p, end);
		if (is_han(c) || (is_hangul(c) && dc_fold_has_hangul) || is_greek(c))
		{
			uint32		before = character_before(s, at);

			o = is_han(c) ? put_han(out, o, c, before) : is_hangul(c) ? put_hangul(out, o, c, before) :
				put_greek(o, c, before, character_at(p, end));
			if (o == NULL)
			{
				pfree(out);
				return NULL;
			}
			after_base = false;
			after_han = is_han(c);
			continue;
		}
		entry = entry_of(c);
		/* a modifier letter (and U+0149, which begins with one) parts a syllable from what follows */
		if (after_han && c >= 0x80 && (c == 0x149 || u_charType((UChar32) c) == U_MODIFIER_LETTER))
			entry = DC_FOLD_ICU;
		after_han = false;
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
