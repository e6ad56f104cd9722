/*-------------------------------------------------------------------------
 *
 * job.c
 *	  Job titles: level and function by the words of the lists.
 *
 * A title is a row of words, parted where it changes its subject (a comma, a
 * slash, a bracket).  The longest runs of words that the lists have tell levels
 * and functions; which of several counts is said beside the rules below.  Words
 * of German and Dutch that are written together are read by their ends.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include "base/text.h"
#include "lexicon.h"
#include "normalize/normalize.h"

#define MAX_WORDS 40
#define MAX_RUN 5				/* words of the longest entry */

typedef struct Title
{
	char	   *words[MAX_WORDS];	/* folded */
	int			lengths[MAX_WORDS];
	bool		parted[MAX_WORDS];	/* a comma or the like stands before it */
	int			n;
} Title;

/* in falling rank */
static const char *const levels[] = {"owner", "c_level", "vp", "director", "head", "manager", "senior", "junior", "staff"};

#define NO_RANK ((int) lengthof(levels))
#define RANK_C_LEVEL 1
#define RANK_VP 2
#define RANK_DIRECTOR 3

static int
level_rank(const char *level)
{
	for (int i = 0; i < lengthof(levels); i++)
		if (strcmp(levels[i], level) == 0)
			return i;
	return NO_RANK;
}

/* The length of a sign at s that parts a title, 0 where there is none. */
static int
parting(const char *s, const char *start)
{
	if (strchr(",;/|():", *s) != NULL)
		return 1;
	if (*s == '-' && s > start && s[-1] == ' ' && s[1] == ' ')
		return 1;
	if (strncmp(s, "\342\200\223", 3) == 0 || strncmp(s, "\342\200\224", 3) == 0)
		return 3;
	return 0;
}

/* The words of one part, single letters that stand together as one: "V.P." is "vp". */
static void
add_words(Title *t, const char *part, int len)
{
	char	   *text = pnstrdup(part, len);
	char	   *rest;
	bool		first = true;
	bool		letter = false;

	/* apostrophes part words here: "chef d'équipe" */
	for (char *p = text; *p; p++)
	{
		if (*p == '\'')
			*p = ' ';
		else if (strncmp(p, "\342\200\231", 3) == 0)
			memcpy(p, "   ", 3);
	}
	for (char *word = strtok_r(dc_fold(text), " ", &rest); word != NULL && t->n < MAX_WORDS; word = strtok_r(NULL, " ", &rest))
	{
		int			n = strlen(word);

		if (letter && n == 1)
		{
			int			last = t->n - 1;

			t->words[last] = psprintf("%s%s", t->words[last], word);
			t->lengths[last]++;
			continue;
		}
		t->words[t->n] = word;
		t->lengths[t->n] = n;
		t->parted[t->n] = first;
		t->n++;
		first = false;
		letter = n == 1;
	}
}

static void
read_words(const char *s, Title *t)
{
	const char *start = s;
	const char *part = s;

	t->n = 0;
	while (*s != '\0')
	{
		int			len = parting(s, start);

		if (len == 0)
		{
			s++;
			continue;
		}
		add_words(t, part, s - part);
		s += len;
		part = s;
	}
	add_words(t, part, s - part);
}

/* The entry for the longest run of words from one on, and its length. */
static const char *
longest_run(const DcLexicon *list, const Title *t, int from, int *len)
{
	char		run[128];
	int			ends[MAX_RUN];
	int			n = 0;
	int			used = 0;

	for (int i = from; i < t->n && n < MAX_RUN; i++)
	{
		if ((i > from && t->parted[i]) || used + t->lengths[i] + 1 >= sizeof(run) || used + t->lengths[i] > list->longest)
			break;
		if (i > from)
			run[used++] = ' ';
		memcpy(run + used, t->words[i], t->lengths[i]);
		used += t->lengths[i];
		ends[n++] = used;
	}
	for (; n > 0; n--)
	{
		const char *value = dc_lexicon_find_n(list, run, ends[n - 1]);

		if (value != NULL)
		{
			*len = n;
			return value;
		}
	}
	*len = 1;
	return NULL;
}

