#include "base/port.h"

#include "normalize/normalize.h"

const char *dc_gender(const char *f, const char *c) { return NULL; }
