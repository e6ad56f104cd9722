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

/* The copy of a text in ASCII with its letters from first to first + 25 in the other case; NULL for any other text. */
static char *
ascii_case(const char *s, size_t len, char first)
{
	char	   *out = palloc(len + 1);

	for (size_t i = 0; i < len; i++)
	{
		uint8		c = (uint8) s[i];

		if (c >= 0x80)
		{
			pfree(out);
			return NULL;
		}
		out[i] = (char) ((uint8) (c - first) < 26 ? c ^ 0x20 : c);
	}
	out[len] = '\0';
	return out;
}

/* One case mapping of ICU, u_strToLower or u_strToUpper. */
static char *
map_case(const char *s, size_t len,
		 int32_t (*map) (UChar *, int32_t, const UChar *, int32_t, const char *, UErrorCode *))
{
	UErrorCode	status = U_ZERO_ERROR;
	int32_t		ulen;
	int32_t		rlen;
	UChar	   *u = to_utf16(s, len, &ulen, 1);
	UChar	   *r = palloc(sizeof(UChar) * (3 * (size_t) ulen + 1));
	char	   *mapped;

	rlen = map(r, 3 * ulen + 1, u, ulen, "", &status);
	mapped = from_utf16(r, rlen);
	pfree(u);
	pfree(r);
	return mapped;
}

char *
dc_lower(const char *s)
{
	size_t		len = strlen(s);
	char	   *lower = ascii_case(s, len, 'A');

	return lower != NULL ? lower : map_case(s, len, u_strToLower);
}

char *
dc_upper(const char *s)
{
	size_t		len = strlen(s);
	char	   *upper = ascii_case(s, len, 'a');

	return upper != NULL ? upper : map_case(s, len, u_strToUpper);
}

/* Code points below this are composed already and, in NFC, stay as they are. */
#define DC_FIRST_COMPOSING 0x300

char *
dc_compose(char *s, size_t len)
{
	UErrorCode	status = U_ZERO_ERROR;
	int32_t		ulen;
	int32_t		rlen;
	const UNormalizer2 *nfc = unorm2_getNFCInstance(&status);
	UChar	   *u = to_utf16(s, len, &ulen, 1);
	UChar	   *r;

	if (unorm2_quickCheck(nfc, u, ulen, &status) == UNORM_YES)
	{
		pfree(u);
		return s;
	}
	r = palloc(sizeof(UChar) * (3 * (size_t) ulen + 1));
	rlen = unorm2_normalize(nfc, u, ulen, r, 3 * ulen + 1, &status);
	if (U_SUCCESS(status))
		s = from_utf16(r, rlen);
	pfree(u);
	pfree(r);
	return s;
}

/* What a character is to dc_clean. */
typedef enum
{
	DC_KEPT,
	DC_BLANK,
	DC_INVISIBLE
} CharacterKind;

static CharacterKind
character_kind(uint32 c)
{
	if (c < 0x7F)
		return c > ' ' ? DC_KEPT : DC_BLANK;
	if (c < DC_FIRST_COMPOSING)
		return c <= 0xA0 ? DC_BLANK : c == 0xAD ? DC_INVISIBLE : DC_KEPT;
	if (u_isUWhiteSpace((UChar32) c))
		return DC_BLANK;
	return u_charType((UChar32) c) == U_FORMAT_CHAR ? DC_INVISIBLE : DC_KEPT;
}

/* Whether a character is written joined to its neighbours: Arabic, Indic and other scripts, all behind these. */
static bool
is_joining(uint32 c)
{
	return c >= 0x600 && (u_isalpha((UChar32) c) || u_charType((UChar32) c) == U_NON_SPACING_MARK);
}

/* A zero-width joiner or non-joiner that does its work, so belongs to the word. */
static bool
is_joiner(uint32 c, uint32 previous, const char *next, const char *end)
{
	return (c == 0x200C || c == 0x200D) && is_joining(previous) && next < end && is_joining(dc_utf8_next(&next, end));
}

/* The length of a text of printing ASCII with single blanks inside, which is clean already; else 0. */
static size_t
clean_length(const char *s)
{
	size_t		len = 0;

	if (s[0] == ' ')
		return 0;
	for (; s[len] != '\0'; len++)
		if (s[len] < ' ' || s[len] > '~' || (s[len] == ' ' && (s[len + 1] == ' ' || s[len + 1] == '\0')))
			return 0;
	return len;
}

char *
dc_clean(const char *s)
{
	const char *p = s;
	size_t		clean = clean_length(s);
	const char *end = s + (clean > 0 ? clean : strlen(s));
	char	   *out = palloc(clean > 0 ? clean + 1 : 3 * (end - s) + 1);
	char	   *o = out;
	bool		blank = false;
	bool		composing = false;
	uint32		previous = 0;

	if (clean > 0)
	{
		memcpy(out, s, clean + 1);
		return out;
	}
	while (p < end)
	{
		uint32		c = (uint8) *p;
		CharacterKind kind;

		if (c < 0x80)
			p++;
		else
			c = dc_utf8_next(&p, end);
		if (c >= 0xFF01 && c <= 0xFF5E)
			c -= 0xFEE0;
		kind = character_kind(c);
		if (kind == DC_INVISIBLE && !is_joiner(c, previous, p, end))
			continue;
		if (kind == DC_BLANK)
		{
			blank = o > out;
			continue;
		}
		if (blank)
			*o++ = ' ';
		blank = false;
		composing = composing || c >= DC_FIRST_COMPOSING;
		previous = c;
		o += dc_utf8_put(o, c);
	}
	*o = '\0';
	return composing ? dc_compose(out, o - out) : out;
}

bool
dc_is_one_of(const char *word, const char *const *list, int n)
{
	for (int i = 0; i < n; i++)
		if (strcmp(word, list[i]) == 0)
			return true;
	return false;
}

void
dc_join_umlauts(char *folded)
{
	char	   *to = folded;

	for (const char *p = folded; *p != '\0'; p++)
		if (*p != 'e' || to == folded || strchr("aou", to[-1]) == NULL)
			*to++ = *p;
	*to = '\0';
}
