/*-------------------------------------------------------------------------
 *
 * email.c
 *	  E-mail addresses.
 *
 * RFC 5321, 5322 and 6531 decide what an address is; what stands around it in real
 * fields (mailto:, a display name, brackets, a final dot) is taken off first.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include "port/pg_bitutils.h"

#include "base/text.h"
#include "lexicon.h"
#include "normalize/normalize.h"

#define MAX_LOCAL 64
#define MAX_ADDRESS 254

/* The address alone: no mailto:, display name, brackets or final punctuation. */
static char *
bare_address(const char *input)
{
	char	   *s = dc_clean(input);
	char	   *open;
	char	   *close;
	size_t		len;

	if (pg_strncasecmp(s, "mailto:", 7) == 0)
	{
		s += 7;
		s[strcspn(s, "?")] = '\0';
	}
	open = strrchr(s, '<');
	close = open == NULL ? NULL : strchr(open, '>');
	if (close != NULL && close[1] == '\0')
	{
		*close = '\0';
		s = open + 1;
		if (pg_strncasecmp(s, "mailto:", 7) == 0)
			s += 7;
	}
	if (*s == '"' && strchr(s, '@') != NULL && strchr(s + 1, '"') != NULL && strchr(s + 1, '"')[1] == '\0')
	{
		s++;
		s[strlen(s) - 1] = '\0';
	}
	while (*s != '\0' && strchr(" '(<[,;:", *s) != NULL)
		s++;
	len = strlen(s);
	while (len > 0 && strchr(" ')>],;:.", s[len - 1]) != NULL && !(s[len - 1] == ']' && strchr(s, '[') != NULL))
		len--;
	s[len] = '\0';
	return s;
}

