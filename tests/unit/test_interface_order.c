/* test_interface_order.c: images that come and go with their channels last: which, that nothing else changes, and that
 * a network that works in that order needs no Transpose. */
#include "run_steps.h"

#include "emit/emit.h"
#include "layout/layout.h"
#include "plan/plan.h"

#include <check.h>
#include <math.h>
#include <string.h>

Suite *interface_order_suite(void);

/* "x: [1,6,6,4], y: [1,8] " */
static const char *interface_of(const Model *m)
{
    const char *text = "";
    const Graph *g = m->graph;
    for (int i = 0; i < g->n_inputs + g->n_outputs; i++) {
        const Value *v = i < g->n_inputs ? g->inputs[i] : g->outputs[i - g->n_inputs];
        ck_assert(i < g->n_inputs ? v->is_input : v->is_output);
        text = mem_printf("%s%s%s: %s%s", text, i ? ", " : "", shown(v->name), shown(shape_text(&v->type.shape)),
                          v->io.channels_last ? " last" : "");
    }
    return text;
}

static void becomes(const char *text, const char *interface, const char *nodes)
{
    build_io("nhwc");
    Model *m = model_of(text);
    test_silence(true);
    run_to(m, layout);
    test_silence(false);
    ck_assert_str_eq(interface_of(m), interface);
    ck_nodes(m, nodes);
}

static void says(const char *words)
{
    ck_assert_msg(strstr(test_said(), words), "%s, expected %s", test_said(), words);
}

/* -- which are images -------------------------------------------------------------------------- */

START_TEST(what_convolutions_read_and_make_is_turned)
{
    becomes("(float[1,4,6,6] x) => (y) <float[8,4,3,3] w> { y = Conv(x, w) }", "x: [1,6,6,4] last, y: [1,4,4,8] last",
            "Conv");
    becomes("(float[1,4,6] x) => (y) <float[8,4,3] w> { y = Conv(x, w) }", "x: [1,6,4] last, y: [1,4,8] last", "Conv");
    becomes("(float[1,4,6,5,7] x) => (y) <float[8,4,3,3,3] w> { y = Conv(x, w) }",
            "x: [1,6,5,7,4] last, y: [1,4,3,5,8] last", "Conv");
}
END_TEST

START_TEST(images_of_few_channels_are_read_as_they_come)
{
    becomes("(float[1,3,6,6] x) => (y) <float[8,3,3,3] w> { y = Conv(x, w) }", "x: [1,6,6,3] last, y: [1,4,4,8] last",
            "Conv");
}
END_TEST

START_TEST(operators_that_keep_the_axes_may_stand_between)
{
    becomes("(float[1,4,6,6] x, float[1,8,4,4] r, float[8,1,1] b) => (y, z) <float[8,4,3,3] w, int64[4] k = {1,1,2,2}>"
            " { e = Exp(x) c = Conv(e, w) d = Add(c, r) s = Softmax<axis = 1>(d) y = Mul(s, b) z = Tanh(r) }",
            "x: [1,6,6,4] last, r: [1,4,4,8] last, b: [8,1,1], y: [1,4,4,8] last, z: [1,4,4,8] last",
            "Exp Conv Softmax Transpose Mul Tanh Transpose");
}
END_TEST

START_TEST(other_ranks_and_other_tensors_stay)
{
    becomes("(float[1,4,6,6] x, float[1,4,3] v) => (y, z) <float[8,4,3,3] w, int64[2] k = {1, 128}> { c = Conv(x, w)"
            " y = Reshape(c, k) z = Exp(v) }",
            "x: [1,6,6,4] last, v: [1,4,3], y: [1,128], z: [1,4,3]", "Conv Transpose Reshape Exp");
    says("warning: test.onnx: --io nhwc: input \"v\", [1,4,3], keeps its order: no operator takes it for an image");
    says("output \"z\", [1,4,3], keeps its order");
    ck_assert_ptr_null(strstr(test_said(), "\"y\""));
}
END_TEST

