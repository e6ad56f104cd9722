/*-------------------------------------------------------------------------
 *
 * fold_table.c
 *	  Writes the folding table (base/fold.h) as C to standard output.
 *
 * A code point enters the table when dc_fold_icu gives the same up to four ASCII
 * characters for it alone and between all of the neighbours tried here. Scripts with other
 * rules have tables of their own (fold_scripts.c).
 *
 *-------------------------------------------------------------------------
 */
#include "fold_scripts.h"

#include "base/fold.h"
#include "base/text.h"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>

#define LONGEST 4

static uint32 entry[DC_FOLD_LIMIT];

/* Blocks of scripts with letters that depend on their neighbours: Armenian, Hebrew, Arabic, Georgian. */
static const uint32 bound_scripts[][2] = {
	{0x531, 0x587}, {0x5D0, 0x5F4}, {0x600, 0x6FF}, {0x10A0, 0x10FF}
};
#define SCRIPT_LIMIT 256			/* code points of one of them */

/* Whether the texts before, c, behind fold as before, folded, behind do. */
static bool
folds_to(const char *before, uint32 c, const char *behind, const char *expected)
{
	char		text[32];
	char	   *o = text + sprintf(text, "%s", before);
	char	   *folded;
	bool		equal;

	if (c != 0)
		o += dc_utf8_put(o, c);
	strcpy(o, behind);
	folded = dc_fold_icu(text, strlen(text));
	equal = strcmp(folded, expected) == 0;
	pfree(folded);
	return equal;
}

/*
 * What c writes between two letters, blanks included, or NULL when that is not a
 * few ASCII characters or depends on the neighbours.
 */
static const char *
folded_alone(uint32 c)
{
	static const char *const neighbours[][4] = {
		/* before and behind, as text and folded */
		{"a", "b", "a", "b"}, {"H", "U", "h", "u"}, {"7", "7", "7", "7"},
		{"\303\251", "\303\237", "e", "ss"},	/* é, ß */
		{"\320\226", "\320\260", "z", "a"}, /* Ж, а */
	};
	static char found[LONGEST + 1];
	char		text[16] = "a";
	char	   *folded;
	size_t		len;

	len = 1 + dc_utf8_put(text + 1, c);
	text[len++] = 'b';
	folded = dc_fold_icu(text, len);
	len = strlen(folded);
	if (len < 2 || len - 2 > LONGEST || folded[0] != 'a' || folded[len - 1] != 'b')
		return NULL;
	snprintf(found, sizeof(found), "%.*s", (int) len - 2, folded + 1);
	for (const char *p = found; *p; p++)
		if ((uint8) *p >= 0x80)
			return NULL;
	for (int i = 0; i < lengthof(neighbours); i++)
	{
		const char *const *n = neighbours[i];
		char		expected[32];

		sprintf(expected, "%s%s%s", n[2], found, n[3]);
		if (!folds_to(n[0], c, n[1], expected))
			return NULL;
	}
	return found;
}

/* Letters and signs of scripts that fold one by one. */
static bool
is_candidate_part(UChar32 c)
{
	UErrorCode	status = U_ZERO_ERROR;
	UScriptCode script = uscript_getScript(c, &status);

	return script == USCRIPT_COMMON || script == USCRIPT_LATIN || script == USCRIPT_CYRILLIC ||
		script == USCRIPT_ARMENIAN || script == USCRIPT_GEORGIAN || script == USCRIPT_ARABIC || script == USCRIPT_HEBREW;
}

/* Above an alef, a waw or a yeh. */
static bool
is_hamza(UChar32 c)
{
	return c >= 0x653 && c <= 0x655;
}

/* c, and first all that it is composed of: U+33F0 is a number and a Han character. */
static bool
is_candidate(UChar32 c)
{
	UErrorCode	status = U_ZERO_ERROR;
	const UNormalizer2 *nfkc = unorm2_getNFKCInstance(&status);
	UChar		parts[64];
	int32_t		len;
	int32_t		i = 0;

	if (c == 0 || !u_isdefined(c) || U_IS_SURROGATE(c) || u_charType(c) == U_NON_SPACING_MARK || !is_candidate_part(c))
		return false;
	len = unorm2_getDecomposition(nfkc, c, parts, lengthof(parts), &status);
	while (i < len)
	{
		UChar32		part;
		bool		accent;

		U16_NEXT(parts, i, len, part);
		accent = u_charType(part) == U_NON_SPACING_MARK;
		if (accent ? i == 1 || (part >= 0x370 && !is_hamza(part)) : !is_candidate_part(part))
			return false;
	}
	return true;
}

/* What is in the table for a character, as text. */
static const char *
entry_text(uint32 c, char text[LONGEST + 1])
{
	int			n = 0;

	while (n < LONGEST && (entry[c] >> (8 * n) & 0x7F) != 0)
	{
		text[n] = (char) (entry[c] >> (8 * n) & 0x7F);
		n++;
	}
	text[n] = '\0';
	return text;
}

static bool
is_tabled_letter(uint32 c)
{
	return entry[c] != DC_FOLD_ICU && u_isalpha((UChar32) c);
}

