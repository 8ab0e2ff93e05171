/* Attention: https://onnx.ai/onnx/operators/onnx__Attention.html
 * Differences between its versions are inputs and attributes that older ones don't have. softmax_precision is met or
 * exceeded by computing in the type of Q, or float32 if that is half precision. With qk_matmul_output_mode 0 the fourth
 * output is the scaled product as the specification says, also if there is a softcap. */
#include "kernels.h"
#include "op/op.h"

#include <string.h>

enum { PAD_MASK_SINCE = 24 }; /* from this opset on a short mask ends before the keys do, even if it has one element */

typedef struct {
    bool merged; /* heads are merged into the last axis: rank 3 */
    Dim batch, q_heads, kv_heads, queries, steps, past, keys, size, v_size;
} Sizes;

/* -- reading ----------------------------------------------------------------------------------- */

static bool heads_of(Node *n, const char *attribute, Dim *heads)
{
    int64_t count = attr_int(n, attribute, 0);
    *heads = dim_const(count);
    if (count > 0) return true;
    node_invalid(n, "%s is %lld, expected the number of heads, as Q, K and V have rank 3", attribute, (long long)count);
    return false;
}

static bool head_size(Node *n, int input, Dim heads, Dim *size)
{
    Dim hidden = dim_at(n->in[input], 2);
    if (!need_divides(n, hidden, dim_value(heads), mem_printf("last axis of input %d", input))) return false;
    *size = dim_floordiv(hidden, heads);
    return true;
}

static bool read_merged(Node *n, Sizes *s)
{
    Dim k_size;
    s->queries = dim_at(n->in[0], 1);
    s->steps = dim_at(n->in[1], 1);
    return heads_of(n, "q_num_heads", &s->q_heads) && heads_of(n, "kv_num_heads", &s->kv_heads) &&
           head_size(n, 0, s->q_heads, &s->size) && head_size(n, 1, s->kv_heads, &k_size) &&
           head_size(n, 2, s->kv_heads, &s->v_size) && need_equal(n, s->size, k_size, "head sizes of Q and K") &&
           need_equal(n, s->steps, dim_at(n->in[2], 1), "positions of K and V");
}

static bool read_separate(Node *n, Sizes *s)
{
    const Value *q = n->in[0], *k = n->in[1], *v = n->in[2];
    s->q_heads = dim_at(q, 1);
    s->kv_heads = dim_at(k, 1);
    s->queries = dim_at(q, 2);
    s->steps = dim_at(k, 2);
    s->size = dim_at(q, 3);
    s->v_size = dim_at(v, 3);
    return need_equal(n, s->size, dim_at(k, 3), "head sizes of Q and K") &&
           need_equal(n, s->kv_heads, dim_at(v, 1), "heads of K and V") &&
           need_equal(n, s->steps, dim_at(v, 2), "positions of K and V");
}

static bool read_sizes(Node *n, Sizes *s)
{
    *s = (Sizes){.merged = n->in[0]->type.shape.rank == 3, .batch = dim_at(n->in[0], 0), .past = dim_const(0)};
    if (!(s->merged ? read_merged(n, s) : read_separate(n, s))) return false;
    if (input_of(n, 4)) s->past = dim_at(n->in[4], 2);
    s->keys = dim_add(s->past, s->steps);
    for (int i = 1; i < 3; i++)
        if (!need_equal(n, s->batch, dim_at(n->in[i], 0), "batch of Q, K and V")) return false;
    if (dim_divides(s->kv_heads, s->q_heads)) return true;
    node_invalid(n, "Q has %s heads, expected a multiple of the %s heads of K and V", shown(dim_text(s->q_heads)),
                 shown(dim_text(s->kv_heads)));
    return false;
}

/* Without the attribute, the scale follows from the size of a head, which is then a number in the generated code. */
static bool need_scale(Node *n, const Sizes *s)
{
    if (attr_find(n, "scale") || dim_is_const(s->size)) return true;
    node_error(n,
               "the size of a head, %s, is known only at run time, but the scale follows from it; fix it with --dim, "
               "or give the attribute scale",
               shown(dim_text(s->size)));
    return false;
}

static bool need_cache(Node *n, const Sizes *s, int input, Dim size)
{
    Dim wanted[] = {s->batch, s->kv_heads, s->past, size};
    if (!input_of(n, input)) return true;
    if (!need_rank(n, input, 4, 4)) return false;
    for (int i = 0; i < 4; i++)
        if (!need_equal(n, dim_at(n->in[input], i), wanted[i],
                        mem_printf("axis %d of input %d and the sizes of Q, K and V", i, input)))
            return false;
    return true;
}

