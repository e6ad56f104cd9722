/*-------------------------------------------------------------------------
 *
 * normalize.c
 *	  Every function of base/ and normalize/ on any text: none may crash, read or
 *	  write where it must not, and a clean form cleaned again must stay the same.
 *
 * A libFuzzer target; driver.c runs it where there is no clang. The first byte of the
 * input chooses the function. Memory is ours, not the frontend library's: each
 * allocation is one of malloc's, so that AddressSanitizer sees its ends, and all are
 * freed after the input, as the server frees a memory context.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include "../c/scalars.h"

/* In front of each allocation; the size keeps what follows aligned. */
typedef struct Allocation
{
	struct Allocation *next;
	struct Allocation *previous;
} Allocation;

static Allocation all = {&all, &all};

static void *
keep(Allocation *a)
{
	if (a == NULL)
		abort();
	a->next = all.next;
	a->previous = &all;
	all.next->previous = a;
	all.next = a;
	return a + 1;
}

static Allocation *
drop(void *p)
{
	Allocation *a = (Allocation *) p - 1;

	a->next->previous = a->previous;
	a->previous->next = a->next;
	return a;
}

void *
palloc(Size size)
{
	return keep(malloc(sizeof(Allocation) + size));
}

void *
palloc0(Size size)
{
	return memset(palloc(size), 0, size);
}

void *
palloc_extended(Size size, int flags)
{
	return flags & MCXT_ALLOC_ZERO ? palloc0(size) : palloc(size);
}

void
pfree(void *p)
{
	free(drop(p));
}

void *
repalloc(void *p, Size size)
{
	return keep(realloc(drop(p), sizeof(Allocation) + size));
}

char *
pstrdup(const char *s)
{
	return strcpy(palloc(strlen(s) + 1), s);
}

char *
pnstrdup(const char *s, Size size)
{
	Size		len = strnlen(s, size);
	char	   *copy = palloc(len + 1);

	memcpy(copy, s, len);
	copy[len] = '\0';
	return copy;
}

void *
pg_malloc(Size size)
{
	return palloc(size);
}

void *
pg_malloc0(Size size)
{
	return palloc0(size);
}

void *
pg_malloc_extended(Size size, int flags)
{
	return palloc_extended(size, flags);
}

void *
pg_realloc(void *p, Size size)
{
	return p == NULL ? palloc(size) : repalloc(p, size);
}

char *
pg_strdup(const char *s)
{
	return pstrdup(s);
}

void
pg_free(void *p)
{
	if (p != NULL)
		pfree(p);
}

/* The input as the server gives texts: valid UTF-8 without NUL. */
static char *
make_text(const uint8 *data, size_t size)
{
	char	   *text = palloc(3 * size + 1);
	char	   *o = text;
	const char *p = (const char *) data;
	const char *end = p + size;

	while (p < end)
	{
		uint32		c = dc_utf8_next(&p, end);

		if (c != 0)
			o += dc_utf8_put(o, c);
	}
	*o = '\0';
	return text;
}

static void
run_scalar(int which, const char *text)
{
	char	   *once = scalars[which].function(text);
	char	   *twice;

	if (once == NULL)
		return;
	twice = scalars[which].function(once);
	if (twice == NULL || strcmp(once, twice) != 0)
	{
		fprintf(stderr, "%s: \"%s\" gives \"%s\", and that \"%s\"\n", scalars[which].name, text, once, twice ? twice : "(null)");
		abort();
	}
}

/* Every string of a parsed structure is read, so that it is seen when it is none. */
static void
read_strings(const void *members, size_t size)
{
	static volatile size_t total;
	const char *const *strings = members;

	for (size_t i = 0; i < size / sizeof(char *); i++)
		if (strings[i] != NULL)
			total += strlen(strings[i]);
}

#define PARSE(type, call) \
do { \
	type		parsed = {0}; \
\
	call; \
	read_strings(&parsed, sizeof(parsed)); \
} while (0)

static void
run_parser(int which, const char *text)
{
	static const char *const countries[] = {"FR", "DE", "GB", "US", NULL, "zz", ""};
	const char *place = countries[strlen(text) % lengthof(countries)];
	const char *half = text + strlen(text) / 2;

	switch (which)
	{
		case 0:
			PARSE(DcEmail, dc_parse_email(text, &parsed));
			break;
		case 1:
			PARSE(DcPhone, dc_parse_phone(text, place, &parsed));
			break;
		case 2:
			PARSE(DcName, dc_parse_name(text, &parsed));
			(void) dc_name_case(text);
			break;
		case 3:
			PARSE(DcCompany, dc_parse_company(text, &parsed));
			break;
		case 4:
			PARSE(DcAddress, dc_parse_address(text, place, &parsed));
			break;
		case 5:
			PARSE(DcJob, dc_parse_job(text, &parsed));
			break;
		case 6:
			(void) dc_normalize_civility(text);
			(void) dc_gender(text, place);
			(void) dc_vat_from_siren(text);
			(void) dc_upper(dc_lower(text));
			break;
		default:
			(void) dc_jaro_winkler(text, half);
			(void) dc_damerau_levenshtein(text, half);
			(void) dc_name_similarity(text, half);
			(void) dc_company_similarity(text, half);
	}
}

#define PARSERS 8

static void
run(const uint8 *data, size_t size)
{
	int			which = data[0] % (lengthof(scalars) + PARSERS);
	char	   *text = make_text(data + 1, size - 1);

	if (which < lengthof(scalars))
		run_scalar(which, text);
	else
		run_parser(which - lengthof(scalars), text);
}

/* What the functions make once and keep is not freed. */
static void
warm_up(void)
{
	for (int which = 0; which < lengthof(scalars) + PARSERS; which++)
	{
		uint8		data[] = "  Atlantis Zürich";

		data[0] = (uint8) which;
		run(data, sizeof(data) - 1);
	}
	all.next = all.previous = &all;
}

extern int	LLVMFuzzerTestOneInput(const uint8 *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8 *data, size_t size)
{
	static bool warm = false;

	if (!warm)
		warm_up();
	warm = true;
	if (size > 0)
		run(data, size);
	while (all.next != &all)
		pfree(all.next + 1);
	return 0;
}
