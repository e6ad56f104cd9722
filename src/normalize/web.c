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
#include "lexicon.h"
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

/*
 * Whether a host in ASCII ends with a top-level domain that exists, or that RFC 6761 reserves for
 * documentation and tests.
 */
bool
dc_known_suffix(const char *host)
{
	static const char *const reserved[] = {"example", "test", "invalid", "localhost"};
	const char *dot = strrchr(host, '.');
	const char *top = dot == NULL ? host : dot + 1;

	const char *suffix;

	if (psl_is_public_suffix2(suffixes(), top, PSL_TYPE_ANY | PSL_TYPE_NO_STAR_RULE))
		return true;
	/* a suffix of several labels is on the list, one of a single label may be no more than its default rule */
	suffix = psl_unregistrable_domain(suffixes(), host);
	if (suffix != NULL && strchr(suffix, '.') != NULL)
		return true;
	for (int i = 0; i < lengthof(reserved); i++)
		if (strcmp(top, reserved[i]) == 0)
			return true;
	return false;
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

/*
 * A copy with the capital sharp s small: since Unicode 15.1, UTS #46 keeps it apart from "ss", as it does the
 * small one; ICU does so from 74 on.
 */
static char *
small_sharp_s(const char *host, size_t len)
{
	char	   *copy = pnstrdup(host, len);
	char	   *p = copy;

	while ((p = strstr(p, "\341\272\236")) != NULL)
	{
		memmove(p + 2, p + 3, strlen(p + 3) + 1);
		memcpy(p, "\303\237", 2);
	}
	return copy;
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
	result = small_sharp_s(host, len);
	len = strlen(result);
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

/* A text without what stands in front of the address: "Site : www.x.fr", "(x.fr)", "Jean <j@x.fr>". */
static char *
without_label(char *s)
{
	char	   *angle = strchr(s, '<');
	char	   *colon = strstr(s, ": ");

	/* a path may hold one */
	if (angle != NULL && memchr(s, '/', angle - s) == NULL)
		s = angle + 1;
	else if (colon != NULL && strcspn(s, "./@") > colon - s)
		s = colon + 2;
	s += strspn(s, " (\"'");
	/* an address of IPv6 keeps its brackets */
	return *s == '[' && strcspn(s, "]") < strcspn(s, ":") ? s + 1 : s;
}

char *
dc_behind_http(char *s)
{
	while (pg_strncasecmp(s, "http", 4) == 0)
	{
		char	   *rest = s + 4 + (pg_tolower((unsigned char) s[4]) == 's');
		size_t		signs = strspn(rest, ":;/");

		if (signs == 0 || rest[signs] == '\0')
			break;
		s = rest + signs;
	}
	return s;
}

/* The host of a URL, an e-mail address or a host, as written; NULL when there is none. */
static char *
host_of(const char *input)
{
	char	   *s = without_label(dc_clean(input));
	char	   *p;

	for (p = s; *p; p++)
		if (*p == '\\')
			*p = '/';
	p = dc_behind_http(s);
	if (p != s)
		s = p;
	else if ((p = strstr(s, "://")) != NULL)
		s = dc_behind_http(p + 3);
	else if (strncmp(s, "//", 2) == 0)
		s += 2;
	else if (strncmp(s, "mailto:", 7) == 0)
		s += 7;
	/* the first of several */
	s[strcspn(s, "/?#\\ ,;|>)]\"'")] = '\0';
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
	return *s == '\0' || *s == '<' ? NULL : s;
}

/* "www. x.fr", "www,x.fr", "www..x.fr": what stands behind the mark of a web site, s itself where that is a name ("www.com"). */
static char *
behind_www(char *s)
{
	size_t		letters = strspn(s, "wW");
	size_t		signs = strspn(s + letters, " .,");
	char	   *rest = s + letters + signs;

	return (letters == 3 || letters == 4) && signs > 0 && strcspn(rest, ".:") < strcspn(rest, "/ ,") ? rest : s;
}

/* A site as people write it in a field: words before it, blanks in it, an address within an address. */
static char *
find_site(const char *input)
{
	char	   *s = pstrdup(input);
	char	   *p;
	char	   *o;

	if (strchr(s, '%') != NULL)
		dc_percent_decode(s);
	s = without_label(dc_clean(s));
	/* "Voir www.x.fr" */
	p = strstr(s, " www.");
	if (p != NULL && strcspn(s, "./@:") > p - s)
		s = p + 1;
	s = dc_behind_http(s);
	s = behind_www(s + strspn(s, ":/"));
	/* "x .fr" */
	for (p = o = s; *p != '\0'; p++)
		if (o == s || p[0] != ' ' || p[1] != '.' || !isalpha((unsigned char) p[2]))
			*o++ = *p;
	*o = '\0';
	/* but "htp://x.fr" is read as it was meant */
	p = s + strcspn(s, "/?# ");
	if (p == s || p[-1] != ':')
		*p = '\0';
	return s;
}

/* A host as that of a site, without www.; NULL when it is none. */
static char *
site_of(const char *host)
{
	if (host == NULL)
		return NULL;
	host = dc_normalize_host(host, true);
	if (host == NULL || strchr(host, '.') == NULL || is_ip_address(host))
		return NULL;
	/* "www.acme,fr" */
	if (strncmp(host, "www.", 4) == 0 && strchr(host + 4, '.') == NULL && !dc_known_suffix(host))
		return NULL;
	host += strncmp(host, "wwww.", 5) == 0;
	while (strncmp(host, "www.", 4) == 0 && strchr(host + 4, '.') != NULL)
		host += 4;
	return pstrdup(host);
}

char *
dc_normalize_website(const char *input)
{
	char	   *site;

	/* an e-mail address is no site: its domain may be a mail provider's */
	if (strchr(input, '@') != NULL && strchr(input, '/') == NULL)
		return NULL;
	site = site_of(host_of(input));
	return site != NULL ? site : site_of(host_of(find_site(input)));
}

/* The last labels of a host, as many as a domain has. */
static const char *
last_labels(const char *host, const char *domain)
{
	int			labels = 1;

	for (const char *p = domain; *p; p++)
		labels += *p == '.';
	for (const char *p = host + strlen(host); p > host; p--)
		if (p[-1] == '.' && --labels == 0)
			return p;
	return host;
}

char *
dc_registrable_domain(const char *input)
{
	char	   *host = host_of(input);
	char	   *ascii;
	const char *domain;

	if (host == NULL || *host == '.')
		return NULL;
	ascii = dc_normalize_host(host, false);
	if (ascii == NULL)
	{
		/* a label in front that is no host name ("_dmarc") does not make the domain another one */
		for (const char *p = host; *p; p++)
			if ((unsigned char) *p >= 0x80)
				return NULL;
		ascii = dc_lower(host);
		if (strlen(ascii) > MAX_HOST || strstr(ascii, "..") != NULL)
			return NULL;
		domain = psl_registrable_domain(suffixes(), ascii);
		if (domain == NULL || dc_normalize_host(domain, false) == NULL)
			return NULL;
	}
	if (is_ip_address(ascii) || !dc_known_suffix(ascii))
		return NULL;
	domain = psl_registrable_domain(suffixes(), ascii);
	if (domain == NULL)
		return NULL;
	/* in the script in which it came */
	if (strstr(ascii, "xn--") == NULL || strstr(host, "xn--") != NULL)
		return pstrdup(domain);
	return pstrdup(last_labels(dc_normalize_host(host, true), domain));
}

bool
dc_is_shared_host(const char *domain)
{
	return dc_lexicon_find(&dc_lexicon_shared_hosts, domain) != NULL || dc_lexicon_find(&dc_lexicon_consumer_mail_domains, domain) != NULL ||
		dc_lexicon_find(&dc_lexicon_disposable_mail_domains, domain) != NULL;
}

static int
hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : -1;
}

void
dc_percent_decode(char *s)
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
