#include "base/port.h"

#include "normalize/normalize.h"

void dc_parse_company(const char *i, DcCompany *c) { }
