#include "normalize/phone_library.h"
