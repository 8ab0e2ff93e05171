/* OneHot: https://onnx.ai/onnx/operators/onnx__OneHot.html
 * Indices and depth may be of any numeric type; "casted to int64 before use". */
#include "op/op.h"
#include "ops/shared/shared.h"

static int inserted_axis(Node *n)
{
    return attr_axis(n, "axis", -1, n->in[0]->type.shape.rank + 1);
}

/* Depth is a size: an expression, any constant number, or a number at run time, which goes through an integer. */
static bool depth_is_float(Node *n)
{
    double number;
    return !known_scalar(n->in[1], &number) && dtype_is_float(n->in[1]->type.dtype);
}

static Dim depth_of(Node *n, int axis)
{
    double number;
    Dim *dims;
    if (known_scalar(n->in[1], &number) && fabs(number) < INT32_MAX) return dim_const((int64_t)number);
    if (depth_is_float(n)) return size_of_data(n, 0, axis);
    return need_dims(n, 1, &dims) == 1 ? dims[0] : NULL;
}

static void infer_one_hot(Node *n)
{
    if (!need_counts(n, 3, 3, 1, 1) || !need_tensor_inputs(n) || !need_bytes(n, 2, false)) return;
    DType t = n->in[0]->type.dtype;
    if (!dtype_is_integer(t) && !dtype_is_float(t)) {
        node_error(n, "input 0 \"%s\" is %s, expected indices of a numeric type; put a Cast before it in the model",
                   shown(n->in[0]->name), dtype_name(t));
        return;
    }
    if (!need_equal(n, elements(n->in[2]), dim_const(2), "elements of values, and 2") ||
        !need_equal(n, elements(n->in[1]), dim_const(1), "elements of depth, and 1"))
        return;
    const Shape *x = &n->in[0]->type.shape;
    int axis = inserted_axis(n);
    Dim depth = axis < 0 ? NULL : depth_of(n, axis);
    if (!depth) return;
    if (dim_high(depth) < 0) {
        node_invalid(n, "depth is %s, expected 0 or more", shown(dim_text(depth)));
        return;
    }
    if (x->rank == MAX_RANK) {
        node_error(n, "makes rank 17 with depth %s, expected at most 16", shown(dim_text(depth)));
        return;
    }
    Shape y = {.rank = x->rank + 1};
    for (int d = 0; d < y.rank; d++) y.dim[d] = d == axis ? depth : x->dim[d > axis ? d - 1 : d];
    set_out(n, 0, n->in[2]->type.dtype, &y);
}

static void expand_one_hot(Node *n)
{
    DType t = n->in[0]->type.dtype;
    if (t == DT_INT32 || t == DT_INT64) return;
    Node *cast = make_node(n, "Cast", 1, n->in, NULL);
    attr_set_int(cast, "to", DT_INT64);
    Value *inputs[] = {cast->out[0], n->in[1], n->in[2]};
    Node *hot = make_node(n, "OneHot", 3, inputs, n->out[0]);
    attr_set_int(hot, "axis", inserted_axis(n));
}

static void lower_depth(Node *n, Dim depth)
{
    DType t = working_type(n->in[1]->type.dtype);
    Value *whole = scratch(n, "depth", DT_INT64, dim_const(1));
    Step *s = step_loop(n, &n->in[1]->type.shape);
    loop_store(s, whole, loop_convert(s, loop_read_as(s, n->in[1], t), t, DT_INT64));
    lower_read(n, whole, 0, depth);
}

static void lower_one_hot(Node *n)
{
    const Shape *y = &n->out[0]->type.shape;
    int axis = inserted_axis(n);
    if (depth_is_float(n)) lower_depth(n, y->dim[axis]);
    Step *s = step_call(n, "one_hot_%s_%s", moved_as(n->out[0]->type.dtype, NULL), dtype_suffix(n->in[0]->type.dtype));
    arg_in(s, "index", n->in[0]);
    arg_in(s, "values", n->in[2]);
    arg_out(s, "y", n->out[0]);
    arg_dim(s, "outer", shape_product(y, 0, axis));
    arg_dim(s, "depth", y->dim[axis]);
    arg_dim(s, "inner", axis_stride(y, axis));
}

const Op ops_one_hot[] = {
    {.name = "OneHot",
     .domain = "",
     .since = 9,
     .infer = infer_one_hot,
     .lower = lower_one_hot,
     .expand = expand_one_hot,
     .flags = OP_HALF_NATIVE},
    {0},
};
