/*-------------------------------------------------------------------------
 *
 * keys.c
 *	  Keys: contacts that share one are compared.
 *
 * A key is a 64-bit hash of a rule's number and the texts that the rule takes, so that it is
 * the same in every session and on every machine.  Each rule tolerates an error in what
 * the others rest on.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include <math.h>

#include "common/hashfn.h"

#include "match/match.h"

enum
{
	RULE_EMAIL = 1, RULE_PHONE, RULE_LINKEDIN, RULE_NAMES, RULE_LAST_DOMAIN, RULE_LAST_COMPANY, RULE_GIVEN_DOMAIN,
	RULE_GIVEN_COMPANY, RULE_LAST_POSTCODE, RULE_LAST_CITY, RULE_GIVEN_CITY, RULE_LASTNAME_CITY, RULE_FIRST_POSTCODE, RULE_LAST_ADDRESS, RULE_FIRST_ADDRESS, RULE_MAILBOX,
	RULE_SOUND, RULE_ORGANISATION, RULE_DOMAIN, RULE_ADDRESS, RULE_COMPANY_PLACE, RULE_NUMBER, RULE_STREET, RULE_COMPANY_START,
	RULE_COMPANY_WORDS, RULE_ACRONYM, RULE_FIELD, RULE_FIELD_NAME = RULE_FIELD + DC_MAX_FIELDS,
	RULE_FIELD_PLACE = RULE_FIELD_NAME + DC_MAX_FIELDS, RULE_MONTH = RULE_FIELD_PLACE + DC_MAX_FIELDS,
	RULE_YEAR = RULE_MONTH + DC_MAX_FIELDS, RULE_DAY = RULE_YEAR + DC_MAX_FIELDS
};

/* the finaliser of MurmurHash3, 64 bits */
static uint64
mix(uint64 h)
{
	h = (h ^ (h >> 33)) * UINT64CONST(0xff51afd7ed558ccd);
	h = (h ^ (h >> 33)) * UINT64CONST(0xc4ceb9fe1a85ec53);
	return h ^ (h >> 33);
}

/* What is expected of a key: how many contacts share it by chance.  Infinite where nobody can tell. */
#define FEW 0.0

/*
 * A key of two values that so many contacts share by chance finds strangers, not duplicates, when its block is
 * large; one that few share by chance finds duplicates however large its block is.
 */
#define MANY 4.0

/* Bits of a month, and of the first letters of a name, common names having more bearers than rare ones. */
#define MONTH_BITS 3.6
#define LETTERS_BITS(n) (1.0 + 2.0 * (n))

/* Contacts that agree by chance on values of so many bits. */
static double
by_chance(const DcPopulation *p, double bits)
{
	return p->size * exp2(-bits);
}

static uint64
make_key(int rule, uint64 a, uint64 b, double expected)
{
	uint64		key_class = rule == RULE_EMAIL ? DC_KEY_EMAIL : rule == RULE_PHONE ? DC_KEY_PHONE : expected > MANY ? DC_KEY_WEAK : 0;

	return (mix(a + mix(b + ((uint64) rule << 32))) & ~(uint64) DC_KEY_CLASS) | key_class;
}

uint64
dc_email_key_of(const DcPopulation *p, DcValue email)
{
	return make_key(RULE_EMAIL, p->hash[email], 1, FEW);
}

uint64
dc_phone_key_of(const DcPopulation *p, DcValue phone)
{
	return make_key(RULE_PHONE, p->hash[phone], 1, FEW);
}

static void
add_key(DcKeys *keys, int rule, uint64 a, uint64 b, double expected)
{
	if (a != 0 && b != 0 && keys->n < DC_MAX_KEYS)
		keys->key[keys->n++] = make_key(rule, a, b, expected);
}

/* The first letters of a text, at most seven, as a number. */
static uint64
prefix(const DcPopulation *p, DcValue value, int n)
{
	uint64		result = 0;
	const char *s = p->text[value];

	for (int i = 0; i < n && s[i] != '\0'; i++)
		result = result << 8 | (unsigned char) s[i];
	return result;
}

