/*-------------------------------------------------------------------------
 *
 * edits.c
 *	  dc_damerau_levenshtein against its definition by Lowrance and Wagner, which keeps
 *	  the whole matrix, on random texts of few letters.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include "normalize/normalize.h"

#define TEXTS 300000
#define LONGEST 12

/* The last place before "before" where a character stands, 0 for none; places begin at 1. */
static int
last_place(const char *s, int before, char c)
{
	while (--before > 0 && s[before - 1] != c)
		;
	return Max(before, 0);
}

static int
defined_edits(const char *s, const char *t)
{
	int			n = strlen(s);
	int			m = strlen(t);
	int			d[LONGEST + 1][LONGEST + 1];

	for (int i = 0; i <= n; i++)
		for (int j = 0; j <= m; j++)
		{
			int			row = i > 0 && j > 0 ? last_place(s, i, t[j - 1]) : 0;
			int			column = i > 0 && j > 0 ? last_place(t, j, s[i - 1]) : 0;

			d[i][j] = i == 0 ? j : j == 0 ? i : Min(d[i - 1][j - 1] + (s[i - 1] != t[j - 1]), Min(d[i - 1][j], d[i][j - 1]) + 1);
			if (row > 0 && column > 0)
				d[i][j] = Min(d[i][j], d[row - 1][column - 1] + (i - row - 1) + 1 + (j - column - 1));
		}
	return d[n][m];
}

static uint32 state = 20261124;

static char *
random_text(char *text)
{
	int			n;

	state = state * 1664525 + 1013904223;
	n = (state >> 16) % (LONGEST + 1);
	for (int i = 0; i < n; i++)
	{
		state = state * 1664525 + 1013904223;
		text[i] = (char) ('a' + (state >> 16) % 4);
	}
	text[n] = '\0';
	return text;
}

int
main(void)
{
	char		s[LONGEST + 1];
	char		t[LONGEST + 1];
	int			differences = 0;

	for (int i = 0; i < TEXTS; i++)
	{
		int			edits = dc_damerau_levenshtein(random_text(s), random_text(t));

		if (edits != defined_edits(s, t) && differences++ < 20)
			fprintf(stderr, "\"%s\", \"%s\": %d, defined %d\n", s, t, edits, defined_edits(s, t));
	}
	printf("%d texts, %d differences\n", TEXTS, differences);
	return differences > 0;
}
