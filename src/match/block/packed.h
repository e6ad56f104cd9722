/*-------------------------------------------------------------------------
 *
 * packed.h
 *	  A contact packed to one value, and the parameters that contacts are compared under.
 *
 * Both are bytea, with numbers in network order, and need no table to be understood: so blocks of
 * contacts can be compared on any machine (doc/scale_out.md).
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_MATCH_PACKED_H
#define DC_MATCH_PACKED_H

#include "postgres.h"

#include "fmgr.h"

#include "base/lexicon.h"
#include "match/match.h"

/* What contacts are packed and compared under. */
typedef struct DcParameters
{
	DcModel		model;
	double		size;			/* contacts that the frequencies were counted over */
	double		merge_weight;
	double		review_weight;
	int			nfields;
	DcFieldKind field_kind[DC_MAX_FIELDS];
	const char *field_name[DC_MAX_FIELDS];
	uint32		signature;		/* of the fields: contacts packed under others do not compare */
	const DcOverlay *words;		/* of the controller; NULL: none */
	void	   *kept;			/* by the function that is given them */
} DcParameters;

/* packed_parameters.c */
extern uint32 dc_fields_signature(const DcParameters *parameters);
extern bytea *dc_pack_parameters(const DcParameters *parameters);

/* Errors: invalid_binary_representation, also where another version has packed it. */
extern void dc_unpack_parameters(const bytea *packed, DcParameters *parameters);

/*
 * The parameters that an argument of a function gives, kept in fn_extra and read again only when they are
 * others than in the call before.
 */
extern DcParameters *dc_get_parameters(FunctionCallInfo fcinfo, int argument);

/* Are two varlena values the same as they are stored?  Those kept out of line need not be fetched to know. */
extern bool dc_same_stored(Datum a, Datum b);

/* An empty population with the fields and the size of the parameters; it lives in the current memory context. */
extern DcPopulation *dc_population_under(const DcParameters *parameters);

/* packed.c */

/*
 * A record whose words have been cut, with its values, how rare they are, and its keys.
 */
extern bytea *dc_pack_record(const DcPopulation *population, const DcRecord *record);

/* Adds the record to the population, and its keys, where they are wanted; errors as above. */
extern DcRecord *dc_unpack_record(DcPopulation *population, const DcParameters *parameters, const bytea *packed, DcKeys *keys);

/* The contact and the keys alone. */
extern int64 dc_packed_contact_id(const bytea *packed);
extern void dc_packed_keys(const bytea *packed, DcKeys *keys);

/*
 * Rows of two ids and a number of this type, float4 or float8, from the bytea of the one argument of a function that
 * answers a set; what else it holds is an error with this message and hint.
 */
extern Datum dc_unpack_pairs(FunctionCallInfo fcinfo, Oid number, const char *message, const char *hint);

#endif							/* DC_MATCH_PACKED_H */
