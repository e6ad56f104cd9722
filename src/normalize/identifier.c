#include "base/port.h"

#include "normalize/normalize.h"

char *dc_normalize_siren(const char *i) { return NULL; }
char *dc_normalize_siret(const char *i) { return NULL; }
char *dc_normalize_vat(const char *i) { return NULL; }
char *dc_vat_from_siren(const char *i) { return NULL; }
