/*-------------------------------------------------------------------------
 *
 * features.c
 *	  Values interned, counted, and cut into words.
 *
 * A value is its text: one text has one number, whatever column it came from.  What
 * decides anything (keys, order, frequencies) is taken from the text or its hash, never from
 * the number, so that the order in which contacts are read changes no result.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include <math.h>

#include "common/hashfn.h"
#ifndef FRONTEND
#include "utils/memutils.h"
#endif

#include "match/match.h"

#define HUGE_ZERO (MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO)
#define AHEAD 8					/* records: so far what they point to is asked for before their turn */

/* What is not written when it is filled is zeroed, so that memory is touched when it is used. */
static void *
grow(DcPopulation *p, void *old, size_t size, size_t from, size_t to, bool zero)
{
	char	   *new;

	if (old == NULL)
		return MemoryContextAllocExtended(p->context, size * to, zero ? HUGE_ZERO : MCXT_ALLOC_HUGE);
	new = repalloc_huge(old, size * to);
	if (zero)
		memset(new + size * from, 0, size * (to - from));
	return new;
}

static void
grow_values(DcPopulation *p, uint32 capacity)
{
	uint32		from = p->value_capacity;

	p->text = grow(p, p->text, sizeof(char *), from, capacity, false);
	p->hash = grow(p, p->hash, sizeof(uint64), from, capacity, false);
	p->letters = grow(p, p->letters, sizeof(uint32), from, capacity, false);
	p->length = grow(p, p->length, sizeof(uint8), from, capacity, false);
	p->flags = grow(p, p->flags, sizeof(uint8), from, capacity, false);
	p->value_capacity = capacity;
}

/* What is counted of each value stays out of the way until it is. */
static void
grow_counts(DcPopulation *p)
{
	uint32		from = p->count_capacity;

	if (from == p->value_capacity)
		return;
	p->count = grow(p, p->count, sizeof(uint32), from, p->value_capacity, true);
	p->surprise = grow(p, p->surprise, sizeof(float), from, p->value_capacity, true);
	p->tokens = grow(p, p->tokens, sizeof(DcTokens), from, p->value_capacity, true);
	p->count_capacity = p->value_capacity;
}

/* The upper half of the hash stands beside the value, so that another one in its place is passed over at once. */
static void
put_slot(DcPopulation *p, DcValue value)
{
	uint32		slot = p->hash[value] & (p->nslots - 1);

	while (p->slots[slot].value != 0)
		slot = (slot + 1) & (p->nslots - 1);
	p->slots[slot].value = value;
	p->slots[slot].tag = p->hash[value] >> 32;
}

static void
grow_slots(DcPopulation *p, uint32 nslots)
{
	if (p->slots != NULL)
		pfree(p->slots);
	p->slots = MemoryContextAllocExtended(p->context, sizeof(DcSlot) * (size_t) nslots, HUGE_ZERO);
	p->nslots = nslots;
	for (DcValue v = 1; v < p->nvalues; v++)
		put_slot(p, v);
}

/* An empty population; it lives in the current memory context. */
DcPopulation *
dc_population_create(void)
{
	DcPopulation *p = palloc0(sizeof(DcPopulation));

	p->context = CurrentMemoryContext;
	p->one_in = DC_ALL;
	p->texts = AllocSetContextCreate(p->context, "dropcontact texts", ALLOCSET_START_SMALL_SIZES);
	grow_values(p, 1024);
	p->nvalues = 1;
	p->text[0] = "";
	p->hash[0] = 0;
	p->letters[0] = 0;
	p->length[0] = 0;
	p->flags[0] = 0;
	grow_slots(p, 2048);
	return p;
}

DcRecord *
dc_add_record(DcPopulation *p)
{
	if (p->nrecords == p->capacity)
	{
		int			capacity = Max(16, p->capacity * 2);

		p->records = grow(p, p->records, sizeof(DcRecord), p->capacity, capacity, false);
		p->capacity = capacity;
	}
	memset(&p->records[p->nrecords], 0, sizeof(DcRecord));
	return &p->records[p->nrecords++];
}

#define SMALLEST_CHUNK 1024
#define LARGEST_CHUNK (1024 * 1024)

/* Keeps a text with a zero byte behind it: one after the other in large chunks. */
static const char *
keep_text(DcPopulation *p, const char *text, size_t len)
{
	char	   *copy = p->room;

	if (len >= p->room_size)
	{
		p->chunk_size = Min(LARGEST_CHUNK, Max(SMALLEST_CHUNK, p->chunk_size * 2));
		p->room_size = Max(p->chunk_size, len + 1);
		copy = MemoryContextAllocHuge(p->texts, p->room_size);
	}
	memcpy(copy, text, len);
	copy[len] = '\0';
	p->room = copy + len + 1;
	p->room_size -= len + 1;
	return copy;
}

