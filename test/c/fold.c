/*-------------------------------------------------------------------------
 *
 * fold.c
 *	  dc_fold (the table) against dc_fold_icu (its definition): every assigned code
 *	  point alone and between letters, and random texts; and what is folded stays as it is.
 *
 *-------------------------------------------------------------------------
 */
#include "base/fold.h"
#include "base/text.h"

#include <unicode/uchar.h>

#define RANDOM_TEXTS 200000
#define LONGEST_TEXT 12

static int	differences = 0;

static void
compare(const char *text, size_t len)
{
	char	   *table = dc_fold_n(text, len);
	char	   *icu = dc_fold_icu(text, len);
	char	   *again = dc_fold(table);

	if (strcmp(table, again) != 0 && differences++ < 20)
		fprintf(stderr, "\"%.*s\": \"%s\", folded again \"%s\"\n", (int) len, text, table, again);
	pfree(again);

	if (strcmp(table, icu) != 0 && differences++ < 20)
		fprintf(stderr, "\"%.*s\": \"%s\", ICU \"%s\"\n", (int) len, text, table, icu);
	pfree(table);
	pfree(icu);
}

/* before, the code point, behind */
static void
compare_between(const char *before, uint32 c, const char *behind)
{
	char		text[32];
	size_t		len = strlen(before);

	memcpy(text, before, len);
	len += dc_utf8_put(text + len, c);
	memcpy(text + len, behind, strlen(behind));
	compare(text, len + strlen(behind));
}

/* All pairs of Greek letters behind, around and before each sign of ASCII; random words. */
static void
compare_greek(void)
{
	uint32		random = 20261124;
	char		text[64];
	size_t		len;

	for (uint32 a = DC_FOLD_GREEK_FIRST; a <= DC_FOLD_GREEK_LAST; a++)
		for (uint32 b = DC_FOLD_GREEK_FIRST; b <= DC_FOLD_GREEK_LAST; b++)
		{
			char		sign = (char) (1 + (a * DC_FOLD_GREEK + b) % 126);

			len = dc_utf8_put(text, a);
			len += dc_utf8_put(text + len, b);
			compare(text, len);
			text[len++] = sign;
			len += dc_utf8_put(text + len, a);
			text[len++] = ' ';
			len += dc_utf8_put(text + len, b);
			text[len++] = sign;
			compare(text, len);
		}
	for (int i = 0; i < RANDOM_TEXTS / 4; i++)
	{
		len = 0;
		for (int j = 0; j < 9; j++)
		{
			random = random * 1664525 + 1013904223;
			len += dc_utf8_put(text + len, (random >> 8) % 11 == 0 ? 1 + (random >> 16) % 126 : DC_FOLD_GREEK_FIRST + (random >> 12) % (DC_FOLD_GREEK + 1));
		}
		compare(text, len);
	}
}

int
main(void)
{
	static uint32 tabled[DC_FOLD_LIMIT];
	uint32		eastern = 0;
	uint32		n = 0;
	uint32		random = 20261123;

	for (uint32 c = 1; c <= 0x10FFFF; c++)
	{
		uint32		entry = DC_FOLD_ICU;

		if (!u_isdefined((UChar32) c) || U_IS_SURROGATE(c))
			continue;
		compare_between("", c, "");
		if (c < DC_FOLD_LIMIT)
			entry = dc_fold_entry[dc_fold_page[c >> DC_FOLD_PAGE_BITS]][c & (DC_FOLD_PAGE - 1)];
		if (entry == DC_FOLD_ICU && !(c >= DC_FOLD_GREEK_FIRST && c <= DC_FOLD_GREEK_LAST) && !(c >= DC_FOLD_HAN_FIRST && c <= DC_FOLD_HAN_LAST && dc_fold_han[c - DC_FOLD_HAN_FIRST] != 0) &&
			!(c >= DC_FOLD_HANGUL_FIRST && c <= DC_FOLD_HANGUL_LAST))
			continue;
		if (c >= DC_FOLD_HAN_FIRST && eastern == 0)
			eastern = n;
		tabled[n++] = c;
		/* a part of the characters of the east is enough between letters */
		if (eastern > 0 && n % 8 != 0)
			continue;
		compare_between("e", c, "");
		compare_between("", c, "N");
		compare_between("\303\206 ", c, "\320\251");	/* Æ, Щ */
	}
	compare_greek();
	for (int i = 0; i < RANDOM_TEXTS; i++)
	{
		char		text[8 * LONGEST_TEXT];
		size_t		len = 0;

		for (int j = i % LONGEST_TEXT; j >= 0; j--)
		{
			random = random * 1664525 + 1013904223;
			/* half of them of the first thousand: accented letters and marks */
			len += dc_utf8_put(text + len, tabled[(random >> 8) % (j % 2 ? n : 1000)]);
			/* and in one text of twelve Han and Hangul, beside each other and beside the rest */
			if (i % 12 == 5)
				len += dc_utf8_put(text + len, tabled[eastern + (random >> 4) % (n - eastern)]);
		}
		compare(text, len);
	}
	printf("%u code points in the table, %d differences\n", n, differences);
	return differences > 0 || n < 3000;
}
