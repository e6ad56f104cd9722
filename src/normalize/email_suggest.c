/*-------------------------------------------------------------------------
 *
 * email_suggest.c
 *	  The domain that was meant by a mistyped one.
 *
 * First the top-level domain, where there is none of that name ("acme.cmo"), then
 * the domain, when it is a slip of the keyboard from a well-known one: an edit by
 * Damerau and Levenshtein, two in a long name.  A domain that a provider has is
 * never corrected.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include "port/pg_bitutils.h"

#include "base/text.h"
#include "lexicon.h"
#include "normalize/email.h"

#define MAX_DOMAIN 40			/* what is longer is no slip from a well-known one */

/* The set of letters and signs in a text; an edit takes at most one away and adds one. */
static uint32
letters_of(const char *s)
{
	uint32		set = 0;

	for (; *s; s++)
		set |= 1U << (*s & 0x1F);
	return set;
}

/* The edits by which a domain may be a well-known one of this length. */
static int
most_edits(int target_length)
{
	return target_length >= 9 ? 2 : 1;
}

static bool
may_be_within(int edits, uint32 a, uint32 b)
{
	return pg_popcount32(a & ~b) <= edits && pg_popcount32(b & ~a) <= edits;
}

/* Whether two keys stand side by side, on an English or a French keyboard. */
static bool
are_neighbours(char a, char b)
{
	static const char *const rows[] = {"qwertyuiop", "asdfghjkl", "zxcvbnm", "azertyuiop", "qsdfghjklm", "wxcvbn"};

	for (int i = 0; i < lengthof(rows); i++)
	{
		const char *p = strchr(rows[i], a);

		if (p != NULL && a != '\0' && b != '\0' && (p[1] == b || (p > rows[i] && p[-1] == b)))
			return true;
	}
	return false;
}

static bool
is_swap(const char *a, const char *b)
{
	return strlen(a) == 2 && strlen(b) == 2 && a[0] == b[1] && a[1] == b[0];
}

/*
 * The suffix meant by one that does not exist, NULL when that is not plain: an edit from a
 * common one; from one of two letters only by swapping them or a letter doubled.
 */
static const char *
meant_suffix(const char *suffix)
{
	static const char *const common[] = {
		"com", "net", "org", "info", "biz", "edu", "gov", "co.uk", "org.uk", "com.au", "com.br", "co.nz", "co.za", "co.jp", "com.mx", "com.ar", "com.tr",
		"fr", "de", "it", "es", "uk", "be", "ch", "nl", "eu", "pt", "at", "lu", "ca", "us", "pl", "se", "no", "dk", "fi", "ie", "io"
	};

	for (int i = 0; i < lengthof(common); i++)
	{
		size_t		len = strlen(common[i]);
		bool		doubled = strlen(suffix) == len + 1 && (strncmp(suffix + 1, common[i], len) == 0 ? suffix[0] == suffix[1] :
															strncmp(suffix, common[i], len) == 0 && suffix[len] == suffix[len - 1]);

		if (len == 2 ? is_swap(suffix, common[i]) || doubled :
			strlen(suffix) > 2 && strlen(suffix) <= len + 1 && dc_damerau_levenshtein(suffix, common[i]) == 1)
			return common[i];
	}
	return NULL;
}

/* A provider has it: nothing to correct. */
static bool
is_known(const char *domain)
{
	return dc_lexicon_find(&dc_lexicon_consumer_mail_domains, domain) != NULL || strcmp(dc_email_domain_kind(domain, NULL), "pro") != 0;
}

/*
 * How far a domain is from a well-known one; 0 for one that is too far to be meant.  Twice the edits, one
 * less where the keys stand side by side.
 */
