/*-------------------------------------------------------------------------
 *
 * linkedin.c
 *	  The page of a person or company on LinkedIn.
 *
 * Any host under linkedin.com, in the shapes that browsers, telephones, messages,
 * Sales Navigator and the site of former years give it.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include "base/text.h"
#include "normalize/normalize.h"

#define SITE "linkedin.com"

/* The kinds of page; those of schools, brands and showcases are pages of companies. */
static const struct
{
	const char *path;
	const char *kind;
}			pages[] = {
	{"in/", "in"}, {"pub/", "in"}, {"company/", "company"}, {"company-beta/", "company"}, {"school/", "company"}, {"showcase/", "company"},
	{"organization/", "company"},
	/* Sales Navigator: ids that the pages of persons and companies take, too */
	{"sales/lead/", "in"}, {"sales/people/", "in"}, {"sales/company/", "company"}
};

/* Pages made for telephones, links in messages, pages for guests. */
static const char *const prefixes[] = {"mwlite/", "m/", "comm/", "profile/", "organization-guest/"};

/* The length of one of the three hexadecimal numbers behind the name in an old address; 0 when it is none. */
static size_t
number_length(const char *s)
{
	size_t		len = strspn(s, "0123456789abcdefABCDEF");

	return len <= 3 && strchr("/?#", s[len]) != NULL ? len : 0;
}

/*
 * "jean-dupont/1/2b/3c4", the public page of former years, is "jean-dupont-3c402b1" since; the name alone would
 * be that of all namesakes.  A slug without such numbers is as it was.
 */
static char *
public_slug(char *slug)
{
	static const char zeros[] = "000";
	char	   *name = pnstrdup(slug, strcspn(slug, "/?#"));
	char	   *number[3];
	char	   *p = slug + strlen(name);

	for (int i = 0; i < 3; i++)
	{
		size_t		len = *p == '/' ? number_length(p + 1) : 0;

		if (len == 0)
			return name;
		number[i] = pnstrdup(p + 1, len);
		p += 1 + len;
	}
	return psprintf("%s-%s%s%s%s%s", name, zeros + strlen(number[2]), number[2], zeros + strlen(number[1]), number[1],
					strcmp(number[0], "0") == 0 ? "" : number[0]);
}

/* "authwall?trk=x&sessionRedirect=https%3A%2F%2F...": the page that a form to sign in leads to; NULL when it is no such form. */
static char *
behind_form(char *path)
{
	static const char *const forms[] = {"authwall", "login", "uas/login", "signup", "checkpoint/"};
	bool		is_form = false;
	char	   *page = strstr(path, "edirect=");
	char	   *site;

	for (int i = 0; i < lengthof(forms); i++)
		is_form = is_form || pg_strncasecmp(path, forms[i], strlen(forms[i])) == 0;
	if (!is_form || page == NULL)
		return NULL;
	page += strlen("edirect=");
	page[strcspn(page, "&#")] = '\0';
	dc_percent_decode(page);
	site = strstr(page, SITE "/");
	return site != NULL ? site + strlen(SITE) : page;
}

/* What names the page in the path behind the host, still encoded; NULL when it is none of a person or company. */
static char *
find_slug(char *path, const char **kind)
{
	char	   *page = behind_form(path);

	path = page != NULL ? page : path;
	path += strspn(path, "/");
	for (int i = 0; i < lengthof(prefixes); i++)
		if (pg_strncasecmp(path, prefixes[i], strlen(prefixes[i])) == 0)
			path += strlen(prefixes[i]);
	for (int i = 0; i < lengthof(pages); i++)
	{
		size_t		len = strlen(pages[i].path);
		char	   *slug = path + len;
		char	   *parameter;

		if (pg_strncasecmp(path, pages[i].path, len) != 0)
			continue;
		*kind = pages[i].kind;
		slug += strspn(slug, "/");
		if (strcmp(pages[i].path, "pub/") == 0)
		{
			/* a list of namesakes */
			if (pg_strncasecmp(slug, "dir/", 4) == 0)
				return NULL;
			return public_slug(slug);
		}
		slug[strcspn(slug, "/?#;")] = '\0';
		/* "ACwAAA…,NAME_SEARCH,x1y2" */
		if (strncmp(pages[i].path, "sales/", 6) == 0)
			slug[strcspn(slug, ",")] = '\0';
		/* a parameter whose question mark was lost; but "at&t" is a company */
		parameter = strchr(slug, '&');
		if (parameter != NULL && strchr(parameter, '=') != NULL)
			*parameter = '\0';
		return slug;
	}
	return NULL;
}

