/* unicode.h: UTF-8, and which characters are seen. */
#ifndef UNICODE_H
#define UNICODE_H

#include <stdbool.h>
#include <stdint.h>

/* The bytes that the character at the start of a text takes, and which it is; 0 if they are no UTF-8 (cut short, longer
 * than need be, half of a pair of UTF-16, beyond the last). */
int utf8_decode(const char *text, uint32_t *character);

/* Is it seen as itself, and does it leave others as they are? Not so: control characters, direction marks, invisible
 * ones, spaces that look like another, private use, and what is no character. */
bool unicode_is_plain(uint32_t character);

/* Is it drawn over the one before it (an accent)? */
bool unicode_combines(uint32_t character);

#endif
