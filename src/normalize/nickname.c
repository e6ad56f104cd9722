/*-------------------------------------------------------------------------
 *
 * nickname.c
 *	  Given names that may stand for one.
 *
 *-------------------------------------------------------------------------
 */
#include "base/port.h"

#include "normalize/normalize.h"

bool
dc_has_word(const char *words, const char *word, size_t len)
{
	for (const char *w = words; *w != '\0'; w += strspn(w, " "))
	{
		size_t		n = strcspn(w, " ");

		if (n == len && strncmp(w, word, n) == 0)
			return true;
		w += n;
	}
	return false;
}

bool
dc_stand_for_one(const char *a, size_t a_len, const char *a_names, const char *b, size_t b_len, const char *b_names)
{
	if ((a_names != NULL && dc_has_word(a_names, b, b_len)) || (b_names != NULL && dc_has_word(b_names, a, a_len)))
		return true;
	if (a_names == NULL || b_names == NULL)
		return false;
	for (const char *name = a_names; *name != '\0'; name += strspn(name, " "))
	{
		size_t		n = strcspn(name, " ");

		if (dc_has_word(b_names, name, n))
			return true;
		name += n;
	}
	return false;
}
