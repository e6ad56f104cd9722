/*-------------------------------------------------------------------------
 *
 * email.h
 *	  What the files of the subject e-mail share: email_read.c finds the address in a
 *	  text, email.c knows its syntax, email_key.c its mailbox, email_kind.c what sort it is,
 *	  email_suggest.c what was meant by a mistyped one.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_NORMALIZE_EMAIL_H
#define DC_NORMALIZE_EMAIL_H

#include "normalize/normalize.h"

/*
 * The address in a text, without what stands around it in real fields; "second" is set where
 * another address follows.  The result need not be one: its syntax is not looked at.
 */
extern char *dc_bare_email(const char *input, bool *second);

/* Whether a quoted string before an @ holds a control character. */
extern bool dc_has_quoted_control(const char *text);

/* The @ between local part and domain: the last one outside quotes; NULL when there is none. */
extern char *dc_email_at(char *address);

/* The parts of an address as far as they can be read; answers the problem, or NULL. */
extern const char *dc_read_address(const char *input, char **local, char **domain, char **after_at, bool *second);

/* nominative, generic, random or catch_all */
extern const char *dc_email_local_kind(const char *local);

/* pro, perso or disposable; registrable may be NULL */
extern const char *dc_email_domain_kind(const char *domain, const char *registrable);

/* The domain that was meant by a mistyped one, valid or not; NULL when it is none. */
extern const char *dc_email_meant_domain(const char *domain);

#endif							/* DC_NORMALIZE_EMAIL_H */
