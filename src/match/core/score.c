/*-------------------------------------------------------------------------
 *
 * score.c
 *	  How much two contacts speak for being one: a Fellegi-Sunter sum over groups of evidence.
 *
 * Each group (first name, last name, e-mail, organisation, place, each declared field...) gives
 * one weight log2(m / u), never several of one fact.  u of an agreement by frequency is that of
 * the commoner value, so a rare name weighs more than a common one.  Pure: no state, no settings.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include <math.h>

#include "match/core/score_parts.h"

bool
dc_has_step(const DcScore *score, int level)
{
	for (int i = 0; i < score->nsteps; i++)
		if (score->steps[i].level == level)
			return true;
	return false;
}

static bool
is_mobile(const DcRecord *r, DcValue phone)
{
	for (uint32 i = 0; i < r->nmobiles; i++)
		if (r->phone[i] == phone)
			return true;
	return false;
}

/* Personal identifiers.  Of unlike names at one organisation, colleagues, its number tells nothing more. */
static void
score_identifiers(DcScore *score, DcPopulation *p, const DcModel *model, const DcRecord *a, const DcRecord *b, NameVerdict name, bool organisation, Agreed *agreed)
{
	bool		colleagues = organisation && name < NAME_PARTIAL;
	bool		title = (p->flags[a->first] | p->flags[b->first]) & VALUE_TITLE;
	bool		mobile;
	DcValue		email = dc_common_value(p, a->email, b->email, DC_MAX_EMAILS, false);
	DcValue		phone = dc_common_value(p, a->phone, b->phone, DC_MAX_PHONES, false);

	if (email != 0 && organisation && name == NAME_OTHER_LAST && dc_mailbox_of_first_name(p, email, a))
		/* two of one first name at one organisation: the address says no more */ ;
	else if (email != 0)
	{
		STEP(L_EMAIL_EXACT, email, email);
		agreed->email = email;
		agreed->n++;
	}
	else if (a->email[0] != 0 && b->email[0] != 0 && a->email[0] != b->email[0] && ((p->flags[a->email[0]] | p->flags[b->email[0]]) & VALUE_GENERIC) == 0)
	{
		int			level = dc_mailbox_level(p, a->email[0], b->email[0]);
		bool		initial = organisation && title && level == L_EMAIL_FUZZY && *p->text[a->email[0]] != *p->text[b->email[0]];

		/* tlee@ and alee@ of one organisation are as unlike as the names, and as those that titles stand for */
		if ((colleagues || initial) && level == L_EMAIL_FUZZY)
			level = L_EMAIL_CONFLICT;
		STEP(level, a->email[0], b->email[0]);
		agreed->n += level == L_EMAIL_FUZZY;
		score->apart |= level == L_EMAIL_NUMBERED || initial;
	}
	mobile = is_mobile(a, phone) || is_mobile(b, phone);
	if (phone != 0 && (!colleagues || mobile))
	{
		STEP(L_PHONE_EXACT, phone, phone);
		agreed->n += mobile;
		agreed->household += !mobile;
	}
	if (a->linkedin != 0 && b->linkedin != 0)
	{
		bool		same = a->linkedin == b->linkedin;

		STEP(same ? L_LINKEDIN_EXACT : L_LINKEDIN_CONFLICT, a->linkedin, b->linkedin);
		agreed->n += same;
		agreed->number |= same;
	}
}

