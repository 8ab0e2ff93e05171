/* dim_text.c: expressions as text, for people and as C. */
#include "dim/dim_expr.h"
#include "base/base.h"

#include <inttypes.h>

/* Without c_name: for people. */
typedef struct {
    const char *(*c_name)(Foreign symbol, void *context);
    void *context;
} Writer;

static const char *text(Dim d, const Writer *w);

static const char *parenthesised(const char *inside)
{
    return mem_printf("(%s)", inside);
}

/* The text as an operand of any operator. */
static const char *operand(Dim d, const Writer *w)
{
    bool loose = d->kind == SUM || d->kind == PRODUCT || (d->kind == CONST && d->value < 0);
    return loose ? parenthesised(text(d, w)) : text(d, w);
}

static const char *power_text(Part factor, const Writer *w)
{
    const char *base = operand(factor.dim, w);
    if (factor.number == 1) return base;
    if (!w->c_name) return mem_printf("%s^%" PRId64, base, factor.number);
    const char *product = base;
    for (int64_t i = 1; i < factor.number; i++) product = mem_printf("%s * %s", product, base);
    return product;
}

/* The magnitude of a term; its sign is its sum's business. */
static const char *term_text(int64_t coefficient, Dim monomial, const Writer *w)
{
    int64_t magnitude = coefficient < 0 ? -coefficient : coefficient;
    const char *times = w->c_name ? " * " : "*";
    const char *product = magnitude == 1 ? NULL : mem_printf("%" PRId64, magnitude);
    for (int i = 0; i < factor_count(monomial); i++) {
        const char *factor = power_text(factors(monomial)[i], w);
        product = product ? mem_printf("%s%s%s", product, times, factor) : factor;
    }
    return product;
}

/* "a + b - c + 1"; of two parts, the one that is subtracted comes last: "1 - a". */
static const char *sum_text(Dim d, const Writer *w)
{
    bool swapped = d->parts[0].number < 0 && (d->count == 1 ? d->value > 0 : d->count == 2 && !d->value);
    const char *sum = swapped && d->count == 1 ? mem_printf("%" PRId64, d->value) : "";
    for (int i = 0; i < d->count; i++) {
        const Part *part = &d->parts[swapped ? d->count - 1 - i : i];
        const char *term = term_text(part->number, part->dim, w), *sign = part->number < 0 ? "-" : "+";
        sum = *sum ? mem_printf("%s %s %s", sum, sign, term) : mem_printf("%s%s", part->number < 0 ? sign : "", term);
    }
    if (d->value > 0 && !swapped) return mem_printf("%s + %" PRId64, sum, d->value);
    return d->value < 0 ? mem_printf("%s - %" PRId64, sum, -d->value) : sum;
}

/* "floor(h/2)", "floor((h + 1)/(2*n))", "mod(h, 2)" */
static const char *division_text(Dim d, const Writer *w)
{
    Dim a = d->parts[0].dim, b = d->parts[1].dim;
    if (d->kind == MOD) return mem_printf("mod(%s, %s)", text(a, w), text(b, w));
    const char *dividend = is_polynomial(a) ? operand(a, w) : text(a, w);
    return mem_printf("%s(%s/%s)", d->kind == FLOORDIV ? "floor" : "ceil", dividend, operand(b, w));
}

/* C rounds quotients toward zero: its operators will do only where nothing is negative, and the divisor not zero. */
static const char *division_c_text(Dim d, const Writer *w)
{
    Dim a = d->parts[0].dim, b = d->parts[1].dim;
    if (a->range.low >= 0 && b->range.low >= 1 && d->kind != CEILDIV)
        return mem_printf("(%s %c %s)", operand(a, w), d->kind == MOD ? '%' : '/', operand(b, w));
    const char *helper = d->kind == MOD ? "mod" : d->kind == FLOORDIV ? "floordiv" : "ceildiv";
    return mem_printf("dim_%s_i32(%s, %s)", helper, text(a, w), text(b, w));
}

/* "min(a, b, c)"; in C nested calls of a helper for two. */
static const char *extremum_text(Dim d, const Writer *w)
{
    const char *name = d->kind == MIN ? "min" : "max", *list = text(d->parts[0].dim, w);
    for (int i = 1; i < d->count; i++) {
        const char *next = text(d->parts[i].dim, w);
        list = w->c_name ? mem_printf("dim_%s_i32(%s, %s)", name, list, next) : mem_printf("%s, %s", list, next);
    }
    return w->c_name ? list : mem_printf("%s(%s)", name, list);
}

static const char *text(Dim d, const Writer *w)
{
    switch (d->kind) {
    case SYMBOL: return w->c_name ? w->c_name(d->name, w->context) : d->name.raw;
    case SUM: return sum_text(d, w);
    case PRODUCT: return term_text(1, d, w);
    case MIN:
    case MAX: return extremum_text(d, w);
    case FLOORDIV:
    case CEILDIV:
    case MOD: return w->c_name ? division_c_text(d, w) : division_text(d, w);
    case CONST: break;
    }
    return mem_printf("%" PRId64, d->value);
}

Foreign dim_text(Dim d)
{
    Writer people = {NULL, NULL};
    return foreign(text(d, &people)); /* the names in it are as they are */
}

const char *dim_c_text(Dim d, const char *(*c_name)(Foreign symbol, void *context), void *context)
{
    Writer c = {c_name, context};
    return operand(d, &c);
}
