/*-------------------------------------------------------------------------
 *
 * pack.h
 *	  A contact packed into a record of a population.
 *
 * The words of the controller are those of dc_overlay.  Nothing here needs SPI.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_MATCH_PACK_H
#define DC_MATCH_PACK_H

#include "postgres.h"

#include "access/htup.h"
#include "access/tupdesc.h"

#include "match/match.h"

/* The columns of contact that take part. */
typedef enum DcPackedColumn
{
	C_ID, C_FIRST, C_MIDDLE, C_LAST, C_SUFFIX, C_EMAIL, C_OTHER_EMAILS, C_PHONE, C_MOBILE, C_OTHER_PHONES, C_LINKEDIN, C_SIREN, C_VAT,
	C_WEBSITE, C_COMPANY, C_POSTCODE, C_CITY, C_ADDRESS, C_JOB, C_QUALIFICATION, C_PHONE_KIND, C_ATTRIBUTES, DC_PACKED_COLUMNS
} DcPackedColumn;

extern const char *const dc_packed_columns[DC_PACKED_COLUMNS];

/* Keeps what it has parsed once, until it is freed. */
typedef struct DcPacker DcPacker;

extern DcPacker *dc_packer_create(DcPopulation *population);
extern DcPopulation *dc_packer_population(const DcPacker *packer);
extern void dc_packer_free(DcPacker *packer);
extern void dc_pack(DcPacker *packer, const Datum *values, const bool *nulls);

/* The same for one of many: it is packed with some others, the last of them by dc_pack_waiting(). */
extern void dc_pack_soon(DcPacker *packer, const Datum *values, const bool *nulls);
extern void dc_pack_waiting(DcPacker *packer);
extern void dc_pack_row(DcPacker *packer, HeapTuple row, TupleDesc desc);

/* pack_name.c */
extern char *dc_without_titles(char *name, bool *only_titles);
extern void dc_split_lone_name(DcPopulation *population, DcRecord *record);
extern DcValue dc_split_generation(DcPopulation *population, DcValue name, DcValue *generation);

/* pack_address.c */
extern char *dc_address_key(const char *folded);

/* pack_nothing.c */
extern bool dc_says_nothing(const char *text, const char *kind);
extern bool dc_mailbox_says_nothing(const char *key);
extern bool dc_number_says_nothing(const char *digits, size_t n);

#endif							/* DC_MATCH_PACK_H */
