/* CumSum, CumProd: https://onnx.ai/onnx/operators/onnx__CumSum.html */
#include "op/op.h"

#include <string.h>

/* The axis is an input; one that isn't known at compile time is read by the kernel. */
static bool axis_is_known(const Node *n)
{
    Dim *axis;
    return known_dims(n->in[1], &axis) == 1 && dim_is_const(axis[0]);
}

/* -1 after an error. */
static int axis_of(Node *n)
{
    int64_t *axis;
    return need_ints(n, 1, &axis) == 1 ? normalize_axis(n, *axis, n->in[0]->type.shape.rank) : -1;
}

static void infer_running(Node *n)
{
    static const DType allowed[] = {DT_FLOAT16, DT_BFLOAT16, DT_FLOAT,  DT_DOUBLE,
                                    DT_INT32,   DT_INT64,    DT_UINT32, DT_UINT64};
    if (!need_counts(n, 2, 2, 1, 1) || !need_tensor_inputs(n) || !need_type(n, 0, allowed, 8)) return;
    if (!need_type(n, 1, (DType[]){DT_INT32, DT_INT64}, 2)) return;
    if (!dim_is(elements(n->in[1]), 1))
        node_invalid(n, "input 1 \"%s\" has shape %s, expected one axis", shown(n->in[1]->name),
                     shown(shape_text(&n->in[1]->type.shape)));
    else if (!axis_is_known(n) || axis_of(n) >= 0) set_out_like(n, 0, n->in[0]);
}

/* The axis as int64. */
static Value *wide_axis(Node *n)
{
    Value *axis = n->in[1];
    if (axis->type.dtype == DT_INT64) return axis;
    Value *wide = scratch(n, "axis", DT_INT64, dim_const(1));
    Step *s = step_loop(n, &axis->type.shape);
    Ref x = loop_read(s, axis);
    loop_store(s, wide, loop_apply(s, DT_INT64, "cast_i32_i64", 1, &x));
    return wide;
}

static void lower_running(Node *n)
{
    const Shape *shape = &n->in[0]->type.shape;
    const char *what = !foreign_is(n->op_type, "CumSum") ? "prod" : "sum", *type = dtype_suffix(n->in[0]->type.dtype);
    bool known = axis_is_known(n);
    int axis = known ? axis_of(n) : -1;
    Value *wide = known ? NULL : wide_axis(n);
    Step *s = step_call(n, "running_%s%s_%s", what, known ? "" : "_axis", type);
    arg_in(s, "x", n->in[0]);
    if (!known) arg_in(s, "axis", wide);
    arg_out(s, "y", n->out[0]);
    if (known) {
        arg_dim(s, "outer", shape_product(shape, 0, axis));
        arg_dim(s, "n", shape->dim[axis]);
        arg_dim(s, "inner", shape_product(shape, axis + 1, shape->rank));
    } else {
        arg_int(s, "rank", shape->rank);
        arg_dims(s, "shape", shape->rank, shape->dim);
    }
    arg_int(s, "exclusive", attr_int(n, "exclusive", 0) != 0);
    arg_int(s, "reverse", attr_int(n, "reverse", 0) != 0);
}

const Op ops_running[] = {
    {.name = "CumSum", .domain = "", .since = 11, .infer = infer_running, .lower = lower_running},
    {.name = "CumProd", .domain = "", .since = 26, .infer = infer_running, .lower = lower_running},
    {0},
};
