/*-------------------------------------------------------------------------
 *
 * text.c
 *	  Text folding and cleaning, shared by all rooms.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/utrans.h>
#include <unicode/utf8.h>

#include "base/text.h"

uint32
dc_utf8_next(const char **p, const char *end)
{
	const uint8_t *s = (const uint8_t *) *p;
	int32_t		i = 0;
	UChar32		c;

	U8_NEXT_OR_FFFD(s, i, (int32_t) Min(end - *p, 4), c);
	*p += i;
	return (uint32) c;
}

int
dc_utf8_put(char *dst, uint32 codepoint)
{
	uint8_t    *s = (uint8_t *) dst;
	int32_t		i = 0;

	U8_APPEND_UNSAFE(s, i, codepoint);
	return i;
}

static UChar *
to_utf16(const char *s, size_t len, int32_t *ulen, int32_t capacity_factor)
{
	UErrorCode	status = U_ZERO_ERROR;
	int32_t		capacity = (int32_t) len * capacity_factor + 64;
	UChar	   *u = palloc(sizeof(UChar) * capacity);

	u_strFromUTF8WithSub(u, capacity, ulen, s, (int32_t) len, 0xFFFD, NULL, &status);
	return u;
}

static char *
from_utf16(const UChar *u, int32_t ulen)
{
	UErrorCode	status = U_ZERO_ERROR;
	char	   *s = palloc(3 * (size_t) ulen + 1);
	int32_t		len;

	u_strToUTF8(s, 3 * ulen + 1, &len, u, ulen, &status);
	s[len] = '\0';
	return s;
}

char *
dc_lower(const char *s)
{
	UErrorCode	status = U_ZERO_ERROR;
	int32_t		ulen;
	int32_t		rlen;
	UChar	   *u = to_utf16(s, strlen(s), &ulen, 1);
	UChar	   *r = palloc(sizeof(UChar) * (3 * ulen + 1));

	rlen = u_strToLower(r, 3 * ulen + 1, u, ulen, "", &status);
	return from_utf16(r, rlen);
}

char *
dc_upper(const char *s)
{
	UErrorCode	status = U_ZERO_ERROR;
	int32_t		ulen;
	int32_t		rlen;
	UChar	   *u = to_utf16(s, strlen(s), &ulen, 1);
	UChar	   *r = palloc(sizeof(UChar) * (3 * ulen + 1));

	rlen = u_strToUpper(r, 3 * ulen + 1, u, ulen, "", &status);
	return from_utf16(r, rlen);
}

char *
dc_clean(const char *s)
{
	const char *p = s;
	const char *end = s + strlen(s);
	char	   *out = palloc(3 * (end - s) + 1);
	char	   *o = out;
	bool		blank = false;
	bool		ascii = true;

	while (p < end)
	{
		uint32		c = dc_utf8_next(&p, end);

		if (c >= 0xFF01 && c <= 0xFF5E)
			c -= 0xFEE0;
		if (u_isUWhiteSpace(c) || (c != 0xAD && u_charType(c) == U_CONTROL_CHAR))
		{
			blank = o > out;
			continue;
		}
		if (u_charType(c) == U_FORMAT_CHAR || c == 0xFEFF)
			continue;
		if (blank)
			*o++ = ' ';
		blank = false;
		ascii = ascii && c < 0x80;
		o += dc_utf8_put(o, c);
	}
	*o = '\0';
	if (!ascii)
	{
		UErrorCode	status = U_ZERO_ERROR;
		int32_t		ulen;
		int32_t		rlen;
		UChar	   *u = to_utf16(out, o - out, &ulen, 1);
		UChar	   *r = palloc(sizeof(UChar) * (3 * ulen + 1));

		rlen = unorm2_normalize(unorm2_getNFCInstance(&status), u, ulen, r, 3 * ulen + 1, &status);
		if (U_SUCCESS(status))
			return from_utf16(r, rlen);
	}
	return out;
}

char *
dc_fold_n(const char *s, size_t len)
{
	static UTransliterator *transliterator = NULL;
	UErrorCode	status = U_ZERO_ERROR;
	int32_t		ulen;
	int32_t		limit;
	int32_t		capacity;
	UChar	   *u = to_utf16(s, len, &ulen, 8);
	char	   *folded;
	char	   *o;

	capacity = (int32_t) len * 8 + 64;
	if (transliterator == NULL)
	{
		static const UChar id[] = u"NFKC; Any-Latin; Latin-ASCII; Lower; NFKC";

		transliterator = utrans_openU(id, -1, UTRANS_FORWARD, NULL, 0, NULL, &status);
	}
	status = U_ZERO_ERROR;
	limit = ulen;
	utrans_transUChars(transliterator, u, &ulen, capacity, 0, &limit, &status);
	folded = from_utf16(u, ulen);
	o = folded;
	for (const char *p = folded, *end = folded + strlen(folded); p < end;)
	{
		uint32		c = dc_utf8_next(&p, end);

		if (u_isalnum(c) || u_charType(c) == U_NON_SPACING_MARK)
			o += dc_utf8_put(o, c);
		else if (c == '\'' || u_charType(c) == U_FORMAT_CHAR)
			continue;
		else if (o > folded && o[-1] != ' ')
			*o++ = ' ';
	}
	if (o > folded && o[-1] == ' ')
		o--;
	*o = '\0';
	return folded;
}

char *
dc_fold(const char *s)
{
	return dc_fold_n(s, strlen(s));
}
