/*-------------------------------------------------------------------------
 *
 * company.c
 *	  Company names.
 *
 * The text is cut into words where it is; runs of words that are a legal form by
 * the list are taken out of it: at the end, in front, inside, as long as there are
 * any, the longest run first.  What is left keeps its own punctuation, so that a
 * name without a form stays as it is.  A name never goes as a whole, except that
 * it is nothing but a form.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include "base/text.h"
#include "lexicon.h"
#include "normalize/normalize.h"

#define MAX_WORDS 64
#define MAX_FORM 8				/* words of the longest legal form */
#define MAX_TIGHT 10			/* letters of a form whose letters stand apart */

typedef struct Word
{
	const char *text;			/* where it stands in the cleaned text */
	int			len;
	const char *fold;			/* "S.A.S." is "sas"; "" for "&" */
	int			fold_len;
	bool		dotted;			/* "S.A.S.", "A/S": cannot be a word */
	bool		taken;			/* a form stood before it */
	bool		bracket;		/* and a bracket opens with it */
} Word;

typedef struct Reading
{
	Word		words[MAX_WORDS];
	int			n;
	bool		one_case;		/* case tells nothing */
	const char *form;			/* entry of the list, NULL while none is found */
	char	   *written;		/* the form as it is written */
} Reading;


/* An entry of the list is "SAS<TAB>FR<TAB>flags". */
static bool
has_flag(const char *entry, char flag)
{
	const char *flags = strchr(entry, '\t');

	flags = flags == NULL ? NULL : strchr(flags + 1, '\t');
	return flags != NULL && strchr(flags, flag) != NULL;
}

/* The length of the blank or bracket at s that parts words, 0 where there is none; quotation marks do too. */
static int
separator_length(const char *s)
{
	static const char *const quotes[] = {"\302\253", "\302\273", "\342\200\234", "\342\200\235", "\342\200\236", "\357\274\210", "\357\274\211"};

	if ((unsigned char) *s < 0x80)
		return *s != '\0' && strchr(" ,;()\"", *s) != NULL;
	if (*s != '\302' && *s != '\342' && *s != '\357')
		return 0;
	for (int i = 0; i < lengthof(quotes); i++)
		if (strncmp(s, quotes[i], strlen(quotes[i])) == 0)
			return strlen(quotes[i]);
	return 0;
}

/* Folded, the single letters of an abbreviation together. */
static void
fold_word(Word *word)
{
	char	   *fold = dc_fold_n(word->text, word->len);
	char	   *o = fold;
	size_t		len = strlen(fold);
	bool		single = len > 1;

	for (size_t i = 0; i < len && single; i++)
		single = (fold[i] == ' ') == (i % 2 == 1);
	if (single && len > 1)
	{
		for (const char *p = fold; *p; p++)
			if (*p != ' ')
				*o++ = *p;
		*o = '\0';
	}
	word->fold = fold;
	word->fold_len = strlen(fold);
	word->dotted = (single || word->fold_len == 1) && word->len > word->fold_len;
}

static void
split_words(const char *s, Reading *r)
{
	while (*s != '\0' && r->n < MAX_WORDS)
	{
		Word	   *word = &r->words[r->n];
		int			separator;

		while ((separator = separator_length(s)) > 0)
			s += separator;
		word->text = s;
		/* the last word takes the rest */
		while (*s != '\0' && (separator_length(s) == 0 || r->n == MAX_WORDS - 1))
			s++;
		word->len = s - word->text;
		if (word->len == 0)
			break;
		word->taken = word->bracket = false;
		fold_word(word);
		/* signs alone: "&", "-", "+" */
		r->n++;
	}
}

static bool
is_sign(const Word *word)
{
	return word->fold_len == 0;
}

static bool
is_one_of(const Word *word, const char *const *list, int n)
{
	for (int i = 0; i < n; i++)
		if (strcmp(word->fold, list[i]) == 0)
			return true;
	return false;
}

