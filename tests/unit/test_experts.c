/* test_experts.c: mixtures of experts, attention without Softmax and gates, against their definitions in float64. */
#include "run_op.h"

#include <check.h>

Suite *experts_suite(void);

enum { TOKENS = 3, HIDDEN = 8, INNER = 8, EXPERTS = 3, CHOSEN = 2, ROWS = 2 * INNER };

static Node *contrib(const char *op_type)
{
    return op_node(op_type, "com.microsoft", 1);
}

/* -- MoE and QMoE -------------------------------------------------------------------------------- */

static double silu(double x)
{
    return x / (1 + exp(-x));
}

/* The output of one expert: w1 has gates and values in turn. */
static void expert(const float *x, const float *w1, const float *w2, double *y)
{
    double h[INNER];
    for (int i = 0; i < INNER; i++) {
        double gate = 0, value = 0;
        for (int k = 0; k < HIDDEN; k++) {
            gate += (double)(x[k] * w1[2 * i * HIDDEN + k]);
            value += (double)(x[k] * w1[(2 * i + 1) * HIDDEN + k]);
        }
        h[i] = silu(gate) * value;
    }
    for (int i = 0; i < HIDDEN; i++) {
        y[i] = 0;
        for (int k = 0; k < INNER; k++) y[i] += h[k] * (double)w2[i * INNER + k];
    }
}

/* Of three experts two are chosen: all but the one with the lowest score. */
static void expected_mixture(const float *x, const float *scores, const float *w1, const float *w2, double *y)
{
    for (int t = 0; t < TOKENS; t++) {
        const float *s = scores + (ptrdiff_t)t * EXPERTS;
        int lowest = 0;
        double sum = 0, part[HIDDEN];
        for (int e = 1; e < EXPERTS; e++) lowest = s[e] < s[lowest] ? e : lowest;
        for (int e = 0; e < EXPERTS; e++) sum += e == lowest ? 0 : exp((double)s[e]);
        for (int i = 0; i < HIDDEN; i++) y[t * HIDDEN + i] = 0;
        for (int e = 0; e < EXPERTS; e++) {
            if (e == lowest) continue;
            expert(x + (ptrdiff_t)t * HIDDEN, w1 + (ptrdiff_t)e * ROWS * HIDDEN, w2 + (ptrdiff_t)e * HIDDEN * INNER,
                   part);
            for (int i = 0; i < HIDDEN; i++) y[t * HIDDEN + i] += exp((double)s[e]) / sum * part[i];
        }
    }
}

static void mixture_attributes(Node *n)
{
    attr_set_int(n, "k", CHOSEN);
    attr_set_string(n, "activation_type", "swiglu");
    attr_set_int(n, "swiglu_fusion", 1);
    attr_set_int(n, "normalize_routing_weights", 1);
}

START_TEST(experts_with_float_weights)
{
    test_seed(11);
    Node *n = contrib("MoE");
    float *x = test_reals((int64_t)TOKENS * HIDDEN), *scores = test_reals((int64_t)TOKENS * EXPERTS);
    float *w1 = test_reals((int64_t)EXPERTS * ROWS * HIDDEN), *w2 = test_reals((int64_t)EXPERTS * HIDDEN * INNER);
    double expected[TOKENS * HIDDEN];
    op_input(n, DT_FLOAT, 2, (int64_t[]){TOKENS, HIDDEN}, x);
    op_input(n, DT_FLOAT, 2, (int64_t[]){TOKENS, EXPERTS}, scores);
    op_input(n, DT_FLOAT, 3, (int64_t[]){EXPERTS, ROWS, HIDDEN}, w1);
    op_omit(n);
    op_input(n, DT_FLOAT, 3, (int64_t[]){EXPERTS, HIDDEN, INNER}, w2);
    mixture_attributes(n);
    op_run(n, 1);
    expected_mixture(x, scores, w1, w2, expected);
    expect_close("MoE", op_floats(n, 0), expected, (int64_t)TOKENS * HIDDEN, 1e-5);
    op_free();
}
END_TEST

/* Weights of 2, 4 and 8 bits with a scale for every four of a row: what they stand for, in `wide`. */
static uint8_t *quantised(int64_t rows, int64_t columns, int bits, const float *scales, float *wide)
{
    uint8_t *packed = mem_alloc((size_t)(rows * columns * bits / 8));
    for (int64_t i = 0; i < rows * columns; i++) {
        int q = test_below(1 << bits);
        packed[i * bits / 8] = (uint8_t)(packed[i * bits / 8] | q << (i * bits % 8));
        wide[i] = (float)(q - (1 << (bits - 1))) * scales[i / 4];
    }
    return packed;
}

