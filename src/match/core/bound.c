/*-------------------------------------------------------------------------
 *
 * bound.c
 *	  What a pair weighs at most, from integers alone.
 *
 * Most candidate pairs are strangers who have one key in common.  That they are is plain from
 * which values are equal and which letters the others have, so that no text is read: each group is
 * taken at the best level that these leave open.  The bound is never below what score.c gives;
 * pairs that it rules out are not scored, which changes no result.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include <math.h>

#include "port/pg_bitutils.h"

#include "lexicon.h"
#include "match/core/bound.h"

/* flags of a sketch */
#define SKETCH_PERSON 1
#define SKETCH_FULL_NAME 2		/* first and last */
#define SKETCH_TITLE 4
#define SKETCH_SPACE 8			/* the last name has several words */
#define SKETCH_MIDDLE 16
#define SKETCH_SUFFIX 32
#define SKETCH_ADDRESS 64
#define SKETCH_GENERIC 128		/* the first e-mail is one of a function, or shared */

/* Sums are taken in another order, and of rounded numbers. */
#define TOLERANCE 0.01f

/* ---------- sketches ---------- */

static uint8
surprise_eighths(const DcPopulation *p, DcValue value)
{
	return (uint8) ceilf(p->surprise[value] * 8);
}

static DcOutline
outline(const DcPopulation *p, DcValue value)
{
	const unsigned char *s = (const unsigned char *) p->text[value];
	DcOutline	result = {.letters = p->letters[value], .length = p->length[value], .surprise = surprise_eighths(p, value)};

	for (int i = 0; i < 4 && s[i] != '\0'; i++)
		result.start |= (uint32) s[i] << (8 * i);
	return result;
}

#define SET_FACTOR 2654435761u
#define OTHER_SET_FACTOR 2246822519u

static uint32
set_by(const DcPopulation *p, const DcValue *values, int n, bool generic, uint32 factor)
{
	uint32		set = 0;

	for (int i = 0; i < n && values[i] != 0; i++)
		if (((p->flags[values[i]] & VALUE_GENERIC) != 0) == generic)
			set |= 1u << (values[i] * factor >> 27);
	return set;
}

static uint32
set_of(const DcPopulation *p, const DcValue *values, int n, bool generic)
{
	return set_by(p, values, n, generic, SET_FACTOR);
}

/* Half as large a set by another hash. */
static uint16
other_set_of(const DcPopulation *p, const DcValue *values, int n, bool generic)
{
	uint32		set = set_by(p, values, n, generic, OTHER_SET_FACTOR);

	return (uint16) (set | set >> 16);
}

/* The only personal e-mail address. */
static DcValue
lone_email(const DcPopulation *p, const DcRecord *r)
{
	DcValue		found = 0;

	for (int i = 0; i < DC_MAX_EMAILS && r->email[i] != 0; i++)
	{
		if (p->flags[r->email[i]] & VALUE_GENERIC)
			continue;
		if (found != 0)
			return 0;
		found = r->email[i];
	}
	return found;
}

/* Words agree only when these, their first letters, do. */
static uint8
word_start(const DcPopulation *p, DcValue word)
{
	return p->text[word][0] & 31;
}

static uint32
word_starts(const DcPopulation *p, DcValue value)
{
	DcTokens	words = p->tokens[value];
	uint32		set = 0;

	for (int t = 0; t < words.n; t++)
		set |= 1u << word_start(p, p->token[words.start + t]);
	return set;
}

#define NO_WORD 255

/*
 * Words that have more than two fifths of the surprise of a company's name, of which there are two at most: when one agrees
 * with none of the other's, less than three fifths agree, and score.c finds a conflict.
 */
static void
find_needed_words(const DcPopulation *p, DcValue value, uint8 needed[2])
{
	DcTokens	words = p->tokens[value];
	float		sum = 0;
	int			n = 0;

	needed[0] = needed[1] = NO_WORD;
	for (int t = 0; t < words.n; t++)
		sum += p->surprise[p->token[words.start + t]];
	for (int t = 0; t < words.n && n < 2; t++)
	{
		DcValue		word = p->token[words.start + t];

		if (p->surprise[word] > 0.41f * sum)
			needed[n++] = word_start(p, word);
	}
}

static inline bool
has_word(uint32 set, uint8 word)
{
	return word == NO_WORD || (set >> word & 1) != 0;
}

/* Can three fifths of what the names of two companies say be in words that agree? */
static inline bool
may_agree_in_words(const DcSketch *a, const DcSketch *b)
{
	return (a->company_words & b->company_words) != 0 &&
		has_word(a->company_words, b->company_word[0]) && has_word(a->company_words, b->company_word[1]) &&
		has_word(b->company_words, a->company_word[0]) && has_word(b->company_words, a->company_word[1]);
}

