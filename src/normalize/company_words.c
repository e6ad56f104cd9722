/*-------------------------------------------------------------------------
 *
 * company_words.c
 *	  The words of a company's name.
 *
 * Blanks, brackets and quotation marks part them, and the hyphen before a form
 * ("Verwaltungs-GmbH"); capital and registration at the end are none of them.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include <ctype.h>

#include "base/text.h"
#include "normalize/company.h"

/* The length of the blank or bracket at s that parts words, 0 where there is none; quotation marks do too. */
static int
separator_length(const char *s)
{
	static const char *const quotes[] = {"\302\253", "\302\273", "\342\200\234", "\342\200\235", "\342\200\236", "\357\274\210", "\357\274\211"};

	if ((unsigned char) *s < 0x80)
		return *s != '\0' && strchr(" ,;()\"", *s) != NULL;
	if (*s != '\302' && *s != '\342' && *s != '\357')
		return 0;
	for (int i = 0; i < lengthof(quotes); i++)
		if (strncmp(s, quotes[i], strlen(quotes[i])) == 0)
			return strlen(quotes[i]);
	return 0;
}

/* "Verwaltungs-GmbH": is a hyphen the one between a name and its form, which is all that follows? */
static bool
is_hyphen_of_form(const char *s)
{
	static const char *const forms[] = {"gmbh", "ggmbh", "mbh", "ag", "kg", "ug", "ohg", "kgaa"};

	if (*s != '-')
		return false;
	for (int i = 0; i < lengthof(forms); i++)
	{
		size_t		n = strlen(forms[i]);

		if (pg_strncasecmp(s + 1, forms[i], n) == 0 && (s[1 + n] == '\0' || separator_length(s + 1 + n) > 0))
			return true;
	}
	return false;
}

/* Folded, the single letters of an abbreviation together. */
static void
fold_word(DcCompanyWord *word)
{
	char	   *fold = dc_fold_n(word->text, word->len);
	char	   *o = fold;
	size_t		len = strlen(fold);
	bool		single = len > 1;

	for (size_t i = 0; i < len && single; i++)
		single = (fold[i] == ' ') == (i % 2 == 1);
	if (single && len > 1)
	{
		for (const char *p = fold; *p; p++)
			if (*p != ' ')
				*o++ = *p;
		*o = '\0';
	}
	word->fold = fold;
	word->fold_len = strlen(fold);
	word->dotted = (single || word->fold_len == 1) && word->len > word->fold_len;
}

bool
dc_is_sign(const DcCompanyWord *word)
{
	return word->fold_len == 0;
}

bool
dc_is_word_of(const DcCompanyWord *word, const char *const *list, int n)
{
	return dc_is_one_of(word->fold, list, n);
}

bool
dc_is_connector(const DcCompanyWord *word)
{
	static const char *const connectors[] = {"and", "et", "und", "y", "e", "og", "och", "en", "i"};

	return dc_is_sign(word) || dc_is_word_of(word, connectors, lengthof(connectors));
}

/* A sign at an end belongs to nothing. */
void
dc_trim_signs(DcCompanyText *r)
{
	while (r->n > 1 && dc_is_sign(&r->words[r->n - 1]))
		r->n--;
	while (r->n > 1 && dc_is_sign(&r->words[0]) && r->words[0].len == 1)
		memmove(r->words, r->words + 1, sizeof(DcCompanyWord) * --r->n);
}

/* "RCS Paris B 123 456 789", "ABN 33 051 775 556", "HRB 1234": a registration and its number */
static bool
begins_registration(const DcCompanyText *r, int i)
{
	static const char *const registers[] = {"siren", "siret", "abn", "acn", "hrb", "hra", "kvk", "crn", "uid"};

	if (strcmp(r->words[i].fold, "rcs") == 0)
		return isdigit((unsigned char) r->words[r->n - 1].fold[0]);
	return dc_is_word_of(&r->words[i], registers, lengthof(registers)) && isdigit((unsigned char) r->words[i + 1].fold[0]);
}

void
dc_split_company(const char *s, DcCompanyText *r)
{
	r->n = 0;
	r->form = NULL;
	r->one_case = strcmp(s, dc_upper(s)) == 0 || strcmp(s, dc_lower(s)) == 0;
	while (*s != '\0' && r->n < DC_MAX_COMPANY_WORDS)
	{
		DcCompanyWord *word = &r->words[r->n];
		int			separator;

		while ((separator = separator_length(s)) > 0)
			s += separator;
		s += is_hyphen_of_form(s) && r->n > 0;
		word->text = s;
		/* the last word takes the rest */
		while (*s != '\0' && ((separator_length(s) == 0 && !(is_hyphen_of_form(s) && s > word->text)) || r->n == DC_MAX_COMPANY_WORDS - 1))
			s++;
		word->len = s - word->text;
		if (word->len == 0)
			break;
		word->taken = word->bracket = false;
		fold_word(word);
		/* signs alone: "&", "-", "+" */
		r->n++;
	}
	/* "au capital de 10 000 euros", "à capital variable" */
	for (int i = 2; i + 1 < r->n; i++)
		if (strcmp(r->words[i].fold, "capital") == 0 && (strcmp(r->words[i - 1].fold, "au") == 0 || strcmp(r->words[i + 1].fold, "variable") == 0))
			r->n = i - 1;
	for (int i = 1; i + 1 < r->n; i++)
		if (begins_registration(r, i))
			r->n = i;
	dc_trim_signs(r);
}
