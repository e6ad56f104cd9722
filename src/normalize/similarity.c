/*-------------------------------------------------------------------------
 *
 * similarity.c
 *	  How alike two texts, two companies are; name_similarity.c compares names of persons.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include "port/pg_bitutils.h"

#include "base/text.h"
#include "normalize/normalize.h"

/* Longer texts are compared by their beginnings: the measures are quadratic.  Few points need no memory. */
#define MAX_POINTS 16384
#define FEW_POINTS 256

/* The code points of a text, in the array given where there are few. */
static uint32 *
code_points(const char *s, uint32 *few, int *n)
{
	size_t		len = strlen(s);
	const char *end = s + len;
	uint32	   *points = len <= FEW_POINTS ? few : palloc(sizeof(uint32) * Min(len, MAX_POINTS));

	*n = 0;
	while (s < end && *n < MAX_POINTS)
		points[(*n)++] = dc_utf8_next(&s, end);
	return points;
}

/*
 * Jaro-Winkler of two ASCII texts of 1 to 64 bytes: the places of each character are a
 * bit mask, so that the partner of a character is found in one step.
 */
static double
ascii_jaro_winkler(const unsigned char *s, int n, const unsigned char *t, int m)
{
	static uint64 places[128];	/* all zero between calls */
	int			window = Max(Max(n, m) / 2 - 1, 0);
	uint64		s_used = 0;
	uint64		t_used = 0;
	int			matches = 0;
	int			transpositions = 0;
	int			prefix = 0;
	double		jaro;

	for (int i = 0; i < n; i++)
		places[s[i]] |= UINT64CONST(1) << i;
	for (int j = 0; j < m; j++)
	{
		int			low = Max(0, j - window);
		int			high = Min(n - 1, j + window);
		uint64		free_places;

		if (low >= n)
			break;
		free_places = places[t[j]] & ~s_used & (~UINT64CONST(0) << low) & (~UINT64CONST(0) >> (63 - high));
		if (free_places == 0)
			continue;
		s_used |= free_places & -free_places;
		t_used |= UINT64CONST(1) << j;
		matches++;
	}
	for (int i = 0; i < n; i++)
		places[s[i]] = 0;
	if (matches == 0)
		return 0.0;
	for (uint64 x = s_used, y = t_used; x != 0; x &= x - 1, y &= y - 1)
		transpositions += s[pg_rightmost_one_pos64(x)] != t[pg_rightmost_one_pos64(y)];
	jaro = ((double) matches / n + (double) matches / m + (matches - transpositions / 2.0) / matches) / 3.0;
	while (prefix < 4 && prefix < n && prefix < m && s[prefix] == t[prefix])
		prefix++;
	return jaro + prefix * 0.1 * (1.0 - jaro);
}

/* The length of a text that is ASCII and not longer than 64 bytes; 0 for others. */
static int
short_ascii(const char *s)
{
	int			n = 0;

	for (; s[n] != '\0'; n++)
		if (n == 64 || (unsigned char) s[n] >= 128)
			return 0;
	return n;
}

double
dc_jaro_winkler(const char *a, const char *b)
{
	uint32		few[2][FEW_POINTS];
	uint32	   *s;
	uint32	   *t;
	bool	   *s_used;
	bool	   *t_used;
	int			n = short_ascii(a);
	int			m = n == 0 ? 0 : short_ascii(b);
	int			window;
	int			matches = 0;
	int			transpositions = 0;
	int			prefix = 0;
	double		jaro;

	if (m != 0)
		return ascii_jaro_winkler((const unsigned char *) a, n, (const unsigned char *) b, m);
	s = code_points(a, few[0], &n);
	t = code_points(b, few[1], &m);
	if (n == 0 || m == 0)
		return n == m ? 1.0 : 0.0;
	window = Max(Max(n, m) / 2 - 1, 0);
	s_used = palloc0(n);
	t_used = palloc0(m);
	for (int i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		for (int j = Max(0, i - window); j < Min(m, i + window + 1); j++)
			if (!t_used[j] && s[i] == t[j])
			{
				s_used[i] = t_used[j] = true;
				matches++;
				break;
			}
	}
	if (matches == 0)
		return 0.0;
	for (int i = 0, j = 0; i < n; i++)
		if (s_used[i])
		{
			while (!t_used[j])
				j++;
			transpositions += s[i] != t[j++];
		}
	jaro = ((double) matches / n + (double) matches / m + (matches - transpositions / 2.0) / matches) / 3.0;
	while (prefix < 4 && prefix < n && prefix < m && s[prefix] == t[prefix])
		prefix++;
	return jaro + prefix * 0.1 * (1.0 - jaro);
}

/*
 * Unrestricted, by Zhao and Sahni, in linear memory: of the rows before the last, only what a transposition can
 * begin at is kept.  Of texts longer than MAX_POINTS code points the rest is not looked at.
 */
int
dc_damerau_levenshtein(const char *a, const char *b)
{
	uint32		few[2][FEW_POINTS];
	int			n;
	int			m;
	uint32	   *s = code_points(a, few[0], &n);
	uint32	   *t = code_points(b, few[1], &m);
	int			infinite = Max(n, m) + 1;

	/* place -1 is the first of each */
	int		   *row = (int *) palloc(sizeof(int) * (m + 2)) + 1;
	int		   *before = (int *) palloc(sizeof(int) * (m + 2)) + 1;
	int		   *start = (int *) palloc(sizeof(int) * (m + 2)) + 1;	/* where a transposition that ends in this column begins */
	int		   *seen = palloc(sizeof(int) * (m + 1));	/* the last row of this column's character */
	int			result;

	for (int j = -1; j <= m; j++)
	{
		before[j] = start[j] = infinite;
		row[j] = j < 0 ? infinite : j;
	}
	for (int j = 0; j <= m; j++)
		seen[j] = -1;
	for (int i = 1; i <= n; i++)
	{
		int		   *swap = before;
		int			matched = -1;	/* the last column of this row's character */
		int			two_before;		/* of the row before the last, the value in the column before */
		int			begin = infinite;

		CHECK_FOR_INTERRUPTS();
		before = row;
		row = swap;
		two_before = row[0];
		row[0] = i;
		for (int j = 1; j <= m; j++)
		{
			bool		same = s[i - 1] == t[j - 1];
			int			edits = Min(before[j - 1] + !same, Min(row[j - 1], before[j]) + 1);

			if (same)
			{
				matched = j;
				start[j] = before[j - 2];
				begin = two_before;
			}
			else if (j - matched == 1)
				edits = Min(edits, start[j] + i - seen[j]);
			else if (i - seen[j] == 1)
				edits = Min(edits, begin + j - matched);
			if (same)
				seen[j] = i;
			two_before = row[j];
			row[j] = edits;
		}
	}
	result = row[m];
	pfree(row - 1);
	pfree(before - 1);
	pfree(start - 1);
	pfree(seen);
	return result;
}
