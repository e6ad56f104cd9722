#include "base/port.h"

#include "normalize/normalize.h"

char *dc_normalize_email(const char *i) { return NULL; }
char *dc_email_key(const char *i) { return NULL; }
void dc_parse_email(const char *i, DcEmail *e) { }
