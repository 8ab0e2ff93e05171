/* What positions add to attention, in com.microsoft, said in operators of ai.onnx:
 * https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md
 *   RelativePositionBias        T5's: the bias of a key and a query by their distance, small ones each by itself,
 * larger ones by the order of magnitude. Both lengths must be known. GatedRelativePositionBias   WavLM's: such a bias,
 * times what a gate says of the query. Refused: packed sequences. GemmaRotaryEmbedding        q cos(angle) + rotated q
 * sin(angle), and the same of k */
#include "ops/shared/shared.h"

#include <stdlib.h>

/* -- RelativePositionBias ---------------------------------------------------------------------- */

typedef struct {
    int64_t buckets, queries, keys, most; /* most: distances from it on are one */
    bool both_ways;
} Distances;

/* The table is [buckets][heads] by its shape; its numbers lie as [heads][buckets]. */
static bool read_distances(Node *n, Distances *d)
{
    int64_t *queries, *keys;
    if (need_ints(n, 1, &queries) != 1 || need_ints(n, 2, &keys) != 1) return false;
    Dim buckets = dim_at(n->in[0], 0);
    int64_t most = attr_int(n, "max_distance", 0);
    bool both_ways = attr_int(n, "is_bidirectional", 0) != 0;
    *d = (Distances){.buckets = dim_is_const(buckets) ? dim_value(buckets) : 0,
                     .queries = *queries,
                     .keys = *keys,
                     .most = most,
                     .both_ways = both_ways};
    int64_t one_way = d->buckets / (d->both_ways ? 2 : 1), exact = one_way / 2;
    if (exact >= 1 && d->most > exact && d->queries >= 0 && d->keys >= 0 && d->queries <= INT16_MAX &&
        d->keys <= INT16_MAX)
        return true;
    node_invalid(n, "has %lld buckets for %lld queries, %lld keys and distances up to %lld, expected at least %d",
                 (long long)d->buckets, (long long)d->queries, (long long)d->keys, (long long)d->most,
                 d->both_ways ? 4 : 2);
    return false;
}

static int64_t bucket_of(const Distances *d, int64_t distance)
{
    int64_t one_way = d->buckets / (d->both_ways ? 2 : 1), exact = one_way / 2;
    int64_t first = d->both_ways && distance > 0 ? one_way : 0;
    int64_t size = d->both_ways ? llabs(distance) : distance < 0 ? -distance : 0;
    if (size < exact) return first + size;
    double magnitude = log((double)size / (double)exact) / log((double)d->most / (double)exact);
    int64_t bucket = exact + (int64_t)(magnitude * (double)(one_way - exact));
    return first + (bucket < one_way ? bucket : one_way - 1);
}

static void infer_relative(Node *n)
{
    Distances d;
    if (need_counts(n, 3, 3, 1, 1) && need_tensor_inputs(n) && need_float(n, 0) && need_rank(n, 0, 2, 2))
        read_distances(n, &d);
}

static void expand_relative(Node *n)
{
    Distances d;
    Dim heads = dim_at(n->in[0], 1);
    if (!read_distances(n, &d)) return;
    int64_t *of = mem_array((size_t)(d.queries * d.keys) + 1, sizeof *of);
    for (int64_t q = 0; q < d.queries; q++)
        for (int64_t k = 0; k < d.keys; k++) of[q * d.keys + k] = bucket_of(&d, k - q);
    Shape shape = shape_const(2, (int64_t[]){d.queries, d.keys});
    Value *buckets = value_const(n->graph, foreign_suffixed(node_stem(n), "/buckets"), DT_INT64, &shape, of);
    int64_t rows = dim_is_const(heads) ? dim_value(heads) : -1;
    Value *table = reshape_to(n, n->in[0], 2, (int64_t[]){rows, d.buckets});
    Node *gather = make_node(n, "Gather", 2, (Value *[]){table, buckets}, NULL);
    attr_set_int(gather, "axis", 1);
    make2(n, "Unsqueeze", gather->out[0], const_ints(n, 1, (int64_t[]){0}), n->out[0]);
}

/* -- GatedRelativePositionBias ----------------------------------------------------------------- */

