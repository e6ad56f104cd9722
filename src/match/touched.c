/*-------------------------------------------------------------------------
 *
 * touched.c
 *	  What the changes of contacts touch: pairs to be scored, and contacts whose entities are to be made anew.
 *
 * A contact that changed meets those that share a key with it.  Beside that, a block that grows beyond its limit, or
 * shrinks to it, changes which of its other members meet; in a larger one those that were neighbours are
 * no longer, or become it; and a mailbox or number that turns out to be shared, or not to be, changes
 * the score of everyone who carries it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "match/pending.h"
#include "match/plan.h"
#include "match/read.h"

typedef enum ChangeKind
{
	CHANGE_LOST, CHANGE_GAINED, CHANGE_KEPT	/* a key; kept: but what is compared is another */
} ChangeKind;

typedef struct KeyChange
{
	DcIndexEntry entry;
	ChangeKind	kind;
} KeyChange;

typedef struct KeyChanges
{
	size_t		n;
	size_t		capacity;
	KeyChange  *change;
} KeyChanges;

/* The changes of one key, ascending. */
typedef struct KeyGroup
{
	uint64		key;
	const KeyChange *change;
	int			n;
	int			ngained;
	int			nlost;
} KeyGroup;

static void
push_change(KeyChanges *changes, uint64 key, const DcIndexedContact *contact, ChangeKind kind)
{
	if (changes->n == changes->capacity)
	{
		changes->capacity = Max(64, changes->capacity * 2);
		changes->change = changes->n == 0 ? palloc(sizeof(KeyChange) * changes->capacity) :
			repalloc_huge(changes->change, sizeof(KeyChange) * changes->capacity);
	}
	changes->change[changes->n++] = (KeyChange) {{key, contact->place, contact->contact_id}, kind};
}

/* The keys of a contact before and after, both ascending. */
static void
push_changes(KeyChanges *changes, const DcIndexedContact *old, const DcIndexedContact *new)
{
	int			i = 0;
	int			j = 0;

	while (i < old->nkeys || j < new->nkeys)
	{
		if (j >= new->nkeys || (i < old->nkeys && old->key[i] < new->key[j]))
			push_change(changes, old->key[i++], old, CHANGE_LOST);
		else if (i >= old->nkeys || new->key[j] < old->key[i])
			push_change(changes, new->key[j++], new, CHANGE_GAINED);
		else if (old->place == new->place)
		{
			push_change(changes, new->key[j++], new, CHANGE_KEPT);
			i++;
		}
		else
		{
			push_change(changes, old->key[i++], old, CHANGE_LOST);
			push_change(changes, new->key[j++], new, CHANGE_GAINED);
		}
	}
}

static int
compare_changes(const void *a, const void *b)
{
	const KeyChange *x = a;
	const KeyChange *y = b;
	int			order = dc_compare_entries(&x->entry, &y->entry);

	return order != 0 ? order : (int) x->kind - (int) y->kind;
}

/* The group that begins at a change. */
static KeyGroup
group_at(const KeyChanges *changes, size_t from)
{
	KeyGroup		group = {.key = changes->change[from].entry.key, .change = &changes->change[from]};

	while (from + group.n < changes->n && group.change[group.n].entry.key == group.key)
	{
		group.ngained += group.change[group.n].kind == CHANGE_GAINED;
		group.nlost += group.change[group.n].kind == CHANGE_LOST;
		group.n++;
	}
	return group;
}

static void
push_pair(IdList *pairs, int64 a, int64 b)
{
	if (a == b)
		return;
	dc_push_id(pairs, Min(a, b));
	dc_push_id(pairs, Max(a, b));
}

/* Two within the window of a large block, if they meet. */
static void
push_neighbours(IdList *pairs, const DcIndexEntry *a, const DcIndexEntry *b)
{
	if (dc_neighbours_meet(a->key, a->place, b->place))
		push_pair(pairs, a->contact_id, b->contact_id);
}

