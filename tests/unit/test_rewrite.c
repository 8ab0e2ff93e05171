/* test_rewrite.c: which nodes become fewer and cheaper ones, and that the results stay. */
#include "run_steps.h"

#include "lower/lower.h"
#include "op/op.h"
#include "rewrite/rewrite.h"

#include <check.h>
#include <string.h>

Suite *rewrite_suite(void);

/* The graph becomes these nodes, and computes what it did before, but for rounding. */
static void becomes(const char *text, const char *nodes)
{
    expect_nodes(text, rewrite, nodes, 1e-5);
}

static const float *weights(const Model *m, const char *node, int input)
{
    return node_of_type(m, node, 0)->in[input]->data;
}

/* -- nothing ----------------------------------------------------------------------------------- */

START_TEST(nodes_that_change_nothing_are_gone)
{
    becomes("(float[2,3] x) => (y) { a = Identity(x) y = Exp(a) }", "Exp");
    becomes("(float[2,3] x) => (y) <int64[2] s = {2,3}> { a = Reshape(x, s) y = Exp(a) }", "Exp");
    becomes("(float[2,3] x) => (y) { a = Cast<to = 1>(x) y = Exp(a) }", "Exp");
    becomes("(float[2,3] x) => (y) { a = Transpose<perm = [0,1]>(x) y = Exp(a) }", "Exp");
    becomes("(float[2,3] x) => (y) <int64[4] p = {0}> { a = Pad(x, p) y = Exp(a) }", "Exp");
    becomes("(float[2,3] x) => (y) <int64[2] r = {1}> { a = Tile(x, r) y = Exp(a) }", "Exp");
    becomes("(float[2,3] x) => (y) { a = Concat<axis = 1>(x) y = Exp(a) }", "Exp");
    becomes("(float[2,3] x) => (y) { a = Dropout(x) y = Exp(a) }", "Exp");
}
END_TEST

START_TEST(old_pads_of_nothing_are_gone)
{
    build_opset(2);
    becomes("(float[2,3] x) => (y) { a = Pad<pads = [0,0,0,0]>(x) y = Exp(a) }", "Exp");
    becomes("(float[2,3] x) => (y) { a = Pad<pads = [0,0,0,1]>(x) y = Exp(a) }", "Pad Exp");
    build_opset(23);
}
END_TEST

START_TEST(nodes_that_change_something_stay)
{
    becomes("(float[2,3] x) => (y) <int64[2] s = {3,2}> { a = Reshape(x, s) y = Exp(a) }", "Reshape Exp");
    becomes("(float[2,3] x) => (y) { a = Cast<to = 11>(x) y = Exp(a) }", "Cast Exp");
    becomes("(float[3,3] x) => (y) { a = Transpose<perm = [1,0]>(x) y = Exp(a) }", "Transpose Exp");
    becomes("(float[3,3] x) => (y) { a = Transpose(x) y = Exp(a) }", "Transpose Exp");
    becomes("(float[2,3] x) => (y) <int64[4] p = {0,-1,0,1}> { a = Pad(x, p) y = Exp(a) }", "Pad Exp");
    becomes("(float[2,3] x) => (y) { a = Relu(x) y = Exp(a) }", "Relu Exp");
    becomes("(float[2,3] x) => (y) { a = Concat<axis = 1>(x, x) y = Exp(a) }", "Concat Exp");
}
END_TEST

START_TEST(an_output_that_is_an_input_stays)
{
    becomes("(float[2,3] x) => (y) { y = Identity(x) }", "Identity");
    /* its maker can take the output's place */
    becomes("(float[2,3] x) => (y) { a = Exp(x) y = Identity(a) }", "Exp");
    becomes("(float[2,3] x) => (y, z) { a = Exp(x) y = Identity(a) z = Neg(a) }", "Exp Neg");
    becomes("(float[2,3] x) => (a, y) { a = Exp(x) y = Identity(a) }", "Exp Identity");
}
END_TEST

