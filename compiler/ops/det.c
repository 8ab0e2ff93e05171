/* Det: https://onnx.ai/onnx/operators/onnx__Det.html, and Inverse of com.microsoft: of the last two axes each. */
#include "op/op.h"

static bool need_square(Node *n)
{
    return need_counts(n, 1, 1, 1, 1) && need_tensor_inputs(n) && need_float(n, 0) && need_rank(n, 0, 2, -1) &&
           need_equal(n, dim_at(n->in[0], -2), dim_at(n->in[0], -1), "the last two axes");
}

static void infer_det(Node *n)
{
    const Value *x = n->n_in ? n->in[0] : NULL;
    if (!need_square(n)) return;
    Shape y = shape_of(x->type.shape.rank - 2, x->type.shape.dim);
    set_out(n, 0, x->type.dtype, &y);
}

static void lower_det(Node *n)
{
    Value *x = n->in[0], *y = n->out[0];
    Dim size = dim_at(x, -1);
    Step *s = step_call(n, "det_%s", dtype_suffix(x->type.dtype));
    arg_in(s, "x", x);
    arg_out(s, "lu", scratch(n, "lu", x->type.dtype, dim_mul(size, size)));
    arg_out(s, "y", y);
    arg_dim(s, "count", elements(y));
    arg_dim(s, "n", size);
}

static void infer_inverse(Node *n)
{
    if (need_square(n)) set_out_like(n, 0, n->in[0]);
}

static void lower_inverse(Node *n)
{
    Value *x = n->in[0];
    Dim size = dim_at(x, -1);
    Step *s = step_call(n, "inverse_%s", dtype_suffix(x->type.dtype));
    arg_in(s, "x", x);
    arg_out(s, "work", scratch(n, "work", x->type.dtype, dim_mul(size, size)));
    arg_out(s, "y", n->out[0]);
    arg_dim(s, "count", shape_product(&x->type.shape, 0, x->type.shape.rank - 2));
    arg_dim(s, "n", size);
}

const Op ops_det[] = {
    {.name = "Det", .domain = "", .since = 11, .infer = infer_det, .lower = lower_det},
    {.name = "Inverse", .domain = "com.microsoft", .since = 1, .infer = infer_inverse, .lower = lower_inverse},
    {0},
};
