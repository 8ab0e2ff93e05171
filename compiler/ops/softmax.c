/* Softmax, LogSoftmax, Hardmax: https://onnx.ai/onnx/operators/onnx__Softmax.html
 * Before opset 13 the axis splits the shape into a matrix, whose rows are normalised; since 13 it is
 * one axis of the tensor. */
#include "ops/shared/shared.h"

#include <string.h>

static int axis_of(Node *n)
{
    return attr_axis(n, "axis", n->opset < 13 ? 1 : -1, n->in[0]->type.shape.rank);
}

/* A matrix of one row or one column has an axis of its own: before opset 13, a vector may be split
 * after its last dimension. */
static bool splits_after(Node *n)
{
    return n->opset < 13 && attr_int(n, "axis", 1) == n->in[0]->type.shape.rank;
}

static void infer_softmax(Node *n)
{
    if (!need_counts(n, 1, 1, 1, 1) || !need_tensor_inputs(n) || !need_float(n, 0)) return;
    bool is_scalar = n->in[0]->type.shape.rank == 0;
    if (is_scalar || splits_after(n) || axis_of(n) >= 0) set_out_like(n, 0, n->in[0]);
}

static void lower_softmax(Node *n)
{
    const Shape *shape = &n->in[0]->type.shape;
    bool is_single = shape->rank == 0 || splits_after(n); /* each element is a row */
    int axis = is_single ? shape->rank : axis_of(n), end = is_single || n->opset < 13 ? shape->rank : axis + 1;
    const char *kernel = foreign_is(n->op_type, "Softmax")      ? "softmax"
                         : foreign_is(n->op_type, "LogSoftmax") ? "log_softmax"
                                                                : "hardmax";
    Step *s = step_call(n, "%s_%s", kernel, dtype_suffix(n->in[0]->type.dtype));
    arg_in(s, "x", n->in[0]);
    arg_out(s, "y", n->out[0]);
    arg_dim(s, "outer", shape_product(shape, 0, axis));
    arg_dim(s, "n", shape_product(shape, axis, end));
    arg_dim(s, "inner", shape_product(shape, end, shape->rank));
    step_inplace(s, n->in[0], n->out[0]);
}

/* ONNX defines Softmax as these operators, so at half precision each of their results is rounded. */
static void expand_softmax(Node *n)
{
    Value *x = n->in[0];
    if (!dtype_is_half(x->type.dtype)) return;
    if (x->type.shape.rank == 0) {
        cast_to(n, make1(n, "Softmax", cast_to(n, x, DT_FLOAT, NULL), NULL), x->type.dtype, n->out[0]);
        return;
    }
    int64_t axis = axis_of(n);
    Value *a = const_ints(n, 1, &axis);
    Value *e = make1(n, "Exp", make2(n, "Sub", x, make2(n, "ReduceMax", x, a, NULL), NULL), NULL);
    make2(n, "Div", e, make2(n, "ReduceSum", e, a, NULL), n->out[0]);
}

#define SOFTMAX(n) \
    { \
        .name = n, .domain = "", .since = 1, .infer = infer_softmax, .lower = lower_softmax \
    }

const Op ops_softmax[] = {
    SOFTMAX("Softmax"),
    {.name = "Softmax",
     .domain = "",
     .since = 13,
     .infer = infer_softmax,
     .lower = lower_softmax,
     .expand = expand_softmax,
     .flags = OP_HALF_NATIVE},
    SOFTMAX("LogSoftmax"),
    SOFTMAX("Hardmax"),
    {0},
};
