/* test_interface_types.c: inputs and outputs in the integers that the model quantises them to, and why some stay. */
#include "run_steps.h"

#include "emit/emit.h"
#include "plan/plan.h"
#include "rewrite/rewrite.h"

#include <check.h>
#include <string.h>

Suite *interface_types_suite(void);

#define CONSTANTS \
    "float s = {0.05}, int8 z = {3}, float t = {0.25}, uint8 u = {128}, int8 u8 = {-9}, float[2] each = {0.1}," \
    " int8[2] eachz = {0}"
#define X2 "(float[1,2,3] x) => (y) <" CONSTANTS "> { "

/* "x: int8[2,3]" */
static const char *interface_of(const Model *m)
{
    const char *text = "";
    const Graph *g = m->graph;
    for (int i = 0; i < g->n_inputs + g->n_outputs; i++) {
        const Value *v = i < g->n_inputs ? g->inputs[i] : g->outputs[i - g->n_inputs];
        const char *scale = v->io.is_quantized ? mem_printf(" %g %d", (double)v->io.scale, v->io.zero) : "";
        text = mem_printf("%s%s%s: %s%s%s", text, i ? ", " : "", shown(v->name), dtype_name(v->type.dtype),
                          shown(shape_text(&v->type.shape)), scale);
    }
    return text;
}

static Model *quantized(const char *text)
{
    build_io("quantized");
    Model *m = model_of(text);
    test_silence(true);
    run_to(m, rewrite);
    test_silence(false);
    return m;
}

static void becomes(const char *text, const char *interface, const char *nodes)
{
    const Model *m = quantized(text);
    ck_assert_str_eq(interface_of(m), interface);
    ck_nodes(m, nodes);
}

static void says(const char *words)
{
    ck_assert_msg(strstr(test_said(), words), "%s, expected %s", test_said(), words);
}

/* The input stays, and that is said; the output is quantised. */
static void stays(const char *text, const char *why)
{
    const Model *m = quantized(text);
    ck_assert_int_eq(m->graph->inputs[0]->type.dtype, DT_FLOAT);
    ck_assert(is_called(m->graph->inputs[0], "x") && m->graph->inputs[0]->is_input);
    says(mem_printf("warning: test.onnx: --io quantized: input \"x\" stays float32: %s", why));
}

/* -- inputs ------------------------------------------------------------------------------------ */

START_TEST(an_input_that_is_only_quantised_comes_as_integers)
{
    becomes(X2 "a = QuantizeLinear(x, s, z) b = DequantizeLinear(a, s, z) y = Exp(b) }",
            "x: int8[1,2,3] 0.05 3, y: float32[1,2,3]", "DequantizeLinear Exp");
    says("output \"y\" stays float32: Exp \"/y\" makes it");
}
END_TEST

START_TEST(without_the_option_it_stays)
{
    const Model *m = model_after(rewrite, X2 "a = QuantizeLinear(x, s, z) y = DequantizeLinear(a, s, z) }");
    ck_assert_str_eq(interface_of(m), "x: float32[1,2,3], y: float32[1,2,3]");
}
END_TEST

START_TEST(several_may_quantise_it_if_they_do_it_alike)
{
    becomes("(float[1,2,3] x) => (y, w) <" CONSTANTS "> { a = QuantizeLinear(x, s, z) c = QuantizeLinear(x, s, z)"
            " b = DequantizeLinear(a, s, z) y = Exp(b) d = DequantizeLinear(c, s, z) w = Relu(d) }",
            "x: int8[1,2,3] 0.05 3, y: float32[1,2,3], w: float32[1,2,3]",
            "DequantizeLinear Exp DequantizeLinear Relu");
}
END_TEST

START_TEST(what_moves_elements_may_stand_before)
{
    becomes("(float[1,2,3] x) => (y, w) <" CONSTANTS ", int64[2] flat = {3, 2}> { p = Transpose<perm = [0,2,1]>(x)"
            " r = Reshape(p, flat) a = QuantizeLinear(r, s, z) c = QuantizeLinear(p, s, z)"
            " b = DequantizeLinear(a, s, z) y = Exp(b) d = DequantizeLinear(c, s, z) w = Relu(d) }",
            "x: int8[1,2,3] 0.05 3, y: float32[3,2], w: float32[1,3,2]",
            "Transpose Reshape DequantizeLinear Exp DequantizeLinear Relu");
}
END_TEST

START_TEST(sizes_may_be_left_to_the_call)
{
    becomes("(float[n,2] x) => (y) <" CONSTANTS "> { a = QuantizeLinear(x, t, u) y = DequantizeLinear(a, t, u) }",
            "x: uint8[n,2] 0.25 128, y: uint8[n,2] 0.25 128", "Identity");
}
END_TEST

