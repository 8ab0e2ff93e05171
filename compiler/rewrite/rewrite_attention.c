/* rewrite_attention: softmax(scale * Q K' + mask) V, as a chain of operators, becomes one that never holds
 * all scores. The transpose after it that exchanges heads and positions goes: it writes with strides, as it
 * reads (ops/attention.c). */
#include "rewrite/rewrite.h"

static bool is_float(const Value *v)
{
    return v && v->type.kind == KIND_TENSOR && v->type.dtype == DT_FLOAT;
}

/* The permutation of a transpose of `rank` axes; false for any other node. */
static bool permutation(Node *n, int rank, int64_t *perm)
{
    const int64_t *given;
    if (!node_is(n, "Transpose") || !is_float(n->in[0]) || attr_ints(n, "perm", &given) != rank) return false;
    for (int i = 0; i < rank; i++) perm[i] = given[i];
    return true;
}

/* A batch of one may be after the positions. */
static bool exchanges_heads(Node *n)
{
    int64_t perm[4];
    if (!permutation(n, 4, perm) || perm[3] != 3) return false;
    return (perm[0] == 0 && perm[1] == 2) || (perm[0] == 2 && perm[1] == 0 && dim_is(dim_at(n->in[0], 0), 1));
}

/* The node that makes input i of n for n alone. */
static Node *maker(const Node *n, int i, const char *op_type)
{
    Node *p = only_producer(n, i);
    return node_is(p, op_type) && p->out[0] == n->in[i] ? p : NULL;
}

/* Scores, step by step back from the softmax. */
typedef struct {
    Node *product;
    Value *mask;
    bool causal;
    double scale;
} Scores;

static Node *scaled_product(Node *n, int i, double *scale)
{
    Node *p;
    double by;
    if ((p = maker(n, i, "MatMul"))) return p;
    if ((p = maker(n, i, "Div")) && known_scalar(p->in[1], &by) && by != 0) {
        *scale = 1 / by;
        return maker(p, 0, "MatMul");
    }
    p = maker(n, i, "Mul");
    for (int k = 0; p && k < 2; k++)
        if (known_scalar(p->in[1 - k], scale)) return maker(p, k, "MatMul");
    return NULL;
}

/* A mask that broadcasts to the scores, and not the other way round. */
static bool is_mask(const Value *mask, const Value *scores)
{
    const Shape *m = &mask->type.shape, *s = &scores->type.shape;
    if (!is_float(mask) || m->rank < 1 || m->rank > s->rank) return false;
    for (int i = 1; i <= m->rank; i++)
        if (!dim_is(m->dim[m->rank - i], 1) && m->dim[m->rank - i] != s->dim[s->rank - i]) return false;
    return true;
}

static bool scores_of(Node *softmax, Scores *s)
{
    *s = (Scores){.scale = 1};
    s->product = scaled_product(softmax, 0, &s->scale);
    if (s->product) return true;
    Node *sum = maker(softmax, 0, "Add");
    for (int i = 0; sum && i < 2; i++) {
        s->scale = 1;
        s->product = scaled_product(sum, i, &s->scale);
        s->mask = sum->in[1 - i];
        if (!s->product || !is_mask(s->mask, sum->in[i])) continue;
        s->causal = mask_is_causal(s->mask, sum->in[i]);
        if (s->causal) s->mask = NULL;
        return true;
    }
    return false;
}

static bool is_last_axis(Node *softmax)
{
    int64_t axis = attr_int(softmax, "axis", softmax->opset < 13 ? 1 : -1);
    return axis == -1 || axis == 3;
}

static bool same_heads(const Value *a, const Value *b)
{
    return dim_at(a, 0) == dim_at(b, 0) && dim_at(a, 1) == dim_at(b, 1);
}

static Value *made_before(Node *n, const char *op_type, Value *first, Value *second, Foreign name, const Shape *shape)
{
    Node *made = node_new(n->graph, name, op_type, "", 23);
    node_add_input(made, first);
    if (second) node_add_input(made, second);
    node_add_output(made, value_typed(n->graph, foreign_suffixed(name, "/keys"), DT_FLOAT, shape));
    made->op = op_find("", op_type, made->opset);
    graph_insert_before(n, made);
    return made->out[0];
}

/* What a transpose permutes, its last two axes exchanged back: where nothing else was permuted that is its input. */
static Value *exchanged_back(Node *n, Node *transpose, int rank)
{
    int64_t perm[4];
    bool permutes = false;
    Dim dims[4];
    if (!permutation(transpose, rank, perm)) return NULL;
    Value *from = transpose->in[0];
    const int64_t last = perm[rank - 1];
    perm[rank - 1] = perm[rank - 2];
    perm[rank - 2] = last;
    for (int i = 0; i < rank; i++) {
        dims[i] = from->type.shape.dim[perm[i]];
        permutes = permutes || perm[i] != i;
    }
    if (!permutes) return from;
    Shape shape = shape_of(rank, dims);
    Value *v = made_before(n, "Transpose", from, NULL, transpose->out[0]->name, &shape);
    attr_set_ints(v->producer, "perm", rank, perm);
    return v;
}