void
dc_make_sketch(const DcPopulation *p, const DcRecord *r, DcSketch *sketch)
{
	StaticAssertStmt(sizeof(DcSketch) == 128, "a sketch is to take two cache lines");
	*sketch = (DcSketch) {
		.first = r->first, .given = r->given, .last = r->last,
		.registration = r->registration, .domain = r->domain, .company = r->company, .linkedin = r->linkedin,
		.postcode = r->postcode, .city = r->city, .job = r->job,
		.emails = set_of(p, r->email, DC_MAX_EMAILS, false), .phones = set_of(p, r->phone, DC_MAX_PHONES, false),
		.shared = set_of(p, r->email, DC_MAX_EMAILS, true) | set_of(p, r->phone, DC_MAX_PHONES, true),
		.company_words = word_starts(p, r->company),
		.first_name = outline(p, r->first), .last_name = outline(p, r->last), .organisation = outline(p, r->company),
		.town = outline(p, r->city), .mailbox = outline(p, r->email[0]),
		.email = lone_email(p, r), .phones_again = other_set_of(p, r->phone, DC_MAX_PHONES, false),
		.domain_surprise = surprise_eighths(p, r->domain), .postcode_surprise = surprise_eighths(p, r->postcode),
	};
	find_needed_words(p, r->company, sketch->company_word);
	sketch->nickname = r->first != 0 && dc_lexicon_find(&dc_lexicon_nicknames, p->text[r->first]) != NULL;
	sketch->flags = (dc_is_person(r) ? SKETCH_PERSON : 0) | (r->first != 0 && r->last != 0 ? SKETCH_FULL_NAME : 0) |
		(p->flags[r->first] & VALUE_TITLE ? SKETCH_TITLE : 0) | (strchr(p->text[r->last], ' ') != NULL ? SKETCH_SPACE : 0) |
		(r->middle != 0 ? SKETCH_MIDDLE : 0) | (r->suffix != 0 ? SKETCH_SUFFIX : 0) | (r->address != 0 ? SKETCH_ADDRESS : 0) |
		(p->flags[r->email[0]] & VALUE_GENERIC ? SKETCH_GENERIC : 0);
}

/* ---------- the model ---------- */

/* The most that one of these levels gives. */
static float
best_level(const DcBounds *b, int from, int to, float surprise)
{
	float		best = -INFINITY;

	for (int l = from; l <= to; l++)
		best = Max(best, b->weight[l] + b->by_frequency[l] * surprise);
	return best;
}

void
dc_make_bounds(const DcPopulation *p, const DcModel *model, double least, DcBounds *b)
{
	memset(b, 0, sizeof(DcBounds));
	b->base = log2(model->prior / p->size) + TOLERANCE;
	b->least = least;
	for (int n = 1; n < 256; n++)
		b->inverse[n] = 1.0f / n;
	for (int l = 0; l < dc_level_count(p); l++)
	{
		b->weight[l] = model->weight[l];
		b->by_frequency[l] = dc_level_spec(p, l)->by_frequency;
	}
	b->middle = best_level(b, L_MIDDLE_EXACT, L_MIDDLE_CONFLICT, DC_MAX_SURPRISE);
	b->suffix = best_level(b, L_SUFFIX_EXACT, L_SUFFIX_CONFLICT, DC_MAX_SURPRISE);
	b->address = Max(0, best_level(b, L_PLACE_ADDRESS, L_PLACE_CONFLICT, DC_MAX_SURPRISE));
	b->email = Max(0, best_level(b, L_EMAIL_EXACT, L_EMAIL_NUMBERED, DC_MAX_SURPRISE));
	b->phone = Max(0, best_level(b, L_PHONE_EXACT, L_PHONE_CONFLICT, DC_MAX_SURPRISE));
	b->shared = Max(b->weight[L_ORG_PHONE], b->weight[L_ORG_MAILBOX]) + DC_MAX_SURPRISE;
	/* of texts, dates and numbers any part may agree */
	for (int f = 0; f < p->nfields; f++)
		for (int l = L_FIELD + FIELD_LEVELS * f; l < L_FIELD + FIELD_LEVELS * (f + 1); l++)
		{
			float		most = p->field_kind[f] == KIND_TEXT || p->field_kind[f] == KIND_DATE ? DC_MAX_SURPRISE : 0;

			if (l == L_FIELD + FIELD_LEVELS * f)
				b->field_other[f] = p->field_kind[f] == KIND_TEXT ? b->weight[l] + DC_MAX_SURPRISE : -INFINITY;
			else
				b->field_other[f] = Max(b->field_other[f], b->weight[l] + most);
		}
}

