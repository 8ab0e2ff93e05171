/* NegativeLogLikelihoodLoss, SoftmaxCrossEntropyLoss:
 * https://onnx.ai/onnx/operators/onnx__NegativeLogLikelihoodLoss.html
 * The second is the first of LogSoftmax along the classes, axis 1. */
#include "op/op.h"

#include <string.h>

static const char *const reductions[] = {"none", "sum", "mean"}; /* as the kernel's NLL_NONE, NLL_SUM, NLL_MEAN */

static int reduction_of(Node *n)
{
    Foreign given = attr_string(n, "reduction", "mean");
    for (int i = 0; i < 3; i++)
        if (foreign_is(given, reductions[i])) return i;
    node_invalid(n, "attribute reduction is \"%s\", expected \"none\", \"sum\" or \"mean\"", shown(given));
    return -1;
}

static bool is_cross_entropy(const Node *n)
{
    return foreign_is(n->op_type, "SoftmaxCrossEntropyLoss");
}

static bool need_targets(Node *n)
{
    const Shape *x = &n->in[0]->type.shape, *target = &n->in[1]->type.shape;
    if (!need_rank(n, 0, 2, -1) || !need_rank(n, 1, x->rank - 1, x->rank - 1)) return false;
    if (!need_equal(n, x->dim[0], target->dim[0], "batch of scores and targets")) return false;
    for (int d = 2; d < x->rank; d++)
        if (!need_equal(n, x->dim[d], target->dim[d - 1], "dimensions of scores and targets")) return false;
    if (!input_of(n, 2)) return true;
    return need_rank(n, 2, 1, 1) && need_equal(n, n->in[2]->type.shape.dim[0], x->dim[1], "weights and classes");
}

static void infer_loss(Node *n)
{
    if (!need_counts(n, 2, 3, 1, is_cross_entropy(n) ? 2 : 1) || !need_tensor_inputs(n) || !need_float(n, 0) ||
        !need_same_type(n, 0, 2))
        return;
    if (!need_type(n, 1, (DType[]){DT_INT32, DT_INT64}, 2) || !need_targets(n)) return;
    int reduction = reduction_of(n);
    int64_t ignored = attr_int(n, "ignore_index", -1);
    Shape scalar = shape_scalar();
    if (reduction < 0) return;
    if (ignored < INT32_MIN || ignored > INT32_MAX) {
        node_error(n, "attribute ignore_index is %lld, expected a number of 32 bits; use a smaller one",
                   (long long)ignored);
        return;
    }
    set_out(n, 0, n->in[0]->type.dtype, reduction ? &scalar : &n->in[1]->type.shape);
    set_out(n, 1, n->in[0]->type.dtype, &n->in[0]->type.shape);
}

static Value *log_softmax(Node *n, Dim inner)
{
    const Shape *x = &n->in[0]->type.shape;
    Value *y = output_of(n, 1) ? n->out[1] : scratch(n, "log_probabilities", n->in[0]->type.dtype, elements(n->in[0]));
    Step *s = step_call(n, "log_softmax_%s", dtype_suffix(n->in[0]->type.dtype));
    arg_in(s, "x", n->in[0]);
    arg_out(s, "y", y);
    arg_dim(s, "outer", x->dim[0]);
    arg_dim(s, "n", x->dim[1]);
    arg_dim(s, "inner", inner);
    return y;
}

static void lower_loss(Node *n)
{
    const Shape *x = &n->in[0]->type.shape;
    Dim inner = shape_product(x, 2, x->rank);
    Value *log_probabilities = is_cross_entropy(n) ? log_softmax(n, inner) : n->in[0];
    Step *s = step_call(n, "nll_loss_%s_%s", dtype_suffix(n->in[0]->type.dtype), dtype_suffix(n->in[1]->type.dtype));
    arg_in(s, "x", log_probabilities);
    arg_in(s, "target", n->in[1]);
    arg_in(s, "weight", input_of(n, 2));
    arg_out(s, "y", n->out[0]);
    arg_struct(s, "p", "struct nll_loss");
    arg_field(s, "batch", x->dim[0]);
    arg_field(s, "classes", x->dim[1]);
    arg_field(s, "inner", inner);
    arg_field_int(s, "has_ignored", attr_find(n, "ignore_index") != NULL);
    arg_field_int(s, "ignored", attr_int(n, "ignore_index", 0));
    arg_field_int(s, "reduction", reduction_of(n));
}

const Op ops_loss[] = {
    {.name = "NegativeLogLikelihoodLoss", .domain = "", .since = 12, .infer = infer_loss, .lower = lower_loss},
    {.name = "SoftmaxCrossEntropyLoss", .domain = "", .since = 12, .infer = infer_loss, .lower = lower_loss},
    {0},
};