/* What a word written together ends with, and the level that this tells. */
static const struct
{
	const char *end;
	const char *level;
}			compounds[] = {
	{"geschaftsfuhrer", "c_level"}, {"geschaftsfuhrerin", "c_level"}, {"vorstand", "c_level"},
	{"direktor", "director"}, {"direktorin", "director"}, {"directeur", "director"},
	{"leiter", "head"}, {"leiterin", "head"}, {"leitung", "head"}, {"chef", "head"}, {"chefin", "head"}, {"hoofd", "head"},
	{"manager", "manager"}, {"managerin", "manager"}, {"leider", "manager"}, {"meister", "manager"}, {"meisterin", "manager"}, {"verantwortlicher", "manager"},
	{"verantwortliche", "manager"}, {"verantwoordelijke", "manager"},
	{"assistent", "junior"}, {"assistentin", "junior"}, {"assistenz", "junior"}, {"praktikant", "intern"}, {"praktikantin", "intern"},
	{"ingenieur", NULL}, {"ingenieurin", NULL}, {"techniker", NULL}, {"entwickler", NULL}, {"entwicklerin", NULL}, {"mitarbeiter", NULL}, {"mitarbeiterin", NULL},
	{"berater", NULL}, {"beraterin", NULL}, {"referent", NULL}, {"referentin", NULL}, {"sachbearbeiter", NULL}, {"sachbearbeiterin", NULL}, {"kaufmann", NULL}, {"kauffrau", NULL},
	{"medewerker", NULL}, {"medewerkster", NULL}, {"adviseur", NULL}, {"spezialist", NULL}, {"spezialistin", NULL}, {"planer", NULL}, {"analyst", NULL}
};

/* Reads "Vertriebsleiterin": the level by its end, the function by the longest beginning that the list has. */
static bool
read_compound(const char *word, int len, const char **level, const char **function)
{
	for (int i = 0; i < lengthof(compounds); i++)
	{
		int			end = strlen(compounds[i].end);

		if (len < end + 4 || strcmp(word + len - end, compounds[i].end) != 0)
			continue;
		*level = compounds[i].level;
		*function = NULL;
		for (int stem = len - end; stem >= 4 && *function == NULL; stem--)
			*function = dc_lexicon_find_n(&dc_lexicon_job_functions, word, stem);
		return true;
	}
	return false;
}

static bool
is_one_of(const char *word, const char *const *list, int n)
{
	for (int i = 0; i < n; i++)
		if (strcmp(word, list[i]) == 0)
			return true;
	return false;
}

/* "assistant", in the languages known, as a word alone */
static bool
is_assistant(const char *word)
{
	static const char *const assistants[] = {"assistant", "assistante", "assistent", "assistentin", "assistenz", "asistente", "assistente", "secretary", "secretaire", "secretaria", "segretaria", "sekretarin", "pa"};

	return is_one_of(word, assistants, lengthof(assistants));
}

static bool
is_preposition(const char *word)
{
	static const char *const prepositions[] = {"to", "of", "for", "du", "de", "des", "der", "del", "della", "dello", "do", "da", "di", "van", "von", "au", "aupres"};

	return is_one_of(word, prepositions, lengthof(prepositions));
}

static bool
has_assistant(const Title *t)
{
	for (int i = 0; i < t->n; i++)
		if (is_assistant(t->words[i]))
			return true;
	return false;
}

/* The first word behind an assistant's that is no longer of the same part. */
static int
part_end(const Title *t, int from)
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
find_others(const Title *t, int *from, int *to)
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
is_of_unit_kind(const Title *t, int from, int len, Finding *f)
{
	if (len == 1 && strcmp(t->words[from], "president") == 0)
		f->president = true;
	else if (len >= 2 && strcmp(t->words[from + len - 2], "managing") == 0 && strcmp(t->words[from + len - 1], "director") == 0)
		f->managing = true;
	else
		return false;
	return true;
}

/*
 * The word meant by a slip of the keyboard in one of the words that titles turn on: an edit away, with
 * the same ends.
 */
static void
correct_slip(Title *t, int i)
{
	static const char *const known[] = {
		"director", "manager", "president", "founder", "executive", "engineer", "assistant", "consultant", "developer", "responsable", "directeur", "directrice", "commercial",
		"marketing", "technical", "financial", "geschaftsfuhrer"
	};
	const char *word = t->words[i];
	int			len = t->lengths[i];

	/* short words only where the next one says what is meant */
	if (len >= 4 && len < 6 && i + 1 < t->n && strcmp(t->words[i + 1], "member") == 0 && word[0] == 'b' && dc_damerau_levenshtein(word, "board") == 1)
	{
		t->words[i] = pstrdup("board");
		t->lengths[i] = 5;
	}
	if (len < 6)
		return;
	for (int k = 0; k < lengthof(known); k++)
	{
		int			n = strlen(known[k]);

		if (word[0] == known[k][0] && abs(len - n) <= 1 && word[len - 1] == known[k][n - 1] && dc_damerau_levenshtein(word, known[k]) == 1)
		{
			t->words[i] = pstrdup(known[k]);
			t->lengths[i] = n;
			return;
		}
	}
}

