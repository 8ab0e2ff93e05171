/* rewrite_attention: softmax(scale * Q K' + mask) V, as a chain of operators, becomes one that never holds all scores. Transposes that exchange
 * heads and positions around it go: it reads and writes with strides. */
#include "rewrite.h"

static bool is_float(const Value *v)
{
    return v && v->type.kind == KIND_TENSOR && v->type.dtype == DT_FLOAT;
}

/* The permutation of a transpose of rank 4; false for any other node. */
static bool permutation(Node *n, int64_t perm[4])
{
    const int64_t *given;
    if (!is_op(n, "Transpose") || !is_float(n->in[0]) || attr_ints(n, "perm", &given) != 4) return false;
    for (int i = 0; i < 4; i++) perm[i] = given[i];
    return true;
}

static bool exchanges_heads(Node *n)
{
    int64_t perm[4];
    return permutation(n, perm) && perm[0] == 0 && perm[1] == 2 && perm[2] == 1 && perm[3] == 3;
}

/* The node that makes input i of n for n alone. */
static Node *maker(const Node *n, int i, const char *op_type)
{
    Node *p = only_producer(n, i);
    return is_op(p, op_type) && p->out[0] == n->in[i] ? p : NULL;
}

/* Scores, step by step back from the softmax. */
typedef struct { Node *product; Value *mask; double scale; } Scores;

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
        if (s->product && is_mask(s->mask, sum->in[i])) return true;
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

/* K, given what makes K': the same transpose with its last two axes exchanged, or what that leaves as it is. */
static Value *keys_of(Node *n, Node *transpose)
{
    int64_t perm[4];
    if (!permutation(transpose, perm)) return NULL;
    Value *from = transpose->in[0];
    if (perm[0] == 0 && perm[1] == 1 && perm[2] == 3) return from;
    Dim dims[4];
    const int64_t exchanged[] = {perm[0], perm[1], perm[3], perm[2]};
    for (int i = 0; i < 4; i++) dims[i] = from->type.shape.dim[exchanged[i]];
    Shape shape = shape_of(4, dims);
    Node *made = node_new(n->graph, transpose->name, "Transpose", "", 23);
    node_add_input(made, from);
    node_add_output(made, value_typed(n->graph, mem_printf("%s/keys", transpose->out[0]->name), DT_FLOAT, &shape));
    attr_set_ints(made, "perm", 4, exchanged);
    made->op = op_find("", "Transpose", made->opset);
    graph_insert(n->graph, graph_index(n->graph, n), made);
    return made->out[0];
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

static bool fuse_formula(Node *n)
{
    Scores s;
    if (!is_op(n, "MatMul") || !value_use_count(n->graph, n->out[0]) || !is_product_of_heads(n)) return false;
    Node *softmax = maker(n, 0, "Softmax");
    if (!softmax || !is_last_axis(softmax) || !scores_of(softmax, &s) || !is_product_of_heads(s.product)) return false;
    Value *q = unscaled(s.product, 0, &s.scale), *k = keys_of(n, unscaled(s.product, 1, &s.scale)->producer);
    if (!k) return false;
    Node *made = replace_node(n, "Attention", s.mask ? 4 : 3, (Value *[]){q, k, n->in[1], s.mask});
    made->op = &op_attention_formula;
    attr_set_float(made, "scale", s.scale);
    attr_set_ints(made, "positions_first", 4, (int64_t[]){0, 0, 0, 0});
    return true;
}

static bool is_formula(const Node *n)
{
    return n && n->op == &op_attention_formula;
}

static bool read_with_strides(Node *n)
{
    const int64_t *first;
    if (!is_formula(n)) return false;
    for (int i = 0; i < 3; i++) {
        attr_ints(n, "positions_first", &first);
        Node *p = n->in[i]->producer;
        if (first[i] || !p || p->graph != n->graph || !exchanges_heads(p)) continue;
        n->in[i] = p->in[0];
        int64_t changed[] = {first[0], first[1], first[2], first[3]};
        changed[i] = 1;
        attr_set_ints(n, "positions_first", 4, changed);
        return true;
    }
    return false;
}

static bool write_with_strides(Node *n)
{
    const int64_t *first;
    if (!exchanges_heads(n) || !is_formula(only_producer(n, 0))) return false;
    Node *attention = n->in[0]->producer;
    attr_ints(attention, "positions_first", &first);
    if (first[3]) return false;
    attr_set_ints(attention, "positions_first", 4, (int64_t[]){first[0], first[1], first[2], 1});
    note_fused(attention, n);
    take_outputs(attention, n);
    return true;
}

bool rewrite_attention(Node *n)
{
    return fuse_formula(n) || read_with_strides(n) || write_with_strides(n);
}
