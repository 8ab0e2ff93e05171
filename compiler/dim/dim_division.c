/* dim_division.c: quotients and remainders, and what cancels in them. */
#include "dim/dim_expr.h"

enum { MAX_QUOTIENT = 64 }; /* terms tried for a quotient by a sum */

/* ---- What floor, ceil and mod have in common ---- */

/* d / (coefficient * monomial), which divides every term. */
static Dim divide_terms(Dim d, int64_t coefficient, Dim monomial)
{
    Sum sum = {.constant = d->value / coefficient};
    for (int i = 0; i < term_count(d); i++)
        sum_add(&sum, terms(d)[i].number / coefficient, monomial_div(terms(d)[i].dim, monomial));
    return sum_done(&sum);
}

static int64_t common_coefficient(Dim d)
{
    int64_t common = d->value;
    for (int i = 0; i < term_count(d); i++) common = gcd(common, terms(d)[i].number);
    return gcd(common, 0);
}

/* The product of atoms, known not to be zero, that divides every term of a and b; b is not constant. */
static Dim common_monomial(Dim a, Dim b)
{
    if (a->value != 0 || b->value != 0) return dim_const(1);
    Dim common = nonzero_factors(terms(b)[0].dim);
    for (int i = 0; i < term_count(b); i++) common = monomial_gcd(common, terms(b)[i].dim);
    for (int i = 0; i < term_count(a); i++) common = monomial_gcd(common, terms(a)[i].dim);
    return common;
}

/* Divides a and b by the largest product that divides all their terms, and returns it. */
static Dim cancel_product(Dim *a, Dim *b)
{
    int64_t coefficient = gcd(common_coefficient(*a), common_coefficient(*b));
    Dim monomial = term_count(*b) ? common_monomial(*a, *b) : dim_const(1);
    if (coefficient == 1 && dim_is(monomial, 1)) return monomial;
    *a = divide_terms(*a, coefficient, monomial);
    *b = divide_terms(*b, coefficient, monomial);
    return dim_scale(coefficient, monomial);
}

/* a / divisor when that is a polynomial again, else NULL: long division, leading terms first. */
static Dim exact_quotient(Dim a, Dim divisor)
{
    Part lead = terms(divisor)[0];
    Dim quotient = dim_const(0);
    for (int i = 0; i < MAX_QUOTIENT && term_count(a); i++) {
        Part term = terms(a)[0];
        Dim monomial = term.number % lead.number ? NULL : monomial_div(term.dim, lead.dim);
        if (!monomial) return NULL;
        Dim part = dim_scale(term.number / lead.number, monomial);
        quotient = dim_add(quotient, part);
        a = dim_sub(a, dim_mul(part, divisor));
    }
    return dim_is(a, 0) ? quotient : NULL;
}

/* Divides a and b by what they have in common, and returns it; the result is not zero for any values of the
 * symbols. b = content * primitive: the content cancels term by term, the primitive part as a whole. */
static Dim cancel(Dim *a, Dim *b)
{
    Dim common = cancel_product(a, b);
    if (!is_polynomial(*b)) return common;
    Dim primitive = *b, twin = *b, content = cancel_product(&primitive, &twin);
    Dim quotient = never_zero(primitive) ? exact_quotient(*a, primitive) : NULL;
    if (!quotient) return common;
    *a = quotient;
    *b = content;
    return dim_mul(dim_mul(common, primitive), cancel_product(a, b));
}

/* Takes the terms that b divides out of *a and returns their quotient: *a + b * result is the old *a. */
static Dim take_multiples(Dim *a, Dim b)
{
    if (is_polynomial(b)) return dim_const(0);
    Sum whole = {0}, rest = {0};
    if (b->kind == CONST) {
        whole.constant = floordiv((*a)->value, b->value);
        rest.constant = mod((*a)->value, b->value);
    } else rest.constant = (*a)->value;
    Part divisor = b->kind == CONST ? (Part){b->value, dim_const(1)} : terms(b)[0];
    for (int i = 0; i < term_count(*a); i++) {
        Part term = terms(*a)[i];
        Dim monomial = term.number % divisor.number ? NULL : monomial_div(term.dim, divisor.dim);
        if (monomial) sum_add(&whole, term.number / divisor.number, monomial);
        else sum_add(&rest, term.number, term.dim);
    }
    *a = sum_done(&rest);
    return sum_done(&whole);
}

/* The largest g that divides *b, a constant, and every coefficient of *a but its constant. With a = g x + k,
 * floor(a / b) = floor((x + floor(k / g)) / (b / g)): that is what *a and *b become. */
static int64_t shrink(Dim *a, Dim *b)
{
    int64_t common = (*b)->value;
    for (int i = 0; i < term_count(*a); i++) common = gcd(common, terms(*a)[i].number);
    if (common == 1) return 1;
    Dim terms_only = dim_sub(*a, dim_const((*a)->value));
    Dim constant = dim_const(floordiv((*a)->value, common));
    *a = dim_add(divide_terms(terms_only, common, dim_const(1)), constant);
    *b = dim_const((*b)->value / common);
    return common;
}

