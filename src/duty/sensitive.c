/*-------------------------------------------------------------------------
 *
 * sensitive.c
 *	  Data that the agreement does not cover, recognised.
 *
 * Words come from list sensitive_terms; numbers are recognised by their check digits, so that
 * an order number is not taken for one of social security.  Linear in the text.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <ctype.h>

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "base/lexicon.h"
#include "base/text.h"
#include "duty/sensitive.h"
#include "lexicon.h"

/* Words of the longest term. */
#define MAX_WORDS 3
/* Letters of the shortest stem. */
#define MIN_STEM 5

/* ---------- words ---------- */

/* What a term of the list counts for; whole: the text is the term and not only begins so. */
static int
weigh(const char *value, bool as_name, bool whole)
{
	if (value == NULL || (!as_name && strstr(value, "person") == NULL) || (!whole && strstr(value, "stem") == NULL))
		return 0;
	return strncmp(value, "special", 7) == 0 ? DC_SPECIAL_CATEGORY : DC_NATIONAL_ID;
}

/* The terms that begin at a word: of one to MAX_WORDS words, or the stem of the last one. */
static int
terms_at(const char *word, const char *end, bool as_name)
{
	const char *p = word;
	int			found = 0;

	for (int n = 0; n < MAX_WORDS && p < end; n++)
	{
		const char *stop = memchr(p, ' ', end - p);

		if (stop == NULL)
			stop = end;
		found |= weigh(dc_lexicon_find_n(&dc_lexicon_sensitive_terms, word, stop - word), as_name, true);
		for (const char *cut = stop - 1; cut > p && cut - word >= MIN_STEM && found == 0; cut--)
			if (cut - word <= dc_lexicon_sensitive_terms.longest)
				found |= weigh(dc_lexicon_find_n(&dc_lexicon_sensitive_terms, word, cut - word), as_name, false);
		p = stop + 1;
	}
	return found;
}

/* "bloodType" and "blood_type" as two words. */
static char *
split_words(const char *text, int length)
{
	char	   *split = palloc(2 * length + 1);
	char	   *out = split;

	for (int i = 0; i < length; i++)
	{
		if (i > 0 && isupper((unsigned char) text[i]) && islower((unsigned char) text[i - 1]))
			*out++ = ' ';
		*out++ = text[i];
	}
	*out = '\0';
	return split;
}

int
dc_sensitive_words(const char *text, int length, bool as_name)
{
	char	   *folded = dc_fold(split_words(text, length));
	const char *end = folded + strlen(folded);
	int			found = 0;

	for (const char *word = folded; word < end; word = strchr(word, ' ') ? strchr(word, ' ') + 1 : end)
	{
		CHECK_FOR_INTERRUPTS();
		found |= terms_at(word, end, as_name);
	}
	pfree(folded);
	return found;
}

/* ---------- numbers ---------- */

/* Lengths of IBANs (ISO 13616 registry). */
static const struct
{
	char		country[3];
	int			length;
}			ibans[] = {
	{"AD", 24}, {"AT", 20}, {"BE", 16}, {"BG", 22}, {"CH", 21}, {"CY", 28}, {"CZ", 24}, {"DE", 22}, {"DK", 18}, {"EE", 20}, {"ES", 24},
	{"FI", 18}, {"FR", 27}, {"GB", 22}, {"GI", 23}, {"GR", 27}, {"HR", 21}, {"HU", 28}, {"IE", 22}, {"IS", 26}, {"IT", 27}, {"LI", 21},
	{"LT", 20}, {"LU", 20}, {"LV", 21}, {"MC", 27}, {"MT", 31}, {"NL", 18}, {"NO", 15}, {"PL", 28}, {"PT", 25}, {"RO", 24}, {"SE", 24},
	{"SI", 19}, {"SK", 24}, {"SM", 27}, {"TR", 26}, {"MA", 28}, {"TN", 24}, {"SA", 24}, {"AE", 23}, {"IL", 23}
};
#define LONGEST_NUMBER 31

