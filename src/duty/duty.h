/*-------------------------------------------------------------------------
 *
 * duty.h
 *	  The ground under every operation that writes contacts or entities.
 *
 * Each such operation opens a run here and closes it here.  A run knows on whose
 * behalf it works and for which purpose; what an agreement demands of an operation
 * (instructed? permitted?) is asked when it opens and what was done is recorded when
 * it closes, so that no room repeats it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_DUTY_H
#define DC_DUTY_H

#include "postgres.h"

#include "access/htup.h"
#include "datatype/timestamp.h"
#include "storage/lockdefs.h"

typedef struct DcRun
{
	const char *purpose;		/* clean, detect_duplicates, ... */
	int			controller_id;
	int64		run_id;
} DcRun;

/* What is permitted to a login for a purpose, and what a run will record of it; see permit.c */
typedef struct DcPermit
{
	int			agreement_id;	/* 0: the controller has signed none */
	Datum		instruction_ids;	/* bigint[]: the instructions in force */
} DcPermit;

/*
 * Opens a run for the current controller; an error, with a hint, when there is none or
 * when the agreement does not permit it.  What is written until it is closed belongs to it.
 * Needs SPI connected.
 */
extern DcRun dc_run_open(const char *purpose);

/* Closes it, with the number of contacts that it touched. */
extern void dc_run_close(DcRun *run, int64 contacts);

/*
 * For the triggers of contact, once a statement: the counter of contacts of the run that
 * is open for this controller, or of one that is gathered for the transaction, so that
 * a statement costs no row.  The counter lives as long as the transaction.
 */
extern int64 *dc_run_rows(int controller_id, const char *purpose);

/*
 * Rows that statements write from now on are gathered under this purpose, whether they insert, update or delete; NULL:
 * under that of each statement again. Answers what was in force, to be put back, after an error too.
 */
extern const char *dc_run_gather_as(const char *purpose);

/* On what terms contacts of a source may come in */
typedef struct DcSourceTerms
{
	bool		needs_consent;	/* the legal basis is consent: each row is to be asked dc_has_consent */
	bool		left_out;		/* the persons were not informed, and the controller instructed to leave such contacts out */
} DcSourceTerms;

/*
 * Once a statement and source, after dc_run_rows: notes that the run takes in contacts of the source.  Refuses it
 * when the controller, under an agreement, has declared neither information nor legal basis of the source.
 */
extern DcSourceTerms dc_run_source(int controller_id, const char *purpose, int source_id);

/* Counts a person whom the run left out, by the SQLSTATE (a constant) that says why. */
extern void dc_run_refuse(int controller_id, const char *purpose, const char *code);

/*
 * Counts and notes a contact that the agreement does not cover, without its values; the row is then left out.  code is
 * a constant; external_id may be NULL; field names no person.  Warns once a transaction.
 */
extern void dc_quarantine(int controller_id, const char *purpose, const char *code, const char *source, const char *external_id,
						  const char *field);

/* Whether the person of a row consented to the purpose; email or external_id may be NULL. */
extern bool dc_has_consent(int controller_id, const char *purpose, int source_id, const char *email, const char *external_id);

/* What run is open in this transaction: none, one for other purposes, or one for any of those given. */
typedef enum DcRunState
{
	DC_NO_RUN, DC_OTHER_RUN, DC_IN_RUN
} DcRunState;

extern DcRunState dc_run_state(int npurposes, char **purposes);

/* Whether rows are gathered in this transaction; see dc_run_rows. */
extern bool dc_run_gathers(void);

/* Whether a controller is, or was, under an agreement; see guard.c. */
extern bool dc_agreement_signed(void);

/* The purpose of the run that counts the rows of a statement. */
extern const char *dc_run_purpose(int controller_id, const char *purpose);


/* What an agreement says of a source; see permit.c */
extern DcSourceTerms dc_permit_source(int controller_id, const char *purpose, int source_id);

/* Refuses what the agreement of the controller does not permit. */
extern const DcPermit *dc_permit(int controller_id, const char *purpose);

/* How the client is connected: local, tls or clear; version is that of TLS. */
extern const char *dc_channel(const char **version);

/* The id of the current controller; an error, with a hint, when there is none.  Needs SPI connected. */
extern int	dc_current_controller(void);

/* What only the extension's owner may write; see owner.c.  Need SPI connected. */
extern Oid	dc_owner(void);
extern void dc_check_visible(int controller_id);
extern Datum dc_call_as_owner(const char *sql, int nargs, Oid *types, Datum *args, const char *nulls, bool *isnull);
extern Datum dc_read_as_owner(const char *sql, int nargs, Oid *types, Datum *args, bool *isnull);

/* Members of a list that are looked at. */
#define DC_PERSON_LIST 8

/* Who a contact is, by clean values; NULL: not known. */
typedef struct DcPerson
{
	const char *full_name;
	const char *first_name;
	const char *last_name;
	const char *email;
	const char *phone;
	const char *mobile_phone;
	const char *linkedin;
	const char *company;
	const char *source;
	const char *external_id;
	int			nother_emails;
	const char *other_emails[DC_PERSON_LIST];
	int			nother_phones;
	const char *other_phones[DC_PERSON_LIST];
} DcPerson;

/*
 * Must a person not be stored for a controller, because it was erased?  Asked for every row that is
 * written to contact; the row is then left out.  See tombstone.c.
 */
extern bool dc_has_tombstones(int controller_id);
extern bool dc_refuses(int controller_id, const DcPerson *person);

/* The same of a row of contact that is taken as it is */
extern bool dc_refuses_row(int controller_id, HeapTupleHeader contact);

/*
 * Why a contact may not be processed for a purpose, a SQLSTATE: RG176 restricted, RG174 the person
 * objected, RG177 the person asked for a human decision; NULL: it may.
 */
extern const char *dc_limit_code(int64 contact_id, const char *purpose);

/* Notes that a record comes in: a limit that its contact had before it was deleted is renewed after the statement. */
extern void dc_limit_received(const char *source, const char *external_id);

/* Setting dropcontact.tombstone_key_file */
extern char *dc_tombstone_key_file;

/* The locks of a controller, held until the transaction ends; see lock.c. */
typedef enum DcLock
{
	DC_LOCK_WRITING = 1,		/* shared by all who write contacts: alone, its sources and persons stand still */
	DC_LOCK_MATCHING,			/* one run, or one decision, at a time */
	DC_LOCK_REFERENCE			/* one file of words at a time */
} DcLock;

extern void dc_lock_controller(int controller_id, DcLock what, LOCKMODE mode);

/* Does row-level security hide a part of a table of dropcontact from a user (Invalid: the current one)?  See totals.c. */
extern bool dc_hides_rows(Oid relation, Oid user);

/* Does it hide a controller from the current user, one who may see some? */
extern bool dc_hides_controllers(void);

/* Whether a table of dropcontact may have rows: its file has a page.  See strike.c. */
extern bool dc_has_pages(const char *table);

/* Start of the library. */
extern void dc_run_init(void);
extern void dc_permit_init(void);
extern void dc_guard_init(void);
extern void dc_quiet_init(void);
extern void dc_totals_init(void);
extern void dc_lock_init(void);
extern void dc_ledger_init(void);
extern void dc_tombstone_init(void);
extern void dc_limit_init(void);

#endif							/* DC_DUTY_H */
