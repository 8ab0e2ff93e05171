/* Attention, MultiHeadAttention, QAttention and DecoderMaskedMultiHeadAttention of com.microsoft, said in the Attention
 * of ai.onnx; the last one is a MultiHeadAttention of one query with other places for its inputs:
 * https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md#com.microsoft.MultiHeadAttention
 * Where a mask forbids a key, mask_filter_value is added to its score, as ONNX Runtime does: a query that may look at
 * nothing looks at all. Refused: what ONNX Runtime computes on GPUs only (masks of cumulated lengths, a cache that is
 * shared, rotation within, beams). */
#include "ops/shared/shared.h"

/* What all of them come to. Tensors are [batch][positions][heads * size]; those of the past and present are
 * [batch][heads][positions][size], and so are k and v if is_split. */
typedef struct {
    Value *q, *k, *v, *bias, *past_k, *past_v;
    Value *present_k, *present_v, *scores;
    int64_t heads, head_size; /* head_size: -1 if only run time tells */
    bool is_split;
} Heads;

static const DType mask_types[] = {DT_INT32};

/* Of an axis, for Reshape. */
static int64_t size_or_rest(Dim d)
{
    return dim_is_const(d) ? dim_value(d) : -1;
}

static bool need_heads(Node *n, Dim hidden, int64_t *heads)
{
    *heads = attr_int(n, "num_heads", 0);
    if (*heads > 0 && *heads <= INT32_MAX) return need_divides(n, hidden, *heads, "the last axis of the queries");
    node_invalid(n, "num_heads is %lld, expected at least 1", (long long)*heads);
    return false;
}

/* What only ONNX Runtime's kernels for GPUs take. */
static bool need_plain(Node *n, int first_input)
{
    for (int i = first_input; i < n->n_in; i++)
        if (input_of(n, i)) {
            node_error(n, "input %d \"%s\" is not supported here: no cache of this operator is shared or of beams", i,
                       shown(n->in[i]->name));
            return false;
        }
    if (!attr_int(n, "do_rotary", 0) && !attr_int(n, "past_present_share_buffer", 0)) return true;
    node_error(n, "do_rotary and past_present_share_buffer are not supported here");
    return false;
}

/* -- masks ------------------------------------------------------------------------------------- */

/* 0, 1, ... for every key: k is [batch][keys][...], the past [batch][heads][keys][...], or NULL. */
static Value *key_positions(Node *n, const Heads *h)
{
    Value *keys = NULL;
    for (int i = 0; i < 2; i++) {
        Value *from = i ? h->past_k : h->k;
        int64_t axis = i || h->is_split ? 2 : 1;
        if (!from) continue;
        Node *shape = make_node(n, "Shape", 1, &from, NULL);
        attr_set_int(shape, "start", axis);
        attr_set_int(shape, "end", axis + 1);
        keys = keys ? make2(n, "Add", keys, shape->out[0], NULL) : shape->out[0];
    }
    Value *zero = const_scalar(n, DT_INT64, 0), *one = const_scalar(n, DT_INT64, 1);
    Value *count = reshape_to(n, keys, 0, NULL);
    Value *range = make3(n, "Range", zero, count, one, NULL);
    return cast_to(n, range, DT_INT32, NULL);
}

/* Of lengths[batch], or ends[batch] and then starts[batch]: is key [batch][keys] between them? */
static Value *within(Node *n, Value *mask, bool has_starts, const Heads *h)
{
    Value *keys = key_positions(n, h), *second = const_ints(n, 1, (int64_t[]){1}), *ends = mask, *starts = NULL;
    if (has_starts) {
        Node *split = make_node(n, "Split", 1, &mask, NULL);
        node_add_output(split, value_new(n->graph, foreign_suffixed(node_stem(n), "/starts")));
        attr_set_int(split, "num_outputs", 2);
        ends = split->out[0];
        starts = split->out[1];
    }
    Value *end = make2(n, "Unsqueeze", ends, second, NULL), *before = make2(n, "Less", keys, end, NULL);
    if (!has_starts) return before;
    Value *start = make2(n, "Unsqueeze", starts, second, NULL);
    Value *from = make2(n, "GreaterOrEqual", keys, start, NULL);
    return make2(n, "And", before, from, NULL);
}

