/* GroupQueryAttention of com.microsoft, said in the Attention of ai.onnx, and SparseAttention, whose keys are chosen by
 * blocks:
 * https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md#com.microsoft.GroupQueryAttention
 * https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md#com.microsoft.SparseAttention
 * Sequences of a batch may differ in length: new keys and values lie after those of the past that are valid, which
 * seqlens_k tells, and what is after them is 0. Refused: a past that is longer than what total_sequence_length leaves
 * for it (a cache that is shared), sinks, smooth softmax, quantised caches.
 * SparseAttention's cache has its largest size from the first call on: new keys and values are put into it. Lengths
 * may differ there, too; ONNX Runtime's kernel for CPUs mixes up the scores of such sequences. */
#include "ops/shared/shared.h"

enum { QUERY, KEY, VALUE, PAST_KEY, PAST_VALUE, LENGTHS, TOTAL, COSINES, SINES, POSITIONS, SCORE_BIAS, SINK };

typedef struct {
    int64_t heads, kv_heads, size;
    Dim batch, steps, past; /* past: positions */
} Groups;

/* -- reading ----------------------------------------------------------------------------------- */

/* Queries may be packed with keys and values. */
static bool read_groups(Node *n, Groups *g)
{
    const Value *q = n->in[QUERY];
    int64_t heads = attr_int(n, "num_heads", 0), kv_heads = attr_int(n, "kv_num_heads", 0);
    *g = (Groups){.heads = heads,
                  .kv_heads = kv_heads,
                  .batch = dim_at(q, 0),
                  .steps = dim_at(q, 1),
                  .past = input_of(n, PAST_KEY) ? dim_at(n->in[PAST_KEY], 2) : dim_const(0)};
    if (g->heads < 1 || g->kv_heads < 1 || g->heads > INT32_MAX || g->heads % g->kv_heads) {
        node_invalid(n, "num_heads is %lld and kv_num_heads %lld, expected a multiple of the latter",
                     (long long)g->heads, (long long)g->kv_heads);
        return false;
    }
    int64_t rows = input_of(n, KEY) ? g->heads : g->heads + 2 * g->kv_heads;
    if (!need_divides(n, dim_at(q, 2), rows, "the last axis of the queries")) return false;
    if (!dim_is_const(dim_at(q, 2))) {
        node_error(n, "the width of its queries, %s, is known only at run time", shown(dim_text(dim_at(q, 2))));
        return false;
    }
    g->size = dim_value(dim_at(q, 2)) / rows;
    return true;
}

static bool need_supported(Node *n)
{
    for (int i = SINK; i < n->n_in; i++)
        if (input_of(n, i)) {
            node_error(n, "input %d \"%s\" (a sink, or scales of a quantised cache) is not supported", i,
                       shown(n->in[i]->name));
            return false;
        }
    if (attr_int(n, "smooth_softmax", 0) > 0 || attr_int(n, "qk_output", 0) > 0) {
        node_error(n, "smooth_softmax and qk_output are not supported");
        return false;
    }
    if (!attr_int(n, "do_rotary", 0) || (input_of(n, COSINES) && input_of(n, SINES))) return true;
    node_invalid(n, "do_rotary is set, but cos_cache or sin_cache is omitted");
    return false;
}

static bool need_operands(Node *n)
{
    static const DType int32[] = {DT_INT32}, int64[] = {DT_INT64};
    if (!need_counts(n, 1, 14, 1, 3) || !need_tensor_inputs(n) || !need_float(n, QUERY) || !need_rank(n, QUERY, 3, 3))
        return false;
    if (!input_of(n, KEY) != !input_of(n, VALUE) || !input_of(n, PAST_KEY) != !input_of(n, PAST_VALUE)) {
        node_invalid(n, "has only one of key and value, or of past_key and past_value");
        return false;
    }
    if (!input_of(n, LENGTHS) || !input_of(n, TOTAL)) {
        node_invalid(n, "seqlens_k or total_sequence_length is omitted");
        return false;
    }
    return need_rank(n, KEY, 3, 3) && need_rank(n, VALUE, 3, 3) && need_rank(n, PAST_KEY, 4, 4) &&
           need_rank(n, PAST_VALUE, 4, 4) && need_type(n, LENGTHS, int32, 1) && need_type(n, TOTAL, int32, 1) &&
           need_type(n, POSITIONS, int64, 1) && need_supported(n);
}

