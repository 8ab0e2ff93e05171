/* Arithmetic of com.microsoft, said in operators of ai.onnx:
 * https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md
 *   ComplexMul, ComplexMulConj     products of pairs, of the second operand's conjugates
 *   Rfft, Irfft                    DFT of real numbers along the last axis, and back
 *   IsAllFinite                    is no element of all inputs NaN, or infinite?
 *   MulInteger                     a product of bytes minus their zero points
 *   ReduceSumInteger               a sum of bytes
 *   ScaledSiLU                     s x sigmoid(s x)
 *   TorchEmbedding                 Gather */
#include "ops/shared/shared.h"

/* -- complex numbers --------------------------------------------------------------------------- */

static void infer_complex(Node *n)
{
    if (!need_counts(n, 2, 2, 1, 1) || !need_tensor_inputs(n) || !need_float(n, 0) || !need_same_type(n, 0, 1)) return;
    for (int i = 0; i < 2; i++)
        if (!need_rank(n, i, 1, -1) || !need_equal(n, dim_at(n->in[i], -1), dim_const(2), "the last axis, and 2"))
            return;
}

static void halves(Node *n, Value *x, Value **parts)
{
    Node *split = make_node(n, "Split", 1, &x, NULL);
    attr_set_int(split, "axis", -1);
    attr_set_int(split, "num_outputs", 2);
    node_add_output(split, value_new(n->graph, foreign_suffixed(node_stem(n), "/imaginary")));
    parts[0] = split->out[0];
    parts[1] = split->out[1];
}

static void expand_complex(Node *n)
{
    bool conjugate = foreign_ends(n->op_type, "Conj");
    Value *a[2], *b[2], *parts[2];
    halves(n, n->in[0], a);
    halves(n, n->in[1], b);
    Value *re = make2(n, "Mul", a[0], b[0], NULL), *square = make2(n, "Mul", a[1], b[1], NULL);
    Value *im = make2(n, "Mul", a[1], b[0], NULL), *other = make2(n, "Mul", a[0], b[1], NULL);
    parts[0] = make2(n, conjugate ? "Add" : "Sub", re, square, NULL);
    parts[1] = make2(n, conjugate ? "Sub" : "Add", im, other, NULL);
    Node *both = make_node(n, "Concat", 2, parts, n->out[0]);
    attr_set_int(both, "axis", -1);
}

/* -- Rfft, Irfft ------------------------------------------------------------------------------- */

static void infer_fft(Node *n)
{
    bool inverse = foreign_is(n->op_type, "Irfft");
    if (!need_counts(n, 1, 1, 1, 1) || !need_tensor_inputs(n) || !need_float(n, 0) || !need_rank(n, 0, 1 + inverse, -1))
        return;
    if (inverse && !need_equal(n, dim_at(n->in[0], -1), dim_const(2), "the last axis, and 2")) return;
    int64_t dims = attr_int(n, "signal_ndim", 1), normalized = attr_int(n, "normalized", 0);
    int64_t one_sided = attr_int(n, "onesided", 1);
    if (dims != 1 || normalized || !one_sided)
        node_error(n, "signal_ndim is %lld, normalized %lld and onesided %lld, expected 1, 0 and 1", (long long)dims,
                   (long long)normalized, (long long)one_sided);
}

static void expand_fft(Node *n)
{
    bool inverse = foreign_is(n->op_type, "Irfft");
    Value *last = const_ints(n, 1, (int64_t[]){-1}), *axis = reshape_to(n, const_ints(n, 1, (int64_t[]){-2}), 0, NULL);
    Value *x = inverse ? n->in[0] : make2(n, "Unsqueeze", n->in[0], last, NULL);
    Node *dft = make_node(n, "DFT", 3, (Value *[]){x, NULL, axis}, inverse ? NULL : n->out[0]);
    attr_set_int(dft, "inverse", inverse);
    attr_set_int(dft, "onesided", 1);
    if (inverse) make2(n, "Squeeze", dft->out[0], last, n->out[0]);
}

/* -- IsAllFinite ------------------------------------------------------------------------------- */

static void infer_finite(Node *n)
{
    if (!need_counts(n, 1, -1, 1, 1) || !need_tensor_inputs(n)) return;
    for (int i = 0; i < n->n_in; i++)
        if (!need_float(n, i)) return;
}

