/* Handling foreign text: making it, comparing it, building names from names. */
#include "base/foreign.h"

#include "base/mem.h"
#include "base/unicode.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

Foreign foreign(const char *text)
{
    return (Foreign){text};
}

Foreign foreign_of(const void *bytes, size_t length)
{
    return foreign(length ? mem_strndup(bytes, length) : "");
}

Foreign foreign_element(const void *strings, int64_t i)
{
    return ((const Foreign *)strings)[i];
}

bool foreign_none(Foreign f)
{
    return !f.raw;
}

bool foreign_empty(Foreign f)
{
    return !f.raw || !*f.raw;
}

Foreign foreign_or(Foreign f, Foreign otherwise)
{
    return foreign_empty(f) ? otherwise : f;
}

/* Of no text, the empty one. */
static const char *text_of(Foreign f)
{
    return f.raw ? f.raw : "";
}

size_t foreign_length(Foreign f)
{
    return strlen(text_of(f));
}

/* -- comparing --------------------------------------------------------------------------------- */

bool foreign_equal(Foreign a, Foreign b)
{
    return !a.raw || !b.raw ? a.raw == b.raw : !strcmp(a.raw, b.raw);
}

bool foreign_is(Foreign f, const char *ours)
{
    return foreign_equal(f, foreign(ours));
}

bool foreign_starts(Foreign f, const char *ours)
{
    return !strncmp(text_of(f), ours, strlen(ours));
}

bool foreign_ends(Foreign f, const char *ours)
{
    size_t length = foreign_length(f), end = strlen(ours);
    return length >= end && !strcmp(text_of(f) + length - end, ours);
}

bool foreign_has(Foreign f, const char *ours)
{
    return strstr(text_of(f), ours) != NULL;
}

bool foreign_is_word(Foreign f, const char *ours)
{
    return f.raw && !strcasecmp(f.raw, ours);
}

int foreign_order(Foreign a, Foreign b)
{
    return strcmp(text_of(a), text_of(b));
}

/* FNV-1a */
uint32_t foreign_hash(Foreign f)
{
    uint32_t hash = UINT32_C(2166136261);
    for (const char *s = text_of(f); *s; s++) hash = (hash ^ (unsigned char)*s) * UINT32_C(16777619);
    return hash;
}

/* -- making others ----------------------------------------------------------------------------- */

Foreign foreign_join(Foreign a, Foreign b)
{
    return foreign(mem_printf("%s%s", text_of(a), text_of(b)));
}

Foreign foreign_suffixed(Foreign base, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *suffix = mem_vprintf(format, args);
    va_end(args);
    return foreign_join(base, foreign(suffix));
}

Foreign foreign_part(Foreign f, size_t from, size_t length)
{
    return foreign_of(text_of(f) + from, length);
}

Foreign foreign_from(Foreign f, size_t from)
{
    return foreign(text_of(f) + from);
}

bool foreign_number(Foreign f, double *value)
{
    char *end;
    *value = strtod(text_of(f), &end);
    return end != text_of(f) && !*end;
}

size_t foreign_code(Foreign f, size_t at, uint32_t *code)
{
    return (size_t)utf8_decode(f.raw + at, code);
}

char foreign_at(Foreign f, size_t i)
{
    return text_of(f)[i];
}

/* -- looking into it --------------------------------------------------------------------------- */

ptrdiff_t foreign_first(Foreign f, const char *ours)
{
    const char *at = strstr(text_of(f), ours);
    return at ? at - f.raw : NOWHERE;
}

ptrdiff_t foreign_last(Foreign f, char c)
{
    const char *at = strrchr(text_of(f), c);
    return at ? at - f.raw : NOWHERE;
}

void foreign_write(Foreign f, FILE *file)
{
    fwrite(text_of(f), 1, foreign_length(f) + 1, file);
}