/* Organisation: the best of registration number, domain, company, shared phone or mailbox; answers whether it agrees. */
static bool
score_organisation(DcScore *score, DcPopulation *p, const DcModel *model, const DcRecord *a, const DcRecord *b)
{
	DcValue		value;
	Bag			bag;

	if (a->registration != 0 && a->registration == b->registration)
		STEP_BY_FREQUENCY(L_ORG_NUMBER, a->registration, b->registration);
	else if (a->domain != 0 && a->domain == b->domain)
		STEP_BY_FREQUENCY(L_ORG_DOMAIN, a->domain, b->domain);
	else if (a->company != 0 && a->company == b->company)
		STEP_BY_FREQUENCY(L_ORG_COMPANY, a->company, b->company);
	else if ((value = dc_common_value(p, a->phone, b->phone, DC_MAX_PHONES, true)) != 0)
		STEP_BY_FREQUENCY(L_ORG_PHONE, value, value);
	else if ((value = dc_common_value(p, a->email, b->email, DC_MAX_EMAILS, true)) != 0)
		STEP_BY_FREQUENCY(L_ORG_MAILBOX, value, value);
	else if (a->company == 0 || b->company == 0)
		return false;
	else if (dc_alike_companies(p, a->company, b->company, 0.9, &bag) || bag.overlap >= 0.6)
		STEP_BY_FREQUENCY(L_ORG_FUZZY, a->company, b->company);
	else
	{
		STEP(L_ORG_CONFLICT, a->company, b->company);
		return false;
	}
	return true;
}

double
dc_probability(double weight)
{
	return 1.0 / (1.0 + exp2(-weight));
}

/* The street and number, or the postcode, are the same. */
static bool
same_place(const DcRecord *a, const DcRecord *b)
{
	return (a->address != 0 && a->address == b->address) || (a->postcode != 0 && a->postcode == b->postcode);
}

/* Over fewer contacts than this nobody can tell how rare a name is, or how often first names are wrong. */
#define FEW_CONTACTS 2000

/*
 * Another first name with one birth date, last name and place may be a twin.  Of two hundred such pairs that
 * are one person, it is assumed, there is one pair of twins: so it depends on how often first names are wrong.
 */
#define TWINS 200

/* Of parent and child each has his own number; a mailbox they may share. */
static bool
has_own_identifier(const Agreed *agreed)
{
	return agreed->n > (agreed->email != 0);
}

/*
 * Of one name, with birth dates that differ and no identifier in common: another middle name makes a namesake, and so do, among
 * few contacts, of which nobody knows how rare a name is, dates that are only alike and another address.
 */
static bool
is_namesake(const DcPopulation *p, const Agreed *agreed)
{
	return agreed->n + agreed->household == 0 && agreed->born_otherwise && (agreed->middle_differs || (agreed->elsewhere && p->size < FEW_CONTACTS));
}

/*
 * Guards: unlike names need two independent identifiers, partial ones need one.  What a household shares, its
 * number, its place, identifies nobody of it: neither the son who has his father's name nor the twin.
 */
static bool
is_identified(const DcPopulation *p, const DcRecord *a, const DcRecord *b, NameVerdict name, const Agreed *agreed, bool apart, bool place)
{
	int			all = agreed->n + agreed->dates + agreed->household;

	switch (name)
	{
		case NAME_CONFLICT:
			return agreed->n + agreed->dates >= 2 || (agreed->number && place);
		case NAME_OTHER_FIRST:
			return agreed->n >= 2 || (agreed->number && place) || (agreed->email != 0 && dc_mailbox_names_both(p, agreed->email, a, b));
		case NAME_OTHER_LAST:
			return all >= 2 || (all == 1 && place);
		case NAME_OTHER_GENDER:
			/* a couple may share a mailbox or a mobile, unless the address says whose it is */
			return agreed->n + agreed->dates >= 2 || agreed->number || (agreed->dates >= 1 && p->size >= FEW_CONTACTS) ||
				(agreed->email != 0 && dc_mailbox_names_one(p, agreed->email, a, b));
		case NAME_ALIKE_FIRST:
			return agreed->n >= 1 || (agreed->dates >= 1 && p->size >= FEW_CONTACTS);
		case NAME_UNLIKE_FIRST:
			return agreed->n + agreed->dates >= 1;
		case NAME_INITIAL:
			/* of one address there may be a John and a Jane */
			if (!agreed->organisation && agreed->n + agreed->dates == 0)
				return false;
			break;
		default:
			break;
	}
	/* namesakes, and generations */
	if (a->suffix != 0 && b->suffix != 0 && a->suffix != b->suffix)
		return agreed->n >= 2;
	if (agreed->generation)
		return has_own_identifier(agreed);
	if (a->suffix != b->suffix && agreed->dates == 0)
		return agreed->n >= 1;
	if (is_namesake(p, agreed))
		return false;
	return all >= (name == NAME_PARTIAL || apart ? 1 : 0);
}

