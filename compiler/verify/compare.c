/* How far two tensors are apart. */
#include "verify/compare.h"

#include "base/base.h"

#include <math.h>
#include <string.h>

static DType component_type(DType t)
{
    if (t == DT_COMPLEX64) return DT_FLOAT;
    return t == DT_COMPLEX128 ? DT_DOUBLE : t;
}

static bool is_floating(DType t)
{
    return number_has(t) && t != DT_BOOL && !dtype_is_integer(t) && t != DT_INT4 && t != DT_UINT4 && t != DT_INT2 &&
           t != DT_UINT2;
}

/* -- one element ------------------------------------------------------------------------------- */

static bool within(double distance, double size, Tolerance t)
{
    return distance <= t.absolute + t.relative * size;
}

static bool close_reals(double found, double expected, Tolerance t)
{
    if (isnan(found) || isnan(expected)) return isnan(found) && isnan(expected);
    if (isinf(found) || isinf(expected)) return found == expected;
    return within(fabs(found - expected), fabs(expected), t);
}

static bool close_complex(const double *found, const double *expected, Tolerance t)
{
    bool finite = isfinite(found[0]) && isfinite(found[1]) && isfinite(expected[0]) && isfinite(expected[1]);
    if (!finite) return close_reals(found[0], expected[0], t) && close_reals(found[1], expected[1], t);
    return within(hypot(found[0] - expected[0], found[1] - expected[1]), hypot(expected[0], expected[1]), t);
}

static bool same_element(DType t, const void *found, const void *expected, int64_t i, Tolerance tolerance)
{
    DType c = component_type(t);
    if (t == DT_STRING) return foreign_equal(foreign_element(found, i), foreign_element(expected, i));
    if (c != t) {
        double a[] = {number_real(c, found, 2 * i), number_real(c, found, 2 * i + 1)};
        double b[] = {number_real(c, expected, 2 * i), number_real(c, expected, 2 * i + 1)};
        return close_complex(a, b, tolerance);
    }
    if (is_floating(t)) return close_reals(number_real(t, found, i), number_real(t, expected, i), tolerance);
    return number_bits(t, found, i) == number_bits(t, expected, i);
}

/* -- the tolerance of a tensor ------------------------------------------------------------------- */

static double largest_magnitude(DType t, const void *data, int64_t count)
{
    double largest = 0;
    for (int64_t i = 0; i < count; i++) {
        double x = fabs(number_real(t, data, i));
        if (isfinite(x) && x > largest) largest = x;
    }
    return largest;
}

/* Of the scale, what an element may be off: each type's own precision, with room for a sum of many terms. */
static double part_of_scale(DType t)
{
    if (t == DT_FLOAT16) return 1e-3;
    return t == DT_BFLOAT16 ? 1e-2 : 1e-5;
}

Tolerance tolerance_for(DType t, const void *expected, int64_t count, Tolerance given)
{
    DType c = component_type(t);
    if (!given.scaled || !is_floating(c)) return given;
    double scale = largest_magnitude(c, expected, c == t ? count : 2 * count);
    return (Tolerance){.relative = given.relative, .absolute = fmax(given.absolute, part_of_scale(c) * scale)};
}

/* -- measures ---------------------------------------------------------------------------------- */

/* The bits as a number that grows with the value they stand for, by one from each to the next: sign and magnitude. */
static int64_t place_of(DType t, const void *data, int64_t i)
{
    uint64_t code = number_bits(t, data, i), sign = dtype_is_signed(t) ? UINT64_C(1) << (dtype_bits(t) - 1) : 0;
    return code & sign ? -(int64_t)(code & ~sign) : (int64_t)code;
}

static uint64_t ulps(DType t, const void *found, const void *expected, int64_t i)
{
    int64_t a = place_of(t, found, i), b = place_of(t, expected, i);
    return a > b ? (uint64_t)a - (uint64_t)b : (uint64_t)b - (uint64_t)a;
}

