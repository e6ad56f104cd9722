/*-------------------------------------------------------------------------
 *
 * match.h
 *	  The vocabulary of the room match: packed records and what compares them.
 *
 * A population is all contacts of one controller, each packed to interned values, so that
 * equality is an integer compare.  features.c and score.c know no tables, no SPI and no names of columns.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_MATCH_H
#define DC_MATCH_H

#include "base/port.h"

#define DC_MAX_FIELDS 8
#define DC_MAX_STEPS 16

/* An interned value; 0 is none. */
typedef uint32 DcValue;

typedef enum DcFieldKind
{
	KIND_EXACT, KIND_TEXT, KIND_NAME, KIND_NUMBER, KIND_DATE
} DcFieldKind;

typedef struct DcRecord
{
	int64		contact_id;
	DcValue		first;			/* folded */
	DcValue		given;			/* first word of it, a nickname as its full name */
	DcValue		last;
	DcValue		suffix;
	DcValue		email;			/* key of the mailbox */
	DcValue		phone;
	DcValue		mobile;
	DcValue		linkedin;
	DcValue		siren;
	DcValue		domain;			/* registrable, of web site or professional e-mail */
	DcValue		company;		/* key */
	DcValue		postcode;
	DcValue		city;
	DcValue		address;
	DcValue		job;
	DcValue		field[DC_MAX_FIELDS];	/* declared match fields */
} DcRecord;

typedef struct DcPopulation
{
	int			nrecords;
	DcRecord   *records;
	int			nfields;
	DcFieldKind field_kind[DC_MAX_FIELDS];
	const char *field_name[DC_MAX_FIELDS];
	struct dc_intern_hash *intern;
	uint32		nvalues;
	uint32		capacity;
	const char **text;			/* of each value */
	uint32	   *count;			/* records that carry it, once for each column */
	DcValue	   *names;			/* of each value: the last names seen with it, NAMES_KEPT of them */
} DcPopulation;

/* A value that more last names than this carry is an organisation's, not a person's. */
#define DC_NAMES_KEPT 3

/* One comparison of the explanation. */
typedef struct DcStep
{
	const char *field;
	const char *value_a;
	const char *value_b;
	const char *level;
	double		m;
	double		u;
	double		weight;			/* log2(m / u) */
} DcStep;

typedef struct DcScore
{
	int			nsteps;
	DcStep		steps[DC_MAX_STEPS];
	double		weight;			/* their sum, prior included */
	double		probability;
} DcScore;

/* features.c */
extern DcPopulation *dc_population_create(void);
extern DcValue dc_intern(DcPopulation *population, const char *text);
extern void dc_population_finish(DcPopulation *population);
extern bool dc_is_shared(const DcPopulation *population, DcValue value);

/* score.c */
extern void dc_score_pair(const DcPopulation *population, const DcRecord *a, const DcRecord *b, DcScore *score);

/* pairs.c: calls back for each candidate pair, once; linear in the number of keys, blocks bounded */
typedef void (*DcPairCallback) (void *state, int a, int b);
extern int64 dc_candidate_pairs(const DcPopulation *population, DcPairCallback callback, void *state);

#endif							/* DC_MATCH_H */