START_TEST(weights_are_no_images)
{
    becomes("(float[1,4,6,6] x, float[8,4,3,3] w) => (y) { y = Conv(x, w) }",
            "x: [1,6,6,4] last, w: [8,4,3,3], y: [1,4,4,8] last", "Transpose Conv Transpose");
    says("input \"w\", [8,4,3,3], keeps its order");
}
END_TEST

START_TEST(what_is_channels_last_already_stays_without_a_word)
{
    becomes("(float[1,6,6,4] x) => (y) <float[8,4,3,3] w> { t = Transpose<perm = [0,3,1,2]>(x) c = Conv(t, w)"
            " y = Transpose<perm = [0,2,3,1]>(c) }",
            "x: [1,6,6,4], y: [1,4,4,8]", "Conv");
    ck_assert_str_eq(test_said(), "");
    becomes("(float[1,6,6,1] x) => (y) <float[8,1,3,3] w, int64[4] k = {1,1,6,6}> { t = Reshape(x, k) c = Conv(t, w)"
            " y = GlobalMaxPool(c) }",
            "x: [1,6,6,1], y: [1,1,1,8] last", "Reshape Transpose Conv Transpose GlobalMaxPool Transpose");
    ck_assert_str_eq(test_said(), "");
}
END_TEST

START_TEST(an_input_that_is_an_output_is_both)
{
    becomes("(float[1,4,6,6] x) => (y, x) <float[8,4,3,3] w> { y = Conv(x, w) }",
            "x: [1,6,6,4] last, y: [1,4,4,8] last, x_1: [1,6,6,4] last", "Conv Transpose"); /* a copy */
}
END_TEST

START_TEST(a_model_without_images_is_refused)
{
    build_io("nhwc");
    ck_assert(is_refused_by(layout, "(float[1,4,6,6] x) => (y) { y = Relu(x) }"));
    says("input \"x\", [1,4,6,6], keeps its order: no operator takes it for an image");
    says("error: test.onnx: --io nhwc: no input or output is an image; leave the option out");
}
END_TEST

/* -- what is computed -------------------------------------------------------------------------- */

/* [n,c,h,w] as [n,h,w,c]. */
static void turn(const double *first, int n, int c, int pixels, double *last)
{
    for (int i = 0; i < n * c * pixels; i++)
        last[(i / pixels / c * pixels + i % pixels) * c + i / pixels % c] = first[i];
}

enum { LARGEST = 1 << 12 };

/* The image [n,c,h,w] may be of bytes or of floats. */
static void same_when_turned(const char *text, const char *io, bool bytes, const int *in, const int *out)
{
    static double x[LARGEST], turned[LARGEST], expected[LARGEST];
    static float floats[2][LARGEST];
    static int8_t integers[LARGEST];
    int count = in[0] * in[1] * in[2] * in[3];
    for (int i = 0; i < count; i++) x[i] = bytes ? (i * 37 % 255 - 127 - 3) * (double)0.05f : sin(i);
    turn(x, in[0], in[1], in[2] * in[3], turned);
    for (int i = 0; i < count; i++) {
        floats[0][i] = (float)x[i];
        floats[1][i] = (float)turned[i];
        integers[i] = (int8_t)lround(turned[i] / (double)0.05f + 3);
    }
    run_with("x", floats[0]);
    const Results *r = run_steps(model_after(plan, text));
    turn(r->numbers, out[0], out[1], out[2] * out[3], expected);
    int results = r->count;
    ck_assert_int_eq(results, out[0] * out[1] * out[2] * out[3]);
    build_io(io);
    run_with("x", bytes ? (const void *)integers : floats[1]);
    r = run_steps(model_after(plan, text));
    ck_assert_int_eq(r->count, results);
    for (int i = 0; i < results; i++) {
        double found = bytes ? (double)((float)(r->numbers[i] + 9) * 0.25f) : r->numbers[i];
        ck_assert_double_eq_tol(found, expected[i], bytes ? 1e-9 : 1e-4);
    }
}

