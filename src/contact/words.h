/*-------------------------------------------------------------------------
 *
 * words.h
 *	  The words of a controller, where its contacts are cleaned.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_WORDS_H
#define DC_WORDS_H

#include "base/lexicon.h"

/*
 * The words that a controller has added or taken out, NULL when there are none; read once
 * and kept by the session until they change.  To be set as dc_overlay while cleaning, and
 * valid until the next call.
 */
extern const DcOverlay *dc_words_of(int controller_id);

/* The same for the same words, 0 for none. */
extern uint64 dc_words_checksum(int controller_id);

extern void dc_words_init(void);

#endif							/* DC_WORDS_H */
