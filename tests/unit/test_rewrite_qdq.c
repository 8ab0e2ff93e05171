/* test_rewrite_qdq.c: what stays real between QuantizeLinear and DequantizeLinear, and why. (test_qdq.c has what
 * becomes integers, with the results.) */
#include "run_steps.h"

#include "op/op.h"
#include "rewrite/rewrite.h"

#include <check.h>
#include <string.h>

Suite *rewrite_qdq_suite(void);

/* x as bytes and back: s and z are its scale and zero point, t and u those of others. */
#define CONSTANTS \
    "float s = {0.02}, int8 z = {3}, float t = {0.05}, int8 u = {-4}, int16 wide = {0}, float bad = {0}, uint8 un = " \
    "{9}," \
    " int8[8,4,3,3] qw = {3, -5, 7, 1, -2, 9}, int8 wz = {0}, float ws = {0.01}, float[8] each = {0.01}," \
    " int8[8] eachz = {0}, float[8] fb = {0.0002}, float[8] odd = {0.00013}, float six = {6}, float one = {1}," \
    " float[4] x4 = {0.02}, int8[4] x4z = {3}"
#define X \
    "(float[1,4,6,6] x, float[1,4,6,6] x2) => (y) <" CONSTANTS \
    "> { a = QuantizeLinear(x, s, z) b = DequantizeLinear(a, s, z)"
#define W " w = DequantizeLinear(qw, ws, wz)"
#define Y " e = QuantizeLinear(d, t, u) y = DequantizeLinear(e, t, u) }"

/* Two steps of the result's scale may be between the two. */
static void becomes(const char *text, const char *nodes)
{
    expect_nodes(text, rewrite, nodes, 0.11);
}

/* The operator's name if it became one on integers; else the real one's. */
static const char *conv_of(const char *text)
{
    const Model *m = model_after(rewrite, text);
    for (const Node *n = m->graph->first; n; n = n->after)
        if (foreign_has(n->op_type, "Conv")) return shown(n->op_type);
    return "none";
}

#define ck_integer(text) ck_assert_str_eq(conv_of(text), "QLinearConv")
#define ck_real(text) ck_assert_str_eq(conv_of(text), "Conv")

/* -- products ---------------------------------------------------------------------------------- */

START_TEST(bytes_on_all_sides_make_an_integer_convolution)
{
    ck_integer(X W " d = Conv(b, w)" Y);
    ck_integer(X W " d = Conv(b, w, fb)" Y); /* its bias is one step of the sums' grid, 0.02 * 0.01 */
    ck_integer(X " w = DequantizeLinear<axis = 0>(qw, each, eachz) d = Conv(b, w)" Y);
    ck_integer(X W " c = Conv(b, w) d = Relu(c)" Y);
    becomes(X W " d = Conv(b, w, fb)" Y, "QuantizeLinear QLinearConv DequantizeLinear");
}
END_TEST

START_TEST(a_bias_between_two_steps_of_the_grid_stays_real_where_that_shows)
{
    /* 0.00013 is 0.65 steps of 0.0002: off by 0.00007, less than a twentieth of a step of the result, 0.05 */
    ck_integer(X W " d = Conv(b, w, odd)" Y);
    /* not so where the result's steps are of 0.001 */
    ck_real("(float[1,4,6,6] x) => (y) <" CONSTANTS ", float fine = {0.001}> { a = QuantizeLinear(x, s, z)"
            " b = DequantizeLinear(a, s, z)" W " d = Conv(b, w, odd)"
            " e = QuantizeLinear(d, fine, u) y = DequantizeLinear(e, fine, u) }");
    ck_integer("(float[1,4,6,6] x) => (y) <" CONSTANTS ", float fine = {0.001}> { a = QuantizeLinear(x, s, z)"
               " b = DequantizeLinear(a, s, z)" W " d = Conv(b, w, fb)"
               " e = QuantizeLinear(d, fine, u) y = DequantizeLinear(e, fine, u) }");
}
END_TEST

START_TEST(a_bias_that_is_not_known_stays_real)
{
    ck_real("(float[1,4,6,6] x, float[8] fb2) => (y) <" CONSTANTS "> { a = QuantizeLinear(x, s, z)"
            " b = DequantizeLinear(a, s, z)" W " d = Conv(b, w, fb2)" Y);
}
END_TEST

