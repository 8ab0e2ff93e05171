/* Options that more than one command takes. */
#include "compile/option_values.h"

#include "op/op.h"

#include <stdlib.h>
#include <string.h>

bool usage_error(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "onnx2c: error: %s; see onnx2c --help\n", mem_vprintf(format, args));
    va_end(args);
    return false;
}

/* A number, up to what an int32_t holds, at the start of *s; *s moves after it. */
static bool parse_number(const char **s, bool negative_too, int64_t *number)
{
    size_t sign = negative_too && **s == '-', digits = strspn(*s + sign, "0123456789");
    if (!digits || digits > 10) return false;
    *number = strtoll(*s, NULL, 10);
    *s += sign + digits;
    return *number >= -INT32_MAX && *number <= INT32_MAX;
}

static bool parse_bounds(const char *s, bool negative_too, int64_t *low, int64_t *high)
{
    if (!parse_number(&s, negative_too, low)) return false;
    *high = *low;
    if (!strncmp(s, "..", 2)) {
        s += 2;
        if (!parse_number(&s, negative_too, high)) return false;
    }
    return !*s;
}

/* NAME[i]: an element, which need not be a size. */
static bool names_element(const char *text, const char *equals)
{
    return equals - text > 2 && equals[-1] == ']' && memchr(text, '[', (size_t)(equals - text));
}

bool parse_dim_option(Options *o, const char *text)
{
    const char *equals = strrchr(text, '=');
    DimOption d = {.of_data = false};
    if (!equals || equals == text || !parse_bounds(equals + 1, names_element(text, equals), &d.low, &d.high))
        return usage_error("--dim %s: expected NAME=N or NAME=LO..HI", text);
    if (d.low > d.high) return usage_error("--dim %s: the lower bound is above the upper", text);
    d.name = mem_strndup(text, (size_t)(equals - text));
    for (int i = 0; i < o->n_dims; i++)
        if (!strcmp(o->dims[i].name, d.name)) return usage_error("--dim %s: %s is given twice", text, d.name);
    mem_grow(&o->dims, &o->cap_dims, o->n_dims + 1, sizeof *o->dims);
    o->dims[o->n_dims++] = d;
    return true;
}

bool parse_custom_option(Options *o, const char *text)
{
    const char *error = custom_add(o, text);
    return !error || usage_error("--custom %s", error);
}