static bool
is_connector(const Word *word)
{
	static const char *const connectors[] = {"and", "et", "und", "y", "e", "og", "och", "en", "i"};

	return is_sign(word) || is_one_of(word, connectors, lengthof(connectors));
}

static bool
is_upper(const char *text, int len)
{
	for (int i = 0; i < len; i++)
		if (text[i] >= 'a' && text[i] <= 'z')
			return false;
	return true;
}

/* The display of a form as it is written: without what follows its last letter or dot. */
static bool
written_as_displayed(const Word *word, const char *entry)
{
	size_t		len = strcspn(entry, "\t");

	return word->len >= len && strncmp(word->text, entry, len) == 0 && (word->len == len || word->len == len + 1);
}

/* Whether the words are written as the form is, where they could be words too. */
static bool
is_written_so(const Reading *r, int from, int to, const char *entry)
{
	const Word *word = &r->words[from];

	if (to - from > 1 || word->dotted || written_as_displayed(word, entry))
		return true;
	if (has_flag(entry, 'd'))
		return false;
	return !has_flag(entry, 'c') || r->one_case || is_upper(word->text, word->len);
}

/* The form of words [from, to), NULL when they are none. */
static const char *
form_of(const Reading *r, int from, int to)
{
	char		spaced[256] = "";
	char		tight[MAX_TIGHT + 1] = "";
	int			n = 0;
	int			t = 0;
	bool		apart = to - from > 1;
	bool		dotted = false;
	const char *entry;

	if (is_sign(&r->words[from]) || is_sign(&r->words[to - 1]))
		return NULL;
	for (int i = from; i < to; i++)
	{
		const Word *word = &r->words[i];

		if (is_sign(word))
			continue;
		/* "GmbH und Co. KG" */
		if (i > from && i < to - 1 && strcmp(word->fold, "und") == 0 && strcmp(r->words[i + 1].fold, "co") == 0)
			continue;
		if (n + word->fold_len + 1 >= sizeof(spaced))
			return NULL;
		if (n > 0)
			spaced[n++] = ' ';
		memcpy(spaced + n, word->fold, word->fold_len);
		n += word->fold_len;
		apart = apart && word->fold_len <= 2 && t + word->fold_len <= MAX_TIGHT;
		if (apart)
			memcpy(tight + t, word->fold, word->fold_len);
		t += word->fold_len;
		dotted = dotted || word->dotted || word->fold_len == 1;
	}
	if (n > dc_lexicon_legal_forms.longest)
		return NULL;
	entry = dc_lexicon_find_n(&dc_lexicon_legal_forms, spaced, n);
	if (entry == NULL && apart && dotted)
		entry = dc_lexicon_find_n(&dc_lexicon_legal_forms, tight, t);
	return entry != NULL && is_written_so(r, from, to, entry) ? entry : NULL;
}

/* Takes the words [from, to) out; the first form found is the company's. */
static void
take(Reading *r, int from, int to, const char *entry)
{
	if (r->form == NULL)
	{
		const Word *last = &r->words[to - 1];

		r->form = entry;
		r->written = pnstrdup(r->words[from].text, last->text + last->len - r->words[from].text);
	}
	if (has_flag(entry, 'k'))
		return;
	memmove(r->words + from, r->words + to, sizeof(Word) * (r->n - to));
	r->n -= to - from;
	/* what stood behind is no neighbour of what stood before */
	if (from < r->n)
		r->words[from].taken = true;
}

static bool
take_end(Reading *r)
{
	for (int len = Min(MAX_FORM, r->n - 1); len > 0; len--)
	{
		int			from = r->n - len;
		const char *entry = form_of(r, from, r->n);

		if (entry == NULL)
			continue;
		/* "Lazard & Co" is called so, "Lazard & Co. KG" is a KG */
		if (len == 1 && is_connector(&r->words[from - 1]) && strcmp(entry, "Co\t-\te") == 0)
			return false;
		take(r, from, r->n, entry);
		return !has_flag(entry, 'k');
	}
	return false;
}

