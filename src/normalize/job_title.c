/*-------------------------------------------------------------------------
 *
 * job_title.c
 *	  The letters of a job title, and whether a text is one.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include "base/text.h"
#include "lexicon.h"
#include "normalize/job.h"

/* Words that are written in capitals wherever they stand. */
static bool
is_acronym(const char *fold)
{
	static const char *const acronyms[] = {
		"ceo", "cfo", "cto", "coo", "cio", "cmo", "cdo", "cpo", "cro", "cso", "ciso", "chro", "cco", "cao", "evp", "svp", "avp", "vp", "hr", "it", "rh", "drh", "dsi", "daf", "pdg", "dg", "dga",
		"rssi", "raf", "rrh", "qa", "qc", "qhse", "hse", "r d", "crm", "erp", "seo", "sem", "sea", "smo", "b2b", "b2c", "ux", "ui", "pr", "ip", "sav", "bi", "ai", "ia", "ml", "pmo", "sap", "rse", "csr", "adv", "btp",
		"ios", "api", "tv", "usa", "us", "uk", "eu", "emea", "apac", "kam", "gm", "md", "dpo", "gf"
	};

	return dc_is_one_of(fold, acronyms, lengthof(acronyms));
}

static bool
is_small(const char *fold)
{
	static const char *const small[] = {
		"of", "and", "the", "for", "to", "in", "at", "de", "du", "des", "la", "le", "les", "et", "en", "aux", "au", "und", "der", "die", "das", "fur", "von",
		"del", "di", "da", "do", "dos", "y", "e", "van", "het", "voor", "d", "l"
	};

	return dc_is_one_of(fold, small, lengthof(small));
}

static bool
is_letter(const char *p)
{
	return (unsigned char) *p >= 0x80 || (*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9') || *p == '&';
}

/* A title all in one case gets capitals: "DIRECTEUR DES VENTES" is "Directeur des Ventes". */
char *
dc_title_case(const char *s)
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

bool
dc_is_job_title(const char *text)
{
	DcTitle		t;
	bool		told = false;
	int			len;

	dc_read_title(text, &t);
	for (int i = 0; i < t.n; i += len)
	{
		int			function_len;
		const char *level = dc_longest_run(&dc_lexicon_job_levels, &t, i, &len);
		const char *function = dc_longest_run(&dc_lexicon_job_functions, &t, i, &function_len);

		if (level == NULL && function == NULL && !is_small(t.words[i]) && !dc_read_compound(t.words[i], t.lengths[i], &level, &function))
			return false;
		told = told || level != NULL || (function != NULL && (t.n > 1 || is_acronym(t.words[i])));
		len = Max(len, function_len);
	}
	return told;
}