START_TEST(inputs_that_are_wanted_as_they_are_stay)
{
    stays(X2 "a = QuantizeLinear(x, s, z) b = DequantizeLinear(a, s, z) e = Exp(x) c = Add(e, b)"
             " d = QuantizeLinear(c, s, z) y = DequantizeLinear(d, s, z) }",
          "Exp \"/e\" reads it");
    stays("(float[1,2,3] x) => (y, w) <" CONSTANTS "> { a = QuantizeLinear(x, s, z) w = QuantizeLinear(x, t, u)"
          " y = DequantizeLinear(a, s, z) }",
          "QuantizeLinear \"/a\" and QuantizeLinear \"/w\" quantise it differently");
    stays("(float[1,2,3] x) => (y, w) <" CONSTANTS "> { a = QuantizeLinear<axis = 1>(x, each, eachz)"
          " b = DequantizeLinear<axis = 1>(a, each, eachz) w = Exp(b) c = QuantizeLinear(w, s, z)"
          " y = DequantizeLinear(c, s, z) }",
          "QuantizeLinear \"/a\" has a scale for each slice of an axis");
    stays("(float[2] x, float[2] v) => (y) <" CONSTANTS "> { a = QuantizeLinear(v, s, z)"
          " y = DequantizeLinear(a, s, z) }",
          "nothing reads it");
    stays("(float[2] x) => (y, x) <" CONSTANTS "> { a = QuantizeLinear(x, s, z) y = DequantizeLinear(a, s, z) }",
          "it is an output of the model, too");
    stays("(float[2] x, bool c) => (y) <" CONSTANTS "> { a = QuantizeLinear(x, s, z) d = DequantizeLinear(a, s, z)"
          " p = If<then_branch = (() => (v) { v = Exp(x) }), else_branch = (() => (w) { w = Neg(d) })>(c)"
          " q = QuantizeLinear(p, s, z) y = DequantizeLinear(q, s, z) }",
          "Exp \"/v\", in a branch or loop, reads it");
}
END_TEST

/* -- outputs ----------------------------------------------------------------------------------- */

START_TEST(an_output_that_is_dequantised_last_is_the_integers)
{
    becomes("(float[2,3] x) => (y) <" CONSTANTS "> { a = Exp(x) b = QuantizeLinear(a, t, u)"
            " c = DequantizeLinear(b, t, u) y = Transpose(c) }",
            "x: float32[2,3], y: uint8[3,2] 0.25 128", "Exp QuantizeLinear Transpose");
}
END_TEST

START_TEST(integers_that_are_two_outputs_are_copied_once)
{
    becomes("(float[2,3] x) => (y, w) <" CONSTANTS "> { a = Exp(x) w = QuantizeLinear(a, t, u)"
            " y = DequantizeLinear(w, t, u) }",
            "x: float32[2,3], y: uint8[2,3] 0.25 128, w: uint8[2,3]", "Exp QuantizeLinear Identity");
}
END_TEST

START_TEST(other_outputs_stay)
{
    quantized("(float[2,3] x, int32[2,3] n) => (y, v, w) <" CONSTANTS ", float one = {0.5}> {"
              " a = QuantizeLinear(x, s, z) b = DequantizeLinear(a, s, z)"
              " y = Exp(b) v = DequantizeLinear(n, one)"
              " c = QuantizeLinear<axis = 0>(y, each, eachz) w = DequantizeLinear<axis = 0>(c, each, eachz) }");
    says("output \"y\" stays float32: Exp \"/y\" makes it");
    says("output \"v\" stays float32: DequantizeLinear \"/v\" makes it of int32");
    says("output \"w\" stays float32: DequantizeLinear \"/w\" has a scale for each slice of an axis");
}
END_TEST

START_TEST(a_model_without_any_is_refused)
{
    build_io("quantized");
    ck_assert(is_refused_by(rewrite, "(float[2] x) => (y, x) { y = Relu(x) }"));
    says("input \"x\" stays float32: Relu \"/y\" reads it");
    says("output \"x\" stays float32: it is an input of the model, or a constant");
    says("error: test.onnx: --io quantized: the model quantises none of its inputs, and dequantises none of its");
}
END_TEST

/* -- what is computed -------------------------------------------------------------------------- */

#define NET \
    "(float[1,4,6,6] x) => (y) <" CONSTANTS ", int8[8,4,3,3] qw = {3, -5, 7, 1, -2, 9}, float ws = {0.01}, int8 wz" \
    " = {0}> { p = QuantizeLinear(x, s, z) b = DequantizeLinear(p, s, z) w = DequantizeLinear(qw, ws, wz)" \
    " d = Conv(b, w) e = QuantizeLinear(d, t, u8) y = DequantizeLinear(e, t, u8) }"

