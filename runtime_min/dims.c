/* Arithmetic on sizes that are known only at run time; the same rules as dim.h of the compiler: division rounds toward
 * minus infinity, a division by zero gives 0, the remainder has the divisor's sign. */

static inline int32_t dim_floordiv_i32(int32_t a, int32_t b)
{
    if (b == 0) return 0;
    const int64_t quotient = (int64_t)a / b;
    return (int32_t)(quotient * b != a && (a < 0) != (b < 0) ? quotient - 1 : quotient);
}

static inline int32_t dim_ceildiv_i32(int32_t a, int32_t b)
{
    if (b == 0) return 0;
    const int64_t quotient = (int64_t)a / b;
    return (int32_t)(quotient * b != a && (a < 0) == (b < 0) ? quotient + 1 : quotient);
}

static inline int32_t dim_mod_i32(int32_t a, int32_t b)
{
    if (b == 0) return a;
    const int64_t remainder = (int64_t)a % b;
    return (int32_t)(remainder != 0 && (remainder < 0) != (b < 0) ? remainder + b : remainder);
}

static inline int32_t dim_min_i32(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

static inline int32_t dim_max_i32(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

/* A size that is found out in each round of a loop and must always be the same: the first round sets *seen. */
int same_size(int64_t *seen, int32_t round, int32_t size)
{
    if (round == 0) *seen = size;
    return *seen != size;
}
