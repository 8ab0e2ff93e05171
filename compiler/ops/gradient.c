/* Gradient: https://onnx.ai/onnx/operators/onnx_aionnxpreviewtraining_Gradient.html
 * The nodes between xs and y are differentiated in reverse, from the last one on: each adds what its result's gradient
 * comes to at its operands (reverse accumulation; Griewank and Walther, Evaluating Derivatives, 2nd edition, section
 * 3.2). Of a tensor y it is the gradient of the sum. Only operators of the table below may stand between. */
#include "ops/shared/shared.h"

/* Of a value and its gradient, which has its shape. */
typedef struct {
    Node *n;                /* the Gradient node: what is made stands before it */
    Map *depends, *results; /* by names: whether a value depends on xs; its gradient so far */
} Reverse;

/* What node `at` adds to the gradient of its input i, where dy is that of its result: of the shape that the operands
 * are broadcast to. NULL if it can't be told. */
typedef Value *Rule(Reverse *r, Node *at, int i, Value *dy);

static Value *number(const Reverse *r, const Node *at, double x)
{
    return const_scalar(r->n, at->out[0]->type.dtype, x);
}

static Value *product(const Reverse *r, Value *a, Value *b)
{
    return make2(r->n, "Mul", a, b, NULL);
}

static Value *same(Reverse *r, Node *at, int i, Value *dy)
{
    (void)r, (void)at, (void)i;
    return dy;
}

static Value *negative(Reverse *r, Node *at, int i, Value *dy)
{
    (void)at, (void)i;
    return make1(r->n, "Neg", dy, NULL);
}

static Value *of_sub(Reverse *r, Node *at, int i, Value *dy)
{
    return i ? negative(r, at, i, dy) : dy;
}

static Value *of_mul(Reverse *r, Node *at, int i, Value *dy)
{
    return product(r, dy, at->in[1 - i]);
}

/* y = a / b: 1 / b, and -y / b. */
static Value *of_div(Reverse *r, Node *at, int i, Value *dy)
{
    Value *quotient = make2(r->n, "Div", dy, at->in[1], NULL);
    return i ? make1(r->n, "Neg", product(r, quotient, at->out[0]), NULL) : quotient;
}

/* y = a^b: b a^(b - 1), and y log(a). */
static Value *of_pow(Reverse *r, Node *at, int i, Value *dy)
{
    if (at->in[0]->type.dtype != at->in[1]->type.dtype) return NULL;
    if (i) return product(r, dy, product(r, at->out[0], make1(r->n, "Log", at->in[0], NULL)));
    Value *less = make2(r->n, "Sub", at->in[1], number(r, at, 1), NULL);
    return product(r, dy, product(r, at->in[1], make2(r->n, "Pow", at->in[0], less, NULL)));
}

static Value *of_exp(Reverse *r, Node *at, int i, Value *dy)
{
    (void)i;
    return product(r, dy, at->out[0]);
}

static Value *of_log(Reverse *r, Node *at, int i, Value *dy)
{
    (void)i;
    return make2(r->n, "Div", dy, at->in[0], NULL);
}

static Value *of_sqrt(Reverse *r, Node *at, int i, Value *dy)
{
    (void)i;
    return make2(r->n, "Div", product(r, dy, number(r, at, 0.5)), at->out[0], NULL);
}

static Value *of_reciprocal(Reverse *r, Node *at, int i, Value *dy)
{
    (void)i;
    return make1(r->n, "Neg", product(r, dy, product(r, at->out[0], at->out[0])), NULL);
}

static Value *of_abs(Reverse *r, Node *at, int i, Value *dy)
{
    (void)i;
    return product(r, dy, make1(r->n, "Sign", at->in[0], NULL));
}

static Value *of_sin(Reverse *r, Node *at, int i, Value *dy)
{
    (void)i;
    return product(r, dy, make1(r->n, "Cos", at->in[0], NULL));
}

static Value *of_cos(Reverse *r, Node *at, int i, Value *dy)
{
    (void)i;
    return make1(r->n, "Neg", product(r, dy, make1(r->n, "Sin", at->in[0], NULL)), NULL);
}

