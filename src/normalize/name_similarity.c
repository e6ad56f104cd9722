/*-------------------------------------------------------------------------
 *
 * name_similarity.c
 *	  How likely two texts name one person, 0 to 1.
 *
 * Each word looks for its partner in the other name, whatever the order (word_similarity.c). Words
 * that only one name has (a middle name, a patronymic) cost little; words that stand against each
 * other tell that there are two persons. Names are compared by their first MAX_WORDS words.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include <math.h>

#include "normalize/normalize.h"
#include "normalize/word_similarity.h"

/* What a pair of words needs to be partners */
#define PARTNERS 0.7

/* Antoine Roy and Antoine Leroy: a nickname is none where two known last names stand. */
static bool
are_two_last_names(const SpelledName *a, int i, const SpelledName *b, int j)
{
	const NameWord *x = &a->word[i];
	const NameWord *y = &b->word[j];

	return i > 0 && j > 0 && i == a->n - 1 && j == b->n - 1 && a->word[0].given != NULL && b->word[0].given != NULL &&
		x->family != NULL && y->family != NULL && strcmp(x->text, y->text) != 0 && dc_stand_for_one(x->text, x->len, x->nickname, y->text, y->len, y->nickname);
}

static void
join_partners(SpelledName *a, SpelledName *b)
{
	double		similarity[MAX_WORDS][MAX_WORDS];

	for (int i = 0; i < a->n; i++)
		for (int j = 0; j < b->n; j++)
			similarity[i][j] = are_two_last_names(a, i, b, j) ? 0 : dc_word_similarity(&a->word[i], &b->word[j]);
	for (;;)
	{
		int			x = -1;
		int			y = -1;
		double		best = PARTNERS;

		for (int i = 0; i < a->n; i++)
			for (int j = 0; j < b->n && a->word[i].partner < 0; j++)
			{
				/* of equals, those that stand at one place */
				double		value = similarity[i][j] + (i == j || a->n - i == b->n - j ? 0.001 : 0);

				if (b->word[j].partner < 0 && value > best)
					best = value, x = i, y = j;
			}
		if (x < 0)
			return;
		a->word[x].partner = y;
		b->word[y].partner = x;
		a->word[x].similarity = b->word[y].similarity = similarity[x][y];
	}
}

static void
join_group(NameWord *word, int place, SpelledName *other, int from, int n, double similarity)
{
	word->partner = from;
	word->similarity = similarity;
	word->weight = 0;
	for (int i = from; i < from + n; i++)
	{
		other->word[i].partner = place;
		other->word[i].similarity = similarity;
		word->weight += other->word[i].weight;
	}
}

/* Words of a that several neighbours in b make, written together (Jeanpierre) or else in short (JP). */
static void
join_compounds(SpelledName *a, SpelledName *b, bool together)
{
	for (int i = 0; i < a->n; i++)
	{
		NameWord   *word = &a->word[i];

		for (int j = 0; j + 1 < b->n && word->partner < 0 && word->len > 1; j++)
		{
			int			n = together ? dc_written_together(word, b, j) : 0;

			if (!together && b->word[j].partner < 0 && b->word[j + 1].partner < 0 && dc_is_short_for(word, &b->word[j], &b->word[j + 1]))
				n = 2;
			if (n > 1)
				join_group(word, i, b, j, n, together ? 0.98 : 0.95);
		}
	}
}

/* The name, its words and their partners put into numbers. */
typedef struct Balance
{
	double		agreed;			/* similarity times weight of partners */
	double		paired;			/* weight of partners */
	double		alone;			/* weight of words without partner */
	int			full_words;		/* partners that are more than initials and particles */
	bool		initial;
	bool		swapped;
} Balance;

static Balance
weigh(const SpelledName *name)
{
	Balance		sum = {0};
	int			last = -1;

	for (int i = 0; i < name->n; i++)
	{
		const NameWord *word = &name->word[i];

		if (word->partner < 0)
		{
			sum.alone += word->weight;
			continue;
		}
		sum.agreed += word->similarity * word->weight;
		sum.paired += word->weight;
		sum.full_words += word->weight >= 1 && word->similarity != INITIAL;
		sum.initial = sum.initial || (word->len == 1 && word->similarity == INITIAL);
		sum.swapped = sum.swapped || word->partner < last;
		last = word->partner;
	}
	return sum;
}

/* Jr, Jnr and Junior are one. */
static bool
same_generation(const char *a, const char *b)
{
	char		c = pg_tolower((unsigned char) *a);

	if ((c == 'j' || c == 's') && c == pg_tolower((unsigned char) *b))
		return true;
	return pg_strcasecmp(a, b) == 0;
}

double
dc_name_similarity(const char *text_a, const char *text_b)
{
	SpelledName *a = palloc(2 * sizeof(SpelledName));
	SpelledName *b = a + 1;
	Balance		x;
	Balance		y;
	double		result;

	dc_read_words(text_a, a);
	dc_read_words(text_b, b);
	join_compounds(a, b, true);
	join_compounds(b, a, true);
	join_partners(a, b);
	join_compounds(a, b, false);
	join_compounds(b, a, false);
	x = weigh(a);
	y = weigh(b);
	if (x.paired == 0)
		return 0;
	/* words that stand against each other weigh more than those that only one name has */
	result = (x.agreed + y.agreed) / (x.paired + y.paired + 3 * Min(x.alone, y.alone) + 0.2 * fabs(x.alone - y.alone));
	if (Min(x.full_words, y.full_words) < 2 && x.alone + y.alone > 0.5)
		result *= 0.75;
	else if ((x.swapped || y.swapped) && fabs(x.alone - y.alone) >= Min(x.paired, y.paired))
		result *= 0.85;
	if (x.initial || y.initial)
		result = Min(result, INITIAL - 0.01);
	if (x.swapped || y.swapped)
		result *= 0.98;
	if (a->generation != NULL && b->generation != NULL)
		result *= same_generation(a->generation, b->generation) ? 1 : 0.7;
	else if (a->generation != NULL || b->generation != NULL)
		result *= 0.97;
	pfree(a);
	return result;
}