/* Which of a to z a text has, a bit each; all other bytes share six bits. */
static uint32
letter_set(const char *text, size_t len)
{
	uint32		set = 0;

	for (size_t i = 0; i < len; i++)
	{
		unsigned char c = text[i];

		set |= c >= 'a' && c <= 'z' ? 1u << (c - 'a') : 1u << (26 + c % 6);
	}
	return set;
}

static bool
is_ascii(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char) text[i] >= 128)
			return false;
	return true;
}

/* The value of a text, or 0 and the place where a new one goes. */
static inline DcValue
find_value(const DcPopulation *p, const char *text, size_t len, uint64 hash, uint32 *slot)
{
	for (*slot = hash & (p->nslots - 1); p->slots[*slot].value != 0; *slot = (*slot + 1) & (p->nslots - 1))
	{
		DcValue		value = p->slots[*slot].value;

		if (p->slots[*slot].tag == (uint32) (hash >> 32) && strncmp(p->text[value], text, len) == 0 && p->text[value][len] == '\0')
			return value;
	}
	return 0;
}

static DcValue
add_value(DcPopulation *p, const char *text, size_t len, uint64 hash, uint32 slot, uint32 letters, uint8 length)
{
	DcValue		value;

	if (p->nvalues == p->value_capacity)
	{
		grow_values(p, p->value_capacity * 2);
		if (p->count != NULL)
			grow_counts(p);
	}
	value = p->nvalues++;
	p->text[value] = keep_text(p, text, len);
	p->hash[value] = hash;
	p->letters[value] = letters;
	p->length[value] = length;
	p->flags[value] = 0;
	p->slots[slot].value = value;
	p->slots[slot].tag = hash >> 32;
	if (p->nvalues > p->nslots / 4 * 3)
		grow_slots(p, p->nslots * 2);
	return value;
}

/* The same when the hash is known. */
DcValue
dc_intern_hashed(DcPopulation *p, const char *text, size_t len, uint64 hash)
{
	uint32		slot;
	DcValue		value;

	if (len == 0)
		return 0;
	value = find_value(p, text, len, hash, &slot);
	return value != 0 ? value : add_value(p, text, len, hash, slot, letter_set(text, len), is_ascii(text, len) ? Min(len, 255) : 255);
}

/* And when another population has it, with all that is known of its text. */
DcValue
dc_intern_from(DcPopulation *p, const char *text, size_t len, uint64 hash, uint32 letters, uint8 length)
{
	uint32		slot;
	DcValue		value = find_value(p, text, len, hash, &slot);

	return value != 0 ? value : add_value(p, text, len, hash, slot, letters, length);
}

DcValue
dc_intern_n(DcPopulation *p, const char *text, size_t len)
{
	return len == 0 ? 0 : dc_intern_hashed(p, text, len, dc_text_hash(text, len));
}

DcValue
dc_intern(DcPopulation *p, const char *text)
{
	return text == NULL ? 0 : dc_intern_n(p, text, strlen(text));
}

/* The name of an organisation once more, as a text that no company of a person is. */
void
dc_name_organisation(DcPopulation *p, DcRecord *r)
{
	if (!dc_is_person(r) && r->company != 0)
		r->organisation = dc_intern(p, psprintf("=%s", p->text[r->company]));
}

/* No value is rarer than this: what has been seen once may be a typing error of another. */
#define MIN_FREQUENCY 1e-5
#define MAX_FREQUENCY 0.2

static float
surprise(double frequency)
{
	return -log2(Max(MIN_FREQUENCY, Min(MAX_FREQUENCY, frequency)));
}

/* Cuts what is compared by words; linear in the records. */
void
dc_make_tokens(DcPopulation *p)
{
	grow_counts(p);
	for (int i = 0; i < p->nrecords; i++)
	{
		if (i + AHEAD < p->nrecords)
		{
			DC_PREFETCH(&p->tokens[p->records[i + AHEAD].company]);
			DC_PREFETCH(&p->tokens[p->records[i + AHEAD].address]);
		}
		dc_value_tokens(p, p->records[i].company);
		dc_value_tokens(p, p->records[i].address);
		for (int f = 0; f < p->nfields; f++)
			if (p->field_kind[f] == KIND_TEXT || p->field_kind[f] == KIND_DATE)
				dc_value_tokens(p, p->records[i].field[f]);
	}
}

static void
count_words(DcPopulation *p, DcValue value, uint32 times)
{
	DcTokens	words = dc_value_tokens(p, value);

	for (int t = 0; t < words.n; t++)
		p->count[p->token[words.start + t]] += times;
}

/*
 * Counts what the records carry, words included, which are made, and sets the surprise of each value; one of a sample
 * counts as all that it stands for.  Linear in the records and their words.
 */
