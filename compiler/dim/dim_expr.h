/* dim_expr.h: what the files dim*.c share: the form of an expression.
 *
 * An expression is one of
 *
 *     SUM       value + sum of number * dim       each dim a monomial, the numbers not 0
 *     PRODUCT   product of dim ^ number           each dim an atom, the numbers >= 1
 *     an atom   a symbol, or an operation that does not distribute over sums (floor, mod, min ...)
 *     CONST     value
 *
 * and none is written in a longer form than needed: a SUM of one monomial is that monomial. Terms and factors
 * are sorted by name and structure, never by address, so that the output is the same in every run. */
#ifndef DIM_EXPR_H
#define DIM_EXPR_H

#include "dim/dim.h"
#include "dim/dim_number.h"

typedef enum { CONST, SYMBOL, FLOORDIV, CEILDIV, MOD, MIN, MAX, PRODUCT, SUM } DimKind;

/* A term of a SUM (number = coefficient), a factor of a PRODUCT (number = power) or an operand (number = 1). */
typedef struct {
    int64_t number;
    Dim dim;
} Part;

typedef struct {
    int64_t low, high;
} Range;

/* What the walk numbered `walk` found for this node: a walk visits a shared node once. */
typedef struct {
    uint64_t walk;
    int64_t value;
    Dim dim;
} Memo;

struct DimExpr {
    DimKind kind;
    uint32_t hash;
    int count;
    const Part *parts;
    int64_t value; /* of a CONST; the constant term of a SUM; else 0 */
    Foreign name;  /* of a SYMBOL */
    Range range;
    Part self; /* {1, this}: a lone monomial read as a list of terms, a lone atom as a list of factors */
    Memo *memo;
};

/* -- dim_node.c: hash-consing ------------------------------------------------------------------ */

/* The one node with this kind, value, name and parts. */
Dim dim_intern(struct DimExpr e);

/* An operation on two or more operands. One that has the same value everywhere is that constant. */
Dim dim_atom(DimKind kind, const Part *operands, int count, Range range);
Dim dim_binary(DimKind kind, Dim a, Dim b, Range range);

/* -- dim_range.c: the range of a result from those of the operands ----------------------------- */

Range range_add(Range a, Range b);
Range range_mul(Range a, Range b);
Range range_power(Range base, int64_t exponent);
Range range_floordiv(Range a, Range b);
Range range_mod(Range a, Range b);
/* f must be monotone in each argument over the whole of a x b. */
Range range_of_corners(Range a, Range b, int64_t (*f)(int64_t, int64_t));

/* -- dim_polynomial.c -------------------------------------------------------------------------- */

Dim monomial_mul(Dim a, Dim b);
Dim monomial_div(Dim a, Dim b);    /* NULL when b is no factor of a */
Dim monomial_gcd(Dim a, Dim b);    /* the common factors */
Dim nonzero_factors(Dim monomial); /* those that are not zero whatever the symbols are */

/* A sum being collected: terms in any order, monomials possibly repeated. */
typedef struct {
    int64_t constant;
    int count, capacity;
    Part *parts;
} Sum;

void sum_add(Sum *sum, int64_t coefficient, Dim d);
Dim sum_done(Sum *sum);
Dim dim_scale(int64_t coefficient, Dim d);
Dim dim_negate(Dim d);

/* -- reading an expression as a sum of terms, a monomial as a product of factors --------------- */

static inline bool contains_zero(Range r)
{
    return r.low <= 0 && r.high >= 0;
}

static inline int term_count(Dim d)
{
    return d->kind == CONST ? 0 : d->kind == SUM ? d->count : 1;
}

static inline const Part *terms(Dim d)
{
    return d->kind == SUM ? d->parts : &d->self;
}

static inline int factor_count(Dim monomial)
{
    return monomial->kind == CONST ? 0 : monomial->kind == PRODUCT ? monomial->count : 1;
}

static inline const Part *factors(Dim monomial)
{
    return monomial->kind == PRODUCT ? monomial->parts : &monomial->self;
}

/* More than one term, the constant counted? */
static inline bool is_polynomial(Dim d)
{
    return d->kind == SUM && d->count + (d->value != 0) > 1;
}

static inline bool never_zero(Dim d)
{
    return !contains_zero(d->range);
}

#endif
