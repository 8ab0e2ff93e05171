/* test_math.c: the functions of templates/math.c.in: their errors against libm's in float64, and that a vector gets
 * what its elements get. */
#include "kernels.h"

#include <check.h>
#include <stdlib.h>

Suite *math_suite(void);

typedef struct {
    const char *name;
    float (*scalar)(float);
    vec (*vector)(vec);
    double (*exact)(double);
    double low, high, ulps; /* the interval where the error is bounded */
} Function;

static double exact_sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

static double exact_gelu(double x)
{
    return 0.5 * x * erfc(-x * 0.70710678118654752440);
}

static double exact_silu(double x)
{
    return x / (1 + exp(-x));
}

static const Function functions[] = {
    {"exp", exp_f32, exp_vec, exp, -110, 90, 1.1},
    {"expm1", expm1_f32, expm1_vec, expm1, -20, 90, 2},
    {"log", log_f32, log_vec, log, 0, 3.4e38, 1},
    {"tanh", tanh_f32, tanh_vec, tanh, -12, 12, 3},
    {"sigmoid", sigmoid_f32, sigmoid_vec, exact_sigmoid, -110, 90, 3},
    {"erf", erf_f32, erf_vec, erf, -6, 6, 3},
    {"gelu", gelu_f32, gelu_vec, exact_gelu, -13, 1000, 4},
    {"silu", silu_f32, silu_vec, exact_silu, -91, 1000, 3},
};

enum { SAMPLES = 200000 };

/* Distance of neighbours around x; at least that of the smallest floats. */
static double ulp(double x)
{
    return ldexp(1, fabs(x) < (double)FLT_MIN ? -149 : ilogb(x) - 23);
}

/* Half of the samples spread evenly, half over all magnitudes of the interval. */
static float sample(const Function *f, int i)
{
    const double part = (i / 2 + 0.5) / (SAMPLES / 2);
    if (i % 2) return (float)(f->low + part * (f->high - f->low));
    const double magnitude = ldexp(1, (int)(part * 150) - 126) * (1 + fmod(i * 0.618033988749895, 1));
    return (float)fmin(f->high, i % 4 && f->low < 0 ? fmax(f->low, -magnitude) : magnitude);
}

START_TEST(errors_are_within_their_bounds)
{
    const Function *f = &functions[_i];
    for (int i = 0; i < SAMPLES; i++) {
        const float x = sample(f, i);
        const double exact = f->exact((double)x), error = fabs((double)f->scalar(x) - exact) / ulp(exact);
        if (exact > (double)FLT_MAX) ck_assert_msg(isinf(f->scalar(x)), "%s(%g) is finite", f->name, (double)x);
        else ck_assert_msg(error < f->ulps, "%s(%a): %g ULP", f->name, (double)x, error);
    }
}
END_TEST

static void expect_same(const Function *f, const float *x)
{
    float y[VEC];
    vec_store(y, f->vector(vec_load(x)));
    for (int k = 0; k < VEC; k++) {
        const float one = f->scalar(x[k]);
        ck_assert_msg(!memcmp(&one, &y[k], sizeof one) || (isnan(one) && isnan(y[k])), "%s(%a) is %a, in a vector %a",
                      f->name, (double)x[k], (double)one, (double)y[k]);
    }
}

START_TEST(vectors_hold_the_same_results)
{
    static const float special[] = {0,        -0.0f,   1,      -1,      INFINITY, -INFINITY, NAN,  FLT_MAX,
                                    -FLT_MAX, FLT_MIN, 1e-45f, -1e-45f, 88.9f,    -103.9f,   0.5f, 1e-20f};
    const Function *f = &functions[_i];
    float x[VEC];
    for (int i = 0; i < SAMPLES; i += VEC) {
        for (int k = 0; k < VEC; k++) x[k] = sample(f, i + k);
        expect_same(f, x);
    }
    for (size_t i = 0; i + VEC <= sizeof special / sizeof *special; i += VEC) expect_same(f, special + i);
}
END_TEST

START_TEST(ends_of_the_range)
{
    ck_assert(exp_f32(-INFINITY) == 0 && exp_f32(INFINITY) == INFINITY && isnan(exp_f32(NAN)));
    ck_assert(log_f32(0) == -INFINITY && log_f32(INFINITY) == INFINITY && isnan(log_f32(-1)) && isnan(log_f32(NAN)));
    ck_assert(tanh_f32(INFINITY) == 1 && tanh_f32(-INFINITY) == -1 && isnan(tanh_f32(NAN)));
    ck_assert(sigmoid_f32(-INFINITY) == 0 && sigmoid_f32(INFINITY) == 1 && isnan(sigmoid_f32(NAN)));
    ck_assert(erf_f32(INFINITY) == 1 && erf_f32(-INFINITY) == -1 && isnan(erf_f32(NAN)));
    ck_assert(gelu_f32(INFINITY) == INFINITY && gelu_f32(-INFINITY) == 0 && isnan(gelu_f32(NAN)));
    ck_assert(silu_f32(-INFINITY) == 0 && silu_f32(FLT_MAX) == FLT_MAX && isnan(silu_f32(NAN)));
    ck_assert(signbit(silu_f32(-0.0f)) && signbit(gelu_f32(-0.0f)));
    ck_assert(signbit(tanh_f32(-0.0f)) && signbit(erf_f32(-0.0f)));
}
END_TEST

Suite *math_suite(void)
{
    const int count = sizeof functions / sizeof *functions;
    Suite *s = suite_create("math");
    TCase *c = tcase_create("math");
    tcase_add_loop_test(c, errors_are_within_their_bounds, 0, count);
    tcase_add_loop_test(c, vectors_hold_the_same_results, 0, count);
    tcase_add_test(c, ends_of_the_range);
    suite_add_tcase(s, c);
    return s;
}