/* How long the past may be, its own size tells; the total, where it is known, must agree. */
static bool need_total(Node *n, const Groups *g)
{
    Dim *total, keys = dim_add(g->past, g->steps);
    if (!need_equal(n, elements(n->in[TOTAL]), dim_const(1), "elements of total_sequence_length, and 1") ||
        !need_equal(n, elements(n->in[LENGTHS]), g->batch, "elements of seqlens_k, and the batch"))
        return false;
    if (known_dims(n->in[TOTAL], &total) == 1)
        return need_equal(n, total[0], keys, "total_sequence_length, and the past and new positions");
    if (dim_is_const(keys)) assume_elements(n, TOTAL, (int64_t[]){dim_value(keys)});
    return true;
}

static void infer_gqa(Node *n)
{
    Groups g;
    if (need_operands(n) && read_groups(n, &g)) need_total(n, &g);
}

/* -- expansion --------------------------------------------------------------------------------- */

/* Of the past, for each of the batch: int64[batch]. A prompt has none; later seqlens_k tells, which is one less than
 * all of a sequence's positions. */
static Value *past_lengths(Node *n, const Groups *g, Value *steps)
{
    Value *one = const_scalar(n, DT_INT64, 1), *last = flat_int64(n, n->in[LENGTHS]), *zero;
    if (dim_is(g->past, 0)) return make2(n, "Mul", last, const_scalar(n, DT_INT64, 0), NULL);
    Value *all = make2(n, "Add", last, one, NULL), *past = make2(n, "Sub", all, steps, NULL);
    if (dim_low(g->past) > 0) return past;
    Node *size = make_node(n, "Shape", 1, &n->in[PAST_KEY], NULL);
    attr_set_int(size, "start", 2);
    attr_set_int(size, "end", 3);
    zero = const_scalar(n, DT_INT64, 0);
    Value *is_prompt = make2(n, "Equal", size->out[0], zero, NULL);
    return make3(n, "Where", is_prompt, zero, past, NULL);
}

static Value *step_count(Node *n)
{
    Node *shape = make_node(n, "Shape", 1, &n->in[QUERY], NULL);
    attr_set_int(shape, "start", 1);
    attr_set_int(shape, "end", 2);
    return shape->out[0];
}

/* Positions of the new ones, [batch][steps]. */
static Value *new_positions(Node *n, Value *past, Value *steps)
{
    Value *zero = const_scalar(n, DT_INT64, 0), *one = const_scalar(n, DT_INT64, 1);
    Value *count = reshape_to(n, steps, 0, NULL), *range = make3(n, "Range", zero, count, one, NULL);
    Value *second = const_ints(n, 1, (int64_t[]){1}), *starts = make2(n, "Unsqueeze", past, second, NULL);
    return make2(n, "Add", starts, range, NULL);
}

/* cosines: this input, and the next are the sines. */
static Value *rotated(Node *n, Value *x, int cosines, Value *positions, int64_t heads)
{
    Value *cosine = n->in[cosines], *sine = n->in[cosines + 1];
    Node *rotary = make_node(n, "RotaryEmbedding", 4, (Value *[]){x, cosine, sine, positions}, NULL);
    Dim pairs = dim_at(cosine, -1);
    attr_set_int(rotary, "num_heads", heads);
    attr_set_int(rotary, "interleaved", attr_int(n, "rotary_interleaved", 0) != 0);
    if (dim_is_const(pairs)) attr_set_int(rotary, "rotary_embedding_dim", 2 * dim_value(pairs));
    return rotary->out[0];
}

static void unpack(Node *n, const Groups *g, Value **q, Value **k, Value **v)
{
    *q = n->in[QUERY];
    *k = input_of(n, KEY);
    *v = input_of(n, VALUE);
    if (*k) return;
    Value *sizes = const_ints(n, 3, (int64_t[]){g->heads * g->size, g->kv_heads * g->size, g->kv_heads * g->size});
    Node *split = make_node(n, "Split", 2, (Value *[]){*q, sizes}, NULL);
    attr_set_int(split, "axis", -1);
    for (int i = 1; i < 3; i++)
        node_add_output(split, value_new(n->graph, foreign_suffixed(node_stem(n), i == 1 ? "/key" : "/value")));
    *q = split->out[0];
    *k = split->out[1];
    *v = split->out[2];
}

/* The cache with the new ones, which is the result if that is wanted. */
static Value *appended(Node *n, const Groups *g, int input, Value *x, Value *past, int output)
{
    Node *cache = make_own(n, "AppendPositions", 3, (Value *[]){x, input_of(n, input), past}, output_of(n, output));
    attr_set_int(cache, "heads", g->kv_heads);
    return cache->out[0];
}

static Value *apart(Node *n, Value *q, const Groups *g)
{
    Value *split = reshape_to(n, q, 4, (int64_t[]){0, 0, g->heads, g->size});
    return permuted(n, split, 4, (int64_t[]){0, 2, 1, 3});
}

