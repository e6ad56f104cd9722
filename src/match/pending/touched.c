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

#include "miscadmin.h"
#include "utils/memutils.h"

#include "match/pending/touched.h"

/* From this share of the contacts on, matching all of them is cheaper than reading those touched. */
#define MANY_SHARE 4

typedef struct KeyChanges
{
	size_t		n;
	size_t		capacity;
	KeyChange  *change;
} KeyChanges;

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

/* ---------- blocks touched ---------- */

/* O(b) for the members of a block up to its limit and what it gained; O(c w) for c changes in a larger one. */
static void
touch_block(DcKeyIndex *index, const KeyGroup *group, Touched *touched, Identifiers *identifiers)
{
	int			limit = dc_block_limit(group->key);
	int			max = limit + group->ngained;
	DcIndexEntry *member = palloc(sizeof(DcIndexEntry) * (max + 1));
	int			n = dc_index_block(index, group->key, max, member);
	bool		is_large = n > limit;
	bool		was_large = n > max || n - group->ngained + group->nlost > limit;

	if (identifiers != NULL)
		dc_note_identifier(identifiers, group, member, n);
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

static int
compare_changes(const KeyChange *x, const KeyChange *y)
{
	int			order = dc_compare_entries(&x->entry, &y->entry);

	return order != 0 ? order : (int) x->kind - (int) y->kind;
}

#define ST_SORT sort_changes
#define ST_ELEMENT_TYPE KeyChange
#define ST_COMPARE(a, b) compare_changes(a, b)
#define ST_SCOPE static
#define ST_DEFINE
#include "lib/sort_template.h"

/* identifiers: where to note those whose bearers are to be judged; may be NULL. */
static void
touch_blocks(DcKeyIndex *index, KeyChanges *changes, Touched *touched, Identifiers *identifiers)
{
	KeyGroup	group;

	if (changes->n > 0)
		sort_changes(changes->change, changes->n);
	for (size_t from = 0; from < changes->n; from += group.n)
	{
		CHECK_FOR_INTERRUPTS();
		group = group_at(changes, from);
		touch_block(index, &group, touched, identifiers);
	}
}

/* ---------- shared mailboxes and numbers ---------- */

/* Everyone who carries a value that is now shared, or no longer is, meets everyone again. */
static bool
touch_bearers(DcKeyIndex *index, const Flips *flips, Touched *touched)
{
	KeyChanges	kept = {0};
	IdList		bearers = {0};
	DcIndexEntry *member = palloc(sizeof(DcIndexEntry) * (DC_MOST_BEARERS + 1));

	for (size_t i = 0; i < flips->bearers.n; i++)
	{
		int			n = dc_index_block(index, (uint64) flips->bearers.id[i], DC_MOST_BEARERS, member);

		if (n > DC_MOST_BEARERS)
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
	touch_blocks(index, &kept, touched, NULL);
	return true;
}

/* Gathers the contacts of the pairs and the bearers to be judged first; false: they are too many. */
static bool
gather_touched(DcGathered *g, const DcKeyIndex *index, Touched *touched, const Identifiers *identifiers)
{
	const IdList *pairs = &touched->pairs;
	IdList		contacts = {0};

	/* many meet in several blocks */
	dc_sort_pairs(&touched->pairs);
	for (size_t i = 0; i < pairs->n; i += 2)
	{
		if (i == 0 || pairs->id[i] != pairs->id[i - 2])
			dc_push_id(&contacts, pairs->id[i]);
		dc_push_id(&contacts, pairs->id[i + 1]);
	}
	dc_add_bearers(identifiers, &contacts);
	dc_sort_ids(&contacts);
	if (dc_too_many(index, contacts.n, MANY_SHARE))
		return false;
	dc_gather(g, &contacts);
	return true;
}

/* ---------- all of it ---------- */

bool
dc_find_touched(DcGathered *g, DcKeyIndex *index, const Changes *changes, Touched *touched)
{
	KeyChanges	keys = {0};
	Identifiers identifiers = {0};
	Flips		flips = {0};

	for (int i = 0; i < changes->n; i++)
	{
		push_changes(&keys, &changes->old[i], &changes->new[i]);
		dc_push_id(&touched->contacts, changes->new[i].contact_id);
	}
	touch_blocks(index, &keys, touched, &identifiers);
	if (!gather_touched(g, index, touched, &identifiers))
		return false;
	if (!dc_judge_identifiers(g, index, &identifiers, &flips))
		return false;
	if (flips.bearers.n > 0)
	{
		dc_store_flips(g, &flips);
		if (!touch_bearers(index, &flips, touched) || !gather_touched(g, index, touched, &identifiers))
			return false;
	}
	return true;
}