/* floor((floor(x / c) + k) / b) = floor((x + k c) / (c b)) for positive constants c and b, constant k. */
static bool merge_floors(Dim *a, Dim *b)
{
    if (term_count(*a) != 1 || terms(*a)[0].number != 1) return false;
    Dim inner = terms(*a)[0].dim;
    if (inner->kind != FLOORDIV || inner->parts[1].dim->kind != CONST) return false;
    Dim divisor = inner->parts[1].dim, merged = dim_mul(divisor, *b);
    if (is_infinite(merged->value)) return false;
    *a = dim_add(inner->parts[0].dim, dim_scale((*a)->value, divisor));
    *b = merged;
    return true;
}

/* A divisor known to be negative: both operands change sign. Returns whether they did. */
static bool make_divisor_positive(Dim *a, Dim *b)
{
    if ((*b)->range.high >= 0) return false;
    *a = dim_negate(*a);
    *b = dim_negate(*b);
    return true;
}

/* ---- The operations ---- */

/* A dividend that starts with a minus changes sign: floor(a / b) = -ceil(-a / b) = -floor((b - 1 - a) / b). */
static Dim floordiv_by_constant(Dim a, Dim b)
{
    Dim whole = take_multiples(&a, b);
    shrink(&a, &b);
    if (dim_is(b, 1)) return dim_add(whole, a);
    if (terms(a)[0].number < 0) return dim_sub(whole, dim_floordiv(dim_sub(dim_const(b->value - 1), a), b));
    if (merge_floors(&a, &b)) return dim_add(whole, dim_floordiv(a, b));
    return dim_add(whole, dim_binary(FLOORDIV, a, b, range_floordiv(a->range, b->range)));
}

Dim dim_floordiv(Dim a, Dim b)
{
    if (a->kind == CONST && b->kind == CONST) return dim_const(floordiv(a->value, b->value));
    if (dim_is(a, 0) || dim_is(b, 0)) return dim_const(0);
    cancel(&a, &b);
    make_divisor_positive(&a, &b);
    if (b->kind == CONST) return floordiv_by_constant(a, b);
    Dim whole = never_zero(b) ? take_multiples(&a, b) : dim_const(0);
    return dim_add(whole, dim_binary(FLOORDIV, a, b, range_floordiv(a->range, b->range)));
}

/* For b >= 1, ceil(a / b) = floor((a - 1) / b) + 1; only a divisor of unknown sign leaves a ceil. */
Dim dim_ceildiv(Dim a, Dim b)
{
    if (dim_is(a, 0) || dim_is(b, 0)) return dim_const(0);
    cancel(&a, &b);
    make_divisor_positive(&a, &b);
    if (b->range.low >= 1) return dim_add(dim_floordiv(dim_sub(a, dim_const(1)), b), dim_const(1));
    Range negative = range_floordiv(dim_negate(a)->range, b->range);
    return dim_binary(CEILDIV, a, b, (Range){-negative.high, -negative.low});
}

/* mod(a, b) when nothing cancels any more: a - q b if the quotient q is the same for all values, else an atom. */
static Dim remainder_of(Dim a, Dim b)
{
    Range quotient = range_floordiv(a->range, b->range);
    if (quotient.low == quotient.high && !is_infinite(quotient.low)) return dim_sub(a, dim_scale(quotient.low, b));
    return dim_binary(MOD, a, b, range_mod(a->range, b->range));
}

/* Modulo the constant b, a coefficient may be any that differs by a multiple of b, and a term c * mod(x, m) may
 * be c * x where b divides c * m. */
static Dim reduce_terms(Dim a, Dim b)
{
    Sum sum = {.constant = a->value};
    for (int i = 0; i < term_count(a); i++) {
        Part term = terms(a)[i];
        bool redundant = term.dim->kind == MOD && dim_divides(b, dim_scale(term.number, term.dim->parts[1].dim));
        sum_add(&sum, term.number % b->value, redundant ? term.dim->parts[0].dim : term.dim);
    }
    return sum_done(&sum);
}

/* With g dividing all but the constant k of a, mod(g x + k, g b) = g mod(x + floor(k / g), b) + mod(k, g). */
static Dim mod_by_constant(Dim a, Dim b)
{
    a = reduce_terms(a, b);
    int64_t constant = a->value, common = shrink(&a, &b);
    take_multiples(&a, b);
    return dim_add(dim_scale(common, remainder_of(a, b)), dim_const(mod(constant, common)));
}

Dim dim_mod(Dim a, Dim b)
{
    if (a->kind == CONST && b->kind == CONST) return dim_const(mod(a->value, b->value));
    if (dim_is(a, 0) || dim_is(b, 0)) return a;
    Dim common = cancel(&a, &b);
    if (make_divisor_positive(&a, &b)) common = dim_negate(common);
    if (b->kind == CONST) return dim_mul(common, mod_by_constant(a, b));
    take_multiples(&a, b);
    return dim_mul(common, remainder_of(a, b));
}

bool dim_divides(Dim divisor, Dim d)
{
    return dim_is(dim_mod(d, divisor), 0);
}