START_TEST(a_dropout_whose_mask_is_used_stays)
{
    becomes("(float[2,3] x) => (y, m) { a, m = Dropout(x) y = Exp(a) }", "Dropout Exp");
}
END_TEST

/* -- transposes -------------------------------------------------------------------------------- */

START_TEST(two_transposes_are_one)
{
    const char *text = "(float[2,3,4] x) => (y) { a = Transpose<perm = [2,0,1]>(x) b = Transpose<perm = [1,0,2]>(a)"
                       " y = Exp(b) }";
    const Model *m = model_after(rewrite, text);
    const int64_t *perm;
    ck_assert_int_eq(attr_ints(node_of_type(m, "Transpose", 0), "perm", &perm), 3);
    ck_assert(perm[0] == 0 && perm[1] == 2 && perm[2] == 1); /* axis i of y is axis inner[outer[i]] of x */
    becomes(text, "Transpose Exp");
}
END_TEST

START_TEST(two_transposes_may_be_none)
{
    becomes("(float[2,3,4] x) => (y) { a = Transpose<perm = [2,0,1]>(x) b = Transpose<perm = [1,2,0]>(a) y = Exp(b) }",
            "Exp");
    becomes("(float[2,3,4] x) => (y) { a = Transpose(x) b = Transpose(a) y = Exp(b) }", "Exp");
    becomes("(float[2,3,4] x) => (y) { a = Transpose(x) b = Transpose<perm = [0,2,1]>(a) y = Exp(b) }",
            "Transpose Exp");
}
END_TEST

START_TEST(a_transpose_that_others_read_stays_for_them)
{
    becomes("(float[2,3] x) => (y, z) { a = Transpose(x) b = Transpose(a) y = Exp(b) z = Neg(a) }",
            "Transpose Exp Neg");
}
END_TEST

/* -- scale and shift --------------------------------------------------------------------------- */

#define CONV \
    "(float[1,2,4,4] x) => (y) <float[3,2,3,3] w, float[3] b, float[3] p, float[3] q, float[3] r," \
    " float[3] v = {0.5, 1.5, 1}, float[3,1,1] c, float[4] row, float s = {3}, float[1,3,1,1] d> {"

START_TEST(batch_normalization_goes_into_the_weights)
{
    becomes(CONV "a = Conv(x, w, b) y = BatchNormalization(a, p, q, r, v) }", "Conv");
    becomes(CONV "a = Conv(x, w) y = BatchNormalization<epsilon = 0.5>(a, p, q, r, v) }", "Conv");
}
END_TEST

START_TEST(arithmetic_with_one_number_per_channel_goes_into_the_weights)
{
    static const char *const nodes[] = {"Mul(a, c)", "Mul(c, a)", "Div(a, c)", "Add(a, c)", "Add(c, a)",
                                        "Sub(a, c)", "Mul(a, s)", "Add(a, d)", "Sub(a, s)"};
    for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++) {
        becomes(mem_printf(CONV "a = Conv(x, w, b) y = %s }", nodes[i]), "Conv");
        becomes(mem_printf(CONV "a = Conv(x, w) y = %s }", nodes[i]), "Conv");
    }
}
END_TEST

START_TEST(weights_hold_scale_and_bias_shift)
{
    /* (1 x + 2) * 3 - 4 = 3 x + 2 */
    const Model *m = model_after(rewrite, "(float[1,1,2,2] x) => (y) <float[1,1,1,1] w = {1}, float[1] b = {2},"
                                          " float three = {3}, float four = {4}> {"
                                          " a = Conv(x, w, b) c = Mul(a, three) y = Sub(c, four) }");
    ck_assert(weights(m, "Conv", 1)[0] == 3 && weights(m, "Conv", 2)[0] == 2);
    ck_assert_str_eq(node_of_type(m, "Conv", 0)->fused, "Mul \"/c\", Sub \"/y\"");
    ck_assert_str_eq(node_of_type(m, "Conv", 0)->in[1]->origin, "Mul /c folded in");
}
END_TEST