/* ISO 7064 MOD 97-10 over letters as 10 to 35, the first four characters last. */
static bool
is_iban(const char *s, int length)
{
	int			expected = 0;
	int			rest = 0;

	for (int i = 0; i < lengthof(ibans); i++)
		if (strncmp(s, ibans[i].country, 2) == 0)
			expected = ibans[i].length;
	if (expected != length || !isdigit((unsigned char) s[2]) || !isdigit((unsigned char) s[3]))
		return false;
	for (int i = 0; i < length; i++)
	{
		char		c = s[(i + 4) % length];

		rest = isdigit((unsigned char) c) ? (rest * 10 + c - '0') % 97 : (rest * 100 + c - 'A' + 10) % 97;
	}
	return rest == 1;
}

/* The French NIR: sex, year, month, department (2A and 2B in Corsica), town, order, and 97 minus the rest by 97. */
static bool
is_nir(const char *s, int length)
{
	int64		number = 0;
	int			month;

	if (length != 15 || (s[0] != '1' && s[0] != '2'))
		return false;
	for (int i = 0; i < 13; i++)
	{
		bool		corsica = i == 6 && s[5] == '2' && (s[i] == 'A' || s[i] == 'B');

		if (!isdigit((unsigned char) s[i]) && !corsica)
			return false;
		number = number * 10 + (corsica ? 0 : s[i] - '0');
	}
	if (s[6] == 'A')
		number -= 1000000;
	else if (s[6] == 'B')
		number -= 2000000;
	month = (s[3] - '0') * 10 + s[4] - '0';
	if (!isdigit((unsigned char) s[13]) || !isdigit((unsigned char) s[14]) || month == 0 || (month > 12 && month < 20))
		return false;
	return (s[13] - '0') * 10 + s[14] - '0' == 97 - number % 97;
}

/* The Italian codice fiscale: six letters, year, month, day, place, and a check letter (D.M. 23/12/1976). */
static bool
is_codice_fiscale(const char *s, int length)
{
	static const char shape[] = "AAAAAA99A99A999A";
	static const char odd[] = "BAFHJNPRTVCESULDGIMOQKWZYX";	/* value of the letter that a character in an odd place counts for */
	int			sum = 0;

	if (length != 16)
		return false;
	for (int i = 0; i < 16; i++)
		if (shape[i] == 'A' ? !isupper((unsigned char) s[i]) : !isdigit((unsigned char) s[i]))
			return false;
	for (int i = 0; i < 15; i++)
	{
		int			v = isdigit((unsigned char) s[i]) ? s[i] - '0' : s[i] - 'A';

		sum += i % 2 == 0 ? odd[v] - 'A' : v;
	}
	return s[15] - 'A' == sum % 26;
}

/*
 * Whether a number of a person begins at a character: blanks, points and hyphens inside are passed over, one at a time,
 * and it ends where no letter or digit follows at once.
 */
static bool
number_at(const char *p, const char *end)
{
	char		number[LONGEST_NUMBER + 1];
	int			n = 0;

	while (p < end && n < LONGEST_NUMBER)
	{
		if (!isalnum((unsigned char) *p) && n > 0 && strchr(" .-", *p) != NULL && p + 1 < end)
			p++;
		if (!isalnum((unsigned char) *p))
			break;
		number[n++] = toupper((unsigned char) *p++);
		if (n < 15 || (p < end && isalnum((unsigned char) *p)))
			continue;
		number[n] = '\0';
		if (is_nir(number, n) || is_iban(number, n) || is_codice_fiscale(number, n))
			return true;
	}
	return false;
}

int
dc_sensitive_numbers(const char *text, int length)
{
	const char *end = text + length;

	for (const char *p = text; p + 15 <= end; p++)
		if (isalnum((unsigned char) *p) && (p == text || !isalnum((unsigned char) p[-1])) && number_at(p, end))
			return DC_NATIONAL_ID;
	return 0;
}

/* ---------- attributes ---------- */

/* What a scalar tells; an empty or missing one, or false, tells nothing. */
static bool
says_something(const JsonbValue *v)
{
	return !(v->type == jbvNull || (v->type == jbvBool && !v->val.boolean) || (v->type == jbvString && v->val.string.len == 0));
}

