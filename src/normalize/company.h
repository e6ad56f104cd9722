/*-------------------------------------------------------------------------
 *
 * company.h
 *	  What the files of the subject companies share: company_words.c cuts a name into
 *	  words, company_form.c takes the legal forms out of them, company.c writes what is left.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_NORMALIZE_COMPANY_H
#define DC_NORMALIZE_COMPANY_H

#include "normalize/normalize.h"

#define DC_MAX_COMPANY_WORDS 64

typedef struct DcCompanyWord
{
	const char *text;			/* where it stands in the cleaned text */
	int			len;
	const char *fold;			/* "S.A.S." is "sas"; "" for "&" */
	int			fold_len;
	bool		dotted;			/* "S.A.S.", "A/S": cannot be a word */
	bool		taken;			/* a form stood before it */
	bool		bracket;		/* and a bracket opens with it */
} DcCompanyWord;

typedef struct DcCompanyText
{
	DcCompanyWord		words[DC_MAX_COMPANY_WORDS];
	int			n;
	bool		one_case;		/* case tells nothing */
	const char *form;			/* entry of the list, NULL while none is found */
	char	   *written;		/* the form as it is written */
} DcCompanyText;

/* A word without letters or digits, such as "&" */
extern bool dc_is_sign(const DcCompanyWord *word);

/* A sign or a word that joins others: "et", "und" */
extern bool dc_is_connector(const DcCompanyWord *word);

extern bool dc_is_word_of(const DcCompanyWord *word, const char *const *list, int n);

/* Cuts a cleaned text into words. */
extern void dc_split_company(const char *s, DcCompanyText *r);

/* Signs at the ends of the words go. */
extern void dc_trim_signs(DcCompanyText *r);

/* Takes all legal forms out of the words; "form" is the first found. */
extern void dc_take_forms(DcCompanyText *r);

/* Takes the words as a whole, when they are nothing but a legal form. */
extern bool dc_take_form_alone(DcCompanyText *r);

#endif							/* DC_NORMALIZE_COMPANY_H */
