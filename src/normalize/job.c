/*-------------------------------------------------------------------------
 *
 * job.c
 *	  Job titles: level and function by the words of the lists.
 *
 * A title is a row of words, parted where it changes its subject (a comma, a
 * slash, a bracket).  The longest runs of words that the lists have tell levels
 * and functions (job_words.c); which of several counts is said beside the rules below.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include "base/text.h"
#include "lexicon.h"
#include "normalize/job.h"

/* in falling rank */
static const char *const levels[] = {"owner", "c_level", "vp", "director", "head", "manager", "senior", "junior", "staff"};

#define NO_RANK ((int) lengthof(levels))
#define RANK_C_LEVEL 1
#define RANK_VP 2
#define RANK_DIRECTOR 3
#define RANK_MANAGER 5

static int
level_rank(const char *level)
{
	for (int i = 0; i < lengthof(levels); i++)
		if (strcmp(levels[i], level) == 0)
			return i;
	return NO_RANK;
}

/* "assistant", in the languages known, as a word alone */
static bool
is_assistant(const char *word)
{
	static const char *const assistants[] = {"assistant", "assistante", "assistent", "assistentin", "assistenz", "asistente", "assistente", "secretary", "secretaire", "secretaria", "segretaria", "sekretarin", "pa", "ea"};

	return dc_is_one_of(word, assistants, lengthof(assistants));
}

static bool
is_preposition(const char *word)
{
	static const char *const prepositions[] = {"to", "of", "for", "du", "de", "des", "der", "del", "della", "dello", "do", "da", "di", "van", "von", "au", "aupres"};

	return dc_is_one_of(word, prepositions, lengthof(prepositions));
}

static bool
has_assistant(const DcTitle *t)
{
	for (int i = 0; i < t->n; i++)
		if (is_assistant(t->words[i]))
			return true;
	return false;
}

/* The first word behind an assistant's that is no longer of the same part. */
static int
part_end(const DcTitle *t, int from)
{
	int			i = from + 1;

	while (i < t->n && !t->parted[i])
		i++;
	return i;
}

/*
 * The words [from, to) whose levels are those of somebody else: an "assistant to the CEO and CFO" is
 * neither, nor is a "directors assistant"; but an "assistant director" is a director.
 */
static void
find_others(const DcTitle *t, int *from, int *to)
{
	*from = *to = t->n;
	for (int i = 0; i < t->n; i++)
	{
		if (!is_assistant(t->words[i]))
			continue;
		if (i + 1 < t->n && !t->parted[i + 1] && is_preposition(t->words[i + 1]))
		{
			*from = i + 1;
			*to = t->n;
			return;
		}
		if (i > 0 && !t->parted[i] && part_end(t, i) == i + 1)
		{
			*to = i;
			while (i > 0 && !t->parted[i])
				i--;
			*from = i;
			return;
		}
	}
}

/* What the words tell. */
typedef struct Finding
{
	int			rank;			/* the highest level */
	int			first_vp;		/* place of the first vice president */
	int			first_chief;	/* and of the first of the highest */
	bool		intern;
	bool		president;		/* nothing higher than "president" or "managing director" was found */
	bool		managing;
	int			title_words;	/* words that tell levels */
	const char *strong;			/* the first function that is sure */
	const char *weak;			/* and the first that may be */
	bool		to_other;		/* works for somebody whose title this names */
	bool		general;		/* general management may be meant */
	bool		of_field;		/* a function other than that was found */
} Finding;

static void
found_level(Finding *f, const char *level, int place, int words)
{
	int			rank;

	f->title_words += words;
	if (strcmp(level, "intern") == 0)
	{
		f->intern = true;
		return;
	}
	rank = level_rank(level);
	if (rank == RANK_VP && f->first_vp < 0)
		f->first_vp = place;
	if (rank <= RANK_C_LEVEL && f->first_chief < 0)
		f->first_chief = place;
	f->rank = Min(f->rank, rank);
}

static void
found_function(Finding *f, const char *value)
{
	bool		weak = strchr(value, ' ') != NULL;
	bool		general = strncmp(value, "general_management", 18) == 0;

	if (strcmp(value, "none") == 0)
		return;
	f->of_field = f->of_field || !general;
	if (weak && general)
		f->general = true;
	else if (weak && f->weak == NULL)
		f->weak = pnstrdup(value, strcspn(value, " "));
	else if (!weak && f->strong == NULL)
		f->strong = value;
}

/* A "president" of a unit and a "managing director" of one are no heads of the company. */
static bool
is_of_unit_kind(const DcTitle *t, int from, int len, Finding *f)
{
	if (len == 1 && strcmp(t->words[from], "president") == 0)
		f->president = true;
	else if (len >= 2 && strcmp(t->words[from + len - 2], "managing") == 0 && strcmp(t->words[from + len - 1], "director") == 0)
		f->managing = true;
	else
		return false;
	return true;
}

