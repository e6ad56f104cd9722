/*-------------------------------------------------------------------------
 *
 * quiet.c
 *	  Values of persons stay out of the server's log.
 *
 * When a statement fails the server writes to its log the statement, the row that it was at (CONTEXT of COPY) and
 * the key that was there already (DETAIL): names and addresses, where everybody who administers the machine reads
 * them and no erasure finds them.  So what fails in statements about contacts is logged without these three; the
 * client, who has sent the values, is told all.  The hook exists in sessions that have loaded the library: those that
 * have called a function or trigger of it, or all with session_preload_libraries.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "tcop/tcopprot.h"
#include "utils/elog.h"
#include "utils/guc.h"
#include "utils/memutils.h"

#include "duty/duty.h"

static bool log_values = false;
static emit_log_hook_type next_hook = NULL;

static bool
mentions(const char *text, const char *lower_word)
{
	size_t		len = strlen(lower_word);

	for (; text != NULL && *text != '\0'; text++)
		if (pg_strncasecmp(text, lower_word, len) == 0)
			return true;
	return false;
}

/* No catalogue is read here: the transaction may have failed. */
static bool
is_about_contacts(const ErrorData *error)
{
	const char *code = unpack_sql_state(error->sqlerrcode);

	return strncmp(code, "RG", 2) == 0 || mentions(error->schema_name, "dropcontact") || mentions(error->context, "contact") ||
		mentions(debug_query_string, "contact") || mentions(namespace_search_path, "dropcontact");
}

static void
leave_values_out(ErrorData *error)
{
	if (next_hook != NULL)
		next_hook(error);
	if (log_values || !is_about_contacts(error))
		return;
	error->hide_stmt = true;
	error->hide_ctx = true;
	/* our own details name codes and fields; the server's, keys and rows */
	if (error->detail != NULL && error->detail_log == NULL && strncmp(unpack_sql_state(error->sqlerrcode), "RG", 2) != 0)
		error->detail_log = MemoryContextStrdup(ErrorContext, "Left out, for it may hold values of a person (dropcontact.log_values).");
}

void
dc_quiet_init(void)
{
	DefineCustomBoolVariable("dropcontact.log_values",
							 "Writes statements about contacts that fail, with the rows and keys they failed at, to the server log.",
							 "The values of persons are then where erasure does not find them.",
							 &log_values, false, PGC_SUSET, 0,
							 NULL, NULL, NULL);
	next_hook = emit_log_hook;
	emit_log_hook = leave_values_out;
}