/* The mask broadcasts to [batch, q_heads, queries, keys], except that its last axis may be shorter. */
static bool need_mask(Node *n, const Sizes *s)
{
    const Value *mask = input_of(n, 3);
    if (!mask) return true;
    if (mask->type.dtype != DT_BOOL && !need_same_type(n, 0, 3)) return false;
    if (!need_rank(n, 3, 1, 4)) return false;
    Dim wanted[] = {s->batch, s->q_heads, s->queries, s->keys};
    for (int i = 0, rank = mask->type.shape.rank; i < rank; i++) {
        Dim d = mask->type.shape.dim[i], w = wanted[4 - rank + i];
        if (dim_is(d, 1) || (i + 1 == rank && n->opset >= PAD_MASK_SINCE && dim_low(dim_sub(w, d)) >= 0)) continue;
        if (!need_equal(n, d, w, mem_printf("axis %d of attn_mask and the shape it broadcasts to", i))) return false;
    }
    return true;
}

static bool need_attributes(Node *n)
{
    int64_t mode = attr_int(n, "qk_matmul_output_mode", 0);
    if (mode < 0 || mode > 3) {
        node_invalid(n, "qk_matmul_output_mode is %lld, expected 0 to 3", (long long)mode);
        return false;
    }
    if (!input_of(n, 4) != !input_of(n, 5)) {
        node_invalid(n, "has only one of past_key and past_value, expected both or none");
        return false;
    }
    if (input_of(n, 6) && input_of(n, 4)) {
        node_invalid(n, "has nonpad_kv_seqlen and past_key, expected at most one of them");
        return false;
    }
    for (int i = 0; i < 2; i++) {
        const char *name = i ? "right_window_size" : "left_window_size";
        int64_t size = attr_int(n, name, -1);
        if (size >= -1 && size <= INT32_MAX) continue;
        node_invalid(n, "%s is %lld, expected -1 or a number of keys", name, (long long)size);
        return false;
    }
    return true;
}

static bool need_inputs(Node *n)
{
    static const DType int64[] = {DT_INT64};
    if (!need_counts(n, 3, 7, 1, 4) || !need_tensor_inputs(n) || !need_float(n, 0) || !need_type(n, 6, int64, 1) ||
        !need_rank(n, 6, 1, 1))
        return false;
    for (int i = 1; i < 6; i++)
        if (i != 3 && !need_same_type(n, 0, i)) return false;
    int rank = n->in[0]->type.shape.rank;
    return need_rank(n, 0, 3, 4) && need_rank(n, 1, rank, rank) && need_rank(n, 2, rank, rank) &&
           need_rank(n, 4, 4, 4) && need_attributes(n);
}

static void infer_attention(Node *n)
{
    Sizes s;
    if (!need_inputs(n) || !read_sizes(n, &s) || !need_scale(n, &s) || !need_mask(n, &s) ||
        !need_cache(n, &s, 4, s.size) || !need_cache(n, &s, 5, s.v_size))
        return;
    if (input_of(n, 6) && !need_equal(n, dim_at(n->in[6], 0), s.batch, "size of nonpad_kv_seqlen and the batch"))
        return;
    DType t = n->in[0]->type.dtype;
    Shape y = s.merged ? shape_of(3, (Dim[]){s.batch, s.queries, dim_mul(s.q_heads, s.v_size)})
                       : shape_of(4, (Dim[]){s.batch, s.q_heads, s.queries, s.v_size});
    Shape key = shape_of(4, (Dim[]){s.batch, s.kv_heads, s.keys, s.size}),
          value = shape_of(4, (Dim[]){s.batch, s.kv_heads, s.keys, s.v_size});
    Shape scores = shape_of(4, (Dim[]){s.batch, s.q_heads, s.queries, s.keys});
    set_out(n, 0, t, &y);
    set_out(n, 1, t, &key);
    set_out(n, 2, t, &value);
    set_out(n, 3, t, &scores);
}

/* -- lowering ---------------------------------------------------------------------------------- */

/* Strides by batch, head and position of a tensor with `count` positions and `heads` heads of `size` elements. */
typedef struct {
    Dim batch, head, step;
} Strides;

static Strides strides_of(bool merged, Dim heads, Dim count, Dim size)
{
    Dim batch = dim_mul(dim_mul(heads, count), size);
    return merged ? (Strides){batch, size, dim_mul(heads, size)} : (Strides){batch, dim_mul(count, size), size};
}