START_TEST(transposed_convolutions_and_gemm_take_scale_and_shift_too)
{
    becomes("(float[1,2,4,4] x) => (y) <float[2,3,3,3] w, float[3] b, float[3,1,1] c> {"
            " a = ConvTranspose(x, w, b) p = Mul(a, c) y = Add(p, c) }",
            "ConvTranspose");
    becomes("(float[2,4] x) => (y) <float[4,3] w, float[3] b, float[3] c> { a = Gemm(x, w, b) p = Mul(a, c) y = Add(p, "
            "c) }",
            "Gemm");
    becomes("(float[2,4] x) => (y) <float[3,4] w, float[1] b, float[1,3] c> {"
            " a = Gemm<transB = 1>(x, w, b) p = Div(a, c) y = Add(c, p) }",
            "Gemm");
}
END_TEST

START_TEST(what_weights_cannot_hold_stays)
{
    becomes(CONV "a = Conv(x, w, b) y = Sub(c, a) }", "Conv Sub");
    /* one number for each column is none for each channel */
    becomes("(float[1,3,2,3] x) => (y) <float[3,3,1,1] w, float[3] c> { a = Conv(x, w) y = Mul(a, c) }", "Conv Mul");
    /* the result grows by broadcasting */
    becomes("(float[1,2,1,1] x) => (y) <float[3,2,1,1] w, float[3,2,2] c> { a = Conv(x, w) y = Mul(a, c) }",
            "Conv Mul");
    becomes("(float[1,3,1] x) => (y) <float[1,3,1] w, float[2,1,1] c> { a = Conv(x, w) y = Mul(a, c) }", "Conv Mul");
}
END_TEST

START_TEST(weights_that_are_not_known_stay)
{
    becomes("(float[1,2,4,4] x, float[3,2,1,1] w) => (y) <float[3,1,1] c> { a = Conv(x, w) y = Mul(a, c) }",
            "Conv Mul");
    becomes(
        "(float[1,2,4,4] x, float[3] b) => (y) <float[3,2,1,1] w, float[3,1,1] c> { a = Conv(x, w, b) y = Mul(a, c) }",
        "Conv Mul");
    becomes("(float[1,2,4,4] x, float[3,1,1] c) => (y) <float[3,2,1,1] w> { a = Conv(x, w) y = Mul(a, c) }",
            "Conv Mul");
}
END_TEST

START_TEST(what_others_read_is_not_scaled)
{
    becomes(
        "(float[1,2,4,4] x) => (y, z) <float[3,2,1,1] w, float[3,1,1] c> { a = Conv(x, w) y = Mul(a, c) z = Neg(a) }",
        "Conv Mul Neg");
    becomes("(float[1,2,4,4] x) => (y, a) <float[3,2,1,1] w, float[3,1,1] c> { a = Conv(x, w) y = Mul(a, c) }",
            "Conv Mul");
}
END_TEST

START_TEST(groups_and_factors_that_change_which_weight_is_whose_stay)
{
    becomes("(float[1,4,4,4] x) => (y) <float[4,1,3,3] w, float[2,1,1] c> {"
            " a = ConvTranspose<group = 2>(x, w) y = Mul(a, c) }",
            "ConvTranspose Mul");
    becomes("(float[2,4] x) => (y) <float[4,3] w, float[3] c> { a = Gemm<alpha = 2.0>(x, w) y = Mul(a, c) }",
            "Gemm Mul");
    becomes("(float[2,4] x) => (y) <float[4,3] w, float[3] b, float[3] c> {"
            " a = Gemm<beta = 2.0>(x, w, b) y = Mul(a, c) }",
            "Gemm Mul");
    becomes("(float[2,4] x) => (y) <float[4,3] w, float[2,1] b, float[3] c> { a = Gemm(x, w, b) y = Mul(a, c) }",
            "Gemm Mul");
    becomes("(float[1,4,4,4] x) => (y) <float[4,2,3,3] w, float[4,1,1] c> { a = Conv<group = 2>(x, w) y = Mul(a, c) }",
            "Conv");
}
END_TEST

