/* test_layout.c: images have their channels last where convolutions are computed; what is computed in that order, what
 * convolutions add and activate, and that the results stay. */
#include "run_steps.h"

#include "layout/layout.h"
#include "lower/lower.h"
#include "op/op.h"
#include "rewrite/rewrite.h"

#include <check.h>
#include <string.h>

Suite *layout_suite(void);

static void becomes(const char *text, const char *nodes)
{
    expect_nodes(text, layout, nodes, 1e-4);
}

/* -- orders ------------------------------------------------------------------------------------ */

START_TEST(channels_go_last_and_come_back)
{
    Shape first = shape_const(5, (int64_t[]){1, 2, 3, 4, 5}), last = channels_last(&first),
          back = channels_first(&last);
    ck_assert_str_eq(shown(shape_text(&last)), "[1,3,4,5,2]");
    ck_assert(shape_equal(&back, &first));
}
END_TEST

START_TEST(orders_have_an_inverse)
{
    Order o = order_to_first(4), inverse = order_inverse(&o), three = order_to_first(3);
    const int to_first[] = {0, 3, 1, 2}, to_last[] = {0, 2, 3, 1};
    ck_assert_int_eq(o.rank, 4);
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(o.perm[i], to_first[i]);
        ck_assert_int_eq(inverse.perm[i], to_last[i]);
    }
    ck_assert(order_equal(&o, &o) && !order_equal(&o, &inverse) && !order_equal(&o, &three));
}
END_TEST

START_TEST(a_transpose_has_the_order_it_says_or_the_reverse)
{
    Order o;
    const Model *m = model_after(rewrite, "(float[2,3,4] x) => (y, z, w) {"
                                          " y = Transpose<perm = [1,2,0]>(x) z = Transpose(x) w = Exp(x) }");
    ck_assert(order_of(value_called(m, "y"), &o) && o.perm[0] == 1 && o.perm[1] == 2 && o.perm[2] == 0);
    ck_assert(order_of(value_called(m, "z"), &o) && o.perm[0] == 2 && o.perm[1] == 1 && o.perm[2] == 0);
    ck_assert(!order_of(value_called(m, "w"), &o) && !order_of(value_called(m, "x"), &o));
}
END_TEST

/* -- products of flattened images ------------------------------------------------------------------ */

/* The rows of the constant take the order of the image. */
START_TEST(products_take_flattened_images_as_they_lie)
{
    becomes("(float[2,8,6,5] x) => (y) <float[8,8,3,3] w, float[96,3] b>"
            " { c = Conv(x, w) f = Flatten(c) y = Gemm(f, b) }",
            "Transpose Conv Flatten Gemm");
    becomes("(float[2,8,6,5] x) => (y) <float[8,8,3,3] w, float[3,96] b>"
            " { c = Conv(x, w) f = Flatten(c) y = Gemm<transB = 1>(f, b) }",
            "Transpose Conv Flatten Gemm");
    becomes("(float[2,8,6,5] x) => (y) <float[8,8,3,3] w, float[96,3] b, int64[2] s = {2, 96}>"
            " { c = Conv(x, w) f = Reshape(c, s) y = MatMul(f, b) }",
            "Transpose Conv Reshape MatMul");
    /* others see the flattened image, too */
    becomes("(float[2,8,6,5] x) => (y, f) <float[8,8,3,3] w, float[96,3] b>"
            " { c = Conv(x, w) f = Flatten(c) y = Gemm(f, b) }",
            "Transpose Conv Transpose Flatten Gemm");
    /* it is the second factor, or not made of whole images */
    becomes("(float[1,8,6,5] x, float[3,96] a) => (y) <float[8,8,3,3] w, int64[2] s = {96, 1}>"
            " { c = Conv(x, w) f = Reshape(c, s) y = MatMul(a, f) }",
            "Transpose Conv Transpose Reshape MatMul");
}
END_TEST

/* -- which convolutions ------------------------------------------------------------------------ */

