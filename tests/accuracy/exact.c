/* exact.c: the formulas of ONNX's text, written so that nothing cancels. Where Gelu, Swish and Mish are 0 times
 * infinity in the text, the limit. */
#include "exact.h"

#define UNUSED ((void)x, (void)p, (void)attributes)

#define LIBM(name, function) \
    real exact_##name(real x, real p, const double *attributes) \
    { \
        UNUSED; \
        return R(function)(x); \
    }
LIBM(acos, acos)
LIBM(acosh, acosh)
LIBM(asin, asin)
LIBM(asinh, asinh)
LIBM(atan, atan)
LIBM(atanh, atanh)
LIBM(cos, cos)
LIBM(cosh, cosh)
LIBM(erf, erf)
LIBM(exp, exp)
LIBM(log, log)
LIBM(sin, sin)
LIBM(sinh, sinh)
LIBM(sqrt, sqrt)
LIBM(tan, tan)
LIBM(tanh, tanh)

#define FORMULA(name, formula) \
    real exact_##name(real x, real p, const double *attributes) \
    { \
        UNUSED; \
        return formula; \
    }
FORMULA(add, x + p)
FORMULA(sub, x - p)
FORMULA(mul, x *p)
FORMULA(div, x / p)
FORMULA(fmod, R(fmod)(x, p))
FORMULA(pow, R(pow)(x, p))
FORMULA(reciprocal, 1 / x)
FORMULA(prelu, x < 0 ? p * x : x)
FORMULA(leaky_relu, x < 0 ? (real)attributes[0] * x : x)
FORMULA(elu, x < 0 ? (real)attributes[0] * R(expm1)(x) : x)
FORMULA(celu, x < 0 ? (real)attributes[0] * R(expm1)(x / (real)attributes[0]) : x)
FORMULA(selu, (real)attributes[1] * (x < 0 ? (real)attributes[0] * R(expm1)(x) : x))
FORMULA(thresholded_relu, x > (real)attributes[0] || x != x ? x : 0)
FORMULA(softplus, (x < 0 ? 0 : x) + R(log1p)(R(exp)(-R(fabs)(x))))
FORMULA(softsign, x / (1 + R(fabs)(x)))

/* 1 / (1 + e^-x). */
static real sigmoid(real x)
{
    const real e = R(exp)(-R(fabs)(x));
    return (x < 0 ? e : 1) / (1 + e);
}
FORMULA(sigmoid, sigmoid(x))

/* x times a share that falls to 0 faster than x grows. */
static real part_of(real x, real share)
{
    return share == 0 ? R(copysign)(0, x) : x * share;
}
FORMULA(swish, part_of(x, sigmoid((real)attributes[0] * x)))
FORMULA(mish, part_of(x, R(tanh)(R(log1p)(R(exp)(x)))))

static real gelu(real x)
{
    const real root_half = R(sqrt)((real)0.5);
    return part_of(x, R(erfc)(-x * root_half) / 2);
}
FORMULA(gelu, gelu(x))
FORMULA(bias_gelu, gelu(rounded_sum(x, p)))

real exact_gelu_tanh(real x, real p, const double *attributes)
{
    UNUSED;
    const real cubic = (real)44715 / 1000000, pi = R(acos)(-1);
    return part_of(x, sigmoid(2 * R(sqrt)(2 / pi) * (x + cubic * x * x * x)));
}

static real within(real x, real low, real high)
{
    return x < low ? low : x > high ? high : x;
}
FORMULA(hard_sigmoid, within((real)attributes[0] * x + (real)attributes[1], 0, 1))
FORMULA(hard_swish, x *within((x + 3) / 6, 0, 1))

real exact_shrink(real x, real p, const double *attributes)
{
    UNUSED;
    const real bias = attributes[0], lambd = attributes[1];
    return x < -lambd ? x + bias : x > lambd ? x - bias : x != x ? x : 0;
}
