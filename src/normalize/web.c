#include "base/port.h"

#include "normalize/normalize.h"

char *dc_normalize_website(const char *i) { return NULL; }
char *dc_registrable_domain(const char *i) { return NULL; }
char *dc_normalize_linkedin(const char *i) { return NULL; }
char *dc_normalize_host(const char *h, bool u) { return NULL; }