/* Does each of two letters beside each other fold as it does alone? */
static bool
is_pair(uint32 c, uint32 d)
{
	char		text[8];
	char		first[LONGEST + 1];
	char		second[LONGEST + 1];
	char		expected[2 * LONGEST + 1];

	text[dc_utf8_put(text, d)] = '\0';
	sprintf(expected, "%s%s", entry_text(c, first), entry_text(d, second));
	return folds_to("", c, text, expected);
}

/*
 * In some scripts a letter folds to another one beside certain letters: those with the most such neighbours
 * leave the table, until none has any.  A text with one of them is ICU's.
 */
static void
drop_bound(uint32 first, uint32 last)
{
	static bool bound[SCRIPT_LIMIT][SCRIPT_LIMIT];
	uint32		n = last - first + 1;

	for (uint32 i = 0; i < n; i++)
		for (uint32 j = 0; j < n; j++)
			bound[i][j] = is_tabled_letter(first + i) && is_tabled_letter(first + j) && !is_pair(first + i, first + j);
	for (;;)
	{
		uint32		worst = 0;
		int			most = 0;

		for (uint32 i = 0; i < n; i++)
		{
			int			count = 0;

			for (uint32 j = 0; j < n && entry[first + i] != DC_FOLD_ICU; j++)
				count += entry[first + j] != DC_FOLD_ICU ? bound[i][j] + bound[j][i] : 0;
			if (count > most)
			{
				most = count;
				worst = i;
			}
		}
		if (most == 0)
			return;
		entry[first + worst] = DC_FOLD_ICU;
	}
}

/* Entries of single characters. */
static void
find_characters(void)
{
	for (uint32 c = 0; c < DC_FOLD_LIMIT; c++)
	{
		const char *folded = is_candidate((UChar32) c) ? folded_alone(c) : NULL;

		entry[c] = folded == NULL ? DC_FOLD_ICU : 0;
		for (int i = 0; folded != NULL && folded[i]; i++)
			entry[c] |= (uint32) (uint8) folded[i] << (8 * i);
	}
	for (int i = 0; i < lengthof(bound_scripts); i++)
		drop_bound(bound_scripts[i][0], bound_scripts[i][1]);
}

/* Whether a mark behind c leaves what c alone folds to. */
static bool
loses_mark(uint32 c, uint32 mark)
{
	char		behind[8] = "";
	char		alone[LONGEST + 1];

	behind[dc_utf8_put(behind, mark)] = '\0';
	return folds_to("", c, behind, entry_text(c, alone));
}

/* Accents, and the Latin letters that lose all of them. */
static void
find_marks(void)
{
	for (uint32 mark = 0x300; mark < 0x370; mark++)
		if (loses_mark('a', mark) && loses_mark('Z', mark) && loses_mark('7', mark))
			entry[mark] = DC_FOLD_MARK;
	for (uint32 c = 0; c < DC_FOLD_LIMIT; c++)
	{
		UErrorCode	status = U_ZERO_ERROR;
		bool		base = entry[c] < DC_FOLD_MARK && u_isalpha((UChar32) c) &&
			uscript_getScript((UChar32) c, &status) == USCRIPT_LATIN;

		for (uint32 mark = 0x300; base && mark < 0x370; mark++)
			base = entry[mark] != DC_FOLD_MARK || loses_mark(c, mark);
		if (base)
			entry[c] |= DC_FOLD_BASE;
	}
}

/* The pages that differ, numbered in order of appearance; O(pages²), once. */
static int
number_pages(uint32 first[], uint16 number[])
{
	int			n = 0;

	for (uint32 page = 0; page < DC_FOLD_LIMIT / DC_FOLD_PAGE; page++)
	{
		int			i = 0;

		while (i < n && memcmp(&entry[first[i]], &entry[page * DC_FOLD_PAGE], sizeof(uint32) * DC_FOLD_PAGE) != 0)
			i++;
		if (i == n)
			first[n++] = page * DC_FOLD_PAGE;
		number[page] = (uint16) i;
	}
	return n;
}

int
main(void)
{
	static uint32 first[DC_FOLD_LIMIT / DC_FOLD_PAGE];
	static uint16 number[DC_FOLD_LIMIT / DC_FOLD_PAGE];
	int			pages;

	find_characters();
	find_marks();
	pages = number_pages(first, number);
	printf("/* Made by src/base/generate/fold_table.c with ICU " U_ICU_VERSION ". */\n#include \"base/fold.h\"\n\n");
	printf("const uint16 dc_fold_page[DC_FOLD_LIMIT >> DC_FOLD_PAGE_BITS] = {");
	for (int i = 0; i < lengthof(number); i++)
		printf("%s%u,", i % 16 ? " " : "\n\t", number[i]);
	printf("\n};\n\nconst uint32 dc_fold_entry[][DC_FOLD_PAGE] = {\n");
	for (int i = 0; i < pages; i++)
	{
		printf("\t{");
		for (int j = 0; j < DC_FOLD_PAGE; j++)
			printf("%s0x%X,", j % 8 ? " " : "\n\t\t", entry[first[i] + j]);
		printf("\n\t},\n");
	}
	printf("};\n\n");
	dc_write_han();
	dc_write_hangul();
	dc_write_greek();
	return 0;
}