START_TEST(other_than_bytes_stay_real)
{
    /* the result, the image, the weights of 16 bits */
    ck_real(X W " d = Conv(b, w) e = QuantizeLinear(d, t, wide) y = DequantizeLinear(e, t, wide) }");
    ck_real("(float[1,4,6,6] x) => (y) <" CONSTANTS
            "> { a = QuantizeLinear(x, s, wide) b = DequantizeLinear(a, s, wide)" W " d = Conv(b, w)" Y);
    ck_real("(float[1,4,6,6] x) => (y) <" CONSTANTS
            ", int16[8,4,3,3] wide_w = {3, -5, 7}> { a = QuantizeLinear(x, s, z)"
            " b = DequantizeLinear(a, s, z) w = DequantizeLinear(wide_w, ws, wide) d = Conv(b, w)" Y);
}
END_TEST

START_TEST(scales_that_are_not_known_or_no_scales_stay_real)
{
    ck_real("(float[1,4,6,6] x, float s2) => (y) <" CONSTANTS "> { a = QuantizeLinear(x, s2, z)"
            " b = DequantizeLinear(a, s2, z)" W " d = Conv(b, w)" Y);
    ck_real("(float[1,4,6,6] x, int8 z2) => (y) <" CONSTANTS "> { a = QuantizeLinear(x, s, z2)"
            " b = DequantizeLinear(a, s, z2)" W " d = Conv(b, w)" Y);
    ck_real(X W " d = Conv(b, w) e = QuantizeLinear(d, bad, u) y = DequantizeLinear(e, bad, u) }");
}
END_TEST

START_TEST(a_scale_for_each_channel_of_the_image_stays_real)
{
    ck_real("(float[1,4,6,6] x) => (y) <" CONSTANTS "> { a = QuantizeLinear<axis = 1>(x, x4, x4z)"
            " b = DequantizeLinear<axis = 1>(a, x4, x4z)" W " d = Conv(b, w)" Y);
    ck_real(X " w = DequantizeLinear<axis = 1>(qw, x4, x4z) d = Conv(b, w)" Y);
    ck_real(X W " d = Conv(b, w) e = QuantizeLinear<axis = 1>(d, each, eachz) y = DequantizeLinear<axis = 1>(e, each, "
                "eachz) }");
}
END_TEST

START_TEST(real_results_that_others_read_stay)
{
    ck_real("(float[1,4,6,6] x) => (y, d) <" CONSTANTS "> { a = QuantizeLinear(x, s, z) b = DequantizeLinear(a, s, z)" W
            " d = Conv(b, w)" Y);
    ck_real("(float[1,4,6,6] x) => (y, r) <" CONSTANTS "> { a = QuantizeLinear(x, s, z) b = DequantizeLinear(a, s, z)" W
            " d = Conv(b, w) r = Neg(d)" Y);
}
END_TEST

START_TEST(an_operand_that_was_never_quantised_stays_real)
{
    ck_real("(float[1,4,6,6] x) => (y) <" CONSTANTS "> {" W " d = Conv(x, w)" Y);
}
END_TEST

START_TEST(bounds_between_become_those_of_the_integers)
{
    const Model *m = model_after(rewrite, X W " c = Conv(b, w) r = Relu(c) d = Clip(r, , six)" Y);
    const Node *n = node_of_type(m, "QLinearConv", 0);
    ck_assert(n->clamp_low == 0 && n->clamp_high == 6);
    ck_assert_str_eq(n->fused, "Relu \"/r\", Clip \"/d\"");
    m = model_after(rewrite, X W " c = Conv(b, w) r = Clip(c, one, six) d = Clip(r, , one)" Y);
    n = node_of_type(m, "QLinearConv", 0);
    ck_assert(n->clamp_low == 1 && n->clamp_high == 1);
    ck_real(X W " c = Conv(b, w) d = Clip(c, six, one)" Y);
}
END_TEST