START_TEST(results_are_the_same_in_the_other_order)
{
    same_when_turned("(float[2,3,8,6] x) => (y) <float[8,3,3,3] w, float[5,8,1,1] v> { c = Conv(x, w) r = Relu(c)"
                     " p = MaxPool<kernel_shape = [2,2]>(r) y = Conv(p, v) }",
                     "nhwc", false, (int[]){2, 3, 8, 6}, (int[]){2, 5, 5, 3});
}
END_TEST

START_TEST(results_of_any_size_are_the_same)
{
    run_size("n", 2);
    run_size("h", 5);
    run_size("w", 7);
    same_when_turned("(float[n,3,h,w] x) => (y) <float[8,3,3,3] w0> {"
                     " c = Conv<pads = [1,1,1,1]>(x, w0) y = Relu(c) }",
                     "nhwc", false, (int[]){2, 3, 5, 7}, (int[]){2, 8, 5, 7});
}
END_TEST

START_TEST(integers_can_come_in_that_order)
{
    same_when_turned("(float[1,4,6,6] x) => (y) <float s = {0.05}, int8 z = {3}, float t = {0.25}, int8 u = {-9},"
                     " int8[8,4,3,3] qw = {3, -5, 7, 1, -2, 9}, float ws = {0.01}, int8 wz = {0}> {"
                     " p = QuantizeLinear(x, s, z) b = DequantizeLinear(p, s, z) w = DequantizeLinear(qw, ws, wz)"
                     " d = Conv(b, w) e = QuantizeLinear(d, t, u) y = DequantizeLinear(e, t, u) }",
                     "quantized,nhwc", true, (int[]){1, 4, 6, 6}, (int[]){1, 8, 4, 4});
}
END_TEST

static void report_json(Model *m, FILE *f)
{
    report(m, NULL, f);
}

static const char *written(Model *m, void (*write)(Model *m, FILE *f))
{
    Draft d;
    write(m, draft_begin(&d));
    return draft_end(&d);
}

START_TEST(the_order_is_told)
{
    build_io("nhwc");
    Model *m = model_after(plan, "(float[1,4,6,6] x) => (y) <float[8,4,3,3] w> { y = Conv(x, w) }");
    emit_begin(m);
    const char *header = written(m, emit_header), *json = written(m, report_json);
    ck_assert_ptr_nonnull(strstr(header, "#define TEST_X_DIMS {1, 6, 6, 4}\n#define TEST_X_COUNT 144 /* float32 "
                                         "x[1,6,6,4], channels last */\n"));
    ck_assert_ptr_nonnull(strstr(json, "\"shape\": [1, 4, 4, 8], \"max_elements\": 128, \"channels_last\": true"));
}
END_TEST

Suite *interface_order_suite(void)
{
    Suite *s = suite_create("interface_order");
    TCase *t = tcase_create("interface_order");
    tcase_add_checked_fixture(t, NULL, build_free);
    tcase_add_test(t, what_convolutions_read_and_make_is_turned);
    tcase_add_test(t, images_of_few_channels_are_read_as_they_come);
    tcase_add_test(t, operators_that_keep_the_axes_may_stand_between);
    tcase_add_test(t, other_ranks_and_other_tensors_stay);
    tcase_add_test(t, weights_are_no_images);
    tcase_add_test(t, what_is_channels_last_already_stays_without_a_word);
    tcase_add_test(t, an_input_that_is_an_output_is_both);
    tcase_add_test(t, a_model_without_images_is_refused);
    tcase_add_test(t, results_are_the_same_in_the_other_order);
    tcase_add_test(t, results_of_any_size_are_the_same);
    tcase_add_test(t, integers_can_come_in_that_order);
    tcase_add_test(t, the_order_is_told);
    suite_add_tcase(s, t);
    return s;
}
