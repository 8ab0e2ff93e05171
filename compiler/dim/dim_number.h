/* dim_number.h: saturating whole numbers. Infinity absorbs what is added to it: too large never
 * becomes plausible again. */
#ifndef DIM_NUMBER_H
#define DIM_NUMBER_H

#include "dim/dim.h"

static inline int64_t clamp(int64_t value)
{
    if (value > DIM_INFINITY) return DIM_INFINITY;
    return value < -DIM_INFINITY ? -DIM_INFINITY : value;
}

static inline bool is_infinite(int64_t value)
{
    return value == DIM_INFINITY || value == -DIM_INFINITY;
}

/* Of two infinities the positive one wins. */
static inline int64_t add(int64_t a, int64_t b)
{
    if (a == DIM_INFINITY || b == DIM_INFINITY) return DIM_INFINITY;
    if (a == -DIM_INFINITY || b == -DIM_INFINITY) return -DIM_INFINITY;
    return clamp(a + b);
}

/* Of two infinities the negative one wins, as the lower bound of a sum needs it. */
static inline int64_t add_low(int64_t a, int64_t b)
{
    return -add(-a, -b);
}

static inline int64_t mul(int64_t a, int64_t b)
{
    if (a == 0 || b == 0) return 0;
    int64_t magnitude_a = a < 0 ? -a : a, magnitude_b = b < 0 ? -b : b;
    if (magnitude_a > DIM_INFINITY / magnitude_b) return (a < 0) == (b < 0) ? DIM_INFINITY : -DIM_INFINITY;
    return a * b;
}

static inline int64_t power(int64_t base, int64_t exponent)
{
    int64_t result = 1;
    for (int64_t i = 0; i < exponent; i++) result = mul(result, base);
    return result;
}

/* Division by zero gives 0, and the remainder is then the dividend: a = b * floordiv(a, b) + mod(a, b) always. */
static inline int64_t floordiv(int64_t a, int64_t b)
{
    if (b == 0) return 0;
    if (is_infinite(a)) return b > 0 ? a : -a;
    return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

static inline int64_t mod(int64_t a, int64_t b)
{
    if (b == 0) return a;
    int64_t rest = a % b;
    return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

static inline int64_t min(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static inline int64_t max(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static inline int64_t gcd(int64_t a, int64_t b)
{
    while (b != 0) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a < 0 ? -a : a;
}

/* Like strcmp. */
static inline int order(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

#endif
