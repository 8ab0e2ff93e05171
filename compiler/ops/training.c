/* One step of an optimiser, for any number of tensors: ai.onnx.preview.training,
 *   Adagrad    https://onnx.ai/onnx/operators/onnx_aionnxpreviewtraining_Adagrad.html
 *   Adam       https://onnx.ai/onnx/operators/onnx_aionnxpreviewtraining_Adam.html
 *   Momentum   https://onnx.ai/onnx/operators/onnx_aionnxpreviewtraining_Momentum.html, Nesterov's, too
 * Inputs are the rate R, the count of updates T, then the tensors X1, X2, ..., their gradients G1, ... and one or two
 * groups of what earlier steps left behind; outputs are the new X1, ... and the new groups. */
#include "ops/shared/shared.h"

enum { RATE, COUNT, TENSORS };

static bool need_groups(Node *n, int groups)
{
    int given = n->n_in - TENSORS, tensors = given / groups;
    if (!need_counts(n, TENSORS + groups, -1, groups - 1, -1) || !need_tensor_inputs(n)) return false;
    if (given % groups || n->n_out > tensors * (groups - 1)) {
        node_invalid(n,
                     "has %d inputs and %d outputs, expected %d inputs and %d outputs for each tensor, and two inputs",
                     n->n_in, n->n_out, groups, groups - 1);
        return false;
    }
    static const DType floats[] = {DT_FLOAT, DT_DOUBLE}, int64[] = {DT_INT64};
    if (!need_type(n, RATE, floats, 2) || !need_type(n, COUNT, int64, 1)) return false;
    return need_equal(n, elements(n->in[RATE]), dim_const(1), "elements of the rate, and 1") &&
           need_equal(n, elements(n->in[COUNT]), dim_const(1), "elements of the count, and 1");
}

/* All of a tensor have its type and shape. */
static bool need_alike(Node *n, int groups, int tensor)
{
    static const DType floats[] = {DT_FLOAT, DT_DOUBLE};
    int tensors = (n->n_in - TENSORS) / groups, x = TENSORS + tensor;
    if (!need_type(n, x, floats, 2)) return false;
    for (int i = x + tensors; i < n->n_in; i += tensors) {
        Shape both;
        if (!need_same_type(n, x, i) || !need_rank(n, i, n->in[x]->type.shape.rank, n->in[x]->type.shape.rank))
            return false;
        for (int d = 0; d < n->in[x]->type.shape.rank; d++)
            if (!need_equal(n, dim_at(n->in[x], d), dim_at(n->in[i], d), "a tensor and what goes with it"))
                return false;
        if (!broadcast_shapes(n, &n->in[x]->type.shape, &n->in[i]->type.shape, &both)) return false;
    }
    return true;
}

static void infer_step(Node *n, int groups)
{
    if (!need_groups(n, groups)) return;
    int tensors = (n->n_in - TENSORS) / groups;
    for (int t = 0; t < tensors; t++)
        if (!need_alike(n, groups, t)) return;
    for (int i = 0; i < n->n_out; i++) set_out_like(n, i, n->in[TENSORS + i % tensors]);
}

/* -- what the formulas are made of --------------------------------------------------------------- */

/* One tensor of a step. */
typedef struct {
    Node *n;
    DType type;
    int tensors, at;
} Tensor;

static Tensor tensor_of(Node *n, int groups, int at)
{
    return (Tensor){n, n->in[TENSORS + at]->type.dtype, (n->n_in - TENSORS) / groups, at};
}

static Value *given(const Tensor *t, int group)
{
    return t->n->in[TENSORS + group * t->tensors + t->at];
}

static Value *wanted(const Tensor *t, int group)
{
    return output_of(t->n, group * t->tensors + t->at);
}

static Value *number(const Tensor *t, double value)
{
    return const_scalar(t->n, t->type, value);
}

static Value *times(const Tensor *t, Value *x, double factor)
{
    return make2(t->n, "Mul", x, number(t, factor), NULL);
}

/* R or T as a scalar of the tensor's type. */
static Value *scalar_of(const Tensor *t, int input)
{
    Value *v = t->n->in[input];
    if (v->type.shape.rank > 0) v = reshape_to(t->n, v, 0, NULL);
    return v->type.dtype == t->type ? v : cast_to(t->n, v, t->type, NULL);
}

/* G + norm_coefficient X */
static Value *regularized(const Tensor *t)
{
    double norm = attr_float(t->n, "norm_coefficient", 0);
    return norm != 0 ? make2(t->n, "Add", times(t, given(t, 0), norm), given(t, 1), NULL) : given(t, 1);
}

/* T > 0 ? then : otherwise */
static Value *after_first(const Tensor *t, Value *then, Value *otherwise)
{
    Value *count = scalar_of(t, COUNT), *zero = number(t, 0);
    Value *is_later = make2(t->n, "Greater", count, zero, NULL);
    return make3(t->n, "Where", is_later, then, otherwise, NULL);
}

/* -- Adagrad ------------------------------------------------------------------------------------- */

static void infer_adagrad(Node *n)
{
    infer_step(n, 3);
}