START_TEST(convolutions_run_with_their_channels_last)
{
    becomes("(float[1,8,6,6] x) => (y) <float[8,8,3,3] w> { y = Conv(x, w) }", "Transpose Conv Transpose");
    becomes("(float[1,8,6] x) => (y) <float[8,8,3] w> { y = Conv(x, w) }", "Transpose Conv Transpose");
    becomes("(float[1,8,6,6,6] x) => (y) <float[8,8,3,3,3] w> { y = Conv(x, w) }", "Transpose Conv Transpose");
    becomes("(float[1,8,6,6] x) => (y) <float[8,4,3,3] w> { y = Conv<group = 2>(x, w) }", "Transpose Conv Transpose");
    becomes("(float[1,8,6,6] x) => (y) <float[8,1,3,3] w> { y = Conv<group = 8>(x, w) }", "Transpose Conv Transpose");
    becomes("(float[1,8,6,6] x) => (y) <float[2,8,3,3] w> { y = Conv(x, w) }", "Transpose Conv Transpose");
    becomes("(float[1,8,6,6] x) => (y) <float[8,4,3,3] w> { y = ConvTranspose(x, w) }",
            "Transpose ConvTranspose Transpose");
}
END_TEST

START_TEST(an_image_of_few_channels_is_taken_as_it_comes)
{
    becomes("(float[1,4,6,6] x) => (y) <float[8,4,3,3] w> { y = Conv(x, w) }", "Conv Transpose");
    becomes("(float[1,5,6,6] x) => (y) <float[8,5,3,3] w> { y = Conv(x, w) }", "Transpose Conv Transpose");
    becomes("(float[1,3,6,6,6] x) => (y) <float[8,3,3,3,3] w> { y = Conv(x, w) }", "Transpose Conv Transpose");
    becomes("(float[1,4,6,6] x) => (y) <float[8,2,3,3] w> { y = Conv<group = 2>(x, w) }", "Transpose Conv Transpose");
    becomes("(float[1,4,6,6] x) => (y) <float[8,4,3,3] w> { a = Exp(x) y = Conv(a, w) }",
            "Exp Transpose Conv Transpose");
}
END_TEST

START_TEST(other_convolutions_stay)
{
    /* weights that are not known, other types, groups of few results */
    becomes("(float[1,8,6,6] x, float[8,8,3,3] w) => (y) { y = Conv(x, w) }", "Conv");
    becomes("(double[1,8,6,6] x) => (y) <double[8,8,3,3] w> { y = Conv(x, w) }", "Conv");
    becomes("(float[1,8,6,6] x) => (y) <float[12,2,3,3] w> { y = Conv<group = 4>(x, w) }", "Conv");
    becomes("(float[1,8,6,6] x) => (y) <float[16,2,3,3] w> { y = Conv<group = 4>(x, w) }", "Transpose Conv Transpose");
    becomes("(float[1,8,6,6] x) => (y) <float[8,2,3,3] w> { y = ConvTranspose(x, w) }", "ConvTranspose");
    becomes("(float[1,8,6,6] x) => (y) <float[8,3,3,3] w> { y = ConvTranspose(x, w) }",
            "Transpose ConvTranspose Transpose");
    becomes("(float[1,8,6,6] x) => (y) <float[8,4,3,3] w> { y = ConvTranspose<dilations = [2,2]>(x, w) }",
            "ConvTranspose");
}
END_TEST

START_TEST(graphs_without_convolutions_keep_their_transposes)
{
    becomes("(float[1,8,6,6] x) => (y) { a = Transpose<perm = [0,2,3,1]>(x) y = Exp(a) }", "Transpose Exp");
}
END_TEST

/* -- what sinks -------------------------------------------------------------------------------- */

/* After a convolution: x -> a. */
#define AFTER(nodes) \
    "(float[1,8,6,6] x, float[1,8,6,6] z, float[6] row) => (y) <float[8,8,1,1] w, float[8,8,3,3] k, float[8,1,1] c," \
    " float[6] r, float s = {2}, int64[2] image = {2,3}, int64[2] ends = {-1,-2}, int64[1] one = {1}, int64[1] two = " \
    "{2}," \
    " int64[1] five = {5}, int64[1] minus = {-1}, int64[8] pads = {0,0,1,0,0,0,0,1}, float[4] scales = {1,1,2,2}," \
    " int64[4] sizes = {1,8,9,7}, int64[1] channel = {1}, float zero = {0}> { a = Conv(x, w) " nodes " }"

#define ck_sinks(nodes, op) becomes(AFTER(nodes), "Transpose Conv " op " Transpose")
#define ck_stays(nodes, op) becomes(AFTER(nodes), "Transpose Conv Transpose " op)

