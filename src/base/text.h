/*-------------------------------------------------------------------------
 *
 * text.h
 *	  Text folding and cleaning, shared by all rooms.
 *
 * All functions take NUL-terminated UTF-8 and answer palloc'd NUL-terminated
 * UTF-8 in the current memory context.  They take linear time and accept any
 * bytes: what is not UTF-8 reads as U+FFFD.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_BASE_TEXT_H
#define DC_BASE_TEXT_H

#include "base/port.h"

/*
 * The next code point of *p (end exclusive), advancing *p by at least one byte.
 * Malformed input reads as U+FFFD.
 */
extern uint32 dc_utf8_next(const char **p, const char *end);

/* Writes a code point (1 to 4 bytes) to dst and answers the number of bytes. */
extern int	dc_utf8_put(char *dst, uint32 codepoint);

/*
 * The text as a careful typist would have entered it: Unicode NFC; zero-width,
 * bidirectional, soft-hyphen and control characters gone; every kind of blank
 * (tabs and newlines too) one space, none at the ends; full-width ASCII narrow.
 * Joiners between letters of joining scripts (Persian, Sinhala) stay.
 * Letters, accents and punctuation stay.  "" when nothing is left.
 */
extern char *dc_clean(const char *s);

/* The text in Unicode NFC, s itself where it is so already. */
extern char *dc_compose(char *s, size_t len);

/*
 * The form that comparison uses (SQL: name_key): NFKC, case-folded,
 * transliterated to ASCII letters and digits, apostrophes dropped ("o'neil" is
 * "oneil"), every other punctuation a blank, blanks single, none at the ends.
 * What ICU cannot transliterate stays, case-folded.  "" when nothing is left.
 */
extern char *dc_fold(const char *s);
extern char *dc_fold_n(const char *s, size_t len);

/* In a folded text: ä, ö, ü and ø may be written ae, oe, ue, or without the e; all of them become the vowel alone. */
extern void dc_join_umlauts(char *folded);

/* The same as dc_fold_n by ICU alone, about ten times slower: the definition that dc_fold keeps to. */
extern char *dc_fold_icu(const char *s, size_t len);

/* Case mapping by ICU in the root locale. */
extern char *dc_lower(const char *s);
extern char *dc_upper(const char *s);

/* Is a text one of n? */
extern bool dc_is_one_of(const char *word, const char *const *list, int n);

#endif							/* DC_BASE_TEXT_H */
