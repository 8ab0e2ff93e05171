/* test_halves.c: products of factors that are rounded to float16 or bfloat16: what numbers are rounded to, and that
 * their products are added up as those of the same numbers as floats. */
#include "kernels.h"

#include <check.h>
#include <math.h>
#include <string.h>

Suite *halves_suite(void);

/* Numbers at the edges of the types, their neighbours, and some more. */
static int edges(float *x)
{
    static const float at[] = {0,     0x1p-25f, 0x1.8p-25f, 0x1p-24f,  0x1p-14f,   65504,      65519.9f, 65520,
                               1e30f, 3.4e38f,  0x1.01p0f,  0x1.03p0f, 0x1.002p0f, 0x1.006p0f, 1e-39f,   INFINITY};
    int n = 0;
    for (size_t i = 0; i < sizeof at / sizeof *at; i++)
        for (int sign = -1; sign <= 1; sign += 2) {
            x[n++] = (float)sign * at[i];
            x[n++] = (float)sign * nextafterf(at[i], INFINITY);
            x[n++] = (float)sign * nextafterf(at[i], 0);
        }
    return n;
}

START_TEST(numbers_are_rounded_as_the_types_have_them)
{
    float x[HALVES_MOST], f16[HALVES_MOST + 16], bf16[HALVES_MOST + 16];
    const int n = edges(x);
    round_f16(x, n, f16);
    round_bf16(x, n, bf16);
    for (int i = 0; i < n; i++) {
        const float half = f16_to_f32(f32_to_f16(x[i])), brain = bf16_to_f32(f32_to_bf16(x[i]));
        ck_assert_msg(!memcmp(&f16[i], &half, sizeof half), "%a becomes %a", (double)x[i], (double)f16[i]);
        ck_assert_msg(!memcmp(&bf16[i], &brain, sizeof brain), "%a becomes %a", (double)x[i], (double)bf16[i]);
    }
    const float nan[1] = {NAN};
    round_f16(nan, 1, f16);
    round_bf16(nan, 1, bf16);
    ck_assert(isnan(f16[0]) && isnan(bf16[0]));
}
END_TEST

enum { K = 150, N = 53, M = 14, PANELS = (N + 15) / 16 };

typedef struct {
    float a[M * K], rounded[M * K], bias[N], floats[PANELS * K * 16];
    uint16_t halves[PANELS * K * 16];
} Factors;

static void fill(Factors *f, bool brain)
{
    for (int i = 0; i < M * K; i++) {
        f->a[i] = (float)(i * 37 % 101 - 50) / 63;
        f->rounded[i] = brain ? bf16_to_f32(f32_to_bf16(f->a[i])) : f16_to_f32(f32_to_f16(f->a[i]));
    }
    for (int i = 0; i < N; i++) f->bias[i] = (float)(i % 7) - 3;
    for (int i = 0; i < PANELS * K * 16; i++) {
        const float x = (float)(i * 61 % 255 - 127) / 99;
        const uint16_t half = brain ? f32_to_bf16(x) : f32_to_f16(x);
        const int row = i / 16;
        f->halves[brain ? (row - row % 2) * 16 + i % 16 * 2 + row % 2 : i] = half;
        f->floats[i] = brain ? bf16_to_f32(half) : f16_to_f32(half);
    }
}

START_TEST(products_are_those_of_the_rounded_factors)
{
    static Factors f;
    static float expected[M * N], found[M * N];
    for (int brain = 0; brain < 2; brain++)
        for (int32_t m = 1; m <= M; m++) {
            const struct gemm_packed p = {.m = m, .n = N, .k = K, .a_row = K, .y_row = N};
            fill(&f, brain);
            gemm_packed_f32(f.rounded, f.floats, f.bias, NULL, expected, &p, -9, 9, NULL);
            (brain ? gemm_packed_bf16_both : gemm_packed_f16_both)(f.a, f.halves, f.bias, NULL, found, &p, -9, 9, NULL);
            ck_assert(!memcmp(found, expected, (size_t)(m * N) * sizeof *expected));
        }
}
END_TEST

Suite *halves_suite(void)
{
    Suite *suite = suite_create("halves");
    TCase *tests = tcase_create("halves");
    tcase_add_test(tests, numbers_are_rounded_as_the_types_have_them);
    tcase_add_test(tests, products_are_those_of_the_rounded_factors);
    suite_add_tcase(suite, tests);
    return suite;
}