START_TEST(numbers_that_would_be_infinite_stay_out_of_weights)
{
    ck_nodes(model_after(rewrite, "(float[1,2,2,2] x) => (y) <float[2,2,1,1] w, float[2,1,1] c = {1, 0}> {"
                                  " a = Conv(x, w) y = Div(a, c) }"),
             "Conv Div");
}
END_TEST

/* -- padding ----------------------------------------------------------------------------------- */

static void pads_are(const char *text, int64_t top, int64_t left, int64_t bottom, int64_t right)
{
    const int64_t *pads;
    const Model *m = model_after(rewrite, text);
    ck_nodes(m, "Conv");
    ck_assert_int_eq(attr_ints(node_of_type(m, "Conv", 0), "pads", &pads), 4);
    ck_assert_int_eq(pads[0], top);
    ck_assert_int_eq(pads[1], left);
    ck_assert_int_eq(pads[2], bottom);
    ck_assert_int_eq(pads[3], right);
    expect_same_results(text, NULL, lower, 1e-5);
}

#define PAD(pads) \
    "(float[1,2,4,4] x) => (y) <float[3,2,3,3] w, int64[8] p = {" pads "}, float zero = {0}, float one = {1}> {"

START_TEST(zeros_around_an_image_are_padding_of_the_convolution)
{
    pads_are(PAD("0,0,1,2,0,0,3,4") "a = Pad(x, p) y = Conv(a, w) }", 1, 2, 3, 4);
    pads_are(PAD("0,0,1,2,0,0,3,4") "a = Pad(x, p, zero) y = Conv<pads = [1,1,2,2]>(a, w) }", 2, 3, 5, 6);
    pads_are(PAD("0,0,1,2,0,0,3,4") "a = Pad(x, p) y = Conv<auto_pad = \"VALID\">(a, w) }", 1, 2, 3, 4);
}
END_TEST

START_TEST(padding_that_a_convolution_has_not_stays)
{
    becomes(PAD("0,0,1,1,0,0,1,1") "a = Pad(x, p, one) y = Conv(a, w) }", "Pad Conv");
    becomes(PAD("0,0,1,1,0,0,1,1") "a = Pad<mode = \"edge\">(x, p) y = Conv(a, w) }", "Pad Conv");
    becomes(PAD("0,0,1,1,0,0,1,1") "a = Pad<mode = \"reflect\">(x, p) y = Conv(a, w) }", "Pad Conv");
    becomes(PAD("0,0,-1,1,0,0,1,1") "a = Pad(x, p) y = Conv(a, w) }", "Pad Conv");
    becomes(PAD("1,0,0,0,0,0,1,1") "a = Pad(x, p) y = Conv(a, w) }", "Pad Conv");
    becomes(PAD("0,0,1,1,1,0,1,1") "a = Pad(x, p) y = Conv(a, w) }", "Pad Conv");
    becomes("(float[1,2,4,4] x) => (y) <float[3,4,3,3] w, int64[8] p = {0,1,1,1,0,1,1,1}> {"
            " a = Pad(x, p) y = Conv(a, w) }",
            "Pad Conv");
    becomes("(float[1,2,4,4] x) => (y) <float[3,3,3,3] w, int64[8] p = {0,0,1,1,0,1,1,1}> {"
            " a = Pad(x, p) y = Conv(a, w) }",
            "Pad Conv");
    becomes(PAD("0,0,1,1,0,0,1,1") "a = Pad(x, p) y = Conv<auto_pad = \"SAME_UPPER\">(a, w) }", "Pad Conv");
}
END_TEST

START_TEST(a_padded_image_that_others_read_stays)
{
    becomes("(float[1,2,4,4] x) => (y, z) <float[3,2,3,3] w, int64[8] p = {0,0,1,1,0,0,1,1}> {"
            " a = Pad(x, p) y = Conv(a, w) z = Neg(a) }",
            "Pad Conv Neg");
}
END_TEST

