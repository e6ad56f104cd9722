/*-------------------------------------------------------------------------
 *
 * touched_shared.c
 *	  Mailboxes and numbers that turn out to be shared, or not to be, by what contacts that changed carry.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "duty/plan.h"
#include "match/entity/run.h"
#include "match/pending/touched.h"

/* Members of a large block that are looked at first: names unlike each other are mostly met among them. */
#define FIRST_BEARERS 16

void
dc_note_identifier(Identifiers *identifiers, const KeyGroup *group, const DcIndexEntry *member, int n)
{
	bool		all = n <= dc_block_limit(group->key);
	Identifier	identifier = {.key = group->key, .n = all ? n : Min(n, FIRST_BEARERS), .all = all};

	if ((group->key & DC_KEY_CLASS) != DC_KEY_EMAIL && (group->key & DC_KEY_CLASS) != DC_KEY_PHONE)
		return;
	/* too few now to be shared, and no fewer than before: nothing can be otherwise */
	if (n == 0 || (n < DC_SHARED_BY && group->nlost == 0 && group->ngained == group->n))
		return;
	identifier.bearer = palloc(sizeof(DcIndexEntry) * identifier.n);
	memcpy(identifier.bearer, member, sizeof(DcIndexEntry) * identifier.n);
	if (identifiers->n == identifiers->capacity)
	{
		identifiers->capacity = Max(64, identifiers->capacity * 2);
		identifiers->identifier = identifiers->identifier == NULL ? palloc(sizeof(Identifier) * identifiers->capacity) :
			repalloc_huge(identifiers->identifier, sizeof(Identifier) * identifiers->capacity);
	}
	identifiers->identifier[identifiers->n++] = identifier;
}

/* The value of a record that a key of an identifier was made of. */
static DcValue
value_of_key(const DcPopulation *p, const DcRecord *record, uint64 key)
{
	for (int i = 0; i < DC_MAX_EMAILS; i++)
		if (record->email[i] != 0 && dc_email_key_of(p, record->email[i]) == key)
			return record->email[i];
	for (int i = 0; i < DC_MAX_PHONES; i++)
		if (record->phone[i] != 0 && dc_phone_key_of(p, record->phone[i]) == key)
			return record->phone[i];
	return 0;
}

static int
compare_bearers(const void *a, const void *b)
{
	return dc_compare_entries(a, b);
}

/* The order in which dedupe() judges them. */
static void
order_bearers(const DcGathered *g, Identifier *identifier)
{
	const DcPopulation *p = g->population;

	for (int i = 0; i < identifier->n; i++)
	{
		int			record = dc_gathered_record(g, identifier->bearer[i].contact_id);

		identifier->bearer[i].place = record < 0 ? 0 : dc_block_order(p, &p->records[record]);
	}
	qsort(identifier->bearer, identifier->n, sizeof(DcIndexEntry), compare_bearers);
}

/* Judges the bearers that were read. */
static void
judge(const DcGathered *g, Identifier *identifier, Flips *flips)
{
	const DcPopulation *p = g->population;
	DcJudgement judgement = {0};
	DcValue		value = 0;
	bool		shared = false;

	if (identifier->all)
		order_bearers(g, identifier);
	for (int i = 0; i < identifier->n && !shared; i++)
	{
		int			record = dc_gathered_record(g, identifier->bearer[i].contact_id);

		if (record < 0)
			continue;
		if (value == 0)
			value = value_of_key(p, &p->records[record], identifier->key);
		shared = dc_judge_bearer(p, &judgement, &p->records[record]);
	}
	identifier->decided = shared || identifier->all;
	if (!identifier->decided || value == 0 || shared == ((p->flags[value] & VALUE_SHARED) != 0))
		return;
	dc_push_id(shared ? &flips->on : &flips->off, (int64) p->hash[value]);
	dc_push_id(&flips->bearers, (int64) identifier->key);
}

void
dc_add_bearers(const Identifiers *identifiers, IdList *contacts)
{
	for (int i = 0; i < identifiers->n; i++)
		for (int b = 0; !identifiers->identifier[i].decided && b < identifiers->identifier[i].n; b++)
			dc_push_id(contacts, identifiers->identifier[i].bearer[b].contact_id);
}

/* Reads more bearers of those that are not decided, DC_MOST_BEARERS of each at most. */
static void
read_bearers(DcGathered *g, DcKeyIndex *index, Identifiers *identifiers)
{
	IdList		contacts = {0};

	for (int i = 0; i < identifiers->n; i++)
	{
		Identifier *identifier = &identifiers->identifier[i];

		CHECK_FOR_INTERRUPTS();
		if (identifier->decided)
			continue;
		pfree(identifier->bearer);
		identifier->bearer = palloc(sizeof(DcIndexEntry) * (DC_MOST_BEARERS + 1));
		identifier->n = dc_index_block(index, identifier->key, DC_MOST_BEARERS, identifier->bearer);
		identifier->all = identifier->n <= DC_MOST_BEARERS;
		identifier->n = Min(identifier->n, DC_MOST_BEARERS);
	}
	dc_add_bearers(identifiers, &contacts);
	dc_sort_ids(&contacts);
	dc_gather(g, &contacts);
}

/* Judges those that are not decided by the bearers that were read; answers how many are still not. */
static int
judge_all(DcGathered *g, Identifiers *identifiers, Flips *flips)
{
	int			open = 0;

	for (int i = 0; i < identifiers->n; i++)
	{
		Identifier *identifier = &identifiers->identifier[i];

		if (!identifier->decided)
			judge(g, identifier, flips);
		open += !identifier->decided;
	}
	return open;
}

bool
dc_judge_identifiers(DcGathered *g, DcKeyIndex *index, Identifiers *identifiers, Flips *flips)
{
	if (judge_all(g, identifiers, flips) == 0)
		return true;
	read_bearers(g, index, identifiers);
	return judge_all(g, identifiers, flips) == 0;
}

/* ---------- what was found ---------- */

static void
mark_shared(DcPopulation *p, const IdList *hashes, bool shared)
{
	for (size_t i = 0; i < hashes->n; i++)
	{
		DcValue		value = dc_find_hash(p, (uint64) hashes->id[i]);

		if (shared)
			p->flags[value] |= VALUE_SHARED;
		else
			p->flags[value] &= ~VALUE_SHARED;
	}
}

void
dc_store_flips(DcGathered *g, const Flips *flips)
{
	Oid			types[] = {INT4OID, INT8ARRAYOID, INT8ARRAYOID};
	Datum		args[] = {Int32GetDatum(g->controller_id), dc_id_array(&flips->on), dc_id_array(&flips->off)};

	dc_execute("SELECT dropcontact.store_shared($1, $2, $3)", 3, types, args, false, SPI_OK_SELECT);
	dc_see_own_changes();
	mark_shared(g->population, &flips->on, true);
	mark_shared(g->population, &flips->off, false);
}
