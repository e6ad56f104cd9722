/*-------------------------------------------------------------------------
 *
 * compare.c
 *	  How alike two values are: names with typing errors, texts word by word.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include "port/pg_bitutils.h"

#include "match/core/compare.h"
#include "normalize/normalize.h"

/* Letters of one value that the other has not: so many of its characters find no partner. */
static int
letters_missing(const DcPopulation *p, DcValue a, DcValue b)
{
	return pg_popcount32(p->letters[a] & ~p->letters[b]);
}

/* Is the Jaro-Winkler similarity at least this?  The letters rule most pairs out without a look at the texts. */
bool
dc_alike(const DcPopulation *p, DcValue a, DcValue b, double similarity)
{
	double		n = p->length[a];
	double		m = p->length[b];
	double		matches;

	if (a == b)
		return true;
	matches = Min(n - letters_missing(p, a, b), m - letters_missing(p, b, a));
	/* the bound: all these match in order, after four equal letters */
	if (n < 255 && m < 255 && 0.4 + 0.6 * (matches / n + matches / m + 1.0) / 3.0 < similarity)
		return false;
	return dc_jaro_winkler(p->text[a], p->text[b]) >= similarity;
}

/* Is one the other with one letter added, dropped, replaced, or two neighbours exchanged? */
bool
dc_one_edit_apart(const char *s, const char *t)
{
	size_t		n = strlen(s);
	size_t		m = strlen(t);
	size_t		start = 0;
	size_t		end = 0;

	while (s[start] != '\0' && s[start] == t[start])
		start++;
	while (end < Min(n, m) - start && s[n - 1 - end] == t[m - 1 - end])
		end++;
	n -= start + end;
	m -= start + end;
	return Max(n, m) <= 1 || (n == 2 && m == 2 && s[start] == t[start + 1] && s[start + 1] == t[start]);
}

/* Names that a typing error may have made of each other. */
bool
dc_alike_names(const DcPopulation *p, DcValue a, DcValue b)
{
	int			n = p->length[a];
	int			m = p->length[b];

	if (dc_alike(p, a, b, 0.88))
		return true;
	/* of three letters another one makes another name; one more or less may be a slip */
	if (abs(n - m) > 1 || Min(n, m) < (n == m ? 4 : 2) || letters_missing(p, a, b) > 1 || letters_missing(p, b, a) > 1)
		return false;
	return dc_one_edit_apart(p->text[a], p->text[b]);
}

/* Are they one word, with an umlaut in one letter or in two: sohne, soehne? */
static bool
same_but_umlauts(const char *a, const char *b)
{
	const char *s = a;
	const char *t = b;

	for (;;)
	{
		if (*s == *t)
		{
			if (*s == '\0')
				return true;
			s++, t++;
		}
		else if (*s == 'e' && s > a && strchr("aou", s[-1]) != NULL)
			s++;
		else if (*t == 'e' && t > b && strchr("aou", t[-1]) != NULL)
			t++;
		else
			return false;
	}
}

/* How much of one word agrees with another: the whole, most for a typing error or an abbreviation. */
static double
word_agreement(DcPopulation *p, DcValue a, DcValue b)
{
	const char *s = p->text[a];
	const char *t = p->text[b];
	size_t		n;
	size_t		m;

	if (a == b)
		return 1.0;
	if (*s != *t || is_number(s))
		return 0.0;
	n = strlen(s);
	m = strlen(t);
	if (Min(n, m) >= 3 && strncmp(s, t, Min(n, m)) == 0)
		return 0.8;
	return (Min(n, m) >= 4 && dc_alike(p, a, b, 0.92)) || same_but_umlauts(s, t) ? 0.8 : 0.0;
}

