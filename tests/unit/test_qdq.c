/* test_qdq.c: models with QuantizeLinear and DequantizeLinear around real operators: which operators they become, and
 * that the results stay those of the model as written: equal where integers only move, at most a step away where
 * products are added up. */
#include "debug/debug.h"
#include "infer/infer.h"
#include "rewrite/rewrite.h"
#include "run_op.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

Suite *qdq_suite(void);

/* -- models ------------------------------------------------------------------------------------ */

enum { OPSET = 13 };

static Model *model;

static void start(uint32_t seed)
{
    test_seed(seed);
    model = mem_alloc(sizeof *model);
    model->options.target = target_portable;
    model->path = foreign("test.onnx");
    model->graph = graph_new(model, NULL, foreign("test"));
}

static Value *input(int rank, const int64_t *dims)
{
    Shape shape = shape_const(rank, dims);
    Value *v = value_typed(model->graph, foreign("x"), DT_FLOAT, &shape);
    v->is_input = true;
    model->graph->inputs = mem_dup(&v, sizeof v);
    model->graph->n_inputs = 1;
    return v;
}

static Value *constant(DType t, int rank, const int64_t *dims, const void *data)
{
    Shape shape = shape_const(rank, dims);
    return value_const(model->graph, foreign("constant"), t, &shape, data);
}

static Node *node(const char *op_type, int n_in, Value **inputs)
{
    Node *n = node_new(model->graph, foreign(op_type), op_type, "", OPSET);
    for (int i = 0; i < n_in; i++) node_add_input(n, inputs[i]);
    node_add_output(n, value_new(model->graph, foreign(op_type)));
    graph_append(model->graph, n);
    return n;
}

static Value *one(const char *op_type, Value *x)
{
    return node(op_type, 1, &x)->out[0];
}

static Value *scalar(float x)
{
    return constant(DT_FLOAT, 0, NULL, mem_dup(&x, sizeof x));
}

static Value *zero_point(int x)
{
    int8_t byte = (int8_t)x;
    return constant(DT_INT8, 0, NULL, mem_dup(&byte, 1));
}

static Value *quantize(Value *x, float scale, int zero)
{
    return node("QuantizeLinear", 3, (Value *[]){x, scalar(scale), zero_point(zero)})->out[0];
}

static Value *dequantize(Value *x, float scale, int zero)
{
    return node("DequantizeLinear", 3, (Value *[]){x, scalar(scale), zero_point(zero)})->out[0];
}

static Value *on_grid(Value *x, float scale, int zero)
{
    return dequantize(quantize(x, scale, zero), scale, zero);
}

static Value *random_bytes(int rank, const int64_t *dims)
{
    int64_t count = 1;
    for (int i = 0; i < rank; i++) count *= dims[i];
    int8_t *data = mem_array((size_t)count, 1);
    for (int64_t i = 0; i < count; i++) data[i] = (int8_t)(test_below(255) - 127);
    return constant(DT_INT8, rank, dims, data);
}

/* Weights quantised per slice of an axis, or per tensor if it is negative. */
static Value *weights(int rank, const int64_t *dims, int axis)
{
    Value *q = random_bytes(rank, dims);
    if (axis < 0) return dequantize(q, 0.01f, 0);
    float *scales = mem_array((size_t)dims[axis], sizeof *scales);
    int8_t *zeros = mem_array((size_t)dims[axis], 1);
    for (int64_t i = 0; i < dims[axis]; i++) scales[i] = 0.004f + 0.0001f * (float)test_below(100);
    Node *n = node("DequantizeLinear", 3,
                   (Value *[]){q, constant(DT_FLOAT, 1, &dims[axis], scales),
                               constant(DT_INT8, 1, &dims[axis], zeros)});
    attr_set_int(n, "axis", axis);
    return n->out[0];
}

static Value *ints(int count, const int64_t *values)
{
    int64_t length = count;
    return constant(DT_INT64, 1, &length, mem_dup(values, (size_t)count * sizeof *values));
}

/* -- runs -------------------------------------------------------------------------------------- */

static void set_outputs(int count, Value **outputs)
{
    graph_drop_outputs(model->graph);
    for (int i = 0; i < count; i++) {
        graph_add_output(model->graph, outputs[i]);
        outputs[i]->is_output = true;
    }
}

/* The operators in order of execution. */
static const char *operators(void)
{
    const char *text = "";
    for (const Node *n = model->graph->first; n; n = n->after)
        text = mem_printf("%s%s%s", text, *text ? " " : "", shown(n->op_type));
    return text;
}

static const float *evaluated(Value *x, Value *y)
{
    x->data = test_reals(value_count(x));
    fold_graph(model->graph);
    ck_assert(y->data != NULL);
    return y->data;
}

typedef Value *Build(int variant, Value **x);

/* What build makes is computed as written, and after the rewrites, which are to leave the operators named; the
 * two may be `steps` apart. */
