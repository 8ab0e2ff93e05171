/* test_infer.c: types, shapes, what is known at compile time, and the bounds that a model asks for. */
#include "run_steps.h"

#include "infer/infer.h"
#include "lower/lower.h"
#include "op/op.h"

#include <check.h>
#include <string.h>

Suite *infer_suite(void);

static void expect_said(const char *text, const char *words)
{
    ck_assert(is_refused_by(infer, text));
    ck_assert_msg(strstr(test_said(), words), "%s, expected %s", test_said(), words);
}

/* Shapes or, of a value whose elements are known, those: "[n,4]", "{n, 4}". */
static const char *known(const Model *m, const char *name)
{
    const Value *v = value_called(m, name);
    Dim *dims;
    int count = known_dims(v, &dims);
    const char *text = "";
    for (int i = 0; i < count; i++) text = mem_printf("%s%s%s", text, i ? ", " : "", shown(dim_text(dims[i])));
    return count < 0 ? shown(shape_text(&v->type.shape)) : mem_printf("{%s}", text);
}

#define ck_known(text, name, expected) ck_assert_str_eq(known(model_after(infer, text), name), expected)

/* -- folding ----------------------------------------------------------------------------------- */

START_TEST(what_is_computed_from_constants_is_one)
{
    const Model *m = model_after(infer, "(float[2] x) => (y) <float[2] a = {1,2}, float[2] b = {3,5}> {"
                                        " c = Add(a, b) d = Mul(c, c) y = Add(x, d) }");
    ck_nodes(m, "Add");
    const float *d = maker_of(m, "y")->in[1]->data;
    ck_assert(d[0] == 16 && d[1] == 49);
}
END_TEST

START_TEST(constants_that_would_grow_large_are_repeated_in_the_call)
{
    /* 1 MB is always folded; more of what is only repeated if it isn't more than about 4 times what it is made of */
    ck_nodes(
        model_after(infer,
                    "(float x) => (y) <float one = {1}, int64[1] s = {262144}> { a = Expand(one, s) y = Add(x, a) }"),
        "Add");
    ck_nodes(
        model_after(infer,
                    "(float x) => (y) <float one = {1}, int64[1] s = {262145}> { a = Expand(one, s) y = Add(x, a) }"),
        "Expand Add");
    ck_nodes(model_after(infer, "(float x) => (y) <float[262145] k> { a = Neg(k) y = Add(x, a) }"), "Add");
    ck_nodes(model_after(infer, "(float x) => (y) <float[600,1] k, float[1,600] w> { a = Mul(k, w) y = Add(x, a) }"),
             "Add");
}
END_TEST

START_TEST(dequantised_weights_wait_for_the_rewrites)
{
    ck_nodes(model_after(infer, "(float[2] x) => (y) <int8[2] q = {1,2}, float s = {0.5}> {"
                                " w = DequantizeLinear(q, s) y = Add(x, w) }"),
             "DequantizeLinear Add");
}
END_TEST

START_TEST(unused_nodes_are_gone)
{
    ck_nodes(model_after(infer, "(float[2] x) => (y) { a = Neg(x) y = Exp(x) }"), "Exp");
}
END_TEST

/* -- element expressions ----------------------------------------------------------------------- */

START_TEST(shapes_are_known_in_symbols)
{
    ck_known("(float[n,4] x) => (s) { s = Shape(x) }", "s", "{n, 4}");
    ck_known("(float[n,4,h] x) => (s) { s = Shape<start = 1, end = 3>(x) }", "s", "{4, h}");
    ck_known("(float[n,4,h] x) => (s) { s = Size(x) }", "s", "{4*h*n}");
}
END_TEST

START_TEST(what_moves_integers_moves_expressions)
{
    static const char *const moves[][2] = {
        {"y = Gather(s, two)", "{h}"},
        {"y = Slice(s, one, end)", "{4, h}"},
        {"y = Concat<axis = 0>(s, one, s)", "{n, 4, h, 1, n, 4, h}"},
        {"y = Unsqueeze(s, zero)", "{n, 4, h}"},
        {"y, b = Split<axis = 0>(s, parts)", "{n, 4}"},
        {"y = Cast<to = 6>(s)", "{n, 4, h}"},
        {"a = Transpose(s) y = Identity(a)", "{n, 4, h}"},
    };
    for (size_t i = 0; i < sizeof moves / sizeof *moves; i++)
        ck_known(mem_printf("(float[n,4,h] x) => (y) <int64 two = {2}, int64[1] one = {1}, int64[1] end = {3},"
                            " int64[1] zero = {0}, int64[2] parts = {2,1}> { s = Shape(x) %s }",
                            moves[i][0]),
                 "y", moves[i][1]);
}
END_TEST

