/* dim.c: sums, products and extremes of symbolic dimensions. */
#include "dim/dim_expr.h"
#include "base/base.h"

#include <stdlib.h>

enum { MAX_EXPANSION = 4096 }; /* a product of sums with more terms than this stays a product */

/* ---- What stays inside the normal form: + - * ---- */

Dim dim_add(Dim a, Dim b)
{
    if (a->kind == CONST && b->kind == CONST) return dim_const(add(a->value, b->value));
    if (dim_is(a, 0)) return b;
    if (dim_is(b, 0)) return a;
    Sum sum = {0};
    sum_add(&sum, 1, a);
    sum_add(&sum, 1, b);
    return sum_done(&sum);
}

Dim dim_sub(Dim a, Dim b)
{
    if (a->kind == CONST && b->kind == CONST) return dim_const(add(a->value, -b->value));
    Sum sum = {0};
    sum_add(&sum, 1, a);
    sum_add(&sum, -1, b);
    return sum_done(&sum);
}

/* (A + a) (B + b) = A B + b A + a B + a b, with A and B the terms without their constants. */
static Dim expand(Dim a, Dim b)
{
    Sum sum = {.constant = mul(a->value, b->value)};
    for (int i = 0; i < term_count(a); i++) {
        Part x = terms(a)[i];
        sum_add(&sum, mul(x.number, b->value), x.dim);
        for (int j = 0; j < term_count(b); j++)
            sum_add(&sum, mul(x.number, terms(b)[j].number), monomial_mul(x.dim, terms(b)[j].dim));
    }
    for (int j = 0; j < term_count(b); j++) sum_add(&sum, mul(a->value, terms(b)[j].number), terms(b)[j].dim);
    return sum_done(&sum);
}

Dim dim_mul(Dim a, Dim b)
{
    if (a->kind == CONST && b->kind == CONST) return dim_const(mul(a->value, b->value));
    if (a->kind == CONST) return a->value == 1 ? b : dim_scale(a->value, b);
    if (b->kind == CONST) return b->value == 1 ? a : dim_scale(b->value, a);
    if ((int64_t)term_count(a) * term_count(b) <= MAX_EXPANSION) return expand(a, b);
    return monomial_mul(a, b); /* the sums become opaque factors */
}

/* ---- Minimum and maximum ---- */

static int compare_operands(const void *a, const void *b)
{
    return dim_compare(((const Part *)a)->dim, ((const Part *)b)->dim);
}

static bool at_least(Dim a, Dim b)
{
    return a->range.low >= b->range.high || dim_sub(a, b)->range.low >= 0;
}

/* Does `winner` make `other` superfluous? */
static bool beats(DimKind kind, Dim winner, Dim other)
{
    return kind == MAX ? at_least(winner, other) : at_least(other, winner);
}

/* Adds a candidate to a list of operands of which none beats another. */
static int add_operand(DimKind kind, Part *operands, int count, Dim candidate)
{
    int kept = 0;
    for (int i = 0; i < count; i++)
        if (beats(kind, operands[i].dim, candidate)) return count;
    for (int i = 0; i < count; i++)
        if (!beats(kind, candidate, operands[i].dim)) operands[kept++] = operands[i];
    operands[kept++] = (Part){1, candidate};
    return kept;
}

static Dim extremum(DimKind kind, Dim a, Dim b)
{
    if (beats(kind, a, b)) return a;
    if (beats(kind, b, a)) return b;
    const Dim sides[] = {a, b};
    int count = 0;
    Part *operands = mem_array((size_t)(a->count + b->count + 2), sizeof *operands);
    for (int s = 0; s < 2; s++) {
        bool nested = sides[s]->kind == kind;
        const Part *parts = nested ? sides[s]->parts : &sides[s]->self;
        for (int i = 0; i < (nested ? sides[s]->count : 1); i++)
            count = add_operand(kind, operands, count, parts[i].dim);
    }
    if (count == 1) return operands[0].dim;
    qsort(operands, (size_t)count, sizeof *operands, compare_operands);
    int64_t (*pick)(int64_t, int64_t) = kind == MIN ? min : max;
    Range range = operands[0].dim->range;
    for (int i = 1; i < count; i++) range = range_of_corners(range, operands[i].dim->range, pick);
    return dim_atom(kind, operands, count, range);
}

Dim dim_min(Dim a, Dim b)
{
    return extremum(MIN, a, b);
}

Dim dim_max(Dim a, Dim b)
{
    return extremum(MAX, a, b);
}

/* ---- Questions ---- */

bool dim_is_const(Dim d)
{
    return d->kind == CONST;
}

bool dim_is(Dim d, int64_t value)
{
    return d->kind == CONST && d->value == value;
}

int64_t dim_value(Dim d)
{
    return d->value;
}

int64_t dim_low(Dim d)
{
    return d->range.low;
}

int64_t dim_high(Dim d)
{
    return d->range.high;
}
