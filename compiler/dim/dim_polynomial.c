/* dim_polynomial.c: monomials, which are products of powers of atoms, and sums of them. */
#include "dim/dim_expr.h"
#include "base/base.h"

#include <stdlib.h>

enum { MAX_POWER = 62 };        /* from here on a power saturates, or only its parity counts */
enum { MAX_DIVISOR = 1 << 20 }; /* common to the quotients of a sum; from here on they don't narrow its range */
enum { MAX_FACTORS = 32 };      /* in a product with more, quotients don't narrow the range */

/* ---- Monomials ---- */

static int64_t power_in(Dim monomial, Dim atom)
{
    for (int i = 0; i < factor_count(monomial); i++)
        if (factors(monomial)[i].dim == atom) return factors(monomial)[i].number;
    return 0;
}

static Range range_of_parts(const Part *parts, int count)
{
    Range range = {1, 1};
    for (int i = 0; i < count; i++) range = range_mul(range, range_power(parts[i].dim->range, parts[i].number));
    return range;
}

/* b floor(a / b) is at most a: the range of a product that has the factor parts[at] = floor(a / b), if b is among the
 * others, and none of them is negative; else `range`. */
static Range range_beside_quotient(const Part *parts, int count, int at, Range range)
{
    const Part *quotient = parts[at].dim->parts;
    Dim a = quotient[0].dim, b = quotient[1].dim;
    Part others[MAX_FACTORS];
    int kept = 0, found = 0;
    if (parts[at].number != 1 || b->kind == SUM || b->kind == CONST || a->range.low < 0 || range.low < 0) return range;
    for (int i = 0; i < count; i++) {
        int64_t power = i == at ? 1 : power_in(b, parts[i].dim);
        found += i != at && power > 0;
        if (parts[i].number < power) return range;
        if (parts[i].number > power) others[kept++] = (Part){parts[i].number - power, parts[i].dim};
    }
    if (found < factor_count(b)) return range;
    return (Range){range.low, min(range.high, mul(a->range.high, range_of_parts(others, kept).high))};
}

static Dim new_product(const Part *parts, int count)
{
    if (count == 0) return dim_const(1);
    if (count == 1 && parts[0].number == 1) return parts[0].dim;
    Range range = range_of_parts(parts, count);
    for (int i = 0; i < count && count <= MAX_FACTORS; i++)
        if (parts[i].dim->kind == FLOORDIV) range = range_beside_quotient(parts, count, i, range);
    return dim_intern((struct DimExpr){.kind = PRODUCT, .count = count, .parts = parts, .range = range});
}

static int64_t limited_power(int64_t exponent)
{
    return exponent > MAX_POWER + 1 ? MAX_POWER + exponent % 2 : exponent;
}

Dim monomial_mul(Dim a, Dim b)
{
    int na = factor_count(a), nb = factor_count(b), n = 0, i = 0, j = 0;
    Part *parts = mem_array((size_t)(na + nb), sizeof *parts);
    while (i < na || j < nb) {
        int side = i == na ? 1 : j == nb ? -1 : dim_compare(factors(a)[i].dim, factors(b)[j].dim);
        if (side < 0) parts[n++] = factors(a)[i++];
        else if (side > 0) parts[n++] = factors(b)[j++];
        else {
            parts[n++] = (Part){limited_power(factors(a)[i].number + factors(b)[j].number), factors(a)[i].dim};
            i++;
            j++;
        }
    }
    return new_product(parts, n);
}

Dim monomial_div(Dim a, Dim b)
{
    for (int i = 0; i < factor_count(b); i++)
        if (power_in(a, factors(b)[i].dim) < factors(b)[i].number) return NULL;
    int count = 0;
    Part *parts = mem_array((size_t)factor_count(a), sizeof *parts);
    for (int i = 0; i < factor_count(a); i++) {
        Part factor = factors(a)[i];
        factor.number -= power_in(b, factor.dim);
        if (factor.number > 0) parts[count++] = factor;
    }
    return new_product(parts, count);
}

Dim monomial_gcd(Dim a, Dim b)
{
    int count = 0;
    Part *parts = mem_array((size_t)factor_count(a), sizeof *parts);
    for (int i = 0; i < factor_count(a); i++) {
        Part factor = factors(a)[i];
        factor.number = min(factor.number, power_in(b, factor.dim));
        if (factor.number > 0) parts[count++] = factor;
    }
    return new_product(parts, count);
}

Dim nonzero_factors(Dim monomial)
{
    int count = 0;
    Part *parts = mem_array((size_t)factor_count(monomial), sizeof *parts);
    for (int i = 0; i < factor_count(monomial); i++)
        if (never_zero(factors(monomial)[i].dim)) parts[count++] = factors(monomial)[i];
    return new_product(parts, count);
}

