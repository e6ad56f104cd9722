/*-------------------------------------------------------------------------
 *
 * company.c
 *	  Company names.
 *
 * What is left of the text without its legal forms (company_form.c) keeps its own
 * punctuation, so that a name without a form stays as it is; names all in one case get
 * capitals.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include "base/text.h"
#include "normalize/company.h"

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

/* Such a form in brackets as the one sign that stands for them. */
static char *
close_bracketed_forms(char *s)
{
	static const char *const signs[][2] = {
		{"(\346\240\252)", "\343\210\261"}, {"(\346\234\211)", "\343\210\262"}, {"(\354\243\274)", "\343\210\234"}
	};

	for (int i = 0; i < lengthof(signs); i++)
		for (char *p; (p = strstr(s, signs[i][0])) != NULL;)
		{
			memcpy(p, signs[i][1], 3);
			memmove(p + 3, p + 5, strlen(p + 5) + 1);
		}
	return s;
}

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
is_small(const DcCompanyWord *word)
{
	static const char *const small[] = {
		"of", "and", "the", "for", "de", "du", "des", "la", "le", "les", "et", "en", "sur", "sous", "aux", "au", "und", "der", "die", "das", "fur", "von", "zu", "im", "am",
		"del", "dei", "della", "di", "da", "do", "dos", "das", "el", "los", "las", "y", "e", "i", "van", "het", "voor"
	};

	return dc_is_word_of(word, small, lengthof(small));
}

/* Words of three letters that names begin with and that are no initials. */
static bool
is_short_word(const DcCompanyWord *word)
{
	static const char *const words[] = {
		"air", "all", "art", "bar", "bau", "big", "bio", "bon", "car", "eau", "eco", "eis", "fit", "fly", "fun", "gas", "geo", "gut", "ice", "jet", "joy", "key", "lab", "los", "mar", "net", "neo", "neu", "new", "nor",
		"oil", "old", "one", "our", "pet", "pro", "pub", "red", "rio", "san", "sea", "sky", "sol", "spa", "sud", "sun", "tee", "top", "toy", "two", "uni", "van", "vin", "web", "zoo"
	};

	return dc_is_word_of(word, words, lengthof(words));
}

/* Initials and what has digits stay between the hyphens of a word in capitals: "France-KLM". In place. */
static char *
keep_initials(char *name, const char *typed)
{
	for (const char *p = typed; *p != '\0'; p++)
		if ((unsigned char) *p >= 0x80)
			return name;
	for (size_t i = 0, n; name[i] != '\0'; i += n + (name[i + n] == '-'))
	{
		char	   *part;

		n = strcspn(name + i, "-");
		part = pnstrdup(typed + i, n);
		if (n > 1 && (i > 0 || typed[n] == '-') && (!has_vowel(part) || strpbrk(part, "0123456789") != NULL))
			memcpy(name + i, part, n);
	}
	return name;
}

/* The case of a word in a name all in capitals or all small: a capital, and initials as they are. */
static char *
cased(const DcCompanyWord *word, int place, int n, bool upper)
{
	char	   *text = pnstrdup(word->text, word->len);

	if (is_small(word) && !(place == n - 1 && word->fold_len == 1))
		return place > 0 ? dc_lower(text) : dc_name_case(text);
	if (upper && (word->dotted || word->fold_len <= 2 || !has_vowel(word->fold) || (word->fold_len == 3 && place == 0 && !is_short_word(word)) || (n == 1 && word->fold_len <= 4)))
		return text;
	if (strpbrk(text, "0123456789&") != NULL && strchr(text, '-') == NULL && upper)
		return text;
	return upper ? keep_initials(dc_name_case(text), text) : dc_name_case(text);
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
make_name(const DcCompanyText *r, bool upper, bool lower)
{
	StringInfoData name;

	initStringInfo(&name);
	for (int i = 0; i < r->n; i++)
	{
		const DcCompanyWord *word = &r->words[i];

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
make_key(const DcCompanyText *r)
{
	static const char *const dropped[] = {"the", "co", "company", "cie", "compagnie", "cia", "ets", "etablissements", "ste"};
	StringInfoData key;
	bool		letter = false;

	initStringInfo(&key);
	for (int i = 0; i < r->n; i++)
	{
		const DcCompanyWord *word = &r->words[i];

		if (dc_is_sign(word) || (dc_is_connector(word) && i > 0 && i < r->n - 1) || (r->n > 1 && dc_is_word_of(word, dropped, lengthof(dropped))))
			continue;
		if (key.len > 0 && !(letter && word->fold_len == 1))
			appendStringInfoChar(&key, ' ');
		appendBinaryStringInfo(&key, word->fold, word->fold_len);
		letter = word->fold_len == 1;
	}
	return key.data;
}

static void
set_form(DcCompany *company, const DcCompanyText *r)
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

/* Is what is left one word, and the host of a site? */
static bool
is_host(const DcCompanyText *r)
{
	const DcCompanyWord *last = &r->words[r->n - 1];
	const char *text = pnstrdup(r->words[0].text, last->text + last->len - r->words[0].text);

	return strchr(text, ' ') == NULL && strchr(text, '.') != NULL && dc_registrable_domain(text) != NULL;
}

void
dc_parse_company(const char *input, DcCompany *company)
{
	char	   *s = close_bracketed_forms(dc_clean(input));
	DcCompanyText		r;
	bool		upper = true;
	bool		lower = true;

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
	if (dc_is_placeholder(s, "company"))
	{
		company->problem = "a placeholder";
		return;
	}
	dc_split_company(s, &r);
	if (r.n == 0 || (r.n == 1 && dc_is_sign(&r.words[0])))
	{
		company->problem = "no letters";
		return;
	}
	if (!dc_take_form_alone(&r))
		dc_take_forms(&r);
	set_form(company, &r);
	/* nothing is left, or a form behind a form */
	if (r.n == 0 || dc_take_form_alone(&r))
	{
		company->problem = "only a legal form";
		return;
	}
	for (int i = 0; i < r.n; i++)
	{
		char	   *text = pnstrdup(r.words[i].text, r.words[i].len);

		upper = upper && strcmp(text, dc_upper(text)) == 0;
		lower = lower && strcmp(text, dc_lower(text)) == 0;
	}
	/* "acme.fr" is written so */
	if (is_host(&r))
		upper = lower = false;
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