/* As PyTorch has it, 0 at 0. */
static Value *of_relu(Reverse *r, Node *at, int i, Value *dy)
{
    (void)i;
    Value *zero = number(r, at, 0);
    return make3(r->n, "Where", make2(r->n, "Greater", at->in[0], zero, NULL), dy, zero, NULL);
}

/* y (1 - y) */
static Value *of_sigmoid(Reverse *r, Node *at, int i, Value *dy)
{
    (void)i;
    Value *rest = make2(r->n, "Sub", number(r, at, 1), at->out[0], NULL);
    return product(r, dy, product(r, at->out[0], rest));
}

/* 1 - y^2 */
static Value *of_tanh(Reverse *r, Node *at, int i, Value *dy)
{
    (void)i;
    Value *square = product(r, at->out[0], at->out[0]);
    return product(r, dy, make2(r->n, "Sub", number(r, at, 1), square, NULL));
}

static Value *transposed(const Reverse *r, Value *x, int rank, const int64_t *perm)
{
    Node *made = make_node(r->n, "Transpose", 1, &x, NULL);
    attr_set_ints(made, "perm", rank, perm);
    return made->out[0];
}

/* With its last two axes exchanged. */
static Value *matrix_transposed(const Reverse *r, Value *x)
{
    int64_t perm[MAX_RANK];
    int rank = x->type.shape.rank;
    for (int i = 0; i < rank; i++) perm[i] = i < rank - 2 ? i : 2 * rank - 3 - i;
    return transposed(r, x, rank, perm);
}

/* dy B', and A' dy. */
static Value *of_matmul(Reverse *r, Node *at, int i, Value *dy)
{
    if (at->in[0]->type.shape.rank < 2 || at->in[1]->type.shape.rank < 2) return NULL;
    Value *other = matrix_transposed(r, at->in[1 - i]);
    return i ? make2(r->n, "MatMul", other, dy, NULL) : make2(r->n, "MatMul", dy, other, NULL);
}

static Value *of_transpose(Reverse *r, Node *at, int i, Value *dy)
{
    const int64_t *perm;
    int64_t back[MAX_RANK];
    int rank = at->in[i]->type.shape.rank, count = attr_ints(at, "perm", &perm);
    for (int k = 0; k < rank; k++) back[count ? perm[k] : rank - 1 - k] = k;
    return transposed(r, dy, rank, back);
}

static Value *in_shape_of(const Reverse *r, Value *dy, Value *x)
{
    return make2(r->n, "Reshape", dy, make1(r->n, "Shape", x, NULL), NULL);
}

static Value *of_reshape(Reverse *r, Node *at, int i, Value *dy)
{
    return i ? NULL : in_shape_of(r, dy, at->in[0]);
}

/* Every element of x takes part in the sum once. Axes that went come back as 1: as the same sum would keep them, of
 * which only the shape is used. */
static Value *of_sum(Reverse *r, Node *at, int i, Value *dy)
{
    const int64_t *given;
    int count = attr_ints(at, "axes", &given);
    Value *axes = input_of(at, 1) ? at->in[1] : count ? const_ints(r->n, count, given) : NULL;
    if (i || attr_int(at, "noop_with_empty_axes", 0)) return NULL;
    Value *kept = make_node(r->n, "ReduceSum", axes ? 2 : 1, (Value *[]){at->in[0], axes}, NULL)->out[0];
    Value *sums = in_shape_of(r, dy, kept);
    return make2(r->n, "Expand", sums, make1(r->n, "Shape", at->in[0], NULL), NULL);
}

static Value *of_mean(Reverse *r, Node *at, int i, Value *dy)
{
    Value *sum = of_sum(r, at, i, dy);
    if (!sum) return NULL;
    Value *all = make1(r->n, "Size", at->in[0], NULL);
    Value *each = make2(r->n, "Div", all, make1(r->n, "Size", at->out[0], NULL), NULL);
    Node *count = make_node(r->n, "Cast", 1, &each, NULL);
    attr_set_int(count, "to", at->out[0]->type.dtype);
    return make2(r->n, "Div", sum, count->out[0], NULL);
}

