/* sha256.h: the SHA-256 of some bytes. */
#ifndef SHA256_H
#define SHA256_H

#include <stddef.h>

void sha256_hex(const void *data, size_t length, char hex[65]); /* 64 lower-case digits and a NUL */

#endif