START_TEST(arithmetic_on_shapes_is_arithmetic_on_symbols)
{
    static const char *const sums[][2] = {
        {"y = Add(s, k)", "{n + 2, h + 2}"},          {"y = Mul(s, k)", "{2*n, 2*h}"},
        {"y = Sub(s, k)", "{n - 2, h - 2}"},          {"y = Div(s, k)", "{floor(n/2), floor(h/2)}"},
        {"y = Max(s, k)", "{max(2, n), max(2, h)}"},  {"y = Mod(s, k)", "{mod(n, 2), mod(h, 2)}"},
        {"y = ReduceProd<keepdims = 0>(s)", "{h*n}"}, {"y = ReduceSum<keepdims = 0>(s)", "{h + n}"},
    };
    for (size_t i = 0; i < sizeof sums / sizeof *sums; i++)
        ck_known(mem_printf("(float[n,h] x) => (y) <int64[1] k = {2}> { s = Shape(x) %s }", sums[i][0]), "y",
                 sums[i][1]);
}
END_TEST

START_TEST(sizes_may_pass_through_floats)
{
    /* int(ceil(h / 2.0)) */
    ck_known("(float[h] x) => (y) <float two = {2}> { s = Shape(x) f = Cast<to = 1>(s) d = Div(f, two) c = Ceil(d)"
             " y = Cast<to = 7>(c) }",
             "y", "{floor((h + 1)/2)}");
    ck_known("(float[h] x) => (y) <float two = {0.5}> { s = Shape(x) f = Cast<to = 1>(s) d = Mul(f, two) c = Floor(d)"
             " y = Cast<to = 7>(c) }",
             "y", "{floor(h/2)}");
    /* a third is rounded, but not over an integer */
    ck_known("(float[h] x) => (y) <float three = {3}> { s = Shape(x) f = Cast<to = 1>(s) d = Div(f, three) c = Floor(d)"
             " y = Cast<to = 7>(c) }",
             "y", "{floor(h/3)}");
    /* the root of a size is none of its fractions */
    ck_known("(float[h] x) => (y) { s = Shape(x) f = Cast<to = 1>(s) d = Sqrt(f) y = Cast<to = 7>(d) }", "y", "[1]");
}
END_TEST

START_TEST(expressions_decide_shapes)
{
    const Model *m = model_after(infer, "(float[n,4,h] x) => (y) <int64[1] zero = {0}, int64[1] minus = {-1}> {"
                                        " s = Shape(x) n1 = Gather(s, zero) t = Concat<axis = 0>(n1, minus)"
                                        " y = Reshape(x, t) }");
    ck_shape(value_called(m, "y"), "[n,4*h]");
}
END_TEST

START_TEST(expressions_without_symbols_are_constants)
{
    const Model *m = model_after(infer, "(float[2,4] x) => (y) { s = Shape(x) y = Expand(x, s) }");
    ck_assert_ptr_nonnull(value_called(m, "s")->data);
    ck_nodes(m, "Expand");
    m = model_after(infer, "(float[n,4] x) => (y) <int64[1] one = {1}, int64[1] two = {2}> { s = Shape(x)"
                           " f = Slice(s, one, two) c = Cast<to = 1>(f) y = Mul(x, c) }");
    ck_nodes(m, "Mul");
}
END_TEST

/* -- elements that are read in the call -------------------------------------------------------- */

START_TEST(inputs_may_decide_sizes_within_bounds)
{
    const char *text = "(float[1,2] x, int64[2] s) => (y) { y = Expand(x, s) }";
    build_bounds("s[0]", 1, 4);
    build_bounds("s[1]", 2, 2);
    const Model *m = model_after(infer, text);
    ck_shape(value_called(m, "y"), "[s[0],2]");
    ck_assert_int_eq(dim_high(value_called(m, "y")->type.shape.dim[0]), 4);
    ck_assert(value_called(m, "s")->is_read);
    m = model_after(lower, text);
    run_with("s", (int64_t[]){3, 2});
    ck_assert_int_eq(run_steps((Model *)m)->count, 6);
}
END_TEST

