/*-------------------------------------------------------------------------
 *
 * email_read.c
 *	  The e-mail address in a text.
 *
 * Real fields hold more than the address: a display name, a label, "mailto:",
 * remarks in parentheses (RFC 5322 knows them as comments), brackets, a final
 * comma, a second address.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include "base/text.h"
#include "normalize/email.h"

#define FULLWIDTH_AT "\357\274\240"
#define STAND_IN "\357\267\220"		/* U+FDD0, which is no character */

/* Cleaning takes control characters out; in a quoted local part they are none (RFC 5321). */
bool
dc_has_quoted_control(const char *text)
{
	bool		open = false;
	bool		control = false;

	for (const char *p = text; *p != '\0'; p++)
	{
		if (*p == '\\' && p[1] != '\0' && open)
			p++;
		else if (*p == '"')
		{
			if (open && control && p[1] == '@')
				return true;
			open = !open;
			control = false;
		}
		if (open && ((unsigned char) *p < 0x20 || *p == 0x7f))
			control = true;
	}
	return false;
}

/*
 * dc_clean, by which a full-width @ becomes the sign between local part and domain; but beside a
 * plain @ it is a character of the local part.
 */
static char *
clean_address(const char *input)
{
	char	   *s;
	char	   *p;

	if (strstr(input, FULLWIDTH_AT) == NULL || strchr(input, '@') == NULL || strstr(input, STAND_IN) != NULL)
		return dc_clean(input);
	s = pstrdup(input);
	for (p = s; (p = strstr(p, FULLWIDTH_AT)) != NULL; p += 3)
		memcpy(p, STAND_IN, 3);
	s = dc_clean(s);
	for (p = s; (p = strstr(p, STAND_IN)) != NULL; p += 3)
		memcpy(p, FULLWIDTH_AT, 3);
	return s;
}

/*
 * The text on one line: each end of line a blank.  A folded one (RFC 5322, 3.2.2: CRLF and blanks behind it) is
 * what mail programs write; "stray" is set by any other, which no address has.
 */
const char *
dc_one_line(const char *input, bool *stray)
{
	char	   *line;

	*stray = false;
	if (strpbrk(input, "\r\n") == NULL)
		return input;
	line = pstrdup(input);
	for (char *p = line; (p = strpbrk(p, "\r\n")) != NULL; p++)
	{
		if (p[0] != '\r' || p[1] != '\n' || (p[2] != ' ' && p[2] != '\t'))
			*stray = true;
		else
			*p++ = ' ';
		*p = ' ';
	}
	return line;
}

/* The end of the quoted string that begins at p: behind its closing quote, or at the end of the text. */
static char *
skip_quoted(char *p)
{
	for (p++; *p != '\0' && *p != '"'; p++)
		if (*p == '\\' && p[1] != '\0')
			p++;
	return *p == '"' ? p + 1 : p;
}

/* The first of some characters outside quotes, else the end of the text. */
static char *
find_outside(char *p, const char *characters)
{
	while (*p != '\0' && strchr(characters, *p) == NULL)
		p = *p == '"' ? skip_quoted(p) : p + 1;
	return p;
}

char *
dc_email_at(char *address)
{
	char	   *at = NULL;

	for (char *p = find_outside(address, "@"); *p != '\0'; p = find_outside(p + 1, "@"))
		at = p;
	/* an open quote hides the sign */
	return at != NULL ? at : strrchr(address, '@');
}

/* Single blanks, none at the ends nor beside the @, in place. */
static void
close_blanks(char *s)
{
	char	   *o = s;

	for (char *p = s; *p != '\0';)
	{
		if (*p == '"')
		{
			char	   *end = skip_quoted(p);

			memmove(o, p, end - p);
			o += end - p;
			p = end;
		}
		else if (*p == ' ' && (o == s || o[-1] == ' ' || o[-1] == '@' || p[1] == '@' || p[1] == '\0'))
			p++;
		else
			*o++ = *p++;
		if (o - s >= 2 && o[-1] == '@' && o[-2] == ' ')
			*--o = '\0', o[-1] = '@';
	}
	while (o > s && o[-1] == ' ')
		o--;
	*o = '\0';
}

/* The text with each comment a blank; the text itself when the parentheses do not pair. */
static char *
without_comments(char *s)
{
	char	   *out = palloc(strlen(s) + 1);
	char	   *o = out;
	int			depth = 0;

	for (char *p = s; *p != '\0'; p++)
	{
		if (*p == '"' && depth == 0)
		{
			char	   *end = skip_quoted(p);

			memcpy(o, p, end - p);
			o += end - p;
			p = end - 1;
		}
		else if (*p == '\\' && depth > 0 && p[1] != '\0')
			p++;
		else if (*p == '(')
		{
			if (depth++ == 0)
				*o++ = ' ';
		}
		else if (*p == ')')
		{
			if (depth-- == 0)
				return s;
		}
		else if (depth == 0)
			*o++ = *p;
	}
	*o = '\0';
	/* an address in parentheses is no comment */
	return depth == 0 && strchr(out, '@') != NULL ? out : s;
}

