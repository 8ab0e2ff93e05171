/* dim_range.c: the values that an expression can take. */
#include "dim/dim_expr.h"

static Range range_union(Range a, Range b)
{
    return (Range){min(a.low, b.low), max(a.high, b.high)};
}

Range range_add(Range a, Range b)
{
    return (Range){add_low(a.low, b.low), add(a.high, b.high)};
}

/* The range of f(x, y) for f monotone in each argument over the whole of a x b. */
Range range_of_corners(Range a, Range b, int64_t (*f)(int64_t, int64_t))
{
    int64_t x = f(a.low, b.low), y = f(a.low, b.high), z = f(a.high, b.low), w = f(a.high, b.high);
    return (Range){min(min(x, y), min(z, w)), max(max(x, y), max(z, w))};
}

Range range_mul(Range a, Range b)
{
    return range_of_corners(a, b, mul);
}

Range range_power(Range base, int64_t exponent)
{
    int64_t low = power(base.low, exponent), high = power(base.high, exponent);
    Range ends = {min(low, high), max(low, high)};
    if (exponent % 2 == 0 && contains_zero(base)) ends.low = 0;
    return ends;
}

/* A quotient is monotone in both operands as long as the divisor keeps its sign. */
Range range_floordiv(Range a, Range b)
{
    if (!contains_zero(b)) return range_of_corners(a, b, floordiv);
    Range result = {0, 0};
    if (b.low < 0) result = range_union(result, range_of_corners(a, (Range){b.low, -1}, floordiv));
    if (b.high > 0) result = range_union(result, range_of_corners(a, (Range){1, b.high}, floordiv));
    return result;
}

Range range_mod(Range a, Range b)
{
    Range result = {min(add(b.low, 1), 0), max(add(b.high, -1), 0)};
    if (a.low >= 0 && b.low >= 1) result.high = min(result.high, a.high);
    if (a.high <= 0 && b.high <= -1) result.low = max(result.low, a.low);
    return contains_zero(b) ? range_union(result, a) : result;
}