START_TEST(elementwise_operators_are_computed_in_the_order_of_the_channels)
{
    ck_sinks("y = Abs(a)", "Abs");
    ck_sinks("y = Max(a, a)", "Max");
    ck_sinks("y = Max(a, c)", "Max"); /* constants are turned */
    ck_sinks("y = Max(r, a)", "Max");
    ck_sinks("y = Max(a, s)", "Max");
    ck_sinks("b = Exp(a) y = Max(a, b)", "Exp Max");
    becomes(AFTER("b = Exp(a) y = Conv(b, k)"), "Transpose Conv Exp Conv Transpose");
}
END_TEST

START_TEST(operands_that_would_have_to_be_turned_first_keep_the_order)
{
    ck_stays("y = Max(a, z)", "Max");
    ck_stays("y = Max(a, row)", "Max");
}
END_TEST

START_TEST(a_small_operand_is_turned)
{
    becomes("(float[1,8,6,6] x, float[1,8,1,1] f) => (y) <float[8,8,1,1] w> { a = Conv(x, w) y = Max(a, f) }",
            "Transpose Conv Transpose Max Transpose");
}
END_TEST

START_TEST(a_result_larger_than_the_turned_operand_keeps_the_order)
{
    becomes("(float[1,8,6,6] x) => (y) <float[8,8,6,6] w, float[1,8,5,5] c> { a = Conv(x, w) y = Max(a, c) }",
            "Transpose Conv Transpose Max");
    becomes("(float[1,8,6,6] x) => (y) <float[8,8,6,6] w, float[2,1,8,1,1] c> { a = Conv(x, w) y = Max(a, c) }",
            "Transpose Conv Transpose Max");
}
END_TEST

START_TEST(axes_are_those_of_the_other_order)
{
    ck_sinks("y = Softmax<axis = 1>(a)", "Softmax");
    ck_sinks("y = Softmax<axis = -1>(a)", "Softmax");
    ck_sinks("y = LogSoftmax<axis = 2>(a)", "LogSoftmax");
    ck_sinks("y = Concat<axis = 1>(a, a)", "Concat");
    ck_sinks("y = Concat<axis = -1>(a, a)", "Concat");
    ck_sinks("b, e = Split<axis = 1, num_outputs = 2>(a) y = Max(b, e)", "Split Max");
    ck_sinks("b, e = Split<axis = 3, num_outputs = 2>(a) y = Max(b, e)", "Split Max");
    ck_sinks("y = Slice(a, one, five, two)", "Slice");
    ck_sinks("y = Slice(a, one, five, minus)", "Slice");
    ck_sinks("y = Slice(a, one, two)", "Slice");
    ck_sinks("y = Slice(a, one, five, channel)", "Slice");
    ck_sinks("y = Pad(a, pads)", "Pad");
    ck_sinks("y = Pad(a, ends, zero, two)", "Pad");
    ck_sinks("y = Resize(a, , scales)", "Resize");
    ck_sinks("y = Resize<mode = \"linear\">(a, , , sizes)", "Resize");
    const Model *m = model_after(layout, AFTER("y = Concat<axis = 1>(a, a)"));
    ck_assert_int_eq(attr_int(node_of_type(m, "Concat", 0), "axis", 0), 3);
}
END_TEST

START_TEST(a_concat_of_something_else_keeps_the_order)
{
    ck_stays("y = Concat<axis = 1>(a, z)", "Concat");
}
END_TEST

START_TEST(reductions_leave_the_order_of_what_is_left)
{
    ck_sinks("y = ReduceMean(a, image)", "ReduceMean");
    ck_sinks("y = ReduceMax(a, ends)", "ReduceMax");
    ck_sinks("y = ReduceSum(a, channel)", "ReduceSum");
    ck_sinks("y = ReduceL2(a, two)", "ReduceL2");
    becomes(AFTER("y = ReduceMin<keepdims = 0>(a, image)"), "Transpose Conv ReduceMin");
    becomes(AFTER("y = ReduceMean<keepdims = 0>(a, channel)"), "Transpose Conv ReduceMean");
    becomes(AFTER("y = ReduceMean<keepdims = 0>(a, two)"), "Transpose Conv ReduceMean Transpose");
    ck_stays("y = ReduceMean(a)", "ReduceMean");
}
END_TEST

