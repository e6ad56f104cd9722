/*-------------------------------------------------------------------------
 *
 * fold_icu.c
 *	  The definition of folding: ICU's transliterators, then our own filter.
 *
 * It takes microseconds a word, so fold.c answers from a table what it can.
 * This file says what the table must hold: generate/fold_table.c makes the table
 * from it, and fold.c comes here for scripts whose letters depend on their
 * neighbours (Thai, Devanagari, kana, Greek with breathings, ...).
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include <unicode/uchar.h>
#include <unicode/ustring.h>
#include <unicode/utrans.h>

#include "base/text.h"

/* No byte of UTF-8 becomes more UTF-16 units than these (U+FDFA: 3 bytes, 18 units). */
#define DC_FOLD_EXPANSION 8

/* Letters that only their lower case has a rule for, and accents behind what a sign became, take their second step. */
static UTransliterator *
transliterator(void)
{
	static const UChar id[] = u"NFKC; Lower; Any-Latin; Latin-ASCII; Latin-ASCII; Lower; NFKC";
	static UTransliterator *opened = NULL;
	UErrorCode	status = U_ZERO_ERROR;

	if (opened == NULL)
		opened = utrans_openU(id, -1, UTRANS_FORWARD, NULL, 0, NULL, &status);
	return opened;
}

/* ʿayn, alone or in a form of Arabic typography: no ASCII letter is its own, but names in Latin letters have a vowel there. */
static bool
is_ayn(UChar c)
{
	return c == 0x639 || (c >= 0xFEC9 && c <= 0xFECC);
}

/*
 * Grave and acute accents that stand alone are typed for apostrophes (D´Angelo, O`Neil);
 * a soft hyphen is no hyphen.  In place; answers the length.
 */
static int32_t
correct_typing(UChar *u, int32_t ulen)
{
	int32_t		n = 0;

	for (int32_t i = 0; i < ulen; i++)
		if (u[i] != 0xAD)
			u[n++] = u[i] == 0x60 || u[i] == 0xB4 ? '\'' : is_ayn(u[i]) ? 'a' : u[i];
	return n;
}

/* What hamza and ayin become: half rings, which hardly anybody writes. */
static bool
is_half_ring(uint32 c)
{
	return c == 0x2BE || c == 0x2BF;
}

/*
 * Letters and digits stay, each run of other characters becomes one blank,
 * apostrophes, half rings, invisible characters and marks of no foreign letter go.  In place.
 */
static void
keep_words(char *folded)
{
	char	   *o = folded;

	for (const char *p = folded, *end = folded + strlen(folded); p < end;)
	{
		uint32		c = dc_utf8_next(&p, end);

		bool		mark = u_charType(c) == U_NON_SPACING_MARK;

		if (mark ? o > folded && (o[-1] & 0x80) != 0 : u_isalnum(c) && !is_half_ring(c))
			o += dc_utf8_put(o, c);
		else if (mark || c == '\'' || is_half_ring(c) || u_charType(c) == U_FORMAT_CHAR)
			continue;
		else if (o > folded && o[-1] != ' ')
			*o++ = ' ';
	}
	if (o > folded && o[-1] == ' ')
		o--;
	*o = '\0';
}

/*
 * The longest piece that is transliterated at once: ICU moves the rest of a text at
 * each replacement, so its time would be quadratic.
 */
#define DC_FOLD_PIECE 600

/* Where the first piece of a text ends: behind a blank where there is one, else between two characters. */
static size_t
piece_length(const char *s, size_t len)
{
	size_t		n = DC_FOLD_PIECE;

	if (len <= DC_FOLD_PIECE)
		return len;
	while (n > DC_FOLD_PIECE / 2 && s[n - 1] != ' ')
		n--;
	if (s[n - 1] != ' ')
		for (n = DC_FOLD_PIECE; ((uint8) s[n] & 0xC0) == 0x80 && n > DC_FOLD_PIECE - 4;)
			n--;
	return n;
}

/* Transliterates a piece and appends it. */
static void
append_piece(StringInfo out, const char *s, size_t len, UChar *u, int32_t capacity)
{
	UErrorCode	status = U_ZERO_ERROR;
	int32_t		ulen = 0;
	int32_t		limit;
	int32_t		size = 0;

	u_strFromUTF8WithSub(u, capacity, &ulen, s, (int32_t) len, 0xFFFD, NULL, &status);
	ulen = correct_typing(u, ulen);
	limit = ulen;
	if (transliterator() != NULL)
		utrans_transUChars(transliterator(), u, &ulen, capacity, 0, &limit, &status);
	enlargeStringInfo(out, 3 * ulen + 1);
	status = U_ZERO_ERROR;
	u_strToUTF8(out->data + out->len, 3 * ulen + 1, &size, u, ulen, &status);
	out->len += size;
	out->data[out->len] = '\0';
}

char *
dc_fold_icu(const char *s, size_t len)
{
	int32_t		capacity = (int32_t) Min(len, DC_FOLD_PIECE) * DC_FOLD_EXPANSION + 64;
	UChar	   *u = palloc(sizeof(UChar) * capacity);
	StringInfoData out;

	initStringInfo(&out);
	while (len > 0)
	{
		size_t		piece = piece_length(s, len);

		CHECK_FOR_INTERRUPTS();
		append_piece(&out, s, piece, u, capacity);
		s += piece;
		len -= piece;
	}
	pfree(u);
	keep_words(out.data);
	return out.data;
}