/* ---------- a pair ---------- */

static inline int
count_bits(uint32 x)
{
	x -= x >> 1 & 0x55555555;
	x = (x & 0x33333333) + (x >> 2 & 0x33333333);
	return ((x + (x >> 4)) & 0x0f0f0f0f) * 0x01010101 >> 24;
}

static inline float
least_surprise(DcOutline a, DcOutline b)
{
	return Min(a.surprise, b.surprise) * 0.125f;
}

static inline int
equal_start(DcOutline a, DcOutline b)
{
	uint32		different = a.start ^ b.start;

	return different == 0 ? 4 : pg_rightmost_one_pos32(different) / 8;
}

/* Can dc_alike() hold of two values? */
static inline bool
may_be_alike(const DcBounds *bounds, DcOutline a, DcOutline b, float similarity)
{
	int			matches = Min(a.length - count_bits(a.letters & ~b.letters), b.length - count_bits(b.letters & ~a.letters));
	float		jaro = (matches * bounds->inverse[a.length] + matches * bounds->inverse[b.length] + 1.0f) / 3.0f;

	if (Max(a.length, b.length) == 255)
		return true;
	return jaro + equal_start(a, b) * 0.1f * (1.0f - jaro) >= similarity - 0.001f;
}

/* Can dc_alike_names() hold? */
static inline bool
may_be_alike_names(const DcBounds *bounds, DcOutline a, DcOutline b)
{
	return may_be_alike(bounds, a, b, 0.88f) ||
		(abs(a.length - b.length) <= 1 && count_bits(a.letters & ~b.letters) <= 1 && count_bits(b.letters & ~a.letters) <= 1);
}

static inline float
level(const DcBounds *b, int l, float surprise)
{
	return b->weight[l] + b->by_frequency[l] * surprise;
}

static inline float
first_name_bound(const DcBounds *bounds, const DcSketch *a, const DcSketch *b)
{
	float		surprise = least_surprise(a->first_name, b->first_name);
	float		best;
	int			equal;

	if (a->first == b->first)
		return level(bounds, L_FIRST_EXACT, surprise);
	equal = equal_start(a->first_name, b->first_name);
	best = level(bounds, L_FIRST_CONFLICT, surprise);
	/* a title leaves the first name open */
	if ((a->flags | b->flags) & SKETCH_TITLE)
		best = Max(best, 0);
	if (equal >= 1 && Min(a->first_name.length, b->first_name.length) == 1)
		best = Max(best, level(bounds, L_FIRST_INITIAL, surprise));
	if (a->given == b->given || a->given != a->first || b->given != b->first || equal >= 3 || a->nickname || b->nickname)
		best = Max(best, level(bounds, L_FIRST_NICKNAME, Max(a->first_name.surprise, b->first_name.surprise) * 0.125f));
	if (may_be_alike_names(bounds, a->first_name, b->first_name))
		best = Max(best, level(bounds, L_FIRST_FUZZY, surprise));
	return best;
}

static inline float
last_name_bound(const DcBounds *bounds, const DcSketch *a, const DcSketch *b)
{
	float		surprise = least_surprise(a->last_name, b->last_name);
	float		best;

	if (a->last == b->last)
		return level(bounds, L_LAST_EXACT, surprise);
	best = level(bounds, L_LAST_CONFLICT, surprise);
	if ((a->flags | b->flags) & SKETCH_SPACE)
		best = Max(best, level(bounds, L_LAST_PART, surprise));
	if (may_be_alike_names(bounds, a->last_name, b->last_name))
		best = Max(best, level(bounds, L_LAST_FUZZY, surprise));
	return best;
}

static inline bool
may_be_swapped(const DcBounds *bounds, const DcSketch *a, const DcSketch *b)
{
	return a->first != b->first && a->last != b->last &&
		(may_be_alike_names(bounds, a->first_name, b->last_name) || may_be_alike_names(bounds, a->last_name, b->first_name));
}

static inline float
place_bound(const DcBounds *bounds, const DcSketch *a, const DcSketch *b)
{
	float		best = 0;

	if (a->flags & b->flags & SKETCH_ADDRESS)
		return bounds->address;
	if (a->postcode != 0 && a->postcode == b->postcode)
		return level(bounds, L_PLACE_POSTCODE, Min(a->postcode_surprise * 0.125f, 10));
	if (a->city != 0 && a->city == b->city)
		return level(bounds, L_PLACE_CITY, Min(a->town.surprise * 0.125f, 9));
	if (a->city != 0 && b->city != 0)
	{
		best = bounds->weight[L_PLACE_CONFLICT];
		if (may_be_alike(bounds, a->town, b->town, 0.9f))
			best = Max(best, level(bounds, L_PLACE_CITY, Min(least_surprise(a->town, b->town), 9)));
	}
	if (a->postcode != 0 && b->postcode != 0)
		best = Max(best, bounds->weight[L_PLACE_NEAR]);
	return best;
}

