/*-------------------------------------------------------------------------
 *
 * read.h
 *	  Contacts of a controller packed into a population, and the model in force.
 *
 * All functions need SPI connected.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_MATCH_READ_H
#define DC_MATCH_READ_H

#include "postgres.h"

#include "match/match.h"
#include "match/pack/pack.h"

/* All contacts of a controller, in the order of their ids; nothing counted. */
extern DcPopulation *dc_read_population(int controller_id);

/* The same, but of many contacts a sample, drawn by their ids. */
extern DcPopulation *dc_read_sample(int controller_id);

/* Some contacts of a controller, in the order of their ids; nothing counted. */
extern DcPopulation *dc_read_contacts(int controller_id, const int64 *contact_ids, int n);

/* A population with the match fields of a controller and no contacts, and some contacts added to one, in any order. */
extern DcPopulation *dc_open_population(int controller_id);
extern void dc_read_into(DcPacker *packer, int controller_id, const int64 *contact_ids, int n);

/* The ids of a population's contacts, as bigint[]. */
extern Datum dc_contact_ids(const DcPopulation *population);

/* A contact that is not stored, its fields clean; NULL for none. */
typedef struct DcGiven
{
	const char *first_name;
	const char *middle_name;
	const char *last_name;
	const char *suffix;
	const char *email;
	const char *email_qualification;
	const char *phone;
	const char *phone_kind;
	const char *mobile_phone;
	const char *linkedin;
	const char *siren;
	const char *vat;
	const char *website;
	const char *company;
	const char *postcode;
	const char *city;
	const char *address;
	const char *job_title;
	const char *other_email[DC_MAX_EMAILS];
	const char *other_phone[DC_MAX_PHONES];
	const char *field[DC_MAX_FIELDS];
} DcGiven;

/* Adds it to a population, with this id. */
extern void dc_add_given(DcPopulation *population, int64 contact_id, const DcGiven *given);

/* The record of a contact, or -1; O(log n). */
extern int	dc_find_record(const DcPopulation *population, int64 contact_id);

/*
 * The statistics under which pairs are scored: frequencies of common values, which values persons
 * share, and the model.  Frequencies and model stay as train() left them; without it, frequencies are
 * counted by the first dedupe() and anew when the number of contacts has doubled or halved.  Shared values
 * are live.
 */
extern void dc_load_statistics(DcPopulation *population, int controller_id, DcModel *model);
/* The same for a few contacts, from what is stored for their values alone. */
extern void dc_load_statistics_of(DcPopulation *population, int controller_id, DcModel *model);
/* Frequencies again, for the values from one on that have come since. */
extern void dc_load_frequencies(DcPopulation *population, int controller_id, DcValue from);

/* What train() stores. */
extern void dc_store_frequencies(DcPopulation *population, int controller_id);
extern void dc_store_model(const DcPopulation *population, int controller_id, const DcModel *model);

/* decisions.c; need SPI connected */

/* Records that no rule joins, because the person asked for that; NULL when there are none. */
extern bool *dc_read_barred(const DcPopulation *population);

/* What persons decided about pairs, by record, ascending; a barred record stays with one that it was with. */
extern DcDecision *dc_read_decisions(const DcPopulation *population, int controller_id, const bool *barred, int *n);

#endif							/* DC_MATCH_READ_H */
