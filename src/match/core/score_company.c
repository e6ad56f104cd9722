/*-------------------------------------------------------------------------
 *
 * score_company.c
 *	  The evidence that two organisations without a person are one, by a model of their own.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include "base/text.h"
#include "lexicon.h"
#include "match/core/score_parts.h"

/* "International Business Machines" and "ibm", with or without what follows the acronym */
static bool
is_acronym(const char *acronym, const char *name)
{
	int			words = 0;
	const char *a = acronym;

	for (const char *s = name; *s != '\0'; words++)
	{
		if (*a != *s)
			return false;
		a++;
		s += strcspn(s, " ");
		s += strspn(s, " ");
		if (*a == '\0' || *a == ' ')
			return words >= 1 && (*s == '\0' || *a == ' ');
	}
	return false;
}

/* Is b one of the two names that stand in a: "par services dba presto auto repair"? */
static bool
goes_by(const char *a, const char *b)
{
	static const char *const between[] = {" dba ", " aka ", " fka ", " trading as ", " doing business as ", " also known as ", " formerly "};
	size_t		n = strlen(b);

	for (int i = 0; i < lengthof(between); i++)
	{
		const char *found = strstr(a, between[i]);

		if (found != NULL && ((found - a == n && strncmp(a, b, n) == 0) || strcmp(found + strlen(between[i]), b) == 0))
			return true;
	}
	return false;
}

/* The line of business or part of a company that a word tells, one form for all languages; NULL for any other word. */
static const char *
trade_of(const char *word)
{
	const char *form = dc_lexicon_find(&dc_lexicon_company_words, word);

	return form != NULL && *form == '-' ? form : NULL;
}

/* Is it what the companies of a group are called by, beside the group's name? */
static bool
is_unit(const char *word)
{
	static const char *const units[] = {"holding", "branch", "trading", "-property", "-investment", "-insurance", "-finance", "-capital", "-foundation",
		"-logistic", "-engineering", "-bank"};
	/* in short it may be anything: hold, ins, real */
	const char *form = strlen(word) < 5 ? NULL : dc_lexicon_find(&dc_lexicon_company_words, word);

	return form != NULL && dc_is_one_of(form, units, lengthof(units));
}

/* A word of a that b has not, of those that tell a trade, or a unit; NULL for none. */
static const char *
own_word(DcPopulation *p, DcValue a, DcValue b, bool unit)
{
	DcTokens	words = dc_value_tokens(p, a);
	DcTokens	others = dc_value_tokens(p, b);

	for (int i = 0; i < words.n; i++)
	{
		const char *word = p->text[p->token[words.start + i]];
		const char *trade = trade_of(word);
		bool		found = false;

		if (unit ? !is_unit(word) : trade == NULL)
			continue;
		for (int j = 0; j < others.n && !found; j++)
		{
			const char *other = p->text[p->token[others.start + j]];
			const char *other_trade = trade_of(other);

			found = strcmp(word, other) == 0 || (trade != NULL && other_trade != NULL && strcmp(trade, other_trade) == 0);
		}
		if (!found)
			return word;
	}
	return NULL;
}

/* Two companies of one group: bank and insurance of one name, or the one with the group's name alone and its holding. */
static bool
are_of_one_group(DcPopulation *p, DcValue a, DcValue b, const Bag *bag)
{
	if (bag->both_more)
		return own_word(p, a, b, false) != NULL && own_word(p, b, a, false) != NULL;
	return own_word(p, a, b, true) != NULL || own_word(p, b, a, true) != NULL;
}

/* A word in its usual form: international for intl, saint for st. */
static const char *
usual_form(const char *word)
{
	const char *form = dc_lexicon_find(&dc_lexicon_company_words, word);

	return form == NULL ? word : form + (*form == '-' || *form == '+');
}

/* Has the other name each word of this one, in some form?  Of its short ones, "of", it need not have any. */
static bool
has_words_of(DcPopulation *p, DcTokens words, DcTokens others)
{
	for (int i = 0; i < words.n; i++)
	{
		const char *word = p->text[p->token[words.start + i]];
		const char *form = usual_form(word);
		bool		found = false;

		for (int j = 0; j < others.n && !found; j++)
			found = p->token[others.start + j] == p->token[words.start + i] || strcmp(form, usual_form(p->text[p->token[others.start + j]])) == 0;
		if (!found && (strlen(word) > 2 || is_number(word)))
			return false;
	}
	return true;
}

