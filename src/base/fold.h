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
 * A Han character is a syllable with a blank before it where a letter stands there; a
 * Hangul one is made of its parts, with a blank between some of one character and the next.
 * Greek letters fold one by one, but some to another letter beside some others (gamma before kappa).
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

/* Han characters: the number of their syllable, 0 for ICU */
#define DC_FOLD_HAN_FIRST 0x3400
#define DC_FOLD_HAN_LAST 0x9FFF
extern const uint16 dc_fold_han[DC_FOLD_HAN_LAST - DC_FOLD_HAN_FIRST + 1];
extern const char dc_fold_syllable[][8];

/* Hangul characters: a consonant (none is one too), a vowel, a final consonant (0: none) */
#define DC_FOLD_HANGUL_FIRST 0xAC00
#define DC_FOLD_INITIALS 19
#define DC_FOLD_VOWELS 21
#define DC_FOLD_FINALS 28
#define DC_FOLD_HANGUL_LAST (DC_FOLD_HANGUL_FIRST + DC_FOLD_INITIALS * DC_FOLD_VOWELS * DC_FOLD_FINALS - 1)
#define DC_FOLD_NO_INITIAL 11
extern const bool dc_fold_has_hangul;	/* false where the rules are others */
extern const char dc_fold_initial[DC_FOLD_INITIALS][4];
extern const char dc_fold_vowel[DC_FOLD_VOWELS][4];
extern const char dc_fold_final[DC_FOLD_FINALS][4];

/* Is there a blank between a final consonant and an initial, between two vowels beside each other? */
extern const bool dc_fold_parted[DC_FOLD_FINALS][DC_FOLD_INITIALS];
extern const bool dc_fold_vowels_parted[DC_FOLD_VOWELS][DC_FOLD_VOWELS];

/* Greek letters without breathings: what each folds to, "" for ICU, and the other letter where a neighbour makes it one */
#define DC_FOLD_GREEK_FIRST 0x386
#define DC_FOLD_GREEK_LAST 0x3CE
#define DC_FOLD_GREEK (DC_FOLD_GREEK_LAST - DC_FOLD_GREEK_FIRST + 1)
extern const char dc_fold_greek[DC_FOLD_GREEK][4];
extern const char dc_fold_greek_other[DC_FOLD_GREEK];

/* Is a letter the other one behind another, before another?  [before][behind] both */
extern const bool dc_fold_greek_behind[DC_FOLD_GREEK][DC_FOLD_GREEK];
extern const bool dc_fold_greek_before[DC_FOLD_GREEK][DC_FOLD_GREEK];

#endif							/* DC_BASE_FOLD_H */
