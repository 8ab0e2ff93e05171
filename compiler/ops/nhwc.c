/* com.ms.internal.nhwc: operators of ai.onnx on images with their channels last, [N, ..., C], as ONNX Runtime writes
 * them for some of its providers. Weights stay as they are. A convolution may have an activation, and a fourth input to
 * add. com.microsoft has two more, NhwcConv, whose weights have their channels last, too, and NhwcFusedConv, and
 * GroupNorm and SkipGroupNorm, which normalise X, or X + skip + bias, and may apply x sigmoid(x). Each is said in the
 * operator on [N, C, ...], between transposes that layout takes away again. */
#include "ops/shared/shared.h"

#define NHWC_DOMAIN "com.ms.internal.nhwc"

static bool is_conv(const Node *n)
{
    return foreign_ends(n->op_type, "Conv") && !foreign_is(n->op_type, "QLinearConv");
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
    if (foreign_is(n->op_type, "NhwcConv")) inputs[1] = moved(n, inputs[1], rank, true, NULL);
    Node *made = make_node(n, is_conv(n) ? "FusedConv" : n->op->name, n->n_in, inputs, rank > 2 ? NULL : n->out[0]);
    copy_attributes(made, n);
    made->opset = n->opset;
    if (is_conv(n)) {
        made->domain = foreign("com.microsoft");
        made->opset = 1;
    }
    moved(n, made->out[0], rank, false, n->out[0]);
}

/* -- com.microsoft ----------------------------------------------------------------------------- */

static void infer_conv(Node *n)
{
    bool fused = foreign_is(n->op_type, "NhwcFusedConv");
    if (need_counts(n, 2, fused ? 4 : 3, 1, 1) && need_tensor_inputs(n) && need_rank(n, 0, 3, -1))
        need_rank(n, 1, n->in[0]->type.shape.rank, n->in[0]->type.shape.rank);
}

static bool has_skip(const Node *n)
{
    return foreign_is(n->op_type, "SkipGroupNorm");
}

static void infer_group_norm(Node *n)
{
    if (!need_counts(n, has_skip(n) ? 4 : 3, has_skip(n) ? 5 : 3, 1, has_skip(n) ? 2 : 1) || !need_tensor_inputs(n) ||
        !need_float(n, 0) || !need_rank(n, 0, 4, 4) || !need_rank(n, 4, 1, 1))
        return;
    for (int i = 1; i < 3; i++)
        if (!need_float(n, i) || !need_same_type(n, i, 1)) return;
    if (has_skip(n) && need_same_type(n, 0, 3) && need_rank(n, 3, 2, 4)) need_same_type(n, 0, 4);
}

/* X + skip + bias, where skip may be [N][C]. */
static Value *skipped(Node *n, bool last)
{
    Value *skip = n->in[3], *bias = input_of(n, 4), *result = output_of(n, 1);
    int64_t around[] = {last ? 1 : 2, last ? 2 : 3};
    if (skip->type.shape.rank == 2) skip = make2(n, "Unsqueeze", skip, const_ints(n, 2, around), NULL);
    Value *sum = make2(n, "Add", n->in[0], skip, bias ? NULL : result);
    if (!bias) return sum;
    if (!last) bias = make2(n, "Unsqueeze", bias, const_ints(n, 2, (int64_t[]){1, 2}), NULL);
    return make2(n, "Add", sum, bias, result);
}

/* In the type of the scales, which may be wider. */
static void expand_group_norm(Node *n)
{
    bool last = attr_int(n, "channels_last", 1) != 0;
    DType t = n->in[0]->type.dtype, wide = n->in[1]->type.dtype;
    Value *x = has_skip(n) ? skipped(n, last) : n->in[0];
    if (wide != t) x = cast_to(n, x, wide, NULL);
    if (last) x = channels_moved(n, x, 4, true, NULL);
    Node *norm = make_node(n, "GroupNormalization", 3, (Value *[]){x, n->in[1], n->in[2]}, NULL);
    attr_set_int(norm, "num_groups", attr_int(n, "groups", 1));
    attr_set_float(norm, "epsilon", attr_float(n, "epsilon", 1e-5));
    Value *y = norm->out[0];
    if (attr_int(n, "activation", 0)) y = make2(n, "Mul", y, make1(n, "Sigmoid", y, NULL), NULL);
    if (last) y = channels_moved(n, y, 4, false, wide == t ? n->out[0] : NULL);
    if (wide != t) cast_to(n, y, t, n->out[0]);
    else if (!last) make1(n, "Identity", y, n->out[0]);
}

#define CONTRIB(op, i, e) \
    { \
        .name = op, .domain = "com.microsoft", .since = 1, .infer = infer_##i, .expand = expand_##e, \
        .flags = OP_HALF_NATIVE \
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
    CONTRIB("GroupNorm", group_norm, group_norm),
    CONTRIB("NhwcConv", conv, nhwc),
    CONTRIB("NhwcFusedConv", conv, nhwc),
    CONTRIB("SkipGroupNorm", group_norm, group_norm),
    {0},
};