#define MATRIX \
    "(float[5,8] x) => (y) <float s = {0.02}, int8 z = {3}, float t = {0.05}, int8 u = {-4}, int8[8,6] qw = {3, -5, " \
    "7, 1}," \
    " float ws = {0.01}, int8 wz = {0}, float[6] each = {0.01}, int8[6] eachz = {0}, float[8] rows = {0.01}," \
    " int8[8] rowsz = {0}, float[6] c = {0.0002}, float[5,1] column = {0.0002}> {" \
    " a = QuantizeLinear(x, s, z) b = DequantizeLinear(a, s, z)"

START_TEST(products_of_matrices_follow_the_same_rules)
{
    becomes(MATRIX " w = DequantizeLinear(qw, ws, wz) d = MatMul(b, w)" Y,
            "QuantizeLinear QLinearMatMul DequantizeLinear");
    becomes(MATRIX " w = DequantizeLinear<axis = 1>(qw, each, eachz) d = MatMul(b, w)" Y,
            "QuantizeLinear QLinearMatMul DequantizeLinear");
    /* a scale for each row of the weights is within the sums */
    becomes(MATRIX " w = DequantizeLinear<axis = 0>(qw, rows, rowsz) d = MatMul(b, w)" Y,
            "QuantizeLinear DequantizeLinear MatMul QuantizeLinear DequantizeLinear");
    becomes(MATRIX " w = DequantizeLinear(qw, ws, wz) d = Gemm(b, w, c)" Y, "QuantizeLinear QGemm DequantizeLinear");
    becomes(MATRIX " w = DequantizeLinear<axis = 0>(qw, rows, rowsz) d = Gemm(b, w, c)" Y,
            "QuantizeLinear DequantizeLinear Gemm QuantizeLinear DequantizeLinear");
    /* a bias for each row is none of QGemm's */
    becomes(MATRIX " w = DequantizeLinear(qw, ws, wz) d = Gemm(b, w, column)" Y,
            "QuantizeLinear DequantizeLinear Gemm QuantizeLinear DequantizeLinear");
    becomes(MATRIX " w = DequantizeLinear(qw, ws, wz) d = Gemm<beta = 0.0>(b, w, c)" Y,
            "QuantizeLinear DequantizeLinear Gemm QuantizeLinear DequantizeLinear");
    becomes(MATRIX " w = DequantizeLinear(qw, ws, wz) d = Gemm<alpha = -1.0>(b, w, c)" Y,
            "QuantizeLinear DequantizeLinear Gemm QuantizeLinear DequantizeLinear");
}
END_TEST

/* -- sums and means ---------------------------------------------------------------------------- */

#define SECOND " a2 = QuantizeLinear(x2, t, u) b2 = DequantizeLinear(a2, t, u)"

START_TEST(sums_of_equal_shape_add_bytes)
{
    becomes(X SECOND " d = Add(b, b2)" Y, "QuantizeLinear QuantizeLinear QLinearAdd DequantizeLinear");
    becomes(X SECOND " c = Add(b, b2) d = Relu(c)" Y, "QuantizeLinear QuantizeLinear QLinearAdd DequantizeLinear");
    becomes(X SECOND " d = Mul(b, b2)" Y,
            "QuantizeLinear DequantizeLinear QuantizeLinear DequantizeLinear Mul QuantizeLinear DequantizeLinear");
}
END_TEST

START_TEST(sums_of_other_types_or_shapes_stay_real)
{
    becomes("(float[1,4,6,6] x, float[6] x2) => (y) <" CONSTANTS "> { a = QuantizeLinear(x, s, z)"
            " b = DequantizeLinear(a, s, z)" SECOND " d = Add(b, b2)" Y,
            "QuantizeLinear DequantizeLinear QuantizeLinear DequantizeLinear Add QuantizeLinear DequantizeLinear");
    becomes(X SECOND " d = Add(b, b2) e = QuantizeLinear(d, t, un) y = DequantizeLinear(e, t, un) }",
            "QuantizeLinear DequantizeLinear QuantizeLinear DequantizeLinear Add QuantizeLinear DequantizeLinear");
}
END_TEST

