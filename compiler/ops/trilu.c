/* Trilu: https://onnx.ai/onnx/operators/onnx__Trilu.html */
#include "ops/shared/shared.h"

static void infer_trilu(Node *n)
{
    static const DType i64[] = {DT_INT64};
    if (!need_counts(n, 1, 2, 1, 1) || !need_tensor_inputs(n) || !need_rank(n, 0, 2, -1) || !need_bytes(n, 0, false) ||
        !need_type(n, 1, i64, 1))
        return;
    if (input_of(n, 1) && !need_equal(n, elements(n->in[1]), dim_const(1), "elements of k, and 1")) return;
    if (n->in[0]->type.dtype == DT_STRING) node_error(n, "input 0 is string, expected numbers: strings have no zero");
    else set_out_like(n, 0, n->in[0]);
}

static void lower_trilu(Node *n)
{
    const Shape *x = &n->in[0]->type.shape;
    Step *s = step_call(n, "trilu_%s", moved_as(n->in[0]->type.dtype, NULL));
    arg_in(s, "x", n->in[0]);
    arg_in(s, "k", input_of(n, 1));
    arg_out(s, "y", n->out[0]);
    arg_dim(s, "batch", shape_product(x, 0, x->rank - 2));
    arg_dim(s, "rows", x->dim[x->rank - 2]);
    arg_dim(s, "cols", x->dim[x->rank - 1]);
    arg_int(s, "upper", attr_int(n, "upper", 1) != 0);
    step_inplace(s, n->in[0], n->out[0]);
}

const Op ops_trilu[] = {
    {.name = "Trilu", .domain = "", .since = 14, .infer = infer_trilu, .lower = lower_trilu, .flags = OP_HALF_NATIVE},
    {0},
};
