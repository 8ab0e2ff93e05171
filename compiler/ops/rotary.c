/* RotaryEmbedding: https://onnx.ai/onnx/operators/onnx__RotaryEmbedding.html
 * com.microsoft.RotaryEmbedding, its model, has the position_ids second, and they may be the position
 * of the first step alone. MRotaryEmbedding, of pictures and films, has three positions for each step, and a pair of
 * elements turns by one of them, said in the others:
 * https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md#com.microsoft.MRotaryEmbedding */
#include "ops/shared/shared.h"

typedef struct {
    Value *x, *cosines, *sines, *ids;
    bool merged; /* heads are merged into the last axis */
    Dim batch, heads, steps, size, rotated;
} Rotary;

static void read_inputs(const Node *n, Rotary *r)
{
    bool microsoft = !foreign_empty(n->domain);
    *r = (Rotary){.x = n->in[0],
                  .cosines = n->in[microsoft ? 2 : 1],
                  .sines = n->in[microsoft ? 3 : 2],
                  .ids = input_of(n, microsoft ? 1 : 3)};
    r->merged = r->x->type.shape.rank == 3;
    r->batch = dim_at(r->x, 0);
    r->steps = dim_at(r->x, r->merged ? 1 : 2);
}

/* Microsoft's version may leave num_heads out: one head is as wide as the cache says. */
static bool read_heads(Node *n, Rotary *r)
{
    int64_t heads = attr_int(n, "num_heads", 0);
    Dim pair = dim_mul(dim_const(2), dim_at(r->cosines, -1));
    if (!r->merged) {
        r->heads = dim_at(r->x, 1);
        r->size = dim_at(r->x, 3);
        return true;
    }
    if (heads <= 0 && !foreign_empty(n->domain) && dim_divides(pair, dim_at(r->x, 2))) {
        r->size = pair;
        r->heads = dim_floordiv(dim_at(r->x, 2), pair);
        return true;
    }
    if (heads <= 0) {
        node_invalid(n, "num_heads is %lld, expected the number of heads, as the input has rank 3", (long long)heads);
        return false;
    }
    if (!need_divides(n, dim_at(r->x, 2), heads, "last axis of the input")) return false;
    r->heads = dim_const(heads);
    r->size = dim_floordiv(dim_at(r->x, 2), r->heads);
    return true;
}

static bool need_cache(Node *n, const Rotary *r, const Value *cache)
{
    int rank = r->ids ? 2 : 3;
    if (cache->type.shape.rank != rank) {
        node_invalid(n, "\"%s\" has rank %d, expected %d as there are %s position_ids", shown(cache->name),
                     cache->type.shape.rank, rank, r->ids ? "" : "no");
        return false;
    }
    if (!r->ids && (!need_equal(n, dim_at(cache, 0), r->batch, "batch of the cache") ||
                    !need_equal(n, dim_at(cache, 1), r->steps, "steps of the cache")))
        return false;
    return need_equal(n, dim_at(cache, -1), dim_floordiv(r->rotated, dim_const(2)),
                      "width of the cache and half the rotated elements");
}

static bool counts_from_first(const Node *n, const Rotary *r)
{
    return !foreign_empty(n->domain) && r->ids && r->ids->type.shape.rank < 2;
}

static bool need_ids(Node *n, const Rotary *r)
{
    if (!r->ids) return true;
    int input = !foreign_empty(n->domain) ? 1 : 3;
    static const DType int64[] = {DT_INT64};
    if (!need_type(n, input, int64, 1)) return false;
    if (counts_from_first(n, r))
        return need_equal(n, elements(r->ids), dim_const(1), "elements of position_ids of rank below 2");
    return need_rank(n, input, 2, 2) && need_equal(n, dim_at(r->ids, 0), r->batch, "batch of position_ids") &&
           need_equal(n, dim_at(r->ids, 1), r->steps, "steps of position_ids");
}

static bool read_rotary(Node *n, Rotary *r)
{
    read_inputs(n, r);
    if (!read_heads(n, r)) return false;
    int64_t rotated = attr_int(n, "rotary_embedding_dim", 0);
    r->rotated = rotated > 0 ? dim_const(rotated) : r->size;
    if (dim_low(dim_sub(r->size, r->rotated)) < 0) {
        node_invalid(n, "rotary_embedding_dim is %lld, expected at most the head size %s", (long long)rotated,
                     shown(dim_text(r->size)));
        return false;
    }
    return need_divides(n, r->rotated, 2, "number of rotated elements");
}