/* Letters that sound alike are one; those that are dropped after the first letter are in upper case. */
static const char sounds[256] = {
	['a'] = 'A', ['e'] = 'E', ['h'] = 'H', ['i'] = 'I', ['o'] = 'O', ['u'] = 'U', ['y'] = 'I', ['z'] = 's', ['k'] = 'c', ['q'] = 'c',
};

/* The first letters that are no vowels, so that vowels mistyped or doubled letters keep the key. */
uint64
dc_sound(const DcPopulation *p, DcValue value, int n)
{
	uint64		result = 0;
	unsigned char last = '\0';

	for (const unsigned char *s = (const unsigned char *) p->text[value]; *s != '\0' && n > 0; s++)
	{
		unsigned char c = sounds[*s];
		bool		dropped = c >= 'A' && c <= 'Z';

		if (c == '\0')
			c = *s;
		if (c == last || c == ' ' || (dropped && result != 0))
			continue;
		last = c;
		result = result << 8 | c;
		n--;
	}
	return result;
}

/* By name and place: given names and last names alone only where nothing else tells where the person works. */
static void
place_keys(const DcPopulation *p, const DcRecord *r, DcValue first_name, DcValue last_name, DcKeys *keys)
{
	uint64		city = p->hash[r->city];
	uint64		postcode = p->hash[r->postcode];
	uint64		given = p->hash[r->given != 0 ? r->given : r->last];
	double		city_bits = p->surprise[r->city];
	double		postcode_bits = p->surprise[r->postcode];

	add_key(keys, RULE_LAST_POSTCODE, prefix(p, last_name, 3), postcode, by_chance(p, LETTERS_BITS(3) + postcode_bits));
	add_key(keys, RULE_LAST_CITY, prefix(p, last_name, 4), city == 0 ? 0 : prefix(p, r->given, 1) * 31 + city,
			by_chance(p, LETTERS_BITS(4) + LETTERS_BITS(1) + city_bits));
	add_key(keys, RULE_LAST_ADDRESS, p->hash[last_name], p->hash[r->address], FEW);
	add_key(keys, RULE_FIRST_ADDRESS, p->hash[first_name], p->hash[r->address], FEW);
	if (r->company != 0)
		return;
	add_key(keys, RULE_FIRST_POSTCODE, p->hash[first_name], postcode, by_chance(p, p->surprise[first_name] + postcode_bits));
	add_key(keys, RULE_GIVEN_CITY, given, city, by_chance(p, p->surprise[r->given != 0 ? r->given : r->last] + city_bits));
	add_key(keys, RULE_LASTNAME_CITY, p->hash[last_name], city, by_chance(p, p->surprise[last_name] + city_bits));
}

static void
person_keys(const DcPopulation *p, const DcRecord *r, DcKeys *keys)
{
	/* one name only may be either */
	DcValue		first_name = r->first != 0 ? r->first : r->last;
	DcValue		last_name = r->last != 0 ? r->last : r->first;
	uint64		first = p->hash[first_name];
	uint64		given = p->hash[r->given != 0 ? r->given : r->last];
	uint64		last = p->hash[last_name];

	if (r->first != 0 && r->last != 0)
	{
		add_key(keys, RULE_NAMES, Min(first, last), Max(first, last), FEW);
		/* the full name of a nickname, the first of several given names */
		if (given != first)
			add_key(keys, RULE_NAMES, Min(given, last), Max(given, last), FEW);
		add_key(keys, RULE_SOUND, dc_sound(p, r->last, 5), dc_sound(p, r->first, 4), by_chance(p, LETTERS_BITS(5) + LETTERS_BITS(4)));
	}
	add_key(keys, RULE_LAST_DOMAIN, last, p->hash[r->domain], FEW);
	add_key(keys, RULE_LAST_COMPANY, last, p->hash[r->company], FEW);
	add_key(keys, RULE_GIVEN_DOMAIN, given, p->hash[r->domain], FEW);
	add_key(keys, RULE_GIVEN_COMPANY, given, p->hash[r->company], FEW);
	place_keys(p, r, first_name, last_name, keys);
}

