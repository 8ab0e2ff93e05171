/* What ONNX Runtime's optimiser fuses, taken apart again, since rewrite fuses for the kernels there are:
 * https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md
 *   FusedMatMul, TransposeMatMul   alpha A' B'; also with the first axis moved in front of the last but one
 *   FusedGemm                      Gemm and an activation
 *   FusedConv                      Conv, a sum with a fourth input, and an activation
 *   FusedMatMulActivation          FusedMatMul and an activation
 *   GemmFastGelu                   MatMul and FastGelu
 *   BiasAdd                        X + bias + skip
 *   BiasDropout                    Dropout of X + bias, + residual
 *   BiasSoftmax                    Softmax of X + bias, over all axes from one on
 *   BiasSplitGelu                  X + bias = [a, b]: a gelu(b) */
#include "ops/shared/shared.h"

/* -- FusedMatMul ------------------------------------------------------------------------------- */

static void infer_matmul(Node *n)
{
    if (!need_counts(n, 2, 2, 1, 1) || !need_tensor_inputs(n) || !need_float(n, 0) || !need_same_type(n, 0, 1)) return;
    for (int i = 0; i < 2; i++)
        if (!need_rank(n, i, 1, -1)) return;
}

/* Axes [0, rank - 2] one to the left, the first of them last; then the last two exchanged. A vector has no such
 * axes. */
static Value *matmul_operand(Node *n, int i, const char *transposed, const char *batch_transposed)
{
    Value *x = n->in[i];
    int rank = x->type.shape.rank;
    bool last = attr_int(n, transposed, 0) != 0, batch = attr_int(n, batch_transposed, 0) != 0;
    int64_t perm[MAX_RANK];
    if (rank < 2 || (!last && (!batch || rank < 3))) return x;
    for (int d = 0; d < rank; d++) perm[d] = d;
    for (int d = 0; batch && d < rank - 1; d++) perm[d] = d == rank - 2 ? 0 : d + 1;
    if (last) {
        int64_t swap = perm[rank - 1];
        perm[rank - 1] = perm[rank - 2];
        perm[rank - 2] = swap;
    }
    return permuted(n, x, rank, perm);
}

/* Halves are rounded once, after the factor. */
static Value *fused_product(Node *n, Value *result)
{
    DType t = n->in[0]->type.dtype, wide = compute_type(t);
    Value *a = matmul_operand(n, 0, "transA", "transBatchA"), *b = matmul_operand(n, 1, "transB", "transBatchB");
    double alpha = attr_float(n, "alpha", 1);
    if (alpha == 1) return make2(n, "MatMul", a, b, result);
    if (t != wide) a = cast_to(n, a, wide, NULL), b = cast_to(n, b, wide, NULL);
    Value *product = make2(n, "MatMul", a, b, NULL), *factor = const_scalar(n, wide, alpha);
    Value *y = make2(n, "Mul", product, factor, t == wide ? result : NULL);
    return t == wide ? y : cast_to(n, y, t, result);
}

static void expand_matmul(Node *n)
{
    fused_product(n, n->out[0]);
}

/* -- GemmFastGelu ------------------------------------------------------------------------------ */

static void infer_fast_gelu(Node *n)
{
    if (need_counts(n, 2, 3, 1, 1) && need_tensor_inputs(n) && need_float(n, 0)) need_same_type(n, 0, 1);
}

static void expand_fast_gelu(Node *n)
{
    Value *inputs[] = {make2(n, "MatMul", n->in[0], n->in[1], NULL), input_of(n, 2)};
    Node *gelu = make_node(n, "FastGelu", inputs[1] ? 2 : 1, inputs, n->out[0]);
    gelu->domain = n->domain;
    gelu->opset = 1;
}

/* -- FusedGemm --------------------------------------------------------------------------------- */

static FusedActivation gemm_activation(Node *n)
{
    static const char *const names[] = {"activation_alpha", "activation_beta", "activation_gamma"};
    FusedActivation a = {.name = attr_string(n, "activation", "")};
    for (int i = 0; i < 3 && attr_find(n, names[i]); i++) a.parameters[a.count++] = (float)attr_float(n, names[i], 0);
    return a;
}

static void infer_gemm(Node *n)
{
    FusedActivation a = gemm_activation(n);
    if (need_counts(n, 2, 3, 1, 1) && need_tensor_inputs(n) && need_float(n, 0)) need_activation(n, &a);
}

static void expand_gemm(Node *n)
{
    FusedActivation a = gemm_activation(n);
    Node *gemm = make_node(n, "Gemm", n->n_in, n->in, NULL);
    copy_attributes(gemm, n);
    activated(n, gemm->out[0], &a, n->out[0]);
}

static void infer_activated_matmul(Node *n)
{
    FusedActivation a = gemm_activation(n);
    infer_matmul(n);
    need_activation(n, &a);
}

