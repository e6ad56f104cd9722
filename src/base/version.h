/*-------------------------------------------------------------------------
 *
 * version.h
 *	  Shims that let one source compile with PostgreSQL 15 to 18.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_BASE_VERSION_H
#define DC_BASE_VERSION_H

#include "postgres.h"

#if PG_VERSION_NUM < 150000 || PG_VERSION_NUM >= 190000
#error "dropcontact needs PostgreSQL 15 to 18"
#endif

/* varatt.h split from postgres.h in 16 */
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/* stands before the function since 18 */
#if PG_VERSION_NUM < 180000
#define pg_noreturn pg_attribute_noreturn()
#endif

/* the status of a backend, by its place from 1; renamed in 16 */
#if PG_VERSION_NUM >= 160000
#define dc_backend_status(i) pgstat_get_local_beentry_by_index(i)
#else
#define dc_backend_status(i) pgstat_fetch_stat_local_beentry(i)
#endif

/* may the value be the sort's own, asked since 16; here it never is */
#if PG_VERSION_NUM >= 160000
#define dc_tuplesort_getdatum(state, value, isnull) tuplesort_getdatum(state, true, true, value, isnull, NULL)
#else
#define dc_tuplesort_getdatum(state, value, isnull) tuplesort_getdatum(state, true, value, isnull, NULL)
#endif

/* the local transaction id of this backend; moved in 17 */
#if PG_VERSION_NUM >= 170000
#define dc_local_transaction() (MyProc->vxid.lxid)
#else
#define dc_local_transaction() (MyProc->lxid)
#endif

/* may the user call the function; made one for all kinds of objects in 16 */
#if PG_VERSION_NUM >= 160000
#define dc_function_aclcheck(function, user) object_aclcheck(ProcedureRelationId, function, user, ACL_EXECUTE)
#else
#define dc_function_aclcheck(function, user) pg_proc_aclcheck(function, user, ACL_EXECUTE)
#endif

/* with whose rights a plan reads a table, Invalid: the current user's; moved in 16 */
#if PG_VERSION_NUM >= 160000
#define dc_check_as_user(statement, rte) \
	((rte)->perminfoindex == 0 ? InvalidOid : getRTEPermissionInfo((statement)->permInfos, rte)->checkAsUser)
#else
#define dc_check_as_user(statement, rte) ((rte)->checkAsUser)
#endif

#endif							/* DC_BASE_VERSION_H */
