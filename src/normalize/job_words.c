/*-------------------------------------------------------------------------
 *
 * job_words.c
 *	  The words of a job title.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include "base/text.h"
#include "lexicon.h"
#include "normalize/job.h"

#define MAX_RUN 5				/* words of the longest entry */

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

/* "Sales & Marketing", but not "R & D" */
static bool
is_ampersand(const char *s, const char *part)
{
	return strncmp(s, " & ", 3) == 0 && s - part > 1 && s[-2] != ' ';
}

/* The words of one part, or of what an ampersand joins to it, single letters that stand together as one: "V.P." is "vp". */
static void
add_words(DcTitle *t, const char *part, int len, bool coordinated)
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
	for (char *word = strtok_r(dc_fold(text), " ", &rest); word != NULL && t->n < DC_MAX_TITLE_WORDS; word = strtok_r(NULL, " ", &rest))
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
		t->parted[t->n] = first && !coordinated;
		t->coordinated[t->n] = first && coordinated;
		t->n++;
		first = false;
		letter = n == 1;
	}
}

void
dc_read_title(const char *s, DcTitle *t)
{
	const char *start = s;
	const char *part = s;
	bool		coordinated = false;

	t->n = 0;
	while (*s != '\0')
	{
		int			len = parting(s, start);
		bool		ampersand = is_ampersand(s, part);

		if (len == 0 && !ampersand)
		{
			s++;
			continue;
		}
		add_words(t, part, s - part, coordinated);
		s += ampersand ? 3 : len;
		part = s;
		coordinated = ampersand;
	}
	add_words(t, part, s - part, coordinated);
}

const char *
dc_longest_run(const DcLexicon *list, const DcTitle *t, int from, int *len)
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
	{"ontwikkelaar", NULL}, {"beheerder", NULL}, {"functionaris", NULL}, {"medewerker", NULL}, {"medewerkster", NULL}, {"adviseur", NULL}, {"spezialist", NULL}, {"spezialistin", NULL}, {"planer", NULL}, {"analyst", NULL}
};

/* Ends that are trades: they tell the function, whatever stands before them. */
#define TRADE(end) {end, sizeof(end) - 1}
static const struct
{
	const char *end;
	int			len;
}			trades[] = {
	TRADE("buchhalter"), TRADE("buchhalterin"), TRADE("arzt"), TRADE("arztin"), TRADE("lehrer"), TRADE("lehrerin"), TRADE("pfleger"),
	TRADE("pflegerin"), TRADE("schwester"), TRADE("anwalt"), TRADE("anwaltin"), TRADE("fahrer"), TRADE("fahrerin"), TRADE("mechaniker"),
	TRADE("mechanikerin"), TRADE("mechatroniker"), TRADE("elektroniker"), TRADE("monteur"), TRADE("schlosser"), TRADE("verkaufer"),
	TRADE("verkauferin"), TRADE("einkaufer"), TRADE("einkauferin"), TRADE("therapeut"), TRADE("therapeutin"), TRADE("laborant"), TRADE("laborantin"),
	TRADE("redakteur"), TRADE("redakteurin"), TRADE("jurist"), TRADE("juristin"), TRADE("designer"), TRADE("designerin"), TRADE("verkoper"),
	TRADE("inkoper"), TRADE("leraar"), TRADE("chauffeur"), TRADE("boekhouder"), TRADE("informatiker"), TRADE("informatikerin"), TRADE("psychologe"),
	TRADE("psychologin"), TRADE("apotheker"), TRADE("apothekerin"), TRADE("steuerberater"), TRADE("steuerberaterin")
};

bool
dc_read_compound(const char *word, int len, const char **level, const char **function)
{
	for (int i = 0; i < lengthof(trades); i++)
	{
		int			end = trades[i].len;

		if (len < end + 3 || word[len - end] != *trades[i].end || memcmp(word + len - end, trades[i].end, end) != 0)
			continue;
		*level = NULL;
		*function = dc_lexicon_find_n(&dc_lexicon_job_functions, trades[i].end, end);
		return *function != NULL;
	}
	for (int i = 0; i < lengthof(compounds); i++)
	{
		int			end = strlen(compounds[i].end);

		if (len < end + 4 || strcmp(word + len - end, compounds[i].end) != 0)
			continue;
		*level = compounds[i].level;
		*function = NULL;
		for (int stem = len - end; stem >= 4 && *function == NULL; stem--)
			*function = dc_lexicon_find_n(&dc_lexicon_job_functions, word, stem);
		if (*function == NULL && compounds[i].level == NULL)
			*function = dc_lexicon_find_n(&dc_lexicon_job_functions, compounds[i].end, end);
		return true;
	}
	return false;
}

/*
 * The word meant by a slip of the keyboard in one of the words that titles turn on: an edit away, with
 * the same ends.
 */
static void
correct_slip(DcTitle *t, int i)
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

void
dc_correct_slips(DcTitle *t)
{
	for (int i = 0; i < t->n; i++)
		if (dc_lexicon_find_n(&dc_lexicon_job_levels, t->words[i], t->lengths[i]) == NULL &&
			dc_lexicon_find_n(&dc_lexicon_job_functions, t->words[i], t->lengths[i]) == NULL)
			correct_slip(t, i);
}
