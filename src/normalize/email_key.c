/*-------------------------------------------------------------------------
 *
 * email_key.c
 *	  The mailbox that an e-mail address reaches, by what its provider does with the local part.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include "lexicon.h"
#include "normalize/email.h"

/* Takes the signs that a provider does not read out of a local part, up to its tag. */
static void
drop_signs(char *local, const char *signs)
{
	char	   *o = local;

	for (const char *p = local; *p; p++)
	{
		if (*p == '+')
		{
			memmove(o, p, strlen(p) + 1);
			return;
		}
		if (o == local || strchr(signs, *p) == NULL)
			*o++ = *p;
	}
	*o = '\0';
}

/* "jean@paul.fastmail.com" reaches paul@fastmail.com, where a rule says so. */
static const char *
subdomain_rule(char **local, char **domain)
{
	char	   *dot = strchr(*domain, '.');
	const char *rule = dot == NULL ? NULL : dc_lexicon_find(&dc_lexicon_mail_providers, dot + 1);

	if (rule == NULL || strstr(rule, " subdomain") == NULL)
		return NULL;
	*local = pnstrdup(*domain, dot - *domain);
	*domain = dot + 1;
	return rule;
}

/* What a provider does to a local part; value of list mail_providers: canonical domain, rules */
static void
provider_rules(char **local, char **domain)
{
	const char *rule = dc_lexicon_find(&dc_lexicon_mail_providers, *domain);
	const char *rules;
	char	   *tag;

	if (**local == '"')
		return;
	if (rule == NULL)
		rule = subdomain_rule(local, domain);
	if (rule != NULL)
	{
		rules = strchr(rule, ' ');
		*domain = rules != NULL ? pnstrdup(rule, rules - rule) : pstrdup(rule);
		if (rules != NULL && strstr(rules, " dots") != NULL)
			drop_signs(*local, ".");
		if (rules != NULL && strstr(rules, " signs") != NULL)
			drop_signs(*local, ".-_");
		if (rules != NULL && strstr(rules, " hyphen") != NULL && (tag = strchr(*local, '-')) != NULL && tag > *local)
			*tag = '\0';
		if (rules != NULL && strstr(rules, " same") != NULL)
			for (char *p = *local; *p && *p != '+'; p++)
				if (*p == '.' && p > *local)
					*p = '-';
	}
	tag = strchr(*local, '+');
	if (tag != NULL && tag > *local)
		*tag = '\0';
}

/* The end of letters, digits and single signs between them, no dot further than 63 from the next; NULL when it is not so. */
static const char *
skip_plain(const char *s, const char *signs)
{
	const char *label = s;
	bool		sign = true;

	for (; *s != '\0'; s++)
	{
		bool		plain = (*s >= 'a' && *s <= 'z') || (*s >= '0' && *s <= '9');
		bool		now = !plain && *s != '@' && strchr(signs, *s) != NULL;

		if (*s == '.')
			label = s + 1;
		if (s - label >= 63)
			return NULL;

		if (!now && !plain)
			break;
		if (now && sign)
			return NULL;
		sign = now;
	}
	return sign ? NULL : s;
}

/* Is an address written as nearly all clean ones are, so that reading it would give it back?  Where its @ is; or NULL. */
static const char *
plain_address(const char *s)
{
	const char *at = skip_plain(s, "._-");
	const char *end = at == NULL || *at != '@' ? NULL : skip_plain(at + 1, ".-");
	const char *last;

	if (end == NULL || *end != '\0' || at - s > 64 || end - s > 254)
		return NULL;
	for (last = end; last > at && *(last - 1) != '.'; last--)
		if (*(last - 1) < 'a' || *(last - 1) > 'z')
			return NULL;
	/* two labels at the least, none that the rules for international names look at */
	return last - 1 <= at || end - last < 2 || end - last > 24 ? NULL : at;
}

static bool
has_provider_rule(const char *domain)
{
	const char *dot = strchr(domain, '.');

	return dc_lexicon_find(&dc_lexicon_mail_providers, domain) != NULL ||
		(dot != NULL && dc_lexicon_find(&dc_lexicon_mail_providers, dot + 1) != NULL);
}

char *
dc_email_key(const char *input)
{
	const char *at = plain_address(input);
	char	   *local;
	char	   *domain;
	char	   *after_at;
	bool		second;
	bool		stray;

	if (at != NULL && !has_provider_rule(at + 1))
		return pstrdup(input);
	if (at != NULL)
	{
		local = pnstrdup(input, at - input);
		domain = pstrdup(at + 1);
	}
	else if (dc_read_address(dc_one_line(input, &stray), &local, &domain, &after_at, &second) != NULL)
		return NULL;
	else
		domain = dc_normalize_host(domain, false);
	provider_rules(&local, &domain);
	/* a dot that stood before the tag ends no mailbox */
	for (size_t len = strlen(local); len > 1 && local[len - 1] == '.'; len--)
		local[len - 1] = '\0';
	return psprintf("%s@%s", local, domain);
}