static bool
is_atext(unsigned char c)
{
	return c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		(c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

/* dot-atom or quoted string; NULL when it is one, else why not */
static const char *
local_problem(const char *local)
{
	size_t		len = strlen(local);

	if (len == 0)
		return "nothing before @";
	if (len > MAX_LOCAL)
		return "more than 64 bytes before @";
	if (local[0] == '"')
	{
		if (len < 3 || local[len - 1] != '"')
			return "unbalanced quotes";
		for (size_t i = 1; i < len - 1; i++)
		{
			if (local[i] == '\\' && i + 1 < len - 1)
				i++;
			else if (local[i] == '"' || local[i] == '\\')
				return "unbalanced quotes";
		}
		return NULL;
	}
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

/* Splits at the last @ outside quotes; answers the problem, or NULL. */
static const char *
split_address(const char *input, char **local, char **domain)
{
	char	   *s = bare_address(input);
	char	   *at = strrchr(s, '@');
	const char *problem;
	char	   *host;

	*local = *domain = NULL;
	if (*s == '\0')
		return "empty";
	if (at == NULL)
		return "no @";
	*at = '\0';
	problem = local_problem(s);
	if (problem != NULL)
		return problem;
	*local = dc_lower(s);
	if (at[1] == '\0')
		return "nothing after @";
	if (at[1] == '[' || strspn(at + 1, "0123456789.") == strlen(at + 1))
		return "an IP address after @";
	host = dc_normalize_host(at + 1, true);
	if (host == NULL || at[strlen(at + 1)] == '.')
		return "invalid domain";
	*domain = host;
	if (strchr(host, '.') == NULL)
		return "domain has no dot";
	if (strspn(strrchr(host, '.') + 1, "0123456789") == strlen(strrchr(host, '.') + 1))
		return "invalid domain";
	if (strlen(*local) + strlen(host) + 1 > MAX_ADDRESS)
		return "more than 254 bytes";
	return NULL;
}

char *
dc_normalize_email(const char *input)
{
	char	   *local;
	char	   *domain;

	if (split_address(input, &local, &domain) != NULL)
		return NULL;
	return psprintf("%s@%s", local, domain);
}

/* What a provider does to a local part; value of list mail_providers: canonical domain, flags */
static void
provider_rules(char **local, char **domain)
{
	const char *rule = dc_lexicon_find(&dc_lexicon_mail_providers, *domain);
	char	   *tag;

	if (**local == '"')
		return;
	if (rule != NULL)
	{
		const char *flags = strchr(rule, ' ');

		*domain = flags != NULL ? pnstrdup(rule, flags - rule) : pstrdup(rule);
		if (flags != NULL && strstr(flags, "dots") != NULL)
		{
			char	   *o = *local;

			for (const char *p = *local; *p; p++)
				if (*p == '+' || o == *local || *p != '.')
					*o++ = *p;
			*o = '\0';
		}
		if (flags != NULL && strstr(flags, "hyphen") != NULL && (tag = strchr(*local, '-')) != NULL && tag > *local)
			*tag = '\0';
	}
	tag = strchr(*local, '+');
	if (tag != NULL && tag > *local)
		*tag = '\0';
}

char *
dc_email_key(const char *input)
{
	char	   *local;
	char	   *domain;

	if (split_address(input, &local, &domain) != NULL)
		return NULL;
	domain = dc_normalize_host(domain, false);
	if (domain == NULL)
		return NULL;
	provider_rules(&local, &domain);
	/* a dot that stood before the tag ends no mailbox */
	for (size_t len = strlen(local); len > 1 && local[len - 1] == '.'; len--)
		local[len - 1] = '\0';
	return psprintf("%s@%s", local, domain);
}

/* generic for a role's mailbox, random for a machine's, nominative else */
static const char *
local_kind(const char *local)
{
	size_t		len = strcspn(local, "+");
	char	   *folded = dc_fold_n(local, len);
	int			digits = 0;
	int			letters = 0;
	int			vowels = 0;
	size_t		word = strcspn(folded, " 0123456789");

	if (dc_lexicon_find(&dc_lexicon_mailbox_roles, folded) != NULL ||
		dc_lexicon_find_n(&dc_lexicon_mailbox_roles, folded, word) != NULL)
		return "generic";
	for (const char *p = folded; *p; p++)
	{
		digits += *p >= '0' && *p <= '9';
		letters += *p >= 'a' && *p <= 'z';
		vowels += *p != '\0' && strchr("aeiouy", *p) != NULL;
	}
	if (letters == 0 || (digits >= 4 && digits >= letters) || (letters >= 6 && vowels * 6 < letters))
		return "random";
	return "nominative";
}

/* The set of letters and signs in a text; an edit takes at most one away and adds one. */
static uint32
letters_of(const char *s)
{
	uint32		set = 0;

	for (; *s; s++)
		set |= 1U << (*s & 0x1F);
	return set;
}

static bool
within_two_edits(uint32 a, uint32 b)
{
	return pg_popcount32(a & ~b) <= 2 && pg_popcount32(b & ~a) <= 2;
}

/*
 * The domain meant, when this one is a slip of the keyboard from a well-known one:
 * one edit away (two for long ones), or the dot forgotten.  A well-known domain is
 * never corrected.
 */
static const char *
meant_domain(const char *domain)
{
	static const char *const targets[] = {
		"gmail.com", "hotmail.com", "hotmail.fr", "yahoo.com", "yahoo.fr", "outlook.com", "outlook.fr", "orange.fr", "wanadoo.fr",
		"laposte.net", "icloud.com", "live.com", "live.fr", "msn.com", "aol.com", "comcast.net", "googlemail.com", "hotmail.co.uk", "yahoo.co.uk",
		"protonmail.com", "sfr.fr", "free.fr", "gmx.de", "gmx.net", "web.de", "t-online.de", "libero.it", "bluewin.ch", "verizon.net", "sbcglobal.net",
		"bellsouth.net", "bbox.fr", "numericable.fr", "neuf.fr", "facebook.com", "mail.com", "att.net"
	};
	static uint32 target_letters[lengthof(targets)];
	const char *best = NULL;
	uint32		letters = letters_of(domain);
	int			least = 3;

	if (target_letters[0] == 0)
		for (int i = 0; i < lengthof(targets); i++)
			target_letters[i] = letters_of(targets[i]);
	if (dc_lexicon_find(&dc_lexicon_consumer_mail_domains, domain) != NULL || strlen(domain) > 40)
		return NULL;
	for (int i = 0; i < lengthof(targets); i++)
	{
		const char *target = targets[i];
		const char *dot = strchr(target, '.');
		size_t		len = dot - target;
		int			limit = strlen(target) >= 9 ? 2 : 1;
		int			edits;

		if (!within_two_edits(letters, target_letters[i]) || abs((int) strlen(target) - (int) strlen(domain)) > 2)
			continue;
		edits = dc_damerau_levenshtein(domain, target);
		/* the same name under another well-formed top-level domain is another domain */
		if (edits > 1 && !(strncmp(domain, target, len) == 0 || strcmp(strrchr(domain, '.') ? strrchr(domain, '.') : "", strrchr(target, '.')) == 0))
			continue;
		if (edits > 0 && edits < least && edits <= limit)
		{
			least = edits;
			best = target;
		}
	}
	if (best != NULL)
	{
		/* one edit between two short real names proves nothing */
		const char *registrable = strchr(domain, '.') != NULL ? dc_registrable_domain(domain) : NULL;

		if (registrable != NULL && strchr(best, '.') - best <= 4 &&
			strncmp(domain, best, strchr(best, '.') - best) != 0)
			return NULL;
	}
	return best;
}

void
dc_parse_email(const char *input, DcEmail *email)
{
	char	   *local;
	char	   *domain;
	const char *meant = NULL;
	const char *tag;

	email->problem = split_address(input, &local, &domain);
	email->local_part = local;
	email->domain = domain;
	if (domain != NULL)
		meant = meant_domain(domain);
	if (meant != NULL)
		email->suggestion = psprintf("%s@%s", local, meant);
	email->local_kind = "invalid";
	email->domain_kind = "invalid";
	if (email->problem == NULL)
	{
		email->address = psprintf("%s@%s", local, domain);
		email->registrable_domain = dc_registrable_domain(domain);
		tag = strchr(local, '+');
		if (tag != NULL && tag > local && *local != '"' && tag[1] != '\0')
			email->tag = pstrdup(tag + 1);
		email->local_kind = local_kind(local);
		if (dc_lexicon_find(&dc_lexicon_disposable_mail_domains, domain) != NULL)
			email->domain_kind = "disposable";
		else if (dc_lexicon_find(&dc_lexicon_consumer_mail_domains, domain) != NULL)
			email->domain_kind = "perso";
		else
			email->domain_kind = "pro";
	}
	email->qualification = psprintf("%s@%s", email->local_kind, email->domain_kind);
}