START_TEST(old_padding_goes_into_the_convolution_too)
{
    build_opset(2);
    pads_are("(float[1,2,4,4] x) => (y) <float[3,2,3,3] w> {"
             " a = Pad<pads = [0,0,1,2,0,0,3,4]>(x) y = Conv(a, w) }",
             1, 2, 3, 4);
    becomes("(float[1,2,4,4] x) => (y) <float[3,2,3,3] w> {"
            " a = Pad<pads = [0,0,1,2,0,0,3,4], value = 1.0>(x) y = Conv(a, w) }",
            "Pad Conv");
    build_opset(23);
}
END_TEST

/* -- bounds ------------------------------------------------------------------------------------ */

static void clamped(const char *text, const char *nodes, double low, double high)
{
    const Model *m = model_after(rewrite, text);
    ck_assert(graph_node(m->graph, 0)->clamp_low == (float)low && graph_node(m->graph, 0)->clamp_high == (float)high);
    becomes(text, nodes);
}

#define CLAMP "(float[1,2,4,4] x) => (y) <float[3,2,3,3] w, float l = {-0.5}, float h = {0.75}, float six = {6}> {"

START_TEST(bounds_of_a_result_are_its_makers)
{
    clamped(CLAMP "a = Conv(x, w) y = Relu(a) }", "Conv", 0, INFINITY);
    clamped(CLAMP "a = Conv(x, w) y = Clip(a, l, h) }", "Conv", -0.5, 0.75);
    clamped(CLAMP "a = Conv(x, w) y = Clip(a, l) }", "Conv", -0.5, INFINITY);
    clamped(CLAMP "a = Conv(x, w) y = Clip(a, , h) }", "Conv", -INFINITY, 0.75);
}
END_TEST

START_TEST(bounds_of_bounds_are_the_narrower_ones)
{
    clamped(CLAMP "a = Conv(x, w) b = Relu(a) y = Clip(b, l, h) }", "Conv", 0, 0.75);
    clamped(CLAMP "a = Conv(x, w) b = Clip(a, l, h) y = Relu(b) }", "Conv", 0, 0.75);
    clamped(CLAMP "a = Conv(x, w) b = Clip(a, h, six) y = Clip(b, l, h) }", "Conv", 0.75, 0.75);
    clamped(CLAMP "a = Conv(x, w) b = Clip(a, , l) y = Relu(b) }", "Conv", 0, 0);
}
END_TEST

START_TEST(old_clips_have_their_bounds_as_attributes)
{
    build_opset(6);
    clamped(CLAMP "a = Conv(x, w) y = Clip<min = -0.25, max = 0.5>(a) }", "Conv", -0.25, 0.5);
    build_opset(23);
}
END_TEST

START_TEST(bounds_that_others_do_not_want_stay)
{
    becomes("(float[1,2,4,4] x) => (y, z) <float[3,2,3,3] w> { a = Conv(x, w) y = Relu(a) z = Neg(a) }",
            "Conv Relu Neg");
    becomes("(float[1,2,4,4] x) => (y, a) <float[3,2,3,3] w> { a = Conv(x, w) y = Relu(a) }", "Conv Relu");
    becomes("(float[1,2,4,4] x) => (y, z) <float[3,2,3,3] w> { a = Conv(x, w) y = Relu(a) z = Relu(a) }",
            "Conv Relu Relu");
}
END_TEST

START_TEST(bounds_stay_where_the_maker_has_none_or_they_are_not_known)
{
    becomes("(float[2,3] x) => (y) { a = Softmax(x) y = Relu(a) }", "Softmax Relu");
    becomes("(float[1,2,4,4] x, float h) => (y) <float[3,2,3,3] w, float l = {-1}> {"
            " a = Conv(x, w) y = Clip(a, l, h) }",
            "Conv Clip");
    becomes(CLAMP "a = Conv(x, w) y = Clip(a, h, l) }", "Conv Clip"); /* above the upper bound is the lower one */
    becomes("(double[2,4] x) => (y) <double[4,3] w> { a = MatMul(x, w) y = Relu(a) }", "MatMul Relu");
}
END_TEST