/* A window of so many keys ends with the query's own. */
static void set_attributes(Node *n, Node *attention)
{
    double scale = attr_float(n, "scale", 0), softcap = attr_float(n, "softcap", 0);
    int64_t window = attr_int(n, "local_window_size", -1);
    attention->opset = 24; /* nonpad_kv_seqlen */
    attr_set_int(attention, "is_causal", 1);
    if (scale != 0) attr_set_float(attention, "scale", scale);
    if (softcap != 0) attr_set_float(attention, "softcap", softcap);
    if (window > 0) attr_set_int(attention, "left_window_size", window - 1);
}

static void expand_gqa(Node *n)
{
    Groups g;
    Value *q, *k, *v;
    if (!read_groups(n, &g)) return;
    Value *steps = step_count(n), *past = past_lengths(n, &g, steps);
    unpack(n, &g, &q, &k, &v);
    if (attr_int(n, "do_rotary", 0)) {
        Value *positions = input_of(n, POSITIONS);
        if (!positions) positions = new_positions(n, past, steps);
        q = rotated(n, q, COSINES, positions, g.heads);
        k = rotated(n, k, COSINES, positions, g.kv_heads);
    }
    k = appended(n, &g, PAST_KEY, k, past, 1);
    v = appended(n, &g, PAST_VALUE, v, past, 2);
    Value *lengths = make2(n, "Add", past, steps, NULL), *queries = apart(n, q, &g);
    Node *attention = make_node(n, "Attention", 7,
                                (Value *[]){queries, k, v, input_of(n, SCORE_BIAS), NULL, NULL, lengths}, NULL);
    set_attributes(n, attention);
    Value *y = permuted(n, attention->out[0], 4, (int64_t[]){0, 2, 1, 3});
    make2(n, "Reshape", y, const_ints(n, 3, (int64_t[]){0, 0, g.heads * g.size}), n->out[0]);
}

/* -- AppendPositions: new keys or values after those there are --------------------------------- */

static void infer_append(Node *n)
{
    const Value *x = n->in[0], *old = input_of(n, 1);
    int64_t heads = attr_int(n, "heads", 1);
    Dim past = old ? dim_at(old, 2) : dim_const(0), size = dim_const(dim_value(dim_at(x, 2)) / heads);
    Dim wanted[] = {dim_at(x, 0), dim_const(heads), past, size};
    for (int i = 0; old && i < 4; i++)
        if (!need_equal(n, dim_at(old, i), wanted[i], mem_printf("axis %d of the past and of what is new", i))) return;
    wanted[2] = dim_add(past, dim_at(x, 1));
    Shape y = shape_of(4, wanted);
    set_out(n, 0, x->type.dtype, &y);
}

/* Bytes from one element of an axis to the next. */
static Dim bytes_along(const Value *v, int axis)
{
    return dim_mul(axis_stride(&v->type.shape, axis), dim_const(dtype_bytes(v->type.dtype, 1)));
}

/* [batch][heads][positions][size], or, of states that grow (rewrite_states.c), [positions][batch][heads][size]. */
static void lower_append(Node *n)
{
    const Value *x = n->in[0], *y = n->out[0];
    Value *old = input_of(n, 1);
    const int batch = own_int(n, "positions_first", 0) != 0;
    Step *s = step_call(n, "append_positions");
    arg_in(s, "old", old);
    arg_in(s, "x", n->in[0]);
    arg_in(s, "past", n->in[2]);
    arg_out(s, "y", n->out[0]);
    arg_struct(s, "p", "struct append_positions");
    arg_field(s, "batch", dim_at(x, 0));
    arg_field(s, "heads", dim_at(y, batch + 1));
    arg_field(s, "steps", dim_at(x, 1));
    arg_field(s, "past", old ? dim_at(old, batch ? 0 : 2) : dim_const(0));
    arg_field(s, "row", bytes_along(y, 2));
    arg_field(s, "old_batch", old ? bytes_along(old, batch) : dim_const(0));
    arg_field(s, "old_head", old ? bytes_along(old, batch + 1) : dim_const(0));
    arg_field(s, "y_batch", bytes_along(y, batch));
    arg_field(s, "y_head", bytes_along(y, batch + 1));
    arg_field(s, "position", bytes_along(y, batch ? 0 : 2));
    if (batch) step_inplace(s, old, n->out[0]);
}

/* -- SparseAttention --------------------------------------------------------------------------- */

enum { ROW_INDICES = 5, COLUMN_INDICES, SPARSE_TOTAL, SPARSE_LENGTHS, SPARSE_COSINES, SPARSE_SINES };