void
dc_count_values(DcPopulation *p)
{
	float		once;			/* surprise of a value that one other contact carries, or none */

	grow_counts(p);
	p->size = dc_live_size(p);
	for (int i = 0; i < p->nrecords; i++)
	{
		const DcRecord *r = &p->records[i];
		const DcValue *values = &r->first;
		uint32		times = dc_stands_for(p, r);

		if (i + AHEAD < p->nrecords)
		{
			for (int v = 0; v < DC_RECORD_VALUES; v++)
				DC_PREFETCH(&p->count[(&r[AHEAD].first)[v]]);
			DC_PREFETCH(&p->tokens[r[AHEAD].company]);
			DC_PREFETCH(&p->tokens[r[AHEAD].address]);
		}
		for (int v = 0; v < DC_RECORD_VALUES; v++)
			p->count[values[v]] += times;
		count_words(p, r->company, times);
		count_words(p, r->address, times);
		for (int f = 0; f < p->nfields; f++)
			if (p->field_kind[f] == KIND_TEXT || p->field_kind[f] == KIND_DATE)
				count_words(p, r->field[f], times);
	}
	once = surprise(1 / p->size);
	for (uint32 v = 1; v < p->nvalues; v++)
		p->surprise[v] = p->count[v] <= 2 ? once : surprise(dc_frequency(p, v));
}

/* How often another contact carries the value: one of those that do is the contact itself. */
double
dc_frequency(const DcPopulation *p, DcValue value)
{
	return Max(1, p->count[value] - 1.0) / p->size;
}

/* Is the value common enough for its frequency to be kept apart from the population? */
bool
dc_is_common(const DcPopulation *p, DcValue value)
{
	return p->count[value] > 2 && dc_frequency(p, value) > MIN_FREQUENCY;
}

/* Values from one on are as rare as any, until their frequency is set. */
void
dc_set_rare(DcPopulation *p, DcValue from)
{
	float		rare = surprise(1 / p->size);

	grow_counts(p);
	for (DcValue v = from; v < p->nvalues; v++)
		p->surprise[v] = rare;
}

/* Frequencies counted before, over so many contacts, take the place of live ones; dc_set_frequency follows for the common values. */
void
dc_set_size(DcPopulation *p, double size)
{
	p->size = size;
	dc_set_rare(p, 1);
}

void
dc_set_value_frequency(DcPopulation *p, DcValue value, double frequency)
{
	p->surprise[value] = surprise(frequency);
}

/* The value of a hash; 0 for none. */
DcValue
dc_find_hash(const DcPopulation *p, uint64 hash)
{
	for (uint32 slot = hash & (p->nslots - 1); p->slots[slot].value != 0; slot = (slot + 1) & (p->nslots - 1))
		if (p->slots[slot].tag == (uint32) (hash >> 32) && p->hash[p->slots[slot].value] == hash)
			return p->slots[slot].value;
	return 0;
}

void
dc_set_frequency(DcPopulation *p, uint64 hash, double frequency, bool shared)
{
	DcValue		value = dc_find_hash(p, hash);

	if (value == 0)
		return;
	dc_set_value_frequency(p, value, frequency);
	if (shared)
		p->flags[value] |= VALUE_SHARED;
}

/* ---------- words ---------- */

#define MAX_TOKENS 24

static void
add_token(DcPopulation *p, const char *text, size_t len)
{
	if (p->ntokens == p->token_capacity)
	{
		uint32		capacity = Max(1024, p->token_capacity * 2);

		p->token = grow(p, p->token, sizeof(DcValue), p->token_capacity, capacity, false);
		p->token_capacity = capacity;
	}
	p->token[p->ntokens++] = dc_intern_n(p, text, len);
}

/* The words of a folded text, interned; kept with the value.  Those of a date are its year and the rest. */
DcTokens
dc_value_tokens(DcPopulation *p, DcValue value)
{
	DcTokens	tokens;
	const char *s;

	grow_counts(p);
	tokens = p->tokens[value];
	if (tokens.n > 0 || value == 0)
		return tokens;
	s = p->text[value];
	tokens.start = p->ntokens;
	if (p->length[value] == 10 && s[4] == '-' && s[7] == '-')
	{
		/* the hyphen keeps them from being words of a text */
		add_token(p, s, 5);
		add_token(p, p->text[value] + 4, 6);
		tokens.n = 2;
		s = "";
	}
	while (*s != '\0' && tokens.n < MAX_TOKENS)
	{
		size_t		len = strcspn(s, " ");

		if (len > 0)
		{
			add_token(p, s, len);
			tokens.n++;
		}
		s += len + strspn(s + len, " ");
	}
	p->tokens[value] = tokens;
	return tokens;
}