/* ---- Sums ---- */

static int64_t degree(Dim monomial)
{
    int64_t sum = 0;
    for (int i = 0; i < factor_count(monomial); i++) sum += factors(monomial)[i].number;
    return sum;
}

/* Graded lexicographic: a product of two monomials compares as its factors do, which is what makes the long
 * division of exact_quotient find every exact quotient. */
static int compare_monomials(Dim a, Dim b)
{
    int64_t degree_a = degree(a), degree_b = degree(b);
    if (degree_a != degree_b) return order(degree_b, degree_a);
    for (int i = 0; i < factor_count(a) && i < factor_count(b); i++) {
        Part x = factors(a)[i], y = factors(b)[i];
        if (x.dim != y.dim) return dim_compare(x.dim, y.dim);
        if (x.number != y.number) return order(y.number, x.number);
    }
    return 0;
}

static int compare_terms(const void *a, const void *b)
{
    return compare_monomials(((const Part *)a)->dim, ((const Part *)b)->dim);
}

void sum_add(Sum *sum, int64_t coefficient, Dim d)
{
    sum->constant = add(sum->constant, mul(coefficient, d->value));
    mem_grow(&sum->parts, &sum->capacity, sum->count + term_count(d), sizeof *sum->parts);
    for (int i = 0; i < term_count(d); i++)
        sum->parts[sum->count++] = (Part){mul(coefficient, terms(d)[i].number), terms(d)[i].dim};
}

/* Sorts the terms, merges equal monomials and drops those that cancel. */
static void sum_merge(Sum *sum)
{
    if (sum->count > 1) qsort(sum->parts, (size_t)sum->count, sizeof *sum->parts, compare_terms);
    int kept = 0;
    for (int i = 0; i < sum->count;) {
        Part term = sum->parts[i++];
        while (i < sum->count && sum->parts[i].dim == term.dim) term.number = add(term.number, sum->parts[i++].number);
        if (term.number != 0) sum->parts[kept++] = term;
    }
    sum->count = kept;
}

static bool is_quotient(Dim d)
{
    return d->kind == FLOORDIV && d->parts[1].dim->kind == CONST && d->parts[1].dim->value > 0;
}

/* By what to multiply so that the quotients' divisors vanish; 1: nothing to gain. */
static int64_t common_divisor(const Sum *sum)
{
    int64_t common = 1;
    for (int i = 0; i < sum->count && common <= MAX_DIVISOR; i++) {
        int64_t k = is_quotient(sum->parts[i].dim) ? sum->parts[i].dim->parts[1].dim->value : 1;
        common = k > MAX_DIVISOR ? k : common / gcd(common, k) * k;
    }
    return sum->count > 1 && common <= MAX_DIVISOR ? common : 1;
}

/* k floor(x / k) lies within [x - (k - 1), x]: so much is known of quotients of sizes that depend on one another, as in
 * floor(x / 4) <= 4 floor((x + 12) / 16). Narrows the range. */
static Range range_by_dividends(const Sum *sum, Range range)
{
    int64_t common = common_divisor(sum);
    if (common == 1) return range;
    Sum whole = {.constant = mul(common, sum->constant)};
    Range slack = {0, 0};
    for (int i = 0; i < sum->count; i++) {
        Part term = sum->parts[i];
        int64_t k = is_quotient(term.dim) ? term.dim->parts[1].dim->value : 1, factor = mul(term.number, common / k);
        sum_add(&whole, factor, k > 1 ? term.dim->parts[0].dim : term.dim);
        slack = range_add(slack, range_mul((Range){factor, factor}, (Range){1 - k, 0}));
    }
    Range wide = range_add(sum_done(&whole)->range, slack);
    if (!is_infinite(wide.low)) range.low = max(range.low, -floordiv(-wide.low, common));
    if (!is_infinite(wide.high)) range.high = min(range.high, floordiv(wide.high, common));
    return range;
}

/* min(a, b) - min(c, d) lies between a - c and b - d. Narrows the range of a sum for two such
 * terms, operand by operand. */
