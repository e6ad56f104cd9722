/*-------------------------------------------------------------------------
 *
 * score_place.c
 *	  What street, postcode and town say about two contacts.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include "match/core/score_parts.h"

/* One letter or digit off, or the same but for its last letters, as two postcodes of one town are. */
static bool
near_postcodes(const char *a, const char *b)
{
	size_t		n = strlen(a);
	size_t		m = strlen(b);
	size_t		equal = 0;

	while (a[equal] != '\0' && a[equal] == b[equal])
		equal++;
	if (n != m || n < 4)
		return false;
	return equal >= 3 && (a[equal] == ' ' || equal + 2 >= n || memchr(a, ' ', equal) != NULL) ? true : dc_one_edit_apart(a, b);
}

/* Bits that a postcode or a town may add: less for organisations, many of which share one. */
#define MAX_PERSON_PLACE 10
#define MAX_COMPANY_PLACE 6

/*
 * Place: levels are those of a person's place, or, offset, of an organisation's; an address surprises by so many bits at least.
 * Answers whether the street agrees.
 */
bool
dc_score_place(DcScore *score, DcPopulation *p, const DcModel *model, const DcRecord *a, const DcRecord *b, int offset, float least)
{
	Bag			bag;
	bool		street_differs = false;
	float		limit = offset == 0 ? MAX_PERSON_PLACE : MAX_COMPANY_PLACE;
	float		town = (a->postcode != 0 && a->postcode == b->postcode) || (a->city != 0 && a->city == b->city) ? 2 : 0;

	/* the same street and number, and more so in the same town */
	if (a->address != 0 && a->address == b->address)
	{
		step(score, model, L_PLACE_ADDRESS + offset, a->address, b->address, Min(Max(p->surprise[a->address] + town, least), 16));
		return true;
	}
	if (a->address != 0 && b->address != 0)
	{
		dc_compare_bags(p, a->address, b->address, &bag);
		/* the same words in another order: 5 damrak, damrak 5 */
		if (bag.overlap > 0.999)
		{
			step(score, model, L_PLACE_ADDRESS + offset, a->address, b->address, Min(Max(commoner(p, a->address, b->address) + town, least), 16));
			return true;
		}
		if (!bag.numbers_differ && (bag.overlap >= 0.6 || bag.contained >= 0.8))
		{
			step(score, model, L_PLACE_FUZZY + offset, a->address, b->address, Min(bag.matched * 0.8 + town, 14));
			return true;
		}
		street_differs = bag.overlap < 0.3;
	}
	if (a->postcode != 0 && a->postcode == b->postcode)
		step(score, model, L_PLACE_POSTCODE + offset, a->postcode, b->postcode, Min(p->surprise[a->postcode], street_differs ? 2 : limit));
	else if (a->city != 0 && b->city != 0 && (a->city == b->city || dc_alike(p, a->city, b->city, 0.9)))
		step(score, model, L_PLACE_CITY + offset, a->city, b->city, Min(commoner(p, a->city, b->city), street_differs ? 2 : limit - 1));
	else if (a->postcode != 0 && b->postcode != 0 && near_postcodes(p->text[a->postcode], p->text[b->postcode]))
		STEP(L_PLACE_NEAR + offset, a->postcode, b->postcode);
	else if (a->city != 0 && b->city != 0)
		STEP(L_PLACE_CONFLICT + offset, a->city, b->city);
	else if (street_differs)
		STEP(L_PLACE_CONFLICT + offset, a->address, b->address);
	return false;
}
