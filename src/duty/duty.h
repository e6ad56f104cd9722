/*-------------------------------------------------------------------------
 *
 * duty.h
 *	  The ground under every operation that writes contacts or entities.
 *
 * Each such operation opens a run here and closes it here.  A run knows on whose
 * behalf it works and for which purpose; what an agreement demands of an operation
 * (instructed? permitted?) is asked in dc_run_open and what was done is recorded in
 * dc_run_close, so that no room repeats it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_DUTY_H
#define DC_DUTY_H

#include "postgres.h"

typedef struct DcRun
{
	const char *purpose;		/* clean, detect_duplicates, ... */
	int			controller_id;
} DcRun;

/* Opens a run for the current controller; an error, with a hint, when there is none. */
extern DcRun dc_run_open(const char *purpose);

/* Closes it, with the number of contacts that it touched. */
extern void dc_run_close(DcRun *run, int64 contacts);

/* The id of the current controller; an error, with a hint, when there is none.  Needs SPI connected. */
extern int	dc_current_controller(void);

/* What only the extension's owner may write; see owner.c.  Need SPI connected. */
extern Oid	dc_owner(void);
extern void dc_check_visible(int controller_id);
extern Datum dc_call_as_owner(const char *sql, int nargs, Oid *types, Datum *args, const char *nulls, bool *isnull);

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
} DcPerson;

/*
 * May a person not be stored for a controller?  Asked for every row that is written to
 * contact; the row is then left out.  Nobody is refused yet.
 */
extern bool dc_refuses(int controller_id, const DcPerson *person);

#endif							/* DC_DUTY_H */
