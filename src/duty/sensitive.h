/*-------------------------------------------------------------------------
 *
 * sensitive.h
 *	  Data that the agreement does not cover: special categories (GDPR articles 9, 10),
 *	  national identifiers (article 87), bank accounts.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_SENSITIVE_H
#define DC_SENSITIVE_H

#include "postgres.h"

#include "utils/jsonb.h"

#define DC_SPECIAL_CATEGORY 1
#define DC_NATIONAL_ID 2

/* What the words of a text name; as_name: it is the name of a field or an instruction. */
extern int	dc_sensitive_words(const char *text, int length, bool as_name);

/* What numbers in a text are, by their check digits. */
extern int	dc_sensitive_numbers(const char *text, int length);

/*
 * Name of the attribute by which an object holds any of it, keys and values at any depth; NULL: none.  A key
 * that does not look like a name is left out of it.  Attributes whose key is among the n covered ones are passed over.
 */
extern const char *dc_sensitive_attribute(Jsonb *attributes, int n, char **covered);

#endif							/* DC_SENSITIVE_H */