static void infer_gated(Node *n)
{
    if (!need_counts(n, 6, 7, 1, 1) || !need_tensor_inputs(n)) return;
    for (int i = 0; i < 6; i++)
        if (!need_float(n, i) || !need_same_type(n, 0, i)) return;
    int64_t heads = attr_int(n, "num_heads", 0);
    if (input_of(n, 6)) node_error(n, "sequences without their padding are not supported; give it no token_offset");
    else if (heads < 1) node_invalid(n, "num_heads is %lld, expected at least 1", (long long)heads);
    else if (need_rank(n, 0, 3, 3) && need_rank(n, 4, 1, 1) && need_divides(n, dim_at(n->in[0], 2), heads, "last axis"))
        need_divides(n, dim_at(n->in[4], 0), 2, "the width of the gates");
}

/* Halves are float32 all the way, as the node around has it. */
static void expand_gated(Node *n)
{
    DType t = n->in[0]->type.dtype;
    Dim width = dim_at(n->in[4], 0), hidden = dim_at(n->in[0], 2);
    int64_t heads = attr_int(n, "num_heads", 1), size = dim_is_const(hidden) ? dim_value(hidden) / heads : -1;
    int64_t half = dim_is_const(width) ? dim_value(width) / 2 : -1;
    Value *query = make2(n, "Add", n->in[0], n->in[1], NULL);
    Value *apart = permuted(n, reshape_to(n, query, 4, (int64_t[]){0, 0, heads, size}), 4, (int64_t[]){0, 2, 1, 3});
    Value *gates = make2(n, "Add", make2(n, "MatMul", apart, n->in[3], NULL), n->in[4], NULL);
    Value *pairs = reshape_to(n, gates, 5, (int64_t[]){0, 0, 0, 2, half});
    Node *sums = make_node(n, "ReduceSum", 2, (Value *[]){pairs, const_ints(n, 1, (int64_t[]){4})}, NULL);
    attr_set_int(sums, "keepdims", 0);
    Value *open = make1(n, "Sigmoid", sums->out[0], NULL);
    Node *split = make_node(n, "Split", 1, &open, NULL);
    node_add_output(split, value_new(n->graph, foreign_suffixed(node_stem(n), "/reset")));
    attr_set_int(split, "axis", 3);
    attr_set_int(split, "num_outputs", 2);
    Value *reset = make2(n, "Mul", split->out[1], n->in[5], NULL), *one = const_scalar(n, t, 1);
    Value *gate = make2(n, "Mul", split->out[0], make2(n, "Sub", reset, one, NULL), NULL);
    make2(n, "Mul", make2(n, "Add", gate, const_scalar(n, t, 2), NULL), n->in[2], n->out[0]);
}

/* -- GemmaRotaryEmbedding ---------------------------------------------------------------------- */

static void infer_gemma(Node *n)
{
    if (!need_counts(n, 5, 5, 1, 2) || !need_tensor_inputs(n) || !need_float(n, 0) || !need_rank(n, 0, 3, 3)) return;
    for (int i = 1; i < 5; i++)
        if (!need_float(n, i) || !need_same_type(n, 1, i) || !need_rank(n, i, 4, 4)) return;
}

static void expand_gemma(Node *n)
{
    DType t = n->in[1]->type.dtype;
    Value *angle = make2(n, "Unsqueeze", n->in[0], const_ints(n, 1, (int64_t[]){1}), NULL);
    Value *sine = make1(n, "Sin", angle, NULL), *cosine = make1(n, "Cos", angle, NULL);
    if (n->in[0]->type.dtype != t) {
        sine = cast_to(n, sine, t, NULL);
        cosine = cast_to(n, cosine, t, NULL);
    }
    for (int i = 0; i < 2; i++) {
        if (!output_of(n, i)) continue;
        Value *plain = make2(n, "Mul", n->in[1 + 2 * i], cosine, NULL);
        make2(n, "Add", plain, make2(n, "Mul", n->in[2 + 2 * i], sine, NULL), n->out[i]);
    }
}

#define POSITIONS(op, f, how) \
    { \
        .name = op, .domain = "com.microsoft", .since = 1, .infer = infer_##f, .expand = expand_##f, .flags = how \
    }

const Op ops_position_bias[] = {
    POSITIONS("GatedRelativePositionBias", gated, 0),
    POSITIONS("GemmaRotaryEmbedding", gemma, OP_HALF_NATIVE),
    POSITIONS("RelativePositionBias", relative, OP_HALF_NATIVE),
    {0},
};