/*
 * Relatives, colleagues or neighbours whom nobody need look at: of unlike names with no more than a number in common, or
 * of one last name and other first names with nothing of their own in common, but a number, a home or a family's firm.
 */
static bool
are_strangers(NameVerdict name, const Agreed *agreed)
{
	if (name == NAME_CONFLICT)
		return agreed->email == 0 && agreed->dates == 0;
	return name == NAME_OTHER_FIRST && agreed->n + agreed->dates == 0;
}

static double
weight_limit(const DcPopulation *p, const DcModel *model, const DcScore *score, const DcRecord *a, const DcRecord *b, NameVerdict name, const Agreed *agreed, bool place)
{
	if (is_identified(p, a, b, name, agreed, score->apart, place))
		return INFINITY;
	if (name == NAME_OTHER_FIRST && p->size >= FEW_CONTACTS && agreed->dates > 0 && (place || agreed->n + agreed->household > 0))
		return Max(REVIEW_LIMIT, log2(model->m[L_FIRST_CONFLICT] * TWINS));
	return are_strangers(name, agreed) ? CONFLICT_LIMIT : REVIEW_LIMIT;
}

static void
score_persons(DcScore *score, DcPopulation *p, const DcModel *model, const DcRecord *a, const DcRecord *b)
{
	NameVerdict name = dc_score_name(score, p, model, a, b);
	Agreed		agreed = {0};
	bool		place;
	bool		supported = false;
	int			names = score->nsteps;
	bool		organisation = score_organisation(score, p, model, a, b);

	score_identifiers(score, p, model, a, b, name, organisation, &agreed);
	dc_score_fields(score, p, model, a, b, &agreed);
	agreed.organisation = organisation;
	agreed.middle_differs = dc_has_step(score, L_MIDDLE_CONFLICT);
	place = same_place(a, b);
	if (!organisation && dc_score_place(score, p, model, a, b, 0, 0))
		place = true;
	else
		agreed.elsewhere = a->address != 0 && b->address != 0;
	for (int i = names; i < score->nsteps; i++)
		supported |= score->steps[i].weight > 0;
	if (a->job != 0 && b->job != 0)
	{
		if (a->job == b->job)
			step(score, model, L_JOB_EXACT, a->job, b->job, Min(p->surprise[a->job], 5));
		else
			STEP(L_JOB_CONFLICT, a->job, b->job);
	}
	score->limit = supported || p->size >= FEW_CONTACTS ? weight_limit(p, model, score, a, b, name, &agreed, place) : REVIEW_LIMIT;
	score->namesakes = is_namesake(p, &agreed);
	score->number = agreed.number;
}

/* A person and an organisation: its mailbox is perhaps the person's, its number and place are not. */
static double
limit_of_employee(const DcPopulation *p, const DcRecord *a, const DcRecord *b)
{
	if (dc_common_value(p, a->email, b->email, DC_MAX_EMAILS, false) == 0)
		return -10.0;
	return a->company != 0 && b->company != 0 ? REVIEW_LIMIT : INFINITY;
}

/*
 * Scores a pair.  A weight above the limit of a guard is cut to it: steps and prior then add up
 * to more than the weight, and the explanation shows the difference.
 */
void
dc_score_pair(DcPopulation *p, const DcModel *model, const DcRecord *a, const DcRecord *b, DcScore *score)
{
	bool		person_a = dc_is_person(a);
	bool		person_b = dc_is_person(b);

	score->nsteps = 0;
	score->apart = score->namesakes = score->number = false;
	score->limit = INFINITY;
	score->prior = score->weight = log2(model->prior / p->size);
	if (!person_a && !person_b && (a->company != 0 || b->company != 0))
		dc_score_companies(score, p, model, a, b);
	else
	{
		score_persons(score, p, model, a, b);
		/* an organisation is not its employee */
		if (person_a != person_b && (person_a ? b : a)->company != 0)
			score->limit = limit_of_employee(p, a, b);
	}
	score->weight = Min(score->weight, score->limit);
}
