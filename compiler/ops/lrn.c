/* LRN: https://onnx.ai/onnx/operators/onnx__LRN.html */
#include "op/op.h"

static void infer_lrn(Node *n)
{
    if (!need_counts(n, 1, 1, 1, 1) || !need_tensor_inputs(n) || !need_float(n, 0) || !need_rank(n, 0, 2, -1)) return;
    int64_t size = attr_int(n, "size", 0);
    if (size < 1 || size > INT32_MAX) node_invalid(n, "size is %lld, expected at least 1", (long long)size);
    set_out_like(n, 0, n->in[0]);
}

static void lower_lrn(Node *n)
{
    const Shape *x = &n->in[0]->type.shape;
    Step *s = step_call(n, "lrn_%s", dtype_suffix(n->in[0]->type.dtype));
    arg_in(s, "x", n->in[0]);
    arg_out(s, "y", n->out[0]);
    arg_dim(s, "batch", x->dim[0]);
    arg_dim(s, "channels", x->dim[1]);
    arg_dim(s, "inner", shape_product(x, 2, x->rank));
    arg_int(s, "size", attr_int(n, "size", 0));
    arg_real(s, "alpha", attr_float(n, "alpha", 1e-4));
    arg_real(s, "beta", attr_float(n, "beta", 0.75));
    arg_real(s, "bias", attr_float(n, "bias", 1));
}

const Op ops_lrn[] = {
    {.name = "LRN", .domain = "", .since = 1, .infer = infer_lrn, .lower = lower_lrn},
    {0},
};