/* ---------- blocks ---------- */

/* Changes of one kind that lie between two entries. */
static int
count_between(const KeyGroup *group, ChangeKind kind, const DcIndexEntry *from, const DcIndexEntry *to)
{
	int			n = 0;

	for (int i = 0; i < group->n; i++)
		n += group->change[i].kind == kind && dc_compare_entries(&group->change[i].entry, from) > 0 && dc_compare_entries(&group->change[i].entry, to) < 0;
	return n;
}

static bool
was_gained(const KeyGroup *group, const DcIndexEntry *entry)
{
	for (int i = 0; i < group->n; i++)
		if (group->change[i].kind == CHANGE_GAINED && group->change[i].entry.contact_id == entry->contact_id)
			return true;
	return false;
}

/*
 * A change in a block that was and is large.  Whoever is there now meets its neighbours; of the others around the
 * place, some pairs come within the window of each other, others fall out of it.
 */
static void
touch_neighbours(DcKeyIndex *index, const KeyGroup *group, const KeyChange *change, Touched *touched)
{
	int			window = dc_block_window(group->key);
	int			reach = window + group->ngained;
	DcIndexEntry *before = palloc(sizeof(DcIndexEntry) * reach);
	DcIndexEntry *after = palloc(sizeof(DcIndexEntry) * reach);
	int			nbefore = dc_index_before(index, &change->entry, reach, before);
	int			nafter = dc_index_after(index, &change->entry, reach, after);
	bool		present = change->kind != CHANGE_LOST;

	for (int i = 0; present && i < Min(nbefore, window); i++)
		push_neighbours(&touched->pairs, &before[i], &change->entry);
	for (int j = 0; present && j < Min(nafter, window); j++)
		push_neighbours(&touched->pairs, &change->entry, &after[j]);
	if (change->kind == CHANGE_KEPT)
		return;
	for (int i = 0; i < nbefore; i++)
	{
		if (was_gained(group, &before[i]))
			continue;
		for (int j = 0; j < nafter; j++)
		{
			int			distance = i + j + 1 + present;
			int			before_distance;

			/* neither nearer nor farther than before by more than all changes together */
			if (distance - group->ngained > window)
				break;
			if (distance + group->nlost <= window || was_gained(group, &after[j]))
				continue;
			before_distance = distance - count_between(group, CHANGE_GAINED, &before[i], &after[j])
				+ count_between(group, CHANGE_LOST, &before[i], &after[j]);
			if (distance <= window && before_distance > window)
				push_neighbours(&touched->pairs, &before[i], &after[j]);
			else if (distance > window && before_distance <= window)
				push_neighbours(&touched->apart, &before[i], &after[j]);
		}
	}
	pfree(before);
	pfree(after);
}

/* All of a small block, which was a large one, meet each other; else only those that changed meet the others. */
static void
touch_small(const KeyGroup *group, const DcIndexEntry *member, int n, bool all, Touched *touched)
{
	if (all)
	{
		for (int i = 0; i < n; i++)
			for (int j = i + 1; j < n; j++)
				push_pair(&touched->pairs, member[i].contact_id, member[j].contact_id);
		return;
	}
	for (int c = 0; c < group->n; c++)
		if (group->change[c].kind != CHANGE_LOST)
			for (int i = 0; i < n; i++)
				push_pair(&touched->pairs, group->change[c].entry.contact_id, member[i].contact_id);
}

/* O(b) for the members of a block up to its limit and what it gained; O(c w) for c changes in a larger one. */
static void
touch_block(DcKeyIndex *index, const KeyGroup *group, Touched *touched)
{
	int			limit = dc_block_limit(group->key);
	int			max = limit + group->ngained;
	DcIndexEntry *member = palloc(sizeof(DcIndexEntry) * (max + 1));
	int			n = dc_index_block(index, group->key, max, member);
	bool		is_large = n > limit;
	bool		was_large = n > max || n - group->ngained + group->nlost > limit;

	if (!is_large)
		touch_small(group, member, n, was_large, touched);
	else
	{
		if (!was_large)
			for (int i = 0; i < n; i++)
				dc_push_id(&touched->contacts, member[i].contact_id);
		for (int c = 0; c < group->n; c++)
			touch_neighbours(index, group, &group->change[c], touched);
	}
	pfree(member);
}

