#include "base/port.h"

#include "normalize/normalize.h"

void dc_parse_name(const char *i, DcName *n) { }
char *dc_name_case(const char *p) { return NULL; }
const char *dc_normalize_civility(const char *c) { return NULL; }