static void infer_rotary(Node *n)
{
    bool microsoft = !foreign_empty(n->domain);
    if (!need_counts(n, microsoft ? 4 : 3, 4, 1, 1) || !need_tensor_inputs(n) || !need_float(n, 0) ||
        !need_rank(n, 0, 3, 4))
        return;
    if (!need_same_type(n, 0, microsoft ? 2 : 1) || !need_same_type(n, 0, microsoft ? 3 : 2) ||
        !need_rank(n, microsoft ? 2 : 1, 2, 3))
        return;
    if (microsoft && attr_float(n, "scale", 1) != 1) {
        node_error(n, "a scale is not supported; use the standard RotaryEmbedding");
        return;
    }
    Rotary r;
    if (!read_rotary(n, &r) || !need_ids(n, &r) || !need_cache(n, &r, r.cosines) || !need_cache(n, &r, r.sines)) return;
    set_out_like(n, 0, n->in[0]);
}

static void lower_rotary(Node *n)
{
    Rotary r;
    if (!read_rotary(n, &r)) return;
    Step *s = step_call(n, "rotary_%s", dtype_suffix(r.x->type.dtype));
    arg_in(s, "x", r.x);
    arg_in(s, "cosines", r.cosines);
    arg_in(s, "sines", r.sines);
    arg_in(s, "ids", r.ids);
    arg_out(s, "y", n->out[0]);
    arg_struct(s, "p", "struct rotary");
    Dim row = dim_mul(r.heads, r.size);
    bool first = counts_from_first(n, &r);
    arg_field(s, "batch", r.batch);
    arg_field(s, "heads", r.heads);
    arg_field(s, "steps", r.steps);
    arg_field(s, "size", r.size);
    arg_field(s, "rotated", r.rotated);
    arg_field_int(s, "interleaved", attr_int(n, "interleaved", 0) != 0);
    arg_field(s, "x_batch", dim_mul(row, r.steps));
    arg_field(s, "x_head", r.merged ? r.size : dim_mul(r.steps, r.size));
    arg_field(s, "x_step", r.merged ? row : r.size);
    arg_field(s, "cache_rows", r.ids ? dim_at(r.cosines, 0) : dim_mul(r.batch, r.steps));
    arg_field(s, "id_batch", first ? dim_const(0) : r.steps);
    arg_field_int(s, "id_step", !first);
    arg_field_int(s, "id_counts", first);
    step_inplace(s, r.x, n->out[0]);
}

/* -- MRotaryEmbedding -------------------------------------------------------------------------- */

enum { M_IDS = 1, M_COSINES, M_SINES, STREAMS = 3 };

/* Which of the three positions each pair turns by: in sections, or in turns as long as there are some. */
static bool read_streams(Node *n, int64_t pairs, int *stream)
{
    const int64_t *sections;
    int count = attr_ints(n, "mrope_section", &sections), at = 0;
    int64_t sum = 0;
    for (int s = 0; s < count; s++) {
        if (sections[s] < 0 || sections[s] > pairs) sum = -1;
        if (sum >= 0) sum += sections[s];
    }
    if (count != STREAMS || sum != pairs) {
        node_invalid(n, "mrope_section are no %d numbers whose sum is %lld, the pairs of the cache", STREAMS,
                     (long long)pairs);
        return false;
    }
    if (attr_int(n, "mrope_layout", 0) == 0) {
        for (int s = 0; s < STREAMS; s++)
            for (int64_t i = 0; i < sections[s]; i++) stream[at++] = s;
        return true;
    }
    for (int s = 0; s < STREAMS; s++)
        for (int64_t i = s; i < (s ? STREAMS * sections[s] : pairs); i += s ? STREAMS : 1)
            if (i < pairs) stream[i] = s;
    return true;
}

static bool need_streams(Node *n)
{
    Dim pairs = dim_at(n->in[M_COSINES], 1);
    if (!dim_is_const(pairs)) {
        node_error(n, "the width of its cache, %s, is known only at run time", shown(dim_text(pairs)));
        return false;
    }
    if (attr_float(n, "scale", 1) != 1) {
        node_error(n, "a scale is not supported; use the standard RotaryEmbedding");
        return false;
    }
    return read_streams(n, dim_value(pairs), mem_array((size_t)dim_value(pairs) + 1, sizeof(int)));
}