START_TEST(weights_are_not_scaled_after_bounds)
{
    becomes("(float[1,2,4,4] x) => (y) <float[3,2,3,3] w, float[3,1,1] c> { a = Conv(x, w) b = Relu(a) y = Mul(b, c) }",
            "Conv Mul");
}
END_TEST

/* -- additions to a product -------------------------------------------------------------------- */

#define PRODUCT "(float[2,5,8] x, float[2,5,16] z) => (y) <float[8,16] w, float[16] b, float[1,16] c, float[5,1] k> {"

static Node *product(const char *text)
{
    return node_of_type(model_after(rewrite, text), "MatMul", 0);
}

START_TEST(a_product_adds_its_bias_and_another_result)
{
    becomes(PRODUCT "a = MatMul(x, w) y = Add(a, b) }", "MatMul");
    becomes(PRODUCT "a = MatMul(x, w) y = Add(c, a) }", "MatMul");
    becomes(PRODUCT "a = MatMul(x, w) y = Add(a, z) }", "MatMul");
    const Node *n = product(PRODUCT "a = MatMul(x, w) d = Add(a, b) y = Add(z, d) }");
    ck_assert(is_called(n->in[2], "b") && is_called(n->in[3], "z"));
    becomes(PRODUCT "a = MatMul(x, w) d = Add(a, b) e = Add(z, d) y = Relu(e) }", "MatMul");
}
END_TEST

START_TEST(a_product_that_adds_moves_to_where_the_other_is_there)
{
    becomes(PRODUCT "a = MatMul(x, w) e = Exp(z) y = Add(a, e) }", "Exp MatMul");
}
END_TEST

START_TEST(only_one_of_each_is_added)
{
    becomes(PRODUCT "a = MatMul(x, w) d = Add(a, z) y = Add(d, b) }", "MatMul Add");
    becomes(PRODUCT "a = MatMul(x, w) d = Add(a, z) y = Add(d, z) }", "MatMul Add");
    becomes(PRODUCT "a = MatMul(x, w) y = Add(a, a) }", "MatMul Add");
}
END_TEST

START_TEST(other_additions_to_a_product_stay)
{
    becomes(PRODUCT "a = MatMul(x, w) y = Add(a, k) }", "MatMul Add"); /* one number for each row */
    becomes(PRODUCT "a = MatMul(x, w) d = Relu(a) y = Add(d, b) }", "MatMul Relu Add");
    becomes(PRODUCT "a = MatMul(x, w) d = Add(a, b) e = Relu(d) y = Add(e, z) }", "MatMul Add");
    becomes("(float[2,5,8] x, float[8,16] w) => (y) <float[16] b> { a = MatMul(x, w) y = Add(a, b) }", "MatMul Add");
    becomes("(float[5,8] x) => (y) <float[8,16] w, float[2,5,16] b> { a = MatMul(x, w) y = Add(a, b) }", "MatMul Add");
    becomes("(double[5,8] x) => (y) <double[8,16] w, double[16] b> { a = MatMul(x, w) y = Add(a, b) }", "MatMul Add");
}
END_TEST

/* -- gates ------------------------------------------------------------------------------------- */

START_TEST(x_times_its_sigmoid_is_swish)
{
    becomes("(float[2,3] x) => (y) { g = Sigmoid(x) y = Mul(x, g) }", "Swish");
    becomes("(float[2,3] x) => (y) { g = Sigmoid(x) y = Mul(g, x) }", "Swish");
    becomes("(float[2,3] x) => (y) { g = HardSigmoid<alpha = 0.16666667, beta = 0.5>(x) y = Mul(x, g) }", "HardSwish");
}
END_TEST