static void
company_keys(const DcPopulation *p, const DcRecord *r, DcKeys *keys)
{
	uint64		place = r->postcode != 0 ? p->hash[r->postcode] : p->hash[r->city];
	DcTokens	company = p->tokens[r->company];
	DcTokens	address = p->tokens[r->address];
	uint64		number = 0;
	char		initials[8];
	int			n = 0;

	add_key(keys, RULE_ORGANISATION, p->hash[r->company], 1, FEW);
	add_key(keys, RULE_DOMAIN, p->hash[r->domain], 1, FEW);
	add_key(keys, RULE_ADDRESS, p->hash[r->address], 1, FEW);
	add_key(keys, RULE_NUMBER, p->hash[r->registration], 1, FEW);
	add_key(keys, RULE_COMPANY_PLACE, prefix(p, r->company, 4), place, FEW);
	add_key(keys, RULE_COMPANY_START, prefix(p, r->company, 7), 1, FEW);
	/* house number with each word of the street: abbreviations and directions come and go */
	for (int t = 0; t < address.n; t++)
	{
		DcValue		word = p->token[address.start + t];

		if (number == 0 && p->text[word][0] >= '0' && p->text[word][0] <= '9')
			number = p->hash[word];
	}
	for (int t = 0; t < address.n && t < 6; t++)
	{
		DcValue		word = p->token[address.start + t];

		if (p->text[word][0] > '9' && strlen(p->text[word]) >= 4)
			add_key(keys, RULE_STREET, number, prefix(p, word, 5), FEW);
	}
	for (int t = 0; t < company.n && t < 8; t++)
	{
		DcValue		word = p->token[company.start + t];

		if (n < 7)
			initials[n++] = p->text[word][0];
		if (p->surprise[word] >= 5 && strlen(p->text[word]) >= 4)
			add_key(keys, RULE_COMPANY_WORDS, prefix(p, word, 6), 1, FEW);
	}
	if (n >= 2)
		add_key(keys, RULE_ACRONYM, hash_bytes_extended((unsigned char *) initials, n, 0), 1, FEW);
	if (company.n > 0 && strlen(p->text[p->token[company.start]]) <= 7)
	{
		const char *first = p->text[p->token[company.start]];

		add_key(keys, RULE_ACRONYM, hash_bytes_extended((const unsigned char *) first, strlen(first), 0), 1, FEW);
	}
}

/* A day, a month, a year mistyped. */
static void
date_keys(const DcPopulation *p, int field, DcValue date, DcValue name, DcKeys *keys)
{
	DcTokens	parts = p->tokens[date];
	float		year = p->surprise[p->token[parts.start]];
	float		day = p->surprise[p->token[parts.start + 1]];

	add_key(keys, RULE_MONTH + field, prefix(p, date, 7), prefix(p, name, 4), by_chance(p, year + MONTH_BITS + LETTERS_BITS(4)));
	add_key(keys, RULE_YEAR + field, prefix(p, date, 4), dc_sound(p, name, 4), by_chance(p, year + LETTERS_BITS(4)));
	add_key(keys, RULE_DAY + field, hash_bytes_extended((const unsigned char *) p->text[date] + 4, 6, 0), prefix(p, name, 5), by_chance(p, day + LETTERS_BITS(5)));
}

/* Of a declared field, with one more letter or two of what else is known. */
static void
field_keys(const DcPopulation *p, const DcRecord *r, int field, DcKeys *keys)
{
	DcValue		value = r->field[field];
	uint64		hash = p->hash[value];
	double		expected = by_chance(p, p->surprise[value] + LETTERS_BITS(1));

	if (p->field_kind[field] == KIND_EXACT)
	{
		add_key(keys, RULE_FIELD + field, hash, 1, FEW);
		return;
	}
	/* of first and last name alike: they may be swapped, and one of them may be missing */
	add_key(keys, RULE_FIELD_NAME + field, hash, prefix(p, r->first, 1), expected);
	add_key(keys, RULE_FIELD_NAME + field, hash, prefix(p, r->last, 1), expected);
	add_key(keys, RULE_FIELD_PLACE + field, hash, prefix(p, r->postcode, 3), expected);
	add_key(keys, RULE_FIELD_PLACE + field, hash, prefix(p, r->city, 3), expected);
	if (p->field_kind[field] == KIND_DATE && p->tokens[value].n == 2 && p->length[value] == 10)
	{
		date_keys(p, field, value, r->first, keys);
		date_keys(p, field, value, r->last, keys);
	}
}