START_TEST(pools_have_kernels_for_channels_last)
{
    ck_sinks("y = MaxPool<kernel_shape = [2,2]>(a)", "MaxPool");
    ck_sinks("y = AveragePool<kernel_shape = [3,3], pads = [1,1,1,1]>(a)", "AveragePool");
    ck_sinks("y = AveragePool<kernel_shape = [3,3], pads = [1,1,1,1], count_include_pad = 1>(a)", "AveragePool");
    ck_sinks("y = GlobalAveragePool(a)", "GlobalAveragePool");
}
END_TEST

START_TEST(what_has_no_rule_keeps_the_order)
{
    ck_stays("y = LRN<size = 3>(a)", "LRN");
    ck_stays("y = DepthToSpace<blocksize = 2>(a)", "DepthToSpace");
    ck_stays("y = Flatten(a)", "Flatten");
    ck_stays("y = GlobalMaxPool(a)", "GlobalMaxPool");
}
END_TEST

START_TEST(the_old_order_stays_for_those_who_want_it)
{
    becomes("(float[1,8,6,6] x) => (y, b) <float[8,8,1,1] w, float[8,8,3,3] k> {"
            " a = Conv(x, w) b = Exp(a) y = Conv(b, k) }",
            "Transpose Conv Exp Transpose Conv Transpose");
}
END_TEST

START_TEST(channels_split_and_merge_where_they_stand)
{
    const char *text = "(float[2,8,6,5] x) => (y) <float[8,8,1,1] w, float[8,8,3,3] k, int64[5] split = {2,2,4,6,5},"
                       " int64[4] whole = {2,8,6,5}> { a = Conv(x, w) b = Reshape(a, split)"
                       " c = Transpose<perm = [0,2,1,3,4]>(b) d = Reshape(c, whole) y = Conv(d, k) }";
    becomes(text, "Transpose Conv Reshape Transpose Reshape Conv Transpose");
    const Model *m = model_after(layout, text);
    ck_shape(node_of_type(m, "Reshape", 0)->out[0], "[2,6,5,2,4]");
}
END_TEST

START_TEST(images_may_be_flattened_and_restored)
{
    becomes("(float[2,8,6,5] x) => (y) <float[8,8,1,1] w, float[8,8,3,3] k, int64[3] flat = {2,8,30},"
            " int64[4] whole = {2,8,6,5}> { a = Conv(x, w) b = Reshape(a, flat) c = Exp(b) d = Reshape(c, whole)"
            " y = Conv(d, k) }",
            "Transpose Conv Reshape Exp Reshape Conv Transpose");
    /* channels and image mixed */
    becomes("(float[2,8,6,5] x) => (y) <float[8,8,1,1] w, int64[3] mixed = {2,16,15}> {"
            " a = Conv(x, w) y = Reshape(a, mixed) }",
            "Transpose Conv Transpose Reshape");
}
END_TEST

/* -- older opsets ------------------------------------------------------------------------------ */

static void old(int opset, const char *nodes, const char *expected)
{
    build_opset(opset);
    becomes(mem_printf("(float[1,8,6,6] x) => (y) <float[8,8,1,1] w, float[4] s = {1,1,2,2}> { a = Conv(x, w) %s }",
                       nodes),
            expected);
    build_opset(23);
}

START_TEST(older_opsets_have_axes_as_attributes)
{
    old(1, "y = Slice<axes = [1,3], starts = [2,1], ends = [6,5]>(a)", "Transpose Conv Slice Transpose");
    old(1, "y = Slice<starts = [0,2,1], ends = [1,6,5]>(a)", "Transpose Conv Slice Transpose");
    old(2, "y = Pad<pads = [0,0,1,2,0,0,3,4]>(a)", "Transpose Conv Pad Transpose");
    old(9, "y = Upsample(a, s)", "Transpose Conv Upsample Transpose");
    old(11, "y = ReduceMean<axes = [2,3]>(a)", "Transpose Conv ReduceMean Transpose");
    old(11, "y = ReduceMean<axes = [2,-1], keepdims = 0>(a)", "Transpose Conv ReduceMean");
    old(11, "y = Softmax<axis = 3>(a)", "Transpose Conv Transpose Softmax"); /* was about all axes from there on */
    old(12, "y = Concat<axis = 1>(a, a)", "Transpose Conv Concat Transpose");
}
END_TEST

/* -- quantised images -------------------------------------------------------------------------- */