START_TEST(other_gates_stay)
{
    becomes("(float[2,3] x, float[2,3] z) => (y) { g = Sigmoid(x) y = Mul(z, g) }", "Sigmoid Mul");
    becomes("(float[2,3] x) => (y) { g = Tanh(x) y = Mul(x, g) }", "Tanh Mul");
    becomes("(float[2,3] x) => (y, g) { g = Sigmoid(x) y = Mul(x, g) }", "Sigmoid Mul");
    becomes("(float[2,3] x) => (y) { g = HardSigmoid(x) y = Mul(x, g) }", "HardSigmoid Mul");
    becomes("(float[2,3] x) => (y) { g = HardSigmoid<alpha = 0.16666667, beta = 0.25>(x) y = Mul(x, g) }",
            "HardSigmoid Mul");
    becomes("(double[2,3] x) => (y) { g = Sigmoid(x) y = Mul(x, g) }", "Sigmoid Mul");
    becomes("(float[2,3] x) => (y) { g = Sigmoid(x) y = Add(x, g) }", "Sigmoid Add");
}
END_TEST

Suite *rewrite_suite(void)
{
    Suite *suite = suite_create("rewrite");
    TCase *tests = tcase_create("rewrite");
    tcase_add_checked_fixture(tests, NULL, build_free);
    tcase_add_test(tests, nodes_that_change_nothing_are_gone);
    tcase_add_test(tests, old_pads_of_nothing_are_gone);
    tcase_add_test(tests, nodes_that_change_something_stay);
    tcase_add_test(tests, an_output_that_is_an_input_stays);
    tcase_add_test(tests, a_dropout_whose_mask_is_used_stays);
    tcase_add_test(tests, two_transposes_are_one);
    tcase_add_test(tests, two_transposes_may_be_none);
    tcase_add_test(tests, a_transpose_that_others_read_stays_for_them);
    tcase_add_test(tests, batch_normalization_goes_into_the_weights);
    tcase_add_test(tests, arithmetic_with_one_number_per_channel_goes_into_the_weights);
    tcase_add_test(tests, weights_hold_scale_and_bias_shift);
    tcase_add_test(tests, transposed_convolutions_and_gemm_take_scale_and_shift_too);
    tcase_add_test(tests, what_weights_cannot_hold_stays);
    tcase_add_test(tests, weights_that_are_not_known_stay);
    tcase_add_test(tests, what_others_read_is_not_scaled);
    tcase_add_test(tests, groups_and_factors_that_change_which_weight_is_whose_stay);
    tcase_add_test(tests, numbers_that_would_be_infinite_stay_out_of_weights);
    tcase_add_test(tests, zeros_around_an_image_are_padding_of_the_convolution);
    tcase_add_test(tests, padding_that_a_convolution_has_not_stays);
    tcase_add_test(tests, a_padded_image_that_others_read_stays);
    tcase_add_test(tests, old_padding_goes_into_the_convolution_too);
    tcase_add_test(tests, bounds_of_a_result_are_its_makers);
    tcase_add_test(tests, bounds_of_bounds_are_the_narrower_ones);
    tcase_add_test(tests, old_clips_have_their_bounds_as_attributes);
    tcase_add_test(tests, bounds_that_others_do_not_want_stay);
    tcase_add_test(tests, bounds_stay_where_the_maker_has_none_or_they_are_not_known);
    tcase_add_test(tests, weights_are_not_scaled_after_bounds);
    tcase_add_test(tests, a_product_adds_its_bias_and_another_result);
    tcase_add_test(tests, a_product_that_adds_moves_to_where_the_other_is_there);
    tcase_add_test(tests, only_one_of_each_is_added);
    tcase_add_test(tests, other_additions_to_a_product_stay);
    tcase_add_test(tests, x_times_its_sigmoid_is_swish);
    tcase_add_test(tests, other_gates_stay);
    suite_add_tcase(suite, tests);
    return suite;
}
