/*-------------------------------------------------------------------------
 *
 * address_format.c
 *	  How the countries write postcodes, and on which side of the city.
 *
 * A pattern stands for the usual form: N a digit, A a letter, anything else itself; a
 * blank or hyphen of the form may be missing or the other one in the text.  Sources: the address
 * formats of the Universal Postal Union (S42) and the posts' own.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include <ctype.h>

#include "normalize/address_format.h"

typedef struct Format
{
	const char *countries;		/* alpha-2 codes, separated by blanks */
	const char *patterns;		/* separated by | */
	DcPostcodeSide side;
} Format;

static const Format formats[] = {
	{"FR MC GP RE MQ GF YT PM BL MF NC PF WF TF DE IT SM VA ES FI AX EE TR UA HR RS ME BA XK MA DZ MX MY UY GT CU NI HN DO KW JO SN LA "
		"PE CR LY SD ZM", "NNNNN", POSTCODE_BEFORE_CITY},
	{"EG IQ SA TH ID PK KR LK MM NP KE BT MV MU", "NNNNN", POSTCODE_AFTER_CITY},
	{"US PR GU AS VI MP MH FM PW", "NNNNN-NNNN|NNNNN", POSTCODE_AFTER_CITY},
	{"AT CH LI BE LU DK NO SJ HU BG SI CY GL GE AM AL MK TN PY CV ET GW MZ LR NE PH", "NNNN", POSTCODE_BEFORE_CITY},
	{"AU NZ ZA NF CX CC BD VE", "NNNN", POSTCODE_AFTER_CITY},
	{"AR", "ANNNNAAA|NNNN", POSTCODE_BEFORE_CITY},
	{"GB GG JE IM GI FK SH GS IO PN TC AC", "AN NAA|ANN NAA|AAN NAA|AANN NAA|ANA NAA|AANA NAA|AAAA NAA", POSTCODE_AFTER_CITY},
	{"CA", "ANA NAN", POSTCODE_AFTER_CITY},
	{"NL", "NNNN AA", POSTCODE_BEFORE_CITY},
	{"SE GR CZ SK", "NNN NN", POSTCODE_BEFORE_CITY},
	{"PL", "NN-NNN", POSTCODE_BEFORE_CITY},
	{"PT", "NNNN-NNN|NNNN", POSTCODE_BEFORE_CITY},
	{"BR", "NNNNN-NNN", POSTCODE_AFTER_CITY},
	{"JP", "NNN-NNNN", POSTCODE_AFTER_CITY},
	{"IN", "NNNNNN|NNN NNN", POSTCODE_AFTER_CITY},
	{"MN KH", "NNNNNN|NNNNN", POSTCODE_AFTER_CITY},
	{"CN RU RO KZ KG TJ BY CO NG TM UZ EC", "NNNNNN", POSTCODE_BEFORE_CITY},
	{"SG", "NNNNNN", POSTCODE_AFTER_CITY},
	{"VN", "NNNNNN|NNNNN", POSTCODE_AFTER_CITY},
	{"CL IL", "NNNNNNN|NNN NNNN|NNNNN", POSTCODE_BEFORE_CITY},
	{"TW", "NNNNNN|NNNNN|NNN", POSTCODE_AFTER_CITY},
	{"IR", "NNNNN-NNNNN|NNNNNNNNNN", POSTCODE_AFTER_CITY},
	{"IE", "ANN AANN|ANN AAAN|ANN ANNN|ANN ANAN|ANN ANNA|ANN AANA|ANN NNNN|ANA NNNN|ANN ANAA|ANN AAAA|ANN AAAN", POSTCODE_AFTER_CITY},
	{"AZ", "AZNNNN", POSTCODE_BEFORE_CITY},
	{"LV", "LV-NNNN", POSTCODE_AFTER_CITY},
	{"LT", "LT-NNNNN|NNNNN", POSTCODE_BEFORE_CITY},
	{"MD", "MD-NNNN", POSTCODE_BEFORE_CITY},
	{"AD", "ADNNN", POSTCODE_BEFORE_CITY},
	{"MT", "AAA NNNN", POSTCODE_AFTER_CITY},
	{"IS FO MG", "NNN", POSTCODE_BEFORE_CITY},
	{"LB", "NNNN NNNN", POSTCODE_AFTER_CITY},
	{"BN", "AANNNN", POSTCODE_AFTER_CITY},
	{"BM", "AA NN|AA AA", POSTCODE_AFTER_CITY},
	{"KY", "KYN-NNNN", POSTCODE_AFTER_CITY},
	{"AI", "AI-NNNN", POSTCODE_AFTER_CITY},
	{"VG", "VGNNNN", POSTCODE_AFTER_CITY},
	{"BB", "BBNNNNN", POSTCODE_AFTER_CITY},
	{"LC", "LCNN  NNN|LCNN NNN", POSTCODE_AFTER_CITY},
	{"VC", "VCNNNN", POSTCODE_AFTER_CITY},
	{"HT", "HTNNNN|NNNN", POSTCODE_BEFORE_CITY},
	{"SZ", "ANNN", POSTCODE_AFTER_CITY},
	{"SV", "CP NNNN|NNNN", POSTCODE_BEFORE_CITY},
	{"PG LS OM BH", "NNN", POSTCODE_AFTER_CITY},
	{"PA", "NNNN", POSTCODE_AFTER_CITY},
	{"TZ", "NNNNN", POSTCODE_BEFORE_CITY},
};

