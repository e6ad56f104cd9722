/*-------------------------------------------------------------------------
 *
 * same.c
 *	  A clean form cleaned again is the same: every scalar function on every cell of
 *	  tables.  Usage: same FILE.tsv...; prints what differs.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include "scalars.h"

static long cells = 0;
static int	differences = 0;

static void
try_function(const char *name, char *(*function) (const char *), const char *text)
{
	char	   *once = function(text);
	char	   *twice = once == NULL ? NULL : function(once);

	if (once == NULL || *once == '\0' || (twice != NULL && strcmp(once, twice) == 0))
		return;
	if (differences++ < 40)
		printf("%s: \"%s\" gives \"%s\", and that \"%s\"\n", name, text, once, twice ? twice : "(null)");
}

static void
try_cell(const char *text)
{
	cells++;
	for (int i = 0; i < lengthof(scalars); i++)
		try_function(scalars[i].name, scalars[i].function, text);
	try_function("name_case", dc_name_case, text);
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