static bool need_blocks(Node *n, const Groups *g)
{
    const Value *rows = n->in[ROW_INDICES], *columns = n->in[COLUMN_INDICES];
    int64_t block = attr_int(n, "sparse_block_size", 0);
    if (block < 1 || block > INT32_MAX) {
        node_invalid(n, "sparse_block_size is %lld, expected at least 1", (long long)block);
        return false;
    }
    if (!dim_divides(dim_at(rows, 0), dim_const(g->heads))) {
        node_invalid(n, "%s layouts of blocks don't divide the %lld heads", shown(dim_text(dim_at(rows, 0))),
                     (long long)g->heads);
        return false;
    }
    return need_equal(n, dim_at(rows, 0), dim_at(columns, 0), "layouts of row and column indices");
}

static bool need_sparse_operands(Node *n)
{
    static const DType int32[] = {DT_INT32};
    if (!need_counts(n, 1, 11, 1, 3) || !need_tensor_inputs(n) || !need_float(n, QUERY) || !need_rank(n, QUERY, 3, 3))
        return false;
    for (int i = PAST_KEY; i <= SPARSE_LENGTHS; i++)
        if (!input_of(n, i)) {
            node_invalid(n, "input %d is omitted, expected a cache, or what tells its blocks and lengths", i);
            return false;
        }
    if (!input_of(n, KEY) != !input_of(n, VALUE)) {
        node_invalid(n, "has only one of key and value, expected both or none");
        return false;
    }
    if (attr_int(n, "do_rotary", 0) && (!input_of(n, SPARSE_COSINES) || !input_of(n, SPARSE_SINES))) {
        node_invalid(n, "do_rotary is set, but cos_cache or sin_cache is omitted");
        return false;
    }
    for (int i = KEY; i <= SPARSE_SINES; i++)
        if (i < ROW_INDICES || i > SPARSE_LENGTHS ? !need_same_type(n, QUERY, i) : !need_type(n, i, int32, 1))
            return false;
    return need_rank(n, KEY, 3, 3) && need_rank(n, VALUE, 3, 3) && need_rank(n, PAST_KEY, 4, 4) &&
           need_rank(n, PAST_VALUE, 4, 4) && need_rank(n, ROW_INDICES, 2, 2) && need_rank(n, COLUMN_INDICES, 2, 2);
}

static bool need_caches(Node *n, const Groups *g)
{
    Dim size = dim_const(g->size), heads = dim_const(g->kv_heads);
    Dim wanted[] = {g->batch, heads, dim_at(n->in[PAST_KEY], 2), size};
    for (int i = PAST_KEY; i <= PAST_VALUE; i++)
        for (int axis = 0; axis < 4; axis++)
            if (!need_equal(n, dim_at(n->in[i], axis), wanted[axis],
                            mem_printf("axis %d of input %d, and what the other inputs say", axis, i)))
                return false;
    Dim added[] = {g->batch, g->steps, dim_mul(heads, size)};
    for (int i = KEY; i <= VALUE; i++)
        for (int axis = 0; input_of(n, i) && axis < 3; axis++)
            if (!need_equal(n, dim_at(n->in[i], axis), added[axis],
                            mem_printf("axis %d of input %d, and what the queries say", axis, i)))
                return false;
    return true;
}

static void infer_sparse(Node *n)
{
    Groups g;
    if (!need_sparse_operands(n) || !read_groups(n, &g) || !need_blocks(n, &g) || !need_caches(n, &g)) return;
    if (need_equal(n, elements(n->in[SPARSE_TOTAL]), dim_const(1), "elements of total_sequence_length, and 1"))
        need_equal(n, elements(n->in[SPARSE_LENGTHS]), g.batch,
                   "elements of key_total_sequence_lengths, and the batch");
}

/* Of the past, int64[batch]: what is left of a sequence's length without the new ones. Those of a prompt may be fewer
 * than there are: the rest is padding. Then total_sequence_length says that it is a prompt, which follows. */
static Value *sparse_past(Node *n, Value *steps)
{
    Value *all = flat_int64(n, n->in[SPARSE_LENGTHS]), *past = make2(n, "Sub", all, steps, NULL);
    return make2(n, "Max", past, const_scalar(n, DT_INT64, 0), NULL);
}

