/* CumSum, CumProd: https://onnx.ai/onnx/operators/onnx__CumSum.html */
#include "op.h"

#include <string.h>

/* The axis is an input; -1 after an error. */
static int axis_of(Node *n)
{
    int64_t *axis;
    int count = need_ints(n, 1, &axis);
    if (count < 0) return -1;
    if (count == 1) return normalize_axis(n, *axis, n->in[0]->type.shape.rank);
    node_error(n, "input 1 \"%s\" has %d elements, expected one axis; the model is invalid here, check how it was exported", n->in[1]->name, count);
    return -1;
}

static void infer_running(Node *n)
{
    static const DType allowed[] = {DT_FLOAT16, DT_BFLOAT16, DT_FLOAT, DT_DOUBLE, DT_INT32, DT_INT64, DT_UINT32, DT_UINT64};
    if (!need(n, 2, 2, 1, 1) || !need_tensor_inputs(n) || !need_type(n, 0, allowed, 8)) return;
    if (axis_of(n) >= 0) set_out_like(n, 0, n->in[0]);
}

static void lower_running(Node *n)
{
    const Shape *shape = &n->in[0]->type.shape;
    int axis = axis_of(n);
    Step *s = step_call(n, "running_%s_%s", strcmp(n->op_type, "CumSum") ? "prod" : "sum", dtype_suffix(n->in[0]->type.dtype));
    arg_in(s, n->in[0]);
    arg_out(s, n->out[0]);
    arg_dim(s, shape_product(shape, 0, axis));
    arg_dim(s, shape->dim[axis]);
    arg_dim(s, shape_product(shape, axis + 1, shape->rank));
    arg_int(s, attr_int(n, "exclusive", 0) != 0);
    arg_int(s, attr_int(n, "reverse", 0) != 0);
}

const Op ops_running[] = {
    {.name = "CumSum", .domain = "", .since = 11, .infer = infer_running, .lower = lower_running},
    {.name = "CumProd", .domain = "", .since = 26, .infer = infer_running, .lower = lower_running},
    {0},
};