/* A mask of one element per batch beside several keys is none. */
static bool is_no_mask(const Value *mask, Dim keys)
{
    return !mask || (mask->type.shape.rank == 2 && dim_is(dim_at(mask, 1), 1) && !dim_is(keys, 1));
}

static bool need_mask(Node *n, int input, Dim batch)
{
    const Value *mask = input_of(n, input);
    if (!mask) return true;
    if (!need_type(n, input, mask_types, 1) || !need_rank(n, input, 1, 3)) return false;
    if (mask->type.shape.rank > 1) return true;
    Dim count = dim_at(mask, 0);
    if (!dims_differ(count, batch) || !dims_differ(count, dim_mul(dim_const(2), batch))) return true;
    node_error(n, "the mask has %s elements for a batch of %s, expected one or two for each, or a matrix",
               shown(dim_text(count)), shown(dim_text(batch)));
    return false;
}

/* What the mask and the bias add to the scores; NULL: nothing. */
static Value *score_bias(Node *n, int mask_input, Value *bias, Dim batch, Dim keys, const Heads *h)
{
    Value *mask = input_of(n, mask_input), *allowed;
    DType t = n->in[0]->type.dtype;
    if (!dtype_is_float(t)) t = DT_FLOAT; /* QAttention */
    if (is_no_mask(mask, keys)) return bias;
    int rank = mask->type.shape.rank;
    if (rank == 1) allowed = within(n, mask, dims_differ(dim_at(mask, 0), batch), h);
    else allowed = make2(n, "Greater", mask, const_scalar(n, DT_INT32, 0), NULL);
    Value *axes = rank == 3 ? const_ints(n, 1, (int64_t[]){1}) : const_ints(n, 2, (int64_t[]){1, 2});
    Value *fitted = make2(n, "Unsqueeze", allowed, axes, NULL), *zero = const_scalar(n, t, 0);
    Value *filter = const_scalar(n, t, attr_float(n, "mask_filter_value", -10000));
    Value *added = make3(n, "Where", fitted, zero, filter, NULL);
    return bias ? make2(n, "Add", added, bias, NULL) : added;
}

/* -- the product ------------------------------------------------------------------------------- */

static Value *split_heads(Node *n, Value *x, int64_t heads, int64_t size)
{
    Value *apart = reshape_to(n, x, 4, (int64_t[]){0, 0, heads, size});
    return permuted(n, apart, 4, (int64_t[]){0, 2, 1, 3});
}

/* If keys and values have their heads apart, so have queries and result. */
static void attend(Node *n, Heads h)
{
    Value *inputs[] = {h.q, h.k, h.v, h.bias, h.past_k, h.past_v};
    int count = h.past_k ? 6 : h.bias ? 4 : 3;
    double scale = attr_float(n, "scale", 0);
    if (h.is_split) inputs[0] = split_heads(n, h.q, h.heads, h.head_size);
    Node *attention = make_node(n, "Attention", count, inputs, h.is_split ? NULL : n->out[0]);
    attr_set_int(attention, "q_num_heads", h.heads);
    attr_set_int(attention, "kv_num_heads", h.heads);
    attr_set_int(attention, "is_causal", attr_int(n, "unidirectional", 0) != 0);
    if (scale != 0) attr_set_float(attention, "scale", scale);
    if (h.present_k || h.present_v || h.scores) {
        node_add_output(attention, h.present_k);
        node_add_output(attention, h.present_v);
    }
    if (h.scores) {
        node_add_output(attention, h.scores);
        attr_set_int(attention, "qk_matmul_output_mode", 2); /* with all that is added */
    }
    if (!h.is_split) return;
    Value *y = permuted(n, attention->out[0], 4, (int64_t[]){0, 2, 1, 3});
    make2(n, "Reshape", y, const_ints(n, 3, (int64_t[]){0, 0, h.heads * h.head_size}), n->out[0]);
}

/* x[..., sum of sizes] as parts along its last axis. */
static void split_last(Node *n, Value *x, int count, const int64_t *sizes, Value **parts)
{
    Value *split_sizes = const_ints(n, count, sizes);
    Node *split = make_node(n, "Split", 2, (Value *[]){x, split_sizes}, NULL);
    attr_set_int(split, "axis", -1);
    for (int i = 0; i < count; i++) {
        if (i) node_add_output(split, value_new(n->graph, foreign_suffixed(node_stem(n), "/part")));
        parts[i] = split->out[i];
    }
}