#define REAL_MEAN "QuantizeLinear DequantizeLinear ReduceMean QuantizeLinear DequantizeLinear"
#define MEAN \
    "(float[2,4,6,5] x) => (y) <float s = {0.02}, int8 z = {3}, float t = {0.01}, int8 u = {-4}, uint8 un = {9}," \
    " int64[2] image = {2,3}, int64[2] ends = {0,3}> { a = QuantizeLinear(x, s, z) b = DequantizeLinear(a, s, z)"

START_TEST(means_over_images_add_up_bytes)
{
    becomes(MEAN " d = ReduceMean(b, image)" Y, "QuantizeLinear QLinearReduceMean DequantizeLinear");
    becomes(MEAN " d = ReduceMean<keepdims = 0>(b, image)" Y, "QuantizeLinear QLinearReduceMean DequantizeLinear");
    becomes(MEAN " d = ReduceMean(b)" Y, "QuantizeLinear QLinearReduceMean DequantizeLinear");
    becomes(MEAN " d = ReduceMean(b, ends)" Y, REAL_MEAN); /* axes that are not side by side */
    becomes(MEAN " d = ReduceMean(b, image) e = QuantizeLinear(d, t, un) y = DequantizeLinear(e, t, un) }", REAL_MEAN);
}
END_TEST

/* -- movement ---------------------------------------------------------------------------------- */

START_TEST(what_picks_elements_runs_on_bytes)
{
    static const char *const moves[] = {
        "d = Flatten(b)",
        "d = Identity(b)",
        "d = DepthToSpace<blocksize = 2>(b)",
        "d = MaxPool<kernel_shape = [2,2]>(b)",
    };
    for (size_t i = 0; i < sizeof moves / sizeof *moves; i++) {
        const Model *m = model_after(rewrite,
                                     mem_printf(X " %s e = QuantizeLinear(d, s, z) y = DequantizeLinear(e, s, z) }",
                                                moves[i]));
        ck_assert_int_eq(m->graph->n_nodes, i == 1 ? 2 : 3); /* the quantisation of x, the move, the way back */
    }
}
END_TEST

#define STAYS(move, op) \
    becomes(X " " move " e = QuantizeLinear(d, s, z) y = DequantizeLinear(e, s, z) }", \
            "QuantizeLinear DequantizeLinear " op " QuantizeLinear DequantizeLinear")

START_TEST(what_makes_new_numbers_stays_real)
{
    STAYS("d = AveragePool<kernel_shape = [2,2]>(b)", "AveragePool");
    STAYS("d = Neg(b)", "Neg");
}
END_TEST

START_TEST(a_pad_puts_in_what_stands_for_its_number)
{
    const char *const text =
        "(float[2,3] x) => (y) <float s = {0.02}, int8 z = {3}, int64[4] p = {0,1,0,1}, float v = {%s}>"
        " { a = QuantizeLinear(x, s, z) b = DequantizeLinear(a, s, z) d = Pad(b, p, v)"
        " e = QuantizeLinear(d, s, z) y = DequantizeLinear(e, s, z) }";
    becomes(mem_printf(text, "0"), "QuantizeLinear Pad DequantizeLinear");
    becomes(mem_printf(text, "1"), "QuantizeLinear DequantizeLinear Pad QuantizeLinear DequantizeLinear");
}
END_TEST

START_TEST(the_places_of_maxima_stay_where_they_are)
{
    becomes("(float[1,1,6,6] x) => (y, places) <" CONSTANTS
            "> { a = QuantizeLinear(x, s, z) b = DequantizeLinear(a, s, z)"
            " d, places = MaxPool<kernel_shape = [2,2]>(b) e = QuantizeLinear(d, s, z) y = DequantizeLinear(e, s, z) }",
            "QuantizeLinear DequantizeLinear MaxPool QuantizeLinear DequantizeLinear");
}
END_TEST

