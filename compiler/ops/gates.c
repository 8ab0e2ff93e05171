/* Small operators of com.microsoft, all but one said in those of ai.onnx:
 * https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md
 *   GatedAdd                       X + Y gate
 *   GatedRMSNorm                   RMSNormalization of X in rows as long as the scale, times gate sigmoid(gate)
 *   LinearAttentionGate            decay_scale softplus(a + dt_bias), and sigmoid(b)
 *   MatMulInteger16                a product of int16 in int32
 *   MaxpoolWithMask                MaxPool of the pixels whose mask isn't 0
 *   ConvTransposeWithDynamicPads   ConvTranspose whose pads are an input
 *   UnfoldTensor                   windows along an axis, each a row of a new last axis: a copy
 *   SampleOp                       its input, for tests */
#include "ops/shared/shared.h"

static const DType index_types[] = {DT_INT64, DT_INT32};

/* -- gates --------------------------------------------------------------------------------------- */

static void infer_gated_add(Node *n)
{
    Shape shape;
    if (need_counts(n, 3, 3, 1, 1) && need_tensor_inputs(n) && need_float(n, 0) && need_same_type(n, 0, 1) &&
        need_same_type(n, 0, 2) && broadcast_inputs(n, 0, 3, &shape))
        set_out(n, 0, n->in[0]->type.dtype, &shape);
}

static void expand_gated_add(Node *n)
{
    make2(n, "Add", n->in[0], make2(n, "Mul", n->in[1], n->in[2], NULL), n->out[0]);
}

static void infer_gated_rms_norm(Node *n)
{
    if (!need_counts(n, 3, 3, 1, 1) || !need_tensor_inputs(n) || !need_float(n, 0) || !need_rank(n, 0, 1, -1) ||
        !need_rank(n, 1, 1, 1) || !need_float(n, 1) || !need_same_type(n, 0, 2))
        return;
    Dim row = dim_at(n->in[1], 0);
    if (!dim_is_const(row) || dim_value(row) < 1) {
        node_error(n, "the size of its scale is 0, or known only at run time; fix it with --dim");
        return;
    }
    if (need_divides(n, dim_at(n->in[0], -1), dim_value(row), "the last axis of input 0")) set_out_like(n, 0, n->in[0]);
}

/* Halves are float32 all the way, as the node around has it. */
static void expand_gated_rms_norm(Node *n)
{
    int64_t row = dim_value(dim_at(n->in[1], 0));
    Value *x = n->in[0], *gate = n->in[2], *shape = make1(n, "Shape", x, NULL);
    Value *scale = n->in[1]->type.dtype == x->type.dtype ? n->in[1] : cast_to(n, n->in[1], x->type.dtype, NULL);
    Value *inputs[] = {reshape_to(n, x, 2, (int64_t[]){-1, row}), scale};
    Node *norm = make_node(n, "RMSNormalization", 2, inputs, NULL);
    attr_set_float(norm, "epsilon", attr_float(n, "epsilon", (double)1e-6F));
    Value *silu = make2(n, "Mul", gate, make1(n, "Sigmoid", gate, NULL), NULL);
    make2(n, "Mul", make2(n, "Reshape", norm->out[0], shape, NULL), silu, n->out[0]);
}

static void infer_attention_gate(Node *n)
{
    Shape shape;
    if (!need_counts(n, 3, 4, 1, 2) || !need_tensor_inputs(n)) return;
    for (int i = 0; i < n->n_in; i++)
        if (!need_float(n, i)) return;
    if (output_of(n, 1) && !input_of(n, 3)) {
        node_invalid(n, "has an output \"beta\", but its input \"b\" is omitted");
        return;
    }
    if (!broadcast_inputs(n, 0, 3, &shape)) return;
    set_out(n, 0, n->in[0]->type.dtype, &shape);
    if (input_of(n, 3)) set_out_like(n, 1, n->in[3]);
}

static void expand_attention_gate(Node *n)
{
    Value *sum = make2(n, "Add", n->in[0], n->in[1], NULL);
    make2(n, "Mul", make1(n, "Softplus", sum, NULL), n->in[2], n->out[0]);
    if (output_of(n, 1)) make1(n, "Sigmoid", n->in[3], n->out[1]);
}

/* -- products and windows ------------------------------------------------------------------------ */

static void infer_matmul_integer16(Node *n)
{
    static const DType int16[] = {DT_INT16};
    Shape shape;
    if (need_counts(n, 2, 2, 1, 1) && need_tensor_inputs(n) && need_type(n, 0, int16, 1) && need_type(n, 1, int16, 1) &&
        matmul_shape(n, n->in[0], n->in[1], &shape))
        set_out(n, 0, DT_INT32, &shape);
}

static void expand_matmul_integer16(Node *n)
{
    Value *a = cast_to(n, n->in[0], DT_INT32, NULL), *b = cast_to(n, n->in[1], DT_INT32, NULL);
    make2(n, "MatMul", a, b, n->out[0]);
}

