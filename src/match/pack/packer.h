/*-------------------------------------------------------------------------
 *
 * packer.h
 *	  What the parts of pack.c share: a contact whose columns are being packed.
 *
 * A look-up in a large table waits for memory.  So contacts wait for each other: what all of them look up is asked for,
 * then where that points to, and only then they are packed, one after the other.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_MATCH_PACKER_H
#define DC_MATCH_PACKER_H

#include "postgres.h"

#include "match/pack/memo.h"
#include "match/pack/pack.h"

/* Texts that are interned as they are. */
typedef enum DcOwnText
{
	OWN_MOBILE, OWN_PHONE, OWN_PROFILE, OWN_REGISTRATION, OWN_MAILBOX, DC_OWN_TEXTS
} DcOwnText;

typedef struct DcCell
{
	DcText		text;
	uint64		hash;
	DcValue		guess;			/* the value that it probably is, once that has been looked for; else 0 */
} DcCell;

/* A contact that waits, with a copy of its columns. */
typedef struct DcWaiting
{
	int64		contact_id;
	DcText		text[DC_PACKED_COLUMNS];	/* with a zero byte behind; as website the host that tells the organisation */
	uint64		hash[DC_PACKED_COLUMNS];	/* in the memos, of the columns that are remembered */
	Datum		other_emails;	/* 0 for null, as the next */
	Datum		other_phones;
	Datum		attributes;
	DcCell		own[DC_OWN_TEXTS];
} DcWaiting;

#define DC_WAITING 8

struct DcPacker
{
	DcPopulation *population;
	MemoryContext context;		/* of the packer and the texts that it remembers */
	MemoryContext scratch;		/* emptied when nobody waits any more */
	DcMemos    *memos;
	int			nwaiting;
	DcWaiting	waiting[DC_WAITING];
};

/* The memo of a column of the contact, NULL when it has none; new ones come with found false. */
static inline DcMemo *
dc_remember(DcPacker *packer, const DcWaiting *contact, DcPackedColumn column, bool *found)
{
	return contact->text[column].s == NULL ? NULL : dc_memo_find(packer->memos, column, contact->text[column], contact->hash[column], found);
}

static inline DcValue
dc_intern_cell(DcPacker *packer, const DcCell *cell)
{
	return dc_intern_hashed(packer->population, cell->text.s, cell->text.len, cell->hash);
}

extern bool dc_text_begins(DcText text, const char *start);
extern bool dc_text_ends(DcText text, const char *end);

/* pack_point.c: mailboxes and numbers */
extern char *dc_mailbox_key(const char *email);
extern DcText dc_phone_text(DcText phone);
extern void dc_pack_mailboxes(DcPacker *packer, const DcWaiting *contact, DcRecord *r);
extern void dc_pack_phones(DcPacker *packer, const DcWaiting *contact, DcRecord *r);
extern DcValue dc_generation_of_mailbox(DcPopulation *population, const char *email);

/* pack_organisation.c */
extern DcText dc_telling_host(const DcText *text);
extern DcText dc_registration_text(const DcText *text);
extern void dc_pack_organisation(DcPacker *packer, const DcWaiting *contact, DcRecord *r);

#endif							/* DC_MATCH_PACKER_H */