static bool
take_front(Reading *r)
{
	for (int len = Min(MAX_FORM, r->n - 1); len > 0; len--)
	{
		const char *entry = form_of(r, 0, len);

		if (entry == NULL || (len > 1 ? has_flag(entry, 'e') : !has_flag(entry, 'f') && !(r->words[0].dotted && r->words[0].fold_len > 1)))
			continue;
		take(r, 0, len, entry);
		return !has_flag(entry, 'k');
	}
	return false;
}

/* A form inside must be one that is no word: of three letters and more, or with dots. */
static bool
take_inside(Reading *r)
{
	for (int from = 1; from < r->n - 1; from++)
		for (int len = Min(MAX_FORM, r->n - 1 - from); len > 0; len--)
		{
			const char *entry = form_of(r, from, from + len);
			const Word *word = &r->words[from];

			bool		dotted = word->dotted && word->fold_len > 1;

			if (entry == NULL || has_flag(entry, 'k') || (has_flag(entry, 'e') && !dotted))
				continue;
			if (len == 1 && !dotted && (word->fold_len < 3 || (has_flag(entry, 'c') && r->one_case)) && !has_flag(entry, 'i'))
				continue;
			take(r, from, from + len, entry);
			return true;
		}
	return false;
}

/* "Acme SAS (formerly Beta Ltd)": what stands in brackets is another name, the form before them is the company's. */
static bool
take_before_bracket(Reading *r)
{
	for (int to = 2; to < r->n; to++)
	{
		const char *between = r->words[to - 1].text + r->words[to - 1].len;

		if (memchr(between, '(', r->words[to].text - between) == NULL)
			continue;
		for (int len = Min(MAX_FORM, to - 1); len > 0; len--)
		{
			const char *entry = form_of(r, to - len, to);

			if (entry == NULL || has_flag(entry, 'k'))
				continue;
			r->form = entry;
			r->written = pnstrdup(r->words[to - len].text, between - r->words[to - len].text);
			memmove(r->words + to - len, r->words + to, sizeof(Word) * (r->n - to));
			r->n -= len;
			r->words[to - len].bracket = true;
			return true;
		}
	}
	return false;
}

/* A sign at an end belongs to nothing. */
static void
trim_signs(Reading *r)
{
	while (r->n > 1 && (is_sign(&r->words[r->n - 1])))
		r->n--;
	while (r->n > 1 && is_sign(&r->words[0]) && r->words[0].len == 1)
		memmove(r->words, r->words + 1, sizeof(Word) * --r->n);
}

/*
 * Takes all forms.  The words are few and each form takes one, so this is bounded.
 */
static void
take_forms(Reading *r)
{
	bool		found = true;

	(void) take_before_bracket(r);
	while (r->n > 1 && found)
	{
		found = take_end(r) || take_front(r) || take_inside(r);
		trim_signs(r);
	}
}

/*
 * Forms in scripts that do not part words, the longer ones first: they stay in the name, as they are
 * written there, and go from the key.
 */
static const struct
{
	const char *text;
	const char *form;
	const char *country;
}			joined_forms[] = {
	{"\346\240\252\345\274\217\344\274\232\347\244\276", "KK", "JP"},	/* kabushiki kaisha */
	{"\343\210\261", "KK", "JP"},
	{"\346\234\211\351\231\220\344\274\232\347\244\276", "YK", "JP"},	/* yugen kaisha */
	{"\343\210\262", "YK", "JP"},
	{"\345\220\210\345\220\214\344\274\232\347\244\276", "GK", "JP"},	/* godo kaisha */
	{"\350\202\241\344\273\275\346\234\211\351\231\220\345\205\254\345\217\270", "Co. Ltd", "CN"},	/* gufen youxian gongsi */
	{"\346\234\211\351\231\220\350\264\243\344\273\273\345\205\254\345\217\270", "Co. Ltd", "CN"},	/* youxian zeren gongsi */
	{"\346\234\211\351\231\220\345\205\254\345\217\270", "Co. Ltd", NULL},	/* youxian gongsi */
	{"\354\243\274\354\213\235\355\232\214\354\202\254", "Co. Ltd", "KR"},	/* jusik hoesa */
	{"\343\210\234", "Co. Ltd", "KR"},
	{"\354\234\240\355\225\234\355\232\214\354\202\254", "Co. Ltd", "KR"}	/* yuhan hoesa */
};