static void expand_finite(Node *n)
{
    bool nan = !attr_int(n, "isinf_only", 0), infinite = !attr_int(n, "isnan_only", 0);
    Value *any = NULL;
    for (int i = 0; i < n->n_in; i++) {
        Value *x = n->in[i], *bad = nan ? make1(n, "IsNaN", x, NULL) : NULL;
        if (infinite || !nan) {
            Value *other = make1(n, "IsInf", x, NULL);
            bad = bad ? make2(n, "Or", bad, other, NULL) : other;
        }
        Node *most = make_node(n, "ReduceMax", 1, &bad, NULL);
        attr_set_int(most, "keepdims", 0);
        any = any ? make2(n, "Or", any, most->out[0], NULL) : most->out[0];
    }
    make1(n, "Not", any, n->out[0]);
}

/* -- bytes ------------------------------------------------------------------------------------- */

static void infer_mul_integer(Node *n)
{
    if (!need_counts(n, 3, 4, 1, 1) || !need_tensor_inputs(n) || !need_given(n, 0) || !need_given(n, 2)) return;
    for (int i = 0; i < n->n_in; i++)
        if (input_of(n, i) && !need_byte(n, i)) return;
}

static Value *without_zero(Node *n, int x, int zero)
{
    Value *wide = cast_to(n, n->in[x], DT_INT32, NULL);
    return input_of(n, zero) ? make2(n, "Sub", wide, cast_to(n, n->in[zero], DT_INT32, NULL), NULL) : wide;
}

static void expand_mul_integer(Node *n)
{
    Value *a = without_zero(n, 0, 1);
    make2(n, "Mul", a, without_zero(n, 2, 3), n->out[0]);
}

static void infer_sum_integer(Node *n)
{
    if (need_counts(n, 1, 1, 1, 1) && need_tensor_inputs(n)) need_byte(n, 0);
}

static void expand_sum_integer(Node *n)
{
    const int64_t *axes;
    int count = attr_ints(n, "axes", &axes);
    DType wide = n->in[0]->type.dtype == DT_INT8 ? DT_INT32 : DT_UINT32;
    Value *x = cast_to(n, n->in[0], wide, NULL), *along = const_ints(n, count, axes);
    Node *sum = make_node(n, "ReduceSum", 2, (Value *[]){x, along}, n->out[0]);
    attr_set_int(sum, "keepdims", attr_int(n, "keepdims", 1));
}

/* -- ScaledSiLU, TorchEmbedding ---------------------------------------------------------------- */

static void infer_silu(Node *n)
{
    if (need_counts(n, 1, 2, 1, 1) && need_tensor_inputs(n) && need_float(n, 0) && input_of(n, 1))
        need_equal(n, elements(n->in[1]), dim_const(1), "elements of scale, and 1");
}

static void expand_silu(Node *n)
{
    DType t = n->in[0]->type.dtype;
    Value *scale = input_of(n, 1) ? reshape_to(n, n->in[1], 0, NULL) : const_scalar(n, t, attr_float(n, "alpha", 1));
    if (scale->type.dtype != t && input_of(n, 1)) scale = cast_to(n, scale, t, NULL);
    Value *z = make2(n, "Mul", n->in[0], scale, NULL);
    make2(n, "Mul", z, make1(n, "Sigmoid", z, NULL), n->out[0]);
}

static void infer_embedding(Node *n)
{
    static const DType index_types[] = {DT_INT64};
    if (need_counts(n, 2, 4, 1, 1) && need_tensor_inputs(n) && need_type(n, 1, index_types, 1)) need_rank(n, 0, 2, 2);
}

static void expand_embedding(Node *n)
{
    make2(n, "Gather", n->in[0], n->in[1], n->out[0]);
}

#define CONTRIB(op, f) \
    { \
        .name = op, .domain = "com.microsoft", .since = 1, .infer = infer_##f, .expand = expand_##f, \
        .flags = OP_HALF_NATIVE \
    }

const Op ops_math_contrib[] = {
    CONTRIB("ComplexMul", complex),
    CONTRIB("ComplexMulConj", complex),
    CONTRIB("Irfft", fft),
    CONTRIB("IsAllFinite", finite),
    CONTRIB("MulInteger", mul_integer),
    CONTRIB("ReduceSumInteger", sum_integer),
    CONTRIB("Rfft", fft),
    CONTRIB("ScaledSiLU", silu),
    CONTRIB("TorchEmbedding", embedding),
    {0},
};