START_TEST(the_integers_are_those_of_the_model)
{
    enum { IN = 1 * 4 * 6 * 6, OUT = 1 * 8 * 4 * 4 };
    int8_t q[IN];
    float x[IN];
    double expected[OUT];
    for (int i = 0; i < IN; i++) {
        q[i] = (int8_t)(i * 37 % 255 - 127);
        x[i] = (float)(q[i] - 3) * 0.05f;
    }
    run_with("x", x);
    const Results *r = run_steps(model_after(plan, NET));
    ck_assert_int_eq(r->count, OUT);
    memcpy(expected, r->numbers, sizeof expected);
    build_io("quantized");
    run_with("x", q);
    Model *m = model_after(plan, NET);
    ck_assert_str_eq(interface_of(m), "x: int8[1,4,6,6] 0.05 3, y: int8[1,8,4,4] 0.25 -9");
    r = run_steps(m);
    ck_assert_int_eq(r->count, OUT);
    for (int i = 0; i < OUT; i++) ck_assert_double_eq((double)((float)(r->numbers[i] + 9) * 0.25f), expected[i]);
}
END_TEST

static const char *written(Model *m, void (*write)(Model *m, FILE *f))
{
    Draft d;
    write(m, draft_begin(&d));
    return draft_end(&d);
}

static void report_alone(Model *m, FILE *f)
{
    report(m, NULL, f);
}

START_TEST(scale_and_zero_point_are_told)
{
    build_io("quantized");
    Model *m = model_after(plan, NET);
    emit_begin(m);
    written(m, emit);
    const char *header = written(m, emit_header), *json = written(m, report_alone);
    ck_assert_ptr_nonnull(strstr(header, "#define TEST_X_SCALE 0.05f\n#define TEST_X_ZERO_POINT 3\n"));
    ck_assert_ptr_nonnull(strstr(header, "#define TEST_Y_SCALE 0.25f\n#define TEST_Y_ZERO_POINT (-9)\n"));
    ck_assert_ptr_nonnull(strstr(header, "int test_run(const int8_t *x, int8_t *y);"));
    ck_assert_ptr_nonnull(strstr(json, "\"type\": \"int8\", \"shape\": [1, 8, 4, 4], \"max_elements\": 128, \"scale\": "
                                       "0.25, \"zero_point\": -9"));
    build_free();
    m = model_after(plan, NET);
    emit_begin(m);
    ck_assert_ptr_null(strstr(written(m, emit), "_SCALE"));
}
END_TEST

START_TEST(names_of_the_macros_are_free)
{
    build_io("quantized");
    Model *m = model_after(plan, "(float[2] x, float[2] x_scale) => (y) <" CONSTANTS "> { a = QuantizeLinear(x, s, z)"
                                 " b = DequantizeLinear(a, s, z) c = QuantizeLinear(x_scale, t, u)"
                                 " d = DequantizeLinear(c, t, u) e = Add(b, d) f = QuantizeLinear(e, s, z)"
                                 " y = DequantizeLinear(f, s, z) }");
    emit_begin(m);
    const char *header = written(m, emit);
    const char *first = strstr(header, "#define TEST_X_SCALE ");
    ck_assert_ptr_nonnull(first);
    ck_assert_ptr_null(strstr(first + 1, "#define TEST_X_SCALE "));
}
END_TEST

Suite *interface_types_suite(void)
{
    Suite *s = suite_create("interface_types");
    TCase *t = tcase_create("interface_types");
    tcase_add_checked_fixture(t, NULL, build_free);
    tcase_add_test(t, an_input_that_is_only_quantised_comes_as_integers);
    tcase_add_test(t, without_the_option_it_stays);
    tcase_add_test(t, several_may_quantise_it_if_they_do_it_alike);
    tcase_add_test(t, what_moves_elements_may_stand_before);
    tcase_add_test(t, sizes_may_be_left_to_the_call);
    tcase_add_test(t, inputs_that_are_wanted_as_they_are_stay);
    tcase_add_test(t, an_output_that_is_dequantised_last_is_the_integers);
    tcase_add_test(t, integers_that_are_two_outputs_are_copied_once);
    tcase_add_test(t, other_outputs_stay);
    tcase_add_test(t, a_model_without_any_is_refused);
    tcase_add_test(t, the_integers_are_those_of_the_model);
    tcase_add_test(t, scale_and_zero_point_are_told);
    tcase_add_test(t, names_of_the_macros_are_free);
    suite_add_tcase(s, t);
    return s;
}