/* Reads such a form; the text itself, when nothing else is in it, remains the key. */
static void
read_joined_form(const char *name, DcCompany *company)
{
	const char *p = name;

	while (*p != '\0' && (unsigned char) *p < 0xE3)
		p++;
	if (*p == '\0')
		return;
	for (int i = 0; i < lengthof(joined_forms); i++)
	{
		size_t		len = strlen(joined_forms[i].text);
		char	   *copy;
		char	   *key;

		p = strstr(name, joined_forms[i].text);
		if (p == NULL)
			continue;
		copy = pstrdup(name);
		memmove(copy + (p - name), p + len, strlen(p + len) + 1);
		key = dc_fold(copy);
		if (*key == '\0')
			return;
		company->key = key;
		if (company->legal_form == NULL)
		{
			company->legal_form = joined_forms[i].form;
			company->country = joined_forms[i].country;
		}
		return;
	}
}

static bool
has_vowel(const char *s)
{
	return strpbrk(s, "aeiouyAEIOUY") != NULL;
}

/* Words that are small inside a name in capitals. */
static bool
is_small(const Word *word)
{
	static const char *const small[] = {
		"of", "and", "the", "for", "de", "du", "des", "la", "le", "les", "et", "en", "sur", "sous", "aux", "au", "und", "der", "die", "das", "fur", "von", "zu", "im", "am",
		"del", "dei", "della", "di", "da", "do", "dos", "das", "el", "los", "las", "y", "e", "i", "van", "het", "voor"
	};

	return is_one_of(word, small, lengthof(small));
}

/* The case of a word in a name all in capitals or all small: a capital, and initials as they are. */
static char *
cased(const Word *word, int place, int n, bool upper)
{
	char	   *text = pnstrdup(word->text, word->len);

	if (is_small(word))
		return place > 0 ? dc_lower(text) : dc_name_case(text);
	if (upper && (word->dotted || word->fold_len <= 2 || !has_vowel(word->fold) || (word->fold_len == 3 && place == 0) || (n == 1 && word->fold_len <= 4)))
		return text;
	if (strpbrk(text, "0123456789&") != NULL && upper)
		return text;
	return dc_name_case(text);
}

/* The brackets and quotes that are open in the name are closed. */
static void
close_pairs(StringInfo name)
{
	int			brackets = 0;
	int			quotes = 0;
	int			guillemets = 0;

	for (const char *p = name->data; *p; p++)
	{
		brackets += (*p == '(') - (*p == ')' && brackets > 0);
		quotes += *p == '"';
		if (*p == '\302' && (p[1] == '\253' || p[1] == '\273'))
			guillemets += p[1] == '\253' ? 1 : -1;
	}
	for (; brackets > 0; brackets--)
		appendStringInfoChar(name, ')');
	if (quotes % 2 == 1)
		appendStringInfoChar(name, '"');
	if (guillemets > 0)
		appendStringInfoString(name, "\302\273");
}

/* The words that are left, with what stands between them. */
static char *
make_name(const Reading *r, bool upper, bool lower)
{
	StringInfoData name;

	initStringInfo(&name);
	for (int i = 0; i < r->n; i++)
	{
		const Word *word = &r->words[i];

		if (i > 0)
		{
			const char *from = r->words[i - 1].text + r->words[i - 1].len;

			/* a form was between, or an opening bracket stands alone */
			if (word->bracket)
				appendStringInfoString(&name, " (");
			else if (word->taken || from > word->text)
				appendStringInfoChar(&name, ' ');
			else
				appendBinaryStringInfo(&name, from, word->text - from);
		}
		appendStringInfoString(&name, upper || lower ? cased(word, i, r->n, upper) : pnstrdup(word->text, word->len));
	}
	close_pairs(&name);
	return dc_clean(name.data);
}

