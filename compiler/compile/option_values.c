/* Options whose values have a syntax of their own: what they mean, and how the title of the generated file says it. */
#include "compile/options.h"

#include "op/op.h"

#include <ctype.h>

/* A number, up to what an int32_t holds, at the start of *text; *text is what follows it. */
static bool parse_number(Foreign *text, bool negative_too, int64_t *number)
{
    bool negative = negative_too && foreign_at(*text, 0) == '-';
    size_t start = negative, end = start;
    *number = 0;
    while (isdigit((unsigned char)foreign_at(*text, end)) && end - start < 10)
        *number = 10 * *number + foreign_at(*text, end++) - '0';
    if (negative) *number = -*number;
    *text = foreign_from(*text, end);
    return end > start && *number >= -INT32_MAX && *number <= INT32_MAX;
}

static bool parse_bounds(Foreign text, bool negative_too, int64_t *low, int64_t *high)
{
    if (!parse_number(&text, negative_too, low)) return false;
    *high = *low;
    if (foreign_starts(text, "..")) {
        text = foreign_from(text, 2);
        if (!parse_number(&text, negative_too, high)) return false;
    }
    return foreign_empty(text);
}

/* NAME[i]: an element, which need not be a size. */
static bool names_element(Foreign name)
{
    return foreign_length(name) > 2 && foreign_ends(name, "]") && foreign_has(name, "[");
}

bool parse_dim_option(Options *o, Foreign text)
{
    ptrdiff_t equals = foreign_last(text, '=');
    DimOption d = {.of_data = false};
    if (equals > 0) d.name = foreign_part(text, 0, (size_t)equals);
    if (equals <= 0 || !parse_bounds(foreign_from(text, (size_t)equals + 1), names_element(d.name), &d.low, &d.high))
        return usage_error("--dim %s: expected NAME=N or NAME=LO..HI", shown(text));
    if (d.low > d.high) return usage_error("--dim %s: the lower bound is above the upper", shown(text));
    for (int i = 0; i < o->n_dims; i++)
        if (foreign_equal(o->dims[i].name, d.name))
            return usage_error("--dim %s: %s is given twice", shown(text), shown(d.name));
    mem_grow(&o->dims, &o->cap_dims, o->n_dims + 1, sizeof *o->dims);
    o->dims[o->n_dims++] = d;
    return true;
}

/* Words of options, with a space between them. */
static const char *more_words(const char *words, const char *option, const char *value)
{
    return mem_printf("%s%s--%s %s", words, *words ? " " : "", option, value);
}

const char *dim_title(const Options *o)
{
    const char *words = "";
    for (const DimOption *d = o->dims; d < o->dims + o->n_dims; d++) {
        const char *high = d->high != d->low ? mem_printf("..%lld", (long long)d->high) : "";
        words = more_words(words, "dim", mem_printf("%s=%lld%s", in_shell(d->name), (long long)d->low, high));
    }
    return words;
}

static const char *const weights_form_names[] = {
    [WEIGHTS_INLINE] = "inline", [WEIGHTS_INCBIN] = "incbin", [WEIGHTS_FILE] = "file"};

bool parse_weights_option(Options *o, Foreign form)
{
    for (WeightsForm i = WEIGHTS_INLINE; i <= WEIGHTS_FILE; i++)
        if (foreign_is(form, weights_form_names[i])) {
            o->weights = i;
            return true;
        }
    return usage_error("--weights %s: expected inline, incbin or file", shown(form));
}

const char *weights_title(const Options *o)
{
    return o->weights == WEIGHTS_INLINE ? "" : more_words("", "weights", weights_form_names[o->weights]);
}

bool parse_custom_option(Options *o, Foreign text)
{
    const char *error = custom_add(o, text);
    return !error || usage_error("--custom %s", error);
}

const char *custom_title(const Options *o)
{
    const char *words = "";
    for (const CustomOption *c = o->customs; c < o->customs + o->n_customs; c++) {
        Foreign name = foreign_join(foreign_suffixed(c->domain, "::"), c->op_type);
        words = more_words(words, "custom", in_shell(foreign_join(foreign_suffixed(name, "="), c->spec)));
    }
    return words;
}
