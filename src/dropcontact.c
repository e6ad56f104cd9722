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
	MarkGUCPrefixReserved("dropcontact");
	dc_run_init();
}
