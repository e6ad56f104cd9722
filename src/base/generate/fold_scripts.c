/*-------------------------------------------------------------------------
 *
 * fold_scripts.c
 *	  The parts of the folding table whose letters depend on their neighbours.
 *
 * A Han character enters when it gives a syllable, with a blank behind letters. Of Hangul all
 * is tried, of Greek all rows of three small letters.
 *
 *-------------------------------------------------------------------------
 */
#include "fold_scripts.h"

#include "base/fold.h"
#include "base/text.h"

#include <ctype.h>
#include <unicode/uchar.h>

/* What up to three code points (0: none) fold to. */
static char *
folded(uint32 a, uint32 b, uint32 c)
{
	uint32		points[] = {a, b, c};
	char		text[16];
	size_t		len = 0;

	for (int i = 0; i < lengthof(points); i++)
		if (points[i] != 0)
			len += dc_utf8_put(text + len, points[i]);
	return dc_fold_icu(text, len);
}

static bool
is_folded(uint32 a, uint32 b, uint32 c, const char *expected)
{
	char	   *result = folded(a, b, c);
	bool		equal = strcmp(result, expected) == 0;

	pfree(result);
	return equal;
}

/* The Han characters by the number of their syllable, in order of appearance. */
void
dc_write_han(void)
{
	static char syllables[2000][8];
	int			n = 1;

	printf("const uint16 dc_fold_han[] = {");
	for (uint32 c = DC_FOLD_HAN_FIRST; c <= DC_FOLD_HAN_LAST; c++)
	{
		char	   *alone = folded(c, 0, 0);
		size_t		len = strlen(alone);
		int			i = 0;

		if (len > 0 && len < 8 && strspn(alone, "abcdefghijklmnopqrstuvwxyz") == len &&
			is_folded('a', c, 'b', psprintf("a %sb", alone)) && is_folded(c, c, 0, psprintf("%s %s", alone, alone)) &&
			is_folded('7', c, '7', psprintf("7%s7", alone)))
		{
			for (i = 1; i < n && strcmp(syllables[i], alone) != 0;)
				i++;
			if (i == n && n < lengthof(syllables))
				strcpy(syllables[n++], alone);
			if (i == lengthof(syllables))
				i = 0;
		}
		printf("%s%d,", c % 16 ? " " : "\n\t", i);
		pfree(alone);
	}
	printf("\n};\n\nconst char dc_fold_syllable[][8] = {");
	for (int i = 0; i < n; i++)
		printf("%s\"%s\",", i % 8 ? " " : "\n\t", syllables[i]);
	printf("\n};\n\n");
}

static uint32
hangul(int initial, int vowel, int final)
{
	return DC_FOLD_HANGUL_FIRST + (initial * DC_FOLD_VOWELS + vowel) * DC_FOLD_FINALS + final;
}

static void
write_strings(const char *name, const char *size, char (*strings)[4], int n)
{
	printf("const char %s[%s][4] = {", name, size);
	for (int i = 0; i < n; i++)
		printf("\"%s\", ", strings[i]);
	printf("};\n");
}

/* Whether a blank stands between two Hangul characters; clears "regular" when it is neither with nor without one. */
static bool
is_parted(uint32 a, uint32 b, bool *regular)
{
	char	   *first = folded(a, 0, 0);
	char	   *second = folded(b, 0, 0);
	bool		parted = is_folded(a, b, 0, psprintf("%s %s", first, second));

	if (!parted && !is_folded(a, b, 0, psprintf("%s%s", first, second)))
		*regular = false;
	return parted;
}

/* The parts of Hangul characters, and that all are made of them. */
void
dc_write_hangul(void)
{
	static char initials[DC_FOLD_INITIALS][4];
	static char vowels[DC_FOLD_VOWELS][4];
	static char finals[DC_FOLD_FINALS][4];
	bool		regular = true;
	size_t		a;

	for (int i = 0; i < DC_FOLD_VOWELS; i++)
		strlcpy(vowels[i], folded(hangul(DC_FOLD_NO_INITIAL, i, 0), 0, 0), sizeof(vowels[i]));
	a = strlen(vowels[0]);
	for (int i = 0; i < DC_FOLD_INITIALS; i++)
	{
		char	   *whole = folded(hangul(i, 0, 0), 0, 0);

		snprintf(initials[i], sizeof(initials[i]), "%.*s", (int) (strlen(whole) - a), whole);
	}
	for (int i = 0; i < DC_FOLD_FINALS; i++)
		strlcpy(finals[i], folded(hangul(DC_FOLD_NO_INITIAL, 0, i), 0, 0) + a, sizeof(finals[i]));
	for (int i = 0; i < DC_FOLD_INITIALS; i++)
		for (int v = 0; v < DC_FOLD_VOWELS; v++)
			for (int f = 0; f < DC_FOLD_FINALS; f++)
				regular = regular && is_folded(hangul(i, v, f), 0, 0, psprintf("%s%s%s", initials[i], vowels[v], finals[f]));
	write_strings("dc_fold_initial", "DC_FOLD_INITIALS", initials, DC_FOLD_INITIALS);
	write_strings("dc_fold_vowel", "DC_FOLD_VOWELS", vowels, DC_FOLD_VOWELS);
	write_strings("dc_fold_final", "DC_FOLD_FINALS", finals, DC_FOLD_FINALS);
	printf("const bool dc_fold_parted[DC_FOLD_FINALS][DC_FOLD_INITIALS] = {");
	for (int f = 0; f < DC_FOLD_FINALS; f++)
	{
		printf("\n\t{");
		for (int i = 0; i < DC_FOLD_INITIALS; i++)
			printf("%d, ", f > 0 || i != DC_FOLD_NO_INITIAL ? is_parted(hangul(0, 0, f), hangul(i, 0, 0), &regular) : 0);
		printf("},");
	}
	printf("\n};\nconst bool dc_fold_vowels_parted[DC_FOLD_VOWELS][DC_FOLD_VOWELS] = {");
	for (int v = 0; v < DC_FOLD_VOWELS; v++)
	{
		printf("\n\t{");
		for (int w = 0; w < DC_FOLD_VOWELS; w++)
			printf("%d, ", is_parted(hangul(0, v, 0), hangul(DC_FOLD_NO_INITIAL, w, 0), &regular));
		printf("},");
	}
	printf("\n};\nconst bool dc_fold_has_hangul = %d;\n", regular);
}

