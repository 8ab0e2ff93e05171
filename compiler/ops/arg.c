/* ArgMax, ArgMin: https://onnx.ai/onnx/operators/onnx__ArgMax.html */
#include "op/op.h"

#include <string.h>

static void infer_arg(Node *n)
{
    if (!need_counts(n, 1, 1, 1, 1) || !need_tensor_inputs(n)) return;
    const Shape *x = &n->in[0]->type.shape;
    DType t = n->in[0]->type.dtype;
    if (!dtype_is_float(t) && !dtype_is_integer(t)) {
        node_error(n, "input 0 \"%s\" is %s, expected a number; put a Cast before it in the model",
                   shown(n->in[0]->name), dtype_name(t));
        return;
    }
    int axis = attr_axis(n, "axis", 0, x->rank);
    if (axis < 0) return;
    if (dim_is(x->dim[axis], 0)) {
        node_invalid(n, "axis %d of input 0 \"%s\" is empty, expected at least one element to find", axis,
                     shown(n->in[0]->name));
        return;
    }
    bool keep = attr_int(n, "keepdims", 1);
    Shape y = {.rank = 0};
    for (int d = 0; d < x->rank; d++)
        if (d != axis) y.dim[y.rank++] = x->dim[d];
        else if (keep) y.dim[y.rank++] = dim_const(1);
    set_out(n, 0, DT_INT64, &y);
}

static void lower_arg(Node *n)
{
    Value *x = n->in[0];
    const Shape *shape = &x->type.shape;
    int axis = attr_axis(n, "axis", 0, shape->rank);
    Step *s = step_call(n, "%s_%s", foreign_is(n->op_type, "ArgMax") ? "arg_max" : "arg_min",
                        dtype_suffix(x->type.dtype));
    arg_in(s, "x", x);
    arg_out(s, "y", n->out[0]);
    arg_dim(s, "outer", shape_product(shape, 0, axis));
    arg_dim(s, "n", shape->dim[axis]);
    arg_dim(s, "inner", shape_product(shape, axis + 1, shape->rank));
    arg_int(s, "last", attr_int(n, "select_last_index", 0) != 0);
}

const Op ops_arg[] = {
    {.name = "ArgMax", .domain = "", .since = 1, .infer = infer_arg, .lower = lower_arg},
    {.name = "ArgMin", .domain = "", .since = 1, .infer = infer_arg, .lower = lower_arg},
    {0},
};
