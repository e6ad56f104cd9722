/*-------------------------------------------------------------------------
 *
 * normalize.h
 *	  The vocabulary of the room normalize: each field gets its one clean form.
 *
 * Pure functions over NUL-terminated UTF-8, built with and without a server.
 * Results are palloc'd in the current memory context (or constant strings); a
 * caller that cleans many rows resets a context of its own.  NULL means: not
 * there, or cannot be used.  "problem" is NULL when all is well, else a short
 * English phrase that says what is wrong ("no @", "too short").  No function raises
 * an error for any input, and all take linear time in its length.
 *
 * Each structure lists its members in the order of the SQL composite type; all
 * members are strings, so binding.c reads one as an array.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_NORMALIZE_H
#define DC_NORMALIZE_H

#include "base/port.h"

/* email.c */
typedef struct DcEmail
{
	const char *address;
	const char *local_part;
	const char *domain;
	const char *registrable_domain;
	const char *tag;
	const char *local_kind;		/* nominative, generic, random, catch_all, invalid */
	const char *domain_kind;	/* pro, perso, disposable, invalid */
	const char *qualification;	/* local_kind@domain_kind */
	const char *suggestion;
	const char *problem;
} DcEmail;

extern const char *dc_one_line(const char *input, bool *stray);
extern char *dc_normalize_email(const char *input);
extern char *dc_email_key(const char *input);
extern void dc_parse_email(const char *input, DcEmail *email);

/* phone.c; region may be NULL */
typedef struct DcPhone
{
	const char *e164;
	const char *region;
	const char *kind;
	const char *extension;
	const char *national;
	const char *international;
	const char *problem;
} DcPhone;

extern char *dc_normalize_phone(const char *input, const char *region);
extern void dc_parse_phone(const char *input, const char *region, DcPhone *phone);

/* As dc_parse_phone, without the forms for display: the quick way for numbers that are written regularly. */
extern void dc_read_phone(const char *input, const char *region, DcPhone *phone);

/* name.c */
typedef struct DcName
{
	const char *civility;		/* M, Mme or NULL */
	const char *first_name;
	const char *middle_name;
	const char *last_name;
	const char *suffix;
	const char *nickname;
	const char *full_name;
	const char *problem;
} DcName;

extern void dc_parse_name(const char *input, DcName *name);

/* one part of a name alone, in its correct casing; NULL when nothing is left */
extern char *dc_name_case(const char *part);

/* M or Mme for a civility in any of the languages known, else NULL */
extern const char *dc_normalize_civility(const char *civility);

/* given_name.c; country (ISO 3166-1 alpha-2) may be NULL */
extern const char *dc_gender(const char *first_name, const char *country);
extern bool dc_other_gender(const char *a, const char *b);

/* company.c */
typedef struct DcCompany
{
	const char *name;
	const char *legal_form;
	const char *country;
	const char *key;
	const char *problem;
} DcCompany;

extern void dc_parse_company(const char *input, DcCompany *company);

/* web.c */
extern char *dc_normalize_website(const char *input);
extern char *dc_registrable_domain(const char *input);

/* linkedin.c */
extern char *dc_normalize_linkedin(const char *input);

/*
 * web.c
 * The host by UTS #46 (non-transitional, STD3 rules): A-labels, or U-labels when
 * unicode is true; NULL when it is not a valid host name.  host is without port.
 */
extern char *dc_normalize_host(const char *host, bool unicode);
extern bool dc_known_suffix(const char *host);

/* Whether a registrable domain is where many have a page or mailbox, so identifies no company. */
extern bool dc_is_shared_host(const char *domain);

/* What stands behind "http://", "https:/", "http//", each as often as it is written; s itself where there is none. */
extern char *dc_behind_http(char *s);

/* %XX read, in place; what is none stays */
extern void dc_percent_decode(char *s);

/* country.c */
extern const char *dc_normalize_country(const char *input);

/* address.c; country (ISO 3166-1 alpha-2) may be NULL */
typedef struct DcAddress
{
	const char *house_number;
	const char *street;
	const char *unit;
	const char *postcode;
	const char *city;
	const char *region;
	const char *country;
	const char *full_address;
	const char *problem;
} DcAddress;

extern void dc_parse_address(const char *input, const char *country, DcAddress *address);

/* identifier.c */
extern char *dc_normalize_siren(const char *input);
extern char *dc_normalize_siret(const char *input);
extern char *dc_normalize_vat(const char *input);
extern char *dc_vat_from_siren(const char *input);

/* job.c */
typedef struct DcJob
{
	const char *title;
	const char *level;
	const char *function;
	const char *problem;
} DcJob;

extern void dc_parse_job(const char *input, DcJob *job);

/* Does a text say nothing but what somebody is, by words that tell a level ("Sales Manager", "CTO") or a department ("HR")? */
extern bool dc_is_job_title(const char *text);

/* nickname.c */

/* Is a word one of those of a text, parted by blanks? */
extern bool dc_has_word(const char *words, const char *word, size_t len);

/*
 * May two given names, folded, stand for one: is one a nickname of the other, or are both nicknames of a third?  names: what each may
 * stand for, as list nicknames has it, or NULL.
 */
extern bool dc_stand_for_one(const char *a, size_t a_len, const char *a_names, const char *b, size_t b_len, const char *b_names);

/* similarity.c, company_similarity.c: names and companies compared as a person would, 0 to 1 */
extern double dc_jaro_winkler(const char *a, const char *b);
extern int	dc_damerau_levenshtein(const char *a, const char *b);
extern double dc_name_similarity(const char *a, const char *b);
extern double dc_company_similarity(const char *a, const char *b);

/* Is the whole of a cleaned text a word for nothing, in fields of a kind ("company", "person")? */
extern bool dc_is_placeholder(const char *clean, const char *kind);

#endif							/* DC_NORMALIZE_H */
