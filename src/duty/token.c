/*-------------------------------------------------------------------------
 *
 * token.c
 *	  Tokens of persons; see token.h.
 *
 * Tokens are made of what identifies a person alone (a nominative mailbox, a LinkedIn profile, the record
 * in its source) and of the name with what several may share (a number, a company, a mailbox of a
 * function).  So a tombstone tells nothing of the person without the key, and the erasure of one colleague
 * does not bar the others.
 *
 *-------------------------------------------------------------------------
 */
#include "duty/token.h"

#include "common/hmac.h"

#include "base/text.h"
#include "normalize/normalize.h"

/* Words of a name that are looked at. */
#define NAME_WORDS 8

/* ---------- marks and HMACs ---------- */

static void
hmac_of(const unsigned char *key, const DcIdentity *identity, unsigned char *hash)
{
	pg_hmac_ctx *hmac = pg_hmac_create(PG_SHA256);

	/* each text ends with its NUL, so that no two lists of texts are one */
	if (hmac == NULL || pg_hmac_init(hmac, key, PG_SHA256_DIGEST_LENGTH) < 0 ||
		pg_hmac_update(hmac, (const uint8 *) identity->kind, strlen(identity->kind) + 1) < 0 ||
		pg_hmac_update(hmac, (const uint8 *) identity->first, strlen(identity->first) + 1) < 0 ||
		pg_hmac_update(hmac, (const uint8 *) identity->second, strlen(identity->second) + 1) < 0 ||
		pg_hmac_final(hmac, hash, PG_SHA256_DIGEST_LENGTH) < 0)
		elog(ERROR, "could not compute an HMAC");
	pg_hmac_free(hmac);
}

void
dc_token_key(DcTokenKey *key, const unsigned char secret[PG_SHA256_DIGEST_LENGTH])
{
	unsigned char hash[PG_SHA256_DIGEST_LENGTH];

	memcpy(key->hmac, secret, sizeof(key->hmac));
	/* the key of the marks tells nothing of that of the HMACs */
	hmac_of(secret, &(DcIdentity) {.kind = "key of marks", .first = "", .second = ""}, hash);
	memcpy(key->mark, hash, sizeof(key->mark));
	explicit_bzero(hash, sizeof(hash));
}

uint32
dc_first_mark(const DcTokenKey *key, const char *first)
{
	return (uint32) dc_siphash(key->mark, first, strlen(first));
}

uint32
dc_identity_mark(const DcTokenKey *key, const DcIdentity *identity)
{
	size_t		kind = strlen(identity->kind) + 1;
	size_t		first = strlen(identity->first) + 1;
	size_t		second = strlen(identity->second) + 1;
	char	   *all = palloc(kind + first + second);
	uint32		mark;

	memcpy(all, identity->kind, kind);
	memcpy(all + kind, identity->first, first);
	memcpy(all + kind + first, identity->second, second);
	mark = (uint32) dc_siphash(key->mark, all, kind + first + second);
	pfree(all);
	return mark;
}

static void
put_mark(unsigned char *bytes, uint32 mark)
{
	for (int i = 0; i < 4; i++)
		bytes[i] = (unsigned char) (mark >> (24 - 8 * i));
}

uint32
dc_token_mark(const unsigned char *token, int n)
{
	const unsigned char *bytes = token + 4 * n;

	return (uint32) bytes[0] << 24 | (uint32) bytes[1] << 16 | (uint32) bytes[2] << 8 | bytes[3];
}

void
dc_token(const DcTokenKey *key, const DcIdentity *identity, DcToken *token)
{
	unsigned char hash[PG_SHA256_DIGEST_LENGTH];

	hmac_of(key->hmac, identity, hash);
	put_mark(token->byte, dc_first_mark(key, identity->first));
	put_mark(token->byte + 4, dc_identity_mark(key, identity));
	memcpy(token->byte + 8, hash, DC_TOKEN_BYTES - 8);
}

/* ---------- the identities of a person ---------- */

typedef struct Listing
{
	DcSuspect	suspect;
	const void *of;
	int			n;
	DcIdentity *list;
} Listing;

static bool
suspected(const Listing *listing, const char *first)
{
	return first != NULL && (listing->suspect == NULL || listing->suspect(listing->of, first));
}

static void
add(Listing *listing, const char *kind, const char *first, const char *second)
{
	if (second != NULL && listing->n < DC_MAX_IDENTITIES)
		listing->list[listing->n++] = (DcIdentity) {kind, first, second};
}

/* The words of a name in order, so that LAST First is First Last, and Müller is Mueller and Muller; NULL for a name of one word. */
static char *
name_words(const char *full_name)
{
	char	   *folded = full_name == NULL ? NULL : dc_fold(full_name);
	char	   *words[NAME_WORDS];
	int			n = 0;
	char	   *result;
	char	   *end;

	if (folded == NULL)
		return NULL;
	dc_join_umlauts(folded);
	end = result = palloc(strlen(folded) + 2);
	for (char *w = strtok(folded, " "); w != NULL && n < NAME_WORDS; w = strtok(NULL, " "))
	{
		int			i = n++;

		for (; i > 0 && strcmp(words[i - 1], w) > 0; i--)
			words[i] = words[i - 1];
		words[i] = w;
	}
	if (n < 2)
		return NULL;
	for (int i = 0; i < n; i++)
	{
		size_t		len = strlen(words[i]);

		memcpy(end, words[i], len);
		end[len] = ' ';
		end += len + 1;
	}
	*end = '\0';
	return result;
}

/* name is NULL when it is not suspected */
static void
add_mail(Listing *listing, const char *email, const char *name)
{
	DcEmail		parsed;
	const char *mailbox = email == NULL ? NULL : dc_email_key(email);
	bool		alone = suspected(listing, mailbox);

	if (mailbox == NULL || (!alone && name == NULL))
		return;
	dc_parse_email(email, &parsed);
	if (parsed.qualification == NULL || strncmp(parsed.qualification, "generic", 7) != 0)
	{
		if (alone)
			add(listing, "mailbox", mailbox, "");
	}
	else if (name != NULL)
		add(listing, "name and mailbox", name, mailbox);
}

static void
add_what_several_share(Listing *listing, const DcPerson *person, const char *name)
{
	add(listing, "name and phone", name, person->phone);
	add(listing, "name and phone", name, person->mobile_phone);
	for (int i = 0; i < person->nother_phones; i++)
		add(listing, "name and phone", name, person->other_phones[i]);
	if (person->company != NULL)
	{
		DcCompany	company;

		dc_parse_company(person->company, &company);
		add(listing, "name and company", name, company.key);
	}
}

int
dc_identities(const DcPerson *person, DcSuspect suspect, const void *of, DcIdentity *list)
{
	Listing		listing = {.suspect = suspect, .of = of, .list = list};
	char	   *joined = person->full_name == NULL && person->last_name != NULL ?
		psprintf("%s %s", person->first_name ? person->first_name : "", person->last_name) : NULL;
	char	   *name = name_words(joined ? joined : person->full_name);

	if (!suspected(&listing, name))
		name = NULL;
	add_mail(&listing, person->email, name);
	for (int i = 0; i < person->nother_emails; i++)
		add_mail(&listing, person->other_emails[i], name);
	if (suspected(&listing, person->linkedin))
		add(&listing, "linkedin", person->linkedin, "");
	if (suspected(&listing, person->external_id))
		add(&listing, "record", person->external_id, person->source);
	if (name != NULL)
		add_what_several_share(&listing, person, name);
	return listing.n;
}
