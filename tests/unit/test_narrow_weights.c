/* test_narrow_weights.c: --weights-type: which arrays become narrow ones, and what is noted of them; --precision: which
 * products round their factors. */
#include "run_steps.h"

#include "lower/lower.h"
#include "ops/shared/shared.h"
#include "rewrite/rewrite.h"

#include <check.h>
#include <string.h>

Suite *narrow_weights_suite(void);

static void computed_by(DType type, const char *kernel, const char *text)
{
    build_weights_type(type);
    ck_assert_msg(step_calling(model_after(lower, text), kernel), "%s is not used for %s but %s", kernel, text,
                  steps_text(model_after(lower, text)));
}

START_TEST(large_weights_have_the_kernels_of_their_type)
{
    computed_by(DT_FLOAT16, "gemm_packed_f16", "(float[4,64] x) => (y) <float[64,16] w> { y = MatMul(x, w) }");
    computed_by(DT_BFLOAT16, "gemm_packed_bf16", "(float[4,64] x) => (y) <float[64,16] w> { y = MatMul(x, w) }");
    computed_by(DT_INT8, "matmul_packed_i8", "(float[2,4,64] x) => (y) <float[2,64,16] w> { y = MatMul(x, w) }");
    computed_by(DT_INT8, "conv_packed_i8", "(float[1,16,34,34] x) => (y) <float[16,16,3,3] w> { y = Conv(x, w) }");
    computed_by(DT_FLOAT16, "conv_packed_f16", "(float[1,3,32,32] x) => (y) <float[48,3,3,3] w> { y = Conv(x, w) }");
}
END_TEST

START_TEST(others_stay_as_they_are)
{
    computed_by(DT_FLOAT16, "gemm_packed_f32", "(float[4,63] x) => (y) <float[63,16] w> { y = MatMul(x, w) }");
    computed_by(DT_FLOAT16, "gemm_packed_f32", "(float[4,64] x) => (y) <float[64,16] w = {7e4}> { y = MatMul(x, w) }");
    computed_by(DT_FLOAT16, "conv_channelwise_f32",
                "(float[1,128,6,6] x) => (y) <float[128,1,3,3] w> { y = Conv<group = 128>(x, w) }");
    computed_by(DT_UNDEFINED, "gemm_packed_f32", "(float[4,64] x) => (y) <float[64,16] w> { y = MatMul(x, w) }");
}
END_TEST

START_TEST(rows_of_tables_are_widened_once_they_are_gathered)
{
    const char *text = "(int64[3] i) => (y) <float[64,16] w> { y = Gather(w, i) }";
    build_weights_type(DT_FLOAT16);
    ck_assert_str_eq(nodes_text(model_after(rewrite, text)), "Gather Cast");
    build_weights_type(DT_INT8);
    ck_assert_str_eq(nodes_text(model_after(rewrite, text)), "Gather Cast Gather Mul");
    ck_assert_str_eq(nodes_text(
                         model_after(rewrite, "(int64[3] i) => (y) <float[16,64] w> { y = Gather<axis = 1>(w, i) }")),
                     "Gather");
}
END_TEST

START_TEST(what_is_lost_is_noted)
{
    const char *text = "(float[4,64] x) => (y) <float[64,16] w> { y = MatMul(x, w) }";
    build_weights_type(DT_INT8);
    const Step *s = step_calling(model_after(lower, text), "gemm_packed_i8");
    const Narrowed *n = step_arg(s, "w")->value->narrowed;
    ck_assert_int_eq(n->saved, 64 * 16 * 3 - 16 * 4);
    ck_assert(n->error > 0 && n->error <= 0.5 / 127 + 1e-6);
    ck_shape(step_arg(s, "scale")->value, "[16]");
}
END_TEST

/* -- precision --------------------------------------------------------------------------------- */

static Model *made_with(DType precision, DType weights, const char *target, const char *text)
{
    build_precision(precision);
    build_weights_type(weights);
    if (target) build_target(target);
    return model_after(lower, text);
}