/* surprise is that of the name among organisations; siblings: each has a word of its own beside what they share. */
static int
company_level(DcPopulation *p, const DcRecord *x, const DcRecord *y, bool identified, float *surprise, bool *siblings)
{
	DcValue		a = x->company;
	DcValue		b = y->company;
	Bag			bag;

	*surprise = commoner(p, x->organisation, y->organisation);
	if (a == b || goes_by(p->text[a], p->text[b]) || goes_by(p->text[b], p->text[a]))
		return L_COMPANY_EXACT;
	if (dc_alike_companies(p, a, b, 0.94, &bag) ||
		(bag.matched > 0 && has_words_of(p, dc_value_tokens(p, a), dc_value_tokens(p, b)) && has_words_of(p, dc_value_tokens(p, b), dc_value_tokens(p, a))))
		return L_COMPANY_SIMILAR;
	*surprise = Min(bag.matched * 0.7, *surprise);
	*siblings = (bag.both_more && (bag.contained >= 0.65 || !identified)) || (bag.matched > 0 && are_of_one_group(p, a, b, &bag));
	/* the same words in another order */
	if (bag.overlap > 0.999)
		return L_COMPANY_EXACT;
	if (bag.overlap >= 0.65)
		return L_COMPANY_SIMILAR;
	if (bag.contained >= 0.8 && !bag.both_more)
		return L_COMPANY_CONTAINED;
	*surprise = 0;
	if (is_acronym(p->text[a], p->text[b]) || is_acronym(p->text[b], p->text[a]))
		return L_COMPANY_ACRONYM;
	return bag.contained >= 0.4 ? L_COMPANY_PART : L_COMPANY_CONFLICT;
}

/* The name of a domain before its public suffix begins alike. */
static bool
similar_domains(const char *a, const char *b)
{
	size_t		n = strcspn(a, ".");
	size_t		m = strcspn(b, ".");

	return n == m ? strncmp(a, b, n) == 0 : Min(n, m) >= 6 && strncmp(a, b, Min(n, m)) == 0;
}

/*
 * Web sites, whose domains mostly are made of the name, and so say little more when the name agrees; even less of branches and
 * namesakes, which have numbers or places that differ.
 */
static void
score_domain(DcScore *score, const DcPopulation *p, const DcModel *model, const DcRecord *a, const DcRecord *b, bool same_name)
{
	bool		elsewhere = dc_has_step(score, L_COMPANY_PHONE_CONFLICT) || dc_has_step(score, L_COMPANY_PLACE_CONFLICT);

	if (a->domain == 0 || b->domain == 0)
		return;
	if (a->domain == b->domain)
		step(score, model, L_COMPANY_DOMAIN_EXACT, a->domain, b->domain, Min(p->surprise[a->domain], !same_name ? 10 : elsewhere ? 3 : 6));
	else if (similar_domains(p->text[a->domain], p->text[b->domain]))
		step(score, model, L_COMPANY_DOMAIN_SIMILAR, a->domain, b->domain, Min(commoner(p, a->domain, b->domain), same_name ? 2 : 8));
	else
		STEP(L_COMPANY_DOMAIN_CONFLICT, a->domain, b->domain);
}

/*
 * Of a thousand pairs of organisations that have one name, the branches of a chain, fewer than one have one address, however many
 * others are there: in bits.
 */
#define ONE_NAME_ONE_ADDRESS 10.0f

void
dc_score_companies(DcScore *score, DcPopulation *p, const DcModel *model, const DcRecord *a, const DcRecord *b)
{
	DcValue		phone = dc_common_value(p, a->phone, b->phone, DC_MAX_PHONES, false);
	bool		same_name = false;
	bool		one_name = false;
	bool		unlike = false;
	Agreed		agreed = {0};

	if (phone == 0)
		phone = dc_common_value(p, a->phone, b->phone, DC_MAX_PHONES, true);
	if (a->company != 0 && b->company != 0)
	{
		float		surprise;
		bool		siblings = false;
		bool		identified = phone != 0 || (a->domain != 0 && a->domain == b->domain);
		int			level = company_level(p, a, b, identified, &surprise, &siblings);

		step(score, model, level, a->company, b->company, surprise);
		same_name = level <= L_COMPANY_ACRONYM;
		one_name = level == L_COMPANY_EXACT;
		unlike = siblings || level == L_COMPANY_CONFLICT;
	}
	if (phone != 0)
		step(score, model, L_COMPANY_PHONE_EXACT, phone, phone, Min(p->surprise[phone], 12));
	else if (a->phone[0] != 0 && b->phone[0] != 0)
		STEP(L_COMPANY_PHONE_CONFLICT, a->phone[0], b->phone[0]);
	if (a->registration != 0 && b->registration != 0)
		STEP(a->registration == b->registration ? L_COMPANY_NUMBER_EXACT : L_COMPANY_NUMBER_CONFLICT, a->registration, b->registration);
	dc_score_place(score, p, model, a, b, L_COMPANY_PLACE_ADDRESS - L_PLACE_ADDRESS, one_name ? ONE_NAME_ONE_ADDRESS : 0);
	score_domain(score, p, model, a, b, same_name);
	dc_score_fields(score, p, model, a, b, &agreed);
	agreed.number |= a->registration != 0 && a->registration == b->registration;
	/* two organisations may share a building and its switchboard, and most of a name: bar and restaurant of one hotel */
	if (unlike && !agreed.number)
		score->limit = REVIEW_LIMIT;
}
