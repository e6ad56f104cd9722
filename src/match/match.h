/*-------------------------------------------------------------------------
 *
 * match.h
 *	  The vocabulary of the room match: packed records and what compares them.
 *
 * A population is the contacts of one controller, each packed to interned values, so that
 * equality is an integer compare.  The files of core/ know no tables, no SPI and no names of columns;
 * pack/ fills a population from contacts.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_MATCH_H
#define DC_MATCH_H

#include "base/port.h"

#include "match/core/sample.h"

#define DC_MAX_FIELDS 8
#define DC_MAX_EMAILS 3
#define DC_MAX_PHONES 4

/* No value surprises more, in bits: see MIN_FREQUENCY. */
#define DC_MAX_SURPRISE 16.61f

/* An interned value; 0 is none. */
typedef uint32 DcValue;

typedef enum DcFieldKind
{
	KIND_EXACT, KIND_TEXT, KIND_NAME, KIND_NUMBER, KIND_DATE
} DcFieldKind;

typedef struct DcRecord
{
	int64		contact_id;
	DcValue		first;			/* folded, as all that follow */
	DcValue		given;			/* first word of it, a nickname as its full name */
	DcValue		middle;
	DcValue		last;
	DcValue		suffix;			/* a generation: jr, sr, iii */
	DcValue		email[DC_MAX_EMAILS];	/* keys of mailboxes */
	DcValue		phone[DC_MAX_PHONES];	/* numbers of any kind */
	DcValue		linkedin;
	DcValue		registration;	/* number of the company: SIREN, or VAT */
	DcValue		domain;			/* registrable, of web site or professional e-mail */
	DcValue		company;		/* key */
	DcValue		address;
	DcValue		postcode;
	DcValue		city;
	DcValue		job;
	DcValue		field[DC_MAX_FIELDS];	/* declared match fields */
	DcValue		organisation;	/* company of one without a person, as a value of its own: employers of persons do not make it common */
	uint32		nmobiles;		/* so many of the phones, the first, were given as mobile ones */
} DcRecord;

/* The values of a record stand together. */
#define DC_RECORD_VALUES ((int) ((offsetof(DcRecord, organisation) - offsetof(DcRecord, first)) / sizeof(DcValue)) + 1)

/* Behind the last of them. */
#define DC_END_OF_VALUES(record) (&(record)->first + DC_RECORD_VALUES)

static inline bool
dc_is_person(const DcRecord *record)
{
	return record->first != 0 || record->last != 0;
}

/* Mailboxes and numbers of a record, those that tell by its name whether persons share them. */
#define DC_CONTACT_POINTS (DC_MAX_EMAILS + DC_MAX_PHONES)

static inline DcValue
dc_contact_point(const DcRecord *record, int i)
{
	if (record->last == 0)
		return 0;
	return i < DC_MAX_EMAILS ? record->email[i] : record->phone[i - DC_MAX_EMAILS];
}

/* Flags of a value */
#define VALUE_SHARED 1			/* a mailbox or number that several persons use */
#define VALUE_ROLE 2			/* a mailbox of a function, such as contact@ */
#define VALUE_GENERIC (VALUE_SHARED | VALUE_ROLE)	/* of an organisation, not of a person */
#define VALUE_TITLE 4			/* a title that stands for a first name */
#define VALUE_GIVEN 8			/* known as a first name */

typedef struct DcTokens
{
	uint32		start;			/* in the token array of the population */
	uint16		n;
} DcTokens;

/* A place of the table that finds a value by the hash of its text: empty, or the value and half of the hash. */
typedef struct DcSlot
{
	DcValue		value;
	uint32		tag;
} DcSlot;

typedef struct DcPopulation
{
	MemoryContext context;		/* everything below lives there */
	int			nrecords;
	int			capacity;
	DcRecord   *records;
	int			nfields;
	DcFieldKind field_kind[DC_MAX_FIELDS];
	const char *field_name[DC_MAX_FIELDS];
	/* of each value */
	uint32		nvalues;
	uint32		value_capacity;
	const char **text;
	uint64	   *hash;
	uint8	   *flags;
	uint32	   *letters;		/* set of the letters and digits in it */
	uint8	   *length;			/* in bytes; 255 for longer ones and for what is not ASCII */
	DcSlot	   *slots;			/* open addressing over hash */
	uint32		nslots;
	MemoryContext texts;		/* that they lie in */
	char	   *room;			/* where the next text goes */
	size_t		room_size;
	size_t		chunk_size;
	/* of each value, once values are counted or cut into words */
	uint32		count_capacity;
	uint32	   *count;			/* contacts that carry it, once for each column */
	float	   *surprise;		/* -log2 of its frequency */
	/* words of companies, addresses and texts, made when first needed */
	DcTokens   *tokens;
	DcValue    *token;
	uint32		ntokens;
	uint32		token_capacity;
	void		(*progress) (int64 done, int64 total);	/* told how far the pairs have come; may be NULL */
	void		(*fitting) (int64 done, int64 total);	/* the same of the rounds that fit the model */
	double		size;			/* contacts that the frequencies were counted over */
	DcOneIn		one_in;			/* each where the records are all contacts */
} DcPopulation;