static void check_rewrite(Build *build, int variant, const char *expected, float step, float steps)
{
    Value *x, *y, *rewritten;
    start(7);
    y = build(variant, &x);
    set_outputs(1, &y);
    infer(model);
    ck_assert_int_eq(model->errors, 0);
    test_seed(99);
    const float *before = evaluated(x, y);
    start(7);
    rewritten = build(variant, &x);
    set_outputs(1, &rewritten);
    infer(model);
    rewrite(model);
    check(model, "rewrite", HOLDS_GRAPH | HOLDS_TYPES);
    ck_assert_str_eq(operators(), expected);
    test_seed(99);
    const float *after = evaluated(x, model->graph->outputs[0]);
    for (int64_t i = 0; i < value_count(y); i++)
        ck_assert_msg(fabsf(before[i] - after[i]) <= 1.01f * steps * step, "element %lld is %g, expected %g",
                      (long long)i, (double)after[i], (double)before[i]);
    op_free();
}

/* -- products ---------------------------------------------------------------------------------- */

static const float y_step = 0.02f;

static Value *bias_of(int64_t count, int form)
{
    if (form == 0) return constant(DT_FLOAT, 1, &count, test_reals(count));
    int32_t *data = mem_array((size_t)count, sizeof *data);
    for (int64_t i = 0; i < count; i++) data[i] = test_below(20000) - 10000;
    return node("DequantizeLinear", 2, (Value *[]){constant(DT_INT32, 1, &count, data), scalar(0.0001f)})->out[0];
}

/* Bits: weights per channel, bias, quantised bias, Relu, Clip. */
static Value *build_conv(int variant, Value **x)
{
    *x = input(4, (int64_t[]){1, 4, 6, 5});
    Value *operands[] = {on_grid(*x, 0.01f, 3), weights(4, (int64_t[]){8, 2, 3, 3}, variant & 1 ? 0 : -1),
                         variant & 2 ? bias_of(8, variant & 4) : NULL};
    Node *conv = node("Conv", variant & 2 ? 3 : 2, operands);
    attr_set_ints(conv, "pads", 4, (int64_t[]){1, 1, 1, 0});
    attr_set_int(conv, "group", 2);
    Value *y = conv->out[0];
    if (variant & 8) y = one("Relu", y);
    if (variant & 16) y = node("Clip", 3, (Value *[]){y, scalar(-0.5f), scalar(1)})->out[0];
    return on_grid(y, y_step, -20);
}

START_TEST(conv_groups_become_qlinear_conv)
{
    check_rewrite(build_conv, _i, "QuantizeLinear QLinearConv DequantizeLinear", y_step, 1);
}
END_TEST

/* Bits: both factors transposed or none, per column, bias, quantised bias. */
static Value *build_gemm(int variant, Value **x)
{
    bool turned = variant & 1;
    *x = input(2, turned ? (int64_t[]){12, 5} : (int64_t[]){5, 12});
    Value *w = weights(2, turned ? (int64_t[]){7, 12} : (int64_t[]){12, 7}, variant & 2 ? (turned ? 0 : 1) : -1);
    Node *gemm = node("Gemm", variant & 4 ? 3 : 2,
                      (Value *[]){on_grid(*x, 0.01f, -3), w, variant & 4 ? bias_of(7, variant & 8) : NULL});
    attr_set_int(gemm, "transA", turned);
    attr_set_int(gemm, "transB", turned);
    attr_set_float(gemm, "alpha", 0.5);
    attr_set_float(gemm, "beta", 2);
    return on_grid(gemm->out[0], y_step, 0);
}

START_TEST(gemm_groups_become_qgemm)
{
    check_rewrite(build_gemm, _i, "QuantizeLinear QGemm DequantizeLinear", y_step, 1);
}
END_TEST

/* Bits: weights per column, and turned, which their axis follows. */
static Value *build_matmul(int variant, Value **x)
{
    bool turned = variant & 2;
    *x = input(3, (int64_t[]){2, 5, 9});
    Value *w = weights(2, turned ? (int64_t[]){20, 9} : (int64_t[]){9, 20}, variant & 1 ? (turned ? 0 : 1) : -1);
    Value *y = node("MatMul", 2, (Value *[]){on_grid(*x, 0.01f, 5), turned ? one("Transpose", w) : w})->out[0];
    return on_grid(y, y_step, 1);
}

START_TEST(matmul_groups_become_qlinear_matmul)
{
    check_rewrite(build_matmul, _i, "QuantizeLinear QLinearMatMul DequantizeLinear", y_step, 1);
}
END_TEST

static Value *build_mean(int variant, Value **x)
{
    *x = input(4, (int64_t[]){2, 3, 4, 5});
    Value *real = on_grid(*x, 0.01f, 5), *y;
    if (variant) {
        y = one("GlobalAveragePool", real);
    } else {
        Node *mean = node("ReduceMean", 1, &real);
        attr_set_ints(mean, "axes", 2, (int64_t[]){2, 3});
        attr_set_int(mean, "keepdims", 0);
        y = mean->out[0];
    }
    return on_grid(y, 0.003f, 1);
}

