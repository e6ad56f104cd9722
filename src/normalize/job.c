#include "base/port.h"

#include "normalize/normalize.h"

void dc_parse_job(const char *i, DcJob *j) { }
