/*-------------------------------------------------------------------------
 *
 * score_mailbox.c
 *	  What the local part of an e-mail address tells: whose mailbox it is, or that it is another one.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include "lexicon.h"
#include "match/core/score_parts.h"

/* The number at the end of a local part, from 1 to 9, as in john.smith2; 0 for none, -1 for any other digits. */
static int
mailbox_number(const char *address, size_t len)
{
	size_t		digits = 0;

	while (digits < len && is_number(address + len - 1 - digits))
		digits++;
	if (digits == 0)
		return 0;
	return digits == 1 && len > 1 && address[len - 1] >= '1' ? address[len - 1] - '0' : -1;
}

/* Two different mailboxes. */
int
dc_mailbox_level(const DcPopulation *p, DcValue a, DcValue b)
{
	const char *s = p->text[a];
	const char *t = p->text[b];
	size_t		n = strchrnul(s, '@') - s;
	size_t		m = strchrnul(t, '@') - t;

	if (strcmp(s + n, t + m) == 0)
	{
		int			x = mailbox_number(s, n);
		int			y = mailbox_number(t, m);

		/* john.smith2@ is numbered because john.smith@ is somebody else, or john.smith1@; these two may be one person's */
		if (x != y && x >= 0 && y >= 0 && x + y > 1)
			return L_EMAIL_NUMBERED;
		return dc_one_edit_apart(s, t) && Min(n, m) >= 4 ? L_EMAIL_FUZZY : L_EMAIL_CONFLICT;
	}
	return dc_alike(p, a, b, 0.93) ? L_EMAIL_FUZZY : L_EMAIL_CONFLICT;
}

static bool
is_text(const DcPopulation *p, DcValue value, const char *s, size_t len)
{
	return strncmp(p->text[value], s, len) == 0 && p->text[value][len] == '\0';
}

/* Does the address consist of the first name, as marie@ does?  At one organisation all of that name may have it. */
bool
dc_mailbox_of_first_name(const DcPopulation *p, DcValue email, const DcRecord *r)
{
	const char *s = p->text[email];
	size_t		len = strcspn(s, "@");

	return is_text(p, r->first, s, len) || is_text(p, r->given, s, len);
}

typedef struct Word
{
	const char *s;				/* NULL for none */
	size_t		len;
} Word;

/* The given name that a word is, in full for a nickname; none for the last name. */
static Word
given_name(const DcPopulation *p, DcValue last, const char *word, size_t len)
{
	const char *full;

	if (len < 3 || is_text(p, last, word, len))
		return (Word) {NULL, 0};
	full = dc_lexicon_find_n(&dc_lexicon_nicknames, word, len);
	if (full != NULL)
		return (Word) {full, strcspn(full, " ")};
	return (Word) {dc_lexicon_find_n(&dc_lexicon_given_names, word, len) != NULL ? word : NULL, len};
}

/* The same of a word that may have the last name, or its first letter, before or behind the given name. */
static Word
given_name_in(const DcPopulation *p, DcValue last, const char *word, size_t len)
{
	const char *name = p->text[last];
	Word		given = given_name(p, last, word, len);

	for (size_t n = strlen(name); given.s == NULL && n > 0; n = n > 1 ? 1 : 0)
	{
		if (n >= len)
			continue;
		if (strncmp(word + len - n, name, n) == 0)
			given = given_name(p, last, word, len - n);
		if (given.s == NULL && strncmp(word, name, n) == 0)
			given = given_name(p, last, word + n, len - n);
	}
	return given;
}

static bool
has_other_name(const DcPopulation *p, const DcRecord *r, Word given)
{
	return (p->flags[r->given] & VALUE_GIVEN) && !is_text(p, r->given, given.s, given.len);
}

/* The given name that an address spells, as steven.reyes@ and stevenr@ do, beside a last name of the two records. */
static Word
spelled_name(const DcPopulation *p, DcValue email, const DcRecord *a, const DcRecord *b)
{
	const char *s = p->text[email];
	Word		given = {NULL, 0};

	while (given.s == NULL && *s != '@' && *s != '\0')
	{
		size_t		len = strspn(s, "abcdefghijklmnopqrstuvwxyz");

		if (len > 0)
			given = given_name_in(p, a->last, s, len);
		if (given.s == NULL && len > 0 && a->last != b->last)
			given = given_name_in(p, b->last, s, len);
		s += Max(len, 1);
	}
	return given;
}

/*
 * Does the address spell a first name, while neither of two records of one last name has another one?  Then what
 * stands there for a first name, "tSeven", "B.", is mistyped or an initial.
 */
bool
dc_mailbox_names_both(const DcPopulation *p, DcValue email, const DcRecord *a, const DcRecord *b)
{
	Word		given = spelled_name(p, email, a, b);

	return given.s != NULL && !has_other_name(p, a, given) && !has_other_name(p, b, given);
}

/* Does the address spell the first name of one of them?  Then the other, much like it, is a slip. */
bool
dc_mailbox_names_one(const DcPopulation *p, DcValue email, const DcRecord *a, const DcRecord *b)
{
	Word		given = spelled_name(p, email, a, b);

	return given.s != NULL && (is_text(p, a->given, given.s, given.len) || is_text(p, b->given, given.s, given.len));
}