/* -- MultiHeadAttention ------------------------------------------------------------------------ */

enum { QUERY, KEY, VALUE, BIAS, MASK, SCORE_BIAS, PAST_KEY, PAST_VALUE, PAST_LENGTH };

/* Queries may hold keys and values, too, [batch][positions][heads][3][size]; keys values, [..][heads][2][size]. */
static bool need_form(Node *n)
{
    const Value *key = input_of(n, KEY), *value = input_of(n, VALUE);
    int rank = n->in[QUERY]->type.shape.rank, k_rank = key ? key->type.shape.rank : 0;
    if (rank == 5 && !key && !value) return need_equal(n, dim_at(n->in[QUERY], 3), dim_const(3), "axis 3, and 3");
    if (rank == 3 && k_rank == 5 && !value) return need_equal(n, dim_at(key, 3), dim_const(2), "axis 3, and 2");
    if (rank == 3 && (k_rank == 3 || k_rank == 4) && value && value->type.shape.rank == k_rank) return true;
    node_error(n, "query, key and value have shapes in which they are not supported together, expected rank 3");
    return false;
}

static void infer_multi_head(Node *n)
{
    int64_t heads;
    if (!need_counts(n, 1, 10, 1, 4) || !need_tensor_inputs(n) || !need_float(n, QUERY) || !need_rank(n, QUERY, 3, 5) ||
        !need_form(n) || !need_plain(n, PAST_LENGTH))
        return;
    const Value *q = n->in[QUERY];
    Dim hidden = q->type.shape.rank == 5 ? dim_mul(dim_at(q, 2), dim_at(q, 4)) : dim_at(q, 2);
    if (need_heads(n, hidden, &heads)) need_mask(n, MASK, dim_at(q, 0));
}

/* Parts of x along axis 3, each [batch][positions][heads * size]. */
static void unpack(Node *n, Value *x, int count, Value **parts)
{
    Node *split = make_node(n, "Split", 1, &x, NULL);
    int64_t width = size_or_rest(dim_mul(dim_at(x, 2), dim_at(x, 4)));
    attr_set_int(split, "axis", 3);
    attr_set_int(split, "num_outputs", count);
    for (int i = 1; i < count; i++)
        node_add_output(split, value_new(n->graph, foreign_suffixed(node_stem(n), "/part")));
    for (int i = 0; i < count; i++) parts[i] = reshape_to(n, split->out[i], 3, (int64_t[]){0, 0, width});
}

/* The bias is that of the queries, then of the keys, then of the values; keys with their heads apart have theirs. */
static void add_biases(Node *n, Heads *h, int64_t hidden)
{
    Value *bias = input_of(n, BIAS), *parts[3];
    if (!bias) return;
    int64_t rest = size_or_rest(dim_at(bias, 0)) - 2 * hidden, sizes[] = {hidden, hidden, rest};
    split_last(n, bias, 3, sizes, parts);
    h->q = make2(n, "Add", h->q, parts[0], NULL);
    if (h->is_split) return;
    h->k = make2(n, "Add", h->k, parts[1], NULL);
    h->v = make2(n, "Add", h->v, parts[2], NULL);
}

static void read_operands(Node *n, Heads *h)
{
    Value *parts[3];
    *h = (Heads){.q = n->in[QUERY],
                 .k = input_of(n, KEY),
                 .v = input_of(n, VALUE),
                 .past_k = input_of(n, PAST_KEY),
                 .past_v = input_of(n, PAST_VALUE),
                 .present_k = output_of(n, 1),
                 .present_v = output_of(n, 2),
                 .scores = output_of(n, 3)};
    h->is_split = h->k && h->k->type.shape.rank == 4;
    if (!h->k) {
        unpack(n, h->q, 3, parts);
        h->q = parts[0];
        h->k = parts[1];
        h->v = parts[2];
    } else if (!h->v) {
        unpack(n, h->k, 2, parts);
        h->k = parts[0];
        h->v = parts[1];
    }
}

