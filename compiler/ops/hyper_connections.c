/* What hyper-connections are made of, of com.microsoft: several streams of features (branches) side by side, as
 * [...][branches][features], or merged into the last axis if num_branches says how many they are:
 * https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md#com.microsoft.HyperConnectionPreMix
 * BranchwiseRMSNorm, EngramGate, HyperConnectionPostMix, HyperConnectionPreMix; halves are computed in float32. */
#include "ops/shared/shared.h"

#include <math.h>

typedef struct {
    int rank;               /* with an axis for the branches */
    int64_t branches, size; /* branches: 0 if they aren't merged; size: of the features of one */
    bool merged;
} Branches;

/* -- reading ----------------------------------------------------------------------------------- */

static bool read_branches(Node *n, Branches *b)
{
    const Value *x = n->in[0];
    int64_t count = attr_int(n, "num_branches", 0);
    Dim last = dim_at(x, -1);
    *b = (Branches){.rank = x->type.shape.rank + (count > 0), .branches = count, .merged = count > 0};
    if (count < 0 || count > INT32_MAX) {
        node_invalid(n, "num_branches is %lld, expected 0 or how many there are", (long long)count);
        return false;
    }
    if (!dim_is_const(last)) {
        node_error(n, "the width of its streams, %s, is known only at run time", shown(dim_text(last)));
        return false;
    }
    if (b->merged && !need_divides(n, last, count, "the last axis of the streams")) return false;
    b->size = b->merged ? dim_value(last) / count : dim_value(last);
    return true;
}

static bool need_streams(Node *n, int min_in, int max_in, int max_out, Branches *b)
{
    static const DType types[] = {DT_FLOAT, DT_FLOAT16, DT_BFLOAT16};
    if (!need_counts(n, min_in, max_in, 1, max_out) || !need_tensor_inputs(n)) return false;
    for (int i = 0; i < n->n_in; i++)
        if (!need_type(n, i, types, 3)) return false;
    return need_rank(n, 0, attr_int(n, "num_branches", 0) > 0 ? 1 : 2, MAX_RANK - 1) && read_branches(n, b);
}

/* -- parts ------------------------------------------------------------------------------------- */

static Value *as_floats(Node *n, Value *x)
{
    return x->type.dtype == DT_FLOAT ? x : cast_to(n, x, DT_FLOAT, NULL);
}

/* x[...][branches][features], x being merged if the streams are. */
static Value *apart(Node *n, Value *x, const Branches *b)
{
    int64_t dims[MAX_RANK] = {0};
    if (!b->merged) return x;
    dims[b->rank - 2] = b->branches;
    dims[b->rank - 1] = b->size;
    return reshape_to(n, x, b->rank, dims);
}

/* Weights of streams: one for each branch, or for each of its features. */
static Value *weights(Node *n, int input, const Branches *b)
{
    Value *w = n->in[input], *floats = as_floats(n, w);
    if (w->type.shape.rank == b->rank) return floats;
    if (b->merged && dim_is(dim_at(w, -1), b->branches * b->size)) return apart(n, floats, b);
    return make2(n, "Unsqueeze", floats, const_ints(n, 1, (int64_t[]){-1}), NULL);
}

/* The result, of the type and in the form of the streams. */
static void finish(Node *n, Value *y, const Branches *b, bool merged, int output)
{
    DType t = n->in[0]->type.dtype;
    int64_t dims[MAX_RANK] = {0};
    if (merged) {
        dims[b->rank - 2] = b->branches * b->size;
        y = reshape_to(n, y, b->rank - 1, dims);
    }
    if (t != DT_FLOAT) cast_to(n, y, t, n->out[output]);
    else make1(n, "Identity", y, n->out[output]);
}

/* x / the root of its features' mean square, times scale[features], [branches][features], or these merged, or NULL. */
static Value *normalised(Node *n, Value *x, const Value *scale, Value *scale_floats, const Branches *b)
{
    float *ones = mem_array((size_t)b->size + 1, sizeof *ones);
    for (int64_t i = 0; i < b->size; i++) ones[i] = 1;
    Value *one = const_floats(n, (int)b->size, ones);
    Node *norm = make_node(n, "RMSNormalization", 2, (Value *[]){x, one}, NULL);
    attr_set_float(norm, "epsilon", attr_float(n, "epsilon", (double)1e-5f));
    if (!scale) return norm->out[0];
    if (scale->type.shape.rank == 1 && !dim_is(dim_at(scale, 0), b->size))
        scale_floats = reshape_to(n, scale_floats, 2, (int64_t[]){-1, b->size});
    return make2(n, "Mul", norm->out[0], scale_floats, NULL);
}

static Value *normalised_by(Node *n, Value *x, int scale, const Branches *b)
{
    const Value *given = input_of(n, scale);
    return normalised(n, x, given, given ? as_floats(n, n->in[scale]) : NULL, b);
}

/* -- BranchwiseRMSNorm ------------------------------------------------------------------------- */

static void infer_norm(Node *n)
{
    Branches b;
    if (need_streams(n, 1, 2, 1, &b)) need_rank(n, 1, 1, 2);
}