static void rounded_by(DType precision, DType weights, const char *kernel, const char *text)
{
    Model *m = made_with(precision, weights, NULL, text);
    ck_assert_msg(strstr(steps_text(m), kernel), "%s: %s", kernel, steps_text(m));
    ck_assert_int_eq(m->rounded_products, strstr(kernel, "_both") != NULL);
}

#define MATMUL "(float[4,64] x) => (y) <float[64,16] w> { y = MatMul(x, w) }"

START_TEST(large_products_of_constant_weights_are_rounded)
{
    const DType bf16 = DT_BFLOAT16, f16 = DT_FLOAT16, none = DT_UNDEFINED;
    rounded_by(bf16, none, "gemm_packed_bf16_both", MATMUL);
    rounded_by(f16, none, "gemm_packed_f16_both", MATMUL);
    rounded_by(f16, none, "matmul_packed_f16_both", "(float[2,4,64] x) => (y) <float[2,64,16] w> { y = MatMul(x, w) }");
    rounded_by(bf16, none, "conv_packed_bf16_both", "(float[1,8,6,6] x) => (y) <float[16,8,3,3] w> { y = Conv(x, w) }");
    rounded_by(bf16, none, "gemm_packed_f32", "(float[4,65] x) => (y) <float[65,16] w> { y = MatMul(x, w) }");
    rounded_by(f16, none, "gemm_packed_f16_both", "(float[4,65] x) => (y) <float[65,16] w> { y = MatMul(x, w) }");
    rounded_by(bf16, none, "gemm_packed_f32", "(float[4,62] x) => (y) <float[62,16] w> { y = MatMul(x, w) }");
    rounded_by(f16, none, "gemm_packed_f32", "(float[4,64] x) => (y) <float[64,16] w = {7e4}> { y = MatMul(x, w) }");
    rounded_by(none, none, "gemm_packed_f32", MATMUL);
}
END_TEST

START_TEST(winograd_and_weights_of_another_type_stay)
{
    rounded_by(DT_BFLOAT16, DT_UNDEFINED, "conv_winograd_f32",
               "(float[1,16,34,34] x) => (y) <float[16,16,3,3] w> { y = Conv(x, w) }");
    rounded_by(DT_BFLOAT16, DT_INT8, "gemm_packed_i8", MATMUL);
    rounded_by(DT_BFLOAT16, DT_FLOAT16, "gemm_packed_f16", MATMUL);
    rounded_by(DT_BFLOAT16, DT_BFLOAT16, "gemm_packed_bf16_both", MATMUL);
}
END_TEST

START_TEST(targets_without_instructions_for_it_compute_in_float32)
{
    static const struct {
        const char *target;
        int bf16, f16;
    } cases[] = {{"portable", 1, 1},  {"c99", 0, 0},     {"cortex-m55", 0, 0},      {"x86-64-v3", 0, 0},
                 {"x86-64-v4", 1, 0}, {"aarch64", 0, 0}, {"aarch64+dotprod", 0, 1}, {"aarch64+i8mm", 1, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ck_assert_int_eq(made_with(DT_BFLOAT16, DT_UNDEFINED, cases[i].target, MATMUL)->rounded_products,
                         cases[i].bf16);
        ck_assert_int_eq(made_with(DT_FLOAT16, DT_UNDEFINED, cases[i].target, MATMUL)->rounded_products, cases[i].f16);
    }
}
END_TEST

Suite *narrow_weights_suite(void)
{
    Suite *suite = suite_create("narrow_weights");
    TCase *tests = tcase_create("narrow_weights");
    tcase_add_checked_fixture(tests, NULL, build_free);
    tcase_add_test(tests, large_weights_have_the_kernels_of_their_type);
    tcase_add_test(tests, others_stay_as_they_are);
    tcase_add_test(tests, rows_of_tables_are_widened_once_they_are_gathered);
    tcase_add_test(tests, what_is_lost_is_noted);
    tcase_add_test(tests, large_products_of_constant_weights_are_rounded);
    tcase_add_test(tests, winograd_and_weights_of_another_type_stay);
    tcase_add_test(tests, targets_without_instructions_for_it_compute_in_float32);
    suite_add_tcase(suite, tests);
    return suite;
}
