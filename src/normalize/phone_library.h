#ifndef DC_PHONE_LIBRARY_H
#define DC_PHONE_LIBRARY_H
#endif