/* "Jean <j@x.fr>, …": the address in the angle brackets; "j@x.fr <Jean>": what is before them. */
static char *
in_angles(char *s, bool *second)
{
	for (char *open = find_outside(s, "<"); *open != '\0'; open = find_outside(open + 1, "<"))
	{
		char	   *close = find_outside(open + 1, "<>");

		if (*close != '>')
			continue;
		if (*find_outside(open, "@>") != '@')
		{
			if (*find_outside(s, "@<") == '@')
			{
				*open = '\0';
				return s;
			}
			continue;
		}
		if (strchr(close, '@') != NULL)
			*second = true;
		else if (strspn(close + 1, " ,;.>)'") != strlen(close + 1))
			return s;
		*close = '\0';
		return open + 1;
	}
	return s;
}

/* Brackets, quotes and marks of other scripts that stand around words. */
static const char *const marks[] = {
	"\302\253", "\302\273", "\342\200\230", "\342\200\231", "\342\200\232", "\342\200\234", "\342\200\235", "\342\200\236",
	"\342\200\271", "\342\200\272", "\342\200\242", "\302\267"
};

/* The text without punctuation around it. */
static char *
trim(char *s)
{
	bool		paired = strchr(s, ')') != NULL;
	size_t		len;
	bool		changed = true;

	while (changed)
	{
		changed = *s != '\0' && (strchr(" '<[,;:", *s) != NULL || (*s == '(' && (!paired || s[strlen(s) - 1] == ')')));
		if (changed)
			s++;
		for (int i = 0; i < lengthof(marks); i++)
			if (strncmp(s, marks[i], strlen(marks[i])) == 0)
			{
				s += strlen(marks[i]);
				changed = true;
			}
	}
	len = strlen(s);
	for (changed = true; changed;)
	{
		changed = len > 0 && strchr(" ')>],;:", s[len - 1]) != NULL && !(s[len - 1] == ']' && strchr(s, '[') != NULL);
		if (changed)
			len--;
		for (int i = 0; i < lengthof(marks); i++)
			if (len >= strlen(marks[i]) && memcmp(s + len - strlen(marks[i]), marks[i], strlen(marks[i])) == 0)
			{
				len -= strlen(marks[i]);
				changed = true;
			}
	}
	s[len] = '\0';
	return s;
}

/* "E-mail : j@x.fr" without the label, "mailto:j@x.fr?subject=…" without what is no address. */
static char *
without_label(char *s)
{
	size_t		len = 0;
	char	   *rest;

	while ((s[len] >= 'A' && s[len] <= 'Z') || (s[len] >= 'a' && s[len] <= 'z') || s[len] == '-' || s[len] == ' ' || (unsigned char) s[len] >= 0x80)
		len++;
	if (len == 0 || s[len] != ':' || strchr(s + len, '@') == NULL)
	{
		if (pg_strncasecmp(s, "mailto:", 7) != 0)
			return s;
		len = 6;
	}
	rest = s + len + 1;
	if (len == 6 && pg_strncasecmp(s, "mailto", 6) == 0)
	{
		rest[strcspn(rest, "?")] = '\0';
		dc_percent_decode(rest);
		rest = dc_clean(rest);
	}
	return rest + strspn(rest, " ");
}

/* A text that is whole in quotes, not a quoted local part. */
static char *
without_quotes(char *s)
{
	size_t		len = strlen(s);

	if (*s != '"' || *skip_quoted(s) != '\0' || len < 3 || s[len - 1] != '"' || strchr(s, '@') == NULL)
		return s;
	s[len - 1] = '\0';
	return s + 1;
}

/* Whether nothing stands around the address: one @ and only the signs of atoms, the usual case. */
static bool
is_bare(const char *s)
{
	int			ats = 0;

	for (; *s != '\0'; s++)
	{
		if (*s == '@')
			ats++;
		else if (!((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') || (*s >= '0' && *s <= '9') || strchr("._-+", *s) != NULL))
			return false;
	}
	return ats == 1;
}

/* Whether a text is a domain with a suffix that exists, so that what follows a blank is a remark. */
static bool
is_whole(const char *text, size_t len)
{
	char	   *host = dc_normalize_host(pnstrdup(text, len), false);

	return host != NULL && strchr(host, '.') != NULL && dc_known_suffix(host);
}

char *
dc_bare_email(const char *input, bool *second)
{
	char	   *s;
	char	   *at;
	char	   *before = NULL;

	*second = false;
	if (is_bare(input))
		return pstrdup(input);
	s = in_angles(without_comments(clean_address(input)), second);
	while (s != before)
	{
		before = s;
		s = without_label(without_quotes(trim(s)));
	}
	/* another address behind a separator */
	at = find_outside(s, "@");
	if (*at == '@')
	{
		char	   *separator = find_outside(at + 1, " ,;|/<");

		if (*separator != '\0' && separator > at + 1 && *find_outside(separator, "@") == '@')
		{
			*separator = '\0';
			*second = true;
			s = trim(s);
		}
		else if (*separator == ' ' && is_whole(at + 1, separator - at - 1))
		{
			/* "j@x.fr Tel. 01 42 68 53 00" */
			*separator = '\0';
			s = trim(s);
		}
	}
	close_blanks(s);
	return s;
}
