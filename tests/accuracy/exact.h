/* What the functions should give, in a type of many more digits: binary128 for double, double for what is narrower. */
#ifndef EXACT_H
#define EXACT_H

#include <math.h>

#if !defined(WIDE)
typedef double real;
#define R(function) function
#elif defined(__SIZEOF_FLOAT128__) && !defined(__clang__)
#include <quadmath.h>
typedef __float128 real;
#define R(function) function##q
#elif defined(__LDBL_MANT_DIG__) && __LDBL_MANT_DIG__ == 113
typedef long double real;
#define R(function) function##l
#else
#error "the reference for double needs binary128: gcc's __float128, or a long double of that width"
#endif

/* x, a second operand, and attributes in the order of functions.py. */
typedef real Exact(real x, real p, const double *attributes);

Exact exact_acos, exact_acosh, exact_add, exact_asin, exact_asinh, exact_atan, exact_atanh, exact_bias_gelu, exact_celu,
    exact_cos, exact_cosh, exact_div, exact_elu, exact_erf, exact_exp, exact_fmod, exact_gelu, exact_gelu_tanh,
    exact_hard_sigmoid, exact_hard_swish, exact_leaky_relu, exact_log, exact_mish, exact_mul, exact_pow, exact_prelu,
    exact_reciprocal, exact_selu, exact_shrink, exact_sigmoid, exact_sin, exact_sinh, exact_softplus, exact_softsign,
    exact_sqrt, exact_sub, exact_swish, exact_tan, exact_tanh, exact_thresholded_relu;

/* x + p in the type that the function is computed in. */
real rounded_sum(real x, real p);

#endif
