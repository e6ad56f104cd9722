#include "base/port.h"

#include "normalize/normalize.h"

char *dc_normalize_phone(const char *i, const char *r) { return NULL; }
void dc_parse_phone(const char *i, const char *r, DcPhone *p) { }
