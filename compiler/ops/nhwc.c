/* com.ms.internal.nhwc: operators of ai.onnx on images with their channels last, [N, ..., C], as ONNX Runtime writes
 * them for some of its providers. Weights stay as they are. A convolution may have an activation, and a fourth input to
 * add. Each is said in the operator on [N, C, ...], between transposes that layout takes away again. */
#include "ops/shared/shared.h"

#define NHWC_DOMAIN "com.ms.internal.nhwc"

static bool is_conv(const Node *n)
{
    return foreign_is(n->op_type, "Conv") || foreign_is(n->op_type, "FusedConv");
}

static void infer_nhwc(Node *n)
{
    if (need_counts(n, 1, -1, 1, 1) && need_tensor_inputs(n)) need_rank(n, 0, 1, -1);
}

static Value *moved(Node *n, Value *v, int rank, bool first, Value *result)
{
    return rank > 2 ? channels_moved(n, v, rank, first, result) : v;
}

static void expand_nhwc(Node *n)
{
    int rank = n->in[0]->type.shape.rank;
    Value **inputs = mem_dup(n->in, (size_t)n->n_in * sizeof *n->in);
    inputs[0] = moved(n, inputs[0], rank, true, NULL);
    if (is_conv(n) && input_of(n, 3)) inputs[3] = moved(n, inputs[3], rank, true, NULL);
    Node *made = make_node(n, is_conv(n) ? "FusedConv" : n->op->name, n->n_in, inputs, rank > 2 ? NULL : n->out[0]);
    copy_attributes(made, n);
    made->opset = n->opset;
    if (is_conv(n)) {
        made->domain = foreign("com.microsoft");
        made->opset = 1;
    }
    moved(n, made->out[0], rank, false, n->out[0]);
}

#define NHWC(op) \
    { \
        .name = op, .domain = NHWC_DOMAIN, .since = 1, .infer = infer_nhwc, .expand = expand_nhwc, \
        .flags = OP_HALF_NATIVE \
    }

const Op ops_nhwc[] = {
    NHWC("AveragePool"),
    NHWC("BatchNormalization"),
    NHWC("Conv"),
    NHWC("ConvTranspose"),
    NHWC("DepthToSpace"),
    NHWC("FusedConv"),
    NHWC("GlobalAveragePool"),
    NHWC("GlobalMaxPool"),
    NHWC("GridSample"),
    NHWC("InstanceNormalization"),
    NHWC("LRN"),
    NHWC("MaxPool"),
    NHWC("QLinearConv"),
    NHWC("SpaceToDepth"),
    {0},
};