START_TEST(experts_with_narrow_weights)
{
    const int bits = 2 << _i, all1 = EXPERTS * ROWS * HIDDEN, all2 = EXPERTS * HIDDEN * INNER;
    test_seed(12);
    Node *n = contrib("QMoE");
    float *x = test_reals((int64_t)TOKENS * HIDDEN), *scores = test_reals((int64_t)TOKENS * EXPERTS);
    float *s1 = test_reals(all1 / 4), *s2 = test_reals(all2 / 4);
    for (int i = 0; i < all1 / 4; i++) s1[i] /= (float)(1 << bits);
    for (int i = 0; i < all2 / 4; i++) s2[i] /= (float)(1 << bits);
    float w1[EXPERTS * ROWS * HIDDEN], w2[EXPERTS * HIDDEN * INNER];
    double expected[TOKENS * HIDDEN];
    op_input(n, DT_FLOAT, 2, (int64_t[]){TOKENS, HIDDEN}, x);
    op_input(n, DT_FLOAT, 2, (int64_t[]){TOKENS, EXPERTS}, scores);
    const uint8_t *first = quantised((int64_t)EXPERTS * ROWS, HIDDEN, bits, s1, w1);
    op_input(n, DT_UINT8, 3, (int64_t[]){EXPERTS, ROWS, HIDDEN * bits / 8}, first);
    op_input(n, DT_FLOAT, 3, (int64_t[]){EXPERTS, ROWS, HIDDEN / 4}, s1);
    op_omit(n);
    const uint8_t *second = quantised((int64_t)EXPERTS * HIDDEN, INNER, bits, s2, w2);
    op_input(n, DT_UINT8, 3, (int64_t[]){EXPERTS, HIDDEN, INNER * bits / 8}, second);
    op_input(n, DT_FLOAT, 3, (int64_t[]){EXPERTS, HIDDEN, INNER / 4}, s2);
    mixture_attributes(n);
    attr_set_int(n, "expert_weight_bits", bits);
    attr_set_int(n, "block_size", 4);
    op_run(n, 1);
    expected_mixture(x, scores, w1, w2, expected);
    expect_close("QMoE", op_floats(n, 0), expected, (int64_t)TOKENS * HIDDEN, 1e-5);
    op_free();
}
END_TEST

/* -- gates and windows --------------------------------------------------------------------------- */

START_TEST(rows_are_normalised_and_gated)
{
    enum { COUNT = 12, ROW = 3 };
    test_seed(13);
    Node *n = contrib("GatedRMSNorm");
    float *x = test_reals(COUNT), *scale = test_reals(ROW), *gate = test_reals(COUNT);
    double expected[COUNT];
    op_input(n, DT_FLOAT, 2, (int64_t[]){2, 2 * (int64_t)ROW}, x);
    op_input(n, DT_FLOAT, 1, (int64_t[]){ROW}, scale);
    op_input(n, DT_FLOAT, 2, (int64_t[]){2, 2 * (int64_t)ROW}, gate);
    op_run_parts(n);
    for (int i = 0; i < COUNT; i++) {
        double squares = 0;
        for (int k = 0; k < ROW; k++) squares += (double)x[i / ROW * ROW + k] * (double)x[i / ROW * ROW + k];
        expected[i] = (double)x[i] / sqrt(squares / ROW + 1e-6) * (double)scale[i % ROW] * silu((double)gate[i]);
    }
    expect_close("GatedRMSNorm", op_floats(n, 0), expected, COUNT, 1e-5);
    op_free();
}
END_TEST

START_TEST(windows_along_the_first_axis)
{
    const float x[] = {0, 1, 10, 11, 20, 21, 30, 31, 40, 41};
    Node *n = contrib("UnfoldTensor");
    op_input(n, DT_FLOAT, 2, (int64_t[]){5, 2}, x);
    attr_set_int(n, "dim", 0);
    attr_set_int(n, "size", 3);
    attr_set_int(n, "step", 2);
    op_run(n, 1);
    const double expected[] = {0, 10, 20, 1, 11, 21, 20, 30, 40, 21, 31, 41};
    ck_assert_int_eq(dim_value(dim_at(n->out[0], 0)), 2);
    ck_assert_int_eq(dim_value(dim_at(n->out[0], 2)), 3);
    expect_close("UnfoldTensor", op_floats(n, 0), expected, 12, 0);
    op_free();
}
END_TEST

START_TEST(windows_longer_than_the_axis_are_refused)
{
    const float x[] = {1, 2, 3};
    Node *n = contrib("UnfoldTensor");
    op_input(n, DT_FLOAT, 1, (int64_t[]){3}, x);
    attr_set_int(n, "size", 4);
    ck_assert(op_refused(n, 1));
    op_free();
}
END_TEST

Suite *experts_suite(void)
{
    Suite *s = suite_create("experts");
    TCase *c = tcase_create("experts");
    tcase_add_test(c, experts_with_float_weights);
    tcase_add_loop_test(c, experts_with_narrow_weights, 0, 3);
    tcase_add_test(c, rows_are_normalised_and_gated);
    tcase_add_test(c, windows_along_the_first_axis);
    tcase_add_test(c, windows_longer_than_the_axis_are_refused);
    suite_add_tcase(s, c);
    return s;
}