static Range range_by_operands(const Sum *sum, int i, int j, Range range)
{
    static int depth; /* operands may be such differences themselves */
    Part x = sum->parts[i], y = sum->parts[j];
    if (y.number != -1 || x.dim->kind != y.dim->kind || x.dim->count != y.dim->count || depth > 2) return range;
    Range between = {DIM_INFINITY, -DIM_INFINITY}, rest = {sum->constant, sum->constant};
    depth++;
    for (int k = 0; k < x.dim->count; k++) {
        Range side = dim_sub(x.dim->parts[k].dim, y.dim->parts[k].dim)->range;
        between = (Range){min(between.low, side.low), max(between.high, side.high)};
    }
    depth--;
    for (int k = 0; k < sum->count; k++)
        if (k != i && k != j)
            rest = range_add(rest,
                             range_mul((Range){sum->parts[k].number, sum->parts[k].number}, sum->parts[k].dim->range));
    rest = range_add(rest, between);
    return (Range){max(range.low, rest.low), min(range.high, rest.high)};
}

static Range range_by_pairs(const Sum *sum, Range range)
{
    for (int i = 0; i < sum->count; i++) {
        Part term = sum->parts[i];
        if (term.number != 1 || (term.dim->kind != MIN && term.dim->kind != MAX)) continue;
        for (int j = 0; j < sum->count; j++) range = range_by_operands(sum, i, j, range);
    }
    return range;
}

/* The sum with term `at`, c mod(x, m), as c x - c m floor(x / m), if c x cancels against other terms; else NULL. So x +
 * mod(-x, m), the next multiple of m, is known for one. */
static Dim without_remainder(const Sum *sum, int at)
{
    Part term = sum->parts[at];
    if (term.dim->kind != MOD || term.dim->parts[1].dim->kind != CONST) return NULL;
    Dim x = term.dim->parts[0].dim, divisor = term.dim->parts[1].dim;
    Sum rest = {.constant = sum->constant};
    for (int i = 0; i < sum->count; i++)
        if (i != at) sum_add(&rest, sum->parts[i].number, sum->parts[i].dim);
    sum_add(&rest, term.number, x);
    sum_merge(&rest);
    if (rest.count > sum->count - 1 - term_count(x)) return NULL;
    sum_add(&rest, mul(-term.number, divisor->value), dim_floordiv(x, divisor));
    return sum_done(&rest);
}

/* The sum with `by` in the place of term `at`, with the same coefficient. */
static Sum sum_with(const Sum *sum, int at, Dim by)
{
    Sum result = {.constant = sum->constant};
    for (int i = 0; i < sum->count; i++) sum_add(&result, sum->parts[i].number, i == at ? by : sum->parts[i].dim);
    sum_merge(&result);
    return result;
}

/* The sum with term `at`, an extremum, taken apart: s - max(a, b) = min(s - a, s - b), if all of s cancels against a or
 * b; else NULL. So s - max(0, s - 3) is known not to be above 3. */
static Dim without_extremum(const Sum *sum, int at)
{
    Part term = sum->parts[at];
    if ((term.dim->kind != MIN && term.dim->kind != MAX) || (term.number != 1 && term.number != -1) || sum->count < 2)
        return NULL;
    bool cancels = false;
    for (int k = 0; k < term.dim->count && !cancels; k++)
        cancels = sum_with(sum, at, term.dim->parts[k].dim).count == 0;
    if (!cancels) return NULL;
    Dim (*pick)(Dim, Dim) = (term.dim->kind == MIN) == (term.number == 1) ? dim_min : dim_max;
    Dim result = NULL;
    for (int k = 0; k < term.dim->count; k++) {
        Sum side = sum_with(sum, at, term.dim->parts[k].dim);
        Dim d = sum_done(&side);
        result = result ? pick(result, d) : d;
    }
    return result;
}

Dim sum_done(Sum *sum)
{
    sum_merge(sum);
    for (int i = 0; i < sum->count; i++) {
        Dim shorter = without_remainder(sum, i);
        if (!shorter) shorter = without_extremum(sum, i);
        if (shorter) return shorter;
    }
    if (sum->count == 0) return dim_const(sum->constant);
    if (sum->count == 1 && sum->constant == 0 && sum->parts[0].number == 1) return sum->parts[0].dim;
    Range range = {sum->constant, sum->constant};
    for (int i = 0; i < sum->count; i++) {
        Range coefficient = {sum->parts[i].number, sum->parts[i].number};
        range = range_add(range, range_mul(coefficient, sum->parts[i].dim->range));
    }
    range = range_by_pairs(sum, range_by_dividends(sum, range));
    if (range.low == range.high && !is_infinite(range.low)) return dim_const(range.low);
    return dim_intern((
        struct DimExpr){.kind = SUM, .value = sum->constant, .count = sum->count, .parts = sum->parts, .range = range});
}

Dim dim_scale(int64_t coefficient, Dim d)
{
    Sum sum = {0};
    sum_add(&sum, coefficient, d);
    return sum_done(&sum);
}

Dim dim_negate(Dim d)
{
    return dim_scale(-1, d);
}
