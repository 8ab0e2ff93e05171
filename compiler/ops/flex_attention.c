/* FlexAttention of ai.onnx.preview: https://onnx.ai/onnx/operators/onnx_aionnxpreview_FlexAttention.html
 * Attention whose scores and probabilities go through graphs of the model's: these take the node's place, with the
 * products and the Softmax around them. Products of halves are computed in float32. */
#include "ops/shared/shared.h"

enum { Q, K, V };
enum { MOST_HEADS = 65536 }; /* each is a number in a list */

/* Between the products. */
static DType precision_of(Node *n)
{
    DType otherwise = n->in[Q]->type.dtype == DT_DOUBLE ? DT_DOUBLE : DT_FLOAT;
    return (DType)attr_int(n, "softmax_precision", otherwise);
}

static bool need_precision(Node *n)
{
    DType t = precision_of(n);
    if (t == DT_FLOAT || t == DT_DOUBLE || dtype_is_half(t)) return true;
    node_invalid(n, "attribute \"softmax_precision\" is %d, expected that of a floating-point type", (int)t);
    return false;
}

static bool need_heads(Node *n)
{
    Dim heads = dim_at(n->in[Q], 1), kv_heads = dim_at(n->in[K], 1);
    if (!dim_is_const(heads) || !dim_is_const(kv_heads) || !dim_is_const(dim_at(n->in[Q], 3))) {
        node_error(n, "the heads or their size are known only at run time; fix them with --dim");
        return false;
    }
    int64_t count = dim_value(heads), groups = dim_value(kv_heads);
    if (groups > 0 && count % groups == 0 && count <= MOST_HEADS) return true;
    node_invalid(n, "has %lld heads of queries and %lld of keys, expected a multiple of the latter, up to %d",
                 (long long)count, (long long)groups, MOST_HEADS);
    return false;
}

static bool need_modifier(Node *n, const char *name)
{
    const Attr *a = attr_find(n, name);
    if (!a) return true;
    const Graph *g = body_of(n, name);
    if (!g) return false;
    if (g->n_inputs == 1 && g->n_outputs == 1) return true;
    node_invalid(n, "its graph \"%s\" has %d inputs and %d outputs, expected one of each", name, g->n_inputs,
                 g->n_outputs);
    return false;
}

static void infer_flex_attention(Node *n)
{
    if (!need_counts(n, 3, 3, 1, 1) || !need_tensor_inputs(n) || !need_float(n, Q) || !need_same_type(n, Q, K) ||
        !need_same_type(n, Q, V) || !need_rank(n, Q, 4, 4) || !need_rank(n, K, 4, 4) || !need_rank(n, V, 4, 4) ||
        !need_precision(n) || !need_heads(n) || !need_modifier(n, "score_mod") || !need_modifier(n, "prob_mod"))
        return;
    const Value *q = n->in[Q], *k = n->in[K], *v = n->in[V];
    if (!need_equal(n, dim_at(q, 0), dim_at(k, 0), "batch of queries and keys") ||
        !need_equal(n, dim_at(q, 0), dim_at(v, 0), "batch of queries and values") ||
        !need_equal(n, dim_at(k, 1), dim_at(v, 1), "heads of keys and values") ||
        !need_equal(n, dim_at(k, 2), dim_at(v, 2), "positions of keys and values") ||
        !need_equal(n, dim_at(q, 3), dim_at(k, 3), "size of queries and keys"))
        return;
    Shape y = shape_of(4, (Dim[]){dim_at(q, 0), dim_at(q, 1), dim_at(q, 2), dim_at(v, 3)});
    set_out(n, 0, q->type.dtype, &y);
}

static Value *as_type(Node *n, Value *v, DType from, DType to)
{
    return from == to ? v : cast_to(n, v, to, NULL);
}

/* Keys or values, for the products; each head as often as there are queries that look at it. */
static Value *operand(Node *n, int input)
{
    Value *v = n->in[input];
    DType t = v->type.dtype;
    int64_t heads = dim_value(dim_at(n->in[Q], 1)), groups = dim_value(dim_at(v, 1));
    if (heads != groups) {
        int64_t *from = mem_array((size_t)heads, sizeof *from);
        for (int64_t h = 0; h < heads; h++) from[h] = h / (heads / groups);
        Node *repeated = make_node(n, "Gather", 2, (Value *[]){v, const_ints(n, (int)heads, from)}, NULL);
        attr_set_int(repeated, "axis", 1);
        v = repeated->out[0];
    }
    return as_type(n, v, t, compute_type(t));
}

static Value *modified(Node *n, const char *name, Value *v)
{
    Value *result = NULL;
    if (!attr_find(n, name)) return v;
    inline_clone(n, body_of(n, name), &v, &result);
    return result;
}

static void expand_flex_attention(Node *n)
{
    DType type = n->in[Q]->type.dtype, products = compute_type(type), between = precision_of(n);
    double size = (double)dim_value(dim_at(n->in[Q], 3));
    double scale = attr_float(n, "scale", 1 / sqrt(size > 0 ? size : 1));
    Value *keys = permuted(n, operand(n, K), 4, (int64_t[]){0, 1, 3, 2});
    Value *scores = make2(n, "MatMul", operand(n, Q), keys, NULL);
    scores = make2(n, "Mul", scores, const_scalar(n, products, scale), NULL);
    scores = modified(n, "score_mod", as_type(n, scores, products, between));
    Value *chances = modified(n, "prob_mod", make1(n, "Softmax", scores, NULL));
    chances = as_type(n, chances, between, products);
    Value *y = make2(n, "MatMul", chances, operand(n, V), type == products ? n->out[0] : NULL);
    if (type != products) cast_to(n, y, type, n->out[0]);
}

const Op ops_flex_attention[] = {
    {.name = "FlexAttention",
     .domain = "ai.onnx.preview",
     .since = 1,
     .infer = infer_flex_attention,
     .expand = expand_flex_attention,
     .flags = OP_HALF_NATIVE},
    {0},
};
