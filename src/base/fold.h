/*-------------------------------------------------------------------------
 *
 * fold.h
 *	  The folding table: what each code point folds to, whatever stands beside it.
 *
 * build/fold_table.c holds it, made by generate/fold_table.c from the ICU that
 * the extension is built with.  Two stages: the page of a code point, then its
 * entry there.  An entry is up to four ASCII characters, the first in the lowest
 * byte, 0 behind the last; a blank is what parts words.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_BASE_FOLD_H
#define DC_BASE_FOLD_H

#include "base/port.h"

#define DC_FOLD_LIMIT 0x20000	/* code points from here on are ICU's */
#define DC_FOLD_PAGE_BITS 6
#define DC_FOLD_PAGE (1 << DC_FOLD_PAGE_BITS)

#define DC_FOLD_ICU 0xFFFFFFFFU /* depends on the neighbours: ask ICU */
#define DC_FOLD_MARK 0xFFFFFFFEU	/* an accent, dropped behind a DC_FOLD_BASE */
#define DC_FOLD_BASE 0x80U		/* flag: a letter that loses its accents */

extern const uint16 dc_fold_page[DC_FOLD_LIMIT >> DC_FOLD_PAGE_BITS];
extern const uint32 dc_fold_entry[][DC_FOLD_PAGE];

#endif							/* DC_BASE_FOLD_H */