START_TEST(what_an_input_holds_is_checked_in_the_call)
{
    build_bounds("s[0]", 1, 4);
    build_bounds("s[1]", 2, 2);
    const int64_t good[][2] = {{1, 2}, {4, 2}}, bad[][2] = {{0, 2}, {5, 2}, {1, 1}, {1, 3}};
    for (int i = 0; i < 6; i++) {
        run_with("s", i < 2 ? good[i] : bad[i - 2]);
        ck_assert_int_eq(
            run_steps(model_after(lower, "(float[1,2] x, int64[2] s) => (y) { y = Expand(x, s) }"))->refused, i >= 2);
    }
}
END_TEST

START_TEST(without_bounds_a_message_says_which_are_missing)
{
    expect_said(
        "(float[1,2] x, int64[2] s) => (y) { y = Expand(x, s) }",
        "known only at run time, expected a constant, arithmetic on shapes, or bounds: add --dim 's[0]=1..8' and the "
        "like for each of its 2 elements");
    /* also where sizes are computed from it */
    expect_said("(float[1] x, int64[1] s) => (y) { t = Add(s, s) y = Expand(x, t) }", "add --dim 's[0]=1..8'");
}
END_TEST

/* -- half precision ---------------------------------------------------------------------------- */

START_TEST(halves_are_computed_as_floats_where_no_kernel_takes_them)
{
    const Model *m = model_after(infer, "(float16[1,2,4] x) => (y) { y = GlobalAveragePool(x) }");
    ck_nodes(m, "Cast GlobalAveragePool Cast");
    ck_assert(value_called(m, "y")->type.dtype == DT_FLOAT16);
    ck_assert(node_of_type(m, "GlobalAveragePool", 0)->out[0]->type.dtype == DT_FLOAT);
    ck_nodes(model_after(infer, "(bfloat16[2,4] x, bfloat16[4] z) => (y) { y = MatMul(x, z) }"),
             "Cast Cast MatMul Cast");
    /* elementwise operators widen element by element */
    ck_nodes(model_after(infer, "(float16[2,4] x) => (y) { y = Exp(x) }"), "Exp");
    ck_nodes(model_after(infer, "(float16[2,4] x) => (y) { y = Transpose(x) }"), "Transpose");
}
END_TEST

START_TEST(indices_beside_halves_stay_what_they_are)
{
    const Model *m = model_after(infer,
                                 "(float16[4] x, int64[2] i, float16[2] u) => (y) { y = ScatterElements(x, i, u) }");
    const Node *n = node_of_type(m, "ScatterElements", 0);
    ck_assert(n->in[1]->type.dtype == DT_INT64);
}
END_TEST

/* -- what is wrong with a model ---------------------------------------------------------------- */

START_TEST(unknown_operators_are_told_apart)
{
    expect_said("(float[2] x) => (y) { y = Nothing(x) }", "this operator is not supported");
    build_opset(1);
    expect_said("(float[2] x) => (y) { y = Gelu(x) }", "supported, but not at opset 1");
    build_opset(23);
    expect_said("(float[2] x) => (y) { y = com.example.Mine(x) }", "describe it with --custom");
    expect_said("(float[2] x) => (y) { y = com.microsoft.Nothing(x) }", "this operator is not supported");
}
END_TEST

START_TEST(all_that_is_wrong_is_said_at_once)
{
    const char *text = "(float[2] x) => (y, z) { a = Nothing(x) y = Neg(a) z = Nowhere(x) }";
    expect_said(text, "(Nothing, ");
    expect_said(text, "(Nowhere, ");
    ck_assert_ptr_null(strstr(test_said(), "(Neg, ")); /* what follows from it is not */
}
END_TEST

