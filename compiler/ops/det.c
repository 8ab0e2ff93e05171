/* Det: https://onnx.ai/onnx/operators/onnx__Det.html */
#include "op/op.h"

static void infer_det(Node *n)
{
    if (!need_counts(n, 1, 1, 1, 1) || !need_tensor_inputs(n) || !need_float(n, 0) || !need_rank(n, 0, 2, -1)) return;
    const Value *x = n->in[0];
    if (!need_equal(n, dim_at(x, -2), dim_at(x, -1), "the last two axes")) return;
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

const Op ops_det[] = {
    {.name = "Det", .domain = "", .since = 11, .infer = infer_det, .lower = lower_det},
    {0},
};