static int
weigh_value(const JsonbValue *v)
{
	char	   *digits;

	if (v->type == jbvString)
		return dc_sensitive_words(v->val.string.val, v->val.string.len, false) | dc_sensitive_numbers(v->val.string.val, v->val.string.len);
	if (v->type != jbvNumeric)
		return 0;
	digits = DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(v->val.numeric)));
	return dc_sensitive_numbers(digits, strlen(digits));
}

/* What may be told of a key, which a source could have filled with anything. */
static const char *
attribute_name(const char *key)
{
	size_t		length = key == NULL ? 0 : strspn(key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_ ");

	return length > 0 && key[length] == '\0' && length < NAMEDATALEN ? psprintf("attributes.%s", key) : "attributes";
}

static bool
is_among(const char *key, int n, char **keys)
{
	for (int i = 0; i < n; i++)
		if (strcmp(keys[i], key) == 0)
			return true;
	return false;
}

const char *
dc_sensitive_attribute(Jsonb *attributes, int n, char **covered)
{
	JsonbIterator *it = JsonbIteratorInit(&attributes->root);
	JsonbIteratorToken token;
	JsonbValue	v;
	char	   *key = NULL;
	bool		passed_over = false;
	int			depth = 0;
	int			named_at = 0;	/* depth of the outermost key on the way here that names something; 0: none */
	int			named = 0;		/* what it names */
	int			found = 0;

	while (found == 0 && (token = JsonbIteratorNext(&it, &v, false)) != WJB_DONE)
	{
		CHECK_FOR_INTERRUPTS();
		if (token == WJB_BEGIN_OBJECT || token == WJB_BEGIN_ARRAY)
			depth++;
		else if (token == WJB_END_OBJECT || token == WJB_END_ARRAY)
			depth--;
		else if (token == WJB_KEY)
		{
			if (depth == 1)
			{
				key = pnstrdup(v.val.string.val, v.val.string.len);
				passed_over = is_among(key, n, covered);
			}
			if (named_at == 0 || depth <= named_at)
			{
				named = dc_sensitive_words(v.val.string.val, v.val.string.len, true);
				named_at = named ? depth : 0;
			}
		}
		else if (!passed_over && says_something(&v))
			found = named | weigh_value(&v);
	}
	return found == 0 ? NULL : attribute_name(key);
}

/* ---------- for SQL ---------- */

PG_FUNCTION_INFO_V1(sensitive_terms);
Datum
sensitive_terms(PG_FUNCTION_ARGS)
{
	text	   *t = PG_GETARG_TEXT_PP(0);
	int			found = dc_sensitive_words(VARDATA_ANY(t), VARSIZE_ANY_EXHDR(t), true) |
		dc_sensitive_numbers(VARDATA_ANY(t), VARSIZE_ANY_EXHDR(t));
	Datum		rules[2];
	int			n = 0;

	if (found & DC_SPECIAL_CATEGORY)
		rules[n++] = CStringGetTextDatum("special_category");
	if (found & DC_NATIONAL_ID)
		rules[n++] = CStringGetTextDatum("national_id");
	PG_RETURN_ARRAYTYPE_P(construct_array(rules, n, TEXTOID, -1, false, TYPALIGN_INT));
}

PG_FUNCTION_INFO_V1(sensitive_attribute);
Datum
sensitive_attribute(PG_FUNCTION_ARGS)
{
	Datum	   *elements;
	bool	   *nulls;
	int			n;
	int			ncovered = 0;
	char	  **covered;
	const char *name;

	deconstruct_array(PG_GETARG_ARRAYTYPE_P(1), TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, &n);
	covered = palloc(sizeof(char *) * Max(1, n));
	for (int i = 0; i < n; i++)
		if (!nulls[i])
			covered[ncovered++] = TextDatumGetCString(elements[i]);
	name = dc_sensitive_attribute(PG_GETARG_JSONB_P(0), ncovered, covered);
	if (name == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(name));
}
