/* LpNormalization: https://onnx.ai/onnx/operators/onnx__LpNormalization.html */
#include "op/op.h"

static void infer_lp(Node *n)
{
    if (!need_counts(n, 1, 1, 1, 1) || !need_tensor_inputs(n) || !need_float(n, 0)) return;
    int64_t p = attr_int(n, "p", 2);
    if (p != 1 && p != 2) node_invalid(n, "attribute p is %lld, expected 1 or 2", (long long)p);
    else if (attr_axis(n, "axis", -1, n->in[0]->type.shape.rank) >= 0) set_out_like(n, 0, n->in[0]);
}

static void lower_lp(Node *n)
{
    Value *x = n->in[0];
    const Shape *shape = &x->type.shape;
    int axis = attr_axis(n, "axis", -1, shape->rank);
    Dim outer = shape_product(shape, 0, axis), inner = shape_product(shape, axis + 1, shape->rank);
    Step *s = step_call(n, "lp_normalize_l%d_%s", (int)attr_int(n, "p", 2), dtype_suffix(x->type.dtype));
    arg_in(s, "x", x);
    arg_out(s, "y", n->out[0]);
    arg_out(s, "norm", scratch(n, "norm", x->type.dtype, dim_mul(outer, inner)));
    arg_dim(s, "outer", outer);
    arg_dim(s, "n", shape->dim[axis]);
    arg_dim(s, "inner", inner);
}

const Op ops_lp_normalization[] = {
    {.name = "LpNormalization", .domain = "", .since = 1, .infer = infer_lp, .lower = lower_lp},
    {0},
};