/* An id that LinkedIn gives in place of a name ("ACoAAB…"): base64, so capitals count. */
static bool
is_member_id(const char *slug)
{
	size_t		len = strlen(slug);

	return len >= 30 && slug[0] == 'A' && slug[1] >= 'A' && slug[1] <= 'Z' && slug[3] == 'A' && slug[4] == 'A' &&
		strspn(slug, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") == len;
}

/* The slug as it is shown; NULL when it cannot be one. */
static char *
read_slug(char *slug)
{
	size_t		len;

	/* some addresses are encoded twice */
	dc_percent_decode(slug);
	dc_percent_decode(slug);
	slug = dc_clean(slug);
	if (!is_member_id(slug))
		slug = dc_clean(dc_lower(slug));
	/* punctuation of the text behind the address */
	for (len = strlen(slug); len > 0 && (strchr(".,;:'\"!", slug[len - 1]) != NULL || (slug[len - 1] == ')' && strchr(slug, '(') == NULL)); len--)
		slug[len - 1] = '\0';
	/* what is left of an encoding, or is no UTF-8, is no slug, nor is what LinkedIn lets nobody choose */
	if (len == 0 || strpbrk(slug, " /\\<>%?#$*:;=@[]^`{|}~\"") != NULL || strstr(slug, "\357\277\275") != NULL)
		return NULL;
	return slug;
}

/*
 * The address in a text: the word that holds the name of the site, without a scheme.  NULL when there is none,
 * or when it is one inside the address of another site.
 */
static char *
find_address(char *s)
{
	char	   *p = s;
	char	   *end;

	for (;; p++)
	{
		if (*p == '\0')
			return NULL;
		if ((*p == 'l' || *p == 'L') && pg_strncasecmp(p, SITE, strlen(SITE)) == 0)
			break;
	}
	while (p > s && strchr(" <([\"'|,;", p[-1]) == NULL)
		p--;
	for (end = p; *end != '\0'; end++)
		if (*end == '\\')
			*end = '/';
	/* another address or a remark behind it, but not half of a slug with a blank */
	end = p + strcspn(p, " <>|");
	if (*end != ' ' || strchr(",;", end[-1]) != NULL || strchr("(<-|/", end[1]) != NULL || pg_strncasecmp(end + 1, "http", 4) == 0 || pg_strncasecmp(end + 1, "www.", 4) == 0)
		*end = '\0';
	p = dc_behind_http(p);
	return p + strspn(p, ":/");
}

char *
dc_normalize_linkedin(const char *input)
{
	char	   *host = find_address(dc_clean(input));
	char	   *slug;
	const char *kind = NULL;
	size_t		len;

	if (host == NULL)
		return NULL;
	len = strcspn(host, "/");
	if (host[len] == '\0')
		return NULL;
	slug = find_slug(host + len + 1, &kind);
	host[len] = '\0';
	host = dc_lower(host);
	host[strcspn(host, ":")] = '\0';
	len = strlen(host);
	if (slug == NULL || len < strlen(SITE) || strcmp(host + len - strlen(SITE), SITE) != 0 ||
		(len > strlen(SITE) && (host[len - strlen(SITE) - 1] != '.' || strpbrk(host, "?#@&=") != NULL)))
		return NULL;
	slug = read_slug(slug);
	return slug == NULL ? NULL : psprintf(SITE "/%s/%s", kind, slug);
}