/* Of the text of a value, in bytes. */
static inline size_t
dc_text_length(const DcPopulation *p, DcValue value)
{
	return p->length[value] < 255 ? p->length[value] : strlen(p->text[value]);
}

/* Over fewer contacts frequencies mean nothing: they count as so many. */
#define DC_LEAST_SIZE 50

/*
 * Levels of agreement.  Those of one group exclude each other; a group says nothing when a
 * side has no value.
 */
typedef enum DcGroup
{
	GROUP_FIRST, GROUP_LAST, GROUP_MIDDLE, GROUP_SUFFIX, GROUP_EMAIL, GROUP_PHONE, GROUP_LINKEDIN, GROUP_ORGANISATION, GROUP_PLACE, GROUP_JOB,
	GROUP_COMPANY, GROUP_COMPANY_PHONE, GROUP_COMPANY_NUMBER, GROUP_COMPANY_DOMAIN, GROUP_COMPANY_PLACE,
	GROUP_FIELD,
	GROUP_COUNT = GROUP_FIELD + DC_MAX_FIELDS
} DcGroup;

/* Levels of a declared field.  Of dates: day or month mistyped or swapped, year mistyped, more than one digit off. */
enum
{
	L_FIELD_EXACT, L_FIELD_FUZZY, L_FIELD_NEAR, L_FIELD_PART, L_FIELD_CONFLICT,
	FIELD_LEVELS
};

typedef enum DcLevel
{
	L_FIRST_EXACT, L_FIRST_NICKNAME, L_FIRST_INITIAL, L_FIRST_FUZZY, L_FIRST_SWAPPED, L_FIRST_CONFLICT,
	L_LAST_EXACT, L_LAST_PART, L_LAST_FUZZY, L_LAST_CONFLICT,
	L_MIDDLE_EXACT, L_MIDDLE_CONFLICT,
	L_SUFFIX_EXACT, L_SUFFIX_CONFLICT,
	L_EMAIL_EXACT, L_EMAIL_FUZZY, L_EMAIL_CONFLICT, L_EMAIL_NUMBERED,
	L_PHONE_EXACT, L_PHONE_CONFLICT,
	L_LINKEDIN_EXACT, L_LINKEDIN_CONFLICT,
	L_ORG_NUMBER, L_ORG_DOMAIN, L_ORG_COMPANY, L_ORG_FUZZY, L_ORG_PHONE, L_ORG_MAILBOX, L_ORG_CONFLICT,
	L_PLACE_ADDRESS, L_PLACE_FUZZY, L_PLACE_POSTCODE, L_PLACE_CITY, L_PLACE_NEAR, L_PLACE_CONFLICT,
	L_JOB_EXACT, L_JOB_CONFLICT,
	L_COMPANY_EXACT, L_COMPANY_CONTAINED, L_COMPANY_SIMILAR, L_COMPANY_ACRONYM, L_COMPANY_PART, L_COMPANY_CONFLICT,
	L_COMPANY_PHONE_EXACT, L_COMPANY_PHONE_CONFLICT,
	L_COMPANY_NUMBER_EXACT, L_COMPANY_NUMBER_CONFLICT,
	L_COMPANY_DOMAIN_EXACT, L_COMPANY_DOMAIN_SIMILAR, L_COMPANY_DOMAIN_CONFLICT,
	L_COMPANY_PLACE_ADDRESS, L_COMPANY_PLACE_FUZZY, L_COMPANY_PLACE_POSTCODE, L_COMPANY_PLACE_CITY, L_COMPANY_PLACE_NEAR, L_COMPANY_PLACE_CONFLICT,
	L_FIELD,					/* the first of those of the first declared field */
	L_COUNT = L_FIELD + FIELD_LEVELS * DC_MAX_FIELDS
} DcLevel;

/* What is known of a level, before any data: the built-in model. */
typedef struct DcLevelSpec
{
	DcGroup		group;
	const char *name;
	bool		by_frequency;	/* u is a factor of the frequency of the commoner value; see dc_shown_u() */
	double		m;
	double		u;
} DcLevelSpec;

typedef struct DcModel
{
	double		prior;			/* true pairs for each contact; the odds before any evidence are prior / contacts */
	double		m[L_COUNT];
	double		u[L_COUNT];
	float		weight[L_COUNT];	/* log2(m / u), to which a level by frequency adds the surprise of its value */
} DcModel;

