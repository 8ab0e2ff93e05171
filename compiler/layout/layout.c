/* layout: images with their channels last where convolutions are computed.
 *
 * The fast kernels add up vectors of channels, so they want channels to be neighbours in memory. Each convolution is
 * given a Transpose before and one after; then the transposes after sink through everything that can be computed in
 * the other order, until they meet one in front, and both are gone. What is left stands where the graph changes its
 * mind, most often nowhere but at its edges.
 *
 * Requires: everything typed, rewrites done. Leaves: the same. */
#include "infer/infer.h"
#include "layout/layout.h"
#include "op/op.h"
#include "rewrite/rewrite.h"

#include <string.h>

/* -- orders ------------------------------------------------------------------------------------ */

Shape channels_last(const Shape *first)
{
    Shape s = *first;
    for (int i = 2; i < s.rank; i++) s.dim[i - 1] = first->dim[i];
    s.dim[s.rank - 1] = first->dim[1];
    return s;
}

Shape channels_first(const Shape *last)
{
    Shape s = *last;
    for (int i = 2; i < s.rank; i++) s.dim[i] = last->dim[i - 1];
    s.dim[1] = last->dim[s.rank - 1];
    return s;
}

Order order_to_first(int rank)
{
    Order o = {.rank = rank};
    for (int i = 2; i < rank; i++) o.perm[i] = i - 1;
    o.perm[1] = rank - 1;
    return o;
}

Order order_inverse(const Order *o)
{
    Order inverse = {.rank = o->rank};
    for (int i = 0; i < o->rank; i++) inverse.perm[o->perm[i]] = i;
    return inverse;
}

bool order_equal(const Order *a, const Order *b)
{
    return a->rank == b->rank && !memcmp(a->perm, b->perm, (size_t)a->rank * sizeof *a->perm);
}

bool order_of(const Value *v, Order *o)
{
    const int64_t *perm;
    Node *n = v ? v->producer : NULL;
    if (!node_is(n, "Transpose")) return false;
    int count = attr_ints(n, "perm", &perm);
    o->rank = v->type.shape.rank;
    for (int i = 0; i < o->rank; i++) o->perm[i] = count ? (int)perm[i] : o->rank - 1 - i;
    return true;
}

/* -- transposes -------------------------------------------------------------------------------- */

/* For at; not yet in the list. */
static Node *transpose_node(Node *at, Value *x, Value *y, const Order *o)
{
    Node *t = node_new(at->graph, foreign(""), "Transpose", "", 13);
    int64_t perm[MAX_RANK];
    for (int i = 0; i < o->rank; i++) perm[i] = o->perm[i];
    attr_set_ints(t, "perm", o->rank, perm);
    node_add_input(t, x);
    node_add_output(t, y);
    t->op = op_find("", "Transpose", 13);
    t->op->infer(t);
    return t;
}

/* What a tensor is called when its channels are last. */
static Foreign name_last(const Value *v)
{
    static const char *const orders[] = {"nwc", "nhwc", "ndhwc"};
    int rank = v->type.shape.rank;
    return foreign_suffixed(v->wanted, ".%s", rank >= 3 && rank <= 5 ? orders[rank - 3] : "last");
}

Value *transposed(Node *n, Value *v, const Order *o)
{
    bool nothing = true;
    for (int i = 0; i < o->rank; i++) nothing = nothing && o->perm[i] == i;
    if (nothing) return v;
    Node *t = transpose_node(n, v, value_new(n->graph, name_last(v)), o);
    graph_insert_before(n, t);
    return t->out[0];
}

void transpose_output(Node *n, int i, const Order *o)
{
    Value *first = n->out[i];
    Shape shape = first->type.shape;
    for (int a = 0; a < o->rank; a++) shape.dim[o->perm[a]] = first->type.shape.dim[a];
    Value *last = value_typed(n->graph, name_last(first), first->type.dtype, &shape);
    n->out[i] = last;
    last->producer = n;
    graph_insert_after(n, transpose_node(n, last, first, o));
}

