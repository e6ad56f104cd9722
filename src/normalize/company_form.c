/*-------------------------------------------------------------------------
 *
 * company_form.c
 *	  The legal forms in company names.
 *
 * Runs of words that are a legal form by the list are taken out, the longest first: at
 * the end, in front, inside, as long as there are any.  A name never goes as a whole,
 * except that it is nothing but a form.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include <ctype.h>

#include "base/text.h"
#include "lexicon.h"
#include "normalize/company.h"

#define MAX_FORM 8				/* words of the longest legal form */
#define MAX_TIGHT 10			/* letters of a form whose letters stand apart */

/* An entry of the list is "SAS<TAB>FR<TAB>flags". */
static bool
has_flag(const char *entry, char flag)
{
	const char *flags = strchr(entry, '\t');

	flags = flags == NULL ? NULL : strchr(flags + 1, '\t');
	return flags != NULL && strchr(flags, flag) != NULL;
}

static bool
is_upper(const char *text, int len)
{
	for (int i = 0; i < len; i++)
		if (text[i] >= 'a' && text[i] <= 'z')
			return false;
	return true;
}

/* The display of a form as it is written: without what follows its last letter or dot. */
static bool
written_as_displayed(const DcCompanyWord *word, const char *entry)
{
	size_t		len = strcspn(entry, "\t");

	return word->len >= len && strncmp(word->text, entry, len) == 0 && (word->len == len || word->len == len + 1);
}

/* No word is written so: "eK", "gGmbH", "sf." */
static bool
is_abbreviation(const char *text, int len)
{
	if (len < 2 || !islower((unsigned char) text[0]))
		return false;
	if (isupper((unsigned char) text[1]))
		return true;
	for (int i = 0; i < len - 1; i++)
		if (!islower((unsigned char) text[i]) || strchr("aeiouy", text[i]) != NULL)
			return false;
	return len <= 4 && text[len - 1] == '.';
}

/* Whether the words are written as the form is, where they could be words too. */
static bool
is_written_so(const DcCompanyText *r, int from, int to, const char *entry)
{
	const DcCompanyWord *word = &r->words[from];

	if (to - from > 1 || word->dotted || written_as_displayed(word, entry) || is_abbreviation(word->text, word->len))
		return true;
	if (has_flag(entry, 'd'))
		return false;
	return !has_flag(entry, 'c') || r->one_case || is_upper(word->text, word->len);
}

/* S&P, K+S: letters that a sign joins are no form. */
static bool
is_joined_letters(const DcCompanyWord *word)
{
	return word->fold_len <= 3 && (memchr(word->text, '&', word->len) != NULL || memchr(word->text, '+', word->len) != NULL);
}

/* The form of words [from, to), NULL when they are none. */
static const char *
form_of(const DcCompanyText *r, int from, int to)
{
	char		spaced[256] = "";
	char		tight[MAX_TIGHT + 1] = "";
	int			n = 0;
	int			t = 0;
	int			words = 0;
	bool		apart = to - from > 1;
	bool		dotted = false;
	bool		signs = false;
	const char *entry;

	if (dc_is_sign(&r->words[from]) || dc_is_sign(&r->words[to - 1]))
		return NULL;
	for (int i = from; i < to; i++)
	{
		const DcCompanyWord *word = &r->words[i];

		if (dc_is_sign(word))
		{
			signs = true;
			continue;
		}
		/* "GmbH und Co. KG" */
		if (i > from && i < to - 1 && (strcmp(word->fold, "und") == 0 || strcmp(word->fold, "u") == 0) && strcmp(r->words[i + 1].fold, "co") == 0)
			continue;
		if (n + word->fold_len + 1 >= sizeof(spaced) || is_joined_letters(word))
			return NULL;
		if (n > 0)
			spaced[n++] = ' ';
		memcpy(spaced + n, word->fold, word->fold_len);
		n += word->fold_len;
		apart = apart && word->fold_len <= 2 && t + word->fold_len <= MAX_TIGHT;
		if (apart)
			memcpy(tight + t, word->fold, word->fold_len);
		t += word->fold_len;
		words++;
		dotted = dotted || word->dotted || word->fold_len == 1;
	}
	/* S & P, but AG & Co. KG */
	if (n > dc_lexicon_legal_forms.longest || (signs && t == words))
		return NULL;
	entry = dc_lexicon_find_n(&dc_lexicon_legal_forms, spaced, n);
	if (entry == NULL && apart && dotted && !signs)
		entry = dc_lexicon_find_n(&dc_lexicon_legal_forms, tight, t);
	return entry != NULL && is_written_so(r, from, to, entry) ? entry : NULL;
}

/* Takes the words [from, to) out; the first form found is the company's, a state such as liquidation is none. */
static void
take(DcCompanyText *r, int from, int to, const char *entry, bool stays)
{
	/* S.a.s. di Rossi Luca: the preposition tells the form and belongs to the name */
	if (to - from > 1 && strcmp(r->words[to - 1].fold, "di") == 0)
		to--;
	if (r->form == NULL && !has_flag(entry, 's'))
	{
		const DcCompanyWord *last = &r->words[to - 1];

		r->form = entry;
		r->written = pnstrdup(r->words[from].text, last->text + last->len - r->words[from].text);
	}
	if (stays)
		return;
	memmove(r->words + from, r->words + to, sizeof(DcCompanyWord) * (r->n - to));
	r->n -= to - from;
	/* what stood behind is no neighbour of what stood before */
	if (from < r->n)
		r->words[from].taken = true;
}