#define QUANTIZED(nodes) \
    "(float[1,8,6,6] x) => (y) <float s = {0.02}, int8 z = {3}, float t = {0.05}, int8 u = {-4}, int8[8,8,3,3] qw = " \
    "{3, -5}," \
    " int8 wz = {0}, float ws = {0.01}, float[8] each = {0.05}, int8[8] eachz = {1}, int64[2] image = {2,3}> {" \
    " a = QuantizeLinear(x, s, z) b = DequantizeLinear(a, s, z) w = DequantizeLinear(qw, ws, wz)" \
    " c = Conv<pads = [1,1,1,1]>(b, w) d = QuantizeLinear(c, t, u) e = DequantizeLinear(d, t, u) " nodes " }"

START_TEST(quantised_images_have_their_channels_last_too)
{
    expect_nodes(QUANTIZED("y = Neg(e)"), layout, "QuantizeLinear Transpose QLinearConv DequantizeLinear Neg Transpose",
                 0.11);
    expect_nodes(QUANTIZED("f = Add(e, e) g = QuantizeLinear(f, t, u) y = DequantizeLinear(g, t, u)"), layout,
                 "QuantizeLinear Transpose QLinearConv QLinearAdd DequantizeLinear Transpose", 0.11);
    expect_nodes(QUANTIZED("f = ReduceMean(e, image) g = QuantizeLinear(f, t, u) y = DequantizeLinear(g, t, u)"),
                 layout, "QuantizeLinear Transpose QLinearConv QLinearReduceMean DequantizeLinear Transpose", 0.11);
    expect_nodes(QUANTIZED("f = GlobalAveragePool(e) g = QuantizeLinear(f, t, u) y = DequantizeLinear(g, t, u)"),
                 layout, "QuantizeLinear Transpose QLinearConv QLinearGlobalAveragePool DequantizeLinear Transpose",
                 0.11);
    /* a scale for each channel stays with its axis */
    expect_nodes(QUANTIZED(
                     "g = QuantizeLinear<axis = 1>(e, each, eachz) y = DequantizeLinear<axis = 1>(g, each, eachz)"),
                 layout,
                 "QuantizeLinear Transpose QLinearConv DequantizeLinear Transpose QuantizeLinear DequantizeLinear",
                 0.11);
}
END_TEST

/* -- what convolutions do as they store -------------------------------------------------------- */

static Node *last_conv(const char *text)
{
    const Model *m = model_after(layout, text);
    Node *last = NULL;
    for (int i = 0; node_of_type(m, "Conv", i); i++) last = node_of_type(m, "Conv", i);
    return last;
}

#define RESIDUAL(nodes) \
    "(float[1,8,6,6] x) => (y) <float[8,8,1,1] w, float[8,8,3,3] k, float[8,1,3,3] d, float[2,8,3,3] n, " \
    "float[2,8,1,1] n1>" \
    " { a = Conv(x, w) " nodes " }"

START_TEST(convolutions_add_another_result)
{
    becomes(RESIDUAL("b = Conv<pads = [1,1,1,1]>(a, k) y = Add(b, a)"), "Transpose Conv Conv Transpose");
    becomes(RESIDUAL("b = Conv<pads = [1,1,1,1]>(a, k) y = Add(a, b)"), "Transpose Conv Conv Transpose");
    becomes(RESIDUAL("b = Conv<pads = [1,1,1,1]>(a, k) c = Add(a, b) y = Relu(c)"), "Transpose Conv Conv Transpose");
    const Node *n = last_conv(RESIDUAL("b = Conv<pads = [1,1,1,1]>(a, k) c = Add(a, b) y = Relu(c)"));
    ck_assert(n->n_in == 4 && n->in[3] && n->clamp_low == 0);
}
END_TEST

START_TEST(convolutions_wait_for_what_they_add)
{
    becomes(RESIDUAL("b = Conv<pads = [1,1,1,1]>(a, k) e = Exp(a) f = Abs(e) y = Add(b, f)"),
            "Transpose Conv Exp Abs Conv Transpose");
}
END_TEST

