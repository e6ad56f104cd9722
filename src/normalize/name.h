/*-------------------------------------------------------------------------
 *
 * name.h
 *	  What the files of person names share: words and what is known of each.
 *
 * name_words.c cuts a text into words, name_lookup.c looks each up; name_marks.c takes out what
 * stands between marks, name_forewords.c what hands over, name_titles.c and name_suffixes.c
 * what stands before and behind;
 * name_parts.c decides which words are first, middle and last name, name_particles.c which are particles, name_order.c whether the
 * last stands first; name_case.c writes them; name.c puts it together.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_NAME_H
#define DC_NAME_H

#include "base/lexicon.h"
#include "base/port.h"

#include "normalize/normalize.h"

/* What a word is */
#define WORD_INITIAL		(1 << 0)	/* one letter, or several with dots */
#define WORD_UPPER			(1 << 1)	/* two or more letters, all capitals */
#define WORD_LOWER			(1 << 2)	/* no capital */
#define WORD_DOTTED			(1 << 3)
#define WORD_GIVEN			(1 << 4)
#define WORD_GIVEN_SURE		(1 << 5)	/* of a language whose given names seldom are family names */
#define WORD_FEMALE			(1 << 6)
#define WORD_FAMILY			(1 << 7)
#define WORD_FAMILY_IBERIAN	(1 << 8)
#define WORD_FAMILY_FRENCH	(1 << 9)
#define WORD_PARTICLE		(1 << 10)
#define WORD_NOBLE			(1 << 11)	/* a particle only before another one */
#define WORD_GAELIC			(1 << 12)	/* Mac and Mc, apart */
#define WORD_TITLE			(1 << 13)
#define WORD_TITLE_PART		(1 << 14)	/* a title beside another one only */
#define WORD_TITLE_NAME		(1 << 15)	/* a title, or a name */
#define WORD_TITLE_FIRST	(1 << 16)	/* the title of a first name: Sir, Queen */
#define WORD_SUFFIX			(1 << 17)
#define WORD_SUFFIX_NAME	(1 << 18)	/* a suffix, or a name */
#define WORD_GENERATION		(1 << 19)
#define WORD_AND			(1 << 20)	/* parts persons, or parts of a name */
#define WORD_LINK			(1 << 21)	/* parts of a name only: of */
#define WORD_DIGIT			(1 << 22)
#define WORD_FAMILY_EUROPEAN (1 << 24)	/* common in western Europe or America */
#define WORD_SPANISH		(1 << 23)	/* a given name of Spain or Italy */

#define WORD_CAPITAL		(1 << 25)	/* a particle with a capital: Ben, St. */
#define WORD_OPEN			(1 << 26)	/* a particle behind its last hyphen: Smit-de */
#define WORD_ARABIC			(1 << 27)	/* a given name in Arabic use */
#define WORD_FAMILY_ASIAN	(1 << 28)	/* common in China, Korea or Viet Nam, where it stands first */
#define WORD_IBERIAN		(1 << 29)	/* a given name of Spain or Portugal alone */
#define WORD_FAMILY_MOSTLY	(1 << 30)	/* a given name now and then: Davis */

#define WORD_JOINING		(WORD_AND | WORD_LINK)

typedef struct DcWord
{
	char	   *text;
	const char *fold;			/* dc_fold */
	const char *key;			/* fold without blanks */
	const char *suffix;			/* its usual letters, of list name_suffixes */
	char		civility;		/* m, f, n (the name that follows tells) or 0 */
	int			flags;
	int			segment;		/* of the text, between commas */
} DcWord;

/* Is a word any of these? */
#define IS(w, f) (((w).flags & (f)) != 0)

/* A stretch of words. */
typedef struct DcWords
{
	DcWord	   *word;
	int			n;
} DcWords;

/* What is known while a name is read. */
typedef struct DcReading
{
	DcName	   *name;
	StringInfoData suffix;
	char		civility;		/* m, f, n or 0 */
	bool		titled;			/* by a title that a last name follows */
	bool		mixed;			/* capitals and small letters: case tells */
	int			remarks;
	bool		couple;
	bool		digits;			/* among the suffixes */
} DcReading;

/* name_words.c */
extern DcWords dc_name_words(char *text, int *nsegments);
extern DcWords dc_stretch(DcWords words, int from, int to);
extern bool dc_is_pronouns(const char *text);

/* name_lookup.c */
extern void dc_look_up_word(DcWord *word);
extern bool dc_is_consonants(const DcWord *word);
extern char *dc_without_blanks(const char *fold);
extern bool dc_all_parts_in(const DcLexicon *lexicon, const char *fold);

/* name_forewords.c */
extern char *dc_without_label(char *s);
extern char *dc_without_addresses(char *s);
extern DcWords dc_without_foreword(DcWords words);

/* name_titles.c */
extern int	dc_count_titles(DcWords words);
extern DcWords dc_take_titles(DcReading *r, DcWords words);
extern bool dc_is_civility(const DcWord *word);
extern bool dc_is_title_behind(const DcWord *word);
extern const char *dc_civility(const DcReading *r);

/* name_suffixes.c */
extern DcWords dc_take_suffixes(DcReading *r, DcWords words, bool behind_comma);
extern bool dc_is_suffix_segment(const DcReading *r, DcWords words, int names);
extern void dc_add_suffix(DcReading *r, const DcWord *word);

/* name_marks.c: takes out what stands between brackets and quotes */
extern char *dc_take_marked(char *text, StringInfo suffix, int *remarks);

#define REMARK_SURNAME (1 << 0) /* another last name was left out */

/* name_particles.c */
extern bool dc_is_particle(DcWords words, int i);
extern bool dc_is_vietnamese_middle(DcWords words, int i);
extern int	dc_trailing_particles(DcWords given);

/* name_parts.c: the words in the order first, middle, last name, and where each begins */
typedef struct DcNameParts
{
	DcWord	   *word;
	int			n;
	int			middle;
	int			last;
} DcNameParts;

extern void dc_divide_name(DcWords words, bool titled, DcNameParts *parts);
extern void dc_divide_last_first(DcWords last, DcWords given, DcNameParts *parts);

/* name_order.c */
extern bool dc_is_reversed(DcWords words);
extern bool dc_is_iberian_pair(DcWords words);
extern bool dc_all_initials(DcWords words);

/* name_case.c */
extern void dc_straighten_apostrophes(char *s);
typedef enum DcPlace
{
	PLACE_FIRST,				/* a part begins with the word */
	PLACE_INNER,				/* another word stands before it */
	PLACE_NAME					/* the word is a name, whatever particles look like it */
} DcPlace;

extern void dc_append_cased(StringInfo out, const char *word, DcPlace place);
extern void dc_append_suffix(StringInfo out, const DcWord *word);

#endif							/* DC_NAME_H */