static void strides_fields(Step *step, const char *name, Strides s)
{
    arg_field(step, mem_printf("%s_batch", name), s.batch);
    arg_field(step, mem_printf("%s_head", name), s.head);
    arg_field(step, mem_printf("%s_step", name), s.step);
}

/* Keys or values with those of the past in front, in output `output` of the node if it has one. */
static Value *cached(Node *n, const Sizes *s, int input, int output, Dim size, Strides *strides)
{
    Value *x = n->in[input], *old = input_of(n, input + 3), *cache = output_of(n, output);
    *strides = strides_of(s->merged, s->kv_heads, s->steps, size);
    if (!old && !cache) return x;
    Strides new_ones = *strides;
    *strides = strides_of(false, s->kv_heads, s->keys, size);
    if (!cache) cache = scratch(n, input == 1 ? "keys" : "values", x->type.dtype, dim_mul(s->batch, strides->batch));
    Dim bytes = dim_const(dtype_bytes(x->type.dtype, 1));
    Step *step = step_call(n, "attention_cache");
    arg_in(step, "old", old);
    arg_in(step, "x", x);
    arg_out(step, "cache", cache);
    arg_struct(step, "p", "struct attention_cache");
    arg_field(step, "batch", s->batch);
    arg_field(step, "heads", s->kv_heads);
    arg_field(step, "steps", s->steps);
    arg_field(step, "past", dim_mul(dim_mul(s->past, size), bytes));
    arg_field(step, "row", dim_mul(size, bytes));
    strides_fields(step, "x",
                   (Strides){dim_mul(new_ones.batch, bytes), dim_mul(new_ones.head, bytes),
                             dim_mul(new_ones.step, bytes)});
    return cache;
}

static void mask_fields(Node *n, Step *step, const Sizes *s)
{
    static const char *const names[] = {"mask_batch", "mask_head", "mask_query", "mask_key"};
    const Value *mask = input_of(n, 3);
    arg_field(step, "mask_keys", s->keys);
    if (!mask) return;
    Dim stride = dim_const(1);
    int rank = mask->type.shape.rank;
    bool padded = n->opset >= PAD_MASK_SINCE;
    for (int i = rank - 1; i >= 0; i--) {
        Dim d = mask->type.shape.dim[i];
        bool last = i == rank - 1, repeats = dim_is(d, 1) && !(last && padded);
        arg_field(step, names[4 - rank + i], repeats ? dim_const(0) : stride);
        stride = dim_mul(stride, d);
    }
    if (padded) arg_field(step, "mask_keys", dim_at(mask, -1));
}

static void size_fields(Node *n, Step *step, const Sizes *s)
{
    arg_field(step, "batch", s->batch);
    arg_field(step, "q_heads", s->q_heads);
    arg_field(step, "kv_heads", s->kv_heads);
    arg_field(step, "queries", s->queries);
    arg_field(step, "keys", s->keys);
    arg_field(step, "size", s->size);
    arg_field(step, "v_size", s->v_size);
    arg_field(step, "past", s->past);
    arg_field_int(step, "causal", attr_int(n, "is_causal", 0) != 0);
    arg_field_int(step, "left", attr_int(n, "left_window_size", -1));
    arg_field_int(step, "right", attr_int(n, "right_window_size", -1));
    arg_field_int(step, "output", attr_int(n, "qk_matmul_output_mode", 0));
    mask_fields(n, step, s);
}

/* How many queries there may be decides whether keys and values are packed. */
static bool may_be_few(const Sizes *s)
{
    return dim_low(s->queries) <= ATTENTION_FEW;
}

static bool may_be_many(const Sizes *s)
{
    return dim_high(s->queries) > ATTENTION_FEW;
}

/* The scores of a block of queries, and panels of keys and values. */
static Dim block_scratch(const Sizes *s)
{
    Dim keys = dim_add(s->keys, dim_const(15)), scores = dim_mul(dim_const(ATTENTION_ROWS), keys);
    Dim together = dim_mul(s->q_heads, s->queries);
    if (!may_be_many(s)) return dim_high(together) < ATTENTION_ROWS ? dim_mul(together, keys) : scores;
    Dim k = dim_mul(keys, s->size), v = dim_mul(dim_add(s->v_size, dim_const(15)), s->keys);
    return dim_add(dim_add(k, v), scores);
}

/* Without the scores as a result. */
static const char *block_kernel(const Sizes *s)
{
    if (!may_be_many(s)) return "attention_few_f32";
    return may_be_few(s) ? "attention_any_f32" : "attention_blocks_f32";
}

