/*-------------------------------------------------------------------------
 *
 * dropcontact.c
 *	  Module magic, settings of the session, start of the library.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/guc.h"

#include "contact/words.h"
#include "duty/duty.h"

PG_MODULE_MAGIC;

void		_PG_init(void);

/* the name of the controller on whose behalf this session works */
static char *controller_name = NULL;

void
_PG_init(void)
{
	DefineCustomStringVariable("dropcontact.controller",
							   "Name of the data controller on whose behalf this session works.",
							   "Selects among the controllers that the role may see; it grants nothing.",
							   &controller_name, "", PGC_USERSET, 0,
							   NULL, NULL, NULL);
	dc_guard_init();
	dc_quiet_init();
	dc_totals_init();
	dc_lock_init();
	DefineCustomStringVariable("dropcontact.tombstone_key_file",
							   "File that holds the key of the tombstones of persons who were erased.",
							   "32 random bytes or more, mode 0600. Empty: the key lies in the database.",
							   &dc_tombstone_key_file, "", PGC_SIGHUP, GUC_SUPERUSER_ONLY,
							   NULL, NULL, NULL);
	MarkGUCPrefixReserved("dropcontact");
	dc_ledger_init();
	dc_run_init();
	dc_tombstone_init();
	dc_limit_init();
	dc_words_init();
}
