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

#include "common/hashfn.h"

#include "match/match.h"

enum
{
	RULE_EMAIL = 1, RULE_PHONE, RULE_LINKEDIN, RULE_NAMES, RULE_GIVEN_LAST, RULE_LAST_DOMAIN, RULE_LAST_COMPANY, RULE_GIVEN_DOMAIN,
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

static uint64
make_key(int rule, uint64 a, uint64 b)
{
	uint64		key_class = rule == RULE_EMAIL ? DC_KEY_EMAIL : rule == RULE_PHONE ? DC_KEY_PHONE : 0;

	return (mix(a + mix(b + ((uint64) rule << 32))) & ~(uint64) DC_KEY_CLASS) | key_class;
}

static void
add_key(DcKeys *keys, int rule, uint64 a, uint64 b)
{
	if (a != 0 && b != 0 && keys->n < DC_MAX_KEYS)
		keys->key[keys->n++] = make_key(rule, a, b);
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

/* The first letters that are no vowels, so that vowels mistyped or doubled letters keep the key. */
static uint64
sound(const DcPopulation *p, DcValue value, int n)
{
	uint64		result = 0;
	char		last = '\0';

	for (const char *s = p->text[value]; *s != '\0' && n > 0; s++)
	{
		char		c = *s == 'z' ? 's' : *s == 'y' ? 'i' : *s == 'k' || *s == 'q' ? 'c' : *s;

		if (c == last || c == ' ' || (result != 0 && strchr("aeiouh", c) != NULL))
			continue;
		last = c;
		result = result << 8 | (unsigned char) c;
		n--;
	}
	return result;
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
	uint64		city = p->hash[r->city];
	uint64		postcode = p->hash[r->postcode];

	if (r->first != 0 && r->last != 0)
	{
		add_key(keys, RULE_NAMES, Min(first, last), Max(first, last));
		add_key(keys, RULE_GIVEN_LAST, given, last);
		add_key(keys, RULE_SOUND, sound(p, r->last, 5), sound(p, r->first, 4));
	}
	add_key(keys, RULE_LAST_DOMAIN, last, p->hash[r->domain]);
	add_key(keys, RULE_LAST_COMPANY, last, p->hash[r->company]);
	add_key(keys, RULE_GIVEN_DOMAIN, given, p->hash[r->domain]);
	add_key(keys, RULE_GIVEN_COMPANY, given, p->hash[r->company]);
	if (postcode != 0)
	{
		add_key(keys, RULE_LAST_POSTCODE, prefix(p, last_name, 3), postcode);
		add_key(keys, RULE_FIRST_POSTCODE, first, postcode);
	}
	if (city != 0)
	{
		add_key(keys, RULE_LAST_CITY, prefix(p, last_name, 4), prefix(p, r->given, 1) * 31 + city);
		add_key(keys, RULE_GIVEN_CITY, given, city);
		add_key(keys, RULE_LASTNAME_CITY, last, city);
	}
	add_key(keys, RULE_LAST_ADDRESS, last, p->hash[r->address]);
	add_key(keys, RULE_FIRST_ADDRESS, first, p->hash[r->address]);
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

	add_key(keys, RULE_ORGANISATION, p->hash[r->company], 1);
	add_key(keys, RULE_DOMAIN, p->hash[r->domain], 1);
	add_key(keys, RULE_ADDRESS, p->hash[r->address], 1);
	add_key(keys, RULE_NUMBER, p->hash[r->registration], 1);
	add_key(keys, RULE_COMPANY_PLACE, prefix(p, r->company, 4), place);
	add_key(keys, RULE_COMPANY_START, prefix(p, r->company, 7), 1);
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
			add_key(keys, RULE_STREET, number, prefix(p, word, 5));
	}
	for (int t = 0; t < company.n && t < 8; t++)
	{
		DcValue		word = p->token[company.start + t];

		if (n < 7)
			initials[n++] = p->text[word][0];
		if (p->surprise[word] >= 5 && strlen(p->text[word]) >= 4)
			add_key(keys, RULE_COMPANY_WORDS, prefix(p, word, 6), 1);
	}
	if (n >= 2)
		add_key(keys, RULE_ACRONYM, hash_bytes_extended((unsigned char *) initials, n, 0), 1);
	if (company.n > 0 && strlen(p->text[p->token[company.start]]) <= 7)
	{
		const char *first = p->text[p->token[company.start]];

		add_key(keys, RULE_ACRONYM, hash_bytes_extended((const unsigned char *) first, strlen(first), 0), 1);
	}
}

/* A day, a month, a year mistyped. */
static void
date_keys(const DcPopulation *p, int field, DcValue date, DcValue name, DcKeys *keys)
{
	add_key(keys, RULE_MONTH + field, prefix(p, date, 7), prefix(p, name, 4));
	add_key(keys, RULE_YEAR + field, prefix(p, date, 4), sound(p, name, 4));
	add_key(keys, RULE_DAY + field, hash_bytes_extended((const unsigned char *) p->text[date] + 4, 6, 0), prefix(p, name, 5));
}

static int
compare_keys(const void *a, const void *b)
{
	uint64		x = *(const uint64 *) a;
	uint64		y = *(const uint64 *) b;

	return x < y ? -1 : x > y;
}

/* The keys of a record, ascending, each once.  Tokens of its company and address must have been made. */
void
dc_make_keys(const DcPopulation *p, const DcRecord *r, DcKeys *keys)
{
	int			kept = 0;

	keys->n = 0;
	for (int i = 0; i < DC_MAX_EMAILS && r->email[i] != 0; i++)
	{
		add_key(keys, RULE_EMAIL, p->hash[r->email[i]], 1);
		/* the same local part elsewhere: another provider, or a domain mistyped */
		add_key(keys, RULE_MAILBOX, hash_bytes_extended((const unsigned char *) p->text[r->email[i]], strcspn(p->text[r->email[i]], "@"), 0), 1);
	}
	for (int i = 0; i < DC_MAX_PHONES && r->phone[i] != 0; i++)
		add_key(keys, RULE_PHONE, p->hash[r->phone[i]], 1);
	add_key(keys, RULE_LINKEDIN, p->hash[r->linkedin], 1);
	for (int i = 0; i < p->nfields; i++)
	{
		uint64		value = p->hash[r->field[i]];

		if (p->field_kind[i] == KIND_EXACT)
			add_key(keys, RULE_FIELD + i, value, 1);
		else
		{
			/* of first and last name alike: they may be swapped, and one of them may be missing */
			add_key(keys, RULE_FIELD_NAME + i, value, prefix(p, r->first, 1));
			add_key(keys, RULE_FIELD_NAME + i, value, prefix(p, r->last, 1));
			add_key(keys, RULE_FIELD_PLACE + i, value, prefix(p, r->postcode, 3));
			add_key(keys, RULE_FIELD_PLACE + i, value, prefix(p, r->city, 3));
			if (p->field_kind[i] == KIND_DATE && strlen(p->text[r->field[i]]) == 10)
			{
				date_keys(p, i, r->field[i], r->first, keys);
				date_keys(p, i, r->field[i], r->last, keys);
			}
		}
	}
	if (dc_is_person(r))
		person_keys(p, r, keys);
	else
		company_keys(p, r, keys);
	qsort(keys->key, keys->n, sizeof(uint64), compare_keys);
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
dc_block_order(const DcPopulation *p, const DcRecord *r)
{
	uint64		names = dc_is_person(r) ? letters(p, r->last, 5) << 20 | letters(p, r->first, 4) : letters(p, r->company, 9);
	uint64		organisation = p->hash[r->company != 0 ? r->company : r->domain];
	uint64		all = 0;

	for (const DcValue *v = &r->first; v < r->field + DC_MAX_FIELDS; v++)
		all = mix(all * 31 + p->hash[*v]);
	return names << 19 | (organisation >> 56) << 11 | all >> 53;
}