/* y (dy - the sum of dy y along the axis). */
static Value *of_softmax(Reverse *r, Node *at, int i, Value *dy)
{
    (void)i;
    if (at->opset < 13) return NULL;
    int64_t axis = attr_int(at, "axis", -1);
    Value *weighted = product(r, dy, at->out[0]);
    Value *sum = make2(r->n, "ReduceSum", weighted, const_ints(r->n, 1, &axis), NULL);
    return product(r, at->out[0], make2(r->n, "Sub", dy, sum, NULL));
}

static const struct {
    const char *op_type;
    Rule *rule;
} rules[] = {
    {"Abs", of_abs},
    {"Add", same},
    {"Cos", of_cos},
    {"Div", of_div},
    {"Exp", of_exp},
    {"Flatten", of_reshape},
    {"Identity", same},
    {"Log", of_log},
    {"MatMul", of_matmul},
    {"Mul", of_mul},
    {"Neg", negative},
    {"Pow", of_pow},
    {"Reciprocal", of_reciprocal},
    {"ReduceMean", of_mean},
    {"ReduceSum", of_sum},
    {"Relu", of_relu},
    {"Reshape", of_reshape},
    {"Sigmoid", of_sigmoid},
    {"Sin", of_sin},
    {"Softmax", of_softmax},
    {"Sqrt", of_sqrt},
    {"Squeeze", of_reshape},
    {"Sub", of_sub},
    {"Sum", same},
    {"Tanh", of_tanh},
    {"Transpose", of_transpose},
    {"Unsqueeze", of_reshape},
};

static Rule *rule_of(const Node *at)
{
    for (size_t i = 0; foreign_empty(at->domain) && i < sizeof rules / sizeof *rules; i++)
        if (foreign_is(at->op_type, rules[i].op_type)) return rules[i].rule;
    return NULL;
}

/* -- accumulation ------------------------------------------------------------------------------- */

/* A contribution of shape `from` as that of x: along axes of 1, or that x lacks, it is added up. */
static Value *unbroadcast(const Reverse *r, Value *dx, const Shape *from, Value *x)
{
    const Shape *to = &x->type.shape;
    int64_t axes[MAX_RANK];
    int count = 0, more = from->rank - to->rank;
    for (int i = 0; i < from->rank; i++)
        if (i < more || (dim_is(to->dim[i - more], 1) && !dim_is(from->dim[i], 1))) axes[count++] = i;
    if (!count) return dx;
    Value *sum = make2(r->n, "ReduceSum", dx, const_ints(r->n, count, axes), NULL);
    return more ? in_shape_of(r, sum, x) : sum;
}

/* What operands are broadcast to, as far as this is not a matter of the result's own shape. */
static Shape broadcast_of(const Node *at, int i)
{
    Shape shape = at->out[0]->type.shape;
    const Shape *x = &at->in[i]->type.shape;
    if (!foreign_is(at->op_type, "MatMul")) return shape;
    for (int k = 1; k <= 2; k++) shape.dim[shape.rank - k] = x->dim[x->rank - k];
    return shape;
}

static bool broadcasts(Rule *rule)
{
    return rule == same || rule == of_sub || rule == of_mul || rule == of_div || rule == of_pow || rule == of_matmul;
}

/* As operators did before opset 7 (elementwise.c). */
static bool fits_at_axis(Node *at)
{
    return at->opset < 7 && attr_int(at, "broadcast", 0);
}

static bool has_subgraph(const Node *at)
{
    for (int i = 0; i < at->n_attrs; i++)
        if (at->attrs[i].type == ATTR_GRAPH || at->attrs[i].type == ATTR_GRAPHS) return true;
    return false;
}

/* What a branch or loop makes may depend on anything. */
static bool may_depend(const Reverse *r, const Node *at)
{
    bool may = has_subgraph(at);
    for (int i = 0; i < at->n_in; i++) may |= at->in[i] && map_get(r->depends, at->in[i]->name);
    return may;
}

