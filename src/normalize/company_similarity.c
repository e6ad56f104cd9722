/*-------------------------------------------------------------------------
 *
 * company_similarity.c
 *	  How alike two company names are.
 *
 * Each word of one name finds its partner in the other, whatever the order.  A word
 * that tells a company from others weighs more than one that many bear ("bank",
 * "international"); such words are the same in all languages and abbreviations of
 * the list company_words.  Words left alone on both sides speak against: "Bank of
 * China" is not "Bank of America", nor "School No 1" "School No 2".
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include "base/text.h"
#include "lexicon.h"
#include "normalize/normalize.h"

#define MAX_WORDS 24
#define MAX_COMPARED 40			/* letters of a word that are compared by edits */

#define GENERIC 0.3
#define BUSINESS 0.45
#define PLACE 0.6
#define LETTER 0.5

typedef struct Word
{
	const char *text;			/* one form for all languages of a word that many bear */
	const char *spelled;		/* as it is written */
	const char *skeleton;		/* without what transliterations differ in */
	double		weight;
	bool		number;
	double		matched;		/* how well the partner agrees, 0 while there is none */
} Word;

typedef struct CompanyName
{
	Word		words[MAX_WORDS];
	int			n;
	const char *initials;		/* of all words of the text, forms too; upper case: one that says little */
} CompanyName;

/* Roman figures from two on; what may be a word or a letter is none. */
static const char *
arabic_of(const char *s)
{
	static const char *const roman[][2] = {{"ii", "2"}, {"iii", "3"}, {"iv", "4"}, {"vi", "6"}, {"vii", "7"}, {"viii", "8"}, {"ix", "9"}, {"xi", "11"}, {"xii", "12"}};

	for (int i = 0; i < lengthof(roman); i++)
		if (strcmp(s, roman[i][0]) == 0)
			return roman[i][1];
	return NULL;
}

/*
 * The letters that transliterations agree on: "Khimprom" and "Himprom", "Müller" and "Mueller" have
 * the same.
 */
static char *
skeleton_of(const char *s)
{
	char	   *out = palloc(strlen(s) + 1);
	char	   *o = out;

	for (const char *p = s; *p; p++)
	{
		char		before = o > out ? o[-1] : '\0';

		if (*p == 'h' && before != '\0' && strchr("szckt", before) != NULL)
		{
			if (before == 'k')
				o[-1] = 'h';
			continue;
		}
		if (*p == 'y' || *p == 'j' || *p == before)
			continue;
		if ((*p == 'e' || *p == 'i') && before != '\0' && strchr("aou", before) != NULL)
			continue;			/* "ue" for "ü", "oi" for "oj" */
		*o++ = *p == 'w' ? 'v' : *p == 'q' ? 'k' : *p == 'x' ? 's' : *p;
	}
	*o = '\0';
	return out;
}

static void
add_word(CompanyName *name, const char *text)
{
	Word	   *word;
	const char *common;
	const char *country;
	const char *figures;

	if (name->n == MAX_WORDS)
		return;
	word = &name->words[name->n++];
	common = dc_lexicon_find(&dc_lexicon_company_words, text);
	figures = arabic_of(text);
	word->spelled = text;
	word->text = figures != NULL ? figures : common == NULL ? text : common + (*common == '+' || *common == '-');
	/* "ii", "3", "4b" tell one fund or school from the next */
	word->number = figures != NULL || (*text >= '0' && *text <= '9');
	word->matched = 0;
	if (common != NULL)
		word->weight = *common == '+' ? 1.0 : *common == '-' ? BUSINESS : GENERIC;
	else
		word->weight = text[1] == '\0' && !word->number ? LETTER : 1.0;
	if (common == NULL && strlen(text) > 3 && !word->number)
	{
		country = dc_normalize_country(text);
		if (country != NULL)
		{
			word->text = country;
			word->weight = PLACE;
		}
	}
	word->skeleton = skeleton_of(word->text);
}

static bool
says_little(const char *word)
{
	static const char *const little[] = {"of", "and", "the", "for", "de", "du", "des", "la", "le", "les", "et", "d", "l", "und", "der", "die", "das", "fur", "del", "di", "da", "do", "y", "e", "i", "van", "het", "en", "al", "el", "no"};

	for (int i = 0; i < lengthof(little); i++)
		if (strcmp(word, little[i]) == 0)
			return true;
	return false;
}

/* The first letters of the words of a text, in upper case of those that say little. */
static char *
initials_of(const char *text)
{
	char	   *fold = dc_fold(text);
	char	   *initials = palloc(strlen(fold) + 1);
	char	   *o = initials;
	char	   *rest;

	for (char *word = strtok_r(fold, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest))
		*o++ = says_little(word) ? pg_toupper((unsigned char) *word) : *word;
	*o = '\0';
	return initials;
}