static Model *declared(const char *shape_or_type)
{
    Model *m = model_of("(float[2,3] x) => (y) { y = Exp(x) }");
    value_called(m, "y")->declared =
        (Type){.kind = KIND_TENSOR, .dtype = DT_FLOAT, .shape = shape_const(2, (int64_t[]){2, 3})};
    if (!strcmp(shape_or_type, "type")) value_called(m, "y")->declared.dtype = DT_DOUBLE;
    if (!strcmp(shape_or_type, "rank")) value_called(m, "y")->declared.shape.rank = 1;
    if (!strcmp(shape_or_type, "size")) value_called(m, "y")->declared.shape.dim[1] = dim_const(4);
    if (!strcmp(shape_or_type, "open")) value_called(m, "y")->declared.shape.dim[1] = NULL;
    test_silence(true);
    infer(m);
    test_silence(false);
    return m;
}

START_TEST(declared_shapes_are_a_hint_and_types_the_truth)
{
    ck_assert_int_eq(declared("same")->errors, 0);
    ck_assert_str_eq(test_said(), "");
    declared("open");
    ck_assert_str_eq(test_said(), "");
    ck_assert_int_eq(declared("size")->errors, 0);
    ck_assert_ptr_nonnull(
        strstr(test_said(), "warning: test.onnx: \"y\" has shape [2,3]; the shape [2,4] that the model declares"));
    ck_assert_int_eq(declared("rank")->errors, 0);
    ck_assert_ptr_nonnull(strstr(test_said(), "warning"));
    ck_assert_int_eq(declared("type")->errors, 1);
    ck_assert_ptr_nonnull(strstr(test_said(), "is float32, but the model declares float64"));
}
END_TEST

/* -- bounds ------------------------------------------------------------------------------------ */

/* The lower bound of h after one walk, -1 if nothing asks for a restart. */
static int64_t raised(const char *text)
{
    Model *m = model_of(text);
    test_silence(true);
    StageResult result = infer(m);
    test_silence(false);
    for (int i = 0; i < m->options.n_dims; i++)
        if (foreign_is(m->options.dims[i].name, "h")) return result == STAGE_RESTART ? m->options.dims[i].low : -1;
    return -2;
}

START_TEST(images_are_at_least_as_large_as_the_windows)
{
    build_bounds("h", 1, 40);
    ck_assert_int_eq(raised("(float[1,1,h,8] x) => (y) { y = MaxPool<kernel_shape = [3,3]>(x) }"), 3);
    op_free();
    ck_assert_int_eq(raised("(float[1,1,h,8] x) => (y) { y = MaxPool<kernel_shape = [5,1], pads = [1,0,1,0]>(x) }"), 3);
    op_free();
    /* two of them: 3 for the first and 3 more rows for the second */
    ck_assert_int_eq(raised("(float[1,1,h,8] x) => (y) { a = MaxPool<kernel_shape = [4,1]>(x)"
                            " y = MaxPool<kernel_shape = [4,1]>(a) }"),
                     7);
}
END_TEST

START_TEST(bounds_that_hold_stay)
{
    build_bounds("h", 3, 40);
    ck_assert_int_eq(raised("(float[1,1,h,8] x) => (y) { y = MaxPool<kernel_shape = [3,3]>(x) }"), -1);
    op_free();
    ck_assert_int_eq(raised("(float[1,1,h,8] x) => (y) { y = Exp(x) }"), -1);
}
END_TEST

START_TEST(bounds_are_raised_up_to_the_upper_one_and_no_further)
{
    build_bounds("h", 1, 4);
    ck_assert_int_eq(raised("(float[1,1,h,8] x) => (y) { y = MaxPool<kernel_shape = [4,3]>(x) }"), 4);
    op_free();
    ck_assert_int_ne(raised("(float[1,1,h,8] x) => (y) { y = MaxPool<kernel_shape = [5,3]>(x) }"), 5);
}
END_TEST

START_TEST(what_two_sizes_decide_together_stays)
{
    build_bounds("h", 1, 40);
    build_bounds("w", 1, 40);
    ck_assert_int_eq(raised("(float[h] x, float[w] z) => (y) <int64[1] t = {5}> { a = Concat<axis = 0>(x, z)"
                            " b = Expand(a, t) y = Exp(b) }"),
                     -1);
}
END_TEST

/* -- loops ------------------------------------------------------------------------------------- */