START_TEST(only_whole_results_are_added_and_once)
{
    becomes(RESIDUAL("b = Conv<pads = [1,1,1,1]>(a, k) c = Relu(b) y = Add(c, a)"),
            "Transpose Conv Conv Add Transpose");
    becomes(RESIDUAL("b = Conv<pads = [1,1,1,1]>(a, k) c = Add(b, a) e = Exp(a) y = Add(c, e)"),
            "Transpose Conv Conv Exp Add Transpose");
    becomes(RESIDUAL("b = Conv<pads = [1,1,1,1], group = 8>(a, d) y = Add(b, a)"), "Transpose Conv Conv Add Transpose");
    becomes(RESIDUAL("b = Conv<pads = [1,1,1,1]>(a, n) c = Conv(a, n1) e = Exp(c) y = Add(b, e)"),
            "Transpose Conv Conv Conv Exp Add Transpose");
    becomes(RESIDUAL("b = Conv<pads = [1,1,1,1]>(a, k) y = Add(b, b)"), "Transpose Conv Conv Add Transpose");
    becomes("(float[1,8,6,6] x) => (y, b) <float[8,8,1,1] w, float[8,8,3,3] k> { a = Conv(x, w)"
            " b = Conv<pads = [1,1,1,1]>(a, k) y = Add(b, a) }",
            "Transpose Conv Conv Transpose Add Transpose");
}
END_TEST

START_TEST(convolutions_activate_their_results)
{
    becomes(RESIDUAL("y = Sigmoid(a)"), "Transpose Conv Transpose");
    becomes(RESIDUAL("y = HardSwish(a)"), "Transpose Conv Transpose");
    becomes(RESIDUAL("b = Conv<pads = [1,1,1,1], group = 8>(a, d) y = Sigmoid(b)"), "Transpose Conv Conv Transpose");
    ck_assert_str_eq(last_conv(RESIDUAL("y = Sigmoid(a)"))->activation.function->name, "activate_sigmoid_f32");
}
END_TEST

START_TEST(one_activation_and_only_of_a_result_without_bounds)
{
    becomes(RESIDUAL("b = Sigmoid(a) y = HardSwish(b)"), "Transpose Conv HardSwish Transpose");
    becomes(RESIDUAL("b = Relu(a) y = Sigmoid(b)"), "Transpose Conv Sigmoid Transpose");
    becomes(RESIDUAL("b = Sigmoid(a) y = Relu(b)"), "Transpose Conv Relu Transpose");
    becomes(RESIDUAL("b = Conv<pads = [1,1,1,1]>(a, n) y = Sigmoid(b)"), "Transpose Conv Conv Sigmoid Transpose");
    becomes(RESIDUAL("y = Exp(a)"), "Transpose Conv Exp Transpose");
    becomes("(float[1,8,6,6] x) => (y, z) <float[8,8,1,1] w> { a = Conv(x, w) y = Sigmoid(a) z = Exp(a) }",
            "Transpose Conv Sigmoid Transpose Exp Transpose");
}
END_TEST

/* -- which kernels ----------------------------------------------------------------------------- */

static void computed_by(const char *kernel, const char *text)
{
    ck_assert_msg(step_calling(model_after(lower, text), kernel), "%s is not used for %s but %s", kernel, text,
                  steps_text(model_after(lower, text)));
    expect_same_results(text, NULL, lower, 1e-4);
}

START_TEST(each_convolution_has_its_kernel)
{
    computed_by("gemm_packed_f32", "(float[1,8,6,6] x) => (y) <float[8,8,1,1] w> { y = Conv(x, w) }");
    computed_by("conv_packed_f32", "(float[1,8,6,6] x) => (y) <float[8,8,1,1] w> { y = Conv<strides = [2,2]>(x, w) }");
    computed_by("conv_packed_f32", "(float[1,8,6,6] x) => (y) <float[8,8,1,1] w> { y = Conv<pads = [1,1,1,1]>(x, w) }");
    computed_by("conv_packed_f32", "(float[1,8,6,6] x) => (y) <float[8,8,3,3] w> { y = Conv(x, w) }");
    computed_by("conv_narrow_f32", "(float[1,8,6,6] x) => (y) <float[4,8,3,3] w> { y = Conv(x, w) }");
    computed_by("conv_packed_f32", "(float[1,8,6,6] x) => (y) <float[5,8,3,3] w> { y = Conv(x, w) }");
    computed_by("conv_channelwise_f32", "(float[1,8,6,6] x) => (y) <float[8,1,3,3] w> { y = Conv<group = 8>(x, w) }");
    computed_by("conv_channelwise_5_f32", "(float[1,8,6,6] x) => (y) <float[8,1,5,5] w> { y = Conv<group = 8>(x, w) }");
    computed_by("conv_planes_1_f32", "(float[1,3,32,32] x) => (y) <float[8,3,3,3] w> { y = Conv(x, w) }");
    computed_by("conv_planes_2_f32",
                "(float[1,3,64,64] x) => (y) <float[8,3,3,3] w> { y = Conv<strides = [2,2]>(x, w) }");
    computed_by("conv_packed_f32",
                "(float[1,3,64,64] x) => (y) <float[8,3,3,3] w> { y = Conv<strides = [3,3]>(x, w) }");
    computed_by("conv_packed_f32", "(float[1,3,8,8] x) => (y) <float[8,3,3,3] w> { y = Conv(x, w) }"); /* short rows */
}
END_TEST

