#include "base/port.h"

#include "normalize/normalize.h"

void dc_parse_address(const char *i, const char *c, DcAddress *a) { }
