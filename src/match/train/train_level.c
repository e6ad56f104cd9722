/*-------------------------------------------------------------------------
 *
 * train_level.c
 *	  Which levels a pair that is sampled could have shown.
 *
 *-------------------------------------------------------------------------
 */
#include "match/train/train_parts.h"

/*
 * Levels of organisation and of place are tried one after the other, each where both have the value: a
 * level is judged by the pairs that came down to it, not by those that had nothing to compare there.
 */
#define FIRST_TRIED L_ORG_NUMBER
#define LAST_TRIED L_PLACE_CONFLICT
#define FIRST_COMPANY_TRIED L_COMPANY_PLACE_ADDRESS
#define LAST_COMPANY_TRIED L_COMPANY_PLACE_CONFLICT

static int
tried_bit(int level)
{
	return level >= FIRST_COMPANY_TRIED ? level - FIRST_COMPANY_TRIED + LAST_TRIED - FIRST_TRIED + 1 : level - FIRST_TRIED;
}

static bool
is_tried(int level)
{
	return (level >= FIRST_TRIED && level <= LAST_TRIED) || (level >= FIRST_COMPANY_TRIED && level <= LAST_COMPANY_TRIED);
}

uint32
dc_possible_levels(const DcRecord *a, const DcRecord *b)
{
	bool		address = a->address != 0 && b->address != 0;
	bool		postcode = a->postcode != 0 && b->postcode != 0;
	bool		city = a->city != 0 && b->city != 0;
	bool		company = a->company != 0 && b->company != 0;
	const struct
	{
		int			level;
		bool		possible;
	}			levels[] = {
		{L_ORG_NUMBER, a->registration != 0 && b->registration != 0}, {L_ORG_DOMAIN, a->domain != 0 && b->domain != 0},
		{L_ORG_COMPANY, company}, {L_ORG_FUZZY, company}, {L_ORG_PHONE, a->phone[0] != 0 && b->phone[0] != 0},
		{L_ORG_MAILBOX, a->email[0] != 0 && b->email[0] != 0}, {L_ORG_CONFLICT, true},
		{L_PLACE_ADDRESS, address}, {L_PLACE_FUZZY, address}, {L_PLACE_POSTCODE, postcode}, {L_PLACE_CITY, city}, {L_PLACE_NEAR, postcode}, {L_PLACE_CONFLICT, true},
		{L_COMPANY_PLACE_ADDRESS, address}, {L_COMPANY_PLACE_FUZZY, address}, {L_COMPANY_PLACE_POSTCODE, postcode}, {L_COMPANY_PLACE_CITY, city},
		{L_COMPANY_PLACE_NEAR, postcode}, {L_COMPANY_PLACE_CONFLICT, true},
	};
	uint32		result = 0;

	for (int i = 0; i < lengthof(levels); i++)
		if (levels[i].possible)
			result |= 1u << tried_bit(levels[i].level);
	return result;
}

void
dc_find_bounds(const DcPopulation *p, GroupBounds *bounds)
{
	int			n = dc_level_count(p);

	for (int l = 0; l < n; l++)
		bounds->first[l] = l > 0 && dc_level_group(l - 1) == dc_level_group(l) ? bounds->first[l - 1] : l;
	for (int l = n - 1; l >= 0; l--)
		bounds->last[l] = l + 1 < n && dc_level_group(l + 1) == dc_level_group(l) ? bounds->last[l + 1] : l;
}

/* Adds a pair that shows this level to the totals of those that it could have shown. */
void
dc_add_total(double *total, const GroupBounds *bounds, int level, uint32 possible, double amount)
{
	int			last = bounds->last[level];

	for (int l = bounds->first[level]; l <= last; l++)
		if (!is_tried(l) || l == level || l == last || (l < level && possible & (1u << tried_bit(l))))
			total[l] += amount;
}

/* What identifiers agree on is rarer by chance than any sample shows, and what sets namesakes apart shows among them only. */
bool
dc_is_identifier(int level)
{
	return level == L_EMAIL_EXACT || level == L_PHONE_EXACT || level == L_LINKEDIN_EXACT || level == L_COMPANY_NUMBER_EXACT || level == L_EMAIL_NUMBERED ||
		level == L_COMPANY_PART;
}

/* Agreement on what one person alone has: all who agree are candidates, so that u follows from those of them that are not one. */
bool
dc_is_agreed_identifier(int level)
{
	return level == L_EMAIL_EXACT || level == L_PHONE_EXACT || level == L_LINKEDIN_EXACT || level == L_COMPANY_NUMBER_EXACT;
}
