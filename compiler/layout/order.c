/* order: channels first, channels last, and the transposes between the two. */
#include "layout/layout.h"

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

Node *transpose_node(Graph *g, Value *x, Value *y, const Order *o)
{
    Node *t = node_new(g, foreign(""), "Transpose", "", 13);
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
    Node *t = transpose_node(n->graph, v, value_new(n->graph, name_last(v)), o);
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
    graph_insert_after(n, transpose_node(n->graph, last, first, o));
}