#define LARGE(channels, filters, nodes) \
    "(float[1," channels ",34,34] x) => (y) <float[" filters "," channels ",3,3] w> { " nodes " }"

START_TEST(winograd_is_for_windows_of_3_by_3_and_many_channels)
{
    computed_by("conv_winograd_f32", LARGE("16", "16", "y = Conv(x, w)"));
    computed_by("conv_packed_f32", LARGE("15", "16", "y = Conv(x, w)"));
    computed_by("conv_packed_f32", LARGE("16", "15", "y = Conv(x, w)"));
    computed_by("conv_packed_f32", LARGE("16", "16", "y = Conv<strides = [2,2]>(x, w)"));
    computed_by("conv_packed_f32", LARGE("16", "16", "y = Conv<dilations = [2,2]>(x, w)"));
    computed_by("conv_packed_f32", "(float[1,16,6,6] x) => (y) <float[16,16,3,3] w> { y = Conv(x, w) }");
    computed_by("conv_packed_f32", "(float[1,16,34,34] x) => (y) <float[16,16,3,1] w> { y = Conv(x, w) }");
}
END_TEST

Suite *layout_suite(void)
{
    Suite *suite = suite_create("layout");
    TCase *tests = tcase_create("layout");
    tcase_add_checked_fixture(tests, NULL, build_free);
    tcase_add_test(tests, channels_go_last_and_come_back);
    tcase_add_test(tests, orders_have_an_inverse);
    tcase_add_test(tests, a_transpose_has_the_order_it_says_or_the_reverse);
    tcase_add_test(tests, products_take_flattened_images_as_they_lie);
    tcase_add_test(tests, convolutions_run_with_their_channels_last);
    tcase_add_test(tests, an_image_of_few_channels_is_taken_as_it_comes);
    tcase_add_test(tests, other_convolutions_stay);
    tcase_add_test(tests, graphs_without_convolutions_keep_their_transposes);
    tcase_add_test(tests, elementwise_operators_are_computed_in_the_order_of_the_channels);
    tcase_add_test(tests, operands_that_would_have_to_be_turned_first_keep_the_order);
    tcase_add_test(tests, a_small_operand_is_turned);
    tcase_add_test(tests, a_result_larger_than_the_turned_operand_keeps_the_order);
    tcase_add_test(tests, axes_are_those_of_the_other_order);
    tcase_add_test(tests, a_concat_of_something_else_keeps_the_order);
    tcase_add_test(tests, reductions_leave_the_order_of_what_is_left);
    tcase_add_test(tests, pools_have_kernels_for_channels_last);
    tcase_add_test(tests, what_has_no_rule_keeps_the_order);
    tcase_add_test(tests, the_old_order_stays_for_those_who_want_it);
    tcase_add_test(tests, channels_split_and_merge_where_they_stand);
    tcase_add_test(tests, images_may_be_flattened_and_restored);
    tcase_add_test(tests, older_opsets_have_axes_as_attributes);
    tcase_add_test(tests, quantised_images_have_their_channels_last_too);
    tcase_add_test(tests, convolutions_add_another_result);
    tcase_add_test(tests, convolutions_wait_for_what_they_add);
    tcase_add_test(tests, only_whole_results_are_added_and_once);
    tcase_add_test(tests, convolutions_activate_their_results);
    tcase_add_test(tests, one_activation_and_only_of_a_result_without_bounds);
    tcase_add_test(tests, each_convolution_has_its_kernel);
    tcase_add_test(tests, winograd_is_for_windows_of_3_by_3_and_many_channels);
    suite_add_tcase(suite, tests);
    return suite;
}
