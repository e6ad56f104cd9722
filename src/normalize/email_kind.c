/*-------------------------------------------------------------------------
 *
 * email_kind.c
 *	  What sort of mailbox an address is: a person's or a role's, of a company, of a
 *	  consumer's provider, or one to throw away.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include "base/text.h"
#include "lexicon.h"
#include "normalize/email.h"

#define MAX_TOKENS 16

/* The words of a folded local part, where digits part words too: "info2.paris" is "info", "paris". */
static int
split_tokens(char *folded, char **tokens)
{
	char	   *rest;
	int			n = 0;

	for (char *token = strtok_r(folded, " 0123456789", &rest); token != NULL && n < MAX_TOKENS; token = strtok_r(NULL, " 0123456789", &rest))
		tokens[n++] = token;
	return n;
}

/* "servicepaie", "contactweb": one word that begins with that of a role and is no name. */
static bool
begins_with_role(const char *token)
{
	static const char *const stems[] = {
		"contact", "service", "noreply", "donotreply", "support", "secretari", "sekretari", "segreter", "comptab", "facturation", "recrut",
		"reservation", "newsletter", "webmaster", "postmaster", "hostmaster", "helpdesk", "kundenservice", "buchhaltung", "customer", "marketing", "administrat",
		"direction", "accueil", "bestellung", "notification", "mailer", "unsubscribe"
	};

	for (int i = 0; i < lengthof(stems); i++)
		if (strncmp(token, stems[i], strlen(stems[i])) == 0)
			return true;
	return false;
}

static bool
is_role(const char *local, size_t len)
{
	char	   *folded = dc_fold_n(local, len);
	char	   *tokens[MAX_TOKENS];
	int			n;

	if (dc_lexicon_find(&dc_lexicon_mailbox_roles, folded) != NULL)
		return true;
	n = split_tokens(folded, tokens);
	if (n == 0)
		return false;
	if (dc_lexicon_find(&dc_lexicon_mailbox_roles, tokens[0]) != NULL || begins_with_role(tokens[0]))
		return true;
	/* "lyon.contact", but not "w.it" */
	return n > 1 && strlen(tokens[n - 1]) > 3 && strlen(tokens[0]) > 1 && dc_lexicon_find(&dc_lexicon_mailbox_roles, tokens[n - 1]) != NULL;
}

/* Is a run of letters in a local part a given or family name, behind an initial or alone? */
static bool
holds_name(const char *local, size_t len)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz";

	for (size_t i = 0, n; i < len; i += n + 1)
	{
		n = Min(strspn(local + i, letters), len - i);
		for (size_t from = i; n >= 4 && from <= i + 1; from++)
			if (dc_lexicon_find_n(&dc_lexicon_family_names, local + from, i + n - from) != NULL ||
				dc_lexicon_find_n(&dc_lexicon_given_names, local + from, i + n - from) != NULL)
				return true;
	}
	return false;
}

/* Made by a machine: no letters, more digits than a name carries, changes between both, no vowels. */
static bool
is_random(const char *local, size_t len)
{
	int			digits = 0;
	int			letters = 0;
	int			vowels = 0;
	int			hex = 0;
	int			changes = 0;
	int			consonants = 0;
	int			most_consonants = 0;
	char		previous = '\0';

	for (size_t i = 0; i < len; i++)
	{
		unsigned char c = (unsigned char) local[i];
		char		kind;

		/* letters of other scripts are written by persons */
		if (c >= 0x80)
			return false;
		if (c >= '0' && c <= '9')
			kind = 'd', digits++;
		else if (c >= 'a' && c <= 'z')
			kind = 'l', letters++;
		else
			kind = '\0';
		hex += kind == 'd' || (c >= 'a' && c <= 'f');
		if (kind == 'l' && strchr("aeiouy", c) != NULL)
			vowels++, consonants = 0;
		else
			consonants = kind == 'l' ? consonants + 1 : 0;
		most_consonants = Max(most_consonants, consonants);
		changes += kind != '\0' && previous != '\0' && kind != previous;
		previous = kind;
	}
	return letters == 0 || (digits >= 4 && digits >= letters) || (letters >= 6 && vowels * 6 < letters && !holds_name(local, len)) || changes >= 4 ||
		most_consonants >= 7 || (hex >= 16 && hex == digits + letters && digits > 0);
}