static void infer_m_rotary(Node *n)
{
    static const DType int64[] = {DT_INT64};
    if (need_counts(n, 4, 4, 1, 1) && need_tensor_inputs(n) && need_float(n, 0) && need_rank(n, 0, 3, 4) &&
        need_type(n, M_IDS, int64, 1) && need_rank(n, M_IDS, 3, 3) && need_same_type(n, 0, M_COSINES) &&
        need_same_type(n, 0, M_SINES) && need_rank(n, M_COSINES, 2, 2) && need_rank(n, M_SINES, 2, 2) &&
        need_equal(n, dim_at(n->in[M_IDS], 0), dim_const(STREAMS), "streams of position_ids, and three") &&
        need_equal(n, dim_at(n->in[M_COSINES], 1), dim_at(n->in[M_SINES], 1), "widths of cos_cache and sin_cache"))
        need_streams(n);
}

/* Of each step, what its pairs turn by: the pairs of each stream are gathered by its positions, side by side, and put
 * in order. */
static Value *turned_by(Node *n, Value *cache, Value *const *ids, const int *stream, int64_t pairs)
{
    Value *parts[STREAMS];
    int64_t *columns = mem_array((size_t)pairs + 1, sizeof *columns), *places = mem_array((size_t)pairs + 1, 8);
    int64_t count = 0;
    for (int s = 0; s < STREAMS; s++) {
        int64_t first = count;
        for (int64_t i = 0; i < pairs; i++) {
            if (stream[i] != s) continue;
            places[i] = count;
            columns[count++] = i;
        }
        Value *own = const_ints(n, (int)(count - first), columns + first);
        Node *narrow = make_node(n, "Gather", 2, (Value *[]){cache, own}, NULL);
        attr_set_int(narrow, "axis", 1);
        parts[s] = make2(n, "Gather", narrow->out[0], ids[s], NULL);
    }
    Node *all = make_node(n, "Concat", STREAMS, parts, NULL);
    attr_set_int(all, "axis", -1);
    if (attr_int(n, "mrope_layout", 0) == 0) return all->out[0];
    Node *ordered = make_node(n, "Gather", 2, (Value *[]){all->out[0], const_ints(n, (int)pairs, places)}, NULL);
    attr_set_int(ordered, "axis", -1);
    return ordered->out[0];
}

static void expand_m_rotary(Node *n)
{
    int64_t pairs = dim_value(dim_at(n->in[M_COSINES], 1));
    int *stream = mem_array((size_t)pairs + 1, sizeof *stream);
    Value *ids[STREAMS], *first = const_ints(n, 1, (int64_t[]){0});
    if (!read_streams(n, pairs, stream)) return;
    Node *split = make_node(n, "Split", 1, &n->in[M_IDS], NULL);
    attr_set_int(split, "num_outputs", STREAMS);
    for (int s = 1; s < STREAMS; s++)
        node_add_output(split, value_new(n->graph, foreign_suffixed(node_stem(n), "/ids")));
    for (int s = 0; s < STREAMS; s++) ids[s] = make2(n, "Squeeze", split->out[s], first, NULL);
    Value *cosines = turned_by(n, n->in[M_COSINES], ids, stream, pairs);
    Value *sines = turned_by(n, n->in[M_SINES], ids, stream, pairs);
    Node *rotary = make_node(n, "RotaryEmbedding", 3, (Value *[]){n->in[0], cosines, sines}, n->out[0]);
    attr_set_int(rotary, "num_heads", attr_int(n, "num_heads", 0));
    attr_set_int(rotary, "interleaved", attr_int(n, "interleaved", 0) != 0);
    attr_set_int(rotary, "rotary_embedding_dim", 2 * pairs);
}

const Op ops_rotary[] = {
    {.name = "MRotaryEmbedding",
     .domain = "com.microsoft",
     .since = 1,
     .infer = infer_m_rotary,
     .expand = expand_m_rotary,
     .flags = OP_HALF_NATIVE},
    {.name = "RotaryEmbedding", .domain = "", .since = 23, .infer = infer_rotary, .lower = lower_rotary},
    {.name = "RotaryEmbedding", .domain = "com.microsoft", .since = 1, .infer = infer_rotary, .lower = lower_rotary},
    {0},
};