static void
read_levels(const DcTitle *t, Finding *f)
{
	int			others_from;
	int			others_to;
	int			len;

	find_others(t, &others_from, &others_to);
	/* "Portfolio Management" is what its managers do */
	if (t->n > 1 && strcmp(t->words[t->n - 1], "management") == 0)
		found_level(f, "manager", t->n - 1, 1);
	for (int i = 0; i < t->n; i += len)
	{
		const char *level = dc_longest_run(&dc_lexicon_job_levels, t, i, &len);
		const char *function;

		if (i >= others_from && i < others_to)
		{
			f->to_other = f->to_other || level != NULL;
			continue;
		}
		if (level == NULL)
		{
			if (t->lengths[i] < 8 || !dc_read_compound(t->words[i], t->lengths[i], &level, &function))
				continue;
			if (function != NULL)
				found_function(f, function);
		}
		if (level != NULL && is_of_unit_kind(t, i, len, f))
			f->title_words += len;
		else if (level != NULL)
			found_level(f, level, i, len);
	}
}

/* Does a word that says who is at the head of something stand in the part of a title before a word: "Responsable", "Director"? */
static bool
follows_head(const DcTitle *t, int at)
{
	int			from = at;
	int			len;

	while (from > 0 && !t->parted[from])
		from--;
	for (int i = from; i < at; i += len)
	{
		const char *level = dc_longest_run(&dc_lexicon_job_levels, t, i, &len);

		if (level != NULL && level_rank(level) <= RANK_MANAGER && strcmp(t->words[i + len - 1], "of") != 0 && strcmp(t->words[i + len], "of") != 0)
			return true;
	}
	return false;
}

/* A way of doing what is named before: sales operations, marketing communications, IT support, FPGA design. */
static bool
is_way_of_working(const char *function, const char *before)
{
	static const char *const ways[] = {"operations", "communication", "administration", "general_management", "customer_service", "hr", "other"};

	return dc_is_one_of(function, ways, lengthof(ways)) || (strcmp(function, "design") == 0 && strcmp(before, "engineering") == 0);
}

/* Is one of some words what somebody is: "data analyst", "secrétaire", but not "supply chain"? */
static bool
names_somebody(const DcTitle *t, int from, int to)
{
	for (int i = from; i < to; i++)
	{
		const char *function = dc_lexicon_find_n(&dc_lexicon_job_functions, t->words[i], t->lengths[i]);

		if ((function != NULL && strchr(function, ' ') != NULL) || dc_lexicon_find_n(&dc_lexicon_job_levels, t->words[i], t->lengths[i]) != NULL)
			return true;
	}
	return false;
}

/*
 * Of two functions side by side the second is the one, as in English and German what stands before it says of what:
 * "HR data analyst", "IT procurement manager".  Behind a word such as "responsable" the first is, and so is one that says
 * what somebody is ("data analyst marketing").
 */
static void
read_functions(const DcTitle *t, Finding *f)
{
	int			from = 0;		/* the words that told f->strong */
	int			to = -1;
	int			len;

	for (int i = 0; i < t->n; i += len)
	{
		const char *function = dc_longest_run(&dc_lexicon_job_functions, t, i, &len);

		if (function == NULL)
			continue;
		if (strchr(function, ' ') == NULL && strcmp(function, "none") != 0)
		{
			if (i == to && !t->parted[i] && !t->coordinated[i] && !is_way_of_working(function, f->strong) && !names_somebody(t, from, to) && !follows_head(t, i))
				f->strong = NULL;
			if (f->strong == NULL)
			{
				from = i;
				to = i + len;
			}
		}
		found_function(f, function);
	}
}

/*
 * The level: an intern is one whatever else the title says; an owner before all; of a chief and a vice
 * president the one who is named first; else the highest.
 */
static const char *
choose_level(const DcTitle *t, Finding *f)
{
	if (f->intern)
		return "intern";
	if (f->rank > RANK_C_LEVEL && (f->president || f->managing))
	{
		bool		of_unit = f->managing ? t->n > f->title_words : f->of_field;

		/* without a higher one, it stands as it is said */
		if (!of_unit && !(f->first_vp >= 0))
			return "c_level";
		f->rank = Min(f->rank, RANK_DIRECTOR);
	}
	if (f->rank == RANK_C_LEVEL && f->first_vp >= 0 && f->first_vp < f->first_chief)
		return "vp";
	return f->rank == NO_RANK ? "staff" : levels[f->rank];
}

/* A title without "a.i." (ad interim), which would be read as the field that is written in capitals. */
static const char *
without_interim(const char *s)
{
	const char *interim = strstr(s, " a.i.");

	return interim == NULL ? s : psprintf("%.*s,%s", (int) (interim - s), s, interim + 5);
}

void
dc_parse_job(const char *input, DcJob *job)
{
	char	   *s = dc_clean(input);
	DcTitle		t;
	Finding		f = {.rank = NO_RANK,.first_vp = -1,.first_chief = -1};

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
	dc_read_title(without_interim(s), &t);
	if (t.n == 0)
	{
		job->problem = "no letters";
		return;
	}
	job->title = dc_clean(dc_title_case(s));
	dc_correct_slips(&t);
	read_functions(&t, &f);
	read_levels(&t, &f);
	job->level = choose_level(&t, &f);
	if (f.to_other && f.rank >= level_rank("junior"))
	{
		job->level = "staff";
		job->function = "administration";
	}
	else if (f.strong != NULL)
		job->function = f.strong;
	else if (f.weak != NULL)
		job->function = f.weak;
	else if (f.rank == level_rank("junior") && has_assistant(&t))
		job->function = "administration";
	else
		job->function = f.general || f.rank <= RANK_C_LEVEL || f.president || f.managing ? "general_management" : "other";
}
