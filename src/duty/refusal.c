/*-------------------------------------------------------------------------
 *
 * refusal.c
 *	  Persons who must not be stored, by whatever path they come.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "duty/duty.h"

bool
dc_refuses(int controller_id, const DcPerson *person)
{
	return false;
}