const char *
dc_email_local_kind(const char *local)
{
	static const char *const all[] = {"*", "catchall", "catch-all", "catch_all", "catch.all"};
	const char *tag = strchr(local, '+');
	size_t		len = tag != NULL && tag > local ? tag - local : strlen(local);

	for (int i = 0; i < lengthof(all); i++)
		if (strlen(all[i]) == len && strncmp(local, all[i], len) == 0)
			return "catch_all";
	return is_role(local, len) ? "generic" : is_random(local, len) ? "random" : "nominative";
}

/* "trashmail", "10minutemail": what providers of throw-away mailboxes call themselves, under ever new domains. */
static bool
has_disposable_word(const char *domain)
{
	static const char *const words[] = {
		"tempmail", "temp-mail", "mailtemp", "tempemail", "temp-email", "tempinbox", "tmpmail", "tmpeml", "trashmail", "trash-mail", "mailtrash", "trashinbox", "10minut", "10-minut", "20minutemail", "minutemail", "minutesmail",
		"throwaway", "throwam", "disposable", "dispostable", "mailinator", "guerrillamail", "guerillamail", "yopmail", "jetable", "wegwerf", "spamgourmet",
		"fakemail", "fake-mail", "fakeinbox", "mailcatch", "spambox", "antispam", "nospam", "no-spam", "spamfree", "spam4", "spamavert", "burnermail", "mailnull", "mailexpire", "deadaddress",
		"discard", "dropmail", "maildrop", "mailnesia", "mytrash", "sharklasers", "anonbox", "mailsac", "spamhole", "spamhereplease", "onetimemail", "einwegmail", "einmalmail", "muellmail", "deadspam", "killmail", "mailmoat", "incognitomail", "anonymmail", "crapmail", "junkmail", "shortmail", "instantmail", "emailtemporar", "correotemporal", "tempomail", "mailforspam", "spamex", "spamday", "mailzilla", "trashymail"
	};

	/* the words that begin with a character, one after the other */
	static uint8 first[256];
	static uint8 next[lengthof(words) + 1];
	static bool made = false;

	StaticAssertStmt(lengthof(words) < 255, "words are numbered in a byte");
	for (int i = 0; i < lengthof(words) && !made; i++)
	{
		next[i + 1] = first[(unsigned char) words[i][0]];
		first[(unsigned char) words[i][0]] = i + 1;
	}
	made = true;
	for (const char *p = domain; *p; p++)
		for (int i = first[(unsigned char) *p]; i > 0; i = next[i])
			if (strncmp(p, words[i - 1], strlen(words[i - 1])) == 0)
				return true;
	return false;
}

/* The brands that have a domain in each country: "yahoo.co.id", "outlook.com.ar". */
static bool
is_consumer_brand(const char *domain)
{
	static const char *const brands[] = {"yahoo", "hotmail", "outlook", "live", "msn", "gmx", "yandex", "aol", "windowslive"};
	size_t		len = strcspn(domain, ".");
	const char *suffix = domain + len;

	if (strncmp(suffix, ".com.", 5) == 0)
		suffix += 4;
	else if (strncmp(suffix, ".co.", 4) == 0)
		suffix += 3;
	/* those of .com mistyped are not theirs */
	if (strlen(suffix) != 3 || strcmp(suffix, ".co") == 0 || strcmp(suffix, ".cm") == 0 || strcmp(suffix, ".om") == 0 || !dc_known_suffix(suffix + 1))
		return false;
	for (int i = 0; i < lengthof(brands); i++)
		if (strlen(brands[i]) == len && strncmp(domain, brands[i], len) == 0)
			return true;
	return false;
}

const char *
dc_email_domain_kind(const char *domain, const char *registrable)
{
	const char *top = registrable != NULL ? registrable : domain;

	if (dc_lexicon_find(&dc_lexicon_disposable_mail_domains, domain) != NULL || dc_lexicon_find(&dc_lexicon_disposable_mail_domains, top) != NULL ||
		has_disposable_word(top))
		return "disposable";
	if (dc_lexicon_find(&dc_lexicon_consumer_mail_domains, domain) != NULL || dc_lexicon_find(&dc_lexicon_consumer_mail_domains, top) != NULL ||
		is_consumer_brand(top))
		return "perso";
	return "pro";
}