/* Compares two texts word by word, each word weighed by its surprise; bounded by the words kept. */
void
dc_compare_bags(DcPopulation *p, DcValue a, DcValue b, Bag *bag)
{
	DcTokens	x = dc_value_tokens(p, a);
	DcTokens	y = dc_value_tokens(p, b);
	double		total_x = 0;
	double		total_y = 0;
	uint32		used = 0;
	int			numbers = 0;
	int			numbers_y = 0;
	bool		number_agrees = false;
	int			matched_x = 0;

	bag->matched = 0;
	for (int j = 0; j < y.n; j++)
	{
		total_y += p->surprise[p->token[y.start + j]];
		numbers_y += is_number(p->text[p->token[y.start + j]]);
	}
	for (int i = 0; i < x.n; i++)
	{
		DcValue		word = p->token[x.start + i];
		double		best = 0;
		int			partner = 0;

		total_x += p->surprise[word];
		numbers += is_number(p->text[word]);
		for (int j = 0; j < y.n && best < 1; j++)
		{
			double		agreement = used & (1u << j) ? 0 : word_agreement(p, word, p->token[y.start + j]);

			if (agreement > best)
				best = agreement, partner = j;
		}
		if (best == 0)
			continue;
		used |= 1u << partner;
		matched_x++;
		number_agrees |= is_number(p->text[word]);
		bag->matched += best * commoner(p, word, p->token[y.start + partner]);
	}
	bag->contained = Min(1.0, bag->matched / Max(1e-6, Min(total_x, total_y)));
	bag->overlap = Min(1.0, bag->matched / Max(1e-6, total_x + total_y - bag->matched));
	bag->both_more = matched_x < x.n && matched_x < y.n;
	bag->numbers_differ = numbers > 0 && numbers_y > 0 && !number_agrees;
}

/*
 * Are two company names one with slips?  Those that have a long word in common, as all in one line of business have,
 * are not, unless what they do not have in common is a letter.  The bag is filled.
 */
bool
dc_alike_companies(DcPopulation *p, DcValue a, DcValue b, double similarity, Bag *bag)
{
	dc_compare_bags(p, a, b, bag);
	return dc_alike(p, a, b, similarity) && (!bag->both_more || bag->overlap >= 0.4 || dc_one_edit_apart(p->text[a], p->text[b]));
}

/* Is one the beginning of the other, in whole words: "garcia" of "garcia lopez"? Or its end? */
bool
dc_part_of(const char *a, const char *b)
{
	size_t		n = strlen(a);
	size_t		m = strlen(b);

	if (n > m)
		return dc_part_of(b, a);
	return n >= 3 && n < m && ((strncmp(a, b, n) == 0 && b[n] == ' ') || (strcmp(b + m - n, a) == 0 && b[m - n - 1] == ' '));
}

/* The first bytes of two texts that are equal, to the end of a word. */
static size_t
equal_words(const char *a, const char *b)
{
	size_t		equal = 0;

	for (size_t i = 0; a[i] != '\0' && a[i] == b[i]; i++)
		if (a[i] == ' ')
			equal = i + 1;
	return equal;
}

/* The last bytes of two texts that are equal, from the beginning of a word; not more than so many. */
static size_t
equal_words_behind(const char *a, size_t n, const char *b, size_t m)
{
	size_t		equal = 0;

	for (size_t i = 1; i <= Min(n, m) && a[n - i] == b[m - i]; i++)
		if (a[n - i] == ' ')
			equal = i;
	return equal;
}

#define LONGEST_REST 64

/* Have two names a word in common, and each another one in its place: garcia lorenzo, garcia romero; marie anne, marie laure? */
bool
dc_differ_in_word(const char *a, const char *b)
{
	size_t		start = equal_words(a, b);
	size_t		n = strlen(a + start);
	size_t		m = strlen(b + start);
	size_t		end = equal_words_behind(a + start, n, b + start, m);
	char		x[LONGEST_REST];
	char		y[LONGEST_REST];

	n -= end;
	m -= end;
	/* an initial may be the other word's */
	if (start + end == 0 || Min(n, m) < 2 || Max(n, m) >= LONGEST_REST)
		return false;
	strlcpy(x, a + start, n + 1);
	strlcpy(y, b + start, m + 1);
	return dc_jaro_winkler(x, y) < 0.8 && !dc_one_edit_apart(x, y);
}

int
dc_edits(const DcPopulation *p, DcValue a, DcValue b)
{
	const char *s = p->text[a];
	const char *t = p->text[b];
	int			n = strlen(s);
	int			m = strlen(t);

	return abs(n - m) > 3 ? 100 : dc_damerau_levenshtein(s, t);
}

/* The value that two sets have in common, shared ones or personal ones; 0 for none. */
DcValue
dc_common_value(const DcPopulation *p, const DcValue *a, const DcValue *b, int n, bool shared)
{
	for (int i = 0; i < n && a[i] != 0; i++)
		for (int j = 0; j < n && b[j] != 0; j++)
			if (a[i] == b[j] && ((p->flags[a[i]] & VALUE_GENERIC) != 0) == shared)
				return a[i];
	return 0;
}
