/* dim_parse: sizes as people and exporters write them: "2*h", "past + 1", "(h + 15)//16", "Max(1, s0)". */
#include "dim/dim.h"

#include <ctype.h>
#include <string.h>

/* Deeper parentheses and longer sums are no size; both bound what a hostile text costs. */
enum { MOST_DEPTH = 20, MOST_OPERATORS = 32 };

typedef struct {
    Foreign rest; /* of the text */
    DimLookup *lookup;
    void *context;
    const char *error; /* or NULL */
    int depth, operators;
} Parser;

static char next(const Parser *p)
{
    return foreign_at(p->rest, 0);
}

static void skip(Parser *p, size_t count)
{
    p->rest = foreign_from(p->rest, count);
}

static void skip_space(Parser *p)
{
    while (isspace((unsigned char)next(p))) skip(p, 1);
}

static bool accept(Parser *p, char c)
{
    skip_space(p);
    if (next(p) != c) return false;
    skip(p, 1);
    return true;
}

static void fail(Parser *p, const char *what)
{
    size_t length = foreign_length(p->rest);
    const char *place = shown(foreign_part(p->rest, 0, length < 20 ? length : 20));
    if (!p->error) p->error = *place ? mem_printf("%s before `%s`", what, place) : mem_printf("%s at the end", what);
}

static void expect(Parser *p, char c)
{
    if (!accept(p, c)) fail(p, mem_printf("expected `%c`", c));
}

static bool is_digit(char c)
{
    return isdigit((unsigned char)c);
}

static Dim number(Parser *p)
{
    Dim d = dim_const(0);
    for (; is_digit(next(p)); skip(p, 1)) d = dim_add(dim_mul(d, dim_const(10)), dim_const(next(p) - '0'));
    return d;
}

static size_t word_length(Foreign text)
{
    size_t n = 0;
    for (char c; (c = foreign_at(text, n)) != '\0' && (isalnum((unsigned char)c) || strchr("_.:", c));) n++;
    return n;
}

static Foreign word(Parser *p)
{
    size_t n = word_length(p->rest);
    Foreign text = foreign_part(p->rest, 0, n);
    if (!n) fail(p, "expected a name");
    skip(p, n);
    return text;
}

static Dim sum(Parser *p);

/* The rest of "min(a, b)" or of "floor(a)": dividing rounds down in any case. */
static Dim call(Parser *p, Foreign function)
{
    bool least = foreign_is_word(function, "min"), most = foreign_is_word(function, "max");
    Dim d = sum(p);
    while ((least || most) && accept(p, ',')) d = least ? dim_min(d, sum(p)) : dim_max(d, sum(p));
    if (!least && !most && !foreign_is_word(function, "floor")) fail(p, "there is no such function");
    expect(p, ')');
    return d;
}

static Dim named(Parser *p)
{
    Foreign name = word(p);
    if (p->error) return dim_const(1);
    if (accept(p, '(')) return call(p, name);
    Dim d = p->lookup(name, p->context);
    if (d) return d;
    p->error = mem_printf("there is no dimension named \"%s\"", shown(name));
    return dim_const(1);
}

static Dim factor(Parser *p)
{
    Dim d = dim_const(1);
    if (++p->depth > MOST_DEPTH) fail(p, "too many parentheses");
    skip_space(p);
    if (p->error) return d;
    if (accept(p, '(')) {
        d = sum(p);
        expect(p, ')');
    } else if (accept(p, '-')) {
        d = dim_sub(dim_const(0), factor(p));
    } else {
        d = is_digit(next(p)) ? number(p) : named(p);
    }
    p->depth--;
    return d;
}

/* May one more operator follow? */
static bool go_on(Parser *p)
{
    if (!p->error && ++p->operators > MOST_OPERATORS) fail(p, "too many operators");
    return !p->error;
}

static Dim product(Parser *p)
{
    Dim d = factor(p);
    while (go_on(p)) {
        if (accept(p, '*')) {
            d = dim_mul(d, factor(p));
        } else if (accept(p, '/')) {
            if (next(p) == '/') skip(p, 1);
            d = dim_floordiv(d, factor(p));
        } else if (accept(p, '%')) {
            d = dim_mod(d, factor(p));
        } else {
            break;
        }
    }
    p->operators--;
    return d;
}

static Dim sum(Parser *p)
{
    Dim d = product(p);
    while (go_on(p)) {
        skip_space(p);
        if (foreign_starts(p->rest, "->")) break;
        if (accept(p, '+')) d = dim_add(d, product(p));
        else if (accept(p, '-')) d = dim_sub(d, product(p));
        else break;
    }
    p->operators--;
    return d;
}

Dim dim_parse(Foreign *text, DimLookup *lookup, void *context, const char **error)
{
    Parser p = {.rest = *text, .lookup = lookup, .context = context};
    Dim d = sum(&p);
    skip_space(&p);
    *text = p.rest;
    *error = p.error;
    return d;
}

/* -- is it one? -------------------------------------------------------------------------------- */

typedef struct {
    DimLookup *lookup;
    void *context;
    bool found;
} Probe;

static Dim probe(Foreign name, void *context)
{
    Probe *p = context;
    p->found = true;
    return p->lookup(name, p->context);
}

bool dim_is_expression(Foreign text, DimLookup *is_name, void *context)
{
    enum { LONGEST = 200 };
    Probe p = {is_name, context, false};
    const char *error;
    Foreign rest = text;
    if (foreign_length(text) > LONGEST || foreign_length(text) == word_length(text)) return false;
    dim_parse(&rest, probe, &p, &error);
    return !error && p.found && foreign_empty(rest);
}
