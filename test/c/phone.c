/*-------------------------------------------------------------------------
 *
 * phone.c
 *	  dc_phone_planned against libphonenumber: whatever it answers at all must be what
 *	  the library answers.  Usage: phone LIBRARY [NUMBERS [REGION...]].
 *
 * Half of the numbers are walks through the plan's automaton, so nearly valid or
 * valid; half are any digits.  They are written in the ways people write them.
 *
 *-------------------------------------------------------------------------
 */
#include "normalize/phone_plan.h"

#include <dlfcn.h>

#include "normalize/phone_library.h"

static uint64 state = 20261123;

static int
any(int n)
{
	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (int) ((state >> 33) % (uint64) n);
}

/* National digits: through the automaton, now and then a digit more or another. */
static void
make_digits(const DcPhonePlan *plan, char *digits)
{
	int			node = plan->start;
	int			n = 0;
	bool		walk = any(2) == 0;
	int			length = walk ? 17 : 4 + any(12);

	while (n < length)
	{
		int			digit = any(10);

		for (int tries = 0; walk && dc_phone_nodes[node][digit] == 0 && tries < 40; tries++)
			digit = any(10);
		if (walk && dc_phone_nodes[node][digit] == 0 && any(50) > 0)
			break;
		node = dc_phone_nodes[node][digit];
		digits[n++] = '0' + digit;
		if (walk && dc_phone_nodes[node][DC_PHONE_KIND] > 0 && any(3) == 0)
			break;
	}
	digits[n] = '\0';
}

/* As people write it: prefixes, then groups. */
static void
write_number(const DcPhonePlan *plan, const char *digits, char *text)
{
	static const char *const signs[] = {" ", ".", "-", "", ")", " (", "/", ") ", "--"};
	const char *before[] = {"", plan->trunk, plan->trunk, "+", "00", "", "+", "(+", "011"};
	int			way = any(lengthof(before));
	const char *sign = signs[any(lengthof(signs))];
	int			every = 1 + any(5);
	char	   *o = text + sprintf(text, "%s", before[way]);

	if (way >= 3)
		o += sprintf(o, "%s%s%s", plan->calling_code, sign, any(4) == 0 ? "(0)" : any(6) == 0 ? plan->trunk : "");
	for (int i = 0; digits[i]; i++)
	{
		if (i > 0 && i % every == 0)
			o += sprintf(o, "%s", sign);
		*o++ = digits[i];
	}
	*o = '\0';
}

/* Whether a region is among those asked for, which are all when none is. */
static bool
is_wanted(const char *region, int n, char **wanted)
{
	for (int i = 0; i < n; i++)
		if (strcmp(region, wanted[i]) == 0)
			return true;
	return n <= 0;
}

int
main(int argc, char **argv)
{
	void	   *library = argc > 1 ? dlopen(argv[1], RTLD_NOW) : NULL;
	DcLibraryParse parse = library != NULL ? (DcLibraryParse) dlsym(library, "dc_library_parse") : NULL;
	int			numbers = argc > 2 ? atoi(argv[2]) : 2000;
	int			differences = 0;

	if (parse == NULL)
	{
		fprintf(stderr, "%s\n", dlerror());
		return 2;
	}
	for (const DcPhonePlan *plan = dc_phone_plans; plan->region[0] != '\0'; plan++)
	{
		int			valid = 0;
		int			planned = 0;

		if (!is_wanted(plan->region, argc - 3, argv + 3))
			continue;
		for (int i = 0; i < numbers; i++)
		{
			DcPlannedNumber fast;
			DcLibraryNumber slow;
			char		digits[32];
			char		text[200];
			const char *region = any(5) > 0 ? plan->region : dc_phone_plans[any(8)].region;
			bool		answered;
			bool		right;

			make_digits(plan, digits);
			write_number(plan, digits, text);
			answered = dc_phone_planned(text, region, &fast);
			right = parse(text, region, &slow) == 0;
			valid += right && slow.valid == 2;
			planned += answered && fast.valid == 2;
			right = right && answered && slow.valid == fast.valid && slow.extension[0] == '\0' && strcmp(slow.e164, fast.e164) == 0 &&
				(fast.valid < 2 || (strcmp(slow.region, fast.region) == 0 && slow.kind == fast.kind));
			if (answered && !right && differences++ < 20)
				printf("\"%s\" in %s: %s %s %d, the library %s %s %d%s\n", text, region, fast.e164, fast.region, fast.kind,
					   slow.e164, slow.region, slow.kind, slow.valid == 2 ? "" : ", not valid");
		}
		printf("%s: %d numbers, %d valid, %d by the plan\n", plan->region, numbers, valid, planned);
		/* a fast path that is never taken would pass too */
		if (plan->national && planned * 10 < valid * 6)
		{
			printf("%s: too few by the plan\n", plan->region);
			differences++;
		}
	}
	return differences > 0;
}
