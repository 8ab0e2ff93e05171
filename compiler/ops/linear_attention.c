/* LinearAttention: https://onnx.ai/onnx/operators/onnx__LinearAttention.html, and that of com.microsoft.
 * How the chunks of a long prompt are cut (chunk_size) changes nothing but the order of sums: here step by step. */
#include "op/op.h"

enum { QUERY, KEY, VALUE, PAST, DECAY, RATE };

typedef struct {
    bool decays, corrects;
    int64_t heads, kv_heads;
    Dim key_size, value_size;
} Recurrence;

static bool read_rule(Node *n, Recurrence *r)
{
    static const AttrWord rules[] = {{"linear", 0}, {"gated", 1}, {"delta", 2}, {"gated_delta", 3}, {0}};
    int rule;
    if (!attr_word(n, "update_rule", "gated_delta", rules, &rule)) return false;
    r->decays = rule & 1;
    r->corrects = rule & 2;
    if ((!r->decays || input_of(n, DECAY)) && (!r->corrects || input_of(n, RATE))) return true;
    node_invalid(n, "its update_rule needs %s, which is omitted", input_of(n, DECAY) ? "beta" : "decay");
    return false;
}

static bool read_recurrence(Node *n, Recurrence *r)
{
    if (!read_rule(n, r)) return false;
    r->heads = attr_int(n, "q_num_heads", 0);
    r->kv_heads = attr_int(n, "kv_num_heads", 0);
    if (r->heads < 1 || r->kv_heads < 1 || r->heads > INT32_MAX || r->heads % r->kv_heads) {
        node_invalid(n, "q_num_heads is %lld and kv_num_heads %lld, expected a multiple of the latter",
                     (long long)r->heads, (long long)r->kv_heads);
        return false;
    }
    if (!need_divides(n, dim_at(n->in[QUERY], 2), r->heads, "the last axis of the queries") ||
        !need_divides(n, dim_at(n->in[VALUE], 2), r->kv_heads, "the last axis of the values"))
        return false;
    r->key_size = dim_floordiv(dim_at(n->in[QUERY], 2), dim_const(r->heads));
    r->value_size = dim_floordiv(dim_at(n->in[VALUE], 2), dim_const(r->kv_heads));
    return true;
}

static Shape state_shape(const Node *n, const Recurrence *r)
{
    return shape_of(4, (Dim[]){dim_at(n->in[QUERY], 0), dim_const(r->kv_heads), r->key_size, r->value_size});
}

static bool need_narrow(Node *n, int input)
{
    return need_type(n, input, (DType[]){DT_FLOAT16, DT_BFLOAT16, DT_FLOAT}, 3);
}

static bool need_batch_and_steps(Node *n)
{
    for (int i = KEY; i < n->n_in; i++) {
        if (!input_of(n, i) || i == PAST) continue;
        if (!need_rank(n, i, 3, 3) || !need_narrow(n, i) ||
            !need_equal(n, dim_at(n->in[QUERY], 0), dim_at(n->in[i], 0), "batch of the queries and of another input") ||
            !need_equal(n, dim_at(n->in[QUERY], 1), dim_at(n->in[i], 1), "steps of the queries and of another input"))
            return false;
    }
    return true;
}

/* Is d known to be one or the other? */
static bool need_either(Node *n, Dim d, Dim a, Dim b, const char *what)
{
    if (d == a || d == b) return true;
    return need_equal(n, d, b, what);
}

static bool need_sizes(Node *n, const Recurrence *r)
{
    Dim kv_heads = dim_const(r->kv_heads), keys = dim_mul(kv_heads, r->key_size);
    const Value *past = input_of(n, PAST);
    if (!need_equal(n, dim_at(n->in[KEY], 2), keys, "the last axis of the keys, and what the heads have") ||
        (r->decays && !need_either(n, dim_at(n->in[DECAY], 2), kv_heads, keys, "the last axis of decay")) ||
        (r->corrects && !need_either(n, dim_at(n->in[RATE], 2), kv_heads, dim_const(1), "the last axis of beta")))
        return false;
    if (!past) return true;
    if (!need_rank(n, PAST, 4, 4) || !need_narrow(n, PAST)) return false;
    Shape state = state_shape(n, r);
    for (int d = 0; d < 4; d++)
        if (!need_equal(n, dim_at(past, d), state.dim[d], "the state, and what the heads have")) return false;
    return true;
}

static void infer_linear_attention(Node *n)
{
    Recurrence r;
    if (!need_counts(n, 3, 6, 1, 2) || !need_tensor_inputs(n) || !need_rank(n, QUERY, 3, 3) || !need_narrow(n, QUERY) ||
        !need_batch_and_steps(n) || !read_recurrence(n, &r) || !need_sizes(n, &r))
        return;
    const Value *q = n->in[QUERY], *past = input_of(n, PAST);
    Shape y = shape_of(3, (Dim[]){dim_at(q, 0), dim_at(q, 1), dim_mul(r.value_size, dim_const(r.heads))});
    Shape state = state_shape(n, &r);
    set_out(n, 0, q->type.dtype, &y);
    set_out(n, 1, past ? past->type.dtype : q->type.dtype, &state);
}

static void arg_recurrence(Step *s, const Node *n, const Recurrence *r)
{
    const Value *q = n->in[QUERY];
    bool whole = r->decays && dim_at(n->in[DECAY], 2) != dim_const(r->kv_heads);
    bool shared = r->corrects && dim_at(n->in[RATE], 2) != dim_const(r->kv_heads);
    arg_struct(s, "p", "struct linear_attention");
    arg_field(s, "batch", dim_at(q, 0));
    arg_field(s, "steps", dim_at(q, 1));
    arg_field_int(s, "heads", r->heads);
    arg_field_int(s, "kv_heads", r->kv_heads);
    arg_field(s, "key_size", r->key_size);
    arg_field(s, "value_size", r->value_size);
    arg_field(s, "decays", !r->decays ? dim_const(0) : whole ? r->key_size : dim_const(1));
    arg_field_int(s, "rates", !r->corrects ? 0 : shared ? 1 : r->kv_heads);
}

static void lower_linear_attention(Node *n)
{
    Recurrence r;
    if (!read_recurrence(n, &r)) return;
    Value *present = output_of(n, 1), *past = input_of(n, PAST);
    Shape state = state_shape(n, &r);
    if (!present) present = scratch(n, "state", DT_FLOAT, shape_elements(&state));
    double scale = attr_float(n, "scale", 0), size = (double)dim_high(r.key_size);
    Step *s = step_call(n, "linear_attention_f32");
    arg_inputs(s, QUERY, 4, (const char *const[]){"q", "k", "v", "past"});
    arg_in(s, "decay", r.decays ? n->in[DECAY] : NULL);
    arg_in(s, "rate", r.corrects ? n->in[RATE] : NULL);
    arg_out(s, "u", scratch(n, "update", DT_FLOAT, r.value_size));
    arg_out(s, "y", n->out[0]);
    arg_out(s, "s", present);
    arg_real(s, "scale", scale != 0 ? scale : 1 / sqrt(size > 0 ? size : 1));
    arg_recurrence(s, n, &r);
    if (past && output_of(n, 1)) step_inplace(s, past, present);
}

#define LINEAR_ATTENTION(d, v) \
    { \
        .name = "LinearAttention", .domain = d, .since = v, .infer = infer_linear_attention, \
        .lower = lower_linear_attention \
    }

const Op ops_linear_attention[] = {
    LINEAR_ATTENTION("", 27),
    LINEAR_ATTENTION("com.microsoft", 1),
    {0},
};
