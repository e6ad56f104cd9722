/*-------------------------------------------------------------------------
 *
 * token.h
 *	  What is kept of a person who was erased, and how the person is known again.
 *
 * A token is made of one identity of the person: two short marks, by SipHash, and an HMAC-SHA-256 cut
 * to 128 bits, all under keys derived from the controller's secret.  Whether two tokens are one is the
 * HMAC's to say; the marks only spare computing it for nearly all who are somebody else.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_DUTY_TOKEN_H
#define DC_DUTY_TOKEN_H

#include "postgres.h"

#include "base/siphash.h"
#include "common/sha2.h"
#include "duty/duty.h"

#define DC_TOKEN_BYTES 24
#define DC_MAX_IDENTITIES 32

typedef struct DcTokenKey
{
	unsigned char hmac[PG_SHA256_DIGEST_LENGTH];
	unsigned char mark[DC_SIPHASH_KEY];
} DcTokenKey;

typedef struct DcToken
{
	unsigned char byte[DC_TOKEN_BYTES]; /* mark of the first text, mark of the identity, HMAC of the identity */
} DcToken;

/* What identifies a person alone, or a name together with what several may share */
typedef struct DcIdentity
{
	const char *kind;
	const char *first;
	const char *second;
} DcIdentity;

/* Whether tokens exist whose first text is this one; may say yes wrongly */
typedef bool (*DcSuspect) (const void *of, const char *first);

/* The keys from the controller's secret */
extern void dc_token_key(DcTokenKey *key, const unsigned char secret[PG_SHA256_DIGEST_LENGTH]);

/* Lists the identities of a person, by clean values, that suspect says yes to (NULL: all); answers their number */
extern int	dc_identities(const DcPerson *person, DcSuspect suspect, const void *of, DcIdentity *list);

extern uint32 dc_first_mark(const DcTokenKey *key, const char *first);
extern uint32 dc_identity_mark(const DcTokenKey *key, const DcIdentity *identity);
extern void dc_token(const DcTokenKey *key, const DcIdentity *identity, DcToken *token);

/* The marks that a token begins with */
extern uint32 dc_token_mark(const unsigned char *token, int n);

#endif							/* DC_DUTY_TOKEN_H */
