/* test_dim.h: the symbols that tests of dimensions are about, new for each test, and short words for expressions. */
#ifndef TEST_DIM_H
#define TEST_DIM_H

#include "dim/dim.h"
#include "base/mem.h"

static Dim b, c, h, w, n, z; /* sizes are >= 1, n may be empty, z may have any sign */

static inline void setup(void)
{
    b = dim_symbol(foreign("b"), 1, 64);
    c = dim_symbol(foreign("c"), 1, DIM_INFINITY);
    h = dim_symbol(foreign("h"), 1, 1000);
    w = dim_symbol(foreign("w"), 1, 1000);
    n = dim_symbol(foreign("n"), 0, 100);
    z = dim_symbol(foreign("z"), -10, 10);
}

static inline void teardown(void)
{
    dim_reset();
    mem_free_all();
}

static inline Dim k(int64_t value)
{
    return dim_const(value);
}

static inline Dim product(Dim x, Dim y, Dim u, Dim v)
{
    return dim_mul(dim_mul(x, y), dim_mul(u, v));
}

static inline Dim plus(Dim d, int64_t value)
{
    return dim_add(d, k(value));
}

static inline Dim times(int64_t value, Dim d)
{
    return dim_mul(k(value), d);
}

static inline Dim over(Dim d, int64_t value)
{
    return dim_floordiv(d, k(value));
}

#endif
