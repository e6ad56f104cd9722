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

/* Longer texts are compared by their beginnings: the measures are quadratic. */
#define MAX_POINTS 256

static int
code_points(const char *s, uint32 *points)
{
	const char *end = s + strlen(s);
	int			n = 0;

	while (s < end && n < MAX_POINTS)
		points[n++] = dc_utf8_next(&s, end);
	return n;
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
	uint32		s[MAX_POINTS];
	uint32		t[MAX_POINTS];
	bool		s_used[MAX_POINTS];
	bool		t_used[MAX_POINTS];
	int			n = short_ascii(a);
	int			m = n == 0 ? 0 : short_ascii(b);
	int			window;
	int			matches = 0;
	int			transpositions = 0;
	int			prefix = 0;
	double		jaro;

	if (m != 0)
		return ascii_jaro_winkler((const unsigned char *) a, n, (const unsigned char *) b, m);
	n = code_points(a, s);
	m = code_points(b, t);
	if (n == 0 || m == 0)
		return n == m ? 1.0 : 0.0;
	window = Max(Max(n, m) / 2 - 1, 0);
	memset(s_used, 0, n);
	memset(t_used, 0, m);
	for (int i = 0; i < n; i++)
		for (int j = Max(0, i - window); j < Min(m, i + window + 1); j++)
			if (!t_used[j] && s[i] == t[j])
			{
				s_used[i] = t_used[j] = true;
				matches++;
				break;
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
 * Unrestricted, by Lowrance and Wagner, for texts of up to MAX_POINTS code points; what
 * is longer adds the difference in length.
 */
int
dc_damerau_levenshtein(const char *a, const char *b)
{
	uint32		s[MAX_POINTS];
	uint32		t[MAX_POINTS];
	int			n = code_points(a, s);
	int			m = code_points(b, t);
	int			width = m + 2;
	int		   *d = palloc(sizeof(int) * (n + 2) * width);
	int			infinite = n + m;
	int			result;

#define D(i, j) d[((i) + 1) * width + (j) + 1]
	D(-1, -1) = infinite;
	for (int i = 0; i <= n; i++)
		D(i, -1) = infinite, D(i, 0) = i;
	for (int j = 0; j <= m; j++)
		D(-1, j) = infinite, D(0, j) = j;
	for (int i = 1; i <= n; i++)
	{
		int			last_match = 0;

		for (int j = 1; j <= m; j++)
		{
			int			row = 0;
			int			column = last_match;
			int			cost = s[i - 1] != t[j - 1];

			for (int k = i - 1; k > 0; k--)
				if (s[k - 1] == t[j - 1])
				{
					row = k;
					break;
				}
			if (cost == 0)
				last_match = j;
			D(i, j) = Min(Min(D(i - 1, j - 1) + cost, Min(D(i, j - 1), D(i - 1, j)) + 1),
						  D(row - 1, column - 1) + (i - row - 1) + 1 + (j - column - 1));
		}
	}
	result = D(n, m);
	pfree(d);
	return result;
}