static void
touch_blocks(DcKeyIndex *index, KeyChanges *changes, Touched *touched)
{
	KeyGroup		group;

	if (changes->n > 0)
		qsort(changes->change, changes->n, sizeof(KeyChange), compare_changes);
	for (size_t from = 0; from < changes->n; from += group.n)
	{
		CHECK_FOR_INTERRUPTS();
		group = group_at(changes, from);
		touch_block(index, &group, touched);
	}
}

/* ---------- shared mailboxes and numbers ---------- */

/* Members of a block that are looked at first: names unlike each other are mostly met among them. */
#define FIRST_BEARERS 16
#define MOST_BEARERS 10000

typedef struct Identifier
{
	uint64		key;
	int			n;				/* bearers read, one more than asked for when there are others */
	DcIndexEntry *bearer;
	bool		decided;
} Identifier;

typedef struct Flips
{
	IdList		on;				/* hashes of values */
	IdList		off;
	IdList		bearers;
} Flips;

static void
read_bearers(DcKeyIndex *index, Identifier *identifier, int max)
{
	identifier->bearer = palloc(sizeof(DcIndexEntry) * (max + 1));
	identifier->n = dc_index_block(index, identifier->key, max, identifier->bearer);
}

/* Mailboxes and numbers of contacts that changed whose bearers may be judged otherwise than before. */
static Identifier *
find_identifiers(DcKeyIndex *index, const KeyChanges *changes, int *n)
{
	Identifier *identifiers = NULL;
	int			capacity = 0;
	KeyGroup		group;

	*n = 0;
	for (size_t from = 0; from < changes->n; from += group.n)
	{
		Identifier	identifier = {0};

		CHECK_FOR_INTERRUPTS();
		group = group_at(changes, from);
		identifier.key = group.key;
		if ((group.key & DC_KEY_CLASS) != DC_KEY_EMAIL && (group.key & DC_KEY_CLASS) != DC_KEY_PHONE)
			continue;
		read_bearers(index, &identifier, FIRST_BEARERS);
		/* too few now to be shared, and no fewer than before: nothing can be otherwise */
		if (identifier.n == 0 || (identifier.n < DC_SHARED_BY && group.nlost == 0 && group.ngained == group.n))
			continue;
		if (*n == capacity)
		{
			capacity = Max(64, capacity * 2);
			identifiers = identifiers == NULL ? palloc(sizeof(Identifier) * capacity) : repalloc_huge(identifiers, sizeof(Identifier) * capacity);
		}
		identifiers[(*n)++] = identifier;
	}
	return identifiers;
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

/* Judges the bearers that were read; max: as many were asked for. */
static void
judge(const DcPopulation *p, Identifier *identifier, int max, Flips *flips)
{
	DcJudgement judgement = {0};
	DcValue		value = 0;
	bool		shared = false;
	int			n = Min(identifier->n, max);

	for (int i = 0; i < n && !shared; i++)
	{
		int			record = dc_find_record(p, identifier->bearer[i].contact_id);

		if (record < 0)
			continue;
		if (value == 0)
			value = value_of_key(p, &p->records[record], identifier->key);
		shared = dc_judge_bearer(p, &judgement, &p->records[record]);
	}
	identifier->decided = shared || identifier->n <= max;
	if (!identifier->decided || value == 0 || shared == ((p->flags[value] & VALUE_SHARED) != 0))
		return;
	dc_push_id(shared ? &flips->on : &flips->off, (int64) p->hash[value]);
	dc_push_id(&flips->bearers, (int64) identifier->key);
}

/* Reads the bearers of those that are not decided, max of each at most, and judges them. */
static void
judge_round(int controller_id, DcKeyIndex *index, Identifier *identifiers, int n, int max, Flips *flips)
{
	IdList		bearers = {0};
	DcPopulation *p;
	DcModel		model;

	for (int i = 0; i < n; i++)
		if (!identifiers[i].decided)
		{
			if (max > FIRST_BEARERS)
				read_bearers(index, &identifiers[i], max);
			for (int b = 0; b < Min(identifiers[i].n, max); b++)
				dc_push_id(&bearers, identifiers[i].bearer[b].contact_id);
		}
	if (bearers.n == 0)
		return;
	dc_sort_ids(&bearers);
	p = dc_read_contacts(controller_id, bearers.id, bearers.n);
	dc_load_statistics_of(p, controller_id, &model);
	for (int i = 0; i < n; i++)
		if (!identifiers[i].decided)
			judge(p, &identifiers[i], max, flips);
}

static void
store_flips(int controller_id, const Flips *flips)
{
	Oid			types[] = {INT4OID, INT8ARRAYOID, INT8ARRAYOID};
	Datum		args[] = {Int32GetDatum(controller_id), dc_id_array(&flips->on), dc_id_array(&flips->off)};

	dc_execute("SELECT dropcontact.store_shared($1, $2, $3)", 3, types, args, false, SPI_OK_SELECT);
	/* those who score from here on go by what was stored */
	CommandCounterIncrement();
	UpdateActiveSnapshotCommandId();
}

/* Everyone who carries a value that is now shared, or no longer is, meets everyone again. */
static bool
touch_bearers(DcKeyIndex *index, const Flips *flips, Touched *touched)
{
	KeyChanges	kept = {0};
	IdList		bearers = {0};
	DcIndexEntry *member = palloc(sizeof(DcIndexEntry) * (MOST_BEARERS + 1));

	for (size_t i = 0; i < flips->bearers.n; i++)
	{
		int			n = dc_index_block(index, (uint64) flips->bearers.id[i], MOST_BEARERS, member);

		if (n > MOST_BEARERS)
			return false;
		for (int b = 0; b < n; b++)
			dc_push_id(&bearers, member[b].contact_id);
	}
	dc_sort_ids(&bearers);
	for (size_t i = 0; i < bearers.n; i++)
	{
		DcIndexedContact contact;

		dc_push_id(&touched->contacts, bearers.id[i]);
		if (dc_index_contact(index, bearers.id[i], &contact))
			for (int k = 0; k < contact.nkeys; k++)
				push_change(&kept, contact.key[k], &contact, CHANGE_KEPT);
	}
	touch_blocks(index, &kept, touched);
	return true;
}

static bool
touch_shared(int controller_id, DcKeyIndex *index, const KeyChanges *changes, Touched *touched)
{
	Flips		flips = {0};
	int			n;
	Identifier *identifiers = find_identifiers(index, changes, &n);

	judge_round(controller_id, index, identifiers, n, FIRST_BEARERS, &flips);
	judge_round(controller_id, index, identifiers, n, MOST_BEARERS, &flips);
	for (int i = 0; i < n; i++)
		if (!identifiers[i].decided)
			return false;
	if (flips.bearers.n == 0)
		return true;
	store_flips(controller_id, &flips);
	return touch_bearers(index, &flips, touched);
}

/* ---------- all of it ---------- */

bool
dc_find_touched(int controller_id, DcKeyIndex *index, const Changes *changes, Touched *touched)
{
	KeyChanges	keys = {0};

	for (int i = 0; i < changes->n; i++)
	{
		push_changes(&keys, &changes->old[i], &changes->new[i]);
		dc_push_id(&touched->contacts, changes->new[i].contact_id);
	}
	touch_blocks(index, &keys, touched);
	return touch_shared(controller_id, index, &keys, touched);
}

/* ---------- pairs among a few ---------- */

typedef struct Held
{
	DcIndexEntry entry;
	int			record;
} Held;

static int
compare_held(const void *a, const void *b)
{
	return dc_compare_entries(&((const Held *) a)->entry, &((const Held *) b)->entry);
}

static int
compare_record_pairs(const void *a, const void *b)
{
	const RecordPair *x = a;
	const RecordPair *y = b;

	if (x->a != y->a)
		return x->a < y->a ? -1 : 1;
	return x->b < y->b ? -1 : x->b > y->b;
}

typedef struct RecordPairs
{
	size_t		n;
	size_t		capacity;
	RecordPair *pair;
} RecordPairs;

static void
push_records(RecordPairs *pairs, int a, int b)
{
	if (pairs->n == pairs->capacity)
		pairs->pair = repalloc_huge(pairs->pair, sizeof(RecordPair) * (pairs->capacity *= 2));
	pairs->pair[pairs->n++] = (RecordPair) {Min(a, b), Max(a, b)};
}

/* The pairs of the members held of one block; of a large one, those that are neighbours in the whole of it. */
static void
pair_block(DcKeyIndex *index, const Held *held, int n, RecordPairs *pairs)
{
	uint64		key = held[0].entry.key;
	int			limit = dc_block_limit(key);
	int			window = dc_block_window(key);
	DcIndexEntry *member = palloc(sizeof(DcIndexEntry) * (Max(limit, window) + 1));
	bool		is_large = n > limit || dc_index_block(index, key, limit, member) > limit;

	for (int i = 0; i < n; i++)
	{
		int			nafter = is_large ? dc_index_after(index, &held[i].entry, window, member) : 0;

		CHECK_FOR_INTERRUPTS();
		for (int j = i + 1; j < n && j - i <= (is_large ? window : n); j++)
		{
			bool		meet = !is_large;

			for (int m = 0; m < nafter && !meet; m++)
				meet = member[m].contact_id == held[j].entry.contact_id && dc_neighbours_meet(key, held[i].entry.place, held[j].entry.place);
			if (meet)
				push_records(pairs, held[i].record, held[j].record);
		}
	}
	pfree(member);
}

/* O(k log k) for the k keys of the records, and a look-up in the index for each that two of them share. */
RecordPair *
dc_pairs_within(DcKeyIndex *index, const DcPopulation *p, size_t *npairs)
{
	RecordPairs pairs = {.capacity = 1024, .pair = palloc(sizeof(RecordPair) * 1024)};
	size_t		capacity = (size_t) p->nrecords * 16 + DC_MAX_KEYS;
	Held	   *held = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Held) * capacity);
	size_t		n = 0;
	size_t		kept = 0;

	for (int r = 0; r < p->nrecords; r++)
	{
		DcKeys		keys;
		uint64		place = dc_block_order(p, &p->records[r]);

		dc_make_keys(p, &p->records[r], &keys);
		if (n + keys.n > capacity)
			held = repalloc_huge(held, sizeof(Held) * (capacity *= 2));
		for (int k = 0; k < keys.n; k++)
			held[n++] = (Held) {{keys.key[k], place, p->records[r].contact_id}, r};
	}
	if (n > 0)
		qsort(held, n, sizeof(Held), compare_held);
	for (size_t from = 0, to; from < n; from = to)
	{
		for (to = from + 1; to < n && held[to].entry.key == held[from].entry.key; to++)
			;
		if (to - from > 1)
			pair_block(index, held + from, to - from, &pairs);
	}
	pfree(held);
	if (pairs.n > 0)
		qsort(pairs.pair, pairs.n, sizeof(RecordPair), compare_record_pairs);
	for (size_t i = 0; i < pairs.n; i++)
		if (kept == 0 || compare_record_pairs(&pairs.pair[kept - 1], &pairs.pair[i]) != 0)
			pairs.pair[kept++] = pairs.pair[i];
	*npairs = kept;
	return pairs.pair;
}
