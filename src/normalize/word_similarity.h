/*-------------------------------------------------------------------------
 *
 * word_similarity.h
 *	  The words of a person's name as they are compared, for name_similarity.c.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_WORD_SIMILARITY_H
#define DC_WORD_SIMILARITY_H

#include "base/port.h"

#define MAX_WORDS 16
#define MAX_WORD 48				/* bytes of a word that are compared */

/* An initial and a word that begins with it */
#define INITIAL 0.91

typedef struct NameWord
{
	char		text[MAX_WORD];
	int			len;
	char		sound[2][MAX_WORD]; /* one spelling for all transliterations, or two where letters are ambiguous */
	char		consonants[2][MAX_WORD];
	int			sounds;
	const char *nickname;		/* the names it may stand for, or NULL */
	const char *given;			/* its value in list given_names, or NULL */
	const char *family;			/* its value in list family_names, or NULL */
	bool		particle;
	double		weight;
	int			partner;		/* in the other name; -1: none */
	double		similarity;		/* to the partner */
} NameWord;

typedef struct SpelledName
{
	NameWord	word[MAX_WORDS];
	int			n;
	const char *generation;		/* jr, sr, iii, ... */
} SpelledName;

/* word_sound.c */
extern void dc_set_sounds(NameWord *word);
extern bool dc_sounds_same(const NameWord *a, const NameWord *b);
extern bool dc_same_consonants(const NameWord *a, const NameWord *b, int least);
extern bool dc_differ_in_vowel(const NameWord *a, const NameWord *b);
extern bool dc_one_sound_apart(const char *x, const char *y);

/* word_similarity.c */
extern void dc_read_words(const char *text, SpelledName *name);
extern double dc_word_similarity(const NameWord *a, const NameWord *b);
extern bool dc_is_short_for(const NameWord *word, const NameWord *one, const NameWord *two);
extern int	dc_written_together(const NameWord *word, const SpelledName *name, int from);

#endif							/* DC_WORD_SIMILARITY_H */