static const char *loop(const char *results, const char *arguments, const char *body)
{
    return mem_printf("(float[2] x, int64 n) => (y) <bool yes = {1}> { %s = Loop<body = (%s)>(n, yes%s) }", results,
                      body, arguments);
}

START_TEST(a_loop_takes_and_gives_what_its_body_does)
{
    const char *const said = "values and has";
    model_after(infer, loop("y", ", x", "(int64 i, bool c, float[2] s) => (d, t) { d = Identity(yes) t = Neg(s) }"));
    expect_said(loop("y", ", x", "(int64 i, bool c) => (d, t) { d = Identity(yes) t = Neg(x) }"), said);
    expect_said(loop("y", ", x", "(int64 i, bool c, float[2] s) => (d) { d = Identity(yes) }"), said);
    expect_said(loop("y, z", ", x", "(int64 i, bool c, float[2] s) => (d, t) { d = Identity(yes) t = Neg(s) }"), said);
}
END_TEST

START_TEST(the_state_that_grows_is_named)
{
    const char *body = "(int64 i, bool c, float s, float[2] t) => (d, u, v)"
                       " { d = Identity(yes) u = Neg(s) v = Concat<axis = 0>(t, x) }";
    const char *text =
        "(float[2] x, float o, int64 n) => (z, y) <bool yes = {1}> { z, y = Loop<body = (%s)>(n, yes, o, x) }";
    expect_said(mem_printf(text, body), "--dim");
}
END_TEST

START_TEST(states_are_split_where_both_sides_are_names)
{
    StateOption option = {foreign("a=1=y=2"), foreign("a"), foreign("1=y=2")};
    Model *m = model_of("(float[3] x, float[3] a) => (y) { y = Add(x, a) }");
    m->graph->inputs[1]->name = foreign("a=1");
    m->graph->outputs[0]->name = foreign("y=2");
    m->options.states = &option;
    m->options.n_states = 1;
    run_to(m, infer);
    ck_assert_int_eq(m->n_states, 1);
    ck_assert_ptr_eq(m->states[0].in, m->graph->inputs[1]);
}
END_TEST

Suite *infer_suite(void)
{
    Suite *suite = suite_create("infer");
    TCase *tests = tcase_create("infer");
    tcase_add_checked_fixture(tests, NULL, build_free);
    tcase_add_test(tests, what_is_computed_from_constants_is_one);
    tcase_add_test(tests, constants_that_would_grow_large_are_repeated_in_the_call);
    tcase_add_test(tests, dequantised_weights_wait_for_the_rewrites);
    tcase_add_test(tests, unused_nodes_are_gone);
    tcase_add_test(tests, shapes_are_known_in_symbols);
    tcase_add_test(tests, what_moves_integers_moves_expressions);
    tcase_add_test(tests, arithmetic_on_shapes_is_arithmetic_on_symbols);
    tcase_add_test(tests, sizes_may_pass_through_floats);
    tcase_add_test(tests, expressions_decide_shapes);
    tcase_add_test(tests, expressions_without_symbols_are_constants);
    tcase_add_test(tests, inputs_may_decide_sizes_within_bounds);
    tcase_add_test(tests, what_an_input_holds_is_checked_in_the_call);
    tcase_add_test(tests, without_bounds_a_message_says_which_are_missing);
    tcase_add_test(tests, halves_are_computed_as_floats_where_no_kernel_takes_them);
    tcase_add_test(tests, indices_beside_halves_stay_what_they_are);
    tcase_add_test(tests, unknown_operators_are_told_apart);
    tcase_add_test(tests, all_that_is_wrong_is_said_at_once);
    tcase_add_test(tests, declared_shapes_are_a_hint_and_types_the_truth);
    tcase_add_test(tests, images_are_at_least_as_large_as_the_windows);
    tcase_add_test(tests, bounds_that_hold_stay);
    tcase_add_test(tests, bounds_are_raised_up_to_the_upper_one_and_no_further);
    tcase_add_test(tests, what_two_sizes_decide_together_stays);
    tcase_add_test(tests, a_loop_takes_and_gives_what_its_body_does);
    tcase_add_test(tests, the_state_that_grows_is_named);
    tcase_add_test(tests, states_are_split_where_both_sides_are_names);
    suite_add_tcase(suite, tests);
    return suite;
}
