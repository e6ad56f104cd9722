/*-------------------------------------------------------------------------
 *
 * company.c
 *	  Company names.
 *
 * The name is cut into words; a run of words at the end (else in front, else inside) that is
 * a legal form by the list is taken off, the longest run first.  A name is never taken off as a
 * whole.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include "base/text.h"
#include "lexicon.h"
#include "normalize/normalize.h"

#define MAX_WORDS 64
#define MAX_FORM 6				/* words of the longest legal form */

typedef struct Word
{
	char	   *text;
	char	   *fold;			/* without blanks: "S.A.S." is "sas" */
} Word;

static char *
squeeze(const char *s)
{
	char	   *fold = dc_fold(s);
	char	   *o = fold;

	for (const char *p = fold; *p; p++)
		if (*p != ' ')
			*o++ = *p;
	*o = '\0';
	return fold;
}

/* The form of words [from, to), NULL when they are none; "S. A. S." counts as one word. */
static const char *
form_of(const Word *words, int from, int to)
{
	StringInfoData spaced;
	StringInfoData tight;
	bool		letters = to - from > 1;
	const char *value;

	initStringInfo(&spaced);
	initStringInfo(&tight);
	for (int i = from; i < to; i++)
	{
		appendStringInfo(&spaced, "%s%s", i > from ? " " : "", words[i].fold);
		appendStringInfoString(&tight, words[i].fold);
		letters = letters && strlen(words[i].fold) == 1;
	}
	value = dc_lexicon_find(&dc_lexicon_legal_forms, spaced.data);
	if (value == NULL && letters)
		value = dc_lexicon_find(&dc_lexicon_legal_forms, tight.data);
	return value;
}

static void
set_form(DcCompany *company, const char *value)
{
	const char *blank = strrchr(value, ' ');

	if (company->legal_form != NULL)
		return;
	/* "SAS FR": the form, then the country where it tells one */
	if (blank != NULL && strlen(blank) == 3)
	{
		company->legal_form = pnstrdup(value, blank - value);
		company->country = pstrdup(blank + 1);
	}
	else
		company->legal_form = pstrdup(value);
}

static void
remove_words(Word *words, int *n, int from, int count)
{
	memmove(words + from, words + from + count, sizeof(Word) * (*n - from - count));
	*n -= count;
}

/* Takes a form off the end, the front or the middle; true when there was one. */
static bool
take_form(Word *words, int *n, DcCompany *company)
{
	for (int len = Min(MAX_FORM, *n - 1); len > 0; len--)
	{
		const char *value = form_of(words, *n - len, *n);

		if (value != NULL)
		{
			set_form(company, value);
			*n -= len;
			return true;
		}
	}
	for (int len = Min(MAX_FORM, *n - 1); len > 0; len--)
	{
		const char *value = form_of(words, 0, len);

		if (value != NULL && (strlen(words[0].fold) > 2 || len > 1 || company->legal_form == NULL) &&
			strlen(words[0].fold) > 1)
		{
			set_form(company, value);
			remove_words(words, n, 0, len);
			return true;
		}
	}
	for (int i = 1; i < *n - 1; i++)
	{
		const char *value = form_of(words, i, i + 1);

		if (value != NULL && strlen(words[i].fold) > 1 && strcmp(words[i].fold, "co") != 0)
		{
			set_form(company, value);
			remove_words(words, n, i, 1);
			return true;
		}
	}
	return false;
}

static bool
has_vowel(const char *s)
{
	return strpbrk(s, "aeiouyAEIOUY") != NULL;
}

/* Words in one case get a capital; short ones without vowels are initials. */
static void
append_word(StringInfo out, const char *text, bool all_upper, bool all_lower, bool single)
{
	size_t		len = strlen(text);

	if (out->len > 0)
		appendStringInfoChar(out, ' ');
	if (all_upper && (len <= 3 || !has_vowel(text) || (single && len <= 4)))
		appendStringInfoString(out, text);
	else if (all_upper || all_lower)
		appendStringInfoString(out, dc_name_case(text));
	else
		appendStringInfoString(out, text);
}

void
dc_parse_company(const char *input, DcCompany *company)
{
	static const char *const placeholders[] = {"na", "none", "null", "aucun", "aucune", "neant", "test", "inconnu", "unknown", "unbekannt", "particulier", "private", "privat", "xxx", "nc"};
	char	   *s = dc_clean(input);
	char	   *whole;
	Word		words[MAX_WORDS];
	int			n = 0;
	char	   *rest;
	bool		all_upper;
	bool		all_lower;
	StringInfoData name;
	StringInfoData key;

	if (*s == '\0')
	{
		company->problem = "empty";
		return;
	}
	if (strlen(s) > 2000)
	{
		company->problem = "too long";
		return;
	}
	whole = squeeze(s);
	for (int i = 0; i < lengthof(placeholders); i++)
		if (strcmp(whole, placeholders[i]) == 0)
		{
			company->problem = "a placeholder";
			return;
		}
	for (char *text = strtok_r(pstrdup(s), " ,;()", &rest); text != NULL && n < MAX_WORDS; text = strtok_r(NULL, " ,;()", &rest))
	{
		words[n].text = text;
		words[n].fold = squeeze(text);
		if (words[n].fold[0] != '\0' || strcmp(text, "&") == 0)
			n++;
	}
	if (n == 0)
	{
		company->problem = "no letters";
		return;
	}
	while (n > 1 && take_form(words, &n, company))
		;
	while (n > 1 && strcmp(words[n - 1].text, "&") == 0)
		n--;
	initStringInfo(&name);
	initStringInfo(&key);
	all_upper = all_lower = true;
	for (int i = 0; i < n; i++)
	{
		all_upper = all_upper && strcmp(words[i].text, dc_upper(words[i].text)) == 0;
		all_lower = all_lower && strcmp(words[i].text, dc_lower(words[i].text)) == 0;
	}
	for (int i = 0; i < n; i++)
	{
		append_word(&name, words[i].text, all_upper, all_lower, n == 1);
		if (words[i].fold[0] == '\0' || strcmp(words[i].fold, "and") == 0 || strcmp(words[i].fold, "et") == 0 ||
			strcmp(words[i].fold, "und") == 0 || (strcmp(words[i].fold, "the") == 0 && n > 1))
			continue;
		appendStringInfo(&key, "%s%s", key.len > 0 ? " " : "", dc_fold(words[i].text));
	}
	company->name = name.data;
	company->key = key.len > 0 ? key.data : dc_fold(s);
	if (*company->key == '\0')
	{
		company->key = NULL;
		company->problem = "no letters";
	}
}
