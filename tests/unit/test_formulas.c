/* test_formulas.c: formulas that older exporters write become one operator, with the
 * results of the model as written. */
#include "debug/debug.h"
#include "infer/infer.h"
#include "rewrite/rewrite.h"
#include "run_op.h"

#include <check.h>

Suite *formulas_suite(void);

enum { OPSET = 13, B = 2, S = 21, H = 3, D = 5 };

static const int64_t dims[] = {B, S, H, D};

static Model *model;

static Value *start(void)
{
    Shape shape = shape_const(4, dims);
    test_seed(7);
    model = mem_alloc(sizeof *model);
    model->options.target = target_portable;
    model->path = foreign("test.onnx");
    model->graph = graph_new(model, NULL, foreign("test"));
    Value *v = value_typed(model->graph, foreign("x"), DT_FLOAT, &shape);
    v->is_input = true;
    model->graph->inputs = mem_dup(&v, sizeof v);
    model->graph->n_inputs = 1;
    return v;
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

static Value *two(const char *op_type, Value *a, Value *b)
{
    return node(op_type, 2, (Value *[]){a, b})->out[0];
}

static Value *scalar(float x)
{
    Shape shape = shape_scalar();
    return value_const(model->graph, foreign("constant"), DT_FLOAT, &shape, mem_dup(&x, sizeof x));
}

static Value *row(void)
{
    Shape shape = shape_const(1, &dims[3]);
    return value_const(model->graph, foreign("row"), DT_FLOAT, &shape, test_reals(D));
}

static Value *mean(Value *x)
{
    Node *n = node("ReduceMean", 1, &x);
    attr_set_ints(n, "axes", 1, (int64_t[]){-1});
    return n->out[0];
}

static Value *permuted(Value *x, int64_t a, int64_t b, int64_t c, int64_t d)
{
    Node *n = node("Transpose", 1, &x);
    attr_set_ints(n, "perm", 4, (int64_t[]){a, b, c, d});
    return n->out[0];
}

/* -- the formulas ------------------------------------------------------------------------------ */

static Value *gelu(Value *x)
{
    Value *gate = two("Add", one("Erf", two("Div", x, scalar(1.41421356f))), scalar(1));
    return two("Mul", two("Mul", x, gate), scalar(0.5f));
}

static Value *gelu_by_tanh(Value *x)
{
    Value *cube = two("Mul", scalar(0.044715f), two("Pow", x, scalar(3)));
    Value *gate = two("Add", scalar(1), one("Tanh", two("Mul", two("Add", x, cube), scalar(0.797884561f))));
    return two("Mul", two("Mul", scalar(0.5f), x), gate);
}

static Value *layer_norm(Value *x)
{
    Value *d = two("Sub", x, mean(x)),
          *deviation = one("Sqrt", two("Add", mean(two("Pow", d, scalar(2))), scalar(1e-5f)));
    return two("Add", two("Mul", two("Div", d, deviation), row()), row());
}

static Value *rms_norm(Value *x)
{
    Value *inverse = one("Reciprocal", one("Sqrt", two("Add", mean(two("Mul", x, x)), scalar(1e-5f))));
    return two("Mul", row(), two("Mul", x, inverse));
}

/* Q, K and V are x with its heads in front; with a mask as numbers, scaled after the product. */
static Value *masked_attention(Value *x, const float *numbers)
{
    Shape shape = shape_const(2, (int64_t[]){S, S});
    Value *mask = value_const(model->graph, foreign("mask"), DT_FLOAT, &shape, numbers);
    Value *scores = two("MatMul", permuted(x, 0, 2, 1, 3), permuted(x, 0, 2, 3, 1));
    Value *weights = one("Softmax", two("Add", two("Div", scores, scalar(2.236f)), mask));
    return permuted(two("MatMul", weights, permuted(x, 0, 2, 1, 3)), 0, 2, 1, 3);
}

static Value *attention(Value *x)
{
    return masked_attention(x, test_reals(S * S));
}

/* Each position looks at itself and `ahead` more, and at all before. */
static Value *attention_ahead(Value *x, int ahead)
{
    float *numbers = mem_array(S * S, sizeof *numbers);
    for (int i = 0; i < S; i++)
        for (int j = i + ahead + 1; j < S; j++) numbers[i * S + j] = -INFINITY;
    return masked_attention(x, numbers);
}

static Value *causal_attention(Value *x)
{
    return attention_ahead(x, 0);
}

static Value *nearly_causal_attention(Value *x)
{
    return attention_ahead(x, 1);
}

/* Q and K scaled apart, NaN replaced. */
static Value *guarded_attention(Value *x)
{
    Value *q = two("Mul", permuted(x, 0, 2, 1, 3), scalar(0.7f)),
          *k = two("Mul", permuted(x, 0, 2, 3, 1), scalar(0.7f));
    Value *weights = one("Softmax", two("MatMul", q, k));
    Value *kept = node("Where", 3, (Value *[]){one("IsNaN", weights), scalar(0), weights})->out[0];
    return two("MatMul", kept, permuted(x, 0, 2, 1, 3));
}

/* A product with 0.4 in place of 0.5 is no Gelu. */
static Value *no_gelu(Value *x)
{
    Value *gate = two("Add", one("Erf", two("Div", x, scalar(1.41421356f))), scalar(1));
    return two("Mul", two("Mul", x, gate), scalar(0.4f));
}

static const struct {
    Value *(*build)(Value *x);
    const char *operators;
} formulas[] = {
    {gelu, "Gelu"},
    {gelu_by_tanh, "Gelu"},
    {layer_norm, "LayerNormalization"},
    {rms_norm, "RMSNormalization"},
    {attention, "Transpose Transpose Transpose Attention"},
    {causal_attention, "Transpose Transpose Transpose Attention"},
    {nearly_causal_attention, "Transpose Transpose Transpose Attention"},
    {guarded_attention, "Transpose Transpose Transpose Attention"},
    {no_gelu, "Div Erf Add Mul Mul"},
};

/* -- runs -------------------------------------------------------------------------------------- */

static const char *operators(void)
{
    const char *text = "";
    for (const Node *n = model->graph->first; n; n = n->after)
        text = mem_printf("%s%s%s", text, *text ? " " : "", shown(n->op_type));
    return text;
}

static const float *evaluated(Value *x)
{
    test_seed(99);
    x->data = test_reals(value_count(x));
    fold_graph(model->graph);
    ck_assert(model->graph->outputs[0]->data != NULL);
    return model->graph->outputs[0]->data;
}

static Value *inferred(int which)
{
    Value *x = start(), *y = formulas[which].build(x);
    y->is_output = true;
    graph_drop_outputs(model->graph);
    graph_add_output(model->graph, y);
    infer(model);
    ck_assert_int_eq(model->errors, 0);
    return x;
}

START_TEST(formula_becomes_its_operator)
{
    const float *before = evaluated(inferred(_i));
    Value *x = inferred(_i);
    rewrite(model);
    check(model, "rewrite", HOLDS_GRAPH | HOLDS_TYPES);
    ck_assert_str_eq(operators(), formulas[_i].operators);
    const float *after = evaluated(x);
    for (int i = 0; i < B * S * H * D; i++)
        ck_assert_msg(fabsf(before[i] - after[i]) <= 3e-6f, "element %d is %g, expected %g", i, (double)after[i],
                      (double)before[i]);
    op_free();
}
END_TEST

Suite *formulas_suite(void)
{
    Suite *s = suite_create("formulas");
    TCase *c = tcase_create("formulas");
    tcase_add_loop_test(c, formula_becomes_its_operator, 0, sizeof formulas / sizeof *formulas);
    suite_add_tcase(s, c);
    return s;
}