/* Where the country is not known: forms that hardly stand for anything else first, then plain numbers. */
static const Format unknown[] = {
	{"", "AN NAA|ANN NAA|AAN NAA|AANN NAA|ANA NAA|AANA NAA|ANA NAN|NNNN AA", POSTCODE_AFTER_CITY},
	{"", "NN-NNN|NNNN-NNN|NNNNN-NNN", POSTCODE_BEFORE_CITY},
	{"", "NNNNN-NNNN", POSTCODE_AFTER_CITY},
	{"", "NNNNN|NNNN", POSTCODE_BEFORE_CITY},
};

/* Where the text has none of the country's forms: an older or a partial one. */
static const Format partial[] = {
	{"", "NNNNNN|NNNNN|NNNN|NNN|AANNNN|AANN|AAN|ANN|AN", POSTCODE_AFTER_CITY},
};

static bool
is_separator(char c)
{
	return c == ' ' || c == '-';
}

/* Does a word end here? A hyphen may lead to the city: 7600-Praia. */
static bool
at_end(const char *s)
{
	return *s == '\0' || *s == ' ' || (*s == '-' && !isdigit((unsigned char) s[1]));
}

/* The bytes that the pattern takes from the text, 0 for none; strict: its hyphen must be there. */
static int
match_pattern(const char *text, const char *pattern, const char *end, bool strict, char *postcode)
{
	const char *s = text;
	char	   *o = postcode;

	for (const char *p = pattern; p < end; p++)
	{
		unsigned char c = *s;

		if (is_separator(*p))
		{
			/* a second blank of the form is never needed */
			if (o > postcode && is_separator(o[-1]))
				continue;
			*o++ = *p;
			if (is_separator(c))
				s++;
			else if (strict && *p == '-')
				return 0;
			continue;
		}
		if (*p == 'N' ? !isdigit(c) : *p == 'A' ? !isalpha(c) : toupper(c) != *p)
			return 0;
		*o++ = toupper(c);
		s++;
	}
	*o = '\0';
	return at_end(s) ? s - text : 0;
}

static int
match_format(const char *text, const Format *format, char *postcode)
{
	for (const char *p = format->patterns; *p != '\0';)
	{
		const char *end = p + strcspn(p, "|");
		int			n = match_pattern(text, p, end, *format->countries == '\0', postcode);

		if (n > 0)
			return n;
		p = *end == '|' ? end + 1 : end;
	}
	return 0;
}

/* Letters of cars before postcodes, where they are not those of ISO 3166-1. */
static const char *const plates[][2] = {
	{"FR", "F"}, {"DE", "D"}, {"AT", "A"}, {"BE", "B"}, {"LU", "L"}, {"IT", "I"}, {"ES", "E"}, {"PT", "P"}, {"SE", "S"}, {"NO", "N"}, {"HU", "H"}, {"FI", "FIN"}, {"FI", "SF"},
};

/* F-75001, CH-8001, D 10115: the letters of the country's plate or code before a number. */
static int
country_prefix(const char *text, const char *country)
{
	int			n = 0;

	if (country == NULL)
		return 0;
	if (pg_strncasecmp(text, country, 2) == 0 && is_separator(text[2]))
		n = 2;
	for (int i = 0; n == 0 && i < lengthof(plates); i++)
		if (strcmp(plates[i][0], country) == 0 && strncmp(text, plates[i][1], strlen(plates[i][1])) == 0)
			n = strlen(plates[i][1]);
	return n > 0 && is_separator(text[n]) && isdigit((unsigned char) text[n + 1]) ? n + 1 : 0;
}

/* Do postcodes of the country have letters? */
static bool
has_letters(const char *country)
{
	for (int f = 0; f < lengthof(formats); f++)
		if (strstr(formats[f].countries, country) != NULL && strchr(formats[f].patterns, 'A') != NULL)
			return true;
	return false;
}

int
dc_match_partial_postcode(const char *text, const char *country, char *postcode, DcPostcodeSide *side)
{
	/* N2 and RN7 are roads where postcodes are numbers */
	if (isalpha((unsigned char) *text) && !has_letters(country))
		return 0;
	*side = partial[0].side;
	return match_format(text, &partial[0], postcode);
}

int
dc_match_postcode(const char *text, const char *country, char *postcode, DcPostcodeSide *side)
{
	const Format *list = country == NULL ? unknown : formats;
	int			n = country == NULL ? lengthof(unknown) : lengthof(formats);
	int			prefix = country_prefix(text, country);

	for (int f = 0; f < n; f++)
	{
		int			length;

		if (country != NULL && strstr(list[f].countries, country) == NULL)
			continue;
		*side = list[f].side;
		length = match_format(text, &list[f], postcode);
		if (length == 0 && prefix > 0 && (length = match_format(text + prefix, &list[f], postcode)) > 0)
			length += prefix;
		if (length > 0)
			return length;
	}
	return 0;
}

const char *
dc_postcode_country(const char *text)
{
	int			letters = 0;
	DcPostcodeSide side;
	char		postcode[24];

	while (text[letters] >= 'A' && text[letters] <= 'Z')
		letters++;
	if (letters == 0 || letters > 3 || text[letters] != '-' || !isdigit((unsigned char) text[letters + 1]))
		return NULL;
	for (int i = 0; i < lengthof(plates); i++)
		if (strlen(plates[i][1]) == letters && strncmp(text, plates[i][1], letters) == 0)
			return dc_match_postcode(text, plates[i][0], postcode, &side) > 0 ? plates[i][0] : NULL;
	for (int f = 0; f < lengthof(formats) && letters == 2; f++)
	{
		const char *code = strstr(formats[f].countries, pnstrdup(text, 2));

		if (code != NULL)
		{
			char	   *country = pnstrdup(code, 2);

			return dc_match_postcode(text, country, postcode, &side) > 0 ? country : NULL;
		}
	}
	return NULL;
}
