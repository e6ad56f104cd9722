/*-------------------------------------------------------------------------
 *
 * web.c
 *	  Hosts, web sites, registrable domains and LinkedIn addresses.
 *
 * Host names follow UTS #46 (ICU), public suffixes the list of Debian's package
 * publicsuffix through libpsl; both are opened once a process.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include <libpsl.h>
#include <unicode/uidna.h>

#include "base/text.h"
#include "normalize/normalize.h"

#define MAX_HOST 253

static const UIDNA *
idna(void)
{
	static UIDNA *instance = NULL;

	if (instance == NULL)
	{
		UErrorCode	status = U_ZERO_ERROR;

		instance = uidna_openUTS46(UIDNA_USE_STD3_RULES | UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ |
								   UIDNA_NONTRANSITIONAL_TO_ASCII | UIDNA_NONTRANSITIONAL_TO_UNICODE, &status);
	}
	return instance;
}

static const psl_ctx_t *
suffixes(void)
{
	static psl_ctx_t *list = NULL;

	if (list == NULL)
		list = psl_latest(NULL);
	return list != NULL ? list : psl_builtin();
}

/* A plain ASCII host needs no ICU: letters, digits, hyphens inside labels of at most 63. */
static bool
plain_host(const char *host, size_t len)
{
	size_t		label = 0;

	for (size_t i = 0; i <= len; i++)
	{
		char		c = host[i];

		if (c == '.' || c == '\0')
		{
			if (label == 0 || label > 63 || host[i - 1] == '-')
				return false;
			label = 0;
			continue;
		}
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c == '-' && label > 0)))
			return false;
		if (label == 2 && c == '-' && host[i + 1] == '-')
			return false;
		label++;
	}
	return true;
}

char *
dc_normalize_host(const char *host, bool unicode)
{
	size_t		len = strlen(host);
	UErrorCode	status = U_ZERO_ERROR;
	UIDNAInfo	info = UIDNA_INFO_INITIALIZER;
	char		buffer[1024];
	char	   *result;
	int32_t		n;

	if (len > 0 && host[len - 1] == '.')
		len--;
	if (len == 0 || len > 4 * MAX_HOST)
		return NULL;
	result = pnstrdup(host, len);
	if (plain_host(result, len))
	{
		if (len > MAX_HOST)
			return NULL;
		for (char *p = result; *p; p++)
			if (*p >= 'A' && *p <= 'Z')
				*p += 'a' - 'A';
		return result;
	}
	n = uidna_nameToASCII_UTF8(idna(), result, (int32_t) len, buffer, sizeof(buffer), &info, &status);
	if (U_FAILURE(status) || info.errors != 0 || n > MAX_HOST || n == 0 || buffer[n - 1] == '.')
		return NULL;
	if (unicode)
	{
		n = uidna_nameToUnicodeUTF8(idna(), result, (int32_t) len, buffer, sizeof(buffer), &info, &status);
		if (U_FAILURE(status) || info.errors != 0)
			return NULL;
	}
	return pnstrdup(buffer, n);
}

/* No top-level domain is a number. */
static bool
is_ip_address(const char *host)
{
	const char *dot = strrchr(host, '.');
	const char *top = dot == NULL ? host : dot + 1;

	return strchr(host, ':') != NULL || strspn(top, "0123456789") == strlen(top);
}

/* The host of a URL, an e-mail address or a host, as written; NULL when there is none. */
static char *
host_of(const char *input)
{
	char	   *s = dc_clean(input);
	char	   *p;

	p = strstr(s, "://");
	if (p != NULL)
		s = p + 3;
	else if (strncmp(s, "//", 2) == 0)
		s += 2;
	else if (strncmp(s, "mailto:", 7) == 0)
		s += 7;
	s[strcspn(s, "/?#\\")] = '\0';
	p = strrchr(s, '@');
	if (p != NULL)
		s = p + 1;
	if (*s == '[')
		return NULL;
	p = strchr(s, ':');
	if (p != NULL)
	{
		if (strspn(p + 1, "0123456789") != strlen(p + 1))
			return NULL;
		*p = '\0';
	}
	return *s == '\0' || strpbrk(s, " <>\"") != NULL ? NULL : s;
}

char *
dc_normalize_website(const char *input)
{
	char	   *host = host_of(input);

	if (host == NULL)
		return NULL;
	host = dc_normalize_host(host, true);
	if (host == NULL || strchr(host, '.') == NULL || is_ip_address(host))
		return NULL;
	while (strncmp(host, "www.", 4) == 0 && strchr(host + 4, '.') != NULL)
		host += 4;
	return host;
}

char *
dc_registrable_domain(const char *input)
{
	char	   *host = host_of(input);
	char	   *ascii;
	const char *domain;
	char	   *unicode;
	int			labels = 1;

	if (host == NULL || *host == '.')
		return NULL;
	ascii = dc_normalize_host(host, false);
	if (ascii == NULL || is_ip_address(ascii))
		return NULL;
	domain = psl_registrable_domain(suffixes(), ascii);
	if (domain == NULL)
		return NULL;
	/* in the script in which it came */
	if (strstr(ascii, "xn--") == NULL || strstr(host, "xn--") != NULL)
		return pstrdup(domain);
	for (const char *p = domain; *p; p++)
		labels += *p == '.';
	unicode = dc_normalize_host(host, true);
	for (char *p = unicode + strlen(unicode); p > unicode; p--)
		if (p[-1] == '.' && --labels == 0)
			return p;
	return unicode;
}

static int
hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : -1;
}

/* Percent-decoded in place. */
static void
percent_decode(char *s)
{
	char	   *o = s;

	while (*s)
	{
		int			high = *s == '%' ? hex_digit(s[1]) : -1;
		int			low = high >= 0 ? hex_digit(s[2]) : -1;

		if (low >= 0 && high + low > 0)
		{
			*o++ = (char) (16 * high + low);
			s += 3;
		}
		else
			*o++ = *s++;
	}
	*o = '\0';
}

char *
dc_normalize_linkedin(const char *input)
{
	char	   *s = dc_clean(input);
	char	   *host;
	char	   *path;
	const char *kind = NULL;
	const char *p;
	size_t		len;

	p = strstr(s, "://");
	host = pstrdup(p != NULL ? p + 3 : s);
	path = strpbrk(host, "/");
	if (path == NULL)
		return NULL;
	*path++ = '\0';
	host = dc_lower(host);
	len = strlen(host);
	if (!(strcmp(host, "linkedin.com") == 0 || (len > 13 && strcmp(host + len - 13, ".linkedin.com") == 0)))
		return NULL;
	if (pg_strncasecmp(path, "in/", 3) == 0)
		kind = "in", path += 3;
	else if (pg_strncasecmp(path, "pub/", 4) == 0)
		kind = "in", path += 4;
	else if (pg_strncasecmp(path, "company/", 8) == 0)
		kind = "company", path += 8;
	else
		return NULL;
	path[strcspn(path, "/?#")] = '\0';
	/* some addresses are encoded twice */
	percent_decode(path);
	percent_decode(path);
	path = dc_clean(dc_lower(dc_clean(path)));
	/* what is left of an encoding, or is no UTF-8, is no slug */
	if (*path == '\0' || strpbrk(path, " /\\<>%?#") != NULL || strstr(path, "\357\277\275") != NULL)
		return NULL;
	return psprintf("linkedin.com/%s/%s", kind, path);
}