/* Organisation and place together: the place speaks only where the organisation does not agree. */
static inline float
organisation_bound(const DcBounds *bounds, const DcSketch *a, const DcSketch *b)
{
	float		apart;
	float		best;

	if (a->registration != 0 && a->registration == b->registration)
		return level(bounds, L_ORG_NUMBER, DC_MAX_SURPRISE);
	if (a->domain != 0 && a->domain == b->domain)
		return level(bounds, L_ORG_DOMAIN, a->domain_surprise * 0.125f);
	if (a->company != 0 && a->company == b->company)
		return level(bounds, L_ORG_COMPANY, a->organisation.surprise * 0.125f);
	apart = place_bound(bounds, a, b);
	best = -INFINITY;
	if (a->company != 0 && b->company != 0)
	{
		apart += bounds->weight[L_ORG_CONFLICT];
		if (may_agree_in_words(a, b) || may_be_alike(bounds, a->organisation, b->organisation, 0.9f))
			best = level(bounds, L_ORG_FUZZY, least_surprise(a->organisation, b->organisation));
	}
	if ((a->shared & b->shared) != 0)
		best = Max(best, bounds->shared);
	return Max(best, apart);
}

static inline float
identifier_bound(const DcBounds *bounds, const DcSketch *a, const DcSketch *b)
{
	float		sum = 0;

	if (a->email != 0 && b->email != 0 ? a->email == b->email : (a->emails & b->emails) != 0)
		sum += bounds->email;
	else if (a->mailbox.length != 0 && b->mailbox.length != 0 && ((a->flags | b->flags) & SKETCH_GENERIC) == 0)
	{
		bool		alike = (abs(a->mailbox.length - b->mailbox.length) <= 1 && count_bits(a->mailbox.letters & ~b->mailbox.letters) <= 1 &&
							 count_bits(b->mailbox.letters & ~a->mailbox.letters) <= 1) || may_be_alike(bounds, a->mailbox, b->mailbox, 0.93f);

		sum += best_level(bounds, alike ? L_EMAIL_FUZZY : L_EMAIL_CONFLICT, L_EMAIL_NUMBERED, DC_MAX_SURPRISE);
	}
	if ((a->phones & b->phones) != 0 && (a->phones_again & b->phones_again) != 0)
		sum += bounds->phone;
	if (a->linkedin != 0 && b->linkedin != 0)
		sum += bounds->weight[a->linkedin == b->linkedin ? L_LINKEDIN_EXACT : L_LINKEDIN_CONFLICT];
	return sum;
}

static float
field_bound(const DcPopulation *p, const DcBounds *bounds, const DcRecord *a, const DcRecord *b)
{
	float		sum = 0;

	for (int f = 0; f < p->nfields; f++)
		if (a->field[f] != 0 && b->field[f] != 0)
			sum += a->field[f] == b->field[f] ? bounds->weight[L_FIELD + FIELD_LEVELS * f] + p->surprise[a->field[f]] : bounds->field_other[f];
	return sum;
}

/* Does the pair weigh less than bounds->least for sure? */
bool
dc_rules_out(const DcPopulation *p, const DcBounds *bounds, const DcSketch *sketches, int i, int j)
{
	const DcSketch *a = &sketches[i];
	const DcSketch *b = &sketches[j];
	float		weight = bounds->base;

	/* organisations have a model of their own, and of one name on a side much may come */
	if ((a->flags & b->flags & SKETCH_FULL_NAME) == 0)
		return false;
	weight += first_name_bound(bounds, a, b) + last_name_bound(bounds, a, b) + organisation_bound(bounds, a, b) + identifier_bound(bounds, a, b);
	if (a->flags & b->flags & SKETCH_MIDDLE)
		weight += bounds->middle;
	if (a->flags & b->flags & SKETCH_SUFFIX)
		weight += bounds->suffix;
	if (a->job != 0 && b->job != 0)
		weight += a->job == b->job ? level(bounds, L_JOB_EXACT, 5) : bounds->weight[L_JOB_CONFLICT];
	if (p->nfields > 0)
		weight += field_bound(p, bounds, &p->records[i], &p->records[j]);
	return weight < bounds->least && !may_be_swapped(bounds, a, b);
}