static void step_adagrad(const Tensor *t)
{
    Node *n = t->n;
    double decay = attr_float(n, "decay_factor", 0), epsilon = attr_float(n, "epsilon", (double)1e-6F);
    Value *growth = times(t, scalar_of(t, COUNT), decay), *one = number(t, 1);
    Value *slower = make2(n, "Add", growth, one, NULL);
    Value *rate = make2(n, "Div", scalar_of(t, RATE), slower, NULL), *g = regularized(t);
    Value *h = make2(n, "Add", given(t, 2), make2(n, "Mul", g, g, NULL), wanted(t, 1));
    Value *root = make1(n, "Sqrt", h, NULL), *least = number(t, epsilon);
    Value *adaptive = make2(n, "Add", root, least, NULL);
    Value *change = make2(n, "Div", make2(n, "Mul", rate, g, NULL), adaptive, NULL);
    make2(n, "Sub", given(t, 0), change, wanted(t, 0));
}

static void expand_adagrad(Node *n)
{
    for (int i = 0; i < (n->n_in - TENSORS) / 3; i++) {
        Tensor t = tensor_of(n, 3, i);
        step_adagrad(&t);
    }
}

/* -- Adam ---------------------------------------------------------------------------------------- */

static void infer_adam(Node *n)
{
    infer_step(n, 4);
}

/* factor old + (1 - factor) fresh */
static Value *average(const Tensor *t, double factor, Value *old, Value *fresh, Value *result)
{
    Value *kept = times(t, old, factor), *added = times(t, fresh, 1 - factor);
    return make2(t->n, "Add", kept, added, result);
}

/* 1 - base^T */
static Value *bias_of(const Tensor *t, double base)
{
    Value *from = number(t, base), *count = scalar_of(t, COUNT), *one = number(t, 1);
    Value *power = make2(t->n, "Pow", from, count, NULL);
    return make2(t->n, "Sub", one, power, NULL);
}

static Value *rate_of_adam(const Tensor *t, double alpha, double beta)
{
    Value *rate = scalar_of(t, RATE), *root = make1(t->n, "Sqrt", bias_of(t, beta), NULL);
    Value *grown = make2(t->n, "Mul", rate, root, NULL), *bias = bias_of(t, alpha);
    Value *adjusted = make2(t->n, "Div", grown, bias, NULL);
    return after_first(t, adjusted, rate);
}

static void step_adam(const Tensor *t)
{
    Node *n = t->n;
    double alpha = attr_float(n, "alpha", (double)0.9F), beta = attr_float(n, "beta", (double)0.999F);
    double epsilon = attr_float(n, "epsilon", (double)1e-6F), post = attr_float(n, "norm_coefficient_post", 0);
    Value *g = regularized(t), *v = average(t, alpha, given(t, 2), g, wanted(t, 1));
    Value *h = average(t, beta, given(t, 3), make2(n, "Mul", g, g, NULL), wanted(t, 2));
    Value *root = make1(n, "Sqrt", h, NULL), *least = number(t, epsilon), *rate = rate_of_adam(t, alpha, beta);
    root = make2(n, "Add", root, least, NULL);
    Value *change = make2(n, "Div", make2(n, "Mul", rate, v, NULL), root, NULL);
    Value *x = make2(n, "Sub", given(t, 0), change, post != 0 ? NULL : wanted(t, 0));
    if (post != 0) make2(n, "Mul", x, number(t, 1 - post), wanted(t, 0));
}

static void expand_adam(Node *n)
{
    for (int i = 0; i < (n->n_in - TENSORS) / 4; i++) {
        Tensor t = tensor_of(n, 4, i);
        step_adam(&t);
    }
}

/* -- Momentum ------------------------------------------------------------------------------------ */

static bool is_nesterov(Node *n, int *nesterov)
{
    static const AttrWord modes[] = {{"standard", 0}, {"nesterov", 1}, {0}};
    return attr_word(n, "mode", "", modes, nesterov);
}

static void infer_momentum(Node *n)
{
    int nesterov;
    if (is_nesterov(n, &nesterov)) infer_step(n, 3);
}

static void step_momentum(const Tensor *t, bool nesterov)
{
    Node *n = t->n;
    double alpha = attr_float(n, "alpha", 0), beta = attr_float(n, "beta", 0);
    Value *g = regularized(t), *later = number(t, beta), *at_first = number(t, 1);
    Value *factor = after_first(t, later, at_first), *kept = times(t, given(t, 2), alpha);
    Value *v = make2(n, "Add", kept, make2(n, "Mul", factor, g, NULL), wanted(t, 1));
    Value *direction = nesterov ? make2(n, "Add", g, times(t, v, alpha), NULL) : v;
    Value *change = make2(n, "Mul", scalar_of(t, RATE), direction, NULL);
    make2(n, "Sub", given(t, 0), change, wanted(t, 0));
}

static void expand_momentum(Node *n)
{
    int nesterov = 0;
    if (!is_nesterov(n, &nesterov)) return;
    for (int i = 0; i < (n->n_in - TENSORS) / 3; i++) {
        Tensor t = tensor_of(n, 3, i);
        step_momentum(&t, nesterov);
    }
}

#define STEP(op, f) \
    { \
        .name = op, .domain = "ai.onnx.preview.training", .since = 1, .infer = infer_##f, .expand = expand_##f \
    }

const Op ops_training[] = {
    STEP("Adagrad", adagrad),
    STEP("Adam", adam),
    STEP("Momentum", momentum),
    {0},
};