/* One comparison of a pair. */
typedef struct DcStep
{
	uint8		level;
	DcValue		a;
	DcValue		b;
	float		weight;			/* log2(m / u), with u at the frequency of the values */
} DcStep;

#define DC_MAX_STEPS 20

typedef struct DcScore
{
	int			nsteps;
	DcStep		steps[DC_MAX_STEPS];
	double		prior;			/* log2 of the odds before any evidence */
	double		weight;			/* prior and steps together */
	double		limit;			/* what guards let it weigh at most; INFINITY for no guard */
	bool		apart;			/* something says that these are two: they never meet in one cluster on their own */
	bool		namesakes;		/* nor do these, unless members of both sides share a number that one person alone has */
	bool		number;			/* they share one */
} DcScore;

/* features.c */
extern DcPopulation *dc_population_create(void);
extern DcRecord *dc_add_record(DcPopulation *population);
extern DcValue dc_intern(DcPopulation *population, const char *text);
extern DcValue dc_intern_n(DcPopulation *population, const char *text, size_t len);
extern DcValue dc_intern_hashed(DcPopulation *population, const char *text, size_t len, uint64 hash);
extern DcValue dc_intern_from(DcPopulation *population, const char *text, size_t len, uint64 hash, uint32 letters, uint8 length);

/* The hash of a value's text: the same in every session and on every machine. */
#define dc_text_hash(text, len) hash_bytes_extended((const unsigned char *) (text), len, 0)

/* Asks for the memory in which a value of this hash will be looked up. */
#define dc_ask_value(p, hash) dc_prefetch(&(p)->slots[(hash) & ((p)->nslots - 1)])

/* The value that probably will be found there, once the place has come; 0 for none. */
static inline DcValue
dc_guess_value(const DcPopulation *p, uint64 hash)
{
	for (uint64 i = hash;; i++)
	{
		const DcSlot *slot = &p->slots[i & (p->nslots - 1)];

		if (slot->value == 0 || slot->tag == (uint32) (hash >> 32))
			return slot->value;
	}
}

extern void dc_name_organisation(DcPopulation *population, DcRecord *record);
extern void dc_make_tokens(DcPopulation *population);
extern void dc_count_values(DcPopulation *population);
extern double dc_frequency(const DcPopulation *population, DcValue value);
extern bool dc_is_common(const DcPopulation *population, DcValue value);
extern void dc_set_size(DcPopulation *population, double size);
extern void dc_set_rare(DcPopulation *population, DcValue from);
extern void dc_set_value_frequency(DcPopulation *population, DcValue value, double frequency);
extern DcValue dc_find_hash(const DcPopulation *population, uint64 hash);
extern void dc_set_frequency(DcPopulation *population, uint64 hash, double frequency, bool shared);

extern DcTokens dc_value_tokens(DcPopulation *population, DcValue value);

/* record_hash.c */
extern uint64 dc_record_hash(const DcPopulation *population, const DcRecord *record);
extern uint64 *dc_fingerprints(const DcPopulation *population);

/* shared_points.c */

/* A mailbox or number that persons of this many unlike names carry is an organisation's, not a person's. */
#define DC_SHARED_BY 3

typedef struct DcJudgement
{
	int			n;
	int			leader[DC_SHARED_BY];	/* records of names unlike each other */
} DcJudgement;

extern bool dc_judge_bearer(const DcPopulation *population, DcJudgement *judgement, const DcRecord *bearer);
extern void dc_find_shared(DcPopulation *population);

/* field.c */
extern char *dc_field_value(DcFieldKind kind, const char *text);

/* model.c */
extern double dc_shown_u(const DcLevelSpec *spec, double u);
extern double dc_u_of_shown(const DcLevelSpec *spec, double shown);
extern const DcLevelSpec *dc_level_spec(const DcPopulation *population, int level);
extern int	dc_level_count(const DcPopulation *population);
extern DcGroup dc_level_group(int level);
extern const char *dc_level_field(const DcPopulation *population, int level);
extern void dc_model_default(const DcPopulation *population, DcModel *model);
extern void dc_model_finish(DcModel *model);

/* score.c */
extern void dc_score_pair(DcPopulation *population, const DcModel *model, const DcRecord *a, const DcRecord *b, DcScore *score);
extern double dc_probability(double weight);

/* keys.c */
#define DC_MAX_KEYS 40

typedef struct DcKeys
{
	int			n;
	uint64		key[DC_MAX_KEYS];	/* ascending, each once */
} DcKeys;

/*
 * The lowest bits of a key tell those of mailboxes and of numbers, and those that many share by chance, from
 * the others.
 */
#define DC_KEY_CLASS 3
#define DC_KEY_EMAIL 1
#define DC_KEY_PHONE 2
#define DC_KEY_WEAK 3

