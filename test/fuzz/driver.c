/*-------------------------------------------------------------------------
 *
 * driver.c
 *	  Runs the fuzz target where libFuzzer is missing. Usage: fuzz SECONDS SEED-FILE...
 *	  or, with one file and SECONDS 0, that input alone.
 *
 * The lines of the seed files are cut, joined, repeated and changed at random; always
 * the same sequence. What crashed is in the file "crash".
 *
 *-------------------------------------------------------------------------
 */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LONGEST 400
#define MOST_SEEDS 20000

extern int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
extern void __sanitizer_set_death_callback(void (*callback) (void));

static char *seeds[MOST_SEEDS];
static int	nseeds = 0;
static uint8_t input[LONGEST + 1];
static size_t size = 0;
static uint64_t state = 20261123;

static int
any(int n)
{
	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (int) ((state >> 33) % (uint64_t) n);
}

static void
save_input(void)
{
	FILE	   *f = fopen("crash", "wb");

	if (f != NULL)
	{
		fwrite(input, 1, size, f);
		fclose(f);
	}
}

static void
on_abort(int signal)
{
	save_input();
	_exit(1);
}

static void
read_seeds(const char *path)
{
	char		line[4000];
	FILE	   *f = fopen(path, "r");

	while (f != NULL && nseeds < MOST_SEEDS && fgets(line, sizeof(line), f) != NULL)
	{
		line[strcspn(line, "\n")] = '\0';
		seeds[nseeds++] = strdup(line);
	}
	if (f != NULL)
		fclose(f);
}

/* A piece of a seed, at the place. */
static size_t
splice(size_t at)
{
	const char *seed = seeds[any(nseeds)];
	size_t		len = strlen(seed);
	size_t		from = len > 0 && any(3) == 0 ? any(len) : 0;
	size_t		count = len - from;

	if (count > LONGEST - at)
		count = LONGEST - at;
	memcpy(input + at, seed + from, count);
	return at + count;
}

static void
make_input(void)
{
	static const char *const odd[] = {
		"\u0301", "\u200b", "\u00df", "\u0130", "\ufb01", "\u1e9e", "\ufdfa", "\u3000", "\uff10", "\U0001f600", "'", "\u2019", "-", "  ", "@", ".",
		"..", "+", "(0)", "\xff", "\t", ",", "/", "xn--", "%41", "\"", "&", "\u4e2d", "\u0395", "\u05d0"
	};
	int			edits = any(6);

	input[0] = any(256);
	size = splice(1);
	if (any(4) == 0)
		size = splice(size);
	for (int i = 0; i < edits && size > 2; i++)
	{
		size_t		at = 1 + any(size - 1);
		const char *piece = odd[any(sizeof(odd) / sizeof(odd[0]))];
		size_t		len = strlen(piece);

		if (any(3) == 0)
			input[at] = any(256);
		else if (size + len <= LONGEST)
		{
			memmove(input + at + len, input + at, size - at);
			memcpy(input + at, piece, len);
			size += len;
		}
	}
	if (any(50) == 0)
		while (size < LONGEST)
			input[size] = input[1 + size % 7], size++;
}

int
main(int argc, char **argv)
{
	int			seconds = argc > 1 ? atoi(argv[1]) : 10;
	time_t		end = time(NULL) + seconds;
	long		runs = 0;

	signal(SIGABRT, on_abort);
	__sanitizer_set_death_callback(save_input);
	if (seconds == 0 && argc > 2)
	{
		FILE	   *f = fopen(argv[2], "rb");

		size = f != NULL ? fread(input, 1, LONGEST, f) : 0;
		return LLVMFuzzerTestOneInput(input, size);
	}
	for (int i = 2; i < argc; i++)
		read_seeds(argv[i]);
	if (nseeds == 0)
		seeds[nseeds++] = strdup("");
	while (time(NULL) < end)
		for (int i = 0; i < 100; i++, runs++)
		{
			make_input();
			LLVMFuzzerTestOneInput(input, size);
		}
	printf("%ld inputs\n", runs);
	return 0;
}