static void expand_multi_head(Node *n)
{
    Heads h;
    const Value *q = n->in[QUERY], *key = input_of(n, KEY);
    Dim batch = dim_at(q, 0), keys = key ? dim_at(key, key->type.shape.rank == 4 ? 2 : 1) : dim_at(q, 1);
    Dim hidden = q->type.shape.rank == 5 ? dim_mul(dim_at(q, 2), dim_at(q, 4)) : dim_at(q, 2);
    read_operands(n, &h);
    if (!need_heads(n, hidden, &h.heads)) return;
    if (!dim_is_const(hidden)) {
        node_error(n, "the width of its queries, %s, is known only at run time", shown(dim_text(hidden)));
        return;
    }
    h.head_size = dim_value(hidden) / h.heads;
    if (h.past_k) keys = dim_add(keys, dim_at(h.past_k, 2));
    add_biases(n, &h, dim_value(hidden));
    h.bias = score_bias(n, MASK, input_of(n, SCORE_BIAS), batch, keys, &h);
    attend(n, h);
}

/* -- DecoderMaskedMultiHeadAttention ----------------------------------------------------------- */

/* Its inputs by the places of MultiHeadAttention. */
static const int decoder_inputs[] = {0, 1, 2, 10, 3, 4, 5, 6};

static void infer_decoder(Node *n)
{
    if (!need_counts(n, 1, 11, 1, 4) || !need_tensor_inputs(n) || !need_float(n, 0)) return;
    for (int i = 8; i < 10; i++)
        if (input_of(n, i)) {
            node_error(n, "input %d \"%s\" is of beams, which are not supported here", i, shown(n->in[i]->name));
            return;
        }
    if (attr_int(n, "past_present_share_buffer", 0))
        node_error(n,
                   "a cache that is shared is not supported here; export the model without past_present_share_buffer");
}

static void expand_decoder(Node *n)
{
    Value *inputs[8];
    for (int i = 0; i < 8; i++) inputs[i] = input_of(n, decoder_inputs[i]);
    Node *attention = make_node(n, "MultiHeadAttention", 8, inputs, n->out[0]);
    copy_attributes(attention, n);
    attention->domain = n->domain;
    attention->opset = 1;
    for (int i = 1; i < n->n_out; i++) node_add_output(attention, n->out[i]);
}

/* -- Attention --------------------------------------------------------------------------------- */

/* Widths of queries, keys and values beside one another. */
static bool read_widths(Node *n, Dim total, int64_t *widths)
{
    const int64_t *given;
    int count = attr_ints(n, "qkv_hidden_sizes", &given);
    if (!dim_is_const(total)) {
        node_error(n, "the width of its weights, %s, is known only at run time", shown(dim_text(total)));
        return false;
    }
    for (int i = 0; i < 3; i++) widths[i] = count == 3 ? given[i] : dim_value(total) / 3;
    if (widths[0] > 0 && widths[0] == widths[1] && widths[2] > 0 && dim_value(total) - widths[2] == 2 * widths[0])
        return true;
    node_invalid(n, "qkv_hidden_sizes are no three parts of the %lld columns of the weights, the first two equal",
                 (long long)dim_value(total));
    return false;
}

static bool need_projection(Node *n, int mask, int past)
{
    int64_t heads, widths[3];
    if (!need_rank(n, 0, 3, 3) || !need_rank(n, 1, 2, 2) || !need_mask(n, mask, dim_at(n->in[0], 0)) ||
        !need_rank(n, past, 5, 5) || !read_widths(n, dim_at(n->in[1], 1), widths) ||
        !need_heads(n, dim_const(widths[0]), &heads))
        return false;
    if (widths[2] % heads == 0) return true;
    node_invalid(n, "%lld columns of values are no multiple of num_heads", (long long)widths[2]);
    return false;
}

static void infer_attention(Node *n)
{
    if (need_counts(n, 2, 7, 1, 2) && need_tensor_inputs(n) && need_float(n, 0) && need_plain(n, 6))
        need_projection(n, 3, 4);
}