/*
 * Are these letters the initials of the words, with or without those that say little, "Electricité de France" (EDF),
 * and without a legal form behind them?
 */
static bool
are_initials(const char *initials, const char *letters, int name_words)
{
	int			words = 0;

	for (; *letters != '\0'; initials++)
	{
		if (*initials == '\0')
			return false;
		if (pg_tolower((unsigned char) *initials) == *letters)
			letters++;
		else if (*initials >= 'a')
			return false;
		words += *initials >= 'a';
	}
	return *initials == '\0' || words >= name_words;
}

static void
read_name(const char *text, const char *key, CompanyName *name)
{
	char	   *rest;
	double		most = 0;

	name->n = 0;
	name->initials = initials_of(text);
	for (char *word = strtok_r(pstrdup(key), " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest))
		if (!says_little(word))
			add_word(name, word);
	if (name->n == 0)
		add_word(name, key);
	for (int i = 0; i < name->n; i++)
		most = Max(most, name->words[i].weight);
	/* a name of such words alone is told by them */
	if (most <= BUSINESS)
		for (int i = 0; i < name->n; i++)
			name->words[i].weight = 1.0;
}

/* "alrajhi" is "al rajhi", whose article says little. */
static bool
has_article(const char *a, const char *b)
{
	return (strncmp(a, "al", 2) == 0 || strncmp(a, "el", 2) == 0) && strlen(b) >= 4 && strcmp(a + 2, b) == 0;
}

/* 1 for the same word, less for one mistyped or written in another script, 0 for another. */
static double
word_similarity(const Word *a, const Word *b)
{
	int			n = strlen(a->text);
	int			m = strlen(b->text);
	int			longer = Max(n, m);
	int			edits;
	double		similarity;

	if (strcmp(a->text, b->text) == 0)
		return 1.0;
	if (a->number || b->number || Min(n, m) < 3)
		return 0.0;
	if (strlen(a->skeleton) > 2 && strcmp(a->skeleton, b->skeleton) == 0)
		return 0.95;
	/* an abbreviation, or a plural */
	if (Min(n, m) >= 4 && strncmp(a->text, b->text, Min(n, m)) == 0)
		return longer - Min(n, m) == 1 ? 0.95 : longer - Min(n, m) <= 3 ? 0.75 : Min(n, m) >= 5 ? 0.72 : 0.0;
	if (has_article(a->text, b->text) || has_article(b->text, a->text))
		return 0.95;
	if (longer < 4 || longer > MAX_COMPARED || longer - Min(n, m) > 2)
		return 0.0;
	if (a->text[0] != b->text[0] && longer < 6)
		return 0.0;
	edits = dc_damerau_levenshtein(a->text, b->text);
	similarity = 1.0 - 1.1 * edits / longer;
	return edits > 2 || similarity < 0.7 ? 0.0 : similarity;
}

/* Pairs each word with its best partner, of those that are the same or of those that are alike. */
static void
pair_words(CompanyName *a, CompanyName *b, bool same)
{
	for (int i = 0; i < a->n; i++)
	{
		double		best = 0;
		int			partner = -1;

		if (a->words[i].matched > 0)
			continue;
		for (int j = 0; j < b->n; j++)
		{
			double		similarity;

			if (b->words[j].matched > 0)
				continue;
			similarity = same ? (strcmp(a->words[i].text, b->words[j].text) == 0) : word_similarity(&a->words[i], &b->words[j]);
			if (similarity > best)
				best = similarity, partner = j;
		}
		if (partner >= 0)
			a->words[i].matched = b->words[partner].matched = best;
	}
}

/* How many words from one on, without a partner, give another, written together; 0 when none do. */
static int
written_together(const Word *one, const CompanyName *name, int from)
{
	const char *rest = one->spelled;

	for (int i = from; i < name->n && name->words[i].matched == 0; i++)
	{
		size_t		n = strlen(name->words[i].spelled);

		if (strncmp(rest, name->words[i].spelled, n) != 0)
			return 0;
		rest += n;
		if (*rest == '\0')
			return i + 1 - from;
	}
	return 0;
}

/* "Data Tec" is "Datatec": several words of one name that are one of the other. */
static void
pair_joined(CompanyName *a, CompanyName *b)
{
	for (int i = 0; i + 1 < a->n; i++)
		for (int j = 0; j < b->n; j++)
		{
			Word	   *one = &b->words[j];
			int			n = one->matched > 0 ? 0 : written_together(one, a, i);

			if (n < 2)
				continue;
			one->matched = 0.95;
			one->weight = 0;
			for (int k = i; k < i + n; k++)
			{
				a->words[k].matched = 0.95;
				one->weight += a->words[k].weight;
			}
			break;
		}
}

/* Whether the words begin with the letters of an acronym, in whatever order ("Motors, Ashcroft" is "AM"). */
static bool
has_initials(const CompanyName *name, const char *letters)
{
	int			counts[128] = {0};

	if (name->n != strlen(letters))
		return false;
	for (int i = 0; i < name->n; i++)
	{
		unsigned char first = (unsigned char) name->words[i].spelled[0];
		unsigned char letter = (unsigned char) letters[i];

		if (first >= 128 || letter >= 128 || name->words[i].matched > 0)
			return false;
		counts[first]++;
		counts[letter]--;
	}
	for (int i = 0; i < lengthof(counts); i++)
		if (counts[i] != 0)
			return false;
	return true;
}

/* All words of a name are what a word of the other stands for. */
static void
match_all(Word *acronym, CompanyName *name, double similarity)
{
	acronym->weight = 0;
	acronym->matched = similarity;
	for (int i = 0; i < name->n; i++)
	{
		name->words[i].matched = similarity;
		acronym->weight += name->words[i].weight;
	}
}

/* "IBM" is "International Business Machines": a word of one name that is the initials of words alone in the other. */
static void
pair_acronym(CompanyName *a, CompanyName *b)
{
	for (int i = 0; i < a->n; i++)
	{
		Word	   *acronym = &a->words[i];
		int			len = strlen(acronym->text);
		double		weight = 0;

		if (acronym->matched > 0 || acronym->number || len < 2 || len > 6)
			continue;
		for (int from = 0; from + len <= b->n; from++)
		{
			int			k = 0;

			while (k < len && b->words[from + k].matched == 0 && b->words[from + k].spelled[0] == acronym->text[k])
				k++;
			if (k < len)
				continue;
			acronym->matched = len > 2 ? 0.9 : 0.8;
			for (k = 0; k < len; k++)
			{
				b->words[from + k].matched = acronym->matched;
				weight += b->words[from + k].weight;
			}
			acronym->weight = weight;
			return;
		}
		if (a->n > 1)
			continue;
		/* "HSBC": the form's letter belongs to it */
		if (len > 2 && are_initials(b->initials, acronym->text, b->n))
			match_all(acronym, b, 0.9);
		else if (has_initials(b, acronym->text))
			match_all(acronym, b, len > 2 ? 0.85 : 0.78);
	}
}

/* What the words weigh, with partners and in all, the heaviest without one, and whether a number has none. */
static void
weigh(const CompanyName *name, double *matched, double *all, double *heaviest, bool *number)
{
	*matched = *all = *heaviest = 0;
	*number = false;
	for (int i = 0; i < name->n; i++)
	{
		const Word *word = &name->words[i];

		*all += word->weight;
		*matched += word->weight * word->matched;
		if (word->matched == 0)
		{
			*heaviest = Max(*heaviest, word->weight);
			*number = *number || word->number;
		}
	}
}

double
dc_company_similarity(const char *a, const char *b)
{
	DcCompany	company_a = {0};
	DcCompany	company_b = {0};
	CompanyName name_a;
	CompanyName name_b;
	double		matched_a;
	double		matched_b;
	double		all_a;
	double		all_b;
	double		heaviest_a;
	double		heaviest_b;
	bool		number_a;
	bool		number_b;
	double		similarity;
	int			order;

	dc_parse_company(a, &company_a);
	dc_parse_company(b, &company_b);
	if (company_a.key == NULL || company_b.key == NULL)
		return 0.0;
	order = strcmp(company_a.key, company_b.key);
	if (order == 0)
		return 1.0;
	/* in one order, so that the result does not depend on theirs */
	read_name(order < 0 ? a : b, order < 0 ? company_a.key : company_b.key, &name_a);
	read_name(order < 0 ? b : a, order < 0 ? company_b.key : company_a.key, &name_b);
	pair_words(&name_a, &name_b, true);
	pair_joined(&name_a, &name_b);
	pair_joined(&name_b, &name_a);
	pair_words(&name_a, &name_b, false);
	pair_acronym(&name_a, &name_b);
	pair_acronym(&name_b, &name_a);
	weigh(&name_a, &matched_a, &all_a, &heaviest_a, &number_a);
	weigh(&name_b, &matched_b, &all_b, &heaviest_b, &number_b);
	similarity = (matched_a + matched_b) / (all_a + all_b);
	/* each has a word of its own, or is in a business of its own */
	if (Min(heaviest_a, heaviest_b) >= PLACE)
		similarity *= 0.7;
	else if (Min(heaviest_a, heaviest_b) >= BUSINESS)
		similarity *= 0.85;
	if (number_a != number_b)
		similarity *= 0.8;
	else if (number_a)
		similarity *= 0.5;
	return similarity;
}