START_TEST(a_transpose_takes_the_axis_of_the_scales_with_it)
{
    const Model *m = model_after(rewrite, "(int8[3,4] x, float[4,3] k) => (y) <float[4] s = {0.01, 0.02, 0.03, 0.04},"
                                          " int8[4] z = {1}> { a = DequantizeLinear<axis = 1>(x, s, z)"
                                          " b = Transpose(a) y = Mul(b, k) }");
    ck_nodes(m, "Transpose DequantizeLinear Mul");
    ck_assert_int_eq(attr_int(node_of_type(m, "DequantizeLinear", 0), "axis", -1), 0);
    becomes("(int8[2,3,4] x) => (y) <float[4] s = {0.01, 0.02, 0.03, 0.04}, int8[4] z = {1}> {"
            " a = DequantizeLinear<axis = 2>(x, s, z) b = Transpose<perm = [0,2,1]>(a) y = Neg(b) }",
            "Transpose DequantizeLinear Neg");
    /* a reshape would tear it apart */
    becomes("(int8[3,4] x) => (y) <float[4] s = {0.01}, int8[4] z = {1}, int64[2] f = {2,6}> {"
            " a = DequantizeLinear<axis = 1>(x, s, z) b = Reshape(a, f) y = Neg(b) }",
            "DequantizeLinear Reshape Neg");
}
END_TEST

/* -- pairs ------------------------------------------------------------------------------------- */

#define PAIR(second) \
    "(int8[4] x) => (y) <float s = {0.02}, int8 z = {3}, float t = {0.05}, int8 u = {-4}, uint8 un = {3}> {" \
    " a = DequantizeLinear(x, s, z) e = QuantizeLinear(a, " second ") y = Cast<to = 6>(e) }"

START_TEST(only_pairs_of_equal_parameters_cancel)
{
    becomes(PAIR("s, z"), "Cast");
    becomes(PAIR("t, z"), "DequantizeLinear QuantizeLinear Cast");
    becomes(PAIR("s, u"), "DequantizeLinear QuantizeLinear Cast");
    becomes(PAIR("s, un"), "DequantizeLinear QuantizeLinear Cast");
    /* no zero point is one of 0, of uint8 */
    becomes("(uint8[4] x) => (y) <float s = {0.02}, uint8 z = {0}> { a = DequantizeLinear(x, s, z)"
            " e = QuantizeLinear(a, s) y = Cast<to = 6>(e) }",
            "Cast");
    becomes("(uint8[4] x) => (y) <float s = {0.02}, uint8 z = {1}> { a = DequantizeLinear(x, s, z)"
            " e = QuantizeLinear(a, s) y = Cast<to = 6>(e) }",
            "DequantizeLinear QuantizeLinear Cast");
}
END_TEST

Suite *rewrite_qdq_suite(void)
{
    Suite *suite = suite_create("rewrite_qdq");
    TCase *tests = tcase_create("rewrite_qdq");
    tcase_add_checked_fixture(tests, NULL, op_free);
    tcase_add_test(tests, bytes_on_all_sides_make_an_integer_convolution);
    tcase_add_test(tests, a_bias_between_two_steps_of_the_grid_stays_real_where_that_shows);
    tcase_add_test(tests, a_bias_that_is_not_known_stays_real);
    tcase_add_test(tests, other_than_bytes_stay_real);
    tcase_add_test(tests, scales_that_are_not_known_or_no_scales_stay_real);
    tcase_add_test(tests, a_scale_for_each_channel_of_the_image_stays_real);
    tcase_add_test(tests, real_results_that_others_read_stay);
    tcase_add_test(tests, an_operand_that_was_never_quantised_stays_real);
    tcase_add_test(tests, bounds_between_become_those_of_the_integers);
    tcase_add_test(tests, products_of_matrices_follow_the_same_rules);
    tcase_add_test(tests, sums_of_equal_shape_add_bytes);
    tcase_add_test(tests, sums_of_other_types_or_shapes_stay_real);
    tcase_add_test(tests, means_over_images_add_up_bytes);
    tcase_add_test(tests, what_picks_elements_runs_on_bytes);
    tcase_add_test(tests, what_makes_new_numbers_stays_real);
    tcase_add_test(tests, a_pad_puts_in_what_stands_for_its_number);
    tcase_add_test(tests, the_places_of_maxima_stay_where_they_are);
    tcase_add_test(tests, a_transpose_takes_the_axis_of_the_scales_with_it);
    tcase_add_test(tests, only_pairs_of_equal_parameters_cancel);
    suite_add_tcase(suite, tests);
    return suite;
}