/* K, given K'[batch][heads][size][positions]: made by a transpose, or by one of rank 3 whose result takes its shape. */
static Value *keys_of(Node *n, Value *k)
{
    Node *maker_of_k = k->producer;
    const Shape *shape = &k->type.shape;
    if (!node_is(maker_of_k, "Reshape")) return maker_of_k ? exchanged_back(n, maker_of_k, 4) : NULL;
    const Value *merged = maker_of_k->in[0];
    if (!shape_is_const(shape) || !is_float(merged) || merged->type.shape.rank != 3 || !merged->producer) return NULL;
    if (dim_at(merged, 1) != shape->dim[2] || dim_at(merged, 2) != shape->dim[3]) return NULL;
    Value *keys = exchanged_back(n, merged->producer, 3);
    if (!keys) return NULL;
    int64_t dims[] = {dim_value(shape->dim[0]), dim_value(shape->dim[1]), dim_value(shape->dim[3]),
                      dim_value(shape->dim[2])};
    Shape separate = shape_const(4, dims);
    Node *before = keys->producer;
    if (node_is(before, "Reshape") && shape_equal(&before->in[0]->type.shape, &separate)) return before->in[0];
    return made_before(n, "Reshape", keys, const_ints(n, 4, dims), k->name, &separate);
}

/* Exporters scale Q and K' by the square root of the scale each: what is scaled, with the factor taken into *scale. */
static Value *unscaled(Node *product, int i, double *scale)
{
    double by;
    Node *p = maker(product, i, "Mul");
    for (int k = 0; p && k < 2; k++) {
        if (!known_scalar(p->in[1 - k], &by) || !shape_equal(&p->in[k]->type.shape, &p->out[0]->type.shape)) continue;
        *scale *= by;
        return p->in[k];
    }
    return product->in[i];
}

static bool is_product_of_heads(const Node *n)
{
    for (int i = 0; i < 2; i++)
        if (!is_float(n->in[i]) || n->in[i]->type.shape.rank != 4) return false;
    return same_heads(n->in[0], n->in[1]);
}

/* The softmax that makes the weights of the values. Exporters put 0 in place of its NaN, for queries
 * that may look at nothing. */
static Node *weights_of(Node *n, bool *guarded)
{
    double zero;
    Node *where = maker(n, 0, "Where");
    *guarded = where != NULL;
    if (!where) return maker(n, 0, "Softmax");
    Value *weights = where->in[2];
    Node *test = where->in[0]->producer, *softmax = weights->producer;
    bool good = node_is(test, "IsNaN") && test->in[0] == weights && known_scalar(where->in[1], &zero) && zero == 0 &&
                node_is(softmax, "Softmax") && softmax->graph == n->graph && value_use_count(weights) == 2 &&
                only_producer(where, 0) && !weights->is_output;
    return good ? softmax : NULL;
}

static bool fuse_formula(Node *n)
{
    Scores s;
    bool guarded;
    if (!node_is(n, "MatMul") || !value_use_count(n->out[0]) || !is_product_of_heads(n)) return false;
    Node *softmax = weights_of(n, &guarded);
    if (!softmax || !is_last_axis(softmax) || !scores_of(softmax, &s) || !is_product_of_heads(s.product)) return false;
    Value *q = unscaled(s.product, 0, &s.scale), *k = keys_of(n, unscaled(s.product, 1, &s.scale));
    if (!k) return false;
    Node *made = replace_node(n, "Attention", s.mask ? 4 : 3, (Value *[]){q, k, n->in[1], s.mask});
    made->op = &op_attention_formula;
    made->opset = 23; /* a mask with one element along the keys is for all of them, as in the formula */
    attr_set_float(made, "scale", s.scale);
    own_set_int(made, "guarded", guarded);
    attr_set_int(made, "is_causal", s.causal);
    return true;
}

/* [batch][heads][positions][size], of which v repeats each head so often: Expand along an axis between heads and
 * positions, and the two merged. NULL if v isn't made in this way. */
static Value *repeated(const Value *v)
{
    const Node *merge = v->producer, *expand = node_is(merge, "Reshape") ? merge->in[0]->producer : NULL;
    const Node *split = node_is(expand, "Expand") ? expand->in[0]->producer : NULL;
    if (!node_is(split, "Unsqueeze") && !node_is(split, "Reshape")) return NULL;
    Value *x = split->in[0];
    const Shape *from = &x->type.shape, *apart = &split->out[0]->type.shape, *wide = &expand->out[0]->type.shape;
    if (from->rank != 4 || apart->rank != 5 || wide->rank != 5 || !dim_is(apart->dim[2], 1)) return NULL;
    for (int i = 0; i < 5; i++) {
        if (i == 2) continue;
        const Dim d = from->dim[i < 2 ? i : i - 1];
        if (apart->dim[i] != d || wide->dim[i] != d) return NULL;
        if (i != 1 && v->type.shape.dim[i < 2 ? i : i - 1] != d) return NULL;
    }
    return dim_at(v, 1) == dim_mul(wide->dim[1], wide->dim[2]) ? x : NULL;
}

/* Heads of keys and values that serve several heads of queries need not be repeated for them. */
static bool share_heads(Node *n)
{
    if (n->op != &op_attention_formula) return false;
    Value *k = repeated(n->in[1]), *v = repeated(n->in[2]);
    if (!k || !v || dim_at(k, 1) != dim_at(v, 1)) return false;
    node_set_input(n, 1, k);
    node_set_input(n, 2, v);
    return true;
}

static bool is_formula(const Node *n)
{
    return n && n->op == &op_attention_formula;
}

static bool write_with_strides(Node *n)
{
    if (!exchanges_heads(n) || !is_formula(only_producer(n, 0))) return false;
    Node *attention = n->in[0]->producer;
    if (own_int(attention, "positions_first", 0)) return false;
    own_set_int(attention, "positions_first", 1);
    note_fused(attention, n);
    take_outputs(attention, n);
    return true;
}

bool rewrite_attention(Node *n)
{
    return fuse_formula(n) || share_heads(n) || write_with_strides(n);
}