/* Adds what dy, the gradient of the node's only result, comes to at its inputs. */
static bool differentiate(Reverse *r, Node *at, Value *dy)
{
    Rule *rule = rule_of(at);
    for (int i = 0; i < at->n_in; i++) {
        Value *x = at->in[i];
        if (!x || !map_get(r->depends, x->name)) continue;
        Value *dx = rule(r, at, i, dy);
        if (!dx) {
            node_error(r->n, "there is no gradient of %s at its input %d", shown(at->op_type), i);
            return false;
        }
        Shape from = broadcast_of(at, i);
        if (broadcasts(rule)) dx = unbroadcast(r, dx, &from, x);
        Value *sum = map_get(r->results, x->name);
        map_put(r->results, x->name, sum ? make2(r->n, "Add", sum, dx, NULL) : dx);
    }
    return true;
}

/* Whether y depends on xs through the node. */
static bool is_between(const Reverse *r, const Node *at)
{
    for (int k = 0; k < at->n_out; k++) {
        const Value *v = at->out[k];
        if (v && map_get(r->results, v->name) && map_get(r->depends, v->name)) return true;
    }
    return false;
}

static bool reverse(Reverse *r, Node *at)
{
    if (!is_between(r, at)) return true;
    if (rule_of(at) && !fits_at_axis(at)) return differentiate(r, at, map_get(r->results, at->out[0]->name));
    node_error(r->n, "there is no gradient of %s \"%s\"", shown(at->op_type), shown(node_stem(at)));
    return false;
}

static void note_dependence(Reverse *r, int xs)
{
    for (int i = 0; i < xs; i++) map_put(r->depends, r->n->in[i]->name, r);
    for (Node *at = r->n->graph->first; at != r->n; at = at->after)
        for (int k = 0; k < at->n_out && may_depend(r, at); k++)
            if (at->out[k]) map_put(r->depends, at->out[k]->name, r);
}

static Value *filled_like(Node *n, Value *x, double number)
{
    Value *one = const_scalar(n, x->type.dtype, number);
    return make2(n, "Expand", one, make1(n, "Shape", x, NULL), NULL);
}

/* What follows from constants alone is computed before it could be differentiated. */
static bool are_variables(Node *n, int xs)
{
    for (int i = 0; i < xs; i++) {
        if (!n->in[i]->data) continue;
        node_error(n, "\"%s\" is a constant, to which no gradient is taken: make it an input of the model",
                   shown(n->in[i]->wanted));
        return false;
    }
    return true;
}

static void expand_gradient(Node *n)
{
    const Foreign *names;
    int xs = attr_strings(n, "xs", &names);
    if (!are_variables(n, xs)) return;
    Reverse r = {n, map_new(), map_new()};
    Value *y = n->in[n->n_in - 1];
    Node *last = n->before;
    note_dependence(&r, xs);
    map_put(r.results, y->name, filled_like(n, y, 1));
    for (Node *at = last, *before; at; at = before) {
        before = at->before;
        if (!reverse(&r, at)) return;
    }
    for (int i = 0; i < n->n_out; i++) {
        if (!n->out[i]) continue;
        Value *dx = map_get(r.results, n->in[i]->name);
        make1(n, "Identity", dx ? dx : filled_like(n, n->in[i], 0), n->out[i]);
    }
}

static void infer_gradient(Node *n)
{
    const Foreign *names;
    int xs = attr_strings(n, "xs", &names), zs = attr_strings(n, "zs", &names);
    if (!need_counts(n, xs + zs + 1, xs + zs + 1, 1, xs) || !need_tensor_inputs(n)) return;
    for (int i = 0; i < n->n_in; i++)
        if ((i < xs || i == n->n_in - 1) && !need_float(n, i)) return;
    for (int i = 0; i < n->n_out; i++) set_out_like(n, i, n->in[i]);
}

const Op ops_gradient[] = {
    {.name = "Gradient",
     .domain = "ai.onnx.preview.training",
     .since = 1,
     .infer = infer_gradient,
     .expand = expand_gradient},
    {0},
};
