/*-------------------------------------------------------------------------
 *
 * merge.h
 *	  The members of one entity, gathered, and what survives of them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_MERGE_H
#define DC_MERGE_H

#include "postgres.h"

#include "access/htup.h"
#include "access/tupdesc.h"
#include "merge/survive.h"
#include "utils/jsonb.h"

/* Text fields that survive by a rule, then those that come with another field. */
typedef enum DcMergeField
{
	M_RELATION, M_FULL_NAME, M_CIVILITY, M_FIRST_NAME, M_MIDDLE_NAME, M_LAST_NAME, M_SUFFIX,
	M_EMAIL, M_PHONE, M_MOBILE_PHONE, M_COMPANY, M_WEBSITE, M_LINKEDIN, M_COMPANY_LINKEDIN,
	M_SIREN, M_SIRET, M_VAT, M_NAF, M_EMPLOYEES, M_ADDRESS, M_POSTCODE, M_CITY, M_COUNTRY, M_JOB_TITLE,
	M_LEGAL_FORM, M_EMAIL_QUALIFICATION, M_PHONE_KIND, M_MOBILE_KIND, M_GENDER, M_JOB_LEVEL, M_JOB_FUNCTION,
	M_COUNT
} DcMergeField;

#define M_FIRST_DERIVED M_LEGAL_FORM
#define M_ATTRIBUTES M_COUNT	/* has a rule too */

extern const char *const dc_merge_field_names[M_COUNT + 1];

/* What a derived field comes with; only for fields from M_FIRST_DERIVED on. */
extern const DcMergeField dc_merge_base[M_COUNT];

typedef struct DcSourcePriority
{
	char	   *name;
	int			priority;
} DcSourcePriority;

/* What a controller has decided about survivorship. */
typedef struct DcRules
{
	struct DcRules *next;
	int			controller_id;
	DcRule		rule[M_COUNT + 1];
	bool		own[M_COUNT + 1];	/* set for this field, not by setting survivorship */
	DcSourcePriority *source;	/* in order of name */
	int			nsources;
} DcRules;

/* Where the columns are in the row type of contact. */
typedef struct DcMergeColumns
{
	TupleDesc	desc;
	int			field[M_COUNT];
	int			attributes;
	int			other_emails;
	int			other_phones;
	int			problems;
	int			contact_id;
	int			controller_id;
	int			source;
	int			external_id;
	int			received_at;
	int			updated_at;
	MemoryContext context;
	DcRules    *rules;			/* of each controller met so far */
} DcMergeColumns;

typedef struct DcMember
{
	HeapTupleHeader contact;
	bool		has_link;
	double		link_probability;
	DcStanding	email_standing;
	bool		has_company;
	int64		company_entity_id;
} DcMember;

/* The state of the aggregates: all members, as they came. */
typedef struct DcMembers
{
	DcMergeColumns *columns;
	DcRules    *rules;
	DcMember   *member;
	int			n;
	int			capacity;
} DcMembers;

/* What survives.  Lists have each value once, best first. */
typedef struct DcMerged
{
	DcOrigin   *origin;			/* of each member */
	DcCandidate field[M_COUNT]; /* data NULL: none */
	DcCandidate *emails;
	int			nemails;
	DcCandidate *phones;
	int			nphones;
	DcCandidate *attributes;	/* data: a Jsonb; sorted by key */
	int			nattributes;
	bool		has_company;
	int64		company_entity_id;
	double		confidence;
} DcMerged;

/* In the current memory context; the members are only read.  O(n log n). */
extern void dc_merge_members(const DcMembers *members, DcMerged *merged);

#endif							/* DC_MERGE_H */
