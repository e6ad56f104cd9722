#include "base/port.h"

#include "normalize/normalize.h"

double dc_jaro_winkler(const char *a, const char *b) { return 0; }
int dc_damerau_levenshtein(const char *a, const char *b) { return 0; }
double dc_name_similarity(const char *a, const char *b) { return 0; }
double dc_company_similarity(const char *a, const char *b) { return 0; }
