/*-------------------------------------------------------------------------
 *
 * email.c
 *	  E-mail addresses: their syntax by RFC 5321, 5322 and 6531, and all that is known of one.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>

#include "base/text.h"
#include "lexicon.h"
#include "normalize/email.h"

#define MAX_LOCAL 64
#define MAX_ADDRESS 254
#define MAX_TEXT 8000			/* what is longer is no field with an address */

static bool
is_atext(unsigned char c)
{
	return c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		(c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

/*
 * Whether the characters beyond ASCII are ones to write with, RFC 6531 leaving the choice to the mailbox's
 * owner: none that is unassigned, private or a blank, and none that is ASCII with an accent over a sign.
 */
static bool
are_characters(const char *s)
{
	const char *end = s + strlen(s);
	UErrorCode	status = U_ZERO_ERROR;
	const UNormalizer2 *nfd = unorm2_getNFDInstance(&status);

	while (s < end)
	{
		uint32		c = (unsigned char) *s;
		UChar		parts[32];
		int32_t		n;

		if (c < 0x80)
		{
			s++;
			continue;
		}
		c = dc_utf8_next(&s, end);
		status = U_ZERO_ERROR;
		if (c == 0xFFFD || (U_MASK(u_charType((UChar32) c)) & (U_GC_CC_MASK | U_GC_CN_MASK | U_GC_CO_MASK | U_GC_CS_MASK | U_GC_Z_MASK)) != 0)
			return false;
		n = unorm2_getDecomposition(nfd, (UChar32) c, parts, lengthof(parts), &status);
		if (n > 0 && U_SUCCESS(status) && parts[0] < 0x80 && (parts[0] == '.' || !is_atext((unsigned char) parts[0])))
			return false;
	}
	return true;
}

/* What is wrong with a dot-atom, NULL when nothing is. */
static const char *
atom_problem(const char *local)
{
	size_t		len = strlen(local);

	for (size_t i = 0; i < len; i++)
	{
		if (local[i] == '.')
		{
			if (i == 0 || i == len - 1 || local[i + 1] == '.')
				return "misplaced dot before @";
		}
		else if (!is_atext((unsigned char) local[i]))
			return local[i] == ' ' ? "blank before @" : "invalid character before @";
	}
	return NULL;
}

/*
 * The content of a quoted string, unescaped; NULL when it is none.  RFC 5321: printable ASCII; RFC 6531 adds
 * what is beyond ASCII, but not behind a backslash.
 */
static char *
unquoted(const char *local)
{
	size_t		len = strlen(local);
	char	   *content = palloc(len + 1);
	char	   *o = content;

	if (len < 2 || local[len - 1] != '"')
		return NULL;
	for (size_t i = 1; i < len - 1; i++)
	{
		if (local[i] == '"')
			return NULL;
		if (local[i] == '\\' && (++i == len - 1 || (unsigned char) local[i] >= 0x80))
			return NULL;
		*o++ = local[i];
	}
	*o = '\0';
	return content;
}

/* The content as a quoted string, with no more backslashes than it needs. */
static char *
quoted(const char *content)
{
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoChar(&out, '"');
	for (const char *p = content; *p; p++)
	{
		if (*p == '"' || *p == '\\')
			appendStringInfoChar(&out, '\\');
		appendStringInfoChar(&out, *p);
	}
	appendStringInfoChar(&out, '"');
	return out.data;
}

/* Whether a text begins with a letter, digit or sign that is not taken for punctuation around the address. */
static bool
begins_plainly(const char *s)
{
	const char *end = s + strlen(s);

	return *s != '\0' && *s != '\'' && ((unsigned char) *s < 0x80 || u_isalnum((UChar32) dc_utf8_next(&s, end)));
}

/* The content of a quoted string in lower case, clean, with the blanks at its ends: " a"@x.fr is not a@x.fr. */
static char *
clean_content(const char *content)
{
	size_t		len = strlen(content);
	const char *clean = dc_clean(dc_lower(content));

	return psprintf("%s%s%s", *content == ' ' ? " " : "", clean, len > 1 && *clean != '\0' && content[len - 1] == ' ' ? " " : "");
}

/* The local part in lower case, in quotes only where it needs them; NULL with the problem when it is none. */
static char *
read_local(const char *local, const char **problem)
{
	char	   *content;
	char	   *lower;

	*problem = NULL;
	if (*local == '\0')
		*problem = "nothing before @";
	else if (!are_characters(local))
		*problem = "invalid character before @";
	if (*problem != NULL)
		return NULL;
	if (*local == '"')
	{
		content = unquoted(local);
		if (content == NULL)
		{
			*problem = "unbalanced quotes";
			return NULL;
		}
		content = clean_content(content);
		lower = begins_plainly(content) && atom_problem(content) == NULL ? content : quoted(content);
	}
	else
	{
		*problem = atom_problem(local);
		/* a full-width @ is none; all else is clean already, but lower case may compose anew */
		lower = strstr(local, "\357\274\240") != NULL ? dc_lower(local) : dc_clean(dc_lower(local));
	}
	if (*problem == NULL && Max(strlen(lower), strlen(local)) > MAX_LOCAL)
		*problem = "more than 64 bytes before @";
	return *problem == NULL ? lower : NULL;
}

/* The domain in Unicode; NULL with the problem when it is none. */
static char *
read_domain(const char *text, size_t local_length, const char **problem)
{
	size_t		len = strlen(text);
	char	   *host;
	char	   *ascii;

	*problem = "invalid domain";
	if (len == 0)
	{
		*problem = "nothing after @";
		return NULL;
	}
	if (text[0] == '[' || strspn(text, "0123456789.") == len)
	{
		*problem = "an IP address after @";
		return NULL;
	}
	host = dc_normalize_host(text, true);
	if (host == NULL)
		return NULL;
	ascii = dc_normalize_host(host, false);
	/* a final dot ends a sentence where what is before it is surely a domain */
	if (ascii == NULL || (text[len - 1] == '.' && !dc_known_suffix(ascii)))
		return NULL;
	if (strchr(host, '.') == NULL)
	{
		*problem = "domain has no dot";
		return NULL;
	}
	if (strspn(strrchr(host, '.') + 1, "0123456789") == strlen(strrchr(host, '.') + 1))
		return NULL;
	*problem = NULL;
	/* the length counts as it is sent, in either form */
	if (local_length + 1 + Max(strlen(host), strlen(ascii)) > MAX_ADDRESS)
		*problem = "more than 254 bytes";
	return host;
}

/* By how much a text is longer than in NFC: the length of an address counts as it came, too. */
static size_t
bytes_composed(const char *text)
{
	size_t		len = strlen(text);
	size_t		composed = strlen(dc_compose(pstrdup(text), len));

	return len > composed ? len - composed : 0;
}

/* The parts of an address as far as they can be read; answers the problem, or NULL. */
const char *
dc_read_address(const char *input, char **local, char **domain, char **after_at, bool *second)
{
	char	   *s;
	char	   *at;
	const char *problem;
	size_t		composed;

	*local = *domain = *after_at = NULL;
	*second = false;
	if (strlen(input) > MAX_TEXT)
		return "too long";
	s = dc_bare_email(input, second);
	at = dc_email_at(s);
	if (*s == '"' && dc_has_quoted_control(input))
		return "invalid character before @";
	if (*s == '\0')
		return "empty";
	if (at == NULL)
		return "no @";
	*at = '\0';
	*after_at = at + 1;
	*local = read_local(s, &problem);
	if (*local == NULL)
		return problem;
	composed = strlen(input) > MAX_ADDRESS ? bytes_composed(input) : 0;
	*domain = read_domain(at + 1, strlen(*local) + composed, &problem);
	return problem;
}

char *
dc_normalize_email(const char *input)
{
	char	   *local;
	char	   *domain;
	char	   *after_at;
	bool		second;
	bool		stray;
	const char *line = dc_one_line(input, &stray);

	if (stray || dc_read_address(line, &local, &domain, &after_at, &second) != NULL)
		return NULL;
	return psprintf("%s@%s", local, domain);
}

/*
 * What is known of a domain.  Many addresses have one, so the last ones are kept, each in one of two places
 * that its letters give; one that is too long for its place, or seems mistyped, is not.
 */
#define DOMAIN_PLACES 8192
#define MAX_KEPT 48

typedef struct DomainFacts
{
	char		domain[MAX_KEPT];
	const char *kind;
	uint32		words;			/* the overlay by which they were found */
	int			registrable;	/* where that begins in the domain, -1 for none */
} DomainFacts;

static void
find_facts(const char *domain, const char **registrable, const char **meant, const char **kind)
{
	static DomainFacts kept[DOMAIN_PLACES][2];
	DomainFacts *facts;
	uint32		hash = 0;
	int			len = 0;
	int			start;

	for (; domain[len] != '\0'; len++)
		hash = hash * 31 + (unsigned char) domain[len];
	facts = kept[(hash ^ hash >> 13) % DOMAIN_PLACES];
	for (int i = 0; len < MAX_KEPT && i < 2; i++)
	{
		if (facts[i].words != dc_overlay_serial() || strcmp(facts[i].domain, domain) != 0)
			continue;
		facts += i;
		*registrable = facts->registrable >= 0 ? domain + facts->registrable : NULL;
		*meant = NULL;
		*kind = facts->kind;
		return;
	}
	*registrable = dc_registrable_domain(domain);
	*meant = dc_email_meant_domain(domain);
	*kind = dc_email_domain_kind(domain, *registrable);
	start = *registrable == NULL ? -1 : len - (int) strlen(*registrable);
	if (len == 0 || len >= MAX_KEPT || *meant != NULL || (*registrable != NULL && (start < 0 || strcmp(domain + start, *registrable) != 0)))
		return;
	/* the older one goes */
	facts[1] = facts[0];
	facts->registrable = start;
	facts->kind = *kind;
	facts->words = dc_overlay_serial();
	strcpy(facts->domain, domain);
}

void
dc_parse_email(const char *input, DcEmail *email)
{
	char	   *local;
	char	   *domain;
	char	   *after_at;
	bool		second;
	bool		stray;
	const char *line = dc_one_line(input, &stray);
	const char *registrable = NULL;
	const char *meant = NULL;
	const char *kind = NULL;
	const char *tag;

	email->problem = dc_read_address(line, &local, &domain, &after_at, &second);
	email->local_part = local;
	email->domain = domain;
	if (domain != NULL)
		find_facts(domain, &registrable, &meant, &kind);
	else if (local != NULL)
		meant = dc_email_meant_domain(after_at);
	if (meant != NULL && strlen(local) + 1 + strlen(meant) <= MAX_ADDRESS)
		email->suggestion = psprintf("%s@%s", local, meant);
	email->local_kind = "invalid";
	email->domain_kind = "invalid";
	if (email->problem == NULL && stray)
	{
		email->problem = "end of line in the address";
		if (email->suggestion == NULL)
			email->suggestion = psprintf("%s@%s", local, domain);
	}
	if (email->problem == NULL)
	{
		email->address = psprintf("%s@%s", local, domain);
		email->registrable_domain = registrable;
		tag = strchr(local, '+');
		if (tag != NULL && tag > local && *local != '"' && tag[1] != '\0')
			email->tag = pstrdup(tag + 1);
		email->local_kind = dc_email_local_kind(local);
		email->domain_kind = kind;
		if (second)
			email->problem = "a second address follows";
	}
	email->qualification = psprintf("%s@%s", email->local_kind, email->domain_kind);
}