/*
 * What comparison uses: the folded words without those that join them, articles and the words for
 * company that are no legal form; single letters together ("A B C" is "abc").
 */
static char *
make_key(const Reading *r)
{
	static const char *const dropped[] = {"the", "co", "company", "cie", "compagnie"};
	StringInfoData key;
	bool		letter = false;

	initStringInfo(&key);
	for (int i = 0; i < r->n; i++)
	{
		const Word *word = &r->words[i];

		if (is_sign(word) || (is_connector(word) && i > 0 && i < r->n - 1) || (r->n > 1 && is_one_of(word, dropped, lengthof(dropped))))
			continue;
		if (key.len > 0 && !(letter && word->fold_len == 1))
			appendStringInfoChar(&key, ' ');
		appendBinaryStringInfo(&key, word->fold, word->fold_len);
		letter = word->fold_len == 1;
	}
	return key.data;
}

static void
set_form(DcCompany *company, const Reading *r)
{
	const char *country;

	if (r->form == NULL)
		return;
	/* "as" is "A/S" in one country, "a.s." in others: as it is written */
	if (*r->form == '=')
		company->legal_form = r->written;
	else
		company->legal_form = pnstrdup(r->form, strcspn(r->form, "\t"));
	country = strchr(r->form, '\t');
	if (country != NULL && country[1] != '-')
		company->country = pnstrdup(country + 1, 2);
}

static bool
is_placeholder(const char *s)
{
	static const char *const placeholders[] = {
		"n a", "na", "none", "null", "aucun", "aucune", "neant", "test", "inconnu", "inconnue", "unknown", "unbekannt", "particulier", "private", "privat", "xxx", "nc", "n c",
		"non communique", "non renseigne", "sans objet", "not applicable", "keine", "ninguna", "nessuna", "geen"
	};
	char	   *fold = dc_fold(s);

	for (int i = 0; i < lengthof(placeholders); i++)
		if (strcmp(fold, placeholders[i]) == 0)
			return true;
	return false;
}

void
dc_parse_company(const char *input, DcCompany *company)
{
	char	   *s = dc_clean(input);
	Reading		r;
	bool		upper = true;
	bool		lower = true;
	const char *alone;

	if (*s == '\0')
	{
		company->problem = "empty";
		return;
	}
	if (strlen(s) > 2000)
	{
		company->problem = "too long";
		return;
	}
	if (strlen(s) < 20 && is_placeholder(s))
	{
		company->problem = "a placeholder";
		return;
	}
	r.n = 0;
	r.form = NULL;
	r.one_case = strcmp(s, dc_upper(s)) == 0 || strcmp(s, dc_lower(s)) == 0;
	split_words(s, &r);
	trim_signs(&r);
	if (r.n == 0 || (r.n == 1 && is_sign(&r.words[0])))
	{
		company->problem = "no letters";
		return;
	}
	alone = form_of(&r, 0, Min(r.n, MAX_FORM));
	if (alone != NULL && r.n <= MAX_FORM && !has_flag(alone, 'n') && !has_flag(alone, 'c') && !has_flag(alone, 'd') && !has_flag(alone, 'k'))
	{
		take(&r, 0, r.n, alone);
		set_form(company, &r);
		company->problem = "only a legal form";
		return;
	}
	take_forms(&r);
	set_form(company, &r);
	for (int i = 0; i < r.n; i++)
	{
		char	   *text = pnstrdup(r.words[i].text, r.words[i].len);

		upper = upper && strcmp(text, dc_upper(text)) == 0;
		lower = lower && strcmp(text, dc_lower(text)) == 0;
	}
	company->name = make_name(&r, upper && !lower, lower && !upper);
	company->key = make_key(&r);
	read_joined_form(company->name, company);
	if (*company->key == '\0')
		company->key = dc_fold(s);
	if (*company->key == '\0')
	{
		company->key = NULL;
		company->problem = "no letters";
	}
}
