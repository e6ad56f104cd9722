/*-------------------------------------------------------------------------
 *
 * same.c
 *	  A clean form cleaned again is the same: every scalar function on every cell of
 *	  tables.  Usage: same FILE.tsv...; prints what differs.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include "base/text.h"
#include "normalize/normalize.h"

static char *
phone_of_france(const char *s)
{
	return dc_normalize_phone(s, "FR");
}

static char *
phone_of_nowhere(const char *s)
{
	return dc_normalize_phone(s, NULL);
}

static char *
country(const char *s)
{
	return unconstify(char *, dc_normalize_country(s));
}

static const struct
{
	const char *name;
	char	   *(*function) (const char *);
}			scalars[] = {
	{"clean", dc_clean},
	{"name_key", dc_fold},
	{"name_case", dc_name_case},
	{"normalize_email", dc_normalize_email},
	{"email_key", dc_email_key},
	{"normalize_phone FR", phone_of_france},
	{"normalize_phone", phone_of_nowhere},
	{"normalize_website", dc_normalize_website},
	{"registrable_domain", dc_registrable_domain},
	{"normalize_linkedin", dc_normalize_linkedin},
	{"normalize_country", country},
	{"normalize_siren", dc_normalize_siren},
	{"normalize_siret", dc_normalize_siret},
	{"normalize_vat", dc_normalize_vat},
};

static long cells = 0;
static int	differences = 0;

static void
try_cell(const char *text)
{
	cells++;
	for (int i = 0; i < lengthof(scalars); i++)
	{
		char	   *once = scalars[i].function(text);
		char	   *twice = once == NULL ? NULL : scalars[i].function(once);

		if (once == NULL || *once == '\0' || (twice != NULL && strcmp(once, twice) == 0))
			continue;
		if (differences++ < 40)
			printf("%s: \"%s\" gives \"%s\", and that \"%s\"\n", scalars[i].name, text, once, twice ? twice : "(null)");
	}
}

int
main(int argc, char **argv)
{
	static char line[1 << 20];
	/* letters whose capital is several letters */
	static const char *const hard[] = {"ß", "ßa", "ßA Ŀ", "ŉa", "ﬁn", "ǆor", "ǰan", "ΐ", "jean-ßl", "o'ßen"};

	for (int i = 0; i < lengthof(hard); i++)
		try_cell(hard[i]);
	for (int i = 1; i < argc; i++)
	{
		FILE	   *f = fopen(argv[i], "r");
		char	   *rest;

		if (f == NULL)
		{
			perror(argv[i]);
			return 2;
		}
		while (fgets(line, sizeof(line), f) != NULL)
			for (char *cell = strtok_r(line, "\t\n", &rest); cell != NULL; cell = strtok_r(NULL, "\t\n", &rest))
				try_cell(cell);
		fclose(f);
	}
	printf("%ld cells, %d differences\n", cells, differences);
	return differences > 0;
}