static void expand_activated_matmul(Node *n)
{
    FusedActivation a = gemm_activation(n);
    activated(n, fused_product(n, NULL), &a, n->out[0]);
}

/* -- FusedConv --------------------------------------------------------------------------------- */

static FusedActivation conv_activation(Node *n)
{
    const float *parameters;
    FusedActivation a = {.name = attr_string(n, "activation", "")};
    int count = attr_floats(n, "activation_params", &parameters);
    for (int i = 0; i < count && i < 3; i++) a.parameters[a.count++] = parameters[i];
    return a;
}

static void infer_conv(Node *n)
{
    FusedActivation a = conv_activation(n);
    if (need_counts(n, 2, 4, 1, 1) && need_tensor_inputs(n) && need_float(n, 0)) need_activation(n, &a);
}

static void expand_conv(Node *n)
{
    FusedActivation a = conv_activation(n);
    Node *conv = make_node(n, "Conv", n->n_in < 3 ? 2 : 3, n->in, NULL);
    copy_attributes(conv, n);
    Value *sum = input_of(n, 3) ? make2(n, "Add", conv->out[0], n->in[3], NULL) : conv->out[0];
    activated(n, sum, &a, n->out[0]);
}

/* -- BiasDropout, BiasSoftmax ------------------------------------------------------------------ */

static void infer_bias_dropout(Node *n)
{
    if (need_counts(n, 2, 5, 1, 2) && need_tensor_inputs(n) && need_float(n, 0)) need_same_type(n, 0, 1);
}

static void expand_bias_dropout(Node *n)
{
    Value *residual = input_of(n, 2), *sum = make2(n, "Add", n->in[0], n->in[1], NULL);
    Value *inputs[] = {sum, input_of(n, 3), input_of(n, 4)};
    Node *dropout = make_node(n, "Dropout", inputs[2] ? 3 : inputs[1] ? 2 : 1, inputs, residual ? NULL : n->out[0]);
    copy_attributes(dropout, n);
    if (output_of(n, 1)) node_add_output(dropout, n->out[1]);
    if (residual) make2(n, "Add", dropout->out[0], residual, n->out[0]);
}

static void infer_bias_softmax(Node *n)
{
    if (need_counts(n, 2, 2, 1, 1) && need_tensor_inputs(n) && need_float(n, 0) && need_same_type(n, 0, 1) &&
        need_rank(n, 0, 1, -1))
        attr_axis(n, "axis", 1, n->in[0]->type.shape.rank);
}

/* Before opset 13, Softmax was over several axes. */
static void expand_bias_softmax(Node *n)
{
    Value *sum = make2(n, "Add", n->in[0], n->in[1], NULL);
    Node *softmax = make_node(n, "Softmax", 1, &sum, n->out[0]);
    attr_set_int(softmax, "axis", attr_axis(n, "axis", 1, n->in[0]->type.shape.rank));
    softmax->opset = 12;
}

/* -- BiasAdd, BiasSplitGelu -------------------------------------------------------------------- */

static void infer_biased(Node *n)
{
    int count = foreign_is(n->op_type, "BiasAdd") ? 3 : 2;
    if (need_counts(n, count, count, 1, 1) && need_tensor_inputs(n) && need_float(n, 0)) need_rank(n, 0, 1, -1);
}

static void expand_bias_add(Node *n)
{
    Value *sum = make2(n, "Add", n->in[0], n->in[1], NULL);
    make2(n, "Add", sum, n->in[2], n->out[0]);
}

static void expand_bias_split_gelu(Node *n)
{
    Value *sum = make2(n, "Add", n->in[0], n->in[1], NULL);
    Node *split = make_node(n, "Split", 1, &sum, NULL);
    node_add_output(split, value_new(n->graph, foreign_suffixed(node_stem(n), "/gate")));
    attr_set_int(split, "axis", -1);
    attr_set_int(split, "num_outputs", 2);
    Value *gate = make1(n, "Gelu", split->out[1], NULL);
    make2(n, "Mul", split->out[0], gate, n->out[0]);
}

#define FUSED(op, i, e) \
    { \
        .name = op, .domain = "com.microsoft", .since = 1, .infer = infer_##i, .expand = expand_##e, \
        .flags = OP_HALF_NATIVE \
    }

const Op ops_fused[] = {
    FUSED("BiasAdd", biased, bias_add),
    FUSED("BiasDropout", bias_dropout, bias_dropout),
    FUSED("BiasSoftmax", bias_softmax, bias_softmax),
    FUSED("BiasSplitGelu", biased, bias_split_gelu),
    FUSED("FusedConv", conv, conv),
    FUSED("FusedGemm", gemm, gemm),
    FUSED("FusedMatMul", matmul, matmul),
    FUSED("FusedMatMulActivation", activated_matmul, activated_matmul),
    FUSED("GemmFastGelu", fast_gelu, fast_gelu),
    FUSED("TransposeMatMul", matmul, matmul),
    {0},
};
