/*-------------------------------------------------------------------------
 *
 * memo.h
 *	  What was made of texts that have been seen before, by column.
 *
 * A look-up in a large table waits for memory. So it comes in three steps, and what is looked up together waits
 * together: dc_memo_hash() for each text, then dc_memo_touch() for each, then dc_memo_find().
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_MATCH_MEMO_H
#define DC_MATCH_MEMO_H

#include "base/port.h"

#include "match/match.h"

/* A text where it stands. */
typedef struct DcText
{
	const char *s;				/* NULL for none; perhaps no zero byte behind it */
	size_t		len;
} DcText;

typedef struct DcMemo
{
	DcValue		value;			/* 0 at first, as second */
	DcValue		second;
	uint32		column;
	uint32		len;
	char		text[FLEXIBLE_ARRAY_MEMBER];
} DcMemo;

typedef struct DcMemos DcMemos;

/* It and its memos live in the current memory context. */
extern DcMemos *dc_memos_create(void);

extern uint64 dc_memo_hash(const DcMemos *memos, int column, DcText text);
extern void dc_memo_touch(const DcMemos *memos, uint64 hash);
extern DcMemo *dc_memo_find(DcMemos *memos, int column, DcText text, uint64 hash, bool *found);

#endif							/* DC_MATCH_MEMO_H */
