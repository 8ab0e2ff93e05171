/* BifurcationDetector, NGramRepeatBlock and MurmurHash3 of com.microsoft:
 * https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md
 * BifurcationDetector: a suffix that occurs more than once in the source is not found, as the text has it. */
#include "op/op.h"

static const DType int64[] = {DT_INT64};

/* -- BifurcationDetector ----------------------------------------------------------------------- */

enum { SOURCE, CURRENT, MATCHED, PREDICTED };

static bool need_ngrams(Node *n, const char *name, int64_t otherwise, int64_t *size)
{
    *size = attr_int(n, name, otherwise);
    if (*size >= 1 && *size <= INT32_MAX) return true;
    node_invalid(n, "%s is %lld, expected at least 1", name, (long long)*size);
    return false;
}

static void infer_bifurcation(Node *n)
{
    int64_t size;
    if (!need_counts(n, 3, 4, 2, 2) || !need_tensor_inputs(n)) return;
    for (int i = SOURCE; i <= PREDICTED; i++) {
        if (!input_of(n, i)) continue;
        if (!need_type(n, i, int64, 1) || !need_rank(n, i, i == MATCHED ? 0 : 1, 1)) return;
    }
    if (!need_equal(n, elements(n->in[MATCHED]), dim_const(1), "elements of prev_suffix_match_idx, and 1") ||
        !need_ngrams(n, "min_ngram_size", 1, &size) || !need_ngrams(n, "max_ngram_size", 3, &size))
        return;
    const Value *predicted = input_of(n, PREDICTED);
    Dim count = elements(n->in[CURRENT]);
    if (predicted) count = count_of_data(n, 0, 0, dim_add(count, elements(predicted)));
    Shape tokens = shape_of(1, &count), match = shape_scalar();
    set_out(n, 0, DT_INT64, &tokens);
    set_out(n, 1, DT_INT64, &match);
}

static void lower_bifurcation(Node *n)
{
    static const char *const names[] = {"source", "current", "matched"};
    Dim count = dim_at(n->out[0], 0);
    const Value *predicted = input_of(n, PREDICTED);
    Step *s = step_call(n, "bifurcation");
    arg_inputs(s, 0, 3, names);
    arg_in(s, "predicted", input_of(n, PREDICTED));
    arg_out(s, "tokens", n->out[0]);
    arg_out(s, "match", n->out[1]);
    arg_struct(s, "p", "struct bifurcation");
    arg_field(s, "source", elements(n->in[SOURCE]));
    arg_field(s, "current", elements(n->in[CURRENT]));
    arg_field(s, "predicted", predicted ? elements(predicted) : dim_const(0));
    arg_field_int(s, "least", attr_int(n, "min_ngram_size", 1));
    arg_field_int(s, "most", attr_int(n, "max_ngram_size", 3));
    arg_int(s, "room", dim_high(count));
    if (predicted) arg_symbol(s, "count", count);
    else arg_out(s, "count", scratch(n, "count", DT_INT32, dim_const(1)));
}

/* -- NGramRepeatBlock -------------------------------------------------------------------------- */

static void infer_ngram(Node *n)
{
    static const DType f32[] = {DT_FLOAT};
    int64_t size;
    if (!need_counts(n, 2, 2, 1, 1) || !need_tensor_inputs(n) || !need_type(n, 0, int64, 1) ||
        !need_type(n, 1, f32, 1) || !need_rank(n, 0, 2, 2) || !need_rank(n, 1, 2, 2) ||
        !need_equal(n, dim_at(n->in[0], 0), dim_at(n->in[1], 0), "batch of input_ids and scores") ||
        !need_ngrams(n, "ngram_size", 0, &size))
        return;
    set_out_like(n, 0, n->in[1]);
}

static void lower_ngram(Node *n)
{
    Step *s = step_call(n, "ngram_repeat_block");
    arg_in(s, "ids", n->in[0]);
    arg_in(s, "scores", n->in[1]);
    arg_out(s, "y", n->out[0]);
    arg_dim(s, "batch", dim_at(n->in[0], 0));
    arg_dim(s, "steps", dim_at(n->in[0], 1));
    arg_dim(s, "words", dim_at(n->in[1], 1));
    arg_int(s, "n", attr_int(n, "ngram_size", 0));
    step_inplace(s, n->in[1], n->out[0]);
}

/* -- MurmurHash3 ------------------------------------------------------------------------------- */

static void infer_murmur(Node *n)
{
    static const DType types[] = {DT_INT32, DT_UINT32, DT_INT64, DT_UINT64, DT_FLOAT, DT_DOUBLE, DT_STRING};
    if (!need_counts(n, 1, 1, 1, 1) || !need_tensor_inputs(n) || !need_type(n, 0, types, 7)) return;
    set_out(n, 0, attr_int(n, "positive", 1) ? DT_UINT32 : DT_INT32, &n->in[0]->type.shape);
}

static void lower_murmur(Node *n)
{
    DType t = n->in[0]->type.dtype;
    Step *s = step_call(n, t == DT_STRING ? "murmur_hash_texts" : "murmur_hash_elements");
    arg_in(s, "x", n->in[0]);
    arg_out(s, "y", n->out[0]);
    arg_dim(s, "n", elements(n->in[0]));
    if (t != DT_STRING) arg_int(s, "size", dtype_bytes(t, 1));
    arg_int(s, "seed", (int64_t)(uint32_t)attr_int(n, "seed", 0));
}

const Op ops_tokens[] = {
    {.name = "BifurcationDetector",
     .domain = "com.microsoft",
     .since = 1,
     .infer = infer_bifurcation,
     .lower = lower_bifurcation,
     .flags = OP_NEVER_FOLD},
    {.name = "MurmurHash3", .domain = "com.microsoft", .since = 1, .infer = infer_murmur, .lower = lower_murmur},
    {.name = "NGramRepeatBlock", .domain = "com.microsoft", .since = 1, .infer = infer_ngram, .lower = lower_ngram},
    {0},
};