static int
distance(const char *domain, const char *target, bool exists)
{
	size_t		name = strcspn(target, ".");
	bool		same_name = strncmp(domain, target, name) == 0 && domain[name] == '.';
	bool		same_top = strchr(domain, '.') != NULL && strcmp(strrchr(domain, '.'), strrchr(target, '.')) == 0;
	int			edits;
	int			i = 0;

	edits = dc_damerau_levenshtein(domain, target);
	if (edits == 0 || edits > most_edits(strlen(target)))
		return 0;
	/* a short name, or one that begins with another letter, is a name of its own, but where the keys stand side by side */
	if (exists && !same_name && (name <= 4 || (strlen(domain) == strlen(target) && domain[0] != target[0] && domain[0] != target[1] && !are_neighbours(domain[0], target[0]))))
		return 0;
	/* so is the same name under another top-level domain, and two slips in a name of seven letters or less */
	if (edits == 2 && !same_name && (exists ? !same_top || name < 7 || domain[0] != target[0] : !same_top && name < 7))
		return 0;
	while (domain[i] == target[i])
		i++;
	return 2 * edits - (strlen(domain) == strlen(target) && are_neighbours(domain[i], target[i]));
}

/* The well-known domain nearest to one, the better known first; NULL when none is near. */
static const char *
nearest(const char *domain, bool exists)
{
	static uint32 target_letters[1024];
	static int	target_length[1024];
	static bool made = false;
	const DcLexicon *popular = &dc_lexicon_popular_mail_domains;
	const char *best = NULL;
	uint32		letters = letters_of(domain);
	int			length = strlen(domain);
	int			least = 0;
	int			rank = 0;

	for (int i = 0; !made && i < popular->size && i < lengthof(target_letters); i++)
		if (popular->entries[i].word != NULL)
		{
			target_letters[i] = letters_of(popular->entries[i].word);
			target_length[i] = strlen(popular->entries[i].word);
		}
	made = true;
	for (int i = 0; i < popular->size && i < lengthof(target_letters); i++)
	{
		const DcLexiconEntry *entry = &popular->entries[i];
		int			edits = most_edits(target_length[i]);
		int			far;

		if (entry->word == NULL || abs(length - target_length[i]) > edits || !may_be_within(edits, letters, target_letters[i]))
			continue;
		far = distance(domain, entry->word, exists);
		if (far > 0 && (best == NULL || far < least || (far == least && atoi(entry->value) < rank)))
		{
			best = entry->word;
			least = far;
			rank = atoi(entry->value);
		}
	}
	return best;
}

/* In lower case, a dot for each sign that is none of a host, none doubled: "gmail,com" is "gmail.com". */
static char *
host_signs(const char *text)
{
	char	   *out = palloc(strlen(text) + 1);
	char	   *o = out;

	for (const char *p = text; *p; p++)
	{
		char		c = (char) pg_tolower((unsigned char) *p);

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'))
			c = '.';
		if (c != '.' || (o > out && o[-1] != '.'))
			*o++ = c;
	}
	while (o > out && o[-1] == '.')
		o--;
	*o = '\0';
	return out;
}

/* Are commas, blanks or doubled dots all that is wrong with a domain? */
static bool
has_false_dots(const char *text)
{
	return (strpbrk(text, ", ") != NULL || strstr(text, "..") != NULL) &&
		strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-., ") == strlen(text);
}

const char *
dc_email_meant_domain(const char *text)
{
	char	   *domain;
	const char *suffix;
	const char *listed;
	const char *meant;
	bool		exists;

	if (*text == '\0' || *text == '[' || strlen(text) > MAX_DOMAIN)
		return NULL;
	for (const char *p = text; *p; p++)
		if ((unsigned char) *p >= 0x80)
			return NULL;
	domain = host_signs(text);
	if (is_known(domain))
		return strcmp(domain, text) == 0 || pg_strcasecmp(domain, text) == 0 ? NULL : domain;
	listed = dc_lexicon_find(&dc_lexicon_domain_typos, domain);
	if (listed != NULL)
		return listed;
	suffix = strchr(domain, '.');
	exists = suffix != NULL && dc_known_suffix(domain);
	if (suffix != NULL && !exists)
	{
		/* of longer names, what stands in front of the suffix is not known */
		const char *meant_top = meant_suffix(suffix + 1);
		char	   *corrected;

		if (meant_top != NULL)
		{
			corrected = psprintf("%.*s.%s", (int) (suffix - domain), domain, meant_top);
			if (is_known(corrected))
				return corrected;
			meant = nearest(corrected, true);
			return meant != NULL ? meant : corrected;
		}
	}
	meant = nearest(domain, exists);
	return meant == NULL && exists && has_false_dots(text) ? domain : meant;
}
