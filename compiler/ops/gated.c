/* Activations of two tensors:
 *   SwiGLU             A sigmoid(alpha A) B        https://onnx.ai/onnx/operators/onnx__SwiGLU.html
 *   BiasGelu           gelu(A + B)                 com.microsoft
 *   FastGelu           gelu(X + bias), by tanh     com.microsoft; the bias may be omitted */
#include "op/op.h"

#include <string.h>

static void infer_gated(Node *n)
{
    bool needs_both = !foreign_is(n->op_type, "FastGelu");
    if (!need_counts(n, needs_both ? 2 : 1, 2, 1, 1) || !need_tensor_inputs(n) || !need_float(n, 0) ||
        !need_same_type(n, 0, 1))
        return;
    Shape shape;
    if (broadcast_inputs(n, 0, n->n_in, &shape)) set_out(n, 0, n->in[0]->type.dtype, &shape);
}

static Ref apply(Step *s, DType t, const char *function, int count, const Ref *args)
{
    return loop_apply(s, t, mem_printf("%s_%s", function, dtype_suffix(t)), count, args);
}

static void lower_swiglu(Node *n)
{
    DType t = compute_type(n->out[0]->type.dtype);
    Step *s = step_loop(n, &n->out[0]->type.shape);
    Ref x = loop_read(s, n->in[0]), alpha = loop_real(attr_float(n, "alpha", 1));
    Ref gate = apply(s, t, "swish", 2, (Ref[]){x, alpha});
    loop_store(s, n->out[0], apply(s, t, "mul", 2, (Ref[]){gate, loop_read(s, n->in[1])}));
}

static void lower_biased(Node *n, const char *gelu)
{
    DType t = compute_type(n->out[0]->type.dtype);
    Step *s = step_loop(n, &n->out[0]->type.shape);
    Ref x = loop_read(s, n->in[0]);
    if (input_of(n, 1)) x = apply(s, t, "add", 2, (Ref[]){x, loop_read(s, n->in[1])});
    loop_store(s, n->out[0], apply(s, t, gelu, 1, &x));
}

static void lower_bias_gelu(Node *n)
{
    lower_biased(n, "gelu");
}

static void lower_fast_gelu(Node *n)
{
    lower_biased(n, "gelu_tanh");
}

#define GATED(n, d, s, l) \
    { \
        .name = n, .domain = d, .since = s, .infer = infer_gated, .lower = l, .flags = OP_HALF_NATIVE | OP_BROADCAST \
    }

const Op ops_gated[] = {
    GATED("SwiGLU", "", 28, lower_swiglu),
    GATED("BiasGelu", "com.microsoft", 1, lower_bias_gelu),
    GATED("FastGelu", "com.microsoft", 1, lower_fast_gelu),
    {0},
};