/* -- convolutions ------------------------------------------------------------------------------ */

static bool convert_conv(Node *n)
{
    if (!node_is(n, "Conv") || n->op == &op_conv_last || !conv_fits_last(n)) return false;
    Order to_first = order_to_first(n->in[0]->type.shape.rank), to_last = order_inverse(&to_first);
    if (!conv_takes_first(n)) node_set_input(n, 0, transposed(n, n->in[0], &to_last));
    conv_make_last(n);
    transpose_output(n, 0, &to_first);
    return true;
}

static bool convert_qconv(Node *n)
{
    if (!node_is(n, "QLinearConv") || n->op == &op_qconv_last || !qconv_fits_last(n)) return false;
    Order to_first = order_to_first(n->in[0]->type.shape.rank), to_last = order_inverse(&to_first);
    node_set_input(n, 0, transposed(n, n->in[0], &to_last));
    n->op = &op_qconv_last;
    transpose_output(n, 0, &to_first);
    return true;
}

static bool convert_conv_transpose(Node *n)
{
    if (!node_is(n, "ConvTranspose") || n->op == &op_conv_transpose_last || !conv_transpose_fits_last(n)) return false;
    Order to_first = order_to_first(n->in[0]->type.shape.rank), to_last = order_inverse(&to_first);
    node_set_input(n, 0, transposed(n, n->in[0], &to_last));
    n->op = &op_conv_transpose_last;
    transpose_output(n, 0, &to_first);
    return true;
}

/* -- additions --------------------------------------------------------------------------------- */

static bool can_add(Node *n, int k, const Shape *shape)
{
    Node *p = only_producer(n, k);
    return p && p->op == &op_conv_last && p->out[0] == n->in[k] && conv_adds(p) && !p->activation.function &&
           !isfinite(p->clamp_low) && !isfinite(p->clamp_high) && shape_equal(&n->in[0]->type.shape, shape) &&
           shape_equal(&n->in[1]->type.shape, shape);
}

/* conv(x) + y: the convolution adds y as it stores its result. It moves to where y is there. */
static bool add_residual(Node *n)
{
    if (!node_is(n, "Add") || n->n_in != 2 || n->in[0] == n->in[1] || n->out[0]->type.dtype != DT_FLOAT) return false;
    int k = can_add(n, 1, &n->out[0]->type.shape) ? 1 : 0;
    if (!can_add(n, k, &n->out[0]->type.shape)) return false;
    Node *conv = n->in[k]->producer;
    move_before(conv, n);
    set_input(conv, 3, n->in[1 - k]);
    note_fused(conv, n);
    take_outputs(conv, n);
    return true;
}

/* -- activations ------------------------------------------------------------------------------- */

/* f(conv(x)): the convolution activates its result as it is complete. */
static bool activate(Node *n)
{
    Node *conv = only_producer(n, 0);
    if (!conv || conv->op != &op_conv_last || !conv_activates(conv)) return false;
    Activation a = elementwise_activation(n);
    if (!a.function) return false;
    conv->activation = a;
    note_fused(conv, n);
    take_outputs(conv, n);
    return true;
}

/* -- the stage --------------------------------------------------------------------------------- */

StageResult layout(Model *m)
{
    static RewritePass *const convert[] = {convert_conv, convert_qconv, convert_conv_transpose, NULL};
    static RewritePass *const sink[] = {rewrite_transpose, rewrite_no_op, layout_sink, NULL};
    static RewritePass *const merge[] = {add_residual, rewrite_clamp, activate, NULL};
    if (!rewrite_round(m->graph, convert)) return STAGE_DONE;
    while (rewrite_round(m->graph, sink)) {
    }
    fold_graph(m->graph);
    while (rewrite_round(m->graph, merge)) {
    }
    return STAGE_DONE;
}