typedef struct {
    Value *q, *k, *v;
    Dim q_at, k_at, v_at;
    Strides q_strides, k_strides, v_strides, y_strides;
} Operands;

static Step *call_attention(Node *n, const Sizes *s, const Operands *o)
{
    DType t = n->in[0]->type.dtype;
    Value *mask = input_of(n, 3);
    bool is_bool = mask && mask->type.dtype == DT_BOOL, blocks = t == DT_FLOAT && !output_of(n, 3);
    Step *step = blocks ? step_call(n, "%s", block_kernel(s)) : step_call(n, "attention_%s", dtype_suffix(t));
    arg_in_at(step, "q", o->q, o->q_at);
    arg_in_at(step, "k", o->k, o->k_at);
    arg_in_at(step, "v", o->v, o->v_at);
    arg_in(step, "allowed", is_bool ? mask : NULL);
    arg_in(step, "bias", is_bool ? NULL : mask);
    arg_in(step, "lengths", input_of(n, 6));
    arg_out(step, "y", n->out[0]);
    if (!blocks) arg_out(step, "scores", output_of(n, 3));
    if (blocks) arg_out(step, "scratch", scratch(n, "panels", t, block_scratch(s)));
    else arg_out(step, "row", scratch(n, "row", t, s->keys));
    arg_struct(step, "p", "struct attention");
    size_fields(n, step, s);
    strides_fields(step, "q", o->q_strides);
    strides_fields(step, "k", o->k_strides);
    strides_fields(step, "v", o->v_strides);
    strides_fields(step, "y", o->y_strides);
    double size = (double)dim_high(s->size);
    arg_real(step, "scale", attr_float(n, "scale", size > 0 ? 1 / sqrt(size) : 1));
    arg_real(step, "softcap", attr_float(n, "softcap", 0));
    step->macs = dim_high(
        dim_mul(dim_mul(s->batch, dim_mul(s->q_heads, s->queries)), dim_mul(s->keys, dim_add(s->size, s->v_size))));
    return step;
}

/* Where [batch][heads][positions][size] is. */
static Strides in_place(Value **v, Dim *at)
{
    const StridedView p = strided_view(*v);
    *v = p.base;
    *at = p.at;
    return (Strides){p.stride[0], p.stride[1], p.stride[2]};
}

static void lower_attention(Node *n)
{
    Sizes s;
    Operands o = {.q = n->in[0]};
    if (!read_sizes(n, &s)) return;
    o.k = cached(n, &s, 1, 1, s.size, &o.k_strides);
    o.v = cached(n, &s, 2, 2, s.v_size, &o.v_strides);
    if (!s.merged && o.k == n->in[1]) o.k_strides = in_place(&o.k, &o.k_at);
    if (!s.merged && o.v == n->in[2]) o.v_strides = in_place(&o.v, &o.v_at);
    o.q_strides = strides_of(s.merged, s.q_heads, s.queries, s.size);
    o.y_strides = strides_of(s.merged, s.q_heads, s.queries, s.v_size);
    call_attention(n, &s, &o);
}

/* -- what rewrite_attention makes of the formula ----------------------------------------------- */

/* y is [batch][heads][positions][size], or, where positions_first says so, [batch][positions][heads][size]. */
static void lower_formula(Node *n)
{
    const Value *q = n->in[0], *k = n->in[1], *v = n->in[2];
    Sizes s = {.batch = dim_at(q, 0),
               .q_heads = dim_at(q, 1),
               .kv_heads = dim_at(k, 1),
               .queries = dim_at(q, 2),
               .past = dim_const(0),
               .keys = dim_at(k, 2),
               .size = dim_at(q, 3),
               .v_size = dim_at(v, 3)};
    Operands o = {.q = n->in[0],
                  .k = n->in[1],
                  .v = n->in[2],
                  .y_strides = strides_of(own_int(n, "positions_first", 0) != 0, s.q_heads, s.queries, s.v_size)};
    o.q_strides = in_place(&o.q, &o.q_at);
    o.k_strides = in_place(&o.k, &o.k_at);
    o.v_strides = in_place(&o.v, &o.v_at);
    arg_field_int(call_attention(n, &s, &o), "nan", own_int(n, "guarded", 0) ? ATTENTION_NAN_IS_0 : ATTENTION_NAN);
}

const Op op_attention_formula = {.name = "Attention", .domain = "", .since = 23, .lower = lower_formula};

const Op ops_attention[] = {
    {.name = "Attention", .domain = "", .since = 23, .infer = infer_attention, .lower = lower_attention},
    {0},
};