extern void dc_make_keys(const DcPopulation *population, const DcRecord *record, DcKeys *keys);

/* The keys that all who carry a mailbox or a number have. */
extern uint64 dc_email_key_of(const DcPopulation *population, DcValue email);
extern uint64 dc_phone_key_of(const DcPopulation *population, DcValue phone);
extern uint64 dc_sound(const DcPopulation *population, DcValue value, int n);
extern uint64 dc_block_order(const DcPopulation *population, const DcRecord *record);

/* The same when the hash of the record is known. */
extern uint64 dc_block_order_of(const DcPopulation *population, const DcRecord *record, uint64 record_hash);

/*
 * The records of a key are a block.  In one of up to dc_block_limit() records all meet; in a larger one each meets
 * those of its next dc_block_window() neighbours on either side, in the order of dc_block_order, that
 * dc_neighbours_meet() lets through.  So whether two records are a candidate pair follows from their keys, their
 * places in the blocks of those, and the sizes of the blocks.
 */
#define DC_BLOCK 64
#define DC_PHONE_BLOCK 20
#define DC_WEAK_BLOCK 10
#define DC_WINDOW 12
#define DC_WEAK_WINDOW 6

static inline size_t
dc_block_limit(uint64 key)
{
	switch (key & DC_KEY_CLASS)
	{
		case DC_KEY_PHONE:
			return DC_PHONE_BLOCK;
		case DC_KEY_WEAK:
			return DC_WEAK_BLOCK;
		default:
			return DC_BLOCK;
	}
}

static inline size_t
dc_block_window(uint64 key)
{
	return (key & DC_KEY_CLASS) == DC_KEY_WEAK ? DC_WEAK_WINDOW : DC_WINDOW;
}

extern bool dc_neighbours_meet(uint64 key, uint64 order_a, uint64 order_b);

/*
 * Asks for memory that will be read soon.  In a function that does nothing else it must be inline always: a compiler
 * finds a call of such a function to have no effect.
 */
#if defined(__GNUC__)
#define DC_PREFETCH(address) __builtin_prefetch(address)
#else
#define DC_PREFETCH(address) ((void) 0)
#endif

/* Asks for what the keys of two records to come need: where the texts are, then the texts. */
static pg_attribute_always_inline void
dc_ask_for_texts(const DcPopulation *p, const DcRecord *far, const DcRecord *near)
{
	const DcValue values[] = {far->first, far->last, far->email[0], far->company, far->domain, far->phone[0]};

	for (int v = 0; v < lengthof(values); v++)
		DC_PREFETCH(&p->hash[values[v]]);
	for (int v = 0; v < 3; v++)
		DC_PREFETCH(&p->text[values[v]]);
	DC_PREFETCH(p->text[near->first]);
	DC_PREFETCH(p->text[near->last]);
	DC_PREFETCH(p->text[near->email[0]]);
}

/* Asks for the hashes of what a record to come says. */
static pg_attribute_always_inline void
dc_ask_for_hashes(const DcPopulation *p, int r)
{
	if (r < p->nrecords)
		for (const DcValue *v = &p->records[r].first; v <= &p->records[r].domain; v++)
			DC_PREFETCH(&p->hash[*v]);
}

/* cluster.c */
typedef struct DcEdge
{
	int			a;				/* the smaller record */
	int			b;
	float		weight;
} DcEdge;

/* Edges one after the other. */
typedef struct DcEdgeSource DcEdgeSource;

struct DcEdgeSource
{
	bool		(*next) (DcEdgeSource *source, DcEdge *edge);	/* false: there are no more */
};

/* Sorts edges where they are: in falling weight, each pair once. */
extern DcEdgeSource *dc_sort_edges(DcEdge *edges, size_t n, const uint64 *fingerprint);

typedef struct DcDecision
{
	int			a;
	int			b;
	bool		match;
	bool		stays;			/* nobody decided: a record that no rule joins stays with the other, unless decisions set them apart */
} DcDecision;

typedef struct DcClusters
{
	int		   *parent;			/* of each record; the root of a cluster is its smallest record */
	float	   *link;			/* of each record: weight of the edge by which it joined; INFINITY for a decision */
	int64		matched;
	DcEdge	   *left;			/* edges that did not join when it was their turn, in falling weight */
	size_t		nleft;
	int64	   *entity;			/* of each record, once stored */
} DcClusters;

extern DcClusters *dc_cluster(DcPopulation *population, const DcModel *model, DcEdgeSource *edges, const uint64 *fingerprint,
							  const DcDecision *decisions, int ndecisions, const bool *barred, double merge_weight);
extern int	dc_root(DcClusters *clusters, int record);

/* company.c */
extern int *dc_resolve_companies(const DcPopulation *population, DcClusters *clusters);

#endif							/* DC_MATCH_H */
