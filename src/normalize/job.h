/*-------------------------------------------------------------------------
 *
 * job.h
 *	  What the files of the subject job titles share: job_words.c cuts a title into words
 *	  and finds them in the lists, job.c says which of them count, job_title.c writes a title.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_NORMALIZE_JOB_H
#define DC_NORMALIZE_JOB_H

#include "base/lexicon.h"
#include "normalize/normalize.h"

#define DC_MAX_TITLE_WORDS 40

typedef struct DcTitle
{
	char	   *words[DC_MAX_TITLE_WORDS];	/* folded */
	int			lengths[DC_MAX_TITLE_WORDS];
	bool		parted[DC_MAX_TITLE_WORDS];	/* a comma or the like stands before it */
	bool		coordinated[DC_MAX_TITLE_WORDS];	/* an ampersand does */
	int			n;
} DcTitle;

extern void dc_read_title(const char *s, DcTitle *t);

/* Rights slips of the keyboard in the words that titles turn on. */
extern void dc_correct_slips(DcTitle *t);

/* The entry of a list for the longest run of words from one on, and its length; NULL and 1 when there is none. */
extern const char *dc_longest_run(const DcLexicon *list, const DcTitle *t, int from, int *len);

/*
 * Reads a word written together, such as "Vertriebsleiterin": the level by its end, the function by its
 * beginning, each NULL when that tells none; false when it is no such word.
 */
extern bool dc_read_compound(const char *word, int len, const char **level, const char **function);

/* job_title.c: a title all in one case gets capitals */
extern char *dc_title_case(const char *s);

#endif							/* DC_NORMALIZE_JOB_H */