static void expand_norm(Node *n)
{
    Branches b;
    if (!read_branches(n, &b)) return;
    finish(n, normalised_by(n, apart(n, as_floats(n, n->in[0]), &b), 1, &b), &b, b.merged, 0);
}

/* -- HyperConnectionPreMix, HyperConnectionPostMix --------------------------------------------- */

static void infer_pre_mix(Node *n)
{
    Branches b;
    if (need_streams(n, 2, 2, 1, &b)) need_rank(n, 1, b.rank - 1, b.rank);
}

static void expand_pre_mix(Node *n)
{
    Branches b;
    double scale = attr_float(n, "reduction_scale", 1);
    if (!read_branches(n, &b)) return;
    Value *x = apart(n, as_floats(n, n->in[0]), &b), *weighed = make2(n, "Mul", x, weights(n, 1, &b), NULL);
    Node *sum = make_node(n, "ReduceSum", 2, (Value *[]){weighed, const_ints(n, 1, (int64_t[]){-2})}, NULL);
    attr_set_int(sum, "keepdims", 0);
    Value *y = sum->out[0];
    if (scale != 1) y = make2(n, "Mul", y, const_scalar(n, DT_FLOAT, scale), NULL);
    finish(n, y, &b, false, 0);
}

static void infer_post_mix(Node *n)
{
    Branches b;
    if (need_streams(n, 3, 4, 1, &b) && need_rank(n, 1, b.rank - 1, b.rank - 1) && need_rank(n, 2, b.rank - 1, b.rank))
        need_rank(n, 3, b.rank, b.rank);
}

static void expand_post_mix(Node *n)
{
    Branches b;
    if (!read_branches(n, &b)) return;
    Value *x = apart(n, as_floats(n, n->in[0]), &b), *block = as_floats(n, n->in[1]);
    block = make2(n, "Unsqueeze", block, const_ints(n, 1, (int64_t[]){-2}), NULL);
    Value *injected = make2(n, "Mul", weights(n, 2, &b), block, NULL);
    if (input_of(n, 3)) {
        int64_t perm[MAX_RANK];
        for (int i = 0; i < b.rank; i++) perm[i] = i < b.rank - 2 ? i : 2 * b.rank - 3 - i;
        x = make2(n, "MatMul", permuted(n, as_floats(n, n->in[3]), b.rank, perm), x, NULL);
    }
    finish(n, make2(n, "Add", x, injected, NULL), &b, b.merged, 0);
}

/* -- EngramGate -------------------------------------------------------------------------------- */

enum { KEY, QUERY, VALUE, KEY_SCALE, QUERY_SCALE, NORM_SCALE };

static void infer_gate(Node *n)
{
    Branches b;
    if (!need_streams(n, 5, 6, 2, &b) || !need_rank(n, KEY, 4, 4) || !need_rank(n, QUERY, 4, 4) ||
        !need_rank(n, VALUE, 3, 3) || !output_of(n, 1) || input_of(n, NORM_SCALE))
        return;
    node_invalid(n, "has a second output, but no conv_norm_scale");
}

static void expand_gate(Node *n)
{
    Branches b;
    if (!read_branches(n, &b)) return;
    Value *key = normalised_by(n, as_floats(n, n->in[KEY]), KEY_SCALE, &b);
    Value *query = normalised_by(n, as_floats(n, n->in[QUERY]), QUERY_SCALE, &b);
    Value *product = make2(n, "Mul", key, query, NULL);
    Value *sum = make2(n, "ReduceSum", product, const_ints(n, 1, (int64_t[]){-1}), NULL);
    Value *dot = make2(n, "Mul", sum, const_scalar(n, DT_FLOAT, 1 / sqrt((double)b.size)), NULL);
    Value *magnitude = make1(n, "Abs", dot, NULL), *least = const_scalar(n, DT_FLOAT, (double)1e-6f);
    Value *root = make1(n, "Sqrt", make2(n, "Max", magnitude, least, NULL), NULL);
    Value *gate = make1(n, "Sigmoid", make2(n, "Mul", make1(n, "Sign", dot, NULL), root, NULL), NULL);
    Value *value = as_floats(n, n->in[VALUE]);
    value = make2(n, "Unsqueeze", value, const_ints(n, 1, (int64_t[]){-2}), NULL);
    Value *y = make2(n, "Mul", gate, value, NULL);
    if (output_of(n, 1)) finish(n, normalised_by(n, y, NORM_SCALE, &b), &b, false, 1);
    finish(n, y, &b, false, 0);
}

#define MICROSOFT(op, f) \
    { \
        .name = op, .domain = "com.microsoft", .since = 1, .infer = infer_##f, .expand = expand_##f, \
        .flags = OP_HALF_NATIVE \
    }

const Op ops_hyper_connections[] = {
    MICROSOFT("BranchwiseRMSNorm", norm),
    MICROSOFT("EngramGate", gate),
    MICROSOFT("HyperConnectionPostMix", post_mix),
    MICROSOFT("HyperConnectionPreMix", pre_mix),
    {0},
};