START_TEST(means_add_up_bytes)
{
    static const char *const expected[] = {"QuantizeLinear QLinearReduceMean DequantizeLinear",
                                           "QuantizeLinear QLinearGlobalAveragePool DequantizeLinear"};
    check_rewrite(build_mean, _i, expected[_i], 0.003f, 1);
}
END_TEST

/* The sum is needed as it is, too: the convolution stays real, on weights dequantised at compile time. */
static Value *build_shared(int variant, Value **x)
{
    (void)variant;
    *x = input(4, (int64_t[]){1, 2, 4, 4});
    Value *y = node("Conv", 2, (Value *[]){on_grid(*x, 0.01f, 0), weights(4, (int64_t[]){2, 2, 3, 3}, 0)})->out[0];
    return node("Add", 2, (Value *[]){y, on_grid(y, y_step, 0)})->out[0];
}

START_TEST(results_needed_as_real_numbers_stay)
{
    check_rewrite(build_shared, 0, "QuantizeLinear DequantizeLinear Conv QuantizeLinear DequantizeLinear Add", y_step,
                  1);
}
END_TEST

/* -- movement ---------------------------------------------------------------------------------- */

static Value *moved(int variant, Value *v)
{
    switch (variant) {
    case 0: return node("Reshape", 2, (Value *[]){v, ints(2, (int64_t[]){6, -1})})->out[0];
    case 1: return one("Transpose", v);
    case 2: return node("Slice", 3, (Value *[]){v, ints(1, (int64_t[]){1}), ints(1, (int64_t[]){2})})->out[0];
    case 3: return node("Pad", 2, (Value *[]){v, ints(8, (int64_t[]){0, 0, 1, 0, 0, 0, 0, 2})})->out[0];
    case 4: return node("Concat", 2, (Value *[]){v, v})->out[0];
    default: return one("MaxPool", v);
    }
}

static Value *build_moved(int variant, Value **x)
{
    *x = input(4, (int64_t[]){2, 3, 4, 5});
    Value *y = moved(variant, on_grid(*x, 0.01f, 5));
    if (foreign_starts(y->producer->op_type, "C")) attr_set_int(y->producer, "axis", 1);
    if (foreign_starts(y->producer->op_type, "M")) attr_set_ints(y->producer, "kernel_shape", 2, (int64_t[]){2, 2});
    return on_grid(y, 0.01f, 5);
}

START_TEST(movement_runs_on_integers)
{
    static const char *const names[] = {"Reshape", "Transpose", "Slice", "Pad", "Concat", "MaxPool"};
    check_rewrite(build_moved, _i, mem_printf("QuantizeLinear %s DequantizeLinear", names[_i]), 0.01f, 0);
}
END_TEST

/* Each part takes the scale of the whole before it is put in. */
static Value *build_concat(int variant, Value **x)
{
    (void)variant;
    *x = input(2, (int64_t[]){3, 4});
    Node *concat = node("Concat", 2, (Value *[]){on_grid(*x, 0.01f, 5), on_grid(*x, 0.013f, -5)});
    attr_set_int(concat, "axis", 0);
    return on_grid(concat->out[0], 0.013f, -5);
}

START_TEST(parts_of_different_scales_are_requantized)
{
    check_rewrite(build_concat, 0,
                  "QuantizeLinear DequantizeLinear QuantizeLinear QuantizeLinear Concat DequantizeLinear", 0.013f, 0);
}
END_TEST

/* Only the first is known to keep all numbers on the grid. */
static Value *build_pair(int variant, Value **x)
{
    *x = input(2, (int64_t[]){3, 4});
    Value *y = on_grid(*x, 0.01f, variant == 2 ? 0 : -128);
    if (variant) y = one("Relu", y);
    return on_grid(y, 0.01f, variant == 2 ? 0 : -128);
}

START_TEST(pairs_that_change_nothing_cancel)
{
    static const char *const expected[] = {"QuantizeLinear DequantizeLinear", "QuantizeLinear DequantizeLinear",
                                           "QuantizeLinear DequantizeLinear Relu QuantizeLinear DequantizeLinear"};
    check_rewrite(build_pair, _i, expected[_i], 0.01f, 0);
}
END_TEST

Suite *qdq_suite(void)
{
    Suite *suite = suite_create("qdq");
    TCase *t = tcase_create("products");
    tcase_add_loop_test(t, conv_groups_become_qlinear_conv, 0, 32);
    tcase_add_loop_test(t, gemm_groups_become_qgemm, 0, 16);
    tcase_add_loop_test(t, matmul_groups_become_qlinear_matmul, 0, 4);
    tcase_add_loop_test(t, means_add_up_bytes, 0, 2);
    tcase_add_test(t, results_needed_as_real_numbers_stay);
    suite_add_tcase(suite, t);
    t = tcase_create("movement");
    tcase_add_loop_test(t, movement_runs_on_integers, 0, 6);
    tcase_add_test(t, parts_of_different_scales_are_requantized);
    tcase_add_loop_test(t, pairs_that_change_nothing_cancel, 0, 3);
    suite_add_tcase(suite, t);
    return suite;
}