/* by insertion: they are few */
static void
sort_keys(DcKeys *keys)
{
	for (int i = 1; i < keys->n; i++)
	{
		uint64		key = keys->key[i];
		int			j = i;

		for (; j > 0 && keys->key[j - 1] > key; j--)
			keys->key[j] = keys->key[j - 1];
		keys->key[j] = key;
	}
}

static uint64
local_part(const DcPopulation *p, DcValue email)
{
	const char *s = p->text[email];
	const char *at = strchr(s, '@');

	return hash_bytes_extended((const unsigned char *) s, at == NULL ? strlen(s) : at - s, 0);
}

/* The keys of a record, ascending, each once.  Tokens of its company and address must have been made. */
void
dc_make_keys(const DcPopulation *p, const DcRecord *r, DcKeys *keys)
{
	int			kept = 0;

	keys->n = 0;
	for (int i = 0; i < DC_MAX_EMAILS && r->email[i] != 0; i++)
	{
		add_key(keys, RULE_EMAIL, p->hash[r->email[i]], 1, FEW);
		/* the same local part elsewhere: another provider, or a domain mistyped */
		add_key(keys, RULE_MAILBOX, local_part(p, r->email[i]), 1, INFINITY);
	}
	for (int i = 0; i < DC_MAX_PHONES && r->phone[i] != 0; i++)
		add_key(keys, RULE_PHONE, p->hash[r->phone[i]], 1, FEW);
	add_key(keys, RULE_LINKEDIN, p->hash[r->linkedin], 1, FEW);
	for (int i = 0; i < p->nfields; i++)
		field_keys(p, r, i, keys);
	if (dc_is_person(r))
		person_keys(p, r, keys);
	else
		company_keys(p, r, keys);
	sort_keys(keys);
	for (int i = 0; i < keys->n; i++)
		if (kept == 0 || keys->key[kept - 1] != keys->key[i])
			keys->key[kept++] = keys->key[i];
	keys->n = kept;
}

/* The first letters of a folded text, five bits each; what is no letter is told apart roughly. */
static uint64
letters(const DcPopulation *p, DcValue value, int n)
{
	uint64		result = 0;
	const char *s = p->text[value];

	for (int i = 0; i < n; i++)
	{
		unsigned char c = *s;

		result = result << 5 | (c == '\0' ? 0 : c >= 'a' && c <= 'z' ? c - 'a' + 1 : 27 + c % 5);
		s += c != '\0';
	}
	return result;
}

/*
 * The place of a record among others of one key, for blocks too large to be compared as a whole: by the first
 * letters of last and first name, or of the company, then by hashes of the organisation and of all
 * values, so that records much alike are neighbours whatever the order of loading.  Equal ones follow by
 * contact_id.
 */
uint64
dc_block_order_of(const DcPopulation *p, const DcRecord *r, uint64 record_hash)
{
	uint64		names = dc_is_person(r) ? letters(p, r->last, 5) << 20 | letters(p, r->first, 4) : letters(p, r->company, 9);
	uint64		organisation = p->hash[r->company != 0 ? r->company : r->domain];

	return names << 19 | (organisation >> 56) << 11 | record_hash >> 53;
}

uint64
dc_block_order(const DcPopulation *p, const DcRecord *r)
{
	return dc_block_order_of(p, r, dc_record_hash(p, r));
}

#define ORDER_LAST(order) ((order) >> 49)	/* three letters of the last name */
#define ORDER_FIRST(order) ((order) >> 34 & 31)	/* the first letter of the first name */

/*
 * Do two neighbours in a large block meet?  Where strangers share the key (a switchboard, a mailbox of many, what
 * many have in common by chance), only if their names begin alike; where it says much by itself, always.
 */
bool
dc_neighbours_meet(uint64 key, uint64 order_a, uint64 order_b)
{
	uint64		a = ORDER_FIRST(order_a);
	uint64		b = ORDER_FIRST(order_b);

	if ((key & DC_KEY_CLASS) == 0)
		return true;
	return ORDER_LAST(order_a) == ORDER_LAST(order_b) && (a == b || a == 0 || b == 0);
}
