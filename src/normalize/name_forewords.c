/*-------------------------------------------------------------------------
 *
 * name_forewords.c
 *	  What stands before a name and is none of it: labels, words that hand a letter over.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include "lexicon.h"
#include "normalize/name.h"

#define LONGEST_FOREWORD 5		/* in words */

/* Do the first n words hand over, by the value of list name_forewords? c/o is none without its slash, and T.A.V. are initials. */
static bool
is_foreword(DcWords words, int n, const char *value)
{
	const DcWord *word = &words.word[0];

	switch (*value)
	{
		case 't':
			return dc_is_civility(&words.word[n]);
		case 's':
			return value[1] == 'l' ? strchr(word->text, '/') != NULL : IS(*word, WORD_LOWER);
		default:
			return !IS(*word, WORD_INITIAL | WORD_GIVEN | WORD_FAMILY);
	}
}

/* "c/o Jean Dupont", "à l'attention de M. Dupont" without the words that hand over. */
DcWords
dc_without_foreword(DcWords words)
{
	StringInfoData text;
	const char *value;
	int			found = 0;

	initStringInfo(&text);
	for (int i = 0; i + 1 < words.n && i < LONGEST_FOREWORD && words.word[i + 1].segment == words.word[0].segment; i++)
	{
		if (i > 0)
			appendStringInfoChar(&text, ' ');
		appendStringInfoString(&text, words.word[i].key);
		value = dc_lexicon_find(&dc_lexicon_name_forewords, text.data);
		if (value != NULL && ((i > 0 && *value != 't') || is_foreword(words, i + 1, value)))
			found = i + 1;
	}
	return dc_stretch(words, found, words.n);
}

/* "Jean Dupont jean@x.example" without the addresses behind it; an address alone stays. */
char *
dc_without_addresses(char *s)
{
	char	   *word = strchr(s, '@');

	if (word == NULL)
		return s;
	while (word > s && word[-1] != ' ')
		word--;
	if (word > s)
		word[-1] = '\0';
	return s;
}

/* "Contact: Jean Dupont", "1. Jean Dupont", "Jean Dupont*" without what is no name. */
char *
dc_without_label(char *s)
{
	char	   *colon;
	size_t		digits = strspn(s, "0123456789");

	for (char *p = s; *p; p++)
		if (*p == '*')
			*p = ' ';
	if (digits > 0 && (s[digits] == '.' || s[digits] == ')') && s[digits + 1] == ' ')
		s += digits + 2;
	colon = strchr(s, ':');
	return colon != NULL && colon[1] == ' ' && colon[2] != '\0' ? colon + 2 : s;
}