/* The cache is [keys and values][batch][heads][positions][size]. */
static void take_past(Node *n, Value *past, Heads *h)
{
    Value *parts[2], *first = const_ints(n, 1, (int64_t[]){0});
    Node *split = make_node(n, "Split", 1, &past, NULL);
    node_add_output(split, value_new(n->graph, foreign_suffixed(node_stem(n), "/past_value")));
    attr_set_int(split, "num_outputs", 2);
    for (int i = 0; i < 2; i++) parts[i] = make2(n, "Squeeze", split->out[i], first, NULL);
    h->past_k = parts[0];
    h->past_v = parts[1];
}

static void give_present(Node *n, Heads *h)
{
    Value *first = const_ints(n, 1, (int64_t[]){0});
    Value *k = make2(n, "Unsqueeze", h->present_k, first, NULL), *v = make2(n, "Unsqueeze", h->present_v, first, NULL);
    Node *both = make_node(n, "Concat", 2, (Value *[]){k, v}, n->out[1]);
    attr_set_int(both, "axis", 0);
}

/* projected: [batch][positions][widths of queries, keys, values]. */
static void attend_projected(Node *n, Value *projected, int mask, Value *past, Value *bias)
{
    int64_t widths[3];
    Value *parts[3];
    Heads h = {.heads = attr_int(n, "num_heads", 1)};
    Dim keys = dim_at(n->in[0], 1);
    if (!read_widths(n, dim_at(n->in[1], 1), widths)) return;
    split_last(n, projected, 3, widths, parts);
    h.q = parts[0];
    h.k = parts[1];
    h.v = parts[2];
    h.head_size = widths[0] / h.heads;
    if (past) {
        take_past(n, past, &h);
        keys = dim_add(keys, dim_at(past, 3));
    }
    if (output_of(n, 1)) {
        h.present_k = value_new(n->graph, foreign_suffixed(node_stem(n), "/present_key"));
        h.present_v = value_new(n->graph, foreign_suffixed(node_stem(n), "/present_value"));
    }
    h.bias = score_bias(n, mask, bias, dim_at(n->in[0], 0), keys, &h);
    attend(n, h);
    if (output_of(n, 1)) give_present(n, &h);
}

static void expand_attention(Node *n)
{
    Value *projected = make2(n, "MatMul", n->in[0], n->in[1], NULL);
    if (input_of(n, 2)) projected = make2(n, "Add", projected, n->in[2], NULL);
    attend_projected(n, projected, 3, input_of(n, 4), input_of(n, 5));
}

/* -- QAttention -------------------------------------------------------------------------------- */

enum { Q_X, Q_W, Q_BIAS, Q_X_SCALE, Q_W_SCALE, Q_MASK, Q_X_ZERO, Q_W_ZERO, Q_PAST };

static void infer_quantized(Node *n)
{
    if (!need_counts(n, 5, 9, 1, 2) || !need_tensor_inputs(n) || !need_quantized(n, Q_X, Q_X_SCALE, Q_X_ZERO) ||
        !need_quantized(n, Q_W, Q_W_SCALE, Q_W_ZERO) || !need_plain(n, n->n_in))
        return;
    need_projection(n, Q_MASK, Q_PAST);
}

static void expand_quantized(Node *n)
{
    Value *x_zero = input_of(n, Q_X_ZERO), *w_zero = input_of(n, Q_W_ZERO);
    Value *sums = make_node(n, "MatMulInteger", 4, (Value *[]){n->in[Q_X], n->in[Q_W], x_zero, w_zero}, NULL)->out[0];
    Value *scale = make2(n, "Mul", n->in[Q_X_SCALE], n->in[Q_W_SCALE], NULL);
    Value *real = cast_to(n, sums, DT_FLOAT, NULL), *product = make2(n, "Mul", real, scale, NULL);
    if (input_of(n, Q_BIAS)) product = make2(n, "Add", product, n->in[Q_BIAS], NULL);
    attend_projected(n, product, Q_MASK, input_of(n, Q_PAST), NULL);
}

#define CONTRIB(op, f) \
    { \
        .name = op, .domain = "com.microsoft", .since = 1, .infer = infer_##f, .expand = expand_##f, \
        .flags = OP_HALF_NATIVE \
    }

const Op ops_attention_contrib[] = {
    CONTRIB("Attention", attention),
    CONTRIB("DecoderMaskedMultiHeadAttention", decoder),
    CONTRIB("MultiHeadAttention", multi_head),
    CONTRIB("QAttention", quantized),
    {0},
};
