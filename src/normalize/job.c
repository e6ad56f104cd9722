/*-------------------------------------------------------------------------
 *
 * job.c
 *	  Job titles: level and function by the words of the lists.
 *
 * The word of the highest level in the title tells its level; the first word of a function tells its
 * function.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include "base/text.h"
#include "lexicon.h"
#include "normalize/normalize.h"

/* in falling rank; an intern is one whatever else the title says */
static const char *const levels[] = {"intern", "owner", "c_level", "vp", "head", "director", "manager", "senior", "junior", "staff"};

static int
level_rank(const char *level)
{
	for (int i = 0; i < lengthof(levels); i++)
		if (strcmp(levels[i], level) == 0)
			return i;
	return lengthof(levels);
}

void
dc_parse_job(const char *input, DcJob *job)
{
	char	   *s = dc_clean(input);
	char	   *fold;
	int			rank = lengthof(levels);

	if (*s == '\0')
	{
		job->problem = "empty";
		return;
	}
	if (strlen(s) > 1000)
	{
		job->problem = "too long";
		return;
	}
	fold = dc_fold(s);
	if (*fold == '\0')
	{
		job->problem = "no letters";
		return;
	}
	job->title = strcmp(s, dc_upper(s)) == 0 && strlen(s) > 5 ? dc_name_case(s) : s;
	/* one word, or two that stand together */
	for (const char *p = fold; *p; p += strcspn(p, " "), p += *p == ' ')
	{
		size_t		one = strcspn(p, " ");
		size_t		two = p[one] == ' ' ? one + 1 + strcspn(p + one + 1, " ") : one;

		for (int words = 2; words >= 1; words--)
		{
			const char *level = dc_lexicon_find_n(&dc_lexicon_job_levels, p, words == 2 ? two : one);
			const char *function = dc_lexicon_find_n(&dc_lexicon_job_functions, p, words == 2 ? two : one);

			if (level != NULL && level_rank(level) < rank)
			{
				rank = level_rank(level);
				job->level = level;
			}
			if (function != NULL && job->function == NULL)
				job->function = function;
			if (words == 2 && two == one)
				continue;
			if (words == 2 && level != NULL)
				break;
		}
	}
	if (job->level == NULL)
		job->level = "staff";
	if (job->function == NULL)
		job->function = rank <= 2 && rank > 0 ? "general_management" : "other";
}