static bool
is_greek_letter(uint32 c)
{
	return u_isalpha((UChar32) c) && strlen(folded(c, 0, 0)) < 4 && isalpha((unsigned char) *folded(c, 0, 0));
}

/* What a row of letters folds to by the tables made below. */
static char *
greek_row(char (*letters)[4], const char *other, bool (*behind)[DC_FOLD_GREEK], bool (*before)[DC_FOLD_GREEK], const int row[3])
{
	static char text[16];
	char	   *o = text;

	for (int i = 0; i < 3; i++)
	{
		if ((i > 0 && behind[row[i - 1]][row[i]]) || (i < 2 && before[row[i]][row[i + 1]]))
			o += sprintf(o, "%c", other[row[i]]);
		else
			o += sprintf(o, "%s", letters[row[i]]);
	}
	return text;
}

static void
write_pairs(const char *name, bool (*pairs)[DC_FOLD_GREEK])
{
	printf("const bool %s[DC_FOLD_GREEK][DC_FOLD_GREEK] = {", name);
	for (int i = 0; i < DC_FOLD_GREEK; i++)
	{
		printf("\n\t{");
		for (int j = 0; j < DC_FOLD_GREEK; j++)
			printf("%d, ", pairs[i][j]);
		printf("},");
	}
	printf("\n};\n");
}

/* Notes that a letter is another one beside a certain neighbour; false when it cannot be noted. */
static bool
note_other(char *other, bool *pair, const char *letter, const char *now, size_t len)
{
	if (strncmp(letter, now, len) == 0)
		return true;
	*pair = true;
	if (len != 1 || (*other != '\0' && *other != *now))
		return false;
	*other = *now;
	return true;
}

/* The Greek letters; none where ICU has other rules than those that fold.h tells. */
void
dc_write_greek(void)
{
	static char letters[DC_FOLD_GREEK][4];
	static char other[DC_FOLD_GREEK];
	static bool behind[DC_FOLD_GREEK][DC_FOLD_GREEK];
	static bool before[DC_FOLD_GREEK][DC_FOLD_GREEK];
	bool		regular = true;
	int			row[3];

	for (int i = 0; i < DC_FOLD_GREEK; i++)
		if (is_greek_letter(DC_FOLD_GREEK_FIRST + i))
			strlcpy(letters[i], folded(DC_FOLD_GREEK_FIRST + i, 0, 0), sizeof(letters[i]));
	for (int i = 0; i < DC_FOLD_GREEK; i++)
		for (int j = 0; j < DC_FOLD_GREEK; j++)
		{
			char	   *pair = folded(DC_FOLD_GREEK_FIRST + i, DC_FOLD_GREEK_FIRST + j, 0);
			size_t		first = strlen(letters[i]);
			size_t		second = strlen(letters[j]);

			if (first > 0 && second > 0)
				regular = regular && strlen(pair) == first + second && note_other(&other[i], &before[i][j], letters[i], pair, first) &&
					note_other(&other[j], &behind[i][j], letters[j], pair + first, second);
			pfree(pair);
		}
	/* small letters, which the capitals become first */
	for (row[0] = 0x3AC - DC_FOLD_GREEK_FIRST; row[0] < DC_FOLD_GREEK; row[0]++)
		for (row[1] = 0x3AC - DC_FOLD_GREEK_FIRST; row[1] < DC_FOLD_GREEK; row[1]++)
			for (row[2] = 0x3AC - DC_FOLD_GREEK_FIRST; row[2] < DC_FOLD_GREEK && regular; row[2]++)
				regular = is_folded(DC_FOLD_GREEK_FIRST + row[0], DC_FOLD_GREEK_FIRST + row[1], DC_FOLD_GREEK_FIRST + row[2],
									greek_row(letters, other, behind, before, row));
	if (!regular)
		memset(letters, 0, sizeof(letters));
	write_strings("dc_fold_greek", "DC_FOLD_GREEK", letters, DC_FOLD_GREEK);
	printf("const char dc_fold_greek_other[DC_FOLD_GREEK] = {");
	for (int i = 0; i < DC_FOLD_GREEK; i++)
		printf("%d, ", other[i]);
	printf("};\n");
	write_pairs("dc_fold_greek_behind", behind);
	write_pairs("dc_fold_greek_before", before);
}