static bool
take_end(DcCompanyText *r)
{
	static const char *const articles[] = {"the", "la", "le", "les", "der", "die", "das", "el", "il", "de", "het"};

	/* "The Limited" */
	if (r->n == 2 && dc_is_word_of(&r->words[0], articles, lengthof(articles)))
		return false;
	for (int len = Min(MAX_FORM, r->n - 1); len > 0; len--)
	{
		int			from = r->n - len;
		const char *entry = form_of(r, from, r->n);

		if (entry == NULL)
			continue;
		/* "Lazard & Co" is called so, "Lazard & Co. KG" is a KG */
		if (len == 1 && dc_is_connector(&r->words[from - 1]) && strcmp(entry, "Co\t-\te") == 0)
			return false;
		take(r, from, r->n, entry, has_flag(entry, 'k'));
		return !has_flag(entry, 'k');
	}
	return false;
}

/* "Société anonyme des Bains": without its form, the name would begin with a preposition. */
static bool
belongs_to_name(const DcCompanyText *r, int next)
{
	static const char *const prepositions[] = {"de", "du", "des", "d", "della", "del", "dei", "di", "der", "von", "of", "van"};

	return next < r->n && dc_is_word_of(&r->words[next], prepositions, lengthof(prepositions));
}

/* "SAS Institute": the kind of an organisation alone is no name, so what stands before it is one. */
static bool
names_a_kind(const DcCompanyText *r, int next)
{
	static const char *const kinds[] = {"institute", "institut", "group", "groupe", "gruppe", "grupo", "gruppo", "airlines", "bank", "banque", "holding",
		"international", "services", "solutions", "consulting", "software", "technologies", "systems"};

	return next == r->n - 1 && dc_is_word_of(&r->words[next], kinds, lengthof(kinds));
}

/* "Sa Sa International": no form is written twice. */
static bool
is_doubled(const DcCompanyText *r, int i)
{
	return i + 1 < r->n && strcmp(r->words[i].fold, r->words[i + 1].fold) == 0;
}

static bool
take_front(DcCompanyText *r)
{
	for (int len = Min(MAX_FORM, r->n - 1); len > 0; len--)
	{
		const char *entry = form_of(r, 0, len);

		/* SC ACME SRL: the Romanian word for company before its form */
		if (len == 1 && entry != NULL && strcmp(r->words[0].fold, "sc") == 0 && r->form != NULL && strncmp(r->form, "SRL\t", 4) == 0)
		{
			take(r, 0, 1, entry, false);
			return true;
		}
		if (entry == NULL || (len > 1 ? has_flag(entry, 'e') : !has_flag(entry, 'f') && !(r->words[0].dotted && r->words[0].fold_len > 1)))
			continue;
		if (len == 1 && (names_a_kind(r, len) || is_doubled(r, 0)))
			return false;
		take(r, 0, len, entry, has_flag(entry, 'k') || belongs_to_name(r, len));
		return !has_flag(entry, 'k') && !belongs_to_name(r, len);
	}
	return false;
}

/* Whether the words from one on are a country: "ACME SA FRANCE". */
static bool
is_country(const DcCompanyText *r, int from)
{
	return from == r->n - 1 && r->words[from].fold_len > 3 && dc_normalize_country(r->words[from].fold) != NULL;
}

/* A form inside must be one that is no word: of three letters and more, with dots, or before a country. */
static bool
take_inside(DcCompanyText *r)
{
	for (int from = 1; from < r->n - 1; from++)
		for (int len = Min(MAX_FORM, r->n - 1 - from); len > 0; len--)
		{
			const char *entry = form_of(r, from, from + len);
			const DcCompanyWord *word = &r->words[from];

			bool		dotted = word->dotted && word->fold_len > 1;

			if (entry == NULL || has_flag(entry, 'k') || (has_flag(entry, 'e') && !dotted))
				continue;
			if (len == 1 && !dotted && !is_country(r, from + 1) && (word->fold_len < 3 || (has_flag(entry, 'c') && r->one_case)) && !has_flag(entry, 'i'))
				continue;
			take(r, from, from + len, entry, false);
			return true;
		}
	return false;
}

/* "Acme SAS (formerly Beta Ltd)": what stands in brackets is another name, the form before them is the company's. */
static bool
take_before_bracket(DcCompanyText *r)
{
	for (int to = 2; to < r->n; to++)
	{
		const char *between = r->words[to - 1].text + r->words[to - 1].len;

		if (memchr(between, '(', r->words[to].text - between) == NULL)
			continue;
		for (int len = Min(MAX_FORM, to - 1); len > 0; len--)
		{
			const char *entry = form_of(r, to - len, to);

			if (entry == NULL || has_flag(entry, 'k'))
				continue;
			r->form = entry;
			r->written = pnstrdup(r->words[to - len].text, between - r->words[to - len].text);
			memmove(r->words + to - len, r->words + to, sizeof(DcCompanyWord) * (r->n - to));
			r->n -= len;
			r->words[to - len].bracket = true;
			return true;
		}
	}
	return false;
}

/*
 * Takes all forms.  The words are few and each form takes one, so this is bounded.
 */
void
dc_take_forms(DcCompanyText *r)
{
	bool		found = true;

	(void) take_before_bracket(r);
	while (r->n > 1 && found)
	{
		found = take_end(r) || take_front(r) || take_inside(r);
		dc_trim_signs(r);
	}
}

bool
dc_take_form_alone(DcCompanyText *r)
{
	const char *entry = r->n <= MAX_FORM ? form_of(r, 0, r->n) : NULL;

	/* companies are called "SAS", "Spa", "Foundation", but not "S.p.A." */
	if (entry == NULL || has_flag(entry, 'k') || (!(r->words[0].dotted && r->words[0].fold_len > 2) && (has_flag(entry, 'n') || has_flag(entry, 'c') || has_flag(entry, 'd'))))
		return false;
	take(r, 0, r->n, entry, false);
	return true;
}