static void expand_sparse(Node *n)
{
    Groups g;
    Value *q, *k, *v;
    if (!read_groups(n, &g)) return;
    Value *steps = step_count(n), *past = sparse_past(n, steps);
    unpack(n, &g, &q, &k, &v);
    if (attr_int(n, "do_rotary", 0)) {
        Value *positions = new_positions(n, past, steps);
        q = rotated(n, q, SPARSE_COSINES, positions, g.heads);
        k = rotated(n, k, SPARSE_COSINES, positions, g.kv_heads);
    }
    k = make_own(n, "PutPositions", 3, (Value *[]){k, n->in[PAST_KEY], past}, output_of(n, 1))->out[0];
    v = make_own(n, "PutPositions", 3, (Value *[]){v, n->in[PAST_VALUE], past}, output_of(n, 2))->out[0];
    Value *inputs[] = {q, k, v, n->in[ROW_INDICES], n->in[COLUMN_INDICES], past};
    Node *attention = make_own(n, "BlockAttention", 6, inputs, n->out[0]);
    attr_set_int(attention, "heads", g.heads);
    attr_set_int(attention, "block", attr_int(n, "sparse_block_size", 1));
    attr_set_float(attention, "scale", attr_float(n, "scale", 0));
}

/* -- PutPositions: new keys or values in a cache that has room for them ------------------------ */

static void infer_put(Node *n)
{
    set_out_like(n, 0, n->in[1]);
}

static void lower_put(Node *n)
{
    const Value *x = n->in[0], *y = n->out[0];
    Step *s = step_call(n, "put_positions");
    arg_inputs(s, 0, 3, (const char *const[]){"x", "old", "past"});
    arg_out(s, "y", n->out[0]);
    arg_struct(s, "p", "struct put_positions");
    arg_field(s, "batch", dim_at(x, 0));
    arg_field(s, "heads", dim_at(y, 1));
    arg_field(s, "steps", dim_at(x, 1));
    arg_field(s, "room", dim_at(y, 2));
    arg_field(s, "row", bytes_along(y, 2));
    step_inplace(s, n->in[1], n->out[0]);
}

/* -- BlockAttention: of queries to what blocks of the cache their rows name -------------------- */

enum { CACHED_KEYS = 1, BLOCK_ROWS = 3, BLOCK_COLUMNS };

static void infer_blocks(Node *n)
{
    set_out_like(n, 0, n->in[0]);
}

static void lower_blocks(Node *n)
{
    const Value *q = n->in[0], *k = n->in[CACHED_KEYS];
    int64_t heads = attr_int(n, "heads", 1), size = dim_value(dim_at(k, 3));
    double scale = attr_float(n, "scale", 0);
    Step *s = step_call(n, "attention_of_blocks_f32");
    arg_inputs(s, 0, 6, (const char *const[]){"q", "k", "v", "rows", "columns", "past"});
    arg_out(s, "y", n->out[0]);
    arg_out(s, "scores", scratch(n, "scores", DT_FLOAT, dim_add(dim_at(k, 2), dim_const(15))));
    arg_struct(s, "p", "struct attention_of_blocks");
    arg_field(s, "batch", dim_at(q, 0));
    arg_field_int(s, "heads", heads);
    arg_field(s, "kv_heads", dim_at(k, 1));
    arg_field(s, "queries", dim_at(q, 1));
    arg_field(s, "keys", dim_at(k, 2));
    arg_field_int(s, "size", size);
    arg_field(s, "layouts", dim_at(n->in[BLOCK_ROWS], 0));
    arg_field(s, "rows", dim_sub(dim_at(n->in[BLOCK_ROWS], 1), dim_const(1)));
    arg_field(s, "columns", dim_at(n->in[BLOCK_COLUMNS], 1));
    arg_field_int(s, "block", attr_int(n, "block", 1));
    arg_real(s, "scale", scale != 0 ? scale : 1 / sqrt((double)size));
}

const Op ops_group_query_attention[] = {
    {.name = "GroupQueryAttention",
     .domain = "com.microsoft",
     .since = 1,
     .infer = infer_gqa,
     .expand = expand_gqa,
     .flags = OP_HALF_NATIVE},
    {.name = "AppendPositions",
     .domain = OWN_DOMAIN,
     .since = 1,
     .infer = infer_append,
     .lower = lower_append,
     .flags = OP_HALF_NATIVE},
    {.name = "BlockAttention", .domain = OWN_DOMAIN, .since = 1, .infer = infer_blocks, .lower = lower_blocks},
    {.name = "PutPositions",
     .domain = OWN_DOMAIN,
     .since = 1,
     .infer = infer_put,
     .lower = lower_put,
     .flags = OP_HALF_NATIVE},
    {.name = "SparseAttention",
     .domain = "com.microsoft",
     .since = 1,
     .infer = infer_sparse,
     .expand = expand_sparse,
     .flags = OP_HALF_NATIVE},
    {0},
};