static void infer_masked_pool(Node *n)
{
    static const DType int32[] = {DT_INT32};
    if (need_counts(n, 2, 2, 1, 1) && need_tensor_inputs(n) && need_type(n, 0, (DType[]){DT_FLOAT}, 1))
        need_type(n, 1, int32, 1);
}

static void expand_masked_pool(Node *n)
{
    Value *seen = cast_to(n, n->in[1], DT_BOOL, NULL);
    Value *x = make3(n, "Where", seen, n->in[0], const_scalar(n, DT_FLOAT, -INFINITY), NULL);
    restate(n, "MaxPool", 1, &x);
}

static void infer_padded_transpose(Node *n)
{
    if (need_counts(n, 3, 4, 1, 1) && need_tensor_inputs(n) && need_type(n, 2, index_types, 1)) {
        int64_t *pads;
        need_ints(n, 2, &pads);
    }
}

static void expand_padded_transpose(Node *n)
{
    int64_t *pads;
    int count = need_ints(n, 2, &pads);
    Value *inputs[] = {n->in[0], n->in[1], input_of(n, 3)};
    Node *conv = restate(n, "ConvTranspose", inputs[2] ? 3 : 2, inputs);
    if (count > 0) attr_set_ints(conv, "pads", count, pads);
}

/* -- UnfoldTensor -------------------------------------------------------------------------------- */

typedef struct {
    int axis;
    int64_t size, step;
    Dim count;
} Windows;

static bool read_windows(Node *n, Windows *w)
{
    w->axis = attr_axis(n, "dim", -1, n->in[0]->type.shape.rank);
    if (w->axis < 0) return false;
    Dim length = dim_at(n->in[0], w->axis);
    w->size = attr_int(n, "size", 0);
    w->step = attr_int(n, "step", 1);
    if (w->size < 1 || w->step < 1 || w->size > INT32_MAX || w->step > INT32_MAX) {
        node_invalid(n, "has windows of %lld elements, one every %lld, expected positive numbers", (long long)w->size,
                     (long long)w->step);
        return false;
    }
    if (!need_at_most(n, dim_const(w->size), length, "elements of a window, and those that there are")) return false;
    Dim last = dim_floordiv(dim_sub(length, dim_const(w->size)), dim_const(w->step));
    w->count = dim_max(dim_add(last, dim_const(1)), dim_const(0));
    return true;
}

static void infer_unfold(Node *n)
{
    Windows w;
    if (!need_counts(n, 1, 1, 1, 1) || !need_tensor_inputs(n) || !need_rank(n, 0, 1, MAX_RANK - 1) ||
        !need_bytes(n, 0, false) || !read_windows(n, &w))
        return;
    Shape y = n->in[0]->type.shape;
    y.dim[w.axis] = w.count;
    y.dim[y.rank++] = dim_const(w.size);
    set_out(n, 0, n->in[0]->type.dtype, &y);
}

static void lower_unfold(Node *n)
{
    Windows w;
    if (!read_windows(n, &w)) return;
    const Shape *x = &n->in[0]->type.shape;
    Walk walk = {0};
    for (int d = 0; d < x->rank; d++) {
        Dim stride = axis_stride(x, d);
        if (d == w.axis) walk_axis(&walk, w.count, dim_mul(stride, dim_const(w.step)));
        else walk_axis(&walk, x->dim[d], stride);
    }
    walk_axis(&walk, dim_const(w.size), axis_stride(x, w.axis));
    lower_walk(n, n->in[0], dim_const(0), n->out[0], dim_const(0), &walk);
}

/* -- SampleOp ------------------------------------------------------------------------------------ */

static void infer_sample(Node *n)
{
    if (need_counts(n, 1, 1, 1, 1) && need_tensor_inputs(n)) set_out_like(n, 0, n->in[0]);
}

static void expand_sample(Node *n)
{
    make1(n, "Identity", n->in[0], n->out[0]);
}

#define GATE(op, f, how) \
    { \
        .name = op, .domain = "com.microsoft", .since = 1, .infer = infer_##f, .expand = expand_##f, .flags = how \
    }

const Op ops_gates[] = {
    GATE("ConvTransposeWithDynamicPads", padded_transpose, OP_HALF_NATIVE),
    GATE("GatedAdd", gated_add, 0),
    GATE("GatedRMSNorm", gated_rms_norm, 0),
    GATE("LinearAttentionGate", attention_gate, 0),
    GATE("MatMulInteger16", matmul_integer16, OP_HALF_NATIVE),
    GATE("MaxpoolWithMask", masked_pool, OP_HALF_NATIVE),
    GATE("SampleOp", sample, OP_HALF_NATIVE),
    {.name = "UnfoldTensor",
     .domain = "com.microsoft",
     .since = 1,
     .infer = infer_unfold,
     .lower = lower_unfold,
     .flags = OP_HALF_NATIVE},
    {0},
};
