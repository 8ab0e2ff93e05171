/* test_narrow_kernels.c: kernels compute with weights of 16 and 8 bits what they do with the same weights as floats, to
 * the bit where those are widened alike. */
#include "base/dtype.h"
#include "kernels.h"

#include <check.h>
#include <math.h>
#include <string.h>

Suite *narrow_kernels_suite(void);

/* -- widening ---------------------------------------------------------------------------------- */

START_TEST(every_finite_half_is_widened_exactly)
{
    for (uint32_t first = 0; first < 0x10000; first += VEC) {
        uint16_t halves[VEC];
        float wide[VEC], brain[VEC];
        for (uint32_t i = 0; i < VEC; i++) halves[i] = (uint16_t)(first + i);
        vec_store(wide, widen_f16_vec(halves));
        vec_store(brain, widen_bf16_vec(halves));
        for (int i = 0; i < VEC; i++) {
            float half = f16_to_f32(halves[i]), other = bf16_to_f32(halves[i]);
            if (isfinite(half)) ck_assert(!memcmp(&wide[i], &half, sizeof half));
            if (!isnan(other)) ck_assert(!memcmp(&brain[i], &other, sizeof other));
        }
    }
}
END_TEST

START_TEST(every_byte_is_widened_exactly)
{
    for (int first = -128; first < 128; first += VEC) {
        int8_t bytes[VEC];
        float wide[VEC];
        for (int i = 0; i < VEC; i++) bytes[i] = (int8_t)(first + i);
        vec_store(wide, widen_i8_vec(bytes));
        for (int i = 0; i < VEC; i++) ck_assert_int_eq((int)wide[i], first + i);
    }
}
END_TEST

/* -- products ---------------------------------------------------------------------------------- */

enum { K = 150, N = 53, M = 14, PANELS = (N + 15) / 16 };

typedef struct {
    float a[M * K], bias[N], floats[PANELS * K * 16], scale[PANELS * 16];
    uint16_t halves[PANELS * K * 16];
    int8_t bytes[PANELS * K * 16];
} Factors;

/* Weights of one type, and the same as floats. */
static void fill(Factors *f, DType type)
{
    for (int i = 0; i < M * K; i++) f->a[i] = (float)(i * 37 % 101 - 50) / 64;
    for (int i = 0; i < N; i++) f->bias[i] = (float)(i % 7) - 3;
    for (int i = 0; i < PANELS * 16; i++) f->scale[i] = (0.01f + 0.003f * (float)i) / 32;
    for (int i = 0; i < PANELS * K * 16; i++) {
        float x = (float)(i * 61 % 255 - 127) / 99;
        f->bytes[i] = (int8_t)(i * 61 % 255 - 127);
        f->halves[i] = type == DT_FLOAT16 ? f32_to_f16(x) : f32_to_bf16(x);
        f->floats[i] = type == DT_INT8      ? (float)f->bytes[i] * f->scale[i / (K * 16) * 16 + i % 16]
                       : type == DT_FLOAT16 ? f16_to_f32(f->halves[i])
                                            : bf16_to_f32(f->halves[i]);
    }
}

static void check_products(int32_t m, DType type)
{
    static Factors f;
    static float expected[M * N], vectors[M * N], scalars[M * N];
    const struct gemm_packed p = {.m = m, .n = N, .k = K, .a_row = K, .y_row = N};
    fill(&f, type);
    gemm_packed_f32(f.a, f.floats, f.bias, NULL, expected, &p, -9, 9, NULL);
    if (type == DT_INT8) {
        gemm_packed_i8(f.a, f.bytes, f.scale, f.bias, NULL, vectors, &p, -9, 9, NULL);
        gemm_scalar_i8(f.a, f.bytes, f.scale, f.bias, NULL, scalars, &p, -9, 9, NULL);
    } else if (type == DT_FLOAT16) {
        gemm_packed_f16(f.a, f.halves, f.bias, NULL, vectors, &p, -9, 9, NULL);
        gemm_scalar_f16(f.a, f.halves, f.bias, NULL, scalars, &p, -9, 9, NULL);
    } else {
        gemm_packed_bf16(f.a, f.halves, f.bias, NULL, vectors, &p, -9, 9, NULL);
        gemm_scalar_bf16(f.a, f.halves, f.bias, NULL, scalars, &p, -9, 9, NULL);
    }
    ck_assert(!memcmp(vectors, expected, (size_t)(m * N) * sizeof *expected));
    for (int i = 0; i < m * N; i++) ck_assert_float_eq_tol(scalars[i], expected[i], 2e-5f);
}

START_TEST(products_are_those_of_the_same_weights_as_floats)
{
    for (int32_t m = 1; m <= M; m++) {
        check_products(m, DT_FLOAT16);
        check_products(m, DT_BFLOAT16);
        check_products(m, DT_INT8);
    }
}
END_TEST

Suite *narrow_kernels_suite(void)
{
    Suite *suite = suite_create("narrow_kernels");
    TCase *tests = tcase_create("narrow_kernels");
    tcase_add_test(tests, every_finite_half_is_widened_exactly);
    tcase_add_test(tests, every_byte_is_widened_exactly);
    tcase_add_test(tests, products_are_those_of_the_same_weights_as_floats);
    suite_add_tcase(suite, tests);
    return suite;
}
