#include "base/port.h"

#include "normalize/normalize.h"

const char *dc_normalize_country(const char *i) { return NULL; }