static void
correct_slips(Title *t)
{
	for (int i = 0; i < t->n; i++)
		if (dc_lexicon_find_n(&dc_lexicon_job_levels, t->words[i], t->lengths[i]) == NULL &&
			dc_lexicon_find_n(&dc_lexicon_job_functions, t->words[i], t->lengths[i]) == NULL)
			correct_slip(t, i);
}

static void
read_levels(const Title *t, Finding *f)
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
		const char *level = longest_run(&dc_lexicon_job_levels, t, i, &len);
		const char *function;

		if (i >= others_from && i < others_to)
		{
			f->to_other = f->to_other || level != NULL;
			continue;
		}
		if (level == NULL)
		{
			if (t->lengths[i] < 8 || !read_compound(t->words[i], t->lengths[i], &level, &function))
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

static void
read_functions(const Title *t, Finding *f)
{
	int			len;

	for (int i = 0; i < t->n; i += len)
	{
		const char *function = longest_run(&dc_lexicon_job_functions, t, i, &len);

		if (function != NULL)
			found_function(f, function);
	}
}

/*
 * The level: an intern is one whatever else the title says; an owner before all; of a chief and a vice
 * president the one who is named first; else the highest.
 */
static const char *
choose_level(const Title *t, Finding *f)
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

/* Words that are written in capitals wherever they stand. */
static bool
is_acronym(const char *fold)
{
	static const char *const acronyms[] = {
		"ceo", "cfo", "cto", "coo", "cio", "cmo", "cdo", "cpo", "cro", "cso", "ciso", "chro", "cco", "cao", "evp", "svp", "avp", "vp", "hr", "it", "rh", "drh", "dsi", "daf", "pdg", "dg", "dga",
		"rssi", "raf", "rrh", "qa", "qc", "qhse", "hse", "r d", "crm", "erp", "seo", "sem", "sea", "smo", "b2b", "b2c", "ux", "ui", "pr", "ip", "sav", "bi", "ai", "ia", "ml", "pmo", "sap", "rse", "csr", "adv", "btp",
		"ios", "api", "tv", "usa", "us", "uk", "eu", "emea", "apac", "kam", "gm", "md", "dpo", "gf"
	};

	return is_one_of(fold, acronyms, lengthof(acronyms));
}

static bool
is_small(const char *fold)
{
	static const char *const small[] = {
		"of", "and", "the", "for", "to", "in", "at", "de", "du", "des", "la", "le", "les", "et", "en", "aux", "au", "und", "der", "die", "das", "fur", "von",
		"del", "di", "da", "do", "dos", "y", "e", "van", "het", "voor", "d", "l"
	};

	return is_one_of(fold, small, lengthof(small));
}

static bool
is_letter(const char *p)
{
	return (unsigned char) *p >= 0x80 || (*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9') || *p == '&';
}

/* A title all in one case gets capitals: "DIRECTEUR DES VENTES" is "Directeur des Ventes". */
static char *
title_case(const char *s)
{
	char	   *lower;
	StringInfoData out;

	if (!(strcmp(s, dc_lower(s)) == 0 || (strcmp(s, dc_upper(s)) == 0 && strlen(s) > 5)))
		return pstrdup(s);
	lower = dc_lower(s);
	initStringInfo(&out);
	for (const char *p = lower; *p;)
	{
		const char *end = p;
		char	   *word;
		char	   *fold;

		if (!is_letter(p))
		{
			appendStringInfoChar(&out, *p++);
			continue;
		}
		while (*end != '\0' && is_letter(end))
			end++;
		word = pnstrdup(p, end - p);
		fold = dc_fold(word);
		if (is_acronym(fold))
			appendStringInfoString(&out, dc_upper(word));
		else if (p > lower && is_small(fold))
			appendStringInfoString(&out, word);
		else
		{
			const char *next = word;
			const char *word_end = word + strlen(word);

			(void) dc_utf8_next(&next, word_end);
			appendStringInfo(&out, "%s%s", dc_upper(pnstrdup(word, next - word)), next);
		}
		p = end;
	}
	return out.data;
}

void
dc_parse_job(const char *input, DcJob *job)
{
	char	   *s = dc_clean(input);
	Title		t;
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
	read_words(s, &t);
	if (t.n == 0)
	{
		job->problem = "no letters";
		return;
	}
	job->title = dc_clean(title_case(s));
	correct_slips(&t);
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
