/*-------------------------------------------------------------------------
 *
 * pack_nothing.c
 *	  What stands in a column and says nothing: "N/A", "-", "0000", test@test.com.
 *
 * Cleaning keeps and marks it; two contacts that share it have nothing in common.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include "match/pack/pack.h"
#include "normalize/normalize.h"

/* Has the text no letter, and no digit but zero? */
static bool
is_blank(const char *text)
{
	for (const unsigned char *s = (const unsigned char *) text; *s != '\0'; s++)
		if (*s >= 128 || (*s >= '1' && *s <= '9') || ((*s | 0x20) >= 'a' && (*s | 0x20) <= 'z'))
			return false;
	return true;
}

/* kind: person, company, or "" for any other column; a person's name has a letter. */
bool
dc_says_nothing(const char *text, const char *kind)
{
	if (is_blank(text) || dc_is_placeholder(text, kind))
		return true;
	return strcmp(kind, "person") == 0 && strspn(text, "0123456789 .,-/+()_") == strlen(text);
}

/* Words that short may be somebody's initials: nd@ is a mailbox unless its domain says nothing either. */
#define INITIALS 3

/* Of the key of a mailbox: unknown@..., n.c@n.c.com. */
bool
dc_mailbox_says_nothing(const char *key)
{
	char		local[32];
	char		host[32];
	size_t		n = strcspn(key, "@");
	const char *domain = key + n + (key[n] == '@');
	size_t		m = strcspn(domain, ".");

	if (n == 0 || n >= sizeof(local) || m >= sizeof(host))
		return false;
	memcpy(local, key, n);
	memcpy(host, domain, m);
	local[n] = host[m] = '\0';
	return dc_says_nothing(local, "") && (n > INITIALS || strcmp(local, host) == 0 || dc_says_nothing(host, ""));
}

/* Digits of a number that nobody has: one digit again and again, or one after the other. */
bool
dc_number_says_nothing(const char *digits, size_t n)
{
	size_t		equal = 1;
	size_t		following = 1;

	while (equal < n && digits[equal] == digits[0])
		equal++;
	while (following < n && (digits[following] - digits[following - 1] + 10) % 10 == 1)
		following++;
	/* a national number may have a zero before it */
	return n == 0 || equal >= n || following >= n || (digits[0] == '0' && n > 1 && dc_number_says_nothing(digits + 1, n - 1));
}
