/*-------------------------------------------------------------------------
 *
 * name_marks.c
 *	  What stands between brackets and quotes in a person's name: a nickname, a
 *	  suffix, another last name, or a remark.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include "base/text.h"
#include "lexicon.h"
#include "normalize/name.h"

/* Quotes of all kinds as the two plain ones, what exports escape as blanks, braces gone. */
static void
straighten(char *s)
{
	char	   *o = s;

	dc_straighten_apostrophes(s);
	for (const char *p = s; *p; p++)
	{
		if (*p == '\\' && (p[1] == 'n' || p[1] == 'r' || p[1] == 't'))
		{
			*o++ = ' ';
			p++;
		}
		else if (*p == '{' || *p == '}' || *p == '\\')
			continue;
		else if (strncmp(p, "\xc2\xab", 2) == 0 || strncmp(p, "\xc2\xbb", 2) == 0)
		{
			*o++ = '"';
			p++;
		}
		else if (strncmp(p, "\xe2\x80\x9c", 3) == 0 || strncmp(p, "\xe2\x80\x9d", 3) == 0 || strncmp(p, "\xe2\x80\x9e", 3) == 0)
		{
			*o++ = '"';
			p += 2;
		}
		else
			*o++ = *p;
	}
	*o = '\0';
}

static bool
is_end(char c)
{
	return c == '\0' || c == ' ' || c == ',' || c == ')' || c == ';';
}

/* The mark that ends what p begins; NULL when p begins nothing. */
static char *
closing(const char *start, char *p)
{
	char	   *close;

	switch (*p)
	{
		case '(':
			return strchr(p, ')');
		case '[':
			return strchr(p, ']');
		case '<':
			return strchr(p, '>');
		case '"':
			return strchr(p + 1, '"');
		case '\'':
			/* 't Hooft is no quote */
			if ((p > start && p[-1] != ' ') || (p[1] == 't' && p[2] == ' '))
				return NULL;
			for (close = strchr(p + 1, '\''); close != NULL && !is_end(close[1]); close = strchr(close + 1, '\''))
				;
			return close;
		default:
			return NULL;
	}
}

/* Marks around the whole text are none of it: "Smith, John" */
static void
strip_outer(char *text)
{
	char	   *close = closing(text, text);

	if (close != NULL && close > text + 1 && close[1] == '\0' && *text != '[' && *text != '<')
		*text = *close = ' ';
}

/* All words of a text that are suffixes become one; false when one is not. */
static bool
take_suffixes(const char *text, StringInfo suffix)
{
	int			nsegments;
	DcWords		words = dc_name_words(pstrdup(text), &nsegments);

	for (int i = 0; i < words.n; i++)
		if (!(words.word[i].flags & WORD_SUFFIX))
			return false;
	for (int i = 0; i < words.n; i++)
	{
		if (suffix->len > 0)
			appendStringInfoChar(suffix, ' ');
		dc_append_suffix(suffix, &words.word[i]);
	}
	return words.n > 0;
}

/* A family name alone, as of a birth or another marriage: Julie Moreau (Dupuis) */
static bool
is_other_surname(const char *text)
{
	int			nsegments;
	DcWords		words = dc_name_words(pstrdup(text), &nsegments);

	return words.n == 1 && IS(words.word[0], WORD_FAMILY) && !IS(words.word[0], WORD_GIVEN | WORD_SUFFIX) &&
		dc_lexicon_find(&dc_lexicon_nicknames, words.word[0].key) == NULL;
}

/* at_end: a name stands before the marks and nothing behind them */
static void
take_one(const char *text, char mark, bool at_end, StringInfo nickname, StringInfo suffix, int *remarks)
{
	char	   *clean = dc_clean(text);
	char	   *fold = dc_fold(clean);
	const char *remark = dc_lexicon_find_n(&dc_lexicon_name_remarks, fold, strcspn(fold, " "));

	/* nobody is called an address or a number */
	if (*fold == '\0' || mark == '[' || mark == '<' || strpbrk(clean, "@0123456789") != NULL || (mark != '\'' && take_suffixes(clean, suffix)))
		return;
	if (dc_is_pronouns(clean) || (mark == '(' && at_end && dc_is_job_title(clean)))
		return;
	if ((remark != NULL && *remark == 's') || (mark == '(' && at_end && is_other_surname(clean)))
	{
		*remarks |= REMARK_SURNAME;
		return;
	}
	if (remark != NULL && strchr(clean, ' ') != NULL)
		clean = strchr(clean, ' ') + 1;
	/* ("Bill") */
	while (strlen(clean) > 2 && strchr("\"'", *clean) != NULL && clean[strlen(clean) - 1] == *clean)
		clean = pnstrdup(clean + 1, strlen(clean) - 2);
	if (nickname->len > 0)
		appendStringInfoString(nickname, ", ");
	appendStringInfoString(nickname, dc_name_case(clean));
}

/* "(Mr)", "(Dr.)" are part of the name. */
static bool
holds_civility(const char *text, size_t len)
{
	int			nsegments;
	DcWords		words;

	/* "(HR)" is a department */
	if (len == 0 || len > 16 || strncmp(text, "HR)", 3) == 0)
		return false;
	words = dc_name_words(pnstrdup(text, len), &nsegments);
	return words.n == 1 && dc_is_title_behind(&words.word[0]);
}

/*
 * Takes what stands between marks out of a text, which is changed in place; answers the
 * nickname or NULL, and adds to suffix and remarks.
 */
char *
dc_take_marked(char *text, StringInfo suffix, int *remarks)
{
	StringInfoData nickname;
	char	   *o = text;

	if (strpbrk(text, "([<\"'\\{}") == NULL && strpbrk(text, "\xc2\xe2") == NULL)
		return NULL;
	straighten(text);
	strip_outer(text);
	initStringInfo(&nickname);
	for (char *p = text; *p; p++)
	{
		char	   *close = closing(text, p);

		if (close != NULL && holds_civility(p + 1, close - p - 1))
		{
			*o++ = ' ';
			memmove(o, p + 1, close - p - 1);
			o += close - p - 1;
			*o++ = ' ';
			p = close;
		}
		else if (close != NULL && close > p + 1)
		{
			bool		at_end = (size_t) (o - text) > strspn(text, " ") && close[1 + strspn(close + 1, " ")] == '\0';

			take_one(pnstrdup(p + 1, close - p - 1), *p, at_end, &nickname, suffix, remarks);
			*o++ = ' ';
			p = close;
		}
		else if (strchr("()[]<>\"", *p) != NULL)
			*o++ = ' ';
		else
			*o++ = *p;
	}
	*o = '\0';
	return nickname.len > 0 ? nickname.data : NULL;
}
