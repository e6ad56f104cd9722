/*-------------------------------------------------------------------------
 *
 * key_index.h
 *	  The keys of all contacts as the last runs left them, in tables.
 *
 * dedupe() writes pages: the entries (key, place, contact_id) of all contacts in this order, some 800 a row of
 * match_index (key_page.h), found by a btree over their first entries; and the same by contact in match_keys_of, for what a
 * contact that has changed since was known by.  What later runs match goes to match_changed, whose contacts the
 * pages of dedupe() no longer speak for.  Their entries are rows of match_delta where few changed at once; a run over
 * many writes pages of its own, and takes into them what smaller runs before it left, so that these pages stay few.
 * place is dc_block_order().  It takes most of an entry, and where a block is compared as a whole nobody asks for it: pages of
 * dedupe() have it of blocks that are large or may soon be, of others match_keys_of tells it.
 *
 * Reading is by index scans in C, with the rights of whoever runs; callers have checked the controller.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_MATCH_KEY_INDEX_H
#define DC_MATCH_KEY_INDEX_H

#include "postgres.h"

#include "match/index/key_page.h"
#include "match/workers/key_table.h"

/* Raised whenever keys, places or fingerprints are made otherwise, so that no index made before is trusted. */
#define DC_INDEX_FORMAT 2

/* What is known of a contact. */
typedef struct DcIndexedContact
{
	int64		contact_id;
	uint64		fingerprint;
	uint64		place;
	int			nkeys;
	uint64		key[DC_MAX_KEYS];
} DcIndexedContact;

/* What the index stands for: the row of match_index_state. */
typedef struct DcIndexState
{
	uint64		signature;
	uint64		checksum;
	int64		contacts;
	int64		persons;
	int64		indexed;
	int64		last_contact;
	int			runs;			/* over changes that have pages of their own */
} DcIndexState;

typedef struct DcKeyIndex DcKeyIndex;

/* What a contact says, as far as it is compared; the lowest bit tells persons. */
extern uint64 dc_record_fingerprint(const DcPopulation *population, const DcRecord *record);

/*
 * The index of a controller by the active snapshot, or NULL when there is none.  many: so many look-ups are to come
 * that it pays to read first which contacts have changed.  Needs SPI connected.
 */
extern DcKeyIndex *dc_index_open(int controller_id, bool many);
extern void dc_index_close(DcKeyIndex *index);
extern const DcIndexState *dc_index_state(const DcKeyIndex *index);

/*
 * The entries of a key, max + 1 of them at most; answers how many.  In order when they are more than dc_block_limit(); else
 * in any, and their places may be missing.
 */
extern int	dc_index_block(DcKeyIndex *index, uint64 key, int max, DcIndexEntry *entries);

/* The n nearest entries of the same key before and after a place, the nearest first, without the contact itself. */
extern int	dc_index_before(DcKeyIndex *index, const DcIndexEntry *place, int n, DcIndexEntry *entries);
extern int	dc_index_after(DcKeyIndex *index, const DcIndexEntry *place, int n, DcIndexEntry *entries);

/* What the last run knew of a contact; false: nothing. */
extern bool dc_index_contact(DcKeyIndex *index, int64 contact_id, DcIndexedContact *contact);

/* Calls back for all contacts that the index knows. */
typedef void (*DcContactCallback) (void *state, const DcIndexedContact *contact);
extern void dc_index_contacts(DcKeyIndex *index, DcContactCallback callback, void *state);

/* key_index_heal.c */

/* Did the indexes of the tables outlive the last crash?  If not, the tables may not even be named in a query. */
extern bool dc_index_is_sound(void);

/* Sees to it that they are sound, for who holds the matching lock; needs SPI connected. */
extern void dc_index_heal(void);

/* ---------- for writing ---------- */

/* The order of uint64 kept by bigint. */
static inline int64
dc_to_column(uint64 value)
{
	return (int64) (value ^ (UINT64CONST(1) << 63));
}

static inline uint64
dc_from_column(int64 value)
{
	return (uint64) value ^ (UINT64CONST(1) << 63);
}

/* key_index_write.c */
extern struct varlena *dc_to_bytes(const void *data, size_t size);

/* A contact in words, 4 + DC_MAX_KEYS of them at most; both answer how many it takes. */
extern int	dc_put_contact(uint64 *word, const DcIndexedContact *contact);
extern int	dc_get_contact(const uint64 *word, int nwords, DcIndexedContact *contact);

extern void dc_store_index_state(int controller_id, const DcIndexState *state);

/* What is to be known of a record; frequencies must have been loaded. */
extern void dc_describe_contact(const DcPopulation *population, const DcRecord *record, DcIndexedContact *contact);

/*
 * Writing all of it anew.  True: no run trusts the index that is there, and nothing is left of it.  Then dc_index_begin() may write the
 * pages, in parallel mode too.  dc_index_end() writes what is left to be written; without a writer, all that is not there already.
 */
typedef struct DcIndexWriter DcIndexWriter;

extern bool dc_index_make_room(int controller_id);
extern DcIndexWriter *dc_index_begin(const DcPopulation *population, DcKeyTable *table, int controller_id);
extern void dc_index_end(DcIndexWriter *writer, const DcPopulation *population, DcKeyTable *table, int controller_id, uint64 signature);

/* No run trusts the index of the controller until it is written anew. */
extern void dc_index_invalidate(int controller_id);

/* Removes all of it. */
extern void dc_index_drop(int controller_id);

/* key_index_change.c */

/*
 * From now on these contacts are known by this; old: what they were known by, nkeys -1 for not at all; new: likewise
 * -1 for contacts that are gone.  state is what holds afterwards, but for the runs, which are told.
 */
extern void dc_index_change(int controller_id, const DcIndexedContact *old, const DcIndexedContact *new, int n,
							DcIndexState *state);

/* key_index_forget.c */

/* Takes an entry out of the pages of a run, if it is there. */
extern void dc_index_remove(int controller_id, int run, const DcIndexEntry *entry);

/* Takes everything out that tells of a contact, which was changed to be gone. */
extern void dc_index_forget(int controller_id, int64 contact_id);

#endif							/* DC_MATCH_KEY_INDEX_H */