/* Integers beyond 2^53 that are neighbours have the same double. */
static double distance(DType t, const void *found, const void *expected, int64_t i)
{
    double a = number_real(t, found, i), b = number_real(t, expected, i);
    if (number_bits(t, found, i) == number_bits(t, expected, i) || (isnan(a) && isnan(b))) return 0;
    if (is_floating(t)) return a == b ? 0 : isnan(a - b) ? (double)INFINITY : fabs(a - b);
    return fmax(fabs(a - b), 1);
}

static double relative(double absolute, double expected)
{
    if (absolute == 0) return 0;
    return isfinite(absolute) ? absolute / fabs(expected) : (double)INFINITY;
}

typedef struct {
    double product, found, expected, noise;
} Sums;

static void add_to_sums(Sums *s, double found, double expected, double absolute)
{
    if (!isfinite(found) || !isfinite(expected)) return;
    s->product += found * expected;
    s->found += found * found;
    s->expected += expected * expected;
    s->noise += absolute * absolute;
}

static double cosine(const Sums *s)
{
    if (s->found == 0 || s->expected == 0) return s->found == s->expected ? 1 : 0;
    return s->product / (sqrt(s->found) * sqrt(s->expected));
}

static void measure(Comparison *c, DType t, const void *found, const void *expected, int64_t count)
{
    Sums sums = {0};
    for (int64_t i = 0; i < count; i++) {
        double a = number_real(t, found, i), b = number_real(t, expected, i),
               absolute = distance(t, found, expected, i);
        c->max_absolute = fmax(c->max_absolute, absolute);
        c->max_relative = fmax(c->max_relative, relative(absolute, b));
        add_to_sums(&sums, a, b, absolute);
        uint64_t ulp = c->has_ulp && !isnan(a) && !isnan(b) ? ulps(t, found, expected, i) : 0;
        if (ulp > c->max_ulp) c->max_ulp = ulp;
    }
    c->cosine = cosine(&sums);
    c->snr = sums.noise == 0 ? (double)INFINITY : 10 * log10(sums.expected / sums.noise);
}

/* How far an element is off; strings are all equally far. */
static double error_of(DType t, const void *found, const void *expected, int64_t i)
{
    DType c = component_type(t);
    if (t == DT_STRING) return 0;
    if (c == t) return distance(t, found, expected, i);
    return fmax(distance(c, found, expected, 2 * i), distance(c, found, expected, 2 * i + 1));
}

/* Among equally large ones the first stays first. */
static void note_worst(Comparison *c, double *errors, double error, int64_t i)
{
    int at = c->n_worst;
    while (at > 0 && error > errors[at - 1]) at--;
    if (at == MOST_WORST) return;
    if (c->n_worst < MOST_WORST) c->n_worst++;
    for (int k = c->n_worst - 1; k > at; k--) {
        errors[k] = errors[k - 1];
        c->worst[k] = c->worst[k - 1];
    }
    errors[at] = error;
    c->worst[at] = i;
}

bool element_differs(DType t, const void *found, const void *expected, int64_t i, Tolerance used)
{
    return !same_element(t, found, expected, i, used);
}

Comparison compare(DType t, const void *found, const void *expected, int64_t count, Tolerance tolerance)
{
    DType component = component_type(t);
    Comparison c = {.first = -1, .measured = t != DT_STRING, .has_ulp = is_floating(component)};
    double errors[MOST_WORST];
    c.used = tolerance_for(t, expected, count, tolerance);
    for (int64_t i = 0; i < count; i++) {
        if (same_element(t, found, expected, i, c.used)) continue;
        if (c.first < 0) c.first = i;
        c.differing++;
        note_worst(&c, errors, error_of(t, found, expected, i), i);
    }
    if (c.measured) measure(&c, component, found, expected, component == t ? count : 2 * count);
    return c;
}
